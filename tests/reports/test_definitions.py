"""A definition is changed in one place. Every text and number follows, or its object says why not."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reports.definition_words import MARKER, PAGES, fill_words
from tests.reports import definition_probe
from transforms.records.definitions import BAND, say_part, say_percentile

ROOT = Path(__file__).parents[2]
NAMES = list(definition_probe.homes())
SAYS = {
    "BAND": "|".join({BAND.start, BAND.stop, BAND.low_end, BAND.high_end, BAND.ends}),
    "ESSENTIAL": "essential from 25 ?%",
    "COMMON": "common from 10 ?%|is below 10 ?%",
    "OCCASIONAL": "occasional from 3 ?%",
    "MIN_STATED": r"at least 90 ?%\s+of\s+its\s+adverts",
    "n_jobs": r"\b30 (pairs|persons|needed)|(under|below|fewer than) 30\b",
    "n_employers": r"\b15 (employers|needed)",
    "largest": r"at most 50 ?%|no employer above\s+(half|50 ?%)|more than 50 ?%",
}
"""The phrase for a definition, where its own words are too short to search for."""
MEASURED = ("known_truth.md", "scale.md", "SCORECARD.md")
"""Pages with measurements, which stay as measured."""
OTHER_MATTERS = (
    "1–40%", "30–40%", "17–20%", "a claim is due to be verified within 14 days", "in the 365 days to `audited_on`",
    "(just under 60 %)", "That is over 50 points",
)  # fmt: skip
"""Texts with the same number but another meaning, or with a measured example."""


@pytest.fixture(scope="module")
def before() -> dict[str, Any]:
    return definition_probe.collect()


@pytest.fixture(scope="module")
def after() -> dict[str, Any]:
    """Read all texts in a process where every definition has another value."""
    command = [sys.executable, "-m", "tests.reports.definition_probe"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    return dict(json.loads(answer.stdout))


def _find(name: str, words: str, texts: dict[str, str]) -> list[str]:
    """Return the texts with the words of a definition."""
    pattern = SAYS.get(name) or rf"(?<![\d.,]){re.escape(words).replace('%', ' ?%')}(?!\d)"
    found = []
    for page, text in texts.items():
        for hit in re.finditer(pattern, text, re.IGNORECASE) if page not in MEASURED else ():
            around = " ".join(text[max(0, hit.start() - 40) : hit.end() + 40].split())
            if not any(matter in around for matter in OTHER_MATTERS):
                found.append(f"{page}: {around}")
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_text_follows_a_definition(name: str, before: dict[str, Any], after: dict[str, Any]) -> None:
    assert _find(name, before["words"][name], before["texts"]), "nothing says it"
    assert not _find(name, before["words"][name], after["texts"]), "these say what it was"


@pytest.mark.parametrize("name", NAMES)
def test_a_number_follows_a_definition(name: str, before: dict[str, Any], after: dict[str, Any]) -> None:
    assert json.loads(json.dumps(before["numbers"][name])) != after["numbers"][name]


def test_a_wider_band_says_so_and_is_withheld_where_its_ends_cannot_be_known(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    (low, high, *verdicts), (old_low, old_high, *_) = after["numbers"]["BAND"], before["numbers"]["BAND"]
    assert low < old_low and high > old_high
    assert verdicts == ["published", "suppressed", "the employers are too few or too uneven for the ends of a band"]
    for page, words in {
        "legends": "nineteen in twenty adverts start here or above",
        "tools": "Nineteen in twenty adverts start at or above the lower end of a band, and nineteen in twenty stop",
        "dictionary": "p5 of the low ends",
        "methods.md": "p95 of the high ends",
        "glossary.md": "from the 5th percentile of the low ends to the 95th percentile of the high ends",
        "guide.md": "Nineteen in twenty adverts start",
        "analyst.md": "Nineteen in twenty adverts start",
    }.items():
        assert words in after["texts"][page], page


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_pages_say_what_definitions_say(path: Path) -> None:
    page = path.read_text(encoding="utf-8")
    assert fill_words(path, page) == page, f"{path.name} is stale; run `make generated`"
    assert page.count("<!-- is: ") == page.count("<!-- /is -->") == len(MARKER.findall(page)), "a marker is broken"
    assert not re.search(r"^ *(?:[-*] |\d+\. )?<!-- is: (?!DEFINITIONS)", page, re.M), (
        "Markdown takes such a line as HTML"
    )


@pytest.mark.parametrize(
    ("part", "words"),
    [(0.75, "three in four"), (0.9, "nine in ten"), (0.5, "one in two"), (0.95, "nineteen in twenty"),
     (1 - 0.1, "nine in ten"), (2 / 3, "two in three"), (0.97, "97 in 100"), (0.975, "97.5 in 100")],
)  # fmt: skip
def test_parts_are_said_as_readers_say_them(part: float, words: str) -> None:
    assert say_part(part) == words


def test_percentiles_are_said_by_their_ordinals() -> None:
    levels = (0.01, 0.02, 0.03, 0.1, 0.11, 0.21, 0.25, 0.5, 0.975)
    assert [say_percentile(level).removesuffix(" percentile") for level in levels] == [
        "1st", "2nd", "3rd", "10th", "11th", "21st", "25th", "median", "97.5th",
    ]  # fmt: skip
