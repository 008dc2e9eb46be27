"""Storage at an address and a Dask cluster: what is published is what one computer with its disk publishes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.flows.conftest import SMALL, Ended, digests


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory, here: Callable[..., int]) -> Path:
    data = tmp_path_factory.mktemp("local") / "data"
    assert here(data, *SMALL) == 0
    return data


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.glob("*/*.*"))}


def test_storage_and_cluster_give_what_a_disk_and_processes_give(
    local: Path,
    tmp_path: Path,
    plain: Callable[..., Ended],
    bucket: Callable[[str], str],
    dask_cluster: Any,
) -> None:
    data = tmp_path / "data"
    elsewhere = {
        "JOBMARKET_ARCHIVE": bucket("archive"),
        "JOBMARKET_REFINED": bucket("refined"),
        "JOBMARKET_REFINE_POOL": dask_cluster.scheduler_address,
    }
    ended = plain(data, *SMALL, **elsewhere)
    assert ended.code == 0, ended.said
    assert "s3cr3t" not in ended.said
    assert digests(data) == digests(local)
    assert not (data / "archive").exists()
    assert not (data / "refined").exists()
    assert contents(data / "copies" / "refined") == contents(local / "refined")
    assert not list((data / "outbox").glob("*/*/*"))
