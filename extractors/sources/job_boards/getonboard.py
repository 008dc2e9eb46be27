"""Read Get on Board (getonbrd.com), a job board of Latin America: its jobs API, and saved pages of its site.

We request every category of the API, page by page. Amounts in the API have neither currency nor period. Amounts on
pages of the site have both, and the words beside them say gross or net. Some adverts state a year's pay as a month's;
such amounts are kept unchanged, and the bounds of plausible pay flag them. Dates on pages have no year. Adverts on
pages contain two hidden marks against copying.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from extractors.response import Response, each
from extractors.sources.declaration import declare
from extractors.sources.fetching import ask_paged_lists, raise_field
from extractors.web.paging import Web, ask_pages
from transforms.pay.structured import stated_pay
from transforms.place.places import Address
from transforms.raw_posting import RawPosting
from transforms.records.rows import Issue
from transforms.text.rejects import Rejected, leave_out

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

SITE = "https://www.getonbrd.com/"
API = f"{SITE}api/v0/"
CATEGORIES = f"{API}categories"
MAX_PAGES = 20
"""Maximum number of pages of a category to request. A page has a hundred jobs."""
USUAL_CURRENCY, USUAL_PERIOD = "USD", "month"
"""Currency and period of the API's amounts, which the API does not state. All 147 amounts in the site's own list
are in US dollars a month, whatever the country ("2500 - 3500 USD/mes"). Therefore both are marked as inferred."""
PARTS = ("description", "functions", "desirable", "benefits")
"""Parts of an advert, in the order of its page. Each part may have a headline."""
LANGUAGES = ("en", "es", "pt")
# fmt: off
MONTHS = {
    "jan": 1, "ene": 1, "feb": 2, "mar": 3, "apr": 4, "abr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "ago": 8,
    "sep": 9, "oct": 10, "nov": 11, "dec": 12, "dic": 12,
}
# fmt: on
FLAG = re.compile(r"/flags/([a-z]{2})_")
WORKPLACE = re.compile(r"\(([^()]+)\)\s*\Z")
RESIDENCE = re.compile(r"(?:residir en|reside in|reside|desde) (.+?)(?: para postular)?\.\s*\Z")
"""Pattern of the words beside "Remoto (4 ubicaciones)" that say where applicants must live."""
OUT_OF_SIGHT = re.compile(r"((?:\.[\w-]+[\s,]*)+)\{\s*position:\s*fixed;\s*top:\s*100%")
KNOWN = frozenset([
    "id", "type", "attributes", "links", "relationships", "title", "remote", "remote_modality", "countries", "lang",
    "category_name", "min_salary", "max_salary", "published_at", "modality", "seniority", "company", "tags", "name",
    *PARTS, *(f"{part}_headline" for part in PARTS),
])  # fmt: skip

SOURCE = declare("getonboard", kind="aggregator", endpoints=(API, f"{SITE}empleos/", f"{SITE}jobs/"))


def fetch(web: Web, *, boards: Sequence[str] = (), as_of: date) -> list[str]:
    """Request the categories and then the jobs of each category."""
    firsts: list[str] = []
    query = urlencode({"per_page": 100, "page": 1, "expand": '["company","modality","seniority"]'})

    def note(answer: Response) -> None:
        ids = (quote(str(category["id"]), safe="") for category in answer.json()["data"])
        firsts.extend(f"{CATEGORIES}/{id}/jobs?{query}" for id in ids)

    def next_of(page: Response) -> str | None:
        return raise_field(page.url, "page", 1, last=page.json()["meta"]["total_pages"])

    failures = ask_pages(web, CATEGORIES, note, max_pages=1)
    return failures + ask_paged_lists(web, firsts, next_of, max_pages=MAX_PAGES)


def parse(response: Response) -> Iterator[RawPosting | Issue]:
    """Yield every job of a response or of a saved page, and an issue for each job that cannot be read."""
    if response.url.startswith(API):
        records = response.value_at("data")
        flat = list(map(_flat, records)) if isinstance(records, list) else records
        yield from each(flat, _read_job, known=KNOWN)
        return
    from bs4 import BeautifulSoup  # noqa: PLC0415  # slow to load, and most nights have no page

    page = BeautifulSoup(response.body, "lxml")
    items = page.select("a.gb-results-list__item")
    adverts = page.select('[itemtype$="schema.org/JobPosting"]')
    if not items and not adverts:
        begin = response.body[:80].decode("utf-8", "replace")
        raise Rejected("response", begin, "expected a list of adverts or an advert; the site may have changed")
    yield from each(items, functools.partial(_read_list_item, seen_on=response.observed_at.date()))
    yield from each(adverts, functools.partial(_read_advert, page=page))


# --- the API ------------------------------------------------------------------------------------------


def _flat(record: Any) -> Any:
    attributes = record.get("attributes") if isinstance(record, dict) else None
    return {**record, **attributes} if isinstance(attributes, dict) else record


def _read_job(job: dict[str, Any]) -> RawPosting | Issue:
    if job.get("type", "job") != "job":
        return leave_out(f"{job['type']} {job.get('id')}", "expected a job")
    countries = [country for country in job.get("countries") or () if country != "Remote"]
    pays = stated_pay(job.get("min_salary"), job.get("max_salary"), currency=USUAL_CURRENCY, period=USUAL_PERIOD)
    sections = [(job.get(f"{part}_headline") or "", job.get(part)) for part in PARTS]
    return RawPosting(
        source=SOURCE.name,
        id=job.get("id"),
        title=job.get("title"),
        url=(job.get("links") or {}).get("public_url"),
        employer=_name_in(job.get("company")),
        html="".join(f"<h3>{escape(headline)}</h3><div>{part}</div>" for headline, part in sections if part),
        location_text="; ".join(countries),
        addresses=[Address(country=country) for country in countries],
        is_remote=job.get("remote"),
        workplace=job.get("remote_modality"),
        employment_type=_name_in(job.get("modality")),
        level=_name_in(job.get("seniority")),
        posted_on=job.get("published_at"),
        pay=[replace(pay, reading="inferred", period_reading="inferred") for pay in pays],
        language=job.get("lang") if job.get("lang") in LANGUAGES else None,
    )


def _name_in(record: dict[str, Any] | None) -> str | None:
    name: str | None = (((record or {}).get("data") or {}).get("attributes") or {}).get("name")
    return name


# --- saved pages --------------------------------------------------------------------------------------


def _read_list_item(item: Tag, *, seen_on: date) -> RawPosting:
    """Read an advert of a list, which has no text. "Senior · Full time" names a level and a kind of employment."""
    kinds = list(item.select(".gb-results-list__title .opacity-half")[0].stripped_strings)
    money = item.select_one(".icon-money-bill")
    location_text, addresses, is_remote, workplace = _place(item.select_one(".location"))
    url = str(item["href"])
    return RawPosting(
        source=SOURCE.name,
        id=url.rsplit("/", 1)[-1],
        title=_words(item.select_one(".gb-results-list__title strong")),
        url=url,
        employer=_words(item.select_one(".gb-results-list__info .size0 > strong")),
        location_text=location_text,
        addresses=addresses,
        is_remote=is_remote,
        workplace=workplace,
        employment_type=kinds[-1],
        level=kinds[0] if len(kinds) > 1 else None,
        posted_on=_day(_words(item.select(".gb-results-list__secondary .opacity-half")[-1]), seen_on),
        pay_text=f"{money['title']}: {_words(money.find_next_sibling('span'))}" if money else None,
    )


def _read_advert(advert: Tag, *, page: BeautifulSoup) -> RawPosting:
    styles = " ".join(style.get_text() for style in page.select("style"))
    classes = [name for names in OUT_OF_SIGHT.findall(styles) for name in re.findall(r"[\w-]+", names)]
    for mark in advert.find_all(class_=classes) if classes else ():
        mark.decompose()
    location_text, addresses, is_remote, workplace = _place(advert.select_one("[itemprop=jobLocation] .location"))
    url = str(page.select('meta[property="og:url"]')[0]["content"])
    return RawPosting(
        source=SOURCE.name,
        id=url.rsplit("/", 1)[-1],
        title=_words(advert.select_one("[itemprop=title]")),
        url=url,
        employer=_words(advert.select_one("[itemprop=hiringOrganization] [itemprop=name]")),
        html=str(advert.select_one("[itemprop=description]") or ""),
        location_text=location_text,
        addresses=addresses,
        is_remote=is_remote,
        workplace=workplace,
        employment_type=_words(advert.select_one("[itemprop=employmentType]")),
        level=_words(advert.select_one("[itemprop=qualifications]")),
        posted_on=advert.select("[itemprop=datePosted]")[0]["datetime"],
    )


def _place(element: Tag | None) -> tuple[str | None, Sequence[Address], bool | None, str | None]:
    """Return a posting's (location_text, addresses, is_remote, workplace), as a page of the site states them."""
    if element is None:
        return None, (), None, None
    words = _words(element) or ""
    offices = element.select(".location-tooltip-content > span")
    if not offices:
        tip = element.select_one("[title]")
        residence = RESIDENCE.search(str(tip["title"])) if tip else None
        return f"{words.split(' (')[0]} ({residence[1]})" if residence else words, (), True, None
    addresses = []
    for office in offices:
        city, flag = _words(office), FLAG.search(str(office))
        addresses.append(Address(text=city, country=flag[1].upper() if flag else None, locality=city))
    workplace = WORKPLACE.search(words)
    text = "; ".join(address.text or "" for address in addresses)
    return text, addresses, None, workplace[1] if workplace else None


def _words(element: Tag | None) -> str | None:
    return " ".join(element.get_text(" ").split()) if element else None


def _day(text: str | None, seen_on: date) -> date | str | None:
    """Return the latest day, up to `seen_on`, with the month and day of a text such as "ene 08".

    Return any other text unchanged, and None without a text.
    """
    month, _, day = (text or "").partition(" ")
    if month[:3].lower() not in MONTHS or not day.isdecimal():
        return text
    for year in (seen_on.year, seen_on.year - 1):
        try:
            candidate = date(year, MONTHS[month[:3].lower()], int(day))
        except ValueError:
            continue  # 29 February does not exist in this year
        if candidate <= seen_on:
            return candidate
    return text
