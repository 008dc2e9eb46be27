-- Days on which boards were in the stock for the last time before they left it, with the adverts that these boards ever
-- listed, and that no figures were computed of: of a backfill's days only the last is computed as it comes.
-- Parameters: as_of, first_on, max_apart.
WITH readings AS (
    SELECT DISTINCT source, coalesce(board, source) AS board, (observed_at AT TIME ZONE 'UTC')::DATE AS read_on
    FROM ops.responses
    WHERE source IN (SELECT DISTINCT source FROM core.postings) AND (is_complete OR n_rows > 0 OR refers_to IS NOT NULL)
        AND (observed_at AT TIME ZONE 'UTC')::DATE <= $as_of
), days AS (
    SELECT DISTINCT read_on FROM readings
), left_after AS (
    SELECT source, board, read_on,
        lead(read_on) OVER (PARTITION BY source, board ORDER BY read_on) AS read_again_on
    FROM readings
), last_days AS (
    SELECT g.source, g.board, max(d.read_on) AS last_on
    FROM left_after AS g JOIN days AS d ON d.read_on BETWEEN g.read_on AND g.read_on + $max_apart::INTEGER
    WHERE EXISTS (
        SELECT 1 FROM days AS n
        WHERE n.read_on > g.read_on + $max_apart::INTEGER AND coalesce(n.read_on < g.read_again_on, true)
    )
    GROUP BY g.source, g.board, g.read_on
)
SELECT last_on, count(*) AS n_adverts
FROM last_days JOIN (
    SELECT DISTINCT p.source, b.board, b.posting_id FROM core.posting_boards AS b JOIN core.postings AS p USING (posting_id)
) USING (source, board)
WHERE last_on >= $first_on AND last_on NOT IN (SELECT as_of FROM mart.days WHERE mart = 'mart.figures')
GROUP BY last_on
ORDER BY last_on DESC
