"""The store of boards in the work file: the known boards, the draw of the panel, and why boards were asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from transforms.records.vocabulary import DEAD_AFTER
from warehouse import database
from warehouse.ops_tables import BoardNights, KnownBoards, PanelDraw
from warehouse.schema import BOARD_STATES_ON, literal
from warehouse.sql_files import read_sql

CURATED = "boards.csv"  # the value of `known_from` for a board that people entered
_FROM_ELIGIBLE = "FROM ops.known_boards WHERE NOT is_test"
_NOTHING_KNOWN = "(SELECT NULL AS source, NULL AS board, NULL AS state, 0 AS n_adverts, 0 AS n_ai, 0 AS n_paid)"


@dataclass(frozen=True, kw_only=True)
class BoardStates:
    """The boards of a source that may be asked, in the order of their tokens. Each field has one value per board.

    Fields without a comment are as in core.board_states.
    """

    board: list[str]
    commonest_country: list[str | None]
    drawn_on: list[date | None]
    stratum: list[str | None]
    nights_since: NDArray[np.float64]  # infinite if the board was never asked
    nights_followed: NDArray[np.float64]  # from `first_asked_on` to `asked_on`
    n_ai_paid_seen: NDArray[np.float64]
    jobs: NDArray[np.float64]  # NaN if the board never answered
    misses: NDArray[np.int64]  # a board that refuses us has as many as a dead one, as both are asked equally rarely
    requests_per_reading: NDArray[np.float64]  # `n_requests`
    number: NDArray[np.float64]  # NaN, like `chance`, if no draw of the panel contained the board
    chance: NDArray[np.float64]


class BoardOutcome(NamedTuple):
    """What became of a board that a run had planned to ask: one of `BOARD_OUTCOMES`."""

    source: str
    board: str
    outcome: str
    moved_to: tuple[str, str] | None = None  # source and token of the board to which it redirects


def add_known(con: database.Connection, boards: Iterable[KnownBoards]) -> list[KnownBoards]:
    """Add boards to the store and return the new ones. Case does not distinguish boards; a known board keeps its token.

    A known board takes `is_test` from its new entry, unless people entered the board.
    """
    by_key = {board_key(row.source, row.board): row for row in database.read_rows(con, KnownBoards)}
    new, corrections = [], []
    for board in boards:
        row = by_key.setdefault(board_key(board.source, board.board), board)
        if row is board:
            new.append(board)
        elif row.is_test != board.is_test and row.known_from != CURATED:
            corrections.append(replace(row, is_test=board.is_test))
    database.put(con, KnownBoards, [*new, *corrections])
    return new


def put_curated(con: database.Connection, tokens: Iterable[tuple[str, str]], day: date) -> None:
    """Add the boards that people entered, given by source and token, as spelled. None is marked as a test.

    Such a board replaces entries that lists made for it, but keeps the day on which it was first known.
    """
    curated = set(tokens)
    by_key: dict[tuple[str, str], list[KnownBoards]] = {}
    for row in database.read_rows(con, KnownBoards):
        by_key.setdefault(board_key(row.source, row.board), []).append(row)
    put, stale = [], []
    for source, board in sorted(curated):
        rows = by_key.get(board_key(source, board), [])
        known_on = min((row.known_on for row in rows), default=day)
        entry = KnownBoards(source=source, board=board, known_from=CURATED, known_on=known_on, is_test=False)
        if entry not in rows:
            put.append(entry)
        stale += [(source, row.board) for row in rows if (source, row.board) not in curated]
    with database.transaction(con):
        for source, board in dict.fromkeys(stale):
            con.execute("DELETE FROM ops.known_boards WHERE source = ? AND board = ?", [source, board])
        database.put(con, KnownBoards, put)


def respell(con: database.Connection, source: str, board: str, spelling: str) -> None:
    """Change a token to its platform's spelling, unless people entered the board or both spellings are known."""
    con.execute(
        "UPDATE ops.known_boards SET board = $3 WHERE source = $1 AND board = $2 AND known_from <> $4"
        " AND NOT EXISTS (FROM ops.known_boards WHERE source = $1 AND board = $3)",
        [source, board, spelling, CURATED],
    )


def board_key(source: str, board: str) -> tuple[str, str]:
    """Return a key that all spellings of a board share. Platforms accept a token in upper and lower case."""
    return source, board.lower()


