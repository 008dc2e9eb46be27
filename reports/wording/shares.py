"""Shares in words, made from the declaration of their measure (`warehouse.marts.measures`); closing rates; claims.

A share is printed with its interval. If the interval is too wide for a point, the interval is printed alone. If few
adverts give an answer, bounds are printed (`numbers.printed_share`), or only how many do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from babel import Locale

from reports.wording import numbers, prose
from reports.wording.numbers import Row, Rows
from reports.wording.parts import CLAIM_PARTS, SHARE_PARTS, PartFormat
from reports.wording.renderer import Column, Renderer, Table, make_table
from transforms.records.definitions import MAX_BOUNDS_WIDTH, MAX_EMPLOYER_SHARE, MIN_KNOWN
from transforms.text.lookups import languages_read
from warehouse.marts.measures import Measure
from warehouse.marts.printing import BOUNDS, PLATFORMS, POINT, SAYS

ALL_PLACES = "All adverts we read"
"""Name for the shares over all places; these are shares of the adverts we read, not of the market."""
ONCE = "Each job counts once: a share is its jobs divided by {n}"
WEIGHTED = (
    "Of boards drawn at random: each of {n} weighs as much as its board stands for, by the chance with which that was "
    "drawn"
)
BY_EMPLOYER = (
    "Each employer counts once, by the part of its jobs: in so much of its adverts the average employer asks for it or "
    "offers it. By jobs, each job counts alike, so that large employers count more"
)
SAME_ORDER = "Where platforms stand side by side, shares by jobs are in the same order"
RANKS = (
    "Where comparing employers leaves a rank open, its range is printed, as in 1–3. All ranks of a list are meant to "
    "hold together in 95% of lists like it; in trials with known truth they did in 93.5% to 100%"
)
"""The trials are the rows `ranks` of docs/known_truth.csv."""
MAX_APART_BY_SIZE = 0.10
"""If the shares of employers of one job and of six or more differ by more, both are said."""
SILENT = (
    "Jobs whose adverts could have told and do not say may be either: with 95% the share of all jobs lies between the "
    f"bounds, whatever they would say. Where these are more than {MAX_BOUNDS_WIDTH} apart, how many jobs say stands in "
    f"their place. Where fewer than {MIN_KNOWN} say, no share of those that do is printed"
)


# --- parts of a row ---------------------------------------------------------------------------------------


def _is_bounds(row: Row) -> bool:
    return row.get("form") == BOUNDS


def _is_open(row: Row) -> bool:
    """Whether too few jobs say to print the share of those that do: bounds are printed, or only how many say."""
    return _is_bounds(row) or row.get("form") == SAYS


def _point(row: Row) -> str | None:
    """Return the share, or those of single platforms; None if only an interval or bounds are printed."""
    form = row.get("form", POINT)
    return numbers.printed_share(row) if form in (POINT, PLATFORMS) and row["share"] is not None else None


def _ends(row: Row) -> str | None:
    return None if _is_open(row) else numbers.interval(row)


def _has_bounds(row: Row) -> bool:
    """Whether the bounds of all jobs are narrow enough to be printed."""
    low, high = row.get("bound_lo"), row.get("bound_hi")
    is_narrow = low is not None and high is not None and round(high - low, 9) <= MAX_BOUNDS_WIDTH.value
    return _is_bounds(row) or is_narrow


def _bounds(row: Row) -> str | None:
    """Return the bounds of all jobs; None if every job says, or if the bounds are too wide to be printed."""
    return numbers.percents(row, "bound_lo", "bound_hi") if row.get("n_unknown") and _has_bounds(row) else None


def _known_part(row: Row) -> str | None:
    """Return which part of the jobs say; None if every job does, or if bounds are printed instead."""
    return numbers.known_part(row) if row.get("n_unknown") and not _has_bounds(row) else None


def say_how_many_say(measure: Measure, row: Row, jobs: str = "jobs") -> str:
    """Return which part of the jobs that could have told say it: "79% of AI jobs say where the work is done"."""
    return f"{numbers.known_part(row)} of {jobs} {measure.known_words}"


def _by_jobs(row: Row) -> str | None:
    """Return the jobs' share that stands beside an employers' share, of several platforms in the same order."""
    return numbers.brief_share(row["beside"]) if row.get("beside") else None


def _say_without(row: Row) -> str | None:
    without = (row.get("beside") or {}).get("without_largest")
    return None if without is None else f"{numbers.percent(without)} without the largest employer"


def _say_beside(row: Row) -> str | None:
    """Say the jobs' share beside an employers' share, and what it would be without the largest employer."""
    beside = row.get("beside")
    if not beside:
        return None
    share = numbers.printed_share(beside)
    return f"counting every job alike {numbers.qualify(share, [_point(beside) and _ends(beside), _say_without(row)])}"


def _say_sizes(row: Row) -> str | None:
    """Say both ends of employers' sizes, if their shares differ by more than `MAX_APART_BY_SIZE`."""
    beside = row.get("beside") or {}
    single, large = beside.get("of_single"), beside.get("of_large")
    if single is None or large is None or abs(single - large) <= MAX_APART_BY_SIZE:
        return None
    return f"employers with one such job {numbers.percent(single)}, with six or more {numbers.percent(large)}"


