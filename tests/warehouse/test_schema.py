"""DDL, Arrow tables and the dictionary say what tables.py, mart_tables/ and ops_tables.py say."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.records.columns import fields_of, table_of
from transforms.records.rows import ExchangeRate, Issue, OfficialWage, Pay, Place, Posting, SkillRequirement, Span
from warehouse import schema
from warehouse.mart_tables import HISTORIES
from warehouse.tables import ExchangeRates, PostingPay, all_tables

TABLES = list(all_tables())
AT = datetime(2026, 3, 1, 22, 30, tzinfo=UTC)


def posting(**fields: Any) -> Posting:
    """A posting that says nothing but what it must."""
    values: dict[str, Any] = {f.name: () if f.is_list and not f.nullable else None for f in fields_of(Posting)}
    values |= {
        "posting_id": "board:1",
        "source": "board",
        "title": "Data Engineer",
        "title_key": "data engineer",
        "role": "data_engineer",
        "role_group": "data",
        "seniority": "unstated",
        "seniority_inferred": False,
        "text_state": "none",
        "text_class": "none",
        "is_drawn": True,
    }
    return Posting(**{**values, **fields})


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    for name in (*schema.SCHEMAS, "refined"):
        con.execute(f"CREATE SCHEMA {name}")
    return con


@pytest.mark.parametrize("cls", TABLES, ids=lambda cls: table_of(cls).name)
def test_ddl_makes_the_declared_table(cls: type, con: duckdb.DuckDBPyConnection) -> None:
    con.execute(schema.ddl(cls))
    for statement in schema.comments(cls):
        con.execute(statement)
    space, _, name = table_of(cls).name.partition(".")
    columns = con.execute(
        "SELECT column_name, data_type, is_nullable, comment FROM duckdb_columns()"
        " WHERE schema_name = ? AND table_name = ? ORDER BY column_index",
        [space, name],
    ).fetchall()
    assert [row[0] for row in columns] == [f.name for f in fields_of(cls)]
    types = [schema.sql_type(f).replace('"', "") for f in fields_of(cls)]
    assert [row[1].replace('"', "") for row in columns] == types
    assert [row[2] for row in columns] == [f.nullable for f in fields_of(cls)]
    assert all(row[3].startswith(f.column.doc) for row, f in zip(columns, fields_of(cls), strict=True))
    keys = con.execute(
        "SELECT constraint_column_names FROM duckdb_constraints() WHERE constraint_type = 'PRIMARY KEY'"
    ).fetchall()
    assert [tuple(names) for (names,) in keys] == [key for key in [schema.key_of(cls)] if key]


def test_ddl_without_key_has_the_checks_only(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(schema.ddl(ExchangeRates, with_key=False))
    kinds = {row[0] for row in con.execute("SELECT constraint_type FROM duckdb_constraints()").fetchall()}
    assert kinds == {"NOT NULL", "CHECK"}


@pytest.mark.parametrize(
    ("column", "bad", "good"),
    [
        ("component", "wage", "bonus"),  # vocabulary
        ("low", -1.0, 0.0),  # lower bound
        ("months", 17, 16),  # upper bound
        ("currency", "EURO", "EUR"),  # pattern, matched whole
        ("currency", "eur", None),
        ("high", 9.0, 11.0),  # check over two columns: low is 10
    ],
)
def test_checks_refuse_what_is_outside_the_declaration(
    column: str, bad: object, good: object, con: duckdb.DuckDBPyConnection
) -> None:
    con.execute(schema.ddl(PostingPay))
    row = PostingPay(posting_id="board:1", position=0, low=10.0, high=None)
    insert = "INSERT INTO core.posting_pay BY NAME SELECT * FROM made"
    batch = schema.arrow_table(PostingPay, [dataclasses.replace(row, **{column: bad})])  # type: ignore[arg-type]
    con.register("made", batch)
    with pytest.raises(duckdb.ConstraintException, match="CHECK"):
        con.execute(insert)
    batch = schema.arrow_table(PostingPay, [dataclasses.replace(row, **{column: good})])  # type: ignore[arg-type]
    con.register("made", batch)
    con.execute(insert)
    assert con.execute("SELECT count(*) FROM core.posting_pay").fetchone() == (1,)


def test_arrow_schema_nests_lists_of_structs_and_keeps_times_in_utc() -> None:
    arrow = schema.arrow_schema(Posting)
    assert arrow.names == [f.name for f in fields_of(Posting)]
    assert arrow.field("pay").type.value_type.field("is_headline").type == pa.bool_()
    assert arrow.field("remote_scope").type == pa.list_(pa.string())
    assert arrow.field("title").nullable is False
    with_origin = schema.refined_schema(Posting)
    assert with_origin.names[-2:] == ["record", "observed_at"]
    assert with_origin.field("observed_at").type == pa.timestamp("us", tz="UTC")


def test_rows_survive_parquet_and_duckdb(tmp_path: Path) -> None:
    full = posting(
        remote_scope=("DE", "AT"),
        posted_on=date(2026, 2, 1),
        years_min=2.5,
        text="Line one\nLine two",
        places=(Place(place_text="Linz", country="AT"), Place(place_text="Ulm", country="DE", city="Ulm")),
        pay=(Pay(low=3000.0, currency="EUR", period="month", months=14, is_headline=True),),
        skills=(SkillRequirement(skill="SQL", requirement="required", start=3, end=6),),
        spans=(Span(field="role", part="title", start=0, end=4, rule="r", reading="parsed"),),
        issues=(Issue(column_name="posted_on", value="soon", rule="a date expected"),),
    )
    bare = posting(posting_id="board:2")
    path = tmp_path / "rows.parquet"
    pq.write_table(schema.refined_table(Posting, [(full, 0, AT), (bare, 7, AT)]), path)
    read = duckdb.connect().execute("SELECT * FROM read_parquet(?)", [str(path)]).fetchall()
    names = [*(f.name for f in fields_of(Posting)), "record", "observed_at"]
    first, second = (dict(zip(names, row, strict=True)) for row in read)
    assert first["remote_scope"] == ["DE", "AT"]
    assert first["places"] == [dataclasses.asdict(place) for place in full.places]
    assert first["pay"] == [dataclasses.asdict(pay) for pay in full.pay]
    assert first["skills"] == [dataclasses.asdict(skill) for skill in full.skills]
    assert first["spans"] == [dataclasses.asdict(span) for span in full.spans]
    assert first["issues"] == [dataclasses.asdict(issue) for issue in full.issues]
    assert (first["posted_on"], first["years_min"], first["text"]) == (full.posted_on, 2.5, full.text)
    assert second["remote_scope"] is None
    assert second["places"] == []
    assert (second["record"], second["observed_at"].astimezone(UTC)) == (7, AT)


AMOUNT = st.none() | st.floats(0, 1e9)
PAY = st.builds(
    Pay,
    pay_text=st.none() | st.text(st.characters(exclude_categories=["Cs"])),
    low=AMOUNT,
    high=AMOUNT,
    currency=st.sampled_from([None, "EUR", "BRL"]),
    months=st.none() | st.integers(12, 16),
    is_headline=st.booleans(),
)


@given(st.lists(st.lists(PAY, max_size=3).map(tuple), max_size=4))
def test_nested_lists_come_back_as_they_went_in(pays: list[tuple[Pay, ...]]) -> None:
    table = schema.arrow_table(Posting, [posting(pay=pay) for pay in pays])
    assert table["pay"].to_pylist() == [[dataclasses.asdict(p) for p in pay] for pay in pays]


def test_half_a_surrogate_pair_does_not_stop_a_table() -> None:
    table = schema.arrow_table(Posting, [posting(title="a\ud800b", remote_scope=("\udfff",)), posting(title="😀")])
    assert table["title"].to_pylist() == ["a\ufffdb", "😀"]
    assert table["remote_scope"].to_pylist() == [["\ufffd"], None]


def test_whole_numbers_of_any_size_are_amounts() -> None:
    table = schema.arrow_table(Pay, [Pay(low=12, high=10**30)])  # JSON numbers without a point arrive as int
    assert table["high"].to_pylist() == [1e30]


@pytest.mark.parametrize("bad", ["12 EUR", object()])
def test_a_value_of_another_type_is_an_error(bad: object) -> None:
    with pytest.raises((pa.ArrowInvalid, pa.ArrowTypeError), match=r"(?i)low"):
        schema.arrow_table(Pay, [Pay(low=bad)])  # type: ignore[arg-type]  # the mistake under test


@pytest.mark.parametrize("cls", [Posting, OfficialWage, ExchangeRate])
def test_no_rows_make_an_empty_table_of_the_right_columns(cls: type) -> None:
    table = schema.refined_table(cls, [])
    assert (table.num_rows, table.schema) == (0, schema.refined_schema(cls))


def test_schema_key_changes_with_a_declaration(monkeypatch: pytest.MonkeyPatch) -> None:
    compute = schema.schema_key.__wrapped__  # a process makes it once
    assert compute() == schema.schema_key()
    monkeypatch.setitem(schema.SQL_TYPES, float, "FLOAT")
    assert compute() != schema.schema_key()


def test_every_column_of_every_view_has_its_comment(con: duckdb.DuckDBPyConnection) -> None:
    for cls in schema.database_tables():
        con.execute(schema.ddl(cls))
    for mart in HISTORIES:
        con.execute(schema.mart_ddl(mart)[0])
    views = schema.VIEWS | schema.MART_VIEWS
    for name in views:
        for statement in schema.view_ddl(name):
            con.execute(statement)
    comments = con.execute(
        "SELECT v.schema_name || '.' || view_name, column_name, c.comment FROM duckdb_views() v"
        " JOIN duckdb_columns() c ON (c.schema_name, c.table_name) = (v.schema_name, v.view_name)"
        " WHERE NOT v.internal ORDER BY column_index"
    ).fetchall()
    marts = {table_of(mart).name for mart in HISTORIES}
    assert {view for view, _, _ in comments} - marts == views.keys()
    assert [(view, column) for view, column, comment in comments if not comment and view not in marts] == []
    for view in views:
        assert [column for name, column, _ in comments if name == view] == list(schema.VIEW_COLUMNS[view])


def test_refine_workers_get_neither_duckdb_nor_great_expectations() -> None:
    script = (
        "import sys, warehouse.schema;"
        "print([m for m in ('duckdb', 'great_expectations', 'pandas', 'prefect') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
