"""The night on the bundled sample: what it makes, again and again, and what it refuses."""

from __future__ import annotations

import itertools
import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from extractors.source import all_sources
from flows.accuracy.audit_results import GOLD, Answer
from flows.runs.run_log import runs_of
from flows.terminal.errors import USAGE
from reports.figures.catalogue import declaration_of
from reports.figures.explain import explain_figure
from tests.extractors.board import Board
from transforms.records.vocabulary import CELL_STATES, ROLE_GROUPS, SENIORITY_GROUPS
from warehouse import database
from warehouse.mart_tables import SalaryBands, Shares
from warehouse.marts.compute import MARTS
from warehouse.publish.reader import open_reader

if TYPE_CHECKING:
    from tests.flows.conftest import CommandResult, FinishedRun

Command = Callable[..., "CommandResult"]
SMALL = ("run", "--sample", "--source", "lever", "--source", "currency_table")
LAST_NIGHT = date(2026, 9, 30)
SECOND_NIGHT = date(2026, 9, 29)
GUIDE = """# Notes of ours

Adverts ask for <!-- figure:roles.shares -->…<!-- /figure -->.

<!-- figures:sources -->
<!-- /figures:sources -->
"""


GUIDE_OF_LATER = """<!-- figure:skill.python --><!-- /figure --> of adverts ask for it.

<!-- figures:sources -->

Figures as of 17 August 2027.

<!-- /figures:sources -->
"""


@pytest.fixture
def con(sample: FinishedRun) -> Iterator[database.Connection]:
    """The published warehouse of the sample, as people open it."""
    with open_reader(sample.data) as reader:
        yield reader


def published(folder: Path) -> dict[str, tuple[int, bytes]]:
    """What a run publishes, with the file's own number, which a replacement changes."""
    files = [folder / "market.duckdb", folder / "guide.md", folder / "site" / "index.html"]
    return {file.name: (file.stat().st_ino, file.read_bytes()) for file in files}


# --- what a run makes -----------------------------------------------------------------------------------


def test_a_run_ends_well_and_says_where_everything_is(sample: FinishedRun) -> None:
    assert sample.ended.code == 0
    for label, path in (("warehouse", "market.duckdb"), ("guide", "guide.md"), ("page", "site/index.html")):
        match = re.search(rf"^ *{label} +(/.+)$", sample.ended.out, re.M)
        assert match, sample.ended.out
        assert Path(match[1]) == sample.data / path
        assert Path(match[1]).stat().st_size > 0


def test_everything_made_from_the_sample_says_so(sample: FinishedRun, con: database.Connection) -> None:
    assert "SAMPLE DATA" in sample.ended.out
    for name in ("guide.md", "site/index.html"):
        assert "Sample data." in (sample.data / name).read_text(encoding="utf-8")
    assert con.execute("SELECT DISTINCT is_sample FROM ops.runs").fetchall() == [(True,)]


def test_nothing_half_made_is_left(sample: FinishedRun) -> None:
    leftovers = [path for path in sample.data.rglob("*") if path.suffix in {".part", ".new", ".wal", ".salvage"}]
    assert leftovers == []


def test_the_run_is_on_record(con: database.Connection) -> None:
    [(command, end, code, message)] = con.execute(
        "SELECT command, ended_at, exit_code, message FROM ops.runs"
    ).fetchall()
    assert (command, code, message) == ("jobmarket run --sample", 0, None)
    assert end is not None
    health = dict(con.execute("SELECT source, outcome FROM ops.source_health").fetchall())
    assert health["ashby"] == "partial", "some of its records cannot be read"
    assert health["lever"] == "partial", "one board of the sample answers 404"
    gates = con.execute("SELECT DISTINCT split_part(gate, ':', 1), is_met FROM ops.checks ORDER BY ALL").fetchall()
    assert gates == [("load", True), ("mart", True), ("warehouse", True)]


def test_the_sources_are_there_as_they_declare_themselves(con: database.Connection) -> None:
    rows = con.execute("SELECT source, kind, expires_after_days FROM core.sources").fetchall()
    sources = [module.SOURCE for module in all_sources().values()]
    assert sorted(rows) == [(source.name, source.kind, source.expires_after_days) for source in sources]
    assert {days for _, kind, days in rows if kind == "employer board"} >= {30, 60}


