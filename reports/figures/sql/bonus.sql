-- Quartiles of the yearly bonus where an advert puts a sum on it, one employer at most employer_cap of the jobs.
-- Parameters: employer_cap, as_of, window_days.
WITH {{bonus_adverts}},
jobs AS (
    SELECT job_id, amount,
        arg_min(counted_employer(employer_id, source, board, posting_id), posting_id) AS employer
    FROM stated WHERE amount > 0 GROUP BY job_id, amount
),
-- Each job weighs 1 unless its employer would pass the cap, as in warehouse/marts/statistics.py.
sizes AS (SELECT employer, count(*)::DOUBLE AS size FROM jobs GROUP BY ALL),
ordered AS (
    SELECT *,
        row_number() OVER (ORDER BY size DESC, employer DESC) - 1 AS n_cut,
        sum(size) OVER (ORDER BY size, employer ROWS UNBOUNDED PRECEDING) AS kept
    FROM sizes
),
ceilings AS (
    SELECT coalesce(
        arg_min(kept / (1 / $employer_cap - n_cut), n_cut)
            FILTER (n_cut * $employer_cap < 1 AND size <= kept / (1 / $employer_cap - n_cut)),
        min(size)
    ) AS ceiling
    FROM ordered
),
weighted AS (
    SELECT employer, size, least(size, ceiling) / size AS weight FROM sizes CROSS JOIN ceilings
),
cumulated AS (
    SELECT amount, size,
        sum(weight) OVER (ORDER BY amount, job_id ROWS UNBOUNDED PRECEDING) / sum(weight) OVER () AS reached
    FROM jobs JOIN weighted USING (employer)
)
SELECT
    count(*) AS n_jobs, (SELECT count(*) FROM sizes) AS n_employers,
    round(min(amount) FILTER (reached >= 0.25 - 1e-9), 2) AS p25,
    round(min(amount) FILTER (reached >= 0.50 - 1e-9), 2) AS p50,
    round(min(amount) FILTER (reached >= 0.75 - 1e-9), 2) AS p75
FROM cumulated
