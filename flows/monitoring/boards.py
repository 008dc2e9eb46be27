"""Tending boards.csv: adding a board by its page, finding dead and moved ones, discovering new ones.

Nothing here changes boards.csv. Each function returns the boards as they would stand; `write_patch` writes the
difference as a patch for a person to read and apply.
"""

from __future__ import annotations

import difflib
import logging
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from extractors.archive.reader import SUFFIX, read
from extractors.archive.writer import NOT_MODIFIED
from extractors.boards import BOARDS, all_boards, boards_csv, why_not_read
from extractors.response import Response
from extractors.source import all_sources, board_in
from flows.runtime.settings import PROJECT, Settings
from flows.terminal.errors import Wrong, WrongUsage
from flows.terminal.progress import show_progress
from transforms.records.boards import Board
from warehouse.database import Connection
from warehouse.publish.reader import open_reader

LOG = logging.getLogger("jobmarket")
DIFF = "boards.diff"
"""File in the data folder."""
GONE = (404, 410)
WELL = (200, NOT_MODIFIED)
LINKED_FROM = ("aggregator", "forum", "employer board")
"""Kinds of source whose answers link to boards."""
_LINK = re.compile(rb"https?:(?:\\?/){2}[^\s\"'<>\\)\]}]+(?:\\/[^\s\"'<>\\)\]}]+)*")
"""An address in an answer of any kind; JSON may write its slashes escaped."""

ANSWERS = """
SELECT board, http_status, observed_at, is_complete FROM ops.responses
WHERE source = ? AND board IS NOT NULL AND http_status IS NOT NULL ORDER BY board, observed_at
"""
LOST = f"""
SELECT source, board, max(observed_at) FILTER (http_status IN {WELL})::DATE, max(observed_at)::DATE
FROM ops.responses WHERE board IS NOT NULL AND http_status IS NOT NULL
GROUP BY ALL
HAVING count(*) >= $1 AND list_has_all({list(GONE)}, max_by(http_status, observed_at, $1))
ORDER BY ALL
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
    found = board_in(page)
    if found is None:
        platforms = ", ".join(name for name, module in all_sources().items() if module.SOURCE.boards)
        raise WrongUsage(f"{url}: a career page on one of these platforms expected: {platforms}")
    source, board = found
    if why := why_not_read(source, board):
        raise WrongUsage(f"{url}: {source} {board} is not read: {why} (extractors/not_read.csv)")
    if any((b.source, b.board) == found for b in all_boards()):
        raise WrongUsage(f"{url}: {source} {board} stands in boards.csv already")
    made = Board(source=source, board=board, employer=employer, country=country)
    return [*all_boards(), made], Finding(what="add", source=source, board=board, why=f"named by {page}")


def check_boards(config: Settings) -> tuple[list[Board], list[Finding]]:
    """The boards after what the archive says of them: dead ones out, days and regions brought up to date.

    Raises `Wrong` where no night asked any of them.
    """
    boards: list[Board] = []
    findings: list[Finding] = []
    n_answered = 0
    with open_reader(config.data) as con:
        for source in sorted({board.source for board in all_boards()}):
            answers: dict[str, list[tuple[int, date, bool]]] = {}
            for board, status, observed_at, is_complete in con.execute(ANSWERS, [source]).fetchall():
                answers.setdefault(board, []).append((status, observed_at.date(), is_complete))
            regions: dict[str, list[str]] = {}
            for board, region in con.execute(REGIONS, [source]).fetchall():
                regions.setdefault(board, []).append(region)
            for board in (b for b in all_boards() if b.source == source):
                seen = answers.get(board.board, []), regions.get(board.board, [])
                n_answered += bool(seen[0])
                kept, finding = _judge_board(board, *seen, config.board_not_found)
                boards += [kept] if kept else []
                findings += [finding] if finding else []
    if not n_answered:
        raise Wrong(
            f"{config.data} holds no answer of a board of boards.csv, so there is no night to judge them by; "
            "`jobmarket run` asks them"
        )
    return boards, findings


class LostBoard(NamedTuple):
    """A board that answered until a day and was "not found" since, the last time on another."""

    source: str
    board: str
    answered_on: date
    missed_on: date


def find_lost_boards(con: Connection, n_not_found: int) -> list[LostBoard]:
    """Boards of boards.csv that answered before and were "not found" the last `n_not_found` times."""
    listed = {(board.source, board.board): board.verified_on for board in all_boards()}
    lost = []
    for source, board, answered_on, missed_on in con.execute(LOST, [n_not_found]).fetchall():
        last = answered_on or listed.get((source, board))
        if (source, board) in listed and last is not None:
            lost.append(LostBoard(source, board, last, missed_on))
    return lost


def _judge_board(
    board: Board, answers: Sequence[tuple[int, date, bool]], regions: Sequence[str], n_not_found: int
) -> tuple[Board | None, Finding | None]:
    """A board after its answers, oldest first: as it is, brought up to date, or gone.

    It is gone after `n_not_found` answers "not found" in a row; one may be a server's slip.
    """
    named = {"source": board.source, "board": board.board}
    last = [status for status, _, _ in answers[-n_not_found:]]
    if len(last) == n_not_found and all(status in GONE for status in last):
        why = f"HTTP {last[-1]} the last {n_not_found} times, on {answers[-1][1]} last"
        return None, Finding(what="remove", why=why, **named)
    well = [day for status, day, _ in answers if status in WELL]
    day = max([*well, *filter(None, [board.verified_on])], default=None)
    now = replace(board, verified_on=day, hires_in=tuple(sorted({*board.hires_in, *regions})))
    if any(300 <= status < 400 and status != NOT_MODIFIED for status in last):
        return now, Finding(what="look", why="it redirects: the employer may have moved to another platform", **named)
    return now, None


def discover_boards(config: Settings) -> tuple[list[Board], list[Finding]]:
    """The boards with those that archived answers link to and boards.csv lacks, each with where it was seen."""
    known = {(board.source, board.board.lower()) for board in all_boards()}
    seen: Counter[tuple[str, str]] = Counter()
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
        for found in {board for answer in answers for board in find_linked_boards(answer)}:
            if (found[0], found[1].lower()) not in known and not why_not_read(*found):
                seen[found] += 1
                where.setdefault(found, f"{name}/{path.name}")
    new = [Board(source=source, board=board) for source, board in sorted(seen)]
    findings = [
        Finding(what="add", source=source, board=board, why=f"linked from {n} files, first {where[source, board]}")
        for (source, board), n in sorted(seen.items(), key=lambda item: (-item[1], item[0]))
    ]
    return [*all_boards(), *new], findings


def find_linked_boards(answer: Response) -> Iterator[tuple[str, str]]:
    """Source and token of every board that an answer links to, itself left out."""
    for link in _LINK.findall(answer.body):
        url = unquote(link.replace(b"\\/", b"/").decode("utf-8", "replace")).replace("&#x2F;", "/")
        found = board_in(url)
        if found and found[1] not in answer.url and re.fullmatch(r"[\w.:/-]{2,80}", found[1]):
            yield found


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
