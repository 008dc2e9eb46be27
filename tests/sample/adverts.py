"""Invented employers and what they advertise: the content of the sample, before it takes a source's shape.

Everything is drawn from tables with seeded dice, so the same seed gives the same
adverts on any machine. Employers, texts and amounts are invented; only places and the names of skills are real.
"""

from __future__ import annotations

import csv
import functools
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

from transforms.records.vocabulary import GROUP_OF_ROLE

SEED = 20260928
TABLES = Path(__file__).parent / "tables"
BUNDLE = Path(__file__).parents[2] / "extractors" / "sample"
"""What `jobmarket run --sample` reads: the recordings, and the boards that they are of."""
RECORDINGS = BUNDLE / "recordings"
FIRST_NIGHT = date(2026, 9, 28)
N_NIGHTS = 3
OLDEST_POSTING = 320
"""Days before the first night that the oldest advert was posted: inside the window of 365 days."""
US_SENIOR_MIDPOINT = 185_000
"""US dollars a year for a senior AI engineer in the United States, from which all pay is derived."""
PAY_OF_LEVEL = {
    "intern": 0.40,
    "junior": 0.62,
    "mid": 0.80,
    "senior": 1.0,
    "staff": 1.25,
    "manager": 1.2,
    "executive": 1.5,
}
PAY_OF_GROUP = {
    "ai_engineering": 1.0,
    "ai_science": 0.97,
    "ai_other": 0.92,
    "data": 0.78,
    "other_engineering": 0.85,
    "ai_data_trainer": 0.40,
    "other": 0.55,
}
LEVELS = {"intern": 4, "junior": 17, "mid": 17, "senior": 28, "staff": 8, "unstated": 26}
HIDDEN_LEVELS = {"junior": 15, "mid": 40, "senior": 35, "staff": 10}
"""What an advert whose title names no level pays for."""
YEARS_OF_LEVEL = {"junior": (0, 1), "mid": (2, 4), "senior": (5, 7), "staff": (8, 10)}
ROLE_WEIGHTS = {
    "ai_engineer": 13, "generative_ai_engineer": 11, "prompt_engineer": 1, "machine_learning_engineer": 17,
    "mlops_engineer": 6, "computer_vision_engineer": 4, "nlp_speech_engineer": 2, "robotics_engineer": 3,
    "intelligent_systems_engineer": 2, "ai_architect": 3, "ai_security": 2, "ai_researcher": 4, "data_scientist": 8,
    "ai_product_manager": 3, "ai_governance": 1, "ai_solutions": 3, "ai_leadership": 2, "data_engineer": 6,
    "data_analyst": 3, "software_engineer": 7, "ai_data_trainer": 2, "other": 4,
}  # fmt: skip
SCOPES = ("LATAM", "Latin America", "EMEA", "Europe", "APAC", "Americas", "Worldwide", "Anywhere")
DOLLAR_MARKETS = frozenset(
    ("BR", "AR", "CL", "CO", "PE", "UY", "MX", "CR", "DO", "UA", "RO", "IN", "NG", "GH", "KE", "EG", "BD", "VN", "PH")
)
"""Countries where foreign employers advertise in US dollars."""
HOURLY_MARKETS = frozenset(("US", "CA", "GB"))
"""Countries where part-time and contract work is paid by the hour."""
B2B_MARKETS = frozenset(("PL", "UA", "RO", "CZ"))

Item = TypeVar("Item")


