"""A release: its content, whether other programs can read it, what is left out, and its chain."""

from __future__ import annotations

import dataclasses
import io
import json
import re
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import feedparser
import frictionless
import jsonschema
import pandas as pd
import polars as pl
import pytest
import sdmx
import yaml

from reports.cells.cell import MEDIAN_OF_PANEL
from reports.cells.published import read_cells
from reports.codes import ESCO_NOTICE
from reports.figures import vintages
from reports.figures.compute import compute_asked
from reports.guide import desk
from reports.release import figure_files
from reports.release.manifest import DATABASE, MANIFEST, SUMS, ReleaseError, find_faults, list_files
from reports.release.published import read_published, rebuild_open_tables
from reports.wording import notes
from tests.reports.conftest import put_rows
from tests.reports.release.conftest import (
    BOTH,
    BOUND,
    DAY,
    NEXT,
    OF_PANEL,
    SECRET_MAIL,
    SECRET_PHONE,
    SECRET_TEXT,
    release,
    write_figures,
)  # fmt: skip
from transforms.records.vocabulary import ESCO, ISCO, SOC, UNSPSC
from warehouse import database, ops_tables
from warehouse.load.lookups import load_skill_codes
from warehouse.publish import atomic_files
from warehouse.publish.market import publish
from warehouse.publish.release_tables import open_published_file, write_public_database

VISION = "computer_vision_engineer"
PYTHON, REMOTE = "skill.python.all.ai_engineering", "workplace.remote"
DIFFERENT_EACH_TIME = {DATABASE, SUMS}
SCHEMA = Path(__file__).with_name("fixtures") / "cff_1.2.0.schema.json"


def load(path: Path) -> Any:
    return json.loads(path.read_bytes())


def copy_folder(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "release"))


def test_the_same_published_file_gives_the_same_bytes(published: Path, released: Path, tmp_path: Path) -> None:
    release(published, tmp_path / "again")
    assert list_files(released) == list_files(tmp_path / "again")
    differ = {p for p in list_files(released) if (released / p).read_bytes() != (tmp_path / "again" / p).read_bytes()}
    assert differ <= DIFFERENT_EACH_TIME
    assert not list(find_faults(tmp_path / "again"))


def test_no_file_names_a_place_on_this_machine(published: Path, released: Path) -> None:
    for path in list_files(released):
        content = (released / path).read_bytes()
        assert str(published).encode() not in content and str(released).encode() not in content, path


# --- figures --------------------------------------------------------------------------------------------


def test_every_figure_says_what_the_guide_says(published: Path, released: Path) -> None:
    with open_published_file(published) as con:
        rows = {row.figure: row for row in rebuild_open_tables(con, desk.published_figures(con))[0]}
    index = load(released / "figures/index.json")
    assert {row["id"] for row in index["figures"]} | index["left_out"].keys() == rows.keys()
    assert list(index["left_out"]) == [BOTH]
    for entry in index["figures"]:
        row, payload = rows[entry["id"]], load(released / entry["file"])
        assert payload["value"] == row.value == entry["value"] and payload["n"] == row.n_jobs
        assert payload["definition"] == (notes.note(row) if row.value else None)
        assert (payload["period"]["from"], payload["period"]["to"]) == tuple(
            None if day is None else day.isoformat() for day in (row.period_from, row.period_to)
        )
        assert [source["source"] for source in payload["sources"]] == list(row.sources)
        assert "\n" not in payload["citation"] and payload["id"] in payload["citation"]
        entry_path = (released / entry["file"]).parent / payload["ledger"]
        assert load(entry_path)["sql"] == row.sql
        dated_path = released / figure_files.dated_path_of(entry["id"], DAY.isoformat())
        assert load(dated_path) == payload | {"ledger": f"../{payload['ledger']}"}
        assert (dated_path.parent / load(dated_path)["ledger"]).is_file()


def test_numbers_are_those_of_the_rows_and_stand_in_csv_too(released: Path) -> None:
    payload = load(released / figure_files.path_of(PYTHON))
    assert payload["rows"][0]["parts"] == {
        "share": {"value": 0.7, "low": pytest.approx(0.6), "high": pytest.approx(0.8), "unit": "share of jobs",
                  "form": "point"}
    }  # fmt: skip
    lines = pd.read_csv(released / figure_files.path_of(PYTHON, "csv"))
    first = lines.iloc[0]
    assert [first[name] for name in ("figure", "part", "value", "n")] == [PYTHON, "share", 0.7, 100]
    assert not pd.read_csv(released / "figures.csv")["licence"].ne("CC-BY-4.0").any()


