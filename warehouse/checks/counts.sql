-- mart.shares counts the AI jobs of core, region by region
WITH seen AS MATERIALIZED (  -- postings of jobs with a posting of an AI role: only such jobs can count as AI jobs
    SELECT job_id, posting_id, role_group FROM stock_postings($as_of)
    SEMI JOIN (FROM stock_postings($as_of) WHERE role_group IN $ai_groups) USING (job_id)
), of_job AS (
    SELECT job_id FROM seen GROUP BY job_id HAVING arg_min(role_group, posting_id) IN $ai_groups
), placed AS (
    SELECT 'world' AS region_level, 'World' AS region, job_id FROM of_job
    UNION
    SELECT level.name, level.region, o.job_id
    FROM of_job AS o JOIN seen USING (job_id) JOIN core.posting_places AS l USING (posting_id),
        LATERAL (VALUES ('continent', l.continent), ('region', l.region), ('country', l.country))
            AS level (name, region)
    WHERE level.region IS NOT NULL
), of_employers AS (
    SELECT region_level, region, employer, count(*) AS m
    FROM placed JOIN (
        SELECT job_id, arg_min(coalesce(employer_id, source || ':' || board, posting_id), posting_id) AS employer
        FROM stock_postings($as_of) GROUP BY job_id
    ) USING (job_id) GROUP BY ALL
), of_core AS (
    SELECT region_level, region, sum(m) AS n, count(*) AS n_employers,
        pow(sum(m), 2) / sum(m * m) AS n_even, max(m) / sum(m) AS largest
    FROM of_employers GROUP BY ALL
)
SELECT format('{}: {} jobs, {} of roles, {} in core', region, m.n_jobs, m.n_of_roles, c.n) FROM (
    SELECT region_level, region, max(n_jobs) AS n_jobs, sum(n_yes) AS n_of_roles,
        max(n_employers) AS n_employers, max(n_even_employers) AS n_even,
        max(largest_employer_share) AS largest, max(sample) AS sample
    FROM mart.shares WHERE as_of = $as_of AND measure = 'role' GROUP BY ALL
) AS m FULL JOIN of_core AS c USING (region_level, region)
WHERE m.sample IS DISTINCT FROM 'panel' AND (
    (m.n_jobs, m.n_of_roles, m.n_employers) IS DISTINCT FROM (c.n, c.n, c.n_employers)
    OR abs(m.n_even - c.n_even) > 1e-9 OR abs(m.largest - c.largest) > 1e-9
)

-- a panel cell of mart.shares counts the AI jobs of the panel
SELECT format('{} jobs, {} of the panel', m.n_jobs, c.n) FROM (
    SELECT DISTINCT n_jobs FROM mart.shares
    WHERE as_of = $as_of AND measure = 'role' AND region_level = 'world' AND sample = 'panel'
) AS m CROSS JOIN (
    SELECT count(*) AS n FROM panel_jobs($as_of) JOIN ($role_of_job) USING (job_id)
    WHERE role_group IN $ai_groups
) AS c WHERE m.n_jobs <> c.n

-- no cell of mart.shares mixes two samples
SELECT DISTINCT format('{}, {} of {}', measure, role_group, region) FROM mart.shares WHERE as_of = $as_of
GROUP BY measure, region_level, region, role_group, seniority_group, text_class, estimand
HAVING count(DISTINCT coalesce(sample, 'known')) > 1

-- mart.shares prints cells by the rules of printing
SELECT format('{}, {} of {}: {}', measure, item, region, status) FROM mart.shares
WHERE as_of = $as_of AND estimand = '$estimand' AND (status = 'published') <> ($is_printed)

