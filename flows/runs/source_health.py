"""What a run got from each source: outcome, counts and rejects, added up step by step (`ops.source_health`)."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import chain
from pathlib import Path

from extractors.archive.reader import MAX_AHEAD, DamagedRecord
from extractors.refine.refine import RefineResult, answers_after, refusals_in
from extractors.response import ANSWERED
from extractors.source import all_sources
from extractors.web.session import Web
from warehouse.load import loader
from warehouse.load.boards import BoardOutcome
from warehouse.ops_tables import Rejects

LOG = logging.getLogger("jobmarket")
OUTCOMES = ("disabled", "unchanged", "ok", "empty", "partial", "blocked", "failed")
"""Outcomes of a source, from best to worst. A source with several outcomes gets the worst."""
SHORT = ("blocked", "failed")
"""Outcomes of a source that could not be read. The run is published without the source, with exit code 2."""


@dataclass(frozen=True, kw_only=True)
class Health:
    """What a run got from one source. `outcome` is one of `OUTCOMES`; `n_rows` is None if nothing was loaded."""

    source: str
    outcome: str = "unchanged"
    n_requests: int = 0
    n_bytes: int = 0
    n_rows: int | None = None
    message: str | None = None
    rejects: tuple[Rejects, ...] = ()
    fresh: tuple[str, ...] = ()
    """Archive files with the answers of this run, relative to the archive."""
    boards: tuple[BoardOutcome, ...] = ()
    """The outcome of each board that was planned for this run."""

    @property
    def words(self) -> str:
        """The outcome and, after a colon, the message."""
        return ": ".join(filter(None, [self.outcome, self.message]))


# --- fetch ----------------------------------------------------------------------------------------------


def add_answers(health: Health, web: Web, failures: Sequence[str], fresh: Path | None) -> Health:
    """Add one fetch to the health: its answers, its failed requests (`failures`), and its archive file (`fresh`, or
    None).

    Returns the new health.
    """
    message = f"{len(failures)} failed, first: {failures[0]}" if failures else None
    return replace(
        health,
        outcome=max(health.outcome, _judge_answers(web, failures), key=OUTCOMES.index),
        n_requests=health.n_requests + web.n_requests,
        n_bytes=health.n_bytes + web.n_bytes,
        message=health.message or message,
        fresh=(*health.fresh, f"{health.source}/{fresh.name}") if fresh else health.fresh,
    )


def _judge_answers(web: Web, failures: Sequence[str]) -> str:
    if web.is_refused:
        return "blocked"
    if not any(web.statuses[status] for status in ANSWERED) and not web.n_unchanged:
        return "failed" if failures else "empty"
    if failures:
        return "partial"
    return "unchanged" if web.n_unchanged == web.statuses.total() else "ok"


def add_rejects(health: Health, rejects: Sequence[Rejects], what: str) -> Health:
    """Add rejects to a health and log them as an error; `what` says in words what they are. Return the new health.

    Its outcome is "partial" or worse if there are rejects.
    """
    if not rejects:
        return health
    first = rejects[0]
    where = f"{first.warc} record {first.record}" if first.record >= 0 else first.warc
    summary = f"{len(rejects)} {what}, first: {where}: {first.value}"
    LOG.error("%s: %s", health.source, summary)
    return replace(
        health,
        outcome=max(health.outcome, "partial", key=OUTCOMES.index),
        message="; ".join(filter(None, [health.message, summary])),
        rejects=(*health.rejects, *rejects),
    )


def reject_damage(source: str, warc: str, damage: DamagedRecord) -> Rejects:
    """Return a reject for a damaged record, or for a whole file (`record` -1)."""
    is_whole_file = damage.record < 0
    note = "nothing in the file was taken" if is_whole_file else "the file's other records were taken"
    return Rejects(
        source=source,
        warc=warc,
        record=damage.record,
        posting_id=None,
        column_name="file" if is_whole_file else "response",
        value=damage.why[:200],
        rule=f"expected a whole WARC record; {note}. Get the file again if you can",
    )


def reject_future(source: str, warc: str, record: int, time: datetime) -> Rejects:
    """Return a reject for an answer that is dated in the future."""
    return Rejects(
        source=source,
        warc=warc,
        record=record,
        posting_id=None,
        column_name="observed_at",
        value=time.astimezone(UTC).isoformat(),
        rule=f"expected a WARC-Date at most {MAX_AHEAD.days} day in the future; the record is left out, the others of "
        "the file are taken. Set the clock of whoever recorded it and record it again",
    )


# --- refine and load -------------------------------------------------------------------------------------


def describe_refusals(files: Sequence[RefineResult]) -> tuple[str, bool]:
    """Return a line about what could not be read in a source's files ("" for nothing), and whether answers or records
    are lost.

    Refused values, records left out and flags are only reported for files that a person provided and can fix.
    """
    refusals = [refusals_in(file) for file in files]
    answers, records, values, left_out, flags = (
        list(chain.from_iterable(kind)) for kind in zip(*refusals, strict=True)
    )
    n_all = sum(file.n_rows for file in files) + len(records) + len(left_out)
    reasons = {
        f"{len(answers):,} answers cannot be read": answers,
        f"{len(records):,} of {n_all:,} records refused": records,
    }
    if all_sources()[files[0].source].SOURCE.access == "file":
        reasons |= {
            f"{len(values):,} values refused": values,
            f"{len(left_out):,} records left out": left_out,
            f"{len(flags):,} records kept with a flag": flags,
        }
    return "; ".join(f"{what}, first: {why[0]}" for what, why in reasons.items() if why), bool(answers or records)


def add_loads(
    fetches: Sequence[Health],
    results: Sequence[RefineResult],
    failures: Mapping[str, str],
    loads: Sequence[loader.LoadResult],
) -> tuple[Health, ...]:
    """Return the health of all sources after loading.

    Unreadable answers or records make a source partial; a refused file makes it failed. `failures` has the reason for
    each source with a file that could not be refined. Rows are counted in the files of this run, or, for a source that
    was not fetched, in all files that were loaded.
    """
    by_source = {health.source: health for health in fetches}
    fetched_sources = frozenset(by_source)
    for name, health in by_source.items():
        if fresh := [file for file in results if file.warc in health.fresh]:
            refusals, is_short = describe_refusals(fresh)
            message = "; ".join(filter(None, [health.message, refusals])) or None
            worst = max(health.outcome, "partial", key=OUTCOMES.index) if is_short else health.outcome
            by_source[name] = replace(health, outcome=worst, message=message)
    for outcome in loads:
        name = outcome.warc.partition("/")[0]
        health = by_source.get(name, Health(source=name))
        if outcome.state == "loaded":
            if outcome.warc in health.fresh or name not in fetched_sources:
                health = replace(health, n_rows=(health.n_rows or 0) + outcome.n_seen)
            if outcome.n_rows and health.outcome == "unchanged":
                health = replace(health, outcome="ok")
        elif outcome.state == "refused":
            health = replace(health, outcome="failed", message=f"{outcome.warc}: {outcome.why}")
        by_source[name] = health
    for name, why in failures.items():
        by_source[name] = replace(by_source.get(name, Health(source=name)), outcome="failed", message=why)
    return tuple(by_source[name] for name in sorted(by_source))


def add_future_rejects(
    health: Sequence[Health], results: Sequence[RefineResult], loads: Sequence[loader.LoadResult], today: date
) -> tuple[Health, ...]:
    """Return the health of all sources, with a reject added for each archived answer that was not loaded because of a
    date in the future.

    Every run rejects such an answer, because it stays in the archive. It changes the outcome of the source only when
    its file is loaded.
    """
    by_source = {each.source: each for each in health}
    new = {outcome.warc for outcome in loads if outcome.state == "loaded"}
    for file in results:
        answers = answers_after(file, today + MAX_AHEAD)
        rejects = [reject_future(file.source, file.warc, record, time) for record, time in answers]
        known = by_source.get(file.source, Health(source=file.source))
        if file.warc in new:
            by_source[file.source] = add_rejects(known, rejects, "records dated in the future")
        elif rejects:
            by_source[file.source] = replace(known, rejects=(*known.rejects, *rejects))
    return tuple(by_source[name] for name in sorted(by_source))
