"""What the numbers of a text claim: the figure, its part, the unit and the time, from the words of their sentence.

A number is of a figure only when its sentence, or its clause where a sentence has several, says all that the figure
needs: of pay the place, the work, the level, the kind of source, the time and the money; of a share the skill or
answer, the place and the work. What is said twice in two ways is not said. Nor may it say more: a word that is neither
of the figure nor known to leave a claim as it is (`_PLAIN`) may make it another, as "rose", "start-ups" or "if" do.
Nothing is taken from the number itself, so that a right number of another place, role or level is never taken for the
one that it equals.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from reports.figures.addresses import AddressError, declare
from reports.figures.places import EVERYWHERE
from reports.guide.words import (
    AMOUNT,
    AMOUNT_BEFORE_UNIT,
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
from transforms.records.vocabulary import AI_JOBS, YEARS_BANDS


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


_CURRENCIES = {
    **dict.fromkeys(("us$", "usd", "$", "dollars", "us dollars"), "USD"),
    **dict.fromkeys(("€", "eur", "euro", "euros"), "EUR"),
    **dict.fromkeys(("£", "gbp"), "GBP"),
}
_OTHER = re.compile(r"(?<![\w.,])\d[\d,]*(?:\.\d+)?(?![\w])")
_ABOUT = re.compile(r"(?:\b(?:about|around|roughly|some|nearly|almost|approximately|circa|close to)|~)\s*$", re.I)
_ADVERT = r"(?:job )?(?:ads?|adverts?|advertisements?|postings?)"
_KINDS = (
    (
        re.compile(
            rf"\bthird[- ]party(?: {_ADVERT})?\b|\b{_ADVERT} of third parties\b"
            r"|\b(?:(?:collected|gathered) )?by (?:a third party|third parties|others)\b",
            re.I,
        ),
        "advertised_third_party",
    ),
    (re.compile(r"\bofficial (?:statistics|wages)\b|\bofficial\b", re.I), "official"),
    (re.compile(r"\bself-reported\b|\bsurvey(?:s|ed)?\b", re.I), "reported"),
    (re.compile(rf"\b{_ADVERT}\b|\badvertis(?:e|es|ed|ing)\b", re.I), "advertised"),
)
"""Words for kinds of source, the longer first."""
_VERBS_OF_KINDS = (
    (re.compile(r"\breport(?:s|ed)?\b|\bearn(?:s|ed|ings)?\b", re.I), "reported"),
    (re.compile(r"\boffer(?:s|ed|ing)?\b", re.I), "advertised"),
)
"""What tells the kind of source where no word for one stands: an office's statistics may say what people earn."""
_PARTS = (
    (re.compile(r"\bmedian\b|\bmiddle offer\b|\bhalf of\b", re.I), "median"),
    (re.compile(r"\blower end\b|\bstart(?:s)? at\b|\bfrom\s*$", re.I), "low"),
    (re.compile(r"\bupper end\b|\bstops? at\b|\bup to\s*$", re.I), "high"),
)
_EVERYWHERE = re.compile(
    r"\b(?:in|of|among|across|by) (?:all )?(?:the )?adverts (?:(?:that )?we |that were )?read\b"
    r"|\ball adverts we read\b",
    re.I,
)
_WORLDWIDE = re.compile(r"\bworldwide\b|\bin (?:all|every) countr(?:ies|y)\b", re.I)
"""No place of a figure by itself: what we read is not the world."""
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
    (
        re.compile(
            r"\bequity,? (?:a )?bonus(?:es)? or (?:a )?commissions?\b(?:(?: \w+)* (?:base pay|salar(?:y|ies)))?", re.I
        ),
        "share.additional_pay_offered.yes",
    ),
    (
        re.compile(r"\b(?:do not|don't) ask for (?:a|any) degree\b|\bask for no degree\b", re.I),
        "share.degree.not_asked",
    ),
    (re.compile(r"\bno degree (?:is|was) asked for\b", re.I), "share.degree.not_asked"),
    *(
        (
            re.compile(
                rf"\b(?:a )?{words} (?:is|was|as) the lowest accepted degree\b"
                rf"|\b(?:the )?lowest accepted degree (?:is|was) (?:a )?{words}",
                re.I,
            ),
            f"share.degree.{item}",
        )
        for item, words in {
            "bachelor": "bachelor['’]s(?: degree)?",
            "master": "master['’]s(?: degree)?",
            "doctorate": "(?:doctorate|PhD)",
        }.items()
    ),
    *(
        (
            re.compile(rf"\bask(?:s|ed)? for {first} to {last} years(?: of experience|['’] experience)\b", re.I),
            f"share.years.{first}_{last}",
        )
        for first, last in YEARS_BANDS.values()
        if first and last < 10
    ),
)
_PLAIN = {
    *("a", "an", "the", "and", "of", "in", "on", "at", "by", "as", "to", "for", "is", "are", "was", "were"),
    *("it", "all", "among", "across", "between", "according", "judging", "going", "about", "that", "which", "who"),
    *(
        "job",
        "jobs",
        "role",
        "roles",
        "position",
        "positions",
        "vacancy",
        "vacancies",
        "advert",
        "adverts",
        "ad",
        "ads",
    ),
    *("posting", "postings", "we", "read", "level", "levels", "share", "per", "cent", "percent"),
}
"""Words beside those of a figure that leave a claim as it is. Any other may narrow, widen, date or deny it."""
_PLAIN_OF_PAY = {
    *(
        "from",
        "pay",
        "pays",
        "paid",
        "base",
        "salary",
        "salaries",
        "wage",
        "wages",
        "get",
        "gets",
        "got",
        "put",
        "puts",
    ),
    *("stand", "stands", "stood", "run", "runs", "ran", "range", "ranges", "ranged"),
}
"""The same of sums of pay."""
_WHERE_THEY_ARE = re.compile(r"^\s*(?:is|are|was|were)\s+(?:\w+\s+)?(?:in|at|on|from|of|for|by|among|across)\b", re.I)
"""Behind a share: "57% are in Germany" is of all places."""
_SIGN_BEFORE = re.compile(r"[-−+]$|[<>≥≤±]\s?$")
_SIGN_BEHIND = re.compile(r"\s?\+")
_RELATIVE = re.compile(r"\b(?:that|which|who|whose)\b", re.I)
_SKILL = "\x01"
"""Stands in a sentence in place of the skill that it names."""
_ASKED_SKILL = re.compile(
    rf"(?:{_ASKED.pattern})(?: for)?\s+{_SKILL}|{_SKILL}(?:\s+(?:is|are|was|were)|\s*:)\s+(?:{_ASKED.pattern})", re.I
)


