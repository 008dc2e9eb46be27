"""Who hires, resolved over all adverts that are loaded: core.employers, and `employer_id` of each posting.

Adverts that share evidence (a name's key, a board of the employer's own, a domain of its own) are one employer's: its
employers are the connected components. `transforms.employers.identity` says what is evidence.
The outcome is a function of what adverts say and of boards.csv, not of the order in which they were loaded.

Guards against false unions: the key of a name that is too short holds within its source (`employers.identity`); a
board or a domain unites only names that have to do with each other, or with its own (`unites`); and a board's token,
which is whose came first, says less of who hires than a name that is stated (`_evidence_of`).

An `employer_id` is the key of a name: of those that boards.csv has for the employer the smallest, else the one seen
first. So adverts that come later change none but by uniting employers, or by a further name on a board or domain that
then unites no more; beside them a late archive file that was seen earlier, and a name entered in boards.csv, can.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from transforms.employers import identity
from transforms.employers.industries import industry_of
from transforms.employers.shared_names import Roots, unites
from transforms.employers.token_names import write_token
from transforms.records.boards import Board
from transforms.records.columns import fields_of, table_of
from warehouse import database
from warehouse.tables import Employers

PUBLIC = "public: "
"""How evidence begins in boards.csv that a person has of an employer itself, and not of one of its adverts."""


class HiringStatement(NamedTuple):
    """What adverts say of who hires, once for all that say the same. `place` is the beginning of their addresses."""

    employer: str | None
    source: str
    board: str | None
    place: str | None
    n_postings: int
    first_seen: tuple[datetime, str]
    """When the first of them was seen, and the smallest posting_id of then."""
    in_text: tuple[tuple[str, int], ...] = ()
    """Spellings of the employer in their texts, with the number of adverts, where they give its board's token alone."""
    industries: tuple[tuple[str, int], ...] = ()
    """What fields of theirs state of the employer's industry, with the number of adverts."""


@dataclass
class _Employer:
    """One connected component, while it is gathered."""

    said: list[HiringStatement] = field(default_factory=list)
    boards: list[Board] = field(default_factory=list)
    evidence: set[str] = field(default_factory=set)


# Industries that sources state decide published shares: those whose aggregates may not be published have no say.
# Of an address the host is enough where the board is the employer's own; elsewhere the beginning of the path may be a
# board on a platform (jobs.lever.co/acme). So there are a few thousand that differ, never one for each posting.
_HIRING = """
    SELECT p.posting_id, p.first_seen_at, p.employer_id, p.employer, p.employer_in_text, p.source, p.board,
        CASE WHEN s.is_republishable THEN p.industry_text END AS industry_text,
        CASE WHEN s.kind = 'employer board' THEN regexp_extract(p.url, '^https?://[^/?#]+')
            ELSE regexp_extract(p.url, '^https?://[^/?#]+/?[^/?#]*') END AS place
    FROM core.postings AS p LEFT JOIN core.sources AS s USING (source)"""


def resolve(con: database.Connection, boards: Sequence[Board]) -> None:
    """Bring core.employers and the `employer_id` of postings up to date; only rows that change are written.

    `boards` are all lines of boards.csv: an employer that is named there stands in core.employers without adverts too.
    """
    rows = con.execute(
        f"""
        SELECT employer, source, board, place, count(*), min((first_seen_at, posting_id)),
            coalesce(histogram(employer_in_text), MAP {{}}), coalesce(histogram(industry_text), MAP {{}})
        FROM ({_HIRING}) GROUP BY employer, source, board, place
        """
    ).fetchall()
    statements = [HiringStatement(*row[:-2], *(tuple(sorted(counts.items())) for counts in row[-2:])) for row in rows]
    employers, ids = resolve_employers(statements, boards)
    with database.transaction(con):
        _write_employers(con, employers)
        _write_ids(con, statements, ids)


def _write_employers(con: database.Connection, employers: Sequence[Employers]) -> None:
    columns = [f.name for f in fields_of(Employers)]
    records = con.execute(f"SELECT {', '.join(columns)} FROM {table_of(Employers).name}").fetchall()
    old_rows = {tuple(tuple(v) if isinstance(v, list) else v for v in row) for row in records}
    rows = {tuple(getattr(employer, name) for name in columns): employer for employer in employers}
    if stale := {row[0] for row in old_rows - rows.keys()}:
        con.execute(f"DELETE FROM {table_of(Employers).name} WHERE employer_id IN (SELECT unnest(?))", [list(stale)])
    if new := [employer for row, employer in rows.items() if row not in old_rows]:
        database.put(con, Employers, new)


