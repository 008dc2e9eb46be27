"""What is due after a night: what failed, froze, went missing, or waits for a person.

An alert is told apart by its kind, subject and state. Its state changes where there is something new to say of it, as
when its deadline passes, and not from night to night.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from extractors.source import all_sources
from flows.inputs.guide_preflight import LEFT_OUT
from flows.monitoring.boards import find_lost_boards
from flows.monitoring.rhythm import find_frozen_sources
from flows.notification.reviews import find_waiting_lists
from flows.runtime.permissions import why_off, why_turned_off
from flows.runtime.settings import Settings
from flows.terminal.console import UNSHOWN
from reports.figures import claims
from reports.figures.claims import Claim
from transforms.text.normalise import mask_contacts
from warehouse.database import Connection, SqlError
from warehouse.load.boards import read_known
from warehouse.ops_tables import EXITS_PUBLISHED

LOG = logging.getLogger("jobmarket")
Finder = Callable[[Connection], Iterable["Alert"]]
KINDS = {
    "night": "The night",
    "source": "Sources that failed",
    "frozen": "Sources without anything new",
    "board": "Boards that are gone",
    "review": "Figures that wait for review",
    "claim": "Claims to look up again",
}
"""Kinds of alerts in the order of the message, each with its heading."""
FAILURES = ("failed", "blocked", "partial", "empty")
"""Outcomes of a source that are due (`flows.runs.source_health.OUTCOMES`)."""
NEAR = timedelta(days=14)
"""How long before its day a claim is due."""
MAX_EXAMPLE = 180
"""Characters of the example that is said of a source's failures."""
MAX_WORDS = 300
"""Characters that are said of one alert."""

RECOVERY_REMEDY = "look at what was set aside, then remove it"
GUIDE_REMEDY = "`jobmarket guide check FILE` says what is wrong with it"

