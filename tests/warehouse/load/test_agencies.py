"""Signs of agencies: which words are one, which are not, and that the newest version of an advert counts."""

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
from tests.builders import Answer, all_rows, declare, load, night, posting, refined
from transforms.depth import ALL_PERCENT
from transforms.employers import agency_signs
from transforms.employers.agency_signs import add_agency_signs, find_signs
from transforms.posting import postings
from transforms.records.rows import Posting
from transforms.records.vocabulary import AGENCY_SIGNS
from transforms.text.lookups import cells_of
from warehouse import database
from warehouse.load import employers
from warehouse.views import analysis_views

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


def test_words_tell_of_agencies_and_others_do_not() -> None:
    wrong = []
    for n, row in enumerate(cases()):
        read = add_agency_signs(advert(n, row["text"], title=row["title"], language=row["language"] or None))
        signs = {one.sign for one in read.agency_signs}
        if signs != set(filter(None, row["signs"].split(";"))):
            wrong.append((row["text"], row["title"], signs))
    assert wrong == []


@pytest.mark.parametrize("cue", cells_of("agency_cues"), ids=lambda cue: cue["example"])
def test_each_cue_finds_its_example(cue: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert cue["sign"] in AGENCY_SIGNS and cue["part"] in ("title", "text")
    monkeypatch.setattr(agency_signs, "cells_of", lambda _: [cue])
    monkeypatch.setattr(agency_signs, "_cues_of", agency_signs._cues_of.__wrapped__)
    (found,) = find_signs(cue["part"], cue["example"], cue["language"])
    assert found.sign == cue["sign"] and found.words in cue["example"]


def test_signs_are_those_of_an_adverts_newest_version(con: database.Connection, tmp_path: Path) -> None:
    declare(con, None)
    recruiter = add_agency_signs(advert(3, None, title="Locum Recruiter"))
    first = [add_agency_signs(advert(1)), add_agency_signs(advert(2)), recruiter]
    load(con, refined(tmp_path, "a", Answer(night(0), first)))
    before = all_rows(con, SIGNS)
    assert [row[:2] for row in before] == [("board:1", "client"), ("board:2", "client"), ("board:3", "title")]
    edited = [add_agency_signs(advert(1, "We are a bank.")), *first[1:]]
    load(con, refined(tmp_path, "b", Answer(night(1), edited)))
    assert all_rows(con, SIGNS) == before[1:], "what an edit took away is no sign any more"


@pytest.mark.parametrize("state", ["snippet", "unread"])
def test_only_texts_that_were_read_in_full_count(state: str) -> None:
    assert add_agency_signs(advert(1, text_state=state)).agency_signs == ()


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
    for statement in analysis_views.declarations():
        con.execute(statement)
    verdicts = dict(all_rows(con, "SELECT board, is_agency FROM analysis.boards"))
    hits = {board for board, is_agency in verdicts.items() if is_agency}
    assert hits <= {board for board, is_agency in labels.items() if is_agency}, "none is called an agency's wrongly"
    misses = {board for board, is_agency in labels.items() if is_agency and board in verdicts} - hits
    assert misses == set()
    assert len(hits) >= 4 and sum(is_agency is False for is_agency in verdicts.values()) >= 50


def _read_boards(boards: set[str]) -> Iterator[Answer]:
    """What some boards list in the real payloads of Ashby, of each up to 20 adverts."""
    module = all_sources()["ashby"]
    last: dict[str, Response] = {}
    for warc in sorted((PAYLOADS / "ashby").glob("*.warc.gz")):
        for response in read(warc):
            if isinstance(response, Response) and response.status in ANSWERED and is_answer_of(module, response.url):
                last[str(module.SOURCE.board_of(response.url))] = response
    for number, board in enumerate(sorted(boards & last.keys())):
        records = [one for one in module.parse(last[board]) if isinstance(one, dict)][:20]
        rows = [add_agency_signs(row) for row in postings(records, percent=ALL_PERCENT) if isinstance(row, Posting)]
        yield Answer(night(number), rows, board=board)
