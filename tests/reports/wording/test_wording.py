from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from reports.figures.addresses import declare
from reports.figures.catalogue import declaration_of
from reports.wording import levels, notes, numbers, pay, shares
from warehouse.mart_tables import Figures
from warehouse.marts.measures import MEASURES

STATED = {"stated_low": 126_000.0, "stated_high": 187_200.0, "stated_n_jobs": 310, "stated_n_employers": 48,
          "stated_status": "published", "stated_reason": None}  # fmt: skip
PAIRS = {"basis": "advertised_third_party", "n_employers": None, "n_effective": None, "band_low_lo": None,
         "band_high_lo": None, "status": "low", "reason": "employers unknown",
         "rung": "third-party adverts"}  # fmt: skip


def band_note(row: Any) -> str:
    return ". ".join(note for note in pay.PAY.note([row]) if note)


@pytest.mark.parametrize(
    ("amount", "tenths", "expected"),
    [
        (8_100, True, "8.1K"), (12_900, True, "12.9K"), (8_000, True, "8.0K"), (103_407, False, "103K"),
        (103_407, True, "103K"), (949, True, "950"), (4, True, "0"), (996, True, "1.0K"), (9_600, False, "9.6K"),
        (19_960, False, "20K"), (99_960, True, "100K"), (999_600, False, "1.0M"), (8_400_000, False, "8.4M"),
    ],
)  # fmt: skip
def test_amounts_are_short_and_never_overflow_their_unit(amount: float, tenths: bool, expected: str) -> None:
    assert numbers.short(amount, tenths=tenths) == expected


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0, "0%"), (0.0001, "under 0.1%"), (0.004, "0.4%"), (0.0096, "1%"), (0.016, "2%"), (0.624, "62%"), (1, "100%")],
)
def test_shares(share: float, expected: str) -> None:
    assert numbers.percent(share) == expected


def test_one_amount_when_both_ends_look_alike() -> None:
    assert numbers.money(8_110, 8_130, "USD") == "about USD 8.1K"
    assert numbers.ends_cell({"p50_lo": 149_800, "p50_hi": 150_200}, "p50") == "about 150K"
    assert numbers.percents({"low": 0.196, "high": 0.204}, "low", "high") == "about 20%"
    assert numbers.percents({"low": 0.0001, "high": 0.0002}, "low", "high") == "under 0.1%"
    assert numbers.money(97_400, 155_000, "CAD") == "CAD 97K–155K"


@pytest.mark.parametrize(
    ("low", "expected"),
    [(0.25, "essential"), (0.2499, "common"), (0.10, "common"), (0.0999, "occasional"), (0.03, "occasional"),
     (0.0299, "rare"), (0.0, "rare"), (None, None)],
)  # fmt: skip
def test_a_verdict_goes_by_the_lower_end_of_the_interval(low: float | None, expected: str | None) -> None:
    assert numbers.verdict({"share": 0.99, "share_lo": low}) == expected


def test_nothing_is_rare_that_may_be_common() -> None:
    assert numbers.verdict({"share": 0.1, "share_lo": 0.02, "share_hi": 0.36}) == "not known yet"
    assert numbers.verdict({"share": 0.02, "share_lo": 0.0, "share_hi": 0.0999}) == "rare"


def test_an_interval_that_does_not_exist_is_a_dash() -> None:
    assert numbers.interval({"share_lo": None, "share_hi": 0.4}) == "–"
    assert numbers.interval({"share_lo": 0.58, "share_hi": 0.66}) == "58–66%"


@pytest.mark.parametrize(
    ("low", "expected"), [(0.0296, "2.9–40%"), (0.03, "3–40%"), (0.0999, "9.9–40%"), (0.2, "20–40%")]
)
def test_a_rounded_end_never_contradicts_the_verdict(low: float, expected: str) -> None:
    assert numbers.interval({"share_lo": low, "share_hi": 0.4}) == expected


