"""The store of boards in the working file: which are known, the draw of the panel, and why boards were asked."""

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

CURATED = "boards.csv"
"""`known_from` of a board that people entered."""
_STATES = f"""
SELECT
    source, s.board, s.commonest_country, coalesce($as_of - s.asked_on, 'infinity'::DOUBLE) AS nights_since,
    coalesce(s.asked_on - s.first_asked_on, 0)::DOUBLE AS nights_followed, s.n_ai_paid_seen::DOUBLE AS n_ai_paid_seen,
    coalesce(s.n_adverts, 'nan'::DOUBLE)::DOUBLE AS jobs,
    CASE WHEN s.state = 'refused' THEN {DEAD_AFTER} ELSE s.n_missed END AS misses,
    s.n_requests::DOUBLE AS requests_per_reading,
    d.drawn_on, d.stratum, coalesce(d.number, 'nan'::DOUBLE) AS number, coalesce(d.chance, 'nan'::DOUBLE) AS chance
FROM ({BOARD_STATES_ON}) AS s
JOIN ops.known_boards AS k USING (source, board)
LEFT JOIN (FROM ops.panel_draw WHERE drawn_on <= $as_of) AS d USING (source, board)
WHERE list_contains($sources, source) AND NOT k.is_test
ORDER BY source, board
"""


_FROM_ELIGIBLE = "FROM ops.known_boards WHERE NOT is_test"
_NOTHING_KNOWN = "(SELECT NULL AS source, NULL AS board, NULL AS state, 0 AS n_adverts, 0 AS n_ai, 0 AS n_paid)"
_MOVED = """
SELECT source, board, moved_to_source, moved_to_board FROM core.board_states
WHERE moved_to_board IS NOT NULL ORDER BY ALL
"""
_COUNTS = """
SELECT source, CASE WHEN k.is_test THEN 'test' ELSE coalesce(s.state, 'new') END AS state, count(*),
    count(*) FILTER (d.number < d.chance), coalesce(sum(s.n_adverts), 0)::BIGINT, coalesce(sum(s.n_ai), 0)::BIGINT,
    coalesce(sum(s.n_paid), 0)::BIGINT
FROM work.ops.known_boards AS k
LEFT JOIN {known} AS s USING (source, board)
LEFT JOIN work.ops.panel_draw AS d USING (source, board)
GROUP BY ALL ORDER BY ALL
"""


@dataclass(frozen=True, kw_only=True)
class BoardStates:
    """The boards of a source that may be asked, in the order of their tokens; all lists and arrays are by board.

    `nights_since` is infinite where a board was never asked, `jobs` NaN where it never answered; `number` and `chance`
    are NaN where no draw of the panel has seen it. `nights_followed` are those from `first_asked_on` to `asked_on`,
    `requests_per_reading` is `n_requests`. `misses` of one that refuses us are as many as make a board dead, since it
    is asked as rarely. The rest is as in core.board_states.
    """

    board: list[str]
    commonest_country: list[str | None]
    drawn_on: list[date | None]
    stratum: list[str | None]
    nights_since: NDArray[np.float64]
    nights_followed: NDArray[np.float64]
    n_ai_paid_seen: NDArray[np.float64]
    jobs: NDArray[np.float64]
    misses: NDArray[np.int64]
    requests_per_reading: NDArray[np.float64]
    number: NDArray[np.float64]
    chance: NDArray[np.float64]


class BoardOutcome(NamedTuple):
    """What came of a board that a night planned, in a word of `BOARD_OUTCOMES`, and to which board it redirects."""

    source: str
    board: str
    outcome: str
    moved_to: tuple[str, str] | None = None


def add_known(con: database.Connection, boards: Iterable[KnownBoards]) -> list[KnownBoards]:
    """Take boards in and return those that are new. One that is known, also in other capitals, keeps its token.

    Whether such a one is a trial is judged anew, unless `put_curated` entered it.
    """
    by_key = {board_key(row.source, row.board): row for row in _read_rows(con)}
    new, corrections = [], []
    for one in boards:
        row = by_key.setdefault(board_key(one.source, one.board), one)
        if row is one:
            new.append(one)
        elif row.is_test != one.is_test and row.known_from != CURATED:
            corrections.append(replace(row, is_test=one.is_test))
    with database.transaction(con):
        database.put(con, KnownBoards, new)
        database.put(con, KnownBoards, corrections)
    return new


def put_curated(con: database.Connection, tokens: Iterable[tuple[str, str]], day: date) -> None:
    """Take in the boards that people entered, source and token: their spelling stands, and none is a trial.

    They take the place of what lists said of the same boards; the day on which one was first known stays.
    """
    theirs = set(tokens)
    by_key: dict[tuple[str, str], list[KnownBoards]] = {}
    for row in _read_rows(con):
        by_key.setdefault(board_key(row.source, row.board), []).append(row)
    put, stale = [], []
    for source, board in sorted(theirs):
        rows = by_key.get(board_key(source, board), [])
        known_on = min((row.known_on for row in rows), default=day)
        entry = KnownBoards(source=source, board=board, known_from=CURATED, known_on=known_on, is_test=False)
        mine = next((row for row in rows if row.board == board), None)
        if mine is None or (mine.known_from, mine.is_test) != (CURATED, False):
            put.append(entry)
        stale += [(source, row.board) for row in rows if (source, row.board) not in theirs]
    with database.transaction(con):
        for source, board in dict.fromkeys(stale):
            con.execute("DELETE FROM ops.known_boards WHERE source = ? AND board = ?", [source, board])
        database.put(con, KnownBoards, put)


