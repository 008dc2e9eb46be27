"""The command as a person meets it: help, questions, answers; and that asking changes nothing."""

from __future__ import annotations

import gzip
import hashlib
import io
import itertools
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from extractors.source import all_sources
from flows import serve
from flows.cli import main
from flows.engine.schedule_server import run_schedule_server
from flows.runs import run_log
from flows.runtime.lock import hold_folder
from flows.runtime.settings import settings
from flows.runtime.version import code_version
from flows.terminal import console
from flows.terminal.errors import EXIT_CODES, INTERRUPTED, OUT_OF_DATE, TOLD_TO_END, USAGE
from tests.flows.conftest import REPO, SMALL, environment
from warehouse import database
from warehouse.mart_tables import Figures
from warehouse.marts.history import mart_history
from warehouse.publish.market import publish
from warehouse.publish.reader import open_reader

if TYPE_CHECKING:
    from tests.flows.conftest import CommandResult, FinishedRun

Command = Callable[..., "CommandResult"]
CONTACT = {"JOBMARKET_CONTACT": "operator@jobs.example"}
PYTHON = "skill.python.all.ai_engineering"
PAGES = [REPO / "README.md", REPO / "CONTRIBUTING.md", REPO / "Makefile", *sorted((REPO / "docs").glob("*.md"))]
GROUPS = ("boards", "config", "guide", "readers", "review")
BANDS = """
SELECT region, n_jobs, band_low, band_high, status, reason FROM mart.salary_bands
WHERE as_of = (SELECT max(as_of) FROM mart.salary_bands) AND basis = 'advertised' AND region_level = 'region'
    AND seniority_group = 'mid_senior' AND role_group = 'ai_engineering' AND role = 'all' AND pay_market = 'all'
    AND contract = 'employee'
"""


@pytest.fixture
def ask(sample: FinishedRun, plain: Command) -> Callable[..., CommandResult]:
    """ask(*arguments): a command about the finished sample."""

    def run(*arguments: str) -> CommandResult:
        return plain(sample.data, *arguments)

    return run


# --- help -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["add", "check", "discover", "import", "list", "prune"])
def test_help_says_what_a_command_for_boards_reads_and_writes(name: str, empty: Path, plain: Command) -> None:
    result = plain(empty, "boards", name, "--help")
    assert result.code == 0
    assert re.search(r"\bReads\b.*\bWrites\b", result.said), result.out


@pytest.mark.parametrize("name", [name for name in main.COMMANDS if name not in GROUPS])
def test_help_says_what_a_command_reads_and_writes(name: str, empty: Path, plain: Command) -> None:
    result = plain(empty, name, "--help")
    assert result.code == 0
    assert re.search(r"\bReads\b", result.said), result.out
    assert re.search(r"\b(Writes|nothing is written)\b", result.said), result.out
    assert not empty.exists()


def test_the_real_command_says_what_it_is_for(empty: Path, command: Command) -> None:
    result = command(empty, "--help")
    assert result.code == 0
    shown = re.findall(r"^│ ([a-z][a-z-]+) ", result.out, re.M)
    assert shown == list(main.COMMANDS), "in the order in which a newcomer needs them"
    assert not set(main.MOVED) & set(shown)


@pytest.mark.parametrize(("old", "new"), main.MOVED.items())
def test_an_old_name_still_works_and_says_the_new_one(old: str, new: str, empty: Path, plain: Command) -> None:
    result, expected = (plain(empty, *name.split(), "--help") for name in (old, new))
    assert (result.code, result.out) == (0, expected.out)
    assert f"`jobmarket {old}` is now `jobmarket {new}`" in result.said
    assert not expected.err


def commands_in(text: str) -> set[tuple[str, ...]]:
    """The commands that a page names in code, with the words that follow: of a group, its own command."""
    found = re.findall(r"(?:\.venv/bin/|\$\(BIN\)/|`|^)jobmarket ([a-z-]+)(?: ([a-z]+))?", text, re.M)
    return {(name, second) if name in GROUPS and second else (name,) for name, second in found}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_pages_name_commands_that_there_are(page: Path, empty: Path, plain: Command) -> None:
    for words in commands_in(page.read_text(encoding="utf-8")):
        assert words[0] in main.COMMANDS, words
        if len(words) > 1:
            assert plain(empty, *words, "--help").code == 0, words


