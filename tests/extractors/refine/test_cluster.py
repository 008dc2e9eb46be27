"""Refining by a Dask cluster: the bytes of one process, and a clear word where the cluster cannot."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
import types
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import psutil
import pyarrow.parquet as pq
import pytest

from extractors.archive.reader import Range
from extractors.archive.store import Place, Store
from extractors.archive.writer import Writer, path_of
from extractors.refine import cluster, workers
from extractors.refine import refine as refine_module
from extractors.refine.cluster import ClusterError, check_cluster, open_cluster
from extractors.refine.refine import RefineResult, key_of
from tests.extractors.board import NOW

BOARDS = "https://boards-api.greenhouse.io/v1/boards"
SIZE = 2_000
"""Bytes of a range in these tests."""


def night(store: Store, n: int = 40, at: datetime = NOW, n_edited: int = 0) -> Path:
    """One night of many boards of Greenhouse, of which so many are edited."""
    with Writer(path_of(store.outbox, "greenhouse", at), store=store) as writer:
        for number in range(n):
            jobs = [
                {
                    "id": number * 10 + place,
                    "internal_job_id": place,
                    "title": "Data Engineer" if number < n_edited else "AI Engineer",
                    "location": {"name": "Berlin"},
                }
                for place in range(3)
            ]
            body = orjson.dumps({"jobs": jobs})
            writer.write(url=f"{BOARDS}/b{number}/jobs", observed_at=at, status=200, body=body)
    assert writer.path
    return writer.path


def refined_by(address: str | None, warc: Path, archive: Store, output: Store) -> RefineResult | Exception:
    results = workers.refine_all([("greenhouse", warc)], archive=archive, refined=output, workers=1, cluster=address)
    ((_, _, result),) = results
    return result


def content_of(result: RefineResult | Exception) -> tuple[bytes, bytes]:
    assert isinstance(result, RefineResult), result
    assert not list(result.rows.parent.glob("*.part"))
    return result.rows.read_bytes(), result.responses.read_bytes()


@pytest.fixture(autouse=True)
def small_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (refine_module, workers):
        monkeypatch.setattr(module, "RANGE", SIZE)


@contextlib.contextmanager
def empty_cluster() -> Iterator[str]:
    """The address of a scheduler without workers."""
    from distributed import LocalCluster

    with LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=0, host="127.0.0.1", dashboard_address="127.0.0.1:0", silence_logs=50
    ) as dask:
        yield str(dask.scheduler_address)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ARRIVAL", "RETURN"):
        monkeypatch.setattr(cluster, name, 1)


def test_a_cluster_writes_the_bytes_of_one_process(
    dask_cluster: Any, tmp_path: Path, bucket: Callable[[str], str]
) -> None:
    """From a folder that all share, and from storage."""
    local = Store(tmp_path / "archive")
    warc = night(local)
    expected = content_of(refined_by(None, warc, local, Store(tmp_path / "one")))
    by_cluster = refined_by(dask_cluster.scheduler_address, warc, local, Store(tmp_path / "two"))
    assert content_of(by_cluster) == expected
    archive, output = (
        Store(tmp_path / "copies" / kind, bucket(kind), outbox=tmp_path / "outbox" / kind)
        for kind in ("archive", "refined")
    )
    there = night(archive)
    assert content_of(refined_by(dask_cluster.scheduler_address, there, archive, output)) == expected
    other = Store(tmp_path / "other", output.url)
    assert sorted(other.fetch(path).read_bytes() for path in other.files("*/*")) == sorted(expected)
    again = refined_by(dask_cluster.scheduler_address, there, archive, output)
    assert isinstance(again, RefineResult)
    assert not again.is_new


def test_what_earlier_files_have_is_known_to_a_cluster(
    dask_cluster: Any, tmp_path: Path, bucket: Callable[[str], str]
) -> None:
    """Nights in one call, each resting on those before it: the bytes of one process and of two, by address, too."""
    archive, output = (
        Store(tmp_path / "copies" / kind, bucket(kind), outbox=tmp_path / "outbox" / kind)
        for kind in ("archive", "refined")
    )
    local = Store(tmp_path / "archive")
    contents = []
    for store, into, n, address in (
        (local, Store(tmp_path / "one"), 1, None),
        (local, Store(tmp_path / "two"), 2, None),
        (archive, output, 1, dask_cluster.scheduler_address),
    ):
        nights = [night(store, 40, NOW + timedelta(days=day), n_edited=day) for day in range(3)]
        results = workers.refine_all(
            [("greenhouse", warc) for warc in nights], archive=store, refined=into, workers=n, cluster=address
        )
        contents.append({warc.name: content_of(result) for _, warc, result in results})
    assert contents[0] == contents[1] == contents[2]
    last = pq.read_table(
        tmp_path / "one" / "greenhouse" / f"{nights[2].name.removesuffix('.warc.gz')}.responses.parquet"
    )
    assert sum(map(len, last["repetitions"].to_pylist())) == 3 * 39


def test_a_file_that_cannot_be_split_is_read_whole(
    dask_cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = Store(tmp_path / "archive")
    warc = night(archive, 4)
    expected = content_of(refined_by(None, warc, archive, Store(tmp_path / "one")))
    monkeypatch.setattr(workers, "split", lambda path, size: [Range(0, 700), Range(700, None)])
    for address in (dask_cluster.scheduler_address, None):
        result = refined_by(address, warc, archive, Store(tmp_path / str(address)[:4]))
        assert content_of(result) == expected


def test_a_worker_that_dies_loses_nothing(dask_cluster: Any, tmp_path: Path) -> None:
    archive = Store(tmp_path / "archive")
    warc = night(archive, 200)
    expected = content_of(refined_by(None, warc, archive, Store(tmp_path / "one")))
    pids = [nanny.pid for nanny in dask_cluster.workers.values()]
    results: list[RefineResult | Exception] = []
    address = dask_cluster.scheduler_address
    reading = threading.Thread(
        target=lambda: results.append(refined_by(address, warc, archive, Store(tmp_path / "two")))
    )
    reading.start()
    while reading.is_alive() and not list((tmp_path / "two" / "greenhouse").glob("*.part")):
        time.sleep(0.005)
    assert reading.is_alive(), "all was read before a worker could die"
    psutil.Process(pids[0]).kill()
    reading.join(timeout=60)
    assert content_of(results[0]) == expected


def test_a_worker_with_other_code_is_refused(
    dask_cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = Store(tmp_path / "archive")
    warc = night(archive, 2)
    with monkeypatch.context() as patch:
        patch.setattr(cluster, "code_key", lambda source: "edited")
        with pytest.raises(ClusterError, match=r"worker tcp://127\.0\.0\.1:\d+ has a different version"):
            check_cluster(dask_cluster.scheduler_address)
    only_here = types.ModuleType("only_here")
    exec("def find_code(): return 'never asked'", vars(only_here))
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "only_here", only_here)
        patch.setattr(cluster, "find_code", vars(only_here)["find_code"])
        with pytest.raises(
            ClusterError, match=r"cannot read adverts \(.*ModuleNotFoundError.*; install the same version"
        ):
            check_cluster(dask_cluster.scheduler_address)
    # one that joins later, or of which only this source's reader differs
    other_key = f"{key_of('greenhouse', warc).partition('-')[0]}-edited"
    with open_cluster(dask_cluster.scheduler_address, archive.place, Place(tmp_path / "refined")) as (submit, _):
        failure = submit("greenhouse", warc, Range(), other_key).exception(timeout=60)
    assert isinstance(failure, ClusterError)
    assert "has a different version of the readers" in str(failure)
    assert "requirements.lock" in str(failure)


def test_a_folder_that_the_worker_does_not_see_is_told(dask_cluster: Any, tmp_path: Path) -> None:
    archive = Store(tmp_path / "archive")
    warc = night(archive, 2)
    key = key_of("greenhouse", warc)
    with open_cluster(dask_cluster.scheduler_address, archive.place, Place(tmp_path / "refined")) as (submit, _):
        warc.unlink()
        failure = submit("greenhouse", warc, Range(), key).exception(timeout=60)
    assert isinstance(failure, ClusterError)
    assert f"sees no file {warc}; mount {archive.folder} there as well" in str(failure)


def test_no_scheduler_no_worker_and_no_dask_are_told(impatient: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ClusterError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9 .*dask scheduler"):
        check_cluster("tcp://127.0.0.1:9")
    with empty_cluster() as address, pytest.raises(ClusterError, match=r"has no worker, .* --nthreads 1"):
        check_cluster(address)
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ClusterError, match=r"Dask is not installed here: pip install 'ai-job-market\[dask\]'"):
        check_cluster("tcp://127.0.0.1:9")


def test_a_run_whose_scheduler_stops_ends(impatient: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It does not wait for ever for workers that are gone."""
    monkeypatch.setattr(workers, "PATIENCE", 0.2)
    archive = Store(tmp_path / "archive")
    with empty_cluster() as address, monkeypatch.context() as patch:
        patch.setattr(cluster, "_refuse_other_code", lambda client: None)
        waits = iter([None])
        real = cluster._wait_for_workers
        patch.setattr(cluster, "_wait_for_workers", lambda *args: next(waits, 0) is None or real(*args))
        with pytest.raises(ClusterError, match="has no worker"):
            refined_by(address, night(archive, 2), archive, Store(tmp_path / "refined"))
