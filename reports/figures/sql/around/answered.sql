-- What a share counts: the adverts of its jobs, with what decides how they count. `weight` is that of the job in the
-- panel, if there is one. Parameters: behind (SELECT of adverts), as_of.
SELECT
    b.cell, b.posting_id, -1 AS position, b.job_id,
    counted_employer(p.employer_id, p.source, p.board, p.posting_id) AS employer, w.weight, NULL AS currency,
    NULL::DOUBLE AS low, NULL::DOUBLE AS high, NULL::DOUBLE AS low_usd, NULL::DOUBLE AS high_usd, b.items
FROM ($behind) AS b JOIN core.postings AS p USING (posting_id) LEFT JOIN panel_jobs($as_of) AS w ON w.job_id = b.job_id
