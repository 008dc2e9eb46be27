"""Show how an advert was read: each value with its reading, rule and words; and the advert's job, with its other
adverts.

The values come from the refined file of the posting's newest observation. The offsets of spans refer to the title, the
location with white space folded, or the stored text. A value from a field of the source has no span.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from flows.runtime.project import read_sql
from flows.terminal.console import LOOK
from flows.terminal.errors import Wrong
from transforms.records.vocabulary import DOUBTS, REQUIREMENTS, SELF_CHECKS
from transforms.skills.extraction import OF_SECTION
from transforms.skills.sections import WHOLE, lines_of
from transforms.text.language import language_of
from warehouse.publish.reader import open_reader

NEAREST = 5
"""Number of similar ids that the error about an unknown posting lists."""
MAX_ROWS = 30
"""Maximum number of adverts of a job that are shown."""
NO_SPAN = "no span"
STATED = "a field of the source"
STYLES = {
    "role": "bold magenta",
    "seniority": "magenta",
    "years_min": "bright_blue",
    "degree_min": "bright_blue",
    "ai_label": "underline",
    "country": "cyan",
    "workplace": "bright_cyan",
    "remote_scope": "bright_cyan",
    "ruled_out": "bright_cyan",
    "other_place": "bold red",
    "pay": "bold green",
    "required": "bold yellow",
    "preferred": "yellow",
    "duty": "yellow",
    "mentioned": "dim yellow",
}
"""Styles in which the words of values are highlighted in the advert."""
ORDER = tuple(STYLES)
MAX_WORDS = 90
"""Maximum characters of a value's words in the table. The advert below the table shows all words."""
SECTIONS = {
    "required": "in a section of requirements",
    "duties": "in a section of duties",
    "preferred": "in a section of wishes",
    "mentioned": "where the employer speaks of itself",
    "not": "in a section of what is not asked for",
    "intro": "before the first heading",
    WHOLE: "in a text without headings",
}
FIELDS_STATED = ("employment_type", "posted_on", "valid_through", "language")
"""Values that are shown although no rule records a span. The language is the last of them."""
LANGUAGE_STATED = frozenset({"greenhouse"})
"""Sources with a field for the language of an advert."""


@dataclass(frozen=True, kw_only=True)
class Value:
    """One value of the advert. `reading` says how it was found (such as stated, parsed or inferred), `rule` by which
    rule.

    `part` is the part of the advert that `start` and `end` refer to. Both are None if the value was not found in words
    of the advert.
    """

    name: str
    value: str
    reading: str
    rule: str
    part: str = "structured"
    start: int | None = None
    end: int | None = None
    tag: str = ""
    style: str = ""


def read_refined_row(data: Path, posting_id: str, *, refined: Path | None = None) -> dict[str, Any]:
    """Return the refined row of a posting's newest observation: all columns of `refined.postings`.

    `data` is the folder of the warehouse; `refined` is the folder of the refined files, if it is elsewhere. Raises
    `Wrong` if no published posting has this id (the message lists similar ids), or if the row or its file is missing.
    """
    with open_reader(data) as con:
        row = con.execute("SELECT warc, record FROM core.postings WHERE posting_id = ?", [posting_id]).fetchone()
        if row is None:
            near = con.execute(read_sql("accuracy", "similar_ids"), {"id": posting_id, "n": NEAREST}).fetchall()
            # If there are ids that contain it, these alone are named.
            ids = [found for found, holds_it in near if holds_it == near[0][1]]
            raise Wrong(f"no posting {posting_id}" + (f"; near it: {', '.join(ids)}" if ids else ""))
    warc, record = row
    file = (refined or data / "refined") / f"{str(warc).removesuffix('.warc.gz')}.parquet"
    if not file.exists():
        raise Wrong(f"{file}, from which {posting_id} was read, is gone; the next `jobmarket run` makes it again")
    rows: list[dict[str, Any]] = pq.read_table(
        file, filters=[("posting_id", "=", posting_id), ("record", "=", record)]
    ).to_pylist()
    if not rows:
        raise Wrong(f"{file} does not hold {posting_id}; the next `jobmarket run` makes it again")
    return rows[0]


