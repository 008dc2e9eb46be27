"""Mask mail addresses and telephone numbers of people in a text.

`mask_contacts` never changes a text's length. The offsets that readers give refer to the masked text.
"""

from __future__ import annotations

import re

from transforms.text.addresses import find_users
from transforms.text.characters import ASCII, ODD_SPACES, beyond

MASK = "x"
"""Replaces each masked character. It is ASCII, so masked texts are not slower to read."""
MAX_LOCAL_PART, MAX_DOMAIN = 64, 255
"""Maximum characters before and after the @ of a mail address, by RFC 5321, section 4.5.3.1."""
MAX_CONTACT = MAX_LOCAL_PART + 1 + MAX_DOMAIN
"""The number of characters in the longest mail address. Telephone numbers are shorter."""
MIN_DIGITS, MAX_DIGITS = 8, 15
"""Minimum and maximum digits of an international number: the fewest in use, and the limit of ITU-T E.164."""
MAX_NATIONAL = 11
"""Digits of the longest national number without the leading 0, found in Brazil and Germany."""
POSTCODE_DIGITS, DEPARTMENT_DIGITS = 5, 2
"""Digits of the postcodes that adverts list together (as in Germany, France and Poland), and of French departments."""
MANY_DIGITS = re.compile(rb"0(?:-*+0){%d}[-0]*+" % (MIN_DIGITS - 2))
"""A run of enough digits for a telephone number, in bytes mapped by `_DIGIT_OR_NOT`, with blanks and the like."""
_SEVEN_DIGITS = re.compile(rf"\d(?:\D*+\d){{{MIN_DIGITS - 2}}}")
MAX_CALL = 40
"""Number of characters before a number that may hold words announcing a telephone number, as in "WhatsApp me on: +"."""

_PLAIN_OF = {**dict.fromkeys(ODD_SPACES, " "), "\u2010": "-", "\u2011": "-", "\uff0b": "+"}
"""Maps unusual spaces, hyphens and signs to the ASCII character that most addresses and numbers have instead."""
_LOCAL_PART_BACKWARDS = re.compile(rf"[\w.+%'-]{{1,{MAX_LOCAL_PART}}}")
_DOMAIN = re.compile(r"(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}")
_WRITTEN_AT = re.compile(r"[\[({<] ?(?:at|AT|@) ?[\])}>] ?")
_WRITTEN_DOMAIN = re.compile(
    r"[\w-]{1,63}(?:(?:\.|\s?[\[({<]\s?(?:dot|DOT|\.)\s?[\])}>]\s?|\s(?:dot|DOT)\s)[\w-]{2,63}){1,4}"
)
_DIGIT_OR_NOT = bytes(
    ord("0" if byte >= 0x80 or chr(byte) in "0123456789?" else "-" if chr(byte) in " ()./-" else "x")
    for byte in range(256)
)
"""Maps a byte to "0" if it may be a digit, to "-" if it may stand between digits, and otherwise to "x".

Characters beyond ASCII may be digits. So may "?", which replaces those that could not be read."""
_CONTINUING = bytes(range(0x80, 0xC0))
"""Bytes of UTF-8 after the first of a character."""
_BLANKS = b" ?" + bytes(range(0x80, 0x100))
"""Bytes of characters that may be a blank."""
_FIRST_OF_FULL_WIDTH = b"\xef"
"""First byte of "\uff20" in UTF-8, which few texts hold."""
_DIGITS = re.compile(
    r"(?<![\w.,/#$€£¥₹+-])"
    r"(?:\+ ?\(?\d|00\d|\(0?\d{2}|0\d|[2-9]\d\d[ .)-]|1[ .-]\(?[2-9]\d\d)"
    r"[\d ()./-]{5,30}"
)
_NORTH_AMERICAN = re.compile(r"(?:1[ .-])?(?:\([2-9]\d\d\) ?|[2-9]\d\d[ .-])[2-9]\d\d[ .-]\d{4}\Z")
_AREA_IN_BRACKETS = re.compile(r"\((?!(?:19|20)\d\d\))\d{2,5}\) ?\d{2,5}(?:[ .-]\d{2,5}){1,3}\Z")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


def _day(name: str) -> str:
    return (
        rf"(?:[0-3]?\d(?P<{name}>[./-])[0-3]?\d(?P={name})(?:19|20)?\d\d"
        r"|(?:19|20)\d\d[./-][01]?\d(?:[./-][0-3]?\d)?)"
    )


