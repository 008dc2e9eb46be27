"""Read surveys of pay, each declared in a TOML file beside this module: `<name>_survey.toml` declares `<name>_survey`.

`survey_form.py` explains what a declaration says.
"""

from __future__ import annotations

import contextlib
import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from statistics import median, median_low
from typing import Any

from extractors.reading.csv_tables import table_in, unpack_gzip, zip_member
from extractors.reading.pay_reports import pay_report
from extractors.response import Response, each, note_left_out
from extractors.sources.declaration import Source, declare
from extractors.sources.salaries.survey_form import WAVE, Column, Form, Hours, currency_codes, normal_form, read_form
from extractors.web.paging import Web, ask_first
from transforms.pay.reported import contradicts, flag_amounts, is_other_period, months_of_year, read_amount, read_years
from transforms.place.places import country_of
from transforms.records.rows import Issue, PayReport
from transforms.text.lookups import countries
from transforms.text.rejects import Rejected

Answer = dict[str, str]
"""What one person answered, by question; "" if nothing."""
LEFT_OUT = "answers skipped: no pay, no job title, or outside the survey's scope"
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
REVERSED = "expected a high end of the bracket above the low end"
MAX_UNREAD_TIMES = 0.1
"""Maximum part of the times of answers that may be unreadable: more show another format, or day and month swapped."""


@dataclass(frozen=True)
class Question:
    """One question: the normal forms of its columns, and what its answers mean."""

    columns: tuple[str, ...]
    words: Mapping[str, Any] | None = None
    others: Any = None
    is_optional: bool = False


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
    form: Form
    questions: Mapping[str, Question]

    def fetch(self, web: Web, *, boards: Sequence[str] = (), as_of: date) -> list[str]:
        """Request this year's answers, or last year's if they are not out yet; nothing if a person hands them over."""
        if not self.form.is_asked_for:
            return []
        return ask_first(web, [self.form.address.format(wave=year) for year in (as_of.year, as_of.year - 1)])

    def parse(self, response: Response) -> Iterator[PayReport | Issue]:
        """Yield every person with pay and kind of work, and one issue for all answers that are left out."""
        match = WAVE.search(response.url)
        if match is None:
            raise Rejected("response", response.url, "expected an address that ends with the wave (2026, 2026.01)")
        body = unpack_gzip(response.body, largest=self.form.max_bytes)
        if self.form.zip_member:
            body = zip_member(body, re.compile(self.form.zip_member), largest=self.form.max_bytes)
        answers = self._answers_in(body)
        persons = [(row, answer) for row, answer in _persons_of(answers) if self._counts(answer)]
        wave = Wave(int(match[1]), self._day_of(answers, match[1], match[2] or ""), self._usual_rates(answers))
        read = list(each(persons, functools.partial(self._report, wave=wave)))
        self._check_brackets(read)
        yield from flag_amounts(read)
        yield from note_left_out(_count(answers) - len(persons), "answers", LEFT_OUT, column="pay")

    def _answers_in(self, body: bytes) -> list[Answer]:
        known = {column: question.columns[0] for question in self.questions.values() for column in question.columns}
        needed = {question.columns[0] for question in self.questions.values() if not question.is_optional}
        rows = table_in(body, needed, also=known.values(), rename=lambda name: known.get(normal_form(name), name))
        column_of = {name: question.columns[0] for name, question in self.questions.items()}
        answers = ({name: row.get(column, "") for name, column in column_of.items()} for row in rows)
        missing = self.form.missing
        return [{name: "" if text in missing else text for name, text in answer.items()} for answer in answers]

    def _counts(self, answer: Answer) -> bool:
        who = self.questions.get("who")
        is_meant = who is None or answer["who"] in (who.words or {})
        has_title = "title" not in self.questions or bool(answer["title"].strip())
        return is_meant and has_title and self._has_pay(answer)

    def _has_pay(self, answer: Answer) -> bool:
        """Whether a person stated pay: an amount, or a bracket with an end other than 0."""
        if "base" in self.questions:
            return bool(answer["base"])
        words = {name: self.questions[name].words or {} for name in ("low", "high")}
        ends = (str(words[name].get(answer[name], answer[name])) for name in words)
        return any(end and not re.fullmatch(ZERO, end) for end in ends)

    def _day_of(self, answers: Sequence[Answer], year: str, part: str) -> date:
        """Return the day by which half of the answers had come in, or else the declared day of the wave."""
        texts = [text for answer in answers if (text := answer.get("answered_at", ""))]
        times, form = [], self.form.answered_at or ""
        for text in texts:
            with contextlib.suppress(ValueError):
                times.append(datetime.strptime(text, form))  # local time
        if times and len(times) >= (1 - MAX_UNREAD_TIMES) * len(texts):
            return median_low(times).date()
        if times or part not in self.form.days:
            rule = f"expected answers with times like {form or 'none'}, or the wave's part in `days`"
            raise Rejected("response", next(iter(texts), ""), f"{rule} of {self.SOURCE.name}.toml")
        return date.fromisoformat(f"{year}-{self.form.days[part]}")

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
            return words.get(name, "" if name else self.form.country) or None
        country = country_of(name)
        if country is None:
            rule = f"expected a country's name; add it to the words of the question in {self.SOURCE.name}.toml"
            raise Rejected("country", name, rule)
        return country

    def _amount(self, name: str, column: str, answer: Answer, row: int) -> float | None:
        """Return the amount of an answer, None for no answer. Raise `Rejected` if it cannot be read."""
        text = answer.get(name, "")
        return read_amount(text, column, row, signs=self.form.amount_signs) if text else None

    def _end(self, name: str, answer: Answer, row: int) -> float | None:
        """Return an end of a bracket, None if it has none."""
        if self.questions[name].words is not None:
            end: float | None = self._decode(name, answer, row)
            return end
        column = "pay_high" if name == "high" else "pay"
        return 0.0 if re.fullmatch(ZERO, answer[name]) else self._amount(name, column, answer, row)

    def _pay(self, answer: Answer, row: int) -> tuple[float, float | None]:
        """Return base pay and None, or the ends of a bracket, the lowest from 0, the highest to `OPEN_END`."""
        if "base" in self.questions:
            base = self._amount("base", "pay", answer, row)
            assert base is not None, "answers without pay were left out"
            return base, None
        low, high = self._end("low", answer, row) or 0.0, self._end("high", answer, row)
        if high is not None and high <= low:
            raise Rejected("pay_high", answer["high"], f"{REVERSED} in row {row}")
        return low, OPEN_END if high is None else high

    def _currency_of(self, answer: Answer, country: str | None, row: int) -> str:
        currency: str = self.form.currency or self._decode("currency", answer, row) or _tender_of(country)
        if currency not in currency_codes():
            rule = f"expected a currency (ISO 4217) in row {row}; add words to the question in {self.SOURCE.name}.toml"
            raise Rejected("currency", currency, rule)
        return currency

    def _check_brackets(self, read: Sequence[PayReport | Issue]) -> None:
        """Raise `Rejected` if most brackets are upside down, because the rest then have wrong ends too."""
        n = sum(isinstance(one, Issue) and one.rule.startswith(REVERSED) for one in read)
        if 2 * n > len(read):
            rule = f"expected low ends below high ends; `low` and `high` in {self.SOURCE.name}.toml may be swapped"
            raise Rejected("response", f"{n} of {len(read)} answers", rule)

    def _total(self, answer: Answer, row: int) -> float | None:
        """Return a year's income. Zero means none was stated: people write it if they get nothing beside base pay."""
        is_zero = re.fullmatch(ZERO, answer.get("total", "").strip())
        return None if is_zero else self._amount("total", "pay_total", answer, row)

    def _time(self, answer: Answer, row: int) -> str | None:
        time: str | None = self._decode("time", answer, row)
        return _time_of(self.form.hours, answer["hours"]) if self.form.hours else time

    def _flag(self, base: float, net: float | None, total: float | None, currency: str) -> str | None:
        """Return what speaks against a person's amounts, all of a year."""
        if contradicts(base, net):
            return "gross_net_contradicted"
        if is_other_period(base, total):
            return "period_contradicted"
        return "implausible_low" if base < self.form.min_year.get(currency, 0.0) else None

    def _report(self, item: tuple[int, Answer], *, wave: Wave) -> PayReport:
        row, answer = item
        country = self._country_of(answer)
        months = 1.0
        if self.form.period == "month":
            months = months_of_year(country, is_employee=self._decode("contract", answer, row) == "employee")
        base, high = self._pay(answer, row)
        net = self._amount("net", "pay_net", answer, row)
        paid_in = self.form.paid_in or self._decode("paid_in", answer, row)
        currency = self._currency_of(answer, country, row)
        rate = None
        if paid_in == "dollars" and (usual := wave.rates.get(answer.get("country", ""))):
            rate = _choose_rate(_rate(answer["dollar_rate"]), usual)
        elif self.form.gives_dollars:
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
            role=self.form.roles.get(title, self.form.role),
            employment_type=self._time(answer, row),
            pay=base * months,
            pay_high=None if high is None else high * months,
            currency=currency,
            pay_usd_stated=base * months / rate if rate else None,
            country=country,
            remote_share=self._remote_share(answer, row),
            case_id=self._decode("case_id", answer, row),
            pay_net=net_year,
            pay_total=total,
            pay_months=months if self.form.period == "month" else None,
            pay_flag=self._flag(base * months, net_year, total, currency),
            paid_in=paid_in,
            years_experience=self._years(answer, row),
            bonus=self._decode("bonus", answer, row),
            **({"seniority": level} if level else {}),
        )

    def _years(self, answer: Answer, row: int) -> float | None:
        if "years" in self.questions and self.questions["years"].words is not None:
            years: float | None = self._decode("years", answer, row)
            return years
        return read_years(answer.get("years", ""))

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


