-- Published shares of skills that the adverts of a place and group of roles ask for: asked (required or preferred),
-- required and preferred. Parameter: least (jobs that must ask for a skill to be listed).
WITH kept AS MATERIALIZED (
    FROM published.shares
    WHERE status <> 'suppressed' AND measure IN ('skill_asked', 'skill_required', 'skill_preferred')
        AND text_class = 'full_advert' AND region_level IN ('world', 'continent', 'region', 'country')
)
SELECT
    a.region_level, a.region, a.role_group, a.as_of AS day, a.item, a.category, a.n_jobs, a.n_employers, a.status,
    a.share, a.share_lo, a.share_hi, a.form, r.share AS required, r.share_lo AS required_lo, r.share_hi AS required_hi,
    r.form AS required_form, p.share AS preferred, p.share_lo AS preferred_lo, p.share_hi AS preferred_hi,
    p.form AS preferred_form
FROM kept AS a
LEFT JOIN kept AS r
    ON r.measure = 'skill_required'
    AND (r.region_level, r.region, r.role_group, r.item) = (a.region_level, a.region, a.role_group, a.item)
LEFT JOIN kept AS p
    ON p.measure = 'skill_preferred'
    AND (p.region_level, p.region, p.role_group, p.item) = (a.region_level, a.region, a.role_group, a.item)
WHERE a.measure = 'skill_asked' AND a.n_yes >= $least
ORDER BY ALL
