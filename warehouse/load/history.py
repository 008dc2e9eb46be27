"""The history of postings: when each board listed them, and what they said at each time.

A step takes archive files of one source that were read at one time, later than all files loaded before. It brings
`core.posting_boards`, `core.superseded_versions` and `core.postings` forward. If a file comes late, its source goes
through all steps again (`loader.load`). So the warehouse depends only on the loaded files, not on their order.

A posting is closed if a complete list of a board lacks it, unless the list drops adverts by age and the posting is old;
if its own address answers 404 or 410; or if a feed of changes says that it was removed. A posting that was not seen for
the time that its source declares has expired, which is not a closing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import duckdb

from transforms.records.columns import fields_of, table_of
from transforms.records.rows import Advert
from transforms.records.vocabulary import UNREAD
from warehouse import tables
from warehouse.load.refined_file import RefinedFile
from warehouse.load.repetition import add_repeated_answers, rows_in
from warehouse.schema import dates_of, ident, literal
from warehouse.sql_files import read_sql

PARTS_OF_POSTING = (
    (tables.PostingPlaces, "places"),
    (tables.PostingPay, "pay"),
    (tables.PostingSkills, "skills"),
    (tables.PostingCandidates, "candidates"),
    (tables.AgencySigns, "agency_signs"),
)
"""Tables with a posting's parts, and the nested column from which each is made."""
NOT_CONTENT = ("posting_id", "source", "board", "told_by", "is_drawn")
"""Columns that may change without a new version.

A second board, or another depth of reading, says nothing new about an advert."""
FULLNESS = f"list_position(['none', 'snippet', 'full'], replace(text_state, '{UNREAD}', 'full'))"
"""SQL: how much of an advert's text the answer has. An unread text counts as full."""
ADVERT = [f.name for f in fields_of(Advert)]
IN_DOLLARS = [f.name for f in fields_of(tables.InDollars)]


def step(
    con: duckdb.DuckDBPyConnection,
    source: str,
    files: Mapping[str, RefinedFile],
    all_files: Mapping[str, RefinedFile],
    last: str,
) -> None:
    """Bring a source's postings forward by files of one time. Call it inside a transaction, after `repetition.find`.

    `files` maps archive files, whose responses are already in `ops.responses`, to their refined files. `all_files` does
    so for all archive files of the source, because any of them may have the row of an advert that an answer only
    repeats. Observations after `last`, an SQL time, are left out. Raise `duckdb.ConstraintException` if a CHECK refuses
    a row.
    """
    row = con.execute("SELECT expires_after_days FROM core.sources WHERE source = ?", [source]).fetchone()
    age = row[0] if row and row[0] is not None else "NULL"
    warcs = f"[{', '.join(map(literal, files))}]"
    con.execute(read_sql("load/sql/history/answers", source=literal(source), warcs=warcs))
    _collect(con, source, files, all_files, last)
    con.execute(read_sql("load/sql/history/intervals", source=literal(source), age=age))
    con.execute(read_sql("load/sql/history/versions", fullness=FULLNESS, age=age))
    _write_versions(con, all_files)
    boards = "(SELECT * FROM core.posting_boards SEMI JOIN moved USING (posting_id))"
    con.execute(read_sql("load/sql/history/dates", dates=dates_of(boards)))


