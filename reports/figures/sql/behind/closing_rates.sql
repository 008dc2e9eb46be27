-- Adverts that closing rates follow: listed when their board was read at the start of an interval that counts; only
-- boards of the panel if the rate rests on it. Parameters: as_of, window_days, region_level, region, groups (map from
-- role groups to the group each counts in).
WITH intervals AS (
    SELECT i.source, i.board, i.number, i.weight, (i.read_at AT TIME ZONE 'UTC')::DATE AS read_on,
        (i.read_again_at AT TIME ZONE 'UTC')::DATE AS read_again_on
    FROM board_intervals($as_of, $window_days) i
    ANTI JOIN $tables.closings_left_out o
        ON o.as_of = $as_of AND o.source = i.source AND o.board = i.board
        AND o.read_on = (i.read_at AT TIME ZONE 'UTC')::DATE
    WHERE i.why_not IS NULL
),
followed AS (
    SELECT l.job_id, l.role_group, min(i.read_on) AS period_from, max(i.read_again_on) AS period_to
    FROM board_listings($as_of) l JOIN intervals i
    ON i.source = l.source AND i.board = l.board AND l.first_number <= i.number
    LEFT JOIN $tables.closing_rates m
    ON m.as_of = $as_of AND m.region_level = $region_level AND m.region = $region
        AND m.role_group = $groups[l.role_group] AND m.sample = 'panel'
    WHERE i.number <= l.last_number - l.is_dropped::INTEGER AND (m.sample IS NULL OR i.weight IS NOT NULL)
    GROUP BY ALL
)
SELECT
    [$region_level, $region, $groups[f.role_group]] AS cell, p.job_id, p.posting_id, p.source, p.board, p.warc,
    f.period_from, f.period_to
FROM followed f JOIN core.postings p USING (job_id)
WHERE $groups[f.role_group] IS NOT NULL AND ($region_level = 'world' OR EXISTS (
    SELECT 1 FROM core.posting_places AS l
    WHERE l.posting_id IN (SELECT posting_id FROM core.postings WHERE job_id = f.job_id) AND $region = if($region_level = 'continent', l.continent, l.region)
))