def test_a_withheld_figure_has_no_number_and_says_why(released: Path) -> None:
    payload = load(released / figure_files.path_of("pay.polynesia.ai_engineering.mid_senior"))
    assert payload["value"] is None and payload["rows"] == [] and payload["reason"] and payload["missing"]


def test_every_figure_has_a_picture_for_light_and_dark(released: Path) -> None:
    index = load(released / "figures/index.json")["figures"]
    for entry in index:
        picture = (released / figure_files.path_of(entry["id"], "svg")).read_text(encoding="utf-8")
        assert picture.startswith("<svg") and "prefers-color-scheme: dark" in picture and "<title" in picture
        assert "http" not in re.sub(r'xmlns="[^"]*"', "", picture), "a picture asks for nothing"
    svg = (released / figure_files.path_of(PYTHON, "svg")).read_text(encoding="utf-8")
    assert "70%" in svg and 'class="line firm"' in svg


# --- cells ----------------------------------------------------------------------------------------------


def test_every_published_cell_is_in_one_file(published: Path, released: Path) -> None:
    index = load(released / "cells/index.json")
    cells: dict[str, dict[str, Any]] = {}
    for entry in index["files"]:
        shard = load(released / entry["file"])
        assert shard["licence"]["id"] == entry["licence"] and len(shard["cells"]) == entry["n"]
        rows = [dict(zip(shard["columns"], row, strict=True)) for row in shard["cells"]]
        assert not cells.keys() & {row["id"] for row in rows}
        cells |= {row["id"]: row for row in rows}
    with open_published_file(published) as con:
        printed = {cell.id: cell for cell in read_cells(con, DAY)}
    assert cells.keys() == printed.keys() and len(cells) > 4
    for name, cell in printed.items():
        row = cells[name]
        assert (row["value"], row["n"], row["status"]) == (cell.text, cell.n, cell.status), name
        for part, number in cell.numbers.items():
            ends = (row.get(part), row.get(f"{part}_lo"), row.get(f"{part}_hi"))
            assert ends == (number.value, number.low, number.high), name


def test_the_median_of_boards_drawn_at_random_stands_beside_that_of_all_where_it_is_said(
    published: Path, released: Path
) -> None:
    shard = load(released / "cells/pay/us.json")
    rows = {row[0]: dict(zip(shard["columns"], row, strict=True)) for row in shard["cells"]}
    cell, without = (rows[f"pay.us.{work}.senior.advertised"] for work in ("machine_learning_engineer", VISION))
    panel = {name: cell[name] for name in shard["columns"] if name.startswith(MEDIAN_OF_PANEL)}
    assert [*panel.values()] == [141_000, 133_000, 150_000, 45, 31], "beside median, with its interval and counts"
    assert all(without[name] is None for name in panel)
    assert "boards drawn at random" in shard["definitions"][MEDIAN_OF_PANEL]
    other = (released / "cells/pay/northern_america.json").read_text(encoding="utf-8")
    assert MEDIAN_OF_PANEL not in other, "no cell of the place has one"

    sdmx = pd.read_csv(released / "sdmx/BANDS.csv").query("PART == @MEDIAN_OF_PANEL")
    assert sdmx[["OBS_VALUE", "OBS_LOW", "OBS_HIGH", "N", "EMPLOYERS"]].to_numpy().tolist() == [[*panel.values()]]
    mart = pd.read_csv(released / "tables/salary_bands.csv").dropna(subset="p50_of_panel")
    assert mart[[*OF_PANEL]].to_numpy().tolist() == [[*OF_PANEL.values()]]

    with open_published_file(published) as con:
        ledger = compute_asked(con, [f"pay.us.{work}.senior" for work in ("machine_learning_engineer", VISION)], DAY,
                              code_version="")  # fmt: skip
        figures = read_published(con, base_url="", figures=ledger)
    lines = pd.read_csv(io.BytesIO(figure_files.to_csv(figure_files.describe(row, figures) for row in ledger))).query(
        "part == @MEDIAN_OF_PANEL"
    )
    assert lines["figure"].to_list() == [ledger[0].figure]
    numbers = lines[["value", "low", "high", "n", "employers"]].to_numpy().tolist()
    assert numbers == [[*panel.values()]], "its own jobs and employers, not those of the row"


