"""Titles that say the same have one key, and titles of different jobs have not."""

from __future__ import annotations

import pytest

from transforms.employers.title_keys import number_in, title_key

SAME_TITLES = (
    ("Sr. ML Engineer - Berlin (m/f/d)", "Machine Learning Engineer (Senior), Remote", "SENIOR MACHINE LEARNING ENG."),
    ("Developer, Back-end", "Backend Dev", "Lampworks: Backend Developer", "Backend Developer at Lampworks GmbH"),
    ("Office Manager (Clark, New Jersey)", "Office Manager [R-30117]", "Office Manager #4471", "Office Manager | EMEA"),
    ("VP of Quality Assurance", "Vice President, QA", "VP QA (all genders)"),
    ("Software Engineer 2", "Software Engineer II"),
    ("Engineer, Data Platform", "Data Platform Engineer", "Data Platform - Engineer"),
    ("Senior Manager, Customer Success", "Sr. Manager - Customer Success", "Manager (Senior) of Customer Success"),
    ("Manager", "Manager - Berlin (m/f/d)"),
)
OTHER_TITLES = (
    ("Engineer, Mobile", "Engineer"),  # a city in Alabama
    ("Account Executive, Enterprise", "Account Executive"),  # a city in Nevada
    ("Account Executive (East)", "Account Executive (West)"),
    ("Manager, Customer Success", "Customer Success Manager"),  # the first leads the second
    ("Director of Sales", "Sales Director"),
    ("Senior Designer", "Staff Designer"),
    ("Senior Designer", "Designer"),
    ("C++ Developer", "C# Developer"),
    ("Software Engineer, Payments", "Software Engineer, Payments Platform"),
    ("Software Engineer II", "Software Engineer III"),
    ("Operations Manager (Nights)", "Operations Manager (Days)"),
    ("Intern, Winter 2025", "Intern, Winter 2026"),
)


def key_of(title: str) -> str:
    return title_key(title, "Heilbronn, Germany", "Lampworks GmbH", frozenset(["name:lampworks"]))


def test_titles_that_say_the_same() -> None:
    for titles in SAME_TITLES:
        assert len({key_of(title) for title in titles}) == 1, {title: key_of(title) for title in titles}


def test_titles_that_do_not() -> None:
    for one, other in OTHER_TITLES:
        assert key_of(one) != key_of(other), (one, other)


def test_a_title_of_nothing_but_what_is_left_out_stays() -> None:
    assert key_of("Remote (m/f/d)") == "remote (m/f/d)"
    assert key_of("Lampworks") == "lampworks"


@pytest.mark.parametrize(
    ("title", "number"),
    [
        ("Analyst - IAC23135", "iac23135"),
        ("Office Manager [R-30117]", "r-30117"),
        ("Office Manager (Job Req 4471)", "4471"),
        ("Office Manager #12", "12"),
        ("Engineer, Winter 2026", None),
        ("Software Engineer II", None),
    ],
)
def test_a_title_may_carry_the_number_of_a_requisition(title: str, number: str | None) -> None:
    assert number_in(title) == number
