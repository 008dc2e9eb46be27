"""Compose the message of a night: a subject, short lines for a phone, and the same content as fields for a program."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from itertools import groupby, takewhile
from pathlib import Path
from typing import Any

from flows.notification.alerts import KINDS, Alert, Night
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
class Due:
    """An alert to be sent, the night since which it has been due, and whether it has cleared since then."""

    alert: Alert
    since: date
    is_cleared: bool = False


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
        return {"text": text.translate(INERT), "night": dict(self.fields)}


@dataclass(frozen=True, kw_only=True)
class Publication:
    """What a night published: guides, page, and changed figures."""

    guides: Sequence[Path]
    page: Path
    changes: Sequence[Change] = ()


def compose(night: Night, due: Sequence[Due], *, n_standing: int = 0, published: Publication | None = None) -> Message:
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
        "day": night.day.isoformat(),
        "exit_code": night.exit_code,
        "is_sample": night.is_sample,
        "due": [_fields_of(each) for each in due],
        "changes": [_change_of(change) for change in published.changes] if published else [],
        "guides": [str(guide) for guide in published.guides] if published else [],
        "page": str(published.page) if published else None,
    }
    return Message(subject=subject, body="\n\n".join("\n".join(part) for part in parts) + "\n", fields=fields)


def compose_test(night: Night) -> Message:
    """Return a message that only tests whether messages arrive."""
    return Message(
        subject="Job market: a test message",
        body="Messages of nights will arrive like this one. `jobmarket notify --test` sent it; nothing is due.\n",
        fields={"run_id": night.run_id, "day": night.day.isoformat(), "is_test": True, "due": [], "changes": []},
    )


def _describe_end(night: Night) -> str:
    if night.exit_code is None:
        return "killed"
    return EXIT_CODES[night.exit_code].state if night.exit_code in EXIT_CODES else f"ended with {night.exit_code}"


def _list_alerts(night: Night, due: Sequence[Due]) -> Iterator[list[str]]:
    order = list(KINDS)
    by_kind = sorted(due, key=lambda each: (order.index(each.alert.kind), each.alert.subject))
    for kind, group in groupby(by_kind, key=lambda each: each.alert.kind):
        members = list(group)
        more = [f"- and {len(members) - MAX_ALERTS:,} more"] if len(members) > MAX_ALERTS else []
        yield [f"{KINDS[kind]} ({len(members):,})", *(_line_of(night, each) for each in members[:MAX_ALERTS]), *more]


def _line_of(night: Night, due: Due) -> str:
    alert = due.alert
    earlier = f" (night of {due.since}{', over by now' if due.is_cleared else ''})" if due.since != night.day else ""
    prefix = "" if alert.kind == "night" else f"{alert.subject}: "
    return f"- {prefix}{alert.words}{earlier}\n  → {alert.remedy}"


def _list_changes(changes: Sequence[Change]) -> Iterator[list[str]]:
    """Yield the changes since the day before. Values on another rung are listed apart, as they cannot be compared."""
    for is_other_rung, words in ((False, "changed since"), (True, "on another rung than, not to be compared with,")):
        group = [change for change in changes if change.is_other_rung == is_other_rung]
        if group:
            lines = [f"- {c.figure}: {' → '.join(_shorten(c.before, c.after))}" for c in group[:MAX_CHANGES]]
            more = [f"- and {len(group) - MAX_CHANGES:,} more"] if len(group) > MAX_CHANGES else []
            yield [f"Figures {words} {group[0].before_on} ({len(group):,})", *lines, *more]


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


def _fields_of(due: Due) -> dict[str, Any]:
    alert = asdict(due.alert)
    deadline = due.alert.deadline.isoformat() if due.alert.deadline else None
    return {**alert, "deadline": deadline, "since": due.since.isoformat(), "is_cleared": due.is_cleared}


def _change_of(change: Change) -> dict[str, Any]:
    return {**change._asdict(), "before_on": change.before_on.isoformat()}
