"""Find what the sentences of an article state that a figure could state: pay, shares of adverts, skills and roles.

A sentence must say who, what and where a number counts. Anything it leaves open is a doubt. Anything that narrows it
("women", "with a PhD", "at one employer") keeps the number as it stands. A statement takes in the words around a number
that the figure's own words replace: "~", "around", "of all adverts", "a month". `statements.toml` has the words.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from reports.figures.claims import load_claims
from reports.figures.declared.pay_figures import WORK_OF_GUIDE
from reports.figures.places import EVERYWHERE, Place
from reports.guide.numbers_in_text import PERCENT, Number, read_numbers
from reports.guide.words import LEVELS, PERIODS, SENTENCE, UNKNOWN, find_places, find_skills, find_values
from reports.wording.numbers import MONTHS
from reports.wording.parts import PERIODS as PRINTED_PERIODS
from reports.wording.work import GROUPS, WORKS, name_work
from transforms.records.definitions import COMMON, ESSENTIAL
from transforms.records.vocabulary import AI_JOBS
from warehouse.marts.measures import MEASURES

HALF = 0.5
"""The share of adverts that "most" claims."""
WORDS = Path(__file__).with_name("statements.toml")


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Adverts(_Section):
    nouns: str
    before: str
    employers: str
    speaks: str


class _Answer(_Section):
    says: str
    measure: str
    item: str


class _Around(_Section):
    before: str
    after: str
    narrower: str
    other_money: str
    skill_tail: str
    on_top: str


class Strength(_Section):
    """How strongly a sentence says that something is asked for, and what says less: see `statements.toml`."""

    most: str
    first: str
    essential: str
    needs: str
    weaker: Mapping[str, str]

    def find(self, text: str) -> float | None:
        """Return the share of adverts that a sentence claims at least; None if it does not say how strongly."""
        levels = ((f"{self.most}|{self.first}", HALF), (self.essential, ESSENTIAL.value), (self.needs, COMMON.value))
        return next((least for pattern, least in levels if re.search(pattern, text, re.I)), None)


class Topic(_Section):
    """A subject without a name or number, and the figure that speaks of it: see `statements.toml`."""

    says: str
    figure: str
    asks: str = ""
    is_denial: bool = False


class Words(_Section):
    """The words by which sentences are read: see `statements.toml`."""

    adverts: _Adverts
    verbs: Mapping[str, str]
    answers: tuple[_Answer, ...]
    titles: Mapping[str, str]
    around: _Around
    claims: Mapping[str, str]
    strength: Strength
    topics: tuple[Topic, ...]
    compared: str


@functools.cache
def read_words() -> Words:
    """Return the words. Raise `pydantic.ValidationError`, which names the key, if a value is wrong."""
    return Words.model_validate(tomllib.loads(WORDS.read_text(encoding="utf-8")))


# --- what is found ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What text[start:end] states, and the figure that could state it; `options` are those of its marker.

    `doubt` is what the sentence leaves open, or "". If `is_name`, the text is the name of a skill or role. `number` is
    the number that is stated, and `clause` the (start, end) of its clause. A figure of `UNPLACED` is of any country.
    """

    start: int
    end: int
    figure: str
    options: Mapping[str, str] = field(default_factory=dict)
    doubt: str = ""
    is_name: bool = False
    number: Number | None = None
    clause: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Left:
    """A number at text[start:end] that is left alone, and why."""

    start: int
    end: int
    reason: str


Found = Statement | Left
_PROSE = {"form": "prose"}


def find_statements(prose: str) -> Iterator[Found]:
    """Yield the statements of a text and the numbers that are left alone. Offsets are those of the text.

    Each paragraph of the text is one line. A sentence with a NUL, which stands for a marker, is left alone.
    """
    runs = [(hit.start(), " " if hit[0].isspace() and hit[0] != "\n" else hit[0]) for hit in _RUN.finditer(prose)]
    offsets = [at for at, _ in runs]
    for found in _find_in_compact("".join(char for _, char in runs)):
        start, end = offsets[found.start], offsets[found.end - 1] + 1
        if isinstance(found, Left):
            yield Left(start, end, found.reason)
        else:
            clause = (offsets[found.clause[0]], offsets[max(0, found.clause[1] - 1)] + 1)
            number = found.number and replace(
                found.number, at=offsets[found.number.at], end=offsets[found.number.end - 1] + 1
            )
            yield replace(found, start=start, end=end, clause=clause, number=number)


