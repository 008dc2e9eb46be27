"""Skills: a table of examples, the taxonomy's own promises, evidence looked up, and that no input can break it."""

from __future__ import annotations

import csv
import itertools
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.records.vocabulary import REQUIREMENTS, SKILL_CATEGORIES
from transforms.skills.extraction import EXCLUDING, OF_SECTION, OTHERS, WORDS_OF, skills_in
from transforms.skills.lexicon import FORMS, expand_alternatives, translated_names
from transforms.skills.sections import IDEAL, INTRO, WHOLE
from transforms.text.html_text import text_of
from transforms.text.lookups import rows_of, taxonomy

HERE = Path(__file__).parent
REAL = HERE.parents[3] / "shared" / "real"
BASELINE = {
    "Programming Languages": ("Python", "R", "Java", "C++"),
    "Machine Learning and Deep Learning": ("TensorFlow", "Keras", "PyTorch", "scikit-learn", "Transformers"),
    "Mathematics and Statistics": ("Linear Algebra", "Calculus", "Probability", "Optimization"),
    "Big Data and Cloud": ("Hadoop", "Spark", "SQL", "AWS", "Google Cloud", "Azure"),
    "MLOps and Deployment": ("Docker", "Kubernetes", "CI/CD", "MLflow", "Kubeflow", "APIs"),
    "AI Ethics and Explainability": ("Bias", "Fairness", "Explainability"),
}
"""What the 2026 guide names, by its own six headings (docs/design.md: Figures)."""
NAMES = [name for skill in taxonomy() for name in (skill.skill, *skill.aliases)]
TEXTS = st.lists(
    st.sampled_from(NAMES)
    | st.sampled_from([" ", ", ", "/", ". ", "\n", "\n- ", ":", "(", ")", " and ", "é", "\ud800", "中", "🔹 "])
    | st.sampled_from(["Requirements", "Nice to have", "About us", " is a plus", " not required", "no ", "www."])
).map("".join)


def rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def expected(text: str) -> set[tuple[str, str]]:
    return {(name, requirement) for name, requirement in (part.rsplit(" ", 1) for part in text.split("; ") if part)}


@pytest.mark.parametrize("row", rows("skill_cases.csv"), ids=lambda row: f"{row['note']}: {row['text'][:30]}")
def test_skills_in(row: dict[str, str]) -> None:
    skills = skills_in(row["text"].replace("\\n", "\n"), title=row["title"])
    assert {(one.skill, one.requirement) for one in skills} == expected(row["expected"])


def test_span_is_that_of_the_strongest_mention() -> None:
    text = "Nice to have: Kafka.\nRequirements:\n- Kafka and K8s, Kafka again"
    kafka, kubernetes = skills_in(text)
    assert text[kafka.start : kafka.end] == "Kafka"
    assert kafka.start == text.index("Kafka and")
    assert text[kubernetes.start : kubernetes.end] == "K8s"


@pytest.mark.parametrize(("employer", "requirement"), [("Snowflake", "mentioned"), ("Acme", "required")])
def test_the_employers_own_name_is_only_mentioned(employer: str, requirement: str) -> None:
    text = "Requirements:\n- You know Snowflake, the data platform, and Kubernetes"
    skills = skills_in(text, title="Engineer, Snowflake", employer=("board", employer))
    assert [(one.skill, one.requirement) for one in skills] == [
        ("Snowflake", requirement),
        ("Kubernetes", "required"),
    ]


def test_a_part_of_the_employers_name_is_no_skill() -> None:
    text = "At Kafka Brothers you work with Docker. Kafka Brothers bakes bread."
    assert [one.skill for one in skills_in(text, employer=("Kafka Brothers",))] == ["Docker"]
    text = "Kafka Brothers bakes bread with Kafka."
    assert [one.skill for one in skills_in(text, employer=("Kafka Brothers",))] == ["Kafka"]
    assert text[skills_in(text, employer=("Kafka Brothers",))[0].start :] == "Kafka."


def test_taxonomy_keeps_its_promises() -> None:
    skills = taxonomy()
    assert len(skills) >= 400
    assert len({skill.skill.casefold() for skill in skills}) == len(skills)
    assert {skill.category for skill in skills} == set(SKILL_CATEGORIES)
    assert {skill.case_rule for skill in skills} == {"any", "exact"}
    assert all(skill.evidence for skill in skills)
    assert all((skill.maker is not None) == (skill.kind == "technology") for skill in skills)
    assert {skill.parent for skill in skills if skill.parent} <= {skill.skill for skill in skills if not skill.parent}
    category = {skill.skill: skill.category for skill in skills}
    for heading, names in BASELINE.items():
        assert {category.get(name) for name in names} == {heading}


