"""The modules on what servers really answered, kept beside this repository. Skipped where that is absent.

The expected counts are facts of the payloads, counted from their JSON and CSV without our code.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from extractors.archive.reader import read
from extractors.refine.refine import rows_of
from extractors.response import NEW_KEYS, Response
from extractors.source import all_sources, source_of
from extractors.sources.employer_boards import greenhouse
from extractors.sources.employer_postings import career_pages
from extractors.sources.reference import currency_table, onet
from extractors.sources.reference.world_bank import country_codes
from extractors.sources.salaries import aijobs_salaries
from transforms.employers.industries import industry_of
from transforms.pay.headline import OWN_PAY
from transforms.records.rows import ExchangeRate, Issue, OfficialWage, PayReport, Posting, PriceLevel
from transforms.text.rejects import Rejected

PAYLOADS = Path(__file__).parents[3].parent / "shared" / "real" / "payloads"
pytestmark = pytest.mark.skipif(not PAYLOADS.exists(), reason=f"the real payloads are not at {PAYLOADS}")
GREENHOUSE_SAMPLE = 40
"""Boards of the four large Greenhouse files that are read here in full; the ids of all are checked elsewhere."""


def responses(source: str, files: str = "*") -> Iterator[Response]:
    for path in sorted((PAYLOADS / source).glob(f"{files}.warc.gz")):
        for response in read(path):
            assert isinstance(response, Response), response
            assert source_of(response.url) is all_sources()[source], response.url
            yield response


def rows(source: str, files: str = "*") -> Iterator[tuple[Response, Any]]:
    for response in responses(source, files):
        for row in rows_of(all_sources()[source], response):
            yield response, row


@dataclass(frozen=True)
class Boards:
    """Every nth board of Ashby: its raw jobs, and what is read of them."""

    every: int
    jobs: list[dict[str, Any]]
    rows: list[Any]

    @property
    def postings(self) -> dict[str, Posting]:
        return {row.posting_id: row for row in self.rows if isinstance(row, Posting)}


@pytest.fixture(scope="module", params=[4, pytest.param(1, marks=pytest.mark.long)], ids=["every 4th board", "all"])
def ashby(request: pytest.FixtureRequest) -> Boards:
    part = list(itertools.islice(responses("ashby"), 0, None, request.param))
    jobs = [job for response in part for job in orjson.loads(response.body)["jobs"]]
    return Boards(request.param, jobs, [row for response in part for row in rows_of(all_sources()["ashby"], response)])


def test_every_ashby_record_becomes_a_posting_or_an_issue(ashby: Boards) -> None:
    all_jobs = [job for response in responses("ashby") for job in orjson.loads(response.body)["jobs"]]
    assert (len(all_jobs), len({job["id"] for job in all_jobs})) == (6_911, 6_902)
    assert len(ashby.rows) == len(ashby.jobs) > 0.8 * len(all_jobs) / ashby.every
    assert ashby.postings.keys() == {f"ashby:{job['id']}" for job in ashby.jobs}
    assert not [row for row in ashby.rows if isinstance(row, Issue)]


def salaries_in(job: dict[str, Any]) -> list[dict[str, Any]]:
    """The salary components of a raw record, in its order."""
    tiers = (job.get("compensation") or {}).get("compensationTiers") or []
    return [c for tier in tiers for c in tier["components"] if c["compensationType"] == "Salary"]


def test_structured_pay_of_ashby_is_kept_as_stated(ashby: Boards) -> None:
    salaries_by_id = {f"ashby:{job['id']}": salaries for job in ashby.jobs if (salaries := salaries_in(job))}
    assert len(salaries_by_id) > 0.8 * 2_497 / ashby.every
    assert len({salaries[0]["currencyCode"] for salaries in salaries_by_id.values()}) >= 5
    assert any(s["minValue"] == 0 for salaries in salaries_by_id.values() for s in salaries)
    by_id = ashby.postings
    for id, salaries in salaries_by_id.items():
        pays = Counter(
            (pay.low, pay.high, pay.currency)
            for pay in by_id[id].pay
            if pay.reading == "stated" and pay.component in (*OWN_PAY, "other")
        )
        expected = Counter((s["minValue"] or None, s["maxValue"] or None, s["currencyCode"]) for s in salaries)
        upside_down = sum(1 for s in salaries if s["minValue"] > s["maxValue"])
        assert sum((expected - pays).values()) == upside_down, (id, expected, pays)
    others = [row for id, row in by_id.items() if id not in salaries_by_id]
    assert not [row for row in others if any(p.reading == "stated" and p.component == "base" for p in row.pay)]


def test_salaries_of_ashby_that_are_on_target_earnings_are_no_base_pay(ashby: Boards) -> None:
    """In 156 adverts, nearly all of them for sales, the salary component says that it holds the commission too."""
    sales = [
        row
        for row in ashby.postings.values()
        if any(pay.component == "on_target_earnings" and pay.reading == "stated" for pay in row.pay)
        and not any(pay.component == "base" and pay.reading == "stated" for pay in row.pay)
    ]
    assert 140 / ashby.every <= len(sales) <= 170
    assert all(row.pay_source == "parsed" or row.pay_flag is not None for row in sales)
    of_ai = [row.title for row in sales if row.role_group in ("ai_engineering", "ai_science")]
    assert of_ai in ([], ["Solutions AI Architect (Pre-Sales)"])


def test_salaries_of_ashby_that_are_the_total_compensation_enter_no_band(ashby: Boards) -> None:
    """In 29 components the salary's own words say that equity or bonuses are in it."""
    totals = [
        row
        for row in ashby.postings.values()
        if any(p.component == "total_compensation" and p.reading == "stated" for p in row.pay)
    ]
    assert 25 <= len(totals) <= 35, "all of one employer, which is in each part"
    assert all(row.pay_flag == "total_compensation" or row.pay_source == "parsed" for row in totals)


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
    n_jobs, records = 0, []
    for number, response in enumerate(responses("greenhouse", "2026-01-07*")):
        if number >= GREENHOUSE_SAMPLE:
            break
        n_jobs += len(orjson.loads(response.body)["jobs"])
        records += list(rows_of(greenhouse, response))
    assert len(records) == n_jobs > 500
    postings = [row for row in records if isinstance(row, Posting)]
    assert len(postings) == n_jobs
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
        snapshots[response.observed_at.date()] = list(rows_of(aijobs_salaries, response))
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
        rates = [row for row in rows_of(currency_table, response) if isinstance(row, ExchangeRate)]
        low, high = currency_table.SOURCE.expected_rows
        assert low <= len(rates) <= high
        assert {"ARS", "CLP", "COP", "PEN", "UYU", "EUR"} <= {row.currency for row in rates}
        assert {row.rate_on for row in rates} == {response.observed_at.date()}


