-- Boards that list the same jobs as another board: one employer on two platforms, a board that moved, or one token in
-- two spellings. Of two boards that share open jobs, the one with fewer open jobs is the twin of the other.
WITH listed AS (
    SELECT DISTINCT p.source, b.board, p.job_id
    FROM core.posting_boards AS b JOIN core.publishable_postings AS p USING (posting_id)
    JOIN core.sources AS s USING (source)
    WHERE b.closed_at IS NULL AND s.kind = 'employer board'
), sizes AS (
    SELECT source, board, count(*) AS n_jobs FROM listed GROUP BY ALL
), pairs AS (
    SELECT l.source, l.board, o.source AS other_source, o.board AS other_board, count(*) AS n_common
    FROM listed AS l JOIN listed AS o USING (job_id)
    WHERE (l.source, l.board) <> (o.source, o.board)
    GROUP BY ALL
)
SELECT
    p.source, p.board, p.other_source, p.other_board, p.n_common, s.n_jobs, o.n_jobs AS n_jobs_of_other,
    p.n_common / s.n_jobs AS share_common
FROM pairs AS p
JOIN sizes AS s ON s.source = p.source AND s.board = p.board
JOIN sizes AS o ON o.source = p.other_source AND o.board = p.other_board
WHERE p.n_common >= $min_common AND p.n_common >= $min_share * s.n_jobs
    AND (s.n_jobs, p.source, p.board) < (o.n_jobs, p.other_source, p.other_board)
