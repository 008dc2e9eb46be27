"""Whether all that is published says the same: each surface of a data folder and its release, against the cells."""

from __future__ import annotations

import csv
import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from reports.cells.cell import PARTS as ALL_PARTS
from reports.cells.cell import Cell
from reports.cells.of_figure import cells_of
from reports.cells.published import read_cells
from reports.figures import query
from reports.figures.addresses import canonical
from reports.figures.catalogue import KNOWN, declaration_of
from reports.figures.compute import compute_asked
from reports.figures.explain import explain_figure
from reports.figures.places import slug
from reports.figures.vintages import read_standing
from reports.guide import desk
from reports.mcp.market import Market
from reports.site.skills import DECIMALS
from reports.verify import CONTRADICTED, verify_text
from reports.wording import numbers
from reports.wording.bases import BASES, NAMED
from warehouse.mart_tables import Figures
from warehouse.publish.reader import open_reader

ADDRESSES = 150
"""How many addresses are asked: each looks for what stands behind it."""


def find_contradictions(data: Path, release: Path, *, every: int = 1) -> tuple[list[str], dict[str, int]]:
    """What two surfaces say otherwise, in words, and how many values of each surface were compared.

    `explain` and addresses look for what stands behind each, so that they are asked for `every` so many.
    """
    truth = OneTruth(data, release, every)
    return truth.contradictions, truth.compared


def parts_of(cell: Cell) -> dict[str, tuple[Any, Any, Any]]:
    """The numbers of a cell as they are printed, by part."""
    return {part: (number.value, number.low, number.high) for part, number in cell.numbers.items()}


def parts_of_figure(figure: Figures) -> dict[str, tuple[Any, Any, Any]] | None:
    """The numbers of a figure of one row; None of one that is withheld."""
    return next(map(parts_of, cells_of(figure)), None)


def any_known(ends: Sequence[float | None]) -> bool:
    """Whether a part has a value or an end; a share of which too few jobs say has neither."""
    return any(one is not None for one in ends)