_DAYS = re.compile(rf"\(?{_day('first')}(?:[ /-]{_day('last')})?\Z")
"""One or two days and nothing else. A French telephone number (06.12.34.56.78) only begins like a day."""
_YEAR_FIRST = re.compile(r"(?:19|20)\d\d(?:[./-]\d+| [-/ ]*(?:19|20)\d\d)\Z")
_DAY_OR_COUNT = re.compile(r"(?:(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|[1-9]\d{0,2}0{5,})\Z")
_GROUPED = re.compile(r"\d[ ()./-]+\d")
_GROUPED_AMOUNT = re.compile(r"\+? ?\d{1,3}(?:([ .])\d{3})(?:\1\d{3})*\Z")
_AMOUNT_AFTER = re.compile(
    r"\s?(?:[$€£¥₹%]|[,']?\d|(?:USD|EUR|GBP|CHF|PLN|CZK|SEK|NOK|DKK|HUF|INR|UAH|RUB|zł|kr|Kč|Ft|k|K"
    r"|million|users|people|customers|clients|consumers|members|employees|subscribers|companies|households)\b)"
)
_NUMBER_BEFORE = re.compile(r"(?:\bid|\bref\w{0,6}|\breq\w{0,10}|\bn[or]|\bnumber|#|№)[.:# ]{0,3}\Z", re.IGNORECASE)
_CALL = (
    r"(?:\b(?:tel|telefon\w{0,3}|telephone|t[ée]l[ée]?phone|tél|telp|tlf|phone|fon|mobile|mobil|mob|m[óo]vil|celular|cell"
    r"|cellulare|call|whatsapp|zalo|viber|sms|fax|handy|gsm|puh|kom|hotline|helpline|contact|тел|телефон|моб|τηλ|sđt|טלפון"
    r"|هاتف|جوال|تلفون)|(?:電話|电话|手机|手機|微信|연락처|전화|휴대폰|โทร))"
)
_PHONE = (
    rf"{_CALL}(?: us| me| now)?(?: at| on)?(?:[. ]{{0,2}}(?:number|numéro|no|nr)\b|号码|番号|번호)?"
    r"[ .:：]{0,3}(?:[/-] ?)?"
)
_PHONE_BEFORE = re.compile(rf"{_PHONE}\Z", re.IGNORECASE)
_CALLED = re.compile(rf"{_PHONE}(\+?[\d(][\d ()./-]{{5,30}})", re.IGNORECASE)
_BETWEEN_POSTCODES = re.compile(r" ?/ ?| +")
_DIGIT = re.compile(r"\d")
_CUT = re.compile(r"[ ./-][ ./-]|\)[^\d ]|\([^\d]|/\D")
_GERMAN = re.compile(
    r"(?:\+ ?\d{1,3} ?(?:\(0\) ?| )\(?\d{2,5}\)?|\(?0\d{2,5}\)?)(?: [/-] | ?/ ?|[ -])"
    r"\d{1,8}(?: \d{2,4}){0,4}(?:(?: - |-)\d{1,5}(?![ /-]{0,3}\d))?(?![ /-]?\d)"
)
"""A number as written in Germany, with blanks around the marks before the subscriber's number and the extension."""


_NO_CALL = {"call": (_YEAR_FIRST, _DAY_OR_COUNT), "contact": (_DAY_OR_COUNT,)}
"""Words with two meanings, and patterns of digits after them that are no telephone number: "Open Call 2024", "contact
100000000 homes".
"""


def mask_contacts(text: str) -> str:
    """Replace each character of a contact with `MASK`; offsets and length do not change.

    Contacts are mail addresses, telephone numbers, and users and passwords in web addresses. A telephone number is one
    of these:

    - `+` or `00` with 8 to 15 digits
    - ten digits, as written in North America
    - a national number in groups, with a leading 0 or with its area code in brackets
    - seven or more digits after "phone", "Tel." and the like

    Amounts, years, dates, versions, postcodes and requisition numbers are not masked. The running time is linear in the
    length of `text`. Never raises.
    """
    shown, data = text, text.encode("utf-8", "surrogatepass")
    if _FIRST_OF_FULL_WIDTH in data and "\uff20" in text:
        text = text.replace("\uff20", "@")
        data = text.encode("utf-8", "surrogatepass")
    runs = _runs_of_digits(text, data)
    has_at = b"@" in data or _has_before(data, b"%", b"40")
    has_written_at = _has_before(data, b"[({<", (b"at", b"AT", b"@"))
    if not (has_at or has_written_at or runs):
        return shown
    if not text.isascii() and (odd_letters := _PLAIN_OF.keys() & beyond(data, ASCII)):
        for odd in odd_letters:
            text = text.replace(odd, _PLAIN_OF[odd])
        runs = _runs_of_digits(text, text.encode("utf-8", "surrogatepass"))
    spans = [*_mail(text), *find_users(text)] if has_at else []
    if has_written_at:
        spans += _written_mail(text)
    for start, end in runs:
        spans += _telephones(text, max(0, start - MAX_CALL), end)
    if not spans:
        return shown
    pieces: list[str] = []
    at = 0
    for start, end in sorted(spans):
        if end > at:
            pieces += (shown[at : max(start, at)], MASK * (end - max(start, at)))
            at = end
    return "".join((*pieces, shown[at:]))


def _runs_of_digits(text: str, data: bytes) -> list[tuple[int, int]]:
    """Return the spans with enough digits for a telephone number. `data` is `text` in UTF-8."""
    marks = data.translate(_DIGIT_OR_NOT, _CONTINUING)  # a byte for each character
    return [run.span() for run in MANY_DIGITS.finditer(marks) if _SEVEN_DIGITS.search(text, *run.span())]


