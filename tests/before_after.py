"""docs/before_after.md and .csv: what a change of methods did to the figures of the same archive, each with its reason.

    python -m tests.before_after BEFORE AFTER     # the data folders of two versions of this code

Both folders are made by `jobmarket backfill` of the same files. The reason of a difference follows from what differs
between the two values (`explain`), never from a person's memory of the change.
"""

from __future__ import annotations

import csv
import json
import statistics
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

PAGE = Path(__file__).parents[1] / "docs" / "before_after.md"
Item = dict[str, Any]
Line = tuple[str, str, str, str, str]
HEAD = ("figure", "item", "before", "after", "reason")
RENAMED = ("abroad.", "foreign_currency."), ("_abroad", "_foreign_currency")
"""Parts of ids before and after."""
BY_EMPLOYER, BY_JOBS = "employers.skills.", "skills."
OF_US = ("US", "Northern America", "Americas", "World")
"""The United States and what contains them."""
ENDS = {"share_lo": "share_hi", "p50_lo": "p50_hi", "band_low_lo": "band_low_hi", "band_high_lo": "band_high_hi"}
NUMBERS = ("share", "bound_lo", "bound_hi", "p50", "band_low", "band_high", *ENDS, *ENDS.values())
"""What is printed of an item. Counts explain a change and are no change themselves."""
CELL = "measure, region_level, region, role_group, seniority_group, window_days"
PAY_CELL = "region_level, region, seniority_group, role_group, role, contract, pay_market, currency"
NAMES = (
    "figures · shown · of these not stale", "rows of eight lists as points · median width", "figures of pay shown",
    "cells of pay · outside the US", "cells of shares · outside the US",
)  # fmt: skip
"""What `count` and cells are called."""
WIDER = "wider: by the least width of independent draws or the search for a quantile's interval; not separated"
CUT = 10
"""Rows of a list that are printed."""


def read_figures(folder: Path) -> dict[str, Item]:
    """Figures by id, with their rows."""
    with duckdb.connect(str(folder / "market.duckdb"), read_only=True) as con:
        rows = con.execute("SELECT figure, status, reason, bare_value, value_json FROM published.figures").fetchall()
    figures = {}
    for name, status, reason, text, data in rows:
        read = json.loads(data) if data else []
        items = [one for one in (read if isinstance(read, list) else [read]) if isinstance(one, dict)]
        figures[_today(name)] = {
            "shown": status != "suppressed",
            "status": status,
            "reason": reason,
            "text": text or "",
            "items": items,
        }
    return figures


def _today(name: str) -> str:
    for old, new in RENAMED:
        name = name.replace(old, new)
    return name


def read_cells(folder: Path, table: str, columns: str) -> dict[str, str | None]:
    """Cells by their dimensions: None if published, otherwise why not."""
    reason = "CASE WHEN bool_or(status = 'published') THEN NULL ELSE any_value(coalesce(reason, status)) END"
    query = f"SELECT {columns}, {reason} FROM published.{table} GROUP BY ALL"
    with duckdb.connect(str(folder / "market.duckdb"), read_only=True) as con:
        return {" / ".join(str(part) for part in cell if part): why for *cell, why in con.execute(query).fetchall()}


def explain(before: Item, after: Item) -> str:
    """Why an item's numbers differ, from which of its columns do."""
    counted = [one["n_jobs"] + (one.get("n_unknown") or 0) for one in (before, after) if one.get("n_jobs") is not None]
    if "n_unread" in after and len(counted) > 1 and counted[1] < counted[0]:
        return "adverts whose text or field was not read left the denominator"
    if any(before.get(name) != after.get(name) for name in ("n_jobs", "n_asking", "n_unknown")):
        return "adverts are read, or placed, otherwise"
    if not _printed(before):
        return f"printed now; before: {before.get('reason')}"
    if after.get("platforms"):
        return "readings of platforms stand side by side"
    changed = [name for name in NUMBERS if before.get(name) != after.get(name)]
    if not changed:
        return "other words"
    if all(name.startswith("bound_") for name in changed):
        return "bounds carry their sampling error"
    ends = [(low, high) for low, high in ENDS.items() if low in changed or high in changed]
    if set(changed) <= {*ENDS, *ENDS.values(), "bound_lo", "bound_hi"}:
        if all(after[low] <= before[low] and after[high] >= before[high] for low, high in ends):
            return WIDER
        return "another interval"
    return "not explained by a rule"


