"""Amounts of money as written: numbers with sign, unit and currency, joined to ranges.

The text is searched once for numbers; only what stands directly at a number is looked at. Numbers may be grouped by
comma, point, space or apostrophe, the Indian way (12,00,000) and with either decimal sign; units such as k, lakh or
million are rows of lookups/pay/pay_units.csv. Whether an amount is pay is decided in `prose.py`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import NamedTuple

from transforms.pay.currency import codes, currencies_of, first_words, legal_tender, local_currencies_of, tender_of
from transforms.pay.range_grammar import Joint, is_scale, joint_of, makes_range
from transforms.pay.vocabulary import line_end
from transforms.text.lookups import cells_of

MAX_NUMBER = 24
"""Characters of the longest number read; more digits are identifiers."""
MAX_GAP = 60
"""Characters that may stand between the two ends of a range."""
MIN_SUM = 1000
"""A bare number below this is no sum of money by itself; it may be one end of a range."""
MAX_SIGN = 24
"""Characters before a number that its sign, or code and sign, may take."""
MAX_NAME = 80
"""Characters after a number that its unit and the names of its currency may take."""
YEARS = range(1900, 2101)
"""Four digits in this range are a year unless a currency or unit stands at them."""

_SPACE = "[ \u00a0\u202f\u2009]"
_WIDE = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_NUMBER = re.compile(
    "[0-9](?:"
    # 120,000  60.000  60 000  1'234  and "45¿000", a narrow space that a French source lost
    "[0-9]{0,2}([.,'’´`¿ \u00a0\u202f\u2009])[0-9]{3}(?:\\1[0-9]{3}){0,4}(?![0-9]|[.,][0-9]{3})"
    "|[0-9]?(?:,[0-9]{2}){1,4},[0-9]{3}(?![0-9])"  # 12,00,000
    "|[0-9]*"
    ")(?:[.,][0-9]{1,2}(?![0-9]))?(?:[.,][-–—](?![0-9]))?"  # 6'500.– 3.500,-
)
_SPACED = re.compile(", ([0-9]00)(?![0-9])")
"""The rest of a number with a slip of the pen, "$55, 000"; only after a currency sign."""
_CENTS = re.compile("([€£])([0-9]{2})(?![0-9]|[.,][0-9])")
"""The rest of a number behind its sign, as in French: "13€50"."""
_LARGE = re.compile(" ?(million|billion|trillion|M|B)\\b")
"""What may follow the plus of "$85+ million"."""
_CODE_BEFORE = re.compile(f"\\b([A-Z]{{2,3}}){_SPACE}$")
"""A code apart from its sign: "AUD $120k"."""
_NEXT = re.compile(f"{_SPACE}?[0-9]")
_ALTERNATIVE = re.compile("/([A-Z]{3})\\b")
"""A second currency: "CAD/USD"."""
_SIGN_BEFORE = re.compile(f"([^\\s0-9()\\[\\]:~≈<>=,;|*+_–—\\-]{{1,8}})(?:\\)?:|\\))?{_SPACE}{{0,2}}[~≈[]?{_SPACE}?$")
_WORDS_AFTER = re.compile(
    f"{_SPACE}{{0,2}}\\(?(?:in |de )?((?:[^\\W\\d_]|[.$€£¥₹₩₺₽₴₱₫₪฿₦])(?:[^\\s0-9()\\[\\],;:|+*<>=~\\-–—/…]{{0,11}}))"
    f"(?:{_SPACE}([^\\W\\d_]{{2,12}}))?(?:{_SPACE}([^\\W\\d_]{{2,12}}))?"
)
_DASHES = ("-", "–", "—")
_QUOTED = ".'\"”"
"""What may end a word that names a currency."""
_BETWEEN_SIGN = " \u00a0\u202f\u2009~≈:)[\n"
"""What may stand between a sign and its number; `$` in an expression lets one line end pass."""
_MONEY = "$€£¥₹₩₺₽₴₱₫₪฿₦"
_BEFORE_NAME = f" \u00a0\u202f\u2009(.{_MONEY}"
"""Besides letters, what may follow a number that a unit or currency belongs to."""
_WORD_AFTER = re.compile(f"{_SPACE}{{0,2}}\\(?(in |de )?(\\S{{1,16}})")
_FIRST_WORD = re.compile("(?:[^\\W\\d_]|[.$€£¥₹₩₺₽₴₱₫₪฿₦])(?:[^\\s0-9()\\[\\],;:|+*<>=~\\-–—/…]{0,11})")
_NO_DIGIT = re.compile("[^0-9.,]")
_BETWEEN = re.compile(
    r"(?:between|entre|zwischen|tra|fra|tussen|mellom|mellan|mellem|między|mezi|medzi|from|von|ranges?|між|между|între)"
    r"\W{1,3}$",
    re.IGNORECASE,
)
"""What makes an "and" join a range."""
_BULLET = re.compile(r"\n\s*[-*•]{1,2} (?!\s*\n)")
_COUNTED = re.compile(
    r"\s?(?:%|x\b|\+?\s?(?:hours?|hrs|years?|yrs|days?|weeks?|months?|minutes?|people|employees"
    r"|Stunden|Jahre|Tage|ans|heures)\b)"
)
"""What a second number counts when it is no money: "$20 - 40 hours"."""
_NONE: frozenset[str] = frozenset()
"""No currency."""


class Unit(NamedTuple):
    """What a unit is worth, and the currency and period it names, if it does (LPA)."""

    factor: float
    currency: str | None
    period: str | None


class Amount(NamedTuple):
    """One number with what stands at it. `start` and `end` cover sign, number, unit and currency.

    `currencies` are all that its signs may stand for; `is_local`: a letter that is one only where it is legal tender.
    `is_signed`: a currency is named; `is_sum`: it may be money by itself. `is_open`: a plus stands directly after.
    """

    start: int
    end: int
    number: float
    unit: Unit | None
    currencies: frozenset[str]
    is_local: bool
    is_signed: bool
    is_sum: bool
    is_open: bool


class Range(NamedTuple):
    """One amount, or two or three joined; `low` and `high` in units of currency. `gap` lies between the ends."""

    start: int
    end: int
    low: float
    high: float
    is_range: bool
    currencies: frozenset[str]
    is_local: bool
    is_signed: bool
    is_open: bool
    unit: Unit | None
    gap: tuple[int, int] | None
    last: Amount


def ranges_in(text: str, country: str | None) -> Iterator[Range]:
    """All sums and ranges of a text, in order. Bare numbers that are neither money nor joined to money are left out."""
    first: Amount | None = None
    aside: Amount | None = None
    pair: Range | None = None
    for amount in _amounts(text, country):
        if pair is not None:
            third = _stretch(text, pair, amount)
            yield third or pair
            pair, first = None, None if third else amount
            continue
        pair = _join(text, first, amount) if first is not None else None
        if pair is None and aside is not None and first is not None:
            yield _single(first)
            first, pair = aside, _join(text, aside, amount)
        elif pair is None and first is not None and _is_aside(text, first, amount):
            aside = amount
            continue
        if pair is None:
            if first is not None and first.is_sum:
                yield _single(first)
            first = amount
        aside = None
    if pair is not None:
        yield pair
    elif first is not None and first.is_sum:
        yield _single(first)


def _is_aside(text: str, one: Amount, number: Amount) -> bool:
    """Whether a number is said of a sum in brackets behind it: the 4 of "$140,000 (Level 4) to $180,000"."""
    bracket = max(text.rfind("(", one.end, number.start), text.rfind("[", one.end, number.start))
    return one.is_sum and not number.is_sum and bracket >= 0 and text[one.end : bracket].isspace()


def _amounts(text: str, country: str | None) -> Iterator[Amount]:
    """All amounts a range may be made of: sums, and the nearest other number on either side of one."""
    backlog: list[tuple[int, int]] = []
    last_sum_end = -MAX_GAP - 1
    read = 0
    for start, end, is_sum in _groups(text, country):
        if start < read:
            continue
        if is_sum:
            amount = _amount(text, start, end, country)
            if amount is None:
                continue
            for one in reversed(backlog):
                if start - one[1] > MAX_GAP + MAX_SIGN:
                    break
                if number := _number(text, *one):
                    yield number
                    break
            last_sum_end = read = amount.end
        elif start - last_sum_end <= MAX_GAP:
            amount = _number(text, start, end)
            if amount is None:
                continue
            last_sum_end = -MAX_GAP - 1
        else:
            backlog.append((start, end))
            continue
        backlog.clear()
        yield amount


def _number(text: str, start: int, end: int) -> Amount | None:
    """A number that no sign, unit or currency stands at, as an amount; None when it is part of a word."""
    after = text[end : end + 1]
    number = _value(text[start:end])
    if after.isalpha() or (after in "(-" and number in _named_numbers()):
        return None
    return Amount(
        start=start,
        end=end,
        number=number,
        unit=None,
        currencies=frozenset(),
        is_local=False,
        is_signed=False,
        is_sum=False,
        is_open=after == "+",
    )


def _groups(text: str, country: str | None) -> Iterator[tuple[int, int, bool]]:
    """Where each number begins and ends, and whether it may be a sum; an amount is built of no more than these.

    Most numbers of an advert count years or people: the words beside them are looked up without reading them.
    """
    for start, end, is_plain in _numbers(text):
        size = end - start
        before = text[start - 1] if start else " "
        after = text[end : end + 1] or " "
        is_code = size > 1 and text[start] == "0" and text[start + 1].isdecimal()  # "06440", a postcode
        if size > MAX_NUMBER or after == "%" or before == "#" or is_code:
            continue
        is_large = size > len("999") and not (is_plain and size == len("2026") and int(text[start:end]) in YEARS)
        if is_large or _may_be_signed(text, start, country):
            yield start, end, True
        elif before != "_" and not (before.isalpha() and before < _WIDE[0]):
            yield (
                start,
                end,
                _LARGE.match(text, end + 1) is not None if after == "+" else _may_be_named(text, end, after),
            )


def _numbers(text: str) -> Iterator[tuple[int, int, bool]]:
    """Where each number begins and ends, and whether it is digits alone, without marks between them."""
    digits = _digits(text)
    digits.append(-1)
    length, end, index = len(text), 0, 0
    while digits[index] >= 0:
        start = digits[index]
        index += 1
        if start < end:
            continue
        end = start + 1
        while digits[index] == end:
            end, index = end + 1, index + 1
        after = text[end] if end < length else " "
        is_plain = digits[index] != end + 1 and not (after in ".," and text[end + 1 : end + 2] in _DASHES)
        if not is_plain:
            match = _NUMBER.match(text, start)
            end = match.end() if match else end
        yield start, end, is_plain


def _digits(text: str) -> list[int]:
    """Offsets of all digits, in order. Ten searches for one character each are faster than one for a class."""
    offsets: list[int] = []
    for digit in "0123456789":
        at = text.find(digit)
        while at >= 0:
            offsets.append(at)
            at = text.find(digit, at + 1)
    offsets.sort()
    return offsets


def _may_be_signed(text: str, start: int, country: str | None) -> bool:
    """Whether the word before a number ends with a currency sign: a quick look that misses none."""
    lead = text[start - 13 if start > 13 else 0 : start].rstrip(_BETWEEN_SIGN)
    if not lead[-1:] > " ":
        return False
    words = lead.rsplit(None, 1)  # none of what is white space beyond ASCII
    return bool(words) and _sign_before(words[-1], country)[0] > 0


def _may_be_named(text: str, end: int, after: str) -> bool:
    """Whether a unit or currency may follow a number: a quick look that misses none. `after`: the next character."""
    if not (after in _BEFORE_NAME or after.isalpha()):
        return False
    word = _WORD_AFTER.match(text, end)
    return word is not None and (word[1] is not None or _may_name(word[2]))


def _sign_at(text: str, start: int, before: str, country: str | None) -> tuple[int, frozenset[str], bool, int]:
    """The sign before a number as `_sign_before` tells it, and where it ends; `before` is the character before."""
    if before in _MONEY and text[start - 2 : start - 1] in ("", " ", "\n", "(", "-"):
        return *_sign_before(before, country), start
    if not _may_be_signed(text, start, country):
        return 0, frozenset(), False, start
    sign = _SIGN_BEFORE.search(text, max(0, start - 13), start)
    reading = _sign_before(sign[1], country) if sign else (0, frozenset[str](), False)
    return *reading, sign.end(1) if sign and reading[0] else start


@functools.lru_cache(maxsize=16384)
def _may_name(word: str) -> bool:
    """Whether a unit or currency may begin with a word after a number, in any country."""
    if _units()[0].match(word):
        return True
    match = _FIRST_WORD.match(word)
    if match is None:
        return False
    first = match[0]
    signs = (first, first.rstrip(_QUOTED))
    is_one = any(currencies_of(sign) or local_currencies_of(sign) for sign in signs)
    return is_one or first[0] >= _WIDE[0] or first.casefold() in first_words()


def _amount(text: str, start: int, end: int, country: str | None) -> Amount | None:
    """The amount a number is part of; None when it is part of a word, a percentage or a plan's name."""
    begin = max(0, start - MAX_SIGN)
    around = text[begin : line_end(text, end, end + MAX_NAME)]
    one = _amount_in(around, start - begin, end - begin, country)
    return one and one._replace(start=one.start + begin, end=one.end + begin)


