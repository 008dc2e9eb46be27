-- intervals of a posting on a board do not overlap
SELECT posting_id || ' on ' || board FROM core.posting_boards
SEMI JOIN (SELECT posting_id FROM core.posting_boards GROUP BY posting_id HAVING count(*) > 1) USING (posting_id)
WINDOW w AS (PARTITION BY posting_id, board ORDER BY first_seen_at)
QUALIFY coalesce(closed_at > lead(first_seen_at) OVER w, last_seen_at >= lead(first_seen_at) OVER w)
