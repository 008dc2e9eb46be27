-- Jobs in the stock of the day `as_of` that the panel counts, with the weight of their board. A job belongs to the
-- board of its first advert, by id, that is on a board of the draw; if that board is not a member, the panel does not
-- count the job. Empty if no statistic is based on the panel (`panel_boards`).
SELECT job_id, weight
FROM (
    SELECT p.job_id, arg_min_null(b.weight, p.posting_id) AS weight
    FROM stock_postings(as_of) AS p JOIN panel_boards(as_of) AS b ON b.source = p.source AND b.board = p.board
    GROUP BY p.job_id
)
WHERE weight IS NOT NULL
