"""Make a `Posting` from what a source says. No other module makes postings.

It uses no clock, network or database, so the same response always gives the same posting.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple, Unpack

from transforms.consistency import Evidence, check_itself
from transforms.depth import ALL_PERCENT, Depth, find_depth
from transforms.employers.identity import evidence
from transforms.employers.shared_names import find_site
from transforms.employers.title_keys import place_in, title_key
from transforms.employers.token_names import find_spelling
from transforms.employers.vacancies import place_keys
from transforms.pay.normalisation import complete_pay
from transforms.pay.region import REMOTE, SEVERAL, Area, market_of, where_pay_counts
from transforms.pay.shared_sign import is_foreign, settle_signs, span_of_currency
from transforms.pay.statements import all_pay
from transforms.place.gazetteer import with_members
from transforms.place.inferred_country import Clue, add_inferred_place, clue_of_currency, country_by_clues, find_clues
from transforms.place.places import Whereabouts, region_of, whereabouts
from transforms.place.stated_place import find_other_place, repeats_place
from transforms.place.workplace_text import Statement, statements_in
from transforms.raw_posting import DAYS, RawPosting, bound_raw, wording_hash
from transforms.records.rows import Issue, Pay, Place, Posting, Removal, Repetition, Span
from transforms.records.vocabulary import (
    AI_GROUPS,
    FULL_ADVERT,
    GROUP_OF_ROLE,
    NO_TEXT,
    OTHER_MONEY,
    SNIPPET,
    TECHNICAL_GROUPS,
    UNREAD,
)
from transforms.role.ai_label import ai_label
from transforms.role.contract import choose_contract, contract_of
from transforms.role.employment import employment_of
from transforms.role.openings import openings_of
from transforms.role.qualifications import qualifications_in
from transforms.role.requirements import degree_in, years_in
from transforms.role.titles import role_of, seniority_by_years, seniority_of, seniority_stated
from transforms.skills.extraction import skills_in
from transforms.skills.listed_names import find_listed_names
from transforms.skills.sections import prefetch_lines
from transforms.text.batch_cache import BatchCache
from transforms.text.bounds import MAX_ID, MAX_ISSUES_OF_ADVERT
from transforms.text.characters import REPLACEMENT, compose_letters, hash_of, is_blank, strip_invisible
from transforms.text.contacts import mask_contacts
from transforms.text.evidence import Reading
from transforms.text.html_text import text_of
from transforms.text.language import language_of
from transforms.text.rejects import MISSHAPEN, Rejected, first_issues

MAX_HTML = 4_000_000
"""Only this many characters of HTML are read: over ten times the longest advert seen (330 kB)."""
MAX_TEXT = 200_000
"""Only this many characters of text are read. Longer texts are not adverts but pasted documents."""
MIN_FULL_ADVERT = 500
"""Minimum characters of a text of the class `FULL_ADVERT`. Of 8,500 on employers' own boards, only 10 are shorter."""
MIN_FULL_TEXT = 200
"""Minimum characters of a full text of any other class, and of the text state "full". A shorter text is a snippet."""
MAX_REQUISITION = 60
"""Maximum characters of a requisition id. A longer value is prose: real ids have at most two or three words."""
REQUISITION = "req "
"""Text put before a requisition number, so that its digits are not masked as a telephone number."""
NO_REQUISITION = re.compile(
    r"[^1-9]*|\W*9{3,}\W*|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    r"|.*\b(?:evergreen|pipeline|talent (?:pool|community)|tb[acd]|placeholder|pending)\b.*",
    re.IGNORECASE,
)
"""Placeholders for a requisition number: no digit but 0, a run of nines, a UUID, or words such as "evergreen"."""
YEARS_RULE = "least years of experience"
"""Name of the rule by which `years_in` reads years of experience."""
BATCH = 64
"""Number of postings that are made together, step by step. Their texts take a few hundred kilobytes."""
NO_WORDINGS: Mapping[str, str] = MappingProxyType({})


