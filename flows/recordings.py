"""Which recordings (WARC files) a backfill takes in, and of which source each is."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from extractors.archive import SUFFIX, Damaged, read_recorded
from extractors.source import source_of
from flows.errors import WrongUsage
from flows.progress import shown

LOG = logging.getLogger("jobmarket")


def recordings_by_source(paths: Sequence[Path]) -> dict[str, list[Path]]:
    """WARC files by the source whose endpoints their addresses fall under, each list in order of time.

    A folder stands for all WARC files in it. Files that no source reads, and files in which nothing is whole,
    are named in a warning and left alone. Raises `WrongUsage` for a path that is not there, when there is no
    WARC file at all, and when no source reads any of them.
    """
    files = [file for path in paths for file in _files(path)]
    if not files:
        raise WrongUsage(f"no {SUFFIX} file in {', '.join(map(str, paths))}; name WARC files or a folder of them")
    unreadable: dict[Path, str] = {}
    found: defaultdict[str, list[tuple[datetime, Path]]] = defaultdict(list)
    unknown: defaultdict[str, list[Path]] = defaultdict(list)
    for file in shown(files, total=len(files), what="looking through recordings"):
        names: dict[str, datetime] = {}
        damage, is_readable = "it holds no answer of a server", False
        for record in read_recorded(file):
            if isinstance(record, Damaged):
                damage = record.why
                continue
            is_readable = True
            module = source_of(record.url)
            if module is None:
                if file not in unknown[host := urlsplit(record.url).netloc]:
                    unknown[host].append(file)
                continue
            name = module.SOURCE.name
            names[name] = min(names.get(name, record.observed_at), record.observed_at)
        for name, time in names.items():
            found[name].append((time, file))
        if not is_readable:
            unreadable[file] = damage
    for host, unread in sorted(unknown.items()):
        LOG.warning("no source reads %s; left alone: %d files, first %s", host, len(unread), unread[0])
    if not found:
        file, why = next(iter(unreadable.items()), (files[0], "no source reads what it recorded"))
        raise WrongUsage(f"nothing to take in: {file}: {why}. WARC files ({SUFFIX}) of the sources expected")
    for file, why in unreadable.items():
        LOG.warning("%s is left alone: %s", file, why)
    return {name: [file for _, file in sorted(timed)] for name, timed in sorted(found.items())}


def _files(path: Path) -> list[Path]:
    if not path.exists():
        raise WrongUsage(f"{path} does not exist; a WARC file or a folder of them expected")
    return sorted(path.rglob(f"*{SUFFIX}")) if path.is_dir() else [path]