def test_a_cell_whose_end_is_too_wide_has_its_interval_alone(released: Path) -> None:
    shard = load(released / "cells/pay/us.json")
    rows = {row[0]: dict(zip(shard["columns"], row, strict=True)) for row in shard["cells"]}
    cell = rows["pay.us.computer_vision_engineer.senior.advertised"]
    assert cell["low"] is None and cell["low_lo"] == 60_000 and cell["high"] == 180_000
    shard = load(released / "cells/share/all.json")
    bounds = dict(zip(shard["columns"], shard["cells"][0], strict=True))
    assert "share" not in bounds and (bounds["share_lo"], bounds["share_hi"]) == (0.2, 0.7)


# --- licences -------------------------------------------------------------------------------------------


def test_what_a_survey_binds_carries_its_licence_and_is_in_no_table(released: Path) -> None:
    payload = load(released / figure_files.path_of(BOUND))
    assert payload["licence"]["id"] == "ODbL-1.0" and "ODbL-1.0" in payload["citation"]
    assert BOUND not in set(pd.read_csv(released / "figures.csv")["figure"])
    assert not (released / figure_files.path_of(BOTH)).exists()
    files = [entry for entry in load(released / "cells/index.json")["files"] if entry["place"] == "ar"]
    assert [entry["licence"] for entry in files] == ["CC-BY-NC-SA-4.0"]
    bands = pl.read_parquet(released / "tables/salary_bands.parquet")
    assert "reported" not in set(bands["basis"]) and bands.height == 4
    assert pl.read_parquet(released / "tables/reported_pay.parquet").height == 0
    assert "AR" not in (released / "sdmx/BANDS.csv").read_text().upper().split(",")
    with duckdb.connect(released / DATABASE, read_only=True) as con:
        rows = con.execute("SELECT figure FROM mart.figures WHERE list_has_any(sources, ?)", [[
            "sysarmy_survey", "stackoverflow_survey"]]).fetchall()  # fmt: skip
        assert rows == [] and con.execute("SELECT count(*) FROM mart.salary_bands").fetchall() == [(4,)]
        assert con.execute("SELECT count(*) FROM mart.figures WHERE len(nearest) > 0").fetchall() == [(0,)]
    assert "31,234" not in everything(released) and "31234" not in tables_of(released)


def everything(folder: Path) -> str:
    """All text of a release, including text in Parquet and DuckDB files."""
    texts = []
    for path in list_files(folder):
        if path.endswith(".parquet"):
            texts.append(str(pl.read_parquet(folder / path).rows()))
        elif path != DATABASE:
            texts.append((folder / path).read_text(encoding="utf-8"))
    with duckdb.connect(folder / DATABASE, read_only=True) as con:
        for (name,) in con.execute("SELECT schema_name || '.' || table_name FROM duckdb_tables()").fetchall():
            texts.append(str(con.execute(f"SELECT to_json(t)::VARCHAR FROM {name} AS t").fetchall()))
    return "\n".join(texts)


def tables_of(folder: Path) -> str:
    """The published cells as CSV text."""
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted((folder / "tables").glob("*.csv")))


MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}")
PHONE = re.compile(r"(?<![\w.-])\+\d{1,3}[ ./-]?\(?\d{2,4}\)?(?:[ ./-]?\d{2,4}){2,}(?![\w-])")


def test_no_advert_and_no_person_is_in_it(chained: Path) -> None:
    assert PHONE.search(SECRET_PHONE) and MAIL.search(SECRET_MAIL), "the search finds what it looks for"
    text = everything(chained)
    assert SECRET_TEXT not in text and "unicorn" not in text
    assert MAIL.findall(text) == [] and PHONE.findall(text) == []
    with duckdb.connect(chained / DATABASE, read_only=True) as con:
        names = con.execute("SELECT schema_name || '.' || table_name FROM duckdb_tables()").fetchall()
    assert not {name for (name,) in names if "posting" in name or name in ("core.pay_reports", "core.employers")}