def test_every_answer_of_the_survey_is_a_report() -> None:
    read = [row for _, row in rows("stackoverflow_survey")]
    reports = [row for row in read if isinstance(row, PayReport)]
    issues = [row for row in read if isinstance(row, Issue)]
    (response,) = responses("stackoverflow_survey")
    lines = list(csv.DictReader(io.StringIO(response.body.decode("utf-8"), newline="")))
    assert len(reports) == len(lines) == 21_942
    assert [row.rule.rpartition(" ")[2] for row in issues] == ["implausible_high", "implausible_low"]
    assert sum(row.pay_flag is not None for row in reports) == sum(row.value.count(",") + 1 for row in issues) == 26
    assert [(row.case_id, row.pay, row.title) for row in reports] == [
        (line[""], float(line["salary"]), line["PrimaryRole"]) for line in lines
    ]
    assert sum(row.country is None for row in reports) == sum(line["Country"] == "Nomadic" for line in lines) == 10
    assert [row.country for row in reports].count("NA") == 1
    roles = Counter(row.role for row in reports)
    assert roles["machine_learning_engineer"] == sum(line["PrimaryRole"] == "AI/ML engineer" for line in lines) == 318
    assert roles["data_scientist"] == 318


def test_price_levels_are_those_of_countries() -> None:
    official = [row for _, row in rows("world_bank", "2024-12-01") if isinstance(row, PriceLevel)]
    (response,) = responses("world_bank", "2024-12-01")
    table = list(csv.reader(io.StringIO(response.body.decode("utf-8-sig"), newline="")))
    cells = [(line[1], cell) for line in table if line[3:4] == ["PA.NUS.FCRF"] for cell in line[4:] if cell]
    groups = [code for code, _ in cells if code not in set(country_codes())]
    assert set(groups) == {"EMU", "CHI"} and len(groups) == 89
    assert len(official) == len(cells) - len(groups) == 12_028
    by_year = {(row.country, row.year): row.value for row in official}
    assert by_year["NA", 2023] == pytest.approx(18.446308)
    assert by_year["HR", 2023] == by_year["DE", 2023] == pytest.approx(0.924839558)
    assert len(by_year) == len(official)
    ppp = [row for _, row in rows("world_bank", "2024-12-01T0001")]
    assert len(ppp) == 6_856
    assert {row.indicator for row in ppp} == {"ppp"}
    assert "NA" in {row.country for row in ppp}


