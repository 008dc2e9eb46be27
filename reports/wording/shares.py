"""Shares in words, made from the declaration of their measure (`warehouse.marts.measures`); closing rates; claims.

A share is printed with its interval. If the interval is too wide for a point, the interval is printed alone. If few
adverts give an answer, bounds are printed (`numbers.printed_share`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from babel import Locale

from reports.wording.numbers import (
    VERDICT_RULE,
    VERDICTS,
    Row,
    Rows,
    category_name,
    choose_printed,
    count_cell,
    count_of,
    interval,
    is_point,
    join_ends,
    join_words,
    known_part,
    lower_first,
    percent,
    printed_share,
    qualify,
    rank,
    verdict,
)
from reports.wording.parts import CLAIM_PARTS, SHARE_PARTS
from reports.wording.renderer import Column, Renderer, Table, make_table
from transforms.records.definitions import MIN_KNOWN
from transforms.text.lookups import languages_read
from warehouse.marts.measures import Measure

ALL_PLACES = "All adverts we read"
"""Name for the shares over all places; these are shares of the adverts we read, not of the market."""
ONCE = "Each job counts once: a share is its jobs divided by {n}."
WEIGHTED = (
    "Of boards drawn at random: each of {n} weighs as much as its board stands for, by the chance with which that was "
    "drawn."
)
RANKS = "Ranks that the intervals leave open are ties, as in 1–3; with 95% all ranks of the list hold together."
WITHOUT_TEXT = "Adverts whose text we do not have are one job where employer, title, place, pay and days agree."
"""Explanation of measures that also count adverts without a text."""


# --- parts of a row ---------------------------------------------------------------------------------------


def _has_point(row: Row) -> bool:
    return row.get("form", "point") == "point" and row["share"] is not None


def _point(row: Row) -> str:
    return percent(row["share"]) if _has_point(row) else "–"


def _ends(row: Row) -> str:
    return "–" if row.get("form") == "bounds" else interval(row)


def _bounds(row: Row) -> str:
    if row.get("bound_lo") is None:
        return "–"
    return join_ends(percent(row["bound_lo"]), percent(row["bound_hi"]))


def _with_interval(row: Row, *beside: str | None) -> str:
    return qualify(printed_share(row), [_ends(row) if _has_point(row) else None, *beside])


def _list(rows: Rows, say: Callable[[Row], str]) -> str:
    return ", ".join(f"{row['name']} {say(row)}" for row in rows)


def _n_of(row: Row) -> int:
    return int(row["n_jobs"] or 0) + int((row.get("form") == "bounds" and row.get("n_unknown")) or 0)


def _say_n(measure: Measure, jobs: str, row: Row) -> str:
    is_bounds = row.get("form") == "bounds"
    n = f"n = {_n_of(row):,} {jobs if is_bounds else measure.name_jobs(jobs)}"
    return n if is_bounds else f"{n}, 95% intervals"


def _say_unknown(measure: Measure, rows: Rows) -> list[str]:
    n = rows[0].get("n_unknown")
    do_not = "have no full advert that is read for it" if measure.reading else "do not say"
    return [f"{n:,} more jobs {do_not}"] if n else []


def _say_key(measure: Measure, jobs: str, rows: Rows, n: str, *more: str) -> str:
    counting = WEIGHTED if any(row.get("sample") == "panel" for row in rows) else ONCE
    bounds = (
        "Jobs whose adverts do not say may be either: of all jobs the share lies between the least, if none of these "
        f"were, and the greatest, if all were. Where fewer than {MIN_KNOWN} say, only these bounds are printed."
    )
    texts = (
        f"In the adverts we read: share of the {measure.name_jobs(jobs)}",
        counting.format(n=n),
        say_languages(measure),
        *more,
        WITHOUT_TEXT if measure.silence == "none" else "",
        bounds if measure.silence == "unknown" else "",
    )
    return " ".join(f"{text.rstrip('.')}." for text in texts if text)


def say_languages(measure: Measure) -> str:
    """Say in which languages texts are read for a measure; "" if the measure reads no text."""
    if measure.reading is None:
        return ""
    names = [Locale("en").languages[code] for code in languages_read(measure.reading)]
    return f"Texts in {join_words(names)} alone are read for it"


# --- one share, a list of items, a list of places --------------------------------------------------------------


def single(measure: Measure, jobs: str) -> Renderer:
    """Return the renderer of the share of one item of a measure among `jobs`.

    If silent jobs have an unknown answer, the share leaves them out.
    """

    def text(rows: Rows) -> str:
        of = f"all {jobs}" if rows[0].get("form") == "bounds" else f"the {measure.name_jobs(jobs)}"
        return f"{printed_share(rows[0])} of {of}" if measure.known_words else printed_share(rows[0])

    def note(rows: Rows) -> list[str]:
        row = rows[0]
        parts = [] if row.get("form") == "bounds" else [f"95% interval {interval(row)}{_say_rank(row)}"]
        if measure.known_words:
            parts.append(f"{known_part(row)} of jobs {measure.known_words}")
            parts += [] if row.get("bound_lo") is None else [f"of all jobs {_bounds(row)}"]
        return [*parts, say_languages(measure), measure.remark, *_say_unknown(measure, rows)]

    return Renderer(text=text, note=note, parts=SHARE_PARTS)


def _say_rank(row: Row) -> str:
    if not row.get("category"):
        return ""
    among = "" if rank(row) == "–" else f", rank {rank(row)} among {lower_first(category_name(row['category']))}"
    return f"{among}, by our rule {verdict(row) or 'without a verdict'}"


def items(measure: Measure, jobs: str, *, heading: str = "", is_ranked: bool = False) -> Renderer:
    """Return the renderer of the shares of all items of a measure; if it has categories, each item has a verdict."""
    more = [RANKS] * is_ranked + [VERDICT_RULE] * measure.has_categories

    def text(rows: Rows) -> str:
        answers = f"{_list(rows, _with_interval)}; {_say_n(measure, jobs, rows[0])}"
        if not measure.known_words:
            return answers
        coverage = f"{known_part(rows[0])} of jobs {measure.known_words}"
        if rows[0].get("form") == "bounds" or not rows[0].get("n_unknown"):
            return f"{answers}; {coverage}"
        return f"{answers}; {coverage}; of all jobs, {_list(rows, _bounds)}"

    def table(rows: Rows) -> Table:
        columns = [
            *([Column("Rank", rank)] if is_ranked else []),
            *_columns(heading or measure.heading),
            *([Column("Verdict", lambda row: verdict(row) or "none", False)] if measure.has_categories else []),
        ]
        return make_table(rows, columns, key=_say_key(measure, jobs, rows, count_cell(rows[0]["n_jobs"]), *more))

    def note(rows: Rows) -> list[str]:
        return [measure.remark, *_say_unknown(measure, rows)]

    return Renderer(text=text, table=table, note=note, named_by="name")


def places(measure: Measure, jobs: str, kind: str) -> Renderer:
    """Return the renderer of the share of one item of a measure, in all adverts and in each place of a kind.

    `kind` is the noun for these places, such as "region".
    """

    def text(rows: Rows) -> str:
        printed = choose_printed(rows)
        n_withheld = len(rows) - len(printed)
        parts = [f"{row['name']} {_with_interval(row, *remarks(row, row is printed[0]))}" for row in printed]
        return "; ".join([*parts, f"{n_withheld} more withheld"] if n_withheld else parts)

    def remarks(row: Row, is_first: bool) -> Sequence[str | None]:
        n = f"n = {_n_of(row):,}"
        if not measure.known_words:
            return [n]
        says = f"of jobs {measure.known_words}" if is_first else "say so"
        return [n, f"{known_part(row)} {says}", None if row.get("form") == "bounds" else f"of all jobs {_bounds(row)}"]

    def table(rows: Rows) -> Table:
        printed = choose_printed(rows)
        few = ", ".join(f"{row['name']} (n = {row['n_jobs']})" for row in rows if row["status"] == "suppressed")
        key = _say_key(measure, jobs, printed, f"the jobs of its {kind}", f"A job counts in each {kind} of its places")
        silent = "Do not say" if measure.known_words else "Not read"
        columns = [
            *_columns(kind.capitalize()),
            Column("Of jobs", "n_jobs"),
            Column(silent, lambda row: count_cell(row.get("n_unknown") or None)),
        ]
        below = f"Withheld, since jobs or employers are too few or too uneven: {few}." if few else ""
        return make_table(printed, columns, key=key, below=[below])

    def note(rows: Rows) -> list[str]:
        is_of_all = rows[0].get("region_level", "world") == "world"
        return [measure.remark, *(_say_unknown(measure, rows) if is_of_all else [])]

    return Renderer(text=text, table=table, note=note, named_by="name", names_withheld=True)


def _columns(heading: str) -> tuple[Column, ...]:
    return (
        Column(heading, "name", False),
        Column("Share", _point),
        Column("95% interval", _ends),
        Column("Of all jobs", _bounds),
        Column("Jobs that say", lambda row: "–" if row.get("bound_lo") is None else known_part(row)),
        Column("Jobs", "n_asking"),
        Column("Employers", "n_employers_asking"),
    )


def baseline(measure: Measure, jobs: str) -> Renderer:
    """Return the renderer of the skills that the 2026 guide named, with today's verdicts."""

    def text(rows: Rows) -> str:
        words: dict[str | None, list[str]] = {word: [] for _, word in VERDICTS}
        for row in rows:
            word = verdict(row)
            words.setdefault(word, []).append(f"{row['name']} {printed_share(row)}" if word else row["name"])
        return "; ".join(f"{word or 'no verdict'}: {', '.join(names)}" for word, names in words.items() if names)

    columns = (
        Column("Named essential in 2026", "name", False),
        Column("Share now", _point),
        Column("95% interval", interval),
        Column("Rank", rank),
        Column("among", lambda row: category_name(row["category"]) if row.get("category") else "–", False),
        Column("Verdict now", lambda row: verdict(row) or "not read by our taxonomy", False),
    )

    def table(rows: Rows) -> Table:
        key = _say_key(measure, jobs, rows, count_cell(rows[0]["n_jobs"]), RANKS, VERDICT_RULE)
        return make_table(rows, columns, key=key)

    def note(rows: Rows) -> list[str]:
        return [measure.remark, *_say_unknown(measure, rows)]

    return Renderer(text=text, table=table, note=note, named_by="name", shows_baseline=True)


