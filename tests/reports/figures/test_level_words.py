"""A group of levels is declared once: counts, words, provenance and dictionary follow."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.reports.figures import level_words

PROJECT = Path(__file__).parents[3]
PACKAGES = ("transforms", "warehouse", "extractors", "reports", "tests/reports")
DECLARED = '"mid_senior": ("mid", "senior"),'


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the packages that figures are made with."""
    leave_out = shutil.ignore_patterns("__pycache__", "recordings", "fixtures")
    for name in PACKAGES:
        shutil.copytree(PROJECT / name, tmp_path / name, ignore=leave_out)
    for name in ("__init__.py", "builders.py"):
        shutil.copy(PROJECT / "tests" / name, tmp_path / "tests" / name)
    return tmp_path


def report_of(folder: Path) -> dict[str, Any]:
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    command = [sys.executable, "-m", level_words.__name__]
    process = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stderr
    report: dict[str, Any] = json.loads(process.stdout)
    return report


def test_count_words_provenance_and_dictionary_change_together(copy: Path) -> None:
    before = level_words.report()  # of the code that is copied, without a process
    assert (before["counted"], before["named"]) == (80, 80)
    assert before["files"] == ["ashby/mid.warc.gz", "ashby/senior.warc.gz"]

    vocabulary = copy / "transforms" / "records" / "vocabulary.py"
    text = vocabulary.read_text(encoding="utf-8")
    assert text.count(DECLARED) == 1
    vocabulary.write_text(text.replace(DECLARED, '"mid_senior": ("mid", "senior", "staff"),'), encoding="utf-8")
    after = report_of(copy)
    assert (after["counted"], after["named"]) == (120, 120)
    assert after["files"] == ["ashby/mid.warc.gz", "ashby/senior.warc.gz", "ashby/staff.warc.gz"]

    for report, last, years in ((before, "senior", "two to seven"), (after, "staff", "at least two")):
        words = report["words"]
        assert words["title"] == f"Mid-to-{last} AI engineering pay, US and Canada (mostly United States)"
        assert f"Mid to {last} is what the title says or, where it names no level, {years} years" in words["note"]
        assert f"mid_senior = mid + senior{' + staff' if last == 'staff' else ''};" in words["dictionary"]
        assert f"offer AI engineers at mid to {last} level" in re.sub(r"<[^<>]*>", "", words["guide"])
        assert f"Mid-to-{last} AI engineering pay by region" in words["page"]
    for where, text in after["words"].items():
        assert not re.search(r"mid.(to|and).senior", text, re.I), f"{where} still speaks of mid to senior"
