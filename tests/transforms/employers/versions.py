"""Versions of adverts and their texts, made by hand."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from transforms.employers.links import Link, Version, find_links
from transforms.employers.sketches import sketch_texts
from transforms.text.characters import hash_of

START = datetime(2026, 3, 1, 2, tzinfo=UTC)
DAY = timedelta(days=1)
NOBODY: frozenset[str] = frozenset()
OTHER = frozenset(["name:boatyard"])
HAMBURG = frozenset(["DE||Hamburg"])
WORDS = [f"w{n}ord" for n in range(4_000)]


def text_of(seed: int, words: int = 400) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=words))


LAMPS, BOATS, TEMPLATE = text_of(1), text_of(2), text_of(3, 100)
EDITED = " ".join(word for n, word in enumerate(LAMPS.split()) if n % 12)
BOILERPLATE = text_of(4, 200)


def advert(posting_id: str, text: str | None = None, *, at: int = 0, **fields: Any) -> tuple[Version, str | None]:
    """A version of an advert and its text; the same employer, title and place unless stated otherwise."""
    values: dict[str, Any] = {
        "first_at": START + at * DAY,
        "source": posting_id.partition(":")[0],
        "board": None,
        "employer": frozenset(["name:lampworks"]),
        "title": "engineer ml",
        "places": frozenset(["DE||Berlin"]),
    }
    values |= fields
    values.setdefault("whereabouts", ";".join(sorted(values["places"])))
    return Version(posting_id=posting_id, text_hash=hash_of(text) if text else None, **values), text


def linked(*corpus: tuple[Version, str | None]) -> list[Link]:
    texts = {version.text_hash: text for version, text in corpus if version.text_hash and text}
    return find_links([version for version, _ in corpus], list(map(str, texts)), sketch_texts(texts.values()))
