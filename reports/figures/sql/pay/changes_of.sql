-- The series that ever had two printed periods.
SELECT DISTINCT measure, region, role_group
FROM (
    SELECT measure, region, role_group, status FROM mart.pay_changes
    UNION ALL SELECT measure, region, role_group, status FROM published.pay_changes
)
WHERE status <> 'suppressed'
ORDER BY ALL
