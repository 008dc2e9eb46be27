-- The adverts behind a figure on a day. For adverts edited since: what they paid when read for that day (`then_low`,
-- `then_high`) and what they pay now (`now_low`, `now_high`), in dollars a year. Parameter: behind (SELECT of adverts).
SELECT
    b.*, (p.version_from AT TIME ZONE 'UTC')::DATE > b.period_to AS is_edited,
    p.annual_low_usd AS now_low, p.annual_high_usd AS now_high,
    v.annual_low_usd AS then_low, v.annual_high_usd AS then_high
FROM ($behind) AS b
JOIN core.postings AS p USING (posting_id)
LEFT JOIN core.superseded_versions AS v
    ON v.posting_id = b.posting_id AND (v.version_from AT TIME ZONE 'UTC')::DATE <= b.period_to
    AND (v.version_to AT TIME ZONE 'UTC')::DATE > b.period_to