READ = "with a full advert in a language we read"


@pytest.mark.parametrize(
    ("form", "expected", "in_a_list", "intervals"),
    [
        ("point", "30%", "30% (12–45%)", f" {READ}, 95% intervals"),
        ("interval", "12–45%", "12–45%", f" {READ}, 95% intervals"),
        ("bounds", "between 12% and 88%", "between 12% and 88%", ""),
    ],
)
def test_a_share_is_printed_in_its_form(form: str, expected: str, in_a_list: str, intervals: str) -> None:
    row = {"share": 0.3, "share_lo": 0.12, "share_hi": 0.45, "bound_lo": 0.12, "bound_hi": 0.88, "form": form}
    assert numbers.printed_share(row) == expected
    text = declaration_of("skills.any").renderer.text
    rows = [row | {"name": "R", "n_jobs": 400}, row | {"name": "Go", "form": "point"}]
    assert text(rows) == f"R {in_a_list}, Go 30% (12–45%); n = 400 AI engineering jobs{intervals}"


@pytest.mark.parametrize(("n_known", "expected"), [(590, "59%"), (598, "59.8%"), (600, "60%"), (1_000, "100%")])
def test_the_part_that_says_never_contradicts_the_form(n_known: int, expected: str) -> None:
    assert numbers.known_part({"n_jobs": n_known, "n_unknown": 1_000 - n_known}) == expected


@pytest.mark.parametrize(("best", "worst", "expected"), [(1, 3, "1–3"), (2, 2, "2"), (None, None, "–")])
def test_ties_are_printed_as_ties(best: int | None, worst: int | None, expected: str) -> None:
    assert numbers.rank({"rank_best": best, "rank_worst": worst}) == expected


@pytest.mark.parametrize(
    ("best", "worst", "expected"),
    [
        (1, 1, "first"), (2, 3, "second or third"), (2, 5, "second to fifth"), (9, 11, "9th to 11th"),
        (2, 11, "2nd to 11th"),
        (9, 250, "ninth or lower"), (21, 22, "21st or 22nd"), (112, 113, "112th or 113th"), (None, None, None),
        (1, 10, "first to tenth"), (1, 11, None),
    ],
)  # fmt: skip
def test_ranks_are_said_in_words(best: int | None, worst: int | None, expected: str | None) -> None:
    """ "First or lower" would say nothing, and is not said."""
    assert numbers.say_rank({"rank_best": best, "rank_worst": worst}) == expected


def test_how_often_ranks_hold_is_what_trials_found() -> None:
    with (Path(__file__).parents[3] / "docs/known_truth.csv").open(encoding="utf-8") as file:
        found = [row for row in csv.DictReader(file) if (row["table"], row["is_scored"]) == ("ranks", "1")]
    covered = [100 * float(row["covered"]) for row in found]
    assert shares.RANKS.endswith(f"they did in {min(covered):g}% to {max(covered):g}%")


def test_withheld_places_are_named_with_what_they_lack() -> None:
    rows = [
        {"place": "A", "status": "suppressed", "reason": "not enough employers (3; 15 needed)", "n_jobs": 40,
         "n_employers": 3, "nearest": "N, USD 5K [n]"},
        {"place": "B", "status": "suppressed", "reason": "not enough employers (0; 15 needed)", "n_jobs": 0,
         "n_employers": 0, "nearest": "N, USD 5K [n]"},
        {"place": "C", "status": "suppressed", "reason": "one employer is 60 % of it (at most 50 %)", "n_jobs": 40,
         "n_employers": 16},
    ]  # fmt: skip
    table = pay.bands("Region", "mid_senior").table
    assert table is not None
    assert table(rows).below == (
        "Withheld, not enough employers that state pay: A (3 of 15).",
        "Withheld, no full-time advert at this level with both ends of base pay: B.",
        "Withheld: C, one employer is 60 % of it (at most 50 %).",
        "Closest available figure for A, B: N, USD 5K [n].",
    )


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (STATED, "from levels named in titles alone: USD 126K–187K, 310 jobs of 48 employers."),
        (STATED | {"stated_status": "low"}, "310 jobs of 48 employers (low confidence)."),
        (STATED | {"stated_status": "suppressed", "stated_low": None, "stated_high": None, "stated_n_jobs": 12,
                   "stated_reason": "not enough employers (9; 15 needed)"},
         "from levels named in titles alone: withheld, not enough employers (9; 15 needed)."),
        ({}, "level named in the title in 310 of 420, else read from the years of experience asked for."),
    ],
)  # fmt: skip
def test_the_band_from_titles_alone_stands_beside(fields: dict[str, Any], expected: str, cell: Any) -> None:
    assert expected in band_note(cell(**fields)) + "."


