"""Two depths of reading: what tells of AI, data or engineering, the draw, and what is left where a text is not read."""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.archive.reader import read
from extractors.response import ANSWERED, Response
from extractors.source import all_sources, is_answer_of
from transforms import depth
from transforms.depth import ALL_PERCENT, Depth, draw_number, find_depth, names_such_work
from transforms.posting import postings
from transforms.raw_posting import RawPosting
from transforms.records.rows import Pay, Posting
from transforms.records.vocabulary import AI_GROUPS, FULL_ADVERT, NO_TEXT, UNREAD
from transforms.role.titles import role_of
from transforms.text.lookups import cells_of, taxonomy

PAYLOADS = Path(__file__).parents[2].parent / "shared" / "real" / "payloads"
WITH_TEXTS = ("ashby", "arbeitnow", "france_travail", "hackernews", "remoteok", "remotive")
"""Sources of the real payloads that have texts."""
LABELLED = Path(__file__).with_name("depth_draw.csv")
NURSE = "<p>You care for patients on night shifts and write reports in Excel.</p>" * 20
TRAINS = "<p>You train models in PyTorch and run them on Kubernetes.</p>"


def at_depth(percent: int, *adverts: RawPosting) -> list[Posting]:
    rows = list(postings(adverts, percent=percent))
    assert all(isinstance(one, Posting) for one in rows)
    return rows  # type: ignore[return-value]


def advert(id: object, title: str = "Registered Nurse", html: str = NURSE, **more: Any) -> RawPosting:
    return RawPosting(**{"source": "test", "id": id, "title": title, "html": html, **more})  # type: ignore[typeddict-item]


def ids(is_drawn: bool, percent: int = 20) -> Iterator[int]:
    """Ids whose adverts are of the random share, or are not."""
    return (n for n in range(10_000) if (draw_number("test", str(n)) * 100 < percent) is is_drawn)


@pytest.mark.parametrize(
    ("title", "words", "told_by"),
    [
        ("Machine Learning Engineer", "", "title"),
        ("Data Analyst", NURSE, "title"),
        ("Backend Developer (m/w/d)", NURSE, "title"),
        ("Specialist", TRAINS, "words"),
        ("Specialist", "&lt;p&gt;You train models in PyTorch&lt;/p&gt;&lt;li&gt;Kubernetes&lt;/li&gt;", "words"),
        ("Specialist", "PYTORCH and kubernetes", "words"),
        ("Specialist", "You write Python. Python is what we write, and Python 3 above all.", None),
        ("Specialist", "We sell to teams that use .NET and C++.", "words"),
        ("Specialist", "scalar values, swiftly and rustic reactions", None),
        ("Registered Nurse", NURSE, None),
        ("Sales Representative", "We are an AI company. You sell AI.", None),
        ("Registered Nurse", "", None),
        ("Registered Nurse", None, None),
    ],
)
def test_what_tells_of_ai_data_or_engineering(title: str, words: str | None, told_by: str | None) -> None:
    reading = find_depth("test", str(next(ids(is_drawn=False))), title, words, percent=20)
    assert reading == Depth(told_by, is_drawn=False, is_read=told_by is not None or not words)


def test_the_words_are_of_the_taxonomy_or_of_ai() -> None:
    names = [row["name"] for row in cells_of("work_words")]
    words = {skill.skill for skill in taxonomy()} | {row["words"] for row in cells_of("ai_terms")}
    assert len(names) == len(set(names))
    assert set(names) <= words


@given(st.text(max_size=300), st.integers(1, 100))
def test_no_text_and_no_share_is_refused(words: str, percent: int) -> None:
    reading = find_depth("test", "1", "Registered Nurse", words, percent=percent)
    assert reading.is_read == (reading.is_drawn or reading.told_by is not None or not words)
    assert names_such_work(f"{words} PyTorch {words} Kubernetes ") in (True, False)


# --- the draw -------------------------------------------------------------------------------------------


def test_the_draw_has_its_share_and_a_larger_one_holds_a_smaller() -> None:
    draws = {percent: {n for n in range(5_000) if find_depth("s", str(n), "Cook", "x", percent=percent).is_drawn}
             for percent in (1, 20, 50, ALL_PERCENT)}  # fmt: skip
    assert draws[1] < draws[20] < draws[50] < draws[ALL_PERCENT] == set(range(5_000))
    for percent, numbers in draws.items():
        expected = 5_000 * percent / 100
        assert abs(len(numbers) - expected) <= 4 * (expected * (1 - percent / 100)) ** 0.5


def test_the_draw_rests_on_source_and_id_alone() -> None:
    """An advert that is edited, or seen again, stays on the side it is on; these numbers must not change."""
    assert round(draw_number("greenhouse", "4001"), 6) == 0.720791
    assert draw_number("greenhouse", "4001") != draw_number("lever", "4001")
    for id in [*(n for n, _ in zip(ids(is_drawn=True), range(5), strict=False)), next(ids(is_drawn=False))]:
        edits = [advert(id), advert(id, title="Head Nurse"), advert(id, html=NURSE + "<p>New.</p>")]
        assert len({one.is_drawn for one in at_depth(20, *edits)}) == 1
        assert at_depth(20, advert(f" {id} "))[0].is_drawn is at_depth(20, advert(id))[0].is_drawn


