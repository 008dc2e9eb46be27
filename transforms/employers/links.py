"""Links between versions of adverts for the same job, with the rule and score of each link.

`find_links` compares versions by three rules (`RULES`), in this order:

1. *same text*: employer, title (`title_key`) and whole text are the same.
2. *similar text*: employer and title are the same, and one text is an edit of the other, or is the other in a board's
   template. MinHash and banding propose pairs; each pair is verified on the texts. If an employer is not stated, or one
   side is a staffing agency, the texts must be nearly the same and the places must overlap.
3. *same facts*, if a side has no text: employer and title are the same, places overlap, pay does not contradict, and
   the days are near. Two adverts on one board at the same time are one job only if everything they say about the place
   agrees (`Version.whereabouts`). Such adverts of an agency are never one job, since it hires for several employers.

Two adverts of an employer with different requisition ids, or different departments, are never linked. So adverts with
the same text for several cities are one job with several places, but adverts without text in several cities are as many
jobs (docs/design.md says why).

Whether two versions are linked depends only on these two versions. Which pairs are compared depends only on earlier
versions: in a large group, a version is compared with the group's first version and with the `MAX_COMPARED_BEFORE`
versions just before it. So the links up to a day are a function of the versions up to that day, whatever the order in
which they were loaded.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from transforms.employers.identity import evidence, is_staffing_agency
from transforms.employers.sketches import Hashes, Integers, Sketches, cover_shares, mix_bits, signatures_of
from transforms.employers.title_keys import number_in, place_in, title_key
from transforms.records.vocabulary import JOB_RULES
from transforms.text.characters import normal

SAME_TEXT, SIMILAR_TEXT, SAME_FACTS = RULES = JOB_RULES

MIN_SAMPLE = 8
"""Minimum bigrams in the sketch of a text that can be similar to another: about 32 words."""
MIN_COVER = 0.85
"""Minimum share of one text's windows that the other text covers (see `sketches`). It was chosen on half of the
labelled pairs of adverts.
"""
MIN_COVER_BACK = 0.5
"""Minimum share of the other text's windows that the first covers. It is lower, because only the longer text may have
the words of a board's template.
"""
MIN_COVER_UNKNOWN = 0.9
"""Minimum for both shares if an employer is not stated or is an agency."""

LSH_ROWS_PER_BAND = 2
"""Number of values of a signature in a band (locality-sensitive hashing).

If two texts share 45 % of their bigrams, they agree in at least one of 32 bands of two values with probability 0.999.
"""
LSH_ROWS_PER_BAND_UNKNOWN = 4
"""Number of values in a band if adverts are compared by title only, because an employer is not stated
or is an agency.
"""
MAX_COMPARED_BEFORE = 16
"""A version is compared with its group's first version and with this many versions just before it in the group."""
MAX_DAYS_APART = 90
"""Maximum days between two adverts for one job if one of them has no text. A vacancy is advertised again within a
quarter.
"""
NO_DEPARTMENT = frozenset(
    ("no department", "none", "n/a", "na", "other", "general", "all", "all departments", "default", "unassigned", "tbd")
)
"""Placeholders for a department. They do not distinguish openings."""


class Pay(NamedTuple):
    """Pay as stated. All fields are None if pay is not stated."""

    low: float | None = None
    high: float | None = None
    currency: str | None = None
    period: str | None = None