@pytest.mark.parametrize("night", ["loading", pytest.param("plain", marks=pytest.mark.long)])
def test_the_same_input_gives_the_same_files_and_nothing_is_done_twice(
    night: str,
    sample: FinishedRun,
    copy_of: Callable[..., Path],
    made_in: Callable[[Path], dict[str, str]],
    request: pytest.FixtureRequest,
) -> None:
    data = copy_of(sample)
    times = {path: path.stat().st_mtime_ns for path in data.glob("refined/*/*")}
    assert times
    again = request.getfixturevalue(night)(data, "run", "--sample")
    assert again.code == 0, again.said
    assert made_in(data) == sample.made
    assert {path: path.stat().st_mtime_ns for path in data.glob("refined/*/*")} == times
    assert "refined " not in again.log
    assert "loaded " not in again.log
    assert published(data)["guide.md"][1] == (sample.data / "guide.md").read_bytes()
    with open_reader(data) as con:
        assert con.execute("SELECT exit_code FROM ops.runs").fetchall() == [(0,), (0,)]


def test_the_next_night_counts_what_a_person_audited(
    small: FinishedRun, copy_of: Callable[..., Path], loading: Command
) -> None:
    data = copy_of(small)
    answer = Answer(
        audited_on="2026-09-29", posting_id="ashby:1", reader="role", source="ashby", language="en", is_right=False,
        read={"role": "other"}, right={"role": "ml_engineer"}, text_hash=None, code_version="0",
    )  # fmt: skip
    (data / GOLD).write_text(json.dumps(asdict(answer)) + "\n", encoding="utf-8")
    assert loading(data, *SMALL).code == 0
    with open_reader(data) as con:
        rows = con.execute("SELECT reader, source, n_asked, n_right FROM ops.audits ORDER BY ALL").fetchall()
    assert rows == [("role", "all", 1, 0), ("role", "ashby", 1, 0)]


def test_a_night_of_the_sample_reports_itself_when_it_is_told_to(
    small: FinishedRun, copy_of: Callable[..., Path], plain: Command, standing: Command, board: Board
) -> None:
    board.answers |= {"/hook/s3cr3t": (200, {}, b""), "/beat/s3cr3t": (200, {}, b"")}
    data = copy_of(small)
    urls = {name: board.url(f"/{path}/s3cr3t") for name, path in (("WEBHOOK", "hook"), ("HEARTBEAT", "beat"))}
    environment = {f"JOBMARKET_NOTIFY_{name}": url for name, url in urls.items()}
    result = standing(data, *SMALL, "--notify", **environment)
    assert result.code == 0, result.said
    assert board.paths == ["/hook/s3cr3t", "/beat/s3cr3t"]
    [content] = map(json.loads, board.posted)
    assert content["text"].startswith("SAMPLE DATA · Job market, 2026-09-30: 1 thing due\n\nThe night: published.\n")
    assert "HTTP 404" in content["text"], "one board of the sample answers so"
    [due] = content["night"]["due"]
    assert (due["kind"], due["subject"], due["state"]) == ("source", "lever", "partial")
    for place in (data / "runs.jsonl", data / "prefect"):
        texts = [place] if place.is_file() else [path for path in place.rglob("*") if path.is_file()]
        assert not [path for path in texts if b"s3cr3t" in path.read_bytes()]
    assert "s3cr3t" not in result.said
    view = plain(data, "notify", "--show", **environment)
    assert view.said.startswith("Nothing is due that was not sent. Sent before and still so (1): - lever: partial")
    assert re.search(r"webhook +sent .*: 1 due", plain(data, "status", **environment).out)
    assert len(board.posted) == 1


# --- what stands in the warehouse -----------------------------------------------------------------------


BANDS = """
SELECT region, seniority_group, status FROM mart.salary_bands
WHERE as_of = (SELECT max(as_of) FROM mart.salary_bands) AND basis = 'advertised' AND region_level = 'region'
    AND role_group = 'ai_engineering' AND role = 'all' AND pay_market = 'all' AND currency = 'USD'
    AND contract = 'employee'
"""


