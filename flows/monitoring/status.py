"""The status at a glance: how the last runs ended, what is published, and which sources had problems."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from rich.table import Column, Table
from rich.text import Text

from flows.engine.schedule_server import schedule_of
from flows.notification.sent import describe_channels
from flows.runs.run_log import KILLED, RUNNING, STATES, Run, runs_of
from flows.runtime.data_kind import read_kind
from flows.runtime.lock import find_holder
from flows.runtime.project import read_sql
from flows.runtime.settings import KIND, Settings
from flows.terminal.console import OUT
from warehouse import database
from warehouse.ops_tables import EXITS_PUBLISHED
from warehouse.publish.reader import open_reader

SHOWN = 8
"""Maximum number of runs that are listed."""
KEPT_FILES = (
    ("set aside", "*.damaged*", "damaged; remove what you do not want to examine"),
    ("kept", "*.ahead-*", "earlier published files, with days that were set aside as still to come"),
)
"""Label, pattern and description of files in the data folder that a person may remove."""
STYLES = {STATES[0]: "green", STATES[1]: "bold red", STATES[2]: "yellow", RUNNING: "cyan", KILLED: "bold red"}


def print_status(config: Settings) -> None:
    """Print what is running, how the last runs ended, and what is published. Write nothing.

    After that, raises `FileNotFoundError` if nothing was published yet, and `database.SqlError` if the published file
    cannot be read.
    """
    runs = runs_of(config.data)
    head = Table.grid(Column(no_wrap=True), Column(overflow="fold"), padding=(0, 1))
    for label, words in _describe_folder(config, runs):
        head.add_row(label, words)
    counts = Table("what", Column("number", justify="right"), title="Warehouse", title_justify="left")
    failure: Exception | None = None
    try:
        with open_reader(config.data) as con:
            head.add_row("published", _describe_published(con, runs))
            for name in ("warehouse_counts", "contradictions"):
                for what, number in con.execute(read_sql("monitoring", name)).fetchall():
                    counts.add_row(what, f"{number:,}")
    except (FileNotFoundError, database.SqlError) as error:
        failure = error
    OUT.print(head, highlight=False)
    if runs:
        OUT.print(_runs_table(runs))
    if failure:
        raise failure
    OUT.print(counts)


def _describe_folder(config: Settings, runs: Sequence[Run]) -> Iterator[tuple[str, str | Text]]:
    kind = read_kind(config.data)
    has_bad_kind = kind is None and (config.data / KIND).exists()
    unknown = " (its file `kind` says neither sample nor live; the next run looks into it)" if has_bad_kind else ""
    yield "data folder", f"{config.data}{f' ({kind} data)' if kind else unknown}"
    holder = find_holder(config.data)
    yield "in use", f"by {holder}" if holder else "no"
    serving = schedule_of(config.prefect_home)
    schedule = f'"{serving.cron}", {serving.timezone} (process {serving.pid})' if serving else None
    yield "schedule", schedule or "none; `jobmarket serve` keeps one"
    for run in runs[:1]:
        yield "last run", Text(f"{_format_minute(run.began_at)}  {_describe_run(run)}", STYLES.get(run.state, ""))
    for label, line, is_well in describe_channels(config):
        yield label, Text(line, "" if is_well else "yellow")
    last_health = next((run.health for run in runs if run.health), {})
    if troubled := [f"{source} {outcome}" for source, outcome in last_health.items() if outcome != "ok"]:
        yield "sources", Text("\n".join(troubled), "yellow")
    for label, pattern, words in KEPT_FILES:
        if names := sorted(path.name for path in config.data.glob(pattern)):
            yield label, f"{', '.join(names)}: {words}"


def _describe_published(con: database.Connection, runs: Sequence[Run]) -> Text:
    """Return when the warehouse was published, and its day.

    Both are read from the warehouse's own record, which copies and restored files contain.
    """
    at: datetime | None
    ((at, as_of),) = con.execute(read_sql("monitoring", "last_published"), [list(EXITS_PUBLISHED)]).fetchall()
    text = Text(f"{_format_minute(at) if at else 'at a time not on record'}  as of {as_of or 'no day'}")
    unpublished = [run for run in runs if at and run.began_at > at and run.state not in (RUNNING, STATES[0], STATES[2])]
    if unpublished:
        text.append(f"; {len(unpublished)} later run{'s' * (len(unpublished) > 1)} published nothing", "bold red")
    return text


def _runs_table(runs: Sequence[Run]) -> Table:
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
    failures = [f"{source} {outcome}" for source, outcome in run.health.items() if outcome.startswith("failed")]
    return ": ".join([run.state, *filter(None, ["; ".join(filter(None, [run.message, *failures]))])])


def _format_minute(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M}"
