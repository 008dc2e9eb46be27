"""Words that rise in AI adverts and that no row of the taxonomy covers, for a person to accept into skills.csv.

A term is one to four words between stop words, marks, words of every advert and names the taxonomy knows (as in Rose
et al. 2010, RAKE), in a line that asks for something: of requirements, duties and wishes, but not for a degree.

Two groups of adverts are compared: where the data holds more than one crawl, AI adverts of the later half of its days
against those of the earlier; else AI adverts against others of engineering and data. A term must rise against adverts
of all other fields, too, else it is the English of adverts ("diverse audiences"). The measure is the z-score of the
log-odds ratio with an informative Dirichlet prior (Monroe, Colaresi and Quinn 2008, "Fightin' Words", Political
Analysis 16:372-403, equations 16 to 22) over employers that use a term: the jobs of one employer share their
boilerplate and are no independent witnesses. Thousands of terms are tested, so it ranks them and proves none.
"""

from __future__ import annotations

import csv
import io
import math
import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from flows.accuracy.posting_report import sections_of
from transforms.records.vocabulary import AI_GROUPS, SKILL_CATEGORIES, TECHNICAL_GROUPS
from transforms.skills.extraction import skills_in
from transforms.skills.listed_names import is_covered, words_of
from transforms.skills.sections import OF_ROLE, WHOLE, Line, lines_of
from transforms.text.lookups import path_of, taxonomy
from warehouse.publish.reader import open_reader

AI_LISTS = ("ai", "AI")
"""Lists of `skills.sections.LISTS` that hold words of AI, which say what a job is about and are no skills."""
LANGUAGE = "en"
"""The words of `emerging_words.csv` are of this language."""
MAX_TERM = 4
MIN_JOBS, MIN_EMPLOYERS = 4, 4
"""A term that fewer use is one employer's own, or chance."""
MIN_Z = 1.645
"""One-sided 95 % of the normal distribution: only what rises is asked for."""
PER_EMPLOYER = 5
"""Jobs of an employer that are read in a group."""
MAX_GROUP = 6000
"""Jobs of a group that are read, drawn by the hash of their ids."""
MIN_HALF = 100
"""AI jobs that each half of the time must hold for the halves to be compared."""
HALF = 0.5
SAME_TERM = 0.7
"""A term is part of a longer one when the longer stands in so large a share of its jobs."""
CAPITALISED = 0.7
"""A single word is a name when so large a share of its uses inside a line begins with a capital or holds a digit."""
LONG_LINE = 4
"""Words from which on a line is a sentence: its first word is the verb of a duty."""
EXAMPLES = 2
NAMES, PHRASES = "Names of tools, products and methods", "Phrases"

_WORD = re.compile(r"[^\W_](?:[\w+#.&’'/-]*[\w+#])?")
_MARK = re.compile(r"[,;:()\[\]{}|•·!?\"“”–—]|\.(?=\s|$)|\s[-/&+]\s|^\s*[-*]\s")


@dataclass(frozen=True, kw_only=True)
class Advert:
    """One job's text, with what decides which group it is in. `day` is posted_on, else first sight."""

    posting_id: str
    employer: str
    is_ai: bool
    is_technical: bool
    day: date
    crawled_on: date
    text: str


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Two groups of adverts and what they are called."""

    label: str
    base_label: str
    group: tuple[Advert, ...]
    base: tuple[Advert, ...]
    others: tuple[Advert, ...]
    """Adverts of other fields, against which a term must rise as well."""


@dataclass(frozen=True, kw_only=True)
class Term:
    """A term with its counts: `n` jobs of the group, `n_base` of those it is compared with, and its measure `z`."""

    words: str
    is_name: bool
    z: float
    n: int
    n_base: int
    n_employers: int
    examples: tuple[tuple[str, str], ...]
    """Posting ids with the words around the term."""
    csv_line: str


ADVERTS = f"""
SELECT any_value(p.posting_id ORDER BY p.posting_id) AS posting_id,
    any_value(counted_employer(p.employer_id, p.source, p.board, p.posting_id) ORDER BY p.posting_id),
    bool_or(p.role_group IN {AI_GROUPS} OR p.ai_label = 'builds_ai'),
    bool_or(p.role_group IN {TECHNICAL_GROUPS}),
    min(coalesce(p.posted_on, p.first_seen_at::DATE)), min(p.first_seen_at::DATE),
    any_value(a.text ORDER BY p.posting_id)