@dataclass(frozen=True)
class _Claims:
    """What a sentence says, each as a set: one element is clear, none is missing, several are unclear."""

    places: set[str] = field(default_factory=set)
    works: set[str] = field(default_factory=set)
    levels: set[str] = field(default_factory=set)
    kinds: set[str] = field(default_factory=set)
    periods: set[str] = field(default_factory=set)
    skills: set[str] = field(default_factory=set)
    answers: set[str] = field(default_factory=set)
    left: str = ""
    """The sentence with spaces in place of its places, dates and numbers."""


def _listen(sentence: str, numbers: Sequence[re.Match[str]]) -> _Claims:
    place_hits = list(find_places(sentence))
    places = {place.slug for _, _, place in place_hits}
    if (_WORLDWIDE if places else _EVERYWHERE).search(sentence):
        places |= {EVERYWHERE.slug}
    without_places = cut_out(sentence, [(start, end) for start, end, _ in place_hits])
    works = hear([one for one in work_patterns() if one[1] != AI_JOBS], without_places)
    skills = list(find_skills(without_places))
    rest = cut_out(without_places, [(at, at + len(words)) for at, words, _ in skills])
    if AI_JOBS in hear(work_patterns(), rest):
        works |= {AI_JOBS}
    kinds = hear(_KINDS, sentence)
    if "advertised_third_party" in kinds:
        kinds -= {"advertised"}  # the adverts are the third party's
    spans = [*((start, end) for start, end, _ in place_hits), *(hit.span() for hit in _DATE.finditer(sentence))]
    for hit in numbers:
        about = _ABOUT.search(sentence[: hit.start()])
        spans.append((about.start() if about else hit.start(), hit.end()))
    remainder = sentence
    for start, end in spans:
        remainder = remainder[:start] + " " * (end - start) + remainder[end:]
    return _Claims(
        places=places, works=works, levels=hear(LEVELS, sentence), kinds=kinds or hear(_VERBS_OF_KINDS, sentence),
        periods=hear(PERIODS, sentence), skills={name for _, _, name in skills}, answers=hear(_ANSWERS, sentence),
        left=remainder,
    )  # fmt: skip


