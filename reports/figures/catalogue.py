"""Every figure of the guide, declared once, and the ledger rows they become.

A measured figure has a ladder of rungs, each a SELECT over one basis. The first rung that has enough data is
printed, with its name when it is not the first; bases are never blended. When none has, the last accepted value
is kept with its date; when there never was one, the figure is withheld with its reason. A cited figure is a claim
of somebody else, with source, date and the day it must be looked at again.
"""

from __future__ import annotations

import difflib
import itertools
import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Protocol, cast

import numpy as np

from reports.figures import selects
from reports.wording import wording
from reports.wording.wording import Row, Rows
from transforms.records.vocabulary import SKILL_CATEGORIES
from warehouse.marts.statistics import DOUBT_WORDS, share_doubts, too_few
from warehouse.tables import Figures, SourceContribution

WINDOW_DAYS = 365
LONG_WINDOW_DAYS = 730
SNAPSHOTS_KEPT = 10
"""Archive files named per source in the ledger, newest first; `explain` counts all of them."""
MIN_SECTOR_KNOWN = 0.60
"""Share of jobs whose industry must be known before industries are printed (DESIGN, section 6)."""
WITHHELD = "withheld"

REGIONS = (
    "Northern America", "South America", "Central America", "Caribbean",
    "Northern Europe", "Western Europe", "Southern Europe", "Eastern Europe",
    "Western Asia", "Central Asia", "Southern Asia", "Eastern Asia", "South-eastern Asia",
    "Australia and New Zealand", "Melanesia", "Micronesia", "Polynesia",
    "Northern Africa", "Western Africa", "Middle Africa", "Eastern Africa", "Southern Africa",
)  # fmt: skip
"""UN M49 intermediate regions, else sub-regions."""


class Connection(Protocol):
    """What is asked of a database: run a SELECT and give its rows."""

    def execute(self, query: str, /) -> Any:
        """Run a statement; the result has `description` and `fetchall()`."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Whether rows may be printed (`tables.CELL_STATES`), why not, and what they rest on."""

    status: str
    reason: str | None
    n_jobs: int | None
    n_employers: int | None


