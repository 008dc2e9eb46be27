"""The settings of a command and the paths of its data folder. `settings_declared` declares all settings."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import Field

from flows.runtime.settings_declared import PROCESSES, SETTINGS, DeclaredSettings, Value, check_values
from flows.runtime.settings_file import read_settings
from flows.terminal.errors import WrongUsage

if TYPE_CHECKING:  # slow imports that most commands do not need
    from extractors.archive.index import ArchiveIndex
    from extractors.archive.store import Store

COMMAND_LINE = "command line"
"""Prefix of the origin of settings that were given as command-line options."""
ASOF = "asof"
"""Name of the folder in the data folder for what `jobmarket run --as-of` makes, by day."""
KIND = "kind"
"""Name of the file in the data folder that says whether the folder holds the synthetic sample or real data."""


class Outputs(NamedTuple):
    """Paths of what a run publishes."""

    folder: Path
    """The folder of all these files and of work.duckdb."""
    market: Path
    """The warehouse that people open."""
    dictionary: Path
    """Description of the warehouse's tables and columns, with row counts."""
    guide: Path
    lists: Path
    """The exact lists behind the guide."""
    site: Path
    page: Path
    """First page of the site."""


class Settings(DeclaredSettings):
    """The settings of a command, and the paths derived from them. `origins` says where each setting comes from."""

    origins: Mapping[str, str] = Field(default_factory=dict, exclude=True, repr=False)

    @property
    def archive(self) -> Store:
        """Store of the WARC files as fetched: `archive/<source>/<time>.warc.gz`."""
        return self._store("archive", self.archive_folder)

    @property
    def refined(self) -> Store:
        """Store of the Parquet files made from the archive: `refined/<source>/<time>.parquet`."""
        return self._store("refined", self.refined_folder)

    def _store(self, name: str, place: Path | str | None) -> Store:
        from extractors.archive.store import store_at  # noqa: PLC0415  # slow

        if isinstance(place, str):
            return store_at(self.data / "copies" / name, place, self.data / "outbox" / name)
        return store_at(place or self.data / name, None, None)

    @property
    def cluster(self) -> str | None:
        """Address of the Dask scheduler for refining, or None for processes on this machine."""
        return None if self.pool == PROCESSES else self.pool

    def archive_index(self, source: str) -> ArchiveIndex:
        """Open the index of a source's archive files (in `index/`), for conditional requests."""
        from extractors.archive.index import ArchiveIndex  # noqa: PLC0415  # slow

        store = self.archive
        return ArchiveIndex(store.folder / source, self.data / "index" / f"{source}.sqlite", store)

    @property
    def prefect_home(self) -> Path:
        """Folder with Prefect's database and logs."""
        return self.data / "prefect"

    @property
    def own_folders(self) -> list[Path]:
        """Folders that runs replace or write to, where other files would not be safe."""
        named = (self.archive.folder, self.refined.folder, self.outputs().site, self.prefect_home)
        others = (self.data / name for name in ("index", "copies", "outbox", "tmp", ASOF))
        return [path.resolve() for path in (*named, *others)]

    def outputs(self, as_of: date | None = None) -> Outputs:
        """Return the paths of the published files. Each past day has its own folder."""
        folder = self.data / ASOF / as_of.isoformat() if as_of else self.data
        files = ("market.duckdb", "DICTIONARY.md", "guide.md", "guide_lists.md", "site", "site/index.html")
        return Outputs(folder, *(folder / name for name in files))

    @property
    def past_days(self) -> list[date]:
        """Days for which `jobmarket run --as-of` made a warehouse."""
        days = []
        for market in (self.data / ASOF).glob("*/market.duckdb"):
            with contextlib.suppress(ValueError):
                days.append(date.fromisoformat(market.parent.name))
        return sorted(days)


def settings(**options: Any) -> Settings:
    """Return the settings of this command. `options` are the values given on the command line; None for an option not
    given.

    Raises `WrongUsage`, which says for each invalid setting where it was set and what is expected.
    """
    values, problems = find_values(options)
    if problems:
        raise WrongUsage("\n".join(problems))
    return _settings_of(values)


def usable_settings() -> Settings:
    """Return the valid settings, with defaults in place of invalid ones, so that the invalid settings can be
    reported."""
    return _settings_of(find_values({})[0])


def _settings_of(values: Mapping[str, Value]) -> Settings:
    origins = {name: value.origin for name, value in values.items()}
    return Settings(**{name: value.value for name, value in values.items()}, origins=origins)


def find_values(options: Mapping[str, Any]) -> tuple[dict[str, Value], list[str]]:
    """Return the value of every setting by name, and a message for each invalid setting.

    Options take precedence over environment variables, and variables over the file.
    """
    given: dict[str, Value] = {}
    written: dict[str, Any] = {}
    for name, setting in SETTINGS.items():
        if options.get(name) not in (None, []):
            written[name] = options[name]
            given[name] = Value(options[name], f"{COMMAND_LINE} {setting.option.split()[0]}")
        elif text := os.environ.get(setting.environment, "").strip():
            written[name] = text
            given[name] = Value(_from_text(text, setting.example), f"environment {setting.environment}")
    overrides, wrong = check_values(given, Path())
    problems = [SETTINGS[name].refuse(written[name], partial(_write, given[name].origin)) for name in wrong]
    values = {name: Value(value) for name, value in DeclaredSettings()}
    data = overrides.get("data", values["data"])
    overrides["data"] = data._replace(value=data.value.resolve())
    in_file, wrong_in_file = read_settings(overrides["data"].value)
    values |= in_file | overrides
    if values["sources_on"].origin.startswith(COMMAND_LINE):  # an option overrides the file's sources.off
        values["sources_off"] = Value((), values["sources_on"].origin)
    return values, problems + wrong_in_file


def _from_text(text: str, like: Any) -> Any:
    """Convert the text of an environment variable to the type of `like`, an example of the value in the settings
    file."""
    if isinstance(like, list):
        separator = os.pathsep if isinstance(like[0], Path) else ","
        return [part.strip() for part in text.split(separator) if part.strip()]
    if isinstance(like, dict):
        pairs = (part.partition("=") for part in text.split(",") if part.strip())
        return {source.strip(): _number_in(number) for source, _, number in pairs}
    return _number_in(text) if isinstance(like, int) else text


def _number_in(text: str) -> int | float | str:
    for kind in (int, float):
        with contextlib.suppress(ValueError):
            return kind(text)
    return text


def _write(origin: str, value: Any) -> str:
    if isinstance(value, dict):
        value = [f"{source}={number}" for source, number in value.items()]
    text = ",".join(map(str, value)) if isinstance(value, list) else str(value)
    name = origin.rpartition(" ")[2]
    return f"{name} {text}" if origin.startswith(COMMAND_LINE) else f"{name}={text}"
