"""The commands for publishers: release, verify-release, verify, mcp."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from flows.cli.options import settings
from flows.cli.query import open_published
from flows.runtime.lock import hold_output
from flows.terminal.console import OUT, say
from flows.terminal.errors import OUT_OF_DATE, Wrong, WrongUsage

MAX_SHOWN = 20
"""Maximum number of faults that are printed. Further faults are only counted."""


def address_in(text: str) -> str:
    """Return the address given by `--url`, with a slash at its end. Raise `typer.BadParameter` if it is invalid."""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise typer.BadParameter(f"{text!r} is not an address; expected one such as https://example.org/ai-job-market/")
    return text if text.endswith("/") else f"{text}/"


def digest_in(text: str) -> str:
    """Return the SHA-256 given by `--against`. Raise `typer.BadParameter` if it is invalid."""
    if not re.fullmatch("[0-9a-fA-F]{64}", text):
        raise typer.BadParameter(f"{text!r} is not a digest: expected 64 hexadecimal digits, as `release` prints them")
    return text.lower()


def release(
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Output folder; default: `release` in the data folder.")
    ] = None,
    url: Annotated[
        str | None,
        typer.Option("--url", parser=address_in, metavar="URL", help="Future address, for citations and links."),
    ] = None,
) -> None:
    """Make a release of the published figures and tables, for others to use and cite.

    The same published file gives the same bytes. Earlier releases stay at their dated paths; each names the digest of
    the release before it. DIR is replaced only if it is empty or holds nothing but a release.

    **Reads** market.duckdb and DIR. **Writes** DIR, at once or not at all.
    """
    from reports.guide.desk import NothingPublishedError
    from reports.release.build import make_release
    from reports.release.manifest import ReleaseError, refuse_inside
    from warehouse.database import SqlError
    from warehouse.publish.release_tables import open_published_file

    config = settings()
    folder = (out or config.data / "release").resolve()
    if not folder.name:
        raise WrongUsage(f"{folder} cannot hold a release; name another folder")
    if inside := next((place for place in config.own_folders if folder.is_relative_to(place)), None):
        raise WrongUsage(f"{folder} is inside {inside}, where runs replace or write files; choose another folder")
    try:
        refuse_inside(folder)
        with open_published_file(config.data) as con, hold_output(folder):
            result = make_release(con, folder, base_url=url or "")
    except (NothingPublishedError, ReleaseError) as error:
        raise Wrong(str(error)) from error
    except FileNotFoundError as error:
        raise WrongUsage(str(error)) from error
    except SqlError as error:
        raise Wrong(
            f"what is published cannot be released ({str(error).splitlines()[0]}); `jobmarket rebuild` publishes it "
            "again"
        ) from error
    if not result.is_new:
        say(f"release {result.release} is in {folder} already, byte for byte")
    say(
        f"release {result.release}: {result.n_figures:,} figures ({result.n_changed:,} changed), "
        f"{result.n_cells:,} cells, {result.n_files:,} files, {result.n_bytes / 1e6:,.1f} MB in {folder}"
    )
    for name, why in result.left_out.items():
        say(f"  left out: {name}: {why}")
    say(f"digest {result.sha256}")


def verify_release(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a release.")],
    against: Annotated[
        str | None,
        typer.Option("--against", parser=digest_in, metavar="DIGEST", help="Digest of this release, as you kept it."),
    ] = None,
) -> None:
    """Check each file of a release against its digest, and the chain of earlier releases.

    Anyone who rewrites every file can rewrite the digests and the chain too. Only a digest that you kept elsewhere
    reveals that: pass it with `--against`; it is checked before any other file is read.

    **Reads** DIR. **Writes** nothing. **Exit codes** 0: whole. 1: a file or the chain was changed.
    """
    from reports.release.manifest import find_faults, read_chain

    chain = read_chain(folder)
    n_faults = 0
    for n_faults, fault in enumerate(find_faults(folder, chain, against=against), start=1):
        if n_faults <= MAX_SHOWN:
            say(fault)
    if n_faults > MAX_SHOWN:
        OUT.print(f"{n_faults - MAX_SHOWN:,} more")
    if n_faults:
        raise Wrong(f"{folder}: {n_faults:,} fault{'s' * (n_faults != 1)}")
    newest, n_releases = chain.manifests[0], len(chain.manifests)
    say(
        f"release {newest['release']} is whole: {len(newest['files']):,} files, {n_releases:,} "
        f"release{'s' * (n_releases != 1)} in the chain, digest {chain.digest}"
    )
    if against is None:
        OUT.print(
            "Anyone who rewrites every file can rewrite the chain too. Keep this digest and pass it with --against."
        )


def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A text: Markdown, HTML or plain.")],
    all_numbers: Annotated[
        bool, typer.Option("--all", help="Also list numbers that are verified or tied to no figure.")
    ] = False,
) -> None:
    """Compare the numbers in a text with the published figures.

    A number gets a verdict only if it is tied to a figure: by markers around it, by a link (`[62%](figures/ID.json)`),
    or by the id in brackets after it in the same sentence (`62% of jobs ask for it [ID]`). All other numbers are
    unresolved, even if they equal a figure; `--all` lists them. A statement about an old figure is verified if it
    names the figure's date.

    **Reads** the text and market.duckdb. **Writes** nothing.

    **Exit codes** 0: all agree. 3: a number is contradicted or out of date.
    """
    from reports.guide.desk import NothingPublishedError
    from reports.guide.refresh import is_html_file
    from reports.verify import CONTRADICTED, NO_TIE, STALE, VERDICTS, VERIFIED, verify_text

    if file.is_dir() or not file.exists():
        raise WrongUsage(f"{file} is not a file; name a text: Markdown, HTML or plain")
    try:
        with open_published() as con:
            findings = verify_text(con, file.read_bytes(), is_html=is_html_file(file))
    except (OSError, NothingPublishedError) as error:
        raise WrongUsage(str(error)) from error
    for finding in findings:
        if all_numbers or (finding.verdict != VERIFIED and finding.says != NO_TIE):
            figure = f"{finding.figure}: " if finding.figure else ""
            line = f"{file}:{finding.line}: {finding.text!r}: {finding.verdict}: {figure}{finding.says}"
            say(line)
    counts = Counter(finding.verdict for finding in findings)
    OUT.print(", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS), highlight=False)
    if counts[CONTRADICTED] or counts[STALE]:
        raise typer.Exit(OUT_OF_DATE)


def mcp(
    url: Annotated[
        str | None,
        typer.Option("--url", parser=address_in, metavar="URL", help="Address of the release, for citations."),
    ] = None,
) -> None:
    """Serve the published figures to a language model (Model Context Protocol, stdin and stdout).

    A client starts it and ends it by closing its stdin; docs/mcp.md explains how to add it to a client. Its tools:
    list, get, compare, explain, verify, query. It reopens the file when a night has replaced it.

    **Reads** market.duckdb and DICTIONARY.md beside it. **Writes** only the protocol to stdout and its log to stderr.
    """
    import gc

    gc.disable()  # looking for garbage among what imports keep takes a fifth of the time to the first answer
    from flows.runtime.version import code_version
    from reports.mcp.server import make_server

    server = make_server(settings().data, version=code_version(), base_url=url or "")
    gc.freeze()
    gc.enable()
    server.run("stdio")
