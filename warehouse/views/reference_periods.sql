-- Of which days the marts of the day `as_of` speak, region by region: the first and the last reading of the boards whose
-- adverts are in the stock there.
SELECT region_level, region, min(read_on) AS period_from, max(read_on) AS period_to,
    count(DISTINCT (source, board)) AS n_boards
FROM job_regions(as_of) JOIN stock_postings(as_of) USING (job_id)
GROUP BY region_level, region
