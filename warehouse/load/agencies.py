"""Signs that a board hires for other employers: core.agency_signs, from titles and stored texts of its adverts.

SQL searches for the words of `agency_cues.csv`. Each version of an advert is read once; the work file notes it in
`signs_read`. The view `analysis.boards` weighs the signs of each board.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Sequence

from transforms.text.lookups import cells_of
from warehouse import database
from warehouse.load.refined_file import RefinedFile
from warehouse.schema import literal
from warehouse.sql_files import read_sql

log = logging.getLogger("jobmarket.agencies")

TABLES = {
    "signs_read_with": "cues VARCHAR NOT NULL",
    "signs_read": "posting_id VARCHAR NOT NULL, content_hash VARCHAR NOT NULL",
}
"""Tables of the work file alone: the digest of the cues that adverts were read by, and the versions read."""


def read_signs(con: database.Connection, files: Iterable[RefinedFile]) -> None:
    """Bring core.agency_signs up to date with the newest version of each advert on an employer's board.

    `files` must include the refined file of every unread version. A version with a missing file is read by a later
    call that has it.
    """
    rows = {file.warc: file.rows for file in files}
    cues = cells_of("agency_cues")
    key = hashlib.blake2b(repr(cues).encode(), digest_size=16).hexdigest()
    with database.transaction(con):
        database.make_working_tables(con, TABLES, key)
        con.execute(read_sql("load/sql/unread_signs"))
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


def _read(con: database.Connection, cues: Sequence[dict[str, str]], part: str, texts: str) -> None:
    """Add the signs in a part of adverts ("title", "text") to core.agency_signs.

    DuckDB takes 0.2 s to prepare all patterns, so nothing is prepared unless some advert has a word of some cue.
    """
    words = sorted({cue["word"] for cue in cues if cue["part"] == part})
    has_word = " OR ".join(f"contains({part}, {literal(word)})" for word in words)
    if words and con.execute(f"FROM {texts} WHERE {has_word} LIMIT 1").fetchall():
        con.execute("INSERT INTO core.agency_signs BY NAME" + _signs(cues, part, texts))


def _signs(cues: Sequence[dict[str, str]], part: str, texts: str) -> str:
    """SELECT of the signs in a part of adverts, each with the words of the first cue found.

    A cue's word is sought before its pattern, which costs ten times as much. A cue with a language is sought in adverts
    of that language alone. Texts are streamed, because those of a night may be larger than memory.
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
