"""Files of adverts read by a mapping: every row is a posting or an issue that says which row, column and why."""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import json
import random
import re
import signal
import sqlite3
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.archive import reader
from extractors.reading import parquet_tables
from extractors.refine.refine import rows_of
from extractors.response import Response
from extractors.sources.files import tabular, tabular_rows
from extractors.sources.files.tabular_mapping import mapping_in
from extractors.sources.files.tabular_pattern import compile_pattern
from transforms.records.rows import Issue, Posting
from transforms.text.rejects import Rejected

HEAD = 'name = "acme"\nlicence = "CC0"\nattribution = "Acme"\n'
FIELDS = """
[fields]
id = "id"
title = "title"
employer = "company.name"
location = "places[]"
is_remote = "remote"
posted_on = "day"
pay_low = "low"
currency = { constant = "EUR" }
period = { constant = "year" }
"""
ADVERTS = [
    {"id": 7, "title": "AI Engineer", "company": {"name": "Acme"}, "places": ["Berlin, Germany", "Munich, Germany"]},
    {"id": 8, "title": "Data Scientist", "remote": True, "day": "2026-05-01", "low": 50000.0},
]


def read(body: bytes, mapping: str = HEAD + FIELDS) -> list[Any]:
    answer = Response(
        url=f"{tabular.HOST}acme/adverts",
        observed_at=datetime(2026, 5, 2, tzinfo=UTC),
        status=200,
        headers=tabular.headers_for(mapping.encode(), body),
        body=body,
    )
    return list(rows_of(tabular, answer))


def parquet(rows: list[dict[str, Any]]) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), buffer)
    return buffer.getvalue()


def workbook(**sheets: Iterable[Sequence[object]]) -> bytes:
    """An Excel workbook of sheets, each the lines that stand in it."""
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    for name, lines in sheets.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(line)
    del book["Sheet"]
    book.save(buffer)
    return buffer.getvalue()


def database(schema: str, **tables: Iterable[Sequence[object]]) -> bytes:
    """An SQLite database of that schema, with rows."""
    con = sqlite3.connect(":memory:")
    con.executescript(schema)
    for name, lines in tables.items():
        for line in lines:
            con.execute(f"INSERT INTO {name} VALUES ({', '.join('?' * len(line))})", line)
    con.commit()
    return con.serialize()


