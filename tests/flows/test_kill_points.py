"""kill -9 at forty and more points of all stages costs nothing but time, and nobody who reads notices.

`test_kill.py` does so for the real command, at fewer points.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.flows.conftest import REPO
from tests.flows.kill_points import POINTS
from tests.flows.test_kill import files_in, loads_in

STAGES = ["derive", "fetch", "gates", "load", "marts", "publish", "refine"]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What `kill_points.py` saw, and `folder`: where."""
    folder = tmp_path_factory.mktemp("points")
    result = subprocess.run(
        [sys.executable, "-m", "tests.flows.kill_points", str(folder)],
        cwd=REPO, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    return {"folder": folder, **json.loads(result.stdout)}


@pytest.mark.long
def test_every_point_is_reached(seen: dict[str, Any]) -> None:
    assert seen["missed"] == {}
    assert len(set(seen["killed"])) == len(POINTS) >= 40
    assert seen["stages"] == STAGES


@pytest.mark.long
def test_the_exports_are_those_of_an_undisturbed_run(
    seen: dict[str, Any], made_in: Callable[[Path], dict[str, str]]
) -> None:
    victim, control = seen["folder"] / "killed", seen["folder"] / "undisturbed"
    assert seen["codes"] == [0, 0]
    assert files_in(victim) == files_in(control)
    assert loads_in(victim) == loads_in(control)
    assert made_in(victim) == made_in(control)


@pytest.mark.long
def test_a_reader_never_fails_and_sees_one_night_or_the_other(seen: dict[str, Any]) -> None:
    read = seen["read"]
    assert read["errors"] == []
    assert read["n"] > len(POINTS)
    assert len(read["answers"]) == 2
