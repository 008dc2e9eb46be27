-- intervals of a posting on a board do not overlap
SELECT posting_id || ' on ' || board FROM core.posting_boards
SEMI JOIN (SELECT posting_id FROM core.posting_boards GROUP BY posting_id HAVING count(*) > 1) USING (posting_id)
WINDOW w AS (PARTITION BY posting_id, board ORDER BY first_seen_at)
QUALIFY coalesce(closed_at > lead(first_seen_at) OVER w, last_seen_at >= lead(first_seen_at) OVER w)

-- versions of a posting follow one another
SELECT posting_id FROM core.posting_versions SEMI JOIN core.superseded_versions USING (posting_id)
QUALIFY version_to IS DISTINCT FROM lead(version_from) OVER (PARTITION BY posting_id ORDER BY version_from)

-- dates of a posting follow from its intervals
WITH several AS (
    SELECT posting_id FROM core.posting_boards GROUP BY posting_id HAVING count(*) > 1
), dates AS (  -- nearly all postings have one interval, and need no search for gaps
    SELECT posting_id, first_seen_at, last_seen_at, (closed_at AT TIME ZONE 'UTC')::DATE AS closed_on,
        NULL::DATE AS reopened_on
    FROM core.posting_boards ANTI JOIN several USING (posting_id)
    UNION ALL
    $dates_of_several
)
SELECT posting_id FROM core.postings AS p FULL JOIN dates AS d USING (posting_id)
WHERE (p.first_seen_at, p.last_seen_at, p.closed_on, p.reopened_on)
    IS DISTINCT FROM (d.first_seen_at, d.last_seen_at, d.closed_on, d.reopened_on)

-- a job is closed after it was opened
SELECT job_id FROM core.postings
SEMI JOIN (FROM core.postings WHERE closed_on < first_seen_at::DATE) USING (job_id)
GROUP BY job_id HAVING count(closed_on) = count(*) AND max(closed_on) < min(first_seen_at)::DATE

-- a job is named after one of its postings
SELECT DISTINCT p.job_id FROM core.postings AS p LEFT JOIN core.postings AS j ON j.posting_id = p.job_id
WHERE p.job_id <> p.posting_id AND j.job_id IS DISTINCT FROM p.job_id

-- an employer counts the postings that name it
SELECT employer_id FROM (SELECT employer_id, count(*) AS n FROM core.postings GROUP BY employer_id) AS p
FULL JOIN core.employers AS e USING (employer_id)
WHERE employer_id IS NOT NULL AND coalesce(p.n, 0) IS DISTINCT FROM e.n_postings

-- postings are placed in known countries
SELECT posting_id || ': ' || country FROM core.posting_places
WHERE country NOT IN (SELECT country FROM core.countries)
