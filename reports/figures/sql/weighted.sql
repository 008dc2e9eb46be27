sizes AS (SELECT cell, employer, count(*)::DOUBLE AS size FROM jobs GROUP BY ALL),
ordered AS (
    SELECT *,
        row_number() OVER (PARTITION BY cell ORDER BY size DESC, employer DESC) - 1 AS n_cut,
        sum(size) OVER (PARTITION BY cell ORDER BY size, employer ROWS UNBOUNDED PRECEDING) AS kept
    FROM sizes
),
ceilings AS (
    SELECT cell, coalesce(
        arg_min(kept / (1 / $employer_cap - n_cut), n_cut)
            FILTER (n_cut * $employer_cap < 1 AND size <= kept / (1 / $employer_cap - n_cut)),
        min(size)
    ) AS ceiling
    FROM ordered GROUP BY cell
),
weighted AS (
    SELECT cell, employer, size, least(size, ceiling) / size AS weight FROM sizes JOIN ceilings USING (cell)
)
