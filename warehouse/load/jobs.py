"""Find the job to which several postings belong: fill `job_id`, core.job_links and core.job_merges.

`transforms.employers` compares two adverts (`links`) and gives ids to jobs (`job_ids`). This module remembers what was
compared, in tables that only the work file has: the fields of each version (`compared`), the sketch of each text
(`sketches`), and the links found for each title (`found_links`). A link depends only on versions with one title, so
each night matches only titles with versions that are new, gone or newly closed, and reads only new versions.
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
from warehouse.sql_files import read_sql
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
"""Columns of `compared`, with SQL and Arrow types: the fields of a version, and the digest of the whole advert."""
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
"""Columns that are read for a version not yet compared, and their SQL."""
FOUND_COLUMNS = ("linked_at", "left_posting_id", "right_posting_id", "rule", "score", "title")
"""Columns of `found_links`, in the order of `links.Link`."""
TABLES = {
    "matched_with": "matcher_key VARCHAR NOT NULL",
    "compared": ", ".join(f"{name} {kind}" for name, (kind, _) in COMPARED.items()),
    "sketches": "text_hash VARCHAR NOT NULL, sketch BLOB NOT NULL",
    "found_links": "linked_at TIMESTAMPTZ NOT NULL, left_posting_id VARCHAR NOT NULL,"
    " right_posting_id VARCHAR NOT NULL, rule VARCHAR NOT NULL, score DOUBLE NOT NULL, title VARCHAR NOT NULL",
    "other_job_ids": "posting_id VARCHAR NOT NULL, job_id VARCHAR NOT NULL",
}
"""Tables that only the work file has. `other_job_ids` holds the postings that are not the first of their job."""
NO_TEXTS = "SELECT NULL::VARCHAR AS posting_id, NULL::BIGINT AS record, NULL::VARCHAR[][] AS places, NULL AS text"
MAX_READ = 20_000
"""Versions read from a refined file at once. The limit bounds the memory for their texts."""
MAX_MATCHED = 100_000
"""Versions matched in one batch, which bounds memory. Versions with one title stay together."""


def resolve(con: database.Connection, files: Iterable[RefinedFile]) -> None:
    """Bring the job ids of all postings, core.job_links, core.job_merges and core.superseded_job_ids up to date.

    `files` must include the refined file of every version not yet compared. If one is missing, its texts are compared
    only by hash, and its places as written.
    """
    with database.transaction(con):
        database.make_working_tables(con, TABLES, comparison_key())
        con.execute(read_sql("load/sql/jobs/changes", max_read=MAX_READ))
        if con.execute("SELECT EXISTS (FROM unread) OR EXISTS (FROM stale) OR EXISTS (FROM closings)").fetchall()[0][0]:
            con.execute(read_sql("load/sql/jobs/forget_stale"))
            _read_versions(con, {file.warc: file.rows for file in files})
            _link(con)
            _assign_job_ids(con)
        con.execute(read_sql("load/sql/jobs/write_ids"))


# --- what is compared -------------------------------------------------------------------------------------


def _read_versions(con: database.Connection, files: Mapping[str, Path]) -> None:
    parts = con.execute("SELECT warc, part, min(record), max(record) FROM unread GROUP BY ALL ORDER BY ALL").fetchall()
    hashes = {row[0] for row in con.execute("SELECT text_hash FROM sketches").fetchall()}
    for warc, part, first, last in parts:
        texts, rows = NO_TEXTS, files.get(warc)
        at = {"warc": literal(warc), "part": part}
        if rows is None or not rows.exists():
            log.warning("%s: its refined file is missing, so its adverts are compared without their texts", warc)
        else:
            texts = read_sql("load/sql/jobs/places_and_texts", file=literal(str(rows)), first=first, last=last, **at)
        columns = ", ".join(VERSION_COLUMNS.values())
        select = read_sql("load/sql/jobs/unread_versions", columns=columns, places_and_texts=texts, **at)
        _add_versions(con, con.execute(select).fetchall(), hashes)
    con.execute("DELETE FROM sketches WHERE text_hash NOT IN (SELECT text_hash FROM compared WHERE text_hash NOT NULL)")


def _add_versions(con: database.Connection, rows: Sequence[tuple[Any, ...]], hashes: set[str]) -> None:
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
        blobs = pa.array(sketches.pack(sketches.sketch_texts(list(texts.values()))), pa.binary())
        database.insert_into(con, "sketches", pa.table({"text_hash": list(texts), "sketch": blobs}))


def _select_versions(con: database.Connection, where: str) -> list[links.Version]:
    names = [name for name in COMPARED if name not in PAY and name != "content_hash"]
    versions = []
    for row in con.execute(f"SELECT {', '.join((*PAY, *names))} FROM compared WHERE {where}").fetchall():
        values = dict(zip(names, row[len(PAY) :], strict=True))
        values |= {name: frozenset(values[name]) for name in ("employer", "places")}
        versions.append(links.Version(**values, pay=links.Pay(*row[: len(PAY)])))
    return versions


# --- links and jobs ---------------------------------------------------------------------------------------


def _link(con: database.Connection) -> None:
    con.execute("DELETE FROM found_links WHERE title IN (SELECT title FROM affected)")
    con.execute(read_sql("load/sql/jobs/batches", max_matched=MAX_MATCHED))
    for (batch,) in con.execute("SELECT DISTINCT batch FROM batches ORDER BY batch").fetchall():
        where = f"title IN (SELECT title FROM batches WHERE batch = {batch})"
        texts = f"text_hash IN (SELECT text_hash FROM compared WHERE {where})"
        pairs = con.execute(f"SELECT text_hash, sketch FROM sketches WHERE {texts} ORDER BY text_hash").fetchall()
        sketched = sketches.unpack([sketch for _, sketch in pairs])
        found = links.find_links(_select_versions(con, where), [text_hash for text_hash, _ in pairs], sketched)
        if found:
            columns = dict(zip(FOUND_COLUMNS, map(list, zip(*found, strict=True)), strict=True))
            database.insert_into(con, "found_links", pa.table(columns))


def _assign_job_ids(con: database.Connection) -> None:
    select = f"SELECT {', '.join(FOUND_COLUMNS)} FROM found_links"
    found = [links.Link(*row) for row in con.execute(select).fetchall()]
    where = "posting_id IN (SELECT unnest([left_posting_id, right_posting_id]) FROM found_links)"
    jobs = job_ids.assign_job_ids(_select_versions(con, where), found)
    refused = {(link.left, link.right) for link in jobs.refused}
    job_links = [
        JobLinks(
            left_posting_id=link.left, right_posting_id=link.right, rule=link.rule, score=link.score,
            linked_at=link.linked_at, is_followed=(link.left, link.right) not in refused,
        )
        for link in jobs.links
    ]  # fmt: skip
    merges = [
        JobMerges(
            from_job_id=merge.from_job, into_job_id=merge.into_job, merged_at=merge.merged_at,
            left_posting_id=merge.left, right_posting_id=merge.right, rule=merge.rule, score=merge.score,
        )
        for merge in jobs.merges
    ]  # fmt: skip
    superseded = [SupersededJobIds(**job._asdict()) for job in jobs.superseded]
    for cls, rows in ((JobLinks, job_links), (JobMerges, merges), (SupersededJobIds, superseded)):
        con.execute(f"DELETE FROM {table_of(cls).name}")
        database.insert_into(con, table_of(cls).name, arrow_table(cls, rows))
    con.execute("DELETE FROM other_job_ids")
    others = {posting_id: job_id for posting_id, job_id in jobs.job_of.items() if posting_id != job_id}
    if others:
        columns = {"posting_id": list(others), "job_id": list(others.values())}
        database.insert_into(con, "other_job_ids", pa.table(columns))
