"""Pay for the same work by kind of source, in words: what each kind says, and why kinds differ.

Kinds of pay are never mixed in one number. They stand side by side, each with its definition.
"""

from __future__ import annotations

from typing import Any

from reports.wording import numbers
from reports.wording.bases import BASES, NAMED
from reports.wording.numbers import Row, Rows
from reports.wording.renderer import Column, Renderer, Table, make_table
from reports.wording.work import name_workers
from transforms.records.vocabulary import OTHER_MONEY

IN_OTHER_MONEY = "stated in another country's money; who pays it may be in this country all the same"
MARKETS = {"local": None, OTHER_MONEY: "in another country's money", "all": "in any country's money"}
KEY = (
    "All levels together. Each amount is in the money of its own period: dollars by the rate of each advert's day, as "
    "the collector gives them, or by the average rate of the period. Purchasing power: pay in the country's own money "
    "in international dollars, by the price level of the year named; other pay is not converted. Only medians "
    "are set against the median of our adverts, and none of a wider group."
)
FAR = 0.25
"""Two values that differ by more than this fraction are named below the table."""


def name_work(row: Row) -> str:
    """Return the words for the role or group of roles."""
    key = str(row["role_group"] if row["role"] == "all" else row["role"])
    return name_workers(key)


def arrange(rows: Rows) -> list[dict[str, Any]]:
    """Return rows, with ratios, for countries and roles for which two or more kinds of source have a value.

    A ratio compares two medians in dollars from the same pay market, each with its own period. A row that counts a
    wider group has no ratio.
    """
    groups: dict[tuple[str, str, str], list[Row]] = {}
    for row in numbers.choose_printed(rows):
        if row.get("usd") is not None:
            groups.setdefault((row["place"], row["role_group"], row["role"]), []).append(row)
    result = []
    for _, group in sorted(groups.items()):
        if len({row["basis"] for row in group}) < 2:
            continue
        newest = max(map(_year, group))
        ours = {row["pay_market"]: row["usd"] for row in group if row["basis"] == "advertised"}
        for row in sorted(group, key=lambda row: (NAMED.index(row["basis"]), row["pay_market"] != "local")):
            is_wider = row["nearness"] == "broadMatch"
            is_comparable = row["statistic"] == "median" and not is_wider and row["basis"] != "advertised"
            base = ours.get(row["pay_market"]) if is_comparable else None
            ratio = None if base is None else row["usd"] / base
            name = f"{_name_group(row)}, {name_kind(row)}"
            result.append({**row, "name": name, "ratio_to_advertised": ratio, "newest_year": newest})
    return result


def _name_group(row: Row) -> str:
    return f"{row['place']}, {name_work(row)}"


def name_kind(row: Row) -> str:
    """Return the kind of source and the pay market, such as "third-party adverts, in another country's money"."""
    return ", ".join(filter(None, (numbers.head_jobs(row, BASES[row["basis"]].name), _market(row))))


def _market(row: Row) -> str | None:
    return "all employers" if (row["basis"], row["pay_market"]) == ("reported", "all") else MARKETS[row["pay_market"]]


def value(row: Row) -> str:
    """Return the value in words, such as "USD 113K" or "mean USD 78K", or else its interval."""
    text = numbers.amount(row, "usd", "USD")
    return f"mean {text}" if row["statistic"] == "mean" else text


def explain(row: Row) -> str:
    """Say what sets a row apart from others of the same work and country, besides its kind of source; "" if nothing."""
    years = row["newest_year"] - _year(row) if row["period_to"] else 0
    reasons = [
        "a mean, which the highest pay pulls up, and no median" if row["statistic"] == "mean" else None,
        row["occupation_text"],
        IN_OTHER_MONEY if row["pay_market"] == OTHER_MONEY else None,
        _market(row) if row["pay_market"] == "all" else None,
        f"{numbers.count_of(years, 'year')} earlier than the newest beside it" if years else None,
    ]
    return "; ".join(filter(None, reasons))


