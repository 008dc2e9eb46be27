"""Numbers of a text are compared with published ones, but only if they are tied to a figure."""

from __future__ import annotations

import dataclasses
import functools
import random
from collections.abc import Collection, Iterator

import duckdb
import pytest

from reports import verify
from reports.guide.desk import read_figures
from reports.verify import (
    CONTRADICTED,
    MAX_NAMES,
    NO_FIGURE,
    NO_TIE,
    ROUNDED,
    STALE,
    UNRESOLVED,
    VERIFIED,
    Finding,
    verify_text,
)
from tests.builders import share_row
from tests.reports.conftest import make_cell, make_tables, publish_cells, put_rows
from tests.reports.figures.ledger_builders import AS_OF
from warehouse import mart_tables, tables

SURE = {"status": "published", "reason": None, "n_employers": 30}


@pytest.fixture(scope="module")
def published() -> Iterator[duckdb.DuckDBPyConnection]:
    """Publish senior pay in the US (USD 120K–180K a year, median 195,400) and skills (Python 57.3%, Rust 78%)."""
    with duckdb.connect() as con:
        make_tables(con)
        put = functools.partial(put_rows, con)
        for skill in ("Python", "Rust", "SQL", "Perl"):
            put(tables.Skills, {"skill": skill, "category": "Programming Languages", "aliases": []})
        senior = {"region_level": "country", "region": "US", "seniority_group": "senior", "p50": 195_400.0}
        senior |= {"p50_lo": 185_000.0, "p50_hi": 205_000.0}
        put(mart_tables.SalaryBands, make_cell(**senior))
        skill_row = functools.partial(share_row, AS_OF, "skill_asked")
        wide = {"share": 0.44, "share_lo": 0.3, "share_hi": 0.6, "form": "interval"}
        put(
            mart_tables.Shares, skill_row("SQL", 1_000, 440, **wide, **SURE),
            skill_row("Perl", 1_000, 3, share=0.003, share_lo=0.001, share_hi=0.006, **SURE),
            skill_row("Python", 1_000, 573, share=0.573, share_lo=0.49, share_hi=0.65, **SURE),
            skill_row("Rust", 1_000, 780, share=0.78, share_lo=0.75, share_hi=0.81, **SURE),
            skill_row(
                "Python", 400, 350, region_level="country", region="DE", share=0.875, share_lo=0.84, share_hi=0.91,
                **SURE,
            ),
        )  # fmt: skip
        publish_cells(con)
        yield con


def judge(con: duckdb.DuckDBPyConnection, text: str, *, is_html: bool = False) -> list[tuple[str, str]]:
    """Return each number of a text, except dates, with its verdict."""
    return [(one.text, one.verdict) for one in verify_text(con, text.encode(), is_html=is_html)]


# --- without a tie ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "57% of AI engineering jobs in the adverts we read ask for Python.",
        "Senior AI engineers in the United States are offered a median of USD 195,400 a year.",
        "Senior AI engineers in the United States are offered A$10.0K–15.0K per month.",
        "About 100% of AI engineering jobs in the adverts we read ask for Rust.",
        "skill.python.all.ai_engineering is popular, and 57% like it.",
        "57% of AI engineering jobs. [skill.python]",
        "57% like it, unlike skill.python.all.ai_engineering.",
        "57% like it, as [Python](f/skill.python.html) shows.",
        "57% (skill.python, skill.rust)",
        "[57%](https://example.org/skill.python.html)",
        "[57%](f/skill.python.html.zip) and [57%](docs/skill.python)",
        "<!-- figure:skill.python -->57% of jobs",
        "```\n<!-- figure:skill.python -->57%<!-- /figure -->\n```\n57% of jobs",
        "57% <!-- skill.python.all.ai_engineering -->",
        "| Python | 57% |\n|---|---|\n| skill.python | 12 |",
        "Python (skill.python) is asked for in 57% of jobs.",
    ],
)
def test_a_number_without_a_tie_has_no_verdict(published: duckdb.DuckDBPyConnection, text: str) -> None:
    checks = judge(published, text)
    assert checks
    assert {verdict for number, verdict in checks if number != "12"} == {UNRESOLVED}, checks


