"""The one place a `Posting` is made.

A source says what it knows in its own words; `posting` reads the rest (text, pay, places, role, level,
skills) by the rules of the readers beside this module and returns the finished value. It has no clock, no
network and no database, so the same response always gives the same posting.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import NamedTuple, Unpack

from transforms.consistency import Evidence, check_itself
from transforms.depth import ALL_PERCENT, Depth, find_depth
from transforms.employers.token_names import find_spelling
from transforms.pay.exclusion import countries_ruled_out
from transforms.pay.normalisation import complete_pay
from transforms.pay.region import REMOTE, market_of, where_pay_counts
from transforms.pay.shared_sign import settle_signs, span_of_currency
from transforms.pay.statements import all_pay
from transforms.place.places import Whereabouts, region_of, whereabouts
from transforms.place.workplace_text import Statement, statements_in
from transforms.raw_posting import RawPosting, bound_raw, wording_hash
from transforms.records.rows import Issue, Pay, Posting, Removal, Repetition, Span
from transforms.records.vocabulary import (
    AI_GROUPS,
    FULL_ADVERT,
    GROUP_OF_ROLE,
    NO_TEXT,
    SNIPPET,
    TECHNICAL_GROUPS,
    UNREAD,
)
from transforms.role.ai_label import ai_label
from transforms.role.employment import employment_of
from transforms.role.openings import openings_of
from transforms.role.qualifications import qualifications_in
from transforms.role.requirements import degree_in, years_in
from transforms.role.titles import role_of, seniority_by_years, seniority_of, seniority_stated
from transforms.skills.extraction import skills_in
from transforms.skills.listed_names import find_listed_names
from transforms.skills.sections import prefetch_lines
from transforms.text.batch_cache import BatchCache
from transforms.text.bounds import (
    MAX_ID,
    MAX_ISSUES_OF_ADVERT,
)
from transforms.text.characters import REPLACEMENT, is_blank
from transforms.text.evidence import Reading
from transforms.text.normalise import compose_letters, hash_of, language_of, mask_contacts, strip_invisible, text_of
from transforms.text.rejects import MISSHAPEN, Rejected, first_issues

MAX_HTML = 4_000_000
"""HTML is read up to this many characters: over ten times the longest advert seen (an ATS page of 330 kB)."""
MAX_TEXT = 200_000
"""Text is read up to this many characters; longer ones are not adverts but pasted documents."""
MIN_FULL_ADVERT = 500
"""A text shorter than this many characters is no full advert, wherever it stood: it is what the aggregators that cut
texts leave of them, and 10 of 8,500 adverts of employers' own boards are shorter."""
MIN_FULL_TEXT = 200
"""A text shorter than this many characters is a snippet: no advert describes a job in two lines."""
MAX_REQUISITION = 60
"""Characters above which a requisition is prose; ATS fields for it are two or three words wide."""
REQUISITION = "req "
"""What a requisition's column says of its digits: they are no telephone number, unless they are called one."""
NO_REQUISITION = re.compile(
    r"[^1-9]*|\W*9{3,}\W*|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    r"|.*\b(?:evergreen|pipeline|talent (?:pool|community)|tb[acd]|placeholder|pending)\b.*",
    re.IGNORECASE,
)
"""What stands where there is no number of the opening: no digit but 0, a run of 9, a system's UUID, a standing post."""
BATCH = 64
"""Postings that are made together, step by step: some hundred kilobytes of text."""
NO_WORDINGS: Mapping[str, str] = MappingProxyType({})


def posting(**raw: Unpack[RawPosting]) -> Posting:
    """Make a finished posting from what a source says.

    Raises `Rejected` when there is no id or no title: such a record is no posting. Anything else that cannot
    be read is left NULL and, where the source stated it, noted in `issues`.
    """
    raw = bound_raw(raw, None)
    steps = _steps(raw, wording_hash(raw), _depth_of(raw, ALL_PERCENT))
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            row: Posting = stop.value
            return row


