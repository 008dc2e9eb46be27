"""How figures are put into words: numbers, qualifiers, notes and tables, from ledger rows alone.

Advertised pay is what adverts *offer*; only reported pay is *earned*. A median is called a median. Whatever
is not the first choice (another rung, little confidence, an older value) is said in the value itself, in
brackets, so that it cannot be lost when somebody quotes it.
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from warehouse.marts.statistics import EMPLOYER_CAP
from warehouse.tables import Figures

Row = Mapping[str, Any]
Rows = Sequence[Row]

LOW_CONFIDENCE = "low confidence"
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
REGION_NAMES = {"Northern America": "US and Canada"}
"""Names printed instead of the UN M49 ones."""
CATEGORY_NAMES = {
    "Programming Languages": "Programming languages",
    "Machine Learning and Deep Learning": "Machine learning and deep learning",
    "Mathematics and Statistics": "Mathematics and statistics",
    "Big Data and Cloud": "Big data and cloud",
    "MLOps and Deployment": "MLOps and deployment",
    "AI Ethics and Explainability": "AI ethics and explainability",
    "Generative AI and Agents": "Generative AI and agents",
    "Software Engineering and Tools": "Software engineering and tools",
}
"""Headings of the categories of skills: the 2026 guide's six, and two that it lacks."""
VERDICTS = ((0.25, "essential"), (0.10, "common"), (0.03, "occasional"), (0.0, "rare"))
"""Least lower end of the 95 % interval of a skill's share, and the word for it (DESIGN, section 6)."""
VERDICT_RULE = (
    "Verdict, by the lower end of the 95% interval: "
    + "".join(f"{word} from {least:.0%}, " for least, word in VERDICTS[:-1])
    + f"{VERDICTS[-1][1]} below."
)
RUNG_WORDS = {
    "advertised, 365 days": None,
    "advertised, 730 days": "from adverts of the last 730 days",
    "third-party adverts": "adverts collected by a third party, employers unknown",
    "reported": "earnings that people report in surveys",
}
"""What is said of a value that does not come from the first rung."""
CARRIED = "last accepted value"
"""The rung of a figure that could not be computed anew."""
UNKNOWN_TO_THIRD_PARTY = "the employers are unknown, so that no interval can be computed"
THIRD_PARTY = (
    "third-party adverts are not those we read: somebody else collected the two ends of pay of full-time adverts of "
    "this calendar year and the one before"
)
LEVELS = {
    ("band", "advertised"): "mid to senior is what the title says or, where it names no level, two to seven years of "
    "experience asked for; full-time, base pay before tax, both ends of the range stated",
    ("band", "advertised_third_party"): "mid to senior is what the title says or, where it names no level, the "
    "source's codes MI and SE, and SE includes staff; full-time, and whether the amounts are base pay is not said",
    ("entry", "advertised"): "entry level is what the title says (junior, graduate and the like) or, where it names no "
    "level, at most one year of experience asked for; full-time, base pay before tax, both ends of the range stated",
    ("entry", "advertised_third_party"): "entry level is what the title says or, where it names no level, the source's "
    "code EN; full-time, and whether the amounts are base pay is not said",
}
"""What a level and its pay mean, by figure and basis: no two collections draw the line alike."""
BASIS_WORDS = {
    "advertised": "adverts we read",
    "advertised_third_party": "adverts collected by a third party",
    "reported": "earnings reported in surveys",
    "postings": "adverts we read",
    "cited": "cited, not measured",
}
UNITS_OF_BASIS = {
    "advertised_third_party": ("pair of amounts", "pairs of amounts"),
    "reported": ("person", "persons"),
}
"""What `n` counts, one and several; a job where nothing else is said."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """A figure as a table: plain text, escaped by whoever prints it. `numeric` are right-aligned columns.

    `key` says how to read the columns and belongs to the caption; `below` are paragraphs under the table.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[int] = frozenset()
    key: str = ""
    below: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Renderer:
    """How the rows behind a figure are printed: as text, as a table, and what a note adds.

    `named_by` is the column that names a row, where there are several. `shows_baseline` says that the rows are
    the 2026 guide's own, so that a note need not repeat them.
    """

    text: Callable[[Rows], str]
    table: Callable[[Rows], Table] | None = None
    note: Callable[[Rows], Sequence[str | None]] = lambda rows: ()
    named_by: str | None = None
    shows_baseline: bool = False


