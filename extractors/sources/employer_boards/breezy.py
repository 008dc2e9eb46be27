"""Breezy HR job boards: the list behind an employer's careers site, asked for with whole texts.

`is_remote` says whether a job is remote; `remote_details` stays behind when a job is no longer, so it counts only
beside it. Pay is one line, "$95,000 – $115,000 / year" or "$19.35+ / hour", whose currency is a sign; the page of a job
has it in fields. Pages are read where somebody recorded them and never asked for: the list says all they say but that.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from extractors.boards import employer_country_of, employer_of
from extractors.reading.schema_org import read_board_page
from extractors.response import Response, each_advert
from extractors.sources.declaration import BoardUrl, Source
from extractors.web.paging import Web, ask_boards
from transforms.place.places import Address
from transforms.raw_posting import RawPosting
from transforms.records.rows import Issue, Repetition

HYBRID, WITHIN_PLACES = "hybrid", "remote-location"
"""Values of `remote_details`: hybrid work, and remote work from the job's own places alone."""
KNOWN = frozenset([
    "id", "friendly_id", "name", "url", "published_date", "type", "location", "locations", "department", "salary",
    "company", "description",
])  # fmt: skip

SOURCE = Source(
    name="breezy",
    title="Breezy HR job boards",
    kind="employer board",
    publisher="the employers named, through Breezy HR",
    homepage="https://breezy.hr",
    endpoints=("https://*.breezy.hr/json", "https://*.breezy.hr/p/"),
    licence="None stated: a public list of an employer's own openings. We publish counts, never texts",
    terms_url=None,
    terms_checked="2026-11-28; quoted is the robots.txt of its boards, as readers of 2026 have it",
    quotation="User-Agent: * / Disallow: /css / Disallow: /fonts / Disallow: /stylesheets / Disallow: /javascripts",
    gives="whole boards with texts and lines of pay",
    attribution="Job postings: employers' boards on Breezy HR.",
    is_republishable=True,
    is_verified=True,
    cadence="live",
    expected_rows=(1, 100_000),
    boards=(
        BoardUrl(
            "https://{board}.breezy.hr/json?verbose=true",
            posting="https://{board}.breezy.hr/p/{id}-{name}",
            pages=(r"https://(?P<board>(?!(?:www|api|app|developer|help|marketing)\.)[a-z0-9-]+)\.breezy\.hr(?:/|$)",),
        ),
    ),
    facts=(
        "Seen in three stored lists of 2026 with nine jobs, one of them with texts, and one page: ids of 12 hex "
        "digits, `type` with a code beside a name in the employer's language, places with ISO country codes, "
        '`locations` empty where `location` is set, pay as one line or "". The numbers, the currency and an older '
        "day of posting stand in the page's JSON-LD: `published_date` is the last time the job was published. Others, "
        "who read 38,314 rows in September 2026, report pay on half of them, the same keys on all, texts with "
        "`verbose=true` that equal the page's, answers of up to 23.6 MB, a 404 for an unknown board and [] for one "
        "without openings, and the same job on sister boards. robots.txt of the boards closes style sheets and "
        "scripts (read 2026-09-03); one board, yardiromania, closes all and is not read. No limit of requests and no "
        "terms for third parties were found."
    ),
)


def fetch(web: Web, *, boards: Sequence[str], as_of: date) -> list[str]:
    """Ask for every board. Returns what failed; the others are archived."""
    return ask_boards(web, SOURCE, boards)


def parse(response: Response) -> Iterator[RawPosting | Issue | Repetition]:
    """Every job of the board, or the one whose page was recorded, or the reason why not."""
    board, url = SOURCE.board_in(response.url), response.url
    if native := SOURCE.posting_of(url):
        yield from read_board_page(response, SOURCE, id=native, board=board, url=url, unnamed=board)
    else:
        yield from each_advert(response, response.json(), functools.partial(read_job, board=board), known=KNOWN)


def read_job(job: dict[str, Any], *, board: str | None) -> RawPosting:
    """One job of the list."""
    places = job.get("locations") or [job["location"]] if job.get("location") or job.get("locations") else []
    main = job.get("location") or places[0] if places else {}
    details = (main.get("remote_details") or {}).get("value") if main.get("is_remote") is True else None
    countries = list(dict.fromkeys(filter(None, (_name(place, "country") for place in places))))
    is_within_countries = details == WITHIN_PLACES and bool(countries)
    kind, company = job.get("type") or {}, job.get("company") or {}
    return RawPosting(
        source=SOURCE.name,
        id=job.get("id"),
        title=job.get("name"),
        url=job.get("url"),
        board=board,
        employer=employer_of(SOURCE.name, board) or company.get("name") or board,
        employer_country=employer_country_of(SOURCE.name, board),
        department=job.get("department"),
        html=job.get("description"),
        location_text=f"Remote ({', '.join(countries)})" if is_within_countries else "; ".join(map(_line, places)),
        addresses=[] if is_within_countries else [_address(place) for place in places],
        is_remote=main.get("is_remote"),
        workplace=HYBRID if details == HYBRID else None,
        employment_type=kind.get("id") or kind.get("name"),
        posted_on=job.get("published_date"),
        pay_text=job.get("salary") or None,
    )


def _address(place: dict[str, Any]) -> Address:
    country, state = (place.get(part) or {} for part in ("country", "state"))
    return Address(_line(place), country.get("id") or country.get("name"), state.get("name"), place.get("city"))


def _line(place: dict[str, Any]) -> str:
    """Town and country in words: the codes of a place's own name read two ways ("Colon, PA" is in Panama)."""
    return ", ".join(filter(None, (place.get("city"), _name(place, "country")))) or place.get("name") or ""


def _name(place: dict[str, Any], part: str) -> str | None:
    return (place.get(part) or {}).get("name")
