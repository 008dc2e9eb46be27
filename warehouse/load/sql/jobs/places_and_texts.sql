-- Places and text of unread versions, from the refined file of their archive file.
SELECT posting_id, record, text, list_transform(places, lambda p: [p.country, p.subdivision, p.city]) AS places
FROM read_parquet($file, file_row_number = true)
SEMI JOIN (SELECT posting_id, record FROM unread WHERE warc = $warc AND part = $part) USING (posting_id, record)
WHERE record BETWEEN $first AND $last
QUALIFY row_number() OVER (PARTITION BY posting_id, record ORDER BY file_row_number DESC) = 1
