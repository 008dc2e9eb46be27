"""robots.txt and tdmrep.json of a site are obeyed however, wherever and whenever a crawl recorded them."""

from __future__ import annotations

import gzip
import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from extractors.crawl.addresses import address_of
from extractors.crawl.choice import find_closed
from extractors.crawl.host_files import host_files_in
from extractors.crawl.scan import MAX_PAGE, scan
from extractors.web.politeness import MAX_RULES
from tests.extractors.crawl.records import POSTING, answer, page, write

SITE = "https://www.plover.example"
ROBOTS = f"{SITE}/robots.txt"
CLOSED = "User-agent: *\nDisallow: /jobs/"
OPEN = "User-agent: *\nAllow: /"
NOON = datetime(2026, 8, 15, 12, tzinfo=UTC)


def at(hours: float) -> str:
    """A WARC-Date so many hours after noon."""
    return (NOON + timedelta(hours=hours)).isoformat()


def robots(body: str | bytes = CLOSED, url: str = ROBOTS, *, hours: float = -1, **more: Any) -> bytes:
    return answer(body, url, **{"headers": [("Content-Type", "text/plain")], "date": at(hours)} | more)


def redirect(url: str, location: str, *, status: int = 301, hours: float = -1) -> bytes:
    return robots("", url, status=status, headers=[("Location", location)], hours=hours)


def job(url: str = f"{SITE}/jobs/1", *, hours: float = 0) -> bytes:
    return answer(page(POSTING), url, date=at(hours))


def closed_in(*paths: Path) -> list[str]:
    """Addresses of the pages of some files, from which their sites keep us."""
    scans = [scan(path) for path in paths]
    pages = [page for one in scans for page in one.pages]
    assert pages, "a crawl with pages"
    assert not [damage for one in scans for damage in one.damaged]
    return sorted(page.url for page in find_closed(pages, host_files_in(scans)))


def is_closed(folder: Path, *records: bytes) -> bool:
    """Whether the one page of a crawl is closed; the order of records must not matter."""
    verdicts = set()
    for number, order in enumerate(itertools.islice(itertools.permutations(records), 6)):
        verdicts.add(bool(closed_in(write(folder / f"{number}.warc.gz", *order))))
    assert len(verdicts) == 1
    return verdicts.pop()


# --- whose file it is -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("of_robots", "of_page", "is_obeyed"),
    [
        ("<https://plover.example/robots.txt>", "<https://plover.example/jobs/1>", True),
        ("https://plover.example:443/robots.txt", "https://plover.example/jobs/1", True),
        ("https://plover.example/robots.txt", "https://plover.example:443/jobs/1", True),
        ("http://plover.example:80/robots.txt", "http://plover.example/jobs/1", True),
        ("http://plover.example/robots.txt", "https://plover.example/jobs/1", True),
        ("https://PLOVER.Example./robots.txt", "https://plover.example/jobs/1", True),
        ("HTTPS://plover.example/robots.txt", "https://plover.example/jobs/1", True),
        ("https://me:secret@plover.example/robots.txt", "https://plover.example/jobs/1", True),
        ("https://bücher.example/robots.txt", "https://xn--bcher-kva.example/jobs/1", True),
        ("https://xn--bcher-kva.example/robots.txt", "https://BÜCHER.example/jobs/1", True),
        ("https://[2001:db8::1]:443/robots.txt", "https://[2001:DB8::1]/jobs/1", True),
        ("https://plover.example:8443/robots.txt", "https://plover.example:8443/jobs/1", True),
        ("https://plover.example:8443/robots.txt", "https://plover.example/jobs/1", False),
        ("https://www.plover.example/robots.txt", "https://plover.example/jobs/1", False),
        ("https://plover.example/ROBOTS.TXT", "https://plover.example/jobs/1", False),
        ("https://plover.example/jobs/robots.txt", "https://plover.example/jobs/1", False),
        ("https://plover.example/robots.txt.bak", "https://plover.example/jobs/1", False),
    ],
)
def test_a_site_is_told_by_scheme_host_and_port(tmp_path: Path, of_robots: str, of_page: str, is_obeyed: bool) -> None:
    assert is_closed(tmp_path, robots(url=of_robots), job(of_page)) == is_obeyed


