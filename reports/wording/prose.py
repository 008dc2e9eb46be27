"""Figures as prose: clauses in house style, as exact as their intervals allow and no more.

`prose.toml` has the words and thresholds. The exact form of every figure stands in its note.
"""

from __future__ import annotations

import functools
import itertools
import math
import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import NormalDist

from pydantic import BaseModel, ConfigDict

from reports.wording import numbers
from reports.wording.numbers import Row, Rows
from transforms.records.vocabulary import PER_YEAR
from transforms.text.lookups import taxonomy
from warehouse.marts.measures import Measure
from warehouse.marts.printing import BOUNDS, INTERVAL, PLATFORMS, POINT

STYLE = Path(__file__).with_name("prose.toml")
Z95 = NormalDist().inv_cdf(0.975)


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ShareStyle(_Section):
    """Words for shares: see `prose.toml`."""

    fractions: tuple[tuple[float, str], ...]
    near: float
    about: str
    nearly: str
    over: str
    fewer: str
    more: str
    between: str
    thresholds: tuple[float, ...]
    of: tuple[str, ...]

    def in_numbers(self) -> ShareStyle:
        """Return this style with whole per cents for fractions, and nothing before a share that is known."""
        fractions = tuple((percent / 100, f"{percent}%") for percent in range(1, 100))
        plain = dict.fromkeys(("about", "nearly", "over"), "{share}")
        return self.model_copy(update={**plain, "fractions": fractions, "near": 0.0, "between": "{low} to {high}"})

    def find_nearest(self, share: float) -> tuple[float, str]:
        """Return the fraction nearest to a share, with its words."""
        return min(self.fractions, key=lambda one: abs(one[0] - share))

    def name(self, share: float) -> str:
        """Return the words for the fraction nearest to a share."""
        return self.find_nearest(share)[1]


class ListStyle(_Section):
    """How many items of a list have a share of their own, and words for the others."""

    max_named: int
    min_named: float
    max_below: int
    below: str
    below_one: str
    capitals: tuple[str, ...]
    nouns: Mapping[str, str]
    says: Mapping[str, str]
    items: Mapping[str, str]
    passives: Mapping[str, str]


class AmountStyle(_Section):
    """Words, signs and steps of amounts."""

    steps: tuple[int, ...]
    steps_of_month: tuple[int, ...]
    part: float
    range: str
    median: str
    between: str
    signs: Mapping[str, str]


class Style(_Section):
    """The house style of prose."""

    shares: ShareStyle
    lists: ListStyle
    amounts: AmountStyle
    remarks: Mapping[str, str]
    withheld: Mapping[str, str]


@functools.cache
def read_style(path: Path = STYLE, *, in_numbers: bool = False) -> Style:
    """Read the house style, with shares in per cent if `in_numbers`.

    Raise `pydantic.ValidationError`, which names the key, if a value is missing or wrong.
    """
    style = Style.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    return style.model_copy(update={"shares": style.shares.in_numbers()}) if in_numbers else style


# --- shares -----------------------------------------------------------------------------------------------------


def say_share(row: Row, noun: str = "", *, in_numbers: bool = False) -> str:
    """Return a share with its noun: "nearly three in four adverts", "fewer than one in five adverts".

    With `in_numbers`, "73% of adverts", "fewer than 20% of adverts". Of the readings of several platforms, the least
    and the most are said: "between one in four and one in three".
    """
    style = read_style(in_numbers=in_numbers).shares
    words = _say_readings(row["platforms"], style) if row.get("form") == PLATFORMS else _say_reading(row, style)
    link = " of " if (noun and any(words.endswith(one) for one in style.of)) or words.endswith("%") else " "
    return f"{words}{link}{noun}" if noun else words


def _say_reading(row: Row, style: ShareStyle) -> str:
    return _say_ends(*_ends_of(row), style) if row.get("form") in (INTERVAL, BOUNDS) else _say_point(row, style)


def _say_readings(readings: Rows, style: ShareStyle) -> str:
    """Say the nearest fraction to the least and to the most of several readings, or once if that is the same."""
    ends = [end for one in readings for end in (_ends_of(one) if one["form"] != POINT else (one["share"],))]
    low, high = style.name(min(ends)), style.name(max(ends))
    if max(ends) < style.fractions[0][0]:
        return style.fewer.format(share=style.fractions[0][1])
    return style.about.format(share=low) if low == high else style.between.format(low=low, high=high)


def _ends_of(row: Row) -> tuple[float, float]:
    names = ("bound_lo", "bound_hi") if row.get("form") == BOUNDS else ("share_lo", "share_hi")
    return row[names[0]], row[names[1]]


