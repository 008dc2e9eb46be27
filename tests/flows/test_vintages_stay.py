"""Whatever is run in whatever order, no vintage that was published is lost or becomes another, and none is deleted.

From the load on all operations are the product's own: nights, backfills, crawls, rebuilds, reviews, what restores and
what publishes. Made up is what they rest on: adverts are no more than the days on which they were read, each list has
one cell, with a value that the test chooses, and the databases have only the tables of which that tells.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import json
import logging
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import Any

import duckdb
import pytest
import typer
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from extractors.refine.refine import RefineResult
from flows import nightly
from flows.cli import review
from flows.night import load, publish
from flows.runs import run_log, run_record
from flows.runs.run_record import Request, work_of
from flows.runs.source_health import Health
from flows.runtime import clock
from flows.runtime.settings import KIND, Settings
from flows.terminal.errors import Wrong
from reports.figures import vintages
from reports.figures.addresses import declare
from reports.figures.declaration import WITHHELD
from reports.figures.differences import Pair
from tests.flows.conftest import PlainTask
from tests.reports.conftest import make_cell, plain
from transforms.records.columns import fields_of
from warehouse import database, schema
from warehouse.checks import integrity
from warehouse.checks.gate import GateResult
from warehouse.load import archive_records
from warehouse.mart_tables import HISTORIES, LISTS, PUBLISHED, Days, Figures, SalaryBands
from warehouse.marts import compute, staging
from warehouse.marts.history import mart_history
from warehouse.marts.vintages import published
from warehouse.ops_tables import Loads, MartInputs, Rejects, Vintages
from warehouse.publish import atomic_files, market, sync
from warehouse.tables import Sources
from warehouse.views import analysis_views

SOURCE = "board"
OTHERS, US = {"basis": "advertised_third_party"}, {"region_level": "country", "region": "US"}
CELLS = {
    "pay.advertised_third_party.countries": OTHERS | US,
    "pay.reported.countries": US | {"basis": "reported"},
    "pay.advertised_third_party.regions": OTHERS,
}
"""The one cell of each list."""
FIGURES = {
    "pay.advertised_third_party.countries": declare("pay.us.ai_engineering.mid_senior.advertised_third_party"),
    "pay.reported.countries": declare("pay.us.ai_engineering.mid_senior.reported"),
    "pay.advertised_third_party.regions": declare(
        "pay.northern_america.ai_engineering.mid_senior.advertised_third_party"
    ),
}
"""The figure that is read from it."""
*FIRST, LATER = CELLS
"""The lists that there are from the first, and one that an update brings."""
MARTS = (Figures, SalaryBands)
TABLES = (*database.KEPT, Days, *(HISTORIES[mart] for mart in MARTS), Rejects, MartInputs, Loads, Sources)
BEGIN = date(2026, 6, 15)


class Killed(BaseException):
    """The process ends here."""


@dataclasses.dataclass(frozen=True)
class Step:
    """One operation: what, how many days on or back, what becomes of the value of a list, and where it is killed."""

    what: str
    days: int = 1
    list: int = 0
    value: str = "same"
    killed: str | None = None


VALUES: dict[str, Callable[[int | None], int | None]] = {
    "same": lambda value: value,
    "a little more": lambda value: round((value or 100_000) * 1.03),
    "twice": lambda value: (value or 100_000) * 2,
    "withheld": lambda value: None,
    "usual": lambda value: 150_000,
}
KILLS: dict[str, tuple[Any, str]] = {
    "loaded": (publish, "resolve_as_of"),
    "restored": (mart_history, "rename"),
    "day decided": (integrity, "judge"),
    "computed": (publish, "stage_guide"),
    "staged": (atomic_files, "commit"),
    "between renames": (atomic_files, "commit"),
    "published": (nightly, "record_end"),
    "on record": (archive_records, "_write"),
}
"""Where a run may be killed: as it calls these; between renames after the first."""


class Folder:
    """A data folder, the adverts that were taken in, the clock, and what was ever published."""

    def __init__(self, data: Path, log: list[str]) -> None:
        self.data, self.log = data, log
        self.config = Settings(data=data, workers=1)
        self.today = BEGIN
        self.archived: set[date] = set()
        self.values: dict[str, int | None] = dict.fromkeys(FIRST, 150_000)
        self.ever: dict[str, list[Vintages]] = {}
        self.said: dict[tuple[object, ...], float | None] = {}
        self.entries: dict[str, int] = {}
        self.on_record = self.ever, self.entries
        self.is_whole = True
        self.is_put_back = False
        self.set_aside_on: date | None = None

    # --- what the pipeline rests on -------------------------------------------------------------------------

    def results(self) -> list[RefineResult]:
        return [self.result(day) for day in sorted(self.archived)]

    def result(self, day: date) -> RefineResult:
        at = datetime.combine(day, time(2), UTC)
        return RefineResult(
            source=SOURCE, warc=f"{SOURCE}/{day}.warc.gz", rows=self.data, responses=self.data, refine_key="1",
            n_rows=1, observed_to=at, is_new=False,
        )  # fmt: skip

    def load(self, request: Request, *_: object) -> tuple[()]:
        values: dict[str, Any] = {f.name: "x" for f in fields_of(Sources) if f.type is str}
        source = Sources(**values | {
            "source": SOURCE, "kind": "employer board", "terms_url": None, "restriction": None,
            "is_republishable": True,
            "is_verified": True, "expires_after_days": None,
        })  # fmt: skip
        with work_of(request) as con:
            database.load_lookup(con, Sources, [source])
            database.put(con, Loads, [
                Loads(
                    warc=file.warc, source=file.source, refine_key=file.refine_key, observed_from=file.observed_to,
                    observed_to=file.observed_to, n_responses=1, n_rows=1, n_seen=1, n_rejects=0,
                )
                for file in self.results()
            ])  # fmt: skip
        return ()

    def earlier_days(self, con: database.Connection, as_of: date, *, first_on: date) -> list[date]:
        days = con.execute("SELECT as_of FROM mart.days WHERE mart = 'mart.salary_bands'").fetchall()
        computed = {day for (day,) in days}
        return sorted(day for day in self.archived if first_on <= day < as_of and day not in computed)

    def write_cells(self, con: database.Connection, marts: compute.ComputedMarts) -> None:
        """The mart of a day: of the newest day as the test says, of earlier days something else."""
        newest = max(self.archived) <= marts.as_of
        rows = [self.cell(name, value if newest else 90_000, marts.as_of) for name, value in self.values.items()]
        database.write_mart(con, SalaryBands, rows, as_of=marts.as_of)

    def cell(self, name: str, median: int | None, as_of: date) -> SalaryBands:
        amounts = {"p50": median, "p50_lo": median and 0.96 * median, "p50_hi": median and 1.04 * median}
        counts = {"n_jobs": 200 if median else 120, "n_employers": None, "status": "low" if median else "suppressed"}
        row = make_cell(as_of=as_of, reason="few employers", **CELLS[name], **amounts, **counts)
        return SalaryBands(**{f.name: row.get(f.name, plain(f)) for f in fields_of(SalaryBands)})

    def ledger(self, con: database.Connection, as_of: date, **_: object) -> list[Figures]:
        """The figures of the cells that are published."""
        return [row_of(name, median, as_of, vintage) for name, (vintage, median) in read_cells(con).items()]

    def put_guide(self, request: Request, path_in: Path, path_out: Path, ledger: Sequence[Figures]) -> Any:
        lines = [f"{row.list}: {row.value}; {row.bare_value}; {row.status}\n" for row in ledger]
        return atomic_files.stage(path_out, "".join(lines).encode())

    # --- operations -----------------------------------------------------------------------------------------

    def do(self, step: Step) -> None:
        name = FIRST[step.list]
        self.values[name] = VALUES[step.value](self.values[name])
        self.log.clear()
        before = self.published()
        is_older = self.is_older(step)
        guide = self.guide()
        try:
            with self.killing(step.killed):
                getattr(self, step.what)(step, name)
            ended = True
        except Killed:
            ended = False
        except (Wrong, typer.Exit) as error:
            ended = isinstance(error, typer.Exit)
        self.check(step, ended=ended)
        if is_older and ended:
            assert self.published() == before, f"{step} changed vintages"
            assert guide.items() <= self.guide().items(), f"{step} changed the guide"
        if ended and step.what in RUNS:
            self.is_put_back = False
        self.is_whole = ended or (self.is_whole and step.killed is None)

    def night(self, step: Step, name: str, **options: Any) -> None:
        if (self.data / database.MARKET).exists() and not self.is_put_back:
            shutil.copy(self.data / database.MARKET, self.data / "copy")
        self.today += timedelta(days=step.days)
        self.run([self.today], **options)

    def live_night(self, step: Step, name: str) -> None:
        self.night(step, name, is_live=True)

    def again(self, step: Step, name: str) -> None:
        self.run([self.today])

    def backfill(self, step: Step, name: str) -> None:
        self.run([self.today - timedelta(days=30 * step.days)], is_backfill=True)

    def crawl(self, step: Step, name: str) -> None:
        self.run([self.today - timedelta(days=25 * step.days + n) for n in (0, 50)], is_backfill=True)

    def rebuild(self, step: Step, name: str) -> None:
        self.run([], is_rebuild=True)

    def grow(self, step: Step, name: str) -> None:
        self.values.setdefault(LATER, 150_000)

    def set_aside(self, step: Step, name: str) -> None:
        self.set_aside_on = self.today + timedelta(days=step.days)
        self.night(step, name, is_live=True, clock_is_right="looked at")

    def accept(self, step: Step, name: str) -> None:
        review.accept(name, "looked at")

    def reject(self, step: Step, name: str) -> None:
        review.reject(name, "looked at")

    def correct(self, step: Step, name: str) -> None:
        review.correct(name, "it was wrong")

    def jump(self, step: Step, name: str) -> None:
        self.today += timedelta(days=17 * (step.days - 8))

    def lose_work(self, step: Step, name: str) -> None:
        (self.data / database.WORK).unlink(missing_ok=True)

    def lose_market(self, step: Step, name: str) -> None:
        """What a run published that was killed before it put it on record stood here alone."""
        (self.data / database.MARKET).unlink(missing_ok=True)
        self.ever, self.entries = self.on_record

    def lose_both(self, step: Step, name: str) -> None:
        self.lose_work(step, name)
        self.lose_market(step, name)
        if step.days % 2 and any(run.exit_code == 0 for run in run_log.runs_of(self.data)):
            self.config.outputs().guide.unlink(missing_ok=True)

    def put_back(self, step: Step, name: str) -> None:
        """An older copy of the published file, beside a work file that knows better."""
        copy, files = self.data / "copy", (self.data / database.MARKET, self.data / database.WORK)
        if self.is_whole and copy.exists() and all(file.exists() for file in files):
            shutil.copy(copy, files[0])
            self.is_put_back = True

    def run(self, days: Sequence[date], **options: Any) -> None:
        self.archived.update(days)
        if not self.archived:
            return
        health = [Health(source=SOURCE, outcome="ok", fresh=tuple(self.result(day).warc for day in days))]
        request = Request(settings=self.config, command="test", sources=(), **options)
        with run_log.on_record(self.data, run_id=request.run_id, command="test") as note_end:
            outcome = nightly.from_archive(request, health)
            note_end(**outcome.on_record)
        self.log += outcome.messages
        assert outcome.exit_code == 0, outcome

    @contextlib.contextmanager
    def killing(self, where: str | None) -> Iterator[None]:
        if where is None:
            yield
            return
        module, name = KILLS[where]
        plain = getattr(module, name)

        def kill(files: Any = (), *_: object, **__: object) -> None:
            if where == "between renames":
                plain(files[:1])
            raise Killed

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, name, kill)
            yield

    # --- what must hold -------------------------------------------------------------------------------------

    def published(self) -> dict[str, list[Vintages]] | None:
        """All vintages that stand in the published file, by list; None where there is no such file."""
        if not (self.data / database.MARKET).exists():
            return None
        with duckdb.connect(str(self.data / database.MARKET), read_only=True) as con:
            return vintages.read_vintages(con)

    def guide(self) -> dict[str, str]:
        """What the guide says of each list."""
        path = self.config.outputs().guide
        return dict(line.split(": ", 1) for line in path.read_text().splitlines()) if path.exists() else {}

    def kept(self) -> dict[str, list[Vintages]]:
        """All vintages that stand in files that were kept as days were set aside."""
        kept: dict[str, list[Vintages]] = {}
        for path in self.data.glob(f"{database.MARKET}.ahead-*"):
            with duckdb.connect(str(path), read_only=True) as con:
                for name, history in vintages.read_vintages(con).items():
                    kept.setdefault(name, []).extend(history)
        return kept

    def is_aside(self, one: Vintages) -> bool:
        """Whether a vintage spoke for days to come when days were set aside, and is kept."""
        is_ahead = self.set_aside_on is not None and one.offered_on > self.set_aside_on
        return is_ahead and one in self.kept().get(one.list, [])

    def is_older(self, step: Step) -> bool:
        """Whether a step brings adverts of older days alone to a folder in which all that it has is published."""
        if step.what not in ("backfill", "crawl") or not self.is_whole or self.is_put_back or self.published() is None:
            return False
        with duckdb.connect(str(self.data / database.MARKET), read_only=True) as con:
            (newest,) = con.execute("SELECT max(as_of) FROM mart.figures").fetchall()[0]
        brought = self.today - timedelta(days={"backfill": 30, "crawl": 25}[step.what] * step.days)
        return bool(brought < newest and max(self.archived) <= newest <= self.today)

    def check(self, step: Step, *, ended: bool) -> None:
        histories = self.published()
        if histories is None or self.is_put_back:
            return
        for name, all_before in self.ever.items():
            now = _decided(histories.get(name, []))
            before = [one for one in all_before if one in now or not self.is_aside(one)]
            assert now[: len(before)] == before, (step, name)
        for name, n_entries in self.entries.items():
            assert len(histories.get(name, ())) >= n_entries, f"{step} deleted a vintage of {name}"
        self.ever = {name: _decided(history) for name, history in histories.items()}
        self.check_cells(step, histories)
        self.entries = {name: len(history) for name, history in histories.items()}
        if ended and step.what in (*RUNS, *REVIEWS):
            self.on_record = self.ever, self.entries
        if ended and step.what in RUNS:
            printed = {name for name, words in self.guide().items() if not words.endswith("suppressed")}
            assert printed <= self.ever.keys(), f"{step} printed what nobody decided on"
        if ended and step.what in ("night", "live_night", "again", "rebuild", "set_aside"):
            lines = self.guide()
            for name, history in self.ever.items():
                last = vintages.last_published(history)
                assert last is not None
                median = self.said[key_of(last)]
                assert f"; {say(median)}; " in lines[name], (step, name)

    def check_cells(self, step: Step, histories: Mapping[str, Sequence[Vintages]]) -> None:
        """The cells that stand are of the vintages that do, and say what these said when they were published."""
        with duckdb.connect(str(self.data / database.MARKET), read_only=True) as con:
            cells = read_cells(con)
        standing = {name: last for name, history in histories.items() if (last := vintages.last_published(history))}
        assert {name: vintage for name, (vintage, _) in cells.items()} == {
            name: last.number for name, last in standing.items()
        }, step
        for name, last in standing.items():
            assert self.said.setdefault(key_of(last), cells[name][1]) == cells[name][1], (step, name)


def key_of(one: Vintages) -> tuple[object, ...]:
    """What tells a published vintage from any other, also from one of the same number where all had been lost."""
    return one.list, one.number, one.as_of, one.offered_on, one.decided_on, one.why, one.reason


def read_cells(con: database.Connection) -> dict[str, tuple[int, float | None]]:
    """Vintage and median of the published cell of each list."""
    rows = con.execute("SELECT list, vintage, p50 FROM published.salary_bands ORDER BY list").fetchall()
    return {name: (vintage, median) for name, vintage, median in rows}


def say(median: float | None) -> str | None:
    return f"USD {median / 1000:.1f}K" if median else None


def row_of(name: str, median: float | None, as_of: date, vintage: int | None = None) -> Figures:
    """The figure of a list, of the median of its cell."""
    amounts = median and {"p50": median, "p50_lo": 0.96 * median, "p50_hi": 1.04 * median, "currency": "USD"}
    figure, rung = FIGURES[name], FIGURES[name].rungs[0]
    return Figures(
        as_of=as_of, figure=figure.id, title=figure.id, kind="measured", basis=rung.basis, unit="money",
        rung=rung.name if median else WITHHELD, list=name, vintage=vintage, value=say(median), bare_value=say(median),
        value_json=json.dumps([amounts]) if median else None, status="low" if median else "suppressed",
        reason="few employers", n_jobs=200 if median else 120, n_employers=None, window_days=None,
        sql="SELECT 1", sources=(SOURCE,), snapshots=(), code_version="1", baseline=None, verify_by=None,
        period_from=as_of - timedelta(days=90), period_to=as_of,
    )  # fmt: skip


def pair(con: Any, _: Any, standing: Mapping[str, Vintages], as_of: date) -> dict[str, list[Pair]]:
    """The figures of lists as they stand beside those of the mart of the day: `vintages.pair_figures`."""
    there = {name: median for name, (_, median) in read_cells(con).items()}
    query = f"SELECT {LISTS[SalaryBands].name}, p50 FROM mart.salary_bands WHERE as_of = ?"
    here = dict(con.execute(query, [as_of]).fetchall())
    of_mart = {name: dict(con.execute(query, [one.as_of]).fetchall()).get(name) for name, one in standing.items()}
    in_place = vintages.read_standing(con)
    pairs: dict[str, list[Pair]] = {}
    for name, one in standing.items():
        medians = (there[name] if in_place[name] == one else of_mart[name], here.get(name))
        rows = [row_of(name, median, day) for median, day in zip(medians, (one.as_of, as_of), strict=True)]
        both = all(row.value is not None for row in rows)
        pairs[name] = [Pair(figure=FIGURES[name], stands=rows[0], tonight=rows[1])] if both else []
    return pairs


def _decided(history: Sequence[Vintages]) -> list[Vintages]:
    """Of the vintages of a list those that were published, or that a person refused."""
    return [one for one in history if one.state in (vintages.PUBLISHED, vintages.REJECTED)]


# --- the properties -------------------------------------------------------------------------------------


def create_few(con: database.Connection, *, is_published: bool = False) -> None:
    """The tables of `TABLES` and their marts, without comments."""
    for name in ("core", "mart", "ops", "published"):
        con.execute(f"CREATE SCHEMA IF NOT EXISTS {name}")
    for cls in TABLES:
        con.execute(schema.ddl(cls, with_key=is_published, with_checks=not is_published))
    for mart in MARTS:
        con.execute(schema.mart_ddl(mart)[0])


@pytest.fixture(scope="module")
def few_tables() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "create_all", create_few)
        patch.setattr(database, "HISTORIES", {mart: HISTORIES[mart] for mart in MARTS})
        for name, of_all in (("LISTS", LISTS), ("PUBLISHED", PUBLISHED)):
            patch.setattr(published, name, {SalaryBands: of_all[SalaryBands]})
        patch.setattr(vintages, "pair_figures", pair)
        patch.setattr(analysis_views, "declarations", lambda: ())
        for module in (market, sync):
            patch.setattr(module, "database_tables", lambda: TABLES)
        for module, name in ((publish, "compute_marts"), (publish, "publish")):
            patch.setattr(module, name, PlainTask(getattr(module, name)))
        nothing = functools.partial(compute.ComputedMarts, inputs={}, unchanged={}, frames={}, reused={}, problems=[])
        patch.setattr(compute, "compute_marts", lambda con, as_of, **_: nothing(as_of))
        patch.setattr(integrity, "judge", lambda *_, **__: GateResult(checks=(), failures=()))
        patch.setattr(database, "is_loaded", lambda data: (data / database.WORK).exists())
        for name, stub in {
            "declarations": lambda *_: FIGURES, "_list_asked": lambda _: set(), "describe_missing_rates": lambda _: (),
            "find_lost_rows": lambda *_: [], "add_loads": lambda fetches, *_: tuple(fetches),
            "add_future_rejects": lambda health, *_: health, "stage_site": lambda *_: None,
            "dictionary": lambda _: "", "count_rows": lambda _: {},
        }.items():  # fmt: skip
            patch.setattr(next(module for module in (nightly, load, publish) if hasattr(module, name)), name, stub)
        patch.setattr(staging, "stage_macros", lambda *_: contextlib.nullcontext())
        patch.setattr("reports.figures.catalogue.declarations", lambda *_: FIGURES)
        patch.setattr("flows.engine.prefect_server.prepare_prefect", lambda _: None)
        patch.setattr(logging.getLogger("jobmarket"), "propagate", False)
        yield


def run_all(steps: Sequence[Step], data: Path) -> None:
    """Do one after the other in an empty folder, and look at what is published after each."""
    log: list[str] = []
    data.mkdir()
    folder = Folder(data, log)
    (data / KIND).write_text("live\n")
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: log.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("jobmarket")
    logger.addHandler(handler)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("JOBMARKET_DATA", str(data))

            class Clock(datetime):
                @classmethod
                def now(cls, tz: tzinfo | None = None) -> Clock:
                    return cls.combine(folder.today, time(3), tz)

            for module in (publish, run_record):
                patch.setattr(module, "datetime", Clock)
            patch.setattr(clock, "today", lambda: folder.today)
            patch.setattr(load, "refine_archive", lambda *_: (folder.results(), {}))
            patch.setattr(load, "load_refined", folder.load)
            patch.setattr(compute, "find_earlier_days", folder.earlier_days)
            patch.setattr(compute, "write_marts", folder.write_cells)
            patch.setattr(publish, "compute_figures", folder.ledger)
            patch.setattr(publish, "stage_guide", folder.put_guide)
            for step in steps:
                folder.do(step)
    finally:
        logger.removeHandler(handler)
        shutil.rmtree(data)


RUNS = ("night", "live_night", "again", "backfill", "crawl", "rebuild", "set_aside")
REVIEWS = ("accept", "reject", "correct")
MISHAPS = ("jump", "lose_work", "lose_market", "lose_both", "put_back", "grow")
STEPS = st.builds(
    Step,
    what=st.sampled_from((*RUNS * 2, *REVIEWS * 2, *MISHAPS)),
    days=st.integers(1, 14),
    list=st.integers(0, 1),
    value=st.sampled_from(list(VALUES)),
    killed=st.sampled_from((*[None] * 10, *KILLS)),
)
property_of = functools.partial(
    settings, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


@pytest.mark.usefixtures("few_tables")
@property_of(max_examples=1)
@given(steps=st.lists(STEPS, min_size=6, max_size=9))
@example(steps=[Step("night"), Step("night", 16, value="usual"), Step("night"), Step("backfill", 3), Step("night", 30)])
@example(
    steps=[
        *(Step("night"), Step("night", 30, value="twice"), Step("accept"), Step("lose_both"), Step("rebuild")),
        *(Step("again", value="a little more", killed="on record"), Step("lose_work"), Step("night", 30)),
    ]
)
@example(
    steps=[
        *(Step("night"), Step("night", 30, value="a little more"), Step("put_back")),
        Step("again", value="usual"),
        *(Step("grow"), Step("backfill", 3), Step("jump", 14), Step("night"), Step("jump", 2), Step("set_aside")),
    ]
)
def test_no_vintage_is_lost(steps: list[Step], tmp_path_factory: pytest.TempPathFactory) -> None:
    run_all(steps, tmp_path_factory.mktemp("property") / "data")


@pytest.mark.long
@pytest.mark.usefixtures("few_tables")
@property_of(max_examples=60)
@given(steps=st.lists(STEPS, min_size=8, max_size=16))
def test_no_vintage_is_lost_in_many_orders(steps: list[Step], tmp_path_factory: pytest.TempPathFactory) -> None:
    run_all(steps, tmp_path_factory.mktemp("property") / "data")
