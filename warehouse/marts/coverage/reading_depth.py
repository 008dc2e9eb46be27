"""How deep adverts were read, and what was missed by it: measured on the random share, anew each night."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from transforms.records.vocabulary import AI_GROUPS, NO_TEXT, UNREAD
from warehouse.marts.estimators import bound_share

COUNTS = f"""
SELECT
    count(*) AS n_texts, count(*) FILTER (told_by = 'title') AS n_by_title,
    count(*) FILTER (told_by = 'words') AS n_by_words, count(*) FILTER (text_state = '{UNREAD}') AS n_unread,
    count(*) FILTER (is_rest AND text_state <> '{UNREAD}') AS n_rest_read,
    count(*) FILTER (is_ai AND NOT is_rest) AS n_ai, count(*) FILTER (is_ai AND is_rest) AS n_missed,
    count(*) FILTER (is_rest AND ai_label = 'uses_ai') AS n_with_ai
FROM (
    SELECT *, told_by IS NULL AS is_rest, role_group IN {AI_GROUPS} OR coalesce(ai_label = 'builds_ai', false) AS is_ai
    FROM core.postings WHERE text_state <> '{NO_TEXT}'
)
"""
"""SELECT of the counts of `ReadingDepth`, of all adverts that ever had a text."""


@dataclass(frozen=True, kw_only=True)
class ReadingDepth:
    """Adverts with a text by how deep they were read.

    `n_by_title` and `n_by_words`: texts read because title or words indicate AI, data or engineering; `n_ai` of these
    are AI adverts. Of the rest, `n_rest_read` were read at random and `n_unread` were not. Among those read at random,
    `n_missed` turned out to be AI adverts, and `n_with_ai` use AI.
    """

    n_texts: int
    n_by_title: int
    n_by_words: int
    n_unread: int
    n_rest_read: int
    n_ai: int
    n_missed: int
    n_with_ai: int

    @property
    def share_missed(self) -> tuple[float, float]:
        """Bounds of the share of the rest that are AI adverts: Clopper and Pearson's of 95 %; 0 to 1 of none read."""
        if not self.n_rest_read:
            return 0.0, 1.0
        low, high = bound_share(np.array([self.n_missed / self.n_rest_read]), np.array([float(self.n_rest_read)]))
        return float(low[0]), float(high[0])

    @property
    def recall(self) -> tuple[float, float]:
        """Least and greatest share of all AI adverts that were read in full, by `share_missed`."""
        n_read = self.n_ai + self.n_missed
        low, high = (n_read / max(1.0, n_read + share * self.n_unread) for share in reversed(self.share_missed))
        return low, high


def measure_depth(con: object) -> ReadingDepth:
    """How deep the adverts of a warehouse were read. `con` is a connection of DuckDB, or one that executes like it."""
    row = con.execute(COUNTS).fetchone()  # type: ignore[attr-defined]  # several kinds of connection have it
    return ReadingDepth(**dict(zip(ReadingDepth.__dataclass_fields__, row, strict=True)))


def describe_depth(depth: ReadingDepth) -> str:
    """What was read and missed, in a sentence."""
    if not depth.n_unread:
        return f"Texts read whole: all {depth.n_texts:,}"
    read = depth.n_texts - depth.n_unread
    high = depth.share_missed[1]
    return (
        f"Texts read whole: {read:,} of {depth.n_texts:,} ({depth.n_by_title:,} for their title, {depth.n_by_words:,} "
        f"for their words, {depth.n_rest_read:,} at random from the rest). {depth.n_missed:,} of those read at random "
        f"are AI adverts; so at most {high:.2%} of the rest are, and at least {depth.recall[0]:.1%} of all AI adverts "
        "were read"
    )
