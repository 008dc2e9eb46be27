"""Whether something takes time in proportion to what it is given, in CPU seconds that a busy machine does not blur."""

from __future__ import annotations

import gc
import itertools
import time
from collections.abc import Callable

MAX_GROWTH = 8
"""Four times the length may take so many times as long, where the square would take 16."""
MAX_DOUBLING = 3
"""And twice the length so many times as long, where the square would take 4: a step that some size takes once, into
another way of reading, is no growth."""
MIN_SECONDS = 0.02
"""What is done in this time counts as done in this time: the clock of a busy machine is no finer."""
RUNS = 3
"""Runs at most, of which the fastest counts: other processes make a run slower, never faster."""


def measure_growth(act: Callable[[str], object], text: str, sizes: tuple[int, int]) -> tuple[float, float, bool]:
    """Seconds that `act` takes for the text repeated to either size (the second four times the first), and whether
    the longer one took more than its share. Garbage is not collected meanwhile: one collection in a process that holds
    much takes longer than what is measured. A longer one that seems to take more is held against twice its length."""
    number = itertools.count()

    def seconds(size: int) -> float:
        whole = f"{text * (size // len(text))}{next(number)}"  # another each time: what was read is remembered
        begin = time.process_time()
        act(whole)
        return max(time.process_time() - begin, MIN_SECONDS)

    was_enabled = gc.isenabled()
    gc.disable()
    try:
        short, long = map(seconds, sizes)
        for _ in range(RUNS - 1):
            if long > MAX_GROWTH * short:
                short, long = min(short, seconds(sizes[0])), min(long, seconds(sizes[1]))
        is_too_slow = long > MAX_GROWTH * short and seconds(2 * sizes[1]) > MAX_DOUBLING * long
    finally:
        if was_enabled:
            gc.enable()
    return short, long, is_too_slow
