"""Rows of the ledger in words: value, remarks and note.

Advertised pay is what adverts *offer*; only reported pay is *earned*. A median is called a median. If a value is less
than the first choice (another rung, low confidence, an older value), the remark that says so is part of the value, in
brackets, so that quotations keep it.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from reports.figures.catalogue import declaration_of
from reports.figures.places import IN_WORDS
from reports.wording import numbers, prose
from reports.wording.bases import BASES, OWN_BASES, unit_of
from reports.wording.levels import define, level_phrase
from reports.wording.numbers import Row, Rows
from reports.wording.parts import PLAIN, PartFormat
from reports.wording.pay import find_main_country, name_place
from reports.wording.renderer import Table, list_doubts
from transforms.records.definitions import DAYS_UNSAID, MAX_PLATFORM_SHARE
from warehouse.mart_tables import Figures, NearestFigure
from warehouse.marts.printing import PLATFORMS, POINT
from warehouse.ops_tables import Vintages


@functools.lru_cache(maxsize=4_096)
def _parse_rows(value_json: str) -> tuple[Row, ...]:
    return tuple(json.loads(value_json))


def rows_of(figure: Figures) -> Rows:
    """Return the rows of numbers that a ledger row holds; () if the figure is withheld."""
    return _parse_rows(figure.value_json) if figure.value_json else ()


def _printed_rows(figure: Figures) -> list[Row]:
    """Return the rows that may be printed; a row that has no status has that of its figure."""
    return numbers.choose_printed([{"status": figure.status, **row} for row in rows_of(figure)])


def _first_of(figure: Figures) -> Row:
    return next(iter(rows_of(figure)), {})


def value(figure: Figures) -> str:
    """Return the printed value; for a withheld figure, say that it is withheld and why."""
    return figure.value if figure.value is not None else f"withheld: {figure.reason}"


def parts(figure: Figures) -> tuple[str, str]:
    """Return the printed value, and the remarks that follow it in brackets ("" for none)."""
    if figure.value is None:
        return "Withheld", figure.reason or ""
    return (figure.value, "") if figure.bare_value is None else (figure.bare_value, figure.qualifier or "")


_UNKNOWN = {"share": "an unknown share", "USD": "an unknown amount"}
"""Nouns for a withheld value in a sentence, by the first word of its unit."""


def say_withheld(figure: Figures, reason: str | None, *, is_nested: bool = False) -> str:
    """Return a noun for a withheld value in a sentence, such as "an unknown share (withheld: …)"."""
    noun = _UNKNOWN.get(figure.unit.partition(" ")[0], "an unknown value")
    return numbers.qualify(noun, [f"withheld: {reason}"], is_nested=is_nested)


def part(figure: Figures, style: PartFormat, titles: Mapping[str, str] | None = None) -> str | None:
    """Return a part of a figure without remarks; None if the figure lacks it. `titles` are names of sources."""
    say = declaration_of(figure.figure).renderer.parts.get(style.part)
    if style.part == "value" and (style == PLAIN or say is None):
        return figure.bare_value or figure.value
    if say is not None:
        return say(_first_of(figure), style) if rows_of(figure) else None
    if style.part in ("n", "employers"):
        count = figure.n_jobs if style.part == "n" else figure.n_employers
        return None if count is None else style.write(count)
    return describe_period(figure) if style.part == "period" else credit(figure, titles) or None


def say_in_prose(figure: Figures, style: PartFormat) -> str:
    """Return a figure in house style, without remarks: a clause, or a noun for a value that cannot be said.

    Figures that have no other words are said as they are printed.
    """
    rows = _printed_rows(figure)
    if style.part == "share" and len(rows) == 1:
        return prose.say_share(rows[0])
    say = declaration_of(figure.figure).renderer.prose
    words = say(rows, style) if rows and say else None
    return words or figure.bare_value or figure.value or prose.say_withheld(figure.unit, figure.reason or "")


def say_exactly(figure: Figures) -> str:
    """Return the name and the value as published, for the note on a figure in prose; of a list its name alone.

    "Python 67% (59–75%)", "Mid-to-senior AI engineering pay, US and Canada: USD 150K–248K per year".
    """
    row, title = _first_of(figure), figure.title.partition(", each employer")[0]
    if figure.value is None or is_list(figure):
        return title.partition(": ")[0]
    if row.get("share") is None:
        return f"{title}: {figure.bare_value or figure.value}"
    ends = numbers.interval(row) if row.get("form") == POINT and row.get("share_lo") is not None else None
    return numbers.qualify(f"{row.get('name') or title} {numbers.printed_share(row)}", [ends])


def list_prose_remarks(figure: Figures) -> list[str]:
    """Return what must be said beside a figure in prose, once a paragraph: its month if it is stale, and its doubts."""
    if figure.value is None:
        return []
    period, in_prose = describe_period(figure), dict[str, str]()
    if period.startswith("read "):
        month = numbers.months(figure.period_from, figure.period_to or figure.as_of)
        in_prose[period] = prose.read_style().remarks["read"].format(month=month)
    remarks = [remark for remark in (figure.qualifier or "").split("; ") if remark and not is_of_review(remark)]
    return [in_prose.get(one, one) for one in remarks]


def list_section_remarks(figure: Figures) -> list[str]:
    """Return what must be said of a figure in prose once a section: how it counts, and whether it is under review."""
    if figure.value is None:
        return []
    by_employer = [prose.read_style().remarks["by_employer"]] if _first_of(figure).get("is_by_employer") else []
    return [*by_employer, *filter(is_of_review, (figure.qualifier or "").split("; "))]


def is_of_review(remark: str) -> bool:
    """Whether a remark says that a value was not reviewed, or that a newer one waits for review."""
    return remark.startswith((NOT_REVIEWED, UNDER_REVIEW))


def why_no_part(figure: Figures, style: PartFormat) -> str:
    """Say why a figure with a value lacks a part."""
    if style.money in ("local", "ppp"):
        return "too few adverts in the money of the country, or no price level is known"
    if style.part in ("low", "high") and figure.basis in ("reported", "official"):
        return f"{BASES[figure.basis].words} have no band"
    return f"there is no {style.part} of it"


def is_list(figure: Figures) -> bool:
    """Whether the value of a figure is a list of shares or amounts, which can stand as a table, too."""
    return declaration_of(figure.figure).renderer.table is not None


def table(figure: Figures) -> Table | None:
    """Return the figure as a table; None if the figure is a single value or withheld."""
    declaration = declaration_of(figure.figure)
    if declaration.renderer.table is None or figure.value is None:
        return None
    result = declaration.renderer.table(rows_of(figure))
    if figure.status != "stale" or figure.period_to is None or declaration.gathers is not None:
        return result  # the rows of a table of figures state their own days
    return replace(result, key=f"{numbers.upper_first(describe_period(figure))}. {result.key}".rstrip())


def say_instead(figure: Figures) -> str | None:
    """Say what a printed figure counts instead of what its id names, such as wider work or every level; else None."""
    declaration, rows = declaration_of(figure.figure), rows_of(figure)
    if figure.value is None or not rows:
        return None
    rung = next((rung.describe(rows) for rung in declaration.rungs[1:] if rung.name == figure.rung), None)
    named = name_place(rows, declaration.place) if declaration.place else ""
    return "; ".join(filter(None, (rung, f"of {named}" if named != declaration.place else None))) or None


def say_basis(figure: Figures) -> str:
    """Return the words for the basis of a measured figure, such as "adverts we read (boards drawn at random)"."""
    basis = BASES[figure.basis].words if figure.basis else "each row says what it rests on"
    return numbers.qualify(basis, [say_sample(figure)])


def say_sample(figure: Figures) -> str | None:
    """Return the words for the boards that a figure counts; None if its rows name no sample, as for pay."""
    samples = {row["sample"] for row in rows_of(figure) if row.get("sample")}
    if len(samples) < 2:
        return numbers.SAMPLE_WORDS[samples.pop()] if samples else None
    return f"{numbers.SAMPLE_WORDS['panel']} where they are enough, else {numbers.SAMPLE_WORDS['known']}"


def strength(figure: Figures) -> str:
    """Return how many jobs and employers a figure counts: "1,234 jobs of 210 employers"; a dash for cited figures."""
    if figure.n_jobs is None:
        return "–"
    n = numbers.count_of(figure.n_jobs, *unit_of(figure.basis))
    return n if figure.n_employers is None else f"{n} of {numbers.count_of(figure.n_employers, 'employer')}"


def describe_period(figure: Figures) -> str:
    """Return the reference period of a figure, or its day if it has none; for a claim, the day of publication."""
    if figure.kind == "cited":
        when = _first_of(figure).get("published")
        return f"published {when}" if when else "of an unknown day"
    if figure.period_to is None:
        return f"as of {numbers.day(figure.as_of)}"
    return words_of_period(figure.basis, figure.period_from, figure.period_to)


def words_of_period(basis: str | None, first: date | None, last: date) -> str:
    """Return a reference period: "read 3 to 17 August 2026" for adverts we read, else "pay of 2024 to 2025".

    Third parties state only the year. Official wages are for a month or for whole years.
    """
    if basis in OWN_BASES or basis is None:
        return f"read {numbers.days(first, last)}"
    if basis == "indeed":
        return f"adverts of {numbers.month(last)}"
    is_whole_years = first is not None and (first.month, first.day) == (1, 1) and (last.month, last.day) == (12, 31)
    if basis == "official" and not is_whole_years:
        return f"wages of {numbers.month(last)}"
    if first is None or not (is_whole_years or basis == "advertised_third_party"):
        return f"pay of {numbers.days(first, last)}"
    noun = {"official": "wages", "enterprises": "count"}.get(basis, "pay")
    return f"{noun} of {last.year}" if first.year == last.year else f"{noun} of {first.year} to {last.year}"


def place(figure: Figures) -> str:
    """Return the place to name for a figure of pay (`pay.name_place`); "" for figures without a place."""
    declaration, rows = declaration_of(figure.figure), rows_of(figure)
    if not declaration.place:
        return ""
    head = f"{declaration.title}, "  # a withheld figure has its place only in the title
    return name_place(rows, declaration.place) if rows else figure.title.removeprefix(head)


def place_in_prose(figure: Figures) -> str:
    """Return the country with nearly all jobs of a figure of pay, or else its place, as in a sentence; "" if none."""
    declaration = declaration_of(figure.figure)
    first = find_main_country(rows_of(figure))
    name = first["name"] if first else declaration.place
    return IN_WORDS.get(name, name) if declaration.place else ""


def level(figure: Figures) -> str:
    """Return the level of a figure of pay, such as "mid to senior level"; "" for figures without a level."""
    group = declaration_of(figure.figure).level
    return "" if group is None else level_phrase(group)


def is_widened(figure: Figures) -> bool:
    """Whether a figure of one group of levels counts every level."""
    group = declaration_of(figure.figure).level
    return group is not None and (_first_of(figure).get("seniority_group") or group) != group


def credit(figure: Figures, titles: Mapping[str, str] | None = None) -> str:
    """Return the sources of a figure, with the adverts from each if there are several: "Ashby 412, Greenhouse 1".

    `titles` are printed names of sources. Numbers are left out for figures of several kinds of pay, and for sources
    that only convert currencies. Return "" if the figure has no sources.
    """
    n_of = {part.source: part.n for part in figure.behind or () if part.n}
    if figure.basis is None or len(n_of) < 2:
        n_of = {}
    names = ((source, (titles or {}).get(source, source)) for source in figure.sources)
    return ", ".join(f"{name} {n_of[source]:,}" if source in n_of else name for source, name in names)


def find_only_platform(figure: Figures, titles: Mapping[str, str]) -> list[str]:
    """Return the title of the only platform that a figure of our adverts rests on; [] if it rests on several.

    Shares and tables of figures name it in their rows; other figures rest on it if it has more than
    `MAX_PLATFORM_SHARE` of what they count. A table with a row for each source needs no other name.
    """
    declaration = declaration_of(figure.figure)
    rows = _printed_rows(figure)
    if declaration.gathers is not None or any("platforms" in row for row in rows):
        found = {row.get("platform") for row in declaration.renderer.choose_shown(rows)}
        return [title for title in found if title] if len(found) == 1 else []
    if not rows or figure.basis not in OWN_BASES:
        return []
    n_of = {part.source: part.n for part in figure.behind or ()}
    most = max(n_of, key=lambda source: n_of[source], default="")
    is_only = n_of and n_of[most] > MAX_PLATFORM_SHARE.value * sum(n_of.values())
    is_named = any(row.get("name") == titles.get(most) for row in rows)
    return [titles[most]] if is_only and most in titles and not is_named else []


def find_platforms(figure: Figures, titles: Mapping[str, str]) -> list[str]:
    """Return the titles of the platforms that a figure's title or its first row names, in the order of its readings."""
    first = _first_of(figure)
    several = numbers.name_platforms(first) if first.get("form") == PLATFORMS else []
    return find_only_platform(figure, titles) or several


