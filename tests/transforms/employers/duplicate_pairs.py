"""Labelled pairs of adverts: is one job behind both? Made from real adverts, seeded, before there was a matcher.

A label is right by construction: a positive is an advert and what its employer or another board might have made of
it (`KINDS` says how); a negative is an advert and one that differs in what tells two jobs apart. Two adverts of one
employer count as different jobs with different texts only when a third of the words of each do not stand in the other
and their titles share no more than half of their words.

`half_of` splits by employer, so that no employer is in both halves: thresholds are chosen on `choose` and reported on
`report`. What is inserted or put around a text comes from the same half as the text. Neither split nor `SEED` may be
changed to make a figure better.
"""

from __future__ import annotations

import itertools
import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from pathlib import Path

import extractors.sources.employer_boards.ashby
from extractors.archive.reader import read
from extractors.refine.refine import rows_of
from extractors.response import Response
from transforms.records.rows import Posting

REPO = Path(__file__).parents[3]
REAL = REPO.parent / "shared" / "real" / "payloads" / "ashby" / "2025-10-28.warc.gz"
SAMPLE = REPO / "extractors" / "sample" / "recordings" / "ashby" / "2026-09-28T020000Z.warc.gz"

SEED = 20261125
HALVES = ("choose", "report")
MAX_EDITED = 0.10
"""Share of the words that a positive's text may have replaced, dropped or inserted."""
TEMPLATE_SHARE = (0.10, 0.40)
"""Words of another board's template around a text, as a share of the text's own."""
MIN_WORDS = 40
MIN_OWN = 1 / 3
"""Share of the different words of each advert that the other lacks, for two texts to count as different."""
MAX_TITLE_SHARED = 0.5
FIRST_SEEN = datetime(2026, 3, 2, 2, tzinfo=UTC)
MONTH = timedelta(days=30)
BASES = 350
"""Adverts of one half that pairs of each kind are made from, at most."""


@dataclass(frozen=True, kw_only=True)
class Advert:
    """One advert as a board shows it. `places` are (country, subdivision, city); `pay` low, high, currency, period."""

    posting_id: str
    first_seen_at: datetime
    source: str
    board: str | None
    employer: str | None
    url: str | None
    title: str
    requisition_id: str | None
    department: str | None
    places: tuple[tuple[str | None, str | None, str | None], ...]
    location_text: str
    pay: tuple[float | None, float | None, str | None, str | None]
    posted_on: date | None
    text: str | None


@dataclass(frozen=True)
class Pair:
    """Two adverts, the name of how they were made, and whether one job is behind both."""

    kind: str
    left: Advert
    right: Advert
    is_same: bool


# --- adverts ----------------------------------------------------------------------------------------


def adverts(warc: Path, every: int = 1) -> list[Advert]:
    """The adverts with enough text of every nth board in an archive file of Ashby, in the order of their ids."""
    postings = (
        row
        for record in itertools.islice(read(warc), 0, None, every)
        if isinstance(record, Response)
        for row in rows_of(extractors.sources.employer_boards.ashby, record)
        if isinstance(row, Posting)
    )
    by_id = {posting.posting_id: posting for posting in postings if len((posting.text or "").split()) >= MIN_WORDS}
    return [_advert(by_id[posting_id]) for posting_id in sorted(by_id)]


def _advert(posting: Posting) -> Advert:
    return Advert(
        posting_id=posting.posting_id,
        first_seen_at=FIRST_SEEN,
        source=posting.source,
        board=posting.board,
        employer=posting.employer,
        url=posting.url,
        title=posting.title,
        requisition_id=None,
        department=posting.department,
        places=tuple((place.country, place.subdivision, place.city) for place in posting.places),
        location_text=posting.location_text or "",
        pay=(posting.pay_low, posting.pay_high, posting.currency, posting.period),
        posted_on=posting.posted_on,
        text=posting.text,
    )


def half_of(employer: str) -> str:
    """The half an employer is in, by a digest of its name."""
    return HALVES[blake2b(employer.casefold().encode(), digest_size=1).digest()[0] & 1]


# --- what becomes of an advert ------------------------------------------------------------------------


