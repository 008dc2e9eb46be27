-- Part of other SELECTs. Why an offer does not count as full-time employment; NULL: it does. Employment that is not
-- stated counts as full-time unless pay is by the hour, day or week, as contracts are.
CASE WHEN $seniority = 'intern' THEN 'intern'
    WHEN $role = 'ai_data_trainer' THEN 'data_trainer'
    WHEN $employment_type <> 'FULL_TIME' THEN 'not_full_time'
    WHEN $employment_type IS NULL AND $period NOT IN ('month', 'year') THEN 'short_period' END
