"""The readers on labelled cases: what each case adds to each figure, and every miss.

The cases are tab-separated and JSON-lines files in a folder of their own, read by its CONVENTIONS.md; none of their
text is part of this project. Each reader is called as the night calls it: whole adverts by `posting`, Ashby's
records by the source's own module, fields by the reader that the night gives them to. Where recorded answers of
real boards are at hand, prose is also held against the structured field of the same record.
"""

from __future__ import annotations

import csv
import functools
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from extractors.archive.reader import read as read_answers
from extractors.boards import on_board
from extractors.response import Response
from extractors.sources.employer_boards import ashby
from flows.accuracy.audit_results import wilson
from transforms.pay.normalisation import complete_pay
from transforms.pay.prose import pay_in
from transforms.place.places import country_of, members_of
from transforms.posting import posting
from transforms.records.rows import Issue, Pay, Posting
from transforms.role.titles import role_of, seniority_of
from transforms.skills.lexicon import translated_names
from transforms.text.lookups import taxonomy

GOLD_FILES = (
    "salary_cases.tsv",
    "hn_salary_read.tsv",
    "location_cases.tsv",
    "seniority_cases.tsv",
    "titles.tsv",
    "skills_gold.jsonl",
    "skillspan_tech_docs.jsonl",
    "hn_silver.jsonl",
    "hn_silver_names.tsv",
    "skill_alias_cases.tsv",
)
NOT_ASSERTED = "NA"
MIN_LABELS = 20
"""hn_silver: names labelled at least so often are scored by F1, the others by recall (CONVENTIONS.md)."""
NOT_SCORED_NAMES = ("iOS",)
"""hn_silver: its labels and the adverts that name it do not agree (CONVENTIONS.md)."""
MIN_CASES = 5
"""titles: roles with fewer cases are left out of macro-F1."""
RESAMPLES, SEED = 1000, 20260817
"""Bootstrap over documents, for figures whose cases share a document."""


class GoldError(Exception):
    """A labelled file is missing, or not what its conventions say."""


# --- what is counted ----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Miss:
    """A case that was read otherwise than labelled."""

    figure: str
    case: str
    given: str
    expected: str
    got: str


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure with its counts and 95 % interval. `hits` and `of` are None where it is no ratio of counts."""

    name: str
    value: float
    low: float
    high: float
    n: int
    hits: int | None = None
    of: int | None = None
    by_source: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    in_doubt: tuple[int, int] = (0, 0)
    """Hits and number of the cases whose labeller was unsure. They are not in the figure."""


@dataclass
class Score:
    """What all cases add up to. A unit is a case, or a document with several labels."""

    units: dict[str, list[tuple[str, int, int]]] = field(default_factory=lambda: defaultdict(list))
    """By figure: (source of the case, hits, of)."""
    in_doubt: dict[str, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))
    """By figure: (hits, of) of the cases whose labeller was unsure."""
    pairs: list[tuple[str, str]] = field(default_factory=list)
    """titles: the role expected and the role read."""
    misses: list[Miss] = field(default_factory=list)

    def count(self, figure: str, hits: int, of: int, source: str = "") -> None:
        """Add a case's hits of so many to a figure."""
        self.units[figure].append((source, hits, of))

    def judge(self, figure: str, case: str, text: object, expected: object, got: object, source: str = "") -> None:
        """Add a case that is right or wrong, and note it when it is wrong."""
        self.count(figure, int(expected == got), 1, source)
        if expected != got:
            self.miss(figure, case, text, expected, got)

    def miss(self, figure: str, case: str, text: object, expected: object, got: object) -> None:
        """Note a miss."""
        self.misses.append(
            Miss(figure=figure, case=case, given=_format(text), expected=_format(expected), got=_format(got))
        )

    def figures(self) -> tuple[Figure, ...]:
        """All figures, in the order in which they were counted."""
        figures = [
            _figure(name, units, self.in_doubt.get(name, ()))
            for name, units in self.units.items()
            if sum(of for _, _, of in units)
        ]
        return (*figures, _macro_f1("titles.macro_f1", self.pairs)) if self.pairs else tuple(figures)


