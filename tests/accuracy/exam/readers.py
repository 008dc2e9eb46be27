"""What is counted on each set of the exam, how we read it, and how a peer's answer is held against the same labels.

A score is called with the set's files, a tally and a reader. Each unit is a document: an advert, a sentence, a page.
Sets that the scorecard has, too, are counted by its functions.
"""

from __future__ import annotations

import csv
import functools
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from extractors.archive.reader import read as read_answers
from extractors.reading.schema_org import job_postings_in, page_of, read_job_posting
from extractors.response import Response
from extractors.source import all_sources
from tests.accuracy.scoring import (
    NOT_ASSERTED,
    Score,
    ashby_jobs,
    documents_in,
    is_in_taxonomy,
    read_advert,
    read_pay,
    score_ashby_pay,
    score_pay,
    score_skillspan,
    skill_of,
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
FULL = 100
"""Parts in which a document's F1 is counted, so that documents weigh alike."""
NO_MARK = " ("
"""What begins the explanation behind an ESCO label: Python (computer programming)."""

Read = Callable[..., Any]
Advert = dict[str, Any]

# --- skills -------------------------------------------------------------------------------------------


def read_skills(text: str) -> set[str]:
    """Return the skills of an advert, whose title is the first line."""
    title, _, body = text.partition("\n")
    return {one.skill for one in read_advert("exam", title=title, text=body).skills}


def score_latam(files: Sequence[Path], tally: Score, read: Read) -> None:
    """Hard skills of adverts. A label or find is the row of our taxonomy that it names, or stands for itself."""
    for row in documents_in(files[0].parent, files[0].name):
        truth = set(map(skill_of, row["hard_skills"]))
        got = set(read(f"{row['title']}\n{row['text']}"))
        named, named_got = ({one for one in skills if is_in_taxonomy(one)} for skills in (truth, got))
        _count_f1(tally, "latam.f1", _folded(truth), _folded(got))
        _count_f1(tally, "latam.named_f1", named, named_got)
        if size := len(named) + len(named_got):
            tally.count("latam.mean_f1", round(FULL * 2 * len(named & named_got) / size), FULL)
        tally.count("latam.covered", len(named), len(truth))


def _folded(names: Collection[str]) -> set[str]:
    return {name.casefold() for name in names}


def _count_f1(tally: Score, figure: str, truth: Collection[object], got: Collection[object]) -> None:
    tally.count(figure, 2 * len(set(truth) & set(got)), len(truth) + len(got))


@functools.cache
def esco_labels() -> dict[str, str]:
    """Return the ESCO label of each skill of the taxonomy that has an exact or close match."""
    rows = load_skill_codes()
    return {r.skill: r.label for r in rows if r.scheme.startswith("ESCO") and r.nearness in EQUAL and r.label}


def read_esco(sentence: str, _: int) -> set[str]:
    """Return the ESCO labels of the skills in a sentence."""
    return {esco_labels()[skill] for skill in read_skills(f"Role\n{sentence}") if skill in esco_labels()}


def score_esco(files: Sequence[Path], tally: Score, read: Read) -> None:
    """Sentences with at least one label of ESCO, each once. A reader is told how many labels there are."""
    labels: dict[str, set[str]] = defaultdict(set)
    with files[0].open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["label"] not in NO_LABEL:
                labels[row["sentence"]].add(row["label"])
    ours = set(esco_labels().values())
    for sentence, truth in labels.items():
        got = set(read(sentence, len(truth)))
        _count_f1(tally, "esco.f1", truth, got)
        tally.count("esco.recall", len(truth & got), len(truth))
        if truth & ours:
            tally.count("esco.named_recall", len(truth & got & ours), len(truth & ours))
        tally.count("esco.covered", len(truth & ours), len(truth))


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


def score_reposted(files: Sequence[Path], tally: Score, read: Read) -> None:
    """Pairs of adverts with one id, a week apart, ids withheld. Of several answers by threshold the best one counts."""
    earlier, later = map(_adverts, files)
    index = {advert.posting_id: number for number, advert in enumerate(earlier)}
    truth = {(index[a.posting_id], number) for number, a in enumerate(later) if a.posting_id in index}
    answer = read(list(map(_without_id, earlier)), list(map(_without_id, later)))
    if isinstance(answer, Mapping):
        choices = [{tuple(pair) for pair in pairs} for pairs in answer.values()]
        answer = max(choices, key=lambda pairs: len(pairs & truth) / (len(pairs) + len(truth)))
    found: dict[int, set[int]] = defaultdict(set)
    for one, other in answer:
        found[other].add(one)
    for number, advert in enumerate(later):
        right = {index[advert.posting_id]} if advert.posting_id in index else set()
        got = found[number]
        _count_f1(tally, "reposted.f1", right, got)
        tally.count("reposted.precision", len(right & got), len(got))
        if right:
            tally.count("reposted.recall", len(right & got), 1)
        if any(earlier[one].text != advert.text for one in right):
            tally.count("reposted.edited_recall", len(right & got), 1)


# --- pages --------------------------------------------------------------------------------------------


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


def score_pages(files: Sequence[Path], tally: Score, read: Read) -> None:
    """Facts of pages.csv; several spellings of a city are all right, and empty is a fact that the page lacks."""
    with PAGES.open(encoding="utf-8", newline="") as file:
        facts = list(csv.DictReader(file))
    for page, url in _pages(files):
        row = next((one for one in facts if any(part in url for part in one["page"].split("|"))), None)
        if row is None:
            continue
        got = dict(read(page, url))
        asserted = {name: value for name, value in row.items() if name != "page" and value != NOT_ASSERTED}
        right = sum(_written(got.get(name)) in value.split("|") for name, value in asserted.items())
        tally.count("pages.facts", right, len(asserted))


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


def _score_pay(name: str) -> Callable[[Sequence[Path], Score, Read], None]:
    return lambda files, tally, read: score_pay(files[0].parent, name, tally, read)


def _score_ashby(files: Sequence[Path], tally: Score, read: Read | None) -> None:
    score_ashby_pay(ashby_jobs(sorted(files[0].parent.glob(f"*{files[0].suffix}"))), tally, read)


SCORES: Mapping[str, Callable[[Sequence[Path], Score, Any], None]] = {
    "latam": score_latam,
    "skillspan": lambda files, tally, read: score_skillspan(files[0].parent, tally, read),
    "esco": score_esco,
    "salary": _score_pay("salary_cases"),
    "hn_salary": _score_pay("hn_salary_read"),
    "ashby": _score_ashby,
    "reposted": score_reposted,
    "pages": score_pages,
}
READERS: Mapping[str, Read | None] = {
    "latam": read_skills,
    "skillspan": None,
    "esco": read_esco,
    "salary": read_pay,
    "hn_salary": read_pay,
    "ashby": None,
    "reposted": match_adverts,
    "pages": read_page,
}
"""How we read each set; None where the scorecard's own reading is the default."""


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