def _year(row: Row) -> int:
    return int(str(row["period_to"])[:4]) if row["period_to"] else 0


def _own_money(row: Row) -> str | None:
    return None if row["currency"] == "USD" or row["local"] is None else numbers.amount(row, "local")


def _purchasing_power(row: Row) -> str | None:
    return None if row["ppp"] is None else f"{numbers.median_cell(row, 'ppp')} (prices of {row['price_year']})"


# --- one role in one country, from one kind of source -----------------------------------------------------------


def _text(rows: Rows) -> str:
    median = "" if rows[0]["statistic"] == "mean" else "median "
    return f"{median}{value(rows[0])} per year"


def _note(rows: Rows) -> list[str | None]:
    row = rows[0]
    own, power = _own_money(row), _purchasing_power(row)
    return [
        BASES[row["basis"]].definition,
        _market(row),
        row["occupation_text"],
        row["definition"],
        own and f"in its own money {own}",
        power and f"by purchasing power {power} international dollars",
    ]


COMPARED = Renderer(text=_text, note=_note)

# --- all roles, countries and kinds of source, with a row for each -----------------------------------------------


def _group(rows: Rows) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(_name_group(row), []).append(row)
    return groups


def _all_text(rows: Rows) -> str:
    groups = _group(rows).items()
    return "; ".join(
        f"{name}: {', '.join(f'{name_kind(row)} {value(row)}' for row in group)}" for name, group in groups
    )


def _n(row: Row) -> str:
    n = row["employment"] if row["basis"] == "official" else row["n_jobs"]
    return "not said" if n is None else numbers.count_of(int(n), *BASES[row["basis"]].unit)


def _ratio(row: Row) -> str | None:
    return None if row["ratio_to_advertised"] is None else numbers.percent(row["ratio_to_advertised"])


_COLUMNS = (
    Column("Country", "place", False),
    Column("Work", name_work, False),
    Column("By", name_kind, False),
    Column(
        "Median, USD per year",
        lambda row: numbers.qualify(value(row).replace("USD ", ""), [numbers.low_mark(row)]),
        False,
    ),
    Column("95% interval", lambda row: numbers.ends_cell(row, "usd")),
    Column("Own money", _own_money, False),
    Column("Purchasing power", _purchasing_power, False),
    Column("n", _n, False),
    Column("Of", "period", False),
    Column("Of our adverts' median", _ratio, False),
    Column("What sets it apart", lambda row: explain(row) or None, False),
)


def _all_table(rows: Rows) -> Table:
    bases = {row["basis"] for row in rows}
    paragraphs = {
        "Why kinds of source differ": [
            f"{BASES[basis].name}: {BASES[basis].definition}" for basis in NAMED if basis in bases
        ],
        "What offices count": list(
            dict.fromkeys(f"{row['place']}: {row['definition']}" for row in rows if row["definition"])
        ),
        "More than a quarter apart": [
            line for name, group in _group(rows).items() if (line := _far_apart(name, group))
        ],
    }
    below = [f"{heading}. {numbers.sentences(lines)}" for heading, lines in paragraphs.items() if lines]
    return make_table(rows, _COLUMNS, key=KEY, below=below)


def _far_apart(name: str, group: Rows) -> str:
    """Say how far the lowest and the highest value of a group are apart, and why; "" if they are near."""
    low, high = min(group, key=lambda row: row["usd"]), max(group, key=lambda row: row["usd"])
    if high["usd"] <= (1 + FAR) * low["usd"]:
        return ""
    causes = dict.fromkeys(f"{name_kind(row)}: {explain(row) or BASES[row['basis']].apart}" for row in (high, low))
    said = "people report" if low["basis"] == "reported" else f"{name_kind(low)} say"
    times = f"{high['usd'] / low['usd']:.1f} times what {said}"
    return f"{name}: {name_kind(high)} say {times} ({'; '.join(causes)})"


COMPARISON = Renderer(text=_all_text, table=_all_table, named_by="name")
