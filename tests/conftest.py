"""The tests' own surroundings: nobody's settings, nobody's Prefect, no telemetry; and how processes share the tests."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

for name in [name for name in os.environ if name.startswith(("JOBMARKET_", "PREFECT_"))]:
    del os.environ[name]

# Both libraries read these when they are imported, which test modules do on being collected.
os.environ.update(
    PREFECT_HOME=tempfile.mkdtemp(prefix="prefect-of-tests-"),
    PREFECT_SERVER_ANALYTICS_ENABLED="false",
    PREFECT_LOGGING_TO_API_ENABLED="false",
    GX_ANALYTICS_ENABLED="false",
    DO_NOT_TRACK="1",
)

HERE = Path(__file__).parent
SHARED = frozenset(("sample", "small", "server", "killing"))
"""Fixtures of flows/ that take long to make and that several modules read."""
TOGETHER = "shared"
"""The group of the modules that use them."""
LONGEST = ("flows/test_faults.py", "flows/test_life_cycle_real.py", "flows/test_health.py")
"""Modules to begin with, so that no process is left alone with one of them at the end."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put tests that share something that takes long into one group: those of a module, and of all that use `SHARED`.

    With `-n` and `--dist loadgroup` (pytest-xdist) a group goes to one process, in the order that is left here.
    """
    sharing = {item.path for item in items if SHARED.intersection(getattr(item, "fixturenames", ()))}
    for item in items:
        name = item.path.relative_to(HERE).as_posix()
        item.add_marker(pytest.mark.xdist_group(TOGETHER if item.path in sharing else name))
    places = {HERE / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path, len(LONGEST)))
