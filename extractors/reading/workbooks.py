"""Open Excel workbooks within limits. Nothing in them is executed; a formula has the value that was last saved."""

from __future__ import annotations

import contextlib
import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError

from transforms.text.rejects import Rejected

if TYPE_CHECKING:
    from openpyxl import Workbook

UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, ParseError, NotImplementedError, LookupError, ValueError, TypeError),
    *(AttributeError, EOFError, OSError, RuntimeError),
)
"""Exceptions of zipfile and openpyxl for bytes that are not a workbook."""


@contextlib.contextmanager
def open_workbook(content: bytes, *, largest: int, expected: str, remedy: str) -> Iterator[Workbook]:
    """Open a workbook for reading, as a context manager.

    Raise `Rejected` if its parts would unpack to more than `largest` bytes, or if `content` is not a workbook. The
    latter may show only inside the `with` block. `expected` (what the file should be) and `remedy` are words for the
    message.
    """
    from openpyxl import load_workbook  # noqa: PLC0415  # takes a fifth of a second, and only workbooks need it

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = sum(part.file_size for part in archive.infolist())  # zipfile never unpacks more than this
        if size > largest:
            rule = f"expected a workbook that unpacks to at most {largest:,} bytes; save the sheet as CSV"
            raise Rejected("response", f"{size:,} bytes", rule)
        workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        with contextlib.closing(workbook):
            yield workbook
    except Rejected:
        raise
    except UNREADABLE as error:
        begin = content[:80].decode("utf-8", "replace")
        raise Rejected("response", begin, f"expected {expected} ({error}); {remedy}") from error
