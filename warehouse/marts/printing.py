"""What of an estimate is printed, and in which form. Decided by how a cell was sampled, never by what was found.

A rule that looks at the estimate or at its relative width prints a small share where it came out large by chance, and
hides the others: a gate by relative width printed shares of 5 % whose intervals covered 36 to 66 %.
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

if TYPE_CHECKING:  # what it imports takes longer than all that a guide asks of this module
    from warehouse.marts.estimators import Flags, Floats, SampledCells


@dataclass(frozen=True)
class Rule:
    """A least or greatest value of one column of `SampledCells`.

    `text` is filled in with the value and the bound, each also in per cent; `why` says where from.
    """

    column: str
    bound: float
    is_least: bool
    text: str
    why: str

    def __str__(self) -> str:
        """The bound: "30", or of a part "50%"."""
        return f"{self.bound:,}" if self.bound >= 1 else f"{self.bound:.0%}"

    def explain(self, value: float) -> str:
        """Why a value that breaks the rule is not printed. Below a least value nothing is rounded up to it."""
        value = math.floor(round(10 * value, 8)) / 10 if self.is_least else value
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
"""Of rates of closing alone (`closings.CLOSING_RULES`)."""
RULES = (JOBS, EMPLOYERS, EVEN, LARGEST)
"""The gravest first: the first that a cell breaks is its reason."""
QUARTILES = (0.25, 0.75)
"""Quantiles between these are printed wherever the cell is: measured, their intervals cover."""
MAX_CHANCE_UNSEEN = 0.025
"""Chance that all employers are on one side of a quantile, above which no value seen can be an end of its interval."""
POINT, INTERVAL, BOUNDS = SHARE_FORMS
"""Whether a value is printed itself, its interval in its place, or, of shares alone, what silence leaves open."""


def rules_of_pay() -> tuple[Rule, ...]:
    """`RULES` for a band of pay: as many even employers as it takes to know both of its ends."""
    needed = max(EVEN.bound, find_least_even(BAND.low), find_least_even(BAND.high))
    return tuple(replace(rule, bound=needed) if rule is EVEN else rule for rule in RULES)


def say_even() -> str:
    """How many even employers are needed: "8", and where the ends of a band take more, those as well."""
    of_pay = next(rule for rule in rules_of_pay() if rule.column == EVEN.column)
    return str(EVEN) if of_pay.bound == EVEN.bound else f"{EVEN} (a band of pay as {of_pay})"


def find_broken_rules(cells: SampledCells, rules: Sequence[Rule] = RULES) -> NDArray[np.int64]:
    """The place in `rules` of the first rule that each cell breaks; -1 where it may be printed."""
    return _find_broken({rule.column: getattr(cells, rule.column) for rule in rules}, rules)


def explain_broken_rules(
    cells: SampledCells, breaches: NDArray[np.int64], rules: Sequence[Rule] = RULES
) -> list[str | None]:
    """Why each cell is not printed, in words; None where it is."""
    return _explain({rule.column: getattr(cells, rule.column) for rule in rules}, rules, breaches)


def find_reasons(values: Mapping[str, ArrayLike], rules: Sequence[Rule]) -> NDArray[np.object_]:
    """The first of some rules that each cell breaks, in words; None where it may be printed.

    `values` has a value for each cell of every column that a rule looks at.
    """
    return np.array(_explain(values, rules, _find_broken(values, rules)), dtype=object)


def _find_broken(values: Mapping[str, ArrayLike], rules: Sequence[Rule]) -> NDArray[np.int64]:
    flags = []
    for rule in rules:
        column = np.asarray(values[rule.column], dtype=np.float64).round(9)
        flags.append(column < rule.bound if rule.is_least else column > rule.bound)
    return np.select(flags, np.arange(len(rules)), default=-1).astype(np.int64)


def _explain(values: Mapping[str, ArrayLike], rules: Sequence[Rule], breaches: NDArray[np.int64]) -> list[str | None]:
    columns = [np.asarray(values[rule.column], dtype=np.float64) for rule in rules]
    return [rules[rule].explain(columns[rule][cell]) if rule >= 0 else None for cell, rule in enumerate(breaches)]


def is_tail_known(cells: SampledCells, p: float) -> Flags:
    """Whether the quantile p of each cell may be printed beside the cell itself, by the number of even employers.

    Beyond the quartiles all of them may be on one side by chance, (1 - p)^G* or p^G*: the interval has no end there.
    """
    if QUARTILES[0] <= p <= QUARTILES[1]:
        return np.ones(cells.n_cells, dtype=bool)
    return np.asarray(max(p, 1 - p) ** cells.n_even <= MAX_CHANCE_UNSEEN)


def find_least_even(p: float) -> int:
    """The least whole number of even employers by which the quantile p is known: 36 for p10 and p90."""
    if QUARTILES[0] <= p <= QUARTILES[1]:
        return 1
    return math.ceil(math.log(MAX_CHANCE_UNSEEN) / math.log(max(p, 1 - p)))


def find_interval_only(value: Floats, low: Floats, high: Floats, *, is_share: bool) -> Flags:
    """Whether the interval is printed without the point, since it is too wide to name one, or an end is open."""
    width = (high - low).round(9)
    if not is_share:
        return ~(width <= MAX_AMOUNT_WIDTH.value * np.abs(value))
    is_near = width <= np.maximum((MAX_RELATIVE_WIDTH.value * value).round(9), MIN_SHARE_WIDTH.value)
    return ~((width <= MAX_SHARE_WIDTH.value) & is_near)


WIDE_SHARE = (
    f"round({{high}} - {{low}}, 9) > {MAX_SHARE_WIDTH.value} OR round({{high}} - {{low}}, 9) > "
    f"greatest(round({MAX_RELATIVE_WIDTH.value} * {{share}}, 9), {MIN_SHARE_WIDTH.value})"
)
"""SQL: whether the interval of a share is printed without the point, for the names of share, low and high end."""


def choose_form(value: float, low: float | None, high: float | None) -> str:
    """The form in which one amount is printed; a point where nobody knows its interval (`None`)."""
    if low is None or high is None:
        return POINT
    (is_wide,) = find_interval_only(np.array([value]), np.array([low]), np.array([high]), is_share=False)
    return INTERVAL if is_wide else POINT
