"""What the numbers of a text claim: the figure, its part, the unit and the time, from the words of their sentence.

A number is of a figure only when its sentence, or its clause where a sentence has several, says all that the figure
needs: of pay the place, the work, the level, the kind of source, the time and the money; of a share the skill or
answer, the place and the work. What is said twice in two ways is not said. Nothing is taken from the number itself, so
that a right number of another place, role or level is never taken for the one that it equals.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from reports.figures.addresses import AddressError, declare
from reports.figures.places import EVERYWHERE
from reports.guide.words import (
    AMOUNT,
    LEVELS,
    PERCENT,
    PERIODS,
    SENTENCE,
    cut_out,
    find_places,
    find_skills,
    hear,
    work_patterns,
)
from reports.wording.numbers import MONTHS
from transforms.records.vocabulary import AI_JOBS


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A number of a text and what it claims: `figure` and `part`, or `missing`, what its sentence does not say.

    `low` and `high` are its numbers (the same but for a range), by `per` and in `currency` for pay, in per cent for a
    share; `unit` is the last digit that is given, in the same terms.
    """

    at: int
    text: str
    low: float
    high: float
    unit: float
    figure: str | None = None
    part: str = "value"
    per: str | None = None
    currency: str | None = None
    missing: tuple[str, ...] = ()
    dates: tuple[tuple[int, int | None], ...] = ()


_CURRENCIES = {"us$": "USD", "usd": "USD", "$": "USD", "€": "EUR", "eur": "EUR", "£": "GBP", "gbp": "GBP"}
_OTHER = re.compile(r"(?<![\w.,])\d[\d,]*(?:\.\d+)?(?![\w])")
_ABOUT = re.compile(r"(?:\b(?:about|around|roughly|some|nearly|almost|approximately|circa|close to)|~)\s*$", re.I)
_KINDS = (
    (re.compile(r"\bthird[- ]party\b|\bcollected by others\b", re.I), "advertised_third_party"),
    (re.compile(r"\bofficial\b|\bstatistic(?:s|al)\b", re.I), "official"),
    (re.compile(r"\breport(?:s|ed)?\b|\bsurvey(?:s|ed)?\b|\bearn(?:s|ed|ings)?\b", re.I), "reported"),
    (
        re.compile(r"\b(?:job )?ads?\b|\badvert(?:s|is(?:e|es|ed|ing))?\b|\boffer(?:s|ed|ing)?\b|\bpostings?\b", re.I),
        "advertised",
    ),
)
"""Words for kinds of source, the surer first: "third-party adverts" are no adverts of our own."""
_PARTS = (
    (re.compile(r"\bmedian\b|\bmiddle offer\b|\bhalf of\b", re.I), "median"),
    (re.compile(r"\blower end\b|\bstart(?:s)? at\b|\bfrom\s*$", re.I), "low"),
    (re.compile(r"\bupper end\b|\bstops? at\b|\bup to\s*$", re.I), "high"),
)
_EVERYWHERE = re.compile(r"\b(?:in|of|among) (?:all )?(?:the )?adverts (?:that )?we read\b|\ball adverts we\b", re.I)
_ASKED = re.compile(
    r"\bask(?:s|ed|ing)?\b|\brequir(?:e|es|ed|ing|ements?)\b|\bwant(?:s|ed)?\b|\bdemand(?:s|ed)?\b"
    r"|\bcall(?:s|ed)? for\b|\bneed(?:s|ed)?\b",
    re.I,
)
_ANSWERS = (
    (re.compile(r"\bremote\b", re.I), "share.workplace.remote"),
    (re.compile(r"\bhybrid\b", re.I), "share.workplace.hybrid"),
    (re.compile(r"\bon[- ]site\b", re.I), "share.workplace.onsite"),
    (
        re.compile(
            r"\b(?:stat(?:es?|ed|ing)|nam(?:es?|ed|ing)|disclos(?:es?|ed|ing)|gives?) (?:the |a |their )?"
            r"(?:pay|salar(?:y|ies))\b"
            r"|\b(?:pay|salary) is (?:stated|named|disclosed|given)\b|\bsays? what the job pays\b",
            re.I,
        ),
        "share.pay_stated.yes",
    ),
)
_NOT = re.compile(r"\b(?:not|no|never|without|neither|nor|than)\b|n't\b", re.I)
"""Words that turn a claim into another: "do not ask for", "more than"."""


