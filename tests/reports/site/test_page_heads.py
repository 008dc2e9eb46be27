"""Heads of pages: addresses, pictures and data in schema.org's words, with and without the site's address."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser

from reports.figures.catalogue import KNOWN
from tests.reports.release.conftest import release
from tests.reports.site.files import find_dead_links, parse_pages

URL = "https://example.org/market/"
TYPES = {
    "Dataset": {"name", "description", "license", "creator", "distribution", "temporalCoverage", "datePublished"},
    "Organization": {"name"},
    "DataDownload": {"contentUrl", "encodingFormat"},
    "StatisticalVariable": {"name", "identifier", "description", "measurementTechnique", "subjectOf"},
    "Observation": {"variableMeasured", "name", "observationDate", "unitText"},
    "QuantitativeValue": {"minValue", "maxValue"},
    "Place": {"name"},
}
"""Types of schema.org that pages use, with the properties that each must have."""
ALLOWED: dict[str, set[str]] = {
    "Dataset": {"keywords", "measurementTechnique", "variableMeasured", "creditText", "isAccessibleForFree", "url",
                "version"},
    "DataDownload": {"license", "creditText", "isPartOf", "name"},
    "StatisticalVariable": {"url", "image"},
    "Observation": {"value", "minValue", "maxValue", "marginOfError", "observationPeriod", "observationAbout"},
    "QuantitativeValue": {"name"},
}  # fmt: skip
"""Further properties that the types have in schema.org's vocabulary."""


