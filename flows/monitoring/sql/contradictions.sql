-- Postings that contradict themselves, by doubt.
SELECT 'postings that contradict themselves: ' || doubt AS what, count(*) AS n
FROM (SELECT unnest(doubts) AS doubt FROM core.postings) GROUP BY doubt ORDER BY n DESC, doubt
