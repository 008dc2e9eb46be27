"""Marts: rows of core in, cells out. What enters a band, where a job counts, how sure a cell says it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from extractors.source_list import declared_sources
from tests.builders import list_postings, open_copy
from transforms.records.columns import fields_of, table_of
from transforms.records.definitions import BAND
from transforms.records.vocabulary import GROUP_OF_ROLE
from transforms.text.lookups import countries, near_occupations, roles
from warehouse import database
from warehouse.marts.measures import MEASURES
from warehouse.marts.pay.salary_bands import salary_bands
from warehouse.marts.share.shares import shares as all_shares
from warehouse.schema import arrow_table
from warehouse.tables import (
    Countries,
    ExchangeRates,
    NearOccupations,
    OfficialWages,
    PayReports,
    PostingPay,
    PostingPlaces,
    Postings,
    Roles,
    Sources,
)

AS_OF = date(2026, 9, 30)
NOW = datetime(2026, 9, 30, 2, tzinfo=UTC)
REGION = {
    "US": ("Northern America", "Americas"),
    "BR": ("South America", "Americas"),
    "DE": ("Western Europe", "Europe"),
}
SOME_COUNTRIES = [one for one in countries() if one.country in ("US", "CA", "BR", "DE", "SG")]
"""Countries of four regions: each region, with jobs or without, has its cells in a mart."""


@pytest.fixture
def con(work_template: Path, tmp_path: Path) -> Iterator[database.Connection]:
    with open_copy(work_template, tmp_path) as con:
        database.load_lookup(con, Countries, SOME_COUNTRIES)
        database.load_lookup(con, Roles, roles())
        database.load_lookup(con, NearOccupations, near_occupations())
        yield con


def posting(number: int, **fields: Any) -> Postings:
    """A full-time job of its own employer, 150-200 thousand dollars in the US, unless something else is said."""
    country = fields.pop("country", "US")
    region, continent = REGION.get(country, (country, country))
    role = fields.get("role", "machine_learning_engineer")
    usual: dict[str, Any] = {f.name: None for f in fields_of(Postings)}
    usual |= {
        "posting_id": f"x:{number:04}", "job_id": f"x:{number:04}", "source": "x", "title": "t",
        "title_key": "t", "vacancy_places": (),
        "employer_id": f"e{number}",
        "role": role, "role_group": GROUP_OF_ROLE[role], "seniority": "senior", "seniority_inferred": False,
        "text_state": "full", "text_class": "full_advert", "is_drawn": True, "language": "en",
        "employment_type": "FULL_TIME",
        "pay_low": 150e3, "pay_high": 200e3, "currency": "USD", "period": "year", "pay_source": "stated",
        "annual_low": 150e3, "annual_high": 200e3, "annual_low_usd": 150e3, "annual_high_usd": 200e3,
        "pay_country": country, "pay_region": region, "pay_continent": continent, "pay_market": "local",
        "country": country, "region": region,
        "continent": continent, "first_seen_at": NOW, "last_seen_at": NOW, "warc": "x/1", "record": 0,
        "content_hash": "0" * 32,
    }  # fmt: skip
    return Postings(**(usual | {"version_from": fields.get("first_seen_at", NOW)} | fields))


def put(con: database.Connection, rows: list[Any]) -> None:
    database.insert_into(con, table_of(type(rows[0])).name, arrow_table(type(rows[0]), rows))
    list_postings(con)


def bands(con: database.Connection) -> Any:
    return salary_bands(con, AS_OF)


def shares(con: database.Connection) -> Any:
    """Rows of roles."""
    frame = all_shares(con, AS_OF, measures=[MEASURES["role"]])
    return frame.assign(role=frame["item"])


def cell(frame: Any, **key: Any) -> Any:
    usual = {
        "basis": "advertised", "region_level": "world", "seniority_group": "mid_senior",
        "role_group": "ai_engineering", "role": "all", "contract": "employee", "pay_market": "all", "currency": "USD",
    }  # fmt: skip
    for column, value in (usual | key).items():
        frame = frame[frame[column] == value]
    assert len(frame) == 1
    return frame.iloc[0]


def test_a_band_is_a_quantile_of_low_ends_and_one_of_high_ends(con: database.Connection) -> None:
    ends = [(100e3 + 1e3 * i, 200e3 + 2e3 * i) for i in range(41)]
    put(con, [posting(i, annual_low_usd=low, annual_high_usd=high) for i, (low, high) in enumerate(ends)])
    band = cell(bands(con))
    assert (band.n_jobs, band.n_employers, band.n_even_employers) == (41, 41, 41)
    assert band.largest_employer_share == pytest.approx(1 / 41)
    # Type 8 of Hyndman and Fan: the value number (n + 1/3) p + 1/3, of p25 and p75 10.667 and 31.333.
    first, last = ((41 + 1 / 3) * p - 2 / 3 for p in (BAND.low, BAND.high))
    assert (band.band_low, band.band_high) == pytest.approx((100e3 + 1e3 * first, 200e3 + 2e3 * last), abs=0.01)
    assert (band.p50, band.p50_by_employer) == (180e3, 180e3)
    for name in ("band_low", "band_high", "p10", "p25", "p50", "p75", "p90"):
        assert band[f"{name}_lo"] < band[name] < band[f"{name}_hi"]
    assert (band.status, band.form, band.window_days) == ("published", "point", 0)
    assert band.countries == [{"country": "US", "n_jobs": 41}]


def test_every_job_counts_once_and_beside_it_every_employer(con: database.Connection) -> None:
    small = [
        posting(i, employer_id=f"E{i % 20}", annual_low_usd=1e5 + 1e3 * i, annual_high_usd=3e5) for i in range(100)
    ]
    put(con, [*small, *(posting(100 + i, employer_id="large", annual_low_usd=90e3) for i in range(40))])
    band = cell(bands(con))
    assert band.p50 == pytest.approx(214_500, abs=1_000), (
        "the 70th of 140 jobs, of which the large employer's pay least"
    )
    assert band.p50_by_employer == pytest.approx(223_500, abs=1_000), "of 21 employers it is one"
    assert band.largest_employer_share == pytest.approx(40 / 140)
    assert band.n_even_employers == pytest.approx(140**2 / (20 * 5**2 + 40**2))
    assert band.n_effective == pytest.approx(140 / band.design_effect)


# Each case is a job in a region of its own, so that the bands of all are computed once.
OWN_REGIONS = [*{one.region: one.country for one in countries() if one.region not in (None, "Western Europe")}.items()]


Place = dict[str, Any]


def bands_of_cases(work_template: Path, folder: Path, make: Callable[[int, Place], list[Any]], n_cases: int) -> Any:
    """Bands of cases in regions of their own, in the order of `OWN_REGIONS`. `make` gives the rows of a case."""
    with open_copy(work_template, folder) as con:
        for cls, rows in ((Countries, countries()), (Roles, roles()), (NearOccupations, near_occupations())):
            database.load_lookup(con, cls, rows)
        made: dict[type, list[Any]] = {}
        for number, (region, country) in enumerate(OWN_REGIONS[:n_cases]):
            for row in make(number, {"country": country, "region": region, "pay_region": region, "board": region}):
                made.setdefault(type(row), []).append(row)
        for rows in made.values():
            put(con, rows)
        return bands(con)


ENTERING: list[tuple[dict[str, Any], int, int]] = [
    ({}, 1, 0),
    ({"employment_type": None}, 1, 0),
    ({"employment_type": None, "period": "hour"}, 0, 1),
    ({"employment_type": "CONTRACTOR"}, 0, 1),
    ({"employment_type": "PART_TIME"}, 0, 1),
    ({"pay_tax": "net"}, 0, 1),
    ({"pay_flag": "high_over_4x_low"}, 0, 1),
    ({"annual_low": None, "annual_low_usd": None, "pay_low": None}, 0, 1),
    ({"annual_low_usd": None, "annual_high_usd": None, "usd_reason": "no_rate"}, 0, 0),
    ({"role": "software_engineer"}, 0, 0),
    ({"role": "ai_data_trainer"}, 0, 0),
    ({"seniority": "staff"}, 0, 0),
    ({"seniority": "unstated"}, 0, 0),
    ({"currency": None}, 0, 0),
    ({"closed_on": NOW.date() + timedelta(days=1)}, 1, 0),
    ({"first_seen_at": NOW + timedelta(days=1), "last_seen_at": NOW + timedelta(days=1)}, 0, 0),
]


@pytest.fixture(scope="module")
def bands_of_entering(work_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    def make(number: int, place: Place) -> list[Any]:
        return [posting(number, **place | ENTERING[number][0])]

    return bands_of_cases(work_template, tmp_path_factory.mktemp("entering"), make, len(ENTERING))


@pytest.mark.parametrize("number", range(len(ENTERING)))
def test_what_enters_a_band(bands_of_entering: Any, number: int) -> None:
    _, enters, apart = ENTERING[number]
    band = cell(bands_of_entering, region_level="region", region=OWN_REGIONS[number][0])
    assert (band.n_jobs, band.n_apart) == (enters, apart)


def test_interns_enter_no_cell_and_unstated_levels_only_the_total(con: database.Connection) -> None:
    put(con, [posting(1, seniority="intern"), posting(2, seniority="unstated"), posting(3, seniority="executive")])
    frame = bands(con)
    counts = {group: cell(frame, seniority_group=group).n_jobs for group in ("entry", "senior", "unstated", "all")}
    assert counts == {"entry": 0, "senior": 0, "unstated": 1, "all": 2}


NO_PAY: dict[str, Any] = dict.fromkeys(
    ("pay_low", "pay_high", "currency", "period", "pay_source", "annual_low", "annual_high", "annual_low_usd",
     "annual_high_usd", "pay_country", "pay_region", "pay_continent", "pay_market")
)  # fmt: skip


SILENT: list[tuple[dict[str, Any], int]] = [
    (NO_PAY, 1),
    (NO_PAY | {"employment_type": None}, 1),
    (NO_PAY | {"employment_type": "PART_TIME"}, 0),
    (NO_PAY | {"employment_type": "CONTRACTOR"}, 0),
    (NO_PAY | {"seniority": "intern"}, 0),
    (NO_PAY | {"seniority": "unstated"}, 0),
    (NO_PAY | {"region": None}, 0),  # in several regions: pay of no single one
    ({}, 0),
    ({"pay_tax": "net"}, 1),
    ({"pay_flag": "high_over_4x_low"}, 1),
    ({"annual_low": None, "annual_low_usd": None, "pay_low": None}, 1),
    ({"annual_low_usd": None, "annual_high_usd": None, "usd_reason": "no_rate"}, 1),
    ({"currency": None, "annual_low_usd": None, "annual_high_usd": None}, 1),
    ({"employment_type": None, "period": "hour"}, 0),
    ({"employment_type": "CONTRACTOR"}, 0),
    ({"pay_country": "DE", "pay_region": "Western Europe"}, 0),  # it states pay, of another place
]


@pytest.fixture(scope="module")
def bands_of_silent(work_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    def make(number: int, place: Place) -> list[Any]:
        return [posting(number, **place | SILENT[number][0])]

    return bands_of_cases(work_template, tmp_path_factory.mktemp("silent"), make, len(SILENT))


@pytest.mark.parametrize("number", range(len(SILENT)))
def test_silent_are_jobs_that_may_be_of_the_band_and_whose_pay_is_not_known(bands_of_silent: Any, number: int) -> None:
    fields, silent = SILENT[number]
    band = cell(bands_of_silent, region_level="region", region=OWN_REGIONS[number][0])
    assert band.n_silent == silent
    assert band.n_jobs == int(not silent and fields == {})


def test_silent_jobs_of_one_employer_bound_nothing(con: database.Connection) -> None:
    """Rules of what is printed hold for all jobs: here one employer has nearly half of them, and most weight."""
    put(con, [*(posting(i) for i in range(40)), *(posting(100 + i, **NO_PAY, employer_id="mute") for i in range(38))])
    band = cell(bands(con))
    assert (band.status, band.n_silent) == ("published", 38)
    assert pd.isna(band.p50_bounds_lo) and band.p50_if_odds_half == 175e3


def test_where_all_state_pay_nothing_is_supposed(con: database.Connection) -> None:
    put(con, [posting(i) for i in range(40)])
    band = cell(bands(con))
    assert band.n_silent == 0 and pd.isna(band.p50_if_odds_half)
    assert band.p50_bounds_lo == band.p50_bounds_hi == 175e3
    put(con, [posting(100, **NO_PAY), posting(101, pay_market="cross_border")])
    counts = {market: cell(bands(con), pay_market=market).n_silent for market in ("all", "local", "cross_border")}
    assert (counts["all"], counts["local"]) == (1, 1)
    assert pd.isna(counts["cross_border"]), "a silent job is taken for one that pays in the money of its place"


def test_a_job_counts_once_in_each_region_and_once_in_the_world(con: database.Connection) -> None:
    same = {"job_id": "x:0001", "employer_id": "e"}
    put(con, [posting(1, **same), posting(2, **same), posting(3, country="DE", **same)])
    frame = bands(con)
    assert cell(frame).n_jobs == 1
    assert cell(frame, region_level="region", region="Northern America").n_jobs == 1
    assert cell(frame, region_level="region", region="Western Europe").n_jobs == 1


def test_several_and_remote_are_cells_of_their_own(con: database.Connection) -> None:
    for number, place in enumerate(("several", "remote")):
        put(con, [posting(number, pay_country=place, pay_region=place, pay_continent=place, pay_market=None)])
    frame = bands(con)
    assert cell(frame, region_level="region", region="several").n_jobs == 1
    assert cell(frame, region_level="country", region="remote").n_jobs == 1
    assert cell(frame).n_jobs == 2


CAD = {"currency": "CAD", "annual_low": 180e3, "annual_high": 240e3, "annual_low_usd": 130e3, "annual_high_usd": 170e3}
PLACES = {"US": "Northern America", "CA": "Northern America", "DE": "Western Europe"}


def zone(number: int, position: int, country: str | None, **fields: Any) -> PostingPay:
    """Base pay of 150-200 thousand dollars tied to a country, chosen for that country."""
    usual: dict[str, Any] = {
        "low": 150e3, "high": 200e3, "currency": "USD", "period": "year", "annual_low": 150e3, "annual_high": 200e3,
        "annual_low_usd": 150e3, "annual_high_usd": 200e3, "country": country,
        "is_headline_in_country": country is not None, "is_headline": position == 0,
    }  # fmt: skip
    return PostingPay(posting_id=f"x:{number:04}", position=position, **(usual | fields))


def placed(number: int, *countries: str) -> list[PostingPlaces]:
    return [
        PostingPlaces(
            posting_id=f"x:{number:04}", position=i, place_text=c, country=c, region=PLACES[c], continent=c
        )
        for i, c in enumerate(countries)
    ]  # fmt: skip


def jobs_by_country(frame: Any) -> dict[str, int]:
    here = frame[
        (frame.basis == "advertised") & (frame.region_level == "country") & (frame.seniority_group == "mid_senior")
        & (frame.role_group == "ai_engineering") & (frame.role == "all") & (frame.pay_market == "all")
        & (frame.currency == "USD") & (frame.n_jobs > 0)
    ]  # fmt: skip
    return dict(zip(here.region, here.n_jobs, strict=True))


def test_pay_zones_count_in_each_of_their_countries_and_once_above(con: database.Connection) -> None:
    put(con, [posting(1)])
    put(
        con,
        [
            zone(1, 0, "US"),
            zone(1, 1, "CA", **CAD),
            zone(1, 2, "CA", **(CAD | {"annual_low_usd": 1e3}), is_headline_in_country=False, level_text="Staff"),
            zone(1, 3, "DE", annual_low_usd=90e3, annual_high_usd=110e3, currency="EUR"),
        ],
    )
    frame = bands(con)
    assert jobs_by_country(frame) == {"CA": 1, "DE": 1, "US": 1}
    counts = {
        region: cell(frame, region_level=level, region=region).n_jobs
        for level, region in [("world", "World"), ("region", "Northern America"), ("region", "Western Europe")]
    }
    assert counts == {"World": 1, "Northern America": 1, "Western Europe": 1}


POLAND = {"country": "PL", "pay_market": "local"}
EITHER = {"pay_contract": "either"}
INVOICES = {"annual_low_usd": 200e3, "annual_high_usd": 300e3}
OF_CONTRACTS: list[tuple[dict[str, Any], dict[str, tuple[int, int]]]] = [
    ({}, {"employee": (1, 0)}),
    ({"pay_contract": "employee"}, {"employee": (1, 0)}),
    ({"pay_contract": "contractor"}, {"contractor": (1, 0)}),
    ({"pay_contract": "contractor", "employment_type": "CONTRACTOR"}, {"contractor": (1, 0)}),
    ({"pay_contract": "contractor", "employment_type": None, "period": "hour"}, {"contractor": (1, 0)}),
    ({"pay_contract": "contractor", "employment_type": "PART_TIME"}, {"contractor": (0, 1)}),
    ({"pay_contract": "contractor", "pay_tax": "net"}, {"contractor": (0, 1)}),
    ({"pay_contract": "contractor", "pay_tax": "invoice"}, {"contractor": (1, 0)}),
    ({"pay_contract": "agency", "employment_type": "TEMPORARY"}, {"agency": (1, 0)}),
    ({"employment_type": "TEMPORARY"}, {"employee": (0, 1)}),
    (EITHER, {"employee": (0, 1)}),
    (POLAND, {"employee": (0, 1)}),
    (POLAND | {"pay_contract": "employee"}, {"employee": (1, 0)}),
]
"""Offers, and the jobs that a contract's cell has in its band and kept apart."""