def score(gold: Path, real: Path | None = None) -> Score:
    """Read all labelled cases of a folder and, where they are at hand, real answers of Ashby's boards.

    Raises `GoldError` naming what is missing or is not as the conventions say.
    """
    if not gold.is_dir():
        raise GoldError(f"{gold} does not exist; name a folder of labelled cases with CONVENTIONS.md (--gold DIR)")
    if missing := [name for name in GOLD_FILES if not (gold / name).is_file()]:
        raise GoldError(f"no {', '.join(missing)} in {gold}; the labelled cases are expected there")
    tally = Score()
    try:
        for reader in (_pay_cases, _place_cases, _titles, _levels, score_skillspan, _hn_silver, _skills_gold, _aliases):
            reader(gold, tally)
    except (KeyError, ValueError) as error:
        raise GoldError(f"{gold} is not as its conventions say: {type(error).__name__} {error}") from error
    if real is not None:
        jobs = list(ashby_jobs(sorted((real / "payloads" / ashby.SOURCE.name).glob("*.warc.gz"))))
        score_ashby_pay(jobs, tally)
        _ashby_places(jobs, tally)
    return tally


def _figure(name: str, units: Sequence[tuple[str, int, int]], in_doubt: Sequence[tuple[int, int]]) -> Figure:
    """Hits over all: Wilson's interval where each unit is one case, else a bootstrap over the documents."""
    counts = np.array([unit[1:] for unit in units])
    hits, of = (int(total) for total in counts.sum(axis=0))
    low, high = wilson(hits, of) if (counts[:, 1] <= 1).all() else _bootstrap(counts)
    by_source: dict[str, tuple[int, int]] = {}
    for source, n_hit, n in units:
        before = by_source.get(source, (0, 0))
        by_source[source] = (before[0] + n_hit, before[1] + n)
    largest = sorted(by_source.items(), key=lambda entry: (-entry[1][1], entry[0]))
    return Figure(
        name=name,
        value=hits / of,
        low=low,
        high=high,
        n=len(units),
        hits=hits,
        of=of,
        by_source=dict(largest),
        in_doubt=(sum(hits for hits, _ in in_doubt), sum(of for _, of in in_doubt)),
    )


def _bootstrap(counts: NDArray[np.int_]) -> tuple[float, float]:
    n = len(counts)
    sums = np.random.default_rng(SEED).multinomial(n, np.full(n, 1 / n), size=RESAMPLES) @ counts
    low, high = np.quantile(sums[:, 0] / np.maximum(sums[:, 1], 1), [0.025, 0.975])
    return float(low), float(high)


def _macro_f1(name: str, pairs: Sequence[tuple[str, str]]) -> Figure:
    """Mean F1 over the labels with `MIN_CASES` cases or more; the interval is a bootstrap over the cases."""
    labels = [label for label, n in Counter(expected for expected, _ in pairs).items() if n >= MIN_CASES]
    is_expected = np.array([[expected == label for label in labels] for expected, _ in pairs], dtype=int)
    is_got = np.array([[got == label for label in labels] for _, got in pairs], dtype=int)
    n = len(pairs)
    weights = np.random.default_rng(SEED).multinomial(n, np.full(n, 1 / n), size=RESAMPLES)
    weights = np.vstack([np.ones(n, dtype=int), weights])
    totals = weights @ (is_expected + is_got)
    f1 = (2 * (weights @ (is_expected * is_got)) / np.maximum(totals, 1)).mean(axis=1)
    low, high = np.quantile(f1[1:], [0.025, 0.975])
    return Figure(name=name, value=float(f1[0]), low=float(low), high=float(high), n=n)


def _format(value: object) -> str:
    if isinstance(value, str):
        return value or "nothing"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_format(one)}" for key, one in value.items())
    if isinstance(value, Collection):
        return ", ".join(sorted(map(_format, value))) or "nothing"
    return (
        "nothing" if value is None else f"{value:,.2f}".removesuffix(".00") if isinstance(value, float) else str(value)
    )


# --- files --------------------------------------------------------------------------------------------


