"""Read surveys of pay, each declared in a TOML file beside this module: `<name>_survey.toml` declares `<name>_survey`.

A declaration has these keys, and for `[questions]` the column of each of `QUESTIONS` that the survey has:

    file           pattern of the names of files that a person hands over; its group `wave` is the year or "year.part"
    address        address under which a wave is archived, with {wave}; under `.invalid` if the real one is unknown
    is_asked_for   true if this year's address is requested, or last year's if this year's answers are not out yet
    zip_member     pattern of the file of answers in a zip
    max_bytes      maximum size of a file after unpacking
    period         what `base`, `net` and `low` are pay for: "month" or "year". `total` is a year's
    country        country of all persons who name none (ISO 3166-1 alpha-2)
    currency       currency of all amounts (ISO 4217); left out if a question decides, or the country
    paid_in        one of `PAID_IN` for everybody, if the survey has no question for it
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

Capitals, accents and punctuation in names of columns are ignored. If a file has several columns of one name, the first
that was answered counts. Names, employers and free texts are never declared, so they are never read.
"""

from __future__ import annotations

import functools
import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from statistics import median, median_low
from typing import Any

from extractors.reading.csv_tables import table_in, unpack_gzip, zip_member
from extractors.reading.pay_reports import pay_report
from extractors.response import Response, each, note_left_out
from extractors.sources.declaration import Source, declare
from extractors.web.paging import Web, ask_first
from transforms.pay.reported import contradicts, flag_amounts, is_other_period, months_of_year, read_amount, read_years
from transforms.place.places import country_of
from transforms.records.rows import Issue, PayReport
from transforms.text.lookups import countries
from transforms.text.rejects import Rejected

Answer = dict[str, str]
"""What one person answered, by question; "" if nothing."""
QUESTIONS = {
    "answered_at": "time of the answer; half of the times are at or before the wave's day",
    "who": "persons whose answer is among `words` count; others are left out",
    "title": "job title or kind of work",
    "level": "level, one of `SENIORITIES`, if the survey asks for it; it stands in place of the title's",
    "years": "years of experience",
    "contract": "employee, for persons whose year has as many months of pay as the law says",
    "time": "one of `EMPLOYMENT_TYPES`",
    "hours": "hours of work",
    "workplace": "share of the work that is remote, 0 to 1",
    "office_percent": "percentage of the work that is at the office",
    "country": "country; `words` are only for names that are not usual",
    "currency": "currency of the amounts",
    "paid_in": "what the person is paid in, one of `PAID_IN`",
    "dollar_rate": "units of the country's money for a dollar by which somebody paid in dollars was counted",
    "base": "pay before tax for the period",
    "net": "the same after tax",
    "total": "a year's income before tax with bonus, stock and the like",
    "bonus": "yearly bonus, one of `BONUSES`",
    "low": "low end of a bracket of pay, in place of `base`",
    "high": "high end of the bracket; no answer: the bracket is open",
    "count": "number of persons of a row, for tables that count persons instead of listing them",
    "case_id": "the publisher's number of the answer",
}
KEYS = (
    "file", "address", "is_asked_for", "zip_member", "max_bytes", "period", "country", "currency", "paid_in",
    "gives_dollars", "role", "answered_at", "days", "missing", "amount_signs", "hours", "min_year", "roles",
    "questions",
)  # fmt: skip
WAVE = re.compile(r"(?<!\d)(20\d\d)(?:\.(\d\d))?(?=\.\w+$)")
"""Year and part of a wave at the end of the address of its answers."""
LEFT_OUT = "answers without pay or kind of work, or of persons who do not count, left out"
MIN_RATES = 10
"""Minimum number of dollar rates that people in a country must state in a wave before a usual rate is computed."""
MAX_RATE_FACTOR = 2.5
"""A stated rate is used only if it is at most this many times the usual rate, and at least the usual rate divided by
this number. In Argentina in 2022 the official rate was 0.45 of the market rate. Rates outside are errors, such as
"4700000"."""
ZERO = r"0+(?:[.,]0+)?"
DAYS_OF_WEEK = 5
OPEN_END = float("inf")
"""High end of an open bracket."""


@dataclass(frozen=True)
class Question:
    """One question: the normal forms of its columns, and what its answers mean."""

    columns: tuple[str, ...]
    words: Mapping[str, Any] | None = None
    others: Any = None
    is_optional: bool = False


