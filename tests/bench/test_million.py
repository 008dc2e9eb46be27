"""The small version of the bench of a million jobs."""

from __future__ import annotations

import pytest

from tests.bench.million import measure
from transforms.records.columns import table_of
from warehouse.marts.compute import MARTS


@pytest.mark.long
def test_every_mart_is_computed_and_a_night_without_changes_computes_none() -> None:
    cost = measure(2_000)
    assert set(cost.of_each) == {table_of(mart).name for mart in MARTS}
    assert cost.n_again == 0