NAMES = ("id", "title", "company", "places", "remote", "day", "low")
CELLS = [
    (7, "AI Engineer", "{'name': 'Acme'}", "['Berlin, Germany', 'Munich, Germany']", None, None, None),
    (8, "Data Scientist", None, None, True, date(2026, 5, 1), 50000.0),
]
ADVERTS_TABLE = f"CREATE TABLE adverts ({', '.join(NAMES)});"
STORED = [CELLS[0], (*CELLS[1][:5], "2026-05-01", 50000.0)]
LINES = b"\n".join(json.dumps(advert).encode() for advert in ADVERTS)
SHAPES = {
    "a list in JSON": (json.dumps(ADVERTS).encode(), ""),
    "a list inside JSON": (json.dumps({"data": {"jobs": ADVERTS}}, indent=1).encode(), 'records = "data.jobs"\n'),
    "lines of JSON": (LINES, ""),
    "lines of JSON, packed": (gzip.compress(LINES), ""),
    "Parquet": (parquet([{**dict.fromkeys(ADVERTS[1] | ADVERTS[0]), **advert} for advert in ADVERTS]), ""),
    "an Excel workbook": (workbook(adverts=[(), NAMES, CELLS[0], (), CELLS[1]]), ""),
    "an Excel workbook, packed": (gzip.compress(workbook(adverts=[NAMES, *CELLS])), ""),
    "one sheet of several": (workbook(notes=[("nothing",)], adverts=[NAMES, *CELLS]), 'table = "adverts"\n'),
    "SQLite": (database(ADVERTS_TABLE, adverts=STORED), ""),
    "SQLite with a log of its own": (
        (sqlite_bytes := database(ADVERTS_TABLE, adverts=STORED))[:18] + b"\2\2" + sqlite_bytes[20:],
        'format = "sqlite"\n',
    ),
    "one table of several": (
        database(f"CREATE TABLE notes (a); {ADVERTS_TABLE}", adverts=STORED),
        'table = "adverts"\n',
    ),
    "CSV": (
        b"id,title,company,places,remote,day,low\n"
        b"7,AI Engineer,{'name': 'Acme'},\"['Berlin, Germany', 'Munich, Germany']\",,,\n"
        b"8,Data Scientist,,,true,2026-05-01,50000.0\n",
        "",
    ),
    "CSV in another encoding": (
        "id,title,company,places,remote,day,low\n"
        "7,AI Engineer,{'name': 'Acme'},\"['Berlin, Germany', 'Munich, Germany']\",,,\n"
        "8,Data Scientist,,,true,2026-05-01,50 000\n".encode("utf-16"),
        'encoding = "utf-16"\nformat = "csv"\n',
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_the_same_adverts_are_read_from_every_shape(shape: str) -> None:
    body, keys = SHAPES[shape]
    first, second = read(body, HEAD + keys + FIELDS)
    assert isinstance(first, Posting) and isinstance(second, Posting)
    assert (first.posting_id, first.board, first.employer) == ("tabular:acme:7", "acme", "Acme")
    assert [place.city for place in first.places] == ["Berlin", "Munich"]
    assert first.pay == ()
    assert (second.posting_id, second.employer, second.workplace) == ("tabular:acme:8", None, "remote")
    assert second.posted_on == date(2026, 5, 1)
    assert (second.pay_low, second.pay_high, second.currency, second.period) == (50000, None, "EUR", "year")


def test_an_id_of_several_columns_is_the_same_for_the_same_advert() -> None:
    mapping = HEAD + '[fields]\nid = ["title", "text"]\ntitle = "title"\n'
    rows = read(b"title,text\nA,\nA,b\n,b\nA,\nAb,\n", mapping)
    ids = [row.posting_id for row in rows if isinstance(row, Posting)]
    assert len(ids) == len(set(ids)) == 3
    assert ids == [row.posting_id for row in read(b"title,text\nA,\nA,b\nAb,\n", mapping)]
    no_title, again = (row for row in rows if isinstance(row, Issue))
    assert (no_title.column_name, again.column_name, again.is_deliberate) == ("title", "posting_id", True)


def test_predicted_pay_is_no_pay() -> None:
    fields = 'id = "id"\ntitle = "title"\npay_low = "low"\npay_text = "said"\npay_is_predicted = "guess"\n'
    body = b"id,title,low,said,guess\n1,AI Engineer,90000,$90k a year,t\n2,AI Engineer,90000,$90k a year,f\n"
    prediction, offer = read(body, HEAD + "[fields]\n" + fields)
    assert (prediction.pay, prediction.pay_text) == ((), None)
    assert offer.pay_low == 90000


def test_openings_are_numbers_and_words_are_none() -> None:
    rows = [{"id": n, "title": "Engineer", "seats": seats} for n, seats in enumerate((3, 2.0, "4", "several"))]
    mapping = HEAD + '[fields]\nid = "id"\ntitle = "title"\nopenings = "seats"\n'
    openings = [row.openings for row in read(json.dumps(rows).encode(), mapping) if isinstance(row, Posting)]
    assert openings == [3, 2, 4, None]


def test_an_object_where_a_text_is_meant_is_an_issue() -> None:
    issue, row = read(json.dumps([{"id": 1, "title": {"de": "KI"}}, {"id": 2, "title": "AI Engineer"}]).encode(), MINE)
    assert issue.column_name == "title" and "row 1, column title" in issue.rule and "company.name" in issue.rule
    assert row.posting_id == "tabular:acme:2"


MINE = HEAD + '[fields]\nid = "id"\ntitle = "title"\n'

WRONG_MAPPINGS = {
    "name = [": "expected TOML",
    'name = "A b"\nlicence = "x"\nattribution = "x"\n[fields]\nid = "a"\ntitle = "b"\n': "a name of small letters",
    HEAD: "expected a table [fields]",
    HEAD + '[fields]\nid = "a"\n': "expected a column for it",
    HEAD + '[fields]\nid = "a"\ntitle = "b"\nsalary = "c"\n': "in [fields]",
    HEAD + 'colour = "red"\n[fields]\nid = "a"\ntitle = "b"\n': "in the mapping",
    HEAD + "[fields]\nid = 7\ntitle = 'b'\n": "expected a column or a table for id",
    HEAD + "[fields]\nid = 'a'\ntitle = { column = 'b', patern = 'x' }\n": "in the table of title",
    HEAD + "[fields]\nid = 'a'\ntitle = { column = 'b', pattern = '(' }\n": "expected a regular expression for title",
    HEAD + "[fields]\nid = 'a'\ntitle = { column = 'b', constant = 'x' }\n": "either columns or a constant",
    HEAD + "[fields]\nid = 'a'\ntitle = { column = 'b', values = 'x' }\n": "a table of words",
    HEAD + "[fields]\nid = 'a'\ntitle = []\n": "expected a column for title",
    HEAD + "missing = 'None'\n[fields]\nid = 'a'\ntitle = 'b'\n": "expected a list of words",
    HEAD + "table = 3\n[fields]\nid = 'a'\ntitle = 'b'\n": "expected a text as `table`",
    HEAD + "leave_out = 'x'\n[fields]\nid = 'a'\ntitle = 'b'\n": "expected a table [leave_out]",
    HEAD + "leave_out = { a = '(' }\n[fields]\nid = 'a'\ntitle = 'b'\n": "expected a regular expression for leave_out",
    HEAD + "joined = { a = 'b' }\n[fields]\nid = 'a'\ntitle = 'b'\n": "a table [joined.a] with `on` and `newest`",
    HEAD + "joined.a = { on = 'b' }\n[fields]\nid = 'a'\ntitle = 'b'\n": "expected a text as `newest`",
    HEAD + "format = 'xls'\n[fields]\nid = 'a'\ntitle = 'b'\n": "a `format` of",
    'name = "a"\nattribution = "x"\n[fields]\nid = "a"\ntitle = "b"\n': "expected a text as `licence`",
}


WRONG_LISTS = {
    "complete_list = true\n": "expected a table [complete_list] with `scope`, in words",
    "[complete_list]\n": "expected a text as `scope`",
    '[complete_list]\nscope = " "\n': "expected a text as `scope`",
    '[complete_list]\nscope = "all"\nages = 3\n': "expected one of max_age_days, scope in [complete_list]",
    '[complete_list]\nscope = "all"\nmax_age_days = 0\n': "expected a number of days of 1 or more",
    '[complete_list]\nscope = "all"\nmax_age_days = true\n': "expected a number of days of 1 or more",
    '[complete_list]\nscope = "all"\nmax_age_days = 90\n': "expected `posted_on` in [fields]",
}


@pytest.mark.parametrize("declaration", WRONG_LISTS)
def test_a_wrong_declaration_of_a_complete_list_says_what_is_wrong(declaration: str) -> None:
    with pytest.raises(Rejected) as error:
        mapping_in((HEAD + declaration + '[fields]\nid = "a"\ntitle = "b"\n').encode())
    assert WRONG_LISTS[declaration] in error.value.issue.rule


@pytest.mark.parametrize("mapping", WRONG_MAPPINGS)
def test_a_wrong_mapping_says_what_is_wrong(mapping: str) -> None:
    with pytest.raises(Rejected) as error:
        mapping_in(mapping.encode())
    assert WRONG_MAPPINGS[mapping] in error.value.issue.rule
    assert error.value.issue.column_name == "mapping"


WRONG_FILES = {
    b"": "at least one row",
    b"id,title\n": "at least one row",
    b"id,name\n1,AI\n": "expected columns that the file has (id, name)",
    b"[": "expected JSON",
    b'{"jobs": []}': "expected columns that the file has (jobs)",
    b'{"a": 1,\n "b": 2}': "a JSON object on each line",
    b"PAR1broken": "a whole Parquet file",
    b"\x1f\x8b\x08broken": "a whole gzip file",
    b"id,title\n1,\xff\xfe\n": "expected text in utf-8",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an old Office file (.xls): save it as .xlsx",
    b"PK\3\4 a zip": "a zip but not an Excel workbook",
    b"PK\3\4 [Content_Types].xml": "expected a whole Excel workbook",
    b"SQLite format 3\0broken": "expected a whole SQLite database",
    workbook(jobs=[("id", "title"), (1, "AI")], more=[]): "`table`; the file has jobs, more",
    workbook(jobs=[("id", "name"), (1, "AI")]): "expected columns that the file has (id, name)",
    workbook(jobs=[("id", "title", "title"), (1, "AI", "ML")]): "the duplicates",
    workbook(jobs=[("id", "title")]): "at least one row",
    database("CREATE TABLE jobs (id, title); CREATE TABLE more (a);"): "`table`; the file has jobs, more",
    database("CREATE TABLE jobs (id, title);"): "at least one row",
    database(
        "CREATE VIEW jobs AS SELECT 1 AS id, 'AI' AS title;"
    ): "expected the name of a table (no view) as `table`; the file has none",
    database("CREATE VIRTUAL TABLE jobs USING fts5(id, title);", jobs=[(1, "AI")]): "(no view)",
    database(
        "CREATE TABLE jobs (id, title AS (upper(id)));", jobs=[(1,)]
    ): "expected columns that the file has (id); correct",
}


@pytest.mark.parametrize("body", WRONG_FILES)
def test_a_file_that_does_not_fit_is_refused_as_a_whole(body: bytes) -> None:
    with pytest.raises(Rejected) as error:
        read(body, MINE)
    assert error.value.issue.column_name == "response"
    assert WRONG_FILES[body] in error.value.issue.rule


def test_a_sheet_that_is_not_there_is_said_with_those_there_are() -> None:
    for body in (workbook(jobs=[("id", "title"), (1, "AI")]), database("CREATE TABLE jobs (id, title)")):
        with pytest.raises(Rejected, match="as `table`; the file has jobs") as error:
            read(body, MINE.replace("[fields]", 'table = "job"\n[fields]'))
        assert error.value.issue.value == "job"


@pytest.mark.parametrize(
    ("limit", "value", "words"),
    [
        ("MAX_UNPACKED", 4_000, "expected a workbook that unpacks to at most 4,000 bytes"),
        ("MAX_ROWS", 99, "at most 99 rows"),
        ("MAX_CHARACTERS", 900, "with 900 characters"),
    ],
)
def test_a_file_that_would_fill_the_memory_is_refused(
    limit: str, value: int, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [(number, "AI Engineer") for number in range(200)]
    bodies = {
        "xlsx": workbook(jobs=[("id", "title"), *lines]),
        "sqlite": database("CREATE TABLE j (id, title)", j=lines),
    }
    assert {kind: len(read(body, MINE)) for kind, body in bodies.items()} == {"xlsx": 200, "sqlite": 200}
    monkeypatch.setattr(tabular_rows, limit, value)
    for kind in ("xlsx",) if limit == "MAX_UNPACKED" else bodies:
        with pytest.raises(Rejected) as error:
            read(bodies[kind], MINE)
        assert words in error.value.issue.rule


def test_a_workbook_that_says_less_of_its_size_than_it_unpacks_to_is_not_unpacked_further() -> None:
    whole = workbook(jobs=[("id", "title"), *((number, "AI Engineer") for number in range(3_000))])
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as parts, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as into:
        for part in parts.infolist():
            into.writestr(part.filename, parts.read(part))
        sheet = next(part for part in into.infolist() if part.filename.endswith("sheet1.xml"))
        sheet.file_size = 4_000  # in the list at the end of the zip, which is what readers go by
    with pytest.raises(Rejected, match="expected a whole Excel workbook"):
        read(buffer.getvalue(), MINE)


def test_days_of_a_sheet_are_days_whatever_format_is_stated() -> None:
    fields = 'id = "id"\ntitle = "title"\nposted_on = { column = "day", format = "%d.%m.%Y" }\n'
    lines = [(1, "AI Engineer", datetime(2026, 5, 1)), (2, "AI Engineer", "02.05.2026"), (3, "AI Engineer", "May")]
    rows = read(workbook(jobs=[("id", "title", "day"), *lines]), HEAD + "[fields]\n" + fields)
    assert [row.posted_on for row in rows] == [date(2026, 5, 1), date(2026, 5, 2), None]
    assert ["row 3, column day" in issue.rule for issue in rows[2].issues] == [True]


def test_bytes_that_are_no_text_lose_no_row_of_a_database() -> None:
    lines = [(b"\x01\xff", "AI Engineer"), (b"job-2", "ML Engineer"), (3, "AI Architect")]
    body = database("CREATE TABLE jobs (id, title)", jobs=lines).replace(b"AI Architect", b"AI\xffArchitect")
    rows = read(body, MINE)
    assert [row.posting_id for row in rows] == ["tabular:acme:01ff", "tabular:acme:job-2", "tabular:acme:3"]
    assert rows[2].title == "AI\ufffdArchitect"


LEAVING_OUT = MINE + "[leave_out]\nurl = '/sample-\\d+$'\n"


def test_rows_are_left_out_by_a_pattern_and_counted() -> None:
    body = b"id,title,url\n1,AI Engineer,https://x.example/job/sample-7\n2,AI Engineer,https://x.example/sample-7/a\n3,AI,\n"
    out, first, second = read(body, LEAVING_OUT)
    assert (first.posting_id, second.posting_id) == ("tabular:acme:2", "tabular:acme:3")
    assert (out.column_name, out.value) == ("record", "row 1: https://x.example/job/sample-7")
    assert out.is_deliberate and "left out, as the mapping says" in out.rule
    with pytest.raises(Rejected, match=r"url \(for leave_out\)"):
        read(b"id,title\n1,AI\n", LEAVING_OUT)


JOINED = (
    HEAD
    + 'table = "jobs"\njoined.pay = { on = "id", newest = "day" }\n[fields]\nid = "id"\ntitle = "title"\n'
    + 'pay_low = "pay.low"\ncurrency = { constant = "EUR" }\nperiod = { constant = "year" }\n'
)


def test_the_newest_row_of_another_table_belongs_to_a_row() -> None:
    jobs = [(1, "AI Engineer"), (2, "ML Engineer"), (None, "No Id")]
    pay = [(1, "2026-05-02", 60_000), (1, "2026-05-01", 50_000), (3, "2026-05-02", 1), (None, "2026-05-01", 2)]
    for body in (
        workbook(jobs=[("id", "title"), *jobs], pay=[("id", "day", "low"), *pay]),
        database("CREATE TABLE jobs (id, title); CREATE TABLE pay (id, day, low)", jobs=jobs, pay=pay),
    ):
        first, second, issue = read(body, JOINED)
        assert (first.pay_low, second.pay_low) == (60_000, None)
        assert issue.column_name == "posting_id"
        with pytest.raises(Rejected, match="expected columns of pay in `joined`") as error:
            read(body, JOINED.replace('"day"', '"dya"'))
        assert error.value.issue.value == "dya"
        with pytest.raises(Rejected, match=r"pay\.most \(for pay_low\)"):
            read(body, JOINED.replace("pay.low", "pay.most"))


@pytest.mark.parametrize("kind", ["xlsx", "sqlite"])
def test_a_file_that_was_damaged_gives_rows_or_is_refused(kind: str) -> None:
    lines = [(number, f"AI Engineer {number}") for number in range(60)]
    whole = {
        "xlsx": workbook(jobs=[("id", "title"), *lines]),
        "sqlite": database("CREATE TABLE jobs (id, title)", jobs=lines),
    }[kind]
    chance, n_refused = random.Random(7), 0
    for _ in range(300):
        body = bytearray(whole)
        for _ in range(chance.choice((1, 4, 30))):
            body[chance.randrange(16, len(body))] = chance.randrange(256)
        try:
            assert all(isinstance(row, Posting | Issue) for row in read(bytes(body), MINE))
        except Rejected as error:
            assert error.issue.column_name == "response"
            n_refused += 1
    assert n_refused


def test_a_mapping_and_a_file_that_do_not_belong_together_are_refused() -> None:
    headers = tabular.headers_for(MINE.encode(), b"id,title\n1,AI Engineer\n")
    at = datetime(2026, 5, 2, tzinfo=UTC)
    answer = Response(url=tabular.HOST, observed_at=at, status=200, headers=headers, body=b"id,title\n1,AI Architect\n")
    with pytest.raises(Rejected, match="digest"):
        list(rows_of(tabular, answer))


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=5,
)


@given(rows=st.lists(st.fixed_dictionaries(dict.fromkeys(NAMES, ANY)) | ANY, min_size=1, max_size=6))
@settings(max_examples=150)
def test_every_row_is_a_posting_or_an_issue(rows: list[Any]) -> None:
    try:
        records = read(json.dumps(rows).encode())
    except Rejected as error:
        assert error.issue.column_name == "response"
        return
    assert all(isinstance(row, Posting | Issue) for row in records)
    assert len(records) == len(rows), "a row that is refused counts once"
    counts = Counter(row.posting_id for row in records if isinstance(row, Posting))
    assert set(counts.values()) <= {1}


# --- mappings of known dumps ----------------------------------------------------------------------------

MAPPINGS = Path(tabular.__file__).parent / "mappings"
REAL = Path(__file__).parents[3].parent / "shared" / "real"


@pytest.mark.parametrize("path", sorted(MAPPINGS.glob("*.toml")), ids=lambda path: path.stem)
def test_a_bundled_mapping_is_named_like_its_file(path: Path) -> None:
    mapping = mapping_in(path.read_bytes())
    assert mapping.name == path.stem
    assert mapping.licence and mapping.attribution


def real(mapping: str, path: str) -> tuple[list[dict[str, str]], list[Posting], list[Issue]]:
    """The rows of a dump as they stand, and what its mapping makes of them."""
    if not (REAL / path).exists():
        pytest.skip(f"the real dumps are not at {REAL}")
    body = (REAL / path).read_bytes()
    records = read(body, (MAPPINGS / f"{mapping}.toml").read_text(encoding="utf-8"))
    with gzip.open(REAL / path, "rt", encoding="utf-8", newline="") as file:
        dump = list(csv.DictReader(file))
    issues = [row for row in records if isinstance(row, Issue)]
    return dump, [row for row in records if isinstance(row, Posting)], issues


def paid(postings: Sequence[Posting]) -> list[Posting]:
    return [row for row in postings if row.pay_source == "stated"]


@pytest.mark.parametrize(("day", "n_paid"), [("2026-05-25", 6), ("2026-06-01", 9)])
def test_the_dumps_of_adzuna_in_germany(day: str, n_paid: int) -> None:
    dump, postings, issues = real("adzuna_de", f"dumps/adzuna_de_{day}.csv.gz")
    assert (len(dump), issues) == (250, [])
    assert [row.posting_id for row in postings] == [f"tabular:adzuna_de:{entry['id']}" for entry in dump]
    assert len(paid(postings)) == sum(bool(entry["salary_min"]) for entry in dump) == n_paid
    assert {(row.currency, row.period) for row in paid(postings)} == {("EUR", "year")}
    assert {row.text_state for row in postings} == {"snippet"}
    assert all(row.employer and "{" not in row.employer for row in postings if "display_name" in str(row.employer))
    by_field = {
        f"tabular:adzuna_de:{entry['id']}"
        for entry in dump
        if entry["contract_time"] == "part_time" and entry["contract_type"] != "contract"
    }
    kinds = {row.posting_id: row.employment_type for row in postings}
    others = {kinds[one] for one in by_field if kinds[one] != "PART_TIME"}
    assert others <= {"CONTRACTOR", "INTERN"}, "what a title says counts before the field"
    assert sum(kinds[one] == "PART_TIME" for one in by_field) >= 0.8 * len(by_field)


def test_the_dump_of_adzuna_in_six_countries() -> None:
    dump, postings, issues = real("adzuna_eu6", "dumps/adzuna_eu6_2026-07-03.csv.gz")
    assert (len(dump), issues) == (3_744, [])
    assert len(postings) == 3_744
    predictions = {f"tabular:adzuna_eu6:{entry['id']}" for entry in dump if entry["salary_is_predicted"] == "t"}
    assert len(predictions) == 939
    rows = [row for row in postings if row.posting_id in predictions and row.pay]
    assert all(row.pay_source == "parsed" and (row.pay_text or "") in row.title for row in rows)  # the title says it
    n_offers = sum(bool(entry["salary_min"]) and entry["salary_is_predicted"] == "f" for entry in dump)
    assert len(paid(postings)) == n_offers == 1_810
    assert {row.currency for row in paid(postings) if row.country == "GB"} == {"GBP"}
    assert Counter(entry["country"].upper() for entry in dump)["FR"] == sum(row.country == "FR" for row in postings)


def test_the_dump_of_djinni() -> None:
    dump, postings, issues = real("djinni", "dumps/djinni_2026-02-15.csv.gz")
    assert (len(dump), len(postings), issues) == (9_596, 9_596, [])
    assert len({row.posting_id for row in postings}) == 9_596
    assert len(paid(postings)) == sum(entry["salary_currency"] == "USD" for entry in dump) == 1_208
    assert {(row.currency, row.period) for row in paid(postings)} == {("USD", "month")}
    placed = [row for row in postings if row.country]
    assert len(placed) < 100 and all(place.reading == "inferred" for row in placed for place in row.places)
    remote = sum(entry["location_type"] == "TELECOMMUTE" for entry in dump)
    assert sum(row.workplace == "remote" for row in postings) == remote == 6_562
    assert all(row.posted_on is not None for row in postings)


def test_the_dump_of_nofluffjobs() -> None:
    dump, postings, issues = real("nofluffjobs", "dumps/nofluffjobs_2022-08-08.csv.gz")
    alike = Counter(tuple(v for k, v in entry.items() if k != "description_preprocessed") for entry in dump)
    assert len(dump) == len(postings) + len(issues) == 1_108
    assert len(postings) == len(alike) == 1_096
    assert all(issue.is_deliberate and issue.column_name == "posting_id" for issue in issues)
    without_pay = [entry for entry in alike if float(entry[1]) == float(entry[2]) == 0]
    assert len(paid(postings)) == len(alike) - len(without_pay) == 1_093
    assert {(row.currency, row.period, row.country) for row in paid(postings)} == {("PLN", "month", "PL")}


def test_the_database_of_nofluffjobs() -> None:
    path = REAL / "dumps" / "nofluffjobs_2026-03-01.sqlite.gz"
    if not path.exists():
        pytest.skip(f"the real dumps are not at {REAL}")
    records = read(path.read_bytes(), (MAPPINGS / "nofluffjobs_days.toml").read_text(encoding="utf-8"))
    with sqlite3.connect(":memory:") as con:
        con.deserialize(gzip.decompress(path.read_bytes()))
        expected = con.execute(
            "SELECT job_id, salary_min, salary_max FROM job_postings LEFT JOIN (SELECT *, max(snapshot_date)"
            " FROM salaries GROUP BY job_id) USING (job_id) WHERE url NOT LIKE '%/job/sample-%'"
            " ORDER BY job_postings.id"
        ).fetchall()
    postings = [row for row in records if isinstance(row, Posting)]
    left_out = [row for row in records if isinstance(row, Issue)]
    assert (len(postings), len(left_out)) == (len(expected), 100) == (642, 100)
    assert all(issue.is_deliberate for issue in left_out)
    assert [row.posting_id for row in postings] == [f"tabular:nofluffjobs_days:{id}" for id, _, _ in expected]
    assert [(row.pay_low, row.pay_high) for row in postings] == [(low, high) for _, low, high in expected]
    assert len(paid(postings)) == 478
    assert {(row.currency, row.period, row.country) for row in paid(postings)} == {("PLN", "month", "PL")}
    assert not [row for row in postings if row.issues]


def test_the_dump_of_pracuj() -> None:
    dump, postings, issues = real("pracuj", "dumps/pracuj_2024-03-27.csv.gz")
    assert (len(dump), len(postings), issues) == (444, 444, [])
    n_offers = sum(entry["max_salary"] != "None" for entry in dump)
    assert len(paid(postings)) == n_offers == 255
    assert {(row.currency, row.period) for row in paid(postings)} == {("PLN", "month")}
    assert {(row.pay_contract, row.pay_tax) for row in paid(postings)} == {
        ("employee", "gross"), ("contractor", "invoice"), ("either", "gross"), (None, "gross"),
    }  # fmt: skip
    assert not [row for row in postings if "None" in (row.title, row.employer, row.department, row.location_text)]
    assert not [row for row in postings if row.text and ("['" in row.text or "\nNone\n" in row.text)]
    assert {row.language for row in postings} == {"en", "pl"}
    hadoop = next(row for row in postings if row.title == "Senior Software Engineer - Good Lood")
    assert {("Java", "required"), ("MongoDB", "preferred")} <= {(s.skill, s.requirement) for s in hadoop.skills}
    assert hadoop.valid_through == date(2024, 4, 3)


def test_the_openings_of_one_company() -> None:
    path = REAL / "payloads" / "uber_careers" / "2025-12-24.warc.gz"
    if not path.exists():
        pytest.skip(f"the real payloads are not at {REAL}")
    (answer,) = reader.read(path)
    assert isinstance(answer, Response)
    jobs = json.loads(answer.body)["jobs"]
    postings = read(answer.body, (MAPPINGS / "uber_careers.toml").read_text(encoding="utf-8"))
    assert len(jobs) == len(postings) == 776
    assert [row.posting_id for row in postings] == [f"tabular:uber_careers:{job['id']}" for job in jobs]
    assert {row.text_state for row in postings} == {"full"}
    assert len({place.country for row in postings for place in row.places} - {None}) >= 34
    in_dollars = [row for row in postings if row.currency == "USD"]
    assert len(in_dollars) > 300 and all(row.pay_source == "parsed" for row in in_dollars)


def test_pay_of_a_wrong_unit_is_flagged_by_country_role_and_level() -> None:
    """The file says a year where its amounts are those of a month; a mapping that says so cannot know of each row."""
    columns = 'country = "country"\npay_low = "low"\npay_high = "high"\n'
    mapping = HEAD + '[fields]\nid = "id"\ntitle = "title"\n' + columns + 'currency = { constant = "USD" }\n'
    mapping += 'period = { constant = "year" }\n'
    body = (
        b"id,title,country,low,high\n1,Senior Python Developer,UA,1500,2500\n2,Senior Python Developer,UA,31000,42000\n"
    )
    body += b"3,Python Developer,US,9000000,9900000\n4,Python Developer,US,90000,110000\n"
    assert [one.pay_flag for one in read(body, mapping)] == ["implausible_low", None, "implausible_high", None]


# --- bounds of what others wrote ------------------------------------------------------------------------


def repeated(value: object, n: int) -> pa.Array:
    """A column that says the same in every row: a few bytes of a Parquet file."""
    return pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, pa.int32()), n), pa.array([value]))


