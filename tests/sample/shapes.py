"""The shapes in which the sources' APIs give adverts: keys, types and oddities as in their real answers."""

from __future__ import annotations

import hashlib
import html
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from tests.sample.adverts import Advert, Board, Dice, Offer, Spot, money, pay_sentence, phrases

ASHBY_EMPLOYMENT = {
    "FULL_TIME": "FullTime",
    "PART_TIME": "PartTime",
    "CONTRACTOR": "Contract",
    "INTERN": "Intern",
    "TEMPORARY": "Temporary",
}
WRITTEN_EMPLOYMENT = {
    "FULL_TIME": "Full-time",
    "PART_TIME": "Part-time",
    "CONTRACTOR": "Contract",
    "INTERN": "Internship",
    "TEMPORARY": "Temporary",
}
OTHER_COMPONENTS = {"EquityPercentage": 0.35, "Bonus": 0.25, "EquityCashValue": 0.06}
"""What stands beside the salary in Ashby's tiers, and how often."""
LEVER_INTERVAL = {"year": "per-year-salary", "month": "per-month-salary", "hour": "per-hour-wage"}
GREENHOUSE_TITLE = {
    "year": "Annual base salary range",
    "month": "Monthly gross salary",
    "hour": "Hourly rate",
}
SIGNS = {"USD": "$", "CAD": "CA$", "AUD": "A$", "GBP": "£", "EUR": "€", "INR": "₹", "JPY": "¥", "BRL": "R$"}
Section = tuple[str, tuple[str, ...], bool]
"""Heading ("" for none), sentences, and whether they are a list."""


def native_uuid(*parts: object) -> str:
    """A stable UUID for something of the sample."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "https://sample.example/" + "/".join(str(part) for part in parts)))


def native_number(*parts: object) -> int:
    """A stable number of ten digits, as Greenhouse has them."""
    digest = hashlib.blake2b("/".join(str(part) for part in parts).encode(), digest_size=8).digest()
    return 4_000_000_000 + int.from_bytes(digest, "big") % 1_000_000_000


def slug_of(board: Board) -> str:
    """The invented employer's name in its host names."""
    return board.board.split("-")[0]


def sections_of(advert: Advert, *, with_pay: bool) -> list[Section]:
    """The advert's sections in order, with or without the sentence about pay."""
    text = advert.text
    values = {"employer": advert.employer}
    heads = {
        name: phrases(text.language, f"h_{name}")[0].format_map(values) for name in ("about", "duties", "required")
    }
    sections = [
        (heads["about"], text.about, False),
        ("", text.intro, False),
        (heads["duties"], text.duties, True),
        (heads["required"], text.required, True),
    ]
    if text.preferred:
        sections.append((phrases(text.language, "h_preferred")[0], text.preferred, True))
    sections.append((phrases(text.language, "h_benefits")[0], text.benefits, True))
    if with_pay and text.pay:
        sections.append((phrases(text.language, "h_pay")[0], (text.pay,), False))
    if text.closing:
        sections.append(("", text.closing, False))
    return sections


def in_prose(advert: Advert, dice: Dice) -> Advert:
    """The advert with its pay said in the text, whether or not it was before."""
    if advert.offer is None or advert.text.pay is not None:
        return advert
    return replace(advert, text=replace(advert.text, pay=pay_sentence(dice, advert.text.language, advert.offer)))


def _plain(sections: Sequence[Section]) -> str:
    parts = []
    for heading, sentences, is_list in sections:
        lines = [f"- {sentence}" for sentence in sentences] if is_list else list(sentences)
        parts.append("\n".join([heading, *lines] if heading else lines))
    return "\n\n".join(parts)


# --- Ashby ------------------------------------------------------------------------------------------


