"""What an operator wants to know of the sources: which are on, what came of them, how full their rows are."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.table import Column, Table
from rich.text import Text

from extractors.archive.reader import read
from extractors.archive.writer import Writer
from extractors.boards import boards_of
from extractors.refine.refine import rows_of
from extractors.response import ANSWERED, NEW_KEYS, Response
from extractors.source import all_sources
from extractors.sources.declaration import SourceModule
from extractors.web.session import web_for
from flows.runs.run_log import Run, runs_of
from flows.runtime.limits import limit
from flows.runtime.permissions import read_permissions, why_off, why_turned_off
from flows.runtime.settings import Settings
from flows.terminal.console import LOOK, OUT
from flows.terminal.errors import Wrong, WrongUsage
from transforms.records.rows import Issue, Removal
from transforms.text.rejects import FLAG_RULE, MANY, Rejected, count_records
from warehouse.load.boards import read_known
from warehouse.marts.coverage.reading_depth import describe_depth, measure_depth
from warehouse.publish.reader import open_reader

HEALTH_STYLES = {"failed": "bold red", "partial": "yellow", "empty": "bold red", "blocked": "bold red"}
WIDE = 110
"""Columns of the terminal from which on the table of sources has all its columns."""
WATCHED = {"pay_low": "pay", "country": "country", "posted_on": "day", "employment_type": "type", "text_hash": "text"}
"""Columns of postings whose fill is shown, each with its heading."""
TRIED_REQUESTS = 12
"""Requests a trial may make, robots.txt and reservations included."""
TRIED_BOARDS = 2
SHOWN_ROWS = 5
SHOWN_ISSUES = 5
SHOWN_COLUMNS = ("title", "employer", "location_text", "country", "pay_text", "posted_on", "role", "seniority")

FILES = """
SELECT source, observed_to, n_seen, lag(n_seen) OVER (PARTITION BY source ORDER BY observed_to) AS before
FROM ops.loads WHERE n_seen > 0
QUALIFY row_number() OVER (PARTITION BY source ORDER BY observed_to DESC) = 1
"""
FILL = """
SELECT source, column_name, sum(n_filled) / sum(n_rows) FROM ops.fill_rates GROUP BY ALL
"""
COUNTED = """
SELECT l.source, count(DISTINCT l.warc) AS files, sum(l.n_responses) AS answers, sum(l.n_rows) AS rows
FROM ops.loads AS l GROUP BY ALL ORDER BY ALL
"""
REFUSED = f"""
SELECT source,
    coalesce(sum(n) FILTER (posting_id IS NULL AND NOT is_deliberate), 0)::BIGINT,
    coalesce(sum(n) FILTER (posting_id IS NULL AND is_deliberate), 0)::BIGINT,
    count(*) FILTER (posting_id IS NOT NULL)
FROM (
    SELECT *, coalesce(TRY_CAST(regexp_extract("value", '{MANY}', 1) AS BIGINT), 1) AS n FROM ops.rejects
    WHERE column_name <> 'keys' AND NOT starts_with(rule, '{FLAG_RULE}')
)
GROUP BY ALL
"""
REASONS = """
SELECT source, column_name, rule, count(*) AS n, any_value(value) AS example FROM ops.rejects
WHERE NOT is_deliberate GROUP BY ALL ORDER BY n DESC, source, column_name, rule LIMIT 25
"""
POSTINGS = """
SELECT source, count(*) AS n, count(*) FILTER (pay_low IS NOT NULL OR pay_high IS NOT NULL) AS pay,
    count(country) AS country, count(posted_on) AS day, count(employment_type) AS type,
    count(*) FILTER (text_state = 'full') AS text, count(*) FILTER (role_group = 'ai_engineering') AS ai
