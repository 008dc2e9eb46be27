"""CSV tables as sources publish them, with or without a zip or gzip around them or lines above the header."""

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
"""Name of a file inside every workbook, which is a zip."""
MAX_HEAD_LINES = 20
"""Lines in which we look for the header: exports have a title and a date above it, surveys half a page."""
csv.field_size_limit(16_000_000)  # characters of a cell, for all readers


def zip_member(body: bytes, name: re.Pattern[str], *, largest: int) -> bytes:
    """Return the only file in a zip with a name like `name`; the body itself if it is a workbook or not a zip.

    Raise `Rejected` if there is no such file or several, if it would unpack to over `largest` bytes, or if the zip is
    damaged.
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
        rule = f"a whole zip expected ({error}); the answer is kept in the archive"
        raise Rejected("response", body[:80].decode("utf-8", "replace"), rule) from error


def unpack_gzip(body: bytes, *, largest: int) -> bytes:
    """Return the content of a gzip file; the body itself if it is not gzip.

    Raise `Rejected` if it would unpack to over `largest` bytes or is damaged.
    """
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        with gzip.open(io.BytesIO(body)) as file:
            content = file.read(largest + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise Rejected("response", "", f"a whole gzip file expected ({error}); get the file again") from error
    if len(content) > largest:
        raise Rejected("response", "", f"a file of at most {largest:,} bytes expected; split it")
    return content


def to_utf8(body: bytes) -> bytes:
    r"""Convert to UTF-8 from UTF-16 with a byte-order mark, or from Latin-1 if it is not UTF-8.

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
    """Return the rows of a CSV in UTF-8 by column. Lines above the header are skipped.

    The header is the first line with all `columns`. The rows have these columns and those in `also`, or all columns if
    it is None. A row that is too short lacks its last columns, so that only reading this row fails. With a tab as
    `delimiter`, quotes have no meaning. `rename` maps a name in the file to our name, which `columns` and `also` use.
    Raise `Rejected` if no line has these columns.
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
                return [{name: row[i] for i, name in places if i < len(row)} for row in data]
    except csv.Error as error:
        raise Rejected("response", body[:80].decode("utf-8", "replace"), f"a CSV expected ({error})") from error
    rule = f"a table with the columns {', '.join(sorted(names))} expected; its publisher may have changed it"
    raise Rejected("response", ", ".join(first[0]) if first else "", rule)
