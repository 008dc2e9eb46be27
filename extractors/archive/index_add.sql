-- Adds an answer. A repetition gets the location of the answer it repeats, and is left out if that is missing.
INSERT OR REPLACE INTO answers
SELECT :url, :observed_at, :digest, coalesce(:json_digest, whole.json_digest),
    coalesce(:etag, whole.etag), coalesce(:last_modified, whole.last_modified),
    coalesce(whole.first_at, :observed_at), coalesce(whole.file, :file), coalesce(whole.record, :record),
    coalesce(whole.at, :offset), coalesce(whole.position, :position), :file
FROM (SELECT :refers_to AS refers_to) AS this
LEFT JOIN answers AS whole ON whole.url = :url AND whole.observed_at = :refers_to AND whole.digest = :digest
WHERE this.refers_to IS NULL OR whole.url IS NOT NULL
