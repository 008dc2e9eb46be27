"""Decide which vintage of each list of cells is published: what is revised, when, and what waits for review.

The cells of a list are accepted or held together. Tonight's are in the marts, the last accepted ones in the tables of
`published`, from which everything is printed. docs/design.md, *Vintages*, explains the rules.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import NamedTuple, TypeVar

from reports.figures import compute, differences, ladder, query
from reports.figures.declaration import WITHHELD, Figure
from reports.figures.differences import Pair
from reports.figures.query import Connection
from reports.wording import notes, numbers
from reports.wording.bases import OWN_BASES
from transforms.records.definitions import MAX_DAYS_APART, MAX_DAYS_THIN, MAX_DAYS_WAITING, MAX_STALE_DAYS
from warehouse import database
from warehouse.mart_tables import Figures
from warehouse.marts.vintages import published
from warehouse.marts.vintages.published import Offer
from warehouse.ops_tables import Causes, Vintages

THIN = 1 / 3
"""A night is thin for a list if it has less than this fraction of the list's published jobs."""
MAX_LOST = 1 / 2
"""Fraction of the published jobs that must remain; a list with fewer waits for review."""
MIN_ADVERTS_OF_SOURCE = 6
"""Fewest adverts of a source whose loss or arrival needs a review.

If six adverts are expected, there are none by chance one time in 400 (Poisson).
"""
MANY = 5
"""How many lists must have cells from the same day before the adverts of all their figures are computed together."""
PUBLISHED, WAITING, REJECTED, WITHDRAWN = "published", "waiting", "rejected", "withdrawn"
FIRST = "first vintage"
COUNTS = ("frame",)
"""Lists of counts of what was read; counts are no estimates, so these lists never wait for review."""


@dataclass(frozen=True, kw_only=True)
class FigureVintage:
    """A vintage of the list that a figure is read from, with the figure's `value` (None if withheld).

    `as_of` is the day of the vintage's cells. The other fields are as in `ops_tables.Vintages`.
    """

    number: int
    as_of: date
    state: str
    offered_on: date
    decided_on: date | None
    why: str
    reason: str | None
    is_correction: bool
    is_reviewed: bool
    value: str | None
    n_jobs: int | None
    value_json: str | None = None  # the row behind it, if it is one


AnyVintage = TypeVar("AnyVintage", Vintages, FigureVintage)


# --- reading vintages -------------------------------------------------------------------------------------


def read_vintages(con: Connection) -> dict[str, list[Vintages]]:
    """Return all vintages by list, oldest first."""
    vintages: dict[str, list[Vintages]] = {}
    for row in query.read(con, "FROM ops.vintages ORDER BY list, number"):
        vintages.setdefault(row["list"], []).append(Vintages(**row))
    return vintages


def read_history(con: Connection) -> dict[str, list[FigureVintage]]:
    """Return the vintages of each figure, oldest first."""
    history: dict[str, list[FigureVintage]] = {}
    for row in query.read(con, query.fill("figure_vintages", {})):
        history.setdefault(row.pop("figure"), []).append(FigureVintage(**row))
    return history


def read_causes(con: Connection) -> dict[str, list[Causes]]:
    """Return why each figure moved: the causes of all its vintages, oldest first."""
    found: dict[str, list[Causes]] = {}
    for row in query.read(con, "FROM ops.causes ORDER BY before_on, figure, vintage, name, number, cause"):
        found.setdefault(row["figure"], []).append(Causes(**row))
    return found


def last_published(vintages: Sequence[AnyVintage]) -> AnyVintage | None:
    """Return the last published vintage, if any."""
    return next((vintage for vintage in reversed(vintages) if vintage.state == PUBLISHED), None)


def find_waiting(vintages: Sequence[AnyVintage]) -> AnyVintage | None:
    """Return the vintage that waits for review, if any."""
    return next((vintage for vintage in reversed(vintages) if vintage.state == WAITING), None)