def test_a_band_holds_one_contract(work_template: Path, tmp_path: Path) -> None:
    def make(number: int, place: Place) -> list[Any]:
        return [posting(number, **place | OF_CONTRACTS[number][0])]

    found = bands_of_cases(work_template, tmp_path, make, len(OF_CONTRACTS)).query(
        "basis == 'advertised' and region_level == 'region' and seniority_group == 'mid_senior' and role == 'all'"
        " and role_group == 'ai_engineering' and pay_market == 'all' and (n_jobs > 0 or n_apart > 0)"
    )
    for (region, _), (offer, counts) in zip(OWN_REGIONS, OF_CONTRACTS, strict=False):
        rows = found[found["region"] == region].itertuples()
        assert {row.contract: (row.n_jobs, row.n_apart) for row in rows} == counts, offer


def test_an_advert_with_pay_for_two_contracts_counts_once_in_the_band_of_each(con: database.Connection) -> None:
    both = {"is_headline_in_country": True, "contract": "contractor"} | INVOICES
    put(con, [posting(i, pay_contract="employee") for i in range(40)])
    put(con, [zone(i, 1, None, **both) for i in range(40)])
    frame = bands(con)
    ends = {
        contract: (cell(frame, **place, contract=contract).band_low, cell(frame, **place, contract=contract).n_jobs)
        for contract in ("employee", "contractor")
        for place in ({}, {"region_level": "country", "region": "US"})
    }
    assert ends == {"employee": (150e3, 40), "contractor": (200e3, 40)}


