"""The gate passes good rows, names the fault of bad rows, and distinguishes our own errors from bad data."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.builders import share_row
from transforms.records.columns import fields_of
from transforms.records.rows import ExchangeRate, PayReport, Posting
from warehouse.checks import gate
from warehouse.checks.gate import GateBroken, GateResult, check
from warehouse.mart_tables import SalaryBands, Shares
from warehouse.schema import arrow_table

DAY = date(2026, 3, 1)


def postings(n: int = 3, **columns: Any) -> pd.DataFrame:
    """`n` good rows of flat posting columns, some of which may be replaced."""
    frame = pd.DataFrame(
        {
            f.name: [None] * n
            for f in fields_of(Posting)
            if not f.is_list and f.name not in ("text", "wording_hash", "record_hash")
        }
    )
    frame = frame.assign(
        posting_id=[f"board:{i}" for i in range(n)],
        source="board",
        title="Data Engineer",
        title_key="data engineer",
        role="data_engineer",
        role_group="data",
        seniority="mid",
        seniority_inferred=False,
        text_state="none",
        text_class="none",
        is_drawn=True,
    )
    return frame.assign(**columns)


def judge_rows(frame: pd.DataFrame, cls: type = Posting, **options: Any) -> GateResult:
    return check(frame, cls, gate="load:board/a.warc.gz", run_id="r1", **options)


def test_good_rows_pass_and_every_expectation_is_recorded() -> None:
    result = judge_rows(
        postings(currency=["EUR", None, "BRL"], pay_low=[1.0, np.nan, 0.0], pay_high=[1.0, 5.0, np.nan])
    )
    assert (result.passed, result.failures, result.warnings) == (True, (), ())
    assert len({row.expectation for row in result.checks}) == len(result.checks) > 20
    assert all(row.is_met and row.gate == "load:board/a.warc.gz" and row.run_id == "r1" for row in result.checks)
    assert {row.n_checked for row in result.checks} == {3}
    assert len(arrow_table(type(result.checks[0]), result.checks)) == len(result.checks)


@pytest.mark.parametrize(
    ("wrong", "expectation", "examples"),
    [
        ({"title": ["Data Engineer", None, "x"]}, "expect_column_values_to_not_be_null(title)", [None]),
        ({"role": ["wizard", "other", "other"]}, "expect_column_values_to_be_in_set(role)", ["wizard"]),
        ({"years_min": [-1.0, np.nan, 3.0]}, "expect_column_values_to_be_between(years_min)", [-1.0]),
        ({"years_min": [1.0, 41.0, 3.0]}, "expect_column_values_to_be_between(years_min)", [41.0]),
        ({"currency": ["EURO", "EUR", None]}, "expect_column_values_to_match_regex(currency)", ["EURO"]),
        ({"currency": ["XEUR", "EUR", None]}, "expect_column_values_to_match_regex(currency)", ["XEUR"]),
        ({"currency": ["EUR\n", "EUR", None]}, "expect_column_values_to_match_regex(currency)", ["EUR\n"]),
        ({"title": ["  ", "x", "y"]}, "expect_column_values_to_match_regex(title)", ["  "]),
        ({"posting_id": ["a", "b", "a"]}, "expect_column_values_to_be_unique(posting_id)", ["a", "a"]),
        (
            {"pay_low": [9.0, 1.0, np.nan], "pay_high": [5.0, 1.0, 2.0]},
            "expect_column_pair_values_a_to_be_greater_than_b(pay_high >= pay_low)",
            [[5.0, 9.0]],
        ),
    ],
)
def test_bad_rows_fail_by_the_expectation_they_break(
    wrong: dict[str, Any], expectation: str, examples: list[Any]
) -> None:
    result = judge_rows(postings(**wrong))
    assert not result.passed
    assert result.failures == (expectation,)
    (row,) = (row for row in result.checks if not row.is_met)
    assert (row.expectation, row.n_checked, row.n_unexpected) == (expectation, 3, len(examples))
    assert json.loads(row.examples or "null") == examples


def test_every_broken_expectation_is_named() -> None:
    result = judge_rows(postings(role=["wizard"] * 3, currency=["€"] * 3))
    assert set(result.failures) == {
        "expect_column_values_to_be_in_set(role)",
        "expect_column_values_to_match_regex(currency)",
    }


def test_examples_are_few_and_short() -> None:
    result = judge_rows(postings(50, role="w" * 1000))
    (row,) = (row for row in result.checks if not row.is_met)
    assert row.n_unexpected == 50
    assert json.loads(row.examples or "") == ["w" * gate.MAX_EXAMPLE] * gate.EXAMPLES


def test_no_rows_pass_when_no_number_is_expected() -> None:
    assert judge_rows(postings(0)).passed


def test_keys_of_several_columns_must_differ_in_one() -> None:
    row = {"source": "ecb_rates", "rate_on": DAY, "base": "EUR", "currency": "USD", "rate": 1.1}
    assert judge_rows(pd.DataFrame([row, row | {"currency": "GBP"}]), ExchangeRate).passed
    result = judge_rows(pd.DataFrame([row, row | {"rate": 1.2}]), ExchangeRate)
    assert result.failures == ("expect_compound_columns_to_be_unique(source, rate_on, base, currency)",)


def test_marts_are_judged_by_their_own_declaration() -> None:
    row = share_row(
        DAY, "role", "ai_engineer", 40, 10, n_employers=8, n_employers_yes=3, share=0.25, status="published"
    )
    frame = pd.DataFrame([row])
    assert judge_rows(frame, Shares).passed
    wrong = judge_rows(frame.assign(n_employers_yes=9, share=1.5), Shares)
    assert set(wrong.failures) == {
        "expect_column_pair_values_a_to_be_greater_than_b(n_employers >= n_employers_yes)",
        "expect_column_values_to_be_between(share)",
    }
    empty_band = frame.assign(band_low=pd.array([None], "Int64"))
    with pytest.raises(GateBroken, match="mart:x"):  # not a frame of this mart: columns are missing
        check(empty_band, SalaryBands, gate="mart:x", run_id="r1")


@pytest.mark.parametrize(
    ("frame", "what"),
    [
        (postings().drop(columns="role"), "role"),  # a column is missing
        (postings(years_min=["two", 2, 3]), "years_min"),  # cannot be compared
    ],
)
def test_an_expectation_that_cannot_be_evaluated_is_our_error(frame: pd.DataFrame, what: str) -> None:
    with pytest.raises(GateBroken, match=rf"(?s)load:board/a\.warc\.gz: .*{what}"):
        judge_rows(frame)


def test_one_exploding_expectation_among_good_ones_breaks_the_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    assert judge_rows(postings(currency="EUR")).passed
    exploding = gate.Expectation("explodes", "error('a comparison fails')", shown="1")
    monkeypatch.setattr(gate, "_expectations", lambda _: (gate.Expectation("holds", "false", shown="1"), exploding))
    with pytest.raises(GateBroken, match="a comparison fails"):
        judge_rows(postings(currency="EUR"))


def test_the_frame_is_left_as_it_was() -> None:
    frame = postings(currency=["EUR", "€", None])
    before = frame.copy(deep=True)
    judge_rows(frame)
    pd.testing.assert_frame_equal(frame, before)


def test_pay_reports_have_a_suite_of_their_own() -> None:
    values: dict[str, Any] = {f.name: [None, None] for f in fields_of(PayReport)}
    values |= {"source": ["s"] * 2, "snapshot_on": [DAY] * 2, "row": [1, 2], "basis": ["reported"] * 2}
    values |= {"pair_row": [1, 2], "year": [2025] * 2, "title": ["x"] * 2, "role": ["other"] * 2, "pay": [1.0, 2.0]}
    frame = pd.DataFrame(values | {"role_group": ["other"] * 2, "seniority": ["mid"] * 2, "currency": ["EUR"] * 2})
    assert judge_rows(frame, PayReport).passed
    assert judge_rows(frame.assign(year=1800), PayReport).failures == ("expect_column_values_to_be_between(year)",)


def test_great_expectations_is_imported_late_and_writes_nothing(tmp_path: Path) -> None:
    script = """
import os, sys
from pathlib import Path
os.environ["HOME"] = os.getcwd()
import pandas as pd
from warehouse.checks import gate
from transforms.records.rows import ExchangeRate
assert "great_expectations" not in sys.modules, "imported before a gate is checked"
frame = pd.DataFrame({"source": ["s"], "rate_on": ["2026-01-01"], "base": ["EUR"], "currency": ["USD"], "rate": [1.1]})
assert gate.check(frame, ExchangeRate, gate="g", run_id="r").passed
assert not os.listdir("."), os.listdir(".")
"""
    home = tmp_path / "home"
    home.mkdir()
    result = subprocess.run(
        [sys.executable, "-c", script],
        cwd=home,
        env={"PYTHONPATH": str(Path(gate.__file__).parents[2]), "PATH": "", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stdout) == (0, ""), result.stderr  # no progress bars either
    assert "it/s" not in result.stderr
