"""A place that the text states for the job, against the place of the fields."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from transforms.place.places import whereabouts
from transforms.place.stated_place import repeats_place
from transforms.posting import posting
from transforms.text.lookups import cells_of

CASES = Path(__file__).with_name("stated_place_cases.csv")
"""Written by hand, by meaning, before the reader was run on them. A third (`aside`) was not used while it changed."""


@pytest.mark.parametrize(("part", "least"), [("built", 0.97), ("aside", 0.95)])
def test_only_another_place_of_this_job_is_a_doubt(part: str, least: float) -> None:
    right = Counter[bool]()
    with CASES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["part"] == part:
                advert = posting(
                    source="ashby", id="1", title="Engineer", location_text=row["location"], text=row["text"]
                )
                right[("place_repeated" in (advert.doubts or ())) == (row["is_doubt"] == "yes")] += 1
    assert right.total() >= 20 and right[True] / right.total() >= least


@pytest.mark.parametrize(
    ("location", "text", "is_repeated"),
    [
        ("Boston", "Location: Boston preferred, New York is also possible", None),
        ("San Francisco", "Location: NY, SF 5 days a week", None),
        ("New Albany, Ohio", "This position is based in Columbus, Ohio.", True),
        ("Milton Keynes", "The role will be based in MK office with 3 days in the office.", None),
        ("New York", "This role is based in San Francisco, CA. or New York, N.Y.", True),
        ("Sydney", "This role will be based in our San Francisco office.", False),
        ("Geneva", "This role is based in Annemasse, France.", True),
        ("Bavaria, Germany", "This role is based in Hamburg.", False),
        ("Hamburg", "Locations: Munich, Berlin, Paris, London", None),
    ],
)
def test_a_place_nearby_is_no_contradiction(location: str, text: str, is_repeated: bool | None) -> None:
    assert repeats_place(text, whereabouts(location).places) is is_repeated


def test_remote_work_is_done_elsewhere() -> None:
    text = "This role is based in our Munich office. This role is fully remote."
    advert = posting(source="ashby", id="1", title="Engineer", location_text="Hamburg", is_remote=True, text=text)
    assert advert.workplace == "remote"
    assert "place_repeated" not in (*(advert.agreements or ()), *(advert.doubts or ()))


def test_each_language_has_labels_and_words_that_send_a_reader_to_it() -> None:
    rows = list(cells_of("place_statements"))
    languages = {row["language"] for row in rows if row["kind"] != "not"}
    assert languages == {row["language"] for row in rows if row["kind"] == "label"}
    assert languages == {row["language"] for row in rows if row["kind"] == "literal"}
