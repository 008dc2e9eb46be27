"""Hacker News "Ask HN: Who is hiring?": the top-level comments of the monthly thread, by Algolia's API.

A comment is free text. By habit its first line is "Company | Role | Place | ...", in any order behind the company:
the readers of roles, places, kinds of employment and pay tell which piece is what. One comment may offer several
jobs, in the line or as a list; where it surely does, each is a posting of its own (`<comment>-1`, `<comment>-2`), and
reads the lines of the others' titles as if they were not there. Authors are not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from extractors.response import Response, each
from extractors.sources.declaration import Source
from extractors.web.paging import Web, ask_each, ask_pages
from transforms.pay.prose import pay_in
from transforms.place.location_line import fold_spaces, is_understood
from transforms.place.places import whereabouts
from transforms.raw_posting import RawPosting
from transforms.records.rows import Issue
from transforms.records.vocabulary import FORUM_COMMENT
from transforms.role.titles import employment_type_of, names_a_job, names_employment
from transforms.text.normalise import text_of

API = "https://hn.algolia.com/api/v1/"
NEWEST = f"{API}search_by_date?tags=story,author_whoishiring&hitsPerPage=10"
TITLE = "Ask HN: Who is hiring?"
THREADS = 2
"""The newest threads that are read: this month's and the last."""
MAX_BEGIN = 2_000
"""Characters of a line that are looked at for employer and jobs: four times the longest line of pieces seen."""
MAX_PIECE, MAX_TITLE, MAX_NAME = 120, 200, 80
"""Characters; what is longer is prose that ran into the line's end, is cut, or is no employer and no job of a list."""
PIPE = re.compile(r"\s*\|\s*(?![^()\[\]]*[)\]])")
OTHER_SEPARATOR = re.compile(r"\s+[—–-]{1,2}\s+|\s*;\s+|\s*/\s+|\s+//?\s*")
LIST_SEPARATOR = re.compile(r"(?:\s*[,;]\s*|\s+[+&]\s+|\s+and\s+)(?![^()]*\))")
SLASH = re.compile(r"\s+/\s+(?![^()]*\))")
LINK = re.compile(r"(?:https?://|www\.)\S+|^[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?:/\S*)?$", re.IGNORECASE)
ADDRESS = re.compile(r"https?://\S+")
ASIDE = re.compile(r"\s*[(\[]\s*(?:https?://[^)\]]*|[\w.-]+\.[a-z]{2,}\S*|YC\b[^)\]]*)\s*[)\]]", re.IGNORECASE)
"""In brackets beside a company's name: its address, or the year it was at Y Combinator."""
JOB = re.compile(
    r"(?:\b(?:SREs?|SWEs?|MLEs?|PMs?|CTO|interns?)|(?:er|or|ist|ect|[Ll]ead|[Aa]nalyst|[Rr]epresentative|[Ee]xecutive)(?:s|['’]s)?)\b"
)
"""The ending of a word for somebody who works: "Engineers", "Tech Lead", not "Full Stack"."""
HIRER = re.compile(
    r"(?:(?:hi|hey|hello)\W+(?:hn\W+)?)?(?P<name>[^,.!?:|]{2,40}?) (?:is|are) (?:\w+ )?(?:hiring|looking for)\b"
    r"(?:(?: for)?(?: an?)? (?P<job>[^.,(;!?]{3,80}?)(?: (?:to|on|who|in|at|for)\b|[.,(;!?]|$))?",
    re.I,
)
AT = re.compile(r"(?P<job>.+?)\s+(?:@\s?|at )(?P<name>[A-Z][^,(|]+)")
LEAD_IN = re.compile(r"^(?:(?:open )?(?:roles?|positions?|hiring|title)\s*:|\W*\d+\s?x\s|[^\w(\[]+)\s*", re.IGNORECASE)
"""What may stand before a title: "Roles:", "2x", an arrow."""
SEVERAL = re.compile(r"\b(?:roles|positions|openings|jobs|multiple|various|several|many|hiring)\b", re.IGNORECASE)
"""Words of a piece that says there are jobs and not which."""
ITEM = re.compile(r"^\s*(?:[-*•·–—►▪]|\(?\d{1,2}[.)])\s*(?P<title>[^:(|\[–—]+?)\s*(?:[:(|\[–—]|\s-\s|https?:|$)")
BELOW = re.compile(
    r"(?:[Hh]iring )?(?P<title>[^:(|\[–—.,;!?]{4,80}?)"
    r"(?:\s*[:(|\[–—.,;!]|\s-\s|\s(?:for|to|at|in|on|who|with)\b|$)"
)
"""A job that begins the line below one that names none: "Staff Welders for our docks"."""
LABEL = re.compile(r"^(?P<name>company|role|position|title|location|salary|type)s?\s*:\s*(?P<value>.+)", re.IGNORECASE)
SMALL_WORDS = frozenset(("and", "or", "of", "for", "at", "in", "to", "the", "a", "an", "-", "&", "/", "+"))
NOT_TITLE = re.compile(r"\b(?:experience|years?|you|your|our|we|who|with|as)\b", re.IGNORECASE)
MAX_JOBS = 30
"""Jobs one comment may be split into, three times the most seen; a longer list stays one posting."""
MIN_ADVERT = 150
"""Characters of a comment whose first line has no pipes that may still be an advert."""
HIRES = re.compile(
    r"\b(?:hiring|looking for|join (?:us|our)|open (?:roles?|positions?)|openings?|we need|seeking)\b", re.IGNORECASE
)
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

