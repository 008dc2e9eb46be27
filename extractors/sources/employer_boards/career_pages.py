"""Employers' own career pages: schema.org JobPosting, in JSON-LD or microdata, else by selectors.

Sites are declared in career_pages.toml and nothing else is asked. Pages of other sites that somebody recorded are
read too, since this source's endpoint is every https address that no other source has.

Markup is written for search engines and seldom tested. Seen in four saved pages: a country that is a list of ten
names, nine places of which eight repeat the address of the first, a kind of employment outside the list of kinds, a
literal \\n in the text, an end ten years away, an item whose properties stand behind it instead of in it.
`estimatedSalary` is somebody's estimate and no advertised pay.
"""

from __future__ import annotations

import functools
import html
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

from extractors.markup import limit_depth
from extractors.response import Response, each
from extractors.source import EXPIRY_DAYS, Source
from extractors.web.paging import Web, ask_each
from extractors.web.session import FetchFailed
from transforms.pay.structured import stated_pay
from transforms.place.places import Address
from transforms.posting import RawPosting
from transforms.records.rows import Issue, Pay
from transforms.text.rejects import Rejected, left_out

SITES = Path(__file__).with_suffix(".toml")
MAX_LISTS = 20
MAX_POSTINGS = 500
"""Addresses of lists and of postings that are asked for on one site a night."""
MAX_NESTED = 10_000
"""Values of a page's markup that are looked through."""
MAX_ITEMS = 300
"""Items of microdata that a page may hold: reading one looks through what stands in it, other items too."""
MAX_PARTS = 50
"""Texts or amounts of one property of a posting that are read: each text is looked for in those before it."""
SITEMAP = re.compile(rb"<(urlset|sitemapindex)[\s>]")
HEAD = 2_000
"""Bytes in which a sitemap says that it is one."""
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
"""Byte-order marks, which beat whatever else names an encoding (WHATWG HTML, 13.2.3.2)."""
CHARSET = re.compile(r"charset=[\"']?([\w-]+)", re.IGNORECASE)
CDATA = re.compile(r"<!\[CDATA\[|\]\]>")
PARTS = {
    "description": "",
    "responsibilities": "Responsibilities",
    "qualifications": "Qualifications",
    "skills": "Skills",
    "experienceRequirements": "Experience",
    "educationRequirements": "Education",
    "jobBenefits": "Benefits",
    "incentiveCompensation": "Benefits",
}
"""Properties that hold the advert's text, with the heading each gets."""
PERIOD_OF_UNIT = {"ANN": "year", "MON": "month", "WEE": "week", "HUR": "hour"}
"""Units by their codes (UN/CEFACT recommendation 20)."""
KNOWN = frozenset([
    "@context", "@type", "@id", "title", "name", "description", "responsibilities", "qualifications", "skills",
    "experienceRequirements", "educationRequirements", "jobBenefits", "incentiveCompensation", "identifier",
    "datePosted", "validThrough", "hiringOrganization", "jobLocation", "jobLocationType",
    "applicantLocationRequirements", "employmentType", "baseSalary", "salaryCurrency", "estimatedSalary", "url",
    "sameAs", "image", "logo", "mainEntityOfPage", "directApply", "industry", "occupationalCategory", "workHours",
    "jobStartDate", "jobImmediateStart", "totalJobOpenings", "employmentUnit", "employerOverview", "applicationContact",
    "benefits", "inLanguage", "experienceInPlaceOfEducation", "physicalRequirement", "relevantOccupation",
    "securityClearanceRequirement", "sensoryRequirement", "specialCommitments", "eligibilityToWorkRequirement",
    "potentialAction", "dateModified",
])  # fmt: skip


def posting_of(url: str) -> str | None:
    """The id of the posting whose page it is on a declared site, where the page gives it no `identifier`; or None."""
    is_posting = any(re.search(site.postings, url) and url not in site.lists for site in sites())
    return _id_by(url) if is_posting else None