def test_some_bands_are_published_and_some_withheld(con: database.Connection) -> None:
    cells = con.execute(BANDS).fetchall()
    good = [(region, group) for region, group, status in cells if status == "published"]
    assert len(good) >= 6
    assert sum(region == "South America" for region, _ in good) >= 2
    assert ("Northern America", "mid_senior") in good
    assert sum(status == "suppressed" for _, _, status in cells) >= 5


def test_each_region_group_and_level_has_a_row_published_or_not_with_its_reason(con: database.Connection) -> None:
    regions = [
        row[0] for row in con.execute("SELECT DISTINCT region FROM core.countries WHERE region <> ''").fetchall()
    ]
    assert {"Northern America", "South America", "Western Africa", "Micronesia"} <= set(regions)
    groups = [group for group in ROLE_GROUPS if group != "ai_data_trainer"] + ["ai_core"]  # trainers' gigs stand apart
    cells = {
        row[:3]: row[3:]
        for row in con.execute(
            "SELECT region, role_group, seniority_group, status, reason, band_low FROM mart.salary_bands"
            " WHERE as_of = ? AND basis = 'advertised' AND region_level = 'region' AND role = 'all'"
            " AND pay_market = 'all' AND contract = 'employee' AND currency = 'USD'",
            [LAST_NIGHT],
        ).fetchall()
    }
    missing = set(itertools.product(regions, groups, SENIORITY_GROUPS)) - cells.keys()
    assert not missing
    for status, reason, band_low in cells.values():
        assert status in CELL_STATES
        assert (reason is None) == (status == "published")
        assert band_low is not None or status != "published"


def test_python_is_among_the_first_three_skills(con: database.Connection) -> None:
    first = con.execute(
        "SELECT item FROM mart.shares WHERE as_of = ? AND region_level = 'world' AND measure = 'skill_asked'"
        " AND text_class = 'full_advert' AND role_group = 'ai_engineering' AND rank <= 3 ORDER BY rank",
        [LAST_NIGHT],
    ).fetchall()
    assert ("Python",) in first


def test_not_stated_is_null_and_no_pay_is_below_its_low_end(con: database.Connection) -> None:
    rows = con.execute(
        "SELECT count(*) FILTER (currency IS NULL AND pay_low IS NOT NULL), count(*) FILTER (pay_low = 0),"
        " count(*) FILTER (annual_low > annual_high), count(*) FILTER (currency IS NULL), count(DISTINCT currency)"
        " FROM core.postings"
    ).fetchall()
    _, zeros, upside_down, unpaid, currencies = rows[0]
    assert (zeros, upside_down) == (0, 0)
    assert unpaid > 0
    assert currencies > 5


def test_dollars_come_from_a_rate_on_or_before_the_day_and_not_too_old(con: database.Connection) -> None:
    wrong = con.execute(
        "SELECT posting_id FROM core.postings WHERE fx_on IS NOT NULL AND ("
        " fx_on > coalesce(posted_on, first_seen_at::DATE)"
        " OR coalesce(posted_on, first_seen_at::DATE) - fx_on > CASE fx_source WHEN 'ecb_rates' THEN 7 ELSE 31 END)"
    ).fetchall()
    assert wrong == []
    counts = con.execute(
        "SELECT fx_source, count(*) FROM core.postings WHERE fx_rate IS NOT NULL GROUP BY ALL"
    ).fetchall()
    assert {name for name, n in counts if n > 0} == {"identity", "ecb_rates", "currency_table"}


def test_no_text_of_an_advert_is_in_the_warehouse(con: database.Connection) -> None:
    columns = con.execute("SELECT table_name FROM duckdb_columns() WHERE column_name IN ('text', 'html')").fetchall()
    assert columns == []


# --- from a figure back to the bytes --------------------------------------------------------------------