def test_a_site_goes_by_its_own_scheme_first(tmp_path: Path) -> None:
    both = [robots(OPEN, "http://plover.example/robots.txt"), robots(CLOSED, "https://plover.example/robots.txt")]
    path = write(
        tmp_path / "a.warc.gz", *both, *(job(f"{scheme}://plover.example/jobs/1") for scheme in ("http", "https"))
    )
    assert closed_in(path) == ["https://plover.example/jobs/1"]


@pytest.mark.parametrize(
    "path",
    ["/", "/a.b/c;d=1?q=a/b&c='x'", "/%7Ea/~b", "/a//b", "/a?", "/a/../b", "/./a", "/a?b?c", "/.a", "/a?b=/../c"],
)
def test_an_address_has_one_form_whether_it_was_in_it_or_not(path: str) -> None:
    address = address_of(f"https://plover.example:443{path}")  # the port has it taken apart
    assert address_of(f"https://plover.example{path}") == address
    assert address_of(address or "") == address


@pytest.mark.parametrize("address", ["", "mailto:jo@plover.example", "https:///x", "https://[::1/x", "https://a b/x"])
def test_what_is_no_address_of_the_web_has_none(address: str) -> None:
    assert address_of(address) is None


# --- which capture of it holds --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("captures", "hours", "is_obeyed"),
    [
        ([(200, CLOSED, -1), (503, "", -0.5)], 0, True),
        ([(200, OPEN, -1), (503, "", -0.5)], 0, False),
        ([(200, OPEN, -1), (429, "", -0.5)], 0, False),
        ([(200, OPEN, -1), (503, "", 1)], 0, False),
        ([(503, "", -1), (200, OPEN, -0.5)], 0, False),
        ([(503, "", -1), (200, CLOSED, -0.5)], 0, True),
        ([(503, "", -1), (200, OPEN, 1)], 0, True),
        ([(503, "", -1)], 0, True),
        ([(503, "", 1)], 0, True),
        ([(429, "", -1)], 0, True),
        ([(200, OPEN, -24), (503, "", -1)], 0, False),
        ([(200, OPEN, -25), (503, "", -1)], 0, True),
        ([(200, OPEN, -25), (503, "", -1), (200, OPEN, -0.5)], 0, False),
        ([(200, OPEN, -90)], 0, False),
        ([(200, OPEN, 0), (503, "", 0)], 0, False),
        ([(200, OPEN, -2), (200, CLOSED, -1)], 0, True),
        ([(200, OPEN, -2), (200, CLOSED, -1)], -1.5, False),
        ([(200, CLOSED, -2), (200, OPEN, -1)], -1.5, True),
        ([(200, CLOSED, -2), (200, OPEN, -1)], 0, False),
        ([(200, CLOSED, 1), (200, OPEN, 2)], 0, True),
        ([(200, CLOSED, -2), (404, "", -1)], 0, False),
        ([(404, CLOSED, -1)], 0, False),
        ([(410, CLOSED, -1)], 0, False),
        ([(403, CLOSED, -1)], 0, False),
        ([(401, CLOSED, -1)], 0, False),
        ([(404, "", -2), (200, CLOSED, -1)], 0, True),
        ([(301, "", -1)], 0, True),
        ([(200, CLOSED, -2), (304, "", -1)], 0, True),
        ([(200, OPEN, -26), (304, "", -2), (503, "", -1)], 0, False),
        ([(304, "", -1)], 0, False),
    ],
)
def test_the_newest_answer_up_to_the_pages_time_holds(
    tmp_path: Path, captures: list[tuple[int, str, float]], hours: float, is_obeyed: bool
) -> None:
    records = [robots(body, status=status, hours=when) for status, body, when in captures]
    assert is_closed(tmp_path, *records, job(hours=hours)) == is_obeyed


def test_several_files_of_a_crawl_count_as_one(tmp_path: Path) -> None:
    rules = write(tmp_path / "z.warc.gz", robots())
    failure = write(tmp_path / "a.warc.gz", robots("", status=503, hours=-0.5))
    pages = write(tmp_path / "m.warc.gz", job())
    for order in itertools.permutations((rules, failure, pages)):
        assert closed_in(*order) == [f"{SITE}/jobs/1"]