def waiting_of(histories: Mapping[str, Sequence[Vintages]]) -> dict[str, Vintages]:
    """Return the vintages that wait for review, by list."""
    return {name: waiting for name, history in histories.items() if (waiting := find_waiting(history)) is not None}


def find_day(figure: Figures, histories: Mapping[str, Sequence[Vintages]]) -> date:
    """Return the day on which the vintage of a ledger row was published; the row's own day if it is of no list."""
    of_list = histories.get(figure.list or "", ())
    found = next((vintage for vintage in of_list if vintage.number == figure.vintage), None)
    return figure.as_of if found is None else found.decided_on or found.offered_on


def read_standing(con: Connection) -> dict[str, Vintages]:
    """Return the published vintage of each list."""
    histories = read_vintages(con)
    return {name: last for name, history in histories.items() if (last := last_published(history)) is not None}


def last_decided_day(con: Connection) -> date | None:
    """Return the newest day for which a run decided what is published; None before the first vintage.

    What was published for earlier days is final.
    """
    decisions = query.read(con, "SELECT max(coalesce(decided_on, offered_on)) AS day FROM ops.vintages")
    nights = query.read(con, "SELECT max(as_of) AS day FROM mart.figures")
    day: date | None = decisions[0]["day"]
    return None if day is None else max(day, nights[0]["day"] or day)


class Change(NamedTuple):
    """A figure's printed value now (`after`) and on the day `before_on` (`before`); None for a withheld value.

    `is_other_rung` says that the two values are from different rungs and cannot be compared.
    """

    figure: str
    title: str
    before: str | None
    after: str | None
    before_on: date
    is_other_rung: bool


def find_changes(con: Connection, as_of: date) -> list[Change]:
    """Return the figures whose value differs from that of the newest earlier day, ordered by id."""
    rows = query.read(con, query.fill("changed_figures", {"as_of": as_of, "withheld": WITHHELD}))
    return [Change(**row) for row in rows]


# --- a night --------------------------------------------------------------------------------------------


class _Case:
    """A list on a night: its history and tonight's offer (`new`), which is published, waits, or changes nothing.

    `is_due` says that tonight is a night for revising lists. `is_lost` says that the published cells are lost.
    `is_changed` says that tonight's cells differ from the published cells. `why` gives the reasons for which `new`
    would have to wait for review; "" if there are none.
    """

    def __init__(self, history: Sequence[Vintages], new: Vintages, *, is_due: bool, is_lost: bool) -> None:
        self.history, self.new, self.day = history, new, new.as_of
        self.last, self.waiting = last_published(history), find_waiting(history)
        self.is_due, self.is_lost = is_due, is_lost
        self.is_changed, self.why = False, ""
        self.is_again = self.last is not None and _is_again(self.last, self.day)
        self.is_stale = self.last is not None and _is_stale(self.last, self.day)
        self.is_thin = self.last is not None and _is_thin(new, self.last)

    @property
    def may_change(self) -> bool:
        """Whether the list may be revised tonight, because it is due, published today, stale or waiting for review.

        A list may not be revised if it was never published, if tonight is thin or if its cells are lost.
        """
        is_asked = self.is_due or self.is_again or self.is_stale or self.waiting is not None
        return is_asked and self.last is not None and not (self.is_thin or self.is_lost)


def revise(
    con: database.Connection,
    figures: Mapping[str, Figure],
    as_of: date,
    *,
    is_monthly: bool = True,
    only_first: bool = False,
) -> list[Vintages]:
    """Decide which lists are revised tonight and which wait; return the vintages that are new or have a new state.

    `figures` are declarations. If `is_monthly` is False, lists are revised every night. With `only_first`, lists that
    have a published vintage stay unchanged, unless their cells are lost. The vintages are stored, and newly published
    cells are put into `published`. Call this function within a transaction.
    """
    lost = published.put_back_lost(con)
    histories, offers_of = read_vintages(con), functools.cache(functools.partial(published.read_offers, con))
    is_due = not is_monthly or _is_first_of_month(con, as_of)
    cases = []
    for name, offer in offers_of(as_of).items():
        history = histories.get(name, [])
        case = _Case(history, _new_vintage(name, offer, history, as_of), is_due=is_due, is_lost=name in lost)
        if case.last is None or case.is_lost or not only_first:
            cases.append(case)
    _compare(con, figures, cases, as_of)
    rows = [row for case in cases for row in _decide(con, case, offers_of)]
    store(con, rows)
    return rows


