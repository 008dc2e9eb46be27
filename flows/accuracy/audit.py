"""Ask a person whether adverts were read correctly: twenty questions a day, each about the values that one reader found
in one advert.

Questions are drawn by source and language, and the readers take turns. An advert that contradicts itself is in doubt:
it is drawn more often for the reader concerned, with a smaller weight. Each answer is appended to `audit.jsonl` in the
data folder. `audit_results` counts the answers, and `scorecard` uses them to score the readers again.
"""

from __future__ import annotations

import itertools
import json
import math
import random
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from flows.accuracy.audit_results import GOLD, Answer, FieldValue, answers_in
from flows.accuracy.posting_report import Value, read_refined_row, show, show_doubts, show_facts, skills_of, values_of
from flows.runs.jsonl import append
from flows.runtime.version import code_version
from flows.terminal.errors import Wrong
from transforms.pay.region import REMOTE, SEVERAL
from transforms.place.gazetteer import countries, members_of, subdivision_names
from transforms.place.location_line import town_of
from transforms.place.places import WORLD
from transforms.records.vocabulary import (
    AI_LABELS,
    COMPONENTS,
    CURRENCY_CODE,
    DEGREES,
    PERIODS,
    READERS,
    REQUIREMENTS,
    ROLES,
    SELF_CHECKS,
    SENIORITIES,
    WORKPLACES,
)
from transforms.text.lookups import taxonomy
from warehouse.publish.reader import open_reader

QUESTIONS = 20
DOUBT_SIZE = 9.0
"""An advert in doubt is drawn in proportion to 1 + `DOUBT_SIZE`, any other in proportion to 1. A larger number would
find errors faster, but estimate their rate from fewer of the other adverts."""
UNKNOWN = "unknown"
FIELDS: Mapping[str, tuple[str, ...]] = {
    "pay": ("pay_low", "pay_high", "currency", "period", "pay_country"),
    "place": ("country", "subdivision", "city", "workplace", "remote_scope", "ruled_out"),
    "role": ("role",),
    "seniority": ("seniority",),
    "requirement": ("years_min", "degree_min"),
    "ai_label": ("ai_label",),
    "skill": ("skills",),
}
VALUES: Mapping[str, tuple[str, ...]] = {
    "period": PERIODS,
    "workplace": WORKPLACES,
    "role": ROLES,
    "seniority": SENIORITIES,
    "degree_min": DEGREES,
    "ai_label": AI_LABELS,
}
"""Allowed answers for each field with a closed list."""
NUMBERS = ("pay_low", "pay_high", "years_min")
NOTHING = "-"
HELP = "Enter right · n wrong · a the whole advert · s skip · q stop"
EVIDENCE: Mapping[str, tuple[str, ...]] = {
    "pay": COMPONENTS,
    "place": ("place", "workplace", "remote_scope", "ruled_out", "other_place"),
    "role": ("role",),
    "seniority": ("seniority", "years_min"),
    "requirement": ("years_min", "degree_min"),
    "ai_label": ("ai_label",),
    "skill": (),
}
"""Names of the values that show what each reader found. A component of pay is recognised by the first word of its
name."""

IN_NUMBERS = ("pay", "requirement")
"""Readers of numbers. If such a reader found nothing, the lines of the advert with numbers are shown."""
MAX_LINES = 8
AROUND = 120
"""Characters of a long line that are shown on either side of the words read."""

Ask = Callable[[str], str]


class _StopAsking(Exception):  # noqa: N818  # not an error
    """The person stops, or the input ends."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question about one advert and one reader."""

    posting_id: str
    reader: str
    source: str
    language: str
    weight: float
    """How many questions of this kind the advert stands for: 1 / its chance of being drawn on that day."""


class Candidate(NamedTuple):
    """An advert that may be asked about, and the readers whose values are in doubt."""

    posting_id: str
    source: str
    language: str
    doubts: frozenset[str] = frozenset()


# --- drawing ------------------------------------------------------------------------------------------

DRAWN_FROM = f"""
SELECT posting_id, source, coalesce(language, '{UNKNOWN}'), coalesce(doubts, [])
FROM core.postings WHERE text_state NOT IN ('none', 'unread') ORDER BY posting_id
"""


