"""The same job behind several adverts: which adverts are linked, why, and the ids of the jobs.

`links` compares versions of adverts by three rules, in order (`RULES`):

1. *same text*: employers, titles (`title_key`) and whole texts agree.
2. *similar text*: employers and titles agree and the texts are one text edited, or with a board's template around it.
   MinHash and banding propose candidates; each is verified on the texts. Where an employer is not said, or one side is
   a staffing agency's, the texts must be nearly the same and the places must meet.
3. *same facts*: where a side has no text: employers and titles agree, places meet, pay does not contradict, the days
   are near. Two adverts that stood side by side on one board stay two: a board that shows an opening twice without a
   text says nothing that would make them one.

Never linked: two adverts of one employer that both state a requisition id, or both a department, and differ in it.

What two versions say decides alone whether they are linked; which pairs are looked at depends on earlier versions only:
in a group of many alike, each is compared with the group's first and its `BEFORE` last. So links up to a day are a
function of the versions up to that day, in whatever order they were loaded.

`jobs` gives ids in event time. Contradiction is not transitive, so it is tested again on all that a job holds.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
import re
import unicodedata
import zlib
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from rensa import RMinHash

from transforms.employers.identity import evidence, is_staffing_agency
from transforms.place.gazetteer import Meaning, gazetteer, groups, noise
from transforms.place.gazetteer import key as place_key
from transforms.records.vocabulary import JOB_RULES
from transforms.text.lookups import LOOKUPS, rows_of
from transforms.text.normalise import normal

Integers = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint32]

SAME_TEXT, SIMILAR_TEXT, SAME_FACTS = RULES = JOB_RULES

SAMPLED = 4
"""One in so many bigrams is kept, by its hash, so that both texts keep the same ones."""
WINDOW = 8
"""Kept bigrams of a window: about 32 words."""
COVERED = 0.5
"""Share of a window's bigrams that must stand in the other text. Edits of 10 % leave four in five of them."""
MIN_SAMPLE = 8
"""Kept bigrams below which a text says too little to be similar to another: about 32 words."""
MIN_COVER = 0.85
"""Share of the windows of one text that must be covered by the other; chosen on half of the labelled pairs."""
MIN_COVER_BACK = 0.5
"""The same, the other way round: what a board's template adds stands in the longer text alone."""
MIN_COVER_UNKNOWN = 0.9
"""Both ways, where employers do not agree because one is not said or is an agency."""

PERMUTATIONS = 64
ROWS = 2
"""Of a band. Texts that share 45 % of their bigrams meet in one of 32 bands of two with a chance of 0.999."""
ROWS_UNKNOWN = 4
"""Where nothing but the title narrows the search."""
SEED = 1
BEFORE = 16
"""How many versions before it in a group one is compared with, beside the group's first."""
AT_ONCE = 2_000_000
"""Kept bigrams verified at once: bounds the memory."""
TEXTS_AT_ONCE = 2_000
NEAR = 90
"""Days between two adverts without text that may be one job: a vacancy is advertised again within a quarter."""


@functools.cache
def key() -> str:
    """Digest of what decides how adverts are compared: all readers and lookups, and MinHash's version."""
    digest = hashlib.blake2b(str(RMinHash.ALGORITHM_VERSION).encode(), digest_size=16)
    for path in (*sorted(Path(__file__).parents[1].rglob("*.py")), *sorted(LOOKUPS.rglob("*.csv"))):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


# --- titles ---------------------------------------------------------------------------------------------

_GENDERS = re.compile(
    r"[(\[]?\s*\b(?:[mwfdxhkg]|div|gn)(?:\s*[/|*,]\s*(?:[mwfdxhikng]|div|gn))+\b\s*[)\]]?|\((?:gn|all genders?|in|a)\)"
    r"|\ball genders?\b|[:*/_]in(?:nen)?\b|\(r\)(?=\w|\s)",
)
_CUT = re.compile(r"[()\[\]{}（）【】|｜–—,、，:;•·!?\"“”]|\s[-/@]\s|\s-|-\s|\bat\s")
_NUMBER = re.compile(
    r"#\s*[a-z]{0,3}-?\d+\b|\b(?:(?:job|req|requisition|ref|id)\b[\s.:#-]*)+[a-z]{0,3}-?\d{3,}\b"
    r"|(?<=[(\[])[a-z]{0,3}[- ]?\d{3,}(?=[)\]])|\b[a-z]{1,3}-?\d{4,}\b|\b\d{5,}\b"
)
_OF_NUMBER = re.compile(r"[a-z]{0,3}-?\d+")
NO_DEPARTMENT = frozenset(
    ("no department", "none", "n/a", "na", "other", "general", "all", "all departments", "default", "unassigned", "tbd")
)
"""What stands for a department where there is none: it tells no two openings apart."""
_WORD = re.compile(r"[^\W_]+(?:[+#]+(?!\w))?")
MAX_SPACES = 5
"""In a part of a title that may be a place; a longer one says more."""
LARGE_CITY = 500_000
"""Inhabitants; smaller cities are also words of titles (Enterprise, Mobile, Commerce)."""


