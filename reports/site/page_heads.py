"""What machines read in the head of a page: its address, its picture for sharing, its data in schema.org's words.

An address of the page itself is absolute, as Open Graph and search engines need it, and left out where the address of
the site is unknown. Links between files are relative then.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from markupsafe import Markup

from reports.cells.cell import Number
from reports.cells.of_figure import cells_of
from reports.release import descriptions
from reports.release.figure_files import page_of, path_of, plain
from reports.release.published import PublishedDay
from reports.site import figure_pages, words
from reports.wording import notes
from warehouse.mart_tables import Figures

HOME, DATA = "index.html", "data.html"
SITE_FILES = (
    {"path": "figures.csv", "mediatype": "text/csv", "title": "The numbers of all figures under our own licence"},
    {"path": "figures/index.json", "mediatype": "application/json", "title": "All figures, and the file of each"},
    {"path": "cells/index.json", "mediatype": "application/json", "title": "Every cell that may be printed"},
)
"""Files that every site has, with or without a release."""
MAX_OBSERVATIONS = 60
"""Most numbers of a figure in its page's head; the figure's JSON file has them all."""
DIGITS = 6
CONTEXT = "https://schema.org/"


def address_of(publication: PublishedDay, path: str) -> str:
    """Return the address of a page; "" if that of the site is unknown."""
    return publication.base_url and f"{publication.base_url}{'' if path == HOME else path}"


def picture_of(publication: PublishedDay, path: str) -> Figures | None:
    """Return the figure whose picture is shown where a page is shared; None if the page has none.

    A figure's page has its own. Any other page has the first printed figure that belongs to it, the home page that of
    pay.
    """
    by_page = {page_of(figure.figure): figure for figure in publication.figures}
    if path in by_page:
        return by_page[path]
    subject = figure_pages.PAY if path == HOME else path
    printed = (figure for figure in publication.figures if figure.value is not None)
    return next((figure for figure in printed if figure_pages.page_of_subject(figure) == subject), None)


def describe(publication: PublishedDay, path: str) -> Markup | None:
    """Return the data of a page as JSON-LD: the data set on the home page and that of the data, a figure on its own."""
    if path in (HOME, DATA):
        return _write(descriptions.describe_dataset(publication, SITE_FILES))
    figure = next((one for one in publication.figures if page_of(one.figure) == path), None)
    return _write(describe_figure(figure, publication)) if figure else None


def _write(content: Mapping[str, Any]) -> Markup:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), default=plain)
    return Markup(text.replace("<", "\\u003c"))  # no tag can end the script


def describe_figure(figure: Figures, publication: PublishedDay) -> dict[str, Any]:
    """Return a figure as a StatisticalVariable, and each of its measured numbers as an Observation.

    A withheld figure and a statement of others have no observation.
    """
    base, licence = publication.base_url, publication.licences[figure.figure]
    name = f"#{figure.figure}"
    file = {
        "@type": "DataDownload",
        "contentUrl": f"{base or '../'}{path_of(figure.figure)}",
        "encodingFormat": "application/json",
        **({"license": licence.url} if licence.url else {}),
        "creditText": publication.cite_figure(figure, path_of(figure.figure)),
        "isPartOf": {"@type": "Dataset", "name": publication.name} | ({"url": base} if base else {}),
    }
    variable = {
        "@type": "StatisticalVariable",
        "@id": f"{address_of(publication, page_of(figure.figure))}{name}",
        "name": words.plain(figure.title),
        "identifier": figure.figure,
        "description": words.plain(notes.note(figure)),
        "measurementTechnique": notes.say_basis(figure) if figure.kind == "measured" else "cited, not measured",
        "subjectOf": file,
        **({"url": address_of(publication, page_of(figure.figure))} if base else {}),
        **({"image": f"{base}{path_of(figure.figure, 'svg')}"} if base else {}),
    }
    observations = list(_list_observations(figure, variable["@id"])) if figure.kind == "measured" else []
    return {"@context": CONTEXT, "@graph": [variable, *observations[:MAX_OBSERVATIONS]]}


def _list_observations(figure: Figures, variable: object) -> Iterator[dict[str, Any]]:
    place = notes.place(figure)
    about = {"observationAbout": {"@type": "Place", "name": place}} if place else {}
    for cell in cells_of(figure):
        first, last = cell.period_from, cell.period_to or figure.as_of
        when = {"observationPeriod": f"P{(last - first).days + 1}D"} if first else {}
        for number in cell.numbers.values():
            if number.known:
                yield {
                    "@type": "Observation",
                    "variableMeasured": {"@id": variable},
                    "name": ", ".join(filter(None, (cell.name, number.part.replace("_", " ")))),
                    "observationDate": last,
                    "unitText": number.unit,
                    **when, **about, **_say_number(number),
                }  # fmt: skip


def _say_number(number: Number) -> dict[str, Any]:
    """Return a value with its interval, or the ends of the interval or bounds where these alone may be printed."""
    low_and_high = () if number.ends is None else map(_round, number.ends)
    ends = dict(zip(("minValue", "maxValue"), low_and_high, strict=False))
    if number.value is None:
        return ends
    interval = {"@type": "QuantitativeValue", "name": "95% interval", **ends}
    return {"value": _round(number.value)} | ({"marginOfError": interval} if ends else {})


def _round(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
