"""How well we read: figures on the labelled cases beside their targets and the record, and every miss.

`tests/SCORECARD.md` is the record: a test fails when a figure falls below it. It holds figures and ids, and no text
of the cases.
"""

from __future__ import annotations

import csv
import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.padding import Padding
from rich.table import Column, Table
from rich.text import Text

from extractors.archive.store import Store
from flows.accuracy.audit_results import GOLD as ANSWERS
from flows.runtime.project import PROJECT
from flows.terminal.console import LOOK
from tests.accuracy.adverts_read import (
    ADVERTS_READ,
    ENGLISH,
    LANGUAGES,
    OTHERS,
    POPULATIONS,
    QUALIFICATIONS_PRECISION,
    recall_figure,
    score_adverts,
    score_qualifications,
)
from tests.accuracy.audited_cases import score_audited
from tests.accuracy.bilingual_halves import score_halves
from tests.accuracy.cases_by_hand import score_by_hand
from tests.accuracy.judged_skills import score_judged
from tests.accuracy.negations import by_hand, score_negations
from tests.accuracy.ranges import GENERATED, HAND, languages_by_figure, score_ranges
from tests.accuracy.scoring import Figure, Miss, Score, score
from tests.accuracy.whose_facts import score_whose
from transforms.records.vocabulary import READERS

SHARED = PROJECT.parent / "shared"
GOLD, REAL = SHARED / "gold", SHARED / "real"
RECORD = PROJECT / "tests" / "SCORECARD.md"
HERE = Path(__file__).parent
DISPUTED = HERE / "scorecard_disputed.csv"
"""Misses whose label we hold to be wrong, by figure, case and reason; they count as misses all the same."""
FIRST = HERE / "scorecard_first.csv"
"""What the figures on the newest draw were when it was read first, before a reader was changed with it at hand."""
DRAWS = HERE / "scorecard_draws.csv"
"""How and when each file of cases was drawn."""
CASES = HERE / "cases"
"""Cases of our own. Those of recorded adverts hold ids and what a person read, no text."""
BUILT_ON = (
    CASES / "adverts_drawn_2026-11-26.jsonl",
    CASES / "adverts_built_2026-12-02.jsonl",
    CASES / "adverts_drawn_2026-12-02.jsonl",
)
"""Labels of earlier draws of adverts, which readers have been changed with since."""
NEWEST = (CASES / "adverts_second_2026-12-02.jsonl", CASES / "remote_drawn_2026-12-02.jsonl")
"""Labels of the newest draws of adverts; the second, of adverts that may be remote, for places alone."""
QUALIFICATIONS_DRAWN = CASES / "qualifications_drawn_2026-11-27.jsonl"
"""Labels of what adverts ask a person to show; `draw` says by which of two draws by words, or one of any, they came."""
SKILLS_JUDGED = CASES / "skills_judged_2026-12-02.jsonl"
"""Verdicts on every skill that was read in drawn adverts of AI; `draw` 2 was judged after the readers were mended."""
WHOSE = CASES / "whose.csv"
"""Texts written by hand with facts of somebody else, every third held out."""
DIGITS = 4
"""Decimals of a recorded figure, and so the least fall that is noticed."""


@dataclass(frozen=True, kw_only=True)
class Measure:
    """What a figure says. `target` is the least value asked for, the largest where `is_most`."""

    reader: str
    what: str
    target: float | None = None
    is_most: bool = False
    form: str = "percent"


def _with_target(reader: str, what: str, target: float, **more: Any) -> Measure:
    return Measure(reader=reader, what=what, target=target, **more)


def _without_target(reader: str, what: str, **more: Any) -> Measure:
    return Measure(reader=reader, what=what, **more)