SOURCE = Source(
    name="career_pages",
    title="Employers' career pages",
    kind="employer board",
    publisher="the employers named",
    homepage="https://schema.org/JobPosting",
    endpoints=("https://*/",),
    licence="Each site's own; only sites declared in career_pages.toml are asked. We publish counts, never texts",
    terms_url=None,
    attribution="Job postings: employers' career pages.",
    is_republishable=True,
    is_verified=True,
    cadence="live",
    expected_rows=(1, 50_000),
    most_requests=2_000,
    expires_after_days=EXPIRY_DAYS,
    posting_id=posting_of,
    facts=(
        "Seen in four saved pages: two with JSON-LD, one with microdata, one of a job board with neither, which is an "
        "issue. Amounts occur as text, kinds of employment in the site's words, equal addresses under different names "
        "(then the names are the places), lists where one value is meant. schema.org and Google's rules name the "
        "properties; pay is read as a number, as text, as a MonetaryAmount or PriceSpecification with the unit inside "
        "or outside its value, with the currency inside or beside it. A posting is known by its `identifier` within "
        "its host, else by its address. Google's rules call it the hiring organisation's number of the job; job boards "
        "give their own, so it counts as the requisition on declared sites and where it carries the organisation's "
        "name. A page of a declared site that answers 404 or 410 closes the posting known by its address; other ends "
        "are known only where they are stated."
    ),
)


@dataclass(frozen=True, kw_only=True)
class Site:
    """One employer's site, as career_pages.toml declares it."""

    name: str
    employer: str
    lists: tuple[str, ...]
    postings: str
    selectors: Mapping[str, str] = field(default_factory=dict)


@functools.cache
def sites() -> tuple[Site, ...]:
    """The declared sites. Raises `ValueError` naming the one that cannot be read."""
    return tuple(map(_site, tomllib.loads(SITES.read_text(encoding="utf-8")).get("sites", [])))


def _site(stated: dict[str, Any]) -> Site:
    try:
        site = Site(**stated | {"lists": tuple(stated["lists"])})
        re.compile(site.postings)
    except (TypeError, KeyError, re.error) as error:
        raise ValueError(
            f"{SITES.name}, site {stated.get('name')!r}: {error!r}; its head says what to write"
        ) from error
    return site


# --- fetching -----------------------------------------------------------------------------------------


def fetch(web: Web, *, boards: Sequence[str] = (), as_of: date) -> list[str]:
    """Ask for the lists of every declared site and the postings they name. Returns what failed."""
    return [failed for site in sites() for failed in _ask_site(web, site)]


def _ask_site(web: Web, site: Site) -> list[str]:
    failures: list[str] = []
    found: dict[str, None] = {}
    lists = list(site.lists)
    for url in lists:  # grows while indexes of sitemaps are read
        try:
            answer = web.get(url)
        except FetchFailed as error:
            failures.append(f"{url}: {error}")
            continue
        if answer.status != 200:
            failures.append(f"{url}: HTTP {answer.status}")
            continue
        named = addresses_in(answer)
        found.update(dict.fromkeys(named_url for named_url in named if re.search(site.postings, named_url)))
        if _sitemap(answer) == b"sitemapindex":
            more, room = [url for url in named if url not in lists], max(0, MAX_LISTS - len(lists))
            lists += more[:room]
            failures += [f"{url}: left out, {MAX_LISTS} lists of {site.name} are read at most" for url in more[room:]]
    if not found and not failures:
        failures.append(f"{site.lists[0]}: names no posting of {site.name}; see whether its addresses changed")
    if len(found) > MAX_POSTINGS:
        failures.append(f"{site.name}: {len(found) - MAX_POSTINGS} postings left out, {MAX_POSTINGS} are read at most")
    return failures + ask_each(web, list(found)[:MAX_POSTINGS], may_be_gone=True)


def addresses_in(response: Response) -> list[str]:
    """The addresses that a sitemap or a page names, each once, in order."""
    if _sitemap(response):
        parts = (part.partition("</loc>") for part in response.body.decode("utf-8", "replace").split("<loc>")[1:])
        named: Iterable[str] = (html.unescape(CDATA.sub("", said).strip()) for said, is_whole, _ in parts if is_whole)
    else:
        tree = _tree(page_of(response))
        links = () if tree is None else tree.iter("a")
        named = (_join(response.url, link.get("href")) for link in links if link.get("href") is not None)
    return list(dict.fromkeys(named))


