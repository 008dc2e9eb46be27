"""Find pay in an advert's prose.

An amount (`amounts.py`) is pay only if something says so: a pay word that governs it, a heading above it, an earlier
amount that it continues, a period next to it, or its place at the start of a headline's segment. The meanings of words
are listed in lookups/pay/pay_words.csv. Amounts of funding, revenue, budgets, perks, signing and referral bonuses are
not pay.

Nothing is guessed: a currency or period that is not stated stays None. `complete_pay` (`normalisation.py`) adds what
the country's norms imply, and marks it as inferred.
"""

from __future__ import annotations

import functools
import html
import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from transforms.pay.amounts import Range, ranges_in
from transforms.pay.currency import codes, legal_tender, resolve_currency
from transforms.pay.normalisation import replace_columns, usual_period
from transforms.pay.range_grammar import joint_of
from transforms.pay.scope import Tie, tie_of
from transforms.pay.vocabulary import Hit, Word, can_be_known, hits_in, line_end, may_be_void
from transforms.records.rows import Pay
from transforms.records.vocabulary import INVOICE, OTHER_PERIODS, PER_YEAR

CLAUSE = 240
"""Number of characters before an amount that are searched for a governing word: about two long lines of an advert."""
TAIL = 80
"""Number of characters after an amount that are searched for its period, tax and kind."""
PERK = 40
"""Number of characters that are searched for a perk after an amount with a period but no pay word: "$900/month gym
stipend"."""
HEADING = 90
"""Maximum number of characters in a line that is read as a heading."""
HEADING_REACH, HEADING_LINES = 400, 4
"""Numbers of characters and of lines above an amount that are searched for its heading."""
LIST_REACH = 200
"""Maximum number of characters between two amounts of a list."""
SHORT_TEXT = 160
"""Maximum length of a text that is read as a pay field: its amounts are pay unless a word says otherwise."""
FEW_WORDS = 8
"""Maximum number of words before an amount for which a period next to the amount is enough evidence."""
MIN_HEADLINE = 10_000
"""A bare number in a headline is pay from five figures on; smaller numbers count other things."""
MIN_INDIRECT_USD, MIN_INDIRECT_TIMED_USD = 10_000.0, 6_000.0
"""Rough US dollars a year below which an amount is a perk unless a word directly calls it pay: for amounts without a
stated period, and with one. Applied to strong currencies only.
"""
MAX_NUMBER = 1e12
MAX_USD, MAX_MILLIONS_USD = 5e6, 3e6
"""Rough US dollars above which no amount is pay, and from which no amount stated in millions is pay."""
MIN_USD, MIN_WEAK_USD = 1000.0, 50.0
"""Rough US dollars below which a sum without a period is pay only if a word calls it pay: in strong currencies, and in
weak currencies (where pay is monthly and low).
"""
MAX_ANNUAL_USD = 2e6
"""Rough US dollars a year up to which an amount with a period is pay without a pay word."""
MAX_OTHER_USD = 500e3
"""Rough US dollars a year above which a period such as two weeks says when a year's pay is paid out, not what it is
for: "$95,000 (biweekly)".
"""
MIN_ANNUAL_USD = 500.0
"""Rough US dollars a year below which an amount is pay only if a word calls it pay. If an amount in `$` would be below
this in a weak local currency, the sign means another currency.
"""
STRONG = 20.0
"""A currency is strong if a US dollar buys fewer units of it than this: nobody is paid millions in a
strong currency.
"""
THOUSAND, MILLION = 1e3, 1e6
PESO = 1000.0
"""Rough units per US dollar of the pesos that are also written `$` (Chile, Argentina, Colombia)."""
SOUTH_ASIAN = (1e5, 1e7)
"""Lakh and crore, the units of rupees and taka."""
FIRST_WORDS = 3
"""Number of words at the start of a sentence that are searched for its subject."""
TITLE = 8
"""Number of words and marks before an amount that are searched for a role or level of a job title."""
SUBJECT = 6
"""Number of words before "paid" that are searched for a subject such as bonus or commission."""
CONTINUED = (0.2, 5.0)
"""An amount that continues a list is between these multiples of the amount before it."""
MAX_BONUS, MAX_EQUITY, MAX_BARE_EQUITY = 100.0, 25.0, 5.0
"""Maximum percentages of a bonus, of equity that a word calls equity, and of equity without such a word."""
CASH = ("base", "on_target_earnings", "total_compensation")
"""Components that make up a whole year's pay; other components are added to them."""
ADDED = ("bonus", "commission", "equity")

