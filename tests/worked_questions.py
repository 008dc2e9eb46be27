"""docs/analyst.md: questions with their SQL, and the answers of the bundled sample put under each.

A question is a block of SQL with a place for its answer under it (`ANSWERED`). `make answers` runs the sample and
writes the answers and the sample's row counts again; a test sees to it that they are those of the sample of today.

    python -m tests.worked_questions FOLDER     # the data folder of a run of the sample
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.dictionary import SAMPLE_ROWS, count_rows
from warehouse.publish.reader import open_reader

if TYPE_CHECKING:
    from warehouse.database import Connection

PAGE = Path(__file__).parents[1] / "docs" / "analyst.md"
ANSWERED = re.compile(r"(```sql\n(?P<query>.*?)```\n\n<!-- answer -->\n)(?P<answer>.*?)(<!-- /answer -->)", re.DOTALL)
"""A query and its answer, from mark to mark."""


def queries(page: str) -> list[str]:
    """The queries of a page that have an answer, in order."""
    return [match["query"] for match in ANSWERED.finditer(page)]


def fill_answers(page: str, con: Connection) -> str:
    """The page with the answer of this database under each query, as a Markdown table."""
    return ANSWERED.sub(lambda match: match[1] + "".join(_answer(con, match["query"])) + match[4], page)


def _answer(con: Connection, query: str) -> Iterator[str]:
    result = con.execute(query)
    rows = result.fetchall()
    names = [column[0] for column in result.description or ()]
    kinds = [{type(row[n]) for row in rows} - {type(None)} for n in range(len(names))]
    sides = ("--:" if kind and kind <= {int, float, Decimal} else "---" for kind in kinds)
    yield f"| {' | '.join(names)} |\n|{'|'.join(sides)}|\n"
    for row in rows:
        yield f"| {' | '.join(map(_cell, row))} |\n"


def _cell(value: object) -> str:
    """A value as it stands in a table: nothing for NULL, numbers in groups of three."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float | Decimal):
        return f"{value:,.3f}".rstrip("0").rstrip(".")
    if isinstance(value, list | tuple):
        return ", ".join(map(_cell, value))
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_cell(member)}" for key, member in value.items())
    return str(value).replace("|", "\\|").replace("\n", " ")


def write_sample_rows(rows: Mapping[str, int]) -> None:
    """Keep the row counts of the sample. Those of `ops` are left out: they tell of a run and not of the sample."""
    with SAMPLE_ROWS.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(("table", "n_rows"))
        out.writerows((name, n) for name, n in rows.items() if not name.startswith("ops."))


def main(folder: Path) -> None:
    """Write the page and the sample's row counts again from the published sample in a data folder."""
    with open_reader(folder) as con:
        PAGE.write_text(fill_answers(PAGE.read_text(encoding="utf-8"), con), encoding="utf-8")
        write_sample_rows(count_rows(con))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
