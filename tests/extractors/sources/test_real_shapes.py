"""Platforms of employers' boards on answers that others recorded, kept beside this repository. Skipped without them.

Most were cut by who kept them, so a missing key proves nothing. What is expected is worked out of the answers here,
without our readers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from extractors.refine.refine import rows_of
from extractors.response import NEW_KEYS, Response
from extractors.source import all_sources, source_of
from transforms.records.rows import Issue, Posting

SHAPES = Path(__file__).parents[3].parent / "shared" / "real" / "shapes"
pytestmark = pytest.mark.skipif(not SHAPES.exists(), reason=f"the recorded answers are not at {SHAPES}")
NOTE = "_note"
"""Key by which who typed an answer over says what was cut."""
MODULE = "00000000-0000-4000-a000-000000000001"
"""Stands for the token of Paylocity's boards, which the recordings do not say."""
RIPPLING = "https://api.rippling.com/platform/api/ats/v1/board/"
ORACLE = all_sources()["oracle_recruiting"].SOURCE


def body_of(file: str) -> bytes:
    return (SHAPES / file).read_bytes()


def said(file: str) -> Any:
    return json.loads(body_of(file))


def found(url: str, body: bytes | Any) -> list[Any]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    module = source_of(url)
    assert module is not None and module.SOURCE.name != "career_pages"
    response = Response(url=url, observed_at=datetime(2026, 11, 20, tzinfo=UTC), status=200, body=raw)
    return list(rows_of(module, response))


def postings(url: str, body: bytes | Any) -> list[Posting]:
    """The postings; keys that no reader knows are a fault of ours."""
    rows = found(url, body)
    new = [row.value for row in rows if isinstance(row, Issue) and row.column_name == NEW_KEYS]
    assert {key for value in new for key in value.split(", ")} <= {NOTE}
    return [row for row in rows if isinstance(row, Posting)]


def ends(posting: Posting, reading: str) -> list[tuple[float | None, float | None, str | None, str | None]]:
    return [(pay.low, pay.high, pay.currency, pay.period) for pay in posting.pay if pay.reading == reading]


def numbers_in(text: str | None) -> list[float]:
    return [float(number.replace(",", "")) for number in re.findall(r"\d[\d,]*(?:\.\d+)?", text or "")]


# --- Breezy -------------------------------------------------------------------------------------------

BREEZY = {
    "breezy": "breezy/board_breezy_trial.json",
    "highlights-healthcare": "breezy/board_highlights-healthcare_vanguard-ip_2026-10.json",
    "ssg-corp": "breezy/verbose_ssg-corp_2026-09.json",
}
DOLLARS = {"US": "USD", "CA": "CAD"}
"""Countries whose `$` is their own; elsewhere it may be the American."""


@pytest.mark.parametrize("board", BREEZY)
def test_every_row_of_breezy_is_a_posting_with_its_places(board: str) -> None:
    jobs = said(BREEZY[board])
    rows = postings(f"https://{board}.breezy.hr/json?verbose=true", jobs)
    assert [row.posting_id for row in rows] == [f"breezy:{job['id']}" for job in jobs]
    for job, row in zip(jobs, rows, strict=True):
        countries = {place["country"]["id"] for place in job["locations"] or [job["location"]]}
        assert {place.country for place in row.places} == countries
        assert (row.workplace == "remote") is job["location"].get("is_remote", False)
        assert str(row.posted_on) == job["published_date"][:10]
        assert (row.text_state != "none") is bool(job.get("description"))


@pytest.mark.parametrize("board", BREEZY)
def test_lines_of_pay_of_breezy_are_read_and_junk_is_not(board: str) -> None:
    jobs = said(BREEZY[board])
    for job, row in zip(jobs, postings(f"https://{board}.breezy.hr/json?verbose=true", jobs), strict=True):
        amounts = numbers_in(job["salary"])
        if not amounts or max(amounts) < 5.5:  # the demonstration board's "$0.05 – $0.06 / hour", "$1 – $5 / year"
            assert row.pay == ()
            continue
        high = None if "+" in job["salary"] else amounts[-1]
        currency = DOLLARS.get(job["location"]["country"]["id"])
        assert ends(row, "parsed") == [(amounts[0], high, currency, job["salary"].rpartition("/ ")[2])]


