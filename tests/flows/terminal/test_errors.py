"""One line for what went wrong, with its remedy."""

from __future__ import annotations

import errno
import os

import pytest

from flows.terminal.errors import REMEDIES, describe_unwritten


@pytest.mark.parametrize("number", [*REMEDIES, errno.EIO])
def test_a_file_that_cannot_be_written_is_named_with_its_remedy(number: int) -> None:
    line = describe_unwritten(OSError(number, os.strerror(number), "guide.md"))
    remedy = REMEDIES.get(number, "fix that")
    assert line == f"guide.md: {os.strerror(number)}; {remedy}, then give the same command again"


def test_an_error_without_a_number_or_a_file_says_what_it_can() -> None:
    assert describe_unwritten(OSError("too slow")) == "a file: too slow; fix that, then give the same command again"
