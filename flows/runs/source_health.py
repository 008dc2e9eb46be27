"""What a run got from each source: outcome, counts and rejects, added step by step (`ops.source_health`)."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import chain
from pathlib import Path

from extractors.archive.reader import MAX_AHEAD
from extractors.refine.refine import RefineResult, answers_after, refusals_in
from extractors.response import ANSWERED
from extractors.source import all_sources
from extractors.web.session import Web
from warehouse.load import loader
from warehouse.load.boards import BoardOutcome
from warehouse.ops_tables import Rejects

LOG = logging.getLogger("jobmarket")
OUTCOMES = ("disabled", "unchanged", "ok", "empty", "partial", "blocked", "failed")
"""From the best to the worst: of several, the last in this order is the source's."""
SHORT = ("blocked", "failed")
"""Outcomes of a source that was to be read and was not: the run is published without it, and its exit code says so."""


@dataclass(frozen=True, kw_only=True)
class Health:
    """What a run got from one source. `outcome` is one of `OUTCOMES`, `n_rows` None where nothing was loaded."""

    source: str
    outcome: str = "unchanged"
    n_requests: int = 0
    n_bytes: int = 0
    n_rows: int | None = None
    message: str | None = None
    rejects: tuple[Rejects, ...] = ()
    fresh: tuple[str, ...] = ()
    """Archive files that this run made of its answers, relative to the archive."""
    boards: tuple[BoardOutcome, ...] = ()
    """What came of each board that was to be asked."""


# --- fetch ----------------------------------------------------------------------------------------------


def add_answers(health: Health, web: Web, failures: Sequence[str], fresh: Path | None) -> Health:
    """Health with the answers of one fetch added: its failed requests, and the archive file that it made."""
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
    """The outcome of one fetch."""
    n_answers = sum(web.statuses.values())
    if web.is_refused:
        return "blocked"
    if not any(web.statuses[status] for status in ANSWERED) and not web.n_unchanged:
        return "failed" if failures else "empty"
    if failures:
        return "partial"
    return "unchanged" if web.n_unchanged == n_answers else "ok"


def add_rejects(health: Health, rejects: Sequence[Rejects], what: str) -> Health:
    """Health with rejects added, `what` naming them; an error is logged, and the source is partial at best."""
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


def reject_future(source: str, warc: str, record: int, time: datetime) -> Rejects:
    """The reject of an answer that is dated in the future."""
    return Rejects(
        source=source,
        warc=warc,
        record=record,
        posting_id=None,
        column_name="observed_at",
        value=time.astimezone(UTC).isoformat(),
        rule=f"a WARC-Date at most {MAX_AHEAD.days} day in the future expected; the record is left out, the others of "
        "the file are taken. Set the clock of whoever recorded it and record it again",
    )


# --- refine and load -------------------------------------------------------------------------------------


def describe_refusals(files: Sequence[RefineResult]) -> tuple[str, bool]:
    """What could not be read of a source's files, in a line ("" for nothing), and whether it is answers or records.

    Single values, deliberate omissions and flags are told of files that a person handed over, who can mend file or
    mapping.
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
    """Health after loading: answers and records that cannot be read make a source partial, a refused file fails it.

    `failures` says of each source whose file could not be refined why. Rows are counted of the files that this run
    made; of a source that it did not fetch, of all files that it loaded.
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
    """Health with a reject for each archived answer that was not loaded because it is dated in the future.

    The archive keeps such an answer, so it is rejected in every run, but a remark only when its file is loaded.
    """
    by_source = {one.source: one for one in health}
    new = {outcome.warc for outcome in loads if outcome.state == "loaded"}
    for file in results:
        answers = answers_after(file, today + MAX_AHEAD)
        rejects = [reject_future(file.source, file.warc, record, time) for record, time in answers]
        one = by_source.get(file.source, Health(source=file.source))
        if file.warc in new:
            by_source[file.source] = add_rejects(one, rejects, "records dated in the future")
        elif rejects:
            by_source[file.source] = replace(one, rejects=(*one.rejects, *rejects))
    return tuple(by_source[name] for name in sorted(by_source))
