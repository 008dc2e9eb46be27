"""The ids of all cells that are published with a value: what can be asked for by address.

Every published row with a value has an id here (`addresses`), but for those of mart.reported_pay, whose cells
by country, role and level stand in mart.salary_bands too, and for cells in a country's own money, which are the same
ids in local money.
"""

from __future__ import annotations

from collections.abc import Iterator

from reports.figures import query
from reports.figures.pay_figures import KIND_OF_MARKET
from reports.figures.places import EVERYWHERE, PLACES, slug
from reports.figures.query import Connection
from transforms.records.vocabulary import AI_JOBS

PAY = """
SELECT DISTINCT pay_market, region, role_group, role, seniority_group, basis FROM published.salary_bands
WHERE status <> 'suppressed' AND region_level IN ('country', 'region', 'continent')
    AND basis IN ('advertised', 'advertised_third_party', 'reported', 'official')
    AND (currency = 'USD' OR basis IN ('reported', 'official'))
ORDER BY ALL
"""
SHARES = """
SELECT DISTINCT measure, item, region, role_group FROM published.shares
WHERE status <> 'suppressed' AND text_class IN ('all', 'full_advert')
    AND region_level IN ('world', 'continent', 'region', 'country')
ORDER BY ALL
"""
DISCLOSURE = """
SELECT DISTINCT region_level, region, role_group, law FROM published.pay_disclosure
WHERE adverts = 'stock' AND status <> 'suppressed' ORDER BY ALL
"""
CLOSINGS = """
SELECT DISTINCT region, role_group FROM published.closing_rates
WHERE status <> 'suppressed' ORDER BY ALL
"""
SKILL = "skill_asked"
_NAMES = {place.region: place.slug for place in (EVERYWHERE, *PLACES.values())}
"""Names of places in ids by how the marts name them."""


def list_ids(con: Connection) -> Iterator[str]:
    """The id of every cell that is published with a value, in order."""
    for row in query.read(con, PAY):
        if row["region"] in _NAMES and row["role_group"] != AI_JOBS:
            work = row["role_group"] if row["role"] == "all" else row["role"]
            kind = KIND_OF_MARKET[row["pay_market"]]
            yield f"{kind}.{_NAMES[row['region']]}.{work}.{row['seniority_group']}.{row['basis']}"
    for row in query.read(con, SHARES):
        if row["region"] in _NAMES:
            place = _NAMES[row["region"]]
            if row["measure"] == SKILL:
                yield f"skill.{slug(row['item'])}.{place}.{row['role_group']}"
            else:
                yield f"share.{row['measure']}.{slug(row['item'])}.{place}.{row['role_group']}"
    for row in query.read(con, DISCLOSURE):
        place = _NAMES.get(row["region"]) or slug(row["region"])
        yield f"disclosure.{place}.{row['role_group']}.{row['law']}"
    for row in query.read(con, CLOSINGS):
        if row["region"] in _NAMES:
            yield f"closing_rate.{_NAMES[row['region']]}.{row['role_group']}"
