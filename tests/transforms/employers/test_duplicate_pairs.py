"""The labelled pairs are what they say: halves apart, seeded, edits and templates within their bounds."""

from __future__ import annotations

import difflib
import functools
from collections import defaultdict

from tests.transforms.employers.duplicate_pairs import (
    BASES,
    HALVES,
    KINDS,
    MAX_EDITED,
    MIN_OWN,
    SAMPLE,
    TEMPLATE_SHARE,
    Advert,
    Pair,
    adverts,
    pairs,
    vocabulary,
)


@functools.cache
def sample() -> tuple[Advert, ...]:
    return tuple(adverts(SAMPLE))


@functools.cache
def of_kind(half: str) -> dict[str, list[Pair]]:
    by_kind = defaultdict(list)
    for pair in pairs(sample(), half):
        by_kind[pair.kind].append(pair)
    return by_kind


def test_no_employer_is_in_both_halves() -> None:
    boards = [{pair.left.url for group in of_kind(half).values() for pair in group} for half in HALVES]
    employers = [{advert.employer for advert in sample() if advert.url in urls} for urls in boards]
    assert min(map(len, employers)) > 20
    assert not employers[0] & employers[1]


def test_each_kind_has_pairs_and_the_same_seed_makes_the_same_ones() -> None:
    for half in HALVES:
        assert set(of_kind(half)) == set(KINDS)
        assert min(map(len, of_kind(half).values())) > BASES / 5
        assert list(pairs(sample(), half)) == [pair for group in of_kind(half).values() for pair in group]


def test_edits_and_templates_keep_to_their_shares() -> None:
    for pair in of_kind("report")["edited"][:60]:
        left, right = ((advert.text or "").split() for advert in (pair.left, pair.right))
        n_common = sum(block.size for block in difflib.SequenceMatcher(None, left, right, False).get_matching_blocks())
        assert n_common >= (1 - MAX_EDITED) * len(left) - 2
        assert abs(len(right) - len(left)) <= MAX_EDITED * len(left) + 1
    for pair in of_kind("report")["another board"]:
        assert pair.left.text is not None and pair.right.text is not None and pair.left.text in pair.right.text
        share = len(pair.right.text.split()) / len(pair.left.text.split()) - 1
        assert TEMPLATE_SHARE[0] - 0.01 <= share <= TEMPLATE_SHARE[1] + 0.01


def test_negatives_differ_in_what_they_say() -> None:
    for half in HALVES:
        for pair in of_kind(half)["other text"]:
            one, other = vocabulary(pair.left.text), vocabulary(pair.right.text)
            assert max(len(one & other) / len(one), len(one & other) / len(other)) <= 1 - MIN_OWN
            assert pair.left.title == pair.right.title and pair.left.employer == pair.right.employer
        for pair in of_kind(half)["other requisition"]:
            assert None is not pair.left.requisition_id != pair.right.requisition_id is not None
        for pair in of_kind(half)["other team"]:
            assert (pair.left.department or "").casefold() != (pair.right.department or "").casefold()