def _join(base: str, address: str) -> str:
    """An address beside the page's own; one that cannot be parsed as it stands, which no site's pattern finds."""
    try:
        return urldefrag(urljoin(base, address)).url
    except ValueError:
        return address


def _tree(page: str) -> Any:
    """A page as a tree of lxml; None of one without elements. What is nested over 256 deep is cut off by its parser.

    Its parser takes the length of the page, one that repairs pages as browsers do the square of the depth.
    """
    from extruct.utils import parse_html  # noqa: PLC0415  # most of a second, for this source alone
    from lxml.etree import LxmlError  # noqa: PLC0415

    try:
        return parse_html(page.replace("\0", "").encode("utf-8", "replace"), "UTF-8")
    except (LxmlError, ValueError):
        return None


def is_sitemap(response: Response) -> bool:
    """Whether an answer is a sitemap or an index of sitemaps."""
    return _sitemap(response) is not None


def _sitemap(response: Response) -> bytes | None:
    found = SITEMAP.search(response.body[:HEAD])
    return found[1] if found else None


def _id_by(address: str) -> str:
    return urldefrag(address).url.split("://", 1)[-1]


# --- pages --------------------------------------------------------------------------------------------


def parse(response: Response) -> Iterator[RawPosting | Issue]:
    """The postings that a page marks up, or the reason why there are none."""
    site = next((site for site in sites() if re.search(site.postings, response.url)), None)
    if is_sitemap(response) or any(response.url in site.lists for site in sites()):
        yield left_out(response.url, "a page of a posting expected; this one lists addresses")
        return
    page = page_of(response)
    items = items_in(page, response.url) or _select(page, site)
    if not items:
        rule = f"a schema.org JobPosting expected, or selectors for its site in {SITES.name}"
        raise Rejected("response", page[:80], rule)
    yield from each(items, functools.partial(read_item, url=response.url, site=site), known=KNOWN)


def items_in(page: str, url: str) -> list[dict[str, Any]]:
    """The JobPostings that a page marks up: in JSON-LD, else in microdata. RDFa is not read."""
    return json_ld_in(page) or microdata_in(page, url)


def page_of(response: Response) -> str:
    """A page as text, by the encoding its header or its head names; of UTF-8, bytes that are none become U+FFFD.

    Its depth is limited (`limit_depth`), so that parsing it takes the time of its length.
    """
    return limit_depth(_decode(response))


def _decode(response: Response) -> str:
    from bs4 import UnicodeDammit  # noqa: PLC0415  # slow to load, for this source alone

    if response.body.startswith(UTF_16):
        return response.body.decode("utf-16", "replace")
    named = CHARSET.search(response.headers.get("content-type", ""))
    stated = named or CHARSET.search(response.body[:HEAD].decode("latin-1"))
    if stated and stated[1].lower() in ("utf-8", "utf8"):  # one bad byte must not have all of it guessed anew
        return response.body.decode("utf-8-sig", "replace")
    read = UnicodeDammit(response.body, [named[1]] if named else ["utf-8"], is_html=True)
    return read.unicode_markup or ""


def json_ld_in(page: str) -> list[dict[str, Any]]:
    """The JobPostings in a page's JSON-LD: alone, in lists or in an `@graph`. A script that is no JSON is passed."""
    from extruct.jsonld import JsonLdExtractor  # noqa: PLC0415  # most of a second, for this source alone

    found: list[dict[str, Any]] = []
    tree = _tree(page) if "JobPosting" in page else None
    for script in () if tree is None else tree.iter("script"):
        if "ld+json" not in script.get("type", "").lower():
            continue
        text = CDATA.sub("", script.text or "")
        begin, end = re.search(r"[\[{]", text), max(text.rfind("}"), text.rfind("]"))  # comments may stand around
        if begin is None or "JobPosting" not in text:
            continue
        try:
            script_alone = f'<script type="application/ld+json">{text[begin.start() : end + 1]}</script>'
            found += _job_postings(JsonLdExtractor().extract(script_alone))
        except (ValueError, RecursionError):
            continue
    return found


