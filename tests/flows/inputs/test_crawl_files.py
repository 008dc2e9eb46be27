"""Which files of a crawl are looked through, by name, folder or listing."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from flows.inputs.crawl_files import ADDRESS, crawl_files_in
from flows.terminal.errors import Wrong, WrongUsage
from tests.extractors.crawl.records import posting_at, write

REPO = Path(__file__).parents[3]
LISTED = REPO.parent / "shared" / "real" / "shapes" / "common_crawl" / "CC-MAIN-2024-22.warc.paths.gz"
LINE = "crawl-data/CC-MAIN-2026-33/segments/17/warc/CC-MAIN-1-00000.warc.gz"


def listing(folder: Path, *lines: str) -> Path:
    path = folder / "warc.paths.gz"
    path.write_bytes(gzip.compress("".join(f"{line}\n" for line in lines).encode()))
    return path


def test_files_and_folders_are_taken_once_and_in_order(tmp_path: Path) -> None:
    names = ["b.warc.gz", "a.warc", "deep/c.warc.gz"]
    (tmp_path / "deep").mkdir()
    for name in (*names, "notes.txt"):
        (tmp_path / name).write_bytes(b"")
    files = crawl_files_in([tmp_path / "b.warc.gz", tmp_path])
    assert [file.relative_to(tmp_path).as_posix() for file in files] == ["b.warc.gz", "a.warc", "deep/c.warc.gz"]
    assert list(files.values()) == ["b.warc.gz", "a.warc", "c.warc.gz"]


@pytest.mark.parametrize("is_flat", [False, True])
def test_files_of_a_listing_bear_their_public_address(tmp_path: Path, is_flat: bool) -> None:
    base = tmp_path / "mirror"
    path = base / (LINE.rpartition("/")[2] if is_flat else LINE)
    path.parent.mkdir(parents=True)
    write(path, posting_at(1))
    assert crawl_files_in([listing(tmp_path, LINE)], base) == {path: f"{ADDRESS}{LINE}"}
    name = crawl_files_in([path])[path]
    assert name == (path.name if is_flat else f"{ADDRESS}{LINE}"), "known where the folders are as published"


def test_files_of_a_listing_that_are_not_there_are_counted(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    write(tmp_path / "CC-MAIN-1-00000.warc.gz", posting_at(1))
    other = LINE.replace("00000", "00001")
    assert len(crawl_files_in([listing(tmp_path, LINE, other)])) == 1
    assert f"1 of 2 files of warc.paths.gz are not below {tmp_path}, first {other}" in caplog.text


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda folder: folder / "absent.warc.gz", "does not exist"),
        (lambda folder: folder, "no WARC file"),
        (lambda folder: listing(folder, LINE), "no WARC file"),
        (lambda folder: listing(folder, "../../etc/x.warc.gz"), "no WARC file"),
        (listing, "lists nothing"),
        (
            lambda folder: listing(folder, "cc-index/part-0.gz.parquet"),
            r"lists cc-index/part-0.gz.parquet instead of WARC",
        ),
        (lambda folder: write(folder / "x.warc.paths.gz", b"x").rename(folder / "x.csv"), "is neither a WARC file"),
    ],
)
def test_what_names_no_file_is_refused_with_a_remedy(tmp_path: Path, make: object, says: str) -> None:
    assert callable(make)
    with pytest.raises(WrongUsage, match=says):
        crawl_files_in([make(tmp_path)])


def test_a_listing_that_cannot_be_read_and_a_base_that_is_none_are_refused(tmp_path: Path) -> None:
    path = listing(tmp_path, LINE)
    path.write_bytes(path.read_bytes()[:-12])
    with pytest.raises(WrongUsage, match="get it again"):
        crawl_files_in([path])
    with pytest.raises(WrongUsage, match="--base"):
        crawl_files_in([path], tmp_path / "absent")


def test_the_real_listing_of_an_index_is_no_listing_of_pages() -> None:
    if not LISTED.exists():
        pytest.skip(f"needs {LISTED}")
    with pytest.raises(WrongUsage, match=r"lists part-.*parquet instead of WARC files"):
        crawl_files_in([LISTED])


def test_the_samples_files_are_refused() -> None:
    with pytest.raises(Wrong, match="sample data"):
        crawl_files_in([REPO / "extractors" / "sample" / "recordings" / "ashby"])
