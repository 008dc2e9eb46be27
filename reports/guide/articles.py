"""Whether the stamped sentences of an article still hold.

A sentence holds while its rule gives, from the newest published value, the words that it gave when the article was
registered. It is stale if the value is withheld or older than it may be, and else it no longer holds.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from reports.figures import query
from reports.figures.addresses import AddressError
from reports.figures.catalogue import find_id
from reports.figures.compute import ledger_row
from reports.figures.query import Connection
from reports.guide import desk
from reports.guide.markers import GuideError
from reports.guide.stamps import Sentence, Stamp, stamp_of
from reports.wording import notes, sentences
from reports.wording.numbers import day
from warehouse.mart_tables import Figures

HOLDS, STALE, BROKEN = "holds", "stale", "no longer holds"
STATES = (BROKEN, STALE, HOLDS)
"""What a sentence may be, the worst first."""
MAX_QUOTED = 200
"""Letters of an article's own words that are quoted."""


@dataclass(frozen=True, kw_only=True)
class Watched(Sentence):
    """A registered sentence.

    `said` is what its rule gave, in the style `said_in`, from the value that the sentence is about, which is that of
    the day `about`; None if the figure had no value then. `is_own` is whether the article has words of its own.
    """

    said: str | None
    said_in: str
    about: date
    is_own: bool = False


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a sentence is today, one of `STATES`, and why; `rewrite` is what holds, None if it holds or nothing does."""

    sentence: Watched
    state: str
    why: str = ""
    rewrite: str | None = None
    stamp: Stamp | None = None


def register(con: Connection, found: Sequence[Sentence]) -> list[Watched]:
    """Return what to remember of an article's sentences, with the current ids of their figures.

    Raise `GuideError`, with line, sentence and remedy, if a stamp names an unknown figure.
    """
    named, problems = [], []
    for one in found:
        try:
            named.append(replace(one, stamp=replace(one.stamp, figure=find_id(one.stamp.figure))))
        except AddressError as error:
            remedy = "copy the sentence again from the page of its figure, or take its stamp out"
            problems.append((one.line, f"“{_shorten(one.text)}”: {error}; {remedy}"))
    if problems:
        raise GuideError(problems)
    ledger, is_sample = _read_ledger(con, named), desk.is_sample(con)
    return [_remember(con, one, ledger[one.stamp.figure], is_sample=is_sample) for one in named]


def _remember(con: Connection, one: Sentence, figure: Figures, *, is_sample: bool) -> Watched:
    """Words that the rule gave on some day are about the value of that day; other words about that of their vintage."""
    form, rule = one.stamp.form, sentences.rule_of(one.stamp.form)
    days = _say_by_day(con, one.stamp, is_sample=is_sample)
    if (now := sentences.say(figure, form, is_sample=is_sample)) is not None:
        days = {figure.as_of: now, **days}
    known = {words: when for when, words in days.items() if _ends_with(one.text, words)}
    if known:
        said = max(known, key=len)
        return Watched(stamp=one.stamp, text=said, line=one.line, said=said, said_in=rule, about=known[said])
    about = next((when for when in sorted(days, reverse=True) if when <= one.stamp.vintage), figure.as_of)
    return Watched(
        stamp=one.stamp, text=_shorten(one.text), line=one.line, said=days.get(about), said_in=rule, about=about,
        is_own=True,
    )  # fmt: skip


def _ends_with(text: str, words: str) -> bool:
    """Whether a text is these words, or ends with them where a stamp in brackets follows."""
    return re.search(rf"(?:\A|[\s(\"“]){re.escape(words)}\Z", text) is not None


def judge(con: Connection, watched: Sequence[Watched]) -> list[Verdict]:
    """Return the verdict on each registered sentence, by what is published."""
    ledger, is_sample = _read_ledger(con, watched), desk.is_sample(con)
    return [_judge(con, one, ledger.get(one.stamp.figure), is_sample=is_sample) for one in watched]


def _judge(con: Connection, one: Watched, figure: Figures | None, *, is_sample: bool) -> Verdict:
    form = one.stamp.form
    if figure is None:
        return Verdict(sentence=one, state=STALE, why=f"{one.stamp.figure} is published no more")
    now = sentences.say(figure, form, is_sample=is_sample)
    if now is None:
        why = f"withheld: {figure.reason}" if figure.value is None else f"{figure.figure} has no {form} any more"
        return Verdict(sentence=one, state=STALE, why=why)
    stamp = stamp_of(figure, form)
    if figure.verify_by is not None and figure.as_of > figure.verify_by:
        return Verdict(sentence=one, state=STALE, why=notes.say_overdue(figure.verify_by), stamp=stamp)
    if now in (one.said, _say_again(con, one, is_sample=is_sample)):
        return Verdict(sentence=one, state=HOLDS, why=_say_review(figure), stamp=stamp)
    if figure.status == "stale":
        why = f"nothing newer since what was {notes.describe_period(figure)}"
        return Verdict(sentence=one, state=STALE, why=why, rewrite=now, stamp=stamp)
    return Verdict(sentence=one, state=BROKEN, why=_say_since(con, one, figure), rewrite=now, stamp=stamp)


def _say_review(figure: Figures) -> str:
    return "; ".join(remark for remark in (figure.qualifier or "").split("; ") if notes.is_of_review(remark))


def _say_since(con: Connection, one: Watched, figure: Figures) -> str:
    """Say since when the newest value is published, if its list has vintages."""
    if figure.list is None or figure.vintage is None:
        return ""
    rows = query.read(
        con,
        f"SELECT decided_on FROM ops.vintages WHERE list = {query.literal(figure.list)} AND number = {figure.vintage}",
    )
    return f"since the vintage of {day(rows[0]['decided_on'])}" if rows and rows[0]["decided_on"] else ""


def _say_again(con: Connection, one: Watched, *, is_sample: bool) -> str | None:
    """Say the value that a sentence is about in today's style, if the style has changed since it was registered."""
    if one.said_in == sentences.rule_of(one.stamp.form):
        return None
    return _say_by_day(con, one.stamp, is_sample=is_sample).get(one.about)


def _say_by_day(con: Connection, stamp: Stamp, *, is_sample: bool) -> Mapping[date, str]:
    """Return what the rule gives from each value that the ledger has of a figure, by day, the newest first."""
    rows = query.read(
        con, f"FROM mart.figures WHERE figure = {query.literal(stamp.figure)} AND value IS NOT NULL ORDER BY as_of DESC"
    )
    said: dict[date, str] = {}
    for row in rows:
        with contextlib.suppress(KeyError):  # an earlier version stored other columns, from which nothing is said
            if words := sentences.say(ledger_row(row), stamp.form, is_sample=is_sample):
                said[row["as_of"]] = words
    return said


def _read_ledger(con: Connection, found: Sequence[Sentence]) -> Mapping[str, Figures]:
    return {row.figure: row for row in desk.read_figures(con, {one.stamp.figure for one in found})}


def _shorten(text: str) -> str:
    return text if len(text) <= MAX_QUOTED else f"…{text[-MAX_QUOTED:]}"