def _say_others(row: Row) -> list[str | None]:
    """Say in short what stands beside an employers' share: by jobs, without the largest employer, by size."""
    by_jobs = _by_jobs(row)
    return [by_jobs and ", ".join(filter(None, (f"by jobs {by_jobs}", _say_without(row)))), _say_sizes(row)]


def _with_interval(row: Row, *beside: str | None, names_platforms: bool = True) -> str:
    share = numbers.printed_share(row) if names_platforms else numbers.brief_share(row)
    return numbers.qualify(share, [_ends(row) if _point(row) else None, *beside])


def _list(rows: Rows, say: Callable[[Row], str]) -> str:
    return ", ".join(f"{row['name']} {say(row)}" for row in rows)


def _find_common_platforms(rows: Rows) -> list[str]:
    """Return the titles of the platforms, if each row with a share above 0 has one for each of them; else []."""
    of_rows = [row for row in rows if row.get("share")]
    titles = {tuple(numbers.name_platforms(row)) if row.get("form") == PLATFORMS else () for row in of_rows}
    return list(titles.pop()) if len(titles) == 1 else []


def _split_platforms(columns: Sequence[Column], rows: Rows) -> list[Column]:
    """Return the columns, with one for each common platform in place of the share and its interval."""
    titles = _find_common_platforms(rows)
    if not titles:
        return list(columns)

    def say(row: Row, place: int) -> str | None:
        if row.get("share") is None:
            return None
        reading = row["platforms"][place] if row.get("form") == PLATFORMS else row
        return numbers.qualify(numbers.brief_share(reading), [_point(reading) and numbers.interval(reading)])

    split = [
        Column(numbers.upper_first(numbers.on_platforms([title])), partial(say, place=place))
        for place, title in enumerate(titles)
    ]
    first = next(i for i, column in enumerate(columns) if column.content is _point)
    rest = [column for column in columns[first:] if column.content not in (_point, _ends)]
    return [*columns[:first], *split, *rest]


def _n_of(row: Row) -> int:
    return int(row["n_jobs"] or 0) + int((_is_open(row) and row.get("n_unknown")) or 0)


def _remarks(measure: Measure, rows: Rows) -> list[str]:
    """Return what a reader should know of a measure, and how many jobs do not say, or were not read."""
    silent, unread = rows[0].get("n_unknown") if measure.known_words else None, rows[0].get("n_unread")
    return [
        measure.remark,
        say_largest(rows[0]) or "",
        f"{silent:,} more jobs do not say" if silent else "",
        f"{unread:,} more jobs were not read for it" if unread else "",
    ]


def say_largest(row: Row) -> str | None:
    """Say which part of the jobs one employer has, if it is more than `MAX_EMPLOYER_SHARE`."""
    part = _over_a_fifth(row)
    return part and f"one employer has {part} of them"


def _over_a_fifth(row: Row) -> str | None:
    part = row.get("largest_employer_share")
    return numbers.percent(part) if part and part > MAX_EMPLOYER_SHARE.value else None