def candidates_in(con: Any) -> list[Candidate]:
    """Return the adverts with text in a published database.

    Each consistency check that an advert fails puts the values of one reader in doubt.
    """
    return [
        Candidate(posting_id, source, language, frozenset(SELF_CHECKS[check] for check in failed))
        for posting_id, source, language, failed in con.execute(DRAWN_FROM).fetchall()
    ]


def draw(adverts: Sequence[Candidate], day: date, *, answered: Iterable[Answer] = ()) -> list[Question]:
    """Return the questions of a day; a day always has the same questions.

    A stratum is a source and language. Strata get questions in proportion to the square root of their size (power
    allocation, Bankier 1988), so that small strata are represented, although large ones get more. The questions are
    placed systematically from a random start. Within a stratum, adverts in doubt are drawn more often (`DOUBT_SIZE`).
    Readers take turns in random order. An advert is asked about once a day at most, and
    never twice for one reader. Values in doubt come first.
    """
    chance = random.Random(day.isoformat())
    strata: dict[tuple[str, str], list[Candidate]] = defaultdict(list)
    for advert in adverts:
        strata[advert.source, advert.language].append(advert)
    history = {(answer.posting_id, answer.reader) for answer in answered}
    readers = [READERS[turn % len(READERS)] for turn in range(QUESTIONS)]
    chance.shuffle(readers)
    roots = sum(math.sqrt(len(stratum)) for stratum in strata.values())
    drawn_ids: set[str] = set()
    questions: list[tuple[bool, Question]] = []
    for reader, name in zip(readers, _allot_strata(strata, chance), strict=False):
        pool = [
            advert
            for advert in strata[name]
            if advert.posting_id not in drawn_ids and (advert.posting_id, reader) not in history
        ]
        if pool:
            sizes = [1 + DOUBT_SIZE * (reader in advert.doubts) for advert in pool]
            at = chance.choices(range(len(pool)), sizes)[0]
            n_expected = QUESTIONS / len(READERS) * math.sqrt(len(strata[name])) / roots
            drawn_ids.add(pool[at].posting_id)
            weight = sum(sizes) / sizes[at] / n_expected
            source, language = name
            posting_id = pool[at].posting_id
            question = Question(posting_id=posting_id, reader=reader, source=source, language=language, weight=weight)
            questions.append((reader in pool[at].doubts, question))
    return [question for _, question in sorted(questions, key=lambda entry: not entry[0])]


def _allot_strata(
    strata: Mapping[tuple[str, str], Sequence[Candidate]], chance: random.Random
) -> Iterator[tuple[str, str]]:
    """Yield the stratum of each question: points at equal distances on a line where each stratum is as long as the
    square root of its size."""
    names = sorted(strata)
    ends = list(itertools.accumulate(math.sqrt(len(strata[name])) for name in names))
    start = chance.random()
    if names:
        for number in range(QUESTIONS):
            at = bisect_right(ends, (number + start) / QUESTIONS * ends[-1])
            yield names[min(at, len(names) - 1)]


# --- asking -------------------------------------------------------------------------------------------


def ask_questions(data: Path, day: date, ask: Ask, out: Console, *, refined: Path | None = None) -> list[Answer]:
    """Ask the day's open questions, append each answer to the file at once, and return the answers.

    `ask` shows a prompt and returns what was typed; it raises `EOFError` at the end of the input. Raises
    `FileNotFoundError` if nothing was published yet.
    """
    path = data / GOLD
    before = answers_in(path)
    with open_reader(data) as con:
        adverts = candidates_in(con)
    earlier = [answer for answer in before if answer.audited_on < day.isoformat()]
    asked_today = {(a.posting_id, a.reader) for a in before if a.audited_on == day.isoformat()}
    questions = draw(adverts, day, answered=earlier)
    answers: list[Answer] = []
    for number, question in enumerate(questions, start=1):
        if (question.posting_id, question.reader) in asked_today:
            continue
        try:
            row = read_refined_row(data, question.posting_id, refined=refined)
            answer = _ask_question(row, question, day, f"{number} of {len(questions)}", ask, out)
        except (_StopAsking, EOFError, KeyboardInterrupt):
            out.print()
            break
        if answer is not None:
            append(path, json.dumps(asdict(answer), ensure_ascii=False))
            answers.append(answer)
    return answers


