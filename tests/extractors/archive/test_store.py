"""Files in a folder and at an address: what is put is there, what is there is fetched, and nothing is lost between."""

from __future__ import annotations

import contextlib
import http.server
import os
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from extractors.archive import store as store_module
from extractors.archive.index import ArchiveIndex
from extractors.archive.reader import digest_of, read_recorded
from extractors.archive.store import Deadlines, StorageError, Store
from extractors.archive.writer import Writer, path_of, put_unsent
from tests.extractors.board import NOW

URL = "https://boards.example/v1/a"
PATTERN = "*/*.warc.gz"


@pytest.fixture
def store(tmp_path: Path, bucket: Callable[[str], str]) -> Store:
    """An archive in S3-compatible storage."""
    return Store(tmp_path / "copies", bucket("some/where"), outbox=tmp_path / "outbox")


def on_another_machine(store: Store, folder: Path) -> Store:
    return Store(folder, store.url, outbox=folder / "outbox")


def archive(store: Store, *bodies: bytes, at: int = 0) -> Writer:
    """A file of the archive with answers of URL, a second apart, that begins so many days after NOW."""
    time = NOW + timedelta(days=at)
    with Writer(path_of(store.outbox, "boards", time), dated=True, store=store) as writer:
        for number, body in enumerate(bodies):
            writer.write(url=URL, observed_at=time + timedelta(seconds=number), status=200, body=body)
    return writer


def bodies_in(path: Path) -> list[bytes]:
    return [getattr(record, "body", b"") for record in read_recorded(path)]


def test_files_of_a_folder_stay_where_they_are(tmp_path: Path) -> None:
    store = Store(tmp_path)
    path = archive(store, b"[1]").path
    assert path is not None
    before = path.stat()
    assert (store.fetch(path), store.put(path), store.files(PATTERN)) == (path, path, [path])
    assert store.remember("size", path, lambda file: str(file.stat().st_size)) == str(before.st_size)
    store.drop_copies(PATTERN, but=())
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert list(tmp_path.rglob("*")) == [path.parent, path]
    store.remove(path)
    assert not store.files(PATTERN)


def test_what_is_put_at_an_address_is_read_there_by_another_machine(store: Store, tmp_path: Path) -> None:
    warc = archive(store, b"[1]", b"[2]").path
    assert warc is not None
    other = on_another_machine(store, tmp_path / "other")
    (path,) = other.files(PATTERN)
    assert not path.exists(), "what is listed is not fetched"
    assert other.size(path) == warc.stat().st_size
    assert other.fetch(path).read_bytes() == warc.read_bytes()
    assert bodies_in(path) == [b"[1]", b"[2]"]
    assert not list(store.outbox.rglob("*.gz"))
    with pytest.raises(FileNotFoundError, match=r"some/where/boards/none\.warc\.gz"):
        other.fetch(path.with_name("none.warc.gz"))


def test_large_files_come_whole(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "CHUNK", 1_000_000)
    path = store.outbox / "boards" / "large.bin"
    path.parent.mkdir(parents=True)
    content = bytes(range(256)) * 50_000  # several parts of an upload
    path.write_bytes(content)
    put = store.put(path)
    other = on_another_machine(store, tmp_path / "other")
    assert other.fetch(other.folder / "boards" / "large.bin").read_bytes() == put.read_bytes() == content


def test_a_copy_that_is_not_what_lies_there_is_fetched_again(store: Store, tmp_path: Path) -> None:
    warc = archive(store, b"[1]").path
    assert warc is not None
    whole = warc.read_bytes()
    warc.write_bytes(whole[:-1] + b"x")
    assert store.fetch(warc).read_bytes() == whole
    other = on_another_machine(store, tmp_path / "other")
    (path,) = other.files(PATTERN)
    other.fetch(path)
    archive(store, b"[1]", b"[2]")  # of the same name
    other.refresh()
    assert bodies_in(other.fetch(path)) == [b"[1]", b"[2]"]
    store.remove(warc)
    other.refresh()
    assert not other.fetch_current(path).exists(), "what is no longer there has no copy"


