"""Which estimates are printed, and in which form. How a cell was sampled decides, never the estimate itself.

A rule that looked at the estimate, or at its relative width, would print a small share if it came out large by chance,
and hide it otherwise. Such a rule printed shares of 5 % whose 95 % intervals held the truth in only 36 to 66 % of
cases.

G* (`n_even`) is the number of even employers of a cell: how many employers of equal size would be as informative. It
makes intervals wider, and decides only whether a quantile beyond the quartiles is known.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from transforms.records.definitions import MAX_AMOUNT_WIDTH, MAX_RELATIVE_WIDTH, MAX_SHARE_WIDTH, MIN_SHARE_WIDTH
from transforms.records.vocabulary import SHARE_FORMS

if TYPE_CHECKING:  # the module is slow to import, and guides do not need it
    from warehouse.marts.estimators import Flags, Floats, SampledCells

    Sampled = SampledCells | Mapping[str, ArrayLike]  # or values by cell for each column that a rule looks at


@dataclass(frozen=True)
class Rule:
    """A minimum (`is_minimum`) or maximum of one column of `SampledCells`."""

    column: str
    bound: float
    is_minimum: bool
    text: str  # with placeholders for the value and the bound, each also in per cent
    why: str  # justifies the bound

    def __str__(self) -> str:
        """The bound as text: "30", or "50%" for a bound below 1."""
        return f"{self.bound:,}" if self.bound >= 1 else f"{self.bound:.0%}"

    def explain(self, value: float) -> str:
        """Return why a value is not printed. Below a minimum it is rounded down: 7.96 becomes "7.9", not "8.0"."""
        value = math.floor(round(10 * value, 8)) / 10 if self.is_minimum else value
        return self.text.format(value, 100 * value, self.bound, 100 * self.bound)


JOBS = Rule(
    "n_jobs", 30, True, "not enough data (n = {0:.0f}; {2} needed)",
    "the least denominator of a proportion by the US National Center for Health Statistics (Parker et al. 2017)",
)  # fmt: skip
"""The rule for persons, and for pairs of amounts of unknown employers."""
EMPLOYERS = Rule(
    "n_employers", 15, True, "not enough employers ({0:.0f}; {2} needed)",
    "with fewer, what one employer does decides; `tests/known_truth/gates.py` holds other rules against this one",
)  # fmt: skip
LARGEST = Rule(
    "largest", 0.5, False, "one employer is {1:.0f} % of it (at most {3:.0f} %)",
    "more than half is one employer's own statistic",
)  # fmt: skip
TITLES = Rule(
    "n_clusters", 10, True, "not enough titles ({0:.0f}; {2} needed)",
    "with 10 or more a change is off by over 10 points in 3 and 4 % of two sets of drawn markets; with 8 or 9 in 7 "
    "and 8 %, with fewer in 7 to 19 % (`tests/known_truth/pay_changes.py`)",
)  # fmt: skip
"""A rule for pay held constant where titles stand for unknown employers, as `EVEN_TITLES`."""
EVEN_TITLES = Rule(
    "n_even", 2, True, "one title is most of it (as much as {0:.1f} even titles; {2} needed)",
    "with fewer than two, t has less than one degree of freedom",
)  # fmt: skip
OPEN_DAYS = Rule(
    "open_days", 1_000, True, "not followed for long enough ({0:,.0f} open days; {2:,} needed)",
    "ten closings are expected at 1 % a day; vital statistics print no rate on fewer (Parker et al. 2023)",
)  # fmt: skip
"""A rule for closing rates only (`closings.CLOSING_RULES`)."""
RULES = (EMPLOYERS, LARGEST)  # of cells of known employers; the reason is the first rule that a cell breaks
QUARTILES = (0.25, 0.75)  # quantiles from 0.25 to 0.75 are printed whenever their cell is: their intervals are reliable
MAX_CHANCE_UNSEEN = 0.025  # a quantile is known if all employers are on one side of it with at most this chance
POINT, INTERVAL, BOUNDS, SAYS, PLATFORMS = SHARE_FORMS
"""Forms: the value; its interval instead of the value; for shares also the bounds that silent adverts leave open; where
these are too wide, only the part of the jobs that say; and the readings of single platforms instead of one value.
"""


def find_broken_rules(cells: Sampled, rules: Sequence[Rule] = RULES) -> NDArray[np.int64]:
    """Return for each cell the index in `rules` of the first rule that it breaks; -1 if the cell may be printed."""
    flags = []
    for rule in rules:
        column = _values_of(rule, cells).round(9)
        flags.append(column < rule.bound if rule.is_minimum else column > rule.bound)
    return np.select(flags, np.arange(len(rules)), default=-1).astype(np.int64)


def find_reasons(cells: Sampled, rules: Sequence[Rule] = RULES) -> NDArray[np.object_]:
    """Return the first rule that each cell breaks, in words; None if the cell may be printed."""
    columns = [_values_of(rule, cells) for rule in rules]
    broken = enumerate(find_broken_rules(cells, rules))
    reasons = [rules[rule].explain(columns[rule][cell]) if rule >= 0 else None for cell, rule in broken]
    return np.array(reasons, dtype=object)


def _values_of(rule: Rule, cells: Sampled) -> Floats:
    values = cells[rule.column] if isinstance(cells, Mapping) else getattr(cells, rule.column)
    return np.asarray(values, dtype=np.float64)


def is_tail_known(cells: SampledCells, p: float) -> Flags:
    """Whether each cell has enough even employers (G*) to print its quantile p.

    All employers are on one side of it with the chance p^G* or (1 - p)^G*. Beyond the quartiles this chance may be so
    large that the interval has no end.
    """
    is_inner = QUARTILES[0] <= p <= QUARTILES[1]
    return np.asarray(is_inner | (max(p, 1 - p) ** cells.n_even <= MAX_CHANCE_UNSEEN))


def find_least_even(p: float) -> int:
    """Return the fewest even employers for which the quantile p is known: 36 for p10 and p90."""
    if QUARTILES[0] <= p <= QUARTILES[1]:
        return 1
    return math.ceil(math.log(MAX_CHANCE_UNSEEN) / math.log(max(p, 1 - p)))


def find_interval_only(value: Floats, low: Floats, high: Floats, *, is_share: bool) -> Flags:
    """Whether each interval is too wide, for a share or an amount, to be printed with its value, or has no end."""
    width = (high - low).round(9)
    if not is_share:
        return ~(width <= MAX_AMOUNT_WIDTH.value * np.abs(value))
    is_near = width <= np.maximum((MAX_RELATIVE_WIDTH.value * value).round(9), MIN_SHARE_WIDTH.value)
    return ~((width <= MAX_SHARE_WIDTH.value) & is_near)


WIDE_SHARE = (
    f"round({{high}} - {{low}}, 9) > {MAX_SHARE_WIDTH.value} OR round({{high}} - {{low}}, 9) > "
    f"greatest(round({MAX_RELATIVE_WIDTH.value} * {{share}}, 9), {MIN_SHARE_WIDTH.value})"
)
"""SQL for whether the interval of a share is printed without the point. {share}, {low} and {high} are column names."""


def choose_form(value: float, low: float | None, high: float | None) -> str:
    """Return the form in which one amount is printed. An amount is a point if its interval is unknown (`None`)."""
    if low is None or high is None:
        return POINT
    (is_wide,) = find_interval_only(np.array([value]), np.array([low]), np.array([high]), is_share=False)
    return INTERVAL if is_wide else POINT
