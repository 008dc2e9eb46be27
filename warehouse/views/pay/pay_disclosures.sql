-- Which jobs state pay, by place, and whether a law that requires it was in force there on the day they were read: jobs
-- whose full advert was read, one row per job and place that its adverts name. `adverts` is `stock` for the stock of
-- the day `as_of`, otherwise the quarter in which the adverts were first seen, for the flow. `law` is `in_force` if one
-- is in force at one of the named places; `unknown` if none is, but a place is not known precisely enough, or what we
-- know of its law is contradictory; otherwise `none`: no law that we know of. Places where remote work may be done
-- count as places that are not named. `counted_in` are the groups of jobs that the job counts in: AI jobs if it is one,
-- and all jobs if its first advert is in the random sample that is read in full, as other adverts are read because of
-- the work they describe. `weight` is the panel's weight of the job's board, for the flow as of the day on which its
-- first advert was seen; NULL: the panel does not count it.
WITH adverts AS MATERIALIZED (
    SELECT $stock AS adverts, read_on AS said_on, posting_id, job_id, role_group, is_drawn, text_class, workplace,
        remote_scope, pay_low, pay_high, pay_flag, source, board,
        counted_employer(employer_id, source, board, posting_id) AS employer
    FROM stock_postings(as_of)
    UNION ALL
    SELECT strftime(said_on, '%Y') || 'Q' || quarter(said_on), said_on, posting_id, job_id, role_group, is_drawn,
        text_class, workplace, remote_scope, pay_low, pay_high, pay_flag, source, board, employer
    FROM (
        SELECT * REPLACE (counted_employer(employer_id, source, board, posting_id) AS employer),
            (first_seen_at AT TIME ZONE 'UTC')::DATE AS said_on
        FROM new_postings(as_of, $all_days)
    )
), jobs AS (
    SELECT
        adverts, job_id,
        arg_min(employer, posting_id) AS employer,
        list_concat(
            CASE WHEN arg_min(is_drawn, posting_id) THEN ['all'] ELSE [] END,
            CASE WHEN arg_min(role_group, posting_id) IN $ai_groups THEN [$ai_jobs] ELSE [] END
        ) AS counted_in,
        bool_or(pay_low IS NOT NULL OR pay_high IS NOT NULL) AS states_pay,
        arg_min((pay_high - pay_low) / ((pay_high + pay_low) / 2), posting_id)
            FILTER (pay_low < pay_high AND pay_flag IS NULL) AS width
    FROM adverts
    GROUP BY adverts, job_id
    HAVING bool_or(text_class = $full_advert)
), weights AS (
    SELECT $stock AS adverts, job_id, weight FROM panel_jobs(as_of)
    UNION ALL
    SELECT a.adverts, a.job_id, arg_min_null(n.weight, a.posting_id)
    FROM adverts AS a ASOF JOIN panel_nights(as_of) AS n
    ON n.source = a.source AND n.board = a.board AND a.said_on >= n.planned_on
    WHERE a.adverts <> $stock
    GROUP BY a.adverts, a.job_id
), read AS (
    SELECT a.adverts, a.job_id, a.said_on, a.posting_id, a.workplace, a.remote_scope
    FROM adverts AS a SEMI JOIN jobs AS j ON j.adverts = a.adverts AND j.job_id = a.job_id
), named AS (
    SELECT r.adverts, r.job_id, r.said_on, p.country, p.subdivision, r.workplace, r.remote_scope
    FROM read AS r LEFT JOIN core.posting_places AS p USING (posting_id)
), places AS (
    SELECT adverts, job_id, said_on, country, subdivision, true AS is_named FROM named
    UNION  -- remote work without further details may be done anywhere in the country
    SELECT adverts, job_id, said_on, country, NULL, false
    FROM named WHERE workplace = 'remote' AND coalesce(len(remote_scope), 0) = 0
    UNION
    SELECT s.adverts, s.job_id, s.said_on, c.country, NULL, false  -- a scope wider than a country has no country
    FROM (
        SELECT DISTINCT adverts, job_id, said_on, unnest(remote_scope) AS scope FROM read WHERE workplace = 'remote'
    ) AS s LEFT JOIN core.countries AS c ON c.country = s.scope
), laws AS (
    SELECT d.said_on, l.jurisdiction, bool_or(l.adverts = 'required') AS is_required,
        bool_or(l.adverts = 'unclear') AS is_unclear
    FROM (SELECT DISTINCT said_on FROM adverts) AS d JOIN core.disclosure_laws AS l
    ON coalesce(l.in_force_from <= d.said_on, true) AND coalesce(d.said_on < l.in_force_until, true)
    WHERE l.adverts <> 'not_required'
    GROUP BY d.said_on, l.jurisdiction
), divided AS (  -- countries in which the subdivision must be known
    SELECT DISTINCT said_on, split_part(jurisdiction, '-', 1) AS country FROM laws WHERE contains(jurisdiction, '-')
), judged AS (
    SELECT
        p.adverts, p.job_id, p.country, p.subdivision, p.is_named,
        p.is_named AND coalesce(s.is_required OR c.is_required, false) AS is_in_force,
        coalesce(s.is_required, false) AS is_of_subdivision,
        p.country IS NULL OR s.jurisdiction IS NOT NULL OR c.jurisdiction IS NOT NULL
            OR (p.subdivision IS NULL AND d.country IS NOT NULL) AS may_be_in_force
    FROM places AS p
    LEFT JOIN laws AS s ON s.said_on = p.said_on AND s.jurisdiction = p.subdivision
    LEFT JOIN laws AS c ON c.said_on = p.said_on AND c.jurisdiction = p.country
    LEFT JOIN divided AS d ON d.said_on = p.said_on AND d.country = p.country
), placed AS (
    SELECT
        j.adverts, j.job_id, level.name AS region_level, level.place AS region,
        CASE WHEN bool_or(j.is_in_force) THEN 'in_force' WHEN bool_or(j.may_be_in_force) THEN 'unknown'
            ELSE 'none' END AS law
    FROM judged AS j, LATERAL (
        VALUES ('world', 'World'), ('country', j.country),
            ('subdivision', CASE WHEN j.is_of_subdivision THEN j.subdivision END)
    ) AS level (name, place)
    WHERE level.place IS NOT NULL
    GROUP BY j.adverts, j.job_id, level.name, level.place
    HAVING bool_or(j.is_named)
)
SELECT
    p.adverts, p.region_level, p.region, p.law, p.job_id, j.employer, j.counted_in, j.states_pay, j.width,
    w.weight
FROM placed AS p JOIN jobs AS j USING (adverts, job_id) LEFT JOIN weights AS w USING (adverts, job_id)
