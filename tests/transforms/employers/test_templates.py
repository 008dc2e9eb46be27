"""One text that a recruiter posts for many levels and places is one template."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.builders import posting
from transforms.employers.templates import template_of, with_template
from transforms.records.rows import AgencySign

ISSUES = Path(__file__).parents[4] / "shared" / "real" / "shapes" / "github_vagas_issues_retyped.json"
TEXT = """We match engineers with companies. You apply only once.
The role: {level} data engineer in {place}.
Pay: EUR {pay} a year.
You build pipelines. You test them. You keep them running.
You know SQL. You like clear names. You write short mails.
{workplace} work."""
ONE = TEXT.format(level="Senior", place="Lisbon", pay="60,000", workplace="Remote")
OTHER = TEXT.format(level="Junior", place="Porto", pay="35,000", workplace="Hybrid")


def test_level_place_pay_and_workplace_do_not_change_a_template() -> None:
    assert template_of(ONE, "Lisbon") == template_of(OTHER, "Porto") is not None


@pytest.mark.parametrize("text", [ONE.replace("SQL", "Scala"), ONE + "\nWe are a bank."])
def test_other_words_are_another_template(text: str) -> None:
    assert template_of(text, "Lisbon") != template_of(ONE, "Lisbon")


def test_a_few_lines_are_no_template() -> None:
    assert template_of("Apply now. Remote.", None) is None


SIGN = AgencySign(sign="client", words="our client")


@pytest.mark.parametrize(
    ("employer", "signs", "has_template"),
    [("Lampworks", (), False), ("Lampworks", (SIGN,), True), ("Randstad", (), True), (None, (), True)],
)
def test_only_posters_that_hire_for_others_or_name_nobody_have_templates(
    employer: str | None, signs: tuple[AgencySign, ...], has_template: bool
) -> None:
    advert = posting(1, text=ONE, employer=employer, agency_signs=signs, source="arbeitnow", board=None)
    assert (with_template(advert).template_hash is not None) == has_template


@pytest.mark.skipif(not ISSUES.exists(), reason="the real payloads are not here")
def test_a_recruiters_eight_issues_are_two_templates() -> None:
    texts = [issue["body"] for issue in json.loads(ISSUES.read_text("utf-8"))]
    assert len(texts) == 8 and len({template_of(text, None) for text in texts}) == 2
