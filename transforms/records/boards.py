"""The type of a line of boards.csv: one employer's board on one platform."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True)
class Board:
    """An employer's board on a platform. `board` is its token in the platform's addresses, with case kept.

    `country` is the employer's country (ISO 3166-1 alpha-2). `industry` is an ISIC section or one of the guide's six
    industries. `industry_evidence` is the source for the industry ("advert of DAY: what the employer does", "public:
    ..."); None if the industry was entered before evidence was required. `hires_in` are the UN M49 regions in which the
    board's postings were seen.
    """

    source: str
    board: str
    employer: str | None = None
    country: str | None = None
    industry: str | None = None
    industry_evidence: str | None = None
    is_ai_first: bool | None = None
    hires_in: tuple[str, ...] = ()
    verified_on: date | None = None
