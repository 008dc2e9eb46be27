"""What the sentences of articles state. statements.txt has a sentence a line, with what would get a marker.

`{text|figure}` would get a marker of the figure, `{text|figure|options}` one with options other than form="prose", and
`{text|?figure}` is asked about first.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reports.guide.statements import Left, Statement, find_statements

CONTEXT = "This is about AI engineers.\n"
SENTENCES = [
    line
    for line in Path(__file__).with_name("statements.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


def marked(text: str) -> str:
    """A text with what its sentences state."""
    out, at = "", len(CONTEXT)
    prose = CONTEXT + text
    for one in sorted(find_statements(prose), key=lambda found: found.start):
        if isinstance(one, Statement):
            options = {name: value for name, value in one.options.items() if (name, value) != ("form", "prose")}
            wanted = ["?" * bool(one.doubt) + one.figure, *(f"{name}={value}" for name, value in options.items())]
            out += f"{prose[at : one.start]}{{{prose[one.start : one.end]}|{'|'.join(wanted)}}}"
            at = one.end
    return out + prose[at:]


@pytest.mark.parametrize("expected", SENTENCES)
def test_sentences_are_marked_where_they_say_of_what(expected: str) -> None:
    assert marked(re.sub(r"\{([^|}]*)\|[^}]*\}", r"\1", expected)) == expected


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("AI engineers with a PhD earn $250,000 in the US.", "'with a': pay of fewer people"),
        ("AI engineers in the US get equity of $20,000.", "not base pay"),
        ("AI engineers in Oslo earn $90,000 a year.", "'Oslo' may be a narrower place"),
        ("About 40% of people like Python.", "a share of people like"),
        ("40% of adverts ask for Python or R.", "together"),
        ("A course costs $500.", "not base pay"),
        ("The parcel weighs 5% more.", "does not say that it is a share of adverts"),
    ],
)
def test_what_is_left_alone_has_a_reason(sentence: str, reason: str) -> None:
    (left,) = find_statements(CONTEXT + sentence)
    assert isinstance(left, Left) and reason in left.reason


def test_no_role_named_in_the_whole_text_is_a_doubt() -> None:
    (found,) = find_statements("40% of adverts ask for Rust.")
    assert isinstance(found, Statement) and "which work" in found.doubt