class Dice:
    """Seeded chance. Only `random.Random.random` is used: its sequence is the same in every Python."""

    def __init__(self, *seed: object) -> None:
        self._random = random.Random(" ".join(str(part) for part in (SEED, *seed))).random

    def share(self, probability: float) -> bool:
        """True with this probability."""
        return self._random() < probability

    def one(self, items: Sequence[Item]) -> Item:
        """One of the items, each as likely as the other."""
        return items[int(self._random() * len(items))]

    def weighted_choice(self, weights: Mapping[Item, float]) -> Item:
        """One of the keys, by its weight."""
        rest = self._random() * sum(weights.values())
        for item, weight in weights.items():
            rest -= weight
            if rest < 0:
                return item
        return list(weights)[-1]

    def some(self, items: Sequence[Item], count: int) -> list[Item]:
        """So many different items (at most all), in random order."""
        pool = list(items)
        return [pool.pop(int(self._random() * len(pool))) for _ in range(min(count, len(pool)))]

    def between(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + int(self._random() * (high - low + 1))

    def near(self, middle: float, spread: float) -> float:
        """A number around the middle, bell-shaped, at most `spread` (a share) away."""
        return middle * (1 + spread * (self._random() + self._random() + self._random() - 1.5) / 1.5)


@dataclass(frozen=True, kw_only=True)
class Board:
    """An invented employer's board on one platform."""

    source: str
    board: str
    employer: str
    country: str
    industry: str


@dataclass(frozen=True, kw_only=True)
class Spot:
    """A place as a board writes it."""

    country: str
    city: str
    region: str
    text: str
    stated_country: str


@dataclass(frozen=True, kw_only=True)
class Offer:
    """Pay of one advert. `kind` is range, from, upto or doe (nothing said); amounts are per `period`.

    `written` names the row of money.csv it is written by: the currency, or dollars as written abroad.
    """

    low: int
    high: int
    currency: str
    written: str
    period: str
    kind: str = "range"
    is_net: bool = False


@dataclass(frozen=True, kw_only=True)
class Text:
    """An advert's text: heading, paragraphs or list items; `pay` is the sentence about pay, if any."""

    language: str
    about: tuple[str, ...]
    intro: tuple[str, ...]
    duties: tuple[str, ...]
    required: tuple[str, ...]
    preferred: tuple[str, ...]
    benefits: tuple[str, ...]
    closing: tuple[str, ...]
    pay: str | None = None


@dataclass(frozen=True, kw_only=True)
class Advert:
    """One advert of the sample. `nights` are those it is listed on, counted from 0."""

    key: str
    employer: str
    role: str
    title: str
    department: str
    level: str
    spots: tuple[Spot, ...]
    location_text: str
    workplace: str
    employment: str
    posted_on: date
    offer: Offer | None
    text: Text
    nights: frozenset[int]
    chance: float
    edited_on: int | None = None


@functools.cache
def table(name: str) -> tuple[dict[str, str], ...]:
    """The rows of a CSV file beside this module, or of the boards that the package holds."""
    with ((BUNDLE if name == "boards" else TABLES) / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@functools.cache
def boards() -> tuple[Board, ...]:
    """The invented employers' boards, in the order of boards.csv."""
    return tuple(Board(**{name: row[name] for name in Board.__dataclass_fields__}) for row in table("boards"))


@functools.cache
def spots_of(country: str) -> tuple[Spot, ...]:
    """The places of a country that adverts name."""
    return tuple(
        Spot(
            country=country,
            city=row["city"],
            region=row["region"],
            text=row["location_text"],
            stated_country=row["stated_country"],
        )
        for row in table("places")
        if row["country"] == country
    )


@functools.cache
def market_of(country: str) -> dict[str, str]:
    """Language, money and level of pay of a country."""
    return next(row for row in table("markets") if row["country"] == country)


@functools.cache
def per_dollar(currency: str) -> float:
    """About how many units of a currency one US dollar buys."""
    if currency == "USD":
        return 1.0
    return next(float(row["per_usd"]) for row in table("rates") if row["currency"] == currency)


@functools.cache
def phrases(language: str, section: str, role_group: str = "") -> tuple[str, ...]:
    """Sentences for a section; those of the role group where there are any, else the general ones."""
    rows = [row for row in table("phrases") if (row["language"], row["section"]) == (language, section)]
    group = "ai" if role_group.startswith("ai_") and role_group != "ai_data_trainer" else role_group
    fitting = [row["text"] for row in rows if row["role_group"] == group]
    return tuple(fitting or [row["text"] for row in rows if not row["role_group"]])


def adverts_of(board: Board) -> list[Advert]:
    """All adverts that ever stand on an employer's boards; some vacancies are advertised once per place."""
    dice = Dice(board.employer)
    adverts = [draw_advert(board, number) for number in range(dice.between(7, 19))]
    return adverts + [_elsewhere(advert) for advert in adverts if dice.share(0.03)]


def open_on(advert: Advert, night: int) -> bool:
    """Whether the advert is listed on a night."""
    return night in advert.nights


def as_of_night(advert: Advert, night: int) -> Advert:
    """The advert as it reads on a night: an edited one pays more from then on, and its text says so."""
    if advert.edited_on is None or night < advert.edited_on or advert.offer is None:
        return advert
    offer = replace(advert.offer, low=nice(advert.offer.low * 1.06), high=nice(advert.offer.high * 1.08))
    pay = advert.text.pay
    if pay is not None:
        pay = pay_sentence(Dice(advert.key, "edit"), advert.text.language, offer)
    return replace(advert, offer=offer, text=replace(advert.text, pay=pay))


def draw_advert(board: Board, number: int, roles: Mapping[str, float] = ROLE_WEIGHTS) -> Advert:
    """One of the adverts that an employer may have: the same number gives the same advert. `roles` are weights."""
    employer = board.employer
    key = f"{employer}/{number}"
    dice = Dice(key)
    role = dice.weighted_choice(roles)
    group = GROUP_OF_ROLE[role]
    country = _country_of_job(dice, board.country, group)
    market = market_of(country)
    language = market["language"] if dice.share(0.75) else "en"
    titles = [row["title"] for row in table("titles") if (row["language"], row["role"]) == (language, role)]
    if not titles:
        language = "en"
        titles = [row["title"] for row in table("titles") if (row["language"], row["role"]) == ("en", role)]
    level = _level(dice, role, group)
    pays_like = level if level != "unstated" else dice.weighted_choice(HIDDEN_LEVELS)
    says_years = pays_like in YEARS_OF_LEVEL and dice.share(0.7 if level == "unstated" else 0.55)
    patterns = [row["title"] for row in table("levels") if (row["language"], row["seniority"]) == (language, level)]
    spots, location_text, workplace = _whereabouts(dice, country)
    employment = _employment(dice, level, group, country)
    offer = None
    if dice.share(0.82 if country == "US" else 0.74):
        offer = _offer(dice, market, group=group, level=pays_like, employment=employment)
    years = dice.between(*YEARS_OF_LEVEL[pays_like]) if says_years else None
    text = _text(dice, board, role=role, language=language, years=years)
    if workplace == "hybrid" and dice.share(0.5):
        text = replace(text, benefits=(*text.benefits, dice.one(phrases(language, "hybrid"))))
    if offer is not None and dice.share(0.35):
        text = replace(text, pay=pay_sentence(dice, language, offer))
    nights, posted_on = _life(dice)
    return Advert(
        key=key,
        employer=employer,
        role=role,
        title=dice.one(patterns).format(title=dice.one(titles)),
        department=_department(group),
        level=level,
        spots=spots,
        location_text=location_text,
        workplace=workplace,
        employment=employment,
        posted_on=posted_on,
        offer=offer,
        text=text,
        nights=nights,
        chance=dice.near(0.5, 1.0),
        edited_on=dice.between(1, 2) if dice.share(0.03) else None,
    )


def _elsewhere(advert: Advert) -> Advert:
    """The same vacancy, advertised for another place of the country: same title and text, another id."""
    dice = Dice(advert.key, "elsewhere")
    spot = dice.one(spots_of(advert.spots[0].country))
    return replace(advert, key=f"{advert.key}/elsewhere", spots=(spot,), location_text=spot.text, workplace="onsite")


def _country_of_job(dice: Dice, home: str, group: str) -> str:
    """Mostly the employer's own country; now and then a place where it hires abroad."""
    if home == "US" and dice.share(0.10):
        return dice.one(("BR", "AR", "CO", "MX", "BR", "CL", "CA", "IN", "GB"))
    if dice.share(0.05):
        return dice.one(("US", "GB", "DE", "IN", "BR", "PL"))
    return home


def _level(dice: Dice, role: str, group: str) -> str:
    if role == "ai_leadership":
        return dice.one(("manager", "executive"))
    if group in ("ai_data_trainer", "other"):
        return dice.weighted_choice({"unstated": 8, "senior": 2, "junior": 1})
    return dice.weighted_choice(LEVELS)


def _employment(dice: Dice, level: str, group: str, country: str) -> str:
    """In the words of schema.org; each source has its own for them."""
    if level == "intern":
        return "INTERN"
    if group == "ai_data_trainer":
        return dice.one(("CONTRACTOR", "CONTRACTOR", "PART_TIME"))
    if country in B2B_MARKETS and dice.share(0.22):
        return "CONTRACTOR"
    return dice.weighted_choice({"FULL_TIME": 91, "CONTRACTOR": 4, "PART_TIME": 3, "TEMPORARY": 2})


def _whereabouts(dice: Dice, country: str) -> tuple[tuple[Spot, ...], str, str]:
    """Places, the location as written, and the workplace (onsite, hybrid or remote)."""
    home = spots_of(country)
    spots = tuple(dice.some(home, 1))
    country_name = spots[0].stated_country
    workplace = dice.weighted_choice({"onsite": 42, "hybrid": 26, "remote": 32})
    if workplace == "remote":
        text = dice.weighted_choice(
            {
                f"Remote ({country_name})": 20,
                f"Remote - {country_name}": 20,
                f"{country_name} (Remote)": 14,
                f"{spots[0].text} or Remote": 4,
                "Remote (US only)" if country == "US" else f"Remote, {country_name}": 16,
                f"Remote ({dice.one(SCOPES)})": 8,
                "Remote": 8,
            }
        )
        return spots, text, workplace
    if len(home) > 1 and dice.share(0.10):
        spots = tuple(dice.some(home, 2))
    elif dice.share(0.04):
        spots = (*spots, dice.one(spots_of(dice.one(("US", "GB", "DE", "FR", "BR")))))
    return spots, "; ".join(dict.fromkeys(spot.text for spot in spots)), workplace


def nice(amount: float) -> int:
    """An amount as people write it: two digits and a half."""
    digits = len(str(int(amount)))
    step = int("5" + "0" * (digits - 3)) if digits > 2 else 1
    return int(amount / step + 0.5) * step


def _offer(dice: Dice, market: Mapping[str, str], *, group: str, level: str, employment: str) -> Offer:
    in_dollars = market["country"] in DOLLAR_MARKETS and dice.share(0.20)
    currency = "USD" if in_dollars else market["currency"]
    period = market["period"]
    if in_dollars:
        period = dice.one(("year", "month"))
    is_hourly = employment in ("CONTRACTOR", "PART_TIME") and market["country"] in HOURLY_MARKETS
    if group == "ai_data_trainer" or is_hourly:
        period = "hour"
    per_year = US_SENIOR_MIDPOINT * PAY_OF_GROUP[group] * PAY_OF_LEVEL[level] * float(market["level"])
    if in_dollars:
        per_year *= 1.25
    middle = dice.near(per_year, 0.22) * per_dollar(currency) / {"year": 1, "month": 12, "hour": 2000}[period]
    half = dice.near(0.13, 0.4)
    kind = dice.weighted_choice({"range": 88, "from": 4, "upto": 4, "doe": 4})
    net_share = 0.9 if market["country"] in B2B_MARKETS and employment == "CONTRACTOR" else 0.05
    return Offer(
        low=nice(middle * (1 - half)),
        high=nice(middle * (1 + half)),
        currency=currency,
        written="USD abroad" if currency == "USD" and market["country"] != "US" and dice.share(0.85) else currency,
        period=period,
        kind=kind,
        is_net=period == "month" and dice.share(net_share),
    )


def _life(dice: Dice) -> tuple[frozenset[int], date]:
    """The nights it is listed on and the day it was posted."""
    fate = dice.weighted_choice({"stays": 86, "closes": 7, "opens": 6, "reopens": 1})
    if fate == "opens":
        first = dice.between(1, N_NIGHTS - 1)
        return frozenset(range(first, N_NIGHTS)), FIRST_NIGHT + timedelta(days=first - 1)
    # more adverts are young than old
    day = FIRST_NIGHT - timedelta(days=1 + int(OLDEST_POSTING * min(dice.near(0.5, 1.0), dice.near(0.5, 1.0))))
    if fate == "closes":
        return frozenset(range(dice.between(1, N_NIGHTS - 1))), day
    return (frozenset((0, N_NIGHTS - 1)) if fate == "reopens" else frozenset(range(N_NIGHTS))), day


def _department(group: str) -> str:
    return {
        "ai_engineering": "Engineering",
        "ai_science": "Research",
        "data": "Data",
        "other_engineering": "Engineering",
        "ai_other": "Product",
    }.get(group, "Operations")


# --- texts ------------------------------------------------------------------------------------------


def _text(dice: Dice, board: Board, *, role: str, language: str, years: int | None) -> Text:
    group = GROUP_OF_ROLE[role]
    slug = board.board.split("-")[0]
    in_field = next(
        row["text"] for row in table("fields") if (row["industry"], row["language"]) == (board.industry, language)
    )
    values = {
        "employer": board.employer,
        "field": in_field,
        "mail": f"jobs@{slug}.example",
        "phone": f"+1 555 01{dice.between(10, 99)}",  # 555-01xx is kept for fiction
        "n": str(years),
    }
    needs, wishes = _skills(dice, role, group)
    lines = _lines(dice, language, "require", needs)
    if years is not None and years > 0:
        lines.append(dice.one(phrases(language, "years")))
    if dice.share(0.5):
        lines.append(dice.one(phrases(language, "degree")))
    lines += dice.some(phrases(language, "soft"), 1)
    about = (dice.one(phrases(language, "about")), phrases(language, "notice")[0])
    return Text(
        language=language,
        about=_fill(about, values),
        intro=_fill([dice.one(phrases(language, "intro", group))], values),
        duties=_fill(dice.some(phrases(language, "duty", group), dice.between(2, 4)), values),
        required=_fill(dice.some(lines, len(lines)), values),
        preferred=_fill(_lines(dice, language, "prefer", wishes), values),
        benefits=_fill(dice.some(phrases(language, "benefit"), dice.between(2, 3)), values),
        closing=_fill(dice.some(phrases(language, "contact"), dice.between(0, 2)), values),
    )


def _fill(sentences: Sequence[str], values: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(sentence.format_map(values) for sentence in sentences)


def _skills(dice: Dice, role: str, group: str) -> tuple[list[str], list[str]]:
    """Skills required and preferred; a role's own row of the table wins over its group's."""
    chances: dict[str, tuple[float, float]] = {}
    for asked_by in (group, role):
        for row in table("skills_asked"):
            if row["asked_by"] == asked_by:
                chances[row["skill"]] = (float(row["required"]), float(row["preferred"]))
    needs, wishes = [], []
    for skill, (must, may) in chances.items():
        if dice.share(must):
            needs.append(skill)
        elif dice.share(may):
            wishes.append(skill)
    return dice.some(needs, 12), dice.some(wishes, 6)


def _lines(dice: Dice, language: str, section: str, skills: Sequence[str]) -> list[str]:
    """Skills spread over list items of one to three."""
    lines = []
    most = 3 if section == "require" else 2
    rest = list(skills)
    while rest:
        batch = [rest.pop() for _ in range(min(len(rest), dice.between(1, most)))]
        pattern = dice.one(phrases(language, f"{section}{len(batch)}"))
        lines.append(pattern.format_map({**dict(zip("abc", batch, strict=False)), "n": "{n}"}))
    return lines


def pay_sentence(dice: Dice, language: str, offer: Offer) -> str:
    """The offer in words, in the advert's language; in English where that has no words for it."""
    section = {"from": "pay_from", "upto": "pay_upto", "doe": "pay_doe"}.get(offer.kind, f"pay_{offer.period}")
    if offer.is_net and offer.kind == "range":
        section = "pay_net"
    elif offer.currency == "INR" and offer.kind == "range" and dice.share(0.6):
        section = "pay_lpa"
    fitting = phrases(language, section)
    if offer.kind in ("from", "upto") and not any(_says_period(text, offer.period) for text in fitting):
        fitting = ()
    if not fitting:
        language, fitting = "en", phrases("en", section)
    return dice.one(fitting).format(
        low=money(language, offer.written, offer.low),
        high=money(language, offer.written, offer.high),
        low_lakh=_lakh(offer.low),
        high_lakh=_lakh(offer.high),
        period=offer.period,
    )


def _says_period(pattern: str, period: str) -> bool:
    words = {"year": ("Jahr", "an.", "{period}"), "month": ("mes", "mês", "mies", "{period}"), "hour": ("{period}",)}
    return any(word in pattern for word in words[period])


def _lakh(amount: int) -> str:
    return f"{amount / 100_000:.1f}".removesuffix(".0")


def money(language: str, unit: str, amount: int) -> str:
    """An amount as adverts in a language write it; `unit` is a currency or "USD abroad"."""
    currency = unit.removesuffix(" abroad")
    rows = [row for row in table("money") if row["language"] == language and row["currency"] in (unit, "*")]
    row = rows[0]
    digits = f"{amount:,}".replace(",", row["separator"])
    return row["pattern"].format(currency=currency, amount=digits, ten_thousands=amount // 10_000)