FROM core.postings AS p JOIN adverts AS a USING (posting_id)
WHERE p.text_state = 'full' AND p.language = '{LANGUAGE}'
GROUP BY p.job_id
"""


def read_adverts(data: Path, *, refined: Path | None = None) -> list[Advert]:
    """The full texts of all jobs in English.

    Raises `FileNotFoundError` when nothing was published yet.

    `data` is the folder of the warehouse, `refined` that of the refined files where it is not in there.
    """
    with open_reader(data, with_texts=True, refined=refined) as con:
        rows = con.execute(ADVERTS).fetchall()
    names = ("posting_id", "employer", "is_ai", "is_technical", "day", "crawled_on", "text")
    return [Advert(**dict(zip(names, row, strict=True))) for row in rows]


def compare_adverts(adverts: Sequence[Advert]) -> Comparison:
    """Later and earlier AI adverts where the data speaks of a time, else AI adverts and others of engineering."""
    ai = [advert for advert in adverts if advert.is_ai]
    fields = _limit_employers(advert for advert in adverts if not advert.is_ai and not advert.is_technical)
    crawls = Counter(advert.crawled_on for advert in ai)
    if sum(n >= MIN_HALF for n in crawls.values()) > 1:
        days = sorted(advert.day for advert in ai)
        middle = days[len(days) // 2]
        late, early = [a for a in ai if a.day >= middle], [a for a in ai if a.day < middle]
        if min(len(late), len(early)) >= MIN_HALF:
            return Comparison(
                label=f"AI adverts from {middle} on",
                base_label=f"AI adverts before {middle}",
                group=_limit_employers(late),
                base=_limit_employers(early),
                others=fields,
            )
    others = [advert for advert in adverts if not advert.is_ai and advert.is_technical]
    label = "other adverts of engineering and data"
    return Comparison(
        label="AI adverts", base_label=label, group=_limit_employers(ai), base=_limit_employers(others), others=fields
    )


def _limit_employers(adverts: Iterable[Advert]) -> tuple[Advert, ...]:
    """At most `PER_EMPLOYER` adverts of each employer and `MAX_GROUP` in all, the same ones on every machine."""
    by_employer: dict[str, int] = Counter()
    sample = []
    for advert in sorted(adverts, key=lambda a: blake2b(a.posting_id.encode(), digest_size=8).digest()):
        if by_employer[advert.employer] < PER_EMPLOYER:
            by_employer[advert.employer] += 1
            sample.append(advert)
    return tuple(sample[:MAX_GROUP])


def find_emerging(pair: Comparison) -> list[Term]:
    """The terms that more employers of the group use than of the base and of other fields, the surest first."""
    users: dict[str, set[int]] = defaultdict(set)
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    for number, advert in enumerate(pair.group):
        for term, form in _terms(advert.text):
            users[term].add(number)
            forms[term][form] += 1
    never = words_of("venue", "company", "phrase")
    candidates = {
        term: jobs
        for term, jobs in users.items()
        if len(jobs) >= MIN_JOBS
        and len({pair.group[number].employer for number in jobs}) >= MIN_EMPLOYERS
        and (" " in term or _is_name(forms[term]))
        and term not in never
    }
    mine = {term: {pair.group[number].employer for number in jobs} for term, jobs in candidates.items()}
    base, theirs = _count_users(pair.base, candidates)
    _, elsewhere = _count_users(pair.others, candidates)
    size, *sizes = (len({advert.employer for advert in group}) for group in (pair.group, pair.base, pair.others))
    scores = {
        term: min(
            z_score(len(mine[term]), size, len(employers[term]), n)
            for employers, n in zip((theirs, elsewhere), sizes, strict=True)
            if n
        )
        for term in candidates
        if any(sizes)
    }
    rising = sorted((term for term in scores if scores[term] >= MIN_Z), key=lambda term: (-scores[term], term))
    terms = _without_parts([term for term in rising if not is_covered(term)], candidates)
    return [_term(term, scores[term], candidates[term], base[term], forms[term], pair) for term in terms]


def _count_users(adverts: Sequence[Advert], terms: Container[str]) -> tuple[Counter[str], dict[str, set[str]]]:
    """How many adverts use each of the terms, and which employers do."""
    jobs: Counter[str] = Counter()
    employers: dict[str, set[str]] = defaultdict(set)
    for advert in adverts:
        for term in {term for term, _ in _terms(advert.text) if term in terms}:
            jobs[term] += 1
            employers[term].add(advert.employer)
    return jobs, employers


def z_score(n_with: int, n: int, n_base_with: int, n_base: int) -> float:
    """How surely a term is more frequent among `n` employers than among `n_base`: Monroe et al. 2008, eq. 16 to 22.

    The prior is the term's share of both groups together and counts for as many as the smaller group. Half a one is
    added to each count, so that what all or none use has odds too (Haldane 1956).

    >>> round(z_score(40, 400, 10, 400), 1), round(z_score(20, 400, 20, 400), 1)
    (3.1, 0.0)
    """
    weight = min(n, n_base)
    prior = weight * (n_with + n_base_with) / (n + n_base) + HALF
    odds = (n_with + prior) / (n + weight + 2 * HALF - n_with - prior)
    base_odds = (n_base_with + prior) / (n_base + weight + 2 * HALF - n_base_with - prior)
    return math.log(odds / base_odds) / math.sqrt(1 / (n_with + prior) + 1 / (n_base_with + prior))


# --- terms of a text ----------------------------------------------------------------------------------


def _terms(text: str) -> Iterator[tuple[str, str]]:
    """Every term of a text as often as it stands there: folded, and as written ("" at the beginning of a line)."""
    ends = words_of("stop", "plain")
    for piece, opens in _pieces(text):
        term: list[str] = []
        is_first = opens
        for match in (*_WORD.finditer(piece), None):
            word = match[0].casefold().strip(".'’-/&") if match else ""
            if match and word not in ends and any(map(str.isalpha, word)):
                term.append(match[0].strip(".'’-/&"))
                continue
            if 0 < len(term) <= MAX_TERM:
                yield " ".join(term).casefold(), "" if is_first else " ".join(term)
            term, is_first = [], False


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """What stands between marks and known words in the lines that ask for something; whether it opens its line."""
    starts, kinds = sections_of(text)
    lines = {begin: line for begin, _, line in lines_of(text)}
    begin = 0
    for wording in text.split("\n"):
        line = lines.get(begin)
        is_asking = kinds[bisect_right(starts, begin)] in (*OF_ROLE, WHOLE)
        if is_asking and not (line and line.words.get("degree")):
            cut = wording
            if line is not None:
                for start, end in _find_known_spans(line):
                    cut = cut[:start] + "|" * (end - start) + cut[end:]
            pieces = [piece for piece in _MARK.split(cut) if piece and piece.strip()]
            for number, piece in enumerate(pieces):
                is_sentence = not number and len(wording.split()) > LONG_LINE
                yield piece.strip().partition(" ")[2] if is_sentence else piece, not number
        begin += len(wording) + 1


def _find_known_spans(line: Line) -> Iterator[tuple[int, int]]:
    """Where a line holds names of the taxonomy and words of AI, each to the ends of its word ("AI-powered")."""
    words = [word.span() for word in _WORD.finditer(line.text)]
    firsts = [start for start, _ in words]
    for start, end in [span[:2] for span in line.names] + [
        span for name in AI_LISTS for span in line.words.get(name, ())
    ]:
        overlap = words[max(0, bisect_right(firsts, start) - 1) : bisect_right(firsts, end - 1)]
        if overlap and (overlap[0][0] == start or not line.text[start - 1].isalnum()):
            yield overlap[0][0], max(end, overlap[-1][1])


def _is_name(forms: Counter[str]) -> bool:
    """Whether a single word is written as a name: with a capital or a digit where the line does not begin with it."""
    inside = {form: n for form, n in forms.items() if form}
    as_name = sum(n for form, n in inside.items() if form != form.lower() or any(map(str.isdigit, form)))
    return as_name > 0 and as_name >= CAPITALISED * sum(inside.values())


def _without_parts(terms: Sequence[str], users: dict[str, set[int]]) -> list[str]:
    """The terms without those that mostly stand within a longer one, or that say no more than a shorter one."""
    picks: list[str] = []
    for term in terms:
        is_same = False
        for other in picks:
            overlap = len(users[term] & users[other])
            if f" {other} " in f" {term} " or (f" {term} " in f" {other} " and overlap >= SAME_TERM * len(users[term])):
                is_same = True
                break
        if not is_same:
            longer = [t for t in terms if f" {term} " in f" {t} " and t != term]
            whole = [t for t in longer if len(users[t]) >= SAME_TERM * len(users[term])]
            pick = max(whole, key=lambda t: len(t.split()), default=term)
            if pick not in picks:
                picks.append(pick)
    return picks


# --- for a person to accept -----------------------------------------------------------------------------


def _term(term: str, z: float, jobs: set[int], n_base: int, forms: Counter[str], pair: Comparison) -> Term:
    adverts = sorted((pair.group[number] for number in jobs), key=lambda a: (a.day, a.posting_id), reverse=True)
    by_employer = {advert.employer: advert for advert in reversed(adverts)}
    examples = tuple((a.posting_id, cut_line(a.text, term)) for a in list(by_employer.values())[:EXAMPLES])
    commonest = Counter({words: n for words, n in forms.items() if words}).most_common(1)
    name = commonest[0][0] if commonest else term
    return Term(
        words=name,
        is_name=_is_name(forms),
        z=z,
        n=len(jobs),
        n_base=n_base,
        n_employers=len(by_employer),
        examples=examples,
        csv_line=_csv_line(name, term, adverts, examples[0][0], kind="technology" if _is_name(forms) else "concept"),
    )


def cut_line(text: str, term: str) -> str:
    """The line the term stands in, cut to some words to either side."""
    pattern = r"\W+".join(map(re.escape, term.split()))
    match = re.search(rf"(?<!\w){pattern}(?!\w)", text, re.IGNORECASE)
    if match is None:
        return ""
    begin = max(text.rfind("\n", 0, match.start()) + 1, match.start() - 60)
    stop = text.find("\n", match.end())
    return " ".join(text[begin : min(len(text) if stop < 0 else stop, match.end() + 60)].split())


def _csv_line(name: str, term: str, adverts: Sequence[Advert], evidence: str, *, kind: str) -> str:
    """A row for skills.csv. The category is the commonest of the skills on the term's lines, else in its adverts."""
    category_of = {row.skill: row.category for row in taxonomy()}
    texts = (cut_line(advert.text, term) for advert in adverts)
    beside = Counter(category_of[one.skill] for text in texts for one in skills_in(text))
    if not beside:
        beside = Counter(category_of[one.skill] for advert in adverts for one in skills_in(advert.text))
    return write_row(name, beside.most_common(1)[0][0] if beside else SKILL_CATEGORIES[0], evidence, kind=kind)


