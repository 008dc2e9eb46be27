"""A small market with a bit of everything, its site, and a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.builders import share_row
from tests.reports.conftest import make_cell, put_rows
from tests.reports.release.conftest import DAY, SURE, publish_day, release
from tests.reports.site.browser import CHROMIUM, NO_CHROMIUM, Reader, launch, read, serve, write_site
from transforms.text.lookups import taxonomy
from warehouse import database, tables

N_SKILLS = 45
EUROS, PRICE = 0.8, 0.7
"""Euros per dollar in the offers from Germany, and the price level there relative to the United States."""


def _quantiles(median: float, *, per_dollar: float = 1.0) -> dict[str, Any]:
    """Return the parts of pay around a median in dollars, each with its interval, in another currency."""
    parts = {"band_low": 0.8, "p25": 0.9, "p50": 1.0, "p75": 1.1, "band_high": 1.3}
    ends = {"": 1.0, "_lo": 0.97, "_hi": 1.03}
    return {
        f"{part}{end}": round(median * of * by * per_dollar) for part, of in parts.items() for end, by in ends.items()
    }


def _of_panel(median: float) -> dict[str, Any]:
    """Columns of the boards drawn at random."""
    return {
        "n_panel_jobs": 40, "n_panel_employers": 28, "p50_of_panel": median, "p50_of_panel_lo": 0.9 * median,
        "p50_of_panel_hi": 1.1 * median,
    }  # fmt: skip


def _country(region: str, median: float, **changes: Any) -> dict[str, Any]:
    return make_cell(region_level="country", region=region, **_quantiles(median), n_jobs=73, n_employers=55) | changes


def _cells() -> list[dict[str, Any]]:
    unknown = {f"{part}{end}": None for part in ("band_low", "p25", "p75", "band_high") for end in ("", "_lo", "_hi")}
    others = {"basis": "advertised_third_party", "n_employers": None, "status": "low", "reason": "employers unknown"}
    few_employers = {
        "status": "suppressed",
        "reason": "not enough employers (9; 15 needed)",
        "form": None,
        "p50": None,
        "p50_lo": None,
        "p50_hi": None,
    }
    return [
        _country("US", 195_000, **_of_panel(180_000)),
        _country("US", 200_000, seniority_group="all", status="low", reason="one employer has many", n_jobs=125),
        _country("US", 190_000, role="machine_learning_engineer", n_jobs=61),
        _country("US", 0, seniority_group="entry", n_jobs=12, n_employers=9) | unknown | few_employers,
        _country("US", 150_000, seniority_group="mid", n_jobs=794) | others,
        _country("DE", 90_000, n_jobs=41, n_employers=30, **_of_panel(85_000) | {"p50_of_panel_hi": 140_000}),
        _country("DE", 90_000, currency="EUR", **_of_panel(68_000)) | _quantiles(90_000, per_dollar=EUROS),
        _country("GB", 100_000) | others,
        _country("IN", 9_000),
    ]  # fmt: skip


def _shares() -> list[dict[str, Any]]:
    """45 skills of all kinds, some of them for the United States."""
    rows = []
    for number, skill in enumerate(taxonomy()[:: len(taxonomy()) // N_SKILLS][:N_SKILLS]):
        share = 0.6 - 0.012 * number
        shares = {
            "skill_asked": share,
            "skill_required": 0.7 * share,
            "skill_preferred": 0.2 * share,
            "skill_duty": 0.1 * share,
        }
        for measure, part in shares.items():
            usual = SURE | {"share": part, "share_lo": 0.9 * part, "share_hi": 1.1 * part, "category": skill.category}
            if number % 7 == 3 and measure == "skill_asked":
                usual |= {"form": "interval", "status": "low", "reason": "one employer has many"}
            yes = round(100 * part)
            rows.append(share_row(DAY, measure, skill.skill, 100, yes, **usual))
            if number % 2:
                where = {"region_level": "country", "region": "US"}
                rows.append(share_row(DAY, measure, skill.skill, 100, yes, **usual, **where))
    return [row for row in rows if row["item"] not in ("Python", "Rust") or row["region"] == "US"]


@pytest.fixture(scope="session")
def market(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the data folder of the small market."""
    folder = tmp_path_factory.mktemp("market")
    with database.open_work(folder) as con:
        for years, price in ((1, PRICE), (2, PRICE - 0.01)):
            level = {"year": DAY.year - years, "country": "DE", "indicator": "ppp", "value": price}
            put_rows(con, tables.PriceLevels, level)
        for country, money in (("USA", "USD"), ("DEU", "EUR"), ("IND", "INR")):
            put_rows(con, tables.Countries, {"country": country[:2], "alpha3": country, "currencies": [money]})
    return publish_day(folder, DAY, cells=_cells(), shares=_shares())


@pytest.fixture(scope="session")
def site(market: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return its site, as a night publishes it."""
    return write_site(market, tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="session")
def released_site(market: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a release of it."""
    folder = tmp_path_factory.mktemp("released_site") / "release"
    release(market, folder)
    return folder


@pytest.fixture(scope="session")
def served(site: Path) -> Iterator[str]:
    """Serve the site on loopback and return its address."""
    with serve(site) as address:
        yield address


@pytest.fixture(scope="module")  # for as long as it runs, nothing else in this process may use asyncio
def browser() -> Iterator[Browser]:
    """Return a Chromium without a window."""
    if CHROMIUM is None:
        pytest.skip(NO_CHROMIUM)
    with launch() as browser:
        yield browser


@pytest.fixture(scope="module")
def window(browser: Browser, site: Path) -> Iterator[Reader]:
    """Return a window on the site's folder. Opening it takes as long as reading two pages."""
    with read(browser, site.as_uri()) as reader:
        yield reader


@pytest.fixture
def reader(window: Reader) -> Iterator[Reader]:
    """Return a reader of the site's folder, and check that nothing went wrong or left the machine."""
    for noted in (window.asked, window.left, window.wrong):
        noted.clear()
    yield window
    assert (window.wrong, window.left) == ([], [])
