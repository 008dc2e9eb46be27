"""Storage at an address and a Dask cluster: what is published is what one computer with its disk publishes."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from extractors.refine import cluster
from flows.night.fetch import prepare_archive
from flows.runtime.settings import Settings
from tests.flows.conftest import SMALL, CommandResult, FinishedRun, digests
from warehouse.publish.reader import open_reader


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.glob("*/*.*"))}


def core_of(made: Mapping[str, str]) -> dict[str, str]:
    """Digests of the loaded tables, from which all others are computed."""
    loaded = {name: digest for name, digest in made.items() if name.startswith("core.")}
    assert len(loaded) > 10
    return loaded


def test_storage_and_cluster_give_what_a_disk_and_processes_give(
    small: FinishedRun,
    tmp_path: Path,
    briefly: Callable[..., CommandResult],
    bucket: Callable[[str], str],
    dask_cluster: Any,
    request: pytest.FixtureRequest,
) -> None:
    data = tmp_path / "data"
    elsewhere = {
        "JOBMARKET_ARCHIVE": bucket("archive"),
        "JOBMARKET_REFINED": bucket("refined"),
        "JOBMARKET_REFINE_POOL": dask_cluster.scheduler_address,
    }
    result = briefly(data, *SMALL, **elsewhere)
    assert result.code == 0, result.said
    assert "s3cr3t" not in result.said
    assert digests(data) == small.made
    assert not (data / "archive").exists()
    assert not (data / "refined").exists()
    assert contents(data / "copies" / "refined") == contents(small.data / "refined")
    assert not list((data / "outbox").glob("*/*/*"))
    # What asks for texts fetches them.
    shutil.rmtree(data / "copies")
    with open_reader(data) as con:
        (posting,) = con.execute("SELECT min(posting_id) FROM core.postings").fetchall()[0]
    why = briefly(data, "why", posting, **elsewhere)
    assert why.code == 0, why.said
    assert posting in why.said
    # The same again, on a machine that has lost its copies: nothing is refined again, and nothing differs.
    shutil.rmtree(data / "copies")
    result = request.getfixturevalue("loading")(data, "rebuild", **elsewhere)
    assert result.code == 0, result.said
    assert "refined lever" not in result.said
    assert {**small.made, **core_of(digests(data))} == small.made
    assert contents(data / "copies" / "refined") == contents(small.data / "refined")


def test_what_a_killed_run_left_is_sent_by_the_next(
    small: FinishedRun, tmp_path: Path, bucket: Callable[[str], str], caplog: pytest.LogCaptureFixture
) -> None:
    """Half a file that was being written, and a whole one that was not sent."""
    config = Settings(data=tmp_path / "data", archive_folder=bucket("archive"))
    files = sorted((small.data / "archive").glob("*/*.warc.gz"))
    for number, file in enumerate(files):
        target = config.archive.outbox / file.relative_to(small.data / "archive")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target.with_name(target.name + ".part") if number == 0 else target)
    prepare_archive(config)
    assert "sent to the archive what an earlier run left: " in caplog.text
    there = config.archive.files("*/*")
    assert {str(file.relative_to(small.data / "archive")): file.read_bytes() for file in files} == {
        str(path.relative_to(config.archive.folder)): config.archive.fetch(path).read_bytes() for path in there
    }
    assert not list(config.archive.outbox.glob("*/*"))


@pytest.mark.parametrize("command", [SMALL, ("config", "check")])
def test_what_cannot_be_reached_is_said_before_anything_is_begun(
    command: tuple[str, ...],
    tmp_path: Path,
    plain: Callable[..., CommandResult],
    storage: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cluster, "ARRIVAL", 1)
    data = tmp_path / "data"
    data.mkdir()
    (data / "jobmarket.toml").write_text(
        f'[paths]\narchive = "s3://nobodys-bucket/archive?endpoint_override={storage}&scheme=http"\n'
        '[refine]\npool = "tcp://127.0.0.1:9"\n'
    )
    result = plain(data, *command)
    assert result.code == (64 if command == SMALL else 2)
    assert "jobmarket.toml:2: s3://nobodys-bucket/archive/: there is no bucket nobodys-bucket; make it" in result.said
    assert "jobmarket.toml:4: no Dask scheduler answers at tcp://127.0.0.1:9" in result.said
    assert sorted(path.name for path in data.iterdir()) == ["jobmarket.toml"]