def posting(**raw: Unpack[RawPosting]) -> Posting:
    """Make a finished posting from what a source says. The arguments are the keys of `RawPosting`.

    Raise `Rejected` if id or title is missing. Any other value that cannot be read is None in the posting; if the
    source stated it, an issue is added to the posting's `issues`.
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
    country: str | None = None,
) -> Iterator[_Row]:
    """Make a posting of each record, in order. Issues, removals and repetitions pass through unchanged.

    A record that cannot be made into a posting becomes an issue. A record whose `wording_hash` is a key of
    `earlier_wordings` becomes a `Repetition`. `seen_on` is the day of the source's answer, on which the dates in a
    record must be possible. `percent` is the depth of reading (`transforms.depth`). `country` is that of the source, if
    its adverts are of one country by definition.

    `BATCH` postings are made together, step by step: the tables of a step then stay in the processor's cache, and the
    lines of all texts are read at once. The result does not depend on the batches.
    """
    for group in _batches(records):
        yield from _make_batch(group, earlier_wordings, seen_on, percent, country)


def _batches(records: Iterable[_RawRow]) -> Iterator[list[_RawRow]]:
    """Yield `BATCH` records at a time.

    If `records` raises `Rejected`, yield the records before it, then raise it again.
    """
    group: list[_RawRow] = []
    try:
        for record in records:
            group.append(record)
            if len(group) == BATCH:
                yield group
                group = []
    except Rejected:
        yield group
        raise
    yield group


def _make_batch(
    group: Sequence[_RawRow],
    earlier_wordings: Mapping[str, str],
    seen_on: date | None,
    percent: int,
    country: str | None,
) -> list[_Row]:
    results: dict[int, _Row] = {}
    new: list[tuple[int, RawPosting, str | None, Depth]] = []
    for number, record in enumerate(group):
        if isinstance(record, Issue | Removal | Repetition):
            results[number] = record
            continue
        try:
            raw = bound_raw(record, seen_on)
        except MISSHAPEN as error:
            results[number] = _has_wrong_type(record, error)
            continue
        digest = wording_hash(raw)
        if digest is not None and digest in earlier_wordings:
            results[number] = Repetition(digest)
        else:
            new.append((number, raw, digest, _depth_of(raw, percent)))
    for key, cache in _CACHES.items():
        words = [raw.get(key) for _, raw, _, depth in new if depth.is_read and (key == "html" or not raw.get("html"))]
        cache.get_many([each for each in words if each and isinstance(each, str)])
    tasks = [(number, _steps(raw, digest, depth, country)) for number, raw, digest, depth in new]
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


def _depth_of(raw: RawPosting, percent: int) -> Depth:
    words = raw.get("html") or raw.get("text")
    return find_depth(raw["source"], str(raw.get("id")).strip(), raw.get("title"), words, percent=percent)


def _steps(
    raw: RawPosting, digest: str | None, depth: Depth, source_country: str | None = None
) -> Generator[None, None, Posting]:
    """Make a posting, with a `yield` after each step, so that a caller can run one step for many postings in turn."""
    id, title = _id_and_title(raw)
    location_text, employer, board = _fold_space(raw.get("location_text")), raw.get("employer"), raw.get("board")
    spans: list[Span] = []
    issues: list[Issue] = [*raw.get("issues", ())]
    body, text_state, text_class = _EMPTY, UNREAD, UNREAD
    if depth.is_read:
        body = _read_body(raw)
        text_state, text_class = _classify_text(raw, body.text)
    if body.issue is not None:
        issues.append(body.issue)
    text = body.text
    yield
    statements = statements_in(text)
    yield
    where = by_fields = _whereabouts_of(raw, title, location_text, text, statements, body.language)
    if where.tier is not None or any(span.part == "text" for span in where.spans):
        by_fields = _whereabouts_of(raw, title, location_text, "", ())
    clues = find_clues(where, title, text, source_country)
    employment_type, contract = _read_employment(raw, title, text, issues)
    yield
    role, level = role_of(title), seniority_of(title)
    role_group = GROUP_OF_ROLE[role.value]
    yield
    demands = _read_demands(raw, title, body, role, level, spans, issues)
    is_technical = role_group in (*AI_GROUPS, *TECHNICAL_GROUPS) or demands["ai_label"] == "builds_ai"
    yield
    pay, is_repeated = _read_pay(
        raw, title, text, location_text=location_text, where=where,
        country=_shared_value([place.country for place in where.places]) or country_by_clues(clues),
        employment_type=employment_type, contract=contract, seniority=level.value, role_group=role_group,
    )  # fmt: skip
    issues.extend(_find_unread_pay(pay))
    head = pay[0] if pay and pay[0].is_headline else None
    clues += _read_currency(head, text, where, spans)
    where = add_inferred_place(where, clues)
    spans.extend(where.spans)
    places = where.places
    shared = _shared_places(places)
    zones = {each.country for each in pay if each.component == "base" and each.country}
    area = where_pay_counts(head, where, location_text, zones=zones) if head else Area(None, None, None)
    yield
    agreements, doubts = check_itself(
        Evidence(
            places=places,
            remote_scope=where.remote_scope or (),
            pay=pay,
            pay_country=_country_of_headline(head, area),
            is_pay_repeated=is_repeated if head else None,
            is_workplace_repeated=where.is_repeated,
            is_place_repeated=_is_place_repeated(text, where, spans),
            level_in_title=level.value,
            years_min=demands["years_min"],
            text=text,
            country_clues=tuple(clue.countries for clue in clues),
        )
    )
    language = raw.get("language")
    days: dict[str, Any] = {day: raw.get(day) for day in DAYS}
    return Posting(
        posting_id=f"{raw['source']}:{id}",
        source=raw["source"],
        board=board,
        url=raw.get("url"),
        title=title,
        employer=_fold_space(employer),
        employer_in_text=find_spelling(employer, raw["source"], board, text),
        employer_site=find_site(employer, raw["source"], board, raw.get("url"), text),
        department=_fold_space(raw.get("department")),
        industry_text=_fold_space(raw.get("industry_text")),
        requisition_id=_requisition(raw.get("requisition_id")),
        openings=openings_of(raw.get("openings")),
        location_text=location_text,
        places=places,
        **shared,
        workplace=where.workplace,
        remote_scope=where.remote_scope,
        ruled_out=where.ruled_out or None,
        employment_type=employment_type,
        contract=contract or choose_contract(each.contract for each in pay if each.component == "base"),
        **days,
        role=role.value,
        role_group=role_group,
        **demands,
        language=language[:2].lower() if language else body.language,
        text_state=text_state,
        text_class=text_class,
        told_by=depth.told_by,
        is_drawn=depth.is_drawn,
        text_hash=body.text_hash,
        **_vacancy_of(raw, title, location_text, by_fields),
        text=text or None,
        pay=pay,
        **_headline(head, area, raw),
        agreements=agreements or None,
        doubts=doubts or None,
        skills=skills_in(text, title=title, employer=(employer, board)) if text else (),
        candidates=find_listed_names(text) if text and is_technical else (),
        spans=(_span("role", "title", role.start, role.end, role.rule), *spans),
        issues=first_issues(issues, MAX_ISSUES_OF_ADVERT),
        wording_hash=digest,
        record_hash=None if issues else raw.get("record_hash"),  # issues may depend on the day of the answer
    )


def _read_employment(raw: RawPosting, title: str, text: str, issues: list[Issue]) -> tuple[str | None, str | None]:
    """Return the kind of employment and the contract. An unknown word of the source is added to `issues`."""
    word = raw.get("employment_type")
    employment_type, is_known = employment_of(word, title, text)
    if not is_known:
        rule = "expected a kind of employment known to lookups/role/employment_types.csv; add the word there"
        issues.append(Rejected("employment_type", word, rule).issue)
    return employment_type, contract_of(word, title, text, employment_type)


def _read_currency(head: Pay | None, text: str, where: Whereabouts, spans: list[Span]) -> tuple[Clue, ...]:
    """Return the currency of the posting's pay as a clue to its country, where no words settle what currency it is."""
    if head and (span := span_of_currency(head, text)):
        spans.append(span)
    elif head and not where.places:
        return clue_of_currency(head.currency)
    return ()


