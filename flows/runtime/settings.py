"""The settings of a command and the paths of its data folder. `settings_declared` says what settings there are."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from flows.runtime.secret import HIDDEN, Secret
from flows.runtime.settings_declared import OBEY, PROCESSES, SETTINGS, Setting, is_hidden
from flows.runtime.settings_file import expect, read_settings
from flows.terminal.errors import WrongUsage
from transforms.depth import ALL_PERCENT

if TYPE_CHECKING:  # reading archives takes longer to import than all else that a command needs of this module
    from extractors.archive.index import ArchiveIndex
    from extractors.archive.store import Store

COMMAND_LINE = "command line"
"""How the origin of a setting begins that an option gives."""
ASOF = "asof"
"""Folder in the data folder for what `jobmarket run --as-of` makes, by day."""
KIND = "kind"
"""File in the data folder that says whether it holds the synthetic sample or real data."""


@dataclass(frozen=True, kw_only=True)
class Outputs:
    """What a run publishes, and the working database it is published from."""

    folder: Path

    @property
    def market(self) -> Path:
        """The warehouse people open."""
        return self.folder / "market.duckdb"

    @property
    def dictionary(self) -> Path:
        """What stands in the warehouse, with its rows: whoever takes the one takes the other."""
        return self.folder / "DICTIONARY.md"

    @property
    def guide(self) -> Path:
        """The refreshed guide."""
        return self.folder / "guide.md"

    @property
    def site(self) -> Path:
        """The site beside it."""
        return self.folder / "site"

    @property
    def page(self) -> Path:
        """Its first page."""
        return self.site / "index.html"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of a command, each declared with its meaning in `settings_declared`, and the paths that follow.

    `origins` says of each where it comes from.
    """

    data: Path
    contact: str | None = None
    guides: tuple[Path, ...] = ()
    revise: str = "monthly"
    sources_on: tuple[str, ...] = ()
    sources_off: tuple[str, ...] = ()
    archive_folder: Path | str | None = None
    refined_folder: Path | str | None = None
    workers: int = 2
    pool: str = PROCESSES
    memory_limit: str = "4GB"
    threads: int = 2
    board_not_found: int = 2
    board_requests: int | None = None
    requests: Mapping[str, int] = field(default_factory=dict, hash=False)
    pause: Mapping[str, float] = field(default_factory=dict, hash=False)
    read_percent: int = ALL_PERCENT
    content_signals: str = OBEY
    webhook: Secret | None = None
    heartbeat: Secret | None = None
    heartbeat_method: str = "GET"
    mail_to: tuple[str, ...] = ()
    mail_from: str | None = None
    mail_host: str | None = None
    mail_tls: str = "starttls"
    mail_port: int | None = None
    mail_user: str | None = None
    mail_password_file: Path | None = None
    cron: str = "0 2 * * *"
    timezone: str = "UTC"
    port: int = 4200
    origins: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)

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
        return Outputs(folder=self.data / ASOF / as_of.isoformat() if as_of else self.data)

    @property
    def past_days(self) -> list[date]:
        """Days for which `jobmarket run --as-of` made a warehouse."""
        days = []
        for market in (self.data / ASOF).glob("*/market.duckdb"):
            with contextlib.suppress(ValueError):
                days.append(date.fromisoformat(market.parent.name))
        return sorted(days)


class Value(NamedTuple):
    """The value of a setting and where it comes from: "default", a line of the file, a variable, an option."""

    value: Any
    origin: str = "default"


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
    values = {setting.name: Value(setting.default()) for setting in SETTINGS}
    overrides = {setting.name: value for setting in SETTINGS if (value := _find_given(setting, options)) is not None}
    problems = [value for value in overrides.values() if isinstance(value, str)]
    data = overrides.get("data", values["data"])
    if isinstance(data, Value):
        folder = data.value.resolve()
        overrides["data"] = Value(folder, data.origin)
        if folder.exists() and not folder.is_dir():
            problems.append(f"JOBMARKET_DATA={folder} is no folder; name one, it is made when it is not there")
        else:
            entries, in_file = read_settings(folder)
            problems += in_file
            values |= {entry.setting.name: Value(entry.value, entry.where) for entry in entries}
    values |= {name: value for name, value in overrides.items() if isinstance(value, Value)}
    if values["sources_on"].origin.startswith(COMMAND_LINE):  # who names a source means it, whatever the file says
        values["sources_off"] = Value((), values["sources_on"].origin)
    return values, problems


def _find_given(setting: Setting, options: Mapping[str, Any]) -> Value | str | None:
    """A setting as an option or the environment gives it, what is wrong with it, or None where neither does."""
    if options.get(setting.name) not in (None, []):
        value, origin = options[setting.name], f"{COMMAND_LINE} {setting.option}"
        words = f"{setting.option} {value}"
        example = f"{setting.option} {setting.example}"
    elif (text := os.environ.get(setting.environment, "")).strip():
        value, origin = setting.kind.from_text(text), f"environment {setting.environment}"
        words = f"{setting.environment}={HIDDEN if is_hidden(setting, text) else text.strip()}"
        example = f"export {setting.environment}={setting.example}"
    else:
        return None
    try:
        return Value(setting.kind.parse(value, Path()), origin)
    except ValueError:
        return expect(setting, words, example)


def prepare_prefect(config: Settings) -> None:
    """Set Prefect's environment. Must run before Prefect is imported, which reads it then."""
    config.prefect_home.mkdir(parents=True, exist_ok=True)
    defaults = {
        "PREFECT_HOME": str(config.prefect_home),
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",  # 12-20 s are usual on two busy cores
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_LOGGING_EXTRA_LOGGERS": "jobmarket",
        "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",  # what is said before and after the flow
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, value)
