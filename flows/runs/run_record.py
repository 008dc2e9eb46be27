"""What a run has to do (`Request`), how it ended (`Outcome`), and how the databases record both.

work.duckdb records the start of a run, the outcome of each source, and the end. market.duckdb has the same for runs
that published. The journal (`run_log.py`) has every run.
"""

from __future__ import annotations

import contextlib
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
from transforms.text.contacts import mask_contacts
from warehouse import database
from warehouse.load import archive_records
from warehouse.ops_tables import EXITS_PUBLISHED, Runs, SourceHealth
from warehouse.publish.reader import open_reader

LOG = logging.getLogger("jobmarket")


def new_run_id() -> str:
    """Return a new run id: the time (UTC) and a random part."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{uuid.uuid4().hex[:8]}"


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a run has to do. If `as_of` is given, the run computes a past day from the archive alone."""

    settings: Settings
    command: str
    sources: tuple[str, ...]
    as_of: date | None = None
    is_sample: bool = False
    is_live: bool = False
    is_rebuild: bool = False
    is_backfill: bool = False
    """Whether the run is a backfill, which fetches only exchange rates, and only if rates are missing."""
    guides: tuple[Path, ...] = ()
    allow_sample_outside: bool = False
    accept: tuple[str, ...] = ()
    """Sources whose refused files are loaded in spite of the refusal."""
    clock_is_right: str | None = None
    """A person's reason for trusting the machine's clock, or None."""
    unresolved: tuple[str, ...] = ()
    """Hosts that were looked up, if none of them could be resolved. The night then ends with `describe_offline`."""
    notes: tuple[str, ...] = ()
    """Notes for the operator from before the run."""
    brought: date | None = None
    """Newest day of the answers that the run added, once known."""
    run_id: str = field(default_factory=new_run_id)

    @property
    def outputs(self) -> Outputs:
        """Paths of the files that the run makes."""
        return self.settings.outputs(self.as_of)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a run ended. `exit_code` is 0 for all well, 1 for nothing published, 2 for published without a source or
    guide."""

    exit_code: int
    as_of: date | None
    health: tuple[Health, ...] = ()
    messages: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    """Notes for the operator that are not problems."""
    ended_at: datetime | None = None
    """End of the run according to the published file; None means the time at which the end is recorded."""

    @property
    def on_record(self) -> dict[str, Any]:
        """Arguments of `run_log.end` for the journal. Sources with the outcome "unchanged" are left out."""
        return {
            "exit_code": self.exit_code,
            "as_of": self.as_of,
            "message": "; ".join(self.messages) or None,
            "health": {health.source: health.words for health in self.health if health.outcome != "unchanged"},
        }


MAX_HOSTS_NAMED = 3
"""Maximum number of unresolved hosts that a message names. Further hosts are only counted."""
HEALTH_COLUMNS = ("source", "outcome", "n_requests", "n_bytes", "n_rows", "message")
"""What `ops.source_health` records of each source besides the run."""


def describe_offline(request: Request) -> Outcome:
    """Return the outcome of a night without a network: no step begins, and published files stay."""
    hosts = ", ".join(request.unresolved[:MAX_HOSTS_NAMED])
    more = len(request.unresolved) - MAX_HOSTS_NAMED
    looked_up = f"{hosts} and {more} more" if more > 0 else hosts
    message = f"no host could be resolved: is this machine online? Looked up: {looked_up}"
    return Outcome(exit_code=1, as_of=None, messages=(message,))


def work_of(request: Request) -> database.Connection:
    """Open work.duckdb for one step."""
    limits = request.settings
    return database.open_work(
        request.outputs.folder,
        memory_limit=limits.memory_limit,
        threads=limits.threads,
        restore=partial(archive_records.restore, archive=limits.archive) if request.as_of is None else None,
    )


def keep_record(con: database.Connection, request: Request, records: Sequence[archive_records.Record]) -> None:
    """Write new entries of work.duckdb to the records beside the archive. A past day is not recorded."""
    if request.as_of is None:
        made_by = {"run_id": request.run_id, "code_version": code_version()}
        archive_records.save(con, request.settings.archive, records, made_by)


def begin(request: Request) -> None:
    """Record the start of the run in work.duckdb."""
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
    """Record the outcome of each source, and what was rejected before it reached the archive."""
    rows = [
        SourceHealth(run_id=request.run_id, **{name: getattr(each, name) for name in HEALTH_COLUMNS}) for each in health
    ]
    with work_of(request) as con:
        database.put_rejects(con, [reject for each in health for reject in each.rejects])
        database.put(con, SourceHealth, rows)


def record_end(request: Request, outcome: Outcome) -> None:
    """Record the end of the run in work.duckdb and, beside the archive, what the run published.

    A failure to do so is logged and does not change the outcome.
    """
    is_published = outcome.exit_code in EXITS_PUBLISHED
    try:
        with work_of(request) as con:
            write_end(con, request, outcome)
            records = archive_records.PUBLISHED if is_published else (archive_records.UNPUBLISHED_RUNS,)
            keep_record(con, request, records)
    except database.SqlError as error:
        LOG.warning("could not record in %s how the run ended: %s", request.outputs.folder / database.WORK, error)


def keep_published_outcome(request: Request, error: Exception) -> Outcome:
    """Return the outcome of a run that failed after publishing, from the published file. Raise `error` if the run had
    not published, or if the file cannot be read."""
    run, rows = None, []
    with contextlib.suppress(database.SqlError, FileNotFoundError), open_reader(request.outputs.folder) as con:
        query = f"SELECT {', '.join(HEALTH_COLUMNS)} FROM ops.source_health WHERE run_id = ? ORDER BY source"
        rows = con.execute(query, [request.run_id]).fetchall()
        query = "SELECT exit_code, as_of, message FROM ops.runs WHERE run_id = ? AND exit_code IS NOT NULL"
        run = con.execute(query, [request.run_id]).fetchone()
    if run is None:
        raise error
    LOG.warning("%s was published, but then: %s; its ops.runs says how the run ended", request.outputs.market, error)
    exit_code, as_of, message = run
    health = tuple(Health(**dict(zip(HEALTH_COLUMNS, row, strict=True))) for row in rows)
    return Outcome(exit_code=exit_code, as_of=as_of, health=health, messages=(message,) if message else ())


def write_end(con: database.Connection, request: Request, outcome: Outcome) -> None:
    """Record the end of the run in `con`: in work.duckdb, or in the warehouse that will be published."""
    database.end_run(
        con,
        request.run_id,
        ended_at=outcome.ended_at or datetime.now(UTC),
        exit_code=outcome.exit_code,
        as_of=outcome.as_of,
        message=mask_contacts("; ".join(outcome.messages)) or None,
    )