def _say_point(row: Row, style: ShareStyle) -> str:
    share = row["share"]
    if share < style.fractions[0][0] - style.near and row.get("share_hi") is not None:
        return _say_ends(0.0, row["share_hi"], style)
    if share < style.fractions[0][0] - style.near or share > style.fractions[-1][0] + style.near:
        return numbers.percent(share)
    fraction, words = style.find_nearest(share)
    gap = share - fraction
    form = style.about if abs(gap) <= style.near else style.over if gap > 0 else style.nearly
    return form.format(share=words)


def _say_ends(low: float, high: float, style: ShareStyle) -> str:
    """Say an interval that is too wide for a point: on which side of a threshold it lies, or both ends in tenths."""
    if above := [one for one in style.thresholds if high <= one]:
        return style.fewer.format(share=style.name(above[0]))
    mirrored = [1 - one for one in style.thresholds if low >= 1 - one]
    if below := [one for one in mirrored if abs(style.find_nearest(one)[0] - one) < 0.01]:
        return style.more.format(share=style.name(max(below)))
    first, last = math.floor(10 * low) / 10, math.ceil(10 * high) / 10
    return style.between.format(low=f"{100 * first:.0f}%", high=f"{100 * last:.0f}%")


def widen(row: Row, n: int) -> float:
    """Return the upper end of a share's interval so that `n` such ends hold at once in 95 % of samples.

    Bonferroni: each end has an error of 0.05/n, in the normal approximation on the logit scale, and is never below the
    end of the 95 % interval.
    """
    share, high = float(row["share"]), float(row["share_hi"])
    factor = max(1.0, NormalDist().inv_cdf(1 - 0.05 / n) / Z95)
    if not 0 < share < high < 1:
        return min(1.0, high * factor)
    return 1 / (1 + math.exp(-(_logit(share) + factor * (_logit(high) - _logit(share)))))


def _logit(share: float) -> float:
    return math.log(share / (1 - share))


# --- lists of shares --------------------------------------------------------------------------------------------


def noun_of(measure: Measure, jobs: str) -> str:
    """Return the noun for what a measure counts: adverts that are read for it or that say it, else `jobs`."""
    if noun := read_style().lists.nouns.get(measure.name):
        return noun
    if measure.known_words:
        return f"adverts that {measure.known_words}"
    return "adverts" if measure.reading else jobs


def list_shares(measure: Measure, jobs: str, rows: Rows, *, in_numbers: bool = False) -> str | None:
    """Say the shares of a measure's items in one sentence, without its full stop; None if there is nothing to say.

    "About two in three adverts ask for Python and just over one in five for TypeScript; Go, C++ and Rust are each asked
    for in fewer than one in five". That several are below a threshold is said if all their intervals are, at once.
    """
    style = read_style().lists
    rows = [row for row in numbers.choose_met(rows) if row.get("share") is not None]
    rows = sorted(rows, key=lambda row: -row["share"])
    named = [row for row in rows if row["share"] >= style.min_named and row.get("form") in (POINT, PLATFORMS)]
    named = named[: style.max_named]
    rest = [row for row in rows if row not in named and row.get("form") in (POINT, INTERVAL, PLATFORMS)]
    rest = rest[: style.max_below]
    parts = [_say_named(measure, jobs, named, in_numbers), _say_below(measure, rest, in_numbers)]
    return "; ".join(filter(None, parts)) or None


def _say_named(measure: Measure, jobs: str, rows: Rows, in_numbers: bool) -> str:
    """Say each share with its item; the noun and the verb stand with the first, and items of equal words together."""
    if not rows:
        return ""
    verb, _, item = say_item(measure, rows[0]).partition(" ")
    say = functools.partial(say_share, in_numbers=in_numbers)
    said, last = [f"{say(rows[0], noun_of(measure, jobs))} {verb} {item}"], verb
    for (share, verb), group in itertools.groupby(rows[1:], lambda row: (say(row), _verb_of(measure, row))):
        objects = [say_item(measure, row).partition(" ")[2] for row in group]
        each = " each" if len(objects) > 1 else ""
        said.append(f"{share}{each} {'' if verb == last else f'{verb} '}{_join_objects(objects)}")
        last = verb
    return numbers.join_words(said)


def _verb_of(measure: Measure, row: Row) -> str:
    return say_item(measure, row).partition(" ")[0]


def _join_objects(objects: list[str]) -> str:
    """Join "for Rust" and "for Go" as "for Rust and Go"."""
    first = objects[0].partition(" ")[0]
    if len(objects) > 1 and first in _PREPOSITIONS and all(one.startswith(f"{first} ") for one in objects):
        return f"{first} {numbers.join_words([one.removeprefix(f'{first} ') for one in objects])}"
    return numbers.join_words(objects)