@dataclass(frozen=True, kw_only=True)
class Fallback:
    """One step of a ladder: a SELECT over one basis, and the SELECT of the adverts behind it."""

    name: str
    basis: str
    sql: str
    behind: str
    window_days: int


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What somebody else says. `is_sourced` is False when nobody could name the source."""

    claim: str
    publisher: str
    work: str = ""
    published: str = ""
    caveat: str = ""
    is_sourced: bool = True
    verify_by: date


# --- is it sure enough? -------------------------------------------------------------------------------


def _of_cell(rows: Rows) -> Verdict:
    """A cell of a mart carries its own verdict."""
    if not rows:
        return Verdict(status="suppressed", reason=too_few(0, 0), n_jobs=0, n_employers=0)
    row = rows[0]
    return Verdict(status=row["status"], reason=row["reason"], n_jobs=row["n_jobs"], n_employers=row["n_employers"])


def _of_ranking(rows: Rows) -> Verdict:
    """A ranking is as sure as its least sure row; a cell too small suppresses all of them alike."""
    if not rows:
        return Verdict(status="suppressed", reason=too_few(0, 0), n_jobs=0, n_employers=0)
    n_jobs = max(row["n_jobs"] or 0 for row in rows)
    n_employers = max(row["n_employers"] or 0 for row in rows)
    if all(row["share"] is None for row in rows):
        reason = next((row["reason"] for row in rows if row["reason"]), None) or too_few(n_jobs, n_employers)
        reason = reason or "not in the taxonomy of skills"
        return Verdict(status="suppressed", reason=reason, n_jobs=n_jobs, n_employers=n_employers)
    doubts: dict[str, list[str]] = {}
    for row in rows:
        if row["status"] == "low":
            names = (row.get(name) for name in ("word", "skill", "title", "item", "cell"))
            doubts.setdefault(row["reason"], []).append(next(str(name) for name in names if name))
    if not doubts:
        return Verdict(status="published", reason=None, n_jobs=n_jobs, n_employers=n_employers)
    is_whole = len(doubts) == 1 and len(rows) == sum(map(len, doubts.values()))
    said = (reason if is_whole else f"{', '.join(names)}: {reason}" for reason, names in doubts.items())
    return Verdict(status="low", reason="; ".join(said), n_jobs=n_jobs, n_employers=n_employers)


def _with_status(row: Row) -> dict[str, Any]:
    """A share computed in selects.py with the status and the reason that a mart would give it."""
    few = too_few(row["n_jobs"] or 0, row["n_employers"] or 0)
    if few:
        return {**row, "status": "suppressed", "reason": few}
    ends = (np.array([row[name]], dtype=np.float64) for name in ("share", "share_lo", "share_hi"))
    doubts = share_doubts(
        *ends,
        n_effective=row["n_effective"],
        n_employers=np.array([row["n_employers_asking"]], dtype=np.int64),
        largest=np.array([row["largest_employer"]], dtype=np.float64),
    )
    words = DOUBT_WORDS[doubts[0]] if doubts[0] else None
    return {**row, "status": "low" if words else "published", "reason": words}


def _of_shares(rows: Rows) -> Verdict:
    """Shares computed here follow the rules of the marts; when one cell is too small, none is printed."""
    smallest = min(rows, key=lambda row: (row["n_jobs"], row["n_employers"]))
    n_jobs, n_employers = smallest["n_jobs"], smallest["n_employers"]
    few = too_few(n_jobs, n_employers)
    if few:
        return Verdict(status="suppressed", reason=few, n_jobs=n_jobs, n_employers=n_employers)
    return replace(_of_ranking(rows), n_jobs=n_jobs, n_employers=n_employers)


def _of_industries(rows: Rows) -> Verdict:
    n_all, n_known = rows[0]["n_all"], rows[0]["n_known"]
    if not n_all:
        return Verdict(status="suppressed", reason=too_few(0, 0), n_jobs=0, n_employers=0)
    if n_known < MIN_SECTOR_KNOWN * n_all:
        share = f"industry known for {n_known:,} of {n_all:,} jobs; {MIN_SECTOR_KNOWN:.0%} needed"
        return Verdict(status="suppressed", reason=share, n_jobs=n_known, n_employers=rows[0]["n_employers"] or 0)
    return _of_shares(rows)


def _of_difficulty(rows: Rows) -> Verdict:
    judged = _of_shares(rows)
    if judged.status != "suppressed":
        return judged
    if not rows[0]["is_watched"]:
        since = rows[0]["watched_since"]
        reason = (  # with the day, not its age, which would be another one every night
            f"not watched for long enough ({f'since {wording.day(since)}' if since else 'not yet'}; more than "
            f"{selects.STILL_OPEN_DAYS} days needed to see which vacancies stay open)"
        )
    else:
        cells = ", ".join(f"{row['cell']} n = {row['n_jobs']}" for row in rows)
        reason = f"not enough vacancies followed from their first day ({cells}; 30 of each needed)"
    return Verdict(status="suppressed", reason=reason, n_jobs=judged.n_jobs, n_employers=judged.n_employers)


def _of_amount(rows: Rows) -> Verdict:
    row = rows[0]
    few = too_few(row["n_jobs"], row["n_employers"])
    status, reason = ("suppressed", few) if few else ("low", "few adverts put a sum on it, and no interval is computed")
    return Verdict(status=status, reason=reason, n_jobs=row["n_jobs"], n_employers=row["n_employers"])


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure of the guide. It has rungs (measured), a claim (cited), or gathers the figures under a prefix."""

    id: str
    title: str
    unit: str
    rungs: tuple[Fallback, ...] = ()
    judge: Callable[[Rows], Verdict] = _of_cell
    parameters: Mapping[str, object] = field(default_factory=dict)
    place: str = ""
    baseline: str | None = None
    claim: Claim | None = None
    gathers: str | None = None

    @property
    def cells(self) -> tuple[tuple[str, ...], ...]:
        """The cells of its SELECT of adverts that count: region level, region and level of pay; () stands for all."""
        place = (str(self.parameters.get("region_level")), str(self.parameters.get("region")))
        return tuple((*place, level) for level in cast(tuple[str, ...], self.parameters.get("levels", ())))

    @property
    def kind(self) -> str:
        """measured or cited."""
        return "measured" if self.claim is None else "cited"


# --- declarations -------------------------------------------------------------------------------------


def slug(name: str) -> str:
    """A name as part of an id: "South-eastern Asia" is south_eastern_asia."""
    return "_".join("".join(c if c.isalnum() else " " for c in name.lower()).split())


PAY_LADDER = (
    Fallback(
        name="advertised, 365 days",
        basis="advertised",
        sql=selects.BAND,
        behind=selects.BEHIND_PAY,
        window_days=WINDOW_DAYS,
    ),
    Fallback(
        name="advertised, 730 days",
        basis="advertised",
        sql=selects.BAND_730,
        behind=selects.BEHIND_PAY,
        window_days=LONG_WINDOW_DAYS,
    ),
    Fallback(
        name="third-party adverts",
        basis="advertised_third_party",
        sql=selects.BAND,
        behind=selects.BEHIND_PAIRS,
        window_days=0,
    ),
    Fallback(name="reported", basis="reported", sql=selects.BAND, behind=selects.BEHIND_REPORTS, window_days=0),
)


def _postings(sql: str, behind: str) -> tuple[Fallback, ...]:
    return (Fallback(name="advertised, 365 days", basis="postings", sql=sql, behind=behind, window_days=WINDOW_DAYS),)