def _compare(con: database.Connection, figures: Mapping[str, Figure], cases: Sequence[_Case], as_of: date) -> None:
    """Set `is_changed` and `why` of the cases that may be revised."""
    cases = [case for case in cases if case.may_change]
    names = published.find_changed(con, as_of) if cases else set()
    before, new = {}, {}
    for case in cases:
        case.is_changed, name = case.new.list in names, case.new.list
        # comparison with an earlier run of the same day would hide a jump
        last = last_published([vintage for vintage in case.history if not _is_again(vintage, as_of)])
        if case.is_changed and last is not None:
            before[name], new[name] = last, case.new
    reasons = find_reasons(con, pair_figures(con, figures, before, as_of), before, new)
    for case in cases:
        case.why = "; ".join(reasons.get(case.new.list, ()))


def _decide(con: Connection, case: _Case, offers_of: Callable[[date], Mapping[str, Offer]]) -> list[Vintages]:
    """Return the vintages of a list that are new or have a new state tonight; [] if nothing changes.

    `offers_of` returns what the marts of a day have of each list.
    """
    last, waiting, new, day = case.last, case.waiting, case.new, case.day

    def publish(why: str) -> list[Vintages]:
        return [*_withdraw(waiting, day, f"the cells of {day} were published"), _accept(new, day, why)]

    def offer(why: str) -> list[Vintages]:
        return [*_withdraw(waiting, day, f"the cells of {day} are offered instead"), replace(new, why=why)]

    if last is None:
        return publish(FIRST)
    if case.is_lost:
        return publish("the cells that stood were lost with the databases and their record")
    if waiting is not None:
        if last.list not in offers_of(waiting.as_of):
            return _withdraw(waiting, day, "its cells were lost with the databases")
        if _is_overdue(case, waiting, last):
            why = f"not reviewed for {MAX_DAYS_WAITING}: {waiting.why}"
            return [_accept(waiting, day, why, is_reviewed=False)]
    elif case.is_thin and (since := find_day_before(con, last, day)) is not None:
        then = offers_of(since).get(last.list)
        if then is None or _is_thin(then, last):
            return offer(f"of {last.n_jobs:,} jobs {new.n_jobs:,} are left, and so few since {numbers.day(since)}")
    if not case.may_change:
        return []
    if not case.is_changed:
        return _withdraw(waiting, day, f"the cells of {day} are those that stand")
    if case.why:
        return [] if _is_known(case, last) else offer(case.why)
    if case.is_again:
        return publish("revised by a later run of the day")
    if case.is_due or case.is_stale:
        return publish("revised at its cadence")
    return _withdraw(waiting, day, f"the cells of {day} differ from those that stand by no more than chance explains")


def _is_overdue(case: _Case, waiting: Vintages, last: Vintages) -> bool:
    """Whether a waiting vintage is published unreviewed, because it has waited long and the published vintage is stale.

    A waiting vintage from a thin night is published only when the published vintage is too old to be printed. A vintage
    in which no cell is printed goes on waiting.
    """
    has_waited = (case.day - waiting.offered_on).days >= MAX_DAYS_WAITING.value
    is_too_old = (case.day - last.as_of).days > MAX_STALE_DAYS.value if _is_thin(waiting, last) else case.is_stale
    return has_waited and is_too_old and waiting.n_printed > 0