def compare(before: dict[str, Item], after: dict[str, Item]) -> Iterator[Line]:
    """One line for each item that changed, of figures that are shown in one version or both."""
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if old is None or new is None:
            shown = new or old or {}
            reason = "not declared before" if old is None else "no longer declared"
            if name.startswith("employers."):
                reason = "new: each employer counts once"
            if shown["shown"]:
                yield name, "", "" if old is None else shown["text"], shown["text"] if old is None else "", reason
        elif old["shown"] != new["shown"]:
            reason = new["reason"] if old["shown"] else f"before: {old['reason']}"
            yield name, "", old["text"], new["text"], reason or ""
        elif old["shown"] and old["text"] != new["text"]:
            yield from _compare_items(name, old, new)


def _compare_items(name: str, old: Item, new: Item) -> Iterator[Line]:
    of_old, of_new = ({_key(item): item for item in one["items"]} for one in (old, new))
    n_lines = 0
    for key in dict.fromkeys([*of_old, *of_new]):
        was, now = of_old.get(key), of_new.get(key)
        if not _printed(was) and not _printed(now):
            continue
        if was is None or now is None:
            yield name, key, _say(was), _say(now), "sorted by the point: another row is among those listed"
        elif _say(was) != _say(now):
            yield name, key, _say(was), _say(now), explain(was, now)
        else:
            continue
        n_lines += 1
    if not n_lines:
        order = list(of_old) != list(of_new)
        yield (
            name,
            "",
            old["text"],
            new["text"],
            "the same numbers, sorted by the point" if order else "the same numbers, other words",
        )


def _key(item: Item) -> str:
    names = (item.get(name) for name in ("item", "region", "country", "role", "basis", "measure", "law"))
    return " / ".join(str(name) for name in names if name) or str(item.get("name") or item.get("place") or "")


def _printed(item: Item | None) -> dict[str, float]:
    """The numbers of an item that are known."""
    return {name: item[name] for name in NUMBERS if item.get(name) is not None} if item else {}


def _say(item: Item | None) -> str:
    if item is None:
        return ""
    numbers = _printed(item)
    parts = [f"{name} {value:.3f}" if abs(value) <= 1 else f"{name} {value:,.0f}" for name, value in numbers.items()]
    return ", ".join([f"n {item['n_jobs']:,}", *parts] if isinstance(item.get("n_jobs"), int) else parts)


def compare_cells(before: dict[str, str | None], after: dict[str, str | None], of: str) -> Iterator[Line]:
    """One line for each cell outside the United States that was gained or lost."""
    for name in sorted(before.keys() | after.keys()):
        was, now = (cells.get(name, "no such cell") for cells in (before, after))
        if (was is None) != (now is None) and is_outside(name):
            gained = "gained; before: " if now is None else "lost: "
            yield f"cell of {of}", name, _state(was), _state(now), gained + str(was or now)


def _state(why: str | None) -> str:
    return "withheld" if why else "published"


def is_outside(cell: str) -> bool:
    """Whether a cell is of a place that neither is nor contains the United States."""
    return not any(part in OF_US for part in cell.split(" / "))


