"""The commands under `config`, which show and check the settings."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import typer
from rich.table import Column, Table

from flows.cli.options import Guides, SourceNames, find_contact_problem, settings
from flows.terminal.console import ERR, OUT
from flows.terminal.errors import Wrong

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.runtime.settings_declared import Value

app = typer.Typer(
    rich_markup_mode="markdown",
    help="Show and check the settings (jobmarket.toml in the data folder, and the environment).",
)
NOT_OK = 2
"""Exit code of a check that found a problem."""


@app.command("check")
def config_check() -> None:
    """Check the settings: print "ok", or every problem with file, line and what is expected.

    Also prints what limits on requests and pauses amount to for each source, and whether the contact is missing that
    live nights need.

    **Reads** jobmarket.toml and permissions.toml in the data folder, and the environment. **Writes** nothing.

    **Exit codes** 0: ok. 2: a setting is wrong.
    """
    if problems := list(_find_problems()):
        for problem in problems:
            ERR.print(problem, soft_wrap=True, highlight=False)
        raise typer.Exit(NOT_OK)
    from flows.runtime.limits import describe_limits

    config = settings()
    for line in describe_limits(config):
        OUT.print(line, highlight=False)
    if contact_problem := find_contact_problem(config):
        ERR.print(contact_problem, soft_wrap=True, highlight=False)
    OUT.print("ok")


def _find_problems() -> Iterator[str]:
    from flows.runtime.settings import find_values

    _, problems = find_values({})
    if problems:
        yield from problems
        return
    from flows.inputs.guide_preflight import find_fault
    from flows.notification.delivery import find_mail_problem
    from flows.runtime.limits import check_limits
    from flows.runtime.permissions import choose_sources, read_permissions
    from flows.runtime.trouble import find_unreachable

    config = settings()
    for check in (lambda: choose_sources(config), lambda: read_permissions(config.data), lambda: check_limits(config)):
        try:
            check()
        except Wrong as error:
            yield str(error)
    if config.contact is not None and (problem := find_contact_problem(config)):
        yield f"{config.origins['contact']}: {problem}"
    for path in config.guides:
        fault = find_fault(path) if path.is_file() else f"no such guide: {path}"
        yield from (f"{config.origins['guides']}: {line}" for line in (fault or "").splitlines())
    yield from find_unreachable(config)
    if problem := find_mail_problem(config):
        yield f"{config.origins['mail_to']}: {problem}"


@app.command("show")
def config_show(source: SourceNames = None, guide: Guides = None) -> None:
    """List every setting with its value and origin: default, file and line, environment or command line.

    The options show the settings as a run with these options would have them. Keys of sources are never shown, only
    whether they are set.

    **Reads** jobmarket.toml in the data folder and the environment. **Writes** nothing.
    """
    from flows.runtime.settings import find_values
    from flows.runtime.settings_declared import HIDDEN, SETTINGS
    from flows.runtime.settings_file import secrets

    options: dict[str, Any] = {"sources_on": source, "guides": guide}
    settings(**options)  # raises if one is invalid
    values, _ = find_values(options)
    table = Table(Column("setting", no_wrap=True), Column("value", overflow="fold"), Column("from", overflow="fold"))
    for name, setting in SETTINGS.items():
        table.add_row(setting.key or setting.environment, _format(name, values), values[name].origin)
    for name in secrets():
        is_set = bool(os.environ.get(name))
        table.add_row(name, HIDDEN if is_set else "not set", f"environment {name}" if is_set else "")
    OUT.print(table, highlight=False)


def _format(name: str, values: dict[str, Value]) -> str:
    value = values[name].value
    if value is None and name.endswith("_folder"):
        from flows.runtime.settings import Settings

        data = Settings(data=values["data"].value)
        return str(data.archive if name == "archive_folder" else data.refined)
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or ("all" if name == "sources_on" else "none")
    if isinstance(value, dict):
        return ", ".join(f"{source} {number:g}" for source, number in value.items()) or "none"
    return "none" if value is None else str(value)
