"""Why figures moved between two vintages: keep what each vintage counts, and attribute the difference to the next.

Both are done on the night that makes a vintage, for the figures that are shown, so that afterwards `explain`, `review`
and the site only read `ops.causes`. What a figure counted is kept as it was read then (`ops.kept_adverts`), because
core has only today's reading; a vintage that was not kept is read from core, if its adverts still give its numbers.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

import pyarrow as pa

from reports.figures import compute, ladder, query, vintages
from reports.figures.attribution import (
    SHARE,
    Adverts,
    Became,
    Counted,
    Key,
    Number,
    Part,
    Step,
    Values,
    estimate_pay,
    estimate_shares,
    replace_adverts,
    split,
)
from reports.figures.declaration import Figure, Rung
from reports.figures.declared.share_figures import declare_share
from reports.figures.differences import COMPARED
from reports.figures.ladder import FigureInputs
from reports.figures.places import OF_REGION, slug
from reports.wording import notes, numbers
from reports.wording.bases import OWN_BASES
from reports.wording.numbers import Row, Rows
from reports.wording.reported import name_persons
from warehouse import database
from warehouse.mart_tables import Figures
from warehouse.ops_tables import Causes, KeptAdverts, Vintages
from warehouse.schema import arrow_schema
from warehouse.sql_files import read_sql

MAX_ADVERTS = 20_000
"""The most adverts of a figure that are kept; beyond, its differences are not separated."""
MAX_ROWS = 10
"""The most rows of a figure whose differences are attributed: those that moved most."""
AROUND = {"behind/pay": "around/paid", "behind/shares": "around/answered"}
"""How the adverts behind a rung count, by the SELECT of its adverts. Other kinds of figures are not separated."""
OF_PLACES = "shares/by_place"
"""A SELECT of shares of one item in many places; each place counts as the figure of its own counts."""
OF_SEVERAL = "shares/additional"
"""A SELECT of shares of several measures."""
PAY_BASES = ("advertised", "advertised_third_party", "reported", "official")
PAY_NUMBERS = ("p50", "band_low", "band_high")
TOLERANCE = {True: 1e-9, False: 0.011}
"""How far shares, and amounts in dollars, that adverts give may be from what the mart has, which rounds to cents."""
DIGITS = {True: 4, False: 0}
"""Decimal places of shares (a hundredth of a point) and amounts."""
OTHER_DIGITS = 6
ID = ("counts", "list", "vintage")
Id = tuple[str, str, int]
_OF_SHARE = ("measure", "item", "role_group")
NOT_KNOWN = "the adverts of a vintage were not kept, are too many, or do not give its numbers"
NOT_SEPARATED = "figures of this kind are not separated"
METHOD = "method changed, not separable"


@dataclass(frozen=True, kw_only=True)
class ShownVintage:
    """A figure in a vintage: its row of the ledger, its rung, and the adverts that it counts, None if unknown.

    `as_of` is the day of its cells, `method` the digest of how they are estimated. `place` is that of a part of a share
    by place, whose `figure` is the one of the place.
    """

    figure: Figure
    row: Figures
    as_of: date
    method: str
    adverts: Adverts | None = None
    place: str = ""

    @property
    def key(self) -> Id:
        """What it counts, its list and its vintage: the first columns of the key of `ops.kept_adverts`."""
        return self.counts, self.row.list or "", self.row.vintage or 0

    @property
    def counts(self) -> str:
        """A name for its adverts. Figures of one measure, place and group of roles count the same adverts."""
        if self.rung is None or self.rung.behind != "behind/shares" or self.rung.sql == OF_SEVERAL:
            return self.figure.id
        given = {**self.figure.parameters, **self.rung.parameters}
        return ".".join(str(given[name]) for name in ("measure", "region_level", "region", "role_group"))

    @property
    def rung(self) -> Rung | None:
        """The rung that its value is from; None if the figure has it no longer."""
        return next((rung for rung in self.figure.rungs if rung.name == self.row.rung), None)

    @cached_property
    def values(self) -> dict[Number, float]:
        """The numbers of its rows, by name and column; {} if names are not unique."""
        rows = notes.rows_of(self.row)
        names = _name_rows(rows)
        columns = PAY_NUMBERS if self.is_pay else tuple(COMPARED)
        return {
            (name, column): float(row[column])
            for name, row in zip(names, rows, strict=False)
            for column in columns
            if isinstance(row.get(column), int | float)
        }

    @property
    def is_pay(self) -> bool:
        """Whether it is a band of pay in dollars; otherwise it is a share, or of another kind."""
        return self.rung is not None and self.rung.behind == "behind/pay"

    @property
    def is_panel(self) -> bool:
        """Whether it rests on the panel."""
        return any(row.get("sample") == "panel" for row in notes.rows_of(self.row))

    def estimate(self, adverts: Adverts, names: Sequence[str]) -> Values:
        """Return what adverts give for rows of these names, by the estimator of the figure's mart."""
        if self.is_pay:
            return estimate_pay(adverts)
        by_employer = any(row.get("is_by_employer") for row in notes.rows_of(self.row))
        return estimate_shares(adverts, names, by_employer=by_employer)

    def is_given_by(self, adverts: Adverts) -> bool:
        """Whether adverts give the numbers that the vintage has."""
        found = self.estimate(adverts, list(dict.fromkeys(name for name, _ in self.values)))
        tolerance = TOLERANCE[not self.is_pay]
        return bool(self.values) and all(
            number in found and abs(found[number] - value) <= tolerance for number, value in self.values.items()
        )


