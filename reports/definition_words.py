"""Pages that say what definitions say: their words stand between markers, and are written again from the definitions.

A marker names a definition, or a property of one: `<!-- is: BAND.start -->three in four<!-- /is -->`.

Run `python -m reports.definition_words` (`make generated`) after changing a definition.
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
GUIDE = ROOT / "reports" / "guide.md"
PAGES = (ROOT / "README.md", GUIDE, *sorted((ROOT / "docs").glob("*.md")))
MARKER = re.compile(r"<!-- is: (?P<name>[\w.]+) -->(?P<words>.*?)<!-- /is -->", re.DOTALL)
DEFINITIONS: Mapping[str, Definition | Band] = {
    name: one for name, one in vars(definitions).items() if isinstance(one, Definition | Band)
}
RULES: Mapping[str, Rule] = {rule.column: rule for rule in printing.RULES} | {
    f"closings_{rule.column}": rule for rule in closings.CLOSING_RULES
}
"""Rules of printing by their columns."""


def _table() -> str:
    """All definitions, a row for each."""
    rows = (f"| {one.name} | {_number(one)} | {_why(one)} |" for one in DEFINITIONS.values())
    return "\n".join(("", "", "| what | number | why |", "|---|---|---|", *rows, "", ""))


def _number(one: Definition | Band) -> str:
    return one.ends if isinstance(one, Band) else str(one)


def _why(one: Definition | Band) -> str:
    return one.why + (f"; what does not follow it: {one.fixed_because}" if one.fixed_because else "")


OTHERS = {
    "MAX_AGE_DAYS_OF_YEARS": lambda: f"{verdicts.MAX_AGE_DAYS_OF_YEARS} days",
    "MAX_DAYS_OF_YEARS": lambda: f"{verdicts.MAX_DAYS_OF_YEARS} days",
    "EVEN": printing.say_even,
    "LEAST_EVEN_OF_P90": lambda: str(printing.find_least_even(0.9)),
    "VERDICT_RULE": lambda: numbers.VERDICT_RULE,
    "YEARS_OF_ENTRY": lambda: levels.say_years("entry"),
    "DEFINITIONS": _table,
}
"""Texts that are computed from definitions, by the name that markers use."""


def words_of(name: str) -> str:
    """The words for a marker's name: a definition, a property of one, or an entry of `OTHERS`. Raises `KeyError`."""
    head, _, attribute = name.partition(".")
    if name in OTHERS:
        return OTHERS[name]()
    one = {**DEFINITIONS, **RULES}[head]
    return str(getattr(one, attribute) if attribute else one)


def fill_words(path: Path, text: str) -> str:
    """A page with the words of today between its markers; docs set "%" apart, the guide does not."""

    def fill(match: re.Match[str]) -> str:
        words = words_of(match["name"])
        words = words if path == GUIDE else re.sub(r"(?<=\d)%", " %", words)
        return f"<!-- is: {match['name']} -->{words}<!-- /is -->"

    return MARKER.sub(fill, text)


def main() -> None:
    """Write all pages again."""
    for path in PAGES:
        text = path.read_text(encoding="utf-8")
        path.write_text(fill_words(path, text), encoding="utf-8")


if __name__ == "__main__":
    main()
