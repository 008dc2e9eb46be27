"""What a page or its site reserves, in the words of the standards by which sites say so.

- Robots in a page and X-Robots-Tag (Google's rules): `noindex`, `none`.
- TDM Reservation Protocol (W3C community group): `tdm-reservation: 1` in a header or a page, tdmrep.json of a site.
- Content-Signal (contentsignals.org), in a header or in robots.txt: what it restricts by `no` is, in its own words, an
  express reservation under Article 4 of the EU's directive 2019/790. Any `no` counts, also one to a use that is none of
  ours: that is the cautious reading.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

Header = Callable[[str], str | None]
"""Gives what a header says, by its name in lower case."""
ROBOT = "ai-job-market"
"""The name robots.txt may address us by."""
NAMES = frozenset((ROBOT, "ccbot", "robots", "*"))
"""Whom rules address that bind us: all, us, and whoever recorded the page for us."""
NOINDEX = frozenset(("noindex", "none"))
MAX_HEAD = 200_000
"""Bytes of a page in which its head is looked for."""
_META = re.compile(r"<meta\b([^>]{0,1000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""\b(name|content)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_SIGNAL = re.compile(r"[\w-]+\s*=\s*no\b", re.IGNORECASE)


def meta_of(body: bytes) -> dict[str, str]:
    """The named values in a page's head, by name in lower case; of several of one name all, with commas between."""
    end = body.lower().find(b"</head", 0, MAX_HEAD)
    head = body[: end if end >= 0 else MAX_HEAD].replace(b"\0", b"").decode("latin-1")
    values: dict[str, str] = {}
    for tag in _META.finditer(head):
        attributes = {key.lower(): one or two or three for key, one, two, three in _ATTRIBUTE.findall(tag[1])}
        if name := attributes.get("name", "").strip().lower():
            values[name] = ", ".join(filter(None, (values.get(name), attributes.get("content", ""))))
    return values


def tdm_policy(header: Header, body: bytes | None) -> str | None:
    """The policy (or "none stated") of an answer reserved from text and data mining; None: it is free.

    `body` is that of a page, None of what is none.
    """
    meta = meta_of(body) if body and b"tdm-reservation" in body.lower() else {}
    if (header("tdm-reservation") or "").strip() != "1" and meta.get("tdm-reservation", "").strip() != "1":
        return None
    return header("tdm-policy") or meta.get("tdm-policy") or "none stated"


def is_noindex(header: Header, body: bytes) -> bool:
    """Whether a page is kept from indexes: by its X-Robots-Tag or by its robots."""
    meta = meta_of(body)
    in_page = (word for name in NAMES for word in meta.get(name, "").split(","))
    return not NOINDEX.isdisjoint(word.strip().lower() for word in (*in_page, *_tags(header("x-robots-tag") or "")))


def _tags(header: str) -> Iterator[str]:
    """Words of an X-Robots-Tag that bind us: what stands behind another robot's name does not."""
    binds = True
    for word in header.split(","):
        name, colon, rest = word.partition(":")
        if colon and " " not in name.strip() and not name.strip().lower().startswith(("unavailable", "max-")):
            binds, word = name.strip().lower() in NAMES, rest  # noqa: PLW2901
        if binds:
            yield word


def has_signal(signal: str | None) -> bool:
    """Whether a Content-Signal restricts any use."""
    return _SIGNAL.search(signal or "") is not None


def signals_in(robots: str) -> list[tuple[str, str]]:
    """The Content-Signals in a robots.txt that bind us, each with the beginning of the paths it is said of."""
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
