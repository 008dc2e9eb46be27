"""The same job behind several postings: `job_id`, core.job_links and core.job_merges.

`transforms.employers` says how two adverts are compared (`links`) and which ids jobs bear (`job_ids`). Here stands what
was compared already, in tables of the work file that are never published: what is compared of each version
(`compared`), the sketch of each text (`sketches`), and the links found, by title (`found_links`). A link depends on
versions of one title alone, so each night only the titles of versions that are new, gone or closed since are matched
again, and only new versions are read and sketched. With nothing new nothing is matched. The outcome is a function of
the versions: it does not matter when and in what order they came.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from transforms.employers import job_ids, links, sketches
from transforms.employers.cache_key import comparison_key
from transforms.records.columns import table_of
from warehouse import database
from warehouse.load.refined_file import RefinedFile
from warehouse.schema import arrow_table, literal
from warehouse.tables import JobLinks, JobMerges, SupersededJobIds

log = logging.getLogger("jobmarket.jobs")


COMPARED: Mapping[str, tuple[str, pa.DataType]] = {
    "posting_id": ("VARCHAR NOT NULL", pa.string()),
    "first_at": ("TIMESTAMPTZ NOT NULL", pa.timestamp("us", "UTC")),
    "content_hash": ("VARCHAR NOT NULL", pa.string()),
    "source": ("VARCHAR NOT NULL", pa.string()),
    "board": ("VARCHAR", pa.string()),
    "employer": ("VARCHAR[] NOT NULL", pa.list_(pa.string())),
    "is_agency": ("BOOLEAN NOT NULL", pa.bool_()),
    "title": ("VARCHAR NOT NULL", pa.string()),
    "requisition_id": ("VARCHAR", pa.string()),
    "department": ("VARCHAR", pa.string()),
    "places": ("VARCHAR[] NOT NULL", pa.list_(pa.string())),
    "whereabouts": ("VARCHAR NOT NULL", pa.string()),
    "pay_low": ("DOUBLE", pa.float64()),
    "pay_high": ("DOUBLE", pa.float64()),
    "currency": ("VARCHAR", pa.string()),
    "period": ("VARCHAR", pa.string()),
    "posted_on": ("DATE", pa.date32()),
    "closed_at": ("TIMESTAMPTZ", pa.timestamp("us", "UTC")),
    "text_hash": ("VARCHAR", pa.string()),
}
"""Columns of `compared`: the fields of a version, and the digest of all that the advert said."""
PAY = ("pay_low", "pay_high", "currency", "period")
VERSION_COLUMNS = {
    **{name: f"v.{name}" for name in ("posting_id", "content_hash", "source", "board", "url", "employer", "title")},
    **{name: f"v.{name}" for name in ("requisition_id", "department", "location_text", "posted_on", *PAY)},
    "first_at": "v.version_from",
    "places": "m.places",
    "closed_at": "f.closed_at",
    "text_hash": "u.text_hash",
    "text": "m.text",
}
"""What is read of a version, and its SQL in `_select_versions`."""
TABLES = {
    "matched_with": "matcher_key VARCHAR NOT NULL",
    "compared": ", ".join(f"{name} {kind}" for name, (kind, _) in COMPARED.items()),
    "sketches": "text_hash VARCHAR NOT NULL, sketch BLOB NOT NULL",
    "found_links": "linked_at TIMESTAMPTZ NOT NULL, left_posting_id VARCHAR NOT NULL,"
    " right_posting_id VARCHAR NOT NULL, rule VARCHAR NOT NULL, score DOUBLE NOT NULL, title VARCHAR NOT NULL",
    "other_job_ids": "posting_id VARCHAR NOT NULL, job_id VARCHAR NOT NULL",
}
"""Tables of the work file alone. `other_job_ids` are of postings that are not the first of their job."""
FULL = "full"
"""State of a text that is compared; of a snippet nothing follows."""
MAX_READ = 20_000
"""Versions read from a refined file in one go: bounds the memory that their texts take."""
MAX_MATCHED = 100_000
"""Versions matched in one batch, to bound memory; versions of one title stay together."""


def resolve(con: database.Connection, files: Iterable[RefinedFile]) -> None:
    """Bring `job_id` of all postings, core.job_links, core.job_merges and core.superseded_job_ids up to date.

    `files` must include the refined file of every version not compared yet. If one is missing, its texts are compared
    by hash only and its places as written.
    """
    with database.transaction(con):
        database.make_working_tables(con, TABLES, comparison_key())
        _find_changes(con)
        if con.execute("SELECT EXISTS (FROM unread) OR EXISTS (FROM stale) OR EXISTS (FROM closings)").fetchall()[0][0]:
            _compare(con, {file.warc: file.rows for file in files})
            _link(con)
            _assign_job_ids(con)
        con.execute(
            """
            UPDATE core.postings AS p SET job_id = w.job_id
            FROM (
                SELECT p.posting_id, coalesce(j.job_id, p.posting_id) AS job_id
                FROM core.postings AS p LEFT JOIN other_job_ids AS j USING (posting_id)
            ) AS w
            WHERE w.posting_id = p.posting_id AND w.job_id <> p.job_id
            """
        )


def _find_changes(con: database.Connection) -> None:
    """`unread`: versions not compared yet; `stale`: compared ones that are no more; `closings`: those closed since."""
    same = "v.posting_id = c.posting_id AND v.version_from = c.first_at AND v.content_hash = c.content_hash"
    same += " AND v.board IS NOT DISTINCT FROM c.board"
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE unread AS
        SELECT posting_id, version_from, content_hash, warc, record,
            CASE WHEN text_state = {literal(FULL)} THEN text_hash END AS text_hash,
            (row_number() OVER (PARTITION BY warc ORDER BY record, posting_id) - 1) // {MAX_READ} AS part
        FROM core.posting_versions AS v
        WHERE NOT EXISTS (FROM compared AS c WHERE {same})
        """
    )
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE stale AS
        SELECT posting_id, first_at, content_hash, board, title FROM compared AS c
        WHERE NOT EXISTS (FROM core.posting_versions AS v WHERE {same})
        """
    )
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE first_closings AS
        SELECT posting_id, board, min(closed_at) AS closed_at FROM core.posting_boards
        WHERE closed_at IS NOT NULL GROUP BY posting_id, board
        """
    )
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE closings AS
        SELECT c.posting_id, c.board, f.closed_at
        FROM (SELECT DISTINCT posting_id, source, board, closed_at FROM compared) AS c
        LEFT JOIN first_closings AS f ON f.posting_id = c.posting_id AND f.board = coalesce(c.board, c.source)
        WHERE f.closed_at IS DISTINCT FROM c.closed_at
        """
    )


# --- what is compared -------------------------------------------------------------------------------------


def _compare(con: database.Connection, files: Mapping[str, Path]) -> None:
    """Bring `compared` and `sketches` up to date; `affected`: titles of which a version changed.

    That a posting was closed counts where adverts without text are compared.
    """
    con.execute("CREATE OR REPLACE TEMP TABLE affected AS SELECT DISTINCT title FROM stale")
    con.execute(
        """
        DELETE FROM compared AS c USING stale AS s
        WHERE c.posting_id = s.posting_id AND c.first_at = s.first_at AND c.content_hash = s.content_hash
            AND c.board IS NOT DISTINCT FROM s.board
        """
    )
    con.execute(
        """
        INSERT INTO affected
        SELECT c.title FROM compared AS c JOIN closings AS s
        ON c.posting_id = s.posting_id AND c.board IS NOT DISTINCT FROM s.board
        WHERE c.title IN (SELECT title FROM compared WHERE text_hash IS NULL)
        """
    )
    con.execute(
        """
        UPDATE compared AS c SET closed_at = s.closed_at FROM closings AS s
        WHERE c.posting_id = s.posting_id AND c.board IS NOT DISTINCT FROM s.board
        """
    )
    parts = con.execute(
        """
        SELECT warc, part, min(record), max(record) FROM unread GROUP BY warc, part ORDER BY warc, part
        """
    ).fetchall()
    hashes = {row[0] for row in con.execute("SELECT text_hash FROM sketches").fetchall()}
    for warc, part, first, last in parts:
        _take_in(con, con.execute(_select_versions(warc, part, (first, last), files.get(warc))).fetchall(), hashes)
    con.execute("DELETE FROM sketches WHERE text_hash NOT IN (SELECT text_hash FROM compared WHERE text_hash NOT NULL)")


def _select_versions(warc: str, part: int, records: tuple[int, int], rows: Path | None) -> str:
    """SELECT of what a part of the versions from an archive file say, with places and text from its refined file."""
    if rows is None or not rows.exists():
        log.warning("%s: its refined file is missing; its adverts are compared by what core.postings holds", warc)
        more = "(SELECT NULL::VARCHAR AS posting_id, NULL::BIGINT AS record, NULL::VARCHAR[][] AS places, NULL AS text)"
    else:
        more = f"""(
            SELECT posting_id, record, text,
                list_transform(places, lambda p: [p.country, p.subdivision, p.city]) AS places
            FROM read_parquet({literal(str(rows))}, file_row_number = true)
            SEMI JOIN (
                SELECT posting_id, record FROM unread WHERE warc = {literal(warc)} AND part = {part}
            ) USING (posting_id, record)
            WHERE record BETWEEN {records[0]} AND {records[1]}
            QUALIFY row_number() OVER (PARTITION BY posting_id, record ORDER BY file_row_number DESC) = 1
        )"""
    return f"""
        SELECT {", ".join(VERSION_COLUMNS.values())}
        FROM unread AS u
        JOIN core.posting_versions AS v
        ON v.posting_id = u.posting_id AND v.version_from = u.version_from AND v.content_hash = u.content_hash
        LEFT JOIN first_closings AS f ON f.posting_id = v.posting_id AND f.board = coalesce(v.board, v.source)
        LEFT JOIN {more} AS m ON m.posting_id = u.posting_id AND m.record = u.record
        WHERE u.warc = {literal(warc)} AND u.part = {part}
        """


def _take_in(con: database.Connection, rows: Sequence[tuple[Any, ...]], hashes: set[str]) -> None:
    columns: dict[str, list[Any]] = {name: [] for name in COMPARED}
    texts: dict[str, str] = {}
    for row in rows:
        fields = dict(zip(VERSION_COLUMNS, row, strict=True))
        content_hash, text, text_hash = fields.pop("content_hash"), fields.pop("text"), fields["text_hash"]
        fields["pay"] = tuple(fields.pop(name) for name in PAY)
        fields["places"] = [tuple(place) for place in fields["places"] or ()]
        version = links.read_version(**fields)
        values = {"content_hash": content_hash, **dict(zip(PAY, version.pay, strict=True))}
        for name, column in columns.items():
            value = values[name] if name in values else getattr(version, name)
            column.append(sorted(value) if isinstance(value, frozenset) else value)
        if text and text_hash and text_hash not in hashes:
            texts[text_hash] = text
    arrays = [pa.array(columns[name], kind) for name, (_, kind) in COMPARED.items()]
    database.insert_into(con, "compared", pa.table(arrays, names=list(COMPARED)))
    con.execute("INSERT INTO affected SELECT unnest(?::VARCHAR[])", [sorted(set(columns["title"]))])
    if texts:
        hashes.update(texts)
        blobs = sketches.pack(sketches.sketch_texts(list(texts.values())))
        database.insert_into(
            con, "sketches", pa.table({"text_hash": list(texts), "sketch": pa.array(blobs, pa.binary())})
        )


def _versions(con: database.Connection, where: str) -> list[links.Version]:
    """The compared versions that a condition admits."""
    names = [name for name in COMPARED if name not in PAY and name != "content_hash"]
    rows = con.execute(f"SELECT {', '.join((*PAY, *names))} FROM compared WHERE {where}").fetchall()
    at = {name: names.index(name) for name in ("employer", "places")}
    versions = []
    for row in rows:
        values = list(row[len(PAY) :])
        for index in at.values():
            values[index] = frozenset(values[index])
        versions.append(links.Version(**dict(zip(names, values, strict=True)), pay=links.Pay(*row[: len(PAY)])))
    return versions


# --- links and jobs ---------------------------------------------------------------------------------------


def _link(con: database.Connection) -> None:
    """Match the versions of affected titles again, `MAX_MATCHED` at a time: no link leaves a title."""
    con.execute("DELETE FROM found_links WHERE title IN (SELECT title FROM affected)")
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE batches AS
        SELECT title, (sum(n) OVER (ORDER BY title) // {MAX_MATCHED})::INTEGER AS batch
        FROM (
            SELECT title, count(*) AS n FROM compared SEMI JOIN affected USING (title)
            GROUP BY title HAVING count(*) > 1
        )
        """
    )
    for (batch,) in con.execute("SELECT DISTINCT batch FROM batches ORDER BY batch").fetchall():
        _link_titles(con, f"title IN (SELECT title FROM batches WHERE batch = {batch})")


