"""Published figures for editors: figures that are read, computed or proposed."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from reports.guide import desk, refresh
from reports.guide.markers import GuideError
from reports.guide.render import list_changes, refresh_bytes
from reports.guide.suggest import Proposal, suggest_markers
from tests.builders import share_row
from tests.reports.conftest import make_cell, make_tables, publish_cells, put_rows
from tests.reports.figures.ledger_builders import AS_OF, NORTH
from warehouse import mart_tables, tables

SENIOR = "pay.us.machine_learning_engineer.senior"
SURE = {"status": "published", "reason": None, "n_employers": 30, "share_lo": 0.2, "share_hi": 0.6}


@pytest.fixture(scope="module")
def published() -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse with a region's band in its ledger, and cells that are not in the ledger."""
    with duckdb.connect() as con:
        make_tables(con)
        put = functools.partial(put_rows, con)
        for skill in ("Rust", "COBOL"):
            put(tables.Skills, {"skill": skill, "category": "Programming Languages", "aliases": []})
        put(
            mart_tables.SalaryBands, make_cell(),
            make_cell(region_level="country", region="US", seniority_group="senior", role="machine_learning_engineer"),
        )  # fmt: skip
        put(
            mart_tables.Shares,
            share_row(AS_OF, "skill_asked", "Rust", 100, 41, region_level="country", region="DE", share=0.41, **SURE),
            share_row(AS_OF, "skill_asked", "Rust", 100, 41, share=0.41, **SURE),
            share_row(
                AS_OF, "skill_asked", "COBOL", 900, 2, share=0.002, **SURE | {"share_lo": 0.001, "share_hi": 0.01}
            ),
            share_row(AS_OF, "role", "ai_architect", 100, 23, role_group="ai_jobs", share=0.23, **SURE),
        )
        publish_cells(con)
        yield con


def test_what_is_in_no_ledger_is_computed(published: duckdb.DuckDBPyConnection) -> None:
    rows = {row.figure: row for row in desk.read_figures(published, [NORTH, SENIOR])}
    assert rows.keys() == {NORTH, SENIOR}
    assert rows[SENIOR].value is not None and rows[SENIOR].as_of == AS_OF
    row = published.execute("SELECT value FROM mart.figures WHERE figure = ?", [NORTH]).fetchone()
    assert row == (rows[NORTH].value,), "what is in the ledger is read, and not computed again"


