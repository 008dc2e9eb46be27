"""Record the inputs of what was published, so that a run without news computes and renders nothing again."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from flows.runs.run_record import Request

RECORD = "published.json"
"""Name of a file beside the published files. It has the digest of their inputs, and size and time of each file of the
site."""


def was_computed_from(request: Request, inputs: str) -> bool:
    """Whether the published figures were computed from inputs with this digest."""
    return _read(request).get("inputs") == inputs


def is_site_current(request: Request, inputs: str) -> bool:
    """Whether the published site was made from inputs with this digest, and nobody changed its files."""
    return was_computed_from(request, inputs) and _read(request).get("site") == _list_files(request.outputs.site)


def note_published(request: Request, inputs: str) -> None:
    """Record the inputs of the files that were just published."""
    content = {"inputs": inputs, "site": _list_files(request.outputs.site)}
    record = _path(request)
    part = record.with_name(f"{record.name}.part")
    part.write_text(json.dumps(content), encoding="utf-8")
    part.replace(record)


def _path(request: Request) -> Path:
    return request.outputs.folder / RECORD


def _read(request: Request) -> dict[str, object]:
    with contextlib.suppress(OSError, ValueError):
        record = json.loads(_path(request).read_bytes())
        if isinstance(record, dict):
            return record
    return {}


def _list_files(folder: Path) -> dict[str, list[int]]:
    files = {path.relative_to(folder).as_posix(): path.stat() for path in folder.rglob("*") if path.is_file()}
    return {name: [stat.st_size, stat.st_mtime_ns] for name, stat in sorted(files.items())}
