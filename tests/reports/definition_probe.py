"""All texts, and a number by each definition: as they are, or in a process of its own with every definition changed.

python -m tests.reports.definition_probe     # JSON, after `change_all`
"""

from __future__ import annotations

import asyncio
import json
import pkgutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from datetime import date, timedelta
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from transforms.records import definitions
from transforms.records.definitions import Band, Definition
from warehouse.marts import printing

LAST = date(2026, 9, 30)
VERDICTS = ("ESSENTIAL", "COMMON", "OCCASIONAL")


def homes() -> dict[str, Any]:
    """Return all definitions by name, and the rules of printing by column."""
    named = {name: one for name, one in vars(definitions).items() if isinstance(one, Definition | Band)}
    return named | {rule.column: rule for rule in (printing.JOBS, *printing.RULES)}


def change_all() -> None:
    """Change every definition in its object alone, and to a number that no other has, before anything else is read."""
    for number, one in enumerate(homes().values(), start=1):
        if isinstance(one, Band):
            new = {"low": 0.05, "high": 0.95}
        elif isinstance(one, Definition):
            new = {"value": one.value + (3 * number if one.unit == "days" else number / 1_000)}
        else:
            new = {"bound": one.bound + 17 if one.is_minimum else one.bound - 0.05}
        for name, value in new.items():
            object.__setattr__(one, name, value)


# --- texts ------------------------------------------------------------------------------------------------


def collect_texts() -> dict[str, str]:
    """Return all texts for readers: pages, legends, dictionary, tools, and texts in modules."""
    pages, build = import_module("reports.definition_words"), import_module("reports.site.build")
    texts = {
        path.name: pages.MARKER.sub(lambda match: match["words"], pages.fill_words(path, path.read_text("utf-8")))
        for path in pages.PAGES
    }
    legends = '{% import "parts.html" as parts with context %}{{ parts.legend() }}{{ parts.legend_of_shares() }}'
    texts["legends"] = build._environment().from_string(legends).render()
    texts["dictionary"] = import_module("warehouse.dictionary").dictionary()
    server = import_module("reports.mcp.server").make_server(Path("nowhere"))
    tools = [f"{tool.description} {tool.input_schema}" for tool in asyncio.run(server.list_tools())]
    texts["tools"] = "\n".join([server.instructions, *tools])
    for package in ("transforms", "warehouse", "reports"):
        for module in pkgutil.walk_packages(import_module(package).__path__, f"{package}."):
            texts[module.name] = "\n".join(_strings(vars(import_module(module.name))))
    return texts


def _strings(value: Any, depth: int = 0) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif depth < 4 and (isinstance(value, Mapping) or (is_dataclass(value) and not isinstance(value, type))):
        fields = value if isinstance(value, Mapping) else getattr(value, "__dict__", {})
        for name, one in list(fields.items()):
            yield from _strings(one, depth + 1) if not str(name).startswith("__") else ()
    elif depth < 4 and isinstance(value, list | tuple | set | frozenset):
        for one in value:
            yield from _strings(one, depth + 1)


# --- numbers ----------------------------------------------------------------------------------------------


def compute_numbers() -> dict[str, Any]:
    """Return a result computed with each definition, by name."""
    verdicts, pay = import_module("reports.figures.verdicts"), import_module("reports.wording.pay")
    words = import_module("reports.wording.numbers")
    shares = import_module("reports.wording.shares").say_largest
    macros = {name: select for name, (_, select) in import_module("warehouse.schema").MACROS.items()}
    printed = verdicts.Verdict(status="published", reason=None, n_jobs=100, n_employers=50)
    ages = [verdicts.judge_age(printed, "advertised", LAST, LAST + timedelta(days=days)).status for days in range(500)]
    waiting = SimpleNamespace(execute=lambda sql: SimpleNamespace(fetchall=lambda: [("x", LAST)]))
    return {
        "BAND": _bands(),
        "MAX_SHARE_WIDTH": _widest(0.5),
        "MIN_SHARE_WIDTH": _widest(0.01),
        "MAX_RELATIVE_WIDTH": _widest(0.1),
        "MAX_AMOUNT_WIDTH": _widest(100.0, is_share=False),
        "MAX_COUNTRY_SHARE": [pay.name_place([{"countries": _split(n)}], "there") for n in range(700, 900)],
        "MAX_EMPLOYER_SHARE": [shares({"largest_employer_share": n / 1_000}) for n in range(190, 230)],
        "MAX_PLATFORM_SHARE": [_head(n) for n in range(700, 900)],
        "MIN_PLATFORMS": [_form(n) for n in range(2, 8)],
        "MIN_KNOWN": import_module("warehouse.checks.integrity").COUNTS["shares in mart.shares follow from their jobs"],
        "MAX_BOUNDS_WIDTH": import_module("warehouse.checks.integrity").PARAMETERS["max_bounds_width"],
        "MIN_STATED": macros["counted_jobs"],
        "MIN_ANSWERED": macros["panel_boards"],
        **{name: [words.verdict({"share_lo": n / 1_000, "share_hi": 0.9}) for n in range(400)] for name in VERDICTS},
        "MAX_DAYS_APART": [ages.index("stale"), macros["board_readings"]],
        "BRIDGE_DAYS": macros["new_postings"],
        "CLOSING_DAYS": macros["board_intervals"],
        "SURVEY_RATE_DAYS": macros["report_rates"],
        "CLOSINGS_WINDOW": import_module("warehouse.marts.closing.closings").EXTRA_INPUTS,
        "MAX_STALE_DAYS": ages.index("suppressed"),
        "DAYS_UNSAID": [_say_review(days) for days in range(60)],
        "MAX_DAYS_WAITING": str(
            next(import_module("flows.notification.alerts").describe_reviews(waiting, LAST)).deadline
        ),
        "MAX_DAYS_THIN": _thin_days(),
        **{rule.column: _reasons(rule) for rule in (printing.JOBS, *printing.RULES)},
    }


