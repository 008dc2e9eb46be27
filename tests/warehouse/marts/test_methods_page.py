"""What docs/methods.md says of lists and single numbers is what the code has; markers fill in the definitions."""

from __future__ import annotations

from pathlib import Path

from transforms.records.vocabulary import EXPERIENCE_BANDS
from transforms.text.lookups import languages_read
from warehouse.marts.closing.closing_rates import MASS_CHANCE
from warehouse.marts.closing.closings import COMPARED
from warehouse.marts.measures import MEASURES

PAGE = " ".join((Path(__file__).parents[3] / "docs" / "methods.md").read_text(encoding="utf-8").split())
READINGS = {measure.reading for measure in MEASURES.values() if measure.reading}
BANDS = ", ".join("8 and more" if band == "8+" else band.replace("-", "–") for band in EXPERIENCE_BANDS)


def test_numbers_that_are_no_definitions_are_those_of_the_code() -> None:
    assert f"with a chance below {MASS_CHANCE}" in PAGE
    assert f"years of experience ({BANDS}," in PAGE


def test_languages_read_well_are_those_of_every_reading() -> None:
    assert {"skills", "degree", "years", "qualifications"} == READINGS
    for reading in READINGS - {"qualifications"}:
        assert f"read well: {', '.join(languages_read(reading))}, the same for all three" in PAGE
    assert languages_read("qualifications") == ("en",)


def test_one_group_is_compared() -> None:
    assert list(COMPARED) == ["ai_engineering"] and "stand in rows of AI engineering alone" in PAGE
