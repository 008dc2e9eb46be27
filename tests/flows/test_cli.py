"""The command as a person meets it: help, questions, answers; and that asking changes nothing."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from extractors.source import all_sources
from flows import cli
from flows.lock import held

if TYPE_CHECKING:
    from tests.flows.conftest import Ended, Finished

Command = Callable[..., "Ended"]
COMMANDS = sorted(command.name or getattr(command.callback, "__name__", "") for command in cli.app.registered_commands)
BANDS = """
SELECT region, n_jobs, band_low, band_high, status, reason FROM mart.salary_bands
WHERE as_of = (SELECT max(as_of) FROM mart.salary_bands) AND basis = 'advertised' AND region_level = 'region'
    AND seniority_group = 'mid_senior' AND role_group = 'ai_engineering' AND role = 'all' AND pay_market = 'all'
"""


@pytest.fixture
def ask(sample: Finished, plain: Command) -> Callable[..., Ended]:
    """ask(*arguments): a command about the finished sample."""

    def run(*arguments: str) -> Ended:
        return plain(sample.data, *arguments)

    return run


# --- help -----------------------------------------------------------------------------------------------


def test_these_are_the_commands() -> None:
    assert COMMANDS == ["backfill", "explain", "run", "serve", "shell", "sources", "sql", "status"]


@pytest.mark.parametrize("name", COMMANDS)
def test_help_says_what_a_command_reads_and_writes(name: str, empty: Path, plain: Command) -> None:
    ended = plain(empty, name, "--help")
    assert ended.code == 0
    assert re.search(r"\bReads\b", ended.said), ended.out
    assert re.search(r"\b(Writes|nothing is written)\b", ended.said), ended.out
    assert not empty.exists()


def test_the_real_command_says_what_it_is_for(empty: Path, command: Command) -> None:
    ended = command(empty, "--help")
    assert ended.code == 0
    for name in COMMANDS:
        assert re.search(rf"^\W*{name}\b", ended.out, re.M), ended.out


def test_help_of_a_run_explains_its_exit_codes(empty: Path, plain: Command) -> None:
    said = plain(empty, "run", "--help").said
    assert re.search(r"0: all well.*1: nothing was published.*2: published, but a source failed", said), said
    for option in ("--sample", "--as-of", "--source", "--guide", "--allow-sample"):
        assert option in said


# --- asking ---------------------------------------------------------------------------------------------


def test_status_and_sources(ask: Callable[..., Ended], sample: Finished) -> None:
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


def test_sources_are_known_before_anything_was_read(empty: Path, plain: Command) -> None:
    ended = plain(empty, "sources")
    assert ended.code == 0
    assert "never" in ended.out
    assert not empty.exists()


def test_a_folder_in_use_names_its_holder(small: Finished, copied: Callable[..., Path], plain: Command) -> None:
    data = copied(small)
    with held(data):
        refused = plain(data, "run", "--sample")
        status = plain(data, "status")
    assert refused.code == 1
    assert f"is in use by process {os.getpid()} on " in refused.said
    assert f"in use process {os.getpid()} on " in status.said, "asking goes on meanwhile"
    assert plain(data, "status").said.count("in use no") == 1


@pytest.mark.parametrize("arguments", [("status",), ("sql", "SELECT 1"), ("explain",), ("shell",)])
def test_nothing_to_read_yet_is_said_with_the_remedy(arguments: tuple[str, ...], empty: Path, plain: Command) -> None:
    ended = plain(empty, *arguments)
    assert ended.code == 1
    assert "market.duckdb does not exist yet; `jobmarket run` publishes it" in ended.said
    assert not empty.exists()


def test_the_readmes_query_of_bands(ask: Callable[..., Ended]) -> None:
    ended = ask("sql", BANDS)
    assert ended.code == 0, ended.said
    assert "Northern America" in ended.out
    assert "published" in ended.out
    assert "suppressed" in ended.out


def test_texts_of_adverts_can_be_read_but_are_not_in_the_warehouse(ask: Callable[..., Ended]) -> None:
    ended = ask(
        "sql", "SELECT count(*) AS n, min(len(text)) > 50 AS long FROM adverts JOIN core.postings USING (posting_id)"
    )
    assert ended.code == 0, ended.said
    assert re.search(r"\d{4}\W+True", ended.out), ended.out


def test_a_result_of_many_columns_is_printed_value_by_value(ask: Callable[..., Ended]) -> None:
    ended = ask("sql", "SELECT * FROM core.postings ORDER BY posting_id", "--rows", "2")
    assert ended.code == 0, ended.said
    assert re.search(r"^posting_id +ashby:", ended.out, re.M), ended.out
    assert len(re.findall(r"^title +\S", ended.out, re.M)) == 2


def test_many_rows_are_cut_and_it_says_so(ask: Callable[..., Ended]) -> None:
    ended = ask("sql", "SELECT posting_id FROM core.postings", "--rows", "3")
    assert ended.out.count("ashby:") + ended.out.count("greenhouse:") + ended.out.count("lever:") == 3
    assert "first 3 rows" in ended.out


def test_what_adverts_say_is_printed_as_it_is(ask: Callable[..., Ended]) -> None:
    ended = ask("sql", "SELECT '[/b] [red]engineer :rocket: [/]' AS title, NULL AS nothing")
    assert ended.code == 0, ended.said
    assert "[/b] [red]engineer :rocket: [/]" in ended.out


def test_explain(ask: Callable[..., Ended]) -> None:
    listed = ask("explain")
    assert listed.code == 0
    assert re.search(r"^band\.northern_america\.mid_senior +published +USD", listed.out, re.M)
    one = ask("explain", "band.northern_america.mid_senior")
    assert one.code == 0
    for words in ("FROM mart.salary_bands", "jobs of", "sources", "ashby/2026-09-30T020000Z.warc.gz (2026-09-30)"):
        assert words in one.out
    unknown = ask("explain", "band.north_america.mid_senior")
    assert unknown.code == 1
    assert "did you mean band.northern_america.mid_senior" in unknown.said


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
    query: str, ask: Callable[..., Ended], sample: Finished
) -> None:
    ended = ask("sql", query.format(folder=sample.data))
    assert ended.code == 1, ended.out
    assert ended.err.startswith("jobmarket: ")
    assert "root:" not in ended.out
    left = {path.name for path in sample.data.iterdir()}
    assert not left & {"stolen.csv", "second.csv", "other.duckdb", "all"}


def test_nothing_in_the_folder_changed_by_all_this(ask: Callable[..., Ended], sample: Finished) -> None:
    before = state(sample.data)
    ask("status")
    ask("sources")
    ask("sql", "CREATE TEMP TABLE mine AS SELECT * FROM core.postings")
    ask("sql", f"COPY (SELECT 1) TO '{sample.data}/guide.md'")
    ask("explain", "roles.shares")
    assert state(sample.data) == before


def test_the_shell_answers_until_the_end_of_input(ask: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch) -> None:
    typed = ["SELECT count(*) AS n_of_postings", "FROM core.postings;", "DELETE FROM core.postings;", "SELEC 1;",
             "SELECT 41 + 1 AS sum;"]  # fmt: skip
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(typed) + "\n"))
    ended = ask("shell")
    assert ended.code == 0
    assert "n_of_postings" in ended.out
    assert "42" in ended.out, "an error does not end the shell"
    assert "read-only" in ended.err
    assert "syntax error" in ended.err


def test_the_real_shell_takes_queries_from_a_pipe(sample: Finished, command: Command) -> None:
    ended = command(sample.data, "shell", typed="SELECT 41 + 1 AS sum;\n")
    assert ended.code == 0, ended.said
    assert "42" in ended.out


# --- every night ----------------------------------------------------------------------------------------


def asked(url: str, body: dict[str, Any]) -> list[dict[str, Any]]:
    request = urllib.request.Request(
        url, data=json.dumps(body).encode(), headers={"Content-Type": "application/json"}, method="POST"
    )
    with urllib.request.urlopen(request, timeout=120) as answer:
        found: list[dict[str, Any]] = json.load(answer)
    return found


def test_serve_schedules_the_night(server: dict[str, str]) -> None:
    until = time.monotonic() + 240
    while not (found := asked(f"{server['PREFECT_API_URL']}/deployments/filter", {})):
        assert time.monotonic() < until, "no deployment was registered"
        time.sleep(0.3)
    [deployment] = found
    [schedule] = deployment["schedules"]
    assert schedule["schedule"]["cron"] == "30 1 29 2 *"
    assert schedule["schedule"]["timezone"] == "America/Sao_Paulo"
    assert deployment["parameters"] == {"sources": ["lever"]}


def test_serve_needs_someone_to_write_to(empty: Path, plain: Command) -> None:
    ended = plain(empty, "serve")
    assert ended.code == 1
    assert "export JOBMARKET_CONTACT=" in ended.said
