-- The adverts of a job, with the headings of `jobmarket readers why`.
SELECT posting_id AS posting, title, title_key AS "title words", list_aggregate(vacancy_places, 'string_agg', ', ') AS places,
    concat_ws(', ', requisition_id, department) AS "requisition, team",
    strftime(first_seen_at, '%Y-%m-%d') AS seen, strftime(closed_on, '%Y-%m-%d') AS closed
FROM core.postings WHERE job_id = $job ORDER BY first_seen_at, source, posting_id
