"""What must be said before the rows of a query: which figures of its places are withheld.

Raw rows of a place may be too few for any figure there. A client that averages them would print what the page refuses.
So the answer begins with the withheld figure that the query comes near to, as `get` has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from reports.figures.addresses import AddressError
from reports.figures.declared.pay_figures import BAND_LEVEL, WORK_OF_GUIDE
from reports.figures.declared.share_figures import ASKED, items_of
from reports.figures.places import EVERYWHERE, PLACES, slug
from reports.mcp.answers import summarise
from reports.mcp.market import Snapshot
from reports.mcp.nearest import list_nearest
from reports.wording.work import WORKS
from transforms.records.vocabulary import LEVEL_GROUPS
from warehouse.publish.bounded_query import Answer

QUESTIONS = {
    r"\w*(?:salary_bands|pay_observations|posting_pay|pay_comparison|silent_jobs)": "pay.{place}.{work}.{level}",
    r"(?:skills_asked|posting_skills)": "employers.skill.{skill}.{place}.{work}",
    r"(?:shares|remote_share)": "employers.workplace.remote.{place}.{work}",
    r"pay_disclosures?": "disclosure.{place}.{work}.none",
}
"""Patterns of names of tables, each with the figure that a query on such a table comes near to."""
PLACE_COLUMNS = ("country", "country_name", "place", "region", "region_name")
"""Columns that name the place of a row, the narrowest first; the first that a result has counts."""
MAX_PLACES = 6
"""Most places that are looked up; a figure that is not in the ledger takes up to 0.2 s."""
SAY_SO = "withheld: say so, and do not estimate it from these rows"
_BY_NAME = {
    spelling.lower(): place
    for place in PLACES.values()
    if place != EVERYWHERE and place.level != EVERYWHERE.level
    for spelling in (place.region, place.name, place.slug)
    if spelling
}
_SKILLS = items_of(ASKED)


def find_refusals(sql: str, result: Answer, snapshot: Snapshot) -> list[dict[str, Any]]:
    """Return the withheld figures that a query comes near to, with reason, remedy and nearest figures."""
    literals = [text.replace("''", "'") for text in re.findall(r"'((?:[^']|'')*)'", sql)]
    questions = [form for tables, form in QUESTIONS.items() if re.search(rf"\b{tables}\b", sql, re.I)]
    if not questions:
        return []
    named = {
        "work": next((text for text in literals if text in WORKS), WORK_OF_GUIDE),
        "level": next((text for text in literals if text in LEVEL_GROUPS and text != "all"), BAND_LEVEL),
        "skill": next((slug(text) for text in literals if slug(text) in _SKILLS), "python"),
    }
    refusals = []
    for place in _find_places(literals, result):
        for form in questions:
            try:
                figure = snapshot.find(form.format(place=place, **named))
            except (AddressError, ValueError):
                continue  # nothing is printed of such a place
            if figure.value is None:
                near = list_nearest(figure, snapshot)
                refusals.append({"what_it_is": SAY_SO, **summarise(figure, snapshot), "nearest": near})
    return refusals


def _find_places(literals: Sequence[str], result: Answer) -> list[str]:
    """Return the slugs of the places that a query names or its rows are of, at most `MAX_PLACES`."""

    def list_names() -> Iterator[str]:
        yield from literals
        column = next((name for name in PLACE_COLUMNS if name in result.columns), None)
        if column is not None:
            number = result.columns.index(column)
            yield from (str(row[number]) for row in result.rows if row[number])

    found = (_BY_NAME.get(name.lower()) for name in list_names())
    return list(dict.fromkeys(place.slug for place in found if place))[:MAX_PLACES]
