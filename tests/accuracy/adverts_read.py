"""Adverts that a person read to their end, held against what the night reads from the same stored answers.

The labels are those of adverts_read.jsonl, by the conventions beside it, and of later draws by the same. The texts are
looked up in recorded answers by posting_id and read by the source's own module. English adverts and those in other
languages are scored apart, and within each figure Ashby's boards and the pages of other employers. A key that its
labeller was unsure of counts apart, as in doubt. Intervals are a bootstrap over employers.
"""

from __future__ import annotations

import functools
import json
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from extractors.archive.reader import read
from extractors.response import Response
from extractors.source import all_sources
from tests.accuracy.scoring import GoldError, Score, find_evidence, is_in_taxonomy, skill_of
from transforms.pay.region import REMOTE
from transforms.place.gazetteer import members_of
from transforms.place.places import whereabouts
from transforms.posting import posting
from transforms.records.rows import Pay, Posting
from transforms.records.vocabulary import AI_GROUPS, SKILL_KINDS
from transforms.skills.extraction import skills_in
from transforms.text.lookups import taxonomy

ADVERTS_READ = "adverts_read.jsonl"
ENGLISH, OTHERS = "english", "others"
ASHBY, OTHER_PAGES = POPULATIONS = ("Ashby's boards", "other pages")
"""Where adverts read in full come from. Every figure on them is told for both."""
SKILL_KEYS = {
    "skills_required": ("required",),
    "skills_preferred": ("preferred",),
    "skills_mentioned": ("duty", "mentioned"),
}
"""Keys of labels, the strongest first, and as what their skills should be read. A tool named in duties is labelled as
mentioned."""
DAILY = "daily_text"
"""Folder of recorded answers of several sources, told apart by the host that answered."""
ROUNDED = 0.002
"""Relative difference within which two amounts are one: summaries in thousands are rounded."""

STATED_IN_TEXTS = {"years": "years_min", "degree": "degree_min"}
"""Columns that are read from texts, by their name in the lookup of languages that are read (`reading_recall`)."""
LANGUAGES = {
    "en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "pt": "Portuguese",
    "nl": "Dutch", "pl": "Polish", "zh": "Chinese", "ja": "Japanese", "ko": "Korean",
}  # fmt: skip
"""Languages whose texts were scored; which of them count as read is decided by `lookups.languages_read`."""

Label = Mapping[str, Any]
PayRange = tuple[float | None, float | None, str | None, str | None]


def score_adverts(paths: Sequence[Path], real: Path, tally: Score, *, draw: str = "adverts") -> None:
    """Add the labelled adverts of files, read from recorded answers of `real`, to a score. Files that do not
    exist are left out.

    Figures are called `<draw>.<english or others>.<key>`. Raises `GoldError` where an advert is in no answer, or a
    label is not as the conventions say.
    """
    lines = [line for path in paths if path.is_file() for line in path.read_text(encoding="utf-8").splitlines()]
    if not lines:
        return
    files = ", ".join(map(str, paths))
    try:
        labels = {one["id"]: one for one in map(json.loads, lines)}
        adverts = read_adverts(real, labels)
        if missing := [case for case in labels if case not in adverts]:
            raise GoldError(f"{missing[0]} of {files} is in no answer of {real}; {len(missing)} adverts are missing")
        counts = _Counts(tally)
        for case, label in labels.items():
            _score(case, label, adverts[case], counts, draw)
        counts.add_up()
    except (KeyError, ValueError) as error:
        raise GoldError(f"{files} is not as its conventions say: {type(error).__name__} {error}") from error


def score_qualifications(path: Path, real: Path, tally: Score) -> None:
    """Add what labelled adverts ask a person to show, read from recorded answers of `real`, to a score.

    Labels are what is asked for, by language: recall is of all that they have, precision of all that is read.
    Raises `GoldError` where an advert is in no answer.
    """
    labels = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    adverts = read_adverts(real, [label["id"] for label in labels])
    counts = _Counts(tally)
    for label in labels:
        case, truth = label["id"], set(label["qualifications"])
        if case not in adverts:
            raise GoldError(f"{case} of {path} is in no answer of {real}")
        got = set(adverts[case].qualifications or ())
        counts.count(recall_figure("qualifications", label["language"]), adverts[case], len(truth & got), len(truth))
        counts.count(QUALIFICATIONS_PRECISION, adverts[case], len(truth & got), len(got))
        if truth != got:
            tally.miss(QUALIFICATIONS_PRECISION, case, adverts[case].title, sorted(truth), sorted(got))
    counts.add_up()


QUALIFICATIONS_PRECISION = "drawn.english.qualifications.precision"


def recall_figure(reading: str, language: str) -> str:
    """The name of the figure of what is found of what texts in a language state, keys in doubt included."""
    return f"languages.{reading}.{language}"


