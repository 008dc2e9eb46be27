"""Pay in words: bands, entry pay, bonuses, and tables of pay."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence

from reports.wording import silence
from reports.wording.bases import unit_of
from reports.wording.levels import define
from reports.wording.numbers import (
    LOW_CONFIDENCE,
    SAMPLE_WORDS,
    Row,
    Rows,
    amount,
    choose_printed,
    count_of,
    ends_cell,
    is_point,
    low_mark,
    median_cell,
    money,
    percent,
    qualify,
    sentences,
    short,
)
from reports.wording.parts import PAY_PARTS
from reports.wording.renderer import Column, Renderer, Table, list_doubts, make_table
from transforms.records.definitions import BAND, MAX_AMOUNT_WIDTH, MAX_COUNTRY_SHARE
from warehouse.marts.printing import JOBS

NO_BAND = "quartiles of what people are paid, which are no ends of a band of adverts"
UNKNOWN_TO_THIRD_PARTY = "the employers are unknown, so that no interval can be computed"
THIRD_PARTY = (
    "third-party adverts are not those we read: somebody else collected the two ends of pay of full-time adverts of "
    "the year of its newest collection and the one before"
)
BANDS_KEY = (
    f"Where the interval is wider than {MAX_AMOUNT_WIDTH} of an amount, it stands in its place. {BAND}. "
    "Median: of the midpoints."
)
"""Explanation of the columns of a table of bands."""
TITLES_KEY = (
    "From titles alone: only adverts whose title names the level, the others being placed by the years of experience "
    "they ask for."
)
"""Explanation of the column of bands from titles alone."""
MEDIAN_OF_PANEL = f"Median of jobs on {SAMPLE_WORDS['panel']}"
PANEL_KEY = (
    f"{MEDIAN_OF_PANEL}: each weighs as much as its board stands for. All else is of jobs on all boards, and of these "
    "such as state pay are read more often."
)
"""Explanation of the column with the panel's median."""


def band(row: Row, *, low: str = "band_low", high: str = "band_high", currency: str = "currency") -> str:
    """Return a band as it is printed: "USD 97K–155K", or both ends in words if the interval of either is too wide.

    `low`, `high` and `currency` are names of columns.
    """
    if is_point(row, low) and is_point(row, high):
        return money(row[low], row[high], row[currency])
    ends = (amount(row, name, row[currency]) for name in (low, high))
    return "lower end {}, upper end {}".format(*ends)


def is_band(row: Row) -> bool:
    """Whether a row has both ends of a band; reported and official pay have quartiles instead."""
    return row.get("band_low") is not None and row.get("band_high") is not None


def say_pay(row: Row) -> str:
    """Return pay as it is printed: a band, or the median with the quartiles if there is no band."""
    if is_band(row):
        return f"{band(row)} per year"
    median = f"median {amount(row, 'p50', row['currency'])} per year"
    if row.get("p25") is None or row.get("p75") is None:
        return median
    quartiles = (amount(row, name, row["currency"]) for name in ("p25", "p75"))
    return "{}, a quarter at or below {} and a quarter at or above {}".format(median, *quartiles)


def order_of(row: Row) -> float:
    """Return the amount to sort a row by: its printed median, or the middle of the printed interval.

    Rows without a median are sorted by the upper end of their band; rows without both have 0.
    """
    name = "p50" if row.get("p50") is not None else "band_high"
    if row.get(name) is None:
        return 0.0
    return float(row[name] if is_point(row, name) else (row[f"{name}_lo"] + row[f"{name}_hi"]) / 2)


SEVERAL = {"several": "several countries at once", "remote": "no country (remote)", "unknown": "no known country"}
"""Words for pay that is not tied to one country."""
MAX_NAMED = 4
"""How many countries are named; if there are more, the rest are counted."""


