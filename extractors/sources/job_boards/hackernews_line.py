"""Read the first line of a comment in "Who is hiring?": employer, jobs, places, kinds of employment and pay.

Most such lines are "Company | Role | Place | ...", with the pieces after the company in any order. What a piece says is
found with the functions that read roles, places, kinds of employment and pay elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from transforms.pay.prose import pay_in
from transforms.place.location_line import fold_spaces, is_understood
from transforms.place.places import whereabouts
from transforms.role.titles import consists_of_employment, employment_type_of, names_a_job, names_employment

MAX_BEGIN = 2_000
"""Number of characters of a line that are searched for employer and jobs: four times the longest first line seen."""
MAX_PIECE, MAX_NAME = 120, 80
"""Maximum number of characters of a piece, and of the name of an employer or of a job in a list. Anything longer is
prose."""
PIPE = re.compile(r"\s*\|\s*(?![^()\[\]]*[)\]])")
OTHER_SEPARATOR = re.compile(r"\s+[—–-]{1,2}\s+|\s*;\s+|\s*/\s+|\s+//?\s*")
LIST_SEPARATOR = re.compile(r"(?:\s*[,;]\s*|\s+[+&]\s+|\s+and\s+)(?![^()]*\))")
SLASH = re.compile(r"\s+/\s+(?![^()]*\))")
LINK = re.compile(r"(?:https?://|www\.)\S+|^[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?:/\S*)?$", re.IGNORECASE)
LINK_AT_END = re.compile(r"https?://\S+\s*$")
ADDRESS = re.compile(r"https?://\S+")
ASIDE = re.compile(r"\s*[(\[]\s*(?:https?://[^)\]]*|[\w.-]+\.[a-z]{2,}\S*|YC\b[^)\]]*)\s*[)\]]", re.IGNORECASE)
"""Pattern of brackets after a company's name that hold its web address or its year at Y Combinator."""
JOB = re.compile(
    r"(?:\b(?:SREs?|SWEs?|MLEs?|PMs?|CTO|interns?|Engs?|VPs?|Heads? of|Advocates?|Counsel)"
    r"|(?:er|or|ist|ect|[Ll]ead|[Aa]nalyst|[Rr]epresentative|[Ee]xecutive)(?:s|['’]s)?)\b"
)
"""Pattern of a word for a worker. "Engineers" and "Tech Lead" match, "Full Stack" does not."""
HIRER = re.compile(
    r"(?:(?:hi|hey|hello)\W+(?:hn\W+)?)?(?P<name>[^,.!?:|]{2,40}?) (?:is|are) (?:\w+ )?(?:hiring|looking for)\b"
    r"(?:(?: for)?(?: an?)? (?P<job>[^.,(;!?]{3,80}?)(?: (?:to|on|who|in|at|for)\b|[.,(;!?]|$))?",
    re.I,
)
AT = re.compile(r"(?P<job>.+?)\s+(?:@\s?|at )(?P<name>[A-Z][^,(|]+)")
LEAD_IN = re.compile(
    r"^(?:(?:open )?(?:roles?|positions?|hiring|title)\s*:|\W*\d+\s?x\s|\(?(?:\d{1,2}|[IVX]{1,4})[.)]\s|[^\w(\[]+)\s*",
    re.IGNORECASE,
)
"""Pattern of what may precede a title: "Roles:", "2x", or an arrow."""
ITEM = re.compile(
    r"^\s*(?P<bullet>[^\w\s(\[\"'“#@$€£]{1,3}|\(?\d{1,2}[.)])?\s*"
    r"(?P<title>[^:(|\[–—•]+?)\s*(?P<after>[:(|\[–—•]|\s--?\s|https?:|$)"
)
"""Pattern of a line that begins with a title: an item of a list, or a heading of its own."""
ANNOUNCES = re.compile(
    r"\b(?:hiring|looking for|roles?|positions?|openings?|jobs|vacanc(?:y|ies)|recruiting|seeking)\b", re.IGNORECASE
)
"""Words that announce a list of jobs."""
INLINE = re.compile(
    r"\b(?:hiring|(?:open |available |current )?(?:roles|positions|openings|jobs))\b[^:.\n]{0,40}:\s*(?P<items>.+)",
    re.IGNORECASE,
)
"""Pattern of a list of jobs within a line: "Open roles: Data Engineer * SRE"."""
QUALIFIER = re.compile(
    r"\s*(?:\((?P<inside>(?:(?!\s-\s)[^()]){2,50})[^()]*\)|--?\s(?!https?:)(?P<behind>[^(|:–—]{2,50}?)\s*(?:[(|:–—]|https?:|$))"
)
"""Pattern of words that distinguish equal titles in a list: "(Embedded)" or "- Frontend UI"."""
INLINE_SEPARATORS = (re.compile(r"https?://\S+"), re.compile(r"\s+[*•·|►>-]+\s+|\s*;\s+"), LIST_SEPARATOR)
BELOW = re.compile(
    r"(?:[Hh]iring )?(?P<title>[^:(|\[–—.,;!?]{4,80}?)"
    r"(?:\s*[:(|\[–—.,;!]|\s-\s|\s(?:for|to|at|in|on|who|with)\b|$)"
)
"""Pattern of a job title at the beginning of the second line: "Staff Welders" in "Staff Welders for our docks"."""
LABEL = re.compile(r"^(?P<name>company|role|position|title|location|salary|type)s?\s*:\s*(?P<value>.+)", re.IGNORECASE)
EDGES = " ,;:.*–—→>-"
"""Characters around a title that do not belong to it."""
WORKER = re.compile(r"\b(?:Engineer|Developer|Lead|Administrator|Marketer|Recruiter|Account Manager)s?$")
"""Pattern of the last word of a title, for work that our list of roles lacks."""
TRADE = re.compile(r"\bb2b\b", re.IGNORECASE)
"""Pattern of a word that names a contract beside words for employment alone, and else what an employer sells."""
ACRONYMS = re.compile(r"(?<=[A-Z])s$")
"""Pattern of the plural's ending of an acronym: "SREs"."""
SMALL_WORDS = frozenset(("and", "or", "of", "for", "at", "in", "to", "the", "a", "an", "-", "&", "/", "+"))
NOT_TITLE = re.compile(
    r"\b(?:experience|years?|you|your|our|we|who|with|as|(?:co-?)?founder)\b|//|^for\b", re.IGNORECASE
)
MAX_LINES_BEFORE = 2
"""Number of lines before a list that may announce it."""
MIN_ADVERT = 150
"""Minimum number of characters of a comment that counts as an advert although its first line has no "|"."""
HIRES = re.compile(
    r"\b(?:hiring|looking for|join (?:us|our)|open (?:roles?|positions?)|openings?|we need|seeking)\b", re.IGNORECASE
)


