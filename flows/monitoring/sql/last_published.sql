-- When the published warehouse was published, by its own record, and its day. Runs of days set aside do not count.
SELECT (SELECT max(ended_at) FROM ops.runs WHERE list_contains(?, exit_code) AND coalesce(as_of <= day, true)), day
FROM (SELECT max(as_of) AS day FROM mart.figures)
