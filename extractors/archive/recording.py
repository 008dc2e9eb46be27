"""Read a recording that is to be taken into the archive."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from extractors.archive.index import ArchiveIndex
from extractors.archive.reader import DamagedRecord, RecordedAnswer, RevisitedAnswer, read_record_at, read_recorded


def whole_answers(
    path: Path, index: ArchiveIndex | None
) -> Iterator[tuple[RecordedAnswer | RevisitedAnswer, RecordedAnswer | None] | DamagedRecord]:
    """Yield damaged records and answers in order, each answer with its whole answer: itself, or the one that it
    repeats.

    A repeated answer is looked up in the recording, then in the archive's `index` if given; None if neither has it.
    """
    locations: dict[tuple[str, datetime], tuple[int, int, int]] | None = None
    for answer in read_recorded(path):
        if isinstance(answer, DamagedRecord):
            yield answer
        elif isinstance(answer, RecordedAnswer):
            yield answer, answer
        else:
            if locations is None:
                locations = {
                    (other.url, other.observed_at): (other.record, other.offset, other.position)
                    for other in read_recorded(path)
                    if isinstance(other, RecordedAnswer)
                }
            location = locations.get((answer.url, answer.refers_to))
            yield answer, _read_whole(path, location) or _find_archived(answer, index)


def _read_whole(path: Path, location: tuple[int, int, int] | None) -> RecordedAnswer | None:
    if location is None:
        return None
    record, offset, position = location
    answer = read_record_at(path, record=record, offset=offset, position=position)
    return answer if isinstance(answer, RecordedAnswer) else None


def _find_archived(answer: RevisitedAnswer, index: ArchiveIndex | None) -> RecordedAnswer | None:
    earlier = index.before(answer.url, answer.observed_at) if index else None
    return earlier.answer() if earlier and earlier.digest == answer.digest else None