@pytest.mark.parametrize(
    ("n", "expected"), [(0, "stated in another country's money, and not in it: 0 jobs"), (7, "7 jobs"), (None, "")]
)
def test_pay_in_other_money_is_counted_also_when_there_is_none(n: int | None, expected: str, cell: Any) -> None:
    note = band_note(cell(n_other_money=n))
    assert expected in note and ("another country" in note) == (n is not None)


def test_pay_in_other_money_names_it_and_where_its_employers_are(cell: Any) -> None:
    """All 400 Canadian pairs of one collection that state dollars are of Canadian employers, by its own column."""
    own = cell(n_other_money=412, stated_in="USD", n_employer_here=400, n_employer_elsewhere=0)
    assert (
        "tated in US dollars, and not in it: 412 jobs (by the sources, all 400 of employers in the country itself)"
    ) in band_note(own)
    other = own | {"n_other_money": None, "pay_market": "cross_border", "n_employer_elsewhere": 7}
    assert (
        "by the sources, 400 of employers in the country itself and 7 of employers elsewhere. most adverts"
        in band_note(other)
    )
    assert pay.CONTRACT_OPEN not in band_note(other | PAIRS), "what a third party collected is of employees"
    figure = declare("foreign_currency.ca.ai_engineering.mid_senior")
    assert figure.entitle() == "Mid-to-senior AI engineering pay, stated in another country's money, Canada"
    assert figure.entitle([other]) == "Mid-to-senior AI engineering pay, stated in US dollars, Canada"
    assert figure.entitle([other | {"stated_in": None}]) == figure.entitle()


def test_pairs_of_a_third_party_say_what_is_not_known_of_them(cell: Any, figure: Any) -> None:
    row = {name: value for name, value in cell(**PAIRS, n_other_money=7).items() if name != "as_of"}
    note = notes.note(
        figure(figure="pay.x.ai_engineering.mid_senior", basis="advertised_third_party", value_json=json.dumps([row]))
    )
    assert "employers are unknown" in note and "are base pay is not said" in note and "SE includes staff" in note
    assert "interval of the lower end" not in note
    assert "Stated in another country's money, and not in it: 7 pay ranges" in note and "titles" not in note


def test_a_table_of_bands_marks_what_is_not_of_the_first_rung(cell: Any) -> None:
    make = pay.bands("Region", "mid_senior").table
    assert make is not None
    ours = cell(place="US and Canada", rung="open adverts", n_other_money=7, **STATED)
    table = make([ours, cell(place="Northern Europe", n_other_money=1, **PAIRS)])
    by_place = {row[0]: dict(zip(table.columns, row, strict=True)) for row in table.rows}
    assert by_place["US and Canada"]["Band from titles alone"] == "126K–187K (310 jobs)"
    assert by_place["US and Canada"]["From"] == "open adverts"
    assert by_place["Northern Europe"]["From"] == "third-party adverts"
    assert by_place["Northern Europe"]["n"] == "420 pay ranges"
    assert by_place["Northern Europe"]["Lower end, 95% interval"] == "–"
    assert table.below[0].startswith("In adverts we read, mid to senior is what the title says")
    assert table.below[1].startswith("Third-party adverts are not those we read") and "SE includes" in table.below[1]
    assert table.below[2] == (
        "Stated in another country's money, and not in these bands: US and Canada 7 jobs; Northern Europe 1 pay range."
    )
    assert [table.columns[i] for i in sorted(table.numeric)] == [
        "Median", "Lower end, 95% interval", "Upper end, 95% interval", "Employers",
    ]  # fmt: skip


