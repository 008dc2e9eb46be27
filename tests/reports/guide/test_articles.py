"""Whether the sentences of an article still hold after values, the house style or the article have changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import duckdb
import pytest

from reports.guide import desk, stamps
from reports.guide.articles import BROKEN, HOLDS, STALE, Watched, judge, register
from reports.guide.markers import GuideError
from reports.guide.stamps import find_sentences
from reports.wording import prose, sentences
from tests.builders import share_row
from tests.reports.conftest import make_cell, publish_cells, put_rows
from tests.reports.figures.ledger_builders import AS_OF, NORTH
from warehouse import mart_tables, tables

RUST = "skill.rust.all.ai_engineering"
NEXT = AS_OF + timedelta(days=1)
Publish = Callable[..., None]


@pytest.fixture
def publish(con: duckdb.DuckDBPyConnection) -> Publish:
    """publish(day, share, **pay): the share of Rust and the pay in Northern America, published on a day."""
    put_rows(con, tables.Skills, {"skill": "Rust", "category": "Programming Languages", "aliases": []})

    def put_day(day: date, share: float, **pay: Any) -> None:
        sure: dict[str, Any] = {"status": "published", "reason": None, "n_employers": 30}
        sure |= {"share_lo": share - 0.02, "share_hi": share + 0.02}
        row = share_row(day, "skill_asked", "Rust", 400, round(400 * share), share=share, **sure)
        put_rows(con, mart_tables.Shares, row)
        put_rows(con, mart_tables.SalaryBands, make_cell(as_of=day, **pay))
        publish_cells(con, day)

    return put_day


def copy(con: duckdb.DuckDBPyConnection, figure: str, form: str = "prose") -> str:
    """A sentence as it is copied today."""
    (row,) = desk.read_figures(con, [figure])
    words = sentences.say(row, form, is_sample=False)
    assert words is not None
    return stamps.to_html(words, stamps.stamp_of(row, form, row.as_of))


def add(con: duckdb.DuckDBPyConnection, text: str) -> list[Watched]:
    return register(con, find_sentences(text.encode(), is_html=False))


def test_one_sentence_breaks_between_two_nights_and_the_rewrite_holds(
    con: duckdb.DuckDBPyConnection, publish: Publish
) -> None:
    publish(AS_OF, 0.41)
    watched = add(con, f"{copy(con, RUST)}\n\n{copy(con, RUST, 'number')}\n\n{copy(con, NORTH)}\n")
    assert [one.state for one in judge(con, watched)] == [HOLDS] * 3
    publish(NEXT, 0.33)
    rust, number, pay = judge(con, watched)
    assert (rust.state, number.state, pay.state) == (BROKEN, BROKEN, HOLDS)
    assert (rust.rewrite, number.rewrite) == ("About one in three AI engineering adverts ask for Rust.", "33%")
    assert rust.rewrite is not None and rust.stamp is not None and pay.rewrite is None
    again = add(con, stamps.to_html(rust.rewrite, rust.stamp))
    assert [one.state for one in judge(con, again)] == [HOLDS]


def test_the_value_may_move_as_long_as_its_words_stay(con: duckdb.DuckDBPyConnection, publish: Publish) -> None:
    publish(AS_OF, 0.41)
    watched = add(con, f"{copy(con, RUST)}\n\n{copy(con, RUST, 'number')}\n")
    publish(NEXT, 0.39)
    assert [one.state for one in judge(con, watched)] == [HOLDS, BROKEN], "about two in five, but no longer 41%"


def test_words_of_ones_own_are_about_their_vintage_and_known_words_about_their_value(
    con: duckdb.DuckDBPyConnection, publish: Publish
) -> None:
    publish(AS_OF, 0.41)
    stamp = copy(con, NORTH).partition(">")[0] + ">"
    publish(NEXT, 0.41, band_low=100_000.0, band_low_lo=98_000.0, band_low_hi=102_000.0)
    now = copy(con, NORTH).partition(">")[2].removesuffix("</span>")
    assert "$100,000" in now
    old, new = add(con, f"{stamp}Pay begins at 120 grand</span>\n\n{stamp}{now}</span>")
    assert (old.is_own, new.is_own) == (True, False)
    assert [one.state for one in judge(con, [old, new])] == [BROKEN, HOLDS]
    publish(NEXT + timedelta(days=1), 0.41)
    assert [one.state for one in judge(con, [old, new])] == [HOLDS, BROKEN]


def test_words_of_ones_own_about_a_value_that_is_not_on_record_are_looked_at(
    con: duckdb.DuckDBPyConnection, publish: Publish
) -> None:
    publish(AS_OF, 0.41)
    own = f"{copy(con, RUST).partition('>')[0]}>Two fifths want Rust</span>"
    assert [one.state for one in judge(con, add(con, own))] == [HOLDS]
    publish(NEXT, 0.33)
    (verdict,) = judge(con, add(con, own))
    assert (verdict.state, verdict.why) == (BROKEN, "what was published on 17 August 2026 is not on record")


@pytest.mark.parametrize("share", [0.41, 0.33])
def test_a_new_house_style_breaks_no_sentence(
    con: duckdb.DuckDBPyConnection, publish: Publish, monkeypatch: pytest.MonkeyPatch, share: float
) -> None:
    publish(AS_OF, 0.41)
    watched = add(con, copy(con, RUST))
    publish(NEXT, share)
    style = prose.read_style()
    shares = style.shares.model_copy(update={"about": "roughly {share}"})
    monkeypatch.setattr(prose, "read_style", lambda **_: style.model_copy(update={"shares": shares}))
    (verdict,) = judge(con, watched)
    assert verdict.state == (HOLDS if share == 0.41 else BROKEN)
    assert verdict.rewrite in (None, "Roughly one in three AI engineering adverts ask for Rust.")


def test_a_withheld_value_makes_a_sentence_stale(con: duckdb.DuckDBPyConnection, publish: Publish) -> None:
    publish(AS_OF, 0.41)
    watched = add(con, copy(con, NORTH))
    publish(NEXT, 0.41, status="suppressed", reason="not enough employers (2; 15 needed)")
    (verdict,) = judge(con, watched)
    assert (verdict.state, verdict.rewrite) == (STALE, None) and "not enough employers" in verdict.why


def test_a_value_older_than_it_may_be_makes_a_sentence_stale(con: duckdb.DuckDBPyConnection, publish: Publish) -> None:
    publish(AS_OF, 0.41)
    watched = add(con, f"{copy(con, NORTH)}\n\n{copy(con, 'claim.gdp_2030')}")
    old = "status = 'stale', qualifier = 'read 1 to 17 June 2026', period_to = '2026-06-17', period_from = '2026-06-01'"
    con.execute(f"UPDATE mart.figures SET {old} WHERE figure = ?", [NORTH])
    con.execute("UPDATE mart.figures SET verify_by = as_of - 1 WHERE figure = 'claim.gdp_2030'")
    pay, claim = judge(con, watched)
    assert (pay.state, claim.state) == (STALE, STALE)
    assert pay.rewrite is not None and pay.rewrite.endswith("in the US and Canada (read in June 2026).")
    assert "was to be checked by" in claim.why
    dated = add(con, copy(con, NORTH))
    assert [one.state for one in judge(con, dated)] == [HOLDS], "a sentence that names its month stays true"


def test_an_unknown_figure_is_named_with_sentence_line_and_remedy(
    con: duckdb.DuckDBPyConnection, publish: Publish
) -> None:
    publish(AS_OF, 0.41)
    text = f"{copy(con, RUST)}\n\n{copy(con, RUST).replace('skill.rust', 'skill.rest')}"
    with pytest.raises(GuideError) as caught:
        add(con, text)
    assert "line 3: “About two in five AI engineering adverts ask for Rust.”: " in str(caught.value)
    assert "skill.rest" in str(caught.value) and "copy the sentence again" in str(caught.value)
