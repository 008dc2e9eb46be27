"""Read "Ask HN: Who is hiring?" of Hacker News: the top-level comments of the monthly thread, through Algolia's API.

A comment is free text; `hackernews_line.py` reads its first line and its lists. A comment may offer several jobs, in
its first line or in a list below. If it certainly offers several, each job becomes a posting (`<comment>-1`,
`<comment>-2`). The text of such a posting leaves out the lines with the titles of the other jobs. Authors are not read.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Any

from extractors.response import Response, each
from extractors.sources.declaration import declare
from extractors.sources.job_boards.hackernews_line import (
    JOB,
    MAX_BEGIN,
    Line,
    line_of,
    pieces_of,
    title_below,
    titles_in,
)
from extractors.web.paging import Web, ask_each, ask_pages
from transforms.raw_posting import RawPosting
from transforms.records.rows import Issue
from transforms.records.vocabulary import FORUM_COMMENT
from transforms.role.titles import role_of
from transforms.text.html_text import text_of

API = "https://hn.algolia.com/api/v1/"
NEWEST = f"{API}search_by_date?tags=story,author_whoishiring&hitsPerPage=10"
TITLE = "Ask HN: Who is hiring?"
THREADS = 2
"""Number of threads to read: this month's and last month's."""
MAX_TITLE = 200
"""Maximum length of a title that is made from a first line."""
SEVERAL = re.compile(r"\b(?:roles|positions|openings|jobs|multiple|various|several|many|hiring)\b", re.IGNORECASE)
"""Words that announce several jobs without naming them."""
FOR_SEVERAL = re.compile(r"[^s]s\s*(?:\(|$)|[&+,/]")
"""Pattern of a title that stands for several jobs: a plural or a list."""
MAX_JOBS = 30
"""Maximum number of jobs into which a comment is split: three times the longest list seen. A comment with more jobs
stays one posting."""
SEEKS = re.compile(
    r"^seeking(?: work)?\s*\||willing to relocate:|r[ée]sum[ée]/cv|^(?:hi|hey|hello)?[,.! ]*i(?:['’]m| am) an? ",
    re.IGNORECASE,
)
CLOSED = re.compile(
    r"(?:edit\W+)?(?:applications? |positions? |roles? )?(?:are )?(?:now )?(?:closed|filled)\b", re.IGNORECASE
)
REMOVED = ("[deleted]", "[dead]", "[flagged]")
KNOWN = frozenset((
    "id", "created_at", "created_at_i", "type", "author", "title", "url", "text", "points", "parent_id", "story_id",
    "children", "options", "objectID", "comment_text", "story_title", "story_url", "updated_at", "_tags",
    "_highlightResult", "num_comments", "story_text", "deleted", "dead", "by", "time", "parent", "kids",
))  # fmt: skip

SOURCE = declare("hackernews", kind="forum", endpoints=(API,))


def fetch(web: Web, *, boards: Sequence[str], as_of: date) -> list[str]:
    """Request the list of threads, then the newest threads."""
    threads: list[str] = []

    def find(page: Response) -> None:
        stories: Any = page.value_at("hits")
        ids = [story["objectID"] for story in stories if story["title"].startswith(TITLE)]
        threads.extend(f"{API}items/{id}" for id in ids[:THREADS])

    return ask_pages(web, NEWEST, find, max_pages=1) + ask_each(web, threads)


def parse(response: Response) -> Iterator[RawPosting | Issue]:
    """Yield every job of every top-level comment, and an issue for each comment that is not an advert."""
    is_search = "/search" in response.url
    for outcome in each(response.value_at("hits" if is_search else "children"), _read_comment, known=KNOWN):
        yield from outcome if isinstance(outcome, list) else [outcome]


def _read_comment(comment: dict[str, Any]) -> list[RawPosting] | Issue:
    id = comment.get("objectID") or comment.get("id")
    text = text_of(comment.get("comment_text") or comment.get("text") or "")
    why = _no_advert(comment, text)
    begins = [line[:MAX_BEGIN] for line in text.split("\n")]
    line = None if why else line_of(begins)
    if line is None:
        rule = f"expected an advert; this is {why or 'a comment that neither begins like an advert nor names a job'}"
        return Issue(column_name="record", value=str(id), rule=rule, is_deliberate=True)
    titles, line_of_title = _jobs_in(line.titles, begins)
    if not 0 < len(titles) <= MAX_JOBS:
        titles = [" | ".join(pieces_of(begins[0]))[:MAX_TITLE]]
    if len(titles) == 1:
        return [_posting(comment, id, titles[0], text, line)]
    return [
        _posting(comment, f"{id}-{number}", title, _without_others(text, title, line_of_title), line)
        for number, title in enumerate(titles, start=1)
    ]


def _jobs_in(titles: Sequence[str], begins: Sequence[str]) -> tuple[Sequence[str], dict[str, int]]:
    """Return the jobs of a comment whose first line names `titles`, and the lines of those in a list below it."""
    names_none = all(map(SEVERAL.search, titles))
    listed = titles_in(begins[1:], is_announced=not names_none)
    if names_none and listed:
        return list(listed), listed
    if len(listed) > 1:
        return list(dict.fromkeys([*_titles_not_in(titles, listed), *listed])), listed
    if not titles and not SEVERAL.search(begins[0]) and (title := title_below(begins)):
        return [title], {}
    return list(dict.fromkeys(titles)), {}


def _titles_not_in(titles: Sequence[str], listed: Collection[str]) -> list[str]:
    """Return the titles of a first line that the list below it does not repeat: none there has their role or words.

    Titles that stand for several jobs ("Engineers", "Backend + Data Engineer") are what the list spells out.
    """
    roles = {role_of(title).value for title in listed} - {"other"}
    words = list(map(_words_of, listed))
    return [
        title
        for title in titles
        if JOB.search(title) and not FOR_SEVERAL.search(title)
        if role_of(title).value not in roles and not any(_words_of(title) <= other for other in words)
    ]


def _words_of(title: str) -> set[str]:
    return set(title.partition("(")[0].lower().split())


def _no_advert(comment: dict[str, Any], text: str) -> str | None:
    """Return in words what a comment is ("a reply") if it cannot be an advert, else None."""
    if "comment" not in (comment.get("type"), *comment.get("_tags", ())):
        return "a story"
    if comment.get("deleted") or comment.get("dead") or not text or text in REMOVED:
        return "a comment that was deleted or flagged"
    if comment.get("parent_id") != comment.get("story_id"):
        return "a reply"
    if CLOSED.match(text):
        return "an advert that its author closed"
    seeks = SEEKS.match if "|" in text.partition("\n")[0] else SEEKS.search
    return "somebody looking for work" if seeks(text) else None


def _without_others(text: str, title: str, line_of_title: dict[str, int]) -> str:
    """Return the text without the lines that hold the titles of other jobs. Line 0 is the second line of the text."""
    others = {at + 1 for other, at in line_of_title.items() if other != title}
    return "\n".join(line for at, line in enumerate(text.split("\n")) if at not in others)


def _posting(comment: dict[str, Any], id: object, title: str, text: str, line: Line) -> RawPosting:
    comment_id = comment.get("objectID") or comment.get("id")
    return RawPosting(
        source=SOURCE.name,
        id=id,
        title=title,
        url=f"https://news.ycombinator.com/item?id={comment_id}",
        employer=line.employer,
        text=text,
        text_class=FORUM_COMMENT,
        location_text="; ".join(line.places) or None,
        employment_type=", ".join(line.kinds) or None,
        posted_on=comment.get("created_at_i"),
        pay_text=" | ".join(line.pay) or None,
    )