_PREPOSITIONS = ("for", "in", "from")


def _say_below(measure: Measure, rows: Rows, in_numbers: bool) -> str:
    """Say below which threshold the shares of all rows are; "" if one is not below half, or no words are known."""
    style = read_style(in_numbers=in_numbers)
    if not rows:
        return ""
    verb = _verb_of(measure, rows[0])
    passive = style.lists.passives.get(verb)
    readings = [one for row in rows for one in (row["platforms"] if row["form"] == PLATFORMS else [row])]
    most = round(max(widen(one, len(readings)) for one in readings), 9)
    threshold = next((one for one in style.shares.thresholds if most <= one), None)
    if passive is None or threshold is None:
        return ""
    items = [_item_of(say_item(measure, row), passive) for row in rows]
    form = style.lists.below if len(items) > 1 else style.lists.below_one
    fewer = style.shares.fewer.format(share=style.shares.name(threshold))
    return form.format(items=numbers.join_words(items), passive=passive, fewer=fewer)


def say_item(measure: Measure, row: Row) -> str:
    """Return what the adverts of a row do, such as "ask for large language models"."""
    style, name = read_style().lists, row["name"]
    if measure.name in style.says:
        item = style.items.get(name, numbers.lower_first(name))
        return style.says[measure.name].format(item=item)
    return measure.says.format(item=_lower(name)) if measure.has_categories else measure.say(row["item"])


@functools.cache
def _concepts() -> frozenset[str]:
    return frozenset(skill.skill for skill in taxonomy() if skill.kind == "concept")


def _lower(skill: str) -> str:
    """Return a skill's name inside a sentence: concepts lose their capitals, "A/B testing", "AI agents"."""
    if skill not in _concepts():
        return skill
    kept = read_style().lists.capitals
    return _CAPITALISED.sub(lambda hit: hit[0] if hit[0] in kept else hit[0].lower(), skill)


_CAPITALISED = re.compile(r"\b[A-Z][a-z]+\b")


def _item_of(words: str, passive: str) -> str:
    """Return the object of "ask for Python": "Python", without the preposition that the passive has."""
    rest = words.partition(" ")[2].split()
    return " ".join(rest[1:] if rest[0] in passive.split() else rest)


# --- amounts ----------------------------------------------------------------------------------------------------


def say_pay(row: Row, per: str) -> str | None:
    """Return pay in words: "$150,000 to $250,000 a year"; None if a row has no amount.

    The band, if both of its ends are known well enough, else the median or its interval. `per` is one of
    `parts.PERIODS`.
    """
    style, say = read_style().amounts, functools.partial(say_amount, row, per=per)
    if row.get("band_low") is not None and numbers.is_point(row, "band_low") and numbers.is_point(row, "band_high"):
        return style.range.format(low=say("band_low"), high=say("band_high"), per=per)
    if row.get("p50") is None:
        return None
    if numbers.is_point(row, "p50"):
        return style.median.format(amount=say("p50"), per=per)
    return style.between.format(low=say("p50_lo", rounding=math.floor), high=say("p50_hi", rounding=math.ceil), per=per)


def say_amount(row: Row, name: str, *, per: str = "year", rounding: Callable[[float], int] = round) -> str:
    """Return an amount in words: "$150,000", "COP 120 million", rounded as its interval allows."""
    style, divisor = read_style().amounts, PER_YEAR[per]
    steps = style.steps_of_month if per == "month" else style.steps
    base = name.removesuffix("_lo").removesuffix("_hi")
    low, high = row.get(f"{base}_lo"), row.get(f"{base}_hi")
    width = 0.0 if low is None or high is None else (high - low) / divisor
    step = max([steps[0], *(one for one in steps if one <= style.part * width)])
    amount = rounding(row[name] / divisor / step) * step
    sign = style.signs.get(row["currency"], f"{row['currency']} ")
    return f"{sign}{amount / 1_000_000:g} million" if amount >= 1_000_000 else f"{sign}{amount:,}"


# --- what is not said in the clause -----------------------------------------------------------------------------


def say_withheld(unit: str, reason: str) -> str:
    """Return a noun for a value that is withheld: for want of adverts, by the first word of its unit, or otherwise."""
    words = read_style().withheld
    return words.get(unit.partition(" ")[0], words["other"]) if reason.startswith(TOO_FEW) else words["other"]


TOO_FEW = "not enough"
"""How the reason begins for a value that too few jobs or employers tell."""