def test_lookups_name_only_what_there_is() -> None:
    names = {skill.skill for skill in taxonomy()}
    spellings = {name.lower() for name in itertools.chain(NAMES, *translated_names().values())}
    assert {row["skill"] for row in rows_of("skill_phrases")} <= names
    assert {str(row["alias"]).lower() for row in rows_of("skill_context")} <= spellings
    assert {row["skill"] for row in rows_of("skill_context") if row["skill"]} <= names
    words = list(rows_of("section_words"))
    assert {row["kind"] for row in words} == {*OF_SECTION, IDEAL, OTHERS, *EXCLUDING} - {INTRO, WHOLE}
    assert {row["where"] for row in words} == {*FORMS, *WORDS_OF.values(), "demand", "turn", "verb", "joint"}
    assert len({(row["words"], row["where"], row["language"]) for row in words}) == len(words)
    denials = list(rows_of("denials"))
    assert all(row["language"] and row["evidence"] for row in denials)
    assert all(
        bool(row["triggers"]) <= (row["side"] in ("before", "before unspaced", "after", "turned")) for row in denials
    )
    translations = list(rows_of("skill_translations"))
    assert {row["skill"] for row in translations} <= names
    assert len({(row["skill"], row["language"]) for row in translations}) == len(translations)
    assert all(row["evidence"] for row in translations)


@pytest.mark.parametrize(
    "row", list(rows_of("skill_translations")), ids=lambda row: f"{row['skill']}-{row['language']}"
)
def test_every_translated_name_is_read_as_its_skill(row: dict[str, str]) -> None:
    for name in (spelling for part in row["names"].split(";") for spelling in expand_alternatives(part)):
        skills = {one.skill for one in skills_in(f"Kubernetes, {name}, PostgreSQL")}
        assert row["skill"] in skills, name


@pytest.mark.parametrize(
    ("text", "skills"),
    [
        ("熟悉机器学习与Python开发", {"Machine Learning", "Python"}),
        ("機械学習の経験、Pythonを使った開発", {"Machine Learning", "Python"}),
        ("머신러닝과 Python을 활용한 개발", {"Machine Learning", "Python"}),
        ("🔹😀 データパイプラインの構築", {"Data Pipelines"}),
        ("生成式 AI 与生成式AI", {"Generative AI"}),
        ("Fachkenntnisse in maschinellem Lernen", {"Machine Learning"}),
        ("部署用于推荐的模型", {"Model Deployment"}),
        ("データベースの名前はアーコンテナスです", set()),
    ],
)
def test_scripts_without_blanks(text: str, skills: set[str]) -> None:
    readings = skills_in(text)
    assert {one.skill for one in readings} == skills
    for one in readings:
        assert text[one.start : one.end].strip()


def test_spans_are_of_characters_behind_those_of_two_units() -> None:
    text = "😀😀 精通深度学习，使用 PyTorch"
    deep, torch = skills_in(text)
    assert text[deep.start : deep.end] == "深度学习"
    assert text[torch.start : torch.end] == "PyTorch"


def test_every_skill_is_found_by_its_name() -> None:
    """In a list among names that are not ambiguous, in a sentence on the subject of every context rule."""
    gaps = []
    for skill in taxonomy():
        text = f"Requirements:\n- Kubernetes, {skill.skill}, PostgreSQL"
        skills = {one.skill for one in skills_in(text)}
        if skill.skill not in skills:
            gaps.append(skill.skill)
    in_context = {row["alias"] for row in rows_of("skill_context")}
    assert set(gaps) <= in_context
    assert len(gaps) < len(taxonomy()) / 20


@given(TEXTS | st.text())
@settings(max_examples=400)
def test_no_input_breaks_it(text: str) -> None:
    names = {skill.skill for skill in taxonomy()}
    skills = skills_in(text, title=text[:40])
    assert len({one.skill for one in skills}) == len(skills)
    for one in skills:
        assert one.skill in names
        assert one.requirement in REQUIREMENTS
        assert 0 <= one.start < one.end <= len(text)
        assert text[one.start : one.end] == text[one.start : one.end].strip()


@pytest.mark.skipif(not REAL.is_dir(), reason="the real payloads (../shared/real) are not here")
def test_evidence_stands() -> None:
    """O*NET codes list an example of the name; Ashby postings name the skill."""
    examples: dict[str, str] = {}
    with (REAL / "reference" / "onet-technology-skills.tsv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            code = row["O*NET-SOC Code"]
            examples[code] = f"{examples.get(code, '')}\n{row['Example'].lower()}"
    postings = ashby_texts()
    for skill in taxonomy():
        for evidence in skill.evidence.split(";"):
            source, _, number = evidence.partition(":")
            if source == "onet":
                words = {skill.skill.lower(), *(alias.lower() for alias in skill.aliases)}
                assert any(word in examples[number] for word in words), (skill.skill, evidence)
            elif source == "ashby":
                assert skill.skill in {one.skill for one in skills_in(postings[number])}, (skill.skill, evidence)


def ashby_texts() -> dict[str, str]:
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    evidence = (part for skill in taxonomy() for part in skill.evidence.split(";"))
    ids = {part.removeprefix("ashby:") for part in evidence if part.startswith("ashby:")}
    texts = {}
    with (REAL / "payloads" / "ashby" / "2025-10-28.warc.gz").open("rb") as stream:
        for record in ArchiveIterator(stream, record_types=WarcRecordType.response):
            for job in json.loads(record.reader.read())["jobs"]:
                if job["id"] in ids:
                    texts[job["id"]] = text_of(job["descriptionHtml"])
    return texts
