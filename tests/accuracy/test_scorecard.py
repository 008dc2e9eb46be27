"""`jobmarket readers scorecard`: its arithmetic on cases of our own, and the record on the labelled ones."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from tests.accuracy import scorecard, scoring
from tests.accuracy.adverts_read import ENGLISH
from tests.accuracy.scorecard import (
    DECLARED,
    GOLD,
    REAL,
    RECORD,
    Card,
    as_json,
    find_worse_scores,
    gaps_of,
    is_met,
    read_record,
    score_readers,
    show,
    write_record,
)
from tests.accuracy.scoring import Figure, GoldError, Score, score
from transforms.text.lookups import cells_of, languages_read

WITH_GOLD = pytest.mark.skipif(not GOLD.is_dir(), reason=f"the labelled cases are not at {GOLD}")

# --- cases of our own -----------------------------------------------------------------------------------

PAY_COLUMNS = "case_id input exp_min exp_max exp_currency exp_period expect_none source context_country scored why_not"
TABLES: dict[str, tuple[str, Sequence[Sequence[str]]]] = {
    "salary_cases.tsv": (
        PAY_COLUMNS,
        [
            ("p1", "Salary: $100,000 to $120,000", "100000", "120000", "USD", "year", "0", "one", "US", "1", ""),
            ("p2", "Salary: $90,000", "90000", "90000", "USD", "month", "0", "one", "US", "1", ""),  # a wrong label
            ("p3", "Salary: up to $90,000", "", "90000", "NA", "NA", "0", "two", "US", "1", ""),
            ("p4", "We raised $5 million", "NA", "NA", "NA", "NA", "1", "two", "US", "1", ""),
            ("p5", "90", "90000", "90000", "USD", "year", "0", "two", "", "0", "not said"),
        ],
    ),
    "hn_salary_read.tsv": (
        PAY_COLUMNS.replace(" source", ""),
        [("h1", "Engineer | Salary: €50k-60k", "50000", "60000", "EUR", "year", "0", "", "1", "")],
    ),
    "location_cases.tsv": (
        "case_id input exp_country exp_remote_scope source scored_scope scored_country why_not",
        [
            ("l1", "Berlin, Germany", "DE", "NA", "one", "0", "1", ""),
            ("l2", "Remote - US & Canada", "NA", "canada|us", "one", "1", "0", ""),
            ("l3", "Remote - Germany", "NA", "us", "two", "1", "0", ""),  # a wrong label
            ("l4", "Remote", "NA", "us", "two", "0", "0", "bare"),
        ],
    ),
    "seniority_cases.tsv": (
        "case_id title collapsed source scored why_not",
        [("s1", "Working Student", "junior", "one", "1", ""), ("s2", "Head of Data", "manager", "one", "1", "")],
    ),
    "titles.tsv": (
        "title role seniority",
        [
            *[("Senior Machine Learning Engineer", "machine_learning_engineer", "senior")] * 5,
            *[("Account Executive", "other", "unstated")] * 4,
            ("Account Executive", "machine_learning_engineer", "unstated"),  # a wrong label
        ],
    ),
    "hn_silver_names.tsv": (
        "name labels adverts_with_name",
        [("Python", "30", "30"), ("iOS", "40", "90"), ("Kafka", "5", "6")],
    ),
    "skill_alias_cases.tsv": (
        "case_id text expected scored why_not",
        [
            ("a1", "Experience with AWS and Docker is required.", "amazon web services|docker", "1", ""),
            ("a2", "Our NoSQL experience with Redis is required.", "", "1", ""),
        ],
    ),
}
ASKED = "Requirements\nPython, PyTorch and Rust.\nAbout us\nWe use Kubernetes."
DOCUMENTS: dict[str, list[dict[str, Any]]] = {
    "hn_silver.jsonl": [
        {"id": 1, "text": "Python and Kafka. iOS too.", "silver": {"technologies": ["Python", "iOS", "Kafka"]}},
        {"id": 2, "text": "Python or Kafka.", "silver": {"technologies": []}},
        {"id": 3, "text": "Python.", "silver": {}},
    ],
    "skillspan_tech_docs.jsonl": [
        {"doc": "d1", "text": "We ask for Python and Docker.", "gold_concrete_tech": ["Python", "Frobnicator"]}
    ],
    "skills_gold.jsonl": [
        {
            "id": "g1", "title": "Engineer", "skills": ["Python", "PyTorch", "Frobnicator"],
            "mentioned_only": ["Kubernetes"], "pay": None, "years_experience_min": None, "degree": "unstated",
            "html": ASKED,
        }
    ],
}  # fmt: skip


def write_gold(folder: Path) -> Path:
    for name, (columns, rows) in TABLES.items():
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter="\t").writerows([columns.split(), *rows])
    for name, documents in DOCUMENTS.items():
        (folder / name).write_text("".join(f"{json.dumps(one)}\n" for one in documents), encoding="utf-8")
    return folder


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    return write_gold(tmp_path)


@pytest.fixture(scope="module")
def card_of_cases(tmp_path_factory: pytest.TempPathFactory) -> Card:
    """The scorecard of the cases above, without real answers, which `card` has."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scorecard, "REAL", tmp_path_factory.mktemp("none"))
        return score_readers(write_gold(tmp_path_factory.mktemp("gold")))


