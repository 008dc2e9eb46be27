"""What the home page says: findings as sentences, each only as far as its interval supports it, and what is still open.

A finding that no figure supports on a day is not there. Words of order ("among the three most asked") follow from the
ranks that the intervals leave open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from reports.figures.catalogue import declaration_of
from reports.figures.places import OF_REGION, PLACES
from reports.release.figure_files import named_rows
from reports.site import explorer, figure_rows, rows, skills, words
from reports.site.explorer import Explorer
from reports.site.rows import ChartRow
from reports.site.skills import SkillList
from reports.wording import gaps
from reports.wording.numbers import Row, percent
from reports.wording.work import name_work
from transforms.records.definitions import BAND, COUNTS
from warehouse.mart_tables import Figures

CARDS_OF_HOME, ROWS_OF_CARD = 6, 4
"""Most cards, and most rows of the chart of each."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A finding: what it is of and when, the sentence, its chart, what it rests on, and where more is said."""

    kicker: str
    title: str
    href: str
    chart: Markup
    note: str
    dek: str = ""


@dataclass(frozen=True, kw_only=True)
class Open:
    """Something that cannot be said yet: what it is, why, and the condition that lacks most (None: none is counted).

    `nearest` is the part of what is needed that the nearest wider statement, or other kind of source, has.
    """

    title: str
    why: str
    lack: gaps.Lack | None
    nearest: float
    href: str
    kind: str

    @property
    def part(self) -> float:
        """Which part of what is needed is there."""
        return 0.0 if self.lack is None else self.lack.part


@dataclass(frozen=True, kw_only=True)
class FindingsBasis:
    """What findings are made from."""

    figures: Mapping[str, Figures]
    explorer: Explorer
    skills: Mapping[tuple[str, str], SkillList]

    def find_printed(self, figure_id: str) -> Figures | None:
        """A figure that has a value."""
        figure = self.figures.get(figure_id)
        return figure if figure is not None and figure.value is not None else None


# --- the lead ---------------------------------------------------------------------------------------------

HOW_TO_READ = (
    f"Bars run from where {BAND.start} adverts start or above to where {BAND.stop} stop or below; brackets show how "
    "far an end could move."
)
WORKS_OF_LEAD = ("ai_engineering", "ai_science", "other_engineering", "data")


def lead(data: FindingsBasis) -> Finding | None:
    """Pay at the place that most of our own adverts with pay are of, beside other work there."""
    choice = data.explorer.choice
    cell = data.explorer.best(choice)
    if not cell.has_amounts:
        return None
    place, work, level = choice
    others = [data.explorer.best((place, other, level)) for other in dict.fromkeys((work, *WORKS_OF_LEAD))]
    chart_rows = [
        explorer.pay_row(
            one,
            name=words.capital(name_work(one.cell.work)),
            is_chosen=one.cell.work == work,
            href=one.address,
            figure=one.cell.figure or "",
        )
        for one in others
        if one.has_amounts
    ]
    axis = explorer.pay_axis(chart_rows, cell.currency)
    return Finding(
        kicker=f"Pay · {PLACES[place].name} · {cell.period}",
        title=explorer.say_title(cell),
        dek=explorer.say_median(cell),
        href=f"f/{cell.cell.figure}.html" if cell.cell.figure else "pay.html",
        chart=rows.draw(chart_rows, axis, label=f"Pay in {PLACES[place].in_words}, {level} level", classes="pay"),
        note=HOW_TO_READ,
    )


# --- cards ------------------------------------------------------------------------------------------------


def most_asked(data: FindingsBasis) -> Finding | None:
    """The skills that are asked most, of those that may be the first."""
    skill_list = data.skills.get(skills.FIRST_CHOICE)
    if skill_list is None:
        return None
    first = skills.leaders(skill_list)
    top = [skill for skill in first if skill.is_point][:2]
    if not top:
        return None
    title = _say_leaders(
        [(skill.name, float(skill.asked.row["share"])) for skill in top],
        len(first),
        "skills asked",
        "AI engineering adverts",
    )
    chart_rows = [skills.skill_row(skill, with_category=False) for skill in skill_list.skills[:ROWS_OF_CARD]]
    chart_rows = [_as_dots(row) for row in chart_rows]
    return Finding(
        kicker=f"Skills · {words.month(skill_list.day)}",
        title=title,
        href="skills.html",
        chart=rows.draw(chart_rows, rows.axis_for(chart_rows, percent), label="Skills asked most", classes="shares"),
        note=f"{skill_list.rests}.",
    )


