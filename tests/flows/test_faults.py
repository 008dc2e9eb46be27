"""What goes wrong stays small: each fault is reported with its source and record, and nothing else is lost."""

from __future__ import annotations

import dataclasses
import errno
import gzip
import json
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import duckdb
import pandas as pd
import pytest

import flows.nightly as night
from extractors.archive.reader import LIVE
from extractors.archive.writer import Writer, path_of
from extractors.refine import refine
from extractors.refine.refine import RefineResult
from extractors.refine.workers import refine_all
from extractors.sources.employer_boards import ashby, greenhouse
from extractors.web.session import Web
from flows.night import publish
from flows.runs.run_log import runs_of
from flows.runs.run_record import Request
from flows.runs.source_health import Health
from flows.runtime.settings import Settings
from transforms.posting import postings
from transforms.records.rows import Posting
from warehouse import database
from warehouse.mart_tables import SalaryBands
from warehouse.marts import cell_cache
from warehouse.marts.compute import MARTS, Mart
from warehouse.marts.history import mart_history
from warehouse.marts.pay.salary_bands import salary_bands
from warehouse.publish import atomic_files
from warehouse.publish.reader import open_reader

if TYPE_CHECKING:
    from tests.flows.conftest import CommandResult, FinishedRun

Command = Callable[..., "CommandResult"]
SMALL = ("run", "--sample", "--source", "lever", "--source", "currency_table")
AGAIN = SMALL[:4]
"""For a folder that has the rates."""
FIRST = datetime(2026, 5, 4, 6, tzinfo=UTC)
DAY = timedelta(days=1)
TEXT = (
    "<p>We build tools for orchards. You will train models that count apples on a belt, in Python and PyTorch, and"
    " keep them running in Kubernetes. You have three or more years of experience with machine learning.</p>"
)
PAGE = b"<!doctype html><html><head><title>One moment</title></head><body>Checking your browser.</body></html>"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer to be recorded."""

    url: str
    body: bytes
    encoding: str | None = None


def record(path: Path, answers: Sequence[Answer], begin: datetime = FIRST, *, part_of: str | None = None) -> Path:
    """A WARC file of answers, one a second."""
    with Writer(path, part_of=part_of) as writer:
        for number, answer in enumerate(answers):
            writer.write(
                url=answer.url,
                observed_at=begin + timedelta(seconds=number),
                status=200,
                reason="OK",
                headers=[("Content-Encoding", answer.encoding)] if answer.encoding else [],
                body=answer.body,
            )
    return path


def ashby_job(number: int, **changes: Any) -> dict[str, Any]:
    """A job as Ashby lists it."""
    return {
        "id": f"a{number}", "title": "Machine Learning Engineer", "department": "Picking", "employmentType": "FullTime",
        "location": "Lisbon", "address": {"postalAddress": {"addressCountry": "Portugal", "addressLocality": "Lisbon"}},
        "isListed": True, "isRemote": False, "publishedAt": "2026-05-01T09:00:00.000+00:00",
        "jobUrl": f"https://jobs.example/a{number}", "descriptionHtml": TEXT, **changes,
    }  # fmt: skip


def ashby_pay(low: int, high: int) -> dict[str, Any]:
    component = {
        "compensationType": "Salary", "interval": "1 YEAR", "currencyCode": "EUR", "minValue": low, "maxValue": high,
        "summary": f"€{low} – €{high}",
    }  # fmt: skip
    return {"compensationTiers": [{"title": None, "components": [component]}]}


def ashby_board(name: str, *jobs: dict[str, Any]) -> Answer:
    body = json.dumps({"jobs": jobs, "apiVersion": "1"}).encode()
    return Answer(url=ashby.SOURCE.url_of(name), body=body)


def greenhouse_job(number: int, **changes: Any) -> dict[str, Any]:
    """A job as Greenhouse lists it, with content."""
    return {
        "id": number, "internal_job_id": number + 1, "title": "Data Engineer", "absolute_url": f"https://g.example/{number}",
        "location": {"name": "Recife, Brazil"}, "first_published": "2026-05-01T09:00:00-03:00", "content": TEXT,
        "metadata": None, "offices": [], "departments": [], **changes,
    }  # fmt: skip


def greenhouse_board(name: str, *jobs: dict[str, Any]) -> Answer:
    body = json.dumps({"jobs": jobs, "meta": {"total": len(jobs)}}).encode()
    return Answer(url=greenhouse.SOURCE.url_of(name), body=body)


def ids_in(folder: Path, source: str) -> set[str]:
    """The native ids of a source's postings in the published warehouse."""
    with open_reader(folder) as con:
        rows = con.execute("SELECT posting_id FROM core.postings WHERE source = ?", [source]).fetchall()
    return {row[0].removeprefix(f"{source}:") for row in rows}


