-- postings are placed in countries that there are
SELECT posting_id || ': ' || country FROM core.posting_places
WHERE country NOT IN (SELECT country FROM core.countries)
