"""Verdicts on finds: right, wrong, of another requirement, and not judged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.accuracy import judged_skills
from tests.accuracy.judged_skills import ASKED, CONTEXT, score_judged
from tests.accuracy.scorecard import SKILLS_JUDGED
from tests.accuracy.scoring import GoldError, Score
from transforms.posting import posting

TEXT = "Requirements\n- Python\n- Rust\n- Kafka\nNice to have\n- Docker\nResponsibilities\n- Run Terraform"
VERDICTS = {
    "Python": {"right": True, "requirement": "required"},
    "Rust": {"right": False, "requirement": None},
    "Kafka": {"right": True, "requirement": "context"},
    "Docker": {"right": True, "requirement": "required"},
    "Scala": {"right": True, "requirement": "required"},
}


def test_a_find_counts_by_its_verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    advert = posting(source="gold", id="1", title="Engineer", text=TEXT)
    monkeypatch.setattr(judged_skills, "read_adverts", lambda real, cases: {"gold:1": advert})
    path = tmp_path / "judged.jsonl"
    path.write_text(json.dumps({"id": "gold:1", "draw": 1, "finds": VERDICTS}) + "\n")
    tally = Score()
    score_judged(path, tmp_path, tally)
    figures = {figure.name: (figure.hits, figure.of) for figure in tally.figures()}
    assert figures["judged.technology"] == (3, 4), "Rust is another thing; Terraform was not judged"
    assert figures["judged.unjudged"] == (1, 5)
    assert figures["judged.required_preferred"] == (1, 2), "Docker is required, and read as preferred"
    assert figures["judged.read_as_asked"] == (1, 3), "Kafka is asked of nobody"
    path.write_text(json.dumps({"id": "gold:2", "draw": 1, "finds": VERDICTS}) + "\n")
    with pytest.raises(GoldError):
        score_judged(path, tmp_path, Score())


def test_verdicts_are_complete() -> None:
    lines = [json.loads(line) for line in SKILLS_JUDGED.read_text(encoding="utf-8").splitlines()]
    verdicts = [verdict for line in lines for verdict in line["finds"].values()]
    assert len({line["id"] for line in lines}) == len(lines)
    assert len(verdicts) >= 600
    assert {(one["right"], one["requirement"]) for one in verdicts} == {
        (False, None),
        *((True, requirement) for requirement in (*ASKED, CONTEXT)),
    }
