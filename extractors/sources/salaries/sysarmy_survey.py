"""Read pay as people in IT in Argentina report it, twice a year: the survey of sysarmy, one CSV a wave.

People state the last month's pay before and after tax, in pesos. People who are paid in dollars also state the exchange
rate that they used. For years the official rate was half the market rate, so we convert pay back to dollars by the rate
that the person states. In some files the columns are named by whole questions, in others by a short form of the
questions. We turn whole questions into the short form, so that all files have the same names. Some waves also asked
people in neighbouring countries. Towns and employers are never read.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from statistics import median, median_low

from extractors.reading.csv_tables import table_in, unpack_gzip
from extractors.reading.pay_reports import pay_report
from extractors.response import Response, each, note_left_out
from extractors.sources.declaration import declare
from extractors.sources.fetching import fetch_nothing
from transforms.pay.reported import contradicts, flag_amounts, months_of_year, read_amount, read_years
from transforms.place.places import country_of
from transforms.records.rows import Issue, PayReport
from transforms.text.lookups import countries
from transforms.text.rejects import Rejected

FILES = "https://sysarmy.invalid/"
"""Made-up address under which the files are archived. We do not know where they are published."""
NAME = re.compile(r"(?=.*sysarmy)(?:.*?[^\d])?(\d{4}\.0[12])(?!\d).*\.csv(?:\.gz)?", re.IGNORECASE)
"""Pattern of the names of files, such as "sysarmy_2026.01.csv". A name must contain the wave."""
MAX_TABLE = 100_000_000
"""Maximum size of a file after unpacking, in bytes: thirty times the size of the file of 2026.01 (3 MB)."""
QUESTIONS = {
    "timestamp": "answered_at",
    "estoy_trabajando_en": "country",
    "dedicacion": "dedication",
    "tipo_de_contrato": "contract",
    "ultimo_salario_mensual_o_retiro_bruto_en_pesos_argentinos": "gross",
    "ultimo_salario_mensual_o_retiro_bruto_en_tu_moneda_local": "gross",
    "ultimo_salario_mensual_o_retiro_neto_en_pesos_argentinos": "net",
    "ultimo_salario_mensual_o_retiro_neto_en_tu_moneda_local": "net",
    "pagos_en_dolares": "dollars",
    "si_tu_sueldo_esta_dolarizado_cual_fue_el_ultimo_valor_del_dolar_que_tomaron": "dollar_rate",
    "trabajo_de": "title",
    "anos_de_experiencia": "years",
    "modalidad_de_trabajo": "workplace",
}
"""For the short form of each question, our column."""
OPTIONAL = ("answered_at", "country", "dollar_rate", "workplace")
NEEDED = frozenset(QUESTIONS.values()) - set(OPTIONAL)
HOME = "Argentina"
"""Country of the people in waves that did not ask for the country."""
DEDICATION = {"Full-Time": "FULL_TIME", "Part-Time": "PART_TIME"}
EMPLOYEES = ("Staff (planta permanente)", "Tercerizado (trabajo a través de consultora o agencia)")
"""Answers to the question about the contract that mean a thirteenth salary. People with other answers send invoices,
share a surplus, or work abroad."""
PAID_IN = {
    "": "local",
    "Mi sueldo está dolarizado (pero cobro en moneda local)": "dollar_linked",
    "Cobro parte del salario en dólares": "part_dollars",
    "Cobro todo el salario en dólares": "dollars",
}
PESOS = r"\(?\s*(?:ar?s?\s*\$|\$\s*ar?s?|ar\$s?|\$|ars|pesos(?:\s+(?:ar\w*\.?))?)\s*\)?"
"""Pattern of the sign or word for pesos before or after an amount. Answers with another currency, or with two, are
refused."""
REMOTE = {"100% remoto": 1.0, "100% presencial": 0.0}
"""Share of the work that is remote, by answer. Hybrid work has no stated share."""
MIN_RATES = 10
"""Minimum number of dollar rates that people in a country must state in a wave before a usual rate is computed."""
MAX_RATE_FACTOR = 2.5
"""A stated rate is used only if it is at most this many times the usual rate, and at least the usual rate divided by
this number. In 2022 the official rate was 0.45 of the market rate. Rates outside are errors, such as "4700000"."""
WAVE = re.compile(r"(\d{4})\.(\d\d)")
MONTH_OF_WAVE = {"01": 1, "02": 7}
"""Month of a wave. Answers without times count for the middle of that month. The first waves of a year began
in December or May, the second waves in June."""
ANSWERED_AT = "%m/%d/%Y %H:%M:%S"

SOURCE = declare(
    "sysarmy_survey",
    kind="survey",
    endpoints=(FILES,),
    file_url=lambda name: f"{FILES}{match[1]}.csv" if (match := NAME.fullmatch(name)) else None,
)


fetch = fetch_nothing


def parse(response: Response) -> Iterator[PayReport | Issue]:
    """Yield every answer with title and pay before tax, and one issue for all answers that are left out."""
    body = unpack_gzip(response.body, largest=MAX_TABLE)
    rows = table_in(body, NEEDED, also=OPTIONAL, rename=name_question)
    answers = [(n, row) for n, row in enumerate(rows, start=1) if row.get("gross") and row.get("title", "").strip()]
    wave = WAVE.search(response.url)
    if wave is None:
        raise Rejected("response", response.url, "expected an address with the wave in it (2026.01)")
    day = _day_of(rows) or date(int(wave[1]), MONTH_OF_WAVE[wave[2]], 15)
    read = functools.partial(_report, day=day, year=int(wave[1]), usual_rates=_usual_rates(rows))
    yield from flag_amounts(each(answers, read))
    rule = "answers without title or pay before tax left out"
    yield from note_left_out(len(rows) - len(answers), "answers", rule, column="pay")


def name_question(question: str) -> str:
    """Return our column for a question, whole or in its short form, or else the short form of the question."""
    plain = unicodedata.normalize("NFKD", question).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    return QUESTIONS.get(name, name)


def _day_of(rows: Sequence[dict[str, str]]) -> date | None:
    days = []
    for row in rows:
        try:
            days.append(datetime.strptime(row.get("answered_at", ""), ANSWERED_AT).date())  # local time
        except ValueError:
            continue
    return median_low(days) if days else None


def _usual_rates(rows: Sequence[dict[str, str]]) -> dict[str, float]:
    """Return the median dollar rate by country, if at least `MIN_RATES` people paid in dollars there state one."""
    by_country: dict[str, list[float]] = {}
    for row in rows:
        if PAID_IN.get(row.get("dollars", "")) == "dollars" and (rate := _rate(row.get("dollar_rate", ""))):
            by_country.setdefault(row.get("country") or HOME, []).append(rate)
    return {country: median(rates) for country, rates in by_country.items() if len(rates) >= MIN_RATES}


def _rate(text: str) -> float | None:
    match = re.fullmatch(r"\$?\s*(\d{1,3}(?:\.\d{3})+|\d+)(?:([.,])(\d+))?", text.strip())
    if match is None:
        return None
    whole = match[1].replace(".", "")
    return float(f"{whole}.{match[3] or 0}")


def _report(item: tuple[int, dict[str, str]], *, day: date, year: int, usual_rates: dict[str, float]) -> PayReport:
    row, answer = item
    place = answer.get("country") or HOME
    country, currency = _country_of(place)
    is_employee = answer["contract"] in EMPLOYEES
    months = months_of_year(country, is_employee=is_employee)
    gross = read_amount(answer["gross"], "pay", row, signs=PESOS)
    net = read_amount(answer["net"], "pay_net", row, signs=PESOS) if answer["net"] else None
    paid_in = _decode(PAID_IN, answer["dollars"], "paid_in", row)
    rate = _choose_rate(_rate(answer.get("dollar_rate", "")), usual_rates.get(place)) if paid_in == "dollars" else None
    title = answer["title"].strip()
    dedication = answer["dedication"]
    return pay_report(
        source=SOURCE.name,
        snapshot_on=day,
        row=row,
        basis="reported",
        year=year,
        title=title,
        employment_type=_decode(DEDICATION, dedication, "employment_type", row) if dedication else None,
        pay=gross * months,
        currency=currency,
        pay_usd_stated=gross * months / rate if rate else None,
        country=country,
        remote_share=REMOTE.get(answer.get("workplace", "")),
        pay_net=net * months if net else None,
        pay_months=months,
        pay_flag="gross_net_contradicted" if contradicts(gross, net) else None,
        paid_in=paid_in,
        years_experience=read_years(answer["years"]),
    )


def _choose_rate(stated: float | None, usual: float | None) -> float | None:
    """Return the pesos for a dollar: the stated rate if it is plausible, else the usual rate, else None."""
    if usual is None:
        return None
    is_near = stated is not None and usual / MAX_RATE_FACTOR <= stated <= usual * MAX_RATE_FACTOR
    return stated if is_near else usual


def _decode(words: dict[str, str], word: str, column: str, row: int) -> str:
    if word not in words:
        choices = ", ".join(words)
        raise Rejected(column, word, f"expected one of {choices} in row {row}; add a new answer to sysarmy_survey.py")
    return words[word]


@functools.cache
def _country_of(name: str) -> tuple[str, str]:
    country = country_of(name)
    money = {row.country: row.currencies for row in countries()}.get(country or "")
    if country is None or not money:
        raise Rejected("country", name, "expected a country's name")
    return country, money[0]