# --- numbers ------------------------------------------------------------------------------------------


def day(on: date) -> str:
    """A date as readers of English write it: 17 August 2026."""
    return f"{on.day} {MONTHS[on.month - 1]} {on.year}"


def counted(n: int, singular: str, plural: str | None = None) -> str:
    """A number with its noun: "1 job", "1,234 jobs"."""
    return f"{n:,} {singular if n == 1 else plural or singular + 's'}"


def short(amount: float, *, tenths: bool) -> str:
    """An amount of money as 950, 8.1K, 103K or 1.2M; `tenths` keeps a decimal of the thousands up to 100K."""
    if round(amount, -1) < 1_000:
        return f"{round(amount, -1):.0f}"
    digits = 1 if (tenths and amount < 99_950) or amount < 19_950 else 0
    if round(amount / 1_000, digits) < 1_000:
        return f"{amount / 1_000:.{digits}f}K"
    return f"{amount / 1_000_000:.1f}M"


def money(low: float, high: float, currency: str, *, tenths: bool) -> str:
    """A range of money: "USD 8.1K–12.9K"; one amount when both ends are printed alike."""
    ends = (short(low, tenths=tenths), short(high, tenths=tenths))
    return f"{currency} {ends[0]}" if ends[0] == ends[1] else f"{currency} {ends[0]}–{ends[1]}"


def monthly(row: Row, low: str = "band_low", high: str = "band_high") -> str:
    """Two annual amounts of a row as a range for a month (a twelfth)."""
    return money(row[low] / 12, row[high] / 12, row["currency"], tenths=True)


def yearly(row: Row, low: str = "band_low", high: str = "band_high") -> str:
    """Two annual amounts of a row as a range for a year."""
    return money(row[low], row[high], row["currency"], tenths=False)


def percent(share: float) -> str:
    """A share as a percentage: whole above 1 %, one decimal below, never a bare zero for something."""
    if 0 < share < 0.0005:
        return "under 0.1%"
    return f"{100 * share:.1f}%" if 0 < share < 0.0095 else f"{100 * share:.0f}%"


def interval(row: Row) -> str:
    """The 95 % interval of a share: "58–66%"; a dash when there is none.

    Where rounding the lower end would lift it over the threshold of a verdict, it keeps a decimal: "2.9–5%".
    """
    if row.get("share_lo") is None or row.get("share_hi") is None:
        return "–"
    low, high = percent(row["share_lo"]), percent(row["share_hi"])
    if any(round(row["share_lo"], 2) >= least > row["share_lo"] for least, _ in VERDICTS):
        low = f"{math.floor(1_000 * row['share_lo']) / 10:.1f}%"
    return low if low == high else f"{low.removesuffix('%')}–{high}"


def verdict(row: Row) -> str | None:
    """essential, common, occasional or rare, by the lower end of the interval; None without an interval."""
    if row.get("share_lo") is None:
        return None
    return next(word for least, word in VERDICTS if row["share_lo"] >= least)


def qualified(text: str, words: Sequence[str | None]) -> str:
    """Text with what must be known beside it, in brackets."""
    said = [word for word in words if word]
    return f"{text} ({'; '.join(said)})" if said else text


def region_name(region: str) -> str:
    """The name readers see."""
    return REGION_NAMES.get(region, region)


def category_name(category: str) -> str:
    """The heading readers see."""
    return CATEGORY_NAMES.get(category, category)


def _without_empty(table: Table) -> Table:
    """A table without the columns in which no row has anything to say."""
    kept = [i for i in range(len(table.columns)) if any(row[i] not in ("", "–") for row in table.rows)]
    return replace(
        table,
        columns=tuple(table.columns[i] for i in kept),
        rows=tuple(tuple(row[i] for i in kept) for row in table.rows),
        numeric=frozenset(new for new, old in enumerate(kept) if old in table.numeric),
    )


# --- shapes: pay --------------------------------------------------------------------------------------


