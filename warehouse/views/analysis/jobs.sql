-- One row per job, open or former, with what its adverts say; statistics count jobs with `is_open`. If adverts differ,
-- the first that says something counts, as in the marts. Only sources whose aggregates may be published are included.
WITH job_adverts AS (
    $job_adverts
), counted AS (
    $counted_jobs
), speaking AS (
    SELECT
        job_id, min(posting_id) AS posting_id, arg_min(title, posting_id) AS title,
        arg_min(employer_id, posting_id) AS employer_id, bool_or(is_open) AS is_open
    FROM job_adverts GROUP BY job_id
), placed AS (
    SELECT
        a.job_id, list_sort(list(DISTINCT p.country) FILTER (p.country IS NOT NULL)) AS countries,
        arg_min(p.city, (a.posting_id, p.position)) FILTER (p.city IS NOT NULL) AS city
    FROM job_adverts AS a JOIN core.posting_places AS p USING (posting_id) GROUP BY a.job_id
), shared_texts AS (
    SELECT employer_id, title_key, text_hash FROM core.publishable_postings
    WHERE employer_id IS NOT NULL AND text_state = 'full' GROUP BY ALL HAVING count(DISTINCT job_id) > 1
), with_shared_text AS (
    SELECT DISTINCT job_id FROM core.publishable_postings
    SEMI JOIN shared_texts USING (employer_id, title_key, text_hash)
), seen AS (
    SELECT
        job_id, count(*) AS n_adverts, list_sort(list(DISTINCT source)) AS sources,
        min(posted_on) AS posted_on,
        (min(first_seen_at) AT TIME ZONE 'UTC')::DATE AS first_seen_on,
        (max(last_seen_at) AT TIME ZONE 'UTC')::DATE AS last_seen_on,
        CASE WHEN count(closed_on) = count(*) THEN max(closed_on) END AS closed_on
    FROM core.publishable_postings GROUP BY job_id
)
SELECT
    c.job_id, s.posting_id, s.title, c.employer AS employer_key, e.employer, e.name_source, e.is_staffing_agency,
    c.industry,
    c.role_group, c.role, c.seniority, c.seniority_inferred, coalesce(p.countries, []) AS countries,
    CASE WHEN len(p.countries) = 1 THEN p.countries[1] END AS country, p.city, n.posted_on, c.workplace,
    c.employment_type, c.contract, c.degree_min, c.years_min, c.qualifications, c."language", c.text_class,
    c.text_class NOT IN ('none', $unread) AND coalesce(c."language" IN $languages_of_skills, false) AS is_skill_read,
    c.states_pay, s.is_open, n.first_seen_on, n.last_seen_on, n.closed_on, n.n_adverts, n.sources,
    t.job_id IS NOT NULL AS shares_text
FROM counted AS c JOIN speaking AS s USING (job_id) JOIN seen AS n USING (job_id)
LEFT JOIN placed AS p USING (job_id) LEFT JOIN with_shared_text AS t USING (job_id)
LEFT JOIN core.employers AS e ON e.employer_id = s.employer_id
