"""The pay reader against a table of examples, its rules one by one, and texts nobody wrote."""

from __future__ import annotations

import csv
import itertools
import math
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from transforms.pay.currency import codes
from transforms.pay.normalisation import complete_pay
from transforms.pay.prose import pay_in
from transforms.pay.scope import component_in, period_in, tied_to
from transforms.place.places import whereabouts
from transforms.records.rows import Pay
from transforms.records.vocabulary import COMPONENTS, OTHER_PERIODS, PAY_FLAGS, PAY_TAXES, PERIODS
from transforms.text.lookups import cells_of

CASES = Path(__file__).parent / "pay_cases.csv"
Row = tuple[str, str | None, str | None, str | None, str | None]


def cases() -> dict[tuple[str, str], tuple[list[Row], str]]:
    """Expected pay by (input, country): component, low, high, currency, period; none for component `none`."""
    pays: dict[tuple[str, str], list[Row]] = defaultdict(list)
    notes: dict[tuple[str, str], str] = {}
    with CASES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            key = (row["input"], row["country"])
            notes[key] = row["note"]
            rows = pays[key]
            if row["component"] != "none":
                low, high = (f"{float(row[end]):g}" if row[end] else None for end in ("low", "high"))
                rows.append((row["component"], low, high, row["currency"] or None, row["period"] or None))
    return {key: (rows, notes[key]) for key, rows in pays.items()}


def shown(pay: Pay) -> Row:
    low, high = (f"{end:g}" if end is not None else None for end in (pay.low, pay.high))
    return pay.component, low, high, pay.currency, pay.period


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [pytest.param(text, country, rows, id=note) for (text, country), (rows, note) in cases().items()],
)
def test_reads_the_example(text: str, country: str, expected: list[Row]) -> None:
    pays = complete_pay(pay_in(text, country=country or None), country=country or None, employment_type="FULL_TIME")
    assert sorted(map(shown, pays), key=str) == sorted(expected, key=str)


def test_examples_cover_what_they_should() -> None:
    assert len(cases()) >= 60
    read = [row for rows, _ in cases().values() for row in rows]
    assert {row[4] for row in read} == {*PERIODS, None}
    assert {row[0] for row in read} >= {
        "base",
        "bonus",
        "equity",
        "equity_percent",
        "on_target_earnings",
        "total_compensation",
    }


def test_offsets_point_at_the_amount_and_its_words() -> None:
    text = "About us: we make tea.\n\nGehalt: 61.000 € – 70.000 € brutto pro Jahr, plus Dienstrad."
    (pay,) = pay_in(text, country="DE")
    assert pay.start is not None
    assert text[pay.start : pay.end] == "61.000 € – 70.000 € brutto pro Jahr"
    assert pay.pay_text == "61.000 € – 70.000 € brutto pro Jahr"
    assert (pay.tax, pay.reading, pay.period_reading, pay.annual_low) == ("gross", "parsed", "parsed", None)


def test_pay_comes_in_the_order_of_the_text() -> None:
    text = "Salary $90k-$110k for Denver. The salary is $120k-$140k for Boston. On-target earnings: $180k."
    starts = [pay.start or 0 for pay in pay_in(text, country="US")]
    assert len(starts) == 3
    assert starts == sorted(starts)


def test_place_and_level_are_kept_as_written() -> None:
    text = "Canada: C$120,000 - C$140,000\nStaff Engineer: $210,000 - $230,000\nThe salary is £80k-£90k in London."
    pays = pay_in(f"Salary ranges\n\n{text}", country="US")
    assert [(p.place_text, p.country, p.level_text) for p in pays] == [
        ("Canada", "CA", None),
        (None, None, "Staff Engineer"),
        ("London", "GB", None),
    ]


def test_a_place_that_is_ruled_out_is_no_place_of_the_pay() -> None:
    (pay,) = pay_in("Outside of California the salary range is $120,000 - $140,000.", country="US")
    assert pay.place_text is None


@pytest.mark.parametrize(
    ("text", "country", "tax", "months"),
    [
        ("Salaire : 2 300 € nets par mois sur 13 mois", "FR", "net", 13),
        ("Stipendio 31.000 € lordi annui, 14 mensilità", "IT", "gross", 14),
        ("Gross salary: 1800 - 2300 USD/month", "CL", "gross", None),
        ("Net salary: 1800 - 2300 USD/month", "CL", "net", None),
        ("Salary $90,000 per year", "US", None, None),
        ("Stawka 150 zł/h netto + VAT", "PL", "invoice", None),
    ],
)
def test_tax_and_months_are_kept_when_said(text: str, country: str, tax: str | None, months: int | None) -> None:
    (pay,) = pay_in(text, country=country)
    assert (pay.tax, pay.months) == (tax, months)


