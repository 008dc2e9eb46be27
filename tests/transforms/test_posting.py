"""Postings made together are those made one by one, and one that cannot be made takes no other with it."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest

from transforms import posting as module
from transforms.posting import posting, postings
from transforms.raw_posting import RawPosting
from transforms.records.rows import Issue, Pay, Posting
from transforms.text.rejects import Rejected

HTML = "<h2>What you bring</h2><ul><li>Python, 5+ years of experience</li></ul><p>Salary: €60,000 – €80,000 a year</p>"


def said(number: int, **fields: object) -> RawPosting:
    usual = {"source": "test", "id": number, "title": f"ML Engineer {number}", "html": HTML, "location_text": "Berlin"}
    return RawPosting(**{**usual, **fields})  # type: ignore[typeddict-item]


def test_together_they_are_the_same_as_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH", 3)
    records = [
        said(1),
        said(2, html=None, text="We need Rust."),
        said(3, html=None),
        said(4, html="<p>Go" * 50),
        said(5, text=""),
    ]
    assert list(postings(records)) == [posting(**one) for one in records]


def test_what_cannot_be_made_is_an_issue_in_its_place() -> None:
    left_out = Issue(column_name="record", value="9", rule="a job expected")
    rows = list(postings([said(1), left_out, said(2, title=""), said(3, addresses=[5]), said(4)]))
    assert [isinstance(one, Posting) for one in rows] == [True, False, False, False, True]
    assert rows[1] is left_out
    assert isinstance(rows[2], Issue)
    assert rows[2].column_name == "title"
    assert isinstance(rows[3], Issue)
    assert rows[3].column_name == "record"
    assert "'id': 3" in rows[3].value


def test_alone_it_raises() -> None:
    with pytest.raises(Rejected, match="title"):
        posting(**said(1, title=None))


@pytest.mark.parametrize(
    ("own_words", "field", "flag"),
    [
        ("Ranges from 230,000-300,000 PHP/month by experience. ₱230K – ₱300K", None, "period_contradicted"),
        ("₱230K – ₱300K", "PHP 230,000 - 300,000 per month", "period_contradicted"),
        ("₱230K – ₱300K", "PHP 230,000 - 300,000 per year", None),
        ("₱230K – ₱300K, and PHP 9,000 - 10,000 per month for lunch", None, None),
        ("₱230K – ₱300K", None, None),
    ],
)
def test_words_that_give_a_stated_amount_another_period_flag_it(
    own_words: str, field: str | None, flag: str | None
) -> None:
    """The board's field says a year; the same amounts a month are not two offers but one of them is wrong."""
    pay = Pay(low=230000.0, high=300000.0, currency="PHP", period="year", reading="stated", pay_text=own_words)
    advert = posting(**said(1, html=None, location_text="Manila, Philippines", pay=[pay], pay_text=field))
    assert (advert.period, advert.pay_flag) == ("year", flag)


@pytest.mark.parametrize(
    ("title", "pay"),
    [
        ("Data Engineer ($121k-$151k)", (121000, 151000, "USD", "year")),
        ("Forklift Driver - $21.50/hr", (21.5, 21.5, "USD", "hour")),
        ("Controller up to €91k + bonus", (None, 91000, "EUR", "year")),
        ("Translator (USD 4,100/month)", (4100, 4100, "USD", "month")),
        ("Anaesthetist - $321(K) and 9 weeks off", (321000, 321000, "USD", "year")),
        ("Machine Operator - $5,000 SIGN ON!", None),
        ("Vet Technician (up to $11,000 sign-on bonus)", None),
        ("Assessor, $1500 per case", None),
        ("Account Executive ($1M+ deals)", None),
        ("Portfolio Manager, $110M fund", None),
        ("Engineer, $10k signing bonus", None),
        ("Engineer of a library with 25k stars", None),
        ("Manager of 401k plans", None),
    ],
)
def test_pay_in_a_title_is_read_where_no_other_part_states_any(title: str, pay: tuple[object, ...] | None) -> None:
    record = said(1, title=title, html="<p>We build bridges.</p>", location_text="Austin, TX")
    advert = posting(**record)
    assert (advert.pay_low, advert.pay_high, advert.currency, advert.period) == (pay or (None,) * 4)
    other = posting(**record | {"html": "<p>Salary: $90,000 a year.</p>"})
    assert other.pay_low == 90000


def test_what_a_source_could_not_take_stays_with_the_posting() -> None:
    issue = Issue(column_name="pay_low", value="many", rule="an amount expected")
    assert issue in posting(**said(1, issues=[issue])).issues


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("R-01106", "R-01106"),
        (" 6263 ", "6263"),
        (50, "50"),
        ("DS-26-1", "DS-26-1"),
        ("REQ  2026-000115", "REQ 2026-000115"),
        ("JR2021016", "JR2021016"),
        ("N/A", None),
        ("TBD", None),
        ("tbd - 2026", None),
        ("0", None),
        ("R-000", None),
        ("9999", None),
        ("1999", "1999"),
        ("Evergreen", None),
        ("Sales Pipeline 3", None),
        ("00df0928-b013-448c-b3dd-6c6fb80eadc2", None),
        ("", None),
        (None, None),
        (True, None),
        ("Replacement for 2 leavers of the team that was moved to Austin in 2025", None),
    ],
)
def test_a_requisition_is_the_number_of_an_opening_and_no_word_in_its_place(value: object, read: str | None) -> None:
    assert posting(**said(1, requisition_id=value)).requisition_id == read


def test_letters_whose_marks_stand_apart_are_read_like_others() -> None:
    text = "Télétravail partiel, deux jours par semaine. 5 années d'expérience exigées."
    read = [
        posting(source="lever", id="1", title="Data Scientist", text=unicodedata.normalize(form, text))
        for form in ("NFC", "NFD")
    ]
    assert read[0].workplace == "hybrid"
    assert [(one.text, one.text_hash, one.workplace, one.years_min) for one in read[:1]] == [
        (one.text, one.text_hash, one.workplace, one.years_min) for one in read[1:]
    ]


@pytest.mark.parametrize(
    ("fields", "text_class"),
    [
        ({"text": "x" * 600}, "full_advert"),
        ({"text": "x" * 400}, "snippet"),
        ({"text": "x" * 600, "text_state": "snippet"}, "snippet"),
        ({"text": "x" * 600, "text_class": "forum_comment"}, "forum_comment"),
        ({"text": "x" * 400, "text_class": "forum_comment"}, "forum_comment"),
        ({"text": "x" * 100, "text_class": "forum_comment"}, "snippet"),
        ({"text": "x" * 600, "text_class": "truncated", "text_state": "snippet"}, "truncated"),
        ({"text": "", "text_class": "truncated"}, "none"),
        ({}, "none"),
    ],
)
def test_the_class_of_a_text_is_that_of_its_endpoint_and_a_short_one_is_a_snippet(fields: Any, text_class: str) -> None:
    assert posting(source="board", id=1, title="Engineer", **fields).text_class == text_class
