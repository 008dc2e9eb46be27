"""Read Ashby job boards through the public Posting API, which includes compensation.

Responses of 2025 lack `workplaceType`; responses of 2026 may lack `compensation`. Pay comes in tiers, one for each
place or level, and each tier has components such as salary and bonus. Tiers are alternatives, so they must not be added
up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from extractors.boards import on_board
from extractors.reading.pay_fields import pay_in_fields
from extractors.response import Response, each_advert
from extractors.sources.declaration import BoardUrl, platform
from extractors.sources.fetching import fetch_boards
from transforms.pay.prose import pay_in
from transforms.pay.scope import BASE, ON_TARGET, TOTAL, Tie, component_in, tied_to
from transforms.pay.structured import amount_of
from transforms.place.places import Address
from transforms.raw_posting import RawPosting
from transforms.records.rows import Issue, Pay, Repetition
from transforms.text.rejects import leave_out

API = "https://api.ashbyhq.com/posting-api/job-board/"
COMPONENT_OF_TYPE = {
    "Salary": "base",
    "Bonus": "bonus",
    "Commission": "commission",
    "EquityCashValue": "equity",
    "EquityPercentage": "equity_percent",
}
PERIOD_OF_INTERVAL = {"1 YEAR": "year", "1 MONTH": "month", "1 WEEK": "week", "1 DAY": "day", "1 HOUR": "hour"}
NO_INTERVAL = ("NONE", None)
KNOWN = frozenset([
    "id", "title", "department", "team", "employmentType", "location", "secondaryLocations", "publishedAt", "isListed",
    "isRemote", "workplaceType", "address", "jobUrl", "applyUrl", "descriptionHtml", "descriptionPlain",
    "shouldDisplayCompensationOnJobPostings", "compensation",
])  # fmt: skip
MORE_THAN_BASE = (ON_TARGET, TOTAL)
"""Components of pay that some employers label as salary although they are more than base pay."""
AMOUNT = re.compile(r"[$€£]\s?\d|\b\d{1,3}(?:,\d{3})+\b|\b\d+\s?[kK]\b")
"""Pattern of an amount in a label: a number with a currency sign, thousands separators or a k (not "50/50 split")."""
LABEL = re.compile(r"(?P<words>[^\W\d_][^\d$€£]{3,40}?)[\s:–-]+[^\w\s]?\d")
"""Pattern of the words before an amount. The letters of a currency ("CA$90K") do not count as words."""

SOURCE = platform(
    "ashby",
    endpoints=(API,),
    boards=(
        BoardUrl(
            API + "{board}?includeCompensation=true",
            pages=(r"https://jobs\.ashbyhq\.com/(?!(?:api|meeting)/)(?P<board>[^/?#]+)",),
        ),
    ),
)


fetch = fetch_boards(SOURCE)


def parse(response: Response) -> Iterator[RawPosting | Issue | Repetition]:
    """Yield every job of the board, and an issue for each job that cannot be read."""
    yield from each_advert(response, response.value_at("jobs"), on_board(SOURCE, response.url, read_job), known=KNOWN)


def read_job(job: dict[str, Any]) -> RawPosting | Issue:
    """Read a job. The caller adds the board and the employer."""
    if job.get("isListed") is False:  # only people who have the link can see this job
        rule = "expected a listed job; this one is not shown on the board"
        return leave_out(f"{job.get('id')} {job.get('title')}", rule)
    compensation = job.get("compensation") or {}
    issues: list[Issue] = []
    pay = tuple(p for tier in compensation.get("compensationTiers") or () for p in read_tier(tier, issues))
    places = [(job.get("location"), job.get("address"))]
    places += [(p.get("location"), p.get("address")) for p in job.get("secondaryLocations") or ()]
    return RawPosting(
        source=SOURCE.name,
        id=job.get("id"),
        title=job.get("title"),
        url=job.get("jobUrl"),
        department=job.get("team") or job.get("department"),
        html=job.get("descriptionHtml"),
        text=job.get("descriptionPlain"),
        location_text="; ".join(dict.fromkeys(text for text, _ in places if text)),
        addresses=[_address(text, address) for text, address in places],
        is_remote=job.get("isRemote"),
        workplace=job.get("workplaceType"),
        employment_type=job.get("employmentType"),
        posted_on=job.get("publishedAt"),
        pay=pay,
        pay_text=None if pay else compensation.get("compensationTierSummary"),
        issues=issues,
    )


def _address(text: str | None, address: dict[str, Any] | None) -> Address:
    """Read an address. The documentation shows it flat; responses nest it under `postalAddress`."""
    postal = (address or {}).get("postalAddress") or address or {}
    return Address(
        text=text or None,
        country=postal.get("addressCountry") or None,
        region=postal.get("addressRegion") or None,
        locality=postal.get("addressLocality") or None,
    )


def read_tier(tier: dict[str, Any], issues: list[Issue]) -> Iterator[Pay]:
    """Yield the components of a tier, each tied to the place or level that the tier's title names.

    If the title names neither, a component is tied to the place that its own summary names. An issue is added to
    `issues` for each amount that cannot be read.
    """
    tier_tie = tied_to(tier.get("title"))
    label = " ".join(filter(None, (tier.get("title"), tier.get("additionalInformation"))))
    for part in tier.get("components") or ():
        low = amount_of(part.get("minValue"), "pay_low", issues)
        high = amount_of(part.get("maxValue"), "pay_high", issues)
        component = COMPONENT_OF_TYPE.get(part.get("compensationType"), "other")
        interval = part.get("interval")
        period = PERIOD_OF_INTERVAL.get(interval)
        if component == BASE:
            component = _salary_of(part.get("summary") or "", label, (low, high))
        if period is None and interval not in NO_INTERVAL:
            component = "other"  # paid per piece or for an unknown period, which cannot be converted to a year
        tie = tier_tie if tier_tie != Tie() else _place_in(part.get("summary") or "")
        text = part.get("summary") or tier.get("tierSummary")
        currency = part.get("currencyCode")
        yield pay_in_fields(low, high, text=text, currency=currency, period=period, component=component, tie=tie)


def _place_in(summary: str) -> Tie:
    """Return a tie to the place before the amount in a summary ("Canada $90K – $110K"), or an empty tie."""
    label = LABEL.match(summary)
    tie = tied_to(label["words"]) if label else Tie()
    return tie if tie.place_text and not tie.level_text else Tie()


def _salary_of(summary: str, label: str, ends: tuple[float | None, float | None]) -> str:
    """Return the component that a salary really is: base pay, or one of `MORE_THAN_BASE`.

    The words of the component's own `summary` decide. If they say nothing, the tier's `label` decides. If the label has
    amounts, only the words beside the amounts that equal `ends` count: in "$75K • $150k OTE", 75K is base pay. If the
    label has no amounts, its words count unless they mention base pay.
    """
    component = component_in(summary)
    if component not in MORE_THAN_BASE:
        component = component_in(label)
        if AMOUNT.search(label):
            component = next((pay.component for pay in pay_in(label) if (pay.low, pay.high) == ends), BASE)
        elif "base" in label.lower():
            component = BASE
    return component if component in MORE_THAN_BASE else BASE
