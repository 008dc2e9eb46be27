"""Recovery from damaged files: they are set aside or removed, named, and made again by the next step."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa

from extractors.refine.refine import remove_damaged
from flows.runtime.run_log import runs_of
from flows.runtime.settings import Outputs, Settings
from warehouse import database, published
from warehouse.mart_tables import PUBLISHED, Figures
from warehouse.marts import mart_history
from warehouse.ops_tables import EXITS_PUBLISHED, FigureVintages, Vintages
from warehouse.publish.reader import open_reader
from warehouse.recovery import set_damaged_aside

LOG = logging.getLogger("jobmarket")
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


@dataclass(frozen=True, kw_only=True)
class _Loss:
    """That the published file lacks what runs published. `runs` are those that a copy lacks; () where the file is lost.

    `last_on` is the newest day for which a run is known to have published; None: nothing says which.
    """

    runs: tuple[str, ...]
    last_on: date | None


def restore_publication(con: database.Connection, outputs: Outputs) -> None:
    """Make ledger and vintages those of the published file: what runs left that published nothing is forgotten.

    Where that file is lost, or an older copy stands in its place, both stay as the work file has them, but for what was
    offered after the last run that published.
    """
    loss = _find_loss(con, outputs)
    if loss is not None:
        if loss.last_on is not None:
            _forget_offers_after(con, loss.last_on)
        return
    if not outputs.market.exists() and (n_vintages := _count_vintages(con)):
        LOG.warning("Dropped %d vintages: no run is known to have published them", n_vintages)
    database.restore_published(con, Figures, outputs.market)
    for cls in (Vintages, FigureVintages, *PUBLISHED.values()):
        database.restore_rows(con, cls, outputs.market)


def describe_lost_publication(con: database.Connection, outputs: Outputs) -> list[str]:
    """What the published file has lost, and what becomes of its vintages, in a sentence; [] where all is there."""
    loss = _find_loss(con, outputs)
    if loss is None:
        return []
    n_vintages, n_late = _count_vintages(con), _count_vintages(con, after=loss.last_on)
    if not n_vintages and not outputs.market.exists():
        sentence = (
            f"{database.MARKET} and {database.WORK} are lost, and with them every vintage that was published: each "
            "figure starts again with a first vintage. To keep the old ones, put back a copy of either file"
        )
    else:
        fault = "is lost"
        if outputs.market.exists():
            fault = f"is an older copy, without what {_name_runs(loss.runs)} published"
        sentence = (
            f"{database.MARKET} {fault}; figures, their {n_vintages - n_late:,} vintages and the marts of earlier days "
            f"stay as {database.WORK} has them"
        )
    if n_late:
        sentence += (
            f". Dropped {n_late:,} vintages offered after {loss.last_on}: no run is known to have published them"
        )
    LOG.warning("%s", sentence)
    return [sentence]


def _find_loss(con: database.Connection, outputs: Outputs) -> _Loss | None:
    """The published runs that the published file lacks; None where it lacks none, or no run published."""
    there = dict(con.execute(_RUNS, [list(EXITS_PUBLISHED)]).fetchall())
    if outputs.market.exists():
        in_market = _read_runs(outputs)
        lacking = tuple(run_id for run_id in there if in_market is not None and run_id not in in_market)
        return _Loss(runs=lacking, last_on=_newest(there.values())) if lacking else None
    # The journal stands in the data folder alone, and what a run of a past day published in that day's own.
    of_journal = [run for run in runs_of(outputs.folder) if run.exit_code in EXITS_PUBLISHED and not run.is_of_past_day]
    if not (there or of_journal or outputs.guide.exists()):
        return None
    last = [run.as_of for run in of_journal[:1]]  # by their order: a clock that was wrong dated earlier ones later
    return _Loss(runs=(), last_on=_newest([*there.values(), *last]))


_RUNS = "SELECT run_id, as_of FROM ops.runs WHERE list_contains(?, exit_code) ORDER BY started_at"


def _read_runs(outputs: Outputs) -> set[str] | None:
    """The ids of the runs that the published file knows; None where it cannot be read, which is told where it is."""
    try:
        with open_reader(outputs.folder) as con:
            return {run_id for (run_id,) in con.execute("SELECT run_id FROM ops.runs").fetchall()}
    except database.SqlError:
        return None


def _newest(days: Iterable[date | None]) -> date | None:
    return max((day for day in days if day is not None), default=None)


def _name_runs(run_ids: Sequence[str]) -> str:
    more = f" and {len(run_ids) - NAMED} more" if len(run_ids) > NAMED else ""
    return ", ".join(run_ids[:NAMED]) + more


def _count_vintages(con: database.Connection, *, after: date | None = date.min) -> int:
    """How many vintages the work file has that were offered after a day; 0 where the day is None."""
    (n_vintages,) = con.execute("SELECT count(*) FROM ops.vintages WHERE offered_on > ?", [after]).fetchall()[0]
    return int(n_vintages)


def _forget_offers_after(con: database.Connection, day: date) -> None:
    """Leave ledger, vintages and cells as the last run that published left them; what waited then waits again."""
    with database.transaction(con):
        mart_history.forget_after(con, Figures, day)
        con.execute("DELETE FROM ops.vintages WHERE offered_on > ?", [day])
        con.execute(
            "UPDATE ops.vintages SET state = 'waiting', decided_on = NULL WHERE state = 'withdrawn' AND decided_on > ?",
            [day],
        )
        published.follow_vintages(con)


def _describe_losses(data: Path, outputs: Outputs, run_id: str) -> str:
    """What of a lost work.duckdb nothing can make again, in a sentence."""
    if not outputs.market.exists():
        return "The marts and figures of earlier days, and the checks and health of earlier runs, are lost"
    with open_reader(outputs.folder) as con:
        safe_ids = {run_id, *(row[0] for row in con.execute("SELECT run_id FROM ops.runs").fetchall())}
    # What a run of a past day published stands in that day's folder.
    lost_ids = [
        run.run_id for run in runs_of(data) if run.run_id not in safe_ids and run.exit_code not in EXITS_PUBLISHED
    ]
    if not lost_ids:
        return "Nothing is lost"
    return f"The checks and source health of runs that were not published are lost: {_name_runs(lost_ids)}"
