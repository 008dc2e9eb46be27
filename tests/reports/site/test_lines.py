"""Vintages of a figure as steps."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from reports.figures.vintages import FigureVintage
from reports.site import lines


def vintage(month: int, share: float, state: str = "published", **row: Any) -> FigureVintage:
    """A vintage of a share."""
    on = date(2026, month, 1)
    row = {"share": share, "share_lo": share - 0.05, "share_hi": share + 0.05, "form": "point"} | row
    return FigureVintage(
        number=month, as_of=on, state=state, offered_on=on, decided_on=on, why="revised", reason=None,
        is_correction=False, is_reviewed=True, value="x", n_jobs=100, value_json=json.dumps([row]),
    )  # fmt: skip


def test_a_value_stands_until_the_next_vintage() -> None:
    drawn = lines.draw_vintages([vintage(1, 0.6), vintage(4, 0.7), vintage(6, 0.9, "withdrawn")], label="Python")
    assert drawn is not None and drawn.count("<circle") == 2, "what was withdrawn never stood"
    assert drawn.count('class="line"') == 2, "one line along, one up"
    assert "January" in drawn and "April" in drawn and "80%" in drawn


def test_what_stays_the_same_or_is_known_as_a_range_alone_has_no_steps() -> None:
    assert lines.draw_vintages([vintage(1, 0.6), vintage(4, 0.6)], label="Python") is None
    assert lines.draw_vintages([vintage(1, 0.6)], label="Python") is None
    drawn = lines.draw_vintages([vintage(1, 0.6), vintage(4, 0.7, form="interval")], label="Python")
    assert drawn is not None and drawn.count("<circle") == 1 and 'class="line"' not in drawn
