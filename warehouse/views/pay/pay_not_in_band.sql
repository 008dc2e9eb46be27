-- Part of other SELECTs. Why pay of full-time employment enters no band; NULL: it does. Gross, base, both ends known
-- for a year.
CASE WHEN $annual_low IS NULL AND $annual_high IS NULL THEN 'no_yearly_amount'
    WHEN $annual_low IS NULL OR $annual_high IS NULL THEN 'one_end'
    WHEN $flag IS NOT NULL THEN $flag
    WHEN $tax = 'net' THEN 'net' END