_SENTENCE = re.compile(
    r"[.!?;\n•|](?:(?<=[\n•|])|(?<=;) |(?:(?<=[\w)%\"”’'][a-z0-9)%\"”’'][.!?])|(?<=[A-Z]{2}[.!?]))"
    r"[.!?]*[)\"”’']*\s+(?=[^a-z\s]))"
)
_SENTENCE_OR_SLASHES = re.compile(_SENTENCE.pattern + r"|\s//\s")
"""Ends of sentences, and slashes between sentences. `_SENTENCE` is faster, because it begins with a character."""
_ABBREVIATIONS = (
    *("approx", "ca", "min", "max", "excl", "incl", "vs", "etc", "avg", "est", "no", "Sr", "Jr", "St", "Dr", "Rs"),
    *("Fr", "mind", "inkl", "zzgl", "lt", "gem", "ok", "tys", "mies"),
)
_ABBREVIATED = re.compile(rf"\b(?:{'|'.join(_ABBREVIATIONS)})$")
_SENTENCE_ENDS = ".!?)\"”’'"
_SEPARATOR = re.compile(r"\n|\||•|·|\s[-–—*]{1,2}\s|\(|;|//|: |\t|—|={2,}|[.!?]\s|,\s")
_ENDED = re.compile(r"\+?\s*(?:$|[\n|•·+)(,;.–—-])")
_MARKUP = re.compile(r"<[^<>]{0,500}>")
_ENTITY = re.compile(r"&(?:#\d{1,6}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,8});")
_PERCENT = re.compile(
    r"([0-9]{1,3}(?:[.,][0-9]{1,4})?)\s?%?(?:\s?(?:-|–|—|~|to)\s?([0-9]{1,3}(?:[.,][0-9]{1,4})?)\s?)?$"
)
_SHARED = (
    *("bonus", "equity", "stock", "option", "commission", "variab"),
    *("prime", "provision", "shares", "rsu", "esop", "vsop", "bspce"),
)
"""Parts of words for bonus, commission and equity. A quick search for them tells whether a percentage needs reading."""
_PLACE_AFTER = re.compile(r"\s?\(?(?:in|for) (?:[A-Z][\w.’'-]*,? ?){1,5}\)? ?(?=[^\W\dA-Z]|/)")
"""A place between an amount and its period: "in Austin, TX" in "$60,000 in Austin, TX per year"."""
_NEXT_SUM = re.compile(r"\s?:?\s?(?:of |up to )?[$€£¥₹]")
"""A sum right after a word. The word then belongs to that sum: "base" in "$300k (base $180k)"."""
_INVOICED = re.compile(r"\b(?:B2B|C2C|faktur\w+)\b|(?:\+|plus|zzgl\.?) ?(?:VAT|MwSt|USt|IVA|TVA)\b", re.IGNORECASE)
_MONEY = "$€£¥₹₩₺₽₴₱₫₪฿₦"
_MONEY_SIGN = re.compile("[$€£¥₹₩₺₽₴₱₫₪฿₦]")
_MARKS_BETWEEN = "()（）[]/-–—,*·×"
"""Marks that may stand between an amount and the words that describe it."""
_SAME_PAY = ("or", "/", "|", ",", "oder", "ou", "o")


class _Before(NamedTuple):
    """The words before an amount in its clause, and what they say.

    - `size`: number of characters from the start of the clause to the amount
    - `governing`: the word that says what the amount is
    - `is_direct`: whether only small words stand between the governing word and the amount
    - `period`: the period that an adjective of the clause names ("annual salary")
    """

    size: int
    hits: Sequence[Hit]
    governing: Word | None
    is_direct: bool
    period: str | None

    @property
    def leading(self) -> Word | None:
        return self.governing if self.is_direct and self.governing and self.governing.kind == "pay" else None


class _After(NamedTuple):
    period: str | None
    other_period: str | None
    tax: str | None
    months: int | None
    component: str | None
    is_not_pay: bool
    bound: str | None
    end: int


class _Evidence(NamedTuple):
    """Why an amount is taken for pay, the component that it is, and the period that comes with the evidence.

    `kind` is `after` (a word after the amount), `direct` (a word right before it), `clause` (a word further before it),
    `heading`, `list` (the amount continues an earlier amount), `field`, `headline` or `period`.
    """

    kind: str
    component: str
    period: str | None = None


class _AmountBefore(NamedTuple):
    pay: Pay
    start: int
    end: int
    high: float
    currencies: frozenset[str]


class _Site(NamedTuple):
    """An amount in its text, with the words around it.

    The clause of the amount begins at `begin`. `per_usd` is the rough number of units of the amount's currency per US
    dollar.
    """

    text: str
    amount: Range
    begin: int
    before: _Before
    after: _After
    is_open: bool
    per_usd: float
    usual_period: str | None


class _Claim(NamedTuple):
    site: _Site
    evidence: _Evidence
    period: str | None
    follows_pay: bool

    @property
    def usd(self) -> float:
        return self.site.amount.high / self.site.per_usd


def pay_in(text: str, *, country: str | None = None) -> tuple[Pay, ...]:
    """Return all pay that a text states, in order, with offsets; () if the text states none.

    `country` (ISO 3166-1 alpha-2) is the job's country, if structured data gives one. The country decides which
    currency a shared sign such as `$` means. Amounts are as stated, not annualised. Equity is in percent. A bonus
    stated as a percentage of salary has no amounts. Repeated pay is left out. Never raises.

    >>> [(p.low, p.high, p.currency, p.period) for p in pay_in("Salary: €60.000 bis €80.000 pro Jahr")]
    [(60000.0, 80000.0, 'EUR', 'year')]
    """
    plain = _plain(text)
    amounts: list[_AmountBefore] = []
    for amount in ranges_in(plain, country):
        read = _read(plain, amount, amounts, country)
        if read is not None:
            amounts.append(read)
    pays = [each.pay for each in _with_shared_period(plain, amounts)] + list(_shares(plain, amounts))
    if not pays:
        return ()
    by_key: dict[tuple[object, ...], Pay] = {}
    for pay in sorted(pays, key=lambda p: p.start or 0):
        by_key.setdefault((pay.component, pay.low, pay.high, pay.currency, pay.place_text, pay.level_text), pay)
    return tuple(replace_columns(p, pay_text=" ".join(text[p.start : p.end].split())) for p in by_key.values())