_RawRow = RawPosting | Issue | Removal | Repetition
_Row = Posting | Issue | Removal | Repetition


def postings(
    records: Iterable[_RawRow],
    earlier_wordings: Mapping[str, str] = NO_WORDINGS,
    *,
    seen_on: date | None = None,
    percent: int = ALL_PERCENT,
) -> Iterator[_Row]:
    """Make several postings, in order; what is none passes, and what cannot become one becomes an `Issue`.

    `BATCH` of them are made step by step: what a step needs then stays in the processor's cache, and the lines of
    all their texts are read at once. The result is the same as `posting`'s. `earlier_wordings` are adverts that were
    read before, by their `wording_hash`; one that says the same is not read again. `seen_on` is the day of the answer,
    `percent` the part of the texts that are read where nothing tells of AI, data or engineering (`transforms.depth`).
    """
    for group in _batches(records):
        yield from _make_batch(group, earlier_wordings, seen_on, percent)


def _batches(records: Iterable[_RawRow]) -> Iterator[list[_RawRow]]:
    """`BATCH` at a time; when reading the answer fails, what came before it is yielded first."""
    group: list[_RawRow] = []
    try:
        for one in records:
            group.append(one)
            if len(group) == BATCH:
                yield group
                group = []
    except Rejected:
        yield group
        raise
    yield group


def _make_batch(
    group: Sequence[_RawRow], earlier_wordings: Mapping[str, str], seen_on: date | None, percent: int
) -> list[_Row]:
    results: dict[int, _Row] = {}
    new: list[tuple[int, RawPosting, str | None, Depth]] = []
    for number, whole in enumerate(group):
        if isinstance(whole, Issue | Removal | Repetition):
            results[number] = whole
            continue
        try:
            one = bound_raw(whole, seen_on)
        except MISSHAPEN as error:
            results[number] = _has_wrong_type(whole, error)
            continue
        digest = wording_hash(one)
        if digest is not None and digest in earlier_wordings:
            results[number] = Repetition(digest)
        else:
            new.append((number, one, digest, _depth_of(one, percent)))
    _prefetch_bodies([one for _, one, _, depth in new if depth.is_read])
    tasks = [(number, _steps(one, digest, depth)) for number, one, digest, depth in new]
    while tasks:
        open_tasks = []
        for number, steps in tasks:
            try:
                next(steps)
                open_tasks.append((number, steps))
            except StopIteration as stop:
                results[number] = stop.value
            except Rejected as error:
                results[number] = error.issue
            except MISSHAPEN as error:
                results[number] = _has_wrong_type(group[number], error)
        tasks = open_tasks
    return [results[number] for number in range(len(group))]


def _has_wrong_type(record: object, error: Exception) -> Issue:
    rule = f"not of the shape that the source's records have: {type(error).__name__}: {error}"
    return Rejected("record", record, rule).issue


# --- the steps of a posting -----------------------------------------------------------------------------


class _Content(NamedTuple):
    """Id, title and text of an advert."""

    id: str
    title: str
    body: _Body
    text_state: str
    text_class: str
    location_text: str | None
    issues: tuple[Issue, ...]


class _Terms(NamedTuple):
    """Where and how the job is done. `country`: the one country it is in, or that its remote work is open to."""

    where: Whereabouts
    country: str | None
    employment_type: str | None
    issues: tuple[Issue, ...]


class _TitleReading(NamedTuple):
    """Role and level that the title names."""

    role: Reading
    seniority: Reading


class _Demands(NamedTuple):
    """What the job asks of a person, and what it does with AI; with the spans that say so."""

    seniority: str
    is_inferred: bool
    years_min: float | None
    degree_min: str | None
    qualifications: tuple[str, ...] | None
    ai_label: str | None
    spans: tuple[Span, ...]
    issues: tuple[Issue, ...]


class _Headline(NamedTuple):
    """The columns of a posting's own pay, all None where it states none."""

    pay_text: str | None = None
    low: float | None = None
    high: float | None = None
    currency: str | None = None
    period: str | None = None
    source: str | None = None
    tax: str | None = None
    flag: str | None = None
    annual_low: float | None = None
    annual_high: float | None = None
    country: str | None = None
    region: str | None = None
    continent: str | None = None
    market: str | None = None