def _say_leaders(top: Sequence[tuple[str, float]], n_leaders: int, what: str, of: str) -> str:
    """ "Python and Machine Learning are among the three skills asked most, in 73% and 70% of …"."""
    names = " and ".join(name for name, _ in top)
    shares = _say_shares([share for _, share in top])
    if n_leaders == 1:
        return f"{names} leads the {what}, in {shares} of {of}"
    if len(top) == n_leaders:
        return f"{names} share the top of the {what}, in {shares} of {of}"
    verb = "is" if len(top) == 1 else "are"
    return f"{names} {verb} among the {_say_number(n_leaders)} {what} most, in {shares} of {of}"


def _say_number(n: int) -> str:
    return COUNTS[n] if n <= 10 else str(n)


def _say_shares(shares: Sequence[float]) -> str:
    """ "73% and 70%", or "17% each"."""
    texts = [percent(share) for share in shares]
    return f"{texts[0]} each" if len(texts) > 1 and len(set(texts)) == 1 else " and ".join(texts)


def _as_dots(row: ChartRow) -> ChartRow:
    """A row of a card: its dot and interval without the bar."""
    marks = tuple(mark for mark in row.marks if mark.kind in ("line", "dot"))
    return replace(row, marks=marks, href="")


@dataclass(frozen=True, kw_only=True)
class Card:
    """A card made from the shares of one figure: `say` makes its title of the rows, or None where they support none."""

    figure: str
    kicker: str
    say: Callable[[Sequence[tuple[str, Row]]], str | None]
    href: str
    note: str
    choose: Callable[[Sequence[tuple[str, Row]]], Sequence[tuple[str, Row]]] = lambda pairs: pairs[:ROWS_OF_CARD]


def _is_point(row: Row) -> bool:
    return row.get("form") == "point" and row.get("status") != "suppressed"


def _by_share(pairs: Sequence[tuple[str, Row]]) -> list[tuple[str, Row]]:
    return sorted(pairs, key=lambda pair: -pair[1]["share"])


def _top(pairs: Sequence[tuple[str, Row]]) -> list[tuple[str, Row]]:
    """The rows that may be the first, by the ranks that hold together with 95 % (`mart.shares`)."""
    return [pair for pair in _by_share(pairs) if pair[1].get("rank_best") == 1]


def _say_roles(pairs: Sequence[tuple[str, Row]]) -> str | None:
    first = _top(pairs)
    top = [(name, row["share"]) for name, row in first if _is_point(row)][:2]
    if not top:
        return None
    names = [(f"{name.lower() if not name[1:2].isupper() else name}s", share) for name, share in top]
    names = [(words.capital(names[0][0]), names[0][1]), *names[1:]]
    shares = _say_shares([share for _, share in names])
    subject = " and ".join(name for name, _ in names)
    if len(first) == 1:
        return f"{subject} make up {shares} of AI jobs, more than any other role"
    if len(first) == len(top):
        return f"{subject} share the top, with {shares} of AI jobs"
    return f"{subject} are among the {_say_number(len(first))} largest roles, with {shares} of AI jobs"


def _choose_law(pairs: Sequence[tuple[str, Row]]) -> list[tuple[str, Row]]:
    """The comparison that differs in least besides the law: within employers and one country, else within employers."""
    return sorted(pairs, key=lambda pair: pair[1]["region_level"] != "country")[:1]


