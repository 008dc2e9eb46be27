"""Published figures for editors: figures that are read, computed or proposed."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from reports.guide import desk, refresh
from reports.guide.markers import GuideError
from reports.guide.render import list_changes, refresh_bytes
from reports.guide.suggest import LeftAlone, apply_proposals, list_left, suggest_markers
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


def suggested(con: duckdb.DuckDBPyConnection, text: str, suffix: str = ".md") -> tuple[str, list[LeftAlone]]:
    """A guide with the markers that are put in without a question, and what is left alone."""
    kind = {"is_html": suffix == ".html", "is_mdx": suffix == ".mdx"}
    proposals, left = suggest_markers(con, text.encode(), **kind)
    chosen = [one for one in proposals if not one.doubt]
    return apply_proposals(text.encode(), chosen, **kind).decode(), list_left(proposals, left)


RUST = "skill.rust.all.ai_engineering"
BLOCK = '<!-- figures:sources form="notes" -->\n<!-- /figures:sources -->\n'
BLOCK_OF_ELEMENTS = '<section data-figures="sources" data-form="notes">\n</section>\n'


@pytest.mark.parametrize(
    ("suffix", "text", "expected"),
    [
        (
            ".md", "Of AI adverts, 40% of adverts ask for Rust.\n",
            f'Of AI adverts, <!-- figure:{RUST} form="prose" -->40% of adverts<!-- /figure --> ask for Rust.\n\n'
            + BLOCK,
        ),
        (
            ".md", "# AI engineers\r\n\r\n**40% of adverts** ask for\r\nRust.\r\n",
            f'# AI engineers\r\n\r\n**<span data-figure="{RUST}" data-form="prose">40% of adverts</span>** ask for\r\n'
            f"Rust.\r\n\r\n{BLOCK}".replace("\n", "\r\n").replace("\r\r", "\r"),
        ),
        (
            ".html", "<body><p>AI engineers: <b>40</b>% of\nadverts ask for <i>Rust</i>.</p></body>",
            f'<body><p>AI engineers: <span data-figure="{RUST}" data-form="prose"><b>40</b>% of\nadverts</span> '
            f"ask for <i>Rust</i>.</p>{BLOCK_OF_ELEMENTS}</body>",
        ),
        (
            ".mdx",
            "export const a = 'Of AI jobs, 40% of adverts ask for Rust'\n\nOf AI jobs, 40% of adverts ask for Rust. "
            "{/* 40% */}\n",
            "export const a = 'Of AI jobs, 40% of adverts ask for Rust'\n\nOf AI jobs, "
            f'<span data-figure="{RUST}" data-form="prose">40% of adverts</span> ask for Rust. {{/* 40% */}}\n\n'
            + BLOCK_OF_ELEMENTS,
        ),
        (
            ".md", "AI engineers: employers ask for Rust. Employers ask for Rust.\n",
            f'AI engineers: employers ask for Rust (in <!-- figure:{RUST} form="prose" -->share<!-- /figure -->). '
            f"Employers ask for Rust.\n\n{BLOCK}",
        ),
        (".md", "AI engineers: employers ask for COBOL and Kubernetes.\n", None),  # rounds to zero; withheld
    ],
)  # fmt: skip
def test_markers_are_put_in_once_and_every_other_byte_stays(
    published: duckdb.DuckDBPyConnection, suffix: str, text: str, expected: str | None
) -> None:
    new, _ = suggested(published, text, suffix)
    assert new == (text if expected is None else expected)
    assert suggested(published, new, suffix)[0] == new


RUST_OF_ADVERTS = "40% of adverts for AI engineers ask for Rust"


@pytest.mark.parametrize(
    ("suffix", "text", "reason"),
    [
        (".md", f"# {RUST_OF_ADVERTS}\n", "a heading"),
        (".md", f"{RUST_OF_ADVERTS}\n=====\n", "a heading"),
        (".md", f"See [{RUST_OF_ADVERTS}](a.html).\n", "a link"),
        (".md", f"![{RUST_OF_ADVERTS}](a.png)\n", "a link"),
        (".md", f"> {RUST_OF_ADVERTS}.\n", "a quotation"),
        (".md", f'"{RUST_OF_ADVERTS}," she says.\n', "a quotation"),
        (".md", f"| {RUST_OF_ADVERTS} | b |\n", "a table"),
        (".html", f"<h2>{RUST_OF_ADVERTS}</h2>", "a heading"),
        (".html", f'<p><a href="a">{RUST_OF_ADVERTS}</a></p>', "a link"),
        (".html", f"<blockquote><p>{RUST_OF_ADVERTS}</p></blockquote>", "a quotation"),
        (".html", f"<p>&ldquo;{RUST_OF_ADVERTS}&rdquo;</p>", "a quotation"),
        (".html", "<p><b>Of AI jobs, 40%</b> of adverts ask for Rust.</p>", "formatting begins or ends inside it"),
        (".md", "In France 40% of adverts for AI engineers ask for Rust.\n", "the figure is withheld"),
    ],
)
def test_nothing_is_put_where_it_would_stand_wrongly(
    published: duckdb.DuckDBPyConnection, suffix: str, text: str, reason: str
) -> None:
    new, left = suggested(published, text, suffix)
    assert new == text
    assert len(left) == 1 and left[0].text.startswith("40%") and reason in left[0].reason


@pytest.mark.parametrize("text", ["`40% of AI adverts ask for Rust`\n", "<!-- 40% of AI adverts ask for Rust -->\n"])
def test_code_and_comments_are_no_text(published: duckdb.DuckDBPyConnection, text: str) -> None:
    assert suggested(published, text) == (text, [])


def test_a_doubt_offers_the_places_that_the_text_names(published: duckdb.DuckDBPyConnection) -> None:
    text = "In the United States, pay is high. Senior machine learning engineers earn about USD 150K a year."
    (one,) = suggest_markers(published, text.encode(), is_html=False)[0]
    assert (one.text, one.figure, one.others) == ("about USD 150K a year", SENIOR, ())
    assert one.doubt == "the sentence names no place"


def test_what_is_left_alone_is_listed_by_line(published: duckdb.DuckDBPyConnection) -> None:
    text = (
        "AI engineers: 40% of adverts ask for Rust.\n\nAbout 7% of people like tea.\nTickets cost $5, and 3 are left."
    )
    _, left = suggested(published, text)
    assert [(one.line, one.text) for one in left] == [(3, "7%"), (4, "$5")]


def test_a_patched_sentence_is_whole(published: duckdb.DuckDBPyConnection) -> None:
    text = (
        "<p>Around 40% of job adverts for AI engineers ask for <b>Rust</b>.</p>\n"
        "<p>In the US, senior machine learning engineers earn ~USD 8.1K&ndash;USD12.9K/month on average.</p>"
    )
    new, _ = suggested(published, text, ".html")
    patched = refresh_bytes(
        new.encode(), desk.read_figures(published, [RUST, SENIOR]), is_html=True, sources=desk.read_sources(published)
    )[0].decode()
    words = re.sub(r"<sup>.*?</sup>|<section.*|<[^<>]*>", "", patched, flags=re.S).rstrip()
    assert words.startswith("About two in five adverts for AI engineers ask for Rust.\n")
    assert re.search(r"engineers earn \$[\d,]+ to \$[\d,]+ a month\.$", words)


ARTICLE = """\
---
title: "Rust pays 40%"
---

