"""The commands under `boards`, which maintain boards.csv and the store of boards from imported lists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Column, Table

from flows.cli.options import settings
from flows.runtime.lock import FolderInUse, find_holder, hold_folder
from flows.terminal.console import OUT, say
from flows.terminal.errors import Wrong

if TYPE_CHECKING:
    from flows.monitoring.boards import Finding
    from transforms.records.boards import Board
    from warehouse.database import Connection
    from warehouse.ops_tables import KnownBoards

app = typer.Typer(
    rich_markup_mode="markdown",
    short_help="Manage the employers' boards that are read.",
    help="Manage the employers' boards that are read. `add`, `check` and `discover` propose a patch for "
    "extractors/boards.csv, the curated list; `import`, `prune` and `list` manage the store of imported boards.",
)


@app.command("add")
def boards_add(
    url: Annotated[str, typer.Argument(metavar="URL", help="A career page, or a posting on it.")],
    employer: Annotated[str | None, typer.Option(metavar="NAME", help="The employer's name.")] = None,
    country: Annotated[str | None, typer.Option(metavar="CC", help="Its country, ISO 3166-1 alpha-2.")] = None,
) -> None:
    """Propose a board by its career page; the platform is recognised.

    **Reads** boards.csv; no network. **Writes** boards.diff in the data folder.
    """
    from flows.monitoring.boards import add_board

    boards, finding = add_board(url, employer=employer, country=country)
    _print_proposal(boards, [finding])


@app.command("check")
def boards_check() -> None:
    """Propose to remove boards that are gone, and to update days and regions.

    **Reads** boards.csv and market.duckdb, for the answers of the last nights. **Writes** boards.diff in the data
    folder.
    """
    from flows.monitoring.boards import check_boards

    _print_proposal(*check_boards(settings()))


@app.command("discover")
def boards_discover(
    take_in: Annotated[bool, typer.Option("--take-in", help="Add them to the store instead.")] = False,
) -> None:
    """Propose boards that forums, aggregators and other boards link to.

    **Reads** boards.csv and the archive; no network. **Writes** boards.diff in the data folder, with `--take-in`
    work.duckdb.
    """
    from flows.inputs.board_lists import make_known
    from flows.monitoring.boards import discover_boards

    boards, findings = discover_boards(settings())
    if not take_in:
        _print_proposal(boards, findings)
        return
    day = datetime.now(UTC).date()
    new = _add_to_store([make_known(one.source, one.board, known_from="links", day=day) for one in findings], day)
    OUT.print(f"{len(findings):,} boards are linked that boards.csv lacks; {len(new):,} of them are new in the store")


@app.command("import")
def boards_import(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV or TSV of platforms and tokens, or addresses.")],
    known_from: Annotated[
        str | None, typer.Option("--from", metavar="NAME", help="Name of the list; default: the file's name.")
    ] = None,
) -> None:
    """Import a list of boards into the store; the nights then ask them, within their budgets.

    The list has a column for the platform and a column for the token; or it holds addresses, one a line or in an index
    file of Common Crawl (CDXJ, JSON or Parquet), from which the addresses of boards are taken.

    **Reads** the list, boards.csv and work.duckdb; no network. **Writes** work.duckdb, never in a folder with sample
    data.
    """
    from flows.inputs.board_lists import read_list

    day = datetime.now(UTC).date()
    board_list = read_list(file, known_from=known_from or file.name, day=day)
    new = _add_to_store(board_list.boards, day)
    table = Table("platform", Column("in the list", justify="right"), Column("new", justify="right"), "of them trials")
    for name in sorted({one.source for one in board_list.boards}):
        additions = [one for one in new if one.source == name]
        n_listed = sum(one.source == name for one in board_list.boards)
        table.add_row(name, f"{n_listed:,}", f"{len(additions):,}", f"{sum(one.is_test for one in additions):,}")
    OUT.print(table)
    for platform, n in board_list.unread.most_common():
        OUT.print(f"{platform}: {n:,} boards left out, no source reads this platform")
    for line in board_list.describe_misshapen():
        say(line)
    for line in board_list.refused:
        say(line)
    if board_list.unused_columns:
        say(
            f"not stored: {', '.join(board_list.unused_columns)}. The store keeps the name of the list and the day; "
            "evidence of a board's employer stands in boards.csv"
        )
    if board_list.n_refused > len(board_list.refused):
        OUT.print(f"and {board_list.n_refused - len(board_list.refused):,} more lines")
    if board_list.n_elsewhere:
        OUT.print(f"{board_list.n_elsewhere:,} addresses are not of boards")


@app.command("prune")
def boards_prune(
    months: Annotated[
        int, typer.Option(min=1, metavar="N", help="Additional monthly checks that must have failed.")
    ] = 3,
) -> None:
    """Remove imported boards that were not found, or only redirected, for months.

    Boards of boards.csv are left to `boards check`.

    **Reads** work.duckdb; no network. **Writes** work.duckdb.
    """
    from transforms.records.vocabulary import DEAD_AFTER
    from warehouse.load import boards as store

    with _open_store() as con:
        boards = store.forget_dead(con, min_missed=DEAD_AFTER + months)
    for source, board in boards[:MAX_FINDINGS]:
        OUT.print(f"{source}: {board}", highlight=False)
    OUT.print(f"{len(boards):,} boards forgotten")


@app.command("list")
def boards_list() -> None:
    """Count the boards of the store by platform and state, with their adverts in the last published night.

    Boards that redirect to another known board are listed with their target.

    **Reads** work.duckdb and market.duckdb. **Writes** nothing.
    """
    from warehouse import database
    from warehouse.load import boards as store

    data = settings().data
    try:
        rows = store.count_known(data)
    except FileNotFoundError as error:
        made_by = "`jobmarket boards import FILE` makes it, and so does a night"
        raise Wrong(f"{data} has no store of boards yet; {made_by}") from error
    except database.SqlError as error:
        if holder := find_holder(data):
            raise FolderInUse(f"the store is open in {holder}; wait for it") from error
        raise Wrong(f"the store cannot be read; the next run repairs it: {error}") from error
    table = Table("platform", "state", *(Column(name, justify="right") for name in COUNTS_OF_BOARDS))
    for source, state, *counts in rows:
        table.add_row(source, state, *(f"{n:,}" for n in counts))
    OUT.print(table)
    moves = store.read_moved(data)
    for source, board, to_source, to_board in moves[:MAX_FINDINGS]:
        say(f"{source} {board} redirects to {to_source} {to_board}")
    if len(moves) > MAX_FINDINGS:
        OUT.print(f"and {len(moves) - MAX_FINDINGS:,} more; core.board_states has all")


COUNTS_OF_BOARDS = ("boards", "in the panel", "adverts", "AI adverts", "with pay")


def _add_to_store(boards: Sequence[KnownBoards], day: date) -> Sequence[KnownBoards]:
    """Add boards to the store, where those of boards.csv take precedence, and return the new ones."""
    from flows.night.board_plan import store_curated_boards
    from flows.runtime.data_kind import LIVE
    from warehouse.load import boards as store

    with _open_store(LIVE) as con:
        store_curated_boards(con, day)
        return store.add_known(con, boards)


@contextmanager
def _open_store(kind: str | None = None) -> Iterator[Connection]:
    """Hold the folder and open work.duckdb to change the store. `kind` is the kind of the data that is added, if any.

    Changes are also recorded beside the archive. Raises `Wrong` if the folder has data of the other kind, or if the
    folder is empty and nothing is added.
    """
    from flows.runtime.data_kind import settle_kind
    from flows.runtime.version import code_version
    from warehouse import database
    from warehouse.load import archive_records

    config = settings()
    with hold_folder(config.data):
        settle_kind(config, kind)
        con = database.open_work(
            config.data,
            memory_limit=config.memory_limit,
            threads=config.threads,
            restore=partial(archive_records.restore, archive=config.archive),
        )
        with con:
            yield con
            archive_records.save(con, config.archive, archive_records.BOARDS, {"code_version": code_version()})


def _print_proposal(boards: Sequence[Board], findings: Sequence[Finding]) -> None:
    from flows.monitoring.boards import write_patch

    table = Table("proposed", "source", "board", Column("why", overflow="fold"))
    for finding in findings[:MAX_FINDINGS]:
        table.add_row(*finding)
    if findings:
        OUT.print(table)
    if len(findings) > MAX_FINDINGS:
        OUT.print(f"and {len(findings) - MAX_FINDINGS:,} more, in the patch")
    path = write_patch(boards, settings())
    if path is None:
        OUT.print("Nothing to change in extractors/boards.csv.")
        return
    OUT.print(f"Proposed as {path}. Read it, then apply it in the project: git apply {path}", soft_wrap=True)


MAX_FINDINGS = 40
"""Maximum number of proposals or boards that are printed. A patch contains all proposals."""
