-- Readings that a person confirmed, by reader. Parameter: as_of.
SELECT reader, sum(n_asked) AS n_asked, sum(n_right) AS n_right FROM ops.audits
WHERE audited_on <= $as_of GROUP BY reader ORDER BY reader
