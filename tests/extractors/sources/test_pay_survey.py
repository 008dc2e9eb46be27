"""The declared form of surveys of pay: what a TOML file may say, and what follows from it."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from extractors.response import Response
from extractors.sources import declaration
from extractors.sources.salaries.pay_survey import Survey, read_survey
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


def read(survey: Survey, table: str, url: str) -> tuple[list[PayReport], list[Issue]]:
    rows = list(survey.parse(Response(url=url, observed_at=AT, status=200, body=table.encode())))
    issues = [row for row in rows if isinstance(row, Issue) and not row.is_deliberate]
    return [row for row in rows if isinstance(row, PayReport)], issues


def parse(survey: Survey, table: str, url: str = "https://toy.invalid/2026.csv") -> list[PayReport]:
    rows, issues = read(survey, table, url)
    assert not issues
    return rows


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


def test_hours_a_day_and_percentages_are_told_from_hours_a_week(make: Any) -> None:
    hours = "[hours]\nfull = 35\na_day_up_to = 12\npercent_above = 60\nfull_percent = 90\n\n[questions]"
    survey = make(FORM.replace("[questions]", hours) + 'base = "Gehalt"\nhours = "Zeit"\n')
    texts = ("40", "8", "20", "6", "100", "80", "")
    rows = parse(survey, "Beruf,Gehalt,Zeit\n" + "".join(f"Koch,1000,{text}\n" for text in texts))
    times = dict(zip(texts, (row.employment_type for row in rows), strict=True))
    full = [text for text, time in times.items() if time == "FULL_TIME"]
    assert (full, times[""], times["20"]) == (["40", "8", "100"], None, "PART_TIME")


ROWS = """
file = '.*andes_(?P<wave>20\\d\\d)\\.csv'
address = "https://andes.invalid/{wave}.csv"
max_bytes = 10_000
period = "month"
country = "CL"
answered_at = "%d/%m/%Y %H:%M"

[questions]
answered_at = "Marca temporal"
title = "Cargo"
base = "Sueldo bruto"

[questions.years]
column = "Experiencia"
words = { "Menos de 2" = 0, "2 a 5" = 2, "Más de 5" = 5, "Prefiero no decir" = "" }

[questions.time]
column = "Jornada"
words = { "Completa" = "FULL_TIME", "Media" = "PART_TIME" }

[questions.currency]
column = "Moneda"
words = { "Pesos" = "CLP", "Dólares" = "USD" }

[questions.paid_in]
column = "Moneda"
words = { "Pesos" = "local", "Dólares" = "dollars" }
"""
"""A made-up survey of rows."""
BRACKETS = """
file = '.*lima_(?P<wave>20\\d\\d)\\.csv'
address = "https://lima.invalid/{wave}.csv"
max_bytes = 10_000
period = "month"
country = "PE"
currency = "PEN"
paid_in = "local"
days = { "" = "05-31" }

[questions]
title = "Puesto"
level = { column = "Nivel", words = { "Junior" = "junior", "Pleno" = "mid", "Senior" = "senior" } }
low = "Desde"
high = "Hasta"
"""
"""A made-up survey of brackets with a column for each end."""
IN_WORDS = (
    BRACKETS.partition("low =")[0]
    + """
[questions.low]
column = "Rango"
words = { "Hasta S/ 2000" = 0, "S/ 2000 a 4000" = 2000, "Más de S/ 4000" = 4000, "No sé" = "" }