@functools.lru_cache(maxsize=1024)
def _amount_in(text: str, start: int, end: int, country: str | None) -> Amount | None:
    """The same for the few words around a number: its sign, its digits, its unit and the currency named after it."""
    if _char(text, end) == "%" or text[start - 1 : start] == "#":
        return None
    sign = _sign_of(text, start, country)
    if sign is None:
        return None
    figure = _figure(text, start, end, is_signed=sign.is_there)
    after = _char(text, figure.end)
    unit, tail = _unit_at(text, figure.end, is_signed=sign.is_there)
    if figure.number in _named_numbers() and not sign.is_there and (unit or figure.number < MIN_SUM):
        return None
    of_sign = figure.currencies or sign.currencies
    is_small = figure.number < MIN_SUM and unit is None
    name = _find_name_after(text, tail, of_sign, country, is_small=is_small)
    if name is None and unit and text[tail : tail + 1] == ".":  # "100 tis. Kč"
        name = _find_name_after(text, tail + 1, of_sign, country, is_small=is_small)
    is_signed = sign.is_there or name is not None or bool(figure.currencies)
    if not is_signed and unit is None and (after.isalpha() or _is_name(text, figure, start)):
        return None
    tail = name.end if name else tail
    return Amount(
        start=sign.start,
        end=tail,
        number=figure.number,
        unit=unit,
        currencies=name.currencies if name else of_sign or _currency_of_unit(unit, country),
        is_local=name.is_local if name else sign.is_local,
        is_signed=is_signed,
        is_sum=is_signed or unit is not None or _is_bare_sum(figure.number, figure.end - start),
        is_open=text[tail : tail + 1] == "+",
    )


