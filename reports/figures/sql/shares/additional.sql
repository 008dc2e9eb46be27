-- Shares of jobs with pay that offer something beside base pay, of any kind and of each, and the countries of most
-- of those of `measure`. Parameters: measure, role_group, names (measures and what they are called, in order), as_of.
SELECT
    c.measure, $names[c.measure] AS item, $names[c.measure] AS name, coalesce(s.n_jobs, 0) AS n_jobs,
    coalesce(s.n_employers, 0) AS n_employers, s.n_even_employers,
    coalesce(s.n_yes, 0) AS n_asking, coalesce(s.n_employers_yes, 0) AS n_employers_asking, s.share${by} AS share,
    s.share${by}_lo AS share_lo, s.share${by}_hi AS share_hi, s.form${by} AS form,
    coalesce(s.status, 'suppressed') AS status, s.reason, s.sample, $is_by_employer AS is_by_employer,
    $beside AS beside,
    CASE WHEN list_contains($ranked, s.measure) THEN s.platforms ELSE s.platforms_by_jobs END AS platforms,
    CASE WHEN list_contains($ranked, s.measure) THEN s.platforms_chance END AS platforms_chance, s.platform,
    ({{shares/largest_countries}}) AS countries
FROM (
    SELECT unnest(map_keys($names)) AS measure, unnest(range(cardinality($names)::BIGINT)) AS position
) c
LEFT JOIN $tables.shares s
    ON s.as_of = $as_of AND s.measure = c.measure AND s.region_level = 'world' AND s.role_group = 'ai_engineering'
ORDER BY c.position
