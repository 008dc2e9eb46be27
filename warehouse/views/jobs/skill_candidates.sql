-- Names in lists beside known technologies that the taxonomy lacks, counted over adverts for AI, engineering and data:
-- candidates for the taxonomy. A name that only one employer writes may be its own product, or a slip.
WITH named AS (
    SELECT
        lower(c.name) AS folded, c.name, c.beside, p.posting_id, p.job_id, $employer AS employer,
        p.first_seen_at, p.last_seen_at
    FROM core.posting_candidates AS c JOIN core.postings AS p USING (posting_id)
), spelled AS (
    SELECT folded, arg_max(name, (n, name)) AS name
    FROM (SELECT folded, name, count(DISTINCT job_id) AS n FROM named GROUP BY folded, name) GROUP BY folded
), neighbours AS (
    SELECT folded, list(beside ORDER BY n DESC, beside)[:3] AS beside
    FROM (SELECT folded, beside, count(DISTINCT job_id) AS n FROM named GROUP BY folded, beside) GROUP BY folded
), newest AS (
    SELECT folded, list(posting_id ORDER BY last_seen_at DESC, posting_id)[:3] AS examples
    FROM (
        SELECT * FROM named
        QUALIFY row_number() OVER (PARTITION BY folded, employer ORDER BY last_seen_at DESC, posting_id) = 1
    ) GROUP BY folded
), counted AS (
    SELECT
        folded, count(DISTINCT job_id) AS n_jobs, count(DISTINCT employer) AS n_employers,
        min(first_seen_at) AS first_seen_at, max(last_seen_at) AS last_seen_at
    FROM named GROUP BY folded
)
SELECT
    s.name, c.n_jobs, c.n_employers, n.beside, e.examples,
    (c.first_seen_at AT TIME ZONE 'UTC')::DATE AS first_seen_on,
    (c.last_seen_at AT TIME ZONE 'UTC')::DATE AS last_seen_on
FROM counted AS c JOIN spelled AS s USING (folded) JOIN neighbours AS n USING (folded) JOIN newest AS e USING (folded)
