-- Rows of core.postings for the adverts that the archive file `warc` has in the words of an earlier answer.
SELECT $columns FROM core.postings WHERE posting_id IN (
    SELECT posting_id FROM repetition_rows
    SEMI JOIN (SELECT wording_hash FROM advert_repetitions WHERE warc = $warc) USING (wording_hash)
) AND posting_id NOT IN (SELECT posting_id FROM staged)