class _Sign(NamedTuple):
    """What stands before a number: where it begins, its currencies, whether they are local, whether it is a sign."""

    start: int
    currencies: frozenset[str]
    is_local: bool
    is_there: bool


class _Figure(NamedTuple):
    """The number itself, where it ends, and the currencies of a sign within it: "13€50"."""

    number: float
    end: int
    currencies: frozenset[str]


class _Name(NamedTuple):
    """A currency named after a number, and where its name ends."""

    currencies: frozenset[str]
    is_local: bool
    end: int


def _char(text: str, at: int) -> str:
    """The character at an offset; a space beyond the end."""
    return text[at] if at < len(text) else " "


def _sign_of(text: str, start: int, country: str | None) -> _Sign | None:
    """The sign before a number, with a code before it that narrows what it means; None in the middle of a word."""
    before = text[start - 1] if start else " "
    size, currencies, is_local, end = _sign_at(text, start, before, country)
    if not size and (before == "_" or (before.isalpha() and before < _WIDE[0])):
        return None
    sign = _Sign(end - size, currencies, is_local, size > 0)
    code = _CODE_BEFORE.search(text, max(0, sign.start - 5), sign.start) if len(currencies) > 1 else None
    if code is None or code[1] == "CA":  # "San Francisco, CA $120k"
        return sign
    of_code = currencies_of(code[1] if len(code[1]) > len("US") else f"{code[1]}$") & currencies
    return sign._replace(start=code.start(1), currencies=of_code) if of_code else sign