def _is_known(case: _Case, last: Vintages) -> bool:
    """Whether `new` need not be offered: another vintage waits, or a person rejected the same reasons before.

    If the reasons differ, `new` replaces a waiting vintage from a thin night or from an earlier run of the same day.
    """
    if (waiting := case.waiting) is not None:
        return (waiting.offered_on < case.day and not _is_thin(waiting, last)) or waiting.why == case.why
    refusals = (before for before in case.history if before.state == REJECTED and before.number > last.number)
    return any(_kinds_of(case.why) <= _kinds_of(before.why) for before in refusals)


def store(con: database.Connection, rows: Sequence[Vintages]) -> None:
    """Store vintages, and publish the cells of those that are published."""
    if not rows:
        return
    database.put(con, Vintages, rows)
    by_days: dict[tuple[date, date], dict[str, int]] = {}
    for row in rows:
        if row.state == PUBLISHED and row.decided_on is not None:
            by_days.setdefault((row.as_of, row.decided_on), {})[row.list] = row.number
    for (cells_of, published_on), accepted in by_days.items():
        published.publish(con, accepted, cells_of=cells_of, published_on=published_on)
    published.say_waiting(con)


def _is_again(vintage: Vintages, day: date) -> bool:
    """Whether a run of the same day made this vintage, and no person has decided on it."""
    return vintage.offered_on == day and vintage.reason is None


def find_compared_days(con: Connection, as_of: date, *, is_monthly: bool = True) -> list[date]:
    """Return the earlier days from which many published lists have their cells; [] if no lists are revised tonight."""
    if is_monthly and not _is_first_of_month(con, as_of):
        return []
    n_of = Counter(vintage.as_of for vintage in read_standing(con).values() if vintage.as_of < as_of)
    return sorted(day for day, n in n_of.items() if n >= MANY)


def accept_all(con: database.Connection, as_of: date) -> list[Vintages]:
    """Publish every list as the marts of a day have it, and return the new vintages."""
    histories, offers = read_vintages(con), published.read_offers(con, as_of)
    rows = [
        _accept(_new_vintage(name, offer, histories.get(name, ()), as_of), as_of, FIRST)
        for name, offer in offers.items()
    ]
    store(con, rows)
    return rows


def _is_thin(offer: Offer | Vintages, last: Vintages) -> bool:
    return offer.n_jobs < THIN * last.n_jobs


def find_day_before(con: Connection, last: Vintages, as_of: date) -> date | None:
    """Return the newest day of the marts after the vintage `last`, at least `MAX_DAYS_THIN` before `as_of`; or None."""
    first, end = query.literal(last.as_of), query.literal(as_of - timedelta(days=MAX_DAYS_THIN.value))
    rows = query.read(con, f"SELECT max(as_of) AS day FROM mart.days WHERE as_of > {first} AND as_of <= {end}")
    day: date | None = rows[0]["day"]
    return day


def _is_first_of_month(con: Connection, as_of: date) -> bool:
    rows = query.read(con, f"SELECT max(as_of) AS day FROM mart.figures WHERE as_of < {query.literal(as_of)}")
    day = rows[0]["day"]
    return day is None or (day.year, day.month) != (as_of.year, as_of.month)


def _is_stale(last: Vintages, as_of: date) -> bool:
    is_own = not last.list.startswith("pay.") or last.list.startswith("pay.advertised.")
    return is_own and (as_of - last.as_of).days > MAX_DAYS_APART.value


_JUMP = re.compile(r".* (up|down|from) .*(?:standard errors|more than its interval allows)")


def _kinds_of(why: str) -> set[str]:
    """Return the reasons in `why` without their numbers, so that two nights can be compared.

    Of a jump, only the direction is kept, because another figure may jump next time.
    """
    jumps = ((reason, _JUMP.fullmatch(reason)) for reason in why.split("; "))
    return {
        f"a jump {'down' if jump[1] == 'down' else 'up'}" if jump else re.sub(r"\d", "", reason)
        for reason, jump in jumps
    }