def test_nothing_is_published_yet(con: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(desk.NothingPublishedError, match="jobmarket run"):
        desk.read_figures(con, [NORTH])


MARKDOWN = "Pay: <!-- figure:{0} -->x<!-- /figure -->\n\n<!-- figures:sources -->\n<!-- /figures:sources -->\n"
HTML = '<p>Pay: <span data-figure="{0}">x</span></p><section data-figures="sources"></section>'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(("suffix", "text"), [(".md", MARKDOWN), (".html", HTML), (".mdx", HTML)])
def test_guides_of_all_kinds_are_patched_and_then_stay(
    published: duckdb.DuckDBPyConnection, tmp_path: Path, encoding: str, newline: str, suffix: str, text: str
) -> None:
    path = tmp_path / f"guide{suffix}"
    before = f"Caf\u00e9\n{text.format(SENIOR)}".replace("\n", newline).encode(encoding)
    path.write_bytes(before)
    figures = desk.read_figures(published, refresh.figures_of(path))
    is_html = suffix == ".html"
    after, result = refresh_bytes(before, figures, is_html=is_html)
    assert [change.name for change in result.changes] == [SENIOR, "figures:sources"]
    assert result.changes[0].before == "x" and "USD" in result.changes[0].after
    assert result.changes[0].line == 2
    again, nothing = refresh_bytes(after, figures, is_html=is_html)
    assert (again, nothing.changes) == (after, ())
    assert [change.name for change in list_changes(before, after, is_html=is_html)] == [SENIOR, "figures:sources"]
    assert list_changes(after, after, is_html=is_html) == []


def test_mdx_has_no_comments(published: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = tmp_path / "guide.mdx"
    path.write_text(MARKDOWN.format(SENIOR))
    with pytest.raises(GuideError, match=r"guide\.mdx:1: MDX has no comments"):
        refresh.figures_of(path)


def proposed(con: duckdb.DuckDBPyConnection, text: str) -> list[Proposal]:
    return suggest_markers(con, text.encode(), is_html=False)[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Seniors as machine learning engineers earn USD 150K a year in the United States.",
            [("USD 150K", SENIOR, 'per="year" part="median"')],
        ),
        (
            "Mid to senior staff earn USD 8.1K–USD 12.9K/month in North America and USD 3.8K–7.9K in South America",
            [
                ("USD 8.1K–USD 12.9K", NORTH, 'per="month"'),
                ("USD 3.8K–7.9K", "pay.south_america.ai_engineering.mid_senior", 'per="month"'),
            ],
        ),
        (
            "Seniors earn USD 150K a year in the United States, juniors less.",
            [
                ("USD 150K", "pay.us.ai_engineering.entry", 'per="year" part="median"'),
                ("USD 150K", "pay.us.ai_engineering.senior", 'per="year" part="median"'),
            ],
        ),
        ("Salaries in Germany are USD 5K a month, or USD 60K a year.", []),
        ("In Germany 40% of adverts ask for Rust.", [("40%", "skill.rust.de.ai_engineering", "")]),
        ("The market reaches USD 3,497.26 billion by 2033.", [
            ("3,497.26 billion", "claim.market_2033", 'part="amount"'), ("2033", "claim.market_2033", 'part="year"'),
        ]),
        ("Learn Rust.", [("Rust", "skill.rust.all.ai_engineering", "")]),
        ("Some become AI architects.", [("AI architects", "share.role.ai_architect.all.ai_jobs", "")]),
        ("They earn USD 150K a year.", []),
        ("Salaries in Germany and France are USD 60K.", []),
        ("About 40% of people like tea.", []),
        ("`Rust` is code, <!-- Rust --> a comment.", []),
        ("We make things go.", []),
        ("Learn COBOL or Kubernetes.", []),  # rounds to zero; withheld
        ("In Germany ![40% of adverts ask for Rust](a.png).", []),
    ],
)  # fmt: skip
def test_numbers_and_names_are_proposed_only_where_the_sentence_says_of_what(
    published: duckdb.DuckDBPyConnection, text: str, expected: list[tuple[str, str, str]]
) -> None:
    proposals = proposed(published, text)
    assert [one.text for one in proposals] == [number for number, _, _ in expected]
    for one, (_, figure, options) in zip(proposals, expected, strict=True):
        assert f"figure:{figure} {options}".rstrip() in one.marker
        assert one.line == 1 and one.says


def test_what_has_a_marker_is_not_proposed_again(published: duckdb.DuckDBPyConnection) -> None:
    text = f"Of adverts in Germany <!-- figure:{SENIOR} -->40% ask for Rust<!-- /figure -->."
    assert proposed(published, text) == []


def test_sums_and_percentages_without_a_figure_are_listed_with_their_lines(
    published: duckdb.DuckDBPyConnection,
) -> None:
    text = (
        "In Germany 40% of adverts ask for Rust.\nEntry-level roles command around USD 103,407 annually, and\n"
        "an additional USD 32,000. `USD 5` is code.\n\nAbout 7% of people like tea, and 3 do not."
    )
    proposals, unmatched = suggest_markers(published, text.encode(), is_html=False)
    assert [one.text for one in proposals] == ["40%"]
    assert unmatched == [(2, "USD 103,407"), (3, "USD 32,000"), (5, "7%")]


def test_markers_of_mdx_are_elements_and_its_code_is_left_alone(published: duckdb.DuckDBPyConnection) -> None:
    text = "export const a = 'In Germany 40% ask for Rust'\n\nIn Germany 40% of adverts ask for Rust. {/* USD 5K */}\n"
    proposals, unmatched = suggest_markers(published, text.encode(), is_html=False, is_mdx=True)
    assert [(one.line, one.marker) for one in proposals] == [
        (3, '<span data-figure="skill.rust.de.ai_engineering">40%</span>')
    ]
    assert unmatched == []
