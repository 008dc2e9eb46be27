"""Attribute the difference of a number between two vintages to causes, so that they add up.

A number is a function of the adverts that it counts. From the adverts of the earlier vintage to those of the later one,
one ingredient at a time is replaced, in the order of `CAUSES`, and the marts' own estimator computes the number again;
the difference of two successive values is the cause's part. Another order would give parts of other sizes, because what
an advert does to a median depends on the others (the parts of a sequential decomposition: Das Gupta 1993,
"Standardization and Decomposition of Rates", chapter 1).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from transforms.records.vocabulary import CAUSES
from warehouse.marts.pay import pay_quantiles
from warehouse.marts.pay.pay_quantiles import PaidJobs
from warehouse.marts.share import share_rows
from warehouse.marts.share.share_rows import ShareCounts

Key = tuple[str, int]
"""An advert and the position of its pay; -1 for its own pay, or for none."""
Number = tuple[str, str]
"""The name of a row of a figure ("" if there is one row), and a column."""
Values = Mapping[Number, float]
SHARE = "share"


class Counted(NamedTuple):
    """How an advert, or one of its ranges of pay, counts. Fields are named as in `ops_tables.KeptAdverts`."""

    job_id: str
    employer: str
    weight: float = 1.0
    currency: str | None = None
    low: float | None = None
    high: float | None = None
    low_usd: float | None = None
    high_usd: float | None = None
    items: frozenset[str] = frozenset()


Adverts = Mapping[Key, Counted]
Estimate = Callable[[Adverts], Values]


class Became(NamedTuple):
    """What became of an advert between two days.

    Whether it was and is in the stock, whether its board's reading was and is, whether its job was and is in the panel,
    and whether it was edited.
    """

    was_listed: bool = True
    is_listed: bool = False
    was_board_read: bool = True
    is_board_read: bool = True
    was_in_panel: bool = True
    is_in_panel: bool = True
    is_edited: bool = False


class Step(NamedTuple):
    """The numbers once a cause is in place; {} if no advert is left then."""

    cause: str
    values: Values
    remark: str | None = None


class Part(NamedTuple):
    """How much a cause changed a number."""

    cause: str
    difference: float
    remark: str | None = None


_PARTS = {"rates": ("low_usd", "high_usd"), "weights": ("weight",), "merges": ("job_id", "employer")}
"""Causes that replace some fields of adverts that are counted in both vintages."""
_STATED = ("currency", "low", "high")


# --- estimators -----------------------------------------------------------------------------------------


def estimate_pay(adverts: Adverts) -> Values:
    """Return median and ends of the band; {} without adverts. A job counts once, in equal parts for its ranges."""
    if not adverts:
        return {}
    rows = [advert for _, advert in sorted(adverts.items())]
    n_ranges: dict[str, int] = defaultdict(int)
    for row in rows:
        n_ranges[row.job_id] += 1
    numbers = {name: number for number, name in enumerate(sorted({row.employer for row in rows}))}
    jobs = PaidJobs(
        cell=np.zeros(len(rows), dtype=np.int64),
        employer=np.array([numbers[row.employer] for row in rows]),
        low=np.array([row.low_usd for row in rows], dtype=np.float64),
        high=np.array([row.high_usd for row in rows], dtype=np.float64),
        part=np.array([1 / n_ranges[row.job_id] for row in rows]),
    )
    return {("", name): value for name, value in pay_quantiles.estimate_points(jobs).items()}


def estimate_shares(adverts: Adverts, items: Sequence[str], *, by_employer: bool) -> Values:
    """Return the share of each of some items; {} without adverts.

    The adverts of a job state together what it asks for; the first of them gives employer, weight and items.
    """
    jobs: dict[str, Counted] = {}
    for _, advert in sorted(adverts.items()):
        if advert.weight > 0:
            jobs.setdefault(advert.job_id, advert)
    if not jobs:
        return {}
    numbers = {name: number for number, name in enumerate(sorted({job.employer for job in jobs.values()}))}
    n_jobs, weight = np.zeros(len(numbers), dtype=np.int64), np.zeros(len(numbers))
    yes: dict[tuple[int, int], list[float]] = defaultdict(list)
    for job in jobs.values():
        employer = numbers[job.employer]
        n_jobs[employer] += 1
        weight[employer] += job.weight
        for place, item in enumerate(items):
            if item in job.items:
                yes[employer, place].append(job.weight)
    pairs = np.array(sorted(yes), dtype=np.int64).reshape(-1, 2)
    counts = ShareCounts(
        cell=np.zeros(len(numbers), dtype=np.int64), employer=np.arange(len(numbers)), jobs=n_jobs,
        yes_cell=np.zeros(len(pairs), dtype=np.int64), yes_employer=pairs[:, 0], yes_item=pairs[:, 1],
        yes=np.array([len(yes[pair]) for pair in sorted(yes)], dtype=np.int64), n_unread=np.zeros(1, dtype=np.int64),
        weighted=weight, weighted_yes=np.array([sum(yes[pair]) for pair in sorted(yes)], dtype=np.float64),
    )  # fmt: skip
    shares = share_rows.estimate_points(counts, len(items), by_employer=by_employer)
    return {(item, SHARE): float(share) for item, share in zip(items, shares, strict=True)}


# --- from one vintage to the next -------------------------------------------------------------------------


def replace_adverts(
    then: Adverts, now: Adverts, became: Mapping[str, Became], *, was_panel: bool = False, is_panel: bool = False
) -> Iterator[tuple[str, Adverts]]:
    """Yield each cause that changes something, with the adverts once it is in place; the last are `now`.

    `became` has what became of each advert; one that it lacks is in core no longer. `was_panel` and `is_panel` say
    whether the two vintages rest on the panel.
    """
    found: dict[str, list[Key]] = defaultdict(list)
    arrivals = _find_arrivals(then, now, became)
    for key in then.keys() | now.keys():
        old, new, of_advert = then.get(key), now.get(key), became.get(key[0], Became())
        if old is None or new is None:
            found[_find_cause(of_advert, is_gone=new is None, was_panel=was_panel, is_panel=is_panel)].append(key)
            continue
        for cause in _PARTS:
            if _takes_part(cause, old, new):
                found[cause].append(key)
                old = _replace_part(cause, old, new)
        if old != new:
            found["changed" if of_advert.is_edited else arrivals.get(new.job_id, "reading")].append(key)
    adverts = dict(then)
    for cause in (cause for cause in CAUSES if cause in found):
        for key in found[cause]:
            old, new = adverts.get(key), now.get(key)
            if new is None:
                del adverts[key]
            else:
                adverts[key] = new if old is None else _replace_part(cause, old, new)
        yield cause, adverts


def _find_arrivals(then: Adverts, now: Adverts, became: Mapping[str, Became]) -> dict[str, str]:
    """Return the cause by which the adverts of a job became others, by job: what they state together changes, too."""
    causes = {}
    for some, others, is_gone in ((then, now, True), (now, then, False)):
        for key in some.keys() - others.keys():
            causes[some[key].job_id] = _find_cause(became.get(key[0], Became()), is_gone=is_gone)
    return causes


def _find_cause(became: Became, *, is_gone: bool, was_panel: bool = False, is_panel: bool = False) -> str:
    """Return why an advert is counted in one of the vintages alone: in the earlier one if `is_gone`."""
    if is_gone and not became.is_listed:
        return "closed" if became.is_board_read else "boards_gone"
    if not is_gone and not became.was_listed:
        return "new" if became.was_board_read else "boards_new"
    if (is_gone and is_panel and not became.is_in_panel) or (not is_gone and was_panel and not became.was_in_panel):
        return "weights"
    return "changed" if became.is_edited else "reading"


def _takes_part(cause: str, old: Counted, new: Counted) -> bool:
    is_like = cause != "rates" or all(getattr(old, name) == getattr(new, name) for name in _STATED)
    return is_like and any(getattr(old, name) != getattr(new, name) for name in _PARTS[cause])


def _replace_part(cause: str, old: Counted, new: Counted) -> Counted:
    return old._replace(**{name: getattr(new, name) for name in _PARTS[cause]}) if cause in _PARTS else new


def _say_empty(causes: Sequence[str]) -> str:
    return f"together with {' and '.join(causes)}: {'the two' if len(causes) == 1 else 'they'} share no adverts"


def split(
    number: Number, values: tuple[float, float], printed: tuple[float, float], steps: Iterable[Step], *, digits: int
) -> list[Part]:
    """Return the parts of a number's difference, those of 0 left out; they add up to that of the `printed` numbers.

    `values` and `printed` are of the earlier and the later vintage. Values are rounded to so many `digits`, so that the
    parts add up as printed, too. If no advert is left once a cause is in place, the next cause has its part, and says
    so.
    """
    parts: list[Part] = []
    at, empty = round(values[0], digits), list[str]()
    for step in steps:
        if number not in step.values:
            empty.append(CAUSES[step.cause])
            continue
        value = round(step.values[number], digits)
        remark = _say_empty(empty) if empty else step.remark
        parts.append(Part(step.cause, round(value - at, digits), remark))
        at, empty = value, []
    rest = round((printed[1] - printed[0]) - sum(part.difference for part in parts), digits)
    return [part for part in (*parts, Part("rounding", rest)) if part.difference]