def _time_of(full_time: Hours, text: str) -> str | None:
    """Return the employment type, or None if `text` is empty. Raise `ValueError` if it is no number."""
    if not text:
        return None
    hours = float(text)
    if hours > full_time.percent_above:
        return "FULL_TIME" if hours >= full_time.full_percent else "PART_TIME"
    a_week = hours * (DAYS_OF_WEEK if hours <= full_time.a_day_up_to else 1)
    return "FULL_TIME" if a_week >= full_time.full else "PART_TIME"


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
    """Return the survey that a TOML file declares. Raise `ValueError` with every problem of the file."""
    form = read_form(path)
    source = declare(
        path.stem,
        kind="survey",
        endpoints=(form.address.rpartition("/")[0] + "/",),
        file_url=functools.partial(_file_url, re.compile(form.file, re.IGNORECASE), form.address),
    )
    questions = {name: _question(column) for name, column in form.questions.declared().items()}
    return Survey(SOURCE=source, form=form, questions=questions)


def _file_url(pattern: re.Pattern[str], address: str, name: str) -> str | None:
    match = pattern.fullmatch(name)
    return address.format(wave=match["wave"]) if match else None


def _question(column: Column) -> Question:
    declared = dict(column)
    return Question(tuple(dict.fromkeys(map(normal_form, declared.pop("columns")))), **declared)


@functools.cache
def all_surveys() -> dict[str, Survey]:
    """Return every declared survey by the name of its source."""
    return {path.stem: read_survey(path) for path in sorted(Path(__file__).parent.glob("*_survey.toml"))}
