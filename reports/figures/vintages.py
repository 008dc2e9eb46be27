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
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from reports.figures import compute, differences, query
from reports.figures.compute import FigureInputs
from reports.figures.declaration import Figure
from reports.figures.query import Connection
from reports.figures.verdicts import OWN_BASES
from reports.wording import notes, numbers
from transforms.records.definitions import MAX_DAYS_APART, MAX_DAYS_THIN, MAX_DAYS_WAITING, MAX_STALE_DAYS
from warehouse import database, published
from warehouse.mart_tables import Figures
from warehouse.ops_tables import Vintages
from warehouse.published import Offer

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
FIRST = "first vintage"
COUNTS = ("frame",)
"""Lists of counts of what was read, which are no estimates and wait for nobody."""


# --- reading vintages -------------------------------------------------------------------------------------


def read_vintages(con: Connection, lists: Iterable[str] | None = None) -> dict[str, list[Vintages]]:
    """All vintages by list, the oldest first; of some lists alone where they are named."""
    only = "" if lists is None else f" WHERE list_contains({query.literal(tuple(lists))}::VARCHAR[], list)"
    vintages: dict[str, list[Vintages]] = {}
    for row in query.read(con, f"FROM ops.vintages{only} ORDER BY list, number"):
        vintages.setdefault(row["list"], []).append(Vintages(**row))
    return vintages


def last_published(vintages: Sequence[Vintages]) -> Vintages | None:
    """The vintage that stands; None before there is one."""
    return next((one for one in reversed(vintages) if one.state == PUBLISHED), None)


def waiting_one(vintages: Sequence[Vintages]) -> Vintages | None:
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
class _Night:
    """What is the same for all lists of a night.

    `is_due`: lists are revised. `changed` are those with another cell than what stands, `reasons` say why they wait.
    """

    as_of: date
    is_due: bool
    stale: frozenset[str]
    changed: frozenset[str] = frozenset()
    reasons: Mapping[str, list[str]] = field(default_factory=dict)
    by_day: dict[date, dict[str, Offer]] = field(default_factory=dict)

    def offers_of(self, con: database.Connection, day: date) -> dict[str, Offer]:
        """What the marts of a day have of each list."""
        if day not in self.by_day:
            self.by_day[day] = published.read_offers(con, day)
        return self.by_day[day]


def revise(
    con: database.Connection,
    figures: Mapping[str, Figure],
    as_of: date,
    *,
    code_version: str,
    is_monthly: bool = True,
    only_first: bool = False,
) -> list[Vintages]:
    """Decide which lists are revised tonight, and which wait; the vintages that were made or whose state changed.

    `figures` are declarations. Without `is_monthly` every change is a revision. `only_first`: lists that have a
    published vintage stay as they are, and the others get their first. Stores vintages, and puts the cells of what is
    published in `published`; to be called in a transaction.
    """
    take_over(con, figures)
    histories = read_vintages(con)
    offers = published.read_offers(con, as_of)
    if only_first:
        offers = {name: offer for name, offer in offers.items() if last_published(histories.get(name, ())) is None}
    night = _look_at(con, figures, offers, histories, as_of, code_version, is_monthly=is_monthly)
    rows = [
        row for name, offer in offers.items() for row in _revise_one(con, name, offer, histories.get(name, []), night)
    ]
    store(con, rows)
    return rows


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


def _look_at(
    con: database.Connection,
    figures: Mapping[str, Figure],
    offers: Mapping[str, Offer],
    histories: Mapping[str, Sequence[Vintages]],
    as_of: date,
    code_version: str,
    *,
    is_monthly: bool,
) -> _Night:
    """What the lists of a night are decided by. Figures are compared for lists alone that may be revised."""
    standing = standing_of(histories)
    stale = _find_stale(con, as_of) if standing else frozenset()
    night = _Night(as_of=as_of, is_due=not is_monthly or _is_first_of_month(con, as_of), stale=stale)
    candidates = {
        name
        for name, offer in offers.items()
        if name in standing and _is_due(standing[name], histories[name], night) and not _is_thin(offer, standing[name])
    }
    if not candidates:
        return night
    changed = frozenset(published.find_changed(con, as_of).intersection(candidates))
    before = {name: one for name in changed if (one := _find_before(histories[name], as_of)) is not None}
    comparison = _Comparison(con=con, figures=figures, standing=before, as_of=as_of, code_version=code_version)
    return replace(night, changed=changed, reasons=comparison.find_reasons(offers))


