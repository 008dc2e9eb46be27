-- Postings with another employer than their statement has now.
CREATE OR REPLACE TEMP TABLE hired_by AS
WITH statements AS (
    SELECT unnest($employers::VARCHAR[]) AS employer, unnest($sources::VARCHAR[]) AS source,
        unnest($boards::VARCHAR[]) AS board, unnest($places::VARCHAR[]) AS place,
        unnest($ids::VARCHAR[]) AS employer_id
)
SELECT p.posting_id, s.employer_id FROM ($hiring) AS p JOIN statements AS s
ON s.source = p.source AND s.employer IS NOT DISTINCT FROM p.employer
    AND s.board IS NOT DISTINCT FROM p.board AND s.place IS NOT DISTINCT FROM p.place
WHERE s.employer_id IS DISTINCT FROM p.employer_id
