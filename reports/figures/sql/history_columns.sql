as_of, value_json, basis, rung, status, period_from, coalesce(period_to, read_on, as_of) AS period_to,
    n_jobs, n_employers, sources, behind, snapshots, read_on
