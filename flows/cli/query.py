"""The commands that only read: sources, coverage, status, sql, shell, explain."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Column, Table
from rich.text import Text

from flows.cli.options import PastDay, check_live, settings
from flows.terminal.console import ERR, FORMS, OUT, say, write_result
from flows.terminal.errors import Wrong, WrongUsage, suggest

if TYPE_CHECKING:
    from flows.runtime.settings import Settings
    from warehouse.database import Connection


def sources(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Show all about this source.")] = None,
    check: Annotated[
        str | None,
        typer.Option("--check", metavar="NAME", help="Send this source a few requests now and print the rows."),
    ] = None,
) -> None:
    """List the sources: which are on, how the last fetch went, how full their rows are.

    **Reads** the source modules, runs.jsonl and market.duckdb if it exists; with --check the network, which needs
    JOBMARKET_CONTACT. **Writes** nothing.
    """
    from flows.monitoring.sources import print_source, print_sources
    from flows.runtime.permissions import check_source_names

    config = settings()
    if check is not None:
        from flows.monitoring.trial import try_live

        check_source_names([check])
        check_live(config)
        try_live(config, check)
    elif name is not None:
        print_source(config, *check_source_names([name]))
    else:
        print_sources(config)


def coverage() -> None:
    """Show what arrived from each source, how full it is, what was refused and why, and AI jobs with pay by region.

    **Reads** market.duckdb. **Writes** nothing.
    """
    from flows.monitoring.sources import print_coverage

    print_coverage(settings())


def status() -> None:
    """Show what is running, how the last runs ended, and what is published.

    **Reads** the data folder's lock, runs.jsonl and market.duckdb. **Writes** nothing.
    """
    from flows.monitoring.status import print_status

    print_status(settings())


def sql(
    query: Annotated[
        str, typer.Argument(metavar="QUERY", help="A SELECT over analysis, core, mart, ops; `adverts` holds the texts.")
    ],
    rows: Annotated[
        int | None,
        typer.Option(
            min=1, metavar="N", help="Print at most this many rows of a result; default: 100 of table and md."
        ),
    ] = None,
    form: Annotated[
        str | None,
        typer.Option(
            "--format", metavar="FORM", help="table, csv, json or md; default: table on a terminal, else csv."
        ),
    ] = None,
    as_of: PastDay = None,
) -> None:
    """Run SQL on the published warehouse; separate several queries by semicolons.

    Start with the views of the schema `analysis`: jobs, pay_observations, skills_asked, remote_share, open_by_month,
    employers_hiring. docs/analyst.md shows each; DICTIONARY.md beside market.duckdb explains every column.

    **Reads** market.duckdb and, for the view `adverts` (posting_id, text), refined/. **Writes** nothing: a query can
    neither change the warehouse nor reach other files. In CSV, an apostrophe precedes
    text that a spreadsheet would take for a formula; JSON has every value unchanged.
    """
    form = form or ("table" if OUT.is_terminal else "csv")
    if form not in FORMS:
        raise WrongUsage(f"--format {form}: expected one of {', '.join(FORMS)}{suggest(form, FORMS)}")
    max_rows = rows or (100 if form in ("table", "md") else None)
    with _open_for_queries(as_of, with_texts="adverts" in query.lower()) as con:
        try:
            statements = con.extract_statements(query)
            if not statements:
                raise WrongUsage('the query is empty; for example: jobmarket sql "SELECT * FROM published.figures"')
            if form == "json" and len(statements) > 1:
                raise WrongUsage("--format json takes one query: several results are not one JSON value")
            for statement in statements:
                result = con.execute(statement)
                records = result.fetchmany(max_rows + 1) if max_rows else result.fetchall()
                write_result([column[0] for column in result.description or ()], records[:max_rows], form)
                if max_rows and len(records) > max_rows:
                    (OUT if form == "table" else ERR).print(f"first {max_rows} rows; --rows N prints more")
        except _sql_errors() as error:
            from flows.runtime.trouble import describe_damage

            raise Wrong(describe_damage(error) or str(error)) from error


def shell(as_of: PastDay = None) -> None:
    """Interactive SQL shell. End a query with a semicolon, leave with Ctrl-D.

    **Reads** as `sql` does. **Writes** nothing.
    """
    with _open_for_queries(as_of, with_texts=True) as con:
        is_typed = sys.stdin.isatty()
        if is_typed:
            OUT.print("jobmarket shell · tables: SHOW ALL TABLES; · leave with Ctrl-D")
        pending = ""
        while True:
            prompt = "jobmarket> " if not pending else "      ...> "
            try:
                pending += input(prompt if is_typed else "") + "\n"
            except (EOFError, KeyboardInterrupt):
                if is_typed:
                    OUT.print()
                return
            if not pending.strip().endswith(";"):
                continue
            try:
                con.sql(pending).show(max_width=OUT.width) if con.extract_statements(pending) else None
            except _sql_errors() as error:
                ERR.print(Text(str(error), style="red"))
            except AttributeError:
                OUT.print("done")  # a statement without a result, such as SET
            pending = ""


def explain(
    figure: Annotated[
        str, typer.Argument(metavar="FIGURE", help="Id of a figure, as in the guide's markers, or `list`.")
    ] = "list",
    as_of: PastDay = None,
) -> None:
    """Show how a figure was made: its SQL, counts, sources, interval, fallback and history.

    With --as-of, a day that `run --as-of` has not made is looked up among the published days.

    **Reads** market.duckdb. **Writes** nothing.
    """
    from reports.figures.addresses import AddressError
    from reports.figures.explain import explain_figure

    with open_published(as_of, has_history=True) as con:
        if figure == "list":
            _print_figures(con, as_of)
            return
        try:
            say(explain_figure(con, figure, as_of))
        except AddressError as error:
            raise WrongUsage(f"{str(error).rstrip('.')}; `jobmarket explain list` names all") from error


def _print_figures(con: Connection, as_of: date | None) -> None:
    day = "coalesce(?, (SELECT max(as_of) FROM mart.figures))"
    rows = con.execute(f"SELECT figure, status, value FROM mart.figures WHERE as_of = {day} ORDER BY figure", [as_of])
    if not OUT.is_terminal:  # a line for each figure, for grep
        for name, state, value in rows.fetchall():
            say(f"{name:<48} {state:<10} {value or 'withheld'}")
        return
    table = Table(Column("figure", no_wrap=True), "status", Column("value", overflow="fold"), box=None, pad_edge=False)
    for name, state, value in rows.fetchall():
        table.add_row(name, Text(state, "" if state == "published" else "yellow"), value or "withheld")
    OUT.print(table, highlight=False)


# --- opening the warehouse ------------------------------------------------------------------------


def open_published(as_of: date | None = None, *, has_history: bool = False) -> Connection:
    """Open the published warehouse, or the warehouse of `as_of`. With `has_history`, any published day may be given."""
    from warehouse.publish.reader import open_reader

    config = settings()
    days: list[date] = []
    if as_of and has_history and config.outputs().market.exists():
        with open_reader(config.data) as con:
            days = [day for (day,) in con.execute("SELECT DISTINCT as_of FROM mart.figures ORDER BY 1").fetchall()]
    folder = find_folder(config, as_of, days)
    return open_reader(folder)


def _open_for_queries(as_of: date | None, *, with_texts: bool) -> Connection:
    from warehouse.publish.reader import open_reader

    config = settings()
    refined = config.refined.fetch_all("*/*.parquet") if with_texts else None
    return open_reader(find_folder(config, as_of), with_texts=with_texts, refined=refined)


def find_folder(config: Settings, as_of: date | None, days: Sequence[date] = ()) -> Path:
    """Return the folder of the warehouse of a past day, or of the published warehouse if `as_of` is None.

    `days` are further days whose figures the published warehouse has. Raises `WrongUsage`, which names the days that
    exist, if there is none for this day.
    """
    if as_of is None or as_of in config.past_days:
        return config.outputs(as_of).folder
    if as_of in days:
        return config.data
    past_days = ", ".join(map(str, config.past_days)) or "none"
    hint = f"days that exist: {past_days}" + (f"; published: {', '.join(map(str, days))}" if days else "")
    raise WrongUsage(
        f"nothing was made as of {as_of} ({hint}); `jobmarket run --as-of {as_of}` makes it; "
        "leave out --as-of for what is published"
    )


def _sql_errors() -> type[Exception]:
    from warehouse import database  # slow, and needed only when a query fails

    return database.SqlError
