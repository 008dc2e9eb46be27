"""Writes the bundled sample, extractors/sample/recordings/: `make sample`.

Three nights of answers in the true shapes of eight sources, as WARC files, one per source and night, and the
currency table of the first of each month before. The addresses asked are the sources' own; employers, adverts,
rates and wages are invented. The same code writes the same bytes (as long as zlib does).

`FAULTS` lists what is broken on purpose, so that a sample run shows how such answers are taken.
"""

from __future__ import annotations

import csv
import functools
import io
import json
import math
import re
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from extractors.archive.reader import SAMPLE_SOFTWARE, SUFFIX
from extractors.archive.writer import Writer, path_of
from extractors.sources.employer_boards import ashby, greenhouse, lever
from extractors.sources.reference import currency_table, ecb_rates
from extractors.sources.salaries import aijobs_salaries, bls_oews
from extractors.sources.salaries.pay_survey import all_surveys
from tests.sample.adverts import (
    FIRST_NIGHT,
    N_NIGHTS,
    RECORDINGS,
    Advert,
    Board,
    Dice,
    adverts_of,
    as_of_night,
    boards,
    open_on,
    per_dollar,
    table,
)
from tests.sample.shapes import ashby_job, greenhouse_job, lever_posting, native_number

NIGHTS = tuple(datetime.combine(FIRST_NIGHT, time(2), UTC) + timedelta(days=night) for night in range(N_NIGHTS))
FIRST_RATE = date(2024, 1, 1)
MONTHS_OF_RATES = 13
"""Months before the first night whose first day has a currency table: rates for adverts up to a year old."""
DAILY_STEP = 0.006
"""Most an exchange rate moves in a day, as a share."""
N_SALARIES = 640
"""Ranges in the salary collection; with both ends and repeats about 1,700 rows."""
TOP_CODE = 239_200
"""Dollars a year from which the BLS prints `#` instead of a wage."""
NOT_QUOTED = ("BGN", "HRK", "RUB")
"""Currencies that still have a column at the ECB and no rates."""
NOT_MONEY = {"btc": 0.0000105, "doge": 5.1, "eth": 0.00031, "xau": 0.00024}
"""What the currency table holds beside the world's money."""

FAULTS = {
    # (source, board's position among the source's boards): what is wrong with its answer, on which nights
    ("ashby", 5): ("malformed JSON", (1,)),
    ("ashby", 9): ("empty list", (2,)),
    ("ashby", 2): ("no title", (0, 1, 2)),
    ("ashby", 3): ("not listed", (0, 1, 2)),
    ("greenhouse", 7): ("HTML page with status 200", (1,)),
    ("greenhouse", 9): ("HTTP 500", (1,)),
    ("greenhouse", 11): ("fewer jobs than stated", (2,)),
    ("greenhouse", 3): ("null job", (0, 1, 2)),
    ("greenhouse", 5): ("prospect post", (0, 1, 2)),
    ("lever", 4): ("truncated gzip", (2,)),
    ("lever", 6): ("unknown board", (0, 1, 2)),
    ("lever", 2): ("range upside down", (0, 1, 2)),
    ("lever", 3): ("no id", (0, 1, 2)),
}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One HTTP answer to be recorded."""

    url: str
    body: bytes
    content_type: str = "application/json"
    status: int = 200
    content_encoding: str | None = None


def make(folder: Path = RECORDINGS) -> list[Path]:
    """Write the sample's WARC files below a folder and remove others there. Returns the files, in order."""
    files = []
    for source, answers_of in SOURCES.items():
        for night in range(N_NIGHTS):
            files.append(_record(path_of(folder, source, NIGHTS[night]), NIGHTS[night], answers_of(night)))
    for day in _first_days():
        at = datetime.combine(day, NIGHTS[0].time(), UTC)
        files.append(_record(path_of(folder, "currency_table", at), at, [_currency_table(day)]))
    for path in folder.glob(f"*/*{SUFFIX}"):
        if path not in files:
            path.unlink()
    return sorted(files)


def _record(path: Path, begin: datetime, answers: Sequence[Answer]) -> Path:
    path.unlink(missing_ok=True)
    with Writer(path, software=SAMPLE_SOFTWARE) as writer:
        for number, answer in enumerate(answers):
            headers = [("Content-Type", answer.content_type), ("ETag", f'W/"{zlib.crc32(answer.body):08x}"')]
            if answer.content_encoding:
                headers.append(("Content-Encoding", answer.content_encoding))
            writer.write(
                url=answer.url,
                observed_at=begin + timedelta(seconds=number),
                status=answer.status,
                reason={200: "OK", 404: "Not Found", 500: "Internal Server Error"}[answer.status],
                headers=headers,
                body=answer.body,
            )
    return path


