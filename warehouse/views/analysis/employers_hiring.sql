-- Employers with open jobs in AI engineering, AI science or around them, as statistics count them: one row each, with
-- numbers of jobs by role, places, and how many state pay. Adverts that name nobody count under their board. An agency
-- counts for the employers that it does not name.
SELECT
    employer_key, any_value(employer) AS employer, any_value(name_source) AS name_source,
    coalesce(any_value(is_staffing_agency), false) AS is_staffing_agency, any_value(industry) AS industry,
        count(*) AS n_jobs,
    count(*) FILTER (role_group = 'ai_engineering') AS n_ai_engineering,
    count(*) FILTER (role_group = 'ai_science') AS n_ai_science, histogram(role) AS roles,
    list_sort(list_distinct(flatten(list(countries)))) AS countries, count(*) FILTER (workplace = 'remote') AS n_remote,
    count(*) FILTER (text_class = 'full_advert') AS n_read_in_full,
    count(*) FILTER (text_class = 'full_advert' AND states_pay) AS n_stating_pay,
    n_stating_pay / nullif(n_read_in_full, 0) AS share_stating_pay,
    min(first_seen_on) AS first_seen_on, max(last_seen_on) AS last_seen_on
FROM analysis.jobs
WHERE is_open AND role_group IN $ai_groups
GROUP BY employer_key
