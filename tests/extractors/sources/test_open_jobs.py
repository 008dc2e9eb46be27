"""A file of Open Jobs beside the employer's own board: one job, of which the board alone is counted."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from extractors.archive.writer import Writer, path_of
from extractors.refine.refine import RefineResult, refine
from extractors.response import Response
from extractors.source_list import declared_sources
from extractors.sources.files import open_jobs
from flows.runtime.permissions import why_off
from tests.builders import all_rows, load, open_copy
from transforms.text.rejects import Rejected
from warehouse import database
from warehouse.load import jobs
from warehouse.tables import Sources

AT = datetime(2026, 9, 10, tzinfo=UTC)
TEXT = " ".join(f"We teach the plover number {n} to fly over sea {n + 1}." for n in range(40))
BOARD = "https://api.ashbyhq.com/posting-api/job-board/plover?includeCompensation=true"


def row(id: str, **fields: Any) -> dict[str, Any]:
    usual = {"ats": "ashby", "slug": "plover", "title": "Machine Learning Engineer", "content": TEXT, "is_open": True}
    return usual | {"id": id, "url": f"https://jobs.ashbyhq.com/plover/{id}", "location": "Lisbon, Portugal"} | fields


def file_of(*rows: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([*rows]), buffer)
    return buffer.getvalue()


def refined_of(folder: Path, source: str, url: str, body: bytes) -> RefineResult:
    with Writer(path_of(folder / "archive", source, AT)) as writer:
        writer.write(url=url, observed_at=AT, status=200, body=body)
    assert writer.path is not None
    return refine(source, writer.path, archive=folder / "archive", refined=folder / "refined")


def test_an_advert_of_a_board_we_read_is_one_job_with_it_and_the_board_alone_is_counted(
    work_template: Path, tmp_path: Path
) -> None:
    own = {
        "id": "one", "title": "Machine Learning Engineer", "descriptionPlain": TEXT, "location": "Lisbon, Portugal",
        "jobUrl": "https://jobs.ashbyhq.com/plover/one", "isListed": True,
    }  # fmt: skip
    assert open_jobs.SOURCE.file_url
    address = open_jobs.SOURCE.file_url("open_jobs_2026-09-10_ashby.parquet")
    assert address is not None
    files = [
        refined_of(tmp_path, "ashby", BOARD, json.dumps({"jobs": [own]}).encode()),
        refined_of(tmp_path, "open_jobs", address, file_of(row("one"), row("two", title="Data Engineer", content="x"))),
    ]
    with open_copy(work_template, tmp_path) as con:
        database.load_lookup(con, Sources, declared_sources())
        load(con, *files)
        jobs.resolve(con)
        job_of = dict(all_rows(con, "SELECT posting_id, job_id FROM core.postings"))
        assert job_of["open_jobs:ashby/plover#one"] == job_of["ashby:one"]
        assert job_of["open_jobs:ashby/plover#two"] != job_of["ashby:one"]
        stock = all_rows(con, "SELECT posting_id FROM stock_postings(DATE '2026-09-10')")
        assert stock == [("ashby:one",)], "nothing made from the collection is published"
        assert all_rows(con, "SELECT count(*) FROM core.board_states WHERE source = 'open_jobs'") == [(0,)]
        assert all_rows(con, "SELECT count(*) FROM core.posting_intervals WHERE closed_at IS NOT NULL") == [(0,)]


def test_it_is_off_in_the_night(tmp_path: Path) -> None:
    assert "jobmarket backfill FILE" in (why_off(open_jobs.SOURCE, tmp_path) or "")


@pytest.mark.parametrize("body", [b"", b"PAR1", file_of(row("one"))[:-9], file_of({"ats": "ashby", "id": "1"})])
def test_what_is_no_such_file_is_refused(body: bytes) -> None:
    with pytest.raises(Rejected, match=r"Parquet|columns"):
        list(open_jobs.parse(Response(url=open_jobs.FILES, observed_at=AT, status=200, body=body)))


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("open_jobs_2026-09-10_ashby.parquet", "2026-09-10/jobs/ashby.parquet"),
        ("open-jobs_2026-09-10_dark.p3.parquet", "2026-09-10/jobs/dark.p3.parquet"),
        ("ashby.parquet", None),
    ],
)
def test_a_file_is_known_by_its_name(name: str, path: str | None) -> None:
    assert open_jobs.SOURCE.file_url
    assert open_jobs.SOURCE.file_url(name) == (path and open_jobs.FILES + path)