def _word_row(row: Row) -> str | None:
    """Return what a reader calls a row: of pay that people report, its persons and survey."""
    return f"{name_persons(row)} ({row['survey']})" if "survey" in row and "experience" in row else row.get("name")


def _name_rows(rows: Rows) -> list[str]:
    if len(rows) == 1 and not rows[0].get("item"):
        return [""]
    for column in ("item", "name", "cell", "word", "law", "place"):
        names = [str(row[column]) for row in rows if row.get(column)]
        if len(set(names)) == len(rows):
            return names
    return []


# --- a night --------------------------------------------------------------------------------------------


def record(con: database.Connection, figures: Mapping[str, Figure], ledger: Sequence[Figures], as_of: date) -> None:
    """Keep what the vintages made on a day count, and store why their figures moved.

    `ledger` are the day's figures, not yet stored: the figures of the vintages that stand. Call it in a transaction.
    """
    histories = vintages.read_vintages(con)
    made = {
        name: vintage
        for name, history in histories.items()
        for vintage in history
        if vintage.offered_on == as_of and vintage.state in (vintages.PUBLISHED, vintages.WAITING)
    }
    if not made:
        return
    numbers_made = pa.table({"list": list(made), "vintage": [one.number for one in made.values()]})
    with database.registered(con, "made", numbers_made):
        for table in ("ops.causes", "ops.kept_adverts"):
            con.execute(f"DELETE FROM {table} AS t USING made WHERE t.list = made.list AND t.vintage = made.vintage")
    tonight = Reader(con, ladder.inputs_of(con, as_of))
    found = list(_find_new(con, figures, ledger, made, tonight.inputs))
    new: list[ShownVintage] = []
    pairs: list[tuple[ShownVintage, ShownVintage]] = []
    for whole, before in zip(found, _find_before(con, found, histories, as_of), strict=True):
        parts = [replace(one, adverts=tonight.read(one)) for one in split_places(whole)]
        new += parts
        pairs += _pair_moved(before, parts)
    last_adverts = _read_kept(con, [last for last, _ in pairs])
    _keep(con, new)
    for day in sorted({last.as_of for last, _ in pairs}):
        reader = Reader(con, ladder.inputs_of(con, day))
        of_day = [
            (replace(last, adverts=last_adverts.get(last.key) or reader.read(last)), one)
            for last, one in pairs
            if last.as_of == day
        ]
        became = _find_fates(con, (one.adverts for pair in of_day for one in pair), day, as_of)
        rows = [row for last, one in of_day for row in _attribute(last, one, became, reader)]
        database.put(con, Causes, rows)


