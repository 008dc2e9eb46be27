"""Run this machine's Chromium on the files of the site, and check pages in it."""

from __future__ import annotations

import functools
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import axe_playwright_python
from playwright.sync_api import Browser, Page, Request, Route, sync_playwright

from reports.release.build import site_files
from reports.release.published import read_published
from reports.site.build import NAVIGATION
from reports.site.skills import SHOWN_FIRST
from warehouse.publish.release_tables import open_published_file

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
NO_CHROMIUM = "no Chromium on this machine: `apt-get install chromium`"
WIDTHS = {1280: 900, 390: 844}
"""Widths and heights of a desk's and of a telephone's window, in CSS pixels."""
SCHEMES = ("light", "dark")
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa")
"""Rules of axe that a page must keep: WCAG 2.2, A and AA."""
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
REDRAWN = {
    "pay.html": ("kicker", "title", "dek", "facts", "chart-title", "chart", "table"),
    "skills.html": ("title", "facts", "chart", "caption", "table"),
}
"""Parts of pages, by id, that the script draws again."""
AS_SERVED = """([text, id]) => [
    new DOMParser().parseFromString(text, "text/html").getElementById(id).innerHTML,
    document.getElementById(id).innerHTML,
]"""
SIDEWAYS = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
    [...document.querySelectorAll("body *")]
        .filter((one) => one.getBoundingClientRect().right > innerWidth + 0.5 && !one.closest(".scroll, pre, .spoken"))
        .slice(0, 5).map((one) => one.outerHTML.slice(0, 200)).concat("wider than the window")"""


def write_site(data: Path, folder: Path) -> Path:
    """Write the site of a data folder's published file, as a night does."""
    with open_published_file(data) as con:
        for path, content in site_files(con, read_published(con)):
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
    return folder


def page_kinds(site: Path) -> list[str]:
    """Return every page at the top, and one page of each kind of figure, with and without a value."""
    top = sorted(path.name for path in site.glob("*.html"))
    assert {href for href, _ in NAVIGATION} <= {*top}
    figures: dict[tuple[str, bool], str] = {}
    for path in sorted(site.glob("f/*.html")):
        is_open = '<p class="missing">' in path.read_text(encoding="utf-8")
        figures.setdefault(("" if is_open else path.name.partition(".")[0], is_open), f"f/{path.name}")
    return [*top, *figures.values()]


@contextmanager
def launch() -> Iterator[Browser]:
    """Start the browser. Raises `RuntimeError` if this machine has none."""
    if CHROMIUM is None:
        raise RuntimeError(NO_CHROMIUM)
    with sync_playwright() as playwright:
        variables = {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}  # it has its own malloc
        browser = playwright.chromium.launch(executable_path=CHROMIUM, env={**variables})
        yield browser
        browser.close()


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """A server on loopback of a folder's files: its address."""
    handler = functools.partial(_Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Do not log requests."""


@dataclass(kw_only=True)
class Reader:
    """Somebody who reads the site in a window of the browser, and what went wrong meanwhile.

    `asked` are the addresses that pages asked for, `left` those that would have left the machine (none is let out),
    `wrong` the errors of scripts and files that were not found.
    """

    page: Page
    base: str
    asked: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """Load a page of the site again, even if only the part of its address after # changes."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.base}/{path}")
        return self.page

    def text(self, selector: str) -> str:
        """Return the text of an element."""
        return self.page.locator(selector).inner_text()

    def complaints(self) -> list[str]:
        """Return the problems that axe finds at WCAG A and AA, with their elements."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE.read_text(encoding="utf-8"))
        report = self.page.evaluate(
            "rules => axe.run(document, {runOnly: rules, preload: false, resultTypes: ['violations']})", list(RULES)
        )
        return [
            f"{self.page.url}: {one['id']}, {one['help']}: {[node['html'][:200] for node in one['nodes'][:5]]}"
            for one in report["violations"]
        ]

    def too_wide(self) -> list[str]:
        """Return the elements that make the page scroll sideways."""
        return list(self.page.evaluate(SIDEWAYS))


def _failure_of(request: Request) -> Iterator[str]:
    """What is wrong with a request that did not end; nothing, if the browser gave it up because the reader went on.

    It does so for what a page still loads when its reader leaves it, and for a page that turns out to be a download.
    """
    if request.failure != "net::ERR_ABORTED":
        yield f"{request.url}: {request.failure}"


@contextmanager
def read(
    browser: Browser,
    base: str,
    *,
    width: int = 1280,
    scheme: str = "light",
    scripts: str = "run",
    permissions: Sequence[str] = (),
) -> Iterator[Reader]:
    """A window of the browser at the site; no request leaves the machine.

    Scripts of pages `run`, or are `off` as some readers have them, or are `missing`: the same pages, but axe, which
    is a script itself, can look at them.
    """
    options: Mapping[str, Any] = {
        "viewport": {"width": width, "height": WIDTHS[width]},
        "color_scheme": scheme,
        "java_script_enabled": scripts != "off",
        "reduced_motion": "reduce",
    }
    context = browser.new_context(**options, permissions=list(permissions))
    reader = Reader(page=context.new_page(), base=base)

    def note(route: Route) -> None:
        address = urlsplit(route.request.url)
        if scripts == "missing" and route.request.resource_type == "script":
            route.fulfill(body="")
            return
        reader.asked.append(route.request.url)
        if address.scheme == "file" or address.hostname == "127.0.0.1":
            route.continue_()
        else:
            reader.left.append(route.request.url)
            route.abort()

    context.route("**/*", note)
    reader.page.on("pageerror", lambda error: reader.wrong.append(f"{reader.page.url}: {error}"))
    reader.page.on("requestfailed", lambda request: reader.wrong.extend(_failure_of(request)))
    yield reader
    context.close()


def assert_first_views_are_served(reader: Reader, site: Path) -> None:
    """Compare the first view of the scripts with the server's, byte for byte; of a long list only its first rows."""
    for path, parts in REDRAWN.items():
        page, text = reader.open(path), (site / path).read_text(encoding="utf-8")
        assert page.evaluate("document.documentElement.classList.contains('js')")
        for part in parts:
            server, script = page.evaluate(AS_SERVED, [text, part])
            if (path, part) == ("skills.html", "chart"):
                server = re.sub(f'((<li class="row .*?</li>){{{SHOWN_FIRST}}}).*</ul>', r"\1</ul>", server)
            assert script == server, f"{path}: {part}"
