"""Find the recordings (WARC files) of a backfill, and the source of each."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from extractors.archive.reader import (
    SUFFIX,
    DamagedRecord,
    RecordedAnswer,
    RevisitedAnswer,
    is_synthetic,
    read_recorded,
)
from extractors.source import all_sources, source_of
from flows.terminal.errors import Wrong, WrongUsage
from flows.terminal.progress import show_progress

LOG = logging.getLogger("jobmarket")


UNKNOWN = "unknown"
"""Used as the source of a recording whose path names no source."""


@dataclass(frozen=True, kw_only=True)
class Recordings:
    """WARC files to take in.

    `by_source` has the files by the source of their addresses, in order of time. `unreadable` has each file without
    a complete record and the reason, by the source that its path names, or else by `UNKNOWN`.
    """

    by_source: Mapping[str, Sequence[Path]]
    unreadable: Mapping[str, Mapping[Path, str]]

    def of(self, names: Collection[str]) -> Recordings:
        """Return the recordings of some sources, with the unreadable files of these sources and of unknown source."""
        return Recordings(
            by_source={name: files for name, files in self.by_source.items() if name in names},
            unreadable={name: files for name, files in self.unreadable.items() if name in (*names, UNKNOWN)},
        )


def recordings_in(paths: Sequence[Path]) -> Recordings:
    """Return the recordings that the paths name; a folder stands for all WARC files in it.

    Files that no source reads are named in a warning and ignored. Raises `WrongUsage` if a path does not exist, if
    there is no WARC file, or if no source reads any of them. Raises `Wrong` for files of the sample.
    """
    files = [file for path in paths for file in _list_files(path)]
    if not files:
        raise WrongUsage(f"no {SUFFIX} file in {', '.join(map(str, paths))}; name WARC files or a folder of them")
    unreadable: defaultdict[str, dict[Path, str]] = defaultdict(dict)
    recordings: defaultdict[str, list[tuple[datetime, Path]]] = defaultdict(list)
    unknown: defaultdict[str, list[Path]] = defaultdict(list)
    for file in show_progress(files, total=len(files), what="looking through recordings"):
        first_times, unknown_hosts, damage = _look_into(file)
        for name, time in first_times.items():
            recordings[name].append((time, file))
        for host in unknown_hosts:
            unknown[host].append(file)
        if first_times or unknown_hosts:
            refuse_sample(file)
        else:
            unreadable[_find_named_source(file)][file] = damage
    for host, unread in sorted(unknown.items()):
        LOG.warning("no source reads %s; ignored: %d files, first %s", host, len(unread), unread[0])
    if not recordings:
        pairs = [pair for of_source in unreadable.values() for pair in of_source.items()]
        file, why = next(iter(pairs), (files[0], "no source reads what it recorded"))
        raise WrongUsage(f"nothing to take in: {file}: {why}. Expected WARC files ({SUFFIX}) of the sources")
    by_source = {name: [file for _, file in sorted(entries)] for name, entries in sorted(recordings.items())}
    return Recordings(by_source=by_source, unreadable=unreadable)


def _look_into(file: Path) -> tuple[dict[str, datetime], Collection[str], str]:
    """Return the time of the first record of each source, the hosts that no source reads, and the file's damage.

    If both collections are empty, the damage is the reason.
    """
    first_times: dict[str, datetime] = {}
    unknown_hosts: dict[str, None] = {}
    damage = "it holds no answer of a server"
    try:
        for record in read_recorded(file):
            if isinstance(record, DamagedRecord):
                damage = record.why
            elif module := source_of(record.url):
                name = module.SOURCE.name
                first_times[name] = min(first_times.get(name, record.observed_at), record.observed_at)
            else:
                unknown_hosts[_host_of(record)] = None
    except OSError as error:
        damage = error.strerror or str(error)
    return first_times, unknown_hosts, damage


def refuse_sample(file: Path) -> None:
    """Raise `Wrong` for a recording of the synthetic sample: invented data must not mix with real data."""
    if is_synthetic(file):
        raise Wrong(
            f"{file} holds sample data (synthetic), which real data must not be mixed with; leave it out, or set "
            "JOBMARKET_DATA to a folder for the sample and use `jobmarket run --sample`"
        )


def _host_of(record: RecordedAnswer | RevisitedAnswer) -> str:
    try:
        return urlsplit(record.url).netloc
    except ValueError:  # the address may contain secrets
        return f"the address of record {record.record}, which cannot be parsed"


def _find_named_source(file: Path) -> str:
    names = (file.parent.name, file.name.partition(".")[0])
    return next((name for name in names if name in all_sources()), UNKNOWN)


def _list_files(path: Path) -> list[Path]:
    if not path.exists() and not path.is_symlink():
        raise WrongUsage(f"{path} does not exist; expected a WARC file or a folder of them")
    return sorted(path.rglob(f"*{SUFFIX}")) if path.is_dir() else [path]
