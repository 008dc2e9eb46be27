"""Numbers of a text against what is published: what each claims comes first, and equal numbers prove nothing."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Collection, Iterator

import duckdb
import pytest

from reports.guide.desk import read_figures
from reports.verify import verdicts
from reports.verify.claims_in_text import find_claims
from reports.verify.verdicts import CONTRADICTED, NO_FIGURE, ROUNDED, STALE, UNRESOLVED, VERIFIED, verify_text
from tests.builders import share_row
from tests.reports.conftest import make_cell, make_tables, put_rows
from tests.reports.figures.ledger_builders import AS_OF, computed, store
from warehouse import mart_tables, tables

SURE = {"status": "published", "reason": None, "n_employers": 30}
PYTHON = {"share": 0.573, "share_lo": 0.49, "share_hi": 0.65}


@pytest.fixture(scope="module")
def published() -> Iterator[duckdb.DuckDBPyConnection]:
    """Senior and mid-level pay of AI engineers in two countries, and skills of two groups of roles."""
    with duckdb.connect() as con:
        make_tables(con)
        put = functools.partial(put_rows, con)
        for skill in ("Python", "Rust", "SQL", "Perl"):
            put(tables.Skills, {"skill": skill, "category": "Programming Languages", "aliases": []})
        senior = {"region_level": "country", "region": "US", "seniority_group": "senior", "p50": 195_400.0}
        senior |= {"p50_lo": 185_000.0, "p50_hi": 205_000.0}
        put(
            mart_tables.SalaryBands, make_cell(**senior),
            make_cell(**senior | {"region": "DE", "p50": 95_000.0, "p50_lo": 91_000.0, "p50_hi": 99_000.0}),
            make_cell(**senior | {"seniority_group": "mid", "p50": 150_000.0, "p50_lo": 145e3, "p50_hi": 155e3}),
        )  # fmt: skip
        skill_row = functools.partial(share_row, AS_OF, "skill_asked")
        wide = {"share": 0.44, "share_lo": 0.3, "share_hi": 0.6, "form": "interval"}
        put(
            mart_tables.Shares, skill_row("SQL", 1_000, 440, **wide, **SURE),
            skill_row("Perl", 1_000, 3, share=0.003, share_lo=0.001, share_hi=0.006, **SURE),
            share_row(AS_OF, "skill_asked", "Python", 1_000, 573, **SURE, **PYTHON),
            share_row(AS_OF, "skill_asked", "Rust", 1_000, 41, share=0.041, share_lo=0.03, share_hi=0.05, **SURE),
            share_row(
                AS_OF, "skill_asked", "Python", 400, 350, region_level="country", region="DE", share=0.875,
                share_lo=0.84, share_hi=0.91, **SURE,
            ),
        )  # fmt: skip
        store(con, put, list(computed(con).values()))
        yield con


READ = "of AI engineering jobs in the adverts we read"
SENIORS = "Senior AI engineers in the United States are offered"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (f"57% {READ} ask for Python.", VERIFIED),
        (f"57.3% {READ} ask for Python.", VERIFIED),
        (f"About 60% {READ} ask for Python.", ROUNDED),
        (f"60% {READ} ask for Python.", CONTRADICTED),
        (f"57% {READ} ask for Rust.", CONTRADICTED),
        ("Of AI engineering jobs in Germany, 88% ask for Python.", VERIFIED),
        ("Of AI engineering jobs in Germany, 57% ask for Python.", CONTRADICTED),
        ("Of AI engineering jobs in France, 57% ask for Python.", NO_FIGURE),
        ("Of data scientist jobs in the adverts we read, 57% ask for Python.", UNRESOLVED),
        ("57% of jobs ask for Python.", UNRESOLVED),
        (f"57% {READ} do not ask for Python.", UNRESOLVED),
        (f"More than 57% {READ} ask for Python.", UNRESOLVED),
        (f"57% {READ} ask for Python and Rust.", UNRESOLVED),
        (f"57% {READ} like Python.", UNRESOLVED),
        (f"In 2019, 57% {READ} asked for Python.", STALE),
        (f"{SENIORS} a median of USD 195,000 a year.", VERIFIED),
        (f"{SENIORS} a median of $195K per year.", VERIFIED),
        (f"{SENIORS} a median of about USD 200,000 a year.", ROUNDED),
        (f"{SENIORS} a median of USD 150,000 a year.", CONTRADICTED),
        (f"{SENIORS} a median of USD 95,000 a year.", CONTRADICTED),
        (f"{SENIORS} a median of EUR 195,000 a year.", NO_FIGURE),
        (f"{SENIORS} a median of USD 195,000.", UNRESOLVED),
        (f"{SENIORS} USD 195,000 a year.", UNRESOLVED),
        ("AI engineers in the United States are offered a median of USD 195,000 a year.", UNRESOLVED),
        ("Senior engineers in the United States are offered a median of USD 195,000 a year.", UNRESOLVED),
        ("Senior AI engineers are offered a median of USD 195,000 a year.", UNRESOLVED),
        ("Senior AI engineers in the United States get a median of USD 195,000 a year.", UNRESOLVED),
        ("Senior AI engineers in the United States report a median of USD 195,000 a year.", NO_FIGURE),
        ("Senior AI engineers in the US and Germany are offered a median of USD 195,000 a year.", UNRESOLVED),
        (f"57% {READ} at start-ups ask for Python.", UNRESOLVED),
        (f"57% {READ} will ask for Python.", UNRESOLVED),
        (f"The share {READ} that ask for Python rose by 57%.", UNRESOLVED),
        (f"57% of the employers {READ} ask for Python.", UNRESOLVED),
        (f"At most 57% {READ} ask for Python.", UNRESOLVED),
        (f">57% {READ} ask for Python.", UNRESOLVED),
        (f"1,057% {READ} ask for Python.", UNRESOLVED),
        (f"Do 57% {READ} ask for Python?", UNRESOLVED),
        ("Of AI engineering jobs that ask for Python, 88% are in Germany.", UNRESOLVED),
        ("Of all AI engineering jobs, 88% are in Germany and ask for Python.", UNRESOLVED),
        ("Of all AI engineering jobs, 88% stand in Germany and ask for Python.", UNRESOLVED),
        ("In AI engineering jobs, 88% of Germany ask for Python.", UNRESOLVED),
        ("From 88% of AI engineering jobs in Germany, Python is required.", UNRESOLVED),
        ("88% of Python jobs in Germany ask for AI engineering.", UNRESOLVED),
        ("Of AI engineering jobs worldwide, 57% ask for Python.", UNRESOLVED),
        ("Of AI engineering jobs in adverts read worldwide, 57% ask for Python.", VERIFIED),
        ("Python: wanted in 88% of AI engineering jobs in Germany.", VERIFIED),
        ("AI engineering jobs in Germany that ask for Python: 88%.", VERIFIED),
        (f"57.4% {READ} ask for Python.", UNRESOLVED),
        (f"44% {READ} ask for SQL.", UNRESOLVED),
        (f"70% {READ} ask for SQL.", CONTRADICTED),
        (f"30–60% {READ} ask for SQL.", VERIFIED),
        (f"0% {READ} ask for Perl.", ROUNDED),
        (f"{SENIORS} a median of 195 thousand US dollars a year.", VERIFIED),
        ("In the U.S., senior AI engineers are offered a median of USD 195,000 a year.", VERIFIED),
        (f"{SENIORS} a median of USD 195,000 more a year.", UNRESOLVED),
        (f"{SENIORS} a bonus of a median of USD 195,000 a year.", UNRESOLVED),
        (f"{SENIORS} a median of $195K+ a year.", UNRESOLVED),
        ("Senior AI engineers at Example Inc in Germany are offered a median of USD 95,000 a year.", UNRESOLVED),
        ("Third-party adverts offer senior AI engineers in Germany a median of USD 95,000 a year.", NO_FIGURE),
        ("[57%](figures/skill.python.json) of them.", VERIFIED),
        ("[57 per cent](figures/skill.python.json) of them.", VERIFIED),
        ("[57](figures/skill.python.json) of them.", CONTRADICTED),
        ("[88%](figures/skill.python.json) of them.", CONTRADICTED),
        ("<!-- figure:skill.python -->57%<!-- /figure --> of them.", VERIFIED),
        ("<!-- figure:skill.python -->88%<!-- /figure --> of them.", CONTRADICTED),
        ("We read 573 adverts.", UNRESOLVED),
    ],
)
def test_a_number_is_held_against_what_its_sentence_says(
    published: duckdb.DuckDBPyConnection, text: str, verdict: str
) -> None:
    checks = [one for one in verify_text(published, text.encode()) if one.text != "2019"]
    assert [one.verdict for one in checks] == [verdict], checks


def test_each_number_has_its_line_and_what_is_missing(published: duckdb.DuckDBPyConnection) -> None:
    first, second = verify_text(published, f"57% {READ} ask for Python.\n\n12% of them do.\n".encode())
    assert (first.line, first.figure) == (1, "skill.python.all.ai_engineering")
    assert second.line == 3 and "what it is the share of" in second.says


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [
        ("USD 12.5K", 12_500, 12_500, 100), ("$195,000", 195_000, 195_000, 1_000),
        ("€ 95 K–99 K", 95_000, 99_000, 1_000),
        ("USD 8.1K to 12.9K", 8_100, 12_900, 100), ("57%", 57, 57, 1), ("57.3 per cent", 57.3, 57.3, 0.1),
        ("12–45%", 12, 45, 1),
    ],
)  # fmt: skip
def test_numbers_are_read_with_the_digits_that_they_give(text: str, low: float, high: float, unit: float) -> None:
    (claim,) = find_claims(text)
    assert (claim.low, claim.high, claim.unit) == pytest.approx((low, high, unit))


@pytest.mark.parametrize(
    ("text", "figure"),
    [
        (
            "A master's degree is the lowest accepted degree in 9% of AI jobs in Canada.",
            "share.degree.master.ca.ai_jobs",
        ),
        ("50% of AI jobs in Canada do not ask for a degree.", "share.degree.not_asked.ca.ai_jobs"),
        ("9% of AI jobs in Canada ask for 4 to 5 years of experience.", "share.years.4_5.ca.ai_jobs"),
        ("Equity, bonus or commission: 9% of AI jobs in Canada.", "share.additional_pay_offered.yes.ca.ai_jobs"),
        (
            "Third-party ads offer senior data scientists in Canada USD 5K to 6K a month.",
            "pay.ca.data_scientist.senior.advertised_third_party",
        ),
        (
            "In official statistics, data scientists of all levels in Canada earn a median of USD 80K a year.",
            "pay.ca.data_scientist.all.official",
        ),
        (
            "Senior machine learning engineers in Canada: USD 5K to 6K a month in adverts gathered by a third party.",
            "pay.ca.machine_learning_engineer.senior.advertised_third_party",
        ),
    ],
)
def test_words_of_measures_and_kinds_of_source_name_the_figure(text: str, figure: str) -> None:
    assert [(claim.figure, claim.missing) for claim in find_claims(text)] == [(figure, ())]


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("In May 2024, 5%.", [(2024, 5)]), ("On 3 May 2024, 5%.", [(2024, 5)]), ("On May 3, 2024, 5%.", [(2024, 5)]),
        ("Of 2024 to 2025, 5%.", [(2024, None), (2025, None)]),
    ],
)  # fmt: skip
def test_days_are_no_numbers_of_their_own(text: str, dates: list[tuple[int, int | None]]) -> None:
    (claim,) = find_claims(text)
    assert (claim.text.strip(), list(claim.dates)) == ("5%", dates)


@pytest.mark.parametrize(
    ("time", "verdict"),
    [
        ("", STALE),
        (f"In {AS_OF:%B %Y}, ", VERIFIED),
        ("In 2019, ", STALE),
        (f"In 2019 as in {AS_OF:%B %Y}, ", STALE),
    ],
)
def test_a_stale_figure_is_as_published_for_who_names_its_time(
    published: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch, time: str, verdict: str
) -> None:
    def read_stale(con: duckdb.DuckDBPyConnection, ids: Collection[str]) -> list[mart_tables.Figures]:
        return [dataclasses.replace(row, status="stale") for row in read_figures(con, ids)]

    monkeypatch.setattr(verdicts, "read_figures", read_stale)
    (check,) = verify_text(published, f"{time}57% {READ} asked for Python.".encode())
    assert check.verdict == verdict


def test_pay_that_a_headline_counts_otherwise_is_not_contradicted(
    published: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The headline of a place may rest on a rung that counts more work with it, and a text may leave that out."""
    headline, strict = "pay.de.ai_engineering.senior", "pay.us.ai_engineering.senior.advertised"

    def read_with_rung(con: duckdb.DuckDBPyConnection, ids: Collection[str]) -> list[mart_tables.Figures]:
        rows = {row.figure: row for row in read_figures(con, {*ids, headline})}
        return [*rows.values(), dataclasses.replace(rows[headline], figure=strict.rpartition(".")[0])]

    text = f"{SENIORS} a median of USD 95,000 a year.".encode()
    assert [one.verdict for one in verify_text(published, text)] == [CONTRADICTED]
    monkeypatch.setattr(verdicts, "read_figures", read_with_rung)
    (check,) = verify_text(published, text)
    assert (check.verdict, check.figure) == (UNRESOLVED, strict) and "counted with it" in check.says