def _link_titles(con: database.Connection, where: str) -> None:
    versions = _versions(con, where)
    pairs = con.execute(
        f"""
        SELECT text_hash, sketch FROM sketches
        WHERE text_hash IN (SELECT text_hash FROM compared WHERE {where}) ORDER BY text_hash
        """
    ).fetchall()
    new_links = links.find_links(versions, [row[0] for row in pairs], sketches.unpack([row[1] for row in pairs]))
    names = {"left_posting_id": "left", "right_posting_id": "right"}
    columns = ("linked_at", "left_posting_id", "right_posting_id", "rule", "score", "title")
    if new_links:
        rows = {column: [getattr(link, names.get(column, column)) for link in new_links] for column in columns}
        database.insert_into(con, "found_links", pa.table(rows))


def _assign_job_ids(con: database.Connection) -> None:
    """Give ids to the jobs that links make, and write links and merges."""
    columns = "linked_at, left_posting_id, right_posting_id, rule, score, title"
    all_links = [links.Link(*row) for row in con.execute(f"SELECT {columns} FROM found_links").fetchall()]
    where = "posting_id IN (SELECT unnest([left_posting_id, right_posting_id]) FROM found_links)"
    jobs = job_ids.assign_job_ids(_versions(con, where), all_links)
    refusals = {(link.left, link.right) for link in jobs.refused}
    _replace(
        con,
        JobLinks,
        [
            JobLinks(
                left_posting_id=link.left,
                right_posting_id=link.right,
                rule=link.rule,
                score=link.score,
                linked_at=link.linked_at,
                is_followed=(link.left, link.right) not in refusals,
            )
            for link in jobs.links
        ],
    )
    _replace(
        con,
        JobMerges,
        [
            JobMerges(
                from_job_id=merge.from_job,
                into_job_id=merge.into_job,
                merged_at=merge.merged_at,
                left_posting_id=merge.left,
                right_posting_id=merge.right,
                rule=merge.rule,
                score=merge.score,
            )
            for merge in jobs.merges
        ],
    )
    _replace(con, SupersededJobIds, [SupersededJobIds(**old._asdict()) for old in jobs.superseded])
    con.execute("DELETE FROM other_job_ids")
    others = {posting_id: job_id for posting_id, job_id in jobs.job_of.items() if posting_id != job_id}
    if others:
        database.insert_into(
            con, "other_job_ids", pa.table({"posting_id": list(others), "job_id": list(others.values())})
        )


def _replace(con: database.Connection, cls: type, rows: Sequence[object]) -> None:
    con.execute(f"DELETE FROM {table_of(cls).name}")
    database.insert_into(con, table_of(cls).name, arrow_table(cls, rows))
