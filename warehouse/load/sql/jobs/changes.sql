-- Versions that were not compared yet.
CREATE OR REPLACE TEMP TABLE unread AS
SELECT posting_id, version_from, content_hash, warc, record,
    CASE WHEN text_state = 'full' THEN text_hash END AS text_hash,  -- a snippet proves nothing
    (row_number() OVER (PARTITION BY warc ORDER BY record, posting_id) - 1) // $max_read AS part
FROM core.posting_versions AS v
WHERE NOT EXISTS (
    FROM compared AS c
    WHERE v.posting_id = c.posting_id AND v.version_from = c.first_at AND v.content_hash = c.content_hash
        AND v.board IS NOT DISTINCT FROM c.board
);

-- Versions that were compared and do not exist any more.
CREATE OR REPLACE TEMP TABLE stale AS
SELECT posting_id, first_at, content_hash, board, title FROM compared AS c
WHERE NOT EXISTS (
    FROM core.posting_versions AS v
    WHERE v.posting_id = c.posting_id AND v.version_from = c.first_at AND v.content_hash = c.content_hash
        AND v.board IS NOT DISTINCT FROM c.board
);

CREATE OR REPLACE TEMP TABLE first_closings AS
SELECT posting_id, board, min(closed_at) AS closed_at FROM core.posting_boards
WHERE closed_at IS NOT NULL GROUP BY posting_id, board;

-- Compared postings that were closed, or are open again, since.
CREATE OR REPLACE TEMP TABLE closings AS
SELECT c.posting_id, c.board, f.closed_at
FROM (SELECT DISTINCT posting_id, source, board, closed_at FROM compared) AS c
LEFT JOIN first_closings AS f ON f.posting_id = c.posting_id AND f.board = coalesce(c.board, c.source)
WHERE f.closed_at IS DISTINCT FROM c.closed_at;
