"""The readers of official wages on the files themselves, kept beside this repository. Skipped where those are absent.

The expected values are facts of the files, read from them without our code.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from extractors.refine.refine import rows_of
from extractors.response import Response
from extractors.source import all_sources, source_of
from transforms.records.rows import Issue, OfficialWage
from transforms.text.rejects import Rejected

REAL = Path(__file__).parents[3].parent / "shared" / "real"
JOB_BANK = REAL / "shapes" / "jobbank_ca_wages" / "noc_21211_data_scientists_2025_excerpt.csv"
EARNINGS = REAL / "shapes" / "official_wages" / "raw" / "eurostat_earn_ses22_28_DE_ES_IT_PL_jsonstat.json"
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
    found = list(rows_of(module, answer))
    wages = {(row.area, row.occupation): row for row in found if isinstance(row, OfficialWage)}
    return wages, [row for row in found if isinstance(row, Issue)]


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