NOT_STATED = Pay()
_CITY = re.compile(r"[^|]*\|[^|]*\|[^|]+")
_NUMBER = re.compile(r"[0-9]+")
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """The parts of an advert's version that are compared.

    `first_at` is the first time this version was read, and `closed_at` the first time the posting was no longer listed.
    `employer` is evidence of who hires (`employers.identity`); it may be empty. `title` is a `title_key`. `places` are
    keys: two adverts share a place if they share a key. `whereabouts` is everything said about the place; it is equal
    for adverts of the same place. `text_hash` is None for a snippet or if there is no text.
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
    whereabouts: str = ""
    pay: Pay = NOT_STATED
    posted_on: date | None = None
    closed_at: datetime | None = None
    text_hash: str | None = None

    @property
    def order(self) -> tuple[datetime, str, str]:
        """Return the sort key in event time: first_at, source, posting_id."""
        return self.first_at, self.source, self.posting_id


def read_version(
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
    """Make a version from an advert's columns.

    `places` are (country, subdivision, city); `pay` is (low, high, currency, period).
    """
    employer_evidence = evidence(employer, source, board, url)
    keys = places_of(places, location_text)
    return Version(
        posting_id=posting_id,
        first_at=first_at,
        source=source,
        board=board,
        employer=employer_evidence,
        is_agency=is_staffing_agency(employer),
        title=title_key(title, location_text, employer, employer_evidence),
        requisition_id=normal(requisition_id or "") or number_in(title),
        department=_department(department),
        places=keys,
        whereabouts=_whereabouts(keys, location_text, place_in(title, location_text, employer, employer_evidence)),
        pay=Pay(*pay),
        posted_on=posted_on,
        closed_at=closed_at,
        text_hash=text_hash,
    )


def _department(text: str | None) -> str | None:
    name = normal(text or "")
    return None if name in NO_DEPARTMENT else name or None


def places_of(places: Iterable[tuple[str | None, str | None, str | None]], location_text: str | None) -> frozenset[str]:
    """Return the keys of places (country, subdivision, city).

    If there are none, the only key is the location's text.
    """
    keys = frozenset("|".join(part or "" for part in place) for place in places if any(place))
    return keys or frozenset([normal(location_text)] if location_text and location_text.strip() else [])


def _whereabouts(keys: frozenset[str], location_text: str | None, place_of_title: str) -> str:
    """Join the places, the location as written and the title's place.

    If all places are cities, only the numbers in the location are kept.
    """
    location = normal(location_text or "")
    if all(_CITY.fullmatch(key) for key in keys):
        location = " ".join(_NUMBER.findall(location))  # numbers distinguish streets and branches
    parts = (*sorted(keys), location, place_of_title)
    return ";".join(parts) if any(parts) else ""


class Link(NamedTuple):
    """A link between two postings for one job. `linked_at` is when the later of the two versions was first read.

    `left` is the earlier posting. `score` is the share of the text, or of the facts, that agrees. Both versions have
    the key `title`.
    """

    linked_at: datetime
    left: str
    right: str
    rule: str
    score: float
    title: str


def find_links(versions: Sequence[Version], texts: Sequence[str], sketches: Sketches) -> list[Link]:
    """Return all links between postings, ordered by time, then by postings.

    `texts` are text hashes, and `sketches` are the sketches of these texts. A version without a sketch is compared only
    by rules 1 and 3. Versions are linked only if they have the same title key.
    """
    table = _Table(versions, texts)
    links: list[Link] = []
    for rule, left, right, scores in (
        _same_text(table),
        *_similar_text(table, sketches),
        _same_facts(table),
        _side_by_side(table),
    ):
        for before_row, after_row, score in zip(left.tolist(), right.tolist(), scores.round(4).tolist(), strict=True):
            before, after = table.versions[before_row], table.versions[after_row]
            links.append(Link(after.first_at, before.posting_id, after.posting_id, rule, score, after.title))
    by_title: dict[str, list[Link]] = defaultdict(list)
    for link in links:
        by_title[link.title].append(link)
    orders = first_orders(versions)
    return sorted(link for of_title in by_title.values() for link in order_links(of_title, orders))


def first_orders(versions: Iterable[Version]) -> dict[str, tuple[datetime, str, str]]:
    """Return the sort key of each posting's first version."""
    orders: dict[str, tuple[datetime, str, str]] = {}
    for version in versions:
        orders[version.posting_id] = min(orders.get(version.posting_id, version.order), version.order)
    return orders


