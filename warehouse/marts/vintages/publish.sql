-- Replaces the published cells of the lists in `accepted` by those that a mart has of them.
CREATE OR REPLACE TEMP TABLE new_cells AS
SELECT n.* EXCLUDE (has_value), a.vintage, $published_on AS published_on,
    CASE WHEN has_value THEN least(o.since, $published_on) END AS since
FROM (SELECT *, $list AS list, $has_value AS has_value FROM ($rows)) AS n
JOIN accepted AS a USING (list) LEFT JOIN $table AS o ON o.list = n.list AND $same_key;
DELETE FROM $table WHERE list IN (SELECT list FROM accepted);
INSERT INTO $table (list, vintage, published_on, since, $columns)
SELECT list, vintage, published_on, since, $columns FROM new_cells;
