"""Marts are computed where their inputs changed, and nobody can tell by the rows."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.builders import list_postings, open_copy
from tests.warehouse.marts.test_marts import posting
from transforms.records.columns import fields_of, table_of
from warehouse import database
from warehouse.load.lookups import load_lookups
from warehouse.mart_tables import SalaryBands, Shares
from warehouse.marts import cell_cache
from warehouse.marts.compute import MARTS, compute_marts, write_marts
from warehouse.schema import MACROS, VIEWS, arrow_table
from warehouse.sql_files import FOLDER
from warehouse.tables import PostingPlaces, PostingSkills

DAY = date(2026, 9, 30)
COUNTRIES = {
    "US": ("Northern America", "Americas"),
    "BR": ("South America", "Americas"),
    "DE": ("Western Europe", "Europe"),
}
LONG_AGO = "('2023-01-01', '2023-01-01', '2024-01-01')"


def put(con: database.Connection, rows: list[Any]) -> None:
    database.insert_into(con, table_of(type(rows[0])).name, arrow_table(type(rows[0]), rows))


@pytest.fixture(scope="module")
def template(work_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """180 jobs of 60 employers in three countries, with skills; other countries would be many cells without jobs."""
    folder = tmp_path_factory.mktemp("jobs")
    with open_copy(work_template, folder) as con:
        load_lookups(con, [])
        con.execute("DELETE FROM core.countries WHERE NOT contains($some, country)", {"some": list(COUNTRIES)})
        skills = [row[0] for row in con.execute("SELECT skill FROM core.skills ORDER BY ALL LIMIT 9").fetchall()]
        jobs, places, mentions = [], [], []
        for n in range(180):
            country = list(COUNTRIES)[n % 3]
            region, continent = COUNTRIES[country]
            pay = {"annual_low_usd": 90e3 + 700 * n, "annual_high_usd": 150e3 + 900 * n}
            jobs.append(posting(n, employer=f"E{n % 60}", country=country, **pay))
            place: dict[str, Any] = {"posting_id": f"x:{n:04}", "position": 0, "country": country, "region": region}
            nothing: dict[str, Any] = dict.fromkeys(f.name for f in fields_of(PostingPlaces))
            places.append(PostingPlaces(**nothing | place | {"continent": continent, "reading": "stated"}))
            mention: dict[str, Any] = {
                "posting_id": f"x:{n:04}",
                "requirement": ("required", "preferred")[n % 2],
                "start": 0,
                "end": 1,
            }
            mentions += [PostingSkills(skill=skill, **mention) for skill in skills[: n % 8]]
        for rows in (jobs, places, mentions):
            put(con, rows)
        list_postings(con)
    return folder


@pytest.fixture
def con(template: Path, tmp_path: Path) -> Iterator[database.Connection]:
    with open_copy(template, tmp_path) as con:
        yield con


@pytest.fixture(scope="module")
def night_template(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same after a night."""
    folder = tmp_path_factory.mktemp("night")
    with open_copy(template, folder) as con, pytest.MonkeyPatch.context() as patch:
        night(con, DAY, patch)
    return folder


@pytest.fixture
def after_night(night_template: Path, tmp_path: Path) -> Iterator[database.Connection]:
    with open_copy(night_template, tmp_path) as con:
        yield con


WITHOUT_ROWS = (
    "mart.closing_rates",
    "mart.closings_left_out",
    "mart.time_listed",
    "mart.reported_pay",
    "mart.pay_changes",
    "mart.advert_months",
)
"""Marts without rows here, where no board was read and nobody reported pay."""


def of_day(con: database.Connection, day: date) -> dict[str, list[tuple[Any, ...]]]:
    """Rows of all marts of a day."""
    names = [table_of(cls).name for cls in MARTS]
    query = "SELECT * EXCLUDE (as_of) FROM {} WHERE as_of = ? ORDER BY ALL"
    return {name: con.execute(query.format(name), [day]).fetchall() for name in names}


