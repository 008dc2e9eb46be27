{{weighted}},
    asking AS (
        SELECT h.cell, h.item, j.employer, count(DISTINCT h.job_id) AS n
        FROM hits h JOIN jobs j USING (cell, job_id) GROUP BY ALL
    ),
    by_employer AS (
        SELECT i.position, i.cell, i.item, w.size, w.weight, coalesce(a.n, 0) AS n
        FROM items i JOIN weighted w USING (cell) LEFT JOIN asking a USING (cell, item, employer)
    ),
    shares AS (
        SELECT *, sum(n * weight) OVER same_item / sum(size * weight) OVER same_item AS share FROM by_employer
        WINDOW same_item AS (PARTITION BY cell, item)
    ),
    counted AS (
        SELECT
            cell, item, sum(size)::BIGINT AS n_jobs, count(*) AS n_employers,
            round(sum(size * weight) ** 2 / sum(size * weight ** 2), 2) AS n_effective,
            sum(n)::BIGINT AS n_asking, count(*) FILTER (n > 0) AS n_employers_asking,
            round(max(n * weight) / nullif(sum(n * weight), 0), 6) AS largest_employer, any_value(share) AS share,
            1.96 * sqrt(count(*) / nullif(count(*) - 1, 0) * sum((weight * (n - share * size)) ** 2))
                / sum(size * weight) AS margin
        FROM shares GROUP BY cell, item
    ),
    figured AS (
        SELECT
            i.position, i.cell, i.item, coalesce(c.n_jobs, 0) AS n_jobs, coalesce(c.n_employers, 0) AS n_employers,
            c.n_effective, coalesce(c.n_asking, 0) AS n_asking,
            coalesce(c.n_employers_asking, 0) AS n_employers_asking, c.largest_employer, round(c.share, 6) AS share,
            round(greatest(c.share - c.margin, 0), 6) AS share_lo, round(least(c.share + c.margin, 1), 6) AS share_hi
        FROM items i LEFT JOIN counted c USING (cell, item)
    )