def _say_law(pairs: Sequence[tuple[str, Row]]) -> str | None:
    for _, row in _choose_law(pairs):
        place = OF_REGION[(row["region_level"], row["region"])]
        where = f" in {place.in_words}" if place.name else ""
        if row["difference_lo"] > 0:
            return f"Employers{where} state pay in more of their adverts where a law has them do so"
        if row["difference_hi"] < 0:
            return f"Employers{where} state pay in fewer of their adverts where a law has them do so"
        return f"Whether employers{where} state pay more often where a law has them do so cannot be told"
    return None


def _say_degree(pairs: Sequence[tuple[str, Row]]) -> str | None:
    row = next((row for _, row in pairs if row.get("item") == "not_asked"), None)
    if row is None or not _is_point(row):
        return None
    return f"{percent(row['share'])} of adverts for AI jobs name no degree"


def _say_years(pairs: Sequence[tuple[str, Row]]) -> str | None:
    answers = [pair for pair in pairs if pair[1].get("item") != "not_asked"]
    first = _top(answers)
    if not first or not _is_point(first[0][1]):
        return None
    name, row = first[0]
    if len(first) == 1:
        return f"{percent(row['share'])} of adverts for AI jobs ask for {name}, more than for any other span"
    return f"{percent(row['share'])} of adverts for AI jobs ask for {name}"


def _say_closings(pairs: Sequence[tuple[str, Row]]) -> str | None:
    if not pairs or pairs[0][1].get("status") == "suppressed":
        return None
    name, row = pairs[0]
    text = f"{words.capital(name)} adverts close at {figure_rows.say_rate(row)} a day"
    others = [other for _, other in pairs[1:] if other.get("rate_lo") is not None]
    if others and row.get("rate_lo") is not None and all(row["rate_lo"] > other["rate_hi"] for other in others):
        return f"{text}, faster than other adverts"
    return text


def _say_additional(pairs: Sequence[tuple[str, Row]]) -> str | None:
    for _, row in pairs:
        if row.get("item") == "equity" and row.get("share_lo") is not None:
            ends = f"{percent(row['share_lo'])} and {percent(row['share_hi'])}"
            value = percent(row["share"]) if _is_point(row) else f"Between {ends}"
            return f"{value} of jobs that state pay offer equity beside it"
    return None


CARDS = (
    Card(
        figure="roles.shares",
        kicker="Roles",
        say=_say_roles,
        href="work.html",
        note="adverts we read",
        choose=lambda pairs: _by_share(pairs)[:ROWS_OF_CARD],
    ),
    Card(
        figure="disclosure.within_employers",
        kicker="Pay laws",
        say=_say_law,
        href="laws.html",
        note="the mean of employers with adverts in both",
        choose=_choose_law,
    ),
    Card(
        figure="closing_rate.engineering",
        kicker="Closings",
        say=_say_closings,
        href="closings.html",
        note="adverts followed",
    ),
    Card(
        figure="degree.shares",
        kicker="Degree",
        say=_say_degree,
        href="work.html#degree-shares",
        note="AI jobs with a full advert",
        choose=lambda pairs: _by_share(pairs)[:ROWS_OF_CARD],
    ),
    Card(
        figure="years.shares",
        kicker="Experience",
        say=_say_years,
        href="work.html#years-shares",
        note="AI jobs with a full advert",
        choose=lambda pairs: _by_share(pairs)[:ROWS_OF_CARD],
    ),
    Card(
        figure="additional.share",
        kicker="Beside base pay",
        say=_say_additional,
        href="f/additional.share.html",
        note="jobs that state pay",
    ),
)


def cards(data: FindingsBasis) -> Iterator[Finding]:
    """The findings below the lead, as many as figures support."""
    first = most_asked(data)
    if first is not None:
        yield first
    for card in CARDS:
        figure = data.find_printed(card.figure)
        if figure is None:
            continue
        pairs = [(name or figure_rows.name_row(name, row), row) for name, row in named_rows(figure)]
        title = card.say(pairs)
        if title is None:
            continue
        selection = card.choose(pairs)
        kind = figure_rows.kind_of([row for _, row in selection]) or figure_rows.SHARE
        chart_rows = figure_rows.to_rows(figure, selection, kind)
        say = figure_rows.percent_a_day if kind == figure_rows.RATE else percent
        of = selection[0][1] if kind == figure_rows.DIFFERENCE else None
        n, employers = (of["n_jobs"], of["n_employers"]) if of else (figure.n_jobs, figure.n_employers)
        rests = words.rests_on(n, employers, None)
        cut = f"{len(selection)} of {len(pairs)} rows" if len(selection) < len(pairs) else ""
        yield Finding(
            kicker=" · ".join(filter(None, (card.kicker, words.say_when(figure), words.review(figure)))),
            title=title,
            href=card.href,
            chart=rows.draw(chart_rows, rows.axis_for(chart_rows, say), label=figure.title, classes="shares"),
            note=f"{'; '.join(filter(None, (rests, card.note, cut)))}.",
        )


