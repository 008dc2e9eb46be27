"""Published figures for editors: figures that are read or computed."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from reports.guide import desk, refresh
from reports.guide.markers import GuideError
from reports.guide.render import list_changes, refresh_bytes
from tests.reports.figures.ledger_builders import AS_OF, NORTH

SENIOR = "pay.us.machine_learning_engineer.senior"


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
