"""The tests' own surroundings: nobody's settings, nobody's Prefect, no telemetry; and how processes share the tests."""

from __future__ import annotations

import gc
import hashlib
import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from hypothesis import settings

for name in [name for name in os.environ if name.startswith(("JOBMARKET_", "PREFECT_"))]:
    del os.environ[name]
for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):  # servers of tests are on loopback
    for variable in (name, name.upper()):
        os.environ.pop(variable, None)
for name in ("COLUMNS", "LINES", "FORCE_COLOR", "NO_COLOR"):  # pytest-xdist gives its processes 80 columns
    os.environ.pop(name, None)

# What tests write lies in memory where there is room (a whole run has held half a gigabyte): no test waits for a disk.
MEMORY = Path("/dev/shm")
if (
    MEMORY.is_dir()
    and os.access(MEMORY, os.W_OK)
    and not os.statvfs(MEMORY).f_flag & os.ST_NOEXEC  # tests make commands of their own
    and shutil.disk_usage(MEMORY).free > 2 * 2**30
):
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))

# Both libraries read these when they are imported, which test modules do on being collected.
PREFECT = tempfile.TemporaryDirectory(prefix="prefect-of-tests-", dir=os.environ.get("PYTEST_DEBUG_TEMPROOT"))
os.environ.update(
    PREFECT_HOME=PREFECT.name,
    PREFECT_SERVER_ANALYTICS_ENABLED="false",
    PREFECT_LOGGING_TO_API_ENABLED="false",
    GX_ANALYTICS_ENABLED="false",
    DO_NOT_TRACK="1",
    OPENBLAS_NUM_THREADS="1",
)

settings.register_profile("slow machines", deadline=None)
settings.load_profile("slow machines")


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """DuckDB in these processes has one thread: on the small tables of tests, two cost a tenth more than one."""
    import duckdb

    connect = duckdb.connect

    def connect_with_one(*args: Any, **options: Any) -> duckdb.DuckDBPyConnection:
        return connect(*args, **options | {"config": {**options.get("config", {}), "threads": 1}})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(duckdb, "connect", connect_with_one)
        yield


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of this run of the tests share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def made_once(shared_folder: Path) -> Callable[..., Path]:
    """made_once(name, make): a folder that `make(folder)` fills, once for all processes; others wait for the first."""

    def folder_of(name: str, make: Callable[[Path], None]) -> Path:
        folder, whole = shared_folder / f"once-{name}", shared_folder / f"once-{name}.whole"
        with FileLock(shared_folder / f"once-{name}.lock"):
            if not whole.exists():
                shutil.rmtree(folder, ignore_errors=True)  # what a `make` that failed has left
                folder.mkdir()
                make(folder)
                whole.touch()
        return folder

    return folder_of


@pytest.fixture(scope="session")
def work_template(made_once: Callable[..., Path]) -> Path:
    """A folder with an empty work file, for `tests.builders.open_copy`."""
    from warehouse import database

    return made_once("work", lambda folder: database.open_work(folder).close())


@pytest.fixture(scope="session")
def storage() -> Iterator[str]:
    """S3-compatible storage on loopback, empty: "host:port". The environment has credentials for it."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # which prints each request
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(name)
        patch.setenv("AWS_ACCESS_KEY_ID", "testing")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "s3cr3t")
        yield "{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture
def bucket(storage: str, request: pytest.FixtureRequest) -> Callable[[str], str]:
    """bucket(prefix): the address of a prefix in a bucket of this test's own."""
    from pyarrow import fs

    name = f"bucket-{hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:20]}"
    system = fs.S3FileSystem(endpoint_override=storage, scheme="http", allow_bucket_creation=True)
    system.create_dir(name)
    return lambda prefix: f"s3://{name}/{prefix}?endpoint_override={storage}&scheme=http"


@pytest.fixture(scope="module")
def dask_cluster(storage: str) -> Iterator[Any]:
    """A Dask cluster of two processes on loopback, which may read the storage."""
    from distributed import LocalCluster

    with LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0", silence_logs=logging.ERROR
    ) as cluster:
        yield cluster


def pytest_collection_finish() -> None:
    """Leave what was imported and collected out of all later searches for garbage."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the nights, since what takes longest should not be left to the end."""
    items.sort(key=lambda item: not item.nodeid.startswith("tests/flows/"))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object:
    """How the processes of `-n` share the tests: by modules, in this order."""
    from xdist.scheduler import LoadFileScheduling

    config.option.loadscopereorder = False
    return LoadFileScheduling(config, log)
