"""What `jobmarket crawl` costs beside a bare loop of its WARC library with the same test of bytes.

On a made file that is like a crawl's (`tests.bench.crawl_mix`): pages of 55 kB on average, one in a hundred with a
JobPosting. `bare` iterates the answers and searches each for the word; `crawl` looks through the file as the command
does, chooses, and archives the pages that are kept. Both take turns, and the least CPU time of each counts. Beside it
stands what reading every page by the archive's reader and that of career pages takes, on the first pages only.
"""

from __future__ import annotations

import itertools
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fastwarc.warc import ArchiveIterator, WarcRecordType

from extractors.archive.reader import read
from extractors.crawl.choice import find_closed, find_copies, homes_of
from extractors.crawl.host_files import host_files_in
from extractors.crawl.keep import keep_pages
from extractors.crawl.scan import WORD, Scan, scan
from extractors.reading import schema_org
from extractors.response import Response
from tests.bench.crawl_mix import write_mix
from tests.bench.timing import time_cpu

MIN_OF_BARE = 0.7
"""Share of the bare loop's rate that must be reached."""
PAGES = 3_000
READ_WHOLE = 200
ROUNDS = 5


@dataclass(frozen=True, kw_only=True)
class Cost:
    """CPU seconds for so many pages; `reading` is of `READ_WHOLE` pages at most."""

    n_pages: int
    n_kept: int
    n_read: int
    bare: float
    crawl: float
    reading: float

    @property
    def of_bare(self) -> float:
        """Share of the bare loop's rate."""
        return self.bare / self.crawl


def count_by_library(path: Path) -> tuple[int, int]:
    """Answers, and those with the word, by nothing but the library."""
    n_answers = n_marked = 0
    for record in ArchiveIterator(str(path), record_types=WarcRecordType.response, parse_http=False):
        n_answers += 1
        n_marked += WORD in record.reader.read()
    return n_answers, n_marked


def crawl(path: Path, archive: Path) -> Scan:
    """What the command does with a file up to the archive."""
    result = scan(path)
    exclusions = find_closed(result.pages, host_files_in([result]))
    exclusions |= find_copies(result.pages, homes_of(result.pages))
    pages = [page for page in result.pages if page not in exclusions]
    keep_pages(archive, "common_crawl", path, pages, name=path.name)
    return result


def read_whole(path: Path, n_pages: int) -> int:
    """Read so many pages whole, as career pages; how many have a posting."""
    pages: Iterator[Response] = (answer for answer in read(path) if isinstance(answer, Response))
    return sum(
        bool(schema_org.job_postings_in(schema_org.page_of(page), page.url))
        for page in itertools.islice(pages, n_pages)
    )


def measure(folder: Path, *, pages: int = PAGES, rounds: int = ROUNDS) -> Cost:
    """Measure all three on one made file. Raises `RuntimeError` when the crawl loses a page."""
    path = folder / "mix.warc.gz"
    n_postings = write_mix(path, pages)
    seconds: dict[str, list[float]] = {"bare": [], "crawl": []}
    for number in range(rounds + 1):
        bare, (n_answers, n_marked) = time_cpu(lambda: count_by_library(path))
        crawl_seconds, result = time_cpu(lambda: crawl(path, folder / str(number)))  # noqa: B023
        if not len(result.pages) == n_marked == n_postings:
            raise RuntimeError(
                f"{n_postings} pages have a posting, {n_marked} the word, {len(result.pages)} were found"
            )
        if number:  # the first loads lookups and libraries
            seconds["bare"].append(bare)
            seconds["crawl"].append(crawl_seconds)
    n_read = min(READ_WHOLE, pages)
    return Cost(
        n_pages=n_answers,
        n_kept=n_postings,
        n_read=n_read,
        bare=min(seconds["bare"]),
        crawl=min(seconds["crawl"]),
        reading=time_cpu(lambda: read_whole(path, n_read))[0],
    )


def lines(cost: Cost) -> list[str]:
    """What is printed."""
    rates = [cost.n_pages / cost.bare, cost.n_pages / cost.crawl, cost.n_read / cost.reading]
    return [
        f"crawl: {rates[1]:,.0f} pages/s of CPU, {cost.n_kept:,} of {cost.n_pages:,} kept; bare loop {rates[0]:,.0f}, "
        f"every page read {rates[2]:,.0f}",
        f"crawl reaches {cost.of_bare:.1%} of the bare loop's rate; at least {MIN_OF_BARE:.0%} is required",
    ]


def report() -> tuple[list[str], bool]:
    """Lines to print, and whether the crawl is fast enough."""
    with tempfile.TemporaryDirectory() as folder:
        cost = measure(Path(folder))
    return lines(cost), cost.of_bare >= MIN_OF_BARE


if __name__ == "__main__":
    output, is_fast = report()
    print("\n".join(output))
    sys.exit(0 if is_fast else 1)
