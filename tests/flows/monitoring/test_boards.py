"""Tending boards.csv: what is proposed, and that nothing but a patch is written."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from extractors.archive.warc import Writer
from extractors.boards import BOARDS, all_boards, read_boards, written
from extractors.source import Response
from flows.monitoring import boards as tended
from flows.runtime.settings import Settings
from flows.terminal.errors import WrongUsage
from transforms.records.boards import Board

NOW = datetime(2026, 3, 1, 2, tzinfo=UTC)
DAYS = [date(2026, 3, day) for day in (1, 2, 3)]


def test_a_board_is_added_by_its_page(tmp_path: Path) -> None:
    boards, finding = tended.added("jobs.lever.co/acme-of-this-test/0c6f", employer="Acme", country="CL")
    assert (finding.what, finding.source, finding.board) == ("add", "lever", "acme-of-this-test")
    before = BOARDS.read_bytes()
    path = tended.proposed(boards, Settings(data=tmp_path))
    assert path == tmp_path / "boards.diff"
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[:2] == ["--- a/extractors/boards.csv", "+++ b/extractors/boards.csv"]
    assert [line for line in lines[2:] if line[0] in "+-"] == ["+lever,acme-of-this-test,Acme,CL,,,,"]
    assert BOARDS.read_bytes() == before


def test_nothing_to_change_writes_nothing(tmp_path: Path) -> None:
    assert tended.proposed(all_boards(), Settings(data=tmp_path)) is None
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://careers.acme.example/", "a career page on one of these platforms expected: .*lever"),
        (f"https://jobs.lever.co/{next(b.board for b in all_boards() if b.source == 'lever')}", "already"),
    ],
)
def test_what_cannot_be_added_is_said(url: str, why: str) -> None:
    with pytest.raises(WrongUsage, match=why):
        tended.added(url)


@pytest.mark.parametrize(
    ("statuses", "what", "day"),
    [
        ((), None, None),
        ((200, 200, 200), None, DAYS[2]),
        ((200, 304, 304), None, DAYS[2]),
        ((200, 200, 404), None, DAYS[1]),
        ((200, 404, 410), "remove", None),
        ((200, 301), "look", DAYS[0]),
        ((200, 503, 503), None, DAYS[0]),
        ((404, 404, 200), None, DAYS[2]),
    ],
)
def test_what_the_last_answers_say_of_a_board(statuses: Sequence[int], what: str | None, day: date | None) -> None:
    board = Board(source="lever", board="acme", hires_in=("South America",))
    answers = [(status, day, True) for status, day in zip(statuses, DAYS, strict=False)]
    kept, finding = tended._judged(board, answers, ["Northern Europe"])
    assert (finding.what if finding else None) == what
    if kept is not None:
        assert kept.verified_on == day
        assert kept.hires_in == ("Northern Europe", "South America")
    else:
        assert what == "remove"


def test_boards_are_discovered_by_links(tmp_path: Path) -> None:
    known = next(b.board for b in all_boards() if b.source == "lever")
    text = (
        'apply at <a href="https:&#x2F;&#x2F;jobs.lever.co&#x2F;hidden">here</a>, https://jobs.ashbyhq.com/New-Co/1, '
        f"https://jobs.lever.co/{known} or https://apply.workable.com/newco/. (http://boards.greenhouse.io/newco)"
    )
    with Writer(tmp_path / "archive" / "lever" / "2026-03-01T020000Z.warc.gz") as writer:
        for body in (json.dumps([{"text": text}]).encode(), json.dumps([text]).replace("/", "\\/").encode()):
            writer.write(url="https://api.lever.co/v0/postings/x", observed_at=NOW, status=200, body=body)
    boards, findings = tended.discovered(Settings(data=tmp_path))
    assert {(found.source, found.board) for found in findings} == {
        ("ashby", "New-Co"),
        ("workable", "newco"),
        ("greenhouse", "newco"),
    }
    assert all(found.why == "linked from 1 files, first lever/2026-03-01T020000Z.warc.gz" for found in findings)
    assert len(boards) == len(all_boards()) + 3
    assert list(read_boards(written(boards)))


def test_an_answer_does_not_discover_itself() -> None:
    body = b"https://jobs.lever.co/acme/1 https://jobs.lever.co/other/1"
    answer = Response(url="https://api.lever.co/v0/postings/acme", observed_at=NOW, status=200, body=body)
    assert list(tended.boards_linked(answer)) == [("lever", "other")]