-- shares in mart.shares follow from their jobs
SELECT format('{}, {} of {}: {}', measure, item, region, share) FROM mart.shares
WHERE as_of = $as_of AND estimand = '$estimand' AND share IS NOT NULL AND (
    share NOT BETWEEN share_lo AND share_hi OR sample IS DISTINCT FROM 'panel' AND (
        abs(share - n_yes / n_jobs) > 1e-9
        OR bound_lo > n_yes / (n_jobs + n_unknown) + 1e-9
        OR bound_hi < 1 - n_no / (n_jobs + n_unknown) - 1e-9
        OR (platforms_by_jobs IS NOT NULL) <> (platforms IS NOT NULL AND measure IN $measures_by_employer)
        OR form <> CASE
            WHEN bound_lo IS NOT NULL AND n_jobs < $min_known * (n_jobs + n_unknown)
                THEN if(round(bound_hi - bound_lo, 9) > $max_bounds_width, 'says', 'bounds')
            WHEN len(if(measure IN $measures_by_employer, platforms_by_jobs, platforms)) < $min_platforms
                THEN 'platforms'
            WHEN $is_wide THEN 'interval' ELSE 'point' END
        OR form_by_employer <> CASE
            WHEN form IN ('bounds', 'says') THEN form
            WHEN len(platforms) < $min_platforms AND measure IN $measures_by_employer THEN 'platforms'
            WHEN $is_wide_by_employer THEN 'interval' ELSE 'point' END
    )
)

-- mart.shares counts the jobs of core, whether or not they answer
SELECT format('{}, {}: {} jobs, others in core', measure, role_group, n) FROM (
    SELECT DISTINCT measure, role_group, text_class, n_jobs + n_unknown + n_unread AS n FROM mart.shares
    WHERE as_of = $as_of AND region_level = 'world' AND seniority_group = 'all' AND measure IN $measures_of_all_jobs
        AND sample IS DISTINCT FROM 'panel'
) ANTI JOIN (
    SELECT g.name AS role_group, text_class, count(*) AS n
    FROM ($role_of_job) AS j JOIN ($texts_of_job) USING (job_id) JOIN ($cell_groups) AS g USING (role_group)
    GROUP BY g.name, text_class
) USING (role_group, text_class, n)

-- mart.shares has every skill that core has
SELECT DISTINCT format('{} of {}', skill, j.role_group)
FROM (  -- a job speaks by one of its texts of the best class
    FROM stock_postings($as_of) AS p
    SEMI JOIN ($texts_of_job) AS t ON t.job_id = p.job_id AND t.text_class = p.text_class
    QUALIFY row_number() OVER (PARTITION BY job_id, text_class ORDER BY md5(posting_id)) = 1
) AS p JOIN core.posting_skills USING (posting_id) SEMI JOIN core.skills USING (skill)
JOIN ($role_of_job) AS j USING (job_id)
WHERE p.text_class = '$full_advert' AND p.language = 'en' AND j.role_group NOT IN (
    SELECT role_group FROM mart.shares
    WHERE as_of = $as_of AND measure = 'skill_any' AND region_level = 'world' AND sample = 'panel'
) AND NOT EXISTS (
    SELECT 1 FROM mart.shares AS m
    WHERE m.as_of = $as_of AND m.measure = 'skill_any' AND m.region_level = 'world'
        AND m.text_class = p.text_class
        AND m.role_group = j.role_group AND m.item = skill
)

-- mart.salary_bands counts the jobs of core with pay
SELECT format('{} jobs, {} in core', m.n, c.n) FROM (
    SELECT coalesce(sum(n_jobs + n_no_rate + n_apart), 0) AS n FROM mart.salary_bands
    WHERE as_of = $as_of AND basis = 'advertised' AND region_level = 'world' AND role = 'all'
        AND seniority_group = 'all' AND pay_market = 'all' AND currency = 'USD'
        AND role_group IN $role_groups
) AS m, (  -- a job counts once for each contract that it pays
    SELECT count(DISTINCT (p.job_id, CASE WHEN o.contract IN ('contractor', 'agency') THEN o.contract END)) AS n
    FROM stock_postings($as_of) AS p JOIN (
        SELECT posting_id, currency, pay_low AS low, pay_high AS high, pay_contract AS contract FROM core.postings
        UNION ALL
        SELECT posting_id, currency, low, high, contract FROM core.posting_pay
        WHERE component = 'base' AND is_headline_in_country
    ) AS o USING (posting_id)
    WHERE (p.role_group <> '$sampled_group' OR p.is_drawn)
        AND o.currency IS NOT NULL AND (o.low IS NOT NULL OR o.high IS NOT NULL)
) AS c
WHERE m.n <> c.n