def _ends(row: Row, tenths: bool, divisor: int) -> str | None:
    """The 95 % intervals of both ends of a band in words; None where the source gives none."""
    if row.get("band_low_lo") is None or row.get("band_high_lo") is None:
        return None
    low, high = (
        money(row[f"{end}_lo"] / divisor, row[f"{end}_hi"] / divisor, row["currency"], tenths=tenths)
        for end in ("band_low", "band_high")
    )
    return f"95% interval of the lower end {low}, of the upper end {high}"


def _stated(row: Row, *, tenths: bool, divisor: int) -> str | None:
    """What the level of the adverts rests on: the band from titles alone, else how many titles name the level."""
    if row["basis"] != "advertised":
        return None
    if row.get("stated_status") == "suppressed":
        return f"from levels named in titles alone: withheld, {row['stated_reason']}"
    if row.get("stated_status") is not None:
        band = money(row["stated_low"] / divisor, row["stated_high"] / divisor, row["currency"], tenths=tenths)
        n = f"{counted(row['stated_n_jobs'], 'job')} of {counted(row['stated_n_employers'], 'employer')}"
        low = LOW_CONFIDENCE if row["stated_status"] == "low" else None
        return qualified(f"from levels named in titles alone: {band}, {n}", [low])
    if row.get("n_stated") is not None:
        return (
            f"level named in the title in {row['n_stated']:,} of {row['n_jobs']:,}, "
            "else read from the years of experience asked for"
        )
    return None


def _cell_note(row: Row, *, tenths: bool, divisor: int) -> list[str | None]:
    is_third_party = row["basis"] == "advertised_third_party"
    without = UNKNOWN_TO_THIRD_PARTY if is_third_party else "no interval can be computed"
    notes: list[str | None] = [_ends(row, tenths, divisor) or without]
    if row.get("p50") is not None:
        median = money(row["p50"] / divisor, row["p50"] / divisor, row["currency"], tenths=tenths)
        notes.append(f"median of the midpoints {median}")
    notes.append(_stated(row, tenths=tenths, divisor=divisor))
    if row.get("n_effective") is not None:
        notes.append(f"effective n {row['n_effective']:.0f}, the weight of large employers being limited")
    abroad = _from_abroad(row)
    notes.append(f"paid from abroad: {abroad}" if abroad else None)
    if row.get("n_no_rate"):
        notes.append(f"{row['n_no_rate']:,} left out for want of an exchange rate")
    if row.get("n_apart"):
        notes.append(f"{row['n_apart']:,} kept apart (contract, part-time, intern, net, implausible or one end only)")
    return notes


def _from_abroad(row: Row) -> str | None:
    """How many jobs are paid from abroad, also when none is; None where that is not known."""
    if row["basis"] != "advertised" or row.get("n_cross_border") is None:
        return None
    return f"{row['n_cross_border']:,} of {counted(row['n_jobs'], 'job')}"


def _band_text(rows: Rows) -> str:
    return f"{monthly(rows[0])} per month"


def _entry_text(rows: Rows) -> str:
    row = rows[0]
    text = f"{yearly(row)} per year"
    return text if row.get("p50") is None else f"{text}, median {yearly(row, 'p50', 'p50')}"


def _entry_note(rows: Rows) -> list[str | None]:
    row = rows[0]
    notes = _cell_note(row, tenths=False, divisor=1)
    if row.get("local_low") is not None:
        local = money(row["local_low"], row["local_high"], row["local_currency"], tenths=False)
        notes.insert(0, f"in local money {local}, {counted(row['local_n_jobs'], 'job')}")
    return notes


def _places(rows: Rows) -> tuple[Rows, tuple[str, ...]]:
    """The rows that have a value, and what is said of those that have none."""
    shown = [row for row in rows if row["status"] != "suppressed"]
    held = sorted((row for row in rows if row["status"] == "suppressed"), key=lambda row: -(row["n_jobs"] or 0))
    few = [row for row in held if row["reason"].startswith("not enough data")]
    some = [f"{row['place']} (n = {row['n_jobs']})" for row in few if row["n_jobs"]]
    none = [row["place"] for row in few if not row["n_jobs"]]
    said = [
        f"Withheld, not enough data: {', '.join(some)}." if some else "",
        f"Withheld, no full-time advert at this level with both ends of base pay: {', '.join(none)}." if none else "",
        *(f"Withheld: {row['place']}, {row['reason']}." for row in held if row not in few),
    ]
    return shown, tuple(words for words in said if words)