# --- the job --------------------------------------------------------------------------------------------


def show_job(data: Path, posting_id: str, out: Console) -> None:
    """Print the adverts of a published posting's job, with what makes them one: title key and places."""
    with open_reader(data) as con:
        ((job_id,),) = con.execute("SELECT job_id FROM core.postings WHERE posting_id = ?", [posting_id]).fetchall()
        result = con.execute(read_sql("accuracy", "job_adverts"), {"job": job_id})
        names = [column[0] for column in result.description or ()]
        rows = result.fetchall()
    n, more = len(rows), len(rows) - MAX_ROWS
    show_facts({"job": f"{job_id}, {n:,} advert{'s' * (n > 1)}"}, out)
    out.print()
    columns = (Column(name, overflow="fold") for name in names)
    caption = f"and {more:,} more" if more > 0 else None
    table = Table(*columns, title="Adverts of the job", caption=caption, caption_justify="left", **LOOK)
    for row in rows[:MAX_ROWS]:
        table.add_row(*(value or "" for value in row))
    out.print(table, highlight=False)
    if n > 1:
        out.print(Text("One job: their employer, title words and a place are the same.", "dim"))
    out.print()


# --- what was read --------------------------------------------------------------------------------------


def values_of(row: Mapping[str, Any]) -> list[Value]:
    """Return every value of a refined row except skills, in display order."""
    spans: list[dict[str, Any]] = row["spans"]
    values = [_value_of_span(row, span) for span in spans if span["field"] != "country"]
    if row["ruled_out"] and not any(value.name == "ruled_out" for value in values):
        rule = "where the advert says that the job cannot be done"
        values.append(Value(name="ruled_out", value=", ".join(row["ruled_out"]), reading="parsed", rule=rule))
    values.sort(key=lambda value: ORDER.index(value.name) if value.name in ORDER else len(ORDER))
    read = {value.name for value in values}
    if row["seniority"] == "unstated" and "seniority" not in read:
        values.append(Value(name="seniority", value="unstated", reading="", rule="no level word, no years"))
    location = " ".join((row["location_text"] or "").split())
    values += [_place(place, spans, location) for place in row["places"]]
    values += [_pay(pay, row) for pay in row["pay"]]
    for name in FIELDS_STATED:
        if row[name] is not None:
            values.append(Value(name=name, value=str(row[name]), reading="stated", rule=STATED))
    # A language that the source states overrides that of the text, but the refined file only stores one language.
    if row["language"] is not None and row["text"] and language_of(row["text"]) == row["language"]:
        rule = "told from the text" + "; the source may state it too" * (row["source"] in LANGUAGE_STATED)
        values[-1] = replace(values[-1], reading="inferred", rule=rule)
    return values


def _value_of_span(row: Mapping[str, Any], span: Mapping[str, Any]) -> Value:
    where = {key: span[key] for key in ("reading", "rule", "part", "start", "end")}
    if span["field"] == "country":
        return Value(name="place", value="", tag="place", style=STYLES["country"], **where)
    name = str(span["field"])
    cell = (row["text"] or "")[span["start"] : span["end"]] if name == "other_place" else row.get(name)
    value = ", ".join(cell) if isinstance(cell, list) else f"{cell:g}" if isinstance(cell, float) else str(cell)
    return Value(name=name, value=value, tag=f"{name} {value}", style=STYLES.get(name, ""), **where)


def _place(place: Mapping[str, Any], spans: Iterable[Mapping[str, Any]], location: str) -> Value:
    parts = (place["city"], place["subdivision"], place["country"])
    rules = {str(span["rule"]) for span in spans if span["field"] == "country" and span["reading"] == place["reading"]}
    words = place["place_text"] or ""
    at = location.find(words) if words and place["reading"] != "stated" else -1
    rule = " or ".join(sorted(rules)) or "gazetteer"
    return Value(
        name="place",
        value=", ".join(filter(None, parts)) or place["region"] or place["continent"],
        reading=place["reading"],
        rule=rule if at >= 0 or not words else f"{rule}: {words}",
        part="location" if at >= 0 else "structured",
        start=at if at >= 0 else None,
        end=at + len(words) if at >= 0 else None,
        style=STYLES["country"],
    )


