"""Read the lists of employers' boards: boards.csv has the boards that we read, not_read.csv those that we do not read.

An empty field of boards.csv means "not known", never "no". `verified_on` is the last day on which the board answered;
it is empty if the board has never answered.
"""

from __future__ import annotations

import csv
import functools
import io
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from transforms.records.boards import Board

if TYPE_CHECKING:
    from extractors.sources.declaration import Source
    from transforms.raw_posting import RawPosting
    from transforms.records.rows import Issue

BOARDS = Path(__file__).parent / "boards.csv"
NOT_READ = Path(__file__).parent / "not_read.csv"
TRUTH = {"": None, "true": True, "false": False}
COLUMNS = (
    *("source", "board", "employer", "country", "industry", "industry_evidence", "is_ai_first", "hires_in"),
    "verified_on",
)


class NotRead(NamedTuple):
    """A line of not_read.csv: a site, a platform or a single board that we do not read.

    `source` and `board` are filled only for a single board of a platform that we otherwise read. `quotation` holds the
    words of the terms or robots.txt that forbid reading, and `quoted_from` says where and when we read those words.
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
    """Return every line of not_read.csv, in order."""
    with NOT_READ.open(encoding="utf-8", newline="") as lines:
        return tuple(NotRead(**row) for row in csv.DictReader(lines))


def why_not_read(source: str, board: str) -> str | None:
    """Return why a board is not read, or None if it is. The case of `board` does not matter."""
    lines = (line for line in boards_not_read() if line.source == source and line.board.lower() == board.lower())
    return next((line.why for line in lines), None)


@functools.cache
def all_boards() -> tuple[Board, ...]:
    """Return the boards of boards.csv in the order of the file. Raise `ValueError` if the file has a wrong line."""
    return tuple(read_boards(BOARDS.read_text(encoding="utf-8")))


def read_boards(text: str) -> Iterator[Board]:
    """Yield the boards of a CSV text that has the columns of boards.csv.

    Raise `ValueError`, which gives the number of the line, for a line that cannot be read, repeats a board, or names a
    board of not_read.csv.
    """
    keys: set[tuple[str, str]] = set()
    for number, row in enumerate(csv.DictReader(io.StringIO(text, newline="")), start=2):
        board = _board(number, row)
        if why := why_not_read(board.source, board.board):
            raise ValueError(f"extractors/boards.csv line {number}: {board.source} {board.board} is not read: {why}")
        if (board.source, board.board) in keys:
            raise ValueError(f"extractors/boards.csv line {number}: {board.source} {board.board} is listed twice")
        keys.add((board.source, board.board))
        yield board


def boards_csv(boards: Iterable[Board]) -> str:
    """Return `boards` as the text of boards.csv, ordered by source and token."""
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
    """Return the tokens of a source's boards, in the order of boards.csv."""
    return tuple(b.board for b in all_boards() if b.source == source)


@functools.cache
def boards_by_token() -> dict[tuple[str, str | None], Board]:
    """Return the boards of boards.csv by source and token."""
    return {(b.source, b.board): b for b in all_boards()}


def on_board(
    source: Source,
    url: str,
    read: Callable[[Any], RawPosting | Issue],
    *,
    is_token_a_name: bool = True,
) -> Callable[[Any], RawPosting | Issue]:
    """Return a function that reads a record with `read` and adds board, employer and employer's country to the posting.

    The board is the one that the posting names, or else the one that `url` belongs to. The employer is the one in
    boards.csv, or else the one that the posting names, or else the token of the board if `is_token_a_name`.
    """
    board_of_url = source.board_in(url)

    def read_on_board(record: Any) -> RawPosting | Issue:
        posting = read(record)
        if isinstance(posting, dict):
            posting["board"] = board = posting.get("board") or board_of_url
            listed = boards_by_token().get((source.name, board))
            named = posting.get("employer") or (board if is_token_a_name else None)
            posting["employer"] = (listed.employer if listed else None) or named
            posting["employer_country"] = listed.country if listed else None
        return posting

    return read_on_board