def edited(text: str, share: float, words: Sequence[str], rng: random.Random) -> str:
    """`text` with a share of its words replaced, dropped or joined by another of `words`; white space stays."""
    pieces = re.split(r"(\s+)", text)
    places = [n for n in range(0, len(pieces), 2) if pieces[n]]
    for n in rng.sample(places, round(share * len(places))):
        change = rng.randrange(3)
        pieces[n] = ("", rng.choice(words), f"{pieces[n]} {rng.choice(words)}")[change]
    return "".join(pieces)


SHORT_FORMS = (
    ("senior", "Sr."),
    ("junior", "Jr."),
    ("engineer", "Eng."),
    ("engineering", "Eng"),
    ("manager", "Mgr"),
    ("machine learning", "ML"),
    ("artificial intelligence", "AI"),
    ("vice president", "VP"),
    ("quality assurance", "QA"),
    ("software development", "Software Dev"),
    ("developer", "Dev"),
    ("operations", "Ops"),
    ("representative", "Rep"),
    ("associate", "Assoc."),
    ("assistant", "Asst."),
    ("director", "Dir."),
    ("administrator", "Admin"),
    ("frontend", "Front-End"),
    ("front end", "Frontend"),
    ("full stack", "Fullstack"),
    ("full-stack", "Full Stack"),
    ("backend", "Back-end"),
    (" and ", " & "),
    (" & ", " and "),
)
LEVELS = re.compile(r"\b(senior|junior|staff|principal|lead)\b[ ,]*", re.IGNORECASE)
GENDERS = ("(m/f/d)", "(m/w/d)", "(f/m/x)", "(all genders)", "(H/F)", "(w/m/d)")


def shortened(advert: Advert, rng: random.Random) -> str:
    """One word of the title in its short form (or the long way round)."""
    fits = [(long, short) for long, short in SHORT_FORMS if re.search(rf"(?<!\w){long}(?!\w)", advert.title, re.I)]
    if not fits:
        return advert.title
    long, short = rng.choice(fits)
    return re.sub(rf"(?<!\w){long}(?!\w)", short, advert.title, count=1, flags=re.I)


def level_moved(advert: Advert, rng: random.Random) -> str:
    """The word of the level at the end: "Senior Designer" as "Designer (Senior)"."""
    match = LEVELS.search(advert.title)
    rest = (advert.title[: match.start()] + advert.title[match.end() :]).strip() if match else ""
    if not match or not rest:
        return advert.title
    return rng.choice(("{} ({})", "{}, {}", "{} - {}")).format(rest, match[1].title())


def place_named(advert: Advert, rng: random.Random) -> str:
    """Its first place in the title."""
    place = advert.location_text.split(";")[0].strip()
    return rng.choice(("{} - {}", "{} ({})", "{}, {}")).format(advert.title, place) if place else advert.title


TITLES: dict[str, Callable[[Advert, random.Random], str]] = {
    "short form": shortened,
    "level moved": level_moved,
    "place": place_named,
    "remote": lambda advert, rng: advert.title + rng.choice((" (Remote)", " - Remote", " | Remote", " (Hybrid)")),
    "genders": lambda advert, rng: f"{advert.title} {rng.choice(GENDERS)}",
    "case": lambda advert, rng: rng.choice((advert.title.upper(), advert.title.lower())),
    "punctuation": lambda advert, rng: re.sub(r"\s*[,|–—/-]\s+", rng.choice((" - ", ", ", " | ", ": ")), advert.title),
    "employer": lambda advert, rng: rng.choice(("{0} at {1}", "{1}: {0}", "{0} - {1}")).format(
        advert.title, advert.employer
    ),
    "number": lambda advert, rng: (
        f"{advert.title} {rng.choice(('(R-{})', '[{}]', '#{}')).format(rng.randrange(10**5))}"
    ),
}


def retitled(advert: Advert, rng: random.Random, most: int = 2) -> Advert:
    """The advert with its title written another way, by one or more of `TITLES` that change it."""
    title, ways = advert.title, list(TITLES.values())
    for way in rng.sample(ways, len(ways)):
        rewording = way(replace(advert, title=title), rng)
        if rewording != title and most:
            title, most = rewording, most - 1
    return replace(advert, title=title)


