-- Counts all adverts that ever had a text by how deep they were read: the fields of `ReadingDepth`. unread, no_text:
-- states of texts. ai_groups: groups of roles that are AI jobs.
SELECT
    count(*) AS n_texts, count(*) FILTER (told_by = 'title') AS n_by_title,
    count(*) FILTER (told_by = 'words') AS n_by_words, count(*) FILTER (text_state = $unread) AS n_unread,
    count(*) FILTER (is_rest AND text_state <> $unread) AS n_rest_read,
    count(*) FILTER (is_ai AND NOT is_rest) AS n_ai, count(*) FILTER (is_ai AND is_rest) AS n_missed
FROM (
    SELECT *, told_by IS NULL AS is_rest, role_group IN $ai_groups OR coalesce(ai_label = 'builds_ai', false) AS is_ai
    FROM core.postings WHERE text_state <> $no_text
)