SOURCE = Source(
    name="hackernews",
    title="Hacker News: Who is hiring?",
    kind="forum",
    publisher="the commenters, through Y Combinator and Algolia",
    homepage="https://hn.algolia.com/api",
    endpoints=(API,),
    licence="None stated: comments belong to their authors. We publish counts, never texts",
    terms_url="https://hn.algolia.com/api",
    terms_checked="2026-11-28, as three readers quote the page",
    quotation="We are limiting the number of API requests from a single IP to 10,000 per hour.",
    gives="comments of the monthly threads of who hires, as free text",
    attribution="Job adverts: Hacker News 'Who is hiring?' threads, through Algolia's search.",
    is_republishable=True,
    is_verified=True,
    cadence="monthly threads, commented on through the month",
    expected_rows=(150, 3_000),
    expires_after_days=31,  # a thread is a month's
    facts=(
        "Seen in six stored threads of 2026-01 to 2026-05 with 1,931 top-level comments, rebuilt by a third party "
        "(story id 0, authors and mail addresses replaced, no replies): numeric entities, `<p>` without its end tag, a "
        "first line with pipes in nine comments of ten. The other shape, hits of a search with `objectID` and "
        "`comment_text`, is read by what clients report, and so is a deleted comment (no text). A comment never "
        "closes, so adverts age out. A night makes three requests. The terms of Y Combinator "
        '(www.ycombinator.com/legal) bar "any data mining, robots, scraping or similar data gathering or extraction '
        'methods" on its site, which is not asked: the threads come by the interface that Algolia offers.'
    ),
)


class Line(NamedTuple):
    """What a comment's first line says, piece by piece."""

    employer: str | None
    titles: list[str]
    places: list[str]
    kinds: list[str]
    pay: list[str]


def fetch(web: Web, *, boards: Sequence[str], as_of: date) -> list[str]:
    """Ask which threads are the newest, then for them. Returns what failed."""
    threads: list[str] = []

    def find(page: Response) -> None:
        stories: Any = page.value_at("hits")
        ids = [story["objectID"] for story in stories if story["title"].startswith(TITLE)]
        threads.extend(f"{API}items/{id}" for id in ids[:THREADS])

    return ask_pages(web, NEWEST, find, most=1) + ask_each(web, threads)


def parse(response: Response) -> Iterator[RawPosting | Issue]:
    """Every job of every top-level comment; what is no advert as an issue that says why."""
    is_search = "/search" in response.url
    read = each(response.value_at("hits" if is_search else "children"), _read_comment, known=KNOWN)
    for one in read:
        yield from one if isinstance(one, list) else [one]


