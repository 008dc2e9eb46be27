-- The entries that no file of a record has: changed and new rows, deleted keys, and entries of lost files.
WITH changed AS MATERIALIZED (
    SELECT $columns, false AS is_gone FROM $table WHERE $condition
    EXCEPT SELECT $columns, is_gone FROM $entries
), gone AS (
    SELECT $columns, true AS is_gone FROM $entries
    WHERE $may_lose AND NOT is_gone AND ($keys) NOT IN (SELECT ($keys) FROM $table)
), lost AS (
    SELECT $columns, is_gone FROM $entries WHERE file NOT IN (SELECT file FROM $files)
    AND ($keys) NOT IN (SELECT ($keys) FROM changed) AND ($keys) NOT IN (SELECT ($keys) FROM gone)
)
FROM changed UNION ALL FROM gone UNION ALL FROM lost ORDER BY $keys
