"""Whole nights of a made market: what guide, page and release print of it, when, and what waits for review.

The quick tests run five nights of a small market, each test going on where the last one ended; `make long` runs thirty,
and each thing that may happen to a market apart. Every night is the pipeline's own: archive, refine, load, marts,
ledger, vintages, guide and page.
"""

from __future__ import annotations

import csv
import json
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from bs4 import BeautifulSoup

from extractors.refine import refine
from extractors.refine.cache import code_key
from flows import nightly
from reports.figures import query, vintages
from reports.figures.catalogue import declaration_of
from reports.release.manifest import DATABASE
from reports.release.numbers import numbers_of
from reports.site import build
from reports.wording import notes
from tests.made_nights import market
from tests.made_nights.folder import Nights
from tests.made_nights.market import World
from transforms.posting import postings as read_postings
from transforms.records.rows import Posting
from warehouse import database
from warehouse.mart_tables import Figures
from warehouse.publish.reader import open_reader

if TYPE_CHECKING:
    from tests.flows.conftest import CommandResult

Command = Callable[..., "CommandResult"]
JULY, AUGUST = date(2026, 7, 1), date(2026, 8, 1)
NORTH = "pay.northern_america.ai_engineering.mid_senior"
US = "pay.us.ai_engineering.mid_senior"
N_BOARDS = 8
"""Boards of each of three sources: those of the United States first."""
N_BOARDS_OF_MONTH = 12
JUMP = World(doubled=1 / 3)
"""Pay of every third employer is read twice as high."""


def printed(rows: Mapping[str, Figures]) -> dict[str, object]:
    """All that is said of each figure."""
    return {name: (row.value, row.value_json, row.n_jobs, row.as_of, row.reason) for name, row in rows.items()}


def first_values(before: Mapping[str, Figures], after: Mapping[str, Figures]) -> set[str]:
    """Figures that have a value now and had none."""
    return {name for name, row in after.items() if row.value is not None and before[name].value is None}


def lines_apart(before: str, after: str) -> list[str]:
    """The lines of a text that another lacks."""
    others = set(before.splitlines())
    return [line for line in after.splitlines() if line not in others]


# --- five nights ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    """Three nights of noise: two at the first of a month or of all, and one after it. They publish pages alone."""
    result = Nights(tmp_path_factory.mktemp("nights") / "data", N_BOARDS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nightly, "site_files", build.files_of)
        result.run(market.FIRST)
        result.run(JULY)
        yield result


def test_noise_changes_nothing_printed_until_the_month_is_over(nights: Nights) -> None:
    before, texts = nights.published(), nights.texts()
    assert len([row for row in before.values() if row.value is not None]) > 60, "most figures take part"
    nights.run(JULY + timedelta(days=1))
    after, ledger = nights.published(), nights.ledger()
    new = first_values(before, after)
    assert printed(ledger) != printed(after), "the ledger says another thing every night"
    changes = {name for name, words in printed(after).items() if words != printed(before)[name]} - new
    assert changes == set()
    if not new:
        assert nights.texts() == texts


def test_a_jump_waits_with_its_reason_and_is_shown_nowhere(nights: Nights, plain: Command) -> None:
    before = nights.published()
    nights.run(AUGUST, JUMP)
    waiting, after, texts = nights.waiting(), nights.published(), nights.texts()
    assert {NORTH, US} <= waiting.keys()
    assert "adverts of both days pay" in waiting[NORTH].why or "standard errors" in waiting[NORTH].why
    for name in waiting:
        if before[name].value is not None:
            assert after[name].bare_value == before[name].bare_value, name
            assert after[name].value_json == before[name].value_json, name
            assert "under review since 1 August 2026" in (after[name].value or ""), name
    assert all(f"{before[US].bare_value}" in text for text in texts.values())
    assert "under review since 1 August 2026" in texts["guide"]
    review = plain(nights.data, "review")
    assert review.code == 0 and all(
        f"{name}, since 2026-08-01: {one.why}" in review.out for name, one in waiting.items()
    )
    assert f"published: {before[US].bare_value}" in review.out