# --- what is open -------------------------------------------------------------------------------------------

OPEN_ON_HOME = 6
"""How many of what cannot be said the home page lists; the page of all figures has the others."""
HOME_OF_OPEN = (
    "pay",
    "entries",
    "closing_rate",
    "additional",
    "qualification",
    "disclosure",
    "reported",
    "degree",
    "skill",
    "silence",
)
"""Kinds of figures that the home page may list as open, by the first part of their ids, the first first."""


def list_open(figures: Sequence[Figures]) -> list[Open]:
    """What cannot be said yet, the nearest first."""
    candidates = [_open_of(figure) for figure in figures if figure.value is None and figure.kind == "measured"]
    return sorted((one for one in candidates if one is not None), key=lambda one: (-one.part, -one.nearest, one.title))


def _open_of(figure: Figures) -> Open | None:
    """What a figure lacks itself, in every condition, and which wider one, or kind of source, is nearer to enough."""
    if not (figure.missing or figure.reason):
        return None
    ways = gaps.read_ways(figure.missing or "")
    rungs = declaration_of(figure.figure).rungs
    name = rungs[0].name if rungs else ""
    is_few = (figure.reason or "").startswith("not enough")
    lacks: Sequence[gaps.Lack] = gaps.list_lacks(figure.basis, figure.n_jobs, figure.n_employers, figure.reason)
    own_lacks = next((way.lacks for way in ways if way.rung == name), ())
    if is_few or any(lack.n for lack in own_lacks):  # else none were counted since something else was missing
        lacks = own_lacks or lacks
    own = gaps.Way(rung=name, lacks=lacks)
    nearer = max((way for way in ways if way.rung != name), key=lambda way: way.part, default=None)
    is_nearer = nearer is not None and (not lacks or nearer.part > own.part)
    reason = "" if lacks and is_few else figure.reason or ""
    reasons = [", ".join(map(str, lacks)), reason, _say_nearer(nearer, name) if nearer and is_nearer else ""]
    worst = min(lacks, key=lambda lack: lack.part, default=None)
    return Open(
        title=figure.title,
        why=words.plain("; ".join(filter(None, reasons))),
        lack=worst,
        nearest=nearer.part if nearer else 0.0,
        href=f"f/{figure.figure}.html",
        kind=figure.figure.partition(".")[0],
    )


def _say_nearer(way: gaps.Way, own: str) -> str:
    """ "every level: 23 of 30 jobs with pay, 8 of 10 employers"; what both rungs share is not said again."""
    kind, *wider = way.rung.split(", ")
    rung = ", ".join(wider) if wider and kind == own.partition(", ")[0] else way.rung
    return f"{rung}: {', '.join(map(str, way.lacks))}"


def choose_open(candidates: Sequence[Open]) -> list[Open]:
    """What the home page lists: of each kind of figure the nearest, then of pay the places that lack least.

    What nothing was counted of, neither itself nor anything wider, is in the list of all.
    """
    ways = [
        one for one in candidates if one.lack is not None and one.kind in HOME_OF_OPEN and one.part + one.nearest > 0
    ]
    first = list({one.kind: one for one in reversed(ways)}.values())
    others = [one for one in ways if one not in first]
    selection = [*sorted(first, key=lambda one: HOME_OF_OPEN.index(one.kind)), *others][:OPEN_ON_HOME]
    return sorted(selection, key=lambda one: (-one.part, -one.nearest))
