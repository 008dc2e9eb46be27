"""What adverts rule out: how many of our own sentences are read by their meaning."""

from __future__ import annotations

from tests.accuracy.negations import by_hand, made, score_negations
from tests.accuracy.scoring import Score


def test_the_sentences_cover_ten_languages_and_each_stands_once() -> None:
    sentences = [*by_hand(), *made()]
    assert len({one.text for one in by_hand()}) == len([*by_hand()]) >= 150
    assert len({one.language for one in sentences}) >= 10
    assert any(one.is_held_out for one in by_hand()) and any(not one.ruled_out for one in by_hand())


def test_most_of_what_is_ruled_out_is_read_so() -> None:
    tally = Score()
    score_negations(tally)
    figures = {figure.name: figure for figure in tally.figures()}
    assert figures["negations.made"].value >= 0.98
    assert figures["negations.held_out"].value >= 0.85
