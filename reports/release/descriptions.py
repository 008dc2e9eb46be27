"""Descriptions of a release for machines: Data Package, schema.org, CITATION.cff, llms.txt, and its licences."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from reports.figures.pay_figures import KIND_OF_MARKET
from reports.release.figure_files import CSV_COLUMNS, to_json
from reports.release.licences import OURS, licence_ids_of_sources, licences
from reports.release.published import PublishedDay
from reports.wording.numbers import day
from warehouse.publish.release_tables import ExportedTable

KEYWORDS = ("labour market", "artificial intelligence", "salaries", "skills", "job adverts")
_TYPES = {"DOUBLE": "number", "BIGINT": "integer", "DATE": "date", "BOOLEAN": "boolean", "VARCHAR": "string"}
_FIGURE_TYPES = {
    **dict.fromkeys(("value", "low", "high"), "number"), **dict.fromkeys(("n", "employers"), "integer"),
    **dict.fromkeys(("as_of", "period_from", "period_to"), "date"), "is_sample": "boolean",
}  # fmt: skip
_FIGURES = "The numbers of all figures that are under our own licence"
_SDMX = (("sdmx/BANDS.csv", "Pay as SDMX-CSV 2.0"), ("sdmx/SHARES.csv", "Shares as SDMX-CSV 2.0"))


def summarise(publication: PublishedDay) -> str:
    """What the release is, in two sentences."""
    text = (
        "What job adverts for AI and machine learning work offer and ask for, with intervals, counts and sources, and "
        f"what surveys and offices report; as of {day(publication.as_of)}."
    )
    return f"{text} Made from an invented sample: no number is true." if publication.is_sample else text


def _own_licence() -> dict[str, str]:
    own = licences()[OURS]
    return {"name": own.id, "path": own.url or "", "title": own.name}


def data_package(publication: PublishedDay, tables: Sequence[ExportedTable], release: str) -> bytes:
    """datapackage.json: Data Package 2.0, with a schema for each CSV file."""
    fields = [{"name": name, "type": _FIGURE_TYPES.get(name, "string")} for name in CSV_COLUMNS]
    resources = [
        _resource("figures", "figures.csv", _FIGURES, {"fields": fields}),
        *(
            _resource(_short(t), f"tables/{_short(t)}.csv", t.title, _schema(t))
            | {"alternatives": [{"path": f"tables/{_short(t)}.parquet", "mediatype": "application/vnd.apache.parquet"}]}
            for t in tables
        ),
        *(
            {"name": _slug(path), "path": path, "title": title, "format": "csv", "mediatype": "text/csv"}
            for path, title in _SDMX
        ),
    ]  # fmt: skip
    return to_json(
        {
            "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
            "name": "ai-job-market",
            "title": publication.name,
            "description": summarise(publication),
            "version": release,
            "created": f"{publication.as_of.isoformat()}T00:00:00Z",
            "licenses": [_own_licence()],
            "keywords": list(KEYWORDS),
            "sources": [
                {"title": source.title, "path": source.terms_url or source.homepage}
                for source in _used_sources(publication)
            ],
            "contributors": [{"title": publication.name, "roles": ["publisher"]}],
            **({"homepage": publication.base_url} if publication.base_url else {}),
            "resources": resources,
        }
    )


def _short(table: ExportedTable) -> str:
    return table.name.partition(".")[2]


def _slug(text: str) -> str:
    return text.lower().replace("/", "-").replace("_", "-").removesuffix(".csv")


def _resource(name: str, path: str, title: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": _slug(name), "type": "table", "path": path, "title": title, "format": "csv", "mediatype": "text/csv",
        "encoding": "utf-8", "schema": {**schema, "missingValues": [""]},
    }  # fmt: skip


def _schema(table: ExportedTable) -> dict[str, Any]:
    fields = [
        {
            "name": name,
            "type": "array" if sql_type.endswith("[]") else _TYPES[sql_type],
            "description": meaning,
        }
        for name, sql_type, meaning in table.columns
    ]
    return {"fields": fields, "primaryKey": list(table.key)}


def _used_sources(publication: PublishedDay) -> list[Any]:
    """Sources behind the figures of the release."""
    names = {name for row in publication.figures for name in row.sources}
    return [source for name, source in sorted(publication.sources.items()) if name in names]


def dataset(publication: PublishedDay, tables: Sequence[ExportedTable], release: str) -> bytes:
    """dataset.jsonld: a schema.org Dataset with its downloads."""
    files = [
        ("figures.csv", "text/csv", _FIGURES),
        *((f"tables/{_short(t)}.csv", "text/csv", t.title) for t in tables),
        *((f"tables/{_short(t)}.parquet", "application/vnd.apache.parquet", t.title) for t in tables),
        (
            "market.duckdb",
            "application/vnd.duckdb",
            "Published cells, all marts on all days, and the lookups they are read with",
        ),
        *((path, "application/vnd.sdmx.data+csv", title) for path, title in _SDMX),
    ]
    periods = [row.period_from for row in publication.figures if row.period_from]
    start = min(periods, default=publication.as_of)
    content = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "name": publication.name,
        "description": summarise(publication),
        "version": release,
        "datePublished": publication.as_of,
        "temporalCoverage": f"{start.isoformat()}/{publication.as_of.isoformat()}",
        "license": licences()[OURS].url,
        "isAccessibleForFree": True,
        "creator": {"@type": "Organization", "name": publication.name},
        "keywords": list(KEYWORDS),
        "measurementTechnique": "each job counted once over the adverts read; 95 % intervals by employer",
        "variableMeasured": ["pay per year", "share of jobs", "share of open adverts that close a day"],
        "creditText": publication.cite("figures and cells", "dataset.jsonld", licences()[OURS]),
        **(
            {"url": publication.base_url, "@id": f"{publication.base_url}dataset.jsonld"}
            if publication.base_url
            else {}
        ),
        "distribution": [
            {
                "@type": "DataDownload",
                "contentUrl": f"{publication.base_url}{path}",
                "encodingFormat": encoding,
                "name": title,
            }
            for path, encoding, title in files
        ],
    }
    return to_json(content)


def citation(publication: PublishedDay, release: str) -> bytes:
    """CITATION.cff, version 1.2.0."""
    fields = {
        "cff-version": "1.2.0",
        "message": "If you use these figures, please cite them as below.",
        "type": "dataset",
        "title": publication.name,
        "abstract": summarise(publication),
        "version": release,
        "date-released": publication.as_of.isoformat(),
        "license": OURS,
        **({"url": publication.base_url} if publication.base_url else {}),
    }
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in fields.items()]  # JSON is YAML
    lines += ["authors:", f"  - name: {json.dumps(publication.name)}", "keywords:"]
    lines += [f"  - {json.dumps(word)}" for word in KEYWORDS]
    return ("\n".join(lines) + "\n").encode()


def llms(publication: PublishedDay, release: str) -> bytes:
    """llms.txt: what a language model should read, and how it must quote."""
    kinds = ", ".join((*KIND_OF_MARKET.values(), "skill", "share", "disclosure", "closing_rate"))
    lines = [
        f"# {publication.name}",
        "",
        f"> {summarise(publication)} Release {release}.",
        "",
        "Quote a figure with its interval or its n, its basis and its reference period: each file has all of them.",
        "A value of null is withheld, and `reason` says why; it is never zero. Advertised pay is what adverts offer;",
        "only reported and official pay is earned. Figures are CC BY 4.0 unless their file names another licence.",
        "Put the id of its figure behind a number, as in 62% [skill.python.de.ai_engineering]: so it can be verified.",
        "",
        "## Figures",
        "",
        "- [Index of figures](figures/index.json): ids, titles, values and files",
        "- [All numbers of them](figures.csv): one table",
        f"- [Index of cells](cells/index.json): every cell that may be printed, by kind ({kinds}) and place",
        "",
        "## Data",
        "",
        "- [Data Package](datapackage.json): published cells as CSV and Parquet, with the meaning of each column",
        "- [SDMX structure](sdmx/structure.xml): of BANDS.csv and SHARES.csv beside it",
        "- [DuckDB file](market.duckdb): what is published, and all marts on all days, declared by [SQL](schema.sql)",
        "",
        "## About",
        "",
        "- [Quality report](QUALITY.md)",
        "- [Changes](CHANGES.md), also as a [feed](feed.atom)",
        "- [Licences and sources](LICENCES.md)",
        "- [How to cite](CITATION.cff)",
        "- [Manifest](manifest.json): the SHA-256 of every file, and the digest of the release before. Its own SHA-256",
        "  is the digest of the release, and so covers every byte. Anyone who rewrites every file can rewrite the",
        "  chain too, but not a digest that you kept",
    ]
    return ("\n".join(lines) + "\n").encode()


def licences_page(publication: PublishedDay) -> bytes:
    """LICENCES.md: what may be done with what, and who must be named."""
    ids = {licence.id for licence in publication.licences.values()}
    licence_ids = licence_ids_of_sources()

    def lines() -> Iterator[str]:
        yield f"# {publication.name}: licences"
        yield ""
        yield f"Our figures are under {licences()[OURS].name}: name us with the citation that stands in each file."
        yield "A figure that its sources bind to another licence says so in its file, and is in no table beside it."
        yield ""
        for licence in licences().values():
            if licence.id in ids:
                where = f" ({licence.url})" if licence.url else ""
                yield f"- **{licence.id}**, {licence.name}{where}: {licence.remark}"
        yield ""
        yield "## Sources"
        yield ""
        for source in _used_sources(publication):
            terms = licence_ids.get(source.source) or "none"
            yield f"- {source.title}: {source.attribution} Figures made from it: {terms}."

    return ("\n".join(lines()) + "\n").encode()