def name_place(rows: Rows, place: str) -> str:
    """Return the place to name for pay: `place`, or else the one country that has nearly all of its jobs.

    An example is "United States (Canada n = 9, too few)". If one country has more than `MAX_COUNTRY_SHARE` of a
    region's jobs, the region's name would suggest that this country's pay is paid in the other countries, too. If that
    country has too few jobs for a band, the region's name is kept, and the country is added in brackets.
    """
    first = _find_main_country(rows)
    if first is None:
        return place
    if first["n_jobs"] < JOBS.bound:  # too few for a band
        total = sum(count["n_jobs"] for count in rows[0]["countries"])
        return f"{place} ({first['name']} n = {first['n_jobs']} of {total})"
    return qualify(str(first["name"]), say_others(rows))


def name_region(rows: Rows, place: str) -> str:
    """Return a region under its own name: "US and Canada (mostly United States; Canada n = 9, too few)".

    Use this function beside rows of countries, where `name_place` would repeat the name of a country.
    """
    head = find_head(rows)
    if head is None or head["name"] == place:
        return name_place(rows, place)
    return qualify(place, [f"mostly {head['name']}", *say_others(rows)])


def _find_main_country(rows: Rows) -> Row | None:
    """Return the counts of the one country that has more than `MAX_COUNTRY_SHARE` of the jobs, if any."""
    counts = (rows[0].get("countries") if rows else None) or ()
    total = sum(count["n_jobs"] for count in counts)
    if not counts or counts[0]["country"] in SEVERAL or counts[0]["n_jobs"] <= MAX_COUNTRY_SHARE.value * total:
        return None
    return dict(counts[0])


def find_head(rows: Rows) -> Row | None:
    """Return the counts of the country that is named instead of a region (`name_place`); None if no country is."""
    first = _find_main_country(rows)
    return first if first is not None and first["n_jobs"] >= JOBS.bound else None


def say_others(rows: Rows) -> list[str]:
    """Return words for the other countries of a region; those with too few jobs for a band come last."""
    others = [count for count in rows[0]["countries"][1:] if count["n_paid"]]
    few = [count for count in others if count["n_paid"] < JOBS.bound]
    enough = [count for count in others if count not in few]
    parts = [_list_countries(enough, "n_paid"), f"{_list_countries(few, 'n_paid')}, too few" if few else ""]
    return [words for words in parts if words]


def _list_countries(counts: Rows, column: str) -> str:
    counts = sorted(counts, key=lambda count: -count[column])
    names = [f"{SEVERAL.get(count['country'], count['name'])} n = {count[column]}" for count in counts[:MAX_NAMED]]
    n_more = len(counts) - len(names)
    return ", ".join([*names, count_of(n_more, "more country", "more countries")] if n_more else names)


def _by_country(row: Row) -> str | None:
    counts = [count for count in row.get("countries") or () if count["n_jobs"]]
    return f"jobs by country: {_list_countries(counts, 'n_jobs')}" if counts else None


def _ends(row: Row) -> str | None:
    if row.get("band_low_lo") is None or row.get("band_high_lo") is None:
        return None
    low, high = (money(row[f"{end}_lo"], row[f"{end}_hi"], row["currency"]) for end in ("band_low", "band_high"))
    return f"95% interval of the lower end {low}, of the upper end {high}"


def _level_source(row: Row) -> str | None:
    """Say how levels were read: the band from titles alone, or else the number of titles that name the level."""
    if row["basis"] != "advertised":
        return None
    if row.get("stated_status") == "suppressed":
        return f"from levels named in titles alone: withheld, {row['stated_reason']}"
    if row.get("stated_status") is not None:
        title_band = band(row, low="stated_low", high="stated_high")
        n = f"{count_of(row['stated_n_jobs'], 'job')} of {count_of(row['stated_n_employers'], 'employer')}"
        low = LOW_CONFIDENCE if row["stated_status"] == "low" else None
        return qualify(f"from levels named in titles alone: {title_band}, {n}", [low])
    if row.get("n_stated") is not None:
        return (
            f"level named in the title in {row['n_stated']:,} of {row['n_jobs']:,}, "
            "else read from the years of experience asked for"
        )
    return None


def _spread(row: Row) -> str | None:
    if row.get("n_even_employers") is None:
        return None
    largest = f", the largest with {percent(row['largest_employer_share'])} of the jobs"
    return f"as informative as {row['n_even_employers']:.0f} equal employers (G*){largest}"


