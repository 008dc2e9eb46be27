"""One damaged place in an answer costs at most its own value: the records beside it are read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from extractors.refine.refine import rows_of
from extractors.response import Response
from extractors.source import all_sources
from transforms.records.rows import Issue, Posting
from transforms.text.rejects import Rejected

BOARD = b'{"jobs": [{"id": "1", "title": "Data Engineer"}, %s, {"id": "3", "title": "AI Engineer"}]}'
FEED = b"""<?xml version="1.0" encoding="UTF-8"?><workzag-jobs><position><id>1</id><name>Data Engineer</name></position>
<position><id>2</id><name>%s</name></position><position><id>3</id><name>AI Engineer</name></position></workzag-jobs>"""


def read(source: str, url: str, body: bytes) -> list[Any]:
    answer = Response(url=url, observed_at=datetime(2026, 8, 17, tzinfo=UTC), status=200, body=body)
    return list(rows_of(all_sources()[source], answer))


def read_board(record: bytes, begin: bytes = b"") -> list[Any]:
    return read("ashby", "https://api.ashbyhq.com/posting-api/job-board/curlew", begin + BOARD % record)


@pytest.mark.parametrize(
    ("record", "title", "note"),
    {
        "half a surrogate pair": (rb'{"id": "2", "title": "ML \ud83d Engineer"}', "ML \ufffd Engineer", "title"),
        "the other half": (rb'{"id": "2", "title": "ML \ude00"}', "ML \ufffd", "title"),
        "a whole pair beside a half": (rb'{"id": "2", "title": "\ud83d\ude00\ud83d"}', "\U0001f600\ufffd", "title"),
        "a backslash before a u": (rb'{"id": "2", "title": "\\ud83d", "isRemote": NaN}', r"\ud83d", "isRemote"),
        "a byte that is no UTF-8": (b'{"id": "2", "title": "ML Engine\xe9r"}', "ML Engine\ufffdr", "title"),
        "NaN": (b'{"id": "2", "title": "ML Engineer", "publishedAt": NaN}', "ML Engineer", "publishedAt"),
        "infinity": (b'{"id": "2", "title": "ML Engineer", "publishedAt": -Infinity}', "ML Engineer", "publishedAt"),
        "beyond a float": (
            b'{"id": "2", "title": "ML Engineer", "compensation": {"compensationTiers": [{"components": '
            b'[{"compensationType": "Salary", "minValue": 1e400, "maxValue": 90000}]}]}}',
            "ML Engineer",
            "minValue",
        ),
        "a control character": (b'{"id": "2", "title": "ML\x07 Engineer"}', "ML Engineer", None),
    }.values(),
)
def test_neighbours_of_a_damaged_value_are_read(record: bytes, title: str, note: str | None) -> None:
    rows = read_board(record)
    assert [(row.posting_id, row.title) for row in rows] == [
        ("ashby:1", "Data Engineer"),
        ("ashby:2", title),
        ("ashby:3", "AI Engineer"),
    ]
    issues = [issue for row in rows for issue in row.issues]
    assert not rows[0].issues and not rows[2].issues
    assert [note in issue.column_name + issue.rule for issue in issues] == ([True] if note else [])


def test_a_byte_order_mark_is_passed_over() -> None:
    rows = read_board(b'{"id": "2", "title": "ML Engineer"}', begin=b"\xef\xbb\xbf")
    assert [row.posting_id for row in rows] == ["ashby:1", "ashby:2", "ashby:3"]
    assert not any(row.issues for row in rows)


def test_what_is_no_json_even_so_is_refused() -> None:
    for body in (b"NaN", b"[" * 100_000, b'{"jobs": [}', b"\xff\xfe"):
        with pytest.raises(Rejected):
            read("ashby", "https://api.ashbyhq.com/posting-api/job-board/curlew", body)


def test_an_id_that_lost_a_character_is_none() -> None:
    rows = read_board(b'{"id": "2\xe9", "title": "ML Engineer"}')
    assert [type(row) for row in rows] == [Posting, Issue, Posting]
    assert rows[1].column_name == "posting_id"


@pytest.mark.parametrize("damage", [b"ML Engine\xe9r", b"ML Engine\x07r", b"ML Engine&#7;r", b"ML Engine&#xD83D;r"])
def test_neighbours_in_a_feed_are_read(damage: bytes) -> None:
    rows = read("personio", "https://curlew.jobs.personio.de/xml?language=en", FEED % damage)
    assert [row.title for row in rows] == ["Data Engineer", "ML Engine\ufffdr", "AI Engineer"]
    assert [issue.column_name for row in rows for issue in row.issues] == ["title"]


def test_one_bad_byte_does_not_change_the_encoding_of_a_page() -> None:
    page = (
        b'<html><head><meta charset="utf-8"></head><body><script type="application/ld+json">{"@type": "JobPosting", '
        b'"title": "Ing\xc3\xa9nieur", "description": "\xff", "hiringOrganization": "Ch\xc3\xa2teau \\ud83d"}</script>'
    )
    (row,) = read("career_pages", "https://jobs.curlew.example/job/1", page)
    assert (row.title, row.employer, row.text) == ("Ingénieur", "Château \ufffd", "\ufffd")
    assert [issue.column_name for issue in row.issues] == ["employer", "text"]
