-- Note that `warc` is loaded, with `n_adverts` adverts in earlier words and `n_repeated` rows that it only repeats.
INSERT INTO ops.loads BY NAME
SELECT $warc AS warc, $source AS source, $refine_key AS refine_key, min(observed_at) AS observed_from,
    max(observed_at) AS observed_to, count(*) AS n_responses,
    coalesce(sum(n_rows), 0) - $n_adverts AS n_rows, coalesce(sum(n_rows), 0) + $n_repeated AS n_seen,
    (SELECT count(*) FROM ops.rejects WHERE warc = $warc) AS n_rejects
FROM ($responses)
RETURNING n_rows, n_seen, n_rejects
