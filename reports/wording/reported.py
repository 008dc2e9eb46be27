"""Pay that people report, in words. These people chose to answer, so intervals cover sampling error only."""

from __future__ import annotations

from collections.abc import Callable

from babel.numbers import get_currency_name

from reports.figures.places import PLACES
from reports.wording import numbers, prose
from reports.wording.levels import NAMES
from reports.wording.numbers import Row, Rows
from reports.wording.parts import PartFormat
from reports.wording.renderer import Column, Renderer, Table, make_table
from reports.wording.work import PERSONS, name_workers
from transforms.pay.reported import min_years_of_levels
from transforms.records.definitions import MAX_AMOUNT_WIDTH, SURVEY_RATE_DAYS
from warehouse.marts.printing import JOBS

MONEY = {"local": "paid in the country's own money", "cross_border": "paid in dollars alone", "all": ""}
"""Words for the currency in which the persons of a row are paid."""
FOREIGN = "paid in foreign money"
"""The same for `cross_border` in a survey that does not tell the dollar from other foreign money."""
WITHOUT_ROLE = "developers of all kinds"
NO_RATE = f"no exchange rate to dollars within {SURVEY_RATE_DAYS} of the survey"
"""Why an amount stands in local money alone."""
MEDIANS = "survey respondents report these yearly medians"
LEVELS = "a level is what the title or the answer says, else years of experience: {years}"
SELF_SELECTED = (
    "Each row is one survey, with its own question, whose respondents chose to answer. The intervals say how much it "
    "matters which of such persons answered; they do not cover how these differ from others, which nobody knows."
)
KEY = (
    "US dollars per year, before tax, in full-time work or, where a survey does not ask, any. National surveys ask for "
    "a month's pay or a year's base pay; Stack Overflow asks for a year's compensation, of all kinds. "
    f"{SELF_SELECTED} Of the middle half, a quarter earns less and a quarter more. An interval wider than "
    f"{MAX_AMOUNT_WIDTH} of the median stands in its place."
)
MAX_NAMED = 6
"""How many withheld rows are named, largest first; if there are more, the rest are counted."""


def _name_money(row: Row) -> str:
    is_foreign = row["pay_market"] == "cross_border" and row["n_foreign"]
    return FOREIGN if is_foreign else MONEY[row["pay_market"]]


def _name_respondents(row: Row) -> str:
    """Return who answered: data scientists and the number of them, developers of all kinds, or the role asked for."""
    n, of_which = row["n_persons"], row["n_data_scientists"]
    if row["n_without_role"]:
        return WITHOUT_ROLE
    if of_which:
        return "data scientists" if of_which == n else f"data scientists ({of_which} of {n}) and AI specialists"
    work = row["role_group"] if row["role"] == "all" else row["role"]
    return PERSONS.get(work) or name_workers(work)


def say_who_answered(row: Row) -> str:
    """Return who answered a survey; "" for rows that are of no survey."""
    return _name_respondents(row) if "n_without_role" in row else ""


def _name_currency(row: Row) -> str:
    """Return the money that a row's persons are paid in, or in which a survey asks that does not ask for that."""
    currency = row["stated_currency"]
    if row["pay_market"] == "cross_border" or currency is None:
        return _name_money(row)
    verb = "paid in" if row["pay_market"] == "local" else "who stated pay in"
    return f"{verb} {get_currency_name(currency, 2, 'en')}"


def name_persons(row: Row) -> str:
    """Return words for the persons of a row: their country, and the currency or experience that limits the row."""
    experience = "" if row["experience"] == "all" else f"{row['experience']} years of experience"
    return ", ".join(filter(None, (row["country_name"], _name_money(row), experience)))


def _text(rows: Rows) -> str:
    parts = []
    for row in numbers.choose_printed(rows):
        ends = f"{numbers.ends_cell(row, 'p50')}, " if numbers.is_point(row, "p50") else ""
        beneath = "; ".join(filter(None, (f"{ends}n = {row['n_persons']:,}", row.get("restriction"))))
        parts.append(f"{name_persons(row)} {numbers.amount(row, 'p50')} ({beneath})")
    low = f" ({numbers.LOW_CONFIDENCE})" if len(rows) > 1 else ""  # the value of a single row says so itself
    return f"{MEDIANS}: {'; '.join(parts)}{low}"