def split_places(one: ShownVintage) -> Iterator[ShownVintage]:
    """Yield a vintage for each place of a share by place; any other figure as it is."""
    if one.rung is None or one.rung.sql != OF_PLACES:
        yield one
        return
    given = {**one.figure.parameters, **one.rung.parameters}
    for row in notes.rows_of(one.row):
        place, names = OF_REGION.get((row["region_level"], row["region"])), [str(given[name]) for name in _OF_SHARE]
        if place is not None and row.get(SHARE) is not None:
            measure, item, group = names
            figure = declare_share(measure, slug(item), place, group, by_employer=bool(row.get("is_by_employer")))
            yield replace(one, figure=figure, row=replace(one.row, value_json=json.dumps([row])), place=row["name"])


def _pair_moved(last: ShownVintage | None, parts: Sequence[ShownVintage]) -> list[tuple[ShownVintage, ShownVintage]]:
    """Pair the parts of a figure that moved with those of its vintage before: of many places those that moved most."""
    before = {} if last is None else {one.place: one for one in split_places(last)}
    pairs = [
        (before[one.place], one) for one in parts if one.place in before and before[one.place].values != one.values
    ]
    return sorted(pairs, key=lambda pair: -_find_distance(*pair))[:MAX_ROWS]


def _find_distance(last: ShownVintage, one: ShownVintage) -> float:
    return max((abs(value - last.values[key]) for key, value in one.values.items() if key in last.values), default=0.0)


def _find_new(
    con: database.Connection,
    figures: Mapping[str, Figure],
    ledger: Iterable[Figures],
    made: Mapping[str, Vintages],
    tonight: FigureInputs,
) -> Iterator[ShownVintage]:
    """Yield the figures of the vintages that were made tonight: as published, and of those that wait as offered."""
    for row in ledger:
        figure, vintage = figures.get(row.figure), made.get(row.list or "")
        is_made = vintage is not None and row.vintage == vintage.number and row.value_json is not None
        if figure is not None and vintage is not None and is_made:
            yield ShownVintage(figure=figure, row=row, as_of=vintage.as_of, method=vintage.method)
    waiting = {name: vintage for name, vintage in made.items() if vintage.state == vintages.WAITING}
    for figure in figures.values():
        if not any(figure.list_of(rung) in waiting for rung in figure.rungs):
            continue
        attempt = next((one for one in ladder.try_rungs(con, figure, tonight) if not one.is_refused), None)
        if attempt is not None and (vintage := waiting.get(attempt.list)) is not None:
            row = compute.print_attempt(figure, ladder.judge(con, figure, attempt, tonight), tonight)
            row = replace(row, vintage=vintage.number)
            yield ShownVintage(figure=figure, row=row, as_of=vintage.as_of, method=vintage.method)


def _find_before(
    con: database.Connection, new: Sequence[ShownVintage], histories: Mapping[str, Sequence[Vintages]], as_of: date
) -> list[ShownVintage | None]:
    """Return for each figure the last vintage before with a value; None if it has none, or its list lost it."""
    asked = _table_of("figure", ((one.row.figure, *one.key[1:]) for one in new))
    with database.registered(con, "asked_vintages", asked):
        found = query.read(con, query.fill("vintages_before", {"as_of": as_of}))
    rows = {row["figure"]: compute.ledger_row(row) for row in found}
    before: list[ShownVintage | None] = []
    for one in new:
        row = rows.get(one.row.figure)
        of_list = histories.get(row.list or "", ()) if row else ()
        vintage = next((last for last in of_list if row and last.number == row.vintage), None)
        if row is None or vintage is None:
            before.append(None)
        else:
            before.append(replace(one, row=row, as_of=vintage.as_of, method=vintage.method, adverts=None))
    return before


