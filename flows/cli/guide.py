"""The commands under `guide`, for editors. These commands read what is published and start no run."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.options import settings
from flows.cli.query import open_published
from flows.terminal.console import OUT, say
from flows.terminal.errors import OUT_OF_DATE, Wrong, WrongUsage, describe_unwritten

if TYPE_CHECKING:
    from reports.guide.render import RefreshResult
    from reports.guide.suggest import Proposal

app = typer.Typer(no_args_is_help=True, help="Keep the figures in your own guide up to date (Markdown, MDX or HTML).")
File = Annotated[Path, typer.Argument(metavar="FILE", help="The guide: Markdown, MDX or HTML.")]
AllowSample = Annotated[
    bool, typer.Option("--allow-sample", help="Let sample data be written into a guide outside the project.")
]


@app.command()
def check(file: File) -> None:
    """Check a guide: errors in markers, withheld and old figures; exit code 3 if it is out of date.

    **Reads** the guide and market.duckdb. **Writes** nothing.
    """
    result = _compare(file)
    for line, what in result.warnings:
        say(f"{file}:{line}: {what}")
    n = len(result.used)
    OUT.print(f"{file}: {n} figure{'s' * (n != 1)}, {len(result.withheld)} withheld, {len(result.dated)} of long ago")
    for name in result.withheld:
        say(f"  withheld: {name}")
    for name in result.dated:
        say(f"  of long ago: {name}")
    if result.changes:
        n_changed = len(result.changes)
        differ = "place differs" if n_changed == 1 else "places differ"
        OUT.print(f"{n_changed} {differ} from what is published: `jobmarket guide diff {file}`")
        raise typer.Exit(OUT_OF_DATE)


@app.command()
def diff(file: File) -> None:
    """Show what `guide patch` would change, place by place; exit code 3 if there is a change.

    **Reads** the guide and market.duckdb. **Writes** nothing.
    """
    result = _compare(file)
    _print_changes(file, result)
    if result.changes:
        raise typer.Exit(OUT_OF_DATE)


@app.command()
def patch(
    file: File,
    allow_sample: AllowSample = False,
    date_back: Annotated[
        bool, typer.Option("--date-back", help="Allow the published figures to replace later ones.")
    ] = False,
) -> None:
    """Put the published figures between the markers of a guide; nothing else changes.

    **Reads** the guide and market.duckdb. **Writes** the guide, at once or not at all.
    """
    from flows.inputs.guide_preflight import allowed_folders
    from reports.guide import desk, refresh
    from reports.wording.numbers import day
    from warehouse.publish import atomic_files

    with _tell_faults(file), open_published() as con:
        figures = desk.read_figures(con, refresh.figures_of(file))
        newest, guide_day, is_sample = desk.newest_day(con), refresh.day_of(file), desk.is_sample(con)
        if guide_day is not None and guide_day > newest and not date_back:
            raise Wrong(
                f"{file} has figures of {day(guide_day)}, and what is published is of {day(newest)}; "
                "add --date-back to replace them anyway"
            )
        draft, result = refresh.stage(
            file, file, figures, sources=desk.read_sources(con), is_sample=is_sample,
            within=allowed_folders(settings(), is_sample=is_sample, allow_outside=allow_sample),
        )  # fmt: skip
        atomic_files.commit([draft])
    _print_changes(file, result)
    if not result.changes:
        say(f"{file}: nothing to change")


N_OTHERS = 3
"""How many other figures `guide list` shows beside an answer."""


@app.command(name="list")
def list_figures(
    words: Annotated[list[str], typer.Argument(metavar="WORDS", help="A question, or words for work, place, skill …")],
) -> None:
    """Find figures by plain words, as in `guide list senior data scientist pay in Germany`.

    If the figure that answers is withheld, this shows why, and the nearest figures that have a value, each with how it
    differs.

    **Reads** market.duckdb. **Writes** nothing.
    """
    from reports.mcp import listing
    from reports.mcp.market import Market, NotReadableError
    from reports.search.say import say_differences, say_nothing

    text = " ".join(words)
    try:
        with Market(settings().data).read() as snapshot:
            found, exact = listing.answer_words(snapshot, text)
            as_of = snapshot.published.as_of
            rows = snapshot.read([exact] if exact else [])
    except NotReadableError as error:
        raise Wrong(str(error)) from error
    if not found.figures:
        raise Wrong(f"{text}: {say_nothing(found)}")
    for row in rows:
        say(f"{row.figure}: {row.title}: {row.value}")
    first, *others = found.figures
    if first.value and not rows and say_differences(found.question, first, as_of):
        say("not known exactly; the nearest that is known:")
    others = [one for one in others if one not in found.nearest][: 0 if found.nearest else N_OTHERS]
    for entry in (first, *found.nearest, *others):
        differs = say_differences(found.question, entry, as_of)
        value = entry.value or f"not known: {entry.why}"
        say(f"{entry.id}: {entry.title}: {value}{f' ({differs})' if differs else ''}")


@app.command()
def suggest(
    file: File,
    apply: Annotated[bool, typer.Option("--apply", help="Put the markers in; what is doubtful is left alone.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show what --apply would change, and write nothing.")] = False,
    ask: Annotated[bool, typer.Option("--ask", help="With --apply or --diff: ask about each doubtful place.")] = False,
) -> None:
    """Propose markers for numbers and names in a guide that a figure could keep up to date, or put them in.

    **Reads** the guide and market.duckdb. **Writes** nothing; with `--apply` the guide, at once or not at all.
    """
    from reports.guide.refresh import is_html_file, is_mdx_file
    from reports.guide.suggest import apply_proposals, list_difference, list_left, suggest_markers
    from warehouse.publish import atomic_files

    if ask and not (apply or diff):
        raise WrongUsage("--ask answers for --apply or --diff; add one of them")
    if ask and not sys.stdin.isatty():
        raise WrongUsage("--ask needs a terminal to answer on; without it, doubtful places are left alone and listed")
    with _tell_faults(file), open_published() as con:
        is_html, is_mdx, raw = is_html_file(file), is_mdx_file(file), file.read_bytes()
        proposals, left = suggest_markers(con, raw, is_html=is_html, is_mdx=is_mdx)
        proposals = [_ask(file, one) if ask and one.doubt else one for one in proposals]
        chosen = [one for one in proposals if not one.doubt]
        if apply or diff:
            new = apply_proposals(raw, chosen, is_html=is_html, is_mdx=is_mdx)
            for line in list_difference(raw, new, str(file), is_html=is_html) if diff else ():
                say(line)
            if apply and not diff:
                atomic_files.commit([atomic_files.stage(file.resolve(), new)])
    for one in () if diff else chosen:
        say(f"{file}:{one.line}: {one.text!r}: {one.says}")
        say(f"    {one.written}")
    OUT.print(f"{len(chosen)} {'put in' if apply and not diff else 'proposed'}")
    alone = list_left(proposals, left)
    if alone:
        OUT.print(f"{len(alone)} left alone:")
    for place in alone:
        say(f"  {file}:{place.line}: {place.text!r}: {place.reason}")


def _ask(file: Path, doubtful: Proposal) -> Proposal:
    """Ask about a doubtful place; return the chosen proposal without its doubt, or the place as it was."""
    choices = (doubtful, *doubtful.others)
    say(f"{file}:{doubtful.line}: {doubtful.text!r}: {doubtful.doubt}")
    for number, one in enumerate(choices, start=1):
        say(f"  {number}: {one.figure}: {one.says}")
    keys = {"n": None} | {str(number): one for number, one in enumerate(choices, start=1)}
    keys |= {"y": doubtful} if len(choices) == 1 else {}
    prompt = "put the marker in? [y/n] " if len(choices) == 1 else f"which? [1-{len(choices)}/n] "
    while True:
        try:
            answer = input(prompt).strip().lower()
        except EOFError:
            answer = "n"
        if answer in keys:
            chosen = keys[answer]
            return doubtful if chosen is None else replace(chosen, doubt="")


def _print_changes(file: Path, result: RefreshResult) -> None:
    for change in result.changes:
        before, after = _shorten(change.before), _shorten(change.after)
        say(f"{file}:{change.line}: {change.name}{change.options}: {before} → {after}")


MAX_SHOWN = 160
"""Maximum characters of a changed text that are shown."""


def _shorten(text: str) -> str:
    if not text:
        return "nothing"
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}… ({len(text):,} letters)"


def _compare(file: Path) -> RefreshResult:
    from reports.guide import desk
    from reports.guide.refresh import figures_of, is_html_file, is_mdx_file
    from reports.guide.render import refresh_bytes

    with _tell_faults(file), open_published() as con:
        figures, sources = desk.read_figures(con, figures_of(file)), desk.read_sources(con)
        return refresh_bytes(
            file.read_bytes(), figures, is_html=is_html_file(file), is_mdx=is_mdx_file(file), sources=sources,
            is_sample=desk.is_sample(con),
        )[1]  # fmt: skip


@contextmanager
def _tell_faults(file: Path) -> Iterator[None]:
    from reports.guide.desk import NothingPublishedError
    from reports.guide.markers import GuideError
    from reports.guide.refresh import SampleOutsideError

    if file is not None and (file.is_dir() or not file.exists()):
        state = "is a folder" if file.is_dir() else "does not exist"
        raise WrongUsage(f"{file} {state}; expected a Markdown, MDX or HTML file")
    try:
        yield
    except (GuideError, NothingPublishedError, SampleOutsideError) as error:
        raise Wrong(str(error)) from error
    except FileNotFoundError as error:
        raise WrongUsage(str(error)) from error
    except OSError as error:
        raise Wrong(describe_unwritten(error)) from error