def say_review(standing: Vintages, waits_since: date | None, as_of: date) -> str | None:
    """Say whether the standing vintage of a list was not reviewed, and since when a newer one waits, if for long."""
    is_waiting = waits_since is not None and (as_of - waits_since).days > DAYS_UNSAID.value
    waits = f"{UNDER_REVIEW} since {numbers.day(waits_since)}" if waits_since is not None and is_waiting else None
    if standing.is_reviewed:
        return waits
    return f"{NOT_REVIEWED}, with a newer value {waits}" if waits else NOT_REVIEWED


NOT_REVIEWED, UNDER_REVIEW = "not reviewed", "under review"
"""How the words for a review begin."""


MAX_NAMED_OF_SCOPE = 3
"""How many sources are named in front of the shares of all places."""


def scope(figure: Figures, titles: Mapping[str, str] | None = None) -> str:
    """Return the scope of shares of all places: "In the adverts we read", with the largest countries and sources.

    The percentages of countries count jobs, those of sources count adverts. Shares of a single source begin with it
    instead: "On Ashby boards". Return "" for other figures and for withheld figures.
    """
    row = _first_of(figure)
    if figure.basis != "postings" or figure.value is None or not row.get("countries"):
        return ""
    n_jobs = row.get("n_all_places") or row["n_jobs"]  # n_all_places is set if the first row does not cover all places
    countries = ", ".join(f"{part['country']} {numbers.percent(part['n_jobs'] / n_jobs)}" for part in row["countries"])
    behind = sorted((part for part in figure.behind or () if part.n), key=lambda part: (-part.n, part.source))
    n_adverts = sum(part.n for part in behind)
    shares = [
        f"{(titles or {}).get(part.source, part.source)} {numbers.percent(part.n / n_adverts)}"
        for part in behind[:MAX_NAMED_OF_SCOPE]
    ]
    sources = f"; largest sources by adverts: {', '.join(shares)}" if len(shares) > 1 else ""
    days = f" ({describe_period(figure)})" if figure.status == "stale" and figure.period_to is not None else ""
    platform = "" if sources else numbers.on_platforms(find_only_platform(figure, titles or {}))
    where = numbers.upper_first(platform or "in the adverts we read")
    return f"{where}{days}: {numbers.count_of(n_jobs, 'job')}; largest countries: {countries}{sources}"


