"""What is published of an advert is bounded: lengths, addresses, days, characters, issues and passwords."""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from extractors.archive.reader import RecordedAnswer, read_recorded
from extractors.archive.writer import write
from extractors.refine.refine import refine, refusals_in, rows_of
from extractors.response import Response
from extractors.source import all_sources
from flows.inputs.recordings import recordings_in
from transforms.place.places import Address
from transforms.posting import posting, postings
from transforms.records.rows import Issue, Posting
from transforms.text.bounds import MAX_ISSUES_OF_ANSWER, MAX_LENGTH, MAX_URL
from transforms.text.rejects import Rejected

SEEN = date(2026, 8, 17)
MIB = 1 << 20


def advert(**fields: Any) -> Posting:
    """An advert that also says this."""
    whole: dict[str, Any] = {"source": "ashby", "id": 1, "title": "Engineer", "issues": ()}
    (row,) = postings([whole | fields], seen_on=SEEN)  # type: ignore[list-item]
    assert isinstance(row, Posting)
    return row


@pytest.mark.parametrize(
    "column", ["title", "employer", "department", "industry_text", "location_text", "board", "pay_text"]
)
def test_long_values_are_cut_and_say_so(column: str) -> None:
    row = advert(**{column: "Engineer " * (9 * MIB // 9)})
    value = getattr(row, column)
    assert MAX_LENGTH[column] // 2 < len(value) <= MAX_LENGTH[column]
    assert [issue.column_name for issue in row.issues] == [column]


@pytest.mark.parametrize(
    "url",
    [
        *("javascript:alert(1)", "data:text/html,x", "ftp://jobs.example/1", "jobs.example/1", "https://", "http://["),
        *("https://jobs.example/\x1b[31m", "https://jobs.example/\u202e1", f"https://jobs.example/{'a' * MAX_URL}"),
    ],
)
def test_addresses_that_no_page_can_link_to_are_left_out(url: str) -> None:
    row = advert(url=url)
    assert row.url is None
    assert [issue.column_name for issue in row.issues] == ["url"]
    assert all(issue.value.isprintable() and len(issue.value) <= 200 for issue in row.issues)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://me:secret@jobs.example/1", "https://jobs.example/1"),
        ("HTTPS://jobs.example/@me?q=a@b", "HTTPS://jobs.example/@me?q=a@b"),
        (" https://jobs.example/ñ ", "https://jobs.example/ñ"),
        ("", None),
    ],
)
def test_addresses_keep_all_but_passwords(url: str, expected: str | None) -> None:
    row = advert(url=url)
    assert (row.url, row.issues) == (expected, ())


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("posted_on", "0001-01-01", None),
        ("posted_on", "1989-12-31", None),
        ("posted_on", "1990-01-01", date(1990, 1, 1)),
        ("posted_on", "2027-08-18", date(2027, 8, 18)),
        ("posted_on", "2027-08-19", None),
        ("posted_on", "9999-12-31", None),
        ("posted_on", 0, None),
        ("valid_through", "2040-12-31", date(2040, 12, 31)),
        ("valid_through", "2099-12-31", None),
        ("valid_through", "soon", None),
    ],
)
def test_days_that_cannot_be_meant_are_left_out(column: str, value: object, expected: date | None) -> None:
    row = advert(**{column: value})
    assert getattr(row, column) == expected
    assert [issue.column_name for issue in row.issues] == ([] if expected else [column])


def test_characters_that_show_nothing_are_removed_and_those_that_scripts_write_stay() -> None:
    text = "E\x1b[2Jn\x00g\x9bi\u202en\u2066e\u200be\ufeffr\U000e0041"
    row = advert(title=text, employer=text, location_text=text, department=text, text=f"{text}\n{text}")
    assert {row.title, row.employer, row.location_text, row.department} == {"E[2Jngineer"}
    assert row.text == "E[2Jngineer\nE[2Jngineer"
    for title in ("می\u200cخواهم", "क्\u200dष", "👩\u200d💻 Engineer", "Ingénieur\xa0IA"):
        assert advert(title=title).title == " ".join(title.split())
        assert not advert(title=title).issues


