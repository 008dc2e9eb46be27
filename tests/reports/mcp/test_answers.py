"""Answers of the tools on a small published file: states, intervals, comparisons, searches and refusals."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from reports.cells.cell import Number
from reports.figures.addresses import AddressError
from reports.mcp import answers, compare, listing
from reports.mcp.market import Market, NotReadableError, Snapshot
from reports.mcp.server import make_server
from reports.wording.bases import BASES
from tests.builders import open_copy
from tests.reports.conftest import put_rows
from tests.reports.release.conftest import BOTH, DAY, NEXT, publish_day
from transforms.records.definitions import BAND
from transforms.records.vocabulary import ONET, UNSPSC
from warehouse import database, ops_tables
from warehouse.mart_tables import Figures
from warehouse.publish.market import publish

REGION = "pay.northern_america.ai_engineering.mid_senior"
MACHINE = "pay.us.machine_learning_engineer.senior"
VISION = "pay.us.computer_vision_engineer.senior"
PYTHON, RUST = "skill.python.all.ai_engineering", "skill.rust.de.ai_engineering"
EMPLOYERS = f"employers.{RUST}"


@pytest.fixture(scope="module")
def folder(made_once: Callable[..., Path]) -> Path:
    """A data folder with one published day. Tests that change it copy it first."""
    return made_once("published", lambda folder: publish_day(folder, DAY))


@pytest.fixture(scope="module")
def snapshot(folder: Path) -> Iterator[Snapshot]:
    with Market(folder).read() as market:
        yield market


# --- one figure -----------------------------------------------------------------------------------------------


def test_a_figure_has_all_that_is_needed_to_quote_it(snapshot: Snapshot) -> None:
    answer = answers.describe(snapshot.find(REGION), snapshot)
    assert answer["state"] == "published" and answer["value"].startswith("USD 120K–180K per year")
    assert "low 115,000 to 124,000, high 176,000 to 189,000" in answer["interval"]
    assert answer["parts"]["low"] == {
        "value": 120_000.0, "low": 115_000.0, "high": 124_000.0, "unit": "USD per year", "form": "point",
    }  # fmt: skip
    assert answer["part_meanings"]["low"] == BAND.low_end
    assert answer["parts"]["median"]["no_interval"] == BASES["advertised"].no_interval, "the row gives none"
    assert [answer["basis"], answer["n"], answer["employers"]] == ["adverts we read", 420, 61]
    assert answer["period"]["in_words"] and answer["definition"] and answer["citation"].endswith("CC BY 4.0.")
    assert "warning" not in answer, "it is no sample"


def test_a_figure_has_the_codes_of_its_skill_and_of_its_work(snapshot: Snapshot) -> None:
    skill = answers.describe(snapshot.find(PYTHON), snapshot)["codes"]
    esco, *others = skill["skill"]
    assert esco["nearness"] == "exactMatch" and esco["label"] == "Python (computer programming)"
    assert [code["scheme"] for code in others] == [ONET, UNSPSC]
    assert {code["code"] for code in skill["work"]} == {"15-1252", "21232", "25121"}, "those of the group"
    work = answers.describe(snapshot.find(VISION), snapshot)["codes"]
    assert work.keys() == {"work"} and work["work"][0]["label"] == "computer vision engineer"
    assert "codes" not in answers.describe(snapshot.find("pay.us.prompt_engineer.senior"), snapshot), "it has none"


def test_a_wide_number_is_its_interval_and_a_share_that_few_say_its_bounds(snapshot: Snapshot) -> None:
    wide = answers.describe(snapshot.find(VISION), snapshot)["parts"]["low"]
    assert wide["form"] == "interval" and wide["value"] is None and wide["low"] == 60_000.0
    bounds = answers.describe(snapshot.find("share.workplace.remote.all.ai_jobs"), snapshot)
    assert bounds["parts"]["share"]["form"] == "bounds" and bounds["parts"]["share"]["value"] is None
    assert bounds["interval"] == "bounds that silent adverts leave: share 20.0 to 70.0% of jobs"


def test_the_median_of_boards_drawn_at_random_is_a_part_with_interval_jobs_and_employers(snapshot: Snapshot) -> None:
    answer = answers.describe(snapshot.find(MACHINE), snapshot)
    assert answer["parts"]["median_of_panel"] == {
        "value": 141_000.0, "low": 133_000.0, "high": 150_000.0, "unit": "USD per year", "form": "point",
        "n": 45, "employers": 31,
    }  # fmt: skip
    assert "median_of_panel 133,000 to 150,000" in answer["interval"]
    assert answer["part_meanings"]["median_of_panel"].startswith("Median of midpoints of the panel's jobs alone")
    assert "median_of_panel" in answers.summarise(snapshot.find(MACHINE), snapshot)["interval"]
    without = answers.describe(snapshot.find(REGION), snapshot)
    assert "panel" not in json.dumps([without["parts"], without["interval"], without["part_meanings"]])
    (pair,) = compared(snapshot, MACHINE, REGION)["pairs"]
    assert "median_of_panel" not in {part["part"] for part in pair["parts"]}, "one of the two has none"


def test_a_withheld_figure_says_what_is_missing(snapshot: Snapshot) -> None:
    answer = answers.describe(snapshot.find("pay.de.ai_engineering.mid"), snapshot)
    assert [answer["state"], answer["value"]] == ["withheld", None]
    assert answer["reason"] == "few" and "more adverts" in answer["missing"] and answer["interval"].startswith("none")
    assert "parts" not in answer and "citation" not in answer


def test_a_value_of_another_thing_than_the_id_names_says_so_first(snapshot: Snapshot) -> None:
    figure = snapshot.find(MACHINE)
    other = dataclasses.replace(figure, rung="reported")
    for answer in (answers.summarise(other, snapshot), answers.describe(other, snapshot)):
        assert next(iter(answer.items())) == (
            "instead", "not what was asked for: earnings that people report in surveys",
        )  # fmt: skip
    assert "instead" not in answers.summarise(figure, snapshot)


def test_a_row_that_is_a_figure_says_which(snapshot: Snapshot) -> None:
    answer = answers.describe(snapshot.find("skills.baseline"), snapshot)
    assert answer["value"] is None and answer["rows_total"] == len(answer["rows"]) > 1
    python, other = (next(row for row in answer["rows"] if row["name"] == name) for name in ("Python", "Java"))
    member = answers.describe(snapshot.find(python["figure"]), snapshot)
    assert member["id"] == PYTHON and (member["parts"], member["n"]) == (python["parts"], python["n"])
    assert "figure" not in other, "it is no published cell"


def test_what_others_say_is_no_measurement(snapshot: Snapshot) -> None:
    answer = answers.describe(snapshot.find("claim.shortfall"), snapshot)
    assert answer["basis"] == "cited, not measured" and answer["interval"] == f"none: {BASES['cited'].no_interval}"


def test_a_figure_of_sources_that_exclude_each_other_has_no_licence(snapshot: Snapshot) -> None:
    licence = snapshot.with_licence_of(snapshot.find(BOTH)).licences[BOTH]
    assert licence.id == "NONE" and "exclude each other" in licence.remark


@pytest.mark.parametrize(
    ("name", "words"),
    [("pay.usa.ai_engineering.senior", r"'usa' \(similar: us"), ("skill.pyton.all.ai_engineering", "python"),
     ("nothing", "are known"), ("pay.us.ai_engineering", "pay.PLACE.ROLE.LEVEL")],
)  # fmt: skip
def test_an_id_of_no_figure_names_the_nearest(snapshot: Snapshot, name: str, words: str) -> None:
    with pytest.raises(AddressError, match=words):
        snapshot.find(name)


# --- states over time -----------------------------------------------------------------------------------------


def test_a_figure_under_review_or_of_long_ago_says_so(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    with database.open_work(tmp_path) as con:
        vintage = {
            "list": "pay.advertised.regions", "number": 2, "as_of": DAY, "state": "waiting",
            "offered_on": date(2026, 8, 10), "decided_on": None, "why": "median up 40%", "method": "x",
        }  # fmt: skip
        put_rows(con, ops_tables.Vintages, vintage)
        con.execute(
            "UPDATE mart.figures_history SET status = 'stale', reason = 'nothing newer' WHERE figure = ?", [PYTHON]
        )
        publish(con, tmp_path / "market.duckdb")
    with Market(tmp_path).read() as snapshot:
        answer = answers.describe(snapshot.find(REGION), snapshot)
        assert answer["state"] == "under review"
        assert answer["under_review"] == {"since": date(2026, 8, 10), "because": "median up 40%"}
        assert answer["value"].startswith("USD 120K–180K per year"), "what waits is not handed out"
        other = answers.describe(snapshot.find(MACHINE), snapshot)
        assert other["state"] == "published", "another list waits for nobody"
        stale = answers.describe(snapshot.find(PYTHON), snapshot)
        assert [stale["state"], stale["reason"]] == ["stale", "nothing newer"]
        notes = compare.compare_figures([snapshot.find(PYTHON), snapshot.find(RUST)], snapshot)["pairs"][0]["warnings"]
        assert f"{PYTHON} is stale" in notes


def test_a_file_that_a_night_replaced_is_read_anew(
    folder: Path, tmp_path: Path, made_once: Callable[..., Path]
) -> None:
    def publish_next(path: Path) -> None:
        publish_day(shutil.copytree(folder, path, dirs_exist_ok=True), NEXT, python=0.5)

    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    market = Market(tmp_path)
    with market.read() as first:
        assert first.published.as_of == DAY
    with market.read() as again:
        assert again is first
    later = Path(shutil.copy(made_once("published-next", publish_next) / "market.duckdb", tmp_path / "later.duckdb"))
    later.replace(tmp_path / "market.duckdb")
    with market.read() as second:
        assert second.published.as_of == NEXT


def test_nothing_published_yet_is_said_with_the_remedy(tmp_path: Path, work_template: Path) -> None:
    with pytest.raises(NotReadableError, match="jobmarket run"), Market(tmp_path).read():
        pass
    (tmp_path / "market.duckdb").write_bytes(b"no database")
    with pytest.raises(NotReadableError, match="jobmarket rebuild"), Market(tmp_path).read():
        pass
    with open_copy(work_template, tmp_path / "empty") as con:
        publish(con, tmp_path / "market.duckdb")
    with pytest.raises(NotReadableError, match="no figures are published"), Market(tmp_path).read():
        pass


# --- lists ----------------------------------------------------------------------------------------------------


def listed(snapshot: Snapshot, words: str = "", *, first: int = 0, most: int = 50, **filters: Any) -> dict[str, Any]:
    return listing.list_figures(snapshot, listing.understand(words, **filters), first=first, most=most)


@pytest.mark.parametrize(
    ("words", "filters", "expected"),
    [
        ("rust in Germany", {}, EMPLOYERS), ("Rust", {"place": "Germany"}, EMPLOYERS),
        ("rust", {"place": "de"}, EMPLOYERS),
        ("senior machine learning engineer salary in the United States", {}, MACHINE),
        ("", {"role": "machine learning engineers", "level": "Senior", "measure": "salary"}, f"{MACHINE}.advertised"),
        ("remote", {"measure": "workplace"}, "share.workplace.remote.all.ai_jobs"),
        ("mid-to-senior AI engineers", {"place": "Northern America"}, REGION), (PYTHON, {}, PYTHON),
        ("shortfall", {"measure": "claim"}, "claim.shortfall"),
    ],
)  # fmt: skip
def test_figures_are_found_by_words_and_filters(
    snapshot: Snapshot, words: str, filters: dict[str, Any], expected: str
) -> None:
    assert expected in [one["id"] for one in listed(snapshot, words, **filters)["figures"]]


def test_a_list_is_paged_and_says_everything_once(snapshot: Snapshot) -> None:
    whole, ids, first = listed(snapshot, most=50), [], 0
    while True:
        page = listed(snapshot, first=first, most=7)
        ids += [one["id"] for one in page["figures"]]
        assert page["total"] == whole["total"] and len(page["figures"]) <= 7
        if "next_offset" not in page:
            break
        first = page["next_offset"]
    assert len(ids) == len(set(ids)) == whole["total"]
    assert "beyond the last" in listed(snapshot, first=whole["total"])["remedy"]
    assert ids[:50] == [one["id"] for one in whole["figures"]]
    states = [one["state"] for one in whole["figures"]]
    assert states.index("withheld") > states.index("published"), "what has a value stands first"


def test_what_is_listed_has_interval_basis_and_period(snapshot: Snapshot) -> None:
    first: int | None = 0
    while first is not None:
        page = listed(snapshot, first=first)
        for one in page["figures"]:
            assert one["basis"] and one["period"], one
            assert one["value"] is None or one["interval"], one
        first = page.get("next_offset")


def test_nothing_found_says_which_filter_to_drop(snapshot: Snapshot) -> None:
    page = listed(snapshot, place="France", role="machine learning engineer", level="senior")
    assert page["total"] == 0 and "dropping place leaves" in page["remedy"]
    assert "pay.fr.machine_learning_engineer.senior says what is missing" in page["remedy"]


def test_words_find_the_cell_that_answers_more_exactly_than_any_figure(snapshot: Snapshot) -> None:
    first, *others = listed(snapshot, "who asks for rust in Germany")["figures"]
    assert first["id"] == EMPLOYERS and "differs" not in first
    assert all(one["differs"] for one in others), "each says how it differs"


def test_words_that_no_figure_is_about_find_nothing_and_say_why(snapshot: Snapshot) -> None:
    assert listed(snapshot, "nurse salary in Germany")["remedy"] == "nothing here counts other occupations"
    page = listed(snapshot, "salary of a xylographer in Germany")
    assert [page["total"], page["remedy"]] == [0, "no figure is about xylographer"]
    assert page["understood"]["not understood"] == ["xylographer"]


def test_a_withheld_answer_stands_before_the_nearest_that_are_known(snapshot: Snapshot) -> None:
    first, nearest, *_ = listed(snapshot, "mid-level AI engineer pay in Germany")["figures"]
    assert [first["id"], first["state"]] == ["pay.de.ai_engineering.mid_senior", "withheld"]
    assert nearest["value"] and "instead of" in nearest["differs"]


@pytest.mark.parametrize(
    ("filters", "words"),
    [({"place": "Gremnay"}, r"germany \(de\)"), ({"level": "jedi"}, "entry, mid_senior"),
     ({"role": "enginear of ships"}, "engineer"), ({"measure": "luck"}, "workplace")],
)  # fmt: skip
def test_an_unknown_filter_names_the_known(filters: dict[str, str], words: str) -> None:
    with pytest.raises(listing.FilterError, match=words):
        listing.understand("", **filters)


# --- comparisons ----------------------------------------------------------------------------------------------


def compared(snapshot: Snapshot, *names: str) -> dict[str, Any]:
    return compare.compare_figures([snapshot.find(name) for name in names], snapshot)


def test_figures_are_compared_part_by_part(snapshot: Snapshot) -> None:
    (pair,) = compared(snapshot, PYTHON, RUST)["pairs"]
    (share,) = pair["parts"]
    assert share["beyond_intervals"] is False and "no difference between a and b is shown" in share["says"]
    assert share["difference"] == pytest.approx(0.41 - 0.7)
    (pay,) = compared(snapshot, REGION, VISION)["pairs"]
    assert {part["part"] for part in pay["parts"]} >= {"low", "high", "median"}
    low, median = (next(part for part in pay["parts"] if part["part"] == name) for name in ("low", "median"))
    assert low["difference"] is None and low["beyond_intervals"] is False, "one is printed as its interval"
    assert median["beyond_intervals"] is None and "no interval" in median["says"]


def number(low: float | None, high: float | None, form: str = "point") -> Number:
    return Number(part="share", value=0.5, low=low, high=high, unit="share of jobs", form=form)


def test_bounds_of_all_jobs_are_not_compared_with_an_interval_of_those_that_say() -> None:
    bounds, interval = number(0.1, 0.2, "bounds"), number(0.3, 0.4)
    assert compare.is_beyond(bounds, interval) is None
    assert "one covers all jobs" in compare.conclude(bounds, interval)
    assert compare.is_beyond(bounds, number(0.3, 0.4, "bounds")) is True


@pytest.mark.parametrize(
    ("a", "b", "beyond"),
    [((0.1, 0.2), (0.3, 0.4), True), ((0.3, 0.4), (0.1, 0.2), True), ((0.1, 0.3), (0.3, 0.4), False),
     ((0.1, 0.9), (0.3, 0.4), False), ((None, None), (0.3, 0.4), None)],
)  # fmt: skip
def test_a_difference_is_beyond_intervals_that_do_not_overlap(
    a: tuple[float | None, float | None], b: tuple[float | None, float | None], beyond: bool | None
) -> None:
    assert compare.is_beyond(number(*a), number(*b)) is beyond
    assert ("beyond the intervals" in compare.conclude(number(*a), number(*b))) is bool(beyond)


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        ((REGION, PYTHON), "different kinds of source"), ((REGION, "claim.shortfall"), "statement of others"),
        ((REGION, "pay.de.ai_engineering.mid"), "is withheld"), ((REGION, "skills.baseline"), "withheld|is a table"),
        ((f"{MACHINE}.advertised", "pay.ar.ai_engineering.all.reported"), "never mixed"),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_refused_with_the_reason(
    snapshot: Snapshot, names: tuple[str, str], reason: str
) -> None:
    (pair,) = compared(snapshot, *names)["pairs"]
    assert "parts" not in pair
    assert any(words in pair["refused"] for words in reason.split("|")), pair


def test_other_money_is_not_compared(snapshot: Snapshot) -> None:
    def in_money(row: Figures, currency: str) -> Figures:
        rows = [one | {"currency": currency} for one in json.loads(row.value_json or "[]")]
        return dataclasses.replace(row, figure=f"{row.figure}.advertised", value_json=json.dumps(rows))

    one = snapshot.find(MACHINE)
    pair = compare.compare_figures([one, in_money(one, "EUR")], snapshot)["pairs"][0]
    assert "no part in one unit and currency" in pair["refused"] and "EUR per year" in pair["refused"]


def test_other_periods_are_warned_of(snapshot: Snapshot) -> None:
    one = dataclasses.replace(snapshot.find(PYTHON), period_from=date(2026, 8, 3), period_to=date(2026, 8, 17))
    for first, last, reason in (
        (date(2026, 1, 1), date(2026, 2, 1), "do not overlap"), (date(2026, 8, 1), date(2026, 8, 17), "overlap but"),
    ):  # fmt: skip
        other = dataclasses.replace(snapshot.find(RUST), period_from=first, period_to=last)
        assert any(reason in words for words in compare.compare_figures([one, other], snapshot)["pairs"][0]["warnings"])
    same = dataclasses.replace(snapshot.find(RUST), period_from=one.period_from, period_to=one.period_to)
    assert "warnings" not in compare.compare_figures([one, same], snapshot)["pairs"][0]


def test_one_figure_is_not_compared_with_itself(snapshot: Snapshot) -> None:
    with pytest.raises(compare.NotComparableError, match="1 different figures given; 2 to 6"):
        compared(snapshot, REGION, REGION)


# --- the numbers of a text --------------------------------------------------------------------------------------


def test_verified_numbers_come_with_their_figures_and_others_say_that_they_are_not_tied(
    folder: Path, snapshot: Snapshot
) -> None:
    value = snapshot.find(PYTHON).value
    said = "of AI engineering jobs in the adverts we read ask for Python"
    text = f"{value} {said} [{PYTHON}].\n3% {said} ({PYTHON}).\n{value} {said}.\n"
    result = asyncio.run(make_server(folder).call_tool("verify", {"text": text}))
    answer = getattr(result, "structured_content", None) or {}
    findings = answer["findings"]
    assert [(one["line"], one["text"], one["verdict"], one["figure"]) for one in findings] == [
        (1, value, "verified", PYTHON), (2, "3%", "contradicted", PYTHON), (3, value, "unresolved", None)
    ]  # fmt: skip
    assert findings[0]["says"].startswith(f"{value}, ") and findings[2]["says"] == "tied to no figure"
    assert answer["counts"] | {"verified": 1, "contradicted": 1, "unresolved": 1} == answer["counts"]
    (figure,) = answer["figures"]
    assert figure["id"] == PYTHON and figure["interval"] and figure["basis"] and figure["period"]