def test_pay_word_far_above_a_long_text_does_not_make_every_figure_pay() -> None:
    filler = "We build tools that people like to use every day and we ship them often. " * 8
    text = f"Our pay is fair. {filler} A typical customer moves $250,000 to $400,000 a week through them."
    assert pay_in(text, country="US") == ()


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("The base salary is between $\n94,000 and $128,000.", 94000, 128000),
        ("The salary for this role is 70 to 90k EUR.", 70000, 90000),
        ("The salary is EUR 5 000 to 6 000 a month.", 5000, 6000),
        ("Salary: 12,00,000 - 18,00,000 INR a year", 1200000, 1800000),
        ("The salary is $55, 000 a year.", 55000, 55000),
    ],
)
@pytest.mark.parametrize("count", ["", "In 5 years 3 teams of 12 people grew to 40. "])
def test_numbers_that_count_other_things_change_nothing(text: str, low: float, high: float, count: str) -> None:
    """Numbers away from any sign are passed over; those that end a range are not."""
    (pay,) = pay_in(f"{count * 5}{text} {count * 5}")
    assert (pay.low, pay.high) == (low, high)


def test_repeated_pay_is_given_once() -> None:
    text = "Salary: $90,000 - $100,000.\n\nBenefits.\n\nThe salary range is $90,000 - $100,000."
    assert len(pay_in(text, country="US")) == 1


def year(low: float, high: float, **more: object) -> Pay:
    return Pay(low=low, high=high, currency="USD", period="year", **more)  # type: ignore[arg-type]  # test brevity


# --- norms ------------------------------------------------------------------------------------------


def one(pay: Pay, country: str | None = None, employment_type: str | None = "FULL_TIME") -> Pay:
    (result,) = complete_pay([pay], country=country, employment_type=employment_type)
    return result


def test_inferred_period_is_marked_and_follows_the_country() -> None:
    czech = one(Pay(low=60000, high=70000, currency="CZK"), "CZ")
    british = one(Pay(low=60000, high=70000, currency="GBP"), "GB")
    assert (czech.period, czech.period_reading, czech.annual_low) == ("month", "inferred", 720000)
    assert (british.period, british.period_reading, british.annual_low) == ("year", "inferred", 60000)


@pytest.mark.parametrize("employment_type", ["CONTRACTOR", "INTERN", "PER_DIEM"])
def test_no_period_is_inferred_where_custom_says_nothing(employment_type: str) -> None:
    assert one(Pay(low=60000, high=70000, currency="USD"), "US", employment_type).period is None


def test_no_norm_no_period() -> None:
    assert one(Pay(low=5, high=9, currency="USD"), "US").period is None
    assert one(Pay(low=60000, high=70000, currency="MNT"), "MN").period is None


def test_stated_period_stays_as_it_was_read() -> None:
    pay = one(Pay(low=30, high=40, currency="USD", period="hour", reading="stated"), "US")
    assert (pay.period_reading, pay.annual_low, pay.annual_high) == ("stated", 30 * 2080, 40 * 2080)


@pytest.mark.parametrize(
    ("pay", "country", "annual"),
    [
        (Pay(low=100, currency="EUR", period="hour"), "FR", 100 * 1820),
        (Pay(low=4000, currency="EUR", period="month"), "AT", 4000 * 14),
        (Pay(low=4000, currency="EUR", period="month", months=15), "AT", 4000 * 15),
        (Pay(low=4000, currency="USD", period="month"), "BR", 4000 * 12),
        (Pay(low=9000, currency="BRL", period="month"), "BR", 9000 * 13),
        (Pay(low=9000, currency="BRL", period="month", country="BR"), "US", 9000 * 13),
        (Pay(low=500, currency="GBP", period="day"), "GB", 500 * 260),
        (Pay(low=1500, currency="USD", period="week"), None, 1500 * 52),
        (Pay(low=50, currency="USD", period="hour"), None, 50 * 2080),
        (Pay(low=80000, currency="EUR", period="year", months=14), "AT", 80000),
    ],
)
def test_a_year_of_full_time_work(pay: Pay, country: str | None, annual: float) -> None:
    assert one(pay, country).annual_low == annual


