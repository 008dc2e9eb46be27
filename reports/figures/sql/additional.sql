WITH {{additional_jobs}},
items (position, cell, item) AS (
    VALUES (1, 'ai_engineering', 'any'), (2, 'ai_engineering', 'equity'), (3, 'ai_engineering', 'bonus'),
        (4, 'ai_engineering', 'commission')
),
{{shares_of_items}}
SELECT * EXCLUDE (position, cell) FROM figured ORDER BY position