def stored(**columns: Any) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


def test_a_parquet_file_of_too_many_rows_is_refused_before_any_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    body = stored(id=pa.repeat(1, 3_000_000), title=repeated("AI", 3_000_000))
    assert len(body) < 100_000
    monkeypatch.setattr(pq.ParquetFile, "iter_batches", None)
    with pytest.raises(Rejected, match=r"expected at most 1,048,576 rows; split the file \(got '3,000,000 rows'\)"):
        read(body, MINE)


BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "texts": (lambda: stored(id=pa.array(range(4_000)), title=repeated("x" * 100_000, 4_000)), "in rows 1 to 4,000"),
    "texts in lists": (
        lambda: stored(
            id=pa.array(["1"]), title=pa.ListArray.from_arrays(pa.array([0, 4_000]), repeated("x" * 100_000, 4_000))
        ),
        "in rows 1 to 1 of 1",
    ),
    "values in a list": (
        lambda: stored(id=pa.array(["1"]), title=pa.ListArray.from_arrays(pa.array([0, 31_000]), pa.repeat(1, 31_000))),
        "row group 1 with 1 rows, 31,000 values",
    ),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_small_parquet_file_that_would_fill_the_memory_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_tables, "MAX_VALUES", 30_000)
    make, where = BOMBS[name]
    with pytest.raises(Rejected) as error:
        read(make(), MINE)
    assert where in error.value.issue.value
    assert "expected" in error.value.issue.rule


