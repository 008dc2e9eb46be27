"""Pay without exchange rates is said with its remedy; backfills bring rates; the sample's convert no real pay."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from extractors.archive.reader import LIVE, SUFFIX, SYNTHETIC
from extractors.archive.writer import Writer
from extractors.sources.reference import ecb_rates
from extractors.web.session import web_for
from flows import backfill, nightly
from flows.cli import run_report
from flows.inputs.recordings import recordings_in
from flows.inputs.uploads import wrap_uploads
from flows.night import fetch, publish
from flows.runs.run_record import Outcome, Request, work_of
from flows.runs.source_health import Health
from flows.runtime.settings import Settings
from flows.terminal.errors import Wrong
from tests.sample.adverts import RECORDINGS

MAPPING = """
name = "mine"
licence = "CC0"
attribution = "Me"
[fields]
id = "id"
title = "title"
pay_low = "pay"
currency = "money"
period = { constant = "year" }
"""
DUMP = "id,title,pay,money\n1,AI Engineer,60000,EUR\n2,AI Engineer,70000,EUR\n3,AI Engineer,90000,USD\n4,Baker,9,ARS\n"
RATES = b"Date,USD,GBP,\n2024-03-04,1.3,0.9,\n2024-02-29,1.1,0.8,\n"
BEGUN = datetime(2024, 3, 5, tzinfo=UTC)
REMEDY = "`jobmarket run --source ecb_rates --source currency_table` brings rates"


def rates_at(path: Path, **says: Any) -> Path:
    """A recording of the central bank's rates."""
    with Writer(path, **says) as writer:
        writer.write(url=ecb_rates.ADDRESS, observed_at=BEGUN, status=200, body=RATES)
    return path


@pytest.fixture
def request_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, undecorated: None) -> Request:
    """A backfill in an empty folder, which computes and publishes nothing after it has loaded."""
    monkeypatch.delenv("JOBMARKET_CONTACT", raising=False)
    monkeypatch.setattr(publish, "compute_marts", lambda request, as_of: ([], []))
    monkeypatch.setattr(publish, "publish", lambda request, outcome, ledger: outcome)
    settings = Settings(data=tmp_path / "data", workers=1)
    return Request(settings=settings, command="test", sources=("tabular",), is_backfill=True)


def filled(request: Request, folder: Path, contact: str | None = None) -> Outcome:
    """What came of a backfill of the dump."""
    dump, mapping = folder / "jobs_2024-03-01.csv", folder / "mine.toml"
    dump.write_text(DUMP)
    mapping.write_text(MAPPING)
    settings = Settings(data=request.settings.data, workers=1, contact=contact)
    run_request = Request(settings=settings, command="test", sources=("tabular",), is_backfill=request.is_backfill)
    with wrap_uploads([dump], str(mapping)) as files:
        return nightly.from_archive(run_request, [backfill.archive_recordings.fn("tabular", files, run_request)])


def dollars(request: Request) -> list[tuple[Any, ...]]:
    with work_of(request) as con:
        return con.execute(
            "SELECT currency, annual_low_usd, usd_reason FROM core.postings ORDER BY posting_id"
        ).fetchall()


def test_pay_without_rates_is_said_with_its_remedy(
    request_of: Request, tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(run_report, "print_headlines", lambda *args: None)  # nothing is published here
    outcome = filled(request_of, tmp_path)
    assert outcome.exit_code == 0, "it is no fault of the file"
    (note,) = outcome.notes
    assert note == (
        "pay of 3 adverts is not converted to dollars for want of exchange rates (EUR 2 from 2024-03-01 to 2024-03-01, "
        f"ARS 1 from 2024-03-01 to 2024-03-01); {REMEDY}"
    )
    assert note in caplog.messages
    run_report.print_report(request_of, outcome)
    assert REMEDY in capsys.readouterr().out.replace("\n", " ")


def test_a_backfill_brings_the_rates_that_are_missing(
    request_of: Request, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = rates_at(tmp_path / f"rates{SUFFIX}")

    def recorded(source: Any, *, replay: object = None, **others: Any) -> Any:
        return web_for(source, replay=[recording], **others)  # which has nothing of the second source

    monkeypatch.setattr(fetch, "web_for", recorded)
    outcome = filled(request_of, tmp_path, contact="me@jobs.example")
    assert outcome.exit_code == 0, "the second source could not be asked, which does not fail the backfill"
    assert [health.source for health in outcome.health] == ["ecb_rates", "tabular"]
    rows = dollars(request_of)
    assert [row[0::2] for row in rows] == [("EUR", None), ("EUR", None), ("USD", None), ("ARS", "no_rate")]
    assert rows[0][1] == pytest.approx(66_000), "the rate of the last day before"
    assert "(ARS 1 " in outcome.notes[0] and "EUR" not in outcome.notes[0]


def test_only_a_backfill_asks_for_rates_by_itself(
    request_of: Request, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("nobody may be asked")

    monkeypatch.setattr(fetch, "web_for", never)
    night = Request(settings=request_of.settings, command="test", sources=("tabular",))
    assert filled(night, tmp_path, contact="me@jobs.example").notes


# --- the sample ---------------------------------------------------------------------------------------------


def test_the_sample_is_refused_wherever_it_comes_from(tmp_path: Path) -> None:
    sample = next((RECORDINGS / "ecb_rates").glob(f"*{SUFFIX}"))
    synthetic = rates_at(tmp_path / f"a{SUFFIX}", part_of=SYNTHETIC)
    real = rates_at(tmp_path / f"b{SUFFIX}", part_of=LIVE)
    for path in (sample, synthetic):
        with pytest.raises(Wrong, match=r"holds sample data \(synthetic\), which real data must not be mixed with"):
            recordings_in([real, path])
    assert recordings_in([real]).by_source == {"ecb_rates": [real]}
    with pytest.raises(Wrong, match="sample data"), wrap_uploads([sample], "djinni"):
        pass


def test_what_a_sample_run_archives_says_so(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data", workers=1)
    request = Request(settings=settings, command="test", sources=("ecb_rates",), is_sample=True)
    health: Health = fetch.fetch_source.fn("ecb_rates", request)
    paths = [settings.archive.folder / name for name in health.fresh]
    assert paths and not (settings.data / "kind").exists(), "the files say it themselves"
    for path in paths:
        with pytest.raises(Wrong, match="sample data"):
            recordings_in([path])
