"""The command `review`: figures whose new vintage waits for a person's word."""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.query import open_published
from flows.terminal.console import ERR, OUT
from flows.terminal.errors import FAILED, Wrong, WrongUsage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from warehouse.database import Connection
    from warehouse.ops_tables import Vintages

app = typer.Typer(
    invoke_without_command=True,
    help="Decide on figures whose new value is more than chance explains, or rests on other ground.",
)
Figure = Annotated[str, typer.Argument(metavar="FIGURE", help="The figure, by its id or an earlier one.")]
Waiting = Annotated[
    str, typer.Argument(metavar="FIGURE", help="The figure, or with * all that wait and are named so: 'skill.*'.")
]
Reason = Annotated[str, typer.Option("--reason", help="Why, in a sentence: it stays with the vintage.")]


@app.callback()
def review(context: typer.Context) -> None:
    """List the figures that wait for review, with what changed; guide and page show their last accepted vintage.

    **Reads** market.duckdb. **Writes** nothing.
    """
    if context.invoked_subcommand is not None:
        return
    from reports.figures import vintages

    with open_published() as con:
        histories = vintages.read_vintages(con)
    waiting = {name: one for name, all_of in histories.items() if (one := vintages.waiting_one(all_of))}
    for name, one in sorted(waiting.items(), key=lambda pair: (pair[1].offered_on, pair[0])):
        last = vintages.last_published(histories[name])
        OUT.print(f"{name}, since {one.offered_on}: {one.why}", soft_wrap=True, highlight=False)
        OUT.print(f"    published: {_say(last)}", soft_wrap=True, highlight=False, markup=False)
        OUT.print(f"    offered:   {_say(one)}", soft_wrap=True, highlight=False, markup=False)
    OUT.print(f"waiting: {len(waiting)}" if waiting else "no figure waits for review")


@app.command()
def show(figure: Figure) -> None:
    """Show every vintage of a figure, what made it wait, and what was decided.

    **Reads** market.duckdb. **Writes** nothing.
    """
    from reports.figures import vintages

    name = _find(figure)
    with open_published() as con:
        history = vintages.read_vintages(con, [name]).get(name, [])
    for one in history:
        when = f" on {one.decided_on}" if one.decided_on else ""
        OUT.print(f"{one.number}. {one.state}{when}: {one.why}", soft_wrap=True, highlight=False)
        OUT.print(f"    {_say(one)}", soft_wrap=True, highlight=False, markup=False)
        if one.reason:
            label = "erratum" if one.is_correction else "said"
            OUT.print(f"    {label}: {one.reason}", soft_wrap=True, highlight=False, markup=False)
    if not history:
        raise Wrong(f"{name} has no vintage yet")


@app.command()
def accept(figure: Waiting, reason: Reason) -> None:
    """Publish the vintage of a figure that waits; guide and page are written anew.

    **Writes** market.duckdb, guides and page, all at once or none; guides that are not in order are named and left
    as they are.

    **Exit codes** 0: done. 1: nothing was written. 2: done, but a guide was left. 64: no figure, or no reason.
    """
    _decide(figure, reason, accepts=True)


@app.command()
def reject(figure: Waiting, reason: Reason) -> None:
    """Refuse the vintage of a figure that waits: the last accepted one stays.

    **Writes** market.duckdb, guides and page, all at once or none; guides that are not in order are named and left
    as they are.

    **Exit codes** 0: done. 1: nothing was written. 2: done, but a guide was left. 64: no figure, or no reason.
    """
    _decide(figure, reason, accepts=False)


@app.command()
def correct(figure: Figure, reason: Reason) -> None:
    """Publish tonight's value of a figure at once, since the published one was an error; the reason is the erratum.

    **Writes** market.duckdb, guides and page, all at once or none; guides that are not in order are named and left
    as they are.

    **Exit codes** 0: done. 1: nothing was written. 2: done, but a guide was left. 64: no figure, or no reason.
    """
    from reports.figures import vintages
    from reports.figures.catalogue import declarations
    from reports.guide import desk

    name, erratum = _find(figure), _say_why(reason)

    def make(con: Connection) -> list[Vintages]:
        as_of = desk.newest_day(con)
        figures = declarations(con, [name])
        rows = {row.figure: row for row in desk.read_ledger(con, as_of, figures)}
        if name not in rows:
            raise Wrong(f"{name} is in no ledger yet; a guide that shows it brings it there")
        history = vintages.read_vintages(con, [name]).get(name, [])
        return vintages.correct(figures[name], rows[name], history, erratum=erratum, on=as_of)

    _write(make, lambda: f"{name} is corrected")


def _decide(figure: str, reason: str, *, accepts: bool) -> None:
    from reports.figures import vintages
    from reports.guide import desk

    names: list[str] = []
    why = _say_why(reason)

    def make(con: Connection) -> list[Vintages]:
        try:
            histories, on = vintages.read_vintages(con), desk.newest_day(con)
            names.extend(_match(figure, histories) if "*" in figure else [_find(figure)])
            return [vintages.decide(histories, name, accepts=accepts, reason=why, on=on) for name in names]
        except vintages.NotWaitingError as error:
            raise Wrong(str(error)) from error

    word = "accepted" if accepts else "rejected"
    _write(make, lambda: "\n".join(f"{name} is {word}" for name in names))


def _match(pattern: str, histories: Mapping[str, Sequence[Vintages]]) -> list[str]:
    """The figures that wait and whose ids a pattern has. Raises `Wrong` where there is none."""
    from reports.figures import vintages

    waiting = sorted(name for name, all_of in histories.items() if vintages.waiting_one(all_of))
    matches = fnmatch.filter(waiting, pattern)
    if not matches:
        raise Wrong(
            f"nothing that waits for review is named like {pattern}; what waits: {', '.join(waiting) or 'nothing'}"
        )
    return matches


def _write(make: Callable[[Connection], list[Vintages]], say: Callable[[], str]) -> None:
    """Store vintages in the work file, and publish warehouse, guides and page with them."""
    from flows.cli.run import publish_again

    outcome = publish_again(make)
    if outcome.exit_code == FAILED:
        raise Wrong("; ".join(outcome.messages))
    OUT.print(say())
    for message in outcome.messages:
        ERR.print(message, soft_wrap=True, highlight=False, markup=False)
    if outcome.exit_code:
        raise typer.Exit(outcome.exit_code)


def _say_why(reason: str) -> str:
    """A reason without the blanks around it. Raises `WrongUsage` when nothing is left."""
    if not reason.strip():
        raise WrongUsage("--reason is empty: say why, since it stays with the vintage and is published with an erratum")
    return " ".join(reason.split())


def _find(figure: str) -> str:
    from reports.figures.addresses import AddressError
    from reports.figures.catalogue import find_id

    try:
        return find_id(figure)
    except AddressError as error:
        raise Wrong(str(error)) from error


def _say(one: Vintages | None) -> str:
    if one is None:
        return "nothing"
    n = "" if one.n_jobs is None else f" (n = {one.n_jobs:,})"
    return f"{one.value or 'withheld'}{n}, of {one.as_of}"
