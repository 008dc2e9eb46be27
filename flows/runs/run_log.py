"""The journal of runs, `runs.jsonl`: start and end of every run, and the messages that were sent.

The table `ops.runs` is replaced together with the warehouse. It therefore lacks nights that published nothing, were
killed, or never opened a database. The journal is append-only, with one JSON object per line. An unreadable line is
reported, copied to another file, and skipped (see `jsonl.read`).
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pydantic import AwareDatetime, TypeAdapter

from flows.runs import jsonl
from flows.runtime.lock import find_holder_pid
from flows.terminal.errors import EXIT_CODES, FAILED, INTERRUPTED

LOG = logging.getLogger("jobmarket")
JOURNAL = "runs.jsonl"
STATES = {code: entry.state for code, entry in EXIT_CODES.items()}
RUNNING = "running"
KILLED = "KILLED, never ended"
NoteEnd = Callable[..., None]
Key = tuple[str, str, str]
"""Kind, subject and state of an alert."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run, with times in UTC. `ended_at` is None while the run is in progress, and after a kill.

    `state` is one of `STATES`, `RUNNING` or `KILLED`. `health` has the outcome of each source that was asked.
    """

    run_id: str
    command: str
    pid: int
    began_at: datetime
    ended_at: datetime | None = None
    exit_code: int | None = None
    as_of: date | None = None
    message: str | None = None
    health: Mapping[str, str] = field(default_factory=dict)
    state: str = KILLED

    @property
    def is_of_past_day(self) -> bool:
        """Whether the run was `run --as-of`, which needs no clock and publishes into the folder of its day."""
        return "--as-of" in self.command.split()


# --- its lines ------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Begun:
    """A line of the journal: a run began. `begun` is its id."""

    begun: str
    at: AwareDatetime
    pid: int
    command: str
    clock_is_right: str | None = None


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A line of the journal: a run ended. `ended` is its id."""

    ended: str
    at: AwareDatetime
    exit_code: int
    as_of: date | None
    message: str | None
    health: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Alert:
    """What needs a person's attention after a night, in words, and the remedy.

    Kind, subject and state identify the alert on all nights (`key`).
    """

    kind: str
    subject: str
    state: str
    words: str
    remedy: str
    deadline: date | None = None

    @property
    def key(self) -> Key:
        """Kind, subject and state."""
        return self.kind, self.subject, self.state


@dataclass(frozen=True, kw_only=True)
class DueAlert(Alert):
    """An alert in a message, the night since which it has been due, and whether it has cleared since then."""

    since: date
    is_cleared: bool = False


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """A line of the journal: the run `delivery` sent a message by the channel `by`. `why` is the error; None if the
    message was delivered."""

    delivery: str
    at: AwareDatetime
    by: str
    why: str | None
    alerts: list[DueAlert]


@dataclass(frozen=True, kw_only=True)
class Cleared:
    """A line of the journal: the run `cleared` found that alerts which had been sent have cleared. `alerts` has their
    keys."""

    cleared: str
    at: AwareDatetime
    alerts: list[Key]


@dataclass(frozen=True, kw_only=True)
class Heartbeat:
    """A line of the journal: the run `heartbeat` requested the heartbeat. `why` is the error; None if it succeeded."""

    heartbeat: str
    at: AwareDatetime
    why: str | None


Line = Begun | Ended | Delivery | Cleared | Heartbeat
LINES: Mapping[str, TypeAdapter[Any]] = {
    cls.__name__.lower(): TypeAdapter(cls) for cls in (Begun, Ended, Delivery, Cleared, Heartbeat)
}
"""Parser for each kind of line, by the key whose value is the id of the run."""


def read_lines(data: Path, *, keeps: bool = False) -> list[Line]:
    """Return the lines of the journal, the oldest first. With `keeps`, unreadable lines are copied to another file."""
    return jsonl.read(data / JOURNAL, _parse, keeps=keeps)


def _parse(line: bytes) -> Line:
    content = json.loads(line)
    names = [name for name in LINES if isinstance(content, dict) and name in content]
    if len(names) != 1:
        raise ValueError(f"expected one of {', '.join(LINES)}")
    parsed: Line = LINES[names[0]].validate_json(line, strict=True)
    return parsed


# --- what is noted ----------------------------------------------------------------------------------------


def note(data: Path, entry: Mapping[str, Any]) -> None:
    """Append an entry to the journal, with the current time added."""
    data.mkdir(parents=True, exist_ok=True)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    jsonl.append(data / JOURNAL, json.dumps({**entry, "at": at}, default=date.isoformat))


def begin(data: Path, *, run_id: str, command: str, clock_is_right: str | None = None) -> None:
    """Record that this process begins a run. `clock_is_right` is a person's reason for trusting the clock, or None."""
    read_lines(data, keeps=True)
    reason = {} if clock_is_right is None else {"clock_is_right": clock_is_right}
    note(data, {"begun": run_id, "pid": os.getpid(), "command": command, **reason})


def end(
    data: Path,
    run_id: str,
    *,
    exit_code: int,
    as_of: date | None = None,
    message: str | None = None,
    health: Mapping[str, str] | None = None,
) -> None:
    """Record how a run ended."""
    health = dict(health or {})
    note(data, {"ended": run_id, "exit_code": exit_code, "as_of": as_of, "message": message, "health": health})


@contextlib.contextmanager
def on_record(data: Path, *, run_id: str, command: str, clock_is_right: str | None = None) -> Iterator[NoteEnd]:
    """Record the start of a run, and yield a function with the arguments of `end` that records its end.

    An exception is also recorded as the end. If the end cannot be written, a warning is logged and the run goes on.
    """
    begin(data, run_id=run_id, command=command, clock_is_right=clock_is_right)

    def note_end(**fields: Any) -> None:
        try:
            end(data, run_id, **fields)
        except OSError as error:
            LOG.warning("could not record in %s how the run ended: %s", data / JOURNAL, error.strerror)

    try:
        yield note_end
    except Exception as error:
        note_end(exit_code=FAILED, message=f"{type(error).__name__}: {error}")
        raise
    except KeyboardInterrupt:
        note_end(exit_code=INTERRUPTED)
        raise
    except SystemExit as error:
        note_end(exit_code=error.code if isinstance(error.code, int) else FAILED)
        raise


def runs_of(data: Path) -> list[Run]:
    """Return all runs of a data folder, the newest first."""
    runs: dict[str, Run] = {}
    for line in read_lines(data):
        if isinstance(line, Begun):
            runs[line.begun] = Run(run_id=line.begun, command=line.command, pid=line.pid, began_at=line.at)
        elif isinstance(line, Ended) and (run := runs.get(line.ended)):
            state = STATES.get(line.exit_code, f"ended with {line.exit_code}")
            ending = {name: getattr(line, name) for name in ("exit_code", "as_of", "message", "health")}
            runs[line.ended] = replace(run, ended_at=line.at, state=state, **ending)
    newest_first = list(reversed(runs.values()))
    holding = find_holder_pid(data)
    for number, run in enumerate(newest_first):
        if holding is not None and run.pid == holding:  # an older run with the same process id has ended
            if run.ended_at is None:
                newest_first[number] = replace(run, state=RUNNING)
            break
    return newest_first


def find_ended_runs(data: Path) -> list[str]:
    """Return the ids of the runs of a data folder that have ended, including killed runs."""
    return [run.run_id for run in runs_of(data) if run.state != RUNNING]