BASELINE_BANDS = {
    "Northern America": "USD 8.1K–12.9K per month in North America (no source named)",
    "South America": "USD 3.8K–7.9K per month (no source named)",
}
BASELINE_ENTRY = {"US": "USD 103,407 per year (no source named; country not stated, probably the US)"}
BASELINE_SKILLS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("python", "Python", ("python",)),
    ("r", "R", ("r",)),
    ("java", "Java", ("java",)),
    ("cpp", "C++", ("c++",)),
    ("tensorflow", "TensorFlow", ("tensorflow",)),
    ("keras", "Keras", ("keras",)),
    ("pytorch", "PyTorch", ("pytorch",)),
    ("scikit_learn", "scikit-learn", ("scikit-learn",)),
    ("transformers", "transformers", ("transformers", "hugging face transformers", "transformer models")),
    ("linear_algebra", "linear algebra", ("linear algebra",)),
    ("calculus", "calculus", ("calculus",)),
    ("probability", "probability", ("probability", "probability theory")),
    ("optimisation", "optimisation", ("mathematical optimization", "optimization", "optimisation")),
    ("hadoop", "Hadoop", ("hadoop", "apache hadoop")),
    ("spark", "Spark", ("apache spark", "spark")),
    ("sql", "SQL", ("sql",)),
    ("aws", "AWS", ("aws", "amazon web services")),
    ("google_cloud", "Google Cloud", ("google cloud", "google cloud platform", "gcp")),
    ("azure", "Azure", ("azure", "microsoft azure")),
    ("docker", "Docker", ("docker",)),
    ("kubernetes", "Kubernetes", ("kubernetes",)),
    ("ci_cd", "CI/CD", ("ci/cd",)),
    ("mlflow", "MLflow", ("mlflow",)),
    ("kubeflow", "Kubeflow", ("kubeflow",)),
    ("apis", "APIs", ("apis", "api", "api design", "api development", "rest apis", "rest api", "rest")),
    ("bias", "bias", ("bias", "bias detection", "bias mitigation", "algorithmic bias", "ai bias")),
    ("fairness", "fairness", ("fairness", "ai fairness", "algorithmic fairness", "model fairness")),
    ("explainability", "explainability", ("explainability", "explainable ai", "model explainability", "xai")),
)
"""Skills the 2026 guide names as essential: id, its word, and how a taxonomy may spell it."""


def _named(skills: Iterable[tuple[str, str, tuple[str, ...]]]) -> dict[str, object]:
    pairs = [(word, spelling) for _, word, spellings in skills for spelling in spellings]
    words, spellings = (tuple(column) for column in zip(*pairs, strict=True))
    return {"words": words, "spellings": spellings}


CLAIMS = (
    Figure(
        id="outlook.shortfall",
        title="Shortfall of AI talent",
        unit="share of demand",
        baseline="30–40% over the next few years (no source named)",
        claim=Claim(
            claim="30–40% over the next few years",
            publisher="source unknown",
            caveat="the 2026 guide repeats it without a source, and we found none",
            is_sourced=False,
            verify_by=date(2027, 3, 31),
        ),
    ),
    Figure(
        id="outlook.market_2033",
        title="Size of the AI market in 2033",
        unit="USD",
        baseline="USD 3,497.26 billion, 30.6% a year from 2026 to 2033 (Grand View Research)",
        claim=Claim(
            claim="USD 3,497.26 billion in 2033, growing 30.6% a year from 2026",
            publisher="Grand View Research",
            work="market forecast 2026–2033",
            published="2026",
            caveat="a forecast sold by a market research firm; its method is not public",
            verify_by=date(2027, 6, 30),
        ),
    ),
    Figure(
        id="outlook.gdp_2030",
        title="Contribution of AI to world GDP by 2030",
        unit="USD",
        baseline="up to USD 15.7 trillion (PwC)",
        claim=Claim(
            claim="up to USD 15.7 trillion by 2030",
            publisher="PwC",
            work="Sizing the prize",
            published="27 June 2017",
            caveat="a scenario of 2017, older than the systems now in use, and an upper end",
            verify_by=date(2027, 6, 30),
        ),
    ),
    Figure(
        id="outlook.investment_2024",
        title="Corporate investment in AI in 2024",
        unit="USD",
        baseline="over USD 250 billion (no source named)",
        claim=Claim(
            claim="over USD 250 billion in 2024",
            publisher="Stanford HAI",
            work="AI Index Report 2025 (USD 252.3 billion)",
            published="April 2025",
            caveat="mergers and acquisitions are counted; the 2026 guide named no source",
            verify_by=date(2027, 5, 31),
        ),
    ),
)

