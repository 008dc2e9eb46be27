"""Where a run keeps its files and how much of the machine it may use: read from the environment, once."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).parent.parent


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

    @property
    def prefect_home(self) -> Path:
        """Prefect's database and logs."""
        return self.data / "prefect"


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


def settings() -> Settings:
    """The settings of this process."""
    env = os.environ
    cores = os.cpu_count() or 1
    return Settings(
        data=Path(env.get("JOBMARKET_DATA") or PROJECT / "data").resolve(),
        contact=env.get("JOBMARKET_CONTACT") or None,
        workers=int(env.get("JOBMARKET_WORKERS") or cores),
        memory_limit=env.get("JOBMARKET_MEMORY") or "4GB",
        threads=int(env.get("JOBMARKET_THREADS") or cores),
    )


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
