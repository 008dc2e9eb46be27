"""Find the contract that an advert offers: as an employee, as a contractor, or through an agency's payroll.

Contract and hours are two questions: full-time work may be done under any contract. Title, field and text are read, and
so is the kind of employment, as CONTRACTOR names a contract. A word such as "B2B" or "PJ" has other meanings ("B2B
sales", "clientes PJ"), so that a text is only read where a phrase, a label ("Contract: ") or an amount beside it shows
that the job's own contract is meant. `contract_cues.csv` holds the phrases.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Iterator

from transforms.records.vocabulary import AGENCY, CONTRACTOR, OPEN_CONTRACT
from transforms.role.titles import contracts_named
from transforms.skills.sections import lines_around, lower_text
from transforms.text.characters import letters_beyond_ascii
from transforms.text.lookups import cells_of
from transforms.text.multi_match import Literals

MAX_MENTIONS = 60
"""Only this many places of a text with a word for a contract are read."""
REACH = 120
"""This many characters before and after a word for a contract are read, at most to the ends of its line."""
MAX_LABELLED = 60
"""Maximum number of characters after a label that are read as a field: "Contract: B2B or UoP"."""
MAX_LABEL_WORDS = 3
"""Of more text after a label, only this many words are read: texts often have no breaks between their facts."""
_LAST_OF_LATIN_1 = "\u00ff"
"""The last letter that `Literals` can find. Letters of Polish and Czech and of other scripts are beyond it."""


def contract_of(words: str | None, title: str, text: str, employment_type: str | None) -> str | None:
    """Return the contract that an advert offers (`vocabulary.CONTRACTS`); None if it states none.

    `words` are those of the source's field for the employment. A contract through an agency counts before any other.
    Return `OPEN_CONTRACT` if the advert leaves the choice between an employee's and a contractor's. A title that names
    a contract counts alone.
    """
    return choose_contract(
        _of_title(lower_text(title))
        or {
            *(contracts_named(words) if words else ()),
            *([CONTRACTOR] if employment_type == "CONTRACTOR" else []),
            *(contracts_in(text) if text else ()),
        }
    )


def choose_contract(contracts: Iterable[str | None]) -> str | None:
    """Return the contract of an advert that names `contracts` (None: none named)."""
    named = {contract for contract in contracts if contract}
    return AGENCY if AGENCY in named else OPEN_CONTRACT if len(named) > 1 else next(iter(named), None)


def contracts_in(text: str) -> set[str]:
    """Return the contracts that a text offers.

    >>> sorted(contracts_in("Forma zatrudnienia: B2B lub umowa o pracę")), contracts_in("Our B2B sales team")
    (['contractor', 'employee'], set())
    """
    found: set[str] = set()
    for line in itertools.islice(_lines_of_contracts(text), MAX_MENTIONS):
        found |= _of_phrases("text", line) | _of_label(line)
    return found


@functools.cache
def _patterns(where: str, before: str = "", after: str = "") -> tuple[tuple[str, re.Pattern[str]], ...]:
    by_contract: dict[str, list[str]] = {}
    for row in cells_of("contract_cues"):
        if row["where"] == where:
            by_contract.setdefault(row["contract"], []).append(row["pattern"])
    return tuple(
        (contract, re.compile(f"{before}(?:{'|'.join(patterns)}){after}")) for contract, patterns in by_contract.items()
    )


@functools.cache
def _literals() -> tuple[Literals, re.Pattern[str], frozenset[str]]:
    """Return the words for contracts that `Literals` finds, a pattern for the others, and letters of the others."""
    words = [row["pattern"] for row in cells_of("contract_cues") if row["where"] == "literal"]
    others = [word for word in words if max(word) > _LAST_OF_LATIN_1]
    letters = {max(word) for word in others}
    return (
        Literals(word for word in words if word not in others),
        re.compile("|".join(others)),
        frozenset((*letters, *(letter.upper() for letter in letters))),
    )


@functools.cache
def _title_literals() -> re.Pattern[str]:
    words = (row["pattern"] for row in cells_of("contract_cues") if row["where"] == "title literal")
    return re.compile("|".join(map(re.escape, words)))


def _lines_of_contracts(text: str) -> Iterator[str]:
    """Return the lines with a word for a contract (`lines_around`)."""
    latin, others, letters = _literals()
    spans = latin.spans(text)
    if not letters.isdisjoint(letters_beyond_ascii(text)):
        spans = sorted(itertools.chain(spans, (match.span() for match in others.finditer(lower_text(text)))))
    return lines_around(text, spans, REACH)


def _of_title(title: str) -> frozenset[str]:
    return _of_phrases("title", title) if _title_literals().search(title) else frozenset()


@functools.lru_cache(maxsize=1 << 12)
def _of_phrases(where: str, line: str) -> frozenset[str]:
    ends = (r"(?<!\w)", "") if where == "text" else (r"(?<!\w)", r"(?!\w)")
    ((_, before),) = _patterns("not before", r"\b", r"\b[^.;:]{0,12}$")
    ((_, after),) = _patterns("not after", r"^\W{0,3}", r"\b")
    found = set()
    for contract, pattern in _patterns(where, *ends):
        for match in pattern.finditer(line):
            lead = line[max(0, match.start() - 40) : match.start()]
            if not before.search(lead) and not after.match(line[match.end() :]):
                found.add(contract)
                break
    return frozenset(found)


def _of_label(line: str) -> frozenset[str]:
    """Return the contracts named right after a label; of a long line, only the label's first words count."""
    ((_, label),) = _patterns("label", r"(?<!\w)", r"\s?[:：]\s*")
    found: set[str] = set()
    for match in label.finditer(line):
        value = re.split(r"[.;|•]", line[match.end() :], maxsplit=1)[0]
        found |= contracts_named(value if len(value) <= MAX_LABELLED else " ".join(value.split()[:MAX_LABEL_WORDS]))
    return frozenset(found)
