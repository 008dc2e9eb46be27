"""The command `verify`: the numbers of a text against what is published."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from flows.cli.query import open_published
from flows.terminal.console import OUT
from flows.terminal.errors import OUT_OF_DATE, WrongUsage


def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A text: Markdown, HTML or plain.")],
    all_numbers: Annotated[
        bool, typer.Option("--all", help="List what is verified and what is tied to no figure, too.")
    ] = False,
) -> None:
    """Hold the numbers of a text against the published figures; exit code 3 where one is contradicted or out of date.

    A number has a verdict only where it is tied to a figure: between its markers, by a link
    (`[62%](figures/ID.json)`) or by the id in brackets behind it in its sentence (`62% of jobs ask for it [ID]`). All
    others are unresolved, however many figures they equal; `--all` lists them. What a text says of the time of an old
    figure, with that time, is verified.

    **Reads** the text and market.duckdb. **Writes** nothing.
    """
    from reports.guide.desk import NothingPublishedError
    from reports.guide.refresh import is_html_file
    from reports.verify import CONTRADICTED, NO_TIE, STALE, VERDICTS, VERIFIED, verify_text

    try:
        with open_published() as con:
            findings = verify_text(con, file.read_bytes(), is_html=is_html_file(file))
    except (OSError, NothingPublishedError) as error:
        raise WrongUsage(str(error)) from error
    for one in findings:
        if all_numbers or (one.verdict != VERIFIED and one.says != NO_TIE):
            line = f"{file}:{one.line}: {one.text!r}: {one.verdict}: {f'{one.figure}: ' * bool(one.figure)}{one.says}"
            OUT.print(Text(line), soft_wrap=True)
    counts = Counter(one.verdict for one in findings)
    OUT.print(", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS), highlight=False)
    if counts[CONTRADICTED] or counts[STALE]:
        raise typer.Exit(OUT_OF_DATE)
