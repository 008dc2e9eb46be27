"""Shares in words, made from the declaration of their measure (`warehouse.marts.measures`): nothing here names one.

A share is printed with its interval, as an interval alone where that is too wide to name a point, or, where few adverts
say, as bounds for all of them (`numbers.printed_share`).
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
    interval,
    join_words,
    known_part,
    lower_first,
    percent,
    printed_share,
    qualify,
    rank,
    verdict,
    whole,
)
from reports.wording.parts import CLAIM_PARTS, SHARE_PARTS
from reports.wording.renderer import Column, Renderer, Table, make_table
from transforms.records.definitions import MIN_KNOWN
from transforms.text.lookups import languages_read
from warehouse.marts.measures import Measure

ALL_PLACES = "All adverts we read"
"""The name of the shares over all places: where boards are read is not the market."""
ONCE = "Each job counts once: a share is its jobs divided by {n}."
WEIGHTED = (
    "Of boards drawn at random: each of {n} weighs as much as its board stands for, by the chance with which that was "
    "drawn."
)
RANKS = "Ranks that the intervals leave open are ties, as in 1–3; with 95% all ranks of the list hold together."
WITHOUT_TEXT = "Adverts whose text we do not have are one job where employer, title, place, pay and days agree."
"""What is said of a measure that adverts without a text count in, too."""


# --- parts of a row ---------------------------------------------------------------------------------------


def is_point(row: Row) -> bool:
    """Whether the share itself is printed."""
    return row.get("form", "point") == "point" and row["share"] is not None


def _point(row: Row) -> str:
    """The point of a share; a dash where only an interval or bounds are printed, or nothing."""
    return percent(row["share"]) if is_point(row) else "–"


def _ends(row: Row) -> str:
    """The 95 % interval; a dash where only bounds are printed."""
    return "–" if row.get("form") == "bounds" else interval(row)


def _bounds(row: Row) -> str:
    """Least and greatest share of all jobs, silent ones too; a dash where silence is no unknown answer."""
    if row.get("bound_lo") is None:
        return "–"
    low, high = percent(row["bound_lo"]), percent(row["bound_hi"])
    return low if low == high else f"{low.removesuffix('%')}–{high}"


def _with_interval(row: Row, *beside: str | None) -> str:
    """A share as it is printed, with its interval in brackets where the point is: "57% (49–65%)"."""
    return qualify(printed_share(row), [_ends(row) if is_point(row) else None, *beside])


def _list(rows: Rows, say: Callable[[Row], str]) -> str:
    return ", ".join(f"{row['name']} {say(row)}" for row in rows)


def _n_of(row: Row) -> int:
    """Of how many jobs a share is: bounds are of those that do not say, too."""
    return int(row["n_jobs"] or 0) + int((row.get("form") == "bounds" and row.get("n_unknown")) or 0)


def _say_n(measure: Measure, jobs: str, row: Row) -> str:
    """Of how many jobs shares are, and what their intervals are: "n = 477 AI jobs in Germany, 95% intervals"."""
    is_bounds = row.get("form") == "bounds"
    n = f"n = {_n_of(row):,} {jobs if is_bounds else measure.name_jobs(jobs)}"
    return n if is_bounds else f"{n}, 95% intervals"


def _say_unknown(measure: Measure, rows: Rows) -> list[str]:
    """How many jobs do not say, in the first row's cell."""
    n = rows[0].get("n_unknown")
    do_not = "have no full advert that is read for it" if measure.reading else "do not say"
    return [f"{n:,} more jobs {do_not}"] if n else []


def _say_key(measure: Measure, jobs: str, rows: Rows, n: str, *more: str) -> str:
    """What shares in a table are of, what a job counts in them, and what is said of bounds."""
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
    """The languages of the texts that a measure is read from; "" where it is read from none."""
    if measure.reading is None:
        return ""
    names = [Locale("en").languages[code] for code in languages_read(measure.reading)]
    return f"Texts in {join_words(names)} alone are read for it"


# --- one share, a list of items, a list of places --------------------------------------------------------------


def one(measure: Measure, jobs: str) -> Renderer:
    """The share of one item of a measure among jobs: of those that say, where adverts may be silent on it."""

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
    """The rank and the verdict of a share that stands in a category; "" for others."""
    if not row.get("category"):
        return ""
    among = "" if rank(row) == "–" else f", rank {rank(row)} among {lower_first(category_name(row['category']))}"
    return f"{among}, by our rule {verdict(row) or 'without a verdict'}"