@dataclass(frozen=True)
class _Said:
    """What a sentence says, each as a set: one element is clear, none is missing, several are unclear."""

    places: set[str] = field(default_factory=set)
    works: set[str] = field(default_factory=set)
    levels: set[str] = field(default_factory=set)
    kinds: set[str] = field(default_factory=set)
    periods: set[str] = field(default_factory=set)
    skills: set[str] = field(default_factory=set)
    answers: set[str] = field(default_factory=set)


def _listen(sentence: str) -> _Said:
    named = list(find_places(sentence))
    places = {place.slug for _, _, place in named}
    if not places and _EVERYWHERE.search(sentence):
        places = {EVERYWHERE.slug}
    without_places = cut_out(sentence, [(start, end) for start, end, _ in named])
    works = hear(work_patterns(), without_places)
    if len(works) > 1:
        works -= {AI_JOBS}  # the "AI" of "AI engineering", or of a skill
    skills = {name for _, _, name in find_skills(without_places)}
    return _Said(
        places=places, works=works, levels=hear(LEVELS, sentence), kinds=hear(_KINDS, sentence),
        periods=hear(PERIODS, sentence), skills=skills, answers=hear(_ANSWERS, sentence),
    )  # fmt: skip


def find_claims(text: str) -> Iterator[Claim]:
    """Every number of a text with what it claims, in order."""
    for found in SENTENCE.finditer(text):
        sentence, start = found[0], found.start()
        if not re.search(r"\d", sentence):
            continue
        said, dates = _listen(sentence), tuple(_find_dates(sentence))
        numbers = [*AMOUNT.finditer(sentence), *PERCENT.finditer(sentence)]
        taken = [hit.span() for hit in (*numbers, *_DATE.finditer(sentence))]
        n_amounts = sum("sign" in hit.re.groupindex for hit in numbers)
        claims = [
            _claim_pay(sentence, hit, said, n_amounts)
            if "sign" in hit.re.groupindex
            else _claim_share(sentence, hit, said, len(numbers) - n_amounts)
            for hit in numbers
        ]
        for hit in _OTHER.finditer(sentence):
            if not any(a <= hit.start() < b for a, b in taken):
                value = float(hit[0].replace(",", ""))
                missing = ("its unit and what it is of",)
                claims.append(Claim(at=hit.start(), text=hit[0], low=value, high=value, unit=1, missing=missing))
        for claim in sorted(claims, key=lambda one: one.at):
            yield replace(claim, at=start + claim.at, dates=dates)


_MONTHS = {name.lower(): number for number, name in enumerate(MONTHS, start=1)}
_DATE = re.compile(rf"(?:\d{{1,2}} )?(?:(?P<month>{'|'.join(MONTHS)}) )?(?P<year>(?:19|20)\d\d)\b(?!\s?%)", re.I)


def _find_dates(sentence: str) -> Iterator[tuple[int, int | None]]:
    """Years that a sentence names, with the month where it names one."""
    for hit in _DATE.finditer(sentence):
        yield int(hit["year"]), _MONTHS[hit["month"].lower()] if hit["month"] else None


def _only(what: str, found: set[str], missing: list[str]) -> str:
    """The one thing that is said; else what is missing."""
    if len(found) == 1:
        return next(iter(found))
    missing.append(f"which {what}" if found else f"the {what}")
    return ""