ADVERT_KEYS: Mapping[str, tuple[str, str, float | None]] = {
    "workplace.recall": ("place", "workplace, where one is stated", 0.92),
    "workplace.precision": ("place", "workplace, where one is read", 0.92),
    "remote_scope": ("place", "remote scope, exact, where one is stated", 0.88),
    "remote_scope.none": ("place", "no remote scope invented", 0.98),
    "city": ("place", "city, or none", 0.95),
    "countries": ("place", "all countries", 0.98),
    "pay_country": ("pay", "country of pay", 0.95),
    "pay": ("pay", "all ranges: ends, currency, period", 0.93),
    "pay.none": ("pay", "no pay invented", 0.99),
    "employment_type": ("requirement", "employment type, or none", 0.96),
    "years_min": ("requirement", "years of experience, or none", 0.96),
    "degree_min": ("requirement", "lowest degree, or none", 0.96),
    "role": ("role", "role", 0.94),
    "is_ai": ("role", "AI advert or not", None),
    "seniority": ("seniority", "level", 0.98),
    "skills.precision": ("skill", "skills of AI adverts: precision", 0.90),
    "skills.precision.technology": ("skill", "of these, technologies: precision", None),
    "skills.precision.concept": ("skill", "of these, concepts: precision", None),
    "skills.recall": ("skill", "skills of AI adverts: recall, in the taxonomy", 0.85),
    "skills.required": ("skill", "required skills that are found: read as required", 0.90),
    "skills.preferred": ("skill", "preferred skills that are found: read as preferred", 0.85),
    "skills.mentioned": ("skill", "skills only in duties or of the employer: read as duty or mentioned", 0.80),
    "skills.covered": ("skill", "skills asked for that the taxonomy has", None),
}
"""Keys of the adverts read in full: reader, what the figure says, least value asked for."""


def _advert_figures() -> Iterator[tuple[str, Measure]]:
    for draw, group in itertools.product(("adverts", "newest"), (ENGLISH, OTHERS)):
        for key, (reader, what, target) in ADVERT_KEYS.items():
            yield f"{draw}.{group}.{key}", Measure(reader=reader, what=f"{draw}, {group}: {what}", target=target)


