WITH {{vacancies_followed}}, {{counted}}
SELECT [d.cell] AS cell, d.job_id, d.posting_id, d.source, d.board, d.warc,
    NULL AS fx_source, NULL::DATE AS fx_on, c.items
FROM dated d JOIN counted c USING (cell, job_id)
