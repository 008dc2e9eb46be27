"""The bundled sample: the same bytes again, nothing real in it, and something for every rule to work on."""

from __future__ import annotations

import gzip
import itertools
import json
import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from extractors.archive.reader import DamagedRecord, RevisitedAnswer, read
from extractors.archive.writer import Writer
from extractors.refine.refine import rows_of
from extractors.response import Response
from extractors.source import all_sources
from extractors.web.session import Web
from tests.extractors.board import Recorded
from tests.sample import make
from tests.sample.adverts import RECORDINGS, Advert, adverts_of, boards, market_of, table
from transforms.records.rows import ExchangeRate, Issue, OfficialWage, PayReport, Posting
from transforms.records.vocabulary import PAID_IN, ROLES
from transforms.text.lookups import cells_of
from transforms.text.rejects import Rejected

NIGHTS = ("2026-09-28T020000Z", "2026-09-29T020000Z", "2026-09-30T020000Z")
BOARD_SOURCES = ("ashby", "greenhouse", "lever")
LARGEST = 6_000_000
"""Bytes the sample may take in git."""


def warcs(source: str) -> list[Path]:
    return sorted((RECORDINGS / source).glob("*.warc.gz"))


def answers(source: str, night: str) -> list[Response | RevisitedAnswer | DamagedRecord]:
    return list(read(RECORDINGS / source / f"{night}.warc.gz"))


def night_rows(source: str, night: str) -> Iterator[Any]:
    """Rows and issues of a night, as refine gets them."""
    module = all_sources()[source]
    for answer in answers(source, night):
        if isinstance(answer, DamagedRecord):
            yield Issue(column_name="response", value=answer.why, rule="damaged")
        elif not isinstance(answer, Response) or answer.status != 200:
            yield Issue(column_name="response", value=str(answer.status), rule="status")
        else:
            try:
                yield from rows_of(module, answer)
            except Rejected as error:
                yield error.issue


@pytest.fixture(scope="module")
def rows() -> dict[str, list[Posting | Issue]]:
    """What the boards give on each night, all sources together."""
    return {night: [row for source in BOARD_SOURCES for row in night_rows(source, night)] for night in NIGHTS}


@pytest.fixture(scope="module")
def postings(rows: dict[str, list[Posting | Issue]]) -> dict[str, list[Posting]]:
    """The postings of each night."""
    return {night: [row for row in rows[night] if isinstance(row, Posting)] for night in NIGHTS}


STALE = Path("ashby", "2020-01-01T000000Z.warc.gz")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Path]]:
    """A folder into which the sample was made, over a file of an earlier one; and the files that were made."""
    folder = tmp_path_factory.mktemp("made")
    (folder / STALE).parent.mkdir()
    (folder / STALE).write_bytes(b"old")
    return folder, make.make(folder)


def test_it_is_made_again_byte_by_byte(made: tuple[Path, list[Path]]) -> None:
    folder, paths = made
    names = [path.relative_to(folder) for path in paths]
    bundle = sorted(path.relative_to(RECORDINGS) for path in RECORDINGS.glob("*/*.warc.gz"))
    assert names == bundle, "run make sample"
    differing = [name for name in names if (folder / name).read_bytes() != (RECORDINGS / name).read_bytes()]
    for name in differing:
        assert list(read(folder / name)) == list(read(RECORDINGS / name)), f"{name} is stale: make the sample again"
    if differing:
        pytest.skip(f"zlib {zlib.ZLIB_RUNTIME_VERSION} compresses {len(differing)} files otherwise; contents are equal")


def test_making_it_removes_what_is_no_longer_made(made: tuple[Path, list[Path]]) -> None:
    folder, paths = made
    assert folder / STALE not in paths
    assert not (folder / STALE).exists()


def test_it_is_small_and_has_three_nights_of_each_source() -> None:
    files = list(RECORDINGS.glob("*/*.warc.gz"))
    assert sum(path.stat().st_size for path in files) < LARGEST
    assert {path.parent.name for path in files} == set(make.SOURCES)
    for source in make.SOURCES:
        assert {path.name.removesuffix(".warc.gz") for path in warcs(source)} >= set(NIGHTS)


def test_files_are_named_after_their_first_answer() -> None:
    for path in RECORDINGS.glob("*/*.warc.gz"):
        times = [response.observed_at for response in read(path) if isinstance(response, Response)]
        assert min(times) == datetime.strptime(path.name, "%Y-%m-%dT%H%M%SZ.warc.gz").replace(tzinfo=UTC)


