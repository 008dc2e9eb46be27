"""The cases of each figure of the exam: what a reader is given, what is right, and how an answer is held against it.

A unit is scored and drawn as one: an advert, a sentence, a page. What is counted is its items: skills, the pay, facts.
"""

from __future__ import annotations

import csv
import functools
import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from extractors.archive.reader import read as read_answers
from extractors.reading.schema_org import job_postings_in, page_of, read_job_posting
from extractors.response import Response
from extractors.source import all_sources
from tests.accuracy.scoring import (
    NOT_ASSERTED,
    ashby_jobs,
    ashby_pay_cases,
    documents_in,
    expected_pay,
    is_in_taxonomy,
    pay_fields,
    read_advert,
    read_pay,
    rows_in,
    skill_of,
    technologies,
)
from transforms.employers.vacancies import assign_jobs
from transforms.place.places import country_of
from transforms.posting import posting
from transforms.records.rows import Pay, Posting
from warehouse.load.jobs import decide_by
from warehouse.load.lookups import load_skill_codes

NO_LABEL = ("LABEL NOT PRESENT", "UNDERSPECIFIED")
"""What annotators wrote where ESCO has no label for a span, or several."""
EQUAL = ("exactMatch", "closeMatch")
DAYS_APART = timedelta(days=7)
PAGES = Path(__file__).with_name("pages.csv")
NO_MARK = " ("
"""What begins the explanation behind an ESCO label: Python (computer programming)."""

Advert = dict[str, Any]
Items = frozenset[Any]


@dataclass(frozen=True, kw_only=True)
class Unit:
    """What is right in a unit, and how an answer becomes items."""

    truth: Items
    items: Callable[[Any], Items]
    text: str = ""
    currencies: Collection[str | None] = ()
    """pay: the currencies of the right answer; the country's money if no pay is stated."""
    knowable: Callable[[Any], bool] | None = None
    """Which items a reader of this kind can know at all; None if it can know none."""
    is_visible: bool = False
    """Whether a peer's setting is chosen on this unit, which then is not scored."""


@dataclass(frozen=True)
class Case:
    """What a peer is given, our own answer to the same, and the units that an answer is scored on."""

    given: tuple[Any, ...]
    read: Callable[[], Any]
    units: Sequence[Unit]


# --- skills -------------------------------------------------------------------------------------------


@functools.cache
def read_skills(text: str) -> frozenset[str]:
    """Return the skills of an advert, whose title is the first line."""
    title, _, body = text.partition("\n")
    return frozenset(one.skill for one in read_advert("exam", title=title, text=body).skills)


def _folded(names: Collection[str]) -> Items:
    return frozenset(name.casefold() for name in names)


def _named(names: Collection[str]) -> Items:
    return frozenset(filter(is_in_taxonomy, names))


def latam(files: Sequence[Path], items: Callable[[Collection[str]], Items] = _folded) -> Iterator[Case]:
    """Hard skills of adverts. A label or find is the row of our taxonomy that it names, or stands for itself."""
    for row in documents_in(files[0].parent, files[0].name):
        text = f"{row['title']}\n{row['text']}"
        unit = Unit(truth=items(set(map(skill_of, row["hard_skills"]))), items=items)
        yield Case((text,), partial(read_skills, text), [unit])


def latam_covered(files: Sequence[Path]) -> Iterator[Case]:
    """The labels themselves, of which those count as found that have a row in our taxonomy."""
    for case in latam(files):
        labels = case.units[0].truth
        yield Case((), partial(_named, labels), [Unit(truth=labels, items=frozenset)])


def skillspan(files: Sequence[Path]) -> Iterator[Case]:
    """Technologies are what was annotated: finds of other kinds ("microservices") count only where they are marked."""
    for row in documents_in(files[0].parent, files[0].name):
        truth = frozenset(map(skill_of, row["gold_concrete_tech"]))
        unit = Unit(truth=truth, items=(technologies() | truth).intersection)
        yield Case((row["text"],), partial(read_skills, f"Role\n{row['text']}"), [unit])