def test_cells_of_contractors_exist_only_where_they_are_paid(con: database.Connection) -> None:
    put(con, [posting(i) for i in range(40)])
    before = len(bands(con))
    put(con, [posting(40, pay_contract="contractor"), posting(41, contract="contractor", **NO_PAY)])
    frame = bands(con)
    assert len(frame) - before == (frame.contract == "contractor").sum() < 100
    assert frame[frame.contract == "contractor"].n_silent.isna().all()
    assert cell(frame).n_silent == 0, "a silent job for contractors is of no band of employees"


def test_each_country_takes_the_amounts_of_its_own_zone_and_a_region_those_of_all(
    con: database.Connection,
) -> None:
    put(con, [posting(i, annual_low_usd=160e3) for i in range(40)])
    put(con, [pay for i in range(40) for pay in (zone(i, 0, "US", annual_low_usd=160e3), zone(i, 1, "CA", **CAD))])
    frame = bands(con)
    canada = {"region_level": "country", "region": "CA"}
    assert cell(frame, **canada).band_low == 130e3
    assert (cell(frame, **canada, currency="CAD").n_jobs, cell(frame, **canada, currency="CAD").band_low) == (40, 180e3)
    of_region = cell(frame, region_level="region", region="Northern America")
    assert (of_region.band_low, of_region.n_jobs) == (130e3, 40), "each job counts once, in two parts"
    assert cell(frame).band_low == 130e3
    assert cell(frame, **canada, pay_market="local").n_jobs == 40
    rows = cell(frame, region_level="region", region="Northern America").countries
    assert rows == [{"country": "US", "n_jobs": 40}]


