-- Share of enterprises that use AI in an area, by year and size: the newest two years, as an office counts them, and the
-- day by which the next year is due. A year counts from the day on which it was read, which the archive file's name
-- says, or from the day by which it was due, since a later answer replaces the earlier ones. Parameters: as_of, area,
-- sizes.
SELECT
    ['country', area, size_class] AS cell, area || ':' || size_class || ':' || year AS job_id, source, warc, year,
    size_class, 100 * share AS percentage, flags, 'published' AS status, NULL AS reason,
    make_date(year, 1, 1) AS period_from, make_date(year, 12, 31) AS period_to, make_date(year + 2, 1, 31) AS due_on
FROM core.ai_use
WHERE area = $area AND list_contains($sizes, size_class) AND (
    make_date(year + 1, 1, 31) <= $as_of::DATE
    OR try_cast(regexp_extract(warc, '\d{4}-\d\d-\d\d') AS DATE) <= $as_of::DATE
)
QUALIFY year >= max(year) OVER () - 1
ORDER BY year DESC, list_position($sizes, size_class)
