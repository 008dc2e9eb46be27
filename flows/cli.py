"""The `jobmarket` command. What is heavy (Prefect, DuckDB) is imported by the command that needs it."""

from __future__ import annotations

import logging
import shlex
import signal
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.logging import RichHandler
from rich.table import Column, Table
from rich.text import Text

from flows.lock import FolderInUse, held
from flows.settings import Outputs, Settings, prepare_prefect, settings

if TYPE_CHECKING:
    from flows.nightly import Outcome, Request
    from warehouse.store import Connection

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",  # paragraphs are wrapped anew to the terminal's width
    help="Track the AI/ML job market: from a job board's answer to a figure in a guide, each figure traceable.",
)
LOG = logging.getLogger("jobmarket")
WIDTH = 120
"""Columns of what is printed to a file or a pipe, where no terminal says how wide it is."""
# No markup: what is printed are often words of others, and "[/b]" in an advert is no instruction.
OUT = Console(width=None if sys.stdout.isatty() else WIDTH, markup=False, emoji=False)
ERR = Console(stderr=True, width=None if sys.stderr.isatty() else WIDTH, markup=False, emoji=False)
LEAST_WIDTH = 12
"""Columns of the terminal that a column of a result needs to be read."""
KIND = "kind"
"""File in the data folder that says whether it holds the synthetic sample or real data."""


class Wrong(Exception):  # noqa: N818  # shown as one line, never as a traceback
    """Something the user can put right, said in a line."""


def main() -> None:
    """Run the command; what a user can put right is one line, not a traceback."""
    to_terminal = RichHandler(console=ERR, show_path=False, show_level=False, log_time_format="%H:%M:%S")
    logging.basicConfig(level=logging.WARNING, format="%(message)s", handlers=[to_terminal])
    logging.getLogger("jobmarket").setLevel(logging.INFO)
    # Great Expectations reports its temporary folders, by loggers that set their own level.
    to_terminal.addFilter(lambda record: record.levelno >= logging.WARNING or record.name.startswith("jobmarket"))
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # so that we end our server, too
    try:
        app(standalone_mode=True)
    except (Wrong, FolderInUse, FileNotFoundError) as error:
        ERR.print(Text(f"jobmarket: {error}", style="bold red"))
        sys.exit(1)


# --- writing --------------------------------------------------------------------------------------------

SourceNames = Annotated[list[str] | None, typer.Option("--source", help="Only this source; may be given again.")]
Guides = Annotated[
    list[Path] | None, typer.Option("--guide", help="Refresh this Markdown or HTML file too; may be given again.")
]


@app.command()
def run(
    sample: Annotated[bool, typer.Option("--sample", help="Use the bundled synthetic sample; no network.")] = False,
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="As it stood on this day; asks no server.")
    ] = None,
    source: SourceNames = None,
    guide: Guides = None,
    allow_sample: Annotated[
        bool, typer.Option("--allow-sample", help="Let sample data be written into a guide outside the project.")
    ] = False,
) -> None:
    """Collect, load, compute, check and publish: one night.

    Reads the network (a live run needs JOBMARKET_CONTACT) or, with --sample, extractors/sample.
    Writes, all below the data folder (JOBMARKET_DATA, default data/): archive/, refined/, work.duckdb,
    market.duckdb, guide.md, site/index.html; with --as-of only asof/DAY/. With --guide also that file.

    Exit code 0: all well. 1: nothing was published. 2: published, but a source failed.
    """
    if sample and as_of:
        raise Wrong("--sample and --as-of do not go together; run --sample first, then --as-of")
    if as_of and as_of.date() > datetime.now().date():
        raise Wrong(f"--as-of {as_of.date()} is still to come")
    config = settings()
    is_live = not sample and as_of is None
    if is_live:
        _check_contact(config)
    _run(
        config,
        kind="sample" if sample else "live" if is_live else None,
        sources=_names(source),
        as_of=as_of.date() if as_of else None,
        is_live=is_live,
        guides=tuple(guide or ()),
        allow_sample_outside=allow_sample,
    )


