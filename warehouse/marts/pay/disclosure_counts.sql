-- Jobs whose full advert was read, and how many of them state pay, by cell, employer and weight in the panel, with the
-- widths of the ranges that they state. A job counts in each of its groups. Parameter: as_of.
SELECT
    p.adverts, p.region_level, p.region, p.law, g.role_group, p.employer, p.weight, count(*) AS n_jobs,
    count_if(p.states_pay) AS n_stated, list(p.width ORDER BY p.width) FILTER (p.width IS NOT NULL) AS widths
FROM pay_disclosures($as_of) AS p, LATERAL (SELECT unnest(p.counted_in) AS role_group) AS g
GROUP BY ALL
ORDER BY ALL