def _whereabouts_of(
    raw: RawPosting,
    title: str,
    location_text: str | None,
    text: str,
    statements: Sequence[Statement],
    language: str | None = None,
) -> Whereabouts:
    return whereabouts(
        location_text,
        addresses=raw.get("addresses", ()),
        is_remote=raw.get("is_remote"),
        workplace=raw.get("workplace"),
        title=title,
        text=text,
        statements=statements,
        language=raw.get("language") or language,
        employer_country=raw.get("employer_country"),
    )


def _is_place_repeated(text: str, where: Whereabouts, spans: list[Span]) -> bool | None:
    """Return whether the text repeats the places of the fields; None of remote work, which is done elsewhere.

    The words that state another place are added to `spans`.
    """
    if where.is_overruled:
        return False
    places = [place for place in where.places if place.reading != "inferred"]
    is_repeated = repeats_place(text, places) if text and places and where.workplace != REMOTE else None
    if is_repeated is False:
        start, end = find_other_place(text, places)
        rule = "another place that the text states for the job"
        spans.append(Span(field="other_place", part="text", start=start, end=end, rule=rule, reading="parsed"))
    return is_repeated


def _vacancy_of(raw: RawPosting, title: str, location_text: str | None, by_fields: Whereabouts) -> dict[str, Any]:
    """Return the columns that tell vacancies apart, from fields alone."""
    employer = raw.get("employer")
    words = (location_text, employer, evidence(employer, raw["source"], raw.get("board"), raw.get("url")))
    return {
        "title_key": title_key(title, *words),
        "vacancy_places": place_keys(by_fields, location_text, place_in(title, *words)),
        "template_hash": None,
    }


