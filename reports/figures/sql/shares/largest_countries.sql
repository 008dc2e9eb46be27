SELECT list({'country': c.name, 'n_jobs': m.n} ORDER BY m.n DESC, c.name)[:3]
FROM (
    SELECT region AS country, max(n_jobs) AS n FROM $tables.shares
    WHERE as_of = $as_of AND text_class IN ('all', 'full_advert') AND measure = $measure AND role_group = $role_group
        AND region_level = 'country' AND coalesce(sample, 'known') = (  -- jobs of two samples are not set side by side
            SELECT coalesce(max(sample), 'known') FROM $tables.shares
            WHERE as_of = $as_of AND text_class IN ('all', 'full_advert') AND measure = $measure
                AND role_group = $role_group AND region_level = 'world'
        )
    GROUP BY region
) AS m JOIN core.countries AS c USING (country)
