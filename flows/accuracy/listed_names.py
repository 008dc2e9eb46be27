"""Candidates for the taxonomy: names without a row that stand in lists beside names of technologies that have one.

Who writes "Kafka, Frobnicator and Flink" says that the second is of a kind with the others. A name counts when it
stands in one enumeration with known technologies: between two of them, or beside one where the list has two or more.
It is written as a name is: with a capital or a digit in each of its words. Names are counted by jobs and employers,
over all adverts at hand, so that the table grows with every night; a person accepts them into skills.csv.
"""

from __future__ import annotations

import functools
import itertools
import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from flows.accuracy.emerging_terms import Advert, cut_line, is_covered, words_of, write_row
from transforms.skills.lexicon import lexicon
from transforms.skills.sections import Line, lines_of
from transforms.text.lookups import taxonomy

MIN_EMPLOYERS = 2
"""A name that one employer alone writes may be its own product, or a slip."""
MIN_KNOWN = 2
"""Known technologies that a list must hold."""
MAX_WORDS = 3
"""Words of a name: those of the taxonomy's technologies have at most so many, but for a few."""
EXAMPLES = 2

_SEPARATOR = re.compile(
    r"\s*[,;/()\[\]、，／]\s*|\s+(?:and|or|und|oder|et|ou|y|o|e|i|en|of|lub|with|&|\+)\s+|[とや和与或와과]"
)
_NAME_WORD = re.compile(r"(?:[A-Z][\w+#.-]*|[a-z]+[A-Z0-9][\w+#.-]*|\d+[A-Za-z][\w+#.-]*)\Z")
_LIST_END = re.compile(r"[.!?…](?=\s|$)|[|•·:。]|\.\.+")


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


def find_candidates(adverts: Iterable[Advert]) -> list[Candidate]:
    """Names in lists beside known technologies, those of most employers first."""
    users: dict[str, list[Advert]] = defaultdict(list)
    written: dict[str, Counter[str]] = defaultdict(Counter)
    beside: dict[str, Counter[str]] = defaultdict(Counter)
    for advert in adverts:
        for folded in _note_names(advert, written, beside):
            users[folded].append(advert)
    kept = [name for name, jobs in users.items() if len({job.employer for job in jobs}) >= MIN_EMPLOYERS]
    uncovered = [name for name in kept if not is_covered(name)]
    found = [_candidate(name, users[name], written[name], beside[name]) for name in uncovered]
    return sorted(found, key=lambda one: (-one.n_employers, -one.n, one.name))


def _note_names(advert: Advert, written: dict[str, Counter[str]], beside: dict[str, Counter[str]]) -> set[str]:
    """Count the names of an advert's lists as they are written and by their neighbours; the names, folded."""
    names = set()
    for _, _, line in lines_of(advert.text):
        for name, neighbours in line.once(_names_beside):
            folded = name.casefold()
            names.add(folded)
            written[folded][name] += 1
            beside[folded].update(neighbours)
    return names


def _names_beside(line: Line) -> list[tuple[str, tuple[str, ...]]]:
    """The unknown names of a line that stand in a list with known technologies, each with those beside it."""
    known = list(_find_technologies(line))
    if len(known) < MIN_KNOWN:
        return []
    starts = [at for at, _, _ in known]
    firsts = [at for at, _, _ in line.names]
    reach = list(itertools.accumulate((to for _, to, _ in line.names), max))
    found = []
    for items in _split_lists(line.text):
        held = [_name_in(start, end, starts, known) for start, end in items]
        if sum(name is not None for name in held) < MIN_KNOWN:
            continue
        for nth, (start, end) in enumerate(items):
            left = held[nth - 1] if nth else None
            right = held[nth + 1] if nth + 1 < len(items) else None
            before = bisect_left(firsts, end)
            is_touched = before > 0 and reach[before - 1] > start  # a name of any kind reaches into the item
            if held[nth] is None and (left or right) and not is_touched:
                name = _unknown_name(line.text[start:end], is_after=left is not None, is_before=right is not None)
                if name:
                    found.append((name, tuple(one for one in (left, right) if one)))
    return found


