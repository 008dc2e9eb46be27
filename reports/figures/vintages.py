"""Which vintage of each list of cells is published: what is revised, when, and what waits for a person's review.

The marts say what the cells of a list would be tonight. All cells of a list are accepted or held together; those that
were accepted last stand in the tables of `published`, which everything printed is read from. A list is revised on the
first night of a month. Its new vintage waits for review when a figure of it changes by more than chance explains, when
method, sample, sources or the reading of the adverts are others, or when half of the jobs are gone (`_find_reasons`).
A thin night, with less than a third of the jobs that stand, changes nothing until it has lasted `MAX_DAYS_THIN`.
What was refused is not offered again while it stays what it was.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TypeVar

from reports.figures import compute, differences, ladder, query
from reports.figures.declaration import Figure
from reports.figures.differences import Pair
from reports.figures.history import FigureVintage
from reports.figures.query import Connection
from reports.wording import notes, numbers
from reports.wording.bases import OWN_BASES
from transforms.records.definitions import MAX_DAYS_APART, MAX_DAYS_THIN, MAX_DAYS_WAITING, MAX_STALE_DAYS
from warehouse import database
from warehouse.mart_tables import Figures
from warehouse.marts.vintages import published
from warehouse.marts.vintages.published import Offer
from warehouse.ops_tables import Vintages

THIN = 1 / 3
"""A night is thin for a list with less than this part of the jobs that stand: boards are no longer read."""
MAX_LOST = 1 / 2
"""The part of the jobs that may be gone without a review."""
MIN_ADVERTS_OF_SOURCE = 6
"""Adverts of a source from which it is news that none is left, or that it came: where as many are expected there is
none by chance one time in 400 (Poisson), as rarely as a number is beyond three standard errors."""
MANY = 5
"""Lists of a day from which it pays to compute once what stands behind all of their figures."""
PUBLISHED, WAITING, REJECTED, WITHDRAWN = "published", "waiting", "rejected", "withdrawn"
KEPT, NOT_REVIEWED = "kept", "not reviewed"
"""What else a night may decide: everything stays, or what waits is published without a review."""
FIRST = "first vintage"
COUNTS = ("frame",)
"""Lists of counts of what was read, which are no estimates and wait for nobody."""
AnyVintage = TypeVar("AnyVintage", Vintages, FigureVintage)


# --- reading vintages -------------------------------------------------------------------------------------


def read_vintages(con: Connection) -> dict[str, list[Vintages]]:
    """All vintages by list, the oldest first."""
    vintages: dict[str, list[Vintages]] = {}
    for row in query.read(con, "FROM ops.vintages ORDER BY list, number"):
        vintages.setdefault(row["list"], []).append(Vintages(**row))
    return vintages


def last_published(vintages: Sequence[AnyVintage]) -> AnyVintage | None:
    """The vintage that stands; None before there is one."""
    return next((one for one in reversed(vintages) if one.state == PUBLISHED), None)


def waiting_one(vintages: Sequence[AnyVintage]) -> AnyVintage | None:
    """The vintage that waits for review; None when none does."""
    return next((one for one in reversed(vintages) if one.state == WAITING), None)


def standing_of(histories: Mapping[str, Sequence[Vintages]]) -> dict[str, Vintages]:
    """The vintage of each list that stands."""
    return {name: last for name, history in histories.items() if (last := last_published(history)) is not None}


def waiting_of(histories: Mapping[str, Sequence[Vintages]]) -> dict[str, Vintages]:
    """The vintage of each list that waits for review."""
    return {name: one for name, history in histories.items() if (one := waiting_one(history)) is not None}


def read_standing(con: Connection) -> dict[str, Vintages]:
    """The vintage of each list that stands, from the database."""
    return standing_of(read_vintages(con))


def last_decided_day(con: Connection) -> date | None:
    """The newest day for which a run decided what is published; None before there is a vintage.

    What was published for earlier days is final.
    """
    decisions = query.read(con, "SELECT max(coalesce(decided_on, offered_on)) AS day FROM ops.vintages")
    nights = query.read(con, "SELECT max(as_of) AS day FROM mart.figures")
    day: date | None = decisions[0]["day"]
    return None if day is None else max(day, nights[0]["day"] or day)


# --- a night --------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class _Case:
    """A list on a night: its vintages, the one that stands (`last`), the one that waits, and what the night offers.

    `is_due`: the night revises lists. `is_again`: an earlier run of the same day made what stands. `is_stale`: that
    is too old. `is_thin`: few of its jobs are left. `is_lost`: the cells that stand are lost. `is_changed`: tonight
    another cell than what stands; `why` says why the new vintage would wait.
    """

    history: Sequence[Vintages]
    last: Vintages | None
    waiting: Vintages | None
    new: Vintages
    is_due: bool
    is_again: bool
    is_stale: bool
    is_thin: bool
    is_lost: bool
    is_changed: bool = False
    why: str = ""

    @property
    def may_change(self) -> bool:
        """Whether it may be revised: by the calendar, again, because what stands is stale, or because one waits."""
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
    """Decide which lists are revised tonight, and which wait; the vintages that were made or whose state changed.

    `figures` are declarations. Without `is_monthly` every change is a revision. `only_first`: lists that have a
    published vintage stay as they are, and the others get their first. Stores vintages, and puts the cells of what is
    published in `published`; to be called in a transaction.
    """
    take_over(con, figures)
    lost = published.put_back_lost(con)
    histories, offers_of = read_vintages(con), functools.cache(functools.partial(published.read_offers, con))
    is_due = not is_monthly or _is_first_of_month(con, as_of)
    cases = []
    for name, offer in offers_of(as_of).items():
        history = histories.get(name, [])
        last, new = last_published(history), _new_vintage(name, offer, history, as_of)
        if last is None or name in lost or not only_first:
            cases.append(
                _Case(
                    history=history, last=last, waiting=waiting_one(history), new=new, is_due=is_due,
                    is_again=last is not None and _is_again(last, as_of),
                    is_stale=last is not None and _is_stale(last, as_of),
                    is_thin=last is not None and _is_thin(new, last), is_lost=name in lost,
                )
            )  # fmt: skip
    rows: list[Vintages] = []
    for one in _compare(con, figures, cases, as_of):
        state, why = next((state, why) for holds, state, why in _decide(con, one, offers_of) if holds)
        rows += _apply(one, state, why)
    store(con, rows)
    return rows


def _compare(
    con: database.Connection, figures: Mapping[str, Figure], cases: Sequence[_Case], as_of: date
) -> list[_Case]:
    """Cases with what the night changes, and why it waits. Figures are compared for lists alone that may be revised."""
    new = {one.new.list: one.new for one in cases if one.may_change}
    changed = published.find_changed(con, as_of) & new.keys() if new else set()
    histories = {one.new.list: one.history for one in cases if one.new.list in changed}
    before = {name: last for name, one in histories.items() if (last := _find_before(one, as_of)) is not None}
    reasons = find_reasons(con, pair_figures(con, figures, before, as_of), before, new)
    return [
        replace(one, is_changed=one.new.list in changed, why="; ".join(reasons.get(one.new.list, ()))) for one in cases
    ]


def _decide(
    con: Connection, one: _Case, offers_of: Callable[[date], Mapping[str, Offer]]
) -> Iterator[tuple[bool, str, str]]:
    """The decisions on a list in order, of which the first that holds is taken: when, what, and why.

    `offers_of` gives what the marts of a day have of each list.
    """
    last, waiting, why, day = one.last, one.waiting, one.why, one.new.as_of
    if last is None:
        yield True, PUBLISHED, FIRST
        return
    yield one.is_lost, PUBLISHED, "the cells that stood were lost with the databases and their record"
    if waiting is not None:
        yield last.list not in offers_of(waiting.as_of), WITHDRAWN, "its cells were lost with the databases"
        yield _is_overdue(one, waiting, last), NOT_REVIEWED, f"not reviewed for {MAX_DAYS_WAITING}: {waiting.why}"
        yield one.is_thin, KEPT, "a thin night changes nothing"
    if one.is_thin and (since := find_day_before(con, last, day)) is not None:
        then = offers_of(since).get(last.list)
        left = f"of {last.n_jobs:,} jobs {one.new.n_jobs:,} are left, and so few since {numbers.day(since)}"
        yield then is None or _is_thin(then, last), WAITING, left
    yield not one.may_change, KEPT, "it is thin, or no list is revised tonight"
    yield not one.is_changed, WITHDRAWN, f"the cells of {day} are those that stand"
    yield bool(why) and _is_known(one, last), KEPT, "a person refused it, or what waits is as good"
    yield bool(why), WAITING, why
    yield one.is_again, PUBLISHED, "revised by a later run of the day"
    yield one.is_due or one.is_stale, PUBLISHED, "revised at its cadence"
    yield True, WITHDRAWN, f"the cells of {day} differ from those that stand by no more than chance explains"


def _apply(one: _Case, state: str, why: str) -> list[Vintages]:
    """The vintages that a decision makes, or whose state it changes."""
    waiting, day = one.waiting, one.new.as_of
    if state == NOT_REVIEWED and waiting is not None:
        return [_accept(waiting, day, why, is_reviewed=False)]
    if state == PUBLISHED:
        return [*_withdraw(waiting, day, f"the cells of {day} were published"), _accept(one.new, day, why)]
    if state == WAITING:
        return [*_withdraw(waiting, day, f"the cells of {day} are offered instead"), replace(one.new, why=why)]
    return _withdraw(waiting, day, why) if state == WITHDRAWN else []


def _is_overdue(one: _Case, waiting: Vintages, last: Vintages) -> bool:
    """Whether nobody decided on a vintage for so long that it is published where what stands is stale.

    What thin nights left is another thing than what stands, and waits until that is too old to be printed.
    """
    day = one.new.as_of
    has_waited = (day - waiting.offered_on).days >= MAX_DAYS_WAITING.value
    is_too_old = (day - last.as_of).days > MAX_STALE_DAYS.value if _is_thin(waiting, last) else one.is_stale
    return has_waited and is_too_old and waiting.n_printed > 0


def _is_known(one: _Case, last: Vintages) -> bool:
    """Whether what waits is as good as the new vintage, or a person has refused that, for the same reasons, since.

    What an earlier run of the day offered is replaced, and what a thin night did.
    """
    if (waiting := one.waiting) is not None:
        return (waiting.offered_on < one.new.as_of and not _is_thin(waiting, last)) or waiting.why == one.why
    refusals = (before for before in one.history if before.state == REJECTED and before.number > last.number)
    return any(_kinds_of(one.why) <= _kinds_of(before.why) for before in refusals)


def store(con: database.Connection, rows: Sequence[Vintages]) -> None:
    """Store vintages. The cells of those that are published replace what stood."""
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


def _find_before(history: Sequence[Vintages], day: date) -> Vintages | None:
    """The vintage that stood before a day: else a jump in two runs of the day would wait for nobody."""
    return last_published([one for one in history if not _is_again(one, day)])


def _is_again(one: Vintages, day: date) -> bool:
    """Whether an earlier run of the same day made a vintage, and no person decided on it."""
    return one.offered_on == day and one.reason is None


TAKEN_OVER = "taken over from the vintages of its figures"


def take_over(con: database.Connection, figures: Mapping[str, Figure]) -> None:
    """Give lists their first vintage in a folder of a version that accepted figures one by one.

    Of each list the cells stand of the day that most of its figures were accepted of, where the marts still have it.
    """
    own = query.read(
        con,
        "SELECT figure, as_of, decided_on, content ->> 'rung' AS rung FROM ops.figure_vintages"
        " WHERE state = 'published' AND value IS NOT NULL AND NOT EXISTS (FROM ops.vintages)"
        " QUALIFY row_number() OVER (PARTITION BY figure ORDER BY number DESC) = 1",
    )
    days: dict[str, Counter[tuple[date, date]]] = {}
    for row in own:
        figure = figures.get(row["figure"])
        rung = next((one for one in figure.rungs if one.name == row["rung"]), None) if figure else None
        if figure is not None and rung is not None:
            days.setdefault(figure.list_of(rung), Counter())[row["as_of"], row["decided_on"]] += 1
    rows = []
    offers_of = functools.cache(functools.partial(published.read_offers, con))
    for name, counts in sorted(days.items()):
        (day, decided_on), _ = max(counts.items(), key=lambda pair: (pair[1], pair[0]))
        offer = offers_of(day).get(name)
        if offer is not None:
            rows.append(replace(_accept(_new_vintage(name, offer, (), day), decided_on, TAKEN_OVER), offered_on=day))
    store(con, rows)


def find_compared_days(con: Connection, as_of: date, *, is_monthly: bool = True) -> list[date]:
    """Earlier days whose adverts a night that revises lists reads again, for `MANY` lists or more."""
    if is_monthly and not _is_first_of_month(con, as_of):
        return []
    n_of = Counter(one.as_of for one in read_standing(con).values() if one.as_of < as_of)
    return sorted(day for day, n in n_of.items() if n >= MANY)


def accept_all(con: database.Connection, as_of: date) -> list[Vintages]:
    """Publish what the marts of a day have of every list, as a run of a past day does in a folder of its own."""
    histories, offers = read_vintages(con), published.read_offers(con, as_of)
    rows = [
        _accept(_new_vintage(name, offer, histories.get(name, ()), as_of), as_of, FIRST)
        for name, offer in offers.items()
    ]
    store(con, rows)
    return rows


def _is_thin(one: Offer | Vintages, last: Vintages) -> bool:
    """Whether what a night offers, or what waits, has few of the jobs that stand."""
    return one.n_jobs < THIN * last.n_jobs


def find_day_before(con: Connection, last: Vintages, as_of: date) -> date | None:
    """The newest day of the marts, since a vintage, that is so long ago that nights may have been thin for long."""
    rows = query.read(
        con,
        f"SELECT max(as_of) AS day FROM mart.days WHERE as_of > {query.literal(last.as_of)}"
        f" AND as_of <= {query.literal(as_of - timedelta(days=MAX_DAYS_THIN.value))}",
    )
    day: date | None = rows[0]["day"]
    return day


def _is_first_of_month(con: Connection, as_of: date) -> bool:
    """Whether no night of the month has figures before this one."""
    rows = query.read(con, f"SELECT max(as_of) AS day FROM mart.figures WHERE as_of < {query.literal(as_of)}")
    day = rows[0]["day"]
    return day is None or (day.year, day.month) != (as_of.year, as_of.month)


def _is_stale(last: Vintages, as_of: date) -> bool:
    """Whether the cells of a list of our own adverts are of a day so long ago that what is printed of them is stale."""
    is_own = not last.list.startswith("pay.") or last.list.startswith("pay.advertised.")
    return is_own and (as_of - last.as_of).days > MAX_DAYS_APART.value


_JUMP = re.compile(r".* (up|down|from) .*(?:standard errors|more than its interval allows)")


def _kinds_of(why: str) -> set[str]:
    """Reasons without their numbers; of the greatest jump, which may be of another figure each time, only its way."""
    jumps = ((reason, _JUMP.fullmatch(reason)) for reason in why.split("; "))
    return {
        f"a jump {'down' if jump[1] == 'down' else 'up'}" if jump else re.sub(r"\d", "", reason)
        for reason, jump in jumps
    }


def _new_vintage(name: str, offer: Offer, history: Sequence[Vintages], as_of: date) -> Vintages:
    return Vintages(
        list=name, number=max((one.number for one in history), default=0) + 1, as_of=as_of, state=WAITING,
        offered_on=as_of, decided_on=None, why="", n_jobs=offer.n_jobs, n_cells=offer.n_cells,
        n_printed=offer.n_printed, method=published.digest_method(name),
    )  # fmt: skip


def _accept(one: Vintages, on: date, why: str, *, is_reviewed: bool = True) -> Vintages:
    return replace(one, state=PUBLISHED, decided_on=on, why=why, is_reviewed=is_reviewed)


def _withdraw(waiting: Vintages | None, on: date, reason: str) -> list[Vintages]:
    return [] if waiting is None else [replace(waiting, state=WITHDRAWN, decided_on=on, reason=reason)]


# --- why a list waits -----------------------------------------------------------------------------------


def pair_figures(
    con: Connection, figures: Mapping[str, Figure], standing: Mapping[str, Vintages], as_of: date
) -> dict[str, list[Pair]]:
    """The figures of lists that have a value both as they stand and in the marts of a day, rung by rung.

    What stands is read from the published cells; where these are of a later run, from the marts of its day.
    """
    pairs: dict[str, list[Pair]] = {name: [] for name in standing}
    if not standing:
        return pairs
    in_place = {name: one.number for name, one in read_standing(con).items()}
    in_marts = frozenset(name for name, one in standing.items() if in_place.get(name) != one.number)
    then = ladder.inputs_of(con, as_of, standing, in_marts=in_marts)
    tonight = ladder.inputs_of(con, as_of)
    for figure in figures.values():
        if not any(figure.list_of(rung) in standing for rung in figure.rungs):
            continue
        for both in zip(ladder.climb(con, figure, then), ladder.climb(con, figure, tonight), strict=True):
            name = both[0].list
            if name in standing and not any(one.is_refused for one in both):
                stands, now = (
                    compute.print_attempt(figure, ladder.judge(con, figure, one, inputs), inputs)
                    for one, inputs in zip(both, (then, tonight), strict=True)
                )
                stands = replace(stands, as_of=standing[name].as_of)
                pairs[name].append(Pair(figure=figure, stands=stands, tonight=now))
    return pairs


def find_reasons(
    con: Connection,
    pairs: Mapping[str, Sequence[Pair]],
    standing: Mapping[str, Vintages],
    new: Mapping[str, Vintages],
) -> dict[str, list[str]]:
    """Why the new vintage of each list waits for review; [] where it may be published as it is.

    A list without a declared figure waits with that of the same measure at the other kind of place.
    """
    found: dict[str, ladder.Groups] = {}
    reasons = {name: _reasons_of(con, own, standing[name], new[name], found) for name, own in pairs.items()}
    for name in (name for name, own in pairs.items() if not own and not reasons[name]):
        kin = next((one for one in pairs if one != name and _measure_of(one) == _measure_of(name)), None)
        reasons[name] = [f"with {kin}: {why}" for why in reasons[kin]] if kin is not None else []
    return {name: [] if name in COUNTS else why for name, why in reasons.items()}


def _reasons_of(
    con: Connection, pairs: Sequence[Pair], last: Vintages, new: Vintages, found: dict[str, ladder.Groups]
) -> list[str]:
    reasons = ["another method"] if last.method != new.method else []
    samples = {(_name_sample(pair.stands), _name_sample(pair.tonight)) for pair in pairs}
    reasons += [f"another sample: {before}, now {now}" for before, now in sorted(samples) if before != now]
    reasons += [f"other sources: {changes}"] if (changes := _say_sources(pairs)) else []
    if new.n_jobs < MAX_LOST * last.n_jobs:
        reasons.append(f"jobs fell from {last.n_jobs:,} to {new.n_jobs:,}")
    return reasons + differences.find_jumps(con, pairs, found)


def _measure_of(name: str) -> str:
    """The name of a list without the kind of place."""
    return name.removesuffix(".countries").removesuffix(".regions")


def _name_sample(row: Figures) -> str:
    """From which boards a figure is; rows that do not say are of boards known."""
    return notes.say_sample(row) or numbers.SAMPLE_WORDS["known"]


def _say_sources(pairs: Sequence[Pair]) -> str:
    """Which sources the figures of a list have lost, and which came; "" where they are the same."""
    stands, tonight = [pair.stands for pair in pairs], [pair.tonight for pair in pairs]
    apart = {"without": _find_apart(stands, tonight), "with": _find_apart(tonight, stands)}
    return " and ".join(f"{word} {', '.join(sorted(sources))}" for word, sources in apart.items() if sources)


def _find_apart(rows: Iterable[Figures], others: Iterable[Figures]) -> set[str]:
    """The sources of rows that others lack: of our own adverts those with enough for that to be no chance."""
    apart = set()
    for row in rows:
        n_of = {part.source: part.n for part in row.behind or ()} if row.basis in OWN_BASES else {}
        apart |= {one for one in row.sources if n_of.get(one, MIN_ADVERTS_OF_SOURCE) >= MIN_ADVERTS_OF_SOURCE}
    return apart - {source for row in others for source in row.sources}


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """A figure whose published value and tonight's have intervals that do not overlap."""

    list: str
    figure: str
    stands: str
    tonight: str


