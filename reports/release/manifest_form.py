"""What a manifest and a Data Package must say: who reads them then meets no other type, and no path that leads out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sized
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, FailFast, Field

MOST_TABLES = 1_000
"""Most tables, and most columns of one, that a manifest names."""
MOST_HASHED = 20 * 10**9
"""Most bytes of all files that a chain of manifests names: who checks a release reads each of them."""


def _stays_inside(path: str) -> str:
    parts = path.split("/")
    if not all(parts) or {".", ".."} & set(parts) or "\\" in path:
        raise ValueError("leads out of the release, or is written as no release writes it")
    return path


def _is_day(text: str) -> str:
    date.fromisoformat(text)
    return text


def _are_few(entries: object) -> object:
    """Refuse a mapping before each of its entries makes an error of its own."""
    if isinstance(entries, Sized) and len(entries) > MOST_TABLES:
        raise ValueError(f"{len(entries):,} entries, and {MOST_TABLES:,} are the most")
    return entries


def _are_different(files: list[_File]) -> list[_File]:
    for path, n in Counter(file.path for file in files).most_common(1):
        if n > 1:
            raise ValueError(f"{path} is named {n} times")
    return files


class _Part(BaseModel):
    model_config = ConfigDict(strict=True)


Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Count = Annotated[int, Field(ge=0)]
Day = Annotated[str, AfterValidator(_is_day)]
ReleaseName = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d(\.\d+)?$")]


class _Path(_Part):
    path: Annotated[str, AfterValidator(_stays_inside)]


class _File(_Path):
    sha256: Sha256
    bytes: Annotated[int, Field(ge=0, le=MOST_HASHED)]


class _Table(_Part):
    name: str
    n_rows: Count
    columns: Annotated[dict[str, str], BeforeValidator(_are_few)]


class _Change(_Part):
    id: str
    title: str
    what: str
    before: str | None
    after: str | None
    reason: str | None = None


class _Changes(_Part):
    figures: Annotated[list[_Change], FailFast()]


class _Previous(_Part):
    release: ReleaseName
    sha256: Sha256


class Manifest(_Part):
    """What a manifest must say. Before format 3 it did not have the SHA-256 of the DuckDB file among its `files`."""

    format: Literal[1, 2, 3]
    release: ReleaseName
    as_of: Day
    is_sample: bool
    previous: _Previous | None
    n_figures: Count
    n_cells: Count
    tables: Annotated[list[_Table], FailFast()]
    changes: _Changes
    files: Annotated[list[_File], FailFast(), AfterValidator(_are_different)]


class _Resource(_Path):
    alternatives: Annotated[list[_Path], FailFast()] = []


class DataPackage(_Part):
    """What of datapackage.json names files."""

    resources: Annotated[list[_Resource], FailFast()]
