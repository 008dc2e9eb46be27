"""What a source says about a posting: the type `RawPosting`, its bounds and its digest."""

from __future__ import annotations

import dataclasses
import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from types import MappingProxyType
from typing import Any, Required, TypedDict

import orjson

from transforms.place.places import Address
from transforms.records.rows import Issue, Pay
from transforms.text.bounds import MAX_LENGTH, MAX_PART, bounded_day, bounded_number, bounded_text, bounded_url
from transforms.text.rejects import Rejected

EPOCH_MILLISECONDS = 1e11
"""Epoch numbers above this are in milliseconds: this many seconds would be in the year 5138."""
MAYBE_NUMBERS = ("id", "posted_on", "valid_through", "requisition_id", "openings")
"""Keys of a `RawPosting`, other than `pay`, whose value may be a number."""
DAYS = ("posted_on", "valid_through")


class RawPosting(TypedDict, total=False):
    """What a source says about a posting, in the source's own words.

    A date may be a date, a datetime, an ISO string or an epoch number. Without `text_state`, the length of the text
    decides.
    """

    source: Required[str]
    id: Required[object]
    title: Required[object]
    url: str | None
    board: str | None
    employer: str | None
    department: str | None
    industry_text: str | None
    """The employer's industry: words, or the name of a classification followed by a code. Never the field of work."""
    requisition_id: object
    """The employer's own number for the opening. Not the platform's number for its record or for the advert."""
    openings: object
    """The number of people to be hired through this advert. Words such as "many" are not read."""
    html: str | None
    text: str | None
    """Plain text of the advert. It is read only if `html` is empty."""
    text_state: str | None
    text_class: str | None
    """The class of the texts that the endpoint gives (`vocabulary.TEXT_CLASSES`), by default full adverts."""
    location_text: str | None
    addresses: Sequence[Address]
    is_remote: bool | None
    workplace: str | None
    employment_type: str | None
    posted_on: object
    valid_through: object
    pay: Sequence[Pay]
    """Pay from the source's fields (`reading="stated"`). Prose is read only if they hold no base pay."""
    pay_text: str | None
    """A field with prose about pay."""
    language: str | None
    issues: Sequence[Issue]
    """Issues about values in the record that the source's module could not read."""
    level: str | None
    """The source's own word for the level. It counts only if the title names no level."""
    employer_country: str | None
    """ISO 3166-1 alpha-2 code, if the source or its list of boards states the country."""
    record_hash: str | None
    """Digest of the source's record (`extractors.response.each_advert`)."""


def wording_hash(raw: RawPosting) -> str | None:
    """Return a digest of everything that a source says about an advert, as 32 hex digits. Equal digests give equal
    postings.

    None if a value has no unambiguous JSON form, for example infinity: such an advert is always read again.
    """
    try:
        content = {**raw, "addresses": [*map(tuple, raw.get("addresses", ()))], "record_hash": None}
        if raw.get("html"):
            content["text"] = None  # not read if there is HTML
        amounts = (amount for pay in raw.get("pay", ()) for amount in (pay.low, pay.high))
        numbers = (*map(raw.get, MAYBE_NUMBERS), *amounts)
        if any(isinstance(number, float) and not math.isfinite(number) for number in numbers):
            return None
        payload = orjson.dumps(content, default=_with_type, option=orjson.OPT_PASSTHROUGH_DATETIME)
    except (TypeError, AttributeError):
        return None
    return hashlib.sha256(payload).hexdigest()[:32]


def _with_type(value: object) -> list[object]:
    if isinstance(value, date | time):
        return [type(value).__name__, value.isoformat()]
    raise TypeError


def bound_raw(raw: RawPosting, seen_on: date | None) -> RawPosting:
    """Return what a source says, cleaned and cut to the bounds of `transforms.text.bounds`.

    Each value that is cut, damaged or left out gets an issue. So does a date that is too old, or impossible for an
    advert seen on `seen_on`, if given.
    """
    issues: list[Issue] = [*raw.get("issues", ())]
    bounded: dict[str, Any] = {**raw}
    for column, limit in MAX_LENGTH.items():
        text = bounded.get(column)
        if isinstance(text, str):
            bounded[column] = bounded_text(text, column, issues, limit)
    if bounded.get("url") is not None:
        bounded["url"] = bounded_url(bounded["url"], issues)
    for column in DAYS:
        value = bounded.get(column)
        if value is not None:
            bounded[column] = bounded_day(_day(value, column, issues), column, issues, seen_on)
    for column, of_part in PARTS.items():
        if parts := bounded.get(column):
            limit = bounded_number(parts, column, issues)
            bounded[column] = [of_part(part, issues) for part in parts[:limit]]
    if issues:
        bounded["issues"] = issues
    result: RawPosting = bounded  # type: ignore[assignment]  # the same keys
    return result


def _day(value: object, column: str, issues: list[Issue]) -> date | None:
    if value is None or value == "" or isinstance(value, bool):
        return None
    try:
        if isinstance(value, datetime):
            return value.astimezone(UTC).date() if value.tzinfo else value.date()
        if isinstance(value, date):
            return value
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value / 1000 if value > EPOCH_MILLISECONDS else value, UTC).date()
        if isinstance(value, str) and len(value) > len("YYYY-MM-DD"):
            return _day(datetime.fromisoformat(value.strip()), column, issues)
        if isinstance(value, str):
            return date.fromisoformat(value)
    except (ValueError, OverflowError, OSError):
        pass
    issues.append(Rejected(column, value, "expected a date, an ISO 8601 text or an epoch number").issue)
    return None


def _bound_address(address: Address, issues: list[Issue]) -> Address:
    return Address._make([part and bounded_text(part, "location_text", issues, MAX_PART) for part in address])


def _bound_pay(pay: Pay, issues: list[Issue]) -> Pay:
    words = (pay.pay_text, pay.place_text, pay.level_text)
    pay_text, place, level = bounded = tuple(
        text and bounded_text(text, "pay_text", issues, MAX_PART) for text in words
    )
    if bounded == words:
        return pay
    return dataclasses.replace(pay, pay_text=pay_text, place_text=place, level_text=level)


PARTS: Mapping[str, Callable[[Any, list[Issue]], Any]] = MappingProxyType(
    {"addresses": _bound_address, "pay": _bound_pay}
)
"""Keys whose value is a list, with the function that bounds one item of the list."""