[questions.high]
column = "Rango"
words = { "Hasta S/ 2000" = 2000, "S/ 2000 a 4000" = 4000, "Más de S/ 4000" = "", "No sé" = "" }
"""
)
"""The same with both ends in words."""
ENDS = [(0, 24_000), (24_000, 48_000), (48_000, float("inf"))]
WRONG = [
    (ROWS, 'period = "month"', 'period = "week"', "period: expected 'month' or 'year', not 'week'"),
    (ROWS, 'period = "month"\n', "", "period: missing"),
    (ROWS, '"CL"', '"ZZ"', "country: expected a country's code (ISO 3166-1 alpha-2, such as CL), not 'ZZ'"),
    (ROWS, 'country = "CL"\n', "", "country: missing, and so is a question country"),
    (ROWS, '"USD"', '"XQX"', "currency.words.\"Dólares\": expected a currency's code (ISO 4217, such as CLP), or"),
    (ROWS, '"FULL_TIME"', '"FULLTIME"', "questions.time.words.Completa: expected one of FULL_TIME, PART_TIME, "),
    (ROWS, '"dollars"', '"dolares"', "expected one of local, dollar_linked, part_dollars, dollars, foreign, or"),
    (ROWS, 'column = "Jornada"', 'colum = "Jornada"', "colum: unknown; column, columns, is_optional, words"),
    (ROWS, 'words = { "Completa"', 'word = { "Completa"', "questions.time.words: missing"),
    (ROWS, 'title = "Cargo"', 'title = { column = "x", words = { "x" = "y" } }', "title.words: unknown; column, "),
    (ROWS, 'title = "Cargo"', "title = 3", "questions.title: expected a column, a list of columns, or a table"),
    (ROWS, 'title = "Cargo"', 'title = "¿?"', "expected a column's name with letters or digits, not '¿?'"),
    (ROWS, 'title = "Cargo"', 'mood = "Cargo"', "questions.mood: unknown; answered_at, who, title, level, "),
    (ROWS, 'title = "Cargo"\n', "", "role: expected either a question title or a role for all"),
    (ROWS, 'base = "Sueldo bruto"\n', "", "questions: expected either base, or low and high, not none"),
    (ROWS, 'base = "Sueldo bruto"', 'who = "Jornada"\nbase = "x"', "questions.who.words: missing"),
    (ROWS, 'base = "Sueldo bruto"', 'hours = "x"\nbase = "x"', "hours: expected the table [hours]"),
    (ROWS, '"Más de 5" = 5', '"Más de 5" = 500', 'expected years from 0 to 60, or "" for no answer, not 500'),
    (ROWS, "(?P<wave>20\\d\\d)", "20\\d\\d", "file: expected a pattern with a group `(?P<wave>…)`, not '"),
    (ROWS, "{wave}.csv", "2026.csv", "address: expected an https address that ends with {wave}"),
    (ROWS, "%d/%m/%Y", "%d/%m", "answered_at: expected a format with day, month and year"),
    (ROWS, 'answered_at = "%d/%m/%Y %H:%M"\n', "", "days: missing, and so is answered_at"),
    (ROWS, "max_bytes = 10_000", "max_bytes = 0", "max_bytes: expected a number greater than 0, not 0"),
    (ROWS, 'country = "CL"', 'country = "CL"\ncurrency = "CLP"', "currency: expected either one for all or a question"),
    (ROWS, 'country = "CL"', 'country = "CL"\npaid_in = "local"', "paid_in: expected either one for all or a question"),
    (ROWS, 'country = "CL"', 'country = "CL"\nrole = "developer"', "role: expected one of ai_engineer, "),
    (ROWS, 'country = "CL"', 'country = "CL"\ngives_dollars = true', "currency: gives_dollars needs USD, not None"),
    (ROWS, 'country = "CL"', 'country = "CL"\nmin_year = { XQX = 1 }', "min_year.XQX: expected a currency's code"),
    (ROWS, 'country = "CL"', 'country "CL"', "Expected '=' after a key"),
    (BRACKETS, '"mid"', '"pleno"', "questions.level.words.Pleno: expected one of intern, junior, mid, senior, "),
    (BRACKETS, '"05-31"', '"31-05"', 'days."": expected a "month-day" such as 12-31, not \'31-05\''),
    (BRACKETS, 'high = "Hasta"\n', "", "questions: expected either base, or low and high, not low"),
    (BRACKETS, 'high = "Hasta"\n', 'high = "Hasta"\ntotal = "x"\n', "questions.low: brackets have no amounts for net"),
    (IN_WORDS, "= 0,", "= 3000,", 'high.words."Hasta S/ 2000": expected more than the low end 3000, not 2000'),
    (IN_WORDS, '"S/ 2000 a 4000" = 4000, ', "", "expected the same answers as low, unlike S/ 2000 a 4000"),
]  # fmt: skip
"""Declarations with one fault: text, what stands in its place, and what the message must say."""


@pytest.mark.parametrize(("form", "right", "wrong", "message"), WRONG)
def test_a_wrong_declaration_is_refused_with_file_key_value_and_choices(
    make: Any, form: str, right: str, wrong: str, message: str
) -> None:
    assert right in form
    with pytest.raises(ValueError, match=f"toy_survey.toml: .*{re.escape(message)}"):
        make(form.replace(right, wrong))


def test_all_problems_of_a_declaration_are_said_at_once(make: Any) -> None:
    with pytest.raises(ValueError, match="week") as refusal:
        make(ROWS.replace('"month"', '"week"').replace('"CL"', '"Chile"'))
    assert [line.partition(".toml: ")[2].partition(":")[0] for line in str(refusal.value).splitlines()] == [
        "period", "country",
    ]  # fmt: skip


def test_a_survey_of_rows(make: Any) -> None:
    table = (
        "Marca temporal,Cargo,Experiencia,Jornada,Sueldo bruto,Moneda\n"
        "02/04/2026 10:00,Data Scientist,2 a 5,Completa,2400000,Pesos\n"
        "03/04/2026 10:00,Software Engineer,Más de 5,Media,3000,Dólares\n"
        "20/04/2026 10:00,Software Engineer,Prefiero no decir,Completa,2000000,Pesos\n"
    )
    rows = parse(make(ROWS), table, "https://andes.invalid/2026.csv")
    assert [(row.pay / 12, row.currency, row.paid_in, row.years_experience, row.employment_type) for row in rows] == [
        (2_400_000, "CLP", "local", 2, "FULL_TIME"), (3_000, "USD", "dollars", 5, "PART_TIME"),
        (2_000_000, "CLP", "local", None, "FULL_TIME"),
    ]  # fmt: skip
    assert {row.snapshot_on for row in rows} == {date(2026, 4, 3)}
    swapped = make(ROWS.replace("%d/%m", "%m/%d"))
    with pytest.raises(Rejected, match="expected answers with times like %m/%d/%Y"):
        parse(swapped, table, "https://andes.invalid/2026.csv")


def test_an_empty_end_of_a_bracket_is_nought_or_open_and_two_are_no_pay(make: Any) -> None:
    table = (
        "Puesto,Nivel,Desde,Hasta\nCook,Pleno,,2000\nCook,Pleno,2000,4000\nCook,Senior,4000,\nCook,Junior,,\nCook,,0,\n"
    )
    rows = parse(make(BRACKETS), table, "https://lima.invalid/2026.csv")
    assert [(row.pay, row.pay_high) for row in rows] == ENDS
    swapped = make(BRACKETS.replace('"Desde"', '"x"').replace('"Hasta"', '"Desde"').replace('"x"', '"Hasta"'))
    with pytest.raises(Rejected, match="may be swapped"):
        parse(swapped, table.replace("Cook,Senior,4000,", "Cook,Senior,4000,6000"), "https://lima.invalid/2026.csv")


def test_one_bracket_upside_down_is_refused_alone(make: Any) -> None:
    table = "Puesto,Nivel,Desde,Hasta\n" + "Cook,Pleno,2000,4000\n" * 3 + "Cook,Pleno,4000,2000\n"
    rows, issues = read(make(BRACKETS), table, "https://lima.invalid/2026.csv")
    assert [issue.rule for issue in issues] == ["expected a high end of the bracket above the low end in row 4"]
    assert len(rows) == 3


def test_brackets_in_words_are_those_of_two_columns(make: Any) -> None:
    answers = ["Hasta S/ 2000", "S/ 2000 a 4000", "Más de S/ 4000", "No sé", ""]
    table = "\n".join(["Puesto,Nivel,Rango", *(f"Cook,Pleno,{answer}" for answer in answers)])
    rows = parse(make(IN_WORDS), table, "https://lima.invalid/2026.csv")
    assert [(row.pay, row.pay_high) for row in rows] == ENDS


def test_codes_of_currencies_need_no_words(make: Any) -> None:
    survey = make(ROWS.partition("[questions.currency]")[0] + '[questions.currency]\ncolumn = "Moneda"\n')
    answers = [f"02/04/2026 10:00,Cook,2 a 5,Completa,9,{money}" for money in ("EUR", "XQX", "")]
    table = "\n".join(["Marca temporal,Cargo,Experiencia,Jornada,Sueldo bruto,Moneda", *answers])
    rows, issues = read(survey, table, "https://andes.invalid/2026.csv")
    assert ([row.currency for row in rows], [issue.value for issue in issues]) == (["EUR", "CLP"], ["XQX"])


def test_columns_in_other_scripts_are_told_apart(make: Any) -> None:
    survey = make(FORM.replace("Beruf", "Должность") + 'base = "Зарплата"\n')
    (row,) = parse(survey, "Имя,должность,ЗАРПЛАТА\nX,Data Scientist,5000\n")
    assert (row.role, row.pay) == ("data_scientist", 60_000)


def test_a_wave_without_a_year_or_day_is_refused(make: Any) -> None:
    survey = make(FORM.replace('"" =', '"01" =') + 'base = "Gehalt"\n')
    with pytest.raises(Rejected, match="an address that ends with the wave"):
        parse(survey, "Beruf,Gehalt\n", url="https://toy.invalid/new.csv")
    with pytest.raises(Rejected, match="expected answers with times"):
        parse(survey, "Beruf,Gehalt\n")