def _read_comment(comment: dict[str, Any]) -> list[RawPosting] | Issue:
    """The jobs a comment offers, of either shape, or why there are none."""
    id = comment.get("objectID") or comment.get("id")
    text = text_of(comment.get("comment_text") or comment.get("text") or "")
    why = _no_advert(comment, text)
    lines = text.split("\n")
    begins = [line[:MAX_BEGIN] for line in lines]
    line = None if why else line_of(begins)
    if line is None:
        rule = f"an advert expected; this is {why or 'a comment that neither begins like one nor says who is sought'}"
        return Issue(column_name="record", value=str(id), rule=rule, is_deliberate=True)
    line_of_title = {} if any(map(_is_one_job, line.titles)) else _titles_in(begins[1:])
    titles = list(line_of_title) or list(dict.fromkeys(line.titles)) or _title_below(begins)
    if not 0 < len(titles) <= MAX_JOBS:
        titles = [" | ".join(_pieces(begins[0]))[:MAX_TITLE]]
    others_lines = {
        title: {at for other, at in line_of_title.items() if other != title} if len(titles) > 1 else set()
        for title in titles
    }
    return [
        RawPosting(
            source=SOURCE.name,
            id=f"{id}-{number}" if len(titles) > 1 else id,
            title=title,
            url=f"https://news.ycombinator.com/item?id={id}",
            employer=line.employer,
            text="\n".join(row for at, row in enumerate(lines) if at - 1 not in others_lines[title]),
            text_class=FORUM_COMMENT,
            location_text="; ".join(line.places) or None,
            employment_type=", ".join(line.kinds) or None,
            posted_on=comment.get("created_at_i"),
            pay_text=" | ".join(line.pay) or None,
        )
        for number, title in enumerate(titles, start=1)
    ]


def _no_advert(comment: dict[str, Any], text: str) -> str | None:
    """Why a comment cannot be an advert, by what it is; None when it may be one."""
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


def line_of(lines: Sequence[str]) -> Line | None:
    """What the first line says; None when the comment does not begin like an advert and lists no jobs."""
    first = lines[0]
    labels = {match["name"].lower(): match["value"] for line in lines[:8] if (match := LABEL.match(line))}
    if "company" in labels:
        values = [
            labels[name] for name in ("role", "position", "title", "location", "type", "salary") if name in labels
        ]
        return _read_line([labels["company"], *values])
    pieces = _pieces(first)
    if "|" in first and pieces:
        return _read_line(pieces)
    pieces = [piece for piece in OTHER_SEPARATOR.split(first) if piece]
    is_short = all(len(piece) <= MAX_NAME for piece in pieces)
    length = sum(map(len, lines))
    if is_short and length >= MIN_ADVERT and any(map(_is_telling, pieces[1:])):
        return _read_line(pieces)
    if len(lines) > 1 and "|" in lines[1] and len(first) <= MAX_NAME:
        return _read_line([first, *_pieces(lines[1])])
    hirer = HIRER.match(first)
    employer = hirer["name"] if hirer and hirer["name"].lower() not in ("we", "who", "i") else None
    if hirer and (job := hirer["job"]) and _is_job_of_several(job):
        return Line(employer, [job], [], [], [])
    if length >= MIN_ADVERT and len(first) <= MAX_PIECE and names_a_job(first) and JOB.search(first):
        at = AT.fullmatch(first)
        return Line(at["name"], [at["job"]], [], [], []) if at else Line(employer, [first], [], [], [])
    return Line(employer, [], [], [], []) if HIRES.search("\n".join(lines)) and _titles_in(lines[1:]) else None


def _pieces(line: str) -> list[str]:
    """The pieces of a line with pipes, links left out, and prose that ran into its end."""
    name, *others = PIPE.split(line)
    pieces = [name.strip(" *"), *(LINK.sub("", piece).strip(" *:-–—") for piece in others)]
    if len(pieces) > 1 and len(pieces[-1]) > MAX_PIECE:
        pieces.pop()
    return [piece for piece in pieces if piece]