def test_copies_that_nobody_used_go(store: Store) -> None:
    first, second = (archive(store, b"[1]", at=day).path for day in (0, 1))
    assert first is not None
    assert second is not None
    store.refresh()  # the next night
    store.fetch(second)
    store.drop_copies(PATTERN)
    assert [first.exists(), second.exists()] == [False, True]
    assert store.files(PATTERN) == [first, second]


def test_a_finished_file_that_a_killed_run_did_not_send_is_sent(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch, pytest.raises(StorageError):
        patch.setattr(store, "put", fail)
        archive(store, b"[1]")
    assert not store.files(PATTERN)
    (path,) = put_unsent(store)
    assert store.files(PATTERN) == [path]
    assert bodies_in(store.fetch(path)) == [b"[1]"]
    assert put_unsent(store) == []


def fail(path: Path) -> Path:
    raise StorageError(f"{path.name} cannot be sent")


def test_an_upload_that_breaks_off_is_made_good(store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    class Cut:
        """A file that cannot be read to its end."""

        def __init__(self, file: Any) -> None:
            self.file, self.n_read = file, 0

        def read(self, size: int) -> bytes:
            self.n_read += 1
            if self.n_read > 1:
                raise OSError(5, "Input/output error")
            return bytes(self.file.read(200))

    real_open = Path.open

    @contextlib.contextmanager
    def open_cut(path: Path, *args: Any, **kwargs: Any) -> Iterator[Any]:
        with real_open(path, *args, **kwargs) as file:
            yield Cut(file)

    archive(store, b"[1]")
    with monkeypatch.context() as patch:

        def upload_cut(path: Path, name: str) -> None:
            patch.setattr(Path, "open", open_cut)
            Store._upload(store, path, name)

        patch.setattr(store, "_upload", upload_cut)
        with pytest.raises(OSError, match="Input/output error"):
            archive(store, b"[1]", b"[2]")
    store.refresh()
    assert [bodies_in(path) for path in put_unsent(store)] == [[b"[1]", b"[2]"]]
    other = on_another_machine(store, tmp_path / "other")
    assert [bodies_in(other.fetch(path)) for path in other.files(PATTERN)] == [[b"[1]", b"[2]"]]


def test_a_namesake_keeps_its_answers(store: Store) -> None:
    """As in a folder: what an older file of the name holds and the new one lacks stands behind its records."""
    archive(store, b"[1]", b"[2]")
    again = archive(store, b"[3]")
    assert again.path is not None
    assert bodies_in(again.path) == [b"[3]", b"[1]", b"[2]"]
    assert again.entries is None, "an index reads the file"
    local = Store(store.folder.parent / "local")
    for bodies in ((b"[1]", b"[2]"), (b"[3]",)):
        same = archive(local, *bodies)
    assert same.path is not None
    assert same.path.read_bytes() == again.path.read_bytes()


def test_a_file_is_not_fetched_to_be_asked_again(store: Store, tmp_path: Path) -> None:
    warc = archive(store, b"[1]").path
    assert warc is not None
    expected = digest_of(warc)
    assert store.remember("digest", warc, digest_of) == expected
    warc.unlink()
    next_run = Store(store.folder, store.url, outbox=store.outbox)
    assert next_run.remember("digest", warc, digest_of) == expected
    assert not warc.exists()
    with (store.folder / "facts.tsv").open("a") as file:
        file.write("digest\tboards/half")
    assert Store(store.folder, store.url).remember("digest", warc, lambda path: "asked") == expected
    warc_again = archive(store, b"[2]").path
    assert warc_again == warc
    assert store.remember("digest", warc, digest_of) == digest_of(warc) != expected


def test_the_index_reads_answers_from_an_address(store: Store, tmp_path: Path) -> None:
    archive(store, b"[1]")
    archive(store, b"[2]", at=1)
    shutil.rmtree(store.folder)
    with ArchiveIndex(store.folder / "boards", tmp_path / "index.sqlite", store) as index:
        newest = index.before(URL, NOW + timedelta(days=9))
    assert newest is not None
    shutil.rmtree(store.folder)
    answer = newest.answer()
    assert answer is not None
    assert answer.body == b"[2]"
    store.remove(newest.path)
    with ArchiveIndex(store.folder / "boards", tmp_path / "index.sqlite", store) as index:
        entry = index.before(URL, NOW + timedelta(days=9))
    assert entry is not None
    assert entry.first_at == NOW


# --- what cannot be reached -----------------------------------------------------------------------------


def test_a_bucket_that_is_missing_is_named(tmp_path: Path, storage: str) -> None:
    store = Store(tmp_path, f"s3://nobodys-bucket/prefix?endpoint_override={storage}&scheme=http")
    with pytest.raises(StorageError, match=r"s3://nobodys-bucket/prefix/: there is no bucket nobodys-bucket; make it"):
        store.check()


def test_credentials_that_are_refused_are_told_and_not_shown(tmp_path: Path, storage: str) -> None:
    class Refuse(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
            self.send_response(403)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_HEAD = do_GET  # noqa: N815  # the name is the library's

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refuse)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        url = f"s3://market/archive?endpoint_override=127.0.0.1:{server.server_port}&scheme=http"
        with pytest.raises(StorageError) as error:
            Store(tmp_path, url).check()
    finally:
        server.shutdown()
    message = str(error.value)
    assert "s3://market/archive/: " in message
    assert "AWS_ACCESS_KEY_ID" in message
    assert "s3cr3t" not in message


def test_a_parameter_that_is_not_known_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="unknown parameter secret_key; there are endpoint_override, region, scheme"):
        Store(tmp_path, "s3://market/archive?secret_key=x").check()


@pytest.mark.usefixtures("storage")  # sets credentials
@pytest.mark.parametrize(
    ("ask", "operation"),
    [
        (lambda store: store.check(), "ListObjectsV2"),
        (lambda store: store._upload(store.outbox / "a.gz", "boards/a.gz"), "CreateMultipartUpload"),
    ],
)
def test_a_server_that_accepts_and_says_nothing_is_named_with_what_it_was_asked(
    tmp_path: Path, ask: Callable[[Store], None], operation: str
) -> None:
    (tmp_path / "a.gz").write_bytes(b"x")
    with socket.create_server(("127.0.0.1", 0)) as server:  # its backlog accepts
        address = f"127.0.0.1:{server.getsockname()[1]}"
        url = f"s3://market/archive?region=x&endpoint_override={address}&scheme=http"
        store = Store(tmp_path / "copies", url, outbox=tmp_path, deadlines=Deadlines(1, 1, attempts=1))
        with pytest.raises(StorageError) as error:
            ask(store)
    message = str(error.value)
    assert message.startswith("s3://market/archive/")
    assert f"{address} gave no answer to {operation} in " in message
    assert "seconds" in message
    assert "AWS_" not in message and "s3cr3t" not in message, "credentials are not what is wrong"


@pytest.mark.parametrize(
    "url",
    [
        *("s3://key:s3cr3t@market/archive?region=x", "s3://key:abc/s3cr3t@market/archive", "S3://key:abc/s3cr3t"),
        *(
            "s3://key:abc#s3cr3t@market",
            "s3://key:a?s3cr3t@market",
            "s3://key/s3cr3t@market",
            "s3://[key:s3cr3t@market",
        ),
        "s3://key%3As3cr3t%40market/archive",
    ],
)
def test_credentials_in_an_address_are_refused_and_not_shown(tmp_path: Path, url: str) -> None:
    store = Store(tmp_path, url)
    with pytest.raises(StorageError, match=r"s3://\*\*\*: it contains credentials.*AWS_ACCESS_KEY_ID") as error:
        store.check()
    assert "s3cr3t" not in f"{error.value} {store}"


def test_a_damaged_file_is_listed_no_more_and_a_damaged_copy_is_fetched_anew(store: Store, tmp_path: Path) -> None:
    path = archive(store, b"[1]").path
    assert path is not None
    whole, time = path.read_bytes(), path.stat().st_mtime_ns
    path.write_bytes(bytes(len(whole)))
    os.utime(path, ns=(time, time))
    assert store.set_aside(path) is None and store.fetch(path).read_bytes() == whole
    name = store.set_aside(path)
    assert name is not None and name.startswith(f"{path.name}.damaged-")
    assert not store.files(PATTERN) and not path.exists()
    other = on_another_machine(store, tmp_path / "other")
    (aside,) = other.files("*/*")
    assert aside.name == name and other.fetch(aside).read_bytes() == whole
