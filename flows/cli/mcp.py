"""The command `mcp`: the published figures for language models, by the Model Context Protocol."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli.release import address_in
from flows.runtime.project import PROJECT
from flows.runtime.settings import settings


def mcp(
    url: Annotated[
        str | None,
        typer.Option("--url", parser=address_in, metavar="URL", help="Where the release stands: citations say it."),
    ] = None,
) -> None:
    """Serve the published figures to a language model over stdin and stdout, by the Model Context Protocol.

    A client starts it and ends it by closing its stdin; docs/mcp.md says how to add it to one. Its tools: list, get,
    compare, explain, verify, query. It reads the file anew when a night has replaced it.

    **Reads** market.duckdb and DICTIONARY.md beside it. **Writes** the protocol to stdout, its log to stderr, and
    nothing else.
    """
    from flows.runtime.version import code_version
    from reports.mcp.server import make_server

    methods = PROJECT / "reports" / "texts" / "methods.md"
    make_server(settings().data, version=code_version(), base_url=url or "", methods=methods).run("stdio")
