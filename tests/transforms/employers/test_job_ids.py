"""What ids jobs bear: examples, and properties of any versions and links."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.employers.versions import (
    BOATS,
    DAY,
    EDITED,
    HAMBURG,
    LAMPS,
    NOBODY,
    OTHER,
    START,
    TEMPLATE,
    advert,
    linked,
)
from transforms.employers.job_ids import Jobs, Merge, assign_job_ids
from transforms.employers.links import NOT_STATED, SAME_FACTS, SAME_TEXT, SIMILAR_TEXT, Link, Pay, Version


def link(left: str, right: str, at: int, rule: str = SAME_TEXT, score: float = 1.0) -> Link:
    return Link(START + at * DAY, left, right, rule, score, "engineer ml")


def test_a_posting_that_arrives_joins_and_changes_nobody() -> None:
    stated = [advert("a:1")[0], advert("b:2", at=2)[0], advert("c:3", at=2)[0]]
    made = assign_job_ids(stated, [link("a:1", "b:2", 2), link("b:2", "c:3", 2)])
    assert set(made.job_of.values()) == {"a:1"} and not made.merges


def test_jobs_that_had_ids_are_merged_on_record() -> None:
    stated = [advert("a:1")[0], advert("b:2", at=1)[0], advert("c:3", at=5)[0]]
    made = assign_job_ids(stated, [link("a:1", "c:3", 5), link("b:2", "c:3", 5, SIMILAR_TEXT, 0.9)])
    assert set(made.job_of.values()) == {"a:1"}
    assert made.merges == [Merge(START + 5 * DAY, "b:2", "a:1", "b:2", "c:3", SIMILAR_TEXT, 0.9)]


@pytest.mark.parametrize("kind", ["requisition_id", "department"])
def test_contradiction_is_tested_on_all_that_a_job_holds(kind: str) -> None:
    one: dict[str, Any] = {kind: "one"}
    two: dict[str, Any] = {kind: "two"}
    stated = [
        advert("a:1", **one)[0],
        advert("b:2", at=1)[0],
        advert("c:3", at=2, **two)[0],
    ]
    found = [link("a:1", "b:2", 1), link("b:2", "c:3", 2)]
    made = assign_job_ids(stated, found)
    assert made.job_of == {"a:1": "a:1", "b:2": "a:1", "c:3": "c:3"}
    assert made.refused == [found[1]]
    elsewhere = dataclasses.replace(stated[2], employer=OTHER)  # an agency's numbers are its own
    assert set(assign_job_ids([*stated[:2], elsewhere], found).job_of.values()) == {"a:1"}


def test_facts_alone_join_no_two_jobs_with_texts() -> None:
    stated = [advert("a:1", LAMPS)[0], advert("b:2", BOATS)[0], advert("c:3", at=2)[0]]
    made = assign_job_ids(stated, [link("a:1", "c:3", 2, SAME_FACTS, 0.8), link("b:2", "c:3", 2, SAME_FACTS, 0.6)])
    assert made.job_of == {"a:1": "a:1", "b:2": "b:2", "c:3": "a:1"}


@pytest.mark.parametrize(
    "differ",
    [
        ({"whereabouts": "ohio"}, {"whereabouts": "iowa"}),
        ({"pay": Pay(1, 2)}, {"pay": Pay(3, 4)}),
        ({"is_agency": True},) * 2,
    ],
)
def test_facts_alone_join_no_two_that_stood_side_by_side_and_differed(differ: tuple[dict[str, Any], ...]) -> None:
    closed_at = START + 5 * DAY
    stated = [
        advert(f"a:{n}", at=n, board="lampworks", closed_at=closed_at, **said)[0]
        for n, said in zip((1, 2), differ, strict=True)
    ]
    stated.append(advert("a:3", at=6, board="lampworks")[0])
    found = [link("a:1", "a:3", 6, SAME_FACTS, 0.8), link("a:2", "a:3", 6, SAME_FACTS, 0.8)]
    made = assign_job_ids(stated, found)
    assert made.job_of == {"a:1": "a:1", "a:2": "a:2", "a:3": "a:1"}
    assert made.refused == found[1:]


@st.composite
def corpora(draw: st.DrawFn) -> list[tuple[Version, str | None]]:
    """Versions of few adverts over few days that agree often: on texts, titles, places, requisitions, employers."""
    texts = [LAMPS, EDITED, f"{TEMPLATE} {LAMPS}", BOATS, None]
    made = {}
    for _ in range(draw(st.integers(2, 14))):
        number = draw(st.integers(0, 9))
        version, text = advert(
            f"{'ashby' if number % 2 else 'muse'}:{number}",
            draw(st.sampled_from(texts)),
            at=draw(st.integers(0, 5)),
            employer=draw(st.sampled_from([frozenset(["name:lampworks"]), NOBODY, OTHER]))
            if number > 6
            else frozenset(["name:lampworks"]),
            requisition_id=draw(st.sampled_from([None, None, "R-1", "R-2"])),
            department=draw(st.sampled_from([None, None, None, "light", "shade"])),
            places=draw(st.sampled_from([frozenset(["DE||Berlin"]), HAMBURG])),
            pay=draw(st.sampled_from([NOT_STATED, NOT_STATED, Pay(1, 2, "EUR", "year")])),
            closed_at=START + number % 4 * DAY if number % 3 else None,
        )
        made[version.posting_id, version.first_at] = version, text
    return list(made.values())


def outcome(stated: Sequence[tuple[Version, str | None]]) -> tuple[list[Link], Jobs]:
    found = linked(*stated)
    return found, assign_job_ids([version for version, _ in stated], found)


@settings(max_examples=60, deadline=None)
@given(corpora(), st.randoms(use_true_random=False))
def test_links_and_jobs_are_a_function_of_the_versions(
    stated: list[tuple[Version, str | None]], rng: random.Random
) -> None:
    found, made = outcome(stated)
    shuffled = rng.sample(stated, len(stated))
    assert outcome(shuffled) == (found, made)
    assert assign_job_ids([version for version, _ in shuffled], rng.sample(found, len(found))) == made


@settings(max_examples=60, deadline=None)
@given(corpora(), st.integers(0, 5))
def test_what_comes_later_changes_ids_by_recorded_merges_alone(
    stated: list[tuple[Version, str | None]], day: int
) -> None:
    cut = START + day * DAY
    found, made = outcome(stated)
    found_then, then = outcome([(version, text) for version, text in stated if version.first_at <= cut])
    assert found_then == [link for link in found if link.linked_at <= cut]
    then_superseded = [old for old in made.superseded if old.superseded_at <= cut]
    assert sorted(then.superseded) == sorted(then_superseded)
    first_after: dict[str, str] = {}
    for old in sorted(made.superseded):
        if old.superseded_at > cut:
            first_after.setdefault(old.posting_id, old.job_id)
    assert then.job_of == {
        posting_id: first_after.get(posting_id, made.job_of[posting_id]) for posting_id in then.job_of
    }
    assert then.merges == [merge for merge in made.merges if merge.merged_at <= cut]
    later = {merge.from_job: merge.into_job for merge in made.merges if merge.merged_at > cut}
    assert len(later) == sum(merge.merged_at > cut for merge in made.merges)
    for posting_id, job_id in then.job_of.items():
        assert made.job_of[posting_id] == followed(job_id, later)


def followed(job_id: str, merged: dict[str, str]) -> str:
    while job_id in merged:
        job_id = merged[job_id]
    return job_id


@settings(max_examples=60, deadline=None)
@given(corpora())
def test_a_job_is_named_by_its_earliest_posting_and_holds_one_requisition(
    stated: list[tuple[Version, str | None]],
) -> None:
    _, made = outcome(stated)
    born: dict[str, tuple[datetime, str, str]] = {}
    for version, _ in stated:
        born[version.posting_id] = min(born.get(version.posting_id, version.order), version.order)
    for job_id in set(made.job_of.values()):
        members = [posting_id for posting_id, job in made.job_of.items() if job == job_id]
        assert min(members, key=born.__getitem__) == job_id