WORDS = (
    "AI engineering jobs", "in Germany", "ask for Python", "Rust", "SQL", "in the adverts we read", "senior", "pay",
    "AI engineers", "in the United States", "are offered", "a median of", "per month", "a year", "about", ",", "and",
    "skill", ".", "(", ")", "[", "]", "<b>", "</b>", "figures", "https://example.org/", "skill.", "<a href='x'>",
    "</a>", "|", "*",
)  # fmt: skip
NUMBERS = (
    "57%", "57.3%", "about 60%", "78%", "100%", "88%", "30–60%", "0.3%", "USD 10.0K–15.0K", "A$10.0K–15.0K", "57",
    "USD 195,400", "$195K", "195,400 US dollars", "USD 120K", "1,000 jobs",
)  # fmt: skip


def test_no_words_make_a_published_number_verified(published: duckdb.DuckDBPyConnection) -> None:
    """500 random paragraphs of words and published numbers, without any tie."""
    draw = random.Random(29)
    lines = [" ".join(draw.choices([*WORDS, *NUMBERS], k=draw.randint(1, 25))) for _ in range(500)]
    checks = verify_text(published, "\n\n".join(lines).encode())
    assert len(checks) > 1_000
    assert {(one.verdict, one.figure) for one in checks} == {(UNRESOLVED, None)}


def test_a_number_without_a_tie_says_so_on_its_line(published: duckdb.DuckDBPyConnection) -> None:
    text = "Of AI engineering jobs in Germany, 12% ask for Python.\n\nAnd 5 apples.\n"
    numbers = ((1, "12%"), (3, "5"))
    assert verify_text(published, text.encode()) == [Finding(*one, UNRESOLVED, None, NO_TIE) for one in numbers]


# --- what ties a number -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "{} (skill.python)", "{} [skill.python.all.ai_engineering]", "{}, skill.python", "skill.python: {}",
        "`skill.python` is {}", "{} of AI engineering jobs in the adverts\nwe read ask for it [`skill.python`].",
        "{} of 500 jobs (see skill.python)", "{} in U.S. style [skill.python]", "| Python | {} | `skill.python` |",
        "[{}](skill.python) of them", "[{}](figures/skill.python.json)", "[**{}**](../f/skill.python.html#sources)",
        "[{}](https://example.org/market/figures/skill.python.all.ai_engineering.csv \"Python\")",
        "{} ([source](https://example.org/market/f/skill.python.html))",
        "{} (https://example.org/market/figures/skill.python.json).",
        '<a class="x" href="f/skill.python.html"><b>{}</b></a>',
        "<!-- figure:skill.python -->{}<!-- /figure --> of jobs",
        '<span data-figure="skill.python">{}</span> of jobs',
    ],
)  # fmt: skip
def test_a_tie_gives_a_number_its_verdict(published: duckdb.DuckDBPyConnection, text: str) -> None:
    checks = verify_text(published, f"{text.format('57%')}\n\n{text.format('88%')}".encode())
    results = [(one.text, one.verdict, one.figure) for one in checks if one.text != "500"]
    python = "skill.python.all.ai_engineering"
    assert results == [("57%", VERIFIED, python), ("88%", CONTRADICTED, python)]


