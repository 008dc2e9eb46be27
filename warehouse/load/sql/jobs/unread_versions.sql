SELECT $columns
FROM unread AS u
JOIN core.posting_versions AS v
ON v.posting_id = u.posting_id AND v.version_from = u.version_from AND v.content_hash = u.content_hash
LEFT JOIN first_closings AS f ON f.posting_id = v.posting_id AND f.board = coalesce(v.board, v.source)
LEFT JOIN ($places_and_texts) AS m ON m.posting_id = u.posting_id AND m.record = u.record
WHERE u.warc = $warc AND u.part = $part