@pytest.mark.parametrize(
    ("places", "zones", "expected"),
    [
        (("US", "CA"), (), {"several": 1}),
        (("US", "CA"), ("CA",), {"US": 1, "CA": 1}),
        (("US", "CA", "DE"), ("CA",), {"several": 1, "CA": 1}),
        (("US", "CA"), ("US", "CA"), {"several": 1, "US": 1, "CA": 1}),
    ],
)
def test_pay_tied_to_no_country_counts_where_no_other_is(
    con: database.Connection, places: tuple[str, ...], zones: tuple[str, ...], expected: dict[str, int]
) -> None:
    put(con, [posting(1, pay_country="several", pay_region="Northern America", pay_continent="Americas")])
    put(con, placed(1, *places))
    put(con, [zone(1, 0, None), *(zone(1, 1 + i, country) for i, country in enumerate(zones))])
    frame = bands(con)
    assert jobs_by_country(frame) == expected
    assert cell(frame).n_jobs == 1


ZONES: list[tuple[dict[str, Any], int, int]] = [
    ({}, 1, 0),
    ({"flag": "high_over_4x_low"}, 0, 1),
    ({"tax": "net"}, 0, 1),
    ({"annual_high": None, "annual_high_usd": None}, 0, 1),
    ({"annual_low_usd": None, "annual_high_usd": None}, 0, 0),
    ({"component": "bonus"}, 0, 0),
    ({"currency": None}, 0, 0),
]