OF_PANEL = {"n_panel_jobs": 45, "n_panel_employers": 31, "p50_of_panel": 96_000.0, "p50_of_panel_lo": 90_000.0,
            "p50_of_panel_hi": 102_000.0}  # fmt: skip
PANEL = "Median of jobs on boards drawn at random"


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (90_000.0, 102_000.0, "counted once USD 96K (95% interval 90K–102K)"),
        (90_000.0, 150_000.0, "counted once between USD 90K and 150K (95% interval)"),
    ],
)
def test_the_median_by_employer_has_its_interval(
    low: float | None, high: float | None, expected: str, cell: Any
) -> None:
    names = ("p50_by_employer", "p50_by_employer_lo", "p50_by_employer_hi")
    note = band_note(cell(place="A", rung="open adverts", **dict(zip(names, (96_000.0, low, high), strict=True))))
    assert expected in note and "interval –" not in note


@pytest.mark.parametrize(
    ("fields", "expected", "in_table"),
    [
        (OF_PANEL, "alone USD 96K (95% interval 90K–102K), 45 jobs of 31 employers", "96K"),
        (OF_PANEL | {"p50_of_panel_hi": 150_000.0},
         "alone between USD 90K and 150K (95% interval), 45 jobs of 31 employers", "90K–150K"),
        (OF_PANEL | dict.fromkeys(("p50_of_panel", "p50_of_panel_lo", "p50_of_panel_hi")),
         "alone withheld, 45 jobs of 31 employers are too few or mostly of one", None),
        (dict.fromkeys(OF_PANEL), None, None),
        ({}, None, None),
    ],
)  # fmt: skip
def test_the_median_of_boards_drawn_at_random_stands_beside_that_of_all(
    fields: dict[str, Any], expected: str | None, in_table: str | None, cell: Any
) -> None:
    row = cell(place="A", rung="open adverts", **fields)
    note = band_note(row)
    assert f"edian of jobs on boards drawn at random {expected}" in note if expected else "at random" not in note
    for make in (pay.bands("Region", "mid_senior").table, pay.bands("Country", "entry").table):
        assert make is not None
        table = make([row, cell(place="B", rung="open adverts")])
        cells = [dict(zip(table.columns, of_row, strict=True)).get(PANEL) for of_row in table.rows]
        assert (PANEL in table.key) == (in_table is not None)
        assert cells == ([None, None] if in_table is None else [in_table, "–"])


def test_columns_with_nothing_to_say_are_not_printed(cell: Any) -> None:
    make = pay.bands("Country", "entry").table
    assert make is not None
    table = make([cell(place="United States", **PAIRS)])
    assert table.columns == ("Country", "From", "Band per year", "Median", "n")
    assert [table.columns[i] for i in table.numeric] == ["Median"]