class OneTruth:
    """One pass over every surface."""

    def __init__(self, data: Path, release: Path, every: int) -> None:
        self.data, self.release, self.every = data, release, every
        self.contradictions: list[str] = []
        self.compared: dict[str, int] = {}
        with open_reader(data) as con:
            self.con = con
            self.figures = {row.figure: row for row in desk.published_figures(con)}
            self.cells = {cell.id: cell for cell in read_cells(con, desk.newest_day(con))}
            self.hold_figures()
            self.hold_addresses()
            self.hold_lists()
        self.hold_files()
        self.hold_site()
        self.hold_tools()

    def hold(self, surface: str, name: str, said: object, truth: object) -> None:
        """Note that a surface says another thing than what is published."""
        self.compared[surface] = self.compared.get(surface, 0) + 1
        if said != truth:
            self.contradictions.append(f"{surface} of {name}: {said!r}, published: {truth!r}")

    def hold_addresses(self) -> None:
        """Of the addresses of cells so many, and what an editor is given of them."""
        names = list(self.cells)[:: max(1, self.every * len(self.cells) // ADDRESSES)]
        as_of, standing = desk.newest_day(self.con), read_standing(self.con)
        self.asked = {
            row.figure: row for row in compute_asked(self.con, names, as_of, code_version="", standing=standing)
        }
        for name, row in self.asked.items():
            self.hold("address", name, _rounded(parts_of_figure(row)), _rounded(parts_of(self.cells[name])))

    def hold_figures(self) -> None:
        """The SELECT of each figure, `explain`, and the vintage of its list."""
        vintages = {name: one.number for name, one in read_standing(self.con).items()}
        explained = list(self.figures)[:: self.every]
        for name, row in self.figures.items():
            if row.list is not None:
                self.hold("vintage", name, row.vintage, vintages.get(row.list))
            if row.value is None or row.kind != "measured":
                continue
            if name in explained:
                line = next(line for line in explain_figure(self.con, name).splitlines() if line.startswith("  value"))
                self.hold("explain", name, line.split(maxsplit=1)[1], row.value)
            if row.list is not None and row.sql is not None:
                declaration = declaration_of(name)
                rows = query.read(self.con, row.sql)
                printed = [one for one in rows if declaration.renderer.names_withheld or one["status"] != "suppressed"]
                self.hold("select", name, declaration.renderer.text(printed), row.bare_value)

    def hold_lists(self) -> None:
        """Rows of figures that are figures or published cells themselves, against these."""
        for name, row in self.figures.items():
            for cell in cells_of(row):
                known = parts_of_figure(self.figures[cell.id]) if cell.id in self.figures else None
                if known is None and cell.id in self.cells:
                    known = parts_of(self.cells[cell.id])
                if cell.id != name and known is not None:
                    self.hold("list", f"{cell.id} in {name}", parts_of(cell), known)

    def hold_files(self) -> None:
        """JSON, CSV and SVG of each figure, and JSON of each cell, of the release."""
        index = json.loads((self.release / "figures/index.json").read_bytes())
        for name in (one["id"] for one in index["figures"]):
            row, folder = self.figures[name], self.release / "figures"
            if not index.get("left_out", {}).get(name) and KNOWN.get(name) and KNOWN[name].gathers:
                continue  # made of what may be passed on alone
            one = json.loads((folder / f"{name}.json").read_bytes())
            self.hold("JSON", name, one["value"], row.value)
            rows = [parts_of(cell) for cell in cells_of(row)]
            said = [
                {part: (n["value"], n["low"], n["high"]) for part, n in each["parts"].items()} for each in one["rows"]
            ]
            self.hold("JSON rows", name, said, rows)
            with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
                lines = [line for line in csv.DictReader(file) if line["part"]]
            flat = [(part, *values) for each in rows for part, values in each.items()]
            self.hold(
                "CSV",
                name,
                [(line["part"], *map(_number, (line[k] for k in ("value", "low", "high")))) for line in lines],
                flat,
            )
            if row.value is not None:
                picture = html.unescape((folder / f"{name}.svg").read_text(encoding="utf-8"))
                for text in _labels_of(row):
                    self.hold("SVG", name, text if text in picture else None, text)
        for path in sorted((self.release / "cells").glob("*/*.json")):
            document = json.loads(path.read_bytes())
            for values in document["cells"]:
                one = dict(zip(document["columns"], values, strict=True))
                truth = {part: ends for part, ends in parts_of(self.cells[one["id"]]).items() if any_known(ends)}
                self.hold("cell file", one["id"], _of_file(one), _rounded(truth))

    def hold_site(self) -> None:
        """The pages of figures, and the data that the site's look-ups read."""
        for name, row in self.figures.items():
            page = self.data / "site/f" / f"{name}.html"
            if page.is_file() and row.value is not None:
                text = re.search(r"<span data-value>(.*?)</span>", page.read_text(encoding="utf-8"), re.DOTALL)
                self.hold("page", name, html.unescape(text[1]) if text else None, row.value)
        skills = _read_script(self.data / "site/data/skills.js")
        for place_and_work, one in skills["lists"].items():
            for number, asked, *_ in one["skills"]:
                name = f"employers.skill.{slug(skills['names'][number])}.{place_and_work}"
                cell = self.cells[name].row
                point = cell["share"] if cell["form"] == "point" else None
                ends = (point, cell["share_lo"], cell["share_hi"])
                self.hold("skills.js", name, asked[:3], [None if one is None else round(one, DECIMALS) for one in ends])
        pay = _read_script(self.data / "site/data/pay.js")
        for key, shown in pay["cells"].items():
            if not isinstance(shown, Mapping) or "in" not in shown:
                continue
            basis = next(basis for basis in NAMED if shown["kicker"].endswith(BASES[basis].words))
            name = shown.get("figure") or f"pay.{key}.{basis}"
            figure = self.figures.get(name)
            known = self.cells.get(name) or self.cells.get(name.replace("pay.", "mixed.", 1))
            if figure is None and known is None:
                self.contradictions.append(f"pay.js has {name}, which is not published")
                continue
            truth = (parts_of_figure(figure) if figure else parts_of(known) if known else None) or {}
            value, low, _ = truth["median"]
            own = next(view["year"] for view in shown["in"].values() if isinstance(view, Mapping))
            self.hold("pay.js", name, round(own["middle"], 2), round(low if value is None else value, 2))
            rounded = {round(one, 2) for values in truth.values() for one in values if one is not None}
            self.hold("pay.js", name, _amounts_of(own) - rounded, set())
            self.hold(
                "pay.js", name, _amounts_printed(own) - {words for one in rounded for words in _printed(one)}, set()
            )

    def hold_tools(self) -> None:
        """The tools for language models, the guide and its lists."""
        with Market(self.data).read() as snapshot:
            for name, row in self.figures.items():
                found = snapshot.find(name)
                self.hold("MCP", name, (found.value, found.vintage), (row.value, row.vintage))
            for name, asked in list(self.asked.items())[::5]:
                self.hold("MCP", name, snapshot.find(name).value, asked.value)
        guide, lists = ((self.data / name).read_text(encoding="utf-8") for name in ("guide.md", "guide_lists.md"))
        with open_reader(self.data) as con:
            for one in [*verify_text(con, guide.encode()), *verify_text(con, lists.encode())]:
                self.hold("guide", f"line {one.line}: {one.text}", one.verdict == CONTRADICTED, False)
        for name, text in re.findall(r"<!-- figure:([\w.]+) -->(.*?)<!-- /figure -->", lists, re.DOTALL):
            row = self.figures[canonical(name)]
            if row.value is not None:
                self.hold("guide", name, html.unescape(text.strip()), row.value)


def _labels_of(row: Figures) -> Iterator[str]:
    """Texts that the picture of a figure must have: the shares that it prints, the first rows of long ones."""
    for cell in cells_of(row)[:5]:
        if "share" in cell.numbers and cell.numbers["share"].value is not None:
            yield numbers.percent(cell.numbers["share"].value)


def _number(text: str) -> float | None:
    return float(text) if text else None


def _rounded(values: Any) -> Any:
    """Numbers by seven digits, as deep as they lie."""
    if isinstance(values, Mapping):
        return {name: _rounded(one) for name, one in values.items()}
    if isinstance(values, Sequence) and not isinstance(values, str):
        return [_rounded(one) for one in values]
    return round(values, 6) if isinstance(values, float) else values


def _of_file(cell: Mapping[str, Any]) -> dict[str, Any]:
    """The numbers of a cell of a file, by part."""
    parts = {name.removesuffix("_lo") for name in cell if name.endswith("_lo")} | {part.name for part in ALL_PARTS}
    found = {
        part: [cell.get(part), cell.get(f"{part}_lo"), cell.get(f"{part}_hi")]
        for part in parts
        if any_known([cell.get(f"{part}{end}") for end in ("", "_lo", "_hi")])
    }
    return dict(_rounded(found))


def _amounts_of(view: Mapping[str, Any]) -> set[float]:
    """Every amount that the explorer draws of an answer in one money: those of its bars and quarters."""
    ends = [(mark["start"], mark["end"]) for mark in view["row"]["marks"]]
    return {round(one, 2) for pair in (*ends, *filter(None, view["quarters"])) for one in pair if one}


def _amounts_printed(view: Mapping[str, Any]) -> set[str]:
    """Every amount in the sentences, labels and table of an answer: "155,000", "155K". Other numbers are left out."""
    row = view["row"]
    texts = [view["title"], view["dek"], row["value"], row["value_beneath"], *view["line"][:3], view["limits"] or ""]
    found: set[str] = set()
    for first, last, unit in re.findall(r"([\d.,]*\d)(?:–([\d.,]*\d))?([KM]?)", " ".join(texts)):
        found.update(f"{one}{unit}" for one in (first, last) if one and (unit or "," in one))
    return found


def _printed(amount: float) -> set[str]:
    """The forms in which an amount may be printed."""
    long = {f"{round(amount / step) * step:,}" for step in (100, 1_000)}
    return {*long, f"{amount / 1_000:.0f}K", f"{amount / 1_000:.1f}K", f"{amount / 1_000_000:.1f}M"}


def _read_script(path: Path) -> dict[str, Any]:
    """The data of a script of the site."""
    text = path.read_text(encoding="utf-8")
    data: dict[str, Any] = json.loads(text[text.index("{") : text.rindex("}") + 1])
    return data
