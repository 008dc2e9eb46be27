SELECT p.currency, count(*) AS n, min(p.day), max(p.day), coalesce(max(p.day) > any_value(r.last_on), true)
FROM (
    SELECT currency, coalesce(posted_on, first_seen_at::DATE) AS day
    FROM core.postings WHERE usd_reason = 'no_rate'
) AS p LEFT JOIN (
    SELECT currency, max(rate_on) AS last_on FROM core.usd_rates GROUP BY currency
) AS r USING (currency)
GROUP BY p.currency ORDER BY n DESC, p.currency
