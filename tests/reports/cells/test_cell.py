"""What a cell knows about its value."""

from __future__ import annotations

import pytest

from reports.cells.cell import FEW, FIRM, OTHERS, ROUGH, judge_sureness


@pytest.mark.parametrize(
    ("status", "basis", "is_narrow", "is_of_one", "expected"),
    [
        ("published", "advertised", True, False, FIRM),
        ("published", "advertised", False, False, ROUGH),
        ("published", "advertised", True, True, ROUGH),
        ("stale", "advertised", True, False, ROUGH),
        ("low", "postings", True, False, ROUGH),
        ("low", "advertised_third_party", True, True, OTHERS),
        ("low", "reported", False, False, OTHERS),
        ("suppressed", "advertised", True, False, FEW),
    ],
)
def test_a_value_is_firm_where_it_is_narrow_and_its_frame_holds(
    status: str, basis: str, is_narrow: bool, is_of_one: bool, expected: str
) -> None:
    assert judge_sureness(status, basis, is_narrow=is_narrow, is_of_one=is_of_one) == expected
