"""How many requests a source may send, and how far apart: what settings may change, and what they may not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from extractors.source import all_sources
from flows.runtime.limits import check_limits, describe_limits, limit
from flows.runtime.settings import Settings
from flows.terminal.errors import WrongUsage

SOURCES = {name: module.SOURCE for name, module in all_sources().items()}


def config(**options: Any) -> Settings:
    return Settings(data=Path("data"), origins={name: f"jobmarket.toml:{name}" for name in options}, **options)


def test_without_settings_a_source_has_its_own_limits() -> None:
    assert all(limit(source, config()) == source for source in SOURCES.values())
    assert list(describe_limits(config())) == []


def test_settings_raise_and_lower_the_budget_of_boards() -> None:
    settings = config(board_requests=12_000, requests={"workable": 2_000, "paylocity": 20_000})
    budgets = {name: limit(source, settings).most_requests for name, source in SOURCES.items()}
    assert (budgets["greenhouse"], budgets["workable"], budgets["paylocity"]) == (12_000, 2_000, 20_000)
    assert budgets["adzuna"] == SOURCES["adzuna"].most_requests, "it has no boards"


def test_a_longer_pause_is_taken() -> None:
    assert limit(SOURCES["greenhouse"], config(pause={"greenhouse": 2.0})).pause == 2
    check_limits(config(pause={"greenhouse": SOURCES["greenhouse"].pause}))


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (
            {"pause": {"workable": 2.0}},
            r"^jobmarket.toml:pause: limits.pause.workable = 2: the source asks for at least 5 ",
        ),
        (
            {"requests": {"rippling": 5_000}},
            r"^jobmarket.toml:requests: limits.requests.rippling = 5000: at most 3,600, 6 s apart, 5,000 take 8.3",
        ),
        (
            {"requests": {"paylocity": 12_000}, "pause": {"paylocity": 2.0}},
            "limits.requests.paylocity = 12000: at most 10,800, 2 s apart, 12,000 take 6.7 hours, and it has 6.0",
        ),
        ({"requests": {"adzuna": 1_000}}, "limits.requests.adzuna = 1000: at most 80, as the source declares"),
        ({"requests": {"greenhuose": 10}}, "^jobmarket.toml:requests: unknown source greenhuose; did you mean green"),
        ({"pause": {"nobody": 10.0}}, "^jobmarket.toml:pause: unknown source nobody"),
    ],
)
def test_what_makes_no_sense_is_refused(options: dict[str, Any], why: str) -> None:
    with pytest.raises(WrongUsage, match=why):
        check_limits(config(**options))


def test_it_is_said_what_limits_come_to() -> None:
    settings = config(board_requests=10_000, requests={"adzuna": 40}, pause={"adzuna": 9.0})
    lines = list(describe_limits(settings))
    assert "greenhouse: 10,000 requests a night, 1 s apart: 2.8 hours" in lines
    assert "rippling: 10,000 requests a night, 6 s apart; 3,600 of them in the 6.0 hours that it has" in lines
    assert "adzuna: 40 requests a night, 9 s apart: 0.1 hours" in lines
    assert len(lines) == 1 + sum(bool(source.boards) for source in SOURCES.values())