def test_a_column_that_the_mapping_does_not_name_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_tables, "MAX_VALUES", 30_000)
    vectors = pa.ListArray.from_arrays(pa.array([0, 31_000]), pa.repeat(1, 31_000))
    body = stored(id=pa.array(["1"]), vector=vectors, company=pa.array([{"name": "AI"}]))
    (row,) = read(body, HEAD + '[fields]\nid = "id"\ntitle = "company.name"\n')
    assert isinstance(row, Posting) and row.title == "AI"
    with pytest.raises(Rejected, match=r"split it, or leave vector out .*31,000 values of vector and"):
        read(body, HEAD + '[fields]\nid = "id"\ntitle = "vector[]"\n')
    with pytest.raises(Rejected, match=r"company, id, vector\); .* \(got 'name \(for title\)'\)"):
        read(body, HEAD + '[fields]\nid = "id"\ntitle = "name"\n')


def test_what_all_batches_of_a_parquet_file_hold_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    body = parquet([{"id": number, "title": "AI Engineer"} for number in range(5_000)])
    assert len(read(body, MINE)) == 5_000
    monkeypatch.setattr(tabular_rows, "MAX_CHARACTERS", 120_000)
    with pytest.raises(Rejected, match="with 120,000 characters; split the file") as error:
        read(body, MINE)
    assert error.value.issue.value == "row 4096"


