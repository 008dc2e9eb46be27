"""Sketches are the same on every machine, and cover shares are shares of windows."""

from __future__ import annotations

import numpy as np
import pytest

from tests.transforms.employers.versions import BOATS, EDITED, LAMPS, TEMPLATE, advert, linked
from transforms.employers import sketches
from transforms.employers.links import SIMILAR_TEXT
from transforms.employers.sketches import sketch_texts

SKETCH_ONCE = [1368373080, 3533486280, 308317636, 1732202564, 300739068]


def sketch(text: str) -> list[int]:
    values: list[int] = sketch_texts([text]).values.tolist()
    return values


def test_a_sketch_is_the_same_on_every_machine() -> None:
    text = "We build lamps that learn when their owners read, and look for somebody who understands light. " * 3
    assert sketch(text) == (SKETCH_ONCE * 3)[:-1], "stored sketches are useless now: rename their table too"


def test_case_punctuation_and_white_space_do_not_count() -> None:
    plain = "we don t sell lamps we study how people read at night and in the größe of their rooms " * 4
    prose = "We don’t sell LAMPS — we study:\u00a0how people read at night\n• and (in the GRÖẞE of) their rooms! " * 4
    assert sketch(plain) == sketch(prose) != []


def test_scripts_without_spaces_have_words_too() -> None:
    text = "私たちは光を理解する人を探しています。" * 6
    assert len(sketch(text)) > 10
    assert links_of_texts(text, text.replace("探して", "求めて")) == [SIMILAR_TEXT]


def links_of_texts(left: str, right: str) -> list[str]:
    return [link.rule for link in linked(advert("a:1", left), advert("b:2", right))]


def test_texts_are_sketched_alone_or_together_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [LAMPS, "", "short", BOATS, "\x01 odd \x00 signs \ud800 in it " * 9, EDITED]
    together = sketch_texts(texts)
    alone = [sketch(text) for text in texts]
    monkeypatch.setattr(sketches, "TEXTS_AT_ONCE", 2)
    in_parts = sketch_texts(texts)
    assert in_parts.values.tolist() == together.values.tolist() == [value for one in alone for value in one]
    assert in_parts.offsets.tolist() == together.offsets.tolist()
    assert (sketches.signatures_of(in_parts) == sketches.signatures_of(together)).all()


def test_sketches_are_stored_and_read_again() -> None:
    batch = sketch_texts([LAMPS, "", BOATS])
    again = sketches.unpack(sketches.pack(batch))
    assert again.values.tolist() == batch.values.tolist() and again.offsets.tolist() == batch.offsets.tolist()
    assert sketches.unpack([]).offsets.tolist() == [0]


def test_covers_are_shares_of_windows_whatever_is_verified_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    batch = sketch_texts([LAMPS, EDITED, BOATS, f"{TEMPLATE} {LAMPS}", ""])
    left, right = np.array([0, 0, 0, 3, 4]), np.array([1, 2, 3, 0, 0])
    shares = sketches.cover_shares(batch, left, right)
    assert shares[0].min() > 0.85 and shares[1].max() < 0.1
    assert shares[2, 0] == 1 == shares[3, 1] and 0.7 < shares[2, 1] < 0.9
    assert shares[4].tolist() == [0, 0]
    monkeypatch.setattr(sketches, "BIGRAMS_AT_ONCE", 50)
    assert (sketches.cover_shares(batch, left, right) == shares).all()