def read_adverts(real: Path, cases: Iterable[str]) -> dict[str, Posting]:
    """Postings by posting_id, each as the night reads it from the newest recorded answer that has it."""
    ids: dict[str, set[str]] = defaultdict(set)
    for case in cases:
        source, _, native = case.partition(":")
        ids[source].add(native)
    adverts: dict[str, Posting] = {}
    for source, natives in ids.items():
        rows = _records(find_answers(real / "payloads" / source), source, natives)
        if missing := natives - rows.keys():
            host = f"{source}."
            days = (one for one in find_answers(real / DAILY) if host in one.url)
            rows |= _records(days, source, missing)
        adverts |= {f"{source}:{native}": posting(**one) for native, one in rows.items()}
    return adverts


def _records(answers: Iterable[Response], source: str, natives: set[str]) -> dict[str, Any]:
    rows = {}
    for response in answers:
        for one in all_sources()[source].parse(response):
            if isinstance(one, dict) and str(one["id"]).strip() in natives:
                rows[str(one["id"]).strip()] = one
    return rows


def find_answers(folder: Path) -> Iterator[Response]:
    """The recorded answers of a source's folder, in order of their files."""
    for path in sorted(folder.glob("*.warc.gz")):
        yield from (one for one in read(path) if isinstance(one, Response))


class _Counts:
    """Hits of each figure by employer, so that an interval is one over employers."""

    def __init__(self, tally: Score) -> None:
        self.found = tally
        self.by_employer: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0])

    def count(self, figure: str, advert: Posting, hits: int, of: int) -> None:
        employer = advert.employer or advert.board or advert.posting_id
        total = self.by_employer[figure, employer, ASHBY if advert.source == "ashby" else OTHER_PAGES]
        total[0] += hits
        total[1] += of

    def add_up(self) -> None:
        for (figure, _, population), (hits, of) in self.by_employer.items():
            if of:
                self.found.count(figure, hits, of, population)


# --- what is compared -----------------------------------------------------------------------------------


def _countries(advert: Posting) -> set[str]:
    """Countries of all places; of the scope where no place has one."""
    countries = {place.country for place in advert.places if place.country}
    return countries or {scope for scope in advert.remote_scope or () if len(scope) == 2 and scope != "EU"}


def _labelled_city(label: Label) -> str | None:
    """The labelled city under the name that the gazetteer has for it (Köln for Cologne), where it has one."""
    if label["city"] is None:
        return None
    places = whereabouts(", ".join((label["city"], *label["countries"][:1]))).places
    return _fold(places[0].city if len(places) == 1 and places[0].city else label["city"])


def _countries_of(scope: Iterable[str]) -> set[str]:
    """The countries of a remote scope: those of its groups, too. The whole world has none, like no scope."""
    return set[str]().union(*map(members_of, scope))


def _level_in_title(advert: Posting) -> str:
    """The level as labelled: a word's; one inferred from years of experience is no word."""
    return "unstated" if advert.seniority_inferred else advert.seniority


def _country_of_pay(advert: Posting) -> str | None:
    return None if advert.pay_country == REMOTE else advert.pay_country


def _fold(name: str | None) -> str | None:
    if name is None:
        return None
    marks = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in marks if not unicodedata.combining(letter))


def _base_ranges(label: Label) -> list[PayRange]:
    return [(one["low"], one["high"], one["currency"], one["period"]) for one in label["pay"] if one["is_base"]]


def _range_of(pay: Pay) -> PayRange:
    return pay.low, pay.high, pay.currency, pay.period


def _is_same(label: PayRange, read: PayRange) -> bool:
    """Whether two ranges have one currency and period and, within rounding, the same ends."""
    return label[2:] == read[2:] and all(map(_is_near, label[:2], read[:2]))


def _is_near(first: float | None, second: float | None) -> bool:
    if first is None or second is None:
        return first is second
    return abs(first - second) <= ROUNDED * max(abs(first), abs(second))


def _is_all_pay(labels: list[PayRange], read: list[PayRange]) -> bool:
    """Whether each range has its like on the other side."""
    return all(any(_is_same(one, other) for other in read) for one in labels) and all(
        any(_is_same(other, one) for other in labels) for one in read
    )


WHOLE: Mapping[str, tuple[Callable[[Label], object], Callable[[Posting], object]]] = {
    "countries": (lambda label: set(label["countries"]), _countries),
    "city": (_labelled_city, lambda advert: _fold(advert.city)),
    "employment_type": (lambda label: label["employment_type"], lambda advert: advert.employment_type),
    "years_min": (lambda label: label["years_min"], lambda advert: advert.years_min),
    "degree_min": (lambda label: label["degree_min"], lambda advert: advert.degree_min),
    "role": (lambda label: label["role"], lambda advert: advert.role),
    "seniority": (lambda label: label["seniority"], _level_in_title),
    "is_ai": (lambda label: label["is_ai"], lambda advert: advert.role_group in AI_GROUPS),
    "pay_country": (lambda label: label["pay_country"], _country_of_pay),
}
"""Keys whose case is right or wrong as a whole: the label's value, and the advert's."""


