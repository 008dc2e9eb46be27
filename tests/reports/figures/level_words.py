"""Print mid-senior pay of a market of mid, senior and staff jobs, as JSON; run in a copy of the packages."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

import reports
from reports.figures.catalogue import KNOWN
from reports.figures.compute import compute_asked, compute_figures
from reports.guide.refresh import figures_of
from reports.guide.render import refresh_bytes
from reports.wording import notes
from tests.reports.conftest import AS_OF, insert, make_tables, put_rows
from tests.reports.site.pages import render_pages
from warehouse import mart_tables, tables
from warehouse.dictionary import dictionary
from warehouse.marts.pay.salary_bands import salary_bands

GUIDE = Path(reports.__file__).with_name("guide.md")
BAND = "pay.northern_america.ai_engineering.mid_senior"


def advert(number: int, seniority: str) -> dict[str, Any]:
    return {
        "posting_id": f"ashby:{number:03}", "job_id": f"ashby:{number:03}", "source": "ashby", "board": "b",
        "employer_id": f"e{number % 20}", "title": "AI Engineer", "role": "ai_engineer",
        "role_group": "ai_engineering", "seniority": seniority, "text_hash": None,
        "text_state": "full", "text_class": "full_advert", "is_drawn": True,
        "first_seen_at": datetime(2026, 8, 10), "version_from": datetime(2026, 8, 10),
        "last_seen_at": datetime(2026, 8, 17), "warc": f"ashby/{seniority}.warc.gz", "pay_low": 1e5, "pay_high": 2e5,
        "pay_source": "stated", "currency": "USD", "period": "year", "annual_low": 1e5, "annual_high": 2e5,
        "annual_low_usd": 1e5, "annual_high_usd": 2e5, "pay_country": "US", "pay_region": "Northern America",
        "employment_type": "FULL_TIME",
    }  # fmt: skip


def report() -> dict[str, Any]:
    with duckdb.connect() as con:
        make_tables(con)
        us = {"country": "US", "alpha3": "USA", "name": "United States", "currencies": ["USD"]}
        put_rows(con, tables.Countries, us | {"region": "Northern America", "continent": "Americas"})
        levels = ("mid", "senior", "staff")
        put_rows(con, tables.Postings, *(advert(number, levels[number % 3]) for number in range(120)))
        insert(con, mart_tables.SalaryBands, salary_bands(con, AS_OF))
        asked = sorted(figures_of(GUIDE) - KNOWN.keys())
        ledger = compute_figures(con, AS_OF, code_version="1")
        ledger += compute_asked(con, asked, AS_OF, code_version="1")
    band = next(row for row in ledger if row.figure == BAND)
    guide, _ = refresh_bytes(GUIDE.read_bytes(), ledger, is_html=False)
    return {
        "counted": band.n_jobs,
        "named": sum(part.n for part in band.behind or ()),
        "files": sorted(band.snapshots),
        "words": {
            "title": band.title, "note": notes.note(band), "guide": guide.decode(),
            "page": "".join(text for path, text in render_pages(ledger).items() if path != "methods.html"),
            "dictionary": dictionary(),
        },
    }  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(report()))
