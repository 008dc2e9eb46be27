"""How a table is declared: as a dataclass whose fields are annotated with a `Column`.

The DDL with its CHECKs and comments, the gates' expectations, the Parquet schema and DICTIONARY.md are made from such
classes. In the name of a column, `_on` marks a date, `_at` a UTC time, `_text` what the source wrote, and `is_` a truth
value. NULL means "not stated"; zero or a default never replaces it.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, dataclass_transform


@dataclass(frozen=True)
class Column:
    """What a column declares besides its Python type. A column whose type includes None is nullable.

    `pattern` is a regular expression for the whole value. `references` names the "table.column" whose values it takes.
    """

    doc: str
    key: bool = False
    unit: str | None = None
    values: tuple[str, ...] | None = None
    low: float | None = None
    high: float | None = None
    pattern: str | None = None
    references: str | None = None


@dataclass(frozen=True)
class Field:
    """A column as read from a table class. `type` is str, int, float, bool, date, datetime or a struct; for a list, it
    is the type of the items."""

    name: str
    type: type
    nullable: bool
    is_list: bool
    column: Column


@dataclass(frozen=True)
class Table:
    """A table's name ("schema.name"), its meaning (`doc`), and SQL checks over more than one column."""

    name: str
    doc: str
    checks: tuple[str, ...] = ()


T = TypeVar("T")


@dataclass_transform(kw_only_default=True, frozen_default=True)
def table(name: str, doc: str, *checks: str) -> Callable[[type[T]], type[T]]:
    """Return a decorator that makes a class a table: a keyword-only dataclass with these values in its attribute
    `TABLE`."""

    def declare(cls: type[T]) -> type[T]:
        row_class = struct(cls)
        row_class.TABLE = Table(name, doc, checks)  # type: ignore[attr-defined]  # a class constant
        return row_class

    return declare


@dataclass_transform(kw_only_default=True, frozen_default=True)
def struct(cls: type[T]) -> type[T]:
    """Make a class the type of values in a nested list, or a base for tables: a keyword-only dataclass.

    Only the type checker treats its instances as frozen, since really frozen ones take three times as long to make.
    """
    return dataclass(kw_only=True, unsafe_hash=True)(cls)


def fields_of(cls: type) -> tuple[Field, ...]:
    """Return the columns of a table or struct class: keys first, then the others, in order of declaration."""
    if "_FIELDS" not in cls.__dict__:
        hints = typing.get_type_hints(cls, include_extras=True)
        read = [_field(f.name, hints[f.name]) for f in dataclasses.fields(cls)]
        cls._FIELDS = tuple(sorted(read, key=lambda f: not f.column.key))  # type: ignore[attr-defined]
    fields: tuple[Field, ...] = cls._FIELDS  # type: ignore[attr-defined]
    return fields


def _field(name: str, hint: Any) -> Field:
    column = next(m for m in hint.__metadata__ if isinstance(m, Column))
    kind = hint.__origin__
    nullable = False
    if isinstance(kind, types.UnionType):
        nullable = True
        kind = next(a for a in typing.get_args(kind) if a is not types.NoneType)
    is_list = typing.get_origin(kind) is tuple
    if is_list:
        kind = typing.get_args(kind)[0]
    return Field(name, kind, nullable, is_list, column)


def table_of(cls: type) -> Table:
    """Return the declaration of a table class."""
    declaration: Table = cls.TABLE  # type: ignore[attr-defined]
    return declaration
