-- Affected titles with several versions, in batches that bound memory.
CREATE OR REPLACE TEMP TABLE batches AS
SELECT title, (sum(n) OVER (ORDER BY title) // $max_matched)::INTEGER AS batch
FROM (
    SELECT title, count(*) AS n FROM compared SEMI JOIN affected USING (title) GROUP BY title HAVING count(*) > 1
)