@pytest.mark.parametrize("source", make.SOURCES)
def test_the_sources_own_fetch_finds_every_answer(source: str) -> None:
    module = all_sources()[source]
    tokens = [board.board for board in boards() if board.source == source]
    for path in warcs(source):
        day = datetime.strptime(path.name[:10], "%Y-%m-%d").replace(tzinfo=UTC).date()
        web = Recorded(path)
        failures = module.fetch(web, boards=tokens, as_of=day)
        bundle = list(read(path))
        refusals = [answer for answer in bundle if isinstance(answer, Response) and answer.status != 200]
        assert failures == [f"{answer.url}: HTTP {answer.status}" for answer in refusals]
        asked = [answer.record for answer in web.asked]
        assert module.SOURCE.access == "file" or asked == [answer.record for answer in bundle]


@pytest.mark.parametrize("source", make.SOURCES)
def test_a_run_takes_every_answer_as_it_is(source: str, tmp_path: Path) -> None:
    module = all_sources()[source]
    for path in warcs(source):
        with Writer(tmp_path / path.name) as writer:
            web = Web(module.SOURCE, writer=writer, is_live=False)
            refusals = [answer for answer in read(path) if isinstance(answer, Response) and answer.status != 200]
            assert web.take(path) == [f"{answer.url}: HTTP {answer.status}" for answer in refusals]
            assert not web.failures
        assert list(read(tmp_path / path.name)) == list(read(path))


def test_employers_and_hosts_are_invented() -> None:
    real = re.compile(rb"https?://([a-z0-9.-]+)")
    for source in BOARD_SOURCES:
        for night in NIGHTS:
            for answer in answers(source, night):
                if isinstance(answer, Response):
                    assert all(host.endswith(b".example") for host in real.findall(answer.body)), answer.url
                    assert "-sample" in answer.url
    for board in boards():
        assert board.board.endswith("-sample")


def test_every_advert_says_that_it_is_synthetic(postings: dict[str, list[Posting]]) -> None:
    words = ("synthetic", "sintética", "synthetisch", "synthétique", "syntetyczn", "合成された")
    for posting in postings[NIGHTS[0]]:
        assert posting.text is not None
        assert any(word in posting.text for word in words), posting.posting_id


def test_there_are_enough_postings_and_they_come_and_go(postings: dict[str, list[Posting]]) -> None:
    ids = [{posting.posting_id for posting in postings[night]} for night in NIGHTS]
    assert 2_000 <= len(ids[0] | ids[1] | ids[2]) <= 4_000
    assert len(ids[2] - ids[1]) > 20, "openings"
    assert len(ids[0] - ids[1]) > 20, "closings"
    assert (ids[0] & ids[2]) - ids[1], "reopened, or missing for a night"
    before = {posting.posting_id: posting for posting in postings[NIGHTS[0]]}
    edits = [p for p in postings[NIGHTS[2]] if p.posting_id in before and p.pay_low != before[p.posting_id].pay_low]
    assert len(edits) > 20


def test_no_posting_is_older_than_the_rates(postings: dict[str, list[Posting]]) -> None:
    first = min(p.posted_on for p in postings[NIGHTS[2]] if p.posted_on)
    assert first > date(2025, 9, 28)
    assert first < date(2026, 1, 31)


def test_all_regions_and_a_dozen_currencies_occur(postings: dict[str, list[Posting]]) -> None:
    regions = {row["region"] for row in cells_of("countries")} - {""}
    advert_regions = {place.region for posting in postings[NIGHTS[0]] for place in posting.places}
    assert regions <= advert_regions
    currencies = Counter(posting.currency for posting in postings[NIGHTS[0]] if posting.currency)
    assert set(currencies) >= {"BRL", "ARS", "CLP", "COP", "INR", "EUR", "GBP", "PLN", "JPY", "CAD", "USD", "MXN"}


def test_all_roles_levels_and_kinds_of_work_occur(postings: dict[str, list[Posting]]) -> None:
    all_of = postings[NIGHTS[0]]
    assert {posting.role for posting in all_of} == set(ROLES)
    levels = {"intern", "junior", "mid", "senior", "staff", "manager", "executive", "unstated"}
    assert {posting.seniority for posting in all_of} == levels
    assert {posting.workplace for posting in all_of} >= {"onsite", "hybrid", "remote"}
    kinds = {"FULL_TIME", "PART_TIME", "CONTRACTOR", "INTERN", "TEMPORARY", None}
    assert {posting.employment_type for posting in all_of} >= kinds
    assert {posting.language for posting in all_of} >= {"en", "es", "pt", "de", "fr", "pl", "ja"}
    scopes = {scope for posting in all_of for scope in posting.remote_scope or ()}
    assert scopes >= {"US", "BR", "LATAM", "EMEA", "APAC", "AMERICAS", "WORLD"}


