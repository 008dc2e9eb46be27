"""Plan which boards a night asks, from the store of boards and the draw of the panel, and record the plan.

`extractors.schedule` makes the plan for one source at a time, because each platform has its own budget of requests.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from urllib.parse import urlsplit

import numpy as np

from extractors.boards import all_boards, why_not_read
from extractors.schedule import panel
from extractors.schedule.plan import History, rank_boards
from extractors.source import board_at
from extractors.sources.declaration import LINKED_TOKEN, Source
from extractors.web.politeness import RULES_REQUESTS
from extractors.web.session import FetchFailed, Web
from flows.inputs.board_lists import make_known
from transforms.records.vocabulary import ASKED_FOR, DEAD_AFTER
from warehouse.database import Connection
from warehouse.load import boards as store
from warehouse.load.boards import BoardOutcome, BoardStates
from warehouse.ops_tables import BoardNights, KnownBoards, PanelDraw

LOG = logging.getLogger("jobmarket")
MAX_SKIPPED = 5
"""Maximum number of boards too large for a night's budget that are named. Further boards are only counted."""
BY_REDIRECT = "redirect"
"""`known_from` of a board to which another board's address redirects."""


def plan_boards(con: Connection, sources: Sequence[Source], *, run_id: str, day: date) -> dict[str, list[str]]:
    """Return the boards to ask, in order, by source. Record the reason for each board.

    `sources` must be exactly the sources that the night asks, with their limits applied. The boards of any other source
    would be recorded as asked, and its panel members would count as silent.
    """
    store_curated_boards(con, day)
    plan: dict[str, list[str]] = {}
    rows: list[BoardNights] = []
    with_boards = {source.name: source for source in sources if source.boards}
    for name, states in store.read_states(con, list(with_boards), day).items():
        budget = count_list_requests(with_boards[name])
        requests = states.requests_per_reading + (RULES_REQUESTS if with_boards[name].has_host_by_board else 0)
        number, chance = _draw(con, name, states, day, requests, budget)
        history = History(
            number=number,
            chance=chance,
            nights_since=states.nights_since,
            n_ai_paid_seen=states.n_ai_paid_seen,
            nights_followed=states.nights_followed,
            misses=states.misses,
            requests_per_reading=requests,
        )
        rng = np.random.default_rng([day.toordinal(), *name.encode()])
        ranking = rank_boards(history, budget=budget, night=day.toordinal(), rng=rng)
        picks, why = ranking.boards[ranking.is_asked], ranking.reason[ranking.is_asked]
        plan[name] = [states.board[at] for at in picks]
        rows += [
            BoardNights(
                run_id=run_id, source=name, board=states.board[at], planned_on=day, why=ASKED_FOR[reason],
                chance=float(chance[at]) if history.is_member[at] else None,
            )
            for at, reason in zip(picks, why, strict=True)
        ]  # fmt: skip
        LOG.info("%s: %s of %s boards are asked", name, f"{len(picks):,}", f"{len(states.board):,}")
        skipped = np.union1d(ranking.passed_over, ranking.boards[requests[ranking.boards] > budget])
        if len(skipped):
            sizes = {states.board[at]: float(requests[at]) for at in skipped}
            LOG.warning("%s", describe_skipped(with_boards[name], sizes, budget))
    store.record_nights(con, rows)
    return plan


def describe_skipped(source: Source, sizes: Mapping[str, float], budget: float) -> str:
    """Return a line about boards that are too large for a night's budget, with the setting that would allow them.

    `sizes` has the number of requests of each board; `budget` is a night's number of requests for lists. The largest
    board is named first.
    """
    largest = sorted(sizes, key=lambda board: (-sizes[board], board))
    names = ", ".join(f"{board} needs {sizes[board]:,.0f}" for board in largest[:MAX_SKIPPED])
    more = f" and {len(largest) - MAX_SKIPPED:,} more" * (len(largest) > MAX_SKIPPED)
    head = f"{source.name}: boards skipped, each too large for what was left of {budget:,.0f} requests: {names}{more}"
    # At least half of the requests are for lists (`count_list_requests`).
    n_lists = math.ceil(sizes[largest[0]])
    needed = min(n_lists + source.most_postings, 2 * n_lists) + _count_rules(source)
    n_in_time = source.max_seconds / source.pause if source.pause else math.inf
    if needed > n_in_time:
        return (
            f"{head}. Its pause and hours allow {n_in_time:,.0f} requests a night, so no setting can admit the largest"
        )
    if sizes[largest[0]] <= budget:
        return f"{head}. They are asked on a night with enough left; a larger limits.requests.{source.name} helps"
    return f"{head}. limits.requests.{source.name} = {needed:,.0f} lets the largest in"


