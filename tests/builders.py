"""Rows, refined files and work files for tests, made by hand: one entry point for all packages."""

from __future__ import annotations

import itertools
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from transforms.employers.identity import evidence
from transforms.employers.title_keys import title_key
from transforms.employers.vacancies import place_keys
from transforms.place.places import Whereabouts
from transforms.records.columns import fields_of, table_of
from transforms.records.rows import ExchangeRate, Issue, Posting
from transforms.records.vocabulary import LADDER_STEPS
from warehouse import database, schema
from warehouse.load import jobs, loader
from warehouse.load.refined_file import RefinedFile
from warehouse.load.usd_conversion import convert_money
from warehouse.mart_tables import Shares
from warehouse.marts.measures import ESTIMAND, MEASURES
from warehouse.ops_tables import RefinedResponses
from warehouse.tables import Sources

BEGIN = datetime(2026, 1, 1, 23, 30, tzinfo=UTC)  # late in the day: another day in most time zones


def night(number: int) -> datetime:
    """The time of a night's answers."""
    return BEGIN + timedelta(days=number)


def posting(id: object = 1, **fields: Any) -> Posting:
    """A posting of the source `board` unless it says another."""
    values: dict[str, Any] = {f.name: () if f.is_list and not f.nullable else None for f in fields_of(Posting)}
    values |= {
        "source": "board",
        "board": "acme",
        "title": "Data Engineer",
        "role": "data_engineer",
        "role_group": "data",
        "seniority": "unstated",
        "seniority_inferred": False,
        "text_state": "none",
        "is_drawn": True,
    } | fields
    values["text_class"] = fields.get("text_class") or {"full": "full_advert"}.get(
        values["text_state"], values["text_state"]
    )
    words = (values["location_text"], values["employer"])
    who = evidence(values["employer"], values["source"], values["board"], values["url"])
    values["title_key"] = fields.get("title_key") or title_key(values["title"], *words, who)
    where = Whereabouts(
        places=values["places"], workplace=values["workplace"], remote_scope=values["remote_scope"], spans=()
    )
    values["vacancy_places"] = fields.get("vacancy_places") or place_keys(where, values["location_text"])
    return Posting(**values | {"posting_id": f"{values['source']}:{id}"})


def paid(low: float, currency: str | None, **fields: Any) -> Posting:
    """A posting with yearly pay."""
    return posting(
        **{"pay_low": low, "annual_low": low, "currency": currency, "period": "year", "pay_source": "stated"} | fields
    )


@dataclass(frozen=True)
class Answer:
    """What one response held."""

    at: datetime
    rows: Sequence[Any] = ()
    board: str | None = "acme"
    is_complete: bool = True
    issues: tuple[Issue, ...] = ()
    repeats: datetime | None = None
    gone: str | None = None
    """Posting whose own address answered 404."""
    max_age_days: int | None = None
    status: int = 200
    """HTTP status of an answer that neither repeats nor closes one."""
    repetitions: Sequence[str] = ()
    """`wording_hash` of adverts in the words of an earlier answer."""


def file_at(folder: Path, source: str, name: str, key: str) -> RefinedFile:
    """Where the refined file of an archive file stands."""
    place = folder / "refined" / source
    place.mkdir(parents=True, exist_ok=True)
    rows, responses = place / f"{name}.parquet", place / f"{name}.responses.parquet"
    return RefinedFile(source=source, warc=f"{source}/{name}.warc.gz", rows=rows, responses=responses, refine_key=key)


def refined(
    folder: Path, name: str, *answers: Answer, source: str = "board", key: str = "1", of: type = Posting
) -> RefinedFile:
    """Write what the refine step would have made of one archive file with these answers."""
    file = file_at(folder, source, name, key)
    rows = [(row, record, answer.at) for record, answer in enumerate(answers) for row in answer.rows]
    pq.write_table(schema.refined_table(of, rows).replace_schema_metadata({"row_table": of.__name__}), file.rows)
    responses = [
        RefinedResponses(
            record=record,
            source=source,
            url=f"https://api.example/{answer.board}",
            observed_at=answer.at,
            http_status=304 if answer.repeats else 404 if answer.gone else answer.status,
            digest="sha1:X",
            refers_to=answer.repeats,
            board=answer.board,
            posting_id=answer.gone,
            is_complete=answer.is_complete and not answer.repeats and answer.status == 200,
            max_age_days=answer.max_age_days,
            n_rows=len(answer.rows) + len(answer.repetitions),
            n_rejects=len(answer.issues),
            issues=answer.issues,
            repetitions=tuple(answer.repetitions),
        )
        for record, answer in enumerate(answers)
    ]
    pq.write_table(schema.arrow_table(RefinedResponses, responses), file.responses)
    return file


