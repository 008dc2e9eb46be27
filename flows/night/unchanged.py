"""Record what was last published, and from which inputs, so that a run without news computes and renders nothing."""

from __future__ import annotations

import contextlib
import hashlib
import json
from datetime import date
from pathlib import Path

from flows.runs.run_record import Request
from warehouse.publish import atomic_files

RECORD = "published.json"
"""File beside the published files: their day, the digest of their inputs, and a digest of each file of the site."""


def is_day_published(request: Request, as_of: date) -> bool:
    """Whether the published figures are of this day. If not, their inputs need not be compared."""
    return _read(request).get("as_of") == as_of.isoformat()


def was_computed_from(request: Request, inputs: str) -> bool:
    """Whether the published figures were computed from inputs with this digest. A rebuild computes them again."""
    return not request.is_rebuild and _read(request).get("inputs") == inputs


def is_site_current(request: Request, inputs: str) -> bool:
    """Whether the site was made from inputs with this digest, and its files still have the bytes written then."""
    return was_computed_from(request, inputs) and _read(request).get("site") == _digest_files(request.outputs.site)


def note_published(request: Request, as_of: date, inputs: str) -> None:
    """Record the day and the inputs of the files that were just published."""
    site = _digest_files(request.outputs.site)
    content = json.dumps({"as_of": as_of.isoformat(), "inputs": inputs, "site": site})
    atomic_files.commit([atomic_files.stage(request.outputs.folder / RECORD, content.encode())])


def _read(request: Request) -> dict[str, object]:
    with contextlib.suppress(OSError, ValueError):
        record = json.loads((request.outputs.folder / RECORD).read_bytes())
        if isinstance(record, dict):
            return record
    return {}


def _digest_files(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest()
        for path in files
    }
