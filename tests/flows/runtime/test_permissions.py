"""Keys and permissions: what is off, and what would turn it on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from extractors.source import all_sources
from extractors.sources.declaration import Source
from flows.runtime import permissions as access
from flows.runtime.permissions import (
    ACCEPTED,
    PERMISSIONS,
    Permission,
    accept,
    read_accepted,
    read_permissions,
    why_off,
    why_past_last_day,
)
from flows.terminal.errors import WrongUsage

OPEN = all_sources()["ecb_rates"].SOURCE
WHY = 'why = "Written permission, filed under L-114"\nby = "A. Operator"\non = 2026-11-03\n'


def declare_source(monkeypatch: pytest.MonkeyPatch, **options: Any) -> Source:
    """A source `guarded` beside the real ones."""
    source = replace(OPEN, name="guarded", **options)
    monkeypatch.setattr(access, "all_sources", lambda: {**all_sources(), "guarded": SimpleNamespace(SOURCE=source)})
    return source


def test_an_open_source_is_on(tmp_path: Path) -> None:
    assert why_off(OPEN, tmp_path) is None


def test_a_board_source_without_boards_is_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "boards_of", lambda name: ())
    why = why_off(all_sources()["ashby"].SOURCE, tmp_path) or ""
    assert "extractors/boards.csv" in why and "jobmarket boards import FILE" in why


def test_a_board_in_the_store_turns_its_source_on(tmp_path: Path) -> None:
    paylocity = all_sources()["paylocity"].SOURCE
    assert why_off(paylocity, tmp_path) and why_off(paylocity, tmp_path, {"ashby"})
    assert why_off(paylocity, tmp_path, {"paylocity"}) is None
    assert why_off(all_sources()["smartrecruiters"].SOURCE, tmp_path, {"smartrecruiters"}), "consent is another matter"


def test_a_source_is_off_after_its_last_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = declare_source(monkeypatch, asked_until=date(2026, 1, 1))
    assert (
        why_past_last_day(source, date(2026, 1, 1)) is None and why_past_last_day(source, date(2026, 1, 2)) is not None
    )
    assert "not asked after 2026-01-01" in (why_off(source, tmp_path) or "")
    recruitee = all_sources()["recruitee"].SOURCE
    assert (
        why_past_last_day(recruitee, date(2027, 2, 9)) is None
        and why_past_last_day(recruitee, date(2027, 2, 10)) is not None
    )


def test_a_key_turns_a_source_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = declare_source(monkeypatch, access="key", keys=("JOBMARKET_ONE", "JOBMARKET_TWO"))
    monkeypatch.delenv("JOBMARKET_ONE", raising=False)
    monkeypatch.setenv("JOBMARKET_TWO", "x")
    assert why_off(source, tmp_path) == "needs a key: set JOBMARKET_ONE"
    monkeypatch.setenv("JOBMARKET_ONE", "x")
    assert why_off(source, tmp_path) is None


def test_permission_on_record_turns_a_source_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = declare_source(monkeypatch, access="consent")
    assert "[guarded] in permissions.toml" in (why_off(source, tmp_path) or "")
    (tmp_path / PERMISSIONS).write_text(f"[guarded]\n{WHY}")
    assert why_off(source, tmp_path) is None
    assert read_permissions(tmp_path) == {
        "guarded": Permission(why="Written permission, filed under L-114", by="A. Operator", on=date(2026, 11, 3))
    }


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[guarded", "not a TOML file"),
        ("[guarded]\n", "expected"),
        (f"[guarded]\n{WHY}more = 1\n", "expected"),
        (f"[guarded]\n{WHY.replace('2026-11-03', chr(34) + 'soon' + chr(34))}", "expected"),
        (f"[guarded]\n{WHY.replace('A. Operator', ' ')}", "expected"),
        (f"[ecb_rates]\n{WHY}", "ecb_rates needs no permission; sources that do: .*guarded"),
        (f"[gaurded]\n{WHY}", "gaurded needs no permission"),
    ],
)
def test_a_record_that_says_too_little_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, why: str
) -> None:
    source = declare_source(monkeypatch, access="consent")
    (tmp_path / PERMISSIONS).write_text(text)
    with pytest.raises(WrongUsage, match=why):
        why_off(source, tmp_path)


# --- what was let in by hand ----------------------------------------------------------------------------


def test_what_is_let_in_counts_from_its_day_on(tmp_path: Path) -> None:
    assert read_accepted(tmp_path) == frozenset()
    (tmp_path / ACCEPTED).write_text("2026-11-03 lever/a.warc.gz\n")
    accept(tmp_path, ["lever/b.warc.gz", "lever/a.warc.gz"])
    assert read_accepted(tmp_path) == {"lever/a.warc.gz", "lever/b.warc.gz"}
    assert read_accepted(tmp_path, date(2026, 11, 3)) == {"lever/a.warc.gz"}, "accepted again, it keeps its first day"
    assert read_accepted(tmp_path, date(2026, 11, 2)) == frozenset()
    assert read_accepted(tmp_path, datetime.now(UTC).date()) == read_accepted(tmp_path)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("lever/b.warc.gz\n", {"lever/b.warc.gz": date.min}),  # as it was written before there were days
        ("\ufeff2026-11-03\tlever/a.warc.gz \n\n", {"lever/a.warc.gz": date(2026, 11, 3)}),
        (
            "2026-11-05 lever/a.warc.gz\n2026-11-03 lever/a.warc.gz\n2026-11-04 lever/a.warc.gz",
            {"lever/a.warc.gz": date(2026, 11, 3)},
        ),
    ],
)
def test_what_a_person_may_write(text: str, days: dict[str, date], tmp_path: Path) -> None:
    (tmp_path / ACCEPTED).write_text(text)
    for warc, day in days.items():
        assert read_accepted(tmp_path) == read_accepted(tmp_path, day) == {warc}
        if day > date.min:
            assert read_accepted(tmp_path, day - timedelta(days=1)) == frozenset()


@pytest.mark.parametrize(
    "line", ["2026-13-03 lever/b.warc.gz", "2026-11-03", "lever/b", "2026-11-03 by lever/b.warc.gz"]
)
def test_a_line_that_cannot_be_read_is_named_and_passed_over(
    line: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / ACCEPTED).write_text(f"2026-11-03 lever/a.warc.gz\n{line}\n")
    assert read_accepted(tmp_path) == {"lever/a.warc.gz"}
    (message,) = caplog.messages
    assert "accepted.txt, line 2 cannot be read" in message and "expected a day and an archive file" in message
    accept(tmp_path, ["lever/c.warc.gz"])
    assert read_accepted(tmp_path) == {"lever/a.warc.gz", "lever/c.warc.gz"}
    assert (tmp_path / "accepted.txt.damaged").read_text() == f"{line}\n", "though the file is written anew"
