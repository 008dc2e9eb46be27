WITH {{industry_jobs}},
items AS (
    SELECT row_number() OVER (ORDER BY count(*) DESC, item) AS position, cell, item FROM hits GROUP BY cell, item
),
{{shares_of_items}}
SELECT f.* EXCLUDE (position, cell), a.n_all, a.n_known
FROM (SELECT count(*) AS n_all, count(industry) AS n_known FROM everything) a LEFT JOIN figured f ON true
ORDER BY f.share DESC NULLS LAST, f.item