def test_the_reference_table_of_onet_is_read_whole() -> None:
    table = PAYLOADS.parent / "reference" / "onet-technology-skills.tsv"
    at = datetime(2025, 3, 4, tzinfo=UTC)
    answer = Response(url=onet.url_of("29.2"), observed_at=at, status=200, body=table.read_bytes())
    technologies = list(rows_of(onet, answer))
    assert len(technologies) == 32_627
    assert len({row.occupation for row in technologies}) == 923
    assert sum(row.is_hot for row in technologies) == 11_621
    assert sum(row.is_in_demand for row in technologies) == 2_320
    assert "Python" in {row.technology for row in technologies if row.occupation == "15-2051.00" and row.is_in_demand}


@pytest.mark.parametrize("source", ["bls_oews", "ecb_rates", "currency_table", "stackoverflow_survey", "world_bank"])
def test_a_real_snapshot_is_within_its_bounds(source: str) -> None:
    low, high = all_sources()[source].SOURCE.expected_rows
    for response in responses(source):
        n = sum(1 for row in rows_of(all_sources()[source], response) if not isinstance(row, Issue))
        assert low <= n <= high


@pytest.mark.parametrize(
    ("source", "n_rows", "n_left_out", "n_refused", "n_with_pay", "countries"),
    [
        ("recruitee", 20, 0, 0, 6, {None: 17, "US": 2, "MT": 1}),  # titles say worldwide or EMEA
        ("workable", 2, 0, 0, 0, {"ZA": 1, "AR": 1}),
        ("workday", 10, 0, 0, 0, {"US": 4, "IL": 3, "CN": 2, "TW": 1}),
        (
            "smartrecruiters",
            88,
            0,
            0,
            0,
            {
                "CA": 33,
                "US": 14,
                None: 14,  # titles say Americas or Europe
                "DE": 3,
                "MY": 6,
                "IE": 4,
                "JP": 4,
                "NZ": 3,
                "CN": 3,
                "AU": 1,
                "SG": 1,
                "TH": 1,
                "IN": 1,
            },
        ),
    ],
)
def test_every_record_of_a_board_is_a_row_or_an_issue(
    source: str, n_rows: int, n_left_out: int, n_refused: int, n_with_pay: int, countries: dict[str | None, int]
) -> None:
    records = [row for _, row in rows(source)]
    postings = [row for row in records if isinstance(row, Posting)]
    issues = [row for row in records if isinstance(row, Issue)]
    assert len(postings) == n_rows
    assert len({row.posting_id for row in postings}) == n_rows
    assert Counter(issue.is_deliberate for issue in issues) == Counter({True: n_left_out, False: n_refused})
    assert sum(1 for row in postings if row.pay) == n_with_pay
    assert Counter(row.country for row in postings) == countries
    assert not [issue for issue in issues if issue.column_name == NEW_KEYS]


STATED_INDUSTRY: dict[str, tuple[str, Callable[[dict[str, Any]], str | None], int]] = {
    "smartrecruiters": ("content", lambda item: item["industry"]["label"], 84),
    "france_travail": ("resultats", lambda item: item.get("codeNAF") and f"NAF {item['codeNAF']}", 1_090),
}
"""Where answers state an industry, and how many of those that do are mapped."""


