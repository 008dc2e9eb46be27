"""What a cell knows about its value."""

from __future__ import annotations

import pytest

from reports.cells.cell import FEW, FIRM, OTHERS, ROUGH, judge_sureness


@pytest.mark.parametrize(
    ("status", "basis", "is_point", "expected"),
    [
        ("published", "advertised", True, FIRM),
        ("stale", "advertised", True, FIRM),
        ("published", "advertised", False, ROUGH),
        ("low", "postings", True, ROUGH),
        ("low", "advertised_third_party", True, OTHERS),
        ("low", "reported", False, OTHERS),
        ("suppressed", "advertised", True, FEW),
    ],
)
def test_how_sure_a_value_is(status: str, basis: str, is_point: bool, expected: str) -> None:
    assert judge_sureness(status, basis, is_point=is_point) == expected
