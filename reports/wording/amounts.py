"""Amounts of pay a year as they may be printed: the amount itself, or its interval in its place."""

from __future__ import annotations

from reports.wording.numbers import Row, short
from warehouse.marts.printing import POINT, choose_form


def is_point(row: Row, name: str) -> bool:
    """Whether an amount is printed itself, or its interval in its place."""
    return choose_form(row[name], row.get(f"{name}_lo"), row.get(f"{name}_hi")) == POINT


def amount(row: Row, name: str, currency: str) -> str:
    """One amount as it may be printed: "USD 97K", or "between USD 74K and 119K (95% interval)"."""
    if is_point(row, name):
        return f"{currency} {short(row[name])}"
    low, high = (short(row[f"{name}_{end}"]) for end in ("lo", "hi"))
    return f"between {currency} {low} and {high} (95% interval)"


def median_cell(row: Row, name: str = "p50") -> str:
    """The median of a table: the amount, or its interval in its place; a dash where there is none."""
    if row.get(name) is None:
        return "–"
    return short(row[name]) if is_point(row, name) else ends_cell(row, name)


def ends_cell(row: Row, end: str) -> str:
    """The interval of an amount in a table; a dash where there is none."""
    if row.get(f"{end}_lo") is None:
        return "–"
    low, high = (short(row[f"{end}_{side}"]) for side in ("lo", "hi"))
    return f"{low}–{high}"
