-- Files that a new file of `source` is compared with: those loaded since the newest that a person accepted.
SELECT warc, observed_to, n_seen FROM ops.loads WHERE source = $source AND observed_to >= coalesce(
    (SELECT max(observed_to) FROM ops.loads WHERE source = $source AND list_contains($accepted, warc)),
    TIMESTAMP '-infinity'
) AND ($live::VARCHAR[] IS NULL OR list_contains($live::VARCHAR[], warc))
