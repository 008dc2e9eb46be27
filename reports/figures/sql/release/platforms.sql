-- Adverts by source: those open in the published frame, and those that ever had a text. no_text: the state of adverts
-- without one.
SELECT coalesce(s.title, source) AS name, coalesce(f.n_adverts, 0) AS n_open, coalesce(t.n_texts, 0) AS n_texts
FROM (
    SELECT source, n_adverts FROM published.frame_coverage WHERE region_level = 'world' AND source <> 'all' AND sector = 'all'
) AS f
FULL JOIN (SELECT source, count(*) AS n_texts FROM core.postings WHERE text_state <> $no_text GROUP BY ALL) AS t USING (source)
LEFT JOIN core.sources AS s USING (source)
ORDER BY name
