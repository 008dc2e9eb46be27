"""The dictionary names everything that a published file holds, leads to it, and its examples run."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from tests.builders import all_rows, fill
from transforms.records.columns import Field, fields_of, table_of
from warehouse import database, dictionary
from warehouse.mart_tables import PUBLISHED, Standing
from warehouse.publish.market import publish
from warehouse.schema import MACROS, database_tables
from warehouse.tables import all_tables

TEXT = dictionary.dictionary()


def section_of(title: str) -> str:
    return TEXT.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_dictionary_is_current() -> None:
    assert dictionary.DICTIONARY.read_text(encoding="utf-8") == TEXT, "DICTIONARY.md is stale; run `make generated`"


def test_dictionary_names_every_table_view_and_column() -> None:
    for cls in all_tables():
        section = section_of(table_of(cls).name)
        for field in fields_of(Standing if cls in PUBLISHED.values() else cls):
            assert _row_of(field) in section, f"{table_of(cls).name}.{field.name}"
    for view, columns in dictionary.ALL_VIEW_COLUMNS.items():
        assert all(f"| {column} | {comment} |" in section_of(f"{view} (view)") for column, comment in columns.items())


def _row_of(field: Field) -> str:
    return f"| **{field.name}** |" if field.column.key else f"| {field.name} |"


def test_contents_lead_to_every_section() -> None:
    links = re.findall(r"\]\(#([^)]*)\)", TEXT)
    headings = re.findall(r"^## (.*)$", TEXT, re.MULTILINE)
    anchors = [dictionary.anchor_of(heading) for heading in headings]
    assert len(set(anchors)) == len(anchors)
    others = {"Contents", *(heading for heading in headings if heading.endswith("(nested)"))}
    assert sorted(links) == sorted(dictionary.anchor_of(heading) for heading in headings if heading not in others)
    names = {table_of(cls).name for cls in all_tables()} | dictionary.ALL_VIEWS.keys()
    assert {heading.partition(" ")[0].partition("(")[0] for heading in headings} >= names | MACROS.keys()


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("core.postings", "corepostings"),
        ("published.lists (view)", "publishedlists-view"),
        ("new_postings(as_of, window_days) (macro)", "new_postingsas_of-window_days-macro"),
    ],
)
def test_anchors_are_those_that_github_makes(heading: str, anchor: str) -> None:
    assert dictionary.anchor_of(heading) == anchor


def test_the_picture_has_every_declared_relation_of_core() -> None:
    arrows = re.findall(r"^    (\w+) \|\|--o\{ (\w+) : (\w+)$", section_of("Relations"), re.MULTILINE)
    assert arrows == [
        (target.removeprefix("core."), table.removeprefix("core."), column)
        for table, column, target in dictionary.relations()
        if table.startswith("core.")
    ]
    assert ("employers", "postings", "employer_id") in arrows and ("skills", "posting_skills", "skill") in arrows
    assert "```mermaid\nerDiagram\n" in TEXT


def test_rows_of_the_file_beside_it_are_told(con: database.Connection, tmp_path: Path) -> None:
    fill(con, tmp_path)
    rows = dictionary.count_rows(con)
    assert rows.keys() == {table_of(cls).name for cls in database_tables()}
    beside = dictionary.dictionary(rows)
    assert "| rows in the sample | rows in this file |" in beside
    (line,) = (line for line in beside.splitlines() if line.startswith("| [core.postings](#corepostings)"))
    assert line.endswith(f"| {dictionary.read_sample_rows()['core.postings']:,} | 2 |")
    assert TEXT.count("in this file") == 0


@pytest.mark.parametrize("question", dictionary.EXAMPLES)
def test_examples_run(question: str, con: database.Connection, tmp_path: Path) -> None:
    fill(con, tmp_path)
    publish(con, tmp_path / "market.duckdb")
    assert f"**{question}**\n\n```sql\n{dictionary.EXAMPLES[question]}\n```" in TEXT
    with duckdb.connect(str(tmp_path / "market.duckdb"), read_only=True) as market:
        market.execute("SET TimeZone = 'UTC'")
        all_rows(market, dictionary.EXAMPLES[question])
