"""The words behind a row of the taxonomy: which spell it, on every row, on the labelled adverts, and as it is shown."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from rich.console import Console

from tests.accuracy.skill_spellings import LISTED, MIN_FINDS, MIN_SHARE, Row, find_words, is_spelling, read_texts, show
from tests.flows.publishing import JOB, TEXT, published
from transforms.text.html_text import text_of
from transforms.text.lookups import taxonomy

GOLD = Path(__file__).parents[3] / "shared" / "gold"


@pytest.mark.parametrize(
    ("skill", "word", "expected"),
    [
        ("Python", "Python 3", True),
        ("C", "ANSI C", True),
        ("C", "Cypress", False),
        ("Java", "JavaScript", False),
        ("AWS", "AWS Lambda", True),
        ("AWS", "Azure", False),
        ("Azure Machine Learning", "Azure AI", False),
        ("Kubernetes", "K8s", True),
        ("Hadoop", "HDFS", True),
        ("JMeter", "load testing", False),
        ("Elasticsearch", "OpenSearch", False),
        ("Anthropic", "Claude", False),
        ("OpenAI", "OpenAI API", True),
    ],
)
def test_what_spells_a_technology(skill: str, word: str, expected: bool) -> None:
    assert is_spelling(skill, word) is expected


def test_every_name_of_a_technology_spells_it() -> None:
    foreign = [
        (skill.skill, alias)
        for skill in taxonomy()
        if skill.kind == "technology"
        for alias in skill.aliases
        if not is_spelling(skill.skill, alias)
    ]
    assert foreign == [], f"give each a row of its own in skills.csv, or list it in {LISTED.name}"


def test_what_is_listed_is_a_name_in_the_taxonomy() -> None:
    with LISTED.open(encoding="utf-8", newline="") as lines:
        listed = [(row["skill"], row["word"], row["is"]) for row in csv.DictReader(lines)]
    aliases = {(skill.skill, alias) for skill in taxonomy() for alias in skill.aliases}
    assert {(skill, word) for skill, word, _ in listed} <= aliases
    assert {kind for *_, kind in listed} == {"name", "part"}


@pytest.mark.skipif(not GOLD.is_dir(), reason="the labelled cases (../shared/gold) are not here")
def test_finds_on_labelled_adverts_spell_their_technology() -> None:
    names = ("hn_silver.jsonl", "latam_skills.jsonl", "skills_gold.jsonl", "skillspan_tech_docs.jsonl")
    documents = [json.loads(line) for name in names for line in (GOLD / name).read_text(encoding="utf-8").splitlines()]
    rows = find_words(text_of(one["html"]) if "html" in one else one["text"] for one in documents)
    judged = [row for row in rows if row.is_technology and row.n >= MIN_FINDS]
    assert len(judged) > 50
    assert [(row.skill, row.others) for row in judged if row.share < MIN_SHARE] == []


def test_words_behind_rows_are_counted_and_shown(tmp_path: Path) -> None:
    text = f"{TEXT}\nYou know K8s, PostgreSQL and code review."
    rows = {row.skill: row for row in find_words(read_texts(published(tmp_path, [{**JOB, "descriptionPlain": text}])))}
    assert rows["Kubernetes"].words == (("k8s", 1),)
    assert not rows["Code Review"].is_technology
    out = Console(record=True, width=120)
    show([Row(skill="JMeter", is_technology=True, words=(("load testing", 15), ("jmeter", 5)))], 1, out)
    assert out.export_text().split("\n")[:3] == [
        "1 technologies with 20 finds: 5 of 20 finds spell their row; 1 rows below 95%",
        "JMeter  20 finds, 25.0% spell it",
        "    load testing 15  ",
    ]
