-- mart.shares prints what the rules of printing admit
SELECT format('{}, {} of {}: {}', measure, item, region, status) FROM mart.shares
WHERE as_of = $as_of AND estimand = '$estimand' AND (status = 'published') <> ($is_printed)