class Line(NamedTuple):
    """What a first line says: the employer (or None), job titles, places, kinds of employment and pay."""

    employer: str | None
    titles: Sequence[str] = ()
    places: Sequence[str] = ()
    kinds: Sequence[str] = ()
    pay: Sequence[str] = ()


def line_of(lines: Sequence[str]) -> Line | None:
    """Read the first line of a comment, given all its lines.

    Return None if the comment neither begins like an advert nor lists jobs.
    """
    for read in (_read_labels, _read_pipes, _read_other_separators, _read_sentence):
        if line := read(lines):
            return line
    return None


def _read_labels(lines: Sequence[str]) -> Line | None:
    labels = {match["name"].lower(): match["value"] for line in lines[:8] if (match := LABEL.match(line))}
    values = [labels[name] for name in ("role", "position", "title", "location", "type", "salary") if name in labels]
    return _read_pieces([labels["company"], *values]) if "company" in labels else None


def _read_pipes(lines: Sequence[str]) -> Line | None:
    pieces = pieces_of(lines[0])
    return _read_pieces(pieces) if "|" in lines[0] and pieces else None


def _read_other_separators(lines: Sequence[str]) -> Line | None:
    pieces = [piece for piece in OTHER_SEPARATOR.split(lines[0]) if piece]
    is_short = all(len(piece) <= MAX_NAME for piece in pieces)
    is_telling = any(names_a_job(p) or is_understood(fold_spaces(p)) or names_employment(p) for p in pieces[1:])
    if is_short and is_telling and _is_long(lines):
        return _read_pieces(pieces)
    if len(lines) > 1 and "|" in lines[1] and len(lines[0]) <= MAX_NAME:
        return _read_pieces([lines[0], *pieces_of(lines[1])])
    return None


