"""Read Oracle Recruiting job boards: first the search of a careers site, page by page, then single requisitions.

The token of a board is pod.region/site, as in the address of the careers site. Lists have no texts, so we request
single requisitions in roles we follow. Employers choose the names of the pay fields ("Pay Range", "Minimum Salary").
Pay is a line of prose or two amounts, often without a period. Contacts and hiring managers are not read.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from extractors.boards import on_board
from extractors.response import Response, each
from extractors.sources.declaration import BoardUrl, platform
from extractors.sources.fetching import after_records, fetch_lists_and_postings, followed_postings
from transforms.pay.structured import stated_pay
from transforms.place.places import Address
from transforms.raw_posting import RawPosting
from transforms.records.rows import Issue, Pay
from transforms.text.rejects import Rejected

HOST = "https://{pod}.fa.{region}.oraclecloud.com/"
API = HOST + "hcmRestApi/resources/latest/"
PAGE = 200
MAX_PAGES = 50
WORKPLACE_OF_CODE = {"ORA_ON_SITE": "onsite", "ORA_HYBRID": "hybrid", "ORA_REMOTE": "remote"}
PARTS = {
    "ExternalDescriptionStr": "",
    "ExternalResponsibilitiesStr": "Responsibilities",
    "ExternalQualificationsStr": "Qualifications",
    "CorporateDescriptionStr": "",
    "OrganizationDescriptionStr": "",
}
"""Fields that hold the text, in the order of the page, each with the heading that we give it."""
PAY_LINE = re.compile(r"\b(?:pay|salary|wage|compensation|hiring|rate) range\b", re.IGNORECASE)
PAY_END = re.compile(r"(minimum|maximum) (?:pay|salary|wage|rate)", re.IGNORECASE)
PAY_PERIOD = re.compile(r"(?:pay|salary|wage)(?: rate)? frequency", re.IGNORECASE)
"""This pattern and the two above match the names that employers give to their pay fields."""
UNSTATED = "null"
"""Text that stands for a missing value."""
KNOWN = frozenset([
    "Id", "Title", "PostedDate", "PostingEndDate", "Language", "PrimaryLocation", "PrimaryLocationCountry",
    "HotJobFlag", "BeFirstToApplyFlag", "WorkplaceTypeCode", "WorkplaceType", "JobFamily", "JobFunction", "WorkerType",
    "ContractType", "ManagerLevel", "JobSchedule", "JobShift", "JobType", "StudyLevel", "Department", "Organization",
    "LegalEmployer", "BusinessUnit", "ShortDescriptionStr", "secondaryLocations", "Distance", "TrendingFlag",
    "GeographyId", "Relevancy", "DomesticTravelRequired", "InternationalTravelRequired", "WorkDurationYears",
    "WorkDurationMonths", "WorkHours", "WorkDays", "MediaThumbURL", "workLocation", "otherWorkLocations",
    "requisitionFlexFields", "Category", "RequisitionType", "JobGrade", "RequisitionId", "ExternalPostedStartDate",
    "ExternalPostedEndDate", "ExternalContactName", "ExternalContactEmail", "HiringManager", "ContentLocale",
    "NumberOfOpenings", "primaryLocationCoordinates", "skills", "media", *PARTS,
])  # fmt: skip

SOURCE = platform(
    "oracle_recruiting",
    endpoints=("https://*.oraclecloud.com/hcmRestApi/resources/latest/recruitingCEJobRequisition",),
    boards=(
        BoardUrl(
            API + "recruitingCEJobRequisitions?onlyData=true"
            "&expand=requisitionList.secondaryLocations,requisitionList.requisitionFlexFields"
            f"&finder=findReqs;siteNumber={{site}},sortBy=POSTING_DATES_DESC,limit={PAGE},offset=0",
            posting=API + "recruitingCEJobRequisitionDetails?expand=all&onlyData=true"
            "&finder=ById;siteNumber={site},Id=%22{id}%22",
            posting_id="{pod}.{region}/{id}",
            board="{pod}.{region}/{site}",
            pages=(
                r"https://(?P<pod>[\w-]+)\.fa\.(?P<region>[\w-]+)\.oraclecloud\.com"
                r"/hcmUI/CandidateExperience/[\w-]+/sites/(?P<site>[\w-]+)",
            ),
            is_paged=True,
        ),
    ),
)


def _next(page: Response, postings: list[str]) -> str | None:
    search = page.json()["items"][0]
    requisitions = search["requisitionList"]
    postings += followed_postings(page, SOURCE, requisitions, id="Id", title="Title")
    return after_records(page.url, "offset", len(requisitions), total=int(search["TotalJobsCount"]))


fetch = fetch_lists_and_postings(SOURCE, _next, max_pages=MAX_PAGES)


def parse(response: Response) -> Iterator[RawPosting | Issue]:
    """Yield every requisition on a page of a list, or a single one, and an issue for each that is not read."""
    items = response.value_at("items")
    if isinstance(items, list) and not SOURCE.posting_of(response.url):
        if not items or not isinstance(items[0], dict):
            raise Rejected("response", items, "expected a search with a list of requisitions")
        items = items[0].get("requisitionList")
    read = functools.partial(_read_requisition, board=SOURCE.board_in(response.url) or "")
    yield from each(items, on_board(SOURCE, response.url, read, is_token_a_name=False), known=KNOWN)


def _read_requisition(record: dict[str, Any], *, board: str) -> RawPosting:
    tenant, _, site = board.partition("/")
    pod, _, region = tenant.partition(".")
    places = _places(record)
    issues: list[Issue] = []
    pay, pay_text = _pay(_fields(record), issues)
    return RawPosting(
        source=SOURCE.name,
        id=f"{tenant}/{record['Id']}" if record.get("Id") else None,
        title=record.get("Title"),
        url=f"{HOST.format(pod=pod, region=region)}hcmUI/CandidateExperience/en/sites/{site}/job/{record.get('Id')}",
        employer=record.get("LegalEmployer") or None,
        department=record.get("Department") or record.get("Organization") or record.get("Category"),
        html="".join(_parts(record)),
        location_text="; ".join(dict.fromkeys(name for name, _ in places if name)),
        addresses=[Address(name or None, country) for name, country in places if name or country],
        workplace=WORKPLACE_OF_CODE.get(record.get("WorkplaceTypeCode") or "", record.get("WorkplaceType") or None),
        employment_type=record.get("JobSchedule") or record.get("WorkerType"),
        posted_on=record.get("PostedDate") or record.get("ExternalPostedStartDate"),
        valid_through=record.get("PostingEndDate") or record.get("ExternalPostedEndDate"),
        openings=record.get("NumberOfOpenings"),
        pay=pay,
        pay_text=pay_text,
        issues=issues,
    )


def _places(record: dict[str, Any]) -> list[tuple[str | None, str | None]]:
    others = record.get("secondaryLocations") or ()
    places = [(record.get("PrimaryLocation"), record.get("PrimaryLocationCountry"))]
    return places + [(place.get("Name"), place.get("CountryCode")) for place in others]


def _parts(record: dict[str, Any]) -> Iterator[str]:
    for part, heading in PARTS.items():
        if record.get(part):
            yield f"<h3>{escape(heading)}</h3><div>{record[part]}</div>" if heading else f"<div>{record[part]}</div>"


def _fields(record: dict[str, Any]) -> list[tuple[str, str]]:
    """Return (name, value) of each field that the employer added. Lists wrap the fields in an object."""
    fields = record.get("requisitionFlexFields") or ()
    if isinstance(fields, dict):
        fields = fields.get("items") or ()
    pairs = ((str(field.get("Prompt") or ""), field.get("Value")) for field in fields)
    return [(name, str(value)) for name, value in pairs if value not in (None, "", UNSTATED)]


def _pay(fields: Sequence[tuple[str, str]], issues: list[Issue]) -> tuple[tuple[Pay, ...], str | None]:
    ends = {match[1].lower(): value for name, value in fields if (match := PAY_END.fullmatch(name.strip()))}
    period = next((value for name, value in fields if PAY_PERIOD.fullmatch(name.strip())), None)
    pay = stated_pay(ends.get("minimum"), ends.get("maximum"), period=period, issues=issues)
    line = next((value for name, value in fields if PAY_LINE.search(name)), None)
    return pay, None if pay or line is None else " ".join(filter(None, (line, period)))
