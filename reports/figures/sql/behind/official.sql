-- Rows of statistical offices behind an official wage: the newest with the median that the mart shows, by occupation and
-- country. Official wages are of every level. Parameters: as_of, groups (role groups), roles (the mart's first).
WITH shown AS (
    SELECT region, currency, p50 FROM $tables.salary_bands
    WHERE as_of = $as_of AND basis = 'official' AND region_level = 'country' AND status <> 'suppressed'
        AND list_contains($groups, role_group) AND list_contains($roles, role)
    QUALIFY row_number() OVER (
        PARTITION BY region ORDER BY list_position($roles, role), currency <> 'USD', currency
    ) = 1
)
SELECT
    ['country', w.country, 'unstated'] AS cell, w.source || ':' || w.area || ':' || w.occupation AS job_id, w.source,
    w.warc, w.period_on AS period_from, w.period_to
FROM core.official_wages AS w
JOIN shown AS s ON s.region = w.country AND s.currency = w.currency AND s.p50 = w.annual_p50
WHERE w.is_national AND w.period_to <= $as_of
QUALIFY w.period_on = max(w.period_on) OVER (PARTITION BY w.country)