def _pay(pay: Mapping[str, Any], row: Mapping[str, Any]) -> Value:
    # The offsets refer to the text, or to a pay field that was read as prose.
    words = (row["text"] or "")[pay["start"] : pay["end"]]
    is_in_text = pay["start"] is not None and " ".join(words.split()) == pay["pay_text"]
    value = _format_pay(pay)
    rules = [STATED if pay["reading"] == "stated" else "pay in prose"]
    if pay["period_reading"] == "inferred":
        rules.append("period by the norms of currency and country")
    if pay["flag"]:
        rules.append(f"kept out of bands: {pay['flag']}")
    source_words = f": {pay['pay_text']}" if pay["pay_text"] and not is_in_text else ""
    return Value(
        name=f"{pay['component']}{' (the posting’s pay)' if pay['is_headline'] else ''}",
        value=value,
        reading=pay["reading"],
        rule="; ".join(rules) + source_words,
        part="text" if is_in_text else "structured",
        start=pay["start"] if is_in_text else None,
        end=pay["end"] if is_in_text else None,
        tag=f"{pay['component']} {value}",
        style=STYLES["pay"],
    )


def _format_pay(pay: Mapping[str, Any]) -> str:
    low, high = pay["low"], pay["high"]
    ends = [f"{end:,.2f}".removesuffix(".00") for end in (low, high) if end is not None]
    bound = {(True, False): "up to ", (False, True): "from "}.get((low is None, high is None), "")
    amount = bound + (" to ".join(dict.fromkeys(ends)) or "no amount")
    unit = "%" if pay["component"] == "equity_percent" else pay["currency"]
    period = f"a {pay['period']}" if pay["period"] else ""
    ties = (f"({pay[tie]})" for tie in ("place_text", "level_text") if pay[tie])
    return " ".join(filter(None, [amount, unit, period, pay["tax"], *ties]))


def skills_of(row: Mapping[str, Any]) -> list[Value]:
    """Return the skills of a refined row; the rule of each names the section in which its words were found."""
    text = row["text"] or ""
    starts, kinds = sections_of(text)
    values = []
    for skill in row["skills"]:
        name, requirement, start, end = (skill[key] for key in ("skill", "requirement", "start", "end"))
        kind = kinds[bisect_right(starts, start)]
        is_of_section = requirement == REQUIREMENTS[OF_SECTION[kind]]
        is_own_name = text[start:end].casefold() == name.casefold()
        values.append(
            Value(
                name=name,
                value=requirement,
                reading="parsed",
                rule=SECTIONS[kind] + ("" if is_of_section else "; its clause or the title decides"),
                part="text",
                start=start,
                end=end,
                tag=requirement if is_own_name else f"{name}, {requirement}",
                style=STYLES[requirement],
            )
        )
    return values


def sections_of(text: str) -> tuple[list[int], list[str]]:
    """Return the offsets at which sections start, and their kinds. The first kind is that of the text before any
    section."""
    lines = lines_of(text)
    sections = [(begin + start, kind) for begin, first, line in lines for start, kind in ((0, first), *line.openings)]
    return [start for start, _ in sections], [lines[0][1] if lines else WHOLE, *(kind for _, kind in sections)]


# --- printing -------------------------------------------------------------------------------------------


def show(row: Mapping[str, Any], out: Console) -> None:
    """Print what is in doubt and what was read from an advert, then the advert with the words of values highlighted."""
    parts = _parts_of(row)
    facts = {
        "posting": row["posting_id"],
        "employer": row["employer_in_text"] or row["employer"],
        "page": row["url"],
        "seen": f"{row['observed_at']:%Y-%m-%d %H:%M} UTC",
    }
    show_facts(facts, out)
    show_doubts(row, out)
    out.print()
    values, skills = values_of(row), skills_of(row)
    columns = Column("what", overflow="fold"), Column("value", overflow="fold"), Column("how", no_wrap=True)
    read = Table(*columns, Column("rule", overflow="fold"), Column("words", overflow="fold"), title="Read", **LOOK)
    for value in values:
        read.add_row(value.name, Text(value.value, value.style), value.reading, value.rule, _words(value, parts))
    out.print(read, highlight=False)
    _show_skills(skills, parts, row, out)
    marks = [*values, *skills, *(_value_of_span(row, span) for span in row["spans"] if span["field"] == "country")]
    for part, label in (("title", "Title"), ("location", "Location"), ("text", "Text")):
        out.print(Text(label, "bold"))
        out.print(
            _mark_words(parts[part], [value for value in marks if value.part == part]) or Text(f"no {part}", "dim")
        )
        out.print()