def rejects_in(folder: Path, warc: str) -> dict[int, tuple[str, str, str]]:
    """What was rejected of a file: by record, the column, value and rule."""
    with open_reader(folder) as con:
        rows = con.execute(
            'SELECT record, column_name, "value", "rule" FROM ops.rejects WHERE warc = ? ORDER BY ALL', [warc]
        ).fetchall()
    assert len({row[0] for row in rows}) == len(rows), rows
    return {row[0]: row[1:] for row in rows}


def files_of(folder: Path) -> dict[str, bytes]:
    """What is published, byte by byte."""
    names = ("market.duckdb", "guide.md", "site/index.html")
    return {name: (folder / name).read_bytes() for name in names}


# --- faults in what servers answer ----------------------------------------------------------------------


def test_each_faulty_answer_is_reported_and_all_others_are_taken(empty: Path, tmp_path: Path, loading: Command) -> None:
    good = ashby_board("orchard", ashby_job(1, compensation=ashby_pay(60_000, 80_000)), ashby_job(2))
    whole = ashby_board("cider", ashby_job(90)).body
    endless = TEXT + "<p>Apples, pears and plums.</p>" * (50 * 1024 * 1024 // 31)
    assert len(endless) > 50_000_000
    recording = record(
        tmp_path / "ashby.warc.gz",
        [
            good,
            Answer(url=ashby.SOURCE.url_of("malformed"), body=whole[: len(whole) // 2]),
            Answer(url=ashby.SOURCE.url_of("truncated"), body=gzip.compress(whole)[:-20], encoding="gzip"),
            Answer(url=ashby.SOURCE.url_of("blocked"), body=PAGE),
            ashby_board("untitled", ashby_job(3), ashby_job(91, title=None), ashby_job(4)),
            ashby_board("upside", ashby_job(5, compensation=ashby_pay(90_000, 70_000)), ashby_job(6)),
            ashby_board("endless", ashby_job(7), ashby_job(8, descriptionHtml=endless), ashby_job(9)),
            ashby_board("last", ashby_job(10)),
        ],
    )
    result = loading(empty, "backfill", str(recording))
    assert result.code == 0, result.said
    assert "refined ashby" in result.log and "loaded ashby" in result.log, "a long run shows how far it is"

    assert ids_in(empty, "ashby") == {f"a{number}" for number in range(1, 11)}
    rejects = rejects_in(empty, "ashby/2026-05-04T060000Z.warc.gz")
    assert {number: row[0] for number, row in rejects.items()} == {
        1: "response", 2: "response", 3: "response", 4: "title", 5: "pay_low", 6: "text",
    }  # fmt: skip
    assert "expected JSON" in rejects[1][2]
    assert "does not decode as Content-Encoding gzip" in rejects[2][1]
    assert rejects[3][1].startswith("<!doctype html>")
    assert "expected JSON" in rejects[3][2]
    assert "a91" in rejects[4][2]
    with open_reader(empty, with_texts=True) as con:
        upside = con.execute("SELECT pay_text, pay_flag, annual_low FROM core.postings WHERE posting_id = 'ashby:a5'")
        assert upside.fetchall() == [("€90000 – €70000", "low_above_high", None)]
        cut = con.execute("SELECT text_state, len(text) FROM adverts JOIN core.postings USING (posting_id)"
                          " WHERE posting_id = 'ashby:a8'").fetchall()  # fmt: skip
        assert cut[0][0] == "full"
        assert 1000 < cut[0][1] < 1_000_000
        states = con.execute(
            "SELECT board, is_complete FROM ops.responses WHERE warc LIKE 'ashby/%' ORDER BY record"
        ).fetchall()
    assert states == [
        ("orchard", True), ("malformed", False), ("truncated", False), ("blocked", False), ("untitled", False),
        ("upside", True), ("endless", True), ("last", True),
    ]  # fmt: skip


@pytest.fixture
def cut(tmp_path: Path) -> Path:
    """A recording that ends in the middle of its last record."""
    others = range(90, 99)
    whole = [
        greenhouse_board("mill", greenhouse_job(1), greenhouse_job(2)),
        greenhouse_board("press", greenhouse_job(3)),
    ]
    shorter = record(tmp_path / "shorter.warc.gz", whole)
    path = record(
        tmp_path / "greenhouse.warc.gz",
        [
            *whole,
            greenhouse_board("cellar", *(greenhouse_job(number, title=f"Cellar Hand {number}") for number in others)),
        ],
    )
    begin, end = shorter.stat().st_size, path.stat().st_size
    os.truncate(path, (begin + end) // 2)
    return path


def test_a_recording_cut_in_half_loses_its_last_record_only(cut: Path, empty: Path, loading: Command) -> None:
    result = loading(empty, "backfill", str(cut))
    assert result.code == 0, result.said
    assert ids_in(empty, "greenhouse") == {"1", "2", "3"}
    name = f"{cut.parent.name}/{cut.name}"
    rejects = rejects_in(empty, name)
    assert rejects.keys() == {2}
    assert rejects[2][0] == "response"
    assert "ends inside it" in rejects[2][1]
    assert name in result.said, "the operator is told as well"
    with open_reader(empty) as con:
        health = con.execute("SELECT outcome, message FROM ops.source_health WHERE source = 'greenhouse'").fetchall()
    assert health[0][0] == "partial"
    assert "record 2" in health[0][1]

    assert loading(empty, "backfill", str(cut)).code == 0
    assert rejects_in(empty, name).keys() == {2}, "reported once, however often it is taken"


def test_a_recording_in_which_nothing_is_whole_is_on_record(cut: Path, empty: Path, loading: Command) -> None:
    good = record(cut.parent / "ashby.warc.gz", [ashby_board("orchard", ashby_job(1))])
    junk = [cut.with_name("lever.warc.gz"), cut.with_name("whose.warc.gz"), cut.with_name("ashby") / "old.warc.gz"]
    for file in junk:
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(b"\xff\x00 junk" * 99)
    result = loading(empty, "backfill", *map(str, [good, cut, *junk]))
    assert result.code == 0, "as for a recording that is damaged in part"
    with open_reader(empty) as con:
        health = dict(con.execute("SELECT source, outcome FROM ops.source_health").fetchall())
        rejects = con.execute(
            'SELECT source, warc, record, column_name, "value", "rule" FROM ops.rejects WHERE record = -1 ORDER BY ALL'
        ).fetchall()
    assert health == {"ashby": "partial", "greenhouse": "partial", "lever": "partial", "unknown": "partial"}
    names = [(source, f"{file.parent.name}/{file.name}") for source, file in
             [("ashby", junk[2]), ("lever", junk[0]), ("unknown", junk[1])]]  # fmt: skip
    assert [row[:2] for row in rejects] == names
    for _, _, _, column, value, rule in rejects:
        assert column == "file"
        assert "does not start with a gzipped WARC record" in value
        assert "Get the file again if you can" in rule
    assert ids_in(empty, "ashby") == {"a1"}
    status = loading(empty, "status").said
    for source, warc in names:
        assert f"{source} partial: 1 unreadable files, first: {warc}: the file does not start" in status
    assert loading(empty, "backfill", *map(str, [good, *junk])).code == 0
    with open_reader(empty) as con:
        again = con.execute("SELECT count(*) FROM ops.rejects WHERE record = -1").fetchall()
    assert again == [(3,)], "reported once, however often it is tried"


def test_a_backfill_says_how_many_records_were_refused(tmp_path: Path, empty: Path, loading: Command) -> None:
    board = ashby_board("orchard", ashby_job(1), ashby_job(2, id=None), ashby_job(3), ashby_job(4, title=" "))
    result = loading(empty, "backfill", str(record(tmp_path / "ashby.warc.gz", [board])))
    assert result.code == 0, result.said
    with open_reader(empty) as con:
        health = con.execute("SELECT outcome, message, n_rows FROM ops.source_health").fetchall()
    assert [(outcome, n_rows) for outcome, _, n_rows in health] == [("partial", 2)]
    assert health[0][1].startswith("2 of 4 records refused, first: expected a native id")


def test_an_archive_file_cut_in_half_loses_its_last_record_only(cut: Path, empty: Path, loading: Command) -> None:
    other = record(cut.parent / "ashby.warc.gz", [ashby_board("orchard", ashby_job(1))])
    path = path_of(empty / "archive", "greenhouse", FIRST)
    path.parent.mkdir(parents=True)
    shutil.copy2(cut, path)
    assert loading(empty, "backfill", str(other)).code == 0
    assert ids_in(empty, "greenhouse") == {"1", "2", "3"}
    assert ids_in(empty, "ashby") == {"a1"}
    rejects = rejects_in(empty, "greenhouse/2026-05-04T060000Z.warc.gz")
    assert rejects.keys() == {2}
    assert "ends inside it" in rejects[2][1]


def test_the_faults_of_the_sample_are_all_on_record(sample: FinishedRun) -> None:
    with open_reader(sample.data) as con:
        rows = con.execute(
            "SELECT source, warc[-20:-18], column_name, left(\"value\", 15), left(\"rule\", 20) FROM ops.rejects"
        ).fetchall()  # fmt: skip
    pairs = {(source, column) for source, _, column, _, _ in rows}
    assert {("ashby", "response"), ("ashby", "title"), ("ashby", "record"), ("ashby", "pay_low")} <= pairs
    assert {("greenhouse", "response"), ("greenhouse", "record")} <= pairs
    assert {("lever", "response"), ("lever", "posting_id"), ("lever", "pay_low")} <= pairs


def test_only_a_whole_answer_closes_what_it_lacks(empty: Path, tmp_path: Path, loading: Command) -> None:
    nights = [
        [
            ashby_board("orchard", ashby_job(1)),
            ashby_board("cider", ashby_job(2)),
            ashby_board("mill", ashby_job(3), ashby_job(4)),
        ],
        [
            ashby_board("orchard"),
            Answer(url=ashby.SOURCE.url_of("cider"), body=PAGE),
            ashby_board("mill", ashby_job(4)),
        ],
    ]
    files = [record(tmp_path / f"{n}.warc.gz", night, FIRST + n * DAY) for n, night in enumerate(nights)]
    assert loading(empty, "backfill", *map(str, files)).code == 0
    with open_reader(empty) as con:
        closings = dict(con.execute("SELECT posting_id, closed_on FROM core.postings").fetchall())
    assert closings == {"ashby:a1": None, "ashby:a2": None, "ashby:a3": date(2026, 5, 5), "ashby:a4": None}


# --- faults of single sources ---------------------------------------------------------------------------


def spoil(monkeypatch: pytest.MonkeyPatch, title: str, **changes: Any) -> None:
    """Let the reader of Ashby's jobs give a value that may not enter the warehouse, for jobs of one title."""

    def misread(answer: Any, before: Any, **options: Any) -> Any:
        for row in postings(answer, before, **options):
            is_it = isinstance(row, Posting) and (row.source, row.title) == ("ashby", title)
            yield dataclasses.replace(cast("Posting", row), **changes) if is_it else row

    monkeypatch.setattr(refine, "postings", misread)


def test_a_file_that_fails_its_gate_leaves_no_rows_and_the_night_goes_on(
    empty: Path, tmp_path: Path, loading: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(monkeypatch, "Odd One", years_min=-3.0)
    odd = ashby_board("orchard", ashby_job(1), ashby_job(2, title="Odd One"))
    nights = [
        record(tmp_path / "1.warc.gz", [ashby_board("orchard", ashby_job(1))], FIRST),
        record(tmp_path / "2.warc.gz", [odd], FIRST + DAY),
        record(tmp_path / "3.warc.gz", [ashby_board("orchard", ashby_job(1), ashby_job(3))], FIRST + 2 * DAY),
        record(tmp_path / "4.warc.gz", [greenhouse_board("mill", greenhouse_job(5))], FIRST + DAY),
    ]
    result = loading(empty, "backfill", *map(str, nights))
    assert result.code == 2, result.said
    assert "as of 2026-05-06" in result.said, "published all the same"
    assert ids_in(empty, "ashby") == {"a1", "a3"}
    assert ids_in(empty, "greenhouse") == {"5"}

    warc = "ashby/2026-05-05T060000Z.warc.gz"
    with open_reader(empty) as con:
        health = con.execute("SELECT source, outcome, message FROM ops.source_health ORDER BY ALL").fetchall()
        assert [(source, outcome) for source, outcome, _ in health] == [("ashby", "failed"), ("greenhouse", "ok")]
        assert warc in health[0][2]
        checks = con.execute("SELECT gate, expectation, n_unexpected FROM ops.checks WHERE NOT is_met").fetchall()
        assert checks == [(f"load:{warc}", "expect_column_values_to_be_between(years_min)", 1)]
        assert con.execute("SELECT count(*) FROM ops.loads WHERE warc = ?", [warc]).fetchall() == [(0,)]
        [(last,)] = con.execute("SELECT last_seen_at FROM core.postings WHERE posting_id = 'ashby:a1'").fetchall()
    assert last == FIRST + 2 * DAY
    rejects = rejects_in(empty, warc)
    assert rejects[-1][0] == "file"
    assert "gate" in rejects[-1][2]


def request_for(data: Path, **options: Any) -> Request:
    settings = Settings(data=data, workers=1)
    return Request(settings=settings, command="test", sources=("ashby", "greenhouse"), **options)


@pytest.mark.usefixtures("undecorated", "loading")
def test_a_live_night_whose_boards_all_failed_fails_its_source(empty: Path) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    record(
        path_of(empty / "archive", "ashby", now),
        [Answer(url=ashby.SOURCE.url_of("orchard"), body=PAGE)],
        now,
        part_of=LIVE,
    )
    record(path_of(empty / "archive", "greenhouse", now), [greenhouse_board("mill", greenhouse_job(1))], now)
    name = path_of(empty, "ashby", now).name
    fetches = [Health(source=source, outcome="ok", fresh=(f"{source}/{name}",)) for source in ("ashby", "greenhouse")]
    outcome = night.from_archive(request_for(empty, is_live=True), fetches)
    assert outcome.exit_code == 2
    assert {health.source: health.outcome for health in outcome.health} == {"ashby": "failed", "greenhouse": "ok"}
    assert outcome.as_of == now.date()
    assert ids_in(empty, "greenhouse") == {"1"}


def test_a_source_that_cannot_be_fetched_is_one_sources_failure(
    small: FinishedRun, copy_of: Callable[..., Path], loading: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = copy_of(small)

    take = Web.take

    def take_unless_cut(web: Web, recording: Path) -> list[str]:
        if recording.parent.name == "currency_table":
            raise ConnectionError("the cable was cut")
        return take(web, recording)

    monkeypatch.setattr(Web, "take", take_unless_cut)
    result = loading(data, *SMALL)
    assert result.code == 2, result.said
    assert "the cable was cut" in result.said
    with open_reader(data) as con:
        health = con.execute(
            "SELECT source, outcome FROM ops.source_health JOIN ops.runs USING (run_id) WHERE exit_code = 2"
        ).fetchall()
    assert dict(health)["currency_table"] == "failed"
    assert dict(health)["lever"] != "failed"


def test_an_archive_file_that_cannot_be_read_at_all_is_one_sources_failure(
    empty: Path, tmp_path: Path, loading: Command
) -> None:
    recording = record(tmp_path / "1.warc.gz", [greenhouse_board("mill", greenhouse_job(1))])
    path_of(empty / "archive", "ashby", FIRST).mkdir(parents=True)
    result = loading(empty, "backfill", str(recording))
    assert result.code == 2, result.said
    assert "ashby could not be refined" in result.said
    assert ids_in(empty, "greenhouse") == {"1"}


CRASH = """
# Put before the interpreter's own by PYTHONPATH: in a worker, one advert ends the process as a fault in C would.
import os, sys
if "--multiprocessing-fork" in sys.argv:
    from extractors.sources.employer_boards import ashby
    read = ashby.parse
    def parse(response):
        if b"Crash Test Driver" in response.body:
            os._exit(11)
        return read(response)
    ashby.parse = parse
"""


def test_a_worker_that_crashes_takes_only_its_file_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "hook").mkdir()
    (tmp_path / "hook" / "sitecustomize.py").write_text(CRASH)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path / "hook"), *sys.path]))
    archive = tmp_path / "archive"
    crashing = ashby_board("orchard", ashby_job(1, title="Crash Test Driver"), *(ashby_job(n) for n in range(9, 99)))
    bad = record(path_of(archive, "ashby", FIRST), [crashing])
    good = [
        ("greenhouse", record(path_of(archive, "greenhouse", FIRST + n * DAY), [mill]))
        for n, mill in enumerate([greenhouse_board("mill", greenhouse_job(1))] * 3)
    ]
    assert bad.stat().st_size > good[0][1].stat().st_size, "the largest file goes first"
    results = {
        (source, warc): result
        for source, warc, result in refine_all(
            [("ashby", bad), *good], archive=archive, refined=tmp_path / "refined", workers=2
        )
    }
    assert results.keys() == {("ashby", bad), *good}
    assert isinstance(results["ashby", bad], Exception)
    for pair in good:
        result = results[pair]
        assert isinstance(result, RefineResult), result
        assert result.n_rows == 1


# --- faults of ours: nothing is published ---------------------------------------------------------------


def odd_bands(con: database.Connection, as_of: date, *_: object) -> pd.DataFrame:
    """A mart whose cells say that they are published, in a word that the table does not know."""
    frame = salary_bands(con, as_of)
    return frame.assign(status=frame["status"].replace("published", "printed"))


def lacking_bands(con: database.Connection, as_of: date, *_: object) -> pd.DataFrame:
    """A mart without a column that its gate looks at."""
    return salary_bands(con, as_of).drop(columns="status")


def broken_bands(con: database.Connection, as_of: date, *_: object) -> pd.DataFrame:
    """A mart with a mistake in its code."""
    raise ZeroDivisionError("a mistake of ours")


@pytest.mark.parametrize(
    ("compute", "words"),
    [
        (odd_bands, "Nothing was published: mart.salary_bands did not pass its gate"),
        (lacking_bands, "could not be counted"),
        (broken_bands, "a mistake of ours"),
    ],
)
def test_a_mart_that_went_wrong_publishes_nothing(
    compute: Callable[..., pd.DataFrame],
    words: str,
    small: FinishedRun,
    copy_of: Callable[..., Path],
    plain: Command,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = copy_of(small)
    before = files_of(data)
    for other in MARTS.keys() - {SalaryBands}:
        monkeypatch.delitem(MARTS, other)
    monkeypatch.setitem(MARTS, SalaryBands, Mart(compute))
    monkeypatch.setattr(cell_cache, "code_key", lambda: "another")
    result = plain(data, *AGAIN)
    assert result.code == 1
    assert words in result.said
    assert files_of(data) == before
    assert not list(data.glob("*.new"))


def full_disk(path: Path) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class Cut(BaseException):
    """A crash, as far as a test in this process can have one: no handler of ours catches it."""


GUIDE = (
    "# Ours\n\nRoles: <!-- figure:roles.shares -->…<!-- /figure -->.\n\n"
    "<!-- figures:sources -->\n<!-- /figures:sources -->\n"
)


@pytest.fixture
def with_guide(small: FinishedRun, copy_of: Callable[..., Path]) -> tuple[Path, Path, tuple[str, ...]]:
    """A finished folder, a guide of somebody in it, and the arguments of a run that refreshes it."""
    data = copy_of(small)
    mine = data / "mine" / "guide.md"
    mine.parent.mkdir()
    mine.write_text(GUIDE, encoding="utf-8")
    return data, mine, (*AGAIN, "--guide", str(mine))


def last_run(folder: Path, *, is_published: bool) -> tuple[Any, ...]:
    """Exit code and message of the newest run that the work file, or what is published, knows of."""
    query = "SELECT exit_code, message FROM ops.runs ORDER BY started_at DESC LIMIT 1"
    with open_reader(folder) if is_published else database.open_work(folder) as con:
        return tuple(con.execute(query).fetchall()[0])


def nothing_was_published(result: CommandResult, before: dict[str, bytes], data: Path, mine: Path, words: str) -> None:
    assert result.code == 1, result.said
    assert "Nothing was published: " in result.said
    assert words in result.said
    assert "Traceback" not in result.said
    assert files_of(data) == before
    assert mine.read_text(encoding="utf-8") == GUIDE
    leftovers = [path.name for path in data.rglob("*") if path.suffix in {".part", ".new", ".old"} and path.is_file()]
    assert leftovers == []
    code, message = last_run(data, is_published=False)
    assert code == 1
    assert words in message
    [run, *_] = runs_of(data)
    assert (run.exit_code, run.message) == (1, message)
    assert last_run(data, is_published=True) == (0, None), "of the run before"


def test_a_full_disk_while_publishing_is_said_in_a_line_and_nothing_changes(
    with_guide: tuple[Path, Path, tuple[str, ...]], standing: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, mine, arguments = with_guide
    before = files_of(data)
    words = f"{data / 'market.duckdb'}: No space left on device; free some space there"
    with monkeypatch.context() as patch:
        patch.setattr(atomic_files, "sync_file", full_disk)
        nothing_was_published(standing(data, *arguments), before, data, mine, words)
    assert standing(data, *arguments).code == 0
    assert "Roles: <!-- figure:roles.shares -->…" not in mine.read_text(encoding="utf-8")


def test_a_guide_that_cannot_be_written_keeps_the_old_warehouse(
    with_guide: tuple[Path, Path, tuple[str, ...]], standing: Command
) -> None:
    data, mine, arguments = with_guide
    before = files_of(data)
    (mine.parent / ".guide.md.part").mkdir()  # in the way of what is staged, also for root
    nothing_was_published(standing(data, *arguments), before, data, mine, f"{mine}: Is a directory; ")


def test_a_guide_that_cannot_be_replaced_puts_the_old_warehouse_back(
    with_guide: tuple[Path, Path, tuple[str, ...]], standing: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, mine, arguments = with_guide
    before = files_of(data)
    replace, targets = Path.replace, []

    def mounted(path: Path, target: Path) -> Path:
        if target == mine:
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))
        targets.append(target)
        return replace(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", mounted)
        result = standing(data, *arguments)
    assert targets.count(data / "market.duckdb") == 2, "there, and back"
    nothing_was_published(result, before, data, mine, f"{mine}: Device or resource busy; it is a mount point")


def test_a_guide_that_breaks_during_the_night_is_left_as_it_is_and_named(
    with_guide: tuple[Path, Path, tuple[str, ...]], standing: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, mine, arguments = with_guide
    other = mine.with_name("other.md")
    other.write_text(GUIDE, encoding="utf-8")
    text = GUIDE.replace("roles.shares", "roles.shared")
    resolve_as_of = publish.resolve_as_of

    def edited(request: Request) -> date | None:
        mine.write_text(text, encoding="utf-8")
        return resolve_as_of(request)

    monkeypatch.setattr(publish, "resolve_as_of", edited)
    result = standing(data, *arguments, "--guide", str(other))
    words = f"a guide was left as it was: {mine}:3: "
    assert result.code == 2 and words in result.said, result.said
    assert mine.read_text(encoding="utf-8") == text
    assert "Roles: <!-- figure:roles.shares -->…" not in other.read_text(encoding="utf-8")
    code, message = last_run(data, is_published=True)
    assert code == 2 and words in message


@pytest.mark.parametrize(
    "n_renamed", [pytest.param(0, marks=pytest.mark.long), 1, pytest.param(2, marks=pytest.mark.long)]
)
def test_a_crash_between_two_renames_is_mended_by_the_next_run(
    n_renamed: int,
    with_guide: tuple[Path, Path, tuple[str, ...]],
    standing: Command,
    monkeypatch: pytest.MonkeyPatch,
    small: FinishedRun,
    made_in: Callable[[Path], dict[str, str]],
) -> None:
    data, mine, arguments = with_guide
    (data / "guide.md").write_text("of an older night\n", encoding="utf-8")
    (data / "site" / "index.html").write_text("of an older night\n", encoding="utf-8")
    replace = Path.replace
    places: list[str] = []

    def crash(path: Path, target: Path) -> Path:
        if target.suffix in {".duckdb", ".md", ".html"}:
            if len(places) == n_renamed:
                raise Cut
            places.append(target.name)
        return replace(path, target)

    def lost(*paths: Path) -> None:
        """A crash removes nothing."""

    with monkeypatch.context() as patch, pytest.raises(Cut):
        patch.setattr(Path, "replace", crash)
        patch.setattr("warehouse.publish.atomic_files._clear", lost)
        standing(data, *arguments)
    assert len(places) == n_renamed
    assert last_run(data, is_published=False) == (None, None), "nobody claims that it ended"
    assert runs_of(data)[0].exit_code is None
    result = standing(data, *arguments)
    assert result.code == 0, result.said
    assert made_in(data) == small.made
    assert "Roles: <!-- figure:roles.shares -->…" not in mine.read_text(encoding="utf-8")
    assert not [path for path in data.rglob("*") if path.suffix in {".part", ".new", ".old"}]
    with open_reader(data) as con:
        codes = con.execute("SELECT exit_code FROM ops.runs ORDER BY started_at").fetchall()
    assert codes == [(0,), (0 if n_renamed else None,), (0,)], "what was renamed was published"


def test_a_full_disk_in_the_midst_of_a_night_is_said_in_a_line(
    small: FinishedRun, copy_of: Callable[..., Path], plain: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = copy_of(small)
    before = files_of(data)

    def full(*args: object, **more: object) -> None:
        raise duckdb.IOException('IO Error: Could not write file "work.duckdb": No space left on device')

    monkeypatch.setattr(database, "write_mart", full)
    monkeypatch.setattr(mart_history, "keep_day", full)
    result = plain(data, *AGAIN)
    assert result.code == 1
    assert f"nothing was published: {data}: No space left on device; free some space there" in result.err
    assert len(result.err.splitlines()) == 1
    assert "Traceback" not in result.said
    assert files_of(data) == before


def test_a_run_that_published_says_so_even_if_its_end_cannot_be_noted(
    small: FinishedRun, copy_of: Callable[..., Path], standing: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = copy_of(small)

    def full(path: Path, line: str) -> None:
        if "ended" in line:
            full_disk(path)

    monkeypatch.setattr("flows.runs.jsonl.append", full)
    result = standing(data, *AGAIN)
    assert result.code == 0, result.said
    assert "runs.jsonl how the run ended: No space left on device" in result.said
    assert last_run(data, is_published=True) == (0, None)


def test_an_archive_without_postings_publishes_nothing(empty: Path, plain: Command) -> None:
    result = plain(empty, "run", "--sample", "--source", "bls_oews")
    assert result.code == 1
    assert "SAMPLE DATA (synthetic) · no adverts read yet" in result.out
    assert "holds no postings yet" in result.said and "`jobmarket sources` says how to turn a source on" in result.said
    assert not (empty / "market.duckdb").exists()


@pytest.mark.usefixtures("undecorated")
def test_a_first_live_night_without_any_answer_publishes_nothing(empty: Path) -> None:
    fetches = [Health(source="ashby", outcome="failed"), Health(source="greenhouse", outcome="failed")]
    outcome = night.from_archive(request_for(empty, is_live=True), fetches)
    assert outcome.exit_code == 1
    assert not (empty / "market.duckdb").exists()
