"""Which WARC files of a crawl are looked through: those named, those of folders, and those of listings."""

from __future__ import annotations

import gzip
import logging
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from flows.inputs.recordings import refuse_sample
from flows.terminal.errors import WrongUsage

LOG = logging.getLogger("jobmarket")

SUFFIXES = (".warc.gz", ".warc")
LISTINGS = (".paths.gz", ".paths")
"""How listings end in which Common Crawl names the files of a crawl, one a line."""
PUBLISHED = "crawl-data/"
"""Begins the path of a file below `ADDRESS`."""
ADDRESS = "https://data.commoncrawl.org/"


class CrawlFile(NamedTuple):
    """A WARC file, and how the archive names it: by its public address where that is known."""

    path: Path
    name: str


def crawl_files_in(paths: Sequence[Path], base: Path | None = None) -> list[CrawlFile]:
    """The WARC files that paths name, each once, in order; `base` is where files of listings are.

    Of a listing those files count that are there; how many are not is said. Raises `WrongUsage` for a path that is not
    there, or names no WARC file, and `Wrong` for the sample's.
    """
    if base is not None and not base.is_dir():
        raise WrongUsage(f"--base {base} is no folder; the one that holds the files of the listing expected")
    files = {file.path.resolve(): file for path in paths for file in _files_of(path, base)}
    if not files:
        names = ", ".join(map(str, paths))
        raise WrongUsage(f"no WARC file ({' or '.join(SUFFIXES)}) in {names}; name WARC files, folders or a listing")
    for file in files:
        if file.is_file():
            refuse_sample(file)
    return list(files.values())


def _files_of(path: Path, base: Path | None) -> Iterator[CrawlFile]:
    if not path.exists():
        raise WrongUsage(f"{path} does not exist; WARC files, folders of them or a listing (.paths.gz) expected")
    if path.is_dir():
        yield from (_name_file(file) for file in sorted(path.rglob("*")) if file.name.endswith(SUFFIXES))
    elif path.name.endswith(LISTINGS):
        yield from _list_files(path, base or path.parent)
    elif path.name.endswith(SUFFIXES):
        yield _name_file(path)
    else:
        raise WrongUsage(f"{path} is no WARC file ({' or '.join(SUFFIXES)}) and no listing ({' or '.join(LISTINGS)})")


def _name_file(path: Path) -> CrawlFile:
    below = path.absolute().as_posix().partition(f"/{PUBLISHED}")[2]
    return CrawlFile(path, f"{ADDRESS}{PUBLISHED}{below}" if below else path.name)


def _list_files(listing: Path, base: Path) -> Iterator[CrawlFile]:
    """The files of a listing that are below the base, by their path in it or by their name alone."""
    try:
        body = listing.read_bytes()
        lines = (gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body).decode("utf-8").split()
    except (gzip.BadGzipFile, zlib.error, EOFError, UnicodeDecodeError) as error:
        raise WrongUsage(f"{listing} cannot be read as a listing: {error}; get it again") from error
    other = next((line for line in lines if not line.endswith(SUFFIXES)), None)
    if other is not None or not lines:
        raise WrongUsage(f"{listing} lists {other or 'nothing'}, no WARC files; the one called warc.paths.gz expected")
    missing: list[str] = []
    for line in lines:
        places = (base / line, base / line.rpartition("/")[2])
        path = next((place for place in places if ".." not in line and place.is_file()), None)
        if path is None:
            missing.append(line)
        else:
            yield CrawlFile(path, f"{ADDRESS}{line.lstrip('/')}" if line.lstrip("/").startswith(PUBLISHED) else line)
    if missing:
        summary = f"{len(missing):,} of {len(lines):,} files of {listing.name} are not below {base}, first {missing[0]}"
        LOG.warning("%s; those that are there are looked through", summary)
