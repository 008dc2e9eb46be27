"""What a run says at its end is what is published."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from flows.cli.run_report import HEADLINES, print_headlines
from flows.runs.run_record import Outcome, Request
from flows.runtime.settings import Settings
from tests.builders import open_copy
from warehouse import database
from warehouse.mart_tables import Figures
from warehouse.publish.market import publish

DAYS = date(2026, 7, 1), date(2026, 7, 2)


def row_of(name: str, value: str, day: date) -> Figures:
    return Figures(
        as_of=day, figure=name, title=f"Title of {name}", kind="measured", basis="advertised", unit="money",
        rung="open adverts", value=value, bare_value=value, value_json=None, status="published", reason=None,
        n_jobs=200, n_employers=50, window_days=None, sql="SELECT 1", sources=(), snapshots=(), code_version="1",
        baseline=None, verify_by=None, period_from=day, period_to=day,
    )  # fmt: skip


def test_the_summary_has_the_published_values_and_names_those_that_changed(
    work_template: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pay, skill = HEADLINES
    said = {DAYS[0]: {pay: "10.0K", skill: "62%"}, DAYS[1]: {pay: "10.0K", skill: "55%"}}
    with open_copy(work_template, tmp_path) as con:
        for day, values in said.items():
            with database.transaction(con):
                database.write_mart(con, Figures, [row_of(*one, day) for one in values.items()], as_of=day)
        publish(con, tmp_path / database.MARKET)
    request = Request(settings=Settings(data=tmp_path), command="test", sources=())
    print_headlines(request, Outcome(exit_code=0, as_of=DAYS[1]))
    printed = capsys.readouterr().out
    assert f"Title of {pay}: 10.0K (n = 200 jobs, 50 employers)" in printed
    assert f"Title of {skill}: 55%" in printed
    assert f"Changed since 2026-07-01: {skill}\n" in printed, "and not what stands as it did"