@app.command()
def backfill(
    path: Annotated[list[Path], typer.Argument(help="WARC files (.warc.gz) or folders of them.")],
    source: SourceNames = None,
    guide: Guides = None,
) -> None:
    """Take recorded answers (WARC files) into the archive, in time order, and publish.

    Reads the WARC files. Writes below the data folder as `run` does. Asks no server. Records that are damaged
    are reported and left out; those of sources we do not read are named and left alone.
    """
    config = settings()
    if missing := [str(one) for one in path if not one.exists()]:
        raise Wrong(f"{', '.join(missing)} does not exist; a WARC file or a folder of them expected")
    _run(config, kind="live", sources=_names(source), guides=tuple(guide or ()), recordings=tuple(path))


@app.command()
def serve(
    cron: Annotated[str, typer.Option(help="When to run, as a cron expression.")] = "0 2 * * *",
    timezone: Annotated[str, typer.Option(help="Time zone of the cron expression (IANA name).")] = "UTC",
    port: Annotated[int, typer.Option(help="Port of Prefect's page on 127.0.0.1.")] = 4200,
    source: SourceNames = None,
) -> None:
    """Run the night on a schedule, until interrupted; Prefect's page shows the runs.

    Reads JOBMARKET_CONTACT and the network each night. Writes below the data folder as `run` does, and
    prefect/ there. Uses the Prefect server of PREFECT_API_URL when that is set, else starts one.
    """
    config = settings()
    _check_contact(config)
    prepare_prefect(config)
    from flows import deploy

    deploy.serve(config, cron=cron, timezone=timezone, port=port, sources=_names(source))


def _names(chosen: Sequence[str] | None) -> tuple[str, ...]:
    from extractors.source import all_sources

    known = tuple(all_sources())
    if unknown := [name for name in chosen or () if name not in known]:
        raise Wrong(f"unknown source {', '.join(unknown)}; there are {', '.join(known)}")
    return tuple(chosen) if chosen else known


def _check_contact(config: Settings) -> None:
    from extractors.web import MissingContact, checked_contact

    try:
        checked_contact(config.contact)
    except MissingContact as error:
        raise Wrong(str(error)) from error


def _run(config: Settings, *, kind: str | None, recordings: Sequence[Path] = (), **asked: Any) -> None:
    """Hold the folder, run the flow beside Prefect's temporary server, and say what came of it."""
    if missing := [path for path in asked["guides"] if not path.is_file()]:
        raise Wrong(f"no such guide: {', '.join(map(str, missing))}")
    with held(config.data):
        is_sample = _kind_of(config, kind) == "sample"
        prepare_prefect(config)
        from flows.backfill import backfill as backfill_flow
        from flows.nightly import Request, nightly
        from flows.server import temporary_server

        request = Request(
            settings=config, command=shlex.join(["jobmarket", *sys.argv[1:]]), is_sample=is_sample, **asked
        )
        with temporary_server(config.prefect_home):
            try:
                outcome = backfill_flow(request, recordings) if recordings else nightly(request)
            except FileNotFoundError:
                raise
            except Exception as error:  # whatever is ours to mend: nothing is published, and it is said where
                LOG.exception("the run broke; nothing was published, what stood before still stands")
                raise typer.Exit(1) from error
    _report(request, outcome)
    raise typer.Exit(outcome.exit_code)


def _kind_of(config: Settings, wanted: str | None) -> str:
    """What the folder holds, sample or live; the first run decides, and the two are never mixed."""
    marker = config.data / KIND
    held_kind = marker.read_text().strip() or None if marker.exists() else None  # empty: killed while writing it
    if held_kind is None:
        if wanted is None:
            raise Wrong(f"{config.data} holds no data yet; `jobmarket run` or `jobmarket backfill` brings some")
        marker.write_text(f"{wanted}\n")
        return wanted
    if wanted not in (None, held_kind):
        raise Wrong(
            f"{config.data} holds {held_kind} data, which {wanted} data must not be mixed with; "
            "set JOBMARKET_DATA to another folder"
        )
    return held_kind


