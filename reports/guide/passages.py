"""Passages of a guide: a paragraph about a topic, written from the sentences of `passages.toml`.

    <!-- passage:pay.us.ai_engineering -->
    <!-- /passage -->

A passage holds sentences with markers of figures, which a refresh fills like any other. It is written anew only if
other sentences than those in the guide can be said.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from reports.figures.catalogue import find_id
from reports.figures.places import PLACES
from reports.guide.markers import GuideError, Problem, Scan
from reports.guide.words import split_around
from reports.wording import notes, numbers
from reports.wording.work import PERSONS, name_workers
from warehouse.mart_tables import Figures

TOPICS = Path(__file__).with_name("passages.toml")
_MARKER = re.compile(r"<!--\s*(?:passage:(?P<topic>[\w.]+)|(?P<close>/passage))\s*-->")
_LIKE_A_MARKER = re.compile(r"<!--\s*/?passages?\b[^>]*-->")
_FIGURE = re.compile(r"\{([\w.]+)(?::(\w+))?\}")


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Sentence(_Model):
    """A sentence of a topic, what its figures may rest on (anything if empty), and what it is about."""

    text: str
    bases: tuple[str, ...] = ()
    about: str = ""


class Topic(_Model):
    """What a passage can be about: see `passages.toml`."""

    parts: tuple[str, ...]
    unsaid: str
    sentences: tuple[Sentence, ...]


class Passage(NamedTuple):
    """A passage of a guide: the text between its markers is text[start:end], and the first marker starts at `at`.

    `sentences` are those of the topic, with its parts put in; `there` is "In Germany, ", or "" for all places.
    """

    at: int
    start: int
    end: int
    there: str
    unsaid: str
    sentences: tuple[Sentence, ...]

    @property
    def figures(self) -> list[str]:
        """The ids of the figures that its sentences name."""
        return list(dict.fromkeys(name for one in self.sentences for name, _ in _FIGURE.findall(one.text)))


@functools.cache
def read_topics(path: Path = TOPICS) -> Mapping[str, Topic]:
    """Return the topics by name. Raise `pydantic.ValidationError`, which names the key, if a value is wrong."""
    read = tomllib.loads(path.read_text(encoding="utf-8"))
    return {name: Topic.model_validate(topic) for name, topic in read.items()}


def find_passages(scan: Scan) -> list[Passage]:
    """Return the passages of a guide. Markers in code and in other comments are left alone.

    Raises `GuideError` with everything that is wrong with them, and its line.
    """
    passages: list[Passage] = []
    problems: list[Problem] = []
    opened: re.Match[str] | None = None
    for found in _LIKE_A_MARKER.finditer(scan.text):
        if any(start < found.start() and found.end() < end for start, end in scan.skipped):
            continue
        hit = _MARKER.fullmatch(scan.text, found.start(), found.end())
        if hit is None:
            problems.append((found.start(), f"broken marker {found[0]}: expected passage:TOPIC or /passage"))
        elif not _is_alone(scan, found):
            problems.append((found.start(), f"{found[0]} must stand alone on its line"))
        elif (opened is None) == (hit["topic"] is None):
            marker, what = (hit, "closes nothing") if opened is None else (opened, "is never closed")
            problems.append((marker.start(), f"{marker[0]} {what}"))
        elif opened is not None:
            try:
                passages.append(_make(opened[1], opened.start(), opened.end(), found.start()))
            except ValueError as error:
                problems.append((opened.start(), str(error)))
        opened = hit if hit and hit["topic"] else None
    if opened is not None:
        problems.append((opened.start(), f"{opened[0]} is never closed"))
    if problems:
        raise GuideError([(scan.line_of(at), what) for at, what in problems])
    return passages


def _is_alone(scan: Scan, found: re.Match[str]) -> bool:
    after = scan.text[found.end() :].partition("\n")[0]
    return not scan.before_on_line(found.start()).strip() and not after.strip()


def _make(address: str, at: int, start: int, end: int) -> Passage:
    """Return the passage of a topic, such as "pay.us.ai_engineering". Raises `ValueError` if it cannot be written."""
    name, *words = address.split(".")
    topics = read_topics()
    if name not in topics or len(words) != len(topics[name].parts):
        known = ", ".join(".".join([topic, *known.parts]) for topic, known in topics.items())
        raise ValueError(f"no passage {address!r}; expected one of {known}")
    topic = topics[name]
    put_in = dict(zip(topic.parts, words, strict=True))
    if role := put_in.get("ROLE"):
        put_in["WORKERS"] = PERSONS.get(role) or name_workers(role)
    named = next((one.in_words for one in PLACES.values() if one.slug == put_in.get("PLACE")), "")
    put_in["THERE"] = f"In {named}, " if named else ""
    sentences = tuple(
        one.model_copy(update={"text": re.sub(r"[A-Z]{4,}", lambda hit: put_in.get(hit[0], hit[0]), one.text)})
        for one in topic.sentences
    )
    passage = Passage(at, start, end, put_in["THERE"], topic.unsaid, sentences)
    for figure in passage.figures:
        find_id(figure)
    return passage


def write_passages(scan: Scan, ledger: Mapping[str, Figures]) -> str:
    """Return the text of a guide with the sentences that can be said in its passages, their figures still empty.

    A passage that has these sentences already keeps its text. Raises `GuideError` as `find_passages` does.
    """
    text, at, passages = "", 0, find_passages(scan)
    lacking = [(one.at, name) for one in passages for name in one.figures if find_id(name) not in ledger]
    if lacking:
        raise GuideError(
            [(scan.line_of(at), f"{name} is not published yet: `jobmarket run` computes it") for at, name in lacking]
        )
    for passage in passages:
        words = _write(passage, ledger)
        inside = [span for span in scan.spans if passage.start <= span.start and span.after <= passage.end]
        around = split_around(scan.text[: passage.end], [(span.start, span.end) for span in inside])
        paragraph = f"<p>{words}</p>" if scan.is_html else words
        if "".join(around)[passage.start :].split() != paragraph.split():
            text += scan.text[at : passage.start] + scan.newline.join(("", "", paragraph, "", ""))
            at = passage.end
    return text + scan.text[at:]


def _write(passage: Passage, ledger: Mapping[str, Figures]) -> str:
    said, unsaid = [], []
    for sentence in passage.sentences:
        figures = [ledger[find_id(name)] for name, _ in _FIGURE.findall(sentence.text)]
        if all(_can_be_said(figure, sentence) for figure in figures):
            said.append(_FIGURE.sub(_span, sentence.text))
        elif sentence.about:
            unsaid.append(sentence.about)
    if unsaid:
        told = passage.unsaid.replace("ABOUT", numbers.join_words(unsaid, "or"))
        is_alone = passage.there and not said
        said.append(f"{passage.there}{numbers.lower_first(told)}" if is_alone else told)
    return " ".join(said)


def _can_be_said(figure: Figures, sentence: Sentence) -> bool:
    has_basis = not sentence.bases or figure.basis in sentence.bases
    return figure.value is not None and has_basis and not notes.is_widened(figure)


def _span(hit: re.Match[str]) -> str:
    part = f' data-part="{hit[2]}"' if hit[2] else ""
    return f'<span data-figure="{hit[1]}"{part} data-form="prose"></span>'
