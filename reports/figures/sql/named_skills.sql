-- Skills that the 2026 guide names. A word may be several skills of the taxonomy (APIs: APIs, REST APIs). Each spelling
-- is looked up among names, then aliases; of the skills found, the one most asked for stands for the word. A skill of the
-- taxonomy that no job asks for has no row in the mart and a share of 0, which no employer makes.
-- Parameters: words and spellings (side by side), few_employers (why such a share is low), as_of.
WITH spelled AS (
    SELECT lower(skill) AS spelling, skill, 0 AS distance FROM core.skills
    UNION ALL
    SELECT lower(unnest(aliases)), skill, 1 FROM core.skills
), named AS (
    SELECT unnest($words) AS word, unnest($spellings) AS spelling, unnest(range(len($words))) AS preference
), candidates AS (
    SELECT word, preference, arg_min(skill, (distance, skill)) AS skill
    FROM named JOIN spelled USING (spelling) GROUP BY word, preference
), demand AS (
    SELECT item AS skill, n_unknown AS n_without_text, n_yes AS n_asking, n_employers_yes AS n_employers_asking, *
    FROM mart.shares
    WHERE as_of = $as_of AND text_class IN ('all', 'full_advert')
        AND measure = 'skill_asked' AND region_level = 'world' AND role_group = 'ai_engineering'
), read AS (
    SELECT word, arg_min(c.skill, (-coalesce(d.n_asking, 0), preference)) AS skill
    FROM candidates c LEFT JOIN demand d ON d.skill = c.skill GROUP BY word
), cell AS (
    SELECT max(n_jobs) AS n_jobs, max(n_employers) AS n_employers, max(n_without_text) AS n_without_text,
        min(status) FILTER (status = 'suppressed') IS NULL AND count(*) > 0 AS is_sure,
        min(reason) FILTER (status = 'suppressed') AS reason
    FROM demand
)
SELECT
    n.word, read.skill, cell.n_jobs, cell.n_employers, cell.n_without_text,
    CASE WHEN read.skill IS NOT NULL THEN coalesce(d.n_asking, 0) END AS n_asking,
    CASE WHEN read.skill IS NOT NULL THEN coalesce(d.n_employers_asking, 0) END AS n_employers_asking,
    CASE WHEN read.skill IS NULL OR NOT cell.is_sure THEN NULL ELSE coalesce(d.share, 0) END AS share,
    CASE WHEN read.skill IS NULL OR NOT cell.is_sure THEN NULL WHEN d.skill IS NULL THEN 0 ELSE d.share_lo END
        AS share_lo,
    CASE WHEN cell.is_sure THEN d.share_hi END AS share_hi,
    d.rank,
    CASE WHEN NOT cell.is_sure THEN 'suppressed' WHEN read.skill IS NULL THEN 'published'
        ELSE coalesce(d.status, 'low') END AS status,
    CASE WHEN NOT cell.is_sure THEN cell.reason WHEN d.skill IS NOT NULL THEN d.reason
        WHEN read.skill IS NOT NULL THEN $few_employers END AS reason
FROM (SELECT word, min(position) AS position
      FROM (SELECT unnest($words) AS word, unnest(range(len($words))) AS position) GROUP BY word) n
CROSS JOIN cell
LEFT JOIN read USING (word)
LEFT JOIN demand d ON d.skill = read.skill
ORDER BY n.position
