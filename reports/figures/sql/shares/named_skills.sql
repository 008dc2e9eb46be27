-- Skills that the 2026 guide names. A word may be several skills of the taxonomy (APIs: APIs, REST APIs). Each spelling
-- is looked up among names, then aliases; of the skills found, the one most asked for stands for the word. A skill of the
-- taxonomy that no job asks for has no row in the mart and a share of 0, whose interval the cell has.
-- Parameters: words and spellings (side by side), measure, region_level, region, role_group, max_width (above which an
-- interval stands alone), as_of.
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
    SELECT
        item AS skill, category, zero_share${by}_hi AS zero_share_hi,
        {{shares/columns}}
    FROM $tables.shares
    WHERE as_of = $as_of AND text_class IN ('all', 'full_advert')
        AND measure = $measure AND region_level = $region_level AND region = $region AND role_group = $role_group
), read AS (
    SELECT word, arg_min(c.skill, (-coalesce(d.n_asking, 0), preference)) AS skill
    FROM candidates c LEFT JOIN demand d ON d.skill = c.skill GROUP BY word
), cell AS (
    SELECT max(n_jobs) AS n_jobs, max(n_employers) AS n_employers, max(n_even_employers) AS n_even_employers,
        max(largest_employer_share) AS largest_employer_share, max(n_unknown) AS n_unknown, max(n_unread) AS n_unread,
        max(zero_share_hi) AS zero_share_hi, max(sample) AS sample, max(platform) AS platform,
        min(status) FILTER (status = 'suppressed') IS NULL AND count(*) > 0 AS is_sure,
        min(reason) FILTER (status = 'suppressed') AS reason,
        ({{shares/largest_countries}}) AS countries
    FROM demand
), shown AS (
    SELECT *, is_sure AND skill IS NOT NULL AS is_printed
    FROM (
        SELECT word, min(position) AS position
        FROM (SELECT unnest($words) AS word, unnest(range(len($words))) AS position) GROUP BY word
    ) CROSS JOIN cell LEFT JOIN read USING (word)
)
SELECT
    n.word AS name, n.skill AS item, coalesce(d.category, k.category) AS category, n.n_jobs, n.n_employers, n.n_even_employers,
    n.largest_employer_share, n.n_unknown, n.n_unread,
    CASE WHEN n.skill IS NOT NULL THEN coalesce(d.n_asking, 0) END AS n_asking,
    CASE WHEN n.skill IS NOT NULL THEN coalesce(d.n_employers_asking, 0) END AS n_employers_asking,
    CASE WHEN is_printed THEN coalesce(d.share, 0) END AS share,
    CASE WHEN is_printed THEN coalesce(d.share_lo, 0) END AS share_lo,
    CASE WHEN is_printed THEN coalesce(d.share_hi, n.zero_share_hi) END AS share_hi,
    CASE WHEN is_printed THEN coalesce(d.form, if(n.zero_share_hi > $max_width, 'interval', 'point')) END AS form,
    d.rank_best, d.rank_worst, n.countries,
    if(is_sure, 'published', 'suppressed') AS status, CASE WHEN NOT is_sure THEN n.reason END AS reason,
    n.sample, $is_by_employer AS is_by_employer, d.beside, d.platforms, d.platforms_chance, n.platform
FROM shown AS n LEFT JOIN demand AS d ON d.skill = n.skill LEFT JOIN core.skills AS k ON k.skill = n.skill
ORDER BY n.position
