"""Whole nights of a made market: what guide, page and release print of it, when, and what waits for review.

The quick tests run six nights of a small market, each test going on where the last one ended; `make long` runs thirty,
and each thing that may happen to a market apart. Every night is the pipeline's own: archive, refine, load, marts,
ledger, vintages, guide and page.
"""

from __future__ import annotations

import csv
import json
import re
import zlib
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from bs4 import BeautifulSoup

from extractors.refine import refine
from extractors.refine.cache import code_key
from flows.night import publish
from flows.terminal.errors import OUT_OF_DATE
from reports.cells.cell import numbers_of
from reports.cells.published import read_cells
from reports.figures import query, vintages
from reports.figures.catalogue import declaration_of
from reports.figures.restricted import for_prose
from reports.guide import stamps
from reports.guide.desk import read_sources
from reports.release.manifest import DATABASE
from reports.release.published import PublishedDay
from reports.site import build
from reports.wording import notes, sentences
from tests.made_nights import market
from tests.made_nights.folder import Nights
from tests.made_nights.market import World
from transforms.posting import postings as read_postings
from transforms.records.definitions import MAX_DAYS_THIN, MAX_DAYS_WAITING
from transforms.records.rows import Posting
from warehouse import database
from warehouse.mart_tables import Figures
from warehouse.marts.vintages import published
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
COUNTRIES, REGIONS = OWN_PAY = ("pay.advertised.countries", "pay.advertised.regions")
"""The lists that they are of."""
JUMP = World(doubled=1.0)
"""Pay is read twice as high."""


def printed(rows: Mapping[str, Figures]) -> dict[str, object]:
    """All that is said of each figure."""
    return {name: (row.value, row.value_json, row.n_jobs, row.vintage, row.reason) for name, row in rows.items()}


def first_values(before: Mapping[str, Figures], after: Mapping[str, Figures]) -> set[str]:
    """Figures that have a value now and had none."""
    return {name for name, row in after.items() if row.value is not None and before[name].value is None}


def changes_of(before: Mapping[str, Figures], after: Mapping[str, Figures]) -> set[str]:
    """Figures of which something else is said, without those whose list is new, or had no value, or made of others."""
    changes = {name for name, words in printed(after).items() if words != printed(before)[name]}
    made_of = {name for name in changes if declaration_of(name).gathers}
    new = {name for name in changes if before[name].vintage is None and after[name].vintage == 1}
    return changes - made_of - new - first_values(before, after)


def of_lists(rows: Mapping[str, Figures], lists: Collection[str]) -> dict[str, Figures]:
    """The figures with a value that are read from some lists."""
    return {name: row for name, row in rows.items() if row.list in lists and row.value is not None}


def write_pages(con: database.Connection, publication: PublishedDay) -> Iterator[tuple[str, bytes]]:
    """The pages of a site alone, in place of all: `reports.release.build.site_files`."""
    return build.files_of(con, publication, list(read_cells(con, publication.as_of, also_withheld=True)))