def _plain(text: str) -> str:
    """Replace left-over markup, entities, escaped line ends and full-width digits (６００). Offsets do not change."""
    if "&" in text:
        text = _ENTITY.sub(_pad, text)
    if "<" in text:
        text = _MARKUP.sub(lambda m: "\n".ljust(len(m[0])), text)
    if "０" in text or "万" in text or "＄" in text or "￥" in text:
        text = text.translate(_NARROW)
    return text.replace("\\n", "\n ") if "\\" in text else text


_NARROW = str.maketrans("０１２３４５６７８９，．＄￥￡％－", "0123456789,.$¥£%-")


def _pad(entity: re.Match[str]) -> str:
    character = html.unescape(entity[0])
    return character.rjust(len(entity[0])) if len(character) == 1 else entity[0]


def _read(text: str, amount: Range, amounts: Sequence[_AmountBefore], country: str | None) -> _AmountBefore | None:
    currency = resolve_currency(amount.currencies, country, strict=amount.is_local) if amount.currencies else None
    per_usd = _per_usd(amount, currency, country)
    if _is_too_large(amount, per_usd) or (not amount.is_range and _is_negative(text, amount.start)):
        return None
    before = _find_before(text, amount, must_be_named=_is_in_millions(amount, per_usd) or _is_bare(text, amount))
    if before is None:
        return None
    is_open = amount.is_open and not _adds(text, amount.end)
    after = _after(text, amount.end + is_open, amount.end + TAIL)
    usual = usual_period(amount.low, amount.high, currency, country)
    period = _stated_period(text, amount, before, after, usual)
    if len(amount.currencies) > 1 and per_usd >= STRONG and _annual(amount.high / per_usd, period) < MIN_ANNUAL_USD:
        currency, per_usd = None, 1.0  # "$3k a month" in Buenos Aires is not in pesos
    site = _Site(text, amount, amount.start - before.size, before, after, is_open, per_usd, usual)
    last = amounts[-1] if amounts else None
    evidence = _evidence(site, last)
    if evidence is None:
        return None
    period = period or evidence.period or _period_of_same_clause(site, last)
    if period in OTHER_PERIODS and _annual(site.amount.high / per_usd, period) > MAX_OTHER_USD:
        period = "year"
    if not _is_believable(_Claim(site, evidence, period, follows_pay=last is not None)):
        return None
    tie = _tie_of(site, last)
    if tie.country and len(amount.currencies) > 1:
        currency = resolve_currency(amount.currencies, tie.country) or currency
    pay = _make_pay(site, evidence.component, currency, period, tie)
    return _AmountBefore(pay, amount.start, amount.end, amount.high, amount.currencies)


def _stated_period(text: str, amount: Range, before: _Before, after: _After, usual: str | None) -> str | None:
    """Return the period that is stated beside an amount, else the one of its unit, its gap, or an adjective before it.

    Of two periods that one word may mean (Danish "md", month, and Polish "MD", man-day), the usual one of the amount
    is stated.
    """
    if after.other_period and after.other_period == usual:
        return usual
    return after.period or (amount.unit and amount.unit.period) or _gap_period(text, amount) or before.period


def _is_negative(text: str, start: int) -> bool:
    """Whether a minus sign stands right before a single amount, after a word or a mark: "Salary: -5,000".

    A dash that begins a line, or stands after an amount or a job title, is no minus sign.
    """
    sign = start - 1
    if sign < 1 or text[sign] not in "-−":
        return False
    if text[sign - 1] in _MONEY:
        return True
    lead = text[max(0, sign - TAIL) : sign]
    last = lead.rsplit(None, 1)[-1] if lead[-1:] in " \u00a0" and lead.strip() else lead[-1:]
    if "\n" in lead[len(lead.rstrip(" \u00a0")) - 1 :] or any(letter.isdecimal() for letter in last):
        return False
    if last in (":", "(", "=") or last.endswith(":"):
        return True
    return lead[-1:].isspace() and any(hit.of("pay") for hit in hits_in(last))


def _is_too_large(amount: Range, per_usd: float) -> bool:
    largest = max(amount.low, amount.high)
    if amount.high <= 0 or largest > MAX_NUMBER or largest / per_usd > MAX_USD:
        return True
    return _is_in_millions(amount, per_usd) and amount.high / per_usd >= MAX_MILLIONS_USD


def _is_in_millions(amount: Range, per_usd: float) -> bool:
    return amount.unit is not None and amount.unit.factor >= MILLION and per_usd < STRONG


