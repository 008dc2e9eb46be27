"""Jobs that state no pay, and what was read, in words."""

from __future__ import annotations

from typing import Any

from reports.wording import frame, silence

BOUNDED: dict[str, Any] = {
    "place": "A", "currency": "USD", "n_jobs": 132, "n_silent": 63, "p50": 155e3, "p50_bounds_lo": 130e3,
    "p50_bounds_hi": 192.5e3, "p50_if_odds_half": 162.5e3, "p50_if_odds_double": 147.5e3,
}  # fmt: skip
UNBOUNDED = BOUNDED | {"place": "B", "n_jobs": 40, "p50_bounds_lo": None, "p50_bounds_hi": None}
ALL_STATE = UNBOUNDED | {"place": "C", "n_silent": 0, "p50_if_odds_half": None, "p50_if_odds_double": None}
THIRD_PARTY = BOUNDED | {"place": "D", "n_silent": None}


def test_a_note_says_how_many_state_pay_and_what_the_others_may_change() -> None:
    assert silence.describe(BOUNDED) == (
        "132 of 195 jobs state pay: if the silent ones paid anything at all, the median of all is USD 130K to 192K "
        "(95% interval); if the silent ones tend to pay less or more, it is USD 148K to 162K"
    )
    assert silence.describe(UNBOUNDED) == (
        "no informative bounds of the median of all: 40 of 103 jobs state pay; if the silent ones tend to pay less or "
        "more, it is USD 148K to 162K"
    )
    assert silence.describe(ALL_STATE) == "40 jobs, of which all state pay"
    assert silence.describe(THIRD_PARTY) is None
    assert silence.describe({"n_jobs": 3}) is None, "a row of a version that did not count"


def test_a_table_has_a_row_for_each_place_where_silence_is_known() -> None:
    renderer = silence.silence("mid_senior")
    assert renderer.table is not None
    table = renderer.table([BOUNDED, UNBOUNDED, ALL_STATE, THIRD_PARTY])
    assert [row[0] for row in table.rows] == ["A", "B", "C"]
    assert table.rows[0][1:] == ("132 of 195 (68%)", "155K", "130K to 192K", "148K to 162K")
    assert table.rows[1][3] == "no informative bounds: 40 of 103 state pay"
    assert table.below == (silence.LEFT_OUT,)
    assert renderer.text([BOUNDED, UNBOUNDED]) == "A: USD 130K to 192K; B: no informative bounds, 40 of 103 state pay"
    assert renderer.text([THIRD_PARTY]) == "no band rests on adverts we read"


def test_a_table_of_what_was_read_names_the_last_reading() -> None:
    row = {"name": "A", **dict.fromkeys(frame.COVERAGE_COLUMNS, 1_234), "read_on": "2026-09-30"}
    renderer = frame.coverage("Region")
    assert renderer.table is not None
    table = renderer.table([row, row | {"name": "B", "n_ai_jobs": 0, "read_on": None}])
    assert table.columns[0] == "Region" and len(table.columns) == len(table.rows[0])
    assert table.rows[0][-2:] == ("1,234", "2026-09-30") and table.rows[1][-1] == "never"
    assert renderer.text([row, row | {"name": "B", "n_ai_jobs": 0}]) == "A 1,234 AI jobs"