def order_links(links: Iterable[Link], orders: Mapping[str, tuple[datetime, str, str]]) -> list[Link]:
    """Return one link for each pair of linked postings, in the order in which links apply.

    `left` is the earlier posting. The earliest link of a pair is kept; at equal times the first of `RULES`, then the
    highest score. `orders` holds the sort key of each posting's first version (`first_orders`).
    """
    best: dict[tuple[str, str], Link] = {}
    for link in sorted(links, key=_rank):
        left, right = sorted(link[1:3], key=orders.__getitem__)
        best.setdefault((left, right), link._replace(left=left, right=right))
    return sorted(best.values(), key=_rank)


def _rank(link: Link) -> tuple[datetime, int, float, str, str, str]:
    return link.linked_at, RULES.index(link.rule), -link.score, link.left, link.right, link.title


LinkRows = tuple[str, Integers, Integers, npt.NDArray[np.float64]]
"""Links found by one rule: the rule, the rows of the earlier versions, the rows of the later versions,
and the scores.
"""


class _Table:
    """Versions in event order, with each value replaced by a number; -1 stands for None."""

    def __init__(self, versions: Sequence[Version], texts: Sequence[str]) -> None:
        self.versions = sorted(versions, key=lambda version: version.order)
        rows = self.versions
        self.n = len(rows)
        self.posting = _number_values(v.posting_id for v in rows)
        self.board = _number_values((v.source, v.board) for v in rows)
        self.title = _number_values(v.title for v in rows)
        self.whereabouts = _number_values(v.whereabouts or None for v in rows)
        self.requisition = _number_values(v.requisition_id for v in rows)
        self.department = _number_values(v.department for v in rows)
        self.pay = _number_values(v.pay for v in rows)
        number_of_text = {text: n for n, text in enumerate(texts)}
        hashes = dict.fromkeys(v.text_hash for v in rows)
        for text in hashes:
            if text is not None:
                number_of_text.setdefault(text, len(number_of_text))
        self.text = np.fromiter((-1 if v.text_hash is None else number_of_text[v.text_hash] for v in rows), np.int64)
        self.n_sketched = len(texts)
        self.employer_row, self.employer = _expand_groups(v.employer for v in rows)
        self.place_row, self.place = _expand_groups(v.places for v in rows)
        self.is_agency = np.fromiter((v.is_agency for v in rows), bool, self.n)
        self.is_said = np.bincount(self.employer_row, minlength=self.n) > 0
        days_with_text = {(v.posting_id, _day_of(v.first_at)) for v in rows if v.text_hash is not None}
        self.is_line = np.fromiter(
            (v.text_hash is None and (v.posting_id, _day_of(v.first_at)) in days_with_text for v in rows), bool, self.n
        )
        """Whether a version is only a line of a list, for an advert whose text was read on the same day."""
        self.ends = _ends(rows)

    def contradict(self, left: Integers, right: Integers) -> npt.NDArray[np.bool_]:
        is_conflict = np.zeros(len(left), bool)
        for column in (self.requisition, self.department):
            one, other = column[left], column[right]
            is_conflict |= (one >= 0) & (other >= 0) & (one != other)
        return is_conflict

    def meet(
        self, row: Integers, value: Integers, left: Integers, right: Integers, *, of: int
    ) -> npt.NDArray[np.bool_]:
        """Return for each pair of versions (`left[i]`, `right[i]`) whether they share a value.

        Version `row[k]` has the value `value[k]`; a version may have several. All values are below `of`.
        """
        keys = _different(row * of + value)
        begins = np.searchsorted(row, np.arange(self.n + 1))
        counts = (begins[1:] - begins[:-1])[left]
        pair = np.repeat(np.arange(len(left)), counts)
        offsets = np.concatenate([[0], np.cumsum(counts)])
        at = np.repeat(begins[:-1][left] - offsets[:-1], counts) + np.arange(offsets[-1])
        queries = right[pair] * of + value[at]
        hits = _among(queries, keys)
        is_met: npt.NDArray[np.bool_] = np.bincount(pair, weights=hits, minlength=len(left)) > 0
        return is_met

    def share_place(self, left: Integers, right: Integers) -> npt.NDArray[np.bool_]:
        return self.meet(self.place_row, self.place, left, right, of=int(self.place.max(initial=0)) + 1)

    def share_employer(self, left: Integers, right: Integers) -> npt.NDArray[np.bool_]:
        return self.meet(self.employer_row, self.employer, left, right, of=int(self.employer.max(initial=0)) + 1)


