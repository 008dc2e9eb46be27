"""The clock of the benches."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from typing import TypeVar

Done = TypeVar("Done")


def cpu_seconds() -> float:
    """CPU seconds of this process, and of its children that have ended, so far."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def time_cpu(work: Callable[[], Done]) -> tuple[float, Done]:
    """CPU seconds of this process that the work takes, and its result."""
    begin = time.process_time()
    result = work()
    return time.process_time() - begin, result
