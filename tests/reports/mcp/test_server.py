"""The server as a client meets it: order of answers, and no place of the machine in any of them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mcp.server.mcpserver.exceptions import ResourceError, ToolError

from reports.mcp.server import Server, make_server, without_folder
from tests.reports.release.conftest import DAY, publish_day


@pytest.fixture(scope="module")
def folder(made_once: Callable[..., Path]) -> Path:
    return made_once("published", lambda folder: publish_day(folder, DAY))


def ask(server: Server, tool: str, **arguments: Any) -> str:
    """The text of an answer, or of its error."""
    try:
        answer = asyncio.run(server.call_tool(tool, arguments))
    except ToolError as error:
        return str(error)
    return json.dumps(answer.model_dump(mode="json"), ensure_ascii=False)


QUERIES = ("SELECT path FROM duckdb_databases()", "FROM read_text('market.duckdb')", "FROM ops.runs", "ATTACH 'x.db'")
CALLS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("get", {"figure": "pay.de.ai_engineering.mid"}),
    ("get", {"figure": "nothing"}),
    ("explain", {"figure": "pay.northern_america.ai_engineering.mid_senior", "max_characters": 20_000}),
    ("list", {"words": "python"}),
    ("list", {"words": "python", "place": "nowhere"}),
    ("compare", {"figures": ["skill.python.all.ai_engineering", "skill.rust.de.ai_engineering"]}),
    ("verify", {"text": "62% [skill.python.all.ai_engineering]"}),
    *(("query", {"sql": sql, "max_rows": 1_000}) for sql in QUERIES),
)


@pytest.mark.parametrize(("tool", "arguments"), CALLS)
def test_no_answer_names_a_place_on_the_machine(folder: Path, tool: str, arguments: dict[str, Any]) -> None:
    text = ask(make_server(folder), tool, **arguments)
    assert text and str(folder) not in text and str(Path.home()) not in text
    assert str(Path(__file__).parents[3]) not in text


@pytest.mark.parametrize("content", [None, b"no database"])
@pytest.mark.parametrize(("tool", "arguments"), [CALLS[0], CALLS[-1]])
def test_no_error_names_a_place_on_the_machine(
    content: bytes | None, tool: str, arguments: dict[str, Any], tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / "market.duckdb").write_bytes(content)
    text = ask(make_server(tmp_path), tool, **arguments)
    assert str(tmp_path) not in text and "jobmarket r" in text
    with pytest.raises(ResourceError) as error:
        asyncio.run(make_server(tmp_path).read_resource("jobmarket://tables"))
    assert str(tmp_path) not in str(error.value)


def test_files_of_the_folder_keep_their_names(tmp_path: Path) -> None:
    text = f"{tmp_path}/market.duckdb does not exist; {tmp_path} is empty; {tmp_path}x is another"
    assert without_folder(text, tmp_path) == (
        f"market.duckdb does not exist; this folder is empty; {tmp_path}x is another"
    )


def test_a_refusal_stands_before_the_rows(folder: Path) -> None:
    sql = "SELECT seniority_group, p50 FROM mart.salary_bands WHERE region = 'DE' AND seniority_group = 'mid'"
    answer = asyncio.run(make_server(folder).call_tool("query", {"sql": sql}))
    content = json.loads(answer.content[0].text)  # type: ignore[union-attr]
    names = list(content)
    assert names.index("withheld") < names.index("rows") and content["rows"]
    assert content["withheld"][0]["id"] == "pay.de.ai_engineering.mid"
