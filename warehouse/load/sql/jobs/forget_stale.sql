-- Titles with a version that changed.
CREATE OR REPLACE TEMP TABLE affected AS SELECT DISTINCT title FROM stale;

DELETE FROM compared AS c USING stale AS s
WHERE c.posting_id = s.posting_id AND c.first_at = s.first_at AND c.content_hash = s.content_hash
    AND c.board IS NOT DISTINCT FROM s.board;

-- A closing counts where adverts without text are compared.
INSERT INTO affected
SELECT c.title FROM compared AS c JOIN closings AS s
ON c.posting_id = s.posting_id AND c.board IS NOT DISTINCT FROM s.board
WHERE c.title IN (SELECT title FROM compared WHERE text_hash IS NULL);

UPDATE compared AS c SET closed_at = s.closed_at FROM closings AS s
WHERE c.posting_id = s.posting_id AND c.board IS NOT DISTINCT FROM s.board;
