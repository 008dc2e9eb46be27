-- The ten skills of a category that AI engineering adverts ask for most, in the order of their shares, and the countries
-- of most of the jobs. Parameters: category, measure, role_group, as_of.
SELECT *
FROM (
    SELECT
        item, item AS name, category,
        {{shares/columns}},
        ({{shares/largest_countries}}) AS countries
    FROM $tables.shares
    WHERE as_of = $as_of AND text_class IN ('all', 'full_advert')
        AND measure = $measure AND region_level = 'world' AND role_group = $role_group
        AND category = $category
    QUALIFY row_number() OVER (PARTITION BY category ORDER BY share${by} DESC NULLS LAST, n_yes DESC, item) <= 10
)
ORDER BY sorted_by DESC NULLS LAST, n_asking DESC, item
