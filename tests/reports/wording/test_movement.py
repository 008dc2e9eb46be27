"""How pay moves, in house style: the newest change, in whole per cents, and nothing where its sign is not clear."""

from __future__ import annotations

from typing import Any

import pytest

from reports.wording.movement import HELD_CONSTANT, PREMIUM
from reports.wording.parts import PLAIN

CHANGE: dict[str, Any] = {
    "status": "published", "basis": "advertised_third_party", "role_group": "ai_core", "form": "point",
    "previous": "2023", "period": "2024", "last_day": "2024-12-31",
}  # fmt: skip
WAVE = {**CHANGE, "basis": "reported", "period": "2026-06-30", "last_day": "2026-06-30"}


def ends(change: float, low: float, high: float, **more: Any) -> dict[str, Any]:
    return {"change": change, "change_lo": low, "change_hi": high, **more}


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (ends(0.018, -0.04, 0.079), "pay for the same kind of job showed no clear change from 2023 to 2024"),
        (ends(0.039, 0.012, 0.066), "pay for the same kind of job rose by about 4% from 2023 to 2024"),
        (ends(-0.051, -0.08, -0.02), "pay for the same kind of job fell by about 5% from 2023 to 2024"),
        (ends(0.003, 0.001, 0.005), "pay for the same kind of job rose by less than 1% from 2023 to 2024"),
        (ends(-0.2, -0.401, -0.056, form="interval"),
         "pay for the same kind of job fell by between 5% and 41% from 2023 to 2024"),
        (ends(0.03, 0.01, 0.05, basis="advertised", previous="2025-Q4", period="2026-Q1", last_day="2026-03-31"),
         "pay for the same job at the same employers rose by about 3% from Q4 2025 to Q1 2026"),
    ],
)  # fmt: skip
def test_a_change_in_prose(row: dict[str, Any], words: str) -> None:
    earlier = {**CHANGE, **ends(0.5, 0.4, 0.6), "period": "2023", "previous": "2022"}
    assert HELD_CONSTANT.prose is not None
    assert HELD_CONSTANT.prose([earlier, {**CHANGE, **row}], PLAIN) == words


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({**WAVE, **ends(0.31, 0.2, 0.44)},
         "data scientists and AI specialists who answered are paid about 31% more than other engineers of equal "
         "experience, June 2026"),
        ({**CHANGE, **ends(0.1, -0.1, 0.35)},
         "adverts for AI engineering and science show no clear difference in pay from those for other engineering of "
         "equal level, 2024"),
        ({**CHANGE, **ends(-0.1, -0.15, -0.05)},
         "adverts for AI engineering and science offer about 10% less than those for other engineering of equal level, "
         "2024"),
    ],
)  # fmt: skip
def test_a_premium_in_prose(row: dict[str, Any], words: str) -> None:
    assert PREMIUM.prose is not None
    assert PREMIUM.prose([row], PLAIN) == words
