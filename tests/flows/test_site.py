"""The site that a night on the sample publishes: its files, and every kind of page in every form in the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser

from tests.reports.site.browser import SCHEMES, WIDTHS, assert_first_views_are_served, page_kinds, read
from tests.reports.site.conftest import browser  # noqa: F401  # a fixture
from tests.reports.site.files import (
    MAX_EXPLORER,
    MAX_FIRST_VIEW,
    find_dead_links,
    find_requests,
    find_words_for_editors,
    weigh,
)

if TYPE_CHECKING:
    from tests.flows.conftest import FinishedRun


def test_the_files_of_the_site(sample: FinishedRun) -> None:
    site = sample.data / "site"
    assert find_dead_links(site) == find_words_for_editors(site) == find_requests(site) == []
    assert weigh(site, "index.html") < MAX_FIRST_VIEW
    assert weigh(site, "pay.html") < MAX_EXPLORER


def test_its_scripts_draw_what_the_server_wrote(sample: FinishedRun, browser: Browser) -> None:  # noqa: F811
    site = sample.data / "site"
    with read(browser, site.as_uri()) as reader:
        assert_first_views_are_served(reader, site)
        assert (reader.wrong, reader.left) == ([], [])


@pytest.mark.long
@pytest.mark.parametrize("scripts", ["run", "missing"])
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_every_kind_of_page_in_every_form(
    sample: FinishedRun,
    browser: Browser,  # noqa: F811
    width: int,
    scheme: str,
    scripts: str,
) -> None:
    site = sample.data / "site"
    with read(browser, site.as_uri(), width=width, scheme=scheme, scripts=scripts) as reader:
        complaints: list[str] = []
        for path in page_kinds(site):
            reader.open(path)
            assert reader.page.locator("script:not([src])").count() == 0, "else a page without scripts would run some"
            reader.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
            complaints += reader.complaints() + [f"{path}: {one}" for one in reader.too_wide()]
        assert complaints == []
        assert (reader.wrong, reader.left) == ([], [])
