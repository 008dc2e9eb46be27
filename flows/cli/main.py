"""The `jobmarket` command. The module of a command is only imported for that command or for the help of all
commands."""

from __future__ import annotations

import importlib
import logging
import signal
import sys
from typing import Annotated, Any, NamedTuple, NoReturn

import typer
from rich.logging import RichHandler
from rich.text import Text
from typer.core import TyperGroup

from flows.terminal.console import ERR, OUT
from flows.terminal.errors import EXIT_CODES, FAILED, INTERRUPTED, REMEDIES, USAGE, Wrong, describe_unwritten

START, COLLECT, LOOK, PUBLISH, MAINTAIN = (
    "Start here",
    "Collect adverts",
    "Look at the data",
    "Publish figures",
    "For maintainers of the readers",
)
"""Headings of the help, in order."""


class InOrder(TyperGroup):
    """Commands and groups in the order of `COMMANDS`, because Typer would list groups last."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: D102
        return [name for name in COMMANDS if name in self.commands]


class Command(NamedTuple):
    """Where to find a command: `attribute` of the module `flows.cli.<module>`. If it is a Typer app, it is a group."""

    heading: str
    module: str
    attribute: str


COMMANDS = {
    "run": Command(START, "run", "run"),
    "status": Command(START, "query", "status"),
    "guide": Command(START, "guide", "app"),
    "sql": Command(START, "query", "sql"),
    "serve": Command(COLLECT, "run", "serve"),
    "sources": Command(COLLECT, "query", "sources"),
    "backfill": Command(COLLECT, "run", "backfill"),
    "crawl": Command(COLLECT, "run", "crawl"),
    "boards": Command(COLLECT, "boards", "app"),
    "rebuild": Command(COLLECT, "run", "rebuild"),
    "config": Command(COLLECT, "config", "app"),
    "notify": Command(COLLECT, "notify", "notify"),
    "shell": Command(LOOK, "query", "shell"),
    "explain": Command(LOOK, "query", "explain"),
    "coverage": Command(LOOK, "query", "coverage"),
    "review": Command(PUBLISH, "review", "app"),
    "verify": Command(PUBLISH, "release", "verify"),
    "release": Command(PUBLISH, "release", "release"),
    "verify-release": Command(PUBLISH, "release", "verify_release"),
    "mcp": Command(PUBLISH, "release", "mcp"),
    "readers": Command(MAINTAIN, "readers", "app"),
}
"""All commands, in the order of the help."""
MOVED = {name: f"readers {name}" for name in ("why", "audit", "scorecard", "emerging")}
"""Old names of commands, which work for one more release."""


def make_app(*names: str) -> typer.Typer:
    """Return the app with these subcommands, or with all subcommands if none is named."""
    app = typer.Typer(
        cls=InOrder,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="markdown",  # wraps paragraphs to the terminal's width
        help="Track the AI/ML job market: from a job board's answer to a figure in a guide, each figure traceable.\n\n"
        "New here? `jobmarket run --sample` makes everything from bundled, synthetic data, without a network.",
        epilog="Exit codes\n\n" + "\n".join(f"- {code}: {entry.meaning}" for code, entry in EXIT_CODES.items()),
    )
    app.callback()(take_options)
    for name in names or COMMANDS:
        heading, module, attribute = COMMANDS[name]
        entry = getattr(importlib.import_module(f"flows.cli.{module}"), attribute)
        if isinstance(entry, typer.Typer):
            app.add_typer(entry, name=name, rich_help_panel=heading)
        else:
            app.command(name, rich_help_panel=heading)(entry)
    return app


def print_version(is_asked: bool) -> None:
    """Print the version of the code and exit, if asked to."""
    from flows.runtime.version import code_version

    if is_asked:
        OUT.print(f"jobmarket {code_version()}", highlight=False)
        raise typer.Exit


def take_options(
    version: Annotated[
        bool, typer.Option("--version", callback=print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Accept the options that stand before the name of a subcommand."""


def main() -> None:
    """Run the command. An error that the user can fix is printed as one line, not a traceback. The
    exit codes are `EXIT_CODES`."""
    to_terminal = RichHandler(console=ERR, show_path=False, show_level=False, log_time_format="%H:%M:%S")
    logging.basicConfig(level=logging.WARNING, format="%(message)s", handlers=[to_terminal])
    logging.getLogger("jobmarket").setLevel(logging.INFO)
    # Great Expectations logs its temporary folders, with loggers that set their own level.
    to_terminal.addFilter(lambda record: record.levelno >= logging.WARNING or record.name.startswith("jobmarket"))
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # so that `finally` blocks run
    arguments = sys.argv[1:]
    if arguments and (new_name := MOVED.get(arguments[0])):
        ERR.print(f"`jobmarket {arguments[0]}` is now `jobmarket {new_name}`; the old name goes with the next release")
        arguments[:1] = new_name.split()
    try:
        app = make_app(*(name for name in arguments[:1] if name in COMMANDS))
        code = app(arguments or ["--help"], standalone_mode=False, prog_name="jobmarket")
    except Exception as error:
        if explanation := _explain(error):
            _end(*explanation)
        raise
    if code == INTERRUPTED:  # the exit code that typer gives for Ctrl-C
        _end(EXIT_CODES[INTERRUPTED].state, INTERRUPTED)
    sys.exit(code if arguments else USAGE)


def _explain(error: Exception) -> tuple[str, int] | None:
    if isinstance(error, typer.TyperException):  # such as an unknown option or a missing argument
        context = getattr(error, "ctx", None)
        command = context.command_path if context else "jobmarket"
        message = getattr(error, "message", str(error)) if context is None else error.format_message()
        return f"{message.rstrip('.')} (see `{command} --help`)", USAGE
    if isinstance(error, Wrong):
        return str(error), error.exit_code
    if isinstance(error, typer.Abort):
        return "ended", FAILED
    if isinstance(error, FileNotFoundError | PermissionError | NotADirectoryError):
        return str(error), FAILED
    from flows.runtime.trouble import describe_damage, describe_unreachable
    from reports.figures.claims import ClaimsError

    if isinstance(error, ClaimsError):  # any command that declares figures reads claims.toml
        return str(error), USAGE
    trouble = describe_damage(error) or describe_unreachable(error)
    if trouble is None and isinstance(error, OSError) and error.errno in REMEDIES:
        trouble = describe_unwritten(error)
    return (trouble, FAILED) if trouble else None


def _end(message: str, code: int) -> NoReturn:
    ERR.print(Text(f"jobmarket: {message}", style="bold red"), soft_wrap=True)
    sys.exit(code)
