"""The `jobmarket` command. What is heavy (Prefect, DuckDB) is imported by the command that needs it."""

from __future__ import annotations

import logging
import signal
import sys
from typing import Annotated, NoReturn

import typer
from rich.logging import RichHandler
from rich.text import Text

from flows.cli import boards, config, guide, mcp, notify, query, readers, release, review, run, verify
from flows.cli.disk_errors import describe_damage
from flows.runtime.places import describe_unreachable
from flows.terminal.console import ERR, OUT
from flows.terminal.errors import EXIT_CODES, FAILED, INTERRUPTED, REMEDIES, USAGE, Wrong, describe_unwritten

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",  # paragraphs are wrapped anew to the terminal's width
    help="Track the AI/ML job market: from a job board's answer to a figure in a guide, each figure traceable.",
    epilog="Exit codes\n\n" + "\n".join(f"- {code}: {entry.meaning}" for code, entry in EXIT_CODES.items()),
)
COMMANDS = (
    *(run.run, run.backfill, run.crawl, run.rebuild, run.serve),
    *(query.sources, query.coverage, query.status, query.sql, query.shell, query.explain),
    notify.notify,
    verify.verify,
    mcp.mcp,
    *(release.release, release.verify_release),
    *(readers.why, readers.audit),
)
"""In the order of the help."""
IN_A_CHECKOUT = (readers.scorecard, readers.emerging)
for function in COMMANDS:
    app.command()(function)
for function in IN_A_CHECKOUT:
    app.command(rich_help_panel="For maintainers, in a checkout")(function)
app.add_typer(boards.app, name="boards")
app.add_typer(config.app, name="config")
app.add_typer(guide.app, name="guide")
app.add_typer(review.app, name="review")


def print_version(is_asked: bool) -> None:
    """Print which code this is, and end, when that is asked for."""
    from flows.runtime.version import code_version

    if is_asked:
        OUT.print(f"jobmarket {code_version()}", highlight=False)
        raise typer.Exit


@app.callback()
def take_options(
    version: Annotated[
        bool, typer.Option("--version", callback=print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Take the options that stand before a command's name."""


def main() -> None:
    """Run the command; what a user can put right is one line, not a traceback. Exit codes: `EXIT_CODES`."""
    to_terminal = RichHandler(console=ERR, show_path=False, show_level=False, log_time_format="%H:%M:%S")
    logging.basicConfig(level=logging.WARNING, format="%(message)s", handlers=[to_terminal])
    logging.getLogger("jobmarket").setLevel(logging.INFO)
    # Great Expectations reports its temporary folders, by loggers that set their own level.
    to_terminal.addFilter(lambda record: record.levelno >= logging.WARNING or record.name.startswith("jobmarket"))
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # so that we end our server, too
    arguments = sys.argv[1:]
    try:
        code = app(arguments or ["--help"], standalone_mode=False, prog_name="jobmarket")
    except typer.TyperException as error:  # of typer's own: an unknown option, an argument that is missing
        context = getattr(error, "ctx", None)
        command = context.command_path if context else "jobmarket"
        message = getattr(error, "message", str(error)) if context is None else error.format_message()
        _end(f"{message.rstrip('.')} (see `{command} --help`)", USAGE)
    except Wrong as error:
        _end(str(error), error.exit_code)
    except (FileNotFoundError, PermissionError, NotADirectoryError) as error:
        _end(str(error), FAILED)
    except OSError as error:
        if trouble := describe_unreachable(error):
            _end(trouble, FAILED)
        if error.errno not in REMEDIES:
            raise
        _end(describe_unwritten(error), FAILED)
    except typer.Abort:
        _end("ended", FAILED)
    except Exception as error:
        from reports.figures.claims import ClaimsError

        if isinstance(error, ClaimsError):  # the file is read when figures are declared, whatever the command
            _end(str(error), USAGE)
        if trouble := describe_damage(error):
            _end(trouble, FAILED)
        raise
    if code == INTERRUPTED:  # what typer makes of Ctrl-C
        _end(EXIT_CODES[INTERRUPTED].state, INTERRUPTED)
    sys.exit(code if arguments else USAGE)


def _end(message: str, code: int) -> NoReturn:
    ERR.print(Text(f"jobmarket: {message}", style="bold red"), soft_wrap=True)
    sys.exit(code)
