"""Numbers of openings as sources' fields state them."""

from __future__ import annotations

import pytest

from transforms.role.openings import MAX_OPENINGS, openings_of

STATED = [
    (1, 1), (20, 20), ("3", 3), (" 12 ", 12), (2.0, 2), ("3.0", 3), (MAX_OPENINGS, MAX_OPENINGS),
    (None, None), (True, None), (0, None), ("0", None), (-1, None), (2.5, None), ("Few", None), ("Many", None),
    ("3-5", None), ("5+", None), ("", None), ("٣", None), (MAX_OPENINGS + 1, None), (float("inf"), None), ([3], None),
    ("9" * 5_000, None),
]  # fmt: skip


@pytest.mark.parametrize(("value", "openings"), STATED)
def test_a_number_of_openings_is_a_number_or_its_digits(value: object, openings: int | None) -> None:
    assert openings_of(value) == openings