def _write_ids(con: database.Connection, statements: Sequence[HiringStatement], ids: Sequence[str | None]) -> None:
    columns: dict[str, list[str | None]] = {
        "employers": [one.employer for one in statements],
        "sources": [one.source for one in statements],
        "boards": [one.board for one in statements],
        "places": [one.place for one in statements],
        "ids": list(ids),
    }
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE hired_by AS
        WITH hiring AS (
            SELECT unnest($employers::VARCHAR[]) AS employer, unnest($sources::VARCHAR[]) AS source,
                unnest($boards::VARCHAR[]) AS board, unnest($places::VARCHAR[]) AS place,
                unnest($ids::VARCHAR[]) AS employer_id
        )
        SELECT p.posting_id, h.employer_id FROM ({_HIRING}) AS p JOIN hiring AS h
        ON h.source = p.source AND h.employer IS NOT DISTINCT FROM p.employer
            AND h.board IS NOT DISTINCT FROM p.board AND h.place IS NOT DISTINCT FROM p.place
        WHERE h.employer_id IS DISTINCT FROM p.employer_id
        """,
        columns,
    )
    con.execute(
        "UPDATE core.postings AS p SET employer_id = h.employer_id FROM hired_by AS h WHERE h.posting_id = p.posting_id"
    )


# --- uniting ----------------------------------------------------------------------------------------------------------


def resolve_employers(
    statements: Sequence[HiringStatement], boards: Iterable[Board]
) -> tuple[list[Employers], list[str | None]]:
    """The employers behind what adverts say and what boards.csv has, by id; and the id of each that says who hires."""
    hiring: list[HiringStatement | Board] = [*statements, *boards]
    evidence = _evidence_of(hiring)
    apart = set(_shared_by_several(hiring, evidence))
    roots = Roots()
    for facts in evidence:
        roots.unite(facts - apart)
    components: dict[str, _Employer] = defaultdict(_Employer)
    root_of = [roots.of(min(rest)) if (rest := facts - apart) else None for facts in evidence]
    for one, root, facts in zip(hiring, root_of, evidence, strict=True):
        if root is not None:
            components[root].evidence |= facts - apart
            if isinstance(one, HiringStatement):
                components[root].said.append(one)
            else:
                components[root].boards.append(one)
    employers = {
        root: _employer(employer)
        for root, employer in components.items()
        if employer.said or any(board.employer for board in employer.boards)
    }
    ids = [None if root is None else employers[root].employer_id for root in root_of[: len(statements)]]
    return sorted(employers.values(), key=lambda employer: employer.employer_id), ids


def _evidence_of(hiring: Sequence[HiringStatement | Board]) -> list[frozenset[str]]:
    """The evidence of each, without the names of tokens that say too little.

    A token that is an ordinary word names the employer of its board alone: greenhouse:orchard sells houses and
    ashby:orchard grows apples. So does one whose name boards of other tokens state: where greenhouse:figureai is
    "Figure", greenhouse:figure is somebody else's.
    """
    tokens = [identity.evidence(None, one.source, one.board, None) for one in hiring]
    verdicts: dict[str, set[bool]] = defaultdict(set)
    for one, of_token in zip(hiring, tokens, strict=True):
        key = identity.employer_key(one.employer)
        if key and of_token and not _is_token(one):
            verdicts[f"name:{key}"].add(f"name:{key}" in of_token)
    evidence = []
    for one, of_token in zip(hiring, tokens, strict=True):
        facts = identity.evidence(
            one.employer, one.source, one.board, one.place if isinstance(one, HiringStatement) else None
        )
        own = set() if _is_token(one) else {f"name:{identity.employer_key(one.employer)}"}
        weak = {
            name
            for name in of_token - own
            if name.startswith("name:")
            and (identity.is_ordinary(name.removeprefix("name:")) or verdicts[name] == {False})
        }
        evidence.append(facts - weak)
    return evidence


def _is_token(one: HiringStatement | Board) -> bool:
    """Whether what stands for the employer's name is its board's token, or a part of it."""
    return one.employer is None or (one.board is not None and one.employer in one.board)


def _shared_by_several(hiring: Sequence[HiringStatement | Board], evidence: Sequence[frozenset[str]]) -> Iterator[str]:
    """Boards and domains that stand beside names of more than one employer."""
    names: dict[str, set[str]] = defaultdict(set)
    for one, facts in zip(hiring, evidence, strict=True):
        if key := identity.employer_key(one.employer):
            for fact in facts:
                names[fact].add(key)
    return (s for s, keys in names.items() if not s.startswith("name:") and not unites(s, keys))


# --- one employer -----------------------------------------------------------------------------------------------------


def _employer(component: _Employer) -> Employers:
    boards = sorted(component.boards, key=lambda board: (board.source, board.board))
    entries = sorted({board.employer for board in boards if board.employer})
    spellings = {one.employer for one in component.said if identity.employer_key(one.employer)} | set(entries)
    names = sorted(spelling for spelling in spellings if spelling)
    employer_id = _id(component, entries)
    name, name_source = _name(component.said, [n for n in entries if identity.employer_key(n) == employer_id])
    hiring: list[HiringStatement | Board] = [*component.said, *boards]
    is_staffing_agency = any(map(identity.is_staffing_agency, names))
    industry, industry_evidence = _industry([] if is_staffing_agency else component.said, boards)
    return Employers(
        employer_id=employer_id,
        employer=name or employer_id,
        name_source=name_source,
        names=tuple(names),
        domains=tuple(sorted(e.removeprefix("domain:") for e in component.evidence if e.startswith("domain:"))),
        boards=tuple(sorted({f"{one.source}:{one.board}" for one in hiring if _is_own(one)})),
        country=next((board.country for board in boards if board.country), None),
        industry=industry,
        industry_evidence=industry_evidence,
        is_staffing_agency=is_staffing_agency,
        n_postings=sum(one.n_postings for one in component.said),
    )


def _id(component: _Employer, entries: Sequence[str]) -> str:
    """The smallest key that boards.csv has, else that of the name seen first, else what else is known of it."""
    if entered_keys := [key for name in entries if (key := identity.employer_key(name))]:
        return min(entered_keys)
    names = sorted(
        (one.first_seen, fact)
        for one in component.said
        if (key := identity.employer_key(one.employer))
        for fact in component.evidence
        if fact in (f"name:{key}", f"name:{key}@{one.source}")
    )
    if names:
        return names[0][1].removeprefix("name:")
    kinds = ("name:", "domain:", "board:")
    facts = next(facts for kind in kinds if (facts := sorted(e for e in component.evidence if e.startswith(kind))))
    return facts[0].partition(":")[2]


def _name(statements: Sequence[HiringStatement], entries: Sequence[str]) -> tuple[str | None, str]:
    """The name shown and its `NAME_SOURCES`: as boards.csv has it, else the most frequent spelling, ties by name.

    One with an aside in brackets gives way to any other, and what is only a board's token ("wehrtyou") to the spelling
    in the texts of adverts. None: nothing but a domain is known.
    """
    if entries:
        return entries[0], "boards_list"
    names: Counter[tuple[bool, str]] = Counter()
    tokens: Counter[str] = Counter()
    in_text: Counter[str] = Counter()
    for one in statements:
        in_text.update(dict(one.in_text))
        if not _is_token(one) and one.employer and identity.employer_key(one.employer):
            names[("(" in one.employer, one.employer)] += one.n_postings
        elif token := one.employer or identity.naming_token(one.source, one.board):
            tokens[token] += one.n_postings
    if names:
        return min(names, key=lambda name: (name[0], -names[name], name[1]))[1], "advert"
    if in_text:
        return min(in_text, key=lambda name: (-in_text[name], name.isupper(), name)), "advert_text"
    if tokens:
        return write_token(min(tokens, key=lambda token: (-tokens[token], token))), "token"
    return None, "domain"


def _industry(statements: Sequence[HiringStatement], boards: Sequence[Board]) -> tuple[str | None, str | None]:
    """The industry and what says so: public knowledge in boards.csv, else fields of adverts, else boards.csv."""
    entries = [(board.industry, board.industry_evidence) for board in boards if board.industry]
    public = [one for one in entries if (one[1] or "").startswith(PUBLIC)]
    return next(iter([*public, *_stated_industry(statements), *entries]), (None, None))


def _stated_industry(statements: Sequence[HiringStatement]) -> Iterator[tuple[str, str]]:
    """The industry that fields of over half the adverts that state one name, with the words most of them have."""
    counts: Counter[tuple[str, str]] = Counter()
    for one in statements:
        for text, n in one.industries:
            counts[(one.source, text)] += n
    industries: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for (source, text), n in counts.items():
        if industry := industry_of(text):
            industries[industry][(source, text)] += n
    for industry, words in industries.items():
        if 2 * words.total() > counts.total():
            source, text = min(words, key=lambda pair: (-words[pair], pair))
            yield industry, f"{source} states: {text}"


def _is_own(one: HiringStatement | Board) -> bool:
    return any(fact.startswith("board:") for fact in identity.evidence(None, one.source, one.board, None))
