-- Jobs and adverts in the frame of a day, by place and by what decides whether they pass the steps to a band of pay.
-- Parameter: as_of.
SELECT region_level, region, seniority, role_group,
    is_read_in_full, states_pay, is_in_dollars, is_paid_here, is_in_band,
    count(*) AS n_jobs, sum(n_adverts)::BIGINT AS n_adverts
FROM frame_jobs($as_of) GROUP BY ALL ORDER BY ALL
