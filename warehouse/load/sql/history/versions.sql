-- `versions`: the readings that begin another version of their posting, each with where its row stands.
--
-- If two boards list a posting at once, the board that listed it first speaks for it: their wordings differ, and the
-- posting would change twice a night. A reading with less text than the current version begins no other version while
-- the title stays, because lists often hold less than the postings' own answers.
CREATE OR REPLACE TEMP TABLE versions AS
WITH differing AS (  -- the other readings, nearly all on most nights, begin no version
    SELECT * FROM readings WHERE posting_id IN (
        SELECT r.posting_id FROM readings AS r LEFT JOIN core.postings AS p USING (posting_id)
        WHERE r.content_hash IS DISTINCT FROM p.content_hash
    )
), speaking AS (
    SELECT r.* FROM differing AS r
    JOIN core.posting_boards AS own ON own.posting_id = r.posting_id AND own.board = r.board
        AND r.observed_at BETWEEN own.first_seen_at AND own.last_seen_at
    WHERE NOT EXISTS (
        SELECT 1 FROM core.posting_boards AS other
        WHERE other.posting_id = r.posting_id AND other.board <> r.board
            AND (other.first_seen_at, other.board) < (own.first_seen_at, own.board)
            AND r.observed_at < coalesce(other.closed_at, 'infinity'::TIMESTAMPTZ)
            -- By what was known at that time: a board that lists the posting again later may have been silent for long.
            AND ($age IS NULL OR EXISTS (
                SELECT 1 FROM sighted AS w
                WHERE w.posting_id = other.posting_id AND w.board = other.board
                    AND w.sighted_at BETWEEN other.first_seen_at AND r.observed_at
                    AND r.observed_at::DATE - w.sighted_at::DATE <= $age
            ))
    )
    QUALIFY row_number() OVER (
        PARTITION BY r.posting_id, r.observed_at
        ORDER BY fullness DESC, of_warc DESC, of_record DESC, row_number DESC
    ) = 1
), all_readings AS (
    SELECT posting_id, observed_at, title, fullness, content_hash, warc, record, row_number FROM speaking
    UNION ALL
    SELECT p.posting_id, p.version_from, p.title, $fullness, p.content_hash, NULL, NULL, NULL
    FROM core.postings AS p SEMI JOIN speaking USING (posting_id)
), titled AS (
    SELECT *, title IS DISTINCT FROM lag(title) OVER w AS is_retitled
    FROM all_readings WINDOW w AS (PARTITION BY posting_id ORDER BY observed_at)
), grouped AS (
    SELECT *, count(*) FILTER (is_retitled) OVER (PARTITION BY posting_id ORDER BY observed_at) AS title_number
    FROM titled
), full_enough AS (
    SELECT * FROM grouped
    QUALIFY fullness >= max(fullness) OVER (PARTITION BY posting_id, title_number ORDER BY observed_at)
), changes AS (
    SELECT * FROM full_enough
    QUALIFY content_hash IS DISTINCT FROM lag(content_hash) OVER (PARTITION BY posting_id ORDER BY observed_at)
)
SELECT posting_id, observed_at AS version_from, lead(observed_at) OVER w AS version_to, content_hash, warc, record,
    row_number
FROM changes
WINDOW w AS (PARTITION BY posting_id ORDER BY observed_at)
QUALIFY warc IS NOT NULL OR version_to IS NOT NULL
