"""Gates: Great Expectations over the rows of one load or one mart, with a suite read from the table class.

A gate looks at a pandas frame before its rows are written. It knows keys, NOT NULL, vocabularies, bounds,
patterns and checks of the form "low <= high"; the other table checks are CHECKs of the database. Nested
columns and advert texts never reach it, so no example it reports can hold an advert.

Great Expectations takes about eight seconds to import, so it is imported when the first gate is checked. Its
context is ephemeral: no project folder, no telemetry, no progress bars.
"""

from __future__ import annotations

import functools
import json
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from transforms.records.columns import Field, fields_of, table_of
from warehouse.ops_tables import Checks
from warehouse.schema import key_of

EXAMPLES = 5
"""Unexpected values shown of one expectation."""
MAX_EXAMPLE = 200
"""Characters shown of an unexpected value."""
RESULTS = "BASIC"
"""How much Great Expectations says of a result: counts and first examples. More takes twice as long."""
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


def check(frame: pd.DataFrame, cls: type, *, gate: str, run_id: str) -> GateResult:
    """Judge rows of a table or row class before they are written.

    `gate` names the gate in ops.checks ("load:<archive file>" or "mart:<table>"). Where there are no rows, all
    expectations hold, and none is evaluated. Raises `GateBroken` when an expectation cannot be evaluated, for instance
    because a column is missing.
    """
    if frame.empty:
        return GateResult(checks=(), failures=())
    gx, batches = _great_expectations()
    expectations = list(_expectations(gx.expectations, cls))
    checks = _evaluate(gx, batches, frame, cls, expectations, gate=gate, run_id=run_id)
    return GateResult(checks=checks, failures=tuple(row.expectation for row in checks if not row.is_met))


def name_load_gate(warc: str) -> str:
    """The name in ops.checks of the gate that an archive file passes."""
    return f"load:{warc}"


def check_files(frame: pd.DataFrame, cls: type, *, run_id: str) -> dict[str, GateResult]:
    """Judge rows of several archive files at once, which costs about what one does; the result of each, by its file.

    The column `warc` has the file of each row, and keys are unique in each. Where something is wrong in any file,
    nothing is said, and each has to be judged by itself. Raises as `check` does.
    """
    sizes = Counter[str](frame["warc"])
    if len(sizes) < 2:
        return {warc: check(frame, cls, gate=name_load_gate(warc), run_id=run_id) for warc in sizes}
    gx, batches = _great_expectations()
    expectations = list(_expectations(gx.expectations, cls, within="warc"))
    alone = _expectations(gx.expectations, cls)
    names = {
        _name(one.configuration): _name(other.configuration) for one, other in zip(expectations, alone, strict=True)
    }
    checks = [
        replace(row, expectation=names[row.expectation])
        for row in _evaluate(gx, batches, frame, cls, expectations, gate="load", run_id=run_id)
    ]
    if not all(row.is_met for row in checks):
        return {}
    return {
        warc: GateResult(
            checks=tuple(replace(row, gate=name_load_gate(warc), n_checked=n_rows) for row in checks), failures=()
        )
        for warc, n_rows in sizes.items()
    }


def _evaluate(
    gx: Any, batches: Any, frame: pd.DataFrame, cls: type, expectations: list[Any], *, gate: str, run_id: str
) -> tuple[Checks, ...]:
    """What rows of a class meet of expectations."""
    suite = gx.ExpectationSuite(name=cls.__name__, expectations=expectations)
    columns = {column for expectation in expectations for column in _columns(expectation)}
    rows = frame[[column for column in frame.columns if column in columns]]
    batch = batches.get_batch({"dataframe": rows.astype(_numpy_types(rows))})
    results = batch.validate(suite, result_format=RESULTS).results
    return tuple(_check_of(result, gate, run_id) for result in results)


def _numpy_types(frame: pd.DataFrame) -> dict[str, str]:
    """Types of NumPy for whole numbers that may be missing.

    Great Expectations compares those of pandas with their bounds one by one, which took as long as all else.
    """
    nullable = [name for name, kind in frame.dtypes.items() if isinstance(kind, pd.Int64Dtype)]
    return {str(name): "float64" if frame[name].hasnans else "int64" for name in nullable}


def check_rules(breaches: Mapping[str, Sequence[object]], *, gate: str, run_id: str) -> GateResult:
    """Judge rules by what breaks each: one row of ops.checks per rule, with its first offenders.

    All rules are one expectation, that nothing breaks them: forty expectations would take half a second.
    """
    gx, batches = _great_expectations()
    counts = pd.DataFrame({"rule": list(breaches), "n_broken": [len(offenders) for offenders in breaches.values()]})
    nothing = gx.expectations.ExpectColumnValuesToBeBetween(column="n_broken", min_value=0, max_value=0)
    batch = batches.get_batch({"dataframe": counts})
    (result,) = batch.validate(gx.ExpectationSuite(name=gate, expectations=[nothing]), result_format=RESULTS).results
    whole = _check_of(result, gate, run_id)
    checks = tuple(
        replace(
            whole,
            expectation=rule,
            is_met=not offenders,
            n_checked=None,
            n_unexpected=len(offenders),
            examples=_examples(list(offenders)),
        )
        for rule, offenders in breaches.items()
    )
    failures = tuple(f"{row.expectation}: {row.examples}" for row in checks if not row.is_met)
    assert whole.is_met == (not failures), f"{gate}: the gate and its rules do not agree"
    return GateResult(checks=checks, failures=failures)


