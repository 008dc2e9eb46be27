-- Everything that postings ever said: the current version (`version_to` is NULL) and earlier ones.
--
-- $version_columns: the columns that a version has in both tables.
SELECT $version_columns, version_to FROM core.superseded_versions
UNION ALL
SELECT $version_columns, NULL FROM core.postings
