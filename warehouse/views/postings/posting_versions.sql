-- Everything that postings ever said: the current version (`version_to` is NULL) and earlier ones.
SELECT $version_columns, version_to FROM core.superseded_versions
UNION ALL
SELECT $version_columns, NULL FROM core.postings
