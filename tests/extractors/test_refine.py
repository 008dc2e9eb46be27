"""Refine's use of the machine, and postings that are gone; its rows are tested with sources, sample and payloads."""

from __future__ import annotations

import dataclasses
import gc
import json
import re
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from extractors import smartrecruiters
from extractors.archive import Writer, read
from extractors.refine import FEW, Refined, collector_paused, refine, unreadable_in
from extractors.source import Response, all_sources
from tests.extractors.board import NOW, Board, live

BOARDS = "https://boards-api.greenhouse.io/v1/boards"


def test_what_outlives_the_pause_of_the_collector_is_left_to_full_collections() -> None:
    assert gc.isenabled()
    with collector_paused():
        assert not gc.isenabled()
        made: list[list[int]] = [[number] for number in range(5_000)]
    assert gc.isenabled()
    old = set(map(id, gc.get_objects(generation=2)))
    assert all(id(one) in old for one in made)


def test_a_collector_that_was_off_stays_off() -> None:
    gc.disable()
    try:
        with collector_paused():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


# --- postings that are gone ---------------------------------------------------------------------------


def job(number: int) -> bytes:
    return json.dumps({"id": number, "internal_job_id": number, "title": "AI Engineer", "location": {}}).encode()


def recorded(folder: Path, *answers: tuple[str, int, bytes]) -> Refined:
    """What refine makes of these answers of Greenhouse: path, status, body."""
    with Writer(folder / "archive" / "greenhouse" / "2026-01-01.warc.gz") as writer:
        for path, status, body in answers:
            writer.write(url=f"{BOARDS}/{path}", observed_at=NOW, status=status, reason="", headers=[], body=body)
    assert writer.path
    return refine("greenhouse", writer.path, archive=folder / "archive", refined=folder / "refined")


def answers_of(made: Refined) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(made.responses).to_pylist()
    return found


def test_a_postings_own_address_that_is_gone_is_no_fault_of_the_source(tmp_path: Path) -> None:
    made = recorded(
        tmp_path,
        ("a/jobs/1", 404, b"{}"),
        ("a/jobs/2?pay_transparency=true", 410, b""),
        ("a/jobs/3", 200, job(3)),
        ("a/jobs/4", 500, b"oh"),
        ("a/jobs?content=true", 404, b"{}"),
    )
    rows = answers_of(made)
    ids = ["greenhouse:1", "greenhouse:2", "greenhouse:3", "greenhouse:4", None]
    assert [row["posting_id"] for row in rows] == ids
    assert [row["http_status"] for row in rows] == [404, 410, 200, 500, 404]
    assert not any(row["is_complete"] for row in rows)
    noted = [issue for row in rows[:2] for issue in row["issues"]]
    assert [(issue["value"], issue["is_deliberate"]) for issue in noted] == [("HTTP 404", True), ("HTTP 410", True)]
    assert all("that closes it" in issue["rule"] for issue in noted)
    unreadable = unreadable_in(made)
    assert [line.partition(":")[2].partition(": ")[0] for line in unreadable] == [
        "//boards-api.greenhouse.io/v1/boards/a/jobs/4",
        "//boards-api.greenhouse.io/v1/boards/a/jobs?content=true",
    ], "a server's error and a board that is gone are still told"


@pytest.mark.parametrize(
    ("n_gone", "n_there", "is_believed"), [(FEW, 0, True), (FEW + 1, 0, False), (FEW + 1, FEW + 1, True)]
)
def test_a_site_that_says_of_most_postings_that_they_are_gone_is_not_believed(
    n_gone: int, n_there: int, is_believed: bool, tmp_path: Path
) -> None:
    """Its addresses changed: else one night would close all that is open."""
    gone = [(f"a/jobs/{n}", 404, b"") for n in range(n_gone)]
    there = [(f"b/jobs/{n}", 200, job(n)) for n in range(n_there)]
    made = recorded(tmp_path, *gone, *there)
    rows = answers_of(made)
    assert len([row for row in rows[:n_gone] if row["posting_id"]]) == (n_gone if is_believed else 0)
    assert all(row["posting_id"] for row in rows[n_gone:])
    unreadable = unreadable_in(made)
    assert len(unreadable) == (0 if is_believed else n_gone)
    assert all(f"{n_gone} of {n_gone + n_there} are said to be gone" in line for line in unreadable)


def test_a_posting_that_vanishes_before_its_own_answer_is_archived_as_gone(
    board: Board, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A paged source asks for the postings its list names: that one is gone by then is an answer, not a failure."""
    api = board.url("/v1/companies/")
    monkeypatch.setattr(smartrecruiters, "API", api)
    monkeypatch.setattr(smartrecruiters, "COMPANY", re.compile(re.escape(api) + r"([^/?#]+)/postings(?:/([^/?#]+))?"))
    monkeypatch.setattr(smartrecruiters, "SOURCE", dataclasses.replace(smartrecruiters.SOURCE, endpoints=(api,)))
    items = [{"id": str(n), "name": "Data Scientist", "company": {"identifier": "acme"}} for n in range(2)]
    page = {"offset": 0, "limit": 100, "totalFound": 2, "content": items}
    board.answers["/v1/companies/acme/postings?offset=0&limit=100"] = (200, {}, json.dumps(page).encode())
    board.answers["/v1/companies/acme/postings/0"] = (200, {}, json.dumps({**items[0], "jobAd": {}}).encode())
    with Writer(tmp_path / "archive" / "smartrecruiters" / "2026-01-01.warc.gz") as writer:
        web = live(board, writer, source=smartrecruiters.SOURCE)
        assert all_sources()["smartrecruiters"].fetch(web, boards=("acme",), as_of=NOW.date()) == []
    assert writer.path
    assert [found.status for found in read(writer.path) if isinstance(found, Response)] == [200, 200, 404]
    made = refine("smartrecruiters", writer.path, archive=tmp_path / "archive", refined=tmp_path / "refined")
    last = answers_of(made)[-1]
    assert (last["http_status"], last["posting_id"]) == (404, "smartrecruiters:1")
    assert unreadable_in(made) == []
