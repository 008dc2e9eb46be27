"""The files of a small site and of a release: links, words, requests and bytes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.reports.site.files import (
    MAX_EXPLORER,
    MAX_FIRST_VIEW,
    find_dead_links,
    find_requests,
    find_words_for_editors,
    weigh,
)


def test_every_link_of_a_site_leads_to_a_file_of_it(site: Path) -> None:
    assert find_dead_links(site) == []


def test_every_link_of_a_release_leads_to_a_file_of_it(released_site: Path) -> None:
    assert find_dead_links(released_site) == []


def test_pages_are_written_for_readers(site: Path) -> None:
    assert find_words_for_editors(site) == []


def test_pages_load_nothing_from_elsewhere(site: Path) -> None:
    assert find_requests(site) == []


def test_pages_are_small(site: Path) -> None:
    assert 5_000 < weigh(site, "index.html") < MAX_FIRST_VIEW
    assert 5_000 < weigh(site, "pay.html") < MAX_EXPLORER


@pytest.fixture
def spoilt(site: Path, tmp_path: Path) -> Path:
    """A site with a page that breaks every rule."""
    folder = tmp_path / "spoilt"
    shutil.copytree(site, folder, ignore=shutil.ignore_patterns("figures", "cells"))
    (folder / "archive.html").write_text(
        '<p aria-label="Withheld">Low confidence (n = 3)</p><pre id="query-1">suppressed</pre><a href="gone.html">x</a>'
        '<a href="pay.html#nowhere">x</a><a href="pay.html#place=us">x</a><img src="//tracker.example/pixel.gif">'
    )
    return folder


def test_what_is_wrong_is_found(spoilt: Path) -> None:
    dead = [one for one in find_dead_links(spoilt) if one.startswith("archive")]
    assert dead == ["archive.html: gone.html", "archive.html: pay.html#nowhere"]
    assert len(find_words_for_editors(spoilt)) == 3
    assert find_requests(spoilt) == ["archive.html: //tracker.example/pixel.gif"]
