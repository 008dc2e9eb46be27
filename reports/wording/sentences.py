"""A figure as one sentence that can be copied and checked later, in each form that it has.

A sentence follows from a row of the ledger by a rule: its form and, for prose, the version of the house style. It names
the days of its readings only if they are long past, and no review, so that it stays the same as long as it is true.
"""

from __future__ import annotations

import hashlib
import re

from reports.cells.cell import Cell
from reports.cells.of_figure import cells_of
from reports.figures.catalogue import declaration_of
from reports.figures.declared.pay_figures import KIND_OF_MARKET, LOCAL
from reports.wording import levels, notes, numbers, prose
from reports.wording.bases import OWN
from reports.wording.parts import PLAIN
from reports.wording.work import name_work
from warehouse.mart_tables import Figures
from warehouse.marts.measures import MEASURES
from warehouse.marts.printing import SAYS

PROSE, EXACT, NUMBER = "prose", "exact", "number"
FORMS = (PROSE, EXACT, NUMBER)
"""A sentence in house style; a sentence with the value as published; the value alone, for a sentence of one's own."""
OF_SAMPLE = "invented sample data"


def rule_of(form: str) -> str:
    """Return the rule by which a form is worded today, such as "exact" or "prose-3f2a9c1b", with the style's version.

    The version is the beginning of a digest of the house style: it changes if a word or a threshold changes.
    """
    if form != PROSE:
        return form
    return f"{form}-{hashlib.sha256(prose.read_style().model_dump_json().encode()).hexdigest()[:8]}"


def say_all(figure: Figures, *, is_sample: bool) -> dict[str, str]:
    """Return what a figure says, by form; {} if it is withheld. A list has no number."""
    said = {form: say(figure, form, is_sample=is_sample) for form in FORMS}
    return {form: words for form, words in said.items() if words is not None}


def say(figure: Figures, form: str, *, is_sample: bool) -> str | None:
    """Return a figure in one of `FORMS`, with the remarks that belong to it; None if it is withheld or lacks the form.

    Sentences about invented data say so (`is_sample`).
    """
    if figure.value is None:
        return None
    cells = cells_of(figure)
    cell = cells[0] if len(cells) == 1 and not notes.is_list(figure) else None
    if form == NUMBER and cell is None:
        return None
    bare, remarks = figure.bare_value or figure.value, (figure.qualifier or "").split("; ")
    words = bare
    if form == EXACT:
        words = (cell.sentence if cell else "") or _entitle(figure, bare)
    elif form == PROSE:
        words = (_say_of_cell(figure, cell) if cell else "") or _entitle(figure, notes.say_in_prose(figure, PLAIN))
        remarks = [*notes.list_prose_remarks(figure), *notes.list_section_remarks(figure)]
    said = (remark for remark in remarks if not notes.is_of_review(remark) and remark not in words)
    words = numbers.qualify(words, [*said, OF_SAMPLE if is_sample else None])
    return words if form == NUMBER else f"{numbers.upper_first(words)}."


def _entitle(figure: Figures, words: str) -> str:
    return f"{figure.title}{' –' if ': ' in figure.title else ':'} {words}"


def _say_of_cell(figure: Figures, cell: Cell) -> str:
    """Return a share or an offer of pay as a sentence; "" for other figures."""
    if cell.measure in MEASURES and cell.row.get("form") != SAYS:
        measure = MEASURES[cell.measure]
        jobs = numbers.head_jobs(cell.row, cell.jobs)
        do = prose.say_item(measure, cell.row) if cell.row.get("name") else measure.say(cell.item)
        return f"{prose.say_share(cell.row, _scope(prose.noun_of(measure, jobs), jobs))} {do}"
    level, amounts = (
        declaration_of(figure.figure).level,
        prose.say_pay(cell.row, "year") if cell.kind in OFFERS else None,
    )
    if amounts is None or level is None or cell.basis != OWN:
        return ""
    work = name_work(figure.figure.split(".")[2])
    whose = f"{work} jobs" if level in levels.NOT_ONE else f"{levels.compound(level).lower()} {work} jobs"
    return f"adverts offer {amounts} for {whose} in {notes.place_in_prose(figure)}"


def _scope(noun: str, jobs: str) -> str:
    """Return a noun of prose with the jobs that it is of, such as "AI adverts that state pay" of "AI jobs"."""
    head, _, condition = noun.partition(" ")
    if noun == jobs or head not in ("adverts", "jobs"):
        return noun
    return f"{_JOBS.sub(head, jobs, count=1)} {condition}".rstrip()


_JOBS = re.compile(r"\bjobs\b")


OFFERS = (KIND_OF_MARKET[LOCAL],)
"""Kinds of figures whose values are what adverts offer."""
