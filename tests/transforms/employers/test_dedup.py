"""Which adverts are one job, why, and what ids the jobs bear: examples, properties, and the labelled pairs."""

from __future__ import annotations

import dataclasses
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.employers.duplicate_pairs import KINDS, REAL, SAMPLE, Advert, Pair, adverts, pairs
from transforms.employers import dedup
from transforms.employers.dedup import (
    SAME_FACTS,
    SAME_TEXT,
    SIMILAR_TEXT,
    Integers,
    Jobs,
    Link,
    Pay,
    Sketches,
    Version,
    jobs,
    links,
    read,
    sketches,
    title_key,
)
from transforms.text.normalise import hash_of

START = datetime(2026, 3, 1, 2, tzinfo=UTC)
DAY = timedelta(days=1)
MIN_RECALL, MIN_PRECISION = 0.97, 0.99


# --- one advert against another -------------------------------------------------------------------------

WORDS = [f"w{n}ord" for n in range(4_000)]


def text_of(seed: int, words: int = 400) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=words))


LAMPS, BOATS, TEMPLATE = text_of(1), text_of(2), text_of(3, 100)
EDITED = " ".join(word for n, word in enumerate(LAMPS.split()) if n % 12)
BOILERPLATE = text_of(4, 200)


def advert(posting_id: str, text: str | None = None, *, at: int = 0, **stated: Any) -> tuple[Version, str | None]:
    """A version of an advert and its text; the same employer, title and place unless stated otherwise."""
    values: dict[str, Any] = {
        "first_at": START + at * DAY,
        "source": posting_id.partition(":")[0],
        "board": None,
        "employer": frozenset(["name:lampworks"]),
        "title": "engineer ml",
        "places": frozenset(["DE||Berlin"]),
    }
    return Version(posting_id=posting_id, text_hash=hash_of(text) if text else None, **(values | stated)), text


def linked(*stated: tuple[Version, str | None]) -> list[Link]:
    texts = {version.text_hash: text for version, text in stated if version.text_hash and text}
    return links([version for version, _ in stated], list(map(str, texts)), sketches(texts.values()))


NOBODY: frozenset[str] = frozenset()
OTHER = frozenset(["name:boatyard"])
HAMBURG = frozenset(["DE||Hamburg"])
DECISIONS: dict[str, tuple[dict[str, Any], dict[str, Any], str | None]] = {
    "the same text": ({"text": LAMPS}, {"text": LAMPS.upper()}, SAME_TEXT),
    "the same text in another city": ({"text": LAMPS}, {"text": LAMPS, "places": HAMBURG}, SAME_TEXT),
    "the same text under another title": ({"text": LAMPS}, {"text": LAMPS, "title": "data engineer"}, None),
    "the same text of another employer": ({"text": LAMPS}, {"text": LAMPS, "employer": OTHER}, None),
    "another requisition": ({"text": LAMPS, "requisition_id": "R-1"}, {"text": LAMPS, "requisition_id": "R-2"}, None),
    "one requisition": ({"text": LAMPS, "requisition_id": "R-1"}, {"text": LAMPS, "requisition_id": "R-1"}, SAME_TEXT),
    "a requisition on one side": ({"text": LAMPS, "requisition_id": "R-1"}, {"text": LAMPS}, SAME_TEXT),
    "another team": ({"text": LAMPS, "department": "light"}, {"text": EDITED, "department": "shade"}, None),
    "an edited text": ({"text": LAMPS}, {"text": EDITED}, SIMILAR_TEXT),
    "a template around it": ({"text": LAMPS}, {"text": f"{TEMPLATE} {LAMPS}"}, SIMILAR_TEXT),
    "shared boilerplate": ({"text": f"{BOILERPLATE} {LAMPS}"}, {"text": f"{BOILERPLATE} {BOATS}"}, None),
    "a text within a far longer one": ({"text": LAMPS}, {"text": f"{LAMPS} {BOATS} {text_of(5)}"}, None),
    "another text": ({"text": LAMPS}, {"text": BOATS}, None),
    "no employer, nearly the same text": ({"text": LAMPS}, {"text": LAMPS, "employer": NOBODY}, SIMILAR_TEXT),
    "no employer, another city": ({"text": LAMPS}, {"text": LAMPS, "employer": NOBODY, "places": HAMBURG}, None),
    "no employer, another text": ({"text": LAMPS}, {"text": BOATS, "employer": NOBODY}, None),
    "an agency": ({"text": LAMPS}, {"text": LAMPS, "employer": OTHER, "is_agency": True}, SIMILAR_TEXT),
    "no text": ({"text": LAMPS}, {}, SAME_FACTS),
    "no text, another city": ({}, {"places": HAMBURG}, None),
    "no text, no place": ({"places": NOBODY}, {"places": NOBODY}, None),
    "no text, one of several cities": ({}, {"places": HAMBURG | {"DE||Berlin"}}, SAME_FACTS),
    "no text, another title": ({}, {"title": "data engineer"}, None),
    "no text, no employer": ({"text": LAMPS}, {"employer": NOBODY}, None),
    "no text, another requisition": ({"requisition_id": "1"}, {"requisition_id": "2"}, None),
    "no text, pay apart": ({"pay": Pay(1, 2, "EUR", "year")}, {"pay": Pay(3, 4, "EUR", "year")}, None),
    "no text, pay overlaps": ({"pay": Pay(1, 3, "EUR", "year")}, {"pay": Pay(2, None, "EUR", "year")}, SAME_FACTS),
    "no text, pay in other money": ({"pay": Pay(1, 2, "EUR", "year")}, {"pay": Pay(9, 9, "USD", "year")}, SAME_FACTS),
    "no text, a year apart": ({}, {"at": 400}, None),
    "no text, published a year apart": ({"posted_on": date(2025, 1, 1)}, {"posted_on": date(2026, 1, 1)}, None),
}


