-- Rows of mart.frame_coverage for one day. A job counts once in each cell. By source, a job is what the adverts of that
-- source say; over all sources, what any of its adverts says. Parameters: as_of, ai_groups, full_advert.
WITH jobs AS MATERIALIZED (
    SELECT f.* REPLACE (j.role_group AS role_group)  -- the job's own, as in mart.shares
    FROM frame_jobs($as_of) AS f JOIN counted_jobs($as_of) AS j USING (job_id)
), by_source AS (
    SELECT job_id, source, bool_or(text_class = $full_advert) AS is_read_in_full,
        bool_or(pay_low IS NOT NULL OR pay_high IS NOT NULL OR z.posting_id IS NOT NULL) AS states_pay
    FROM stock_postings($as_of) AS p LEFT JOIN (
        SELECT DISTINCT posting_id FROM core.posting_pay
        WHERE is_headline_in_country AND component = 'base' AND currency IS NOT NULL
    ) AS z USING (posting_id)
    GROUP BY ALL
), placed AS (
    SELECT a.region_level, a.region, a.job_id, a.source, count(*) AS n_adverts,
        bool_or(a.posting_id = j.paid_by) AS pays
    FROM frame_adverts($as_of) AS a JOIN jobs AS j USING (region_level, region, job_id) GROUP BY ALL
), counted AS (
    SELECT region_level, region, 'all' AS source, sector, n_adverts, role_group, is_read_in_full, states_pay, is_in_band
    FROM jobs
    UNION ALL
    SELECT j.region_level, j.region, p.source, j.sector, p.n_adverts, j.role_group, s.is_read_in_full, s.states_pay,
        j.is_in_band AND p.pays
    FROM jobs AS j JOIN placed AS p USING (region_level, region, job_id) JOIN by_source AS s USING (job_id, source)
), adverts AS (
    SELECT region_level, region, source, if(grouping(sector) = 1, 'all', sector) AS sector,
        sum(n_adverts) AS n_adverts, count(*) AS n_jobs, count_if(is_ai) AS n_ai_jobs,
        count_if(is_ai AND is_read_in_full) AS n_read_in_full, count_if(is_ai AND states_pay) AS n_paid,
        count_if(is_ai AND is_in_band) AS n_in_band
    FROM (SELECT *, list_contains($ai_groups, role_group) AS is_ai FROM counted)
    GROUP BY GROUPING SETS ((region_level, region, source), (region_level, region, source, sector))
), boards AS (
    SELECT region_level, region, if(grouping(source) = 1, 'all', source) AS source,
        if(grouping(sector) = 1, 'all', sector) AS sector,
        count(*) AS n_boards, count_if(is_read_whole) AS n_boards_read_whole, count_if(is_in_stock) AS n_boards_in_stock
    FROM frame_boards($as_of)
    GROUP BY GROUPING SETS (
        (region_level, region), (region_level, region, source), (region_level, region, sector),
        (region_level, region, source, sector)
    )
)
SELECT region_level, region, source, sector, COLUMNS('^n_')::BIGINT
FROM (
    SELECT region_level, region, source, sector,
        coalesce(n_boards, 0) AS n_boards, coalesce(n_boards_read_whole, 0) AS n_boards_read_whole,
        coalesce(n_boards_in_stock, 0) AS n_boards_in_stock, coalesce(n_adverts, 0) AS n_adverts,
        coalesce(n_jobs, 0) AS n_jobs, coalesce(n_ai_jobs, 0) AS n_ai_jobs,
        coalesce(n_read_in_full, 0) AS n_read_in_full, coalesce(n_paid, 0) AS n_paid,
        coalesce(n_in_band, 0) AS n_in_band
    FROM adverts FULL JOIN boards USING (region_level, region, source, sector)
)
ORDER BY ALL