def _report(request: Request, outcome: Outcome) -> None:
    """What a person wants to know after a run."""
    numbers = (Column(name, justify="right") for name in ("requests", "rows"))
    table = Table("source", "outcome", *numbers, Column("remark", overflow="fold"), title=_title(request, outcome))
    for health in outcome.health:
        style = {"failed": "red", "partial": "yellow", "empty": "yellow"}.get(health.outcome, "")
        rows = "" if health.n_rows is None else f"{health.n_rows:,}"
        table.add_row(health.source, Text(health.outcome, style), f"{health.n_requests:,}", rows, health.message or "")
    OUT.print(table)
    if outcome.exit_code == 1:
        for message in outcome.messages:
            OUT.print(Text(f"Nothing was published: {message}", style="bold red"))
        return
    outputs = request.outputs
    for label, path in (("warehouse", outputs.market), ("guide", outputs.guide), ("page", outputs.page)):
        OUT.print(f"{label:>10}  {path}", soft_wrap=True, highlight=False)
    for path in request.guides:
        OUT.print(f"{'guide':>10}  {path}", soft_wrap=True, highlight=False)
    following = ("status", 'sql "SELECT figure, value FROM mart.figures"', "explain FIGURE")
    OUT.print("Next:", *(f"      jobmarket {command}" for command in following), sep="\n", highlight=False)


def _title(request: Request, outcome: Outcome) -> str:
    banner = "SAMPLE DATA (synthetic) · " if request.is_sample else ""
    return f"{banner}as of {outcome.as_of}" if outcome.as_of else f"{banner}no day to speak for"


# --- reading --------------------------------------------------------------------------------------------


@app.command()
def sources() -> None:
    """List the sources: kind, boards, last success, rows, licence, whether checked against a real answer.

    Reads the source modules and, where there is one, market.duckdb. Writes nothing.
    """
    from extractors.boards import boards_of
    from extractors.source import all_sources

    last = {}
    if _outputs().market.exists():
        with _reader() as con:
            last = {row[0]: row[1:] for row in con.execute(LAST_LOADS).fetchall()}
    named = (Column(name, no_wrap=True) for name in ("source", "kind", "boards", "last answer", "rows", "verified"))
    table = Table(*named, "licence")
    for name, module in all_sources().items():
        source = module.SOURCE
        when, n_rows = last.get(name, (None, None))
        table.add_row(
            name,
            source.kind,
            f"{len(boards_of(name)):,}" if boards_of(name) else "",
            f"{when:%Y-%m-%d %H:%M}" if when else "never",
            f"{n_rows:,}" if n_rows is not None else "",
            "yes" if source.is_verified else "no",
            Text(source.licence, no_wrap=True, overflow="ellipsis"),
        )
    OUT.print(table)
    OUT.print("Licences and terms in full: extractors/SOURCES.md")


LAST_LOADS = """
SELECT source, max(observed_to), arg_max(n_rows, observed_to) FROM ops.loads GROUP BY source
"""
LAST_RUNS = """
SELECT started_at, command, as_of, ended_at, exit_code, message FROM ops.runs ORDER BY started_at DESC LIMIT 5
"""
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


@app.command()
def status() -> None:
    """Show who holds the data folder, the last runs, and what the warehouse holds.

    Reads the lock and market.duckdb. Writes nothing.
    """
    from flows.lock import holder

    config = settings()
    OUT.print(f"data folder  {config.data}", soft_wrap=True, highlight=False)
    OUT.print(f"in use       {holder(config.data) or 'no'}", soft_wrap=True, highlight=False)
    with _reader() as con:
        runs = Table(
            "started (UTC)", Column("command", overflow="fold"), "as of", "ended", "exit",
            Column("message", overflow="fold"), title="Last runs",
        )  # fmt: skip
        for started, command, as_of, ended, code, message in con.execute(LAST_RUNS).fetchall():
            runs.add_row(
                f"{started:%Y-%m-%d %H:%M:%S}",
                command,
                str(as_of or ""),
                f"{ended:%H:%M:%S}" if ended else "",
                "" if code is None else str(code),
                message or "",
            )
        OUT.print(runs)
        counts = Table("what", Column("number", justify="right"), title="Warehouse")
        for what, number in con.execute(COUNTS).fetchall():
            counts.add_row(what, f"{number:,}")
        OUT.print(counts)


