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
    versions = [advert("a:1")[0], advert("b:2", at=2)[0], advert("c:3", at=2)[0]]
    jobs = assign_job_ids(versions, [link("a:1", "b:2", 2), link("b:2", "c:3", 2)])
    assert set(jobs.job_of.values()) == {"a:1"} and not jobs.merges


def test_jobs_that_had_ids_are_merged_on_record() -> None:
    versions = [advert("a:1")[0], advert("b:2", at=1)[0], advert("c:3", at=5)[0]]
    jobs = assign_job_ids(versions, [link("a:1", "c:3", 5), link("b:2", "c:3", 5, SIMILAR_TEXT, 0.9)])
    assert set(jobs.job_of.values()) == {"a:1"}
    assert jobs.merges == [Merge(START + 5 * DAY, "b:2", "a:1", "b:2", "c:3", SIMILAR_TEXT, 0.9)]


@pytest.mark.parametrize("kind", ["requisition_id", "department"])
def test_contradiction_is_tested_on_all_that_a_job_holds(kind: str) -> None:
    one: dict[str, Any] = {kind: "one"}
    two: dict[str, Any] = {kind: "two"}
    versions = [
        advert("a:1", **one)[0],
        advert("b:2", at=1)[0],
        advert("c:3", at=2, **two)[0],
    ]
    links = [link("a:1", "b:2", 1), link("b:2", "c:3", 2)]
    jobs = assign_job_ids(versions, links)
    assert jobs.job_of == {"a:1": "a:1", "b:2": "a:1", "c:3": "c:3"}
    assert jobs.refused == [links[1]]
    elsewhere = dataclasses.replace(versions[2], employer=OTHER)  # an agency's numbers are its own
    assert set(assign_job_ids([*versions[:2], elsewhere], links).job_of.values()) == {"a:1"}


def test_facts_alone_join_no_two_jobs_with_texts() -> None:
    versions = [advert("a:1", LAMPS)[0], advert("b:2", BOATS)[0], advert("c:3", at=2)[0]]
    jobs = assign_job_ids(versions, [link("a:1", "c:3", 2, SAME_FACTS, 0.8), link("b:2", "c:3", 2, SAME_FACTS, 0.6)])
    assert jobs.job_of == {"a:1": "a:1", "b:2": "b:2", "c:3": "a:1"}


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
    versions = [
        advert(f"a:{n}", at=n, board="lampworks", closed_at=closed_at, **fields)[0]
        for n, fields in zip((1, 2), differ, strict=True)
    ]
    versions.append(advert("a:3", at=6, board="lampworks")[0])
    links = [link("a:1", "a:3", 6, SAME_FACTS, 0.8), link("a:2", "a:3", 6, SAME_FACTS, 0.8)]
    jobs = assign_job_ids(versions, links)
    assert jobs.job_of == {"a:1": "a:1", "a:2": "a:2", "a:3": "a:1"}
    assert jobs.refused == links[1:]


@st.composite
def corpora(draw: st.DrawFn) -> list[tuple[Version, str | None]]:
    """Versions of few adverts over few days that agree often: on texts, titles, places, requisitions, employers."""
    texts = [LAMPS, EDITED, f"{TEMPLATE} {LAMPS}", BOATS, None]
    versions = {}
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
        versions[version.posting_id, version.first_at] = version, text
    return list(versions.values())


def outcome(corpus: Sequence[tuple[Version, str | None]]) -> tuple[list[Link], Jobs]:
    links = linked(*corpus)
    return links, assign_job_ids([version for version, _ in corpus], links)


@settings(max_examples=60)
@given(corpora(), st.randoms(use_true_random=False))
def test_links_and_jobs_are_a_function_of_the_versions(
    corpus: list[tuple[Version, str | None]], rng: random.Random
) -> None:
    links, jobs = outcome(corpus)
    order = rng.sample(corpus, len(corpus))
    assert outcome(order) == (links, jobs)
    assert assign_job_ids([version for version, _ in order], rng.sample(links, len(links))) == jobs


@settings(max_examples=60)
@given(corpora(), st.integers(0, 5))
def test_what_comes_later_changes_ids_by_recorded_merges_alone(
    corpus: list[tuple[Version, str | None]], day: int
) -> None:
    cut = START + day * DAY
    links, jobs = outcome(corpus)
    links_then, then = outcome([(version, text) for version, text in corpus if version.first_at <= cut])
    assert links_then == [link for link in links if link.linked_at <= cut]
    ids_then = [old for old in jobs.superseded if old.superseded_at <= cut]
    assert sorted(then.superseded) == sorted(ids_then)
    first_after: dict[str, str] = {}
    for old in sorted(jobs.superseded):
        if old.superseded_at > cut:
            first_after.setdefault(old.posting_id, old.job_id)
    assert then.job_of == {
        posting_id: first_after.get(posting_id, jobs.job_of[posting_id]) for posting_id in then.job_of
    }
    assert then.merges == [merge for merge in jobs.merges if merge.merged_at <= cut]
    later = {merge.from_job: merge.into_job for merge in jobs.merges if merge.merged_at > cut}
    assert len(later) == sum(merge.merged_at > cut for merge in jobs.merges)
    for posting_id, job_id in then.job_of.items():
        assert jobs.job_of[posting_id] == follow_merges(job_id, later)


def follow_merges(job_id: str, merges: dict[str, str]) -> str:
    while job_id in merges:
        job_id = merges[job_id]
    return job_id


@settings(max_examples=60)
@given(corpora())
def test_a_job_is_named_by_its_earliest_posting_and_holds_one_requisition(
    corpus: list[tuple[Version, str | None]],
) -> None:
    _, jobs = outcome(corpus)
    births: dict[str, tuple[datetime, str, str]] = {}
    for version, _ in corpus:
        births[version.posting_id] = min(births.get(version.posting_id, version.order), version.order)
    for job_id in set(jobs.job_of.values()):
        members = [posting_id for posting_id, job in jobs.job_of.items() if job == job_id]
        assert min(members, key=births.__getitem__) == job_id
