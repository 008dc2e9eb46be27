"""Find the alerts after a night: what failed, froze or disappeared, or waits for a person.

An alert is identified by kind, subject and state. The state changes only if there is something new to report, such as
a missed deadline; otherwise it is the same every night.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from extractors.source import all_sources
from flows.inputs.guide_preflight import LEFT_OUT
from flows.monitoring.boards import find_lost_boards
from flows.monitoring.rhythm import find_frozen_sources
from flows.runs.run_log import Alert, Key
from flows.runtime.permissions import why_off, why_turned_off
from flows.runtime.settings import Settings
from flows.terminal.console import UNSHOWN
from reports.figures import claims
from reports.figures.claims import Claim
from transforms.records.definitions import MAX_DAYS_WAITING
from transforms.text.contacts import mask_contacts
from warehouse.database import Connection, SqlError
from warehouse.load.boards import read_known
from warehouse.ops_tables import EXITS_PUBLISHED

LOG = logging.getLogger("jobmarket")
KINDS = {
    "night": "The night",
    "source": "Sources that failed",
    "frozen": "Sources without anything new",
    "board": "Boards that are gone",
    "review": "Figures that wait for review",
    "claim": "Claims to look up again",
}
"""Kinds of alerts, in the order of the message, with their headings."""
FAILURES = ("failed", "blocked", "partial", "empty")
"""Outcomes of a source that cause an alert (see `flows.runs.source_health.OUTCOMES`)."""
NEAR = timedelta(days=14)
"""A claim that must be verified by a day causes an alert this long before that day."""
MAX_EXAMPLE = 180
"""Maximum characters of the example of a source's failures."""
MAX_WORDS = 300
"""Maximum characters of the text of one alert."""

RECOVERY_REMEDY = "look at what was set aside, then remove it"
GUIDE_REMEDY = "`jobmarket guide check FILE` says what is wrong with it"

