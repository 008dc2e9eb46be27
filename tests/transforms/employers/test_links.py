"""Which adverts are linked, by which rule, and when: examples, and the labelled pairs."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.transforms.employers.duplicate_pairs import KINDS, REAL, SAMPLE, Advert, Pair, adverts, pairs
from tests.transforms.employers.versions import (
    BOATS,
    BOILERPLATE,
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
    text_of,
)
from transforms.employers import links, sketches
from transforms.employers.job_ids import assign_job_ids
from transforms.employers.links import SAME_FACTS, SAME_TEXT, SIMILAR_TEXT, Pay, Version, find_links, read_version
from transforms.employers.sketches import Integers, Sketches, sketch_texts
from transforms.place.places import whereabouts
from transforms.text.characters import hash_of

MIN_RECALL, MIN_PRECISION = 0.97, 0.99

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
    matches = linked(left, right)
    assert [link.rule for link in matches] == ([rule] if rule else [])
    assert linked(right, left) == matches
    for link in matches:
        assert (link.left, link.right, link.linked_at) == ("ashby:1", "muse:2", right[0].first_at)
        assert 0.6 <= link.score <= 1


SIDE_BY_SIDE: dict[str, tuple[dict[str, Any], dict[str, Any], bool]] = {
    "nothing differs": ({}, {}, True),
    "published half a year apart": ({"posted_on": date(2025, 9, 1)}, {"posted_on": date(2026, 3, 1)}, True),
    "another city": ({}, {"places": HAMBURG}, False),
    "one city more": ({}, {"places": HAMBURG | {"DE||Berlin"}}, False),
    "the title names another place": ({"whereabouts": "US||;remote;ohio"}, {"whereabouts": "US||;remote;iowa"}, False),
    "no place": ({"places": NOBODY}, {"places": NOBODY}, False),
    "another title": ({}, {"title": "data engineer"}, False),
    "another pay": ({"pay": Pay(1, 2, "EUR", "year")}, {"pay": Pay(1, 3, "EUR", "year")}, False),
    "another requisition": ({"requisition_id": "1"}, {"requisition_id": "2"}, False),
    "another team": ({"department": "light"}, {"department": "shade"}, False),
    "a team on one side": ({"department": "light"}, {}, True),
    "an agency": ({"is_agency": True}, {"is_agency": True}, False),
    "a text on one side": ({"text": LAMPS}, {}, False),
    "two texts": ({"text": LAMPS}, {"text": BOATS}, False),
}


@pytest.mark.parametrize("case", SIDE_BY_SIDE)
def test_adverts_side_by_side_on_one_board_are_one_job_where_nothing_tells_them_apart(case: str) -> None:
    one, other, is_one = SIDE_BY_SIDE[case]
    first = advert("greenhouse:1", board="lampworks", **one)
    second = advert("greenhouse:2", board="lampworks", at=3, **other)
    matches = linked(first, second)
    assert [(link.rule, link.linked_at) for link in matches] == [(SAME_FACTS, START + 3 * DAY)] * is_one
    assert linked(second, first) == matches


def test_many_alike_side_by_side_are_one_job_by_a_star() -> None:
    many = [advert(f"greenhouse:{n:03}", board="lampworks", at=n) for n in range(121)]
    matches = linked(*many)
    assert len(matches) == 120
    assert set(assign_job_ids([version for version, _ in many], matches).job_of.values()) == {"greenhouse:000"}


def test_the_earliest_that_is_open_stands_for_those_that_a_board_shows() -> None:
    closed_at = START + 5 * DAY
    versions = [advert("greenhouse:1", board="lampworks", closed_at=closed_at)]
    versions += [advert(f"greenhouse:{n}", board="lampworks", at=at) for n, at in ((2, 200), (3, 380))]
    assert [(link.left, link.right) for link in linked(*versions)] == [("greenhouse:2", "greenhouse:3")]


def test_an_advert_stands_where_its_latest_version_says() -> None:
    both = [advert("greenhouse:1", board="lampworks"), advert("greenhouse:1", board="lampworks", at=2, places=HAMBURG)]
    assert not linked(*both, advert("greenhouse:2", board="lampworks", at=3))
    assert linked(*both, advert("greenhouse:2", board="lampworks", at=3, places=HAMBURG))
    assert linked(*both, advert("greenhouse:2", board="lampworks", at=1))


def test_a_line_of_a_list_is_not_compared_when_the_text_was_read_on_its_day() -> None:
    later: dict[str, Any] = {"first_at": START + timedelta(hours=3)}
    lines = [advert(f"greenhouse:{n}", board="lampworks") for n in (1, 2)]
    apart = [advert("greenhouse:1", LAMPS, board="lampworks", **later)]
    apart += [advert("greenhouse:2", BOATS, board="lampworks", **later)]
    assert not linked(*lines, *apart)
    alike = advert("greenhouse:2", EDITED, board="lampworks", **later)
    assert [link.rule for link in linked(*lines, apart[0], alike)] == [SIMILAR_TEXT]


def test_a_repost_without_text_is_linked_once_the_first_is_closed() -> None:
    first = advert("greenhouse:1", board="lampworks", closed_at=START + 5 * DAY)
    wider: dict[str, Any] = {"places": HAMBURG | {"DE||Berlin"}}
    assert not linked(first, advert("greenhouse:2", board="lampworks", at=4, **wider))
    assert [link.rule for link in linked(first, advert("greenhouse:2", board="lampworks", at=9, **wider))] == [
        SAME_FACTS
    ]


def test_one_text_over_cities_is_one_job_and_lines_over_cities_are_several() -> None:
    """Docs/design.md says why: a text says what the work is, and a title alone does not."""
    cities = [frozenset([f"DE||{city}"]) for city in ("Berlin", "Hamburg", "Jena")]
    texts = [advert(f"ashby:{n}", LAMPS, board="lampworks", places=place) for n, place in enumerate(cities)]
    jobs = assign_job_ids([version for version, _ in texts], linked(*texts)).job_of
    assert set(jobs.values()) == {"ashby:0"}
    lines = [advert(f"greenhouse:{n}", board="lampworks", places=place) for n, place in enumerate(cities)]
    assert not linked(*lines)
    requisitions = [advert(f"ashby:{n}", LAMPS, places=place, requisition_id=str(n)) for n, place in enumerate(cities)]
    assert not linked(*requisitions)


WHEREABOUTS = {
    "a city, written in two ways": (("Engineer", "Berlin, Germany"), ("Engineer", "Berlin"), True),
    "the title repeats the city": (("Engineer - Berlin", "Berlin"), ("Engineer", "Berlin"), True),
    "the title names another city": (("Engineer - Berlin", "Remote"), ("Engineer - Munich", "Remote"), False),
    "regions that no code tells apart": (("Engineer", "Remote - Europe"), ("Engineer", "Remote - Latam"), False),
    "two streets of a city": (("Cook", "12 Mill Road, Berlin"), ("Cook", "9 Elm Street, Berlin"), False),
    "a country, written in two ways": (("Engineer", "Remote, US"), ("Engineer", "Remote, Ohio, US"), False),
}


@pytest.mark.parametrize("case", WHEREABOUTS)
def test_whereabouts_are_all_that_is_said_of_the_place(case: str) -> None:
    one, other, is_equal = WHEREABOUTS[case]
    assert (share_stated_at(*one) == share_stated_at(*other)) is is_equal


def share_stated_at(title: str, location_text: str) -> str:
    places = whereabouts(location_text, title=title).places
    return read_version(
        **dict.fromkeys(("board", "url", "requisition_id", "department", "posted_on", "closed_at", "text_hash")),
        posting_id="greenhouse:1",
        first_at=START,
        source="greenhouse",
        employer="Lampworks",
        title=title,
        places=[(place.country, place.subdivision, place.city) for place in places],
        location_text=location_text,
        pay=(None, None, None, None),
    ).whereabouts


def test_a_group_of_many_alike_is_a_star() -> None:
    many = [advert(f"ashby:{n:04}", LAMPS, at=n % 7) for n in range(2_000)]
    matches = linked(*many)
    assert len(matches) == 1_999
    assert {link.left for link in matches} == {"ashby:0000"}
    assert len(set(assign_job_ids([version for version, _ in many], matches).job_of.values())) == 1


def test_work_in_a_group_of_many_similar_ones_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []

    def counted(batch: Sketches, left: Integers, right: Integers) -> Any:
        sizes.append(len(left))
        return sketches.cover_shares(batch, left, right)

    monkeypatch.setattr(links, "cover_shares", counted)
    base = LAMPS.split()
    many = [advert(f"ashby:{n:04}", " ".join([*base[:n], f"x{n}", *base[n:]]), at=n) for n in range(300)]
    matches = linked(*many)
    assert sum(sizes) < 300 * 299 / 2
    assert len(set(assign_job_ids([version for version, _ in many], matches).job_of.values())) == 1


def test_an_edit_links_from_the_time_it_was_made() -> None:
    before, after = advert("ashby:1", BOATS), advert("ashby:1", LAMPS, at=10)
    other = advert("muse:2", LAMPS, at=4)
    (link,) = linked(before, after, other)
    assert (link.left, link.right, link.linked_at) == ("ashby:1", "muse:2", START + 10 * DAY)
    jobs = assign_job_ids([version for version, _ in (before, after, other)], [link])
    assert jobs.job_of == {"ashby:1": "ashby:1", "muse:2": "ashby:1"}
    assert [(m.merged_at, m.from_job, m.into_job) for m in jobs.merges] == [(START + 10 * DAY, "muse:2", "ashby:1")]


# --- the labelled pairs -------------------------------------------------------------------------------------


def version_of(advert: Advert, number: int) -> Version:
    """An advert of a pair; the number keeps pairs apart, so that all can be judged at once."""
    version = read_version(
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


def judged(cases: Sequence[Pair]) -> tuple[Counter[str], Counter[str]]:
    """How many pairs there are of each kind, and how many of them are linked."""
    versions: list[Version] = []
    texts: dict[str | None, str] = {}
    for number, pair in enumerate(cases):
        for side in (pair.left, pair.right):
            versions.append(version_of(side, number))
            if side.text:
                texts.setdefault(versions[-1].text_hash, side.text)
    matches = find_links(versions, list(map(str, texts)), sketch_texts(texts.values()))
    numbers = {int(link.left.split()[0]) for link in matches}
    assert all(link.left.split()[0] == link.right.split()[0] for link in matches)
    return Counter(pair.kind for pair in cases), Counter(cases[number].kind for number in numbers)


def report(warc: Path, half: str, every: int = 1) -> tuple[float, float]:
    """Recall and precision on one half of every nth board, printed kind by kind."""
    of_kind, hit = judged(list(pairs(adverts(warc, every), half)))
    for kind, (is_same, _) in KINDS.items():
        print(f"{kind:<28} {'same' if is_same else 'other':<6} {hit[kind]:>4} of {of_kind[kind]:>4} linked")
    true = sum(hit[kind] for kind, (is_same, _) in KINDS.items() if is_same)
    recall = true / sum(of_kind[kind] for kind, (is_same, _) in KINDS.items() if is_same)
    precision = true / hit.total()
    print(f"recall {recall:.4f}, precision {precision:.4f}")
    return recall, precision


@pytest.mark.skipif(not REAL.exists(), reason=f"the real payloads are not at {REAL}")
@pytest.mark.parametrize("every", [5, pytest.param(1, marks=pytest.mark.long)])
def test_recall_and_precision_on_the_half_that_chose_no_threshold(every: int) -> None:
    recall, precision = report(REAL, "report", every)
    assert recall >= MIN_RECALL
    assert precision >= MIN_PRECISION


def test_recall_and_precision_on_the_sample() -> None:
    """Its texts are put together from few sentences, so that two of one employer share more than real ones do."""
    recall, precision = report(SAMPLE, "report")
    assert recall >= MIN_RECALL
    assert precision >= MIN_PRECISION
