"""The life cycle of real postings, against a comparison of the payloads written here without any code of ours.

Greenhouse: about 3,100 boards, whole, at four times in two days. simplify_newgrad: one list that keeps what is closed
and says so with two flags, on fourteen days of a year. The payloads are taken in as an operator does it, up to the
marts, which do not matter here. Of Greenhouse's boards those are taken in whose lists changed within the first day, and
of the others one in `ONE_IN`; all of them in `make long`.
"""

from __future__ import annotations

import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from extractors.archive.reader import read
from extractors.archive.writer import Writer
from extractors.response import Response
from flows import backfill
from flows.inputs.recordings import recordings_in
from flows.night import load
from flows.runs.run_record import Request, begin, work_of
from flows.runtime.settings import Settings
from tests.raw_warc import responses_in
from warehouse import database

PAYLOADS = Path(__file__).parents[2].parent / "shared" / "real" / "payloads"
pytestmark = pytest.mark.skipif(not PAYLOADS.is_dir(), reason=f"needs the real payloads in {PAYLOADS}")
GREENHOUSE = sorted((PAYLOADS / "greenhouse").glob("2026-01-0*.warc.gz"))
NEWGRAD = sorted((PAYLOADS / "simplify_newgrad").glob("*.warc.gz"))
ONE_IN = 200
COMPARED = {"title": "title", "location_text": "location"}
"""Columns of `core.posting_changes` that are held against the payloads, and the words for them here."""


# --- the payloads, read by themselves -----------------------------------------------------------------

Lists = Iterator[tuple[datetime, dict[str, dict[str, dict[str, str | None]]]]]
"""Each time with its boards, and what each lists: title and location by posting."""


@dataclass
class Expected:
    """What the payloads tell of one source. Times are UTC; a closing of None means: not closed."""

    times: list[datetime] = field(default_factory=list)
    on_boards: set[tuple[Any, ...]] = field(default_factory=set)
    """(posting, board, first seen, last seen, closed)"""
    open: set[tuple[Any, ...]] = field(default_factory=set)
    """(posting, first seen, last seen, closed), over all boards"""
    changes: set[tuple[Any, ...]] = field(default_factory=set)
    """(posting, when, which of COMPARED, old, new)"""
    unread: Counter[datetime] = field(default_factory=Counter)
    """Postings that were listed the time before, on boards that did not answer at a time."""

    def opened(self, time: datetime) -> int:
        """Postings that were not open before and are from a time on."""
        return sum(first == time for _, first, *_ in self.open)

    def closed(self, time: datetime) -> int:
        """Postings that a time's lists closed."""
        return sum(end == time for *_, end in self.open)

    def changed(self, time: datetime) -> Counter[str]:
        """Values of each kind that were another the last time they were seen."""
        return Counter(word for _, when, word, *_ in self.changes if when == time)


def answers_in(path: Path) -> Iterator[tuple[datetime, str, Any]]:
    """Time, address and JSON of each response of a WARC file."""
    for response in responses_in(path):
        yield response.time, response.url, orjson.loads(response.body)


def fold_spaces(text: str | None) -> str | None:
    return " ".join((text or "").split()) or None


def board_of(url: str) -> str:
    return url.split("/")[5]


def greenhouse_lists(files: Sequence[Path]) -> Lists:
    """The boards of each time."""
    for path in files:
        boards: dict[str, dict[str, dict[str, str | None]]] = {}
        for answer in answers_in(path):
            time, url, payload = answer
            boards[board_of(url)] = {
                f"greenhouse:{job['id']}": {
                    "title": fold_spaces(job["title"]),
                    "location": fold_spaces(job["location"]["name"]),
                }
                for job in payload["jobs"]
            }
        yield time, boards


