"""The commands under `guide`, for editors. These commands read what is published and start no run."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
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
    from reports.guide.review import Sentence

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
def review(
    file: File,
    apply: Annotated[bool, typer.Option("--apply", help="Put the rewrites in, with markers and notes.")] = False,
    ask: Annotated[bool, typer.Option("--ask", help="Ask about each sentence; what you choose is written.")] = False,
    page: Annotated[
        Path | None, typer.Option("--page", metavar="HTML", help="Write a page, old and new side by side.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print all sentences as JSON.")] = False,
    allow_sample: AllowSample = False,
) -> None:
    """Judge each sentence about the labour market: confirmed, changed, cannot be said; exit code 3 if any is open.

    **Reads** the article (Markdown, MDX, HTML or text) and market.duckdb. **Writes** nothing; with `--apply` or `--ask`
    the article, with `--page` the page, each at once or not at all.
    """
    from flows.inputs.guide_preflight import allowed_folders
    from reports.guide import desk, refresh, review
    from warehouse.publish import atomic_files

    if ask and not sys.stdin.isatty():
        raise WrongUsage("--ask needs a terminal to answer on; --apply puts all rewrites in")
    kinds = {"is_html": refresh.is_html_file(file), "is_mdx": refresh.is_mdx_file(file)}
    with _tell_faults(file), open_published() as con:
        raw = file.read_bytes()
        sentences = review.review(con, raw, is_text=file.suffix.lower() == ".txt", **kinds)
        is_sample, as_of = desk.is_sample(con), desk.newest_day(con)
        chosen = [_ask(file, one) if ask and one.is_open else one for one in sentences]
        if page is not None:
            words = review.write_page(file.name, sentences, as_of, is_sample=is_sample)
            atomic_files.commit([atomic_files.stage(page.resolve(), words.encode())])
        new = review.apply(raw, [one for one in chosen if one is not None], **kinds) if apply or ask else raw
        has_rewrites = any(one is not None and one.rewrite and one.state == review.OPEN for one in chosen)
        if new != raw and not has_rewrites:
            atomic_files.commit([atomic_files.stage(file.resolve(), new)])
        elif new != raw:
            draft, _ = refresh.stage(
                file, file, desk.read_figures(con, refresh.figures_of(file, new)), sources=desk.read_sources(con),
                is_sample=is_sample, raw=new,
                within=allowed_folders(settings(), is_sample=is_sample, allow_outside=allow_sample),
            )  # fmt: skip
            atomic_files.commit([draft])
    if as_json:
        OUT.print_json(data=[one.to_json() for one in sentences])
    elif not ask:
        _print_sentences(file, sentences)
    left = [one for one, choice in zip(sentences, chosen, strict=True) if _is_left(one, choice, is_written=new != raw)]
    if left:
        raise typer.Exit(OUT_OF_DATE)


def _is_left(one: Sentence, choice: Sentence | None, *, is_written: bool) -> bool:
    """Whether a sentence is still open after what was chosen."""
    is_settled = is_written and choice is not None and (choice.rewrite is not None or not choice.is_open)
    return one.is_open and not is_settled


def _print_sentences(file: Path, sentences: Sequence[Sentence]) -> None:
    from reports.guide.review import NOT_OURS, VERDICTS_OF_SENTENCES

    for one in sentences:
        if one.verdict != NOT_OURS:
            _print_sentence(file, one)
    counts = [(sum(one.verdict == verdict for one in sentences), verdict) for verdict in VERDICTS_OF_SENTENCES]
    OUT.print(
        ", ".join(f"{n} {verdict}" for n, verdict in counts if n) or "no sentence says anything of the labour market"
    )


def _print_sentence(file: Path, one: Sentence) -> None:
    say(f"{file}:{one.line}: {one.verdict}{'' if one.state == 'open' else f', {one.state}'}", "bold")
    say(f"    {one.before}")
    if one.after:
        say(f"  → {one.after}", "green")
    say(f"    {'; '.join(one.why)}", "dim")


def _ask(file: Path, one: Sentence) -> Sentence | None:
    """Ask about a sentence; return it as it is to be written, or None if it stays open."""
    from reports.guide.review import HELD, READ

    _print_sentence(file, one)
    rewrites = "y: put it in, " if one.rewrite else ""
    prompt = f"[{rewrites}r: read, leave it; h: hold it, with a reason; n: ask again next time] "
    while True:
        try:
            answer = input(prompt).strip()
        except EOFError:
            return None
        key, _, reason = answer.partition(" ")
        if key == "y" and one.rewrite:
            return one
        if key == "r":
            return replace(one, state=READ)
        if key == "h" and reason:
            return replace(one, state=HELD, reason=reason)
        if key == "h":
            say("a reason is expected: h REASON")
        if key == "n":
            return None


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