def counts_of(result: Score) -> dict[str, tuple[int | None, int | None]]:
    return {figure.name: (figure.hits, figure.of) for figure in result.figures()}


def test_each_reader_is_scored_by_the_conventions(gold: Path) -> None:
    counts = counts_of(score(gold))
    assert counts["salary_cases"] == (3, 4), "p2 is wrong, p5 is not scored"
    assert counts["salary_cases.low"] == (3, 3)
    assert counts["salary_cases.currency"] == (2, 2), "NA is not scored"
    assert counts["salary_cases.period"] == (1, 2)
    assert counts["salary_cases.negatives"] == (1, 1)
    assert counts["hn_salary_read"] == (1, 1)
    assert "hn_salary_read.negatives" not in counts, "no case, no figure"
    assert counts["location_cases.country"] == (1, 1)
    assert counts["location_cases.scope"] == (1, 2)
    assert counts["seniority_cases"] == (2, 2)
    assert counts["titles.role"] == (9, 10)
    assert counts["titles.seniority"] == (10, 10)
    assert counts["skill_alias_cases"] == (2, 2)


def test_skills_are_scored_by_the_conventions(gold: Path) -> None:
    counts = counts_of(score(gold))
    assert counts["skillspan.recall"] == (1, 2)
    assert counts["skillspan.finds"] == (2, 2)
    # two adverts: Python right, Python not labelled; iOS and the advert without labels are left out
    assert counts["hn_silver.f1"] == (2, 3)
    assert counts["hn_silver.precision"] == (1, 2)
    assert counts["hn_silver.recall"] == (1, 1)
    assert counts["hn_silver.rest_recall"] == (1, 1)
    assert counts["skills_gold.recall"] == (2, 2)
    assert counts["skills_gold.recall_all"] == (2, 3)
    assert counts["skills_gold.precision"] == (3, 4), "Rust is not labelled"
    assert counts["skills_gold.mentioned_apart"] == (1, 1)


def test_macro_f1_is_the_mean_over_roles_with_cases_enough(gold: Path) -> None:
    (figure,) = [figure for figure in score(gold).figures() if figure.name == "titles.macro_f1"]
    # machine_learning_engineer: precision 5/5, recall 5/6; other has four cases only
    assert figure.value == pytest.approx(2 * 5 / (5 + 6))
    assert figure.low <= figure.value <= figure.high


def test_every_miss_is_listed_with_input_expected_and_got(gold: Path) -> None:
    misses = {(miss.figure, miss.case): miss for miss in score(gold).misses}
    pay = misses["salary_cases", "p2"]
    assert (pay.given, pay.expected[-12:], pay.got[-11:]) == ("Salary: $90,000", "period month", "period year")
    assert misses["location_cases.scope", "l3"].got == "eu"
    assert misses["titles.role", "title 10"].expected == "machine_learning_engineer"
    assert misses["skillspan.recall", "d1"].expected == "Frobnicator (no row)"
    assert "Rust" in misses["skills_gold.precision", "g1"].given
    assert ("hn_silver.f1", "hn 2") in misses
    assert ("salary_cases", "p5") not in misses


def test_a_missing_file_is_named(gold: Path) -> None:
    (gold / "titles.tsv").unlink()
    with pytest.raises(GoldError, match=r"no titles\.tsv in"):
        score(gold)
    with pytest.raises(GoldError, match="nothing does not exist"):
        score(gold / "nothing")


def test_a_file_that_is_not_by_the_conventions_is_said(gold: Path) -> None:
    (gold / "titles.tsv").write_text("name\nEngineer\n")
    with pytest.raises(GoldError, match="title"):
        score(gold)


def test_figures_are_by_source_of_the_cases(gold: Path) -> None:
    (figure,) = [figure for figure in score(gold).figures() if figure.name == "salary_cases"]
    assert figure.by_source == {"one": (1, 2), "two": (2, 2)}