BANDS = tuple(
    Figure(
        id=f"band.{slug(region)}.mid_senior",
        title=f"Mid-to-senior AI engineering pay, {wording.region_name(region)}",
        unit="USD per month",
        rungs=PAY_LADDER,
        parameters={
            "region_level": "region",
            "region": region,
            "seniority_group": "mid_senior",
            "levels": ("mid", "senior"),
        },
        place=wording.region_name(region),
        baseline=BASELINE_BANDS.get(region),
    )
    for region in REGIONS
)
GATHERED_BANDS = Figure(
    id="bands.regions", title="Mid-to-senior AI engineering pay by region", unit="USD per month", gathers="band."
)
GATHERED_ENTRIES = Figure(
    id="entries.countries", title="Entry-level AI engineering pay by country", unit="USD per year", gathers="entry."
)
SKILLS = (
    *(
        Figure(
            id=f"skills.{slug(category)}",
            title=f"{wording.category_name(category)}: what AI engineering adverts ask for",
            unit="share of jobs with text",
            rungs=_postings(selects.RANKING, selects.BEHIND_SKILLS),
            judge=_of_ranking,
            parameters={"category": category},
        )
        for category in SKILL_CATEGORIES
    ),
    Figure(
        id="skills.baseline",
        title="Skills the 2026 guide named essential, and what adverts ask for now",
        unit="share of jobs with text",
        rungs=_postings(selects.NAMED_SKILLS, selects.BEHIND_SKILLS),
        judge=_of_ranking,
        parameters=_named(BASELINE_SKILLS),
        baseline=f"essential: {', '.join(word for _, word, _ in BASELINE_SKILLS)} (no source named)",
    ),
    *(
        Figure(
            id=f"skill.{name}",
            title=f"AI engineering adverts that ask for {word}",
            unit="share of jobs with text",
            rungs=_postings(selects.NAMED_SKILLS, selects.BEHIND_SKILLS),
            judge=_of_ranking,
            parameters=_named([(name, word, spellings)]),
            baseline="essential (no source named)",
        )
        for name, word, spellings in BASELINE_SKILLS
    ),
)
SHARES = (
    Figure(
        id="roles.shares",
        title="Roles among AI jobs",
        unit="share of AI jobs",
        rungs=_postings(selects.ROLES, selects.BEHIND_ROLES),
        judge=_of_ranking,
        baseline="specialisations, without shares or source: ML engineer, robotics specialist, AI architect, "
        "intelligent systems engineer, AI in cybersecurity, software engineering, MLOps, generative AI, "
        "prompt engineer, AI product manager, AI security, ethics and governance",
    ),
    Figure(
        id="additional.share",
        title="Additional pay offered beside base pay",
        unit="share of adverts with pay",
        rungs=_postings(selects.ADDITIONAL, selects.BEHIND_ADDITIONAL),
        judge=_of_shares,
        baseline="about USD 32,000 per year on average (no source named)",
    ),
    Figure(
        id="additional.bonus",
        title="Yearly bonus, where an advert puts a sum on it",
        unit="USD per year",
        rungs=_postings(selects.BONUS, selects.BEHIND_BONUS),
        judge=_of_amount,
        baseline="about USD 32,000 per year of additional pay of all kinds (no source named)",
    ),
    Figure(
        id="industries.shares",
        title="Industries of the employers",
        unit="share of jobs with known industry",
        rungs=_postings(selects.INDUSTRIES, selects.BEHIND_INDUSTRIES),
        judge=_of_industries,
        baseline="healthcare, finance, retail, manufacturing, education, transport (no source named)",
    ),
    Figure(
        id="hiring.difficulty",
        title="Vacancies still open after 60 days",
        unit="share of vacancies",
        rungs=_postings(selects.DIFFICULTY, selects.BEHIND_DIFFICULTY),
        judge=_of_difficulty,
        parameters={"still_open_days": selects.STILL_OPEN_DAYS, "bridge_days": selects.MAX_BRIDGE_DAYS},
    ),
)
FIGURES = (*BANDS, GATHERED_BANDS, GATHERED_ENTRIES, *SKILLS, *SHARES, *CLAIMS)
"""All figures that do not depend on the table of countries; `declared` adds entry pay, one per country."""


def entry_figure(country: str, name: str) -> Figure:
    """Entry pay of one country (ISO 3166-1 alpha-2 and English name)."""
    return Figure(
        id=f"entry.{country.lower()}",
        title=f"Entry-level AI engineering pay, {name}",
        unit="USD per year",
        rungs=PAY_LADDER,
        parameters={
            "region_level": "country",
            "region": country,
            "seniority_group": "entry",
            "levels": ("junior",),
        },
        place=name,
        baseline=BASELINE_ENTRY.get(country),
    )


def declared(con: Connection) -> dict[str, Figure]:
    """Every figure by id, gathered ones after those they gather. Reads core.countries."""
    countries = _read(con, "SELECT country, name FROM core.countries ORDER BY country")
    entries = [entry_figure(row["country"], row["name"]) for row in countries]
    return {figure.id: figure for figure in (*BANDS, *entries, *FIGURES[len(BANDS) :])}