def forget_dead(con: database.Connection, *, min_missed: int) -> list[tuple[str, str]]:
    """Delete boards that were not found, or only redirected, on at least `min_missed` nights since their last answer.

    Boards from boards.csv stay. Return source and token of each deleted board, sorted.
    """
    dead = "state IN ('dead', 'moved') AND n_missed >= ? AND known_from <> ?"
    return sorted(
        con.execute(
            "DELETE FROM ops.known_boards WHERE (source, board) IN ("
            f" SELECT (source, board) FROM core.board_states WHERE {dead}) RETURNING source, board",
            [min_missed, CURATED],
        ).fetchall()
    )


def read_states(con: database.Connection, sources: Sequence[str], as_of: date) -> dict[str, BoardStates]:
    """Return, for each source with boards, what was known of them before the night of `as_of`.

    Later nights and draws, made while the clock was ahead, do not count. All sources are read at once, because the view
    goes through all readings.
    """
    con.complete()
    select = read_sql("load/sql/board_states", board_states=BOARD_STATES_ON, dead_after=DEAD_AFTER)
    states: pa.Table = con.sql(select, params={"sources": list(sources), "as_of": as_of}).to_arrow_table()
    names = states["source"].to_numpy()
    of_source = {source: states.filter(names == source) for source in dict.fromkeys(names.tolist())}
    lists = ("board", "commonest_country", "drawn_on", "stratum")
    return {
        source: BoardStates(
            **{name: rows[name].to_pylist() for name in lists},
            **{name: rows[name].to_numpy() for name in rows.column_names if name not in ("source", *lists)},
        )
        for source, rows in of_source.items()
    }


def sources_in(con: database.Connection) -> frozenset[str]:
    """Return the sources with boards that may be asked."""
    return frozenset(name for (name,) in con.execute(f"SELECT DISTINCT source {_FROM_ELIGIBLE}").fetchall())


def read_known(data_dir: Path) -> dict[str, list[str]]:
    """Return the tokens of the boards that may be asked, sorted, by source. The store is opened for reading only.

    While a run has the store open, the boards come from the published file. Return {} if neither file can be read.
    """
    for path in (data_dir / database.WORK, data_dir / database.MARKET):
        if not path.exists():
            continue
        try:
            with duckdb.connect(str(path), read_only=True) as con:
                rows = con.execute(
                    f"SELECT source, list(board ORDER BY board) {_FROM_ELIGIBLE} GROUP BY source"
                ).fetchall()
        except duckdb.Error:  # another process has it open for writing
            continue
        return dict(rows)
    return {}


def count_known(data_dir: Path) -> list[tuple[str, str, int, int, int, int, int]]:
    """Return by source and state the numbers of boards, boards in the panel, adverts, AI adverts and adverts with pay.

    States and adverts come from the published file; without that file, all boards are new. Raise `FileNotFoundError` if
    there is no store yet, and `duckdb.Error` if the store cannot be read, for instance while a run has it open.
    """
    work, market = data_dir / database.WORK, data_dir / database.MARKET
    if not work.exists():
        raise FileNotFoundError(work)
    with duckdb.connect() as con:
        con.execute(f"ATTACH {literal(str(work))} AS work (READ_ONLY)")
        states = _NOTHING_KNOWN
        if market.exists():
            con.execute(f"ATTACH {literal(str(market))} AS published (READ_ONLY)")
            states = "published.core.board_states"
        return con.execute(read_sql("load/sql/board_counts", board_states=states)).fetchall()


def read_moved(data_dir: Path) -> list[tuple[str, str, str, str]]:
    """Return (source, token, new source, new token) of each published board that redirects to another board."""
    market = data_dir / database.MARKET
    if not market.exists():
        return []
    with duckdb.connect(str(market), read_only=True) as con:
        return con.execute(
            "SELECT source, board, moved_to_source, moved_to_board FROM core.board_states"
            " WHERE moved_to_board IS NOT NULL ORDER BY ALL"
        ).fetchall()


def write_draw(con: database.Connection, rows: Sequence[PanelDraw]) -> None:
    """Write the draw of boards. It replaces an earlier draw of the same boards."""
    database.put(con, PanelDraw, rows)


def record_nights(con: database.Connection, rows: Sequence[BoardNights]) -> None:
    """Record why boards are asked in a run."""
    database.put(con, BoardNights, rows)


def record_outcomes(con: database.Connection, run_id: str, outcomes: Iterable[BoardOutcome]) -> None:
    """Record the outcomes of boards that the run had planned to ask."""
    by_board = {(outcome.source, outcome.board): outcome for outcome in outcomes}
    nights = []
    for night in database.read_rows(con, BoardNights, "run_id = ?", [run_id]):
        if outcome := by_board.get((night.source, night.board)):
            source, board = outcome.moved_to or (None, None)
            nights.append(replace(night, outcome=outcome.outcome, moved_to_source=source, moved_to_board=board))
    database.put(con, BoardNights, nights)
