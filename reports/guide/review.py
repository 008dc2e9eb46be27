"""Judge what an article says of the labour market, sentence by sentence, and rewrite what the figures contradict.

`statements` finds what sentences state, `quiet` what is not judged; `rewrite` writes words and markers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from reports.figures.addresses import AddressError
from reports.figures.catalogue import find_id
from reports.figures.claims import load_claims
from reports.figures.query import Connection
from reports.guide import rewrite, statements
from reports.guide.desk import is_sample, published_figures, read_figures, read_sources
from reports.guide.markers import Scan, scan_tags
from reports.guide.numbers_in_text import PERCENT, Number
from reports.guide.quiet import HIDDEN, read_prose
from reports.guide.render import make_fingerprint, read_words, refresh_bytes
from reports.guide.rewrite import Edit
from reports.guide.stamps import Sentence as Stamped
from reports.guide.stamps import find_sentences
from reports.guide.statements import (
    NO_PLACE,
    ON_TOP,
    UNPLACED,
    Left,
    Statement,
    Topic,
    find_statements,
    list_sentences,
)
from reports.wording import notes, numbers, sentences
from transforms.records.vocabulary import PER_YEAR
from warehouse.mart_tables import Figures

CONFIRMED, CHANGED, UNSAID, NOT_OURS = VERDICTS_OF_SENTENCES = ("confirmed", "changed", "cannot be said", "not ours")
"""What a sentence may be: within the printed interval; rewritten; without a figure; about what no figure speaks of."""
OPEN, READ, HELD = ("open", "read", "held")
"""Whether somebody has read a sentence as it stands, or holds it against its verdict."""
TOLERANCE = 0.1
"""How far an amount may be from one without an interval and still be confirmed. A judgement."""


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """A sentence of an article at text[start:end] that says something of the labour market.

    `why` has a reason for each of its statements, `figures` what they were held against. `rewrite` is what would stand
    in its place, with markers, and `after` the same as readers see it; None if nothing would. `comment` is the (start,
    end) of the comment that says who read or held it, and `reason` the one that it gives.
    """

    line: int
    start: int
    end: int
    before: str
    verdict: str
    why: tuple[str, ...]
    figures: tuple[Figures, ...] = ()
    rewrite: str | None = None
    after: str | None = None
    state: str = OPEN
    reason: str = ""
    comment: tuple[int, int] | None = None

    @property
    def is_open(self) -> bool:
        """Whether somebody should read it: it changed or has no figure, and is neither read nor held."""
        return self.state == OPEN and self.verdict in (CHANGED, UNSAID)

    def to_json(self) -> dict[str, object]:
        """Return what `--json` prints of a sentence."""
        figures = [
            {"figure": row.figure, "title": row.title, "value": row.value, "reason": row.reason} for row in self.figures
        ]
        return {
            "line": self.line, "verdict": self.verdict, "state": self.state, "before": self.before, "after": self.after,
            "why": list(self.why), "figures": figures, **({"reason": self.reason} if self.reason else {}),
        }  # fmt: skip

    @property
    def fingerprint(self) -> str:
        """A digest of the sentence, its verdict and its rewrite; a comment with another digest no longer counts."""
        return make_fingerprint("|".join((self.before, self.verdict, *self.why, self.after or "")))


@dataclass
class _Judged:
    """What has been found of one sentence so far. `keeps_old` says that a number without a figure stays in it."""

    verdicts: list[str] = field(default_factory=list)
    why: list[str] = field(default_factory=list)
    figures: dict[str, Figures] = field(default_factory=dict)
    edits: list[Edit] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    keeps_old: bool = False

    def say(self, verdict: str, why: str, *figures: Figures) -> None:
        self.verdicts.append(verdict)
        self.why.append(why)
        self.figures |= {figure.figure: figure for figure in figures}

    @property
    def verdict(self) -> str:
        """The verdict on the whole sentence: changed if any part of it is."""
        if CHANGED in self.verdicts:
            return CHANGED
        return next((one for one in (UNSAID, CONFIRMED) if one in self.verdicts), NOT_OURS)


_FIGURES = re.compile(r'data-figure="([^"]+)"')


class Reviewer:
    """An article and the published figures that its sentences are held against."""

    def __init__(
        self, con: Connection, raw: bytes, *, is_html: bool, is_mdx: bool = False, is_text: bool = False
    ) -> None:
        self.scan = scan_tags(raw, is_html)
        self.stamped = find_sentences(self.scan)
        self.prose, self.quiet = read_prose(self.scan, is_mdx=is_mdx, is_text=is_text)
        self.found = sorted(find_statements(self.prose), key=lambda one: one.start)
        self.words = statements.read_words()
        self.sources, self.is_sample = read_sources(con), is_sample(con)
        published = published_figures(con)
        self.best = _find_best(published)
        asked = {one.figure for one in self.found if isinstance(one, Statement)}
        asked |= {ON_TOP, *(one.stamp.figure for one in self.stamped), *(one.figure for one in self.words.topics)}
        names = [_current(name) for name in asked if UNPLACED not in name.split(".")]
        groups = [row.figure for row in published if row.figure.startswith("employers.skills.")]
        self.rows = {row.figure: row for row in read_figures(con, {*names, *groups, *self.best.values()})}
        self.marked = {span.marker.figure for span in self.scan.spans}
        self.said = set[str]()  # lists that an added sentence says already
        self.claims = {claim.id: claim for claim in load_claims()}

    def review(self) -> list[Sentence]:
        """Return the sentences that say something of the labour market, in order."""
        found = [one for start, end in list_sentences(self.prose) if (one := self._review(start, end))]
        return sorted([*found, *map(self._judge_stamped, self.stamped)], key=lambda one: one.start)

    def _review(self, start: int, end: int) -> Sentence | None:
        text = self.prose[start:end]
        if any(one.start < end and start < one.end for one in self.stamped):
            return None
        if HIDDEN in text:
            judged = self._judge_marked(text)
        else:
            judged = self._judge([one for one in self.found if start <= one.start < end], text, start)
        if not judged.verdicts:
            return None
        ends = _widen(self.scan, start, end)
        judged.added = [one for one in judged.added if "<span" not in one or set(_FIGURES.findall(one)) - self.marked]
        words, after = None, None
        if judged.edits or judged.added:
            words = rewrite.put_in(self.scan, ends, judged.edits, judged.added)
            after = self._read(words)
        before = read_words(self.scan.text[slice(*ends)])
        sentence = Sentence(
            line=self.scan.line_of(ends[0]), start=ends[0], end=ends[1], before=before, verdict=judged.verdict,
            why=tuple(dict.fromkeys(judged.why)), figures=tuple(judged.figures.values()), rewrite=words, after=after,
        )  # fmt: skip
        return _note_state(self.scan, sentence)

    def _read(self, words: str) -> str:
        """Return a rewrite as readers see it."""
        block = '\n\n<section data-figures="sources" data-form="notes" data-remarks="notes">\n</section>\n'
        raw, _ = refresh_bytes(
            (words + block).encode(), list(self.rows.values()), is_html=self.scan.is_html, sources=self.sources
        )
        text = raw.decode().partition("<section data-figures")[0]
        return read_words(re.sub(r"\[\^figure-\d+\]|<sup>.*?</sup>|</?span[^<>]*>", "", text))

    def _judge_stamped(self, one: Stamped) -> Sentence:
        """Hold a sentence that was copied from the page of a figure against what the page has today."""
        row = self.rows.get(_current(one.stamp.figure))
        now = None if row is None else sentences.say(row, one.stamp.form, is_sample=self.is_sample)
        verdict = UNSAID if row is None or now is None else CONFIRMED if now == one.text else CHANGED
        why = (
            f"{one.stamp.figure} has no such sentence" if now is None else f"copied from the page of {one.stamp.figure}"
        )
        return Sentence(
            line=one.line, start=one.start, end=one.end, before=one.text, verdict=verdict, why=(why,),
            figures=(row,) if row else (), after=now if verdict == CHANGED else None,
        )  # fmt: skip

    # --- verdicts ---

    def _find_quiet(self, start: int, end: int) -> str | None:
        return next((what for a, b, what in self.quiet if a < end and start < b), None)

    def _judge_marked(self, text: str) -> _Judged:
        judged = _Judged()
        for hit in re.finditer(self.words.compared, text, re.I):
            judged.say(UNSAID, f"{hit[0]!r} stands beside a figure that does not say it")
        return judged

    def _judge(self, found: Sequence[Statement | Left], text: str, start: int) -> _Judged:
        judged = _Judged()
        free = [one for one in found if not self._find_quiet(one.start, one.end)]
        names = [one for one in free if isinstance(one, Statement) and one.is_name]
        for one in found:
            if what := self._find_quiet(one.start, one.end):
                if isinstance(one, Statement) and one.is_name:
                    continue
                judged.say(NOT_OURS, f"it stands in {what}")
            elif isinstance(one, Left):
                judged.say(NOT_OURS, one.reason)
            elif not one.is_name:
                self._judge_number(judged, one)
        if names:
            self._judge_names(judged, names, text, start)
        for topic in () if judged.verdicts else self.words.topics:
            if re.search(topic.says, text, re.I):
                self._judge_topic(judged, topic, text, start)
        return judged

    def _judge_number(self, judged: _Judged, one: Statement) -> None:
        if one.figure in self.claims:
            return self._judge_claim(judged, one.figure)
        row = self.rows.get(self._place(one.figure))
        problem = self._find_problem(one, row)
        if problem or row is None:
            known = [row] if row else []
            judged.say(UNSAID, f"{_quote(self.scan, one)}: {problem or 'no figure is published for it'}", *known)
            if one.figure == ON_TOP and row and row.value:
                judged.added.append(rewrite.say_whole(row))
            if CHANGED not in judged.verdicts:
                judged.keeps_old = True
                return None
            judged.edits.append(rewrite.drop_clause(self.scan, one))
            if row and one.figure != ON_TOP:
                judged.added.append(rewrite.say_missing(row))
            return None
        number = one.number
        assert number is not None  # only claims and names have none
        if _agrees(one, number, row):
            return judged.say(CONFIRMED, f"{number.text}: {row.bare_value}", row)
        now = f"{_quote(self.scan, one)}: now {row.bare_value}"
        if judged.keeps_old:
            return judged.say(UNSAID, f"{now}, which cannot stand beside a number that has no figure", row)
        edits = rewrite.rewrite_number(self.scan, one, number, row)
        if not _can_be_cut(self.scan, edits):
            return judged.say(UNSAID, f"{now}; no rewrite fits its words", row)
        judged.edits += edits
        return judged.say(CHANGED, now, row)

    def _place(self, figure: str) -> str:
        """Return the id of a figure; if no place was named, that of the country that most adverts are from."""
        kind, place, *rest = figure.split(".")
        return self.best.get(".".join(rest), figure) if (kind, place) == ("pay", UNPLACED) else _current(figure)

    def _find_problem(self, one: Statement, row: Figures | None) -> str:
        if one.figure == ON_TOP:
            return one.doubt
        if row is not None and row.value is None:
            return f"withheld: {row.reason}"
        return one.doubt if one.doubt != NO_PLACE else ""

    def _judge_claim(self, judged: _Judged, name: str) -> None:
        claim, row = self.claims[name], self.rows.get(name)
        known = [row] if row else []
        said = claim.publisher or "no publisher is known"
        if claim.verified_on is None:
            nearest = f"on record: {row.value}" if row and row.value else f"withheld: {claim.withheld or claim.caveat}"
            judged.say(UNSAID, f"nobody has opened it at its publisher ({said}); {nearest}", *known)
        elif row is None or row.value is None:
            judged.say(UNSAID, f"withheld: {row.reason if row else 'not published'}", *known)
        else:
            judged.say(CONFIRMED, f"{row.value}, looked up on {claim.verified_on}", *known)

    def _judge_names(self, judged: _Judged, names: Sequence[Statement], text: str, start: int) -> None:
        rows = {_quote(self.scan, one): row for one in names if (row := self._valued(one.figure))}
        if not rows:
            return
        if not names[0].figure.startswith("employers."):  # roles that the sentence lists
            judged.say(CONFIRMED, f"adverts have them: {_list_values(rows)}", *rows.values())
            judged.added.append(rewrite.say_shares(rows, "are for"))
            return
        least = self.words.strength.find(text)
        if least is None:
            judged.say(CONFIRMED, f"adverts ask for them: {_list_values(rows)}", *rows.values())
            return
        if re.search(self.words.strength.first, text, re.I):
            rows = dict([next(iter(rows.items()))])
        below = {name: row for name, row in rows.items() if _is_below(row, least)}
        if not below:
            why = f"each may be asked for in {least:.0%} of adverts or more: {_list_values(rows)}"
            judged.say(CONFIRMED, why, *rows.values())
            return
        judged.say(CHANGED, f"fewer than {least:.0%} of adverts ask for {_list_values(below)}", *rows.values())
        self._weaken(judged, text, start)
        if len(rows) <= rewrite.MAX_NAMED:
            judged.added.append(rewrite.say_shares(rows, "ask for"))
        elif (group := self._group_of(list(rows.values()))) and group.figure not in self.said:
            self.said.add(group.figure)
            judged.added.append(rewrite.say_whole(group))

    def _judge_topic(self, judged: _Judged, topic: Topic, text: str, start: int) -> None:
        if topic.figure in self.claims:
            return self._judge_claim(judged, topic.figure)
        row = self._valued(topic.figure)
        least = self.words.strength.find(text)
        if row is None or least is None:
            return None
        is_contradicted = _is_above(row, 1 - least) if topic.is_denial else _is_below(row, least)
        if not is_contradicted:
            return judged.say(CONFIRMED, f"{row.bare_value} of adverts {topic.asks}", row)
        judged.say(CHANGED, f"{row.bare_value} of adverts {topic.asks}", row)
        self._weaken(judged, text, start)
        judged.added.append(rewrite.say_whole(row, topic.asks))
        return None

    def _weaken(self, judged: _Judged, text: str, start: int) -> None:
        """Put in weaker words for those that say how strongly something is asked for."""
        for pattern, weaker in self.words.strength.weaker.items():
            if hit := re.search(pattern, text):
                one = Edit(start + hit.start(), start + hit.end(), hit.expand(weaker))
                judged.edits += [one] if _can_be_cut(self.scan, [one]) else []
                return

    def _valued(self, name: str) -> Figures | None:
        row = self.rows.get(_current(name))
        return row if row is not None and row.value is not None and notes.rows_of(row) else None

    def _group_of(self, rows: Sequence[Figures]) -> Figures | None:
        """Return the list of the category that most of the skills are of."""
        categories = [notes.rows_of(row)[0].get("category") for row in rows]
        most = max(categories, key=categories.count)
        lists = (row for name, row in self.rows.items() if name.startswith("employers.skills.") and row.value)
        return next((row for row in lists if notes.rows_of(row)[0].get("category") == most), None)


def review(
    con: Connection, raw: bytes, *, is_html: bool, is_mdx: bool = False, is_text: bool = False
) -> list[Sentence]:
    """Return the verdict on each sentence of an article that says something of the labour market, in order.

    In plain text (`is_text`) each line is a paragraph. Raise `NothingPublishedError` if nothing is published.
    """
    return Reviewer(con, raw, is_html=is_html, is_mdx=is_mdx, is_text=is_text).review()


def apply(raw: bytes, chosen: Sequence[Sentence], *, is_html: bool, is_mdx: bool = False) -> bytes:
    """Return an article with the rewrites of sentences put in, and with a block of sources if it has none.

    Every other byte stays. Sentences that are `READ` or `HELD` keep their words and get a comment that says so.
    """
    scan = scan_tags(raw, is_html)
    edits = []
    for one in chosen:
        start, end = one.comment or (one.end, one.end)
        if one.state == OPEN and one.rewrite is not None:
            edits.append(Edit(one.start, one.end, one.rewrite))
        elif one.state != OPEN and not is_mdx:
            edits.append(Edit(start, end, _comment(one)))
    text = rewrite.edit(scan.text, edits)
    has_markers = any(one.rewrite is not None and one.state == OPEN for one in chosen)
    if has_markers and all(span.marker.block != "sources" for span in scan.spans):
        text = rewrite.add_sources(text, scan.newline, with_elements=is_html or is_mdx)
    return text.encode(scan.encoding, "xmlcharrefreplace")


# --- what somebody has read ---------------------------------------------------------------------------------------

_STATE = re.compile(r"\s*<!-- review: (?P<state>read|held) (?P<hash>[0-9a-f]{8})(?: (?P<reason>[^<>]*?))? -->")


def _comment(one: Sentence) -> str:
    reason = re.sub(r"[<>]|--+", "", one.reason)
    return f" <!-- review: {one.state} {one.fingerprint}{f' {reason}' if reason else ''} -->"


def _note_state(scan: Scan, one: Sentence) -> Sentence:
    hit = _STATE.match(scan.text, one.end)
    if hit is None:
        return one
    state = hit["state"] if hit["hash"] == one.fingerprint else OPEN
    return replace(one, state=state, reason=hit["reason"] or "", comment=hit.span())


# --- numbers and figures ------------------------------------------------------------------------------------------


def _current(figure: str) -> str:
    try:
        return find_id(figure)
    except AddressError:
        return figure


def _find_best(published: Sequence[Figures]) -> Mapping[str, str]:
    """Return, by work and level, the pay figure of the country that most jobs are from."""
    best: dict[str, Figures] = {}
    for row in published:
        kind, _, place = row.figure.partition(".")
        place, _, rest = place.partition(".")
        if kind == "pay" and len(place) == 2 and row.value is not None:
            known = best.get(rest)
            if known is None or (row.n_jobs or 0) > (known.n_jobs or 0):
                best[rest] = row
    return {rest: row.figure for rest, row in best.items()}


def _agrees(one: Statement, number: Number, row: Figures) -> bool:
    """Whether the number of a statement is within the printed interval, or near an amount that has none."""
    first = notes.rows_of(row)[0]
    if number.unit == PERCENT:
        return (first.get("share_lo") or 1) * 100 <= number.low <= number.high <= (first.get("share_hi") or 0) * 100
    if number.unit != (first.get("currency") or number.unit):
        return False
    divisor = PER_YEAR[one.options.get("per", "year")]
    is_band = number.low < number.high
    pairs = zip(("band_low", "band_high") if is_band else ("p50",), (number.low, number.high), strict=False)
    return all(_is_near(first, name, amount * divisor) for name, amount in pairs)


def _is_near(row: Mapping[str, object], name: str, amount: float) -> bool:
    middle, low, high = (row.get(name + end) for end in ("", "_lo", "_hi"))
    if not isinstance(middle, float):
        return False
    if isinstance(low, float) and isinstance(high, float):
        return low <= amount <= high
    return abs(amount - middle) <= TOLERANCE * middle


def _is_below(row: Figures, least: float) -> bool:
    """Whether a share is below a threshold with its whole interval."""
    return (notes.rows_of(row)[0].get("share_hi") or 0) < least


def _is_above(row: Figures, most: float) -> bool:
    return (notes.rows_of(row)[0].get("share_lo") or 0) > most


def _list_values(rows: Mapping[str, Figures]) -> str:
    return ", ".join(f"{name} {row.bare_value}" for name, row in rows.items())


def _quote(scan: Scan, one: Statement) -> str:
    return read_words(scan.text[one.start : one.end])


# --- where a rewrite may stand --------------------------------------------------------------------------------------


def _widen(scan: Scan, start: int, end: int) -> tuple[int, int]:
    """Return the ends of a sentence, moved over emphasis that ends at its last word."""
    hit = None if scan.is_html else re.compile(r"(?:[*_]{1,3})(?=\s|\Z)").match(scan.text, end)
    return start, hit.end() if hit else end


def _can_be_cut(scan: Scan, edits: Sequence[Edit]) -> bool:
    """Whether no formatting begins or ends inside what edits replace."""
    return all(_is_balanced(scan, one.start, one.end) for one in edits)


def _is_balanced(scan: Scan, start: int, end: int) -> bool:
    inside = [tag for tag in scan.tags if start <= tag.start < end]
    marks = [] if scan.is_html else re.findall(r"\*+|(?<![A-Za-z0-9])_+|_+(?![A-Za-z0-9])", scan.text[start:end])
    return not inside and all(marks.count(mark) % 2 == 0 for mark in marks)


# --- the page ---------------------------------------------------------------------------------------------------------


def write_page(name: str, sentences: Sequence[Sentence], as_of: date, *, is_sample: bool) -> str:
    """Return an HTML page of an article: each sentence before and after, its verdict and what it was held against."""
    words = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = words.from_string(Path(__file__).with_name("review.html").read_text(encoding="utf-8"))
    counts = {verdict: sum(one.verdict == verdict for one in sentences) for verdict in VERDICTS_OF_SENTENCES}
    return template.render(
        name=name, sentences=sentences, counts=counts, as_of=numbers.day(as_of), is_sample=is_sample,
        periods={row.figure: notes.describe_period(row) for one in sentences for row in one.figures},
        slug=lambda verdict: verdict.replace(" ", "-"),
    )  # fmt: skip
