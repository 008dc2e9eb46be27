"""Read Workday job boards: first the search of a careers site, page by page, then single postings.

The token of a board is tenant.wdN/site, as in the address of the careers site. Lists have no texts. Instead of a date
they have words in the visitor's language ("Posted 3 Days Ago"), which we do not read. The total that a list states is
right only on the first page and never exceeds `CAP`. After `CAP` postings, the search returns its first pages again.
Therefore we search a larger board once for each value of a facet, such as a place. We request single postings in roles
we follow.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from extractors.boards import on_board
from extractors.response import Response, each
from extractors.sources.declaration import BoardUrl, platform
from extractors.web.paging import Web, ask_postings
from extractors.web.session import FetchFailed
from transforms.place.places import Address
from transforms.raw_posting import RawPosting
from transforms.records.rows import Issue
from transforms.role.titles import names_followed_role
from transforms.text.rejects import MISSHAPEN, Rejected, leave_out

ADDRESS = re.compile(r"https://([a-z0-9-]+)\.(wd\d+)\.myworkdayjobs\.com/wday/cxs/[^/]+/([^/?#]+)(/job/[^?#]*)?")
PAGE = 20
"""Number of postings on a page. The site refuses to give more."""
CAP = 2_000
SEVERAL = re.compile(r"\d+ \w+")
"""Pattern of the text that a list shows if a posting has several places: "3 Locations", in the visitor's language."""
KNOWN = frozenset([
    "title", "externalPath", "locationsText", "postedOn", "bulletFields", "remoteType", "timeType", "startDate",
])  # fmt: skip
KNOWN_SINGLE = frozenset([
    "id", "title", "jobDescription", "location", "additionalLocations", "postedOn", "startDate", "endDate", "timeType",
    "jobReqId", "jobPostingId", "jobPostingSiteId", "country", "remoteType", "canApply", "posted",
    "includeResumeParsing", "jobRequisitionLocation", "externalUrl", "questionnaireId", "secondaryQuestionnaireId",
    "logoImage",
])  # fmt: skip


def posting_of(url: str) -> str | None:
    """Return the posting's id if `url` is the address of a single posting, else None."""
    match = ADDRESS.match(url)
    return _id(match[1], match[4]) if match and match[4] else None


SOURCE = platform(
    "workday",
    endpoints=("https://*.myworkdayjobs.com/wday/cxs/",),
    boards=(
        BoardUrl(
            "https://{tenant}.wd{number}.myworkdayjobs.com/wday/cxs/{tenant}/{site}/jobs",
            board="{tenant}.wd{number}/{site}",
            pages=(
                r"https://(?P<tenant>[a-z0-9-]+)\.wd(?P<number>\d+)\.myworkdayjobs\.com"
                r"/(?:[a-z]{2}-[A-Za-z]{2}/)?(?!wday/)(?P<site>[\w-]+)",
            ),
            is_paged=True,
        ),
    ),
    posting_id=posting_of,
)


def fetch(web: Web, *, boards: Sequence[str], as_of: date) -> list[str]:
    """Search every board, then request single postings in roles we follow."""
    failures: list[str] = []
    details: dict[str, None] = {}
    for board in boards:
        try:
            failures += _search(web, SOURCE.url_of(board), {}, details)
        except ValueError as error:
            failures.append(str(error))
    return failures + ask_postings(web, SOURCE, details)


def _search(web: Web, url: str, facets: Mapping[str, list[str]], details: dict[str, None]) -> list[str]:
    """Request all pages of a search. If the board exceeds `CAP`, search it once for each value of a facet instead.

    `facets` are the values to which the search is limited, by facet. Add the addresses of the single postings that are
    to be requested to `details`.
    """
    known_paths: set[str] = set()
    n_read, total = 0, CAP
    while n_read < total:
        try:
            page = _request_page(web, url, facets, n_read)
            titles = {item["externalPath"]: item["title"] for item in page["jobPostings"] if item.get("externalPath")}
            if n_read == 0:
                total = min(int(page["total"]), CAP)
                if total == CAP and not facets and (narrower := _narrower(page["facets"])):
                    return [failure for part in narrower for failure in _search(web, url, part, details)]
            paths = [path for path, title in titles.items() if names_followed_role(title)]
        except (FetchFailed, Rejected, *MISSHAPEN) as error:
            return [f"{url} from {n_read} on: {error}"]
        if titles.keys() <= known_paths:
            return [f"{url}: the pages run in a circle; {n_read} of {total} read"] if total else []
        known_paths.update(titles)
        n_read += len(page["jobPostings"])
        details.update(dict.fromkeys(url.removesuffix("/jobs") + path for path in paths))
    return [f"{url} {dict(facets)}: postings beyond {CAP} left out"] if total == CAP else []


