{{counted}}
    SELECT [c.cell] AS cell, p.job_id, p.posting_id, p.source, p.board, p.warc,
        NULL AS fx_source, NULL::DATE AS fx_on, c.items
    FROM core.publishable_postings p JOIN counted c USING (job_id)
    WHERE first_seen_at::DATE <= $as_of AND last_seen_at::DATE > $as_of - $window_days
