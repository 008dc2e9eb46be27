"""Articles whose stamped sentences are watched: their list in the data folder, and how an article is read.

`articles.json` in the data folder has each article, the day it was read, and its sentences. It holds nothing else, so
that it can be deleted; then the articles are registered again.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import TypeAdapter, ValidationError

from extractors.archive.writer import Writer
from extractors.sources.declaration import Source
from extractors.web.session import FetchFailed, Web
from flows.runtime.settings import Settings
from flows.terminal.errors import Wrong, WrongUsage
from reports.guide.articles import BROKEN, HOLDS, STALE, STATES, Verdict, Watched, judge, register
from reports.guide.markers import GuideError
from reports.guide.stamps import find_sentences, is_markup
from transforms.text.addresses import hide_users
from warehouse.database import Connection
from warehouse.publish import atomic_files

LIST = "articles.json"
MAX_REQUESTS, MAX_SECONDS = 12, 300.0
"""Most requests for one article, with robots.txt and redirects, and most seconds for all of them."""
NO_STAMP = (
    "no sentence with a stamp was found; copy one from the page of its figure (“Sentences to copy”). A guide with "
    "markers is checked by `jobmarket guide check`"
)


@dataclass(frozen=True, kw_only=True)
class Article:
    """A registered article: its path or address, and its sentences as they were on the day `read_on`."""

    article: str
    read_on: date
    sentences: tuple[Watched, ...]


_ARTICLES = TypeAdapter(tuple[Article, ...])


# --- the list ---------------------------------------------------------------------------------------------------


def read_articles(data: Path) -> tuple[Article, ...]:
    """Return the registered articles. Raise `Wrong` if the list cannot be read."""
    path = data / LIST
    if not path.exists():
        return ()
    try:
        return _ARTICLES.validate_json(path.read_bytes())
    except (ValidationError, OSError) as error:
        first = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
        raise Wrong(
            f"{path} cannot be read ({first}); move it away and give each article to `jobmarket watch add` again"
        ) from error


def write_articles(data: Path, articles: Iterable[Article]) -> None:
    """Replace the list of articles, at once or not at all."""
    content = _ARTICLES.dump_json(tuple(sorted(articles, key=lambda one: one.article)), indent=1)
    atomic_files.commit([atomic_files.stage(data / LIST, content + b"\n")])


def judge_articles(con: Connection, data: Path) -> Mapping[str, Sequence[Verdict]]:
    """Return the verdicts on the sentences of every registered article, by article."""
    articles = read_articles(data)
    verdicts = iter(judge(con, [one for article in articles for one in article.sentences]))
    return {article.article: [next(verdicts) for _ in article.sentences] for article in articles}


def add_article(con: Connection, config: Settings, name: str, *, insecure_hosts: Collection[str] = ()) -> Article:
    """Read an article and register its stamped sentences in place of those of an earlier reading.

    Raise `WrongUsage` if there is no such file, and `Wrong` if it cannot be read, has no stamp, or has a stamp that is
    not right. `insecure_hosts` is for tests.
    """
    is_address = name.startswith(("http://", "https://"))
    raw, is_html, known_as = (
        _fetch(config, name, insecure_hosts) if is_address else (*_read_file(Path(name)), str(Path(name).resolve()))
    )
    try:
        watched = register(con, find_sentences(raw, is_html=is_html))
    except GuideError as error:
        raise Wrong("\n".join(f"{name}:{line}: {what}" for line, what in error.problems)) from error
    if not watched:
        raise Wrong(f"{name}: {NO_STAMP}")
    article = Article(article=known_as, read_on=datetime.now(UTC).date(), sentences=tuple(watched))
    others = (one for one in read_articles(config.data) if one.article != known_as)
    write_articles(config.data, [*others, article])
    return article


def remove_article(data: Path, name: str) -> Article:
    """Take an article off the list. Raise `WrongUsage`, which names those on it, if it is not registered."""
    articles = read_articles(data)
    names = {name, str(Path(name).resolve())}
    found = next((one for one in articles if one.article in names), None)
    if found is None:
        known = "; ".join(one.article for one in articles) or "none"
        raise WrongUsage(f"{name} is not registered; registered: {known}")
    write_articles(data, [one for one in articles if one is not found])
    return found


# --- one article ------------------------------------------------------------------------------------------------


def _read_file(path: Path) -> tuple[bytes, bool]:
    if not path.is_file():
        raise WrongUsage(f"{path} is not a file; expected an HTML, Markdown, SVG or text file, or an https address")
    return path.read_bytes(), is_markup(path.name)


def _fetch(config: Settings, address: str, insecure_hosts: Collection[str]) -> tuple[bytes, bool, str]:
    """Request a page once, by the rules of its host; return its bytes, whether it is HTML, and its address to store.

    Nothing is archived, since an article is no source.
    """
    parts = urlsplit(address)
    if parts.username or parts.password:
        raise WrongUsage(f"{hide_users(address)} has a user in it; give the address without")
    source = Source(
        name="article", title="An article that is watched", kind="article", publisher=parts.netloc,
        homepage=f"{parts.scheme}://{parts.netloc}/", endpoints=(f"{parts.scheme}://{parts.netloc}/",),
        licence="", attribution="", facts="", expected_rows=(0, 1), most_requests=MAX_REQUESTS,
        max_seconds=MAX_SECONDS,
    )  # fmt: skip
    remedy = "save the page as a file and add that"
    with tempfile.TemporaryDirectory() as folder, Writer(Path(folder) / "article.warc.gz") as writer:
        web = Web(
            source, writer=writer, contact=config.contact, obeys_signals=config.content_signals == "obey",
            insecure_hosts=insecure_hosts,
        )  # fmt: skip
        try:
            answer = web.get(address)
        except FetchFailed as error:
            raise Wrong(f"{address} could not be read: {error.why}; {remedy}") from error
    if answer.status != 200:
        raise Wrong(f"{address} could not be read: HTTP {answer.status}; {remedy}")
    kind = next((value for name, value in answer.headers.items() if name.lower() == "content-type"), "")
    is_text = kind.partition(";")[0].strip().lower() in ("text/plain", "text/markdown")
    return answer.body, not is_text and is_markup(parts.path, is_address=True), address


# --- in words ---------------------------------------------------------------------------------------------------


def describe_verdict(verdict: Verdict) -> list[str]:
    """Return a verdict as lines: the state and the sentence, then what holds instead."""
    one = verdict.sentence
    own = " (in the article's own words)" if one.is_own else ""
    why = f"; {verdict.why}" if verdict.why else ""
    lines = [f"{verdict.state}: “{one.text}”{own} (line {one.line}, {one.stamp.figure}{why})"]
    if verdict.rewrite is not None:
        lines.append(f"    → “{verdict.rewrite}” [{verdict.stamp}]")
    return lines


def summarise(verdicts: Sequence[Verdict]) -> str:
    """Return how many sentences are in each state, the worst first: "1 no longer holds, 1 stale, 2 hold"."""
    counts = Counter(verdict.state for verdict in verdicts)
    verbs = {BROKEN: ("no longer holds", "no longer hold"), STALE: ("stale", "stale"), HOLDS: ("holds", "hold")}
    return ", ".join(f"{counts[state]} {verbs[state][counts[state] > 1]}" for state in STATES if counts[state])
