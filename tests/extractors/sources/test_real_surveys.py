"""Surveys of pay as they were published: every answer a report or an issue, slips with a flag."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median

import pytest

from extractors.response import Response
from extractors.source import all_sources
from extractors.sources.salaries.pay_survey import all_surveys
from flows.inputs.uploads import wrap_uploads
from transforms.records.rows import Issue, PayReport

SURVEYS = Path(__file__).parents[4] / "shared" / "real" / "surveys"
pytestmark = pytest.mark.skipif(not SURVEYS.is_dir(), reason=f"{SURVEYS} is not here: the published files")
WAVES = {
    # file: (answers, day by which half were in, AI and data science, paid in dollars alone, flagged)
    "sysarmy_2022.02.csv.gz": (5358, date(2022, 7, 15), 112, 625, 477),
    "sysarmy_2023.02.csv.gz": (6400, date(2023, 6, 15), 138, 940, 671),
    "sysarmy_2024.01.csv.gz": (5722, date(2024, 5, 20), 133, 969, 431),
    "sysarmy_2025.01.csv.gz": (5370, date(2024, 12, 17), 122, 878, 334),
    "sysarmy_2025.02.csv.gz": (3861, date(2025, 7, 10), 89, 568, 229),
    "sysarmy_2026.01_raw.csv.gz": (4340, date(2026, 1, 15), 95, 683, 247),
}


def read(name: str) -> tuple[list[PayReport], list[Issue]]:
    """What a file of a survey gives, as it does once it was handed over."""
    (module,) = (m for m in all_sources().values() if m.SOURCE.file_url and m.SOURCE.file_url(name))
    address = module.SOURCE.file_url(name) if module.SOURCE.file_url else None
    assert address is not None
    body = (SURVEYS / name).read_bytes()
    rows = list(module.parse(Response(url=address, observed_at=datetime.now(UTC), status=200, body=body)))
    reports = [row for row in rows if isinstance(row, PayReport)]
    return reports, [row for row in rows if isinstance(row, Issue)]


@pytest.mark.parametrize("name", WAVES)
def test_every_answer_of_a_wave_is_a_report_or_an_issue(name: str) -> None:
    reports, issues = read(name)
    n_answers, day, n_ai, n_dollars, n_flagged = WAVES[name]
    left_out = sum(int(i.value.split()[0]) for i in issues if i.is_deliberate and i.value.endswith("answers"))
    assert len(reports) + sum(not i.is_deliberate for i in issues) + left_out == n_answers
    assert {row.snapshot_on for row in reports} == {day}
    assert sum(row.role_group in ("ai_engineering", "ai_science") for row in reports) == n_ai
    assert sum(row.paid_in == "dollars" for row in reports) == n_dollars
    assert sum(row.pay_flag is not None for row in reports) == n_flagged
    assert all(row.pay_usd_stated is not None for row in reports if row.paid_in == "dollars" and row.country == "AR")


def test_dollars_by_the_rates_of_those_paid_in_them_are_of_one_size_in_all_waves() -> None:
    """With one official rate for all, those of 2022 and 2023 would be twice as many as those of 2026."""
    for name in WAVES:
        reports, _ = read(name)
        dollars = [row.pay_usd_stated / 12 for row in reports if row.pay_usd_stated and not row.pay_flag]
        assert 3_000 < median(dollars) < 4_000, name


def test_the_neighbours_are_paid_in_their_own_money() -> None:
    reports, _ = read("sysarmy_2023.02.csv.gz")
    assert Counter(row.country for row in reports).most_common(3) == [("AR", 5805), ("MX", 99), ("UY", 93)]
    assert {row.currency for row in reports if row.country == "CL"} == {"CLP"}


def test_finland() -> None:
    reports, issues = read("koodiklinikka_salary_2024_fi.csv.gz")
    assert (len(reports), len(issues)) == (572, 3)
    assert Counter(row.employment_type for row in reports) == {"FULL_TIME": 536, "PART_TIME": 33, None: 3}
    assert Counter(row.pay_flag for row in reports) == {None: 551, "period_contradicted": 21}
    full_time = [row.pay / 12 for row in reports if row.employment_type == "FULL_TIME" and not row.pay_flag]
    assert median(full_time) == 5_600


def test_files_are_taken_under_the_address_of_their_survey() -> None:
    files = [SURVEYS / "sysarmy_2026.01_raw.csv.gz", SURVEYS / "koodiklinikka_salary_2024_fi.csv.gz"]
    with wrap_uploads(files) as recordings:
        assert len(recordings) == 2
    names = {
        "2026.01 - sysarmy - encuesta.csv": "https://sysarmy.invalid/2026.01.csv",
        "sysarmy.csv": None,
        "koodiklinikka_salary_2024_fi.csv.gz": "https://koodiklinikka.invalid/2024.csv",
        "laplazadevs_co_2025-06-03.csv.gz": "https://laplazadevs.invalid/2025.csv",
        "state_of_data_br_2025_26_brackets.csv": "https://stateofdata.invalid/2025.csv",
    }
    for name, address in names.items():
        offers = [survey.SOURCE.file_url(name) for survey in all_surveys().values() if survey.SOURCE.file_url]
        assert [offer for offer in offers if offer] == [address] * (address is not None)


def test_colombia() -> None:
    """684 of 1,025 answers have nothing in the first column of base pay, since employees answer in the second."""
    reports, issues = read("laplazadevs_co_2025-06-03.csv.gz")
    assert (len(reports), sum(not issue.is_deliberate for issue in issues)) == (1_021, 4)
    assert Counter(row.paid_in for row in reports) == {"local": 727, "foreign": 294}
    assert {row.title for row in reports} == {""}
    in_pesos, foreign = (
        [row.pay for row in reports if row.currency == money and not row.pay_flag] for money in ("COP", "USD")
    )
    assert (median(in_pesos), median(foreign) / 12) == (108_000_000, 5_000)


def test_brazil() -> None:
    reports, issues = read("state_of_data_br_2025_26_brackets.csv")
    assert (len(reports), issues) == (393, [])
    levels = Counter(row.seniority for row in reports if row.role == "machine_learning_engineer")
    assert levels == {"senior": 42, "staff": 27, "junior": 21, "mid": 16}
