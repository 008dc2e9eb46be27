CREATE TABLE IF NOT EXISTS files (name TEXT PRIMARY KEY, size INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS answers (
    url TEXT NOT NULL, observed_at TEXT NOT NULL, digest TEXT NOT NULL, json_digest TEXT, etag TEXT, last_modified TEXT,
    first_at TEXT NOT NULL, file TEXT NOT NULL, record INTEGER NOT NULL, at INTEGER NOT NULL, position INTEGER NOT NULL,
    seen_in TEXT NOT NULL, PRIMARY KEY (url, observed_at)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS answers_of_file ON answers (seen_in);