def test_the_page_of_a_job_on_breezy_has_its_pay_in_fields() -> None:
    file = "breezy/post_highlights-healthcare_9b5dbab30b78.html"
    (markup,) = (
        json.loads(text)
        for text in re.findall(r'<script type="application/ld\+json">(.*?)</script>', body_of(file).decode(), re.DOTALL)
        if '"JobPosting"' in text
    )
    (row,) = postings(markup["url"], body_of(file))
    pay = markup["baseSalary"]
    bounds = (pay["value"]["minValue"], pay["value"]["maxValue"], pay["currency"], pay["value"]["unitText"].lower())
    assert ends(row, "stated") == [bounds]
    (entry,) = (job for job in said(BREEZY["highlights-healthcare"]) if row.posting_id == f"breezy:{job['id']}")
    assert str(row.posted_on) == markup["datePosted"] < entry["published_date"]


# --- BambooHR -----------------------------------------------------------------------------------------

BAMBOO_LISTS = {
    "austin": "bamboohr/list_austin_125_126.json",
    "chicago": "bamboohr/list_chicago_97_101.json",
    "ftlauderdale": "bamboohr/list_fort_lauderdale_86_87.json",
    "scottsdale": "bamboohr/list_scottsdale_177_178.json",
}
BAMBOO_PLACES = {"0": "onsite", "1": "remote", "2": "hybrid"}


@pytest.mark.parametrize("board", BAMBOO_LISTS)
def test_every_row_of_bamboohr_is_a_posting(board: str) -> None:
    answer = said(BAMBOO_LISTS[board])
    openings = answer["result"] if isinstance(answer, dict) else answer
    url = f"https://{board}.bamboohr.com/careers/list"
    rows = postings(url, answer)
    assert [row.posting_id for row in rows] == [f"bamboohr:{board}/{opening['id']}" for opening in openings]
    for opening, row in zip(openings, rows, strict=True):
        town = opening["location"]["city"] or opening["atsLocation"]["city"]
        assert town in {place.city for place in row.places}
        assert row.workplace == BAMBOO_PLACES[opening["locationType"]]
    is_short = isinstance(answer, dict) and answer["meta"]["totalCount"] != len(openings)
    assert bool([row for row in found(url, answer) if isinstance(row, Issue)]) is is_short


def bamboo_singles() -> Iterator[tuple[str, dict[str, Any]]]:
    for board, number, file in (
        ("chicago", "97", "bamboohr/detail_chicago_97.json"),
        ("contfinco", "303", "bamboohr/detail_contfinco_303.json"),
        ("example", "82", "bamboohr/detail_ottawa_82_shape_with_compensation.json"),
    ):
        yield f"{board}:{number}", said(file)["result"]["jobOpening"]
    yield from said("bamboohr/details_4thdimension_350_2026-09.json").items()


def test_single_openings_of_bamboohr_have_text_day_and_pay() -> None:
    n_with_pay = 0
    for key, opening in bamboo_singles():
        board, _, number = key.partition(":")
        (row,) = postings(
            f"https://{board}.bamboohr.com/careers/{number}/detail", {"result": {"jobOpening": opening}, "meta": {}}
        )
        assert row.posting_id == f"bamboohr:{board}/{number}"
        assert row.text
        assert str(row.posted_on) == opening.get("datePosted", "None")
        amounts = numbers_in(opening.get("compensation"))
        assert [pay[:2] for pay in ends(row, "parsed")] == ([(amounts[0], amounts[-1])] if amounts else [])
        n_with_pay += bool(amounts)
    assert n_with_pay == 3


# --- Rippling -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("board", "file"),
    [
        ("blackrockneurotech", "rippling/v1_list_blackrockneurotech.json"),
        ("portside", "rippling/v1_list_portside_2026-07.json"),
    ],
)
def test_every_job_of_rippling_is_one_posting(board: str, file: str) -> None:
    jobs = said(file)
    rows = postings(f"{RIPPLING}{board}/jobs", jobs)
    assert [row.posting_id for row in rows] == list(dict.fromkeys(f"rippling:{job['uuid']}" for job in jobs))
    remote = [job["workLocation"]["label"].startswith("Remote") for job in jobs]
    assert [row.workplace == "remote" for row in rows] == remote


@pytest.mark.parametrize(
    "file", ["rippling/v1_detail_portside_f7008ce4_2026-07.json", "rippling/v1_detail_payRangeDetails_shape.json"]
)
def test_ranges_of_rippling_are_kept_as_stated(file: str) -> None:
    job = said(file)
    (row,) = postings(f"{RIPPLING}acme/jobs/{job['uuid']}", job)
    assert ends(row, "stated") == [
        (pay["rangeStart"], pay["rangeEnd"], pay["currency"], pay["frequency"].lower())
        for pay in job["payRangeDetails"]
    ]
    assert row.employment_type == "FULL_TIME"
    assert row.employer == job.get("companyName", "acme")
    assert (row.text_state != "none") is ("description" in job)