def _figure(text: str, start: int, end: int, *, is_signed: bool) -> _Figure:
    """A number with what belongs to it behind its first digits: "$55, 000" and "13€50"."""
    number = _value(text[start:end])
    if is_signed:
        group = _SPACED.match(text, end) if end - start <= len("999") else None
        return _Figure(number * 1000 + int(group[1]) if group else number, group.end() if group else end, _NONE)
    cents = _CENTS.match(text, end)
    if cents is None:
        return _Figure(number, end, _NONE)
    return _Figure(number + int(cents[2]) / 100, cents.end(), currencies_of(cents[1]))


def _currency_of_unit(unit: Unit | None, country: str | None) -> frozenset[str]:
    """The currency that a unit implies (LPA), unless the country has another."""
    if unit is None or unit.currency is None or country not in (None, *tender_of(unit.currency)):
        return _NONE
    return frozenset({unit.currency})


@functools.cache
def _named_numbers() -> frozenset[float]:
    """Numbers that are the name of a form or scheme: 1099, 401(k)."""
    return frozenset(float(row["name"]) for row in cells_of("numbered_names") if row["kind"] == "number")


@functools.cache
def _name_before() -> re.Pattern[str]:
    """What stands before a number that is part of a name: "ISO 9001", "Form 2000"."""
    words = [re.escape(row["name"]) for row in cells_of("numbered_names") if row["kind"] == "before"]
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(words)})\.?[ -]?$", re.IGNORECASE)


