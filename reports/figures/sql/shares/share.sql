-- The share of one item of a measure in one cell, and the countries of most of its jobs. An item that no job has, though it
-- is one of the measure, has no row in the mart and a share of 0, whose interval the cell has. An item that is not known
-- beforehand is found by its name in ids.
-- Parameters: measure, item (its name in ids), known (items that are known beforehand, by their names in ids),
-- region_level, region, role_group, max_width (above which an interval stands alone), as_of.
WITH cell AS MATERIALIZED (
    SELECT item, category, zero_share${by}_hi AS zero_share_hi,
        {{shares/columns}}
    FROM $tables.shares
    WHERE as_of = $as_of AND text_class IN ('all', 'full_advert')
        AND measure = $measure AND region_level = $region_level AND region = $region AND role_group = $role_group
), named AS (
    SELECT unnest(map_keys($known::MAP(VARCHAR, VARCHAR))) AS asked, unnest(map_values($known::MAP(VARCHAR, VARCHAR))) AS item
), asked AS (
    FROM named
    UNION ALL
    SELECT trim(regexp_replace(lower(item), '[^a-z0-9]+', '_', 'g'), '_') AS asked, item
    FROM cell ANTI JOIN named USING (item)
), found AS (
    SELECT asked, c.* FROM asked JOIN cell AS c USING (item)
    UNION ALL
    SELECT asked, z.* REPLACE (
        a.item AS item, NULL AS category, 0 AS n_asking, 0 AS n_employers_asking, NULL AS rank_best,
        NULL AS rank_worst, NULL AS bound_lo, NULL AS bound_hi,
        if(status = 'suppressed' OR form IN ('bounds', 'says'), NULL, 0) AS share,
        if(status = 'suppressed' OR form IN ('bounds', 'says'), NULL, 0) AS share_lo,
        if(status = 'suppressed' OR form IN ('bounds', 'says'), NULL, zero_share_hi) AS share_hi,
        CASE WHEN form IN ('bounds', 'says') THEN 'says' WHEN zero_share_hi > $max_width THEN 'interval'
            ELSE 'point' END AS form,
        NULL AS sorted_by, NULL AS beside, NULL AS platforms, NULL AS platforms_chance
    )
    FROM (FROM asked ANTI JOIN cell USING (item)) AS a CROSS JOIN (FROM cell LIMIT 1) AS z
)
SELECT *, ({{shares/largest_countries}}) AS countries FROM found
WHERE asked = $item
QUALIFY row_number() OVER (PARTITION BY asked ORDER BY n_asking DESC, item) = 1