BOARDS = ("work-harbour", "jobs-at-noon", "the-hiring-post", "stellenmarkt-nord", "remote-lantern", "candidate-square")
LINES = (
    "We found this opening for you on the employer's own page and checked it this week.",
    "Sign in to save this job, to see who else has applied and to get a note when similar jobs are published.",
    "This company has been reviewed by its employees; the rating is the mean of the last twelve months.",
    "Never pay anybody for a job, and never send copies of your passport before you have met the employer.",
    "Our newsletter brings fresh vacancies to your inbox every Monday; you can leave the list at any time.",
    "Salary estimates are made by our own model from adverts of the same city and may differ from the real offer.",
    "Upload your curriculum vitae once and apply to a thousand employers with a single click.",
    "Equal opportunity matters to us: all qualified applicants are considered without regard to who they are.",
    "The employer decides alone on applications. We pass them on as they are and keep no copy after ninety days.",
    "Tips for your interview: read about the company, prepare two questions, and be ten minutes early.",
    "Report this advert if it is misleading, expired, discriminating or asks for money.",
    "By applying you accept the terms of use and the privacy notice, both of which stand at the foot of the page.",
    "Benefits are listed as stated by the employer and may depend on place, level and kind of contract.",
    "Candidates who looked at this vacancy also looked at the following ones.",
)
LEGAL_FORMS = (" Inc.", ", Inc.", " Ltd", " GmbH", " LLC", " B.V.", " S.A.", " AG", " Limited", " Corp.")


def elsewhere(advert: Advert, others: Sequence[str], rng: random.Random) -> Advert:
    """The advert on another board: that board's template around the text, the employer in another form or a token.

    The template is the same for all adverts of a board as far as it goes; what is then missing to the share of extra
    words that was drawn are lines of `others`, as boards that show similar jobs have them.
    """
    board = rng.choice(BOARDS)
    own = random.Random(board)
    lines = own.sample(LINES, 8)
    text = advert.text or ""
    n_extra = round(rng.uniform(*TEMPLATE_SHARE) * len(text.split()))
    before: list[str] = []
    after: list[str] = []
    for number, line in enumerate(itertools.chain(lines, (rng.choice(others) for _ in itertools.count()))):
        have = sum(len(part.split()) for part in before + after)
        if have >= n_extra:
            break
        words = line.split()[: n_extra - have]
        (before if number < 2 else after).append(" ".join(words))
    draw = rng.randrange(3)
    employer = (advert.employer or "") + rng.choice(LEGAL_FORMS) if draw < 2 else (advert.board or "")
    return replace(
        advert,
        posting_id=f"{board}:{rng.randrange(10**9)}",
        source=board,
        board=None,
        employer=employer,
        url=f"https://{board}.example/jobs/{rng.randrange(10**9)}",
        department=None,
        pay=rng.choice((advert.pay, (None, None, None, None))),
        posted_on=rng.choice((None, advert.posted_on)),
        first_seen_at=advert.first_seen_at + timedelta(days=rng.randrange(10)),
        text="\n".join((*before, text, *after)),
    )


def again(advert: Advert, rng: random.Random) -> Advert:
    """The advert a month later under a new id."""
    return replace(
        _renumbered(advert, rng),
        first_seen_at=advert.first_seen_at + MONTH,
        posted_on=advert.posted_on + MONTH if advert.posted_on else None,
    )


def moved(advert: Advert, other: Advert, rng: random.Random) -> Advert:
    """The advert under a new id in the places of another."""
    return replace(_renumbered(advert, rng), places=other.places, location_text=other.location_text)


def _renumbered(advert: Advert, rng: random.Random) -> Advert:
    number = f"{rng.randrange(10**12):012}"
    return replace(advert, posting_id=f"{advert.source}:{number}", url=f"https://jobs.example/{number}")


# --- pairs --------------------------------------------------------------------------------------------


class Half:
    """The adverts of one half, and what is drawn from them."""

    def __init__(self, adverts: Sequence[Advert], name: str) -> None:
        self.adverts = [advert for advert in adverts if half_of(advert.employer or "") == name]
        self.words = sorted({word for advert in self.adverts for word in (advert.text or "").split()})
        lines = {line for advert in self.adverts for line in (advert.text or "").splitlines()}
        self.lines = sorted(line for line in lines if len(line.split()) > 8)
        self.of_employer: dict[str, list[Advert]] = defaultdict(list)
        self.of_title: dict[str, list[Advert]] = defaultdict(list)
        for advert in self.adverts:
            self.of_employer[advert.employer or ""].append(advert)
            self.of_title[advert.title.casefold()].append(advert)
        self.vocabulary = {advert.posting_id: vocabulary(advert.text) for advert in self.adverts}

    def have_different_texts(self, one: Advert, other: Advert) -> bool:
        """A third of the words of each do not stand in the other."""
        left, right = self.vocabulary[one.posting_id], self.vocabulary[other.posting_id]
        n_common = len(left & right)
        return max(n_common / len(left), n_common / len(right)) <= 1 - MIN_OWN

    def nearest(self, advert: Advert, others: Sequence[Advert]) -> Advert | None:
        """The one of `others` whose words are most alike: the hardest to tell apart."""
        own = self.vocabulary[advert.posting_id]
        return max(
            others,
            key=lambda other: (
                len(own & self.vocabulary[other.posting_id]) / len(own | self.vocabulary[other.posting_id]),
                other.posting_id,
            ),
            default=None,
        )