def _read_sentence(lines: Sequence[str]) -> Line | None:
    first = lines[0]
    hirer = HIRER.match(first)
    employer = hirer["name"] if hirer and hirer["name"].lower() not in ("we", "who", "i") else None
    if hirer and (job := hirer["job"]) and _is_job_of_several(job):
        return Line(employer, [job])
    if _is_long(lines) and len(first) <= MAX_PIECE and names_a_job(first) and JOB.search(first):
        at = AT.fullmatch(first)
        return Line(at["name"], [at["job"]]) if at else Line(employer, [first])
    return Line(employer) if HIRES.search("\n".join(lines)) and titles_in(lines[1:]) else None


def _is_long(lines: Sequence[str]) -> bool:
    return sum(map(len, lines)) >= MIN_ADVERT


def pieces_of(line: str) -> list[str]:
    """Return the pieces between the "|" of a line, without links, and without the last piece if it is prose."""
    name, *others = PIPE.split(line)
    pieces = [name.strip(" *"), *(LINK.sub("", piece).strip(" *:-–—") for piece in others)]
    if len(pieces) > 1 and len(pieces[-1]) > MAX_PIECE:
        pieces.pop()
    return [piece for piece in pieces if piece]


def _read_pieces(pieces: Sequence[str]) -> Line:
    """Sort the pieces of a line by what they say.

    The first piece is the employer, unless it is the only piece that names a job.
    """
    said: dict[str, list[str]] = {name: [] for name in Line._fields[1:]}
    unread = []
    for piece in pieces[1:]:
        names = [*_says(piece, has_titles=bool(said["titles"]))]
        for name in names:
            said[name] += _jobs_in(piece) if name == "titles" else [_kinds_in(piece) if name == "kinds" else piece]
        if not names and not TRADE.search(piece):
            unread.append(piece)
    line = Line(None, **said)
    first = ADDRESS.sub("", ASIDE.sub("", pieces[0])).strip(" ,:-–—*")
    hirer, at = HIRER.match(first), AT.fullmatch(first)
    if hirer:
        first = hirer["name"]
    elif at and names_a_job(at["job"]):
        return line._replace(employer=at["name"].strip(), titles=line.titles or [at["job"]])
    elif not line.titles and names_a_job(first) and JOB.search(first.split("(")[0].split()[-1]):
        return line._replace(employer=unread[0] if unread else None, titles=_jobs_in(first))
    return line._replace(employer=first if 0 < len(first) <= MAX_NAME else None)


def _says(piece: str, *, has_titles: bool) -> Iterator[str]:
    is_job = names_a_job(piece) and (not has_titles or _is_further_job(piece))
    is_paid = bool(pay_in(piece))
    if is_paid:
        yield "pay"
    if is_job:
        yield "titles"
    elif employment_type_of(_kinds_in(piece)):
        yield "kinds"
    if not is_job and not is_paid and _is_whereabouts(piece):
        yield "places"


def _kinds_in(piece: str) -> str:
    """Return a piece without "B2B" if it has words for other things than employment: it then says what is sold."""
    return piece if consists_of_employment(piece) else TRADE.sub("", piece)


def _is_whereabouts(piece: str) -> bool:
    where = whereabouts(piece)
    return bool(where.places or where.workplace or where.remote_scope)


def _jobs_in(piece: str) -> list[str]:
    """Return the jobs that a piece names.

    A piece names several jobs only if it is a list and each item names a job in two or more words. Otherwise the whole
    piece is one job.
    """
    piece = LEAD_IN.sub("", piece)
    piece = piece[1:-1] if piece.startswith("[") and piece.endswith("]") else piece
    for separator, min_parts in ((LIST_SEPARATOR, 2), (SLASH, 3)):
        parts = [LEAD_IN.sub("", part) for part in separator.split(piece) if part]
        if len(parts) >= min_parts and all(map(_is_job_of_several, parts)):
            return parts
    return [piece]


def _is_further_job(piece: str) -> bool:
    return JOB.search(piece) is not None and len(piece) <= MAX_NAME and not whereabouts(piece).workplace


