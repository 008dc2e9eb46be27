-- Shares of one measure in all adverts read: in the order of order, else the largest first; and the countries of most
-- of its jobs. What the measure declares and no job has is a share of 0, and comes last. Parameters: measure, role_group, names (words for
-- items), order (items), least (jobs that an item must have), as_of.
SELECT
    item, coalesce(($names::MAP(VARCHAR, VARCHAR))[item], item) AS name,
    {{shares/columns}},
    ({{shares/largest_countries}}) AS countries
FROM $tables.shares
WHERE as_of = $as_of AND text_class IN ('all', 'full_advert')
    AND measure = $measure AND region_level = 'world' AND role_group = $role_group AND n_yes >= $least
ORDER BY n_yes = 0, list_position($order::VARCHAR[], item) NULLS LAST, sorted_by DESC NULLS LAST, n_yes DESC, item
