"""Find the vacancy of each posting: fill `job_id` of core.postings.

`transforms.employers.vacancies` decides; this module remembers what was decided for which postings in `assigned`, a
table that only the work file has. Only postings with one title can advertise one vacancy, so each night decides only
titles with a posting that is new, gone or changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pyarrow as pa

from transforms.employers.cache_key import comparison_key
from transforms.employers.identity import evidence
from transforms.employers.title_keys import number_in, place_in
from transforms.employers.vacancies import Posting, assign_jobs, department_key
from transforms.text.characters import normal
from warehouse import database
from warehouse.sql_files import read_sql

TABLES = {
    "assigned_by": "key VARCHAR NOT NULL",
    "assigned": "posting_id VARCHAR NOT NULL, title_key VARCHAR NOT NULL, digest VARCHAR NOT NULL,"
    " job_id VARCHAR NOT NULL",
}
"""Tables that only the work file has: the key of the rules, and each posting's vacancy, with what decided it."""
MAX_ASSIGNED = 50_000
"""Postings assigned in one batch, which bounds memory. Postings with one title stay together."""


def resolve(con: database.Connection) -> None:
    """Bring the job ids of all postings up to date."""
    with database.transaction(con):
        database.make_working_tables(con, TABLES, comparison_key())
        con.execute(read_sql("load/sql/jobs/changes"))
        con.execute(read_sql("load/sql/jobs/batches", max_assigned=MAX_ASSIGNED))
        for (batch,) in con.execute("SELECT DISTINCT batch FROM batches ORDER BY batch").fetchall():
            _assign(con, batch)
        con.execute(read_sql("load/sql/jobs/write_ids"))


def record_moves(con: database.Connection, published: pa.Table, moved_on: date) -> int:
    """Record in ops.job_moves which postings have another job than in `published` (posting_id, job_id).

    Return their number. A move that is on record already is not recorded again.
    """
    con.register("published_jobs", published)
    n = con.execute(read_sql("load/sql/jobs/moves"), {"moved_on": moved_on}).fetchall()[0][0]
    con.unregister("published_jobs")
    return int(n)


def _assign(con: database.Connection, batch: int) -> None:
    found = con.execute("FROM decisive SEMI JOIN (FROM batches WHERE batch = ?) USING (title_key)", [batch])
    names = [column[0] for column in found.description or ()]
    rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    job_of = assign_jobs(map(decide_by, rows))
    columns = {name: [row[name] for row in rows] for name in ("posting_id", "title_key", "digest")}
    columns["job_id"] = [job_of[posting_id] for posting_id in columns["posting_id"]]
    database.insert_into(con, "assigned", pa.table(columns))


def decide_by(row: Mapping[str, Any]) -> Posting:
    """Return what decides the vacancy of a posting, from its row of `decisive` (`load/sql/jobs/changes.sql`)."""
    named = evidence(row["employer"], row["source"], row["board"], row["url"])
    template = row["template_hash"]
    poster = frozenset([f"poster {row['source']} {template}"] if template else [])
    return Posting(
        read_at=row["read_at"],
        begun_at=row["spans"][0][0],
        source=row["source"],
        posting_id=row["posting_id"],
        title=row["title_key"],
        employers=named or poster,
        places=frozenset(row["vacancy_places"]),
        facts=(
            normal(row["requisition_id"] or "") or number_in(row["title"]),
            department_key(row["department"]),
            place_in(row["title"], row["location_text"], row["employer"], named) or None,
        ),
        spans=tuple((begun, ended) for begun, ended in row["spans"]),
        location=normal(row["location_text"] or ""),
        pay=tuple(row["pay"]) if row["pay"] else None,
        template=template if named else None,
    )