# --- reading ------------------------------------------------------------------------------------------


def _read(con: Connection, sql: str) -> list[dict[str, Any]]:
    answer = con.execute(sql)
    names = [column[0] for column in answer.description]
    return [dict(zip(names, map(_plain, row), strict=True)) for row in answer.fetchall()]


def _plain(value: Any) -> Any:
    """A value as JSON has it: NaN, which a data frame puts where nothing is, is nothing."""
    return None if isinstance(value, float) and math.isnan(value) else value


def _json(rows: Rows) -> str:
    return json.dumps(list(rows), ensure_ascii=False, default=date.isoformat)


@dataclass(frozen=True, kw_only=True)
class FigureInputs:
    """What is the same for all figures of one day.

    `bands` has the row of each band cell (basis, region level, region, seniority group) by the SELECT that finds it
    alone, `named` that of each skill that the 2026 guide names, by its word: asked for together, because each SELECT
    alone gives the same row and takes as long as that of all. `remembered` are the figures with an earlier accepted
    value: what is not in them need not be asked for. `barred` are sources whose aggregates may not be republished,
    `read` says when a source's board was last read. `behind` keeps what was found by each SELECT of archive files, by
    cell: figures of one kind have one such SELECT.
    """

    as_of: date
    code_version: str
    barred: frozenset[str]
    bands: Mapping[str, Mapping[tuple[str, ...], Row]]
    remembered: frozenset[str]
    named: Mapping[str, Row]
    read: Mapping[tuple[str, str | None], date]
    behind: dict[str, dict[tuple[str, ...], list[Row]]] = field(default_factory=dict)


def _night(con: Connection, as_of: date, code_version: str) -> FigureInputs:
    barred = _read(con, "SELECT source FROM core.sources WHERE NOT is_republishable")
    remembered = _read(con, selects.filled(selects.REMEMBERED, {"as_of": as_of}))
    named = _read(con, selects.filled(selects.NAMED_SKILLS, {"as_of": as_of, **_named(BASELINE_SKILLS)}))
    return FigureInputs(
        as_of=as_of,
        code_version=code_version,
        barred=frozenset(row["source"] for row in barred),
        bands={one: _bands(con, every, as_of) for one, every in selects.BANDS.items()},
        remembered=frozenset(row["figure"] for row in remembered),
        named={row["word"]: row for row in named},
        read={
            (row["source"], row["board"]): row["read_on"]
            for row in _read(con, selects.filled(selects.READ, {"as_of": as_of}))
        },
    )


def _bands(con: Connection, sql: str, as_of: date) -> dict[tuple[str, ...], Row]:
    rows = _read(con, selects.filled(sql, {"as_of": as_of}))
    return {tuple(row.pop("cell")): row for row in rows}


def _tried(con: Connection, figure: Figure, night: FigureInputs) -> Iterator[tuple[Fallback, str, Rows, Verdict, str]]:
    """Each rung in order: its SQL, rows, verdict, and the SQL of the adverts behind it."""
    for rung in figure.rungs:
        given = {"as_of": night.as_of, "basis": rung.basis, "window_days": rung.window_days, **figure.parameters}
        sql = selects.filled(rung.sql, given)
        rows: Rows
        if rung.sql in night.bands:
            cell = tuple(str(given[name]) for name in ("basis", "region_level", "region", "seniority_group"))
            rows = [night.bands[rung.sql][cell]] if cell in night.bands[rung.sql] else []
        elif rung.sql is selects.NAMED_SKILLS:
            words = dict.fromkeys(cast(tuple[str, ...], figure.parameters["words"]))
            rows = [night.named[word] for word in words]
        else:
            rows = _read(con, sql)
        rows = [_with_status(row) if "share" in row and "status" not in row else row for row in rows]
        yield rung, sql, rows, figure.judge(rows), selects.filled(rung.behind, given)


def _behind(con: Connection, figure: Figure, adverts: str, night: FigureInputs) -> Rows:
    """Archive files behind a figure, with the source, the board and the number of adverts of each."""
    sql = selects.files_of(adverts)
    if sql not in night.behind:
        night.behind[sql] = {}
        for row in _read(con, sql):
            night.behind[sql].setdefault(tuple(row.pop("cell")), []).append(row)
    found = night.behind[sql]
    return [row for cell in figure.cells or found for row in found.get(cell, ())]


def _files(behind: Rows) -> dict[str, list[str]]:
    """Archive files behind a figure by source, newest first."""
    files: dict[str, set[str]] = {}
    for row in behind:
        files.setdefault(row["source"], set()).add(row["warc"])
    return {source: sorted(names, reverse=True) for source, names in sorted(files.items())}


