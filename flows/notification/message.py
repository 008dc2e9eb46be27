"""Compose the message of a night: a subject, short lines for a phone, and the same content as fields for a program."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

from pydantic_core import to_jsonable_python

from flows.notification.alerts import KINDS, Night
from flows.runs.run_log import DueAlert
from flows.terminal.errors import EXIT_CODES
from reports.figures.vintages import Change

MAX_ALERTS = 12
"""Maximum number of alerts of a kind that get a line each. Further alerts are only counted."""
MAX_CHANGES = 10
"""Maximum number of changed figures that get a line each. Further figures are only counted."""
MAX_VALUE = 80
"""Maximum characters of a figure's value that are shown."""
CONTEXT = 20
"""Characters shown before the first difference of two long values."""
MAX_TEXT = 12_000
"""Maximum characters of a text for a chat room. Mattermost accepts 16,383 (`PostMessageMaxRunesV2`), Slack more."""
INERT = str.maketrans({"<": "‹", ">": "›", "@": "＠"})
"""Similar characters in place of those that chat rooms read as commands (`<!channel>`, `@all`, disguised links)."""


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message. `subject` and `body` are plain text; `fields` has their content as data."""

    subject: str
    body: str
    fields: Mapping[str, Any]

    @property
    def text(self) -> str:
        """Subject and body together."""
        return f"{self.subject}\n\n{self.body}"

    @property
    def content(self) -> dict[str, Any]:
        """JSON object for a webhook."""
        text = self.text if len(self.text) <= MAX_TEXT else f"{self.text[: MAX_TEXT - 1]}…"
        return {"text": text.translate(INERT), "night": to_jsonable_python(self.fields)}


@dataclass(frozen=True, kw_only=True)
class Publication:
    """What a night published: guides, page, and changed figures."""

    guides: Sequence[Path]
    page: Path
    changes: Sequence[Change] = ()


def compose(
    night: Night, due: Sequence[DueAlert], *, n_standing: int = 0, published: Publication | None = None
) -> Message:
    """Return the message of a night.

    `n_standing` counts alerts that were sent before and still stand. `published` is None if the night published
    nothing.
    """
    n = len(due)
    sample = "SAMPLE DATA · " if night.is_sample else ""
    subject = f"{sample}Job market, {night.day}: {n} {'thing' if n == 1 else 'things'} due"
    parts = [[f"The night: {_describe_end(night)}."], *_list_alerts(night, due)]
    if n_standing:
        parts.append([f"Sent before and still so: {n_standing} (`jobmarket notify --show` lists them)"])
    if published is not None:
        parts += [
            *_list_changes(published.changes),
            [*(f"Guide: {guide}" for guide in published.guides), f"Page: {published.page}"],
        ]
    fields = {
        "run_id": night.run_id,
        "day": night.day,
        "exit_code": night.exit_code,
        "is_sample": night.is_sample,
        "due": due,
        "changes": [change._asdict() for change in published.changes] if published else [],
        "guides": published.guides if published else [],
        "page": published.page if published else None,
    }
    return Message(subject=subject, body="\n\n".join("\n".join(part) for part in parts) + "\n", fields=fields)


def compose_test(night: Night) -> Message:
    """Return a message that only tests whether messages arrive."""
    return Message(
        subject="Job market: a test message",
        body="Messages of nights will arrive like this one. `jobmarket notify --test` sent it; nothing is due.\n",
        fields={"run_id": night.run_id, "day": night.day, "is_test": True, "due": [], "changes": []},
    )


def _describe_end(night: Night) -> str:
    if night.exit_code is None:
        return "killed"
    return EXIT_CODES[night.exit_code].state if night.exit_code in EXIT_CODES else f"ended with {night.exit_code}"


def _list_alerts(night: Night, due: Sequence[DueAlert]) -> Iterator[list[str]]:
    for kind, heading in KINDS.items():
        alerts = sorted((alert for alert in due if alert.kind == kind), key=lambda alert: alert.subject)
        if alerts:
            lines = [_line_of(night, alert) for alert in alerts]
            yield [f"{heading} ({len(alerts):,})", *_shorten_list(lines, MAX_ALERTS)]


def _shorten_list(lines: list[str], most: int) -> list[str]:
    return lines if len(lines) <= most else [*lines[:most], f"- and {len(lines) - most:,} more"]


def _line_of(night: Night, alert: DueAlert) -> str:
    over = ", over by now" if alert.is_cleared else ""
    earlier = f" (night of {alert.since}{over})" if alert.since != night.day else ""
    prefix = "" if alert.kind == "night" else f"{alert.subject}: "
    return f"- {prefix}{alert.words}{earlier}\n  → {alert.remedy}"


def _list_changes(changes: Sequence[Change]) -> Iterator[list[str]]:
    """Yield the changes since the day before. Values on another rung are listed apart, as they cannot be compared."""
    for is_other_rung, words in ((False, "changed since"), (True, "on another rung than, not to be compared with,")):
        group = [change for change in changes if change.is_other_rung == is_other_rung]
        if group:
            lines = [f"- {c.figure}: {' → '.join(_shorten(c.before, c.after))}" for c in group]
            yield [f"Figures {words} {group[0].before_on} ({len(group):,})", *_shorten_list(lines, MAX_CHANGES)]


def _shorten(*values: str | None) -> list[str]:
    """Return values to show side by side. Long values are cut to begin shortly before their first difference.

    >>> _shorten("USD 10K", None)
    ['USD 10K', 'withheld']
    """
    texts = ["withheld" if value is None else " ".join(value.split()) for value in values]
    if max(map(len, texts)) <= MAX_VALUE:
        return texts
    n_same = sum(1 for _ in takewhile(lambda ends: len(set(ends)) == 1, zip(*texts, strict=False)))
    begin = max(0, n_same - CONTEXT)
    cut = [f"…{value[begin:].lstrip()}" if begin else value for value in texts]
    return [value if len(value) <= MAX_VALUE else f"{value[: MAX_VALUE - 1]}…" for value in cut]