def test_a_person_decides_and_history_lists_it(nights: Nights, plain: Command) -> None:
    offers, before = nights.waiting(), nights.published()
    assert plain(nights.data, "review", "accept", NORTH, "--reason", "a new pay law").code == 0
    assert plain(nights.data, "review", "reject", US, "--reason", "months read as halves").code == 0
    after, texts = nights.published(), nights.texts()
    assert after[NORTH].value == offers[NORTH].value
    assert after[US].value == before[US].bare_value, "nothing waits of it any more"
    assert all((after[NORTH].bare_value or "") in text for text in texts.values())
    assert NORTH not in nights.waiting() and US not in nights.waiting()
    view = plain(nights.data, "review", "show", NORTH)
    assert "published on 2026-06-15: first vintage" in view.out and "said: a new pay law" in view.out
    explanation = plain(nights.data, "explain", US)
    assert "rejected on 2026-08-01" in explanation.out and "months read as halves" in explanation.out
    assert plain(nights.data, "review", "accept", US, "--reason", "again").code != 0, "it does not wait"
    assert plain(nights.data, "review", "accept", "skill.*", "--reason", "all").code != 0, "no skill waits"


def test_later_nights_keep_what_was_decided_and_what_waits_too_long_is_stale(nights: Nights, plain: Command) -> None:
    before, queue = nights.published(), nights.waiting()
    assert queue, "something else waits"
    nights.run(AUGUST + timedelta(days=vintages.MAX_DAYS_WAITING + 1), JUMP)
    after, waiting = nights.published(), nights.waiting()
    assert US not in waiting and after[US].bare_value == before[US].bare_value, "what was refused is not offered again"
    assert after[NORTH].value == before[NORTH].value
    late = [name for name in queue if name in waiting and after[name].value is not None]
    assert late and all(after[name].status == "stale" for name in late)
    assert all("not reviewed since 1 August 2026" in (after[name].reason or "") for name in late)
    correction = plain(nights.data, "review", "correct", US, "--reason", "the old figure counted contracts")
    assert correction.code == 0 and nights.published()[US].bare_value == nights.ledger()[US].bare_value
    assert "erratum: the old figure counted contracts" in plain(nights.data, "review", "show", US).out


def test_a_guide_that_is_not_in_order_stops_no_correction(nights: Nights, plain: Command, tmp_path: Path) -> None:
    good, bad, absent = (tmp_path / name for name in ("good.md", "bad.md", "gone.md"))
    end = "\n\n<!-- figures:sources -->\n<!-- /figures:sources -->\n"
    good.write_text(f"Pay: <!-- figure:{US} -->?<!-- /figure -->{end}")
    bad.write_text(f"Pay:\n<!-- figure:{US} -->?{end}")
    names = ", ".join(f'"{path}"' for path in (good, bad, absent))
    (nights.data / "jobmarket.toml").write_text(f"guides = [{names}]\n")
    try:
        correction = plain(nights.data, "review", "correct", US, "--reason", " half were contracts ")
    finally:
        (nights.data / "jobmarket.toml").unlink()
    assert correction.code == 2 and f"{US} is corrected" in correction.out
    assert f"a guide was left as it was: {bad}:2: " in correction.err and str(absent) in correction.err
    assert str(nights.published()[US].bare_value) in good.read_text() and ">?" not in good.read_text()
    assert bad.read_text() == f"Pay:\n<!-- figure:{US} -->?{end}"
    assert nights.vintages()[US][-1].reason == "half were contracts"


