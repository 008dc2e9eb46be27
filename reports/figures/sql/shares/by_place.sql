-- The share of one item of a measure in places of some kinds, all adverts read first, then the largest, bounds last; and
-- the countries of most of all jobs. Parameters: measure, item, role_group, region_levels (kinds of place), names (words for
-- places that are no country), as_of.
SELECT
    region_level, region, item,
    coalesce($names[region], (SELECT name FROM core.countries WHERE country = $tables.shares.region), region) AS name,
    {{shares/columns}},
    ({{shares/largest_countries}}) AS countries
FROM $tables.shares
WHERE as_of = $as_of AND text_class IN ('all', 'full_advert')
    AND measure = $measure AND item = $item AND role_group = $role_group
    AND list_contains($region_levels, region_level)
ORDER BY region_level <> 'world', form${by} IN ('bounds', 'says'), sorted_by DESC NULLS LAST, n_jobs DESC, region
