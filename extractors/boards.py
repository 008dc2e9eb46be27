"""The employers whose boards we read: boards.csv, one line per board.

`employer`, `country`, `industry`, `is_ai_first` and `hires_in` stand there only where they are known; an empty
field means "not known", never "no". `industry_evidence` says what an industry is known from. `verified_on` is the day
the board was last seen to answer; empty: never yet.
"""

from __future__ import annotations

import csv
import functools
import io
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

from transforms.records.boards import Board

BOARDS = Path(__file__).parent / "boards.csv"
NOT_READ = Path(__file__).parent / "not_read.csv"
TRUTH = {"": None, "true": True, "false": False}
COLUMNS = (
    "source",
    "board",
    "employer",
    "country",
    "industry",
    "industry_evidence",
    "is_ai_first",
    "hires_in",
    "verified_on",
)


class NotRead(NamedTuple):
    """A line of not_read.csv: a site, a platform or one board that is not read.

    `source` and `board` name a board of a platform that is read otherwise. `quotation` is in the words of the terms or
    robots.txt, `quoted_from` says where and when they were read; both are empty where the reason is none of theirs.
    """

    name: str
    source: str
    board: str
    why: str
    quotation: str
    quoted_from: str
    decided_on: str


@functools.cache
def boards_not_read() -> tuple[NotRead, ...]:
    """Every line of not_read.csv, in its order."""
    with NOT_READ.open(encoding="utf-8", newline="") as lines:
        return tuple(NotRead(**row) for row in csv.DictReader(lines))


def why_not_read(source: str, board: str) -> str | None:
    """Why a board is not read, where not_read.csv names it; its token in any case."""
    lines = (line for line in boards_not_read() if line.source == source and line.board.lower() == board.lower())
    return next((line.why for line in lines), None)


@functools.cache
def all_boards() -> tuple[Board, ...]:
    """Every line of boards.csv, in its order. Raises `ValueError` naming the line that cannot be read."""
    return tuple(read_boards(BOARDS.read_text(encoding="utf-8")))


def read_boards(text: str) -> Iterator[Board]:
    """The boards of a CSV text.

    Raises `ValueError` naming the line that cannot be read, that names one again, or one of not_read.csv.
    """
    keys: set[tuple[str, str]] = set()
    for number, row in enumerate(csv.DictReader(io.StringIO(text, newline="")), start=2):
        board = _board(number, row)
        if why := why_not_read(board.source, board.board):
            raise ValueError(f"extractors/boards.csv line {number}: {board.source} {board.board} is not read: {why}")
        if (board.source, board.board) in keys:
            raise ValueError(f"extractors/boards.csv line {number}: {board.source} {board.board} stands there twice")
        keys.add((board.source, board.board))
        yield board


def boards_csv(boards: Iterable[Board]) -> str:
    """The CSV text of boards, ordered by source and token."""
    into = io.StringIO(newline="")
    rows = csv.writer(into, lineterminator="\n")
    rows.writerow(COLUMNS)
    for board in sorted(boards, key=lambda b: (b.source, b.board.lower(), b.board)):
        truth = "" if board.is_ai_first is None else str(board.is_ai_first).lower()
        cells = (board.source, board.board, board.employer, board.country, board.industry, board.industry_evidence)
        rows.writerow((*(cell or "" for cell in cells), truth, "; ".join(board.hires_in), board.verified_on or ""))
    return into.getvalue()


def _board(number: int, row: dict[str, str]) -> Board:
    try:
        return Board(
            source=row["source"],
            board=row["board"],
            employer=row["employer"] or None,
            country=row["country"] or None,
            industry=row["industry"] or None,
            industry_evidence=row["industry_evidence"] or None,
            is_ai_first=TRUTH[row["is_ai_first"]],
            hires_in=tuple(filter(None, row["hires_in"].split("; "))),
            verified_on=date.fromisoformat(row["verified_on"]) if row["verified_on"] else None,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"extractors/boards.csv line {number}: {error!r}") from error


@functools.cache
def boards_of(source: str) -> tuple[str, ...]:
    """The board tokens of a source, in the order of the file."""
    return tuple(b.board for b in all_boards() if b.source == source)


@functools.cache
def _boards_by_token() -> dict[tuple[str, str], Board]:
    return {(b.source, b.board): b for b in all_boards()}


def employer_of(source: str, board: str | None) -> str | None:
    """The employer's name behind a board, where boards.csv knows it."""
    entry = _boards_by_token().get((source, board)) if board else None
    return entry.employer if entry else None


def employer_country_of(source: str, board: str | None) -> str | None:
    """The country of the employer behind a board (ISO 3166-1 alpha-2), where boards.csv knows it."""
    entry = _boards_by_token().get((source, board)) if board else None
    return entry.country if entry else None
