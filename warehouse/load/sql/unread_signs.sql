-- Versions of adverts on employers' boards that were not read for signs; signs of versions that are gone are forgotten.
CREATE OR REPLACE TEMP TABLE unread AS
SELECT posting_id, content_hash, warc, record, p.title, "language", text_state = 'full' AS has_text
FROM core.postings AS p JOIN core.sources AS s USING (source)
WHERE s.kind = 'employer board' AND NOT EXISTS (
    FROM signs_read AS r WHERE r.posting_id = p.posting_id AND r.content_hash = p.content_hash
);

DELETE FROM signs_read AS r WHERE NOT EXISTS (
    FROM core.postings AS p WHERE p.posting_id = r.posting_id AND p.content_hash = r.content_hash
);

DELETE FROM core.agency_signs WHERE posting_id NOT IN (SELECT posting_id FROM signs_read);
