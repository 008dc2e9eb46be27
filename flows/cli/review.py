"""The commands under `review`, by which a person decides on new values of published lists."""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from flows.cli.query import open_published
from flows.terminal.console import ERR, OUT, say
from flows.terminal.errors import FAILED, Wrong, WrongUsage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from warehouse.database import Connection
    from warehouse.ops_tables import Vintages

app = typer.Typer(
    invoke_without_command=True,
    help="Accept or reject new values that changed by more than chance explains, or have another basis.",
)
List = Annotated[
    str,
    typer.Argument(
        metavar="LIST", help="A list of cells, one of its figures, or a pattern for waiting lists: 'pay.*'."
    ),
]
Reason = Annotated[str, typer.Option("--reason", help="The reason, in a sentence; it is kept with the decision.")]


@app.callback()
def review(context: typer.Context) -> None:
    """List what waits for review and why, and where tonight's values contradict the published ones.

    **Reads** market.duckdb. **Writes** nothing.
    """
    if context.invoked_subcommand is not None:
        return
    from reports.figures import vintages
    from reports.figures.catalogue import declarations
    from reports.guide import desk
    from reports.wording.causes import say_of_vintage

    with open_published() as con:
        histories, causes = vintages.read_vintages(con), vintages.read_causes(con)
        waiting = vintages.waiting_of(histories)
        conflicts = vintages.find_conflicts(con, declarations(con), desk.newest_day(con)) if histories else []
    for name, vintage in sorted(waiting.items(), key=lambda pair: (pair[1].offered_on, pair[0])):
        last = vintages.last_published(histories[name])
        say(f"{name}, since {vintage.offered_on}: {vintage.why}")
        say(f"    published: {_describe(last)}")
        say(f"    offered:   {_describe(vintage)}")
        for line in say_of_vintage(causes, vintage):
            say(f"    moved:     {line}")
    OUT.print(f"waiting: {len(waiting)}" if waiting else "no list waits for review")
    if conflicts:
        OUT.print("published and tonight's intervals do not overlap; what is published is printed everywhere:")
    for conflict in conflicts:
        say(f"    {conflict.figure}, {conflict.stands}, tonight {conflict.tonight} ({conflict.list})")


@app.command()
def show(name: List) -> None:
    """Show every vintage of a list, why it waited, and the decision.

    **Reads** market.duckdb. **Writes** nothing.
    """
    from reports.figures import vintages
    from reports.wording.causes import say_of_vintage

    with open_published() as con:
        histories = vintages.read_vintages(con)
        found = _find(name, histories, con)
        causes = vintages.read_causes(con)
    for vintage in histories[found]:
        when = f" on {vintage.decided_on}" if vintage.decided_on else ""
        say(f"{vintage.number}. {vintage.state}{when}: {vintage.why}")
        say(f"    {_describe(vintage)}")
        if vintage.reason:
            label = "erratum" if vintage.is_correction else "said"
            say(f"    {label}: {vintage.reason}")
        for line in say_of_vintage(causes, vintage):
            say(f"    moved: {line}")


@app.command()
def accept(name: List, reason: Reason) -> None:
    """Publish the waiting values of a list, and rewrite guide and page.

    **Writes** market.duckdb, guides and page, all at once or none, then archive/published/. A guide with errors is
    named and left unchanged.

    **Exit codes** 0: done. 1: nothing was written. 2: done, but a guide was left unchanged. 64: no list, or no reason.
    """
    _revise(name, reason, "accepted")


@app.command()
def reject(name: List, reason: Reason) -> None:
    """Reject the waiting values of a list; the last accepted values stay published.

    **Writes** and **exit codes** as `review accept`.
    """
    _revise(name, reason, "rejected")


@app.command()
def correct(name: List, reason: Reason) -> None:
    """Publish tonight's values of a list at once because a published value is wrong; the reason is the erratum.

    **Writes** and **exit codes** as `review accept`.
    """
    _revise(name, reason, "corrected")


def _revise(name: str, reason: str, what: str) -> None:
    """Accept, reject or correct one list, or decide on all waiting lists that match a pattern, and publish."""
    from flows.cli.launch import publish_again
    from reports.figures import vintages
    from reports.guide import desk

    why = _clean_reason(reason)
    names: list[str] = []

    def make(con: Connection) -> list[Vintages]:
        histories, on = vintages.read_vintages(con), desk.newest_day(con)
        is_correction = what == "corrected"
        is_pattern = "*" in name and not is_correction
        names.extend(_match(name, histories) if is_pattern else [_find(name, histories, con)])
        try:
            if is_correction:
                return vintages.correct(con, names[0], histories[names[0]], erratum=why, on=on)
            accepts = what == "accepted"
            return [vintages.decide(con, histories, each, accepts=accepts, reason=why, on=on) for each in names]
        except ValueError as error:
            raise Wrong(str(error)) from error

    outcome = publish_again(make)
    if outcome.exit_code == FAILED:
        raise Wrong("; ".join(outcome.messages))
    for each in names:
        OUT.print(f"{each} is {what}")
    for message in outcome.messages:
        ERR.print(Text(message), soft_wrap=True)
    if outcome.exit_code:
        raise typer.Exit(outcome.exit_code)


def _match(pattern: str, histories: Mapping[str, Sequence[Vintages]]) -> list[str]:
    from reports.figures import vintages

    waiting = sorted(vintages.waiting_of(histories))
    matches = fnmatch.filter(waiting, pattern)
    if not matches:
        raise Wrong(f"no waiting list matches {pattern}; waiting: {', '.join(waiting) or 'nothing'}")
    return matches


def _clean_reason(reason: str) -> str:
    from transforms.text.contacts import mask_contacts

    if not reason.strip():
        raise WrongUsage("--reason is empty; give a reason: it is kept with the decision, and an erratum is published")
    return mask_contacts(" ".join(reason.split()))


def _find(name: str, histories: Mapping[str, Sequence[Vintages]], con: Connection) -> str:
    from reports.figures.addresses import AddressError
    from reports.figures.catalogue import find_id
    from reports.guide import desk

    if name in histories:
        return name
    try:
        figures = desk.read_figures(con, [find_id(name)])
    except (AddressError, desk.NothingPublishedError) as error:
        known = ", ".join(histories) or "none yet"
        raise Wrong(f"{name} is not a list of cells, and {error}; lists: {known}") from error
    lists = [figure.list for figure in figures if figure.list in histories]
    if not lists or lists[0] is None:
        raise Wrong(f"{name} does not belong to a list; lists: {', '.join(histories) or 'none yet'}")
    return lists[0]


def _describe(vintage: Vintages | None) -> str:
    if vintage is None:
        return "nothing"
    cells = f"{vintage.n_printed:,} of {vintage.n_cells:,} cells with a value"
    return f"{cells}, {vintage.n_jobs:,} jobs, of {vintage.as_of}"
