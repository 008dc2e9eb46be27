-- The regions of a source's postings, by board.
SELECT DISTINCT b.board, p.region FROM core.posting_boards AS b
JOIN core.posting_places AS p USING (posting_id) JOIN core.postings AS o USING (posting_id)
WHERE o.source = ? AND p.region IS NOT NULL ORDER BY ALL