AUDIT = "audit."
"""Figures on what people said in audits: cases of one data folder, and so no part of the record."""
DECLARED: Mapping[str, Measure] = {
    "salary_cases": _with_target("pay", "salary_cases: all four fields right", 0.95),
    "salary_cases.negatives": _with_target("pay", "salary_cases: nothing invented", 1.0),
    "salary_cases.low": _without_target("pay", "salary_cases: low"),
    "salary_cases.high": _without_target("pay", "salary_cases: high"),
    "salary_cases.currency": _without_target("pay", "salary_cases: currency"),
    "salary_cases.period": _without_target("pay", "salary_cases: period"),
    "hn_salary_read": _with_target("pay", "hn_salary_read: all four fields right", 0.92),
    "hn_salary_read.negatives": _with_target("pay", "hn_salary_read: nothing invented", 1.0),
    "hn_salary_read.low": _without_target("pay", "hn_salary_read: low"),
    "hn_salary_read.high": _without_target("pay", "hn_salary_read: high"),
    "hn_salary_read.currency": _without_target("pay", "hn_salary_read: currency"),
    "hn_salary_read.period": _without_target("pay", "hn_salary_read: period"),
    "ashby.pay": _with_target("pay", "real Ashby: prose against structured", 0.95),
    "ashby.pay_any": _without_target("pay", "real Ashby: any pay read from the prose"),
    "ashby.pay_in_full": _without_target("pay", "real Ashby: with currency and period"),
    "skills_gold.pay": _without_target("pay", "skills_gold: low, high and period, or none"),
    **{
        f"{name}.{language}": _without_target("pay", f"ranges of pay {words}, {language}")
        for name, words in ((HAND, "by hand"), (GENERATED, "generated"))
        for language in languages_by_figure()[name]
    },
    f"{HAND}.none": _without_target("pay", "sentences by hand without pay: none read"),
    f"{HAND}.aside": _without_target("pay", "sentences by hand kept aside, with pay and without"),
    "location_cases.country": _with_target("place", "location_cases: country", 0.97),
    "ashby.country": _with_target("place", "real Ashby: country, all pairs", 0.97),
    "ashby.country_read": _without_target("place", "real Ashby: country, pairs where one is read"),
    "location_cases.scope": _with_target("place", "location_cases: remote scope", 0.93),
    "titles.role": _with_target("role", "titles: role", 0.92),
    "titles.macro_f1": _with_target("role", "titles: macro-F1 (roles of 5 cases)", 0.88, form="decimal"),
    "titles.seniority": _with_target("seniority", "titles: seniority", 0.98),
    "seniority_cases": _with_target("seniority", "seniority_cases: collapsed level", 0.92),
    "skills_gold.years": _without_target("requirement", "skills_gold: years of experience, or none"),
    "skills_gold.degree": _without_target("requirement", "skills_gold: lowest degree, or none"),
    "skillspan.recall": _with_target("skill", "skillspan: document recall", 0.95),
    "skillspan.finds": _with_target(
        "skill", "skillspan: technologies per annotated one", 1.6, is_most=True, form="times"
    ),
    "skillspan.finds_all": _without_target("skill", "skillspan: finds, concepts too", is_most=True, form="times"),
    "hn_silver.f1": _with_target("skill", "hn_silver: micro-F1, frequent names", 0.94, form="decimal"),
    "hn_silver.precision": _without_target("skill", "hn_silver: precision, frequent names"),
    "hn_silver.recall": _without_target("skill", "hn_silver: recall, frequent names"),
    "hn_silver.rest_recall": _with_target("skill", "hn_silver: recall, the rest", 0.95),
    "skills_gold.recall": _with_target("skill", "skills_gold: recall, in the taxonomy", 0.88),
    "skills_gold.recall_all": _with_target("skill", "skills_gold: recall, all labels", 0.75),
    "skills_gold.recall_twice": _without_target("skill", "skills_gold: recall, labels given twice or more"),
    "skills_gold.precision": _with_target("skill", "skills_gold: precision of all finds", 0.88),
    "skills_gold.mentioned_apart": _with_target("skill", "skills_gold: only mentioned, read so", 0.70),
    "skill_alias_cases": _without_target("skill", "skill_alias_cases: exact set"),
    **dict(_advert_figures()),
    **{
        f"{AUDIT}{reader}": _without_target(reader, f"audited adverts of this data folder: {reader}")
        for reader in READERS
    },
    "halves.skills.recall": _with_target("skill", "other scripts: skills of the English half", 0.80),
    "halves.skills.precision": _with_target("skill", "other scripts: skills that the English half has", 0.90),
    "halves.years": _with_target("requirement", "other scripts: years of the English half", 0.80),
    "halves.years.none": _without_target("requirement", "other scripts: no years where the English half has none"),
    "halves.degree": _with_target("requirement", "other scripts: degree of the English half", 0.80),
    "halves.degree.none": _without_target("requirement", "other scripts: no degree where the English half has none"),
    **{
        recall_figure(reading, language): _without_target(reader, f"{reading} stated in texts in {name}, recall")
        for reading, reader in (("skills", "skill"), ("years", "requirement"), ("degree", "requirement"))
        for language, name in LANGUAGES.items()
    },
    recall_figure("qualifications", "en"): _without_target(
        "requirement", "qualifications asked for in English, recall"
    ),
    "negations.made": _with_target("negation", "places ruled out, made sentences", 0.95),
    "negations.held_out": _with_target("negation", "what is ruled out, sentences by hand held out", 0.85),
    **{
        f"negations.{language}": _without_target("negation", f"what is ruled out, by hand, {language}")
        for language in dict.fromkeys(one.language for one in by_hand())
    },
    "judged.technology": _with_target("skill", "judged in context: technologies, right of all read", 0.97),
    "judged.concept": _with_target("skill", "judged in context: concepts, right of all read", 0.90),
    "judged.required_preferred": _with_target("skill", "judged in context: skills asked for, read as asked", 0.90),
    "judged.read_as_asked": _without_target("skill", "judged in context: skills read as asked for, asked so"),
    "judged.unjudged": _without_target("skill", "judged in context: finds without a verdict", is_most=True),
    **{
        f"whose.{share}.{kind}": _with_target(reader, f"whose fact it is, texts {share}: {kind}", target)
        for share in ("tuned", "held")
        for kind, reader, target in (
            ("years", "requirement", 0.80),
            ("degree", "requirement", 0.90),
            ("skills", "skill", 0.90),
        )
    },
    "places.hand": _with_target("place", "places by hand: countries, subdivision and city", 0.95),
    "places.hand.held_out": _with_target("place", "places by hand, a third not looked at", 0.90),
    "scopes.hand": _without_target("place", "scopes of remote work by hand, with countries"),
    "scopes.hand.held_out": _without_target("place", "scopes of remote work by hand, a third not looked at"),
    "workplaces.hand": _with_target("place", "workplaces by hand", 0.93),
    "workplaces.hand.held_out": _with_target("place", "workplaces by hand, a third not looked at", 0.85),
    **{
        f"workplaces.hand.{language}": _without_target("place", f"workplaces by hand in {name}")
        for language, name in (LANGUAGES | {"sv": "Swedish", "da": "Danish", "cs": "Czech", "tr": "Turkish"}).items()
    },
    QUALIFICATIONS_PRECISION: _without_target("requirement", "qualifications asked for in English: precision"),
}
SPEED = "30 % of the floor on one core, 1.8 times with two processes: `make bench` measures it"