def _has_before(data: bytes, marks: bytes, words: bytes | tuple[bytes, ...]) -> bool:
    """Whether one of `words` follows one of `marks`, perhaps after a blank. Marks are rare: each is found fast."""
    for mark in marks:
        at = data.find(mark)
        while at >= 0:
            if data[at + 1 : at + 7].lstrip(_BLANKS).startswith(words):
                return True
            at = data.find(mark, at + 1)
    return False


def _mail(text: str) -> list[tuple[int, int]]:
    spans = []
    at = text.find("@")
    while at >= 0:
        local = _LOCAL_PART_BACKWARDS.match(text[max(0, at - MAX_LOCAL_PART) : at][::-1])
        domain = _DOMAIN.match(text, at + 1, at + 1 + MAX_DOMAIN)
        if local and domain:
            spans.append((at - len(local[0]), domain.end()))
        at = text.find("@", at + 1)
    return spans


def _written_mail(text: str) -> list[tuple[int, int]]:
    """Return the spans of addresses with "@" in words: "jo (at) example (dot) org"."""
    spans = []
    for match in _WRITTEN_AT.finditer(text):
        end = match.start() - text.endswith(" ", 0, match.start())
        local = _LOCAL_PART_BACKWARDS.match(text[max(0, end - MAX_LOCAL_PART) : end][::-1])
        domain = _WRITTEN_DOMAIN.match(text, match.end(), match.end() + MAX_DOMAIN)
        if local and domain:
            spans.append((end - len(local[0]), domain.end()))
    return spans


def _telephones(text: str, begin: int, end: int) -> list[tuple[int, int]]:
    telephones = []
    at = begin
    while digits := _DIGITS.search(text, at, end):  # digits cut off one number may begin another
        span = _trim(text, *digits.span())
        at = max(span[1], digits.start() + 1)
        if _is_telephone(text, *span):
            telephones.append(span)
    for call in _CALLED.finditer(text, begin, end):
        start, end = _trim(text, *call.span(1))
        number = text[start:end]
        word = text[call.start() : start].rstrip(" .:：/-").lower()
        if (
            _count(number) >= MIN_DIGITS - 1
            and not _DAYS.match(number)
            and not any(pattern.match(number) for pattern in _NO_CALL.get(word, ()))
            and not _AMOUNT_AFTER.match(text, end)
        ):
            telephones.append((start, end))
    return telephones


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span cut where its number cannot continue, without separators at the end.

    Two separators in a row end a number, except at a bracket (") ", " (") or in one written as in Germany (`_GERMAN`).
    """
    number = text[start:end]
    cut = _CUT.search(number, 1)
    if cut and not number.startswith((" (", ") "), cut.start()):
        german = _GERMAN.match(number)
        is_whole = german and german.end() > cut.start() and _count(german[0]) <= MAX_DIGITS
        number = german[0] if german and is_whole else number[: cut.start()]
    return start, start + len(number.rstrip(" ()./-"))


def _count(text: str) -> int:
    return sum(map(str.isdigit, text))


def _is_telephone(text: str, start: int, end: int) -> bool:
    number = text[start:end]
    digits = _count(number)
    before = text[max(0, start - 16) : start]
    is_called_otherwise = _NUMBER_BEFORE.search(before) and not _PHONE_BEFORE.search(before)
    if (
        not MIN_DIGITS <= digits <= MAX_DIGITS + 2 * number.startswith("00")
        or text[end : end + 1].isalnum()
        or (is_called_otherwise and not number.startswith("+"))
        or _AMOUNT_AFTER.match(text, end)
        or _DAYS.match(number)
    ):
        return False
    return _has_telephone_form(number, digits)


def _has_telephone_form(number: str, digits: int) -> bool:
    if number.startswith("+"):
        # "+48 123 456 789" is a number, "+10 000 000" an amount
        return digits > MIN_DIGITS + 1 or not _GROUPED_AMOUNT.match(number)
    if not number.startswith(("0", "(")):
        return _NORTH_AMERICAN.match(number) is not None
    if _is_of_postcodes(number):
        return False
    is_grouped = _GROUPED.search(number) is not None
    if number.startswith("00"):
        # "00 44 20 7946 0958" is a number, "0012345678" a counter with leading zeros
        minimum = MIN_DIGITS + (2 if is_grouped else 4)
        return digits >= minimum and number[2:].lstrip(" ()")[:1] != "0"
    if number.startswith(("0", "(0")):
        return digits > MIN_DIGITS and is_grouped and not _YEAR.search(number)
    return MIN_DIGITS < digits <= MAX_NATIONAL and _AREA_IN_BRACKETS.match(number) is not None


def _is_of_postcodes(number: str) -> bool:
    plain = number.replace("(", "").replace(")", " ")
    parts = _BETWEEN_POSTCODES.split(plain) if "/" in plain or " " in plain else plain.split("-")
    forms = {_DIGIT.sub("0", part) for part in parts}
    is_department = number.startswith("(") and not number.startswith("(0")  # French numbers begin with 0
    lengths = (POSTCODE_DIGITS, DEPARTMENT_DIGITS) if is_department else (POSTCODE_DIGITS,)
    return len(parts) > 1 and len(forms) == 1 and _count(parts[0]) in lengths
