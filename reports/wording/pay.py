"""Pay in words: bands, entry pay, bonuses, and tables of pay."""

from __future__ import annotations

import functools

from babel.numbers import get_currency_name

from reports.wording import numbers, prose, silence
from reports.wording.bases import unit_of
from reports.wording.levels import define
from reports.wording.numbers import Row, Rows
from reports.wording.parts import PAY_PARTS
from reports.wording.renderer import Column, Renderer, Table, list_doubts, make_table
from transforms.records.definitions import BAND, MAX_AMOUNT_WIDTH, MAX_COUNTRY_SHARE
from transforms.records.vocabulary import EMPLOYEE, OTHER_MONEY
from warehouse.marts.printing import EMPLOYERS

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
TITLES_KEY = (
    "From titles alone: only adverts whose title names the level, the others being placed by the years of experience "
    "they ask for."
)
IN_OTHER_MONEY = "stated in another country's money"
"""Words for pay whose money is not the country's own; who pays it may be in the country all the same."""
CONTRACT_OPEN = (
    "most adverts with pay in another country's money do not state the contract, and many of them are for contractors"
)
CONTRACTORS_KEY = (
    "Contractors: what their invoices for twelve months of full-time work add up to, without value added tax. They pay "
    "social insurance and time off out of it, so it is no employee's pay; the band beside it has none of them."
)
MEDIAN_OF_PANEL = f"Median of jobs on {numbers.SAMPLE_WORDS['panel']}"
PANEL_KEY = (
    f"{MEDIAN_OF_PANEL}: each weighs as much as its board stands for. All else is of jobs on all boards, and of these "
    "such as state pay are read more often."
)


def band(row: Row, *, low: str = "band_low", high: str = "band_high", currency: str = "currency") -> str:
    """Return a band: "USD 97K–155K", or both ends in words if the interval of either is too wide.

    `low`, `high` and `currency` are names of columns.
    """
    if numbers.is_point(row, low) and numbers.is_point(row, high):
        return numbers.money(row[low], row[high], row[currency])
    return f"lower end {numbers.amount(row, low, row[currency])}, upper end {numbers.amount(row, high, row[currency])}"


def is_band(row: Row) -> bool:
    """Whether a row has both ends of a band; reported and official pay have quartiles instead."""
    return row.get("band_low") is not None and row.get("band_high") is not None


def order_of(row: Row) -> float:
    """Return the amount to sort a row by: its printed median, or the middle of the printed interval.

    Rows without a median are sorted by the upper end of their band; rows without both have 0.
    """
    name = "p50" if row.get("p50") is not None else "band_high"
    if row.get(name) is None:
        return 0.0
    return float(row[name] if numbers.is_point(row, name) else (row[f"{name}_lo"] + row[f"{name}_hi"]) / 2)


# --- places: a region is named with the one country that has nearly all of its jobs ----------------------------

SEVERAL = {"several": "several countries at once", "remote": "no country (remote)", "unknown": "no known country"}
"""Words for pay that is not tied to one country."""
MAX_NAMED = 4
"""How many countries are named; if there are more, the rest are counted."""


def name_place(rows: Rows, place: str) -> str:
    """Return the place to name for pay, with the one country that has nearly all of its jobs, if any.

    An example is "US and Canada (mostly United States; Canada n = 9)". If one country has more than
    `MAX_COUNTRY_SHARE` of a region's jobs, the region's name alone would suggest that this country's pay is paid in the
    other countries, too.
    """
    first = find_main_country(rows)
    if first is None or first["name"] == place:
        return place
    return numbers.qualify(place, [f"mostly {first['name']}", say_others(rows)])


def find_main_country(rows: Rows) -> Row | None:
    """Return the counts of the country with nearly all jobs (`MAX_COUNTRY_SHARE`); None if there is none."""
    counts = (rows[0].get("countries") if rows else None) or ()
    total = sum(count["n_jobs"] for count in counts)
    if not counts or counts[0]["country"] in SEVERAL or counts[0]["n_jobs"] <= MAX_COUNTRY_SHARE.value * total:
        return None
    return dict(counts[0])


def say_others(rows: Rows) -> str | None:
    """Return the other countries that a region's value rests on, with the jobs of each; None if there are none."""
    return _list_countries([count for count in rows[0]["countries"][1:] if count["n_jobs"]]) or None