@dataclass(frozen=True, kw_only=True)
class Card:
    """All figures of one scoring by name, its misses, and what of it is disputed or fell below the record."""

    figures: Mapping[str, Figure]
    misses: tuple[Miss, ...]
    disputed: tuple[tuple[str, str, str], ...]
    fallen: tuple[str, ...]
    is_recorded_gold: bool
    has_real: bool


def score_readers(gold: Path | None = None, *, data: Path | None = None, archive: Store | None = None) -> Card:
    """Score the labelled cases of a folder, by default those that the record is about, and the audits of a data folder.

    Real answers of boards are read where they are at hand, and the adverts of `data` that people were asked about where
    it holds answers. Raises `GoldError` when a file is missing.
    """
    real = REAL if (REAL / "payloads").is_dir() else None
    tally: Score = score(gold or GOLD, real)
    score_negations(tally)
    score_ranges(tally)
    if real is not None:
        score_adverts(((gold or GOLD) / ADVERTS_READ, *BUILT_ON), real, tally)
        score_adverts(NEWEST, real, tally, draw="newest")
        score_qualifications(QUALIFICATIONS_DRAWN, real, tally)
        score_halves(real, tally)
        score_judged(SKILLS_JUDGED, real, tally)
    score_whose(WHOSE, tally)
    score_by_hand(tally)
    if data is not None and (data / ANSWERS).exists():
        score_audited(data, archive or Store(data / "archive"), tally)
    by_name = {figure.name: figure for figure in tally.figures()}
    figures = {name: by_name[name] for name in DECLARED if name in by_name}
    misses = {(miss.figure, miss.case) for miss in tally.misses}
    is_recorded_gold = gold is None or gold.resolve() == GOLD.resolve()
    return Card(
        figures=figures,
        misses=tuple(tally.misses),
        disputed=tuple(row for row in _read_disputed() if row[:2] in misses),
        fallen=find_worse_scores(figures, read_record()) if is_recorded_gold else (),
        is_recorded_gold=is_recorded_gold,
        has_real=real is not None,
    )


def _read_disputed() -> list[tuple[str, str, str]]:
    if not DISPUTED.exists():
        return []
    with DISPUTED.open(encoding="utf-8", newline="") as file:
        return [(row["figure"], row["case"], row["reason"]) for row in csv.DictReader(file)]


def _read_first() -> Mapping[str, Fresh]:
    with FIRST.open(encoding="utf-8", newline="") as file:
        return {row["figure"]: Fresh(float(row["value"]), row["counts"]) for row in csv.DictReader(file)}


def is_met(name: str, value: float) -> bool | None:
    """Whether a figure reaches its target; None where nothing is asked of it."""
    measure = DECLARED[name]
    if measure.target is None:
        return None
    return value <= measure.target if measure.is_most else value >= measure.target


# --- the gap --------------------------------------------------------------------------------------------

GAPS: Mapping[str, tuple[str, str]] = {
    "role of a title": ("titles.role", "role"),
    "level of a title": ("titles.seniority", "seniority"),
    "country": ("location_cases.country", "countries"),
    "remote scope": ("location_cases.scope", "remote_scope"),
    "pay": ("salary_cases", "pay"),
    "no pay invented": ("salary_cases.negatives", "pay.none"),
    "years of experience": ("skills_gold.years", "years_min"),
    "lowest degree": ("skills_gold.degree", "degree_min"),
    "skills: recall": ("skills_gold.recall", "skills.recall"),
    "skills: precision": ("skills_gold.precision", "skills.precision"),
}
"""What is read both on cases that a reader was built on and on adverts drawn afresh: its figure on each."""