def _new_vintage(name: str, offer: Offer, history: Sequence[Vintages], as_of: date) -> Vintages:
    return Vintages(
        list=name, number=max((before.number for before in history), default=0) + 1, as_of=as_of, state=WAITING,
        offered_on=as_of, decided_on=None, why="", n_jobs=offer.n_jobs, n_cells=offer.n_cells,
        n_printed=offer.n_printed, method=published.digest_method(name),
    )  # fmt: skip


def _accept(vintage: Vintages, on: date, why: str, *, is_reviewed: bool = True) -> Vintages:
    return replace(vintage, state=PUBLISHED, decided_on=on, why=why, is_reviewed=is_reviewed)


def _withdraw(waiting: Vintages | None, on: date, reason: str) -> list[Vintages]:
    return [] if waiting is None else [replace(waiting, state=WITHDRAWN, decided_on=on, reason=reason)]


# --- why a list waits -----------------------------------------------------------------------------------


def pair_figures(
    con: Connection, figures: Mapping[str, Figure], standing: Mapping[str, Vintages], as_of: date
) -> dict[str, list[Pair]]:
    """Pair each published figure with the same figure in the marts of a day, rung by rung, if both have a value.

    Return the pairs by list of cells. Published figures are read from the published cells. If a later run replaced the
    cells, the figures are read from the marts of their day.
    """
    pairs: dict[str, list[Pair]] = {name: [] for name in standing}
    if not standing:
        return pairs
    published_now = read_standing(con)
    in_marts = frozenset(name for name, vintage in standing.items() if published_now.get(name) != vintage)
    days = (ladder.inputs_of(con, as_of, standing, in_marts=in_marts), ladder.inputs_of(con, as_of))
    for figure in figures.values():
        if not any(figure.list_of(rung) in standing for rung in figure.rungs):
            continue
        for both in zip(*(ladder.try_rungs(con, figure, inputs) for inputs in days), strict=True):
            name = both[0].list
            if name in standing and not any(attempt.is_refused for attempt in both):
                stands, tonight = (
                    compute.print_attempt(figure, ladder.judge(con, figure, attempt, inputs), inputs)
                    for attempt, inputs in zip(both, days, strict=True)
                )
                pairs[name].append(Pair(figure, replace(stands, as_of=standing[name].as_of), tonight))
    return pairs


def find_reasons(
    con: Connection, pairs: Mapping[str, Sequence[Pair]], standing: Mapping[str, Vintages], new: Mapping[str, Vintages]
) -> dict[str, list[str]]:
    """Return the reasons why the new vintage of each list must wait for review; [] if it may be published.

    A list without a figure to compare waits if the list of the same measure for the other kind of place waits.
    """
    found: dict[str, ladder.Groups] = {}
    reasons = {name: _reasons_of(con, of_list, standing[name], new[name], found) for name, of_list in pairs.items()}
    for name, of_list in pairs.items():
        measure, _, place = name.rpartition(".")
        kin = f"{measure}.{'regions' if place == 'countries' else 'countries'}"
        if not of_list and not reasons[name] and kin in pairs:
            reasons[name] = [f"with {kin}: {why}" for why in reasons[kin]]
    return {name: [] if name in COUNTS else why for name, why in reasons.items()}


def _reasons_of(
    con: Connection, pairs: Sequence[Pair], last: Vintages, new: Vintages, found: dict[str, ladder.Groups]
) -> list[str]:
    reasons = ["another method"] if last.method != new.method else []
    known = numbers.SAMPLE_WORDS["known"]
    samples = {tuple(notes.say_sample(row) or known for row in (pair.stands, pair.tonight)) for pair in pairs}
    reasons += [f"another sample: {before}, now {now}" for before, now in sorted(samples) if before != now]
    reasons += [f"other sources: {changes}"] if (changes := _say_sources(pairs)) else []
    if new.n_jobs < MAX_LOST * last.n_jobs:
        reasons.append(f"jobs fell from {last.n_jobs:,} to {new.n_jobs:,}")
    return reasons + differences.find_jumps(con, pairs, found)


