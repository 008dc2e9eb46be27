"""The plain version: how one would write it in an afternoon. Frozen, to compare with; nothing uses it.

BeautifulSoup with html.parser for the text, one lower-cased alternation of 400 fixed skill names, and rows
written one by one with `executemany`.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from bs4 import BeautifulSoup

SKILLS = (Path(__file__).parent / "plain_skills.txt").read_text(encoding="utf-8").split("\n")[:400]
PATTERN = re.compile(r"(?<!\w)(" + "|".join(re.escape(skill) for skill in SKILLS) + r")(?!\w)")

Row = tuple[str, str, str, str, str]


def rows_of(bodies: Iterable[bytes]) -> Iterator[Row]:
    """Id, title, place, text and the skills found, of each advert of Ashby answers."""
    for body in bodies:
        for job in json.loads(body)["jobs"]:
            text = BeautifulSoup(job.get("descriptionHtml") or "", "html.parser").get_text("\n")
            skills = sorted(set(PATTERN.findall(text.lower())))
            yield job["id"], job["title"], job["location"], text, ",".join(skills)


def load(rows: Iterable[Row], path: Path) -> None:
    """Write the rows into a new SQLite table."""
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE postings (id TEXT PRIMARY KEY, title TEXT, place TEXT, text TEXT, skills TEXT)")
        database.executemany("INSERT OR REPLACE INTO postings VALUES (?, ?, ?, ?, ?)", rows)
