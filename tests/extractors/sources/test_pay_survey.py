"""The declared form of surveys of pay: what a TOML file may say, and what follows from it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from extractors.response import Response
from extractors.sources import declaration
from extractors.sources.salaries.pay_survey import Hours, Survey, read_survey
from transforms.records.rows import Issue, PayReport
from transforms.text.rejects import Rejected

FORM = """
file = '.*toy.*(?P<wave>20\\d\\d)\\.csv'
address = "https://toy.invalid/{wave}.csv"
max_bytes = 1_000
period = "month"
country = "DE"
days = { "" = "03-31" }

[questions]
title = "Beruf"
"""
AT = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A function that returns the survey of a TOML text."""
    described = dict.fromkeys(("title", "publisher", "homepage", "attribution", "licence", "facts"), "toy")
    entry = {"toy_survey": described | {"access": "file"}}
    monkeypatch.setattr(declaration, "descriptions", lambda: entry)

    def survey(text: str) -> Survey:
        path = tmp_path / "toy_survey.toml"
        path.write_text(text, encoding="utf-8")
        return read_survey(path)

    return survey


def parse(survey: Survey, table: str, url: str = "https://toy.invalid/2026.csv") -> list[PayReport]:
    rows = list(survey.parse(Response(url=url, observed_at=AT, status=200, body=table.encode())))
    assert not [row for row in rows if isinstance(row, Issue) and not row.is_deliberate]
    return [row for row in rows if isinstance(row, PayReport)]


def test_a_new_survey_is_a_declaration(make: Any) -> None:
    survey = make(FORM + 'base = "Gehalt"\n')
    assert survey.SOURCE.file_url("toy 2026.csv") == survey.SOURCE.endpoints[0] + "2026.csv"
    (row,) = parse(survey, "BERUF,Gehalt,Name\nData Scientist,5000,Robin\n")
    assert (row.snapshot_on, row.role, row.pay, row.currency) == (date(2026, 3, 31), "data_scientist", 60_000, "EUR")
    assert "Robin" not in repr(row)


def test_of_columns_of_one_name_the_first_that_was_answered_counts(make: Any) -> None:
    survey = make(FORM + 'base = "Gehalt"\n')
    table = "Beruf,Gehalt,Gehalt\nKoch,1000,\nKoch,,2000\nKoch,3000,4000\nKoch,,\n"
    assert [row.pay / 12 for row in parse(survey, table)] == [1_000, 2_000, 3_000]


def test_counts_become_persons_in_brackets(make: Any) -> None:
    survey = make(FORM + 'low = "von"\nhigh = "bis"\ncount = "n"\n')
    rows = parse(survey, "Beruf,von,bis,n\nKoch,1000,2000,2\nKoch,0,1000,0\nKoch,2000,,1\n")
    assert [(row.row, row.pay, row.pay_high) for row in rows] == [
        (1, 12_000, 24_000), (2, 12_000, 24_000), (3, 24_000, float("inf")),
    ]  # fmt: skip
    with pytest.raises(Rejected, match="a number of persons in every row"):
        parse(survey, "Beruf,von,bis,n\nKoch,1000,2000,some\n")


def test_hours_a_day_and_percentages_are_told_from_hours_a_week() -> None:
    hours = Hours(full=35, a_day_up_to=12, percent_above=60, full_percent=90)
    times = {text: hours.name_time(text) for text in ("40", "8", "20", "6", "100", "80", "")}
    full = [text for text, time in times.items() if time == "FULL_TIME"]
    assert (full, times[""], times["20"]) == (["40", "8", "100"], None, "PART_TIME")


@pytest.mark.parametrize(
    ("text", "unknown"), [('pay = "x"', "pay"), ('mood = "Laune"', "mood"), ('base = "x"\nperiod = 3', "period")]
)
def test_an_unknown_question_is_named(make: Any, text: str, unknown: str) -> None:
    with pytest.raises(ValueError, match=f"toy_survey.toml: expected the keys .* not {unknown}"):
        make(f"{FORM}{text}\n")


def test_a_wave_without_a_year_or_day_is_refused(make: Any) -> None:
    survey = make(FORM.replace('"" =', '"01" =') + 'base = "Gehalt"\n')
    with pytest.raises(Rejected, match="an address that ends with the wave"):
        parse(survey, "Beruf,Gehalt\n", url="https://toy.invalid/new.csv")
    with pytest.raises(Rejected, match="expected answers with times"):
        parse(survey, "Beruf,Gehalt\n")
