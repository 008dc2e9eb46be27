"""Guide, site, release, tools, `explain` and the published cells say the same of everything."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.flows.conftest import FinishedRun
from tests.flows.one_truth import find_contradictions

REAL = Path(__file__).parents[3] / "shared" / "real" / "payloads"
SURFACES = {
    "vintage", "explain", "select", "address", "list", "JSON", "JSON rows", "CSV", "SVG", "cell file", "page",
    "skills.js", "pay.js", "MCP", "guide",
}  # fmt: skip


def test_no_two_surfaces_of_the_sample_say_otherwise(
    sample: FinishedRun, here: Callable[..., int], tmp_path: Path
) -> None:
    assert here(sample.data, "release", "--out", str(tmp_path / "release")) == 0
    contradictions, compared = find_contradictions(sample.data, tmp_path / "release", every=6)
    assert contradictions == []
    assert compared.keys() == SURFACES and min(compared.values()) >= 5, compared


@pytest.mark.long
@pytest.mark.skipif(not REAL.is_dir(), reason="needs ../shared/real/payloads")
def test_no_two_surfaces_of_the_real_payloads_say_otherwise(here: Callable[..., int], tmp_path: Path) -> None:
    data, release = tmp_path / "data", tmp_path / "release"
    assert here(data, "backfill", str(REAL)) in (0, 2)
    assert here(data, "release", "--out", str(release)) == 0
    contradictions, compared = find_contradictions(data, release)
    assert contradictions == []
    assert compared.keys() >= SURFACES - {"guide"}, compared
