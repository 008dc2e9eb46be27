"""Read Recruitee (Tellent) job boards: the offers on an employer's careers site.

The text is in `description` and `requirements`. For a remote job, `remote` is true, `location` says "Remote job", and
the town is that of an office, which does not limit where the remote work may be done. `translations` is an object, or
an empty list if there are none. `salary` is an object whose fields are mostly empty.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from extractors.boards import on_board
from extractors.response import Response, each_advert
from extractors.sources.declaration import BoardUrl, platform
from extractors.sources.fetching import fetch_boards
from transforms.pay.structured import stated_pay
from transforms.place.places import Address
from transforms.raw_posting import RawPosting
from transforms.records.rows import Issue, Repetition
from transforms.text.rejects import leave_out

WORKPLACE_OF_FLAG = {"remote": "remote", "hybrid": "hybrid", "on_site": "onsite"}
"""Workplaces by flag. The first flag that an offer sets counts, so an offer that may be remote counts as remote."""
KNOWN = frozenset([
    "id", "slug", "title", "status", "position", "description", "requirements", "location", "locations", "city",
    "country", "country_code", "state_code", "state_name", "postal_code", "street", "remote", "hybrid", "on_site",
    "min_hours", "max_hours", "salary", "employment_type_code", "category_code", "experience_code", "education_code",
    "department", "tags", "careers_url", "careers_apply_url", "mailbox_email", "company_name", "created_at",
    "published_at", "updated_at", "close_at", "translations", "open_questions", "options_phone", "options_photo",
    "options_cover_letter", "options_cv", "highlight_html", "sharing_title", "sharing_description", "sharing_image",
    "guid", "cover_image", "dynamic_fields", "highlight", "location_question_visible", "locations_question",
    "locations_question_required", "locations_question_type", "max_hours_per_week", "min_hours_per_week",
    "options_salutation", "options_title",
])  # fmt: skip

SOURCE = platform(
    "recruitee",
    endpoints=("https://*.recruitee.com/api/offers",),
    boards=(
        BoardUrl(
            "https://{board}.recruitee.com/api/offers/",
            pages=(r"https://(?P<board>(?!(?:www|api|docs|app|support)\.)[a-z0-9-]+)\.recruitee\.com(?:/|$)",),
        ),
    ),
)


fetch = fetch_boards(SOURCE)


def parse(response: Response) -> Iterator[RawPosting | Issue | Repetition]:
    """Yield every published offer of the board, and an issue for each offer that cannot be read."""
    yield from each_advert(
        response, response.value_at("offers"), on_board(SOURCE, response.url, _read_offer), known=KNOWN
    )


def _read_offer(offer: dict[str, Any]) -> RawPosting | Issue:
    if offer.get("status", "published") != "published":
        return leave_out(f"{offer.get('id')} {offer['status']}", "expected a published offer")
    salary = offer.get("salary") or {}
    places = offer.get("locations") or [offer]
    flags = (word for flag, word in WORKPLACE_OF_FLAG.items() if offer.get(flag) is True)
    location = "; ".join(filter(None, map(_line, places)))
    return RawPosting(
        source=SOURCE.name,
        id=offer.get("id"),
        title=offer.get("title"),
        url=offer.get("careers_url"),
        employer=offer.get("company_name"),
        department=offer.get("department"),
        html="".join(offer.get(part) or "" for part in ("description", "requirements")),
        location_text=location if offer.get("remote") is True or not offer.get("location") else offer["location"],
        addresses=[
            Address(_line(p), p.get("country_code") or p.get("country"), p.get("state_code"), p.get("city"))
            for p in places
        ],
        workplace=next(flags, None),
        employment_type=offer.get("employment_type_code"),
        posted_on=_time(offer.get("published_at") or offer.get("created_at")),
        valid_through=_time(offer.get("close_at")),
        pay=stated_pay(
            salary.get("min"), salary.get("max"), currency=salary.get("currency"), period=salary.get("period")
        ),
        level=offer.get("experience_code"),
    )


def _line(place: dict[str, Any]) -> str:
    return ", ".join(filter(None, (place.get("city"), place.get("country"))))


def _time(value: object) -> object:
    return value.replace(" UTC", "+00:00") if isinstance(value, str) else value
