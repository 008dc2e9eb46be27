"""A market of boards of any size that answers as platforms do, on loopback: for `tests.bench.boards_night`.

Boards have the sizes, AI adverts and countries of 3,126 real ones (tests/known_truth/board_sizes.csv), drawn again and
again; a quarter of the tokens that lists name is dead, as on real lists. Adverts are the sample's (invented employers,
true shapes of three platforms), with titles of which three in five are their own, and texts of the length of real ones:
lines an advert and characters a line follow quantiles of 6,901 Ashby adverts of 28 October 2025 (`LINES`, `LENGTHS`),
and as there 43 % of all lines are distinct: the others are said in every advert of a board. All of it is a matter of
the board's number, so that any process makes the same market.

Half the boards know conditional requests and answer 304 where nothing changed; the others answer 200 with the same
content and the keys of each object in another order every night. Some answer badly: `FAULTS`.
"""

from __future__ import annotations

import contextlib
import csv
import functools
import json
import random
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import accumulate
from pathlib import Path
from typing import Any

from extractors.source import all_sources
from tests.bench.apart import forking
from tests.sample.adverts import Advert, Board, Dice, boards, draw_advert, spots_of, table
from tests.sample.shapes import ashby_job, greenhouse_job, lever_posting

PLATFORMS = ("ashby", "greenhouse", "lever")
SIZES = Path(__file__).parents[1] / "known_truth" / "board_sizes.csv"
DEAD = 0.243
"""Share of tokens without a board: 36,000 tokens have 1,000,000 adverts where a real board has 36.7."""
STATES_PAY = 0.4
"""Share of employers that state pay."""
LINES = (1, 22, 25, 31, 38, 46, 56, 64, 129)
"""Lines of an advert at `QUANTILES`."""
LENGTHS = (1, 12, 16, 40, 87, 148, 283, 399, 1388)
"""Characters of a line at `QUANTILES`."""
QUANTILES = (0.0, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 1.0)
SHARED_LINES = 0.59
"""Share of an advert's lines that all adverts of its board have."""
OWN_TITLE = 0.8
"""Share of adverts with a title that few others have."""
AI_ROLES = {"ai_engineer": 5.0, "machine_learning_engineer": 5, "generative_ai_engineer": 2, "data_scientist": 2}
OTHER_ROLES = {"other": 64.0, "software_engineer": 28, "data_engineer": 4, "data_analyst": 4}
FAULTS = {"busy": 0.01, "broken": 0.002, "cut": 0.002, "slow": 0.002, "moved": 0.01}
"""Shares of boards that answer badly: HTTP 429 first, HTTP 503 first, half a body first, late, from another address."""
MOVED = "&moved=1"
"""Ends the address that a board redirects to, which is another of its own."""
SLOW = 0.05
"""Seconds that a slow board takes."""
NIGHT = datetime(2026, 10, 1, 2, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class ListedBoard:
    """A token of a list, and what stands behind it."""

    board: Board
    n_adverts: int
    n_ai: int
    is_dead: bool
    fault: str | None
    knows_conditions: bool


@functools.cache
def _sizes() -> tuple[list[tuple[int, int, bool]], list[int]]:
    with SIZES.open(encoding="utf-8", newline="") as file:
        rows = [{name: int(value) for name, value in row.items()} for row in csv.DictReader(file)]
    return [(row["jobs"], row["ai_jobs"], bool(row["is_us"])) for row in rows], list(
        accumulate(row["boards"] for row in rows)
    )


def list_boards(n_boards: int, faults: Mapping[str, float] = FAULTS) -> list[ListedBoard]:
    """The first so many tokens; `faults` are shares of boards."""
    return [_board_of(number, faults) for number in range(n_boards)]


def _board_of(number: int, faults: Mapping[str, float]) -> ListedBoard:
    chance = random.Random(f"board {number}")
    sizes, weights = _sizes()
    ((n_adverts, n_ai, is_us),) = chance.choices(sizes, cum_weights=weights)
    like = chance.choice([one for one in boards() if (one.country == "US") == is_us])
    platform = PLATFORMS[number % len(PLATFORMS)]
    board = replace(like, source=platform, board=f"b{number}-bench", employer=f"{like.employer} {number}")
    draw, fault = chance.random(), None
    for name, share in faults.items():
        if 0 <= draw < share:
            fault = name
        draw -= share
    return ListedBoard(
        board=board,
        n_adverts=n_adverts,
        n_ai=n_ai,
        is_dead=chance.random() < DEAD,
        fault=fault,
        knows_conditions=chance.random() < 0.5,
    )


# --- adverts ---------------------------------------------------------------------------------------------


@functools.cache
def _clauses() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Beginnings and ends of the sample's English sentences, of which lines are made."""
    texts = [row["text"] for row in table("phrases") if row["language"] == "en" and not row["section"].startswith("h_")]
    words = [re.sub(r"\{\w+\}|\d+", "us", text).split() for text in texts if "pay" not in text]
    words = [sentence for sentence in words if len(sentence) > 5]
    return (
        tuple(" ".join(sentence[: len(sentence) // 2]) for sentence in words),
        tuple(" ".join(sentence[len(sentence) // 2 :]) for sentence in words),
    )


def _at_quantile(values: Sequence[int], chance: random.Random) -> int:
    place = chance.random()
    above = next(number for number, level in enumerate(QUANTILES) if number and level >= place)
    low, high = QUANTILES[above - 1], QUANTILES[above]
    return round(values[above - 1] + (place - low) / (high - low) * (values[above] - values[above - 1]))


def _line(chance: random.Random) -> str:
    """A line of a length as real ones have it."""
    begins, ends = _clauses()
    target, length = _at_quantile(LENGTHS, chance), 0
    pieces: list[str] = []
    while length < target:
        piece = chance.choice(begins if len(pieces) % 2 == 0 else ends)
        pieces.append(piece)
        length += len(piece) + 1
    return " ".join(pieces)[: max(target, 8)]


@functools.lru_cache(maxsize=4)
def _shared_lines(employer: str) -> tuple[str, ...]:
    chance = random.Random(f"lines {employer}")
    return tuple(_line(chance) for _ in range(LINES[-1]))


def adverts_of(entry: ListedBoard, edited_share: float) -> Iterator[Advert]:
    """The adverts of a board, of which a share is edited since the first night."""
    board = entry.board
    states_pay = Dice(board.employer, "states pay").share(STATES_PAY)
    for number in range(entry.n_adverts):
        advert = draw_advert(board, number, AI_ROLES if number < entry.n_ai else OTHER_ROLES)
        chance = random.Random(f"advert {advert.key}")
        title = advert.title
        if chance.random() < OWN_TITLE:
            title = f"{title}, {chance.choice(_words())} {chance.choice(_words())}"
        n_lines = _at_quantile(LINES, chance)
        n_shared = round(n_lines * SHARED_LINES)
        own = tuple(f"{_line(chance)} {number}" for number in range(n_lines - n_shared))
        text = replace(
            advert.text,
            about=_shared_lines(board.employer)[: n_shared // 2],
            duties=own[: len(own) // 2],
            required=(*own[len(own) // 2 :], *advert.text.required),
            preferred=advert.text.preferred,
            benefits=_shared_lines(board.employer)[n_shared // 2 : n_shared],
        )
        advert = replace(advert, title=title, text=text, offer=advert.offer if states_pay else None)
        yield _edit(advert) if is_edited(board, number, edited_share) else advert


@functools.cache
def _words() -> tuple[str, ...]:
    words = {word.strip(".,()").capitalize() for piece in _clauses()[1] for word in piece.split()}
    return tuple(sorted(word for word in words if word.isalpha() and len(word) > 3))


def is_edited(board: Board, number: int, share: float) -> bool:
    """Whether an advert is among the share that is edited: by its own number alone."""
    return share > 0 and random.Random(f"edited {board.board} {number}").random() < share


def _edit(advert: Advert) -> Advert:
    """The advert with another title or place."""
    chance = random.Random(f"edit {advert.key}")
    if chance.random() < 0.5:
        return replace(advert, title=f"{advert.title} {chance.choice(('II', '(m/f/d)', '- 2nd opening'))}")
    spot = chance.choice(spots_of(advert.spots[0].country))
    return replace(advert, spots=(spot,), location_text=spot.text)


def body_of(entry: ListedBoard, night: int, edited_share: float) -> bytes:
    """What a board answers on a night."""
    board = entry.board
    adverts = adverts_of(entry, edited_share)
    body: Any
    if board.source == "greenhouse":
        jobs = [greenhouse_job(advert, board, night=NIGHT) for advert in adverts]
        body = {"jobs": jobs, "meta": {"total": len(jobs)}}
    elif board.source == "lever":
        body = [lever_posting(advert, board, is_new_schema=True) for advert in adverts]
    else:
        jobs = [ashby_job(advert, board, is_new_shape=True, with_compensation=True) for advert in adverts]
        body = {"jobs": jobs, "apiVersion": "1"}
    if not entry.knows_conditions:
        body = _shuffle_keys(body, random.Random(f"keys {board.board} {night}"))
    return json.dumps(body, ensure_ascii=False).encode()


def _shuffle_keys(value: Any, chance: random.Random) -> Any:
    """The same value, the keys of each object in another order."""
    if isinstance(value, list):
        return [_shuffle_keys(item, chance) for item in value]
    if not isinstance(value, dict):
        return value
    names = list(value)
    chance.shuffle(names)
    return {name: _shuffle_keys(value[name], chance) for name in names}


# --- the server ------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class MarketNight:
    """The night that a server plays."""

    n_boards: int
    night: int
    edited_share: float
    faults: Mapping[str, float] = field(default_factory=lambda: FAULTS)


class _Handler(BaseHTTPRequestHandler):
    """Answers `/HOST/PATH` for the boards of `server.market_night`."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else the end of a long answer waits 40 ms, until what came before is acknowledged
    server: _Server

    def do_GET(self) -> None:  # named by http.server
        """Answer."""
        address = "https:/" + self.path
        entry = self.server.by_address.get(address.removesuffix(MOVED))
        if entry is None:
            self._say(404, b"no such page")
            return
        is_first = address not in self.server.seen
        self.server.seen.add(address)
        if entry.is_dead:
            self._say(404, b'{"error": "no such board"}')
        elif is_first and entry.fault == "busy":
            self._say(429, b"later", {"Retry-After": "5"})
        elif is_first and entry.fault == "broken":
            self._say(503, b"broken")
        elif entry.fault == "moved" and not address.endswith(MOVED):
            self._say(301, b"", {"Location": address + MOVED})
        else:
            self._say_board(entry, is_cut=is_first and entry.fault == "cut")

    def _say_board(self, entry: ListedBoard, *, is_cut: bool) -> None:
        market_night = self.server.market_night
        if entry.fault == "slow":
            time.sleep(SLOW)
        is_edited_board = any(
            is_edited(entry.board, number, market_night.edited_share) for number in range(entry.n_adverts)
        )
        tag = f'"{entry.board.board}-{market_night.edited_share if is_edited_board else 0}"'
        if entry.knows_conditions and self.headers.get("If-None-Match") == tag:
            self._say(304, b"", {"ETag": tag})
            return
        body = body_of(entry, market_night.night, market_night.edited_share)
        headers = {"Content-Type": "application/json"} | ({"ETag": tag} if entry.knows_conditions else {})
        self._say(200, body, headers, most=len(body) // 2 if is_cut else None)

    def _say(self, status: int, body: bytes, headers: Mapping[str, str] | None = None, most: int | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:most])
        if most is not None:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # named by http.server
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, market_night: MarketNight) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.market_night = market_night
        self.seen: set[str] = set()
        self.by_address: dict[str, ListedBoard] = {}
        for entry in list_boards(market_night.n_boards, market_night.faults):
            url = all_sources()[entry.board.source].SOURCE.url_of(entry.board.board)
            self.by_address[url] = entry

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that leave."""


def _serve(market_night: MarketNight, sender: Any) -> None:
    server = _Server(market_night)
    sender.send(server.server_address[1])
    server.serve_forever()


@contextlib.contextmanager
def serve_market(market_night: MarketNight) -> Iterator[int]:
    """Serve a night's answers from a process of its own, while the context lasts; its port on 127.0.0.1."""
    context = forking()
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_serve, args=(market_night, sender), daemon=True)
    process.start()
    sender.close()  # so that a server that fails to start raises EOFError here
    try:
        yield receiver.recv()
    finally:
        process.terminate()
        process.join()


def day_of(night: int) -> date:
    """The day of a night, counted from 0."""
    return date.fromordinal(NIGHT.toordinal() + night)
