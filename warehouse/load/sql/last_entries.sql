-- Keep the last of `new_entries` for each key, by the name of its file, and put it in the place of an earlier entry.
CREATE OR REPLACE TEMP TABLE last_entries AS FROM new_entries AS n
WHERE NOT EXISTS (FROM $entries AS e WHERE $same_key AND e.file > n.file)
QUALIFY row_number() OVER (PARTITION BY $keys ORDER BY file DESC) = 1;

DELETE FROM $entries WHERE ($keys) IN (SELECT ($keys) FROM last_entries);
INSERT INTO $entries BY NAME FROM last_entries;
