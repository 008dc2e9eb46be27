"""Gates: check before writing that the rows of one load or one mart meet what their table class declares.

A gate checks keys, NOT NULL, allowed values, bounds, patterns and checks of the form "low <= high"; the other checks of
a table are CHECKs of the database. Nested columns and texts never reach a gate, so its examples contain no advert.

One SELECT counts the rows that break each expectation, and Great Expectations judges the counts, as evaluating an
expectation per column would take 0.3 s a file. It is imported only when the first gate has rows to judge, and has no
project folder, telemetry or progress bars.
"""

from __future__ import annotations

import functools
import gc
import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import duckdb
import pandas as pd

from transforms.records.columns import Field, fields_of, table_of
from warehouse.ops_tables import Checks
from warehouse.schema import ident, key_of, literal

EXAMPLES = 5  # the most values that are shown for one broken expectation
MAX_EXAMPLE = 200  # the most characters that are shown of one value
ORDERED = re.compile(r"(\w+) <= (\w+)")
"""Matches a table check of the form "low <= high": one column is never above another."""


class GateBroken(RuntimeError):  # noqa: N818 (it says what happened to the gate; the data may be fine)
    """An expectation could not be evaluated. This is our own error and says nothing about the data."""


@dataclass(frozen=True, kw_only=True)
class GateResult:
    """What a gate found. `checks` are rows of ops.checks. `failures` and `warnings` describe the checks not met."""

    checks: tuple[Checks, ...]
    failures: tuple[str, ...]
    warnings: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether the rows may be written. Warnings do not prevent that."""
        return not self.failures


def check(frame: pd.DataFrame, cls: type, *, gate: str, run_id: str) -> GateResult:
    """Judge the rows of a pandas frame, as `check_table` judges a table."""
    con = _memory()
    con.register("frame_to_judge", frame)
    try:
        return check_table(con, "frame_to_judge", cls, gate=gate, run_id=run_id)
    finally:
        con.unregister("frame_to_judge")


def check_table(con: duckdb.DuckDBPyConnection, rows: str, cls: type, *, gate: str, run_id: str) -> GateResult:
    """Judge the rows in the table or view `rows` against what their class `cls` declares, before they are written.

    `gate` is the gate's name in ops.checks. Without rows there are no checks. Raise `GateBroken` if an expectation
    cannot be evaluated, for instance because a column is missing.
    """
    expectations = _expectations(cls)
    counts = ", ".join(f"coalesce(count_if({item.is_broken}), 0)" for item in expectations)
    try:
        n_rows, *n_broken = con.execute(
            f"WITH judged AS (FROM {rows}) SELECT count(*), {counts} FROM judged"
        ).fetchall()[0]
        if not n_rows:
            return GateResult(checks=(), failures=())
        examples = [
            _read_examples(con, rows, item) if n else None for item, n in zip(expectations, n_broken, strict=True)
        ]
    except duckdb.Error as error:
        raise GateBroken(f"{gate}: its rows could not be counted: {type(error).__name__}: {error}") from error
    is_met = _judge(n_broken, gate=gate)
    checks = tuple(
        Checks(
            run_id=run_id, gate=gate, expectation=item.name, is_met=is_met[number], n_checked=n_rows,
            n_unexpected=n_broken[number], examples=examples[number],
        )
        for number, item in enumerate(expectations)
    )  # fmt: skip
    return GateResult(checks=checks, failures=tuple(row.expectation for row in checks if not row.is_met))


def name_load_gate(warc: str) -> str:
    """Return the name that an archive file's gate has in ops.checks."""
    return f"load:{warc}"


@functools.cache
def _memory() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"pandas_analyze_sample": 1_000_000_000})


# --- Great Expectations ---------------------------------------------------------------------------------


@functools.cache
def great_expectations() -> tuple[Any, Any]:
    """Return a batch definition that takes any frame, and the expectation that no count in it is above zero.

    Both are made once per process, which takes seconds the first time.
    """
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")  # read by Great Expectations on import
    gc.disable()  # collecting garbage takes a fifth of the import
    try:
        import great_expectations as gx  # noqa: PLC0415 (seconds that only a gate needs)
        from great_expectations.data_context.types.base import ProgressBarsConfig  # noqa: PLC0415
    finally:
        gc.enable()
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("warehouse").add_dataframe_asset("counts")
    expect: Any = gx.expectations
    unbroken = expect.ExpectColumnValuesToBeBetween(column="n_broken", min_value=0, max_value=0)
    return asset.add_batch_definition_whole_dataframe("all"), unbroken