def rates(
    folder: Path, name: str, quotes: Sequence[tuple[str, str, str, float]], source: str = "ecb_rates"
) -> RefinedFile:
    """A refined file of exchange rates: day, base, currency, rate."""
    rows = [
        ExchangeRate(source=source, rate_on=date.fromisoformat(day), base=base, currency=currency, rate=rate)
        for day, base, currency, rate in quotes
    ]
    return refined(folder, name, Answer(BEGIN, rows, board=None), source=source, of=ExchangeRate)


def passes(*_: object) -> bool:
    """A gate that lets everything in."""
    return True


def load(con: database.Connection, *files: RefinedFile, gate: loader.Gate = passes) -> tuple[loader.LoadResult, ...]:
    """Load files one call at a time, in the order given; each call has those of the source that are loaded, too."""
    outcomes = []
    for file in files:
        before = con.execute("SELECT warc, refine_key FROM ops.loads WHERE source = ?", [file.source]).fetchall()
        others = [
            file_at(file.rows.parents[2], file.source, Path(warc).name.removesuffix(".warc.gz"), key)
            for warc, key in before
            if warc != file.warc
        ]
        outcomes += [one for one in loader.load(con, [*others, file], gate=gate) if one.warc == file.warc]
    return tuple(outcomes)


def list_postings(con: Any) -> None:
    """Have every posting that is on no board listed on its own, which was read whole when it was last seen."""
    con.execute("""
        INSERT INTO core.posting_boards BY NAME
        SELECT posting_id, coalesce(board, source) AS board, first_seen_at, last_seen_at,
            last_seen_at + INTERVAL 1 DAY * (closed_on - last_seen_at::DATE) AS closed_at,
            if(closed_on IS NOT NULL, 'list', NULL) AS closed_by
        FROM core.postings ANTI JOIN core.posting_boards USING (posting_id)
    """)
    con.execute("""
        INSERT INTO ops.responses BY NAME
        SELECT source, board, observed_at, 'sha1:X' AS digest, 0 AS record, 200 AS http_status, true AS is_complete,
            n AS n_rows, 0 AS n_rejects, source || '/' || coalesce(board, '') || observed_at AS warc
        FROM (SELECT source, board, max(last_seen_at) AS observed_at, count(*) AS n FROM core.postings GROUP BY ALL)
        ANTI JOIN ops.responses USING (source, board, observed_at)
    """)


def all_rows(con: database.Connection, select: str) -> list[tuple[Any, ...]]:
    return con.execute(select).fetchall()


def declare(con: database.Connection, age: int | None) -> None:
    """Put the source `board` among the sources, with the age at which its adverts expire."""
    values: dict[str, Any] = {f.name: "x" for f in fields_of(Sources) if f.type is str}
    row = Sources(**values | {
        "source": "board", "kind": "employer board", "terms_url": None, "restriction": None,
        "is_republishable": True, "is_verified": True,
        "expires_after_days": age,
    })  # fmt: skip
    database.load_lookup(con, Sources, [row])


def fill(con: database.Connection, folder: Path) -> None:
    """Two postings with pay and rates, converted."""
    load(con, rates(folder, "a", [("2026-01-01", "EUR", "USD", 1.5)]))
    file = refined(folder, "a", Answer(night(0), [paid(100.0, "EUR", text="Be kind."), posting(2, text="Ship.")]))
    load(con, file)
    jobs.resolve(con)
    convert_money(con)