@pytest.mark.parametrize("source", STATED_INDUSTRY)
def test_industries_are_those_that_fields_state(source: str) -> None:
    key, industry_in, n_mapped = STATED_INDUSTRY[source]
    answers = (orjson.loads(response.body) for response in responses(source))
    expected = Counter(industry_in(item) for answer in answers for item in answer[key])
    industries = Counter(row.industry_text for _, row in rows(source) if isinstance(row, Posting))
    assert industries == expected
    assert sum(n for text, n in industries.items() if text and industry_of(text)) == n_mapped


def test_saved_career_pages_are_read_by_their_markup() -> None:
    """Two pages have JSON-LD, one microdata; the page of a job board has neither and says so."""
    by_host: dict[str, Posting] = {}
    for response in responses("career_pages"):
        if "indeed" in response.url:
            with pytest.raises(Rejected, match=r"expected a schema\.org JobPosting"):
                list(rows_of(career_pages, response))
        else:
            (by_host[response.url.split("/")[2]],) = rows_of(career_pages, response)
    assert len(by_host) == 3
    reed, meta, neura = (by_host[h] for h in ("www.reed.co.uk", "www.metacareers.com", "careers.neura-robotics.com"))
    assert (reed.pay_low, reed.pay_high, reed.currency, reed.period) == (52_000, 55_000, "GBP", "year")
    assert (reed.city, reed.employment_type, reed.valid_through) == ("Birmingham", "FULL_TIME", date(2020, 12, 21))
    assert {place.city for place in meta.places} >= {"Sunnyvale", "Bellevue", "Austin", "New York City"}
    assert (len(meta.places), meta.workplace, meta.country) == (8, "remote", "US")
    assert (meta.employment_type, neura.city, neura.employer) == ("FULL_TIME", "Metzingen", "Neura Robotics GmbH")
    later = [[issue.value for issue in page.issues] for page in (reed, meta, neura)]
    assert later == [[], ["2025-06-10"], ["2025-11-06"]], "days four years after that of the recording are not believed"
    for row in by_host.values():
        assert row.text_state == "full" and row.text
        assert "&nbsp;" not in row.text and "\\n" not in row.text


COUNTED: dict[str, tuple[int, int, int | None, dict[str, int]]] = {
    "arbeitnow": (200, 0, None, {"DE": 187}),
    "getonboard": (280, 0, 147, {"CL": 139}),
    "himalayas": (3, 0, 2, {"UA": 1, "PH": 1}),
    "jobicy": (3, 0, 1, {}),
    "weworkremotely": (3, 0, 0, {}),
    "remoteok": (100, 1, None, {"GB": 4, "BR": 4, "CA": 6}),
    "remotive": (22, 0, 13, {"US": 8, "DE": 1}),
}
"""Per source: rows, issues of whole records, rows with pay (None: only prose has any), least rows of some countries."""


@pytest.mark.parametrize("source", sorted(COUNTED))
def test_every_record_arrives_as_a_row_or_an_issue(source: str) -> None:
    records = [row for _, row in rows(source)]
    postings = [row for row in records if isinstance(row, Posting)]
    of_countries = Counter(row.country for row in postings)
    n_rows, n_issues, n_with_pay, countries = COUNTED[source]
    assert (len(postings), len(records) - len(postings)) == (n_rows, n_issues)
    assert n_with_pay in (None, sum(1 for row in postings if row.pay_low or row.pay_high))
    assert not {country: n for country, n in countries.items() if of_countries[country] < n}


def test_pay_that_looks_like_a_default_of_remoteok_has_no_currency() -> None:
    pays = [pay for _, row in rows("remoteok") if isinstance(row, Posting) for pay in row.pay if pay.start is None]
    assert [(pay.low, pay.high, pay.currency, pay.reading) for pay in pays] == [(60000, 90000, None, "stated")] * 4


