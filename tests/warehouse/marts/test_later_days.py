"""Days that bring no reading change no row of any mart."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.builders import open_copy
from tests.warehouse.marts.test_marts import NOW, SOME_COUNTRIES, posting, put, report
from transforms.records.columns import table_of
from transforms.text.lookups import roles
from warehouse import database
from warehouse.marts.compute import MARTS
from warehouse.tables import Countries, Roles

NEWEST = date(2026, 11, 20)


@pytest.fixture(scope="module")
def con(work_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[database.Connection]:
    """Boards read on two days, a month apart, and pairs of a third party; for tests that write nothing."""
    with open_copy(work_template, tmp_path_factory.mktemp("later")) as con:
        database.load_lookup(con, Countries, SOME_COUNTRIES)
        database.load_lookup(con, Roles, roles())
        shift = NEWEST - NOW.date()
        for board, days_before, numbers in (("a", 0, range(60)), ("b", 30, range(60, 130))):
            at = NOW + shift - timedelta(days=days_before)
            times = dict.fromkeys(("first_seen_at", "version_from", "last_seen_at"), at)
            put(
                con,
                [posting(n, board=board, employer_id=f"e{n % 25}", workplace="remote", **times) for n in numbers],
            )
        put(con, [report(2 * i + k, 200e3 - 50e3 * k, 2 * i, title=f"t{i}") for i in range(1, 40) for k in (0, 1)])
        yield con


@pytest.fixture(scope="module")
def newest(con: database.Connection) -> dict[type, Any]:
    """The marts of the newest day."""
    return marts_of(con, NEWEST)


def marts_of(con: database.Connection, day: date) -> dict[type, Any]:
    return {cls: mart.compute(con, day).drop(columns="as_of") for cls, mart in MARTS.items()}


@pytest.mark.parametrize(  # 42: the first of January
    "later", [42, 400, *(pytest.param(later, marks=pytest.mark.long) for later in (1, 30, 200))]
)
def test_no_value_n_or_interval_changes(con: database.Connection, newest: dict[type, Any], later: int) -> None:
    for cls, after in marts_of(con, NEWEST + timedelta(days=later)).items():
        pd.testing.assert_frame_equal(newest[cls], after)
        if table_of(cls).name in ("mart.salary_bands", "mart.shares"):
            assert (after["status"] != "suppressed").any()
