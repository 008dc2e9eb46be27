"""Read technologies by occupation from the table Technology Skills of the O*NET database, a zip of tab-separated text.

A technology is "hot" if adverts for all kinds of occupations often name it. It is "in demand" in an occupation if
adverts for that occupation often name it. Quotation marks are ordinary characters in these files.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from datetime import date

from extractors.reading.csv_tables import table_in, zip_member
from extractors.response import Response, each
from extractors.sources.declaration import declare
from extractors.web.paging import Web, ask_first
from transforms.records.rows import Issue, OccupationSkill
from transforms.text.rejects import Rejected

FILES = "https://www.onetcenter.org/dl_files/database/"
NAME = re.compile(r"db_(\d+)_(\d)_text")
TABLE = re.compile(r"(?:^|/)Technology Skills\.txt$")
MAX_TABLE = 64_000_000
"""Maximum size of the table after unpacking, in bytes: twenty times its size in 2025."""
FIRST_YEAR = 1995
"""Release N.0 comes out in August of the year 1995 + N. Releases N.1, N.2 and N.3 follow in November, February and
May."""
TRUTH = {"Y": True, "N": False}
COLUMNS = ("O*NET-SOC Code", "Example", "Commodity Code", "Commodity Title", "Hot Technology", "In Demand")
KNOWN = frozenset(COLUMNS)

SOURCE = declare(
    "onet",
    kind="statistics",
    endpoints=(FILES,),
    file_url=lambda name: FILES + name if NAME.fullmatch(name.removesuffix(".zip")) else None,
    row=OccupationSkill,
)


def url_of(release: str) -> str:
    """Return the address of a release such as "29.2"."""
    return f"{FILES}db_{release.replace('.', '_')}_text.zip"


def fetch(web: Web, *, boards: Sequence[str] = (), as_of: date) -> list[str]:
    """Request the release that should be out, or else the newest of the three releases before it."""
    quarters = 4 * (as_of.year - FIRST_YEAR) + (as_of.month - 8) // 3
    return ask_first(web, [url_of(f"{n // 4}.{n % 4}") for n in range(quarters, quarters - 4, -1)])


def parse(response: Response) -> Iterator[OccupationSkill | Issue]:
    """Yield every technology of every occupation, and an issue for each row that cannot be read."""
    rows = table_in(zip_member(response.body, TABLE, largest=MAX_TABLE), COLUMNS, delimiter="\t")
    match = NAME.search(response.url)
    if match is None:
        raise Rejected("response", response.url, "expected an address with the release in it (db_29_2_text)")
    yield from each(rows, functools.partial(_skill, release=f"{match[1]}.{match[2]}"), known=KNOWN)


def _skill(row: dict[str, str], *, release: str) -> OccupationSkill:
    if not re.fullmatch(r"\d{2}-\d{4}\.\d{2}", row["O*NET-SOC Code"]) or not row["Example"].strip():
        raise Rejected("occupation", str(row), "expected an O*NET-SOC code (15-2051.00) and a technology")
    return OccupationSkill(
        source=SOURCE.name,
        release=release,
        occupation=row["O*NET-SOC Code"],
        technology=row["Example"].strip(),
        commodity=row["Commodity Title"] or None,
        is_hot=TRUTH[row["Hot Technology"]],
        is_in_demand=TRUTH[row["In Demand"]],
    )