@functools.cache
def _forms() -> tuple[dict[str, str], dict[str, str]]:
    """Canonical forms of single words and of two words, from `title_forms.csv`; an empty one is left out."""
    forms = {row["words"] or "": row["form"] or "" for row in rows_of("title_forms")}
    return (
        {words: form for words, form in forms.items() if " " not in words},
        {words: form for words, form in forms.items() if " " in words},
    )


def number_in(title: str) -> str | None:
    """The number of a requisition that a title carries ("Analyst - IAC23135"); None where it has none."""
    found = _NUMBER.search(normal(title))
    return _OF_NUMBER.findall(found[0])[-1] if found else None


def title_key(title: str, location_text: str | None, employer: str | None, said: frozenset[str]) -> str:
    """A title without what does not tell two jobs apart, its words in their canonical form, once each and in order.

    Left out: words for gender and workplace, numbers of requisitions, the employer (by its name, or as `said`, its
    evidence, has it), and parts that stand apart and name a place: a city, a country, a group of countries, or words
    of the advert's own location. "Sr. ML Engineer - Berlin (m/f/d)" is `engineer ml senior`, as is "Machine Learning
    Engineer (Senior), Remote".
    """
    return _title_key(title, location_text or "", employer or "", said)


@functools.lru_cache(maxsize=1 << 17)
def _title_key(title: str, location_text: str, employer: str, said: frozenset[str]) -> str:
    folded = _NUMBER.sub(" | ", _GENDERS.sub(" ", normal(title)))
    if (name := normal(employer)) and name in folded:
        folded = re.sub(
            rf"(?:^|\s*(?:[-–—|:,(@]|\bat\b)\s*){re.escape(name)}(?=\s*(?:[-–—|:,()\[\]]|$))", " | ", folded
        )
    names = {key.rsplit(":", 1)[-1].split("@")[0] for key in said}
    own = set(_WORD.findall(normal(location_text)))
    parts = [_WORD.findall(part) for part in _CUT.split(folded)]
    parts = [part for part in parts if part and "".join(part) not in names]
    words: list[str] = []
    for n, part in enumerate(parts):
        before, after = (" ".join(parts[m]) if 0 <= m < len(parts) else "" for m in (n - 1, n + 1))
        if not (_is_place(" ".join(part), before, after) or (words and own.issuperset(part))):
            words += part
    return " ".join(sorted(_canonical(words))) or normal(title)


def _canonical(words: Sequence[str]) -> set[str]:
    singles, doubles = _forms()
    kept: set[str] = set()
    n = 0
    while n < len(words):
        pair = " ".join(words[n : n + 2])
        if pair in doubles:
            kept.update(doubles[pair].split())
            n += 2
            continue
        word = words[n]
        word = singles.get(
            word, word[:-1] if len(word) > 4 and word.endswith("s") and not word.endswith("ss") else word
        )
        kept.update(singles.get(word, word).split())
        n += 1
    return kept


def _is_place(part: str, before: str, after: str) -> bool:
    """Whether a part of a title, which stands between two others, names a place and nothing else.

    A country, subdivision, group of countries or large city does alone; a town where its subdivision or country stands
    behind it, and a code of two letters behind a city in it: "Andover, MA".
    """
    is_alone, found = _named(part)
    if is_alone or not found:
        return is_alone
    if len(part) == 2:
        return any(_encloses(area, city) for area in found for city in _named(before)[1] if city.city)
    return any(_encloses(area, town) for area in _named(after)[1] for town in found)


@functools.lru_cache(maxsize=1 << 16)
def _named(part: str) -> tuple[bool, tuple[Meaning, ...]]:
    """Whether a part of a title is a place whatever stands beside it, and what it may mean as one.

    If need be without "area", "office" and the like at its end.
    """
    if part.count(" ") > MAX_SPACES:
        return False, ()
    name = place_key(part)
    if name in groups():
        return True, ()
    found = (*gazetteer().names.get(name), *gazetteer().codes.get(name.upper(), ()))
    words = name.split()
    while not found and len(words) > 1 and words[-1] in noise().strip:
        words = words[:-1]
        found = gazetteer().names.get(" ".join(words))
    is_alone = len(part) > 2 and any(m.city is None or m.population >= LARGE_CITY for m in found)
    return is_alone, found


def _encloses(area: Meaning, city: Meaning) -> bool:
    return area.city is None and area.country == city.country and area.subdivision in (None, city.subdivision)


# --- sketches of texts ------------------------------------------------------------------------------------


class Sketches(NamedTuple):
    """Hashes of the kept bigrams of texts, in order: those of text n are `values[offsets[n]:offsets[n + 1]]`."""

    values: Hashes
    offsets: Integers

    def of(self, rows: Integers) -> Sketches:
        """The sketches of some texts, in the order asked."""
        lengths = np.diff(self.offsets)[rows]
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        places = np.repeat(self.offsets[:-1][rows] - offsets[:-1], lengths) + np.arange(offsets[-1])
        return Sketches(self.values[places], offsets)


