"""Answers dated in the future: they are named and left out, and no run speaks for a day that is still to come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from extractors.archive.reader import read_recorded
from extractors.archive.writer import Writer, path_of
from flows.runs.run_log import runs_of
from flows.runtime import clock
from tests.flows.test_faults import FIRST, Answer, ashby_board, ashby_job, ids_in, rejects_in
from warehouse.publish.reader import open_reader

if TYPE_CHECKING:
    from tests.flows.conftest import CommandResult

Command = Callable[..., "CommandResult"]
FALSE_DAY = datetime(2099, 1, 1, 3, tzinfo=UTC)
MAPPING = 'name = "mine"\nlicence = "CC0"\nattribution = "Me"\n[fields]\nid = "id"\ntitle = "title"\n'
ARCHIVED = "ashby/2026-05-04T060000Z.warc.gz"


def record_at(path: Path, *answers: tuple[datetime, Answer]) -> Path:
    """A WARC file of answers, each with its time."""
    with Writer(path) as writer:
        for time, answer in answers:
            writer.write(url=answer.url, observed_at=time, status=200, reason="OK", body=answer.body)
    return path


def mixed(path: Path) -> Path:
    """A file of three boards, the second dated 2099; it also lacks a posting of the first, which must not close."""
    return record_at(
        path,
        (FIRST, ashby_board("orchard", ashby_job(1), ashby_job(2))),
        (FALSE_DAY, ashby_board("orchard", ashby_job(1), ashby_job(9))),
        (FIRST + timedelta(seconds=2), ashby_board("mill", ashby_job(3))),
    )


def asked(data: Path, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
    with open_reader(data) as con:
        return con.execute(query, list(values)).fetchall()


def days_of(data: Path) -> list[date]:
    """The days that marts and figures of the published file speak for."""
    tables = ("figures", "salary_bands", "shares", "pay_ladder")
    union = " UNION ".join(f"SELECT as_of FROM mart.{table}" for table in tables)
    return [row[0] for row in asked(data, f"SELECT DISTINCT as_of FROM ({union}) ORDER BY as_of")]


def assert_neighbours_are_kept(data: Path) -> None:
    assert ids_in(data, "ashby") == {"a1", "a2", "a3"}
    assert asked(data, "SELECT DISTINCT last_seen_at::DATE, closed_on FROM core.postings") == [(FIRST.date(), None)]


def test_a_record_of_the_future_is_not_taken_into_the_archive(empty: Path, tmp_path: Path, loading: Command) -> None:
    recording = mixed(tmp_path / "mixed.warc.gz")
    result = loading(empty, "backfill", str(recording))
    assert result.code == 0, "as for a recording that is damaged in part"
    assert f"as of {FIRST.date()}" in result.said
    name = f"{tmp_path.name}/mixed.warc.gz"
    rejects = rejects_in(empty, name)
    assert {number: row[:2] for number, row in rejects.items()} == {1: ("observed_at", "2099-01-01T03:00:00+00:00")}
    ((outcome, message),) = asked(empty, "SELECT outcome, message FROM ops.source_health WHERE source = 'ashby'")
    assert outcome == "partial"
    assert f"1 records dated in the future, first: {name} record 1: 2099-01-01T03:00:00+00:00" in message
    (path,) = (empty / "archive" / "ashby").iterdir()
    assert len(list(read_recorded(path))) == 2
    assert_neighbours_are_kept(empty)


def test_a_record_of_the_future_in_the_archive_is_not_loaded(empty: Path, tmp_path: Path, loading: Command) -> None:
    path = mixed(path_of(empty / "archive", "ashby", FIRST))
    before = path.read_bytes()
    other = record_at(tmp_path / "other.warc.gz", (FIRST + timedelta(hours=1), ashby_board("mill", ashby_job(3))))
    for n_runs in (1, 2):
        result = loading(empty, "backfill", str(other))
        assert result.code == 0, result.said
        rejects = rejects_in(empty, ARCHIVED)
        assert {n: row[:2] for n, row in rejects.items()} == {1: ("observed_at", "2099-01-01T03:00:00+00:00")}
        assert_neighbours_are_kept(empty)
        outcomes = asked(empty, "SELECT outcome FROM ops.source_health WHERE source = 'ashby' ORDER BY run_id")
        assert len(outcomes) == n_runs
        assert outcomes[0] == ("partial",)
    assert before in path.read_bytes(), "the archive is not changed"
    assert loading(empty, "run", "--as-of", "2026-05-20").code == 0
    assert ids_in(empty / "asof" / "2026-05-20", "ashby") == {"a1", "a2", "a3"}


def test_clocks_may_differ_by_a_day_but_no_run_speaks_for_tomorrow(
    empty: Path, tmp_path: Path, briefly: Command
) -> None:
    now = datetime.now(UTC)
    recording = record_at(
        tmp_path / "ahead.warc.gz",
        (now - timedelta(days=2), ashby_board("mill", ashby_job(3))),
        (now + timedelta(days=1), ashby_board("orchard", ashby_job(1))),
    )
    assert briefly(empty, "backfill", str(recording)).code == 0
    assert ids_in(empty, "ashby") == {"a1", "a3"}
    (day,) = days_of(empty)
    assert now.date() <= day <= datetime.now(UTC).date()


@pytest.mark.parametrize("command", ["backfill", pytest.param("rebuild", marks=pytest.mark.long)])
def test_a_folder_that_speaks_for_a_false_day_recovers(
    empty: Path, tmp_path: Path, briefly: Command, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    mixed(path_of(empty / "archive", "ashby", FIRST))
    other = record_at(tmp_path / "other.warc.gz", (FIRST + timedelta(hours=1), ashby_board("mill", ashby_job(3))))
    monkeypatch.setattr(clock, "today", FALSE_DAY.date, raising=False)  # as if there were no bound
    assert briefly(empty, "backfill", str(other)).code == 0
    assert days_of(empty) == [FALSE_DAY.date()]
    assert ids_in(empty, "ashby") == {"a1", "a2", "a3", "a9"}
    monkeypatch.undo()

    arguments = [command, *([str(other)] if command == "backfill" else [])]
    before = (empty / "market.duckdb").read_bytes()
    refusal = briefly(empty, *arguments)
    assert refusal.code == 64 and "figures of 2099-01-01 are published" in refusal.said
    assert (empty / "market.duckdb").read_bytes() == before

    result = briefly(empty, *arguments, "--clock-is-right", "a recording was dated 2099")
    assert result.code == 0, result.said
    assert f"as of {FIRST.date()}" in result.said
    assert "Set aside everything dated after today (2099-01-01)" in result.said
    assert "dated after today (2099-01-01)" in (runs_of(empty)[0].message or ""), "and it stays on record"
    assert_neighbours_are_kept(empty)
    assert days_of(empty) == [FIRST.date()]
    (kept,) = empty.glob("market.duckdb.ahead-*")
    assert kept.read_bytes() == before, "what was published is not deleted"
    assert rejects_in(empty, ARCHIVED).keys() == {1}


def test_a_file_handed_over_whose_name_is_a_day_to_come(empty: Path, tmp_path: Path, plain: Command) -> None:
    file = tmp_path / "jobs_2099-01-01.csv"
    file.write_text("id,title\n1,Data Engineer\n", encoding="utf-8")
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(MAPPING, encoding="utf-8")
    result = plain(empty, "backfill", str(file), "--mapping", str(mapping))
    assert result.code == 64, result.said
    assert "jobs_2099-01-01.csv is dated 2099-01-01, which is still to come" in result.said
    assert not (empty / "archive").exists()
