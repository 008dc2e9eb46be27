"""How the time of each reader grows with the length of a line: no advert, however odd, may take a night.

Each reader reads lines made of one piece over and over, chosen to lead its expressions astray. Growth is CPU time
per character of a long line over that of a short one: 1 where time is linear, `LONG / SHORT` where it is quadratic.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from transforms.pay.prose import pay_in
from transforms.place.places import Address, whereabouts
from transforms.role.ai_label import ai_label
from transforms.role.requirements import degree_in, years_in
from transforms.role.titles import role_of, seniority_of
from transforms.skills.extraction import skills_in
from transforms.text.characters import hash_of
from transforms.text.contacts import mask_contacts
from transforms.text.html_text import text_of
from transforms.text.language import language_of

SHORT, LONG = 10_000, 80_000
"""Characters of the lines that are compared."""
RUNS = 2
"""Measurements of which the best counts, each of a line not read before."""
MIN_TIME = 0.01
"""Seconds; a shorter time says little."""
MAX_GROWTH = 3.0
"""Growth up to which time is linear, as far as a noisy machine can tell; quadratic time grows by `LONG / SHORT`."""


def read_text(line: str) -> None:
    """The steps that make text of HTML."""
    text = mask_contacts(text_of(line))
    language_of(text)
    hash_of(text)
    mask_contacts(line)
    text_of(line + "</div>" * line.count("<div>"))
    text_of("<xmp>" + line)


def read_pay(line: str) -> None:
    """Pay out of prose."""
    pay_in(line, country="US")


def read_place(line: str) -> None:
    """Place out of a location, a title and an address."""
    whereabouts(line, title=line, addresses=[Address(text=line, country=line)])


def read_role(line: str) -> None:
    """Role and seniority out of a title."""
    role_of(line)
    seniority_of(line)


def read_requirements(line: str) -> None:
    """Years, degree and the AI label out of a text."""
    years_in(line)
    degree_in(line)
    ai_label("Backend Engineer", line, role="software_engineer")


def read_skills(line: str) -> None:
    """Skills out of a text."""
    skills_in(line)


PIECES: Mapping[Callable[[str], None], Sequence[str]] = {
    read_text: (
        *("a@", "@a.", "+1 ", "0 1 ", "(at)", "<b", "<div>", "<div>x", "<li><p>", "&amp;", "a" * 50, "1", "tel "),
        *("<li></p>", "<pre>", '<a b="', '<a "', "<!--", "<td></td>", "</p>", "- \n", "  ", "<div a>", "<svg>"),
    ),
    read_pay: (
        *("1,111,", "$1 - ", "Salary $", "((", "<", "&#", "A A ", "a.", "9", "$100k in A, B and C. ", "%", "\n"),
        *("bonus 5% ", "$100k per year in "),
    ),
    read_place: (
        *("Remote, ", "(", "US / ", "Lyon, France; ", "a-", " " * 9, "or ", "St. ", "New ", "Remote (", "12345 "),
    ),
    read_role: ("Senior ", "AI ", "(", " - ", "Engineer, ", "Head of ", "ML/", "a"),
    read_requirements: (
        *("5+ years ", "B.S. or M.S. or ", "build AI models ", "degree or ", "Requirements: ", "(", "years ", "AI "),
    ),
    read_skills: (
        *("Go ", "R, ", "deploy ", "Rust (a plus) ", "Requirements: ", "a plus Go ", "not required ", "x", "/"),
        *("models", "Python or "),
    ),
}
"""What each reader is led astray with."""


def seconds(reader: Callable[[str], None], piece: str, length: int) -> float:
    """CPU seconds the reader takes for a line of one piece repeated."""
    times = []
    for run in range(RUNS):
        line = f"{run} {length} {piece * (length // len(piece))}"
        begin = time.process_time()
        reader(line)
        times.append(time.process_time() - begin)
    return max(min(times), MIN_TIME)


def growths() -> Iterator[tuple[str, float, str, float]]:
    """Each reader's name, its largest growth, the piece that grew so, and CPU seconds for the slowest long line."""
    for reader, pieces in PIECES.items():
        reader("Lyon")  # tables are loaded once per process
        times = {piece: [seconds(reader, piece, length) for length in (SHORT, LONG)] for piece in pieces}
        growth = {piece: long / short * SHORT / LONG for piece, (short, long) in times.items()}
        worst = max(growth, key=lambda piece: growth[piece])
        name = reader.__name__.removeprefix("read_")
        yield name, growth[worst], worst, max(long for _, long in times.values())
