-- What decides the vacancy of each posting: its first version, and when it was listed. `spans` are [from, to]; an
-- advert on a forum stands for its month, whenever its thread was read. Only pay in fields counts, so that a text
-- changes nothing.
CREATE OR REPLACE TEMP TABLE decisive AS
WITH first_versions AS (
    SELECT * FROM core.posting_versions
    QUALIFY row_number() OVER (PARTITION BY posting_id ORDER BY version_from) = 1
), listed AS (
    SELECT posting_id, min(first_seen_at) AS read_at,
        list([first_seen_at, coalesce(closed_at, last_seen_at + to_days(s.expires_after_days::INTEGER))]
            ORDER BY first_seen_at, board) AS spans
    FROM core.posting_boards JOIN (SELECT posting_id, source FROM core.postings) USING (posting_id)
    LEFT JOIN core.sources AS s USING (source)
    GROUP BY posting_id
), described AS (
    SELECT v.posting_id, v.source, v.board, v.url, v.employer, v.title, v.title_key, v.requisition_id, v.department, v.location_text,
        v.vacancy_places, v.template_hash, v.posted_on::TIMESTAMP AT TIME ZONE 'UTC' AS posted_at,
        s.kind = 'forum' AND v.posted_on IS NOT NULL AS is_of_month, s.expires_after_days, l.read_at, l.spans,
        CASE WHEN v.pay_source = 'stated' THEN [v.pay_low::VARCHAR, v.pay_high::VARCHAR, v.currency, v.period] END AS pay
    FROM first_versions AS v JOIN listed AS l USING (posting_id) LEFT JOIN core.sources AS s USING (source)
)
SELECT * EXCLUDE (posted_at, is_of_month, expires_after_days) REPLACE (
        CASE WHEN is_of_month THEN [[posted_at, posted_at + to_days(coalesce(expires_after_days, 31)::INTEGER)]]
            ELSE spans END AS spans
    ),
    md5(described::VARCHAR) AS digest
FROM described;

-- Titles with a posting that is new, gone or changed.
CREATE OR REPLACE TEMP TABLE affected AS
SELECT DISTINCT title_key FROM (
    SELECT posting_id, title_key FROM decisive AS d
    WHERE NOT EXISTS (FROM assigned AS a WHERE (a.posting_id, a.digest) = (d.posting_id, d.digest))
    UNION ALL
    SELECT posting_id, title_key FROM assigned AS a
    WHERE NOT EXISTS (FROM decisive AS d WHERE (a.posting_id, a.digest) = (d.posting_id, d.digest))
);
DELETE FROM assigned WHERE title_key IN (FROM affected);
