"""Tending boards.csv: adding a board by its page, finding dead and moved ones, discovering new ones.

Nothing here changes boards.csv. Each function returns the boards as they would stand; `write_patch` writes the
difference as a patch for a person to read and apply.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from extractors.archive.reader import SUFFIX, read
from extractors.boards import BOARDS, all_boards, boards_csv, why_not_read
from extractors.response import Response
from extractors.source import all_sources, board_at, board_in
from extractors.sources.declaration import LINKED_TOKEN
from flows.runtime.project import PROJECT
from flows.runtime.settings import Settings
from flows.terminal.errors import Wrong, WrongUsage
from flows.terminal.progress import show_progress
from transforms.records.boards import Board
from warehouse.database import Connection
from warehouse.load.boards import board_key
from warehouse.publish.reader import open_reader

DIFF = "boards.diff"
"""File in the data folder."""
LINKED_FROM = ("aggregator", "forum", "employer board")
"""Kinds of source whose answers link to boards."""
_LINK = re.compile(rb"https?:(?:\\?/){2}[^\s\"'<>\\)\]}]+(?:\\/[^\s\"'<>\\)\]}]+)*")
"""An address in an answer of any kind; JSON may write its slashes escaped."""

ASKED = """
SELECT source, board, answered_on, asked_on, n_missed, state = 'moved', moved_to_source, moved_to_board
FROM core.board_states WHERE asked_on IS NOT NULL ORDER BY source, board
"""
REGIONS = """
SELECT DISTINCT b.board, p.region FROM core.posting_boards AS b
JOIN core.posting_places AS p USING (posting_id) JOIN core.postings AS o USING (posting_id)
WHERE o.source = ? AND p.region IS NOT NULL ORDER BY ALL
"""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What is proposed for one board, and why, in words."""

    what: str
    source: str
    board: str
    why: str


def add_board(url: str, *, employer: str | None = None, country: str | None = None) -> tuple[list[Board], Finding]:
    """The boards with the one whose career page (or posting) an address is. Raises `WrongUsage` when it is none."""
    page = url if "://" in url else f"https://{url}"
    pair = board_in(page)
    if pair is None:
        platforms = ", ".join(name for name, module in all_sources().items() if module.SOURCE.boards)
        raise WrongUsage(f"{url}: a career page on one of these platforms expected: {platforms}")
    source, board = pair
    if why := why_not_read(source, board):
        raise WrongUsage(f"{url}: {source} {board} is not read: {why} (extractors/not_read.csv)")
    if any((b.source, b.board) == pair for b in all_boards()):
        raise WrongUsage(f"{url}: {source} {board} stands in boards.csv already")
    entry = Board(source=source, board=board, employer=employer, country=country)
    return [*all_boards(), entry], Finding(what="add", source=source, board=board, why=f"named by {page}")


def check_boards(config: Settings) -> tuple[list[Board], list[Finding]]:
    """The boards after what nights were answered: dead ones out, days and regions brought up to date.

    Raises `Wrong` where no night asked any of them.
    """
    boards: list[Board] = []
    findings: list[Finding] = []
    n_asked = 0
    with open_reader(config.data) as con:
        records = read_asked_boards(con)
        for source in sorted({board.source for board in all_boards()}):
            regions: dict[str, list[str]] = {}
            for board, region in con.execute(REGIONS, [source]).fetchall():
                regions.setdefault(board, []).append(region)
            for board in (b for b in all_boards() if b.source == source):
                record = records.get((board.source, board.board))
                n_asked += record is not None
                current, finding = _judge_board(board, record, regions.get(board.board, []), config.board_not_found)
                boards += [current] if current else []
                findings += [finding] if finding else []
    if not n_asked:
        raise Wrong(
            f"{config.data} holds no answer of a board of boards.csv, so there is no night to judge them by; "
            "`jobmarket run` asks them"
        )
    return boards, findings


class AskedBoard(NamedTuple):
    """What nights showed of a board, as core.board_states has it."""

    answered_on: date | None
    asked_on: date
    n_missed: int
    has_moved: bool
    moved_to_source: str | None = None
    moved_to_board: str | None = None

    def is_lost(self, n_not_found: int) -> bool:
        """Whether it is gone: missed on so many nights since it last answered, and no redirect last."""
        return self.n_missed >= n_not_found and not self.has_moved


