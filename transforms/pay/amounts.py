"""Find amounts of money in a text: numbers with a sign, unit and currency, and ranges of such numbers.

The text is searched once for numbers, and only the words next to a number are read. A comma, point, space or apostrophe
may group digits, also the Indian way (12,00,000). The decimal sign may be a comma or a point. Units such as k, lakh or
million are rows of lookups/pay/pay_units.csv. `prose.py` decides whether an amount is pay.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import NamedTuple

from transforms.pay.currency import codes, currencies_of, first_words, legal_tender, local_currencies_of, tender_of
from transforms.pay.range_grammar import (
    Joint,
    begins_with_word,
    is_from,
    is_led_to,
    is_scale,
    is_slash,
    joint_of,
    makes_range,
    without_extra,
)
from transforms.pay.vocabulary import line_end
from transforms.text.lookups import cells_of

MAX_NUMBER = 24
"""Maximum number of characters in a number; longer numbers are identifiers."""
MAX_GAP = 60
"""Maximum number of characters between the two ends of a range."""
MIN_SUM = 1000
"""A smaller number without a currency or unit is no sum of money, but may be an end of a range."""
MAX_SIGN = 24
"""Number of characters before a number that are searched for a currency sign, or for a currency code and a sign."""
MAX_NAME = 80
"""Number of characters after a number that are searched for a unit and the name of a currency."""
TEN_THOUSAND, HUNDRED_MILLION = 1e4, 1e8
"""The units of East Asia that follow each other in one number."""
YEARS = range(1900, 2101)
"""A four-digit number in this range is a year unless it has a currency or unit."""

_SPACE = "[ \u00a0\u202f\u2009]"
_UNSPACED = "\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
"""Letters of scripts without spaces between words: Thai, Japanese, Chinese, Korean."""
_NUMBER = re.compile(
    "[0-9](?:"
    # 120,000  60.000  60 000  1'234  and "45¿000", where a French source lost a narrow space
    "[0-9]{0,2}([.,'’´`¿ \u00a0\u202f\u2009])[0-9]{3}(?:\\1[0-9]{3}){0,4}(?![0-9]|[.,][0-9]{3})"
    "|[0-9]?(?:,[0-9]{2}){1,4},[0-9]{3}(?![0-9])"  # 12,00,000
    "|[0-9]*"
    ")(?:[.,][0-9]{1,2}(?![0-9]))?(?:[.,][-–—](?![0-9]))?"  # 6'500.– 3.500,-
)
_SPACED = re.compile(", ([0-9]00)(?![0-9])")
"""The last digits of a mistyped number, ", 000" in "$55, 000". Used only after a currency sign."""
_CENTS = re.compile("([€£])([0-9]{2})(?![0-9]|[.,][0-9])")
"""A currency sign and the cents after it, as in French: "€50" in "13€50"."""
_LARGE = re.compile(" ?(million|billion|trillion|M|B)\\b")
"""The unit after the plus sign of "$85+ million"."""
_CODE_BEFORE = re.compile(f"\\b([A-Z]{{2,3}}){_SPACE}$")
"""A currency code before a currency sign: "AUD" in "AUD $120k"."""
_NEXT = re.compile(f"{_SPACE}?[0-9]")
_ALTERNATIVE = re.compile("/([A-Z]{3})\\b")
"""A second currency after a slash: "/USD" in "CAD/USD"."""
_SIGN_BEFORE = re.compile(f"([^\\s0-9()\\[\\]:~≈<>=,;|*+_–—\\-]{{1,8}})(?:\\)?:|\\))?{_SPACE}{{0,2}}[~≈[]?{_SPACE}?$")
_WORDS_AFTER = re.compile(
    f"{_SPACE}{{0,2}}\\(?(?:in |de )?((?:[^\\W\\d_]|[.$€£¥₹₩₺₽₴₱₫₪฿₦])(?:[^\\s0-9()\\[\\],;:|+*<>=~\\-–—/…]{{0,11}}))"
    f"(?:{_SPACE}([^\\W\\d_]{{2,12}}))?(?:{_SPACE}([^\\W\\d_]{{2,12}}))?"
)
_DASHES = ("-", "–", "—")
_QUOTED = ".'\"”"
"""Punctuation that may follow a currency word."""
_BETWEEN_SIGN = " \u00a0\u202f\u2009~≈:)[\n"
"""Characters that may stand between a currency sign and its number. A line end is included, since `$` in `_SIGN_BEFORE`
also matches before a line end."""
_MONEY = "$€£¥₹₩₺₽₴₱₫₪฿₦"
_BEFORE_NAME = f" \u00a0\u202f\u2009(.{_MONEY}"
"""Characters other than letters that may come right after a number that has a unit or a currency name."""
_WORD_AFTER = re.compile(f"{_SPACE}{{0,2}}\\(?(in |de )?(\\S{{1,16}})")
_FIRST_WORD = re.compile("(?:[^\\W\\d_]|[.$€£¥₹₩₺₽₴₱₫₪฿₦])(?:[^\\s0-9()\\[\\],;:|+*<>=~\\-–—/…]{0,11})")
_NO_DIGIT = re.compile("[^0-9.,]")
_BULLET = re.compile(r"\n\s*[-*•]{1,2} (?!\s*\n)")
_STEM = re.compile(f"[^'’〜～{_UNSPACED}]+")
_MISGROUPED = re.compile("[.,][0-9]{4,}")
"""Digits after a number that show wrong grouping: ".0000" in "45.0000"."""
_CENTS_OR_THOUSANDS = re.compile("[0-9]{2,3},00")
"""Digits that may be a mistyped number of thousands where a comma groups thousands: "$160,00"."""
_COUNTED = re.compile(
    r"\s?(?:%|x\b|\+?\s?(?:hours?|hrs|years?|yrs|days?|weeks?|months?|minutes?|people|employees"
    r"|Stunden|Jahre|Tage|ans|heures)\b)"
)
"""What a second number without a currency may count instead of money: "hours" in "$20 - 40 hours"."""
_NONE: frozenset[str] = frozenset()


class Unit(NamedTuple):
    """The factor of a unit, and the currencies and period that some units imply.

    LPA (lakh per annum) has the factor 100,000 and implies Indian rupees and a year. A lakh implies one of several
    rupees, or taka: the country decides which.
    """

    factor: float
    currencies: frozenset[str]
    period: str | None


class Amount(NamedTuple):
    """A number with its sign, unit and currency, from offset `start` to offset `end`.

    - `currencies`: every currency that the sign or name may mean
    - `is_local`: whether the sign consists of letters that mean a currency only where that currency is legal tender
    - `is_signed`: whether a currency is written next to the number
    - `is_sum`: whether the number may be a sum of money by itself; otherwise it can only be an end of a range
    - `is_open`: whether a plus sign follows
    - `grouping`: `wrong` if digits are grouped wrongly, so that nobody knows the number ("45.0000"), `short` if
      thousands may lack a digit ("$160,00"), else ""
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
    grouping: str = ""


