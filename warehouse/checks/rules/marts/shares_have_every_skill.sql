-- mart.shares has every skill that core has
SELECT DISTINCT format('{} of {}', skill, j.role_group)
FROM stock_postings($as_of) AS p JOIN core.posting_skills USING (posting_id) SEMI JOIN core.skills USING (skill)
JOIN ($role_of_job) AS j USING (job_id)
SEMI JOIN ($texts_of_job) AS t ON t.job_id = p.job_id AND t.text_class = p.text_class
WHERE p.text_class = '$full_advert' AND p.language = 'en' AND j.role_group NOT IN (
    SELECT role_group FROM mart.shares
    WHERE as_of = $as_of AND measure = 'skill_any' AND region_level = 'world' AND sample = 'panel'
) AND NOT EXISTS (
    SELECT 1 FROM mart.shares AS m
    WHERE m.as_of = $as_of AND m.measure = 'skill_any' AND m.region_level = 'world'
        AND m.text_class = p.text_class
        AND m.role_group = j.role_group AND m.item = skill
)