def _read_pay(
    raw: RawPosting,
    title: str,
    text: str,
    *,
    location_text: str | None,
    where: Whereabouts,
    country: str | None,
    employment_type: str | None,
    contract: str | None,
    seniority: str,
    role_group: str,
) -> tuple[tuple[Pay, ...], bool | None]:
    """Return the pay of a posting, its headline first, and whether the text repeats the pay of the fields."""
    # The one country where the job is, or to which its remote work is open, unless its pay is said not to count there.
    country_of_pay = country or _only_country(where.remote_scope)
    if country_of_pay in with_members(where.ruled_out):
        country_of_pay = None
    pay, is_repeated = all_pay(raw.get("pay", ()), raw.get("pay_text"), text, title, country=country_of_pay)
    if any(each.currency is None for each in pay):
        countries = {place.country for place in where.places if place.country}
        pay = settle_signs(pay, countries, raw.get("employer_country"))
    pay = complete_pay(
        pay,
        country=country_of_pay,
        employment_type=employment_type,
        contract=contract,
        seniority=seniority,
        role_group=role_group,
        places=() if where.workplace == REMOTE else where.places,
    )
    return pay, is_repeated


UNREAD_PAY = {
    "low_above_high": "expected a range whose low end is not above its high end; the amounts were left out",
    "digits_misgrouped": "expected digits in groups of three (or two, as in India); the amounts were left out",
}
"""Flags of pay whose amounts are left out, and what was expected."""


def _find_unread_pay(pay: Iterable[Pay]) -> Iterator[Issue]:
    for each in pay:
        if each.flag in UNREAD_PAY:
            yield Rejected("pay_low", each.pay_text or "", UNREAD_PAY[each.flag]).issue