def read_asked_boards(con: Connection) -> dict[tuple[str, str], AskedBoard]:
    """The boards that nights asked, whether or not the store has them, by source and token."""
    return {(source, board): AskedBoard(*values) for source, board, *values in con.execute(ASKED).fetchall()}


class LostBoard(NamedTuple):
    """A board that answered until a day and was "not found" since; `asked_on`: the last time."""

    source: str
    board: str
    answered_on: date
    asked_on: date


def find_lost_boards(con: Connection, n_not_found: int) -> list[LostBoard]:
    """Boards of boards.csv that answered before and were "not found" on `n_not_found` nights since."""
    days = {(board.source, board.board): board.verified_on for board in all_boards()}
    losses = []
    for (source, board), record in read_asked_boards(con).items():
        last = record.answered_on or days.get((source, board))
        if (source, board) in days and last is not None and record.is_lost(n_not_found):
            losses.append(LostBoard(source, board, last, record.asked_on))
    return losses


def _judge_board(
    board: Board, record: AskedBoard | None, regions: Sequence[str], n_not_found: int
) -> tuple[Board | None, Finding | None]:
    """A board after its nights: as it is, brought up to date, or gone.

    It is gone after `n_not_found` nights "not found" in a row; one may be a server's slip. `record` is None where no
    night asked it.
    """
    key = {"source": board.source, "board": board.board}
    if record and record.is_lost(n_not_found):
        why = f"not found, or only redirected, on {record.n_missed} nights in a row; asked on {record.asked_on} last"
        return None, Finding(what="remove", why=why, **key)
    day = max(filter(None, [record.answered_on if record else None, board.verified_on]), default=None)
    now = replace(board, verified_on=day, hires_in=tuple(sorted({*board.hires_in, *regions})))
    if record and record.has_moved:
        if record.moved_to_board is None:
            why = "it redirects: the employer may have moved to another platform"
        else:
            target = f"{record.moved_to_source} {record.moved_to_board}"
            why = f"it redirects to {target}, which takes its place if it is the same employer's"
        return now, Finding(what="look", why=why, **key)
    return now, None


def discover_boards(config: Settings) -> tuple[list[Board], list[Finding]]:
    """The boards with those that archived answers link to and boards.csv lacks, each with where it was seen."""
    keys = {board_key(board.source, board.board) for board in all_boards()}
    counts: Counter[tuple[str, str]] = Counter()
    where: dict[tuple[str, str], str] = {}
    files = [
        (name, path)
        for name, module in all_sources().items()
        if module.SOURCE.kind in LINKED_FROM
        for path in config.archive.files(f"{name}/*{SUFFIX}")
        if config.archive.is_file(path)
    ]
    for name, path in show_progress(files, total=len(files), what="looking for boards"):
        answers = (answer for answer in read(config.archive.fetch(path)) if isinstance(answer, Response))
        for pair in {board for answer in answers for board in find_linked_boards(answer)}:
            if board_key(*pair) not in keys and not why_not_read(*pair):
                counts[pair] += 1
                where.setdefault(pair, f"{name}/{path.name}")
    new = [Board(source=source, board=board) for source, board in sorted(counts)]
    findings = [
        Finding(what="add", source=source, board=board, why=f"linked from {n} files, first {where[source, board]}")
        for (source, board), n in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]
    return [*all_boards(), *new], findings


def find_linked_boards(answer: Response) -> Iterator[tuple[str, str]]:
    """Source and token of every board that an answer links to, its own left out."""
    at = board_at(answer.url)
    own = board_key(*at) if at else None
    for link in _LINK.findall(answer.body):
        url = unquote(link.replace(b"\\/", b"/").decode("utf-8", "replace")).replace("&#x2F;", "/")
        pair = board_in(url)
        if pair and LINKED_TOKEN.fullmatch(pair[1]) and board_key(*pair) != own:
            yield pair


def write_patch(boards: Iterable[Board], config: Settings) -> Path | None:
    """Write the difference to boards.csv as a patch in the data folder; None when there is none."""
    name = BOARDS.relative_to(PROJECT).as_posix()
    before = BOARDS.read_text(encoding="utf-8").splitlines(keepends=True)
    after = boards_csv(boards).splitlines(keepends=True)
    lines = list(difflib.unified_diff(before, after, f"a/{name}", f"b/{name}"))
    if not lines:
        return None
    path = config.data / DIFF
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(lines), encoding="utf-8")
    return path