def rows_in(gold: Path, name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of a tab-separated file of a folder."""
    with (gold / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t", quotechar='"')


def documents_in(gold: Path, name: str) -> Iterator[dict[str, Any]]:
    """Yield the documents of a file of a folder that has one in each line."""
    with (gold / name).open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def read_advert(case: object, **fields: Any) -> Posting:
    """Read an advert as the night does."""
    return posting(source="gold", id=case, **{"title": "Role", **fields})


# --- pay ----------------------------------------------------------------------------------------------

PAY_FIELDS = {"low": "exp_min", "high": "exp_max", "currency": "exp_currency", "period": "exp_period"}


PAY_CASES = ("salary_cases", "hn_salary_read")


def read_pay(text: str, country: str | None) -> Sequence[Pay]:
    """Return all pay of a text, given the job's country where it is known, as the night reads it."""
    return complete_pay(pay_in(text, country=country), country=country, employment_type=None)


def _pay_cases(gold: Path, tally: Score) -> None:
    for name in PAY_CASES:
        score_pay(gold, name, tally)


def score_pay(gold: Path, name: str, tally: Score) -> None:
    """All four fields of the pay that stands for the case; where nothing is expected, no pay of any kind."""
    for row in rows_in(gold, f"{name}.tsv"):
        if row["scored"] != "1":
            continue
        case, text, source = row["case_id"], row["input"], row.get("source") or ""
        pays = read_pay(text, row["context_country"] or None)
        expected = expected_pay(row)
        if expected is None:
            all_read = [f"{pay.component} {_format(pay.low)} to {_format(pay.high)}" for pay in pays]
            tally.judge(name, case, text, [], all_read, source)
            tally.count(f"{name}.negatives", int(not pays), 1, source)
            continue
        got = pay_fields(next((pay for pay in pays if pay.is_headline), None))
        tally.judge(name, case, text, expected, {key: got[key] for key in expected}, source)
        for key, value in expected.items():
            tally.count(f"{name}.{key}", int(got[key] == value), 1, source)


def expected_pay(row: Mapping[str, str]) -> dict[str, float | str | None] | None:
    """Return the fields of pay that a case asserts, None for one that is asserted to be absent; None for no pay."""
    if row["expect_none"] == "1":
        return None
    return {
        key: (float(row[column]) if key in ("low", "high") else row[column]) if row[column] else None
        for key, column in PAY_FIELDS.items()
        if row[column] != NOT_ASSERTED
    }


def pay_fields(pay: Pay | None) -> dict[str, float | str | None]:
    """Return what is scored of a pay."""
    return {key: getattr(pay, key) if pay else None for key in PAY_FIELDS}


# --- place --------------------------------------------------------------------------------------------

SCOPES = {
    "WORLD": ("global",),
    "EMEA": ("eu", "other"),
    "EUROPE": ("eu",),
    "EU": ("eu",),
    "EEA": ("eu",),
    "AMERICAS": ("canada", "other", "us"),
    "APAC": ("australia", "other"),
    "US": ("us",),
    "CA": ("canada",),
    "AU": ("australia",),
}
"""What our scopes are called in the labels (CONVENTIONS.md); a country of the EEA or the UK is eu, any other other."""


@functools.cache
def _scope_labels(scope: str) -> frozenset[str]:
    labels = SCOPES.get(scope)
    return frozenset(labels or ("eu" if scope in members_of("EEA") | {"GB"} else "other",))


def _place_cases(gold: Path, tally: Score) -> None:
    for row in rows_in(gold, "location_cases.tsv"):
        case, text, source = row["case_id"], row["input"], row["source"]
        if "1" not in (row["scored_country"], row["scored_scope"]):
            continue
        advert = read_advert(case, location_text=text)
        if row["scored_country"] == "1":
            tally.judge("location_cases.country", case, text, row["exp_country"] or None, advert.country, source)
        if row["scored_scope"] == "1":
            expected = frozenset(filter(None, row["exp_remote_scope"].split("|")))
            got = frozenset(label for scope in advert.remote_scope or () for label in _scope_labels(scope))
            tally.judge("location_cases.scope", case, text, expected, got, source)


# --- role and seniority -------------------------------------------------------------------------------

COLLAPSED = {
    "intern": "junior",
    "junior": "junior",
    "mid": "mid",
    "senior": "senior",
    "staff": "senior",
    "manager": "manager",
    "executive": "manager",
    "unstated": "none",
}


def _titles(gold: Path, tally: Score) -> None:
    for number, row in enumerate(rows_in(gold, "titles.tsv"), start=1):
        case, title = f"title {number}", row["title"]
        role = role_of(title).value
        tally.judge("titles.role", case, title, row["role"], role)
        tally.pairs.append((row["role"], role))
        tally.judge("titles.seniority", case, title, row["seniority"], seniority_of(title).value)


def _levels(gold: Path, tally: Score) -> None:
    for row in rows_in(gold, "seniority_cases.tsv"):
        if row["scored"] == "1":
            level = COLLAPSED[seniority_of(row["title"]).value]
            tally.judge("seniority_cases", row["case_id"], row["title"], row["collapsed"], level, row["source"])


# --- skills -------------------------------------------------------------------------------------------

_SPACING = re.compile(r"[\s-]+")


@functools.cache
def _names() -> dict[str, str]:
    """Folded names of the taxonomy to the name of their row; a name wins over an alias, that over a translation."""
    names = {_fold(name): skill for skill, translations in translated_names().items() for name in translations}
    names |= {_fold(alias): row.skill for row in reversed(taxonomy()) for alias in row.aliases}
    return names | {_fold(row.skill): row.skill for row in taxonomy()}


def _fold(label: str) -> str:
    return _SPACING.sub(" ", label.casefold()).strip()


def skill_of(label: str) -> str:
    """The row of the taxonomy that a label names; the label itself, marked, when no row covers it."""
    return _names().get(_fold(label), f"{label} (no row)")


def is_in_taxonomy(skill: str) -> bool:
    """Whether `skill_of` found a row for a label."""
    return not skill.endswith(" (no row)")


def _cut_words(text: str, start: int, end: int) -> str:
    return f"…{text[max(0, start - 40) : end + 40]}…"


def find_evidence(advert: Posting, skill: str, label: str = "") -> str:
    """The words around a find, or around the first place where the label stands."""
    text = advert.text or ""
    span = next(((s.start, s.end) for s in advert.skills if s.skill == skill), None)
    if span is None:
        stands = re.search(rf"(?<!\w){re.escape(label or skill)}(?!\w)", text, re.IGNORECASE)
        span = stands.span() if stands else None
    return _cut_words(text, *span) if span else f"({label or skill} does not stand in the text)"


def _miss_skills(
    tally: Score, figure: str, case: str, advert: Posting, misses: Iterable[str], extra: Iterable[str]
) -> None:
    for skill in sorted(misses):
        tally.miss(figure, case, find_evidence(advert, skill), skill, None)
    for skill in sorted(extra):
        tally.miss(figure, case, find_evidence(advert, skill), None, skill)


@functools.cache
def technologies() -> frozenset[str]:
    """Return the rows of the taxonomy that are technologies."""
    return frozenset(row.skill for row in taxonomy() if row.kind == "technology")


def score_skillspan(gold: Path, tally: Score) -> None:
    """Technologies are what was annotated: finds of other kinds ("microservices") are counted beside them."""
    for row in documents_in(gold, "skillspan_tech_docs.jsonl"):
        advert = read_advert(row["doc"], text=row["text"])
        got = {one.skill for one in advert.skills}
        truth = {skill_of(label) for label in row["gold_concrete_tech"]}
        tally.count("skillspan.recall", len(truth & got), len(truth))
        tally.count("skillspan.finds", len((got & technologies()) | (got & truth)), len(truth))
        tally.count("skillspan.finds_all", len(got), len(truth))
        _miss_skills(tally, "skillspan.recall", row["doc"], advert, truth - got, ())


def _hn_silver(gold: Path, tally: Score) -> None:
    labels = {row["name"]: int(row["labels"]) for row in rows_in(gold, "hn_silver_names.tsv")}
    left_out = {skill_of(name) for name in NOT_SCORED_NAMES}
    frequent = {skill_of(name) for name, n in labels.items() if n >= MIN_LABELS} - left_out
    rest = {skill_of(name) for name in labels} - frequent - left_out
    for row in documents_in(gold, "hn_silver.jsonl"):
        if "technologies" not in row["silver"]:
            continue
        case = f"hn {row['id']}"
        advert = read_advert(row["id"], html=row["text"])
        got = {one.skill for one in advert.skills}
        truth = {skill_of(label) for label in row["silver"]["technologies"]}
        right = len(got & truth & frequent)
        tally.count("hn_silver.f1", 2 * right, len(got & frequent) + len(truth & frequent))
        tally.count("hn_silver.precision", right, len(got & frequent))
        tally.count("hn_silver.recall", right, len(truth & frequent))
        tally.count("hn_silver.rest_recall", len(got & truth & rest), len(truth & rest))
        _miss_skills(tally, "hn_silver.f1", case, advert, (truth - got) & frequent, (got - truth) & frequent)
        _miss_skills(tally, "hn_silver.rest_recall", case, advert, (truth - got) & rest, ())


def _skills_gold(gold: Path, tally: Score) -> None:
    """What is asked for counts as found when it is found as asked for. What is only mentioned may stand in duties."""
    documents = list(documents_in(gold, "skills_gold.jsonl"))
    counts = Counter(label for row in documents for label in set(row["skills"]))
    for row in documents:
        case = str(row["id"])
        advert = read_advert(case, title=row["title"], html=row["html"])
        got = {one.skill: one.requirement for one in advert.skills}
        asked_for = {skill_of(label) for label in row["skills"]}
        mentions = {skill_of(label) for label in row["mentioned_only"]} - asked_for
        names = set(_names().values())
        hits = {skill for skill in asked_for if got.get(skill) in ("required", "preferred", "duty")}
        twice = {skill_of(label) for label in row["skills"] if counts[label] > 1}
        tally.count("skills_gold.recall", len(hits), len(asked_for & names))
        tally.count("skills_gold.recall_all", len(hits), len(asked_for))
        tally.count("skills_gold.recall_twice", len(hits & twice), len(twice))
        tally.count("skills_gold.precision", len(got.keys() & (asked_for | mentions)), len(got))
        apart = {skill for skill in mentions if got.get(skill) == "mentioned"}
        tally.count("skills_gold.mentioned_apart", len(apart), len(mentions & names))
        _miss_skills(tally, "skills_gold.recall_all", case, advert, asked_for - hits, ())
        _miss_skills(tally, "skills_gold.precision", case, advert, (), got.keys() - asked_for - mentions)
        for skill in sorted((mentions & names) - apart):
            evidence = find_evidence(advert, skill)
            tally.miss("skills_gold.mentioned_apart", case, evidence, f"{skill} mentioned", got.get(skill))
        degree = None if row["degree"] == "unstated" else row["degree"]
        tally.judge("skills_gold.years", case, row["title"], row["years_experience_min"], advert.years_min)
        tally.judge("skills_gold.degree", case, row["title"], degree, advert.degree_min)
        pay = row["pay"] and (row["pay"]["min"], row["pay"]["max"], row["pay"]["period"])
        reading = (advert.pay_low, advert.pay_high, advert.period) if advert.pay_low or advert.pay_high else None
        tally.judge("skills_gold.pay", case, row["title"], pay, reading)


LABELS_OF_ALIASES = (
    *("python", "sql", "amazon web services", "google cloud platform", "azure", "postgresql", "mongodb"),
    *("elasticsearch", "apache spark", "apache kafka", "apache airflow", "docker", "kubernetes", "terraform", "git"),
    *("pandas", "power bi", "scikit-learn", "machine learning", "natural language processing"),
)
"""The closed set of labels of skill_alias_cases.tsv; other finds are ignored (CONVENTIONS.md)."""


def _aliases(gold: Path, tally: Score) -> None:
    vocabulary = {skill_of(label) for label in LABELS_OF_ALIASES}
    for row in rows_in(gold, "skill_alias_cases.tsv"):
        if row["scored"] == "1":
            got = {one.skill for one in read_advert(row["case_id"], text=row["text"]).skills} & vocabulary
            truth = {skill_of(label) for label in re.split(r"[|;]", row["expected"]) if label.strip()}
            tally.judge("skill_alias_cases", row["case_id"], row["text"], truth, got)


# --- real answers of Ashby's boards -------------------------------------------------------------------


def ashby_jobs(paths: Iterable[Path]) -> Iterator[tuple[dict[str, Any], str | None]]:
    """Every record of recorded answers once, the newest of each id, with its board.

    Files are archives, or single answers in JSON that are named after their board.
    """
    jobs: dict[str, tuple[dict[str, Any], str | None]] = {}
    for path in paths:
        for response in read_answers(path):
            if isinstance(response, Response):
                board = ashby.SOURCE.board_of(response.url)
                jobs |= {job["id"]: (job, board) for job in orjson.loads(response.body)["jobs"]}
    yield from jobs.values()


def _stated_ranges(job: Mapping[str, Any]) -> set[tuple[float, float, str | None, str | None]]:
    """Low, high, currency and period of every tier's salary and of the summary's, where both ends are stated."""
    compensation = job.get("compensation") or {}
    components = [c for tier in compensation.get("compensationTiers") or () for c in tier.get("components") or ()]
    components += compensation.get("summaryComponents") or ()
    return {
        (
            float(c["minValue"]),
            float(c["maxValue"]),
            c.get("currencyCode"),
            ashby.PERIOD_OF_INTERVAL.get(c.get("interval")),
        )
        for c in components
        if c.get("compensationType") == "Salary" and c.get("minValue") and c.get("maxValue")
    }


GROUPED_BY = (",", ".", "'", "’", " ", "\u00a0", "\u202f", "")
SHORT_FOR = {
    1_000: ("k", "K", " k", " K"),
    100_000: ("L", " L", " lakh", " LPA", "LPA"),
    1_000_000: ("M", "m", " million"),
}


@functools.cache
def _match_spelling(amount: float) -> Callable[[str], re.Match[str] | None]:
    """A search for an amount in any spelling: grouped in any way, with cents, in thousands, lakh or millions."""
    whole = f"{amount:,.0f}"
    forms = {whole.replace(",", mark) for mark in GROUPED_BY} if amount.is_integer() else set()
    cents = f"{amount:,.2f}"
    forms |= {cents, cents.replace(",", ""), f"{amount:g}", f"{amount:g}".replace(".", ",")}
    for unit, names in SHORT_FOR.items():
        if amount >= unit:
            forms |= {f"{amount / unit:g}".replace(".", mark) + name for name in names for mark in ".,"}
    either = "|".join(map(re.escape, sorted(forms, key=len, reverse=True)))
    return re.compile(rf"(?<![\d.,])(?:{either})(?!\d|[.,]\d)").search


def ashby_pay_cases(
    jobs: Iterable[tuple[dict[str, Any], str | None]],
) -> Iterator[tuple[Posting, str, set[tuple[float, float, str | None, str | None]], tuple[int, int]]]:
    """Yield each posting whose text holds both ends of a stated range, read as if nothing were stated.

    With it come its text, all stated ranges, and where in the text the high end stands.
    """
    for job, board in jobs:
        ranges = _stated_ranges(job)
        text = job.get("descriptionPlain") or ""
        stands = (
            _match_spelling(low)(text) and _match_spelling(high)(text) for low, high, *_ in sorted(ranges, key=str)
        )
        top = next(filter(None, stands), None)
        if top is None:
            continue
        read_job = on_board(ashby.SOURCE, ashby.SOURCE.url_of(board) if board else "", ashby.read_job)
        row = read_job({**job, "compensation": None})
        if not isinstance(row, Issue):
            yield posting(**row), text, ranges, top.span()


def score_ashby_pay(jobs: Iterable[tuple[dict[str, Any], str | None]], tally: Score) -> None:
    """The prose of postings whose text holds both ends of a stated range."""
    for advert, text, ranges, span in ashby_pay_cases(jobs):
        own = pay_fields(next((pay for pay in advert.pay if pay.is_headline), None))
        got = (own["low"], own["high"])
        ends = {one[:2] for one in ranges}
        is_right = got in ends
        tally.count("ashby.pay", int(is_right), 1)
        tally.count("ashby.pay_any", int(any((pay.low, pay.high) in ends for pay in advert.pay)), 1)
        tally.count("ashby.pay_in_full", int(tuple(own.values()) in ranges), 1)
        if not is_right:
            expected = {f"{low:,.0f} to {high:,.0f}" for low, high in ends}
            words = f"{_format(got[0])} to {_format(got[1])}" if any(got) else None
            tally.miss("ashby.pay", advert.posting_id, _cut_words(text, *span), expected, words)


def _ashby_places(jobs: Iterable[tuple[dict[str, Any], str | None]], tally: Score) -> None:
    """Distinct pairs of location text and the country of the address, where that can be read as a country."""
    pairs: dict[tuple[str, str], str] = {}
    for job, _ in jobs:
        address = job.get("address") or {}
        country = (address.get("postalAddress") or address).get("addressCountry")
        if job.get("location") and country:
            pairs.setdefault((job["location"], country), job["id"])
    for (text, country_name), case in sorted(pairs.items()):
        expected = country_of(country_name)
        if expected is None:
            continue
        advert = read_advert(case, location_text=text)
        tally.judge("ashby.country", f"ashby:{case}", text, expected, advert.country)
        if advert.country is not None:
            tally.count("ashby.country_read", int(advert.country == expected), 1)
