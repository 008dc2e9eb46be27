"""What the nights made bit by bit, the archive gives again at once; and past days as they stood, from today's file."""

from __future__ import annotations

import hashlib
import itertools
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from flows.night import load
from flows.runs.run_record import Request, work_of
from flows.runtime.settings import Settings
from tests.flows.conftest import CommandResult, FinishedRun, without_prefect
from tests.flows.test_faults import DAY, FIRST, TEXT, ashby_board, ashby_job, record
from transforms.records.columns import fields_of, table_of
from warehouse import database
from warehouse.publish.reader import open_reader
from warehouse.schema import database_tables, ident, key_of, schema_of
from warehouse.tables import InDollars, Postings

Command = Callable[..., CommandResult]


def files_of(data: Path) -> list[str]:
    """The archive files of a folder, relative to the archive."""
    return sorted(f"{path.parent.name}/{path.name}" for path in data.glob("archive/*/*.warc.gz"))


def take_in(into: Path, data: Path, names: Sequence[str]) -> Request:
    """Put archive files into a folder and load all that is there.

    With files of one time comes what was made of them; others are read as they come, since they rest on each other.
    """
    for name in names:
        source, file = name.split("/")
        (into / "archive" / source).mkdir(parents=True, exist_ok=True)
        shutil.copy2(data / "archive" / name, into / "archive" / name)
        (into / "refined" / source).mkdir(parents=True, exist_ok=True)
        for path in () if source == "lever" else (data / "refined" / source).glob(f"{file.removesuffix('.warc.gz')}.*"):
            shutil.copy2(path, into / "refined" / source / path.name)
    request = Request(settings=Settings(data=into, workers=1), command="test", sources=(), is_sample=True)
    results, failures = load.refine_archive(request)
    assert not failures
    load.load_refined(request, results)
    return request


def warehouse_of(request: Request) -> dict[str, str]:
    """A digest of each table of core, ordered; marts follow from these."""
    digests = {}
    with work_of(request) as con:
        for cls in (cls for cls in database_tables() if schema_of(cls) == "core"):
            order = ", ".join(map(ident, key_of(cls))) or "ALL"
            rows = con.execute(f"SELECT * FROM {table_of(cls).name} ORDER BY {order}").fetchall()
            digests[table_of(cls).name] = hashlib.sha256(repr(rows).encode()).hexdigest()
    return digests


ORDERS = [
    tuple(tuple(order[begin:end]) for begin, end in itertools.pairwise(cuts))
    for order in itertools.permutations(range(3))
    for cuts in ((0, 1, 2, 3), (0, 1, 3), (0, 2, 3))
]
"""Every order in which three nights' files may come, one by one or two at once."""
LATE = ((2,), (0, 1))
"""The newest first, then two older ones at once."""


