"""Tending boards.csv: what is proposed, and that nothing but a patch is written."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from extractors.archive.writer import Writer
from extractors.boards import BOARDS, all_boards, boards_csv, read_boards
from extractors.response import Response
from flows.monitoring import boards
from flows.monitoring.boards import (
    _judge_board,
    add_board,
    discover_boards,
    find_linked_boards,
    find_lost_boards,
    read_asked_boards,
    write_patch,
)
from flows.runtime.settings import Settings
from flows.terminal.errors import Wrong, WrongUsage
from tests.builders import open_copy
from tests.reports.conftest import put_rows
from transforms.records.boards import Board
from warehouse.ops_tables import BoardNights, Responses
from warehouse.publish import market

NOW = datetime(2026, 3, 1, 2, tzinfo=UTC)
DAYS = [date(2026, 3, day) for day in (1, 2, 3)]


def test_a_board_is_added_by_its_page(tmp_path: Path) -> None:
    entries, finding = add_board("jobs.lever.co/acme-of-this-test/0c6f", employer="Acme", country="CL")
    assert (finding.what, finding.source, finding.board) == ("add", "lever", "acme-of-this-test")
    before = BOARDS.read_bytes()
    path = write_patch(entries, Settings(data=tmp_path))
    assert path == tmp_path / "boards.diff"
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[:2] == ["--- a/extractors/boards.csv", "+++ b/extractors/boards.csv"]
    assert [line for line in lines[2:] if line[0] in "+-"] == ["+lever,acme-of-this-test,Acme,CL,,,,,"]
    assert BOARDS.read_bytes() == before


def test_nothing_to_change_writes_nothing(tmp_path: Path) -> None:
    assert write_patch(all_boards(), Settings(data=tmp_path)) is None
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://careers.acme.example/", "expected a career page on one of these platforms: .*lever"),
        (f"https://jobs.lever.co/{next(b.board for b in all_boards() if b.source == 'lever')}", "already"),
        ("https://polestar.teamtailor.com/jobs/1", "teamtailor polestar is not read: .*not_read.csv"),
    ],
)
def test_what_cannot_be_added_is_said(url: str, why: str) -> None:
    with pytest.raises(WrongUsage, match=why):
        add_board(url)


@pytest.mark.parametrize(
    ("statuses", "what", "day"),
    [
        ((), None, None),
        ((200, 200, 200), None, DAYS[2]),
        ((200, 304, 304), None, DAYS[2]),
        ((200, 200, 404), None, DAYS[1]),
        ((200, 404, 410), "remove", None),
        ((404, 503, 410), "remove", None),
        ((200, 301), "look", DAYS[0]),
        ((200, 404, 301), "look", DAYS[0]),
        ((200, 503, 503), None, DAYS[0]),
        ((404, 404, 200), None, DAYS[2]),
    ],
)
def test_what_the_last_nights_say_of_a_board(
    statuses: Sequence[int], what: str | None, day: date | None, work_template: Path, tmp_path: Path
) -> None:
    board = Board(source="lever", board="acme", hires_in=("South America",))
    with open_copy(work_template, tmp_path) as con:
        for number, (status, night) in enumerate(zip(statuses, DAYS, strict=False)):
            put_rows(con, Responses, answer("acme", number, status, night))
        record = read_asked_boards(con).get(("lever", "acme"))
    entry, finding = _judge_board(board, record, ["Northern Europe"], 2)
    assert (finding.what if finding else None) == what
    if entry is not None:
        assert entry.verified_on == day
        assert entry.hires_in == ("Northern Europe", "South America")
    else:
        assert what == "remove"


@pytest.mark.parametrize(
    ("target", "why"),
    [(("ashby", "new"), "it redirects to ashby new"), ((None, None), "the employer may have moved")],
)
def test_the_board_that_a_redirect_leads_to_is_named(
    target: tuple[str | None, str | None], why: str, work_template: Path, tmp_path: Path
) -> None:
    night = {"run_id": "a", "source": "lever", "board": "acme", "planned_on": DAYS[0], "why": "yield"}
    moved_to = {"moved_to_source": target[0], "moved_to_board": target[1]}
    with open_copy(work_template, tmp_path) as con:
        put_rows(con, Responses, answer("acme", 0, 301, DAYS[0]))
        put_rows(con, BoardNights, night | moved_to)
        record = read_asked_boards(con)[("lever", "acme")]
    _, finding = _judge_board(Board(source="lever", board="acme"), record, [], 2)
    assert finding is not None and finding.what == "look"
    assert why in finding.why


def test_boards_are_discovered_by_links(tmp_path: Path) -> None:
    token = next(b.board for b in all_boards() if b.source == "lever")
    text = (
        'apply at <a href="https:&#x2F;&#x2F;jobs.lever.co&#x2F;hidden">here</a>, https://jobs.ashbyhq.com/New-Co/1, '
        f"https://jobs.lever.co/{token} or https://apply.workable.com/newco/. (http://boards.greenhouse.io/newco)"
    )
    with Writer(tmp_path / "archive" / "lever" / "2026-03-01T020000Z.warc.gz") as writer:
        for body in (json.dumps([{"text": text}]).encode(), json.dumps([text]).replace("/", "\\/").encode()):
            writer.write(url="https://api.lever.co/v0/postings/x", observed_at=NOW, status=200, body=body)
    entries, findings = discover_boards(Settings(data=tmp_path))
    assert {(finding.source, finding.board) for finding in findings} == {
        ("ashby", "New-Co"),
        ("workable", "newco"),
        ("greenhouse", "newco"),
    }
    assert all(finding.why == "linked from 1 files, first lever/2026-03-01T020000Z.warc.gz" for finding in findings)
    assert len(entries) == len(all_boards()) + 3
    assert list(read_boards(boards_csv(entries)))


def test_an_answer_does_not_discover_itself() -> None:
    body = b"https://jobs.lever.co/acme/1 https://jobs.lever.co/other/1"
    answer = Response(url="https://api.lever.co/v0/postings/acme", observed_at=NOW, status=200, body=body)
    assert list(find_linked_boards(answer)) == [("lever", "other")]


@pytest.mark.parametrize(
    ("url", "link", "expected"),
    [
        ("https://boards-api.greenhouse.io/v1/boards/acme/jobs", "https://jobs.ashbyhq.com/acme", ("ashby", "acme")),
        (
            "https://boards-api.greenhouse.io/v1/boards/acmecorp/jobs",
            "https://boards.greenhouse.io/acme",
            ("greenhouse", "acme"),
        ),
        ("https://boards-api.greenhouse.io/v1/boards/acme/jobs/1", "https://boards.greenhouse.io/Acme/jobs/2", None),
        ("https://hn.algolia.com/api/v1/search?query=acme", "https://jobs.lever.co/acme", ("lever", "acme")),
    ],
)
def test_only_the_board_of_the_answer_itself_is_left_out(url: str, link: str, expected: tuple[str, str] | None) -> None:
    """Another platform's board of that name is another board, and so is one whose token is a part of the address."""
    answer = Response(url=url, observed_at=NOW, status=200, body=f'"{link}"'.encode())
    assert list(find_linked_boards(answer)) == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("statuses", "n_not_found", "is_lost"),
    [
        ((200, 404, 404), 2, True),
        ((304, 410, 404), 2, True),
        ((200, 200, 404), 2, False),
        ((200, 200, 404), 1, True),
        ((200, 404, 503), 2, False),
        ((200, 404, 200), 1, False),
        ((200, 404), 3, False),
    ],
)
def test_a_board_is_lost_that_answered_and_is_not_found(
    statuses: Sequence[int], n_not_found: int, is_lost: bool, work_template: Path, tmp_path: Path
) -> None:
    board = next(b.board for b in all_boards() if b.source == "lever")
    with open_copy(work_template, tmp_path) as con:
        for name in (board, "in-no-list"):
            answers = [(status, day) for status, day in zip(statuses, DAYS, strict=False)]
            put_rows(con, Responses, *(answer(name, number, *one) for number, one in enumerate(answers)))
        lost_boards = list(find_lost_boards(con, n_not_found))
    well = [day for status, day in answers if status in (200, 304)]
    assert lost_boards == ([("lever", board, well[-1], answers[-1][1])] if is_lost else [])


