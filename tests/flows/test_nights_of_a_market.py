"""Whole nights of a made market: what guide, page and release print of it, when, and what waits for review.

The quick tests run five nights of a small market; `make long` runs thirty, and each thing that may happen to a market
apart. Every night is the pipeline's own: archive, refine, load, marts, ledger, vintages, guide and page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from reports.figures import vintages
from tests.made_nights import market
from tests.made_nights.folder import Nights
from tests.made_nights.market import World
from warehouse.mart_tables import Figures

if TYPE_CHECKING:
    from tests.flows.conftest import Ended

Command = Callable[..., "Ended"]
JULY, AUGUST = date(2026, 7, 1), date(2026, 8, 1)
NORTH = "pay.northern_america.ai_engineering.mid_senior"
US = "pay.us.ai_engineering.mid_senior"
JUMP = World(doubled=1 / 3)
"""Pay of every third employer is read twice as high."""


def printed(rows: Mapping[str, Figures]) -> dict[str, object]:
    """All that is said of each figure."""
    return {name: (row.value, row.value_json, row.n_jobs, row.as_of, row.reason) for name, row in rows.items()}


def first_values(before: Mapping[str, Figures], after: Mapping[str, Figures]) -> set[str]:
    """Figures that have a value now and had none."""
    return {name for name, row in after.items() if row.value is not None and before[name].value is None}


def lines_apart(before: str, after: str) -> list[str]:
    """The lines of a text that another lacks."""
    known = set(before.splitlines())
    return [line for line in after.splitlines() if line not in known]


# --- five nights ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Nights:
    """Three nights of noise: two at the first of a month or of all, and one after it."""
    made = Nights(tmp_path_factory.mktemp("nights") / "data", 12)
    made.run(market.FIRST)
    made.run(JULY)
    return made


def test_noise_changes_nothing_printed_until_the_month_is_over(nights: Nights) -> None:
    before, texts = nights.published(), nights.texts()
    assert len([row for row in before.values() if row.value is not None]) > 60, "most figures take part"
    nights.run(JULY + timedelta(days=1))
    after, ledger = nights.published(), nights.ledger()
    new = first_values(before, after)
    assert printed(ledger) != printed(after), "the ledger says another thing every night"
    left = {name for name, said in printed(after).items() if said != printed(before)[name]} - new
    assert left == set()
    if not new:
        assert nights.texts() == texts


def test_a_jump_waits_with_its_reason_and_is_shown_nowhere(nights: Nights, plain: Command) -> None:
    before = nights.published()
    nights.run(AUGUST, JUMP)
    waiting, after, texts = nights.waiting(), nights.published(), nights.texts()
    assert {NORTH, US} <= waiting.keys()
    assert "adverts of both days pay" in waiting[NORTH].why or "standard errors" in waiting[NORTH].why
    for name in waiting:
        if before[name].value is not None:
            assert after[name].bare_value == before[name].bare_value, name
            assert after[name].value_json == before[name].value_json, name
            assert "under review since 1 August 2026" in (after[name].value or ""), name
    assert all(f"{before[US].bare_value}" in text for text in texts.values())
    assert all("under review since 1 August 2026" in text for text in texts.values())
    listed = plain(nights.data, "review")
    assert listed.code == 0 and all(
        f"{name}, since 2026-08-01: {one.why}" in listed.out for name, one in waiting.items()
    )
    assert f"published: {before[US].bare_value}" in listed.out


def test_a_person_decides_and_history_lists_it(nights: Nights, plain: Command) -> None:
    offered, stood = nights.waiting(), nights.published()
    assert plain(nights.data, "review", "accept", NORTH, "--reason", "a new pay law").code == 0
    assert plain(nights.data, "review", "reject", US, "--reason", "months read as halves").code == 0
    after, texts = nights.published(), nights.texts()
    assert after[NORTH].value == offered[NORTH].value
    assert after[US].value == stood[US].bare_value, "nothing waits of it any more"
    assert all((after[NORTH].bare_value or "") in text for text in texts.values())
    assert NORTH not in nights.waiting() and US not in nights.waiting()
    shown = plain(nights.data, "review", "show", NORTH)
    assert "published on 2026-06-15: first vintage" in shown.out and "said: a new pay law" in shown.out
    explained = plain(nights.data, "explain", US)
    assert "rejected on 2026-08-01" in explained.out and "months read as halves" in explained.out
    assert plain(nights.data, "review", "accept", US, "--reason", "again").code != 0, "it does not wait"


def test_later_nights_keep_what_was_decided_and_what_waits_too_long_is_stale(nights: Nights, plain: Command) -> None:
    before, waited = nights.published(), nights.waiting()
    assert waited, "something else waits"
    nights.run(AUGUST + timedelta(days=vintages.MAX_DAYS_WAITING + 1), JUMP)
    after, waiting = nights.published(), nights.waiting()
    assert US not in waiting and after[US].bare_value == before[US].bare_value, "what was refused is not offered again"
    assert after[NORTH].value == before[NORTH].value
    late = [name for name in waited if name in waiting and after[name].value is not None]
    assert late and all(after[name].status == "stale" for name in late)
    assert all("not reviewed since 1 August 2026" in (after[name].reason or "") for name in late)
    corrected = plain(nights.data, "review", "correct", US, "--reason", "the old figure counted contracts")
    assert corrected.code == 0 and nights.published()[US].bare_value == nights.ledger()[US].bare_value
    assert "erratum: the old figure counted contracts" in plain(nights.data, "review", "show", US).out