@pytest.mark.parametrize("case", DECISIONS)
def test_two_adverts_are_linked_by_the_rule_that_applies(case: str) -> None:
    one, other, rule = DECISIONS[case]
    left, right = advert("ashby:1", **one), advert("muse:2", **({"at": 3} | other))
    found = linked(left, right)
    assert [link.rule for link in found] == ([rule] if rule else [])
    assert linked(right, left) == found
    for link in found:
        assert (link.left, link.right, link.linked_at) == ("ashby:1", "muse:2", right[0].first_at)
        assert 0.6 <= link.score <= 1


def test_adverts_without_text_side_by_side_on_one_board_stay_two_jobs() -> None:
    first, second = advert("greenhouse:1", board="lampworks"), advert("greenhouse:2", board="lampworks", at=9)
    assert not linked(first, second)
    closed = dataclasses.replace(first[0], closed_at=START + 5 * DAY), None
    assert [link.rule for link in linked(closed, second)] == [SAME_FACTS]
    assert [link.rule for link in linked(first, advert("greenhouse:3", board="lamps-eu"))] == [SAME_FACTS]


def test_a_group_of_many_alike_is_a_star() -> None:
    many = [advert(f"ashby:{n:04}", LAMPS, at=n % 7) for n in range(2_000)]
    found = linked(*many)
    assert len(found) == 1_999
    assert {link.left for link in found} == {"ashby:0000"}
    assert len(set(jobs([version for version, _ in many], found).job_of.values())) == 1


def test_work_in_a_group_of_many_similar_ones_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    covers = dedup.covers

    def counted(sketched: Sketches, left: Integers, right: Integers) -> Any:
        asked.append(len(left))
        return covers(sketched, left, right)

    monkeypatch.setattr(dedup, "covers", counted)
    base = LAMPS.split()
    many = [advert(f"ashby:{n:04}", " ".join([*base[:n], f"x{n}", *base[n:]]), at=n) for n in range(300)]
    found = linked(*many)
    assert sum(asked) < 300 * 299 / 2
    assert len(set(jobs([version for version, _ in many], found).job_of.values())) == 1


