-- What statistical offices publish about the occupations that our roles are compared with, as of the day `as_of`: for
-- each country and role the newest national row of the nearest occupation. `nearness` says how near it is
-- (`core.near_occupations`), `occupation_text` says so in words, and `definition` says what counts as pay, and whose. A
-- mean without a median stays a mean. Only periods that have ended count, and only sources whose aggregates may be
-- published.
SELECT
    w.country, n.role_group, n.role, n.nearness, w.source, w.area, w.scheme, w.occupation, w.occupation_title,
    w.currency,
    w.period_on AS period_from, w.period_to, w.due_on, w.employment, w.annual_mean, w.annual_p10, w.annual_p25,
    w.annual_p50,
    w.annual_p75, w.annual_p90,
    w.occupation_title || ' (' || w.scheme || ' ' || w.occupation || '), ' || CASE
        WHEN date_trunc('month', w.period_on) = date_trunc('month', w.period_to) THEN strftime(w.period_on, '%B %Y')
        WHEN year(w.period_on) = year(w.period_to) THEN strftime(w.period_on, '%Y')
        ELSE strftime(w.period_on, '%Y') || ' to ' || strftime(w.period_to, '%Y') END
        || ': ' || CASE n.nearness
        WHEN 'exactMatch' THEN 'the occupation of the role''s name'
        WHEN 'closeMatch' THEN 'an occupation near the role, not the role itself'
        ELSE 'a large group that the role is a small part of' END || coalesce(' (' || n.reason || ')', '')
        AS occupation_text,
    w.earnings || '; ' || w.coverage
        || CASE WHEN w.stated_period <> 'year' THEN '; stated per ' || w.stated_period || ', a year is '
        || w.annual_from ELSE '' END
        || coalesce('; ' || w.compiled_by, '') AS definition
FROM core.official_wages AS w JOIN core.near_occupations AS n USING (scheme, occupation)
WHERE n.is_compared AND w.is_national AND w.period_to <= as_of
    AND w.source NOT IN (SELECT source FROM core.sources WHERE NOT is_republishable)
QUALIFY row_number() OVER (
    PARTITION BY w.country, n.role_group, n.role
    ORDER BY list_position(['exactMatch', 'closeMatch', 'broadMatch'], n.nearness), w.period_to DESC, w.source, w.occupation
) = 1
