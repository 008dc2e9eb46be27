"""The modules on what servers really answered, kept beside this repository. Skipped where that is absent.

The expected counts are facts of the payloads, counted from their JSON and CSV without our code.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest

from extractors.archive import read
from extractors.source import Response, all_sources, source_of
from warehouse.tables import ExchangeRate, Issue, OfficialWage, PayReport, Posting

PAYLOADS = Path(__file__).parents[2].parent / "shared" / "real" / "payloads"
pytestmark = pytest.mark.skipif(not PAYLOADS.exists(), reason=f"the real payloads are not at {PAYLOADS}")
GREENHOUSE_SAMPLE = 40
"""Boards of the four large Greenhouse files that are read here in full; the ids of all are checked elsewhere."""


def responses(source: str, files: str = "*") -> Iterator[Response]:
    for path in sorted((PAYLOADS / source).glob(f"{files}.warc.gz")):
        for found in read(path):
            assert isinstance(found, Response), found
            assert source_of(found.url) is all_sources()[source], found.url
            yield found


def rows(source: str, files: str = "*") -> Iterator[tuple[Response, Any]]:
    for response in responses(source, files):
        for row in all_sources()[source].parse(response):
            yield response, row


@functools.cache
def ashby() -> tuple[Any, ...]:
    return tuple(row for _, row in rows("ashby"))


def test_every_ashby_record_becomes_a_posting_or_an_issue() -> None:
    stated = [job for response in responses("ashby") for job in orjson.loads(response.body)["jobs"]]
    postings = [row for row in ashby() if isinstance(row, Posting)]
    assert len(stated) == 6_911
    assert len(ashby()) == len(stated)
    assert len({job["id"] for job in stated}) == 6_902
    assert {row.posting_id for row in postings} == {f"ashby:{job['id']}" for job in stated}
    assert not [row for row in ashby() if isinstance(row, Issue)]


def salaries_in(job: dict[str, Any]) -> list[dict[str, Any]]:
    """The salary components of a raw record, in its order."""
    tiers = (job.get("compensation") or {}).get("compensationTiers") or []
    return [c for tier in tiers for c in tier["components"] if c["compensationType"] == "Salary"]


def test_structured_pay_of_ashby_is_kept_as_stated() -> None:
    stated = {
        f"ashby:{job['id']}": salaries
        for response in responses("ashby")
        for job in orjson.loads(response.body)["jobs"]
        if (salaries := salaries_in(job))
    }
    assert len(stated) == 2_497
    assert len({salaries[0]["currencyCode"] for salaries in stated.values()}) == 12
    assert len([id for id, salaries in stated.items() if any(s["minValue"] == 0 for s in salaries)]) == 5
    by_id = {row.posting_id: row for row in ashby() if isinstance(row, Posting)}
    for id, salaries in stated.items():
        kept = Counter(
            (pay.low, pay.high, pay.currency)
            for pay in by_id[id].pay
            if pay.reading == "stated" and pay.component in ("base", "on_target_earnings", "other")
        )
        expected = Counter((s["minValue"] or None, s["maxValue"] or None, s["currencyCode"]) for s in salaries)
        upside_down = sum(1 for s in salaries if s["minValue"] > s["maxValue"])
        assert sum((expected - kept).values()) == upside_down, (id, expected, kept)
    others = [row for id, row in by_id.items() if id not in stated]
    assert not [row for row in others if any(p.reading == "stated" and p.component == "base" for p in row.pay)]


def test_salaries_of_ashby_that_are_on_target_earnings_are_no_base_pay() -> None:
    """In 156 adverts, nearly all of them for sales, the salary component says that it holds the commission too."""
    sales = [
        row
        for row in {row.posting_id: row for row in ashby() if isinstance(row, Posting)}.values()
        if any(pay.component == "on_target_earnings" and pay.reading == "stated" for pay in row.pay)
        and not any(pay.component == "base" and pay.reading == "stated" for pay in row.pay)
    ]
    assert 140 <= len(sales) <= 170
    assert all(row.pay_source == "parsed" or row.pay_flag is not None for row in sales)
    assert not [row for row in sales if row.role_group in ("ai_engineering", "ai_science")]


def test_the_newer_ashby_shape_has_workplaces() -> None:
    postings = [row for _, row in rows("ashby", "2026-08-17") if isinstance(row, Posting)]
    assert len(postings) == 10
    assert {row.workplace for row in postings} == {"onsite"}


def test_the_ids_of_greenhouse_are_all_there() -> None:
    """Volume and life cycle rest on ids alone, so they are compared without reading each title four times."""
    ids = {
        job["id"] for response in responses("greenhouse", "2026-01-*") for job in orjson.loads(response.body)["jobs"]
    }
    assert len(ids) == 114_742


def test_greenhouse_lists_without_content_are_read() -> None:
    stated, found = 0, []
    for number, response in enumerate(responses("greenhouse", "2026-01-07*")):
        if number >= GREENHOUSE_SAMPLE:
            break
        stated += len(orjson.loads(response.body)["jobs"])
        found += list(all_sources()["greenhouse"].parse(response))
    assert len(found) == stated > 500
    postings = [row for row in found if isinstance(row, Posting)]
    assert len(postings) == stated
    assert {row.text_state for row in postings} == {"none"}
    assert {row.posted_on for row in postings} == {None}


def test_greenhouse_postings_with_content_are_read_whole() -> None:
    postings = [row for _, row in rows("greenhouse", "2026-07-19") if isinstance(row, Posting)]
    assert len(postings) == 5
    for row in postings:
        assert row.text_state == "full"
        assert row.language == "en"
        assert row.posted_on is not None
        assert row.text is not None
        assert "&lt;" not in row.text and "&nbsp;" not in row.text and "<p" not in row.text
    assert {row.employer for row in postings} == {"Duolingo", "GitLab"}


def test_both_lever_shapes_are_read_whole() -> None:
    postings = [row for _, row in rows("lever")]
    assert all(isinstance(row, Posting) for row in postings)
    assert Counter(row.board for row in postings) == {"1password": 24, "palantir": 10}
    assert all(row.posted_on is not None and row.text_state == "full" for row in postings)
    assert {row.workplace for row in postings if row.board == "palantir"} == {"hybrid", "onsite", "remote"}


def test_every_salary_row_of_aijobs_is_read() -> None:
    snapshots = {}
    for response in (*responses("aijobs_salaries", "2022*"), *responses("aijobs_salaries", "2025-08*")):
        snapshots[response.observed_at.date()] = list(all_sources()["aijobs_salaries"].parse(response))
    assert {day: len(read_rows) for day, read_rows in snapshots.items()} == {
        date(2022, 12, 25): 1_890,
        date(2025, 8, 3): 151_445,
    }
    newest = snapshots[date(2025, 8, 3)]
    assert all(isinstance(row, PayReport) and row.snapshot_on == date(2025, 8, 3) for row in newest)
    rows_of_pairs = Counter(row.pair_row for row in newest)
    assert set(rows_of_pairs.values()) == {1, 2}
    in_pairs = sum(1 for row in newest if rows_of_pairs[row.pair_row] == 2)
    assert 0.99 < in_pairs / len(newest) < 1
    assert {row.country for row in newest if row.region is None} == set()


def test_official_wages_are_those_published() -> None:
    wages = {row.occupation: row for _, row in rows("bls_oews") if isinstance(row, OfficialWage)}
    scientists = wages["15-2051"]
    assert (scientists.annual_p50, scientists.employment) == (112_590, 233_440)
    assert scientists.period_on == date(2024, 5, 1)
    managers = wages["11-3021"]
    assert (managers.annual_p90, managers.top_coded) == (239_200, ("annual_p90",))
    assert {"15-1221", "15-1252", "15-2051"} <= set(wages)


def test_rates_are_read_whole() -> None:
    rates = [row for _, row in rows("ecb_rates")]
    assert all(isinstance(row, ExchangeRate) and row.base == "EUR" for row in rates)
    assert len({row.rate_on for row in rates}) == 7_126
    assert len(rates) == 221_702
    assert (rates[0].rate_on, rates[0].currency, rates[0].rate) == (date(2026, 10, 30), "USD", 1.1172)


def test_the_currency_table_fills_what_the_ecb_lacks() -> None:
    for response in responses("currency_table"):
        rates = [row for row in all_sources()["currency_table"].parse(response) if isinstance(row, ExchangeRate)]
        low, high = all_sources()["currency_table"].SOURCE.expected_rows
        assert low <= len(rates) <= high
        assert {"ARS", "CLP", "COP", "PEN", "UYU", "EUR"} <= {row.currency for row in rates}
        assert {row.rate_on for row in rates} == {response.observed_at.date()}


@pytest.mark.parametrize("source", ["bls_oews", "ecb_rates", "currency_table"])
def test_a_real_snapshot_is_within_its_bounds(source: str) -> None:
    low, high = all_sources()[source].SOURCE.expected_rows
    for response in responses(source):
        n = sum(1 for row in all_sources()[source].parse(response) if not isinstance(row, Issue))
        assert low <= n <= high


def counts(source: str) -> tuple[int, int, int, int]:
    """Of all stored answers of a source: postings, deliberate issues, postings with pay, those with a country."""
    found = [row for _, row in rows(source)]
    postings = [row for row in found if isinstance(row, Posting)]
    issues = [row for row in found if isinstance(row, Issue)]
    assert len(postings) + len(issues) == len(found)
    assert all(issue.is_deliberate and issue.rule for issue in issues), [i for i in issues if not i.is_deliberate]
    assert all(not row.issues for row in postings), [row.issues for row in postings if row.issues][:5]
    paid = sum(1 for row in postings if row.pay_low is not None or row.pay_high is not None)
    return len(postings), len(issues), paid, sum(1 for row in postings if row.country is not None)


COUNTED = {
    "adzuna": (320, 0, 40, 317),
    "france_travail": (2_443, 0, 932, 2_436),
    "hackernews": (2_351, 131, 627, 1_523),
    "simplify_newgrad": (1_994, 13_966, 0, 1_942),
}
"""Rows of the raw answers that are adverts, rows that are none, adverts whose pay and whose country is read."""


def test_every_comment_of_hacker_news_is_an_advert_or_says_why_not() -> None:
    comments = [c for response in responses("hackernews") for c in orjson.loads(response.body)["children"]]
    found = [row for _, row in rows("hackernews")]
    adverts = Counter(row.posting_id.split(":")[1].split("-")[0] for row in found if isinstance(row, Posting))
    refused = {row.value for row in found if isinstance(row, Issue)}
    assert len(comments) == 1_931
    assert {str(comment["id"]) for comment in comments} == adverts.keys() | refused
    assert not adverts.keys() & refused
    assert len(refused) < 0.08 * len({comment["id"] for comment in comments})
    shown = " ".join(map(repr, found))
    assert not [comment["author"] for comment in comments if comment["author"] in shown]


@pytest.mark.parametrize("source", COUNTED)
def test_every_record_arrives(source: str) -> None:
    assert counts(source) == COUNTED[source]