@pytest.mark.parametrize(
    ("pay", "country", "flag"),
    [
        (Pay(low=50000, high=200001, currency="USD", period="year"), "US", "high_over_4x_low"),
        (Pay(low=50000, high=200000, currency="USD", period="year"), "US", None),
        (Pay(low=450, high=450, currency="EUR", period="year"), "DE", "implausible_low"),
        (Pay(low=24000, high=30000, currency="GBP", period="week"), "GB", None),
        (Pay(low=90000, high=110000, currency="GBP", period="week"), "GB", "implausible_high"),
        (Pay(low=21450, high=None, currency="EUR", period="month"), "FR", "implausible_high"),  # a year's, by its size
        (Pay(low=9000, high=14000, currency="EUR", period="month"), "FR", None),
        (Pay(low=110000, high=170000, currency="USD", period="month"), None, "implausible_high"),
        (Pay(low=110000, high=170000, currency="USD", period="month"), "CL", "implausible_high"),
        (Pay(low=9000, high=14000, currency="USD", period="month"), None, None),
        (Pay(low=90000, high=80000, currency="USD", period="year"), "US", "low_above_high"),
        (Pay(low=1, high=9, currency="USD", period="year", flag="predicted"), "US", "predicted"),
        (Pay(low=1, currency="MNT", period="year"), "MN", "implausible_low"),  # no rule of its own: the dollar's bounds
        (Pay(low=2e7, high=3e7, currency="MNT", period="year"), "MN", None),
        (Pay(low=2e6, high=3e6, currency="XOF", period="hour"), "SN", "implausible_high"),
        (Pay(low=2000, high=3000, period="hour"), "US", "implausible_high"),
        (Pay(low=2000, high=3000, period="hour"), None, "implausible_high"),
        (Pay(low=50, high=60, period="hour"), None, None),
        (Pay(low=80000, high=200000, period="year"), "AR", None),
        (Pay(low=80000, high=90000, period="month"), "GB", None),
    ],
)
def test_flags(pay: Pay, country: str, flag: str | None) -> None:
    assert one(pay, country).flag == flag


@pytest.mark.parametrize(
    ("pay", "country", "group", "seniority", "employment_type", "flag"),
    [
        (year(1500, 2500), None, "other_engineering", "senior", "FULL_TIME", "implausible_low"),
        (year(1500, 2500), "UA", "other_engineering", "senior", None, "implausible_low"),
        (year(1500, 2500), "UA", "other", "unstated", "FULL_TIME", None),
        (year(9000, 12000), "UA", "other_engineering", "senior", "FULL_TIME", None),
        (year(12000, 14000), "US", "ai_engineering", "unstated", "FULL_TIME", "implausible_low"),
        (year(12000, 14000), "US", "ai_engineering", "unstated", "PART_TIME", None),
        (year(12000, 14000), "US", "ai_engineering", "intern", "INTERN", None),
        (year(12000, 14000), "US", "other", "unstated", "FULL_TIME", None),
        (year(18000, 22000), "US", "data", "senior", "FULL_TIME", "implausible_low"),
        (year(18000, 22000), "US", "data", "unstated", "FULL_TIME", None),
        (Pay(low=6e5, high=9e5, currency="INR", period="year"), "IN", "data", "mid", "FULL_TIME", None),
        (Pay(low=900, high=1200, currency="USD", period="month"), "CL", "data", "junior", "FULL_TIME", None),
    ],
)
def test_pay_of_a_wrong_unit_is_flagged_by_country_and_role(
    pay: Pay, country: str | None, group: str, seniority: str, employment_type: str | None, flag: str | None
) -> None:
    (reading,) = complete_pay(
        [pay], country=country, employment_type=employment_type, seniority=seniority, role_group=group
    )
    assert reading.flag == flag


def test_upside_down_pay_keeps_its_text_only() -> None:
    pay = one(Pay(low=9, high=5, currency="USD", period="hour", pay_text="$9 - $5"), "US")
    assert (pay.low, pay.high, pay.annual_low, pay.annual_high, pay.pay_text) == (None, None, None, None, "$9 - $5")