def _below(kind: str, shown: Rows, held: Sequence[str]) -> tuple[str, ...]:
    """What a reader should know of a table of pay, in paragraphs; `held` says what is withheld.

    `kind` is that of the rows' figures: band or entry.
    """
    others = [row for row in shown if row["basis"] != "advertised_third_party"]
    is_ours = any(row["basis"] == "advertised" for row in shown)
    abroad = [f"{row['place']} {words}" for row in others if (words := _from_abroad(row))]
    said = (
        f"In adverts we read, {LEVELS[kind, 'advertised']}." if is_ours else "",
        _sentences([THIRD_PARTY, UNKNOWN_TO_THIRD_PARTY, f"in them, {LEVELS[kind, 'advertised_third_party']}"])
        if len(others) < len(shown)
        else "",
        *held,
        f"Paid from abroad: {'; '.join(abroad)}." if abroad else "",
        _sentences([_doubts(others, "place")]),
    )
    return tuple(paragraph for paragraph in said if paragraph)


def _doubts(rows: Rows, named_by: str, *, most: int | None = None) -> str | None:
    """Which rows have low confidence, by the reason why; None when none has. More than `most` are counted instead."""
    names: dict[str, list[str]] = {}
    for row in rows:
        if _low(row):
            names.setdefault(row["reason"] or "little data", []).append(row[named_by])
    n_low = sum(map(len, names.values()))
    if most is not None and n_low > most:
        counts = "; ".join(f"{len(named)}: {why}" if len(names) > 1 else why for why, named in names.items())
        return f"{LOW_CONFIDENCE}: {n_low} of {len(rows)} values ({counts})"
    said = "; ".join(f"{', '.join(named)} ({why})" for why, named in names.items())
    return f"{LOW_CONFIDENCE}: {said}" if said else None


def _bands_text(rows: Rows) -> str:
    shown, _ = _places(rows)
    held = len(rows) - len(shown)
    text = "; ".join(f"{row['place']} {row['value']}" for row in shown)
    return f"{text}; {held} more withheld" if held else text


def _bands_table(rows: Rows) -> Table:
    shown, held = _places(rows)
    cells = tuple(
        (
            row["place"],
            qualified(monthly(row), [_low(row)]),
            _stated_cell(row),
            short(row["p50"] / 12, tenths=True) if row.get("p50") is not None else "–",
            _ends_cell(row, "band_low", tenths=True, divisor=12),
            _ends_cell(row, "band_high", tenths=True, divisor=12),
            _n_cell(row),
            _n(row["n_employers"]),
            row["rung"],
        )
        for row in shown
    )
    columns = (
        "Region", "Band per month", "Band from titles alone", "Median", "Lower end, 95% interval",
        "Upper end, 95% interval", "n", "Employers", "From",
    )  # fmt: skip
    key = (
        "US dollars per month, a twelfth of a year. Three in four adverts start at or above the lower end of a band, "
        "and three in four stop at or below its upper end. Median: of the midpoints. From titles alone: only adverts "
        "whose title names the level, the others being placed by the years of experience they ask for."
    )
    numeric = frozenset((3, 4, 5, 7))
    return _without_empty(
        Table(columns=columns, rows=cells, numeric=numeric, key=key, below=_below("band", shown, held))
    )


def _entries_table(rows: Rows) -> Table:
    shown, held = _places(rows)
    cells = tuple(
        (
            row["place"],
            qualified(yearly(row), [_low(row)]),
            short(row["p50"], tenths=False) if row.get("p50") is not None else "–",
            money(row["local_low"], row["local_high"], row["local_currency"], tenths=False)
            if row.get("local_low") is not None
            else "–",
            _ends_cell(row, "band_low", tenths=False, divisor=1),
            _ends_cell(row, "band_high", tenths=False, divisor=1),
            _n_cell(row),
            _n(row["n_employers"]),
            row["rung"],
        )
        for row in shown
    )
    columns = (
        "Country", "Band per year", "Median", "Local money", "Lower end, 95% interval", "Upper end, 95% interval", "n",
        "Employers", "From",
    )  # fmt: skip
    key = (
        "US dollars per year. Three in four adverts start at or above the lower end of a band, and three in four stop "
        "at or below its upper end. Median: of the midpoints."
    )
    numeric = frozenset((2, 4, 5, 7))
    return _without_empty(
        Table(columns=columns, rows=cells, numeric=numeric, key=key, below=_below("entry", shown, held))
    )


