"""The form of the TOML files that declare surveys of pay, and the check of such a file.

A declaration has these keys, and for `[questions]` the column of each of `Questions` that the survey has:

    file           pattern of the names of files that a person hands over; its group `wave` is the year or "year.part"
    address        address under which a wave is archived, with {wave}; under `.invalid` if the real one is unknown
    is_asked_for   true if this year's address is requested, or last year's if this year's answers are not out yet
    zip_member     pattern of the file of answers in a zip
    max_bytes      maximum size of a file after unpacking
    period         what `base`, `net` and brackets are pay for: "month" or "year". `total` is a year's
    country        country of all persons who name none (ISO 3166-1 alpha-2)
    currency       currency of all amounts (ISO 4217); left out if a question decides, or the country
    paid_in        one of `PAID_IN` for everybody, if the survey has no question for it. With neither, pay is only given
                   in US dollars, since it is not known whether it is paid in the country's money
    gives_dollars  true if the survey itself converted the amounts to US dollars
    role           role of everybody, if the survey asks for none; its persons are developers of all kinds
    answered_at    how times of answers are written, as for strptime
    days           day of a wave without times, as "month-day", by its part ("" for waves without parts)
    missing        words that mean "not answered"
    amount_signs   pattern of signs and words for money before or after an amount
    [hours]        which hours a week are full-time: see `Hours`
    [min_year]     by currency, an amount below which nobody's year of pay can be
    [roles]        roles for titles that cannot be read like job titles

A question is a column; or a list of columns, if files name it differently; or a table:

    column, columns   the same
    words             our value for each answer; "" is no answer. Any other answer is refused
    others            our value for all other answers, instead of refusing them; "" for none
    is_optional       true if some files lack the column

Brackets of pay are two questions, `low` and `high`. If the file has a column for each end, an empty `low` is 0 and an
empty `high` is open; a person with neither stated no pay. If one column has both ends in words, both questions name it,
and `words` say the ends of each:

    low = { column = "Pay", words = { "up to 2,000" = 0, "2,000 to 3,000" = 2000, "over 3,000" = 3000 } }
    high = { column = "Pay", words = { "up to 2,000" = 2000, "2,000 to 3,000" = 3000, "over 3,000" = "" } }

Capitals, accents and punctuation in names of columns are ignored. If a file has several columns of one name, the first
that was answered counts. Columns that are not declared are not read: declare no names, employers or free texts.
"""

from __future__ import annotations

import functools
import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, TypeVar, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from transforms.pay.reported import MAX_YEARS
from transforms.records.vocabulary import BONUSES, CONTRACTS, EMPLOYMENT_TYPES, GROUP_OF_ROLE, PAID_IN, SENIORITIES
from transforms.text.lookups import cells_of, countries

Value = TypeVar("Value")
WAVE = re.compile(r"(?<!\d)(20\d\d)(?:\.(\d\d))?(?=\.\w+$)")
"""Year and part of a wave at the end of the address of its answers."""
_DAY = date(2023, 1, 31)
"""A day that tells whether a format of times has year, month and day."""
_PAY = ({"base"}, {"low", "high"})
_NOT_OF_BRACKETS = ("net", "total", "dollar_rate")


def normal_form(question: str) -> str:
    """Return a question in small letters without accents and punctuation, as some files name their columns.

    >>> normal_form("Dónde estás trabajando"), normal_form("Зарплата, руб.")
    ('donde_estas_trabajando', 'зарплата_руб')
    """
    plain = "".join(char for char in unicodedata.normalize("NFKD", question) if not unicodedata.combining(char))
    return re.sub(r"[\W_]+", "_", plain.lower()).strip("_")


@functools.cache
def country_codes() -> frozenset[str]:
    """Return the codes of all countries (ISO 3166-1 alpha-2)."""
    return frozenset(row.country for row in countries())


@functools.cache
def currency_codes() -> frozenset[str]:
    """Return the codes of all currencies that we know (ISO 4217)."""
    tender = (money for row in countries() for money in row.currencies)
    return frozenset((*tender, *(row["currency"] for row in cells_of("currencies"))))