# --- Pinpoint -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("board", "file"),
    [
        ("trilongroup", "pinpoint/postings_trilongroup_2026-10.json"),
        ("workwithus", "pinpoint/postings_workwithus_2026-10.json"),
    ],
)
def test_pay_of_pinpoint_is_kept_as_shown(board: str, file: str) -> None:
    jobs = said(file)["data"]
    rows = postings(f"https://{board}.pinpointhq.com/postings.json", said(file))
    assert [row.url for row in rows] == [job["url"] for job in jobs]
    for job, row in zip(jobs, rows, strict=True):
        bounds = tuple(job[f"compensation_{part}"] for part in ("minimum", "maximum", "currency", "frequency"))
        assert ends(row, "stated") == ([bounds] if job["compensation_visible"] else [])
        assert row.workplace == job["workplace_type"]
        assert row.posted_on is None
        assert row.text
        for part in ("description", "key_responsibilities", "skills_knowledge_expertise", "benefits"):
            words = re.findall(r"\w{4,}", re.sub(r"<[^>]*>|&\w+;", " ", job[part]))
            assert set(words[:5]) <= set(re.findall(r"\w{4,}", row.text))
    assert sum(bool(ends(row, "stated")) for row in rows) == sum(job["compensation_visible"] for job in jobs)


# --- Paylocity ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted((SHAPES / "paylocity").glob("board_*")), ids=lambda path: path.stem)
def test_every_job_of_paylocitys_page_is_a_posting(path: Path) -> None:
    page = path.read_text(encoding="utf-8")
    (data,) = re.findall(r"window\.pageData = (\{.*\});", page)
    jobs = json.loads(data)["Jobs"]
    assert [job["JobId"] for job in jobs] == [int(number) for number in re.findall(r'"JobId": ?(\d+)', page)]
    rows = postings(f"https://recruiting.paylocity.com/recruiting/jobs/All/{MODULE}", page.encode())
    assert [row.posting_id for row in rows] == [f"paylocity:{job['JobId']}" for job in jobs]
    for job, row in zip(jobs, rows, strict=True):
        assert {place.country for place in row.places} == {job["JobLocation"]["Country"][:2]}
        if job["IsRemote"]:
            assert row.workplace == "remote"
        if job["JobLocation"]["City"]:
            assert job["JobLocation"]["City"] in {place.city for place in row.places}
        assert row.employer == json.loads(data).get("ModuleTitle")
        assert row.pay == ()


def test_the_page_of_a_job_on_paylocity_has_its_whole_text() -> None:
    url = f"https://recruiting.paylocity.com/Recruiting/Jobs/Details/4463447#{MODULE}"
    (row,) = postings(url, body_of("paylocity/detail_united_imaging_4463447.html"))
    assert (row.posting_id, row.board, row.workplace) == ("paylocity:4463447", MODULE, "remote")
    assert row.text is not None and row.text_state == "full"
    assert "Who we are?" in row.text and "Job Summary" in row.text
    assert not re.search(r"\bApply\b", row.text)


# --- Oracle Recruiting --------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted((SHAPES / "oracle").glob("list_*")), ids=lambda path: path.stem)
def test_every_requisition_of_oracle_is_a_posting_with_all_its_places(path: Path) -> None:
    jobs = json.loads(path.read_bytes())["items"][0]["requisitionList"]
    rows = postings(ORACLE.url_of("abcd.us2/CX_1"), path.read_bytes())
    assert [row.posting_id for row in rows] == [f"oracle_recruiting:abcd.us2/{job['Id']}" for job in jobs]
    for job, row in zip(jobs, rows, strict=True):
        assert len(row.places) == 1 + len(job["secondaryLocations"])
        codes = {place["CountryCode"] for place in job["secondaryLocations"]}
        assert codes <= {place.country for place in row.places}
        assert str(row.posted_on) == job["PostedDate"]


def test_a_single_requisition_of_oracle_has_the_id_of_its_row() -> None:
    (requisition,) = said("oracle/detail_ULSolutionsCareers_10139_2026-10.json")["items"]
    listing = ORACLE.url_of("abcd.us2/ULSolutionsCareers")
    url = ORACLE.boards[0].posting_url(listing, requisition["Id"])
    (row,) = postings(url, body_of("oracle/detail_ULSolutionsCareers_10139_2026-10.json"))
    others = postings(listing, body_of("oracle/list_ULSolutionsCareers_2026-10.json"))
    assert row.posting_id == f"oracle_recruiting:{ORACLE.posting_of(url)}"
    assert row.posting_id in {other.posting_id for other in others}
    assert row.text is not None and {"Responsibilities", "Qualifications"} <= set(row.text.split())


