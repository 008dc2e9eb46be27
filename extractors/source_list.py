"""SOURCES.md: what we read, on which terms, as the modules themselves declare it.

`python -m extractors.source_list` writes the file again; a test fails when it is not current.
"""

from __future__ import annotations

from pathlib import Path

from extractors.boards import boards_of
from extractors.source import Source, all_sources

SOURCES_MD = Path(__file__).parent / "SOURCES.md"
HEAD = """# Sources

Made from the `SOURCE` of each module in `extractors/` by `python -m extractors.source_list`; do not edit.
Reading stays within the endpoints named here. Where no terms for third parties were found, that is said, and
only counts and statistics are published, never the text of an advert.

| source | kind | cadence | boards | checked against a real answer | in exports and site |
|---|---|---|---|---|---|
"""


def sources_markdown() -> str:
    """The whole of SOURCES.md: a table of all sources, then each with its terms and what is known of it."""
    sources = [module.SOURCE for module in all_sources().values()]
    return HEAD + "".join(map(_row, sources)) + "".join(map(_section, sources))


def _row(source: Source) -> str:
    boards = len(boards_of(source.name)) or ""
    return (
        f"| [{source.name}](#{source.name}) | {source.kind} | {source.cadence} | {boards} "
        f"| {_yes(source.is_verified)} | {_yes(source.is_republishable)} |\n"
    )


def _yes(truth: bool) -> str:
    return "yes" if truth else "no"


def _section(source: Source) -> str:
    low, high = source.expected_rows
    endpoints = ", ".join(f"`{endpoint}`" for endpoint in source.endpoints)
    return f"""
## {source.name}
{source.title}, by {source.publisher}: {source.homepage}

- Endpoints: {endpoints}
- Licence or terms: {source.licence}.
- Terms: {source.terms_url or "none for third parties found"}
- Attribution: {source.attribution}
- A healthy snapshot has {low:,} to {high:,} rows.

{source.facts}
"""


if __name__ == "__main__":
    SOURCES_MD.write_text(sources_markdown(), encoding="utf-8")