def _find_before(text: str, amount: Range, *, must_be_named: bool) -> _Before | None:
    if must_be_named and not can_be_known(text, amount.start):
        return None
    before = _before(_lead(text, amount.start))
    return None if must_be_named and before.leading is None else before


def _tie_of(site: _Site, last: _AmountBefore | None) -> Tie:
    if _is_graded(site.text, site.amount):
        return Tie()
    floor = last.end if last else 0
    return tie_of(
        site.text, max(site.begin, floor), site.amount.start, max(site.amount.end, site.after.end), floor=floor
    )


def _is_graded(text: str, amount: Range) -> bool:
    """Whether the ends of a range are for different places or levels. Such a range is tied to no place or level."""
    if amount.gap is None:
        return False
    joint = joint_of(text[amount.gap[0] : amount.gap[1]])
    return joint is None or bool(joint.asides) or joint.has_place


def _is_bare(text: str, amount: Range) -> bool:
    is_thousands = amount.unit is not None and amount.unit.factor == THOUSAND
    return not (amount.is_signed or amount.is_range or is_thousands) and len(text) > SHORT_TEXT


def _per_usd(amount: Range, currency: str | None, country: str | None) -> float:
    """Return roughly how many units of the amount's currency a US dollar buys.

    Without a currency sign, the amount is taken to be in the country's currency.
    """
    if currency is None and not amount.is_signed:
        currency = next(iter(legal_tender(country)), None) if country else None
        is_strong = currency is None or (codes().get(currency) or 1.0) < STRONG
        if amount.unit and amount.unit.factor in SOUTH_ASIAN and is_strong:
            currency = "INR"
    if currency is None and len(amount.currencies) > 1 and amount.unit is None and amount.high >= MILLION:
        return PESO  # an amount of seven figures is not in dollars
    return codes().get(currency or "USD") or 1.0


def _annual(amount: float, period: str | None) -> float:
    return amount * (OTHER_PERIODS.get(period or "") or PER_YEAR[period or "year"])


def _evidence(site: _Site, last: _AmountBefore | None) -> _Evidence | None:
    if last is not None and (added := _added_to(site, last)):
        return _Evidence("direct", added)
    after, governing = site.after, site.before.governing
    is_direct = site.before.is_direct and not _is_of_amount_before(site, last)
    if site.amount.unit and site.amount.unit.period:  # LPA is a unit of pay alone
        return _Evidence("direct", governing.value if governing and governing.value in CASH else "base")
    if after.is_not_pay or (governing and governing.kind == "not_pay" and after.component is None):
        return None
    component = governing.value if governing and governing.kind == "pay" else None
    if after.component and not (component and is_direct and after.component not in CASH):
        if after.component != "base" or component is None:
            return _Evidence("after", "commission" if _is_void(site) else after.component)
        return _Evidence("direct" if is_direct else "after", "commission" if _is_void(site) else "base")
    if component:
        return _Evidence("direct" if is_direct else "clause", "commission" if _is_void(site) else component)
    label = _find_label(site.before.hits)
    if label:
        return _Evidence("clause", label)
    return _evidence_of_list(site, last) or _below(site) or _evidence_of_position(site)


def _added_to(site: _Site, last: _AmountBefore) -> str | None:
    """Return the component of an amount that is added to the one before it: "$100,000 + bonus $5,000"."""
    if site.after.component or site.amount.start - last.end > PERK or last.end < site.begin:
        return None
    between = hits_in(site.text[last.end : site.amount.start])
    if not any(_filler(hit) == "add" for hit in between) or any(hit.is_unknown for hit in between):
        return None
    word = next((word for hit in reversed(between) if (word := hit.of("pay"))), None)
    return word.value if word and word.value in ADDED else None


def _is_of_amount_before(site: _Site, last: _AmountBefore | None) -> bool:
    """Whether no word says what an amount is but those that follow the amount before it: "$60,000 base and $20,000"."""
    end = last.pay.end or 0 if last else 0
    if end <= site.begin:
        return False
    return not any(hit.of("pay") for hit in site.before.hits if site.begin + hit.start >= end)


def _period_of_same_clause(site: _Site, last: _AmountBefore | None) -> str | None:
    if last is None or last.end <= site.begin or last.pay.component not in CASH or not last.high:
        return None
    is_like = CONTINUED[0] < site.amount.high / last.high < CONTINUED[1]
    return last.pay.period if is_like and last.currencies == site.amount.currencies else None


def _find_label(before: Sequence[Hit]) -> str | None:
    """Return the component of `ADDED` that the sentence's subject or a label names: "Commission: projected at $30,000".

    The subject is among the first words: "The bonus depends on results and is $20,000".
    """
    begins = (hit.of("pay") for hit in before[:FIRST_WORDS])
    subject = next((word.value for word in begins if word and word.value in ADDED), None)
    if subject:
        return subject
    for hit, follower in itertools.pairwise(before):
        word = hit.of("pay")
        if word and word.value in ADDED and follower.mark == ":":
            return word.value
    return None


def _is_void(site: _Site) -> bool:
    end = site.amount.start
    start = _line_start(site.text, end, max(0, end - CLAUSE))
    return may_be_void(site.text[start:end]) and any(h.of("void") for h in hits_in(site.text[start:end]))