def part_of_boards(folder: Path) -> list[Path]:
    """Greenhouse's recordings with some of the boards alone: those that changed first, and one in `ONE_IN` others."""
    first, *later = (boards for _, boards in greenhouse_lists(GREENHOUSE[:3]))
    names = first.keys() | {board for boards in later for board in boards}
    selection = {board for board in names if any(boards.get(board) != first.get(board) for boards in later)}
    assert 10 < len(selection) < len(names) / 10
    for path in GREENHOUSE:
        with Writer(folder / path.name) as writer:
            for answer in read(path):
                assert isinstance(answer, Response)
                board = board_of(answer.url)
                if board in selection or zlib.crc32(board.encode()) % ONE_IN == 0:
                    writer.write(
                        url=answer.url,
                        observed_at=answer.observed_at,
                        status=answer.status,
                        headers=[("content-type", "application/json")],
                        body=answer.body,
                    )
    return [folder / path.name for path in GREENHOUSE]


def newgrad_lists() -> Lists:
    """The one list of the fourteen days; a row that is not active, or hidden, is not listed."""
    for path in NEWGRAD:
        [(time, _, rows)] = answers_in(path)
        jobs = [row for row in rows if row["active"] is True and row["is_visible"] is True]
        yield (
            time,
            {
                "all": {
                    f"simplify_newgrad:{row['id']}": {
                        "title": fold_spaces(row["title"]),
                        "location": fold_spaces("; ".join(row["locations"])),
                    }
                    for row in jobs
                }
            },
        )


def expect(lists: Lists) -> Expected:
    """What happened. A board that does not answer at a time says nothing then: neither listed nor gone."""
    result = Expected()
    standing: defaultdict[str, dict[str, list[datetime]]] = defaultdict(dict)  # by board, then posting: first and last
    open_since: dict[str, list[datetime]] = {}
    last_words: dict[str, dict[str, str | None]] = {}
    for time, boards in lists:
        before = result.times[-1] if result.times else None
        result.times.append(time)
        for board, spans in standing.items():
            if board not in boards:
                result.unread[time] += sum(last == before for _, last in spans.values())
        for board, postings in boards.items():
            for absent in standing[board].keys() - postings.keys():
                result.on_boards.add((absent, board, *standing[board].pop(absent), time))
            for posting, says in postings.items():
                standing[board].setdefault(posting, [time, time])[1] = time
                for word, value in says.items():
                    old = last_words.get(posting, says)[word]
                    if old != value:
                        result.changes.add((posting, time, word, old, value))
                last_words[posting] = says
        open_now = {posting for spans in standing.values() for posting in spans}
        for absent in open_since.keys() - open_now:
            result.open.add((absent, *open_since.pop(absent), time))
        for postings in boards.values():
            for posting in postings:
                open_since.setdefault(posting, [time, time])[1] = time
    for board, spans in standing.items():
        result.on_boards |= {(posting, board, *times, None) for posting, times in spans.items()}
    result.open |= {(posting, *times, None) for posting, times in open_since.items()}
    return result


# --- the product on the same files --------------------------------------------------------------------


def take_in(data: Path, source: str, files: Sequence[Path]) -> Iterator[database.Connection]:
    """The working warehouse after a backfill of one source's files, up to the marts."""
    request = Request(settings=Settings(data=data, workers=1), command="test", sources=(source,))
    begin(request)
    recordings = recordings_in(files).by_source
    assert list(recordings) == [source]
    assert backfill.archive_recordings.fn(source, recordings[source], request).outcome == "ok"
    results, failures = load.refine_archive.fn(request)
    assert not failures
    states = {load.state for load in load.load_refined.fn(request, results)}
    assert states == {"loaded"}
    with work_of(request) as con:
        yield con


@pytest.fixture(scope="module")
def greenhouse() -> Expected:
    return expect(greenhouse_lists(GREENHOUSE))


@pytest.fixture(scope="module")
def newgrad() -> Expected:
    return expect(newgrad_lists())


@pytest.fixture(scope="module")
def newgrad_con(tmp_path_factory: pytest.TempPathFactory) -> Iterator[database.Connection]:
    yield from take_in(tmp_path_factory.mktemp("newgrad") / "data", "simplify_newgrad", NEWGRAD)


