-- Skills that the adverts of a place and group of roles ask for, of the last day on which any could be printed: asked
-- (required or preferred), required and preferred. Parameters: as_of, first_day (before which nothing is shown any
-- more), least (jobs that must ask for a skill to be listed).
WITH kept AS MATERIALIZED (
    FROM mart.shares_history
    WHERE valid_from <= $as_of AND coalesce(valid_to, $as_of + 1) > $first_day AND status <> 'suppressed'
        AND measure IN ('skill_asked', 'skill_required', 'skill_preferred') AND text_class = 'full_advert'
        AND region_level IN ('world', 'continent', 'region', 'country')
), days AS (
    SELECT k.region_level, k.region, k.role_group, max(d.as_of) AS day
    FROM kept AS k JOIN mart.days AS d
        ON d.mart = 'mart.shares' AND d.as_of BETWEEN greatest(k.valid_from, $first_day) AND $as_of
        AND d.as_of < coalesce(k.valid_to, $as_of + 1)
    WHERE k.measure = 'skill_asked'
    GROUP BY k.region_level, k.region, k.role_group
)
SELECT
    a.region_level, a.region, a.role_group, s.day, a.item, a.category, a.n_jobs, a.n_employers, a.status, a.share,
    a.share_lo, a.share_hi, a.form, r.share AS required, r.share_lo AS required_lo, r.share_hi AS required_hi,
    r.form AS required_form, p.share AS preferred, p.share_lo AS preferred_lo, p.share_hi AS preferred_hi,
    p.form AS preferred_form
FROM days AS s
JOIN kept AS a USING (region_level, region, role_group)
LEFT JOIN kept AS r
    ON r.measure = 'skill_required' AND r.valid_from <= s.day AND coalesce(r.valid_to, s.day + 1) > s.day
    AND (r.region_level, r.region, r.role_group, r.item) = (a.region_level, a.region, a.role_group, a.item)
LEFT JOIN kept AS p
    ON p.measure = 'skill_preferred' AND p.valid_from <= s.day AND coalesce(p.valid_to, s.day + 1) > s.day
    AND (p.region_level, p.region, p.role_group, p.item) = (a.region_level, a.region, a.role_group, a.item)
WHERE a.measure = 'skill_asked' AND a.valid_from <= s.day AND coalesce(a.valid_to, s.day + 1) > s.day
    AND a.n_yes >= $least
ORDER BY ALL
