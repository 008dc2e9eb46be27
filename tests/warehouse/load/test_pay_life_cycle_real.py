"""The life of pay on one large employer's board, read night by night; skipped without its recording.

The board was recorded on 211 consecutive days: 1,075 of its postings stated pay, which changed 459 times, 304 of them
within one week. A table of spells has the days on which each posting stated which pay. The test builds each night's
board from it, and compares core with it, without our code. Five days are available as recorded. Characters beyond ASCII
were lost, among them dashes and the euro sign.
"""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from extractors.archive.writer import Writer
from extractors.refine.refine import refine, rows_of
from extractors.response import Response
from extractors.source_list import declared_sources
from extractors.sources.employer_boards import ashby
from tests.builders import all_rows, open_copy, passes
from transforms.records.rows import Posting
from warehouse import database
from warehouse.load import loader
from warehouse.tables import Sources

PANEL = Path(__file__).parents[3].parent / "shared" / "real" / "shapes" / "paid_panel"
pytestmark = pytest.mark.skipif(not PANEL.exists(), reason=f"the recorded board is not at {PANEL}")
BOARD = "https://api.ashbyhq.com/posting-api/job-board/openai?includeCompensation=true"
FIRST, LAST = date(2025, 9, 10), date(2026, 4, 8)
WEEK = [date(2026, 1, 29) + timedelta(days=number) for number in range(7)]
"""The week in which most pay changed, and the day before."""
NUMBER = re.compile(r"(\d[\d,.]*)(K?)")
Ends = tuple[float | None, float | None]


@dataclass(frozen=True)
class Spell:
    """The pay that a posting stated from one day to another."""

    said: dict[str, str]

    @property
    def pay(self) -> str:
        return self.said["compensationTierSummary"]

    @property
    def ends(self) -> Ends:
        """Lower and upper amount, from the numbers in the words."""
        amounts = [float(n.replace(",", "")) * (1000 if k else 1) for n, k in NUMBER.findall(self.pay)]
        return (amounts[0], amounts[min(1, len(amounts) - 1)]) if amounts else (None, None)

    def is_of(self, day: date) -> bool:
        return self.said["from_day"] <= day.isoformat() <= self.said["to_day"]


