-- The published lists of cells: for each the vintage that stands, and since when and why a newer one waits for review.
-- ops.vintages has those of earlier days.
SELECT
    s.list, s.number AS vintage, s.as_of, s.decided_on AS published_on, s.why, s.reason, s.is_reviewed, s.n_jobs,
    s.n_cells,
    s.n_printed, w.offered_on AS waits_since, w.why AS waits_because, w.as_of AS waits_as_of, w.n_jobs AS waits_n_jobs
FROM (
    FROM ops.vintages WHERE state = 'published' QUALIFY row_number() OVER (PARTITION BY list ORDER BY number DESC) = 1
) AS s
LEFT JOIN (
    FROM ops.vintages WHERE state = 'waiting' QUALIFY row_number() OVER (PARTITION BY list ORDER BY number DESC) = 1
) AS w USING (list)
ORDER BY s.list