# --- what a figure counts ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reader:
    """Reads from core what figures count on a day. Figures that count the same adverts share them."""

    con: database.Connection
    inputs: FigureInputs
    found: dict[tuple[str, str, bool], Adverts] = field(default_factory=dict)

    def read(self, one: ShownVintage) -> Adverts | None:
        """Return the adverts that a figure counts, as they are read now; None if they do not give its numbers."""
        adverts = None if one.rung is None or not one.values else self.read_rung(one, one.rung)
        return adverts if adverts is not None and one.is_given_by(adverts) else None

    def read_rung(self, one: ShownVintage, rung: Rung) -> Adverts | None:
        """Return the adverts that a rung counts; None if there are none, and for other kinds of figures."""
        if rung.behind not in AROUND or rung.basis not in OWN_BASES:
            return None
        key = one.counts, rung.name, one.is_panel
        if key not in self.found:
            rows = ladder.read_behind(self.con, one.figure, rung, self.inputs, around=AROUND[rung.behind])
            weights = [(row["weight"] or 0.0) if one.is_panel else 1.0 for row in rows[: MAX_ADVERTS + 1]]
            adverts = {
                _key_of(row): _to_counted(row, weight=weight) for row, weight in zip(rows, weights, strict=False)
            }
            self.found[key] = adverts if len(adverts) <= MAX_ADVERTS else {}
        return self.found[key] or None


def _key_of(row: Mapping[str, Any]) -> Key:
    return row["posting_id"], row["position"]


def _to_counted(row: Mapping[str, Any], **fields: Any) -> Counted:
    values = {name: row[name] for name in Counted._fields} | fields
    return Counted(**values | {"items": frozenset(values["items"])})


def _keep(con: database.Connection, new: Iterable[ShownVintage]) -> None:
    """Store what figures count, and forget what vintages counted that neither stand nor wait."""
    kept = {one.key: one.adverts for one in new if one.adverts is not None}
    rows = [
        dict(zip(ID, key, strict=True))
        | {"posting_id": posting_id, "position": position}
        | advert._asdict()
        | {"items": sorted(advert.items)}
        for key, adverts in kept.items()
        for (posting_id, position), advert in adverts.items()
    ]
    database.insert_into(con, "ops.kept_adverts", pa.Table.from_pylist(rows, schema=arrow_schema(KeptAdverts)))
    con.execute(read_sql("marts/vintages/forget_adverts"))


def _read_kept(con: database.Connection, before: Iterable[ShownVintage]) -> dict[Id, Adverts]:
    kept: dict[Id, dict[Key, Counted]] = {}
    with database.registered(con, "asked_vintages", _table_of(ID[0], (one.key for one in before))):
        rows = query.read(con, "FROM ops.kept_adverts SEMI JOIN asked_vintages USING (counts, list, vintage)")
    for row in rows:
        kept.setdefault((row["counts"], row["list"], row["vintage"]), {})[_key_of(row)] = _to_counted(row)
    return dict(kept)


def _table_of(first: str, asked: Iterable[Id]) -> pa.Table:
    """Return keys of vintages as a table, whose first column has the name `first`."""
    names = (first, *ID[1:])
    schema = pa.schema([(name, pa.int64() if name == "vintage" else pa.string()) for name in names])
    rows = [dict(zip(names, key, strict=True)) for key in asked]
    return pa.Table.from_pylist(rows, schema)


def _find_fates(
    con: database.Connection, some: Iterable[Adverts | None], before: date, as_of: date
) -> dict[str, Became]:
    """Return what became of adverts between two days."""
    ids = {posting_id for adverts in some for posting_id, _ in adverts or ()}
    with database.registered(con, "asked_adverts", pa.table({"posting_id": pa.array(sorted(ids), pa.string())})):
        rows = query.read(con, query.fill("became", {"before": before, "as_of": as_of}))
    return {row.pop("posting_id"): Became(**row) for row in rows}


