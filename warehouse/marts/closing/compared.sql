-- For each group of roles that is compared with another, and each employer with adverts of both on a board: the terms of
-- Mantel and Haenszel's ratio (`compare_within_boards`). Parameter: groups.
WITH at_risk AS (
    SELECT c.*, g.counted_group AS ours, g.is_ours, (n_open - n_closed / 2) * days AS exposure
    FROM closing_counts AS c JOIN (SELECT unnest($groups, recursive := true)) AS g ON g.member = c.role_group
), summed AS (
    SELECT ours, region_level, region, board_number, employer, interval_number, any_value(weight) AS weight,
        sum(exposure) FILTER (is_ours) AS t, sum(exposure) FILTER (NOT is_ours) AS t_other,
        sum(n_closed) FILTER (is_ours) AS k, sum(n_closed) FILTER (NOT is_ours) AS k_other,
    FROM at_risk GROUP BY ALL
)
SELECT ours AS role_group, region_level, region, employer, sum(weight * t * t_other / (t + t_other)) AS weight,
    sum(weight * k * t_other / (t + t_other)) AS ours, sum(weight * k_other * t / (t + t_other)) AS theirs,
    sum(weight * weight * (k + k_other) * t * t_other / pow(t + t_other, 2)) AS independent,
    sum(t) AS open_days, sum(t_other) AS open_days_other
FROM summed WHERE t IS NOT NULL AND t_other IS NOT NULL GROUP BY ALL ORDER BY ALL