def test_a_zone_is_judged_by_its_own_amounts(work_template: Path, tmp_path: Path) -> None:
    def make(number: int, place: Place) -> list[Any]:
        return [posting(number), zone(number, 0, "US"), zone(number, 1, place["country"], **ZONES[number][0])]

    frame = bands_of_cases(work_template, tmp_path, make, len(ZONES))
    for (region, _), (fields, enters, apart) in zip(OWN_REGIONS, ZONES, strict=False):
        band = cell(frame, region_level="region", region=region)
        assert (band.n_jobs, band.n_apart) == (enters, apart), fields


def test_remote_pay_and_its_zones_stand_apart(con: database.Connection) -> None:
    put(con, [posting(1, pay_country="remote", pay_region="remote", pay_continent="remote", pay_market=None)])
    put(con, placed(1, "US", "DE"))
    put(con, [zone(1, 0, None), zone(1, 1, "DE")])
    assert jobs_by_country(bands(con)) == {"remote": 1, "DE": 1}


def test_stated_levels_have_a_band_of_their_own(con: database.Connection) -> None:
    put(con, [posting(i, seniority="mid" if i % 2 else "senior") for i in range(40)])
    put(con, [posting(100 + i, seniority_inferred=True, annual_low_usd=90e3) for i in range(60)])
    put(con, [posting(200 + i, seniority="staff") for i in range(7)])
    frame = bands(con)
    both, explicit = cell(frame), cell(frame, seniority_group="mid_senior_stated")
    assert (both.n_jobs, both.n_stated, both.band_low) == (100, 40, 90e3)
    assert (explicit.n_jobs, explicit.n_stated, explicit.band_low, explicit.status) == (40, 40, 150e3, "published")


