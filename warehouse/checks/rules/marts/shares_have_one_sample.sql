-- no cell of mart.shares is of two samples
SELECT DISTINCT format('{}, {} of {}', measure, role_group, region) FROM mart.shares WHERE as_of = $as_of
GROUP BY measure, region_level, region, role_group, seniority_group, text_class, estimand
HAVING count(DISTINCT coalesce(sample, 'known')) > 1
