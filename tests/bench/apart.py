"""A night in a process of its own, in which nothing but imports was done before."""

from __future__ import annotations

from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.context import ForkServerContext
from typing import Any, ParamSpec, TypeVar

PRELOADED = ("flows.backfill", "great_expectations")
"""What such processes have imported when they begin: once, for all of them."""

Given = ParamSpec("Given")
Done = TypeVar("Done")


def forking() -> ForkServerContext:
    """Begins processes that have imported what is `PRELOADED`."""
    context = get_context("forkserver")
    context.set_forkserver_preload(list(PRELOADED))
    return context


def run_apart(work: Callable[Given, Done], /, *args: Given.args, **kwargs: Given.kwargs) -> Done:
    """What a function of a module returns in a process of its own. Raises `RuntimeError` where that says nothing."""
    context = forking()
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_tell, args=(sender, work, args, kwargs))
    process.start()
    sender.close()
    try:
        result: Done = receiver.recv()
    except EOFError:
        raise RuntimeError(f"{work.__name__} of {args} ended without a word; see what it printed") from None
    finally:
        process.join()
    return result


def _tell(sender: Any, work: Callable[..., Any], args: Any, kwargs: Any) -> None:
    sender.send(work(*args, **kwargs))