def test_pay_of_oracle_is_read_where_its_field_names_money() -> None:
    """Of the nine employers' fields: a sign and an amount make pay; "33.11 - 47.28" is declined, "null" is nothing."""
    n_with_pay = 0
    for employer, rows in said("oracle/flexfields_pay_nine_tenants_2026.json").items():
        requisitions = [
            {"Id": f"{n}", "Title": f"Nurse, {employer}", "PrimaryLocation": "Ohio, United States", **row}
            for n, row in enumerate(rows)
        ]
        read = postings(ORACLE.url_of("abcd.us2/CX_1"), {"items": [{"requisitionList": requisitions}]})
        for row, posting in zip(rows, read, strict=True):
            fields = {field["Prompt"]: field["Value"] for field in row["requisitionFlexFields"]["items"]}
            lines = [value for name, value in fields.items() if "Range" in name and "$" in value]
            amounts = [numbers_in(line)[:2] for line in lines]
            if "Minimum Salary" in fields:
                amounts = [[float(fields["Minimum Salary"]), float(fields["Maximum Salary"])]]
            assert [[pay.low, pay.high] for pay in posting.pay] == amounts
            words = " ".join((*lines, fields.get("Pay Rate Frequency", ""))).lower()
            assert [pay.period for pay in posting.pay if "hour" in words] == ["hour"] * ("hour" in words)
            n_with_pay += bool(amounts)
    assert n_with_pay == 8


# --- Jobvite ------------------------------------------------------------------------------------------


def test_every_link_of_jobvite_is_a_posting() -> None:
    page = body_of("jobvite/search_feedingamerica_2026-08.html")
    codes = re.findall(r"/feedingamerica/job/(\w+)", page.decode())
    rows = postings("https://jobs.jobvite.com/feedingamerica/search", page)
    assert [row.posting_id for row in rows] == [f"jobvite:{code}" for code in codes]
    assert {place.city for row in rows for place in row.places} == {"Chicago"}


def test_an_amount_that_is_a_shell_is_no_pay() -> None:
    file = "jobvite/detail_oiiRyfwJ_2025-11.html"
    (row,) = postings("https://jobs.jobvite.com/acme/job/oiiRyfwJ", body_of(file))
    assert '"minValue": ""' in body_of(file).decode()
    assert (row.posting_id, row.pay, str(row.posted_on)) == ("jobvite:oiiRyfwJ", (), "2025-11-06")


# --- platforms read before ----------------------------------------------------------------------------


def test_every_position_of_personio_is_a_posting_without_pay() -> None:
    feed = body_of("personio/feed_clark_2025-11.xml")
    rows = postings("https://clark.jobs.personio.de/xml?language=en", feed)
    numbers = re.findall(r"<id>(\d+)</id>", feed.decode())
    assert [row.posting_id for row in rows] == [f"personio:{number}" for number in numbers]
    assert [row.pay for row in rows] == [()] * len(numbers)


@pytest.mark.parametrize("path", sorted((SHAPES / "recruitee").glob("*.json")), ids=lambda path: path.stem)
def test_amounts_of_recruitee_that_are_text_are_read(path: Path) -> None:
    offers = json.loads(path.read_bytes())["offers"]
    rows = postings("https://acme.recruitee.com/api/offers/", path.read_bytes())
    assert [row.posting_id for row in rows] == [f"recruitee:{offer['id']}" for offer in offers]
    for offer, row in zip(offers, rows, strict=True):
        salary = offer.get("salary") or {}
        bounds = [float(salary[end]) for end in ("min", "max") if salary.get(end) is not None]
        expected = [(bounds[0], bounds[-1], salary["currency"], salary["period"])] if bounds else []
        assert ends(row, "stated") == expected
        is_in_thousands = bool(bounds) and salary["period"] == "year" and bounds[-1] < 1_000
        assert (row.pay_flag is not None) is is_in_thousands


# --- MyCareersFuture and SOLID.Jobs -------------------------------------------------------------------