class Range(NamedTuple):
    """A single amount, or a range of two or three amounts.

    `low` and `high` are in units of currency. `gap` holds the start and end of the text between the first two amounts;
    it is None for a single amount.
    """

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

    @property
    def is_misgrouped(self) -> bool:
        """Whether nobody knows an amount, since its digits are grouped wrongly."""
        return bool(self.last.grouping)


def ranges_in(text: str, country: str | None) -> Iterator[Range]:
    """Yield all sums and ranges of a text, in order.

    `country` is the job's country (ISO 3166-1 alpha-2), which helps to read currency signs. A bare number that is no
    sum is left out unless it is an end of a range.
    """
    first: Amount | None = None
    aside: Amount | None = None
    pair: Range | None = None
    for amount in _merge_units(text, _amounts(text, country)):
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


def _merge_units(text: str, amounts: Iterator[Amount]) -> Iterator[Amount]:
    """Merge amounts that are one number in two units: "1억 2,000만원", a hundred million and twenty million won."""
    last: Amount | None = None
    for amount in amounts:
        if last is not None and _are_one_number(text, last, amount):
            number = last.number * HUNDRED_MILLION / TEN_THOUSAND + amount.number
            last = amount._replace(start=last.start, number=number)
            continue
        if last is not None:
            yield last
        last = amount
    if last is not None:
        yield last


