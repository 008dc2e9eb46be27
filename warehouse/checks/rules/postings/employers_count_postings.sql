-- an employer has the postings that name it
SELECT employer_id FROM (SELECT employer_id, count(*) AS n FROM core.postings GROUP BY employer_id) AS p
FULL JOIN core.employers AS e USING (employer_id)
WHERE employer_id IS NOT NULL AND coalesce(p.n, 0) IS DISTINCT FROM e.n_postings
