"""The commands that tend boards.csv; each proposes a patch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Column, Table

from flows.runtime.settings import settings
from flows.terminal.console import OUT

if TYPE_CHECKING:
    from flows.monitoring.boards import Finding
    from transforms.records.boards import Board

app = typer.Typer(
    rich_markup_mode="markdown",
    help="Tend extractors/boards.csv, the employers whose boards are read: each command proposes a patch.",
)


@app.command("add")
def boards_add(
    url: Annotated[str, typer.Argument(metavar="URL", help="A career page, or one of its postings.")],
    employer: Annotated[str | None, typer.Option(metavar="NAME", help="The employer's name.")] = None,
    country: Annotated[str | None, typer.Option(metavar="CC", help="Its country, ISO 3166-1 alpha-2.")] = None,
) -> None:
    """Propose a board by its career page; the platform is recognised.

    **Reads** boards.csv; asks no server. **Writes** boards.diff in the data folder.
    """
    from flows.monitoring.boards import add_board

    found, finding = add_board(url, employer=employer, country=country)
    _print_proposal(found, [finding])


@app.command("check")
def boards_check() -> None:
    """Propose to remove boards that are gone, and bring days and regions up to date.

    **Reads** boards.csv and market.duckdb: what the last nights were answered. **Writes** boards.diff in the data
    folder.
    """
    from flows.monitoring.boards import check_boards

    _print_proposal(*check_boards(settings()))


@app.command("discover")
def boards_discover() -> None:
    """Propose boards that forums, aggregators and other boards link to.

    **Reads** boards.csv and the archive; asks no server. **Writes** boards.diff in the data folder.
    """
    from flows.monitoring.boards import discover_boards

    _print_proposal(*discover_boards(settings()))


def _print_proposal(found: Sequence[Board], findings: Sequence[Finding]) -> None:
    """Print what is proposed and where the patch stands."""
    from flows.monitoring.boards import write_patch

    table = Table("proposed", "source", "board", Column("why", overflow="fold"))
    for finding in findings[:MAX_FINDINGS]:
        table.add_row(finding.what, finding.source, finding.board, finding.why)
    if findings:
        OUT.print(table)
    if len(findings) > MAX_FINDINGS:
        OUT.print(f"and {len(findings) - MAX_FINDINGS:,} more, in the patch")
    path = write_patch(found, settings())
    if path is None:
        OUT.print("Nothing to change in extractors/boards.csv.")
        return
    OUT.print(f"Proposed as {path}. Read it, then apply it in the project: git apply {path}", soft_wrap=True)


MAX_FINDINGS = 40
"""Findings that are printed; the patch has all."""
