"""CSV tables as sources publish them: packed in a zip or not, with lines above the header or not."""

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
"""What a workbook, itself a zip, has inside."""
MAX_HEAD_LINES = 20
"""Lines in which a table's header is looked for: exports put a title and a date above it, surveys half a page."""
csv.field_size_limit(16_000_000)  # characters of a cell; set here, so that every reader has the same


def zip_member(body: bytes, name: re.Pattern[str], *, largest: int) -> bytes:
    """The one file in a zip whose name is found by `name`; the body itself when it is no zip, or a workbook.

    Raises `Rejected` when there are none or several, when it would unpack to over `largest` bytes, and for a zip
    that is not whole.
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


def check_workbook(body: bytes, *, largest: int) -> None:
    """Raise `Rejected` for an Excel workbook whose parts would unpack to over `largest` bytes, before any is."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        size = sum(part.file_size for part in archive.infolist())  # zipfile unpacks no more than a part says
    if size > largest:
        rule = f"a workbook that unpacks to at most {largest:,} bytes expected; save the sheet as CSV"
        raise Rejected("response", f"{size:,} bytes", rule)


def unpack_gzip(body: bytes, *, largest: int) -> bytes:
    """The content of a gzip file; the body itself when it is none.

    Raises `Rejected` when it would unpack to over `largest` bytes, and for a file that is not whole.
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
    r"""The body in UTF-8: of UTF-16 with a byte-order mark, of UTF-8, or of Latin-1 where it is neither.

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
    """The rows of a CSV (UTF-8, byte-order mark or not) by column. Lines above the header are skipped.

    The header is the first line that has all `columns`. Kept are these and those of `also` that there are;
    all columns when it is None. A row of other length has only the cells that both have, so that reading it fails
    for itself. With a tab as `delimiter`, quotes are no marks. `rename` gives the name under which a column of the file
    is known; `columns` and `also` have these. Raises `Rejected` when no line has these columns.
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
