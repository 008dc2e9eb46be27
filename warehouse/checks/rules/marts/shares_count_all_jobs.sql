-- mart.shares counts the jobs of core, whether they answer or not
SELECT format('{}, {}: {} jobs, others in core', measure, role_group, n) FROM (
    SELECT DISTINCT measure, role_group, text_class, n_jobs + n_unknown AS n FROM mart.shares
    WHERE as_of = $as_of AND region_level = 'world' AND seniority_group = 'all' AND measure IN $measures_of_all_jobs
        AND sample IS DISTINCT FROM 'panel'
) ANTI JOIN (
    SELECT g.name AS role_group, text_class, count(*) AS n
    FROM ($role_of_job) AS j JOIN ($texts_of_job) USING (job_id) JOIN ($cell_groups) AS g USING (role_group)
    GROUP BY g.name, text_class
) USING (role_group, text_class, n)
