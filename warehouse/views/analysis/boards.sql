-- Every board that is known or was asked: where its open jobs are, whether it belongs to a recruitment or staffing
-- agency, and the industry of its employer, each with its evidence; NULL if there is too little. Trials of a platform
-- have the state `test` and are not asked; spellings of a token that differ only in capitals are one board.
WITH listed AS (
    SELECT DISTINCT p.source, b.board, p.job_id, p.posting_id, p.employer_id, p.text_state = 'full' AS is_read
    FROM core.posting_boards AS b JOIN core.publishable_postings AS p USING (posting_id)
    WHERE b.closed_at IS NULL
), signs AS (
    SELECT posting_id, bool_or(sign IN ('client', 'itself')) AS is_for_client, bool_or(sign = 'title') AS is_by_title,
        list(words) AS words
    FROM core.agency_signs GROUP BY posting_id
), placed AS (
    SELECT posting_id, min(country) AS first_country, max(country) AS last_country
    FROM core.posting_places WHERE country IS NOT NULL GROUP BY posting_id
), jobs AS (
    SELECT source, board, job_id, min(employer_id) AS employer_id, bool_or(is_read) AS is_read,
        coalesce(bool_or(is_for_client), false) AS is_for_client, coalesce(bool_or(is_by_title), false) AS is_by_title,
        flatten(list(words) FILTER (words IS NOT NULL)) AS words, min(first_country) IS NOT NULL AS is_placed,
        CASE WHEN min(first_country) = max(last_country) THEN min(first_country) END AS country
    FROM listed LEFT JOIN signs USING (posting_id) LEFT JOIN placed USING (posting_id)
    GROUP BY ALL
), counted AS (
    SELECT source, board, count(*) AS n_jobs, count(*) FILTER (is_placed) AS n_placed,
        count(*) FILTER (is_read) AS n_read, count(*) FILTER (is_read AND is_for_client) AS n_for_client,
        count(*) FILTER (is_by_title) AS n_by_title, count(*) FILTER (e.is_staffing_agency) AS n_of_agency,
        count(DISTINCT employer_id) AS n_employers,
        list_sort(list_distinct(flatten(list(words) FILTER (words IS NOT NULL))))[:3] AS agency_words
    FROM jobs LEFT JOIN core.employers AS e USING (employer_id)
    GROUP BY ALL
), countries AS (
    SELECT source, board, country, count(*) AS n_in_country FROM jobs WHERE country IS NOT NULL GROUP BY ALL
), owners AS (
    SELECT source, board, employer_id, count(*) AS n_of_employer FROM jobs WHERE employer_id IS NOT NULL GROUP BY ALL
)
SELECT
    b.source, b.board, b.known_from, b.state, e.employer, coalesce(c.n_jobs, 0) AS n_jobs,
    p.country, coalesce(c.n_placed, 0) AS n_placed, p.n_in_country, p.n_in_country / c.n_placed AS country_share,
    CASE
        WHEN c.n_of_agency > c.n_jobs / 2
            OR c.n_for_client >= $min_signs AND c.n_for_client >= $min_share * c.n_read
            OR c.n_by_title >= $min_signs AND c.n_by_title >= $min_share * c.n_jobs THEN true
        WHEN c.n_read >= $min_read THEN false
    END AS is_agency,
    coalesce(c.n_of_agency, 0) AS n_of_agency, coalesce(c.n_read, 0) AS n_read,
    coalesce(c.n_for_client, 0) AS n_for_client, coalesce(c.n_by_title, 0) AS n_by_title,
    coalesce(c.agency_words, []) AS agency_words, coalesce(c.n_employers, 0) AS n_employers,
    e.industry, e.industry_evidence
FROM core.board_states AS b JOIN core.sources AS s USING (source)
LEFT JOIN counted AS c USING (source, board)
LEFT JOIN countries AS p ON p.source = b.source AND p.board = b.board
    AND p.n_in_country >= $min_jobs AND p.n_in_country > c.n_placed / 2
LEFT JOIN owners AS o ON o.source = b.source AND o.board = b.board AND o.n_of_employer > c.n_jobs / 2
LEFT JOIN core.employers AS e ON e.employer_id = o.employer_id
WHERE s.kind = 'employer board' AND s.is_republishable
