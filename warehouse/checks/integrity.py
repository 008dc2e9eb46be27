"""Check the finished tables against each other before publishing.

Gates judge the rows of one file or one mart before they are written (`gate`). The checks here ask whether keys are
unique and references have a target (both are declared by the table classes), whether the history of postings makes
sense, and whether marts count the rows of core. Each rule is a SELECT of the rows that break it, so the first of these
rows can be named. If a rule is broken, nothing is published.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import duckdb

from transforms.records import vocabulary
from transforms.records.columns import fields_of, table_of
from transforms.records.definitions import MAX_BOUNDS_WIDTH, MIN_KNOWN, MIN_PLATFORMS
from warehouse.checks.gate import EXAMPLES, GateResult, to_json
from warehouse.mart_tables import HISTORIES
from warehouse.marts.measures import ESTIMAND, MEASURES
from warehouse.marts.printing import RULES, WIDE_SHARE
from warehouse.ops_tables import Checks
from warehouse.schema import database_tables, dates_of, ident, key_of, schema_of
from warehouse.sql_files import read_sql

_COLUMNS = {"largest": "largest_employer_share"}
"""Columns of mart.shares that have other names in the printing rules."""
_CLASSES = {
    name.lower(): getattr(vocabulary, name)
    for name in ("FULL_ADVERT", "TRUNCATED", "SNIPPET", "FORUM_COMMENT", "NO_TEXT", "ALL_TEXTS", "SAMPLED_GROUP")
}
PARAMETERS: Mapping[str, object] = {
    **_CLASSES,
    "ai_groups": vocabulary.AI_GROUPS,
    "role_groups": tuple(vocabulary.ROLE_GROUPS),
    "cell_groups": " UNION ALL ".join(
        f"SELECT '{name}' AS name, unnest({list(groups)}) AS role_group"
        for name, groups in vocabulary.CELL_GROUPS.items()
    ),
    "estimand": ESTIMAND,
    "max_bounds_width": MAX_BOUNDS_WIDTH.value,
    "min_known": MIN_KNOWN.value,
    "is_printed": " AND ".join(
        f"round({_COLUMNS.get(rule.column, rule.column)}, 9) {'>=' if rule.is_minimum else '<='} {rule.bound}"
        for rule in RULES
    ),
    "min_platforms": MIN_PLATFORMS.value,
    "is_wide": WIDE_SHARE.format(share="share", low="share_lo", high="share_hi"),
    "is_wide_by_employer": WIDE_SHARE.format(
        share="share_by_employer", low="share_by_employer_lo", high="share_by_employer_hi"
    ),
    "measures_by_employer": tuple(name for name, measure in MEASURES.items() if measure.by_employer),
    "measures_of_all_jobs": tuple(name for name, measure in MEASURES.items() if measure.asks_all_jobs),
    "dates_of_several": dates_of("(FROM core.posting_boards SEMI JOIN several USING (posting_id))"),
    "role_of_job": read_sql("checks/role_of_job"),
    "texts_of_job": read_sql("checks/texts_of_job", **_CLASSES),
}
"""The values that replace the `$names` in the SQL files of the rules."""


def _read_rules(name: str) -> dict[str, str]:
    rules = (rule.partition("\n") for rule in read_sql(f"checks/{name}", **PARAMETERS).split("\n\n"))
    return {rule.removeprefix("-- "): select for rule, _, select in rules}


LIFE = _read_rules("life")
"""The SQL of the rules about intervals, versions, jobs, employers and places, by the rule in words."""
COUNTS = _read_rules("counts")
"""The SQL of the rules that compare the counts in marts with the rows of core, by the rule in words."""


def judge(con: duckdb.DuckDBPyConnection, *, as_of: date, run_id: str) -> GateResult:
    """Check the warehouse, including the marts of the day `as_of`. Return a result with one check per rule."""
    checks = []
    for rule, select in _rules():
        rows = con.execute(select, {"as_of": as_of} if "$as_of" in select else {}).fetchall()
        examples = to_json([row[0] for row in rows[:EXAMPLES]]) if rows else None
        checks.append(
            Checks(
                run_id=run_id, gate="warehouse", expectation=rule, is_met=not rows, n_checked=None,
                n_unexpected=len(rows), examples=examples,
            )
        )  # fmt: skip
    failures = tuple(f"{row.expectation}: {row.examples}" for row in checks if not row.is_met)
    return GateResult(checks=tuple(checks), failures=failures)


def _rules() -> Iterator[tuple[str, str]]:
    for cls in (cls for cls in database_tables() if schema_of(cls) != "ops"):
        name = table_of(cls).name
        if key_of(cls):
            yield f"keys of {name} are unique", _select_doubled(cls, "true")
        for field in fields_of(cls):
            if field.column.references and not field.is_list:
                table, _, column = field.column.references.rpartition(".")
                yield (
                    f"{name}.{field.name} is in {field.column.references}",
                    f"SELECT DISTINCT t.{ident(field.name)} FROM {name} AS t ANTI JOIN {table} AS r"
                    f" ON r.{ident(column)} = t.{ident(field.name)} WHERE t.{ident(field.name)} IS NOT NULL",
                )
    for mart in HISTORIES:
        yield f"keys of {table_of(mart).name} are unique", _select_doubled(mart, "as_of = $as_of")
    yield from LIFE.items()
    yield from COUNTS.items()


def _select_doubled(cls: type, which: str) -> str:
    keys = ", ".join(map(ident, key_of(cls)))
    return f"SELECT concat_ws(' ', {keys}) FROM {table_of(cls).name} WHERE {which} GROUP BY {keys} HAVING count(*) > 1"
