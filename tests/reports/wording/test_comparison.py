"""Kinds of pay side by side, in words."""

from __future__ import annotations

from typing import Any

from reports.wording import comparison

ROW: dict[str, Any] = {
    "place": "United States", "figure": "pay.us.data_scientist.advertised", "role_group": "ai_science",
    "role": "data_scientist", "basis": "advertised", "pay_market": "local", "status": "published", "reason": None,
    "statistic": "median", "nearness": None, "occupation_text": None, "definition": None, "n_jobs": 60,
    "employment": None, "period_to": "2026-08-17", "period": "read 17 August 2026", "currency": "USD",
    "usd": 160_000.0, "usd_lo": 150_000.0, "usd_hi": 175_000.0, "local": 160_000.0, "local_lo": 150_000.0,
    "local_hi": 175_000.0, "ppp": 160_000.0, "ppp_lo": 150_000.0, "ppp_hi": 175_000.0, "price_year": 2024,
}  # fmt: skip
NO_INTERVAL = {f"{name}_{end}": None for name in ("usd", "local", "ppp") for end in ("lo", "hi")}
OFFICIAL = {
    **ROW, **NO_INTERVAL, "basis": "official", "status": "low", "reason": "an office", "nearness": "exactMatch",
    "usd": 112_000.0, "local": 112_000.0, "ppp": None, "period_to": "2024-05-31", "n_jobs": None, "employment": 233_440,
    "occupation_text": "Data Scientists (SOC 2018 15-2051), May 2024: the occupation of the role's name",
    "definition": "gross pay; employees of all levels",
}  # fmt: skip


def test_our_adverts_come_first_and_only_like_is_set_against_them() -> None:
    survey = {**OFFICIAL, "basis": "reported", "nearness": None, "usd": 120_000.0}
    rows = comparison.arrange(
        [
            {**survey, "pay_market": "cross_border"},
            {**OFFICIAL, "statistic": "mean"},
            {**OFFICIAL, "nearness": "broadMatch"},
            OFFICIAL,
            survey,
            ROW,
        ]
    )
    assert [(row["basis"], row["pay_market"]) for row in rows][:3] == [
        ("advertised", "local"), ("reported", "local"), ("reported", "cross_border"),
    ]  # fmt: skip
    assert [row["ratio_to_advertised"] for row in rows] == [None, 0.75, None, None, None, 0.7]


def test_a_row_says_what_sets_it_apart() -> None:
    ours, office = comparison.arrange([ROW, {**OFFICIAL, "statistic": "mean"}])
    assert comparison.explain(ours) == ""
    assert comparison.explain(office) == (
        "a mean, which the highest pay pulls up, and no median; Data Scientists (SOC 2018 15-2051), May 2024: the "
        "occupation of the role's name; 2 years earlier than the newest beside it"
    )
    abroad = {**ours, "pay_market": "cross_border"}
    assert comparison.explain(abroad) == comparison.IN_OTHER_MONEY


def test_a_mean_is_never_called_a_median() -> None:
    mean = {**OFFICIAL, "statistic": "mean"}
    assert comparison.COMPARED.text([mean]) == "mean USD 112K per year"
    assert comparison.COMPARED.text([OFFICIAL]) == "median USD 112K per year"
    wide = {**ROW, "usd_lo": 100_000.0}
    assert comparison.COMPARED.text([wide]) == "median between USD 100K and 175K (95% interval) per year"


def test_the_table_and_what_stands_below_it() -> None:
    rows = comparison.arrange([ROW, OFFICIAL])
    assert comparison.COMPARISON.table is not None
    table = comparison.COMPARISON.table(rows)
    assert table.columns[:4] == ("Country", "Work", "By", "Median, USD per year")
    first, second = (dict(zip(table.columns, cells, strict=True)) for cells in table.rows)
    assert (first["By"], first["95% interval"], first["n"]) == ("adverts we read", "150K–175K", "60 jobs")
    assert (second["n"], second["Of our adverts' median"]) == ("233,440 employees", "70%")
    assert second["Median, USD per year"] == "112K (low confidence)"
    why, offices, far = table.below
    assert why.startswith(
        "Why kinds of source differ. Adverts we read: the middle of the range that open adverts offer"
    )
    assert offices == "What offices count. United States: gross pay; employees of all levels."
    assert far == (
        "More than a quarter apart. United States, data scientists: adverts we read say 1.4 times what official "
        "statistics say (adverts we read: offers of those employers alone that state pay; official statistics: Data "
        "Scientists (SOC 2018 15-2051), May 2024: the occupation of the role's name; 2 years earlier than the newest "
        "beside it)."
    )
    assert comparison.COMPARISON.text(rows) == (
        "United States, data scientists: adverts we read USD 160K, official statistics USD 112K"
    )