def figures_of_each_kind(con: database.Connection) -> list[str]:
    """A figure of each kind, status, rung and family."""
    rows = con.execute(
        "SELECT max(figure) AS figure FROM mart.figures WHERE as_of = ?"
        " GROUP BY kind, status, rung, split_part(figure, '.', 1) ORDER BY figure",
        [LAST_NIGHT],
    ).fetchall()
    return [row[0] for row in rows]


@pytest.mark.parametrize("one_in", [2, pytest.param(1, marks=pytest.mark.long)])
def test_each_figure_explains_itself(one_in: int, con: database.Connection) -> None:
    names = figures_of_each_kind(con)
    assert len(names) > 20
    for name in names[::one_in]:
        explanation = explain_figure(con, name)
        kind = re.search(r"^  kind +(\w+)", explanation, re.M)
        assert kind, explanation
        assert re.search(r"^  sources +\S", explanation, re.M), explanation
        assert re.search(r"^  status +\w+", explanation, re.M), explanation
        if kind[1] == "measured":
            assert re.search(r"^  n +\S", explanation, re.M), explanation
            assert re.search(r"^  snapshots? +\S", explanation, re.M), explanation
            has_sql = re.search(r"^SQL\n(--.*\n)*\s*(SELECT|WITH)\b", explanation, re.M) is not None
            counts_nothing = re.search(r"^  n +–$", explanation, re.M) is not None  # withheld as declared, or compared
            assert has_sql or counts_nothing, explanation
        if kind[1] == "measured" and re.search(r"^  status +published", explanation, re.M):
            days = re.findall(r"^  snapshot +\S+\.warc\.gz \((\d{4}-\d\d-\d\d)\)$", explanation, re.M)
            assert days, explanation
            assert max(days) <= LAST_NIGHT.isoformat()


@pytest.mark.parametrize("one_in", [3, pytest.param(1, marks=pytest.mark.long)])
def test_the_sql_that_is_printed_gives_the_rows_that_were_printed(
    one_in: int, con: database.Connection, sample: FinishedRun
) -> None:
    ledger = con.execute(
        "SELECT figure, status, value_json, sql FROM mart.figures WHERE as_of = ? AND kind = 'measured'"
        " ORDER BY status, figure",
        [LAST_NIGHT],
    ).fetchall()[::one_in]
    n_compared = 0
    with duckdb.connect(str(sample.data / "market.duckdb"), read_only=True) as anyone:
        for name, status, value_json, sql in ledger:
            result = anyone.execute(sql)
            columns = [column[0] for column in result.description or ()]
            rows = [dict(zip(columns, row, strict=True)) for row in result.fetchall()]
            if status != "published" or declaration_of(name).gathers is not None:
                continue  # withheld, or gathered from the rows of other figures
            values = json.loads(value_json)
            keeps_all = declaration_of(name).renderer.names_withheld
            selection = [row for row in rows if keeps_all or row.get("status") != "suppressed"]
            assert len(values) == len(selection), name
            for old, new in zip(values, json.loads(json.dumps(selection, default=str)), strict=True):
                assert old == {key: new[key] for key in old if key in new} | {
                    k: v for k, v in old.items() if k not in new
                }
            n_compared += 1
    assert n_compared > 10


def test_snapshots_are_files_of_the_archive(con: database.Connection, sample: FinishedRun) -> None:
    behind = {row[0] for row in con.execute("SELECT DISTINCT unnest(snapshots) FROM mart.figures").fetchall()}
    assert behind
    assert [warc for warc in sorted(behind) if not (sample.data / "archive" / warc).is_file()] == []


def test_the_guide_prints_what_the_ledger_holds(con: database.Connection, sample: FinishedRun) -> None:
    guide = (sample.data / "guide_lists.md").read_text(encoding="utf-8")
    for name in ("pay.northern_america.ai_engineering.mid_senior", "pay.south_america.ai_engineering.mid_senior"):
        [(value,)] = con.execute("SELECT value FROM mart.figures WHERE figure = ?", [name]).fetchall()
        assert value.replace("–", "-") in guide.replace("&#8211;", "-").replace("–", "-")


# --- guides of others -----------------------------------------------------------------------------------