class _Offer(NamedTuple):
    """All components of pay, the posting's own first."""

    pay: tuple[Pay, ...]
    headline: _Headline
    issues: tuple[Issue, ...]
    spans: tuple[Span, ...] = ()
    is_repeated: bool | None = None
    """Whether prose repeats the range of a field; None where one of them states none."""


def _depth_of(raw: RawPosting, percent: int) -> Depth:
    """How deep an advert is read, by its id, title and text as they came."""
    words = raw.get("html") or raw.get("text")
    return find_depth(raw["source"], str(raw.get("id")).strip(), raw.get("title"), words, percent=percent)


def _steps(raw: RawPosting, digest: str | None, depth: Depth) -> Generator[None, None, Posting]:
    """Make a posting; every `yield` ends a step of readers that have their tables in common."""
    content = _read_content(raw, depth)
    yield
    statements = statements_in(content.body.text)
    yield
    terms = _read_terms(raw, content, statements)
    yield
    title_reading = _TitleReading(role_of(content.title), seniority_of(content.title))
    yield
    demands = _read_demands(raw, content, title_reading)
    yield
    offer = _read_offer(raw, content, terms, title_reading)
    yield
    return _assemble(raw, digest, depth, content, terms, title_reading, demands, offer)


def _read_content(raw: RawPosting, depth: Depth) -> _Content:
    """Id, title and text. Raises `Rejected` where one of the first two is missing."""
    native, title = _id_and_title(raw)
    issues = tuple(raw.get("issues", ()))
    place = _fold_space(raw.get("location_text"))
    if not depth.is_read:
        return _Content(native, title, _EMPTY, UNREAD, UNREAD, place, issues)
    body = _read_body(raw.get("html"), raw.get("text"))
    if body.issue is not None:
        issues += (body.issue,)
    state = raw.get("text_state") or _text_state(body.text)
    text_class = _text_class(raw.get("text_class") or FULL_ADVERT, state, body.text)
    return _Content(native, title, body, state, text_class, place, issues)


def _text_state(text: str) -> str:
    return "none" if not text else "full" if len(text) >= MIN_FULL_TEXT else "snippet"


def _text_class(text_class: str, state: str, text: str) -> str:
    """The class that the endpoint states, unless the text is too short for it."""
    if state == "none":
        return NO_TEXT
    min_length = MIN_FULL_ADVERT if text_class == FULL_ADVERT else MIN_FULL_TEXT
    return SNIPPET if len(text) < min_length or (state == "snippet" and text_class == FULL_ADVERT) else text_class


def _read_terms(raw: RawPosting, content: _Content, statements: Sequence[Statement]) -> _Terms:
    """Places, workplace and kind of employment. `statements`: of the workplace, by the text."""
    where = whereabouts(
        content.location_text,
        addresses=raw.get("addresses", ()),
        is_remote=raw.get("is_remote"),
        workplace=raw.get("workplace"),
        title=content.title,
        text=content.body.text,
        statements=statements,
    )
    country = _only_value([p.country for p in where.places]) or _only_country(where.remote_scope)
    words = raw.get("employment_type")
    kind, is_known = employment_of(words, content.title, content.body.text)
    if is_known:
        return _Terms(where, country, kind, ())
    rule = "a kind of employment known to lookups/role/employment_types.csv expected; add the word there"
    return _Terms(where, country, kind, (Rejected("employment_type", words, rule).issue,))


