-- Roles among AI jobs with their titles, the largest share first, and the countries of most of the jobs.
-- Parameters: measure, role_group, as_of.
SELECT
    coalesce(r.title, item) AS title, item AS role,
    {{share_columns}},
    ({{largest_countries}}) AS countries
FROM $tables.shares LEFT JOIN core.roles AS r ON r.role = item
WHERE as_of = $as_of AND measure = $measure AND region_level = 'world' AND $tables.shares.role_group = $role_group
    AND n_yes > 0
ORDER BY printed_least DESC NULLS LAST, n_yes DESC, item
