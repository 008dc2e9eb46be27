"""The employers whose boards we read: boards.csv, one line per board.

`employer`, `country`, `industry` and `is_ai_first` stand there only where they are known; an empty field
means "not known", never "no". `verified_on` is the day the board was last seen to answer.
"""

from __future__ import annotations

import csv
import functools
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from warehouse.tables import Employers

BOARDS = Path(__file__).parent / "boards.csv"
TRUTH = {"": None, "true": True, "false": False}


@dataclass(frozen=True, kw_only=True)
class Board:
    """One employer's board on one platform. `board` is its token in the platform's addresses, case kept."""

    source: str
    board: str
    employer: str | None
    country: str | None
    industry: str | None
    is_ai_first: bool | None
    verified_on: date


@functools.cache
def all_boards() -> tuple[Board, ...]:
    """Every line of boards.csv, in its order. Raises `ValueError` naming the line that cannot be read."""
    with BOARDS.open(encoding="utf-8", newline="") as file:
        return tuple(_board(number, row) for number, row in enumerate(csv.DictReader(file), start=2))


def _board(number: int, row: dict[str, str]) -> Board:
    try:
        return Board(
            source=row["source"],
            board=row["board"],
            employer=row["employer"] or None,
            country=row["country"] or None,
            industry=row["industry"] or None,
            is_ai_first=TRUTH[row["is_ai_first"]],
            verified_on=date.fromisoformat(row["verified_on"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"extractors/boards.csv line {number}: {error!r}") from error


@functools.cache
def boards_of(source: str) -> tuple[str, ...]:
    """The board tokens of a source, in the order of the file."""
    return tuple(b.board for b in all_boards() if b.source == source)


@functools.cache
def _employers_by_board() -> dict[tuple[str, str], str]:
    return {(b.source, b.board): b.employer for b in all_boards() if b.employer}


def employer_of(source: str, board: str | None) -> str | None:
    """The employer's name behind a board, where boards.csv knows it."""
    return _employers_by_board().get((source, board)) if board else None


@functools.cache
def employers() -> tuple[Employers, ...]:
    """The named employers, once each however many boards they have, by name."""
    found: dict[str, Employers] = {}
    for board in all_boards():
        if board.employer is None:
            continue
        known = found.get(board.employer)
        found[board.employer] = Employers(
            employer=board.employer,
            country=board.country or (known.country if known else None),
            industry=board.industry or (known.industry if known else None),
        )
    return tuple(found[name] for name in sorted(found))