@pytest.mark.parametrize(
    "body",
    [
        b"id,title\n" + b"1,AI\n" * 200,
        json.dumps([{"id": n, "title": "AI"} for n in range(200)]).encode(),
        b'{"id": 1, "title": "AI"}\n' * 200,
    ],
    ids=["CSV", "JSON", "lines of JSON"],
)
def test_text_of_too_many_values_or_rows_is_refused(body: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    for limit, words in (("MAX_VALUES", "expected at most 150 values; split"), ("MAX_ROWS", "at most 150 rows")):
        with monkeypatch.context() as patch, pytest.raises(Rejected, match=words):
            patch.setattr(tabular_rows, limit, 150)
            read(body, MINE)


def search(pattern: str, text: str) -> str | None:
    """What an expression of a mapping takes out of a title."""
    mapping = HEAD + f"[fields]\nid = 'id'\ntitle = {{ column = 'title', pattern = '{pattern}' }}\n"
    (row,) = read(json.dumps([{"id": 1, "title": text}]).encode(), mapping)
    return row.title if isinstance(row, Posting) else None


@contextlib.contextmanager
def ended_after(seconds: float) -> Iterator[None]:
    """End a search that would take hours, after so many CPU seconds: it fails here and does not hang."""

    def end(number: int, frame: object) -> None:
        raise TimeoutError(f"not done after {seconds} CPU seconds")

    before = signal.signal(signal.SIGVTALRM, end)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


@pytest.mark.parametrize("pattern", ["(a+)+$", "^(a|aa)+$", "(.*)(.*)(.*)(.*)c", r"(\w+\s?)+c", "(?:a?){200}c"])
def test_no_expression_of_a_mapping_takes_longer_than_its_text(pattern: str) -> None:
    with ended_after(20):
        assert search(pattern, "a" * 20_000 + "b") is None
        mapping = HEAD + f"[fields]\nid = 'id'\ntitle = 'title'\n[leave_out]\ntitle = '{pattern}'\n"
        body = b"id,title\n1," + b"a" * 20_000 + b"b\n"
        assert [isinstance(row, Posting) for row in read(body, mapping)] == [True]


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        (r"\w+", "Zürich, CH", "Zürich"),
        (r"(\w+)\s+AI", "Ingénieur\u00a0AI", "Ingénieur"),
        (r"[\w-]+$", "AI Ingénieur-e", "Ingénieur-e"),
        (r"\W+(AI)", "ü AI", "AI"),
        (r"[^\s]+", "Größe AI", "Größe"),
        (r"[a[\]]+\w", "[a]é", "[a]é"),
        (r"(?i)INGÉNIEUR", "ingénieur", "ingénieur"),
        (r"(?:AI|ML) Engineer", "Senior ML Engineer", "ML Engineer"),
        (r"AI\Z", "AI", "AI"),
        ("(?P<title>AI) x?", "an AI Engineer", "AI"),
        ("(?m)^(.+)$", "AI\nEngineer", "AI"),
        ("[$]+", "AI $$", "$$"),
        (r"AI \$", "AI $", "AI $"),
        (r"AI[\s\S]+", "AI é", "AI é"),
        (r"[\D]+", "٣AI٣", "AI"),
        (r"\bAI\b", "an AI", "AI"),
        (r"x[{,3}]+", "x{3}", "x{3}"),
    ],
)
def test_expressions_mean_what_they_mean_to_python(pattern: str, text: str, expected: str) -> None:
    match = re.search(pattern, text)
    assert match and (match[1] if match.re.groups else match[0]) == expected
    assert search(pattern, text) == expected