def test_two_pages_of_one_night_are_one_night(work_template: Path, tmp_path: Path) -> None:
    board = next(b.board for b in all_boards() if b.source == "lever")
    with open_copy(work_template, tmp_path) as con:
        for number, (status, day) in enumerate(((200, DAYS[0]), (404, DAYS[1]), (404, DAYS[1]))):
            put_rows(con, Responses, answer(board, number, status, day))
        assert [list(find_lost_boards(con, n)) for n in (1, 2)] == [[("lever", board, DAYS[0], DAYS[1])], []]


@pytest.mark.parametrize("verified_on", [None, DAYS[0]])
def test_a_board_that_never_answered_us_is_lost_only_if_boards_csv_saw_it_answer(
    verified_on: date | None, work_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = Board(source="lever", board="acme", verified_on=verified_on)
    monkeypatch.setattr(boards, "all_boards", lambda: (entry,))
    with open_copy(work_template, tmp_path) as con:
        put_rows(con, Responses, *(answer("acme", number, 404, day) for number, day in enumerate(DAYS)))
        lost_boards = list(find_lost_boards(con, 2))
    assert lost_boards == ([("lever", "acme", verified_on, DAYS[-1])] if verified_on else [])


def answer(board: str, record: int, status: int, day: date) -> dict[str, object]:
    at = datetime(day.year, day.month, day.day, 2, tzinfo=UTC)
    fields = {"warc": f"lever/{board}", "record": record, "source": "lever", "board": board}
    return {**fields, "http_status": status, "observed_at": at}


def test_without_an_answer_there_is_nothing_to_judge_by(work_template: Path, tmp_path: Path) -> None:
    with open_copy(work_template, tmp_path) as con:
        market.publish(con, tmp_path / "market.duckdb")
    with pytest.raises(Wrong, match="there is nothing to judge them by"):
        boards.check_boards(Settings(data=tmp_path))
