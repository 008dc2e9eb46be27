"""What a source says of a posting, in its own words, within the bounds that anything said has, and its digest.

Sources give a `RawPosting`; `transforms.posting` makes the finished row of it. What is too long is cut, and a day that
cannot be read becomes an issue; nothing else is read here.
"""

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
"""Epoch numbers above this are milliseconds (it would be the year 5138 in seconds)."""
MAYBE_NUMBERS = ("id", "posted_on", "valid_through", "requisition_id", "openings")
"""What sources say that may be a number, beside pay."""
DAYS = ("posted_on", "valid_through")


class RawPosting(TypedDict, total=False):
    """What a source says of a posting, in its own words.

    Dates may be a date, a datetime, an ISO string or an epoch number. `text_state` is given by sources that serve
    snippets; otherwise it follows from the length of the text.
    """

    source: Required[str]
    id: Required[object]
    title: Required[object]
    url: str | None
    board: str | None
    employer: str | None
    department: str | None
    industry_text: str | None
    """The employer's industry, never a field of work: words, or a code behind the name of its classification."""
    requisition_id: object
    """The employer's own number of the opening, never the platform's of its record or of the advert."""
    openings: object
    """How many are hired by this advert, as a number; words ("many") say none."""
    html: str | None
    text: str | None
    """Read where there is no HTML."""
    text_state: str | None
    text_class: str | None
    """What the endpoint gives (`vocabulary.TEXT_CLASSES`); a full advert where it is not stated."""
    location_text: str | None
    addresses: Sequence[Address]
    is_remote: bool | None
    workplace: str | None
    employment_type: str | None
    posted_on: object
    valid_through: object
    pay: Sequence[Pay]
    """Structured components (`reading="stated"`). Structured base pay wins; prose is read where there is none."""
    pay_text: str | None
    """A field of prose about pay."""
    language: str | None
    issues: Sequence[Issue]
    """Values of the record that its source module could not take."""
    level: str | None
    """The level in the source's own word; it counts where the title has none."""
    employer_country: str | None
    """ISO 3166-1 alpha-2, where the source or its list of boards knows it."""
    record_hash: str | None
    """Digest of the record that all of this was taken from (`extractors.response.each_advert`)."""


def wording_hash(raw: RawPosting) -> str | None:
    """Digest of all that a source says of an advert, 32 hex digits: equal digests give equal postings.

    None where a value has no unambiguous form in JSON (bytes, infinity): such an advert is never cached.
    """
    try:
        content = {**raw, "addresses": [*map(tuple, raw.get("addresses", ()))], "record_hash": None}
        if raw.get("html"):
            content["text"] = None  # which is not read beside HTML
        if not all(map(_is_finite, map(raw.get, MAYBE_NUMBERS))) or any(map(_is_endless, raw.get("pay", ()))):
            return None
        payload = orjson.dumps(content, default=_with_type, option=orjson.OPT_PASSTHROUGH_DATETIME)
    except (TypeError, AttributeError):
        return None
    return hashlib.sha256(payload).hexdigest()[:32]


def _is_finite(value: object) -> bool:
    return not isinstance(value, float) or math.isfinite(value)


def _is_endless(pay: Pay) -> bool:
    return not (_is_finite(pay.low) and _is_finite(pay.high))


def _with_type(value: object) -> list[object]:
    """A day or a time with its type, so that it differs from the same text."""
    if isinstance(value, date | time):
        return [type(value).__name__, value.isoformat()]
    raise TypeError


def bound_raw(raw: RawPosting, seen_on: date | None) -> RawPosting:
    """What a source says, within the bounds that anything said has: cut, cleaned, and the issues of it."""
    issues: list[Issue] = [*raw.get("issues", ())]
    whole: dict[str, Any] = {**raw}
    for column, most in MAX_LENGTH.items():
        text = whole.get(column)
        if isinstance(text, str):
            whole[column] = bounded_text(text, column, issues, most)
    if whole.get("url") is not None:
        whole["url"] = bounded_url(whole["url"], issues)
    for column in DAYS:
        value = whole.get(column)
        if value is not None:
            whole[column] = bounded_day(_day(value, column, issues), column, issues, seen_on)
    for column, of_part in PARTS.items():
        if parts := whole.get(column):
            most = bounded_number(parts, column, issues)
            whole[column] = [of_part(part, issues) for part in parts[:most]]
    if issues:
        whole["issues"] = issues
    result: RawPosting = whole  # type: ignore[assignment]  # the same keys
    return result


def _day(value: object, column: str, issues: list[Issue]) -> date | None:
    """A date, datetime, ISO string or epoch number as the day it names (UTC for times)."""
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
    issues.append(Rejected(column, value, "a date, an ISO 8601 text or an epoch number expected").issue)
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
"""What a source may say several of, with what bounds one."""
