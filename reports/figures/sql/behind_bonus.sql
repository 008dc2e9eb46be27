-- Adverts whose bonus counts, one of each job. Parameters: as_of, window_days.
WITH {{bonus_adverts}}
SELECT ['ai_engineering'] AS cell, job_id, posting_id, source, board, warc, fx_source, fx_on,
    read_on AS period_from, read_on AS period_to, [] AS items
FROM stated WHERE amount > 0
