"""docs/analyst.md answers its questions as the bundled sample does, and DICTIONARY.md counts its rows."""

from __future__ import annotations

import re

import pytest

from tests import worked_questions
from tests.flows.conftest import FinishedRun
from warehouse import dictionary
from warehouse.publish.reader import open_reader
from warehouse.views import analysis_views

PAGE = worked_questions.PAGE.read_text(encoding="utf-8")
QUESTIONS = {
    int(part[: part.index(".")]): part.partition("\n## ")[0]
    for part in re.split(r"^## (?=\d)", PAGE, flags=re.MULTILINE)[1:]
}
ASKED_FIRST = range(18, 28)
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


def test_there_are_27_questions_and_each_has_an_answer() -> None:
    assert list(QUESTIONS) == list(range(1, 28))
    assert len(worked_questions.queries(PAGE)) == 31 == PAGE.count("```sql") == PAGE.count("<!-- answer -->")
    for number, question in QUESTIONS.items():
        rows = [len(answer["answer"].splitlines()) - 2 for answer in worked_questions.ANSWERED.finditer(question)]
        assert rows and min(rows) > 0, f"an answer to question {number} has no row"
    assert "max(as_of)" not in worked_questions.queries(PAGE)[0], "which day to ask for is itself no question of a day"
    assert "invented" in PAGE.partition("## ")[0], "that the sample is synthetic is said before any number"


@pytest.mark.parametrize("name", sorted(analysis_views.MACROS))
def test_a_question_of_a_day_is_asked_as_the_page_says(sample: FinishedRun, name: str) -> None:
    """A view has what its macro has of the day whose cells are published, and `is_open` is the stock of that day."""
    view = name.removesuffix("_on")
    with open_reader(sample.data) as con:
        (day,) = con.execute("SELECT as_of FROM published.lists WHERE list = 'shares.role.regions'").fetchall()[0]
        of_day = con.execute(f"SELECT * FROM {name}(DATE '{day}') ORDER BY ALL").fetchall()
        assert of_day and con.execute(f"SELECT * FROM {view} ORDER BY ALL").fetchall() == of_day
        before = f"SELECT count(DISTINCT job_id) FILTER (is_open) FROM {name}(DATE '{day}' - INTERVAL 2 DAY)"
        open_then = f"SELECT count(DISTINCT job_id) FROM {name}(DATE '{day}') WHERE job_id IN"
        open_then += f" (SELECT job_id FROM open_jobs(DATE '{day}' - INTERVAL 2 DAY))"
        (n_before,), (n_then,) = (con.execute(query).fetchall()[0] for query in (before, open_then))
        # an advert that stated a job's pay or skill may have closed since, while another of the job is open
        assert abs(n_before - n_then) <= 0.002 * n_then
    assert "with `_on`" in PAGE


@pytest.mark.parametrize("number", ASKED_FIRST)
def test_a_question_asked_first_says_what_real_adverts_answer_or_why_they_do_not(number: int) -> None:
    (_, words) = QUESTIONS[number].split("**Real adverts.** ")
    assert re.search(r"\b20\d\d\b", words), "it does not say of when"
    assert re.search(r"\b(interval|between|[Nn]ot known|waits?|No)\b", words), "a number without more misleads"


def test_the_index_names_every_question() -> None:
    index = PAGE[PAGE.index("\nPay: ") : PAGE.index("Under **Real adverts**")]
    spans = [(int(low), int(high or low)) for low, high in re.findall(r"(\d+)(?: to (\d+))?", index)]
    assert sorted({number for low, high in spans for number in range(low, high + 1)}) == list(QUESTIONS)


def test_the_interval_for_analysts_is_near_that_of_published_cells(sample: FinishedRun) -> None:
    """Of cells that no platform widens: what an analyst computes from a mean over employers says what we print."""
    with open_reader(sample.data) as con:
        n_cells, narrower, furthest = con.execute("""
            SELECT count(*), max(greatest(i.lo - share_by_employer_lo, share_by_employer_hi - i.hi)),
                max(greatest(abs(i.lo - share_by_employer_lo), abs(i.hi - share_by_employer_hi)))
            FROM (SELECT *, analysis.employer_interval(share_by_employer, n_employers) AS i FROM published.shares)
            WHERE share_by_employer IS NOT NULL AND platforms IS NULL AND n_employers >= 30
        """).fetchall()[0]
    assert n_cells > 500
    assert narrower < 0.03 and furthest < 0.06


def test_queries_of_the_page_on_boards_run(sample: FinishedRun) -> None:
    page = (worked_questions.PAGE.parent / "boards.md").read_text(encoding="utf-8")
    queries = re.findall(r"```sql\n(.+?)```", page, re.DOTALL)
    with open_reader(sample.data) as con:
        results = [bool(con.execute(query).fetchall()) for query in queries]
    assert results == [True, False, True, True], "no night was planned"


@pytest.mark.parametrize("view", sorted((*analysis_views.VIEWS, *analysis_views.FUNCTIONS)))
def test_every_view_for_analysts_is_shown(view: str) -> None:
    assert view in PAGE