def spells() -> list[Spell]:
    with gzip.open(PANEL / "openai_pay_spells.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return [Spell(row) for row in csv.DictReader(file)]


def record_days() -> dict[date, Path]:
    return {date.fromisoformat(path.name[-18:-8]): path for path in sorted(PANEL.glob("openai_jobPostings_*.json.gz"))}


def board_on(day: date, history: Sequence[Spell]) -> dict[str, Spell]:
    return {spell.said["id"]: spell for spell in history if spell.is_of(day)}


def job(spell: Spell) -> dict[str, Any]:
    """The posting as in an answer of Ashby, with its pay in fields."""
    fields = spell.said
    interval = next((word for word in ("hour", "month") if f"per {word}" in spell.pay), "year")
    currency = "BRL" if "R$" in spell.pay else "USD" if "$" in spell.pay else None
    component = {
        "compensationType": "Salary", "interval": f"1 {interval.upper()}", "currencyCode": currency,
        "summary": spell.pay, "minValue": spell.ends[0], "maxValue": spell.ends[1],
    }  # fmt: skip
    return {
        "id": fields["id"], "title": fields["title"], "department": fields["department"], "team": fields["team"],
        "location": fields["location"], "workplaceType": fields["workplaceType"] or None,
        "employmentType": fields["employmentType"], "publishedAt": fields["publishedDate"], "isListed": True,
        "compensation": {"compensationTiers": [{"components": [component]}] if spell.pay else []},
    }  # fmt: skip


def nights_of(days: Sequence[date], work_template: Path, folder: Path) -> database.Connection:
    """A work file into which these nights were loaded."""
    history = spells()
    files = []
    for day in days:
        at = datetime(day.year, day.month, day.day, 2, tzinfo=UTC)
        body = json.dumps({"jobs": [*map(job, board_on(day, history).values())]}).encode()
        with Writer(folder / "archive" / "ashby" / f"{day}T020000Z.warc.gz") as writer:
            writer.write(url=BOARD, observed_at=at, status=200, body=body)
        assert writer.path is not None
        files.append(refine("ashby", writer.path, archive=folder / "archive", refined=folder / "refined"))
    con = open_copy(work_template, folder)
    database.load_lookup(con, Sources, declared_sources())
    assert {one.state for one in loader.load(con, files, gate=passes)} == {"loaded"}
    return con


def check(con: database.Connection, days: Sequence[date]) -> set[tuple[str, date]]:
    """Compare core with the spells of the days that were read; return which postings changed their pay when."""
    history = spells()
    boards = {day: board_on(day, history) for day in days}
    sightings: dict[str, list[date]] = defaultdict(list)
    for day, board in boards.items():
        for id in board:
            sightings[id].append(day)
    follows = dict(pairwise(days))
    changes, intervals = set(), set()
    for id, dates in sightings.items():
        begin = dates[0]
        for one, other in zip(dates, [*dates[1:], None], strict=True):
            if other and boards[one][id].ends != boards[other][id].ends:
                changes.add((id, other, boards[one][id].ends, boards[other][id].ends))
            if other is None or follows[one] != other:
                intervals.add((id, begin, one, follows.get(one)))
                begin = other or begin
    rows = all_rows(con, "SELECT posting_id, first_seen_at, last_seen_at, closed_at FROM core.posting_intervals")
    assert {(id[6:], a.date(), b.date(), c.date() if c else None) for id, a, b, c in rows} == intervals
    edits: dict[tuple[str, date], dict[str, tuple[Any, Any]]] = defaultdict(dict)
    for id, at, column, old, new in all_rows(
        con,
        "SELECT posting_id, changed_at, column_name, old_value, new_value FROM core.posting_changes"
        " WHERE column_name IN ('pay_low', 'pay_high')",
    ):
        edits[id[6:], at.date()][column] = (old and float(old), new and float(new))
    assert edits.keys() == {(id, day) for id, day, *_ in changes}
    for id, day, before, after in changes:
        for column, old, new in zip(("pay_low", "pay_high"), before, after, strict=True):
            assert edits[id, day].get(column, (new, new)) == (old, new) or old == new
    for day in days:
        query = f"SELECT posting_id, pay_low, pay_high FROM postings_as_of(DATE '{day}') WHERE is_open"
        assert {id[6:]: ends for id, *ends in all_rows(con, query)} == {
            id: [*spell.ends] for id, spell in boards[day].items()
        }, f"what stood on {day}"
    return {(id, day) for id, day, before, after in changes if None not in (*before, *after)}


def test_pay_that_one_employer_changes_on_its_whole_board_is_kept_with_what_it_was(
    work_template: Path, tmp_path: Path
) -> None:
    days = sorted({*WEEK, *record_days(), *(FIRST + timedelta(days=n) for n in range(0, 211, 42))})
    with nights_of(days, work_template, tmp_path) as con:
        changes = check(con, days)
        assert 290 <= sum(day in WEEK[1:] for _, day in changes) <= 310
        assert all_rows(con, "SELECT count(*) FROM core.posting_pay WHERE is_headline AND component <> 'base'") == [
            (0,)
        ]


@pytest.mark.long
def test_all_211_days_of_the_board(work_template: Path, tmp_path: Path) -> None:
    days = [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]
    with nights_of(days, work_template, tmp_path) as con:
        changes = check(con, days)
        assert len(changes) == 455, "459 changes of words, four of them without another amount"
        query = "SELECT count(DISTINCT posting_id) FROM core.posting_versions WHERE pay_low IS NOT NULL"
        assert all_rows(con, query) == [(1_075,)]
    words = defaultdict(list)
    for spell in sorted(spells(), key=lambda spell: spell.said["from_day"]):
        words[spell.said["id"]].append(spell.pay)
    pairs = [pair for series in words.values() for pair in pairwise(series)]
    assert sum(one != other and bool(one and other) for one, other in pairs) == 459


@pytest.mark.parametrize("day", record_days(), ids=str)
def test_a_recorded_day_says_what_the_spells_say_and_its_words_give_the_same_amounts(day: date) -> None:
    """Here pay is read from the words alone, with the dash that the recorder lost."""
    adverts = json.loads(gzip.decompress(record_days()[day].read_bytes()))
    board = board_on(day, spells())
    assert {one["id"]: one["compensationTierSummary"] or "" for one in adverts} == {
        id: spell.pay for id, spell in board.items()
    }
    jobs = [
        {
            "id": one["id"], "title": one["title"], "location": one["locationName"], "isListed": one["isListed"],
            "publishedAt": one["publishedDate"], "employmentType": one["employmentType"],
            "compensation": {"compensationTierSummary": restore_signs(one["compensationTierSummary"])},
        }
        for one in adverts
    ]  # fmt: skip
    answer = Response(
        url=BOARD, observed_at=datetime(2026, 4, 8, tzinfo=UTC), status=200, body=json.dumps({"jobs": jobs}).encode()
    )
    rows = [row for row in rows_of(ashby, answer) if isinstance(row, Posting)]
    assert len(rows) == len(adverts)
    read = {row.posting_id[6:]: (row.pay_low, row.pay_high) for row in rows}
    wrong = {id: (board[id].pay, ends, board[id].ends) for id, ends in read.items() if not is_same(ends, board[id])}
    assert wrong == {}


def restore_signs(words: str | None) -> str | None:
    """Pay in words with the dash of a range and the euro sign, which the recording lost."""
    text = re.sub(r"(?<!\S)(\S*\d\S*)  (?=\S*\d)(\S+)", "\\1 \u2013 \\2", words or "")
    return re.sub(r"(?<!\S)(?=\d)", "\u20ac", text).replace("  ", " \u2022 ") or None


def is_same(ends: Ends, spell: Spell) -> bool:
    """Whether amounts match the words; a single amount is a lower bound, or both bounds."""
    return ends == spell.ends or (ends[0] == spell.ends[0] == spell.ends[1] and ends[1] is None)
