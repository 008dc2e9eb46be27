"""`jobmarket readers audit`: a person at a scripted terminal, on adverts of our own."""

from __future__ import annotations

import dataclasses
import io
import json
import shutil
from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import pytest
from rich.console import Console

from flows.accuracy.audit import DOUBT_SIZE, QUESTIONS, Candidate, ask_questions, candidates_in, draw, parse_value
from flows.accuracy.audit_results import ALL, GOLD, Answer, answers_in, audits_of
from flows.terminal.errors import Wrong
from tests.flows.accuracy.test_audit_results import answer
from tests.flows.publishing import JOB, published
from transforms.records.vocabulary import READERS
from warehouse import database
from warehouse.ops_tables import Audits
from warehouse.publish.market import publish
from warehouse.publish.reader import open_reader

DAY = date(2026, 11, 25)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    jobs = [{**JOB, "id": f"{number:08d}"} for number in range(40)]
    return published(tmp_path_factory.mktemp("audit") / "data", jobs)


@pytest.fixture
def data(made: Path) -> Path:
    (made / GOLD).unlink(missing_ok=True)
    return made


def answer_questions(data: Path, lines: Iterable[str], day: date = DAY) -> tuple[list[Answer], str]:
    """What the person answered, typing these lines one after the other, and what the screen said."""
    keys, out = iter(lines), io.StringIO()

    def ask(prompt: str) -> str:
        out.write(prompt)
        line = next(keys, None)
        if line is None:
            raise EOFError
        return line

    return ask_questions(data, day, ask, Console(file=out, width=100, markup=False, emoji=False)), out.getvalue()


def index_of(data: Path, reader: str) -> int:
    """How many questions come before the first one about a reader."""
    with open_reader(data) as con:
        return [question.reader for question in draw(candidates_in(con), DAY)].index(reader)


# --- drawing ------------------------------------------------------------------------------------------

MANY = [Candidate(f"{source}:{number}", source, language) for source, language, n in (
    ("ashby", "en", 4000), ("ashby", "de", 60), ("lever", "en", 300), ("lever", "fr", 9),
) for number in range(n)]  # fmt: skip


def test_a_days_questions_are_the_same_however_often_they_are_drawn() -> None:
    assert draw(MANY, DAY) == draw(MANY, DAY)
    assert draw(MANY, DAY) != draw(MANY, date(2026, 11, 26))


def test_questions_are_spread_over_readers_and_strata() -> None:
    questions = draw(MANY, DAY)
    assert len(questions) == len({question.posting_id for question in questions}) == QUESTIONS
    by_reader = Counter(question.reader for question in questions)
    assert set(by_reader) == set(READERS)
    assert max(by_reader.values()) - min(by_reader.values()) <= 1
    by_stratum = Counter((question.source, question.language) for question in questions)
    # by the root of its size: 63 : 17 : 8 : 3 of 91
    assert by_stratum["ashby", "en"] in (13, 14)
    assert by_stratum["lever", "en"] in (3, 4)
    assert by_stratum["ashby", "de"] in (1, 2)


def test_what_was_answered_is_not_asked_again() -> None:
    few = MANY[:20]
    first = draw(few, DAY)
    answers = [
        Answer(
            audited_on="2026-11-24", posting_id=q.posting_id, reader=reader, source=q.source, language=q.language,
            is_right=True, read={}, right={}, text_hash=None, code_version="",
        )
        for q in first for reader in READERS
    ]  # fmt: skip
    assert draw(few, DAY, answered=answers) == []
    assert draw([], DAY) == []


def test_doubted_adverts_are_drawn_more_often_and_weigh_less() -> None:
    half = [
        Candidate(f"ashby:{number}", "ashby", "en", frozenset({"role"} if number % 2 else ())) for number in range(400)
    ]
    questions = [
        question
        for number in range(150)
        for question in draw(half, DAY + timedelta(days=number))
        if question.reader == "role"
    ]
    of_doubt = [question for question in questions if int(question.posting_id[6:]) % 2]
    rest = [question for question in questions if not int(question.posting_id[6:]) % 2]
    assert len(of_doubt) / len(rest) == pytest.approx(1 + DOUBT_SIZE, rel=0.4)
    assert rest[0].weight / of_doubt[0].weight == pytest.approx(1 + DOUBT_SIZE, rel=0.1)
    stand_for = sum(question.weight for question in of_doubt) / sum(question.weight for question in questions)
    assert stand_for == pytest.approx(0.5, abs=0.1), "by their weights the doubted half is a half again"


def test_values_in_doubt_are_asked_about_first() -> None:
    half = [Candidate(f"ashby:{n}", "ashby", "en", frozenset(READERS if n % 2 else ())) for n in range(400)]
    in_doubt = [int(question.posting_id[6:]) % 2 for question in draw(half, DAY)]
    assert 0 < sum(in_doubt) < len(in_doubt)
    assert in_doubt == sorted(in_doubt, reverse=True)


# --- asking -------------------------------------------------------------------------------------------


def test_enter_confirms_and_everything_is_kept(data: Path) -> None:
    answers, output = answer_questions(data, [""] * QUESTIONS)
    assert len(answers) == QUESTIONS
    assert all(answer.is_right and answer.read == answer.right for answer in answers)
    assert answers_in(data / GOLD) == answers
    pay = next(answer for answer in answers if answer.reader == "pay")
    assert pay.read == {
        "pay_low": 150_000.0, "pay_high": 180_000.0, "currency": "CAD", "period": "year", "pay_country": "CA",
    }  # fmt: skip
    assert "The base salary is $150,000 - $180,000 per year." in output, "the words it stands on are shown"


