"""`jobmarket readers why`: an advert of our own, read by the real readers and shown with what each value stands on."""

from __future__ import annotations

import io
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from flows.accuracy import posting_report
from flows.accuracy.posting_report import read_refined_row, show, show_doubts, show_job, skills_of, values_of
from flows.terminal.errors import Wrong
from tests.flows.publishing import JOB, TEXT, published
from transforms.posting import posting

ID = f"ashby:{JOB['id']}"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    other = {**JOB, "id": "22222222-bbbb", "title": "Gardener", "descriptionPlain": "", "location": None}
    again = {**JOB, "id": "33333333-cccc", "title": f"{JOB['title']} (m/f/d)", "location": "Toronto", "isRemote": True}
    return published(tmp_path_factory.mktemp("why") / "data", [JOB, other, again])


@pytest.fixture(scope="module")
def row(data: Path) -> dict[str, Any]:
    return read_refined_row(data, ID)


def shown(row: dict[str, Any], width: int = 100) -> str:
    out = io.StringIO()
    show(row, Console(file=out, width=width, markup=False, emoji=False))
    return out.getvalue()


def test_values_stand_on_the_words_they_were_read_from(row: dict[str, Any]) -> None:
    parts = {"title": JOB["title"], "location": JOB["location"], "text": row["text"]}
    read = {
        v.name: (v.value, v.reading, str(parts[v.part])[v.start : v.end]) for v in values_of(row) if v.start is not None
    }
    assert read["role"] == ("machine_learning_engineer", "parsed", "Machine Learning Engineer")
    assert read["seniority"] == ("senior", "parsed", "Senior")
    assert read["years_min"] == ("6", "parsed", "6 years")
    assert read["degree_min"][0] == "bachelor"
    assert read["workplace"] == ("remote", "parsed", "Remote")
    assert read["place"] == ("CA", "parsed", "Canada")
    assert read["base (the posting’s pay)"][0] == "150,000 to 180,000 CAD a year"
    assert read["base (the posting’s pay)"][2] == "$150,000 - $180,000 per year"


def test_values_of_the_source_say_that_they_have_no_span(row: dict[str, Any]) -> None:
    values = {v.name: v for v in values_of(row) if v.start is None}
    assert (values["employment_type"].value, values["employment_type"].reading) == ("FULL_TIME", "stated")
    assert values["posted_on"].value == "2026-09-01"
    (line,) = [line for line in shown(row).splitlines() if "FULL_TIME" in line]
    assert "no span" in line


def test_a_language_says_how_it_is_known(row: dict[str, Any]) -> None:
    def language(row: dict[str, Any]) -> tuple[str, str, str]:
        return next((v.value, v.reading, v.rule) for v in values_of(row) if v.name == "language")

    assert language(row) == ("en", "inferred", "told from the text")
    assert language({**row, "language": "fr"})[:2] == ("fr", "stated"), "the text is English: the source said so"
    assert language({**row, "text": None})[:2] == ("en", "stated")
    assert "may state it too" in language({**row, "source": "greenhouse"})[2]
    (line,) = [line for line in shown(row).splitlines() if line.strip().startswith("language")]
    assert "inferred" in line


def test_skills_say_how_and_where_they_are_asked_for(row: dict[str, Any]) -> None:
    skills = {s.name: (s.value, s.rule, row["text"][s.start : s.end]) for s in skills_of(row)}
    assert skills["PostgreSQL"] == ("required", "in a section of requirements", "Postgres")
    assert skills["PyTorch"] == ("duty", "in a section of duties", "PyTorch")
    assert skills["Rust"] == ("preferred", "in a section of wishes", "Rust")
    assert skills["Computer Vision"][:2] == ("mentioned", "where the employer speaks of itself")
    assert skills["Machine Learning"][:2] == (
        "required",
        "where the employer speaks of itself; its clause or the title decides",
    )


