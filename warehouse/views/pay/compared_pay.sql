-- Pay in the series of mart.pay_changes, as of the day `as_of`: a row for each job (pair of amounts, or person), measure
-- and group of roles that it counts in. Pay is compared within `kind`, in the money that it is stated in, so that no rate
-- matters. `cluster` is what is independent: the title where nobody names employers, each person in a survey.
-- `is_group`: of the group of roles; the others are the other engineers that a premium compares it with. A kind is, for
-- `held_constant`, title, level, market and money; for `premium`, the same without title, and in surveys years of
-- experience, hours, and what a person is paid in. Persons paid in dollars alone count with the
-- dollars by their own rate, or with their pay if it is stated in dollars. Brackets are left out: their ends are no pay. `asked_for`: what a wave asks beside pay; where this changes, a series has a break.
-- Our own adverts (`source` is 'boards', `read_from` the advert's own) have employers as clusters and titles across them
-- (`crossed`). A kind is of one employer and board, so that boards read in one quarter alone count on neither side. A job
-- counts once, in the quarter in which it was first listed, if a complete list of its board was read in that quarter. An
-- advert that the first complete list of its board already has was listed earlier: on its own date, unless
-- that is missing or was renewed: then it counts in no quarter.
WITH complete AS MATERIALIZED (
    SELECT source, board, date_trunc('quarter', read_at AT TIME ZONE 'UTC')::DATE AS quarter,
        (max(read_at) AT TIME ZONE 'UTC')::DATE AS read_to
    FROM complete_readings(as_of) GROUP BY ALL
), first_list AS (
    SELECT source, board, read_at FROM complete_readings(as_of) WHERE number = 1
), paid AS MATERIALIZED (
    SELECT p.posting_id, p.job_id, p.source, p.warc, p.posted_on, lower(p.title) AS title, p.role,
        p.role_group, p.seniority,        p.pay_country AS country, p.currency, (p.annual_low + p.annual_high) / 2 AS pay,
        $counted_contract AS contract, counted_employer(p.employer_id, p.source, p.board, p.posting_id) AS employer
    FROM core.publishable_postings AS p JOIN core.countries AS c ON c.country = p.pay_country
    WHERE p.role_group IN $compared_groups AND p.annual_low > 0 AND list_contains(c.currencies, p.currency)
        AND ($not_full_time) IS NULL AND ($not_in_band) IS NULL
), listed AS (
    SELECT p.*, l.board, (l.first_seen_at AT TIME ZONE 'UTC')::DATE AS seen_on, date_trunc('quarter', CASE
            WHEN l.first_seen_at > f.read_at THEN seen_on WHEN p.posted_on <= seen_on THEN p.posted_on END)::DATE AS quarter
    FROM paid AS p JOIN core.posting_boards AS l USING (posting_id)
    LEFT JOIN first_list AS f ON f.source = p.source AND f.board = l.board
    WHERE l.first_seen_at < $end_of_day
    QUALIFY row_number() OVER (PARTITION BY p.job_id ORDER BY l.first_seen_at, l.posting_id, l.board) = 1
), own AS (
    SELECT 'advertised' AS basis, 'boards' AS source, l.source AS read_from, l.posting_id, l.country,
        concat(year(quarter), '-Q', quarter(quarter)) AS period, quarter AS period_from, max(c.read_to) OVER quarter AS period_to,
        l.role, l.role_group, l.employer AS cluster, l.title AS crossed, '' AS asked_for,
        concat_ws('|', l.source, l.board, l.employer, l.title, l.seniority, l.contract, l.currency) AS kind,
        l.job_id, l.pay, l.warc
    FROM listed AS l JOIN complete AS c USING (source, board, quarter)
    WINDOW quarter AS (PARTITION BY quarter)
), pairs AS (
    SELECT 'advertised_third_party' AS basis, source, country, year::VARCHAR AS period,
        make_date(year::INTEGER, 1, 1) AS period_from, least(make_date(year::INTEGER, 12, 31), snapshot_on) AS period_to,
        role, role_group, title AS cluster, concat_ws('|', seniority, pay_market, currency) AS alike, '' AS asked_for,
        source || ':' || pair_row AS job_id, (low + high) / 2 AS pay, warc
    FROM collected_pairs(as_of)
    WHERE country IS NOT NULL AND pay_market IS NOT NULL
), answers AS (
    SELECT
        *, CASE $experience_bands END AS experience,
        CASE WHEN paid_in = 'dollars' AND currency <> 'USD' THEN pay_usd_stated ELSE pay END AS paid,
        bool_or(employment_type = 'FULL_TIME') OVER wave AS has_hours,
        concat_ws(' ', CASE WHEN bool_or(paid_in IS NOT NULL) OVER wave THEN 'money' END,
            CASE WHEN bool_or(employment_type IS NOT NULL) OVER wave THEN 'hours' END) AS asked_for
    FROM core.pay_reports p
    WHERE basis = 'reported' AND snapshot_on <= as_of AND country IS NOT NULL AND seniority <> 'intern'
        AND pay_flag IS NULL AND pay_high IS NULL AND source NOT IN (SELECT source FROM core.sources WHERE NOT is_republishable)
    WINDOW wave AS (PARTITION BY source, snapshot_on)
), persons AS (
    SELECT 'reported' AS basis, source, country, snapshot_on::VARCHAR AS period, snapshot_on AS period_from,
        snapshot_on AS period_to, role, role_group, source || ':' || snapshot_on || ':' || row AS cluster,
        concat_ws('|', experience, coalesce(paid_in, ''), currency) AS alike, asked_for,
        source || ':' || snapshot_on || ':' || row AS job_id, paid AS pay, warc
    FROM answers
    WHERE paid > 0 AND experience IS NOT NULL
        AND (employment_type = 'FULL_TIME' OR employment_type IS NULL AND NOT coalesce(has_hours, false))
)
SELECT 'held_constant' AS measure, p.basis, p.source, p.country, g.role_group, p.period, p.period_from, p.period_to,
    p.role, p.asked_for, true AS is_group, concat_ws('|', p.cluster, p.alike) AS kind, p.cluster, p.job_id, p.pay, p.warc
FROM pairs AS p, LATERAL (VALUES (p.role_group), (CASE WHEN p.role_group IN $ai_core THEN 'ai_core' END)) AS g (role_group)
WHERE g.role_group IN $compared_groups
UNION ALL BY NAME
SELECT 'held_constant' AS measure, o.* REPLACE (g.role_group AS role_group), true AS is_group
FROM own AS o, LATERAL (VALUES (o.role_group), (CASE WHEN o.role_group IN $ai_core THEN 'ai_core' END)) AS g (role_group)
WHERE g.role_group IS NOT NULL
UNION ALL BY NAME
SELECT 'premium' AS measure, p.basis, p.source, p.country, g.role_group, p.period, p.period_from, p.period_to,
    p.role, p.asked_for, p.role_group <> $premium_over AS is_group, p.alike AS kind, p.cluster, p.job_id, p.pay, p.warc
FROM (FROM pairs UNION ALL FROM persons) AS p, LATERAL (VALUES ('ai_core'), ('ai_engineering')) AS g (role_group)
WHERE p.role_group = $premium_over OR p.role_group = g.role_group
    OR g.role_group = 'ai_core' AND p.role_group IN $ai_core
