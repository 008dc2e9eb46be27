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
List = Annotated[
    str, typer.Argument(metavar="LIST", help="The list of cells, or a figure of it, or with * all that wait: 'pay.*'.")
]
Reason = Annotated[str, typer.Option("--reason", help="Why, in a sentence: it stays with the vintage.")]


@app.callback()
def review(context: typer.Context) -> None:
    """List what waits for review, and why, and where tonight contradicts what is published; that is printed everywhere.

    **Reads** market.duckdb. **Writes** nothing.
    """
    if context.invoked_subcommand is not None:
        return
    from reports.figures import vintages
    from reports.figures.catalogue import declarations
    from reports.guide import desk

    with open_published() as con:
        histories = vintages.read_vintages(con)
        waiting = vintages.waiting_of(histories)
        conflicts = vintages.find_conflicts(con, declarations(con), desk.newest_day(con)) if histories else []
    for name, one in sorted(waiting.items(), key=lambda pair: (pair[1].offered_on, pair[0])):
        last = vintages.last_published(histories[name])
        OUT.print(f"{name}, since {one.offered_on}: {one.why}", soft_wrap=True, highlight=False)
        OUT.print(f"    published: {_say(last)}", soft_wrap=True, highlight=False, markup=False)
        OUT.print(f"    offered:   {_say(one)}", soft_wrap=True, highlight=False, markup=False)
    OUT.print(f"waiting: {len(waiting)}" if waiting else "no list waits for review")
    if conflicts:
        OUT.print("published and tonight's intervals do not overlap; what is published is printed everywhere:")
    for conflict in conflicts:
        words = f"    {conflict.figure}, {conflict.stands}, tonight {conflict.tonight} ({conflict.list})"
        OUT.print(words, soft_wrap=True, highlight=False, markup=False)


@app.command()
def show(name: List) -> None:
    """Show every vintage of a list, what made it wait, and what was decided.

    **Reads** market.duckdb. **Writes** nothing.
    """
    from reports.figures import vintages

    with open_published() as con:
        histories = vintages.read_vintages(con)
        found = _find(name, histories, con)
    for one in histories[found]:
        when = f" on {one.decided_on}" if one.decided_on else ""
        OUT.print(f"{one.number}. {one.state}{when}: {one.why}", soft_wrap=True, highlight=False)
        OUT.print(f"    {_say(one)}", soft_wrap=True, highlight=False, markup=False)
        if one.reason:
            label = "erratum" if one.is_correction else "said"
            OUT.print(f"    {label}: {one.reason}", soft_wrap=True, highlight=False, markup=False)


@app.command()
def accept(name: List, reason: Reason) -> None:
    """Publish the vintage of a list that waits; guide and page are written anew.

    **Writes** market.duckdb, guides and page, all at once or none, then archive/published/; guides that are not in
    order are named and left as they are.

    **Exit codes** 0: done. 1: nothing was written. 2: done, but a guide was left. 64: no list, or no reason.
    """
    _decide(name, reason, accepts=True)


@app.command()
def reject(name: List, reason: Reason) -> None:
    """Refuse the vintage of a list that waits: the last accepted one stays.

    **Writes** market.duckdb, guides and page, all at once or none, then archive/published/; guides that are not in
    order are named and left as they are.

    **Exit codes** 0: done. 1: nothing was written. 2: done, but a guide was left. 64: no list, or no reason.
    """
    _decide(name, reason, accepts=False)


@app.command()
def correct(name: List, reason: Reason) -> None:
    """Publish tonight's cells of a list at once, since a published one was an error; the reason is the erratum.

    **Writes** market.duckdb, guides and page, all at once or none, then archive/published/; guides that are not in
    order are named and left as they are.

    **Exit codes** 0: done. 1: nothing was written. 2: done, but a guide was left. 64: no list, or no reason.
    """
    from reports.figures import vintages
    from reports.guide import desk

    erratum, found = _say_why(reason), ""

    def make(con: Connection) -> list[Vintages]:
        nonlocal found
        histories = vintages.read_vintages(con)
        found = _find(name, histories, con)
        try:
            return vintages.correct(con, found, histories[found], erratum=erratum, on=desk.newest_day(con))
        except ValueError as error:
            raise Wrong(str(error)) from error

    _write(make, lambda: f"{found} is corrected")


def _decide(name: str, reason: str, *, accepts: bool) -> None:
    from reports.figures import vintages
    from reports.guide import desk

    names: list[str] = []
    why = _say_why(reason)

    def make(con: Connection) -> list[Vintages]:
        histories, on = vintages.read_vintages(con), desk.newest_day(con)
        names.extend(_match(name, histories) if "*" in name else [_find(name, histories, con)])
        try:
            return [vintages.decide(con, histories, one, accepts=accepts, reason=why, on=on) for one in names]
        except vintages.NotWaitingError as error:
            raise Wrong(str(error)) from error

    word = "accepted" if accepts else "rejected"
    _write(make, lambda: "\n".join(f"{one} is {word}" for one in names))


def _match(pattern: str, histories: Mapping[str, Sequence[Vintages]]) -> list[str]:
    """The waiting lists whose names match a pattern. Raises `Wrong` if no list does."""
    from reports.figures import vintages

    waiting = sorted(vintages.waiting_of(histories))
    matches = fnmatch.filter(waiting, pattern)
    if not matches:
        raise Wrong(
            f"nothing that waits for review is named like {pattern}; what waits: {', '.join(waiting) or 'nothing'}"
        )
    return matches


def _write(make: Callable[[Connection], list[Vintages]], say: Callable[[], str]) -> None:
    """Store vintages in the work file, and publish warehouse, guides and page with them."""
    from flows.cli.launch import publish_again

    outcome = publish_again(make)
    if outcome.exit_code == FAILED:
        raise Wrong("; ".join(outcome.messages))
    OUT.print(say())
    for message in outcome.messages:
        ERR.print(message, soft_wrap=True, highlight=False, markup=False)
    if outcome.exit_code:
        raise typer.Exit(outcome.exit_code)


def _say_why(reason: str) -> str:
    """A reason without the blanks around it, and no address of a person. Raises `WrongUsage` when nothing is left."""
    from transforms.text.normalise import mask_contacts

    if not reason.strip():
        raise WrongUsage("--reason is empty: say why, since it stays with the vintage and is published with an erratum")
    return mask_contacts(" ".join(reason.split()))


def _find(name: str, histories: Mapping[str, Sequence[Vintages]], con: Connection) -> str:
    """A list by its name, or by a figure that is read from it. Raises `Wrong` if neither is known."""
    from reports.figures.addresses import AddressError
    from reports.figures.catalogue import find_id
    from reports.guide import desk

    if name in histories:
        return name
    try:
        figures = desk.read_figures(con, [find_id(name)])
    except (AddressError, desk.NothingPublishedError) as error:
        known = ", ".join(histories) or "none yet"
        raise Wrong(f"{name} is no list of cells, and {error}; lists: {known}") from error
    lists = [figure.list for figure in figures if figure.list in histories]
    if not lists or lists[0] is None:
        raise Wrong(f"{name} is read from no list of its own; lists: {', '.join(histories) or 'none yet'}")
    return lists[0]


def _say(one: Vintages | None) -> str:
    if one is None:
        return "nothing"
    return f"{one.n_printed:,} of {one.n_cells:,} cells with a value, {one.n_jobs:,} jobs, of {one.as_of}"
