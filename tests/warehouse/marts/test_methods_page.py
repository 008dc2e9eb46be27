"""What docs/methods.md says of constants and lists is what the code has."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from transforms.records.vocabulary import BRIDGE_DAYS, EXPERIENCE_BANDS, MAX_DAYS_APART, MIN_ANSWERED
from transforms.text.lookups import languages_read
from warehouse.mart_tables import CLOSINGS_WINDOW
from warehouse.marts.closing_rates import MASS_CHANCE
from warehouse.marts.closing_rates import TINY as NEAR_ZERO
from warehouse.marts.closings import CLOSING_RULES, COMPARED
from warehouse.marts.estimators import count_cells
from warehouse.marts.measures import MEASURES, MIN_KNOWN
from warehouse.marts.printing import (
    MAX_AMOUNT_WIDTH,
    MAX_COUNTRY_SHARE,
    MAX_RELATIVE_WIDTH,
    MAX_SHARE_WIDTH,
    MIN_SHARE_WIDTH,
    RULES,
    is_tail_known,
)

PAGE = " ".join((Path(__file__).parents[3] / "docs" / "methods.md").read_text(encoding="utf-8").split())
READINGS = {measure.reading for measure in MEASURES.values() if measure.reading}
BANDS = ", ".join("8 and more" if band == "8+" else band.replace("-", "–") for band in EXPERIENCE_BANDS)
JOBS, EMPLOYERS, EVEN, _ = (rule.bound for rule in RULES)
OPEN_DAYS, BOARDS, EVEN_BOARDS, _ = (rule.bound for rule in CLOSING_RULES)


@pytest.mark.parametrize(
    "sentence",
    [
        f"{JOBS} jobs, {EMPLOYERS} employers, G\\* of {EVEN}, no employer above half",
        f"above {MAX_SHARE_WIDTH * 100:.0f} points, or above {MIN_SHARE_WIDTH * 100:.0f} points and "
        f"{MAX_RELATIVE_WIDTH * 100:.0f} % of a share",
        f"or {MAX_AMOUNT_WIDTH * 100:.0f} % of an amount, the interval stands without the point",
        f"fewer than {MIN_KNOWN * 100:.0f} % of the jobs say",
        f"one country has more than {MAX_COUNTRY_SHARE * 100:.0f} %",
        f"whose last whole reading is more than {MAX_DAYS_APART} days older",
        f"stand for fewer than {MIN_ANSWERED * 100:.0f} % of the boards known",
        f"at most {BRIDGE_DAYS} days before",
        f"at most {BRIDGE_DAYS} days after",
        f"Intervals that begin in the {CLOSINGS_WINDOW} days",
        f"with a chance below {MASS_CHANCE}",
        f"{OPEN_DAYS:,} open days (ten closings at 1 % a day), {BOARDS} boards, G\\* of {EVEN_BOARDS}",
        f"years of experience ({BANDS},",
    ],
)
def test_constants_are_those_of_the_code(sentence: str) -> None:
    assert sentence in PAGE


def test_languages_read_well_are_those_of_every_reading() -> None:
    assert {"skills", "degree", "years", "qualifications"} == READINGS
    for reading in READINGS - {"qualifications"}:
        assert f"read well: {', '.join(languages_read(reading))}, the same for all three" in PAGE
    assert languages_read("qualifications") == ("en",)


def test_far_quantiles_stand_from_as_many_employers_as_said() -> None:
    minimum = next(n for n in range(8, 99) if is_tail_known(count_cells(np.zeros(n, dtype=int), np.ones(n), 1), 0.9)[0])
    for sentence in ("p10 and p90 stand from {} pairs on", "from {} persons on"):
        assert sentence.format(minimum) in PAGE
    assert f"p10 and p90 need G\\* above {minimum - 1}" in PAGE, "which need not be whole"


def test_one_group_is_compared_and_the_first_spread_is_near_zero() -> None:
    assert list(COMPARED) == ["ai_engineering"] and "stand in rows of AI engineering alone" in PAGE
    assert NEAR_ZERO == 1e-9 and "**v near 0** is 10⁻⁹" in PAGE
