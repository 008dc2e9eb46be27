"""Amounts of pay as they may be printed: by month or year, the amount itself or its interval in its place."""

from __future__ import annotations

from dataclasses import dataclass

from reports.wording.numbers import Row, money, short
from warehouse.marts.printing import POINT, choose_form


@dataclass(frozen=True)
class Scale:
    """What amounts are printed by: a year or a twelfth of it, with or without tenths of a thousand."""

    divisor: int
    tenths: bool
    period: str

    def short(self, amount: float) -> str:
        """One amount, without its currency."""
        return short(amount / self.divisor, tenths=self.tenths)

    def money(self, low: float, high: float, currency: str) -> str:
        """Two amounts as a range."""
        return money(low / self.divisor, high / self.divisor, currency, tenths=self.tenths)


MONTHLY, YEARLY = Scale(12, True, "month"), Scale(1, False, "year")


def is_point(row: Row, name: str) -> bool:
    """Whether an amount is printed itself, or its interval in its place."""
    return choose_form(row[name], row.get(f"{name}_lo"), row.get(f"{name}_hi")) == POINT


def amount(row: Row, name: str, scale: Scale, currency: str) -> str:
    """One amount as it may be printed: "USD 8.1K", or "between USD 6.2K and 9.9K (95% interval)"."""
    if is_point(row, name):
        return f"{currency} {scale.short(row[name])}"
    low, high = (scale.short(row[f"{name}_{end}"]) for end in ("lo", "hi"))
    return f"between {currency} {low} and {high} (95% interval)"


def median_cell(row: Row, scale: Scale, name: str = "p50") -> str:
    """The median of a table: the amount, or its interval in its place; a dash where there is none."""
    if row.get(name) is None:
        return "–"
    return scale.short(row[name]) if is_point(row, name) else ends_cell(row, name, scale)


def ends_cell(row: Row, end: str, scale: Scale) -> str:
    """The interval of an amount in a table; a dash where there is none."""
    if row.get(f"{end}_lo") is None:
        return "–"
    low, high = (scale.short(row[f"{end}_{side}"]) for side in ("lo", "hi"))
    return f"{low}–{high}"
