"""Writing keeps every byte of an answer, also when the process is killed."""

from __future__ import annotations

import gzip
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator as OtherReader

from extractors.archive import reader
from extractors.archive.reader import RecordedAnswer, digest_of, read, read_recorded
from extractors.archive.writer import Writer, path_of, salvage
from extractors.response import Response
from tests.extractors.archive.numbered import TIME, body_of, members_of, outline, whole, written


def test_another_reader_agrees(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    written(path)
    with path.open("rb") as file:
        records = [
            (
                record.rec_type,
                record.http_headers and record.http_headers.get_statuscode(),
                record.content_stream().read(),
            )
            for record in OtherReader(file, check_digests="raise")
        ]
    assert records[0][0] == "warcinfo"
    assert b"WARC File Format 1.1" in records[0][2]
    assert records[1:] == [("response", "200", body_of(number)) for number in range(6)]


def test_same_answers_make_same_bytes(tmp_path: Path) -> None:
    written(tmp_path / "x.warc.gz")
    written(tmp_path / "y.warc.gz")
    assert (tmp_path / "x.warc.gz").read_bytes() == (tmp_path / "y.warc.gz").read_bytes()
    assert digest_of(tmp_path / "x.warc.gz") == digest_of(tmp_path / "y.warc.gz")
    written(tmp_path / "z.warc.gz", begin=1)
    assert digest_of(tmp_path / "x.warc.gz") != digest_of(tmp_path / "z.warc.gz")


def test_secrets_are_not_archived(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    with Writer(path) as writer:
        writer.write(
            url="https://boards.example/",
            observed_at=TIME,
            status=200,
            headers=[("Set-Cookie", "session=geheim"), ("Authorization", "Basic geheim"), ("ETag", '"1"')],
            body=b"{}",
        )
    (answer,) = read_recorded(path)
    assert isinstance(answer, RecordedAnswer)
    assert answer.headers == (("ETag", '"1"'),)
    assert b"geheim" not in b"".join(gzip.decompress(member) for member in members_of(path.read_bytes()))


def test_times_are_kept_as_utc_whole_seconds(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    local = datetime(2026, 9, 28, 4, 0, 0, 999_999, tzinfo=timezone(timedelta(hours=2)))
    with Writer(path) as writer:
        writer.write(url="https://boards.example/", observed_at=local, status=404, reason="Not Found", body=b"")
    (answer,) = read_recorded(path)
    assert isinstance(answer, RecordedAnswer)
    assert (answer.observed_at, answer.status, answer.reason, answer.body) == (TIME, 404, "Not Found", b"")


@pytest.mark.parametrize(
    ("url", "time", "body"),
    [
        ("https://boards.example/a b", TIME, b""),
        ("https://boards.example/\r\nWARC-Type: request", TIME, b""),
        ("https://boards.example/", TIME.replace(tzinfo=None), b""),
        ("https://boards.example/", TIME, bytes(reader.MAX_BODY + 1)),
    ],
)
def test_what_cannot_be_archived_is_refused(tmp_path: Path, url: str, time: datetime, body: bytes) -> None:
    with Writer(tmp_path / "x.warc.gz") as writer, pytest.raises(ValueError, match=r"boards\.example"):
        writer.write(url=url, observed_at=time, status=200, body=body)
    assert writer.path is None
    assert not list(tmp_path.iterdir())


# --- damage -----------------------------------------------------------------------------------------


def test_names_of_the_archive(tmp_path: Path) -> None:
    time = datetime(2026, 9, 28, 4, 0, 5, tzinfo=timezone(timedelta(hours=2)))
    assert path_of(tmp_path, "ashby", time) == tmp_path / "ashby" / "2026-09-28T020005Z.warc.gz"


def test_a_dated_file_is_named_after_its_earliest_answer(tmp_path: Path) -> None:
    with Writer(path_of(tmp_path, "ashby", TIME), dated=True) as writer:
        for seconds in (20, 10, 30):
            time = TIME + timedelta(seconds=seconds)
            writer.write(url="https://boards.example/", observed_at=time, status=200, body=b"%d" % seconds)
    assert writer.path == tmp_path / "ashby" / "2026-09-28T020010Z.warc.gz"
    assert list((tmp_path / "ashby").iterdir()) == [writer.path]


def test_nothing_answered_leaves_no_file(tmp_path: Path) -> None:
    with Writer(tmp_path / "x.warc.gz") as writer:
        pass
    assert writer.path is None
    assert not list(tmp_path.iterdir())


def test_an_exception_keeps_what_was_answered(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    with pytest.raises(RuntimeError), Writer(path) as writer:
        writer.write(url="https://boards.example/0", observed_at=TIME, status=200, body=body_of(0))
        raise RuntimeError
    assert outline(path) == whole(0)


def left_by_a_killed_run(path: Path, count: int, cut: int) -> Path:
    """A `.part` of so many answers whose last one lacks its last bytes."""
    written(path, count=count)
    part = path.with_name(path.name + ".part")
    path.rename(part)
    part.write_bytes(part.read_bytes()[: -cut or None])
    return part


def test_a_part_is_salvaged_record_by_record(tmp_path: Path) -> None:
    path = path_of(tmp_path, "ashby", TIME)
    part = left_by_a_killed_run(path, 4, cut=1000)
    assert salvage(part) == path
    assert outline(path) == whole(0, 1, 2)
    assert list(path.parent.iterdir()) == [path]
    reference = tmp_path / "y.warc.gz"
    written(reference, count=3)
    assert path.read_bytes() == reference.read_bytes()


def test_a_part_without_a_whole_answer_is_removed(tmp_path: Path) -> None:
    part = left_by_a_killed_run(path_of(tmp_path, "ashby", TIME), 1, cut=100)
    assert salvage(part) is None
    part.write_bytes(b"")
    assert salvage(part) is None
    assert not list(part.parent.iterdir())


def test_running_again_after_a_kill_makes_the_undisturbed_file(tmp_path: Path) -> None:
    path = path_of(tmp_path, "ashby", TIME)
    left_by_a_killed_run(path, 4, cut=1000)
    written(path, count=6)
    reference = tmp_path / "y.warc.gz"
    written(reference, count=6)
    assert path.read_bytes() == reference.read_bytes()
    assert list(path.parent.iterdir()) == [path]


ENDLESS = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from extractors.archive.writer import Writer
with Writer(Path(sys.argv[1])) as writer:
    number = 0
    while True:
        writer.write(url=f"https://boards.example/{number}", observed_at=datetime(2026, 9, 28, tzinfo=UTC), status=200,
                     body=bytes(str(number), "ascii") * 5000)
        print(number, flush=True)
        number += 1
"""


def test_a_killed_process_loses_no_answer_it_had(tmp_path: Path) -> None:
    path = tmp_path / "2026-09-28T000000Z.warc.gz"
    root = Path(reader.__file__).parents[2]
    with subprocess.Popen([sys.executable, "-c", ENDLESS, str(path)], cwd=root, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if int(line) == 40:
                process.kill()
                break
    assert not path.exists()
    part = path.with_name(path.name + ".part")
    assert salvage(part) == path
    answers = list(read(path))
    assert len(answers) > 40
    for number, answer in enumerate(answers):
        assert isinstance(answer, Response)
        assert answer.body == str(number).encode() * 5000


def test_a_file_of_the_same_name_is_not_lost(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    written(path, count=3)
    written(path, count=2, begin=2)
    assert [answer.url for answer in read(path)] == [f"https://boards.example/{number}" for number in (2, 3, 0, 1)]
    before = path.read_bytes()
    written(path, count=2, begin=2)
    assert sorted(members_of(path.read_bytes())) == sorted(members_of(before))
