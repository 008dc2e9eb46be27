-- versions of a posting follow one another
SELECT posting_id FROM core.posting_versions SEMI JOIN core.superseded_versions USING (posting_id)
QUALIFY version_to IS DISTINCT FROM lead(version_from) OVER (PARTITION BY posting_id ORDER BY version_from)
