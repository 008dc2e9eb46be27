-- The period that the marts of the day `as_of` cover, by region: the first and the last reading of the boards with
-- adverts in the stock there.
SELECT r.region_level, r.region, min(p.read_on) AS period_from, max(p.read_on) AS period_to,
    count(DISTINCT (p.source, p.board)) AS n_boards
FROM job_regions(as_of) AS r JOIN stock_postings(as_of) AS p USING (job_id)
GROUP BY r.region_level, r.region