def _of_panel(row: Row) -> str | None:
    if row.get("n_panel_jobs") is None:
        return None
    rests_on = f"{count_of(row['n_panel_jobs'], 'job')} of {count_of(row['n_panel_employers'], 'employer')}"
    name = "p50_of_panel"
    if row[name] is None:
        return f"median of jobs on {SAMPLE_WORDS['panel']} alone withheld, {rests_on} are too few or too uneven"
    interval = [f"95% interval {ends_cell(row, name)}"] if is_point(row, name) else []
    median = qualify(amount(row, name, row["currency"]), interval)
    return f"median of jobs on {SAMPLE_WORDS['panel']} alone {median}, {rests_on}"


def _key_of_panel(rows: Rows) -> str:
    return f" {PANEL_KEY}" if any(row.get("p50_of_panel") is not None for row in rows) else ""


def _cell_note(row: Row) -> list[str | None]:
    is_third_party = row["basis"] == "advertised_third_party"
    without = UNKNOWN_TO_THIRD_PARTY if is_third_party else "no interval can be computed"
    notes: list[str | None] = [_ends(row) or (without if is_band(row) else NO_BAND)]
    if not is_band(row) and row.get("p50_lo") is not None:
        notes.append(f"95% interval of the median {row['currency']} {ends_cell(row, 'p50')}")
    if is_band(row) and row.get("p50") is not None:
        notes.append(f"median of the midpoints {amount(row, 'p50', row['currency'])}")
    if row.get("p50_by_employer") is not None and is_point(row, "p50"):
        notes.append(f"with each employer counted once {row['currency']} {short(row['p50_by_employer'])}")
    notes += [
        _of_panel(row),
        silence.describe(row),
        _level_source(row),
        _spread(row),
        _by_country(row),
    ]
    if row["basis"] == "official":
        notes.append(row["reason"])
    abroad = _from_abroad(row)
    notes.append(f"paid from abroad, and not in it: {abroad}" if abroad else None)
    if row.get("n_no_rate"):
        notes.append(f"{row['n_no_rate']:,} left out for want of an exchange rate")
    if row.get("n_apart"):
        notes.append(f"{row['n_apart']:,} kept apart (contract, part-time, intern, net, implausible or one end only)")
    return notes


def _from_abroad(row: Row) -> str | None:
    if row.get("n_abroad") is None or row["basis"] not in ("advertised", "advertised_third_party"):
        return None
    return count_of(row["n_abroad"], *unit_of(row["basis"]))


def _text(rows: Rows) -> str:
    row = rows[0]
    text = say_pay(row)
    if not is_band(row) or row.get("p50") is None:
        return text
    return f"{text}, median {amount(row, 'p50', row['currency'])}"


def _note(rows: Rows) -> list[str | None]:
    row = rows[0]
    has_local = row.get("local_low") is not None
    local = f"in local money {_local(row)}, {count_of(row['local_n_jobs'], 'job')}" if has_local else None
    return [local, *_cell_note(row)]


def _local(row: Row) -> str:
    return band(row, low="local_low", high="local_high", currency="local_currency")


def _explain_withheld(rows: Rows) -> list[str]:
    withheld = sorted((row for row in rows if row["status"] == "suppressed"), key=lambda row: -(row["n_jobs"] or 0))
    few, others = _partition(withheld, lambda row: row["reason"].startswith("not enough data"))
    some, none = _partition(few, lambda row: bool(row["n_jobs"]))
    near: dict[str, list[str]] = {}
    for row in withheld:
        if row.get("nearest"):
            near.setdefault(row["nearest"], []).append(row["place"])
    counts = ", ".join(f"{row['place']} ({row['n_jobs']} of {JOBS.bound})" for row in some)
    places = ", ".join(row["place"] for row in none)
    offers = "; ".join(f"for {', '.join(names)}: {nearest}" for nearest, names in near.items())
    paragraphs = [
        f"Withheld, not enough jobs with pay: {counts}." if some else "",
        f"Withheld, no full-time advert at this level with both ends of base pay: {places}." if none else "",
        *(f"Withheld: {row['place']}, {row['reason']}." for row in others),
        f"Nearest to what is withheld, {offers}." if near else "",
    ]
    return [words for words in paragraphs if words]


