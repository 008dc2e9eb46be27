"""The store of boards in the working file: which are known, the draw of the panel, and why boards were asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from warehouse import database
from warehouse.ops_tables import BoardNights, KnownBoards, PanelDraw

_STATES = """
SELECT
    source, s.board, s.country, coalesce($as_of - s.asked_on, 'infinity'::DOUBLE) AS nights_since,
    coalesce(s.asked_on - s.first_asked_on, 0)::DOUBLE AS watched, s.n_ai_paid_seen::DOUBLE AS seen,
    coalesce(s.n_adverts, 'nan'::DOUBLE)::DOUBLE AS jobs, s.n_missed AS misses, s.n_requests::DOUBLE AS requests,
    d.drawn_on, d.stratum, coalesce(d.number, 'nan'::DOUBLE) AS number, coalesce(d.chance, 'nan'::DOUBLE) AS chance
FROM core.board_states AS s
JOIN ops.known_boards AS k USING (source, board)
LEFT JOIN ops.panel_draw AS d USING (source, board)
WHERE list_contains($sources, source) AND NOT k.is_test
ORDER BY source, board
"""


@dataclass(frozen=True, kw_only=True)
class BoardStates:
    """The boards of a source that may be asked, in the order of their tokens; all lists and arrays are by board.

    `nights_since` is infinite where a board was never asked, `jobs` NaN where it never answered; `number` and `chance`
    are NaN where no draw of the panel has seen it. The rest is as in core.board_states.
    """

    board: list[str]
    country: list[str | None]
    drawn_on: list[date | None]
    stratum: list[str | None]
    nights_since: NDArray[np.float64]
    watched: NDArray[np.float64]
    seen: NDArray[np.float64]
    jobs: NDArray[np.float64]
    misses: NDArray[np.int64]
    requests: NDArray[np.float64]
    number: NDArray[np.float64]
    chance: NDArray[np.float64]


def add_known(con: database.Connection, boards: Iterable[KnownBoards]) -> list[KnownBoards]:
    """Take boards in and return those that are new. One that is known stays as it is, also in other capitals."""
    found = con.execute("SELECT source, board FROM ops.known_boards").fetchall()
    seen = {(source, board.lower()) for source, board in found}
    new = []
    for one in boards:
        if (key := (one.source, one.board.lower())) not in seen:
            seen.add(key)
            new.append(one)
    with database.transaction(con):
        database.put(con, KnownBoards, new)
    return new


def forget_dead(con: database.Connection, *, named_by: str, min_missed: int) -> list[tuple[str, str]]:
    """Forget boards that were not found or only redirected on so many nights in a row; returns them.

    Those that `named_by` names stay.
    """
    return sorted(
        con.execute(
            """
            DELETE FROM ops.known_boards WHERE (source, board) IN (
                SELECT (source, board) FROM core.board_states
                WHERE state IN ('dead', 'moved') AND n_missed >= ? AND known_from <> ?
            ) RETURNING source, board
            """,
            [min_missed, named_by],
        ).fetchall()
    )


def read_states(con: database.Connection, sources: Sequence[str], as_of: date) -> dict[str, BoardStates]:
    """What is known of the boards of each source before the night of a day; a source without boards is left out.

    Of all sources at once, since the view goes through all readings.
    """
    con.complete()
    read: pa.Table = con.sql(_STATES, params={"sources": list(sources), "as_of": as_of}).to_arrow_table()
    names = read["source"].to_numpy()
    return {source: _states_in(read.filter(names == source)) for source in dict.fromkeys(names.tolist())}


def _states_in(read: pa.Table) -> BoardStates:
    texts = ("board", "country", "drawn_on", "stratum")
    return BoardStates(
        **{name: read[name].to_pylist() for name in texts},
        **{name: read[name].to_numpy() for name in read.column_names if name not in ("source", *texts)},
    )


def write_draw(con: database.Connection, rows: Sequence[PanelDraw]) -> None:
    """Write the draw of boards that were drawn, in place of an earlier one."""
    with database.transaction(con):
        database.put(con, PanelDraw, rows)


def record_nights(con: database.Connection, rows: Sequence[BoardNights]) -> None:
    """Note why boards are asked in a run."""
    with database.transaction(con):
        database.put(con, BoardNights, rows)
