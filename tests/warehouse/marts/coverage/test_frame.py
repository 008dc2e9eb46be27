"""mart.frame_coverage and mart.pay_ladder: what was read, and where jobs are lost on the way to pay."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.warehouse.marts.test_marts import AS_OF, NOW, REGION, SOME_COUNTRIES, posting, put
from transforms.records.columns import fields_of
from warehouse import database
from warehouse.checks import gate
from warehouse.mart_tables import FrameCoverage, PayLadder
from warehouse.marts.coverage.frame import frame_coverage, pay_ladder
from warehouse.ops_tables import Responses
from warehouse.schema import arrow_table
from warehouse.tables import Countries, Employers, PostingPlaces

NO_PAY: dict[str, Any] = dict.fromkeys(
    ("pay_low", "pay_high", "currency", "period", "pay_source", "annual_low", "annual_high", "annual_low_usd",
     "annual_high_usd", "pay_country", "pay_region", "pay_continent", "pay_market")
)  # fmt: skip


@pytest.fixture
def con(con: database.Connection) -> database.Connection:
    """With the table of countries."""
    database.load_lookup(con, Countries, SOME_COUNTRIES)
    return con


def place(posting_id: str, country: str, position: int = 0) -> PostingPlaces:
    region, continent = REGION[country]
    nothing: dict[str, Any] = dict.fromkeys(f.name for f in fields_of(PostingPlaces))
    values = {"posting_id": posting_id, "position": position, "country": country, "region": region}
    return PostingPlaces(**nothing | values | {"continent": continent, "reading": "stated"})


def place_all(con: database.Connection, rows: list[Any]) -> None:
    """Put postings, each with its country as its only place."""
    put(con, rows)
    put(con, [place(row.posting_id, row.country) for row in rows if row.country])


def ladder(con: database.Connection, region: str = "Northern America", level: str = "mid_senior") -> dict[str, Any]:
    rows = pay_ladder(con, AS_OF)
    rows = rows[(rows["region"] == region) & (rows["seniority_group"] == level)].sort_values("position")
    return dict(zip(rows["step"], rows.itertuples(), strict=True))


def coverage(con: database.Connection, region: str = "World", source: str = "all", sector: str = "all") -> Any:
    rows = frame_coverage(con, AS_OF)
    rows = rows[(rows["region"] == region) & (rows["source"] == source) & (rows["sector"] == sector)]
    (row,) = rows.itertuples()
    return row


def employer(employer_id: str, **fields: Any) -> Employers:
    usual: dict[str, Any] = {"employer": employer_id, "names": (), "domains": (), "boards": (), "country": None}
    return Employers(
        **{
            "employer_id": employer_id,
            "industry": None,
            "is_staffing_agency": False,
            "n_postings": 0,
            "name_source": "advert",
        }
        | usual
        | fields
    )


def answer(board: str, *, days: int = 0, is_complete: bool = True, n_rows: int = 1, source: str = "x") -> Responses:
    nothing: dict[str, Any] = {f.name: None for f in fields_of(Responses)}
    values: dict[str, Any] = {
        "record": 0, "source": source, "board": board, "observed_at": NOW - timedelta(days=days), "http_status": 200,
        "is_complete": is_complete, "n_rows": n_rows, "n_rejects": 0, "warc": f"{source}/{board}{days}",
    }  # fmt: skip
    return Responses(**nothing | values)


def test_a_job_has_the_first_level_that_one_of_its_adverts_tells(con: database.Connection) -> None:
    levels: list[dict[str, Any]] = [
        {"seniority": "unstated"},
        {"seniority": "senior", "seniority_inferred": True},
        {"seniority": "mid", "seniority_inferred": False},
    ]
    adverts = [posting(number, job_id="told", **NO_PAY, **one) for number, one in enumerate(levels)]
    place_all(con, [*adverts, posting(9, job_id="untold", **NO_PAY, seniority="unstated")])
    jobs = con.execute("SELECT job_id, seniority, seniority_inferred FROM counted_jobs(?) ORDER BY 1", [AS_OF])
    assert jobs.fetchall() == [("told", "senior", True), ("untold", "unstated", False)]


def test_an_advert_that_closed_is_in_no_ladder(con: database.Connection) -> None:
    before = NOW - timedelta(days=1)
    put(con, [posting(1), posting(2, first_seen_at=before, last_seen_at=before, closed_on=AS_OF)])
    assert ladder(con, "World")["adverts"].n == 1


def test_boards_are_known_read_whole_and_in_the_stock(con: database.Connection) -> None:
    """One of each: read whole, long ago, asked in vain, entered and never asked, never whole, of a source kept back."""
    put(con, [
        employer("a", boards=("x:whole", "x:entered"), industry="finance", country="DE"),
        employer("b", boards=("x:old",), country="US"),
    ])  # fmt: skip
    rows = [posting(1, board="whole"), posting(2, board="old", last_seen_at=NOW - timedelta(days=60),
                                               first_seen_at=NOW - timedelta(days=60))]  # fmt: skip
    place_all(con, rows)
    database.insert_into(con, "ops.responses", arrow_table(Responses, [
        answer("vain", is_complete=False, n_rows=0), answer("partial", is_complete=False),
        answer("tomorrow", days=-1),
    ]))  # fmt: skip

    def counts(**cell: str) -> tuple[int, ...]:
        row = coverage(con, **cell)
        return (row.n_boards, row.n_boards_read_whole, row.n_boards_in_stock)

    assert counts() == (5, 2, 2), "whole, old, vain, partial and entered; in the stock whole and partial"
    assert counts(sector="finance") == (2, 1, 1)
    assert counts(region="US") == (2, 2, 1), "where adverts were listed, also of boards that left the stock"
    assert counts(region="DE") == (2, 1, 1), "where the employer's head office is"
    read = con.execute("SELECT board, read_on FROM frame_boards(?) WHERE region = 'World' ORDER BY 1", [AS_OF])
    assert read.fetchall() == [
        ("entered", None), ("old", AS_OF - timedelta(days=60)), ("partial", AS_OF), ("vain", None), ("whole", AS_OF),
    ]  # fmt: skip


@pytest.mark.parametrize(("cls", "compute"), [(FrameCoverage, frame_coverage), (PayLadder, pay_ladder)])
def test_days_without_readings_change_nothing_and_pass_the_gate(
    con: database.Connection, cls: type, compute: Any
) -> None:
    place_all(con, [posting(number, country=("US", "DE")[number % 2]) for number in range(9)])
    rows = compute(con, AS_OF)
    assert len(rows) > 0
    assert gate.check(rows, cls, gate="mart", run_id="test").passed
    for days in (1, 400):
        later = compute(con, AS_OF + timedelta(days=days))
        assert later.drop(columns="as_of").equals(rows.drop(columns="as_of"))
    assert compute(con, AS_OF - timedelta(days=1)).empty