def _judge(n_broken: Sequence[int], *, gate: str) -> list[bool]:
    batches, unbroken = great_expectations()
    batch = batches.get_batch({"dataframe": pd.DataFrame({"n_broken": n_broken})})
    result = batch.validate(unbroken, result_format="COMPLETE")
    info = result.exception_info  # one flat record or, if a metric failed, one record per metric
    records = [info] if "raised_exception" in info else [dict(record) for record in info.values()]
    if errors := {str(record["exception_message"]) for record in records if record["raised_exception"]}:
        raise GateBroken(f"{gate}: the counts could not be judged: {'; '.join(sorted(errors))}")
    broken = set(result.result["unexpected_index_list"] or ())
    return [number not in broken for number in range(len(n_broken))]


# --- what a class declares ------------------------------------------------------------------------------


class Expectation(NamedTuple):
    """An expectation: its name in ops.checks, and SQL for whether a row breaks it and for what such a row shows."""

    name: str
    is_broken: str
    shown: str


@functools.cache
def _expectations(cls: type) -> tuple[Expectation, ...]:
    """Return the expectations of a table class, named as in Great Expectations. NULL breaks only NOT NULL."""
    columns = (expectation for field in fields_of(cls) if not field.is_list for expectation in _of_column(field))
    rules = table_of(cls).checks if hasattr(cls, "TABLE") else ()
    pairs = [(ident(pair[2]), ident(pair[1]), pair) for rule in rules if (pair := ORDERED.fullmatch(rule))]
    ordered = (
        Expectation(
            f"expect_column_pair_values_a_to_be_greater_than_b({pair[2]} >= {pair[1]})",
            f"{high} < {low}",
            shown=f"[{high}, {low}]",
        )
        for high, low, pair in pairs
    )
    return (*columns, *_of_key(key_of(cls)), *ordered)


def _of_column(field: Field) -> Iterator[Expectation]:
    column, name = field.column, ident(field.name)
    bounds = [
        f"{name} {sign} {bound!r}" for sign, bound in (("<", column.low), (">", column.high)) if bound is not None
    ]
    conditions = {
        "not_be_null": None if field.nullable else f"{name} IS NULL",
        "be_in_set": column.values and f"{name}::VARCHAR NOT IN ({', '.join(map(literal, column.values))})",
        "be_between": " OR ".join(bounds),
        "match_regex": column.pattern and f"NOT regexp_full_match({name}::VARCHAR, {literal(column.pattern)})",
    }
    for what, is_broken in conditions.items():
        if is_broken:
            yield Expectation(f"expect_column_values_to_{what}({field.name})", is_broken, shown=name)


def _of_key(keys: Sequence[str]) -> Iterator[Expectation]:
    if not keys:
        return
    kind = "compound_columns" if len(keys) > 1 else "column_values"
    columns = ", ".join(map(ident, keys))
    values = "{" + ", ".join(f"{literal(key)}: {ident(key)}" for key in keys) + "}"
    doubled = f"SELECT {values} FROM judged GROUP BY {columns} HAVING count(*) > 1"
    is_stated = f"coalesce({', '.join(f'{ident(key)}::VARCHAR' for key in keys)}) IS NOT NULL"
    yield Expectation(
        f"expect_{kind}_to_be_unique({', '.join(keys)})",
        f"{is_stated} AND {values} IN ({doubled})",
        shown=values if len(keys) > 1 else columns,
    )


# --- examples -------------------------------------------------------------------------------------------


def _read_examples(con: duckdb.DuckDBPyConnection, rows: str, expectation: Expectation) -> str:
    select = f"""
        WITH judged AS (SELECT *, row_number() OVER () AS place FROM {rows})
        SELECT {expectation.shown} FROM judged WHERE {expectation.is_broken} ORDER BY place LIMIT {EXAMPLES}
        """
    return to_json([value for (value,) in con.execute(select).fetchall()])


def to_json(values: Sequence[object]) -> str:
    """Return examples of broken rows as JSON, each cut to `MAX_EXAMPLE` characters."""
    return json.dumps([_plain(value) for value in values], ensure_ascii=False)


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(member) for member in value]
    if isinstance(value, dict):
        return {key: _plain(member) for key, member in value.items()}
    return value if value is None or isinstance(value, bool | int | float) else str(value)[:MAX_EXAMPLE]
