"""Names without a row in lists beside known technologies: what is a candidate, and how it is counted."""

from __future__ import annotations

from datetime import date

import pytest
from rich.console import Console

from flows.accuracy.emerging_terms import Advert
from flows.accuracy.listed_names import Candidate, find_candidates, show_candidates
from tests.clock import measure_growth

DAY = date(2026, 1, 1)


def advert(number: int, text: str, employer: str = "") -> Advert:
    return Advert(
        posting_id=f"ashby:{number}",
        employer=employer or f"employer {number}",
        is_ai=True,
        is_technical=True,
        day=DAY,
        crawled_on=DAY,
        text=text,
    )


def names_of(*texts: str) -> set[str]:
    return {one.name for one in find_candidates(advert(n, text) for n, text in enumerate(texts))}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("You know Kafka, Blorptool and PostgreSQL.", {"Blorptool"}),
        ("Kenntnisse in Kafka, Blorptool oder PostgreSQL", {"Blorptool"}),
        ("Maîtrise de Kafka, Blorptool et PostgreSQL", {"Blorptool"}),
        ("Kafka、Blorptool、PostgreSQLの経験", {"Blorptool"}),
        ("We use Kafka, PostgreSQL and Blorptool for our streams.", {"Blorptool"}),
        ("Tools (Kafka, PostgreSQL, Blorp DB)", {"Blorp DB"}),
        ("using Blorp2, Kafka and PostgreSQL", {"Blorp2"}),
        ("You know Kafka and Blorptool.", set()),
        ("You know Kafka, teamwork and PostgreSQL.", set()),
        ("You know Kafka and PostgreSQL. Blorptool is our mascot.", set()),
        ("Kafka, PostgreSQL, Redis | Blorptown | Full-time", set()),
        ("Vous connaissez Kafka, PostgreSQL, Nous cherchons une personne", set()),
        ("You know Kafka, Redis and PostgreSQL.", set()),
    ],
)
def test_names_beside_known_technologies(text: str, names: set[str]) -> None:
    assert names_of(text, text) == names


def test_a_name_of_one_employer_is_no_candidate() -> None:
    text = "You know Kafka, Blorptool and PostgreSQL."
    assert find_candidates([advert(1, text, "one"), advert(2, text, "one")]) == []


def test_counts_neighbours_and_row() -> None:
    text = "You know Kafka, Blorptool and PostgreSQL."
    (found,) = find_candidates([advert(1, text), advert(2, text), advert(3, text, "employer 1")])
    assert (found.name, found.n, found.n_employers) == ("Blorptool", 3, 2)
    assert set(found.beside) == {"Kafka", "PostgreSQL"}
    assert found.csv_line.startswith("Blorptool,") and found.csv_line.endswith("ashby:3")
    assert "Blorptool" in found.examples[0][1]


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
    show_candidates([one, one], 1, out)
    said = out.export_text()
    assert "2 found, 1 shown" in said
    assert "3 jobs of 2 employers, beside Kafka" in said


def test_long_lists_take_time_in_proportion_to_their_length() -> None:
    def find(text: str) -> None:
        find_candidates([advert(1, text), advert(2, text)])

    *_, is_too_slow = measure_growth(find, "Kafka, Blorptool, PostgreSQL, ", (30_000, 120_000))
    assert not is_too_slow