# --- employer boards --------------------------------------------------------------------------------


def _board_answers(source: str, night: int) -> list[Answer]:
    """The answers of all boards of a source on a night, faults included."""
    module = {"ashby": ashby, "greenhouse": greenhouse, "lever": lever}[source]
    answers = []
    for position, board in enumerate(board for board in boards() if board.source == source):
        fault, nights = FAULTS.get((source, position), ("", ()))
        adverts = [as_of_night(advert, night) for advert in _adverts_on(board) if open_on(advert, night)]
        body = _board_body(board, adverts, night)
        answer = Answer(url=module.SOURCE.url_of(board.board), body=_json(body))
        answers.append(_spoilt(answer, body, fault) if night in nights else answer)
    return answers


@functools.cache
def _adverts_on(board: Board) -> tuple[Advert, ...]:
    """The adverts of a board. Boards of one employer share the first half of them and differ in the rest."""
    same = [other for other in boards() if other.employer == board.employer]
    adverts = adverts_of(board)
    if len(same) == 1:
        return tuple(adverts)
    half = len(adverts) // 2
    return tuple(adverts[:half] + adverts[half + same.index(board) :: len(same)])


def _board_body(board: Board, adverts: Sequence[Advert], night: int) -> Any:
    if board.source == "greenhouse":
        jobs = [greenhouse_job(advert, board, night=NIGHTS[night]) for advert in adverts]
        return {"jobs": jobs, "meta": {"total": len(jobs)}}
    dice = Dice(board.employer, "shape")
    is_new = dice.share(0.6)
    if board.source == "lever":
        return [lever_posting(advert, board, is_new_schema=is_new) for advert in adverts]
    has_pay = not is_new or dice.share(0.75)
    jobs = [ashby_job(advert, board, is_new_shape=is_new, with_compensation=has_pay) for advert in adverts]
    return {"jobs": jobs, "apiVersion": "1"}


