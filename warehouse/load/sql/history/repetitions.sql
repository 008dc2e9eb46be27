-- Add to `seen` the adverts that answers repeat (`advert_repetitions`).
INSERT INTO seen
SELECT DISTINCT o.posting_id, o.board, a.observed_at
FROM (SELECT DISTINCT wording_hash, posting_id, board FROM repetition_rows) AS o
JOIN advert_repetitions AS a USING (wording_hash)
ANTI JOIN seen AS s ON s.posting_id = o.posting_id AND s.board = o.board AND s.observed_at = a.observed_at;

-- Where the row of a repeated advert stands, if it is not the current version of its posting (few). If one reading of a
-- posting may begin a new version, all its repetitions count.
CREATE OR REPLACE TEMP TABLE changed_repetitions AS
WITH news AS (
    SELECT * FROM repetition_rows
    SEMI JOIN (SELECT wording_hash FROM advert_repetitions WHERE is_news) USING (wording_hash)
), current AS (
    SELECT n.wording_hash FROM news AS n JOIN core.postings AS p
    ON p.posting_id = n.posting_id AND p.warc = n.warc AND p.record = n.record
), changing AS (
    SELECT posting_id FROM readings
    UNION
    SELECT posting_id FROM news WHERE wording_hash NOT IN (FROM current)
)
SELECT * FROM news SEMI JOIN changing USING (posting_id)
QUALIFY row_number() OVER (PARTITION BY wording_hash ORDER BY warc, row_number) = 1;
