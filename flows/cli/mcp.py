"""The command `mcp`, which serves published figures to language models over the Model Context Protocol."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli.options import settings
from flows.cli.release import address_in


def mcp(
    url: Annotated[
        str | None,
        typer.Option("--url", parser=address_in, metavar="URL", help="Address of the release, for citations."),
    ] = None,
) -> None:
    """Serve the published figures to a language model (Model Context Protocol, stdin and stdout).

    A client starts it and ends it by closing its stdin; docs/mcp.md explains how to add it to a client. Its tools:
    list, get, compare, explain, verify, query. It reopens the file when a night has replaced it.

    **Reads** market.duckdb and DICTIONARY.md beside it. **Writes** only the protocol to stdout and its log to stderr.
    """
    from flows.runtime.version import code_version
    from reports.mcp.server import make_server

    make_server(settings().data, version=code_version(), base_url=url or "").run("stdio")