def _spoilt(answer: Answer, body: Any, fault: str) -> Answer:
    """The answer with something wrong with it."""
    page = b"<!doctype html><html><head><title>Please wait</title></head><body>Back in a minute.</body></html>"
    whole = {
        "malformed JSON": Answer(url=answer.url, body=answer.body[: len(answer.body) * 2 // 3]),
        "empty list": Answer(url=answer.url, body=_json({"jobs": [], "apiVersion": "1"})),
        "HTML page with status 200": Answer(url=answer.url, body=page, content_type="text/html"),
        "HTTP 500": Answer(url=answer.url, body=page, content_type="text/html", status=500),
        "truncated gzip": Answer(url=answer.url, body=_gzip(answer.body)[:-400], content_encoding="gzip"),
        "unknown board": Answer(
            url=answer.url, body=_json({"ok": False, "error": "Document not found"}), status=404
        ),
    }  # fmt: skip
    if fault in whole:
        return whole[fault]
    jobs = body if isinstance(body, list) else body["jobs"]
    first = jobs[0]
    if fault == "no title":
        jobs.append({**first, "id": "00000000-0000-4000-8000-000000000001", "title": None})
    elif fault == "not listed":
        jobs.append({**first, "id": "00000000-0000-4000-8000-000000000002", "isListed": False})
    elif fault == "null job":
        jobs.insert(1, None)
        body["meta"]["total"] += 1
    elif fault == "prospect post":
        prospect = {"id": native_number("prospect"), "internal_job_id": None, "title": "Join our talent community"}
        jobs.append({**first, **prospect})
        body["meta"]["total"] += 1
    elif fault == "fewer jobs than stated":
        jobs.pop()
    elif fault == "no id":
        jobs.append({**first, "id": None})
    elif fault == "range upside down":
        first["salaryRange"] = {"currency": "USD", "interval": "per-year-salary", "min": 190000, "max": 150000}
    else:
        raise ValueError(f"FAULTS names {fault!r}, which is not known here")
    return Answer(url=answer.url, body=_json(body))


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _gzip(data: bytes) -> bytes:
    """A gzip body of stored blocks: the same bytes whichever zlib is installed."""
    blocks = [data[at : at + 65_535] for at in range(0, len(data), 65_535)] or [b""]
    content = b"".join(
        struct.pack("<BHH", block is blocks[-1], len(block), len(block) ^ 0xFFFF) + block for block in blocks
    )
    head = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
    return head + content + struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFFFFFF)


def _zip(files: dict[str, bytes]) -> bytes:
    """A zip of stored files with one fixed time: the same bytes on every machine."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, date_time=(2026, 9, 28, 2, 0, 0))
            info.create_system = 3  # else it is the system this runs on
            archive.writestr(info, content)
    return buffer.getvalue()


# --- exchange rates ---------------------------------------------------------------------------------


@functools.cache
def _rates() -> dict[str, dict[date, float]]:
    """Units of each currency for one dollar, by day: a seeded random walk that ends at about the true rate."""
    days = [FIRST_RATE + timedelta(days=n) for n in range((NIGHTS[-1].date() - FIRST_RATE).days + 1)]
    rates = {}
    for row in table("rates"):
        dice = Dice("rate", row["currency"])
        walk = [1.0]
        for _ in days[1:]:
            walk.append(dice.near(walk[-1], DAILY_STEP))
        scale = float(row["per_usd"]) / walk[-1]
        rates[row["currency"]] = {day: value * scale for day, value in zip(days, walk, strict=True)}
    return rates


def _first_days() -> list[date]:
    """The first of each month, oldest first."""
    months = [FIRST_NIGHT.year * 12 + FIRST_NIGHT.month - 1 - back for back in range(MONTHS_OF_RATES)]
    return sorted(date(month // 12, month % 12 + 1, 1) for month in months)


def _currency_table(day: date) -> Answer:
    quotes = {code.lower(): by_day[day] for code, by_day in _rates().items()}
    rates = {code: _round_rate(rate) for code, rate in sorted((quotes | NOT_MONEY | {"usd": 1.0}).items())}
    body = json.dumps({"date": day.isoformat(), "usd": rates}, indent="\t").encode()
    return Answer(url=currency_table.url_of(day), body=body)


def _round_rate(rate: float) -> float:
    """Eight significant digits, as the table has them."""
    return float(f"{rate:.8g}")


def _ecb_answers(night: int) -> list[Answer]:
    """The history up to the working day before the night."""
    codes = ["USD", *(row["currency"] for row in table("rates") if row["is_quoted_by_ecb"]), *NOT_QUOTED]
    lines = [",".join(["Date", *codes, ""])]
    euro = _rates()["EUR"]
    day = NIGHTS[night].date() - timedelta(days=1)
    while day >= FIRST_RATE:
        if day.weekday() < 5 and (day.month, day.day) not in ((1, 1), (5, 1), (12, 25), (12, 26)):
            lines.append(",".join([day.isoformat(), *(_quote(code, day, euro[day]) for code in codes), ""]))
        day -= timedelta(days=1)
    body = _zip({"eurofxref-hist.csv": ("\n".join(lines) + "\n").encode()})
    return [Answer(url=ecb_rates.ADDRESS, body=body, content_type="application/zip")]


def _quote(code: str, day: date, euro: float) -> str:
    if code in NOT_QUOTED:
        return "N/A"
    per_dollar_then = 1.0 if code == "USD" else _rates()[code][day]
    return f"{per_dollar_then / euro:.4f}".rstrip("0").rstrip(".")


# --- salaries and wages -----------------------------------------------------------------------------


@functools.cache
def _salaries() -> tuple[list[str], ...]:
    """Rows of the salary collection, newest first: pairs of a range's ends, single rows, and exact repeats."""
    titles = [row["title"] for row in table("titles") if row["language"] == "en"]
    titles = [title for title in titles if "," not in title]
    countries = {"US": 86, "CA": 4, "GB": 4, "DE": 1, "BR": 1, "IN": 1, "ES": 1, "NA": 1, "AR": 1}
    rows: list[list[str]] = []
    for number in range(N_SALARIES):
        dice = Dice("salary", number)
        country = dice.weighted_choice(countries)
        level = dice.weighted_choice({"EN": 10, "MI": 30, "SE": 55, "EX": 5})
        currency = {"CA": "CAD", "GB": "GBP", "DE": "EUR", "ES": "EUR", "IN": "INR"}.get(country, "USD")
        if dice.share(0.5):
            currency = "USD"
        dollars = dice.near({"EN": 95_000, "MI": 135_000, "SE": 170_000, "EX": 210_000}[level], 0.4)
        if country not in ("US", "CA", "GB"):
            dollars *= 0.45
        first = [
            str(2026 - number * 3 // N_SALARIES), level, dice.weighted_choice({"FT": 97, "CT": 1, "PT": 1, "FL": 1}),
            dice.one(titles),
        ]  # fmt: skip
        last = [country, dice.one(("0", "0", "50", "100")), country, dice.weighted_choice({"M": 90, "L": 8, "S": 2})]
        ends = [1.2, 0.85] if dice.share(0.85) else [1.0]
        pair = []
        for end in ends:
            pay = round(dollars * end * per_dollar(currency), -2)
            pair.append([*first, f"{pay:.0f}", currency, f"{pay / per_dollar(currency):.0f}", *last])
        for _ in range(dice.weighted_choice({1: 70, 2: 22, 3: 8})):
            rows += pair
    return tuple(rows)


def _salary_answers(night: int) -> list[Answer]:
    """The collection grows at its top: each night it has ten rows more."""
    held_back = 10 * (N_NIGHTS - 1 - night)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(aijobs_salaries.COLUMNS)
    writer.writerows(_salaries()[held_back:])
    return [Answer(url=aijobs_salaries.ADDRESS, body=text.getvalue().encode(), content_type="text/csv")]


SURVEY_WAVE = "2026.02"
SURVEY_BEGINS = datetime(2026, 6, 15, 9)
N_ANSWERS = 400
"""Answers in the survey of pay: cells of AI work by money are printed, some of those by experience are not."""
SURVEY = all_surveys()["sysarmy_survey"]
PAID_IN = SURVEY.questions["paid_in"].words or {}
EMPLOYEE = next(iter(SURVEY.questions["contract"].words or {}))
SURVEY_COLUMNS = (
    "Timestamp", "Dónde estás trabajando", "Dedicación", "Tipo de contrato",
    "Último salario mensual o retiro BRUTO (en pesos argentinos)",
    "Último salario mensual o retiro NETO (en pesos argentinos)", "Pagos en dólares",
    "Si tu sueldo está dolarizado ¿Cuál fue el último valor del dólar que tomaron?", "Trabajo de",
    "Años de experiencia", "Modalidad de trabajo",
)  # fmt: skip


def _survey_answers(night: int) -> list[Answer]:
    """The file of a survey that a person handed over; slips are among its answers."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(SURVEY_COLUMNS)
    writer.writerows(_survey_answer(number) for number in range(N_ANSWERS))
    address = SURVEY.form.address.format(wave=SURVEY_WAVE)
    return [Answer(url=address, body=text.getvalue().encode(), content_type="text/csv")]


def _survey_answer(number: int) -> list[str]:
    dice = Dice("survey", number)
    years = dice.between(0, 20)
    title = dice.weighted_choice(
        {
            "Data Scientist": 30,
            "AI Engineer": 15,
            "Data Engineer": 20,
            "BI Analyst / Data Analyst": 15,
            "Developer": 20,
        },
    )
    money = dice.weighted_choice(dict(zip(PAID_IN, (52, 8, 9, 31), strict=True)))
    is_abroad = PAID_IN[money] == "dollars"
    contract = "Contractor" if is_abroad or dice.share(0.1) else EMPLOYEE
    dollars = dice.near(1_400 + 90 * years, 0.5) * (1.7 if is_abroad else 1.0)
    rate = dice.near(per_dollar("ARS"), 0.04)
    gross = round(dollars * rate, -4)
    net = gross if contract == "Contractor" else round(gross * dice.near(0.78, 0.05), -3)
    slip = dice.weighted_choice({"": 96, "thousands": 2, "swapped": 2})
    if slip == "thousands":
        gross, net = gross / 1_000, net / 1_000
    elif slip == "swapped":
        gross, net = net * 0.9, gross
    return [
        f"{SURVEY_BEGINS + timedelta(hours=3 * number):%m/%d/%Y %H:%M:%S}", "Córdoba",
        "Part-Time" if dice.share(0.05) else "Full-Time", contract, f"{gross:.0f}", f"{net:.0f}", money,
        f"{rate:.0f}" if is_abroad and dice.share(0.6) else "", title, str(years),
        dice.one(("100% remoto", "100% presencial", "Híbrido (presencial y remoto)")),
    ]  # fmt: skip


WAGE_AREAS: dict[tuple[str, str], tuple[tuple[str, str, str, str, float], ...]] = {
    ("national", "nat"): (("99", "U.S.", "1", "US", 1.0),),
    ("state", "st"): (("06", "California", "2", "CA", 1.22), ("48", "Texas", "2", "TX", 0.97)),
    ("MSA", "ma"): (("12420", "Austin-Round Rock-San Marcos, TX", "4", "TX", 1.04),),
}
"""Workbook and zip, with the areas in it: code, name, type, state, and wages as a multiple of the nation's."""


def _wage_answers(night: int) -> list[Answer]:
    """The zips with last year's estimates of the nation, of states and of metros."""
    return [_wage_answer(NIGHTS[night].year - 1, *which) for which in WAGE_AREAS]


def _wage_answer(year: int, workbook_name: str, zip_name: str) -> Answer:
    workbook = Workbook()
    del workbook["Sheet"]
    sheet = workbook.create_sheet(f"{workbook_name}_M{year}_dl")
    sheet.append([
        "AREA", "AREA_TITLE", "AREA_TYPE", "PRIM_STATE", "NAICS", "NAICS_TITLE", "I_GROUP", "OWN_CODE", "OCC_CODE",
        "OCC_TITLE", "O_GROUP", "TOT_EMP", "EMP_PRSE", "JOBS_1000", "LOC_QUOTIENT", "PCT_TOTAL", "PCT_RPT", "H_MEAN",
        "A_MEAN", "MEAN_PRSE", "H_PCT10", "H_PCT25", "H_MEDIAN", "H_PCT75", "H_PCT90", "A_PCT10", "A_PCT25", "A_MEDIAN",
        "A_PCT75", "A_PCT90", "ANNUAL", "HOURLY",
    ])  # fmt: skip
    for *area, level in WAGE_AREAS[workbook_name, zip_name]:
        for row in _wages(area, level):
            sheet.append(row)
    notes = workbook.create_sheet("Field Descriptions")
    for line in (
        f"Synthetic sample data in the shape of the May {year} OEWS estimates; not published by the BLS",
        None,
        "Notes:",
        "*  = indicates that a wage estimate is not available",
        "**  = indicates that an employment estimate is not available",
        f"#  = indicates a wage equal to or greater than $115.00 per hour or ${TOP_CODE:,} per year",
    ):
        notes.append([line])
    name = f"oesm{year % 100:02}{zip_name}/{workbook_name}_M{year}_dl.xlsx"
    title = f"Synthetic sample data: {workbook_name} wages, May {year}"
    body = _zip({name: _bytes_of(workbook, title)})
    return Answer(url=bls_oews.url_of(year, zip_name), body=body, content_type="application/zip")


def _wages(area: Sequence[object], level: float) -> Iterator[list[object]]:
    """Rows of one area's sheet: `#` at the top code, `*` and `**` where nothing is published."""
    shares = (0.55, 0.73, 1.0, 1.32, 1.68)
    for row in table("wages"):
        code = row["soc_2018"]
        dice = Dice("wage", code)
        median = float(row["median"]) * level if row["median"] else None
        annual = ["*"] * 6 if median is None else [_wage(median * share, 10, TOP_CODE) for share in (1.06, *shares)]
        hourly = median / 2080 if median is not None else 23.3
        hour = [_wage(hourly * share, 0.01, TOP_CODE / 2080) for share in (1.06, *shares)]
        employment = round(float(row["employment"]) * (1 if area[0] == "99" else 0.1)) if row["employment"] else "**"
        yield [
            *area, "000000", "Cross-industry", "cross-industry", "1235", code, row["title"],
            "total" if code == "00-0000" else "detailed", employment,
            round(dice.near(1.5, 0.9), 1) if row["employment"] else "**", None, None, None, None, hour[0], annual[0],
            round(dice.near(1.0, 0.9), 1), *hour[1:], *annual[1:], "", "TRUE" if median is None else "",
        ]  # fmt: skip


def _wage(amount: float, step: float, top_code: float) -> float | str:
    return "#" if amount >= top_code else round(math.floor(amount / step + 0.5) * step, 2)


def _bytes_of(workbook: Workbook, title: str) -> bytes:
    """The workbook's bytes without the times openpyxl writes into them."""
    workbook.properties.title = title
    workbook.properties.creator = SAMPLE_SOFTWARE
    buffer = io.BytesIO()
    workbook.save(buffer)
    with zipfile.ZipFile(buffer) as archive:
        files = {name: archive.read(name) for name in sorted(archive.namelist())}
    core = "docProps/core.xml"
    files[core] = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2026-09-28T02:00:00Z", files[core])
    return _zip(files)


SOURCES: dict[str, Callable[[int], list[Answer]]] = {
    "aijobs_salaries": _salary_answers,
    "ashby": functools.partial(_board_answers, "ashby"),
    "bls_oews": _wage_answers,
    "currency_table": lambda night: [_currency_table(NIGHTS[night].date())],
    "ecb_rates": _ecb_answers,
    "greenhouse": functools.partial(_board_answers, "greenhouse"),
    "lever": functools.partial(_board_answers, "lever"),
    "sysarmy_survey": _survey_answers,
}
"""The sources of the sample and what each answers on a night."""


if __name__ == "__main__":
    files = make(Path(sys.argv[1]) if len(sys.argv) > 1 else RECORDINGS)
    sys.stdout.write(f"{len(files)} files, {sum(file.stat().st_size for file in files):,} bytes\n")