def ashby_job(advert: Advert, board: Board, *, is_new_shape: bool, with_compensation: bool) -> dict[str, Any]:
    """One job of the Posting API; newer answers have `workplaceType` and may lack the compensation."""
    dice = Dice(advert.key, "ashby")
    offer = advert.offer if with_compensation and not dice.share(0.12) else None
    if offer is None or offer.kind != "range" or offer.is_net:
        offer = None
        advert = in_prose(advert, dice)
    sections = sections_of(advert, with_pay=offer is None or dice.share(0.3))
    style = ' style="min-height:1.5em"'
    parts = []
    for heading, sentences, is_list in sections:
        if heading:
            parts.append(f"<h2>{html.escape(heading)}</h2>")
        if is_list:
            items = "".join(f"<li><p{style}>{html.escape(sentence)}</p></li>" for sentence in sentences)
            parts.append(f"<ul{style}>{items}</ul>")
        else:
            parts += [f"<p{style}>{html.escape(sentence)}</p>" for sentence in sentences]
    id_ = native_uuid(advert.key)
    url = f"https://jobs.{slug_of(board)}.example/{id_}"
    job: dict[str, Any] = {
        "id": id_,
        "title": f" {advert.title}  " if dice.share(0.07) else advert.title,
        "department": advert.department,
        "team": advert.department,
        "employmentType": ASHBY_EMPLOYMENT[advert.employment],
        "location": advert.location_text.split("; ")[0],
        "secondaryLocations": [{"location": spot.text, "address": _postal(spot, dice)} for spot in advert.spots[1:]],
        "publishedAt": f"{advert.posted_on}T{dice.between(8, 17):02}:{dice.between(0, 59):02}:11.042+00:00",
        "isListed": True,
        "isRemote": True if advert.workplace == "remote" else dice.one((False, None)),
    }
    if is_new_shape:
        job["workplaceType"] = {"remote": "Remote", "hybrid": "Hybrid", "onsite": "OnSite"}[advert.workplace]
    is_open = advert.workplace == "remote" and advert.spots[0].stated_country not in advert.location_text
    job["address"] = None if is_open and advert.spots[0].country != "US" else _postal(advert.spots[0], dice)
    job |= {"jobUrl": url, "applyUrl": f"{url}/application"}
    job |= {"descriptionHtml": "".join(parts), "descriptionPlain": _plain(sections)}
    if with_compensation:
        job["shouldDisplayCompensationOnJobPostings"] = offer is not None
        job["compensation"] = _compensation(offer, advert, dice)
    return job


def _postal(spot: Spot, dice: Dice) -> dict[str, Any]:
    address = {
        "addressRegion": spot.region,
        "addressCountry": spot.stated_country,
        "addressLocality": spot.city,
    }
    if dice.share(0.08):
        address["addressRegion"] = ""
    return {"postalAddress": address}


def _compensation(offer: Offer | None, advert: Advert, dice: Dice) -> dict[str, Any]:
    nothing: dict[str, Any] = {
        "compensationTierSummary": None,
        "scrapeableCompensationSalarySummary": None,
        "compensationTiers": [],
        "summaryComponents": [],
    }
    if offer is None:
        return nothing
    low: int | None = offer.low
    high: int | None = offer.high
    if dice.share(0.012):
        low, high = offer.high, offer.low  # upside down
    elif dice.share(0.015):
        low = 0
    elif dice.share(0.012):
        high = offer.low * 6
    others = [kind for kind, chance in OTHER_COMPONENTS.items() if dice.share(chance)]
    titles: list[tuple[str | None, float]] = [(None, 1.0)]
    if advert.spots[0].country == "US" and dice.share(0.14):
        titles = [("San Francisco, New York", 1.0), ("US Zone 2", 0.9), ("Remote US", 0.86)]
    elif len(advert.spots) > 1 and dice.share(0.5):
        titles = [(spot.text, 1.0) for spot in advert.spots[:1]]
    tiers: list[dict[str, Any]] = []
    for number, (title, factor) in enumerate(titles):
        ends = [None if end is None else int(end * factor) for end in (low, high)]
        salary = {
            "id": native_uuid(advert.key, "component", number),
            "summary": f"{_short(offer.currency, ends[0])} – {_short(offer.currency, ends[1])}",
            "compensationType": "Salary",
            "interval": f"1 {offer.period.upper()}",
            "currencyCode": offer.currency,
            "minValue": ends[0],
            "maxValue": ends[1],
        }
        parts = [salary, *(_other(kind, offer, advert, number) for kind in others)]
        tiers.append(
            {
                "id": native_uuid(advert.key, "tier", number),
                "tierSummary": " • ".join(str(part["summary"]) for part in parts),
                "title": title,
                "additionalInformation": None,
                "components": parts,
            }
        )
    summary = [
        {name: value for name, value in part.items() if name not in ("id", "summary")}
        for part in tiers[0]["components"]
    ]
    return {
        "compensationTierSummary": tiers[0]["tierSummary"] + (" • Multiple Ranges" if len(tiers) > 1 else ""),
        "scrapeableCompensationSalarySummary": str(salary["summary"]).replace("–", "-"),
        "compensationTiers": tiers,
        "summaryComponents": summary,
    }


