"""A person looks at adverts and says whether we read them right; the answers are kept and counted.

Twenty questions a day, each about one reader's values of one advert, drawn by strata of source
and language with the readers taking turns. Answers are appended to
`audit.jsonl` in the data folder: a gold file of one's own, with ids and values and no text. The night counts them
into `ops.audits`.
"""

from __future__ import annotations

import itertools
import json
import logging
import math
import random
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from flows.accuracy.posting_report import Value, refined_row, show, skills_of, values_of
from flows.accuracy.scoring import wilson
from flows.runtime.jsonl import append
from flows.runtime.version import code_version
from flows.terminal.errors import Wrong
from transforms.place.gazetteer import countries, members_of
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
    SENIORITIES,
    WORKPLACES,
)
from transforms.text.lookups import taxonomy
from warehouse.publish.reader import open_reader
from warehouse.tables import Audits

LOG = logging.getLogger("jobmarket")
GOLD = "audit.jsonl"
QUESTIONS = 20
WINDOW = timedelta(days=365)
"""Answers this old still count."""
ALL = "all"
UNKNOWN = "unknown"
FIELDS: Mapping[str, tuple[str, ...]] = {
    "pay": ("pay_low", "pay_high", "currency", "period"),
    "place": ("country", "workplace", "remote_scope"),
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
"""What may be answered for a field, where that is a closed list."""
NUMBERS = ("pay_low", "pay_high", "years_min")
NOTHING = "-"
HELP = "Enter right · n wrong · a the whole advert · s skip · q stop"
EVIDENCE: Mapping[str, tuple[str, ...]] = {
    "pay": COMPONENTS,
    "place": ("place", "workplace", "remote_scope"),
    "role": ("role",),
    "seniority": ("seniority", "years_min"),
    "requirement": ("years_min", "degree_min"),
    "ai_label": ("ai_label",),
    "skill": (),
}
"""Which of the values that `why` shows bear on a reader; a component of pay by the first word of its name."""

IN_NUMBERS = ("pay", "requirement")
"""Readers whose values stand in lines with numbers: those are shown where nothing was read."""
MAX_LINES = 8
AROUND = 120
"""Characters of a long line that are shown to either side of the words read."""

Ask = Callable[[str], str]
RawPosting = str | float | list[str] | dict[str, str] | None


class _Stop(Exception):  # noqa: N818  # not an error: the person has had enough
    """The person stops, or the input ends."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """One advert and the reader it is asked about."""

    posting_id: str
    reader: str
    source: str
    language: str


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a person said: `read` is what we had read, `right` what stands in the advert."""

    audited_on: str
    posting_id: str
    reader: str
    source: str
    language: str
    is_right: bool
    read: dict[str, RawPosting]
    right: dict[str, RawPosting]
    text_hash: str | None
    code_version: str


# --- drawing ------------------------------------------------------------------------------------------

DRAWN_FROM = f"""
SELECT posting_id, source, coalesce(language, '{UNKNOWN}') FROM core.postings
WHERE text_state <> 'none' ORDER BY posting_id
"""


def draw(adverts: Sequence[tuple[str, str, str]], day: date, *, answered: Iterable[Answer] = ()) -> list[Question]:
    """The questions of a day from (posting_id, source, language): the same ones however often it is asked.

    Strata of source and language get questions by the square root of their size (power allocation, Bankier 1988:
    small ones are seen, large ones still lead), systematically from a random start. Readers take turns in random
    order. An advert is asked about once a day, and never twice for one reader.
    """
    chance = random.Random(day.isoformat())
    strata: dict[tuple[str, str], list[str]] = defaultdict(list)
    for posting_id, source, language in adverts:
        strata[source, language].append(posting_id)
    done = {(answer.posting_id, answer.reader) for answer in answered}
    readers = [READERS[turn % len(READERS)] for turn in range(QUESTIONS)]
    chance.shuffle(readers)
    used: set[str] = set()
    questions: list[Question] = []
    for reader, (source, language) in zip(readers, _allotted(strata, chance), strict=False):
        candidates = [one for one in strata[source, language] if one not in used and (one, reader) not in done]
        if candidates:
            posting_id = chance.choice(candidates)
            used.add(posting_id)
            questions.append(Question(posting_id=posting_id, reader=reader, source=source, language=language))
    return questions


def _allotted(strata: Mapping[tuple[str, str], Sequence[str]], chance: random.Random) -> Iterator[tuple[str, str]]:
    """The stratum of each question: points at equal distances along the strata, each as long as its root of size."""
    names = sorted(strata)
    ends = list(itertools.accumulate(math.sqrt(len(strata[name])) for name in names))
    start = chance.random()
    if names:
        for number in range(QUESTIONS):
            at = bisect_right(ends, (number + start) / QUESTIONS * ends[-1])
            yield names[min(at, len(names) - 1)]


# --- asking -------------------------------------------------------------------------------------------


def audit(data: Path, day: date, ask: Ask, out: Console) -> list[Answer]:
    """Ask the day's questions and keep each answer as it is given; those answered earlier that day are not asked again.

    `ask` shows a prompt and returns what was typed; it raises `EOFError` where nothing more comes.
    Raises `FileNotFoundError` when nothing was published yet.
    """
    path = data / GOLD
    before = answers_in(path)
    with open_reader(data) as con:
        adverts = con.execute(DRAWN_FROM).fetchall()
    earlier = [answer for answer in before if answer.audited_on < day.isoformat()]
    asked_today = {(a.posting_id, a.reader) for a in before if a.audited_on == day.isoformat()}
    questions = draw(adverts, day, answered=earlier)
    given: list[Answer] = []
    for number, question in enumerate(questions, start=1):
        if (question.posting_id, question.reader) in asked_today:
            continue
        try:
            answer = _answer(
                refined_row(data, question.posting_id), question, day, f"{number} of {len(questions)}", ask, out
            )
        except (_Stop, EOFError, KeyboardInterrupt):
            out.print()
            break
        if answer is not None:
            append(path, json.dumps(asdict(answer), ensure_ascii=False))
            given.append(answer)
    return given


def _answer(
    row: Mapping[str, Any], question: Question, day: date, number: str, ask: Ask, out: Console
) -> Answer | None:
    read = read_by(question.reader, row)
    _show_question(row, question, read, number, out)
    while True:
        said = ask(f"{HELP} > ").strip().casefold()
        if said in ("", "y"):
            right = read
        elif said == "n":
            right = {field: _corrected(field, value, ask, out) for field, value in read.items()}
        elif said == "a":
            show(row, out)
            continue
        elif said == "s":
            return None
        elif said == "q":
            raise _Stop
        else:
            out.print(Text(f"{said!r} is no answer", "red"))
            continue
        return Answer(
            audited_on=day.isoformat(),
            posting_id=question.posting_id,
            reader=question.reader,
            source=question.source,
            language=question.language,
            is_right=right == read,
            read=read,
            right=right,
            text_hash=row["text_hash"],
            code_version=code_version(),
        )


def read_by(reader: str, row: Mapping[str, Any]) -> dict[str, RawPosting]:
    """The values a reader gave a refined row, by field. Skills that are only mentioned are not asked about."""
    if reader == "skill":
        asked_for = [skill for skill in row["skills"] if skill["requirement"] != "mentioned"]
        return {"skills": {skill["skill"]: skill["requirement"] for skill in asked_for}}
    return {field: list(row[field]) if isinstance(row[field], list | tuple) else row[field] for field in FIELDS[reader]}


def _show_question(
    row: Mapping[str, Any], question: Question, read: Mapping[str, RawPosting], number: str, out: Console
) -> None:
    out.rule(f"{number} · {question.reader} · {question.source} · {question.language}", align="left")
    head = {"title": row["title"], "employer": row["employer"], "location": row["location_text"], "page": row["url"]}
    for name, said in {**head, "posting": row["posting_id"]}.items():
        out.print(Text.assemble((f"{name:<10}", "dim"), str(said or "not stated")), soft_wrap=True)
    table = Table("read", Column("value", overflow="fold"), box=None, pad_edge=False, header_style="dim")
    for field, value in read.items():
        table.add_row(field, Text(_shown(value), "bold yellow"))
    out.print(table)
    for words in _evidence(row, question.reader):
        out.print(words)


def _evidence(row: Mapping[str, Any], reader: str) -> Iterator[Text]:
    """The lines of the advert on which a reader's values stand, each once, with the words marked."""
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
        numbered = [line for line in text.split("\n") if any(map(str.isdigit, line))]
        yield Text(f"  nothing was read; lines of the text with a number: {len(numbered)}", "dim")
        yield from (Text.assemble(("  | ", "dim"), line[: 2 * AROUND]) for line in numbered[:MAX_LINES])
    for begin, stop in sorted(lines):
        spans = [(v.start, v.end, v.style or "bold") for v in lines[begin, stop] if v.start is not None and v.end]
        left, right = max(begin, spans[0][0] - AROUND), min(stop, max(end for _, end, _ in spans) + AROUND)
        line = Text(text[left:right])
        for start, end, style in spans:
            line.stylize(style, start - left, end - left)
        yield Text.assemble(("  | " if left == begin else "  …", "dim"), line, ("" if right == stop else "…", "dim"))


def _shown(value: RawPosting) -> str:
    if value is None:
        return "not stated"
    if isinstance(value, dict):
        by_requirement = ((name, [skill for skill, asked in value.items() if asked == name]) for name in REQUIREMENTS)
        return "; ".join(f"{name}: {', '.join(skills)}" for name, skills in by_requirement if skills) or "none"
    return ", ".join(value) if isinstance(value, list) else f"{value:g}" if isinstance(value, float) else value


# --- corrections ----------------------------------------------------------------------------------------


def _corrected(field: str, value: RawPosting, ask: Ask, out: Console) -> RawPosting:
    """What a person says stands in the advert; asked again until it can be read."""
    if field == "skills":
        hint = "+Name required, +Name preferred, -Name; separated by commas; Enter keeps"
    else:
        hint = f"Enter keeps, {NOTHING} not stated"
    while True:
        said = ask(f"  {field} is {_shown(value)}; right is ({hint}) > ").strip()
        if not said:
            return value
        try:
            return _skills_said(said, value) if field == "skills" else value_said(field, said)
        except Wrong as error:
            out.print(Text(f"  {error}", "red"))


def value_said(field: str, said: str) -> RawPosting:
    """A typed value as the field holds it. Raises `Wrong` saying what is expected."""
    if said == NOTHING:
        return None
    if field in NUMBERS:
        try:
            number = float(said.replace(",", "").replace(" ", ""))
        except ValueError:
            raise Wrong(f"{said!r} is no number; one such as 120000 expected") from None
        if not 0 <= number < float("inf"):
            raise Wrong(f"{said!r}: a number from 0 on expected")
        return number
    if field in VALUES:
        if said not in VALUES[field]:
            raise Wrong(f"{said!r} is no {field}; one of {', '.join(VALUES[field])} expected")
        return said
    if field == "remote_scope":
        scopes = sorted({part.strip().upper() for part in said.split(",") if part.strip()})
        if unknown := [scope for scope in scopes if scope != WORLD and not members_of(scope)]:
            raise Wrong(f"{', '.join(unknown)}: ISO country codes or groups such as EU, EMEA, WORLD expected")
        return scopes
    code = said.upper()
    if field == "country" and code not in countries():
        raise Wrong(f"{said!r} is no country; an ISO 3166-1 code of two letters expected")
    if field == "currency" and not (len(code) == len("USD") and code.isalpha() and code.isascii()):
        raise Wrong(f"{said!r} is no currency; an ISO 4217 code expected, by the pattern {CURRENCY_CODE}")
    return code


def _skills_said(said: str, value: RawPosting) -> dict[str, str]:
    names = {skill.skill.casefold(): skill.skill for skill in taxonomy()}
    skills = dict(value) if isinstance(value, dict) else {}
    for part in filter(None, map(str.strip, said.split(","))):
        sign, name = part[0], part[1:].strip()
        requirement = next((one for one in REQUIREMENTS if name.endswith(f" {one}")), None)
        name = name.removesuffix(f" {requirement}").strip() if requirement else name
        known = names.get(name.casefold(), name)  # a skill without a row is a label all the same
        if sign == "+" and name:
            skills[known] = requirement or REQUIREMENTS[0]
        elif sign == "-" and known in skills:
            del skills[known]
        else:
            raise Wrong(f"{part!r}: +Name, +Name preferred or -Name of one that was read expected")
    return skills


# --- keeping and counting -------------------------------------------------------------------------------


def answers_in(path: Path) -> list[Answer]:
    """All answers of a file, in order; none when there is no file. A line that holds none is named and left out."""
    if not path.exists():
        return []
    answers = []
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        try:
            if line.strip():
                answers.append(Answer(**json.loads(line)))
        except (ValueError, TypeError) as error:
            LOG.warning("%s, line %d is no answer of an audit and is left out: %s", path, number, error)
    return answers


def audits_of(data: Path) -> list[Audits]:
    """The rows of ops.audits: what the answers in a data folder come to."""
    return accuracy(answers_in(data / GOLD))


def accuracy(answers: Sequence[Answer]) -> list[Audits]:
    """Rolling accuracy for each day of answers: by reader alone, and by reader, source and language.

    Counts the last answer to each question within `WINDOW` of the day.
    """
    rows = []
    for day in sorted({answer.audited_on for answer in answers}):
        first = (date.fromisoformat(day) - WINDOW).isoformat()
        last = {(a.posting_id, a.reader): a for a in answers if first < a.audited_on <= day}
        counted: dict[tuple[str, str, str], list[bool]] = defaultdict(list)
        for answer in last.values():
            counted[answer.reader, ALL, ALL].append(answer.is_right)
            counted[answer.reader, answer.source, answer.language].append(answer.is_right)
        for (reader, source, language), right in sorted(counted.items()):
            low, high = wilson(sum(right), len(right))
            rows.append(
                Audits(
                    audited_on=date.fromisoformat(day),
                    reader=reader,
                    source=source,
                    language=language,
                    n_asked=len(right),
                    n_right=sum(right),
                    accuracy=sum(right) / len(right),
                    accuracy_lo=low,
                    accuracy_hi=high,
                )
            )
    return rows


def show_accuracy(rows: Sequence[Audits], out: Console) -> None:
    """Print how each reader stands on the last day of answers."""
    if not rows:
        out.print("no answers yet")
        return
    day = rows[-1].audited_on
    numbers = (Column(name, justify="right") for name in ("asked", "right", "accuracy", "95 %"))
    table = Table("reader", *numbers, title=f"Accuracy of the year to {day}", title_justify="left")
    for row in rows:
        if row.audited_on == day and row.source == ALL:
            between = f"{100 * row.accuracy_lo:.0f}–{100 * row.accuracy_hi:.0f}"
            table.add_row(row.reader, str(row.n_asked), str(row.n_right), f"{100 * row.accuracy:.0f} %", between)
    out.print(table)
