-- Yearly amounts of the table `t`, and the day and currency to convert them by.
SELECT $keys, t.annual_low, t.annual_high,
    ($low IS NOT NULL OR $high IS NOT NULL) AND t.currency IS NULL AND $is_money AS lacks_currency,
    CASE WHEN $low IS NOT NULL OR $high IS NOT NULL THEN t.currency END AS currency,
    coalesce($posted_on, p.first_seen_at::DATE) AS day
FROM $table AS t JOIN core.postings AS p USING (posting_id)
