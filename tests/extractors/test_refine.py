"""Refine's use of the machine; what it makes is tested with the sources, the sample and the real payloads."""

from __future__ import annotations

import gc

from extractors.refine import collector_paused


def test_what_outlives_the_pause_of_the_collector_is_left_to_full_collections() -> None:
    assert gc.isenabled()
    with collector_paused():
        assert not gc.isenabled()
        made: list[list[int]] = [[number] for number in range(5_000)]
    assert gc.isenabled()
    old = set(map(id, gc.get_objects(generation=2)))
    assert all(id(one) in old for one in made)


def test_a_collector_that_was_off_stays_off() -> None:
    gc.disable()
    try:
        with collector_paused():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