# --- real answers -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "text", "is_there"),
    [
        (120000.0, "pays $120,000 to", True),
        (120000.0, "pays 120.000 € to", True),
        (120000.0, "pays 120 000 to", True),
        (120000.0, "pays 120'000 to", True),
        (120000.0, "from $120k", True),
        (120000.0, "from $120,000.00", True),
        (137500.0, "from 137.5K", True),
        (1200000.0, "₹12 LPA", True),
        (1200000.0, "₹1.2M", True),
        (24.04, "$24.04/hour", True),
        (120000.0, "raised $1,120,000", False),
        (120000.0, "raised $120,000,000", False),
        (120000.0, "1120k", False),
        (50.0, "$50.5", False),
    ],
)
def test_an_amount_is_found_in_any_spelling(amount: float, text: str, is_there: bool) -> None:
    assert bool(scoring._match_spelling(amount)(text)) is is_there


def test_prose_is_held_against_the_structured_field() -> None:
    component = {
        "compensationType": "Salary",
        "minValue": 100000,
        "maxValue": 120000,
        "currencyCode": "USD",
        "interval": "1 YEAR",
    }
    tiers = {"compensationTiers": [{"title": "", "components": [component]}]}
    job = {
        "id": "1",
        "title": "Engineer",
        "location": "Boston",
        "address": {"postalAddress": {"addressCountry": "USA"}},
    }
    right = {**job, "descriptionPlain": "Base salary: $100,000 - $120,000 a year.", "compensation": tiers}
    wrong = {**right, "id": "2", "descriptionPlain": "Raised from $100k, then $120k. Salary: $80,000 a year."}
    silent = {**right, "id": "3", "descriptionPlain": "Base salary: $100,000 a year."}
    result = Score()
    scoring.score_ashby_pay([(one, "lamps") for one in (right, wrong, silent)], result)
    scoring._ashby_places([(right, "lamps"), (wrong, "lamps"), ({**job, "location": "Moon base"}, "lamps")], result)
    counts = counts_of(result)
    assert counts["ashby.pay"] == counts["ashby.pay_in_full"] == (1, 2), "the text of 3 does not hold both ends"
    assert counts["ashby.country"] == (1, 2), "distinct pairs"
    assert counts["ashby.country_read"] == (1, 1)
    assert [miss.case for miss in result.misses] == ["ashby:2", "ashby:1"]


# --- the record -------------------------------------------------------------------------------------------


def figure(name: str, value: float) -> Figure:
    return Figure(name=name, value=value, low=0.0, high=1.0, n=100, hits=round(100 * value), of=100)


def card_of(*figures: Figure, fallen: tuple[str, ...] = ()) -> Card:
    return Card(
        figures={one.name: one for one in figures},
        misses=(),
        disputed=(("titles.role", "title 1", "no title at all"),),
        fallen=fallen,
        is_recorded_gold=True,
        has_real=True,
    )


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    card = card_of(figure("salary_cases", 0.97), figure("skillspan.finds", 1.5), figure("titles.macro_f1", 0.91237))
    write_record(card, tmp_path / "card.md")
    assert read_record(tmp_path / "card.md") == {
        "salary_cases": 0.97,
        "skillspan.finds": 1.5,
        "titles.macro_f1": 0.9124,
    }
    assert find_worse_scores(card.figures, read_record(tmp_path / "card.md")) == ()
    assert read_record(tmp_path / "none.md") == {}


def test_what_is_worse_than_the_record_is_said() -> None:
    before = {"salary_cases": 0.97, "skillspan.finds": 1.5, "titles.role": 0.9}
    now = {"salary_cases": figure("salary_cases", 0.96), "skillspan.finds": figure("skillspan.finds", 1.6)}
    worse = find_worse_scores(now, before)
    assert [line.split(":")[0] for line in worse] == ["salary_cases", "skillspan.finds", "titles.role"]
    better = {"salary_cases": figure("salary_cases", 1.0), "skillspan.finds": figure("skillspan.finds", 1.4)}
    assert find_worse_scores(better, {"salary_cases": 0.97, "skillspan.finds": 1.5}) == ()


def test_targets() -> None:
    assert is_met("salary_cases", 0.95) is True
    assert is_met("salary_cases", 0.9499) is False
    assert is_met("skillspan.finds", 1.61) is False
    assert is_met("skill_alias_cases", 1.0) is None


def test_json_is_one_line(card_of_cases: Card) -> None:
    line = as_json(card_of_cases)
    assert "\n" not in line
    payload = json.loads(line)
    assert payload["figures"]["salary_cases"]["value"] == 0.75
    assert payload["figures"]["salary_cases"]["is_met"] is False
    assert payload["figures"]["salary_cases"]["by_source"] == {"one": [1, 2], "two": [2, 2]}
    assert not card_of_cases.is_recorded_gold, "cases of another folder do not touch the record"