class Fresh(NamedTuple):
    """A figure on adverts drawn afresh, and the right of all ("64/68")."""

    value: float
    counts: str


class Gap(NamedTuple):
    """What is read, its figure on the cases it was built on, and on adverts drawn afresh, by group of languages."""

    what: str
    built: float
    fresh: Mapping[str, Fresh]

    def cells(self) -> tuple[str, ...]:
        """The cells of a row: what is read, and each figure with the points by which it differs."""
        cells = [self.what, f"{100 * self.built:.1f} %"]
        for group in (ENGLISH, OTHERS):
            fresh = self.fresh.get(group)
            cells += ("", "") if fresh is None else (fresh.counts, f"{100 * (fresh.value - self.built):+.1f}")
        return tuple(cells)


def gaps_of(card: Card) -> list[Gap]:
    """How cases that readers were built on differ from adverts drawn afresh.

    The newest draw counts as it was read at first (`FIRST`): from then on it is a file of cases to build on.
    """
    first = _read_first()
    gaps = []
    for what, (base, key) in GAPS.items():
        names = {group: f"newest.{group}.{key}" for group in (ENGLISH, OTHERS)}
        fresh = {group: first[name] for group, name in names.items() if name in first}
        if base in card.figures and fresh:
            gaps.append(Gap(what, card.figures[base].value, fresh))
    return gaps


def _read_draws() -> list[tuple[str, ...]]:
    """Each file of cases: when and how it was drawn, and since when readers have been built with it at hand."""
    with DRAWS.open(encoding="utf-8", newline="") as file:
        return [(row["cases"], row["drawn_on"], row["draw"], row["used_since"]) for row in csv.DictReader(file)]


# --- the record -----------------------------------------------------------------------------------------


def read_record(record: Path = RECORD) -> dict[str, float]:
    """The figures in the record, by name; none where there is no record."""
    if not record.exists():
        return {}
    rows = (line.strip("|\n ").split("|") for line in record.read_text(encoding="utf-8").splitlines())
    return {
        cells[0].strip(" `"): float(cells[1]) for cells in rows if len(cells) > 1 and cells[0].strip(" `") in DECLARED
    }


def find_worse_scores(figures: Mapping[str, Figure], before: Mapping[str, float]) -> tuple[str, ...]:
    """What is worse than recorded, in words: a figure below it, above it where less is better, or gone."""
    worse = []
    for name, was in before.items():
        now = figures.get(name)
        sign = -1 if DECLARED[name].is_most else 1
        if now is None:
            worse.append(f"{name}: {was:.{DIGITS}f} recorded, not scored now")
        elif sign * round(now.value, DIGITS) < sign * was:
            worse.append(f"{name}: {was:.{DIGITS}f} recorded, {now.value:.{DIGITS}f} now")
    return tuple(worse)


HEAD = (
    f"| figure | value | counts | {' | '.join(POPULATIONS)} | in doubt | 95 % interval | target | met | what it says |",
    "|---|---|---|---|---|---|---|---|---|---|",
)