def open_copy(work_template: Path, folder: Path) -> database.Connection:
    """Open a copy of the empty work file that the fixture `work_template` made, in a folder of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(work_template / database.WORK, folder / database.WORK)
    return database.open_work(folder)


def share_row(as_of: date, measure: str, item: str, n_jobs: int, n_yes: int = 0, **fields: Any) -> dict[str, Any]:
    """The same row as a dictionary. Employers' shares are those of jobs where they are not given."""
    row: dict[str, Any] = {
        "as_of": as_of, "measure": measure, "item": item, "region_level": "world", "region": "World",
        "role_group": "ai_engineering", "seniority_group": "all", "window_days": 0,
        "text_class": MEASURES[measure].text_classes[0], "estimand": ESTIMAND, "period_from": None, "period_to": None,
        "n_jobs": n_jobs, "n_yes": n_yes, "n_no": n_jobs - n_yes, "n_unknown": 0, "n_unread": 0, "n_employers": None,
        "n_employers_yes": None, "n_effective": None, "design_effect": None, "largest_employer": None,
        "n_even_employers": None, "largest_employer_share": None, "relative_standard_error": None,
        "share_without_largest": None, "share_by_employer": None, "share_by_employer_lo": None,
        "share_by_employer_hi": None, "share_of_single": None, "share_of_small": None, "share_of_large": None,
        "n_single_employers": None, "n_small_employers": None, "n_large_employers": None, "zero_share_hi": None,
        "zero_share_by_employer_hi": None, "form_by_employer": None, "form": None, "bound_lo": None, "bound_hi": None,
        "category_rank_best": None, "category_rank_worst": None, "share": None,
        "share_lo": None, "share_hi": None, "rank": None, "category": None, "category_rank": None,
        "status": "suppressed", "reason": "few jobs", "doubt": None, "inputs": None, "sample": "known",
        "platforms": None, "platforms_by_jobs": None, "platforms_chance": None, "platform": None,
    }  # fmt: skip
    assert fields.keys() <= row.keys(), fields.keys() - row.keys()
    row |= fields
    row |= {"form": "point"} if row["status"] != "suppressed" and row["form"] is None else {}
    for of_jobs in ("share", "share_lo", "share_hi", "zero_share_hi", "form"):
        of_employers = re.sub("^(zero_share|share|form)", r"\1_by_employer", of_jobs)
        row[of_employers] = row[of_jobs] if row[of_employers] is None else row[of_employers]
    return row


def share_of(as_of: date, measure: str, item: str, n_jobs: int, n_yes: int = 0, **fields: Any) -> Shares:
    """A row of mart.shares for the World; what is not given is usual, or NULL."""
    return Shares(**share_row(as_of, measure, item, n_jobs, n_yes, **fields))


def climb(place: str, *counts: int) -> dict[str, Any]:
    """A row of the ladder with so many left at each step, and no pay from abroad."""
    counts = (*counts, counts[-1])
    losses = [0, *(before - after for before, after in itertools.pairwise(counts))]
    steps = [
        {"step": step, "n": n, "n_lost": loss, "reason": f"because of {step}"}
        for step, n, loss in zip((*LADDER_STEPS, "own_market"), counts, losses, strict=True)
    ]
    return {"place": place, "steps": steps, "n_jobs": counts[2], "status": "published"}


def export_parquet(con: database.Connection, out_dir: Path) -> tuple[Path, ...]:
    """Every core.* and mart.* table as `<schema>.<name>.parquet`, rows in the order of their keys.

    The same rows give the same bytes, so two runs can be compared file by file. Of marts the histories and mart.days,
    which grow with what changes, and not the views, which have every row once for each day.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    paths = []
    for cls in schema.database_tables():
        if schema.schema_of(cls) == "ops":
            continue
        order = ", ".join(map(schema.ident, schema.key_of(cls))) or "ALL"
        path = out_dir / f"{table_of(cls).name}.parquet"
        con.execute(
            f"COPY (SELECT * FROM {table_of(cls).name} ORDER BY {order})"
            f" TO {schema.literal(str(path))} (FORMAT parquet, COMPRESSION zstd)"
        )
        paths.append(path)
    return tuple(paths)
