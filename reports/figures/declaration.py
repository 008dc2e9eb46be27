"""What a figure is: its rungs, where the page shows it, and how."""

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
"""Rungs of what we read ourselves, and of surveys alone."""
WITHHELD = "withheld"


@dataclass(frozen=True, kw_only=True)
class Batch:
    """How figures that differ in a few parameters are read together.

    With `parameters` in place of a figure's own, its SELECT gives the rows of all of them. `columns` names the columns
    in which the rows of a figure have its own parameters, by the parameter's name. Each figure's SELECT alone gives the
    same rows and takes as long.
    """

    parameters: Mapping[str, object]
    columns: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Fallback:
    """One step of a ladder: a SELECT over one basis, and the SELECT of the adverts behind it, by their files' names.

    `cells` names the list that its cells are of, with parameters in braces; `kind` stands for the kind of place.
    `parameters` go before the figure's own, so that a rung may be wider than its figure in role or level; `words` then
    say so behind the value, with columns of its first row in braces.
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
        """What is said of a value that stands on this rung; None where nothing need be said."""
        return None if self.words is None else self.words.format(**rows[0])


@dataclass(frozen=True, kw_only=True)
class Display:
    """Where the site shows a figure, under which heading. `section` is the id of one of `site.sections.SECTIONS`."""

    section: str
    heading: str = ""


def order_by_pay(rows: Rows) -> Rows:
    """Rows of pay in dollars first and the highest first, those that are withheld at the end."""
    return sorted(
        rows, key=lambda row: (row["status"] == "suppressed", row.get("currency") != "USD", -pay.order_of(row))
    )


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure: it has rungs (measured), a claim (cited), gathers others whose ids match a pattern, or is retired.

    Or it is an id that guides may still name, and gives what another figure does: `alias_of`, which comes before it.
    `renderer` puts its rows into words. `counts` are the cells of its SELECT of adverts that count, if not all do.
    `level` is its group of levels of pay (`LEVEL_GROUPS`), `place` the name of its region or country, behind the title
    where its rows name none (`entitle`). `baseline` is what the 2026 guide said, `baseline_values` the same as numbers
    by column, where it gave any. `nearest` are figures of wider or other places, offered in its note where it is
    withheld. `arrange` chooses and orders the rows that a gathered figure has; with `shows_periods` each says its
    period, so that the figure changes with every reading. `retired` is why it is not printed, or no more: its id
    stays, and is withheld.
    """

    id: str
    title: str
    unit: str
    renderer: Renderer
    rungs: tuple[Fallback, ...] = ()
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

    def cells_of(self, rung: Fallback) -> tuple[tuple[str, ...], ...]:
        """Cells of a rung's SELECT of adverts that count: for pay region level, region and level; () stands for all."""
        if self.level is None:
            return self.counts
        place = (str(self.parameters["region_level"]), str(self.parameters["region"]))
        group = str(rung.parameters.get("seniority_group", self.level))
        return tuple((*place, level) for level in LEVEL_GROUPS[group] or SENIORITIES)

    def list_of(self, rung: Fallback) -> str:
        """The list of cells that a rung reads."""
        given = {**self.parameters, **rung.parameters}
        is_country = given.get("region_level") in ("country", "subdivision")
        return rung.cells.format(basis=rung.basis, kind="countries" if is_country else "regions")

    def entitle(self, rows: Rows = ()) -> str:
        """Its title with the place that these rows are headed by."""
        return f"{self.title}, {pay.name_place(rows, self.place)}" if self.place else self.title

    @property
    def kind(self) -> str:
        """measured or cited."""
        return "measured" if self.claim is None else "cited"
