"""Secrets: no text, log or JSON made of them has the value."""

from __future__ import annotations

import copy
import dataclasses
import json
from pathlib import Path

from fastapi.encoders import jsonable_encoder

from flows.runtime.run_record import Request
from flows.runtime.secret import HIDDEN, Secret
from flows.runtime.settings import Settings

VALUE = "s3cr3t-key"


def test_only_who_asks_for_it_gets_the_value() -> None:
    secret = Secret(VALUE, "https://hooks.example/…")
    assert secret.reveal() == VALUE
    for text in (str(secret), repr(secret), f"{secret}", f"{secret!r}", f"{[secret]}"):
        assert VALUE not in text
        assert "https://hooks.example/…" in text
    assert str(Secret(VALUE)) == HIDDEN
    assert secret == Secret(VALUE) != Secret("other")
    assert len({secret, Secret(VALUE)}) == 1
    assert copy.deepcopy(secret).reveal() == VALUE


def test_prefect_keeps_no_secret_of_a_flow_s_parameters() -> None:
    config = Settings(data=Path("/srv"), webhook=Secret(VALUE), heartbeat=Secret(VALUE))
    request = Request(settings=config, command="jobmarket run", sources=())
    text = json.dumps(jsonable_encoder(request))  # what Prefect calls, and shows on its page
    assert "jobmarket run" in text
    assert VALUE not in text + repr(request) + repr(dataclasses.asdict(request))