@pytest.mark.parametrize("fault", ["gone", "of other tables", "empty"])
def test_what_is_published_is_not_replaced_by_an_empty_warehouse(
    nights: Nights, plain: Command, tmp_path: Path, fault: str
) -> None:
    """After an update the work file is of other tables, and would be made anew, without a single advert."""
    other = nights.copy(tmp_path / "data")
    work, before = other.data / "work.duckdb", (other.data / "market.duckdb").read_bytes()
    if fault == "gone":
        work.unlink()
    elif fault == "empty":
        database.make_anew(other.data)
    else:
        with duckdb.connect(str(work)) as con:
            con.execute("UPDATE made_with SET schema_key = 'earlier'")
    result = plain(other.data, "review", "correct", US, "--reason", "it was wrong")
    assert result.code == 1 and "`jobmarket rebuild`" in result.err
    assert (other.data / "market.duckdb").read_bytes() == before


@pytest.mark.parametrize("what", ["accept", "reject", "correct"])
@pytest.mark.parametrize("reason", ["", " \t "])
def test_a_word_without_a_reason_is_refused(nights: Nights, plain: Command, what: str, reason: str) -> None:
    before = nights.vintages()
    result = plain(nights.data, "review", what, US, "--reason", reason)
    assert result.code == 64 and "--reason is empty" in result.err
    assert nights.vintages() == before


# --- one vintage everywhere -----------------------------------------------------------------------------


SQUARE = str.maketrans("()", "[]")
"""Brackets within brackets are square."""


def shown_on_page(data: Path, figure: str) -> str | None:
    """What the site shows of a figure on its page, as text; None where it has none."""
    path = data / "site" / "f" / f"{figure}.html"
    if not path.is_file():
        return None
    (block,) = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").select(f'div[data-figure="{figure}"]')
    return " ".join(block.get_text(" ").split())


