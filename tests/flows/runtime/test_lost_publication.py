"""What was published and is lost is said: a lost file, an older copy in its place, offers of a run that was killed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from flows.runtime import recovery, run_log
from flows.runtime.settings import Settings
from reports.figures import vintages
from tests.builders import all_rows, open_copy, share_of
from tests.reports.conftest import put_rows
from tests.warehouse.marts.test_mart_history import figure
from warehouse import database
from warehouse.mart_tables import Figures, Shares
from warehouse.ops_tables import Runs, Vintages
from warehouse.publish import market

DAYS = (date(2026, 6, 1), date(2026, 7, 1), date(2026, 8, 1))
VINTAGES = "SELECT number, state FROM ops.vintages ORDER BY number"


class Night:
    """Nights of one figure in a folder, up to their marts or to the end."""

    def __init__(self, con: database.Connection, data: Path) -> None:
        self.con, self.data, self.outputs = con, data, Settings(data=data).outputs()

    def offer(self, number: int) -> None:
        day = DAYS[number - 1]
        database.write_mart(self.con, Figures, [figure(day)], as_of=day)
        share = share_of(day, "skill_asked", "Python", 100, share=number / 10, status="published", reason=None)
        with database.transaction(self.con):
            database.write_mart(self.con, Shares, [share], as_of=day)
            vintages.accept_all(self.con, day)

    def publish(self, number: int) -> None:
        self.offer(number)
        at = datetime.combine(DAYS[number - 1], datetime.min.time(), UTC)
        put_rows(self.con, Runs, {
            "run_id": f"run {number}", "started_at": at, "ended_at": at, "exit_code": 0, "as_of": at.date(),
        })  # fmt: skip
        market.publish(self.con, self.outputs.market)

    def restore(self) -> list[str]:
        said = recovery.describe_lost_publication(self.con, self.outputs)
        recovery.restore_publication(self.con, self.outputs)
        return said

    def cells(self) -> list[tuple[int, float]]:
        """Vintage and share of the one cell that stands."""
        return [
            (vintage, share) for vintage, share in all_rows(self.con, "SELECT vintage, share FROM published.shares")
        ]

    def vintages(self) -> list[tuple[int, str]]:
        return [(number, state) for number, state in all_rows(self.con, VINTAGES)]


@pytest.fixture
def nights(work_template: Path, tmp_path: Path) -> Iterator[Night]:
    with open_copy(work_template, tmp_path) as con:
        yield Night(con, tmp_path)


def test_an_older_copy_of_what_is_published_takes_no_vintage(nights: Night) -> None:
    nights.publish(1)
    shutil.copy(nights.outputs.market, nights.data / "copy")
    nights.publish(2)
    assert nights.restore() == []
    (nights.data / "copy").replace(nights.outputs.market)
    (sentence,) = nights.restore()
    assert "market.duckdb is an older copy, without what run 2 published" in sentence and "2 vintages" in sentence
    assert nights.vintages() == [(1, "published"), (2, "published")]
    assert all_rows(nights.con, "SELECT max(as_of) FROM mart.figures") == [(DAYS[1],)]
    assert nights.cells() == [(2, 0.2)]


def test_offers_of_a_killed_run_are_dropped_where_the_published_file_is_lost(nights: Night) -> None:
    nights.publish(1)
    put_rows(nights.con, Vintages, {
        "list": "disclosure", "number": 1, "offered_on": DAYS[0], "as_of": DAYS[0], "state": "withdrawn",
        "decided_on": DAYS[1],
    })  # fmt: skip
    nights.offer(2)
    nights.outputs.market.unlink()
    (sentence,) = nights.restore()
    assert "their 2 vintages" in sentence
    assert "Dropped 1 vintages offered after 2026-06-01: no run is known to have published them" in sentence
    assert sorted(nights.vintages()) == [(1, "published"), (1, "waiting")]
    assert all_rows(nights.con, "SELECT max(as_of) FROM mart.figures") == [(DAYS[0],)]
    assert nights.cells() == [(1, 0.1)]


def test_cells_that_nothing_published_are_again_those_of_the_published_file(nights: Night) -> None:
    """As after a night that was killed before it published."""
    nights.publish(1)
    nights.offer(2)
    assert nights.cells() == [(2, 0.2)]
    assert nights.restore() == []
    assert (nights.cells(), nights.vintages()) == ([(1, 0.1)], [(1, "published")])


def test_the_journal_knows_that_a_run_published(nights: Night) -> None:
    run_log.begin(nights.data, run_id="past", command="jobmarket run --as-of 2026-07-01")
    run_log.end(nights.data, "past", exit_code=0, as_of=DAYS[1])
    assert nights.restore() == [], "which stands in a folder of its own"
    run_log.begin(nights.data, run_id="night", command="jobmarket run")
    run_log.end(nights.data, "night", exit_code=2, as_of=DAYS[1])
    (sentence,) = nights.restore()
    assert "market.duckdb and work.duckdb are lost, and with them every vintage that was published" in sentence


def test_what_the_journal_says_was_published_stays(nights: Night) -> None:
    """The work file does not say how a run ended that was ended as it published."""
    nights.publish(1)
    nights.offer(2)
    run_log.begin(nights.data, run_id="night", command="jobmarket run")
    run_log.end(nights.data, "night", exit_code=0, as_of=DAYS[1])
    nights.outputs.market.unlink()
    assert "Dropped" not in nights.restore()[0]
    assert nights.vintages() == [(1, "published"), (2, "published")]


def test_damage_is_not_taken_for_another_declaration(nights: Night, caplog: pytest.LogCaptureFixture) -> None:
    nights.publish(1)
    nights.outputs.market.write_bytes(b"DUCK" * 5000)
    with pytest.raises(duckdb.Error):
        database.restore_rows(nights.con, Vintages, nights.outputs.market)
    assert "does not fit" not in caplog.text
    assert nights.vintages() == [(1, "published")]
