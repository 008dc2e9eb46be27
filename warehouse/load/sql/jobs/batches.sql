-- Affected titles, in batches that bound memory.
CREATE OR REPLACE TEMP TABLE batches AS
SELECT title_key, (sum(n) OVER (ORDER BY title_key) // $max_assigned)::INTEGER AS batch
FROM (SELECT title_key, count(*) AS n FROM decisive SEMI JOIN affected USING (title_key) GROUP BY title_key)