# --- causes ---------------------------------------------------------------------------------------------


def _attribute(last: ShownVintage, one: ShownVintage, became: Mapping[str, Became], reader: Reader) -> Iterator[Causes]:
    """Yield why the numbers of a figure moved; `reader` reads the earlier day."""
    moved = {number: abs(value - last.values[number]) for number, value in one.values.items() if number in last.values}
    names = sorted({name for name, _ in moved}, key=lambda name: -max(d for (of, _), d in moved.items() if of == name))
    names = names[:MAX_ROWS]
    steps = list(_find_steps(last, one, names, became, reader))
    is_split = len(steps) > 1 or steps[0].remark is None
    rows = notes.rows_of(one.row)
    words = {name: _word_row(row) for name, row in zip(_name_rows(rows), rows, strict=False) if name}
    currency = rows[0].get("currency") if one.row.basis in PAY_BASES else None
    for number in (number for number in moved if number[0] in names):
        name, column = number
        values = last.values[number], one.values[number]
        before, after = (_round(value, one, column) for value in values)
        digits = OTHER_DIGITS if not is_split else DIGITS[not one.is_pay]
        whole = [Part(steps[0].cause, round(after - before, digits), steps[0].remark)] if before != after else []
        for part in split(number, values, (before, after), steps, digits=digits) if is_split else whole:
            yield Causes(
                figure=one.row.figure, list=one.row.list or "", vintage=one.row.vintage or 0,
                name=one.place or words.get(name) or name, number=column, cause=part.cause, difference=part.difference,
                remark=part.remark, before_on=last.as_of, before=before, after=after, currency=currency,
            )  # fmt: skip


def _round(value: float, one: ShownVintage, column: str) -> float:
    if one.is_pay or COMPARED[column].is_points:
        return numbers.round_as_printed(value, is_share=COMPARED[column].is_points)
    return round(value, OTHER_DIGITS)


def _find_steps(
    last: ShownVintage, one: ShownVintage, names: Sequence[str], became: Mapping[str, Became], reader: Reader
) -> Iterator[Step]:
    is_other_rung = last.row.rung != one.row.rung
    then = _only(last.adverts, names)
    if then is not None:
        yield Step("method", last.estimate(then, names))
    elif not is_other_rung:
        yield _find_whole(last, one)
        return
    if is_other_rung:
        read = _only(None if one.rung is None else reader.read_rung(one, one.rung), names)
        if read is None or one.adverts is None:
            yield Step("rung", one.values, "with all else")
            return
        then = {key: (then or {}).get(key, advert) for key, advert in read.items()}
        became = _find_fates(reader.con, (then, one.adverts), last.as_of, one.as_of)
        yield Step("rung", one.estimate(then, names))
    now = _only(one.adverts, names)
    if then is None or now is None:
        yield Step("rest", one.values, NOT_KNOWN)
        return
    for cause, adverts in replace_adverts(then, now, became, was_panel=last.is_panel, is_panel=one.is_panel):
        yield Step(cause, one.estimate(adverts, names))


def _only(adverts: Adverts | None, names: Iterable[str]) -> Adverts | None:
    """Return the same adverts with the items of these names alone."""
    if adverts is None:
        return None
    return {key: advert._replace(items=advert.items.intersection(names)) for key, advert in adverts.items()}


def _find_whole(last: ShownVintage, one: ShownVintage) -> Step:
    """Return the whole difference as one step, because the adverts of the vintage before are not known."""
    if last.method != one.method:
        return Step("method", one.values, METHOD)
    periods = [(row.period_from, row.period_to) for row in (last.row, one.row)]
    if one.row.basis not in OWN_BASES and periods[0] != periods[1]:
        return Step("window", one.values, "a newer survey wave or edition; its effects cannot be separated")
    is_kind = one.rung is not None and one.rung.behind in AROUND
    return Step("rest", one.values, NOT_KNOWN if is_kind else NOT_SEPARATED)
