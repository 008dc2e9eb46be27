"""A made WARC file as Common Crawl writes them: request, response and metadata of each page, gzipped one by one.

Pages are as long as real ones on average (`MEAN_BYTES`, log-normal), none like another, and one in a hundred carries a
JobPosting, in the ways that pages do. The same numbers make the same bytes.
"""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Sequence
from pathlib import Path

MEAN_BYTES = 55_000
"""Bytes of a page on average, before compression."""
SIGMA = 0.9
"""Spread of the lengths: the standard deviation of their logarithms."""
POSTINGS_IN = 100
"""One page of so many carries a JobPosting."""
LEVEL = 6
"""Compression, as wget and Common Crawl's crawler have it."""
WORDS_OF_PAGE = 250
"""Different words of a page: then it packs to a fifth or a quarter, as real pages do."""
SYLLABLES = "an ber cor del en fil gra hol in jun kar lo men nor ou pre qui ros sta ten ul ver wil".split()  # noqa: SIM905
TAGS = ("p", "li", "div", "span", "h2", "h3", "td", "em", "section", "article")
TITLES = ("Machine Learning Engineer", "Data Engineer", "Nurse", "Driver", "Platform Engineer", "Accountant")
PLACES = (("Porto", "PT"), ("Berlin", "DE"), ("Austin", "US"), ("Lima", "PE"), ("Pune", "IN"))


def write_mix(path: Path, n_pages: int, *, seed: int = 17, postings_in: int = POSTINGS_IN) -> int:
    """Write a WARC file of so many pages; the number of those that carry a JobPosting."""
    chance = random.Random(seed)  # a made file
    words = ["".join(chance.choices(SYLLABLES, k=chance.randint(1, 4))) for _ in range(20_000)]
    n_postings = 0
    with path.open("wb") as file:
        file.write(_member("warcinfo", None, f"{seed}-0", b"software: made for a bench\r\n", "application/warc-fields"))
        for number in range(n_pages):
            has_posting = number % postings_in == postings_in // 2
            n_postings += has_posting
            url, page = make_page(chance, words, number, has_posting=has_posting)
            head = (
                "HTTP/1.1 200 OK\r\nServer: nginx\r\nDate: Sat, 15 Aug 2026 04:12:09 GMT\r\n"
                "Content-Type: text/html; charset=UTF-8\r\nVary: Accept-Encoding\r\n"
                f"X-Crawler-Content-Encoding: gzip\r\nContent-Length: {len(page)}\r\n\r\n"
            )
            request = f"GET / HTTP/1.1\r\nHost: {url.split('/')[2]}\r\nUser-Agent: CCBot/2.0\r\n\r\n".encode()
            name = f"{seed}-{number}"
            file.write(_member("request", url, f"{name}-q", request, "application/http; msgtype=request"))
            file.write(
                _member("response", url, f"{name}-a", head.encode() + page, "application/http; msgtype=response")
            )
            file.write(_member("metadata", url, f"{name}-m", b"fetchTimeMs: 212\r\n", "application/warc-fields"))
    return n_postings


def _member(kind: str, url: str | None, name: str, block: bytes, media_type: str) -> bytes:
    """A record as a gzip member."""
    target = f"WARC-Target-URI: {url}\r\n" if url else ""
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Date: 2026-08-15T04:12:09Z\r\nWARC-Record-ID: <urn:made:{name}>\r\n"
        f"{target}Content-Type: {media_type}\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return gzip.compress(head.encode() + block + b"\r\n\r\n", LEVEL, mtime=0)


def make_page(chance: random.Random, words: Sequence[str], number: int, *, has_posting: bool) -> tuple[str, bytes]:
    """Address and HTML of a page."""
    length = chance.lognormvariate(0, SIGMA) * MEAN_BYTES / 2.718281828 ** (SIGMA**2 / 2)
    host = f"www.{words[chance.randrange(len(words))]}{number % 997}.example"
    url = f"https://{host}/{words[chance.randrange(len(words))]}/{number}"
    words = chance.choices(words, k=WORDS_OF_PAGE)  # a page says the same words again and again
    parts = [_head(chance, words, host)]
    markup = _markup(chance, words, number, host) if has_posting else ""
    parts.append(markup)
    size = sum(map(len, parts))
    while size < length:
        parts.append(PIECES[chance.randrange(len(PIECES))](chance, words))
        size += len(parts[-1])
    parts.append("</body></html>")
    return url, "".join(parts).encode()