@pytest.mark.parametrize(("lines", "is_obeyed"), [("WARC-Block-Digest: sha1:AAAA\r\n", True), ("", False)])
def test_a_damaged_record_is_a_file_that_could_not_be_read(tmp_path: Path, lines: str, is_obeyed: bool) -> None:
    scanned = scan(write(tmp_path / "a.warc.gz", robots(OPEN, lines=lines), job()))
    assert len(scanned.damaged) == is_obeyed
    assert bool(find_closed(scanned.pages, host_files_in([scanned]))) == is_obeyed


DIGESTS = {OPEN: "sha1:" + "A" * 32, CLOSED: "sha1:" + "B" * 32}


@pytest.mark.parametrize(
    ("url", "lines", "is_obeyed"),
    [
        (ROBOTS, f"WARC-Payload-Digest: {DIGESTS[CLOSED]}\r\n", True),
        (ROBOTS, f"WARC-Payload-Digest: {DIGESTS[OPEN]}\r\n", False),
        (f"<{ROBOTS}>", f"WARC-Payload-Digest: {DIGESTS[CLOSED]}\r\n", True),
        (ROBOTS, "WARC-Profile: http://netpreserve.org/warc/1.1/revisit/server-not-modified\r\n", False),
        ("https://heron.example/robots.txt", f"WARC-Payload-Digest: {DIGESTS[CLOSED]}\r\n"
         f"WARC-Refers-To-Target-URI: {ROBOTS}\r\n", True),
        ("https://heron.example/robots.txt", "", False),
    ],
)  # fmt: skip
def test_a_repetition_stands_for_what_it_repeats(tmp_path: Path, url: str, lines: str, is_obeyed: bool) -> None:
    rules = [
        answer(body, ROBOTS, headers=[("Content-Type", "text/plain"), ("X-Digest", digest)], date=at(hours),
               lines=f"WARC-Payload-Digest: {digest.replace('sha1', 'other')}\r\n")
        for (body, digest), hours in zip(DIGESTS.items(), (-2, -3), strict=True)
    ]  # fmt: skip
    repeat = answer("", url, kind="revisit", lines=lines.replace("sha1", "other"), date=at(-1))
    of_page = f"{url.strip('<>').removesuffix('/robots.txt')}/jobs/1"
    assert is_closed(tmp_path, *rules, repeat, job(of_page)) == is_obeyed


def test_a_repetition_may_name_an_original_of_any_address_and_type(tmp_path: Path) -> None:
    original = "https://plover.example/cms/rules"
    digest = "WARC-Payload-Digest: other:B\r\n"
    records = [
        robots(url=original, headers=[("Content-Type", "text/html")], lines=digest, hours=-2),
        job(),
        answer("", ROBOTS, kind="revisit", date=at(-1), lines=f"{digest}WARC-Refers-To-Target-URI: {original}\r\n"),
    ]
    scanned = scan(write(tmp_path / "a.warc.gz", *records))
    assert find_closed(scanned.pages, host_files_in([scanned])) == set(scanned.pages) != set()


# --- redirects ------------------------------------------------------------------------------------------

WWW, CDN = "https://www.heron.example/robots.txt", "https://cdn.example/sites/heron.txt"
BARE = "https://heron.example/robots.txt"


