-- Stores the rows of the table `written` as those of a mart on one day; rows of reused cells stay as they are. history:
-- the table that stores the mart. columns, keys: its columns without the span of days, and its key. day, next_day: the
-- day, and the next day that the mart was written for, or NULL. stands, is_reused: whether a row `h` stands on the day,
-- and whether its cell is reused. same_key: whether `h` and `n` have the same key.
CREATE OR REPLACE TEMP TABLE standing AS
SELECT $columns FROM $history AS h WHERE $stands AND NOT coalesce($is_reused, false);
CREATE OR REPLACE TEMP TABLE gone AS FROM standing EXCEPT FROM written;
CREATE OR REPLACE TEMP TABLE added AS FROM written EXCEPT FROM standing;

-- End the rows that are gone. A row that stands before and after the day is split.
INSERT INTO $history
SELECT * REPLACE ($next_day AS valid_from) FROM $history AS h
WHERE $stands AND ($keys) IN (SELECT ($keys) FROM gone)
    AND $next_day IS NOT NULL AND coalesce(valid_to > $next_day, true);
DELETE FROM $history AS h WHERE $stands AND ($keys) IN (SELECT ($keys) FROM gone) AND valid_from = $day;
UPDATE $history AS h SET valid_to = $day WHERE $stands AND ($keys) IN (SELECT ($keys) FROM gone);

-- Rows that the day before has as well go on; the others begin.
CREATE OR REPLACE TEMP TABLE continued AS SELECT $columns FROM $history WHERE valid_to = $day INTERSECT FROM added;
UPDATE $history SET valid_to = $next_day WHERE valid_to = $day AND ($keys) IN (SELECT ($keys) FROM continued);
DELETE FROM added WHERE ($keys) IN (SELECT ($keys) FROM continued);
INSERT INTO $history BY NAME SELECT *, $day AS valid_from, $next_day AS valid_to FROM added;

-- Rows that end where the same row begins again become one.
CREATE OR REPLACE TEMP TABLE continued AS
SELECT $columns FROM $history WHERE valid_to = $next_day
INTERSECT
SELECT $columns FROM $history WHERE valid_from = $next_day;
UPDATE $history AS h SET valid_to = n.valid_to
FROM (SELECT valid_to, $keys FROM $history SEMI JOIN continued USING ($keys) WHERE valid_from = $next_day) AS n
WHERE h.valid_to = $next_day AND $same_key;
DELETE FROM $history WHERE valid_from = $next_day AND ($keys) IN (SELECT ($keys) FROM continued);
