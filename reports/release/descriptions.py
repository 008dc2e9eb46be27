"""Descriptions of a release: Data Package, schema.org, CITATION.cff, llms.txt and LICENCES.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from reports.codes import ESCO_NOTICE
from reports.figures.declared.pay_figures import KINDS_OF_PAY
from reports.release import texts
from reports.release.figure_files import CSV_COLUMNS, to_json
from reports.release.licences import OURS, licence_ids_of_sources, licences
from reports.release.manifest import DATABASE, PACKAGE
from reports.release.published import PublishedDay
from reports.release.sdmx import DATAFLOWS
from reports.wording.numbers import day
from warehouse.publish.release_tables import ExportedTable

KEYWORDS = ("labour market", "artificial intelligence", "salaries", "skills", "job adverts")
KINDS_OF_CELLS = (*KINDS_OF_PAY.values(), "skill", "share", "employers", "disclosure", "closing_rate")
CSV, PARQUET, SDMX = "text/csv", "application/vnd.apache.parquet", "application/vnd.sdmx.data+csv"
_TYPES = {"DOUBLE": "number", "BIGINT": "integer", "DATE": "date", "BOOLEAN": "boolean", "VARCHAR": "string"}


def files_of(publication: PublishedDay, tables: Sequence[ExportedTable], release: str) -> Iterator[tuple[str, bytes]]:
    """Yield every description as (path, content)."""
    resources = list(_describe_tables(tables))
    yield PACKAGE, to_json(_describe_package(publication, resources, release))
    yield "dataset.jsonld", to_json(describe_dataset(publication, _list_downloads(resources), release))
    licence_ids = {licence.id for licence in publication.licences.values()}
    for path in ("CITATION.cff", "llms.txt", "LICENCES.md"):
        yield path, texts.render(
            path, publication=publication, release=release, summary=_summarise(publication), keywords=KEYWORDS,
            kinds=KINDS_OF_CELLS, ours=licences()[OURS], terms=licence_ids_of_sources(),
            licences=[licence for licence in licences().values() if licence.id in licence_ids],
            sources=_used_sources(publication), esco_notice=ESCO_NOTICE,
        )  # fmt: skip


def _summarise(publication: PublishedDay) -> str:
    text = (
        "What job adverts for AI and machine learning work offer and ask for, with intervals, counts and sources, and "
        f"what surveys and offices report; as of {day(publication.as_of)}."
    )
    return f"{text} Made from an invented sample: no number is true." if publication.is_sample else text


def _used_sources(publication: PublishedDay) -> list[Any]:
    names = {name for row in publication.figures for name in row.sources}
    return [source for name, source in sorted(publication.sources.items()) if name in names]


def _describe_tables(tables: Sequence[ExportedTable]) -> Iterator[dict[str, Any]]:
    """Yield the Data Package's description of each CSV file: figures, marts, and SDMX."""
    head = {"format": "csv", "mediatype": CSV, "encoding": "utf-8"}
    fields = [{"name": name, "type": kind} for name, kind in CSV_COLUMNS.items()]
    yield {
        "name": "figures", "type": "table", "path": "figures.csv",
        "title": "The numbers of all figures that are under our own licence", **head,
        "schema": {"fields": fields, "missingValues": [""]},
    }  # fmt: skip
    for table in tables:
        name = table.name.partition(".")[2]
        fields = [
            {"name": column, "type": "array" if kind.endswith("[]") else _TYPES[kind], "description": meaning}
            for column, kind, meaning in table.columns
        ]
        yield {
            "name": name.replace("_", "-"), "type": "table", "path": f"tables/{name}.csv", "title": table.title,
            **head, "schema": {"fields": fields, "primaryKey": list(table.key), "missingValues": [""]},
            "alternatives": [{"path": f"tables/{name}.parquet", "mediatype": PARQUET}],
        }  # fmt: skip
    for flow in DATAFLOWS:
        name, title = f"sdmx-{flow.id.lower()}", f"{flow.name}, as SDMX-CSV 2.0"
        yield {"name": name, "path": flow.path, "title": title, **head, "mediatype": SDMX}


def _describe_package(publication: PublishedDay, resources: Sequence[dict[str, Any]], release: str) -> dict[str, Any]:
    ours = licences()[OURS]
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "ai-job-market",
        "title": publication.name,
        "description": _summarise(publication),
        "version": release,
        "created": f"{publication.as_of.isoformat()}T00:00:00Z",
        "licenses": [{"name": ours.id, "path": ours.url, "title": ours.name}],
        "keywords": KEYWORDS,
        "sources": [
            {"title": source.title, "path": source.terms_url or source.homepage}
            for source in _used_sources(publication)
        ],
        "contributors": [{"title": publication.name, "roles": ["publisher"]}],
        **({"homepage": publication.base_url} if publication.base_url else {}),
        "resources": resources,
    }


def _list_downloads(resources: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    downloads = [
        part | {"title": file["title"]} for file in resources for part in (file, *file.get("alternatives", ()))
    ]
    downloads.append(
        {
            "path": DATABASE,
            "mediatype": "application/vnd.duckdb",
            "title": "Published cells, all marts on all days, and the lookups they are read with",
        }
    )
    return downloads


def describe_dataset(
    publication: PublishedDay, downloads: Iterable[Mapping[str, Any]], release: str | None = None
) -> dict[str, Any]:
    """Return what is published as a Dataset of schema.org. `downloads` have a path, a media type and a title."""
    base, ours = publication.base_url, licences()[OURS]
    start = min((row.period_from for row in publication.figures if row.period_from), default=publication.as_of)
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "name": publication.name,
        "description": _summarise(publication),
        **({"version": release} if release else {}),
        "datePublished": publication.as_of,
        "temporalCoverage": f"{start.isoformat()}/{publication.as_of.isoformat()}",
        "license": ours.url,
        "isAccessibleForFree": True,
        "creator": {"@type": "Organization", "name": publication.name},
        "keywords": KEYWORDS,
        "measurementTechnique": "each job counted once over the adverts read; 95 % intervals by employer",
        "variableMeasured": ["pay per year", "share of jobs", "share of open adverts that close a day"],
        "creditText": publication.cite("figures and cells", "dataset.jsonld", ours),
        **({"url": base, "@id": f"{base}dataset.jsonld"} if base else {}),
        "distribution": [
            {
                "@type": "DataDownload",
                "contentUrl": f"{base}{file['path']}",
                "encodingFormat": file["mediatype"],
                "name": file["title"],
            }
            for file in downloads
        ],
    }