@pytest.mark.parametrize(
    ("records", "is_obeyed"),
    [
        *(([redirect(BARE, WWW, status=status), robots(url=WWW)], True) for status in (301, 302, 303, 307, 308)),
        ([redirect(BARE, "//www.heron.example/robots.txt"), robots(url=f"<{WWW}>")], True),
        ([redirect(BARE, "https://WWW.heron.example:443/robots.txt"), robots(url=WWW)], True),
        ([redirect(BARE, "/en/robots.txt"), robots(url="https://heron.example/en/robots.txt")], True),
        ([redirect(BARE, "/robots.txt?v=2"), robots(url="https://heron.example/robots.txt?v=2")], True),
        ([redirect(BARE, CDN), robots(url=CDN)], True),
        ([redirect(BARE, "https://cdn.example/rules/7"), robots(url="https://cdn.example/rules/7")], True),
        ([redirect(BARE, WWW), robots(OPEN, url=WWW)], False),
        ([redirect(BARE, WWW), robots("", url=WWW, status=404)], False),
        ([redirect(BARE, WWW), robots("", url=WWW, status=503)], True),
        ([redirect(BARE, WWW, hours=-1), robots(url=WWW, hours=1)], True),
        ([redirect(BARE, WWW), redirect(WWW, CDN), robots(url=CDN)], True),
        ([redirect(BARE, WWW), redirect(WWW, BARE)], True),
        ([redirect(BARE, "ftp://heron.example/robots.txt")], True),
        ([redirect(BARE, "https://[heron/robots.txt")], True),
        ([redirect(BARE, WWW)], True),
        ([redirect(BARE, WWW), robots(OPEN, WWW.replace("https", "http"))], False),
        ([redirect(BARE, WWW), robots(url=WWW.replace("https", "http"))], True),
        ([redirect("http://heron.example/robots.txt", BARE)], True),
        ([redirect("http://heron.example/robots.txt", BARE), robots(url=BARE)], True),
    ],
)
def test_a_redirect_says_what_its_target_says(tmp_path: Path, records: list[bytes], is_obeyed: bool) -> None:
    assert is_closed(tmp_path, *records, job("https://heron.example/jobs/1")) == is_obeyed


@pytest.mark.parametrize("target", ["https://heron.example/cms/file?id=7", "https://cdn.example:443/%7Eheron/rules"])
@pytest.mark.parametrize("kind", ["text/html", "application/octet-stream", "text/plain"])
@pytest.mark.parametrize(("last", "is_obeyed"), [(CLOSED, True), (OPEN, False)])
def test_the_target_may_have_any_address_and_type(
    tmp_path: Path, target: str, kind: str, last: str, is_obeyed: bool
) -> None:
    rules = robots(last, target, headers=[("Content-Type", kind)])
    records = [redirect(BARE, "/step"), redirect("https://heron.example/step", target), rules]
    assert is_closed(tmp_path, *records, job("https://heron.example/jobs/1")) == is_obeyed


def test_the_target_may_stand_in_another_file(tmp_path: Path) -> None:
    target = "https://heron.example/cms/file?id=7"
    paths = [
        write(tmp_path / "a.warc.gz", robots(OPEN, target, headers=[("Content-Type", "text/html")])),
        write(tmp_path / "b.warc.gz", redirect(BARE, target), job("https://heron.example/jobs/1")),
    ]
    for order in itertools.permutations(paths):
        assert closed_in(*order) == []


@pytest.mark.parametrize(("n_redirects", "last"), [(5, OPEN), (5, CLOSED), (6, OPEN)])
def test_up_to_five_redirects_are_followed(tmp_path: Path, n_redirects: int, last: str) -> None:
    hops = [BARE, *(f"https://h{n}.example/robots.txt" for n in range(n_redirects))]
    records = [redirect(*pair) for pair in itertools.pairwise(hops)]
    is_obeyed = is_closed(tmp_path, *records, robots(last, hops[-1]), job("https://heron.example/jobs/1"))
    assert is_obeyed == (last == CLOSED or n_redirects > 5)


# --- what it says ---------------------------------------------------------------------------------------


def chunked(body: bytes) -> bytes:
    return b"".join(f"{len(part):x}\r\n".encode() + part + b"\r\n" for part in (body[:9], body[9:], b""))


