"""Resolve who hires over all loaded adverts: fill core.employers, and `employer_id` of each posting.

Employers are the connected components of adverts that share evidence: the key of a name, or an employer's own board or
domain (`transforms.employers.identity`). They depend on the adverts and on boards.csv, not on the order of loading.

Three rules prevent false unions. A very short key counts only within its source (`employers.identity`). A board or
domain unites names only if these are similar to each other or to the name of the board or domain (`unites`). A board's
token belongs to whoever registered it first, so it counts for less than a stated name (`_evidence_of`).

An `employer_id` is the key of a name: the smallest in boards.csv, or else the one seen first. So an id changes only if
adverts unite employers, if adverts add a name that stops a board or domain from uniting names, or if a late archive
file or boards.csv brings an earlier name.
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
from warehouse.sql_files import read_sql
from warehouse.tables import Employers

PUBLIC = "public: "
"""Prefix of `industry_evidence` in boards.csv if the evidence is about the employer itself and not from an advert."""


class HiringStatement(NamedTuple):
    """What adverts state about who hires: one entry for all adverts that state the same."""

    employer: str | None
    source: str
    board: str | None
    place: str | None  # the beginning of their addresses, as far as it identifies the employer
    n_postings: int
    first_seen: tuple[datetime, str]  # when the first of them was seen, and the smallest posting_id of that time
    in_text: tuple[tuple[str, int], ...] = ()  # spellings in texts with numbers of adverts, if fields have only a token
    industries: tuple[tuple[str, int], ...] = ()  # the industry as stated in fields, with numbers of adverts


@dataclass
class _Component:
    statements: list[HiringStatement] = field(default_factory=list)
    boards: list[Board] = field(default_factory=list)
    evidence: set[str] = field(default_factory=set)

    def evidence_of(self, kind: str) -> list[str]:
        return sorted(fact.removeprefix(f"{kind}:") for fact in self.evidence if fact.startswith(f"{kind}:"))


def resolve(con: database.Connection, boards: Sequence[Board]) -> None:
    """Bring core.employers and the postings' `employer_id` up to date. Only employers that changed are written.

    `boards` are all lines of boards.csv: an employer named there is in core.employers even without adverts.
    """
    hiring = read_sql("load/sql/hiring")
    rows = con.execute(
        f"""
        SELECT employer, source, board, place, count(*), min((first_seen_at, posting_id)),
            coalesce(histogram(employer_in_text), MAP {{}}), coalesce(histogram(industry_text), MAP {{}})
        FROM ({hiring}) GROUP BY employer, source, board, place
        """
    ).fetchall()
    statements = [HiringStatement(*row[:-2], *(tuple(sorted(counts.items())) for counts in row[-2:])) for row in rows]
    employers, ids = resolve_employers(statements, boards)
    columns: dict[str, list[str | None]] = {
        f"{name}s": [getattr(statement, name) for statement in statements]
        for name in ("employer", "source", "board", "place")
    } | {"ids": ids}
    with database.transaction(con):
        _write_employers(con, employers)
        con.execute(read_sql("load/sql/hired_by", hiring=hiring), columns)
        con.execute(
            "UPDATE core.postings AS p SET employer_id = h.employer_id FROM hired_by AS h"
            " WHERE h.posting_id = p.posting_id"
        )


def _write_employers(con: database.Connection, employers: Sequence[Employers]) -> None:
    columns = [f.name for f in fields_of(Employers)]
    records = con.execute(f"SELECT {', '.join(columns)} FROM {table_of(Employers).name}").fetchall()
    old_rows = {tuple(tuple(v) if isinstance(v, list) else v for v in row) for row in records}
    rows = {tuple(getattr(employer, name) for name in columns): employer for employer in employers}
    if stale := {row[0] for row in old_rows - rows.keys()}:
        con.execute(f"DELETE FROM {table_of(Employers).name} WHERE employer_id IN (SELECT unnest(?))", [list(stale)])
    if new := [employer for row, employer in rows.items() if row not in old_rows]:
        database.put(con, Employers, new)


# --- uniting ----------------------------------------------------------------------------------------------------------


def resolve_employers(
    statements: Sequence[HiringStatement], boards: Iterable[Board]
) -> tuple[list[Employers], list[str | None]]:
    """Return the employers in statements and in lines of boards.csv, sorted by id, and an id for each statement.

    The id is None for a statement without evidence of who hires.
    """
    hiring: list[HiringStatement | Board] = [*statements, *boards]
    evidence = _evidence_of(hiring)
    shared = set(_find_shared(hiring, evidence))
    roots = Roots()
    for facts in evidence:
        roots.unite(facts - shared)
    components: dict[str, _Component] = defaultdict(_Component)
    root_of = [roots.of(min(rest)) if (rest := facts - shared) else None for facts in evidence]
    for entry, root, facts in zip(hiring, root_of, evidence, strict=True):
        if root is not None:
            components[root].evidence |= facts - shared
            if isinstance(entry, HiringStatement):
                components[root].statements.append(entry)
            else:
                components[root].boards.append(entry)
    employers = {
        root: _make_employer(component)
        for root, component in components.items()
        if component.statements or any(board.employer for board in component.boards)
    }
    ids = [None if root is None else employers[root].employer_id for root in root_of[: len(statements)]]
    return sorted(employers.values(), key=lambda employer: employer.employer_id), ids


def _evidence_of(hiring: Sequence[HiringStatement | Board]) -> list[frozenset[str]]:
    """Return the evidence in each entry, without names that are only tokens and say too little.

    A token names only the employer of its own board if it is an ordinary word (greenhouse:orchard sells houses,
    ashby:orchard grows apples) or if only other boards state it as their name (greenhouse:figureai: "Figure").
    """
    token_evidence = [identity.evidence(None, entry.source, entry.board, None) for entry in hiring]
    is_own_token: dict[str, set[bool]] = defaultdict(set)
    for entry, of_token in zip(hiring, token_evidence, strict=True):
        key = identity.employer_key(entry.employer)
        if key and of_token and not _is_token(entry):
            is_own_token[f"name:{key}"].add(f"name:{key}" in of_token)
    evidence = []
    for entry, of_token in zip(hiring, token_evidence, strict=True):
        place = entry.place if isinstance(entry, HiringStatement) else None
        stated = set() if _is_token(entry) else {f"name:{identity.employer_key(entry.employer)}"}
        names = {name for name in of_token - stated if name.startswith("name:")}
        weak = {n for n in names if identity.is_ordinary(n.removeprefix("name:")) or is_own_token[n] == {False}}
        evidence.append(identity.evidence(entry.employer, entry.source, entry.board, place) - weak)
    return evidence


def _is_token(entry: HiringStatement | Board) -> bool:
    return entry.employer is None or (entry.board is not None and entry.employer in entry.board)


def _find_shared(hiring: Sequence[HiringStatement | Board], evidence: Sequence[frozenset[str]]) -> Iterator[str]:
    names: dict[str, set[str]] = defaultdict(set)
    for entry, facts in zip(hiring, evidence, strict=True):
        if key := identity.employer_key(entry.employer):
            for fact in facts:
                names[fact].add(key)
    return (fact for fact, keys in names.items() if not fact.startswith("name:") and not unites(fact, keys))


# --- one employer -----------------------------------------------------------------------------------------------------


def _make_employer(component: _Component) -> Employers:
    statements, boards = component.statements, sorted(component.boards, key=lambda board: (board.source, board.board))
    entered = sorted({board.employer for board in boards if board.employer})
    stated = {entry.employer for entry in statements if entry.employer and identity.employer_key(entry.employer)}
    names = sorted({*entered, *stated})
    hiring: list[HiringStatement | Board] = [*statements, *boards]
    employer_id = _choose_id(component, entered)
    name, name_source = _choose_name(statements, [n for n in entered if identity.employer_key(n) == employer_id])
    is_agency = any(map(identity.is_staffing_agency, names))
    industry, industry_evidence = _choose_industry([] if is_agency else statements, boards)
    return Employers(
        employer_id=employer_id,
        employer=name or employer_id,
        name_source=name_source,
        names=tuple(names),
        domains=tuple(component.evidence_of("domain")),
        boards=tuple(sorted({f"{entry.source}:{entry.board}" for entry in hiring if _is_on_own_board(entry)})),
        country=next((board.country for board in boards if board.country), None),
        industry=industry,
        industry_evidence=industry_evidence,
        is_staffing_agency=is_agency,
        n_postings=sum(statement.n_postings for statement in statements),
    )


def _choose_id(component: _Component, entered: Sequence[str]) -> str:
    if entered_keys := [key for name in entered if (key := identity.employer_key(name))]:
        return min(entered_keys)
    names = component.evidence_of("name")
    seen = []
    for statement in component.statements:
        key = identity.employer_key(statement.employer)
        keys = (key, f"{key}@{statement.source}") if key else ()
        seen += [(statement.first_seen, name) for name in keys if name in names]
    if seen:
        return min(seen)[1]
    return next(facts[0] for kind in ("name", "domain", "board") if (facts := component.evidence_of(kind)))


def _choose_name(statements: Sequence[HiringStatement], entered: Sequence[str]) -> tuple[str | None, str]:
    """Return the name shown, None if only a domain is known, and where it comes from (a value of `NAME_SOURCES`).

    A name from boards.csv counts first, then the most frequent spelling; of equally frequent ones, the first by the
    alphabet. A name with an aside in brackets counts after any other, a board's token ("wehrtyou") after the spelling
    in the adverts' texts.
    """
    if entered:
        return entered[0], "boards_list"
    names: Counter[str] = Counter()
    tokens: Counter[str] = Counter()
    in_text: Counter[str] = Counter()
    for statement in statements:
        in_text.update(dict(statement.in_text))
        if not _is_token(statement) and statement.employer and identity.employer_key(statement.employer):
            names[statement.employer] += statement.n_postings
        elif token := statement.employer or identity.naming_token(statement.source, statement.board):
            tokens[token] += statement.n_postings
    if names:
        return min(names, key=lambda name: ("(" in name, -names[name], name)), "advert"
    if in_text:
        return min(in_text, key=lambda name: (-in_text[name], name.isupper(), name)), "advert_text"
    if tokens:
        return write_token(min(tokens, key=lambda token: (-tokens[token], token))), "token"
    return None, "domain"


def _choose_industry(statements: Sequence[HiringStatement], boards: Sequence[Board]) -> tuple[str | None, str | None]:
    entered = [(board.industry, board.industry_evidence) for board in boards if board.industry]
    public = [(industry, evidence) for industry, evidence in entered if (evidence or "").startswith(PUBLIC)]
    return next(iter([*public, *_read_industries(statements), *entered]), (None, None))


def _read_industries(statements: Sequence[HiringStatement]) -> Iterator[tuple[str, str]]:
    counts: Counter[tuple[str, str]] = Counter()
    for statement in statements:
        for text, n in statement.industries:
            counts[(statement.source, text)] += n
    industries: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for (source, text), n in counts.items():
        if industry := industry_of(text):
            industries[industry][(source, text)] += n
    for industry, words in industries.items():
        if 2 * words.total() > counts.total():
            source, text = min(words, key=lambda pair: (-words[pair], pair))
            yield industry, f"{source} states: {text}"


def _is_on_own_board(entry: HiringStatement | Board) -> bool:
    return any(fact.startswith("board:") for fact in identity.evidence(None, entry.source, entry.board, None))
