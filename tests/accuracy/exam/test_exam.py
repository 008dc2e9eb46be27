"""The open exam on tiny made sets in the published shapes, with and without peers."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.accuracy.exam import exam, peers
from tests.accuracy.exam.readers import CASES, Unit, claimed, match_adverts
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
    "descriptionPlain": "Base salary: $100,000 - $120,000 USD a year.",
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
    sheet = exam.sit([sets], canned)
    alone = {one.row["figure"]: one.ours for one in sheet.alone}
    latam = alone["latam.skills"]
    assert latam.f1[0] == pytest.approx(2 * 3 / (3 + 4)), "the Spanish name counts, one without a row is missed"
    assert latam.precision == 1
    assert latam.recall == pytest.approx(3 / 4)
    assert alone["latam.covered"].recall == pytest.approx(3 / 4)
    assert alone["ashby.pay"].f1[0] == 1
    whole = {(one.row["figure"], one.peer): one for one in sheet.whole}
    assert whole["latam.skills", "names"].theirs is not None
    assert whole["latam.skills", "names"].difference[0] == latam.f1[0]
    fair = {(one.row["figure"], one.peer): one for one in sheet.fair}
    assert ("latam.skills", "names") not in fair, "none of its names stands in a text"
    assert fair["esco.labels", "bm25"].step == "open", "both find one of two labels"
    assert any(lack.startswith("set reposted: no ") and "nonluthando/sa-grad" in lack for lack in sheet.missing)
    assert "jobspy on salary: it is not here" in sheet.missing
    assert sheet.hashes.keys() == {"latam", "skillspan", "esco", "salary", "hn_salary", "ashby"}
    page = exam.write_page(sheet, canned, "2026-01-01")
    at = [page.index(f"## {title}") for title in exam.STEPS.values()]
    assert at == sorted(at)
    assert page.index("79.2 as printed") > at[0]
    assert sheet.hashes["latam"] in page


def _pay(text: str, currency: str, *truth: str) -> Unit:
    return Unit(truth=frozenset(truth), items=frozenset, text=text, currencies=(currency,))


CLAIMS = {
    ("jobspy", "salary"): {
        _pay("Base $80,000 - $90k", "USD", "pay"): True,
        _pay("Base $80,000 - $90k", "CAD", "pay"): False,
        _pay("Base $80-90k", "USD", "pay"): False,
        _pay("no pay", "USD"): True,
        _pay("no pay", ""): False,
    },
    ("price_parser", "salary"): {
        _pay("kr 650 000,50 a year", "NOK", "pay"): True,
        _pay("€80k", "EUR", "pay"): False,
        _pay("$100 - $200", "USD", "pay"): False,
        _pay("13% more", ""): True,
        _pay("team of 40", ""): False,
    },
}


def test_a_verdict_is_on_what_a_peer_claims() -> None:
    rows = {(row["peer"], row["set"]): row for row in exam.rows_of("claims")}
    got = {key: [claimed(rows[key], unit, frozenset()) is not None for unit in units] for key, units in CLAIMS.items()}
    assert got == {key: list(units.values()) for key, units in CLAIMS.items()}
    unit = Unit(truth=frozenset("ab"), items=frozenset)
    written = claimed(rows["names", "latam"], unit, frozenset("bc"))
    assert written is not None
    assert exam.mark([unit], [frozenset("bd")], [written]).f1[0] == 1, "a is not written, d is not on the list"


def test_a_setting_is_chosen_on_the_visible_units_alone() -> None:
    units = [Unit(truth=frozenset([n]), items=frozenset([n]).intersection, is_visible=n == 1) for n in (1, 2)]
    assert exam.choose(units, {"low": [2], "high": [1]}) == "high"


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
    "price_parser": ([["€5"]], [], [[5, 5, None, None]]),
}


@pytest.mark.parametrize("row", [row for row in exam.rows_of("peers") if row["peer"] in CALLS], ids=lambda r: r["peer"])
def test_peers_answer_as_they_are_called(row: exam.Row) -> None:
    package = row["package"].partition("[")[0]
    module = {"python-jobspy": "jobspy"}.get(package, package.replace("-", "_"))
    if importlib.util.find_spec(module) is None:
        pytest.skip(f"{row['package']} is not in this environment; `make exam` has one of its own")
    cases, names, answers = CALLS[row["peer"]]
    assert list(peers.PEERS[row["peer"]](cases, names)) == answers


def test_tables_agree() -> None:
    sets, known = ({row[key] for row in exam.rows_of(table)} for table, key in (("sets", "set"), ("peers", "peer")))
    figures = exam.rows_of("figures")
    assert {row["set"] for row in figures} == sets
    assert {row["figure"] for row in figures} == CASES.keys() > {row["figure"] for row in exam.rows_of("printed")}
    called = {(peer, row["set"]) for row in figures for peer in row["peers"].split()}
    assert {peer for peer, _ in called} == peers.PEERS.keys() <= known
    claims = exam.rows_of("claims")
    assert {(row["peer"], row["set"]) for row in claims} == called
    assert all(row["evidence"] and row["rule"] in ("all", "written", "form", "knowable") for row in claims)
    assert "://" not in exam.REQUIREMENTS.read_text(encoding="utf-8")
