"""Which boards a night asks: what the store knows of them, the draw of the panel, and the plan, which is put on record.

The plan itself is made in `extractors.schedule`; a source is planned by itself, since each platform has its own budget
of requests.
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
"""Boards too large for a night's budget that are named; the others are counted."""
BY_REDIRECT = "redirect"
"""What names a board that another one's address redirects to."""


def plan_boards(con: Connection, sources: Sequence[Source], *, run_id: str, day: date) -> dict[str, list[str]]:
    """The boards to ask of each source that has boards, in order. The reasons are put on record.

    `sources` are only those the night will ask, with limits applied: planning others would record boards as asked that
    are not, and their panel members would count as silent.
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
    """Boards that a night does not ask since each needs more requests than it has for it, and what lets them in.

    `sizes` are requests by board, `budget` those of the night for lists. The largest are named first.
    """
    largest = sorted(sizes, key=lambda board: (-sizes[board], board))
    names = ", ".join(f"{board} needs {sizes[board]:,.0f}" for board in largest[:MAX_SKIPPED])
    more = f" and {len(largest) - MAX_SKIPPED:,} more" * (len(largest) > MAX_SKIPPED)
    head = f"{source.name}: boards skipped, each too large for what was left of {budget:,.0f} requests: {names}{more}"
    # Half of the requests at least are for lists, however many are for single postings (`count_list_requests`).
    n_lists = math.ceil(sizes[largest[0]])
    needed = min(n_lists + source.most_postings, 2 * n_lists) + _count_rules(source)
    most = source.max_seconds / source.pause if source.pause else math.inf
    if needed > most:
        return f"{head}. Its pause and hours allow {most:,.0f} requests a night, so no setting can admit the largest"
    if sizes[largest[0]] <= budget:
        return f"{head}. They are asked on a night with enough left; a larger limits.requests.{source.name} helps"
    return f"{head}. limits.requests.{source.name} = {needed:,.0f} lets the largest in"


def find_outcomes(source: Source, web: Web, boards: Sequence[str]) -> Iterator[BoardOutcome]:
    """What came of each board that a session was to ask.

    Where boards share a host and nothing of it was answered, that says nothing of one of them: the platform was down,
    or refuses us as a whole.
    """
    failures: dict[str, FetchFailed] = {}
    for failure in web.failures:
        failures.setdefault(failure.url, failure)
    answered_urls = [*web.answered, *(url for url, failure in failures.items() if failure.is_answered)]
    answering = {urlsplit(url).netloc for url in answered_urls}
    for board in boards:
        try:
            url = source.url_of(board)
        except ValueError:  # a token of another shape, which has no address
            continue
        is_down = not source.has_host_by_board and urlsplit(url).netloc not in answering
        outcome = "answered" if url in web.answered else _judge(failures.get(url))
        target = board_at(web.redirects[url]) if url in web.redirects else None
        moved_to = target if target and target != (source.name, board) and LINKED_TOKEN.fullmatch(target[1]) else None
        yield BoardOutcome(source.name, board, "not_asked" if is_down else outcome, moved_to)


def _judge(failure: FetchFailed | None) -> str:
    """What came of a board whose list was not answered."""
    if failure is None or failure.is_put_off:
        return "not_asked"
    return "refused" if failure.is_refused else "no_answer"


def take_in_moved(con: Connection, outcomes: Iterable[BoardOutcome], day: date) -> None:
    """Take in the boards that others redirect to. One that has other capitals alone is the same board, spelled so."""
    targets: list[KnownBoards] = []
    for one in outcomes:
        if one.moved_to is None:
            continue
        source, board = one.moved_to
        if store.board_key(source, board) == store.board_key(one.source, one.board):
            store.respell(con, source, one.board, board)
        elif not why_not_read(source, board):
            targets.append(make_known(source, board, known_from=BY_REDIRECT, day=day))
    store.add_known(con, targets)


def count_list_requests(source: Source) -> float:
    """Requests of a night left for lists of boards.

    The smaller of the source's budget and what its pause allows, less those reserved for single postings, but at least
    half. The rules of shared hosts are subtracted first; where each board has its own host they count as the board's
    cost.
    """
    requests = min(source.most_requests, source.max_seconds / source.pause if source.pause else math.inf)
    requests -= _count_rules(source)
    requests = max(requests, 1.0)  # a draw needs a chance above 0
    return max(requests - source.most_postings, requests / 2)


def _count_rules(source: Source) -> int:
    """Requests for the rules of the hosts that its boards share."""
    return 0 if source.has_host_by_board else RULES_REQUESTS * len(source.hosts)


def store_curated_boards(con: Connection, day: date) -> None:
    """Take in the boards of boards.csv, which win over what lists said of them."""
    store.put_curated(con, ((one.source, one.board) for one in all_boards()), day)


def _draw(
    con: Connection, source: str, states: BoardStates, day: date, requests: panel.Floats, budget: float
) -> tuple[panel.Floats, panel.Floats]:
    """Number and chance of each board: as drawn, or drawn today. `requests` are those of a reading of each."""
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
        LOG.info("%s: all boards are drawn for the panel, %s are members", source, f"{(number < chance).sum():,}")
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