def _ends(versions: Sequence[Version]) -> list[datetime]:
    ends: list[datetime] = []
    next_at: dict[tuple[str, str], datetime] = {}
    for version in reversed(versions):
        key = version.posting_id, version.title
        ends.append(next_at.get(key, _NEVER))
        next_at[key] = version.first_at
    return ends[::-1]


def _day_of(time: datetime) -> date:
    return time.astimezone(UTC).date()


def _number_values(values: Iterable[Hashable]) -> Integers:
    numbers: dict[Hashable, int] = {None: -1}
    return np.fromiter((numbers.setdefault(value, len(numbers)) for value in values), np.int64)


def _expand_groups(sets: Iterable[frozenset[str]]) -> tuple[Integers, Integers]:
    rows: list[int] = []
    numbers: dict[str, int] = {}
    values: list[int] = []
    for row, members in enumerate(sets):
        for value in sorted(members):
            rows.append(row)
            values.append(numbers.setdefault(value, len(numbers)))
    return np.array(rows, np.int64), np.array(values, np.int64)


def _joint(*columns: Integers) -> Integers:
    """Return a number for each combination of the columns' values. The values must be -1 or more."""
    joint = columns[0]
    for column in columns[1:]:
        _, joint = np.unique(joint, return_inverse=True)
        joint = joint * (int(column.max(initial=0)) + 2) + column + 1
    return joint


def _pairs(group: Integers, member: Integers, before: int) -> Integers:
    """Pair each member of a group with the first member and with the `before` members just before it.

    Shape (pairs, 2).
    """
    order = np.lexsort((member, group))
    group, member = group[order], member[order]
    is_new = np.concatenate([[True], group[1:] != group[:-1]]) if len(group) else np.zeros(0, bool)
    first = np.flatnonzero(is_new)[np.cumsum(is_new) - 1]
    place = np.arange(len(group)) - first
    parts = [np.stack([member[first], member], 1)[place > 0]]
    for back in range(1, before + 1):
        at = np.flatnonzero(place > back)
        if not len(at):
            break
        parts.append(np.stack([member[at - back], member[at]], 1))
    pairs: Integers = np.concatenate(parts)
    differ: npt.NDArray[np.bool_] = pairs[:, 0] != pairs[:, 1]
    return pairs[differ]


def _once(pairs: Sequence[Integers]) -> tuple[Integers, Integers]:
    codes = _different(np.concatenate([np.zeros(0, np.int64), *(pair[:, 0] << 32 | pair[:, 1] for pair in pairs)]))
    return codes >> 32, codes & 0xFFFFFFFF


def _different(values: Integers) -> Integers:
    """Return the same as `np.unique`, which uses a hash table. Sorting is ten times as fast for millions of pairs."""
    series = np.sort(values)
    different: Integers = series[np.concatenate([[True], series[1:] != series[:-1]])] if len(series) else series
    return different


def _among(values: Integers, pool: Integers) -> npt.NDArray[np.bool_]:
    if not len(pool):
        return np.zeros(len(values), bool)
    is_in_pool: npt.NDArray[np.bool_] = pool[np.minimum(np.searchsorted(pool, values), len(pool) - 1)] == values
    return is_in_pool


def _in_groups(table: _Table, rows: Integers, member: Integers, *columns: Integers, before: int = 0) -> list[Integers]:
    group = _joint(*columns)
    pairs = [_pairs(group, member, before)]
    for column in (table.requisition[rows], table.department[rows]):
        says = column >= 0
        if says.any():
            pairs.append(_pairs(_joint(group[says], column[says]), member[says], before))
    return pairs


def _same_text(table: _Table) -> LinkRows:
    rows = table.employer_row[table.text[table.employer_row] >= 0]
    employer = table.employer[table.text[table.employer_row] >= 0]
    left, right = _once(_in_groups(table, rows, rows, employer, table.title[rows], table.text[rows]))
    is_link = (table.posting[left] != table.posting[right]) & ~table.contradict(left, right)
    return SAME_TEXT, left[is_link], right[is_link], np.ones(int(is_link.sum()))


