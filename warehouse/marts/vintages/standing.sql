-- The vintage of each list that stands.
SELECT list, number, as_of, decided_on FROM ops.vintages WHERE state = 'published'
QUALIFY row_number() OVER (PARTITION BY list ORDER BY number DESC) = 1 ORDER BY list