def _is_name(text: str, figure: _Figure, start: int) -> bool:
    """Whether a number without a currency or unit is the name of a form, scheme or standard, or part of one."""
    return figure.number in _named_numbers() or _name_before().search(text, max(0, start - MAX_SIGN), start) is not None


def _is_bare_sum(number: float, size: int) -> bool:
    """Whether a number of so many characters may be money without a currency or unit: it is large and no year."""
    return number >= MIN_SUM and not (number in YEARS and size == len("2026"))


def _value(digits: str) -> float:
    """A number as written: 120,000 or 120.000 or 120 000 or 1'234,50 or 12,00,000."""
    if digits.isdecimal():
        return float(digits)
    bare = _NO_DIGIT.sub("", digits)
    last = max(bare.rfind("."), bare.rfind(","))
    if last < 0:
        return float(bare)
    whole, rest = bare[:last], bare[last + 1 :]
    is_decimal = len(rest) < len("000") or whole == "0"
    whole = whole.replace(",", "").replace(".", "")
    return float(f"{whole}.{rest}" if is_decimal else whole + rest)


def _unit_at(text: str, end: int, *, is_signed: bool) -> tuple[Unit | None, int]:
    """The unit after a number and where it ends. A lone letter after a space is one only for k or after a sign."""
    large = _LARGE.match(text, end + 1) if text[end : end + 1] == "+" else None
    if large:
        return _units()[1][large[1]], large.end()
    begin = end + 1 if text[end : end + 1] in (" ", "\u00a0", "\u202f", "\u2009") else end
    letter = text[begin : begin + 1]
    if letter not in _initials():
        return None, end
    match = _units()[0].match(text, end)
    if not match or (match[1] and len(match[2]) == 1 and match[2] not in "kK" and not is_signed):
        return None, end
    tail = match.end()
    ends_sentence = text[tail - 1] == "." and text[tail : tail + 1] in ("", " ", "\n")
    return _units()[1][match[2]], tail - ends_sentence