# --- closing rates: an advert closes when it is filled, given up or moved --------------------------------------

CLOSINGS_CAVEAT = "an advert closes when it is filled, given up or moved, so the rate does not say how hard hiring is"


def _rate(rate: float) -> str:
    """Return a daily rate in two digits, because rates of 1.2 % and 1.8 % mean 82 and 55 days."""
    return f"{100 * rate:.2g}%"


def _rate_ends(row: Row, name: str = "rate") -> str:
    low, high = row[f"{name}_lo"], row[f"{name}_hi"]
    return f"{_rate(low).rstrip('%')}–{_rate(high)}" if name == "rate" else f"{low:.2g}–{high:.2g}"


def _rate_value(row: Row) -> str:
    return _rate(row["rate"]) if is_point(row, "rate") else _rate_ends(row)


def _closings_text(rows: Rows) -> str:
    ours, *others = rows
    first = f"{_rate_value(ours)} of open {ours['cell']} adverts close a day"
    return ", against ".join([first, *(f"{_rate_value(other)} of {other['cell']} adverts" for other in others)])


def _closings_note(rows: Rows) -> list[str]:
    row = rows[0]
    if row["ratio"] is not None:
        both = (
            f"within the same {count_of(row['n_boards_both'], 'board')}, {row['cell']} adverts close "
            f"{row['ratio']:.2g} times as fast (95% interval {_rate_ends(row, 'ratio')})"
        )
    else:
        both = f"not compared within boards: {row['ratio_reason']}"
    return [*map(_closings_of, rows), both, CLOSINGS_CAVEAT]


def _closings_of(row: Row) -> str:
    return (
        f"{row['cell']}: {_rate_value(row)} a day, 95% interval {_rate_ends(row)}, "
        f"{count_of(row['n_closed'], 'closing')} in {row['open_days']:,.0f} open days of "
        f"{count_of(row['n_boards'], 'board')} (as informative as {row['n_even']:.0f} equal ones)"
    )


CLOSING_RATES = Renderer(text=_closings_text, note=_closings_note, named_by="cell")


# --- claims of others ----------------------------------------------------------------------------------------


def _claim_note(rows: Rows) -> list[str]:
    row = rows[0]
    return [", ".join(part for part in (row["publisher"], row["work"], row["published"]) if part), row["caveat"]]


CLAIM = Renderer(text=lambda rows: str(rows[0]["claim"]), note=_claim_note, parts=CLAIM_PARTS)
