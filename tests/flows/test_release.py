"""A release of the whole sample."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import frictionless
import pytest

from reports.release.manifest import find_faults, list_files
from tests.reports.release.test_release import MAIL, PHONE, everything

if TYPE_CHECKING:
    from tests.flows.conftest import CommandResult, FinishedRun

Command = Callable[..., "CommandResult"]


@pytest.mark.long
def test_the_whole_sample(sample: FinishedRun, tmp_path: Path, plain: Command) -> None:
    for name in ("one", "two"):
        assert plain(sample.data, "release", "--out", str(tmp_path / name)).code == 0
    one, two = tmp_path / "one", tmp_path / "two"
    assert not list(find_faults(one))
    assert (one / "manifest.json").read_bytes() == (two / "manifest.json").read_bytes()
    assert all(json.loads((one / "figures/index.json").read_bytes())[key] for key in ("figures", "is_sample"))
    report = frictionless.validate(one / "datapackage.json")
    assert report.valid, [error.message for task in report.tasks for error in task.errors][:5]
    text = everything(one)
    assert MAIL.findall(text) == [] and PHONE.findall(text) == []
    assert len(list_files(one)) > 1_000