# --- others read it -------------------------------------------------------------------------------------


def test_frictionless_finds_the_package_valid(chained: Path) -> None:
    report = frictionless.validate(chained / "datapackage.json")
    assert report.valid, [error.message for task in report.tasks for error in task.errors][:5] or report.errors
    names = {resource["path"] for resource in load(chained / "datapackage.json")["resources"]}
    assert {p for p in list_files(chained) if p.endswith(".csv") and not p.startswith("figures/")} == names


def test_feedparser_reads_the_feed(chained: Path) -> None:
    feed = feedparser.parse(str(chained / "feed.atom"))
    assert not feed.bozo and feed.version == "atom10"
    changed = [change["id"] for change in load(chained / "manifest.json")["changes"]["figures"]]
    newest, *of_figures, first = feed.entries
    assert first.title == f"Release {DAY}: the first" and newest.title.startswith(f"Release {NEXT}: ")
    assert changed and [entry.link for entry in of_figures] == [
        f"https://example.org/market/f/{name}.html" for name in changed
    ]
    assert all(entry.updated == f"{NEXT}T00:00:00Z" for entry in of_figures)
    assert "70% → 50%" in of_figures[changed.index(PYTHON)].content[0].value
    assert len({entry.id for entry in feed.entries}) == len(changed) + 2


def test_cff_is_valid_by_its_schema(chained: Path) -> None:
    citation = yaml.safe_load((chained / "CITATION.cff").read_text(encoding="utf-8"))
    jsonschema.validate(citation, load(SCHEMA))
    assert citation["url"] == "https://example.org/market/" and citation["version"] == NEXT.isoformat()


def test_sdmx1_reads_bands_and_shares_with_their_structure(released: Path) -> None:
    message: Any = sdmx.read_sdmx(released / "sdmx/structure.xml")
    for flow, least in (("BANDS", 5), ("SHARES", 3)):
        structure = message.dataflow[flow]
        path = released / f"sdmx/{flow}.csv"
        data: Any = sdmx.read_sdmx(path, structure=structure)
        (dataset,) = data.data
        assert len(dataset.obs) == len(path.read_text().splitlines()) - 1 >= least
        code_lists = {
            d.id: d.local_representation.enumerated for d in structure.structure.dimensions if d.id != "TIME_PERIOD"
        }
        for observation in dataset.obs:
            for name, code_list in code_lists.items():
                assert str(observation.dimension[name].value) in code_list, (name, observation)


def test_codes_of_skills_and_work_have_their_codes_in_public_classifications(released: Path) -> None:
    message: Any = sdmx.read_sdmx(released / "sdmx/structure.xml")
    python = {note.id: note for note in message.codelist["CL_ITEM"]["python"].annotations}
    esco = next(row for row in load_skill_codes() if (row.skill, row.scheme) == ("Python", ESCO))
    assert (python[ESCO].type, python[ESCO].title, python[ESCO].url) == (esco.nearness, esco.label, esco.code)
    assert python[UNSPSC].value == "43232405" and python[UNSPSC].url is None, "only ESCO's codes are addresses"
    work = message.codelist["CL_WORK"]["machine_learning_engineer"]
    assert {note.id for note in work.annotations} == {SOC, ISCO, ESCO}
    assert not message.codelist["CL_MEASURE"]["skill_asked"].annotations
    assert ESCO_NOTICE in (released / "LICENCES.md").read_text(encoding="utf-8")


def test_tables_are_read_by_pandas_and_polars_alike(released: Path) -> None:
    for path in sorted((released / "tables").glob("*.parquet")):
        n_rows = len(pd.read_parquet(path))
        assert n_rows == pl.read_parquet(path).height
        assert n_rows == len(pd.read_csv(path.with_suffix(".csv"), keep_default_na=False)), path


def test_the_duckdb_file_has_marts_views_and_comments(released: Path) -> None:
    with duckdb.connect(released / DATABASE, read_only=True) as con:
        (version,) = con.execute(
            "SELECT tags['storage_version'] FROM duckdb_databases() WHERE NOT internal"
        ).fetchall()[0]
        assert version.startswith("v1.3.0")
        assert con.execute("SELECT count(*) FROM mart.shares").fetchall()[0][0] >= 0
        query = "SELECT count(*) FROM duckdb_columns() WHERE NOT internal AND comment IS NULL"
        assert con.execute(query).fetchall() == [(0,)]


