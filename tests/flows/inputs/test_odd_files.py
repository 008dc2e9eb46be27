"""What stands where a file is expected and is none that can be read: it is named and left out, and nothing waits."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from extractors.archive.reader import SUFFIX
from extractors.archive.writer import PART, Writer, path_of
from flows.inputs.recordings import UNKNOWN, recordings_in
from flows.terminal.errors import WrongUsage
from tests.flows.test_faults import FIRST, ashby_board, ashby_job, ids_in, record
from warehouse.publish.reader import open_reader

if TYPE_CHECKING:
    from tests.flows.conftest import CommandResult

Command = Callable[..., "CommandResult"]


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


ODD: dict[str, tuple[Callable[[Path], object], str]] = {
    "dangling": (lambda path: path.symlink_to("nowhere"), "No such file"),
    "loop": (lambda path: path.symlink_to(path.name), "symbolic links"),
    "folder": (lambda path: path.mkdir(), "not a regular file"),
    "pipe": (os.mkfifo, "not a regular file"),
    "device": (device, "not a regular file"),
}
"""How each comes about, and what is said of it."""


@pytest.fixture(autouse=True)
def pipes(tmp_path: Path) -> Iterator[None]:
    """Feed whoever waits for a pipe after a while, so that a test fails instead of waiting for ever."""

    def feed() -> None:
        for path in tmp_path.rglob("pipe*"):
            path.write_bytes(b"")

    timer = threading.Timer(60.0, feed)
    timer.daemon = True
    timer.start()
    yield
    timer.cancel()


def oddities(folder: Path, end: str = SUFFIX) -> dict[str, Path]:
    """One of each in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {}
    for name, (make, _) in ODD.items():
        paths[name] = folder / f"{name}{end}"
        make(paths[name])
    return paths


@pytest.fixture
def good(tmp_path: Path) -> Path:
    """A folder with a recording of one posting."""
    return record(tmp_path / "given" / f"good{SUFFIX}", [ashby_board("orchard", ashby_job(1))]).parent


def test_in_a_folder_of_recordings_each_is_named_and_the_others_are_taken(good: Path) -> None:
    odd = oddities(good)
    recordings = recordings_in([good])
    assert recordings.by_source == {"ashby": [good / f"good{SUFFIX}"]}
    assert recordings.unreadable.keys() == {UNKNOWN}
    assert recordings.unreadable[UNKNOWN].keys() == set(odd.values())
    for name, path in odd.items():
        assert ODD[name][1] in recordings.unreadable[UNKNOWN][path]


def test_given_directly_each_is_named_and_the_others_are_taken(good: Path, tmp_path: Path) -> None:
    odd = oddities(tmp_path / "odd")
    shutil.rmtree(odd.pop("folder"))  # given directly, a folder is one of recordings
    recordings = recordings_in([*odd.values(), good])
    assert recordings.by_source == {"ashby": [good / f"good{SUFFIX}"]}
    assert recordings.unreadable[UNKNOWN].keys() == set(odd.values())
    for name, path in odd.items():
        with pytest.raises(WrongUsage, match=f"nothing to take in: .*{name}.*{ODD[name][1]}"):
            recordings_in([path])
    with pytest.raises(WrongUsage, match="does not exist"):
        recordings_in([tmp_path / "misspelt.warc.gz", good])


def test_a_recording_that_may_not_be_read_is_named(good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = Path(shutil.copy(good / f"good{SUFFIX}", good / f"secret{SUFFIX}"))
    original = Path.open

    def refusing(path: Path, *args: Any) -> Any:
        if path == secret:  # as the system does to whoever is not root
            raise PermissionError(13, "Permission denied", str(path))
        return original(path, *args)

    monkeypatch.setattr(Path, "open", refusing)
    for paths in ([good], [secret, good]):
        assert recordings_in(paths).unreadable == {UNKNOWN: {secret: "Permission denied"}}


def test_an_address_that_cannot_be_parsed_costs_its_record_only(good: Path, caplog: pytest.LogCaptureFixture) -> None:
    odd = good / f"odd{SUFFIX}"
    with Writer(odd) as writer:
        for url in ("http://user:s3cret@[oops/v1", ashby_board("mill").url):
            writer.write(url=url, observed_at=FIRST, status=200, body=ashby_board("mill", ashby_job(2)).body)
    recordings = recordings_in([good])
    assert set(recordings.by_source["ashby"]) == {odd, good / f"good{SUFFIX}"}
    assert "the address of record 0, which cannot be parsed" in caplog.text
    assert str(odd) in caplog.text
    assert "s3cret" not in caplog.text


def test_a_backfill_names_what_it_cannot_read(empty: Path, good: Path, loading: Command) -> None:
    odd = oddities(good)
    result = loading(empty, "backfill", str(good))
    assert result.code == 0, "as for a recording that is damaged"
    assert ids_in(empty, "ashby") == {"a1"}
    with open_reader(empty) as con:
        rows = con.execute("SELECT warc FROM ops.rejects WHERE source = 'unknown' ORDER BY ALL").fetchall()
    assert rows == [(f"given/{path.name}",) for path in sorted(odd.values())]
    assert "unknown: 5 unreadable files" in result.said


def test_in_the_archive_and_among_refined_files_they_hold_up_nothing(empty: Path, good: Path, loading: Command) -> None:
    other = path_of(empty / "archive", "greenhouse", FIRST).parent
    odd = oddities(other)
    oddities(other, f"{SUFFIX}{PART}")
    for name in ("refined/ashby/x", "refined/greenhouse/x"):
        oddities(empty / name.removesuffix("/x"), ".parquet")
    (empty / "refined" / "ashby" / "2026-05-04T060000Z.parquet.part").symlink_to("/dev/full")
    result = loading(empty, "backfill", str(good))
    assert result.code == 2, result.said
    assert ids_in(empty, "ashby") == {"a1"}
    for path in odd.values():
        assert f"greenhouse could not be refined: {path.name}" in result.said
        assert f"{path}{PART} cannot be finished and is left alone" in result.log
    with open_reader(empty, with_texts=True) as con:
        assert con.execute("SELECT count(*) FROM adverts").fetchall() == [(1,)]
