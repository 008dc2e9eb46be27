-- Adverts on Indeed that name AI: the mean of a month's days, of each month of which all days are published.
-- Parameters: as_of, region.
SELECT date_trunc('month', "day")::DATE AS month, avg(share) AS indeed, any_value(source) AS source, max(warc) AS warc
FROM core.ai_posting_shares
WHERE measure = 'ai' AND country = $region AND "day" <= $as_of
GROUP BY ALL HAVING count(*) = day(last_day(max("day")))