def parts_of(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The numbers of rows, part by part, as files of a release have them."""
    return [
        {number.part: number.describe() for number in numbers_of(row)}
        for row in rows
        if row.get("status") != "suppressed"
    ]


def read_csv_parts(path: Path) -> list[tuple[object, ...]]:
    """Part, value, ends and form of each line of a figure's CSV."""
    with path.open(encoding="utf-8", newline="") as file:
        lines = [row for row in csv.DictReader(file) if row["part"]]
    return [
        (row["part"], *(float(row[name]) if row[name] else None for name in ("value", "low", "high")), row["form"])
        for row in lines
    ]


def shown_in_guide(nights: Nights, figures: Sequence[str], plain: Command) -> dict[str, str]:
    """What a guide prints of figures, by the command that an editor gives."""
    path = nights.data / "editor.html"
    spans = "".join(f'<p><span data-figure="{name}">?</span></p>\n' for name in figures)
    path.write_text(f'{spans}<section data-figures="sources"></section>\n', encoding="utf-8")
    assert plain(nights.data, "guide", "patch", str(path)).code == 0
    soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    return {name: soup.select_one(f'span[data-figure="{name}"]').get_text() for name in figures}  # type: ignore[union-attr]


def test_page_json_csv_guide_and_sql_say_the_same_vintage_of_every_figure(
    nights: Nights, plain: Command, tmp_path: Path
) -> None:
    assert plain(nights.data, "release", "--out", str(tmp_path / "release")).code == 0
    folder, figures = tmp_path / "release", nights.published()
    index = json.loads((folder / "figures/index.json").read_bytes())
    names = [one["id"] for one in index["figures"]]
    documents = {name: json.loads((folder / f"figures/{name}.json").read_bytes()) for name in names}
    assert figures.keys() == {*names, *index["left_out"]}
    assert any(one["under_review_since"] for one in documents.values()), "one waits"
    assert any(one["status"] == "stale" for one in documents.values()), "one is stale"
    guide = shown_in_guide(nights, names, plain)
    n_of = Counter[str]()
    with duckdb.connect(str(folder / DATABASE), read_only=True) as release, open_reader(nights.data) as warehouse:
        files = {"release": release, "warehouse": warehouse}

        def answer(name: str, which: str) -> list[dict[str, Any]]:
            sql = documents[name]["sql"][which]
            n_of[f"{which}, by the {sql['answered_by']}"] += 1
            return query.read(files[sql["answered_by"]], sql["select"])

        for name, one in documents.items():
            declaration, printed_value = declaration_of(name), one["bare_value"] or one["value"]
            parts = [row["parts"] for row in one["rows"]]
            flat = [(part, n["value"], n["low"], n["high"], n["form"]) for row in parts for part, n in row.items()]
            assert read_csv_parts(folder / f"figures/{name}.csv") == flat, name
            why = None if one["value"] else f"withheld: {one['reason']}".translate(SQUARE)
            assert guide[name] == one["value"] if why is None else why in guide[name].translate(SQUARE), name
            vintage = answer(name, "published")
            behind = [json.loads(row["behind"]) for row in vintage if row["behind"] is not None]
            if declaration.gathers is not None:
                assert all(row in parts_of(behind) for row in parts), name
            else:
                assert {row["as_of"].isoformat() for row in vintage} == {one["as_of"]}, name
                assert {row["bare_value"] or row["value"] for row in vintage} == {printed_value}, name
                assert parts_of(behind) == parts, name
            if one["sql"]["computed"] and one["value"] is not None:
                rows = answer(name, "computed")
                if "value_json" in rows[0]:  # the last value that was accepted
                    rows = json.loads(rows[0]["value_json"])
                selection = [
                    row for row in rows if declaration.renderer.names_withheld or row.get("status") != "suppressed"
                ]
                assert parts_of(selection) == parts, name
                assert declaration.renderer.text(selection) == printed_value, name
            page_text = shown_on_page(nights.data, name)
            if page_text is not None and one["value"] is not None:
                assert " ".join(one["value"].split()) in page_text, name
                n_of["page"] += 1
    assert n_of["computed, by the release"] > 50 and n_of["computed, by the warehouse"] and n_of["page"] > 20, n_of


# --- thirty nights, and what may happen then --------------------------------------------------------------


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Nights:
    """Thirty nights of noise, over the first of a month; what each printed is checked on the way."""
    nights = Nights(tmp_path_factory.mktemp("month") / "data", N_BOARDS_OF_MONTH)
    before, texts = dict[str, Figures](), dict[str, str]()
    for number in range(30):
        day = market.FIRST + timedelta(days=number)
        nights.run(day)
        after, texts_now = nights.published(), nights.texts()
        assert nights.waiting() == {}, f"noise waits for nobody ({day})"
        if before and day != JULY:
            new = first_values(before, after)
            changes = {name for name, words in printed(after).items() if words != printed(before)[name]}
            made_of = {name for name in changes if (declaration_of(name).gathers or declaration_of(name).alias_of)}
            assert changes - made_of <= new, day
            assert new or texts_now == texts, day
        before, texts = after, texts_now
    return nights


@pytest.mark.long
def test_thirty_nights_of_noise_flicker_nowhere(month: Nights) -> None:
    assert len(month.days) == 30
    assert sum(row.value is not None for row in month.published().values()) > 70


@pytest.mark.long
def test_a_true_rise_comes_through_by_the_second_month(month: Nights, tmp_path: Path) -> None:
    nights, before = month.copy(tmp_path / "rise"), month.published()
    pay_names = [name for name, row in before.items() if name.startswith("pay.") and row.basis == "advertised"]
    for number, day in enumerate((AUGUST, date(2026, 9, 1), date(2026, 10, 1)), start=1):
        nights.run(day, World(rise=1.03**number))
        figures, ledger, waiting = nights.published(), nights.ledger(), nights.waiting()
        arrivals = [name for name in pay_names if name not in waiting and figures[name].as_of == day]
        assert {NORTH, US} <= set(arrivals), f"what is read is published on {day}"
        assert not [one.why for name, one in waiting.items() if name in pay_names and "more on average" in one.why]
        if number == 2:
            assert all(figures[name].bare_value == ledger[name].bare_value for name in arrivals)
            old, new = (notes.rows_of(rows[US])[0]["p50"] for rows in (before, figures))
            assert new > 1.03 * old


@pytest.mark.long
def test_a_lost_source_waits(month: Nights, tmp_path: Path) -> None:
    nights, before = month.copy(tmp_path / "lost"), month.published()
    for day in (AUGUST, date(2026, 9, 1)):  # boards leave the stock 45 days after they were last read
        nights.run(day, World(silent=("lever",)))
    waiting, after = nights.waiting(), nights.published()
    losses = {
        name for name, row in nights.ledger().items() if "lever" in before[name].sources and "lever" not in row.sources
    }
    own = {name for name in losses if not declaration_of(name).gathers and not declaration_of(name).alias_of}
    changes = {name for name in own if nights.ledger()[name].value not in (None, after[name].bare_value)}
    assert len(changes) > 40
    waits = {name for name in changes if name in waiting and "without lever" in waiting[name].why}
    assert all("lever" in after[name].sources for name in waits)
    assert len(waits) > 0.9 * len(changes), sorted(changes - waits)


@pytest.mark.long
def test_where_most_jobs_are_gone_figures_wait(month: Nights, tmp_path: Path) -> None:
    nights, before = month.copy(tmp_path / "gone"), month.published()
    nights.run(AUGUST, World(gone=0.75))
    waiting, ledger = nights.waiting(), nights.ledger()
    halves = {
        name for name, row in ledger.items()
        if (row.n_jobs or 0) < vintages.MAX_LOST * (before[name].n_jobs or 0) and row.value is not None
        and row.rung == before[name].rung and not declaration_of(name).gathers and not declaration_of(name).alias_of
    }  # fmt: skip
    assert len(halves) > 20 and all("n fell from" in waiting[name].why for name in halves)


OF_BANDS = ("pay", "abroad", "bonus", "ladder")
"""Kinds of figures that read mart.salary_bands; the ladder of losses counts in its last step what is in a band."""


@pytest.mark.long
def test_another_method_waits_once(month: Nights, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nights = month.copy(tmp_path / "method")
    monkeypatch.setattr(vintages, "METHODS", {**vintages.METHODS, "mart.salary_bands": 2})
    nights.run(AUGUST)
    waits = {name for name, one in nights.waiting().items() if "another method" in one.why}
    assert {NORTH, US} <= waits and all(name.split(".")[0] in OF_BANDS for name in waits)


@pytest.mark.long
def test_another_reading_of_the_same_adverts_waits(
    month: Nights, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader that takes pay of every third employer for half a year's: the whole archive is read again."""
    nights, before = month.copy(tmp_path / "reader"), month.published()

    def misread(*args: Any, **kwargs: Any) -> Iterator[Any]:
        for one in read_postings(*args, **kwargs):
            if isinstance(one, Posting) and zlib.crc32((one.board or "").encode()) % 3 == 0:
                yield doubled(one)
            else:
                yield one

    def doubled(one: Posting) -> Posting:
        amounts = {name: getattr(one, name) for name in ("pay_low", "pay_high", "annual_low", "annual_high")}
        return replace(one, **{name: 2 * value for name, value in amounts.items() if value is not None})

    monkeypatch.setattr(refine, "postings", misread)
    monkeypatch.setattr(refine, "code_key", lambda source: f"another {code_key(source)}")
    nights.run(AUGUST)
    waiting, after = nights.waiting(), nights.published()
    assert "read otherwise now" in waiting[NORTH].why and "read otherwise now" in waiting[US].why
    assert after[US].bare_value == before[US].bare_value
    assert not {name for name in waiting if name.startswith("skill")}, "skills are read as before"