def test_a_table_of_shares_says_of_what_they_are() -> None:
    row = {"rank_best": 1, "rank_worst": 2, "item": "I", "name": "I", "share": 0.1,
           "share_lo": 0.01, "share_hi": 0.2, "form": "point", "n_asking": 40, "n_employers_asking": 6, "n_jobs": 400,
           "status": "published"}  # fmt: skip
    for figure_id in ("skills.any", "roles.shares", "industries.shares"):
        make = declaration_of(figure_id).renderer.table
        assert make is not None
        table = make([row])
        assert "Each job counts once: a share is its jobs divided by 400." in table.key
        line = dict(zip(table.columns, table.rows[0], strict=True))
        assert (line["Jobs"], line["Employers"]) == ("40", "6")
        assert line.get("Rank", "1–2") == "1–2"
        wide = make([row | {"form": "interval"}, row])
        assert [dict(zip(wide.columns, cells, strict=True))["95% interval"] for cells in wide.rows] == ["1–20%"] * 2
        assert [cells[2 if "Rank" in wide.columns else 1] for cells in wide.rows] == ["–", "10%"]


def test_shares_by_place_name_the_places_that_are_withheld() -> None:
    row: dict[str, Any] = {"share": 0.31, "share_lo": 0.28, "share_hi": 0.34, "form": "point", "n_asking": 124,
                           "n_jobs": 400, "n_employers_asking": 30, "n_unknown": 100, "bound_lo": 0.248,
                           "bound_hi": 0.448, "status": "published"}  # fmt: skip
    few = row | {"name": "Caribbean", "form": "bounds", "n_jobs": 40, "n_unknown": 120, "bound_lo": 0.1}
    missing = row | {"name": "Polynesia", "share": None, "share_lo": None, "n_jobs": 3, "status": "suppressed"}
    rows = [row | {"name": "World"}, few | {"bound_hi": 0.85}, missing]
    renderer = shares.places(MEASURES["workplace"], "AI jobs", "region")
    assert renderer.text(rows) == (
        "World 31% (28–34%; n = 400; of all jobs 25–45%); Caribbean between 10% and 85% (n = 160); 1 more withheld"
    )
    assert list(filter(None, renderer.note(rows))) == ["100 more jobs do not say"]
    assert renderer.table is not None
    table = renderer.table(rows)
    assert table.rows[0] == ("World", "31%", "28–34%", "25–45%", "124", "30", "400", "100")
    assert table.rows[1][:4] == ("Caribbean", "–", "–", "10–85%") and "Jobs that say" not in table.columns
    assert table.below == ("Withheld, since employers are too few or one has most of the jobs: Polynesia (n = 3).",)
    of_pay = shares.places(MEASURES["pay_stated"], "AI jobs", "country")
    assert of_pay.table is not None
    of_country = of_pay.table([row | {"name": "World", "bound_lo": None}])
    assert "share of the AI jobs whose full advert was read" in of_country.key, "and not of the AI jobs"
    assert of_country.columns[0] == "Country" and "region" not in of_country.key
    assert of_pay.text([row | {"name": "World", "bound_lo": None}]) == "World 31% (28–34%; n = 400)", "a no"


@pytest.mark.parametrize("figure_id", ["skills.any", "skills.baseline"])
def test_the_rule_of_the_verdict_stands_with_the_table(figure_id: str) -> None:
    row = {"position": 1, "name": "Go", "share": 0.3, "share_lo": 0.2, "share_hi": 0.4, "n_asking": 3,
           "n_jobs": 1_200, "rank_best": 4, "rank_worst": 4, "form": "point", "status": "published"}  # fmt: skip
    make = declaration_of(figure_id).renderer.table
    assert make is not None
    key = make([row]).key
    assert key.startswith(
        "In the adverts we read: share of the AI engineering jobs with a full advert in a language we read. Each job "
        "counts once: a share is its jobs divided by 1,200. "
    )
    assert key.endswith(
        " Verdict, by the lower end of the 95% interval: essential from 25%, common from 10%, occasional from 3%, rare "
        "below, if the upper end is below 10%."
    )