@pytest.fixture(scope="module")
def addressed(market: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release that knows its address."""
    folder = tmp_path_factory.mktemp("addressed") / "release"
    release(market, folder, base_url=URL)
    return folder


def data_of(page: LexborHTMLParser) -> dict[str, Any] | None:
    """The JSON-LD of a page."""
    node = page.css_first('script[type="application/ld+json"]')
    return None if node is None else json.loads(node.text())


def nodes_of(content: object) -> Iterator[dict[str, Any]]:
    """All objects with a type in JSON-LD."""
    for part in content.values() if isinstance(content, dict) else content if isinstance(content, list) else ():
        yield from nodes_of(part)
    if isinstance(content, dict) and "@type" in content:
        yield content


def find_faults(content: Mapping[str, Any]) -> list[str]:
    """What is wrong with JSON-LD by the vocabulary of schema.org."""
    faults = [] if content.get("@context") == "https://schema.org/" else ["no context"]
    ids = {node["@id"] for node in nodes_of(content) if "@id" in node}
    for node in nodes_of(content):
        kind, names = node["@type"], {name for name in node if not name.startswith("@")}
        is_named_only = kind == "Dataset" and names <= {"name", "url"}  # what something is part of
        missing = set() if is_named_only else TYPES.get(kind, {"a known type"}) - names
        unknown = names - TYPES.get(kind, set()) - ALLOWED.get(kind, set())
        faults += [f"{kind}: {sorted(part)}" for part in (missing, unknown) if part]
        if kind == "Observation":
            if node["variableMeasured"]["@id"] not in ids:
                faults.append("an observation of no variable")
            if not {"value", "minValue"} & names or not re.fullmatch(r"\d{4}-\d\d-\d\d", node["observationDate"]):
                faults.append("an observation without number or day")
    return faults


def metas_of(page: LexborHTMLParser) -> dict[str, str]:
    """The Open Graph properties of a page."""
    found = (node.attributes for node in page.css("meta[property]"))
    return {str(one["property"]): str(one["content"]) for one in found}


def test_every_figure_is_a_variable_with_its_numbers_as_observations(site: Path, addressed: Path) -> None:
    for folder in (site, addressed):
        pages = {path: data_of(page) for path, page in parse_pages(folder)}
        described = {path: data for path, data in pages.items() if data}
        assert [fault for data in described.values() for fault in find_faults(data)] == []
        assert set(described) == {"index.html", "data.html", *(path for path in pages if path.startswith("f/"))}
        variable, *observations = described["f/pay.us.ai_engineering.mid_senior.html"]["@graph"]
        assert variable["identifier"] == "pay.us.ai_engineering.mid_senior"
        low = next(one for one in observations if one["name"] == "low")
        file = json.loads((folder / "figures/pay.us.ai_engineering.mid_senior.json").read_bytes())
        part = file["rows"][0]["parts"]["low"]
        assert (low["value"], low["unitText"]) == (part["value"], part["unit"])
        assert low["marginOfError"]["minValue"] == part["low"] and low["marginOfError"]["maxValue"] == part["high"]
        assert low["observationAbout"]["name"] == "United States"


def test_what_is_withheld_or_said_by_others_has_no_observation(site: Path) -> None:
    for path, page in parse_pages(site):
        if path.startswith("f/") and (data := data_of(page)):
            file = json.loads((site / "figures" / f"{path[2:-5]}.json").read_bytes())
            if file["value"] is None or file["kind"] == "cited":
                assert [node["@type"] for node in data["@graph"]] == ["StatisticalVariable"]
            elif any(row["parts"] for row in file["rows"]):
                assert len(data["@graph"]) > 1, path


def test_a_faulty_description_is_found() -> None:
    content = {"@context": "https://schema.org/", "@graph": [{"@type": "Observation", "name": "low", "valu": 1}]}
    content["@graph"][0]["variableMeasured"] = {"@id": "#x"}  # type: ignore[index]
    content["@graph"][0]["observationDate"] = "today"  # type: ignore[index]
    faults = find_faults(content)
    assert faults == [
        "Observation: ['unitText']", "Observation: ['valu']", "an observation of no variable",
        "an observation without number or day",
    ]  # fmt: skip


def test_a_site_without_an_address_names_none(site: Path) -> None:
    for path, page in parse_pages(site):
        metas = metas_of(page)
        assert {"og:site_name", "og:type", "og:title", "og:description"} == set(metas), path
        assert page.css_first("link[rel=canonical]") is None
        for node in nodes_of(data_of(page)):
            assert "url" not in node and "image" not in node
            assert not urlsplit(node.get("contentUrl", "")).scheme
    assert not [path for path in site.rglob("*.html") if "WHERE-THIS" in path.read_text(encoding="utf-8")]
    html = (site / "f" / "pay.us.ai_engineering.mid_senior.html").read_text(encoding="utf-8")
    assert '&lt;img src="pay.us.ai_engineering.mid_senior.svg"' in html and "beside your page" in html


def test_a_page_has_its_address_and_a_picture_that_is_there(addressed: Path) -> None:
    pictured = set()
    for path, page in parse_pages(addressed):
        metas, canonical = metas_of(page), page.css_first("link[rel=canonical]")
        assert canonical is not None
        assert metas["og:url"] == canonical.attributes["href"] == URL + path.removesuffix("index.html")
        if picture := metas.get("og:image"):
            assert (addressed / picture.removeprefix(URL)).is_file()
            assert metas["og:image:type"] == "image/svg+xml" and metas["og:image:alt"]
            pictured.add(path)
        if path.startswith("f/"):
            assert picture == f"{URL}figures/{path[2:-5]}.svg"
    assert {"index.html", "pay.html", "skills.html"} <= pictured
    assert find_dead_links(addressed) == []


def test_files_that_data_of_pages_name_are_there(site: Path) -> None:
    for path, page in parse_pages(site):
        for node in nodes_of(data_of(page)):
            if "contentUrl" in node:
                assert ((site / path).parent / node["contentUrl"]).is_file(), (path, node["contentUrl"])


ID = re.compile(r"\b[a-z_]+(?:\.[a-z0-9_]+)+\b")


def test_no_sentence_of_a_page_names_a_figure_by_its_id(site: Path) -> None:
    known = {*KNOWN, *(path.stem for path in (site / "f").iterdir())}
    for path, page in parse_pages(site):
        for node in page.css("code, pre, script, style, [data-value], [data-sentence]"):
            node.decompose()
        text = page.root.text(separator=" ") if page.root else ""
        assert not known.intersection(ID.findall(text)), path