def test_places_and_pay_are_bounded() -> None:
    row = advert(addresses=[Address("Paris" * MIB, "France" * MIB, None, "Paris")] * 3)
    assert {issue.column_name for issue in row.issues} == {"location_text"}
    assert len(row.issues) == 6
    assert len(advert(addresses=[Address(f"x{n}", None, None, None) for n in range(10_000)]).issues) == 1


@pytest.mark.parametrize("id", ["a" * 301, "a\x1bb", "a\u202eb", "a\ud83db"])
def test_an_id_is_refused_rather_than_cut(id: str) -> None:
    with pytest.raises(Rejected, match="posting_id"):
        posting(source="ashby", id=id, title="Engineer")


def test_issues_of_an_advert_are_counted_beyond_some() -> None:
    issues = [Issue(column_name="pay_low", value=str(n), rule="x") for n in range(5_000)]
    row = advert(issues=issues)
    assert [issue.value for issue in row.issues] == [*map(str, range(20)), "4980 more"]


def archive_body(
    folder: Path, body: bytes, *, url: str = "https://api.ashbyhq.com/posting-api/job-board/curlew"
) -> Path:
    answer = RecordedAnswer(
        url=url, observed_at=datetime(2026, 8, 17, tzinfo=UTC), status=200, reason="OK", headers=(), body=body,
        digest="", record=0, offset=0, position=0,
    )  # fmt: skip
    path = write(folder / "archive" / "ashby" / "2026-08-17.warc.gz", [answer])
    assert path is not None
    return path


def test_issues_of_an_answer_are_counted_beyond_some(tmp_path: Path) -> None:
    warc = archive_body(tmp_path, b'{"jobs": [{"id": "1", "title": "Engineer"}' + b", 1" * 20_000 + b"]}")
    result = refine("ashby", warc, archive=tmp_path / "archive", refined=tmp_path / "refined")
    (answer,) = pq.read_table(result.responses).to_pylist()
    assert result.n_rows == 1
    assert answer["n_rejects"] == 20_000
    assert len(answer["issues"]) == MAX_ISSUES_OF_ANSWER + 1
    assert answer["issues"][-1]["value"] == "19000 more"
    refusals = refusals_in(result).records
    assert len(refusals) == 20_000
    assert refusals[0].startswith("record 1 does not have the source's shape")


def test_rows_of_other_kinds_are_bounded() -> None:
    head = "work_year,experience_level,employment_type,job_title,salary,salary_currency,salary_in_usd,"
    head += "employee_residence,remote_ratio,company_location,company_size\n"
    body = head + f"2024,SE,FT,Data\x1b {'x' * MIB},100000,USD,100000,US,0,US,M\n"
    url = "https://raw.githubusercontent.com/foorilla/ai-jobs-net-salaries/main/salaries.csv"
    answer = Response(url=url, observed_at=datetime(2026, 8, 17, tzinfo=UTC), status=200, body=body.encode())
    row, *issues = rows_of(all_sources()["aijobs_salaries"], answer)
    assert len(row.title) <= 2_000
    assert row.title.isprintable()
    assert [issue.column_name for issue in issues] == ["title"]


def test_a_password_in_a_recorded_address_goes_no_further(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    ours = archive_body(tmp_path / "known", b'{"jobs": []}')
    unknown = archive_body(tmp_path / "unknown", b"{}", url="http://me:secret@nobody.example/x")
    with caplog.at_level(logging.WARNING):
        recordings_in([ours, unknown])
    assert "nobody.example" in caplog.text
    assert "secret" not in caplog.text
    (record,) = read_recorded(unknown)
    assert record.url == "http://nobody.example/x"