def origin(figure: Figures) -> str | None:
    """Return the origin of a claim, such as "PwC, Sizing the prize, 27 June 2017"; None for measured figures."""
    if figure.kind != "cited":
        return None
    return ", ".join(filter(None, map(_first_of(figure).get, ("publisher", "work", "published")))) or None


MAX_NAMED_IN_SHORT, MAX_NAMED_IN_NOTE = 3, 10
"""How many rows of low confidence are named in a short text and in a note; if there are more, they are only counted."""


def why_low(figure: Figures, *, max_named: int = MAX_NAMED_IN_SHORT) -> str | None:
    """Say why a figure has low confidence, and in which rows (`list_doubts`); None if its confidence is not low."""
    if figure.status != "low":
        return None
    named_by = declaration_of(figure.figure).renderer.named_by
    doubts = list_doubts(rows_of(figure), named_by, max_named=max_named) if named_by else None
    return doubts or f"{numbers.LOW_CONFIDENCE}: {figure.reason}"


def note(figure: Figures) -> str:
    """Return what a reader should know beside the value, or why it is withheld and what is nearest, as sentences."""
    declaration = declaration_of(figure.figure)
    renderer, baseline = declaration.renderer, f"the 2026 guide said: {figure.baseline}" if figure.baseline else None
    if figure.value is None:
        nearest = "; ".join(map(name_nearest, figure.nearest or ()))
        offer = f"nearest: {nearest}" if nearest else None
        is_repeated = figure.lacks and figure.missing and (figure.reason or "").startswith("not enough")
        why = "withheld" if is_repeated else f"withheld: {figure.reason}"
        return numbers.sentences([why, figure.missing, offer, baseline])
    if figure.kind == "cited":
        return numbers.sentences([*renderer.note(rows_of(figure)), _verification(figure)])
    n = f": {strength(figure)}" if figure.n_jobs is not None else ""
    against = compare(figure)
    texts = [
        f"{say_basis(figure)}{n}, {describe_period(figure)}",
        _define_level(figure),
        *renderer.note(rows_of(figure)),
        why_low(figure, max_named=MAX_NAMED_IN_NOTE),
        None if renderer.shows_baseline else baseline,
        f"against it, {against}" if against else None,
    ]
    return numbers.sentences(texts)


