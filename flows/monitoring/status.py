"""What an operator sees at a glance: how the last runs went, what is published, how each source fares."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from rich.table import Column, Table
from rich.text import Text

from flows.engine.schedule_server import schedule_of
from flows.notification.channels import describe_channels
from flows.runs.run_log import KILLED, RUNNING, STATES, Run, runs_of
from flows.runtime.data_kind import read_kind
from flows.runtime.lock import find_holder
from flows.runtime.settings import KIND, Settings
from flows.terminal.console import OUT
from warehouse import database
from warehouse.ops_tables import EXITS_PUBLISHED
from warehouse.publish.reader import open_reader

SHOWN = 8
"""Runs that are listed."""
STYLES = {STATES[0]: "green", STATES[1]: "bold red", STATES[2]: "yellow", RUNNING: "cyan", KILLED: "bold red"}
COUNTS = """
SELECT 'postings' AS what, count(*) AS n FROM core.postings
UNION ALL SELECT 'jobs', count(DISTINCT job_id) FROM core.postings
UNION ALL SELECT 'postings with pay', count(*) FROM core.postings WHERE pay_low IS NOT NULL OR pay_high IS NOT NULL
UNION ALL SELECT 'postings with full text', count(*) FROM core.postings WHERE text_state = 'full'
UNION ALL SELECT 'rejected values and records', count(*) FROM ops.rejects
UNION ALL SELECT 'pay cells: ' || status, count(*) FROM mart.salary_bands
    WHERE as_of = (SELECT max(as_of) FROM mart.salary_bands) GROUP BY status
UNION ALL SELECT 'figures: ' || status, count(*) FROM mart.figures
    WHERE as_of = (SELECT max(as_of) FROM mart.figures) GROUP BY status
"""

CONTRADICTIONS = """
SELECT 'postings that contradict themselves: ' || doubt AS what, count(*) AS n
FROM (SELECT unnest(doubts) AS doubt FROM core.postings) GROUP BY doubt ORDER BY n DESC, doubt
"""


def print_status(config: Settings) -> None:
    """Print who is at work, how the last runs went and what is published; nothing is written.

    After the rest was printed, raises `FileNotFoundError` when nothing was published yet, and `database.SqlError` when
    what was published cannot be read.
    """
    runs = runs_of(config.data)
    head = Table.grid(Column(no_wrap=True), Column(overflow="fold"), padding=(0, 1))
    kind = config.data / KIND
    data_kind = read_kind(config.data)
    fallback = " (its file `kind` says neither sample nor live; the next run looks into it)" if kind.exists() else ""
    held_kind = f" ({data_kind} data)" if data_kind else fallback
    serving, at_work = schedule_of(config.prefect_home), find_holder(config.data)
    head.add_row("data folder", f"{config.data}{held_kind}")
    head.add_row("in use", f"by {at_work}" if at_work else "no")
    head.add_row(
        "schedule",
        f'"{serving.cron}", {serving.timezone} (process {serving.pid})'
        if serving
        else "none; `jobmarket serve` keeps one",
    )
    if runs:
        head.add_row(
            "last run",
            Text(f"{_format_minute(runs[0].began_at)}  {_describe_run(runs[0])}", STYLES.get(runs[0].state, "")),
        )
    for label, line, is_well in describe_channels(config):
        head.add_row(label, Text(line, "" if is_well else "yellow"))
    read = next((run for run in runs if run.health), None)
    not_whole = [f"{source} {outcome}" for source, outcome in read.health.items() if outcome != "ok"] if read else []
    if not_whole:
        head.add_row("sources", Text("\n".join(not_whole), "yellow"))
    if aside := sorted(path.name for path in config.data.glob("*.damaged*")):
        head.add_row("set aside", f"{', '.join(aside)}: damaged; remove what you do not want to look into")
    if kept := sorted(path.name for path in config.data.glob("*.ahead-*")):
        head.add_row("kept", f"{', '.join(kept)}: what was published, with days that were set aside as still to come")
    rows: list[tuple[str, int]] = []
    why_not: Exception | None = None
    try:
        with open_reader(config.data) as con:
            head.add_row("published", _describe_published(con, runs))
            rows = con.execute(COUNTS).fetchall() + con.execute(CONTRADICTIONS).fetchall()
    except (FileNotFoundError, database.SqlError) as error:
        why_not = error
    OUT.print(head, highlight=False)
    if runs:
        OUT.print(_runs_table(runs))
    if why_not:
        raise why_not
    counts = Table("what", Column("number", justify="right"), title="Warehouse", title_justify="left")
    for what, number in rows:
        counts.add_row(what, f"{number:,}")
    OUT.print(counts)


def _describe_published(con: database.Connection, runs: Iterable[Run]) -> Text:
    """When what is published was published, by its own record, which a copy or a restored file has as well; its day."""
    at: datetime | None
    ((at, as_of),) = con.execute(
        "SELECT (SELECT max(ended_at) FROM ops.runs"
        " WHERE list_contains(?, exit_code) AND coalesce(as_of <= day, true)), day"  # others were set aside
        " FROM (SELECT max(as_of) AS day FROM mart.figures)",
        [list(EXITS_PUBLISHED)],
    ).fetchall()
    text = Text(f"{_format_minute(at) if at else 'at a time not on record'}  as of {as_of or 'no day'}")
    in_vain = [run for run in runs if at and run.began_at > at and run.state not in (RUNNING, STATES[0], STATES[2])]
    if in_vain:
        text.append(f"; {len(in_vain)} later run{'s' * (len(in_vain) > 1)} published nothing", "bold red")
    return text


def _runs_table(runs: list[Run]) -> Table:
    title = "Last runs" if len(runs) <= SHOWN else f"Last {SHOWN} of {len(runs):,} runs"
    narrow_columns = [Column(name, no_wrap=True) for name in ("began (UTC)", "took", "as of")]
    wide_columns = [Column(name, overflow="fold") for name in ("command", "outcome")]
    table = Table(*narrow_columns, *wide_columns, title=title, title_justify="left")
    for run in runs[:SHOWN]:
        took = "" if run.ended_at is None else str(run.ended_at - run.began_at)
        outcome = Text(_describe_run(run), STYLES.get(run.state, ""))
        table.add_row(_format_minute(run.began_at), took, str(run.as_of or ""), run.command, outcome)
    return table


def _describe_run(run: Run) -> str:
    """How a run ended and why, in words."""
    failures = [f"{source} {outcome}" for source, outcome in run.health.items() if outcome.startswith("failed")]
    return ": ".join([run.state, *filter(None, ["; ".join(filter(None, [run.message, *failures]))])])


def _format_minute(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M}"
