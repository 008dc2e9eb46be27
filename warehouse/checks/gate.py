"""Gates: whether the rows of one load or one mart meet what their table class declares.

A gate looks at a pandas frame before its rows are written. It knows keys, NOT NULL, vocabularies, bounds,
patterns and checks of the form "low <= high"; the other table checks are CHECKs of the database. Nested
columns and advert texts never reach it, so no example it reports can hold an advert.

Each expectation is counted once over the whole column, and Great Expectations judges the counts: judging every
column by an expectation of its own took 0.3 s a file and a fifth of a small night.

Great Expectations takes seconds to import, so it is imported when the first gate is checked. Its context is
ephemeral: no project folder, no telemetry, no progress bars.
"""

from __future__ import annotations

import functools
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import pandas as pd

from transforms.records.columns import Field, fields_of, table_of
from warehouse.ops_tables import Checks
from warehouse.schema import key_of

EXAMPLES = 5
"""Unexpected values shown of one expectation."""
MAX_EXAMPLE = 200
"""Characters shown of an unexpected value."""
ORDERED = re.compile(r"(\w+) <= (\w+)")
"""A table check that says one column is never above another."""


class GateBroken(RuntimeError):  # noqa: N818 (it says what happened to the gate; the data may be fine)
    """An expectation could not be evaluated: an error of ours, which says nothing about the data."""


@dataclass(frozen=True, kw_only=True)
class GateResult:
    """What a gate found. `checks` are rows of ops.checks; `failures` and `warnings` name those not met."""

    checks: tuple[Checks, ...]
    failures: tuple[str, ...]
    warnings: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether the rows may be written; warnings do not matter."""
        return not self.failures


class Breach(NamedTuple):
    """How often an expectation is broken, with the first values that break it."""

    n: int
    examples: Sequence[object] = ()


def check(frame: pd.DataFrame, cls: type, *, gate: str, run_id: str) -> GateResult:
    """Judge rows of a table or row class before they are written.

    `gate` names the gate in ops.checks ("load:<archive file>" or "mart:<table>"). Where there are no rows, all
    expectations hold, and none is evaluated. Raises `GateBroken` when an expectation cannot be evaluated, for instance
    because a column is missing.
    """
    if frame.empty:
        return GateResult(checks=(), failures=())
    rows = frame.reset_index(drop=True)
    breaches: dict[str, Breach] = {}
    for name, is_broken, examples in _expectations(cls):
        try:
            broken = is_broken(rows)
            n_broken = int(broken.sum())
            breaches[name] = Breach(n_broken, examples(rows[broken].head(EXAMPLES)) if n_broken else ())
        except Exception as error:
            raise GateBroken(f"{gate}: {name} could not be evaluated: {type(error).__name__}: {error}") from error
    checks = _judge(breaches, n_checked=len(frame), gate=gate, run_id=run_id)
    return GateResult(checks=checks, failures=tuple(row.expectation for row in checks if not row.is_met))


def name_load_gate(warc: str) -> str:
    """The name in ops.checks of the gate that an archive file passes."""
    return f"load:{warc}"


def check_rules(breaches: Mapping[str, Sequence[object]], *, gate: str, run_id: str) -> GateResult:
    """Judge rules by what breaks each: one row of ops.checks per rule, with its first offenders."""
    counts = {rule: Breach(len(offenders), offenders) for rule, offenders in breaches.items()}
    checks = _judge(counts, n_checked=None, gate=gate, run_id=run_id)
    failures = tuple(f"{row.expectation}: {row.examples}" for row in checks if not row.is_met)
    return GateResult(checks=checks, failures=failures)


def ready() -> None:
    """Load Great Expectations now, and not when the first gate is checked."""
    _great_expectations()


# --- Great Expectations ---------------------------------------------------------------------------------


@functools.cache
def _great_expectations() -> tuple[Any, Any]:
    """A batch definition that takes any frame, and the suite "nothing is broken"; made once per process."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")  # read by Great Expectations on import
    import great_expectations as gx  # noqa: PLC0415 (seconds that only a gate needs)
    from great_expectations.data_context.types.base import ProgressBarsConfig  # noqa: PLC0415

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("warehouse").add_dataframe_asset("counts")
    expect: Any = gx.expectations
    nothing = expect.ExpectColumnValuesToBeBetween(column="n_broken", min_value=0, max_value=0)
    suite = gx.ExpectationSuite(name="nothing is broken", expectations=[nothing])
    return asset.add_batch_definition_whole_dataframe("all"), suite


def _judge(breaches: Mapping[str, Breach], *, n_checked: int | None, gate: str, run_id: str) -> tuple[Checks, ...]:
    """One row of ops.checks for each expectation. Raises `GateBroken` where the counts could not be judged."""
    batches, suite = _great_expectations()
    counts = pd.DataFrame({"n_broken": [breach.n for breach in breaches.values()]})
    (result,) = batches.get_batch({"dataframe": counts}).validate(suite, result_format="COMPLETE").results
    if why := _exception(result.exception_info):
        raise GateBroken(f"{gate}: the counts could not be judged: {why}")
    broken = set(result.result["unexpected_index_list"] or ())
    return tuple(
        Checks(
            run_id=run_id,
            gate=gate,
            expectation=name,
            is_met=number not in broken,
            n_checked=n_checked,
            n_unexpected=breach.n,
            examples=_examples(breach.examples),
        )
        for number, (name, breach) in enumerate(breaches.items())
    )


