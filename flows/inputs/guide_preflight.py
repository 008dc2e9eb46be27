"""Check guides before a run."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Sequence
from pathlib import Path

from flows.runtime.project import PROJECT
from flows.runtime.settings import Settings
from flows.terminal.errors import describe_unwritten
from reports.guide import refresh
from reports.guide.markers import GuideError

LOG = logging.getLogger("jobmarket")
LEFT_OUT = "a guide was left as it was: "
"""Start of the message about a faulty guide when everything else is published."""


def allowed_folders(config: Settings, *, is_sample: bool, allow_outside: bool) -> tuple[Path, ...] | None:
    """Return the folders in which guides may be refreshed, or None for any folder. Only sample data has such limits."""
    return (PROJECT, config.data) if is_sample and not allow_outside else None


def find_fault(path: Path, *, within: Sequence[Path] | None = None) -> str | None:
    """Return the faults of a guide that do not depend on the night's figures, such as a place outside `within`.

    None if there are none.
    """
    try:
        refresh.check(path, within=within)
    except (GuideError, refresh.SampleOutsideError) as error:
        return str(error)
    except OSError as error:
        return describe_unwritten(error)
    return None


def leave_out_faulty(guides: Sequence[Path], *, within: Sequence[Path] | None) -> tuple[tuple[Path, ...], list[str]]:
    """Return the guides without faults, and messages about the faults of all other guides."""
    faults = {path: find_fault(path, within=within) for path in guides}
    messages = [f"{LEFT_OUT}{fault}" for fault in faults.values() if fault is not None]
    for words in messages:
        LOG.warning("%s", words)
    return tuple(path for path, fault in faults.items() if fault is None), messages


def find_remarks(guides: Sequence[Path]) -> list[str]:
    """Return warnings about refreshed guides for their editor, with file and line. Guides left unchanged have none."""
    remarks = []
    for path in guides:
        with contextlib.suppress(GuideError, OSError):  # reported when the guide was left unchanged
            remarks += [f"{path}:{line}: {what}" for line, what in refresh.check(path)]
    return remarks
