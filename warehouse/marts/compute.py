"""All marts of a day: computed if their inputs changed, checked, and stored together."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date
from typing import NamedTuple

import pandas as pd

from transforms.records.columns import table_of
from transforms.records.definitions import MAX_DAYS_APART
from warehouse import database
from warehouse.checks import gate
from warehouse.mart_tables import (
    AdvertMonths,
    ClosingRates,
    ClosingsLeftOut,
    FrameCoverage,
    PayChanges,
    PayDisclosure,
    PayLadder,
    ReportedPay,
    SalaryBands,
    Shares,
    TimeListed,
)
from warehouse.marts import cell_cache
from warehouse.marts.closing import closings, time_listed
from warehouse.marts.coverage import frame
from warehouse.marts.history import mart_history
from warehouse.marts.pay import disclosure, pay_changes, reported_pay, salary_bands
from warehouse.marts.share import advert_months, shares
from warehouse.ops_tables import MartInputs
from warehouse.sql_files import read_sql

log = logging.getLogger("jobmarket.warehouse")


class Mart(NamedTuple):
    """How a mart is computed: `compute` takes the database, the day and, for a mart with cells, the cache.

    `moving` are relations that the mart reads and that may change although no row of core does, because days pass or
    boards are read. `held` is a macro that is slow to read: `compute` takes the table that holds its rows (`rows`), and
    `moving` may name this table.
    """

    compute: Callable[..., pd.DataFrame]
    moving: tuple[str, ...] = ()
    held: str | None = None


MARTS: dict[type, Mart] = {
    SalaryBands: Mart(salary_bands.salary_bands, moving=(*salary_bands.EXTRA_INPUTS, *reported_pay.EXTRA_INPUTS)),
    ReportedPay: Mart(reported_pay.reported_pay, moving=reported_pay.EXTRA_INPUTS),
    PayChanges: Mart(pay_changes.pay_changes, moving=pay_changes.EXTRA_INPUTS, held=pay_changes.HELD_MACRO),
    AdvertMonths: Mart(advert_months.advert_months, moving=advert_months.EXTRA_INPUTS),
    Shares: Mart(shares.shares, moving=shares.EXTRA_INPUTS),
    ClosingRates: Mart(closings.closing_rates, moving=closings.EXTRA_INPUTS),
    ClosingsLeftOut: Mart(closings.closings_left_out, moving=closings.EXTRA_INPUTS),
    TimeListed: Mart(time_listed.time_listed, moving=closings.EXTRA_INPUTS),
    FrameCoverage: Mart(frame.frame_coverage, moving=frame.EXTRA_INPUTS),
    PayLadder: Mart(frame.pay_ladder),
    PayDisclosure: Mart(disclosure.pay_disclosure, moving=disclosure.EXTRA_INPUTS),
}


MIN_ADVERTS_LEFT = 30
"""An earlier day is computed only if it is the last day of boards that have listed at least this many adverts in all.

A cell needs as many jobs to be printed.
"""
MAX_EARLIER_DAYS = 40
"""The most earlier days that one run computes; days with more adverts come first. Each day takes as long as a first
night."""


def find_earlier_days(con: database.Connection, as_of: date, *, first_on: date) -> list[date]:
    """Return the days before `as_of`, and not before `first_on`, that were never computed but need figures, in order.

    Each of them is the last day on which some boards were in the stock. A backfill computes only its own newest day;
    boards that were last read earlier count on these earlier days.
    """
    params = {"as_of": as_of, "first_on": first_on, "max_apart": MAX_DAYS_APART.value}
    rows = con.execute(read_sql("marts/earlier_days"), params).fetchall()
    days = [day for day, n_adverts in rows if n_adverts >= MIN_ADVERTS_LEFT and day < as_of]
    return sorted(days[:MAX_EARLIER_DAYS])


class ComputedMarts(NamedTuple):
    """The marts of a day before they are stored.

    `inputs` has a digest of what each mart is computed from. `unchanged` has the marts that equal those of an earlier
    day, with that day. `frames` has the computed rows of the other marts, and `reused` the digests of their cells that
    are already stored. `problems` says which marts did not pass their gate.
    """

    as_of: date
    inputs: dict[type, str]
    unchanged: dict[type, date]
    frames: dict[type, pd.DataFrame]
    reused: dict[type, set[str]]
    problems: list[str]


def compute_marts(con: database.Connection, as_of: date, *, run_id: str) -> ComputedMarts:
    """Compute and check every mart of a day. The results of the gates go to ops.checks.

    A mart with unchanged inputs is reused as a whole, any other mart cell by cell (`warehouse.marts.cell_cache`).
    Computed rows must pass the gate; reused rows passed it when the same code computed them.
    `warehouse.checks.integrity` checks that no key occurs in both.
    """
    with cell_cache.hold(con, [mart.held for mart in MARTS.values() if mart.held], as_of):
        return _compute_marts(con, as_of, run_id)


def _compute_marts(con: database.Connection, as_of: date, run_id: str) -> ComputedMarts:
    read = cell_cache.inputs_on(con, as_of)
    relations = {relation for mart in MARTS.values() for relation in mart.moving}
    digests = {relation: cell_cache.digest_of(con, relation, as_of) for relation in relations}
    inputs = {cls: read + "".join(digests[relation] for relation in mart.moving) for cls, mart in MARTS.items()}
    marts = ComputedMarts(as_of, inputs, {}, {}, {}, [])
    for cls, mart in MARTS.items():
        name = table_of(cls).name
        if day := cell_cache.day_with(con, cls, as_of, inputs[cls]):
            marts.unchanged[cls] = day
            log.info("%s: nothing changed since %s", name, day)
            continue
        cache = cell_cache.cache_of(con, cls, as_of)
        held = {"rows": cell_cache.held_name(mart.held)} if mart.held else {}
        rows = mart.compute(con, as_of, *([cache] if cell_cache.has_cells(cls) else []), **held)
        marts.frames[cls] = rows
        marts.reused[cls] = cache.reused
        result = gate.check(rows, cls, gate=f"mart:{name}", run_id=run_id)
        database.record_checks(con, result.checks)
        log.info("computed %s: %s rows, %s cells reused", name, f"{len(rows):,}", f"{len(cache.reused):,}")
        if not result.passed:
            marts.problems.append(f"{name} did not pass its gate: {'; '.join(result.failures)}")
    return marts


def write_marts(con: database.Connection, marts: ComputedMarts) -> None:
    """Store the marts of a day and the digests of their inputs. Call it in a transaction."""
    for cls, day in marts.unchanged.items():
        mart_history.keep_day(con, cls, of=day, as_of=marts.as_of)
    for cls, rows in marts.frames.items():
        database.write_mart(con, cls, rows, as_of=marts.as_of, reused=marts.reused[cls])
    inputs = [MartInputs(mart=table_of(cls).name, as_of=marts.as_of, inputs=marts.inputs[cls]) for cls in MARTS]
    database.put(con, MartInputs, inputs)
