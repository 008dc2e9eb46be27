"""The bench measures what it says; how fast, no test can promise on every machine."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

import transforms.posting
from extractors.archive.writer import Writer
from extractors.crawl.scan import Scan
from tests.bench import bench, crawl, nights, plain
from tests.bench.crawl_mix import MEAN_BYTES, write_mix

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


def test_the_floor_scans_each_distinct_line_for_the_taxonomy(tmp_path: Path) -> None:
    def hits(*texts: str) -> int:
        path = tmp_path / "a.warc.gz"
        path.unlink(missing_ok=True)
        body = orjson.dumps({"jobs": [{"descriptionHtml": text} for text in texts]})
        with Writer(path) as writer:
            writer.write(url="https://a.example/", observed_at=datetime(2026, 8, 17, tzinfo=UTC), status=200, body=body)
        return bench.floor(path)

    assert hits("<p>We use <b>Kubernetes</b></p>") > hits("<p>We use hammers.</p>") == 0
    assert hits(*["<p>Kubernetes</p>"] * 3) == hits("<p>Kubernetes</p>")


def test_every_stage_is_measured_and_the_readers_are_left_as_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warc = tmp_path / "archive" / "ashby" / "2026-08-17T020000Z.warc.gz"
    with Writer(warc) as writer:
        url = "https://api.ashbyhq.com/posting-api/job-board/paper-boats?includeCompensation=true"
        observed_at = datetime(2026, 8, 17, 2, tzinfo=UTC)
        writer.write(url=url, observed_at=observed_at, status=200, body=ANSWER.read_bytes())
    before = {name: getattr(transforms.posting, name) for names in bench.READERS.values() for name in names}
    reader_seconds: dict[str, float] = {}
    stages = [(stage, n) for stage, n, _ in bench.measured(warc, reader_seconds)]
    assert stages == [
        (stage, 1) for stage in ("replay", "floor", "read", "refine", "load", "plain: read", "plain: load")
    ]
    assert set(reader_seconds) == {*bench.READERS, "rest"}
    assert {name: getattr(transforms.posting, name) for name in before} == before
    monkeypatch.setattr(bench, "REAL", tmp_path / "absent")
    monkeypatch.setattr(bench, "SAMPLE", tmp_path / "archive")
    assert bench.warc_to_measure() == warc


@pytest.mark.long
def test_a_night_is_measured_step_by_step_and_edits_are_spread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import flows.night.publish

    monkeypatch.setattr(nights, "REAL", tmp_path / "absent")
    sample = nights.recording_to_measure()
    first, n_adverts, n_edited = nights.record(sample, tmp_path / "first", share=0.0, days=0)
    assert (n_adverts > 100, n_edited) == (True, 0)
    second, _, n_edited = nights.record(sample, tmp_path / "second", share=0.2, days=1)
    assert 0.1 < n_edited / n_adverts < 0.3
    bodies = [[(answer.url, answer.body) for answer in bench.answers(warc)] for warc in (first, second)]
    n_changed = sum(one != other for one, other in zip(*bodies, strict=True))
    assert len(bodies[0]) / 3 < n_changed < len(bodies[0]), "edits are spread, and some boards have none"

    monkeypatch.setattr(nights, "night_apart", nights.night)
    task = flows.night.publish.publish
    table = list(nights.nights(sample, tmp_path, shares=(0.0, 0.2), rounds=1))
    assert flows.night.publish.publish is task
    assert [n for _, n, _ in table] == [n_adverts, 0, n_edited]
    for _, _, cost in table:
        assert set(cost.steps) == {*nights.STEPS, nights.REST}
        assert all(seconds > 0 for step, seconds in cost.steps.items() if step not in ("checks", "employers", "jobs"))
    assert table[0][2].steps["checks"] > table[1][2].steps["checks"], "no row is new, so none is checked"
    for step in ("employers", "jobs"):
        assert table[0][2].steps[step] > 0
        assert table[1][2].steps[step] == 0, "with nothing new nothing is resolved"
    assert len(list(nights.lines(table))) == 1 + len(table)
    cheap, dear = (nights.Night(steps={"load": seconds}, wall=1.0) for seconds in (1.0, 2.0))
    whole = nights.Night(steps={"load": 11.0}, wall=11.0)
    assert nights.is_cheap([("first", 0, whole), ("0%", 0, cheap)])
    assert not nights.is_cheap([("first", 0, whole), ("0%", 0, dear)])


def test_a_crawl_is_measured_against_the_bare_loop_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cost = crawl.measure(tmp_path, pages=150, rounds=1)
    assert (cost.n_pages, cost.n_kept, cost.n_read) == (150, 1, 150)
    assert min(cost.bare, cost.crawl, cost.reading) > 0
    assert "of the bare loop's rate" in crawl.lines(cost)[1]
    assert crawl.read_whole(tmp_path / "mix.warc.gz", 150) == 1
    monkeypatch.setattr(crawl, "crawl", lambda path, archive: Scan(path=path))
    with pytest.raises(RuntimeError, match="1 pages have a posting, 1 the word, 0 were found"):
        crawl.measure(tmp_path, pages=150, rounds=0)


def test_a_made_crawl_is_as_long_as_a_real_one_and_always_the_same(tmp_path: Path) -> None:
    assert write_mix(tmp_path / "a.warc.gz", 300) == write_mix(tmp_path / "b.warc.gz", 300) == 3
    assert (tmp_path / "a.warc.gz").read_bytes() == (tmp_path / "b.warc.gz").read_bytes()
    lengths = [len(page.body) for page in bench.answers(tmp_path / "a.warc.gz")]
    assert 0.85 < sum(lengths) / len(lengths) / MEAN_BYTES < 1.15
    assert 3 < sum(lengths) / (tmp_path / "a.warc.gz").stat().st_size < 6, "real pages pack to a fourth or a fifth"
    assert len(set(lengths)) > 290