def _list_countries(counts: Rows) -> str:
    counts = sorted(counts, key=lambda count: -count["n_jobs"])
    names = [f"{SEVERAL.get(count['country'], count['name'])} n = {count['n_jobs']}" for count in counts[:MAX_NAMED]]
    n_more = len(counts) - len(names)
    return ", ".join([*names, numbers.count_of(n_more, "more country", "more countries")] if n_more else names)


# --- one value -----------------------------------------------------------------------------------------------


def _text(rows: Rows) -> str:
    row = rows[0]
    median = f"median {numbers.amount(row, 'p50')}" if row.get("p50") is not None else ""
    if is_band(row):
        return f"{band(row)} per year, {median}" if median else f"{band(row)} per year"
    if row.get("p25") is None or row.get("p75") is None:
        return f"{median} per year"
    low, high = (numbers.amount(row, name) for name in ("p25", "p75"))
    return f"{median} per year, a quarter at or below {low} and a quarter at or above {high}"


def _note(rows: Rows) -> list[str | None]:
    row = rows[0]
    notes: list[str | None] = []
    if row.get("local_low") is not None:
        notes.append(f"in local money {_local_band(row)}, {numbers.count_of(row['local_n_jobs'], 'job')}")
    notes += [*_estimates(row), _of_panel(row), silence.describe(row), _level_source(row), *_composition(row)]
    if row["basis"] == "official":
        notes.append(row["reason"])
    if other := _in_other_money(row):
        notes.append(f"{name_money(IN_OTHER_MONEY, rows)}, and not in it: {other}")
    if row.get("pay_market") == OTHER_MONEY:
        notes.append(_say_employers(row))
        is_open = row.get("contract") == EMPLOYEE and row["basis"] == "advertised"  # pairs state full-time work
        notes.append(CONTRACT_OPEN if is_open else None)
    if row.get("contractor_status"):
        notes.append(f"contractors, beside it and not in it: {say_contractors(row)}")
    if row.get("n_no_rate"):
        notes.append(f"{row['n_no_rate']:,} left out for want of an exchange rate")
    if row.get("n_apart"):
        notes.append(
            f"{row['n_apart']:,} kept apart (contract left open, part-time, intern, net, implausible or one end only)"
        )
    return notes


def _local_band(row: Row) -> str:
    return band(row, low="local_low", high="local_high", currency="local_currency")


def say_contractors(row: Row) -> str:
    """Return the band of contractors beside a band of employees: "USD 60K–80K of invoices, 40 jobs of 12 employers"."""
    text = band(row, low="contractor_low", high="contractor_high")
    low_mark = numbers.LOW_CONFIDENCE if row["contractor_status"] == "low" else None
    return numbers.qualify(f"{text} of invoices", [_say_n(row, "contractor_n"), low_mark])


def _estimates(row: Row) -> list[str]:
    """Return the intervals of a value and its other medians, or why it has none."""
    currency, texts = row["currency"], []
    if not is_band(row):
        texts.append(NO_BAND)
        if row.get("p50_lo") is not None:
            texts.append(f"95% interval of the median {currency} {numbers.ends_cell(row, 'p50')}")
    elif row.get("band_low_lo") is not None and row.get("band_high_lo") is not None:
        low, high = (numbers.money(row[f"{end}_lo"], row[f"{end}_hi"], currency) for end in ("band_low", "band_high"))
        texts.append(f"95% interval of the lower end {low}, of the upper end {high}")
    else:
        is_third_party = row["basis"] == "advertised_third_party"
        texts.append(UNKNOWN_TO_THIRD_PARTY if is_third_party else "no interval can be computed")
    if is_band(row) and row.get("p50") is not None:
        texts.append(f"median of the midpoints {numbers.amount(row, 'p50', currency)}")
    if row.get("p50_by_employer") is not None:
        texts.append(f"with each employer counted once {_with_interval(row, 'p50_by_employer')}")
    return texts


def _with_interval(row: Row, name: str) -> str:
    """Return an amount with its interval, if that is known: "USD 97K (95% interval 74K–119K)"."""
    has_ends = row.get(f"{name}_lo") is not None and numbers.is_point(row, name)
    interval = f"95% interval {numbers.ends_cell(row, name)}" if has_ends else None
    return numbers.qualify(numbers.amount(row, name), [interval])