def respell(con: database.Connection, source: str, board: str, spelling: str) -> None:
    """Write a token in the capitals that its platform gives it, unless people entered it or it is known in both."""
    con.execute(
        """
        UPDATE ops.known_boards SET board = $spelling
        WHERE source = $source AND board = $board AND known_from <> $curated AND NOT EXISTS (
            SELECT 1 FROM ops.known_boards WHERE source = $source AND board = $spelling
        )
        """,
        {"source": source, "board": board, "spelling": spelling, "curated": CURATED},
    )


def _read_rows(con: database.Connection) -> list[KnownBoards]:
    rows = con.execute("SELECT source, board, known_from, known_on, is_test FROM ops.known_boards").fetchall()
    return [
        KnownBoards(source=source, board=board, known_from=known_from, known_on=known_on, is_test=is_test)
        for source, board, known_from, known_on, is_test in rows
    ]


def board_key(source: str, board: str) -> tuple[str, str]:
    """What two spellings of one board have in common: platforms take a token in any capitals."""
    return source, board.lower()


def forget_dead(con: database.Connection, *, min_missed: int) -> list[tuple[str, str]]:
    """Delete boards that were not found, or only redirected, on at least `min_missed` nights since they last answered.

    Except those taken from boards.csv. Returns source and token of each, sorted.
    """
    return sorted(
        con.execute(
            """
            DELETE FROM ops.known_boards WHERE (source, board) IN (
                SELECT (source, board) FROM core.board_states
                WHERE state IN ('dead', 'moved') AND n_missed >= ? AND known_from <> ?
            ) RETURNING source, board
            """,
            [min_missed, CURATED],
        ).fetchall()
    )


def read_states(con: database.Connection, sources: Sequence[str], as_of: date) -> dict[str, BoardStates]:
    """What is known of the boards of each source before the night of a day; a source without boards is left out.

    Later nights and draws, which a clock that was ahead left, do not count. Of all sources at once, since the view goes
    through all readings.
    """
    con.complete()
    read: pa.Table = con.sql(_STATES, params={"sources": list(sources), "as_of": as_of}).to_arrow_table()
    names = read["source"].to_numpy()
    return {source: _states_in(read.filter(names == source)) for source in dict.fromkeys(names.tolist())}


def _states_in(read: pa.Table) -> BoardStates:
    texts = ("board", "commonest_country", "drawn_on", "stratum")
    return BoardStates(
        **{name: read[name].to_pylist() for name in texts},
        **{name: read[name].to_numpy() for name in read.column_names if name not in ("source", *texts)},
    )


def sources_in(con: database.Connection) -> frozenset[str]:
    """The sources of which the store names boards that may be asked."""
    return frozenset(name for (name,) in con.execute(f"SELECT DISTINCT source {_FROM_ELIGIBLE}").fetchall())


def read_known(data_dir: Path) -> dict[str, list[str]]:
    """Boards of the store that may be asked, by source, sorted, for read-only callers.

    From the published file while a run holds the store, {} if neither can be read.
    """
    for path in (data_dir / database.WORK, data_dir / database.MARKET):
        if not path.exists():
            continue
        try:
            with duckdb.connect(str(path), read_only=True) as con:
                rows = con.execute(
                    f"SELECT source, list(board ORDER BY board) {_FROM_ELIGIBLE} GROUP BY source"
                ).fetchall()
        except duckdb.Error:  # open for writing elsewhere
            continue
        return dict(rows)
    return {}


def count_known(data_dir: Path) -> list[tuple[str, str, int, int, int, int, int]]:
    """Boards of the store by source and state: how many, in the panel, their adverts, AI adverts and adverts with pay.

    What their readings showed is told by the published file; without one all are new. Raises `FileNotFoundError` where
    there is no store yet, `duckdb.Error` where it cannot be read, as while a run has it open.
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
        return con.execute(_COUNTS.format(known=states)).fetchall()


def read_moved(data_dir: Path) -> list[tuple[str, str, str, str]]:
    """Boards that redirect to another board, by source and token, and that one's; as was published last."""
    market = data_dir / database.MARKET
    if not market.exists():
        return []
    with duckdb.connect(str(market), read_only=True) as con:
        return con.execute(_MOVED).fetchall()


def write_draw(con: database.Connection, rows: Sequence[PanelDraw]) -> None:
    """Write the draw of boards that were drawn, in place of an earlier one."""
    with database.transaction(con):
        database.put(con, PanelDraw, rows)


def record_nights(con: database.Connection, rows: Sequence[BoardNights]) -> None:
    """Note why boards are asked in a run."""
    with database.transaction(con):
        database.put(con, BoardNights, rows)


def record_outcomes(con: database.Connection, run_id: str, outcomes: Iterable[BoardOutcome]) -> None:
    """Note what came of the boards of a run, of those that were planned."""
    by_board = {(one.source, one.board): one for one in outcomes}
    rows = con.execute(
        "SELECT source, board, planned_on, why, chance FROM ops.board_nights WHERE run_id = ?", [run_id]
    ).fetchall()
    with database.transaction(con):
        database.put(
            con,
            BoardNights,
            [
                BoardNights(
                    run_id=run_id, source=source, board=board, planned_on=planned_on, why=why, chance=chance,
                    outcome=one.outcome,
                    moved_to_source=one.moved_to[0] if one.moved_to else None,
                    moved_to_board=one.moved_to[1] if one.moved_to else None,
                )
                for source, board, planned_on, why, chance in rows
                if (one := by_board.get((source, board)))
            ],
        )  # fmt: skip