@pytest.mark.parametrize("nothing", [0.0, -5.0, math.nan, math.inf])
def test_a_minimum_that_is_no_amount_is_no_minimum(nothing: float) -> None:
    pay = one(Pay(low=nothing, high=90000, currency="USD", period="year"), "US")
    assert (pay.low, pay.high) == (None, 90000)


def headline(pays: list[Pay], country: str | None, employment_type: str | None = "FULL_TIME") -> Pay:
    readings = complete_pay(pays, country=country, employment_type=employment_type)
    assert [p.is_headline for p in readings] == [True] + [False] * (len(pays) - 1)
    return readings[0]


def test_headline_is_base_pay_else_flagged_on_target_earnings() -> None:
    ote = Pay(component="on_target_earnings", low=2e5, high=3e5, currency="USD", period="year")
    assert headline([ote, year(1e5, 1.2e5)], "US").low == 1e5
    assert headline([ote], "US").flag == "on_target_earnings"
    bonus = Pay(component="bonus", low=1e4, high=2e4, currency="USD", period="year")
    assert not any(p.is_headline for p in complete_pay([bonus], country="US", employment_type=None))
    assert complete_pay([], country="US", employment_type=None) == ()


def test_headline_is_stated_before_parsed() -> None:
    assert headline([year(1e5, 2e5), year(3e5, 4e5, reading="stated")], "US").low == 3e5


def test_headline_is_the_posting_country_s() -> None:
    pays = [
        Pay(low=1e5, high=1.1e5, currency="CAD", period="year", country="CA"),
        Pay(low=5e4, high=6e4, currency="GBP", period="year", country="GB"),
        Pay(low=9e4, high=9.5e4, currency="USD", period="year"),
    ]
    assert headline(pays, "GB").currency == "GBP"
    assert headline(pays, "US").currency == "USD"


def test_each_country_that_base_pay_is_tied_to_has_its_headline() -> None:
    pays = [
        year(1e5, 1.1e5, country="CA", place_text="Canada"),
        year(1.3e5, 1.4e5, country="US", place_text="US: Senior", level_text="US: Senior"),
        year(1.1e5, 1.2e5, country="US", place_text="US: Mid", level_text="US: Mid"),
        year(9e4, 9.5e4),
        year(2e5, 3e5, country="GB", component="on_target_earnings"),
    ]
    for country, head in (("US", 1.3e5), ("CA", 1e5), (None, 9e4)):
        readings = complete_pay(pays, country=country, employment_type="FULL_TIME", seniority="senior")
        assert readings[0].low == head
        assert {p.country: p.low for p in readings if p.is_headline_in_country} == {"CA": 1e5, "US": 1.3e5}
        assert sum(p.is_headline_in_country for p in readings) == 2


def test_headline_of_tiers_is_the_middle_one() -> None:
    tiers = [year(low, low + 2e4, place_text=f"Zone {low}", reading="stated") for low in (150e3, 110e3, 130e3)]
    assert headline(tiers, "US").low == 130e3
    assert headline(tiers[:2], "US").low == 110e3


@pytest.mark.parametrize(
    ("location", "low"),
    [
        ("Oakland, CA", 150e3),
        ("Seattle", 150e3),
        ("Austin, TX", 120e3),
        ("Oakland, CA; Austin, TX", 120e3),
        ("", 120e3),
    ],
)
def test_headline_is_tied_to_the_place_of_the_posting(location: str, low: float) -> None:
    """A posting of several places is offered what is tied to no one of them; of two such ranges the lower is taken."""
    coast = year(150e3, 180e3, place_text="CA, WA and NY", country="US", reading="stated")
    elsewhere = year(120e3, 140e3, place_text="All other US states", country="US", reading="stated")
    for pays in ([coast, elsewhere], [elsewhere, coast]):
        places = whereabouts(location).places
        assert complete_pay(pays, country="US", employment_type="FULL_TIME", places=places)[0].low == low


@pytest.mark.parametrize(
    ("seniority", "low"), [("senior", 150e3), ("mid", 120e3), ("unstated", 120e3), ("staff", 120e3)]
)
def test_headline_is_tied_to_the_level_of_the_posting(seniority: str, low: float) -> None:
    pays = [
        year(120e3, 140e3, level_text="Mid-level", reading="stated"),
        year(150e3, 180e3, level_text="Sr. Engineer", reading="stated"),
    ]
    assert complete_pay(pays, country="US", employment_type="FULL_TIME", seniority=seniority)[0].low == low