def _some(chance: random.Random, words: Sequence[str], count: int) -> str:
    return " ".join(chance.choices(words, k=count))


def _head(chance: random.Random, words: Sequence[str], host: str) -> str:
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{_some(chance, words, 6)}</title>\n'
        f'<link rel="canonical" href="https://{host}/"><meta name="robots" content="index, follow">\n'
        f'<meta name="description" content="{_some(chance, words, 20)}"></head><body>\n'
    )


def _prose(chance: random.Random, words: Sequence[str]) -> str:
    tag = TAGS[chance.randrange(len(TAGS))]
    return f'<{tag} class="{words[chance.randrange(40)]}">{_some(chance, words, chance.randint(8, 90))}.</{tag}>\n'


def _links(chance: random.Random, words: Sequence[str]) -> str:
    rows = (
        f'<li><a class="nav-link" href="/{words[chance.randrange(len(words))]}/{chance.randrange(10**6)}">'
        f"{_some(chance, words, 3)}</a></li>"
        for _ in range(12)
    )
    return f"<ul>{''.join(rows)}</ul>\n"


def _script(chance: random.Random, words: Sequence[str]) -> str:
    state = {words[chance.randrange(len(words))]: chance.randrange(10**9) for _ in range(30)}
    return f"<script>window.__state={json.dumps(state)};</script>\n"


def _style(chance: random.Random, words: Sequence[str]) -> str:
    rules = (
        f".{words[chance.randrange(len(words))]}{{margin:{chance.randrange(40)}px;"
        f"color:#{chance.randrange(1 << 24):06x}}}"
        for _ in range(25)
    )
    return f"<style>{''.join(rules)}</style>\n"


def _picture(chance: random.Random, words: Sequence[str]) -> str:
    return (
        f'<img src="/img/{chance.randrange(10**9):x}.webp" alt="{_some(chance, words, 4)}" '
        f'data-key="{chance.randbytes(6).hex()}" loading="lazy">\n'
    )


PIECES = (_prose, _prose, _prose, _links, _script, _style, _picture)


def _markup(chance: random.Random, words: Sequence[str], number: int, host: str) -> str:
    """A posting as JSON-LD, alone or in a graph or a list, or as microdata."""
    title, (town, country) = TITLES[number // 7 % len(TITLES)], PLACES[number // 3 % len(PLACES)]
    text = "".join(f"<p>{_some(chance, words, 40)}.</p>" for _ in range(12))
    employer = host.split(".")[1].title()
    posting = {
        "@context": "https://schema.org/",
        "@type": "JobPosting",
        "title": f"{title} {number}",
        "description": text,
        "datePosted": "2026-08-10",
        "hiringOrganization": {"@type": "Organization", "name": employer},
        "jobLocation": {"@type": "Place", "address": {"addressLocality": town, "addressCountry": country}},
        "employmentType": "FULL_TIME",
    }
    if number % 1000 == 250:
        return _microdata(f"{title} {number}", employer, town, country, text)
    whole: object = [posting, {"@graph": [{"@type": "WebPage"}, posting]}, [posting]][number // 100 % 3]
    return f'<script type="application/ld+json">{json.dumps(whole)}</script>\n'


def _microdata(title: str, employer: str, town: str, country: str, text: str) -> str:
    return (
        f'<div itemscope itemtype="https://schema.org/JobPosting"><h1 itemprop="title">{title}</h1>'
        f'<span itemprop="hiringOrganization" itemscope itemtype="https://schema.org/Organization">'
        f'<b itemprop="name">{employer}</b></span>'
        f'<span itemprop="jobLocation" itemscope itemtype="https://schema.org/Place"><i itemprop="address" itemscope '
        f'itemtype="https://schema.org/PostalAddress"><b itemprop="addressLocality">{town}</b>'
        f'<b itemprop="addressCountry">{country}</b></i></span><div itemprop="description">{text}</div></div>\n'
    )