def _say_key(measure: Measure, jobs: str, rows: Rows, n: str, *more: str) -> str:
    is_weighted, by_employer = any(row.get("sample") == "panel" for row in rows), _is_by_employer(rows[0])
    once = BY_EMPLOYER if by_employer else ONCE.format(n=n)
    texts = (
        f"In the adverts we read: share of the {_whose(by_employer)}{measure.name_jobs(jobs)}",
        once if by_employer or not is_weighted else "",
        WEIGHTED.format(n=n) if is_weighted else "",
        SAME_ORDER if any((row.get("beside") or {}).get("form") == PLATFORMS for row in rows) else "",
        say_languages(measure),
        *more,
        SILENT if measure.silence == "unknown" else "",
    )
    return " ".join(f"{text.rstrip('.')}." for text in texts if text)


def say_languages(measure: Measure) -> str:
    """Say in which languages texts are read for a measure; "" if the measure reads no text."""
    if measure.reading is None:
        return ""
    names = [Locale("en").languages[code] for code in languages_read(measure.reading)]
    return f"Texts in {numbers.join_words(names)} alone are read for it"


def _is_by_employer(row: Row) -> bool:
    return bool(row.get("is_by_employer"))


def _whose(by_employer: bool) -> str:
    return "average employer's " if by_employer else ""


# --- one share, a list of items, a list of places --------------------------------------------------------------


def single(measure: Measure, jobs: str, *, by_employer: bool = False) -> Renderer:
    """Return the renderer of the share of one item of a measure among `jobs`.

    If silent jobs have an unknown answer, the share leaves them out. If `by_employer`, it is the average employer's.
    """

    def text(rows: Rows) -> str:
        if rows[0].get("form") == SAYS:
            return say_how_many_say(measure, rows[0], jobs)
        headed = numbers.head_jobs(rows[0], jobs)
        of = f"all {headed}" if _is_bounds(rows[0]) else f"the {_whose(by_employer)}{measure.name_jobs(headed)}"
        return numbers.printed_share(rows[0], of if measure.known_words else "")

    def note(rows: Rows) -> list[str | None]:
        row = rows[0]
        parts: list[str | None] = (
            [] if _is_open(row) else [f"{_name_ends(row)} {numbers.interval(row)}{_say_rank(row)}"]
        )
        if by_employer and not _is_open(row):
            parts = ["each employer counts once, by the part of its jobs", *parts, _say_sizes(row), _say_beside(row)]
        if measure.known_words and not _is_open(row):
            parts.append(_known_part(row) and say_how_many_say(measure, row))
            parts.append(_bounds(row) and f"of all jobs {_bounds(row)}")
        return [*filter(None, parts), *numbers.say_elsewhere(row), say_languages(measure), *_remarks(measure, rows)]

    return Renderer(text=text, note=note, parts=SHARE_PARTS, prose=partial(_say_first, measure, jobs))


def _say_first(measure: Measure, jobs: str, rows: Rows, style: PartFormat) -> str | None:
    """Say the share of the first row in house style; None if too few jobs say for a share."""
    if rows[0].get("form") == SAYS:
        return None
    return prose.say_share(rows[0], prose.noun_of(measure, jobs), in_numbers=style.in_numbers)


def _name_ends(row: Row) -> str:
    if row.get("form") == PLATFORMS:
        return "95% intervals"
    n = len(row.get("platforms") or ())
    return f"95% interval, as wide as {n} platforms differ," if n else "95% interval"


def _say_rank(row: Row) -> str:
    if not row.get("category"):
        return ""
    among = (
        ""
        if numbers.rank(row) == "–"
        else f", rank {numbers.rank(row)} among {numbers.lower_first(numbers.category_name(row['category']))}"
    )
    return f"{among}, by our rule {numbers.verdict(row) or 'without a verdict'}"