def _evidence_of_list(site: _Site, last: _AmountBefore | None) -> _Evidence | None:
    """Return the evidence that an amount continues a list of pay.

    The amount must be of similar size to the amount before it, and no other money may be named between them. In another
    currency, it must be more than half of the amount before it.
    """
    if last is None or site.amount.start - last.end > LIST_REACH or not last.high:
        return None
    same = last.currencies == site.amount.currencies or bool(last.currencies & site.amount.currencies)
    scale = site.amount.high / last.high
    if not CONTINUED[0] < scale < CONTINUED[1] or not (same or scale > 0.5):
        return None
    between = hits_in(site.text[last.end : site.amount.start])
    if _has_not_pay(between):
        return None
    return _Evidence("list", last.pay.component if last.pay.component in CASH else "base", last.pay.period)


def _below(site: _Site) -> _Evidence | None:
    text, begin = site.text, site.begin
    for hits, size in _headings(text, begin):
        words = (w for h in reversed(hits) for w in h.words if w.kind in ("pay", "not_pay") and w.reach == "clause")
        word = next(words, None)
        if word is not None:
            is_pay = word.kind == "pay"
            return _Evidence("heading", word.value, _adjective(hits, size)) if is_pay else None
    return None


def _headings(text: str, begin: int) -> Iterator[tuple[Sequence[Hit], int]]:
    """Yield words and length of each line above an offset that may be a heading, the nearest first.

    The part of the offset's own line before the offset counts as a line, unless this part holds "|".
    """
    stop = max(0, begin - HEADING_REACH)
    end = begin if "|" not in text[_line_start(text, begin, stop) : begin] else _line_start(text, begin, stop)
    for _ in range(HEADING_LINES):
        end = stop + len(text[stop:end].rstrip())
        if end <= stop:
            return
        start = _line_start(text, end, stop)
        if end - start <= HEADING or text[end - 1] == ":":
            yield hits_in(text[start:end]), end - start
        end = start


def _line_start(text: str, offset: int, floor: int) -> int:
    return max(text.rfind("\n", floor, offset) + 1, floor)


def _evidence_of_position(site: _Site) -> _Evidence | None:
    text, amount, after, before = site.text, site.amount, site.after, site.before.hits
    has_not_pay = _has_not_pay(before)
    is_alone = _is_alone(site)
    annual = _annual(amount.high / site.per_usd, after.period or site.usual_period)
    if annual < MIN_HEADLINE and _follows_other_money(text, site.begin):
        return None
    if len(text) <= SHORT_TEXT and not has_not_pay:
        is_bare = not amount.is_signed and amount.unit is None
        return _Evidence("field", "base") if amount.is_signed or (is_alone and not (is_bare and before)) else None
    is_threshold = site.is_open and not amount.is_range
    if is_alone and (amount.is_signed or _is_headline_of_thousands(site)) and not (is_threshold and _is_aside(before)):
        return _Evidence("headline", "base")
    if after.period and after.tax and amount.is_range and not has_not_pay:
        return _Evidence("after", "base")  # "30K a 36K brutos anuales"
    if after.period and amount.is_signed and len(before) <= FEW_WORDS and not has_not_pay and not is_threshold:
        is_perk = _has_not_pay(hits_in(text[after.end : line_end(text, after.end, after.end + PERK)]))
        return _Evidence("period", "base") if annual <= MAX_ANNUAL_USD and not is_perk else None
    return None


def _is_aside(before: Sequence[Hit]) -> bool:
    """Whether a bracket opens before an amount and follows no job title: "closing large deals ($250k+)"."""
    return bool(before) and before[-1].mark == "(" and not _is_titled(before)


def _follows_other_money(text: str, begin: int) -> bool:
    if ";" not in text[max(0, begin - 2) : begin]:
        return False
    return _has_not_pay(hits_in(text[_line_start(text, begin, max(0, begin - CLAUSE)) : begin]))


def _is_alone(site: _Site) -> bool:
    """Whether an amount begins a segment of a headline: "Berlin | $120k-$150k + equity | Remote"."""
    amount = site.amount
    lead = site.text[max(0, amount.start - 40) : amount.start]
    cut = 0
    for match in _SEPARATOR.finditer(lead):
        cut = match.end()
    if cut == 0 and amount.start > len(lead):
        return False
    hits = hits_in(lead[cut:])
    if any(h.is_unknown or (h.words and not (h.of("bound") or h.of("filler") or h.of("level"))) for h in hits):
        return False
    if amount.is_range or site.after.component:
        return True
    end = max(amount.end, site.after.end)
    return _ENDED.match(site.text[end : end + 3]) is not None


def _is_headline_of_thousands(site: _Site) -> bool:
    amount = site.amount
    if amount.unit is None or amount.unit.factor != THOUSAND or amount.low < MIN_HEADLINE:
        return False
    floor = max(0, amount.start - CLAUSE)
    return (
        site.after.component is not None or "|" in site.text[_line_start(site.text, amount.start, floor) : amount.start]
    )


