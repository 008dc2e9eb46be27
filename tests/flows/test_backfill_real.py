"""Real answers of real boards, taken in as an operator does it: a part of ../shared/real small enough for every run."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from extractors.archive.reader import read
from extractors.response import Response
from reports.figures.explain import explain_figure
from warehouse import database
from warehouse.publish.reader import open_reader

REPO = Path(__file__).parents[2]
PAYLOADS = REPO.parent / "shared" / "real" / "payloads"
PART = (
    "ashby/2026-08-17.warc.gz", "lever/2021-01-15.warc.gz", "lever/2026-08-17.warc.gz",
    "greenhouse/2026-07-19.warc.gz", "bls_oews", "currency_table", "ecb_rates",
)  # fmt: skip
AS_OF = date(2026, 8, 17)
MEDIANS = {"15-1221": 140_910, "15-1252": 133_080, "15-2051": 112_590}
"""Median wages of May 2024 as the bureau published them, USD a year."""

pytestmark = pytest.mark.skipif(not PAYLOADS.is_dir(), reason=f"needs the real payloads in {PAYLOADS}")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, here: Callable[..., int]) -> Path:
    """A data folder into which the part was taken."""
    data = tmp_path_factory.mktemp("real") / "data"
    assert here(data, "backfill", *(str(PAYLOADS / name) for name in PART)) == 0
    return data


@pytest.fixture
def con(folder: Path) -> Iterator[database.Connection]:
    with open_reader(folder) as reader:
        yield reader


def jobs_in(name: str) -> Iterator[dict[str, object]]:
    """The records of a board's answers, read without any code of ours but the archive's."""
    for answer in read(PAYLOADS / name):
        assert isinstance(answer, Response)
        payload = json.loads(answer.body)
        yield from payload["jobs"] if isinstance(payload, dict) else payload


def test_each_posting_is_in_core_or_among_the_rejects(con: database.Connection) -> None:
    for source, names in (("ashby", PART[:1]), ("lever", PART[1:3]), ("greenhouse", PART[3:4])):
        ids = {f"{source}:{job['id']}" for name in names for job in jobs_in(name)}
        assert len(ids) >= 5
        rows = con.execute("SELECT posting_id FROM core.postings WHERE source = ?", [source]).fetchall()
        rejects = con.execute(
            "SELECT \"value\" FROM ops.rejects WHERE source = ? AND posting_id IS NULL", [source]
        ).fetchall()  # fmt: skip
        assert {row[0] for row in rows} <= ids
        for missing in ids - {row[0] for row in rows}:
            assert any(missing.removeprefix(f"{source}:") in value for (value,) in rejects), missing


def test_counts(con: database.Connection) -> None:
    counts = dict(con.execute("SELECT source, count(*) FROM core.postings GROUP BY ALL").fetchall())
    assert counts == {"ashby": 10, "lever": 34, "greenhouse": 5}
    [(ecb, tables)] = con.execute(
        "SELECT count(DISTINCT rate_on) FILTER (source = 'ecb_rates'),"
        " count(DISTINCT rate_on) FILTER (source = 'currency_table') FROM core.exchange_rates"
    ).fetchall()
    assert ecb == 7126
    assert tables == 4
    wages = dict(con.execute("SELECT occupation, annual_p50 FROM core.official_wages").fetchall())
    assert {name: wages[name] for name in MEDIANS} == MEDIANS


def test_observation_times_are_those_of_the_recordings(con: database.Connection) -> None:
    days = con.execute("SELECT DISTINCT source, first_seen_at::DATE FROM core.postings ORDER BY ALL").fetchall()
    assert days == [
        ("ashby", date(2026, 8, 17)), ("greenhouse", date(2026, 7, 19)), ("lever", date(2021, 1, 15)),
        ("lever", date(2026, 8, 17)),
    ]  # fmt: skip


def test_it_speaks_for_the_last_day_of_postings_not_of_rates(con: database.Connection) -> None:
    assert con.execute("SELECT DISTINCT as_of FROM mart.figures").fetchall() == [(AS_OF,)]
    assert con.execute("SELECT max(rate_on) > ? FROM core.exchange_rates", [AS_OF]).fetchall() == [(True,)]
    assert con.execute("SELECT count(*) FROM core.postings WHERE fx_on > ?", [AS_OF]).fetchall() == [(0,)]


def test_too_little_data_is_withheld_with_its_n(con: database.Connection) -> None:
    cells = con.execute(
        "SELECT status, count(*) FROM mart.salary_bands WHERE basis = 'advertised' GROUP BY ALL"
    ).fetchall()
    assert {status for status, _ in cells} == {"suppressed"}
    explanation = explain_figure(con, "pay.south_america.ai_engineering.mid_senior")
    assert "not enough employers (" in explanation


def test_official_wages_stay_low_and_never_mix_with_adverts(con: database.Connection) -> None:
    official = con.execute(
        "SELECT DISTINCT status FROM mart.salary_bands WHERE basis = 'official' AND region = 'US'"
    ).fetchall()
    assert official == [("low",)]


def test_nothing_made_of_real_answers_speaks_of_a_sample(folder: Path) -> None:
    for name in ("guide.md", "site/index.html"):
        assert "Sample data." not in (folder / name).read_text(encoding="utf-8")
    assert (folder / "kind").read_text() == "live\n"
