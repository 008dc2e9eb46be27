"""Causes of a change: on made pairs of days they add up, and each is found where only it happened."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

import pytest

from reports.figures.attribution import (
    Adverts,
    Became,
    Counted,
    Key,
    Part,
    Step,
    Values,
    estimate_pay,
    estimate_shares,
    replace_adverts,
    split,
)
from reports.wording import numbers
from transforms.records.vocabulary import CAUSES

ITEMS = ("Python", "SQL")
ESTIMATORS: Mapping[str, Callable[[Adverts], Values]] = {
    "pay": estimate_pay,
    "jobs": partial(estimate_shares, items=ITEMS, by_employer=False),
    "employers": partial(estimate_shares, items=ITEMS, by_employer=True),
}
DIGITS = {"pay": 0, "jobs": 4, "employers": 4}


@dataclass
class Day:
    """The adverts of a made market on a day, with what is true of each beside what a figure counts."""

    adverts: dict[Key, Counted] = field(default_factory=dict)
    boards: dict[Key, str] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()
    edited: frozenset[Key] = frozenset()
    out_of_cell: dict[Key, Counted] = field(default_factory=dict)
    is_panel: bool = False

    def copy(self) -> Day:
        return replace(self, adverts=dict(self.adverts), boards=dict(self.boards), out_of_cell=dict(self.out_of_cell))

    @property
    def counted(self) -> dict[Key, Counted]:
        return {key: advert for key, advert in self.adverts.items() if self.boards[key] not in self.unread}

    def lists(self, key: Key) -> bool:
        return key in self.boards and self.boards[key] not in self.unread

    def reads(self, board: str) -> bool:
        return board in self.boards.values() and board not in self.unread


def make_day(dice: random.Random, n_boards: int = 12) -> Day:
    day = Day()
    for board in range(n_boards):
        for number in range(dice.randint(2, 8)):
            add(day, dice, f"b{board}", f"{board}:{number}")
    return day


def add(day: Day, dice: random.Random, board: str, name: str) -> None:
    currency, rate = dice.choice((("USD", 1.0), ("EUR", 1.1)))
    low = float(dice.randint(60, 180) * 1_000)
    high = low * dice.uniform(1.1, 1.6)
    items = frozenset(item for item in ITEMS if dice.random() < 0.5)
    day.adverts[name, -1] = Counted(
        f"j{name}", f"e-{board}", 1.0, currency, low, high, low * rate, high * rate, items
    )  # fmt: skip
    day.boards[name, -1] = board


def became(then: Day, now: Day) -> dict[str, Became]:
    """What core would say of each advert."""
    found = {}
    for key in then.boards.keys() | now.boards.keys():
        board = now.boards.get(key) or then.boards[key]
        advert = now.adverts.get(key)
        found[key[0]] = Became(
            was_listed=then.lists(key), is_listed=now.lists(key), was_board_read=then.reads(board),
            is_board_read=now.reads(board), was_in_panel=True,
            is_in_panel=advert is not None, is_edited=key in now.edited,
        )  # fmt: skip
    return found


def some(day: Day, dice: random.Random, part: float = 0.3) -> list[Key]:
    keys = sorted(key for key in day.adverts)
    return dice.sample(keys, max(1, round(part * len(keys))))


# --- what may happen between two days, by cause -----------------------------------------------------------------


def move_rates(day: Day, dice: random.Random) -> None:
    for key, advert in day.adverts.items():
        if advert.currency == "EUR" and advert.low and advert.high:
            day.adverts[key] = advert._replace(low_usd=advert.low * 1.25, high_usd=advert.high * 1.25)


def weigh(day: Day, dice: random.Random) -> None:
    for key, advert in day.adverts.items():
        day.adverts[key] = advert._replace(weight=dice.choice((0.5, 1.0, 4.0)))


def leave_unread(day: Day, dice: random.Random) -> None:
    day.unread |= frozenset(dice.sample(sorted(set(day.boards.values()) - day.unread), 3))


def read_more(day: Day, dice: random.Random) -> None:
    for board in range(3):
        for number in range(6):
            add(day, dice, f"new{board}", f"new{board}:{number}")


def merge(day: Day, dice: random.Random) -> None:
    """Five employers become one, and some adverts of an employer one job."""
    for key, advert in day.adverts.items():
        employer = "e-b0" if advert.employer in {f"e-b{n}" for n in range(5)} else advert.employer
        job = f"of {employer}" if key[0].endswith((":0", ":1")) else advert.job_id
        day.adverts[key] = advert._replace(employer=employer, job_id=job)


def close(day: Day, dice: random.Random) -> None:
    left = {board: sum(other == board for other in day.boards.values()) for board in day.boards.values()}
    for key in some(day, dice):
        if left[day.boards[key]] > 1:  # the board is read, and lists another
            left[day.boards[key]] -= 1
            del day.adverts[key], day.boards[key]


def open_new(day: Day, dice: random.Random) -> None:
    for board in sorted(set(day.boards.values()))[:8]:
        for number in range(3):
            add(day, dice, board, f"{board}:later{number}")


def edit(day: Day, dice: random.Random) -> None:
    keys = some(day, dice)
    for key in keys:
        _say_otherwise(day, dice, key)
    day.edited |= frozenset(keys)


def read_otherwise(day: Day, dice: random.Random) -> None:
    for key in some(day, dice):
        if key not in day.edited:
            _say_otherwise(day, dice, key)


def _say_otherwise(day: Day, dice: random.Random, key: Key) -> None:
    """Other pay and items, or another role, so that the figure counts it no longer."""
    if dice.random() < 0.2:
        del day.adverts[key]
        return
    advert = day.adverts[key]
    low, high = 2 * (advert.low or 0), 2 * (advert.high or 0)
    items = frozenset(ITEMS) - advert.items
    day.adverts[key] = advert._replace(low=low, high=high, low_usd=low, high_usd=high, currency="USD", items=items)


HAPPENINGS: Mapping[str, Callable[[Day, random.Random], None]] = {
    "rates": move_rates, "weights": weigh, "boards_gone": leave_unread, "boards_new": read_more, "merges": merge,
    "closed": close, "new": open_new, "changed": edit, "reading": read_otherwise,
}  # fmt: skip
MOVES_NOTHING = {("pay", "weights"), ("jobs", "rates"), ("employers", "rates")}
"""Weights are not those of bands; and money is not counted by shares."""


def attribute(kind: str, then: Day, now: Day, *, method: float = 0.0) -> dict[tuple[str, str], list[Part]]:
    """The parts of each number between two days; `method` is what the code of the earlier day added to each."""
    estimate = ESTIMATORS[kind]
    first, last = estimate(then.counted), estimate(now.counted)
    steps = [Step("method", first)]
    for cause, adverts in replace_adverts(then.counted, now.counted, became(then, now)):
        steps.append(Step(cause, estimate(adverts)))
    if last:
        assert steps[-1].values == last, "the last cause leads to the later day"
    parts = {}
    for number, value in first.items():
        values = value + method, last[number]
        printed = [numbers.round_as_printed(each, is_share=kind != "pay") for each in values]
        parts[number] = split(number, values, (printed[0], printed[1]), steps, digits=DIGITS[kind])
        total = sum(part.difference for part in parts[number])
        assert total == pytest.approx(printed[1] - printed[0], abs=1e-9), "the parts add up to what is printed"
        order = [list(CAUSES).index(part.cause) for part in parts[number]]
        assert order == sorted(order) and len(set(order)) == len(order)
    return parts


@pytest.mark.parametrize("kind", ESTIMATORS)
@pytest.mark.parametrize("n_pairs", [60, pytest.param(5_000, marks=pytest.mark.long)])
def test_causes_add_up_whatever_happens(kind: str, n_pairs: int) -> None:
    found = set()
    for seed in range(n_pairs):
        dice = random.Random(seed)
        then = make_day(dice, dice.randint(4, 14))
        now = then.copy()
        for happening in dice.sample(sorted(HAPPENINGS), dice.randint(0, len(HAPPENINGS))):
            HAPPENINGS[happening](now, dice)
        parts = attribute(kind, then, now, method=dice.choice((0.0, 0.01 if kind != "pay" else 1_000.0)))
        found |= {part.cause for group in parts.values() for part in group}
    silent = {cause for of_kind, cause in MOVES_NOTHING if of_kind == kind} | {"rung", "window", "rest"}
    assert found == CAUSES.keys() - silent


@pytest.mark.parametrize("kind", ESTIMATORS)
@pytest.mark.parametrize("cause", HAPPENINGS)
def test_a_cause_is_found_where_only_it_happened(kind: str, cause: str) -> None:
    found = set()
    for seed in range(10):
        dice = random.Random(seed)
        then = make_day(dice)
        now = then.copy()
        HAPPENINGS[cause](now, dice)
        parts = attribute(kind, then, now)
        found |= {part.cause for group in parts.values() for part in group}
    assert found - {"rounding"} == (set() if (kind, cause) in MOVES_NOTHING else {cause})


@pytest.mark.parametrize("kind", ESTIMATORS)
def test_where_nothing_happened_nothing_is_said(kind: str) -> None:
    day = make_day(random.Random(1))
    assert not any(attribute(kind, day, day.copy()).values())


def test_who_joins_or_leaves_the_panel_while_listed_changes_weights() -> None:
    """A share that rests on the panel today and on all boards before, and the other way round."""
    day = make_day(random.Random(3))
    names = sorted(day.adverts)
    panel = {key: day.adverts[key]._replace(weight=2.0) for key in names[::2]}
    fates = {
        key[0]: Became(is_listed=True, was_in_panel=key in panel, is_in_panel=key in panel) for key in names
    }  # fmt: skip
    causes = [cause for cause, _ in replace_adverts(day.adverts, panel, fates, is_panel=True)]
    assert causes == ["weights"]
    assert [cause for cause, _ in replace_adverts(panel, day.adverts, fates, was_panel=True)] == ["weights"]
    assert [cause for cause, _ in replace_adverts(day.adverts, panel, fates)] == ["weights", "reading"]


@pytest.mark.parametrize("kind", ESTIMATORS)
def test_a_cause_after_which_no_advert_is_left_goes_with_the_next(kind: str) -> None:
    """All boards are gone and others new: nobody can say what the number was between."""
    dice = random.Random(4)
    then = make_day(dice, 4)
    now = then.copy()
    now.unread = frozenset(now.boards.values())
    read_more(now, dice)
    for parts in attribute(kind, then, now).values():
        (part,) = (part for part in parts if part.cause != "rounding")
        assert part.cause == "boards_new" and part.remark == "together with boards gone: the two share no adverts"


def test_what_an_advert_adds_to_its_job_is_no_other_reading() -> None:
    """A job asks for what all its adverts say; a new advert of it names another skill."""
    first = Counted("j", "e", items=frozenset(("Python",)))
    both = first._replace(items=frozenset(ITEMS))
    fates = {"1": Became(is_listed=True), "2": Became(was_listed=False, is_listed=True)}
    changes = replace_adverts({("1", -1): first}, {("1", -1): both, ("2", -1): both}, fates)
    assert [cause for cause, _ in changes] == ["new"]
