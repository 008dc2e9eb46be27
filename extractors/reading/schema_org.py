"""Find the schema.org JobPosting in a page (in JSON-LD, in microdata or by selectors) and read it into a `RawPosting`.

Sites write this markup for search engines and seldom test it: saved pages have a list of ten names as the country, one
address for nine places, or a pay amount of empty texts. `estimatedSalary` is not read, because it is an estimate and
not advertised pay.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

from extractors.boards import on_board
from extractors.reading.markup import limit_depth
from extractors.response import Response, each
from extractors.sources.declaration import Source
from transforms.pay.structured import stated_pay
from transforms.place.places import Address
from transforms.raw_posting import RawPosting
from transforms.records.rows import Issue, Pay
from transforms.text.rejects import Rejected

MAX_NESTED = 10_000
"""Maximum number of values in a page's markup that are searched for JobPostings."""
MAX_ITEMS = 300
"""Maximum number of microdata items in a page that is read, because reading an item also reads all items inside it."""
MAX_PARTS = 50
"""Maximum number of texts or amounts read from one property. Each text is compared with all texts before it."""
HEAD = 2_000
"""Number of bytes at the beginning of a page that are searched for its encoding."""
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
"""Byte-order marks of UTF-16. They override any other statement of the encoding (WHATWG HTML, 13.2.3.2)."""
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
"""Properties that hold a part of the advert's text, each with the heading that we put above that part."""
NO_SELECTORS: Mapping[str, str] = MappingProxyType({})
PERIOD_OF_UNIT = {"ANN": "year", "MON": "month", "WEE": "week", "HUR": "hour"}
"""Pay periods by unit code (UN/CEFACT recommendation 20)."""
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

# --- pages --------------------------------------------------------------------------------------------


def page_of(response: Response) -> str:
    """Return the text of a page, decoded by the encoding that its headers or its first bytes name.

    Invalid bytes of UTF-8 become U+FFFD. `limit_depth` limits the nesting of elements.
    """
    return limit_depth(_decode(response))


def _decode(response: Response) -> str:
    from bs4 import UnicodeDammit  # noqa: PLC0415  # slow to load, and only pages need it

    if response.body.startswith(UTF_16):
        return response.body.decode("utf-16", "replace")
    in_header = CHARSET.search(response.headers.get("content-type", ""))
    charset = in_header or CHARSET.search(response.body[:HEAD].decode("latin-1"))
    if charset and charset[1].lower() in (
        "utf-8",
        "utf8",
    ):  # one bad byte must not change how the other bytes are read
        return response.body.decode("utf-8-sig", "replace")
    read = UnicodeDammit(response.body, [in_header[1]] if in_header else ["utf-8"], is_html=True)
    return read.unicode_markup or ""


def tree_of(page: str) -> Any:
    """Parse a page into an lxml tree, in time proportional to its length. Return None if the page has no elements."""
    from extruct.utils import parse_html  # noqa: PLC0415  # takes most of a second, and only pages need it
    from lxml.etree import LxmlError  # noqa: PLC0415

    try:
        return parse_html(page.replace("\0", "").encode("utf-8", "replace"), "UTF-8")
    except (LxmlError, ValueError):
        return None


def job_postings_in(page: str, url: str, selectors: Mapping[str, str] = NO_SELECTORS) -> list[dict[str, Any]]:
    """Return the JobPostings of a page, in the shape of JSON-LD: from JSON-LD, else microdata, else `selectors`.

    `selectors` give a CSS selector for each property of a JobPosting.
    """
    return json_ld_in(page) or microdata_in(page, url) or _select(page, selectors)


def json_ld_in(page: str) -> list[dict[str, Any]]:
    """Return the JobPostings in a page's JSON-LD, including those inside lists or an `@graph`.

    Scripts that contain no JSON are skipped.
    """
    from extruct.jsonld import JsonLdExtractor  # noqa: PLC0415  # takes most of a second, and only pages need it

    postings: list[dict[str, Any]] = []
    tree = tree_of(page) if "JobPosting" in page else None
    for script in () if tree is None else tree.iter("script"):
        if "ld+json" not in script.get("type", "").lower():
            continue
        text = CDATA.sub("", script.text or "")
        begin, end = re.search(r"[\[{]", text), max(text.rfind("}"), text.rfind("]"))  # comments may surround the JSON
        if begin is None or "JobPosting" not in text:
            continue
        try:
            script_alone = f'<script type="application/ld+json">{text[begin.start() : end + 1]}</script>'
            postings += _job_postings(JsonLdExtractor().extract(script_alone))
        except (ValueError, RecursionError):
            continue
    return postings


