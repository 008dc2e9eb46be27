-- Roles among AI jobs with their titles, the largest share first. Parameter: as_of.
SELECT
    rank() OVER (ORDER BY s.share DESC) AS position, coalesce(r.title, s.item) AS title, s.item AS role, r.role_group,
    s.n_jobs, s.n_employers, s.n_effective, s.n_yes AS n_asking, s.n_employers_yes AS n_employers_asking,
    s.largest_employer, s.share, s.share_lo, s.share_hi, s.status, s.reason
FROM mart.shares s LEFT JOIN core.roles r ON r.role = s.item
WHERE s.as_of = $as_of AND s.measure = 'role' AND s.region_level = 'world' AND s.role_group = 'ai_jobs' AND s.n_yes > 0
ORDER BY s.share DESC NULLS LAST, s.n_yes DESC, s.item
