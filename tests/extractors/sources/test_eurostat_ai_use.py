"""Codes that Eurostat may rename: an answer without ours is refused, not read as empty."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from extractors.response import Response
from extractors.sources.reference.eurostat_ai_use import COUNTED, SOURCE, parse
from transforms.text.rejects import Rejected

ANSWER = Path(__file__).parents[1] / "fixtures" / "eurostat_ai_use" / "jsonstat" / "answer.json"


@pytest.mark.parametrize("dimension", COUNTED)
def test_an_answer_without_our_codes_is_refused(dimension: str) -> None:
    text = ANSWER.read_text(encoding="utf-8")
    cube = json.loads(text)
    cube["dimension"][dimension]["category"]["index"] = {
        f"NEW_{code}": at for code, at in cube["dimension"][dimension]["category"]["index"].items()
    }
    at = datetime(2026, 2, 1, tzinfo=UTC)
    answers = [Response(url=SOURCE.endpoints[0], observed_at=at, status=200, body=body.encode()) for body in
               (text, json.dumps(cube))]  # fmt: skip
    assert list(parse(answers[0]))
    with pytest.raises(Rejected, match=f"with the codes .*{COUNTED[dimension]}"):
        list(parse(answers[1]))
