"""Headers, forms and secrets of a request, and how secrets are kept out of the archive and the log."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import orjson


@dataclass(frozen=True, kw_only=True)
class RequestExtras:
    """What is sent with a URL: headers, secret query fields and credentials, which are never archived, and a form."""

    headers: Mapping[str, str] = field(default_factory=dict)
    secret: Mapping[str, str] = field(default_factory=dict)
    signature: Mapping[str, str] = field(default_factory=dict)
    """Query fields of an address that a server signed for a limited time. They are treated as secrets."""
    form: Mapping[str, object] | None = None
    credentials: Mapping[str, str] | None = None
    hidden: tuple[str, ...] = ()
    """Secrets that were sent before a redirect led to this address; an answer may still repeat them."""

    @property
    def words_to_hide(self) -> list[str]:
        """Values that must not be archived or logged, both plain and as encoded in an address; the longest first."""
        values = [*self.secret.values(), *(self.credentials or {}).values(), *self.hidden]
        values += [value for value in self.signature.values() if len(value) >= MIN_SIGNATURE]
        values += [value for name, value in self.headers.items() if name.lower() in SECRET_HEADERS]
        values += [part for value in values for part in value.split() if len(part) >= MIN_SECRET]
        url_forms = [urlencode({"": value})[1:] for value in values]
        return sorted({value for value in (*values, *url_forms) if len(value) >= MIN_SECRET}, key=len, reverse=True)


SECRET_HEADERS = frozenset(("authorization", "authorization-key", "x-api-key", "api-key"))
MIN_SECRET = 6
"""Length of the shortest value that is hidden, in characters; shorter values are common words."""
MIN_SIGNATURE = 32
"""Length of the shortest value in a signature that is a secret; shorter values are versions, days and permissions."""


def signature_in(url: str, location: str | None, hosts: Collection[str]) -> dict[str, str]:
    """Return the query fields of `location`, to which `url` redirects, if it is at one of `hosts` (which sign
    addresses), else {}."""
    if not location or not hosts:
        return {}
    try:
        parts = urlsplit(urljoin(url, location))
    except ValueError:
        return {}
    return dict(parse_qsl(parts.query, keep_blank_values=True)) if parts.netloc in hosts else {}


def redact(text: str, secrets: Sequence[str]) -> str:
    """Return the text with each secret replaced by as many asterisks."""
    for word in secrets:
        text = re.sub(re.escape(word), "*" * len(word), text, flags=re.IGNORECASE)
    return text


def redact_bytes(body: bytes, secrets: Sequence[str]) -> bytes:
    """Return the body with each secret replaced by as many asterisks."""
    for word in secrets:
        secret = word.encode()
        body = re.sub(re.escape(secret), b"*" * len(secret), body, flags=re.IGNORECASE)
    return body


def with_query(url: str, fields: Mapping[str, object]) -> str:
    """Return the address with fields added to its query, in order. Values other than text are written as JSON."""
    if not fields:
        return url
    texts = {name: value if isinstance(value, str) else orjson.dumps(value).decode() for name, value in fields.items()}
    return f"{url}{'&' if '?' in url else '?'}{urlencode(texts)}"
