"""Which sources had nothing new for longer than their cadence."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from extractors.source import all_sources
from flows.monitoring.rhythm import CADENCE_DAYS, MIN_DAYS, find_due_days, find_frozen_sources
from tests.builders import open_copy
from tests.reports.conftest import put_rows
from warehouse.ops_tables import Loads

LAST = date(2026, 3, 1)


def describe_load(source: str, day: int, n_rows: int) -> dict[str, object]:
    at = datetime(2026, 3, day, 2, tzinfo=UTC)
    return {"warc": f"{source}/{day}", "source": source, "n_rows": n_rows, "observed_from": at, "observed_to": at}


def test_every_source_has_a_cadence_that_is_known() -> None:
    days = {name: find_due_days(module.SOURCE.cadence) for name, module in all_sources().items()}
    assert {name for name, due in days.items() if due is None} == {"tabular", "aijobs_salaries", "open_jobs"}
    assert days["lever"] == days["ecb_rates"] == MIN_DAYS
    assert days["hackernews"] == 39
    assert days["onet"] == 115
    assert days["bls_oews"] == 458


def test_an_unknown_cadence_is_an_error_that_names_the_known() -> None:
    with pytest.raises(KeyError, match="unknown cadence 'now and then'; it must begin with one of live"):
        find_due_days("now and then")
    assert "now" not in CADENCE_DAYS


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 3, 15), []),
        (date(2026, 3, 16), [("ashby", LAST, 14)]),
        (date(2026, 3, 19), [("ashby", LAST, 14), ("lever", date(2026, 3, 4), 14)]),
    ],
)
def test_a_source_is_frozen_by_its_newest_rows(
    day: date, expected: list[tuple[str, date, int]], work_template: Path, tmp_path: Path
) -> None:
    with open_copy(work_template, tmp_path) as con:
        nights = [
            describe_load("ashby", 1, 5),
            describe_load("ashby", 2, 0),
            describe_load("lever", 1, 5),
            describe_load("lever", 4, 1),
        ]
        put_rows(con, Loads, *nights, describe_load("bls_oews", 1, 9), describe_load("remotive", 1, 9))
        assert list(find_frozen_sources(con, ["lever", "ashby", "bls_oews", "reed"], day)) == expected, (
            "an answer that only repeats is nothing new; what never came and what is not asked about is in no rhythm"
        )