def test_texts_of_remoteok_are_those_meant() -> None:
    texts = [t for _, row in rows("remoteok") if isinstance(row, Posting) for t in (row.title, row.employer, row.text)]
    assert not [text for text in texts if text and re.search("[ÃÂâ][\x80-\xbf]|Please mention the word|&amp;", text)]
    assert {"Pluris Mídia", "PicCollage 拼貼趣"} <= set(texts)


def test_a_year_s_pay_that_getonboard_calls_monthly_is_flagged_and_kept() -> None:
    with_pay = [row for _, row in rows("getonboard") if isinstance(row, Posting) and row.pay]
    flags = {row.pay_text: row.pay_flag for row in with_pay if row.pay_flag}
    assert flags == dict.fromkeys(("130000 - 200000 USD/mes", "110000 - 170000 USD/mes"), "implausible_high")
    assert {(row.currency, row.period) for row in with_pay} == {("USD", "month")}
    assert Counter(row.pay_tax for row in with_pay) == {"gross": 146, "net": 1}


def test_the_page_of_an_advert_of_getonboard_is_read_by_its_microdata() -> None:
    (advert,) = [row for response, row in rows("getonboard") if response.url.endswith("/merapar")]
    (entry,) = [row for response, row in rows("getonboard", "*") if row.posting_id == advert.posting_id][1:]
    assert (advert.title, advert.employer, advert.country) == (entry.title, entry.employer, entry.country)
    assert (advert.posted_on, entry.posted_on) == (date(2026, 1, 19), date(2026, 1, 19))
    assert advert.text_state == "full" and "Exclusive to Get on Board" not in advert.text
    assert "GETONBRD Job ID" not in advert.text


def counts(source: str) -> tuple[int, int, int, int]:
    """Of all stored answers of a source: postings, deliberate issues, postings with pay, those with a country."""
    records = [row for _, row in rows(source)]
    postings = [row for row in records if isinstance(row, Posting)]
    issues = [row for row in records if isinstance(row, Issue)]
    assert len(postings) + len(issues) == len(records)
    assert all(issue.is_deliberate and issue.rule for issue in issues), [i for i in issues if not i.is_deliberate]
    notes = [issue for row in postings for issue in row.issues if "U+FFFD" not in issue.rule]
    assert not notes, notes[:5]  # what a source wrote as U+FFFD is kept, and said
    n_paid = sum(1 for row in postings if row.pay_low is not None or row.pay_high is not None)
    return len(postings), len(issues), n_paid, sum(1 for row in postings if row.country is not None)


READ = {
    "adzuna": (320, 0, 40, 317),
    "france_travail": (2_443, 0, 932, 2_436),
    "hackernews": (3_031, 122, 792, 1_923),
    "simplify_newgrad": (1_994, 13_966, 0, 1_937),
}
"""Rows of the raw answers that are adverts, rows that are none, adverts whose pay and whose country is read."""


@pytest.mark.parametrize("every", [5, pytest.param(1, marks=pytest.mark.long)])
def test_every_comment_of_hacker_news_is_an_advert_or_says_why_not(every: int) -> None:
    threads = list(responses("hackernews"))
    assert sum(len(orjson.loads(thread.body)["children"]) for thread in threads) == 1_931
    part = threads[::every]
    comments = [c for thread in part for c in orjson.loads(thread.body)["children"]]
    records = [row for thread in part for row in rows_of(all_sources()["hackernews"], thread)]
    adverts = Counter(row.posting_id.split(":")[1].split("-")[0] for row in records if isinstance(row, Posting))
    refusals = {row.value for row in records if isinstance(row, Issue)}
    assert {str(comment["id"]) for comment in comments} == adverts.keys() | refusals
    assert not adverts.keys() & refusals
    assert len(refusals) < 0.08 * len({comment["id"] for comment in comments})
    text = " ".join(map(repr, records))
    assert not [comment["author"] for comment in comments if comment["author"] in text]


@pytest.mark.parametrize(
    "source", [pytest.param(one, marks=[pytest.mark.long] * (READ[one][0] > 2_000)) for one in READ]
)
def test_every_record_arrives(source: str) -> None:
    assert counts(source) == READ[source]