def _stated_cell(row: Row) -> str:
    if row.get("stated_status") is None:
        return "–"
    n = counted(row["stated_n_jobs"] or 0, "job")
    if row["stated_status"] == "suppressed":
        return f"withheld ({n})"
    low = LOW_CONFIDENCE if row["stated_status"] == "low" else None
    low_end, high_end = (short(row[f"stated_{end}"] / 12, tenths=True) for end in ("low", "high"))
    return qualified(f"{low_end}–{high_end}", [n, low])


def _n_cell(row: Row) -> str:
    noun = UNITS_OF_BASIS.get(row["basis"], ("job", "jobs"))
    return counted(row["n_jobs"], *noun)


def _ends_cell(row: Row, end: str, *, tenths: bool, divisor: int) -> str:
    if row.get(f"{end}_lo") is None:
        return "–"
    low, high = (short(row[f"{end}_{side}"] / divisor, tenths=tenths) for side in ("lo", "hi"))
    return f"{low}–{high}"


def _low(row: Row) -> str | None:
    return LOW_CONFIDENCE if row.get("status") == "low" else None


def _n(number: int | None) -> str:
    return "–" if number is None else f"{number:,}"


# --- shapes: shares -----------------------------------------------------------------------------------


def _listed(name: str) -> Callable[[Rows], str]:
    """A ranking as one line: name and share, then, after their mark, those of low confidence."""

    def text(rows: Rows) -> str:
        sure, unsure = (
            ", ".join(f"{row[name]} {percent(row['share'])}" for row in rows if bool(_low(row)) == is_low)
            for is_low in (False, True)
        )
        return "; ".join(part for part in (sure, f"{LOW_CONFIDENCE}: {unsure}" if unsure else "") if part)

    return text


def _ranking_table(name: str, heading: str, key: str, *, verdicts: bool) -> Callable[[Rows], Table]:
    """A table of shares in order; `key` says of what, with {n} for the number of jobs."""

    def table(rows: Rows) -> Table:
        cells = tuple(
            (
                str(row["position"]),
                qualified(row[name], [_low(row)] if not verdicts else []),
                percent(row["share"]),
                interval(row),
                _n(row["n_asking"]),
                _n(row.get("n_employers_asking")),
                *((qualified(verdict(row) or "none", [_low(row)]),) if verdicts else ()),
            )
            for row in rows
        )
        columns = ("Rank", heading, "Share", "95% interval", "Jobs", "Employers", *(("Verdict",) if verdicts else ()))
        said = key.format(n=_n(rows[0]["n_jobs"]))
        return _without_empty(Table(columns=columns, rows=cells, numeric=frozenset((0, 2, 3, 4, 5)), key=said))

    return table


WEIGHTED = (
    f"No employer counts for more than {EMPLOYER_CAP:.0%}: where one has more of the jobs, they weigh less, and a "
    "share is then not its jobs divided by {n}. Jobs and employers in a row are counted as they are."
)
"""Why two columns that stand side by side do not divide to the third."""
SKILLS_KEY = "Share of the {n} AI engineering jobs whose advert we could read in full."
ROLES_KEY = f"Share of {{n}} AI jobs: engineering, research and data science, and the roles around them. {WEIGHTED} "
ROLES_KEY += "Adverts whose text we do not have and that stand side by side on one board count one by one."


def _skills_note(rows: Rows) -> list[str]:
    notes = ["a skill counts when the advert requires or prefers it, not when it only mentions it"]
    if rows and rows[0].get("n_without_text"):
        notes.append(f"{rows[0]['n_without_text']:,} jobs without readable text are left out")
    return notes