def items(
    measure: Measure, jobs: str, *, heading: str = "", is_ranked: bool = False, by_employer: bool = False
) -> Renderer:
    """Return the renderer of the shares of all items of a measure; if it has categories, each item has a verdict.

    Shares are of jobs, or of the average employer (`by_employer`); ranks are said of those that the measure ranks.
    """
    is_ranked = is_ranked and by_employer == measure.by_employer
    ranks, verdicts = (
        [Column("Rank", numbers.rank)],
        [Column("Verdict", lambda row: numbers.verdict(row) or "none", False)],
    )
    columns = [*ranks * is_ranked, *_columns(heading or measure.heading, by_employer)]
    columns += verdicts * measure.has_categories
    more = [RANKS] * is_ranked + [numbers.VERDICT_RULE] * measure.has_categories

    def say(row: Row, names_platforms: bool) -> str:
        beside = [numbers.say_rank(row) if is_ranked else None, *_say_others(row)] if by_employer else []
        return _with_interval(row, *beside, names_platforms=names_platforms)

    def text(rows: Rows) -> str:
        rows = numbers.choose_met(rows)
        first, is_open = rows[0], _is_open(rows[0])
        platforms = _find_common_platforms(rows)
        head = f"{numbers.on_platforms(platforms)}, in this order: " if platforms else ""
        of = jobs if is_open else f"{measure.name_jobs(jobs)}, 95% intervals"
        n = f"n = {_n_of(first):,} {of}"
        if by_employer and not is_open:
            n = f"shares of the average employer's adverts; {n}"
        leaves_open = measure.known_words and any(map(_known_part, rows))
        known = say_how_many_say(measure, first) if leaves_open else None
        if all(row.get("form") == SAYS for row in rows):
            return "; ".join(filter(None, (known, n, say_largest(first))))
        parts = [head + _list(rows, partial(say, names_platforms=not platforms)), n, say_largest(first), known]
        bounded = [row for row in rows if _bounds(row) and not _is_open(row)]
        if bounded:
            parts.append(f"of all jobs, {_list(bounded, lambda row: _bounds(row) or '')}")
        parts += say_first_elsewhere(rows)
        return "; ".join(filter(None, parts))

    return replace(
        _listed(measure, jobs, text, columns, more),
        choose_shown=numbers.choose_met,
        prose=lambda rows, style: prose.list_shares(measure, jobs, rows, in_numbers=style.in_numbers),
    )


MAX_ELSEWHERE = 3
"""Of how many items a text says the share on another platform; the table has those of all."""


def say_first_elsewhere(rows: Rows, *, most: int = MAX_ELSEWHERE) -> list[str]:
    """Say the shares of the first items on other platforms: "on Ashby boards, read 28 October 2025: AI engineer …"."""
    texts = []
    for where in numbers.list_elsewhere(rows):
        said = [f"{row['name']} {share}" for row in rows if (share := numbers.share_elsewhere(row, where))]
        texts.append(f"{where}: {', '.join(said[:most])}")
    return texts


def _columns_elsewhere(rows: Rows) -> list[Column]:
    return [
        Column(numbers.upper_first(where), partial(numbers.share_elsewhere, where=where))
        for where in numbers.list_elsewhere(rows)
    ]


def _listed(
    measure: Measure, jobs: str, text: Callable[[Rows], str], columns: Sequence[Column], more: Sequence[str],
    *, shows_baseline: bool = False,
) -> Renderer:  # fmt: skip
    def table(rows: Rows) -> Table:
        shown = rows if shows_baseline else numbers.choose_met(rows)
        others = [row for row in rows if not any(row is one for one in shown)]
        unmet = [numbers.qualify(row["name"], [_ends(row)]) for row in others]
        below = f"In none of the adverts that were counted: {', '.join(unmet)}." if unmet else ""
        key = _say_key(measure, jobs, rows, f"{rows[0]['n_jobs']:,}", *more)
        shown_columns = [*_split_platforms(columns, shown), *_columns_elsewhere(shown)]
        return make_table(shown, shown_columns, key=key, below=[below])

    def note(rows: Rows) -> list[str]:
        return _remarks(measure, rows)

    return Renderer(text=text, table=table, note=note, named_by="name", shows_baseline=shows_baseline)


