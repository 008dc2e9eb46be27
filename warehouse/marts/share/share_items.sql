-- Makes the table `share_items`: items that some job has or the measure declares, numbered in order. Parameter:
-- declared.
CREATE OR REPLACE TEMP TABLE share_items AS
SELECT item, row_number() OVER (ORDER BY item) - 1 AS item_number
FROM (SELECT unnest(items) AS item FROM share_answers UNION SELECT unnest($declared::VARCHAR[]))
