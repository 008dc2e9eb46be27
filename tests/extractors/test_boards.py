"""boards.csv: read and written alike, wide enough, and boards recognised by their public pages."""

from __future__ import annotations

import re

import pytest

from extractors.boards import BOARDS, all_boards, boards_csv, read_boards
from extractors.source import board_in
from transforms.records.boards import Board

HEAD = "source,board,employer,country,industry,industry_evidence,is_ai_first,hires_in,verified_on\n"
LATIN_AMERICA = {"South America", "Central America", "Caribbean"}


def test_the_file_is_as_it_would_be_written() -> None:
    assert BOARDS.read_text(encoding="utf-8") == boards_csv(all_boards())


def hiring_in(*words: str) -> int:
    return sum(any(word in region for region in board.hires_in for word in words) for board in all_boards())


def test_it_is_wide_enough_for_bands_outside_the_united_states() -> None:
    assert len({board.employer or board.board for board in all_boards()}) >= 1_000
    assert sum(bool(LATIN_AMERICA & set(board.hires_in)) for board in all_boards()) >= 60
    assert hiring_in("Europe") >= 150
    assert min(hiring_in("Asia"), hiring_in("Africa"), hiring_in("Australia")) >= 60


def test_an_industry_is_known_from_an_advert_or_in_public() -> None:
    boards = [board for board in all_boards() if board.industry_evidence]
    assert len(boards) >= 70
    assert all(board.industry for board in boards)
    pattern = re.compile(r"(?:advert of \d{4}-\d\d-\d\d|public): \S.*")
    assert [board for board in boards if not pattern.fullmatch(board.industry_evidence or "")] == []


def test_a_board_never_seen_answering_says_so() -> None:
    assert any(board.verified_on is None for board in all_boards())
    assert all(board.verified_on or not board.hires_in for board in all_boards())


def test_boards_are_written_as_they_are_read() -> None:
    text = HEAD + "lever,acme,Acme,CL,finance,public: a bank,true,Central America; South America,2026-03-01\n"
    text += "lever,Zeta,,,,,,,\n"
    boards = list(read_boards(text))
    assert (boards[0].industry, boards[0].industry_evidence) == ("finance", "public: a bank")
    assert boards[0].hires_in == ("Central America", "South America")
    assert boards[1] == Board(source="lever", board="Zeta")
    assert boards_csv(boards) == boards_csv(reversed(boards)) == text


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("lever,acme,,,,,perhaps,,", "line 2.*perhaps"),
        ("lever,acme,,,,,,,soon", "line 2.*soon"),
        ("lever,acme,,,,,,,\nlever,acme,,,,,,,", "line 3.*is listed twice"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(line: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        list(read_boards(HEAD + line))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://jobs.ashbyhq.com/OpenAI/0c6f?utm_source=x", ("ashby", "OpenAI")),
        ("https://boards.greenhouse.io/acme/jobs/123", ("greenhouse", "acme")),
        ("https://job-boards.eu.greenhouse.io/acme", ("greenhouse", "acme")),
        ("https://boards.greenhouse.io/embed/job_app?token=1&for=acme", ("greenhouse", "acme")),
        ("https://boards.greenhouse.io/embed/job_board?for=acme&b=x", ("greenhouse", "acme")),
        ("https://jobs.lever.co/acme/0c6f", ("lever", "acme")),
        ("https://jobs.eu.lever.co/acme", ("lever", "eu:acme")),
        ("https://acme.recruitee.com/o/engineer", ("recruitee", "acme")),
        ("https://apply.workable.com/acme/j/AB12/", ("workable", "acme")),
        ("https://acme.jobs.personio.de/job/12", ("personio", "acme")),
        ("https://acme.teamtailor.com/jobs/1-engineer", ("teamtailor", "acme")),
        ("https://jobs.smartrecruiters.com/AcmeInc/743999", ("smartrecruiters", "AcmeInc")),
        ("https://acme.wd5.myworkdayjobs.com/en-US/Careers/job/X", ("workday", "acme.wd5/Careers")),
        ("https://acme.wd5.myworkdayjobs.com/en-us/Careers", ("workday", "acme.wd5/Careers")),
        ("http://Jobs.Lever.co/Acme/1", ("lever", "Acme")),
        ("https://jobs.ashbyhq.com/", None),
        ("https://jobs.ashbyhq.com/api/x", None),
        ("https://jobs.ashbyhq.com/meeting/x", None),
        ("https://jobs.lever.co/..%2f..%2fetc", None),
        ("https://[oops/acme", None),
        ("https://www.recruitee.com/pricing", None),
        ("https://apply.workable.com/api/v1/widget/accounts/acme", None),
        ("https://acme.wd5.myworkdayjobs.com/wday/cxs/acme/Careers/jobs", None),
        ("https://evil.example/jobs.lever.co/acme", None),
        ("https://careers.acme.example/", None),
    ],
)
def test_a_board_is_recognised_by_its_public_page(url: str, expected: tuple[str, str] | None) -> None:
    assert board_in(url) == expected
