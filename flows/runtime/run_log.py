"""The journal of runs, `runs.jsonl`: the start and end of every run, whatever its result, and what was sent of it.

The warehouse's own `ops.runs` is replaced with the warehouse, so a night that published nothing, that was
killed, or that never got to open a database is not in it. The journal is only ever appended to, one JSON
object a line, in a single write; a line cut short by a power cut is passed over.
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

from flows.runtime.jsonl import append
from flows.runtime.lock import find_holder_pid
from flows.terminal.errors import EXIT_CODES, FAILED, INTERRUPTED

LOG = logging.getLogger("jobmarket")
JOURNAL = "runs.jsonl"
STATES = {code: entry.state for code, entry in EXIT_CODES.items()}
RUNNING = "running"
KILLED = "KILLED, never ended"
NoteEnd = Callable[..., None]


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run; times in UTC. `ended_at` is None while it runs and when it was killed.

    `state` is one of `STATES`, `RUNNING` or `KILLED`. `health` has an outcome for each source that was asked.
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


def note(data: Path, entry: Mapping[str, Any]) -> None:
    """Add a line to the journal; the time is put beside what is said."""
    _append(data, {**entry, "at": _now()})


def read_notes(data: Path, *keys: str) -> Iterator[dict[str, Any]]:
    """The lines of the journal that have one of some keys, the oldest first."""
    return (entry for entry in _lines(data) if entry.keys() & set(keys))


def begin(data: Path, *, run_id: str, command: str, clock_is_right: str | None = None) -> None:
    """Note that this process begins a run, and why a person says that the machine's clock is right."""
    reason = {} if clock_is_right is None else {"clock_is_right": clock_is_right}
    _append(data, {"begun": run_id, "at": _now(), "pid": os.getpid(), "command": command, **reason})


def end(
    data: Path,
    run_id: str,
    *,
    exit_code: int,
    as_of: date | None = None,
    message: str | None = None,
    health: Mapping[str, str] | None = None,
) -> None:
    """Note how a run ended."""
    fields = {"as_of": as_of.isoformat() if as_of else None, "message": message, "health": dict(health or {})}
    _append(data, {"ended": run_id, "at": _now(), "exit_code": exit_code, **fields})


@contextlib.contextmanager
def on_record(data: Path, *, run_id: str, command: str, clock_is_right: str | None = None) -> Iterator[NoteEnd]:
    """Note a run's begin, and its end by what is called with `end`'s arguments or by the exception that ends it.

    An end that cannot be noted changes nothing of what came of the run.
    """
    begin(data, run_id=run_id, command=command, clock_is_right=clock_is_right)

    def note_end(**fields: Any) -> None:
        try:
            end(data, run_id, **fields)
        except OSError as error:
            LOG.warning("%s does not say how the run ended: %s", data / JOURNAL, error.strerror)

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
    """All runs of a data folder, the newest first; [] when there was none."""
    runs: dict[str, Run] = {}
    for entry in read_notes(data, "begun", "ended"):
        at = datetime.fromisoformat(entry["at"])
        if "begun" in entry:
            runs[entry["begun"]] = Run(run_id=entry["begun"], command=entry["command"], pid=entry["pid"], began_at=at)
        elif run := runs.get(entry["ended"]):
            runs[entry["ended"]] = replace(
                run,
                ended_at=at,
                exit_code=entry["exit_code"],
                as_of=date.fromisoformat(entry["as_of"]) if entry["as_of"] else None,
                message=entry["message"],
                health=entry["health"],
                state=STATES.get(entry["exit_code"], f"ended with {entry['exit_code']}"),
            )
    newest_first = list(reversed(runs.values()))
    holding = find_holder_pid(data)
    for number, run in enumerate(newest_first):
        if holding is not None and run.pid == holding:  # an older run of the same process id is long dead
            if run.ended_at is None:
                newest_first[number] = replace(run, state=RUNNING)
            break
    return newest_first


def find_ended_runs(data: Path) -> list[str]:
    """Ids of the runs of a data folder that are over, killed ones among them."""
    return [run.run_id for run in runs_of(data) if run.state != RUNNING]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _append(data: Path, entry: Mapping[str, Any]) -> None:
    data.mkdir(parents=True, exist_ok=True)
    append(data / JOURNAL, json.dumps(entry))


def _lines(data: Path) -> Iterator[dict[str, Any]]:
    try:
        lines = (data / JOURNAL).read_bytes().splitlines()
    except FileNotFoundError:
        return
    for line in lines:
        with contextlib.suppress(ValueError):
            entry = json.loads(line)
            if isinstance(entry, dict):
                yield entry
