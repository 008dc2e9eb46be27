"""Eight nights of nine boards with full texts, compared with a count that uses none of our readers.

The answers of four Greenhouse boards and five Lever boards were recorded on eight days. The test reads each answer as
plain JSON: the adverts it lists, and their titles, places, departments and visible words. It compares each day with the
next; `core` must have the same openings, closings and edits, in whichever order the days are loaded. Only changes of
words count as edits, not changes of markup, spaces and letter case.
"""

from __future__ import annotations

import functools
import json
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from extractors.archive.writer import Writer
from extractors.refine.refine import RefineResult, refine
from extractors.source_list import declared_sources
from tests.builders import all_rows, open_copy, passes
from tests.raw_warc import responses_in
from warehouse import database
from warehouse.load import loader
from warehouse.tables import Sources

FOLDER = Path(__file__).parents[3].parent / "shared" / "real" / "daily_text"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"needs the eight recorded days in {FOLDER}")
RECORDINGS = sorted(FOLDER.glob("*.warc.gz"))
IN_SUITE = slice(2, 5)
"""10 to 12 August, with the day of most edits and the day of most closings. `make long` takes all eight."""
SOURCES = ("greenhouse", "lever")
COLUMNS = ("title", "location_text", "department", "text_hash")


# --- the bytes, read as plain JSON -------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """One recorded answer."""

    url: str
    at: datetime
    body: bytes

    @property
    def source(self) -> str:
        return "greenhouse" if "greenhouse" in self.url else "lever"

    @property
    def board(self) -> str:
        """Greenhouse: /v1/boards/BOARD/jobs, Lever: /v0/postings/BOARD."""
        return self.url.split("?")[0].split("/")[5]


@dataclass
class Expected:
    """What follows from the answers. Times are UTC; a closing of None means not closed."""

    on_boards: set[tuple[Any, ...]] = field(default_factory=set)
    """(posting, board, first seen, last seen, closed)"""
    edits: set[tuple[Any, ...]] = field(default_factory=set)
    """(posting, when, column)"""
    words: dict[str, dict[str, str | None]] = field(default_factory=dict)
    """The last content of each posting."""
    said: dict[tuple[str, str], dict[str, str | None]] = field(default_factory=dict)
    """The content of each posting on a day (YYYYMMDD)."""


def answers_in(path: Path) -> Iterator[Answer]:
    """The answers of a WARC file; all must have succeeded."""
    for response in responses_in(path):
        assert response.head.startswith(b"HTTP/1.1 200 ")
        yield Answer(response.url, response.time, response.body)


class _Words(HTMLParser):
    """Collects the text between the tags of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.feed(html)
        self.close()

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


@functools.cache
def visible(html: str) -> str:
    """The words of HTML without spaces, in one case, in Unicode's compatibility form."""
    return "".join(unicodedata.normalize("NFKC", "".join(_Words(html).parts)).casefold().split())


def fold_spaces(text: str | None) -> str | None:
    return " ".join((text or "").split()) or None


def words_of(source: str, job: Mapping[str, Any]) -> dict[str, str | None]:
    """The content of an advert, by column of core."""
    if source == "greenhouse":
        place = (job.get("location") or {}).get("name")
        departments = [one["name"] for one in job.get("departments") or () if one.get("name")]
        title, department, html = job["title"], next(iter(departments), None), unescape(job.get("content") or "")
    else:
        kinds = job["categories"]
        place = "; ".join(kinds.get("allLocations") or filter(None, [kinds.get("location")]))
        title, department = job["text"], kinds.get("team") or kinds.get("department")
        lists = [f"{one['text'].replace('&', '&amp;')} {one['content']}" for one in job["lists"]]
        html = " ".join([job["description"], *lists, job["additional"], job.get("salaryDescription") or ""])
    return {
        "title": fold_spaces(title),
        "location_text": fold_spaces(place),
        "department": fold_spaces(department),
        "text_hash": visible(html),
    }


def is_job(job: Mapping[str, Any]) -> bool:
    """Greenhouse marks a post that only collects prospects with a null `internal_job_id`."""
    return job.get("internal_job_id", 1) is not None


def expect(days: Sequence[Path]) -> Expected:
    """Find out what happened by comparing each answer of a board with the answer before it."""
    expected = Expected()
    spans: dict[tuple[str, str], list[datetime]] = {}
    for day in days:
        for answer in answers_in(day):
            payload = json.loads(answer.body)
            jobs = filter(is_job, payload["jobs"] if isinstance(payload, dict) else payload)
            listed = {f"{answer.source}:{job['id']}": words_of(answer.source, job) for job in jobs}
            board = answer.board
            for key in [key for key in spans if key[1] == board and key[0] not in listed]:
                expected.on_boards.add((*key, *spans.pop(key), answer.at))
            for id, words in listed.items():
                spans.setdefault((id, board), [answer.at, answer.at])[1] = answer.at
                before = expected.words.get(id, words)
                expected.edits |= {(id, answer.at, column) for column in COLUMNS if before[column] != words[column]}
                expected.words[id] = expected.said[day.name[:8], id] = words
    expected.on_boards |= {(*key, *times, None) for key, times in spans.items()}
    return expected


# --- the product on the same files ----------------------------------------------------------------------


