"""The words that adverts write for each row of the taxonomy, and the share of them that spell that very thing.

A word spells a technology if it contains the row's name or is contained in it, unless it is the name of another row
that is no part of this one. Other words count only if a person listed them in `skill_spellings.csv`: as another `name`
or as a `part` of the thing.
"""

from __future__ import annotations

import csv
import functools
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.text import Text

from transforms.skills.extraction import skills_in
from transforms.text.lookups import taxonomy
from warehouse.publish.reader import open_reader

LISTED = Path(__file__).with_name("skill_spellings.csv")
SHORT = 2
"""A name of so few letters must be a word of its own: "C" in "ANSI C"."""
MIN_FINDS = 20
"""Technologies that are found less often are not judged by share."""
MIN_SHARE = 0.95
"""Least share of a technology's finds that must spell it."""

TEXTS = """
SELECT any_value(a.text ORDER BY p.posting_id) FROM core.postings AS p JOIN adverts AS a USING (posting_id)
WHERE p.text_state = 'full' GROUP BY p.job_id
"""


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row of the taxonomy with the words found for it, in lower case, the most frequent first."""

    skill: str
    is_technology: bool
    words: tuple[tuple[str, int], ...]

    @property
    def n(self) -> int:
        """How often the row was found."""
        return sum(n for _, n in self.words)

    @property
    def others(self) -> tuple[tuple[str, int], ...]:
        """The words that do not spell the row."""
        return tuple((word, n) for word, n in self.words if not is_spelling(self.skill, word))

    @property
    def share(self) -> float:
        """The share of finds that spell the row."""
        return 1 - sum(n for _, n in self.others) / self.n


def read_texts(data: Path, *, refined: Path | None = None) -> list[str]:
    """Return one full text of each job.

    `data` is the folder of the warehouse, `refined` that of the refined files if it is not in there. Raises
    `FileNotFoundError` if nothing was published yet.
    """
    with open_reader(data, with_texts=True, refined=refined) as con:
        return [text for (text,) in con.execute(TEXTS).fetchall()]


def find_words(texts: Iterable[str]) -> list[Row]:
    """Return the rows that today's code finds in texts: first those of the lowest share, of equal ones the frequent."""
    words: dict[str, Counter[str]] = defaultdict(Counter)
    for text in texts:
        for one in skills_in(text):
            words[one.skill][text[one.start : one.end].lower()] += 1
    kinds = {row.skill: row.kind for row in taxonomy()}
    rows = [
        Row(skill=skill, is_technology=kinds[skill] == "technology", words=tuple(counts.most_common()))
        for skill, counts in words.items()
    ]
    return sorted(rows, key=lambda row: (not row.is_technology, row.share, -row.n, row.skill))


def is_spelling(skill: str, word: str) -> bool:
    """Whether a word spells a technology."""
    name, letters = _fold(skill), _fold(word)
    if (skill, letters) in _listed() or (skill, letters.removesuffix("s")) in _listed():
        return True
    if letters != name and _parents().get(letters, skill) != skill:
        return False
    names = [_fold(part) for part in re.split(r"[^\w+#]+", word)]
    return name in names or (len(letters) > 1 and letters in name) or (len(name) > SHORT and name in letters)


def _fold(name: str) -> str:
    """Return the letters and digits of a name, in lower case, with "+" and "#" as letters."""
    return re.sub(r"[\W_]", "", name.casefold().replace("+", "p").replace("#", "sharp"))


@functools.cache
def _parents() -> dict[str, str | None]:
    return {_fold(row.skill): row.parent for row in taxonomy()}


@functools.cache
def _listed() -> frozenset[tuple[str, str]]:
    with LISTED.open(encoding="utf-8", newline="") as lines:
        return frozenset((row["skill"], _fold(row["word"])) for row in csv.DictReader(lines))


def show(rows: list[Row], limit: int, out: Console) -> None:
    """Print the share of technologies, then the words behind each row."""
    judged = [row for row in rows if row.is_technology and row.n >= MIN_FINDS]
    short = [row for row in judged if row.share < MIN_SHARE]
    finds = sum(row.n for row in judged)
    spelt = sum(row.n * row.share for row in judged)
    title = f"{len(judged)} technologies with {MIN_FINDS} finds: {spelt:,.0f} of {finds:,} finds spell their row"
    out.print(Text(f"{title}; {len(short)} rows below {MIN_SHARE:.0%}", "bold"))
    for row in rows:
        share = f"  {row.n:,} finds" + (f", {row.share:.1%} spell it" if row.is_technology else "")
        out.print(Text.assemble((row.skill, "bold yellow"), share))
        others = {word for word, _ in row.others} if row.is_technology else set()
        parts = [(f"{word} {n:,}  ", "red" if word in others else "") for word, n in row.words[:limit]]
        out.print(Text.assemble("    ", *parts))
