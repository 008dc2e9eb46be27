"""One job behind several postings, night after night: the same ids, links and merges in any order."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.builders import Answer, all_rows, load, night, posting, refined
from transforms.employers import job_ids, sketches
from transforms.employers import links as matching
from transforms.records.rows import Place, Posting
from transforms.text.characters import hash_of
from warehouse import database
from warehouse.load import jobs
from warehouse.load.refined_file import RefinedFile
from warehouse.publish.market import publish
from warehouse.publish.reader import open_reader

WORDS = [f"w{n}ord" for n in range(3_000)]


def text_of(seed: int, words: int = 200) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=words))


LAMPS, BOATS = text_of(1), text_of(2)
AROUND = f"{text_of(3, 40)} {LAMPS}"
BERLIN, LIMA = (Place(place_text=city, country=c, city=city) for city, c in (("Berlin", "DE"), ("Lima", "PE")))


def advert(id: object, text: str | None = None, **fields: Any) -> Posting:
    values = {
        "employer": "Lampworks",
        "title": "Lamp Engineer",
        "places": (BERLIN,),
        "location_text": "Berlin",
    } | fields
    if text is not None:
        values |= {"text": text, "text_hash": hash_of(text), "text_state": "full"}
    return posting(id, **values)


def elsewhere(id: object, text: str | None = None, **fields: Any) -> Posting:
    return advert(id, text, **{"source": "zeta", "board": None, "employer": "Lampworks GmbH"} | fields)


def resolved(con: database.Connection, *files: RefinedFile) -> dict[str, str]:
    """Load the files, one source at a time, and return the resolved job ids."""
    for source in sorted({file.source for file in files}):
        load(con, *(file for file in files if file.source == source))
    jobs.resolve(con, files)
    return dict(all_rows(con, "SELECT posting_id, job_id FROM core.postings"))


def links(con: database.Connection) -> list[tuple[Any, ...]]:
    columns = "left_posting_id, right_posting_id, rule, is_followed"
    return all_rows(con, f"SELECT {columns} FROM core.job_links ORDER BY ALL")


def outcome(con: database.Connection) -> list[list[tuple[Any, ...]]]:
    """Everything `resolve` writes. Sides of found links are sorted, since the earlier posting is determined later."""
    tables = ["core.job_links", "core.job_merges", "core.superseded_job_ids", "core.postings"]
    tables += ["compared", "sketches", "other_job_ids"]
    query = "SELECT linked_at, least(left_posting_id, right_posting_id), greatest(left_posting_id, right_posting_id),"
    query += " rule, score, title FROM found_links ORDER BY ALL"
    return [all_rows(con, f"SELECT * FROM {table} ORDER BY ALL") for table in tables] + [all_rows(con, query)]


def test_the_same_job_on_two_sources_and_without_a_text(con: database.Connection, tmp_path: Path) -> None:
    own = refined(tmp_path, "a", Answer(night(0), [advert(1, LAMPS), advert(2, BOATS, title="Boat Engineer")]))
    other = refined(
        tmp_path,
        "a",
        Answer(night(1), [elsewhere(1, AROUND), elsewhere(2, title="Boat Engineer")], board=None),
        source="zeta",
    )
    ids = resolved(con, own, other)
    assert ids == {"board:1": "board:1", "board:2": "board:2", "zeta:1": "board:1", "zeta:2": "board:2"}
    assert links(con) == [
        ("board:1", "zeta:1", "similar text", True),
        ("board:2", "zeta:2", "same facts", True),
    ]


def test_a_snippet_is_no_text(con: database.Connection, tmp_path: Path) -> None:
    cut = dataclasses.replace(elsewhere(1, LAMPS[:300]), text_state="snippet")
    own = refined(tmp_path, "a", Answer(night(0), [advert(1, LAMPS)]))
    resolved(con, own, refined(tmp_path, "a", Answer(night(1), [cut], board=None), source="zeta"))
    assert [link[2] for link in links(con)] == ["same facts"]


def test_another_requisition_is_another_job(con: database.Connection, tmp_path: Path) -> None:
    rows = [advert(1, LAMPS, requisition_id="R-1"), advert(2, LAMPS, requisition_id="R-2"), advert(3, LAMPS)]
    ids = resolved(con, refined(tmp_path, "a", Answer(night(0), rows)))
    assert ids == {"board:1": "board:1", "board:2": "board:2", "board:3": "board:1"}


def test_a_place_is_that_of_the_version_and_not_of_today(con: database.Connection, tmp_path: Path) -> None:
    own = refined(tmp_path, "a", Answer(night(0), [advert(1)]))
    later = refined(tmp_path, "b", Answer(night(2), [advert(1, places=(LIMA,), location_text="Lima")]))
    other = refined(tmp_path, "a", Answer(night(1), [elsewhere(1)], board=None), source="zeta")
    assert resolved(con, own, later, other)["zeta:1"] == "board:1"


def test_a_repost_without_text_is_the_same_job_once_the_first_is_closed(
    con: database.Connection, tmp_path: Path
) -> None:
    both: dict[str, Any] = {"places": (BERLIN, LIMA), "location_text": "Berlin; Lima"}
    beside = [
        Answer(night(0), [advert(1)]),
        Answer(night(1), [advert(1), advert(2, **both)]),
        Answer(night(2), [advert(3)]),
    ]
    files = [refined(tmp_path, str(n), answer) for n, answer in enumerate(beside)]
    assert resolved(con, *files[:2]) == {"board:1": "board:1", "board:2": "board:2"}
    ids = resolved(con, *files)
    assert ids["board:2"] == "board:2" and ids["board:3"] == "board:1"


def test_identical_lines_of_a_list_are_one_job(con: database.Connection, tmp_path: Path) -> None:
    files = [
        refined(tmp_path, "0", Answer(night(0), [advert(n) for n in range(1, 122)])),
        refined(tmp_path, "1", Answer(night(1), [advert(n) for n in range(60, 130)])),
    ]
    assert set(resolved(con, files[0]).values()) == {"board:1"}
    assert set(resolved(con, *files).values()) == {"board:1"}
    assert not all_rows(con, "FROM core.job_merges")
    assert all_rows(con, "SELECT DISTINCT rule FROM core.job_links") == [("same facts",)]


def test_openings_multiply_no_job(con: database.Connection, tmp_path: Path) -> None:
    rows = [advert(1, LAMPS, openings=5), advert(2, LAMPS, openings=5), advert(3, LAMPS), advert(4, BOATS, openings=2)]
    ids = resolved(con, refined(tmp_path, "0", Answer(night(0), rows)))
    assert ids == {"board:1": "board:1", "board:2": "board:1", "board:3": "board:1", "board:4": "board:4"}
    assert all_rows(con, "SELECT sum(openings) FROM core.postings") == [(12,)]


def test_lines_of_a_list_wait_for_the_texts_of_their_day(con: database.Connection, tmp_path: Path) -> None:
    lines, texts = [advert(1), advert(2)], [advert(1, LAMPS), advert(2, BOATS)]
    details = Answer(night(0) + timedelta(minutes=20), texts, is_complete=False)
    ids = resolved(con, refined(tmp_path, "0", Answer(night(0), lines), details))
    assert ids == {"board:1": "board:1", "board:2": "board:2"}


def test_tables_of_an_earlier_version_are_made_anew(con: database.Connection, tmp_path: Path) -> None:
    con.execute("CREATE TABLE matched_with (matcher_key VARCHAR NOT NULL)")
    con.execute("INSERT INTO matched_with VALUES ('earlier')")
    con.execute("CREATE TABLE compared (posting_id VARCHAR NOT NULL)")
    file = refined(tmp_path, "0", Answer(night(0), [advert(1), advert(2)]))
    assert resolved(con, file) == {"board:1": "board:1", "board:2": "board:1"}


def test_a_merge_is_recorded_and_the_id_of_a_day_stays(con: database.Connection, tmp_path: Path) -> None:
    files = [
        refined(tmp_path, "0", Answer(night(0), [advert(1, LAMPS)])),
        refined(tmp_path, "1", Answer(night(1), [advert(1, LAMPS), advert(2, BOATS)])),
        refined(tmp_path, "2", Answer(night(2), [advert(1, LAMPS), advert(2, LAMPS)])),
    ]
    assert resolved(con, *files[:2])["board:2"] == "board:2"
    assert resolved(con, *files)["board:2"] == "board:1"
    assert all_rows(con, "SELECT from_job_id, into_job_id, merged_at, rule FROM core.job_merges") == [
        ("board:2", "board:1", night(2), "same text")
    ]
    for day, expected in ((1, "board:2"), (2, "board:1")):
        query = f"SELECT job_id FROM postings_as_of('{night(day).date()}') WHERE posting_id = 'board:2'"
        assert all_rows(con, query) == [(expected,)]
    again = [*files, refined(tmp_path, "3", Answer(night(3), [advert(1, LAMPS), advert(2, BOATS)]))]
    assert resolved(con, *again)["board:2"] == "board:1"  # postings of one job stay together


def test_with_nothing_new_nothing_is_read_or_matched(
    con: database.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = refined(tmp_path, "a", Answer(night(0), [advert(1, LAMPS), advert(2, LAMPS)]))
    ids = resolved(con, file)
    before = outcome(con)
    for module, name in ((matching, "read_version"), (matching, "find_links"), (job_ids, "assign_job_ids")):
        monkeypatch.delattr(module, name)
    monkeypatch.delattr(sketches, "sketch_texts")
    assert resolved(con, file) == ids
    assert outcome(con) == before


def test_only_titles_that_changed_are_matched_again(
    con: database.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [advert(n, LAMPS, title=title) for n, title in enumerate(("Designer", "Designer", "Nurse", "Nurse"))]
    first = refined(tmp_path, "a", Answer(night(0), rows))
    resolved(con, first)
    groups: list[set[str]] = []
    match = matching.find_links

    def noted(versions: Sequence[matching.Version], *rest: Any) -> list[matching.Link]:
        groups.append({version.posting_id for version in versions})
        return match(versions, *rest)

    monkeypatch.setattr(matching, "find_links", noted)
    ids = resolved(con, first, refined(tmp_path, "b", Answer(night(1), [*rows, advert(9, LAMPS, title="Nurse")])))
    assert groups == [{"board:2", "board:3", "board:9"}]
    assert ids["board:9"] == "board:2" and ids["board:1"] == "board:0"


def test_another_matcher_compares_everything_again(
    con: database.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = refined(tmp_path, "a", Answer(night(0), [advert(1, LAMPS), advert(2, LAMPS)]))
    resolved(con, file)
    monkeypatch.setattr(matching, "find_links", lambda *_: [])
    assert resolved(con, file)["board:2"] == "board:1"
    monkeypatch.setattr(jobs, "comparison_key", lambda: "another")
    assert resolved(con, file)["board:2"] == "board:2"


def test_what_was_compared_is_not_published(con: database.Connection, tmp_path: Path) -> None:
    resolved(con, refined(tmp_path, "a", Answer(night(0), [advert(1, LAMPS), advert(2, LAMPS)])))
    publish(con, tmp_path / database.MARKET)
    with open_reader(tmp_path) as market:
        tables = {row[0] for row in market.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
        assert "job_links" in tables and not tables & set(jobs.TABLES)
        assert len(market.execute("FROM core.job_links").fetchall()) == 1


def test_a_missing_refined_file_leaves_what_core_knows(
    con: database.Connection, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = refined(tmp_path, "a", Answer(night(0), [advert(1, LAMPS), advert(2, LAMPS), advert(3, AROUND)]))
    load(con, file)
    jobs.resolve(con, [])
    assert dict(all_rows(con, "SELECT posting_id, job_id FROM core.postings")) == {
        "board:1": "board:1",
        "board:2": "board:1",
        "board:3": "board:3",
    }
    assert "board/a.warc.gz: its refined file is missing" in caplog.text


def nights(folder: Path, rng: random.Random) -> list[RefinedFile]:
    """Files of two sources over some nights, full of reposts, edits, closings and copies of adverts elsewhere."""
    texts = [LAMPS, AROUND, BOATS, None]
    files = []
    for number in range(5):
        own = [
            advert(
                n,
                rng.choice(texts),
                title=rng.choice(("Lamp Engineer", "Senior Lamp Engineer")),
                requisition_id=rng.choice((None, None, "R-1", "R-2")),
                places=(rng.choice((BERLIN, LIMA)),),
            )
            for n in rng.sample(range(7), 4)
        ]
        files.append(refined(folder, str(number), Answer(night(number), own)))
        if number % 2:
            rows = [
                elsewhere(n, rng.choice(texts), places=(rng.choice((BERLIN, LIMA)),)) for n in rng.sample(range(4), 2)
            ]
            files.append(refined(folder, str(number), Answer(night(number), rows, board=None), source="zeta"))
    return files


ORDERS = [(seed, is_shuffled) for seed in range(3) for is_shuffled in (False, True)]
A_FEW = {(0, False), (1, True), (2, True)}


@pytest.mark.parametrize(
    ("seed", "is_shuffled"),
    [pytest.param(*order, marks=() if order in A_FEW else pytest.mark.long) for order in ORDERS],
)
def test_increments_in_any_order_are_all_at_once(
    seed: int, is_shuffled: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(seed)
    files = nights(tmp_path, rng)
    with database.open_work(tmp_path / "whole", threads=1) as whole:
        resolved(whole, *files)
        expected = outcome(whole)
    assert any(link[-2] for link in expected[0])
    monkeypatch.setattr(jobs, "MAX_MATCHED", 1)  # each title in a batch of its own
    order = rng.sample(files, len(files)) if is_shuffled else files
    with database.open_work(tmp_path / "parts", threads=1) as parts:
        for n in range(1, len(order) + 1):
            resolved(parts, *order[:n])
        assert outcome(parts) == expected


@pytest.mark.parametrize("seed", range(2))
def test_ids_of_a_day_are_those_that_were_known_then(seed: int, tmp_path: Path) -> None:
    files = nights(tmp_path, random.Random(100 + seed))
    query = "SELECT posting_id, job_id FROM postings_as_of('{}') ORDER BY ALL"
    answers = []
    with database.open_work(tmp_path / "parts", threads=1) as parts:
        for number in range(5):
            resolved(parts, *(file for file in files if int(file.rows.stem) <= number))
            answers.append(all_rows(parts, query.format(night(number).date())))
        assert [all_rows(parts, query.format(night(number).date())) for number in range(5)] == answers
