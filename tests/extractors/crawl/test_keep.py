"""What is kept of a crawl stands in the archive as it stood in the file, and says where that was."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from fastwarc.warc import ArchiveIterator

from extractors.archive.reader import RecordedAnswer, read, read_recorded
from extractors.archive.writer import salvage
from extractors.crawl.keep import keep_pages
from extractors.crawl.scan import scan
from extractors.refine.refine import refine, refusals_in
from extractors.response import Response
from tests.extractors.crawl.records import MICRODATA, POSTING, URL, answer, page, posting_at, write

NAME = "https://data.commoncrawl.org/crawl-data/CC-MAIN-2026-33/segments/1/warc/a.warc.gz"


def keep(path: Path, archive: Path) -> Path:
    warc = keep_pages(archive, "common_crawl", path, scan(path).pages, name=NAME)
    assert warc is not None
    return warc


def headers_in(path: Path) -> list[tuple[str, dict[str, str]]]:
    records = ArchiveIterator(io.BytesIO(gzip.decompress(path.read_bytes())), parse_http=False)
    headers = [dict(record.headers) for record in records]
    return [(of["WARC-Type"], of) for of in headers]


def test_records_are_copied_byte_for_byte_and_name_where_they_stood(tmp_path: Path) -> None:
    records = [
        answer("<p>x</p>", "https://a.example/"),
        posting_at(1),
        answer("y", "https://b.example/"),
        posting_at(2),
    ]
    path = write(tmp_path / "a.warc.gz", *records)
    warc = keep(path, tmp_path / "archive")
    assert warc == tmp_path / "archive" / "common_crawl" / "2026-08-15T041209Z.warc.gz"
    members = [gzip.compress(record, mtime=0) for record in records]
    assert members[1] in warc.read_bytes()
    assert members[3] in warc.read_bytes()
    assert members[0] not in warc.read_bytes()
    kinds, headers = zip(*headers_in(warc), strict=True)
    assert kinds == ("warcinfo", "response", "metadata", "response", "metadata")
    begin, end = map(int, headers[2]["WARC-Source-Range"].removeprefix("bytes=").split("-"))
    assert path.read_bytes()[begin : end + 1] == members[1]
    assert headers[2]["WARC-Source-URI"] == NAME
    assert headers[2]["WARC-Refers-To"] == headers[1]["WARC-Record-ID"]
    assert [response.url for response in read(warc) if isinstance(response, Response)] == [
        "https://www.plover.example/jobs/1", "https://www.plover.example/jobs/2",
    ]  # fmt: skip


def test_the_same_file_makes_the_same_archive_again(tmp_path: Path) -> None:
    path = write(tmp_path / "a.warc.gz", posting_at(1), posting_at(2))
    before = keep(path, tmp_path / "archive").read_bytes()
    assert keep(path, tmp_path / "archive").read_bytes() == before
    other = write(tmp_path / "b.warc.gz", posting_at(3))
    both = keep(other, tmp_path / "archive")
    assert len([record for record in read_recorded(both) if isinstance(record, RecordedAnswer)]) == 3, "none is lost"


@pytest.mark.parametrize("kind", ["not packed", "one member"])
def test_records_that_stand_in_no_member_of_their_own_get_one(tmp_path: Path, kind: str) -> None:
    whole = answer("<p>x</p>", "https://a.example/") + posting_at(1) + posting_at(2)
    path = tmp_path / ("a.warc" if kind == "not packed" else "a.warc.gz")
    path.write_bytes(whole if kind == "not packed" else gzip.compress(whole))
    responses = [response for response in read(keep(path, tmp_path / "archive")) if isinstance(response, Response)]
    assert [one.url for one in responses] == ["https://www.plover.example/jobs/1", "https://www.plover.example/jobs/2"]
    assert responses[0].body == posting_at(1).split(b"\r\n\r\n", 2)[2].removesuffix(b"\r\n\r\n")


def test_what_is_kept_is_refined_to_the_same_postings_as_the_page(tmp_path: Path) -> None:
    cut = answer(page(POSTING)[:-30], "http://www.plover.example/cut", lines="WARC-Truncated: length\r\n")
    micro = answer(page(body=MICRODATA), "https://www.plover.example/micro")
    several = answer(page([POSTING, POSTING | {"title": "Gull Watcher", "url": f"{URL}?2"}]), f"{URL}/several")
    path = write(tmp_path / "a.warc.gz", posting_at(1), cut, micro, several)
    archive = tmp_path / "archive"
    result = refine("common_crawl", keep(path, archive), archive=archive, refined=tmp_path / "refined")
    answers = pq.read_table(result.responses, columns=["n_rejects"]).to_pylist()
    assert (result.n_rows, answers) == (5, [{"n_rejects": 0}] * 4)
    assert not any(refusals_in(result))


def test_a_killed_run_leaves_what_can_be_finished(tmp_path: Path) -> None:
    warc = keep(write(tmp_path / "a.warc.gz", posting_at(1), posting_at(2)), tmp_path / "archive")
    whole = warc.read_bytes()
    part = warc.with_name(warc.name + ".part")
    part.write_bytes(whole[:-30])
    warc.unlink()
    assert salvage(part) == warc
    assert len([response for response in read(warc) if isinstance(response, Response)]) == 2


def test_a_file_that_was_changed_since_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.warc.gz", answer("x" * 500, "https://a.example/"), posting_at(1))
    pages = scan(path).pages
    path.write_bytes(b"\0" * 2_000)
    with pytest.raises(OSError, match="was the file changed"):
        keep_pages(tmp_path / "archive", "common_crawl", path, pages, name=NAME)