# --- rows -----------------------------------------------------------------------------------------------


def test_what_is_read_is_read_as_before() -> None:
    """Whatever the depth, a text that is read gives the same row, but for the mark of the draw."""
    adverts = [
        *(advert(n, title) for n, title in enumerate(("AI Engineer", "Nurse", "Data Engineer", "Cook") * 10)),
        *(advert(100 + n, "Specialist", TRAINS * 10) for n in range(5)),
    ]
    whole, some = at_depth(ALL_PERCENT, *adverts), at_depth(20, *adverts)
    assert {one.text_state for one in whole} == {"full"}
    read = [(a, b) for a, b in zip(whole, some, strict=True) if b.text_state != UNREAD]
    assert 20 < len(read) < len(adverts)
    assert [dataclasses.replace(a, is_drawn=b.is_drawn) for a, b in read] == [b for _, b in read]


def test_an_unread_advert_has_what_its_fields_say() -> None:
    pay = Pay(low=30.0, high=40.0, currency="USD", period="hour", reading="stated")
    id = next(ids(is_drawn=False))
    fields: dict[str, Any] = {"employer": "St. Elmo", "location_text": "Denver, CO", "posted_on": "2026-01-02",
                              "pay": (pay,), "employment_type": "FULL_TIME"}  # fmt: skip
    html = NURSE + "<p>Hybrid. 5+ years of experience. A bachelor's degree is required. $90,000 - $95,000 a year.</p>"
    record = advert(id, html=html, **fields)
    (row,), (whole,) = at_depth(20, record), at_depth(ALL_PERCENT, record)
    assert (row.text_state, row.text_class, row.told_by, row.is_drawn) == (UNREAD, UNREAD, None, False)
    of_text = (row.text, row.text_hash, row.language, row.ai_label, row.years_min, row.degree_min, row.qualifications)
    assert of_text == (None,) * 7
    assert not row.skills
    assert not row.candidates
    for name in ("posting_id", "title", "role", "employer", "country", "city", "posted_on", "pay_low", "pay_high",
                 "currency", "employment_type", "wording_hash"):  # fmt: skip
        assert getattr(row, name) == getattr(whole, name) is not None, name
    assert whole.text_class == FULL_ADVERT
    assert whole.years_min == 5


def test_an_advert_without_a_text_is_not_unread() -> None:
    row = at_depth(20, advert(next(ids(is_drawn=False)), html=""))[0]
    assert (row.text_state, row.text_class) == (NO_TEXT, NO_TEXT)


def test_the_search_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(depth, "MAX_SCANNED", 20)
    assert not names_such_work("x" * 30 + TRAINS)


# --- the real payloads ----------------------------------------------------------------------------------


def said_in(source: str) -> Iterator[RawPosting]:
    """What each advert of a source's real payloads says, at the last time."""
    module = all_sources()[source]
    last: dict[str, RawPosting] = {}
    for warc in sorted((PAYLOADS / source).glob("*.warc.gz")):
        for response in read(warc):
            if isinstance(response, Response) and response.status in ANSWERED and is_answer_of(module, response.url):
                last |= {str(one["id"]): one for one in module.parse(response) if isinstance(one, dict)}
    return (one for one in last.values() if one.get("html") or one.get("text"))


@pytest.mark.skipif(not PAYLOADS.exists(), reason=f"the real payloads are not at {PAYLOADS}")
@pytest.mark.parametrize("share", [0.2, pytest.param(1.0, marks=pytest.mark.long)])
def test_no_ai_advert_of_the_real_payloads_is_left_unread(share: float) -> None:
    """By full reading: recall is 99.5 % at least. Of a random 300 that tell of nothing, it finds none."""
    with LABELLED.open(encoding="utf-8", newline="") as file:
        labels = {row["posting_id"]: row["is_ai"] for row in csv.DictReader(file)}
    n_ai = n_found = n_labelled = 0
    for source in WITH_TEXTS:
        records = [
            one
            for one in said_in(source)
            if f"{source}:{one['id']}" in labels
            or (draw_number("part", str(one["id"])) < share and not _is_clearly_other(one))
        ]
        for row in at_depth(ALL_PERCENT, *records):
            is_ai = row.role_group in AI_GROUPS or row.ai_label == "builds_ai"
            n_ai += is_ai
            n_found += is_ai and row.told_by is not None
            if row.posting_id in labels:
                n_labelled += 1
                assert row.told_by is None
                assert not is_ai
    assert n_ai > 1_000 * share
    assert n_found / n_ai >= 0.995
    assert n_labelled == len(labels) == 300


def _is_clearly_other(record: RawPosting) -> bool:
    """One in four of the adverts whose title names nothing stands for them all, so that the test takes seconds."""
    return role_of(str(record["title"])).value == "other" and draw_number("quarter", str(record["id"])) > 0.25
