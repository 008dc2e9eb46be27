-- mart.shares prints cells by the rules of printing
SELECT format('{}, {} of {}: {}', measure, item, region, status) FROM mart.shares
WHERE as_of = $as_of AND estimand = '$estimand' AND (status = 'published') <> ($is_printed)