def anew(con: database.Connection, day: date) -> dict[str, list[tuple[Any, ...]]]:
    """What the marts of a day come to when nothing is known of other days."""
    con.begin()
    for cls, mart in MARTS.items():
        database.write_mart(con, cls, mart.compute(con, day), as_of=day)
    rows = of_day(con, day)
    con.rollback()
    return rows


def night(con: database.Connection, day: date, monkeypatch: pytest.MonkeyPatch) -> dict[str, cell_cache.CellCache]:
    """The marts of a day as a run makes them; the cells of each mart that was not taken over as a whole."""
    caches: dict[str, cell_cache.CellCache] = {}

    def noted(con: database.Connection, cls: type, as_of: date) -> cell_cache.CellCache:
        cells = caches[table_of(cls).name] = reuse_cells(con, cls, as_of)
        return cells

    reuse_cells = cell_cache.cache_of
    with monkeypatch.context() as patch:
        patch.setattr(cell_cache, "cache_of", noted)
        result = compute_marts(con, day, run_id="test")
    assert result.problems == []
    with database.transaction(con):
        write_marts(con, result)
    return caches


def edits(chance: random.Random) -> Iterator[str]:
    some = f"hash(posting_id, {chance.randrange(9**9)}) % {chance.randrange(3, 60)} = 0"
    possible = [
        "UPDATE core.postings SET last_seen_at = last_seen_at + INTERVAL 1 DAY",
        f"UPDATE core.postings SET annual_low_usd = annual_low_usd + 1000 WHERE {some}",
        f"UPDATE core.postings SET role = 'ai_researcher', role_group = 'ai_science' WHERE {some}",
        f"UPDATE core.postings SET employer = 'E1' WHERE {some}",
        f"UPDATE core.postings SET (first_seen_at, version_from, last_seen_at) = {LONG_AGO} WHERE {some}",
        f"UPDATE core.postings SET text_state = 'none', text_class = 'none' WHERE {some}",
        f"DELETE FROM core.posting_skills WHERE {some}",
        f"UPDATE core.posting_skills SET requirement = 'mentioned' WHERE {some}",
        f"DELETE FROM core.postings WHERE {some}",
        "DELETE FROM core.skills WHERE skill = (SELECT min(skill) FROM core.skills)",
    ]
    yield from chance.sample(possible, chance.randrange(1, 4))


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(1, 9))])
def test_rows_that_were_taken_over_are_those_that_would_be_computed(
    seed: int, after_night: database.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    for number in range(1, 3 if seed else 2):  # a second night in `make long`
        for statement in edits(chance):
            after_night.execute(statement)
        day = DAY + timedelta(days=number)
        night(after_night, day, monkeypatch)
        assert of_day(after_night, day) == anew(after_night, day)


def test_where_nothing_changed_nothing_is_computed(con: database.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    first = night(con, DAY, monkeypatch)
    assert set(first) == {table_of(cls).name for cls in MARTS}
    assert all(not cells.reused for cells in first.values())
    con.execute("UPDATE core.postings SET last_seen_at = last_seen_at + INTERVAL 1 DAY, warc = 'x/2'")
    for number in (1, 0):  # the next day, and the first one again
        assert night(con, DAY + timedelta(days=number), monkeypatch) == {}
    days = [of_day(con, DAY + timedelta(days=number)) for number in (0, 1)]
    for mart in days[0]:
        assert days[0][mart] or mart in WITHOUT_ROWS
        assert len(days[0][mart]) == len(days[1][mart])
        if mart != table_of(Shares).name:
            assert days[0][mart] == days[1][mart]
    but = "SELECT * EXCLUDE (as_of, period_from, period_to), as_of - period_from, as_of - period_to FROM mart.shares"
    assert (
        con.execute(
            f"({but} WHERE as_of = ?) EXCEPT ALL ({but} WHERE as_of = ?)", [DAY, DAY + timedelta(days=1)]
        ).fetchall()
        == []
    )


def test_only_cells_that_hold_a_changed_job_are_computed(
    after_night: database.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    con = after_night
    con.execute("UPDATE core.postings SET role = 'ai_architect' WHERE posting_id = 'x:0001'")  # in Brazil
    cells = night(con, DAY + timedelta(days=1), monkeypatch)
    assert cells[table_of(Shares).name].n_computed < len(cells[table_of(Shares).name].reused)
    rows = con.execute(
        "SELECT DISTINCT measure, region_level, region FROM mart.shares WHERE as_of = ? AND inputs NOT IN"
        " (SELECT inputs FROM mart.shares WHERE as_of = ?)",
        [DAY + timedelta(days=1), DAY],
    ).fetchall()
    assert set(rows) == {
        ("role", "world", "World"), ("role", "continent", "Americas"), ("role", "region", "South America"),
        ("role", "country", "BR"),
    }, "no other answer changed, nor the group that roles belong to"  # fmt: skip
    bands = cells[table_of(SalaryBands).name]
    rows = con.execute(
        "SELECT DISTINCT region_level, region FROM mart.salary_bands AS b WHERE as_of = ? AND inputs NOT IN"
        " (SELECT inputs FROM mart.salary_bands WHERE as_of = ? AND inputs IS NOT NULL)",
        [DAY + timedelta(days=1), DAY],
    ).fetchall()
    assert bands.n_computed < len(bands.reused)
    assert set(rows) == {
        ("world", "World"), ("continent", "Americas"), ("region", "South America"), ("country", "BR"),
    }  # fmt: skip


def test_other_code_computes_everything(after_night: database.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cell_cache, "code_key", lambda: "another")
    cells = night(after_night, DAY + timedelta(days=1), monkeypatch)
    assert set(cells) == {table_of(cls).name for cls in MARTS}
    assert all(not cell.reused for cell in cells.values())


MACROS_OF_READINGS = ("complete_readings", "board_intervals", "board_listings")
"""Macros that read `last_seen_at` of core.posting_boards, which is in the digest by `Mart.moving`."""


MACROS_OF_STOCK = ("board_readings", "stock_postings", "reference_periods", "new_postings")
"""Macros that say which adverts are in the stock, by which the digest chooses them, and what no mart reads."""


FOR_FIGURES = {key: {"warc"} for key in ("collected_pairs.sql", "pay_pairs.sql", "compared_pay.sql")}
"""Columns of macros that figures ask for; marts leave them out (`salary_bands.py`)."""


def test_all_that_marts_read_is_in_the_digest_of_their_inputs() -> None:
    """A mart may read no table that the digest does not know, nor, but for the stock, a column it leaves out."""
    relations = " ".join(relation for mart in MARTS.values() for relation in mart.moving)
    moving = set(re.findall(r"\bcore\.\w+", relations))
    held = {mart.held for mart in MARTS.values() if mart.held and cell_cache.held_name(mart.held) in relations}
    whole_macros = [name for name in MACROS if name in held or re.search(rf"\b{name}\(", relations)]  # their rows are
    not_read = (
        "postings_as_of",
        "open_jobs",
        "pay_comparison",
        "prices_of",
        *whole_macros,
        *MACROS_OF_STOCK,
        *MACROS_OF_READINGS,
    )
    macros = [f"{name}.sql" for name in MACROS if name not in not_read]
    marts = [file for file in (FOLDER / "marts").rglob("*.*") if file.suffix in (".sql", ".py")]
    views = [file for file in (FOLDER / "views").rglob("*.sql") if file.parent.name != "analysis"]
    for file in [*marts, *(file for file in views if file.name in macros)]:
        if file.name in ("cell_cache.py", "mart_history.py", "reading_depth.sql"):
            continue
        text = re.sub(r"--[^\n]*", "", file.read_text())
        tables = set(re.findall(r"\bcore\.\w+", text))
        for view in tables & VIEWS.keys():
            tables |= set(re.findall(r"\bcore\.\w+", VIEWS[view][1]))
        assert tables - VIEWS.keys() <= {table_of(cls).name for cls in cell_cache.INPUT_TABLES} | moving, file
        if file.suffix == ".sql":
            columns = {name for name in cell_cache.VOLATILE_COLUMNS if re.search(rf"\b{name}\b", text)}
            assert not columns - FOR_FIGURES.get(file.name, set()), (file, columns)
