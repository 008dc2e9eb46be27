"""The readers of official wages on the files themselves, kept beside this repository. Skipped where those are absent.

The expected values are facts of the files, read from them without our code.
"""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from extractors.refine.refine import rows_of
from extractors.response import Response
from extractors.source import all_sources, source_of
from transforms.records.rows import Issue, OfficialWage, PayReport
from transforms.text.rejects import Rejected

REAL = Path(__file__).parents[3].parent / "shared" / "real"
JOB_BANK = REAL / "shapes" / "jobbank_ca_wages" / "noc_21211_data_scientists_2025_excerpt.csv"
EARNINGS = REAL / "shapes" / "official_wages" / "raw" / "eurostat_earn_ses22_28_DE_ES_IT_PL_jsonstat.json"
FILINGS = REAL / "shapes" / "lca_h1b"
SINGAPORE = REAL / "official" / "sg_mom_occupational_wages.json.gz"
pytestmark = pytest.mark.skipif(not REAL.exists(), reason=f"the real files are not at {REAL}")


def read(path: Path, name: str, source: str) -> tuple[dict[tuple[str, str], OfficialWage], list[Issue]]:
    """Wages by area and occupation, and issues, of a file that a person hands over under a name."""
    module = all_sources()[source]
    assert module.SOURCE.file_url is not None
    address = module.SOURCE.file_url(name)
    assert address is not None
    assert source_of(address) is module
    answer = Response(url=address, observed_at=datetime(2026, 9, 26, tzinfo=UTC), status=200, body=path.read_bytes())
    rows = list(rows_of(module, answer))
    wages = {(row.area, row.occupation): row for row in rows if isinstance(row, OfficialWage)}
    return wages, [row for row in rows if isinstance(row, Issue)]


def test_canada_is_hourly_and_no_region_has_its_provinces_value() -> None:
    wages, issues = read(JOB_BANK, "2a71-das-wage2025opendata-esdc-all-19nov2025-vf.csv", "jobbank_wages")
    canada = wages["ER00", "21211"]
    assert canada.annual_p50 is not None
    assert canada.annual_p50 / canada.periods_per_year == pytest.approx(46.15, abs=0.005)
    assert canada.periods_per_year == pytest.approx(52 * (39.9 + 39.8) / 2, abs=0.05)
    assert (canada.period_on, canada.period_to) == (date(2023, 1, 1), date(2024, 12, 31))
    ontario = wages["ER35", "21211"]
    assert (ontario.annual_p50 or 0) / ontario.periods_per_year == pytest.approx(47.69, abs=0.005)
    copies = {"ER1250": "Halifax", "ER2435": "Montérégie", "ER3550": "Hamilton", "ER4860": "Edmonton"}
    assert not {area for area, _ in wages} & set(copies)
    assert {"ER3530", "ER2440"} <= {area for area, _ in wages}, "Toronto and Montréal have values of their own"
    assert [row.annual_p25 for (area, _), row in wages.items() if area == "ER1320"] == [None], "small area estimation"
    assert all(issue.is_deliberate for issue in issues)
    assert {issue.value for issue in issues} == {"3 rows", "4 rows", "2 rows"}


def test_europe_is_a_mean_of_all_professionals() -> None:
    wages, issues = read(EARNINGS, "earn_ses22_28.json", "eurostat_ses")
    assert {row.country: (row.annual_mean, row.currency) for row in wages.values()} == {
        "DE": (73_798, "EUR"), "ES": (44_075, "EUR"), "IT": (44_773, "EUR"), "PL": (98_124, "PLN"),
    }  # fmt: skip
    assert {(row.scheme, row.occupation, row.occupation_title) for row in wages.values()} == {
        ("ISCO-08", "2", "Professionals")
    }
    assert {row.annual_p50 for row in wages.values()} == {None}
    assert not issues


def test_singapore_is_twelve_times_the_month() -> None:
    wages, issues = read(SINGAPORE, "sg_mom_occupational_wages_2024.json.gz", "sg_mom_wages")
    scientist = wages["SG", "21222"]
    monthly = [amount / 12 for amount in (scientist.annual_p25, scientist.annual_p50, scientist.annual_p75) if amount]
    assert monthly == [6_890, 9_047, 12_132]
    assert (scientist.annual_mean, scientist.annual_p10) == (None, None)
    assert scientist.compiled_by is not None
    assert [issue.value for issue in issues] == ["557 rows"]


