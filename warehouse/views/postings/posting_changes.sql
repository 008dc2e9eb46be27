-- Every edit of an advert: the column, its old and new content, and when the new content was first read.
SELECT * FROM (
    SELECT o.posting_id, o.version_to AS changed_at, unnest([
        $changed_columns
    ], max_depth := 2)
    FROM core.superseded_versions AS o
    JOIN core.posting_versions AS n ON n.posting_id = o.posting_id AND n.version_from = o.version_to
)
WHERE old_value IS DISTINCT FROM new_value
