-- Posting ids that contain an id, or are most similar to it.
SELECT posting_id, contains(posting_id, $id) AS holds_it FROM core.postings
ORDER BY holds_it DESC, jaro_winkler_similarity(posting_id, $id) DESC, posting_id LIMIT $n