@pytest.mark.parametrize(
    ("text", "verdicts_of"),
    [
        ("57%, up from 41%, ask for it [skill.python]", [UNRESOLVED, UNRESOLVED]),
        ("88%, up from 41%, ask for it [skill.python]", [UNRESOLVED, CONTRADICTED]),
        ("up from 41%, 57% ask for it [skill.python]", [UNRESOLVED, VERIFIED]),
        ("57% (skill.python), up from 41%", [VERIFIED, UNRESOLVED]),
        ("[57%, up from 41%](skill.python)", [UNRESOLVED, UNRESOLVED]),
        ("57% of 500 [skill.python]", [UNRESOLVED, UNRESOLVED]),
        ("57% of jobs ask for Python and 60% ask for Docker [skill.python]", [UNRESOLVED, UNRESOLVED]),
        ("50% of jobs ask for Python and 60% ask for Docker [skill.python]", [UNRESOLVED, CONTRADICTED]),
        ("78% of jobs ask for Rust and 57% (49–65%) for Python [skill.python]", [UNRESOLVED, VERIFIED, VERIFIED]),
        ("57% of jobs ask for Python and 60xyz for Docker [skill.python]", [UNRESOLVED, UNRESOLVED]),
        ("57% of jobs at the 3rd 5G maker's, with GPT4 [skill.python]", [VERIFIED, UNRESOLVED, UNRESOLVED]),
        ("57% ask for 5G [skill.python]", [VERIFIED, UNRESOLVED]),
        ("[57](skill.python) out of 100 jobs", [UNRESOLVED, UNRESOLVED]),
        (
            "[57](https://example.org/a-long/address-of/some-market/figures/skill.python.json) in every ten",
            [UNRESOLVED],
        ),
        ("[57%](https://example.org/a-long/address-of/some-market/figures/skill.python.json) more", [UNRESOLVED]),
        ("more than <!-- a comment -->57% [skill.python]", [UNRESOLVED]),
        ("&minus;57% [skill.python]", [UNRESOLVED]),
        ("[minus 57%](skill.python)", [UNRESOLVED]),
        ("approx. [60%](skill.python)", [UNRESOLVED]),
        ("12% (skill.rust) or 57% (skill.python)", [CONTRADICTED, VERIFIED]),
        ("Rust 78% (skill.rust), Python 57% (skill.python), SQL 44%", [VERIFIED, VERIFIED, UNRESOLVED]),
        ("57% of 1,000 jobs at 30 employers [skill.python]", [VERIFIED, UNRESOLVED, UNRESOLVED]),
        ("[57% (49–65%) of 9 jobs](f/skill.python.html)", [VERIFIED, VERIFIED, UNRESOLVED]),
        ("[57%](skill.python) or 57%", [VERIFIED, UNRESOLVED]),
        ("[57%](skill.python) (skill.rust)", [VERIFIED]),
        ("57% [skill.pyton]", [NO_FIGURE]),
        ("57% [skill.python.fr.ai_engineering]", [NO_FIGURE]),
        ("<!-- figure:skill.pyton -->57%<!-- /figure -->", [NO_FIGURE]),
        ("<!-- figure:skill.python part='wrong' -->57%<!-- /figure -->", [UNRESOLVED]),
    ],
)
def test_of_several_numbers_those_of_the_figure_are_tied(
    published: duckdb.DuckDBPyConnection, text: str, verdicts_of: list[str]
) -> None:
    checks = judge(published, text)
    assert [verdict for _, verdict in checks] == verdicts_of, checks


def test_ties_stand_in_html(published: duckdb.DuckDBPyConnection) -> None:
    text = (
        "<p>In <b>57</b>&nbsp;% of jobs (<a href='f/skill.python.html'>source</a>).</p><p>57% (no tie)</p>"
        "<table><tr><td>88%</td><td>skill.python</td></tr></table>"
    )
    checks = judge(published, text, is_html=True)
    assert [verdict for _, verdict in checks] == [VERIFIED, UNRESOLVED, CONTRADICTED], checks


# --- what is compared -------------------------------------------------------------------------------------------