def _partition(rows: Rows, holds: Callable[[Row], bool]) -> tuple[Rows, Rows]:
    return [row for row in rows if holds(row)], [row for row in rows if not holds(row)]


def _below(level: str, printable: Rows, reasons: Sequence[str]) -> tuple[str, ...]:
    others = [row for row in printable if row["basis"] != "advertised_third_party"]
    is_ours = any(row["basis"] == "advertised" for row in printable)
    abroad = [f"{row.get('region_name') or row['place']} {words}" for row in printable if (words := _from_abroad(row))]
    paragraphs = (
        f"In adverts we read, {define(level, 'advertised')}." if is_ours else "",
        sentences([THIRD_PARTY, UNKNOWN_TO_THIRD_PARTY, f"in them, {define(level, 'advertised_third_party')}"])
        if len(others) < len(printable)
        else "",
        *reasons,
        f"Paid from abroad, and not in these bands: {'; '.join(abroad)}." if abroad else "",
        sentences([list_doubts(others, "place")]),
    )
    return tuple(paragraph for paragraph in paragraphs if paragraph)


def _bands_text(rows: Rows) -> str:
    printable = choose_printed(rows)
    n_withheld = len(rows) - len(printable)
    text = "; ".join(f"{row['place']}: {row['value']}" for row in printable)
    return f"{text}; {n_withheld} more withheld" if n_withheld else text


def _bands_table(heading: str, level: str, rows: Rows) -> Table:
    printable = choose_printed(rows)
    titles = f" {TITLES_KEY}" if any(row.get("stated_status") is not None for row in printable) else ""
    key = f"US dollars per year. {BANDS_KEY}{titles}{_key_of_panel(printable)}"
    columns = (Column(heading, "place", False), *_COLUMNS)
    return make_table(printable, columns, key=key, below=_below(level, printable, _explain_withheld(rows)))


def _stated_cell(row: Row) -> str:
    if row.get("stated_status") is None:
        return "–"
    n = count_of(row["stated_n_jobs"] or 0, "job")
    if row["stated_status"] == "suppressed":
        return f"withheld ({n})"
    low = LOW_CONFIDENCE if row["stated_status"] == "low" else None
    title_band = band(row, low="stated_low", high="stated_high").replace(f"{row['currency']} ", "")
    return qualify(title_band, [n, low])


_COLUMNS = (
    Column("From", "rung", False),
    Column("Band per year", lambda row: qualify(band(row) if is_band(row) else "no band", [low_mark(row)]), False),
    Column("Band from titles alone", _stated_cell, False),
    Column("Median", median_cell),
    Column(MEDIAN_OF_PANEL, lambda row: median_cell(row, "p50_of_panel")),
    Column("Local money", lambda row: _local(row) if row.get("local_low") is not None else "–", False),
    Column("Lower end, 95% interval", lambda row: ends_cell(row, "band_low")),
    Column("Upper end, 95% interval", lambda row: ends_cell(row, "band_high")),
    Column("n", lambda row: count_of(row["n_jobs"], *unit_of(row["basis"])), False),
    Column("Employers", "n_employers"),
)


def _bonus_text(rows: Rows) -> str:
    return f"median {amount(rows[0], 'p50', rows[0]['currency'])} per year"


def _bonus_note(rows: Rows) -> list[str | None]:
    row = rows[0]
    quartiles = (amount(row, name, row["currency"]) for name in ("p25", "p75"))
    return [
        f"95% interval of the median {row['currency']} {ends_cell(row, 'p50')}",
        "a quarter at or below {}, a quarter at or above {}".format(*quartiles),
        _spread(row),
        _by_country(row),
    ]


PAY = Renderer(text=_text, note=_note, parts=PAY_PARTS)
BONUS = Renderer(text=_bonus_text, note=_bonus_note)


def bands(heading: str, level: str) -> Renderer:
    """Return the renderer of pay of one group of levels, with a row per place; `heading` is the kind of place."""
    return Renderer(text=_bands_text, table=functools.partial(_bands_table, heading, level), named_by="place")