def test_a_guide_that_cannot_be_refreshed_is_refused_before_any_work(
    small: FinishedRun, copy_of: Callable[..., Path], plain: Command, standing: Command, tmp_path: Path
) -> None:
    data, foreign = copy_of(small), tmp_path / "elsewhere" / "guide.md"
    foreign.parent.mkdir()
    foreign.write_text(GUIDE, encoding="utf-8")
    mine = data / "mine.md"
    mine.write_text(GUIDE.replace("roles.shares", "roles.shared"), encoding="utf-8")
    before = published(data)

    nights = len(runs_of(data))
    refusal = plain(data, *SMALL, "--guide", str(foreign), "--guide", str(mine))
    assert refusal.code == USAGE
    assert "elsewhere/guide.md: this run has sample data" in refusal.said
    assert "mine.md:3:" in refusal.said
    assert "roles.shared" in refusal.said
    assert refusal.log == "", "it is found before any work"
    assert len(runs_of(data)) == nights
    assert foreign.read_text(encoding="utf-8") == GUIDE
    assert mine.read_text(encoding="utf-8") == GUIDE.replace("roles.shares", "roles.shared")
    assert published(data) == before
    ours = plain(data, *SMALL, "--guide", str(data / "guide.md"))
    assert ours.code == USAGE
    assert "is made by every run" in ours.said

    success = standing(data, *SMALL, "--guide", str(foreign), "--guide", str(foreign), "--allow-sample")
    assert success.code == 0, success.said
    assert str(foreign) in success.out
    text = foreign.read_text(encoding="utf-8")
    assert text != GUIDE
    assert "Sample data." in text
    assert text.startswith("# Notes of ours\n\nAdverts ask for <!-- figure:roles.shares -->")


# --- another day ----------------------------------------------------------------------------------------


def answers_are_of_the_past(data: Path, then: Path, plain: Command) -> None:
    """What is asked with --as-of is answered from the folder of that day; of a day that was not made it is refused."""
    figure = "roles.shares"
    with open_reader(then) as con:
        [(value, n)] = con.execute(
            "SELECT value, (SELECT count(*) FROM core.postings) FROM mart.figures WHERE figure = ?", [figure]
        ).fetchall()
        [(posting,)] = con.execute("SELECT posting_id FROM core.postings ORDER BY ALL LIMIT 1").fetchall()
    past = ("--as-of", SECOND_NIGHT.isoformat())
    explanation = plain(data, "explain", figure, *past)
    assert explanation.code == 0, explanation.said
    assert f"{figure} on {SECOND_NIGHT}" in explanation.out
    assert " ".join(value.split()) in explanation.said
    assert plain(data, "explain", figure).out.startswith(f"{figure} on {LAST_NIGHT}")
    assert plain(data, "explain", figure, "--as-of", LAST_NIGHT.isoformat()).out.startswith(f"{figure} on {LAST_NIGHT}")
    assert plain(data, "sql", "SELECT count(*) AS n FROM core.postings", *past).out == f"n\n{n}\n"
    texts = "SELECT count(*) AS n FROM adverts WHERE len(text) > 50"
    assert plain(data, "sql", texts, *past).out == f"n\n{n}\n", "texts are found, too"
    assert posting in plain(data, "why", posting, *past).out
    for question in (("sql", "SELECT 1"), ("shell",), ("why", posting), ("explain",), ("emerging",)):
        refusal = plain(data, *question, "--as-of", "2020-02-02")
        assert refusal.code == USAGE, question
        assert f"nothing was made as of 2020-02-02 (days that exist: {SECOND_NIGHT}" in refusal.said
        assert "`jobmarket run --as-of 2020-02-02` makes it" in refusal.said


