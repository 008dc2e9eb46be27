"""Which figures say something else than on the day before that has any."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from reports.figures.declaration import WITHHELD
from warehouse.database import Connection

CHANGED = """
SELECT figure, n.title, p.value AS before, n.value AS after, p.as_of AS before_on,
    coalesce(n.rung <> p.rung, false) AND NOT list_has_any($2, [n.rung, p.rung]) AS is_other_rung
FROM mart.figures AS n JOIN mart.figures AS p USING (figure)
WHERE n.as_of = $1 AND p.as_of = (SELECT max(as_of) FROM mart.figures WHERE as_of < $1)
    AND n.value IS DISTINCT FROM p.value
ORDER BY figure
"""


class Change(NamedTuple):
    """A figure's values as printed, now and on the day `before_on`; None: withheld.

    Those of another rung are not to be compared with each other.
    """

    figure: str
    title: str
    before: str | None
    after: str | None
    before_on: date
    is_other_rung: bool


def find_changes(con: Connection, as_of: date) -> list[Change]:
    """The figures whose value on a day is not that of the day before it that has any, by id."""
    return [Change(*row) for row in con.execute(CHANGED, [as_of, [WITHHELD]]).fetchall()]