def test_gigs_of_trainers_are_counted_and_never_published(con: database.Connection) -> None:
    put(con, [posting(i, role="ai_data_trainer") for i in range(40)])
    band = cell(bands(con), role_group="ai_data_trainer", seniority_group="all")
    assert (band.n_jobs, band.n_apart, band.status) == (0, 40, "suppressed")
    assert band.reason == "kept apart: paid gigs, not employment; only counted"


def test_every_region_and_group_has_a_row_with_its_reason(con: database.Connection) -> None:
    database.load_lookup(con, Countries, countries())
    frame = bands(con)
    regions = {c.region for c in countries() if c.region}
    rows = frame[(frame.region_level == "region") & (frame.role_group == "ai_core") & (frame.seniority_group == "all")]
    assert set(rows.region) == regions
    assert set(rows.status) == {"suppressed"}
    assert set(rows.reason) == {"not enough employers (0; 15 needed)"}
    assert rows[["band_low", "p50", "p50_lo"]].isna().all(axis=None)


def test_who_hires_is_the_employer_as_resolved_else_the_board_else_each_advert_its_own(
    con: database.Connection,
) -> None:
    spellings = [
        posting(i, employer=name, employer_id="acme") for i, name in enumerate(["Acme", "ACME, Inc.", "acme.com"])
    ]
    of_a_board = [posting(i, employer_id=None, board="b") for i in (3, 4)]
    put(con, [*spellings, *of_a_board, *(posting(i, employer_id=None) for i in range(5, 40))])
    assert (cell(bands(con)).n_jobs, cell(bands(con)).n_employers) == (40, 1 + 1 + 35)


EMPLOYERS: list[tuple[list[int], str | None]] = [
    ([4] * 14, "not enough employers (14; 15 needed)"),
    ([61] + [1] * 60, "one employer is 50 % of it (at most 50 %)"),
    ([60] + [1] * 60, None),
    ([1] * 15, None),
]


def test_a_cell_is_printed_by_how_it_was_sampled(work_template: Path, tmp_path: Path) -> None:
    def make(number: int, place: Place) -> list[Any]:
        employers = [f"E{employer}" for employer, size in enumerate(EMPLOYERS[number][0]) for _ in range(size)]
        return [posting(1_000 * number + i, employer_id=name, **place) for i, name in enumerate(employers)]

    frame = bands_of_cases(work_template, tmp_path, make, len(EMPLOYERS))
    for (region, _), (sizes, reason) in zip(OWN_REGIONS, EMPLOYERS, strict=False):
        band = cell(frame, region_level="region", region=region)
        assert band.status == ("published" if reason is None else "suppressed")
        assert pd.isna(band.reason) if reason is None else band.reason == reason
        assert pd.isna(band.band_low) == (reason is not None)
        assert (band.form == "point") == (reason is None)
        assert band.n_even_employers == pytest.approx(sum(sizes) ** 2 / sum(size**2 for size in sizes))


def wage(**fields: Any) -> OfficialWages:
    """Wages of American data scientists in May 2024, unless something else is said."""
    usual: dict[str, Any] = {f.name: None for f in fields_of(OfficialWages)}
    usual |= {
        "source": "bls", "area": "99", "is_national": True, "area_title": "US", "country": "US", "scheme": "SOC 2018",
        "occupation": "15-2051", "occupation_title": "Data Scientists", "period_on": date(2024, 5, 1),
        "period_to": date(2024, 5, 31), "due_on": date(2026, 5, 31), "currency": "USD", "employment": 100,
        "earnings": "gross pay", "coverage": "employees", "stated_period": "year", "periods_per_year": 1.0,
        "annual_from": "the publisher's own", "annual_p10": 1.0, "annual_p25": 2.0, "annual_p50": 3.0,
        "annual_p75": 4.0, "annual_p90": 5.0, "warc": "b/1", "record": 0, "top_coded": (),
    }  # fmt: skip
    return OfficialWages(**(usual | fields))


