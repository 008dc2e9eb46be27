-- Note how many adverts were put to each check of themselves, and how many failed it.
INSERT INTO ops.self_checks BY NAME
SELECT $warc AS warc, $source AS source, "check", count(*) AS n_checked, count_if(has_failed) AS n_failed
FROM (
    SELECT unnest(agreements) AS "check", false AS has_failed FROM staged
    UNION ALL SELECT unnest(doubts), true FROM staged
) GROUP BY "check"