def _is_telling(piece: str) -> bool:
    return names_a_job(piece) or is_understood(fold_spaces(piece)) or names_employment(piece)


def _read_line(pieces: Sequence[str]) -> Line:
    """The pieces by what they say; the first is the employer, unless it names the only job of the line."""
    line = Line(None, [], [], [], [])
    unread = []
    for piece in pieces[1:]:
        is_paid = bool(pay_in(piece))
        is_job = names_a_job(piece) and (not line.titles or _is_further_job(piece))
        kind = None if is_job else employment_type_of(piece)
        is_place = not is_job and not is_paid and _is_whereabouts(piece)
        line.pay.extend([piece] if is_paid else [])
        line.titles.extend(_jobs_in(piece) if is_job else [])
        line.kinds.extend([piece] if kind else [])
        line.places.extend([piece] if is_place else [])
        unread.extend([] if is_paid or is_job or kind or is_place else [piece])
    first = ADDRESS.sub("", ASIDE.sub("", pieces[0])).strip(" ,:-–—*")
    hirer, at = HIRER.match(first), AT.fullmatch(first)
    if hirer:
        first = hirer["name"]
    elif at and names_a_job(at["job"]):
        return line._replace(employer=at["name"].strip(), titles=line.titles or [at["job"]])
    elif not line.titles and names_a_job(first) and JOB.search(first.split("(")[0].split()[-1]):
        return line._replace(employer=unread[0] if unread else None, titles=_jobs_in(first))
    return line._replace(employer=first if 0 < len(first) <= MAX_NAME else None)


def _is_whereabouts(piece: str) -> bool:
    where = whereabouts(piece)
    return bool(where.places or where.workplace or where.remote_scope)


def _jobs_in(piece: str) -> list[str]:
    """The jobs of a piece: several where each part of its list names one in two words or more, else the piece."""
    piece = LEAD_IN.sub("", piece)
    piece = piece[1:-1] if piece.startswith("[") and piece.endswith("]") else piece
    for separator, fewest in ((LIST_SEPARATOR, 2), (SLASH, 3)):
        parts = [LEAD_IN.sub("", part) for part in separator.split(piece) if part]
        if len(parts) >= fewest and all(map(_is_job_of_several, parts)):
            return parts
    return [piece]


def _is_further_job(piece: str) -> bool:
    """Whether a piece behind the first that names a job names another, and not where the first is done."""
    return JOB.search(piece) is not None and len(piece) <= MAX_NAME and not whereabouts(piece).workplace


def _is_job_of_several(part: str) -> bool:
    return names_a_job(part) and JOB.search(part) is not None and len(part.split()) > 1


def _is_one_job(title: str) -> bool:
    return not SEVERAL.search(title)


def _title_below(lines: Sequence[str]) -> list[str]:
    """The job that the second line with words begins with; none where the first speaks of several."""
    first = next((line.strip() for line in lines[1:] if line.strip() and not SEVERAL.search(lines[0])), "")
    match = BELOW.match(LEAD_IN.sub("", first))
    return [match["title"].strip()] if match and _is_title(match["title"].strip()) else []


def _titles_in(lines: Sequence[str]) -> dict[str, int]:
    """Job titles that items of a list begin with, in capitals as titles are written, and the lines they stand in."""
    titles: dict[str, int] = {}
    for at, line in enumerate(lines):
        item = ITEM.match(line)
        title = LEAD_IN.sub("", item["title"]).strip(" ,;") if item else ""
        if _is_title(title):
            titles.setdefault(title, at)
    return titles


def _is_title(title: str) -> bool:
    words = [word for word in title.split() if word not in SMALL_WORDS]
    is_written_so = all(word[0].isupper() or not word[0].isalpha() for word in words)
    is_short = bool(words) and len(title) <= MAX_NAME
    return is_short and is_written_so and _is_job_of_several(title) and not NOT_TITLE.search(title)