def _ask_question(
    row: Mapping[str, Any], question: Question, day: date, number: str, ask: Ask, out: Console
) -> Answer | None:
    read = values_read_by(question.reader, row)
    _show_question(row, question, read, number, out)
    while True:
        reply = ask(f"{HELP} > ").strip().casefold()
        if reply in ("", "y"):
            right = read
        elif reply == "n":
            right = {field: _ask_for_value(field, value, ask, out) for field, value in read.items()}
        elif reply == "a":
            show(row, out)
            continue
        elif reply == "s":
            return None
        elif reply == "q":
            raise _StopAsking
        else:
            out.print(Text(f"{reply!r} is not an answer", "red"))
            continue
        return Answer(
            **vars(question),
            audited_on=day.isoformat(),
            is_right=right == read,
            read=read,
            right=right,
            text_hash=row["text_hash"],
            code_version=code_version(),
        )


def values_read_by(reader: str, row: Mapping[str, Any]) -> dict[str, FieldValue]:
    """Return the values that a reader found, by field. Skills that the advert only mentions are left out."""
    if reader == "skill":
        asked_for = [skill for skill in row["skills"] if skill["requirement"] != "mentioned"]
        return {"skills": {skill["skill"]: skill["requirement"] for skill in asked_for}}
    return {field: list(row[field]) if isinstance(row[field], list | tuple) else row[field] for field in FIELDS[reader]}


def _show_question(
    row: Mapping[str, Any], question: Question, read: Mapping[str, FieldValue], number: str, out: Console
) -> None:
    out.rule(f"{number} · {question.reader} · {question.source} · {question.language}", align="left")
    facts = {
        "title": row["title"],
        "employer": row["employer_in_text"] or row["employer"],
        "location": row["location_text"],
        "page": row["url"],
        "posting": row["posting_id"],
    }
    show_facts(facts, out)
    show_doubts(row, out, reader=question.reader)
    table = Table("read", Column("value", overflow="fold"), box=None, pad_edge=False, header_style="dim")
    for field, value in read.items():
        table.add_row(field, Text(_format_value(value), "bold yellow"))
    out.print(table)
    for words in _find_evidence(row, question.reader):
        out.print(words)


def _find_evidence(row: Mapping[str, Any], reader: str) -> Iterator[Text]:
    if reader == "skill":
        values = [value for value in skills_of(row) if value.value != "mentioned"]
    else:
        values = [value for value in values_of(row) if value.name.split()[0] in EVIDENCE[reader]]
    text = row["text"] or ""
    lines: dict[tuple[int, int], list[Value]] = {}
    for value in values:
        if value.part == "text" and value.start is not None and value.end is not None:
            begin, stop = text.rfind("\n", 0, value.start) + 1, text.find("\n", value.end)
            lines.setdefault((begin, len(text) if stop < 0 else stop), []).append(value)
        elif value.start is None and value.reading:
            yield Text(f"  {value.name} {value.value}: {value.reading}, {value.rule}", "dim")
    if not values and reader in IN_NUMBERS:
        yield from _quote_numeric_lines(text)
    for (begin, stop), found in sorted(lines.items()):
        yield _quote_line(text, begin, stop, found)


def _quote_numeric_lines(text: str) -> Iterator[Text]:
    lines = [line for line in text.split("\n") if any(map(str.isdigit, line))]
    yield Text(f"  nothing was read; lines of the text with a number: {len(lines)}", "dim")
    yield from (Text.assemble(("  | ", "dim"), line[: 2 * AROUND]) for line in lines[:MAX_LINES])


def _quote_line(text: str, begin: int, stop: int, values: Sequence[Value]) -> Text:
    spans = [(v.start, v.end, v.style or "bold") for v in values if v.start is not None and v.end]
    left, right = max(begin, spans[0][0] - AROUND), min(stop, max(end for _, end, _ in spans) + AROUND)
    line = Text(text[left:right])
    for start, end, style in spans:
        line.stylize(style, start - left, end - left)
    return Text.assemble(("  | " if left == begin else "  …", "dim"), line, ("" if right == stop else "…", "dim"))


