-- Pay of one role in one country by one kind of source and pay market, with its interval and money. Its period is that of
-- what stands behind it, but of official pay its own. Parameters: as_of, basis, compared (which it is).
SELECT * REPLACE (
    if(basis = 'official', period_from, NULL) AS period_from, if(basis = 'official', period_to, NULL) AS period_to
)
FROM (
    SELECT {{compared_id}} AS compared, * FROM pay_comparison($as_of) WHERE basis = $basis
)
WHERE compared = $compared