def test_pay_comes_in_all_forms(postings: dict[str, list[Posting]]) -> None:
    offers = [posting for posting in postings[NIGHTS[0]] if posting.pay]
    assert {posting.pay_source for posting in offers if posting.pay_source} >= {"stated", "parsed"}
    assert {posting.period for posting in offers if posting.period} >= {"hour", "month", "year"}
    assert "net" in {posting.pay_tax for posting in offers}
    assert {posting.pay_market for posting in offers} >= {"local", "cross_border"}
    assert {posting.pay_country for posting in offers} >= {"US", "BR", "several", "remote"}
    assert {pay.component for posting in offers for pay in posting.pay} >= {"base", "bonus", "equity", "equity_percent"}
    assert any(posting.pay_flag == "high_over_4x_low" for posting in offers)
    assert any(len([pay for pay in posting.pay if pay.component == "base"]) > 1 for posting in offers)
    assert any(posting.pay_low is None and posting.pay_high for posting in offers)
    assert any(posting.pay_high is None and posting.pay_low for posting in offers)


def test_bands_can_be_published_and_must_be_suppressed(postings: dict[str, list[Posting]]) -> None:
    jobs: defaultdict[tuple[str, str], dict[str, str | None]] = defaultdict(dict)
    for night in NIGHTS:
        for posting in postings[night]:
            enters = (
                posting.role_group == "ai_engineering"
                and posting.employment_type == "FULL_TIME"
                and posting.pay_tax != "net"
                and posting.pay_flag is None
                and posting.annual_low
                and posting.annual_high
                and posting.pay_region not in (None, "several", "remote")
            )
            if enters:
                group = {"mid": "mid_senior", "senior": "mid_senior"}.get(posting.seniority, posting.seniority)
                for seniority in (group, "all"):
                    key = f"{posting.employer} {posting.title} {posting.text_hash}"
                    jobs[posting.pay_region or "", seniority][key] = posting.employer
    sure = {cell for cell, employers in jobs.items() if len(employers) >= 60 and len(set(employers.values())) >= 12}
    assert {("Northern America", "mid_senior"), ("South America", "mid_senior"), ("South America", "all")} <= sure
    assert len(sure) >= 6
    enough = {cell for cell, employers in jobs.items() if len(employers) >= 30 and len(set(employers.values())) >= 5}
    assert ("Northern America", "junior") in enough
    assert len([cell for cell in jobs if cell not in enough]) >= 6


def test_python_is_asked_for_most(postings: dict[str, list[Posting]]) -> None:
    counts: Counter[str] = Counter()
    for posting in postings[NIGHTS[0]]:
        if posting.role_group == "ai_engineering":
            counts.update(skill.skill for skill in posting.skills if skill.requirement == "required")
    assert counts.most_common(1)[0][0] == "Python"
    assert len([skill for skill, count in counts.items() if count >= 20]) >= 30


def test_titles_are_read_as_they_were_meant(postings: dict[str, list[Posting]]) -> None:
    by_title = {advert.title: advert for board in boards() for advert in adverts_of(board)}
    read_so = {posting.title: posting for posting in postings[NIGHTS[0]]}
    both = [(by_title[title], posting) for title, posting in read_so.items() if title in by_title]
    roles = [advert.role == posting.role for advert, posting in both]
    assert sum(roles) / len(roles) > 0.9


# --- what is broken on purpose ----------------------------------------------------------------------


def listing(source: str, position: int, night: str) -> Response | RevisitedAnswer | DamagedRecord:
    board = [board for board in boards() if board.source == source][position]
    url = all_sources()[source].SOURCE.url_of(board.board)
    return next(answer for answer in answers(source, night) if answer.url == url)


@pytest.mark.parametrize("fault", make.FAULTS)
def test_every_fault_shows(fault: tuple[str, int]) -> None:
    what, nights = make.FAULTS[fault]
    source, position = fault
    module = all_sources()[source]
    for number, night in enumerate(NIGHTS):
        answer = listing(source, position, night)
        if isinstance(answer, DamagedRecord):
            assert (what, number in nights) == ("truncated gzip", True)
            continue
        assert (answer.status != 200) == (what in ("HTTP 500", "unknown board") and number in nights)
        if answer.status != 200:
            continue
        assert isinstance(answer, Response)
        try:
            rows = list(rows_of(module, answer))
        except Rejected as error:
            rows = [error.issue]
        issues = [row for row in rows if isinstance(row, Issue)]
        if number not in nights:
            assert not issues, issues
        elif what == "empty list":
            assert not rows
        elif what == "range upside down":
            assert any(p.issues for p in rows if isinstance(p, Posting))
        else:
            assert len(issues) == 1, issues


