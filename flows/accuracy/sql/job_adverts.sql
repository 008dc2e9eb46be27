-- The adverts of a job, with the headings of `jobmarket readers why`.
SELECT posting_id AS posting, title, location_text AS place,
    concat_ws(', ', requisition_id, department) AS "requisition, team",
    text_state AS text, strftime(first_seen_at, '%Y-%m-%d') AS seen, strftime(closed_on, '%Y-%m-%d') AS closed
FROM core.postings WHERE job_id = $job ORDER BY first_seen_at, source, posting_id