def write_row(name: str, category: str, evidence: str, *, kind: str) -> str:
    """A row for skills.csv; a name that is written small gets capitals."""
    is_written_small = name == name.lower()
    row = {
        "skill": " ".join(word[:1].upper() + word[1:] for word in name.split()) if is_written_small else name,
        "category": category,
        "kind": kind,
        "case_rule": "exact" if " " not in name and len(name) <= MAX_TERM else "any",
        "evidence": evidence,
    }
    with path_of("skills").open(encoding="utf-8", newline="") as file:
        columns = next(csv.reader(file))
    line = io.StringIO()
    csv.DictWriter(line, columns, restval="", lineterminator="", extrasaction="ignore").writerow(row)
    return line.getvalue()


def show(pair: Comparison, terms: Sequence[Term], limit: int, out: Console) -> None:
    """Print names and phrases with counts, measure and examples, each with the row to accept."""
    out.print(
        f"{pair.label} ({len(pair.group):,} jobs) against {pair.base_label} ({len(pair.base):,} jobs), at most "
        f"{PER_EMPLOYER} of each employer. z: log-odds of employers with a Dirichlet prior (Monroe et al. 2008). The "
        "last line of each is a row for lookups/skills/skills.csv; look at its name, category and kind before you "
        "accept it.",
        highlight=False,
    )
    for title, is_name in ((NAMES, True), (PHRASES, False)):
        of_kind = [term for term in terms if term.is_name is is_name]
        note = f", {limit} shown" if len(of_kind) > limit else ""
        out.print(Text(f"\n{title}: {len(of_kind)} found{note}", "bold"))
        for term in of_kind[:limit]:
            share, base_share = 100 * term.n / len(pair.group), 100 * term.n_base / max(1, len(pair.base))
            counts = (
                f"  {term.n} jobs ({share:.1f} %) of {term.n_employers} employers, against {term.n_base}"
                f" ({base_share:.1f} %); z {term.z:.1f}"
            )
            out.print(Text.assemble((term.words, "bold yellow"), counts))
            for posting, words in term.examples:
                out.print(Padding(Text.assemble(words, "  ", (posting, "dim")), (0, 0, 0, 4)))
            out.print(Text(f"    {term.csv_line}", "green"), soft_wrap=True)
