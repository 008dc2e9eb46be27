"""What adverts on employers' boards say of hiring for others: core.agency_signs, from titles and stored texts.

The signs are words of `agency_cues.csv`, looked for in SQL. Each version of an advert is read once: the work file has
in `signs_read` which. The view `analysis.boards` weighs the signs, board by board.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Sequence

from transforms.text.lookups import cells_of
from warehouse import database
from warehouse.load.refined_file import RefinedFile
from warehouse.schema import literal

log = logging.getLogger("jobmarket.agencies")

TABLES = {
    "signs_read_with": "cues VARCHAR NOT NULL",
    "signs_read": "posting_id VARCHAR NOT NULL, content_hash VARCHAR NOT NULL",
}
"""Tables of the work file alone: by which cues adverts were read, and which versions."""


def read_signs(con: database.Connection, files: Iterable[RefinedFile]) -> None:
    """Bring core.agency_signs up to date with the newest version of each advert on an employer's board.

    `files` are refined files, among them those that versions come from which were not read before. A text whose file is
    missing is read by a later call that has it.
    """
    rows = {file.warc: file.rows for file in files}
    cues = cells_of("agency_cues")
    key = hashlib.blake2b(repr(cues).encode(), digest_size=16).hexdigest()
    with database.transaction(con):
        database.make_working_tables(con, TABLES, key)
        _find_unread(con)
        warcs = con.execute("SELECT DISTINCT warc FROM unread WHERE has_text ORDER BY warc").fetchall()
        paths = {}
        for (warc,) in warcs:
            if warc in rows and rows[warc].exists():
                paths[str(rows[warc])] = warc
                continue
            log.warning("%s: its refined file is missing; its texts are not read for signs of agencies", warc)
            con.execute("DELETE FROM unread WHERE warc = ? AND has_text", [warc])
        if paths:
            con.execute("CREATE OR REPLACE TEMP TABLE text_files (filename VARCHAR, warc VARCHAR)")
            con.execute("INSERT INTO text_files SELECT unnest(?), unnest(?)", [list(paths), list(paths.values())])
            texts = f"""(
                SELECT posting_id, u."language", text
                FROM read_parquet([{", ".join(map(literal, paths))}], filename = true) AS r
                JOIN text_files USING (filename) JOIN unread AS u USING (warc, posting_id, record)
                WHERE u.has_text
            )"""
            _read(con, cues, "text", texts)
        _read(con, cues, "title", "unread")
        con.execute("INSERT INTO signs_read SELECT posting_id, content_hash FROM unread")


def _find_unread(con: database.Connection) -> None:
    """`unread`: versions that were not read yet. Signs of versions that are no more are forgotten."""
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE unread AS
        SELECT posting_id, content_hash, warc, record, p.title, "language", text_state = 'full' AS has_text
        FROM core.postings AS p JOIN core.sources AS s USING (source)
        WHERE s.kind = 'employer board' AND NOT EXISTS (
            FROM signs_read AS r WHERE r.posting_id = p.posting_id AND r.content_hash = p.content_hash
        )
        """
    )
    con.execute(
        """
        DELETE FROM signs_read AS r WHERE NOT EXISTS (
            FROM core.postings AS p WHERE p.posting_id = r.posting_id AND p.content_hash = r.content_hash
        )
        """
    )
    con.execute("DELETE FROM core.agency_signs WHERE posting_id NOT IN (SELECT posting_id FROM signs_read)")


def _read(con: database.Connection, cues: Sequence[dict[str, str]], part: str, texts: str) -> None:
    """Put the signs in a part of adverts into core.agency_signs, where a word of any cue stands in one.

    DuckDB takes 0.2 s to prepare all patterns, which a night without any such word is spared: files are read at once.
    """
    words = sorted({cue["word"] for cue in cues if cue["part"] == part})
    has_word = " OR ".join(f"contains({part}, {literal(word)})" for word in words)
    if words and con.execute(f"FROM {texts} WHERE {has_word} LIMIT 1").fetchall():
        con.execute("INSERT INTO core.agency_signs BY NAME" + _signs(cues, part, texts))


def _signs(cues: Sequence[dict[str, str]], part: str, texts: str) -> str:
    """SELECT of the signs in a part of adverts: of each the words of the first cue that is found.

    A cue's word is sought before its pattern, which costs ten times as much. Cues of a language are for it alone. Texts
    pass through: a night's may be larger than memory.
    """
    cases: dict[str, list[str]] = {}
    for cue in cues:
        if cue["part"] == part:
            condition = f'"language" = {literal(cue["language"])} AND ' if cue["language"] else ""
            pattern = literal(f"(?m){cue['pattern']}")
            cases.setdefault(cue["sign"], []).append(
                f"CASE WHEN {condition}contains({part}, {literal(cue['word'])})"
                f" THEN nullif(trim(regexp_extract({part}, {pattern}), E' \\n\\t*.:!?)'), '') END"
            )
    signs = (f"{{'sign': {literal(sign)}, 'words': coalesce({', '.join(ways)}, NULL)}}" for sign, ways in cases.items())
    return f"""
        SELECT posting_id, s.sign, min(s.words) AS words
        FROM (SELECT posting_id, unnest([{", ".join(signs)}]) AS s FROM {texts})
        WHERE s.words IS NOT NULL GROUP BY posting_id, s.sign
        """
