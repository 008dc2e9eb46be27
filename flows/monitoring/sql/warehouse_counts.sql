-- Rows of the published warehouse, by kind, as `jobmarket status` lists them.
SELECT 'postings' AS what, count(*) AS n FROM core.postings
UNION ALL SELECT 'jobs', count(DISTINCT job_id) FROM core.postings
UNION ALL SELECT 'postings with pay', count(*) FROM core.postings WHERE pay_low IS NOT NULL OR pay_high IS NOT NULL
UNION ALL SELECT 'postings with full text', count(*) FROM core.postings WHERE text_state = 'full'
UNION ALL SELECT 'rejected values and records', count(*) FROM ops.rejects
UNION ALL SELECT 'pay cells: ' || status, count(*) FROM mart.salary_bands
    WHERE as_of = (SELECT max(as_of) FROM mart.salary_bands) GROUP BY status
UNION ALL SELECT 'figures: ' || status, count(*) FROM mart.figures
    WHERE as_of = (SELECT max(as_of) FROM mart.figures) GROUP BY status
