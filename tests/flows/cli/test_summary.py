"""What a run says at its end is what is published."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from flows.cli.run import HEADLINES, _print_headlines
from flows.runtime.run_record import Outcome, Request
from flows.runtime.settings import Settings
from reports.figures import vintages
from tests.builders import open_copy
from warehouse import database
from warehouse.mart_tables import Figures
from warehouse.ops_tables import Vintages
from warehouse.publish.market import publish

DAYS = date(2026, 7, 1), date(2026, 7, 2)


def row_of(name: str, day: date, value: str) -> Figures:
    return Figures(
        as_of=day, figure=name, title=f"Title of {name}", kind="measured", basis="advertised", unit="money",
        rung="open adverts", value=value, bare_value=value, value_json=None, status="published", reason=None,
        n_jobs=200, n_employers=50, window_days=None, sql="SELECT 1", sources=(), snapshots=(), code_version="1",
        baseline=None, verify_by=None, period_from=day, period_to=day,
    )  # fmt: skip


def test_the_summary_has_the_published_values_and_not_those_of_the_ledger(
    work_template: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As after a backfill of an older recording, which changes the ledger alone."""
    pay, skill = HEADLINES
    with open_copy(work_template, tmp_path) as con:
        for day, value in zip(DAYS, ("10.0K", "8.8K"), strict=True):
            with database.transaction(con):
                database.write_mart(con, Figures, [row_of(name, day, value) for name in HEADLINES], as_of=day)
        for name, day, value in ((pay, DAYS[0], "10.0K"), (skill, DAYS[0], "10.0K"), (skill, DAYS[1], "8.8K")):
            row = row_of(name, day, value)
            one = Vintages(
                figure=name, number=1 if day == DAYS[0] else 2, as_of=day, state=vintages.PUBLISHED, offered_on=day,
                decided_on=day, why="", value=value, n_jobs=200, method="1", content=vintages.freeze(row),
            )  # fmt: skip
            database.put(con, Vintages, [one])
        publish(con, tmp_path / database.MARKET)
    request = Request(settings=Settings(data=tmp_path), command="test", sources=())
    _print_headlines(request, Outcome(exit_code=0, as_of=DAYS[1]))
    printed = capsys.readouterr().out
    assert f"Title of {pay}: 10.0K (n = 200 jobs, 50 employers)" in printed
    assert f"Title of {skill}: 8.8K" in printed
    assert f"Changed since 2026-07-01: {skill}\n" in printed, "and what was published anew that day"