def _score(case: str, label: Label, advert: Posting, counts: _Counts, draw: str = "adverts") -> None:
    group = f"{draw}.{ENGLISH if label['language'] == 'en' else OTHERS}"
    unsure = frozenset(label["unsure"])

    def judge(key: str, expected: object, got: object, *, part: str = "", is_right: bool | None = None) -> None:
        name = f"{group}.{key}{part}"
        right = expected == got if is_right is None else is_right
        if key in unsure:
            counts.found.in_doubt[name].append((int(right), 1))
        else:
            counts.count(name, advert, int(right), 1)
        if not right:
            counts.found.miss(name, f"{case} (labeller unsure)" if key in unsure else case, advert.title, expected, got)

    for key, (read_label, read_value) in WHOLE.items():
        if key in label and (key != "pay_country" or label["pay"]):  # labels come from texts: a field's pay has none
            judge(key, read_label(label), read_value(advert))
    if label["workplace_from"] != "flag" or label["workplace"] != "onsite":
        if label["workplace"] is not None:
            judge("workplace", label["workplace"], advert.workplace, part=".recall")
        if advert.workplace is not None:
            judge("workplace", label["workplace"], advert.workplace, part=".precision")
    for reading, key in STATED_IN_TEXTS.items():
        if label.get(key) is not None and label["language"] in LANGUAGES:
            is_found = label[key] == getattr(advert, key)
            counts.count(recall_figure(reading, label["language"]), advert, int(is_found), 1)
    asked, scope = _countries_of(label["remote_scope"]), _countries_of(advert.remote_scope or ())
    if asked:
        judge("remote_scope", asked, scope)
    else:
        judge("remote_scope", set(), scope, part=".none")
    if "pay" not in label:  # of a draw that was labelled for places alone
        return
    ranges, got = _base_ranges(label), [_range_of(pay) for pay in advert.pay if pay.component == "base"]
    if label["pay"]:
        judge("pay", ranges, got, is_right=_is_all_pay(ranges, got))
    else:
        judge("pay", [], got, part=".none")
    if label["is_ai"]:
        _score_skills(case, label, advert, counts, group)


@functools.cache
def _kinds() -> dict[str, str]:
    """The kind of each skill of the taxonomy."""
    return {row.skill: row.kind for row in taxonomy()}


def _score_skills(case: str, label: Label, advert: Posting, counts: _Counts, group: str) -> None:
    """Skills asked for that the taxonomy has; finds that no label names, also by kind; labels that have a row; finds
    that are asked for as labelled.

    Labels are written as in the text: one without a row may name skills within it, as "transformer models" does.
    """
    needs = {skill_of(one) for key in ("skills_required", "skills_preferred") for one in label[key]}
    labels = needs | {skill_of(one) for one in label["skills_mentioned"]}
    wordings = "\n".join(one for key in SKILL_KEYS for one in label[key] if not is_in_taxonomy(skill_of(one)))
    labels |= {one.skill for one in skills_in(wordings)}
    got = {one.skill: one.requirement for one in advert.skills}
    targets = {skill for skill in needs if is_in_taxonomy(skill)}
    counts.count(f"{group}.skills.recall", advert, len(targets & got.keys()), len(targets))
    if label["language"] in LANGUAGES:
        counts.count(recall_figure("skills", label["language"]), advert, len(targets & got.keys()), len(targets))
    counts.count(f"{group}.skills.precision", advert, len(got.keys() & labels), len(got))
    kinds = _kinds()
    for kind in SKILL_KINDS:
        of_kind = {skill for skill in got if kinds[skill] == kind}
        counts.count(f"{group}.skills.precision.{kind}", advert, len(of_kind & labels), len(of_kind))
    counts.count(f"{group}.skills.covered", advert, len(targets), len(needs))
    stronger: set[str] = set()
    for key, requirements in SKILL_KEYS.items():
        of_key = ({skill_of(one) for one in label[key]} - stronger) & got.keys()
        others, figure = {skill for skill in of_key if got[skill] not in requirements}, key.replace("_", ".")
        counts.count(f"{group}.{figure}", advert, len(of_key - others), len(of_key))
        for skill in sorted(others):
            counts.found.miss(f"{group}.{figure}", case, find_evidence(advert, skill), f"{skill} {key}", got[skill])
        stronger |= {skill_of(one) for one in label[key]}
    for skill in sorted(targets - got.keys()):
        counts.found.miss(f"{group}.skills.recall", case, find_evidence(advert, skill), skill, None)
    for skill in sorted(got.keys() - labels):
        counts.found.miss(f"{group}.skills.precision", case, find_evidence(advert, skill), None, skill)
