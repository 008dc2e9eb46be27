"""A figure that a later night cannot compute keeps the value that was published, and no other."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from extractors.source_list import declared_sources
from flows.nightly import compute_marts, restore_ledger
from flows.runtime.run_record import Request
from flows.runtime.settings import Settings
from reports.wording import numbers
from tests.warehouse.marts.test_marts import AS_OF, posting, put
from warehouse import database
from warehouse.checks import integrity
from warehouse.checks.gate import GateResult
from warehouse.load.lookups import load_lookups
from warehouse.mart_tables import Figures, SalaryBands
from warehouse.marts.compute import MARTS
from warehouse.publish.market import publish

BAND = "pay.northern_america.ai_engineering.mid_senior"


def night_of(folder: Path, day: date, *guides: Path) -> tuple[list[str], dict[str, Figures]]:
    """The marts and figures of a day as a run computes them: what is wrong, and the figures by id."""
    request = Request(settings=Settings(data=folder), command="test", sources=(), guides=guides)
    with pytest.MonkeyPatch.context() as patch:  # postings stand here alone, without intervals, sources and employers
        patch.setattr(integrity, "judge", lambda *_, **__: GateResult(checks=(), failures=()))
        for mart in MARTS.keys() - {SalaryBands}:
            patch.delitem(MARTS, mart)
        restore_ledger(request)
        problems, ledger = compute_marts.fn(request, day)
    return problems, {row.figure: row for row in ledger}


def test_only_what_was_published_is_carried_on(tmp_path: Path) -> None:
    with database.open_work(tmp_path) as work:
        load_lookups(work, declared_sources())
        put(work, [posting(i) for i in range(40)])
    days = [AS_OF + timedelta(days=i) for i in range(4)]
    problems, ledger = night_of(tmp_path, days[0])  # computed, and refused by a guide before it was published
    assert (problems, ledger[BAND].status) == ([], "published")

    assert night_of(tmp_path, days[1])[0] == []
    with database.open_work(tmp_path) as work:
        publish(work, tmp_path / "market.duckdb")
        work.execute("UPDATE core.postings SET annual_low_usd = 120e3")
    problems, figures = night_of(tmp_path, days[2])  # killed before it was published
    assert (problems, figures[BAND].value) == ([], "USD 10.0K–16.7K per month")

    with database.open_work(tmp_path) as work:
        work.execute("DELETE FROM core.postings WHERE posting_id > 'x:0003'")
    figure = night_of(tmp_path, days[3])[1][BAND]
    assert figure.reason == f"not enough data (n = 4; 30 needed); value of {numbers.day(days[1])} kept"
    assert figure.value is not None
    assert figure.value.startswith("USD 12.5K–16.7K per month")
