"""Names without a row in lists beside known technologies: what is a candidate for the taxonomy."""

from __future__ import annotations

import pytest

from tests.clock import measure_growth
from transforms.skills.listed_names import MAX_NAMES, find_listed_names, is_covered


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("You know Kafka, Blorptool and PostgreSQL.", ["Blorptool"]),
        ("Kenntnisse in Kafka, Blorptool oder PostgreSQL", ["Blorptool"]),
        ("Maîtrise de Kafka, Blorptool et PostgreSQL", ["Blorptool"]),
        ("Kafka、Blorptool、PostgreSQLの経験", ["Blorptool"]),
        ("We use Kafka, PostgreSQL and Blorptool for our streams.", ["Blorptool"]),
        ("Tools (Kafka, PostgreSQL, Blorp DB)", ["Blorp DB"]),
        ("using Blorp2, Kafka and PostgreSQL", ["Blorp2"]),
        ("Kafka, Blorptool, PostgreSQL, blorpQL, Redis", ["Blorptool", "blorpQL"]),
        ("Kafka, Blorptool, PostgreSQL\nBLORPTOOL, Kafka, Redis", ["Blorptool"]),
        ("You know Kafka and Blorptool.", []),
        ("You know Kafka, teamwork and PostgreSQL.", []),
        ("You know Kafka and PostgreSQL. Blorptool is our mascot.", []),
        ("Kafka, PostgreSQL, Redis | Blorptown | Full-time", []),
        ("Vous connaissez Kafka, PostgreSQL, Nous cherchons une personne", []),
        ("You know Kafka, Redis and PostgreSQL.", []),
        ("Kafka, Toronto, PostgreSQL", []),
        ("Kafka, Data Engineer, PostgreSQL", []),
        ("", []),
    ],
)
def test_names_beside_known_technologies(text: str, names: list[str]) -> None:
    candidates = find_listed_names(text)
    assert [one.name for one in candidates] == names
    assert [text[one.start : one.end] for one in candidates] == names


def test_each_has_the_technology_before_it_or_else_the_one_behind() -> None:
    (first, second) = find_listed_names("using blorpQL, Kafka, Redis, Blorptool, PostgreSQL")
    assert (first.beside, second.beside) == ("Kafka", "Redis")


def test_an_advert_keeps_its_first_names() -> None:
    text = "".join(f"Kafka, Blorp{n:03}x, Redis\n" for n in range(2 * MAX_NAMES))
    assert [one.name for one in find_listed_names(text)] == [f"Blorp{n:03}x" for n in range(MAX_NAMES)]


@pytest.mark.parametrize(
    ("term", "is_known"),
    [
        ("kafka", True),
        ("data engineer", True),
        ("toronto", True),
        ("experience with kafka", True),
        ("blorptool", False),
    ],
)
def test_what_the_taxonomy_covers(term: str, is_known: bool) -> None:
    assert is_covered(term) is is_known


@pytest.mark.parametrize(
    "unit", ["Kafka, Blorptool, PostgreSQL, ", "Kafka " + "A" * 9 + ",", "Kafka, Redis. Blorp, ", "Kafka " * 9]
)
def test_long_lists_take_time_in_proportion_to_their_length(unit: str) -> None:
    *_, is_too_slow = measure_growth(find_listed_names, unit, (30_000, 120_000))
    assert not is_too_slow
