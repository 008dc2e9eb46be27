"""Assign job ids from the links between adverts, in the order in which the adverts were read (event time).

A new link may contradict any member of a job, not only the linked advert, so whole jobs are compared.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from transforms.employers.links import SAME_FACTS, Link, Pay, Version, first_orders, order_links

Board = tuple[str, str | None]
Spot = tuple[str, Pay, str | None]
"""Place, pay and posting_id of an advert without a text.

Two such adverts listed on a board at the same time are one job only if their spots are equal. posting_id is None except
for an agency's advert, whose spot therefore never equals another."""
Interval = tuple[datetime, datetime | None]


class Merge(NamedTuple):
    """Two jobs that turned out to be one: from `merged_at` on, the postings of `from_job` have the id `into_job`.

    The other fields are those of the link that shows it.
    """

    merged_at: datetime
    from_job: str
    into_job: str
    left: str
    right: str
    rule: str
    score: float


class SupersededJob(NamedTuple):
    """The id (`job_id`) that a posting's job had until it was merged into another job at `superseded_at`."""

    posting_id: str
    superseded_at: datetime
    job_id: str


class Jobs(NamedTuple):
    """The result of `assign_job_ids`.

    - `job_of`: the job id of each posting
    - `merges`: merges by time
    - `superseded`: the ids that postings had before a merge
    - `links`: at most one link between two postings, in the order in which links apply
    - `refused`: links that were not followed, because they would have made a job contradict itself
    """

    job_of: dict[str, str]
    merges: list[Merge]
    superseded: list[SupersededJob]
    links: list[Link]
    refused: list[Link]


class _Job:
    __slots__ = ("claims", "has_text", "members", "order", "stood")

    def __init__(self, order: tuple[datetime, str, str]) -> None:
        self.order = order
        self.members = [(order[2], order[0])]
        """The job's postings, each with the time when it was first read."""
        self.claims: dict[tuple[str, str], str] = {}
        """The requisition id or department stated in the job's adverts, by employer and kind ("requisition",
        "department").
        """
        self.has_text = False
        self.stood: dict[Board, dict[Spot, Interval]] = {}
        """When adverts without a text were listed, by board and then by spot."""


def assign_job_ids(versions: Iterable[Version], links: Iterable[Link]) -> Jobs:
    """Give each posting the id of its job's earliest posting (by first time seen, source, posting_id).

    Versions and links are followed in event time, so the order in which they are passed does not matter. A later
    posting joins a job without changing the job's id. If a link joins two existing jobs, they are merged and the merge
    is recorded.

    A link is refused if the joined job would have different requisition ids or departments of one employer. A link by
    the rule *same facts* is also refused if both jobs have a text, or if a board listed adverts of both jobs at the
    same time with different places or pay.
    """
    job_of: dict[str, _Job] = {}
    merges: list[Merge] = []
    former_jobs: dict[tuple[str, datetime], str] = {}
    contradictions: list[Link] = []
    versions = sorted(versions, key=lambda version: version.order)
    ordered_links = order_links(links, first_orders(versions))
    arrivals = iter(versions)
    version = next(arrivals, None)
    for link in ordered_links:
        while version is not None and version.first_at <= link.linked_at:
            _arrive(job_of, version)
            version = next(arrivals, None)
        one, other = job_of[link.left], job_of[link.right]
        if one is other:
            continue
        if _contradict(one, other, link.rule):
            contradictions.append(link)
            continue
        earlier, later = (one, other) if one.order < other.order else (other, one)
        if later.order[0] < link.linked_at:
            merges.append(Merge(link.linked_at, later.order[2], earlier.order[2], *link[1:5]))
            for posting_id, first_at in later.members:
                if first_at < link.linked_at:
                    former_jobs.setdefault((posting_id, link.linked_at), later.order[2])
        _join(job_of, earlier, later)
    while version is not None:
        _arrive(job_of, version)
        version = next(arrivals, None)
    return Jobs(
        {posting_id: job.order[2] for posting_id, job in job_of.items()},
        merges,
        [SupersededJob(*key, job_id) for key, job_id in former_jobs.items()],
        ordered_links,
        contradictions,
    )


def _arrive(job_of: dict[str, _Job], version: Version) -> None:
    job = job_of.get(version.posting_id)
    if job is None:
        job = job_of[version.posting_id] = _Job(version.order)
        if version.text_hash is None:
            spot = version.whereabouts, version.pay, version.posting_id if version.is_agency else None
            job.stood[version.source, version.board] = {spot: (version.first_at, version.closed_at)}
    job.has_text |= version.text_hash is not None
    for kind, claim in (("requisition", version.requisition_id), ("department", version.department)):
        if claim is not None:
            for employer in version.employer:
                job.claims.setdefault((employer, kind), claim)


def _contradict(one: _Job, other: _Job, rule: str) -> bool:
    if rule == SAME_FACTS and ((one.has_text and other.has_text) or _stood_apart(one, other)):
        return True
    few, many = sorted((one.claims, other.claims), key=len)
    return any(many.get(key, claim) != claim for key, claim in few.items())


def _stood_apart(one: _Job, other: _Job) -> bool:
    return any(
        here != there and (b is None or c < b) and (d is None or a < d)
        for board in one.stood.keys() & other.stood.keys()
        for here, (a, b) in one.stood[board].items()
        for there, (c, d) in other.stood[board].items()
    )


def _hull(one: Interval, other: Interval) -> Interval:
    ends = one[1], other[1]
    return min(one[0], other[0]), None if None in ends else max(filter(None, ends))


def _join(job_of: dict[str, _Job], earlier: _Job, later: _Job) -> None:
    """Merge `later` into `earlier`. The smaller list of members is added to the larger, so all merges cost n log n."""
    few, many = sorted((earlier, later), key=lambda job: len(job.members))
    for posting_id, _ in few.members:
        job_of[posting_id] = many
    many.members += few.members
    claims = later.claims | earlier.claims
    for board, spots in few.stood.items():
        intervals = many.stood.setdefault(board, {})
        for spot, interval in spots.items():
            intervals[spot] = _hull(intervals[spot], interval) if spot in intervals else interval
    many.order, many.claims, many.has_text = earlier.order, claims, earlier.has_text or later.has_text
