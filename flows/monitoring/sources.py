"""Print what operators want to know about sources: which are on, what they gave, and how full their rows are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from rich.table import Column, Table
from rich.text import Text

from extractors.boards import boards_of
from extractors.source import all_sources
from flows.runs.run_log import Run, runs_of
from flows.runtime.limits import limit
from flows.runtime.permissions import read_permissions, why_off, why_turned_off
from flows.runtime.project import read_sql
from flows.runtime.settings import Settings
from flows.terminal.console import LOOK, OUT
from transforms.text.rejects import FLAG_RULE, MANY
from warehouse.database import Connection
from warehouse.load.boards import read_known
from warehouse.marts.coverage.reading_depth import describe_depth, measure_depth
from warehouse.publish.reader import open_reader

HEALTH_STYLES = {"failed": "bold red", "partial": "yellow", "empty": "bold red", "blocked": "bold red"}
WIDE = 110
"""Width of a terminal at which the table starts to show all its columns."""
COLUMNS = ("source", "kind", "on", "last success", "rows", "change", "checked")
ONLY_WIDE = ("kind", "checked")
LEGEND = (
    "Rows and change: the last file with rows, compared with the file before it. Checked: read against a real answer. "
    "Published: whether figures made from it are. All about one source: jobmarket sources NAME."
)
WATCHED = {"pay_low": "pay", "country": "country", "posted_on": "day", "employment_type": "type", "text_hash": "text"}
"""Columns of postings whose fill rates the table shows, with their headings."""

FILL = "SELECT source, column_name, sum(n_filled) / sum(n_rows) FROM ops.fill_rates GROUP BY ALL"


def print_sources(config: Settings) -> None:
    """Print a line for each source with its last rows and outcome; then fill rates, terms and remarks."""
    files, fill = _read_last_files(config)
    runs, in_store = runs_of(config.data), read_known(config.data)
    names = [name for name in COLUMNS if OUT.width >= WIDE or name not in ONLY_WIDE]
    columns = [Column(name, no_wrap=True, justify="right" if name in ("rows", "change") else "left") for name in names]
    table = Table(*columns, Column("last outcome", overflow="fold"))
    remarks: list[str] = []
    for name, module in all_sources().items():
        why = why_turned_off(config, name) or why_off(module.SOURCE, config.data, in_store)
        outcome, detail = _last_outcome(runs, name)
        last, n_rows, n_before = files.get(name, (None, None, None))
        cells = {
            "source": name,
            "kind": module.SOURCE.kind,
            "on": "yes" if why is None else "no",
            "last success": f"{last:%Y-%m-%d}" if last else "never",
            "rows": f"{n_rows:,}" if n_rows else "",
            "change": f"{n_rows / n_before - 1:+.0%}" if n_rows and n_before else "",
            "checked": "yes" if module.SOURCE.is_verified else "no",
        }
        table.add_row(*(cells[column] for column in names), Text(outcome, HEALTH_STYLES.get(outcome, "")))
        remarks += [f"{name}: {detail}"] if detail and outcome != "disabled" else []
        remarks += [f"{name}: off, {why}"] if why else []
    OUT.print(table)
    headings = (Column(name, justify="right") for name in WATCHED.values())
    fullness = Table("source", *headings, title="Rows filled, all files")
    for name in all_sources():
        if (name, "pay_low") in fill:
            fullness.add_row(name, *(_format_percent(fill.get((name, column))) for column in WATCHED))
    if fullness.row_count:
        OUT.print(fullness)
    licence = Column("licence or terms", overflow="fold")
    terms = Table(Column("source", no_wrap=True), licence, "published", title="Terms", **LOOK)
    for name, module in all_sources().items():
        terms.add_row(name, module.SOURCE.licence, "yes" if module.SOURCE.is_republishable else "no")
    OUT.print(terms)
    for remark in (*remarks, LEGEND):
        OUT.print(remark, highlight=False)


def print_source(config: Settings, name: str) -> None:
    """Print all that one source declares, and how full its rows are, column by column."""
    module = all_sources()[name]
    source = limit(module.SOURCE, config)
    in_store = read_known(config.data)
    boards = {board.lower() for board in (*boards_of(name), *in_store.get(name, ()))}
    files, fill = _read_last_files(config)
    grid = Table.grid(Column(no_wrap=True), Column(overflow="fold"), padding=(0, 2))
    why = why_turned_off(config, name) or why_off(source, config.data, in_store)
    permission = read_permissions(config.data).get(name)
    last, n_rows, _ = files.get(name, (None, 0, None))
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
        "boards": f"{len(boards):,}, {len(boards_of(name)):,} of them in boards.csv" if boards else None,
        "last success": f"{last:%Y-%m-%d}, {n_rows:,} rows" if last else "never",
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


def count_refusals(con: Connection) -> dict[str, list[int]]:
    """Return three numbers for each source: records refused, records left out on purpose, and single values refused."""
    rows = con.execute(read_sql("monitoring", "refused"), {"many": MANY, "flag": FLAG_RULE}).fetchall()
    return {source: counts for source, *counts in rows}


def print_coverage(config: Settings) -> None:
    """Print what arrived from each source, how full it is, what was refused and why, and AI jobs with pay by region."""
    with open_reader(config.data) as con:
        totals = con.execute(read_sql("monitoring", "arrived")).fetchall()
        refusals = count_refusals(con)
        postings = {row[0]: row[1:] for row in con.execute(read_sql("monitoring", "postings_filled")).fetchall()}
        reasons = con.execute(read_sql("monitoring", "reject_reasons")).fetchall()
        pay_counts = con.execute(read_sql("monitoring", "ai_pay")).fetchall()
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


def _read_last_files(config: Settings) -> tuple[dict[str, Sequence[Any]], dict[tuple[str, str], float]]:
    """Return the time of each source's last file, its rows, and the rows of the file before it; and the fill rates by
    source and column."""
    if not config.outputs().market.exists():
        return {}, {}
    with open_reader(config.data) as con:
        files = con.execute(read_sql("monitoring", "last_files")).fetchall()
        fill = con.execute(FILL).fetchall()
    return {source: numbers for source, *numbers in files}, {(source, column): rate for source, column, rate in fill}


def _last_outcome(runs: Sequence[Run], name: str) -> tuple[str, str]:
    text = next((run.health[name] for run in runs if name in run.health), "")
    outcome, _, why = text.partition(": ")
    return outcome, why


def _format_percent(share: float | None) -> str:
    return "" if share is None else f"{share:.0%}"
