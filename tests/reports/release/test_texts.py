"""Texts of a release with little data, and with many changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import feedparser
import pytest

from reports.release import changes, quality
from reports.release.published import PublishedDay, read_published
from warehouse.database import open_work
from warehouse.publish.market import publish
from warehouse.publish.release_tables import open_published_file

Made = Callable[..., Path]


@pytest.fixture
def day(published: Path) -> PublishedDay:
    with open_published_file(published) as con:
        return read_published(con, base_url="https://example.org/?a=1&b=2")


def test_the_quality_report_of_a_market_of_which_nothing_was_read(
    published: Path, day: PublishedDay, made_once: Made
) -> None:
    def make(folder: Path) -> None:
        (folder / "work.duckdb").write_bytes((published / "work.duckdb").read_bytes())
        with open_work(folder) as con:
            con.execute("DELETE FROM mart.frame_coverage_history")
            con.execute("DELETE FROM published.frame_coverage")
            publish(con, folder / "market.duckdb")

    with open_published_file(made_once("published-without-frame", make)) as con:
        nothing = replace(day, figures=(), left_out={}, base_url="")
        text = quality.report(con, nothing, "2026-08-17", []).decode()
    assert "; write to whoever gave you this copy.\n" in text
    assert "By kind of source: none yet.\n" in text and "Calendar: 2026-08-17 (the first).\n" in text
    assert "of the frame nothing was read yet. " in text and "a person: none on record.\n" in text
    assert "On the day of the release nothing was read. Punctuality: no release was due.\n" in text
    assert text.endswith("**19. Comment.** None.\n")


def test_a_feed_names_so_many_figures_and_counts_the_others(day: PublishedDay) -> None:
    figures = [
        {"id": f"a.{n}", "title": "A & 'B' <x>", "what": "changed", "before": "1", "after": None} for n in range(202)
    ]
    figures[0] |= {"what": "corrected", "reason": "<counted twice>"}
    head: dict[str, Any] = {"as_of": date(2026, 9, 21), "previous": {"release": "before"}}
    releases = [
        head | {"release": "many", "changes": {"figures": figures, "rows": [], "schema": ["shares.n: new"]}},
        head | {"release": "none", "changes": {"figures": []}},
    ]
    texts = dict([*changes.write_feed(day, releases), *changes.write_changes(releases[0], day)])
    feed = feedparser.parse(texts["feed.atom"])
    first, *of_figures, last = feed.entries
    assert not feed.bozo and first.title == "Release many: 1 erratum, 201 figures changed"
    assert "2 more stand in CHANGES.md" in first.content[0].value
    assert len(of_figures) == changes.MAX_FIGURES == len({entry.id for entry in of_figures})
    assert of_figures[0].content[0].value.endswith("Erratum: <counted twice>")
    assert of_figures[1].title_detail.value == "A & 'B' <x>" and of_figures[1].content[0].value == "1 → withheld"
    assert of_figures[1].link == "https://example.org/f/a.1.html"
    assert (last.title, last.content[0].value) == ("Release none: 0 figures changed", "No figure changed.")
    assert (
        "- `shares.n: new`\n" in texts["CHANGES.md"].decode() and "## Rows\n\nNone.\n" in texts["CHANGES.md"].decode()
    )


def test_a_site_without_releases_has_a_feed_of_what_its_nights_published(published_next: Path) -> None:
    with open_published_file(published_next) as con:
        day = read_published(con)
    feed = feedparser.parse(dict(changes.write_feed(day))["feed.atom"])
    moves = changes.list_moves(day.figures, day.vintages)
    assert not feed.bozo and len(feed.entries) == len(moves) > 0
    entry = next(one for one in feed.entries if one.link == "f/skill.python.all.ai_engineering.html")
    assert "70%" in entry.content[0].value and "→ 50%" in entry.content[0].value
    assert entry.updated == "2026-09-21T00:00:00Z"