@dataclass(frozen=True)
class Hours:
    """Which answers to the question about hours are full-time work: from `full` hours a week.

    Numbers up to `a_day_up_to` are hours a day. Numbers above `percent_above` are percentages of full working time, and
    full-time from `full_percent`.
    """

    full: float
    a_day_up_to: float = 0.0
    percent_above: float = float("inf")
    full_percent: float = 100.0

    def name_time(self, text: str) -> str | None:
        """Return the employment type, or None if `text` is empty. Raise `ValueError` if it is no number."""
        if not text:
            return None
        hours = float(text)
        if hours > self.percent_above:
            return "FULL_TIME" if hours >= self.full_percent else "PART_TIME"
        return "FULL_TIME" if hours * (DAYS_OF_WEEK if hours <= self.a_day_up_to else 1) >= self.full else "PART_TIME"


@dataclass(frozen=True)
class Wave:
    """A round of a survey: its year, its day, and the usual dollar rates by country."""

    year: int
    day: date
    rates: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Survey:
    """A survey by its declaration; a source like a module (`SourceModule`)."""

    SOURCE: Source
    address: str
    questions: Mapping[str, Question]
    period: str
    max_bytes: int
    is_asked_for: bool = False
    zip_member: str | None = None
    country: str | None = None
    currency: str | None = None
    paid_in: str | None = None
    gives_dollars: bool = False
    role: str | None = None
    answered_at: str = ""
    days: Mapping[str, str] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()
    amount_signs: str = ""
    hours: Hours | None = None
    min_year: Mapping[str, float] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)

    def fetch(self, web: Web, *, boards: Sequence[str] = (), as_of: date) -> list[str]:
        """Request this year's answers, or last year's if they are not out yet; nothing if a person hands them over."""
        if not self.is_asked_for:
            return []
        return ask_first(web, [self.address.format(wave=year) for year in (as_of.year, as_of.year - 1)])

    def parse(self, response: Response) -> Iterator[PayReport | Issue]:
        """Yield every person with pay and kind of work, and one issue for all answers that are left out."""
        match = WAVE.search(response.url)
        if match is None:
            raise Rejected("response", response.url, "expected an address that ends with the wave (2026, 2026.01)")
        body = unpack_gzip(response.body, largest=self.max_bytes)
        if self.zip_member:
            body = zip_member(body, re.compile(self.zip_member), largest=self.max_bytes)
        answers = self._answers_in(body)
        persons = [(row, answer) for row, answer in _persons_of(answers) if self._counts(answer)]
        wave = Wave(int(match[1]), self._day_of(answers, match[1], match[2] or ""), self._usual_rates(answers))
        yield from flag_amounts(each(persons, functools.partial(self._report, wave=wave)))
        yield from note_left_out(_count(answers) - len(persons), "answers", LEFT_OUT, column="pay")

    def _answers_in(self, body: bytes) -> list[Answer]:
        known = {column: question.columns[0] for question in self.questions.values() for column in question.columns}
        needed = {question.columns[0] for question in self.questions.values() if not question.is_optional}
        rows = table_in(body, needed, also=known.values(), rename=lambda name: known.get(normal_form(name), name))
        column_of = {name: question.columns[0] for name, question in self.questions.items()}
        return [
            {name: "" if (text := row.get(column, "")) in self.missing else text for name, column in column_of.items()}
            for row in rows
        ]

    def _counts(self, answer: Answer) -> bool:
        who = self.questions.get("who")
        is_meant = who is None or answer["who"] in (who.words or {})
        has_title = "title" not in self.questions or bool(answer["title"].strip())
        return is_meant and has_title and bool(answer["base" if "base" in self.questions else "low"])

    def _day_of(self, answers: Sequence[Answer], year: str, part: str) -> date:
        """Return the day by which half of the answers had come in, or else the declared day of the wave."""
        times = []
        for answer in answers if self.answered_at else ():
            try:
                times.append(datetime.strptime(answer.get("answered_at", ""), self.answered_at))  # local time
            except ValueError:
                continue
        if times:
            return median_low(times).date()
        if part not in self.days:
            raise Rejected("response", "", f"expected answers with times like {self.answered_at}")
        return date.fromisoformat(f"{year}-{self.days[part]}")

    def _usual_rates(self, answers: Sequence[Answer]) -> dict[str, float]:
        """Return the median dollar rate by country, if at least `MIN_RATES` people paid in dollars there state one."""
        if "dollar_rate" not in self.questions:
            return {}
        words, by_country = self.questions["paid_in"].words or {}, dict[str, list[float]]()
        for answer in answers:
            if words.get(answer["paid_in"]) == "dollars" and (rate := _rate(answer["dollar_rate"])):
                by_country.setdefault(answer.get("country", ""), []).append(rate)
        return {country: median(rates) for country, rates in by_country.items() if len(rates) >= MIN_RATES}

    def _decode(self, name: str, answer: Answer, row: int) -> Any:
        """Return our value for an answer, None for no answer. Raise `Rejected` if the answer is not declared."""
        question = self.questions.get(name)
        if question is None:
            return None
        text, words = answer[name], question.words
        if words is None:
            return text.strip() or None
        if text in words:
            return words[text] if words[text] != "" else None
        if question.others is not None or not text:
            return question.others or None
        choices = ", ".join(words)
        rule = f"expected one of {choices} in row {row}; add a new answer to {self.SOURCE.name}.toml"
        raise Rejected(name, text, rule)

    def _country_of(self, answer: Answer) -> str | None:
        name = answer.get("country", "")
        words = self.questions["country"].words or {} if name else {}
        if not name or name in words:
            return words.get(name, "" if name else self.country) or None
        country = country_of(name)
        if country is None:
            rule = f"expected a country's name; add it to the words of the question in {self.SOURCE.name}.toml"
            raise Rejected("country", name, rule)
        return country

    def _amount(self, name: str, column: str, answer: Answer, row: int) -> float | None:
        """Return the amount of an answer, None for no answer. Raise `Rejected` if it cannot be read."""
        text = answer.get(name, "")
        return read_amount(text, column, row, signs=self.amount_signs) if text else None

    def _total(self, answer: Answer, row: int) -> float | None:
        """Return a year's income. Zero means none was stated: people write it if they get nothing beside base pay."""
        is_zero = re.fullmatch(ZERO, answer.get("total", "").strip())
        return None if is_zero else self._amount("total", "pay_total", answer, row)

    def _time(self, answer: Answer, row: int) -> str | None:
        time: str | None = self._decode("time", answer, row)
        return self.hours.name_time(answer["hours"]) if self.hours else time

    def _flag(self, base: float, net: float | None, total: float | None, currency: str) -> str | None:
        """Return what speaks against a person's amounts, all of a year."""
        if contradicts(base, net):
            return "gross_net_contradicted"
        if is_other_period(base, total):
            return "period_contradicted"
        return "implausible_low" if base < self.min_year.get(currency, 0.0) else None

    def _report(self, item: tuple[int, Answer], *, wave: Wave) -> PayReport:
        row, answer = item
        country = self._country_of(answer)
        months = 1.0
        if self.period == "month":
            months = months_of_year(country, is_employee=self._decode("contract", answer, row) == "employee")
        is_lowest = bool(re.fullmatch(ZERO, answer.get("low", "")))
        base = 0.0 if is_lowest else self._amount("base" if "base" in self.questions else "low", "pay", answer, row)
        assert base is not None, "answers without pay were left out"
        net, high = self._amount("net", "pay_net", answer, row), self._amount("high", "pay_high", answer, row)
        paid_in = self.paid_in or self._decode("paid_in", answer, row)
        currency = self.currency or self._decode("currency", answer, row) or _tender_of(country)
        rate = None
        if paid_in == "dollars" and (usual := wave.rates.get(answer.get("country", ""))):
            rate = _choose_rate(_rate(answer["dollar_rate"]), usual)
        elif self.gives_dollars:
            rate = 1.0
        net_year = net * months if net else None
        total = self._total(answer, row)
        title = answer.get("title", "").strip()
        level = self._decode("level", answer, row)
        return pay_report(
            source=self.SOURCE.name,
            snapshot_on=wave.day,
            row=row,
            basis="reported",
            year=wave.year,
            title=title,
            role=self.roles.get(title, self.role),
            employment_type=self._time(answer, row),
            pay=base * months,
            pay_high=high * months if high else OPEN_END if "high" in self.questions else None,
            currency=currency,
            pay_usd_stated=base * months / rate if rate else None,
            country=country,
            remote_share=self._remote_share(answer, row),
            case_id=self._decode("case_id", answer, row),
            pay_net=net_year,
            pay_total=total,
            pay_months=months if self.period == "month" else None,
            pay_flag=self._flag(base * months, net_year, total, currency),
            paid_in=paid_in,
            years_experience=read_years(answer.get("years", "")),
            bonus=self._decode("bonus", answer, row),
            **({"seniority": level} if level else {}),
        )

    def _remote_share(self, answer: Answer, row: int) -> float | None:
        office = answer.get("office_percent", "")
        if office:
            return 1 - float(office) / 100 if 0 <= float(office) <= 100 else None
        share: float | None = self._decode("workplace", answer, row)
        return share