def test_descriptions_say_what_it_is(chained: Path) -> None:
    dataset = load(chained / "dataset.jsonld")
    assert dataset["@type"] == "Dataset" and dataset["license"].startswith(
        "https://creativecommons.org/licenses/by/4.0"
    )
    for download in dataset["distribution"]:
        assert (chained / download["contentUrl"].removeprefix("https://example.org/market/")).is_file()
    for link in re.findall(r"\]\(([^)]+)\)", (chained / "llms.txt").read_text()):
        assert (chained / link).is_file(), link
    quality = (chained / "QUALITY.md").read_text()
    assert [int(n) for n in re.findall(r"^\*\*(\d+)\.", quality, re.MULTILINE)] == list(range(1, 20))
    assert "due by 17 September 2026, 4 days late" in quality and "$" not in quality
    assert "0 of 1 releases came by their day" in quality


def test_a_claim_is_cited_with_its_publisher_and_its_own_day(released: Path) -> None:
    payload = load(released / figure_files.path_of("claim.gdp_2030"))
    assert payload["period"]["in_words"] == "published 27 June 2017"
    assert "as stated by PwC, Sizing the prize, 27 June 2017. Release of 17 August 2026" in payload["citation"]
    assert "published 27 June 2017" in (released / "figures/claim.gdp_2030.svg").read_text()


def test_the_version_is_that_of_the_newest_run_and_a_figure_has_its_own(published: Path, tmp_path: Path) -> None:
    data = shutil.copytree(published, tmp_path / "data")
    with database.open_work(data) as con:
        newer = {"run_id": "2", "as_of": DAY, "code_version": "10.0", "command": "rebuild", "is_sample": False}
        put_rows(con, ops_tables.Runs, newer | {"started_at": datetime(2030, 1, 1, tzinfo=UTC)})
        publish(con, data / "market.duckdb")
    release(data, tmp_path / "release")
    assert "made by version 10.0." in (tmp_path / "release/QUALITY.md").read_text()
    assert load(tmp_path / "release" / MANIFEST)["code_version"] == "10.0"
    assert load(tmp_path / "release/ledger" / f"{PYTHON}.json")["code_version"] == "9.9"


def test_the_quality_report_says_of_which_day_it_counts_what(released: Path) -> None:
    quality = (released / "QUALITY.md").read_text()
    assert "9 adverts open, for 8 jobs, 7 of them in AI." in quality
    own = [data for path in (released / "figures").glob("*.json") if path.name != "index.json"
           and (data := load(path))["value"] and data["n"] and data["basis"] in ("advertised", "postings")]  # fmt: skip
    counts = [data["n"] for data in own]
    assert f"its own reference period instead: from {min(counts)} to {max(counts)} jobs, of " in quality
    assert (
        "Open adverts by source: " in quality and "Of pay laws, checked against the text of the law: none of" in quality
    )


# --- what a person decided ------------------------------------------------------------------------------


def test_errata_and_accepted_vintages_come_first_also_where_the_value_stays(
    published: Path, released: Path, tmp_path: Path
) -> None:
    data, folder = shutil.copytree(published, tmp_path / "data"), copy_folder(released, tmp_path)

    def published_with(changes: Mapping[str, Mapping[str, Any]]) -> str:
        """The changes in a release after lists got another vintage with the same cells."""
        with database.open_work(data) as con:
            histories = vintages.read_vintages(con)
            rows = []
            for name, words in changes.items():
                *_, new = vintages.correct(con, name, histories[name], erratum="none", on=DAY)
                rows.append(dataclasses.replace(new, **{"is_correction": False, "reason": None, **words}))
            with database.transaction(con):
                vintages.store(con, rows)
            write_figures(con, DAY)
            publish(con, data / "market.duckdb")
        release(data, folder)
        return (folder / "CHANGES.md").read_text()

    text = published_with(
        {
            "shares.skills.regions": {"is_correction": True, "reason": "contracts were counted"},
            "shares.workplace.regions": {"reason": "looked up"},
            "frame": {"why": "revised at its cadence"},
        }
    )
    errata, reviews, others = re.split(r"^## (?:Accepted after review|Figures) .*$", text, flags=re.MULTILINE)
    with open_published_file(data) as con:
        printed = [row for row in desk.published_figures(con) if row.value is not None]
    corrected = sorted(row.figure for row in printed if row.list == "shares.skills.regions")
    assert f"## Errata ({len(corrected)})" in errata and PYTHON in corrected
    assert re.findall(r"^- `([^`]+)` ", errata, flags=re.MULTILINE) == corrected, "each figure of the list"
    assert "as before. Erratum: contracts were counted" in errata
    assert f"`{REMOTE}`" in reviews and "as before. Accepted: looked up" in reviews
    assert "None." in others and "frame.sources" not in text, "it says what it said"
    assert "withheld, as before" not in text, "of a figure that cannot be said nothing is told"
    feed = feedparser.parse((folder / "feed.atom").read_bytes())
    assert f"{len(corrected)} errata" in feed.entries[0].title
    said = [entry.content[0].value for entry in feed.entries]
    assert "contracts were counted" in said[1], "errata first"
    assert any("looked up" in one for one in said[1 + len(corrected) :])
    later = published_with({"shares.skills.regions": {"why": "revised at its cadence"}})
    assert "## Errata (0)" in later and "contracts were counted" not in later, "it was told already"


