"""Check storage at an address and a Dask cluster before a run begins."""

from __future__ import annotations

from collections.abc import Iterator

from flows.runtime.settings import Settings
from flows.terminal.errors import WrongUsage


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


def describe_unreachable(error: BaseException | None) -> str | None:
    """Return a line about an error of storage or cluster; None for any other error."""
    from extractors.archive.store import StorageError  # noqa: PLC0415  # see above
    from extractors.refine.cluster import ClusterError  # noqa: PLC0415

    return str(error) if isinstance(error, StorageError | ClusterError) else None