def write_record(card: Card, record: Path = RECORD) -> None:
    """Write the record: figures, counts and ids, no text of the cases."""
    lines = [
        "# Scorecard",
        "",
        "What the readers get right on labelled adverts that are kept beside this repository. Written by",
        "`jobmarket readers scorecard`; `tests/accuracy/test_scorecard.py` fails when a figure falls below it.",
        "Intervals are 95 %: Wilson's where each case stands for itself, else a bootstrap over documents, and over",
        "employers for adverts read in full. These adverts come from Ashby's boards and from pages of other employers;",
        "`in doubt`: right of all cases whose labeller was unsure. They are not in the figure.",
        "",
        "## Cases used for building, and cases drawn afresh",
        "",
        "The newest draw of adverts as it was read at first, before a reader was changed with it at hand.",
        "",
        f"| what is read | built on | {ENGLISH} | points | {OTHERS} | points |",
        "|---|---|---|---|---|---|",
        *(f"| {' | '.join(gap.cells())} |" for gap in gaps_of(card)),
        "",
        "## Draws",
        "",
        "| cases | drawn | how | used for building since |",
        "|---|---|---|---|",
        *(f"| {' | '.join(row)} |" for row in _read_draws()),
        "",
        "## Asked for",
        "",
        *HEAD,
    ]
    figures = [figure for figure in card.figures.values() if not figure.name.startswith(AUDIT)]
    lines += [_record_row(figure) for figure in figures if DECLARED[figure.name].target is not None]
    lines += [
        f"| speed | see there | | | | | | | | {SPEED} |",
        "",
        "## The rest",
        "",
        *HEAD,
    ]
    lines += [_record_row(figure) for figure in figures if DECLARED[figure.name].target is None]
    lines += ["", "## By source of the cases", "", "Sources in order of their number of cases.", ""]
    lines += ["| figure | right of all, source by source |", "|---|---|"]
    for figure in figures:
        if len(figure.by_source) > 1 and not _has_populations(figure):
            shares = ", ".join(f"{hits}/{of}" for hits, of in figure.by_source.values())
            lines.append(f"| {figure.name} by source | {shares} |")
    lines += ["", "## Disputed", "", "Labels that we hold to be wrong. They count as misses.", ""]
    lines += ["| figure | case | reason |", "|---|---|---|"] if card.disputed else ["None."]
    lines += [f"| {figure} miss | {case} | {reason} |" for figure, case, reason in card.disputed]
    record.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _record_row(figure: Figure) -> str:
    measure = DECLARED[figure.name]
    verdict = MET[is_met(figure.name, figure.value)]
    return (
        f"| `{figure.name}` | {figure.value:.{DIGITS}f} | {_counts(figure)} | {' | '.join(_parts(figure))} |"
        f" {figure.low:.3f} to {figure.high:.3f} | {_target(figure.name)} | {verdict} | {measure.what} |"
    )


def _has_populations(figure: Figure) -> bool:
    return not figure.by_source.keys().isdisjoint(POPULATIONS)


def _parts(figure: Figure) -> Iterator[str]:
    """Yield right of all by population, and of the cases whose labeller was unsure; "" for a part without cases."""
    for hits, of in (*(figure.by_source.get(one, (0, 0)) for one in POPULATIONS), figure.in_doubt):
        yield f"{hits:,}/{of:,}" if of else ""


# --- printing -------------------------------------------------------------------------------------------


def as_json(card: Card) -> str:
    """All figures as one line of JSON: value, interval, counts, target, whether it is met, by source."""
    figures = {
        name: {
            "value": round(figure.value, 6),
            "low": round(figure.low, 6),
            "high": round(figure.high, 6),
            "n": figure.n,
            "hits": figure.hits,
            "of": figure.of,
            "target": DECLARED[name].target,
            "is_met": is_met(name, figure.value),
            "by_source": {source: list(counts) for source, counts in figure.by_source.items() if source},
            "in_doubt": list(figure.in_doubt),
        }
        for name, figure in card.figures.items()
    }
    disputes = [{"figure": figure, "case": case, "reason": reason} for figure, case, reason in card.disputed]
    return json.dumps(
        {"figures": figures, "n_misses": len(card.misses), "disputed": disputes, "fallen": list(card.fallen)},
        ensure_ascii=False,
    )


def show(card: Card, out: Console) -> None:
    """Print the gap to cases drawn afresh, every miss, the figures by field and source, and last what was asked for."""
    _show_gaps(card, out)
    for name in DECLARED:
        _show_misses(name, [miss for miss in card.misses if miss.figure == name], out)
    for name, case, reason in card.disputed:
        out.print(Text.assemble(("disputed  ", "bold"), f"{name}, {case}: {reason}"))
    of_adverts = [figure for figure in card.figures.values() if _has_populations(figure)]
    for cases in dict.fromkeys(name.partition(".")[0] for name in card.figures):
        figures = [f for f in card.figures.values() if f.name.partition(".")[0] == cases and f not in of_adverts]
        _show_sources(figures, cases, out)
    if of_adverts:
        title = "Adverts read in full: right of all by where they come from"
        table = Table("figure", *_right_columns(*POPULATIONS, "in doubt"), title=title, **LOOK)
        for figure in of_adverts:
            table.add_row(figure.name, *_parts(figure))
        out.print(table)
    out.print(_table("Besides", [f for f in card.figures.values() if DECLARED[f.name].target is None]))
    targets = _table("Asked for", [f for f in card.figures.values() if DECLARED[f.name].target is not None])
    out.print(targets)
    out.print(Text.assemble((" speed  ", "bold"), SPEED))
    if not card.has_real:
        out.print(Text(f"The real Ashby answers are not at {REAL}; what is read against them is left out.", "yellow"))
    for line in card.fallen:
        out.print(Text(f"Below the record: {line}", "bold red"))


