"""`jobmarket config`: the settings that are in force, and what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from flows.runtime.settings_declared import SETTINGS
from flows.runtime.settings_file import FILE, secrets
from flows.terminal.errors import USAGE

if TYPE_CHECKING:
    from tests.flows.conftest import CommandResult

Command = Callable[..., "CommandResult"]


def write(data: Path, text: str) -> Path:
    data.mkdir(exist_ok=True)
    path = data / FILE
    path.write_text(text, encoding="utf-8")
    return path


def test_check_looks_into_the_guides_of_the_settings(empty: Path, plain: Command, tmp_path: Path) -> None:
    guide = tmp_path / "mine.md"
    guide.write_text("a\nb <!-- figure:skill.pyton -->?<!-- /figure -->\n<!-- /figure -->\n")
    path = write(empty, f'guides = ["{guide}"]\n')
    result = plain(empty, "config", "check")
    assert result.code == 2
    lines = result.err.splitlines()
    assert lines[0].startswith(f"{path}:1: {guide}:2: ") and "pyton" in lines[0]
    assert all(line.startswith(f"{path}:1: {guide}:3: ") for line in lines[1:]) and len(lines) == 3
    guide.write_text("a\n<!-- figures:sources -->\n<!-- /figures:sources -->\n")
    assert plain(empty, "config", "check").out == "ok\n"


@pytest.mark.parametrize("name", ["check", "show"])
def test_help_says_what_is_read_and_written(name: str, empty: Path, plain: Command) -> None:
    result = plain(empty, "config", name, "--help")
    assert result.code == 0
    assert re.search(r"\bReads\b.*\bWrites\b nothing", result.said), result.out


def test_check_says_ok_and_writes_nothing(empty: Path, plain: Command) -> None:
    result = plain(empty, "config", "check", JOBMARKET_CONTACT="you@example.org")
    assert (result.code, result.out, result.err) == (0, "ok\n", "")
    assert not empty.exists()
    path = write(empty, 'contact = "you@example.org"\n')
    assert (result := plain(empty, "config", "check")).out == "ok\n" and result.err == ""
    assert [file.name for file in empty.iterdir()] == [path.name]


def test_check_says_that_no_contact_is_set(empty: Path, plain: Command) -> None:
    result = plain(empty, "config", "check")
    assert (result.code, result.out) == (0, "ok\n"), "the sample needs none"
    assert len(result.err.splitlines()) == 1
    assert "a live night needs JOBMARKET_CONTACT" in result.err and "it is not set" in result.err


def test_check_says_what_limits_come_to_and_refuses_a_shorter_pause(empty: Path, plain: Command) -> None:
    path = write(empty, "[limits]\nboard_requests = 40000\nrequests = { paylocity = 12000 }\n")
    result = plain(empty, "config", "check")
    lines = result.out.splitlines()
    assert (result.code, lines[-1]) == (0, "ok")
    assert "greenhouse: 40,000 requests a night, 1 s apart; 21,600 of them in the 6.0 hours that it has" in lines
    assert "paylocity: 12,000 requests a night, 1 s apart: 3.3 hours" in lines
    write(empty, "[limits]\npause = { greenhouse = 0.5 }\n")
    result = plain(empty, "config", "check")
    assert result.code == 2 and result.err.startswith(
        f"{path}:2: limits.pause.greenhouse = 0.5: the source asks for at least 1 "
    )
    assert plain(empty, "run", JOBMARKET_CONTACT="night@example.org").code == USAGE


def test_check_says_all_that_is_wrong_and_no_other_command_begins(empty: Path, plain: Command) -> None:
    path = write(empty, '[limits]\nworkers = "two"\nwrokers = 2\n')
    result = plain(empty, "config", "check")
    assert result.code == 2
    lines = result.err.splitlines()
    assert lines[0].startswith(f'{path}:2: limits.workers = "two": expected a whole number from 1')
    assert lines[1].startswith(f"{path}:3: unknown setting limits.wrokers; did you mean limits.workers")
    assert len(lines) == 2
    refusal = plain(empty, "run", "--sample")
    assert refusal.code == USAGE
    assert f"{path}:2: limits.workers" in refusal.err
    assert [file.name for file in empty.iterdir()] == [FILE]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[sources]\noff = ["ashbi"]\n', ":2: unknown source ashbi; did you mean ashby?"),
        ('guides = ["none.md"]\n', ":1: no such guide: "),
        ('contact = "nobody"\n', ":1: "),
        ('[mail]\nto = ["a@b.example"]\n', ":2: mail.to is set, and mail.host is not"),
    ],
)
def test_check_looks_at_what_settings_name(text: str, message: str, empty: Path, plain: Command) -> None:
    path = write(empty, text)
    result = plain(empty, "config", "check")
    assert result.code == 2
    assert f"{path}{message}" in result.err
    assert len(result.err.splitlines()) == 1


def test_show_says_where_each_value_comes_from(empty: Path, plain: Command) -> None:
    path = write(empty, '[limits]\nmemory = "3GB"\nthreads = 1\n')
    key = next(iter(secrets()))
    secret = "never-to-be-shown"
    address = {"JOBMARKET_NOTIFY_WEBHOOK": f"https://hooks.example.org/{secret}"}
    result = plain(empty, "config", "show", "--source", "lever", JOBMARKET_THREADS="2", **{key: secret}, **address)
    assert result.code == 0, result.said
    lines = [cells for line in result.out.splitlines() if len(cells := re.split(r" *│ *", line)) > 3]
    rows: dict[str, list[str]] = {}
    for _, name, value, origin, *_ in lines:
        if name:
            rows[name] = [value, origin]
        else:  # a long path goes on
            last = rows[list(rows)[-1]]
            last[0] += value
            last[1] += origin
    assert set(rows) == {setting.key or setting.environment for setting in SETTINGS.values()} | set(secrets())
    assert rows["limits.memory"] == ["3GB", f"{path}:2"]
    assert rows["limits.threads"] == ["2", "environment JOBMARKET_THREADS"]
    assert rows["sources.on"] == ["lever", "command line --source"]
    assert rows["serve.port"] == ["4200", "default"]
    assert rows["notify.webhook"] == ["https://hooks.example.org/(hidden)", "environment JOBMARKET_NOTIFY_WEBHOOK"]
    assert rows[key] == ["(hidden)", f"environment {key}"]
    assert secret not in result.said


def test_sources_say_which_setting_turns_them_off(empty: Path, plain: Command) -> None:
    path = write(empty, '[sources]\noff = ["lever"]\n')
    output = plain(empty, "sources").said
    assert f"lever: off, turned off by sources.off ({path}:2)" in output
    assert "ashby: off" not in output


def test_guides_of_the_file_are_for_live_data(empty: Path, plain: Command) -> None:
    write(empty, 'contact = "you@example.org"\nguides = ["none.md"]\n')
    result = plain(empty, "run")
    assert result.code == USAGE
    assert f"no such guide: {empty / 'none.md'}" in result.err
    assert "holds no data yet" in plain(empty, "run", "--as-of", "2026-05-01").err, "its guide is left alone"
