"""`jobmarket status` tells by its own record when what is published was published."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from flows.runs import run_log
from tests.builders import open_copy
from tests.reports.conftest import put_rows
from warehouse.ops_tables import Runs
from warehouse.publish import market

if TYPE_CHECKING:
    from tests.flows.conftest import CommandResult

ENDED = datetime(2026, 3, 5, 2, 41, tzinfo=UTC)


def test_a_restored_file_is_dated_by_the_run_that_published_it_and_what_is_kept_is_named(
    empty: Path, work_template: Path, plain: Callable[..., CommandResult]
) -> None:
    empty.mkdir()
    runs = {"failed": (ENDED + timedelta(days=1), 1), "night": (ENDED, 0), "before": (ENDED - timedelta(days=1), 2)}
    with open_copy(work_template, empty) as con:
        for name, (ended, code) in runs.items():
            put_rows(con, Runs, {"run_id": name, "started_at": ended, "ended_at": ended, "exit_code": code})
        market.publish(con, empty / "market.duckdb")
    run_log.begin(empty, run_id="later", command="jobmarket run")
    run_log.end(empty, "later", exit_code=1)
    os.utime(empty / "market.duckdb")  # as copying does, later than the run that failed
    (empty / "market.duckdb.ahead-2026-03-05").write_bytes(b"")
    result = plain(empty, "status")
    assert result.code == 0, result.said
    assert "published 2026-03-05 02:41 as of no day; 1 later run published nothing" in result.said
    assert "market.duckdb.ahead-2026-03-05: what was published, with days" in result.said