def _find_before(history: Sequence[Vintages], day: date) -> Vintages | None:
    """The vintage that stood before a day: else a jump in two runs of the day would wait for nobody."""
    return last_published([one for one in history if not _is_again(one, day)])


def _is_again(one: Vintages, day: date) -> bool:
    """Whether an earlier run of the same day made a vintage, and no person decided on it."""
    return one.offered_on == day and one.reason is None


def _is_due(last: Vintages, history: Sequence[Vintages], night: _Night) -> bool:
    """Whether a list may be revised tonight: by the calendar, again, because it is stale, or because one waits."""
    is_again = _is_again(last, night.as_of)
    return night.is_due or is_again or last.list in night.stale or waiting_one(history) is not None


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


def _is_thin(offer: Offer | Vintages, last: Vintages) -> bool:
    """Whether what a night offers, or what waits, has few of the jobs that stand."""
    return offer.n_jobs < THIN * last.n_jobs


def _is_first_of_month(con: Connection, as_of: date) -> bool:
    """Whether no night of the month has figures before this one."""
    rows = query.read(con, f"SELECT max(as_of) AS day FROM mart.figures WHERE as_of < {query.literal(as_of)}")
    day = rows[0]["day"]
    return day is None or (day.year, day.month) != (as_of.year, as_of.month)


def _find_stale(con: Connection, as_of: date) -> frozenset[str]:
    """Lists of our own adverts whose cells are of days so long ago that what is printed of them is stale."""
    last_on = query.literal(as_of - timedelta(days=MAX_DAYS_APART.value))
    own = "NOT starts_with(list, 'pay.') OR starts_with(list, 'pay.advertised.')"
    rows = query.read(
        con,
        f"SELECT list FROM ops.vintages WHERE state = {query.literal(PUBLISHED)} AND ({own})"
        f" GROUP BY list HAVING max(as_of) < {last_on}",
    )
    return frozenset(row["list"] for row in rows)


def _revise_one(
    con: database.Connection, name: str, offer: Offer, history: Sequence[Vintages], night: _Night
) -> list[Vintages]:
    last, waiting, day = last_published(history), waiting_one(history), night.as_of
    new = _new_vintage(name, offer, history, day)
    if last is None:
        return [*_withdraw(waiting, day, f"the cells of {day} were published"), _accept(new, day, FIRST)]
    if waiting is not None and name not in night.offers_of(con, waiting.as_of):
        return _withdraw(waiting, day, "its cells were lost with the databases")
    if waiting is not None and _is_overdue(waiting, last, night):
        why = f"not reviewed for {MAX_DAYS_WAITING}: {waiting.why}"
        return [_accept(waiting, day, why, is_reviewed=False)]
    if _is_thin(offer, last):
        return [] if waiting is not None else _offer_thin(con, new, last, night)
    if not _is_due(last, history, night):
        return []
    if name not in night.changed:
        return _withdraw(waiting, day, f"the cells of {day} are those that stand")
    why = "; ".join(night.reasons.get(name, ()))
    if why:
        return _offer(new, last, waiting, why, history, day)
    if night.is_due or name in night.stale or _is_again(last, day):
        because = "revised by a later run of the day" if _is_again(last, day) else "revised at its cadence"
        return [*_withdraw(waiting, day, f"the cells of {day} were published"), _accept(new, day, because)]
    return _withdraw(waiting, day, f"the cells of {day} differ from those that stand by no more than chance explains")


def _offer(
    new: Vintages, last: Vintages, waiting: Vintages | None, why: str, history: Sequence[Vintages], day: date
) -> list[Vintages]:
    """A vintage that waits; what an earlier night offered waits on, what an earlier run of the day did is replaced."""
    if waiting is None:
        return [] if _is_refused(history, why) else [replace(new, why=why)]
    if (waiting.offered_on < day and not _is_thin(waiting, last)) or waiting.why == why:
        return []
    return [*_withdraw(waiting, day, f"the cells of {day} are offered instead"), replace(new, why=why)]


