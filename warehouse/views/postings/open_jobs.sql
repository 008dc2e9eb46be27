-- Jobs that were open at the end of a day (UTC), as far as was read by then: one row per vacancy, however many adverts
-- it has. `employer` is the name in core.employers as known today.
SELECT job_id, arg_min(title, first) AS title, arg_min(employer, first) AS employer, arg_min(role, first) AS role,
    arg_min(role_group, first) AS role_group, arg_min(seniority, first) AS seniority, count(*) AS n_postings,
    list_sort(list(DISTINCT source)) AS sources, coalesce(list_sort(list(DISTINCT country)), []) AS countries,
    min(first_seen_at) AS first_seen_at, max(last_seen_at) AS last_seen_at
FROM (
    SELECT o.* REPLACE (coalesce(e.employer, o.employer) AS employer), (o.first_seen_at, o.posting_id) AS first
    FROM postings_as_of(as_of) AS o LEFT JOIN core.employers AS e USING (employer_id) WHERE o.is_open
)
GROUP BY job_id