def take_in(day: Path, folder: Path, hour: int = 21) -> list[RefineResult]:
    """Archive a day as a night would, source by source, and refine it beside the earlier days."""
    files = []
    for source in SOURCES:
        with Writer(folder / "archive" / source / f"{day.name[:8]}T{hour}0000Z.warc.gz") as writer:
            for answer in answers_in(day):
                if answer.source == source:
                    writer.write(url=answer.url, observed_at=answer.at, status=200, body=answer.body)
        assert writer.path is not None
        files.append(refine(source, writer.path, archive=folder / "archive", refined=folder / "refined"))
    return files


def rows(con: database.Connection, sql: str) -> set[tuple[Any, ...]]:
    """Read distinct rows, with times in UTC."""
    found = [tuple(v.astimezone(UTC) if isinstance(v, datetime) else v for v in row) for row in all_rows(con, sql)]
    assert len(set(found)) == len(found)
    return set(found)


def agrees(con: database.Connection, expected: Expected) -> None:
    """Assert that core has exactly the intervals, edits and last contents that follow from the bytes."""
    boards = rows(con, "SELECT posting_id, board, first_seen_at, last_seen_at, closed_at FROM core.posting_boards")
    assert boards == expected.on_boards
    intervals = rows(con, "SELECT posting_id, first_seen_at, last_seen_at, closed_at FROM core.posting_intervals")
    assert intervals == {(id, *times) for id, _, *times in expected.on_boards}, "no advert stands on two boards"
    names = ", ".join(f"'{column}'" for column in COLUMNS)
    edits = rows(
        con, f"SELECT posting_id, changed_at, column_name FROM core.posting_changes WHERE column_name IN ({names})"
    )
    assert edits == expected.edits
    words = rows(con, "SELECT posting_id, title, location_text, department FROM core.postings")
    assert words == {(id, *(said[column] for column in COLUMNS[:3])) for id, said in expected.words.items()}
    # If several days have the same words, the row comes from the day that was refined first.
    for id, warc in rows(con, "SELECT posting_id, warc FROM core.postings"):
        assert expected.said[Path(warc).name[:8], id] == expected.words[id], "its file says what it says"


def load(con: database.Connection, files: Sequence[RefineResult]) -> Counter[str]:
    """Load files, among them files that were loaded before, and return the results."""
    states: Counter[str] = Counter()
    for source in SOURCES:
        results = loader.load(con, [file for file in files if file.source == source], gate=passes)
        states.update(result.state for result in results)
    return states


def stored(con: database.Connection) -> dict[str, list[str]]:
    """The lives of postings in core, without the places of their rows."""
    tables = {
        "postings": "* EXCLUDE (warc, record)",
        "posting_versions": "* EXCLUDE (warc, record)",
        **dict.fromkeys(("posting_boards", "posting_intervals", "posting_changes"), "*"),
    }
    return {
        table: sorted(map(str, all_rows(con, f"SELECT {columns} FROM core.{table}")))
        for table, columns in tables.items()
    }


def check_orders(days: Sequence[Path], work_template: Path, folder: Path) -> Expected:
    """Load days in order, out of order and twice; compare each result with the bytes, and return what they show."""
    expected = expect(days)
    # Every other day first, newest first; then the days between.
    mixed = [*reversed(days[::2]), *reversed(days[1::2])]
    contents = []
    for name, order in (("in order", days), ("out of order", mixed)):
        with open_copy(work_template, folder / name) as con:
            database.load_lookup(con, Sources, declared_sources())
            files: list[RefineResult] = []
            for day in order:
                files += take_in(day, folder / name)
                load(con, files)
            agrees(con, expected)
            contents.append(stored(con))
            assert load(con, files) == {"unchanged": len(files)}
            if order is mixed:
                assert load(con, [*files, *take_in(days[1], folder / name, hour=22)])["loaded"] >= len(SOURCES)
                agrees(con, expected)
    assert contents[0] == contents[1]
    return expected


def count(expected: Expected) -> dict[str, list[int]]:
    """Openings, closings and edits of texts by day, in order."""
    first, last = ([times[which] for times in expected.on_boards] for which in (2, 4))
    texts = [at for _, at, column in expected.edits if column == "text_hash"]
    days = sorted(set(first) | set(filter(None, last)) | set(texts))
    return {
        name: [times.count(day) for day in days]
        for name, times in (("opened", first), ("closed", last), ("edited", texts))
    }


def test_three_nights_open_close_and_change_as_the_answers_say(work_template: Path, tmp_path: Path) -> None:
    assert count(check_orders(RECORDINGS[IN_SUITE], work_template, tmp_path)) == {
        "opened": [742, 7, 19], "closed": [0, 13, 57], "edited": [0, 102, 3],
    }  # fmt: skip


@pytest.mark.long
def test_eight_nights_open_close_and_change_as_the_answers_say(work_template: Path, tmp_path: Path) -> None:
    assert count(check_orders(RECORDINGS, work_template, tmp_path)) == {
        "opened": [741, 0, 7, 7, 19, 13, 12], "closed": [0, 2, 4, 13, 57, 7, 8], "edited": [0, 0, 2, 102, 3, 1, 4],
    }  # fmt: skip
