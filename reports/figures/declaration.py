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

WITHHELD = "withheld"


@dataclass(frozen=True, kw_only=True)
class Batch:
    """How one SELECT reads many figures that differ only in a few parameters.

    If `parameters` replace those of a single figure, the SELECT returns the rows of all figures in the batch. `columns`
    maps each replaced parameter to the column that says which value a row belongs to. Reading one figure alone gives
    the same rows for that figure, but takes as long as reading all.
    """

    parameters: Mapping[str, object]
    columns: Mapping[str, str]


@dataclass(frozen=True)
class Rung:
    """One step of a ladder: a SELECT over one kind of source (`basis`), by default adverts that we read.

    `sql` names the file of this SELECT. `behind` names the file of the SELECT that returns the adverts the value rests
    on. `cells` names the list of cells that the rung reads; it may contain parameters in braces, and `{kind}` stands
    for the kind of place. `parameters` replace parameters of the figure, so a rung may count more roles or levels than
    its figure. `words` say after the value what was counted; columns of the first row may stand in braces.
    """

    cells: str
    sql: str
    behind: str
    parameters: Mapping[str, object] = field(default_factory=dict)
    basis: str = "postings"
    name: str = "open adverts"
    batch: Batch | None = None
    words: str | None = None

    def describe(self, rows: Rows) -> str | None:
        """Return what a reader must know about a value from this rung; None if there is nothing to say."""
        return None if self.words is None else self.words.format(**rows[0])


@dataclass(frozen=True, kw_only=True)
class Display:
    """Where the site shows a figure: the id of a page's section, and a heading ("" for the figure's title)."""

    section: str
    heading: str = ""


def order_by_pay(rows: Rows) -> Rows:
    """Sort rows of pay: rows in dollars, then rows in other currencies, then withheld rows; each by falling pay."""
    return sorted(
        rows, key=lambda row: (row["status"] == "suppressed", row.get("currency") != "USD", -pay.order_of(row))
    )


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure: measured on a ladder of rungs, cited from a claim, or made from other figures.

    | field | meaning |
    |---|---|
    | `renderer` | puts the figure's rows into words |
    | `judge` | decides whether the figure's rows may be printed |
    | `parameters` | values of the parameters of the rungs' SELECTs |
    | `counts` | the cells whose adverts count, among those that the SELECT of adverts returns; () for all cells |
    | `level` | group of levels of pay (`LEVEL_GROUPS`) |
    | `place` | name of the region or country, printed after the title if the rows name no place (`entitle`) |
    | `baseline` | what the 2026 guide said |
    | `baseline_values` | the numbers in `baseline`, by column |
    | `nearest` | ids of figures to offer if this figure is withheld, in groups, the nearest group first |
    | `gathers` | for a table of figures: a pattern that the ids of its members match |
    | `arrange` | for a table of figures: selects and orders the rows of its members |
    | `shows_periods` | whether each row states its own period, so that the figure changes with every reading |
    | `is_collection` | whether each row is of one `source`, so that rows may be left out without changing others |
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
    nearest: tuple[tuple[str, ...], ...] = ()
    claim: Claim | None = None
    gathers: str | None = None
    arrange: Callable[[Rows], Rows] = order_by_pay
    shows_periods: bool = False
    is_collection: bool = False
    displays: tuple[Display, ...] = ()

    def counted_cells(self, rung: Rung) -> tuple[tuple[str, ...], ...]:
        """Return the cells that count among the rows of a rung's SELECT of adverts; () means all cells.

        A cell of pay is (region level, region, level).
        """
        if self.level is None:
            return self.counts
        place = (str(self.parameters["region_level"]), str(self.parameters["region"]))
        group = str(rung.parameters.get("seniority_group", self.level))
        return tuple((*place, level) for level in LEVEL_GROUPS[group] or SENIORITIES)

    def list_of(self, rung: Rung) -> str:
        """Return the name of the list of cells that a rung reads."""
        given = {**self.parameters, **rung.parameters}
        is_country = given.get("region_level") in ("country", "subdivision")
        return rung.cells.format(basis=rung.basis, kind="countries" if is_country else "regions")

    def entitle(self, rows: Rows = ()) -> str:
        """Return the title, followed by the place that `rows` name, or else by the figure's place."""
        title = pay.name_money(self.title, rows)
        return f"{title}, {pay.name_place(rows, self.place)}" if self.place else title

    @property
    def kind(self) -> str:
        """Either "measured" or "cited"."""
        return "measured" if self.claim is None else "cited"