def _request_page(web: Web, url: str, facets: Mapping[str, list[str]], offset: int) -> Any:
    form = {"appliedFacets": facets, "limit": PAGE, "offset": offset, "searchText": ""}
    answer = web.get(url, form=form)
    if answer.status != 200:
        raise FetchFailed(url, f"HTTP {answer.status}")
    return answer.json()


def _narrower(facets: Sequence[Mapping[str, Any]]) -> list[dict[str, list[str]]]:
    """Return one search for each value of one facet, or no search if no facet fits.

    A search is a dict from the facet's name to a list with the id of one value. A facet fits if its values together
    cover `CAP` postings or more and each value has fewer than `CAP`. Of the facets that fit, the one with the fewest
    values is used.
    """
    flat = [*facets, *(group for facet in facets for group in facet["values"] if "values" in group)]
    parts = [(f["facetParameter"], [v for v in f["values"] if v.get("id") and "count" in v]) for f in flat]
    fit = [
        (name, values)
        for name, values in parts
        if sum(v["count"] for v in values) >= CAP and all(v["count"] < CAP for v in values)
    ]
    name, values = min(fit, key=lambda part: len(part[1]), default=("", []))
    return [{name: [value["id"]]} for value in values]


def parse(response: Response) -> Iterator[RawPosting | Issue]:
    """Yield every posting on a page of a list, or a single posting, and an issue for each posting that is not read."""
    answer, address = response.json(), ADDRESS.match(response.url)
    if not isinstance(answer, dict) or not address or not {"jobPostings", "jobPostingInfo"} & answer.keys():
        raise Rejected("response", answer, "expected a page of job postings or a single one")
    if "jobPostingInfo" in answer:
        read = on_board(SOURCE, response.url, functools.partial(_read_single, address=address))
        yield from each([answer["jobPostingInfo"]], read, known=KNOWN_SINGLE)
    else:
        read = on_board(SOURCE, response.url, functools.partial(_read_item, address=address))
        yield from each(answer["jobPostings"], read, known=KNOWN)


def _read_item(item: dict[str, Any], *, address: re.Match[str]) -> RawPosting:
    """Read a posting of a list. If the list shows only the number of places, take a place from the posting's path."""
    path = item["externalPath"]
    location, parts = item.get("locationsText"), path.split("/")
    if not location or SEVERAL.fullmatch(location):
        location = parts[2] if len(parts) == 4 else None
    posting = _common_fields(address, path, item)
    posting["location_text"] = location
    # Employers choose the short texts (bullets) of a list. One may be the requisition id that ends the path: "_JR7", or
    # "_JR7-1" for its second posting.
    bullets = [bullet for bullet in item.get("bulletFields") or () if isinstance(bullet, str)]
    is_id = (re.search(rf"_{re.escape(bullet)}(?:-\d+)?\Z", path) for bullet in bullets)
    posting["requisition_id"] = next(itertools.compress(bullets, is_id), None)
    return posting


def _read_single(info: dict[str, Any], *, address: re.Match[str]) -> RawPosting | Issue:
    if info.get("posted") is False:
        return leave_out(
            f"{info.get('jobReqId')} {info.get('title')}", "expected a posting that is shown to the public"
        )
    first, others = info.get("location"), info.get("additionalLocations") or []
    country = (info.get("country") or {}).get("descriptor")
    posting = _common_fields(address, address[4] or "", info)
    posting["requisition_id"] = info.get("jobReqId")
    posting["html"] = info.get("jobDescription")
    posting["location_text"] = "; ".join(filter(None, (first, *others)))
    posting["addresses"] = [Address(first, country), *(Address(other) for other in others)]
    posting["employment_type"] = info.get("timeType")
    posting["posted_on"], posting["valid_through"] = info.get("startDate"), info.get("endDate")
    return posting


def _common_fields(address: re.Match[str], path: str, record: dict[str, Any]) -> RawPosting:
    tenant, host, site = address[1], address[2], address[3]
    return RawPosting(
        source=SOURCE.name,
        id=_id(tenant, path),
        title=record.get("title"),
        url=f"https://{tenant}.{host}.myworkdayjobs.com/{site}{path}",
        board=f"{tenant}.{host}/{site}",
        employer=tenant,
        workplace=record.get("remoteType"),
    )


def _id(tenant: str, path: str) -> str:
    return f"{tenant}/{path.rsplit('/', 1)[-1].rsplit('_', 1)[-1]}"