def _miss_plainness(
    remainder: str, patterns: Iterable[re.Pattern[str]], sentence: str, hit: re.Match[str], missing: list[str]
) -> None:
    """Say what may turn a claim into another: words and signs of its sentence that are neither known nor plain."""
    for pattern in (_EVERYWHERE, _WORLDWIDE, *patterns):
        remainder = pattern.sub(" ", remainder)
    words = dict.fromkeys(word.lower() for word in re.findall(r"[^\W\d_]+(?:['’-]\w+)*|\?", remainder))
    plain = _PLAIN | _PLAIN_OF_PAY if "sign" in hit.re.groupindex else _PLAIN
    others = [word for word in words if word not in plain]
    signs = (_SIGN_BEFORE.search(sentence[: hit.start()]), _SIGN_BEHIND.match(sentence[hit.end() :]))
    others += [sign[0].strip() for sign in signs if sign]
    if others:
        missing.append(f"a plain statement: {', '.join(others)} may make it another")


def find_claims(text: str) -> Iterator[Claim]:
    """Every number of a text with what it claims, in order."""
    for match in SENTENCE.finditer(text):
        sentence, start = match[0], match.start()
        if not re.search(r"\d", sentence):
            continue
        numbers = list(_find_numbers(sentence))
        topics, dates = _listen(sentence, numbers), tuple(_find_dates(sentence))
        answers = [hit for pattern, _ in _ANSWERS for hit in pattern.finditer(sentence)]
        spans = [hit.span() for hit in (*numbers, *answers, *_DATE.finditer(sentence))]
        n_amounts = sum("sign" in hit.re.groupindex for hit in numbers)
        claims = [
            _claim_pay(sentence, hit, topics, n_amounts)
            if "sign" in hit.re.groupindex
            else _claim_share(sentence, hit, topics, len(numbers) - n_amounts)
            for hit in numbers
        ]
        for hit in _OTHER.finditer(sentence):
            if not any(a <= hit.start() < b for a, b in spans):
                value = float(hit[0].replace(",", ""))
                missing = ("its unit and what it is of",)
                claims.append(Claim(at=hit.start(), text=hit[0], low=value, high=value, unit=1, missing=missing))
        for claim in sorted(claims, key=lambda one: one.at):
            yield replace(claim, at=start + claim.at, dates=dates)


def _find_numbers(sentence: str) -> Iterator[re.Match[str]]:
    """Sums of money and percentages; where two patterns match, what the first of them takes."""
    end_of = 0
    hits = [hit for pattern in (AMOUNT, AMOUNT_BEFORE_UNIT, PERCENT) for hit in pattern.finditer(sentence)]
    for hit in sorted(hits, key=lambda hit: hit.start()):
        if hit.start() >= end_of:
            yield hit
            end_of = hit.end()


_MONTHS = {name.lower(): number for number, name in enumerate(MONTHS, start=1)}
_DATE = re.compile(
    rf"(?:\d{{1,2}} )?(?:(?P<month>{'|'.join(MONTHS)}) (?:\d{{1,2}}, )?)?(?P<year>(?:19|20)\d\d)\b(?!\s?%)", re.I
)


def _find_dates(sentence: str) -> Iterator[tuple[int, int | None]]:
    """Years that a sentence names, with the month where it names one."""
    for hit in _DATE.finditer(sentence):
        yield int(hit["year"]), _MONTHS[hit["month"].lower()] if hit["month"] else None


def _only(what: str, values: set[str], missing: list[str]) -> str:
    """The one thing that is said; else what is missing."""
    if len(values) == 1:
        return next(iter(values))
    missing.append(f"which {what}" if values else f"the {what}")
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