def _offer_thin(con: database.Connection, new: Vintages, last: Vintages, night: _Night) -> list[Vintages]:
    """A thin night changes nothing; where the stock was thin so long ago already, what is left waits for review."""
    rows = query.read(
        con,
        f"SELECT max(as_of) AS day FROM mart.days WHERE as_of > {query.literal(last.as_of)}"
        f" AND as_of <= {query.literal(night.as_of - timedelta(days=MAX_DAYS_THIN.value))}",
    )
    since: date | None = rows[0]["day"]
    if since is None:
        return []
    then = night.offers_of(con, since).get(last.list)
    if then is not None and not _is_thin(then, last):
        return []
    return [replace(new, why=f"of {last.n_jobs:,} jobs {new.n_jobs:,} are left, and so few since {numbers.day(since)}")]


def _is_overdue(waiting: Vintages, last: Vintages, night: _Night) -> bool:
    """Whether nobody decided on a vintage for so long that it is published where what stands is stale.

    What thin nights left is another thing than what stands, and waits until that is too old to be printed.
    """
    has_waited = (night.as_of - waiting.offered_on).days >= MAX_DAYS_WAITING.value
    is_stale = waiting.list in night.stale
    if _is_thin(waiting, last):
        is_stale = (night.as_of - last.as_of).days > MAX_STALE_DAYS.value
    return has_waited and is_stale and waiting.n_printed > 0


def _is_refused(history: Sequence[Vintages], why: str) -> bool:
    """Whether a person has refused, since the last vintage that was published, what waits for the same reasons."""
    last = last_published(history)
    refusals = [one for one in history if one.state == REJECTED and (last is None or one.number > last.number)]
    return any(_kinds_of(why) <= _kinds_of(one.why) for one in refusals)


