-- The newest row of each key in `rows`, from the archive file `warc`.
CREATE OR REPLACE TEMP TABLE staged AS
SELECT * EXCLUDE ($left_out), $warc AS warc FROM ($rows)
QUALIFY row_number() OVER (PARTITION BY $keys ORDER BY observed_at DESC, record DESC, file_row_number DESC) = 1
