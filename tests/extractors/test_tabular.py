"""Files of adverts read by a mapping: every row is a posting or an issue that says which row, column and why."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors import archive, tabular
from extractors.refine import rows_of
from extractors.source import Response
from transforms.rejected import Rejected
from warehouse.tables import Issue, Posting

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
    packed = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), packed)
    return packed.getvalue()


LINES = b"\n".join(json.dumps(advert).encode() for advert in ADVERTS)
SHAPES = {
    "a list in JSON": (json.dumps(ADVERTS).encode(), ""),
    "a list inside JSON": (json.dumps({"data": {"jobs": ADVERTS}}, indent=1).encode(), 'records = "data.jobs"\n'),
    "lines of JSON": (LINES, ""),
    "lines of JSON, packed": (gzip.compress(LINES), ""),
    "Parquet": (parquet([{**dict.fromkeys(ADVERTS[1] | ADVERTS[0]), **advert} for advert in ADVERTS]), ""),
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
    untitled, again = (row for row in rows if isinstance(row, Issue))
    assert (untitled.column_name, again.column_name, again.is_deliberate) == ("title", "posting_id", True)


def test_predicted_pay_is_no_pay() -> None:
    fields = 'id = "id"\ntitle = "title"\npay_low = "low"\npay_text = "said"\npay_is_predicted = "guess"\n'
    body = b"id,title,low,said,guess\n1,AI Engineer,90000,$90k a year,t\n2,AI Engineer,90000,$90k a year,f\n"
    guessed, offered = read(body, HEAD + "[fields]\n" + fields)
    assert (guessed.pay, guessed.pay_text) == ((), None)
    assert offered.pay_low == 90000


def test_an_object_where_a_text_is_meant_is_an_issue() -> None:
    issue, kept = read(json.dumps([{"id": 1, "title": {"de": "KI"}}, {"id": 2, "title": "AI Engineer"}]).encode(), MINE)
    assert issue.column_name == "title" and "row 1, column title" in issue.rule and "company.name" in issue.rule
    assert kept.posting_id == "tabular:acme:2"


MINE = HEAD + '[fields]\nid = "id"\ntitle = "title"\n'

WRONG_MAPPINGS = {
    "name = [": "TOML expected",
    'name = "A b"\nlicence = "x"\nattribution = "x"\n[fields]\nid = "a"\ntitle = "b"\n': "a name of small letters",
    HEAD: "a table [fields] expected",
    HEAD + '[fields]\nid = "a"\n': "a column for it expected",
    HEAD + '[fields]\nid = "a"\ntitle = "b"\nsalary = "c"\n': "in [fields] one of",
    HEAD + 'colour = "red"\n[fields]\nid = "a"\ntitle = "b"\n': "in the mapping one of",
    HEAD + "[fields]\nid = 7\ntitle = 'b'\n": "a column or a table expected for id",
    HEAD + "[fields]\nid = 'a'\ntitle = { column = 'b', patern = 'x' }\n": "in the table of title one of",
    HEAD + "[fields]\nid = 'a'\ntitle = { column = 'b', pattern = '(' }\n": "a regular expression expected for title",
    HEAD + "[fields]\nid = 'a'\ntitle = { column = 'b', constant = 'x' }\n": "either columns or a constant",
    HEAD + "[fields]\nid = 'a'\ntitle = { column = 'b', values = 'x' }\n": "a table of words",
    HEAD + "[fields]\nid = 'a'\ntitle = []\n": "a column expected for title",
    HEAD + "missing = 'None'\n[fields]\nid = 'a'\ntitle = 'b'\n": "a list of words expected",
    HEAD + "format = 'xls'\n[fields]\nid = 'a'\ntitle = 'b'\n": "a `format` of",
    'name = "a"\nattribution = "x"\n[fields]\nid = "a"\ntitle = "b"\n': "a text expected as `licence`",
}


@pytest.mark.parametrize("mapping", WRONG_MAPPINGS)
def test_a_wrong_mapping_says_what_is_wrong(mapping: str) -> None:
    with pytest.raises(Rejected) as told:
        tabular.mapping_in(mapping.encode())
    assert WRONG_MAPPINGS[mapping] in told.value.issue.rule
    assert told.value.issue.column_name == "mapping"


WRONG_FILES = {
    b"": "at least one row",
    b"id,title\n": "at least one row",
    b"id,name\n1,AI\n": "columns that the file has expected: id, name",
    b"[": "JSON expected",
    b'{"jobs": []}': "columns that the file has expected: jobs",
    b'{"a": 1,\n "b": 2}': "a JSON object in each line",
    b"PAR1broken": "a whole Parquet file",
    b"\x1f\x8b\x08broken": "a whole gzip file",
    b"id,title\n1,\xff\xfe\n": "text in utf-8 expected",
}


@pytest.mark.parametrize("body", WRONG_FILES)
def test_a_file_that_does_not_fit_is_refused_as_a_whole(body: bytes) -> None:
    with pytest.raises(Rejected) as told:
        read(body, MINE)
    assert told.value.issue.column_name == "response"
    assert WRONG_FILES[body] in told.value.issue.rule


def test_a_mapping_and_a_file_that_do_not_belong_together_are_refused() -> None:
    headers = tabular.headers_for(MINE.encode(), b"id,title\n1,AI Engineer\n")
    at = datetime(2026, 5, 2, tzinfo=UTC)
    answer = Response(url=tabular.HOST, observed_at=at, status=200, headers=headers, body=b"id,title\n1,AI Architect\n")
    with pytest.raises(Rejected, match="digest"):
        list(rows_of(tabular, answer))


CELLS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=5,
)
NAMES = ("id", "title", "company", "places", "remote", "day", "low")


@given(rows=st.lists(st.fixed_dictionaries(dict.fromkeys(NAMES, CELLS)) | CELLS, min_size=1, max_size=6))
@settings(max_examples=150, deadline=None)
def test_every_row_is_a_posting_or_an_issue(rows: list[Any]) -> None:
    try:
        found = read(json.dumps(rows).encode())
    except Rejected as error:
        assert error.issue.column_name == "response"
        return
    assert all(isinstance(row, Posting | Issue) for row in found)
    assert len(found) >= len(rows)
    kept = Counter(row.posting_id for row in found if isinstance(row, Posting))
    assert set(kept.values()) <= {1}


# --- mappings of known dumps ----------------------------------------------------------------------------

MAPPINGS = Path(tabular.__file__).parent / "mappings"
REAL = Path(__file__).parents[2].parent / "shared" / "real"


@pytest.mark.parametrize("path", sorted(MAPPINGS.glob("*.toml")), ids=lambda path: path.stem)
def test_a_bundled_mapping_is_named_like_its_file(path: Path) -> None:
    mapped = tabular.mapping_in(path.read_bytes())
    assert mapped.name == path.stem
    assert mapped.licence and mapped.attribution


def real(mapping: str, path: str) -> tuple[list[dict[str, str]], list[Posting], list[Issue]]:
    """The rows of a dump as they stand, and what its mapping makes of them."""
    if not (REAL / path).exists():
        pytest.skip(f"the real dumps are not at {REAL}")
    body = (REAL / path).read_bytes()
    found = read(body, (MAPPINGS / f"{mapping}.toml").read_text(encoding="utf-8"))
    with gzip.open(REAL / path, "rt", encoding="utf-8", newline="") as file:
        stated = list(csv.DictReader(file))
    issues = [row for row in found if isinstance(row, Issue)]
    return stated, [row for row in found if isinstance(row, Posting)], issues


def paid(postings: Sequence[Posting]) -> list[Posting]:
    return [row for row in postings if row.pay_source == "stated"]


@pytest.mark.parametrize(("day", "n_paid"), [("2026-05-25", 6), ("2026-06-01", 9)])
def test_the_dumps_of_adzuna_in_germany(day: str, n_paid: int) -> None:
    stated, postings, issues = real("adzuna_de", f"dumps/adzuna_de_{day}.csv.gz")
    assert (len(stated), issues) == (250, [])
    assert [row.posting_id for row in postings] == [f"tabular:adzuna_de:{said['id']}" for said in stated]
    assert len(paid(postings)) == sum(bool(said["salary_min"]) for said in stated) == n_paid
    assert {(row.currency, row.period) for row in paid(postings)} == {("EUR", "year")}
    assert {row.text_state for row in postings} == {"snippet"}
    assert all(row.employer and "{" not in row.employer for row in postings if "display_name" in str(row.employer))
    kinds = Counter(said["contract_time"] == "part_time" for said in stated if said["contract_type"] != "contract")
    assert sum(row.employment_type == "PART_TIME" for row in postings) == kinds[True]


def test_the_dump_of_adzuna_in_six_countries() -> None:
    stated, postings, issues = real("adzuna_eu6", "dumps/adzuna_eu6_2026-07-03.csv.gz")
    assert (len(stated), issues) == (3_744, [])
    assert len(postings) == 3_744
    predicted = {f"tabular:adzuna_eu6:{said['id']}" for said in stated if said["salary_is_predicted"] == "t"}
    assert len(predicted) == 939
    assert not [row for row in postings if row.posting_id in predicted and row.pay]
    offered = sum(bool(said["salary_min"]) and said["salary_is_predicted"] == "f" for said in stated)
    assert len(paid(postings)) == offered == 1_810
    assert {row.currency for row in paid(postings) if row.country == "GB"} == {"GBP"}
    assert Counter(said["country"].upper() for said in stated)["FR"] == sum(row.country == "FR" for row in postings)


def test_the_dump_of_djinni() -> None:
    stated, postings, issues = real("djinni", "dumps/djinni_2026-02-15.csv.gz")
    assert (len(stated), len(postings), issues) == (9_596, 9_596, [])
    assert len({row.posting_id for row in postings}) == 9_596
    assert len(paid(postings)) == sum(said["salary_currency"] == "USD" for said in stated) == 1_208
    assert {(row.currency, row.period) for row in paid(postings)} == {("USD", "month")}
    assert {row.country for row in postings} == {None}
    remote = sum(said["location_type"] == "TELECOMMUTE" for said in stated)
    assert sum(row.workplace == "remote" for row in postings) == remote == 6_562
    assert all(row.posted_on is not None for row in postings)


def test_the_dump_of_nofluffjobs() -> None:
    stated, postings, issues = real("nofluffjobs", "dumps/nofluffjobs_2022-08-08.csv.gz")
    alike = Counter(tuple(v for k, v in said.items() if k != "description_preprocessed") for said in stated)
    assert len(stated) == len(postings) + len(issues) == 1_108
    assert len(postings) == len(alike) == 1_096
    assert all(issue.is_deliberate and issue.column_name == "posting_id" for issue in issues)
    unpaid = [said for said in alike if float(said[1]) == float(said[2]) == 0]
    assert len(paid(postings)) == len(alike) - len(unpaid) == 1_093
    assert {(row.currency, row.period, row.country) for row in paid(postings)} == {("PLN", "month", "PL")}


def test_the_dump_of_pracuj() -> None:
    stated, postings, issues = real("pracuj", "dumps/pracuj_2024-03-27.csv.gz")
    assert (len(stated), len(postings), issues) == (444, 444, [])
    offered = sum(said["max_salary"] != "None" for said in stated)
    assert len(paid(postings)) == offered == 255
    assert {(row.currency, row.period, row.pay_tax) for row in paid(postings)} == {("PLN", "month", "gross")}
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
    (answer,) = archive.read(path)
    assert isinstance(answer, Response)
    stated = json.loads(answer.body)["jobs"]
    postings = read(answer.body, (MAPPINGS / "uber_careers.toml").read_text(encoding="utf-8"))
    assert len(stated) == len(postings) == 776
    assert [row.posting_id for row in postings] == [f"tabular:uber_careers:{job['id']}" for job in stated]
    assert {row.text_state for row in postings} == {"full"}
    assert len({place.country for row in postings for place in row.places} - {None}) >= 34
    in_dollars = [row for row in postings if row.currency == "USD"]
    assert len(in_dollars) > 300 and all(row.pay_source == "parsed" for row in in_dollars)
