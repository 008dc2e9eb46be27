-- Part of other SELECTs. Why pay for full-time employment enters no band; NULL: it does. A band takes gross base pay
-- with both ends known for a year.
CASE WHEN $annual_low IS NULL AND $annual_high IS NULL THEN 'no_yearly_amount'
    WHEN $annual_low IS NULL OR $annual_high IS NULL THEN 'one_end'
    WHEN $flag IS NOT NULL THEN $flag
    WHEN $tax = 'net' THEN 'net' END