def _is_job_of_several(part: str) -> bool:
    is_worker = names_a_job(ACRONYMS.sub("", part)) or WORKER.search(part) is not None
    return is_worker and JOB.search(part) is not None and len(part.split()) > 1


def title_below(lines: Sequence[str]) -> str | None:
    """Return the job title at the beginning of the first non-empty line after `lines[0]`, or None if there is none."""
    second = next((line.strip() for line in lines[1:] if line.strip()), "")
    match = BELOW.match(LEAD_IN.sub("", second))
    return match["title"].strip() if match and _is_title(match["title"].strip()) else None


def titles_in(lines: Sequence[str], *, is_announced: bool = False) -> dict[str, int]:
    """Return the job titles that items of a list begin with, each with the index (from 0) of its line in `lines`.

    Lines without a bullet count if there are two that end after the title, go on with a bracket or bar, end in a link,
    or stand next to each other. With `is_announced`, a list counts only if words such as "open roles" come before it,
    or if each item has a link.
    """
    found: list[_Listed] = []
    headings: set[int] = set()
    for at, line in enumerate(lines):
        item = ITEM.match(line)
        if (item is None or not _is_title(_trim(item["title"]))) and (inline := INLINE.search(line)):
            within = _titles_within(inline["items"])
            found += [_Listed(title, at, "", has_bullet=True) for title in within]
            item = None if within else ITEM.match(inline["items"])  # "Open roles: - Data Engineer"
            item = item if item and item["bullet"] else None
        if item and _is_title(title := _trim(item["title"])):
            qualifier = _qualifier_in(item.string[item.end("title") :])
            found.append(_Listed(title, at, qualifier, has_bullet=bool(item["bullet"])))
            if item["after"] in ("", "(", "[", "|") or LINK_AT_END.search(line):
                headings.add(at)
    places = {one.at for one in found}
    headings |= {at for at in places if {at - 1, at + 1} & places}  # neighbours are a list
    if sum(one.at in headings for one in found if not one.has_bullet) < 2:
        headings = set()
    found = [one for one in found if one.has_bullet or one.at in headings]
    titles = _distinct(found)
    return titles if not is_announced or _is_announced(titles, lines) else {}


def _is_announced(titles: Mapping[str, int], lines: Sequence[str]) -> bool:
    first = min(titles.values(), default=0)
    before = lines[max(0, first - MAX_LINES_BEFORE) : first + 1]
    has_links = all(LINK_AT_END.search(lines[at]) for at in titles.values())
    return has_links or any(map(ANNOUNCES.search, before))


class _Listed(NamedTuple):
    title: str
    at: int
    qualifier: str
    has_bullet: bool


def _distinct(found: Sequence[_Listed]) -> dict[str, int]:
    """Return each title with its line. A title that the list repeats is followed by what sets it apart, in brackets."""
    qualifiers: dict[str, set[str]] = {}
    for one in found:
        qualifiers.setdefault(one.title, set()).add(one.qualifier)
    titles: dict[str, int] = {}
    for one in found:
        is_repeated = one.qualifier and len(qualifiers[one.title]) > 1
        titles.setdefault(f"{one.title} ({one.qualifier})" if is_repeated else one.title, one.at)
    return titles


def _qualifier_in(rest: str) -> str:
    match = QUALIFIER.match(rest)
    return (match["inside"] or match["behind"]).strip(EDGES) if match else ""


def _trim(title: str) -> str:
    return LEAD_IN.sub("", title).strip(EDGES)


def _titles_within(items: str) -> list[str]:
    """Return the titles of a list within a line, by the first separator that gives two."""
    for separator in INLINE_SEPARATORS:
        parts = [_trim(part) for part in separator.split(items)]
        titles = [title for part in parts if _is_title(title := re.sub(r"\s*[(\[].*", "", part))]
        if len(titles) > 1 and (separator is not LIST_SEPARATOR or len(titles) == len(list(filter(None, parts)))):
            return titles
    return []


def _is_title(title: str) -> bool:
    words = [word for word in title.split() if word not in SMALL_WORDS]
    has_capitals = all(word != word.lower() or not word[0].isalpha() for word in words)
    is_short = bool(words) and len(title) <= MAX_NAME
    return is_short and has_capitals and _is_job_of_several(title) and not NOT_TITLE.search(title)
