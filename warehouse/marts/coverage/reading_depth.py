"""How much of the adverts' texts was read, and what was missed: measured on adverts drawn at random, every night."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from transforms.records.vocabulary import AI_GROUPS, NO_TEXT, UNREAD
from warehouse.marts.estimators import bound_share
from warehouse.schema import among, literal
from warehouse.sql_files import read_sql


@dataclass(frozen=True, kw_only=True)
class ReadingDepth:
    """Numbers of adverts that ever had a text, by how much of it was read."""

    n_texts: int
    n_by_title: int  # read because their title indicates AI, data or engineering
    n_by_words: int  # read because their words do
    n_unread: int
    n_rest_read: int  # of the rest, drawn at random and read
    n_ai: int  # AI adverts of those read for title or words
    n_missed: int  # AI adverts of n_rest_read

    @property
    def share_missed(self) -> tuple[float, float]:
        """The 95 % interval (Clopper and Pearson) of the share of AI adverts in the rest: 0 to 1 if none was read."""
        if not self.n_rest_read:
            return 0.0, 1.0
        low, high = bound_share(np.array([self.n_missed / self.n_rest_read]), np.array([float(self.n_rest_read)]))
        return float(low[0]), float(high[0])

    @property
    def recall(self) -> tuple[float, float]:
        """Bounds of the share of all AI adverts that were read in full, which follow from `share_missed`."""
        n_read = self.n_ai + self.n_missed
        low, high = (n_read / max(1.0, n_read + share * self.n_unread) for share in reversed(self.share_missed))
        return low, high


def measure_depth(con: Any) -> ReadingDepth:
    """Count adverts by how much of them was read. `con` is a connection, or anything with its `execute`."""
    counts = read_sql(
        "marts/coverage/reading_depth", unread=literal(UNREAD), no_text=literal(NO_TEXT), ai_groups=among(AI_GROUPS)
    )
    row = con.execute(counts).fetchone()
    return ReadingDepth(**dict(zip(ReadingDepth.__dataclass_fields__, row, strict=True)))


def describe_depth(depth: ReadingDepth) -> str:
    """Say in a sentence how many texts were read, and how many AI adverts were missed."""
    if not depth.n_unread:
        return f"Adverts with a text: {depth.n_texts:,}, each read whole"
    read = depth.n_texts - depth.n_unread
    high = depth.share_missed[1]
    return (
        f"Adverts with a text: {depth.n_texts:,}, of which {read:,} were read whole ({depth.n_by_title:,} for their "
        f"title, {depth.n_by_words:,} for their words, {depth.n_rest_read:,} at random from the rest). "
        f"{depth.n_missed:,} of those read at random are AI adverts; so at most {high:.2%} of the rest are, and at "
        f"least {depth.recall[0]:.1%} of all AI adverts were read"
    )