def _of_sources(behind: Rows, night: FigureInputs) -> tuple[SourceContribution, ...]:
    """How many rows behind a figure are of each source, and the day by which half of them were last looked for.

    Each row was last looked for when its board was last read. Half of the rows, because one board read again must
    not make a crawl of long ago look fresh. The day is None when no reading is known up to the day of the figure,
    and for what only converts money.
    """
    counts: dict[str, int] = {}
    looked: dict[str, list[tuple[date, int]]] = {}
    for row in behind:
        source, n = row["source"], row["n"]
        counts[source] = counts.get(source, 0) + n
        day = night.read.get((source, row["board"]))
        if day is not None and n:
            looked.setdefault(source, []).append((day, n))
    return tuple(
        SourceContribution(source=source, n=n, read_on=_half_of(looked.get(source, [])))
        for source, n in sorted(counts.items())
    )


def _half_of(days: list[tuple[date, int]]) -> date | None:
    """The first day by which half of the rows are reached; None without rows."""
    total, reached = sum(n for _, n in days), 0
    for day, n in sorted(days):
        reached += n
        if 2 * reached >= total:
            return day
    return None


def _oldest(behind: Iterable[SourceContribution]) -> date | None:
    """The day a figure was read: a figure is as old as its oldest source."""
    return min((part.read_on for part in behind if part.read_on is not None), default=None)


def compute(con: Connection, as_of: date, *, code_version: str) -> list[Figures]:
    """The ledger rows of one day, one per figure, in order of declaration.

    Reads mart.*, core.* and, for the last accepted values, the earlier days of mart.figures; writes nothing.
    A rung that rests on a source whose aggregates may not be republished is passed over.
    """
    night = _night(con, as_of, code_version)
    made: dict[str, Figures] = {}
    figures = declared(con)
    for figure in figures.values():
        if figure.claim is not None:
            made[figure.id] = _cited(figure, figure.claim, night)
        elif figure.gathers is not None:
            members = [(figures[name], row) for name, row in made.items() if name.startswith(figure.gathers)]
            made[figure.id] = _gathered(figure, members, night)
        else:
            made[figure.id] = _measured(con, figure, night)
    return list(made.values())


def _row(figure: Figure, night: FigureInputs, judged: Verdict, **columns: Any) -> Figures:
    empty: dict[str, Any] = {
        "basis": None, "rung": None, "value": None, "value_json": None, "window_days": None, "sql": None,
        "sources": (), "behind": (), "snapshots": (), "read_on": None, "verify_by": None,
    }  # fmt: skip
    own: dict[str, Any] = {
        "status": judged.status, "reason": judged.reason, "n_jobs": judged.n_jobs, "n_employers": judged.n_employers,
    }  # fmt: skip
    return Figures(
        as_of=night.as_of,
        figure=figure.id,
        title=figure.title,
        kind=figure.kind,
        unit=figure.unit,
        code_version=night.code_version,
        baseline=figure.baseline,
        **(own | empty | columns),
    )


def _measured(con: Connection, figure: Figure, night: FigureInputs) -> Figures:
    refused: tuple[Fallback, str, Verdict] | None = None
    for rung, sql, rows, judged, adverts in _tried(con, figure, night):
        behind = _behind(con, figure, adverts, night) if judged.status != "suppressed" else []
        files, of_sources = _files(behind), _of_sources(behind, night)
        if kept_back := night.barred.intersection(files):
            reason = f"{', '.join(sorted(kept_back))} may not be republished"
            refused = refused or (rung, sql, replace(judged, status="suppressed", reason=reason))
            continue
        if judged.status == "suppressed":
            refused = refused or (rung, sql, judged)
            continue
        return _row(
            figure,
            night,
            judged,
            basis=rung.basis,
            rung=rung.name,
            value=wording.qualified(
                wording.shape_of(figure.id).text(_printable(rows)), [wording.RUNG_WORDS[rung.name], _low(judged, rows)]
            ),
            value_json=_json(_printable(rows)),
            window_days=rung.window_days,
            sql=sql,
            sources=tuple(files),
            behind=of_sources,
            snapshots=tuple(name for names in files.values() for name in names[:SNAPSHOTS_KEPT]),
            read_on=_oldest(of_sources),
        )
    if refused is None:
        raise ValueError(f"figure {figure.id} has no rung")
    rung, sql, judged = refused
    return _carried(con, figure, night, judged) or _row(
        figure, night, judged, basis=rung.basis, rung=WITHHELD, window_days=rung.window_days, sql=sql
    )


def _printable(rows: Rows) -> Rows:
    return [row for row in rows if row.get("status") != "suppressed"]


def _low(judged: Verdict, rows: Rows) -> str | None:
    """Low confidence is said behind a single value; where there are several, their text marks each unsure one."""
    if judged.status != "low":
        return None
    is_marked = len(rows) > 1 and any(row.get("status") == "low" for row in rows)
    return None if is_marked else wording.LOW_CONFIDENCE


