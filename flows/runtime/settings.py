"""Where a run keeps its files and how much of the machine it may use: read from the environment, once."""

from __future__ import annotations

import contextlib
import os
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from extractors.archive.index import ArchiveIndex
from flows.terminal.errors import WrongUsage

PROJECT = Path(__file__).parents[2]
_MEMORY = re.compile(r"(?=.*[1-9])\d+(?:\.\d+)? *[KMGT]i?B", re.I)
"""What DuckDB reads as a size; a limit of nothing is none."""
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
    def guide(self) -> Path:
        """The refreshed guide."""
        return self.folder / "guide.md"

    @property
    def page(self) -> Path:
        """The page beside it."""
        return self.folder / "site" / "index.html"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Paths and limits of one data folder.

    Environment: `JOBMARKET_DATA` (folder; default `data` in the project), `JOBMARKET_CONTACT` (mail address
    or URL that servers may write to; needed for live runs), `JOBMARKET_WORKERS` (refine processes),
    `JOBMARKET_MEMORY` (DuckDB's limit), `JOBMARKET_THREADS`.
    """

    data: Path
    contact: str | None = None
    workers: int = 2
    memory_limit: str = "4GB"
    threads: int = 2

    @property
    def archive(self) -> Path:
        """WARC files as fetched: `archive/<source>/<time>.warc.gz`."""
        return self.data / "archive"

    @property
    def refined(self) -> Path:
        """Parquet files made from them: `refined/<source>/<time>.parquet`."""
        return self.data / "refined"

    def held(self, source: str) -> ArchiveIndex:
        """What the archive holds of a source, for asking what changed; its index stands in `index/`."""
        return ArchiveIndex(self.archive / source, self.data / "index" / f"{source}.sqlite")

    @property
    def prefect_home(self) -> Path:
        """Prefect's database and logs."""
        return self.data / "prefect"

    def outputs(self, as_of: date | None = None) -> Outputs:
        """What stands published or, in a folder of its own so that it never replaces that, what stood on a past day."""
        return Outputs(folder=self.data / ASOF / as_of.isoformat() if as_of else self.data)

    @property
    def past_days(self) -> list[date]:
        """Days for which `jobmarket run --as-of` made a warehouse."""
        found = []
        for market in (self.data / ASOF).glob("*/market.duckdb"):
            with contextlib.suppress(ValueError):
                found.append(date.fromisoformat(market.parent.name))
        return sorted(found)


def settings() -> Settings:
    """The settings of this process. Raises `WrongUsage` that names a setting that makes no sense, and its remedy."""
    data = Path(os.environ.get("JOBMARKET_DATA") or PROJECT / "data").resolve()
    if data.exists() and not data.is_dir():
        raise WrongUsage(f"JOBMARKET_DATA={data} is no folder; name one, it is made when it is not there")
    cores = os.cpu_count() or 1
    return Settings(
        data=data,
        contact=os.environ.get("JOBMARKET_CONTACT") or None,
        workers=_count("JOBMARKET_WORKERS", cores),
        memory_limit=_memory("JOBMARKET_MEMORY", "4GB"),
        threads=_count("JOBMARKET_THREADS", cores),
    )


def _count(name: str, usual: int) -> int:
    said = os.environ.get(name, "").strip()
    if said and not (said.isascii() and said.isdigit() and int(said) > 0):
        raise WrongUsage(f"{name}={said}: a whole number from 1 expected, for example export {name}={usual}")
    return int(said or usual)


def _memory(name: str, usual: str) -> str:
    said = os.environ.get(name, "").strip()
    if said and not _MEMORY.fullmatch(said):
        raise WrongUsage(f"{name}={said}: a number with KB, MB, GB or TB expected, for example export {name}={usual}")
    return said or usual


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