def _baseline_skills_text(rows: Rows) -> str:
    parts = []
    for _, word in VERDICTS:
        named = [
            qualified(f"{row['word']} {percent(row['share'])}", [_low(row)]) for row in rows if verdict(row) == word
        ]
        if named:
            parts.append(f"{word}: {', '.join(named)}")
    without = [row["word"] for row in rows if verdict(row) is None]
    return "; ".join([*parts, f"no verdict: {', '.join(without)}"] if without else parts)


def _baseline_skills_table(rows: Rows) -> Table:
    cells = tuple(
        (
            row["word"],
            percent(row["share"]) if row["share"] is not None else "–",
            interval(row),
            _n(row["rank"]),
            qualified(verdict(row) or "not read by our taxonomy", [_low(row)]),
        )
        for row in rows
    )
    columns = ("Named essential in 2026", "Share now", "95% interval", "Rank among all skills", "Verdict now")
    key = f"{SKILLS_KEY} {VERDICT_RULE}".format(n=_n(rows[0]["n_jobs"]))
    return Table(columns=columns, rows=cells, numeric=frozenset((1, 2, 3)), key=key)


def _skill_text(rows: Rows) -> str:
    return percent(rows[0]["share"])


def _skill_note(rows: Rows) -> list[str]:
    row = rows[0]
    rank = "" if row["rank"] is None else f", rank {row['rank']} of all skills"
    return [f"95% interval {interval(row)}{rank}, by our rule {verdict(row) or 'without a verdict'}"]


def _additional_text(rows: Rows) -> str:
    share = {row["item"]: qualified(percent(row["share"]), [_low(row)]) for row in rows}
    return (
        f"{share['any']} of adverts that state pay offer something beside base pay: "
        f"equity {share['equity']}, bonus {share['bonus']}, commission {share['commission']}"
    )


def _shares_table(heading: str, shares: str) -> Callable[[Rows], Table]:
    def table(rows: Rows) -> Table:
        cells = tuple(
            (
                qualified(row["item"], [_low(row)]),
                percent(row["share"]),
                interval(row),
                _n(row["n_asking"]),
                _n(row.get("n_employers_asking")),
            )
            for row in rows
        )
        columns = (heading, shares, "95% interval", "Jobs", "Employers")
        key = WEIGHTED.format(n=_n(rows[0]["n_jobs"]))
        return _without_empty(Table(columns=columns, rows=cells, numeric=frozenset((1, 2, 3, 4)), key=key))

    return table


def _additional_note(rows: Rows) -> list[str]:
    ends = ", ".join(f"{row['item']} {interval(row)}" for row in rows)
    return [f"95% intervals: {ends}", "silence is counted as not offered"]


def _bonus_text(rows: Rows) -> str:
    row = rows[0]
    return f"median USD {short(row['p50'], tenths=False)} per year"


def _bonus_note(rows: Rows) -> list[str]:
    row = rows[0]
    return [f"half of them between USD {short(row['p25'], tenths=False)} and {short(row['p75'], tenths=False)}"]


def _difficulty_text(rows: Rows) -> str:
    ai, other = rows
    ours, theirs = (qualified(percent(row["share"]), [_low(row)]) for row in (ai, other))
    return (
        f"{ours} of AI engineering vacancies were still open after 60 days, "
        f"against {theirs} of other engineering vacancies"
    )


def _difficulty_note(rows: Rows) -> list[str]:
    return [f"{row['cell']}: {counted(row['n_jobs'], 'job')}, 95% interval {interval(row)}" for row in rows]


def _cited_text(rows: Rows) -> str:
    row = rows[0]
    return qualified(row["claim"], [f"cited; {row['publisher']}"])


def _cited_note(rows: Rows) -> list[str]:
    row = rows[0]
    return [", ".join(part for part in (row["publisher"], row["work"], row["published"]) if part), row["caveat"]]


