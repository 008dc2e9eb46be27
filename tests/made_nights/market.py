"""A market of known truth, night after night: what its boards answer, in the true shapes of the sample's sources.

Each board has places for adverts. Every night each place loses its advert with the chance `CLOSES`, and a new one
takes it: another job, with pay, skills and all else drawn anew from the same tables. So the market is the same each
night, and what changes is chance. `World` says what is true beside that: how far pay has risen, at which employers it
is twice as high, which adverts were taken down, and which sources say nothing.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from extractors.archive.reader import read
from extractors.archive.writer import Writer
from extractors.response import Response
from extractors.sources.employer_boards import ashby, greenhouse, lever
from tests.sample.adverts import RECORDINGS, Advert, Board, Dice, boards, draw_advert, pay_sentence
from tests.sample.shapes import ashby_job, greenhouse_job, lever_posting

FIRST = date(2026, 6, 15)
"""The first night; the sample's monthly tables of exchange rates have the months around it."""
CLOSES = 1 / 40
"""Chance of a place to have another advert than on the night before: adverts are listed for 40 days on average."""
PLACES = (8, 16)
"""Least and most adverts on a board."""
READERS = {"ashby": ashby, "greenhouse": greenhouse, "lever": lever}
REFERENCES = ("aijobs_salaries", "bls_oews", "sysarmy_survey")
"""What others publish; it is answered once, on the first night."""
RATES = "currency_table"


@dataclass(frozen=True, kw_only=True)
class World:
    """What is true of a night beside chance. `gone` is the part of adverts of AI work that were taken down."""

    rise: float = 1.0
    doubled: float = 0.0
    gone: float = 0.0
    silent: tuple[str, ...] = ()


AS_EVER = World()


@functools.cache
def boards_of(n_boards: int) -> Mapping[str, tuple[Board, ...]]:
    """The first so many boards of each source, of the countries with most boards first."""
    by_source: dict[str, list[Board]] = {source: [] for source in READERS}
    countries = ("US", "CA", "DE", "GB", "BR")
    for board in sorted(boards(), key=lambda one: (one.country not in countries, one.country != "US", one.employer)):
        employers = {one.employer for group in by_source.values() for one in group}
        if board.employer not in employers and len(by_source[board.source]) < n_boards:
            by_source[board.source].append(board)
    return {source: tuple(group) for source, group in by_source.items()}


def adverts_on(board: Board, day: date, world: World = AS_EVER) -> Iterator[Advert]:
    """The adverts of a board on a day."""
    for place in range(Dice(board.employer, "places").between(*PLACES)):
        number, since = _turn_of(board, place, day)
        advert = draw_advert(board, 1_000 * place + number)
        chance = Dice(advert.key, "gone")
        if advert.role.startswith(("ai_", "machine", "generative", "mlops")) and chance.share(world.gone):
            continue
        posting_day = since if number else since - timedelta(days=Dice(advert.key, "posted").between(1, 60))
        advert = replace(advert, posted_on=posting_day)
        factor = world.rise * (2.0 if Dice(board.employer, "doubled").share(world.doubled) else 1.0)
        yield scale_pay(advert, factor) if factor != 1 else advert


def _turn_of(board: Board, place: int, day: date) -> tuple[int, date]:
    """How many adverts a place had before the one of a day, and since when it has this one."""
    dice, number, since = Dice(board.employer, place, "turns"), 0, FIRST
    for night in range((day - FIRST).days):
        if dice.share(CLOSES):
            number, since = number + 1, FIRST + timedelta(days=night + 1)
    return number, since


def scale_pay(advert: Advert, factor: float) -> Advert:
    """An advert that offers so many times as much, in its fields and in its words."""
    if advert.offer is None:
        return advert
    unit = 10 if advert.offer.period == "month" else 1 if advert.offer.period == "hour" else 100
    low, high = (round(amount * factor / unit) * unit for amount in (advert.offer.low, advert.offer.high))
    offer = replace(advert.offer, low=low, high=high)
    pay = advert.text.pay and pay_sentence(Dice(advert.key, "scaled"), advert.text.language, offer)
    return replace(advert, offer=offer, text=replace(advert.text, pay=pay))


def answers_of(source: str, n_boards: int, day: date, world: World) -> Iterator[tuple[str, bytes]]:
    """Address and body of what each board of a source answers on a day."""
    at = datetime.combine(day, time(2), UTC)
    for board in boards_of(n_boards)[source]:
        adverts = list(adverts_on(board, day, world))
        if source == "greenhouse":
            jobs = [greenhouse_job(advert, board, night=at) for advert in adverts]
            body: object = {"jobs": jobs, "meta": {"total": len(jobs)}}
        elif source == "lever":
            body = [lever_posting(advert, board, is_new_schema=True) for advert in adverts]
        else:
            jobs = [ashby_job(advert, board, is_new_shape=True, with_compensation=True) for advert in adverts]
            body = {"jobs": jobs, "apiVersion": "1"}
        yield READERS[source].SOURCE.url_of(board.board), json.dumps(body, ensure_ascii=False).encode()


def record(folder: Path, n_boards: int, day: date, world: World = AS_EVER) -> dict[str, Sequence[Path]]:
    """The recordings of a night by source; those of the first night have rates and what others publish."""
    begin = datetime.combine(day, time(2), UTC)
    recordings: dict[str, Sequence[Path]] = {}
    for source in (one for one in READERS if one not in world.silent):
        path = folder / source / f"{day.isoformat()}.warc.gz"
        with Writer(path) as writer:
            for number, (url, body) in enumerate(answers_of(source, n_boards, day, world)):
                writer.write(
                    url=url, observed_at=begin + timedelta(seconds=number), status=200,
                    headers=[("content-type", "application/json")], body=body,
                )  # fmt: skip
        recordings[source] = [path]
    if day == FIRST:
        recordings |= {source: [_redate(folder, source, begin)] for source in REFERENCES}
        recordings[RATES] = sorted((RECORDINGS / RATES).glob("*.warc.gz"))
    return recordings


def _redate(folder: Path, source: str, begin: datetime) -> Path:
    """The sample's first recording of a source, as if it had been made on another day."""
    path = folder / source / f"{begin.date().isoformat()}.warc.gz"
    with Writer(path) as writer:
        for answer in read(min((RECORDINGS / source).glob("*.warc.gz"))):
            assert isinstance(answer, Response), "the sample's first night is whole"
            writer.write(
                url=answer.url, observed_at=begin, status=answer.status, body=answer.body,
                headers=[("content-type", "application/octet-stream")],
            )  # fmt: skip
    return path
