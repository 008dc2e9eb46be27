"""What an advert rules out, on sentences of our own: by hand by their meaning, and made from words and places.

Each sentence has what is kept and what is ruled out: ISO codes and names of groups of countries, or skills. A reading
is right if both are. Of the sentences by hand, 104 were held out: readers were not changed with it at hand.
"""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.accuracy.scoring import Score
from transforms.place.places import whereabouts
from transforms.skills.extraction import skills_in
from transforms.text.lookups import cells_of

BY_HAND = Path(__file__).parent / "cases" / "negations.csv"
REMOTE = {
    "en": "Remote", "de": "Homeoffice", "fr": "Télétravail", "es": "Remoto", "pt": "Remoto", "it": "Da remoto",
    "nl": "Thuiswerk", "pl": "Zdalnie", "sv": "Remote", "da": "Remote",
}  # fmt: skip
"""A word for remote work, by language of the sentences that are made."""
GROUPS = {"EU": "EU", "LATAM": "LATAM", "APAC": "APAC"}
COUNTRIES = {
    "EU": {
        "FR": "France Frankreich France Francia França Francia Frankrijk Francji Frankrike Frankrig",
        "GR": "Greece Griechenland Grèce Grecia Grécia Grecia Griekenland Grecji Grekland Grækenland",
    },
    "LATAM": {
        "AR": "Argentina Argentinien Argentine Argentina Argentina Argentina Argentinië Argentyny Argentina Argentina",
        "PE": "Peru Peru Pérou Perú Peru Perù Peru Peru Peru Peru",
    },
    "APAC": {"JP": "Japan Japan Japon Japón Japão Giappone Japan Japonii Japan Japan"},
}
"""Countries that are ruled out of a group, with their names in the languages of `REMOTE`, in that order."""


class Sentence(NamedTuple):
    """What a sentence keeps and rules out. `where` is location, text (of a remote job) or skill (a text's demands)."""

    language: str
    where: str
    text: str
    kept: frozenset[str]
    ruled_out: frozenset[str]
    is_held_out: bool = False


def by_hand() -> Iterator[Sentence]:
    """Yield the sentences of negations.csv."""
    with BY_HAND.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            kept, ruled_out = (frozenset(filter(None, row[name].split(";"))) for name in ("kept", "ruled_out"))
            yield Sentence(row["language"], row["where"], row["text"], kept, ruled_out, row["held_out"] == "yes")


def made() -> Iterator[Sentence]:
    """Yield a location for each word of exclusion, group of countries and country ruled out of it, by language."""
    forms = {"before": "{remote}, {group} {words} {name}", "after": "{remote}, {group}, {name} {words}"}
    for row in cells_of("exclusions"):
        side = "after" if row["side"] == "either" else row["side"]
        for language in set(row["language"].split(";")) & REMOTE.keys() if side in forms else ():
            if row["words"].endswith(("-", "'")) or row["words"].startswith("["):
                continue  # written together with the name, or with the word before
            for group, (code, names) in itertools.chain(
                *(zip(itertools.repeat(g), c.items()) for g, c in COUNTRIES.items())
            ):
                name = names.split()[list(REMOTE).index(language)]
                text = forms[side].format(remote=REMOTE[language], group=GROUPS[group], words=row["words"], name=name)
                yield Sentence(language, "location", text, frozenset({group}), frozenset({code}))


def read(one: Sentence) -> tuple[frozenset[str], frozenset[str]]:
    """Return what a sentence is read to keep and to rule out."""
    if one.where == "skill":
        skills = {found.skill for found in skills_in(one.text.replace("|", "\n"))}
        return frozenset(skills & (one.kept | one.ruled_out)), one.ruled_out - skills
    where = whereabouts(one.text) if one.where == "location" else whereabouts("Remote", is_remote=True, text=one.text)
    kept = {place.country for place in where.places if place.country} | set(where.remote_scope or ())
    return frozenset(kept), frozenset(where.ruled_out)


def score_negations(tally: Score) -> None:
    """Add both sets to a score: figures `negations.<language>`, `negations.held_out` and `negations.made`."""
    for one in by_hand():
        is_right = _judge(f"negations.{one.language}", one, tally)
        if one.is_held_out:
            tally.count("negations.held_out", int(is_right), 1)
    for one in made():
        _judge("negations.made", one, tally)


def _judge(figure: str, one: Sentence, tally: Score) -> bool:
    expected, got = (one.kept, one.ruled_out), read(one)
    tally.judge(figure, one.text, one.text, _words(*expected), _words(*got), one.language)
    return expected == got


def _words(kept: frozenset[str], ruled_out: frozenset[str]) -> str:
    return f"{', '.join(sorted(kept)) or 'nothing'} without {', '.join(sorted(ruled_out)) or 'nothing'}"