_QUOTED = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|(?<=[\s(\[{,:])['"].*""", re.DOTALL)
"""A quoted value in an error (`repr` or JSON), which may be cut off."""
_ADDRESS = re.compile(r"https?://([^\s?#]+?)/?(?:[?#]\S*?)?(?=[:;,.)]?(?:\s|$))")
"""An address. Only its host and path are shown."""
_COUNTED = re.compile(r"; (?=[\d,]+ )")
"""Separator between the counts in a source's message."""
_CHANGEABLE = re.compile(r"[0-9a-f]{8,}|\d+")
"""Parts of a message that differ each time: numbers and ids."""


@dataclass(frozen=True, kw_only=True)
class Night:
    """How a night ended. `health` has, for each source that was asked, its outcome and, after a colon, the message.

    `exit_code` is None if the night was killed.
    """

    run_id: str
    day: date
    exit_code: int | None
    message: str | None = None
    health: Mapping[str, str] = field(default_factory=dict)
    is_sample: bool = False

    @property
    def is_published(self) -> bool:
        """Whether the night published."""
        return self.exit_code in EXITS_PUBLISHED


@dataclass(frozen=True, kw_only=True)
class StandingAlerts:
    """The alerts after a night, and what was checked.

    `seen` has, for each kind that was checked, the subjects that were checked, or None for all subjects. An alert that
    was not checked does not count as cleared.
    """

    alerts: tuple[Alert, ...]
    seen: Mapping[str, frozenset[str] | None]

    def is_cleared(self, key: Key) -> bool:
        """Whether an alert was checked and is gone."""
        kind, subject, _ = key
        subjects = self.seen.get(kind, frozenset())
        is_seen = subjects is None or subject in subjects
        return is_seen and key not in {alert.key for alert in self.alerts}

    def without(self, alerts: Iterable[Alert]) -> list[Alert]:
        """Return the standing alerts that are not among `alerts`."""
        keys = {alert.key for alert in alerts}
        return [alert for alert in self.alerts if alert.key not in keys]


def find_alerts(night: Night, con: Connection | None, config: Settings) -> StandingAlerts:
    """Return all alerts after a night. `con` is the published warehouse, or None if it cannot be read."""
    alerts = [*describe_night(night), *describe_sources(night), *describe_claims(claims.load_claims(), night.day)]
    seen: dict[str, frozenset[str] | None] = {"night": None, "claim": None}
    seen["source"] = frozenset(night.health).union(config.sources_off)
    published: list[tuple[str, Iterable[Alert], frozenset[str] | None]] = []
    if con is not None:
        on = frozenset(_list_rhythmic_sources(config))
        published = [
            ("frozen", describe_frozen(con, on, night.day), on.union(config.sources_off)),
            ("board", describe_boards(con, config), None),
            ("review", describe_reviews(con, night.day), None),
        ]
    for kind, found, subjects in published:
        try:
            alerts += found
            seen[kind] = subjects
        except SqlError as error:  # an older version, which lacks these tables, published the warehouse
            LOG.warning("the published warehouse cannot be checked for %s: %s", KINDS[kind].lower(), error)
    order = list(KINDS)
    alerts.sort(key=lambda alert: (order.index(alert.kind), alert.subject, alert.state))
    return StandingAlerts(alerts=tuple(alerts), seen=seen)


def _list_rhythmic_sources(config: Settings) -> Iterator[str]:
    in_store = read_known(config.data)
    for name, module in all_sources().items():
        is_asked = module.SOURCE.access == "file" or why_off(module.SOURCE, config.data, in_store) is None
        if is_asked and why_turned_off(config, name) is None:
            yield name


# --- one kind each --------------------------------------------------------------------------------------


def describe_night(night: Night) -> Iterator[Alert]:
    """Yield alerts of a night that published nothing, repaired a damaged file, or left a guide unchanged."""
    if night.exit_code is None:
        yield Alert(
            kind="night", subject="end", state="killed",
            words="the night was killed and never ended", remedy="`jobmarket run` continues it",
        )  # fmt: skip
    elif not night.is_published:
        message = night.message or f"it ended with {night.exit_code}"
        yield Alert(
            kind="night", subject="publishing", state=_CHANGEABLE.sub("0", message)[:MAX_WORDS],
            words=f"nothing was published, and what stood before still stands: {clean(message)}",
            remedy="`jobmarket status` and the run's log say more",
        )  # fmt: skip
    elif night.message:
        yield Alert(
            kind="night", subject="recovery", state=_CHANGEABLE.sub("0", night.message)[:MAX_WORDS],
            words=clean(night.message), remedy=GUIDE_REMEDY if LEFT_OUT in night.message else RECOVERY_REMEDY,
        )  # fmt: skip


def describe_sources(night: Night) -> Iterator[Alert]:
    """Yield alerts of sources that failed completely or in part."""
    for name, text in night.health.items():
        outcome, _, why = text.partition(": ")
        if outcome in FAILURES:
            yield Alert(
                kind="source", subject=name, state=outcome,
                words=f"{outcome}: {_shorten(why)}" if why else outcome,
                remedy=f"`jobmarket sources {name}` shows all",
            )  # fmt: skip


def describe_frozen(con: Connection, names: Iterable[str], day: date) -> Iterator[Alert]:
    """Yield alerts of sources that have had no news for longer than their cadence allows."""
    for source, since, due_days in find_frozen_sources(con, names, day):
        is_file = all_sources()[source].SOURCE.access == "file"
        yield Alert(
            kind="frozen", subject=source, state=since.isoformat(),
            words=f"nothing new since {since}; {due_days} days without are usual at most",
            remedy="download its newest file and give it to `jobmarket backfill`" if is_file
            else f"`jobmarket sources --check {source}` asks it now",
        )  # fmt: skip


def describe_boards(con: Connection, config: Settings) -> Iterator[Alert]:
    """Yield alerts of boards that once answered and are no longer found."""
    for source, board, answered_on, asked_on in find_lost_boards(con, config.board_not_found):
        yield Alert(
            kind="board", subject=f"{source} {board}", state="gone",
            words=f"answered until {answered_on}, not found since; asked on {asked_on} last",
            remedy="`jobmarket boards check` proposes what to change",
        )  # fmt: skip


def describe_reviews(con: Connection, day: date) -> Iterator[Alert]:
    """Yield alerts of lists that wait for review, the nearest deadline first.

    A list may be published without a review after the deadline, which changes the state of the alert.
    """
    for name, since in con.execute(
        "SELECT list, offered_on FROM ops.vintages WHERE state = 'waiting' ORDER BY offered_on, list"
    ).fetchall():
        deadline = since + timedelta(days=MAX_DAYS_WAITING.value)
        is_over = day > deadline
        yield Alert(
            kind="review", subject=name, state=f"{since} {'overdue' if is_over else 'waiting'}",
            words=f"since {since}, {'overdue' if is_over else 'to be decided'} by {deadline}",
            remedy="`jobmarket review` shows it", deadline=deadline,
        )  # fmt: skip


def describe_claims(entries: Iterable[Claim], day: date) -> Iterator[Alert]:
    """Yield alerts of claims whose day to be verified again is near or past. The state of an alert changes when that
    day is past."""
    for claim in entries:
        if day >= claim.verify_by - NEAR:
            is_over = day > claim.verify_by
            yield Alert(
                kind="claim", subject=claim.id, state=f"{claim.verify_by} {'past' if is_over else 'near'}",
                words=f"“{claim.claim}” ({claim.publisher or claims.UNKNOWN_PUBLISHER}) "
                f"{'was to be' if is_over else 'is to be'} verified by {claim.verify_by}",
                remedy=f"look it up and set a new day in reports/figures/{claims.CLAIMS.name}",
                deadline=claim.verify_by,
            )  # fmt: skip


def _shorten(why: str) -> str:
    first, *others = _COUNTED.split(why)
    return "; ".join((clean(first, MAX_EXAMPLE), *(clean(other.partition(", first: ")[0]) for other in others)))


def clean(text: str, max_length: int = MAX_WORDS) -> str:
    """Return an error as one line without quoted values, which may be words of an advert or the name of a person."""
    line = mask_contacts(_ADDRESS.sub(r"\1", " ".join(_QUOTED.sub("…", text).split()))).translate(UNSHOWN)
    return line if len(line) <= max_length else f"{line[: max_length - 1]}…"