@pytest.fixture(scope="module")
def at_once(small: FinishedRun, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The warehouse of all files, loaded at once."""
    with pytest.MonkeyPatch.context() as patch:
        without_prefect(patch)
        return warehouse_of(take_in(tmp_path_factory.mktemp("at_once"), small.data, files_of(small.data)))


@pytest.mark.parametrize("order", [LATE, *(pytest.param(one, marks=pytest.mark.long) for one in ORDERS if one != LATE)])
@pytest.mark.usefixtures("undecorated")
def test_files_that_come_late_leave_what_all_at_once_would_have(
    order: tuple[tuple[int, ...], ...],
    at_once: dict[str, str],
    small: FinishedRun,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder, files = tmp_path_factory.mktemp("arrivals"), files_of(small.data)
    rates = [name for name in files if not name.startswith("lever/")]
    nights = [name for name in files if name.startswith("lever/")]
    assert len(nights) == 3
    for step, numbers in enumerate(order):
        request = take_in(folder, small.data, ([] if step else rates) + [nights[number] for number in numbers])
    assert warehouse_of(request) == at_once
    database.reset_work(folder)
    assert warehouse_of(take_in(folder, small.data, [])) == at_once


def test_rebuild_makes_what_the_nights_made(
    small: FinishedRun, copy_of: Callable[..., Path], briefly: Command, made_in: Callable[[Path], dict[str, str]]
) -> None:
    data = copy_of(small)
    with database.open_work(data) as con:
        con.execute("DELETE FROM core.posting_boards")
        con.execute("UPDATE core.postings SET title = 'spoilt'")
    result = briefly(data, "rebuild")
    assert result.code == 0, result.said
    assert made_in(data) == small.made


def test_signs_of_agencies_are_those_of_the_newest_of_several_files(
    empty: Path, tmp_path: Path, loading: Command
) -> None:
    """All refined files are read at once; the same advert stands at the same place of both."""
    jobs = [ashby_job(1, descriptionHtml=f"<p>{words}</p>{TEXT}") for words in ("Our client is a bank.", "We are one.")]
    boards = [ashby_board("orchard", job, jobs[0] | {"id": f"b{n}"}) for n, job in enumerate(jobs)]
    files = [str(record(tmp_path / f"{n}.warc.gz", [one], FIRST + n * DAY)) for n, one in enumerate(boards)]
    assert loading(empty, "backfill", *files).code == 0
    with open_reader(empty) as con:
        signs = con.execute("SELECT posting_id, sign, words FROM core.agency_signs ORDER BY ALL").fetchall()
    assert signs == [(f"ashby:b{n}", "client", "Our client is a") for n in (0, 1)]


def test_there_must_be_something_to_rebuild_from(empty: Path, plain: Command) -> None:
    result = plain(empty, "rebuild")
    assert result.code == 64
    assert "is empty; `jobmarket run --sample` fills it" in result.said
    assert "`jobmarket run --sample`" in result.said


@pytest.mark.parametrize("n_days", [2, pytest.param(3, marks=pytest.mark.long)])
def test_todays_file_shows_a_past_day_as_that_day_did(
    n_days: int, small: FinishedRun, copy_of: Callable[..., Path], loading: Command
) -> None:
    """postings_as_of of the newest file is core.postings of `run --as-of`, which had nothing later to look at."""
    data = copy_of(small)
    days = sorted({path.name[:10] for path in data.glob("archive/lever/*.warc.gz")})
    # As the macro says: by what is known today, or by the last whole list (some lists of the sample are broken).
    today = {"employer_id", "last_seen_at", *(f.name for f in fields_of(InDollars))}
    names = [f.name for f in fields_of(Postings) if f.name not in today]
    columns = ", ".join(map(ident, names))
    for day in days[:n_days]:
        result = loading(data, "run", "--as-of", day)
        assert result.code == 0, result.said
        with open_reader(data / "asof" / day) as con:
            then = con.execute(f"SELECT {columns} FROM core.postings ORDER BY posting_id").fetchall()
            last_seen = con.execute("SELECT posting_id, last_seen_at FROM core.postings").fetchall()
            open_then = con.execute("SELECT job_id FROM open_jobs(DATE '" + day + "') ORDER BY ALL").fetchall()
        with open_reader(data) as con:
            of_day = f"postings_as_of(DATE '{day}')"
            assert con.execute(f"SELECT {columns} FROM {of_day} ORDER BY posting_id").fetchall() == then
            last_times = dict(con.execute(f"SELECT posting_id, last_seen_at FROM {of_day}").fetchall())
            assert all(last_times[posting_id] <= at for posting_id, at in last_seen)
            assert sum(last_times[posting_id] == at for posting_id, at in last_seen) > 0.9 * len(then)
            [(n_open,)] = con.execute(f"SELECT count(DISTINCT job_id) FROM {of_day} WHERE is_open").fetchall()
            now = con.execute("SELECT job_id FROM open_jobs(DATE '" + day + "') ORDER BY ALL").fetchall()
            assert now == open_then
            assert len(now) == n_open > 0
