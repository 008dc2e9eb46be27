"""Options that several commands share, and checks of their values."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.terminal.errors import WrongUsage

if TYPE_CHECKING:  # the settings take a tenth of a second to import, which `--help` does not need
    from flows.runtime.settings import Settings

SourceNames = Annotated[
    list[str] | None, typer.Option("--source", metavar="NAME", help="Only this source; may be repeated.")
]
Guides = Annotated[
    list[Path] | None,
    typer.Option("--guide", metavar="FILE", help="Also refresh this Markdown or HTML file; may be repeated."),
]


ClockIsRight = Annotated[
    str | None,
    typer.Option(
        "--clock-is-right",
        metavar="REASON",
        help="Continue although the clock looks wrong, and set aside what is dated after today.",
    ),
]


def day_in(text: str) -> date:
    """Return the day given by an option. Raise `typer.BadParameter` if the text is not a day."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a day; expected a day such as 2026-09-30") from None


PastDay = Annotated[
    date | None,
    typer.Option(
        "--as-of", parser=day_in, metavar="DAY", help="Use what `run --as-of DAY` made instead of what is published."
    ),
]


def settings(**options: Any) -> Settings:
    """Return the settings of this command (see `flows.runtime.settings.settings`)."""
    from flows.runtime import settings as module

    return module.settings(**options)


def find_contact_problem(config: Settings) -> str | None:
    """Return why a live night has no valid contact; None if it has one."""
    from extractors.web.session import MissingContact, check_contact

    try:
        check_contact(config.contact)
    except MissingContact as error:
        return str(error)
    return None


def check_live(config: Settings) -> None:
    """Raise `WrongUsage` if a live night would have no contact, or if its limits or permissions are invalid."""
    from flows.runtime.limits import check_limits
    from flows.runtime.permissions import read_permissions

    if problem := find_contact_problem(config):
        raise WrongUsage(problem)
    check_limits(config)
    read_permissions(config.data)  # report an unreadable file now, not in the middle of the night