def test_records_of_mycareersfuture_are_read_where_their_keys_were_left() -> None:
    """Both files were trimmed or put together by who kept them: what lacks there proves nothing."""
    page = said("mycareersfuture/search_v2_item_real_trimmed_2026-08.json")
    first, second = postings("https://api.mycareersfuture.gov.sg/v2/jobs?search=x&page=0", page)
    salary = page["results"][0]["salary"]
    assert ends(first, "stated") == [(salary["minimum"], salary["maximum"], "SGD", "month")]
    assert (first.country, first.employer) == ("SG", page["results"][0]["postedCompany"]["name"])
    assert str(second.valid_through) == page["results"][1]["metadata"]["expiryDate"]
    assert (second.pay, second.years_min) == ((), page["results"][1]["minimumYearsExperience"])
    whole = said("mycareersfuture/v2_job_full_shape_2025-05_values_mixed.json")
    (row,) = postings("https://api.mycareersfuture.gov.sg/v2/jobs?search=x&page=0", {"total": 1, "results": [whole]})
    assert row.employer == whole["hiringCompany"]["name"] != whole["postedCompany"]["name"]


def test_the_example_of_solid_jobs_is_two_contracts_that_are_never_pooled() -> None:
    page = said("solidjobs/official_readme_example_response.json")
    (row,) = postings("https://solid.jobs/public-api/offers/IT?campaign=x&pageIndex=0", page)
    (offer,) = page["jobs"]
    kinds = {(pay.component, pay.contract): (pay.low, pay.high) for pay in row.pay}
    assert kinds == {
        ("base", "employee"): (offer["secondarySalary"]["from"], offer["secondarySalary"]["to"]),
        ("base", "contractor"): (offer["salary"]["from"], offer["salary"]["to"]),
    }
    assert (row.pay_low, row.currency, row.period) == (offer["secondarySalary"]["from"], "PLN", "month")


# --- NAV and JobTech ----------------------------------------------------------------------------------


def test_every_recorded_advert_of_nav_is_read_as_its_entry_would_have_it() -> None:
    """They are of the older public feed, whose adverts have the same keys; the envelope is the documentation's."""
    adverts = [
        advert
        for number in range(1, 5)
        for advert in said(f"nav/public-feed_v1_ads_page{number}_2024-04_redacted.json")["content"]
    ]
    assert len(adverts) == 69
    site = "https://pam-stilling-feed.nav.no/api/v1/feedentry/"
    n_paid = 0
    for advert in adverts:
        entry = {"uuid": advert["uuid"], "status": "ACTIVE", "sistEndret": advert["updated"], "ad_content": advert}
        (row,) = postings(site + advert["uuid"], entry)
        assert row.posting_id == f"nav:{advert['uuid']}"
        assert row.employer == " ".join(advert["employer"]["name"].split())
        assert (str(row.posted_on), str(row.valid_through)) == (advert["published"][:10], advert["expires"][:10])
        assert row.openings == int(advert["positioncount"])
        assert row.language in ("no", "en")
        countries = {place["country"] for place in advert["workLocations"]}
        assert countries == {"NORGE"}
        assert {place.country for place in row.places} == {"NO"}
        n_paid += row.currency == "NOK"
    assert n_paid >= 12, "pay is in no field, and stands in the words of some"


def test_recorded_adverts_of_jobtech_are_read() -> None:
    hits = [
        hit["_source"]
        for hit in said("jobstream/jobtech_2019_elastic_hits_platsannons_results_eng.json")["hits"]["hits"]
    ]
    rows = [
        row
        for row in found("https://jobstream.api.jobtechdev.se/v2/stream?updated-after=x", hits)
        if isinstance(row, Posting)
    ]
    assert [row.posting_id for row in rows] == [f"jobtech:{hit['id']}" for hit in hits]
    assert {row.language for row in rows} == {"sv"}
    events = said("jobstream/stream_events_example.jsonl.json")
    removals = [row.id for row in found("https://jobstream.api.jobtechdev.se/v2/stream?updated-after=x", events[1:])]
    assert removals == [events[1]["id"]]


# --- Brazilian repositories ---------------------------------------------------------------------------


def test_the_issues_of_brazilian_repositories_are_adverts_in_brazil_of_a_recruiter() -> None:
    file = "github_vagas_issues_retyped.json"
    rows = postings("https://api.github.com/repos/datascience-br/vagas/issues?state=all", body_of(file))
    assert len(rows) == len(said(file)) == 8
    assert {(row.country, row.pay_country, row.currency, row.doubts) for row in rows} == {("BR", "BR", "BRL", None)}
    assert {row.remote_scope for row in rows} == {None, ("BR", "PT")}, "the text of the remote ones says so"
    assert all("client" in {each.sign for each in row.agency_signs} for row in rows)