def find_conflicts(con: database.Connection, figures: Mapping[str, Figure], as_of: date) -> list[Conflict]:
    """The figures whose published reading and tonight's both pass the gate but contradict each other."""
    standing = read_standing(con)
    changed = {name: standing[name] for name in sorted(published.find_changed(con, as_of)) if name in standing}
    return [
        Conflict(list=name, figure=pair.figure.id, stands=f"{words}: {before}", tonight=now)
        for name, pairs in pair_figures(con, figures, changed, as_of).items()
        for pair in pairs
        for words, before, now in differences.find_disjoint(pair.stands, pair.tonight)
    ]


# --- a person's word --------------------------------------------------------------------------------------


class NotWaitingError(ValueError):
    """A list has no vintage that waits for review. The message names those that do."""


def decide(
    con: database.Connection,
    vintages: Mapping[str, Sequence[Vintages]],
    name: str,
    *,
    accepts: bool,
    reason: str,
    on: date,
) -> Vintages:
    """The waiting vintage of a list as it is after a person's word. Raises `NotWaitingError`."""
    waiting = waiting_one(vintages.get(name, ()))
    if waiting is None:
        names = sorted(one for one, history in vintages.items() if waiting_one(history))
        raise NotWaitingError(f"{name} does not wait for review; what waits: {', '.join(names) or 'nothing'}")
    if accepts and name not in published.read_offers(con, waiting.as_of):
        raise NotWaitingError(
            f"the cells of {name} of {waiting.as_of} were lost with the databases; a night offers new ones"
        )
    return replace(waiting, state=PUBLISHED if accepts else REJECTED, decided_on=on, reason=reason)


def correct(
    con: database.Connection, name: str, history: Sequence[Vintages], *, erratum: str, on: date
) -> list[Vintages]:
    """A vintage that corrects an error at once, with what was wrong, in place of one that waits.

    Raises `ValueError` where the marts of the day have no cell of the list.
    """
    offer = published.read_offers(con, on).get(name)
    if offer is None:
        raise ValueError(f"the marts of {on} have no cell of {name}")
    correction = _accept(_new_vintage(name, offer, history, on), on, "correction")
    return [*_withdraw(waiting_one(history), on, "corrected"), replace(correction, reason=erratum, is_correction=True)]