@app.command()
def sql(
    query: Annotated[str, typer.Argument(help="A SELECT over core, mart and ops; `adverts` holds the texts.")],
    rows: Annotated[int, typer.Option(min=1, help="Print at most this many rows.")] = 100,
) -> None:
    """Run one query on the published warehouse.

    Reads market.duckdb and, for the view `adverts` (posting_id, text), refined/. Writes nothing: the
    connection can neither change the warehouse nor reach other files.
    """
    if not query.strip(" \n\t;"):
        raise Wrong("an SQL query expected, for example: SELECT * FROM mart.figures")
    with _reader(with_texts=True) as con:
        try:
            result = con.execute(query)
            columns = [column[0] for column in result.description or ()]
            found = result.fetchmany(rows + 1)
        except _sql_errors() as error:
            raise Wrong(str(error)) from error
    _print_rows(columns, [["" if value is None else str(value) for value in row] for row in found[:rows]])
    if len(found) > rows:
        OUT.print(f"first {rows} rows; --rows N prints more")


def _print_rows(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table; where so many columns would be too narrow to read, row after row with a line for each value."""
    if len(columns) * LEAST_WIDTH <= OUT.width:
        table = Table(*(Column(column, overflow="fold") for column in columns))
        for row in rows:
            table.add_row(*row)
        OUT.print(table)
        return
    label = max(map(len, columns))
    for number, row in enumerate(rows, start=1):
        OUT.rule(f"row {number}", align="left")
        for column, value in zip(columns, row, strict=True):
            OUT.print(f"{column:<{label}}  {value}", soft_wrap=True, highlight=False)


@app.command()
def shell() -> None:
    """Ask the published warehouse query after query; end one with a semicolon, leave with Ctrl-D.

    Reads as `sql` does. Writes nothing.
    """
    with _reader(with_texts=True) as con:
        is_typed = sys.stdin.isatty()
        if is_typed:
            OUT.print("jobmarket shell · tables: SHOW ALL TABLES; · leave with Ctrl-D")
        pending = ""
        while True:
            prompt = "jobmarket> " if not pending else "      ...> "
            try:
                pending += input(prompt if is_typed else "") + "\n"
            except (EOFError, KeyboardInterrupt):
                if is_typed:
                    OUT.print()
                return
            if not pending.strip().endswith(";"):
                continue
            try:
                con.sql(pending).show(max_width=OUT.width) if con.extract_statements(pending) else None
            except _sql_errors() as error:
                ERR.print(Text(str(error), style="red"))
            except AttributeError:
                OUT.print("done")  # a statement without a result, such as SET
            pending = ""


@app.command()
def explain(
    figure: Annotated[str, typer.Argument(help="A figure, as in the guide's markers.")] = "list",
    as_of: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Of this day, not the newest.")] = None,
) -> None:
    """Show what is behind a figure: its SQL, n, sources, snapshots, interval, rung and history.

    Reads market.duckdb. Writes nothing. `jobmarket explain list` names all figures.
    """
    from reports import figures

    with _reader() as con:
        if figure == "list":
            for row in con.execute(FIGURES).fetchall():
                OUT.print(f"{row[0]:<48} {row[1]:<10} {row[2] or 'withheld'}", soft_wrap=True, highlight=False)
            return
        try:
            OUT.print(figures.explain(con, figure, as_of.date() if as_of else None), soft_wrap=True, highlight=False)
        except figures.UnknownFigureError as error:
            raise Wrong(str(error)) from error


FIGURES = """
SELECT figure, status, value FROM mart.figures WHERE as_of = (SELECT max(as_of) FROM mart.figures) ORDER BY figure
"""


def _outputs() -> Outputs:
    return Outputs(folder=settings().data)


def _reader(*, with_texts: bool = False) -> Connection:
    from warehouse import store

    return store.open_reader(settings().data, with_texts=with_texts)


def _sql_errors() -> type[Exception]:
    from warehouse import store

    return store.SqlError