@pytest.mark.parametrize("pattern", ["(AI)$", "(?s)(A.)$", "(?m)^(AI)$", "(AI)|ML$"])
@pytest.mark.parametrize("text", ["AI", "AI\n", "AI\n\n", "AI\nML\n", "AI ML"])
def test_the_end_is_before_a_last_newline_as_to_python(pattern: str, text: str) -> None:
    found, expected = compile_pattern(pattern).search(text), re.search(pattern, text)
    assert (found and found[1]) == (expected and expected[1])


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("(?=AI)", r"\(\?=; RE2 has no look-around"),
        (r"(A)I\1", r"\\1; RE2 has no back-references"),
        ("((a{100}){100}){100}", r"\{100\}; repeat a part at most 1,000 times"),
        ("a{1,2000}", r"\{1,2000\}; repeat a part at most 1,000 times"),
        ("(?x)A I", r"\(\?x; .* of the flags only i, m and s"),
        ("(?#title)AI", r"\(\?#; .* no comments"),
        (r"caf\u00e9", r"\\u; .* write a character as it is"),
        ("a++", r"\+\+; write one repetition"),
        ("(AI", r"missing \): \(AI; correct the expression"),
        ("a{,3}", r"\{,3\}: .* write \{0,3\}"),
        ("a{,}", r"write \{0,\}"),
        (r"\bété", r"\\bé: .* only ASCII letters are letters; write"),
        (r"caf(?:é)?\b", r"only ASCII letters are letters"),
        (r"\b(?P<title>\w+)", r"only ASCII letters are letters"),
        (r"[\w-]+\b", r"only ASCII letters are letters"),
        (r"AI[^\S]+", r"\\S in brackets: .* write \[\^\\s\] outside"),
    ],
)
def test_an_expression_that_would_mean_something_else_is_refused_with_the_reason(pattern: str, why: str) -> None:
    with pytest.raises(Rejected, match=rf"expected a regular expression for title \(.*{why}"):
        search(pattern, "AI")