_QUOTED = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|(?<=[\s(\[{,:])['"].*""", re.DOTALL)
"""A value of somebody else's, as errors show it (`repr`, JSON), also one that was cut before its end."""
_ADDRESS = re.compile(r"https?://([^\s?#]+?)/?(?:[?#]\S*?)?(?=[:;,.)]?(?:\s|$))")
"""An address; its host and path are said."""
_COUNTED = re.compile(r"; (?=[\d,]+ )")
"""Between the counts of what went wrong with a source."""
_CHANGEABLE = re.compile(r"[0-9a-f]{8,}|\d+")
"""Parts of a message that are others each time it is said: numbers, ids."""


@dataclass(frozen=True, kw_only=True)
class Alert:
    """One thing that is due: what of (`subject`), how it stands (`state`), in words, and what to do about it."""

    kind: str
    subject: str
    state: str
    words: str
    remedy: str
    deadline: date | None = None

    @property
    def key(self) -> Key:
        """What an alert is known by on later nights."""
        return Key(self.kind, self.subject, self.state)


class Key(NamedTuple):
    """What an alert is known by."""

    kind: str
    subject: str
    state: str


@dataclass(frozen=True, kw_only=True)
class Night:
    """How a night ended. `health` says how each source that was asked fared: outcome, a colon, what went wrong.

    `exit_code` is None where the night was killed.
    """

    run_id: str
    day: date
    exit_code: int | None
    message: str | None = None
    health: Mapping[str, str] = field(default_factory=dict)
    is_sample: bool = False

    @property
    def is_published(self) -> bool:
        """Whether the night put anything in place."""
        return self.exit_code in EXITS_PUBLISHED


@dataclass(frozen=True, kw_only=True)
class StandingAlerts:
    """The alerts that stand after a night, and what was looked at: of each kind these subjects, None for all.

    What was not looked at may stand or not, and is not taken for cleared.
    """

    alerts: tuple[Alert, ...]
    seen: Mapping[str, frozenset[str] | None]

    def is_cleared(self, key: Key) -> bool:
        """Whether an alert was looked at and does not stand."""
        subjects = self.seen.get(key.kind, frozenset())
        is_seen = subjects is None or key.subject in subjects
        return is_seen and key not in {alert.key for alert in self.alerts}


def find_alerts(night: Night, con: Connection | None, config: Settings) -> StandingAlerts:
    """All that stands after a night. `con` is the published warehouse; None: there is none that can be read."""
    alerts = [*describe_night(night), *describe_sources(night), *describe_claims(claims.load_claims(), night.day)]
    coverage: dict[str, frozenset[str] | None] = {"night": None, "claim": None}
    coverage["source"] = frozenset(night.health) | frozenset(config.sources_off)
    on = frozenset(_list_rhythmic_sources(config))
    finders: tuple[tuple[str, Finder, frozenset[str] | None], ...] = (
        ("frozen", lambda con: describe_frozen(con, on, night.day), on | frozenset(config.sources_off)),
        ("board", lambda con: describe_boards(con, config), None),
        ("review", lambda con: describe_reviews(con, night.day), None),
    )
    for kind, find, subjects in finders:
        if con is None:
            break
        try:
            alerts += find(con)
            coverage[kind] = subjects
        except SqlError as error:  # published by an older version, which did not keep that
            LOG.warning("what is published does not tell of %s: %s", KINDS[kind].lower(), error)
    order = list(KINDS)
    return StandingAlerts(
        alerts=tuple(sorted(alerts, key=lambda a: (order.index(a.kind), a.subject, a.state))), seen=coverage
    )


def _list_rhythmic_sources(config: Settings) -> Iterator[str]:
    """Sources that should bring something new: those that a night asks, and those whose files a person hands over."""
    in_store = read_known(config.data)
    for name, module in all_sources().items():
        is_asked = module.SOURCE.access == "file" or why_off(module.SOURCE, config.data, in_store) is None
        if is_asked and why_turned_off(config, name) is None:
            yield name


# --- one kind each --------------------------------------------------------------------------------------


def describe_night(night: Night) -> Iterator[Alert]:
    """That a night published nothing, had to mend a damaged file, or left a guide as it was."""
    if night.exit_code is None:
        yield Alert(
            kind="night", subject="end", state="killed",
            words="the night was killed and never ended", remedy="`jobmarket run` goes on where it was",
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
    """Sources that failed in a night, wholly or in part."""
    for name, text in night.health.items():
        outcome, _, why = text.partition(": ")
        if outcome in FAILURES:
            yield Alert(
                kind="source", subject=name, state=outcome,
                words=f"{outcome}: {_shorten(why)}" if why else outcome,
                remedy=f"`jobmarket sources {name}` shows all",
            )  # fmt: skip


def describe_frozen(con: Connection, names: Iterable[str], day: date) -> Iterator[Alert]:
    """Sources that said nothing new for longer than their cadence."""
    for source, since, due_days in find_frozen_sources(con, names, day):
        is_file = all_sources()[source].SOURCE.access == "file"
        yield Alert(
            kind="frozen", subject=source, state=since.isoformat(),
            words=f"nothing new since {since}; {due_days} days without are usual at most",
            remedy="download its newest file and give it to `jobmarket backfill`" if is_file
            else f"`jobmarket sources --check {source}` asks it now",
        )  # fmt: skip


def describe_boards(con: Connection, config: Settings) -> Iterator[Alert]:
    """Boards that answered and are no longer found."""
    for source, board, answered_on, asked_on in find_lost_boards(con, config.board_not_found):
        yield Alert(
            kind="board", subject=f"{source} {board}", state="gone",
            words=f"answered until {answered_on}, not found since; asked on {asked_on} last",
            remedy="`jobmarket boards check` proposes what to change",
        )  # fmt: skip


def describe_reviews(con: Connection, day: date) -> Iterator[Alert]:
    """Lists of cells that wait for review, again when their deadline has passed."""
    for name, since, deadline in find_waiting_lists(con):
        is_over = day > deadline
        yield Alert(
            kind="review", subject=name, state=f"{since} {'overdue' if is_over else 'waiting'}",
            words=f"since {since}, {'overdue' if is_over else 'to be decided'} by {deadline}",
            remedy="`jobmarket review` shows it", deadline=deadline,
        )  # fmt: skip


def describe_claims(entries: Iterable[Claim], day: date) -> Iterator[Alert]:
    """Claims of others whose day of verification is near, and again when it has passed."""
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
    """What went wrong with a source, as its health has it: all that is counted, and the first example of the first."""
    first, *others = _COUNTED.split(why)
    return "; ".join((clean(first, MAX_EXAMPLE), *(clean(other.partition(", first: ")[0]) for other in others)))


def clean(text: str, max_length: int = MAX_WORDS) -> str:
    """What an error says, in one line, without values it quotes: they may be an advert's words or name a person."""
    line = mask_contacts(_ADDRESS.sub(r"\1", " ".join(_QUOTED.sub("…", text).split()))).translate(UNSHOWN)
    return line if len(line) <= max_length else f"{line[: max_length - 1]}…"
