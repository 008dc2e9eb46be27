-- How many jobs pass each step from the adverts read to a band of pay, place by place, for places with an AI engineering
-- job: those of most of these first. The last step is the place's own market: pay in other money is a figure of its own. `n_all_jobs` are those of all places, each once. Parameters: as_of, region_level, seniority_group, role_group, names (words for
-- regions).
SELECT
    l.region_level, l.region, coalesce($names[l.region], c.name, l.region) AS place,
    max(l.n) FILTER (l.step = $role_group) AS n_jobs, w.n AS n_all_jobs, 'published' AS status, NULL AS reason,
    list({'step': l.step, 'n': l.n, 'n_lost': l.n_lost, 'reason': l.reason} ORDER BY l.position) || [{
        'step': 'own_market', 'n': max(l.n) FILTER (l.step = 'in_band') - coalesce(any_value(a.n_jobs), 0),
        'n_lost': coalesce(any_value(a.n_jobs), 0), 'reason': 'stated in the money of another country'
    }] AS steps
FROM $tables.pay_ladder AS l
CROSS JOIN (
    SELECT max_by(n, (as_of = $as_of, as_of)) AS n FROM $tables.pay_ladder
    WHERE region_level = 'world' AND seniority_group = $seniority_group AND step = $role_group
) AS w
LEFT JOIN $tables.salary_bands AS a
    ON (a.as_of, a.region_level, a.region, a.seniority_group) = (l.as_of, l.region_level, l.region, l.seniority_group)
    AND (a.role_group, a."role", a.basis, a.currency, a.pay_market, a.contract)
        = ($role_group, 'all', 'advertised', 'USD', 'cross_border', 'employee')
LEFT JOIN core.countries AS c ON c.country = l.region
WHERE l.as_of = $as_of AND l.region_level = $region_level AND l.seniority_group = $seniority_group
    AND l.region IN (SELECT unnest([country, region]) FROM core.countries)  -- pay may be of no place, or of several
GROUP BY ALL
HAVING n_jobs > 0
ORDER BY n_jobs DESC, place
