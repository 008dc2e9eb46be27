-- The regions of the postings on each board.
SELECT o.source, b.board, list(DISTINCT p.region ORDER BY p.region) FROM core.posting_boards AS b
JOIN core.posting_places AS p USING (posting_id) JOIN core.postings AS o USING (posting_id)
WHERE p.region IS NOT NULL GROUP BY ALL