def places(measure: Measure, jobs: str, kind: str, *, by_employer: bool = False) -> Renderer:
    """Return the renderer of the share of one item of a measure, in all adverts and in each place of a kind.

    `kind` is the noun for these places, such as "region". If `by_employer`, shares are of the average employer.
    """
    columns = [
        *_columns(kind.capitalize(), by_employer),
        Column("Of jobs", "n_jobs"),
        Column("Of one employer", _over_a_fifth),
        Column("Do not say", lambda row: (row.get("n_unknown") if measure.known_words else None) or None),
        Column("Not read", lambda row: row.get("n_unread") or None),
    ]

    def text(rows: Rows) -> str:
        printed = _name_differing_platforms([*map(_name_all, numbers.choose_printed(rows))])
        first = next(filter(_known_part, printed), None)
        parts = [f"{row['name']} {_with_interval(row, *remarks(row, row is first))}" for row in printed]
        return "; ".join(filter(None, (*parts, numbers.count_withheld(rows))))

    def remarks(row: Row, is_first: bool) -> list[str | None]:
        n = ", ".join(filter(None, (f"n = {_n_of(row):,}", say_largest(row), row.get("on_platform"))))
        bounds, part = None if _is_bounds(row) else _bounds(row), _known_part(row) if measure.known_words else None
        known = part and (say_how_many_say(measure, row) if is_first else f"{part} say so")
        return [*_say_others(row), n, known, bounds and f"of all jobs {bounds}", *numbers.say_elsewhere(row)]

    def table(rows: Rows) -> Table:
        printed, few = [*map(_name_all, numbers.choose_printed(rows))], numbers.name_withheld(rows)
        key = _say_key(measure, jobs, printed, f"the jobs of its {kind}", f"A job counts in each {kind} of its places")
        below = f"Withheld, since employers are too few or one has most of the jobs: {few}." if few else ""
        shown_columns = [*_split_platforms(columns, printed), *_columns_elsewhere(printed)]
        return make_table(printed, shown_columns, key=key, below=[below])

    def note(rows: Rows) -> list[str]:
        is_of_all = rows[0].get("region_level", "world") == "world"
        return _remarks(measure, rows) if is_of_all else [measure.remark]

    say = partial(_say_first, measure, jobs)
    return Renderer(text=text, table=table, note=note, named_by="name", names_withheld=True, prose=say)


def _name_all(row: Row) -> Row:
    """Return the row of all places under the name of its only platform, if any: "All Ashby adverts we read"."""
    title = row.get("platform")
    if row["name"] != ALL_PLACES or not title:
        return row
    return {**row, "name": ALL_PLACES.replace("adverts", f"{title.removesuffix(numbers.BOARDS)} adverts")}


def _name_differing_platforms(rows: Rows) -> list[Row]:
    """Return the rows, each with words for its only platform (`on_platform`), unless the title names that of all."""
    titles = [row.get("platform") for row in rows]
    if len(set(titles)) < 2:
        return list(rows)
    return [
        {**row, "on_platform": numbers.on_platforms([title] if title else [])}
        for row, title in zip(rows, titles, strict=True)
    ]


def _columns(heading: str, by_employer: bool) -> tuple[Column, ...]:
    return (
        Column(heading, "name", False),
        Column("Average employer" if by_employer else "Share", _point),
        Column("95% interval", _ends),
        Column("By jobs", _by_jobs),
        Column("Without the largest employer", lambda row: (_say_without(row) or "").partition(" ")[0] or None),
        Column("Of all jobs", _bounds),
        Column("Jobs that say", lambda row: None if row.get("bound_lo") is None else _known_part(row)),
        Column("Jobs", "n_asking"),
        Column("Employers", "n_employers_asking"),
    )


