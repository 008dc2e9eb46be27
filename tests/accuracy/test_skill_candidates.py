"""Candidates for the taxonomy as the warehouse counts them: who writes a name, beside what, and how it is shown."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from rich.console import Console

from tests.accuracy.skill_candidates import Candidate, read_candidates, show_candidates
from tests.flows.publishing import JOB, TEXT, published

ASKED = "You know Kafka, {} and PostgreSQL."


def job(number: int, *names: str, **other: str) -> dict[str, object]:
    """An advert of its own title, and so a job of its own, that names these."""
    text = TEXT + "\n".join(map(ASKED.format, names))
    fields = {"id": f"{number}-aaaa", "title": f"Senior ML Engineer {chr(65 + number)}", "descriptionPlain": text}
    return {**JOB, **fields, **other}


def test_counts_spelling_neighbours_and_examples(tmp_path: Path) -> None:
    data = published(tmp_path, [job(1, "Blorptool"), job(2, "Blorptool", "Frobni"), job(3, "BlorpTool")])
    with duckdb.connect(str(data / "market.duckdb"), read_only=True) as con:
        rows = con.execute("SELECT * FROM core.skill_candidates ORDER BY n_jobs DESC").fetchall()
        count = con.execute("SELECT count(*) FROM core.posting_candidates").fetchall()
    assert [row[:5] for row in rows] == [
        ("Blorptool", 3, 1, ["Kafka"], ["ashby:1-aaaa"]),
        ("Frobni", 1, 1, ["Kafka"], ["ashby:2-aaaa"]),
    ]
    assert {day.isoformat() for row in rows for day in row[5:]} == {"2026-09-30"}
    assert count == [(4,)]


def test_adverts_of_other_fields_name_no_candidates(tmp_path: Path) -> None:
    other = {"title": "Office Manager", "descriptionPlain": ASKED.format("Blorptool")}
    data = published(tmp_path, [{**JOB, **other}])
    with duckdb.connect(str(data / "market.duckdb"), read_only=True) as con:
        assert con.execute("SELECT * FROM core.posting_candidates").fetchall() == []


def test_a_name_of_one_employer_is_not_offered(tmp_path: Path) -> None:
    assert read_candidates(published(tmp_path, [job(1, "Blorptool"), job(2, "Blorptool")]), 5) == ([], 0)


def test_candidates_of_several_employers_with_their_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.accuracy.skill_candidates.MIN_EMPLOYERS", 1)
    candidates, n_found = read_candidates(published(tmp_path, [job(1, "Blorptool"), job(2, "Blorptool", "Frobni")]), 1)
    assert n_found == 2
    (one,) = candidates
    assert (one.name, one.n, one.n_employers, one.beside) == ("Blorptool", 2, 1, ("Kafka",))
    assert one.examples == (("ashby:1-aaaa", ASKED.format("Blorptool")),)
    assert one.csv_line.startswith("Blorptool,") and one.csv_line.endswith("ashby:1-aaaa")


def test_shown_with_what_a_person_needs_to_decide() -> None:
    out = Console(record=True, width=120)
    one = Candidate(
        name="Blorptool",
        n=3,
        n_employers=2,
        beside=("Kafka",),
        examples=(("ashby:1", "Kafka, Blorptool"),),
        csv_line="row",
    )
    show_candidates([one], 2, out)
    output = out.export_text()
    assert "2 found, 1 shown" in output
    assert "3 jobs of 2 employers, beside Kafka" in output