def _show_skills(skills: Sequence[Value], parts: Mapping[str, str], row: Mapping[str, Any], out: Console) -> None:
    if not skills:
        out.print(Text("Skills: none found" if row["text"] else "Skills: there is no text to read", "bold"))
        out.print()
        return
    table = Table("skill", "asked for", Column("where", overflow="fold"), Column("words", overflow="fold"), **LOOK)
    table.title = "Skills, by the taxonomy"
    for skill in skills:
        table.add_row(skill.name, Text(skill.value, skill.style), skill.rule, _words(skill, parts))
    out.print(table, highlight=False)


SIDES = {
    "workplace_stated": ("workplace",),
    "place_repeated": ("place", "other_place"),
    "city_subdivision": ("place",),
    "country_region": ("place",),
    "inferred_country": ("place",),
    "pay_zone": ("place",),
    "level_years": ("seniority", "years_min"),
}
"""Names of the values that disagree, by check."""


def show_doubts(row: Mapping[str, Any], out: Console, *, reader: str | None = None) -> None:
    """Print what is in doubt, of one reader or of all, and below each doubt the values that disagree, each with the
    field or the words that say so."""
    checks = [check for check in row["doubts"] or () if reader in (None, SELF_CHECKS[check])]
    parts = _parts_of(row) if checks else {}
    values = values_of(row) if checks else []
    for check in checks:
        out.print(Text.assemble(("in doubt  ", "bold yellow"), f"{SELF_CHECKS[check]}: {DOUBTS[check]}"))
        for value in (value for name in SIDES.get(check, ()) for value in values if value.name == name):
            at = f" ({value.start} to {value.end})" if value.start is not None else f" ({value.rule})"
            out.print(Text.assemble((f"          {value.name} {value.value}: ", "dim"), _words(value, parts), at))


def _parts_of(row: Mapping[str, Any]) -> dict[str, str]:
    return {
        "title": row["title"],
        "location": " ".join((row["location_text"] or "").split()),
        "text": row["text"] or "",
    }


def show_facts(facts: Mapping[str, str | None], out: Console) -> None:
    """Print facts about an advert, each with its name."""
    for name, fact in facts.items():
        out.print(Text.assemble((f"{name:<10}", "dim"), fact or "not stated"), soft_wrap=True)


def _words(value: Value, parts: Mapping[str, str]) -> Text:
    if value.start is None or value.part not in parts:
        return Text(NO_SPAN, "dim")
    words = " ".join(parts[value.part][value.start : value.end].split())
    return Text(f"{value.part}: {words if len(words) <= MAX_WORDS else words[:MAX_WORDS] + '…'}")


def _mark_words(text: str, values: Iterable[Value]) -> Text:
    """Return a part of the advert, with the words of each value written as [words ‹value›] in the value's style."""
    spans = [(v.start, v.end, v) for v in values if v.start is not None and v.end is not None and v.tag]
    cuts = sorted({0, len(text), *(cut for start, end, _ in spans for cut in (start, end) if cut <= len(text))})
    markup = Text()
    for left, right in zip(cuts, [*cuts[1:], len(text)], strict=True):
        for value in (v for start, end, v in sorted(spans, key=lambda s: -s[0]) if end == left):
            markup.append(f" ‹{value.tag}›]", "italic dim")
        markup.append("[" * sum(start == left for start, _, _ in spans), "dim")
        piece = Text(text[left:right])
        for start, end, value in spans:
            if start <= left and right <= end and left < right:
                piece.stylize(value.style)
        markup.append_text(piece)
    return markup