def _other(kind: str, offer: Offer, advert: Advert, number: int) -> dict[str, Any]:
    dice = Dice(advert.key, kind)
    is_share = kind == "EquityPercentage"
    low = high = None
    if kind == "Bonus" and dice.share(0.4):
        low, high = int(offer.low * 0.08), int(offer.low * 0.12)
    elif kind == "EquityCashValue":
        low, high = int(offer.low * 0.2), int(offer.low * 0.4)
    elif is_share and dice.share(0.3):
        return _component(kind, "0.1% – 0.25%", ("NONE", None, 0.1, 0.25), (advert.key, number))
    summary = "Offers Bonus" if kind == "Bonus" else "Offers Equity"
    interval = "NONE" if is_share else "1 YEAR"
    return _component(kind, summary, (interval, None if is_share else offer.currency, low, high), (advert.key, number))


def _component(
    kind: str, summary: str, pay: tuple[str, str | None, float | None, float | None], key: tuple[str, int]
) -> dict[str, Any]:
    interval, currency, low, high = pay
    return {
        "id": native_uuid(*key, kind),
        "summary": summary,
        "compensationType": kind,
        "interval": interval,
        "currencyCode": currency,
        "minValue": low,
        "maxValue": high,
    }


def _short(currency: str, amount: float | None) -> str:
    """An amount as Ashby's summaries write it: $150K."""
    digits = f"{amount or 0:,.0f}" if (amount or 0) < 10_000 else f"{(amount or 0) / 1000:g}K"
    return f"{SIGNS.get(currency, f'{currency} ')}{digits}"


# --- Greenhouse -------------------------------------------------------------------------------------


def greenhouse_job(advert: Advert, board: Board, *, night: datetime) -> dict[str, Any]:
    """One job of a board list with content and pay ranges."""
    dice = Dice(advert.key, "greenhouse")
    form = dice.weighted_choice({"input": 30, "field": 22, "block": 14, "prose": 34})
    offer = advert.offer
    if offer is not None and (form == "prose" or offer.is_net or offer.kind != "range"):
        form = "prose"
        advert = in_prose(advert, dice)
    sections = sections_of(advert, with_pay=form == "prose")
    content = "\n".join(_greenhouse_html(section) for section in sections)
    metadata: list[dict[str, Any]] = [
        {"id": native_number(board.board, "division"), "name": "Division", "value": advert.department,
         "value_type": "single_select"},
    ]  # fmt: skip
    if Dice(board.employer, "fields").share(0.8):
        employment = WRITTEN_EMPLOYMENT[advert.employment]
        metadata.append({
            "id": native_number(board.board, "employment"), "name": "Employment Type", "value": employment,
            "value_type": "single_select",
        })  # fmt: skip
    id_ = native_number(advert.key)
    last_change = advert.posted_on + timedelta(days=dice.between(0, 20))
    if advert.edited_on is not None or last_change > night.date():
        last_change = night.date()
    job: dict[str, Any] = {
        "absolute_url": f"https://careers.{slug_of(board)}.example/jobs/{id_}?gh_jid={id_}",
        "data_compliance": [{"type": "gdpr", "requires_consent": False, "retention_period": None}],
        "internal_job_id": native_number(advert.key, "job"),
        "location": {"name": advert.location_text},
        "metadata": metadata,
        "id": id_,
        "updated_at": f"{last_change}T09:19:36-04:00",
        "requisition_id": f"R-{id_ % 10_000:05}",
        "title": advert.title,
        "company_name": board.employer,
        "first_published": f"{advert.posted_on}T11:34:05-04:00",
        "language": advert.text.language,
        "application_deadline": None,
    }
    if offer is not None and form == "field":
        metadata.append(
            {
                "id": native_number(board.board, "salary"),
                "name": f"Salary Range ({offer.period}ly)" if offer.period == "month" else "Salary Range",
                "value": {"unit": offer.currency, "min_value": f"{offer.low}.0", "max_value": f"{offer.high}.0"},
                "value_type": "currency_range",
            }
        )
    if offer is not None and form == "input":
        job["pay_input_ranges"] = [
            {
                "min_cents": offer.low * 100,
                "max_cents": offer.high * 100,
                "currency_type": offer.currency,
                "title": GREENHOUSE_TITLE[offer.period],
                "blurb": "<p>Where you start in this range depends on experience.</p>",
            }
        ]
    if offer is not None and form == "block":
        content += _pay_block(offer)
    job["content"] = html.escape(content)
    job["departments"] = [{"id": native_number(board.board, advert.department), "name": advert.department,
                           "child_ids": [], "parent_id": None}]  # fmt: skip
    job["offices"] = [
        {"id": native_number(board.board, spot.text), "name": spot.city, "location": spot.text, "child_ids": [],
         "parent_id": None}
        for spot in advert.spots
    ]  # fmt: skip
    return job


