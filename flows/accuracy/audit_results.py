"""The answers of `jobmarket readers audit` (`audit.jsonl`) and each reader's rolling accuracy from them (`ops.audits`).

The file holds ids and values, never the text of an advert.
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
"""File in the data folder, a line for each answer."""
WINDOW = timedelta(days=365)
"""Answers this old still count."""
ALL = "all"
Z = 1.959964
"""Two-sided 95 % of the normal distribution, for Wilson's interval."""
FieldValue = str | float | list[str] | dict[str, str] | None
"""A value of a field; of `skills`, the requirement of each skill."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a person said: `read` is what we had read, `right` what stands in the advert."""

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
    """Questions of its kind that the advert stands for; None: drawn before adverts had weights, all alike."""


_ANSWER = TypeAdapter(Answer)


def answers_in(path: Path, *, keeps: bool = False) -> list[Answer]:
    """All answers of a file, in order; none when there is no file. A line that holds none is named and passed over.

    `keeps`: it is kept aside, too (`jsonl.read`).
    """
    return jsonl.read(path, _parse, keeps=keeps)


def _parse(line: bytes) -> Answer:
    answer = _ANSWER.validate_json(line, strict=True)
    date.fromisoformat(answer.audited_on)
    if answer.reader not in READERS:
        raise ValueError(f"reader: one of {', '.join(READERS)} expected, not {answer.reader!r}")
    return answer


def audits_of(data: Path) -> list[Audits]:
    """The rows of ops.audits: what the answers in a data folder come to."""
    return accuracy(answers_in(data / GOLD, keeps=True))


def accuracy(answers: Sequence[Answer]) -> list[Audits]:
    """Rolling accuracy for each day of answers: by reader alone, and by reader, source and language.

    Counts the last answer to each question within `WINDOW` of the day, each by its weight (Hájek's estimator); the
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
    """Wilson's 95 % score interval of a proportion (Wilson 1927).

    >>> [round(end, 3) for end in wilson(95, 100)]
    [0.888, 0.978]
    """
    share, z2 = hits / of, Z * Z
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = Z / (1 + z2 / of) * math.sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    return max(0.0, middle - half), min(1.0, middle + half)


def _weights(answers: Sequence[Answer]) -> list[float]:
    """The weight of each answer; those drawn before there were weights count like the mean of the others."""
    weights = [answer.weight for answer in answers if answer.weight is not None]
    usual = sum(weights) / len(weights) if weights else 1.0
    return [usual if answer.weight is None else answer.weight for answer in answers]


def show_accuracy(rows: Sequence[Audits], out: Console) -> None:
    """Print how each reader stands on the last day of answers."""
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