def _format_value(value: FieldValue) -> str:
    if value is None:
        return "not stated"
    if isinstance(value, dict):
        by_requirement = ((name, [skill for skill, level in value.items() if level == name]) for name in REQUIREMENTS)
        return "; ".join(f"{name}: {', '.join(skills)}" for name, skills in by_requirement if skills) or "none"
    return ", ".join(value) if isinstance(value, list) else f"{value:g}" if isinstance(value, float) else value


# --- corrections ----------------------------------------------------------------------------------------


def _ask_for_value(field: str, value: FieldValue, ask: Ask, out: Console) -> FieldValue:
    if field == "skills":
        hint = "+Name required, +Name preferred, -Name; separated by commas; Enter keeps"
    else:
        hint = f"Enter keeps, {NOTHING} not stated"
    while True:
        reply = ask(f"  {field} is {_format_value(value)}; right is ({hint}) > ").strip()
        if not reply:
            return value
        try:
            return _parse_skills(reply, value) if field == "skills" else parse_value(field, reply)
        except Wrong as error:
            out.print(Text(f"  {error}", "red"))


def parse_value(field: str, text: str) -> FieldValue:
    """Return a typed answer as a value of the field. Raise `Wrong`, which says what to type, if it is invalid."""
    if text == NOTHING:
        return None
    if field in NUMBERS:
        try:
            number = float(text.replace(",", "").replace(" ", ""))
        except ValueError:
            raise Wrong(f"{text!r} is not a number; type one such as 120000") from None
        if not 0 <= number < float("inf"):
            raise Wrong(f"{text!r}: type a number of 0 or more")
        return number
    if field in VALUES:
        if text not in VALUES[field]:
            raise Wrong(f"{text!r} is not a {field}; type one of {', '.join(VALUES[field])}")
        return text
    if field == "city":
        if town_of(text) is None:
            raise Wrong(f"{text!r} is not a city; type its name alone, such as Munich")
        return text
    if field in ("remote_scope", "ruled_out"):
        codes = sorted({part.strip().upper() for part in text.split(",") if part.strip()})
        allowed = {WORLD, *(subdivision_names() if field == "ruled_out" else ())}
        unknown = [code for code in codes if code not in allowed and not members_of(code)]
        if unknown:
            also = ", or subdivisions such as US-CA" if field == "ruled_out" else ""
            raise Wrong(f"{', '.join(unknown)}: type ISO country codes or groups such as EU, EMEA, WORLD{also}")
        return codes
    if field == "pay_country" and text in (REMOTE, SEVERAL):
        return text
    code = text.upper()
    if field == "subdivision" and code not in subdivision_names():
        raise Wrong(f"{text!r} is not a subdivision; type an ISO 3166-2 code such as US-CA")
    if field in ("country", "pay_country") and code not in countries():
        raise Wrong(f"{text!r} is not a country; type an ISO 3166-1 code of two letters")
    if field == "currency" and not (len(code) == len("USD") and code.isalpha() and code.isascii()):
        raise Wrong(f"{text!r} is not a currency; type an ISO 4217 code ({CURRENCY_CODE})")
    return code


def _parse_skills(text: str, value: FieldValue) -> dict[str, str]:
    names = {skill.skill.casefold(): skill.skill for skill in taxonomy()}
    skills = dict(value) if isinstance(value, dict) else {}
    for part in filter(None, map(str.strip, text.split(","))):
        sign, name = part[0], part[1:].strip()
        requirement = next((one for one in REQUIREMENTS if name.endswith(f" {one}")), None)
        name = name.removesuffix(f" {requirement}").strip() if requirement else name
        label = names.get(name.casefold(), name)  # a skill without a row in the taxonomy is also accepted
        if sign == "+" and name:
            skills[label] = requirement or REQUIREMENTS[0]
        elif sign == "-" and label in skills:
            del skills[label]
        else:
            raise Wrong(f"{part!r}: type +Name, +Name preferred, or -Name of a skill that was read")
    return skills
