"""docs/analyst.md answers its questions as the bundled sample does, and DICTIONARY.md counts its rows."""

from __future__ import annotations

import re

import pytest

from tests.flows.conftest import FinishedRun
from warehouse import analysis_views, dictionary, worked_questions
from warehouse.publish.reader import open_reader

PAGE = worked_questions.PAGE.read_text(encoding="utf-8")
REMEDY = "run `make answers`, read what changed, and see whether the words around it still hold"


def test_every_answer_is_that_of_the_sample(sample: FinishedRun) -> None:
    with open_reader(sample.data) as con:
        assert worked_questions.fill_answers(PAGE, con) == PAGE, REMEDY


def test_rows_of_the_sample_are_those_of_the_dictionary(sample: FinishedRun) -> None:
    with open_reader(sample.data) as con:
        counts = dictionary.count_rows(con)
    assert dictionary.read_sample_rows() == {n: c for n, c in counts.items() if not n.startswith("ops.")}, REMEDY
    beside = (sample.data / "DICTIONARY.md").read_text(encoding="utf-8")
    assert beside == dictionary.dictionary(counts)


def test_there_are_sixteen_questions_and_each_has_an_answer() -> None:
    assert re.findall(r"^## (\d+)\.", PAGE, re.MULTILINE) == [str(number) for number in range(1, 17)]
    assert len(worked_questions.queries(PAGE)) == 20 == PAGE.count("```sql") == PAGE.count("<!-- answer -->")
    assert "max(as_of)" not in worked_questions.queries(PAGE)[0], "which day to ask for is itself no question of a day"
    assert "invented" in PAGE.partition("## ")[0], "that the sample is synthetic is said before any number"


def test_a_question_of_a_day_is_asked_as_the_page_says(sample: FinishedRun) -> None:
    """Of the last day it has the answer that it has without naming a day."""
    with open_reader(sample.data) as con:
        (day,) = con.execute("SELECT max(as_of) FROM mart.days").fetchall()[0]
        n_asked = 0
        for query in worked_questions.queries(PAGE):
            jobs = rf"\1job_id IN (SELECT job_id FROM open_jobs(DATE '{day}'))"
            day_query = query.replace("(SELECT max(as_of) FROM mart.days)", f"DATE '{day}'")
            day_query = re.sub(r"\b(o\.)?is_open\b", jobs, day_query)
            day_query = re.sub(r"\b(o\.)?is_in_band\b", rf"{jobs} AND (is_in_band OR why_not = 'not_open')", day_query)
            n_asked += day_query != query
            assert con.execute(day_query).fetchall() == con.execute(query).fetchall(), day_query
    assert n_asked >= 10, "most questions are of a day"
    assert all(words in PAGE for words in ("open_jobs(DATE '…')", "(is_in_band OR why_not = 'not_open')"))


def test_queries_of_the_page_on_boards_run(sample: FinishedRun) -> None:
    page = (worked_questions.PAGE.parent / "boards.md").read_text(encoding="utf-8")
    queries = re.findall(r"```sql\n(.+?)```", page, re.DOTALL)
    with open_reader(sample.data) as con:
        results = [bool(con.execute(query).fetchall()) for query in queries]
    assert results == [True, False, True, True], "no night was planned"


@pytest.mark.parametrize("view", sorted(analysis_views.VIEWS))
def test_every_view_for_analysts_is_shown(view: str) -> None:
    assert view in PAGE
