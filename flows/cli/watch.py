"""The commands under `watch`: whether the sentences that articles took from us still hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.options import settings
from flows.cli.query import open_published
from flows.terminal.console import OUT, say
from flows.terminal.errors import OUT_OF_DATE, Wrong

if TYPE_CHECKING:
    from reports.guide.articles import Verdict

app = typer.Typer(
    invoke_without_command=True,
    rich_markup_mode="markdown",
    help="Say of each sentence that an article took from the site whether it still holds.\n\n"
    "**Reads** articles.json and market.duckdb. **Writes** nothing; `add` and `remove` write articles.json.",
)


@app.callback()
def watch(context: typer.Context) -> None:
    """Judge every sentence of the registered articles by what is published; exit code 3 if one does not hold.

    A sentence *holds* while the newest published value gives the same words, is *stale* if the value is withheld or
    older than it may be, and else *no longer holds*; the words that do stand below it.

    **Reads** articles.json and market.duckdb. **Writes** nothing.
    """
    if context.invoked_subcommand is not None:
        return
    from flows.inputs.articles import judge_articles
    from reports.guide.articles import HOLDS

    config = settings()
    with _telling_nothing(), open_published() as con:
        verdicts = judge_articles(con, config.data)
    for article, found in verdicts.items():
        _print(article, found)
    if not verdicts:
        OUT.print("no article is registered; `jobmarket watch add ARTICLE` registers one")
    if any(verdict.state != HOLDS for found in verdicts.values() for verdict in found):
        raise typer.Exit(OUT_OF_DATE)


@app.command()
def add(
    article: Annotated[
        str, typer.Argument(metavar="ARTICLE|ADDRESS", help="A file (HTML, Markdown, SVG, text), or an https address.")
    ],
) -> None:
    """Register what an article says, by the stamps of its sentences; once more after each change of the article.

    **Reads** the article, market.duckdb; of an address the network, once, by the rules of its host, which needs
    JOBMARKET_CONTACT. **Writes** articles.json in the data folder.
    """
    from flows.inputs.articles import add_article
    from reports.guide.articles import judge

    config = settings()
    with _telling_nothing(), open_published() as con:
        registered = add_article(con, config, article)
        verdicts = judge(con, registered.sentences)
    _print(registered.article, verdicts)


@app.command()
def remove(
    article: Annotated[str, typer.Argument(metavar="ARTICLE|ADDRESS", help="As `jobmarket watch` names it.")],
) -> None:
    """Take an article off the list.

    **Reads** and **writes** articles.json in the data folder.
    """
    from flows.inputs.articles import remove_article

    say(f"{remove_article(settings().data, article).article} is watched no more")


@contextmanager
def _telling_nothing() -> Iterator[None]:
    from reports.guide.desk import NothingPublishedError

    try:
        yield
    except NothingPublishedError as error:
        raise Wrong(str(error)) from error


def _print(article: str, verdicts: Sequence[Verdict]) -> None:
    from flows.inputs.articles import describe_verdict, summarise

    say(f"{article}: {summarise(verdicts)}")
    for verdict in verdicts:
        for line in describe_verdict(verdict):
            say(f"  {line}")
