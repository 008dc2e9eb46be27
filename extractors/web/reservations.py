"""What a page or its site reserves, according to three standards.

- Robots in a page and X-Robots-Tag (Google's rules): `noindex`, `none`.
- TDM Reservation Protocol (W3C community group): `tdm-reservation: 1` in a header or a page, or a site's tdmrep.json.
- Content-Signal (contentsignals.org), in a header or in robots.txt. The standard declares a `no` to be an express
  reservation under Article 4 of the EU's directive 2019/790. We obey a `no` even to a use that is not ours.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

Header = Callable[[str], str | None]
"""A function that returns the value of a header, given the header's name in lower case."""
ROBOT = "ai-job-market"
"""Our name in robots.txt."""
NAMES = frozenset((ROBOT, "ccbot", "robots", "*"))
"""Names in rules that apply to us: everybody, us, and the crawler that recorded the page."""
NOINDEX = frozenset(("noindex", "none"))
MAX_HEAD = 200_000
"""Number of first bytes of a page that are searched for its head."""
_META = re.compile(r"<meta\b([^>]{0,1000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""\b(name|content)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_SIGNAL = re.compile(r"[\w-]+\s*=\s*no\b", re.IGNORECASE)


def meta_of(body: bytes) -> dict[str, str]:
    """Return the meta values in a page's head by name in lower case. Values of the same name are joined with commas."""
    end = body.lower().find(b"</head", 0, MAX_HEAD)
    head = body[: end if end >= 0 else MAX_HEAD].replace(b"\0", b"").decode("latin-1")
    values: dict[str, str] = {}
    for tag in _META.finditer(head):
        attributes = {key.lower(): one or two or three for key, one, two, three in _ATTRIBUTE.findall(tag[1])}
        if name := attributes.get("name", "").strip().lower():
            values[name] = ", ".join(filter(None, (values.get(name), attributes.get("content", ""))))
    return values


def tdm_policy(header: Header, body: bytes | None) -> str | None:
    """Return the policy of an answer that is reserved from text and data mining; None if it is not reserved.

    The policy is "none stated" if the answer names none. `body` is None if the answer is not a page.
    """
    meta = meta_of(body) if body and b"tdm-reservation" in body.lower() else {}
    if (header("tdm-reservation") or "").strip() != "1" and meta.get("tdm-reservation", "").strip() != "1":
        return None
    return header("tdm-policy") or meta.get("tdm-policy") or "none stated"


def is_noindex(header: Header, body: bytes) -> bool:
    """Whether a page forbids indexing, in its X-Robots-Tag or its robots value."""
    meta = meta_of(body)
    in_page = (word for name in NAMES for word in meta.get(name, "").split(","))
    return not NOINDEX.isdisjoint(word.strip().lower() for word in (*in_page, *_tags(header("x-robots-tag") or "")))


def _tags(header: str) -> Iterator[str]:
    """Yield the words of an X-Robots-Tag that apply to us; words after the name of another robot do not."""
    applies = True
    for word in header.split(","):
        name, colon, rest = word.partition(":")
        if colon and " " not in name.strip() and not name.strip().lower().startswith(("unavailable", "max-")):
            applies, word = name.strip().lower() in NAMES, rest  # noqa: PLW2901
        if applies:
            yield word


def has_signal(signal: str | None) -> bool:
    """Whether a Content-Signal says `no` to any use."""
    return _SIGNAL.search(signal or "") is not None


def signals_in(robots: str) -> list[tuple[str, str]]:
    """Return the Content-Signals in a robots.txt that apply to us, as pairs of path prefix and signal."""
    signals: list[tuple[str, str]] = []
    agents: set[str] = set()
    is_open = False
    for line in robots.splitlines():
        key, colon, value = line.partition("#")[0].partition(":")
        key, value = key.strip().lower(), value.strip()
        if not colon:
            continue
        if key == "user-agent":
            agents = {value.lower()} | (agents if is_open else set())
            is_open = True
            continue
        is_open = False
        if key == "content-signal" and not NAMES.isdisjoint(agents):
            path, _, rest = value.partition(" ") if value.startswith("/") else ("/", "", value)
            signals.append((path, rest))
    return signals
