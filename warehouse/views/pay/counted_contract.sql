-- Part of other SELECTs. The contract in whose cells an offer counts: the stated one, else that of an employee.
CASE WHEN $contract IN ($contractor, $agency) THEN $contract ELSE $employee END
