"""Read search results of Adzuna's national sites through its API, only with permission on record.

Texts are snippets of 500 characters. Amounts have neither currency nor period. `salary_is_predicted` marks pay that
Adzuna estimated with a model, which never counts as pay stated in the advert. `contract_type` is "contract" for any
work that is not permanent, such as a fixed term in France: it says how long, not under which contract. `adref` and the
query of `redirect_url` contain a new signature for each caller and are not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from extractors.sources.declaration import declare
from extractors.sources.parsing import parse_list
from extractors.web.paging import Web, ask_pages
from transforms.pay.structured import amount_of
from transforms.place.places import Address
from transforms.raw_posting import RawPosting
from transforms.records.rows import Pay
from transforms.records.vocabulary import TRUNCATED

API = "https://api.adzuna.com/v1/api/jobs/"
COUNTRIES = (
    "gb", "us", "fr", "de", "nl", "es", "it", "pl", "at", "be", "ch", "ca", "au", "nz", "br", "mx", "in", "sg", "za",
)  # fmt: skip
QUERIES = ("machine learning engineer", "ai engineer", "data scientist")
PREDICTED = ("1", "true", "t")
KEYS = ("JOBMARKET_ADZUNA_ID", "JOBMARKET_ADZUNA_KEY")
KNOWN = frozenset((
    "id", "adref", "title", "description", "redirect_url", "created", "company", "location", "latitude", "longitude",
    "category", "contract_type", "contract_time", "salary_min", "salary_max", "salary_is_predicted", "__CLASS__",
    "search_role",
))  # fmt: skip

SOURCE = declare("adzuna", kind="aggregator", endpoints=(API,), keys=KEYS)


def fetch(web: Web, *, boards: Sequence[str], as_of: date) -> list[str]:
    """Request the first page of each query from each national site, newest results first."""
    secret = dict(zip(("app_id", "app_key"), (web.keys.get(key, "") for key in KEYS), strict=True))
    queries = [urlencode({"results_per_page": 50, "what": words, "sort_by": "date"}) for words in QUERIES]
    urls = [f"{API}{country}/search/1?{query}" for country in COUNTRIES for query in queries]
    return [failure for url in urls for failure in ask_pages(web, url, lambda page: None, max_pages=1, secret=secret)]


def _read_result(result: dict[str, Any]) -> RawPosting:
    area = (result.get("location") or {}).get("area") or ()  # names, from the country down to a town or county
    kind = result.get("contract_type")
    contract = ("temporary" if kind == "contract" else kind, result.get("contract_time"))
    return RawPosting(
        source=SOURCE.name,
        id=result.get("id"),
        title=result.get("title"),
        url=re.sub(r"\?.*", "", result.get("redirect_url") or "") or None,
        employer=(result.get("company") or {}).get("display_name"),
        html=result.get("description"),
        text_state="snippet" if result.get("description") else None,
        text_class=TRUNCATED,
        location_text=", ".join(dict.fromkeys((*area[-1:], *area[1:2], *area[:1]))),
        addresses=[Address(country=area[0], region=area[1] if len(area) > 1 else None)] if area else (),
        employment_type=" ".join(filter(None, contract)) or None,
        posted_on=result.get("created"),
        pay=tuple(_pay(result)),
    )


parse = parse_list(_read_result, "results", known=KNOWN)


def _pay(result: dict[str, Any]) -> Iterator[Pay]:
    """Yield the pay of a result. Predicted pay is "other" pay, so that it is never mixed with pay stated in adverts."""
    ends = (result.get("salary_min"), result.get("salary_max"))
    low, high = map(amount_of, ends)
    if low is None and high is None:
        return
    text = " - ".join(map(str, ends))
    if str(result.get("salary_is_predicted")).lower() in PREDICTED:
        yield Pay(component="other", pay_text=text, low=low, high=high, reading="inferred", flag="predicted")
    else:
        yield Pay(pay_text=text, low=low, high=high, reading="stated")
