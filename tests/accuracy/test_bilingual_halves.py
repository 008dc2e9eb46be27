"""Halves of adverts that give one text in two languages: where they are cut, and what counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.accuracy import bilingual_halves
from tests.accuracy.bilingual_halves import score_halves
from tests.accuracy.scoring import Score
from tests.transforms.text.test_halves import ENGLISH, NATIVE
from transforms.posting import posting


def test_the_native_half_is_held_against_the_english_one(monkeypatch: pytest.MonkeyPatch) -> None:
    native = NATIVE.replace("、Docker", "、Kafka")
    adverts = {
        f"gold:{n}": posting(source="gold", id=str(n), title="Engineer", text=f"{native}\n{ENGLISH}") for n in range(2)
    }
    monkeypatch.setattr(bilingual_halves, "_adverts_of_other_scripts", lambda real: adverts)
    result = Score()
    score_halves(Path("anywhere"), result)
    figures = {figure.name: (figure.hits, figure.of) for figure in result.figures()}
    assert figures["halves.skills.recall"] == (2, 3), "equal native halves count once"
    assert figures["halves.skills.precision"] == (2, 3)
    assert figures["halves.years"][1] == 1
    assert figures["halves.degree.none"] == (1, 1)