@pytest.mark.parametrize("name", ["emerging", "scorecard", "spellings"])
def test_what_only_a_checkout_holds_is_said(
    name: str, empty: Path, plain: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.cli.readers.PROJECT", tmp_path)
    result = plain(empty, "readers", name)
    assert result.code == USAGE
    assert f"`jobmarket readers {name}` needs a checkout of the project" in result.said
    assert not result.out


def test_the_version_is_that_of_the_figures(empty: Path, plain: Command) -> None:
    result = plain(empty, "--version")
    assert result.code == 0
    assert result.out == f"jobmarket {code_version()}\n"
    assert not empty.exists()


def test_a_day_before_all_data_is_answered_at_once(
    small: FinishedRun, copy_of: Callable[..., Path], plain: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def begun(*args: object) -> None:
        raise AssertionError("a run was begun")

    data = copy_of(small)
    monkeypatch.setattr("flows.night.fetch.prepare_archive", begun)
    result = plain(data, "run", "--as-of", "2020-02-02")
    assert result.code == USAGE
    assert re.search(r"--as-of 2020-02-02: nothing was read by then; the first adverts came on 2026-", result.said)
    assert not (data / "asof").exists()


def test_help_of_a_run_explains_its_exit_codes(empty: Path, plain: Command) -> None:
    text = plain(empty, "run", "--help").said
    assert re.search(r"0: all well.*1: nothing was published.*2: published, but a source or a guide failed", text), text
    for option in ("--sample", "--as-of", "--source", "--guide", "--allow-sample"):
        assert option in text


def test_help_explains_every_exit_code(empty: Path, plain: Command) -> None:
    result = plain(empty, "--help")
    assert result.code == 0
    for code, entry in EXIT_CODES.items():
        assert f"{code}: {entry.meaning}" in result.said


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("name", [name for name in main.COMMANDS if name not in GROUPS])
def test_help_fills_the_lines_of_a_terminal(
    name: str, width: int, empty: Path, plain: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERMINAL_WIDTH", str(width))
    monkeypatch.setattr("typer.rich_utils.MAX_WIDTH", width)
    lines = [line.rstrip() for line in plain(empty, name, "--help").out.splitlines()]
    assert max(map(len, lines)) <= width
    for line, following in itertools.pairwise(lines):
        if line and following and line[0] == following[0] == " ":  # two lines of one paragraph
            first = following.split()[0]
            assert len(line) + 1 + len(first) >= width, f"{line!r} breaks before {first!r}"


def test_ctrl_c_before_the_night_begins_is_said(empty: Path, plain: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(settings: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("flows.night.fetch.prepare_archive", interrupted)
    result = plain(empty, "run", "--sample", "--source", "lever")
    assert result.code == INTERRUPTED
    assert TOLD_TO_END in result.log
    assert result.err == "jobmarket: interrupted\n"
    [run] = run_log.runs_of(empty)
    assert run.state == EXIT_CODES[INTERRUPTED].state


def test_status_opens_the_warehouse_once(ask: Callable[..., CommandResult], monkeypatch: pytest.MonkeyPatch) -> None:
    places = []
    connect = duckdb.connect

    def counted(*place: Any, **more: Any) -> database.Connection:
        places.append(place)
        return connect(*place, **more)

    monkeypatch.setattr(duckdb, "connect", counted)
    assert ask("status").code == 0
    assert len(places) == 1


# --- what makes no sense is one line --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "settings", "words"),
    [
        ((), {}, "Usage: jobmarket"),
        (("--nope",), {}, "No such option: --nope (see `jobmarket --help`)"),
        (("rum",), {}, "No such command 'rum'. Did you mean 'run'?"),
        (("run", "more"), {}, "(see `jobmarket run --help`)"),
        (("sql",), {}, "Missing argument 'QUERY'"),
        (("run", "--as-of", "yesterday"), {}, "'yesterday' is not a day; expected a day such as 2026-09-30"),
        (("run", "--as-of", "2999-01-01"), {}, "--as-of 2999-01-01 is still to come"),
        (("run", "--sample", "--as-of", "2026-09-29"), {}, "do not go together"),
        (("run", "--sample", "--source", "ashbi"), {}, "unknown source ashbi; did you mean ashby?"),
        (("run", "--sample", "--source", "zzz"), {}, "unknown source zzz; there are "),
        (("run", "--sample", "--guide", "/nowhere/guide.md"), {}, "no such guide: /nowhere/guide.md"),
        (("run", "--sample"), {"JOBMARKET_WORKERS": "many"}, "JOBMARKET_WORKERS=many: expected a whole number from 1"),
        (("run", "--sample"), {"JOBMARKET_WORKERS": "0"}, "for example JOBMARKET_WORKERS="),
        (("run", "--sample"), {"JOBMARKET_WORKERS": "-2"}, "JOBMARKET_WORKERS=-2"),
        (("run", "--sample"), {"JOBMARKET_THREADS": "1.5"}, "JOBMARKET_THREADS=1.5"),
        (
            ("run", "--sample"),
            {"JOBMARKET_MEMORY": "lots"},
            "JOBMARKET_MEMORY=lots: expected a number with KB, MB, GB or TB",
        ),
        (("run", "--sample"), {"JOBMARKET_MEMORY": "0GB"}, "for example JOBMARKET_MEMORY="),
        (("status",), {"JOBMARKET_DATA": __file__}, "is not a folder"),
        (("serve", "--cron", "nonsense"), CONTACT, '--cron "nonsense" is not a cron expression'),
        (("serve", "--cron", "61 2 * * *"), CONTACT, 'for example "0 2 * * *"'),
        (("serve", "--timezone", "europe/berlin"), CONTACT, "did you mean Europe/Berlin"),
        (("serve", "--timezone", "Mars/Base"), CONTACT, "--timezone Mars/Base: no such time zone"),
        (("serve", "--port", "99999"), CONTACT, "--port 99999"),
        (("serve", "--port", "99999"), {}, "--port 99999"),
        (("serve", "--cron", "nonsense"), {}, '--cron "nonsense" is not a cron expression'),
        (("serve", "--source", "ashbi"), {}, "unknown source ashbi; did you mean ashby?"),
        (("run", "--source", "ashbi"), {}, "unknown source ashbi; did you mean ashby?"),
        (("run", "--guide", "/nowhere/guide.md"), {}, "no such guide: /nowhere/guide.md"),
        (("sources", "--check", "ashbi"), {}, "unknown source ashbi; did you mean ashby?"),
        (("sources", "table"), {}, "or currency_table?"),
        (("backfill", "/nowhere/at/all"), {}, "/nowhere/at/all does not exist"),
    ],
)
def test_what_makes_no_sense_is_said_in_a_line_and_nothing_is_begun(
    arguments: tuple[str, ...], settings: dict[str, str], words: str, empty: Path, plain: Command
) -> None:
    result = plain(empty, *arguments, **settings)
    assert result.code == USAGE
    assert words in result.said
    assert "Traceback" not in result.said
    assert len(result.err.splitlines()) <= 1
    assert not (empty / "kind").exists()
    assert run_log.runs_of(empty) == []


def test_a_guide_is_not_dated_back_without_a_word(empty: Path, tmp_path: Path, plain: Command) -> None:
    path = tmp_path / "mine.md"
    path.write_text("<!-- figures:sources -->\n\nFigures as of 17 August 2026.\n\n<!-- /figures:sources -->\n")
    result = plain(empty, "run", "--as-of", "2026-05-01", "--guide", str(path))
    assert result.code == USAGE
    assert f"{path} has the figures of 2026-08-17; --as-of 2026-05-01 would date it back" in result.said
    assert "--date-back" in result.said
    assert not (empty / "kind").exists()
    same_day = plain(empty, "run", "--as-of", "2026-08-17", "--guide", str(path))
    assert "holds no data yet" in same_day.said, "the guide's own day is no way back"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty", None, "no .warc.gz file in"),
        ("junk.warc.gz", b"\xff\x00 junk" * 99, "the file does not start with a gzipped WARC record"),
        ("text.warc.gz", gzip.compress(b"hello", mtime=0), "not a WARC record"),
        ("nothing.warc.gz", b"", "the file is empty"),
    ],
)
def test_recordings_that_hold_nothing_are_said_so_in_a_line(
    name: str, content: bytes | None, words: str, tmp_path: Path, plain: Command
) -> None:
    recording = tmp_path / name
    if content is None:
        recording.mkdir()
    else:
        recording.write_bytes(content)
    result = plain(tmp_path / "data", "backfill", str(recording))
    assert result.code == USAGE
    assert words in result.said
    assert str(recording) in result.said
    assert len(result.err.splitlines()) == 1
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("query", ["", " ;\n", "-- nothing but a remark"])
def test_a_query_of_nothing_is_said_so(query: str, ask: Callable[..., CommandResult]) -> None:
    result = ask("sql", "--", query)
    assert result.code == USAGE
    assert "the query is empty; for example: jobmarket sql" in result.said


# --- asking ---------------------------------------------------------------------------------------------


def test_status_and_sources(ask: Callable[..., CommandResult], sample: FinishedRun) -> None:
    status = ask("status")
    assert status.code == 0
    assert f"data folder {sample.data}" in status.said
    assert "in use no" in status.said
    assert "jobmarket run --sample" in status.said
    assert re.search(r"pay cells: published\W+\d+", status.said)
    sources = ask("sources")
    assert sources.code == 0
    for name in all_sources():
        assert re.search(rf"^\W*{name}\b", sources.out, re.M), sources.out
    assert "2026-09-30" in sources.out


def test_sources_say_when_and_how_much_was_read(ask: Callable[..., CommandResult]) -> None:
    output = ask("sources").said
    assert re.search(r"ashby\W+employer board\W+yes\W+2026-09-30\W+[\d,]+\W+[+-]\d+%\W+yes\W+partial\b", output), output
    assert re.search(r"ashby\W+\d+%\W+\d+%\W+\d+%\W+\d+%\W+\d+%", output), "how full its rows are"
    assert "usajobs: off, needs a key: set JOBMARKET_" in output
    assert re.search(r"adzuna: off, needs permission on record: a table \[adzuna\] in permissions\.toml", output)
    assert re.search(r"lever: 1 failed, first: \S+ HTTP 404", output), "what went wrong with a source"


def test_one_source_tells_everything_of_itself(ask: Callable[..., CommandResult]) -> None:
    output = ask("sources", "lever").said
    for words in ("Lever job boards", "employer board", "Job postings: employers' boards on Lever.", "pay_low"):
        assert words in output
    assert "between requests to a host" in output
    assert ask("sources", "levre").code == USAGE


def test_coverage_tells_what_arrived_and_what_did_not(ask: Callable[..., CommandResult]) -> None:
    result = ask("coverage")
    assert result.code == 0
    assert re.search(r"^ *ashby +3 +\d+ +[\d,]+ +\d+ +\d+ +\d+ *$", result.out, re.M), result.out
    assert re.search(r"^ *ashby +[\d,]+ +\d+% +\d+% +\d+% +\d+% +\d+% +\d+ *$", result.out, re.M), result.out
    names = re.findall(r"^ *(\w+) +[\d,]+ +[\d,]+ +[\d,]+ +\d+ +[\d,]+ +\d+ *$", result.out, re.M)
    assert names == sorted(set(names)), "a line for each source"
    assert len(names) == 8
    assert "region the pay counts in" in result.out
    assert re.search(r"lever +response +\d+ +HTTP 200 expected", result.said), result.out


def test_permissions_that_cannot_be_read_begin_no_night(empty: Path, plain: Command) -> None:
    empty.mkdir()
    (empty / "permissions.toml").write_text("[adzuna]\nwhy = 'they said so'\n")
    result = plain(empty, "run", JOBMARKET_CONTACT="night@example.org")
    assert result.code == USAGE
    assert 'expected [adzuna] with why = "…", by = "…" and on = 2026-11-03' in result.said
    assert [path.name for path in empty.iterdir()] == ["permissions.toml"]


def test_a_trial_of_a_source_that_is_off_says_what_turns_it_on(empty: Path, plain: Command) -> None:
    result = plain(empty, "sources", "--check", "adzuna", JOBMARKET_CONTACT="night@example.org")
    assert result.code == USAGE
    assert "adzuna is off: needs permission on record" in result.said


@pytest.mark.parametrize("width", [80, 120])
def test_the_tables_for_operators_fit_a_terminal(
    width: int, ask: Callable[..., CommandResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console.OUT, "width", width)
    for name in ("sources", "status"):
        lines = [line for line in ask(name).out.splitlines() if "│" in line]
        assert max(map(len, lines)) <= width
        assert all(re.search(r"^│ \S", line) for line in lines), "no row is broken into several lines"


# --- how the nights went ---------------------------------------------------------------------------------


def test_a_night_that_published_nothing_is_seen_at_once(empty: Path, plain: Command) -> None:
    assert plain(empty, "run", "--sample", "--source", "currency_table").code == 1
    status = plain(empty, "status")
    assert status.code == 1, "there is no warehouse to tell of yet"
    assert re.search(r"last run +\S+ \S+ +FAILED, nothing published: the archive holds no postings yet", status.out)
    assert "market.duckdb does not exist yet" in status.err


def test_later_nights_in_vain_are_told_beside_what_is_published(
    small: FinishedRun, copy_of: Callable[..., Path], plain: Command
) -> None:
    data = copy_of(small)
    assert "last run" in plain(data, "status").out
    assert "published nothing" not in plain(data, "status").said
    later = datetime.now(UTC) + timedelta(minutes=1)
    lines: list[dict[str, object]] = [
        {"begun": "a", "pid": 1, "command": "jobmarket serve"},
        {"ended": "a", "exit_code": 1, "as_of": None, "message": "mart.shares did not pass", "health": {}},
        {"begun": "b", "pid": 1, "command": "jobmarket serve"},
    ]
    for number, line in enumerate(lines):
        with (data / run_log.JOURNAL).open("a") as journal:
            journal.write(json.dumps({**line, "at": (later + timedelta(hours=number)).isoformat()}) + "\n")
    status = plain(data, "status")
    assert status.code == 0
    assert re.search(r"last run .*KILLED, never ended", status.out)
    assert "as of 2026-09-30; 2 later runs published nothing" in status.said
    assert "mart.shares did not pass" in status.said


def test_a_night_at_work_is_seen(small: FinishedRun, copy_of: Callable[..., Path], plain: Command) -> None:
    data = copy_of(small)
    with hold_folder(data), run_log.on_record(data, run_id="now", command="jobmarket serve") as note_end:
        assert re.search(r"last run .* running", plain(data, "status").out)
        note_end(exit_code=2, as_of=date(2026, 9, 30), health={"ashby": "failed: HTTP 500"})
        assert "published, a source or a guide failed: ashby failed: HTTP 500" in plain(data, "status").said
    assert "ashby: HTTP 500" in plain(data, "sources").said


def test_who_serves_is_seen(
    small: FinishedRun, copy_of: Callable[..., Path], plain: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = copy_of(small)
    assert "none; `jobmarket serve` keeps one" in plain(data, "status").said
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    with run_schedule_server(data / "prefect", port=1, cron="5 2 * * *", timezone="UTC"):
        assert f'schedule "5 2 * * *", UTC (process {os.getpid()})' in plain(data, "status").said


# --- asking, once more -----------------------------------------------------------------------------------


def test_sources_are_known_before_anything_was_read(empty: Path, plain: Command) -> None:
    result = plain(empty, "sources")
    assert result.code == 0
    assert "never" in result.out
    assert not empty.exists()


def test_a_folder_in_use_names_its_holder(small: FinishedRun, copy_of: Callable[..., Path], plain: Command) -> None:
    data = copy_of(small)
    with hold_folder(data):
        result = plain(data, "run", "--sample")
        status = plain(data, "status")
    assert result.code == 1
    assert f"is in use by process {os.getpid()} on " in result.said
    assert f"in use by process {os.getpid()} on " in status.said, "asking goes on meanwhile"
    assert plain(data, "status").said.count("in use no") == 1


@pytest.mark.parametrize("arguments", [("status",), ("sql", "SELECT 1"), ("explain",), ("shell",)])
def test_nothing_to_read_yet_is_said_with_the_remedy(arguments: tuple[str, ...], empty: Path, plain: Command) -> None:
    result = plain(empty, *arguments)
    assert result.code == 1
    assert "market.duckdb does not exist yet; `jobmarket run` publishes it" in result.said
    assert not empty.exists()


def test_the_readmes_query_of_bands(ask: Callable[..., CommandResult]) -> None:
    result = ask("sql", BANDS)
    assert result.code == 0, result.said
    assert "Northern America" in result.out
    assert "published" in result.out
    assert "suppressed" in result.out


def test_texts_of_adverts_can_be_read_but_are_not_in_the_warehouse(ask: Callable[..., CommandResult]) -> None:
    result = ask(
        "sql", "SELECT count(*) AS n, min(len(text)) > 50 AS long FROM adverts JOIN core.postings USING (posting_id)"
    )
    assert result.code == 0, result.said
    assert re.search(r"\d{4}\W+True", result.out), result.out


def test_a_result_of_many_columns_is_printed_value_by_value(ask: Callable[..., CommandResult]) -> None:
    result = ask("sql", "SELECT * FROM core.postings ORDER BY posting_id", "--rows", "2", "--format", "table")
    assert result.code == 0, result.said
    assert re.search(r"^posting_id +ashby:", result.out, re.M), result.out
    assert len(re.findall(r"^title +\S", result.out, re.M)) == 2


def test_many_rows_are_cut_and_it_says_so(ask: Callable[..., CommandResult]) -> None:
    result = ask("sql", "SELECT posting_id FROM core.postings", "--rows", "3")
    assert result.out.count("ashby:") + result.out.count("greenhouse:") + result.out.count("lever:") == 3
    assert "first 3 rows" in result.err, "what is piped holds rows alone"
    table = ask("sql", "SELECT posting_id FROM core.postings", "--rows", "3", "--format", "table")
    assert "first 3 rows" in table.out


def test_what_adverts_say_is_printed_as_it_is(ask: Callable[..., CommandResult]) -> None:
    result = ask("sql", "SELECT '[/b] [red]engineer :rocket: [/]' AS title, NULL AS nothing")
    assert result.code == 0, result.said
    assert "[/b] [red]engineer :rocket: [/]" in result.out


ODD = """SELECT '=1+1' AS text, -2.5 AS number, 1.0::DOUBLE / 3 AS third, 12345.678 AS pay, NULL AS nothing,
    'a|b' AS bar, DATE '2026-09-30' AS day, 'nan'::DOUBLE AS nan"""


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        (
            "csv",
            "text,number,third,pay,nothing,bar,day,nan\n'=1+1,-2.5,0.3333333333333333,12345.678,,a|b,2026-09-30,nan\n",
        ),
        (
            "md",
            "| text | number | third | pay | nothing | bar | day | nan |\n"
            "| --- | --- | --- | --- | --- | --- | --- | --- |\n"
            "| =1+1 | -2.5 | 0.3333 | 12345.68 |  | a&#124;b | 2026-09-30 | nan |\n",
        ),
    ],
)
def test_results_are_printed_in_the_form_that_is_asked_for(
    form: str, expected: str, small: FinishedRun, plain: Command
) -> None:
    assert plain(small.data, "sql", ODD, "--format", form).out == expected


def test_json_has_every_value_as_it_is_and_a_pipe_gets_csv(small: FinishedRun, plain: Command) -> None:
    [row] = json.loads(plain(small.data, "sql", ODD, "--format", "json").out)
    assert row["text"] == "=1+1"
    assert (row["number"], row["third"], row["nothing"], row["nan"]) == (-2.5, 1 / 3, None, None)
    assert row["day"] == "2026-09-30"
    assert plain(small.data, "sql", "SELECT 1 AS one").out == "one\n1\n"
    result = plain(small.data, "sql", "SELECT 1", "--format", "jsn")
    assert result.code == USAGE
    assert "--format jsn: expected one of table, csv, json, md; did you mean json?" in result.said


def test_json_is_json_whatever_is_asked(small: FinishedRun, plain: Command) -> None:
    query = (
        "SELECT 1 AS x, 2 AS x, ['nan'::DOUBLE, 1.5] AS many, {'a': 2.5::DECIMAL(4, 2)} AS nested, '\\xFF'::BLOB AS b"
    )
    [row] = json.loads(plain(small.data, "sql", query, "--format", "json").out)
    assert row == {"x": 1, "x_2": 2, "many": [None, 1.5], "nested": {"a": 2.5}, "b": "ff"}
    result = plain(small.data, "sql", "SELECT 1; SELECT 2", "--format", "json")
    assert result.code == USAGE
    assert "takes one query" in result.said


def test_a_result_for_programs_is_whole(small: FinishedRun, plain: Command) -> None:
    output = plain(small.data, "sql", "SELECT * FROM range(250)").out
    assert len(output.splitlines()) == 251
    assert len(json.loads(plain(small.data, "sql", "SELECT * FROM range(250)", "--format", "json").out)) == 250


def test_markdown_takes_the_words_of_others_for_text(small: FinishedRun, plain: Command) -> None:
    hostile = (
        "[x](javascript:alert(1)) | <script>![i](http://images.example/x.png)`code`" + chr(27) + "[31m" + chr(0x202E)
    )
    output = plain(small.data, "sql", f"SELECT '{hostile}' AS title", "--format", "md").out
    assert len(output.splitlines()) == 3
    row = output.splitlines()[2]
    assert row.count("|") == 2
    assert not any(mark in row for mark in ("[", "]", "<script", "`", chr(27), chr(0x202E)))


def test_a_terminal_is_not_commanded_by_results(
    small: FinishedRun, plain: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console.OUT, "_force_terminal", True)
    for form in ("csv", "json", "md"):
        output = plain(small.data, "sql", "SELECT chr(27) || '[2J' || chr(155) || chr(8238) AS t", "--format", form).out
        assert not any(mark in output for mark in (chr(27), chr(155), chr(8238))), form


def test_dating_back_needs_a_day_and_a_guide(empty: Path, plain: Command) -> None:
    result = plain(empty, "run", "--sample", "--date-back")
    assert result.code == USAGE
    assert "--date-back goes with --as-of and --guide" in result.said


@pytest.mark.parametrize(
    "arguments",
    [("sql", "SELECT figure FROM mart.figures"), ("status",), ("explain", "list"), ("mcp",)],
    ids=lambda words: words[0],
)
def test_a_question_imports_nothing_that_it_does_not_need(arguments: tuple[str, ...], small: FinishedRun) -> None:
    script = (
        "import sys; from flows.cli.main import main\n"
        "try: main()\nexcept SystemExit as left: assert not left.code, left.code\n"
        "print('loaded', *sys.modules, file=sys.stderr)"
    )
    result = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        env=environment(small.data), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True,
    )  # fmt: skip
    modules = result.stderr.rpartition("loaded ")[2].split()
    assert "duckdb" in modules, "the question was asked"
    heavy = ["pandas", "prefect", "great_expectations", "pyarrow.dataset"]
    heavy += ["numpy", "pyarrow", "warehouse.database", "extractors.source"] if arguments[0] == "sql" else []
    assert [name for name in heavy if name in modules] == []


def test_a_run_ends_with_figures_and_with_lines_that_can_be_pasted(
    small: FinishedRun, copy_of: Callable[..., Path], briefly: Command
) -> None:
    data = copy_of(small)
    result = briefly(data, *SMALL[:4])
    assert result.code == 0, result.said
    n = r"\(n = [\d,]+ jobs, [\d,]+ employers\)$"
    assert re.search(rf"^SAMPLE · .+: USD [\d.]+K–[\d.]+K per year, median USD [\d.]+K {n}", result.out, re.M), (
        result.out
    )
    assert re.search(rf"^SAMPLE · .+: \d+% {n}", result.out, re.M), result.out
    following = [shlex.split(line) for line in result.out.partition("Next:\n")[2].splitlines()]
    assert [words[0] for words in following] == [f"JOBMARKET_DATA={data}"] * 3
    for _, name, *arguments in following:
        assert name == "jobmarket"
        assert briefly(data, *arguments).code == 0


def test_changed_figures_are_named(small: FinishedRun, copy_of: Callable[..., Path], briefly: Command) -> None:
    data = copy_of(small)
    with database.open_work(data) as con:
        before = (
            f"SELECT * REPLACE (as_of - 1 AS as_of, CASE WHEN figure = '{PYTHON}' THEN '1%' ELSE value END AS value)"
            " FROM mart.figures"
        )
        mart_history.write_day(con, Figures, before, date(2026, 9, 29))
        publish(con, data / database.MARKET)
    assert re.search(rf"^Changed since 2026-09-29: {re.escape(PYTHON)}$", briefly(data, *SMALL[:4]).out, re.M)


def test_each_of_several_queries_is_answered(ask: Callable[..., CommandResult]) -> None:
    result = ask(
        "sql", "SELECT 41 + 1 AS first; CREATE TEMP TABLE mine AS SELECT 7 AS x; SELECT x * 11 AS last FROM mine;"
    )
    assert result.code == 0, result.said
    assert re.search(r"first.*42.*last.*77", result.said), result.out
    failure = ask("sql", "SELECT 41 + 1 AS first; SELECT nothing")
    assert failure.code == 1
    assert "42" in failure.out, "what was answered before the fault"
    assert "nothing" in failure.err


MY_GUIDE = (
    "Python is asked for by <!-- figure:skill.python -->1%<!-- /figure -->; seniors are offered "
    '<!-- figure:pay.us.ai_engineering.senior part="median" per="year" else="no sum" -->?<!-- /figure -->.'
    "\n\n<!-- figures:sources -->\n<!-- /figures:sources -->\n"
)


def test_an_editor_patches_a_guide_without_a_run(
    sample: FinishedRun, copy_of: Callable[..., Path], plain: Command, tmp_path: Path
) -> None:
    guide = tmp_path / "my.md"
    guide.write_text(MY_GUIDE)
    data = sample.data
    check = plain(data, "guide", "check", str(guide))
    assert check.code == 3 and "2 figures, 0 withheld, 0 of long ago" in check.said
    assert "3 places differ from what is published" in check.said
    diff = plain(data, "guide", "diff", str(guide))
    assert diff.code == 3 and "my.md:1: skill.python.all.ai_engineering: 1% → 81% on Greenhouse boards, " in diff.said
    assert 'pay.us.ai_engineering.senior part="median" per="year": ? → USD' in diff.said
    assert guide.read_text() == MY_GUIDE, "check and diff write nothing"
    refusal = plain(data, "guide", "patch", str(guide))
    assert refusal.code == 1 and "--allow-sample" in refusal.said
    patch = plain(data, "guide", "patch", str(guide), "--allow-sample")
    assert patch.code == 0 and patch.out.count("my.md:1:") == 2
    assert re.search(r"seniors are offered <!-- [^>]* -->USD \d+K<!--", guide.read_text())
    assert plain(data, "guide", "check", str(guide)).code == 0
    assert "nothing to change" in plain(data, "guide", "patch", str(guide), "--allow-sample").said


def test_a_guide_of_later_figures_is_not_patched_without_a_word(
    sample: FinishedRun, plain: Command, tmp_path: Path
) -> None:
    guide = tmp_path / "my.md"
    guide.write_text(MY_GUIDE)
    plain(sample.data, "guide", "patch", str(guide), "--allow-sample")
    later = guide.read_text().replace("Figures as of 30 September 2026", "Figures as of 1 January 2027")
    assert "1 January 2027" in later
    guide.write_text(later)
    result = plain(sample.data, "guide", "patch", str(guide), "--allow-sample")
    assert result.code == 1 and "--date-back" in result.said and guide.read_text() == later
    assert plain(sample.data, "guide", "patch", str(guide), "--allow-sample", "--date-back").code == 0


def test_what_is_wrong_with_a_guide_is_a_line_each(sample: FinishedRun, plain: Command, tmp_path: Path) -> None:
    guide = tmp_path / "my.md"
    guide.write_text("a\n<!-- figure:skill.pyton -->?<!-- /figure -->\n")
    wrong = plain(sample.data, "guide", "check", str(guide))
    assert wrong.code == 1
    assert "my.md:2: no figure 'skill.pyton" in wrong.said and "sources of the figures are missing" in wrong.said
    assert plain(sample.data, "guide", "check", str(tmp_path / "none.md")).code == 64
    folder = plain(sample.data, "guide", "check", str(tmp_path))
    assert folder.code == 64 and f"{tmp_path} is a folder; expected a Markdown, MDX or HTML file" in folder.said
    mdx = tmp_path / "my.mdx"
    mdx.write_text(before := "export const a = 'x <span data-figure=\"degree.shares\">x</span>'\n")
    result = plain(sample.data, "guide", "patch", str(mdx), "--allow-sample")
    assert result.code == 1 and "my.mdx:1: a marker cannot stand in import or export of MDX" in result.said
    assert mdx.read_text() == before


def test_figures_are_found_by_words(ask: Callable[..., CommandResult]) -> None:
    assert ask("guide", "list", "python", "germany").out.startswith("employers.skill.python.de.")
    first, *others = ask("guide", "list", "pay").out.splitlines()
    assert first.startswith("pay.us.ai_engineering.mid_senior: ") and 0 < len(others) <= 5
    nothing = ask("guide", "list", "no", "such", "words", "germany")
    assert nothing.code == 1 and "no such words germany: no figure is about words" in nothing.said


ARTICLE = "AI engineers earn around USD 9,000 a year in the United States.\nTickets for AI engineers cost $32.\n"


def test_an_article_is_reviewed_and_rewritten(ask: Callable[..., CommandResult], tmp_path: Path) -> None:
    article, page = tmp_path / "my.md", tmp_path / "review.html"
    article.write_text(ARTICLE)
    result = ask("guide", "review", str(article), "--page", str(page))
    assert result.code == OUT_OF_DATE and "my.md:1: changed" in result.said and "1 changed" in result.said
    assert article.read_text() == ARTICLE and "USD 9,000" in page.read_text()
    (first, *_) = json.loads(ask("guide", "review", str(article), "--json").out)
    assert (first["line"], first["verdict"], first["state"]) == (1, "changed", "open")
    assert ask("guide", "review", str(article), "--apply", "--allow-sample").code == 0
    after = article.read_text()
    assert "9,000 a year" not in after and "figures:sources" in after and "cost $32.\n" in after
    assert ask("guide", "review", str(article)).code == 0
    assert ask("guide", "check", str(article)).code == 0


@pytest.mark.parametrize(
    ("typed", "is_rewritten", "state"),
    [
        (["?", "y"], True, ""),
        (["r"], False, "read"),
        (["h", "h asked"], False, "held"),
        (["n"], False, ""),
        ([], False, ""),
    ],
)
def test_each_sentence_is_asked_about(
    ask: Callable[..., CommandResult],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    typed: list[str],
    is_rewritten: bool,
    state: str,
) -> None:
    article = tmp_path / "my.md"
    article.write_text(ARTICLE)
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    assert ask("guide", "review", str(article), "--ask").code == USAGE
    answers = iter(typed)

    def answer(prompt: str) -> str:
        if (line := next(answers, None)) is None:
            raise EOFError
        return line

    monkeypatch.setattr("builtins.input", answer)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    is_settled = is_rewritten or bool(state)
    assert ask("guide", "review", str(article), "--ask", "--allow-sample").code == (0 if is_settled else OUT_OF_DATE)
    after = article.read_text()
    assert ("USD 9,000" not in after) == is_rewritten and (f"review: {state}" in after) == bool(state)


def test_a_figure_that_no_guide_shows_is_explained(ask: Callable[..., CommandResult]) -> None:
    output = ask("explain", "skill.python.de.ai_engineering").said
    assert "computed now, in no ledger" in output and "ask for Python" in output and "SELECT" in output


def test_all_figures_are_listed(ask: Callable[..., CommandResult], sample: FinishedRun) -> None:
    names = [line.split()[0] for line in ask("explain", "list").out.splitlines()]
    with open_reader(sample.data) as con:
        assert names == [row[0] for row in con.execute("SELECT figure FROM mart.figures ORDER BY 1").fetchall()]
    other = ask("explain", "list", "--as-of", "2020-02-02")
    assert other.code == USAGE
    assert "nothing was made as of 2020-02-02 (days that exist: none; published: 2026-09-30)" in other.said


def test_explain(ask: Callable[..., CommandResult]) -> None:
    result = ask("explain")
    assert result.code == 0
    assert re.search(r"^pay\.northern_america\.ai_engineering\.mid_senior +published +USD", result.out, re.M)
    one = ask("explain", "pay.northern_america.ai_engineering.mid_senior")
    assert one.code == 0
    for words in ("FROM published.salary_bands", "jobs of", "sources", "ashby/2026-09-30T020000Z.warc.gz (2026-09-30)"):
        assert words in one.out
    unknown = ask("explain", "pay.north_america.ai_engineering.mid_senior")
    assert unknown.code == USAGE
    assert "did you mean pay.northern_america.ai_engineering.mid_senior" in unknown.said


# --- asking changes nothing -----------------------------------------------------------------------------


def state(folder: Path) -> dict[str, str]:
    """Digests of all files of a data folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.mark.parametrize(
    "query",
    [
        "INSERT INTO core.skills SELECT * FROM core.skills",
        "DELETE FROM core.postings",
        "DROP TABLE core.postings",
        "CREATE TABLE core.mine AS SELECT 1",
        "COPY (SELECT 1) TO '{folder}/stolen.csv'",
        "COPY (SELECT 1) TO '{folder}/market.duckdb'",
        "COPY core.postings TO '{folder}/market.duckdb' (FORMAT parquet)",
        "EXPORT DATABASE '{folder}/all'",
        "ATTACH '{folder}/other.duckdb'",
        "ATTACH '{folder}/work.duckdb' (READ_ONLY)",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM glob('/etc/*')",
        "SELECT * FROM read_parquet('{folder}/refined/ashby/*.parquet')",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET disabled_filesystems = ''",
        "SELECT 1; COPY (SELECT 1) TO '{folder}/second.csv'",
    ],
)
def test_a_query_can_neither_write_nor_reach_other_files(
    query: str, ask: Callable[..., CommandResult], sample: FinishedRun
) -> None:
    result = ask("sql", query.format(folder=sample.data))
    assert result.code == 1, result.out
    assert result.err.startswith("jobmarket: ")
    assert "root:" not in result.out
    names = {path.name for path in sample.data.iterdir()}
    assert not names & {"stolen.csv", "second.csv", "other.duckdb", "all"}


def test_nothing_in_the_folder_changed_by_all_this(ask: Callable[..., CommandResult], sample: FinishedRun) -> None:
    before = state(sample.data)
    ask("status")
    ask("sources")
    ask("sql", "CREATE TEMP TABLE mine AS SELECT * FROM core.postings")
    ask("sql", f"COPY (SELECT 1) TO '{sample.data}/guide.md'")
    ask("explain", "roles.shares")
    assert state(sample.data) == before


def test_the_shell_answers_until_the_end_of_input(
    ask: Callable[..., CommandResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = ["SELECT count(*) AS n_of_postings", "FROM core.postings;", "DELETE FROM core.postings;", "SELEC 1;",
             "SELECT 41 + 1 AS sum;"]  # fmt: skip
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines) + "\n"))
    result = ask("shell")
    assert result.code == 0
    assert "n_of_postings" in result.out
    assert "42" in result.out, "an error does not end the shell"
    assert "read-only" in result.err
    assert "syntax error" in result.err


def test_the_real_shell_takes_queries_from_a_pipe(sample: FinishedRun, command: Command) -> None:
    result = command(sample.data, "shell", typed="SELECT 41 + 1 AS sum;\n")
    assert result.code == 0, result.said
    assert "42" in result.out


# --- every night ----------------------------------------------------------------------------------------


def test_a_scheduled_night_is_named_after_its_run_and_its_schedule_is_not_paused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments: dict[str, Any] = {}
    monkeypatch.setattr(serve.scheduled_night, "serve", lambda **options: arguments.update(options))
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    monkeypatch.setenv("JOBMARKET_DATA", str(tmp_path))
    (tmp_path / "prefect").mkdir()
    schedule = serve.schedule_for("0 2 * * *", "UTC")
    serve.serve_nights(settings(), schedule=schedule, port=1, sources=("lever",))
    assert arguments["pause_on_shutdown"] is False
    monkeypatch.setenv("PREFECT__FLOW_RUN_ID", "0b8d6cf5-8a07-4f7e-9c34-000000000001")
    assert serve.name_night() == f"jobmarket serve ({serve.run_id_of('0b8d6cf5-8a07-4f7e-9c34-000000000001')})"


def test_a_folder_of_sample_data_is_not_served(
    small: FinishedRun, copy_of: Callable[..., Path], plain: Command
) -> None:
    result = plain(copy_of(small), "serve", JOBMARKET_CONTACT="night@example.org")
    assert result.code == 1
    assert "holds sample data, which live data must not be mixed with" in result.said


# --- when Prefect's server is lost -----------------------------------------------------------------------


def test_what_fails_after_publishing_does_not_unsay_what_was_published(
    small: FinishedRun, copy_of: Callable[..., Path], standing: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = copy_of(small)

    def lost(*args: object) -> None:
        raise ConnectionError("Connection refused")

    monkeypatch.setattr("flows.nightly.record_end", lost)
    result = standing(data, *SMALL[:4])
    assert result.code == 0, result.said
    assert "was published, but then: Connection refused" in result.said
    assert "nothing was published" not in result.said.lower()
    assert f"warehouse {data}/market.duckdb" in result.said
    assert run_log.runs_of(data)[0].state == EXIT_CODES[0].state
    with open_reader(data) as con:
        [(code,)] = con.execute("SELECT exit_code FROM ops.runs ORDER BY started_at DESC LIMIT 1").fetchall()
    assert code == 0


def test_a_run_that_fails_before_publishing_still_says_so(
    small: FinishedRun, copy_of: Callable[..., Path], plain: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*args: object) -> None:
        raise ConnectionError("Connection refused")

    data = copy_of(small)
    monkeypatch.setattr("flows.night.publish.compute_marts", lost)
    result = plain(data, *SMALL)
    assert result.code == 1
    assert "nothing was published" in result.said
    assert run_log.runs_of(data)[0].state == EXIT_CODES[1].state


def test_serve_needs_someone_to_write_to(empty: Path, plain: Command) -> None:
    result = plain(empty, "serve")
    assert result.code == USAGE
    assert "export JOBMARKET_CONTACT=" in result.said