def list_sentences(prose: str) -> Iterator[tuple[int, int]]:
    """Yield the (start, end) of the sentences of a text, without the blanks around them."""
    at = 0
    for text in _join_clauses(prose):
        if words := text.strip():
            start = at + text.index(words[0])
            yield start, start + len(words)
        at += len(text)


_RUN = re.compile(r"[ \t\u00a0]+|[\s\S]")
"""A character, or a run of blanks, which stands for one: markup leaves several."""


def _find_in_compact(prose: str) -> Iterator[Found]:
    names_work = any(work for _, _, work in _find_works(prose))
    named = dict.fromkeys(place.slug for _, _, place in _find_whole_places(prose) if place)
    at, last = 0, None
    for text in _join_clauses(prose):
        if "\n" in prose[max(0, at - 1) : at]:
            last = None
        if "\0" not in text:
            reader = _Reader(text, names_work=names_work, places=list(named), before=last)
            yield from (_move(found, at) for found in reader.read())
            last = reader.share or last
        at += len(text)


def _join_clauses(prose: str) -> Iterator[str]:
    """Yield the sentences of a text; a semicolon does not end one."""
    text = ""
    for match in SENTENCE.finditer(prose):
        text += match[0]
        if not match[0].endswith(";"):
            yield text
            text = ""
    yield text


def _move(found: Found, by: int) -> Found:
    if isinstance(found, Left):
        return Left(found.start + by, found.end + by, found.reason)
    number = found.number and replace(found.number, at=found.number.at + by, end=found.number.end + by)
    clause = (found.clause[0] + by, found.clause[1] + by)
    return replace(found, start=found.start + by, end=found.end + by, number=number, clause=clause)


# --- titles and places ------------------------------------------------------------------------------------------


@functools.cache
def _title_patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    named = [(re.escape(name_work(work)), work) for work in WORKS if work not in ("other", "software_engineer")]
    named = [(name, work) for name, work in named if work not in GROUPS or work.startswith("ai_e")]
    return tuple(
        (re.compile(rf"\b(?:{name})s?\b", re.I), work) for name, work in (*read_words().titles.items(), *named)
    )