def name_nearest(near: NearestFigure) -> str:
    """Return title and value of a figure that is offered in place of another figure."""
    return f"{near.title}, {near.value}"


def _define_level(figure: Figures) -> str | None:
    declaration = declaration_of(figure.figure)
    if declaration.level is None or declaration.gathers is not None:
        return None
    if is_widened(figure):
        return f"every level is counted, since those of {level_phrase(declaration.level)} alone are too few"
    return define(declaration.level, figure.basis or "")


def _verification(figure: Figures) -> str | None:
    if figure.verify_by is None:
        return None
    verified_on = _first_of(figure).get("verified_on")
    checked = f"checked on {numbers.day(date.fromisoformat(verified_on))}" if verified_on else NOT_CHECKED
    if figure.as_of > figure.verify_by:
        return f"{checked}; {say_overdue(figure.verify_by)}"
    return f"{checked}; to be checked {'again ' if verified_on else ''}by {numbers.day(figure.verify_by)}"


NOT_CHECKED = "printed as cited, not yet checked at the publisher"
"""Words for a claim without a day on which somebody opened it at its publisher."""


def say_overdue(verify_by: date) -> str:
    """Say that the day has passed by which a claim was to be looked up."""
    return f"was to be checked by {numbers.day(verify_by)}, and was not"


