"""A source of which an archive file cannot be read keeps its last good rows, whatever came beside and after it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from extractors.refine import refine
from tests.flows.test_faults import (
    DAY,
    FIRST,
    ashby_board,
    ashby_job,
    greenhouse_board,
    greenhouse_job,
    ids_in,
    record,
)
from warehouse.publish.reader import open_reader

if TYPE_CHECKING:
    from tests.flows.conftest import CommandResult

Command = Callable[..., "CommandResult"]
SECOND = "2026-05-05T060000Z"
"""The file that cannot be read."""


@pytest.fixture
def nights(tmp_path: Path) -> list[list[str]]:
    """Recordings of three nights, two sources each; on the second and third, boards list fewer adverts."""
    boards = [
        [ashby_board("orchard", ashby_job(1), ashby_job(2), ashby_job(3))],
        [ashby_board("orchard", ashby_job(1), ashby_job(2), ashby_job(4))],
        [ashby_board("orchard", ashby_job(2, title="Data Scientist"))],
    ]
    others = [[greenhouse_board("mill", *(greenhouse_job(n) for n in range(night + 1)))] for night in range(3)]
    return [
        [str(record(tmp_path / f"{name}{night}.warc.gz", answers[night], FIRST + night * DAY))
         for name, answers in (("ashby", boards), ("greenhouse", others))]
        for night in range(3)
    ]  # fmt: skip


def lose_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let whoever reads the second night's file of Ashby be killed, each time."""

    def killed(source: str, warc: Path, **more: Any) -> Any:
        if source == "ashby" and warc.name.startswith(SECOND):
            raise BrokenProcessPool("A process in the process pool was terminated abruptly")
        return refine.refine(source, warc, **more)

    monkeypatch.setattr("extractors.refine.workers.refine", killed)


def postings_in(data: Path, source: str) -> list[tuple[Any, ...]]:
    """What is published of a source's postings, but what is worked out of all sources together."""
    with open_reader(data) as con:
        return con.execute(
            "SELECT posting_id, title, closed_on, first_seen_at, last_seen_at, board FROM core.postings"
            " WHERE source = ? ORDER BY ALL",
            [source],
        ).fetchall()


def test_a_source_whose_file_cannot_be_read_keeps_its_last_good_rows(
    nights: list[list[str]], empty: Path, loading: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert loading(empty, "backfill", *nights[0]).code == 0
    before = postings_in(empty, "ashby")
    with monkeypatch.context() as patch:
        lose_worker(patch)
        result = loading(empty, "backfill", *nights[1], *nights[2])
    assert result.code == 2, result.said
    assert f"ashby could not be refined: {SECOND}.warc.gz: BrokenProcessPool" in result.said
    assert postings_in(empty, "ashby") == before
    assert ids_in(empty, "greenhouse") == {"0", "1", "2"}, "the other source goes on"
    with open_reader(empty) as con:
        [(outcome, message)] = con.execute(
            "SELECT outcome, h.message FROM ops.source_health AS h JOIN ops.runs USING (run_id)"
            " WHERE source = 'ashby' AND exit_code = 2"
        ).fetchall()
    assert outcome == "failed"
    assert SECOND in message

    assert loading(empty, "backfill", *nights[2]).code == 0, "the next good night brings all"
    after = {row[0]: row[1:3] for row in postings_in(empty, "ashby")}
    assert after == {
        "ashby:a1": ("Machine Learning Engineer", date(2026, 5, 6)),
        "ashby:a2": ("Data Scientist", None),
        "ashby:a3": ("Machine Learning Engineer", date(2026, 5, 5)),
        "ashby:a4": ("Machine Learning Engineer", date(2026, 5, 6)),
    }


def test_a_source_that_could_not_be_read_on_its_first_night_is_absent(
    nights: list[list[str]], empty: Path, loading: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose_worker(monkeypatch)
    result = loading(empty, "backfill", *nights[0], *nights[1])
    assert result.code == 2, result.said
    assert ids_in(empty, "ashby") == set()
    assert ids_in(empty, "greenhouse") == {"0", "1"}


@pytest.mark.parametrize("command", ["rebuild", "backfill"])
def test_a_warehouse_made_anew_never_publishes_fewer_sources(
    command: str, nights: list[list[str]], empty: Path, loading: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert loading(empty, "backfill", *nights[0], *nights[1]).code == 0
    before = (empty / "market.duckdb").read_bytes()
    for path in empty.glob(f"refined/ashby/{SECOND}*"):
        path.unlink()
    arguments = ["rebuild"] if command == "rebuild" else ["backfill", *nights[2]]
    if command == "backfill":
        (empty / "work.duckdb").unlink()
    with monkeypatch.context() as patch:
        lose_worker(patch)
        refusal = loading(empty, *arguments)
    assert refusal.code == 1, refusal.said
    assert f"Nothing was published: ashby could not be refined ({SECOND}.warc.gz: " in refusal.said
    assert "its published rows would be lost; give the same command again" in refusal.said
    assert (empty / "market.duckdb").read_bytes() == before
    result = loading(empty, *arguments)
    assert result.code == 0, result.said
    assert ids_in(empty, "ashby") == {"a1", "a2", "a3", "a4"}
