"""Find a source by its name, by an address, or by the board that an address belongs to."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import extractors.sources
from extractors.sources.declaration import Source, SourceModule
from extractors.sources.salaries.pay_survey import all_surveys


@functools.cache
def all_sources() -> dict[str, SourceModule]:
    """Return the module of every source by its name, in alphabetical order.

    A source is a module below sources/ that declares a `SOURCE`, or a survey of pay that a TOML file declares. Raise
    `ValueError` if a module and its source have different names.
    """
    modules: dict[str, Any] = {**all_surveys()}
    for info in pkgutil.walk_packages(extractors.sources.__path__, f"{extractors.sources.__name__}."):
        module = importlib.import_module(info.name)
        source = vars(module).get("SOURCE")
        if isinstance(source, Source):
            modules[source.name] = module
            if source.name != info.name.rpartition(".")[2]:
                raise ValueError(f"{info.name} declares SOURCE.name {source.name!r}; use the same name")
    return dict(sorted(modules.items()))


def source_of(url: str) -> SourceModule | None:
    """Return the module of the source that `url` belongs to, or None.

    If endpoints of several sources fit, the source with the longest endpoint is returned.
    """
    fitting = [(fits, module) for module in all_sources().values() if (fits := module.SOURCE.longest_endpoint(url))]
    return max(fitting, key=lambda pair: pair[0])[1] if fitting else None


def is_answer_of(module: SourceModule, url: str) -> bool:
    """Whether a response from `url` in a source's archive folder belongs to that source. In a bulk source's folder
    all do."""
    return module.SOURCE.is_bulk or source_of(url) is module


def board_in(url: str) -> tuple[str, str] | None:
    """Return (source, token) of the board that a public page (of the board or of a posting) belongs to, or None."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    scheme = "https" if parts.scheme == "http" else parts.scheme
    page = urlunsplit(parts._replace(scheme=scheme, netloc=parts.netloc.lower()))
    matches = (
        (name, board)
        for name, module in all_sources().items()
        for addresses in module.SOURCE.boards
        if (board := addresses.board_on(page))
    )
    return next(matches, None)


def board_at(url: str) -> tuple[str, str] | None:
    """Return (source, token) of the board that `url`, an address that we request or a public page, belongs to, or
    None."""
    module = source_of(url)
    board = module.SOURCE.board_in(url) if module else None
    return (module.SOURCE.name, board) if module and board else board_in(url)