def packed(sketched: Sketches) -> list[bytes]:
    """Each sketch as bytes, to be stored; `unpacked` reads them on any machine."""
    values = sketched.values.astype("<u4")
    return [values[a:b].tobytes() for a, b in itertools.pairwise(sketched.offsets.tolist())]


def unpacked(stored: Sequence[bytes]) -> Sketches:
    """Sketches as they were before `packed`."""
    lengths = np.fromiter((len(one) // 4 for one in stored), np.int64, len(stored))
    values = np.frombuffer(b"".join(stored), "<u4").astype(np.uint32)
    return Sketches(values, np.concatenate([[0], np.cumsum(lengths)]))


_ODD = re.compile(rb"[\xc2-\xf4][\x80-\xbf]+")
_END = b"\x01"
_PLAIN = bytes(
    byte | 0x20 if 0x41 <= byte <= 0x5A else byte if chr(byte).isalnum() or byte > 0x7F or byte == _END[0] else 0x20
    for byte in range(256)
)
_WIDE = 0x2E80
"""First character of the scripts that put no spaces between words; each of their characters is a word."""
_HANGUL = range(0xAC00, 0xD7B0)


class _Folded(dict[bytes, bytes]):
    """Runs of characters beyond ASCII as they are compared: NFKC, case folded, a space for what is no letter."""

    def __missing__(self, raw: bytes) -> bytes:
        form = unicodedata.normalize("NFKC", raw.decode("utf-8", "replace")).casefold()
        spaced = (f" {c} " if ord(c) >= _WIDE and ord(c) not in _HANGUL else c if c.isalnum() else " " for c in form)
        return self.setdefault(raw, "".join(spaced).encode())


def sketches(texts: Iterable[str]) -> Sketches:
    """Sketch texts; letter case, punctuation and white space do not count. The same on every machine."""
    return joined([_sketched(chunk) for chunk in _chunks(texts)])


def joined(parts: Sequence[Sketches]) -> Sketches:
    """The sketches of several lists of texts, one list after the other."""
    lengths = np.concatenate([np.zeros(0, np.int64), *(np.diff(part.offsets) for part in parts)])
    values = np.concatenate([np.zeros(0, np.uint32), *(part.values for part in parts)])
    return Sketches(values, np.concatenate([[0], np.cumsum(lengths)]))


def _chunks(texts: Iterable[str]) -> Iterator[list[str]]:
    chunk: list[str] = []
    for text in texts:
        chunk.append(text)
        if len(chunk) == TEXTS_AT_ONCE:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _sketched(texts: Sequence[str]) -> Sketches:
    folded = _Folded()
    together = b"".join(text.encode("utf-8", "replace").replace(_END, b" ") + b" \x01 " for text in texts)
    words = _ODD.sub(lambda found: folded[found[0]], together).translate(_PLAIN).split()
    hashes = np.fromiter(map(zlib.crc32, words), np.uint64, len(words))
    ends = np.flatnonzero(hashes == zlib.crc32(_END))
    if len(ends) != len(texts):  # once in 2**32 words, one has the hash of an end
        ends = np.array([n for n, word in enumerate(words) if word == _END])
    bigrams = _mixed(hashes[:-1] << np.uint64(32) | hashes[1:]).astype(np.uint32)
    is_kept = bigrams % SAMPLED == 0
    is_kept[ends[:-1]] = is_kept[ends[ends > 0] - 1] = False
    kept = np.flatnonzero(is_kept)
    return Sketches(bigrams[kept], np.concatenate([[0], np.searchsorted(kept, ends)]))


def _mixed(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """splitmix64, its finaliser (Steele, Lea and Flood 2014): every bit of the result depends on every bit."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def digests(sketched: Sketches, permutations: int = PERMUTATIONS) -> Hashes:
    """MinHash signatures: a row of `permutations` values for each text."""
    rows = len(sketched.offsets) - 1
    made = np.empty((rows, permutations), np.uint32)
    for begin in range(0, rows, TEXTS_AT_ONCE):
        offsets = sketched.offsets[begin : begin + TEXTS_AT_ONCE + 1]
        values = sketched.values[offsets[0] : offsets[-1]].astype(np.uint64)
        matrix = RMinHash.digest_matrix_from_flat_token_hashes(
            values, (offsets - offsets[0]).astype(np.uint64), permutations, SEED
        )
        made[begin : begin + TEXTS_AT_ONCE] = matrix.to_rows()
    return made


def covers(sketched: Sketches, left: Integers, right: Integers) -> npt.NDArray[np.float64]:
    """Share of the windows of each text of `left` that its text of `right` covers, and the other way round.

    Shape (pairs, 2). Two texts that share boilerplate alone cover some windows whole and others not at all; an edited
    text leaves no window uncovered.
    """
    found = np.zeros((len(left), 2))
    lengths = np.diff(sketched.offsets)
    ordered = _ordered_within(sketched)
    sizes = lengths[left] + lengths[right]
    batches = np.cumsum(sizes) // AT_ONCE
    cuts = [0, *(np.flatnonzero(np.diff(batches)) + 1), len(left)]
    for begin, end in itertools.pairwise(cuts):
        one, other = left[begin:end], right[begin:end]
        found[begin:end, 0] = _covered(sketched, ordered, one, other)
        found[begin:end, 1] = _covered(sketched, ordered, other, one)
    return found


def _ordered_within(sketched: Sketches) -> Hashes:
    """The values of each text in ascending order."""
    rows = np.repeat(np.arange(len(sketched.offsets) - 1, dtype=np.uint64), np.diff(sketched.offsets))
    return np.sort(rows << np.uint64(32) | sketched.values).astype(np.uint32)


def _covered(sketched: Sketches, ordered: Hashes, left: Integers, right: Integers) -> npt.NDArray[np.float64]:
    mine, theirs = sketched.of(left), Sketches(ordered, sketched.offsets).of(right)
    asked, held = (_paired(values, offsets) for values, offsets in (mine, theirs))
    at = np.minimum(np.searchsorted(held, asked), max(len(held) - 1, 0))
    stands = held[at] == asked if len(held) else np.zeros(len(asked), bool)
    lengths = np.diff(mine.offsets)
    windows = np.maximum(lengths // WINDOW, 1)
    row = np.repeat(np.arange(len(left)), lengths)
    within = np.arange(len(asked)) - mine.offsets[:-1][row]
    window = np.minimum(within // WINDOW, windows[row] - 1)  # the last one takes what is left over
    begins = np.concatenate([[0], np.cumsum(windows)])
    number = begins[:-1][row] + window
    size = np.bincount(number, minlength=begins[-1])
    hits = np.bincount(number, weights=stands, minlength=begins[-1])
    is_covered = hits >= COVERED * np.maximum(size, 1)
    shares: npt.NDArray[np.float64] = np.add.reduceat(is_covered, begins[:-1], dtype=np.int64) / windows
    return shares


def _paired(values: Hashes, offsets: Integers) -> npt.NDArray[np.uint64]:
    rows = np.repeat(np.arange(len(offsets) - 1, dtype=np.uint64), np.diff(offsets))
    paired: npt.NDArray[np.uint64] = rows << np.uint64(32) | values
    return paired


# --- versions and links -----------------------------------------------------------------------------------


class Pay(NamedTuple):
    """Pay as stated; all None when it is not."""

    low: float | None = None
    high: float | None = None
    currency: str | None = None
    period: str | None = None


NOT_STATED = Pay()


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """What is compared of one version of an advert.

    `first_at`: first time this version was read. `employer`: what it says of who hires (`employers.identity`);
    empty: nothing. `title`: by `title_key`. `places`: keys, whatever they are; two adverts share a place when they
    share a key. `closed_at`: first time the posting was no longer listed. `text_hash`: None without a text, and of
    a snippet.
    """

    posting_id: str
    first_at: datetime
    source: str
    board: str | None
    employer: frozenset[str]
    is_agency: bool = False
    title: str
    requisition_id: str | None = None
    department: str | None = None
    places: frozenset[str] = frozenset()
    pay: Pay = NOT_STATED
    posted_on: date | None = None
    closed_at: datetime | None = None
    text_hash: str | None = None

    @property
    def order(self) -> tuple[datetime, str, str]:
        """Place in event time."""
        return self.first_at, self.source, self.posting_id


def read(
    *,
    posting_id: str,
    first_at: datetime,
    source: str,
    board: str | None,
    url: str | None,
    employer: str | None,
    title: str,
    requisition_id: str | None,
    department: str | None,
    places: Iterable[tuple[str | None, str | None, str | None]],
    location_text: str | None,
    pay: tuple[float | None, float | None, str | None, str | None],
    posted_on: date | None,
    closed_at: datetime | None,
    text_hash: str | None,
) -> Version:
    """What is compared of an advert, from what it says; `places` are (country, subdivision, city)."""
    said = evidence(employer, source, board, url)
    return Version(
        posting_id=posting_id,
        first_at=first_at,
        source=source,
        board=board,
        employer=said,
        is_agency=is_staffing_agency(employer),
        title=title_key(title, location_text, employer, said),
        requisition_id=normal(requisition_id or "") or number_in(title),
        department=_department(department),
        places=places_of(places, location_text),
        pay=Pay(*pay),
        posted_on=posted_on,
        closed_at=closed_at,
        text_hash=text_hash,
    )


def _department(stated: str | None) -> str | None:
    name = normal(stated or "")
    return None if name in NO_DEPARTMENT else name or None


def places_of(places: Iterable[tuple[str | None, str | None, str | None]], location_text: str | None) -> frozenset[str]:
    """Keys of places given as (country, subdivision, city); of the location as written where none could be read."""
    keys = frozenset("|".join(part or "" for part in place) for place in places)
    return keys or frozenset([normal(location_text)] if location_text and location_text.strip() else [])


class Link(NamedTuple):
    """Two postings that are one job since `linked_at`, the later first time of the two versions that say so.

    `left` is the earlier posting. `score` is the share of the text that agrees, or of the facts. `title` is the title
    that the versions share.
    """

    linked_at: datetime
    left: str
    right: str
    rule: str
    score: float
    title: str


def links(versions: Sequence[Version], texts: Sequence[str], sketched: Sketches) -> list[Link]:
    """All links between postings, ordered by time, then by postings.

    `texts` are text hashes and `sketched` their sketches; a version whose text has none is compared by rules 1 and 3.
    Versions of one title are linked among one another only, whatever other versions are given.
    """
    table = _Table(versions, texts)
    found: list[Link] = []
    for rule, left, right, scores in (_same_text(table), *_similar_text(table, sketched), _same_facts(table)):
        for one, other, score in zip(left.tolist(), right.tolist(), scores.round(4).tolist(), strict=True):
            before, after = table.versions[one], table.versions[other]
            found.append(Link(after.first_at, before.posting_id, after.posting_id, rule, score, after.title))
    by_title: dict[str, list[Link]] = defaultdict(list)
    for link in found:
        by_title[link.title].append(link)
    born = _born(versions)
    return sorted(link for of_title in by_title.values() for link in _settled(of_title, born))


def _born(versions: Iterable[Version]) -> dict[str, tuple[datetime, str, str]]:
    born: dict[str, tuple[datetime, str, str]] = {}
    for version in versions:
        born[version.posting_id] = min(born.get(version.posting_id, version.order), version.order)
    return born


def _settled(links: Iterable[Link], born: Mapping[str, tuple[datetime, str, str]]) -> list[Link]:
    """One link between two postings, the earlier posting on the left, in the order in which links are followed.

    The earliest link stands, of several at once the first of `RULES`, then that of the highest score.
    """
    best: dict[tuple[str, str], Link] = {}
    for link in sorted(links, key=_rank):
        left, right = sorted(link[1:3], key=born.__getitem__)
        best.setdefault((left, right), link._replace(left=left, right=right))
    return sorted(best.values(), key=_rank)


def _rank(link: Link) -> tuple[datetime, int, float, str, str, str]:
    return link.linked_at, RULES.index(link.rule), -link.score, link.left, link.right, link.title


Found = tuple[str, Integers, Integers, npt.NDArray[np.float64]]
"""A rule, versions before, versions after, scores."""


class _Table:
    """Versions in event order, and their values as numbers; -1 is None."""

    def __init__(self, versions: Sequence[Version], texts: Sequence[str]) -> None:
        self.versions = sorted(versions, key=lambda version: version.order)
        rows = self.versions
        self.n = len(rows)
        self.posting = _numbered(v.posting_id for v in rows)
        self.board = _numbered((v.source, v.board) for v in rows)
        self.title = _numbered(v.title for v in rows)
        self.requisition = _numbered(v.requisition_id for v in rows)
        self.department = _numbered(v.department for v in rows)
        number_of_text = {text: n for n, text in enumerate(texts)}
        hashes = dict.fromkeys(v.text_hash for v in rows)
        for text in hashes:
            if text is not None:
                number_of_text.setdefault(text, len(number_of_text))
        self.text = np.fromiter((-1 if v.text_hash is None else number_of_text[v.text_hash] for v in rows), np.int64)
        self.n_sketched = len(texts)
        self.employer_row, self.employer = _exploded(v.employer for v in rows)
        self.place_row, self.place = _exploded(v.places for v in rows)
        self.is_agency = np.fromiter((v.is_agency for v in rows), bool, self.n)
        self.is_said = np.bincount(self.employer_row, minlength=self.n) > 0

    def contradict(self, left: Integers, right: Integers) -> npt.NDArray[np.bool_]:
        """Whether versions of one employer state different requisitions or departments."""
        found = np.zeros(len(left), bool)
        for stated in (self.requisition, self.department):
            one, other = stated[left], stated[right]
            found |= (one >= 0) & (other >= 0) & (one != other)
        return found

    def meet(
        self, row: Integers, value: Integers, left: Integers, right: Integers, *, of: int
    ) -> npt.NDArray[np.bool_]:
        """Whether two versions share one of the values that (`row`, `value`) list, `of` so many different ones."""
        held = _different(row * of + value)
        begins = np.searchsorted(row, np.arange(self.n + 1))
        counts = (begins[1:] - begins[:-1])[left]
        pair = np.repeat(np.arange(len(left)), counts)
        offsets = np.concatenate([[0], np.cumsum(counts)])
        at = np.repeat(begins[:-1][left] - offsets[:-1], counts) + np.arange(offsets[-1])
        asked = right[pair] * of + value[at]
        found = _among(asked, held)
        is_met: npt.NDArray[np.bool_] = np.bincount(pair, weights=found, minlength=len(left)) > 0
        return is_met

    def share_place(self, left: Integers, right: Integers) -> npt.NDArray[np.bool_]:
        return self.meet(self.place_row, self.place, left, right, of=int(self.place.max(initial=0)) + 1)

    def share_employer(self, left: Integers, right: Integers) -> npt.NDArray[np.bool_]:
        return self.meet(self.employer_row, self.employer, left, right, of=int(self.employer.max(initial=0)) + 1)


def _numbered(values: Iterable[Hashable]) -> Integers:
    """Values as numbers in order of appearance, None (also in a pair with nothing else) as -1."""
    numbers: dict[Hashable, int] = {None: -1}
    return np.fromiter((numbers.setdefault(value, len(numbers)) for value in values), np.int64)


def _exploded(sets: Iterable[frozenset[str]]) -> tuple[Integers, Integers]:
    rows: list[int] = []
    numbers: dict[str, int] = {}
    values: list[int] = []
    for row, found in enumerate(sets):
        for value in sorted(found):
            rows.append(row)
            values.append(numbers.setdefault(value, len(numbers)))
    return np.array(rows, np.int64), np.array(values, np.int64)


def _joint(*columns: Integers) -> Integers:
    """One number for each combination of values (>= -1)."""
    joint = columns[0]
    for column in columns[1:]:
        _, joint = np.unique(joint, return_inverse=True)
        joint = joint * (int(column.max(initial=0)) + 2) + column + 1
    return joint


def _pairs(group: Integers, member: Integers, before: int) -> Integers:
    """Pairs of members of a group, shape (pairs, 2), the earlier first: with its first and the `before` last ones."""
    order = np.lexsort((member, group))
    group, member = group[order], member[order]
    is_new = np.concatenate([[True], group[1:] != group[:-1]]) if len(group) else np.zeros(0, bool)
    first = np.flatnonzero(is_new)[np.cumsum(is_new) - 1]
    place = np.arange(len(group)) - first
    made = [np.stack([member[first], member], 1)[place > 0]]
    for back in range(1, before + 1):
        at = np.flatnonzero(place > back)
        if not len(at):
            break
        made.append(np.stack([member[at - back], member[at]], 1))
    pairs: Integers = np.concatenate(made)
    differ: npt.NDArray[np.bool_] = pairs[:, 0] != pairs[:, 1]
    return pairs[differ]


def _once(pairs: Sequence[Integers]) -> tuple[Integers, Integers]:
    """Pairs of numbers below 2**31 without repetition, in order."""
    packed = _different(np.concatenate([np.zeros(0, np.int64), *(pair[:, 0] << 32 | pair[:, 1] for pair in pairs)]))
    return packed >> 32, packed & 0xFFFFFFFF


def _different(values: Integers) -> Integers:
    """As `np.unique`, by sorting: its table of hashes takes ten times as long on millions of pairs."""
    ordered = np.sort(values)
    different: Integers = ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])] if len(ordered) else ordered
    return different


def _among(values: Integers, held: Integers) -> npt.NDArray[np.bool_]:
    """Whether values stand in `held`, which is in order."""
    if not len(held):
        return np.zeros(len(values), bool)
    found: npt.NDArray[np.bool_] = held[np.minimum(np.searchsorted(held, values), len(held) - 1)] == values
    return found


def _in_groups(table: _Table, rows: Integers, member: Integers, *columns: Integers, before: int = 0) -> list[Integers]:
    """Pairs in groups of equal `columns`; those that state a requisition or a department also among their like."""
    group = _joint(*columns)
    made = [_pairs(group, member, before)]
    for stated in (table.requisition[rows], table.department[rows]):
        says = stated >= 0
        if says.any():
            made.append(_pairs(_joint(group[says], stated[says]), member[says], before))
    return made


def _same_text(table: _Table) -> Found:
    rows = table.employer_row[table.text[table.employer_row] >= 0]
    employer = table.employer[table.text[table.employer_row] >= 0]
    left, right = _once(_in_groups(table, rows, rows, employer, table.title[rows], table.text[rows]))
    is_link = (table.posting[left] != table.posting[right]) & ~table.contradict(left, right)
    return SAME_TEXT, left[is_link], right[is_link], np.ones(int(is_link.sum()))


def _similar_text(table: _Table, sketched: Sketches) -> list[Found]:
    has_sketch = (table.text >= 0) & (table.text < table.n_sketched)
    has_sketch[has_sketch] = np.diff(sketched.offsets)[table.text[has_sketch]] >= MIN_SAMPLE
    at = has_sketch[table.employer_row]
    rows, block = table.employer_row[at], _joint(table.employer[at], table.title[table.employer_row[at]])
    # Of the same employer, title, text, requisition and department the first stands for all: rule 1 links the others.
    alike = _joint(block, table.text[rows], table.requisition[rows], table.department[rows])
    order = np.lexsort((rows, alike))
    first = order[np.concatenate([[True], np.diff(alike[order]) != 0])] if len(order) else order
    rows, block = rows[first], block[first]
    is_narrow = _is_shared(block, table.text[rows])
    rows, block = rows[is_narrow], block[is_narrow]
    loose = has_sketch & (table.is_agency | ~table.is_said)
    wide = np.flatnonzero(has_sketch & _among(table.title, _different(table.title[loose])))
    wide = wide[_is_shared(table.title[wide], wide)]

    signed, number = np.unique(np.concatenate([table.text[rows], table.text[wide]]), return_inverse=True)
    signature = digests(sketched.of(signed))
    narrow_number, wide_number = number[: len(rows)], number[len(rows) :]

    left, right = candidates(signature[narrow_number], block, rows, ROWS)
    is_open = (
        (table.posting[left] != table.posting[right])
        & (table.text[left] != table.text[right])
        & ~table.contradict(left, right)
    )
    known = _verified(table, sketched, left[is_open], right[is_open], MIN_COVER, MIN_COVER_BACK)

    left, right = candidates(signature[wide_number], table.title[wide], wide, ROWS_UNKNOWN)
    is_open = (table.posting[left] != table.posting[right]) & (loose[left] | loose[right])
    left, right = left[is_open], right[is_open]
    is_open = ~table.share_employer(left, right) & table.share_place(left, right)
    unknown = _verified(table, sketched, left[is_open], right[is_open], MIN_COVER_UNKNOWN, MIN_COVER_UNKNOWN)
    return [known, unknown]


def _is_shared(group: Integers, value: Integers) -> npt.NDArray[np.bool_]:
    """Whether a row's group holds more than one value."""
    _, number = np.unique(group, return_inverse=True)
    once = _different(number << 32 | value) >> 32
    is_shared: npt.NDArray[np.bool_] = np.bincount(once, minlength=len(group) + 1)[number] > 1
    return is_shared


def candidates(signature: Hashes, block: Integers, member: Integers, rows: int) -> tuple[Integers, Integers]:
    """Pairs of one block whose signatures agree in a band of `rows` values."""
    found: list[Integers] = []
    _, block = np.unique(block, return_inverse=True)
    for band in range(0, signature.shape[1] - rows + 1, rows):
        key = _mixed(block.astype(np.uint64) + np.uint64(1))
        for column in range(band, band + rows):
            key = _mixed(key ^ signature[:, column].astype(np.uint64))
        found.append(_pairs(key.view(np.int64), member, BEFORE))
        if len(found) > 4:  # most bands find the same pairs
            found = [np.stack(_once(found), 1)]
    return _once(found)


def _verified(
    table: _Table, sketched: Sketches, left: Integers, right: Integers, least: float, least_back: float
) -> Found:
    """Those of the pairs whose texts cover each other well enough, with the larger share."""
    different, number = np.unique(table.text[left] << 32 | table.text[right], return_inverse=True)
    used, at = np.unique(np.concatenate([different >> 32, different & 0xFFFFFFFF]), return_inverse=True)
    shares = covers(sketched.of(used), at[: len(different)], at[len(different) :])[number]
    score = shares.max(1, initial=0)
    is_link = (score >= least) & (shares.min(1, initial=1) >= least_back)
    return SIMILAR_TEXT, left[is_link], right[is_link], score[is_link]


def _same_facts(table: _Table) -> Found:
    begins = np.searchsorted(table.place_row, np.arange(table.n + 1))
    counts = (begins[1:] - begins[:-1])[table.employer_row]
    offsets = np.concatenate([[0], np.cumsum(counts)])
    at = np.repeat(begins[:-1][table.employer_row] - offsets[:-1], counts) + np.arange(offsets[-1])
    rows, employer, place = np.repeat(table.employer_row, counts), np.repeat(table.employer, counts), table.place[at]
    group = _joint(employer, table.title[rows], place)
    lacks = _among(group, _different(group[table.text[rows] < 0]))
    rows, group = rows[lacks], group[lacks]
    left, right = _once(_in_groups(table, rows, rows, group, before=BEFORE))
    is_open = (
        ((table.text[left] < 0) | (table.text[right] < 0))
        & (table.posting[left] != table.posting[right])
        & ~table.contradict(left, right)
    )
    left, right = left[is_open], right[is_open]
    scores = np.fromiter(
        (_facts(table.versions[n], table.versions[m]) for n, m in zip(left.tolist(), right.tolist(), strict=True)),
        np.float64,
        len(left),
    )
    is_link = scores > 0
    return SAME_FACTS, left[is_link], right[is_link], scores[is_link]


def _facts(left: Version, right: Version) -> float:
    """Share of five facts that two adverts agree on, of which they share employer, title and place; 0: not one job."""
    is_side_by_side = (left.source, left.board) == (right.source, right.board) and not (
        left.closed_at and left.closed_at <= right.first_at
    )
    if is_side_by_side:
        return 0.0
    if left.posted_on and right.posted_on:
        days = abs((left.posted_on - right.posted_on).days)
    else:
        days = (right.first_at - left.first_at).days
    pays = _pays_agree(left.pay, right.pay)
    if days > NEAR or pays is False:
        return 0.0
    return (3 + (days <= NEAR / 3) + bool(pays)) / 5


def _pays_agree(left: Pay, right: Pay) -> bool | None:
    """Whether two ranges overlap; None where they cannot be compared."""
    ends = [[end for end in (pay.low, pay.high) if end is not None] for pay in (left, right)]
    if not all(ends) or (left.currency, left.period) != (right.currency, right.period):
        return None
    return max(map(min, ends)) <= min(map(max, ends))


# --- jobs -------------------------------------------------------------------------------------------------


class Merge(NamedTuple):
    """A job that turned out to be another one: from `merged_at` on its postings bear its id. The link says why."""

    merged_at: datetime
    from_job: str
    into_job: str
    left: str
    right: str
    rule: str
    score: float


class Superseded(NamedTuple):
    """The job a posting counted under until a merge."""

    posting_id: str
    superseded_at: datetime
    job_id: str


class Jobs(NamedTuple):
    """Job ids by posting, merges by time, the ids these superseded, and the links, one between two postings.

    `refused` are those of the links that would have made a job that contradicts itself.
    """

    job_of: dict[str, str]
    merges: list[Merge]
    superseded: list[Superseded]
    links: list[Link]
    refused: list[Link]


class _Job:
    """What a job holds while links are followed."""

    __slots__ = ("claims", "has_text", "members", "order", "stood")

    def __init__(self, order: tuple[datetime, str, str]) -> None:
        self.order = order
        self.members = [(order[2], order[0])]
        """Postings, and when they were first read."""
        self.claims: dict[tuple[str, str], str] = {}
        """What is stated, by employer and kind of statement."""
        self.has_text = False
        self.stood: dict[tuple[str, str | None], list[tuple[datetime, datetime | None]]] = {}
        """From when to when adverts without a text stood on each board."""


def jobs(versions: Iterable[Version], links: Iterable[Link]) -> Jobs:
    """Job ids of postings: that of a job's earliest posting (first seen, source, posting_id).

    Follows versions and links in event time. Two jobs are not joined when together they would hold two requisition
    ids, or two departments, of one employer; nor on facts alone when both have a text, which would have said so, or
    when adverts of both stood side by side on one board.
    A posting that arrives later joins a job and changes nobody's id; jobs that both had an id before are merged, and
    the merge is recorded. The same versions and links give the same jobs, in whatever order they come.
    """
    job_of: dict[str, _Job] = {}
    merges: list[Merge] = []
    superseded: dict[tuple[str, datetime], str] = {}
    refused: list[Link] = []
    versions = sorted(versions, key=lambda version: version.order)
    settled = _settled(links, _born(versions))
    waiting = iter(versions)
    version = next(waiting, None)
    for link in settled:
        while version is not None and version.first_at <= link.linked_at:
            _arrive(job_of, version)
            version = next(waiting, None)
        one, other = job_of[link.left], job_of[link.right]
        if one is other:
            continue
        if _contradict(one, other, link.rule):
            refused.append(link)
            continue
        kept, gone = (one, other) if one.order < other.order else (other, one)
        if gone.order[0] < link.linked_at:
            merges.append(Merge(link.linked_at, gone.order[2], kept.order[2], *link[1:5]))
            for posting_id, born in gone.members:
                if born < link.linked_at:
                    superseded.setdefault((posting_id, link.linked_at), gone.order[2])
        _join(job_of, kept, gone)
    while version is not None:
        _arrive(job_of, version)
        version = next(waiting, None)
    return Jobs(
        {posting_id: job.order[2] for posting_id, job in job_of.items()},
        merges,
        [Superseded(*key, job_id) for key, job_id in superseded.items()],
        settled,
        refused,
    )


def _arrive(job_of: dict[str, _Job], version: Version) -> None:
    """A version is read: a posting that is new is its own job; what a job states first stands."""
    job = job_of.get(version.posting_id)
    if job is None:
        job = job_of[version.posting_id] = _Job(version.order)
        if version.text_hash is None:
            job.stood[version.source, version.board] = [(version.first_at, version.closed_at)]
    job.has_text |= version.text_hash is not None
    for kind, stated in (("requisition", version.requisition_id), ("department", version.department)):
        if stated is not None:
            for employer in version.employer:
                job.claims.setdefault((employer, kind), stated)


def _contradict(one: _Job, other: _Job, rule: str) -> bool:
    if rule == SAME_FACTS and ((one.has_text and other.has_text) or _stood_side_by_side(one, other)):
        return True
    few, many = sorted((one.claims, other.claims), key=len)
    return any(many.get(key, stated) != stated for key, stated in few.items())


def _stood_side_by_side(one: _Job, other: _Job) -> bool:
    return any(
        (b is None or c < b) and (d is None or a < d)
        for board in one.stood.keys() & other.stood.keys()
        for (a, b), (c, d) in itertools.product(one.stood[board], other.stood[board])
    )


def _join(job_of: dict[str, _Job], kept: _Job, gone: _Job) -> None:
    """All of one job becomes the other's. The larger list of members takes in the smaller, so it costs n log n."""
    few, many = sorted((kept, gone), key=lambda job: len(job.members))
    for posting_id, _ in few.members:
        job_of[posting_id] = many
    many.members += few.members
    claims = gone.claims | kept.claims
    for board, stood in few.stood.items():
        many.stood.setdefault(board, []).extend(stood)
    many.order, many.claims, many.has_text = kept.order, claims, kept.has_text or gone.has_text
