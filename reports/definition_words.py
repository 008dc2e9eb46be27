"""Fill definitions into pages.

The text between two markers is written from a definition. A marker names the definition, or one of its properties:
`<!-- is: BAND.start -->three in four<!-- /is -->`. Run `python -m reports.definition_words` (`make generated`) after
changing a definition.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from reports.figures import verdicts
from reports.wording import levels, numbers
from transforms.records import definitions
from transforms.records.definitions import Band, Definition
from warehouse.marts import printing
from warehouse.marts.closing import closings
from warehouse.marts.printing import Rule

ROOT = Path(__file__).parents[1]
GUIDES = tuple(ROOT / "reports" / name for name in ("guide.md", "guide_lists.md"))
PAGES = (ROOT / "README.md", *GUIDES, *sorted((ROOT / "docs").glob("*.md")))
MARKER = re.compile(r"<!-- is: (?P<name>[\w.]+) -->(?P<words>.*?)<!-- /is -->", re.DOTALL)
DEFINITIONS: Mapping[str, Definition | Band] = {
    name: value for name, value in vars(definitions).items() if isinstance(value, Definition | Band)
}
RULES: Mapping[str, Rule] = {rule.column: rule for rule in (printing.JOBS, *printing.RULES)} | {
    f"closings_{rule.column}": rule for rule in closings.CLOSING_RULES
}
"""Printing rules, by column name."""


def _table() -> str:
    rows = ["| what | number | why |", "|---|---|---|"]
    for one in DEFINITIONS.values():
        exceptions = f"; what does not follow it: {one.fixed_because}" if one.fixed_because else ""
        rows.append(f"| {one.name} | {one.ends if isinstance(one, Band) else one} | {one.why}{exceptions} |")
    return "\n".join(("", "", *rows, "", ""))


OTHERS = {
    "MAX_AGE_DAYS_OF_YEARS": lambda: f"{verdicts.MAX_AGE_DAYS_OF_YEARS} days",
    "MAX_DAYS_OF_YEARS": lambda: f"{verdicts.MAX_DAYS_OF_YEARS} days",
    "DAYS_STALE": lambda: f"{verdicts.DAYS_STALE} days",
    "LEAST_EVEN_OF_P90": lambda: str(printing.find_least_even(0.9)),
    "VERDICT_RULE": lambda: numbers.VERDICT_RULE,
    "YEARS_OF_ENTRY": lambda: levels.say_years("entry"),
    "DEFINITIONS": _table,
}
"""Other texts that are computed from definitions, by the name that a marker uses."""


def words_of(name: str) -> str:
    """Return the words for a marker's name; raise `KeyError` for an unknown name."""
    if name in OTHERS:
        return OTHERS[name]()
    head, _, attribute = name.partition(".")
    one = {**DEFINITIONS, **RULES}[head]
    return str(getattr(one, attribute) if attribute else one)


def fill_words(path: Path, text: str) -> str:
    """Return the page's text with current words between its markers. Only our guides have no space before "%"."""

    def fill(match: re.Match[str]) -> str:
        words = words_of(match["name"])
        words = words if path in GUIDES else re.sub(r"(?<=\d)%", " %", words)
        return f"<!-- is: {match['name']} -->{words}<!-- /is -->"

    return MARKER.sub(fill, text)


if __name__ == "__main__":
    for page in PAGES:
        page.write_text(fill_words(page, page.read_text(encoding="utf-8")), encoding="utf-8")