def _exception(info: dict[str, Any]) -> str | None:
    """What an expectation raised; None when it raised nothing.

    Great Expectations gives either one flat record or, when a metric failed, one record per metric.
    """
    records = [info] if "raised_exception" in info else [dict(record) for record in info.values()]
    messages = [record["exception_message"] for record in records if record["raised_exception"]]
    return "; ".join(sorted({str(message) for message in messages})) or None


# --- what a class declares ------------------------------------------------------------------------------


class Expectation(NamedTuple):
    """What is expected of rows: its name in ops.checks, which rows break it, and what is shown of those."""

    name: str
    is_broken: Callable[[pd.DataFrame], pd.Series[bool]]
    examples: Callable[[pd.DataFrame], list[Any]]


@functools.cache
def _expectations(cls: type) -> tuple[Expectation, ...]:
    """The expectations of a table class, named as Great Expectations names them.

    Missing values break NOT NULL and nothing else.
    """
    of_columns = (expectation for field in fields_of(cls) if not field.is_list for expectation in _of_column(field))
    return (*of_columns, *_of_key(list(key_of(cls))), *(_of_pair(low, high) for low, high in _ordered_pairs(cls)))


def _of_column(field: Field) -> Iterator[Expectation]:
    column, name = field.column, field.name

    def expect(what: str, is_broken: Callable[[pd.Series[Any]], pd.Series[bool]]) -> Expectation:
        return Expectation(
            name=f"expect_column_values_to_{what}({name})",
            is_broken=lambda rows: is_broken(rows[name]),
            examples=lambda rows: rows[name].tolist(),
        )

    if not field.nullable:
        yield expect("not_be_null", pd.Series.isna)
    if column.values is not None:
        yield expect("be_in_set", lambda values: values.notna() & ~values.isin(column.values or ()))
    if column.low is not None or column.high is not None:
        yield expect("be_between", partial(_is_outside, low=column.low, high=column.high))
    if column.pattern is not None:
        yield expect("match_regex", partial(_does_not_match, pattern=re.compile(column.pattern)))


def _of_key(keys: list[str]) -> Iterator[Expectation]:
    if len(keys) == 1:
        name, examples = f"expect_column_values_to_be_unique({keys[0]})", lambda rows: rows[keys[0]].tolist()
    else:
        name = f"expect_compound_columns_to_be_unique({', '.join(keys)})"
        examples = lambda rows: rows[keys].to_dict("records")  # noqa: E731
    if keys:
        is_broken = lambda rows: rows[keys].notna().any(axis=1) & rows.duplicated(keys, keep=False)  # noqa: E731
        yield Expectation(name, is_broken, examples)


def _of_pair(low: str, high: str) -> Expectation:
    return Expectation(
        name=f"expect_column_pair_values_a_to_be_greater_than_b({high} >= {low})",
        is_broken=partial(_is_below, high=high, low=low),
        examples=lambda rows: rows[[high, low]].values.tolist(),
    )


def _is_outside(values: pd.Series[Any], *, low: float | None, high: float | None) -> pd.Series[bool]:
    stated = values.dropna()
    is_outside = pd.Series(False, index=stated.index)
    if low is not None:
        is_outside |= stated < low
    if high is not None:
        is_outside |= stated > high
    return is_outside.reindex(values.index, fill_value=False)


def _does_not_match(values: pd.Series[Any], *, pattern: re.Pattern[str]) -> pd.Series[bool]:
    """Each value is matched once, however often it stands in the column."""
    wrong = [value for value in values.dropna().unique() if not pattern.fullmatch(str(value))]
    return values.isin(wrong)


def _is_below(rows: pd.DataFrame, *, high: str, low: str) -> pd.Series[bool]:
    stated = rows[[high, low]].dropna()
    return (stated[high] < stated[low]).reindex(rows.index, fill_value=False)


def _ordered_pairs(cls: type) -> Iterator[tuple[str, str]]:
    for rule in table_of(cls).checks if _is_table(cls) else ():
        if pair := ORDERED.fullmatch(rule):
            yield pair[1], pair[2]


def _is_table(cls: type) -> bool:
    """Rows of refined files that are no postings are structs: columns without a table's name and checks."""
    return hasattr(cls, "TABLE")


# --- examples -------------------------------------------------------------------------------------------


def _examples(values: Sequence[object]) -> str | None:
    """The first unexpected values as JSON text; NaN is null."""
    if not values:
        return None
    return json.dumps([_plain(value) for value in values[:EXAMPLES]], ensure_ascii=False)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_plain(member) for member in value]
    if isinstance(value, dict):
        return {str(key): _plain(member) for key, member in value.items()}
    if pd.isna(value):
        return None
    return value if isinstance(value, bool | int | float) else str(value)[:MAX_EXAMPLE]
