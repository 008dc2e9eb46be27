"""Read BambooHR job boards: first the list that an employer's careers page uses, then single openings.

Lists have no texts, so we request single openings in roles we follow. The number of an opening is unique within a
company. The place is either in `location` or in `atsLocation`. Pay is a line of prose ("£24,500 - £26,500", "30-35
(DOE)"). The form for applicants is not read.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

from extractors.boards import on_board
from extractors.response import Response, each, note_missing
from extractors.sources.declaration import BoardUrl, platform
from extractors.sources.fetching import fetch_lists_and_postings, followed_postings
from transforms.place.places import Address
from transforms.raw_posting import RawPosting
from transforms.records.rows import Issue
from transforms.text.rejects import Rejected, leave_out

WORKPLACE_OF_TYPE = {"0": "onsite", "1": "remote", "2": "hybrid"}
PLACE_KEYS = (("addressCountry", "country"), ("state", "province"))
"""Keys that the country may have, and keys that the region may have, in `location` and `atsLocation`. Either object may
hold the place."""
KNOWN = frozenset([
    "id", "jobOpeningName", "departmentId", "departmentLabel", "employmentStatusLabel", "employmentType", "location",
    "atsLocation", "isRemote", "locationType", "jobOpeningShareUrl", "jobOpeningStatus", "jobCategoryId", "description",
    "compensation", "datePosted", "minimumExperience", "seekPromoted",
])  # fmt: skip

SOURCE = platform(
    "bamboohr",
    endpoints=("https://*.bamboohr.com/careers/",),
    boards=(
        BoardUrl(
            "https://{board}.bamboohr.com/careers/list",
            posting="https://{board}.bamboohr.com/careers/{id}/detail",
            posting_id="{board}/{id}",
            pages=(
                r"https://(?P<board>(?!(?:www|api|app|documentation|help|partners|resources)\.)[a-z0-9-]+)"
                r"\.bamboohr\.com/(?:careers|jobs)(?:/|$)",
            ),
        ),
    ),
)


def _next(page: Response, postings: list[str]) -> None:
    postings += followed_postings(page, SOURCE, page.value_at("result"), id="id", title="jobOpeningName")


fetch = fetch_lists_and_postings(SOURCE, _next)


def parse(response: Response) -> Iterator[RawPosting | Issue]:
    """Yield every opening of a list, or a single opening, and an issue for each opening that cannot be read."""
    board, native = SOURCE.board_in(response.url), SOURCE.posting_of(response.url)
    read = on_board(SOURCE, response.url, functools.partial(_read_opening, board=board, native=native))
    if native:
        opening = response.value_at("result", "jobOpening")
        yield from each([opening] if isinstance(opening, dict) else opening, read, known=KNOWN)
        return
    answer = response.json()
    openings, meta = (answer.get("result"), answer.get("meta")) if isinstance(answer, dict) else (answer, None)
    yield from each(openings, read, known=KNOWN)
    yield from note_missing(len(openings or ()), meta.get("totalCount") if isinstance(meta, dict) else None)


def _read_opening(opening: dict[str, Any], *, board: str | None, native: str | None) -> RawPosting | Issue:
    number = native.rpartition("/")[2] if native else opening.get("id")
    if opening.get("jobOpeningStatus", "Open") != "Open":
        return leave_out(f"{number} {opening['jobOpeningStatus']}", "expected an open position")
    objects = (opening.get("location") or {}, opening.get("atsLocation") or {})
    place: dict[str, Any] = next((place for place in objects if any(place.values())), {})
    country, region = (next(filter(None, map(place.get, keys)), None) for keys in PLACE_KEYS)
    issues: list[Issue] = []
    return RawPosting(
        source=SOURCE.name,
        id=f"{board}/{number}" if number else None,
        title=opening.get("jobOpeningName"),
        url=f"https://{board}.bamboohr.com/careers/{number}",
        department=opening.get("departmentLabel"),
        html=opening.get("description"),
        location_text=", ".join(filter(None, (place.get("city"), country))) or region,
        addresses=[Address(None, country, region, place.get("city"))] if place else (),
        is_remote=opening.get("isRemote"),
        workplace=WORKPLACE_OF_TYPE.get(str(opening.get("locationType"))),
        employment_type=opening.get("employmentStatusLabel"),
        posted_on=opening.get("datePosted"),
        pay_text=_line_of_pay(opening.get("compensation"), issues),
        level=opening.get("minimumExperience"),
        issues=issues,
    )


def _line_of_pay(pay: object, issues: list[Issue]) -> str | None:
    if pay is None or isinstance(pay, str):
        return pay or None
    issues.append(Rejected("pay_text", pay, "expected a line of text; it was left out, the opening kept").issue)
    return None