@pytest.mark.parametrize(
    ("basis", "first", "last", "expected"),
    [
        ("advertised", date(2025, 10, 28), date(2025, 10, 28), "read 28 October 2025"),
        ("postings", date(2025, 10, 3), date(2025, 10, 28), "read 3 to 28 October 2025"),
        ("postings", date(2025, 9, 3), date(2025, 10, 28), "read 3 September to 28 October 2025"),
        ("postings", date(2025, 10, 28), date(2026, 1, 6), "read 28 October 2025 to 6 January 2026"),
        ("reported", date(2026, 1, 15), date(2026, 1, 15), "pay of 15 January 2026"),
        ("advertised_third_party", date(2024, 1, 1), date(2025, 12, 31), "pay of 2024 to 2025"),
        ("advertised_third_party", date(2025, 1, 1), date(2025, 12, 31), "pay of 2025"),
        ("advertised_third_party", date(2025, 1, 1), date(2026, 2, 3), "pay of 2025 to 2026"),
        ("official", date(2024, 5, 1), date(2024, 5, 31), "wages of May 2024"),
        ("official", date(2022, 1, 1), date(2022, 12, 31), "wages of 2022"),
        ("official", date(2023, 1, 1), date(2024, 12, 31), "wages of 2023 to 2024"),
        ("postings", None, None, "as of 17 August 2026"),
    ],
)
def test_the_reference_period_is_said_beside_the_value(
    basis: str, first: date | None, last: date | None, expected: str, figure: Any
) -> None:
    row = figure(basis=basis, period_from=first, period_to=last)
    assert notes.describe_period(row) == expected
    assert expected in notes.note(row)


WIDE = {"share": 0.3, "share_lo": 0.2, "share_hi": 0.45, "status": "low", "reason": "the band is wide"}


@pytest.mark.parametrize(
    ("changes", "rows", "expected"),
    [
        ({"status": "published"}, [], None),
        ({"reason": "few employers"}, [WIDE], "low confidence: few employers"),
        ({"figure": "skills.any", "reason": "AWS, R: the 95 % interval spans 25 points"},
         [WIDE | {"name": "AWS"}, {"name": "Go", "status": "published"},
          {"name": "R", "status": "low", "reason": "few employers", "share_lo": 0.1, "share_hi": 0.2},
          WIDE | {"name": "C", "share_lo": 0.1}],
         "low confidence: AWS, C (the band is wide); R (few employers)"),
        ({"figure": "skills.any"},
         [*(WIDE | {"name": skill} for skill in "ABC"), WIDE | {"name": "D", "reason": "few employers"},
          {"name": "E", "status": "published"}],
         "low confidence: 4 of 5 values (3: the band is wide; 1: few employers)"),
        ({"figure": "entries.countries", "reason": "low confidence for Peru"},
         [{"place": "Peru", "status": "low", "reason": "few employers"}], "low confidence: Peru (few employers)"),
    ],
)  # fmt: skip
def test_low_confidence_says_of_what_and_why(
    changes: dict[str, Any], rows: list[dict[str, Any]], expected: str | None, figure: Any
) -> None:
    row = figure(**{"status": "low", "value_json": json.dumps(rows), **changes})
    assert notes.why_low(row) == expected
    if expected is not None and "4 of 5" in expected:
        assert "Low confidence: A, B, C (the band" in notes.note(row), "a note has room for all names"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"value": "62%", "bare_value": "62%"}, ("62%", "")),
        (
            {"value": "62% (of a survey; low)", "bare_value": "62%", "qualifier": "of a survey; low"},
            ("62%", "of a survey; low"),
        ),
        ({"value": None, "reason": "not enough data"}, ("Withheld", "not enough data")),
    ],
)  # fmt: skip
def test_a_value_and_what_is_said_of_it_stand_apart(
    changes: dict[str, Any], expected: tuple[str, str], figure: Any
) -> None:
    assert notes.parts(figure(**changes)) == expected


