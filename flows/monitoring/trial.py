"""Send one source a few requests now: `jobmarket sources --check NAME`."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.table import Column, Table

from extractors.archive.reader import read
from extractors.archive.writer import Writer
from extractors.boards import boards_of
from extractors.refine.refine import rows_of
from extractors.response import ANSWERED, NEW_KEYS, Response
from extractors.source import all_sources
from extractors.sources.declaration import SourceModule
from extractors.web.session import Web
from flows.runtime.limits import limit
from flows.runtime.permissions import read_permissions, why_off
from flows.runtime.settings import Settings
from flows.terminal.console import LOOK, OUT
from flows.terminal.errors import Wrong, WrongUsage
from transforms.records.rows import Issue, Removal
from transforms.text.rejects import FLAG_RULE, Rejected, count_records
from warehouse.load.boards import read_known

MAX_REQUESTS = 12
"""Maximum number of requests in a trial, including requests for robots.txt and tdmrep.json."""
MAX_BOARDS = 2
MAX_ROWS = 5
MAX_ISSUES = 5
SHOWN_COLUMNS = ("title", "employer", "location_text", "country", "pay_text", "posted_on", "role", "seniority")


def try_live(config: Settings, name: str) -> None:
    """Send a source a few requests and print the first rows; store nothing.

    Raises `Wrong` if there are no rows, and `WrongUsage` if the source is off.
    """
    module = all_sources()[name]
    limited, in_store = limit(module.SOURCE, config), read_known(config.data)
    if why := why_off(limited, config.data, in_store):
        raise WrongUsage(f"{name} is off: {why}")
    boards = boards_of(name) or in_store.get(name, ())
    source = replace(limited, most_requests=min(limited.most_requests, MAX_REQUESTS))
    with tempfile.TemporaryDirectory() as folder:
        with Writer(Path(folder) / "tried.warc.gz") as writer:
            web = Web(
                source,
                writer=writer,
                contact=config.contact,
                is_permitted=name in read_permissions(config.data),
                obeys_signals=config.content_signals == "obey",
            )
            failures = module.fetch(web, boards=boards[:MAX_BOARDS], as_of=datetime.now(UTC).date())
        rows, issues = _parse_answers(module, writer.path)
    traffic = f"{web.n_requests} requests, {web.n_bytes / 1e3:.0f} kB"
    refusals = (issue for issue in issues if issue.column_name != NEW_KEYS and not issue.rule.startswith(FLAG_RULE))
    n_refused = sum(count_records(issue.value) for issue in refusals)
    OUT.print(f"{name}: {traffic}, {len(rows):,} rows, {n_refused:,} records refused or left out", highlight=False)
    if rows:
        _print_rows(rows[:MAX_ROWS])
    for issue in issues[:MAX_ISSUES]:
        OUT.print(f"{issue.column_name}: {issue.value!r}: {issue.rule}", highlight=False)
    for failure in failures[:MAX_ISSUES]:
        OUT.print(failure, highlight=False)
    if not rows:
        first = f", first: {failures[0]}" if failures else ""
        raise Wrong(f"{name} gave no rows; {len(failures)} requests failed{first}")


def _print_rows(rows: Sequence[Any]) -> None:
    names = [field.name for field in fields(rows[0])]
    columns = [name for name in names if name in SHOWN_COLUMNS] or names[:8]
    table = Table(*(Column(column, overflow="fold") for column in columns), **LOOK)
    for row in rows:
        table.add_row(*(str(getattr(row, column) or "") for column in columns))
    OUT.print(table)


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