TIED_TO_A_SHARE = [
    ("57.3%", VERIFIED), ("57 per cent", VERIFIED), ("57,3 %", VERIFIED), ("57.4%", UNRESOLVED), ("58%", CONTRADICTED),
    ("about 57%", UNRESOLVED), ("60%", CONTRADICTED), ("57", CONTRADICTED),
    ("USD 57", CONTRADICTED), ("-57%", CONTRADICTED), ("49–65%", VERIFIED), ("49–66%", CONTRADICTED),
    ("more than 57%", UNRESOLVED), (">57%", UNRESOLVED), ("57% more", UNRESOLVED), ("rose by 57%", UNRESOLVED),
    ("not 57%", UNRESOLVED), ("57 percentage points", UNRESOLVED), ("1,057%", CONTRADICTED),
    *((f"{about}57%", UNRESOLVED) for about in ("approx. ", "approx ", "ca. ", "c. ", "c.", "circa ", "nearly ", "~")),
    ("C. 57%", VERIFIED),
    ("57％", VERIFIED), ("58％", CONTRADICTED), ("57٪", VERIFIED), ("57pc", VERIFIED), ("58pc", CONTRADICTED),
    ("57 pct. of jobs", VERIFIED), ("57xyz", UNRESOLVED),
    ("in 2019, 57%", STALE), (f"in {AS_OF:%B %Y}, 57%", VERIFIED), (f"on {AS_OF}, 57%", VERIFIED),
]  # fmt: skip
TIED_TO_PAY = [
    ("USD 10.0K–15.0K per month", VERIFIED), ("US$10,000 to 15,000 a month", VERIFIED), ("USD 10.0K–15.0K", UNRESOLVED),
    ("10.000–15.000 USD monthly", VERIFIED), ("$120K–$180K a year", VERIFIED),
    ("USD 10.0K–15.5K per month", CONTRADICTED),
    ("USD 9.5K–15.0K per month", CONTRADICTED), ("USD 10.0K–15.0K a year", CONTRADICTED),
    *((f"USD 10.0K–15.0K{time}", CONTRADICTED) for time in (
        "/yr", "/y", "/hr", "/h", " p.a.", " pa", " per-annum", " im Jahr", " gross/yr", " P.A.", " by the year",
    )),
    *((f"USD 10.0K–15.0K{time}", UNRESOLVED) for time in (
        "/sprint", " a sprint", " per candidate", " annum", " each round", " semi-monthly", " decadely",
        " every six months", " a quarter", " biweekly", " every two weeks", " fortnightly", " a week",
    )),
    *((f"{time}, USD 120K–180K", UNRESOLVED) for time in (
        "every two weeks", "Biweekly", "per three months", "a quarter", "half-yearly", "twice a year", "wöchentlich",
    )),
    *((f"USD 10.0K–15.0K{time}", VERIFIED) for time in ("/mo", " / month", " im Monat")),
    ("USD 120K–180K at AI/ML firms", VERIFIED), ("USD 30K–45K a quarter", UNRESOLVED),
    ("$120K–$180K p.a.", VERIFIED), ("$120K–$180K/yr", VERIFIED),
    ("USD10.0K–15.0K per month", VERIFIED), ("GBP10.0K–15.0K per month", CONTRADICTED),
    ("USD 10.0K–EUR 15.0K per month", CONTRADICTED), ("-$10.0K–15.0K per month", UNRESOLVED),
    ("Up to USD 180K a year", VERIFIED),
    ("$120K–$180K", VERIFIED), ("USD 120K–180K a month", CONTRADICTED),
    ("A$10.0K–15.0K per month", CONTRADICTED), ("AU$10.0K–15.0K per month", CONTRADICTED),
    ("CAD $10.0K–15.0K per month", CONTRADICTED), ("$10.0K–15.0K CAD per month", CONTRADICTED),
    ("10,000–15,000 Australian dollars per month", CONTRADICTED), ("€10.0K–15.0K per month", CONTRADICTED),
    ("10,000–15,000 US dollars per month", VERIFIED), ("10.0–15.0% per month", UNRESOLVED),
    ("a median of USD 195,400 a year", VERIFIED), ("a median of $195K a year", VERIFIED),
    ("$195K (median) a year", VERIFIED),
    ("a median of about USD 195,400 a year", UNRESOLVED), ("a median of USD 200K a year", CONTRADICTED),
    ("a median of USD 195.3K a year", UNRESOLVED), ("a median of USD 150K a year", CONTRADICTED),
    ("a median of $195K+ a year", UNRESOLVED),
    ("a lower end of USD 120K a year", VERIFIED), ("a lower end of USD 180K a year", CONTRADICTED),
    ("up to USD 180K a year", VERIFIED), ("over USD 180K a year", UNRESOLVED), ("USD 180K a year", UNRESOLVED),
    ("USD 185K–205K a year (95% interval)", VERIFIED), ("USD 185K–205K a year", UNRESOLVED),
]  # fmt: skip
TIED_TO_OTHERS = [
    ("44% (skill.sql)", UNRESOLVED), ("70% (skill.sql)", CONTRADICTED), ("30–60% (skill.sql)", VERIFIED),
    ("0.3% (skill.perl)", VERIFIED), ("0% (skill.perl)", ROUNDED),
    ("78% (skills.baseline)", UNRESOLVED),
    ("USD 15.7 trillion (claim.gdp_2030)", VERIFIED), ("USD 15.8 trillion (claim.gdp_2030)", CONTRADICTED),
    ("$15.7tn (claim.gdp_2030)", VERIFIED), ("$16 trillion (claim.gdp_2030)", ROUNDED),
    ("more than $15.7 trillion (claim.gdp_2030)", UNRESOLVED), ("Up to $15.7 trillion (claim.gdp_2030)", VERIFIED),
    ("over $250 billion (claim.investment_2024)", VERIFIED), ("over $250bn (claim.investment_2024)", VERIFIED),
    ("more than $250 billion (claim.investment_2024)", UNRESOLVED),
    ("at least $250 billion (claim.investment_2024)", UNRESOLVED), ("USD 300bn (claim.investment_2024)", CONTRADICTED),
    ("less than $250 billion (claim.investment_2024)", UNRESOLVED),
    ("up to $250 billion (claim.investment_2024)", UNRESOLVED),
    ("$3.5 trillion (claim.market_2033)", ROUNDED), ("USD 3,497 billion (claim.market_2033)", ROUNDED),
    ("$3 trillion (claim.market_2033)", CONTRADICTED),
    ("EUR 15.7 trillion (claim.gdp_2030)", CONTRADICTED), ("57% (claim.ai_adoption)", NO_FIGURE),
]  # fmt: skip