def _are_one_number(text: str, first: Amount, second: Amount) -> bool:
    factors = (first.unit and first.unit.factor, second.unit and second.unit.factor)
    return factors == (HUNDRED_MILLION, TEN_THOUSAND) and not text[first.end : second.start].strip()


def _is_aside(text: str, total: Amount, number: Amount) -> bool:
    """Whether a bare number stands in brackets after a sum: the 4 of "$140,000 (Level 4) to $180,000"."""
    if number.is_sum or not total.is_sum:
        return False
    bracket = max(text.rfind("(", total.end, number.start), text.rfind("[", total.end, number.start))
    return bracket >= 0 and joint_of(text[total.end : bracket]) is not None


def _amounts(text: str, country: str | None) -> Iterator[Amount]:
    """Yield the amounts that may form ranges: all sums, and the nearest other number before and after a sum."""
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
            for span in reversed(backlog):
                if start - span[1] > MAX_GAP + MAX_SIGN:
                    break
                if number := _number(text, *span):
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
    after = text[end : end + 1]
    number = _value(text[start:end])
    if _is_glued(text, end) or (after in "(-" and number in _named_numbers()):
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
    """Yield start and end of each number that may form an amount, and whether the number may be a sum.

    Only the characters and words next to the number are checked, since most numbers of an advert count years or people.
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
        elif before != "_" and not (before.isalpha() and not _is_unspaced(before)):
            yield (
                start,
                end,
                _LARGE.match(text, end + 1) is not None if after == "+" else _may_be_named(text, end, after),
            )


def _numbers(text: str) -> Iterator[tuple[int, int, bool]]:
    """Yield start and end of each number, and whether the number is certain to hold digits only, without marks."""
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
    offsets: list[int] = []  # ten searches for a character are faster than one for a class
    for digit in "0123456789":
        at = text.find(digit)
        while at >= 0:
            offsets.append(at)
            at = text.find(digit, at + 1)
    offsets.sort()
    return offsets


def _may_be_signed(text: str, start: int, country: str | None) -> bool:
    lead = text[start - 13 if start > 13 else 0 : start].rstrip(_BETWEEN_SIGN)
    if not lead[-1:] > " ":
        return False
    words = lead.rsplit(None, 1)  # empty for white space beyond ASCII
    return bool(words) and _sign_before(words[-1], country)[0] > 0


def _may_be_named(text: str, end: int, after: str) -> bool:
    if not (after in _BEFORE_NAME or after.isalpha()):
        return False
    word = _WORD_AFTER.match(text, end)
    return word is not None and (word[1] is not None or _may_name(word[2]))


def _sign_at(text: str, start: int, before: str, country: str | None) -> tuple[int, frozenset[str], bool, int]:
    if before in _MONEY and text[start - 2 : start - 1] in ("", " ", "\n", "(", "-"):
        return *_sign_before(before, country), start
    if not _may_be_signed(text, start, country):
        return 0, frozenset(), False, start
    sign = _SIGN_BEFORE.search(text, max(0, start - 13), start)
    reading = _sign_before(sign[1], country) if sign else (0, frozenset[str](), False)
    if sign and reading[0] and "~" in text[sign.end(1) : start]:
        begin = sign.end(1) - reading[0]
        if text[max(0, begin - 2) : begin].rstrip()[-1:].isdecimal():  # "300元~400元": the sign of the first end
            reading = (0, frozenset(), False)
    return *reading, sign.end(1) if sign and reading[0] else start


@functools.lru_cache(maxsize=16384)
def _may_name(word: str) -> bool:
    if _units()[0].match(word):
        return True
    match = _FIRST_WORD.match(word)
    if match is None:
        return False
    first = match[0]
    signs = (first, first.rstrip(_QUOTED), _stem_of(first))
    is_one = any(currencies_of(sign) or local_currencies_of(sign) for sign in signs)
    return is_one or _is_unspaced(first[0]) or first.casefold() in first_words()


def _amount(text: str, start: int, end: int, country: str | None) -> Amount | None:
    begin = max(0, start - MAX_SIGN)
    around = text[begin : line_end(text, end, end + MAX_NAME)]
    amount = _amount_in(around, start - begin, end - begin, country)
    return amount and amount._replace(start=amount.start + begin, end=amount.end + begin)


@functools.lru_cache(maxsize=1024)
def _amount_in(text: str, start: int, end: int, country: str | None) -> Amount | None:
    if _char(text, end) == "%" or text[start - 1 : start] == "#":
        return None
    sign = _sign_of(text, start, country)
    if sign is None:
        return None
    figure = _figure(text, start, end, is_signed=sign.is_there)
    unit, tail = _unit_at(text, figure.end, is_signed=sign.is_there)
    if figure.number in _named_numbers() and not sign.is_there and (unit or figure.number < MIN_SUM):
        return None
    of_sign = figure.currencies or sign.currencies
    name = _find_name_after(text, tail, of_sign, country, is_small=figure.number < MIN_SUM and unit is None)
    if name is None and unit and text[tail : tail + 1] == ".":  # "100 tis. Kč"
        name = _find_name_after(text, tail + 1, of_sign, country, is_small=False)
    is_signed = sign.is_there or name is not None or bool(figure.currencies)
    if not is_signed and unit is None and (_is_glued(text, figure.end) or _is_name(text, figure, start)):
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
        grouping=figure.grouping,
    )


def _is_glued(text: str, end: int) -> bool:
    """Whether a letter follows a number directly, other than a range word in a script without spaces ("50,000至")."""
    after = _char(text, end)
    return after.isalpha() and not (_is_unspaced(after) and begins_with_word(text, end))


class _Sign(NamedTuple):
    start: int
    currencies: frozenset[str]
    is_local: bool
    is_there: bool


class _Figure(NamedTuple):
    number: float
    end: int
    currencies: frozenset[str]
    grouping: str = ""


class _Name(NamedTuple):
    currencies: frozenset[str]
    is_local: bool
    end: int


def _char(text: str, at: int) -> str:
    return text[at] if at < len(text) else " "


def _sign_of(text: str, start: int, country: str | None) -> _Sign | None:
    before = text[start - 1] if start else " "
    size, currencies, is_local, end = _sign_at(text, start, before, country)
    if not size and (before == "_" or (before.isalpha() and not _is_unspaced(before))):
        return None
    sign = _Sign(end - size, currencies, is_local, size > 0)
    code = _CODE_BEFORE.search(text, max(0, sign.start - 5), sign.start) if len(currencies) > 1 else None
    if code is None or code[1] == "CA":  # California in "San Francisco, CA $120k"
        return sign
    of_code = currencies_of(code[1] if len(code[1]) > len("US") else f"{code[1]}$") & currencies
    return sign._replace(start=code.start(1), currencies=of_code) if of_code else sign


def _figure(text: str, start: int, end: int, *, is_signed: bool) -> _Figure:
    if wrong := _MISGROUPED.match(text, end):
        digits = _NO_DIGIT.sub("", text[start : wrong.end()]).replace(",", "").replace(".", "")
        return _Figure(float(digits), wrong.end(), _NONE, grouping="wrong")
    number = _value(text[start:end])
    if is_signed and _CENTS_OR_THOUSANDS.fullmatch(text, start, end) and text[start - 1] in "$£":
        return _Figure(number * 1000, end, _NONE, grouping="short")
    if is_signed:
        group = _SPACED.match(text, end) if end - start <= len("999") else None
        return _Figure(number * 1000 + int(group[1]) if group else number, group.end() if group else end, _NONE)
    cents = _CENTS.match(text, end)
    if cents is None:
        return _Figure(number, end, _NONE)
    return _Figure(number + int(cents[2]) / 100, cents.end(), currencies_of(cents[1]))


def _currency_of_unit(unit: Unit | None, country: str | None) -> frozenset[str]:
    if unit is None or not unit.currencies:
        return _NONE
    if country is None:
        return unit.currencies if len(unit.currencies) == 1 else _NONE
    return frozenset(currency for currency in unit.currencies if country in tender_of(currency))


@functools.cache
def _named_numbers() -> frozenset[float]:
    """Return numbers that name a form or plan: 1099, the 401 of "401(k)"."""
    return frozenset(float(row["name"]) for row in cells_of("numbered_names") if row["kind"] == "number")


@functools.cache
def _name_before() -> re.Pattern[str]:
    """Return a pattern for words that make the next number part of a name: "ISO 9001", "Fortune 1000"."""
    words = [re.escape(row["name"]) for row in cells_of("numbered_names") if row["kind"] == "before"]
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(words)})\.?[ -]?$", re.IGNORECASE)


def _is_name(text: str, figure: _Figure, start: int) -> bool:
    return figure.number in _named_numbers() or _name_before().search(text, max(0, start - MAX_SIGN), start) is not None


def _is_bare_sum(number: float, size: int) -> bool:
    return number >= MIN_SUM and not (number in YEARS and size == len("2026"))


def _value(digits: str) -> float:
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
    """Return the unit after a number, or None, and the offset where the unit or number ends.

    After a space, a single letter is a unit only if it is k or the number has a currency sign.
    """
    large = _LARGE.match(text, end + 1) if text[end : end + 1] == "+" else None
    if large:
        return _units()[1][large[1]], large.end()
    begin = end + 1 if text[end : end + 1] in (" ", "\u00a0", "\u202f", "\u2009") else end
    letter = text[begin : begin + 1]
    if letter not in _initials():
        return None, end
    match = _units()[0].match(text, end)
    if not match or (match[1] and len(match[2]) == 1 and not (is_signed or match[2] in "kK" or _is_unspaced(match[2]))):
        return None, end
    tail = match.end()
    ends_sentence = text[tail - 1] == "." and text[tail : tail + 1] in ("", " ", "\n")
    return _units()[1][match[2]], tail - ends_sentence


@functools.cache
def _initials() -> frozenset[str]:
    return frozenset(unit[0] for unit in _units()[1])


@functools.cache
def _units() -> tuple[re.Pattern[str], dict[str, Unit]]:
    units: dict[str, Unit] = {}
    for row in cells_of("pay_units"):
        units[row["unit"]] = Unit(
            float(row["factor"]), frozenset(filter(None, row["currency"].split(";"))), row["period"] or None
        )
    for unit in [u for u in units if len(u) > len("mm")]:  # short units differ by case: m is not M, and t is not T
        units.setdefault(unit.capitalize(), units[unit])
        units.setdefault(unit.upper(), units[unit])
    alternatives = "|".join(map(re.escape, sorted(units, key=len, reverse=True)))
    return re.compile(f"({_SPACE}?)({alternatives})\\.?(?:(?=[A-Z]{{3}}\\b)|(?=[{_UNSPACED}])|(?![^\\W_]))"), units


@functools.lru_cache(maxsize=65536)
def _sign_before(token: str, country: str | None) -> tuple[int, frozenset[str], bool]:
    """Return length, currencies and `is_local` of the longest currency sign that ends a token; length 0 for no sign."""
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
    """Return the currency named after a number, or None.

    The name must agree with the sign before the number. A code in capitals need not agree: it overrides the sign.
    """
    words = _WORDS_AFTER.match(text, end) if _may_be_named(text, end, text[end : end + 1]) else None
    if words is None:
        return None
    n, others, is_local = _sign_after(words[1], words[2], words[3], country)
    if not n or not (not of_sign or of_sign & others or words[1].isupper()):
        return None
    if not of_sign and _NEXT.match(text, words.end(max(n, 1))) and (not words[1][0].isalpha() or is_small):
        return None  # "Level 7 $92,000": the sign belongs to the next number
    currencies = of_sign & others or others
    tail = words.end(n) if n > 0 else words.start(1) - n
    other = _ALTERNATIVE.match(text, tail)
    if other and other[1] in codes():
        currencies, tail = currencies | {other[1]}, other.end()
    is_bracketed = text[end : words.start(1)].lstrip().startswith("(")
    return _Name(currencies, is_local, tail + (is_bracketed and text[tail : tail + 1] == ")"))


@functools.lru_cache(maxsize=65536)
def _sign_after(
    first: str, second: str | None, third: str | None, country: str | None
) -> tuple[int, frozenset[str], bool]:
    """Return how many of the words after a number name a currency, the currencies they may mean, and `is_local`.

    The number of words is 0 if no currency is named. In scripts without spaces it is minus the number of characters
    that name one (円以上). An ending after an apostrophe does not belong to the name (TL'den).
    """
    if second and third and (currencies := currencies_of(f"{first} {second} {third}")):
        return 3, currencies, False
    if second and (currencies := currencies_of(f"{first} {second}")):
        return 2, currencies, False
    for sign in filter(None, (first, first.rstrip(_QUOTED))):
        currencies, is_local = _currencies(sign, country)
        if currencies:
            return 1, currencies, is_local
    stem = len(_stem_of(first))
    sizes = range(len(first) - 1, 0, -1) if _is_unspaced(first[0]) else (stem,) if stem < len(first) else ()
    for size in sizes:
        currencies, is_local = _currencies(first[:size], country)
        if currencies:
            return -size, currencies, is_local
    return 0, frozenset(), False


def _stem_of(word: str) -> str:
    """Return a word without what is attached to it by an apostrophe or in another script: "TL" of "TL'den"."""
    stem = _STEM.match(word)
    return stem[0] if stem else word


def _is_unspaced(letter: str) -> bool:
    """Whether a letter is of a script without spaces between words."""
    return letter >= "\u3040" or "\u0e00" <= letter < "\u0f00"


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


def _stretch(text: str, pair: Range, third: Amount) -> Range | None:
    """Return a range of three amounts on a line (lowest, middle, highest); None if the third does not fit the pair."""
    if "\n" in text[pair.last.end : third.start]:
        return None
    rest = _join(text, pair.last, third, is_third=True)
    if rest is None or rest.high <= pair.high:
        return None
    return pair._replace(end=rest.end, high=rest.high, currencies=rest.currencies or pair.currencies, last=third)


def _join(text: str, a: Amount, b: Amount, *, is_third: bool = False) -> Range | None:
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
        last=b._replace(grouping=_shared_grouping(a.grouping, b.grouping)),
    )


def _shared_grouping(first: str, second: str) -> str:
    """Return the grouping of a range. One whole end shows what the other lacks: "$160,00-$190,000"."""
    return "wrong" if "wrong" in (first, second) else "short" if first and second else ""


def _fits(text: str, a: Amount, b: Amount, low: float, high: float) -> bool:
    if high < low and (not (b.is_signed or b.unit) or not _is_plain(text[a.end : b.start])):
        return False
    if not b.is_signed and not b.unit and _COUNTED.match(text, b.end):
        return False
    is_bare = not a.is_signed and not a.unit
    return not (is_bare and low * 20 < high and high > MIN_SUM)  # "5 - 120,000": the first number counts something else


def _is_plain(gap: str) -> bool:
    """Whether only marks and a single word such as "to" stand between two amounts, so that no word tells them apart."""
    return sum(map(str.isalpha, gap)) <= len("jusqu'à")


def _is_joined(text: str, a: Amount, b: Amount, *, is_third: bool) -> bool:
    """Whether the text between two amounts makes them a range.

    The rules of `range_grammar.py` decide, except in two cases that always make a range: "and" after a colon, and only
    white space between two amounts with currencies (as in table cells, or on two lines).
    """
    gap = text[a.end : b.start]
    if _BULLET.search(gap):
        return False
    if gap.isspace() and is_from(last := text[a.start : a.end].rsplit(maxsplit=1)[-1]):  # "4000 eurosta 5000 euroon"
        gap = last + gap
    if gap.isspace():
        is_split = ("\n" in gap or len(gap) > 1) and a.is_signed and b.is_signed and a.unit == b.unit
        return is_split and a.number < b.number <= 4 * a.number
    joint = joint_of(without_extra(gap, is_open=a.is_open))
    if joint is None:
        return is_led_to(text, a.start, gap, b.end)
    if is_third and joint.asides and not is_scale(joint):
        return False
    if is_slash(gap) and (a.is_signed <= b.is_signed or b.is_sum):
        return a.number < b.number * (1.0 if b.number < MIN_SUM or a.number >= MIN_SUM else 0.001) <= 2 * a.number
    if makes_range(text, joint, a.start, b.end):
        return True
    is_listed = joint == Joint(("and",), (), False) and text[max(0, a.start - 3) : a.start].rstrip().endswith(":")
    return is_listed and a.number < b.number <= 2 * a.number


def _ends(a: Amount, b: Amount) -> tuple[float, float]:
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
