-- Postings of each source, and how many have which values.
SELECT source, count(*) AS n, count(*) FILTER (pay_low IS NOT NULL OR pay_high IS NOT NULL) AS pay,
    count(country) AS country, count(posted_on) AS day, count(employment_type) AS type,
    count(*) FILTER (text_state = 'full') AS text, count(*) FILTER (role_group = 'ai_engineering') AS ai
FROM core.postings GROUP BY ALL
