"""What was published stands where a later night has few adverts left, and what no run published never stood."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from extractors.source_list import declared_sources
from flows.night.publish import compute_marts, restore_ledger
from flows.runs.run_record import Request
from flows.runtime.settings import Settings
from reports.figures import vintages
from tests.warehouse.marts.test_marts import AS_OF, posting, put
from warehouse import database
from warehouse.checks import integrity
from warehouse.checks.gate import GateResult
from warehouse.load.lookups import load_lookups
from warehouse.mart_tables import Figures, SalaryBands
from warehouse.marts.compute import MARTS
from warehouse.ops_tables import Vintages
from warehouse.publish.market import publish

BAND, REGIONS = "pay.northern_america.ai_engineering.mid_senior", "pay.advertised.regions"


def night_of(folder: Path, day: date) -> Figures:
    """What a run publishes of the band on a day, up to its marts and figures."""
    request = Request(settings=Settings(data=folder, revise="nightly"), command="test", sources=())
    with pytest.MonkeyPatch.context() as patch:  # postings stand here alone, without intervals, sources and employers
        patch.setattr(integrity, "judge", lambda *_, **__: GateResult(checks=(), failures=()))
        for mart in MARTS.keys() - {SalaryBands}:
            patch.delitem(MARTS, mart)
        restore_ledger(request)
        problems, ledger = compute_marts.fn(request, day)
    assert problems == []
    return {row.figure: row for row in ledger}[BAND]


def vintages_of(folder: Path) -> list[Vintages]:
    with database.open_work(folder) as work:
        return vintages.read_vintages(work).get(REGIONS, [])


def test_only_what_was_published_stands_and_a_thin_night_changes_nothing(tmp_path: Path) -> None:
    with database.open_work(tmp_path) as work:
        load_lookups(work, declared_sources())
        put(work, [posting(i) for i in range(40)])
    days = [AS_OF + timedelta(days=i) for i in range(4)]
    assert night_of(tmp_path, days[0]).status == "published"  # computed, and refused by a guide before it was published

    assert night_of(tmp_path, days[1]).vintage == 1
    assert [one.as_of for one in vintages_of(tmp_path)] == [days[1]], "what nothing published is no vintage"
    with database.open_work(tmp_path) as work:
        publish(work, tmp_path / "market.duckdb")
        work.execute("UPDATE core.postings SET annual_low_usd = 148e3")
    second = night_of(tmp_path, days[2])  # killed before it was published
    assert (second.vintage, second.value) == (2, "USD 148K–200K per year, median USD 174K")

    with database.open_work(tmp_path) as work:
        work.execute("DELETE FROM core.postings WHERE posting_id > 'x:0003'")
    row = night_of(tmp_path, days[3])
    assert (row.status, row.value) == ("published", "USD 150K–200K per year, median USD 175K")
    assert [(one.number, one.as_of, one.state) for one in vintages_of(tmp_path)] == [(1, days[1], "published")]