def microdata_in(page: str, url: str) -> list[dict[str, Any]]:
    """Return the JobPostings in a page's microdata, in the shape of JSON-LD.

    Some pages close the element of a JobPosting before its properties begin. Therefore the siblings after the first
    JobPosting without properties are moved into it.
    """
    if "JobPosting" not in page or "itemscope" not in page:
        return []
    from extruct.w3cmicrodata import MicrodataExtractor  # noqa: PLC0415

    document = tree_of(page)
    if document is None or len(document.xpath("//*[@itemscope]")) > MAX_ITEMS:
        return []
    for empty in document.xpath("//*[@itemscope][contains(@itemtype, 'JobPosting')][not(.//*[@itemprop])]")[:1]:
        for behind in list(empty.itersiblings()):
            empty.append(behind)
    items = MicrodataExtractor().extract_items(document, url)
    return list(_job_postings([_as_json_ld(item) for item in items]))


def _job_postings(values: object) -> Iterator[dict[str, Any]]:
    """Yield the JobPostings among nested values, in order. Do not search inside a JobPosting."""
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
    if isinstance(item, list):
        return [_as_json_ld(part) for part in item]
    if not isinstance(item, dict):
        return item
    if "properties" not in item:
        return item.get("value")
    return {"@type": item.get("type"), **{name: _as_json_ld(value) for name, value in item["properties"].items()}}


def _select(page: str, selectors: Mapping[str, str]) -> list[dict[str, Any]]:
    if not selectors:
        return []
    from bs4 import BeautifulSoup  # noqa: PLC0415

    soup = BeautifulSoup(page, "lxml")
    item: dict[str, Any] = {"@type": "JobPosting"}
    for name, selector in selectors.items():
        tags = soup.select(selector, limit=MAX_PARTS if name in PARTS else 1)
        if name in PARTS:
            item[name] = [tag.decode_contents() for tag in tags]
        elif tags:
            item[name] = tags[0].get("datetime") or tags[0].get_text(" ", strip=True)
    return [item] if item.get("title") else []


def read_page(
    response: Response,
    read: Callable[[dict[str, Any]], RawPosting | Issue],
    *,
    selectors: Mapping[str, str] = NO_SELECTORS,
    remedy: str = "see whether its pages changed",
) -> Iterator[RawPosting | Issue]:
    """Read every JobPosting of a page with `read`.

    Raise `Rejected` if the page has none; `remedy` is the advice in the message.
    """
    page = page_of(response)
    items = job_postings_in(page, response.url, selectors)
    if not items:
        raise Rejected("response", page[:80], f"expected a schema.org JobPosting; {remedy}")
    yield from each(items, read, known=KNOWN)


def read_board_page(
    response: Response,
    source: Source,
    *,
    id: str,
    url: str | None = None,
    named: str | None = None,
    is_token_a_name: bool = True,
    selectors: Mapping[str, str] = NO_SELECTORS,
) -> Iterator[RawPosting | Issue]:
    """Read the posting on a page of a platform's board.

    `id` and `url`, by default the response's URL, replace those in the markup. `named` is the employer's name if the
    markup has none. `is_token_a_name` has the same meaning as in `on_board`.
    """

    def read(item: dict[str, Any]) -> RawPosting:
        posting = read_job_posting(item, source=source.name, url=url or response.url)
        posting["id"], posting["url"], posting["board"], posting["requisition_id"] = id, url or response.url, None, None
        posting["employer"] = posting.get("employer") or named
        return posting

    yield from read_page(
        response, on_board(source, response.url, read, is_token_a_name=is_token_a_name), selectors=selectors
    )


def id_by(address: str) -> str:
    """Return the address of a posting without scheme and fragment, for use as the posting's id."""
    return urldefrag(address).url.split("://", 1)[-1]


# --- postings -----------------------------------------------------------------------------------------


def read_job_posting(item: dict[str, Any], *, source: str, url: str) -> RawPosting:
    """Read a JobPosting, in the shape of JSON-LD, from the page at `url`.

    The posting's id is "<host>/<identifier>", or the address if there is no identifier. An identifier that carries the
    employer's name is also the `requisition_id`.
    """
    address = urljoin(url, _text(item.get("url")) or url)
    host, number = urlsplit(address).netloc, identifier_of(item)
    places = [*map(_place, _many(item.get("jobLocation")))]
    is_remote = "TELECOMMUTE" in _texts(item.get("jobLocationType"))
    scope = _texts(item.get("applicantLocationRequirements"))
    if is_remote and scope:
        places = []  # with a scope for applicants, the places are the employer's office
    lines = [place.text for place in places if place.text] or ([f"Remote ({', '.join(scope)})"] if scope else [])
    pays, prose = _pay_of(item)
    return RawPosting(
        source=source,
        id=f"{host}/{number}" if number else id_by(address),
        title=_text(item.get("title")) or _text(item.get("name")),
        url=address,
        board=host,
        employer=_text(item.get("hiringOrganization")),
        department=_text(item.get("employmentUnit")),
        industry_text=_text(item.get("industry")),
        requisition_id=number if _names_employer(item) else None,
        html=_whole_text(item),
        location_text="; ".join(dict.fromkeys(lines)),
        addresses=_distinct(places),
        is_remote=is_remote or None,
        employment_type=", ".join(_texts(item.get("employmentType"))),
        posted_on=_day(item.get("datePosted")),
        openings=_text(item.get("totalJobOpenings")),
        valid_through=_day(item.get("validThrough")),
        pay=pays,
        pay_text=prose,
    )


