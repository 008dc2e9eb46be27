"""What a figure is: its ladder of rungs, its words, and where the site shows it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from reports.figures import verdicts
from reports.figures.claims import Claim
from reports.figures.verdicts import Verdict
from reports.wording import pay
from reports.wording.numbers import Rows
from reports.wording.renderer import Renderer
from transforms.records.vocabulary import LEVEL_GROUPS, SENIORITIES

ADVERTISED, FOLLOWED, SURVEYED = "open adverts", "adverts followed", "newest surveys"
"""Names of single rungs."""
WITHHELD = "withheld"


@dataclass(frozen=True, kw_only=True)
class Batch:
    """How to read figures that differ in a few parameters with one SELECT.

    With `parameters` in place of a figure's own, the SELECT returns the rows of all of them. `columns` maps each
    parameter to the column that holds its value. Run alone, each figure's SELECT returns the same rows and takes as
    long.
    """

    parameters: Mapping[str, object]
    columns: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Rung:
    """One step of a ladder: a SELECT over one kind of source (`basis`).

    `sql` and `behind` name the files of its SELECT and of the SELECT of the adverts behind it. `cells` names the list
    of its cells, with parameters in braces; `{kind}` stands for the kind of place. `parameters` override the figure's
    own, so a rung may count more roles or levels than its figure. `words` say so after the value; columns of the first
    row stand in braces.
    """

    name: str
    basis: str
    cells: str
    sql: str
    behind: str
    parameters: Mapping[str, object] = field(default_factory=dict)
    batch: Batch | None = None
    words: str | None = None

    def describe(self, rows: Rows) -> str | None:
        """What a reader must know of a value from this rung, or None."""
        return None if self.words is None else self.words.format(**rows[0])


def postings_rung(
    cells: str,
    sql: str,
    behind: str,
    parameters: Mapping[str, object],
    *,
    name: str = ADVERTISED,
    batch: Batch | None = None,
) -> tuple[Rung, ...]:
    """A ladder of one rung that counts jobs in adverts we read."""
    return (Rung(name=name, basis="postings", cells=cells, sql=sql, behind=behind, parameters=parameters, batch=batch),)


@dataclass(frozen=True, kw_only=True)
class Display:
    """Where the site shows a figure: the id of one of `site.sections.SECTIONS`, and a heading."""

    section: str
    heading: str = ""


def order_by_pay(rows: Rows) -> Rows:
    """Sort rows of pay: dollars first, highest first, withheld rows last."""
    return sorted(
        rows, key=lambda row: (row["status"] == "suppressed", row.get("currency") != "USD", -pay.order_of(row))
    )


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure: measured on a ladder of rungs, cited from a claim, made of other figures, or retired.

    | field | meaning |
    |---|---|
    | `renderer` | puts its rows into words |
    | `judge` | decides whether its rows may be printed |
    | `counts` | cells of the SELECT of adverts that count; () means all |
    | `level` | group of levels of pay (`LEVEL_GROUPS`) |
    | `place` | name of its region or country, printed after the title where its rows name none (`entitle`) |
    | `baseline` | what the 2026 guide said; `baseline_values` are its numbers by column |
    | `nearest` | ids of figures to offer where this one is withheld |
    | `gathers` | pattern of the ids of its members; `arrange` selects and orders their rows |
    | `shows_periods` | each row states its own period, so the figure changes with every reading |
    | `retired` | why it is no longer printed; its id stays and is withheld |
    | `alias_of` | the figure, declared earlier, that it repeats, for guides that still use the old id |
    """

    id: str
    title: str
    unit: str
    renderer: Renderer
    rungs: tuple[Rung, ...] = ()
    judge: Callable[[Rows], Verdict] = verdicts.judge_cell
    parameters: Mapping[str, object] = field(default_factory=dict)
    counts: tuple[tuple[str, ...], ...] = ()
    level: str | None = None
    place: str = ""
    baseline: str | None = None
    baseline_values: Mapping[str, float] = field(default_factory=dict)
    nearest: tuple[str, ...] = ()
    claim: Claim | None = None
    gathers: str | None = None
    arrange: Callable[[Rows], Rows] = order_by_pay
    shows_periods: bool = False
    retired: str | None = None
    alias_of: str | None = None
    displays: tuple[Display, ...] = ()

    def counted_cells(self, rung: Rung) -> tuple[tuple[str, ...], ...]:
        """Cells of a rung's SELECT of adverts that count: (region level, region, level) for pay; () means all."""
        if self.level is None:
            return self.counts
        place = (str(self.parameters["region_level"]), str(self.parameters["region"]))
        group = str(rung.parameters.get("seniority_group", self.level))
        return tuple((*place, level) for level in LEVEL_GROUPS[group] or SENIORITIES)

    def list_of(self, rung: Rung) -> str:
        """Name of the list of cells that a rung reads."""
        given = {**self.parameters, **rung.parameters}
        is_country = given.get("region_level") in ("country", "subdivision")
        return rung.cells.format(basis=rung.basis, kind="countries" if is_country else "regions")

    def entitle(self, rows: Rows = ()) -> str:
        """The title, followed by the place that `rows` are headed by."""
        return f"{self.title}, {pay.name_place(rows, self.place)}" if self.place else self.title

    @property
    def kind(self) -> str:
        """Either measured or cited."""
        return "measured" if self.claim is None else "cited"