def test_boards_with_faults_exist() -> None:
    for source, position in make.FAULTS:
        tokens = [board for board in boards() if board.source == source]
        assert 0 <= position < len(tokens)
    with pytest.raises(ValueError, match="not known"):
        make._spoilt(make.Answer(url="https://x.example", body=b"[]"), [{}], "no such fault")


def test_other_records_are_sound(rows: dict[str, list[Posting | Issue]]) -> None:
    for night in NIGHTS:
        rejects = [row for row in rows[night] if isinstance(row, Issue) and not row.is_deliberate]
        assert 3 <= len(rejects) <= len(make.FAULTS)


# --- rates, salaries, wages -------------------------------------------------------------------------


def test_rates_convert_every_currency_of_the_adverts() -> None:
    quotes: dict[str, list[date]] = defaultdict(list)
    for path in warcs("currency_table"):
        for row in night_rows("currency_table", path.name.removesuffix(".warc.gz")):
            if isinstance(row, ExchangeRate):
                quotes[row.currency].append(row.rate_on)
    currencies = {market_of(row["country"])["currency"] for row in table("markets")} - {"USD"}
    for currency in currencies:
        days = sorted(quotes[currency])
        assert days[0] <= date(2025, 10, 1)
        assert all((after - before).days <= 31 for before, after in itertools.pairwise(days)), currency


def test_both_tables_of_rates_agree() -> None:
    ecb = {
        (row.rate_on, row.currency): row.rate
        for row in night_rows("ecb_rates", NIGHTS[2])
        if isinstance(row, ExchangeRate)
    }
    assert min(day for day, _ in ecb) < date(2024, 1, 10)
    assert max(day for day, _ in ecb) == date(2026, 9, 29)
    for row in night_rows("currency_table", NIGHTS[1]):
        if isinstance(row, ExchangeRate) and (row.rate_on, row.currency) in ecb:
            cross_rate = ecb[row.rate_on, row.currency] / ecb[row.rate_on, "USD"]
            assert cross_rate == pytest.approx(row.rate, rel=2e-3)


def test_salaries_are_pairs_with_repeats() -> None:
    rows = [row for row in night_rows("aijobs_salaries", NIGHTS[2]) if isinstance(row, PayReport)]
    low, high = all_sources()["aijobs_salaries"].SOURCE.expected_rows
    assert low <= len(rows) <= high
    assert sum(row.pair_row != row.row for row in rows) > len(rows) / 3
    assert "NA" in {row.country for row in rows}
    fewer = [row for row in night_rows("aijobs_salaries", NIGHTS[0]) if isinstance(row, PayReport)]
    assert 0 < len(rows) - len(fewer) < 50


def test_wages_have_top_codes_and_gaps() -> None:
    wages = [row for row in night_rows("bls_oews", NIGHTS[0]) if isinstance(row, OfficialWage)]
    rows = {row.occupation: row for row in wages}
    assert len(rows) >= 15
    assert "annual_p90" in rows["15-1221"].top_coded
    assert rows["15-1221"].annual_p90 == make.TOP_CODE
    assert rows["15-2051"].annual_p50 is not None
    body = make._wage_answers(0)[0].body
    assert b"Synthetic sample data" in body


def test_stored_gzip_is_gzip() -> None:
    for size in (0, 10, 65_535, 65_536, 200_000):
        data = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
        assert gzip.decompress(make._gzip(data)) == data


def test_faults_are_json_where_they_should_be() -> None:
    answer = listing("ashby", 5, NIGHTS[1])
    assert isinstance(answer, Response)
    with pytest.raises(json.JSONDecodeError):
        json.loads(answer.body)


def test_adverts_differ_between_employers() -> None:
    texts: dict[tuple[str, ...], Advert] = {}
    for board in boards():
        for advert in adverts_of(board):
            other = texts.setdefault((*advert.text.required, *advert.text.about), advert)
            assert other.employer == advert.employer


def test_the_survey_has_slips_and_two_monies() -> None:
    survey = night_rows("sysarmy_survey", NIGHTS[0])
    rows = [row for row in survey if isinstance(row, PayReport)]
    assert len(rows) == make.N_ANSWERS
    assert {row.pay_flag for row in rows} == {None, "implausible_low", "gross_net_contradicted"}
    assert {row.paid_in for row in rows} == set(PAID_IN) - {"foreign"}
    assert all((row.pay_usd_stated is not None) == (row.paid_in == "dollars") for row in rows)
