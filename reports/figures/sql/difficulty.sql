WITH {{vacancies_followed}},
items (position, cell, item) AS (VALUES (1, 'AI engineering', 'open'), (2, 'other engineering', 'open')),
{{shares_of_items}}
SELECT f.* EXCLUDE (position, item), w.watched_since, w.is_watched
FROM figured f, (
    SELECT min(read_on) AS watched_since,
        coalesce(max(read_on) - min(read_on) > $still_open_days, false) AS is_watched
    FROM readings
) AS w
ORDER BY f.position
