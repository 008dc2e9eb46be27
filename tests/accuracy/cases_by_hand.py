"""Places and workplaces written by hand, by their meaning and before they were read: locations and short adverts.

`cases/places.csv` has a location, words of its advert, and the countries (";" between several), subdivision and city
that a reader of both would name; a city only if there is one. `cases/workplaces.csv` has a location, the source's word
and flag, a sentence, and the workplace. `cases/scopes.csv` has a location, an address in fields ("country|state|city"),
a title, the employer's country, the source's flag and a sentence, and the countries of the places ("?" where they are
left open) and the remote scope, ";" between several. Rows with `held_out` were not looked at while readers were
changed.
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.accuracy.scoring import Score
from transforms.place.places import Address
from transforms.posting import posting
from transforms.records.rows import Posting

HERE = Path(__file__).parent / "cases"
PLACES, WORKPLACES, SCOPES = HERE / "places.csv", HERE / "workplaces.csv", HERE / "scopes.csv"
HELD_OUT = "held_out"
LEFT_OPEN = "?"
FLAGS = {"true": True, "false": False, "": None}


def score_by_hand(tally: Score) -> None:
    """Add the cases to a score: `places.hand`, `workplaces.hand.<language>`, `scopes.hand`, and the held-out rows of
    each."""
    for case, row in _rows(PLACES):
        advert = _read(case, row)
        expected = _place_of(row)
        tally.judge(f"places.hand{_share(row)}", case, row["location"], expected, _read_place(advert, row))
    for case, row in _rows(WORKPLACES):
        got = _read(case, row).workplace
        for figure in (f"workplaces.hand.{row['language']}", f"workplaces.hand{_share(row)}"):
            tally.judge(figure, case, row["text"], row["workplace"] or None, got)
    for case, row in _rows(SCOPES):
        advert = _read(case, row)
        is_open = row["countries"] == LEFT_OPEN
        countries = LEFT_OPEN if is_open else ";".join(_countries_of(advert))
        words = " | ".join(filter(None, (row["location"], row["title"], row["text"])))
        read = countries, ";".join(advert.remote_scope or ())
        tally.judge(f"scopes.hand{_share(row)}", case, words, (row["countries"], row["scope"]), read)


def _share(row: dict[str, str]) -> str:
    return f".{HELD_OUT}" if row[HELD_OUT] else ""


def _rows(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), start=1):
            yield f"{path.stem} {number}", row


def _read(case: str, row: dict[str, str]) -> Posting:
    fields: dict[str, Any] = {
        "location_text": row["location"] or None,
        "text": row["text"] or None,
        "workplace": row.get("word") or None,
        "is_remote": FLAGS[row.get("is_remote", "")],
        "employer_country": row.get("employer_country") or None,
    }
    if row.get("address"):
        country, region, locality = (part or None for part in row["address"].split("|"))
        fields["addresses"] = [Address(row["location"], country, region, locality)]
    return posting(source="ashby", id=case, title=row.get("title") or "Engineer", **fields)


def _place_of(row: dict[str, str]) -> tuple[object, ...]:
    return tuple(row["countries"].split(";")), row["subdivision"] or None, _fold(row["city"])


def _read_place(advert: Posting, row: dict[str, str]) -> tuple[object, ...]:
    """Return what was read in the form of `_place_of`. A subdivision counts only where the row names one."""
    subdivision = advert.subdivision if row["subdivision"] else None
    return _countries_of(advert), subdivision, _fold(advert.city)


def _countries_of(advert: Posting) -> tuple[str, ...]:
    return tuple(sorted({place.country for place in advert.places if place.country}))


def _fold(name: str | None) -> str | None:
    plain = unicodedata.normalize("NFKD", (name or "").casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter)) or None
