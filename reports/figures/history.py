"""What was published of each figure, vintage by vintage, and what a person decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from reports.figures import query
from reports.figures.query import Connection

_VINTAGES = """
WITH said AS (
    SELECT figure, list, vintage, arg_min(value, valid_from) AS value, arg_min(n_jobs, valid_from) AS n_jobs
    FROM mart.figures_history WHERE list IS NOT NULL GROUP BY ALL
), lists AS (
    SELECT DISTINCT figure, list FROM said
)
SELECT false AS is_of_list, true AS is_reviewed, * EXCLUDE (method, content) FROM ops.figure_vintages
UNION ALL BY NAME
SELECT true AS is_of_list, l.figure, s.value, s.n_jobs, v.* EXCLUDE (list, n_jobs, n_cells, n_printed, method)
FROM lists AS l JOIN ops.vintages AS v USING (list)
LEFT JOIN said AS s ON (s.figure, s.list, s.vintage) = (l.figure, l.list, v.number)
WHERE v.state <> 'published' OR s.figure IS NOT NULL
ORDER BY figure, is_of_list, offered_on, number
"""


@dataclass(frozen=True, kw_only=True)
class FigureVintage:
    """A vintage of the list that a figure is read from, with what the figure said: `value` is None where withheld.

    `as_of` is the day of its cells; the other fields are those of `ops_tables.Vintages`. Before lists were accepted
    as a whole, a figure had vintages of its own.
    """

    number: int
    as_of: date
    state: str
    offered_on: date
    decided_on: date | None
    why: str
    reason: str | None
    is_correction: bool
    is_reviewed: bool
    value: str | None
    n_jobs: int | None


def read_history(con: Connection) -> dict[str, list[FigureVintage]]:
    """The vintages of each figure, the oldest first."""
    history: dict[str, list[FigureVintage]] = {}
    for row in query.read(con, _VINTAGES):
        del row["is_of_list"]
        history.setdefault(row.pop("figure"), []).append(FigureVintage(**row))
    return history
