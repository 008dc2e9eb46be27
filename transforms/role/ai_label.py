"""Find whether a job builds AI, uses AI, or only has an employer that mentions AI.

The AI terms come from `lookups/role/ai_terms.csv`. Each mention is judged by its sentence and section. A mention is not
about the job if it describes the employer, what the employer offers, or how the employer uses AI to select applicants.
"""

from __future__ import annotations

import functools
import re

from transforms.records.vocabulary import GROUP_OF_ROLE
from transforms.skills.sections import INTRO, WHOLE, Line, cues_of, lines_with, lower_text, sentence_at
from transforms.text.evidence import Reading

BUILDING_ROLES = ("ai_engineering", "ai_science")
"""Groups of roles that build AI by definition, whatever the text says."""
TECHNICAL_GROUPS = (*BUILDING_ROLES, "data", "other_engineering")
TECHNICAL_ROLES = ("ai_solutions", "ai_leadership")
"""Further roles that build AI if their duties say so. Roles in sales, design or recruiting only work with AI."""
WORKING_ROLES = ("ai_product_manager", "ai_governance", "ai_solutions", "ai_leadership", "ai_data_trainer")
"""Roles that work with AI by definition."""

cues = functools.partial(cues_of, "ai_work_cues")
_BUILD = cues("verb of making", r"\b", r"\w*\b(?P<between>[^.;\n]{0,90}?)$")
_OBJECT = cues("thing made", r"^[\s/,&+()-]*(?:[\w/&+'’-]+[\s/,&+()-]+){0,4}?", r"\b")
_SELF_MADE = cues("made by itself", r"^")
_USING = cues("using", r"\b", r"\b[^.;\n]{0,40}$")
_ADDRESSED = cues("addressed", r"\b", r"\b")
_SIFTING = cues("sifting", r"\b", r"\b")
_AI = r"(?:\bAI\b|artificial intelligence)"
_SIFTED = re.compile(
    rf"\b(?:us(?:e|ed|ing)|utili[sz]\w+|leverag\w+|powered|may)\b[^.\n]{{0,60}}{_AI}"
    rf"|{_AI}[^.\n]{{0,100}}(?:applica(?:nt|tion)|candidate|hiring|recruit|interview|resume)",
    re.IGNORECASE,
)
_EMPLOYER = cues("employer", r"\b", r"\b")
_PERSON = cues("person", r"\b", r"\b")
_OTHERS = cues("others who make", r"\b", r"(?: to)?\s*$")
_AUDIENCE = cues("audience", r"^[\s-]*", r"\b")
_ELSEWHERE = cues("elsewhere", r"\b", r"\b")
_WISHED = cues("wished", r"\b", r"\b")
_ITEM = re.compile(r"\s*[-•·*–]\s")
_EMPLOYER_FIRST = re.compile(r"\s*[-•·*–]\s*(?:we|we['’]\w+|our|the company)\b", re.IGNORECASE)
MAX_MENTIONS = 200
"""Only this many mentions of AI in each line are checked."""


def _mentions(line: Line) -> list[tuple[int, int]]:
    text = line.text
    hits = [
        (start, -end)
        for name in ("ai", "AI")
        for start, end in line.words.get(name, ())
        if not text[end : end + 1].isalnum() and not (start and text[start - 1].isalnum())
    ]
    spans: list[tuple[int, int]] = []
    last_end = 0
    for start, end in sorted(hits):
        if start >= last_end:
            last_end = -end
            spans.append((start, last_end))
    return spans[:MAX_MENTIONS]


def ai_label(title: str, text: str, *, role: str) -> Reading:
    """Return what the job does with AI, with the span that shows it. `role` is the role read from the title.

    - `builds_ai`: the duties are to make or run AI or machine learning systems.
    - `uses_ai`: the duties or demands name AI as a tool, product or field.
    - `mentions_ai`: AI is named only where the employer describes itself, what it offers or how it hires.
    - `none`: AI is not named; there is no span.
    """
    group = GROUP_OF_ROLE.get(role, "other")
    may_build = group in TECHNICAL_GROUPS or role in TECHNICAL_ROLES
    use: tuple[str, str, int, int] | None = None
    mention: tuple[str, str, int, int] | None = None
    for begin, kind, line in lines_with(text, "ai", "AI"):
        line_label = line.once(_label_line, kind, may_build, group in BUILDING_ROLES)
        if line_label is None:
            continue
        label, rule, start, end = line_label
        reading = label, rule, begin + start, begin + end
        if label == "builds_ai":
            return Reading(*reading, "text")
        if label == "mentions_ai":
            mention = mention or reading
        elif use is None:
            use = reading
            if not may_build:
                break
    if group in BUILDING_ROLES:
        return Reading("builds_ai", "the role builds it", 0, len(title), "title")
    if use is None and role in WORKING_ROLES:
        return Reading("uses_ai", "the role works with it", 0, len(title), "title")
    best = use or mention
    return Reading(*best, "text") if best else Reading("none", "no word of it", part="text")


def _label_line(line: Line, kind: str, may_build: bool, by_role: bool) -> tuple[str, str, int, int] | None:
    """Return a line's strongest label as (label, rule, start, end). `kind` is the section in which the line begins."""
    text = line.text
    use: tuple[str, str, int, int] | None = None
    mention: tuple[str, str, int, int] | None = None
    first = last = -1
    section = kind
    is_of_the_job = False
    for start, end in _mentions(line):
        if start >= last:
            first, last = sentence_at(text, start, end)
            section = line.kind_at(start, kind)
            is_of_the_job = _is_of_the_job(text, start, first, last, section)
        mention = mention or ("mentions_ai", "in the employer's own words", start, end)
        if not is_of_the_job:
            continue
        if may_build and _builds(text, start, end, first, last, section, by_role):
            return "builds_ai", "duties make it", first, last
        if use is None and not _AUDIENCE.match(lower_text(text[end:last])):
            use = "uses_ai", "duties or demands name it", start, end
    return use or mention


def _is_of_the_job(text: str, start: int, first: int, last: int, section: str) -> bool:
    if section in ("mentioned", "not"):
        return False
    sentence = lower_text(text[first:last])
    is_first = section in (INTRO, WHOLE)
    if is_first and not _ADDRESSED.search(sentence):
        return False
    if _SIFTING.search(sentence) and _SIFTED.search(sentence):
        return False
    if is_first:
        return True
    if _ITEM.match(sentence):
        return not _EMPLOYER_FIRST.match(sentence)
    return not _EMPLOYER.search(lower_text(text[:start]), first) or bool(_PERSON.search(sentence))


def _builds(text: str, start: int, end: int, first: int, last: int, section: str, by_role: bool) -> bool:
    """Whether the sentence says that the job makes AI: it has a verb of making, and AI belongs to the verb's object."""
    before, after = lower_text(text[first:start]), lower_text(text[end:last])
    verb = _BUILD.search(before)
    if verb is None or section == "preferred":
        return False
    if _AUDIENCE.match(after) or _WISHED.search(lower_text(text[:last]), end):
        return False
    if by_role:
        return True
    if _USING.search(verb["between"]) or _ELSEWHERE.search(verb["between"]) or _OTHERS.search(before[: verb.start()]):
        return False
    return bool(_OBJECT.match(after)) or bool(_SELF_MADE.match(lower_text(text[start:end])))