SHAPES: dict[str, Renderer] = {
    "band": Renderer(text=_band_text, note=lambda rows: _cell_note(rows[0], tenths=True, divisor=12)),
    "bands": Renderer(text=_bands_text, table=_bands_table, named_by="place"),
    "entry": Renderer(text=_entry_text, note=_entry_note),
    "entries": Renderer(text=_bands_text, table=_entries_table, named_by="place"),
    "skills": Renderer(
        text=_listed("skill"),
        table=_ranking_table("skill", "Skill", f"{SKILLS_KEY} {WEIGHTED} {VERDICT_RULE}", verdicts=True),
        note=_skills_note,
        named_by="skill",
    ),
    "skills.baseline": Renderer(
        text=_baseline_skills_text,
        table=_baseline_skills_table,
        note=_skills_note,
        named_by="word",
        shows_baseline=True,
    ),
    "skill": Renderer(text=_skill_text, note=_skill_note),
    "roles": Renderer(
        text=_listed("title"),
        table=_ranking_table("title", "Role", ROLES_KEY, verdicts=False),
        named_by="title",
    ),
    "industries": Renderer(text=_listed("item"), table=_shares_table("Industry", "Share of jobs"), named_by="item"),
    "additional": Renderer(
        text=_additional_text,
        table=_shares_table("Offered beside base pay", "Share of adverts with pay"),
        note=_additional_note,
        named_by="item",
    ),
    "additional.bonus": Renderer(text=_bonus_text, note=_bonus_note),
    "hiring": Renderer(text=_difficulty_text, note=_difficulty_note, named_by="cell"),
    "outlook": Renderer(text=_cited_text, note=_cited_note),
}
"""By figure, or by the first part of its id."""


def shape_of(figure: str) -> Renderer:
    """The shape of a figure by its id."""
    return SHAPES.get(figure) or SHAPES[figure.split(".", 1)[0]]


# --- ledger rows --------------------------------------------------------------------------------------


@functools.lru_cache(maxsize=4_096)
def _read(value_json: str) -> tuple[Row, ...]:
    return tuple(json.loads(value_json))


def rows_of(figure: Figures) -> Rows:
    """The rows behind a ledger row; none when it is withheld."""
    return _read(figure.value_json) if figure.value_json else ()


def value(figure: Figures) -> str:
    """The figure as printed, or that it is withheld and why."""
    return figure.value if figure.value is not None else f"withheld: {figure.reason}"


def parts(figure: Figures) -> tuple[str, str]:
    """The figure as printed, in two: the value, and what is said of it in brackets ("" when nothing is)."""
    if figure.value is None:
        return "Withheld", figure.reason or ""
    text = shape_of(figure.figure).text(rows_of(figure))
    said = figure.value.removeprefix(text)
    return (text, said.strip(" ()")) if said != figure.value else (figure.value, "")


def table(figure: Figures) -> Table | None:
    """The figure as a table; None when it is a single value or withheld."""
    make = shape_of(figure.figure).table
    return make(rows_of(figure)) if make is not None and figure.value is not None else None


def strength(figure: Figures) -> str:
    """n in words: "1,234 jobs of 210 employers"; a dash for cited figures."""
    if figure.n_jobs is None:
        return "–"
    n = counted(figure.n_jobs, *UNITS_OF_BASIS.get(figure.basis or "", ("job", "jobs")))
    return n if figure.n_employers is None else f"{n} of {counted(figure.n_employers, 'employer')}"


def window(figure: Figures) -> str:
    """The days the figure looks at: "365 days to 17 August 2026"."""
    if not figure.window_days:
        return f"as of {day(figure.as_of)}"
    if figure.rung == CARRIED:
        return f"{figure.window_days} days to the day of the value"
    return f"{figure.window_days} days to {day(figure.as_of)}"


def last_read(figure: Figures) -> str | None:
    """When the sources were last read, if that is not the day the figure speaks for; of several, the stalest."""
    if figure.read_on is None or figure.read_on == figure.as_of:
        return None
    which = "source last" if len(figure.sources) == 1 else "the source read longest ago was"
    return f"{which} read on {day(figure.read_on)}"


NAMES_IN_SHORT = 3
"""Most rows of low confidence that are named where there is little room; more are counted."""


def why_low(figure: Figures, *, most: int | None = NAMES_IN_SHORT) -> str | None:
    """Why a figure has low confidence, with the rows that is true of; None when it has not.

    More than `most` rows are counted, by reason; None names all of them.
    """
    if figure.status != "low":
        return None
    named_by = shape_of(figure.figure).named_by
    doubts = _doubts(rows_of(figure), named_by, most=most) if named_by and figure.rung != CARRIED else None
    return doubts or f"{LOW_CONFIDENCE}: {figure.reason}"


