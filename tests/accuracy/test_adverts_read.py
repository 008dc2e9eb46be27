"""Adverts read in full: what counts as right, on labels of our own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.accuracy.adverts_read import (
    ASHBY,
    OTHER_PAGES,
    _Counts,
    _is_all_pay,
    _score,
    read_adverts,
    score_adverts,
)
from tests.accuracy.scorecard import REAL
from tests.accuracy.scoring import Figure, GoldError, Score
from transforms.posting import posting

TEXT = "Requirements\nPython. 3+ years of experience. The base salary is $100,000 to $120,000 a year."
LABEL: Mapping[str, Any] = {
    "id": "gold:1", "language": "en", "countries": ["US"], "city": "Boston", "workplace": None, "workplace_from": None,
    "remote_scope": [], "employment_type": None, "is_ai": True, "role": "data_scientist", "seniority": "unstated",
    "years_min": 3, "degree_min": None, "pay_country": "US", "skills_required": ["Python", "Frobnicator"],
    "skills_preferred": [], "skills_mentioned": [], "unsure": [],
    "pay": [
        {"low": 100_100, "high": 120_000, "currency": "USD", "period": "year", "is_base": True},
        {"low": 9_000, "high": None, "currency": "USD", "period": "year", "is_base": False},
    ],
}  # fmt: skip


def figures_of(*labels: Mapping[str, Any], source: str = "gold") -> dict[str, Figure]:
    result = Score()
    counts = _Counts(result)
    advert = posting(source=source, id="1", title="Data Scientist", text=TEXT, location_text="Boston, MA", board="b")
    for label in labels:
        _score("gold:1", label, advert, counts)
    counts.add_up()
    return {figure.name: figure for figure in result.figures()}


def counts_of(label: Mapping[str, Any]) -> dict[str, tuple[int | None, int | None]]:
    return {name: (figure.hits, figure.of) for name, figure in figures_of(label).items()}


def test_each_key_is_scored_by_the_conventions() -> None:
    counts = counts_of(LABEL)
    keys = ("countries", "city", "years_min", "role", "pay_country", "employment_type", "degree_min")
    assert {key: counts[f"adverts.english.{key}"] for key in keys} == dict.fromkeys(keys, (1, 1))
    assert counts["adverts.english.pay"] == (1, 1), "within rounding; what is no base pay does not count"
    assert counts["adverts.english.seniority"] == (1, 1), "a level inferred from years is no word of the title"
    assert counts["adverts.english.skills.recall"] == (1, 1), "Frobnicator has no row"
    assert counts["adverts.english.skills.covered"] == (1, 2)


def test_a_label_without_a_row_may_name_skills_within_it() -> None:
    counts = counts_of({**LABEL, "skills_required": [], "skills_mentioned": ["modern Python tooling (3.12)"]})
    assert counts["adverts.english.skills.precision"] == (1, 1)
    assert counts_of({**LABEL, "skills_required": ["Java"]})["adverts.english.skills.precision"] == (0, 1)


def test_what_the_labeller_was_unsure_of_counts_apart() -> None:
    figure = figures_of(LABEL, {**LABEL, "unsure": ["role"], "role": "other"})["adverts.english.role"]
    assert (figure.hits, figure.of, figure.in_doubt) == (1, 1, (0, 1))


@pytest.mark.parametrize(("source", "population"), [("ashby", ASHBY), ("lever", OTHER_PAGES)])
def test_every_figure_is_told_by_where_the_adverts_come_from(source: str, population: str) -> None:
    figures = figures_of(LABEL, source=source)
    assert figures and all(figure.by_source == {population: (figure.hits, figure.of)} for figure in figures.values())


def test_a_lone_flag_of_false_is_not_scored() -> None:
    counts = counts_of({**LABEL, "workplace": "onsite", "workplace_from": "flag"})
    assert not any("workplace" in name for name in counts)
    counts = counts_of({**LABEL, "workplace": "onsite", "workplace_from": "text"})
    assert counts["adverts.english.workplace.recall"] == (0, 1)


def test_other_languages_are_scored_apart() -> None:
    assert "adverts.others.city" in counts_of({**LABEL, "language": "de"})


@pytest.mark.parametrize(
    ("labels", "readings", "is_right"),
    [
        ([(1.0, 2.0, "USD", "year")], [(1.0, 2.0, "USD", "year"), (1.0, 2.0, "USD", "year")], True),
        ([(1.0, 2.0, "USD", "year")], [], False),
        ([(1.0, 2.0, "USD", "year")], [(1.0, 2.0, "USD", "hour")], False),
        ([(1.0, None, "USD", "year")], [(1.0, 2.0, "USD", "year")], False),
        ([(1.0, 2.0, "USD", "year")], [(1.0, 2.0, "USD", "year"), (3.0, 4.0, "USD", "year")], False),
    ],
)
def test_all_ranges_must_be_read_and_none_invented(labels: list[Any], readings: list[Any], is_right: bool) -> None:
    assert _is_all_pay(labels, readings) is is_right


def test_labels_without_their_advert_are_named(tmp_path: Path) -> None:
    (tmp_path / "adverts_read.jsonl").write_text('{"id": "ashby:none"}\n', encoding="utf-8")
    with pytest.raises(GoldError, match="ashby:none"):
        score_adverts([tmp_path / "adverts_read.jsonl"], tmp_path, Score())
    score_adverts([tmp_path / "no file"], tmp_path, Score())


@pytest.mark.skipif(not (REAL / "payloads").is_dir(), reason=f"the recorded answers are not at {REAL}")
def test_an_advert_is_read_by_its_source() -> None:
    (advert,) = read_adverts(REAL, ["ashby:0e40f994-87de-409d-a197-4f076549263c"]).values()
    assert advert.title == "Software Engineer, Mobile"