# --- the chain ------------------------------------------------------------------------------------------


def test_a_release_names_the_one_before_and_keeps_its_figures(chained: Path, released: Path) -> None:
    assert not list(find_faults(chained))
    manifest = load(chained / MANIFEST)
    assert manifest["previous"]["release"] == DAY.isoformat()
    path = figure_files.dated_path_of(PYTHON, DAY.isoformat())
    assert (chained / path).read_bytes() == (released / path).read_bytes()
    changes = (chained / "CHANGES.md").read_text()
    assert f"- `{PYTHON}`" in changes and "70% → 50%" in changes


def test_the_duckdb_file_has_the_same_bytes_each_time(published: Path, released: Path, tmp_path: Path) -> None:
    with open_published_file(published) as con:
        for name in ("one", "two"):
            write_public_database(con, tmp_path / name, {})
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert DATABASE in {file["path"] for file in load(released / MANIFEST)["files"]}


def test_the_same_release_again_changes_nothing(published: Path, released: Path, tmp_path: Path) -> None:
    folder = copy_folder(released, tmp_path)
    before = {path: (folder / path).read_bytes() for path in list_files(folder)}
    result = release(published, folder)
    assert not result.is_new and before == {path: (folder / path).read_bytes() for path in list_files(folder)}


def test_other_content_of_the_same_day_is_a_release_of_its_own(released: Path, published: Path, tmp_path: Path) -> None:
    folder = copy_folder(released, tmp_path)
    result = release(published, folder, base_url="https://example.org/")
    assert result.release == f"{DAY}.2" and result.is_new and not list(find_faults(folder))
    assert load(folder / MANIFEST)["previous"]["release"] == DAY.isoformat()
    assert not release(published, folder, base_url="https://example.org/").is_new


def test_what_cannot_follow_is_refused(chained: Path, published: Path, tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match=f"holds release {NEXT}"):
        release(published, copy_folder(chained, tmp_path))


def test_sample_and_live_releases_are_never_one(released: Path, published_next: Path, tmp_path: Path) -> None:
    data = shutil.copytree(published_next, tmp_path / "data")
    with database.open_work(data) as con:
        con.execute("UPDATE ops.runs SET is_sample = true")
        publish(con, data / "market.duckdb")
    with pytest.raises(ReleaseError, match="live data"):
        release(data, copy_folder(released, tmp_path))
    release(data, tmp_path / "sample")
    payload = load(tmp_path / "sample" / figure_files.path_of(PYTHON))
    assert payload["is_sample"] and "invented" in payload["citation"]


def test_a_kill_between_two_renames_loses_nothing(chained: Path, published_next: Path, tmp_path: Path) -> None:
    folder = copy_folder(chained, tmp_path)
    change = atomic_files.begin_folder(folder)
    assert change.kept is not None
    folder.rename(change.kept)  # and here it is killed
    result = release(published_next, folder, base_url="https://example.org/market")
    assert not result.is_new and not list(find_faults(folder))
    assert [path.name for path in tmp_path.iterdir()] == ["release"]