def _number(digits: str, thousands: bool) -> tuple[float, float]:
    """A number, and the unit of the last digit that it gives: 12.5K is 12,500 by hundreds, 195,000 by thousands."""
    plain = re.sub(r"[,\s\u202f\u00a0]", "", digits)
    value = float(plain)
    decimals = len(plain.partition(".")[2])
    unit = 10.0**-decimals
    if not decimals:
        zeros = len(plain) - len(plain.rstrip("0"))
        unit = 10.0 ** min(zeros, 3)
    scale = 1_000.0 if thousands else 1.0
    return value * scale, unit * scale


def _rounded_unit(number: float, unit: float) -> float:
    """The unit of a number that is said to be about right: its last zeros count as not given."""
    while number and number % (10 * unit) == 0:
        unit *= 10
    return unit


def _claim_pay(sentence: str, hit: re.Match[str], said: _Said, n_amounts: int) -> Claim:
    low, unit = _number(hit["low"], bool(hit["low_k"] or hit["high_k"]))
    high, unit_high = _number(hit["high"], bool(hit["high_k"])) if hit["high"] else (low, unit)
    before = sentence[: hit.start()]
    missing: list[str] = []
    place = _only("place", said.places - {EVERYWHERE.slug}, missing)
    work = _only("work", said.works, missing)
    level = _only("level", said.levels, missing)
    kind = _only("kind of source", said.kinds, missing)
    period = _only("time", said.periods, missing)
    if n_amounts > 1:
        missing.append("which of several sums")
    part = "value"
    if not hit["high"]:
        parts = {value for pattern, value in _PARTS if pattern.search(before)}
        parts |= {"median"} if re.search(r"\bmedian\b", sentence, re.I) else set()
        part = _only("part of the band, or median", parts, missing)
    if _NOT.search(before):
        missing.append("a plain statement: it is denied or compared")
    figure = f"pay.{place}.{work}.{level}.{kind}"
    return Claim(
        at=hit.start(), text=hit[0].strip(), low=low, high=high, part=part,
        unit=_rounded_unit(low, unit) if _ABOUT.search(before) else min(unit, unit_high),
        per=period or None, currency=_CURRENCIES[hit["sign"].lower()], figure=_declare_if_said(figure, missing),
        missing=tuple(dict.fromkeys(missing)),
    )  # fmt: skip


def _claim_share(sentence: str, hit: re.Match[str], said: _Said, n_shares: int) -> Claim:
    low = float(hit["low"])
    high = float(hit["high"]) if hit["high"] else low
    decimals = len(hit["low"].partition(".")[2])
    missing: list[str] = []
    place = _only("place, or that it is of the adverts we read", said.places, missing)
    work = _only("work", said.works, missing)
    if said.levels - {"all"}:
        missing.append("a share without a level: levels have none of their own")
    if said.answers and not said.skills:
        figure = f"{_only('answer', said.answers, missing)}.{place}.{work}"
    elif said.skills and not said.answers:
        figure = f"skill.{_only('skill', said.skills, missing)}.{place}.{work}"
        if not _ASKED.search(sentence):
            missing.append("that adverts ask for it")
    else:
        figure = ""
        missing.append("what it is the share of")
    if n_shares > 1:
        missing.append("which of several shares")
    if _NOT.search(sentence):
        missing.append("a plain statement: it is denied or compared")
    return Claim(
        at=hit.start(), text=hit[0].strip(), low=low, high=high,
        unit=_rounded_unit(low, 10.0**-decimals) if _ABOUT.search(sentence[: hit.start()]) else 10.0**-decimals,
        part="interval" if hit["high"] else "value", figure=_declare_if_said(figure, missing),
        missing=tuple(dict.fromkeys(missing)),
    )  # fmt: skip


def _declare_if_said(figure: str, missing: list[str]) -> str | None:
    """The figure, if all is said and there is one of that kind; else None, and what is missing."""
    if missing:
        return None
    try:
        return declare(figure).id
    except AddressError as error:
        missing.append(str(error))
        return None