@pytest.mark.parametrize(
    ("verify_by", "expected"),
    [
        (date(2026, 12, 31), "Printed as cited, not yet checked at the publisher; to be checked by 31 December 2026."),
        (
            date(2026, 1, 31),
            "Printed as cited, not yet checked at the publisher; was to be checked by 31 January 2026, and was not.",
        ),
    ],
)
def test_a_cited_figure_says_until_when_it_stands(verify_by: date, expected: str, figure: Any) -> None:
    row = {"claim": "x", "publisher": "PwC", "work": "Sizing the prize", "published": "2017", "caveat": "an upper end"}
    claim = figure(figure="claim.gdp_2030", kind="cited", value_json=json.dumps([row]), verify_by=verify_by)
    assert notes.note(claim) == f"PwC, Sizing the prize, 2017. An upper end. {expected}"


def test_a_cited_figure_has_the_day_of_its_publisher_and_not_ours(figure: Any) -> None:
    row = {"claim": "x", "publisher": "PwC", "work": "Sizing the prize", "published": "27 June 2017", "caveat": "old"}
    claim = figure(
        figure="claim.gdp_2030", kind="cited", value_json=json.dumps([row | {"verified_on": "2026-05-01"}]),
        n_jobs=None, n_employers=None, period_from=None, period_to=None, verify_by=date(2026, 12, 31),
    )  # fmt: skip
    assert notes.describe_period(claim) == "published 27 June 2017"
    assert notes.strength(claim) == "–"
    assert notes.origin(claim) == "PwC, Sizing the prize, 27 June 2017"
    assert notes.note(claim).endswith("Checked on 1 May 2026; to be checked again by 31 December 2026.")
    unknown = figure(figure="claim.shortfall", kind="cited", value_json=json.dumps([row | {"published": ""}]))
    assert notes.describe_period(unknown) == "of an unknown day"


def test_the_comparison_with_the_2026_guide_has_a_direction(figure: Any) -> None:
    row: Figures = figure(
        figure="pay.south_america.ai_engineering.mid_senior",
        value="x",
        value_json=f'[{{"band_low": {3_800 * 12 * 1.1}, "band_high": {7_900 * 12 * 0.9}}}]',
    )
    assert notes.compare(row) == (
        "the lower end is 10% higher and the upper end 10% lower, but the guide does not say what it counts as this "
        "level, or as pay"
    )
    assert notes.compare(figure()) is None


def test_a_stale_table_and_its_scope_say_of_which_days_they_are(figure: Any) -> None:
    counts = {"n_asking": 9, "n_employers_asking": 3, "n_jobs": 18}
    rows = json.dumps([WIDE | counts | {"name": "AWS", "countries": [{"country": "Chile", "n_jobs": 9}]}])
    days = {"period_from": date(2026, 1, 5), "period_to": date(2026, 1, 7), "basis": "postings", "value_json": rows}
    fresh, stale = (figure(figure="skills.any", status=status, **days) for status in ("published", "stale"))
    tables = [notes.table(one) for one in (fresh, stale)]
    assert tables[0] is not None and tables[1] is not None
    assert tables[1].key == f"Read 5 to 7 January 2026. {tables[0].key}"
    assert notes.scope(stale).startswith("In the adverts we read (read 5 to 7 January 2026): ")
    assert "2026" not in notes.scope(fresh)


def test_a_level_that_a_third_party_has_no_code_for_is_defined_by_the_title() -> None:
    definition = levels.define("staff", "advertised_third_party")
    assert definition is not None and definition.startswith("staff level is what the title says; full-time")
    assert "code MI" in (levels.define("mid", "advertised_third_party") or "")


def test_levels_of_persons_are_defined_by_their_own_years() -> None:
    words = {group: levels.define(group, "reported") for group in ("entry", "mid", "senior", "mid_senior", "staff")}
    assert {group: text and text.rpartition(", ")[2] for group, text in words.items()} == {
        "entry": "below 3 years of experience", "mid": "from 3 to below 6 years of experience",
        "senior": "at least 6 years of experience", "mid_senior": "at least 3 years of experience", "staff": None,
    }  # fmt: skip
