-- Adverts of employers with adverts both where a law requiring pay is in force and where none is, by place; only boards
-- of the panel if the row of the law rests on it. Parameter: as_of.
WITH grouped AS (
    SELECT d.*, g.counted_group
    FROM pay_disclosures($as_of) AS d, LATERAL (SELECT unnest(d.counted_in) AS counted_group) AS g
    WHERE d.adverts = 'stock' AND d.law <> 'unknown'
), sampled AS (
    SELECT g.* FROM grouped AS g LEFT JOIN $tables.pay_disclosure AS m
    ON m.as_of = $as_of AND m.adverts = 'stock' AND m.region_level = g.region_level AND m.region = g.region
        AND m.law = 'in_force' AND m.role_group = g.counted_group AND m.sample = 'panel'
    WHERE m.sample IS NULL OR g.weight IS NOT NULL
), compared AS (
    FROM sampled
    QUALIFY count(DISTINCT law) OVER (PARTITION BY region_level, region, counted_group, employer) = 2
)
SELECT
    [c.region_level, c.region, c.counted_group] AS cell, {{behind/advert}}, if(c.states_pay, ['yes'], []) AS items
FROM compared AS c JOIN stock_postings($as_of) AS p USING (job_id)