def _find_works(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield the titles of roles in a text, as (start, end, role or group); the longest win.

    "" stands for a longer title without figures, such as "conversational AI engineers".
    """
    hits = [(hit.start(), hit.end(), work) for pattern, work in _title_patterns() for hit in pattern.finditer(text)]
    free = 0
    for start, end, work in sorted(hits, key=lambda hit: (hit[0], -hit[1])):
        if start >= free:
            free = end
            yield start, end, work if _is_whole(text, start, end) else ""


def _is_whole(text: str, start: int, end: int) -> bool:
    around = read_words().around
    head = re.search(r"([^\W\d_][\w'’-]*) ?$", text[:start])
    is_known = (
        head is None
        or re.fullmatch(rf"{around.before}|\w+(?:ly|ing)", head[1], re.I)
        or find_values(LEVELS, head[1])
        or any(end == head.end(1) for _, end, _ in find_places(text[: head.end(1)]))
    )
    if not is_known:
        return False
    tail = re.match(r"(?: |-)([^\W\d_][\w'’-]*)", text[end:])
    return text[end - 1] == "s" or tail is None or bool(re.fullmatch(around.after, tail[1], re.I))


def _find_whole_places(text: str) -> Iterator[tuple[int, int, Place | None]]:
    """Yield the places that a text names; None for a longer name, such as "New Mexico"."""
    for start, end, place in find_places(text):
        head = re.search(r"\b([A-Z][\w.]*) $", text[:start])
        is_longer = (
            head is not None and head.start() > 0 and not re.fullmatch(read_words().around.before, head[1], re.I)
        )
        yield start, end, None if is_longer else place


_CAPITAL_PLACE = re.compile(r"\b(?:in|from|across) (?:the )?((?-i:[A-Z])[\w.’'-]+)", re.I)
"""A name behind a preposition of place."""

# --- the numbers of a sentence ----------------------------------------------------------------------------------

_APPROX = (
    r"(?:(?:[~≈±]|\b(?:c\.|ca\.|approx\.?|about|around|roughly|approximately|some|nearly|almost|circa|just|only|merely"
    r"|over|more than|close to|closer to|upwards of|an estimated|an average of|a median of|on average"
    r"|currently|now|still|even|a mere))[ ]*)"
)
_APPROX_SHARE = (
    rf"(?:{_APPROX}|(?:fewer than|less than|under|below|at least|up to|as many as|well|fully|barely|a full)[ ]+)"
)
_COUNTS = "one|two|three|four|five|six|seven|eight|nine|ten"
_FRACTION = re.compile(
    rf"\b(?:(?:a|one|two|three|four)[ -](?:third|quarter|fifth|sixth|tenth)s?|half|(?:{_COUNTS}) (?:in|out of) "
    rf"(?:every )?(?:{_COUNTS}|twenty))\b",
    re.I,
)
"""Shares in words. They are read for their place alone, because the figure's words replace them."""
_CLAUSE = re.compile(r"[;,]?\s+\b(?:and|while|whereas|but|versus|compared (?:with|to))\b|;|,\s(?=in\b)", re.I)
"""Between two numbers, what begins a clause of the second."""


def _list_numbers(text: str) -> list[Number]:
    numbers = [number for number in read_numbers(text) if number.unit]
    fractions = [
        Number(at=hit.start(), end=hit.end(), text=hit[0], unit=PERCENT)
        for hit in _FRACTION.finditer(text)
        if re.match(_of_adverts(), text[hit.end() :])  # others, as in "half the battle", are no numbers
    ]
    return sorted([*numbers, *fractions], key=lambda number: number.at)


@functools.cache
def _of_adverts() -> re.Pattern[str]:
    words = read_words().adverts
    return re.compile(
        rf"(?: of|(?= [a-z]))(?: (?:{words.before}))*(?P<work>(?: [\w-]+){{1,4}}?)??(?: (?:job|work))?"
        rf" (?:{words.nouns})\b(?: \(\d[\d.,–-]* ?%\))?",
        re.I,
    )


@dataclass(frozen=True)
class _Share:
    """How a sentence speaks of shares: the measure of its verb, and whether what is counted stands in front."""

    measure: str
    is_passive: bool


# --- a sentence -------------------------------------------------------------------------------------------------


class _UnsaidError(ValueError):
    """A number without a figure; the message is the reason."""


class _Reader:
    """The statements of one sentence.

    Of the whole text it is known whether a role is named, and which places are. `before` is how the sentence before
    spoke of shares.
    """

    def __init__(self, text: str, *, names_work: bool, places: Sequence[str], before: _Share | None) -> None:
        self.text, self.names_work, self.named_places, self.before = text, names_work, places, before
        self.share: _Share | None = None
        self.works = list(_find_works(text))
        self.places = list(_find_whole_places(text))
        self.skills = list(find_skills(text))
        self.pay: dict[str, str] = {}  # work, level, place and period of the pay before

    def read(self) -> Iterator[Found]:
        """Yield what the sentence states; names only if no number states anything."""
        cited = list(self._find_claims())
        taken = [(found.start, found.end) for found in cited]
        numbers = [one for one in _list_numbers(self.text) if not any(a <= one.at < b for a, b in taken)]
        numbers = [
            one for one, last in zip(numbers, [None, *numbers], strict=False) if not _is_repeated(self.text, last, one)
        ]
        found = [self._state(numbers, i) for i, number in enumerate(numbers) if number.unit != UNKNOWN]
        yield from cited
        yield from found
        if not cited and not found:
            yield from self._find_names()

    def _state(self, numbers: Sequence[Number], i: int) -> Found:
        number = numbers[i]
        begin = self._start_clause(numbers, i)
        end = self._start_clause(numbers, i + 1) if i + 1 < len(numbers) else len(self.text)
        try:
            state = self._state_share if number.unit == PERCENT else self._state_pay
            return replace(state(number, begin, end), number=number, clause=(begin, end))
        except _UnsaidError as reason:
            return Left(number.at, number.end, str(reason))

    def _start_clause(self, numbers: Sequence[Number], i: int) -> int:
        if i == 0:
            return 0
        end, at = numbers[i - 1].end, numbers[i].at
        hit = _CLAUSE.search(self.text, end, at)
        comma = self.text.rfind(", ", end, at)
        return hit.start() if hit else comma if comma >= 0 else at

    # --- pay ---

    def _state_pay(self, number: Number, begin: int, end: int) -> Statement:
        text, around = self.text, read_words().around
        lead, trail = _PAY_LEAD.search(text, begin, number.at), _PAY_TRAIL.match(text, number.end)
        start, stop = lead.start() if lead else number.at, _drop_stop(text, trail.end() if trail else number.end)
        head = text[begin:start].rstrip()
        is_elliptic = bool(self.pay) and bool(_ELLIPTIC.search(head))
        verb = _PAY_VERB.search(head)
        clause = text[begin:end]
        if self.names_work and (hit := re.search(around.on_top, clause, re.I)) and not _ONE_PERSON.search(clause):
            return Statement(start=start, end=stop, figure=ON_TOP, doubt=f"{hit[0]!r}: no figure has its amount")
        if hit := re.search(around.other_money, clause, re.I):
            raise _UnsaidError(f"{hit[0]!r}: not base pay")
        if not verb and not is_elliptic:
            raise _UnsaidError(_why_no_pay(number))
        if hit := re.search(around.narrower, clause, re.I):
            raise _UnsaidError(f"{hit[0]!r}: pay of fewer people than a figure counts")
        if hit := _ONE_PERSON.search(head):
            raise _UnsaidError(f"{hit[0]!r}: the pay of one person")
        if hit := re.search(r"\b(?:never|not|net|after tax)\b|n['’]t\b", clause, re.I):
            raise _UnsaidError(f"{hit[0]!r} changes what the sum says")
        if "between" in text[start : number.at] and number.low == number.high:
            raise _UnsaidError("one end of a range")
        if verb and verb["payer"] and not _PAYERS.search(head):
            raise _UnsaidError("it may be the pay of one employer")
        if hit := re.search(r"\b(?:19|20)\d\d\b", clause[: number.at - begin] + clause[number.end - begin :]):
            raise _UnsaidError(f"it speaks of {hit[0]}; figures speak of now")
        per = self._name_period(number, text[number.at : stop], text[begin:start] + " " + text[stop:end], is_elliptic)
        work, level, doubt = self._name_work(begin, start, end, is_elliptic)
        place = self._name_place(begin, end)
        self.pay = {"work": work, "level": level, "per": per}
        options = {"per": per} if per != "year" else {}
        if verb and verb["average"]:  # a median can be said of "the average salary is …", a band cannot
            start, stop, options = number.at, number.end, {"part": "median", **options}
        else:
            options = {**_PROSE, **options}
        if place is None:
            slug = self.named_places[0] if len(self.named_places) == 1 else UNPLACED
            figure = f"pay.{slug}.{work}.{level}"
            return Statement(start=start, end=stop, figure=figure, options=options, doubt=NO_PLACE)
        return Statement(start=start, end=stop, figure=f"pay.{place.slug}.{work}.{level}", options=options, doubt=doubt)

    def _name_period(self, number: Number, words: str, rest: str, is_elliptic: bool) -> str:
        inside, outside = find_values(PERIODS, words), find_values(PERIODS, rest)
        if _PER_IN_LEAD.search(self.text, 0, number.at):
            outside -= {"year", "month"}
        if len(inside) > 1 or not inside <= set(PRINTED_PERIODS):
            raise _UnsaidError("no figure is printed for its period")
        if outside:
            raise _UnsaidError("the period of the pay does not stand beside the sum")
        lead = _PER_IN_LEAD.search(self.text, 0, number.at)
        stated = next(iter(inside), None) or (
            lead and {"monthly": "month", "hourly": "hour"}.get(lead[1].lower(), "year")
        )
        if stated is None and is_elliptic:
            return self.pay["per"]
        if stated is None and number.low < MIN_OF_YEAR:
            raise _UnsaidError("the sentence names no period")
        return stated or "year"

    def _is_behind(self, start: int, at: int, end: int) -> bool:
        """Whether a title stands behind a sum as that of those who are paid: "$150K for an AI engineer"."""
        lead = (
            re.search(r"\b(?:for|to) (?:an? |the )?(?:[\w-]+ )?\Z", self.text[at:start]) if at < start < end else None
        )
        return lead is not None

    def _is_joined(self, begin: int, at: int) -> bool:
        """Whether others stand beside the title before a sum: "nurses and AI engineers", "unlike them, nurses"."""
        for start, end, _ in self.works:
            if begin <= start < at:
                before, behind = self.text[begin:start], self.text[end:at]
                behind = re.sub(r"\bon average\b", "", behind.partition(" between ")[0])
                if _SAME_PERSONS.search(behind):
                    continue
                if (
                    re.search(r"\w (?:and|or) \Z", before)
                    or re.search(r"\b(?:and|or)\b", behind)
                    or behind.count(",") % 2
                ):
                    return True
        return False

    def _name_work(self, begin: int, at: int, end: int, is_elliptic: bool) -> tuple[str, str, str]:
        """Return the role or group of a sum at `at`, the group of levels, and a doubt."""
        works = {work for start, _, work in self.works if begin <= start < at or self._is_behind(start, at, end)}
        levels = find_values(LEVELS, self.text[begin:end])
        if "" in works:
            raise _UnsaidError("no figure has a title like this")
        if len(works) > 1 or len(levels) > 1 or self._is_joined(begin, at):
            raise _UnsaidError("several roles or levels, one sum")
        if not works and is_elliptic:
            return self.pay["work"], next(iter(levels), self.pay["level"]), ""
        named = {work for start, _, work in self.works if start < begin}
        if not works and len(named) == 1 and _PERSONS.search(self.text, begin, at):
            works = named  # "AI engineers do well, with entry-level roles at …"
        work, level = next(iter(works), ""), next(iter(levels), "all")
        if work:
            return WORK_OF_GUIDE if work == AI_JOBS else work, level, ""
        persons = [hit for hit in _PERSONS.finditer(self.text, begin, at) if _is_whole(self.text, *hit.span())]
        if not self.names_work or not persons:
            raise _UnsaidError("the sentence names no role that has figures")
        return WORK_OF_GUIDE, level, "the sentence names no role; are AI engineers meant?"

    def _name_place(self, begin: int, end: int) -> Place | None:
        here = {place.slug if place else "": place for at, _, place in self.places if begin <= at < end}
        everywhere = {place.slug if place else "": place for at, _, place in self.places if at < end}
        if "" in here:
            raise _UnsaidError("it names a place that has no figure")
        known = [(a, b) for a, b, _ in (*self.places, *self.works)]
        known += [(at, at + len(word)) for at, word, _ in self.skills]
        for hit in _CAPITAL_PLACE.finditer(self.text, begin, end):
            name = hit[1].rstrip(".,")
            if name not in MONTHS and not any(a <= hit.start(1) < b for a, b in known):
                raise _UnsaidError(f"{name!r} may be a narrower place")
        if len(here) > 1 or (not here and len(everywhere) > 1):
            raise _UnsaidError("several places, one number")
        return next(iter((here or everywhere).values()), None)

    # --- shares ---

    def _state_share(self, number: Number, begin: int, end: int) -> Statement:
        text, adverts = self.text, read_words().adverts
        lead = re.search(rf"{_APPROX_SHARE}*\Z", text[begin : number.at], re.I)
        start = begin + lead.start() if lead else number.at
        head = text[begin:start].rstrip()
        noun = _of_adverts().match(text, number.end)
        stop = noun.end() if noun else number.end
        doubt, rest = "", text[begin : number.at] + text[number.end : end]
        if hit := _OTHER_ADVERTS.search(rest) or _COMPARED.match(text, number.end):
            raise _UnsaidError(f"{hit[0].strip()!r}: a share of other adverts or of another time")
        if noun is None:
            if hit := re.match(rf" of (?:all |the |our )*({adverts.employers})\b", text[number.end :], re.I):
                stop, doubt = number.end + hit.end(), f"a share of {hit[1]}; is one of adverts meant?"
            elif hit := re.match(r" (?:of|off)\b(?: [\w-]+){0,3}", text[number.end :]):
                raise _UnsaidError(f"a share{hit[0]}, not of adverts")
        work = self._group_of(noun["work"] if noun else None, begin, end)
        is_open = noun is None and not doubt  # "and 24% for Docker"
        if is_open and not (self.share or self.before):
            raise _UnsaidError("the sentence does not say that it is a share of adverts")
        measure, item = self._answer(head, start, stop, is_open=is_open, end=end)
        options = dict(_PROSE)
        if item.startswith("@"):  # "SQL follows at 41%": a number and no clause
            item, options, stop = item[1:], {"part": "share"}, number.end
        groups = MEASURES[measure].role_groups
        group = work if work in groups else WORK_OF_GUIDE if work in (AI_JOBS, "") else None
        if not work and AI_JOBS in groups:
            group = AI_JOBS
        if group is None:
            raise _UnsaidError(f"no shares of adverts for {name_work(work)}s alone")
        if not self.names_work:
            doubt = doubt or "adverts for which work? A figure counts those for AI engineers"
        place = self._name_place(begin, end) or EVERYWHERE
        kind = "skill" if measure == "skill_asked" else f"share.{measure}"
        return Statement(
            start=start, end=stop, figure=f"{kind}.{item}.{place.slug}.{group}", options=options, doubt=doubt
        )

    def _group_of(self, words: str | None, begin: int, end: int) -> str:
        """Return the group of roles whose adverts are counted; "" if the clause names none."""
        works = {work for at, _, work in self.works if begin <= at < end}
        if words and words.strip() and not works:
            raise _UnsaidError(f"a share of{words} adverts")
        if "" in works or len(works) > 1:
            raise _UnsaidError("no figure counts adverts for these titles alone")
        if not works and (
            hit := re.search(rf"\b(?:{read_words().adverts.nouns}) for (?!at\b|now\b)(\w+)", self.text[begin:end], re.I)
        ):
            raise _UnsaidError(f"no figure counts adverts for {hit[1]}")
        return next(iter(works), "")

    def _answer(self, head: str, start: int, stop: int, *, is_open: bool, end: int) -> tuple[str, str]:
        """Return the measure and item that a share is of."""
        behind = self.text[stop:end]
        if hit := re.search(rf"\b({_verbs()}) (?:in|by|of)\Z", head, re.I):
            self.share = _Share(_measure_of(hit[1]), True)
            return self.share.measure, self._one_skill(self._before(start), last=True)
        if is_open and (hit := re.search(r"\b(?:in|by)\Z", head)) and self.share and self.share.is_passive:
            return self.share.measure, self._one_skill(self._before(start), last=True)
        if re.search(r"\bat\Z", head) and is_open and (self.share or self.before):
            shared = self.share or self.before
            assert shared is not None
            return shared.measure, "@" + self._one_skill(self._before(start), last=True)
        for cut in _cuts(behind):
            tail = behind[cut:].lstrip()
            for answer in read_words().answers:
                if re.match(answer.says, tail, re.I):
                    self.share = _Share(answer.measure, False)
                    return answer.measure, answer.item
            if hit := re.match(rf"({_verbs()}) (?P<pronoun>(?:it|them|this|that)\b)?", tail, re.I):
                measure = _measure_of(hit[1])
                if hit[1].lower().endswith("ed") or hit[1].lower() == "asked for":
                    raise _UnsaidError(f"{hit[1]!r}: a share of the past")
                if hit[1].lower() == "for":
                    if not (is_open and self.share):
                        continue
                    measure = self.share.measure
                self.share = _Share(measure, False)
                if hit["pronoun"]:
                    return measure, self._one_skill(self._before(start), last=True)
                return measure, self._object(start=stop + len(behind) - len(tail) + hit.end(), end=end)
        raise _UnsaidError("the sentence does not say what these adverts ask for or offer")

    def _before(self, at: int) -> list[tuple[int, str, str]]:
        return [skill for skill in self.skills if skill[0] < at]

    def _one_skill(self, skills: Sequence[tuple[int, str, str]], *, last: bool) -> str:
        if not skills:
            raise _UnsaidError("the sentence names no skill that has figures")
        one = skills[-1 if last else 0]
        self._check_alone(one)
        return one[2]

    def _object(self, start: int, end: int) -> str:
        skills = [skill for skill in self.skills if start <= skill[0] < end]
        if not skills or not re.fullmatch(_BEFORE_SKILL, self.text[start : skills[0][0]], re.I):
            raise _UnsaidError("what these adverts ask for has no figure")
        return self._one_skill(skills[:1], last=False)

    def _check_alone(self, skill: tuple[int, str, str]) -> None:
        """Raise `_UnsaidError` if a share is of several skills together, as in "Python or R", or of something else."""
        at, word, _ = skill
        if not self._is_whole_skill(skill):
            raise _UnsaidError(f"a share of something else than {word}")
        others = [other for other in self.skills if other[0] != at]
        for other in others:
            first, second = sorted((skill, other), key=lambda one: one[0])
            between = self.text[first[0] + len(first[1]) : second[0]]
            if re.fullmatch(r"\s*(?:,|/|&|(?:,\s*)?(?:and|or|and/or))\s*", between):
                raise _UnsaidError(f"a share of adverts with {first[1]} and {second[1]} together")

    def _is_whole_skill(self, skill: tuple[int, str, str]) -> bool:
        """Whether the name of a skill is part of no other term, such as "AWS certifications" or a title."""
        at, word, _ = skill
        tail = re.match(r"[ -]([^\W\d_][\w'’-]*)", self.text[at + len(word) :])
        is_tail = tail is None or bool(re.fullmatch(read_words().around.skill_tail, tail[1], re.I))
        return is_tail and not any(start <= at < end for start, end, _ in self.works)

    # --- claims and names ---

    def _find_claims(self) -> Iterator[Statement]:
        numbers = list(read_numbers(self.text))
        for claim in load_claims():
            subject = read_words().claims.get(claim.id)
            amounts = list(read_numbers(claim.parts.get("amount", "")))
            if not amounts or subject is None or not re.search(subject, self.text, re.I):
                continue
            alike = (
                one
                for one in numbers
                if (one.unit, one.low, one.high) == (amounts[0].unit, amounts[0].low, amounts[0].high)
            )
            amount = next(alike, None)
            if amount is None:
                continue
            yield Statement(start=amount.at, end=amount.end, figure=claim.id, options={"part": "amount"})
            for part in ("year", "growth"):
                words = claim.parts.get(part)
                at = self.text.find(words, amount.end) if words else -1
                if words and at >= 0:
                    yield Statement(start=at, end=at + len(words), figure=claim.id, options={"part": part})

    def _find_names(self) -> Iterator[Statement]:
        speaks = re.search(read_words().adverts.speaks, self.text, re.I) or read_words().strength.find(self.text)
        if speaks and not re.search(r"\bI\b|\bmy\b|\bnot\b|n['’]t\b", self.text):
            for at, word, name in filter(self._is_whole_skill, self.skills):
                figure = f"employers.skill.{name}.{EVERYWHERE.slug}.{WORK_OF_GUIDE}"
                yield Statement(start=at, end=at + len(word), figure=figure, options=_PROSE, is_name=True)
        listed = _LISTS_ROLES.search(self.text)
        for start, end, work in self.works if listed else ():
            if work in MEASURES["role"].items and listed and start > listed.end() - 1:
                figure = f"share.role.{work}.{EVERYWHERE.slug}.{AI_JOBS}"
                yield Statement(start=start, end=end, figure=figure, options=_PROSE, is_name=True)


_OTHER_ADVERTS = re.compile(r"\b[Aa]t (?:the )?[A-Z]\w+|\b(?:19|20)\d\d\b|\bago\b|\blast (?:year|month|week)\b")
"""What makes adverts those of one employer or of the past."""
_COMPARED = re.compile(r"[^.;%]{0,60}\b(?:up|down|against|compared (?:with|to)|versus|instead of) (?:from )?\d", re.I)
NO_PLACE = "the sentence names no place"
UNPLACED = "any"
"""Stands for the place in the id of a figure if neither sentence nor text names one."""
ON_TOP = "employers.additional"
"""What is known of pay on top of base pay: the shares of adverts that offer it."""
MIN_OF_YEAR = 15_000
"""The least sum that is taken for a year's pay if no period is stated. A judgement: few salaries are lower."""
_PAY_LEAD = re.compile(
    rf"(?:\b(?:an? |the )?(?:(?:average|median|typical|mean|annual|yearly|monthly|base|gross) )*"
    rf"(?:salary|salaries|wages?|pay|incomes?|packages?) (?:of |around ))?(?:\bbetween )?{_APPROX}*\Z",
    re.I,
)
_PER_IN_LEAD = re.compile(
    r"\b(annual|yearly|monthly|hourly) (?:base )?(?:salary|salaries|wages?|pay|income)[^,;]{0,30}\Z", re.I
)
_PAY_TRAIL = re.compile(
    r"\+?(?: gross| before tax)?"
    r"(?:(?:\s*/\s*|\s+(?:per|an?|each|every|by the)\s+|\s+)(?:months?|mo|mth|years?|yr|annum|hours?|hr)\b\.?"
    r"|,? (?:annually|monthly|yearly|hourly|p\.\s?a\.?|pa\b))?(?: gross| before tax)?(?: on average\b)?",
    re.I,
)
_PAY_VERB = re.compile(
    r"(?:\b(?:earns?|earned|earning|makes?|making|commands?|commanding|receives?|takes? home|starts? (?:at|on|with)"
    r"|(?:can |may |should |might |could )?expects?(?: to (?:earn|make|be paid|be offered))?"
    r"|(?:is|are|be|being|gets?) (?:\w+ly |often |now |usually )*(?:paid|offered)"
    r"|(?P<payer>(?:offers?|pays?)(?: (?!of\b|for\b)[\w-]+){0,6})"
    r"|(?P<average>(?:average|mean|median|typical)) (?:\w+ )?(?:salary|pay|wage|income|compensation)\b[^,;]{0,80}?"
    r" (?:is|stands at|comes to)"
    r"|(?:salar(?:y|ies)|pay|wages|compensation)\b[^,;]{0,80}? (?:is|are|reach(?:es)?|averages?))"
    r"(?: \w+ly| on average| anything| anywhere)*)\Z",
    re.I,
)
_ELLIPTIC = re.compile(
    r"(?:\A|[;,]|\b(?:and|but|or|versus|while)|\b(?:it is|it's|they are))"
    r"(?:\s?in(?: the)?(?: (?-i:[A-Z])[\w.]*)+)?\Z",
    re.I,
)
"""Before a sum whose verb stands with the sum before it: "and in Portugal", "; in Chile it is"."""
_ONE_PERSON = re.compile(r"\b(?-i:I)\b|\b(?:he|she|my|his|her|friends?|colleagues?)\b", re.I)
_PAYERS = re.compile(
    r"\b(?:adverts?|ads|employers|companies|firms|startups|start-ups|they|jobs|roles|postings|listings)\b", re.I
)
_PERSONS = re.compile(
    r"\b(?:engineers?|developers?|specialists?|roles?|jobs?|positions?|seniors|juniors|professionals)\b", re.I
)
_SAME_PERSONS = re.compile(
    r", (?:with |and |but |while )?(?:the |their )?(?:[\w-]+[ -]level |junior |senior )*"
    r"(?:roles?|jobs?|positions?|ones)\b",
    re.I,
)
"""A second subject that speaks of the same persons: "…, with entry-level roles at"."""
_BEFORE_SKILL = (
    r"\s*(?:(?:at least|some|strong|good|solid|prior|hands-on|practical|working|proven|deep|basic|more|an?|the)\s+)*"
    r"(?:(?:experience|knowledge|skills?|familiarity|proficiency|expertise|fluency|background)\s+(?:with|of|in)\s+)?"
)
_LISTS_ROLES = re.compile(
    r"\b(?:roles|jobs|job titles|titles|positions|field|profession|speciali[sz]ations)\b[^.]{0,60}?"
    r"(?:\bsuch as|\bincludes?|\bincluding|\blike|:)\s",
    re.I,
)


def _is_repeated(text: str, last: Number | None, number: Number) -> bool:
    """Whether a number in brackets says a share in words again: "more than half of all adverts (57%)"."""
    if last is None or last.unit != PERCENT or number.unit != PERCENT:
        return False
    noun = _of_adverts().match(text, last.end)
    return noun is not None and number.at < noun.end()


def _drop_stop(text: str, end: int) -> int:
    """Return the end of an abbreviation without the full stop that also ends the sentence."""
    return end - 1 if text[end - 1] == "." and not text[end:].strip() else end


def _why_no_pay(number: Number) -> str:
    if number.bound and not re.fullmatch(f"{_APPROX}+", f"{number.bound} ", re.I):
        return f"{number.bound!r} changes what the sum says"
    return "the sentence does not say whose pay it is"


@functools.cache
def _verbs() -> str:
    return "|".join(f"(?:{words})" for words in read_words().verbs.values())


def _measure_of(verb: str) -> str:
    return next(measure for measure, words in read_words().verbs.items() if re.fullmatch(words, verb, re.I))


def _cuts(behind: str) -> Iterator[int]:
    """Yield the places where a predicate may begin behind a share: at once, or behind a phrase such as "in Brazil"."""
    yield 0
    if re.match(r" (?:for|in|on|at|from|across) ", behind, re.I):
        yield from (hit.start() for hit in re.finditer(r" (?=[a-z])", behind[:100]) if hit.start() > 0)
    if hit := re.match(r"(?: (?:now|also|still|already|even|explicitly|typically))+", behind):
        yield hit.end()