STYLES = {True: "green", False: "bold red", None: ""}
MET = {True: "yes", False: "no", None: ""}


def _right_columns(*names: str) -> list[Column]:
    return [Column(name, justify="right", no_wrap=True) for name in names]


def _table(title: str, figures: Sequence[Figure]) -> Table:
    is_asked = any(DECLARED[figure.name].target is not None for figure in figures)
    last = (*_right_columns("target"), Column("met", no_wrap=True)) if is_asked else ()
    table = Table("reader and cases", *_right_columns("figure", "counts", "95 %"), *last, title=title, **LOOK)
    reader = ""
    for figure in figures:
        measure = DECLARED[figure.name]
        if measure.reader != reader:
            table.add_row(Text(measure.reader, "bold"))
            reader = measure.reader
        verdict = is_met(figure.name, figure.value)
        table.add_row(
            Padding(measure.what, (0, 0, 0, 2)),
            Text(_value(measure.form, figure.value), STYLES[verdict]),
            _counts(figure),
            f"{_value(measure.form, figure.low, is_bare=True)}–{_value(measure.form, figure.high, is_bare=True)}",
            *((_target(figure.name), Text(MET[verdict], STYLES[verdict])) if is_asked else ()),
        )
    return table


def _show_gaps(card: Card, out: Console) -> None:
    gaps = gaps_of(card)
    if gaps:
        columns = _right_columns("built on", ENGLISH, "points", OTHERS, "points")
        table = Table("what is read", *columns, title="Cases used for building, and cases drawn afresh", **LOOK)
        for gap in gaps:
            table.add_row(*gap.cells())
        out.print(table)


def _show_sources(figures: Sequence[Figure], cases: str, out: Console) -> None:
    """Right of all, a row for each source of the cases and a column for each figure on them."""
    sources = dict.fromkeys(source for figure in figures for source in figure.by_source if source)
    if len(sources) > 1:
        columns = [figure.name.partition(".")[2] or "all" for figure in figures if figure.by_source]
        table = Table("source of the cases", *_right_columns(*columns), title=f"{cases}: right of all", **LOOK)
        for source in sources:
            counts = (figure.by_source.get(source) for figure in figures if figure.by_source)
            table.add_row(source, *(f"{one[0]}/{one[1]}" if one else "" for one in counts))
        out.print(table)


def _show_misses(figure: str, misses: Sequence[Miss], out: Console) -> None:
    if misses:
        out.print(Text(f"{figure}: {len(misses)} missed", "bold"))
    for miss in misses:
        head = (miss.expected, "bold"), " expected, ", (miss.got, "red"), " read  "
        out.print(Padding(Text.assemble(*head, (miss.case, "dim")), (0, 0, 0, 2)))
        out.print(Padding(Text(" ".join(miss.given.split())), (0, 0, 0, 6)))
    if misses:
        out.print()


def _counts(figure: Figure) -> str:
    return f"{figure.n:,} cases" if figure.of is None else f"{figure.hits:,}/{figure.of:,}"


def _value(form: str, value: float, *, is_bare: bool = False) -> str:
    if form == "percent":
        return f"{100 * value:.1f}" + ("" if is_bare else " %")
    return f"{value:.2f}" + ("" if is_bare else "×") if form == "times" else f"{value:.3f}"


def _target(name: str) -> str:
    measure = DECLARED[name]
    if measure.target is None:
        return ""
    target = f"{100 * measure.target:.0f} %" if measure.form == "percent" else f"{measure.target:g}"
    return f"{'≤' if measure.is_most else '≥'} {target}"
