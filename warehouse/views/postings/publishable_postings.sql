-- Postings of sources whose aggregates may be published: what marts and figures count.
SELECT * FROM core.postings
WHERE source NOT IN (SELECT source FROM core.sources WHERE NOT is_republishable)