def test_an_edit_links_from_the_time_it_was_made() -> None:
    before, after = advert("ashby:1", BOATS), advert("ashby:1", LAMPS, at=10)
    other = advert("muse:2", LAMPS, at=4)
    (link,) = linked(before, after, other)
    assert (link.left, link.right, link.linked_at) == ("ashby:1", "muse:2", START + 10 * DAY)
    made = jobs([version for version, _ in (before, after, other)], [link])
    assert made.job_of == {"ashby:1": "ashby:1", "muse:2": "ashby:1"}
    assert [(m.merged_at, m.from_job, m.into_job) for m in made.merges] == [(START + 10 * DAY, "muse:2", "ashby:1")]


# --- titles -------------------------------------------------------------------------------------------------

SAME_TITLES = (
    ("Sr. ML Engineer - Berlin (m/f/d)", "Machine Learning Engineer (Senior), Remote", "SENIOR MACHINE LEARNING ENG."),
    ("Developer, Back-end", "Backend Dev", "Lampworks: Backend Developer", "Backend Developer at Lampworks GmbH"),
    ("Office Manager (Clark, New Jersey)", "Office Manager [R-30117]", "Office Manager #4471", "Office Manager | EMEA"),
    ("VP of Quality Assurance", "Vice President, QA", "VP QA (all genders)"),
    ("Software Engineer 2", "Software Engineer II"),
)
OTHER_TITLES = (
    ("Engineer, Mobile", "Engineer"),  # a city in Alabama
    ("Account Executive, Enterprise", "Account Executive"),  # a city in Nevada
    ("Account Executive (East)", "Account Executive (West)"),
    ("Senior Designer", "Staff Designer"),
    ("Senior Designer", "Designer"),
    ("C++ Developer", "C# Developer"),
    ("Software Engineer, Payments", "Software Engineer, Payments Platform"),
    ("Software Engineer II", "Software Engineer III"),
    ("Operations Manager (Nights)", "Operations Manager (Days)"),
    ("Intern, Winter 2025", "Intern, Winter 2026"),
)


def key_of(title: str) -> str:
    return title_key(title, "Heilbronn, Germany", "Lampworks GmbH", frozenset(["name:lampworks"]))


def test_titles_that_say_the_same() -> None:
    for titles in SAME_TITLES:
        assert len({key_of(title) for title in titles}) == 1, {title: key_of(title) for title in titles}


def test_titles_that_do_not() -> None:
    for one, other in OTHER_TITLES:
        assert key_of(one) != key_of(other), (one, other)


def test_a_title_of_nothing_but_what_is_left_out_stays() -> None:
    assert key_of("Remote (m/f/d)") == "remote (m/f/d)"
    assert key_of("Lampworks") == "lampworks"


# --- sketches -----------------------------------------------------------------------------------------------


SKETCH_ONCE = [1368373080, 3533486280, 308317636, 1732202564, 300739068]


def sketch(text: str) -> list[int]:
    values: list[int] = sketches([text]).values.tolist()
    return values


def test_a_sketch_is_the_same_on_every_machine() -> None:
    text = "We build lamps that learn when their owners read, and look for somebody who understands light. " * 3
    assert sketch(text) == (SKETCH_ONCE * 3)[:-1], "stored sketches are useless now: rename their table too"


def test_case_punctuation_and_white_space_do_not_count() -> None:
    plain = "we don t sell lamps we study how people read at night and in the größe of their rooms " * 4
    written = "We don’t sell LAMPS — we study:\u00a0how people read at night\n• and (in the GRÖẞE of) their rooms! " * 4
    assert sketch(plain) == sketch(written) != []


def test_scripts_without_spaces_have_words_too() -> None:
    left = "私たちは光を理解する人を探しています。" * 6
    assert len(sketch(left)) > 10
    assert links_of_texts(left, left.replace("探して", "求めて")) == [SIMILAR_TEXT]


def links_of_texts(left: str, right: str) -> list[str]:
    return [link.rule for link in linked(advert("a:1", left), advert("b:2", right))]


