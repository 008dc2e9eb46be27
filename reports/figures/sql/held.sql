-- Since when a rung's cell was printed on every day of a figure's ledger up to the day before; NULL where it was not then.
-- Parameters: figure, first_on, as_of, basis, region_level, region, seniority_group, groups, roles, pay_markets.
WITH days AS (
    SELECT as_of FROM mart.figures WHERE figure = $figure AND as_of < $as_of
), held AS (
    {{days_printed_pay}}
)
SELECT min(as_of) AS since FROM days
WHERE as_of > coalesce((SELECT max(as_of) FROM days ANTI JOIN held USING (as_of)), DATE '0001-01-01')