def _similar_text(table: _Table, sketches: Sketches) -> list[LinkRows]:
    has_sketch = (table.text >= 0) & (table.text < table.n_sketched)
    has_sketch[has_sketch] = np.diff(sketches.offsets)[table.text[has_sketch]] >= MIN_SAMPLE
    at = has_sketch[table.employer_row]
    rows, block = table.employer_row[at], _joint(table.employer[at], table.title[table.employer_row[at]])
    # One version represents all with the same employer, title, text, requisition and department: rule 1 links these.
    alike = _joint(block, table.text[rows], table.requisition[rows], table.department[rows])
    order = np.lexsort((rows, alike))
    first = order[np.concatenate([[True], np.diff(alike[order]) != 0])] if len(order) else order
    rows, block = rows[first], block[first]
    is_narrow = _is_shared(block, table.text[rows])
    rows, block = rows[is_narrow], block[is_narrow]
    loose = has_sketch & (table.is_agency | ~table.is_said)
    wide = np.flatnonzero(has_sketch & _among(table.title, _different(table.title[loose])))
    wide = wide[_is_shared(table.title[wide], wide)]

    texts, number = np.unique(np.concatenate([table.text[rows], table.text[wide]]), return_inverse=True)
    signature = signatures_of(sketches.of(texts))
    narrow_number, wide_number = number[: len(rows)], number[len(rows) :]

    left, right = candidates(signature[narrow_number], block, rows, LSH_ROWS_PER_BAND)
    is_open = (
        (table.posting[left] != table.posting[right])
        & (table.text[left] != table.text[right])
        & ~table.contradict(left, right)
    )
    narrow_links = _verify_pairs(table, sketches, left[is_open], right[is_open], MIN_COVER, MIN_COVER_BACK)

    left, right = candidates(signature[wide_number], table.title[wide], wide, LSH_ROWS_PER_BAND_UNKNOWN)
    is_open = (table.posting[left] != table.posting[right]) & (loose[left] | loose[right])
    left, right = left[is_open], right[is_open]
    is_open = ~table.share_employer(left, right) & table.share_place(left, right)
    wide_links = _verify_pairs(table, sketches, left[is_open], right[is_open], MIN_COVER_UNKNOWN, MIN_COVER_UNKNOWN)
    return [narrow_links, wide_links]


def _is_shared(group: Integers, value: Integers) -> npt.NDArray[np.bool_]:
    _, number = np.unique(group, return_inverse=True)
    once = _different(number << 32 | value) >> 32
    is_shared: npt.NDArray[np.bool_] = np.bincount(once, minlength=len(group) + 1)[number] > 1
    return is_shared


def candidates(signature: Hashes, block: Integers, member: Integers, rows: int) -> tuple[Integers, Integers]:
    """Return the rows of the earlier and the later version of each candidate pair.

    Two versions are candidates if they are in one block and their signatures agree in a band of `rows` values.
    `signature`, `block` and `member` describe one version per row: its signature, the number of its block, its row in
    the table.
    """
    pairs: list[Integers] = []
    _, block = np.unique(block, return_inverse=True)
    for band in range(0, signature.shape[1] - rows + 1, rows):
        key = mix_bits(block.astype(np.uint64) + np.uint64(1))
        for column in range(band, band + rows):
            key = mix_bits(key ^ signature[:, column].astype(np.uint64))
        pairs.append(_pairs(key.view(np.int64), member, MAX_COMPARED_BEFORE))
        if len(pairs) > 4:  # most bands find the same pairs
            pairs = [np.stack(_once(pairs), 1)]
    return _once(pairs)