def _carried(con: Connection, figure: Figure, night: FigureInputs, judged: Verdict) -> Figures | None:
    """The last accepted value with its date; None when there never was one."""
    sql = selects.filled(selects.HISTORY, {"figure": figure.id, "as_of": night.as_of})
    found = _read(con, sql) if figure.id in night.remembered else []
    if not found:
        return None
    last = found[0]
    kept = f"{wording.CARRIED}, of {wording.day(last['as_of'])}"
    said = [wording.RUNG_WORDS.get(last["rung"]), kept, wording.LOW_CONFIDENCE]
    return _row(
        figure,
        night,
        Verdict(
            status="low",
            reason=f"{judged.reason}; value of {last['as_of'].isoformat()} kept",
            n_jobs=last["n_jobs"],
            n_employers=last["n_employers"],
        ),
        basis=last["basis"],
        rung=wording.CARRIED,
        value=wording.qualified(wording.shape_of(figure.id).text(json.loads(last["value_json"])), said),
        value_json=last["value_json"],
        window_days=last["window_days"],
        sql=sql,
        sources=tuple(last["sources"] or ()),
        behind=_behind_of(last),
        snapshots=tuple(last["snapshots"] or ()),
        read_on=last["read_on"],
    )


def _behind_of(row: Row) -> tuple[SourceContribution, ...]:
    """The column `behind` as the database gives it; nothing in rows of a version that had none."""
    return tuple(SourceContribution(**part) for part in row["behind"] or ())


def _cited(figure: Figure, claim: Claim, night: FigureInputs) -> Figures:
    is_stale = night.as_of > claim.verify_by
    reasons = [
        None if claim.is_sourced else "the claim names no source",
        f"not verified again since {wording.day(claim.verify_by)}" if is_stale else None,
    ]
    reason = "; ".join(r for r in reasons if r) or None
    said = {
        "claim": claim.claim, "publisher": claim.publisher, "work": claim.work,
        "published": claim.published, "caveat": claim.caveat,
    }  # fmt: skip
    text = wording.shape_of(figure.id).text([said])
    return _row(
        figure,
        night,
        Verdict(status="low" if reason else "published", reason=reason, n_jobs=0, n_employers=None),
        basis="cited",
        rung="cited",
        value=f"{text[:-1]}; not verified again in time)" if is_stale else text,
        value_json=_json([said]),
        n_jobs=None,
        sources=(claim.publisher,) if claim.is_sourced else (),
        verify_by=claim.verify_by,
    )


def _gathered(figure: Figure, members: Sequence[tuple[Figure, Figures]], night: FigureInputs) -> Figures:
    """A table of figures. All regions are named; of countries those with a single job at least."""
    shown: list[Figures] = [row for _, row in members if row.value is not None]
    rows: list[Row] = []
    for member, row in members:
        if row.value is not None or row.n_jobs or figure.gathers == "band.":
            first: Row = wording.rows_of(row)[0] if row.value is not None else {"n_jobs": row.n_jobs}
            own = {"place": member.place, "figure": row.figure, "value": row.value, "rung": row.rung}
            rows.append({**first, **own, "status": row.status, "reason": row.reason})
    rows.sort(key=lambda row: (row["status"] == "suppressed", -(row.get("p50") or row.get("band_high") or 0)))
    if shown:
        states = {row.status for row in shown}
        low = [member.place for member, row in members if row.value is not None and row.status == "low"]
        status = "published" if "published" in states else "low"
        reason = ", ".join(low) if low and status == "low" else None
    else:
        status, reason = "suppressed", "no place has enough data"
    bases = {row.basis for row in shown}
    rungs = {row.rung for row in shown}
    n_jobs = sum(row.n_jobs or 0 for row in shown) if len(bases) < 2 else None  # kinds of pay are never added up
    employers = None  # an employer counts in several places, so the sum would count it twice
    return _row(
        figure,
        night,
        Verdict(status=status, reason=reason, n_jobs=n_jobs, n_employers=employers),
        basis=bases.pop() if len(bases) == 1 else None,
        rung=(rungs.pop() if len(rungs) == 1 else "named in each row") if shown else WITHHELD,
        value=wording.shape_of(figure.id).text(rows) if shown else None,
        value_json=_json(rows) if shown else None,
        window_days=WINDOW_DAYS if {row.window_days for row in shown} <= {WINDOW_DAYS} else None,
        sql=selects.filled(selects.GATHERED, {"as_of": night.as_of, "prefix": figure.gathers or ""}),
        sources=tuple(sorted({source for row in shown for source in row.sources})),
        behind=_added(row.behind or () for row in shown),
        snapshots=tuple(sorted({name for row in shown for name in row.snapshots})),
        read_on=min((row.read_on for row in shown if row.read_on), default=None),
    )