@functools.cache
def esco_labels() -> dict[str, str]:
    """Return the ESCO label of each skill of the taxonomy that has an exact or close match."""
    rows = load_skill_codes()
    return {r.skill: r.label for r in rows if r.scheme.startswith("ESCO") and r.nearness in EQUAL and r.label}


def read_esco(sentence: str) -> Items:
    """Return the ESCO labels of the skills in a sentence."""
    return frozenset(esco_labels()[skill] for skill in read_skills(f"Role\n{sentence}") if skill in esco_labels())


def esco(files: Sequence[Path]) -> Iterator[Case]:
    """Sentences with at least one label of ESCO, each once. A peer is told how many labels there are."""
    labels: dict[str, set[str]] = defaultdict(set)
    with files[0].open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["label"] not in NO_LABEL:
                labels[row["sentence"]].add(row["label"])
    for sentence, truth in labels.items():
        unit = Unit(truth=frozenset(truth), items=frozenset)
        yield Case((sentence, len(truth)), partial(read_esco, sentence), [unit])


def esco_covered(files: Sequence[Path]) -> Iterator[Case]:
    """The labels themselves, of which those count as found that a row of our taxonomy has."""
    for case in esco(files):
        own = case.units[0].truth & set(esco_labels().values())
        yield Case((), partial(frozenset, own), case.units)


# --- pay ----------------------------------------------------------------------------------------------

MONEY = {"US": "USD"}
"""Of countries without a stated amount: whose claims name a currency is of these alone."""


def pay_cases(files: Sequence[Path], keys: Sequence[str] = ("low", "high", "currency", "period")) -> Iterator[Case]:
    """Short texts with one pay, right if all asserted fields of `keys` are, or without any pay."""
    for row in rows_in(files[0].parent, files[0].name):
        if row["scored"] != "1":
            continue
        text, country = row["input"], row["context_country"] or None
        expected = expected_pay(row)
        asserted = None if expected is None else {key: expected[key] for key in keys if key in expected}
        currency = MONEY.get(country or "") if expected is None else row["exp_currency"]
        unit = Unit(
            truth=frozenset(["pay"] if asserted else []),
            items=partial(_pay_items, asserted),
            text=text,
            currencies=(currency,),
        )
        if asserted is None or asserted:
            yield Case((text, country), partial(read_pay, text, country), [unit])


def _pay_items(asserted: Mapping[str, Any] | None, pays: Sequence[Pay]) -> Items:
    """No item where nothing is read, else one, which is right if it has all that is asserted."""
    got = pay_fields(next((pay for pay in pays if pay.is_headline), None))
    is_right = asserted is not None and all(got[key] == value for key, value in asserted.items())
    return frozenset(["pay" if is_right else "another"] if pays else [])


def ashby(files: Sequence[Path]) -> Iterator[Case]:
    """Whole adverts that state pay which the board's own field has, too, with all four fields."""
    for advert, text, ranges, _ in ashby_pay_cases(ashby_jobs(files)):
        unit = Unit(
            truth=frozenset(["pay"]),
            items=partial(_ashby_items, ranges),
            text=text,
            currencies={one[2] for one in ranges},
        )
        yield Case((text, None), partial(getattr, advert, "pay"), [unit])


def _ashby_items(ranges: Collection[Any], pays: Sequence[Pay]) -> Items:
    got = pay_fields(next((pay for pay in pays if pay.is_headline), None))
    return frozenset(["pay" if tuple(got.values()) in ranges else "another"] if pays else [])


# --- adverts of one board a week apart ----------------------------------------------------------------


def _adverts(path: Path) -> list[Posting]:
    adverts: dict[str, Posting] = {}
    for answer in read_answers(path):
        if isinstance(answer, Response):
            source = next(one for name, one in all_sources().items() if f"{name}." in answer.url)
            adverts |= {row.posting_id: row for row in map(_as_posting, source.parse(answer)) if row}
    return list(adverts.values())


def _as_posting(raw: Any) -> Posting | None:
    return posting(**raw) if isinstance(raw, dict) else None