def microdata_in(page: str, url: str) -> list[dict[str, Any]]:
    """The JobPostings in a page's microdata, in the shape of JSON-LD.

    The first item without properties takes what stands behind it: some pages close its element too early.
    """
    if "JobPosting" not in page or "itemscope" not in page:
        return []
    from extruct.w3cmicrodata import MicrodataExtractor  # noqa: PLC0415

    document = _tree(page)
    if document is None or len(document.xpath("//*[@itemscope]")) > MAX_ITEMS:
        return []
    for empty in document.xpath("//*[@itemscope][contains(@itemtype, 'JobPosting')][not(.//*[@itemprop])]")[:1]:
        for behind in list(empty.itersiblings()):
            empty.append(behind)
    items = MicrodataExtractor().extract_items(document, url)
    return list(_job_postings([_as_json_ld(item) for item in items]))


def _job_postings(values: object) -> Iterator[dict[str, Any]]:
    """The JobPostings among nested values, in order; what stands in one of them is its own."""
    waiting = [values]
    for _ in range(MAX_NESTED):
        if not waiting:
            return
        value = waiting.pop()
        if isinstance(value, dict):
            if any(str(kind).endswith("JobPosting") for kind in _many(value.get("@type"))):
                yield value
            else:
                waiting += reversed(value.values())
        elif isinstance(value, list):
            waiting += reversed(value)


def _as_json_ld(item: Any) -> Any:
    """An item of microdata as JSON-LD has it."""
    if isinstance(item, list):
        return [_as_json_ld(one) for one in item]
    if not isinstance(item, dict):
        return item
    if "properties" not in item:
        return item.get("value")
    return {"@type": item.get("type"), **{name: _as_json_ld(value) for name, value in item["properties"].items()}}


def _select(page: str, site: Site | None) -> list[dict[str, Any]]:
    """One item of what the site's selectors find; none without a title."""
    if site is None or not site.selectors:
        return []
    from bs4 import BeautifulSoup  # noqa: PLC0415

    soup = BeautifulSoup(page, "lxml")
    item: dict[str, Any] = {"@type": "JobPosting"}
    for name, selector in site.selectors.items():
        tag = soup.select_one(selector)
        if tag is not None:
            item[name] = (
                tag.decode_contents() if name in PARTS else tag.get("datetime") or tag.get_text(" ", strip=True)
            )
    return [item] if item.get("title") else []


# --- postings -----------------------------------------------------------------------------------------


def read_item(item: dict[str, Any], *, url: str, site: Site | None) -> RawPosting:
    """One JobPosting of the page at `url`."""
    address = urljoin(url, _text(item.get("url")) or url)
    host, number = urlsplit(address).netloc, _identifier(_one(item.get("identifier")))
    places = [_place(place) for place in _many(item.get("jobLocation"))]
    is_remote = "TELECOMMUTE" in map(_text, _many(item.get("jobLocationType")))
    scope = [name for area in _many(item.get("applicantLocationRequirements")) if (name := _text(area))]
    if is_remote and scope:
        places = []  # what stands there is the employer's office
    lines = [place.text for place in places if place.text] or ([f"Remote ({', '.join(scope)})"] if scope else [])
    pays = [
        pay for stated in _many(item.get("baseSalary"))[:MAX_PARTS] for pay in _pays(stated, item.get("salaryCurrency"))
    ]
    prose = None if pays else _one(item.get("baseSalary"))
    return RawPosting(
        source=SOURCE.name,
        id=f"{host}/{number}" if number else _id_by(address),
        title=_text(item.get("title")) or _text(item.get("name")),
        url=address,
        board=site.name if site else host,
        employer=site.employer if site else _text(item.get("hiringOrganization")),
        department=_text(item.get("employmentUnit")),
        requisition_id=number if site or _names_employer(item) else None,
        html=_whole_text(item),
        location_text="; ".join(dict.fromkeys(lines)),
        addresses=_tell_apart(places),
        is_remote=is_remote or None,
        employment_type=", ".join(filter(None, map(_text, _many(item.get("employmentType"))))),
        posted_on=_day(item.get("datePosted")),
        openings=_text(_one(item.get("totalJobOpenings"))),
        valid_through=_day(item.get("validThrough")),
        pay=pays,
        pay_text=prose if isinstance(prose, str) else None,
    )


