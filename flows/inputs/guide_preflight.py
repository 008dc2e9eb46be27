"""Check guides before a run. The options of these functions are those of `reports.guide.refresh.check`."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from flows.terminal.errors import describe_unwritten
from reports.guide import refresh
from reports.guide.markers import GuideError

LOG = logging.getLogger("jobmarket")
LEFT_OUT = "a guide was left as it was: "
"""Start of the message about a faulty guide when everything else is published."""


def find_faults(
    guides: Sequence[Path], *, is_sample: bool, roots: Sequence[Path], allow_sample_outside: bool
) -> list[str]:
    """Return all faults of guides that do not depend on the night's figures."""
    faults = []
    for path in guides:
        try:
            refresh.check(path, is_sample=is_sample, roots=roots, allow_sample_outside=allow_sample_outside)
        except (GuideError, refresh.SampleOutsideError) as error:
            faults.append(str(error))
        except OSError as error:
            faults.append(describe_unwritten(error))
    return faults


def leave_out_faulty(
    guides: Sequence[Path], *, is_sample: bool, roots: Sequence[Path], allow_sample_outside: bool
) -> tuple[tuple[Path, ...], list[str]]:
    """Return the guides without faults, and messages about the faults of all other guides."""
    good, messages = [], list[str]()
    for path in guides:
        faults = find_faults([path], is_sample=is_sample, roots=roots, allow_sample_outside=allow_sample_outside)
        messages += [f"{LEFT_OUT}{fault}" for fault in faults]
        if not faults:
            good.append(path)
    for words in messages:
        LOG.warning("%s", words)
    return tuple(good), messages


def find_later_guides(guides: Sequence[Path], as_of: date) -> list[tuple[Path, date]]:
    """Return the guides that have figures of a later day than `as_of`, with that day."""
    days = ((path, refresh.day_of(path)) for path in guides)
    return [(path, day) for path, day in days if day is not None and day > as_of]


def find_remarks(guides: Sequence[Path]) -> list[str]:
    """Return warnings about refreshed guides for their editor, with file and line. Guides left unchanged have none."""
    remarks = []
    for path in guides:
        with contextlib.suppress(GuideError, OSError):  # reported when the guide was left unchanged
            remarks += [f"{path}:{line}: {what}" for line, what in refresh.check(path)]
    return remarks