def baseline(measure: Measure, jobs: str, *, by_employer: bool = False) -> Renderer:
    """Return the renderer of the skills that the 2026 guide named, with today's verdicts.

    Shares are of jobs, or of the average employer (`by_employer`).
    """

    def text(rows: Rows) -> str:
        words: dict[str | None, list[str]] = {word: [] for _, word in numbers.VERDICTS}
        for row in rows:
            word = numbers.verdict(row)
            words.setdefault(word, []).append(f"{row['name']} {numbers.printed_share(row)}" if word else row["name"])
        return "; ".join(f"{word or 'no verdict'}: {', '.join(names)}" for word, names in words.items() if names)

    columns = (
        Column("Named essential in 2026", "name", False),
        Column("Average employer now" if by_employer else "Share now", _point),
        Column("95% interval", _ends),
        Column("By jobs", _by_jobs),
        Column("Rank", numbers.rank),
        Column("among", lambda row: numbers.category_name(row["category"]) if row.get("category") else None, False),
        Column("Verdict now", lambda row: numbers.verdict(row) or "not read by our taxonomy", False),
    )
    return _listed(measure, jobs, text, columns, (RANKS, numbers.VERDICT_RULE), shows_baseline=True)


# --- closing rates: an advert closes when it is filled, given up or moved --------------------------------------

CLOSINGS_CAVEAT = "an advert closes when it is filled, given up or moved, so the rate does not say how hard hiring is"


def _rate(rate: float) -> str:
    """Return a daily rate in two digits, because rates of 1.2 % and 1.8 % mean 82 and 55 days."""
    return f"{100 * rate:.2g}%"


def _rate_ends(row: Row) -> str:
    return f"{_rate(row['rate_lo']).rstrip('%')}–{_rate(row['rate_hi'])}"


def _rate_value(row: Row) -> str:
    return _rate(row["rate"]) if numbers.is_point(row, "rate") else _rate_ends(row)


def _closings_text(rows: Rows) -> str:
    ours, *others = rows
    first = f"{_rate_value(ours)} of open {ours['cell']} adverts close a day{say_provisional(ours)}"
    return ", against ".join([first, *(f"{_rate_value(other)} of {other['cell']} adverts" for other in others)])


def say_provisional(row: Row) -> str:
    """Return " (provisional)" if a rate counts closings that one reading has seen so far, else ""."""
    return " (provisional)" if row.get("n_provisional") else ""


def _taken_back(row: Row) -> str | None:
    """Say how many closings are provisional, and how many earlier ones the next reading took back."""
    if not row.get("n_provisional"):
        return None
    n_earlier = row["n_closed"] - row["n_provisional"] + row["n_taken_back"]
    earlier = f"{row['n_taken_back'] / n_earlier:.0%} of {n_earlier:,} earlier ones" if n_earlier else "no earlier ones"
    return (
        f"provisional: one reading alone has seen {row['n_provisional']:,} of the {row['n_closed']:,} closings of "
        f"{row['cell']} adverts; the next reading took back {earlier}"
    )


def _closings_note(rows: Rows) -> list[str]:
    row = rows[0]
    if row["ratio"] is None:
        both = f"not compared within boards: {row['ratio_reason']}"
    else:
        both = (
            f"on boards of the same {numbers.count_of(row['n_employers_both'], 'employer')}, {row['cell']} adverts "
            f"close {row['ratio']:.2g} times as fast (95% interval {row['ratio_lo']:.2g}–{row['ratio_hi']:.2g})"
        )
    return [*map(_closings_of, rows), *filter(None, map(_taken_back, rows)), both, CLOSINGS_CAVEAT]


def _closings_of(row: Row) -> str:
    text = (
        f"{row['cell']}: {_rate_value(row)} a day, 95% interval {_rate_ends(row)}, "
        f"{numbers.count_of(row['n_closed'], 'closing')} in {row['open_days']:,.0f} open days"
    )
    employers = numbers.count_of(row["n_employers"], "employer")
    return f"{text} of {employers} (as informative as {row['n_even']:.0f} equal ones)"


CLOSING_RATES = Renderer(text=_closings_text, note=_closings_note, named_by="cell")


# --- claims of others ----------------------------------------------------------------------------------------


def _claim_note(rows: Rows) -> list[str]:
    row = rows[0]
    return [", ".join(filter(None, (row["publisher"], row["work"], row["published"]))), row["caveat"]]


CLAIM = Renderer(text=lambda rows: str(rows[0]["claim"]), note=_claim_note, parts=CLAIM_PARTS)
