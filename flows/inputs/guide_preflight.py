"""Validates guides before a run, without importing Prefect."""

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
"""Said of a guide that is not in order when all else is published."""


def find_faults(
    guides: Sequence[Path], *, is_sample: bool, roots: Sequence[Path], allow_sample_outside: bool
) -> list[str]:
    """All that is wrong with guides to be refreshed, as far as it does not depend on the figures of the night."""
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
    """The guides that are in order, and what is wrong with the others: one never stops the rest."""
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
    """Guides whose figures are of a later day than `as_of`, with that day."""
    days = ((path, refresh.day_of(path)) for path in guides)
    return [(path, day) for path, day in days if day is not None and day > as_of]


def find_remarks(guides: Sequence[Path]) -> list[str]:
    """What an editor should look at in guides that were refreshed: file, line and words; of those left nothing."""
    remarks = []
    for path in guides:
        with contextlib.suppress(GuideError, OSError):  # told when it was left as it was
            remarks += [f"{path}:{line}: {what}" for line, what in refresh.check(path)]
    return remarks
