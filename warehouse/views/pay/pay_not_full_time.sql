-- Part of other SELECTs. Why an offer does not count as full-time work under its contract; NULL: it does. Employment that
-- is not stated counts as full-time unless pay is by the hour, day or week and no contract is stated: that may be any
-- contract. A contractor's offer counts unless it is stated to be less than full-time work.
CASE WHEN $seniority = 'intern' THEN 'intern'
    WHEN $role = 'ai_data_trainer' THEN 'data_trainer'
    WHEN $employment_type = 'CONTRACTOR' AND $contract IS NOT NULL THEN NULL
    WHEN $employment_type = 'TEMPORARY' AND $contract = $agency THEN NULL
    WHEN $employment_type <> 'FULL_TIME' THEN 'not_full_time'
    WHEN $employment_type IS NULL AND coalesce($contract NOT IN ($contractor, $agency), true)
        AND $period NOT IN ('month', 'year') THEN 'short_period' END