def test_a_past_day_speaks_from_what_was_there_then(
    small: FinishedRun, copy_of: Callable[..., Path], plain: Command, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    data = copy_of(small)
    before, archive = published(data), sorted(data.glob("archive/*/*"))
    mine = data / "mine.md"
    mine.write_text(GUIDE_OF_LATER)
    result = plain(data, "run", "--as-of", SECOND_NIGHT.isoformat(), "--guide", str(mine), "--date-back")
    assert result.code == 0, result.said
    remark = f"{mine}:1: a line of Markdown that begins with a marker is raw HTML"
    assert f"{mine} was dated back from 2027-08-17 to {SECOND_NIGHT}" in " ".join(result.out.split()), result.said
    assert remark in " ".join(result.out.split()) and remark in result.log, "what an editor should look at"
    assert "computed mart.salary_bands" in result.log, "a long run shows how far it is"
    then = data / "asof" / SECOND_NIGHT.isoformat()
    assert str(then / "market.duckdb") in result.out
    assert f"jobmarket explain pay.northern_america.ai_engineering.mid_senior --as-of {SECOND_NIGHT}" in result.out, (
        "which asks the same warehouse"
    )
    assert published(data) == before, "what is published is of another day"
    assert sorted(data.glob("archive/*/*")) == archive, "no server was asked"

    end = datetime(2026, 9, 30, tzinfo=UTC)
    with open_reader(then) as con:
        [(first, last, newest)] = con.execute(
            "SELECT max(first_seen_at), max(last_seen_at), max(posted_on) FROM core.postings"
        ).fetchall()
        assert first < end
        assert last < end
        assert newest <= SECOND_NIGHT
        assert con.execute("SELECT max(observed_to) < ? FROM ops.loads", [end]).fetchall() == [(True,)]
        for cls in MARTS:
            days = con.execute(f"SELECT DISTINCT as_of FROM {cls.TABLE.name}").fetchall()  # type: ignore[attr-defined]
            assert set(days) <= {(SECOND_NIGHT,)}
            assert days or cls not in (SalaryBands, Shares), "closings wait for readings of later days"

    answers_are_of_the_past(data, then, plain)

    # The same night with a folder in which the third night never happened.
    earlier = tmp_path / "earlier"
    for file in data.glob("archive/*/*"):
        if file.name[:10] <= SECOND_NIGHT.isoformat():
            (earlier / "archive" / file.parent.name).mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, earlier / "archive" / file.parent.name)
    shutil.copytree(data / "refined", earlier / "refined")
    (earlier / "kind").write_text("sample\n")
    again = request.getfixturevalue("loading")(earlier, "run", "--as-of", LAST_NIGHT.isoformat())
    assert again.code == 0, again.said
    shutil.move(earlier / "asof" / LAST_NIGHT.isoformat() / "work.duckdb", earlier / "work.duckdb")
    with database.open_work(earlier) as late, database.open_work(then) as early:
        for name in ("core.postings", "core.posting_boards", "core.posting_places", "core.posting_skills"):
            assert late.execute(f"SELECT * FROM {name} ORDER BY ALL").fetchall() == (
                early.execute(f"SELECT * FROM {name} ORDER BY ALL").fetchall()
            ), name


# --- what is refused ------------------------------------------------------------------------------------


def test_a_live_night_needs_someone_to_write_to(empty: Path, plain: Command) -> None:
    result = plain(empty, "run")
    assert result.code == USAGE
    assert "JOBMARKET_CONTACT" in result.err
    assert "export JOBMARKET_CONTACT=" in result.err, "the remedy"
    assert not empty.exists()
    assert plain(empty, "run", JOBMARKET_CONTACT="nobody").code == USAGE


def test_sample_and_live_data_are_never_mixed(small: FinishedRun, copy_of: Callable[..., Path], plain: Command) -> None:
    data = copy_of(small)
    recordings = data / "archive" / "lever"
    result = plain(data, "backfill", str(recordings))
    assert result.code == 1
    assert "sample data" in result.said
    assert "JOBMARKET_DATA" in result.said, "the remedy"

    live = data.parent / "live"
    live.mkdir()
    (live / "kind").write_text("live\n")
    result = plain(live, "run", "--sample")
    assert result.code == 1
    assert "live data" in result.said
    assert not (live / "archive").exists()


def test_a_folder_whose_first_run_was_killed_at_once_is_free(empty: Path, plain: Command) -> None:
    empty.mkdir()
    (empty / "kind").touch()
    result = plain(empty, "run", "--as-of", "2026-09-29")
    assert result.code == 1
    assert "holds no data yet" in result.said
