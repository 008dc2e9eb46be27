"""A run's record: what it is to do, what came of it, and what the databases say of both.

The work file says that a run has begun, how each source fared and how the run ended; the published file repeats it of
the runs that published. The journal (`run_log.py` beside this) has every run, whatever came of it.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from flows.runs.source_health import Health
from flows.runtime.settings import Outputs, Settings
from flows.runtime.version import code_version
from transforms.text.normalise import mask_contacts
from warehouse import database
from warehouse.load import archive_records
from warehouse.ops_tables import EXITS_PUBLISHED, Runs, SourceHealth
from warehouse.publish.reader import open_reader

LOG = logging.getLogger("jobmarket")


def new_run_id() -> str:
    """An id for a run: the time it begins (UTC), and what tells it from others of that second."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{uuid.uuid4().hex[:8]}"


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a run is to do. With `as_of`: as it stood on that day, from the archive alone."""

    settings: Settings
    command: str
    sources: tuple[str, ...]
    as_of: date | None = None
    is_sample: bool = False
    is_live: bool = False
    is_rebuild: bool = False
    is_backfill: bool = False
    """Only the sources of exchange rates are fetched, and only where rates are missing."""
    guides: tuple[Path, ...] = ()
    allow_sample_outside: bool = False
    accept: tuple[str, ...] = ()
    """Sources whose refused files are let in whatever their history says."""
    clock_is_right: str | None = None
    """Why a person says that the machine's clock is right; None: nobody said so."""
    unresolved: tuple[str, ...] = ()
    """The hosts of a live night where none of them could be found: `describe_offline` says what comes of it."""
    notes: tuple[str, ...] = ()
    """What was found before the run began and an operator should know."""
    brought: date | None = None
    """The newest day of the answers that it brought, once it is known."""
    run_id: str = field(default_factory=new_run_id)

    @property
    def outputs(self) -> Outputs:
        """Where the run puts what it makes."""
        return self.settings.outputs(self.as_of)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a run left behind. `exit_code`: 0 all well, 1 nothing published, 2 published without some source."""

    exit_code: int
    as_of: date | None
    health: tuple[Health, ...] = ()
    messages: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    """What an operator should know although all went well."""
    ended_at: datetime | None = None
    """When it ended, as what it published says; None: when that is noted."""

    @property
    def on_record(self) -> dict[str, Any]:
        """What the journal of runs says of it: arguments of `runtime.run_log.end`. Of sources, those that were read."""
        read = [health for health in self.health if health.outcome != "unchanged"]
        return {
            "exit_code": self.exit_code,
            "as_of": self.as_of,
            "message": "; ".join(self.messages) or None,
            "health": {h.source: h.outcome + (f": {h.message}" if h.message else "") for h in read},
        }


MAX_HOSTS_NAMED = 3
"""Hosts that could not be found that are named; the others are counted."""


def describe_offline(request: Request) -> Outcome:
    """What comes of a night without a network: no step is begun, and what stood before still stands."""
    hosts = ", ".join(request.unresolved[:MAX_HOSTS_NAMED])
    more = len(request.unresolved) - MAX_HOSTS_NAMED
    looked_up = f"{hosts} and {more} more" if more > 0 else hosts
    message = f"no host could be resolved: is this machine online? Looked up: {looked_up}"
    return Outcome(exit_code=1, as_of=None, messages=(message,))


def work_of(request: Request) -> database.Connection:
    """Open the pipeline's own database, for one step."""
    limits = request.settings
    return database.open_work(
        request.outputs.folder,
        memory_limit=limits.memory_limit,
        threads=limits.threads,
        restore=partial(archive_records.restore, archive=limits.archive) if request.as_of is None else None,
    )


def keep_record(con: database.Connection, request: Request, records: Sequence[archive_records.Record]) -> None:
    """Write what the work file says and the records beside the archive do not; of a past day nothing is on record."""
    if request.as_of is None:
        made_by = {"run_id": request.run_id, "code_version": code_version()}
        archive_records.save(con, request.settings.archive, records, made_by)


def begin(request: Request) -> None:
    """Record in the work file that the run has begun."""
    with work_of(request) as con:
        run = Runs(
            run_id=request.run_id,
            command=mask_contacts(request.command),
            as_of=request.as_of,
            is_sample=request.is_sample,
            started_at=datetime.now(UTC),
            ended_at=None,
            exit_code=None,
            code_version=code_version(),
            message=None,
        )
        database.begin_run(con, run)


def record_health(request: Request, health: Sequence[Health]) -> None:
    """Note how each source fared and what of it was rejected before it reached the archive."""
    rows = [
        SourceHealth(
            run_id=request.run_id,
            source=one.source,
            outcome=one.outcome,
            n_requests=one.n_requests,
            n_bytes=one.n_bytes,
            n_rows=one.n_rows,
            message=one.message,
        )
        for one in health
    ]
    with work_of(request) as con:
        database.put_rejects(con, [reject for one in health for reject in one.rejects])
        database.put(con, SourceHealth, rows)


def record_end(request: Request, outcome: Outcome) -> None:
    """Note in the work file how the run ended, and put on record what it published.

    Where that fails, what came of the run stays as it is.
    """
    is_published = outcome.exit_code in EXITS_PUBLISHED
    try:
        with work_of(request) as con:
            write_end(con, request, outcome)
            keep_record(con, request, archive_records.PUBLISHED if is_published else (archive_records.RUNS_IN_VAIN,))
    except database.SqlError as error:
        LOG.warning("%s does not say how the run ended: %s", request.outputs.folder / database.WORK, error)


def keep_published_outcome(request: Request, error: Exception) -> Outcome:
    """What a run published before it failed, by the published file's own record. Raises the error if nothing."""
    outcome = read_published_outcome(request)
    if outcome is None:
        raise error
    LOG.warning("all was published, then: %s; how the run ended is told by %s", error, request.outputs.market)
    return outcome


def read_published_outcome(request: Request) -> Outcome | None:
    """What a run published, by its own record in the published warehouse; None when it published nothing."""
    if not request.outputs.market.exists():
        return None
    columns = ("source", "outcome", "n_requests", "n_bytes", "n_rows", "message")
    try:
        with open_reader(request.outputs.folder) as con:
            query = "SELECT exit_code, as_of, message FROM ops.runs WHERE run_id = ?"
            run = con.execute(query, [request.run_id]).fetchone()
            rows = con.execute(
                f"SELECT {', '.join(columns)} FROM ops.source_health WHERE run_id = ? ORDER BY source", [request.run_id]
            ).fetchall()
    except database.SqlError:  # what cannot be read tells nothing; the first error is the one to be told
        return None
    if run is None or run[0] is None:
        return None
    health = tuple(Health(**dict(zip(columns, row, strict=True))) for row in rows)
    return Outcome(exit_code=run[0], as_of=run[1], health=health, messages=(run[2],) if run[2] else ())


def write_end(con: database.Connection, request: Request, outcome: Outcome) -> None:
    """Note how the run ended: in the warehouse that is about to be published, or in the work file."""
    database.end_run(
        con,
        request.run_id,
        ended_at=outcome.ended_at or datetime.now(UTC),
        exit_code=outcome.exit_code,
        as_of=outcome.as_of,
        message=mask_contacts("; ".join(outcome.messages)) or None,
    )