def test_headline_is_the_general_range_before_tiers() -> None:
    assert headline([year(9e4, 1e5, level_text="Junior"), year(1.2e5, 1.4e5)], "US").low == 1.2e5


def test_headline_by_kind_of_employment() -> None:
    pays = [year(1e5, 1.2e5), Pay(low=70, high=90, currency="USD", period="hour")]
    assert headline(pays, "US", "FULL_TIME").period == "year"
    assert headline(pays, "US", "CONTRACTOR").period == "hour"


def test_headline_avoids_what_may_not_enter_a_band() -> None:
    assert headline([year(5e4, 5e5), year(9e4, 1e5)], "US").low == 9e4


# --- titles of ranges -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "place", "country", "level"),
    [
        (None, None, None, None),
        ("Target base salary range", None, None, None),
        ("Annual pay (gross)", None, None, None),
        ("Canada", "Canada", "CA", None),
        ("US: Senior", "US: Senior", "US", "US: Senior"),
        ("Zone 2", None, None, "Zone 2"),
        ("PR Manager", None, None, "PR Manager"),
        ("Senior AE", None, None, "Senior AE"),
        ("Austin, TX", "Austin, TX", "US", None),
        ("France or Italy", "France or Italy", None, None),
    ],
)
def test_what_the_title_of_a_range_ties_its_pay_to(
    title: str | None, place: str | None, country: str | None, level: str | None
) -> None:
    assert tied_to(title) == (place, country, level)


@pytest.mark.parametrize(
    ("title", "component"),
    [
        ("Zone 1", "base"),
        ("OTE (base + commission)", "on_target_earnings"),
        ("Base pay, bonus excluded", "base"),
        ("Annual bonus", "bonus"),
        ("Signing bonus", "other"),
        ("Commission only", "commission"),
        ("Total compensation (base + equity)", "total_compensation"),
        ("Base salary, one part of total compensation", "base"),
        ("Talent Acquisition Partner", "base"),
    ],
)
def test_the_component_a_title_names(title: str, component: str) -> None:
    assert component_in(title) == component


@pytest.mark.parametrize(
    ("text", "period"),
    [("Hourly rate", "hour"), ("Pay per month", "month"), ("hourly or yearly", None), ("US", None), ("5 h", None)],
)
def test_the_period_a_title_names(text: str, period: str | None) -> None:
    assert period_in(text) == period


# --- texts nobody wrote -----------------------------------------------------------------------------

MONEY = "$ € £ kr Rs R$ C$ USD EUR LPA lakh crore k K M mil 100 50,000 1.234,56 60 000 1'234 401k 12,00,000 00 万円 ¿"
OTHER = (
    "salary pay raised budget OTE bonus equity per hour /yr p.a. monthly gross netto London Senior for in x 13 % 0.5%"
)
JOINS = "- – to bis à between and up from + ( ) : | .- &nbsp; <b> ;"
WORDS = st.sampled_from([*MONEY.split(), *OTHER.split(), *JOINS.split(), "\n", " "])
TEXTS = st.one_of(
    st.text(max_size=300), st.lists(WORDS, max_size=40).map(" ".join), st.lists(WORDS, max_size=40).map("".join)
)
COUNTRIES = st.sampled_from([None, "US", "CA", "DE", "CH", "IN", "ZA", "CL", "PL", "JP", "NA", "??"])


@settings(max_examples=400)
@example(text="\x850", country=None, employment_type=None)
@given(text=TEXTS, country=COUNTRIES, employment_type=st.sampled_from([None, "FULL_TIME", "CONTRACTOR"]))
def test_any_text_gives_valid_pay(text: str, country: str | None, employment_type: str | None) -> None:
    read = pay_in(text, country=country)
    assert [p.start for p in read] == sorted(p.start or 0 for p in read)
    readings = complete_pay(read, country=country, employment_type=employment_type)
    assert len(readings) == len(read)
    assert sum(p.is_headline for p in readings) == any(p.component in ("base", "on_target_earnings") for p in readings)
    for pay in readings:
        for amount in (pay.low, pay.high, pay.annual_low, pay.annual_high):
            assert amount is None or (math.isfinite(amount) and amount > 0)
        assert pay.low is None or pay.high is None or pay.low <= pay.high
        assert pay.currency is None or pay.currency in codes()
        assert pay.component in COMPONENTS
        assert pay.period in (None, *PERIODS)
        assert (pay.period is None) == (pay.period_reading is None)
        assert pay.flag is None or pay.flag in PAY_FLAGS
        assert pay.months is None or 12 <= pay.months <= 16
        assert pay.start is not None and pay.end is not None and 0 <= pay.start < pay.end <= len(text)