def _persons_of(answers: Sequence[Answer]) -> Iterator[tuple[int, Answer]]:
    """Yield every person's number and answer. Persons that a table only counts are numbered in the table's order."""
    row = 0
    for answer in answers:
        for _ in range(_count([answer])):
            row += 1
            yield row, answer


def _count(answers: Sequence[Answer]) -> int:
    """Return the number of persons. Raise `Rejected` if a table of counts has none in a row."""
    texts = [answer.get("count", "1") for answer in answers]
    if wrong := next((text for text in texts if not text.isdecimal()), None):
        raise Rejected("response", wrong, "expected a number of persons in every row")
    return sum(map(int, texts))


def normal_form(question: str) -> str:
    """Return a question in small letters without accents and punctuation, as some files name their columns.

    >>> normal_form("Dónde estás trabajando")
    'donde_estas_trabajando'
    """
    plain = unicodedata.normalize("NFKD", question).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")


def _rate(text: str) -> float | None:
    match = re.fullmatch(r"\$?\s*(\d{1,3}(?:\.\d{3})+|\d+)(?:([.,])(\d+))?", text.strip())
    if match is None:
        return None
    whole = match[1].replace(".", "")
    return float(f"{whole}.{match[3] or 0}")


def _choose_rate(stated: float | None, usual: float) -> float:
    """Return the country's money for a dollar: the stated rate if it is plausible, else the usual rate."""
    is_near = stated is not None and usual / MAX_RATE_FACTOR <= stated <= usual * MAX_RATE_FACTOR
    return stated if stated is not None and is_near else usual


