"""What people said in audits, as cases: the adverts they were asked about, read again by today's code.

A corrected answer is a miss until a reader is mended, and a confirmed one falls when a change of a reader spoils it.
The advert is read from the stored answer that it was published from; the labels are those of `audit.jsonl`.
"""

from __future__ import annotations

import dataclasses
import logging
from pathlib import Path

from extractors.archive.reader import read
from extractors.archive.store import Store
from extractors.response import Response
from extractors.source import all_sources
from flows.accuracy.audit import values_read_by
from flows.accuracy.audit_results import GOLD, Answer, answers_in
from tests.accuracy.scoring import Score
from transforms.posting import posting
from transforms.records.rows import Posting
from warehouse.publish.reader import open_reader

LOG = logging.getLogger("jobmarket")


def score_audited(data: Path, archive: Store, tally: Score) -> None:
    """Add the last answer to each question of a data folder to a score, as figures `audit.<reader>`.

    An advert that is no longer published, or whose text has changed since, is named and left out.
    """
    last = {(answer.posting_id, answer.reader): answer for answer in answers_in(data / GOLD)}
    if not last:
        return
    adverts = _read_again(data, archive, {answer.posting_id for answer in last.values()})
    for answer in last.values():
        advert = adverts.get(answer.posting_id)
        if advert is None or advert.text_hash != answer.text_hash:
            LOG.warning("%s is not scored: its advert is gone or has another text since the audit", answer.posting_id)
            continue
        _judge(answer, advert, tally)


def _judge(answer: Answer, advert: Posting, tally: Score) -> None:
    got = values_read_by(answer.reader, dataclasses.asdict(advert))
    figure = f"audit.{answer.reader}"
    tally.judge(figure, answer.posting_id, advert.title, answer.right, got, answer.source)


def _read_again(data: Path, archive: Store, posting_ids: set[str]) -> dict[str, Posting]:
    """Adverts by posting_id, read from the answers that their published rows were read from."""
    with open_reader(data) as con:
        rows = con.execute(
            "SELECT posting_id, source, warc, record FROM core.postings WHERE list_contains(?, posting_id)",
            [sorted(posting_ids)],
        ).fetchall()
    adverts: dict[str, Posting] = {}
    for source, warc in sorted({(row[1], row[2]) for row in rows}):
        ids = {(row[3], row[0]) for row in rows if row[2] == warc}
        records = {record for record, _ in ids}
        for response in read(archive.fetch(archive.folder / warc)):
            if isinstance(response, Response) and response.record in records:
                for one in all_sources()[source].parse(response):
                    if isinstance(one, dict) and (response.record, f"{source}:{str(one['id']).strip()}") in ids:
                        advert = posting(**one)
                        adverts[advert.posting_id] = advert
    return adverts
