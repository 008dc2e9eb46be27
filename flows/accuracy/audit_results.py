"""The answers of `jobmarket readers audit` (`audit.jsonl`), and the rolling accuracy of each reader (`ops.audits`).

The file contains ids and values, never the text of an advert.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

from pydantic import Field, TypeAdapter
from rich.console import Console
from rich.table import Column, Table

from flows.runs import jsonl
from transforms.records.vocabulary import READERS
from warehouse.ops_tables import Audits

GOLD = "audit.jsonl"
"""Name of the file in the data folder with one line for each answer."""
WINDOW = timedelta(days=365)
"""Age up to which an answer counts."""
ALL = "all"
Z = 1.959964
"""Quantile of the normal distribution for a two-sided 95 % interval, used in Wilson's interval."""
FieldValue = str | float | list[str] | dict[str, str] | None
"""A value of a field. The value of `skills` maps each skill to its requirement."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A person's answer: `read` is what the reader found, `right` what the advert says."""

    audited_on: str
    posting_id: str
    reader: str
    source: str
    language: str
    is_right: bool
    read: dict[str, FieldValue]
    right: dict[str, FieldValue]
    text_hash: str | None
    code_version: str
    weight: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    """How many questions the advert stands for; None if it was drawn before adverts had weights."""


_ANSWER = TypeAdapter(Answer)


def answers_in(path: Path, *, keeps: bool = False) -> list[Answer]:
    """Return all answers of a file, in order; [] if there is no file. An unreadable line is reported and skipped.

    With `keeps`, unreadable lines are also copied to another file (see `jsonl.read`).
    """
    return jsonl.read(path, _parse, keeps=keeps)


def _parse(line: bytes) -> Answer:
    answer = _ANSWER.validate_json(line, strict=True)
    date.fromisoformat(answer.audited_on)
    if answer.reader not in READERS:
        raise ValueError(f"reader: expected one of {', '.join(READERS)}, not {answer.reader!r}")
    return answer


def audits_of(data: Path) -> list[Audits]:
    """Return the rows of ops.audits, computed from the answers in a data folder."""
    return accuracy(answers_in(data / GOLD, keeps=True))


def accuracy(answers: Sequence[Answer]) -> list[Audits]:
    """Return the rolling accuracy on each day with answers: by reader alone, and by reader, source and language.

    On each day, the last answer to each question within `WINDOW` counts, with its weight (Hájek's estimator). The
    interval is Wilson's for the effective number of answers (Kish 1965).
    """
    rows = []
    for day in sorted({answer.audited_on for answer in answers}):
        first = (date.fromisoformat(day) - WINDOW).isoformat()
        last = {(a.posting_id, a.reader): a for a in answers if first < a.audited_on <= day}
        groups: dict[tuple[str, str, str], list[Answer]] = defaultdict(list)
        for answer in last.values():
            groups[answer.reader, ALL, ALL].append(answer)
            groups[answer.reader, answer.source, answer.language].append(answer)
        for (reader, source, language), group in sorted(groups.items()):
            weights = _weights(group)
            n_effective = sum(weights) ** 2 / sum(weight**2 for weight in weights)
            is_right = [answer.is_right for answer in group]
            share = sum(itertools.compress(weights, is_right)) / sum(weights)
            low, high = wilson(share * n_effective, n_effective)
            rows.append(
                Audits(
                    audited_on=date.fromisoformat(day),
                    reader=reader,
                    source=source,
                    language=language,
                    n_asked=len(group),
                    n_right=sum(is_right),
                    accuracy=min(share, 1.0),
                    accuracy_lo=low,
                    accuracy_hi=high,
                )
            )
    return rows


def wilson(hits: float, of: float) -> tuple[float, float]:
    """Return the ends of Wilson's 95 % score interval for the proportion `hits / of` (Wilson 1927).

    >>> [round(end, 3) for end in wilson(95, 100)]
    [0.888, 0.978]
    """
    share, z2 = hits / of, Z * Z
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = Z / (1 + z2 / of) * math.sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    return max(0.0, middle - half), min(1.0, middle + half)


def _weights(answers: Sequence[Answer]) -> list[float]:
    weights = [answer.weight for answer in answers if answer.weight is not None]
    usual = sum(weights) / len(weights) if weights else 1.0
    return [usual if answer.weight is None else answer.weight for answer in answers]


def show_accuracy(rows: Sequence[Audits], out: Console) -> None:
    """Print the accuracy of each reader on the last day of answers."""
    if not rows:
        out.print("no answers yet")
        return
    day = rows[-1].audited_on
    numbers = (Column(name, justify="right") for name in ("asked", "right", "accuracy", "95 %"))
    table = Table("reader", *numbers, title=f"Accuracy of the year to {day}", title_justify="left")
    for row in rows:
        if row.audited_on == day and row.source == ALL:
            between = f"{100 * row.accuracy_lo:.0f}–{100 * row.accuracy_hi:.0f}"
            table.add_row(row.reader, str(row.n_asked), str(row.n_right), f"{100 * row.accuracy:.0f} %", between)
    out.print(table)