# --- six nights -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    """Two nights of noise, at the first of a month or of all. They publish pages alone."""
    result = Nights(tmp_path_factory.mktemp("nights") / "data", N_BOARDS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(publish, "site_files", write_pages)
        result.run(market.FIRST)
        result.run(JULY)
        yield result


def test_noise_changes_nothing_printed_until_the_month_is_over(nights: Nights) -> None:
    before, pages = nights.published(), nights.pages()
    assert len([row for row in before.values() if row.value is not None]) > 60, "most figures take part"
    assert {row.vintage for row in of_lists(before, OWN_PAY).values()} == {2}, "the first of July revised them"
    assert {"Why it moved", "adverts closed", "adverts new"} <= set(re.findall("Why it moved|adverts \\w+", pages[US]))
    nights.run(JULY + timedelta(days=1))
    after, tonight = nights.published(), nights.tonight()
    assert {name for name in of_lists(after, OWN_PAY) if tonight[name].value_json != after[name].value_json}, (
        "the marts say another thing every night"
    )
    assert changes_of(before, after) == set()
    same = of_lists(before, nights.vintages()).keys() & pages.keys()
    assert len(same) > 40
    assert [name for name in same if nights.pages()[name] != pages[name]] == []


def test_a_jump_waits_with_its_reason_and_is_shown_nowhere(nights: Nights, plain: Command) -> None:
    before = nights.published()
    article = nights.data / "article.md"
    article.write_text("\n\n".join(copied(before[name]) for name in (NORTH, US)), encoding="utf-8")
    nights.run(AUGUST, JUMP)
    reviewed = plain(nights.data, "guide", "review", str(article))
    assert reviewed.code == 0 and "2 confirmed" in reviewed.out, "what waits is not what is published"
    waiting, after, tonight = nights.waiting(), nights.published(), nights.tonight()
    assert waiting.keys() == set(OWN_PAY), "all cells of a list wait together, and no other list does"
    for name, one in ((NORTH, waiting[REGIONS]), (US, waiting[COUNTRIES])):
        assert f"{name}: adverts of both days pay" in one.why
    for name, row in of_lists(before, OWN_PAY).items():
        assert (after[name].value, after[name].value_json) == (row.value, row.value_json), name
    assert tonight[US].value_json != after[US].value_json, "which is not what the marts say"
    text = nights.texts()["guide"]
    assert f"{after[US].bare_value}" in text and "under review" not in text, "two weeks are left for a decision"
    review = plain(nights.data, "review")
    assert review.code == 0 and all(
        f"{name}, since 2026-08-01: {one.why}" in review.out for name, one in waiting.items()
    )
    assert re.search(rf"moved:     {US}: median USD .*adverts new .*, changed pay or words \+", review.out)
    last = vintages.last_published(nights.vintages()[COUNTRIES])
    assert last is not None and last.as_of == JULY
    assert f"published: {last.n_printed:,} of {last.n_cells:,} cells with a value, {last.n_jobs:,} jobs" in review.out


def test_what_waits_is_said_after_two_weeks(nights: Nights) -> None:
    before, waiting = nights.published(), nights.waiting()
    nights.run(AUGUST + timedelta(days=15), JUMP)
    after, texts = nights.published(), nights.texts()
    assert nights.waiting() == waiting
    for name, row in of_lists(before, OWN_PAY).items():
        assert after[name].bare_value == row.bare_value, name
        assert "under review since 1 August 2026" in (after[name].value or ""), name
    others = [row for name, row in after.items() if row.list not in OWN_PAY and not declaration_of(name).gathers]
    assert not [row.figure for row in others if "under review" in (row.value or "")]
    assert all("under review since 1 August 2026" in text for text in texts.values())
    assert all(f"{after[US].bare_value}" in text for text in texts.values())


def copied(figure: Figures) -> str:
    """A figure's sentence as its page has it for Markdown."""
    words = sentences.say(figure, "prose", is_sample=False)
    assert words is not None
    return stamps.to_markdown(words, stamps.stamp_of(figure, "prose", figure.as_of))


def test_a_person_decides_of_all_cells_of_a_list_and_history_lists_it(nights: Nights, plain: Command) -> None:
    before = nights.published()
    reviewed = plain(nights.data, "guide", "review", str(nights.data / "article.md"))
    assert reviewed.code == OUT_OF_DATE and "2 changed" in reviewed.out, "their month must be said by now"
    assert reviewed.out.count("(read in July 2026).") == 2
    offer = nights.vintages()[REGIONS][-1]
    assert plain(nights.data, "review", "accept", NORTH, "--reason", "a new pay law").code == 0
    assert plain(nights.data, "review", "reject", COUNTRIES, "--reason", "months read as halves").code == 0
    after, texts = nights.published(), nights.texts()
    of_regions = of_lists(after, [REGIONS])
    assert {row.vintage for row in of_regions.values()} == {offer.number}
    assert after[NORTH].bare_value != before[NORTH].bare_value
    for name, row in of_lists(before, [COUNTRIES]).items():
        assert (after[name].bare_value, after[name].vintage) == (row.bare_value, row.vintage), name
        assert "under review" not in (after[name].value or ""), "nothing waits of it any more"
    assert all((after[NORTH].bare_value or "") in text for text in texts.values())
    assert nights.waiting() == {}
    now = sentences.say(after[NORTH], "prose", is_sample=False)
    assert f"→ {now}" in plain(nights.data, "guide", "review", str(nights.data / "article.md")).out
    view = plain(nights.data, "review", "show", NORTH)
    assert "published on 2026-06-15: first vintage" in view.out and "said: a new pay law" in view.out
    explanation = plain(nights.data, "explain", US)
    assert "rejected on 2026-08-16" in explanation.out and "months read as halves" in explanation.out
    assert plain(nights.data, "review", "accept", US, "--reason", "again").code != 0, "it does not wait"
    assert plain(nights.data, "review", "accept", "shares.*", "--reason", "all").code != 0, "no share waits"
    assert plain(nights.data, "review", "accept", "pay.atlantis", "--reason", "all").code != 0, "there is none"


def test_later_nights_keep_what_was_decided_and_a_correction_is_published_at_once(
    nights: Nights, plain: Command
) -> None:
    before = nights.published()
    nights.run(date(2026, 9, 1), JUMP)
    after = nights.published()
    assert COUNTRIES not in nights.waiting(), "what was refused is not offered again"
    assert (after[US].bare_value, after[US].vintage) == (before[US].bare_value, before[US].vintage)
    assert REGIONS not in nights.waiting(), "what was accepted is what it is compared with"
    correction = plain(nights.data, "review", "correct", US, "--reason", "the old figure counted contracts")
    tonight, corrected = nights.tonight(), nights.published()
    assert correction.code == 0 and corrected[US].bare_value == tonight[US].bare_value != after[US].bare_value
    assert len({row.vintage for row in of_lists(corrected, [COUNTRIES]).values()}) == 1, "all its figures are"
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
    assert correction.code == 2 and f"{COUNTRIES} is corrected" in correction.out
    assert f"a guide was left as it was: {bad}:2: " in correction.err and str(absent) in correction.err
    assert str(nights.published()[US].bare_value) in good.read_text() and ">?" not in good.read_text()
    assert bad.read_text() == f"Pay:\n<!-- figure:{US} -->?{end}"
    assert nights.vintages()[COUNTRIES][-1].reason == "half were contracts"


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
        database.reset_work(other.data)
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


# --- both databases lost --------------------------------------------------------------------------------


def told_of_published(data: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every vintage, the ledger of earlier days and the runs."""
    queries = {
        "vintages": "FROM ops.vintages ORDER BY list, number",
        "ledger": "FROM mart.figures WHERE as_of < (SELECT max(as_of) FROM mart.days) ORDER BY as_of, figure",
        "runs": "FROM ops.runs WHERE command <> 'jobmarket rebuild' ORDER BY run_id",
    }
    with open_reader(data) as con:
        return {name: con.execute(query).fetchall() for name, query in queries.items()}


def lose_both_and_rebuild(nights: Nights, folder: Path, plain: Command) -> None:
    """Every vintage and every decision is there again, and nothing more is put on record but the rebuild."""
    other = nights.copy(folder)
    before = told_of_published(other.data)
    assert len({row[2] for row in before["vintages"]}) > 1 and all(before.values())
    for name in (database.WORK, database.MARKET):
        (other.data / name).unlink()
    records = set(other.data.glob("archive/published/*"))
    result = plain(other.data, "rebuild")
    assert result.code == 0, result.said
    after = told_of_published(other.data)
    assert {name: rows for name, rows in after.items() if rows != before[name]} == {}
    new = {path.name.partition("-")[0] for path in set(other.data.glob("archive/published/*")) - records}
    assert new <= {"runs", "days", "figures"}


def test_every_vintage_and_decision_outlives_both_databases(nights: Nights, loading: Command, tmp_path: Path) -> None:
    assert {"published", "rejected"} <= {one.state for all_of in nights.vintages().values() for one in all_of}
    lose_both_and_rebuild(nights, tmp_path / "data", loading)


def test_no_text_of_an_advert_and_no_address_of_a_person_is_on_record(nights: Nights) -> None:
    with duckdb.connect() as con:
        files = [f"'{path}'" for path in nights.data.glob("archive/published/*.parquet")]
        words = "\n".join(
            row for file in files for (row,) in con.execute(f"SELECT t::VARCHAR FROM {file} AS t").fetchall()
        )
        adverts = f"'{nights.data}/refined/lever/*Z.parquet'"
        texts = [text for (text,) in con.execute(f"SELECT DISTINCT text FROM {adverts}").fetchall() if text]
    assert texts and not [text for text in texts if text[:60] in words]
    assert not re.search(r"[\w.+-]+@[\w-]+\.\w", words)


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
        {part: number.describe() for part, number in numbers_of(row).items()}
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
    guide = shown_in_guide(nights, names, plain)
    n_of = Counter[str]()
    with duckdb.connect(str(folder / DATABASE), read_only=True) as release, open_reader(nights.data) as warehouse:
        files = {"release": release, "warehouse": warehouse}
        sources = read_sources(warehouse)
        for name, one in documents.items():
            declaration, printed_value = declaration_of(name), one["bare_value"] or one["value"]
            parts = [row["parts"] for row in one["rows"]]
            flat = [(part, n["value"], n["low"], n["high"], n["form"]) for row in parts for part, n in row.items()]
            assert read_csv_parts(folder / f"figures/{name}.csv") == flat, name
            row = figures[name]
            (said,) = for_prose([row], sources)
            assert said is not row or (one["value"], one["reason"]) == (said.value, said.reason), name
            why = None if said.value else f"withheld: {said.reason}".translate(SQUARE)
            assert guide[name] == said.value if why is None else why in guide[name].translate(SQUARE), name
            if row.vintage is not None and row.value is not None:
                assert one["vintages"][0]["number"] == row.vintage, name
            if one["sql"] is not None and one["value"] is not None:
                n_of[f"answered by the {one['sql']['answered_by']}"] += 1
                rows = query.read(files[one["sql"]["answered_by"]], one["sql"]["select"])
                if declaration.gathers is None:
                    rows = [
                        row for row in rows if declaration.renderer.names_withheld or row.get("status") != "suppressed"
                    ]
                    assert parts_of(rows) == parts, name
                    assert declaration.renderer.text(rows) == printed_value, name
                else:
                    assert rows and all(row["value"] == figures[row["figure"]].value for row in rows), name
            page_text = shown_on_page(nights.data, name)
            if page_text is not None and one["value"] is not None:
                assert " ".join(one["value"].split()) in page_text, name
                n_of["page"] += 1
    assert n_of["answered by the release"] > 50 and n_of["answered by the warehouse"] and n_of["page"] > 20, n_of


# --- thirty nights, and what may happen then --------------------------------------------------------------


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Nights:
    """Thirty nights of noise, over the first of a month; what each printed is checked on the way."""
    nights = Nights(tmp_path_factory.mktemp("month") / "data", N_BOARDS_OF_MONTH)
    before = dict[str, Figures]()
    for number in range(30):
        day = market.FIRST + timedelta(days=number)
        nights.run(day)
        after = nights.published()
        assert nights.waiting() == {}, f"noise waits for nobody ({day})"
        if before and day != JULY:
            assert changes_of(before, after) == set(), day
        before = after
    return nights


@pytest.mark.long
def test_thirty_nights_of_noise_flicker_nowhere(month: Nights) -> None:
    assert len(month.days) == 30
    assert sum(row.value is not None for row in month.published().values()) > 70


@pytest.mark.long
def test_every_vintage_and_decision_of_thirty_nights_outlives_both_databases(
    month: Nights, plain: Command, tmp_path: Path
) -> None:
    nights = month.copy(tmp_path / "reviewed")
    nights.run(AUGUST, JUMP)
    assert plain(nights.data, "review", "accept", NORTH, "--reason", "a new pay law").code == 0
    assert plain(nights.data, "review", "reject", US, "--reason", "months read as halves").code == 0
    lose_both_and_rebuild(nights, tmp_path / "data", plain)


@pytest.mark.long
def test_a_true_rise_comes_through_by_the_second_month(month: Nights, tmp_path: Path) -> None:
    nights, before = month.copy(tmp_path / "rise"), month.published()
    for number, day in enumerate((AUGUST, date(2026, 9, 1), date(2026, 10, 1)), start=1):
        nights.run(day, World(rise=1.03**number))
        figures, tonight = nights.published(), nights.tonight()
        assert not set(OWN_PAY) & nights.waiting().keys(), f"what is read is published on {day}"
        of_day = [name for name, row in of_lists(figures, OWN_PAY).items() if row.period_to == day]
        assert {NORTH, US} <= set(of_day)
        assert all(figures[name].bare_value == tonight[name].bare_value for name in of_day)
        if number == 2:
            old, new = (notes.rows_of(rows[US])[0]["p50"] for rows in (before, figures))
            assert new > 1.03 * old


@pytest.mark.long
def test_what_nobody_decides_on_is_published_as_not_reviewed(month: Nights, tmp_path: Path) -> None:
    nights = month.copy(tmp_path / "late")
    nights.run(AUGUST, JUMP)
    waiting = nights.waiting()
    assert set(OWN_PAY) == waiting.keys()
    nights.run(AUGUST + timedelta(days=MAX_DAYS_WAITING.value + 1), JUMP)
    after = nights.published()
    for name, one in waiting.items():
        last = vintages.last_published(nights.vintages()[name])
        assert last is not None and (last.number, last.is_reviewed) == (one.number, False)
        assert last.why == f"not reviewed for {MAX_DAYS_WAITING}: {one.why}"
        figures = of_lists(after, [name])
        assert figures and all("not reviewed" in (row.value or "") for row in figures.values())


@pytest.mark.long
def test_a_lost_source_waits(month: Nights, tmp_path: Path) -> None:
    nights, before = month.copy(tmp_path / "lost"), month.published()
    for day in (AUGUST, date(2026, 9, 1)):  # boards leave the stock 45 days after they were last read
        nights.run(day, World(silent=("lever",)))
    waiting, after, tonight = nights.waiting(), nights.published(), nights.tonight()
    of_source = {name for name, row in before.items() if "lever" in row.sources and row.list is not None}
    losses = {name for name in of_source if tonight[name].value is not None and "lever" not in tonight[name].sources}
    lists = {before[name].list for name in losses if tonight[name].list == before[name].list} - {*vintages.COUNTS}
    assert len(losses) > 40 and len(lists) > 5
    waits = {name for name in lists if name in waiting and "without lever" in waiting[name].why}
    assert len(waits) > 0.9 * len(lists), sorted(filter(None, lists - waits))
    assert all("lever" in after[name].sources for name in losses if after[name].list in waits)


@pytest.mark.long
def test_a_thin_night_changes_nothing_and_waits_once_it_has_lasted(month: Nights, tmp_path: Path) -> None:
    nights, before = month.copy(tmp_path / "gone"), month.published()
    nights.run(AUGUST, World(gone=0.75))
    tonight = nights.tonight()
    standing = {name: last for name, one in nights.vintages().items() if (last := vintages.last_published(one))}
    with open_reader(nights.data) as con:
        offers = published.read_offers(con, AUGUST)
    thin = {name for name, one in offers.items() if one.n_jobs < vintages.THIN * standing[name].n_jobs}
    assert set(OWN_PAY) <= thin
    assert not thin & nights.waiting().keys() and all(standing[name].as_of < AUGUST for name in thin)
    assert tonight[US].n_jobs != before[US].n_jobs
    for name, row in of_lists(before, thin).items():
        assert nights.published()[name].bare_value == row.bare_value, name
    nights.run(AUGUST + timedelta(days=MAX_DAYS_THIN.value + 1), World(gone=0.75))
    waiting = nights.waiting()
    assert all(f"jobs {waiting[name].n_jobs:,} are left, and so few since" in waiting[name].why for name in OWN_PAY)


@pytest.mark.long
def test_where_half_of_the_jobs_are_gone_lists_wait(month: Nights, tmp_path: Path) -> None:
    nights = month.copy(tmp_path / "half")
    nights.run(AUGUST, World(gone=0.6))
    waiting = nights.waiting()
    for name in OWN_PAY:
        last = vintages.last_published(nights.vintages()[name])
        assert last is not None
        assert f"jobs fell from {last.n_jobs:,} to {waiting[name].n_jobs:,}" in waiting[name].why


@pytest.mark.long
def test_another_method_waits_once(month: Nights, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nights = month.copy(tmp_path / "method")
    monkeypatch.setattr(published, "METHODS", {**published.METHODS, "pay.advertised": 2})
    nights.run(AUGUST)
    waits = {name for name, one in nights.waiting().items() if "another method" in one.why}
    assert waits == set(OWN_PAY)


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
    for name, one in ((NORTH, waiting[REGIONS]), (US, waiting[COUNTRIES])):
        assert f"{name}: " in one.why and "read otherwise now" in one.why
    assert after[US].bare_value == before[US].bare_value
    assert not {name for name in waiting if name.startswith("shares.skills")}, "skills are read as before"
