"""The command `verify`, which compares the numbers in a text with the published figures."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from flows.cli.query import open_published
from flows.terminal.console import OUT, say
from flows.terminal.errors import OUT_OF_DATE, WrongUsage


def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A text: Markdown, HTML or plain.")],
    all_numbers: Annotated[
        bool, typer.Option("--all", help="Also list numbers that are verified or tied to no figure.")
    ] = False,
) -> None:
    """Compare the numbers in a text with the published figures.

    A number gets a verdict only if it is tied to a figure: by markers around it, by a link (`[62%](figures/ID.json)`),
    or by the id in brackets after it in the same sentence (`62% of jobs ask for it [ID]`). All other numbers are
    unresolved, even if they equal a figure; `--all` lists them. A statement about an old figure is verified if it
    names the figure's date.

    **Reads** the text and market.duckdb. **Writes** nothing.

    **Exit codes** 0: all agree. 3: a number is contradicted or out of date.
    """
    from reports.guide.desk import NothingPublishedError
    from reports.guide.refresh import is_html_file
    from reports.verify import CONTRADICTED, NO_TIE, STALE, VERDICTS, VERIFIED, verify_text

    try:
        with open_published() as con:
            findings = verify_text(con, file.read_bytes(), is_html=is_html_file(file))
    except (OSError, NothingPublishedError) as error:
        raise WrongUsage(str(error)) from error
    for finding in findings:
        if all_numbers or (finding.verdict != VERIFIED and finding.says != NO_TIE):
            figure = f"{finding.figure}: " if finding.figure else ""
            line = f"{file}:{finding.line}: {finding.text!r}: {finding.verdict}: {figure}{finding.says}"
            say(line)
    counts = Counter(finding.verdict for finding in findings)
    OUT.print(", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS), highlight=False)
    if counts[CONTRADICTED] or counts[STALE]:
        raise typer.Exit(OUT_OF_DATE)