FROM core.postings GROUP BY ALL
"""
AI_PAY = """
SELECT coalesce(pay_region, 'unknown') AS region, source, count(DISTINCT job_id) AS n FROM core.postings
WHERE role_group = 'ai_engineering' AND (pay_low IS NOT NULL OR pay_high IS NOT NULL) GROUP BY ALL ORDER BY ALL
"""


@dataclass(frozen=True, kw_only=True)
class _LastFile:
    """The last file of a source that the published warehouse has."""

    last: datetime
    n_rows: int
    before: int | None


def print_sources(config: Settings) -> None:
    """A line for each source: what it is, whether it is on, when it last gave rows, how many, and how full they are."""
    files, fill = _read_last_files(config)
    runs = runs_of(config.data)
    names = ["source", "on", "last success", "rows", "change"]
    if OUT.width >= WIDE:
        names = ["source", "kind", "on", "last success", "rows", "change", "checked"]
    columns = [Column(name, no_wrap=True, justify="right" if name in ("rows", "change") else "left") for name in names]
    table = Table(*columns, Column("last outcome", overflow="fold"))
    remarks: list[str] = []
    in_store = read_known(config.data)
    for name, module in all_sources().items():
        why = why_turned_off(config, name) or why_off(module.SOURCE, config.data, in_store)
        outcome, detail = _last_outcome(runs, name)
        last = files.get(name)
        cells = {
            "source": name,
            "kind": module.SOURCE.kind,
            "on": "no" if why else "yes",
            "last success": f"{last.last:%Y-%m-%d}" if last else "never",
            "rows": f"{last.n_rows:,}" if last else "",
            "change": _format_change(last),
            "checked": "yes" if module.SOURCE.is_verified else "no",
        }
        table.add_row(*(cells[column] for column in names), Text(outcome, HEALTH_STYLES.get(outcome, "")))
        remarks += [f"{name}: {detail}"] if detail and outcome != "disabled" else []
        remarks += [f"{name}: off, {why}"] if why else []
    OUT.print(table)
    fullness = Table(
        "source", *(Column(name, justify="right") for name in WATCHED.values()), title="Rows filled, all files"
    )
    for name in all_sources():
        if (name, "pay_low") in fill:
            fullness.add_row(name, *(_format_percent(fill.get((name, column))) for column in WATCHED))
    if fullness.row_count:
        OUT.print(fullness)
    OUT.print(_terms_table())
    for remark in remarks:
        OUT.print(remark, highlight=False)
    OUT.print(
        "Rows and change: the last file with rows, against the one before. Checked: read against a real answer. "
        "Published: whether figures made from it are. Everything about one: jobmarket sources NAME.",
        highlight=False,
    )


def print_source(config: Settings, name: str) -> None:
    """Everything that is declared of one source, and how full its rows are, column by column."""
    module = all_sources()[name]
    source = limit(module.SOURCE, config)
    in_store = read_known(config.data)
    boards = {board.lower() for board in (*boards_of(name), *in_store.get(name, ()))}
    files, fill = _read_last_files(config)
    grid = Table.grid(Column(no_wrap=True), Column(overflow="fold"), padding=(0, 2))
    why = why_turned_off(config, name) or why_off(source, config.data, in_store)
    permission = read_permissions(config.data).get(name)
    facts = {
        "source": f"{name}: {source.title}, by {source.publisher}",
        "kind": f"{source.kind}; {source.cadence}",
        "access": f"{source.access}; {f'off, {why}' if why else 'on'}",
        "permission": f"{permission.why} ({permission.by}, {permission.on})" if permission else None,
        "checked": "against a real answer" if source.is_verified else "against its documentation and reports only",
        "licence": source.licence,
        "terms": source.terms_url or "none for third parties found",
        "attribution": source.attribution,
        "published": "figures made from it" if source.is_republishable else "nothing made from it",
        "pace": f"{source.pause:g} s between requests to a host, at most {source.most_requests:,} a night",
        "boards": f"{len(boards):,}, {len(boards_of(name)):,} of them of boards.csv" if boards else None,
        "last success": f"{files[name].last:%Y-%m-%d}, {files[name].n_rows:,} rows" if name in files else "never",
        "last outcome": ": ".join(filter(None, _last_outcome(runs_of(config.data), name))) or "never asked",
        "facts": source.facts,
    }
    for label, text in facts.items():
        if text:
            grid.add_row(Text(label, "bold"), text)
    OUT.print(grid, highlight=False)
    fullness = Table("column", Column("filled", justify="right"), title="Rows filled, all files", **LOOK)
    for (owner, column), rate in sorted(fill.items()):
        if owner == name:
            fullness.add_row(column, _format_percent(rate))
    if fullness.row_count:
        OUT.print(fullness)


def print_coverage(config: Settings) -> None:
    """What arrived of every source and how full it is, what did not and why, and AI jobs with pay by region."""
    with open_reader(config.data) as con:
        totals = con.execute(COUNTED).fetchall()
        refusals = {row[0]: row[1:] for row in con.execute(REFUSED).fetchall()}
        postings = {row[0]: row[1:] for row in con.execute(POSTINGS).fetchall()}
        reasons = con.execute(REASONS).fetchall()
        pay_counts = con.execute(AI_PAY).fetchall()
        depth = measure_depth(con)
    right: dict[str, Any] = {"justify": "right", "no_wrap": True}
    counts = ("files", "answers", "rows", "refused", "left out", "values")
    table = Table("source", *(Column(name, **right) for name in counts), title="What arrived", **LOOK)
    shares = ("postings", "pay", "country", "day", "type", "full text", "AI jobs")
    fullness = Table("source", *(Column(name, **right) for name in shares), title="How full it is", **LOOK)
    for source, files, answers, rows in totals:
        table.add_row(source, *(f"{count:,}" for count in (files, answers, rows, *refusals.get(source, (0, 0, 0)))))
        if source in postings:
            n, *parts, ai = postings[source]
            fullness.add_row(source, f"{n:,}", *(_format_percent(part / n) for part in parts), f"{ai:,}")
    OUT.print(table)
    OUT.print(
        "rows: read from all answers, one more each time it was seen. refused: records that could not be read. left "
        "out: whole records that a rule leaves out. values: single values refused, their posting kept.",
        highlight=False,
    )
    OUT.print(fullness)
    OUT.print("Shares of distinct postings. day: of publication; AI jobs: postings of ai_engineering.", highlight=False)
    OUT.print(f"{describe_depth(depth)}.", highlight=False)
    by_region: dict[str, Counter[str]] = {}
    for region, source, n in pay_counts:
        by_region.setdefault(region, Counter())[source] += n
    regions = Table("region the pay counts in", Column("AI jobs with pay", **right), "from", **LOOK)
    for region, sources in sorted(by_region.items(), key=lambda item: -item[1].total()):
        regions.add_row(region, f"{sources.total():,}", ", ".join(f"{s} {n:,}" for s, n in sources.most_common()))
    OUT.print(regions)
    why = Table("source", "value of", Column("n", **right), Column("expected", overflow="fold"), "example", **LOOK)
    for source, column, rule, n, example in reasons:
        why.add_row(source, column, f"{n:,}", rule, example[:40])
    if why.row_count:
        OUT.print(why)


def try_live(config: Settings, name: str) -> None:
    """Ask a source a little, now, and print the first rows; nothing is kept. Raises `Wrong` when nothing came."""
    module = all_sources()[name]
    limited, in_store = limit(module.SOURCE, config), read_known(config.data)
    boards = boards_of(name) or in_store.get(name, ())
    if why := why_off(limited, config.data, in_store):
        raise WrongUsage(f"{name} is off: {why}")
    source = replace(limited, most_requests=min(limited.most_requests, TRIED_REQUESTS))
    with tempfile.TemporaryDirectory() as folder:
        with Writer(Path(folder) / "tried.warc.gz") as writer:
            web = web_for(
                source,
                writer=writer,
                contact=config.contact,
                is_permitted=name in read_permissions(config.data),
                obeys_signals=config.content_signals == "obey",
            )
            failures = module.fetch(web, boards=boards[:TRIED_BOARDS], as_of=datetime.now(UTC).date())
        rows, issues = _parse_answers(module, writer.path)
    traffic = f"{web.n_requests} requests, {web.n_bytes / 1e3:.0f} kB"
    refusals = (one for one in issues if one.column_name != NEW_KEYS and not one.rule.startswith(FLAG_RULE))
    n_refused = sum(count_records(issue.value) for issue in refusals)
    OUT.print(f"{name}: {traffic}, {len(rows):,} rows, {n_refused:,} records refused or left out", highlight=False)
    if rows:
        columns = [f.name for f in fields(rows[0]) if f.name in SHOWN_COLUMNS] or [f.name for f in fields(rows[0])][:8]
        table = Table(*(Column(column, overflow="fold") for column in columns), **LOOK)
        for row in rows[:SHOWN_ROWS]:
            table.add_row(*(str(getattr(row, column) or "") for column in columns))
        OUT.print(table)
    for issue in issues[:SHOWN_ISSUES]:
        OUT.print(f"{issue.column_name}: {issue.value!r}: {issue.rule}", highlight=False)
    for failure in failures[:SHOWN_ISSUES]:
        OUT.print(failure, highlight=False)
    if not rows:
        raise Wrong(
            f"{name} gave no rows; {len(failures)} requests failed{f', first: {failures[0]}' if failures else ''}"
        )


def _parse_answers(module: SourceModule, path: Path | None) -> tuple[list[Any], list[Issue]]:
    rows: list[Any] = []
    issues: list[Issue] = []
    for answer in read(path) if path else ():
        if not isinstance(answer, Response) or answer.status not in ANSWERED:
            continue
        try:
            for item in rows_of(module, answer):
                if not isinstance(item, Removal):
                    (issues if isinstance(item, Issue) else rows).append(item)
        except Rejected as error:
            issues.append(error.issue)
    return rows, sorted(issues, key=lambda issue: issue.column_name != NEW_KEYS)


def _terms_table() -> Table:
    licence = Column("licence or terms", overflow="fold")
    table = Table(Column("source", no_wrap=True), licence, "published", title="Terms", **LOOK)
    for name, module in all_sources().items():
        table.add_row(name, module.SOURCE.licence, "yes" if module.SOURCE.is_republishable else "no")
    return table


def _read_last_files(config: Settings) -> tuple[dict[str, _LastFile], dict[tuple[str, str], float]]:
    if not config.outputs().market.exists():
        return {}, {}
    with open_reader(config.data) as con:
        files = con.execute(FILES).fetchall()
        fill = con.execute(FILL).fetchall()
    last_files = {source: _LastFile(last=last, n_rows=n, before=before) for source, last, n, before in files}
    return last_files, {(source, column): rate for source, column, rate in fill}


def _last_outcome(runs: Sequence[Run], name: str) -> tuple[str, str]:
    text = next((run.health[name] for run in runs if name in run.health), "")
    outcome, _, why = text.partition(": ")
    return outcome, why


def _format_percent(share: float | None) -> str:
    return "" if share is None else f"{share:.0%}"


def _format_change(last: _LastFile | None) -> str:
    return f"{last.n_rows / last.before - 1:+.0%}" if last and last.before else ""
