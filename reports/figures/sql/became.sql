-- What became of the adverts in the table `asked_adverts` between two days, as far as it may move a figure.
-- Parameters: before, as_of.
WITH read_then AS MATERIALIZED (
    SELECT source, board FROM board_readings($before) WHERE is_in_stock
), read_now AS MATERIALIZED (
    SELECT source, board FROM board_readings($as_of) WHERE is_in_stock
), asked AS (
    SELECT p.posting_id, p.job_id, p.source, coalesce(p.board, p.source) AS board, p.version_from
    FROM core.postings AS p SEMI JOIN asked_adverts USING (posting_id)
)
SELECT
    posting_id,
    posting_id IN (SELECT posting_id FROM stock_postings($before)) AS was_listed,
    posting_id IN (SELECT posting_id FROM stock_postings($as_of)) AS is_listed,
    (source, board) IN (FROM read_then) OR (source, source) IN (FROM read_then) AS was_board_read,
    (source, board) IN (FROM read_now) OR (source, source) IN (FROM read_now) AS is_board_read,
    job_id IN (SELECT job_id FROM panel_jobs($before)) AS was_in_panel,
    job_id IN (SELECT job_id FROM panel_jobs($as_of)) AS is_in_panel,
    (version_from AT TIME ZONE 'UTC')::DATE > $before AS is_edited
FROM asked
