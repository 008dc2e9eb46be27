"""What is remembered is read once, in batches, and forgotten when there is too much of it."""

from __future__ import annotations

import pytest

from transforms.text.batch_cache import BatchCache


@pytest.fixture
def asked() -> list[list[str]]:
    return []


@pytest.fixture
def lengths(asked: list[list[str]]) -> BatchCache[int]:
    def read(texts: list[str]) -> list[int]:
        asked.append(texts)
        return list(map(len, texts))

    return BatchCache(read, limit=6)


def test_each_text_is_read_once(lengths: BatchCache[int], asked: list[list[str]]) -> None:
    assert lengths("lamp") == 4
    assert lengths.get_many(["lantern", "lamp", "lantern"]) == [7, 4, 7]
    assert lengths("lantern") == 7
    assert asked == [["lamp"], ["lantern"]]


def test_a_value_of_none_is_remembered_too() -> None:
    words = []

    def read(texts: list[str]) -> list[None]:
        words.extend(texts)
        return [None for _ in texts]

    nothing = BatchCache(read)
    assert nothing("lamp") is None
    assert nothing("lamp") is None
    assert words == ["lamp"]


def test_too_much_is_forgotten_but_not_while_it_is_asked_for(lengths: BatchCache[int], asked: list[list[str]]) -> None:
    lengths.get_many(["lamp", "lantern"])
    assert lengths("lamp") == 4, "what was read ahead stays until something new is asked for"
    assert lengths.get_many(["lamp", "lightbulb"]) == [4, 9]
    assert asked == [["lamp", "lantern"], ["lamp", "lightbulb"]]


def test_it_is_cleared_like_other_caches(lengths: BatchCache[int], asked: list[list[str]]) -> None:
    lengths("lamp")
    lengths.cache_clear()
    lengths("lamp")
    assert asked == [["lamp"], ["lamp"]]