def rows(con: database.Connection, sql: str) -> set[tuple[Any, ...]]:
    """Rows that are all different, their times in UTC."""
    result = con.execute(sql).fetchall()
    records = {tuple(v.astimezone(UTC) if isinstance(v, datetime) else v for v in row) for row in result}
    assert len(records) == len(result)
    return records


def differences(actual: set[tuple[Any, ...]], expected: set[tuple[Any, ...]]) -> dict[str, list[tuple[Any, ...]]]:
    """What is wrong, short enough to be read; {}: nothing."""
    wrong = {"not told by the payloads": actual - expected, "missing": expected - actual}
    return {what: [(f"{len(rows)} rows",), *sorted(rows, key=str)[:5]] for what, rows in wrong.items() if rows}


def agrees(con: database.Connection, expected: Expected) -> None:
    """Intervals on boards, intervals over all boards, and changes are those of the payloads, each and no other."""
    boards = rows(con, "SELECT posting_id, board, first_seen_at, last_seen_at, closed_at FROM core.posting_boards")
    assert differences(boards, expected.on_boards) == {}
    intervals = rows(con, "SELECT posting_id, first_seen_at, last_seen_at, closed_at FROM core.posting_intervals")
    assert differences(intervals, expected.open) == {}
    names = ", ".join(f"'{column}'" for column in COMPARED)
    changes = rows(
        con,
        "SELECT posting_id, changed_at, column_name, old_value, new_value FROM core.posting_changes"
        f" WHERE column_name IN ({names})",
    )
    words = {(id, at, COMPARED[column], old, new) for id, at, column, old, new in changes}
    assert differences(words, expected.changes) == {}


def test_the_greenhouse_payloads_tell_what_is_known_of_them(greenhouse: Expected) -> None:
    """Counted once by comparing sets of ids: so that a mistake in `expect` is not also the product's excuse."""
    first, *others = greenhouse.times
    assert greenhouse.opened(first) == 111_134
    counts = [(greenhouse.opened(time), greenhouse.closed(time), greenhouse.unread[time]) for time in others]
    assert counts == [(9, 7, 0), (78, 80, 2), (3_524, 2_606 - 65, 65)], "the 65 stood on nine boards"
    changes = [greenhouse.changed(time) for time in others]
    titles, locations = ([words[word] for words in changes] for word in ("title", "location"))
    assert titles == [1, 8 + 1, 351 + 1], "two postings came back under another title"
    assert locations == [1, 12, 131]


def test_greenhouse_opens_closes_and_changes_as_its_lists_say(tmp_path: Path) -> None:
    files = part_of_boards(tmp_path)
    for con in take_in(tmp_path / "data", "greenhouse", files):
        agrees(con, expect(greenhouse_lists(files)))


@pytest.mark.long
def test_all_of_greenhouse_opens_closes_and_changes_as_its_lists_say(greenhouse: Expected, tmp_path: Path) -> None:
    for con in take_in(tmp_path / "data", "greenhouse", GREENHOUSE):
        agrees(con, greenhouse)


def test_the_newgrad_payloads_tell_what_is_known_of_them(newgrad: Expected) -> None:
    first, *others = newgrad.times
    assert newgrad.opened(first) == 129
    openings, closings = ([count(time) for time in others] for count in (newgrad.opened, newgrad.closed))
    assert openings == [66, 181, 129, 61, 21, 2, 7, 3, 2, 6, 2, 6, 5]
    assert closings == [83, 94, 188, 56, 23, 3, 4, 1, 9, 6, 4, 8, 3]
    n_openings = Counter(posting for posting, *_ in newgrad.open)
    assert sum(n - 1 for n in n_openings.values()) == 20, "rows that became active or shown again"


def test_newgrad_keeps_to_the_flags_of_its_rows(newgrad: Expected, newgrad_con: database.Connection) -> None:
    agrees(newgrad_con, newgrad)