def vocabulary(text: str | None) -> frozenset[str]:
    """The different words of a text, letter case folded."""
    return frozenset(re.findall(r"\w+", (text or "").casefold()))


def title_shared(one: str, other: str) -> float:
    """Share of the shorter title's words that stand in the other."""
    left, right = vocabulary(one), vocabulary(other)
    return len(left & right) / max(min(len(left), len(right)), 1)


Maker = Callable[[Advert, Half, random.Random], tuple[Advert, Advert] | None]
"""Makes a pair from an advert, or None when the half has nothing that it could be made from."""


def _edit(advert: Advert, half: Half, rng: random.Random) -> Advert:
    share = rng.uniform(0, MAX_EDITED)
    return replace(_renumbered(advert, rng), text=edited(advert.text or "", share, half.words, rng))


def _combined(advert: Advert, half: Half, rng: random.Random) -> tuple[Advert, Advert]:
    """Edited, and two or three of: retitled, a month later, elsewhere, in another city."""
    copy = _edit(advert, half, rng)
    later: list[Callable[[Advert], Advert]] = [
        lambda one: retitled(one, rng),
        lambda one: again(one, rng),
        lambda one: elsewhere(one, half.lines, rng),
        lambda one: moved(one, rng.choice(half.adverts), rng),
    ]
    for change in rng.sample(later, rng.choice((2, 3))):
        copy = change(copy)
    return advert, copy


def _without_text(advert: Advert, half: Half, rng: random.Random) -> tuple[Advert, Advert]:
    return advert, replace(retitled(elsewhere(advert, half.lines, rng), rng, most=1), text=None)


def _other_requisition(advert: Advert, half: Half, rng: random.Random) -> tuple[Advert, Advert]:
    left, right = rng.sample(range(10**5), 2)
    copy = rng.choice((advert, _edit(advert, half, rng)))
    return replace(advert, requisition_id=f"R-{left}"), replace(_renumbered(copy, rng), requisition_id=f"R-{right}")


def _other_team(advert: Advert, half: Half, rng: random.Random) -> tuple[Advert, Advert] | None:
    teams = sorted({other.department for other in half.of_employer[advert.employer or ""] if other.department})
    teams = [team for team in teams if team.casefold() != (advert.department or team).casefold()]
    if not teams:
        return None
    copy = rng.choice((advert, _edit(advert, half, rng)))
    return advert, replace(_renumbered(copy, rng), department=rng.choice(teams))


def _other_text(advert: Advert, half: Half, rng: random.Random) -> tuple[Advert, Advert] | None:
    """Two different adverts of one employer, which share its boilerplate, under the title of one; no team is stated."""
    others = [
        other
        for other in half.of_employer[advert.employer or ""]
        if title_shared(advert.title, other.title) <= MAX_TITLE_SHARED and half.have_different_texts(advert, other)
    ]
    other = half.nearest(advert, others)
    if other is None:
        return None
    return replace(advert, department=None), replace(
        other, title=advert.title, department=None, places=advert.places, location_text=advert.location_text
    )


def _other_text_elsewhere(advert: Advert, half: Half, rng: random.Random) -> tuple[Advert, Advert] | None:
    """As `_other_text`, and both on another board, perhaps with the same template around them."""
    pair = _other_text(advert, half, rng)
    return (elsewhere(pair[0], half.lines, rng), elsewhere(pair[1], half.lines, rng)) if pair else None


def _other_title(advert: Advert, half: Half, rng: random.Random) -> tuple[Advert, Advert] | None:
    """Two real adverts of one employer with titles that share no more than half of their words."""
    others = [
        other
        for other in half.of_employer[advert.employer or ""]
        if title_shared(advert.title, other.title) <= MAX_TITLE_SHARED
    ]
    other = half.nearest(advert, others)
    return (replace(advert, department=None), replace(other, department=None)) if other else None


