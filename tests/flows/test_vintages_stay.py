"""Whatever is run in whatever order, no vintage that was published is lost or becomes another.

From the load on all operations are the product's own: nights, backfills, crawls, rebuilds, reviews, what restores and
what publishes. Made up is what they rest on: adverts are no more than the days on which they were read, figures have
values that the test chooses, and the databases have only the tables of which that tells.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import json
import logging
import shutil
from collections.abc import Callable, Iterator, Sequence
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
from flows.runtime import run_log, run_record
from flows.runtime.run_record import Request, work_of
from flows.runtime.settings import KIND, Settings
from flows.runtime.source_health import Health
from flows.terminal.errors import Wrong
from reports.figures import vintages
from reports.figures.addresses import declare
from reports.figures.declaration import WITHHELD
from tests.flows.conftest import PlainTask
from transforms.records.columns import fields_of
from warehouse import analysis_views, database, schema
from warehouse.checks import integrity
from warehouse.checks.gate import GateResult
from warehouse.mart_tables import HISTORIES, Days, Figures
from warehouse.marts import compute, mart_history, staging
from warehouse.ops_tables import Loads, MartInputs, Rejects, Vintages
from warehouse.publish import atomic_files, market, sync
from warehouse.tables import Sources

SOURCE = "board"
FIGURES = {
    name: declare(name)
    for name in (
        "pay.us.ai_engineering.mid_senior.advertised_third_party", "pay.de.data_scientist.senior.reported",
        "pay.de.data_engineer.senior.reported",
    )
}  # fmt: skip
*FIRST, LATER = FIGURES
"""The figures that there are from the first, and one that an update brings."""
TABLES = (*database.KEPT, Days, HISTORIES[Figures], Rejects, MartInputs, Loads, Sources)
BEGIN = date(2026, 6, 15)
LOST = ("every vintage that was published", "no run is known to have published them")
"""Words of the messages that name lost vintages: of both databases; of a run that was killed as it published first."""


class Killed(BaseException):
    """The process ends here."""


@dataclasses.dataclass(frozen=True)
class Step:
    """One operation: what, how many days on or back, what becomes of a figure's value, and where it is killed."""

    what: str
    days: int = 1
    figure: int = 0
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
    "loaded": (nightly, "resolve_as_of"),
    "restored": (mart_history, "rename"),
    "day decided": (integrity, "judge"),
    "computed": (nightly, "stage_guide"),
    "staged": (atomic_files, "commit"),
    "between renames": (atomic_files, "commit"),
    "published": (nightly, "record_end"),
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
            n_rows=1, n_responses=1, n_rejects=0, observed_from=at, observed_to=at, is_new=False,
        )  # fmt: skip

    def load(self, request: Request, *_: object) -> tuple[()]:
        values: dict[str, Any] = {f.name: "x" for f in fields_of(Sources) if f.type is str}
        source = Sources(**values | {
            "source": SOURCE, "kind": "employer board", "terms_url": None, "is_republishable": True,
            "is_verified": True, "expires_after_days": None,
        })  # fmt: skip
        with work_of(request) as con:
            database.load_lookup(con, Sources, [source])
            names = [f.name for f in fields_of(Loads) if f.name != "n_seen"]
            rows = [Loads(**{name: getattr(one, name) for name in names}, n_seen=1) for one in self.results()]
            database.put(con, Loads, rows)
        return ()

    def earlier_days(self, con: database.Connection, as_of: date, *, first_on: date) -> list[date]:
        computed = {day for (day,) in con.execute("SELECT as_of FROM mart.days WHERE mart = 'mart.figures'").fetchall()}
        return sorted(day for day in self.archived if first_on <= day < as_of and day not in computed)

    def ledger(self, con: database.Connection, as_of: date, **_: object) -> list[Figures]:
        """What figures would be: of the newest day as the test says, of earlier days something else."""
        newest = max(self.archived) <= as_of
        return [self.row(name, value if newest else 90_000, as_of) for name, value in self.values.items()]

    def row(self, name: str, median: int | None, as_of: date) -> Figures:
        amounts = median and {"p50": median, "p50_lo": 0.96 * median, "p50_hi": 1.04 * median, "currency": "USD"}
        text = f"USD {median / 1000:.1f}K" if median else None
        rung = FIGURES[name].rungs[0]
        return Figures(
            as_of=as_of, figure=name, title=name, kind="measured", basis=rung.basis, unit="money",
            rung=rung.name if median else WITHHELD, value=text, bare_value=text,
            value_json=json.dumps([amounts]) if median else None, status="published" if median else "suppressed",
            reason=None if median else "12 jobs", n_jobs=200 if median else 12, n_employers=50, window_days=None,
            sql="SELECT 1", sources=(SOURCE,), snapshots=(), code_version="1", baseline=None, verify_by=None,
            period_from=as_of - timedelta(days=90), period_to=as_of,
        )  # fmt: skip

    def put_guide(self, request: Request, path_in: Path, path_out: Path, ledger: Sequence[Figures]) -> Any:
        lines = [f"{row.figure}: {row.value}; {row.bare_value}; {row.status}\n" for row in ledger]
        return atomic_files.stage(path_out, "".join(lines).encode())

    # --- operations -----------------------------------------------------------------------------------------

    def do(self, step: Step) -> None:
        name = FIRST[step.figure]
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
        if self.is_put_back:  # then a person has put another history in the place of all there was
            self.ever, self.is_put_back = {}, False

    def lose_market(self, step: Step, name: str) -> None:
        (self.data / database.MARKET).unlink(missing_ok=True)

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
        """All vintages that stand in the published file, by figure; None where there is no such file."""
        if not (self.data / database.MARKET).exists():
            return None
        with duckdb.connect(str(self.data / database.MARKET), read_only=True) as con:
            return vintages.read_vintages(con)

    def guide(self) -> dict[str, str]:
        """What the guide says of each figure."""
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
        return is_ahead and one in self.kept().get(one.figure, [])

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
            if now[: len(before)] != before:
                assert any(words in line for line in self.log for words in LOST), (step, name, before, now)
        self.ever = {name: _decided(history) for name, history in histories.items()}
        if ended and step.what in RUNS:
            printed = {name for name, words in self.guide().items() if not words.endswith("suppressed")}
            assert printed <= self.ever.keys(), f"{step} printed what nobody decided on"
        if ended and step.what in ("night", "live_night", "again", "rebuild", "set_aside"):
            lines = self.guide()
            for name, history in self.ever.items():
                last = vintages.last_published(history)
                assert last is not None
                row = vintages.thaw(last.content)
                said = lines[name]
                assert f"; {row.bare_value}; " in said or said.endswith("suppressed"), (step, name)


