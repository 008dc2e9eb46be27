"""Recovery from damaged files: they are set aside or removed, named, and made again by the next step."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from extractors.refine.refine import remove_damaged
from flows.runtime.run_log import runs_of
from flows.runtime.settings import Outputs, Settings
from warehouse import database
from warehouse.mart_tables import Figures
from warehouse.ops_tables import Vintages
from warehouse.publish.reader import open_reader
from warehouse.recovery import set_damaged_aside

LOG = logging.getLogger("jobmarket")
PUBLISHED = (0, 2)
"""Exit codes of runs that published, see `flows.terminal.errors.EXIT_CODES`."""
NAMED = 3
"""Runs that are named when what is known of them is lost; the journal has all."""


def is_worth_printing(record: logging.LogRecord) -> bool:
    """Whether Prefect should print why a task failed: not of a file, since what cannot be mended is raised on."""
    error = record.exc_info[1] if record.exc_info else None
    if str(record.msg).startswith("Finished in state Failed"):
        return False
    return not isinstance(error, database.SqlError | pa.ArrowException)


logging.getLogger("prefect.task_runs").addFilter(is_worth_printing)


def recover(settings: Settings, outputs: Outputs, run_id: str) -> list[str]:
    """Set damaged databases aside and remove damaged refined files; returns what was done, [] when all are whole.

    The next step makes them again: work.duckdb from the archive and what is published, the refined files from the
    archive. `run_id` is the run that found the damage, and loses nothing.
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


def restore_publication(con: database.Connection, outputs: Outputs) -> None:
    """Make ledger and vintages those of the published file: what runs left that published nothing is forgotten.

    Where that file is lost, both stay as the work file has them.
    """
    if not outputs.market.exists():
        if _was_published(con, outputs):
            return
        if n_vintages := _count_vintages(con):
            LOG.warning("%d vintages are forgotten that no run is known to have published", n_vintages)
    database.restore_published(con, Figures, outputs.market)
    database.restore_rows(con, Vintages, outputs.market)


def describe_lost_publication(con: database.Connection, outputs: Outputs) -> list[str]:
    """What became of the vintages where the published file is lost, in a sentence; [] where it is there."""
    if outputs.market.exists() or not _was_published(con, outputs):
        return []
    if n_vintages := _count_vintages(con):
        sentence = (
            f"{database.MARKET} is lost; figures, their {n_vintages:,} vintages and the marts of earlier days stay as "
            f"{database.WORK} has them"
        )
    else:
        sentence = (
            f"{database.MARKET} and {database.WORK} are lost, and with them every vintage that was published: each "
            "figure begins again with a first one. Put a copy of either back to keep them"
        )
    LOG.warning("%s", sentence)
    return [sentence]


def _count_vintages(con: database.Connection) -> int:
    (n_vintages,) = con.execute("SELECT count(*) FROM ops.vintages").fetchall()[0]
    return int(n_vintages)


def _was_published(con: database.Connection, outputs: Outputs) -> bool:
    """Whether a run ever published here: the work file says so, or the guide that is published with it."""
    return outputs.guide.exists() or bool(con.execute("FROM ops.runs WHERE exit_code IN (0, 2) LIMIT 1").fetchall())


def _describe_losses(data: Path, outputs: Outputs, run_id: str) -> str:
    """What of a lost work.duckdb nothing can make again, in a sentence."""
    if not outputs.market.exists():
        return "The marts and figures of earlier days, and the checks and health of earlier runs, are lost"
    with open_reader(outputs.folder) as con:
        safe_ids = {run_id, *(row[0] for row in con.execute("SELECT run_id FROM ops.runs").fetchall())}
    # What a run of a past day published stands in that day's folder.
    lost_ids = [run.run_id for run in runs_of(data) if run.run_id not in safe_ids and run.exit_code not in PUBLISHED]
    if not lost_ids:
        return "Nothing is lost"
    ids = ", ".join(lost_ids[:NAMED]) + (f" and {len(lost_ids) - NAMED} more" if len(lost_ids) > NAMED else "")
    return f"The checks and source health of runs that were not published are lost: {ids}"
