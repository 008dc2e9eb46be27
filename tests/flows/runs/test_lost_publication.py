"""What was published outlives the files that say so: lost ones, older copies, runs killed before the record."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import duckdb
import pytest

from flows.runs import recovery, run_record
from flows.runs.run_record import Outcome, Request
from flows.runtime.settings import Settings
from tests.builders import all_rows, open_copy
from tests.reports.conftest import put_rows
from tests.warehouse.marts.test_mart_history import figure
from warehouse import database
from warehouse.load import archive_records
from warehouse.mart_tables import Figures
from warehouse.ops_tables import Runs, Vintages
from warehouse.publish import market

DAYS = (date(2026, 6, 1), date(2026, 7, 1), date(2026, 8, 1))
Said = tuple[list[int], list[date], list[str]]
"""Numbers of the vintages, days of the ledger, and runs."""


def said(con: database.Connection) -> Said:
    queries = ("number FROM ops.vintages", "DISTINCT as_of FROM mart.figures", "run_id FROM ops.runs")
    vintages, days, runs = ([row[0] for row in all_rows(con, f"SELECT {query} ORDER BY 1")] for query in queries)
    return vintages, days, runs


class Night:
    """Nights of one figure in a folder: up to their marts, to what is published, or to the record."""

    def __init__(self, con: database.Connection, data: Path, template: Path) -> None:
        self.con, self.data, self.template = con, data, template
        self.request = Request(settings=Settings(data=data), command="test", sources=())
        self.market = self.request.outputs.market

    def offer(self, number: int) -> None:
        day = DAYS[number - 1]
        database.write_mart(self.con, Figures, [figure(day)], as_of=day)
        put_rows(self.con, Vintages, {
            "list": "a", "number": number, "offered_on": day, "as_of": day, "state": "published", "decided_on": day,
        })  # fmt: skip

    def publish(self, number: int) -> None:
        self.offer(number)
        at = datetime.combine(DAYS[number - 1], datetime.min.time(), UTC)
        put_rows(self.con, Runs, {
            "run_id": str(number), "started_at": at, "ended_at": at, "exit_code": 0, "as_of": at.date(),
        })  # fmt: skip
        market.publish(self.con, self.market)

    def record(self, number: int) -> None:
        self.publish(number)
        run_record.keep_record(self.con, self.request, archive_records.PUBLISHED)

    def copy(self, number: int) -> None:
        shutil.copy(self.market, self.data / "copy")

    def put_copy(self, number: int) -> None:
        (self.data / "copy").replace(self.market)

    def lose_market(self, number: int) -> None:
        self.market.unlink()

    def lose_record(self, number: int) -> None:
        shutil.rmtree(self.data / "archive")

    def forget_end(self, number: int) -> None:
        """The work file does not say how a run ended that was killed as it published."""
        self.con.execute("UPDATE ops.runs SET exit_code = NULL, ended_at = NULL WHERE run_id = ?", [str(number)])

    def on_record(self) -> Said:
        """What a work file has that is made of the record alone."""
        with open_copy(self.template, self.data / "fresh") as fresh:
            archive_records.restore(fresh, self.request.settings.archive)
            rows = said(fresh)
        shutil.rmtree(self.data / "fresh")
        return rows


@pytest.fixture
def nights(work_template: Path, tmp_path: Path) -> Iterator[Night]:
    with open_copy(work_template, tmp_path) as con:
        yield Night(con, tmp_path, work_template)


RECORD, PUBLISH, OFFER = Night.record, Night.publish, Night.offer
LOST = "market.duckdb is lost; figures and vintages are those on record beside the archive"
CASES: dict[str, tuple[list[Callable[[Night, int], None]], int, list[str]]] = {
    "a night as ever": ([RECORD, RECORD], 2, []),
    "killed before it published": ([RECORD, OFFER], 1, []),
    "killed before it published at all": ([OFFER], 0, []),
    "killed before the record": ([RECORD, PUBLISH], 2, []),
    "killed as it published": ([RECORD, PUBLISH, Night.forget_end], 2, []),
    "of the version before": ([PUBLISH, PUBLISH], 2, []),
    "of the version before, published file lost": ([PUBLISH, PUBLISH, Night.lose_market], 2, [LOST]),
    "published file lost": ([RECORD, RECORD, OFFER, Night.lose_market], 2, [LOST]),
    "older copy": (
        [RECORD, Night.copy, RECORD, Night.put_copy], 2,
        [LOST.replace("is lost", "is an older copy, without what 2 published")],
    ),
    "record lost": ([RECORD, RECORD, Night.lose_record], 2, []),
    "record and published file lost": ([RECORD, RECORD, Night.lose_record, Night.lose_market], 2, [LOST]),
}  # fmt: skip
"""What happened, how many nights were published then, and what the next run says."""


@pytest.mark.parametrize("case", CASES)
def test_what_was_published_stands_and_is_on_record(case: str, nights: Night) -> None:
    steps, n_published, sentences = CASES[case]
    number = 0
    for step in steps:
        number += step in (RECORD, PUBLISH, OFFER)
        step(nights, number)
    assert recovery.restore_publication(nights.con, nights.request) == sentences
    run_ids = [str(number) for number in range(1, n_published + 1)]
    assert said(nights.con) == (list(range(1, n_published + 1)), list(DAYS[:n_published]), run_ids)
    files = sorted(nights.data.glob("archive/published/*"))
    assert recovery.restore_publication(nights.con, nights.request) == sentences
    run_record.keep_record(nights.con, nights.request, archive_records.PUBLISHED)
    assert nights.on_record() == said(nights.con)
    if case not in ("record lost", "record and published file lost"):
        assert sorted(nights.data.glob("archive/published/*")) == files, "nothing is written twice"


def test_what_was_published_outlives_both_databases(nights: Night) -> None:
    for number in (1, 2):
        nights.record(number)
    before = said(nights.con)
    nights.con.close()
    for path in (nights.market, nights.data / database.WORK):
        path.unlink()
    restore = partial(archive_records.restore, archive=nights.request.settings.archive)
    with database.open_work(nights.data, restore=restore) as con:
        assert said(con) == before
        assert recovery.restore_publication(con, nights.request) == [LOST]
        assert said(con) == before


def test_a_run_in_vain_puts_nothing_but_itself_on_record(nights: Night) -> None:
    nights.record(1)
    nights.offer(2)
    nights.con.close()
    request = replace(nights.request, command="jobmarket review --reason 'as jane@example.org says'")
    run_record.begin(request)
    run_record.record_end(request, Outcome(exit_code=1, as_of=None, messages=("refused by jane@example.org",)))
    assert nights.on_record() == ([1], [DAYS[0]], ["1", request.run_id])
    with run_record.work_of(request) as con:
        words = all_rows(con, f"SELECT command || message FROM ops.runs WHERE run_id = '{request.run_id}'")
    assert "refused by" in str(words) and "jane" not in str(words)


def test_a_past_day_is_on_no_record_and_takes_nothing_from_it(nights: Night) -> None:
    nights.record(1)
    files = sorted(nights.data.glob("archive/published/*"))
    assert files
    past = replace(nights.request, as_of=DAYS[0])
    with run_record.work_of(past) as con:
        assert recovery.restore_publication(con, past) == []
        assert said(con) == ([], [], [])
        run_record.keep_record(con, past, archive_records.PUBLISHED)
    assert sorted(nights.data.glob("archive/published/*")) == files


def test_damage_is_not_taken_for_another_declaration(nights: Night, caplog: pytest.LogCaptureFixture) -> None:
    nights.publish(1)
    nights.market.write_bytes(b"DUCK" * 5000)
    with pytest.raises(duckdb.Error):
        recovery.restore_publication(nights.con, nights.request)
    assert "does not fit" not in caplog.text
    assert said(nights.con)[0] == [1]