def _expect(what: str, is_right: Callable[[Any], bool]) -> AfterValidator:
    """Return a check whose message says what is expected."""

    def check(value: Any) -> Any:
        if not is_right(value):
            raise PydanticCustomError("expected", "expected {what}", {"what": what})
        return value

    return AfterValidator(check)


def _one_of(choices: Iterable[str]) -> AfterValidator:
    known = tuple(choices)
    return _expect(f"one of {', '.join(known)}", known.__contains__)


def _answer(what: str, is_right: Callable[[Any], bool]) -> AfterValidator:
    return _expect(f'{what}, or "" for no answer', lambda value: value == "" or is_right(value))


def _answer_of(choices: Iterable[str]) -> AfterValidator:
    known = tuple(choices)
    return _answer(f"one of {', '.join(known)}", known.__contains__)


def _is_between(low: float, high: float, value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high


def _is_pattern(value: str, *, group: str | None = None) -> bool:
    try:
        groups = re.compile(value).groupindex
    except re.error:
        return False
    return group is None or group in groups


def _is_address(value: str) -> bool:
    try:
        return value.startswith("https://") and "{wave}" in value and bool(WAVE.search(value.format(wave="2026")))
    except (KeyError, ValueError, IndexError):
        return False


def _is_time_format(value: str) -> bool:
    try:
        return datetime.strptime(_DAY.strftime(value), value).date() == _DAY
    except ValueError:
        return False


def _is_day(value: str) -> bool:
    try:
        return bool(date.fromisoformat(f"{_DAY.year}-{value}"))
    except ValueError:
        return False


_COUNTRY = "a country's code (ISO 3166-1 alpha-2, such as CL)", lambda value: value in country_codes()
_CURRENCY = "a currency's code (ISO 4217, such as CLP)", lambda value: value in currency_codes()
_AMOUNT = "an amount from 0", functools.partial(_is_between, 0, float("inf"))
_COLUMN = _expect("a column's name with letters or digits", lambda name: name == "" or normal_form(name) != "")
Country = Annotated[str, _expect(*_COUNTRY)]
Currency = Annotated[str, _expect(*_CURRENCY)]
Pattern = Annotated[str, _expect("a regular expression", lambda value: _is_pattern(value, group=None))]
RoleName = Annotated[str, _one_of(GROUP_OF_ROLE)]
Amount = Annotated[Any, _answer(*_AMOUNT)]
Years = Annotated[Any, _answer(f"years from 0 to {MAX_YEARS}", functools.partial(_is_between, 0, MAX_YEARS))]
Share = Annotated[Any, _answer("a share from 0 to 1", functools.partial(_is_between, 0, 1))]
TimeFormat = Annotated[str, _expect("a format with day, month and year such as %d/%m/%Y", _is_time_format)]
Part = Annotated[str, _expect('"" or the two digits of a part', lambda part: bool(re.fullmatch(r"(?:\d\d)?", part)))]


class _Table(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Column(_Table):
    """A question whose answers are read as they stand."""

    columns: Annotated[list[Annotated[str, _COLUMN]], Field(min_length=1)]
    is_optional: bool = False

    @model_validator(mode="before")
    @classmethod
    def _spell_out(cls, entry: Any) -> Any:
        """Return the table that a column's name, a list of names, or a table with `column` stands for."""
        if isinstance(entry, str | list):
            entry = {"columns": entry}
        if not isinstance(entry, dict):
            raise PydanticCustomError("expected", "expected a column, a list of columns, or a table with `column`")
        table = dict(entry)
        if "column" in table and "columns" not in table:
            table["columns"] = table.pop("column")
        return table | {"columns": [name]} if isinstance(name := table.get("columns"), str) else table


class Words(Column, Generic[Value]):
    """A question whose answers mean what `words` say, or else `others`."""

    words: dict[str, Value]
    others: Value | None = None


class Group(Column, Generic[Value]):
    """A question whose answers mean what `words` say."""

    words: dict[str, Value]


class Coded(Column, Generic[Value]):
    """A question whose answers are read as they stand, unless `words` say what they mean."""

    words: dict[str, Value] | None = None


class Questions(_Table):
    """What a survey may ask."""

    answered_at: Column | None = None
    """Time of the answer; half of the times are at or before the wave's day."""
    who: Group[str] | None = None
    """Persons whose answer is among `words` count; others are left out."""
    title: Column | None = None
    """Job title or kind of work."""
    level: Words[Annotated[Any, _answer_of(SENIORITIES)]] | None = None
    """Level, if the survey asks for it; it stands in place of the title's."""
    years: Coded[Years] | None = None
    """Years of experience; `words` are for brackets."""
    contract: Words[Annotated[Any, _answer_of(CONTRACTS)]] | None = None
    """Contract; an employee's year has as many months of pay as the law says."""
    time: Words[Annotated[Any, _answer_of(EMPLOYMENT_TYPES)]] | None = None
    """Full-time, part-time and the like."""
    hours: Column | None = None
    """Hours of work."""
    workplace: Words[Share] | None = None
    """Share of the work that is remote."""
    office_percent: Column | None = None
    """Percentage of the work that is at the office."""
    country: Coded[Annotated[Any, _answer(*_COUNTRY)]] | None = None
    """Country; `words` are only for names that are not usual."""
    currency: Coded[Annotated[Any, _answer(*_CURRENCY)]] | None = None
    """Currency of the amounts; without `words` the answers are codes."""
    paid_in: Words[Annotated[Any, _answer_of(PAID_IN)]] | None = None
    """What the person is paid in."""
    dollar_rate: Column | None = None
    """Units of the country's money for a dollar by which somebody paid in dollars was counted."""
    base: Column | None = None
    """Pay before tax for the period."""
    net: Column | None = None
    """The same after tax."""
    total: Column | None = None
    """A year's income before tax with bonus, stock and the like."""
    bonus: Words[Annotated[Any, _answer_of(BONUSES)]] | None = None
    """Yearly bonus."""
    low: Coded[Amount] | None = None
    """Low end of a bracket of pay, in place of `base`."""
    high: Coded[Amount] | None = None
    """High end of the bracket; no answer: the bracket is open."""
    count: Column | None = None
    """Number of persons of a row, for tables that count persons instead of listing them."""
    case_id: Column | None = None
    """The publisher's number of the answer."""

    def declared(self) -> dict[str, Column]:
        """Return the questions that the survey has, by name."""
        return {name: question for name, question in self if question is not None}


class Hours(_Table):
    """Which answers to the question about hours are full-time work: from `full` hours a week.

    Numbers up to `a_day_up_to` are hours a day. Numbers above `percent_above` are percentages of full working time, and
    full-time from `full_percent`.
    """

    full: float
    a_day_up_to: float = 0.0
    percent_above: float = float("inf")
    full_percent: float = 100.0


class Form(_Table):
    """A declaration; the head of this module explains the keys."""

    file: Annotated[str, _expect("a pattern with a group `(?P<wave>…)`", functools.partial(_is_pattern, group="wave"))]
    address: Annotated[str, _expect("an https address that ends with {wave} and a suffix such as .csv", _is_address)]
    is_asked_for: bool = False
    zip_member: Pattern | None = None
    max_bytes: Annotated[int, Field(gt=0)]
    period: Literal["month", "year"]
    country: Country | None = None
    currency: Currency | None = None
    paid_in: Annotated[str, _one_of(PAID_IN)] | None = None
    gives_dollars: bool = False
    role: RoleName | None = None
    answered_at: TimeFormat | None = None
    days: dict[Part, Annotated[str, _expect('a "month-day" such as 12-31', _is_day)]] = {}
    missing: list[str] = []
    amount_signs: Pattern = ""
    hours: Hours | None = None
    min_year: dict[Currency, Annotated[float, Field(gt=0)]] = {}
    roles: dict[str, RoleName] = {}
    questions: Questions


def read_form(path: Path) -> Form:
    """Return a declaration. Raise `ValueError` with a line for each problem: file, key, value, choices."""
    try:
        form = Form.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        problems = list(_contradictions(form))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems = [str(error)]
    except ValidationError as error:
        problems = [_describe(problem) for problem in error.errors()]
    if problems:
        raise ValueError("\n".join(f"{path}: {problem}" for problem in problems))
    return form


def _describe(problem: ErrorDetails) -> str:
    """Return a line about a problem: the key, what is expected there, and the value."""
    loc = [part for part in problem["loc"] if part != "[key]"]
    key = ".".join(str(part) if re.fullmatch(r"\w+", str(part), re.ASCII) else f'"{part}"' for part in loc)
    match problem["type"]:
        case "missing":
            return f"{key}: missing"
        case "extra_forbidden":
            return f"{key}: unknown; {', '.join(_keys_beside(loc))} are known"
    what = problem["msg"].replace("Input should be greater", "expected a number greater")
    what = what.replace("Input should be", "expected")
    return f"{key}: {what}, not {problem['input']!r}"


def _keys_beside(loc: Sequence[str | int]) -> Iterable[str]:
    """Return the keys that are known where an unknown one stands."""
    if len(loc) == 1:
        return Form.model_fields
    if len(loc) == 2:
        return (Hours if loc[0] == "hours" else Questions).model_fields
    kind = next(arg for arg in get_args(Questions.model_fields[str(loc[1])].annotation) if arg is not type(None))
    return ("column", *kind.model_fields)


def _contradictions(form: Form) -> Iterator[str]:
    """Yield what is wrong with keys that are right one by one."""
    asked = form.questions.declared().keys()
    pay = {"base", "low", "high"} & asked
    rules = (
        (pay not in _PAY, f"questions: expected either base, or low and high, not {', '.join(sorted(pay)) or 'none'}"),
        (
            "low" in asked and (form.min_year or asked & set(_NOT_OF_BRACKETS)),
            f"questions.low: brackets have no amounts for {', '.join(_NOT_OF_BRACKETS)} and [min_year]",
        ),
        (("title" in asked) is (form.role is not None), "role: expected either a question title or a role for all"),
        (form.roles and "title" not in asked, "roles: expected a question title"),
        (form.country is None and "country" not in asked, "country: missing, and so is a question country"),
        (form.currency and "currency" in asked, "currency: expected either one for all or a question currency"),
        (form.paid_in and "paid_in" in asked, "paid_in: expected either one for all or a question paid_in"),
        (form.gives_dollars and form.currency != "USD", f"currency: gives_dollars needs USD, not {form.currency!r}"),
        (
            (form.answered_at is None) is ("answered_at" in asked),
            "answered_at: expected the format of the question answered_at, and both or neither",
        ),
        (form.answered_at is None and not form.days, "days: missing, and so is answered_at"),
        ((form.hours is None) is ("hours" in asked), "hours: expected the table [hours] and the question, or neither"),
        ({"hours", "time"} <= asked, "questions.time: expected either time or hours"),
        ("dollar_rate" in asked and "paid_in" not in asked, "questions.dollar_rate: expected a question paid_in"),
    )
    yield from (message for is_wrong, message in rules if is_wrong)
    low, high = form.questions.low, form.questions.high
    if low and high and (low.words or high.words):
        yield from _wrong_brackets(low, high)


def _wrong_brackets(low: Coded[Any], high: Coded[Any]) -> Iterator[str]:
    lows, highs = low.words or {}, high.words or {}
    if low.columns == high.columns and lows.keys() != highs.keys():
        odd = ", ".join(sorted(lows.keys() ^ highs.keys()))
        yield f"questions.high.words: expected the same answers as low, unlike {odd}"
    for word in lows.keys() & highs.keys():
        if highs[word] != "" and not (lows[word] or 0) < highs[word]:
            yield f'questions.high.words."{word}": expected more than the low end {lows[word]}, not {highs[word]}'
