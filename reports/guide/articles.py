"""Whether the stamped sentences of an article still hold.

A sentence is about a value, which was published when its words were made. It holds while its rule gives the same words
from the newest published value. It is stale if the value is withheld or older than it may be, and else it no longer
holds.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from reports.figures import query
from reports.figures.addresses import AddressError
from reports.figures.catalogue import find_id
from reports.figures.compute import ledger_row
from reports.figures.query import Connection
from reports.figures.vintages import find_day, read_vintages
from reports.guide import desk
from reports.guide.markers import GuideError
from reports.guide.stamps import Sentence, Stamp, stamp_of
from reports.wording import notes, sentences
from reports.wording.numbers import day
from warehouse.mart_tables import Figures
from warehouse.ops_tables import Vintages

HOLDS, STALE, BROKEN = "holds", "stale", "no longer holds"
STATES = (BROKEN, STALE, HOLDS)
"""What a sentence may be, the worst first."""
Histories = Mapping[str, Sequence[Vintages]]
"""All vintages by list."""
MAX_QUOTED = 200
"""Letters of an article's own words that are quoted."""


@dataclass(frozen=True, kw_only=True)
class Watched(Sentence):
    """A registered sentence.

    `about` is the row of the ledger with the value that it is about; None if that is not on record. `is_own` is whether
    the article has words of its own.
    """

    about: Figures | None
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
    ledger, is_sample = _read_newest(con, named), desk.is_sample(con)
    histories = read_vintages(con)
    return [_remember(con, one, ledger.get(one.stamp.figure), histories, is_sample=is_sample) for one in named]


def _remember(con: Connection, one: Sentence, now: Figures | None, histories: Histories, *, is_sample: bool) -> Watched:
    """Words that the rule gives of a day are about the value of that day; other words about that of their vintage."""
    rows = [*([now] if now else []), *_read_history(con, one.stamp.figure)]
    said = [(_say(row, one.stamp.form, is_sample=is_sample), row) for row in rows]
    known = [(words, row) for words, row in said if words and _ends_with(one.text, words)]
    if known:
        words, about = max(known, key=lambda pair: len(pair[0]))
        return Watched(stamp=one.stamp, text=words, line=one.line, about=_keep(about))
    then = next((row for row in rows[1:] if row.as_of <= one.stamp.vintage), None)
    if then is None and now is not None and find_day(now, histories) <= one.stamp.vintage:
        then = now  # the same vintage
    return Watched(stamp=one.stamp, text=_shorten(one.text), line=one.line, about=then and _keep(then), is_own=True)


def _keep(row: Figures) -> Figures:
    """Return what of a row its words are made of."""
    return replace(row, sql=None, snapshots=(), behind=(), nearest=(), lacks=())


def _ends_with(text: str, words: str) -> bool:
    """Whether a text is these words, or ends with them where a stamp in brackets follows."""
    return re.search(rf"(?:\A|[\s(\"“]){re.escape(words)}\Z", text) is not None


def judge(con: Connection, watched: Sequence[Watched]) -> list[Verdict]:
    """Return the verdict on each registered sentence, by what is published.

    Raise `NothingPublishedError` if there are sentences, and nothing is published.
    """
    if not watched:
        return []
    ledger, is_sample = _read_newest(con, watched), desk.is_sample(con)
    histories = read_vintages(con)
    return [_judge(one, ledger.get(one.stamp.figure), histories, is_sample=is_sample) for one in watched]


def _judge(one: Watched, figure: Figures | None, histories: Histories, *, is_sample: bool) -> Verdict:
    form = one.stamp.form
    now = None if figure is None else sentences.say(figure, form, is_sample=is_sample)
    if figure is None or now is None:
        why = f"{one.stamp.figure} has no {form} any more" if figure and figure.value else "published no more"
        why = f"withheld: {figure.reason}" if figure and figure.value is None else why
        return Verdict(sentence=one, state=STALE, why=why)
    published_on = find_day(figure, histories)
    stamp = stamp_of(figure, form, published_on)
    if figure.verify_by is not None and figure.as_of > figure.verify_by:
        return Verdict(sentence=one, state=STALE, why=notes.say_overdue(figure.verify_by), stamp=stamp)
    then = one.about and _say(one.about, form, is_sample=is_sample)
    if now in (then, one.text):
        return Verdict(sentence=one, state=HOLDS, why=_say_review(figure), stamp=stamp)
    if figure.status == "stale":
        why = "; ".join(filter(None, (f"the newest value was {notes.describe_period(figure)}", _say_review(figure))))
        return Verdict(sentence=one, state=STALE, why=why, rewrite=now, stamp=stamp)
    why = f"since {day(published_on)}"
    if one.about is None:
        why = f"what was published on {day(one.stamp.vintage)} is not on record"
    return Verdict(sentence=one, state=BROKEN, why=why, rewrite=now, stamp=stamp)


def _say(row: Figures, form: str, *, is_sample: bool) -> str | None:
    """Return what a row says; None also if an earlier version stored other columns."""
    with contextlib.suppress(KeyError):
        return sentences.say(row, form, is_sample=is_sample)
    return None


def _say_review(figure: Figures) -> str:
    return "; ".join(remark for remark in (figure.qualifier or "").split("; ") if notes.is_of_review(remark))


def _read_history(con: Connection, figure: str) -> Iterator[Figures]:
    """Yield the rows of the ledger of a figure that have a value, the newest first; none of a figure in no guide."""
    where = f"figure = {query.literal(figure)} AND value IS NOT NULL"
    yield from map(ledger_row, query.read(con, f"FROM mart.figures WHERE {where} ORDER BY as_of DESC"))


def _read_newest(con: Connection, found: Sequence[Sentence]) -> dict[str, Figures]:
    return {row.figure: row for row in desk.read_figures(con, {one.stamp.figure for one in found})}


def _shorten(text: str) -> str:
    return text if len(text) <= MAX_QUOTED else f"…{text[-MAX_QUOTED:]}"