def count(figures: dict[str, Item]) -> list[str]:
    """Counts of figures, and of the rows of the eight lists of skills."""
    shown = [one for one in figures.values() if one["shown"]]
    lists = lists_of(figures)
    rows = [item for items in lists.values() for item in items[:CUT]]
    widths = [100 * (item["share_hi"] - item["share_lo"]) for item in rows]
    n_points = sum(item["form"] in ("point", "platforms") for item in rows)
    places = [one for name, one in figures.items() if name.startswith("pay.")]
    return [
        f"{len(figures)} · {len(shown)} · {sum(one['status'] != 'stale' for one in shown)}",
        f"{n_points} of {len(rows)} · {statistics.median(widths):.0f} points",
        f"{sum(one['shown'] for one in places)} of {len(places)}",
    ]


def lists_of(figures: dict[str, Item]) -> dict[str, list[Item]]:
    """The guide's lists of skills by category: by employer where there are such, otherwise by jobs."""
    first = BY_EMPLOYER if any(name.startswith(BY_EMPLOYER) for name in figures) else BY_JOBS
    return {
        name.removeprefix(first): one["items"]
        for name, one in figures.items()
        if name.startswith(first) and not name.endswith("baseline") and "share" in (one["items"] or [{}])[0]
    }


def _rank(item: Item) -> str:
    best, worst = item["rank_best"], item["rank_worst"]
    return f"{best}" if best == worst else f"{best}–{worst}"


def write_page(before: dict[str, Item], after: dict[str, Item], counts: list[list[str]], lines: list[Line]) -> str:
    """The page as Markdown: counts, how many lines have each reason, and the ranks of the lists of skills."""
    of_reason = Counter(reason.partition(" (")[0] for *_, reason in lines)
    rows = [
        "# Before and after",
        "",
        "What the methods of 3 December 2026 did to the figures of the same archive, read up to 17 August 2026. "
        f"Every changed number with its reason: `docs/before_after.csv`, {len(lines)} lines. Written by",
        "",
        "```sh",
        "jobmarket backfill PAYLOADS   # by df5e4399 into JOBMARKET_DATA=BEFORE, then by c78c398e into AFTER",
        "python -m tests.before_after BEFORE AFTER",
        "```",
        "",
        "Reasons follow from the columns that differ (`explain` in `tests/before_after.py`). Most figures are stale "
        "since a newer vintage waits for review, not because of a rule of printing. *Not declared before*: pay over "
        "time, premiums, surveys and claims, which other changes brought.",
        "",
        "| | before | after |",
        "|---|---|---|",
        *(f"| {name} | {was} | {now} |" for name, was, now in zip(NAMES, *counts, strict=True)),
        "",
        "| reason | lines |",
        "|---|--:|",
        *(f"| {reason} | {n} |" for reason, n in of_reason.most_common()),
        "",
        "## Ranks of the first ten of each list",
        "",
        "The rank is what comparisons leave open with 95 %. Before: all different ranges of the ten first.",
        "",
        "| list | before | after |",
        "|---|---|---|",
    ]
    old = lists_of(before)
    for name, items in lists_of(after).items():
        was = ", ".join(dict.fromkeys(_rank(one) for one in old[name][:CUT]))
        now = ", ".join(f"{one['name']} {_rank(one)}" for one in items[:CUT])
        rows.append(f"| {name.replace('_', ' ')} | {was} | {now} |")
    return "\n".join(rows) + "\n"


def main() -> None:
    folders = [Path(folder) for folder in sys.argv[1:3]]
    before, after = map(read_figures, folders)
    lines = list(compare(before, after))
    counts = [count(before), count(after)]
    for table, columns, of in (("salary_bands", PAY_CELL, "pay"), ("shares", CELL, "shares")):
        cells = [read_cells(folder, table, columns) for folder in folders]
        lines += compare_cells(cells[0], cells[1], of)
        for one, numbers in zip(cells, counts, strict=True):
            names = [name for name, why in one.items() if why is None]
            numbers.append(f"{len(names)} · {sum(map(is_outside, names))}")
    with PAGE.with_suffix(".csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([HEAD, *lines])
    PAGE.write_text(write_page(before, after, counts, lines), encoding="utf-8")


if __name__ == "__main__":
    main()
