"""Refine's use of the machine, postings that are gone, and adverts that say the same again.

What its rows hold is tested with sources, sample and payloads.
"""

from __future__ import annotations

import ast
import dataclasses
import gc
import json
import random
import re
from collections.abc import Generator, Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import orjson
import pyarrow.parquet as pq
import pytest

import extractors
import transforms.posting as posting_module
from extractors.archive.reader import Range, read, split
from extractors.archive.writer import Writer
from extractors.refine import cache, workers
from extractors.refine import refine as refine_module
from extractors.refine.refine import MAX_GONE, RefineResult, gc_paused, reading_key, refine, refusals_in, remove_damaged
from extractors.response import Response, each_advert
from extractors.source import all_sources
from extractors.sources.declaration import descriptions
from extractors.sources.employer_boards import greenhouse
from extractors.sources.employer_postings import smartrecruiters
from extractors.sources.fetching import fetch_lists_and_postings
from extractors.sources.salaries import pay_survey
from tests.extractors.board import NOW, Board, live
from tests.sample import adverts
from transforms.depth import Depth
from transforms.place.places import Address
from transforms.posting import postings
from transforms.raw_posting import RawPosting, wording_hash
from transforms.records.rows import Issue, Pay, Posting, Repetition
from transforms.text.bounds import MAX_AHEAD
from transforms.text.rejects import Rejected

BOARDS = "https://boards-api.greenhouse.io/v1/boards"


def test_what_outlives_the_pause_of_the_collector_is_left_to_full_collections() -> None:
    assert gc.isenabled()
    with gc_paused():
        assert not gc.isenabled()
        lists: list[list[int]] = [[number] for number in range(5_000)]
    assert gc.isenabled()
    old = set(map(id, gc.get_objects(generation=2)))
    assert all(id(one) in old for one in lists)


def test_a_collector_that_was_off_stays_off() -> None:
    gc.disable()
    try:
        with gc_paused():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


# --- postings that are gone ---------------------------------------------------------------------------


def job(number: int) -> bytes:
    return json.dumps({"id": number, "internal_job_id": number, "title": "AI Engineer", "location": {}}).encode()


def refine_answers(folder: Path, *answers: tuple[str, int, bytes]) -> RefineResult:
    """What refine makes of these answers of Greenhouse: path, status, body."""
    with Writer(folder / "archive" / "greenhouse" / "2026-01-01.warc.gz") as writer:
        for path, status, body in answers:
            writer.write(url=f"{BOARDS}/{path}", observed_at=NOW, status=status, reason="", headers=[], body=body)
    assert writer.path
    return refine("greenhouse", writer.path, archive=folder / "archive", refined=folder / "refined")


def answers_of(result: RefineResult) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(result.responses).to_pylist()
    return rows


def test_a_postings_own_address_that_is_gone_is_no_fault_of_the_source(tmp_path: Path) -> None:
    result = refine_answers(
        tmp_path,
        ("a/jobs/1", 404, b"{}"),
        ("a/jobs/2?pay_transparency=true", 410, b""),
        ("a/jobs/3", 200, job(3)),
        ("a/jobs/4", 500, b"oh"),
        ("a/jobs?content=true", 404, b"{}"),
    )
    rows = answers_of(result)
    ids = ["greenhouse:1", "greenhouse:2", "greenhouse:3", "greenhouse:4", None]
    assert [row["posting_id"] for row in rows] == ids
    assert [row["http_status"] for row in rows] == [404, 410, 200, 500, 404]
    assert not any(row["is_complete"] for row in rows)
    issues = [issue for row in rows[:2] for issue in row["issues"]]
    assert [(issue["value"], issue["is_deliberate"]) for issue in issues] == [("HTTP 404", True), ("HTTP 410", True)]
    assert all("that closes it" in issue["rule"] for issue in issues)
    unreadable = refusals_in(result).answers
    assert [line.partition(":")[2].partition(": ")[0] for line in unreadable] == [
        "//boards-api.greenhouse.io/v1/boards/a/jobs/4",
        "//boards-api.greenhouse.io/v1/boards/a/jobs?content=true",
    ], "a server's error and a board that is gone are still told"


