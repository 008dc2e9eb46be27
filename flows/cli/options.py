"""Options that several commands take, and how what they name is checked."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from flows.runtime.settings import Settings
from flows.terminal.errors import WrongUsage

SourceNames = Annotated[
    list[str] | None, typer.Option("--source", metavar="NAME", help="Only this source; may be given again.")
]
Guides = Annotated[
    list[Path] | None,
    typer.Option("--guide", metavar="FILE", help="Refresh this Markdown or HTML file too; may be given again."),
]


ClockIsRight = Annotated[
    str | None,
    typer.Option(
        "--clock-is-right",
        metavar="REASON",
        help="Continue although the clock looks wrong; set aside what is dated after today.",
    ),
]


def day_in(text: str) -> date:
    """A day as an option gives it."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day; one such as 2026-09-30 expected") from None


PastDay = Annotated[
    date | None,
    typer.Option("--as-of", parser=day_in, metavar="DAY", help="What `run --as-of DAY` made, not what is published."),
]


def check_live(config: Settings) -> None:
    """Refuse a live night that nobody answers for, or whose limits or permissions on record make no sense."""
    from extractors.web.session import MissingContact, check_contact
    from flows.runtime.limits import check_limits
    from flows.runtime.permissions import read_permissions

    try:
        check_contact(config.contact)
    except MissingContact as error:
        raise WrongUsage(str(error)) from error
    check_limits(config)
    read_permissions(config.data)  # one that cannot be read is said now, not by a source in the middle of the night
