"""The clock of the benches."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Done = TypeVar("Done")


def time_cpu(work: Callable[[], Done]) -> tuple[float, Done]:
    """CPU seconds of this process that the work takes, and its result."""
    begin = time.process_time()
    done = work()
    return time.process_time() - begin, done
