"""The walk of CONTRIBUTING.md, "Add a source": one module and one fixture pair, and everything else finds it."""

from __future__ import annotations

import ast
import importlib
import io
import json
import sys
import tokenize
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from extractors.archive.writer import Writer
from extractors.refine.refine import refine
from extractors.source import all_sources, source_of
from extractors.source_list import declared_sources, sources_markdown
from extractors.sources import declaration, job_boards
from extractors.sources.declaration import SourceModule
from extractors.sources.salaries.pay_survey import Survey
from extractors.web.session import Web
from flows.runtime.permissions import why_off
from tests.extractors.board import Recorded
from tests.extractors.sources import test_sources
from warehouse import database
from warehouse.load import loader

URL = "https://api.toyjobs.example/v1/jobs"
MODULE = '''"""Toy jobs: an invented aggregator."""

from extractors.sources.declaration import declare
from extractors.sources.fetching import fetch_addresses
from extractors.sources.parsing import parse_list
from transforms.raw_posting import RawPosting

URL = "https://api.toyjobs.example/v1/jobs"
KNOWN = frozenset(("id", "title", "company", "place", "text"))
SOURCE = declare("toy_jobs", kind="aggregator", endpoints=(URL,))


fetch = fetch_addresses(URL)


def read_job(job):
    return RawPosting(
        source=SOURCE.name,
        id=job.get("id"),
        title=job.get("title"),
        employer=job.get("company"),
        location_text=job.get("place"),
        html=job.get("text"),
    )


parse = parse_list(read_job, "jobs", known=KNOWN)
'''
ENTRY = """
[toy_jobs]
title = "Toy jobs"
publisher = "Toy Jobs Ltd"
homepage = "https://toyjobs.example"
attribution = "Job postings: Toy Jobs."
licence = "Free to use with Toy Jobs named"
terms_checked = "2026-03-01, on its site"
gives = "invented adverts"
is_republishable = true
cadence = "daily"
expected_rows = [1, 100]
facts = "Invented."
"""
ANSWER = {
    "jobs": [
        {"id": 1, "title": "Senior ML Engineer", "company": "Acme", "place": "Lima, Peru", "text": "<p>We learn.</p>"},
        {"id": 2, "company": "No Title Ltd"},
        {"id": 3, "title": "Data Scientist", "mood": "glad"},
    ]
}
EXPECTED = {
    "url": URL,
    "observed_at": "2026-03-01T02:00:00+00:00",
    "rows": [
        {"posting_id": "toy_jobs:1", "country": "PE", "role": "machine_learning_engineer", "seniority": "senior"},
        {"posting_id": "toy_jobs:3", "role": "data_scientist"},
    ],
    "issues": [
        {"column_name": "title", "is_deliberate": False},
        {"column_name": "keys", "value": "mood", "is_deliberate": True},
    ],
}


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SourceModule]:
    """The module, as if it stood in extractors/sources/job_boards/, and its entry, as if in extractors/sources.toml."""
    folder = tmp_path / "more_extractors"
    folder.mkdir()
    (folder / "toy_jobs.py").write_text(MODULE, encoding="utf-8")
    monkeypatch.setattr(job_boards, "__path__", [*job_boards.__path__, str(folder)])
    entries = tmp_path / "sources.toml"
    entries.write_text(declaration.DESCRIPTIONS.read_text(encoding="utf-8") + ENTRY, encoding="utf-8")
    monkeypatch.setattr(declaration, "DESCRIPTIONS", entries)
    declaration.descriptions.cache_clear()
    all_sources.cache_clear()
    yield all_sources()["toy_jobs"]
    sys.modules.pop(f"{job_boards.__name__}.toy_jobs", None)
    monkeypatch.undo()
    importlib.invalidate_caches()
    declaration.descriptions.cache_clear()
    all_sources.cache_clear()


def test_the_walk(toy: SourceModule, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = tmp_path / "fixtures" / "toy_jobs" / "list"
    case.mkdir(parents=True)
    (case / "answer.json").write_text(json.dumps(ANSWER), encoding="utf-8")
    (case / "expected.json").write_text(json.dumps(EXPECTED), encoding="utf-8")
    monkeypatch.setattr(test_sources, "CASES", [case])
    test_sources.test_an_answer_gives_the_expected_rows_and_issues(case)
    test_sources.test_the_same_answer_gives_the_same_rows(case)
    test_sources.test_a_source_declares_itself("toy_jobs")
    test_sources.test_fetch_asks_only_under_the_endpoints("toy_jobs")
    assert source_of(URL) is toy
    assert "## toy_jobs\nToy jobs, by Toy Jobs Ltd" in sources_markdown()
    assert "toy_jobs" in {source.source for source in declared_sources()}
    assert why_off(toy.SOURCE, tmp_path) is None


def test_what_it_answered_goes_the_whole_way(
    toy: SourceModule, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("extractors.refine.refine.code_key", lambda source: "0" * 32)
    recording = tmp_path / "recorded.warc.gz"
    with Writer(recording) as writer:
        body = json.dumps(ANSWER).encode()
        writer.write(url=URL, observed_at=datetime(2026, 3, 1, 2, tzinfo=UTC), status=200, body=body)
    warc = tmp_path / "archive" / "toy_jobs" / "2026-03-01T020000Z.warc.gz"
    with Writer(warc) as writer:
        assert toy.fetch(Recorded(recording), boards=(), as_of=date(2026, 3, 1)) == []
        Web(toy.SOURCE, writer=writer, is_live=False).take(recording)
    result = refine("toy_jobs", warc, archive=tmp_path / "archive", refined=tmp_path / "refined")
    with database.open_work(tmp_path) as con:
        (outcome,) = loader.load(con, [result], gate=lambda *_: True)
        assert outcome.state == "loaded"
        postings = con.execute("SELECT posting_id, country, seniority FROM core.postings ORDER BY ALL").fetchall()
        rejects = con.execute("SELECT column_name, is_deliberate FROM ops.rejects ORDER BY ALL").fetchall()
    assert postings == [("toy_jobs:1", "PE", "senior"), ("toy_jobs:3", None, "unstated")]
    assert rejects == [("keys", True), ("title", False)]


def code_lines(path: Path) -> int:
    """Lines of code: without blank ones, comments, docstrings, imports, and what is only declared."""
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    apart: set[int] = set()
    for node in ast.walk(tree):
        is_words = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        names = {getattr(target, "id", "") for target in getattr(node, "targets", [])}
        is_declared = isinstance(node, ast.Assign) and names & {"SOURCE", "KNOWN"}
        if isinstance(node, ast.stmt) and (is_words or is_declared or isinstance(node, ast.Import | ast.ImportFrom)):
            apart |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    lines = {
        line
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type not in (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)
        for line in range(token.start[0], token.end[0] + 1)
        if token.string.strip()
    }
    return len(lines - apart)


def test_source_modules_stay_small_and_have_no_base_class() -> None:
    modules: list[Any] = [module for module in all_sources().values() if not isinstance(module, Survey)]
    assert median(code_lines(Path(str(module.__file__))) for module in modules) <= 60
    for module in modules:
        name = module.__name__
        own = [value for value in vars(module).values() if isinstance(value, type) and value.__module__ == name]
        assert all(cls.__mro__[1] in (object, tuple) for cls in own), name
