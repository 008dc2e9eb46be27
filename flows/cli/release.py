"""The commands `release` and `verify-release`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from flows.cli.options import settings
from flows.runtime.lock import hold_output
from flows.terminal.console import OUT, say
from flows.terminal.errors import Wrong, WrongUsage

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
        raise WrongUsage(f"{folder} is inside {inside}, which runs replace or keep files in; choose another folder")
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
            f"what is published cannot be released ({str(error).splitlines()[0]}); if an earlier version published it, "
            "`jobmarket rebuild` publishes it again"
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