def _is_believable(claim: _Claim) -> bool:
    return all(claim.evidence.kind in rule.enough for rule in _DOUBTS if rule.applies(claim))


def _is_bare_claim(claim: _Claim) -> bool:
    return not claim.site.amount.is_signed and claim.evidence.component in CASH


def _is_small_without_period(claim: _Claim) -> bool:
    return claim.period is None and claim.usd < (MIN_USD if claim.site.per_usd < STRONG else MIN_WEAK_USD)


def _has_money_sign(claim: _Claim) -> bool:
    return _MONEY_SIGN.search(claim.site.text, claim.site.amount.start, claim.site.amount.end) is not None


def _is_small_for_a_year(claim: _Claim) -> bool:
    minimum = MIN_INDIRECT_TIMED_USD if claim.period else MIN_INDIRECT_USD
    is_strong_cash = claim.site.per_usd < STRONG and claim.evidence.component in CASH
    return is_strong_cash and _annual(claim.usd, claim.period or claim.site.usual_period) < minimum


def _is_labelled(site: _Site) -> bool:
    """Whether a level, role or place stands right before an amount, or a level in brackets after: "Senior $110k"."""
    words = next((hit.words for hit in reversed(site.before.hits) if hit.words or hit.is_unknown), ())
    tail = site.text[site.amount.end : site.amount.end + PERK].lstrip()
    if tail.startswith("("):
        words += next((hit.words for hit in hits_in(tail[1:].split(")", 1)[0])), ())
    return any(word.kind in ("level", "role") or word.value == "place" for word in words)


class _Doubt(NamedTuple):
    name: str
    applies: Callable[[_Claim], bool]
    enough: tuple[str, ...]


_DOUBTS = (
    _Doubt("no currency, and not cash", lambda c: not c.site.amount.is_signed and c.evidence.component not in CASH, ()),
    _Doubt(
        "one figure without a currency",
        lambda c: _is_bare_claim(c) and not c.site.amount.is_range,
        ("direct", "field", "headline"),
    ),
    _Doubt(
        "a range without a currency",
        lambda c: _is_bare_claim(c) and c.site.amount.is_range,
        ("direct", "field", "headline", "heading", "after"),
    ),
    _Doubt("millions", lambda c: _is_in_millions(c.site.amount, c.site.per_usd), ("direct",)),
    _Doubt(
        "too many millions",
        lambda c: _is_in_millions(c.site.amount, c.site.per_usd) and c.usd >= MAX_MILLIONS_USD,
        (),
    ),
    _Doubt(
        "small, without a period",
        lambda c: _is_small_without_period(c) and not _has_money_sign(c),
        ("direct", "after"),
    ),
    _Doubt(
        "small, with a sign but no period",
        lambda c: _is_small_without_period(c) and _has_money_sign(c),
        ("direct", "after", "field"),
    ),
    _Doubt(
        "too little for a year",
        lambda c: bool(c.period) and c.evidence.component == "base" and _annual(c.usd, c.period) < MIN_ANNUAL_USD,
        ("direct",),
    ),
    _Doubt("small for a year", _is_small_for_a_year, ("direct", "after", "field")),
    _Doubt(
        "one more figure of a sentence, without a period",
        lambda c: c.follows_pay and not c.site.amount.is_range and c.period is None and not _is_labelled(c.site),
        ("after", "direct", "heading", "list", "field", "headline", "period"),
    ),
)


def _make_pay(site: _Site, component: str, currency: str | None, period: str | None, tie: Tie) -> Pay:
    amount, after, before = site.amount, site.after, site.before.hits
    bound = None if amount.is_range else _bound_before(before) or after.bound or ("low" if site.is_open else None)
    tax = after.tax or next((w.value for h in reversed(before) for w in h.words if w.kind == "tax"), None)
    if tax == "net" and _INVOICED.search(site.text, site.begin, max(amount.end, after.end) + len(" for B2B)")):
        tax = INVOICE  # net of VAT, which says nothing about income tax
    months = next((w.value for h in reversed(before) for w in h.words if w.kind == "months"), None)
    factor = OTHER_PERIODS.get(period or "", 1.0)
    period = "year" if period in OTHER_PERIODS else period
    is_misgrouped = amount.is_misgrouped
    return Pay(
        component=component,
        low=None if bound == "high" or is_misgrouped else amount.low * factor or None,
        high=None if bound == "low" or is_misgrouped else amount.high * factor,
        currency=currency,
        period=period,
        period_reading="parsed" if period else None,
        tax=tax,
        months=after.months or (int(months) if months else None),
        place_text=tie.place_text,
        country=tie.country,
        level_text=tie.level_text,
        flag="digits_misgrouped" if is_misgrouped else None,
        start=amount.start,
        end=max(amount.end, after.end),
    )


# --- words before an amount -------------------------------------------------------------------------


def _lead(text: str, start: int) -> str:
    floor = max(0, start - CLAUSE)
    begin = _line_start(text, start, floor)
    if text[floor:begin].rstrip().rstrip(_SENTENCE_ENDS).endswith(_ABBREVIATIONS):
        begin = floor
    return text[begin:start]