def _read_demands(raw: RawPosting, content: _Content, title_reading: _TitleReading) -> _Demands:
    """Level, years, degree and the work with AI, by the text and what title and source say of the level."""
    text = content.body.text
    years = years_in(text) if text else None
    degree = degree_in(text) if text else None
    qualifications = qualifications_in(text) if content.body.language == "en" else ()
    label = ai_label(content.title, text, role=title_reading.role.value) if text else None
    issues: list[Issue] = []
    seniority, is_inferred, spans = _seniority(title_reading.seniority, raw.get("level"), years, issues)
    if years is not None:
        spans.append(_span("years_min", "text", years[1], years[2], "least years of experience"))
    if degree is not None:
        spans.append(_span("degree_min", "text", degree.start, degree.end, degree.rule))
    spans += [_span("qualifications", "text", one.start, one.end, one.rule) for one in qualifications]
    if label is not None:
        spans.append(_span("ai_label", label.part, label.start, label.end, label.rule))
    return _Demands(
        seniority=seniority,
        is_inferred=is_inferred,
        years_min=years[0] if years else None,
        degree_min=degree.value if degree else None,
        qualifications=tuple(one.value for one in qualifications) or None,
        ai_label=label.value if label else None,
        spans=tuple(spans),
        issues=tuple(issues),
    )


def _read_offer(raw: RawPosting, content: _Content, terms: _Terms, title_reading: _TitleReading) -> _Offer:
    """All pay that fields and prose state, and the posting's own pay among it."""
    where = terms.where
    is_ruled_out = terms.country is not None and terms.country in countries_ruled_out(content.location_text or "")
    country = None if is_ruled_out else terms.country
    field_pays, words = raw.get("pay", ()), raw.get("pay_text")
    pays, is_repeated = all_pay(field_pays, words, content.body.text, content.title, country=country)
    if any(pay.currency is None for pay in pays):
        pays = settle_signs(
            pays, {place.country for place in where.places if place.country}, raw.get("employer_country")
        )
    pays = complete_pay(
        pays,
        country=country,
        employment_type=terms.employment_type,
        seniority=title_reading.seniority.value,
        role_group=GROUP_OF_ROLE[title_reading.role.value],
        places=() if where.workplace == REMOTE else where.places,
    )
    issues = tuple(_low_above_high(p) for p in pays if p.flag == "low_above_high")
    if not (pays and pays[0].is_headline):
        return _Offer(pays, _Headline(pay_text=_fold_space(words)), issues)
    span = span_of_currency(pays[0], content.body.text)
    head = _headline(pays[0], where, content.location_text)
    return _Offer(pays, head, issues, (span,) if span else (), is_repeated)


def _headline(pay: Pay, where: Whereabouts, location_text: str | None) -> _Headline:
    country, region, continent = where_pay_counts(pay, where, location_text)
    return _Headline(
        pay_text=pay.pay_text,
        low=pay.low,
        high=pay.high,
        currency=pay.currency,
        period=pay.period,
        source=pay.reading,
        tax=pay.tax,
        flag=pay.flag,
        annual_low=pay.annual_low,
        annual_high=pay.annual_high,
        country=country,
        region=region,
        continent=continent,
        market=market_of(pay.currency, country),
    )


