-- Adverts that statistics count, seen open in the `window_days` days that end with the day `as_of`.
SELECT * FROM core.publishable_postings
WHERE is_open_in_window(first_seen_at, last_seen_at, as_of, window_days)
