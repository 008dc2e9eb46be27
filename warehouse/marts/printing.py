"""Which estimates are printed, and in which form. How a cell was sampled decides, never the estimate itself.

A rule that looks at the estimate, or at its relative width, prints a small share if it came out large by chance, and
hides it otherwise: such a rule printed shares of 5 % whose 95 % intervals held the truth in 36 to 66 % of cases.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from transforms.records.definitions import (
    BAND,
    MAX_AMOUNT_WIDTH,
    MAX_RELATIVE_WIDTH,
    MAX_SHARE_WIDTH,
    MIN_SHARE_WIDTH,
)
from transforms.records.vocabulary import SHARE_FORMS

if TYPE_CHECKING:  # it is slow to import, and guides do not need it
    from warehouse.marts.estimators import Flags, Floats, SampledCells

    Sampled = SampledCells | Mapping[str, ArrayLike]  # or values by cell for each column that a rule looks at


@dataclass(frozen=True)
class Rule:
    """A minimum (`is_minimum`) or maximum of one column of `SampledCells`.

    `text` has placeholders for the value and the bound, each also in per cent; `why` justifies the bound.
    """

    column: str
    bound: float
    is_minimum: bool
    text: str
    why: str

    def __str__(self) -> str:
        """The bound: "30", or "50%" if it is a part."""
        return f"{self.bound:,}" if self.bound >= 1 else f"{self.bound:.0%}"

    def explain(self, value: float) -> str:
        """Say why a value that breaks the rule is not printed. A value below a minimum is never rounded up to it."""
        value = math.floor(round(10 * value, 8)) / 10 if self.is_minimum else value
        return self.text.format(value, 100 * value, self.bound, 100 * self.bound)


JOBS = Rule(
    "n_jobs", 30, True, "not enough data (n = {0:.0f}; {2} needed)",
    "the least denominator of a proportion by the US National Center for Health Statistics (Parker et al. 2017)",
)  # fmt: skip
EMPLOYERS = Rule(
    "n_employers", 10, True, "not enough employers ({0:.0f}; {2} needed)",
    "with fewer, what one employer does decides, and its pay scale could be told from the cell",
)  # fmt: skip
EVEN = Rule(
    "n_even", 8, True, "the employers are too few or too uneven (as informative as {0:.1f} equal ones; {2} needed)",
    "8 degrees of freedom are the least by Parker et al. 2017; below, intervals rest on t with a heavy tail",
)  # fmt: skip
LARGEST = Rule(
    "largest", 0.5, False, "one employer is {1:.0f} % of it (at most {3:.0f} %)",
    "more than half is one employer's own statistic",
)  # fmt: skip
OPEN_DAYS = Rule(
    "open_days", 1_000, True, "not followed for long enough ({0:,.0f} open days; {2:,} needed)",
    "ten closings are expected at 1 % a day; vital statistics print no rate on fewer (Parker et al. 2023)",
)  # fmt: skip
"""For closing rates only (`closings.CLOSING_RULES`)."""
RULES = (JOBS, EMPLOYERS, EVEN, LARGEST)
"""The most serious rule first: the first that a cell breaks is its reason."""
QUARTILES = (0.25, 0.75)
"""Quantiles between these are printed whenever their cell is: in measurements their intervals hold the truth."""
MAX_CHANCE_UNSEEN = 0.025
"""Largest chance that all employers are on one side of a quantile, for its interval to have both ends."""
POINT, INTERVAL, BOUNDS = SHARE_FORMS
"""Forms: the value itself; its interval instead; for shares also the bounds that silent adverts leave open."""


def rules_of_pay() -> tuple[Rule, ...]:
    """`RULES` for a band of pay, which needs enough even employers to know both of its ends."""
    needed = max(EVEN.bound, find_least_even(BAND.low), find_least_even(BAND.high))
    return tuple(replace(rule, bound=needed) if rule is EVEN else rule for rule in RULES)


def say_even() -> str:
    """How many even employers are needed: "8", and if the ends of a band need more, that number as well."""
    of_pay = next(rule for rule in rules_of_pay() if rule.column == EVEN.column)
    return str(EVEN) if of_pay.bound == EVEN.bound else f"{EVEN} (a band of pay as {of_pay})"


def find_broken_rules(cells: Sampled, rules: Sequence[Rule] = RULES) -> NDArray[np.int64]:
    """Index in `rules` of the first rule that each cell breaks; -1 if it may be printed."""
    flags = []
    for rule in rules:
        column = _values_of(rule, cells).round(9)
        flags.append(column < rule.bound if rule.is_minimum else column > rule.bound)
    return np.select(flags, np.arange(len(rules)), default=-1).astype(np.int64)


def find_reasons(cells: Sampled, rules: Sequence[Rule] = RULES) -> NDArray[np.object_]:
    """Why each cell is not printed: the first rule that it breaks, in words; None if it may be printed."""
    columns = [_values_of(rule, cells) for rule in rules]
    broken = enumerate(find_broken_rules(cells, rules))
    reasons = [rules[rule].explain(columns[rule][cell]) if rule >= 0 else None for cell, rule in broken]
    return np.array(reasons, dtype=object)


def _values_of(rule: Rule, cells: Sampled) -> Floats:
    values = cells[rule.column] if isinstance(cells, Mapping) else getattr(cells, rule.column)
    return np.asarray(values, dtype=np.float64)


def is_tail_known(cells: SampledCells, p: float) -> Flags:
    """Whether each cell has enough even employers to print its quantile p.

    Beyond the quartiles all employers may be on one side by chance, (1 - p)^G* or p^G*: the interval then has no end.
    """
    if QUARTILES[0] <= p <= QUARTILES[1]:
        return np.ones(cells.n_cells, dtype=bool)
    return np.asarray(max(p, 1 - p) ** cells.n_even <= MAX_CHANCE_UNSEEN)


def find_least_even(p: float) -> int:
    """Fewest even employers for the quantile p to be known: 36 for p10 and p90."""
    if QUARTILES[0] <= p <= QUARTILES[1]:
        return 1
    return math.ceil(math.log(MAX_CHANCE_UNSEEN) / math.log(max(p, 1 - p)))


def find_interval_only(value: Floats, low: Floats, high: Floats, *, is_share: bool) -> Flags:
    """Whether the interval is printed without the point, because it is too wide or has no end."""
    width = (high - low).round(9)
    if not is_share:
        return ~(width <= MAX_AMOUNT_WIDTH.value * np.abs(value))
    is_near = width <= np.maximum((MAX_RELATIVE_WIDTH.value * value).round(9), MIN_SHARE_WIDTH.value)
    return ~((width <= MAX_SHARE_WIDTH.value) & is_near)


WIDE_SHARE = (
    f"round({{high}} - {{low}}, 9) > {MAX_SHARE_WIDTH.value} OR round({{high}} - {{low}}, 9) > "
    f"greatest(round({MAX_RELATIVE_WIDTH.value} * {{share}}, 9), {MIN_SHARE_WIDTH.value})"
)
"""SQL: whether the interval of a share is printed without the point; {share}, {low} and {high} are column names."""


def choose_form(value: float, low: float | None, high: float | None) -> str:
    """The form in which one amount is printed; a point if its interval is unknown (`None`)."""
    if low is None or high is None:
        return POINT
    (is_wide,) = find_interval_only(np.array([value]), np.array([low]), np.array([high]), is_share=False)
    return INTERVAL if is_wide else POINT