OFFICIAL = {"basis": "official", "region_level": "country", "seniority_group": "all"}


def test_official_wages_are_the_newest_national_ones_that_are_known(con: database.Connection) -> None:
    put(
        con,
        [
            wage(),
            wage(period_on=date(2025, 5, 1), period_to=date(2025, 5, 31), annual_p50=6.0),
            wage(period_on=date(2026, 9, 15), period_to=date(2026, 10, 15), annual_p50=7.0),  # has not ended
            wage(period_on=date(2025, 6, 1), period_to=date(2025, 6, 30), area="06", is_national=False),
        ],
    )
    band = cell(bands(con), **OFFICIAL, region="US", role_group="ai_science", role="data_scientist")
    assert band.p50 == 6
    assert band.reason.startswith("Data Scientists (SOC 2018 15-2051), May 2025: the occupation of the role's name")


def test_a_wider_group_is_no_band_and_a_mean_no_median(con: database.Connection) -> None:
    """Software developers are near other engineers, and only a large group around AI engineers."""
    means = dict.fromkeys(("annual_p10", "annual_p25", "annual_p50", "annual_p75", "annual_p90"))
    professionals = {"scheme": "ISCO-08", "occupation": "2", "occupation_title": "Professionals", "country": "DE"}
    put(
        con,
        [
            wage(occupation="15-1252", occupation_title="Software Developers", employment=None),
            wage(source="ses", area="DE", currency="EUR", annual_mean=70e3, **professionals, **means),
        ],
    )
    official = bands(con)
    official = official[official["basis"] == "official"]
    assert official[["region", "role_group", "role"]].to_numpy().tolist() == [["US", "other_engineering", "all"]]
    assert official["n_jobs"].isna().all()


def test_a_country_is_judged_on_its_own_money(con: database.Connection) -> None:
    local = [
        posting(
            i,
            country="BR",
            currency="BRL",
            annual_low=200e3,
            annual_high=300e3,
            annual_low_usd=4e4,
            annual_high_usd=6e4,
        )
        for i in range(40)
    ]
    abroad = [posting(100 + i, country="BR", pay_market="cross_border") for i in range(40)]
    put(con, [*local, *abroad])
    frame = bands(con)
    in_money = cell(frame, region_level="country", region="BR", currency="BRL")
    in_dollars = cell(frame, region_level="country", region="BR")
    assert (in_money.n_jobs, in_money.band_low) == (40, 200e3)
    assert (in_dollars.n_jobs, in_dollars.n_cross_border) == (80, 40)
    assert in_dollars.status == in_money.status
    assert cell(frame, region_level="country", region="BR", pay_market="cross_border").band_low == 150e3


def test_pay_in_other_money_says_which_and_where_head_offices_are(con: database.Connection) -> None:
    currencies = ["USD"] * 39 + ["EUR"]
    jobs = [posting(i, country="BR", pay_market="cross_border", currency=money) for i, money in enumerate(currencies)]
    put(con, jobs)
    for job, country in zip(jobs, ("BR", "BR", "US"), strict=False):
        con.execute(
            "INSERT INTO core.employers BY NAME SELECT $id AS employer_id, $id AS employer, 'advert' AS name_source,"
            " [] AS names, [] AS domains, [] AS boards, $country AS country, false AS is_staffing_agency,"
            " 1 AS n_postings", {"id": job.employer_id, "country": country},
        )  # fmt: skip
    row = cell(bands(con), region_level="country", region="BR", pay_market="cross_border")
    assert pd.isna(row.stated_in) and (row.n_employer_here, row.n_employer_elsewhere) == (2, 1)
    con.execute("UPDATE core.postings SET currency = 'EUR'")
    assert cell(bands(con), region_level="region", region="South America", pay_market="cross_border").stated_in == "EUR"


def report(row: int, pay: float, pair_row: int, **fields: Any) -> PayReports:
    usual: dict[str, Any] = {
        "source": "pairs", "snapshot_on": date(2026, 8, 1), "row": row, "basis": "advertised_third_party",
        "pair_row": pair_row, "year": 2026, "title": f"t{pair_row}", "role": "ai_engineer",
        "role_group": "ai_engineering", "seniority": "senior", "employment_type": "FULL_TIME", "pay": pay,
        "currency": "USD", "pay_usd_stated": pay, "country": "US", "employer_country": "US",
        "region": "Northern America", "continent": "Americas", "remote_share": 0.0, "employer_size": "M",
        "warc": "p/1", "record": 0,
    }  # fmt: skip
    return PayReports(**(usual | fields))