@functools.cache
def _tender_of(country: str | None) -> str:
    money = {row.country: row.currencies for row in countries()}.get(country or "")
    if not money:
        raise Rejected("country", country, "expected a country with money of its own")
    return money[0]


def read_survey(path: Path) -> Survey:
    """Return the survey that a TOML file declares. Raise `ValueError`, naming the file, for an unknown key."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    questions = table.get("questions", {})
    unknown = [*(table.keys() - set(KEYS)), *(questions.keys() - QUESTIONS.keys())]
    if unknown or not {"file", "address", "period", "max_bytes"} <= table.keys():
        raise ValueError(f"{path}: expected the keys that pay_survey.py explains, not {', '.join(unknown) or 'fewer'}")
    pattern = re.compile(table.pop("file"), re.IGNORECASE)
    source = declare(
        path.stem,
        kind="survey",
        endpoints=(table["address"].rpartition("/")[0] + "/",),
        file_url=functools.partial(_file_url, pattern, table["address"]),
    )
    parts = {
        "questions": {name: _question(entry) for name, entry in questions.items()},
        "missing": frozenset(table.get("missing", ())),
        "hours": Hours(**table["hours"]) if "hours" in table else None,
    }
    return Survey(SOURCE=source, **(table | parts))


def _file_url(pattern: re.Pattern[str], address: str, name: str) -> str | None:
    match = pattern.fullmatch(name)
    return address.format(wave=match["wave"]) if match else None


def _question(entry: Any) -> Question:
    table: dict[str, Any] = dict(entry) if isinstance(entry, dict) else {"columns": entry}
    columns = table.pop("columns", None) or table.pop("column")
    names = [columns] if isinstance(columns, str) else columns
    return Question(tuple(dict.fromkeys(map(normal_form, names))), **table)


@functools.cache
def all_surveys() -> dict[str, Survey]:
    """Return every declared survey by the name of its source."""
    return {path.stem: read_survey(path) for path in sorted(Path(__file__).parent.glob("*_survey.toml"))}
