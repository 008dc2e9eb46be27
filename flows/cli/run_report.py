"""Print the result at the end of a run: each source's outcome, where the files are, two figures and what changed."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Column, Table
from rich.text import Text

from flows.terminal.console import OUT, say
from flows.terminal.errors import FAILED

if TYPE_CHECKING:
    from flows.runs.run_record import Outcome, Request


def print_report(request: Request, outcome: Outcome) -> None:
    """Print the result of a run: sources, files, two figures and what to do next."""
    banner = "SAMPLE DATA (synthetic) · " * request.is_sample
    title = banner + (f"as of {outcome.as_of}" if outcome.as_of else "no adverts read yet")
    numbers = (Column(name, justify="right") for name in ("requests", "rows"))
    table = Table("source", "outcome", *numbers, Column("remark", overflow="fold"), title=title)
    for health in outcome.health:
        style = {"failed": "red", "partial": "yellow", "empty": "yellow"}.get(health.outcome, "")
        rows = "" if health.n_rows is None else f"{health.n_rows:,}"
        table.add_row(health.source, Text(health.outcome, style), f"{health.n_requests:,}", rows, health.message or "")
    if outcome.health or outcome.exit_code != FAILED:
        OUT.print(table)
    for note in outcome.notes:
        say(f"Note: {note}", "yellow")
    if outcome.exit_code == 1:
        for message in outcome.messages:
            OUT.print(Text(f"Nothing was published: {message}", style="bold red"))
        return
    for message in outcome.messages:
        say(f"Note: {message}", "yellow")
    from flows.inputs.guide_preflight import LEFT_OUT

    outputs = request.outputs
    files = {
        "warehouse": outputs.market, "dictionary": outputs.dictionary, "guide": outputs.guide, "page": outputs.page
    }  # fmt: skip
    for label, path in files.items():
        say(f"{label:>10}  {path}")
    for path in request.guides:
        if not any(message.startswith(f"{LEFT_OUT}{path}") for message in outcome.messages):
            say(f"{'guide':>10}  {path}")
    print_headlines(request, outcome)
    of_day = f" --as-of {request.as_of}" if request.as_of else ""
    OUT.print("Next:")
    query = f'sql "SELECT figure, value FROM published.figures"{of_day}'
    for arguments in ("status", query, f"explain {HEADLINES[0]}{of_day}"):
        say(f"      {_format_command()} {arguments}")


HEADLINES = ("pay.northern_america.ai_engineering.mid_senior", "employers.skill.python.all.ai_engineering")
"""Figures that a run prints at its end."""
MAX_CHANGED = 5
"""Maximum number of changed figures that are named. Further figures are only counted."""


def print_headlines(request: Request, outcome: Outcome) -> None:
    """Print two published figures, and which figures changed since the day before."""
    from reports.figures.vintages import find_changes
    from reports.guide import desk
    from warehouse.publish.reader import open_reader

    with open_reader(request.outputs.folder) as con:
        catalogue = {row.figure: row for row in desk.published_figures(con)}
        changes = find_changes(con, outcome.as_of) if outcome.as_of else []
    for row in filter(None, map(catalogue.get, HEADLINES)):
        employers = "" if row.n_employers is None else f", {row.n_employers:,} employers"
        text = f"{row.value} (n = {row.n_jobs or 0:,} jobs{employers})" if row.value else f"withheld, {row.reason}"
        say(f"{'SAMPLE · ' * request.is_sample}{row.title}: {text}")
    words = {False: "Changed since", True: "On another rung than, so not to be compared with,"}
    for is_other_rung, phrase in words.items():
        group = [change for change in changes if change.is_other_rung == is_other_rung]
        if group:
            names = ", ".join(change.figure for change in group[:MAX_CHANGED])
            more = f" and {len(group) - MAX_CHANGED:,} more" * (len(group) > MAX_CHANGED)
            say(f"{phrase} {group[0].before_on}: {names}{more}")


def _format_command() -> str:
    """Return how to call this program for the same data folder: by name, or by path if the shell does not find the
    name."""
    name = Path(sys.argv[0]).name
    path = shutil.which(name)
    is_found = path is not None and Path(path).resolve() == Path(sys.argv[0]).resolve()
    command = shlex.quote(name if is_found else sys.argv[0])
    data = os.environ.get("JOBMARKET_DATA")
    return f"JOBMARKET_DATA={shlex.quote(data)} {command}" if data else command