def test_the_kept_file_holds_no_text_of_the_advert(data: Path) -> None:
    answer_questions(data, [""] * QUESTIONS)
    text = (data / GOLD).read_text()
    assert "Lumen Lamps" not in text
    assert "base salary" not in text


def test_a_correction_is_kept_beside_what_was_read(data: Path) -> None:
    before = index_of(data, "pay")
    lines = [*["s"] * before, "n", "155k", "155,000", "-", "usd", "month", "us", "q"]
    (answer,), output = answer_questions(data, lines)
    assert "'155k' is not a number" in output
    assert not answer.is_right
    assert answer.read["pay_low"] == 150_000.0
    assert answer.right == {
        "pay_low": 155_000.0,
        "pay_high": None,
        "currency": "USD",
        "period": "month",
        "pay_country": "US",
    }


def test_skills_are_added_and_taken_away(data: Path) -> None:
    before = index_of(data, "skill")
    (answer,), output = answer_questions(data, [*["s"] * before, "n", "*Go", "+go preferred, -Rust, +Lampcraft", "q"])
    assert "'*Go'" in output
    read, right = answer.read["skills"], answer.right["skills"]
    assert isinstance(read, dict)
    assert isinstance(right, dict)
    assert right == {key: value for key, value in read.items() if key != "Rust"} | {
        "Go": "preferred", "Lampcraft": "required",
    }  # fmt: skip
    assert "Computer Vision" not in read, "what is only mentioned is not asked about"


def test_a_wrong_that_changes_nothing_is_right(data: Path) -> None:
    before = index_of(data, "role")
    (answer,), _ = answer_questions(data, [*["s"] * before, "n", "", "q"])
    assert answer.is_right


def test_the_whole_advert_can_be_looked_at(data: Path) -> None:
    answers, output = answer_questions(data, ["a", "what?", "", "q"])
    assert len(answers) == 1
    assert "[Rust ‹preferred›]" in output
    assert "'what?' is not an answer" in output


def test_a_day_goes_on_where_it_was_left(data: Path) -> None:
    first, _ = answer_questions(data, ["", "", "q"])
    second, output = answer_questions(data, [""] * QUESTIONS)
    assert len(first) == 2
    assert len(second) == QUESTIONS - 2
    assert not {(a.posting_id, a.reader) for a in first} & {(a.posting_id, a.reader) for a in second}
    assert "3 of 20" in output
    assert answer_questions(data, [""])[0] == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("pay_low", "nan"), ("pay_low", "-5"), ("years_min", "inf"), ("period", "fortnight"), ("country", "XX"),
        ("pay_country", "XX"), ("subdivision", "US-XX"),
        ("currency", "dollar"), ("currency", "€€€"), ("role", "wizard"), ("remote_scope", "MARS"),
        ("remote_scope", "US-CA"), ("ruled_out", "US-XX"), ("ruled_out", "no idea"),
        ("city", "12345"), ("city", "remote"),
    ],
)  # fmt: skip
def test_values_that_no_field_can_hold_are_refused(field: str, value: str) -> None:
    with pytest.raises(Wrong):
        parse_value(field, value)


def test_values_are_read_as_the_field_holds_them() -> None:
    assert parse_value("remote_scope", "us, eu") == ["EU", "US"]
    assert parse_value("country", "de") == "DE"
    assert parse_value("pay_country", "remote") == "remote"
    assert (parse_value("subdivision", "us-ca"), parse_value("city", "Zürich")) == ("US-CA", "Zürich")
    assert parse_value("ruled_out", "us-ca, gb, latam") == ["GB", "LATAM", "US-CA"]
    assert parse_value("years_min", "-") is None


# --- keeping -------------------------------------------------------------------------------------------


def test_the_warehouse_carries_the_rows(data: Path) -> None:
    answer_questions(data, [""] * QUESTIONS)
    with database.open_work(data) as con:
        database.load_lookup(con, Audits, audits_of(data))
        publish(con, data / "market.duckdb")
    with open_reader(data) as con:
        row = con.execute(f"SELECT sum(n_asked), sum(n_right) FROM ops.audits WHERE source = '{ALL}'").fetchone()
    assert row == (QUESTIONS, QUESTIONS)


def test_a_damaged_line_is_named_and_takes_no_other_with_it(data: Path, caplog: pytest.LogCaptureFixture) -> None:
    whole = answer("2026-01-01", "ashby:1", True)
    line = json.dumps(dataclasses.asdict(whole))
    (data / GOLD).write_text(f"{line}\n{line[:40]}")
    assert answers_in(data / GOLD) == [whole]
    assert "line 2" in caplog.text
    (second,), _ = answer_questions(data, ["", "q"])
    assert answers_in(data / GOLD) == [whole, second]
    assert answers_in(data / "none") == []


def test_adverts_are_read_where_the_settings_put_them(data: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(data, tmp_path / "data")
    elsewhere = (copy / "refined").rename(tmp_path / "refined")
    out = io.StringIO()
    keys = iter(["", ""])
    screen = Console(file=out, width=100, markup=False, emoji=False)
    ask_questions(copy, DAY, lambda prompt: next(keys, "q"), screen, refined=elsewhere)
    assert "makes it again" not in out.getvalue()
    assert len(out.getvalue().splitlines()) > 5, "the advert is shown"


def test_an_advert_that_contradicts_itself_is_doubted_for_the_reader_it_concerns(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    junior = {**JOB, "id": "0", "title": "Junior Machine Learning Engineer"}  # the text asks for six years
    data = published(tmp_path_factory.mktemp("doubts") / "data", [junior, {**JOB, "id": "1"}])
    with open_reader(data) as con:
        doubts = {one.posting_id: one.doubts for one in candidates_in(con)}
    assert doubts == {"ashby:0": {"seniority"}, "ashby:1": frozenset()}