def _collect(
    con: duckdb.DuckDBPyConnection,
    source: str,
    files: Mapping[str, RefinedFile],
    all_files: Mapping[str, RefinedFile],
    last: str,
) -> None:
    """Make the tables `readings`, with the rows of the files, and `seen`, with the times at which adverts were seen.

    `seen` also has adverts that the files only repeat. `warc` and `record` say where a reading's row is stored;
    `of_warc` and `of_record` name the answer in which the advert was read.
    """
    columns = [ident(name) for name in ADVERT if name not in NOT_CONTENT]
    content = ", ".join([*columns, "places", "pay"])
    board = f"coalesce(board, {literal(source)}) AS board"
    said = (
        f"posting_id, {board}, record, file_row_number AS row_number, title, {FULLNESS} AS fullness,"
        f" md5(row({content})::VARCHAR) AS content_hash"
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE readings AS "
        + rows_in(files, f"{said}, observed_at, record AS of_record, warc AS of_warc")
        + f" WHERE observed_at <= {last}"
    )
    con.execute("CREATE OR REPLACE TEMP TABLE seen AS SELECT DISTINCT posting_id, board, observed_at FROM readings")
    first_warcs = _read_warcs(con, "SELECT DISTINCT first_warc FROM repeat_answers")
    if first_warcs:
        first_files = {warc: all_files[warc] for warc in first_warcs}
        con.execute(
            f"""
            INSERT INTO seen SELECT DISTINCT o.posting_id, o.board, r.observed_at
            FROM ({rows_in(first_files, f"posting_id, {board}, record")}) AS o
            JOIN repeat_answers AS r ON r.first_warc = o.warc AND r.first_record = o.record
            """
        )
        add_repeated_answers(con, first_files, all_files)
    _add_readings(
        con,
        all_files,
        _read_warcs(con, "SELECT DISTINCT first_warc FROM repeat_answers WHERE is_news"),
        said,
        "repeat_answers AS a ON a.first_warc = o.warc AND a.first_record = o.record WHERE a.is_news",
    )
    con.execute(read_sql("load/sql/history/repetitions"))
    _add_readings(
        con,
        all_files,
        _read_warcs(con, "SELECT DISTINCT warc FROM changed_repetitions"),
        said,
        "changed_repetitions AS n ON n.warc = o.warc AND n.row_number = o.row_number"
        " JOIN advert_repetitions AS a ON a.wording_hash = n.wording_hash AND a.is_news",
    )


def _read_warcs(con: duckdb.DuckDBPyConnection, select: str) -> list[str]:
    return [warc for (warc,) in con.execute(f"{select} ORDER BY ALL").fetchall()]


def _add_readings(
    con: duckdb.DuckDBPyConnection, all_files: Mapping[str, RefinedFile], warcs: Iterable[str], said: str, answers: str
) -> None:
    if files := {warc: all_files[warc] for warc in warcs}:
        con.execute(
            f"""
            INSERT INTO readings BY NAME
            SELECT o.*, a.observed_at, a.warc AS of_warc, a.record AS of_record
            FROM ({rows_in(files, said)}) AS o JOIN {answers}
            """
        )


def _write_versions(con: duckdb.DuckDBPyConnection, all_files: Mapping[str, RefinedFile]) -> None:
    warcs = _read_warcs(con, "SELECT DISTINCT warc FROM versions WHERE warc IS NOT NULL")
    if not warcs:
        return
    advert = ", ".join(map(ident, ADVERT))
    before = ", ".join(f"p.{ident(name)}" for name in (*ADVERT, *IN_DOLLARS))
    values = [*ADVERT, "version_from", "content_hash", "warc", "record"]
    columns = [*values, "job_id", "first_seen_at", "last_seen_at"]
    expressions = [*(f"s.{ident(c)}" for c in values), "s.posting_id", "s.version_from", "s.version_from"]
    con.execute(
        read_sql(
            "load/sql/history/new_versions",
            superseded=table_of(tables.SupersededVersions).name,
            postings=table_of(tables.Postings).name,
            stored_columns=before,
            new_columns=advert,
            rows=rows_in({warc: all_files[warc] for warc in warcs}, "*"),
            sets=", ".join(f"{ident(c)} = s.{ident(c)}" for c in values if c != "posting_id"),
            columns=", ".join(map(ident, columns)),
            expressions=", ".join(expressions),
        )
    )
    for cls, column in PARTS_OF_POSTING:
        name = table_of(cls).name
        has_position = cls in (tables.PostingPlaces, tables.PostingPay)
        position = f", unnest(range(len({column}))) AS position" if has_position else ""
        con.execute(f"DELETE FROM {name} WHERE posting_id IN (SELECT posting_id FROM new_versions)")
        con.execute(
            f"INSERT INTO {name} BY NAME"
            f" SELECT posting_id, unnest({column}, max_depth := 2){position} FROM new_versions WHERE len({column}) > 0"
        )