@pytest.mark.parametrize(
    ("n_gone", "n_there", "is_believed"),
    [
        (MAX_GONE, 0, True),
        (MAX_GONE + 1, 0, False),
        (MAX_GONE + 1, MAX_GONE + 1, True),
    ],
)
def test_a_site_that_says_of_most_postings_that_they_are_gone_is_not_believed(
    n_gone: int, n_there: int, is_believed: bool, tmp_path: Path
) -> None:
    """Its addresses changed: else one night would close all that is open."""
    not_found = [(f"a/jobs/{n}", 404, b"") for n in range(n_gone)]
    there = [(f"b/jobs/{n}", 200, job(n)) for n in range(n_there)]
    result = refine_answers(tmp_path, *not_found, *there)
    rows = answers_of(result)
    assert len([row for row in rows[:n_gone] if row["posting_id"]]) == (n_gone if is_believed else 0)
    assert all(row["posting_id"] for row in rows[n_gone:])
    unreadable = refusals_in(result).answers
    assert len(unreadable) == (0 if is_believed else n_gone)
    assert all(f"{n_gone} of {n_gone + n_there} are said to be gone" in line for line in unreadable)


def test_a_posting_that_vanishes_before_its_own_answer_is_archived_as_gone(
    board: Board, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A paged source asks for the postings its list names: that one is gone by then is an answer, not a failure."""
    api = board.url("/v1/companies/")
    (board_url,) = smartrecruiters.SOURCE.boards
    listing, posting = (url.replace(smartrecruiters.API, api) for url in (board_url.listing, board_url.posting or ""))
    boards = (dataclasses.replace(board_url, listing=listing, posting=posting),)
    source = dataclasses.replace(smartrecruiters.SOURCE, endpoints=(api,), boards=boards)
    monkeypatch.setattr(smartrecruiters, "SOURCE", source)
    monkeypatch.setattr(smartrecruiters, "fetch", fetch_lists_and_postings(source, smartrecruiters._next))
    items = [{"id": str(n), "name": "Data Scientist", "company": {"identifier": "acme"}} for n in range(2)]
    page = {"offset": 0, "limit": 100, "totalFound": 2, "content": items}
    board.answers["/v1/companies/acme/postings?offset=0&limit=100"] = (200, {}, json.dumps(page).encode())
    board.answers["/v1/companies/acme/postings/0"] = (200, {}, json.dumps({**items[0], "jobAd": {}}).encode())
    with Writer(tmp_path / "archive" / "smartrecruiters" / "2026-01-01.warc.gz") as writer:
        web = live(board, writer, source=smartrecruiters.SOURCE)
        fetch = fetch_lists_and_postings(source, smartrecruiters._next)
        assert fetch(web, boards=("acme",), as_of=NOW.date()) == []
    assert writer.path
    assert [response.status for response in read(writer.path) if isinstance(response, Response)] == [200, 200, 404]
    result = refine("smartrecruiters", writer.path, archive=tmp_path / "archive", refined=tmp_path / "refined")
    last = answers_of(result)[-1]
    assert (last["http_status"], last["posting_id"]) == (404, "smartrecruiters:1")
    assert [row["board"] for row in answers_of(result)] == ["acme", None, None], "a page of its list is of the board"
    assert not any(row["is_complete"] for row in answers_of(result))
    assert refusals_in(result).answers == []


# --- ranges of a file -----------------------------------------------------------------------------------


def boards_of(folder: Path, n: int) -> Path:
    """One night of many boards of Greenhouse, with one answer of another address among them."""
    with Writer(folder / "archive" / "greenhouse" / "2026-01-01.warc.gz") as writer:
        for number in range(n):
            jobs = [advert(number * 10 + at) for at in range(3)]
            body = orjson.dumps({"jobs": jobs})
            writer.write(url=f"{BOARDS}/b{number}/jobs", observed_at=NOW, status=200, body=body)
            writer.write(url=f"https://elsewhere.example/{number}", observed_at=NOW, status=200, body=b"{}")
    assert writer.path
    return writer.path


def test_what_is_read_in_ranges_is_what_is_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    warc = boards_of(tmp_path, 40)
    results = {}
    for size in (10**9, 2_000):
        monkeypatch.setattr(refine_module, "RANGE", size)
        results[size] = refine("greenhouse", warc, archive=tmp_path / "archive", refined=tmp_path / str(size))
    assert len(split(warc, 2_000)) > 5
    whole, ranges = results.values()
    assert pq.read_table(ranges.rows).equals(pq.read_table(whole.rows))
    assert ranges.responses.read_bytes() == whole.responses.read_bytes()
    assert {row["record"] for row in pq.read_table(whole.rows, columns=["record"]).to_pylist()} == {*range(0, 80, 2)}
    assert not list(ranges.rows.parent.glob("*.part"))


def test_several_workers_write_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    warc = boards_of(tmp_path, 40)
    for module in (refine_module, workers):
        monkeypatch.setattr(module, "RANGE", 2_000)
    contents = []
    for n in (1, 2):
        into = tmp_path / str(n)
        ((_, _, result),) = workers.refine_all(
            [("greenhouse", warc)], archive=tmp_path / "archive", refined=into, workers=n
        )
        assert isinstance(result, RefineResult), result
        contents.append((result.rows.read_bytes(), result.responses.read_bytes()))
    assert contents[0] == contents[1]


def test_a_file_that_cannot_be_split_is_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    warc = boards_of(tmp_path, 4)
    monkeypatch.setattr(refine_module, "split", lambda path, size: [Range(0, 700), Range(700, None)])
    result = refine("greenhouse", warc, archive=tmp_path / "archive", refined=tmp_path / "refined")
    assert result.n_rows == 12


# --- adverts that say the same again --------------------------------------------------------------------


@pytest.fixture
def n_read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Native ids of the adverts that were read, one after another."""
    ids: list[str] = []
    steps = posting_module._steps

    def told(raw: RawPosting, digest: str | None, depth: Depth, country: str | None) -> Generator[None, None, Posting]:
        ids.append(str(raw["id"]))
        return steps(raw, digest, depth, country)

    monkeypatch.setattr(posting_module, "_steps", told)
    return ids


def night(folder: Path, number: int, *jobs: dict[str, Any], output: Path | None = None) -> RefineResult:
    """What refine makes of one board's list on one night."""
    with Writer(folder / "archive" / "greenhouse" / f"2026-01-{number:02}.warc.gz") as writer:
        at = NOW + timedelta(days=number)
        writer.write(url=f"{BOARDS}/a/jobs", observed_at=at, status=200, body=orjson.dumps({"jobs": jobs}))
    assert writer.path
    return refine("greenhouse", writer.path, archive=folder / "archive", refined=output or folder / "refined")


def folder_of(result: RefineResult) -> Path:
    return result.rows.parent


def advert(number: int, **changes: Any) -> dict[str, Any]:
    text = f"<p>{number} We build with Python and pay $150,000 - $180,000 a year in Berlin.</p>"
    fields = {"id": number, "internal_job_id": number, "title": f"AI Engineer {number}", "content": text}
    return fields | {"location": {"name": "Berlin, Germany"}} | changes


def test_an_advert_that_says_the_same_is_not_read_again(tmp_path: Path, n_read: list[str]) -> None:
    night(tmp_path, 1, *(advert(number) for number in range(5)))
    assert n_read == ["0", "1", "2", "3", "4"]
    n_read.clear()
    second = night(tmp_path, 2, advert(3), advert(9), advert(1, title="Other"), advert(0))
    assert n_read == ["9", "1"]
    rows = pq.read_table(second.rows).to_pylist()
    assert [row["title"] for row in rows] == ["AI Engineer 9", "Other"]
    (answer,) = answers_of(second)
    first = {
        row["title"]: row["wording_hash"] for row in pq.read_table(folder_of(second) / "2026-01-01.parquet").to_pylist()
    }
    assert answer["repetitions"] == [first["AI Engineer 3"], first["AI Engineer 0"]]
    assert (answer["n_rows"], answer["is_complete"]) == (4, True), "what it lists, whoever read it"


def test_a_record_that_is_the_same_is_not_looked_into(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the order of its keys; one that says the same in another record is read as far as its words."""
    job_ids: list[int] = []
    read_job = greenhouse.read_job

    def count(job: dict[str, Any]) -> RawPosting | Issue:
        job_ids.append(job["id"])
        return read_job(job)

    monkeypatch.setattr(greenhouse, "read_job", count)
    night(tmp_path, 1, *(advert(number) for number in range(4)))
    job_ids.clear()
    permutation = dict(reversed(advert(1).items()))
    second = night(tmp_path, 2, advert(0), permutation, advert(2, title="Other"), advert(3, updated_at="2026-01-02"))
    assert job_ids == [2, 3]
    assert [row["title"] for row in pq.read_table(second.rows).to_pylist()] == ["Other"]
    assert len(answers_of(second)[0]["repetitions"]) == 3


def test_a_record_of_another_board_is_looked_into() -> None:
    """Its employer is another one."""
    read = greenhouse.read_job
    one, other = (Response(url=f"{BOARDS}/{name}/jobs", observed_at=NOW, status=200, body=b"") for name in "ab")
    (first,) = each_advert(one, [advert(1)], read, known=greenhouse.KNOWN)
    assert isinstance(first, dict)
    before = {str(first["record_hash"]): "said"}
    one, other = (replace(answer, earlier_wordings=before) for answer in (one, other))
    assert [*each_advert(one, [advert(1)], read, known=frozenset())] == [Repetition("said")]
    (again,) = each_advert(other, [advert(1)], read, known=frozenset())
    assert isinstance(again, dict) and again["title"] == "AI Engineer 1"


def test_a_day_that_lay_too_far_ahead_is_taken_once_it_does_not(tmp_path: Path) -> None:
    far = (NOW + timedelta(days=2) + MAX_AHEAD["posted_on"]).date()
    rows = [
        pq.read_table(night(tmp_path, number, advert(1, first_published=far.isoformat())).rows) for number in (1, 3)
    ]
    assert [row["posted_on"].to_pylist() for row in rows] == [[None], [far]]
    assert [row["record_hash"].to_pylist()[0] is None for row in rows] == [True, False]


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "Data Scientist"},
        {"content": "<p>We build with Rust.</p>"},
        {"location": {"name": "Paris"}},
        {"requisition_id": "R-1"},
        {"absolute_url": "https://x.example/1"},
        {"first_published": "2026-01-02"},
        {"application_deadline": "2026-03-01"},
        {"language": "de"},
        {"departments": [{"name": "Research"}]},
        {"pay_input_ranges": [{"min_cents": 100, "max_cents": 200, "currency_type": "EUR"}]},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_whatever_changes_is_read_again(changes: dict[str, Any], tmp_path: Path, n_read: list[str]) -> None:
    night(tmp_path, 1, advert(1))
    again = night(tmp_path, 2, advert(1, **changes))
    alone = night(tmp_path, 2, advert(1, **changes), output=tmp_path / "alone")
    assert n_read == ["1", "1", "1"]
    assert pq.read_table(again.rows).equals(pq.read_table(alone.rows))


def test_the_code_key_covers_every_module_that_reads() -> None:
    """What refine and the sources import from extractors/, but what only finds or fetches."""
    root = Path(extractors.__file__).parent
    paths = {root / "refine" / "refine.py", root / "refine" / "cache.py", *(root / "sources").glob("*/*.py")}
    nodes = [node for path in paths for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
    modules = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    read = {name for name in modules if re.match(r"extractors\.(?!web\.|sources\b|archive\.store)", name)}
    assert {f"{name.removeprefix('extractors.').replace('.', '/')}.py" for name in read} <= {*cache.READERS}
    assert all((root / name).is_file() for name in cache.READERS)


def test_the_code_key_of_no_source_passes_over_compiled_modules() -> None:
    """As a cluster asks for it, whose workers keep compiled modules beside the sources."""
    pycache = Path(smartrecruiters.__file__).parent / "__pycache__"
    pycache.mkdir(exist_ok=True)
    assert cache.code_key.__wrapped__("") == cache.code_key("")


@pytest.mark.parametrize(
    ("key", "value", "loads_again"),
    [("expires_after_days", 90, True), ("expected_rows", [1, 2], True), ("title", "HN", False), ("pause", 9, False)],
)
def test_what_is_said_of_a_source_loads_it_again_only_where_it_decides_rows(
    key: str, value: object, loads_again: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = cache.code_key.__wrapped__("hackernews")
    edited = {**descriptions(), "hackernews": {**descriptions()["hackernews"], key: value}}
    monkeypatch.setattr(cache, "descriptions", lambda: edited)
    assert (cache.code_key.__wrapped__("hackernews") != before) is loads_again


def test_the_code_key_covers_what_a_source_imports_of_its_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    read: set[str] = set()
    beside: set[str] = set()

    def note(path: Path) -> bytes:
        read.add(path.stem)
        return b""

    monkeypatch.setattr(Path, "read_bytes", note)
    for name, module in all_sources().items():
        file = str(vars(pay_survey if isinstance(module, pay_survey.Survey) else module)["__file__"])
        nodes = ast.walk(ast.parse(Path(file).read_text(encoding="utf-8")))
        modules = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
        stems = {of.rpartition(".")[2] for of in modules if of.startswith("extractors.sources.")} - {"fetching"}
        read.clear()
        cache.code_key.__wrapped__(name)
        assert {name, Path(file).stem, *stems} <= read
        beside |= stems
    assert "tabular_mapping" in beside


def test_edited_code_reads_everything_again(tmp_path: Path, n_read: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    night(tmp_path, 1, advert(1))
    monkeypatch.setattr("extractors.refine.refine.code_key", lambda source: f"edited {source}")
    night(tmp_path, 2, advert(1))
    assert n_read == ["1", "1"]


@pytest.mark.parametrize(("most", "n"), [({}, 3), ({"MAX_FILES": 1}, 4), ({"MAX_ROWS": 2}, 4)])
def test_only_so_many_rows_are_looked_through(
    most: dict[str, int], n: int, tmp_path: Path, n_read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in most.items():
        monkeypatch.setattr(cache, name, value)
    night(tmp_path, 1, advert(1))
    night(tmp_path, 2, advert(2), advert(3))
    night(tmp_path, 3, advert(1), advert(3))
    assert len(n_read) == n


@pytest.mark.parametrize("seed", [*range(3), *(pytest.param(seed, marks=pytest.mark.long) for seed in range(3, 12))])
def test_what_was_read_before_changes_no_row(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nights of random lists across row groups: rows and what is repeated are, together, what each night says alone."""
    monkeypatch.setattr("extractors.refine.refine.BATCH", 3)
    chance = random.Random(seed)
    earlier_rows: dict[str, dict[str, Any]] = {}
    n_again = 0
    for number in range(1, 8):
        jobs = [advert(n, title=f"Engineer {chance.choice('abc')}") for n in chance.choices(range(15), k=12)]
        jobs.insert(chance.randrange(12), advert(99, title=" "))  # is no posting
        together = night(tmp_path, number, *jobs)
        alone = night(tmp_path, number, *jobs, output=tmp_path / f"alone {number}")
        (answer,), (answer_alone,) = answers_of(together), answers_of(alone)
        read = [content_of(row) for row in pq.read_table(together.rows).to_pylist()]
        repetitions = [earlier_rows[wording_hash] for wording_hash in answer.pop("repetitions")]
        rows_alone = [content_of(row) for row in pq.read_table(alone.rows).to_pylist()]
        assert sorted([*read, *repetitions], key=str) == sorted(rows_alone, key=str)
        assert answer_alone.pop("repetitions") == [] and answer == answer_alone
        hashes = [row["wording_hash"] for row in pq.read_table(together.rows, columns=["wording_hash"]).to_pylist()]
        assert not earlier_rows.keys() & set(hashes), "no second row"
        earlier_rows |= {wording_hash: row for wording_hash, row in zip(hashes, read, strict=True) if wording_hash}
        n_again += len(repetitions)
    assert n_again > 10


def content_of(row: dict[str, Any]) -> dict[str, Any]:
    """A row without the answer that it stands in, and what is taken from one that is listed twice there."""
    return {
        name: value
        for name, value in row.items()
        if name not in ("record", "observed_at", "wording_hash", "record_hash")
    }


def test_an_advert_that_its_answer_lists_twice_is_read_each_time(tmp_path: Path, n_read: list[str]) -> None:
    night(tmp_path, 1, advert(1), advert(2), advert(1, title="Other"))
    second = night(tmp_path, 2, advert(1), advert(2))
    assert n_read == ["1", "2", "1", "1"]
    assert len(answers_of(second)[0]["repetitions"]) == 1


def test_only_earlier_files_count_whatever_was_refined_first(tmp_path: Path, n_read: list[str]) -> None:
    """So that what a file repeats is a matter of the archive alone."""
    night(tmp_path, 2, advert(1))
    night(tmp_path, 1, advert(1))
    assert n_read == ["1", "1"]
    assert not night(tmp_path, 2, advert(1), output=tmp_path / "refined").is_new
    night(tmp_path, 3, advert(1))
    assert n_read == ["1", "1"]


def test_files_that_repeat_what_is_gone_are_made_anew(tmp_path: Path, n_read: list[str]) -> None:
    first, second = night(tmp_path, 1, advert(1)), night(tmp_path, 2, advert(1), advert(2))
    assert remove_damaged(tmp_path / "refined") == []
    first.rows.unlink()
    assert remove_damaged(tmp_path / "refined") == [second.responses]
    again = night(tmp_path, 2, advert(1), advert(2))
    assert again.is_new and again.n_rows == 2
    assert n_read == ["1", "2", "1", "2"]


@pytest.mark.parametrize(
    "source", ["lever", *(pytest.param(one, marks=pytest.mark.long) for one in ("ashby", "greenhouse"))]
)
def test_the_samples_nights_are_the_same_alone_and_together(source: str, tmp_path: Path) -> None:
    folder = adverts.RECORDINGS
    hashes: set[str] = set()
    for warc in sorted((folder / source).glob("*.warc.gz")):
        together, alone = (
            refine(source, warc, archive=folder, refined=tmp_path / into) for into in ("together", warc.name)
        )
        new, whole = (
            {row["wording_hash"] for row in pq.read_table(result.rows).to_pylist()} for result in (together, alone)
        )
        assert (
            whole - new
            == {wording_hash for answer in answers_of(together) for wording_hash in answer["repetitions"]}
            <= hashes
        )
        hashes |= new
        assert sum(answer["n_rows"] for answer in answers_of(together)) == alone.n_rows


def test_what_an_answer_said_before_it_turned_out_to_be_bad_counts() -> None:
    def said() -> Iterator[RawPosting | Issue]:
        yield RawPosting(source="x", id=1, title="AI Engineer")
        raise Rejected("response", "{", "a whole answer expected")

    rows = postings(said())
    assert [row.posting_id for row in (next(rows),) if isinstance(row, Posting)] == ["x:1"]
    with pytest.raises(Rejected, match="a whole answer expected"):
        next(rows)


@pytest.mark.parametrize(
    "changes",
    [
        {"url": b"x"},
        {"url": {"x"}},
        {"url": "\ud800"},
        {"id": 1 << 70},
        {"posted_on": float("inf")},
        {"valid_through": float("nan")},
        {"pay": [Pay(low=float("nan"))]},
        {"id": float("-inf")},
    ],
    ids=str,
)
def test_what_cannot_be_told_from_others_is_read_each_time(changes: dict[str, Any], n_read: list[str]) -> None:
    one: Any = {"source": "x", "id": 1, "title": "AI Engineer", **changes}
    assert wording_hash(one) is None
    assert list(postings([one, one], {"": ""})) and len(n_read) == 2


def test_values_that_json_would_write_alike_are_told_apart() -> None:
    alike: list[Any] = [
        None, "", "2026-01-01", date(2026, 1, 1), datetime(2026, 1, 1), "2026-01-01T00:00:00", time(10, 1), "10:01:00",
        1, 1.5, "1", True, [1], ["date", "2026"], float("nan"),
    ]  # fmt: skip
    hashes = [wording_hash({"source": "x", "id": 1, "title": "t", "posted_on": value}) for value in alike]
    assert len(set(hashes)) == len(alike)
    row = posting_module.posting(source="x", id=1, title="t", addresses=[Address("Berlin")])
    assert row.wording_hash == wording_hash(RawPosting(source="x", id=1, title="t", addresses=(Address("Berlin"),)))


# --- files that were read before --------------------------------------------------------------------------


def test_refine_holds_no_file_open_and_keeps_the_digests_of_one_source(tmp_path: Path) -> None:
    """A rebuild refines hundreds of files in one process, which may open a thousand files at once."""
    counts = []
    for number in range(1, 25):
        night(tmp_path, number, advert(1), advert(number + 1))
        counts.append(len([*Path("/proc/self/fd").iterdir()]))
    assert counts[-1] <= counts[0] + 2
    assert cache._wordings_in.cache_info().currsize == 1


def spoiled(path: Path, column: str) -> None:
    """Turn a byte round in the midst of a column's values."""
    chunk = next(
        part
        for part in (pq.read_metadata(path).row_group(0).column(n) for n in range(pq.read_metadata(path).num_columns))
        if part.path_in_schema == column
    )
    begin = chunk.dictionary_page_offset or chunk.data_page_offset
    data = bytearray(path.read_bytes())
    data[begin + chunk.total_compressed_size - 3] ^= 0xFF
    path.write_bytes(data)


def test_a_damaged_file_is_named_and_its_adverts_are_read(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    first = night(tmp_path, 1, *(advert(number) for number in range(40)))
    spoiled(first.rows, "wording_hash")
    jobs = [advert(number) for number in range(20, 60)]
    together, alone = (night(tmp_path, 2, *jobs, output=tmp_path / into) for into in ("refined", "alone"))
    assert together.rows.read_bytes() == alone.rows.read_bytes()
    assert [f"{first.rows} is damaged" in record.getMessage() for record in caplog.records] == [True]


@pytest.mark.parametrize("column", ["title", "text", "wording_hash", "annual_low", "record"])
def test_a_damaged_file_is_removed_with_what_rests_on_it(column: str, tmp_path: Path) -> None:
    first = night(tmp_path, 1, *(advert(number) for number in range(40)))
    second = night(tmp_path, 2, advert(1))
    spoiled(first.rows, column)
    assert remove_damaged(tmp_path / "refined") == [first.rows, second.responses]


def test_what_is_no_refined_file_is_passed_over(tmp_path: Path, n_read: list[str]) -> None:
    first = night(tmp_path, 1, advert(1))
    (first.rows.parent / "a.parquet").mkdir()
    (first.rows.parent / "b.parquet").write_bytes(b"PAR1 no PAR1")
    (first.rows.parent / "c.parquet").write_bytes(b"")
    (first.rows.parent / "d.parquet").write_bytes(first.rows.read_bytes()[:-40])
    night(tmp_path, 2, advert(1))
    assert n_read == ["1"]


# --- depth of reading -----------------------------------------------------------------------------------


def nights_at(folder: Path, percent: int, into: str) -> list[dict[str, Any]]:
    """Rows of a board's list with many jobs of other work, read at a depth."""
    jobs = [advert(number, title=("Nurse", "Cook", "AI Engineer")[number % 3]) for number in range(90)]
    night(folder, 1, *jobs, output=folder / "whole")
    warc = folder / "archive" / "greenhouse" / "2026-01-01.warc.gz"
    result = refine("greenhouse", warc, archive=folder / "archive", refined=folder / into, percent=percent)
    rows: list[dict[str, Any]] = pq.read_table(result.rows).to_pylist()
    return rows


def test_another_depth_has_the_file_read_again_and_the_same_depth_gives_the_same_rows(tmp_path: Path) -> None:
    """Rows of another depth are not taken over, though the advert says the same."""
    some = nights_at(tmp_path, 20, "refined")
    n_unread = sum(row["text_state"] == "unread" for row in some)
    assert 30 < n_unread < 60
    assert all(row["text"] for row in some if row["title"] == "AI Engineer")
    whole = nights_at(tmp_path, 100, "refined")
    assert all(row["text"] for row in whole)
    assert nights_at(tmp_path, 20, "refined") == some == nights_at(tmp_path, 20, "anew")


def test_the_depth_is_part_of_the_key_of_adverts_alone() -> None:
    keys = {percent: reading_key("greenhouse", percent) for percent in (5, 20, 100)}
    assert len(set(keys.values())) == 3
    assert reading_key("ecb_rates", 5) == reading_key("ecb_rates", 100)
