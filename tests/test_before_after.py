"""Reasons of changed figures follow from what differs between them."""

from __future__ import annotations

import pytest

from tests.before_after import WIDER, compare_cells, explain

SHARE = {
    "n_jobs": 40,
    "n_unknown": 60,
    "n_asking": 10,
    "share": 0.25,
    "share_lo": 0.1,
    "share_hi": 0.4,
    "bound_lo": 0.2,
}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"n_unknown": 5, "n_unread": 55}, "adverts whose text or field was not read left the denominator"),
        ({"n_asking": 12, "share": 0.3}, "adverts are read, or placed, otherwise"),
        (
            {"share_hi": 0.45},
            WIDER,
        ),
        ({"share_hi": 0.35}, "another interval"),
        ({"bound_lo": 0.1}, "bounds carry their sampling error"),
        ({"share": 0.3}, "not explained by a rule"),
        ({}, "other words"),
    ],
)
def test_the_reason_of_a_change_is_what_differs(change: dict[str, float], reason: str) -> None:
    assert explain(SHARE, SHARE | change) == reason


def test_cells_gained_and_lost_outside_the_united_states() -> None:
    few = "not enough employers (14; 15 needed)"
    before = {"country / GB": None, "country / US": None, "country / FR": few}
    after = {"country / GB": few, "country / US": few, "country / FR": None, "country / DE": None}
    states = {line[1]: line[2:4] for line in compare_cells(before, after, "pay")}
    assert states == {
        "country / GB": ("published", "withheld"),
        "country / FR": ("withheld", "published"),
        "country / DE": ("withheld", "published"),
    }
