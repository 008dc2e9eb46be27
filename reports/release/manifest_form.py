"""What a manifest and a Data Package must say: who reads them then meets no other type, and no path that leads out."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, FailFast, Field

MOST_HASHED = 20 * 10**9
"""Most bytes of all files that a chain of manifests names: who checks a release reads each of them."""


def _stays_inside(path: str) -> str:
    parts = path.split("/")
    if not all(parts) or {".", ".."} & set(parts) or "\\" in path:
        raise ValueError("leads out of the release, or is written as no release writes it")
    return path


Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Count = Annotated[int, Field(ge=0)]
ReleaseName = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d(\.\d+)?$")]


class _Part(BaseModel):
    model_config = ConfigDict(strict=True)


class _Path(_Part):
    path: Annotated[str, AfterValidator(_stays_inside)]


class _File(_Path):
    sha256: Sha256
    bytes: Annotated[int, Field(ge=0, le=MOST_HASHED)]


class _Table(_Part):
    name: str
    n_rows: Count
    columns: Annotated[dict[str, str], FailFast()]


class _Change(_Part):
    id: str
    title: str
    what: Literal["corrected", "accepted", "changed", "new", "gone"]
    before: str | None
    after: str | None
    reason: str | None = None


class _Changes(_Part):
    figures: Annotated[list[_Change], FailFast()]


class _Previous(_Part):
    release: ReleaseName
    sha256: Sha256


class Manifest(_Part):
    """What a manifest must say. Other fields are not read."""

    format: Literal[3]
    release: ReleaseName
    as_of: date
    is_sample: bool
    previous: _Previous | None
    n_figures: Count
    n_cells: Count
    tables: Annotated[list[_Table], FailFast()]
    changes: _Changes
    files: Annotated[list[_File], FailFast()]


class _Resource(_Path):
    alternatives: Annotated[list[_Path], FailFast()] = []


class DataPackage(_Part):
    """What of datapackage.json names files."""

    resources: Annotated[list[_Resource], FailFast()]
