"""Pay that people report, in words."""

from __future__ import annotations

from typing import Any

from reports.figures.verdicts import judge_reports
from reports.wording.reported import OF_CELL, REPORTED, SELF_SELECTED


def row(**fields: Any) -> dict[str, Any]:
    usual = {
        "cell": ["survey", "AR", "all", "all"], "country_name": "Argentina", "survey": "Survey", "year": 2026,
        "reported_on": "2026-01-15", "pay_market": "all", "experience": "all", "currency": "USD", "n_persons": 91,
        "n_employers": None, "n_flagged": 2, "n_no_rate": 0, "p25": 25_563.0, "p25_lo": 2e4, "p25_hi": 3e4,
        "p50": 36_721.0, "p50_lo": 31_347.0, "p50_hi": 40_263.0, "p75": 47_617.0, "p75_lo": 4e4, "p75_hi": 5e4,
        "form": "point", "status": "low", "reason": "chose", "n_dollars": 23, "dollars_share": 0.2527,
        "n_foreign": 0, "n_data_scientists": 79, "n_without_role": 0, "country": "AR", "role_group": "ai_core",
        "role": "all", "restriction": None, "stated_currency": "ARS",
        "dollars_share_lo": 0.168, "dollars_share_hi": 0.355, "local_currency": "ARS", "local_n": 54,
        "local_p50": 52_811_291.0, "local_p50_lo": 45.5e6, "local_p50_hi": 61.75e6,
    }  # fmt: skip
    return usual | fields


NOTHING = dict.fromkeys(("p50", "p50_lo", "p50_hi", "p25", "p75", "local_p50", "dollars_share", "form"))
HELD = {"status": "suppressed", "reason": "not enough data (n = 12; 30 needed)", "n_persons": 12, **NOTHING}


def test_a_median_stands_with_its_interval_its_n_and_its_survey() -> None:
    rows = [row(), row(country_name="Finland", n_no_rate=1, **HELD)]
    table = REPORTED.table
    assert table is not None
    result = table(rows)
    assert dict(zip(result.columns, result.rows[0], strict=True)) == {
        "Who": "Argentina", "Who answered": "data scientists (79 of 91) and AI specialists",
        "Median": "37K", "Its 95% interval": "31K–40K", "Middle half": "26K–48K",
        "Median in local money": "ARS 52.8M (n = 54)", "Paid in dollars alone": "25% (17–36%)", "Persons": "91",
        "Survey": "Survey, 2026",
    }  # fmt: skip
    assert result.below == (
        "Withheld, fewer than 30 persons: Finland (n = 12).",
        "Left out: 4 persons whose amount cannot be right, 1 person for want of an exchange rate.",
    )
    assert SELF_SELECTED in result.key


def test_money_and_experience_are_said_where_rows_differ_in_them() -> None:
    rows = [
        row(pay_market="local"),
        row(pay_market="cross_border", p50_lo=2e4, p50_hi=5e4, local_p50=None, dollars_share=None),
        row(experience="5-7"),
    ]
    assert REPORTED.text(rows) == (
        "survey respondents report these yearly medians: Argentina, paid in the country's own money USD 37K (31K–40K, "
        "n = 91); Argentina, paid in dollars alone between USD 20K and 50K (95% interval) (n = 91); "
        "Argentina, 5-7 years of experience USD 37K (31K–40K, n = 91) (low confidence)"
    )


def test_countries_stand_side_by_side_each_with_who_answered_its_money_wave_and_terms() -> None:
    rows = [
        row(source="a", pay_market="local", survey="Survey A", restriction="not for commercial use"),
        row(source="b", country="BR", survey="Survey B", role_group="ai_engineering", n_data_scientists=0,
            stated_currency="BRL", n_persons=58, restriction="not for publication: no licence found"),
        row(source="c", country="CO", survey="Survey C", n_without_role=40, pay_market="cross_border", n_foreign=40,
            n_persons=40),
        row(source="c", country="CO", **HELD),
    ]  # fmt: skip
    assert OF_CELL.text(rows) == (
        "medians a year, each of those who chose to answer a survey: USD 37K in Argentina (data scientists [79 of 91] "
        "and AI specialists paid in Argentine pesos; 31K–40K; n = 91; Survey A, January 2026; not for commercial use); "
        "USD 37K in Brazil (machine learning and AI engineers who stated pay in Brazilian reals; 31K–40K; n = 58; "
        "Survey B, January 2026; not for publication: no licence found); USD 37K in Colombia (developers of all kinds "
        "paid in foreign money; 31K–40K; n = 40; Survey C, January 2026)"
    )


def test_a_note_names_days_and_who_is_paid_in_dollars_and_that_people_chose_to_answer() -> None:
    assert REPORTED.note([row()]) == [
        "Survey, edition of 2026, amounts as of 15 January 2026",
        "paid in dollars alone: Argentina 25% (17–36%)",
        SELF_SELECTED.rstrip("."),
    ]


def test_rows_are_printed_as_low_or_withheld_for_too_few() -> None:
    verdict = judge_reports([row(), row(**HELD)])
    assert (verdict.status, verdict.reason, verdict.n_jobs) == ("low", "chose", 91)
    refusal = judge_reports([row(**HELD)])
    assert (refusal.status, refusal.reason) == ("suppressed", "not enough data (n = 12; 30 needed)")
    assert judge_reports([]).status == "suppressed"
