"""Words that rule something out, and how far what they rule out reaches."""

from __future__ import annotations

import doctest

import pytest

from transforms.text import exclusion
from transforms.text.exclusion import Split, exclusions_in, split


def test_the_examples_of_the_module() -> None:
    assert doctest.testmod(exclusion).failed == 0


@pytest.mark.parametrize(
    ("text", "kept", "ruled_out"),
    [
        ("Europe, excluding Norway; Brazil", "Europe, ; Brazil", "Norway"),
        ("Chile, not Peru, Brazil", "Chile, , Brazil", "Peru"),
        ("Norway excluded, Brazil", ", Brazil", "Norway"),
        ("Italia, San Marino escluso, Francia", "Italia,, Francia", "San Marino"),
        ("Italia, escluso San Marino", "Italia,", "San Marino"),
        ("rest of Canada", "Canada", ""),
        ("anywhere but Norway", "anywhere", "Norway"),
        ("Anywhere, but Norway too", "Anywhere, but Norway too", ""),
        ("全球,中国除外", "全球,", "中国"),
        ("not only in Spain", "in Spain", ""),
        ("Exeter, Nottingham", "Exeter, Nottingham", ""),
    ],
)
def test_what_a_text_rules_out(text: str, kept: str, ruled_out: str) -> None:
    assert split(text) == Split(kept, ruled_out)


def test_offsets_do_not_move_where_a_small_letter_is_longer() -> None:
    (one,) = exclusions_in("İzmir, İstanbul hariç")
    assert "İzmir, İstanbul hariç"[one.first : one.last].strip() == "İstanbul"