def _headline(head: Pay | None, area: Area, raw: RawPosting) -> dict[str, Any]:
    """Return the columns of the headline pay. Without one, only `pay_text` is filled: from the field for pay."""
    own = head or Pay()
    return {
        "pay_text": own.pay_text if head else _fold_space(raw.get("pay_text")),
        "pay_low": own.low,
        "pay_high": own.high,
        "currency": own.currency,
        "period": own.period,
        "pay_source": own.reading if head else None,
        "pay_tax": own.tax,
        "pay_contract": own.contract,
        "pay_flag": own.flag,
        "annual_low": own.annual_low,
        "annual_high": own.annual_high,
        "pay_country": area.country,
        "pay_region": area.region,
        "pay_continent": area.continent,
        "pay_market": _market_of_headline(own, _country_of_headline(head, area)),
    }


def _market_of_headline(pay: Pay, country: str | None) -> str | None:
    return market_of(pay.currency, country) or (OTHER_MONEY if is_foreign(pay, country) else None)


def _country_of_headline(head: Pay | None, area: Area) -> str | None:
    """Return the country that the headline itself is for, where the advert pays apart in several; else the area's."""
    return head.country if head and head.country and area.country == SEVERAL else area.country


def _shared_places(places: Sequence[Place]) -> dict[str, Any]:
    """Return what all places of a posting have in common, by column."""
    return {
        "country": _shared_value([place.country for place in places]),
        "subdivision": _shared_value([place.subdivision for place in places]),
        "city": places[0].city if len(places) == 1 else None,
        "region": _shared_value([place.region for place in places]),
        "continent": _shared_value([place.continent for place in places]),
    }


def _classify_text(raw: RawPosting, text: str) -> tuple[str, str]:
    """Return the text state and the text class."""
    length = "none" if not text else "full" if len(text) >= MIN_FULL_TEXT else "snippet"
    state, text_class = raw.get("text_state") or length, raw.get("text_class") or FULL_ADVERT
    if state == "none":
        return state, NO_TEXT
    min_length = MIN_FULL_ADVERT if text_class == FULL_ADVERT else MIN_FULL_TEXT
    is_snippet = len(text) < min_length or (state == "snippet" and text_class == FULL_ADVERT)
    return state, SNIPPET if is_snippet else text_class


def _read_demands(
    raw: RawPosting, title: str, body: _Body, role: Reading, level: Reading, spans: list[Span], issues: list[Issue]
) -> dict[str, Any]:
    """Return the columns that say what is asked of a person. Their spans and issues are added to the lists."""
    text = body.text
    years = years_in(text, title) if text else None
    degree = degree_in(text, title) if text else None
    qualifications = qualifications_in(text) if body.language == "en" else ()
    label = ai_label(title, text, role=role.value) if text else None
    seniority, is_inferred = _seniority(level, raw.get("level"), years, spans, issues)
    if years is not None:
        spans.append(_span("years_min", "text", years[1], years[2], YEARS_RULE))
    if degree is not None:
        spans.append(_span("degree_min", "text", degree.start, degree.end, degree.rule))
    spans.extend(_span("qualifications", "text", each.start, each.end, each.rule) for each in qualifications)
    if label is not None:
        spans.append(_span("ai_label", label.part, label.start, label.end, label.rule))
    return {
        "seniority": seniority,
        "seniority_inferred": is_inferred,
        "years_min": years[0] if years else None,
        "degree_min": degree.value if degree else None,
        "qualifications": tuple(each.value for each in qualifications) or None,
        "ai_label": label.value if label else None,
    }


def _id_and_title(raw: RawPosting) -> tuple[str, str]:
    native, title = raw["id"], raw["title"]
    if native is None or isinstance(native, bool) or not str(native).strip():
        raise Rejected("posting_id", native, "expected a native id; without one the posting cannot be followed")
    name = _fold_space(title if isinstance(title, str) else None)
    if not name or is_blank(name):
        raise Rejected("title", title, f"expected a title in posting {native}")
    id = str(native).strip()
    if len(id) > MAX_ID or REPLACEMENT in id or strip_invisible(id) != id:
        raise Rejected("posting_id", id, f"expected a native id of at most {MAX_ID} printable characters")
    return id, name


