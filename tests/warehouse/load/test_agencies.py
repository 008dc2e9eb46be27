"""Signs of agencies: the words that are signs, the words that are not, and that each advert is read once."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from extractors.archive.reader import read
from extractors.response import ANSWERED, Response
from extractors.source import all_sources, is_answer_of
from tests.builders import Answer, all_rows, declare, load, night, open_copy, posting, refined
from transforms.depth import ALL_PERCENT
from transforms.posting import postings
from transforms.records.rows import Posting
from transforms.records.vocabulary import AGENCY_SIGNS
from transforms.text.lookups import cells_of
from warehouse import analysis_views, database
from warehouse.load import agencies, employers
from warehouse.load.refined_file import RefinedFile

CASES = Path(__file__).with_name("agency_cases.csv")
PAYLOADS = Path(__file__).parents[3].parent / "shared" / "real" / "payloads"
LABELLED = Path(__file__).with_name("agency_boards.csv")
"""Boards labelled by reading their titles and texts. `called`: all that the rule calls agencies; any_1 and any_2: each
100 at random of the others, before and after names of agencies seen in any_1 were entered; with_texts: 100 at random of
the others with three texts or more."""
SIGNS = "SELECT posting_id, sign, words FROM core.agency_signs ORDER BY ALL"
CLIENT = "Our client is a growing bank."


def advert(id: object, text: str | None = CLIENT, **fields: Any) -> Posting:
    """An advert in English, read in full where it has a text."""
    digest = hashlib.blake2b((text or "").encode(), digest_size=16).hexdigest()
    values = {"language": "en", "text": text, "text_hash": digest, "text_state": "full" if text else "none"}
    return posting(id, **values | fields)


def cases() -> Iterator[dict[str, str]]:
    with CASES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield row | {"text": row["text"].replace("\\n", "\n")}


def read_files(con: database.Connection, *files: RefinedFile) -> None:
    load(con, *files)
    agencies.read_signs(con, files)


def test_words_tell_of_agencies_and_others_do_not(con: database.Connection, tmp_path: Path) -> None:
    declare(con, None)
    rows = list(cases())
    adverts = [
        advert(n, row["text"], title=row["title"], language=row["language"] or None) for n, row in enumerate(rows)
    ]
    read_files(con, refined(tmp_path, "a", Answer(night(0), adverts)))
    signs: dict[str, set[str]] = {}
    for posting_id, sign, _ in all_rows(con, SIGNS):
        signs.setdefault(posting_id, set()).add(sign)
    wrong = [
        (row["text"], row["title"], signs.get(f"board:{n}", set()))
        for n, row in enumerate(rows)
        if signs.get(f"board:{n}", set()) != set(filter(None, row["signs"].split(";")))
    ]
    assert wrong == []


@pytest.fixture(scope="module")
def opened(work_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[database.Connection]:
    """A work file for tests that write nothing."""
    with open_copy(work_template, tmp_path_factory.mktemp("opened")) as con:
        yield con


@pytest.mark.parametrize("cue", cells_of("agency_cues"), ids=lambda cue: cue["example"])
def test_each_cue_finds_its_example(opened: database.Connection, cue: dict[str, str]) -> None:
    assert cue["sign"] in AGENCY_SIGNS and cue["part"] in ("title", "text")
    texts = "(SELECT 'x' AS posting_id, ? AS title, ? AS text, ? AS language)"
    values = [cue["example"], cue["example"], cue["language"]]
    rows = opened.execute(agencies._signs([cue], cue["part"], texts), values).fetchall()
    assert [row[:2] for row in rows] == [("x", cue["sign"])]
    assert rows[0][2] in cue["example"]


def test_each_version_is_read_once(con: database.Connection, tmp_path: Path) -> None:
    declare(con, None)
    first = refined(tmp_path, "a", Answer(night(0), [advert(1), advert(2), advert(3, None, title="Locum Recruiter")]))
    read_files(con, first)
    assert [row[:2] for row in all_rows(con, SIGNS)] == [
        ("board:1", "client"),
        ("board:2", "client"),
        ("board:3", "title"),
    ]
    first.rows.unlink()
    before = all_rows(con, SIGNS)
    agencies.read_signs(con, [first])
    assert all_rows(con, SIGNS) == before, "nothing is read again"
    edit = advert(1, "We are a bank.")
    second = refined(tmp_path, "b", Answer(night(1), [edit, advert(2), advert(3, None, title="Locum Recruiter")]))
    agencies_before = [row for row in before if row[0] != "board:1"]
    load(con, second)
    agencies.read_signs(con, [second])
    assert all_rows(con, SIGNS) == agencies_before, "what an edit took away is no sign any more"


def test_a_text_whose_file_is_missing_is_read_when_it_is_there(con: database.Connection, tmp_path: Path) -> None:
    declare(con, None)
    file = refined(tmp_path, "a", Answer(night(0), [advert(1, title="Locum Recruiter")]))
    load(con, file)
    agencies.read_signs(con, [])
    assert all_rows(con, SIGNS) == []
    agencies.read_signs(con, [file])
    assert [row[1] for row in all_rows(con, SIGNS)] == ["client", "title"]


def test_only_employers_boards_are_read(con: database.Connection, tmp_path: Path) -> None:
    declare(con, None)
    con.execute("UPDATE core.sources SET kind = 'aggregator'")
    read_files(con, refined(tmp_path, "a", Answer(night(0), [advert(1)])))
    assert all_rows(con, SIGNS) == []


def test_other_cues_read_all_again(con: database.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    declare(con, None)
    file = refined(tmp_path, "a", Answer(night(0), [advert(1)]))
    read_files(con, file)
    monkeypatch.setattr(agencies, "cells_of", lambda _: [])
    agencies.read_signs(con, [file])
    assert all_rows(con, SIGNS) == []


# --- real boards --------------------------------------------------------------------------------------


@pytest.mark.skipif(not PAYLOADS.exists(), reason=f"the real payloads are not at {PAYLOADS}")
def test_of_real_boards_with_texts_those_of_agencies_are_found(con: database.Connection, tmp_path: Path) -> None:
    with LABELLED.open(encoding="utf-8", newline="") as lines:
        labels = {row["board"]: row["is_agency"] == "true" for row in csv.DictReader(lines) if row["source"] == "ashby"}
    declare(con, None)
    con.execute("UPDATE core.sources SET source = 'ashby'")
    answers = list(_read_boards(set(labels)))
    file = refined(tmp_path, "a", *answers, source="ashby")
    load(con, file)
    employers.resolve(con, ())
    agencies.read_signs(con, [file])
    for statement in analysis_views.declarations():
        con.execute(statement)
    verdicts = dict(all_rows(con, "SELECT board, is_agency FROM analysis.boards"))
    hits = {board for board, is_agency in verdicts.items() if is_agency}
    assert hits <= {board for board, is_agency in labels.items() if is_agency}, "none is called an agency's wrongly"
    misses = {board for board, is_agency in labels.items() if is_agency and board in verdicts} - hits
    assert misses == set()
    assert len(hits) >= 4 and sum(is_agency is False for is_agency in verdicts.values()) >= 50


def _read_boards(boards: set[str]) -> Iterator[Answer]:
    """Up to 20 adverts of each of some boards in the real payloads of Ashby."""
    module = all_sources()["ashby"]
    last: dict[str, Response] = {}
    for warc in sorted((PAYLOADS / "ashby").glob("*.warc.gz")):
        for response in read(warc):
            if isinstance(response, Response) and response.status in ANSWERED and is_answer_of(module, response.url):
                last[str(module.SOURCE.board_of(response.url))] = response
    for number, board in enumerate(sorted(boards & last.keys())):
        records = [one for one in module.parse(last[board]) if isinstance(one, dict)][:20]
        rows = [row for row in postings(records, percent=ALL_PERCENT) if isinstance(row, Posting)]
        yield Answer(night(number), rows, board=board)