@pytest.mark.parametrize("width", [80, 120])
def test_the_whole_advert_is_shown_with_its_words_marked(row: dict[str, Any], width: int) -> None:
    output = " ".join(shown(row, width).split())
    assert "[Postgres ‹PostgreSQL, required›]" in output
    assert "[Rust ‹preferred›]" in output
    pay = "[[$150,000 - $180,000 per year ‹currency CAD›] ‹base 150,000 to 180,000 CAD a year›]"
    assert pay in output, "the sign is read by the country, and said to be"
    assert "[Remote ‹workplace remote›]" in output
    for line in TEXT.splitlines():
        assert line.split()[-1].rstrip(".") in output
    assert max(map(len, shown(row, width).splitlines())) <= width


def test_an_advert_without_text_or_place_is_shown(data: Path) -> None:
    output = shown(read_refined_row(data, "ashby:22222222-bbbb"))
    assert "there is no text to read" in output
    assert "no location" in output


def test_an_unknown_posting_names_near_ones(data: Path) -> None:
    with pytest.raises(Wrong, match=r"no posting ashby:1111; near it: ashby:11111111-aaaa$"):
        read_refined_row(data, "ashby:1111")


def test_a_refined_file_that_is_gone_is_said(data: Path) -> None:
    (file,) = [f for f in (data / "refined" / "ashby").glob("*.parquet") if "responses" not in f.name]
    away = file.rename(file.with_suffix(".away"))
    try:
        with pytest.raises(Wrong, match="is gone"):
            read_refined_row(data, ID)
    finally:
        away.rename(file)


def job_shown(data: Path, posting_id: str) -> str:
    out = io.StringIO()
    show_job(data, posting_id, Console(file=out, width=160, markup=False, emoji=False))
    return out.getvalue()


def test_the_job_is_shown_with_its_adverts_and_why_they_are_one(data: Path) -> None:
    output = job_shown(data, "ashby:33333333-cccc")
    assert f"{ID}, 2 adverts" in output and "One job: their employer, title words and a place" in output
    assert "title words" in output and "places" in output and "ashby:33333333-cccc" in output
    alone = job_shown(data, "ashby:22222222-bbbb")
    assert alone.count("Gardener") == 1 and "One job" not in alone


def test_of_a_large_job_some_adverts_are_shown(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting_report, "MAX_ROWS", 1)
    output = job_shown(data, ID)
    assert f"{ID}, 2 adverts" in output and "and 1 more" in output and "ashby:33333333-cccc" not in output


def test_what_is_in_doubt_stands_above_all_values(row: dict[str, Any]) -> None:
    output = shown({**row, "doubts": ["workplace_stated"]})
    assert "place: field, location, title and text do not agree on the workplace" in " ".join(output.split())
    assert output.index("in doubt") < output.index("Read")
    assert "in doubt" not in shown({**row, "doubts": None})
    assert "GB, US-CA" in shown({**row, "ruled_out": ["GB", "US-CA"]})


def test_both_sides_of_a_doubt_stand_below_it_with_their_words() -> None:
    text = "We bake bread.\nDein Arbeitsplatz ist in unserem Büro in Stuttgart."
    advert = posting(source="ashby", id="1", title="Engineer", location_text="Hamburg", text=text)
    row = {**asdict(advert), "observed_at": datetime(2026, 1, 7, tzinfo=UTC)}
    out = io.StringIO()
    show_doubts(row, Console(file=out, width=200), reader="place")
    sides = [" ".join(line.split()) for line in out.getvalue().splitlines()[1:]]
    assert sides == [
        "place Hamburg, DE-HH, DE: location: Hamburg (0 to 7)",
        "other_place Dein Arbeitsplatz ist in unserem Büro in Stuttgart: "
        "text: Dein Arbeitsplatz ist in unserem Büro in Stuttgart (15 to 65)",
    ]
    show_doubts(row, Console(file=out, width=200), reader="pay")
    assert len(out.getvalue().splitlines()) == 3