def _find_technologies(line: Line) -> Iterator[tuple[int, int, str]]:
    """Start, end and row of the technologies a line names that are not ambiguous."""
    names, meanings = taxonomy(), lexicon().meanings
    for start, end, number in line.names:
        meaning = meanings[number]
        skill = names[meaning.skills[0]]
        if skill.kind == "technology" and meaning.phrase is None and meaning.context is None:
            yield start, end, skill.skill


def _split_lists(text: str) -> Iterator[list[tuple[int, int]]]:
    """Start and end of the items of each list, as separators part them."""
    begin = 0
    for stop in (*(found.end() for found in _LIST_END.finditer(text)), len(text)):
        items, at = [], begin
        for mark in _SEPARATOR.finditer(text, begin, stop):
            items.append((at, mark.start()))
            at = mark.end()
        items.append((at, stop))
        yield [(start, end) for start, end in items if text[start:end].strip(" .-*")]
        begin = stop


def _name_in(start: int, end: int, starts: Sequence[int], known: Sequence[tuple[int, int, str]]) -> str | None:
    """The first known technology within an item."""
    nth = bisect_left(starts, start)
    return known[nth][2] if nth < len(known) and known[nth][1] <= end else None


def _unknown_name(item: str, *, is_after: bool, is_before: bool) -> str | None:
    """The name in an item of a list: its first words where the list goes before it, else its last ones."""
    words = item.strip(" .-*").split()
    if is_after and is_before:
        run = words if all(map(_NAME_WORD.match, words)) else []
    else:
        ordered = words if is_after else words[::-1]
        size = next((n for n, word in enumerate(ordered) if not _NAME_WORD.match(word)), len(ordered))
        run = ordered[:size] if is_after else ordered[:size][::-1]
        is_followed = is_after and size < len(words) and words[size] not in words_of("stop")
        if is_followed or (is_before and size == len(words) and words[0].istitle()):
            run = []  # the first word of a sentence has a capital whatever it is
    name = " ".join(run).strip(".")
    ordinary = words_of("stop", "plain", "company", "venue")
    if not 0 < len(run) <= MAX_WORDS or len(name) < 2 or any(word.casefold() in ordinary for word in run):
        return None
    return name


def _candidate(folded: str, jobs: Sequence[Advert], written: Counter[str], beside: Counter[str]) -> Candidate:
    name = written.most_common(1)[0][0]
    ordered = sorted(jobs, key=lambda job: (job.day, job.posting_id), reverse=True)
    by_employer = {job.employer: job for job in reversed(ordered)}
    examples = tuple((job.posting_id, cut_line(job.text, folded)) for job in list(by_employer.values())[:EXAMPLES])
    neighbours = tuple(skill for skill, _ in beside.most_common(3))
    category = Counter({_categories()[skill]: n for skill, n in beside.items()}).most_common(1)[0][0]
    return Candidate(
        name=name,
        n=len({job.posting_id for job in jobs}),
        n_employers=len(by_employer),
        beside=neighbours,
        examples=examples,
        csv_line=write_row(name, category, ordered[0].posting_id, kind="technology"),
    )


@functools.cache
def _categories() -> dict[str, str]:
    return {row.skill: row.category for row in taxonomy()}


def show_candidates(candidates: Sequence[Candidate], limit: int, out: Console) -> None:
    """Print candidates with counts, neighbours and examples, each with the row to accept."""
    shown = f", {limit} shown" if len(candidates) > limit else ""
    title = f"\nNames in lists beside known technologies: {len(candidates)} found{shown}"
    out.print(Text(title, "bold"))
    for one in candidates[:limit]:
        counts = f"  {one.n} jobs of {one.n_employers} employers, beside {', '.join(one.beside)}"
        out.print(Text.assemble((one.name, "bold yellow"), counts))
        for posting, words in one.examples:
            out.print(Padding(Text.assemble(words, "  ", (posting, "dim")), (0, 0, 0, 4)))
        out.print(Text(f"    {one.csv_line}", "green"), soft_wrap=True)