def _whole_text(item: dict[str, Any]) -> str:
    """The parts of the advert as HTML, whether they came as HTML, as HTML escaped once more, or as text."""
    whole: dict[str, str] = {}
    for name, heading in PARTS.items():
        for part in _many(item.get(name))[:MAX_PARTS]:
            if not isinstance(part, str) or not part.strip() or any(part in said for said in whole.values()):
                continue
            said = (part if "<" in part else html.unescape(part)).replace("\\n", "\n")
            body = said if "<" in said else html.escape(said).replace("\n", "<br>")
            whole[heading] = f"{whole.get(heading, '')}<div>{body}</div>"
    return "".join(f"<h3>{heading}</h3>{body}" if heading else body for heading, body in whole.items())


def _place(stated: object) -> Address:
    """A place given as text, as an address, or as a Place with one."""
    if not isinstance(stated, dict):
        return Address(_text(stated))
    address = _one(stated.get("address", stated))
    if not isinstance(address, dict):
        return Address(_text(address) or _text(stated))
    country, town = _text(address.get("addressCountry")), _text(address.get("addressLocality"))
    line = _text(stated.get("name")) or ", ".join(filter(None, (town, country)))
    return Address(line or None, country, _text(address.get("addressRegion")), town)


def _tell_apart(places: Sequence[Address]) -> list[Address]:
    """The places; where several share one address under different names, the names alone say where they are."""
    names: dict[Address, set[str | None]] = {}
    for place in places:
        names.setdefault(place._replace(text=None), set()).add(place.text)
    return [
        place if len(names[place._replace(text=None)]) == 1 else Address(place.text, place.country) for place in places
    ]


def _pays(stated: object, currency: object) -> tuple[Pay, ...]:
    """Base pay given as a number or as a MonetaryAmount, PriceSpecification or QuantitativeValue."""
    if not isinstance(stated, dict):
        return stated_pay(stated, stated, currency=_text(currency))
    inner = _one(stated.get("value", stated))
    value = inner if isinstance(inner, dict) else {"value": inner}
    single = _one(value.get("value", value.get("price")))
    low, high = (_one(value.get(end, value.get(end.replace("Value", "Price")))) for end in ("minValue", "maxValue"))
    if low is None and high is None:
        low = high = single
    unit = next((u for of in (value, stated) for key in ("unitText", "unitCode") if (u := _text(of.get(key)))), None)
    named = _text(stated.get("currency")) or _text(value.get("currency")) or _text(stated.get("priceCurrency"))
    return stated_pay(low, high, currency=named or _text(currency), period=PERIOD_OF_UNIT.get(unit or "", unit))


def _day(stated: object) -> str | None:
    """The day as the site writes it: its midnight is the day before elsewhere."""
    said = _text(stated)
    day = re.match(r"\d{4}-\d{2}-\d{2}(?=T|\s|$)", said or "")
    return day[0] if day else said


def _identifier(stated: object) -> str | None:
    """The value of an identifier; its name is the employer's."""
    return _text(stated.get("value")) if isinstance(stated, dict) else _text(stated)


def _names_employer(item: dict[str, Any]) -> bool:
    """Whether the identifier is said to be the hiring organisation's: job boards give adverts numbers of their own."""
    stated = _one(item.get("identifier"))
    named = _text(stated.get("name")) if isinstance(stated, dict) else None
    return named is not None and named == _text(item.get("hiringOrganization"))


def _many(value: object) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _one(value: object) -> Any:
    """The first of a list, or the value itself."""
    return next(iter(value), None) if isinstance(value, list) else value


def _text(value: object) -> str | None:
    """A text or number, the name of a thing, or the first of a list of them; None when it is empty."""
    value = _one(value)
    if isinstance(value, dict):
        value = _one(value.get("name", value.get("@value")))
    return str(value).strip() or None if isinstance(value, str | int | float) and value is not True else None