@WITH_GOLD
@pytest.mark.parametrize("width", [80, 120])
def test_the_whole_card_fits_the_terminal(card: Card, width: int) -> None:
    out = io.StringIO()
    show(card, Console(file=out, width=width))
    assert max(map(len, out.getvalue().splitlines())) <= width


@pytest.mark.parametrize("width", [80, 120])
def test_what_is_printed_fits_the_terminal(card_of_cases: Card, width: int) -> None:
    out = io.StringIO()
    show(dataclasses.replace(card_of_cases, fallen=("x: 1 recorded, 0 now",)), Console(file=out, width=width))
    output = out.getvalue()
    assert max(map(len, output.splitlines())) <= width
    for words in ("Salary: $90,000", "salary_cases: right of all", "≥ 95 %", "make bench", "Below the record: x"):
        assert words in " ".join(output.split())


@pytest.fixture(scope="module")
def tallied() -> tuple[Card, Score]:
    """The scorecard of the labelled cases, and the tally that it is made of."""
    tallies: list[Score] = []

    def keep(*arguments: Any) -> Score:
        tallies.append(score(*arguments))
        return tallies[0]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scorecard, "score", keep)
        return score_readers(), tallies[0]


@pytest.fixture(scope="module")
def card(tallied: tuple[Card, Score]) -> Card:
    return tallied[0]


@WITH_GOLD
def test_every_figure_is_declared(tallied: tuple[Card, Score]) -> None:
    card, tally = tallied
    assert set(counts_of(tally)) | set(card.figures) <= set(DECLARED)


@WITH_GOLD
@pytest.mark.skipif(not (REAL / "payloads").is_dir(), reason=f"the real payloads are not at {REAL}")
def test_no_figure_falls_below_the_record(card: Card) -> None:
    assert set(read_record(RECORD)) == set(card.figures)
    assert card.fallen == ()


@WITH_GOLD
def test_the_record_holds_no_text_of_the_cases(card: Card) -> None:
    text = RECORD.read_text(encoding="utf-8")
    cases = {
        miss.given for miss in card.misses if miss.figure.startswith(("titles", "salary", "hn_salary", "location"))
    }
    assert not [one for one in cases if one in text]


@WITH_GOLD
def test_all_disputed_cases_are_misses(card: Card) -> None:
    with scorecard.DISPUTED.open(encoding="utf-8", newline="") as file:
        rows = [(row["figure"], row["case"]) for row in csv.DictReader(file)]
    assert [row[:2] for row in card.disputed] == rows, "what is read as labelled is no longer disputed"


def test_cases_built_on_stand_beside_adverts_drawn_afresh(tmp_path: Path) -> None:
    card = card_of(figure("titles.role", 0.99))
    (gap,) = gaps_of(card)
    fresh = gap.fresh[ENGLISH]
    assert gap.cells()[:4] == ("role of a title", "99.0 %", fresh.counts, f"{100 * (fresh.value - 0.99):+.1f}")
    write_record(card, tmp_path / "card.md")
    assert "| role of a title | 99.0 % |" in (tmp_path / "card.md").read_text()
    out = io.StringIO()
    show(card, Console(file=out, width=100))
    assert out.getvalue().lstrip().startswith("Cases used for building"), "the gap stands first"


def test_every_file_of_cases_says_how_it_was_drawn() -> None:
    with scorecard.DRAWS.open(encoding="utf-8", newline="") as file:
        cases = {row["cases"] for row in csv.DictReader(file)}
    others = {"adverts_read.jsonl", "audit.jsonl", *(path.name for path in scorecard.CASES.iterdir())}
    assert set(scoring.GOLD_FILES) - {"hn_silver_names.tsv"} | others == cases


def test_the_languages_that_count_are_those_of_the_record() -> None:
    """The lookup says why a language is in a denominator, and with the counts of the record."""
    row = re.compile(r"^\| `languages\.(\w+)\.(\w+)` \| [\d.]+ \| (\d+)/(\d+) \|", re.MULTILINE)
    record = row.findall(re.sub(r"(?<=\d),(?=\d)", "", RECORD.read_text(encoding="utf-8")))
    lookup = {tuple(list(row.values())[:4]) for row in cells_of("reading_recall") if row["n_cases"] != "0"}
    assert lookup == set(record)
    assert languages_read("skills") == ("en", "de", "fr", "zh", "ja", "ko")
    assert "es" not in languages_read("years"), "one case decides nothing"
