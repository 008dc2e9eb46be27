"""Find the WARC files of a crawl: given files, files in folders, and files in listings."""

from __future__ import annotations

import gzip
import logging
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from flows.inputs.recordings import refuse_sample
from flows.terminal.errors import WrongUsage

LOG = logging.getLogger("jobmarket")

SUFFIXES = (".warc.gz", ".warc")
LISTINGS = (".paths.gz", ".paths")
"""Suffixes of Common Crawl's listings, which name the files of a crawl, one per line."""
PUBLISHED = "crawl-data/"
"""Start of a file's path at `ADDRESS`."""
ADDRESS = "https://data.commoncrawl.org/"


def crawl_files_in(paths: Sequence[Path], base: Path | None = None) -> dict[Path, str]:
    """Return the WARC files that the paths name, each once and in order, with their names in the archive: a file's
    public address if it is known.

    `base` is the folder of the files in listings. Only existing files of a listing are used; missing files are counted
    in a warning. Raises `WrongUsage` if a path does not exist or no WARC file is named, and `Wrong` for files of the
    sample.
    """
    if base is not None and not base.is_dir():
        raise WrongUsage(f"--base {base} is not a folder; name the folder with the files of the listing")
    files = dict({file.resolve(): (file, name) for path in paths for file, name in _files_of(path, base)}.values())
    if not files:
        names = ", ".join(map(str, paths))
        raise WrongUsage(f"no WARC file ({' or '.join(SUFFIXES)}) in {names}; name WARC files, folders or a listing")
    for file in files:
        if file.is_file():
            refuse_sample(file)
    return files


def _files_of(path: Path, base: Path | None) -> Iterator[tuple[Path, str]]:
    if not path.exists():
        raise WrongUsage(f"{path} does not exist; expected WARC files, folders of them or a listing (.paths.gz)")
    if path.is_dir():
        yield from (_name_file(file) for file in sorted(path.rglob("*")) if file.name.endswith(SUFFIXES))
    elif path.name.endswith(LISTINGS):
        yield from _list_files(path, base or path.parent)
    elif path.name.endswith(SUFFIXES):
        yield _name_file(path)
    else:
        raise WrongUsage(
            f"{path} is neither a WARC file ({' or '.join(SUFFIXES)}) nor a listing ({' or '.join(LISTINGS)})"
        )


def _name_file(path: Path) -> tuple[Path, str]:
    below = path.absolute().as_posix().partition(f"/{PUBLISHED}")[2]
    return path, f"{ADDRESS}{PUBLISHED}{below}" if below else path.name


def _list_files(listing: Path, base: Path) -> Iterator[tuple[Path, str]]:
    try:
        body = listing.read_bytes()
        lines = (gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body).decode("utf-8").split()
    except (gzip.BadGzipFile, zlib.error, EOFError, UnicodeDecodeError) as error:
        raise WrongUsage(f"{listing} cannot be read as a listing: {error}; get it again") from error
    other = next((line for line in lines if not line.endswith(SUFFIXES)), None)
    if other is not None or not lines:
        raise WrongUsage(
            f"{listing} lists {other or 'nothing'} instead of WARC files; expected the listing warc.paths.gz"
        )
    missing: list[str] = []
    for line in lines:
        places = (base / line, base / line.rpartition("/")[2])
        path = next((place for place in places if ".." not in line and place.is_file()), None)
        if path is None:
            missing.append(line)
        else:
            yield path, f"{ADDRESS}{line.lstrip('/')}" if line.lstrip("/").startswith(PUBLISHED) else line
    if missing:
        summary = f"{len(missing):,} of {len(lines):,} files of {listing.name} are not below {base}, first {missing[0]}"
        LOG.warning("%s; the others are read", summary)
