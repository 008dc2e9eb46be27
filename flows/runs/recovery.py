"""Recover from damaged files: set them aside or remove them, report them, and let the next step make them again."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from extractors.refine.refine import remove_damaged
from flows.runs.run_log import runs_of
from flows.runs.run_record import Request, keep_record
from flows.runtime.settings import Outputs, Settings
from transforms.records.columns import table_of
from warehouse import database
from warehouse.database_files import set_damaged_aside
from warehouse.load import archive_records
from warehouse.mart_tables import PUBLISHED, Figures
from warehouse.ops_tables import EXITS_PUBLISHED, Runs, Vintages
from warehouse.publish.reader import open_reader

LOG = logging.getLogger("jobmarket")
NAMED = 3
"""Maximum number of runs that a message names; the journal lists all."""


def is_worth_printing(record: logging.LogRecord) -> bool:
    """Whether Prefect should print a task's failure. The error of a damaged file is not printed: the file is repaired,
    or the error is raised again."""
    error = record.exc_info[1] if record.exc_info else None
    if str(record.msg).startswith("Finished in state Failed"):
        return False
    return not isinstance(error, database.SqlError | pa.ArrowException)


logging.getLogger("prefect.task_runs").addFilter(is_worth_printing)


def recover(settings: Settings, outputs: Outputs, run_id: str) -> list[str]:
    """Set damaged databases aside and remove damaged refined files. Return a sentence for each thing done.

    The next step makes the files again: work.duckdb from the archive and the published file, refined files from the
    archive. `run_id` is the run that found the damage; it is not named among the runs whose checks and health
    are lost.
    """
    today = datetime.now(UTC).date()
    work, market = (set_damaged_aside(path, today) for path in (outputs.folder / database.WORK, outputs.market))
    sentences = []
    if market:
        sentences.append(f"{database.MARKET} is damaged ({market[1]}); it was set aside as {market[0].name}")
    if work:
        source = "the archive alone" if not outputs.market.exists() else f"the archive and {database.MARKET}"
        sentences.append(
            f"{database.WORK} is damaged ({work[1]}); it was set aside as {work[0].name} and is made "
            f"again from {source}. {_describe_losses(settings.data, outputs, run_id)}"
        )
    if files := remove_damaged(settings.refined):
        first = files[0].relative_to(settings.refined.folder)
        sentences.append(f"{len(files)} refined files are damaged, first {first}; they are made again from the archive")
    for sentence in sentences:
        LOG.warning("%s", sentence)
    return sentences


def restore_publication(con: database.Connection, request: Request) -> list[str]:
    """Restore ledger and vintages to what was published, and forget what unpublished runs left.

    Both come from the published file. If that file is lost or an older copy, what it lacks comes from the record beside
    the archive, and the result has a sentence that says so. Whatever was published but not recorded, because of a kill,
    is recorded now.
    """
    market, recorded, said = request.outputs.market, set[str](), list[str]()
    if request.as_of is None:
        archive_records.restore(con, request.settings.archive, archive_records.PUBLISHED)
        recorded = _read_published_runs(con, archive_records.RUNS.entries)
    known = _read_published_runs(con)
    in_market = _read_market_runs(con, market, known)
    if request.as_of is None and not known <= recorded | in_market:  # only work.duckdb has what these runs published
        keep_record(con, request, archive_records.PUBLISHED)
        recorded = known
    for cls in (Figures, Vintages, *PUBLISHED.values()):
        database.restore_published(con, cls, market)
    if lacking := sorted(recorded - in_market):
        archive_records.put_back(con, archive_records.PUBLISHED)
        fault = f"is an older copy, without what {_name_runs(lacking)} published" if in_market else "is lost"
        said.append(f"{database.MARKET} {fault}; figures and vintages are those on record beside the archive")
        LOG.warning("%s", said[0])
    if not in_market <= recorded:
        keep_record(con, request, archive_records.PUBLISHED)
    return said


def _read_published_runs(con: database.Connection, table: str = table_of(Runs).name) -> set[str]:
    runs = con.execute(f"SELECT run_id FROM {table} WHERE exit_code IN {EXITS_PUBLISHED}").fetchall()
    return {run_id for (run_id,) in runs}


def _read_market_runs(con: database.Connection, market: Path, known: Collection[str]) -> set[str]:
    """Return the ids of the runs that published, from the published file. Add runs that work.duckdb lacks to
    work.duckdb.

    If the file cannot be read, which is reported elsewhere, returns the known runs.
    """
    if not market.exists():
        return set()
    try:
        with open_reader(market.parent) as reader:
            ids = _read_published_runs(reader)
            if unknown := ids.difference(known):
                rows = reader.execute("FROM ops.runs WHERE list_contains(?, run_id)", [sorted(unknown)])
                names = [column[0] for column in rows.description]
                database.put(con, Runs, [Runs(**dict(zip(names, row, strict=True))) for row in rows.fetchall()])
    except database.SqlError:
        return set(known)
    return ids


def _name_runs(run_ids: Sequence[str]) -> str:
    more = f" and {len(run_ids) - NAMED} more" if len(run_ids) > NAMED else ""
    return ", ".join(run_ids[:NAMED]) + more


def _describe_losses(data: Path, outputs: Outputs, run_id: str) -> str:
    if not outputs.market.exists():
        return "The marts of earlier days, and the checks and health of earlier runs, are lost"
    with open_reader(outputs.folder) as con:
        safe_ids = {run_id, *(row[0] for row in con.execute("SELECT run_id FROM ops.runs").fetchall())}
    # A run of a past day published into that day's folder.
    lost_ids = [
        run.run_id for run in runs_of(data) if run.run_id not in safe_ids and run.exit_code not in EXITS_PUBLISHED
    ]
    if not lost_ids:
        return "Nothing is lost"
    return f"The checks and source health of runs that were not published are lost: {_name_runs(lost_ids)}"
