"""The panel: boards drawn by hash with known probabilities, as the sample for statistics.

Membership depends on a board's token, its stratum and the salt, never on the content of its adverts. With boards
weighted by the inverse of their probability, a share over the panel therefore estimates the share over all known
boards. Each board keeps its random number (Ohlsson 1995, "Coordination of Samples Using Permanent Random Numbers"), so
that a new draw keeps as many members as possible.
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
"""The panel's intended share of a night's requests."""
MIN_WEEKS = 26
"""Weeks that a draw lasts, unless its members take too many or too few requests."""
MIN_SHARE, MAX_SHARE = 1 / 10, 2 / 5
"""Limits of the panel's share of a night's requests. Outside these limits all boards are drawn again; narrower limits
would end a draw with each imported list of boards."""
SIZES = (1, 10, 50, 200)
"""Numbers of jobs at which a size class begins. Class 0 has no jobs; boards never read are `UNKNOWN`."""
UNKNOWN = -1
WEIGHT_OF_SIZE = {UNKNOWN: 1.0, 0: 0.5, 1: 1.0, 2: 2.0, 3: 4.0, 4: 8.0}
"""Relative probability by size class: roughly in proportion to a board's jobs, so that a few boards do not
dominate statistics."""
MIN_BOARDS = 50
"""Minimum boards of a stratum. In each size class of a platform, countries with fewer boards share one stratum."""


def draw_numbers(source: str, boards: Sequence[str]) -> Floats:
    """Return the permanent random number of each board, at least 0 and below 1."""
    digests = (hashlib.sha256(f"{SALT}\n{source}\n{board}".encode()).digest() for board in boards)
    return np.array([int.from_bytes(digest[:8]) / 2**64 for digest in digests], dtype=np.float64)


def classify_sizes(jobs: Floats) -> Ints:
    """Return the size class of each board, given its number of jobs (NaN if the board was never read)."""
    return np.where(np.isnan(jobs), UNKNOWN, np.searchsorted(SIZES, np.nan_to_num(jobs), side="right"))


def name_strata(sizes: Ints, countries: Sequence[str | None]) -> list[str]:
    """Return the stratum of each board of a source: its size class and its commonest country ("other" if rare)."""
    keys = list(zip(sizes.tolist(), countries, strict=True))
    counts: dict[tuple[int, str | None], int] = {}
    for key in keys:
        counts[key] = counts.get(key, 0) + 1
    names = {key: country if n >= MIN_BOARDS else "other" for key, n in counts.items() for country in (key[1] or "",)}
    return [f"{size}:{names[size, country]}" for size, country in keys]


def find_chances(sizes: Ints, cost: Floats, requests: float) -> Floats:
    """Return each board's probability of membership, proportional to the weight of its size class, but at most 1.

    `cost` is the number of requests of each board. Members are expected to take `requests` in all, unless that is
    enough for all boards.
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
    """Return each board's probability tonight, and which boards are drawn tonight; for all others an earlier draw
    applies.

    `requests` is the number of requests per week for members. `cost` is the number of requests of each board, 0 for a
    dead board. `chance`, `strata` and `days` are each board's probability and stratum in the current draw, and the
    draw's age in days. Boards added since have NaN, None and NaN; they get the probability that their size class had in
    the draw.

    A draw lasts `MIN_WEEKS`. It ends early if members are expected to take more than `MAX_SHARE` of a night's requests,
    or more than `SHARE_OF_REQUESTS` while all boards are members. If members take less than `MIN_SHARE`, probabilities
    are raised and no member leaves. All this depends on expected costs, never on which boards are members.
    """
    is_due = np.isnan(days) | (days >= MIN_WEEKS * 7)
    fresh = find_chances(sizes, cost, requests)
    ages = days[~np.isnan(days)]
    is_current = len(ages) > 0 and ages.max() < MIN_WEEKS * 7
    current = np.where(is_due, chance_between_draws(sizes, chance, strata) if is_current else fresh, chance)
    total = (current * cost).sum()
    is_census = bool((current == 1).all())
    all_boards = np.ones(len(sizes), dtype=bool)
    if total > requests * (1 if is_census else MAX_SHARE / SHARE_OF_REQUESTS):
        return fresh, all_boards
    if total < requests * MIN_SHARE / SHARE_OF_REQUESTS and not is_census:
        return np.fmax(chance, fresh), all_boards
    return current, is_due


def chance_between_draws(sizes: Ints, chance: Floats, strata: Sequence[str | None]) -> Floats:
    """Return the probability that each board's size class had in the draw, for boards added after the draw."""
    scales = [
        drawn / WEIGHT_OF_SIZE[int(stratum.partition(":")[0])]
        for drawn, stratum in zip(chance.tolist(), strata, strict=True)
        if stratum is not None and drawn < 1
    ]
    scale = min(scales, default=math.inf)
    return np.array([min(1.0, WEIGHT_OF_SIZE[size] * scale) for size in sizes.tolist()])


def count_weekly_requests(requests: float) -> float:
    """Return the members' number of requests per week, given the number of all requests per night."""
    return SHARE_OF_REQUESTS * requests * MEMBER_RHYTHM


def is_due(number: Floats, nights_since: Floats, night: int) -> Flags:
    """Return which members are due: each on its weekday, and after a missed weekday on the next night.

    `number` is the random number of each board, which determines its weekday; `night` is the day's ordinal number. A
    member that was never asked waits for its weekday, so that a new panel is read over a week.
    """
    slot = (number * 2**32).astype(np.int64) % MEMBER_RHYTHM
    has_missed = (nights_since >= MEMBER_RHYTHM) & np.isfinite(nights_since)
    return np.asarray((slot == night % MEMBER_RHYTHM) | has_missed)