def _other_level(advert: Advert, half: Half, rng: random.Random) -> tuple[Advert, Advert] | None:
    """The same text at another level: "Senior Designer" and "Staff Designer"."""
    match = LEVELS.search(advert.title)
    if not match:
        return None
    level = rng.choice([level for level in ("Senior", "Junior", "Staff", "Principal") if level != match[1].title()])
    copy = _renumbered(rng.choice((advert, _edit(advert, half, rng))), rng)
    return advert, replace(copy, title=advert.title[: match.start(1)] + level + advert.title[match.end(1) :])


def _other_employer(advert: Advert, half: Half, rng: random.Random) -> tuple[Advert, Advert] | None:
    """Two real adverts of different employers under the same title, the most alike there are."""
    others = [other for other in half.of_title[advert.title.casefold()] if other.employer != advert.employer]
    other = half.nearest(advert, others)
    return (advert, other) if other else None


def _same_template(advert: Advert, half: Half, rng: random.Random) -> tuple[Advert, Advert] | None:
    """The same text of two employers, each with its own name in it."""
    names = sorted(name for name in half.of_employer if name != advert.employer)
    name = rng.choice(names)
    board = half.of_employer[name][0].board
    text = re.sub(re.escape(advert.employer or ""), name, advert.text or "", flags=re.IGNORECASE)
    return advert, replace(_renumbered(advert, rng), employer=name, board=board, text=text)


def _without_text_other_city(advert: Advert, half: Half, rng: random.Random) -> tuple[Advert, Advert] | None:
    cities = {place[2] for place in advert.places if place[2]}
    others = [o for o in half.adverts if o.places and all(p[2] and p[2] not in cities for p in o.places)]
    if not cities:
        return None
    copy = replace(elsewhere(advert, half.lines, rng), text=None)
    other = rng.choice(others)
    return replace(advert, text=None), replace(copy, places=other.places, location_text=other.location_text)


def _without_text_other_title(advert: Advert, half: Half, rng: random.Random) -> tuple[Advert, Advert] | None:
    """Another opening of the employer in the same place, as the two stand, but for the text of one."""
    others = [
        other
        for other in half.of_employer[advert.employer or ""]
        if title_shared(advert.title, other.title) <= MAX_TITLE_SHARED
    ]
    if not others:
        return None
    other = replace(rng.choice(others), places=advert.places, location_text=advert.location_text)
    return advert, replace(elsewhere(other, half.lines, rng), text=None)


KINDS: dict[str, tuple[bool, Maker]] = {
    "edited": (True, lambda advert, half, rng: (advert, _edit(advert, half, rng))),
    "retitled": (True, lambda advert, half, rng: (advert, retitled(_renumbered(advert, rng), rng))),
    "a month later": (True, lambda advert, half, rng: (advert, again(_edit(advert, half, rng), rng))),
    "another board": (True, lambda advert, half, rng: (advert, elsewhere(advert, half.lines, rng))),
    "another city": (True, lambda advert, half, rng: (advert, moved(advert, rng.choice(half.adverts), rng))),
    "combined": (True, _combined),
    "without text": (True, _without_text),
    "other requisition": (False, _other_requisition),
    "other team": (False, _other_team),
    "other text": (False, _other_text),
    "other text, another board": (False, _other_text_elsewhere),
    "other title": (False, _other_title),
    "other level": (False, _other_level),
    "other employer": (False, _other_employer),
    "same template": (False, _same_template),
    "without text, other city": (False, _without_text_other_city),
    "without text, other title": (False, _without_text_other_title),
}
"""How pairs are made, and whether one job is behind both."""


def pairs(adverts: Sequence[Advert], half: str, seed: int = SEED) -> Iterator[Pair]:
    """The labelled pairs of one half: up to `BASES` of each kind."""
    sample = Half(adverts, half)
    for kind, (is_same, make) in KINDS.items():
        rng = random.Random(f"{seed} {half} {kind}")
        n_pairs = 0
        for advert in rng.sample(sample.adverts, len(sample.adverts)):
            if n_pairs == BASES:
                break
            pair = make(advert, sample, rng)
            if pair is not None:
                n_pairs += 1
                yield Pair(kind, *pair, is_same)
