-- Pay of one role in one country by one kind of source and pay market, with its interval and money. Its period is that of
-- what stands behind it, but of official pay its own. Parameters: as_of, basis, compared (which it is), comparison.
SELECT * REPLACE (
    if(basis = 'official', period_from, NULL) AS period_from, if(basis = 'official', period_to, NULL) AS period_to
)
FROM (
    SELECT {{pay/compared_id}} AS compared, * EXCLUDE (as_of) FROM $comparison WHERE as_of = $as_of AND basis = $basis
)
WHERE compared = $compared
