"""SOURCES.md: what we read, on which terms, as the modules themselves declare it.

`python -m extractors.source_list` writes the file again; a test fails when it is not current.
"""

from __future__ import annotations

from pathlib import Path

from extractors.boards import boards_of
from extractors.source import Source, all_sources
from warehouse.tables import Sources

SOURCES_MD = Path(__file__).parent / "SOURCES.md"
HEAD = """# Sources

Made from the `SOURCE` of each module in `extractors/` by `python -m extractors.source_list`; do not edit.
Reading stays within the endpoints named here. Where no terms for third parties were found, that is said, and
only counts and statistics are published, never the text of an advert.

| source | kind | access | cadence | boards | checked against a real answer | in exports and site |
|---|---|---|---|---|---|---|
"""


NOT_READ = {
    "LinkedIn, Indeed, Glassdoor, Wellfound, Y Combinator's job pages": (
        "their terms or robots.txt forbid automated reading"
    ),
    "justjoin.it": "its robots.txt closes /api/, and no public API is documented",
    "nofluffjobs": "its robots.txt closes /api/ and /posting/",
    "SEEK": "its terms forbid automated reading, and its API is for advertisers",
    "Bundesagentur für Arbeit, Jobsuche": (
        "no public API: the endpoint belongs to its app, and its key is lifted from there; no licence was found"
    ),
    "MyCareersFuture": "undocumented, no terms found; the endpoint did not answer when others tried it",
}
"""What a reader may look for here and will not find, and why."""


def declared_sources() -> list[Sources]:
    """The declarations of all sources, as rows of core.sources."""
    return [_row_of(module.SOURCE) for module in all_sources().values()]


def _row_of(source: Source) -> Sources:
    return Sources(
        source=source.name,
        title=source.title,
        kind=source.kind,
        publisher=source.publisher,
        homepage=source.homepage,
        licence=source.licence,
        terms_url=source.terms_url,
        attribution=source.attribution,
        is_republishable=source.is_republishable,
        is_verified=source.is_verified,
        expires_after_days=source.expires_after_days,
    )


def sources_markdown() -> str:
    """The whole of SOURCES.md: a table of all sources, what is not read, then each with its terms and what is known."""
    sources = [module.SOURCE for module in all_sources().values()]
    return HEAD + "".join(map(_row, sources)) + _not_read() + "".join(map(_section, sources))


def _not_read() -> str:
    """The sources that are not read, as a list."""
    lines = "".join(f"- {name}: {why}.\n" for name, why in NOT_READ.items())
    return f"\n## Not read\nWhat may not be read automatically is not built:\n\n{lines}"


def _row(source: Source) -> str:
    boards = len(boards_of(source.name)) or ""
    return (
        f"| [{source.name}](#{source.name}) | {source.kind} | {source.access} | {source.cadence} | {boards} "
        f"| {_yes(source.is_verified)} | {_yes(source.is_republishable)} |\n"
    )


ACCESS = {
    "open": "open",
    "key": "off until its key is in the environment",
    "consent": "off until permission to read it is on record in `permissions.toml` of the data folder",
    "file": "only what a person hands over",
}


def _keys(source: Source) -> str:
    return f" ({', '.join(source.keys)})" if source.keys else ""


def _age(source: Source) -> str:
    days = source.expires_after_days
    return f"\n- An advert without a stated end counts as expired {days} days after it was last seen." if days else ""


def _yes(truth: bool) -> str:
    return "yes" if truth else "no"


def _section(source: Source) -> str:
    low, high = source.expected_rows
    endpoints = ", ".join(f"`{endpoint}`" for endpoint in source.endpoints)
    return f"""
## {source.name}
{source.title}, by {source.publisher}: {source.homepage}

- Endpoints: {endpoints}
- Access: {ACCESS[source.access]}{_keys(source)}; at most {source.most_requests:,} requests a night, \
{source.pause:g} s between two to one host.
- Licence or terms: {source.licence}.
- Terms: {source.terms_url or "none for third parties found"}
- Attribution: {source.attribution}
- A healthy snapshot has {low:,} to {high:,} rows.{_age(source)}

{source.facts}
"""


if __name__ == "__main__":
    SOURCES_MD.write_text(sources_markdown(), encoding="utf-8")
