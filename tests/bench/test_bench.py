"""The bench measures what it says; how fast, no test can promise on every machine."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

import transforms.posting
from extractors.archive import Writer
from tests.bench import bench, plain

ANSWER = Path(__file__).parents[1] / "extractors" / "fixtures" / "ashby" / "newer" / "answer.json"


def test_the_plain_version_reads_and_loads_each_advert_once(tmp_path: Path) -> None:
    job = {
        "id": "1",
        "title": "Engineer",
        "location": "Lima",
        "descriptionHtml": "<p>Python, SQL &amp; <b>Docker</b></p>",
    }
    rows = list(plain.rows_of([orjson.dumps({"jobs": [job, job | {"id": "2", "descriptionHtml": None}]})]))
    assert [(row[0], row[4]) for row in rows] == [("1", "docker,python,sql"), ("2", "")]
    plain.load(rows, tmp_path / "plain.sqlite")
    assert (tmp_path / "plain.sqlite").stat().st_size > 0
    assert len(set(plain.SKILLS)) == 400


def test_adverts_are_taken_from_the_front() -> None:
    bodies = [orjson.dumps({"jobs": [{"id": str(n)} for n in range(size)]}) for size in (2, 3, 4)]
    assert [bench.adverts_in([body]) for body in bench.first_adverts(bodies, 4)] == [2, 2]
    assert bench.adverts_in(bodies) == 9


def test_the_floor_scans_for_the_taxonomy() -> None:
    def hits(html: str) -> int:
        return bench.floor([orjson.dumps({"jobs": [{"descriptionHtml": html}]})])

    assert hits("<p>We use <b>Kubernetes</b>.</p>") > hits("<p>We use hammers.</p>")


def test_every_stage_is_measured_and_the_readers_are_left_as_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import UTC, datetime

    warc = tmp_path / "archive" / "ashby" / "2026-08-17T020000Z.warc.gz"
    with Writer(warc) as writer:
        url = "https://api.ashbyhq.com/posting-api/job-board/paper-boats?includeCompensation=true"
        observed_at = datetime(2026, 8, 17, 2, tzinfo=UTC)
        writer.write(url=url, observed_at=observed_at, status=200, body=ANSWER.read_bytes())
    before = {name: getattr(transforms.posting, name) for names in bench.READERS.values() for name in names}
    spent: dict[str, float] = {}
    stages = [(stage, n) for stage, n, _ in bench.measured(warc, spent)]
    assert stages == [
        (stage, 1) for stage in ("replay", "floor", "read", "refine", "load", "plain: read", "plain: load")
    ]
    assert set(spent) == {*bench.READERS, "rest"}
    assert {name: getattr(transforms.posting, name) for name in before} == before
    monkeypatch.setattr(bench, "REAL", tmp_path / "absent")
    monkeypatch.setattr(bench, "SAMPLE", tmp_path / "archive")
    assert bench.warc_to_measure() == warc