def _say_sources(pairs: Sequence[Pair]) -> str:
    stands, tonight = [pair.stands for pair in pairs], [pair.tonight for pair in pairs]
    apart = {"without": _find_apart(stands, tonight), "with": _find_apart(tonight, stands)}
    return " and ".join(f"{word} {', '.join(sorted(sources))}" for word, sources in apart.items() if sources)


def _find_apart(rows: Iterable[Figures], others: Iterable[Figures]) -> set[str]:
    """Return the sources of `rows` that `others` lack, except those with so few adverts that it may be chance."""
    apart = set()
    for row in rows:
        n_of = {part.source: part.n for part in row.behind or ()} if row.basis in OWN_BASES else {}
        apart |= {name for name in row.sources if n_of.get(name, MIN_ADVERTS_OF_SOURCE) >= MIN_ADVERTS_OF_SOURCE}
    return apart - {source for row in others for source in row.sources}


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """A figure whose published value and tonight's value have intervals that do not overlap.

    `stands` is the published number with its name, `tonight` is tonight's number, both in words.
    """

    list: str
    figure: str
    stands: str
    tonight: str


def find_conflicts(con: database.Connection, figures: Mapping[str, Figure], as_of: date) -> list[Conflict]:
    """Return the figures whose published value and tonight's value may both be printed but contradict each other."""
    standing = read_standing(con)
    changed = {name: standing[name] for name in sorted(published.find_changed(con, as_of)) if name in standing}
    return [
        Conflict(list=name, figure=pair.figure.id, stands=f"{words}: {before}", tonight=now)
        for name, pairs in pair_figures(con, figures, changed, as_of).items()
        for pair in pairs
        for words, before, now in differences.find_disjoint(pair.stands, pair.tonight)
    ]


# --- a person's decision --------------------------------------------------------------------------------------


class NotWaitingError(ValueError):
    """Error for a list that has no vintage waiting for review; the message names the lists that have one."""


def decide(
    con: database.Connection,
    vintages: Mapping[str, Sequence[Vintages]],
    name: str,
    *,
    accepts: bool,
    reason: str,
    on: date,
) -> Vintages:
    """Return the waiting vintage of a list with a person's decision, made on the day `on`; nothing is stored.

    Raise `NotWaitingError` if no vintage waits, or if the cells of an accepted vintage are lost.
    """
    waiting = find_waiting(vintages.get(name, ()))
    if waiting is None:
        names = ", ".join(sorted(waiting_of(vintages))) or "nothing"
        raise NotWaitingError(f"{name} does not wait for review; what waits: {names}")
    if accepts and name not in published.read_offers(con, waiting.as_of):
        raise NotWaitingError(
            f"the cells of {name} of {waiting.as_of} were lost with the databases; a night offers new ones"
        )
    return replace(waiting, state=PUBLISHED if accepts else REJECTED, decided_on=on, reason=reason)


def correct(
    con: database.Connection, name: str, history: Sequence[Vintages], *, erratum: str, on: date
) -> list[Vintages]:
    """Return the vintages to store when an error is corrected at once: a new vintage from the marts of the day `on`.

    If a vintage waits for review, it comes first, withdrawn. `erratum` becomes the reason of the correction. Raise
    `ValueError` if the marts of the day have no cell of the list.
    """
    offer = published.read_offers(con, on).get(name)
    if offer is None:
        raise ValueError(f"the marts of {on} have no cell of {name}")
    correction = _accept(_new_vintage(name, offer, history, on), on, "correction")
    return [*_withdraw(find_waiting(history), on, "corrected"), replace(correction, reason=erratum, is_correction=True)]
