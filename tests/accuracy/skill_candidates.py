"""Candidates for the taxonomy, as `core.skill_candidates` counts them, for a person to accept into skills.csv."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from tests.accuracy.emerging_terms import cut_line, write_row
from transforms.text.lookups import taxonomy
from warehouse.publish.reader import open_reader

MIN_EMPLOYERS = 2
"""A name that one employer alone writes may be its own product, or a slip."""
EXAMPLES = 2

COUNTED = """
SELECT name, n_jobs, n_employers, beside, examples[:$n_examples] FROM core.skill_candidates
WHERE n_employers >= $least ORDER BY n_employers DESC, n_jobs DESC, name
"""
TEXTS = "SELECT posting_id, text FROM adverts WHERE list_contains($ids, posting_id)"


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A name with the jobs and employers that write it, and the row of skills.csv that would take it in."""

    name: str
    n: int
    n_employers: int
    beside: tuple[str, ...]
    """The known technologies that stand beside it most often."""
    examples: tuple[tuple[str, str], ...]
    """Posting ids with the words around the name."""
    csv_line: str


def read_candidates(data: Path, limit: int, *, refined: Path | None = None) -> tuple[list[Candidate], int]:
    """The candidates of most employers, at most `limit`, and how many there are.

    Raises `FileNotFoundError` when nothing was published yet.

    `data` is the folder of the warehouse, `refined` that of the refined files where it is not in there.
    """
    with open_reader(data, with_texts=True, refined=refined) as con:
        rows = con.execute(COUNTED, {"least": MIN_EMPLOYERS, "n_examples": EXAMPLES}).fetchall()
        ids = sorted({posting for *_, examples in rows[:limit] for posting in examples})
        texts = dict(con.execute(TEXTS, {"ids": ids}).fetchall())
    category_of = {row.skill: row.category for row in taxonomy()}
    candidates = []
    for name, n, n_employers, beside, examples in rows[:limit]:
        categories = Counter(category_of.get(skill, "") for skill in beside)  # rows may have other names since
        category = categories.most_common(1)[0][0]
        candidates.append(
            Candidate(
                name=name,
                n=n,
                n_employers=n_employers,
                beside=tuple(beside),
                examples=tuple((posting, cut_line(texts.get(posting) or "", name)) for posting in examples),
                csv_line=write_row(name, category, examples[0], kind="technology"),
            )
        )
    return candidates, len(rows)


def show_candidates(candidates: Sequence[Candidate], n_found: int, out: Console) -> None:
    """Print candidates with counts, neighbours and examples, each with the row to accept."""
    note = f", {len(candidates)} shown" if n_found > len(candidates) else ""
    title = f"\nNames in lists beside known technologies: {n_found} found{note}"
    out.print(Text(title, "bold"))
    for one in candidates:
        counts = f"  {one.n} jobs of {one.n_employers} employers, beside {', '.join(one.beside)}"
        out.print(Text.assemble((one.name, "bold yellow"), counts))
        for posting, words in one.examples:
            out.print(Padding(Text.assemble(words, "  ", (posting, "dim")), (0, 0, 0, 4)))
        out.print(Text(f"    {one.csv_line}", "green"), soft_wrap=True)
