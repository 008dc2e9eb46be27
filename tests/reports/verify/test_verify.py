"""Numbers of a text against what is published: what each claims comes first, and equal numbers prove nothing."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import duckdb
import pytest

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
        for skill in ("Python", "Rust"):
            put(tables.Skills, {"skill": skill, "category": "Programming Languages", "aliases": []})
        senior = {"region_level": "country", "region": "US", "seniority_group": "senior", "p50": 195_400.0}
        senior |= {"p50_lo": 185_000.0, "p50_hi": 205_000.0}
        put(
            mart_tables.SalaryBands, make_cell(**senior),
            make_cell(**senior | {"region": "DE", "p50": 95_000.0, "p50_lo": 91_000.0, "p50_hi": 99_000.0}),
            make_cell(**senior | {"seniority_group": "mid", "p50": 150_000.0, "p50_lo": 145e3, "p50_hi": 155e3}),
        )  # fmt: skip
        put(
            mart_tables.Shares,
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
        ("[57%](figures/skill.python.json) of them.", VERIFIED),
        ("[88%](figures/skill.python.json) of them.", CONTRADICTED),
        ("<!-- figure:skill.python -->57%<!-- /figure --> of them.", VERIFIED),
        ("<!-- figure:skill.python -->88%<!-- /figure --> of them.", CONTRADICTED),
        ("We read 573 adverts.", UNRESOLVED),
    ],
)
def test_a_number_is_held_against_what_its_sentence_says(
    published: duckdb.DuckDBPyConnection, text: str, verdict: str
) -> None:
    found = [one for one in verify_text(published, text.encode()) if one.text != "2019"]
    assert [one.verdict for one in found] == [verdict], found


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
