"""SOURCES.md says the same of every source: where it is asked, under which terms, in which words, with which key."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace

import pytest

from extractors import source_list
from extractors.source import all_sources
from extractors.source_list import NO_WORDS, sources_markdown
from extractors.sources.declaration import Source

SOURCES = {name: module.SOURCE for name, module in all_sources().items()}
LABELS = ("Endpoints", "Access", "Licence or terms", "Terms", "Gives", "Attribution", "Checked against a real answer")
QUOTATION = re.compile(r'Deciding words: "(?P<words>.+?)"(?= Boards left alone: |\Z)')

Show = Callable[[Source], dict[str, str]]


def parts_of(markdown: str) -> dict[str, dict[str, str]]:
    """What each section says, by source and label."""
    sections = re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", markdown, re.MULTILINE | re.DOTALL)
    return {name: dict(re.findall(r"^- ([^:\n]+): (.+)$", section, re.MULTILINE)) for name, section in sections}


SAID = parts_of(sources_markdown())


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch) -> Show:
    """The section of one source that is declared so."""

    def shown(source: Source) -> dict[str, str]:
        monkeypatch.setattr(source_list, "all_sources", lambda: {source.name: SimpleNamespace(SOURCE=source)})
        return parts_of(sources_markdown())[source.name]

    return shown


@pytest.mark.parametrize("name", SOURCES)
def test_a_section_says_everything(name: str) -> None:
    assert [label for label in SAID[name] if label in LABELS] == list(LABELS)
    assert all(SAID[name][label].strip(" .") for label in LABELS)
    assert re.search(r"last looked for on \d{4}-\d{2}-\d{2}[,;] \w", SAID[name]["Terms"]), "the day, and where"


@pytest.mark.parametrize("name", SOURCES)
def test_a_section_quotes_words_or_says_that_none_were_found(name: str) -> None:
    terms = SAID[name]["Terms"]
    match = QUOTATION.search(terms)
    assert (match is None) == (NO_WORDS in terms), "one of both"
    assert (match["words"] if match else None) == SOURCES[name].quotation


@pytest.mark.parametrize("name", SOURCES)
def test_a_quotation_is_words_as_they_stand(name: str) -> None:
    quotation = SOURCES[name].quotation
    assert quotation is None or (len(quotation) > 10 and quotation == " ".join(quotation.split()))
    assert quotation is None or not quotation.startswith(('"', "“", "«")), "the marks are set when it is shown"


def test_no_terms_and_no_words_are_said_apart(show: Show) -> None:
    silent = replace(SOURCES["ecb_rates"], terms_url=None, quotation=None)
    assert show(silent)["Terms"].startswith("none for third parties found; ")
    assert show(silent)["Terms"].endswith(NO_WORDS)
    with_url = show(replace(silent, terms_url="https://terms.example/"))["Terms"]
    assert with_url.startswith("https://terms.example/; ") and with_url.endswith(NO_WORDS)
    notice = show(replace(silent, quotation="User-agent: * / Disallow: /old/"))["Terms"]
    assert notice.startswith("none for third parties found; ")
    assert notice.endswith('Deciding words: "User-agent: * / Disallow: /old/"')


def test_access_says_key_and_pace(show: Show) -> None:
    source = replace(SOURCES["ecb_rates"], most_requests=1_200, pause=2.5)
    pace = "at most 1,200 requests a night, 2.5 s between two to one host."
    assert show(source)["Access"] == f"open; without a key; {pace}"
    with_keys = replace(source, access="key", keys=("JOBMARKET_ONE", "JOBMARKET_TWO"))
    assert show(with_keys)["Access"].endswith(f"; with the key in `JOBMARKET_ONE` and `JOBMARKET_TWO`; {pace}")
    assert show(replace(source, access="file"))["Access"] == "only what a person hands over; nothing is asked."


def test_open_sources_without_a_licence_are_listed_for_the_operator(monkeypatch: pytest.MonkeyPatch) -> None:
    mute = replace(SOURCES["ecb_rates"], licence="None stated: a table", terms_url=None, quotation=None)
    bound = replace(
        SOURCES["ecb_rates"], licence="None found", terms_url="https://terms.example/", quotation="as it is"
    )
    sources = {
        "mute": replace(mute, name="mute"),
        "bound": replace(bound, name="bound", is_republishable=False),
        "asked": replace(mute, name="asked", access="consent"),
        "free": replace(SOURCES["ecb_rates"], name="free"),
    }
    modules = {name: SimpleNamespace(SOURCE=source) for name, source in sources.items()}
    monkeypatch.setattr(source_list, "all_sources", lambda: modules)
    _, _, rest = sources_markdown().partition("## Open sources that state no licence\n")
    rows = [row.strip("|").split(" | ") for row in rest.split("\n## ")[0].splitlines() if row.startswith("| [")]
    whom = f"{mute.title} ({mute.homepage})"
    assert [[cell.strip() for cell in row] for row in rows] == [
        ["[mute](#mute)", "a licence, terms for third parties, any deciding words", "yes", f"ask {whom}"],
        ["[bound](#bound)", "a licence", "no",
         f"ask {whom}, before anything made from it is published; its terms: https://terms.example/"],
    ]  # fmt: skip