def _head(n: int) -> int:
    """The platform of a cell of a thousand jobs, n of them on one platform."""
    readings = import_module("warehouse.marts.share.platform_readings")
    return int(readings.find_heads(np.zeros(1_000, dtype=np.int64), (np.arange(1_000) >= n) * 1, np.ones(1_000), 1)[0])


def _form(n: int) -> str:
    """How a share with readings of n platforms is printed."""
    readings, row, each = (
        import_module("warehouse.marts.share.platform_readings"),
        np.zeros(n, dtype=np.int64),
        np.ones(n),
    )
    found = readings.Readings(row, np.arange(n), row + 500, row + 90, 0.3 * each, 0.28 * each, 0.32 * each, 400 * each)
    row_of = {"share": 0.3, "share_lo": 0.28, "share_hi": 0.32, "bound_lo": 0.2, "bound_hi": 0.4, "form": "point"}
    rows = pd.DataFrame([row_of | {"form_by_employer": "point"}])
    rows = readings.add_readings(rows, found, np.full(n, "x", dtype=object), readings.BY_JOBS, is_first=True)
    return str(rows["form"][0])


def _say_review(days: int) -> str | None:
    """Return the text on a figure after its list has waited for some days."""
    notes = import_module("reports.wording.notes")
    said: str | None = notes.say_review(SimpleNamespace(is_reviewed=True), LAST - timedelta(days=days), LAST)
    return said and "said"


def _thin_days() -> list[str]:
    """The questions of a thin night: until when the stock must have been thin."""
    vintages, asked = import_module("reports.figures.vintages"), list[str]()

    def execute(sql: str) -> SimpleNamespace:
        asked.append(sql)
        return SimpleNamespace(description=[("day", "DATE")], fetchall=lambda: [(None,)])

    vintages.find_day_before(SimpleNamespace(execute=execute), SimpleNamespace(as_of=LAST), LAST)
    return asked


def _bands() -> list[Any]:
    """Both ends and the state of a band of 100 employers of four jobs, and the state and reason of one of 50."""
    pay_quantiles = import_module("warehouse.marts.pay.pay_quantiles")
    employer = np.repeat(np.arange(150), 4)
    low = 100_000.0 + 1_000 * (employer % 100)
    jobs = pay_quantiles.PaidJobs((employer >= 100).astype(np.int64), employer, low, 1.3 * low)
    bands = pay_quantiles.estimate_pay(jobs, 2)
    return [*map(float, bands[["band_low", "band_high"]].loc[0]), *bands["status"], bands["reason"][1]]


def _widest(value: float, *, is_share: bool = True) -> int:
    """Count the widths of an interval, in ten-thousandths, that leave the point."""
    widths = (1 if is_share else 100) * np.arange(10_000) / 10_000
    return int((~printing.find_interval_only(np.full(10_000, value), 0 * widths, widths, is_share=is_share)).sum())


def _split(n: int) -> list[dict[str, Any]]:
    """A thousand jobs of a region, n of them in one country."""
    return [{"country": name, "name": name, "n_jobs": jobs} for name, jobs in (("US", n), ("CA", 1_000 - n))]


def _reasons(rule: printing.Rule) -> list[str]:
    values = np.arange(60.0) if rule.is_minimum else np.arange(0, 1, 0.01)
    return [str(one) for one in printing.find_reasons({rule.column: values}, [rule])]


def collect() -> dict[str, Any]:
    """Print the words, texts and numbers of this process."""
    words = {name: str(one) for name, one in homes().items()}
    return {"words": words, "texts": collect_texts(), "numbers": compute_numbers()}


if __name__ == "__main__":
    change_all()
    json.dump(collect(), sys.stdout)
