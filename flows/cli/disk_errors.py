"""Describe a full disk, a damaged database or an unreachable place in one line, with the remedy."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from flows.cli.options import settings
from flows.terminal.errors import describe_unwritten


def describe_trouble(error: BaseException | None, data: Path) -> str | None:
    """Return a line about a disk that is full or read-only, a damaged database, or storage or a cluster that does not
    answer, with the remedy; None for any other error."""
    from flows.runtime.places import describe_unreachable
    from warehouse import database

    if isinstance(error, database.SqlError) and database.is_full_disk(error):
        return describe_unwritten(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(data)))
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS):
        return describe_unwritten(OSError(error.errno, error.strerror, error.filename or str(data)))
    return describe_damage(error) or describe_unreachable(error)


def describe_damage(error: BaseException | None) -> str | None:
    """Return a line that names the damaged database and the remedy; None for any other error."""
    from warehouse import database, database_files

    if not isinstance(error, database.SqlError) or not database_files.may_be_damage(error):
        return None
    config = settings()
    folders = [config.data, *(config.outputs(day).folder for day in config.past_days)]
    for path in (folder / name for folder in folders for name in (database.MARKET, database.WORK)):
        if damage := database_files.find_damage(path):
            command = "rebuild" if path.parent == config.data else f"run --as-of {path.parent.name}"
            return f"{path} is damaged ({damage}); `jobmarket {command}` makes it again"
    return None
