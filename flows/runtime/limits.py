"""The number of requests to a source per night and the pause between them: those of the settings, or else of the
source."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from extractors.source import all_sources
from extractors.sources.declaration import Source
from flows.runtime.permissions import check_source_names
from flows.runtime.settings import Settings
from flows.terminal.errors import WrongUsage

HOUR = 3600.0


def limit(source: Source, config: Settings) -> Source:
    """Return a source with the budget and pause of the settings, if set, or else with those that it declares.

    Raises `WrongUsage` for a pause shorter than the source declares, and for too many requests: for a source with
    boards, more than there is time for; for any other source, more than it declares.
    """
    pause = config.pause.get(source.name, source.pause)
    if pause < source.pause:
        raise WrongUsage(
            f"{_place(config, 'pause')}: limits.pause.{source.name} = {pause:g}: the source asks for at least "
            f"{source.pause:g} seconds between two requests; raise the number, or remove the line"
        )
    for_boards = config.board_requests if source.boards else None
    setting = config.requests.get(source.name)
    limited = replace(source, pause=pause, most_requests=setting or for_boards or source.most_requests)
    if setting is None:
        return limited
    max_requests = _count_in_time(limited) if source.boards else source.most_requests
    if setting > max_requests:
        why = f"{pause:g} s apart, {setting:,} take {_hours(setting * pause)}, and it has {_hours(source.max_seconds)}"
        raise WrongUsage(
            f"{_place(config, 'requests')}: limits.requests.{source.name} = {setting}: at most {max_requests:,.0f}"
            + (f", {why}" if source.boards else ", as the source declares")
        )
    return limited


def check_limits(config: Settings) -> None:
    """Raise `WrongUsage` if a limit of the settings is invalid or names an unknown source."""
    for limits, setting in ((config.requests, "requests"), (config.pause, "pause")):
        for name in check_source_names(limits, _place(config, setting)):
            limit(all_sources()[name].SOURCE, config)


def describe_limits(config: Settings) -> Iterator[str]:
    """Yield a line for each source whose limits the settings change, with what the limits amount to."""
    for name, module in all_sources().items():
        source = limit(module.SOURCE, config)
        if source == module.SOURCE:
            continue
        n_sent = min(source.most_requests, _count_in_time(source))
        head = f"{name}: {source.most_requests:,} requests a night, {source.pause:g} s apart"
        if n_sent < source.most_requests:
            yield f"{head}; {n_sent:,.0f} of them in the {_hours(source.max_seconds)} that it has"
        else:
            yield f"{head}: {_hours(n_sent * source.pause)}"


def _count_in_time(source: Source) -> float:
    return source.max_seconds // source.pause if source.pause else math.inf


def _hours(seconds: float) -> str:
    return f"{seconds / HOUR:,.1f} hours"


def _place(config: Settings, name: str) -> str:
    return config.origins.get(name, "settings")