@functools.lru_cache(maxsize=1024)
def _before(lead: str) -> _Before:
    begin = 0
    for match in (_SENTENCE_OR_SLASHES if "//" in lead else _SENTENCE).finditer(lead):
        if match[0][0] == "." and _ABBREVIATED.search(lead, 0, match.start()):
            continue
        begin = match.end()
    clause = lead[begin:]
    hits = hits_in(clause)
    return _Before(len(clause), hits, *_find_governing_word(hits), _adjective(hits, len(clause)))


def _find_governing_word(before: Sequence[Hit]) -> tuple[Word | None, bool]:
    """Return the nearest word that says what an amount is, and whether only small words stand between word and amount.

    A word of reach `near` (a bonus, equity) counts only directly before the amount. In "base salary, excluding bonus,
    of ...", the governing word is therefore "base salary". A word in brackets counts only if no word outside brackets
    counts.
    """
    is_titled = _is_titled(before)
    is_direct = is_near = True
    depth = 0
    aside: tuple[Word, bool] | None = None
    for index in range(len(before) - 1, -1, -1):
        hit = before[index]
        if hit.mark in ("(", ")"):
            depth = max(0, depth + (1 if hit.mark == ")" else -1))
            is_near = is_near and hit.mark == "("
        leads = is_near and is_direct and not (index and _filler(before[index - 1]) in ("with", "add"))
        word = next((w for w in hit.words if _may_govern(w, is_near=leads, is_titled=is_titled)), None)
        if word is not None:
            if word == Word("pay", "base", "clause") and index:
                word = before[index - 1].of("pay") or word  # "OTE range", "bonus pay"
            if hit.of("verb"):
                word = _subject(before[max(0, index - SUBJECT) : index]) or word
            if depth == 0:
                return word, is_direct
            aside = aside or (word, is_direct)
        if depth == 0 and (hit.is_unknown or _filler(hit) == "add"):
            is_direct = False
        is_near = is_near and hit.mark != ","
    return aside or (None, False)


def _subject(before: Sequence[Hit]) -> Word | None:
    words = [hit.of("pay") for hit in before]
    return next((w for w in reversed(words) if w and w.value in ADDED), None)


def _may_govern(word: Word, *, is_near: bool, is_titled: bool) -> bool:
    if word.kind not in ("pay", "not_pay") or (is_titled and word.value == "title"):
        return False
    return word.reach in ("clause", "before") or (word.reach == "near" and is_near)


def _is_titled(before: Sequence[Hit]) -> bool:
    """Whether a job title stands right before the amount ("Data Pipeline Engineer - $", "Talent Acquisition Lead ($").

    In a title, words such as "pipeline" or "acquisition" do not mean money.
    """
    if not before or before[-1].mark not in ("-", "–", "—", "(", ":"):
        return False
    return any(h.of("role") or h.of("level") for h in before[-TITLE:])


def _filler(hit: Hit) -> str | None:
    """Return what a small word does; None for other words.

    The values are "add" (plus), "with" (including), "stop" (for), "place" (the word stands for a place), and ""
    (nothing).
    """
    word = hit.of("filler")
    return word.value if word else None


def _has_not_pay(hits: Sequence[Hit]) -> bool:
    return any(w.kind == "not_pay" and w.reach != "after" for h in hits for w in h.words)


def _bound_before(before: Sequence[Hit]) -> str | None:
    for hit in reversed(before[-5:]):
        if bound := hit.bound("before"):
            return bound
        if hit.is_unknown or (hit.words and not (hit.of("filler") or hit.of("tax"))):
            return None
    return None


def _adjective(hits: Sequence[Hit], end: int) -> str | None:
    """Return the period named by an adjective that is next to a pay word or at the end of the clause.

    For example, the adjective is "annual" in "annual base salary of" and "horaire" in "salaire horaire compris entre".
    """
    for index in range(len(hits) - 1, -1, -1):
        word = hits[index].of("period")
        if word and word.reach == "both":
            is_last = end - hits[index].end <= len(" rate is at ")
            if word.value in OTHER_PERIODS:  # "reviewed quarterly" says nothing of pay
                if any(h.of("pay") for h in hits[max(0, index - 1) : index + 2]):
                    return word.value
            elif is_last or any(h.of("pay") for h in hits[max(0, index - 1) : index + 5]):
                return word.value
    return None


# --- words after an amount --------------------------------------------------------------------------


def _adds(text: str, end: int) -> bool:
    """Whether a plus sign after an amount adds a component (`$90k+ bonus`) instead of leaving the top open."""
    words = [w for h in hits_in(text[end + 1 : end + 24])[:2] for w in h.words]
    return any(w.kind == "extra" or (w.kind == "pay" and w.value not in ("base", "total_compensation")) for w in words)


def _gap_period(text: str, amount: Range) -> str | None:
    return _after(text, amount.gap[0], amount.gap[1]).period if amount.gap else None