def _added(parts: Iterable[Sequence[SourceContribution]]) -> tuple[SourceContribution, ...]:
    """What stands behind several figures: rows added up, the older day of a source."""
    by_source: dict[str, list[SourceContribution]] = {}
    for part in itertools.chain.from_iterable(parts):
        by_source.setdefault(part.source, []).append(part)
    return tuple(
        SourceContribution(source=source, n=sum(part.n for part in found), read_on=_oldest(found))
        for source, found in sorted(by_source.items())
    )


# --- warnings and explanations ------------------------------------------------------------------------


def warnings(rows: Iterable[Figures]) -> list[str]:
    """What the operator should look at: cited figures whose day of verification has passed."""
    return [
        f"{row.figure}: cited from {', '.join(row.sources) or 'an unknown source'}, to be verified again by "
        f"{row.verify_by.isoformat()}; look the claim up and set a new day in reports/figures/catalogue.py"
        for row in rows
        if row.verify_by is not None and row.as_of > row.verify_by
    ]


class UnknownFigureError(ValueError):
    """No figure has this id. The message names the nearest ones."""

    def __init__(self, figure_id: str, known: Iterable[str]) -> None:
        near = difflib.get_close_matches(figure_id, list(known), n=3, cutoff=0.5)
        hint = f"; did you mean {', '.join(near)}?" if near else ""
        super().__init__(f"there is no figure {figure_id!r}{hint}")


def explain(con: Connection, figure_id: str, as_of: date | None = None) -> str:
    """Everything the ledger knows of a figure on a day (the newest when None), as text in labelled lines.

    Raises `UnknownFigureError`; for a known figure that no run has computed yet the text says so.
    """
    figures = declared(con)
    if figure_id not in figures:
        raise UnknownFigureError(figure_id, figures)
    figure = figures[figure_id]
    history = _read(
        con,
        f"SELECT * FROM mart.figures WHERE figure = {selects.literal(figure_id)} ORDER BY as_of DESC",
    )
    rows = [row for row in history if as_of is None or row["as_of"] == as_of]
    if not rows:
        when = "" if as_of is None else f" for {as_of.isoformat()}"
        return f"{figure_id}\n{figure.title}\nThe ledger has no row{when} yet: run the pipeline first."
    lists = {"sources": tuple(rows[0]["sources"]), "snapshots": tuple(rows[0]["snapshots"])}
    row = Figures(**{**rows[0], **lists, "behind": _behind_of(rows[0])})
    lines = [
        f"{row.figure} on {row.as_of.isoformat()}",
        row.title,
        "",
        *_labelled("value", wording.value(row)),
        *_labelled("status", row.status if row.reason is None else f"{row.status}: {row.reason}"),
        *_labelled("kind", f"{row.kind}, {row.unit}"),
        *_labelled("basis", row.basis),
        *_labelled("rung", row.rung),
        *_labelled("n", wording.strength(row)),
        *_labelled("window", wording.window(row) if row.kind == "measured" else None),
        *_labelled("note", wording.note(row)),
        *_labelled("2026 guide", row.baseline),
        *_labelled("verify by", row.verify_by.isoformat() if row.verify_by else None),
        *_labelled("sources", wording.credited(row) or "none"),
        *_labelled("last read", row.read_on.isoformat() if row.read_on else None),
        *_labelled("snapshots", "none" if not row.snapshots else None),
        *(f"  {'snapshot':<12}{_dated(name)}" for name in row.snapshots),
        *_labelled("code", row.code_version),
        *_ladder(con, figure, row),
        *(f"  {'history':<12}{_past(past)}" for past in history),
    ]
    if row.sql:
        lines += ["", "SQL", row.sql.rstrip() + ";"]
    if row.value_json:
        lines += ["", "Rows", *(json.dumps(dict(r), ensure_ascii=False) for r in wording.rows_of(row))]
    return "\n".join(lines)


def _labelled(label: str, text: str | None) -> list[str]:
    return [] if text is None else [f"  {label:<12}{text}"]


def _dated(warc: str) -> str:
    """An archive file with its day: files are named after the earliest WARC-Date in them."""
    name = warc.rsplit("/", 1)[-1]
    return f"{warc} ({name[:10]})"


def _past(row: Row) -> str:
    return f"{row['as_of'].isoformat()} {row['status']}: {row['value'] or row['reason']}"


def _ladder(con: Connection, figure: Figure, row: Figures) -> list[str]:
    """What each rung says now, with the number of all archive files behind it; later ones than used are not run."""
    lines: list[str] = []
    night = _night(con, row.as_of, row.code_version)
    for rung, _, _, judged, adverts in _tried(con, figure, night):
        said = f"{judged.status} (n = {judged.n_jobs})" + (f": {judged.reason}" if judged.reason else "")
        lines.append(f"  {'rung':<12}{rung.name}: {said}")
        if rung.name == row.rung:
            files = _files(_behind(con, figure, adverts, night))
            counts = ", ".join(f"{source} {len(names)}" for source, names in files.items())
            lines += _labelled("files", counts or "none left in core")
            break
    return lines
