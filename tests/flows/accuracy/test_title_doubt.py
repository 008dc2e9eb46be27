"""Doubt of titles: what the classifier finds unlikely among titles of our own."""

from __future__ import annotations

import numpy as np

from flows.accuracy.title_doubt import title_doubts

TITLES = [
    f"{level} {field} engineer {number}"
    for level in ("senior", "junior")
    for field in ("data", "vision")
    for number in range(30)
]
LABELS = ["data_engineer" if "data" in title else "computer_vision_engineer" for title in TITLES]


def test_a_label_that_its_like_do_not_have_is_doubted() -> None:
    wrong = LABELS.index("data_engineer")
    labels = [*LABELS[:wrong], "computer_vision_engineer", *LABELS[wrong + 1 :]]
    doubts = title_doubts(TITLES, labels)
    assert int(np.argmax(doubts)) == wrong
    assert doubts[wrong] > 0.9
    assert np.delete(doubts, wrong).max() < 0.9


def test_the_same_titles_give_the_same_doubts() -> None:
    assert (title_doubts(TITLES, LABELS) == title_doubts(TITLES, LABELS)).all()


def test_one_label_or_no_title_gives_no_doubt() -> None:
    assert title_doubts(["a", "b"], ["x", "x"]).tolist() == [0, 0]
    assert title_doubts([], []).tolist() == []
    assert title_doubts(["one"], ["x"]).tolist() == [0]
