"""Read the CSV tables that sources publish. A table may be in a zip or gzip file, and lines may precede its header."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import itertools
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable

from transforms.text.rejects import Rejected

WORKBOOK = "[Content_Types].xml"
"""Name of a file that every Excel workbook contains. A workbook is a zip file."""
MAX_HEAD_LINES = 20
"""Number of first lines that are searched for the header. Exports have a title above it, surveys half a page of text.
"""
csv.field_size_limit(16_000_000)  # the longest cell in characters, for every CSV reader of the process


def zip_member(body: bytes, name: re.Pattern[str], *, largest: int) -> bytes:
    """Return the content of the only file in a zip whose name matches `name`; `body` itself if it is no zip, or a
    workbook.

    Raise `Rejected` if the zip is damaged, or if not exactly one file of at most `largest` bytes matches.
    """
    if not body.startswith(b"PK"):
        return body
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            if WORKBOOK in archive.namelist():
                return body
            inside = [info for info in archive.infolist() if name.search(info.filename)]
            if len(inside) != 1 or inside[0].file_size > largest:
                rule = f"one file named like {name.pattern}, of at most {largest:,} bytes, expected in the zip"
                raise Rejected("response", ", ".join(archive.namelist()), rule)
            return archive.read(inside[0])
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        rule = f"expected a whole zip ({error}); the answer is kept in the archive"
        raise Rejected("response", body[:80].decode("utf-8", "replace"), rule) from error


def unpack_gzip(body: bytes, *, largest: int) -> bytes:
    """Return the content of a gzip file, or `body` itself if it is not gzip.

    Raise `Rejected` if the content exceeds `largest` bytes or the file is damaged.
    """
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        with gzip.open(io.BytesIO(body)) as file:
            content = file.read(largest + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise Rejected("response", "", f"expected a whole gzip file ({error}); get the file again") from error
    if len(content) > largest:
        raise Rejected("response", "", f"expected a file of at most {largest:,} bytes; split it")
    return content


def to_utf8(body: bytes) -> bytes:
    r"""Convert an encoded text to UTF-8.

    UTF-16 is recognised by its byte-order mark. Bytes that are neither UTF-16 nor UTF-8 count as Latin-1.

    >>> to_utf8("é".encode("utf-16")), to_utf8("é".encode()) == to_utf8("é".encode("latin-1"))
    (b'\xc3\xa9', True)
    """
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return body.decode("utf-16", "replace").encode()
    try:
        body.decode()
    except UnicodeDecodeError:
        return body.decode("latin-1").encode()
    return body


def table_in(
    body: bytes,
    columns: Iterable[str],
    *,
    also: Iterable[str] | None = None,
    delimiter: str = ",",
    rename: Callable[[str], str] = str,
) -> list[dict[str, str]]:
    """Return the rows of a CSV text in UTF-8, each as a dict of values by column. A short row lacks its last columns.

    The header is the first line that has all `columns`; the lines above it are skipped. A row has the values of
    `columns` and `also`, or of all columns of the file if `also` is None. If `delimiter` is a tab, quotation marks are
    ordinary characters. `rename` maps each name in the header to the name that `columns` and `also` use. Of several
    columns of one name, the first that is not empty counts. Raise `Rejected` if the text is not a CSV or no line has
    all `columns`.
    """
    names = set(columns)
    lines = io.TextIOWrapper(io.BytesIO(body), encoding="utf-8-sig", errors="replace", newline="")
    plain = csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE)
    rows = filter(None, plain if delimiter == "\t" else csv.reader(lines, delimiter=delimiter))
    try:
        first = list(itertools.islice(rows, MAX_HEAD_LINES))
        for number, header in enumerate([*map(rename, line)] for line in first):
            if names.issubset(header):
                selection = None if also is None else names.union(also)
                places = [(i, name) for i, name in enumerate(header) if selection is None or name in selection]
                data = itertools.chain(first[number + 1 :], rows)
                if len({name for _, name in places}) == len(places):
                    return [{name: row[i] for i, name in places if i < len(row)} for row in data]
                filled = [[(name, row[i]) for i, name in reversed(places) if i < len(row)] for row in data]
                return [dict(pairs) | {name: text for name, text in pairs if text} for pairs in filled]
    except csv.Error as error:
        raise Rejected("response", body[:80].decode("utf-8", "replace"), f"expected a CSV ({error})") from error
    rule = f"expected a table with the columns {', '.join(sorted(names))}; its publisher may have changed it"
    raise Rejected("response", ", ".join(first[0]) if first else "", rule)
