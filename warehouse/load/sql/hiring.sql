-- What postings say about who hires. Industries that sources state decide published shares, so sources with aggregates
-- that may not be published do not count. The host of an address is enough on an employer's own board; elsewhere the
-- beginning of the path may be a board on a platform (jobs.lever.co/acme). So there are a few
-- thousand places, fewer than postings. An employer's site in the text counts where the address is not the employer's.
SELECT p.posting_id, p.first_seen_at, p.employer_id, p.employer, p.employer_in_text, p.source, p.board,
    CASE WHEN s.is_republishable THEN p.industry_text END AS industry_text,
    CASE WHEN p.employer_site IS NOT NULL THEN p.employer_site
        WHEN s.kind = 'employer board' THEN regexp_extract(p.url, '^https?://[^/?#]+')
        ELSE regexp_extract(p.url, '^https?://[^/?#]+/?[^/?#]*') END AS place
FROM core.postings AS p LEFT JOIN core.sources AS s USING (source)
