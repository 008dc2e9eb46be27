-- Jobs of each cell by employer, item that they have, and weight.
SELECT cell, employer_number, item_number, weight, count(*) AS n
FROM share_batch JOIN (
    SELECT job_number, employer_number, item_number
    FROM (SELECT job_number, employer_number, unnest(list_distinct(items)) AS item FROM share_answers)
    JOIN share_items USING (item)
) USING (job_number)
GROUP BY ALL ORDER BY ALL