def _of_panel(row: Row) -> str | None:
    if row.get("n_panel_jobs") is None:
        return None
    name, rests_on = "p50_of_panel", _say_n(row, "n_panel")
    if row[name] is None:
        return f"{numbers.lower_first(MEDIAN_OF_PANEL)} alone withheld, {rests_on} are too few or mostly of one"
    return f"{numbers.lower_first(MEDIAN_OF_PANEL)} alone {_with_interval(row, name)}, {rests_on}"


def _say_n(row: Row, prefix: str) -> str:
    jobs, employers = row[f"{prefix}_jobs"], row[f"{prefix}_employers"]
    return f"{numbers.count_of(jobs, 'job')} of {numbers.count_of(employers, 'employer')}"


def _level_source(row: Row) -> str | None:
    """Say how levels were read: give the band from titles alone, or else how many titles name the level."""
    if row["basis"] != "advertised":
        return None
    if row.get("stated_status") == "suppressed":
        return f"from levels named in titles alone: withheld, {row['stated_reason']}"
    if row.get("stated_status") is not None:
        title_band = f"{band(row, low='stated_low', high='stated_high')}, {_say_n(row, 'stated_n')}"
        return numbers.qualify(f"from levels named in titles alone: {title_band}", [_low_mark_of_titles(row)])
    if row.get("n_stated") is None:
        return None
    named = f"level named in the title in {row['n_stated']:,} of {row['n_jobs']:,}"
    return f"{named}, else read from the years of experience asked for"


def _low_mark_of_titles(row: Row) -> str | None:
    return numbers.LOW_CONFIDENCE if row["stated_status"] == "low" else None


def _composition(row: Row) -> list[str]:
    """Say how evenly the jobs are spread over employers and countries."""
    texts = []
    if row.get("n_even_employers") is not None:
        largest = f", the largest with {numbers.percent(row['largest_employer_share'])} of the jobs"
        texts.append(f"as informative as {row['n_even_employers']:.0f} equal employers (G*){largest}")
    if counts := [count for count in row.get("countries") or () if count["n_jobs"]]:
        texts.append(f"jobs by country: {_list_countries(counts)}")
    return texts


def name_money(text: str, rows: Rows) -> str:
    """Return a text with the currency in place of `IN_OTHER_MONEY`, if all that is counted is in one currency."""
    currency = rows[0].get("stated_in") if rows else None
    return text.replace(IN_OTHER_MONEY, f"stated in {get_currency_name(currency, 2, 'en')}") if currency else text


def _in_other_money(row: Row) -> str | None:
    """Return how many jobs, or pairs of amounts, a local band leaves out since their pay is in other money."""
    if row.get("n_other_money") is None or row["basis"] not in ("advertised", "advertised_third_party"):
        return None
    count = numbers.count_of(row["n_other_money"], *unit_of(row["basis"]))
    return numbers.qualify(count, [_say_employers(row)])


def _say_employers(row: Row) -> str | None:
    """Say where the employers of pay in other money are, as far as a source says."""
    here, elsewhere = row.get("n_employer_here") or 0, row.get("n_employer_elsewhere") or 0
    if not here + elsewhere:
        return None
    if not here or not elsewhere:
        many, where = f"all {here + elsewhere:,} of employers", "elsewhere" if elsewhere else "in the country itself"
        return f"by the sources, {many} {where}" if here + elsewhere > 1 else f"by the source, of an employer {where}"
    return f"by the sources, {here:,} of employers in the country itself and {elsewhere:,} of employers elsewhere"


PAY = Renderer(
    text=_text, note=_note, parts=PAY_PARTS, prose=lambda rows, style: prose.say_pay(rows[0], style.per or "year")
)


def _bonus_note(rows: Rows) -> list[str]:
    row = rows[0]
    low, high = (numbers.amount(row, name) for name in ("p25", "p75"))
    return [
        f"95% interval of the median {row['currency']} {numbers.ends_cell(row, 'p50')}",
        f"a quarter at or below {low}, a quarter at or above {high}",
        *_composition(row),
    ]


BONUS = Renderer(text=lambda rows: f"median {numbers.amount(rows[0], 'p50')} per year", note=_bonus_note)

# --- tables of bands -----------------------------------------------------------------------------------------


