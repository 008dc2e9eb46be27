"""`jobmarket crawl`: from files of a crawl to the warehouse, with what was left out on record."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from extractors.archive.reader import read
from extractors.crawl.workers import scan_all
from extractors.response import Response
from tests.extractors.crawl.records import POSTING, answer, page, posting_at, write
from tests.flows.conftest import CommandResult
from warehouse import database
from warehouse.publish.reader import open_reader

CURLEW = "https://jobs.curlew.co.uk"
MANY = "https://www.everyjob.co.uk"


def posting(url: str, employer: str, title: str = "Machine Learning Engineer") -> bytes:
    hiring = {"@type": "Organization", "name": employer}
    return answer(page(POSTING | {"title": title, "hiringOrganization": hiring}), url)


def make_crawl(folder: Path) -> Path:
    """Two files of a crawl and the one with robots.txt, as Common Crawl publishes them."""
    folder.mkdir()
    write(
        folder / "a.warc.gz",
        posting(f"{CURLEW}/1", "Curlew Ltd"),
        answer("<p>Nothing</p>", f"{CURLEW}/about"),
        posting(f"{MANY}/curlew", "Curlew"),
        posting(f"{MANY}/avocet", "Avocet"),
        answer(page(POSTING, head='<meta name="robots" content="noindex">'), "https://heron.co.uk/1"),
    )
    first = bytearray(gzip.compress(posting_at(7), mtime=0))
    first[-6] ^= 1
    (folder / "b.warc.gz").write_bytes(
        first
        + gzip.compress(posting(f"{MANY}/heron", "Heron", "Data Engineer"), mtime=0)
        + gzip.compress(posting("https://dotterel.co.uk/1", "Dotterel"), mtime=0)
    )
    rules = answer("User-agent: *\nContent-Signal: ai-train=no\nAllow: /", "https://dotterel.co.uk/robots.txt")
    write(folder / "robots.warc.gz", rules)
    return folder


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory, here: Callable[..., int]) -> tuple[Path, Path]:
    """The crawl, and the data folder into which it was taken."""
    folder = tmp_path_factory.mktemp("crawl")
    files = make_crawl(folder / "files")
    assert here(folder / "data", "crawl", str(files)) == 0
    return files, folder / "data"


@pytest.fixture
def con(crawled: tuple[Path, Path]) -> Iterator[database.Connection]:
    with open_reader(crawled[1]) as reader:
        yield reader


def test_postings_of_pages_that_are_kept_are_in_core(con: database.Connection) -> None:
    rows = con.execute("SELECT url, employer, board, source FROM core.postings ORDER BY url").fetchall()
    assert rows == [
        (f"{CURLEW}/1", "Curlew Ltd", None, "common_crawl"),
        (f"{MANY}/avocet", "Avocet", None, "common_crawl"),
        (f"{MANY}/heron", "Heron", None, "common_crawl"),
    ]


def test_what_was_left_out_is_on_record_with_its_number(con: database.Connection) -> None:
    rows = con.execute(
        "SELECT warc, column_name, value, rule, is_deliberate FROM ops.rejects WHERE is_deliberate ORDER BY warc, rule"
    ).fetchall()
    robots = "expected a page that robots may index (X-Robots-Tag or robots in the page)"
    copy = "the crawl has the employer's own page with the same title and place"
    closed = "expected a page that its site's recorded robots.txt and tdmrep.json leave open"
    assert rows == [
        (warc, "response", "1 answers", f"{rule}; others are left out", True)
        for warc, rule in (("a.warc.gz", robots), ("a.warc.gz", copy), ("b.warc.gz", closed))
    ]


def test_damage_is_on_record_with_file_and_record(con: database.Connection) -> None:
    ((warc, record, value, rule),) = con.execute(
        'SELECT warc, record, "value", rule FROM ops.rejects WHERE NOT is_deliberate'
    ).fetchall()
    assert (warc, record) == ("b.warc.gz", 0)
    assert "at byte 0: " in value
    assert "get the file again" in rule.lower()


def test_a_bulk_source_is_marked_and_its_adverts_are_in_no_panel(con: database.Connection) -> None:
    bulk = con.execute("SELECT source FROM core.sources WHERE is_bulk ORDER BY ALL").fetchall()
    assert bulk == [("common_crawl",), ("open_jobs",)]
    assert con.execute("SELECT count(*) FROM core.board_states").fetchone() == (0,), "of which panels are drawn"
    assert con.execute("SELECT bool_or(is_complete) FROM ops.responses").fetchone() == (False,)
    stock = con.execute("SELECT count(*) FROM stock_postings(DATE '2026-08-15')").fetchone()
    assert stock == (0,), "nothing made from it is published until the terms of the crawl are read"


def test_the_archive_holds_pages_with_postings_and_no_others(crawled: tuple[Path, Path]) -> None:
    files = sorted((crawled[1] / "archive" / "common_crawl").glob("*.warc.gz"))
    urls = {response.url for file in files for response in read(file) if isinstance(response, Response)}
    assert urls == {f"{CURLEW}/1", f"{MANY}/avocet", f"{MANY}/heron"}


def test_the_same_files_again_change_nothing(
    crawled: tuple[Path, Path], briefly: Callable[..., CommandResult], made_in: Callable[[Path], dict[str, str]]
) -> None:
    files, data = crawled
    before = made_in(data)
    archive = {path: path.read_bytes() for path in data.glob("archive/*/*.warc.gz")}
    result = briefly(data, "crawl", str(files))
    assert result.code == 0
    assert {path: path.read_bytes() for path in data.glob("archive/*/*.warc.gz")} == archive
    assert made_in(data) == before
    assert "7 answers searched, 3 pages with 3 postings kept" in result.log
    assert "1 noindex, 1 site, 1 copy, by 1 recorded robots.txt" in result.log


def test_a_rebuild_from_the_archive_gives_the_same(
    crawled: tuple[Path, Path], briefly: Callable[..., CommandResult], made_in: Callable[[Path], dict[str, str]]
) -> None:
    _, data = crawled
    before = made_in(data)
    assert briefly(data, "rebuild").code == 0
    assert made_in(data) == before


def test_the_night_does_not_ask_it(crawled: tuple[Path, Path], plain: Callable[..., CommandResult]) -> None:
    result = plain(crawled[1], "sources", "common_crawl")
    assert "off, a bulk source, read from files that a person provides: jobmarket crawl PATHS" in " ".join(
        result.out.split()
    )


def test_files_are_looked_through_in_processes_as_they_are_alone(tmp_path: Path) -> None:
    files = sorted(make_crawl(tmp_path / "files").iterdir())
    damaged = tmp_path / "x.warc.gz"
    damaged.mkdir()
    alone, beside = (dict(scan_all([*files, damaged], workers=workers)) for workers in (1, 2))
    assert [type(scans.pop(damaged)).__name__ for scans in (alone, beside)] == ["OSError", "OSError"]
    assert alone.keys() == set(files) and beside == alone


def test_a_crawl_without_a_posting_says_so_and_ends_like_that(
    tmp_path: Path, empty: Path, plain: Callable[..., CommandResult]
) -> None:
    write(tmp_path / "a.warc.gz", answer("<p>Nothing</p>", f"{CURLEW}/about"))
    result = plain(empty, "crawl", str(tmp_path / "a.warc.gz"))
    assert result.code == 1
    assert "holds no postings yet" in result.said
    (outcome,) = re.findall(r"common_crawl\W+(\w+)", result.out)
    assert outcome == "empty"