@pytest.mark.parametrize(
    ("body", "headers", "path", "is_obeyed"),
    [
        (gzip.compress(CLOSED.encode()), {"Content-Encoding": "gzip"}, "/jobs/1", True),
        (CLOSED.encode(), {"Content-Encoding": "gzip"}, "/jobs/1", True),
        (gzip.compress(CLOSED.encode())[:-9], {"Content-Encoding": "gzip"}, "/jobs/1", True),
        (chunked(CLOSED.encode()), {"Transfer-Encoding": "chunked"}, "/jobs/1", True),
        (b"\xef\xbb\xbf" + CLOSED.encode(), {}, "/jobs/1", True),
        (CLOSED.encode("utf-16"), {}, "/jobs/1", True),
        ("User-agent: *\nDisallow: /métiers".encode("latin-1"), {}, "/m%E9tiers/1", True),
        ("User-agent: *\nDisallow: /métiers".encode(), {}, "/m%C3%A9tiers/1", True),
        ("User-agent: *\nDisallow: /métiers".encode(), {}, "/métiers/1", True),
        (CLOSED.replace("\n", "\r").encode(), {}, "/jobs/1", True),
        ("# Bonjour à tous\nUser-agent: *\nDisallow: /jobs/".encode("latin-1"), {}, "/jobs/1", True),
        (page(body="<p>Not found. Disallow: /</p>").encode(), {"Content-Type": "text/html"}, "/jobs/1", False),
        (CLOSED.encode(), {"Content-Type": "text/html"}, "/jobs/1", True),
        (CLOSED.encode() + b"\n#" + b"x" * MAX_RULES, {}, "/jobs/1", True),
        (b"#\n".ljust(MAX_RULES, b"#") + b"\n" + CLOSED.encode(), {}, "/jobs/1", False),
        (b"#" * MAX_RULES + b"\n" + CLOSED.encode(), {}, "/jobs/1", True),
        (CLOSED.encode() + b"\n#" + b"x" * MAX_PAGE, {}, "/jobs/1", True),
        (OPEN.encode() + b"\n#" + b"x" * MAX_PAGE, {}, "/jobs/1", False),
        (b"User-agent: *\nDisallow: /".ljust(MAX_RULES, b"a"), {}, "/jobs/1", False),
        (b"", {}, "/jobs/1", False),
    ],
    ids=["gzip", "gzip undone", "gzip cut", "chunked", "mark", "utf-16", "latin-1", "utf-8", "letters", "old Mac",
         "latin-1 comment", "a page", "said to be a page", "huge", "beyond the limit", "no whole line",
         "longer than a page", "long and open", "line cut", "empty"],
)  # fmt: skip
def test_what_a_robots_txt_says_is_read_however_it_is_written(
    tmp_path: Path, body: bytes, headers: dict[str, str], path: str, is_obeyed: bool
) -> None:
    rules = robots(body, headers=list(({"Content-Type": "text/plain"} | headers).items()))
    assert is_closed(tmp_path, rules, job(SITE + path)) == is_obeyed


def test_a_truncated_one_is_obeyed(tmp_path: Path) -> None:
    records = [
        redirect(BARE, WWW),
        robots(url=f"<{WWW}>", lines="WARC-Truncated: length\r\n"),
        job(BARE[:-10] + "jobs/1"),
    ]
    path = write(tmp_path / "a.warc.gz", *records)
    assert closed_in(path) == ["https://heron.example/jobs/1"]


# --- reservations of text and data mining ---------------------------------------------------------------

TDMREP = "https://heron.example:443/.well-known/tdmrep.json"
RESERVED = '[{"location": "/jobs/*", "tdm-reservation": 1}]'


@pytest.mark.parametrize(
    ("records", "is_obeyed"),
    [
        ([robots(RESERVED, TDMREP)], True),
        ([robots(RESERVED, f"<{TDMREP}>", hours=1)], True),
        ([robots(RESERVED, TDMREP), robots("", TDMREP, status=503, hours=-0.5)], True),
        ([robots(RESERVED, TDMREP, hours=-90), robots("", TDMREP, status=503)], True),
        ([robots(RESERVED, TDMREP), robots("", TDMREP, status=404, hours=-0.5)], False),
        ([robots("", TDMREP, status=503)], False),
        ([redirect(TDMREP, "https://www.heron.example/.well-known/tdmrep.json"),
          robots(RESERVED, "https://www.heron.example/.well-known/tdmrep.json")], True),
        ([robots(RESERVED, TDMREP), robots(OPEN, BARE)], True),
    ],
)  # fmt: skip
def test_reservations_are_found_by_the_same_rule(tmp_path: Path, records: list[bytes], is_obeyed: bool) -> None:
    assert is_closed(tmp_path, *records, job("https://heron.example/jobs/1")) == is_obeyed


def test_the_content_signal_of_a_recorded_robots_txt_is_obeyed(tmp_path: Path) -> None:
    rules = robots("User-agent: *\nContent-Signal: ai-train=no\nAllow: /", f"<{BARE}>")
    assert is_closed(tmp_path, rules, job("https://heron.example/jobs/1"))