def items(measure: Measure, jobs: str, *, heading: str = "", is_ranked: bool = False) -> Renderer:
    """Shares of the items of a measure among jobs; a measure with categories has a verdict on each of its items."""
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
        return make_table(rows, columns, key=_say_key(measure, jobs, rows, whole(rows[0]["n_jobs"]), *more))

    def note(rows: Rows) -> list[str]:
        return [measure.remark, *_say_unknown(measure, rows)]

    return Renderer(text=text, table=table, note=note, named_by="name")


def places(measure: Measure, jobs: str, kind: str) -> Renderer:
    """The share of one item of a measure in all adverts and in each place of a kind ("region")."""

    def text(rows: Rows) -> str:
        n_withheld = len(rows) - len(choose_printed(rows))
        parts = [f"{row['name']} {_with_interval(row, *beside)}" for row, beside in zip(*_beside(rows), strict=True)]
        return "; ".join([*parts, f"{n_withheld} more withheld"] if n_withheld else parts)

    def _beside(rows: Rows) -> tuple[Rows, list[Sequence[str | None]]]:
        printed, texts = choose_printed(rows), list[Sequence[str | None]]()
        for row in printed:
            n = f"n = {_n_of(row):,}"
            if measure.known_words:
                says = "say so" if texts else f"of jobs {measure.known_words}"
                of_all = None if row.get("form") == "bounds" else f"of all jobs {_bounds(row)}"
                texts.append((n, f"{known_part(row)} {says}", of_all))
            else:
                texts.append((n,))
        return printed, texts

    def table(rows: Rows) -> Table:
        few = [f"{row['name']} (n = {row['n_jobs']})" for row in rows if row["status"] == "suppressed"]
        key = _say_key(
            measure, jobs, choose_printed(rows), f"the jobs of its {kind}", f"A job counts in each {kind} of its places"
        )
        return make_table(
            choose_printed(rows),
            [
                *_columns(kind.capitalize()),
                Column("Of jobs", lambda row: whole(row["n_jobs"])),
                Column(
                    "Do not say" if measure.known_words else "Not read", lambda row: whole(row.get("n_unknown") or None)
                ),
            ],
            key=key,
            below=[f"Withheld, since jobs or employers are too few or too uneven: {', '.join(few)}." if few else ""],
        )

    def note(rows: Rows) -> list[str]:
        is_of_all = rows[0].get("region_level", "world") == "world"
        return [measure.remark, *(_say_unknown(measure, rows) if is_of_all else [])]

    return Renderer(text=text, table=table, note=note, named_by="name", names_withheld=True)


def _columns(heading: str) -> tuple[Column, ...]:
    """What tables of shares say of each row."""
    return (
        Column(heading, lambda row: str(row["name"]), False),
        Column("Share", _point),
        Column("95% interval", _ends),
        Column("Of all jobs", _bounds),
        Column("Jobs that say", lambda row: "–" if row.get("bound_lo") is None else known_part(row)),
        Column("Jobs", lambda row: whole(row["n_asking"])),
        Column("Employers", lambda row: whole(row.get("n_employers_asking"))),
    )


def baseline(measure: Measure, jobs: str) -> Renderer:
    """The skills that the 2026 guide named, with the verdict on each today."""

    def text(rows: Rows) -> str:
        words: dict[str | None, list[str]] = {word: [] for _, word in VERDICTS}
        for row in rows:
            word = verdict(row)
            words.setdefault(word, []).append(f"{row['name']} {printed_share(row)}" if word else row["name"])
        return "; ".join(f"{word or 'no verdict'}: {', '.join(names)}" for word, names in words.items() if names)

    columns = (
        Column("Named essential in 2026", lambda row: str(row["name"]), False),
        Column("Share now", _point),
        Column("95% interval", interval),
        Column("Rank", rank),
        Column("among", lambda row: category_name(row["category"]) if row.get("category") else "–", False),
        Column("Verdict now", lambda row: verdict(row) or "not read by our taxonomy", False),
    )

    def table(rows: Rows) -> Table:
        key = _say_key(measure, jobs, rows, whole(rows[0]["n_jobs"]), RANKS, VERDICT_RULE)
        return make_table(rows, columns, key=key)

    return Renderer(
        text=text,
        table=table,
        note=lambda rows: [measure.remark, *_say_unknown(measure, rows)],
        named_by="name",
        shows_baseline=True,
    )


# --- claims of others ----------------------------------------------------------------------------------------


def _say_claim(rows: Rows) -> str:
    return str(rows[0]["claim"])


def _claim_note(rows: Rows) -> list[str]:
    row = rows[0]
    return [", ".join(part for part in (row["publisher"], row["work"], row["published"]) if part), row["caveat"]]


CLAIM = Renderer(text=_say_claim, note=_claim_note, parts=CLAIM_PARTS)
