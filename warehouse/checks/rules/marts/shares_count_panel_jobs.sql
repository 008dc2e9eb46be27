-- a cell of mart.shares that rests on the panel counts its AI jobs
SELECT format('{} jobs, {} of the panel', m.n_jobs, c.n) FROM (
    SELECT DISTINCT n_jobs FROM mart.shares
    WHERE as_of = $as_of AND measure = 'role' AND region_level = 'world' AND sample = 'panel'
) AS m CROSS JOIN (
    SELECT count(*) AS n FROM panel_jobs($as_of) JOIN ($role_of_job) USING (job_id)
    WHERE role_group IN $ai_groups
) AS c WHERE m.n_jobs <> c.n