def _local(row: Row) -> str | None:
    if row["local_p50"] is None:
        return None
    return f"{numbers.amount(row, 'local_p50', row['local_currency'])} (n = {row['local_n']:,})"


def _in_dollars(row: Row) -> str | None:
    if row["dollars_share"] is None or row["n_dollars"] + row["n_foreign"] == 0:
        return None
    return f"{numbers.percent(row['dollars_share'])} ({numbers.percents(row, 'dollars_share_lo', 'dollars_share_hi')})"


def _of_dollars(content: Callable[[Row], str]) -> Callable[[Row], str | None]:
    """Return a column's content for rows in dollars alone; the others have a median in local money."""
    return lambda row: content(row) if row["currency"] == "USD" else None


_COLUMNS = (
    Column("Who", name_persons, False),
    Column("Who answered", _name_respondents, False),
    Column("Median", _of_dollars(numbers.median_cell)),
    Column("Its 95% interval", _of_dollars(lambda row: numbers.ends_cell(row, "p50"))),
    Column("Middle half", _of_dollars(lambda row: f"{numbers.short(row['p25'])}–{numbers.short(row['p75'])}")),
    Column("Median in local money", _local, False),
    Column("Paid in dollars alone", _in_dollars, False),
    Column("Persons", "n_persons"),
    Column("Survey", lambda row: f"{row['survey']}, {row['year']}", False),
    Column("Terms", lambda row: row.get("restriction"), False),
)


def _table(rows: Rows) -> Table:
    few = sorted((row for row in rows if row["status"] == "suppressed"), key=lambda row: -row["n_persons"])
    names = ", ".join(f"{name_persons(row)} (n = {row['n_persons']})" for row in few[:MAX_NAMED])
    more = f" and {len(few) - MAX_NAMED} more" if len(few) > MAX_NAMED else ""
    reasons = {"n_flagged": "whose amount cannot be right", "n_no_rate": "for want of an exchange rate"}
    counts = {why: sum(row[column] for row in rows) for column, why in reasons.items()}
    left_out = ", ".join(f"{numbers.count_of(n, 'person')} {why}" for why, n in counts.items() if n)
    below = [
        f"Withheld, fewer than {JOBS} persons: {names}{more}." if few else "",
        f"Left out: {left_out}." if left_out else "",
    ]
    return make_table(numbers.choose_printed(rows), _COLUMNS, key=KEY, below=below)


def _note(rows: Rows) -> list[str]:
    printed = numbers.choose_printed(rows)
    days = "; ".join(
        f"{name}, edition of {year}, amounts as of {numbers.day(numbers.read_day(on))}"
        for name, year, on in sorted({(row["survey"], row["year"], row["reported_on"]) for row in printed})
    )
    shares = [f"{name_persons(row)} {share}" for row in printed if (share := _in_dollars(row))]
    dollars = [f"paid in dollars alone: {', '.join(shares)}"] if shares else []
    return [days, *dollars, SELF_SELECTED.rstrip(".")]


def _text_of_cell(rows: Rows) -> str:
    printed = numbers.choose_printed(rows)
    parts = []
    for row in printed:
        ends = numbers.ends_cell(row, "p50") if numbers.is_point(row, "p50") else None
        rate = None if row["currency"] == "USD" else NO_RATE
        beneath = (_who(row), ends, f"n = {row['n_persons']:,}", _name_survey(row), rate, row["restriction"])
        parts.append(numbers.qualify(f"{numbers.amount(row, 'p50')} in {_place(row)}", beneath))
    return f"{_head(printed, 'a median a year', 'medians a year')}: {'; '.join(parts)}"


