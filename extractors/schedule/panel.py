"""The panel: boards drawn by hash, each with a known chance, that statistics rest on.

Whether a board is a member depends on its token, its stratum and the salt, never on what its adverts say, so that a
share of the panel, each board weighted by the inverse of its chance, is one of all boards known. A board keeps its
place in the draw (permanent random numbers: Ohlsson 1995, "Coordination of Samples Using Permanent Random Numbers"), so
that a panel that is drawn again with other rates keeps as many of its members as these leave room for.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from transforms.records.vocabulary import MEMBER_RHYTHM

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

SALT = "jobmarket panel 1"
SHARE_OF_REQUESTS = 1 / 5
"""Part of a night's requests that are for members, at least."""
MIN_WEEKS = 26
"""Weeks that a draw stands, unless its members come to take too many or too few requests."""
LEAST_SHARE, MOST_SHARE = 1 / 10, 2 / 5
"""Parts of a night's requests between which the turns of members may come to lie, as boards come in and die and budgets
change. Beyond them all boards are drawn anew. Were these closer to `SHARE_OF_REQUESTS`, each list would end a draw."""
SIZES = (1, 10, 50, 200)
"""Jobs at which a class of size begins. A board with none is in the class below, one never read in one of its own."""
UNKNOWN = -1
WEIGHT_OF_SIZE = {UNKNOWN: 1.0, 0: 0.5, 1: 1.0, 2: 2.0, 3: 4.0, 4: 8.0}
"""How much likelier a board of a class is drawn: about as the jobs of a board grow with its class, so that a statistic
over jobs is not carried by a few boards of large weight."""
MIN_BOARDS = 50
"""Boards of a stratum, at least; a country with fewer at a platform and size goes into one stratum with the others."""


def draw_numbers(source: str, boards: Sequence[str]) -> Floats:
    """The permanent random number of each board, 0 to below 1."""
    digests = (hashlib.sha256(f"{SALT}\n{source}\n{board}".encode()).digest() for board in boards)
    return np.array([int.from_bytes(digest[:8]) / 2**64 for digest in digests], dtype=np.float64)


def classify_sizes(jobs: Floats) -> Ints:
    """The class of size of each board by its jobs; NaN: never read."""
    return np.where(np.isnan(jobs), UNKNOWN, np.searchsorted(SIZES, np.nan_to_num(jobs), side="right"))


def name_strata(sizes: Ints, countries: Sequence[str | None]) -> list[str]:
    """The stratum of each board of a source: its class of size and its commonest country, rare ones together."""
    keys = list(zip(sizes.tolist(), countries, strict=True))
    counts: dict[tuple[int, str | None], int] = {}
    for key in keys:
        counts[key] = counts.get(key, 0) + 1
    names = {key: country if n >= MIN_BOARDS else "other" for key, n in counts.items() for country in (key[1] or "",)}
    return [f"{size}:{names[size, country]}" for size, country in keys]


def find_chances(sizes: Ints, cost: Floats, requests: float) -> Floats:
    """The chance of each board to be a member, so that members take so many requests: by the weight of its size.

    `cost` is what each board takes. No chance is above 1. All are members where all take no more than that.
    """
    weight = np.array([WEIGHT_OF_SIZE[size] for size in sizes.tolist()])
    chance = np.ones(len(weight))
    is_sure = np.full(len(weight), cost.sum() <= requests)
    while not is_sure.all():
        budget, rest = requests - cost[is_sure].sum(), (weight * cost)[~is_sure].sum()
        chance = np.where(is_sure, 1.0, weight * budget / rest)
        if not (chance > 1).any():
            return chance
        is_sure |= chance > 1
    return np.ones(len(weight))


def draw_chances(
    sizes: Ints,
    cost: Floats,
    requests: float,
    *,
    chance: Floats,
    strata: Sequence[str | None],
    days: Floats,
) -> tuple[Floats, Flags]:
    """The chance of each board on a night, and which boards are drawn on it; the others keep theirs.

    `requests` are those of a week that are for members (`count_weekly_requests`), `cost` what the turn of each board
    takes, 0 where it is dead. `chance` and `strata` are those of the draw that stands, `days` how long ago it was: NaN
    and None for boards that it did not see, which take the chance that their class had at the draw.

    A draw stands for `MIN_WEEKS`. All boards are drawn before where members take more than `MOST_SHARE` of a night's
    requests, or more than `SHARE_OF_REQUESTS` while all boards are members. A board keeps its number, so the members
    that stay are those whose number is below their new chance. Where members take less than `LEAST_SHARE`, chances are
    raised and none leaves. All this depends on what boards take by their chances, never on who is a member.
    """
    is_due = np.isnan(days) | (days >= MIN_WEEKS * 7)
    fresh = find_chances(sizes, cost, requests)
    ages = days[~np.isnan(days)]
    is_standing = len(ages) > 0 and ages.max() < MIN_WEEKS * 7
    standing = np.where(is_due, chance_between_draws(sizes, chance, strata) if is_standing else fresh, chance)
    total = (standing * cost).sum()
    is_census = bool((standing == 1).all())
    all_boards = np.ones(len(sizes), dtype=bool)
    if total > requests * (1 if is_census else MOST_SHARE / SHARE_OF_REQUESTS):
        return fresh, all_boards
    if total < requests * LEAST_SHARE / SHARE_OF_REQUESTS and not is_census:
        return np.fmax(chance, fresh), all_boards
    return standing, is_due


def chance_between_draws(sizes: Ints, chance: Floats, strata: Sequence[str | None]) -> Floats:
    """The chance of boards that come in after a draw: that of their size by the scale of the draw that stands.

    `chance` and `strata` are those of the draw, NaN and None for boards that it did not see.
    """
    scales = [
        one / WEIGHT_OF_SIZE[int(stratum.partition(":")[0])]
        for one, stratum in zip(chance.tolist(), strata, strict=True)
        if stratum is not None and one < 1
    ]
    scale = min(scales, default=math.inf)
    return np.array([min(1.0, WEIGHT_OF_SIZE[size] * scale) for size in sizes.tolist()])


def count_weekly_requests(requests: float) -> float:
    """How many requests of a week are for members where a night has so many."""
    return SHARE_OF_REQUESTS * requests * MEMBER_RHYTHM


def is_due(number: Floats, nights_since: Floats, night: int) -> Flags:
    """Which members are asked on a night: each on its day of the week, and one that missed its day.

    A member that was never asked waits for its day, so that a new panel is read within a week and not in one night.
    """
    slot = (number * 2**32).astype(np.int64) % MEMBER_RHYTHM
    has_missed = (nights_since >= MEMBER_RHYTHM) & np.isfinite(nights_since)
    return np.asarray((slot == night % MEMBER_RHYTHM) | has_missed)