def ready() -> None:
    """Load Great Expectations now, and not when the first gate is checked."""
    _great_expectations()


@functools.cache
def _great_expectations() -> tuple[Any, Any]:
    """The package, and a batch definition that takes any frame; made once per process."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")  # read by Great Expectations on import
    import great_expectations  # noqa: PLC0415 (eight seconds that only a gate needs)
    from great_expectations.data_context.types.base import ProgressBarsConfig  # noqa: PLC0415

    context = great_expectations.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("warehouse").add_dataframe_asset("rows")
    return great_expectations, asset.add_batch_definition_whole_dataframe("all")


def _expectations(gxe: Any, cls: type, *, within: str | None = None) -> Iterator[Any]:
    """The suite of a table class; keys are unique within the values of a column."""
    for field in _flat_fields(cls):
        column, name = field.column, field.name
        if not field.nullable:
            yield gxe.ExpectColumnValuesToNotBeNull(column=name)
        if column.values is not None:
            yield gxe.ExpectColumnValuesToBeInSet(column=name, value_set=list(column.values))
        if column.low is not None or column.high is not None:
            yield gxe.ExpectColumnValuesToBeBetween(column=name, min_value=column.low, max_value=column.high)
        if column.pattern is not None:
            # \Z and not $, which would let a line break at the end pass
            yield gxe.ExpectColumnValuesToMatchRegex(column=name, regex=rf"\A(?:{column.pattern})\Z")
    keys = [*([within] if within and key_of(cls) else []), *key_of(cls)]
    if len(keys) == 1:
        yield gxe.ExpectColumnValuesToBeUnique(column=keys[0])
    elif keys:
        yield gxe.ExpectCompoundColumnsToBeUnique(column_list=keys)
    for low, high in _ordered_pairs(cls):
        yield gxe.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A=high, column_B=low, or_equal=True, ignore_row_if="either_value_is_missing"
        )


def _flat_fields(cls: type) -> Sequence[Field]:
    return [field for field in fields_of(cls) if not field.is_list]


def _ordered_pairs(cls: type) -> Iterator[tuple[str, str]]:
    for rule in table_of(cls).checks if _is_table(cls) else ():
        if pair := ORDERED.fullmatch(rule):
            yield pair[1], pair[2]


def _is_table(cls: type) -> bool:
    """Rows of refined files that are no postings are structs: columns without a table's name and checks."""
    return hasattr(cls, "TABLE")


def _columns(expectation: Any) -> list[str]:
    kwargs = expectation.configuration.kwargs
    names = [kwargs.get("column"), kwargs.get("column_A"), kwargs.get("column_B"), *kwargs.get("column_list", [])]
    return [name for name in names if name is not None]


def _check_of(result: Any, gate: str, run_id: str) -> Checks:
    """A result as a row of ops.checks. Raises `GateBroken` for one that could not be evaluated."""
    config, details = result.expectation_config, result.result
    name = _name(config)
    if why := _exception(result.exception_info):
        raise GateBroken(f"{gate}: {name} could not be evaluated: {why}")
    return Checks(
        run_id=run_id,
        gate=gate,
        expectation=name,
        is_met=bool(result.success),
        n_checked=int(details.get("element_count", details.get("observed_value", 0))),
        n_unexpected=int(details["unexpected_count"]) if "unexpected_count" in details else None,
        examples=_examples(details.get("partial_unexpected_list") or []),
    )


def _name(config: Any) -> str:
    """The expectation's type with its columns, or its bounds where it is about the whole table."""
    kwargs = config.kwargs
    if "column_A" in kwargs:
        about = f"{kwargs['column_A']} >= {kwargs['column_B']}"
    elif "column_list" in kwargs:
        about = ", ".join(kwargs["column_list"])
    elif "column" in kwargs:
        about = kwargs["column"]
    else:
        bounds = (("at least", kwargs.get("min_value")), ("at most", kwargs.get("max_value")))
        about = " and ".join(f"{word} {bound}" for word, bound in bounds if bound is not None)
    return f"{config.type}({about})"


def _exception(info: dict[str, Any]) -> str | None:
    """What an expectation raised; None when it raised nothing.

    Great Expectations gives either one flat record or, when a metric failed, one record per metric.
    """
    records = [info] if "raised_exception" in info else [dict(record) for record in info.values()]
    messages = [record["exception_message"] for record in records if record["raised_exception"]]
    return "; ".join(sorted({str(message) for message in messages})) or None


def _examples(values: list[Any]) -> str | None:
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
