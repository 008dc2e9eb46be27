"""A data folder with adverts of our own, made by the readers, the store and nothing else: no Prefect, no marts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from extractors.archive.writer import Writer
from extractors.refine.refine import refine
from extractors.sources.employer_boards import ashby
from warehouse import database
from warehouse.load import loader
from warehouse.load.jobs import resolve
from warehouse.publish.market import publish

BOARD = "lamps"
OBSERVED = datetime(2026, 9, 30, 2, 0, tzinfo=UTC)
TEXT = """About us
Lumen Lamps uses machine learning and computer vision to build lamps.
What you will do
- Train recommendation models in PyTorch.
Requirements
- At least 6 years of experience with Python and Postgres.
- A Bachelor's degree in physics.
Nice to have
- Rust
Benefits
The base salary is $150,000 - $180,000 per year.
"""
JOB = {
    "id": "11111111-aaaa",
    "title": "Senior Machine Learning Engineer",
    "location": "Remote (Canada)",
    "descriptionPlain": TEXT,
    "jobUrl": "https://jobs.ashbyhq.com/lamps/11111111-aaaa",
    "employmentType": "FullTime",
    "publishedAt": "2026-09-01T00:00:00.000+00:00",
    "isListed": True,
}


def published(data: Path, jobs: Sequence[Mapping[str, Any]]) -> Path:
    """Archive one answer with these jobs, refine, load and publish it. Gives the data folder."""
    warc = data / "archive" / ashby.SOURCE.name / "2026-09-30T020000Z.warc.gz"
    with Writer(warc) as writer:
        body = json.dumps({"jobs": list(jobs)}).encode()
        headers = [("Content-Type", "application/json")]
        writer.write(url=ashby.SOURCE.url_of(BOARD), observed_at=OBSERVED, status=200, headers=headers, body=body)
    result = refine(ashby.SOURCE.name, warc, archive=data / "archive", refined=data / "refined")
    assert result.n_rows == len(jobs)
    with database.open_work(data) as con:
        (outcome,) = loader.load(con, [result], gate=lambda *_: True)
        assert outcome.state == "loaded", outcome.why
        resolve(con)
        publish(con, data / "market.duckdb")
    return data