@settings(max_examples=200)
@given(
    low=st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=True)),
    high=st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=True)),
    currency=st.sampled_from([None, "USD", "EUR", "CLP", "XXX"]),
    period=st.sampled_from([None, *PERIODS]),
    country=COUNTRIES,
)
def test_any_structured_pay_is_finished(
    low: float | None, high: float | None, currency: str | None, period: str | None, country: str | None
) -> None:
    pay = one(Pay(low=low, high=high, currency=currency, period=period, reading="stated"), country)
    assert pay.low is None or pay.low > 0
    assert pay.low is None or pay.high is None or pay.low <= pay.high


# --- the lookups ------------------------------------------------------------------------------------


def test_words_have_known_kinds_values_and_reaches() -> None:
    values = {
        "pay": set(COMPONENTS),
        "not_pay": {"", "title"},
        "period": {*PERIODS, *OTHER_PERIODS},
        "tax": set(PAY_TAXES),
        "months": {"12", "13", "14", "15", "16"},
        "bound": {"low", "high"},
        "filler": {"", "add", "with", "stop", "place"},
        **{kind: {""} for kind in ("level", "role", "void", "verb", "extra")},
    }
    for row in cells_of("pay_words"):
        assert row["phrase"].strip() == row["phrase"] != ""
        assert row["value"] in values[row["kind"]], row
        assert row["reach"] in ("", "clause", "near", "before", "after", "both"), row
    keys = [(row["phrase"].casefold(), row["kind"], row["value"], row["reach"]) for row in cells_of("pay_words")]
    assert len(keys) == len(set(keys))


def test_words_are_labelled_with_a_language_that_has_their_letters() -> None:
    for row in cells_of("pay_words"):
        phrase, language = row["phrase"].casefold(), row["language"]
        assert language == "" or (len(language) == 2 and language.islower()), row
        if set("øæ") & set(phrase):
            assert language in ("da", "no", ""), row
        if "ö" in phrase or "ä" in phrase:
            assert language not in ("da", "no"), row
        if phrase.endswith(("løn", "lønn")):
            assert language == {"n": "no", "ø": "da"}[phrase[-2]], row


def test_units_are_worth_something() -> None:
    for row in cells_of("pay_units"):
        assert float(row["factor"]) >= 1000
        assert all(currency in codes() for currency in filter(None, row["currency"].split(";")))
        assert row["period"] in ("", *PERIODS)


def test_every_rule_has_its_reason_and_its_values() -> None:
    countries = {row["country"] for row in cells_of("countries")}
    keys = set()
    for row in cells_of("pay_rules"):
        assert row["reason"], row
        assert row["country"] in {"", *countries}, row
        assert all(currency in codes() for currency in filter(None, row["currency"].split(";"))), row
        if row["rule"] == "period":
            assert row["period"] in PERIODS and 0 < float(row["low"]) < float(row["high"]), row
        elif row["rule"] == "annual_pay":
            assert 0 < float(row["low"]) < float(row["high"]), row
        elif row["rule"] == "annual_hours":
            assert 1600 <= float(row["value"]) <= 2700, row
        elif row["rule"] in ("skilled_pay", "senior_pay"):
            assert float(row["low"] or 0) >= 1000 or 1 < float(row["value"]) <= 2, row
        elif row["rule"] == "monthly_pay":
            assert row["period"] == "month" and float(row["high"]) > 0, row
        else:
            assert row["rule"] == "salary_months" and 12 <= int(row["value"]) <= 16, row
        key = (row["rule"], row["country"], row["currency"], row["period"])
        assert key not in keys, key
        keys.add(key)


def test_periods_of_one_country_do_not_overlap() -> None:
    norms: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for row in cells_of("pay_rules"):
        if row["rule"] == "period":
            norms[row["country"], row["currency"]].append((float(row["low"]), float(row["high"])))
    for key, ranges in norms.items():
        in_order = sorted(ranges)
        assert all(one[1] < two[0] for one, two in itertools.pairwise(in_order)), key
