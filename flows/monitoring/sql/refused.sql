-- Records refused, records left out on purpose, and single values refused, by source.
SELECT source,
    coalesce(sum(n) FILTER (posting_id IS NULL AND NOT is_deliberate), 0)::BIGINT,
    coalesce(sum(n) FILTER (posting_id IS NULL AND is_deliberate), 0)::BIGINT,
    count(*) FILTER (posting_id IS NOT NULL)
FROM (
    SELECT *, coalesce(TRY_CAST(regexp_extract("value", $many, 1) AS BIGINT), 1) AS n FROM ops.rejects
    WHERE column_name <> 'keys' AND NOT starts_with(rule, $flag)
)
GROUP BY ALL