def _verify_pairs(
    table: _Table, sketches: Sketches, left: Integers, right: Integers, min_cover: float, min_cover_back: float
) -> LinkRows:
    different, number = np.unique(table.text[left] << 32 | table.text[right], return_inverse=True)
    texts, at = np.unique(np.concatenate([different >> 32, different & 0xFFFFFFFF]), return_inverse=True)
    shares = cover_shares(sketches.of(texts), at[: len(different)], at[len(different) :])[number]
    score = shares.max(1, initial=0)
    is_link = (score >= min_cover) & (shares.min(1, initial=1) >= min_cover_back)
    return SIMILAR_TEXT, left[is_link], right[is_link], score[is_link]


def _same_facts(table: _Table) -> LinkRows:
    begins = np.searchsorted(table.place_row, np.arange(table.n + 1))
    counts = (begins[1:] - begins[:-1])[table.employer_row]
    offsets = np.concatenate([[0], np.cumsum(counts)])
    at = np.repeat(begins[:-1][table.employer_row] - offsets[:-1], counts) + np.arange(offsets[-1])
    rows, employer, place = np.repeat(table.employer_row, counts), np.repeat(table.employer, counts), table.place[at]
    group = _joint(employer, table.title[rows], place)
    is_whole = ~table.is_line[rows]
    rows, group = rows[is_whole], group[is_whole]
    lacks = _among(group, _different(group[table.text[rows] < 0]))
    rows, group = rows[lacks], group[lacks]
    left, right = _once(_in_groups(table, rows, rows, group, before=MAX_COMPARED_BEFORE))
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
    """Return the share of five facts that agree (employer, title, place, days, pay); 0 if the adverts are two jobs."""
    if (left.source, left.board) == (right.source, right.board) and not _is_closed(left, right.first_at):
        return 0.0
    if left.posted_on and right.posted_on:
        days = abs((left.posted_on - right.posted_on).days)
    else:
        days = (right.first_at - left.first_at).days
    pays = _pays_agree(left.pay, right.pay)
    if days > MAX_DAYS_APART or pays is False:
        return 0.0
    return (3 + (days <= MAX_DAYS_APART / 3) + bool(pays)) / 5


def _side_by_side(table: _Table) -> LinkRows:
    is_bare = (table.text < 0) & (table.whereabouts >= 0) & ~table.is_line & ~table.is_agency
    rows, employer = table.employer_row[is_bare[table.employer_row]], table.employer[is_bare[table.employer_row]]
    alike = _joint(employer, table.title[rows], table.board[rows], table.whereabouts[rows], table.pay[rows])
    is_shared = _is_shared(alike, table.posting[rows])
    rows, alike = rows[is_shared], alike[is_shared]
    pairs = list(_with_earliest_open(table, rows, alike))
    for column in (table.requisition[rows], table.department[rows]):
        says = column >= 0
        pairs += _with_earliest_open(table, rows[says], _joint(alike[says], column[says]))
    left, right = _once([np.array(pairs, np.int64).reshape(-1, 2)])
    is_link = ~table.contradict(left, right)
    return SAME_FACTS, left[is_link], right[is_link], np.ones(int(is_link.sum()))


def _with_earliest_open(table: _Table, rows: Integers, group: Integers) -> Iterator[tuple[int, int]]:
    """Yield pairs of versions of two postings: the earliest in the group that is still listed, and a later one."""
    order = np.lexsort((rows, group))
    queue: list[int] = []
    at, of = 0, -1
    for row, number in zip(rows[order].tolist(), group[order].tolist(), strict=True):
        if number != of:
            queue, at, of = [], 0, number
        time = table.versions[row].first_at
        while at < len(queue) and (_is_closed(table.versions[queue[at]], time) or table.ends[queue[at]] <= time):
            at += 1
        if at < len(queue) and table.posting[queue[at]] != table.posting[row]:
            yield queue[at], row
        queue.append(row)


def _is_closed(version: Version, time: datetime) -> bool:
    return version.closed_at is not None and version.closed_at <= time


def _pays_agree(left: Pay, right: Pay) -> bool | None:
    ends = [[end for end in (pay.low, pay.high) if end is not None] for pay in (left, right)]
    if not all(ends) or (left.currency, left.period) != (right.currency, right.period):
        return None
    return max(map(min, ends)) <= min(map(max, ends))
