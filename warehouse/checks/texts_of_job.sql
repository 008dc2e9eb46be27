-- The classes of texts that each job counts in: the class of its best text, and all. A job without any text counts
-- among full adverts. Jobs of other work count only if their first advert is in the random share.
SELECT job_id, unnest([
    CASE WHEN bool_or(text_class = '$full_advert') OR bool_and(text_class = '$no_text') THEN '$full_advert'
        WHEN bool_or(text_class = '$truncated') THEN '$truncated'
        WHEN bool_or(text_class = '$snippet') THEN '$snippet'
        WHEN bool_or(text_class = '$forum_comment') THEN '$forum_comment' END,
    '$all_texts'
]) AS text_class
FROM stock_postings($as_of) GROUP BY job_id
HAVING arg_min(role_group, posting_id) <> '$sampled_group' OR arg_min(is_drawn, posting_id)
