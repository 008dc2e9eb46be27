"""Progress of long work: a bar for a person at a terminal, nothing in a log file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

T = TypeVar("T")


def show_progress(items: Iterable[T], *, total: int, what: str) -> Iterator[T]:
    """Yield the items, with a progress bar on standard error until they are done."""
    console = Console(stderr=True)
    if not console.is_terminal or total < 2:
        yield from items
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        yield from progress.track(items, total=total, description=what)