def test_pairs_in_money_of_another_country_say_whose_employers_they_are(con: database.Connection) -> None:
    place = {"country": "BR", "region": "South America", "continent": "Americas"}
    currencies = ["USD"] * 35 + ["BRL"] * 31
    employers = ["BR"] * 30 + ["US"] * 3 + [None] * 2 + ["BR"] * 31
    rows = [
        report(
            2 * i + k,
            200e3 - 50e3 * k + i,
            2 * i,
            currency=currency,
            employer_country=employers[i - 1],
            title=f"t{i}",
            **place,
        )
        for i, currency in enumerate(currencies, start=1)
        for k in (0, 1)
    ]
    put(con, rows)
    key = {"basis": "advertised_third_party", "region_level": "country", "region": "BR"}
    frame = bands(con)
    counts = {market: cell(frame, **key, pay_market=market) for market in ("all", "cross_border", "local")}
    assert [counts[market].n_jobs for market in counts] == [66, 35, 31]
    assert counts["all"].n_cross_border == 35
    other = counts["cross_border"]
    assert (other.stated_in, other.n_employer_here, other.n_employer_elsewhere) == ("USD", 30, 3)
    assert counts["local"][["stated_in", "n_employer_here", "n_employer_elsewhere"]].isna().all()


def test_pairs_without_dollars_of_their_own_are_converted_by_the_rate_of_their_snapshot(
    con: database.Connection,
) -> None:
    place = {"country": "CA", "currency": "CAD", "pay_usd_stated": None, "source": "board"}
    rows = [report(2 * i + k, 100e3 + 20e3 * k, 2 * i, title=f"t{i}", **place) for i in range(1, 41) for k in (0, 1)]
    absurd = [report(200 + k, 1.0, 200, pay_flag="implausible_low", **place) for k in (0, 1)]
    put(con, [*rows, *absurd])
    usual: dict[str, Any] = {"source": "ecb_rates", "base": "CAD", "currency": "USD", "warc": "w", "record": 0}
    days = {date(2026, 7, 30): 0.75, date(2026, 9, 29): 0.5}
    database.put(con, ExchangeRates, [ExchangeRates(rate_on=day, rate=rate, **usual) for day, rate in days.items()])
    band = cell(bands(con), basis="advertised_third_party", region_level="country", region="CA")
    assert (band.n_jobs, band.band_low, band.band_high) == (40, 75e3, 90e3)


def test_pairs_of_a_country_are_of_the_one_source_that_has_most_there(con: database.Connection) -> None:
    def pairs(n: int, source: str, low: float, country: str) -> list[PayReports]:
        fields = {"source": source, "country": country}
        return [
            report(2 * i + k, low + 10e3 * k, 2 * i, title=f"{source}{i}", **fields)
            for i in range(1, n + 1)
            for k in (0, 1)
        ]

    put(con, [*pairs(50, "board", 100e3, "CA"), *pairs(40, "pairs", 300e3, "CA")])
    band = cell(bands(con), basis="advertised_third_party", region_level="country", region="CA")
    assert (band.n_jobs, band.band_low, band.band_high) == (50, 100e3, 110e3)


# --- sources --------------------------------------------------------------------------------------------


def test_official_pay_of_a_source_that_may_not_be_republished_is_not_shown(con: database.Connection) -> None:
    row = wage(source="sg_mom_wages", country="SG", area="SG")
    database.put(con, OfficialWages, [row])
    query = "SELECT count(*) FROM official_pay(DATE '9999-12-31') WHERE country = 'SG'"
    assert con.execute(query).fetchone() != (0,)
    database.load_lookup(con, Sources, declared_sources())
    assert con.execute(query).fetchone() == (0,)


def test_postings_of_sources_that_may_not_be_republished_count_in_no_mart(con: database.Connection) -> None:
    database.load_lookup(con, Sources, declared_sources())
    put(con, [posting(i) for i in range(40)])
    before = cell(bands(con)).n_jobs
    secret = next(source.source for source in declared_sources() if not source.is_republishable)
    put(con, [posting(i, source=secret) for i in range(100, 140)])
    assert (cell(bands(con)).n_jobs, shares(con).n_jobs.max()) == (before, 40)
    put(con, [posting(i, source="ashby") for i in range(200, 240)])
    assert (cell(bands(con)).n_jobs, shares(con).n_jobs.max()) == (before + 40, 80)