REMEDY = "to print it, add the source to sources.allow"


def say_restriction(title: str, restriction: str) -> str:
    """Say why nothing made from a source stands here, and which setting lets it."""
    return f"{title} is {restriction}; {REMEDY}"


ENDS = {"band_low": "the lower end", "band_high": "the upper end", "p50": "the median"}
"""Words for the columns of pay that are compared with the 2026 guide."""


def compare(figure: Figures) -> str | None:
    """Return by how many per cent a measured value differs from the 2026 guide's; None if the guide gave no number."""
    row, then = _first_of(figure), declaration_of(figure.figure).baseline_values
    if not then or figure.value is None or is_widened(figure) or any(row.get(column) is None for column in then):
        return None
    changes = [(ENDS[column], _change_of(row, column, amount)) for column, amount in then.items()]
    text = " and ".join([" is ".join(changes[0]), *map(" ".join, changes[1:])])
    return f"{text}, but the guide does not say what it counts as this level, or as pay"


def _change_of(row: Row, column: str, then: float) -> str:
    if numbers.is_point(row, column):
        return _change(row[column], then)
    low, high = (_change(row[f"{column}_{end}"], then) for end in ("lo", "hi"))
    return low if low == high else f"between {low} and {high}"


def _change(now: float, then: float) -> str:
    change = round(100 * (now / then - 1))
    return f"{abs(change)}% {'higher' if change > 0 else 'lower'}" if change else "the same"