def _assemble(
    raw: RawPosting,
    digest: str | None,
    depth: Depth,
    content: _Content,
    terms: _Terms,
    title_reading: _TitleReading,
    demands: _Demands,
    offer: _Offer,
) -> Posting:
    """The row, from what the steps read; the skills are read here, last."""
    board, employer, language = raw.get("board"), raw.get("employer"), raw.get("language")
    title, body, where, role, head = content.title, content.body, terms.where, title_reading.role, offer.headline
    consistency = check_itself(
        Evidence(
            places=where.places,
            remote_scope=where.remote_scope or (),
            pay=offer.pay,
            pay_country=head.country,
            is_pay_repeated=offer.is_repeated,
            is_workplace_repeated=where.is_repeated,
            level_in_title=title_reading.seniority.value,
            years_min=demands.years_min,
            text=body.text,
        )
    )
    issues = (*content.issues, *terms.issues, *demands.issues, *offer.issues)
    is_technical = GROUP_OF_ROLE[role.value] in (*AI_GROUPS, *TECHNICAL_GROUPS) or demands.ai_label == "builds_ai"
    span = Span(field="role", part="title", start=role.start, end=role.end, rule=role.rule, reading="parsed")
    return Posting(
        posting_id=f"{raw['source']}:{content.id}",
        source=raw["source"],
        board=board,
        url=raw.get("url"),
        title=title,
        employer=_fold_space(employer),
        employer_in_text=find_spelling(employer, raw["source"], board, body.text),
        department=_fold_space(raw.get("department")),
        industry_text=_fold_space(raw.get("industry_text")),
        requisition_id=_requisition(raw.get("requisition_id")),
        openings=openings_of(raw.get("openings")),
        location_text=content.location_text,
        country=_only_value([p.country for p in where.places]),
        subdivision=_only_value([p.subdivision for p in where.places]),
        city=where.places[0].city if len(where.places) == 1 else None,
        region=_only_value([p.region for p in where.places]),
        continent=_only_value([p.continent for p in where.places]),
        workplace=where.workplace,
        remote_scope=where.remote_scope,
        employment_type=terms.employment_type,
        posted_on=raw.get("posted_on"),  # type: ignore[arg-type]  # a day by now
        valid_through=raw.get("valid_through"),  # type: ignore[arg-type]
        role=role.value,
        role_group=GROUP_OF_ROLE[role.value],
        seniority=demands.seniority,
        seniority_inferred=demands.is_inferred,
        years_min=demands.years_min,
        degree_min=demands.degree_min,
        qualifications=demands.qualifications,
        ai_label=demands.ai_label,
        language=language[:2].lower() if language else body.language,
        text_state=content.text_state,
        text_class=content.text_class,
        told_by=depth.told_by,
        is_drawn=depth.is_drawn,
        text_hash=body.text_hash,
        pay_text=head.pay_text,
        pay_low=head.low,
        pay_high=head.high,
        currency=head.currency,
        period=head.period,
        pay_source=head.source,
        pay_tax=head.tax,
        pay_flag=head.flag,
        annual_low=head.annual_low,
        annual_high=head.annual_high,
        pay_country=head.country,
        pay_region=head.region,
        pay_continent=head.continent,
        pay_market=head.market,
        agreements=consistency.agreements or None,
        doubts=consistency.doubts or None,
        text=body.text or None,
        places=where.places,
        pay=offer.pay,
        skills=skills_in(body.text, title=title, employer=(employer, board)) if body.text else (),
        candidates=find_listed_names(body.text) if body.text and is_technical else (),
        spans=(span, *where.spans, *demands.spans, *offer.spans),
        issues=first_issues(issues, MAX_ISSUES_OF_ADVERT),
        wording_hash=digest,
        record_hash=None if issues else raw.get("record_hash"),  # an issue may be one of the day it was seen on
    )


def _id_and_title(raw: RawPosting) -> tuple[str, str]:
    """What makes a record a posting. Raises `Rejected` where one of the two is not there."""
    native, title = raw["id"], raw["title"]
    if native is None or isinstance(native, bool) or not str(native).strip():
        raise Rejected("posting_id", native, "a native id expected; without one the posting cannot be followed")
    name = _fold_space(title if isinstance(title, str) else None)
    if not name or is_blank(name):
        raise Rejected("title", title, f"a title expected in posting {native}")
    id = str(native).strip()
    if len(id) > MAX_ID or REPLACEMENT in id or strip_invisible(id) != id:
        raise Rejected("posting_id", id, f"a native id of at most {MAX_ID} printable characters expected")
    return id, name


def _seniority(
    in_title: Reading, word: str | None, years: tuple[float, int, int] | None, issues: list[Issue]
) -> tuple[str, bool, list[Span]]:
    """The level, whether it was inferred, and where it was read: the title's word, the source's, then the years."""
    if in_title.value != "unstated":
        return in_title.value, False, [_span("seniority", "title", in_title.start, in_title.end, in_title.rule)]
    if word:
        level = seniority_stated(word)
        if level is None:
            rule = "a level known to lookups/role/levels.csv expected; add the word there"
            issues.append(Rejected("seniority", word, rule).issue)
        elif level != "unstated":
            return level, False, [_span("seniority", "structured", None, None, "level as stated", "stated")]
    if years is not None:
        span = _span("seniority", "text", years[1], years[2], "least years of experience", "inferred")
        return seniority_by_years(years[0]), True, [span]
    return in_title.value, False, []