def test_texts_are_sketched_alone_or_together_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [LAMPS, "", "short", BOATS, "\x01 odd \x00 signs \ud800 in it " * 9, EDITED]
    together = sketches(texts)
    alone = [sketch(text) for text in texts]
    monkeypatch.setattr(dedup, "TEXTS_AT_ONCE", 2)
    in_parts = sketches(texts)
    assert in_parts.values.tolist() == together.values.tolist() == [value for one in alone for value in one]
    assert in_parts.offsets.tolist() == together.offsets.tolist()
    assert (dedup.digests(in_parts) == dedup.digests(together)).all()


def test_sketches_are_stored_and_read_again() -> None:
    sketched = sketches([LAMPS, "", BOATS])
    again = dedup.unpacked(dedup.packed(sketched))
    assert again.values.tolist() == sketched.values.tolist() and again.offsets.tolist() == sketched.offsets.tolist()
    assert dedup.unpacked([]).offsets.tolist() == [0]


def test_covers_are_shares_of_windows_whatever_is_verified_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    sketched = sketches([LAMPS, EDITED, BOATS, f"{TEMPLATE} {LAMPS}", ""])
    left, right = np.array([0, 0, 0, 3, 4]), np.array([1, 2, 3, 0, 0])
    shares = dedup.covers(sketched, left, right)
    assert shares[0].min() > 0.85 and shares[1].max() < 0.1
    assert shares[2, 0] == 1 == shares[3, 1] and 0.7 < shares[2, 1] < 0.9
    assert shares[4].tolist() == [0, 0]
    monkeypatch.setattr(dedup, "AT_ONCE", 50)
    assert (dedup.covers(sketched, left, right) == shares).all()


# --- jobs ---------------------------------------------------------------------------------------------------


def ids(stated: Iterable[Version], found: Iterable[Link]) -> Jobs:
    return jobs(stated, found)


def link(left: str, right: str, at: int, rule: str = SAME_TEXT, score: float = 1.0) -> Link:
    return Link(START + at * DAY, left, right, rule, score, "engineer ml")


def test_a_posting_that_arrives_joins_and_changes_nobody() -> None:
    stated = [advert("a:1")[0], advert("b:2", at=2)[0], advert("c:3", at=2)[0]]
    made = ids(stated, [link("a:1", "b:2", 2), link("b:2", "c:3", 2)])
    assert set(made.job_of.values()) == {"a:1"} and not made.merges


def test_jobs_that_had_ids_are_merged_on_record() -> None:
    stated = [advert("a:1")[0], advert("b:2", at=1)[0], advert("c:3", at=5)[0]]
    made = ids(stated, [link("a:1", "c:3", 5), link("b:2", "c:3", 5, SIMILAR_TEXT, 0.9)])
    assert set(made.job_of.values()) == {"a:1"}
    assert made.merges == [dedup.Merge(START + 5 * DAY, "b:2", "a:1", "b:2", "c:3", SIMILAR_TEXT, 0.9)]


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
    made = ids(stated, found)
    assert made.job_of == {"a:1": "a:1", "b:2": "a:1", "c:3": "c:3"}
    assert made.refused == [found[1]]
    elsewhere = dataclasses.replace(stated[2], employer=OTHER)  # an agency's numbers are its own
    assert set(ids([*stated[:2], elsewhere], found).job_of.values()) == {"a:1"}


def test_facts_alone_join_no_two_jobs_with_texts() -> None:
    stated = [advert("a:1", LAMPS)[0], advert("b:2", BOATS)[0], advert("c:3", at=2)[0]]
    made = ids(stated, [link("a:1", "c:3", 2, SAME_FACTS, 0.8), link("b:2", "c:3", 2, SAME_FACTS, 0.6)])
    assert made.job_of == {"a:1": "a:1", "b:2": "b:2", "c:3": "a:1"}


def test_facts_alone_join_no_two_that_stood_side_by_side() -> None:
    closed_at = START + 5 * DAY
    stated = [advert(f"a:{n}", at=n, board="lampworks", closed_at=closed_at)[0] for n in (1, 2)]
    stated.append(advert("a:3", at=6, board="lampworks")[0])
    found = [link("a:1", "a:3", 6, SAME_FACTS, 0.8), link("a:2", "a:3", 6, SAME_FACTS, 0.8)]
    made = ids(stated, found)
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
        )
        made[version.posting_id, version.first_at] = version, text
    return list(made.values())