def _after(text: str, end: int, stop: int) -> _After:
    stop = line_end(text, end, stop)
    if text[end - 1] == "." and text[end + 1 : end + 2].isupper():
        end -= 1  # "$170,000 USD. Base salary": the full stop ends the sentence, not the currency
    next_sum = _NEXT_SUM.match(text, stop)
    after = _read_after(text[end:stop], next_sum[0] if next_sum else "")
    place = _PLACE_AFTER.match(text, end, stop) if after.period is None else None
    if place:
        after = after._replace(period=_read_after(text[place.end() : stop], "").period)
    return after._replace(end=end + after.end)


@functools.lru_cache(maxsize=1024)
def _read_after(line: str, next_sum: str) -> _After:
    """Return what the words after an amount say, and where these words end.

    Reading stops at the end of the line or sentence, at an unknown word, and at words that add something else.
    `next_sum` is the sum right after the line, or "".
    """
    values: dict[str, str] = {}
    end = 0
    for hit in hits_in(line):
        if _begins_sentence(line, hit):
            break
        if hit.mark and not hit.words:
            if hit.mark not in _MARKS_BETWEEN:
                break
            continue
        facts = [w for w in hit.words if w.kind in ("period", "tax", "months")]
        if facts and _is_abbreviation_apart(line, hit):
            break  # "..., PM ($150k)" is a product manager
        for word in facts:
            if word.value != values.setdefault(word.kind, word.value) and word.kind == "period" and hit.start <= end:
                values.setdefault("other_period", word.value)
        kind = next((w for w in hit.words if w.kind in ("pay", "not_pay") and w.reach != "before"), None)
        bound = hit.bound("after")
        if kind is not None:
            if "component" in values or "," in line[: hit.start] or _NEXT_SUM.match(line + next_sum, hit.end):
                break
            values["component" if kind.kind == "pay" else "not_pay"] = kind.value
            if kind.kind == "not_pay":
                break
        elif bound and not facts:
            values.setdefault("bound", bound)
        elif _filler(hit) in ("", "place") or (hit.of("level") and line[: hit.start].endswith("(")):
            continue
        elif not facts:
            break
        end = hit.end
    months = values.get("months")
    return _After(
        period=values.get("period"),
        other_period=values.get("other_period"),
        tax=values.get("tax"),
        months=int(months) if months else None,
        component=values.get("component"),
        is_not_pay="not_pay" in values,
        bound=values.get("bound"),
        end=end,
    )


def _begins_sentence(line: str, hit: Hit) -> bool:
    return line[: hit.start].endswith(". ") and line[hit.start].isupper()


def _is_abbreviation_apart(line: str, hit: Hit) -> bool:
    is_apart = "," in line[: hit.start] or ")" in line[: hit.start]
    return is_apart and hit.end - hit.start < len("year") and line[hit.start].isalpha()


# --- more than one ----------------------------------------------------------------------------------


def _with_shared_period(text: str, amounts: list[_AmountBefore]) -> list[_AmountBefore]:
    for index in range(len(amounts) - 1, 0, -1):
        first, second = amounts[index - 1], amounts[index]
        if first.pay.period or not second.pay.period or second.start - first.end > TAIL:
            continue
        if text[first.end : second.start].strip(" \n()~≈") in _SAME_PAY:
            pay = replace_columns(first.pay, period=second.pay.period, period_reading="parsed")
            amounts[index - 1] = first._replace(pay=pay)
    return amounts


def _shares(text: str, amounts: Sequence[_AmountBefore]) -> Iterator[Pay]:
    """Yield pay stated in percent: equity, and bonuses as a percentage of salary (without amounts)."""
    ends = {offset for each in amounts if each.pay.component == "base" for offset in (each.end, each.pay.end)}
    at = text.find("%")
    while at >= 0:
        around = text[max(0, at - TAIL) : at + TAIL].casefold()
        share = _PERCENT.search(text, max(0, at - 24), at) if ends or any(map(around.__contains__, _SHARED)) else None
        follows_pay = share is not None and _follows(text, share.start(), ends)
        if share and (follows_pay or any(map(around.__contains__, _SHARED))):
            pay = _share(text, share, at + 1, follows_pay=follows_pay)
            if pay is not None:
                yield pay
        at = text.find("%", at + 1)


def _follows(text: str, start: int, ends: set[int | None]) -> bool:
    return any(not text[start - back : start].strip(" +,•|·(\n") for back in range(5) if start - back in ends)


def _share(text: str, share: re.Match[str], end: int, *, follows_pay: bool) -> Pay | None:
    low = float(share[1].replace(",", "."))
    high = float((share[2] or share[1]).replace(",", "."))
    if text[end : end + 1] in ("-", "–", "—", "~") or text[end : end + 3] in (" - ", " – ", " to"):
        return None  # the first end of a range, which is read at its second end
    after = _after(text, end, end + TAIL)
    leading = _before(_lead(text, share.start())).leading
    component = after.component or (leading.value if leading else None)
    if after.is_not_pay:
        return None
    maximum = MAX_EQUITY if component == "equity" else MAX_BARE_EQUITY if follows_pay and not component else 0.0
    if low <= high < maximum:
        return Pay(component="equity_percent", low=low or None, high=high, start=share.start(), end=max(end, after.end))
    if component in ("bonus", "commission") and high < MAX_BONUS:
        return Pay(component=component, start=share.start(), end=max(end, after.end))
    return None
