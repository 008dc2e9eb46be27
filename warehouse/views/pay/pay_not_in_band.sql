-- Part of other SELECTs. Why pay for full-time work enters no band of its contract; NULL: it does. A band takes base pay
-- with both ends known for a year: gross pay of employees, invoices of contractors. A contract that is not stated counts
-- as an employee's, except in the countries where it may as well be a contractor's.
CASE WHEN $contract = $open_contract OR $contract IS NULL AND $country IN ($unclear_contracts) THEN 'contract_open'
    WHEN $annual_low IS NULL AND $annual_high IS NULL THEN 'no_yearly_amount'
    WHEN $annual_low IS NULL OR $annual_high IS NULL THEN 'one_end'
    WHEN $flag IS NOT NULL THEN $flag
    WHEN $tax = 'net' THEN 'net' END