def _greenhouse_html(section: Section) -> str:
    heading, sentences, is_list = section
    head = f"<p><strong>{html.escape(heading)}</strong></p>\n" if heading else ""
    if is_list:
        return head + "<ul>\n" + "\n".join(f"<li>{html.escape(s)}</li>" for s in sentences) + "\n</ul>"
    return head + "\n".join(f"<p>{html.escape(s)}&nbsp;</p>" for s in sentences)


def _pay_block(offer: Offer) -> str:
    low, high = (money("en", offer.currency, end) for end in (offer.low, offer.high))
    return (
        '\n<div class="content-pay-transparency"><div class="pay-input">'
        '<div class="description"><p>Where you start in this range depends on experience.</p></div>'
        f'<div class="title">{GREENHOUSE_TITLE[offer.period]}</div>'
        f'<div class="pay-range"><span>{low}</span><span class="divider">&mdash;</span>'
        f"<span>{high} {offer.currency}</span></div></div></div>"
    )


# --- Lever ------------------------------------------------------------------------------------------


def lever_posting(advert: Advert, board: Board, *, is_new_schema: bool) -> dict[str, Any]:
    """One posting; the older schema lacks country, workplace type and all locations."""
    dice = Dice(advert.key, "lever")
    form = dice.weighted_choice({"range": 50, "description": 16, "prose": 34})
    offer = advert.offer
    if offer is not None and (offer.is_net or offer.kind != "range"):
        form = "prose"
    if form == "prose":
        advert = in_prose(advert, dice)
    (_, about, _), (_, intro, _), *middle = sections_of(advert, with_pay=form == "prose")
    lists = [section for section in middle if section[2]]
    rest = [section for section in middle if not section[2]]
    additional = "".join(
        (f"<div><b>{html.escape(heading)}</b></div>" if heading else "") + _lever_html(sentences)
        for heading, sentences, _ in rest
    )
    locations = advert.location_text.split("; ")
    id_ = native_uuid(advert.key)
    url = f"https://jobs.{slug_of(board)}.example/{id_}"
    moment = datetime.combine(advert.posted_on, time(dice.between(8, 17), dice.between(0, 59)), UTC)
    categories: dict[str, Any] = {
        "commitment": WRITTEN_EMPLOYMENT[advert.employment],
        "department": advert.department,
        "location": locations[0],
        "team": advert.department,
    }
    posting: dict[str, Any] = {
        "additional": additional,
        "additionalPlain": _plain(rest),
        "categories": categories,
        "createdAt": int(moment.timestamp()) * 1000,
        "descriptionPlain": "\n".join((*about, *intro)),
        "description": _lever_html((*about, *intro)),
        "id": id_,
        "lists": [
            {"text": heading, "content": "".join(f"\n<li>{html.escape(sentence)}</li>" for sentence in sentences)}
            for heading, sentences, _ in lists
        ],
        "text": advert.title,
        "hostedUrl": url,
        "applyUrl": f"{url}/apply",
    }
    if is_new_schema:
        categories["allLocations"] = locations
        country = advert.spots[0].country
        posting["country"] = None if advert.location_text == "Remote" else country
        posting["workplaceType"] = "unspecified" if dice.share(0.1) else advert.workplace
    if offer is not None and form == "range":
        low, high = (offer.high, offer.low) if dice.share(0.015) else (offer.low, offer.high)
        interval = LEVER_INTERVAL[offer.period]
        posting["salaryRange"] = {"currency": offer.currency, "interval": interval, "min": low, "max": high}
    if offer is not None and form == "description":
        pay = pay_sentence(dice, advert.text.language, offer)
        posting["salaryDescription"] = f"<div>{html.escape(pay)}</div>"
        posting["salaryDescriptionPlain"] = pay
    return posting


def _lever_html(sentences: Sequence[str]) -> str:
    return "".join(f"<div>{html.escape(sentence)}</div>" for sentence in sentences)
