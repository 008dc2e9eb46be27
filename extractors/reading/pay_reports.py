"""Build rows of reported pay and of official wages. Columns that a source does not state are derived or left empty."""

from __future__ import annotations

import functools
from typing import Any

from transforms.place.places import region_of
from transforms.records.rows import OfficialWage, PayReport
from transforms.records.vocabulary import GROUP_OF_ROLE
from transforms.role.titles import role_of, seniority_of

UNSTATED_IN_REPORTS = dict.fromkeys(
    ("pay_usd_stated", "employer_country", "remote_share", "employer_size", "employment_type")
)
"""Columns that a source of reported pay need not state; whoever forgets another one gets an error."""
UNSTATED_IN_WAGES: dict[str, Any] = {
    **dict.fromkeys(("compiled_by", "employment", "employment_rse", "mean_rse")),
    **dict.fromkeys(("annual_mean", "annual_p10", "annual_p25", "annual_p50", "annual_p75", "annual_p90")),
    "top_coded": (),
}


def pay_report(*, title: str, country: str | None, role: str | None = None, **stated: Any) -> PayReport:
    """Return a row of reported pay. `stated` are the columns of the row that the source states.

    Unless stated, role and level follow from the title, region and continent from the country, and `pair_row` is `row`.
    """
    role_of_title, seniority = read_title(title)
    role = role or role_of_title
    region, continent = region_of(country) if country else (None, None)
    derived = {"pair_row": stated["row"], "seniority": seniority, "region": region, "continent": continent}
    columns = {**UNSTATED_IN_REPORTS, **derived, **stated}
    return PayReport(title=title, country=country, role=role, role_group=GROUP_OF_ROLE[role], **columns)


def official_wage(**stated: Any) -> OfficialWage:
    """Return a row of official wages. `stated` are the columns that the source states; any other figure is None."""
    return OfficialWage(**{**UNSTATED_IN_WAGES, **stated})


@functools.lru_cache(maxsize=8192)
def read_title(title: str) -> tuple[str, str]:
    """Return (role, level) as a job title names them."""
    return role_of(title).value, seniority_of(title).value
