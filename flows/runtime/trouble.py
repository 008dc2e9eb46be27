"""Describe in one line, with the remedy, why a run cannot use its files: a full disk, a damaged database, or storage or
a cluster that does not answer."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

from flows.runtime.settings import Settings, settings
from flows.terminal.errors import WrongUsage, describe_unwritten


def refuse_unreachable(config: Settings) -> None:
    """Raise `WrongUsage` if the storage or cluster of the settings cannot be used."""
    if problems := list(find_unreachable(config)):
        raise WrongUsage("\n".join(problems))


def find_unreachable(config: Settings) -> Iterator[str]:
    """Yield the problems with storage and cluster, each with the setting, the reason and the remedy."""
    from extractors.archive.store import StorageError  # noqa: PLC0415  # only where it is needed

    for setting, store in (("archive_folder", config.archive), ("refined_folder", config.refined)):
        try:
            store.check()
        except StorageError as error:
            yield f"{config.origins.get(setting, 'settings')}: {error}"
    if config.cluster:
        from extractors.refine.cluster import ClusterError, check_cluster  # noqa: PLC0415  # see above

        try:
            check_cluster(config.cluster)
        except ClusterError as error:
            yield f"{config.origins.get('pool', 'settings')}: {error}"


def describe_trouble(error: BaseException | None, data: Path) -> str | None:
    """Return a line about a disk that is full or read-only, a damaged database, or storage or a cluster that does not
    answer; None for any other error."""
    from warehouse import database  # noqa: PLC0415  # see above

    if isinstance(error, database.SqlError) and database.is_full_disk(error):
        return describe_unwritten(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(data)))
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS):
        return describe_unwritten(OSError(error.errno, error.strerror, error.filename or str(data)))
    return describe_damage(error) or describe_unreachable(error)


def describe_damage(error: BaseException | None) -> str | None:
    """Return a line that names the damaged database; None for any other error."""
    from warehouse import database, database_files  # noqa: PLC0415  # see above

    if not isinstance(error, database.SqlError) or not database_files.may_be_damage(error):
        return None
    config = settings()
    folders = [config.data, *(config.outputs(day).folder for day in config.past_days)]
    for path in (folder / name for folder in folders for name in (database.MARKET, database.WORK)):
        if damage := database_files.find_damage(path):
            command = "rebuild" if path.parent == config.data else f"run --as-of {path.parent.name}"
            return f"{path} is damaged ({damage}); `jobmarket {command}` makes it again"
    return None


def describe_unreachable(error: BaseException | None) -> str | None:
    """Return a line about storage or a cluster that does not answer; None for any other error."""
    from extractors.archive.store import StorageError  # noqa: PLC0415  # see above
    from extractors.refine.cluster import ClusterError  # noqa: PLC0415

    return str(error) if isinstance(error, StorageError | ClusterError) else None
