"""Oracle Recruiting job boards: the search behind a careers site, page by page, then single requisitions.

A board is written pod.region/site, as in the careers site's address. A list has no text; single requisitions are asked
for where the title names a role we follow, and the fuller answer counts. Pay stands in fields that each employer names
as it likes ("Pay Range", "Minimum Salary"), as a line of prose or as two amounts, often without a period. Contacts and
hiring managers are not read.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from datetime import date
from html import escape
from typing import Any

from extractors.boards import employer_country_of, employer_of
from extractors.response import Response, each, objects_in
from extractors.sources.declaration import EXPIRY_DAYS, BoardUrl, Source
from extractors.web.paging import MAX_POSTINGS, Web, ask_lists
from transforms.pay.structured import stated_pay
from transforms.place.places import Address
from transforms.raw_posting import RawPosting
from transforms.records.rows import Issue, Pay
from transforms.role.titles import followed_ids
from transforms.text.rejects import Rejected

HOST = "https://{pod}.fa.{region}.oraclecloud.com/"
API = HOST + "hcmRestApi/resources/latest/"
PAGE = 200
MAX_PAGES = 50
OFFSET = re.compile(r"(?<=,offset=)\d+")
WORKPLACE_OF_CODE = {"ORA_ON_SITE": "onsite", "ORA_HYBRID": "hybrid", "ORA_REMOTE": "remote"}
PARTS = {
    "ExternalDescriptionStr": "",
    "ExternalResponsibilitiesStr": "Responsibilities",
    "ExternalQualificationsStr": "Qualifications",
    "CorporateDescriptionStr": "",
    "OrganizationDescriptionStr": "",
}
"""Fields that hold the text, in the order of the page, with the heading each gets."""
PAY_LINE = re.compile(r"\b(?:pay|salary|wage|compensation|hiring|rate) range\b", re.IGNORECASE)
PAY_END = re.compile(r"(minimum|maximum) (?:pay|salary|wage|rate)", re.IGNORECASE)
PAY_PERIOD = re.compile(r"(?:pay|salary|wage)(?: rate)? frequency", re.IGNORECASE)
"""Names that employers were seen to give their fields of pay."""
UNSTATED = "null"
"""What stands as text where there is no value."""
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

SOURCE = Source(
    name="oracle_recruiting",
    title="Oracle Recruiting job boards",
    kind="employer board",
    publisher="the employers named, through Oracle Recruiting",
    homepage="https://docs.oracle.com/en/cloud/saas/human-resources/23d/farws/api-recruiting-ce-job-requisitions.html",
    endpoints=("https://*.oraclecloud.com/hcmRestApi/resources/latest/recruitingCEJobRequisition",),
    licence=(
        'Not an API offered to others: Oracle\'s documentation says of it "only for Oracle internal use" (release 23D, '
        "read 2026-11-27). Read with permission"
    ),
    terms_url="https://docs.oracle.com/en/cloud/saas/human-resources/23d/farws/api-recruiting-ce-job-requisitions.html",
    terms_checked="2026-11-27, in the documentation of release 23D",
    quotation="only for Oracle internal use",
    gives="adverts of employers' boards in pages, with texts",
    attribution="Job postings: employers' boards on Oracle Recruiting.",
    is_republishable=False,
    is_verified=True,
    cadence="live",
    expected_rows=(1, 500_000),
    access="consent",
    most_requests=8_000,
    expires_after_days=EXPIRY_DAYS,
    most_postings=MAX_POSTINGS,
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
    facts=(
        "Seen in two stored pages of lists and one single requisition of 2026 with five requisitions, cut by who kept "
        "them, and the fields of pay of nine employers: ids as text within an employer, days, places as words with "
        "ISO countries, secondary places, no text in lists, descriptions in three fields each empty on some, pay as "
        'prose or as two amounts without currency in fields the employer names, one of them the text "null". Others '
        "report that a list comes empty unless it is expanded, that one employer's sites answer alike whatever the "
        "site asked for, that a closed requisition is an empty answer, and no robots.txt on these hosts (2026-09-02). "
        "The careers sites themselves need no key, but the documentation reserves the addresses: the source is off "
        "until permission for the employers asked is on record. Lists come in pages, so they close nothing."
    ),
)


def fetch(web: Web, *, boards: Sequence[str], as_of: date) -> list[str]:
    """Search every board, then ask for the single requisitions in roles we follow. Returns what failed."""
    return ask_lists(web, SOURCE, boards, _next, most=MAX_PAGES)


def _next(page: Response, postings: list[str]) -> str | None:
    """The address of the page that follows; adds the requisitions worth asking for to `postings`."""
    item = page.json()["items"][0]
    requisitions = item["requisitionList"]
    numbers = followed_ids(objects_in(requisitions), id="Id", title="Title")
    postings += [SOURCE.boards[0].posting_url(page.url, number) for number in numbers]
    offset = int(OFFSET.search(page.url)[0]) + len(requisitions)  # type: ignore[index]  # the address is ours
    return OFFSET.sub(str(offset), page.url) if requisitions and offset < int(item["TotalJobsCount"]) else None


def parse(response: Response) -> Iterator[RawPosting | Issue]:
    """Every requisition of a page of a list, or a single one, or the reason why not."""
    items = response.value_at("items")
    if isinstance(items, list) and not SOURCE.posting_of(response.url):
        if not items or not isinstance(items[0], dict):
            raise Rejected("response", items, "a search with a list of requisitions expected")
        items = items[0].get("requisitionList")
    board = SOURCE.board_in(response.url)
    yield from each(items, functools.partial(read_requisition, board=board), known=KNOWN)


def read_requisition(record: dict[str, Any], *, board: str | None) -> RawPosting:
    """One requisition of a list or by itself."""
    tenant, _, site = (board or "").partition("/")
    pod, _, region = tenant.partition(".")
    others = record.get("secondaryLocations") or ()
    places = [(record.get("PrimaryLocation"), record.get("PrimaryLocationCountry"))]
    places += [(place.get("Name"), place.get("CountryCode")) for place in others]
    workplace = record.get("WorkplaceTypeCode")
    issues: list[Issue] = []
    pay, pay_text = _pay(_fields(record), issues)
    return RawPosting(
        source=SOURCE.name,
        id=f"{tenant}/{record['Id']}" if record.get("Id") else None,
        title=record.get("Title"),
        url=f"{HOST.format(pod=pod, region=region)}hcmUI/CandidateExperience/en/sites/{site}/job/{record.get('Id')}",
        board=board,
        employer=employer_of(SOURCE.name, board) or record.get("LegalEmployer") or None,
        employer_country=employer_country_of(SOURCE.name, board),
        department=record.get("Department") or record.get("Organization") or record.get("Category"),
        html="".join(_parts(record)),
        location_text="; ".join(dict.fromkeys(name for name, _ in places if name)),
        addresses=[Address(name or None, country) for name, country in places if name or country],
        workplace=WORKPLACE_OF_CODE.get(workplace or "", record.get("WorkplaceType") or None),
        employment_type=record.get("JobSchedule") or record.get("WorkerType"),
        posted_on=record.get("PostedDate") or record.get("ExternalPostedStartDate"),
        valid_through=record.get("PostingEndDate") or record.get("ExternalPostedEndDate"),
        openings=record.get("NumberOfOpenings"),
        pay=pay,
        pay_text=pay_text,
        issues=issues,
    )


def _parts(record: dict[str, Any]) -> Iterator[str]:
    """The advert as HTML; lists have none of its parts."""
    for part, heading in PARTS.items():
        if record.get(part):
            yield f"<h3>{escape(heading)}</h3><div>{record[part]}</div>" if heading else f"<div>{record[part]}</div>"


def _fields(record: dict[str, Any]) -> list[tuple[str, str]]:
    """The employer's own fields that have a value, as name and value; lists wrap them once more."""
    fields = record.get("requisitionFlexFields") or ()
    if isinstance(fields, dict):
        fields = fields.get("items") or ()
    pairs = ((str(field.get("Prompt") or ""), field.get("Value")) for field in fields)
    return [(name, str(value)) for name, value in pairs if value not in (None, "", UNSTATED)]


def _pay(fields: Sequence[tuple[str, str]], issues: list[Issue]) -> tuple[tuple[Pay, ...], str | None]:
    """Two amounts as pay in fields, else a line of prose with the period that another field names."""
    ends = {match[1].lower(): value for name, value in fields if (match := PAY_END.fullmatch(name.strip()))}
    period = next((value for name, value in fields if PAY_PERIOD.fullmatch(name.strip())), None)
    pay = stated_pay(ends.get("minimum"), ends.get("maximum"), period=period, issues=issues)
    line = next((value for name, value in fields if PAY_LINE.search(name)), None)
    return pay, None if pay or line is None else " ".join(filter(None, (line, period)))