def _decided(history: Sequence[Vintages]) -> list[Vintages]:
    """Of the vintages of a figure those that were published, or that a person refused."""
    return [one for one in history if one.state in (vintages.PUBLISHED, vintages.REJECTED)]


# --- the properties -------------------------------------------------------------------------------------


def create_few(con: database.Connection, *, is_published: bool = False) -> None:
    """The tables of `TABLES` and the ledger, without comments."""
    for name in ("core", "mart", "ops"):
        con.execute(f"CREATE SCHEMA IF NOT EXISTS {name}")
    for cls in TABLES:
        con.execute(schema.ddl(cls, with_key=is_published, with_checks=not is_published))
    con.execute(schema.mart_ddl(Figures)[0])


@pytest.fixture(scope="module")
def few_tables() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "create_all", create_few)
        patch.setattr(database, "HISTORIES", {Figures: HISTORIES[Figures]})
        patch.setattr(analysis_views, "declarations", lambda: ())
        for module in (market, sync):
            patch.setattr(module, "database_tables", lambda: TABLES)
        for module, name in ((nightly, "compute_marts"), (nightly, "publish")):
            patch.setattr(module, name, PlainTask(getattr(module, name)))
        nothing = functools.partial(compute.ComputedMarts, inputs={}, unchanged={}, frames={}, reused={}, problems=[])
        patch.setattr(compute, "compute_marts", lambda con, as_of, **_: nothing(as_of))
        patch.setattr(compute, "write_marts", lambda con, marts: None)
        patch.setattr(integrity, "judge", lambda *_, **__: GateResult(checks=(), failures=()))
        patch.setattr(database, "is_loaded", lambda data: (data / database.WORK).exists())
        for name, stub in {
            "declarations": lambda *_: FIGURES, "_list_asked": lambda _: set(), "describe_missing_rates": lambda _: (),
            "find_lost_rows": lambda *_: [], "add_loads": lambda fetches, *_: tuple(fetches),
            "add_future_rejects": lambda health, *_: health, "stage_site": lambda *_: None,
            "dictionary": lambda _: "", "count_rows": lambda _: {},
        }.items():  # fmt: skip
            patch.setattr(nightly, name, stub)
        patch.setattr(vintages, "regather", lambda con, figures, rows, as_of: list(rows.values()))
        patch.setattr(staging, "stage_macros", lambda *_: contextlib.nullcontext())
        patch.setattr("reports.figures.catalogue.declarations", lambda *_: FIGURES)
        patch.setattr("flows.cli.run.prepare_prefect", lambda _: None)
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

            for module in (nightly, run_record):
                patch.setattr(module, "datetime", Clock)
            patch.setattr(nightly, "today", lambda: folder.today)
            patch.setattr(nightly, "refine_archive", lambda *_: (folder.results(), {}))
            patch.setattr(nightly, "load_refined", folder.load)
            patch.setattr(compute, "find_earlier_days", folder.earlier_days)
            patch.setattr(nightly, "compute_figures", folder.ledger)
            patch.setattr(nightly, "stage_guide", folder.put_guide)
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
    figure=st.integers(0, 1),
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