TABLES = {
    "share": [(f"{words} [skill.python]", verdict) for words, verdict in TIED_TO_A_SHARE],
    "pay": [(f"{words} [pay.us.ai_engineering.senior]", verdict) for words, verdict in TIED_TO_PAY],
    "others": TIED_TO_OTHERS,
}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_all_of_a_tied_number_must_be_as_published(
    published: duckdb.DuckDBPyConnection, table: list[tuple[str, str]]
) -> None:
    """Each row is a paragraph of one text."""
    checks = verify_text(published, "\n\n".join(text for text, _ in table).encode())
    assert [(table[one.line // 2][0], one.verdict) for one in checks] == table


LOW = 'figure:pay.us.ai_engineering.senior part="low" per="year"'


@pytest.mark.parametrize(
    ("marker", "words", "verdict"),
    [
        (LOW, "USD 120K", VERIFIED), (LOW, "USD 180K", CONTRADICTED), (LOW, "A$120K", CONTRADICTED),
        (LOW, "USD 120,000", VERIFIED), (f'{LOW} format="long" locale="de"', "USD 120.000", VERIFIED),
        (f'{LOW} format="bare"', "120,000", VERIFIED), (LOW, "120,000", CONTRADICTED),
        ("figure:skill.python", "57 per cent", VERIFIED), ("figure:skill.python", "57% or 58%", CONTRADICTED),
        ('figure:skill.python part="interval"', "49–65%", VERIFIED),
        ('figure:skill.python part="n"', "1,000", VERIFIED),
        ('figure:skill.python part="n"', "57%", CONTRADICTED),
        ('figure:skill.sql part="rank" else="9"', "9", UNRESOLVED),
    ],
)  # fmt: skip
def test_between_markers_stands_what_they_print(
    published: duckdb.DuckDBPyConnection, marker: str, words: str, verdict: str
) -> None:
    (check,) = verify_text(published, f"It is <!-- {marker} -->{words}<!-- /figure --> now.".encode())
    assert (check.text, check.verdict) == (words, verdict), check


@pytest.mark.parametrize("text", ["57% [skill.python]", "<!-- figure:skill.python -->57%<!-- /figure -->"])
@pytest.mark.parametrize(("time", "verdict"), [("", STALE), ("2019", STALE), (f"{AS_OF:%B %Y}", VERIFIED)])
def test_a_stale_figure_is_as_published_for_who_names_its_time(
    published: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch, time: str, text: str, verdict: str
) -> None:
    def read_stale(con: duckdb.DuckDBPyConnection, ids: Collection[str]) -> list[mart_tables.Figures]:
        return [dataclasses.replace(row, status="stale") for row in read_figures(con, ids)]

    monkeypatch.setattr(verify, "read_figures", read_stale)
    (check,) = verify_text(published, f"In {time}, {text}".encode())
    assert check.verdict == (STALE if text.startswith("<") else verdict)


def test_a_link_to_an_earlier_release_is_of_another_time(published: duckdb.DuckDBPyConnection) -> None:
    text = "[57%](figures/2026-01-05/skill.python.json) and [57%](figures/{}.2/skill.python.json)"
    first, second = verify_text(published, text.format(AS_OF).encode())
    assert (first.verdict, second.verdict) == (STALE, VERIFIED) and "release of 2026-01-05" in first.says


# --- hostile texts ----------------------------------------------------------------------------------------------

N = 4_000
HOSTILE = {
    "blanks": "57" + " " * 20_000 + "%" + " " * 20_000,
    "brackets": "[" * 20_000 + "57% (skill.python)",
    "open links": "[57%](" * N,
    "anchors": '<a href="f/skill.python.html">' * N,
    "comments": "<!-- figure:skill.python -->57%" * N,
    "digits": "USD " + "9" * 40_000 + " [skill.python]",
    "separators": "1,1.1" * N + "% [skill.python]",
    "names": " ".join(f"5% [skill.x{i}.all.ai_engineering]" for i in range(MAX_NAMES + 50)),
    "numbers": "5 apples and " * N,
    "long id": "5% [skill" + ".python" * N + "]",
    "signs": "A$" * 20_000 + "57",
    "words": "median " * N + "USD 57 [skill.python]",
    "bytes": "\x00\ue000\u200f57% \ud7ff [skill.python]" * 100,
}


VERIFIED_OF_HOSTILE = {"brackets": ["57%"], "bytes": ["57%"] * 100}
"""The right and tied numbers of hostile texts."""


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_are_bounded_and_never_verified_without_a_tie(
    published: duckdb.DuckDBPyConnection, name: str
) -> None:
    checks = verify_text(published, HOSTILE[name].encode())
    assert [one.text for one in checks if one.verdict in (VERIFIED, ROUNDED)] == VERIFIED_OF_HOSTILE.get(name, [])


def test_names_beyond_what_is_looked_up_say_so(published: duckdb.DuckDBPyConnection) -> None:
    last = verify_text(published, HOSTILE["names"].encode())[-1]
    assert last.verdict == NO_FIGURE and "verify it in pieces" in last.says
