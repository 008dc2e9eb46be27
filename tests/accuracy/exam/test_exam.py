"""The open exam on tiny made sets in the published shapes, with and without peers."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.accuracy.exam import exam, peers
from tests.accuracy.exam.readers import READERS, SCORES, match_adverts
from tests.accuracy.test_scorecard import write_gold

LATAM = [
    {"title": "Ingeniera", "text": "Requisitos: Python y microservicios.", "hard_skills": ["Python", "Microservicios"]},
    {"title": "Engineer", "text": "Docker is required.", "hard_skills": ["Docker", "Frobnicator"]},
]
ESCO = """sentence,span,sub_span,label
You know Python,Python,,Python (computer programming)
You know Python,know,,LABEL NOT PRESENT
You manage musical staff,manage musical staff,,manage musical staff
"""
SALARY = {"compensationType": "Salary", "minValue": 100000, "maxValue": 120000, "interval": "1 YEAR"}
ASHBY = {
    "id": "1",
    "title": "Engineer",
    "descriptionPlain": "Base salary: $100,000 - $120,000 a year.",
    "compensation": {"summaryComponents": [SALARY | {"currencyCode": "USD"}]},
}
LABELS = "manage musical staff\nPython (computer programming)\n"


class Canned(exam.Peers):
    """Peers that answer from memory: BM25 finds every label, flashtext nothing, the rest cannot be asked."""

    def ask(self, peer: exam.Row, cases: Sequence[Any]) -> list[Any]:
        if peer["peer"] == "bm25":
            return [LABELS.splitlines()[: 1 + (sentence == "You manage musical staff")] for sentence, _ in cases]
        if peer["package"] == "flashtext":
            return [[] for _ in cases]
        raise exam.Missing("it is not here")


@pytest.fixture
def sets(tmp_path: Path) -> Path:
    write_gold(tmp_path)
    (tmp_path / "latam_skills.jsonl").write_text("\n".join(map(json.dumps, LATAM)), encoding="utf-8")
    (tmp_path / "esco_tech_validation.csv").write_text(ESCO, encoding="utf-8")
    (tmp_path / "skills_en_label.txt").write_text(LABELS, encoding="utf-8")
    board = tmp_path / "ashby" / "companies" / "lamps.json"
    board.parent.mkdir(parents=True)
    board.write_text(json.dumps({"jobs": [ASHBY]}), encoding="utf-8")
    return tmp_path


def test_losses_stand_first_and_what_is_missing_is_named(sets: Path) -> None:
    canned = Canned(sets, [sets], {})
    compared, alone, missing = exam.sit([sets], canned)
    by_figure = {(one.row["figure"], one.peer): one for one in compared}
    latam = by_figure["latam.f1", "names"]
    assert latam.ours.hits == 2 * 3 and latam.ours.of == 3 + 4, "the Spanish name counts, one without a row is missed"
    assert latam.step == "won" and latam.theirs is not None and latam.theirs.value == 0
    assert by_figure["esco.recall", "bm25"].ours.hits == 1
    assert {one.row["figure"]: one.ours.value for one in alone}["ashby.pay"] == 1
    assert {one.row["set"] for one in alone} == {"latam", "skillspan", "esco", "salary", "hn_salary", "ashby"}
    assert any(lack.startswith("set reposted: no ") and "nonluthando/sa-grad" in lack for lack in missing)
    assert "jobspy on salary: it is not here" in missing
    page = exam.write_page(compared, alone, missing, canned, "2026-01-01")
    at = [page.index(f"## {title}") for title in exam.STEPS.values()]
    assert at == sorted(at)
    assert page.index("regular expressions: 79.2 as printed") > at[0]
    assert "names: 0.0" in page[at[2] :]


def test_adverts_of_one_title_and_place_are_one_vacancy() -> None:
    fields = {"source": "lever", "board": "lamps", "employer": "Lamps", "template_hash": None, "department": None}
    adverts = [
        {**fields, "title": t, "title_key": t, "location_text": c, "vacancy_places": (c,), "text": "the same"}
        for t, c in (("engineer", "Rome"), ("engineer", "Oslo"), ("cook", "Rome"))
    ]
    assert match_adverts(adverts, adverts[::-1]) == {(0, 2), (1, 1), (2, 0)}


CALLS: dict[str, tuple[list[Any], list[str], list[Any]]] = {
    "bm25": ([["musical staff", 1]], LABELS.splitlines(), [["manage musical staff"]]),
    "names": ([["some python"]], LABELS.splitlines(), [["Python (computer programming)"]]),
    "jobspy": ([["$80,000 - $90,000"], ["none"]], [], [[80000, 90000, "USD", "year"], None]),
    "price_parser": ([["€5"]], [], [[5, 5, "EUR", None]]),
}


@pytest.mark.parametrize("row", [row for row in exam.rows_of("peers") if row["peer"] in CALLS], ids=lambda r: r["peer"])
def test_peers_answer_as_they_are_called(row: exam.Row) -> None:
    module = {"python-jobspy": "jobspy"}.get(row["package"], row["package"].replace("-", "_"))
    if importlib.util.find_spec(module) is None:
        pytest.skip(f"{row['package']} is not in this environment; `make exam` has one of its own")
    cases, names, answers = CALLS[row["peer"]]
    assert list(peers.PEERS[row["peer"]](cases, names)) == answers


def test_tables_agree() -> None:
    sets, known = ({row[key] for row in exam.rows_of(table)} for table, key in (("sets", "set"), ("peers", "peer")))
    figures = exam.rows_of("figures")
    assert {row["set"] for row in figures} == sets == SCORES.keys() == READERS.keys()
    assert {peer for row in figures for peer in row["peers"].split()} == peers.PEERS.keys() <= known
    assert "://" not in exam.REQUIREMENTS.read_text(encoding="utf-8")
