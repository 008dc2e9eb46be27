"""The real server, over its real stdin and stdout, asked by the official client about the whole sample."""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anyio.from_thread
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.types import TextContent, TextResourceContents

from reports.mcp import listing
from reports.mcp.answers import PUBLISHED, SAMPLE_WARNING, STALE, UNDER_REVIEW, WITHHELD
from reports.mcp.market import Market
from tests.flows.conftest import COMMAND, FinishedRun, environment
from tests.reports.questions import QUESTIONS, score_questions, share_within
from warehouse.publish.reader import open_reader

TOOLS = ["list", "get", "compare", "explain", "verify", "query"]
STATES = (PUBLISHED, STALE, UNDER_REVIEW, WITHHELD)
PYTHON = "skill.python.all.ai_engineering"
Ask = Callable[..., dict[str, Any]]


class Session:
    """A client's session with a server in a process of its own, used from a test that waits for each answer."""

    def __init__(self, portal: anyio.from_thread.BlockingPortal, client: Client) -> None:
        self.portal, self.client = portal, client

    def call(self, tool: str, **arguments: Any) -> tuple[bool, str, dict[str, Any] | None]:
        """Whether it is an error, the text, and the structured content."""
        result = self.portal.call(self.client.call_tool, tool, arguments)
        (content,) = result.content
        assert isinstance(content, TextContent)
        return bool(result.is_error), content.text, result.structured_content

    def ask(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """The answer, which is the same as text and as structured content."""
        is_error, text, content = self.call(tool, **arguments)
        assert not is_error, text
        answer: dict[str, Any] = json.loads(text)
        assert answer == content
        return answer

    def refuse(self, tool: str, **arguments: Any) -> str:
        """Why nothing is answered."""
        is_error, text, _ = self.call(tool, **arguments)
        assert is_error, text
        assert "error in this server" not in text and "Traceback" not in text
        return text


@pytest.fixture(scope="module")
def session(sample: FinishedRun, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    log = tmp_path_factory.mktemp("mcp") / "stderr"
    server = StdioServerParameters(command=COMMAND, args=["mcp"], env=environment(sample.data), cwd=log.parent)
    with log.open("w") as errors, anyio.from_thread.start_blocking_portal() as portal:
        client = Client(stdio_client(server, errlog=errors))
        with portal.wrap_async_context_manager(client) as connection:
            yield Session(portal, connection)
    assert "Traceback" not in log.read_text()


@pytest.fixture(scope="module")
def ask(session: Session) -> Ask:
    return session.ask


@pytest.fixture(scope="module")
def catalogue(sample: FinishedRun) -> dict[str, str | None]:
    """Every figure of the ledger, with its status."""
    with open_reader(sample.data) as con:
        return dict(con.execute("SELECT figure, status FROM mart.figures").fetchall())


@pytest.fixture(scope="module")
def answers(ask: Ask, catalogue: dict[str, str | None]) -> dict[str, dict[str, Any]]:
    """What is got of every figure."""
    return {name: ask("get", figure=name) for name in catalogue}


# --- what a client sees -----------------------------------------------------------------------------------------


def test_tools_and_resources_say_what_they_are(session: Session) -> None:
    tools = session.portal.call(session.client.list_tools).tools
    assert [tool.name for tool in tools] == TOOLS
    for tool in tools:
        assert tool.description and not tool.description.startswith(" ") and tool.annotations
        assert tool.annotations.read_only_hint and not tool.annotations.open_world_hint
        for name, argument in tool.input_schema["properties"].items():
            assert argument.get("description"), f"{tool.name}.{name}"
    assert "withheld" in (session.client.instructions or "")
    uris = {str(one.uri) for one in session.portal.call(session.client.list_resources).resources}
    assert uris == {"jobmarket://methods", "jobmarket://tables"}
    for uri, word in (("jobmarket://methods", "Shares"), ("jobmarket://tables", "analysis.jobs")):
        (content,) = session.portal.call(session.client.read_resource, uri).contents
        assert isinstance(content, TextResourceContents) and word in content.text


def test_stdout_carries_the_protocol_alone(sample: FinishedRun) -> None:
    greeting = {
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
    }  # fmt: skip
    request = {"jsonrpc": "2.0", "id": 2, "method": "tools/call",
             "params": {"name": "query", "arguments": {"sql": "FROM nothing"}}}  # fmt: skip
    lines = [greeting, {"jsonrpc": "2.0", "method": "notifications/initialized"}, request]
    process = subprocess.Popen(
        [COMMAND, "mcp"], env=environment(sample.data), text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin and process.stdout and process.stderr
    process.stdin.write("no protocol at all\n" + "".join(f"{json.dumps(line)}\n" for line in lines))
    process.stdin.flush()
    answers: dict[int | None, Any] = {}
    while 2 not in answers:
        line = json.loads(process.stdout.readline())
        answers[line.get("id")] = line
    process.stdin.close()
    rest = process.stdout.read()
    assert process.wait(timeout=60) == 0, "a client ends the server by closing its stdin"
    assert rest == "" and answers[1]["result"]["serverInfo"]["name"] == "ai-job-market"
    assert answers[2]["result"]["isError"] is True


# --- figures ----------------------------------------------------------------------------------------------------


def test_every_figure_has_interval_basis_and_period(
    ask: Ask, catalogue: dict[str, str | None], answers: dict[str, dict[str, Any]]
) -> None:
    states = set()
    for name, status in catalogue.items():
        answer = answers[name]
        assert answer["warning"] == SAMPLE_WARNING
        assert answer["id"] == name and answer["title"] and answer["basis"] and answer["state"] in STATES
        assert answer["period"]["in_words"] and answer["interval"]
        states.add(answer["state"])
        if status == "suppressed":
            assert answer["state"] == "withheld" and answer["value"] is None and answer["reason"], name
            continue
        assert answer["definition"] and answer["citation"] and answer["licence"]["id"], name
        rows = list(answer.get("rows", [answer]))
        while "next_rows_from" in answer:
            answer = ask("get", figure=name, rows_from=answer["next_rows_from"])
            rows += answer["rows"]
        assert len(rows) == answer.get("rows_total", 1)
        assert answer["value"] or "rows" in answer, name
        for row in rows:
            if answer["basis"] == "each row says what it rests on":
                assert row["basis"] and row["period"] and row["state"] in STATES, (name, row)
            for part in row.get("parts", {}).values():
                assert part["unit"], (name, part)
                assert (part["low"] is not None and part["high"] is not None) or part["no_interval"], (name, part)
                assert part["value"] is not None or part["form"] != "point", (name, part)
    assert states >= {"published", "withheld"}


def test_what_is_got_is_what_is_published(answers: dict[str, dict[str, Any]], sample: FinishedRun) -> None:
    with open_reader(sample.data) as con:
        ledger = con.execute("SELECT figure, value FROM mart.figures WHERE value IS NOT NULL").fetchall()
    single = {name: answers[name] for name, _ in ledger if "rows" not in answers[name]}
    assert len(single) > 50
    assert {name: answer["value"] for name, answer in single.items()} == {n: v for n, v in ledger if n in single}


def test_a_search_and_its_answers_agree(ask: Ask) -> None:
    found = ask("list", words="python germany", limit=5)
    assert found["understood"]["place"] == ["de"] and found["total"] >= 2
    assert found["figures"][0]["id"] == "employers.skill.python.de.ai_engineering"
    for one in found["figures"]:
        answer = ask("get", figure=one["id"])
        assert [answer["value"], answer["interval"], answer["period"]["in_words"], answer["state"]] == [
            one["value"], one["interval"], one["period"], one["state"]
        ]  # fmt: skip


@pytest.mark.parametrize("words", ["", "senior", "remote jobs", "pay united states", "skill"])
def test_answers_are_bounded(session: Session, words: str) -> None:
    _, text, _ = session.call("list", words=words, limit=25)
    assert len(text.encode()) < 20_000
    assert "less than or equal to 25" in session.refuse("list", words=words, limit=26)


def test_an_unknown_id_names_the_nearest(session: Session) -> None:
    assert "skill.python" in session.refuse("get", figure="skill.pyton.all.ai_engineering").replace("'", "")
    assert "no place 'usa' (similar: us" in session.refuse("get", figure="pay.usa.ai_engineering.mid_senior")
    assert "did you mean skills.baseline" in session.refuse("compare", figures=["skills.basline", PYTHON])


def test_a_tool_or_argument_that_is_none_is_refused_with_the_remedy(session: Session) -> None:
    assert session.refuse("fetch", figure=PYTHON).endswith("the tools are list, get, compare, explain, verify, query")
    assert "did you mean figure?" in session.refuse("get", figur=PYTHON)
    assert "at least 2 items" in session.refuse("compare", figures=[PYTHON])
    assert "figure: Field required" in session.refuse("get")


def test_figures_are_compared(ask: Ask) -> None:
    answer = ask("compare", figures=["pay.us.ai_engineering.mid_senior", "pay.us.ai_engineering.entry", PYTHON])
    assert [len(answer["figures"]), len(answer["pairs"])] == [3, 3]
    pay = answer["pairs"][0]
    assert {part["part"]: part["beyond_intervals"] for part in pay["parts"]}["median"] is True
    assert all("never mixed" in pair["refused"] for pair in answer["pairs"][1:])


def test_a_figure_is_explained_a_piece_at_a_time(ask: Ask) -> None:
    whole = ask("explain", figure=PYTHON, max_characters=20_000)
    assert whole["published"]["interval"] and "SQL" in whole["text"]
    first = ask("explain", figure=PYTHON, max_characters=500)
    assert len(first["text"]) == first["next_offset"] == 500
    second = ask("explain", figure=PYTHON, max_characters=500, offset=500)
    assert whole["text"].startswith(first["text"] + second["text"])


def test_numbers_of_a_text_are_verified(ask: Ask, session: Session) -> None:
    *_, python = re.findall(r"\d+%", ask("get", figure=PYTHON)["value"])  # of the last of its platforms
    text = (
        f"In the adverts we read {python} of AI engineering jobs ask for Python [{PYTHON}]. "
        f"In the adverts we read 3% of AI engineering jobs ask for Python [{PYTHON}]. "
        f"In the adverts we read {python} of AI engineering jobs ask for Python. And 41 is a number."
    )
    answer = ask("verify", text=text)
    findings = answer["findings"]
    assert [one["verdict"] for one in findings] == ["verified", "contradicted", "unresolved", "unresolved"]
    assert [answer["counts"][verdict] for verdict in ("verified", "rounded", "contradicted")] == [1, 0, 1]
    assert findings[2]["says"] == "tied to no figure" and findings[2]["figure"] is None
    (figure,) = answer["figures"]
    assert figure["id"] == PYTHON and figure["interval"] and figure["period"]
    assert "at most 20000 characters" in session.refuse("verify", text="x" * 20_001)
    many = ask("verify", text="5 apples. " * 300)
    assert [len(many["findings"]), many["findings_left_out"], many["figures"]] == [200, 100, []]


# --- queries ----------------------------------------------------------------------------------------------------


def test_a_query_is_answered_within_bounds(ask: Ask, session: Session) -> None:
    answer = ask("query", sql="SELECT role_group, count(*) AS n FROM analysis.jobs GROUP BY 1 ORDER BY n DESC")
    assert answer["columns"] == ["role_group", "n"] and answer["rows"][0][1] > 100 and answer["cut_by"] is None
    assert answer["warning"] == SAMPLE_WARNING and "not published figures" in answer["note"]
    assert [len((cut := ask("query", sql="FROM core.postings", max_rows=3))["rows"]), cut["cut_by"]] == [3, "rows"]
    _, text, _ = session.call("query", sql="FROM core.postings", max_rows=1_000)
    assert len(text.encode()) < 60_000
    assert "less than or equal to 1000" in session.refuse("query", sql="SELECT 1", max_rows=1_001)


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("SELECT 1; SELECT 2", "2 statements given: send exactly one SELECT"),
        ("ATTACH 'x.duckdb'", "kind ATTACH is refused"),
        ("COPY core.postings TO 'stolen.csv'", "kind COPY is refused"),
        ("PRAGMA database_list", "kind PRAGMA is refused"),
        ("FROM read_csv('/etc/passwd')", "no file and no network"), ("SET threads = 1", "kind SET is refused"),
        ("INSERT INTO core.sources SELECT * FROM core.sources", "kind INSERT is refused"),
        ("SELECT * FROM core.posting", 'Did you mean "postings"'),
    ],
)  # fmt: skip
def test_all_else_is_refused(session: Session, sql: str, message: str) -> None:
    assert message in session.refuse("query", sql=sql)


def test_a_query_without_end_is_ended_and_the_next_is_answered(session: Session) -> None:
    """It waits, where `test_bounded_query.py` has one that computes: ten seconds of all processors."""
    start = time.monotonic()
    assert "longer than 10 seconds" in session.refuse("query", sql="SELECT count(sleep_ms(1000)) FROM range(1000000)")
    assert time.monotonic() - start < 60
    assert session.ask("query", sql="SELECT 42")["rows"] == [[42]]


# --- a folder without anything ------------------------------------------------------------------------------------


def test_nothing_published_is_said_by_every_tool(tmp_path: Path) -> None:
    server = StdioServerParameters(command=COMMAND, args=["mcp"], env=environment(tmp_path / "data"))
    client = Client(stdio_client(server))
    with anyio.from_thread.start_blocking_portal() as portal, portal.wrap_async_context_manager(client) as connection:
        empty = Session(portal, connection)
        for tool, arguments in (
            ("list", {}), ("get", {"figure": PYTHON}), ("compare", {"figures": [PYTHON, "skill.r"]}),
            ("explain", {"figure": PYTHON}), ("verify", {"text": "5"}), ("query", {"sql": "SELECT 1"}),
        ):  # fmt: skip
            assert "`jobmarket run` publishes it" in empty.refuse(tool, **arguments)


def test_most_questions_of_readers_are_answered(sample: FinishedRun) -> None:
    with Market(sample.data).read() as snapshot:
        scored = score_questions(QUESTIONS, listing.entries_of(snapshot))
    missed = [one.question for one in scored if one.place != 1]
    assert share_within(scored, 1) >= 0.8 and share_within(scored, 3) >= 0.95, missed