def _kinds_of(why: str) -> set[str]:
    """Reasons without their numbers; of the greatest jump, which may be of another figure each time, only its way."""
    kinds = set()
    for reason in why.split("; "):
        words = "".join(character for character in reason if not character.isdigit())
        is_jump = words.endswith(("standard errors", "more than its interval allows"))
        kinds.add(f"a jump {'down' if ' down ' in words else 'up'}" if is_jump else words)
    return kinds


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


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A figure as it stands and as a night has it, on one rung."""

    figure: Figure
    stands: Figures
    tonight: Figures


@dataclass(frozen=True, kw_only=True)
class _Comparison:
    """The declared figures of lists that stand, beside what the marts of a day have."""

    con: database.Connection
    figures: Mapping[str, Figure]
    standing: Mapping[str, Vintages]
    as_of: date
    code_version: str

    def pair(self) -> dict[str, list[Pair]]:
        """The figures of each list that have a value on both sides, rung by rung.

        What stands is read from the published cells; where these are of a later run, from the marts of its day.
        """
        in_place = {name: one.number for name, one in read_standing(self.con).items()}
        sides = [
            (
                {name for name, one in self.standing.items() if (in_place.get(name) != one.number) == of_history},
                compute.inputs_of(self.con, self.as_of, self.code_version, self.standing, of_history),
            )
            for of_history in (False, True)
        ]
        tonight = compute.inputs_of(self.con, self.as_of, self.code_version)
        pairs: dict[str, list[Pair]] = {name: [] for name in self.standing}
        for figure in self.figures.values():
            for lists, then_inputs in sides:
                if not any(figure.list_of(rung) in lists for rung in figure.rungs):
                    continue
                both = zip(
                    compute.climb(self.con, figure, then_inputs), compute.climb(self.con, figure, tonight), strict=True
                )
                for then, now in both:
                    if then.list in lists and "suppressed" not in (then.verdict.status, now.verdict.status):
                        rows = [self._print(figure, one, side) for one, side in ((then, then_inputs), (now, tonight))]
                        stands = replace(rows[0], as_of=self.standing[then.list].as_of)
                        pairs[then.list].append(Pair(figure=figure, stands=stands, tonight=rows[1]))
        return pairs

    def _print(self, figure: Figure, attempt: compute.Attempt, inputs: FigureInputs) -> Figures:
        return compute.print_attempt(figure, compute.judge_attempt(self.con, figure, attempt, inputs), inputs)

    def find_reasons(self, offers: Mapping[str, Offer]) -> dict[str, list[str]]:
        """Why the new vintage of each list waits for review; [] where it may be published as it is.

        A list without a declared figure waits with that of the same measure at the other kind of place.
        """
        overlaps, pairs = differences.Overlaps(self.con), self.pair()
        reasons = {name: self._reasons_of(name, own, offers[name], overlaps) for name, own in pairs.items()}
        for name in (name for name, own in pairs.items() if not own and not reasons[name]):
            kin = next((one for one in pairs if one != name and _measure_of(one) == _measure_of(name)), None)
            reasons[name] = [f"with {kin}: {why}" for why in reasons[kin]] if kin is not None else []
        return {name: [] if name in COUNTS else why for name, why in reasons.items()}

    def _reasons_of(self, name: str, pairs: Sequence[Pair], offer: Offer, overlaps: differences.Overlaps) -> list[str]:
        last = self.standing[name]
        reasons = []
        if last.method != published.digest_method(name):
            reasons.append("another method")
        samples = {(_name_sample(pair.stands), _name_sample(pair.tonight)) for pair in pairs}
        reasons += [f"another sample: {before}, now {now}" for before, now in sorted(samples) if before != now]
        if (changes := _say_sources(pairs)) is not None:
            reasons.append(changes)
        if offer.n_jobs < MAX_LOST * last.n_jobs:
            reasons.append(f"jobs fell from {last.n_jobs:,} to {offer.n_jobs:,}")
        return reasons + overlaps.find_jumps((pair.figure, pair.stands, pair.tonight) for pair in pairs)


def _measure_of(name: str) -> str:
    """The name of a list without the kind of place."""
    return name.removesuffix(".countries").removesuffix(".regions")


def _name_sample(row: Figures) -> str:
    """From which boards a figure is; rows that do not say are of boards known."""
    return notes.say_sample(row) or numbers.SAMPLE_WORDS["known"]


def _say_sources(pairs: Sequence[Pair]) -> str | None:
    """Which sources the figures of a list have lost, and which came; None where they are the same."""
    old_only = _sources_apart([pair.stands for pair in pairs], [pair.tonight for pair in pairs])
    new_only = _sources_apart([pair.tonight for pair in pairs], [pair.stands for pair in pairs])
    if not old_only and not new_only:
        return None
    changes = [
        f"without {', '.join(sorted(old_only))}" if old_only else "",
        f"with {', '.join(sorted(new_only))}" if new_only else "",
    ]
    return f"other sources: {' and '.join(filter(None, changes))}"


def _sources_apart(rows: Sequence[Figures], others: Sequence[Figures]) -> set[str]:
    """The sources of rows that others lack: of our own adverts those with enough for that to be no chance."""
    theirs = {source for row in others for source in row.sources}
    n_of: dict[str, int] = {}
    for row in rows:
        parts = {part.source: part.n for part in row.behind or ()}
        for source in row.sources:
            enough = row.basis not in OWN_BASES or parts.get(source, MIN_ADVERTS_OF_SOURCE) >= MIN_ADVERTS_OF_SOURCE
            n_of[source] = max(n_of.get(source, 0), int(enough))
    return {source for source, enough in n_of.items() if enough and source not in theirs}


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """A figure whose published value and tonight's have intervals that do not overlap."""

    list: str
    figure: str
    title: str
    stands: str
    tonight: str


def find_conflicts(con: database.Connection, figures: Mapping[str, Figure], as_of: date) -> list[Conflict]:
    """The figures whose published reading and tonight's both pass the gate but contradict each other."""
    standing = read_standing(con)
    changed = {name: standing[name] for name in sorted(published.find_changed(con, as_of)) if name in standing}
    comparison = _Comparison(con=con, figures=figures, standing=changed, as_of=as_of, code_version="")
    return [
        Conflict(
            list=name,
            figure=pair.figure.id,
            title=pair.stands.title,
            stands=f"{words}: {before}",
            tonight=now,
        )
        for name, of_list in comparison.pair().items()
        for pair in of_list
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
    new = _new_vintage(name, offer, history, on)
    correction = replace(new, state=PUBLISHED, decided_on=on, why="correction", reason=erratum, is_correction=True)
    return [*_withdraw(waiting_one(history), on, "corrected"), correction]