# What 40% of adverts for AI engineers want

Of all adverts for AI engineers that I read this spring, few surprised me. **About 38% of adverts** ask for Rust, and
in Germany {german} do, which I had not expected. Rust is what iron does; Netflix is said to use it, and 90% of my
bicycle is made of it.

Pay is another story. Senior machine learning engineers in the United States earn {pay}, and a friend of mine there got
$500 for a talk. "We pay senior AI engineers $300,000 in the United States," [says a firm that wants 80% Rust](a.html).

> In Germany 70% of adverts for AI engineers ask for Rust.

Some of the specialised roles, such as {architects}, are rarer than they sound. Prices rose by 3% meanwhile.
"""


def test_an_article_is_marked_where_a_figure_can_speak(published: duckdb.DuckDBPyConnection) -> None:
    """A newsletter: a share, a sum and a role are marked; its other eight numbers are listed with a reason."""
    before = {"german": "41% of adverts", "pay": "roughly $150,000 a year on average", "architects": "AI architects"}
    text = ARTICLE.format(**before)
    new, left = suggested(published, text)
    role = '<!-- figure:share.role.ai_architect.all.ai_jobs form="prose" -->share<!-- /figure -->'
    after = {
        "german": before["german"],
        "pay": f'<!-- figure:{SENIOR} form="prose" -->{before["pay"]}<!-- /figure -->',
        "architects": f"AI architects ({role})",
    }
    share = f'**<!-- figure:{RUST} form="prose" -->About 38% of adverts<!-- /figure -->**'
    assert new == ARTICLE.format(**after).replace("**About 38% of adverts**", share) + f"\n{BLOCK}"
    assert [(one.line, one.text) for one in left] == [
        (5, "40%"), (8, "41%"), (8, "90%"), (12, "$500"), (12, "$300,000"), (12, "80%"), (14, "70% of adverts"),
        (16, "3%"),
    ]  # fmt: skip
    assert suggested(published, new)[0] == new
