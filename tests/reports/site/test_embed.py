"""Copied sentences: what the buttons of a figure's page copy, and how a page of others marks what is out of date."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from reports.guide.markers import scan_tags
from reports.guide.stamps import find_sentences
from reports.release.figure_files import to_json
from tests.reports.site.browser import read, serve

SKILL, PAY = "skill.python.all.ai_engineering", "pay.us.ai_engineering.mid_senior"
SCRIPT = '<script src="embed.js" async></script>'
OTHER = {"prose": {"words": "Three in four ask for Python.", "rule": "prose-00000000"}}


@pytest.fixture
def elsewhere(site: Path, tmp_path: Path) -> Path:
    """A release of two figures and its script, to be changed as a later release would be."""
    (tmp_path / "figures").mkdir()
    for name in (f"figures/{SKILL}.json", f"figures/{PAY}.json", "embed.js"):
        (tmp_path / name).write_bytes((site / name).read_bytes())
    return tmp_path


def described(folder: Path, figure: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / f"figures/{figure}.json").read_text(encoding="utf-8"))
    return content


def change(folder: Path, figure: str, **fields: Any) -> None:
    path = folder / f"figures/{figure}.json"
    path.write_bytes(to_json(described(folder, figure) | fields))


@pytest.mark.parametrize("name", ["HTML", "Markdown", "SVG", "plain text", "a web page"])
def test_a_button_copies_the_sentence_with_its_stamp(browser: Browser, served: str, site: Path, name: str) -> None:
    with read(browser, served, permissions=("clipboard-read", "clipboard-write")) as reader:
        page = reader.open(f"f/{SKILL}.html")
        page.get_by_role("button", name=f"Copy “prose” for {name}").click()
        expect(page.get_by_role("status").last).to_have_text("Copied")
        text = page.evaluate("navigator.clipboard.readText()")
    said = described(site, SKILL)["sentences"]["prose"]
    (found,) = find_sentences(scan_tags(text.encode(), is_html=name in ("HTML", "SVG", "a web page")))
    assert (found.text, found.stamp.figure, found.stamp.rule) == (said["words"], SKILL, said["rule"])
    assert (f'src="{served}/embed.js"' in text) == (name == "a web page"), "an address that works elsewhere"


@pytest.mark.parametrize(
    ("fields", "state", "note"),
    [
        ({}, "holds", ""),
        ({"sentences": OTHER, "value": "75%"}, "no longer holds", "Three in four"),
        ({"sentences": OTHER}, "holds", ""),  # the same value in a new house style
        ({"sentences": {}, "reason": "not enough employers"}, "stale", "withheld: not enough employers"),
        ({"verify_by": "2020-01-01"}, "stale", "was to be checked by 2020-01-01"),
    ],
)
def test_a_page_of_others_marks_what_is_out_of_date(
    browser: Browser, elsewhere: Path, fields: dict[str, Any], state: str, note: str
) -> None:
    copies = {}
    for figure in (SKILL, PAY):
        file = described(elsewhere, figure)
        said = file["sentences"]["prose"]
        stamp = f"{figure} {said['rule']} {file['as_of']}"
        copies[figure] = f'<p><span data-sentence="{stamp}">{said["words"]}</span>{SCRIPT}</p>'
    (elsewhere / "page.html").write_text(f"<!doctype html><meta charset=utf-8>{''.join(copies.values())}", "utf-8")
    change(elsewhere, SKILL, **fields)
    with serve(elsewhere) as address, read(browser, address) as reader:
        page = reader.open("page.html")
        sentences, notes = page.locator("[data-sentence]"), page.get_by_role("note")
        expect(sentences.nth(0)).to_have_attribute("data-state", state)
        expect(sentences.nth(1)).to_have_attribute("data-state", "holds")
        assert notes.count() == (state != "holds")
        if note:
            expect(notes).to_contain_text("Out of date since")
            expect(notes).to_contain_text(note)
        assert (reader.wrong, reader.left) == ([], [])


def test_without_the_release_a_sentence_stays_as_it_is(browser: Browser, elsewhere: Path) -> None:
    (elsewhere / f"figures/{SKILL}.json").unlink()
    stamp = f"{SKILL} prose-00000000 2026-01-01"
    body = f'<span data-sentence="{stamp}">Words.</span>{SCRIPT}'
    (elsewhere / "page.html").write_text(body, "utf-8")
    with serve(elsewhere) as address, read(browser, address) as reader:
        page = reader.open("page.html")
        expect(page.locator("[data-sentence]")).to_have_attribute("data-state", "asked")
        page.wait_for_load_state("networkidle")
        assert page.get_by_role("note").count() == 0