def _prose_of_cell(rows: Rows, _: PartFormat) -> str:
    """Say the median of each country, or its interval, and who answered: "$37,000 a year in Argentina (…)"."""
    return numbers.join_words([_say_median(rows[0], " a year"), *map(_say_median, rows[1:])])


def _say_median(row: Row, per: str = "") -> str:
    ends = [prose.say_amount(row, f"p50{end}") for end in ("_lo", "_hi")]
    amount = prose.say_amount(row, "p50") if numbers.is_point(row, "p50") else "between {} and {}".format(*ends)
    return numbers.qualify(f"{amount}{per} in {_place(row)}", (_who(row), row["restriction"]))


def _who(row: Row) -> str:
    return f"{_name_respondents(row)} {_name_currency(row)}".rstrip()


def _head(printed: Rows, one: str, several: str) -> str:
    """Return what is reported, in words that also stand in a sentence after "people report"."""
    if len({row["source"] for row in printed}) > 1:
        return f"{several}, each of those who chose to answer a survey"
    return f"{one if len(printed) == 1 else several}, of those who chose to answer"


def _place(row: Row) -> str:
    return PLACES[row["country"].lower()].in_words


def _name_survey(row: Row) -> str:
    return f"{row['survey']}, {numbers.month(numbers.read_day(row['reported_on']))}"


def _note_of_cell(rows: Rows) -> list[str]:
    return [*_note(rows), LEVELS.format(years=_say_levels())]


def _say_levels() -> str:
    minima = [(level, f"{years:g}") for level, years in min_years_of_levels().items()]
    return ", ".join(f"{NAMES.get(level, level)} from {years}" for level, years in minima)


A_BONUS = "a yearly bonus"
BONUS_SIZES = {
    "n_bonus_under_one": ("less than a month's salary",) * 2,
    "n_bonus_one": ("one month's salary", "one month's"),
    "n_bonus_one_to_three": ("one to three months' salaries", "one to three"),
    "n_bonus_over_three": ("more than three months' salaries", "more than three"),
}
"""Sizes of a bonus, by column: in words, and in those for it after another."""


def _size_of_bonus(row: Row) -> str | None:
    """Return how much the bonus is, of those who get one; None if a survey does not say, or too few answer."""
    if row["bonus_of_base"] is not None:
        low, high = (numbers.percent(row[f"bonus_of_base_{end}"]) for end in ("lo", "hi"))
        ends = numbers.join_ends(low, high)
        return f"median {numbers.percent(row['bonus_of_base'])} of base pay ({ends}, n = {row['n_bonus_of_base']:,})"
    if not any(row[name] for name in BONUS_SIZES):
        return None
    (n_first, (first, _)), *others = [(row[name], words) for name, words in BONUS_SIZES.items() if row[name]]
    return ", ".join([f"{n_first} get {first}", *(f"{n} {after}" for n, (_, after) in others)])


def _text_of_bonus(rows: Rows) -> str:
    printed = numbers.choose_printed(rows)
    parts = []
    for row in printed:
        share = numbers.percents(row, "bonus_share_lo", "bonus_share_hi")
        beneath = (
            _name_respondents(row), share, f"{row['n_bonus']:,} of {row['n_persons']:,}", _name_survey(row),
            row["restriction"],
        )  # fmt: skip
        size = f", {_size_of_bonus(row)}" if _size_of_bonus(row) else ""
        value = f"{numbers.percent(row['bonus_share'])} in {_place(row)}"
        parts.append(f"{numbers.qualify(value, beneath)}{size}")
    return f"{_head(printed, A_BONUS, A_BONUS)}: {'; '.join(parts)}"


def _note_of_bonus(rows: Rows) -> list[str]:
    return [SELF_SELECTED.rstrip("."), "a bonus is what a person says, or a year's income above a year's base pay"]


REPORTED = Renderer(text=_text, table=_table, note=_note, names_withheld=True)
BONUS = Renderer(text=_text_of_bonus, note=_note_of_bonus)
OF_CELL = Renderer(prose=_prose_of_cell, text=_text_of_cell, table=_table, note=_note_of_cell, names_withheld=True)