def _whole_text(item: dict[str, Any]) -> str:
    whole: dict[str, str] = {}
    for name, heading in PARTS.items():
        for part in _many(item.get(name))[:MAX_PARTS]:
            if not isinstance(part, str) or not part.strip() or any(part in text for text in whole.values()):
                continue
            text = (part if "<" in part else html.unescape(part)).replace("\\n", "\n")
            body = text if "<" in text else html.escape(text).replace("\n", "<br>")
            whole[heading] = f"{whole.get(heading, '')}<div>{body}</div>"
    return "".join(f"<h3>{heading}</h3>{body}" if heading else body for heading, body in whole.items())


def _place(place: object) -> Address:
    if not isinstance(place, dict):
        return Address(_text(place))
    address = _one(place.get("address", place))
    if not isinstance(address, dict):
        return Address(_text(address) or _text(place))
    country, town = _text(address.get("addressCountry")), _text(address.get("addressLocality"))
    line = _text(place.get("name")) or ", ".join(filter(None, (town, country)))
    return Address(line or None, country, _text(address.get("addressRegion")), town)


def _distinct(places: Sequence[Address]) -> list[Address]:
    """Return the places. Of places that share an address but have different names, keep only name and country."""
    names: dict[Address, set[str | None]] = {}
    for place in places:
        names.setdefault(place._replace(text=None), set()).add(place.text)
    return [
        place if len(names[place._replace(text=None)]) == 1 else Address(place.text, place.country) for place in places
    ]


def _pay_of(item: dict[str, Any]) -> tuple[list[Pay], str | None]:
    salaries, currency = _many(item.get("baseSalary")), item.get("salaryCurrency")
    pays = [pay for salary in salaries[:MAX_PARTS] for pay in _pays(salary, currency)]
    prose = None if pays else _one(salaries)
    return pays, prose if isinstance(prose, str) else None


def _pays(salary: object, currency: object) -> tuple[Pay, ...]:
    if not isinstance(salary, dict):
        return stated_pay(salary, salary, currency=_text(currency))
    inner = _one(salary.get("value", salary))
    value = inner if isinstance(inner, dict) else {"value": inner}
    single = _one(value.get("value", value.get("price")))
    low, high = (_one(value.get(end, value.get(end.replace("Value", "Price")))) for end in ("minValue", "maxValue"))
    if low is None and high is None:
        low = high = single
    unit = next((u for of in (value, salary) for key in ("unitText", "unitCode") if (u := _text(of.get(key)))), None)
    code = _text(salary.get("currency")) or _text(value.get("currency")) or _text(salary.get("priceCurrency"))
    return stated_pay(low, high, currency=code or _text(currency), period=PERIOD_OF_UNIT.get(unit or "", unit))


def _day(value: object) -> str | None:
    """Return the day as the site writes it, without time. In UTC, a local midnight could fall on the day before."""
    text = _text(value)
    day = re.match(r"\d{4}-\d{2}-\d{2}(?=T|\s|$)", text or "")
    return day[0] if day else text


def identifier_of(item: dict[str, Any]) -> str | None:
    """Return the value of a JobPosting's identifier, or None if there is none."""
    identifier = _one(item.get("identifier"))
    return _text(identifier.get("value")) if isinstance(identifier, dict) else _text(identifier)


def _names_employer(item: dict[str, Any]) -> bool:
    """Whether the identifier carries the employer's name, unlike those that job boards give."""
    identifier = _one(item.get("identifier"))
    name = _text(identifier.get("name")) if isinstance(identifier, dict) else None
    return name is not None and name == _text(item.get("hiringOrganization"))


def _many(value: object) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _texts(value: object) -> list[str]:
    return [text for part in _many(value) if (text := _text(part))]


def _one(value: object) -> Any:
    return next(iter(value), None) if isinstance(value, list) else value


def _text(value: object) -> str | None:
    """Return a text or number as text, and an object as its name, of the first item of a list; else None."""
    value = _one(value)
    if isinstance(value, dict):
        value = _one(value.get("name", value.get("@value")))
    return str(value).strip() or None if isinstance(value, str | int | float) and value is not True else None