def credited(figure: Figures, titles: Mapping[str, str] | None = None) -> str:
    """The sources of a figure, with how many adverts are of each where it has several: "Ashby 412, Greenhouse 1".

    `titles` are names to print for sources. Kinds of pay are not set side by side, so a figure of several has no
    numbers; nor has a source that only converts money. "" where there is no source.
    """
    n_of = {part.source: part.n for part in figure.behind or () if part.n}
    if figure.basis is None or len(n_of) < 2:
        n_of = {}
    named = ((titles or {}).get(source, source) for source in figure.sources)
    said = (f"{name} {n_of[s]:,}" if n_of.get(s) else name for s, name in zip(figure.sources, named, strict=True))
    return ", ".join(said)


def defined(figure: Figures) -> str | None:
    """What level and pay a printed figure means; None for figures that are not of a level."""
    return None if figure.value is None else LEVELS.get((figure.figure.split(".", 1)[0], figure.basis or ""))


def note(figure: Figures) -> str:
    """What a reader should know beside the value, as sentences; the reason when it is withheld."""
    if figure.value is None:
        return _sentences([f"withheld: {figure.reason}", _was(figure)])
    shape = shape_of(figure.figure)
    if figure.kind == "cited":
        return _sentences([*shape.note(rows_of(figure)), _looked_up(figure)])
    basis = BASIS_WORDS.get(figure.basis or "", "each row says what it rests on")
    n = f": {strength(figure)}" if figure.n_jobs is not None else ""
    since = f"seen open in the {window(figure)}" if figure.window_days else window(figure)
    against = compared(figure)
    said = [
        f"{basis}{n}, {since}",
        last_read(figure),
        defined(figure),
        *shape.note(rows_of(figure)),
        why_low(figure, most=None),
        None if shape.shows_baseline else _was(figure),
        f"against it, {against}" if against else None,
    ]
    return _sentences(said)


def _was(figure: Figures) -> str | None:
    return f"the 2026 guide said: {figure.baseline}" if figure.baseline else None


def _looked_up(figure: Figures) -> str | None:
    """Until when a cited figure may stand as it is, or that this day has passed."""
    if figure.verify_by is None:
        return None
    if figure.as_of > figure.verify_by:
        return f"not verified again since {day(figure.verify_by)}"
    return f"verify again by {day(figure.verify_by)}"


BASELINE_MONTHLY = {
    "band.northern_america.mid_senior": (8_100.0, 12_900.0),
    "band.south_america.mid_senior": (3_800.0, 7_900.0),
}
"""The 2026 guide's bands, USD per month."""
BASELINE_YEARLY = {"entry.us": 103_407.0}
"""The 2026 guide's entry pay, USD per year."""
UNDEFINED = "but the guide does not say what it counts as this level, or as pay"


def compared(figure: Figures) -> str | None:
    """How far a measured value is from the 2026 guide's, in per cent; None where it gave no number.

    The guide says neither what it counts as a level nor as pay, so each comparison says that it may be of two things.
    """
    rows = rows_of(figure)
    if figure.value is None or not rows:
        return None
    if figure.figure in BASELINE_MONTHLY:
        ends = zip(("band_low", "band_high"), BASELINE_MONTHLY[figure.figure], strict=True)
        low, high = (_change(rows[0][name] / 12, then) for name, then in ends)
        return f"the lower end is {low} and the upper end {high}, {UNDEFINED}"
    if figure.figure in BASELINE_YEARLY and rows[0].get("p50") is not None:
        return f"the median is {_change(rows[0]['p50'], BASELINE_YEARLY[figure.figure])}, {UNDEFINED}"
    return None


def _change(now: float, then: float) -> str:
    change = round(100 * (now / then - 1))
    if change == 0:
        return "the same"
    return f"{abs(change)}% {'higher' if change > 0 else 'lower'}"


def _sentences(parts: Sequence[str | None]) -> str:
    said = [part for part in parts if part]
    return " ".join(f"{part[0].upper()}{part[1:].rstrip('.')}." for part in said)
