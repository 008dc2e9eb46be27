"""What people said in audits is scored again: a corrected answer is a miss until a reader is mended."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from extractors.archive.store import Store
from flows.accuracy.audit_results import GOLD, Answer
from tests.accuracy.audited_cases import score_audited
from tests.accuracy.scoring import Score
from tests.flows.publishing import JOB, published
from warehouse.publish.reader import open_reader


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return published(tmp_path_factory.mktemp("cases") / "data", [JOB, {**JOB, "id": "2", "title": "Account Executive"}])


def score_of(data: Path, *answers: Answer) -> Score:
    (data / GOLD).write_text("".join(f"{json.dumps(asdict(one))}\n" for one in answers), encoding="utf-8")
    result = Score()
    score_audited(data, Store(data / "archive"), result)
    return result


@pytest.fixture
def right_answer(data: Path) -> Answer:
    with open_reader(data) as con:
        posting_id, text_hash = con.execute("SELECT posting_id, text_hash FROM core.postings ORDER BY 1").fetchall()[0]
    read = {"role": "machine_learning_engineer"}
    return Answer(
        audited_on="2026-11-26", posting_id=posting_id, reader="role", source="ashby", language="en", is_right=True,
        read=dict(read), right=dict(read), text_hash=text_hash, code_version="", weight=3.0,
    )  # fmt: skip


def test_a_confirmed_answer_is_right_as_long_as_it_is_read_so(data: Path, right_answer: Answer) -> None:
    (figure,) = score_of(data, right_answer).figures()
    assert (figure.name, figure.hits, figure.of) == ("audit.role", 1, 1)


def test_a_corrected_answer_is_a_miss_and_the_last_word_counts(data: Path, right_answer: Answer) -> None:
    correction = replace(right_answer, is_right=False, right={"role": "data_scientist"})
    result = score_of(data, right_answer, correction)
    (figure,) = result.figures()
    assert (figure.hits, figure.of) == (0, 1)
    (miss,) = result.misses
    assert (miss.case, miss.expected, miss.got) == (
        right_answer.posting_id,
        "role data_scientist",
        "role machine_learning_engineer",
    )


def test_an_advert_that_changed_or_is_gone_is_left_out(
    data: Path, right_answer: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    old_text = replace(right_answer, text_hash="0" * 32)
    no_advert = replace(right_answer, posting_id="ashby:gone")
    assert score_of(data, old_text, no_advert).figures() == ()
    assert right_answer.posting_id in caplog.text
    assert "ashby:gone" in caplog.text


def test_no_answers_no_figures(tmp_path: Path) -> None:
    result = Score()
    score_audited(tmp_path, Store(tmp_path / "archive"), result)
    assert result.figures() == ()