def test_a_file_without_its_year_is_refused_with_the_remedy() -> None:
    with pytest.raises(Rejected, match=r"a year in the file's name \(sg_mom_occupational_wages_2024\.json\)"):
        read(SINGAPORE, SINGAPORE.name, "sg_mom_wages")


def filings(name: str, body: bytes) -> tuple[list[PayReport], list[Issue]]:
    """Reports and issues of a file of filings under a name."""
    module = all_sources()["h1b_lca"]
    assert module.SOURCE.file_url is not None
    answer = Response(
        url=module.SOURCE.file_url(name) or "", observed_at=datetime(2026, 9, 26, tzinfo=UTC), status=200, body=body
    )
    rows = list(rows_of(module, answer))
    return [row for row in rows if isinstance(row, PayReport)], [row for row in rows if isinstance(row, Issue)]


def test_filings_in_the_layout_of_2018_are_read_as_they_stand() -> None:
    body = (FILINGS / "LCA_FY2018_layout_semicolon_10rows_redacted.csv").read_bytes()
    rows = list(csv.DictReader(io.StringIO(body.decode().lstrip()), delimiter=";"))
    by_case = {row["CASE_NUMBER"]: row for row in rows if row["CASE_STATUS"] == "CERTIFIED"}
    reports, issues = filings("H-1B_Disclosure_Data_FY2018_EOY.csv", body)
    assert reports
    for report in reports:
        row = by_case[report.case_id or ""]
        assert row["WAGE_UNIT_OF_PAY"] == "Year"
        assert report.pay == float(row["WAGE_RATE_OF_PAY_FROM"])
        assert report.pay_high == (float(row["WAGE_RATE_OF_PAY_TO"]) or None)
        assert (report.basis, report.currency) == ("filed", "USD")
        assert str(report.year) == row["EMPLOYMENT_START_DATE"][:4]
        assert report.snapshot_on == date(2018, 9, 30)
        assert report.employment_type == {"Y": "FULL_TIME", "N": "PART_TIME"}[row["FULL_TIME_POSITION"]]
    left_out = sum(int(issue.value.split()[0]) for issue in issues if issue.is_deliberate)
    assert len(reports) + left_out + sum(not issue.is_deliberate for issue in issues) == len(rows)


def test_filings_in_the_layout_of_2016_have_their_units_and_only_certified_ones_count() -> None:
    """The sixty rows are of chief executives, whom we do not read: they get the code of software developers."""
    rows = json.loads((FILINGS / "LCA_FY2016_layout_60rows_mixed_units_redacted.json").read_text())
    of_2016 = [name for name in rows[0] if any(row[name] is not None for row in rows)]
    assert not {"FULL_TIME_POSITION", "FULL_TIME_POS", "BEGIN_DATE"} & set(of_2016)
    table = io.StringIO()
    writer = csv.DictWriter(table, of_2016, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(row | {"SOC_CODE": "15-1132"} for row in rows)
    reports, issues = filings("H-1B_FY2016.csv", table.getvalue().encode())
    by_case = {row["CASE_NUMBER"]: row for row in rows if row["CASE_STATUS"] == "CERTIFIED"}
    assert {report.case_id for report in reports} <= by_case.keys()
    a_year = {"Hour": 2080, "Week": 52, "Bi-Weekly": 26, "Month": 12, "Year": 1}
    for report in reports:
        row = by_case[report.case_id or ""]
        assert report.pay == pytest.approx(float(row["WAGE_RATE_OF_PAY_FROM"]) * a_year[row["WAGE_UNIT_OF_PAY"]])
        high = float(row["WAGE_RATE_OF_PAY_TO"]) * a_year[row["WAGE_UNIT_OF_PAY"]]
        assert report.pay_high == (pytest.approx(high) if high else None), "0 is no upper end"
        assert report.employment_type is None
    assert {by_case[report.case_id or ""]["WAGE_UNIT_OF_PAY"] for report in reports} == {"Hour", "Bi-Weekly", "Year"}
    refusals = [issue for issue in issues if not issue.is_deliberate]
    assert len(reports) + len(refusals) == len(by_case), "a filing that stands there twice counts once"
    left_out = sum(int(issue.value.split()[0]) for issue in issues if issue.is_deliberate)
    assert left_out == len(rows) - len(by_case)
