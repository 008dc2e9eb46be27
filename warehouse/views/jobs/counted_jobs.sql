-- Jobs that statistics count, from the stock of the day `as_of`: one row per job, with what its adverts say. If adverts
-- differ, the first that says something counts; pay and its components count from any advert. `text_class` is that of
-- the job's best text, and requirements (degree, years, qualifications) are read only from texts of that class, so that
-- no comment answers for an advert. For work that is neither AI, data nor engineering, texts count only if the job's
-- first advert is in the random sample that is read in full; otherwise the class is `unread`. `tells_…` is whether the
-- job could have told: one of its texts was read to its end, or its source has the field, as nearly all of the source's
-- adverts without such a text fill it in. Otherwise silence is ours, whatever the advert says.
WITH adverts AS (
    SELECT
        *,
        list_position($text_classes, text_class) AS class_rank,
        min(list_position($text_classes, text_class)) OVER (PARTITION BY job_id) AS best_rank
    FROM $adverts
), fields AS (
    SELECT
        source,
        count(workplace) >= $min_stated * count(*) AS has_workplace,
        count(*) FILTER (workplace = 'remote' AND len(remote_scope) > 0)
            >= $min_stated * nullif(count(*) FILTER (workplace = 'remote'), 0) AS has_remote_scope,
        count(employment_type) >= $min_stated * count(*) AS has_employment_type
    FROM adverts WHERE text_class NOT IN $whole_classes GROUP BY source
)
SELECT
    o.job_id,
    arg_min(counted_employer(o.employer_id, o.source, o.board, o.posting_id), o.posting_id) AS employer,
    arg_min(o.role, o.posting_id) AS role,
    arg_min(o.role_group, o.posting_id) AS role_group,
    coalesce(arg_min(nullif(o.seniority, 'unstated'), o.posting_id), 'unstated') AS seniority,
    coalesce(arg_min(o.seniority_inferred, o.posting_id) FILTER (o.seniority <> 'unstated'),
        false) AS seniority_inferred,
    arg_min(o.workplace, o.posting_id) AS workplace,
    arg_min(CASE WHEN len(o.remote_scope) > 0 THEN o.remote_scope END, o.posting_id) AS remote_scope,
    arg_min(o.employment_type, o.posting_id) AS employment_type,
    arg_min(o.contract, o.posting_id) AS contract,
    arg_min(o.degree_min, o.posting_id) FILTER (o.class_rank = o.best_rank) AS degree_min,
    arg_min(o.years_min, o.posting_id) FILTER (o.class_rank = o.best_rank) AS years_min,
    arg_min(o.qualifications, o.posting_id) FILTER (o.class_rank = o.best_rank) AS qualifications,
    arg_min(o.language, o.posting_id) FILTER (o.class_rank = o.best_rank) AS "language",
    CASE WHEN arg_min(o.role_group, o.posting_id) <> $sampled OR arg_min(o.is_drawn, o.posting_id)
        THEN arg_min(o.text_class, (o.class_rank, o.posting_id)) ELSE $unread END AS text_class,
    min(e.industry) AS industry,
    bool_or(o.pay_low IS NOT NULL OR o.pay_high IS NOT NULL) AS states_pay,
    coalesce(any_value(c.components), []) AS pay_components,
    bool_or(o.text_class IN $whole_classes OR coalesce(f.has_workplace, false)) AS tells_workplace,
    bool_or(o.text_class IN $whole_classes OR coalesce(f.has_remote_scope, false)) AS tells_remote_scope,
    bool_or(o.text_class IN $whole_classes OR coalesce(f.has_employment_type, false)) AS tells_employment_type
FROM adverts AS o
LEFT JOIN fields AS f USING (source)
LEFT JOIN core.employers AS e USING (employer_id)
LEFT JOIN (
    SELECT p.job_id, list(DISTINCT a.component) AS components
    FROM $adverts AS p JOIN core.posting_pay AS a USING (posting_id) GROUP BY p.job_id
) AS c USING (job_id)
GROUP BY o.job_id
