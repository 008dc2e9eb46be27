-- Part of other SELECTs. Why an offer is not counted as full-time employment; NULL: it is. Employment that is not
-- stated counts as full-time unless pay is by the hour, day or week, which is how contracts are offered.
CASE WHEN $seniority = 'intern' THEN 'intern'
    WHEN $role = 'ai_data_trainer' THEN 'data_trainer'
    WHEN $employment_type <> 'FULL_TIME' THEN 'not_full_time'
    WHEN $employment_type IS NULL AND $period NOT IN ('month', 'year') THEN 'short_period' END