FIELDS = ("employer", "source", "board", "template_hash", "title_key", "title", "department", "location_text", "text")


def _without_id(advert: Posting) -> Advert:
    return {**{name: getattr(advert, name) for name in FIELDS}, "vacancy_places": advert.vacancy_places}


def match_adverts(earlier: Sequence[Advert], later: Sequence[Advert]) -> set[tuple[int, int]]:
    """Return which later adverts are of the same vacancy as which earlier ones, by their indexes."""
    begun = datetime(2026, 1, 1, tzinfo=UTC)
    postings = []
    for day, adverts in enumerate((earlier, later)):
        seen = begun + day * DAYS_APART
        for number, advert in enumerate(adverts):
            own = {"posting_id": f"{day} {number}", "read_at": seen, "spans": [(seen, None)], "pay": None}
            postings.append(decide_by({**advert, **own, "url": None, "requisition_id": None}))
    members: dict[str, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for posting_id, job in assign_jobs(postings).items():
        which, _, index = posting_id.partition(" ")
        members[job][int(which)].append(int(index))
    return {(one, other) for before, after in members.values() for one in before for other in after}


def reposted(files: Sequence[Path]) -> Iterator[Case]:
    """Pairs of adverts with one id, a week apart, ids withheld. A unit is a later advert; half, by id, is visible.

    A reader of texts cannot know which of several equal ones of a board is meant: these are not `knowable`.
    """
    earlier, later = map(_adverts, files)
    index = {advert.posting_id: number for number, advert in enumerate(earlier)}
    given = list(map(_without_id, earlier)), list(map(_without_id, later))
    equal = [Counter((one.board, " ".join((one.text or "").split())) for one in day) for day in (earlier, later)]
    units = []
    for number, advert in enumerate(later):
        key = advert.board, " ".join((advert.text or "").split())
        is_own = bool(key[1]) and all(day[key] <= 1 for day in equal)
        units.append(
            Unit(
                truth=frozenset([(index[advert.posting_id], number)] if advert.posting_id in index else []),
                items=partial(_pairs_of, number),
                knowable=any_item if is_own else None,
                is_visible=hashlib.sha256(advert.posting_id.encode()).digest()[0] % 2 == 0,
            )
        )
    yield Case(given, partial(match_adverts, *given), units)


def _pairs_of(number: int, pairs: Collection[Sequence[int]]) -> Items:
    return frozenset((one, other) for one, other in pairs if other == number)


# --- pages --------------------------------------------------------------------------------------------

PROPERTIES = {
    "country": ("jobLocation", "address", "addressCountry"),
    "city": ("jobLocation", "address", "addressLocality"),
    "posted_on": ("datePosted",),
    "employment_type": ("employmentType",),
    "pay": ("baseSalary", "value", "minValue"),
}
"""Where schema.org has each fact of a JobPosting."""


def read_page(page: str, url: str) -> dict[str, object]:
    """Return the facts of the first JobPosting of a page."""
    raw = read_job_posting(job_postings_in(page, url)[0], source="exam", url=url)
    advert = posting(**raw)
    pay = next((one for one in advert.pay if one.is_headline), None)
    return {
        "country": advert.country,
        "city": advert.city,
        "posted_on": advert.posted_on and advert.posted_on.isoformat(),
        "employment_type": advert.employment_type,
        "pay": pay and [pay.low, pay.high, pay.currency, pay.period],
    }


def pages(files: Sequence[Path]) -> Iterator[Case]:
    """Facts of pages.csv; several spellings of a city are all right, and empty is a fact that the page lacks.

    A reader of markup can know the facts whose property stands in it: these are `knowable`.
    """
    with PAGES.open(encoding="utf-8", newline="") as file:
        facts = list(csv.DictReader(file))
    for page, url in _pages(files):
        row = next((one for one in facts if any(part in url for part in one["page"].split("|"))), None)
        if row is None:
            continue
        spellings = {
            (name, spelling): (name, value.partition("|")[0])
            for name, value in row.items()
            if name != "page" and value not in ("", NOT_ASSERTED)
            for spelling in value.split("|")
        }
        asserted = [name for name, value in row.items() if name != "page" and value != NOT_ASSERTED]
        job = job_postings_in(page, url)[0]
        stated = {name for name, path in PROPERTIES.items() if _stands(job, path)}
        unit = Unit(
            truth=frozenset(spellings.values()),
            items=partial(_facts_of, asserted, spellings),
            knowable=partial(_is_stated, stated),
        )
        yield Case((page, url), partial(read_page, page, url), [unit])


def _facts_of(asserted: Collection[str], spellings: Mapping[Any, Any], answer: Mapping[str, object]) -> Items:
    got = ((name, _written(answer.get(name))) for name in asserted)
    return frozenset(spellings.get(one, one) for one in got if one[1])


def _is_stated(stated: Collection[str], fact: tuple[str, str]) -> bool:
    return fact[0] in stated


def _stands(job: object, path: Sequence[str]) -> bool:
    for name in path:
        job = job[0] if isinstance(job, list) and job else job
        job = job.get(name) if isinstance(job, dict) else None
    return bool(job)


def _pages(files: Sequence[Path]) -> Iterator[tuple[str, str]]:
    for path in files:
        if path.suffix == ".gz":
            yield from ((page_of(one), one.url) for one in read_answers(path) if isinstance(one, Response))
        else:
            yield path.read_text(encoding="utf-8"), f"https://pages.example/{path.name}"


def _written(value: object) -> str:
    if isinstance(value, list):
        return " ".join(f"{one:g}" if isinstance(one, float) else str(one) for one in value)
    return "" if value is None else str(value)


# --- all sets -----------------------------------------------------------------------------------------

CASES: Mapping[str, Callable[[Sequence[Path]], Iterator[Case]]] = {
    "latam.skills": latam,
    "latam.named": partial(latam, items=_named),
    "latam.covered": latam_covered,
    "skillspan.technologies": skillspan,
    "esco.labels": esco,
    "esco.covered": esco_covered,
    "salary.pay": pay_cases,
    "salary.amount": partial(pay_cases, keys=("low",)),
    "hn_salary.pay": pay_cases,
    "hn_salary.amount": partial(pay_cases, keys=("low",)),
    "ashby.pay": ashby,
    "reposted.pairs": reposted,
    "pages.facts": pages,
}


def from_peer(name: str, answer: Any) -> Any:
    """Return a peer's answer to a case of a set in the form in which we read it ourselves."""
    if name in ("latam", "skillspan"):
        return {skill_of(one.partition(NO_MARK)[0]) for one in answer}
    if name in ("salary", "hn_salary", "ashby"):
        low, high, currency, period = answer or [None] * 4
        pay = Pay(low=low, high=high, currency=currency, period=period, is_headline=True)
        return [pay] if answer else []
    if name == "pages":
        country, kind = answer.get("country"), answer.get("employment_type")
        if isinstance(country, list):
            country = country[0]
        kind = kind.upper().replace("-", "_") if isinstance(kind, str) else kind
        return {**answer, "country": country and country_of(country), "employment_type": kind}
    return answer


# --- what a peer claims -------------------------------------------------------------------------------


def claimed(row: Mapping[str, str], unit: Unit, theirs: Items) -> Callable[[Any], bool] | None:
    """Return which items of a unit a peer claims to read by a row of claims.csv; None if it claims none.

    `theirs` is what the peer found: of a reader of names, by its documentation, each name of its list in the text.
    """
    if row["rule"] == "written":
        return theirs.__contains__ if theirs else None
    if row["rule"] == "knowable":
        return unit.knowable
    if row["rule"] == "form":
        form = row["with_pay"] if unit.truth else row["without_pay"]
        is_money = row["currency"] in ("", *unit.currencies)
        return any_item if is_money and re.search(form, unit.text) else None
    return any_item


def any_item(_: object) -> bool:
    """Whatever it is, it counts."""
    return True
