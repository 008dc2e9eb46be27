WITH {{bonus_adverts}},
jobs AS (
    SELECT 'ai_engineering' AS cell, job_id, amount, arg_min(coalesce(employer_id, source || ':' || board, posting_id), posting_id) AS employer
    FROM stated WHERE amount > 0 GROUP BY job_id, amount
),
{{weighted}},
cumulated AS (
    SELECT amount, size,
        sum(weight) OVER (ORDER BY amount, job_id ROWS UNBOUNDED PRECEDING) / sum(weight) OVER () AS reached
    FROM jobs JOIN weighted USING (cell, employer)
)
SELECT
    count(*) AS n_jobs, (SELECT count(*) FROM sizes) AS n_employers,
    round(min(amount) FILTER (reached >= 0.25 - 1e-9), 2) AS p25,
    round(min(amount) FILTER (reached >= 0.50 - 1e-9), 2) AS p50,
    round(min(amount) FILTER (reached >= 0.75 - 1e-9), 2) AS p75
FROM cumulated
