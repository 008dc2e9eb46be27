"""Pay in words: bands, entry pay, their tables, and what a level and its pay mean on each basis."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from reports.wording.levels import define
from reports.wording.numbers import (
    LOW_CONFIDENCE,
    Row,
    Rows,
    count_of,
    low_mark,
    money,
    monthly,
    qualify,
    sentences,
    short,
    whole,
    yearly,
)
from reports.wording.renderer import Renderer, Table, list_doubts, without_empty_columns

UNKNOWN_TO_THIRD_PARTY = "the employers are unknown, so that no interval can be computed"
THIRD_PARTY = (
    "third-party adverts are not those we read: somebody else collected the two ends of pay of full-time adverts of "
    "this calendar year and the one before"
)
UNITS_OF_BASIS = {
    "advertised_third_party": ("pair of amounts", "pairs of amounts"),
    "reported": ("person", "persons"),
}
"""What `n` counts, one and several; a job where nothing else is said."""


def _ends(row: Row, tenths: bool, divisor: int) -> str | None:
    """The 95 % intervals of both ends of a band in words; None where the source gives none."""
    if row.get("band_low_lo") is None or row.get("band_high_lo") is None:
        return None
    low, high = (
        money(row[f"{end}_lo"] / divisor, row[f"{end}_hi"] / divisor, row["currency"], tenths=tenths)
        for end in ("band_low", "band_high")
    )
    return f"95% interval of the lower end {low}, of the upper end {high}"


def _level_source(row: Row, *, tenths: bool, divisor: int) -> str | None:
    """What the level of the adverts rests on: the band from titles alone, else how many titles name the level."""
    if row["basis"] != "advertised":
        return None
    if row.get("stated_status") == "suppressed":
        return f"from levels named in titles alone: withheld, {row['stated_reason']}"
    if row.get("stated_status") is not None:
        band = money(row["stated_low"] / divisor, row["stated_high"] / divisor, row["currency"], tenths=tenths)
        n = f"{count_of(row['stated_n_jobs'], 'job')} of {count_of(row['stated_n_employers'], 'employer')}"
        low = LOW_CONFIDENCE if row["stated_status"] == "low" else None
        return qualify(f"from levels named in titles alone: {band}, {n}", [low])
    if row.get("n_stated") is not None:
        return (
            f"level named in the title in {row['n_stated']:,} of {row['n_jobs']:,}, "
            "else read from the years of experience asked for"
        )
    return None


def _cell_note(row: Row, *, tenths: bool, divisor: int) -> list[str | None]:
    is_third_party = row["basis"] == "advertised_third_party"
    without = UNKNOWN_TO_THIRD_PARTY if is_third_party else "no interval can be computed"
    notes: list[str | None] = [_ends(row, tenths, divisor) or without]
    if row.get("p50") is not None:
        median = money(row["p50"] / divisor, row["p50"] / divisor, row["currency"], tenths=tenths)
        notes.append(f"median of the midpoints {median}")
    notes.append(_level_source(row, tenths=tenths, divisor=divisor))
    if row.get("n_effective") is not None:
        notes.append(f"effective n {row['n_effective']:.0f}, the weight of large employers being limited")
    abroad = _from_abroad(row)
    notes.append(f"paid from abroad: {abroad}" if abroad else None)
    if row.get("n_no_rate"):
        notes.append(f"{row['n_no_rate']:,} left out for want of an exchange rate")
    if row.get("n_apart"):
        notes.append(f"{row['n_apart']:,} kept apart (contract, part-time, intern, net, implausible or one end only)")
    return notes


def _from_abroad(row: Row) -> str | None:
    """How many jobs are paid from abroad, also when none is; None where that is not known."""
    if row["basis"] != "advertised" or row.get("n_cross_border") is None:
        return None
    return f"{row['n_cross_border']:,} of {count_of(row['n_jobs'], 'job')}"


def _band_text(rows: Rows) -> str:
    return f"{monthly(rows[0])} per month"


def _entry_text(rows: Rows) -> str:
    row = rows[0]
    text = f"{yearly(row)} per year"
    return text if row.get("p50") is None else f"{text}, median {yearly(row, 'p50', 'p50')}"


def _entry_note(rows: Rows) -> list[str | None]:
    row = rows[0]
    notes = _cell_note(row, tenths=False, divisor=1)
    if row.get("local_low") is not None:
        local = money(row["local_low"], row["local_high"], row["local_currency"], tenths=False)
        notes.insert(0, f"in local money {local}, {count_of(row['local_n_jobs'], 'job')}")
    return notes


def _places(rows: Rows) -> tuple[Rows, tuple[str, ...]]:
    """The rows that have a value, and what is said of those that have none."""
    shown = [row for row in rows if row["status"] != "suppressed"]
    held = sorted((row for row in rows if row["status"] == "suppressed"), key=lambda row: -(row["n_jobs"] or 0))
    few = [row for row in held if row["reason"].startswith("not enough data")]
    some = [f"{row['place']} (n = {row['n_jobs']})" for row in few if row["n_jobs"]]
    none = [row["place"] for row in few if not row["n_jobs"]]
    said = [
        f"Withheld, not enough data: {', '.join(some)}." if some else "",
        f"Withheld, no full-time advert at this level with both ends of base pay: {', '.join(none)}." if none else "",
        *(f"Withheld: {row['place']}, {row['reason']}." for row in held if row not in few),
    ]
    return shown, tuple(words for words in said if words)


def _below(level: str, shown: Rows, held: Sequence[str]) -> tuple[str, ...]:
    """What a reader should know of a table of pay, in paragraphs; `held` says what is withheld.

    `level` is the group of levels of the rows.
    """
    others = [row for row in shown if row["basis"] != "advertised_third_party"]
    is_ours = any(row["basis"] == "advertised" for row in shown)
    abroad = [f"{row['place']} {words}" for row in others if (words := _from_abroad(row))]
    said = (
        f"In adverts we read, {define(level, 'advertised')}." if is_ours else "",
        sentences([THIRD_PARTY, UNKNOWN_TO_THIRD_PARTY, f"in them, {define(level, 'advertised_third_party')}"])
        if len(others) < len(shown)
        else "",
        *held,
        f"Paid from abroad: {'; '.join(abroad)}." if abroad else "",
        sentences([list_doubts(others, "place")]),
    )
    return tuple(paragraph for paragraph in said if paragraph)


def _bands_text(rows: Rows) -> str:
    shown, _ = _places(rows)
    held = len(rows) - len(shown)
    text = "; ".join(f"{row['place']} {row['value']}" for row in shown)
    return f"{text}; {held} more withheld" if held else text


def _bands_table(level: str, rows: Rows) -> Table:
    shown, held = _places(rows)
    cells = tuple(
        (
            row["place"],
            qualify(monthly(row), [low_mark(row)]),
            _stated_cell(row),
            short(row["p50"] / 12, tenths=True) if row.get("p50") is not None else "–",
            _ends_cell(row, "band_low", tenths=True, divisor=12),
            _ends_cell(row, "band_high", tenths=True, divisor=12),
            _n_cell(row),
            whole(row["n_employers"]),
            row["rung"],
        )
        for row in shown
    )
    columns = (
        "Region", "Band per month", "Band from titles alone", "Median", "Lower end, 95% interval",
        "Upper end, 95% interval", "n", "Employers", "From",
    )  # fmt: skip
    key = (
        "US dollars per month, a twelfth of a year. Three in four adverts start at or above the lower end of a band, "
        "and three in four stop at or below its upper end. Median: of the midpoints. From titles alone: only adverts "
        "whose title names the level, the others being placed by the years of experience they ask for."
    )
    numeric = frozenset((3, 4, 5, 7))
    return without_empty_columns(
        Table(columns=columns, rows=cells, numeric=numeric, key=key, below=_below(level, shown, held))
    )


def _entries_table(level: str, rows: Rows) -> Table:
    shown, held = _places(rows)
    cells = tuple(
        (
            row["place"],
            qualify(yearly(row), [low_mark(row)]),
            short(row["p50"], tenths=False) if row.get("p50") is not None else "–",
            money(row["local_low"], row["local_high"], row["local_currency"], tenths=False)
            if row.get("local_low") is not None
            else "–",
            _ends_cell(row, "band_low", tenths=False, divisor=1),
            _ends_cell(row, "band_high", tenths=False, divisor=1),
            _n_cell(row),
            whole(row["n_employers"]),
            row["rung"],
        )
        for row in shown
    )
    columns = (
        "Country", "Band per year", "Median", "Local money", "Lower end, 95% interval", "Upper end, 95% interval", "n",
        "Employers", "From",
    )  # fmt: skip
    key = (
        "US dollars per year. Three in four adverts start at or above the lower end of a band, and three in four stop "
        "at or below its upper end. Median: of the midpoints."
    )
    numeric = frozenset((2, 4, 5, 7))
    return without_empty_columns(
        Table(columns=columns, rows=cells, numeric=numeric, key=key, below=_below(level, shown, held))
    )


def _stated_cell(row: Row) -> str:
    if row.get("stated_status") is None:
        return "–"
    n = count_of(row["stated_n_jobs"] or 0, "job")
    if row["stated_status"] == "suppressed":
        return f"withheld ({n})"
    low = LOW_CONFIDENCE if row["stated_status"] == "low" else None
    low_end, high_end = (short(row[f"stated_{end}"] / 12, tenths=True) for end in ("low", "high"))
    return qualify(f"{low_end}–{high_end}", [n, low])


def _n_cell(row: Row) -> str:
    noun = UNITS_OF_BASIS.get(row["basis"], ("job", "jobs"))
    return count_of(row["n_jobs"], *noun)


def _ends_cell(row: Row, end: str, *, tenths: bool, divisor: int) -> str:
    if row.get(f"{end}_lo") is None:
        return "–"
    low, high = (short(row[f"{end}_{side}"] / divisor, tenths=tenths) for side in ("lo", "hi"))
    return f"{low}–{high}"


def _bonus_text(rows: Rows) -> str:
    row = rows[0]
    return f"median USD {short(row['p50'], tenths=False)} per year"


def _bonus_note(rows: Rows) -> list[str]:
    row = rows[0]
    return [f"half of them between USD {short(row['p25'], tenths=False)} and {short(row['p75'], tenths=False)}"]


BAND = Renderer(text=_band_text, note=lambda rows: _cell_note(rows[0], tenths=True, divisor=12))
ENTRY = Renderer(text=_entry_text, note=_entry_note)
BONUS = Renderer(text=_bonus_text, note=_bonus_note)


def bands(level: str) -> Renderer:
    """Bands of one group of levels, a row for each region."""
    return Renderer(text=_bands_text, table=functools.partial(_bands_table, level), named_by="place")


def entries(level: str) -> Renderer:
    """Yearly pay of one group of levels, a row for each country."""
    return Renderer(text=_bands_text, table=functools.partial(_entries_table, level), named_by="place")