@functools.cache
def _initials() -> frozenset[str]:
    """The first letters of all units."""
    return frozenset(unit[0] for unit in _units()[1])


@functools.cache
def _units() -> tuple[re.Pattern[str], dict[str, Unit]]:
    """One expression for all units, and what each is worth."""
    units: dict[str, Unit] = {}
    for row in cells_of("pay_units"):
        units[row["unit"]] = Unit(float(row["factor"]), row["currency"] or None, row["period"] or None)
    for unit in [u for u in units if len(u) > len("mm")]:  # short ones differ by case: m is not M, nor t T
        units.setdefault(unit.capitalize(), units[unit])
        units.setdefault(unit.upper(), units[unit])
    alternatives = "|".join(map(re.escape, sorted(units, key=len, reverse=True)))
    return re.compile(f"({_SPACE}?)({alternatives})\\.?(?:(?=[A-Z]{{3}}\\b)|(?=[{_WIDE}])|(?![^\\W_]))"), units


@functools.lru_cache(maxsize=65536)
def _sign_before(token: str, country: str | None) -> tuple[int, frozenset[str], bool]:
    """The longest currency sign a token ends with: its length (0: none), its currencies, whether it is local."""
    shortest = len(token) if token.isalpha() else 1  # a word is a currency as a whole or not at all
    for size in range(min(len(token), len("CDN$") + 2), shortest - 1, -1):
        sign = token[-size:]
        if sign[0].isalpha() and size < len(token) and token[-size - 1].isalpha():
            continue
        currencies, is_local = _currencies(sign, country)
        if currencies:
            return size, currencies, is_local
    return 0, frozenset(), False


def _currencies(sign: str, country: str | None) -> tuple[frozenset[str], bool]:
    local = local_currencies_of(sign) if country else frozenset()
    if country and local.intersection(legal_tender(country)):
        return local, True
    return currencies_of(sign), False


def _find_name_after(
    text: str, end: int, of_sign: frozenset[str], country: str | None, *, is_small: bool
) -> _Name | None:
    """The currency named after a number, if one is.

    It must agree with the sign before the number, unless it is a code in capitals, which wins.
    """
    words = _WORDS_AFTER.match(text, end) if _may_be_named(text, end, text[end : end + 1]) else None
    if words is None:
        return None
    n, others, is_local = _sign_after(words[1], words[2], words[3], country)
    if not n or not (not of_sign or of_sign & others or words[1].isupper()):
        return None
    if not of_sign and _NEXT.match(text, words.end(max(n, 1))) and (not words[1][0].isalpha() or is_small):
        return None  # "Level 7 $92,000": the sign of the next number
    currencies = of_sign & others or others
    tail = words.end(n) if n > 0 else words.start(1) + 1
    other = _ALTERNATIVE.match(text, tail)
    if other and other[1] in codes():
        currencies, tail = currencies | {other[1]}, other.end()
    is_bracketed = text[end : words.start(1)].lstrip().startswith("(")
    return _Name(currencies, is_local, tail + (is_bracketed and text[tail : tail + 1] == ")"))


@functools.lru_cache(maxsize=65536)
def _sign_after(
    first: str, second: str | None, third: str | None, country: str | None
) -> tuple[int, frozenset[str], bool]:
    """How many of the words after a number name a currency, which currencies, whether it is local.

    0: none do; -1: the first character does, as in scripts without spaces (円以上).
    """
    if second and third and (currencies := currencies_of(f"{first} {second} {third}")):
        return 3, currencies, False
    if second and (currencies := currencies_of(f"{first} {second}")):
        return 2, currencies, False
    for sign in filter(None, (first, first.rstrip(_QUOTED))):
        currencies, is_local = _currencies(sign, country)
        if currencies:
            return 1, currencies, is_local
    if first[0] >= _WIDE[0] and (currencies := currencies_of(first[0])):
        return -1, currencies, False
    return 0, frozenset(), False