def _requisition(value: object) -> str | None:
    """The employer's number of the opening; None where a placeholder stands for it."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    number = _fold_space(mask_contacts(REQUISITION + str(value)[:MAX_TEXT]).removeprefix(REQUISITION))
    return None if not number or len(number) > MAX_REQUISITION or NO_REQUISITION.fullmatch(number) else number


def _fold_space(text: str | None) -> str | None:
    return " ".join(text.split()) or None if text else None


# --- the text -----------------------------------------------------------------------


class _Body(NamedTuple):
    """An advert's text, masked and capped, with its language, its hash, and an issue where it is cut or damaged."""

    text: str
    language: str | None
    text_hash: str | None
    issue: Issue | None


_EMPTY = _Body("", None, None, None)


def _read_all(originals: list[str], *, is_html: bool) -> list[_Body]:
    """Texts read together, step by step: each step's tables stay in the processor's cache."""
    cut = [one[:MAX_HTML] for one in originals]
    whole = [text_of(one) if is_html else strip_invisible(one) for one in cut]
    texts = [mask_contacts(compose_letters(one[:MAX_TEXT].strip())) for one in whole]
    languages = [language_of(text) if text else None for text in texts]
    hashes = [hash_of(text) if text else None for text in texts]
    issues = [_too_long(*both) or _damage_in(both[1]) for both in zip(originals, whole, strict=True)]
    prefetch_lines(texts)
    return list(map(_Body, texts, languages, hashes, issues))


def _too_long(original: str, read: str) -> Issue | None:
    if len(original) <= MAX_HTML and len(read) <= MAX_TEXT:
        return None
    rule = f"at most {MAX_TEXT} characters of text expected; read up to there"
    return Rejected("text", f"{len(original)} characters", rule).issue


def _damage_in(read: str) -> Issue | None:
    if read.isascii() or REPLACEMENT not in read:
        return None
    at = read.index(REPLACEMENT)
    rule = f"text expected; at position {at} stands U+FFFD, in place of what was no character"
    return Rejected("text", read[max(0, at - 20) : at + 20], rule).issue


_of_html = BatchCache(functools.partial(_read_all, is_html=True))
_of_text = BatchCache(functools.partial(_read_all, is_html=False))


def _prefetch_bodies(records: Iterable[RawPosting]) -> None:
    """Read the texts of several adverts at once, before they are asked for one by one."""
    html, text = [], []
    for one in records:
        if one.get("html"):
            html.append(one["html"])
        elif one.get("text"):
            text.append(one["text"])
    _of_html.get_many([one for one in html if isinstance(one, str)])
    _of_text.get_many([one for one in text if isinstance(one, str)])


def _read_body(html: str | None, text: str | None) -> _Body:
    return _of_html(html) if html else _of_text(text) if text else _EMPTY


# --- values -------------------------------------------------------------------------------------------


def _only_value(values: Sequence[str | None]) -> str | None:
    """The one value that all places with a value share, else None."""
    known_values = {v for v in values if v}
    return known_values.pop() if len(known_values) == 1 else None


def _only_country(scope: tuple[str, ...] | None) -> str | None:
    """The country when remote work is open to one country only."""
    return scope[0] if scope and len(scope) == 1 and region_of(scope[0]) != (None, None) else None


def _span(field: str, part: str, start: int | None, end: int | None, rule: str, reading: str = "parsed") -> Span:
    return Span(field=field, part=part, start=start, end=end, rule=rule, reading=reading)


def _low_above_high(pay: Pay) -> Issue:
    rule = "a range whose low end is not above its high end expected; the amounts were left out"
    return Rejected("pay_low", pay.pay_text or "", rule).issue
