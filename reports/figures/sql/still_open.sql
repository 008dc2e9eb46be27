-- Vacancies still open after some days, of AI engineering and of other engineering, and since when boards are watched.
-- Parameters: as_of, still_open_days.
SELECT
    c.cell, c.role_group, coalesce(s.n_jobs, 0) AS n_jobs, coalesce(s.n_employers, 0) AS n_employers, s.n_even_employers,
    coalesce(s.n_yes, 0) AS n_asking, coalesce(s.n_employers_yes, 0) AS n_employers_asking, s.share, s.share_lo,
    s.share_hi, s.form, coalesce(s.status, 'suppressed') AS status, s.reason, w.watched_since, w.is_watched
FROM (
    VALUES (1, 'AI engineering', 'ai_engineering'), (2, 'other engineering', 'other_engineering')
) c (position, cell, role_group)
CROSS JOIN (
    SELECT min(observed_at::DATE) AS watched_since,
        coalesce(max(observed_at::DATE) - min(observed_at::DATE) > $still_open_days, false) AS is_watched
    FROM ops.responses WHERE is_complete AND observed_at::DATE <= $as_of
) w
LEFT JOIN mart.shares s
    ON s.as_of = $as_of AND s.measure = 'still_open' AND s.region_level = 'world' AND s.role_group = c.role_group
ORDER BY c.position
