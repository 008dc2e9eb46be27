"""The settings of a command and the paths of its data folder. `settings_declared` says what settings there are."""

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

if TYPE_CHECKING:  # reading archives takes longer to import than all else that a command needs of this module
    from extractors.archive.index import ArchiveIndex
    from extractors.archive.store import Store

COMMAND_LINE = "command line"
"""How the origin of a setting begins that an option gives."""
ASOF = "asof"
"""Folder in the data folder for what `jobmarket run --as-of` makes, by day."""
KIND = "kind"
"""File in the data folder that says whether it holds the synthetic sample or real data."""


class Outputs(NamedTuple):
    """What a run publishes."""

    folder: Path
    """Where it is, and the working database that it is published from."""
    market: Path
    """The warehouse people open."""
    dictionary: Path
    """What stands in the warehouse, with its rows: whoever takes the one takes the other."""
    guide: Path
    """The refreshed guide."""
    site: Path
    """The site beside it."""
    page: Path
    """Its first page."""


class Settings(DeclaredSettings):
    """The settings of a command and the paths that follow. `origins` says of each setting where it comes from."""

    origins: Mapping[str, str] = Field(default_factory=dict, exclude=True, repr=False)

    @property
    def archive(self) -> Store:
        """WARC files as fetched: `archive/<source>/<time>.warc.gz`."""
        return self._store("archive", self.archive_folder)

    @property
    def refined(self) -> Store:
        """Parquet files made from them: `refined/<source>/<time>.parquet`."""
        return self._store("refined", self.refined_folder)

    def _store(self, name: str, place: Path | str | None) -> Store:
        """The files of a kind. Of those at an address, copies stand in `copies/`, and new ones in `outbox/`."""
        from extractors.archive.store import store_at  # noqa: PLC0415  # see above

        if isinstance(place, str):
            return store_at(self.data / "copies" / name, place, self.data / "outbox" / name)
        return store_at(place or self.data / name, None, None)

    @property
    def cluster(self) -> str | None:
        """The Dask scheduler whose workers refine, by its address; None: processes here."""
        return None if self.pool == PROCESSES else self.pool

    def archive_index(self, source: str) -> ArchiveIndex:
        """What the archive holds of a source, for asking what changed; its index stands in `index/`."""
        from extractors.archive.index import ArchiveIndex  # noqa: PLC0415  # see above

        store = self.archive
        return ArchiveIndex(store.folder / source, self.data / "index" / f"{source}.sqlite", store)

    @property
    def prefect_home(self) -> Path:
        """Prefect's database and logs."""
        return self.data / "prefect"

    @property
    def own_folders(self) -> list[Path]:
        """Folders that runs replace, or keep files of their own in: nothing else is safe there."""
        named = (self.archive.folder, self.refined.folder, self.outputs().site, self.prefect_home)
        others = (self.data / name for name in ("index", "copies", "outbox", "tmp", ASOF))
        return [path.resolve() for path in (*named, *others)]

    def outputs(self, as_of: date | None = None) -> Outputs:
        """What stands published or, in a folder of its own so that it never replaces that, what stood on a past day."""
        folder = self.data / ASOF / as_of.isoformat() if as_of else self.data
        files = ("market.duckdb", "DICTIONARY.md", "guide.md", "site", "site/index.html")
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
    """The settings of this command; `options` are those given on its command line, None for one that was not given.

    Raises `WrongUsage` that names each setting that makes no sense, where it stands, and what is expected.
    """
    values, problems = find_values(options)
    if problems:
        raise WrongUsage("\n".join(problems))
    return _settings_of(values)


def usable_settings() -> Settings:
    """Those settings that make sense, the others with their defaults: for telling that some do not."""
    return _settings_of(find_values({})[0])


def _settings_of(values: Mapping[str, Value]) -> Settings:
    origins = {name: value.origin for name, value in values.items()}
    return Settings(**{name: value.value for name, value in values.items()}, origins=origins)


def find_values(options: Mapping[str, Any]) -> tuple[dict[str, Value], list[str]]:
    """The value of every setting by its name, and all that is wrong. Options win over the environment over the file."""
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
    if values["sources_on"].origin.startswith(COMMAND_LINE):  # who names a source means it, whatever the file says
        values["sources_off"] = Value((), values["sources_on"].origin)
    return values, problems + wrong_in_file


def _from_text(text: str, like: Any) -> Any:
    """What the file would have for the text of a variable, of the kind of another value."""
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
    """A value as the option or the variable of an origin has it."""
    if isinstance(value, dict):
        value = [f"{source}={number}" for source, number in value.items()]
    text = ",".join(map(str, value)) if isinstance(value, list) else str(value)
    name = origin.rpartition(" ")[2]
    return f"{name} {text}" if origin.startswith(COMMAND_LINE) else f"{name}={text}"
