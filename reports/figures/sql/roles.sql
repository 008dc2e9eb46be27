SELECT
    rank() OVER (ORDER BY s.share DESC) AS position, coalesce(r.title, s.role) AS title, s.role, s.role_group,
    s.n_jobs, s.n_employers, s.n_effective, s.n_role AS n_asking, s.n_employers_role AS n_employers_asking,
    s.largest_employer, s.share, s.share_lo, s.share_hi, s.status, s.reason
FROM mart.role_shares s LEFT JOIN core.roles r USING (role)
WHERE s.as_of = $as_of AND s.region_level = 'world' AND s.region = 'World' AND s.n_role > 0
ORDER BY s.share DESC NULLS LAST, s.n_role DESC, s.role