def _single(a: Amount) -> Range:
    value = a.number * (a.unit.factor if a.unit else 1.0)
    return Range(
        start=a.start,
        end=a.end,
        low=value,
        high=value,
        is_range=False,
        currencies=a.currencies,
        is_local=a.is_local,
        is_signed=a.is_signed,
        is_open=a.is_open,
        unit=a.unit,
        gap=None,
        last=a,
    )


def _stretch(text: str, one: Range, third: Amount) -> Range | None:
    """A range given by three figures on a line, least, middle, most; None when the third does not belong."""
    if "\n" in text[one.last.end : third.start]:
        return None
    two = _join(text, one.last, third, is_third=True)
    if two is None or two.high < one.high:
        return None
    return one._replace(end=two.end, high=two.high, currencies=two.currencies or one.currencies, last=third)


def _join(text: str, a: Amount, b: Amount, *, is_third: bool = False) -> Range | None:
    """Two amounts as one range, or None when what stands between them, or their sizes, do not make one."""
    if b.start - a.end > MAX_GAP or not (a.is_sum or b.is_sum) or not _is_joined(text, a, b, is_third=is_third):
        return None
    currencies = a.currencies & b.currencies if a.currencies and b.currencies else a.currencies or b.currencies
    low, high = _ends(a, b)
    if (a.currencies and b.currencies and not currencies) or not _fits(text, a, b, low, high):
        return None
    return Range(
        start=a.start,
        end=b.end,
        low=low,
        high=high,
        is_range=True,
        currencies=currencies,
        is_local=a.is_local or b.is_local,
        is_signed=a.is_signed or b.is_signed,
        is_open=b.is_open,
        unit=b.unit or a.unit,
        gap=(a.end, b.start),
        last=b,
    )


def _fits(text: str, a: Amount, b: Amount, low: float, high: float) -> bool:
    """Whether the sizes of two joined amounts are those of a range, and both count money."""
    if not b.is_signed and not b.unit and (high < low or _COUNTED.match(text, b.end)):
        return False
    is_bare = not a.is_signed and not a.unit
    return not (is_bare and low * 20 < high and high > MIN_SUM)  # "5 - 120,000": the first counts something else


def _is_joined(text: str, a: Amount, b: Amount, *, is_third: bool) -> bool:
    """Whether the text between two amounts makes them a range (`range_grammar.py`).

    "and" does after "between" or a colon; white space alone does between two signed amounts (cells, lines).
    """
    gap = text[a.end : b.start]
    if _BULLET.search(gap):
        return False
    if gap.isspace():
        is_split = ("\n" in gap or len(gap) > 1) and a.is_signed and b.is_signed and a.unit == b.unit
        return is_split and a.number < b.number <= 4 * a.number
    joint = joint_of(gap[1:] if a.is_open and gap.startswith("+") else gap)
    if joint is None or (is_third and joint.asides and not is_scale(joint)):
        return False
    is_led = _BETWEEN.search(text, max(0, a.start - 14), a.start) is not None
    if makes_range(text, joint, a.start, b.end, is_led_by_between=is_led):
        return True
    is_listed = joint == Joint(("and",), (), False) and text[max(0, a.start - 3) : a.start].rstrip().endswith(":")
    return is_listed and a.number < b.number <= 2 * a.number


def _ends(a: Amount, b: Amount) -> tuple[float, float]:
    """The two ends in units of currency; a unit at one end counts for both where that makes a range ("$70-80k")."""
    low, high = a.number, b.number
    if a.unit and b.unit:
        return low * a.unit.factor, high * b.unit.factor
    if b.unit:
        is_shared = low <= high or (low < MIN_SUM and b.unit.factor == MIN_SUM and low <= 4 * high)
        return low * (b.unit.factor if is_shared else 1.0), high * b.unit.factor
    if a.unit:
        is_shared = high < MIN_SUM or high < low * 10
        return low * a.unit.factor, high * (a.unit.factor if is_shared else 1.0)
    if 1 <= low < MIN_SUM <= low * 1000 <= high <= 4000 * low:
        low *= 1000  # "$140 - $160000"
    return low, high
