"""The vacancies of postings, night after night: the same ids in any order, by fields alone."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from tests.builders import Answer, all_rows, load, night, posting, refined
from transforms.employers import vacancies
from transforms.records.rows import Place, Posting
from transforms.text.characters import hash_of
from warehouse import database
from warehouse.load import jobs
from warehouse.load.refined_file import RefinedFile
from warehouse.publish.market import publish
from warehouse.publish.reader import open_reader

LAMPS, BOATS = "We make lamps. " * 40, "We make boats. " * 40
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
    jobs.resolve(con)
    return dict(all_rows(con, "SELECT posting_id, job_id FROM core.postings"))


def outcome(con: database.Connection) -> list[list[tuple[Any, ...]]]:
    """Everything `resolve` writes."""
    return [all_rows(con, f"SELECT * FROM {table} ORDER BY ALL") for table in ("core.postings", "assigned")]


def test_the_same_job_on_two_sources(con: database.Connection, tmp_path: Path) -> None:
    own = refined(tmp_path, "a", Answer(night(0), [advert(1, LAMPS), advert(2, BOATS, title="Boat Engineer")]))
    rows = [elsewhere(1, BOATS), elsewhere(2, title="Boat Engineer"), elsewhere(3, LAMPS, places=(LIMA,))]
    other = refined(tmp_path, "a", Answer(night(1), rows, board=None), source="zeta")
    assert resolved(con, own, other) == {
        "board:1": "board:1", "board:2": "board:2", "zeta:1": "board:1", "zeta:2": "board:2", "zeta:3": "zeta:3",
    }  # fmt: skip


def test_the_same_adverts_give_the_same_jobs_without_their_texts(tmp_path: Path) -> None:
    ids = []
    for name, texts in (("with", (LAMPS, LAMPS, BOATS, BOATS)), ("without", (None,) * 4)):
        places = (BERLIN, LIMA, BERLIN, LIMA)
        rows = [advert(n, text, places=(place,)) for n, (text, place) in enumerate(zip(texts, places, strict=True))]
        with database.open_work(tmp_path / name, threads=1) as con:
            ids.append(resolved(con, refined(tmp_path / name, "a", Answer(night(0), rows))))
    assert ids[0] == ids[1] and set(ids[0].values()) == {"board:0", "board:1"}


def test_pay_in_a_text_splits_nothing_and_pay_in_a_field_does(con: database.Connection, tmp_path: Path) -> None:
    def paid(id: int, low: float, source: str) -> Posting:
        return advert(id, pay_low=low, currency="EUR", period="year", pay_source=source)

    rows = [paid(1, 50_000, "parsed"), paid(2, 60_000, "parsed")]
    more = [paid(n, low, "stated") for n, low in ((3, 70_000), (4, 80_000))]
    ids = resolved(con, refined(tmp_path, "a", Answer(night(0), rows + more)))
    assert ids == {"board:1": "board:1", "board:2": "board:1", "board:3": "board:1", "board:4": "board:4"}


def test_an_edit_moves_nothing(con: database.Connection, tmp_path: Path) -> None:
    files = [
        refined(tmp_path, "0", Answer(night(0), [advert(1)])),
        refined(tmp_path, "1", Answer(night(1), [advert(1, places=(LIMA,), title="Head of Lamps"), advert(2)])),
    ]
    assert resolved(con, *files) == {"board:1": "board:1", "board:2": "board:1"}


def test_openings_multiply_no_job(con: database.Connection, tmp_path: Path) -> None:
    rows = [advert(1, openings=5), advert(2, openings=5), advert(3, title="Cook", openings=2)]
    ids = resolved(con, refined(tmp_path, "0", Answer(night(0), rows)))
    assert set(ids.values()) == {"board:1", "board:3"}
    assert all_rows(con, "SELECT sum(openings) FROM core.postings") == [(12,)]


def test_a_template_counts_once_for_each_title_and_stands_for_a_poster_who_names_nobody(
    con: database.Connection, tmp_path: Path
) -> None:
    agency, nobody = {"employer": "Randstad", "template_hash": "a" * 32}, {"employer": None, "template_hash": "b" * 32}
    rows = [
        elsewhere(1, **agency),
        elsewhere(2, **agency, places=(LIMA,)),
        elsewhere(3, **agency, title="Senior Lamp Engineer"),
        elsewhere(4, **nobody),
        elsewhere(5, **nobody),
        elsewhere(6, **nobody, places=(LIMA,)),
        elsewhere(7, employer=None),
        elsewhere(8, employer=None),
        elsewhere(9, **agency, requisition_id="R-9", title="Cook"),
        elsewhere(10, **agency, requisition_id="R-10", title="Cook"),
    ]
    ids = resolved(con, refined(tmp_path, "0", Answer(night(0), rows, board=None), source="zeta"))
    expected = {1: 1, 2: 1, 3: 3, 4: 4, 5: 4, 6: 6, 7: 7, 8: 8, 9: 9, 10: 10}
    assert ids == {f"zeta:{id}": f"zeta:{job}" for id, job in expected.items()}


def test_tables_of_an_earlier_version_are_made_anew(con: database.Connection, tmp_path: Path) -> None:
    con.execute("CREATE TABLE assigned_by (key VARCHAR NOT NULL)")
    con.execute("INSERT INTO assigned_by VALUES ('earlier')")
    con.execute("CREATE TABLE assigned (posting_id VARCHAR NOT NULL)")
    file = refined(tmp_path, "0", Answer(night(0), [advert(1), advert(2)]))
    assert resolved(con, file) == {"board:1": "board:1", "board:2": "board:1"}


def test_only_titles_that_changed_are_assigned_again(
    con: database.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [advert(n, title=title) for n, title in enumerate(("Designer", "Designer", "Nurse", "Nurse"))]
    first = refined(tmp_path, "a", Answer(night(0), rows))
    resolved(con, first)
    groups: list[set[str]] = []

    def noted(postings: Any) -> dict[str, str]:
        known = list(postings)
        groups.append({posting.posting_id for posting in known})
        return vacancies.assign_jobs(known)

    monkeypatch.setattr(jobs, "assign_jobs", noted)
    resolved(con, first)
    assert not groups
    ids = resolved(con, first, refined(tmp_path, "b", Answer(night(1), [*rows, advert(9, title="Nurse")])))
    assert groups == [{"board:2", "board:3", "board:9"}]
    assert ids["board:9"] == "board:2" and ids["board:1"] == "board:0"


def test_other_rules_assign_everything_again(
    con: database.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = refined(tmp_path, "a", Answer(night(0), [advert(1), advert(2)]))
    resolved(con, file)
    monkeypatch.setattr(jobs, "assign_jobs", lambda postings: {each.posting_id: each.posting_id for each in postings})
    assert resolved(con, file)["board:2"] == "board:1"
    monkeypatch.setattr(jobs, "comparison_key", lambda: "another")
    assert resolved(con, file)["board:2"] == "board:2"


def test_what_was_assigned_is_not_published(con: database.Connection, tmp_path: Path) -> None:
    resolved(con, refined(tmp_path, "a", Answer(night(0), [advert(1), advert(2)])))
    publish(con, tmp_path / database.MARKET)
    with open_reader(tmp_path) as market:
        tables = {row[0] for row in market.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
        assert "postings" in tables and not tables & set(jobs.TABLES)


def nights(folder: Path, rng: random.Random) -> list[RefinedFile]:
    """Files of two sources over some nights, full of reposts, edits, closings and copies of adverts elsewhere."""
    texts = [LAMPS, BOATS, None]
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
A_FEW = {(0, False), (1, True)}


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
    assert any(job_id != posting_id for posting_id, *_, job_id in expected[1])
    monkeypatch.setattr(jobs, "MAX_ASSIGNED", 1)  # each title in a batch of its own
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