def find_outcomes(source: Source, web: Web, boards: Sequence[str]) -> Iterator[BoardOutcome]:
    """Yield the outcome of each board that a session had to ask.

    If boards share a host that answered nothing, the platform was down or refuses us, so its boards count as not asked.
    """
    failures: dict[str, FetchFailed] = {}
    for failure in web.failures:
        failures.setdefault(failure.url, failure)
    answered_urls = [*web.answered, *(url for url, failure in failures.items() if failure.is_answered)]
    answering = {urlsplit(url).netloc for url in answered_urls}
    for board in boards:
        try:
            url = source.url_of(board)
        except ValueError:  # the token has an unknown form, so the board has no address
            continue
        is_down = not source.has_host_by_board and urlsplit(url).netloc not in answering
        outcome = "answered" if url in web.answered else _judge(failures.get(url))
        target = board_at(web.redirects[url]) if url in web.redirects else None
        moved_to = target if target and target != (source.name, board) and LINKED_TOKEN.fullmatch(target[1]) else None
        yield BoardOutcome(source.name, board, "not_asked" if is_down else outcome, moved_to)


def _judge(failure: FetchFailed | None) -> str:
    if failure is None or failure.is_put_off:
        return "not_asked"
    return "refused" if failure.is_refused else "no_answer"


def take_in_moved(con: Connection, outcomes: Iterable[BoardOutcome], day: date) -> None:
    """Store the boards to which other boards redirect. If only capitals differ, it is the same board, which is
    respelled."""
    targets: list[KnownBoards] = []
    for outcome in outcomes:
        if outcome.moved_to is None:
            continue
        source, board = outcome.moved_to
        if store.board_key(source, board) == store.board_key(outcome.source, outcome.board):
            store.respell(con, source, outcome.board, board)
        elif not why_not_read(source, board):
            targets.append(make_known(source, board, known_from=BY_REDIRECT, day=day))
    store.add_known(con, targets)


def count_list_requests(source: Source) -> float:
    """Return the number of a night's requests that are left for lists of boards.

    The night's requests are limited by the source's budget and by its pause. Requests for the rules (robots.txt and
    tdmrep.json) of shared hosts are subtracted first; if each board has its own host, they are part of the board's
    cost. Then requests for single postings are subtracted, but at least half of the requests remain.
    """
    requests = min(source.most_requests, source.max_seconds / source.pause if source.pause else math.inf)
    requests -= _count_rules(source)
    requests = max(requests, 1.0)  # a draw needs a chance above 0
    return max(requests - source.most_postings, requests / 2)


def _count_rules(source: Source) -> int:
    return 0 if source.has_host_by_board else RULES_REQUESTS * len(source.hosts)


def store_curated_boards(con: Connection, day: date) -> None:
    """Store the boards of boards.csv, which take precedence over imported lists."""
    store.put_curated(con, ((entry.source, entry.board) for entry in all_boards()), day)


def _draw(
    con: Connection, source: str, states: BoardStates, day: date, requests: panel.Floats, budget: float
) -> tuple[panel.Floats, panel.Floats]:
    """Return the random number and the chance of each board, drawn today or earlier.

    `requests` is the number of requests that one reading of each board takes.
    """
    number = panel.draw_numbers(source, states.board)
    sizes = panel.classify_sizes(states.jobs)
    chance, is_drawn = panel.draw_chances(
        sizes,
        np.where(states.misses >= DEAD_AFTER, 0.0, requests),
        panel.count_weekly_requests(budget),
        chance=states.chance,
        strata=states.stratum,
        days=np.array([math.nan if on is None else (day - on).days for on in states.drawn_on]),
    )
    if not is_drawn.any():
        return number, chance
    if is_drawn.all():
        LOG.info(
            "%s: the panel was drawn again from all boards; %s are members", source, f"{(number < chance).sum():,}"
        )
    strata = panel.name_strata(sizes, states.commonest_country)
    store.write_draw(
        con,
        [
            PanelDraw(
                source=source, board=states.board[at], drawn_on=day, stratum=strata[at], number=float(number[at]),
                chance=float(chance[at]),
            )
            for at in np.flatnonzero(is_drawn)
        ],
    )  # fmt: skip
    return number, chance
