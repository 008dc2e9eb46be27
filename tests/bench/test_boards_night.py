"""Nights of a few boards that answer as platforms do, faults among them: all that can be read is read, once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from flows.night import publish
from tests.bench.board_market import MarketNight, is_edited, list_boards
from tests.bench.boards_night import describe, import_boards, night
from tests.flows.conftest import first_page
from warehouse.publish.reader import open_reader

FAULTS = {"busy": 0.15, "broken": 0.15, "cut": 0.15, "slow": 0.15, "moved": 0.15}
N_BOARDS, N_PANEL_BOARDS = 16, 30
"""A list in which every fault is met, and one that is large enough for a panel of half of it."""
SAID = "SELECT posting_id, title, location_text, content_hash FROM core.postings ORDER BY ALL"


def said(data: Path) -> list[tuple[object, ...]]:
    with open_reader(data) as con:
        return [tuple(row) for row in con.execute(SAID).fetchall()]


@pytest.fixture(autouse=True)
def one_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test here looks at the site: its first page is all of it, but on nights in a process of their own."""
    monkeypatch.setattr(publish, "site_files", first_page)


def market_night(number: int, edited_share: float) -> MarketNight:
    return MarketNight(n_boards=N_BOARDS, night=number, edited_share=edited_share, faults=FAULTS)


def test_nights_that_may_ask_half_of_the_boards_rest_on_a_panel(tmp_path: Path) -> None:
    data = tmp_path / "data"
    import_boards(data, N_PANEL_BOARDS)
    market = MarketNight(n_boards=N_PANEL_BOARDS, night=0, edited_share=0.0, faults={})
    nights = [
        night(data, replace(market, night=number), workers=1, budget=50, is_apart=False)
        for number in (0, 3, 7)  # a draw counts once its first week is over
    ]
    assert nights[0].n_in_panel == 0, "half of the boards have not answered"
    assert 0 < nights[-1].n_in_panel < N_PANEL_BOARDS
    assert "panel: in use" in "\n".join(describe("night 8", nights[-1], nights[0]))
    with open_reader(data) as con:
        rows = con.execute("SELECT count(*), min(chance) FROM ops.board_nights GROUP BY run_id").fetchall()
    assert all(n <= N_PANEL_BOARDS / 2 and 0 < chance < 1 for n, chance in rows)


def test_nights_of_boards_that_answer_badly(tmp_path: Path) -> None:
    live = [one for one in list_boards(N_BOARDS, FAULTS) if not one.is_dead]
    assert {one.fault for one in live} == {*FAULTS, None}, "every fault is met"
    data = tmp_path / "data"
    import_boards(data, N_BOARDS)
    first = night(data, market_night(0, 0.0), workers=1)
    assert first.n_adverts == sum(one.n_adverts for one in live)
    assert first.pace_seconds > 0 and first.memory > 0
    before = said(data)

    second = night(data, market_night(1, 0.0), workers=1, is_apart=False)
    n_answering = sum(one.n_adverts > 0 for one in live)
    assert second.n_unchanged >= n_answering and second.n_adverts == first.n_adverts
    assert said(data) == before, "304, and the same content in another order of keys, say nothing new"
    growth = {place: second.bytes_of[place] / first.bytes_of[place] - 1 for place in ("archive", "record")}
    assert growth["archive"] < 0.1
    record = data / "archive" / "published"
    closings = sum(
        (record / name).stat().st_size for name in ("closing_rates-000001.parquet", "vintages-000002.parquet")
    )
    growth["record"] -= closings / first.bytes_of["record"]  # rates need a second reading, so that these are the first
    assert growth["record"] < 0.3, "of what was published, figures alone, whose days are new each night"

    night(data, market_night(2, 0.1), workers=1, is_apart=False)
    n_edited = sum(is_edited(one.board, number, 0.1) for one in live for number in range(one.n_adverts))
    n_changed = len(set(said(data)) - set(before))
    assert 0 < n_changed <= n_edited, "an advert that was given the place it had is not changed"
