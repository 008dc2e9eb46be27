"""`jobmarket verify`: what it lists, and its exit codes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from flows.terminal.errors import OUT_OF_DATE, USAGE
from tests.reports.release.conftest import DAY, publish_day

if TYPE_CHECKING:
    from tests.flows.conftest import CommandResult

Command = Callable[..., "CommandResult"]
PYTHON = "skill.python.all.ai_engineering"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish_day(tmp_path_factory.mktemp("verify") / "data", DAY)


def test_what_is_tied_and_not_as_published_is_listed(data: Path, tmp_path: Path, plain: Command) -> None:
    text = tmp_path / "text.md"
    text.write_text(
        f"3% ask for it [{PYTHON}].\n\nAbout 3% [{PYTHON}].\n\n4% [skill.pyton].\n\nOf 500 people 5% agree.\n"
    )
    result = plain(data, "verify", str(text))
    lines = result.out.splitlines()
    assert result.code == OUT_OF_DATE
    assert [line.removeprefix(str(text)).split(": ")[:3] for line in lines[:-1]] == [
        [":1", "'3%'", "contradicted"], [":3", "'3%'", "unresolved"], [":5", "'4%'", "no figure"],
    ]  # fmt: skip
    assert lines[-1] == "0 verified, 0 rounded, 0 stale, 1 contradicted, 1 no figure, 3 unresolved"
    everything = plain(data, "verify", "--all", str(text))
    assert "'500': unresolved: tied to no figure" in everything.out


def test_a_text_without_contradictions_is_all_well(data: Path, tmp_path: Path, plain: Command) -> None:
    text = tmp_path / "text.html"
    text.write_text("<p>Of 500 people 5% agree.</p>")
    result = plain(data, "verify", str(text))
    assert (result.code, len(result.out.splitlines())) == (0, 1)
    assert plain(data, "verify", str(tmp_path / "none.md")).code == USAGE