def _stated_cell(row: Row) -> str | None:
    if row.get("stated_status") is None:
        return None
    n = numbers.count_of(row["stated_n_jobs"] or 0, "job")
    if row["stated_status"] == "suppressed":
        return f"withheld ({n})"
    title_band = band(row, low="stated_low", high="stated_high").replace(f"{row['currency']} ", "")
    return numbers.qualify(title_band, [n, _low_mark_of_titles(row)])


_COLUMNS = (
    Column("From", lambda row: ", ".join(filter(None, (row["rung"], numbers.say_platform(row)))), False),
    Column(
        "Band per year",
        lambda row: numbers.qualify(band(row) if is_band(row) else "no band", [numbers.low_mark(row)]),
        False,
    ),
    Column("Band from titles alone", _stated_cell, False),
    Column("Contractors", lambda row: say_contractors(row) if row.get("contractor_status") else None, False),
    Column("Median", numbers.median_cell),
    Column(MEDIAN_OF_PANEL, lambda row: numbers.median_cell(row, "p50_of_panel")),
    Column("Local money", lambda row: _local_band(row) if row.get("local_low") is not None else None, False),
    Column("Lower end, 95% interval", lambda row: numbers.ends_cell(row, "band_low")),
    Column("Upper end, 95% interval", lambda row: numbers.ends_cell(row, "band_high")),
    Column("n", lambda row: numbers.count_of(row["n_jobs"], *unit_of(row["basis"])), False),
    Column("Employers", "n_employers"),
)


def bands(heading: str, level: str) -> Renderer:
    """Return the renderer of pay of one group of levels, with a row per place; `heading` is the kind of place."""
    return Renderer(text=_bands_text, table=functools.partial(_bands_table, heading, level), named_by="place")


def _bands_text(rows: Rows) -> str:
    values = (
        f"{', '.join(filter(None, (row['place'], numbers.say_platform(row))))}: {row['value']}"
        for row in numbers.choose_printed(rows)
    )
    return "; ".join(filter(None, ("; ".join(values), numbers.count_withheld(rows))))


def _bands_table(heading: str, level: str, rows: Rows) -> Table:
    printed = numbers.choose_printed(rows)
    keys = {"stated_status": TITLES_KEY, "contractor_status": CONTRACTORS_KEY, "p50_of_panel": PANEL_KEY}
    more = [key for name, key in keys.items() if any(row.get(name) is not None for row in printed)]
    ours = [row for row in printed if row["basis"] != "advertised_third_party"]
    others = ((row, _in_other_money(row)) for row in printed if row.get("n_other_money"))
    other = [f"{row.get('region_name') or row['place']} {n}" for row, n in others if n]
    below = [
        f"In adverts we read, {define(level, 'advertised')}." if any(r["basis"] == "advertised" for r in ours) else "",
        numbers.sentences([THIRD_PARTY, UNKNOWN_TO_THIRD_PARTY, f"in them, {define(level, 'advertised_third_party')}"])
        if len(ours) < len(printed)
        else "",
        *_explain_withheld([row for row in rows if row["status"] == "suppressed"]),
        f"{numbers.upper_first(IN_OTHER_MONEY)}, and not in these bands: {'; '.join(other)}." if other else "",
        numbers.sentences([list_doubts(ours, "place")]),
    ]
    columns = (Column(heading, "place", False), *_COLUMNS)
    key = " ".join(["US dollars per year.", BANDS_KEY, *more])
    return make_table(printed, columns, key=key, below=below)


def _explain_withheld(rows: Rows) -> list[str]:
    some, none, others, near = [], [], [], dict[str, list[str]]()
    for row in sorted(rows, key=lambda row: (-(row["n_employers"] or 0), -(row["n_jobs"] or 0))):
        place = row["place"]
        if not row["reason"].startswith("not enough employers"):
            others.append(f"Withheld: {place}, {row['reason']}.")
        elif row["n_employers"]:
            some.append(f"{place} ({row['n_employers']} of {EMPLOYERS})")
        else:
            none.append(place)
        if row.get("nearest"):
            near.setdefault(row["nearest"], []).append(place)
    offers = "; ".join(f"for {', '.join(names)}: {nearest}" for nearest, names in near.items())
    return [
        f"Withheld, not enough employers that state pay: {', '.join(some)}." if some else "",
        f"Withheld, no full-time advert at this level with both ends of base pay: {', '.join(none)}." if none else "",
        *others,
        f"Closest available figure {offers}." if near else "",
    ]
