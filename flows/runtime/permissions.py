"""Which sources a night asks, according to settings, keys in the environment, and recorded permissions.

Permissions are tables of `permissions.toml` in the data folder, one for each source:

    [smartrecruiters]
    why = "Written permission of 2026-11-02 by the platform, filed under L-114"
    by = "A. Operator"
    on = 2026-11-03
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from extractors.archive.reader import SUFFIX
from extractors.boards import boards_of
from extractors.source import all_sources
from extractors.source_list import declared_sources
from extractors.sources.declaration import Source
from flows.runs import jsonl
from flows.runtime.settings import COMMAND_LINE, Settings
from flows.terminal.errors import WrongUsage, suggest
from warehouse.publish import atomic_files
from warehouse.tables import Sources

PERMISSIONS = "permissions.toml"
"""Name of the file with permissions in the data folder."""
ACCEPTED = "accepted.txt"
"""Name of the file in the data folder with a line for each archive file that a person accepted, and the day."""


class Permission(BaseModel):
    """Why a source may be read although its terms or robots.txt forbid it, who says so, and since which day."""

    model_config = ConfigDict(
        frozen=True, strict=True, extra="forbid", str_strip_whitespace=True, str_min_length=1, defer_build=True
    )
    why: str
    by: str
    on: date


def read_permissions(data: Path) -> dict[str, Permission]:
    """Return the recorded permissions, by source. Raise `WrongUsage`, which names file and error, for an invalid
    file."""
    path = data / PERMISSIONS
    if not path.exists():
        return {}
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WrongUsage(f"{path} is not a TOML file: {error}") from error
    return {name: _parse_permission(path, name, table) for name, table in tables.items()}


def _parse_permission(path: Path, name: str, table: object) -> Permission:
    example = f'[{name}] with why = "…", by = "…" and on = {date(2026, 11, 3)}'
    names = [name for name, module in all_sources().items() if module.SOURCE.access == "consent"]
    if name not in names:
        raise WrongUsage(f"{path}: {name} needs no permission; sources that do: {', '.join(names) or 'none'}")
    try:
        permission = Permission.model_validate(table)
    except ValidationError as error:
        raise WrongUsage(f"{path}: expected {example}") from error
    if permission.on > date.today():
        raise WrongUsage(
            f"{path}: [{name}] on = {permission.on} is in the future; a permission counts only from that date"
        )
    return permission


def read_accepted(data: Path, until: date | None = None) -> frozenset[str]:
    """Return the archive files that a person accepted although they differ from the history of their source (`run
    --accept`).

    Files accepted after the day `until` (UTC) are left out. An unreadable line is reported and skipped.
    """
    return frozenset(warc for warc, day in _read_days_of_acceptance(data).items() if until is None or day <= until)


def accept(data: Path, files: Iterable[str]) -> None:
    """Record that these archive files may be loaded from today on, even if they differ from the history of their
    source."""
    days = dict.fromkeys(files, datetime.now(UTC).date()) | _read_days_of_acceptance(data)
    content = "".join(f"{day} {warc}\n" for warc, day in sorted(days.items()))
    atomic_files.commit([atomic_files.stage(data / ACCEPTED, content.encode())])


def _read_days_of_acceptance(data: Path) -> dict[str, date]:
    days: dict[str, date] = {}
    for warc, day in jsonl.read(data / ACCEPTED, _parse_acceptance, keeps=True):
        days[warc] = min(day, days.get(warc, day))
    return days


def _parse_acceptance(line: bytes) -> tuple[str, date]:
    *words, warc = line.decode("utf-8-sig").split()
    try:
        day = date.fromisoformat(*words) if words else date.min
        if not warc.endswith(SUFFIX):
            raise ValueError(warc)
    except (ValueError, TypeError) as error:
        example = "2026-11-03 lever/2026-11-02T020000Z.warc.gz"
        raise ValueError(f"expected a day and an archive file, such as {example}") from error
    return warc, day


def check_source_names(names: Iterable[str], origin: str = COMMAND_LINE) -> tuple[str, ...]:
    """Return the names if all are sources. Raise `WrongUsage`, which says where the name was set, for an unknown
    name."""
    sources = tuple(all_sources())
    for name in names:
        if name not in sources:
            where = "" if origin.startswith(COMMAND_LINE) else f"{origin}: "
            hint = suggest(name, sources) or f"; there are {', '.join(sources)}"
            raise WrongUsage(f"{where}unknown source {name}{hint}")
    return tuple(names)


def choose_sources(config: Settings) -> tuple[str, ...]:
    """Return the sources that options and settings turn on. Raise `WrongUsage` for an unknown name."""
    read_sources(config)
    turned_on = check_source_names(config.sources_on, config.origins.get("sources_on", COMMAND_LINE))
    turned_off = check_source_names(config.sources_off, config.origins.get("sources_off", COMMAND_LINE))
    return tuple(name for name in turned_on or all_sources() if name not in turned_off)


def read_sources(config: Settings) -> list[Sources]:
    """Return the rows of core.sources, with what the setting `sources.allow` allows.

    Raise `WrongUsage` for an unknown name, and for a source whose use is not restricted.
    """
    origin = config.origins.get("sources_allow", COMMAND_LINE)
    for name in check_source_names(config.sources_allow, origin):
        if all_sources()[name].SOURCE.restriction is None:
            choices = ", ".join(other for other, one in all_sources().items() if one.SOURCE.restriction)
            raise WrongUsage(f"{origin}: sources.allow: {name} has no restriction; these have one: {choices}")
    return declared_sources(config.sources_allow)


def why_turned_off(config: Settings, name: str) -> str | None:
    """Return the setting that turns a source off, in words; None if no setting does."""
    if name in config.sources_off:
        return f"turned off by sources.off ({config.origins.get('sources_off', 'default')})"
    if config.sources_on and name not in config.sources_on:
        return f"not named by sources.on ({config.origins.get('sources_on', 'default')})"
    return None


def why_past_last_day(source: Source, day: date) -> str | None:
    """Return why a source is no longer asked on `day`; None if it may still be asked."""
    if source.asked_until is None or day <= source.asked_until:
        return None
    return f"not asked after {source.asked_until}, by what its publisher announced: see extractors/SOURCES.md"


def why_off(source: Source, data: Path, in_store: Collection[str] = ()) -> str | None:
    """Return why a night does not ask a source, and what would turn it on; None if the night asks it.

    `in_store` are the sources with boards in the store; boards.csv may have boards of other sources.
    """
    if why := why_past_last_day(source, datetime.now(UTC).date()):
        return why
    if source.is_bulk:
        how = "jobmarket backfill FILE" if source.file_url else "jobmarket crawl PATHS"
        return f"a bulk source, read from files that a person provides: {how}"
    if source.access == "file":
        return "reads files that a person provides: jobmarket backfill FILE --mapping MAPPING"
    missing = [name for name in source.keys if not os.environ.get(name)]
    if source.access == "consent" and source.name not in read_permissions(data):
        return f"needs permission on record: a table [{source.name}] in {PERMISSIONS} of the data folder"
    if missing:
        return f"needs a key: set {', '.join(missing)}"
    if source.boards and source.name not in in_store and not boards_of(source.name):
        return "none of its boards is known: add one to extractors/boards.csv, or use jobmarket boards import FILE"
    return None
