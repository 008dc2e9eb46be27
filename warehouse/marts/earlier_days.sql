-- The last days on which boards were in the stock before they left it, without computed figures, with the number of
-- adverts that these boards ever listed: a backfill computes only its newest day as it arrives. Parameters: as_of,
-- first_on, max_apart.
WITH readings AS (
    SELECT DISTINCT source, coalesce(board, source) AS board, (observed_at AT TIME ZONE 'UTC')::DATE AS read_on
    FROM ops.responses
    WHERE source IN (SELECT DISTINCT source FROM core.postings) AND (is_complete OR n_rows > 0 OR refers_to IS NOT NULL)
        AND (observed_at AT TIME ZONE 'UTC')::DATE BETWEEN $first_on::DATE - $max_apart::INTEGER AND $as_of
), days AS (
    SELECT DISTINCT read_on AS day FROM readings
), left_after AS (
    SELECT source, board, read_on + $max_apart::INTEGER AS until, read_again_on
    FROM (
        SELECT *, lead(read_on) OVER (PARTITION BY source, board ORDER BY read_on) AS read_again_on FROM readings
    )
    WHERE coalesce(read_again_on > read_on + $max_apart::INTEGER, true)
), last_days AS (
    SELECT g.source, g.board, d.day AS last_on
    FROM left_after AS g
    ASOF JOIN days AS n ON n.day > g.until  -- the first reading of any board after it had left
    ASOF JOIN days AS d ON d.day <= g.until
    WHERE coalesce(n.day < g.read_again_on, true)
)
SELECT last_on, count(*) AS n_adverts
FROM last_days JOIN (
    SELECT DISTINCT p.source, b.board, b.posting_id FROM core.posting_boards AS b
        JOIN core.postings AS p USING (posting_id)
) USING (source, board)
WHERE last_on >= $first_on AND last_on NOT IN (SELECT as_of FROM mart.days WHERE mart = 'mart.salary_bands')
GROUP BY last_on
ORDER BY n_adverts DESC, last_on
