"""Generate SOURCES.md, the list of sources for readers: `python -m extractors.source_list`.

A test fails if the file is out of date.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from pathlib import Path

from extractors.boards import NotRead, boards_not_read, boards_of
from extractors.source import all_sources
from extractors.sources.declaration import Source
from transforms.records.vocabulary import NO_LICENCE
from warehouse.tables import Sources

SOURCES_MD = Path(__file__).parent / "SOURCES.md"
HEAD = """# Sources

Generated from sources.toml and the `SOURCE` of each module by `python -m extractors.source_list`; do not edit. Only the
endpoints named here are requested. If no terms for third parties were found, this page says so; only counts and
statistics are published, never the text of an advert. Each source says when and where we last looked for its terms, and
quotes the decisive words: of its terms or, without terms for third parties, of a robots.txt, a notice or its
documentation. No live page was read for this: "a stored copy" is a page that others keep, and "a reader" is somebody
whose notes quote it. If no words were found, this page says so. "Checked against a real answer" means that the source's
module read recorded answers; "no" means that it was built from documentation alone. robots.txt, tdmrep.json and
Content-Signals are read again each night: a `no` in a signal keeps a night out (setting
`reservations.content_signals`), and signals are archived beside the answers.

Some providers invite everyone to use an interface, while the terms of their site say otherwise and do not allow the
interface themselves. Then the invitation counts only if its words cover storing, because every answer is kept, and the
permission to look at an advert is not a permission to keep it. Otherwise the source is read with permission on record,
and nothing made from it is published.

| source | kind | access | cadence | boards | checked against a real answer | in exports and site |
|---|---|---|---|---|---|---|
"""
STATE_NONE = """
## Open sources that state no licence
These sources are read without permission and state no licence for what they show. The operator answers for reading \
them. Ask each whether counts of its adverts may be published. If it agrees, enter its words in sources.toml \
(`licence`, `terms_url`, `quotation`, `terms_checked`). If it refuses, delete `is_republishable` there, and nothing \
made from it is published, or set `access = "consent"`, and it is not asked either. To leave it out of releases \
alone, empty its licence in `reports/release/source_licences.csv`.

| source | what is missing | counts are published | what to do |
|---|---|---|---|
"""
NOT_READ = """
## Not read
No module reads sources that may not be read automatically, and boards.csv has no board \
named here (`extractors/not_read.csv`):

"""


def declared_sources(allowed: Collection[str] = ()) -> list[Sources]:
    """Return the declarations of all sources as rows of core.sources.

    `allowed` are the names of sources with a restriction whose figures stand in guides all the same. Of those for which
    no licence was found, figures are made only then.
    """
    columns = {field.name for field in fields(Sources)} - {"source", "is_republishable", "is_in_prose"}
    return [
        Sources(
            source=source.name,
            is_republishable=source.is_republishable or (source.restriction == NO_LICENCE and source.name in allowed),
            is_in_prose=source.restriction is None or source.name in allowed,
            **{name: getattr(source, name) for name in columns},
        )
        for source in (module.SOURCE for module in all_sources().values())
    ]


def sources_markdown() -> str:
    """Return the text of SOURCES.md: tables of all sources and of those without a licence, what we do not read, and a
    section for each source.
    """
    sources = [module.SOURCE for module in all_sources().values()]
    gaps = (_gap(source) for source in sources if source.access == "open" and not has_licence(source))
    refusals = map(_refusal, boards_not_read())
    return "".join([HEAD, *map(_row, sources), STATE_NONE, *gaps, NOT_READ, *refusals, *map(_section, sources)])


def has_licence(source: Source) -> bool:
    """Whether the source states a licence or terms of use: its `licence` says "None …" if we found none."""
    return not source.licence.startswith("None ")


def _gap(source: Source) -> str:
    missing = ["a licence"]
    missing += [] if source.terms_url else ["terms for third parties"]
    missing += [] if source.quotation else ["any deciding words"]
    before = "" if source.is_republishable else ", before anything made from it is published"
    terms = f"; its terms: {source.terms_url}" if source.terms_url not in (None, source.homepage) else ""
    return (
        f"| [{source.name}](#{source.name}) | {', '.join(missing)} | {_yes(source.is_republishable)} "
        f"| ask {source.title} ({source.homepage}){before}{terms} |\n"
    )


def _refusal(entry: NotRead) -> str:
    board = f" ({entry.source} {entry.board})" if entry.board else ""
    words = f' "{entry.quotation}" ({entry.quoted_from}).' if entry.quotation else ""
    return f"- {entry.name}{board}: {entry.why}.{words} Decided on {entry.decided_on}.\n"


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
}


def _access(source: Source) -> str:
    if source.access == "file":
        return "only what a person hands over; nothing is asked"
    keys = f"with the key in {' and '.join(f'`{key}`' for key in source.keys)}" if source.keys else "without a key"
    pace = f"at most {source.most_requests:,} requests a night, {source.pause:g} s between two to one host"
    until = f"; until {source.asked_until} and never after" if source.asked_until else ""
    return f"{ACCESS[source.access]}; {keys}; {pace}{until}"


def _yes(truth: bool) -> str:
    return "yes" if truth else "no"


BULK = "\n- A bulk source: what others collected, taken in as a whole; off in the night, in no panel."
RESTRICTED = " Figures made from it are {}; guides have them only if the setting `sources.allow` names it."
NO_WORDS = "No deciding words were found."
"""Text for a source without a quotation."""


def _words(source: Source) -> str:
    words = f'Deciding words: "{source.quotation}"' if source.quotation else NO_WORDS
    refusals = [entry.board for entry in boards_not_read() if entry.source == source.name and entry.board]
    return words + (f" Boards left alone: {', '.join(refusals)} (see above)." if refusals else "")


def _section(source: Source) -> str:
    low, high = source.expected_rows
    days = source.expires_after_days
    age = f"\n- An advert without a stated end counts as expired {days} days after it was last seen."
    endpoints = ", ".join(f"`{endpoint}`" for endpoint in source.endpoints)
    return f"""
## {source.name}
{source.title}, by {source.publisher}: {source.homepage}

- Endpoints: {endpoints}
- Access: {_access(source)}.
- Licence or terms: {source.licence}.{RESTRICTED.format(source.restriction) if source.restriction else ""}
- Terms: {source.terms_url or "none for third parties found"}; last looked for on {source.terms_checked}. \
{_words(source)}
- Gives: {source.gives}.
- Attribution: {source.attribution}
- Checked against a real answer: {_yes(source.is_verified)}.
- A healthy snapshot has {low:,} to {high:,} rows.{age if days else ""}{BULK if source.is_bulk else ""}

{source.facts}
"""


if __name__ == "__main__":
    SOURCES_MD.write_text(sources_markdown(), encoding="utf-8")