def outcome(stated: Sequence[tuple[Version, str | None]]) -> tuple[list[Link], Jobs]:
    found = linked(*stated)
    return found, jobs([version for version, _ in stated], found)


@settings(max_examples=60, deadline=None)
@given(corpora(), st.randoms(use_true_random=False))
def test_links_and_jobs_are_a_function_of_the_versions(
    stated: list[tuple[Version, str | None]], rng: random.Random
) -> None:
    found, made = outcome(stated)
    shuffled = rng.sample(stated, len(stated))
    assert outcome(shuffled) == (found, made)
    assert jobs([version for version, _ in shuffled], rng.sample(found, len(found))) == made


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


# --- the labelled pairs -------------------------------------------------------------------------------------


def version_of(advert: Advert, number: int) -> Version:
    """An advert of a pair; the number keeps pairs apart, so that all can be judged at once."""
    version = read(
        posting_id=f"{number} {advert.posting_id}",
        first_at=advert.first_seen_at,
        source=advert.source,
        board=advert.board,
        url=advert.url,
        employer=advert.employer,
        title=advert.title,
        requisition_id=advert.requisition_id,
        department=advert.department,
        places=advert.places,
        location_text=advert.location_text,
        pay=advert.pay,
        posted_on=advert.posted_on,
        closed_at=None,
        text_hash=hash_of(advert.text) if advert.text else None,
    )
    return dataclasses.replace(version, employer=frozenset(f"{number}:{key}" for key in version.employer))


def judged(labelled: Sequence[Pair]) -> tuple[Counter[str], Counter[str]]:
    """How many pairs there are of each kind, and how many of them are linked."""
    versions: list[Version] = []
    texts: dict[str | None, str] = {}
    for number, pair in enumerate(labelled):
        for side in (pair.left, pair.right):
            versions.append(version_of(side, number))
            if side.text:
                texts.setdefault(versions[-1].text_hash, side.text)
    found = links(versions, list(map(str, texts)), sketches(texts.values()))
    numbers = {int(link.left.split()[0]) for link in found}
    assert all(link.left.split()[0] == link.right.split()[0] for link in found)
    return Counter(pair.kind for pair in labelled), Counter(labelled[number].kind for number in numbers)


def report(warc: Path, half: str) -> tuple[float, float]:
    """Recall and precision on one half, printed kind by kind."""
    of_kind, hit = judged(list(pairs(adverts(warc), half)))
    for kind, (is_same, _) in KINDS.items():
        print(f"{kind:<28} {'same' if is_same else 'other':<6} {hit[kind]:>4} of {of_kind[kind]:>4} linked")
    true = sum(hit[kind] for kind, (is_same, _) in KINDS.items() if is_same)
    recall = true / sum(of_kind[kind] for kind, (is_same, _) in KINDS.items() if is_same)
    precision = true / hit.total()
    print(f"recall {recall:.4f}, precision {precision:.4f}")
    return recall, precision


@pytest.mark.skipif(not REAL.exists(), reason=f"the real payloads are not at {REAL}")
def test_recall_and_precision_on_the_half_that_chose_no_threshold() -> None:
    recall, precision = report(REAL, "report")
    assert recall >= MIN_RECALL
    assert precision >= MIN_PRECISION


def test_recall_and_precision_on_the_sample() -> None:
    """Its texts are put together from few sentences, so that two of one employer share more than real ones do."""
    recall, precision = report(SAMPLE, "report")
    assert recall >= MIN_RECALL
    assert precision >= MIN_PRECISION


@pytest.mark.parametrize(
    ("title", "number"),
    [
        ("Analyst - IAC23135", "iac23135"),
        ("Office Manager [R-30117]", "r-30117"),
        ("Office Manager (Job Req 4471)", "4471"),
        ("Office Manager #12", "12"),
        ("Engineer, Winter 2026", None),
        ("Software Engineer II", None),
    ],
)
def test_a_title_may_carry_the_number_of_a_requisition(title: str, number: str | None) -> None:
    assert dedup.number_in(title) == number
