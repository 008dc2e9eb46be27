"""Sentences with a stamp: written for copying, and found again in an article.

    HTML, Markdown    <span data-sentence="STAMP">Sentence.</span>
    SVG               <title data-sentence="STAMP">Sentence.</title>, and the same words drawn
    plain text        Sentence. [STAMP]

A stamp has the figure's id, the rule of its words (`sentences.rule_of`) and the day on which its vintage was published:
`skill.python.all.ai_engineering prose-9193fc35 2026-09-30`.
"""

from __future__ import annotations

import contextlib
import html
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from reports.guide.markers import GuideError, Problem, Scan
from reports.guide.render import BREAK, escape, read_words
from reports.wording.sentences import FORMS, rule_of
from warehouse.mart_tables import Figures

ATTRIBUTE = "data-sentence"
MAX_LETTERS = 62
"""Letters on a line of a drawn sentence."""
_STAMP = (
    rf"(?P<figure>[a-z0-9_]+(?:\.[a-z0-9_]+)+) (?P<form>{'|'.join(FORMS)})(?:-(?P<style>[0-9a-f]{{8}}))? "
    r"(?P<vintage>\d{4}-\d\d-\d\d)"
)
_WHOLE = re.compile(_STAMP)
_IN_BRACKETS = re.compile(rf"\s*\[(?P<stamp>{_STAMP})\]")
_ATTRIBUTE = re.compile(rf"""\s{ATTRIBUTE}\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.I)
_END = re.compile(r"(?<=[.!?])[\"')\]”]*\s+")
"""The end of a sentence."""


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """Of which figure, by which rule and of which vintage, named by the day of its publication, a sentence is."""

    figure: str
    form: str
    style: str | None = None
    vintage: date

    @property
    def rule(self) -> str:
        """The rule of the words, such as "prose-9193fc35"."""
        return f"{self.form}-{self.style}" if self.style else self.form

    def __str__(self) -> str:
        """The stamp as it is written."""
        return f"{self.figure} {self.rule} {self.vintage}"


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """A sentence of an article at [start:end]. Before a stamp in brackets, `text` may begin too early."""

    stamp: Stamp
    text: str
    line: int
    start: int
    end: int


def stamp_of(figure: Figures, form: str, published_on: date) -> Stamp:
    """Return the stamp of what a figure says today in a form; `published_on` is as in `vintages.find_day`."""
    return read_stamp(f"{figure.figure} {rule_of(form)} {published_on}")


def read_stamp(text: str) -> Stamp:
    """Read a stamp. Raise `ValueError` if the text is not one."""
    hit = _WHOLE.fullmatch(" ".join(html.unescape(text).split()))
    if hit is not None:
        with contextlib.suppress(ValueError):  # there is no such day
            vintage = date.fromisoformat(hit["vintage"])
            return Stamp(figure=hit["figure"], form=hit["form"], style=hit["style"], vintage=vintage)
    raise ValueError(f"{text!r} is not a stamp; expected figure, rule and day, as in {EXAMPLE!r}")


EXAMPLE = "skill.python.all.ai_engineering prose-9193fc35 2026-09-30"


# --- written ----------------------------------------------------------------------------------------------------


def to_html(words: str, stamp: Stamp) -> str:
    """Return a sentence for HTML."""
    return f'<span {ATTRIBUTE}="{stamp}">{escape(words, True)}</span>'


def to_markdown(words: str, stamp: Stamp) -> str:
    """Return a sentence for Markdown, in an element because a line that begins with a comment would be raw HTML."""
    return f'<span {ATTRIBUTE}="{stamp}">{escape(words, False)}</span>'


def to_text(words: str, stamp: Stamp) -> str:
    """Return a sentence for plain text."""
    return f"{words} [{stamp}]"


def to_embed(words: str, stamp: Stamp, root: str) -> str:
    """Return a sentence for a web page that marks itself when it is out of date (`site/assets/embed.js`).

    `root` is the address of the site, with its final slash.
    """
    return f'{to_html(words, stamp)}<script src="{html.escape(root)}embed.js" async></script>'


def to_svg(words: str, stamp: Stamp) -> str:
    """Return a sentence as a picture for light and dark, with its stamp below it."""
    lines = textwrap.wrap(words, MAX_LETTERS)
    height = 30 * len(lines) + 62
    drawn = [f'<text x="24" y="{44 + 30 * i}">{html.escape(line)}</text>' for i, line in enumerate(lines)]
    style = (
        "rect{fill:#fff}text{font:22px Georgia,serif;fill:#1b1b1b}.small{font:12px sans-serif;fill:#5c5c5c}"
        "@media(prefers-color-scheme:dark){rect{fill:#16181c}text{fill:#ececec}.small{fill:#a8a8a8}}"
    )
    return "".join((
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 {height}" width="720" height="{height}" role="img">',
        f'<title {ATTRIBUTE}="{stamp}">{html.escape(words)}</title><style>{style}</style>',
        f'<rect width="720" height="{height}"/>', *drawn,
        f'<text class="small" x="24" y="{height - 18}">{stamp}</text></svg>',
    ))  # fmt: skip


COPIES = {"HTML": to_html, "Markdown": to_markdown, "SVG": to_svg, "plain text": to_text}
"""What a sentence can be copied as, each with the function that writes it."""


# --- found ------------------------------------------------------------------------------------------------------


def find_sentences(scan: Scan) -> list[Sentence]:
    """Return the stamped sentences of an article outside code and comments, in order.

    Raise `GuideError`, with the line of each fault, if a stamp cannot be read or its element is not closed.
    """
    problems: list[Problem] = []
    found = [*_find_in_elements(scan, problems), *_find_in_brackets(scan, problems)]
    if problems:
        raise GuideError([(scan.line_of(at), what) for at, what in problems])
    return [
        Sentence(stamp=stamp, text=read_words(scan.text[start:end]), line=scan.line_of(start), start=start, end=end)
        for start, end, stamp in sorted(found, key=lambda one: one[0])
    ]


def _find_in_elements(scan: Scan, problems: list[Problem]) -> Iterator[tuple[int, int, Stamp]]:
    for place, tag in enumerate(scan.tags):
        given = None if tag.is_closing else _ATTRIBUTE.search(scan.text, tag.start, tag.end)
        if given is None:
            continue
        depth = 1
        for other in scan.tags[place + 1 :]:
            if other.name == tag.name and not other.is_self_closed:
                depth += -1 if other.is_closing else 1
            if depth == 0:
                break
        try:
            stamp = read_stamp(given[1] or given[2] or "")
        except ValueError as error:
            problems.append((tag.start, str(error)))
            continue
        if depth or tag.is_self_closed:
            problems.append((tag.start, f"<{tag.name} {ATTRIBUTE}=…> of {stamp.figure} is not closed"))
        else:
            yield tag.end, other.start, stamp


def _find_in_brackets(scan: Scan, problems: list[Problem]) -> Iterator[tuple[int, int, Stamp]]:
    end_of_last = 0
    for hit in _IN_BRACKETS.finditer(scan.text):
        if any(start <= hit.start() < end for start, end in scan.skipped):
            continue
        try:
            stamp = read_stamp(hit["stamp"])
        except ValueError as error:
            problems.append((hit.start("stamp"), str(error)))
            continue
        start = max([end_of_last, *_ends_of_elements(scan.text, end_of_last, hit.start())])
        # The last full stop is that of the sentence itself.
        ends = [end.end() for end in _END.finditer(scan.text, start, hit.start())]
        yield max([start, *ends]), hit.start(), stamp
        end_of_last = hit.end()


def _ends_of_elements(text: str, start: int, end: int) -> Iterator[int]:
    for hit in BREAK.finditer(text, start, end):
        close = text.find(">", hit.end(), end) if hit[0].startswith("<") else -1
        yield close + 1 if close >= 0 else hit.end()