def _seniority(
    in_title: Reading, word: str | None, years: tuple[float, int, int] | None, spans: list[Span], issues: list[Issue]
) -> tuple[str, bool]:
    """Return the level, and whether it was inferred from years of experience.

    The title counts first, then the source's own word for the level, then the years.
    """
    if in_title.value != "unstated":
        spans.append(_span("seniority", "title", in_title.start, in_title.end, in_title.rule))
        return in_title.value, False
    if word:
        level = seniority_stated(word)
        if level is None:
            rule = "expected a level known to lookups/role/levels.csv; add the word there"
            issues.append(Rejected("seniority", word, rule).issue)
        elif level != "unstated":
            spans.append(_span("seniority", "structured", None, None, "level as stated", "stated"))
            return level, False
    if years is not None:
        spans.append(_span("seniority", "text", years[1], years[2], YEARS_RULE, "inferred"))
        return seniority_by_years(years[0]), True
    return in_title.value, False


def _requisition(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    number = _fold_space(mask_contacts(REQUISITION + str(value)[:MAX_TEXT]).removeprefix(REQUISITION))
    return None if not number or len(number) > MAX_REQUISITION or NO_REQUISITION.fullmatch(number) else number


def _fold_space(text: str | None) -> str | None:
    return " ".join(text.split()) or None if text else None


# --- the text -----------------------------------------------------------------------


class _Body(NamedTuple):
    """An advert's text, masked and cut to `MAX_TEXT`. `issue` reports that it was cut or holds damaged characters."""

    text: str
    language: str | None
    text_hash: str | None
    issue: Issue | None


_EMPTY = _Body("", None, None, None)


def _read_all(originals: list[str], *, is_html: bool) -> list[_Body]:
    """Read texts together, step by step, so that each step's tables stay in the processor's cache."""
    cut = [original[:MAX_HTML] for original in originals]
    whole = [text_of(html) if is_html else strip_invisible(html) for html in cut]
    texts = [mask_contacts(compose_letters(text[:MAX_TEXT].strip())) for text in whole]
    languages = [language_of(text) if text else None for text in texts]
    hashes = [hash_of(text) if text else None for text in texts]
    issues = list(map(_issue_with, originals, whole))
    prefetch_lines(texts)
    return list(map(_Body, texts, languages, hashes, issues))


def _issue_with(original: str, read: str) -> Issue | None:
    if len(original) > MAX_HTML or len(read) > MAX_TEXT:
        rule = f"expected at most {MAX_TEXT} characters of text; read up to there"
        return Rejected("text", f"{len(original)} characters", rule).issue
    if read.isascii() or REPLACEMENT not in read:
        return None
    at = read.index(REPLACEMENT)
    rule = f"expected text; at position {at} is U+FFFD, in place of bytes that are no character"
    return Rejected("text", read[max(0, at - 20) : at + 20], rule).issue


_CACHES = {key: BatchCache(functools.partial(_read_all, is_html=key == "html")) for key in ("html", "text")}


def _read_body(raw: RawPosting) -> _Body:
    key = "html" if raw.get("html") else "text"
    words: Any = raw.get(key)
    return _CACHES[key](words) if words else _EMPTY


# --- values -------------------------------------------------------------------------------------------


def _shared_value(values: Sequence[str | None]) -> str | None:
    known_values = {v for v in values if v}
    return known_values.pop() if len(known_values) == 1 else None


def _only_country(scope: tuple[str, ...] | None) -> str | None:
    return scope[0] if scope and len(scope) == 1 and region_of(scope[0]) != (None, None) else None


def _span(field: str, part: str, start: int | None, end: int | None, rule: str, reading: str = "parsed") -> Span:
    return Span(field=field, part=part, start=start, end=end, rule=rule, reading=reading)