def _claim_pay(sentence: str, hit: re.Match[str], topics: _Claims, n_amounts: int) -> Claim:
    low, unit = _number(hit["low"], bool(hit["low_k"] or hit["high_k"]))
    high, unit_high = _number(hit["high"], bool(hit["high_k"])) if hit["high"] else (low, unit)
    before = sentence[: hit.start()]
    missing: list[str] = []
    place = _only("place", topics.places - {EVERYWHERE.slug}, missing)
    work = _only("work", topics.works, missing)
    level = _only("level", topics.levels, missing)
    kind = _only("kind of source", topics.kinds, missing)
    period = _only("time", topics.periods, missing)
    if n_amounts > 1:
        missing.append("which of several sums")
    part = "value"
    if not hit["high"]:
        parts = {value for pattern, value in _PARTS if pattern.search(before)}
        parts |= {"median"} if re.search(r"\bmedian\b", sentence, re.I) else set()
        part = _only("part of the band, or median", parts, missing)
    patterns = (*work_patterns(), *LEVELS, *_KINDS, *_VERBS_OF_KINDS, *PERIODS, *_PARTS)
    _miss_plainness(topics.left, [pattern for pattern, _ in patterns], sentence, hit, missing)
    figure = f"pay.{place}.{work}.{level}.{kind}"
    return Claim(
        at=hit.start(), text=hit[0].strip(), low=low, high=high, part=part,
        unit=_rounded_unit(low, unit) if _ABOUT.search(before) else min(unit, unit_high),
        per=period or None, currency=_CURRENCIES[hit["sign"].lower()], figure=_declare_if_said(figure, missing),
        missing=tuple(dict.fromkeys(missing)),
    )  # fmt: skip


def _claim_share(sentence: str, hit: re.Match[str], topics: _Claims, n_shares: int) -> Claim:
    low = float(hit["low"])
    high = float(hit["high"]) if hit["high"] else low
    decimals = len(hit["low"].partition(".")[2])
    missing: list[str] = []
    place = _only("place, or that it is of the adverts we read", topics.places, missing)
    work = _only("work", topics.works, missing)
    if topics.levels - {"all"}:
        missing.append("a share without a level: levels have none of their own")
    patterns = [pattern for pattern, _ in (*work_patterns(), *LEVELS)]
    remainder = topics.left
    for at, words, _ in reversed(list(find_skills(remainder))):
        remainder = remainder[:at] + _SKILL.ljust(len(words)) + remainder[at + len(words) :]
    if topics.answers and not topics.skills:
        figure = f"{_only('answer', topics.answers, missing)}.{place}.{work}"
        patterns = [*(pattern for pattern, _ in _ANSWERS), *patterns]
    elif topics.skills and not topics.answers:
        figure = f"skill.{_only('skill', topics.skills, missing)}.{place}.{work}"
        patterns = [_ASKED_SKILL, *patterns]
        if not _ASKED_SKILL.search(remainder):
            missing.append("that adverts ask for it")
    else:
        figure = ""
        missing.append("what it is the share of")
    if n_shares > 1:
        missing.append("which of several shares")
    if _is_narrowed(sentence, hit, topics):
        missing.append("of which whole it is the share")
    _miss_plainness(remainder, patterns, sentence, hit, missing)
    return Claim(
        at=hit.start(), text=hit[0].strip(), low=low, high=high,
        unit=_rounded_unit(low, 10.0**-decimals) if _ABOUT.search(sentence[: hit.start()]) else 10.0**-decimals,
        part="interval" if hit["high"] else "value", figure=_declare_if_said(figure, missing),
        missing=tuple(dict.fromkeys(missing)),
    )  # fmt: skip


def _is_narrowed(sentence: str, hit: re.Match[str], topics: _Claims) -> bool:
    """Whether the whole may be another than the jobs of a work and a place.

    "Of jobs that ask for it, 57% are in Germany"; "57% of jobs that ask for it"; "57% of Germany".
    """
    before, behind = (_EVERYWHERE.sub("", topics.left[: hit.start()]), _EVERYWHERE.sub("", topics.left[hit.end() :]))
    if _RELATIVE.search(behind) or _WHERE_THEY_ARE.search(behind):
        return True
    places_behind = [start for start, _, _ in find_places(sentence) if start >= hit.end()]
    if any(re.fullmatch(r"\s*of\s+(?:the\s+)?", sentence[hit.end() : start], re.I) for start in places_behind):
        return True
    goes_on = re.search(r"\w", behind) or places_behind
    return bool(_RELATIVE.search(before) and goes_on)


def _declare_if_said(figure: str, missing: list[str]) -> str | None:
    """The figure, if all is said and there is one of that kind; else None, and what is missing."""
    if missing:
        return None
    try:
        return declare(figure).id
    except AddressError as error:
        missing.append(str(error))
        return None
