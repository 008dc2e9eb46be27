"""What sources forbid: rows of collections are left out, other figures are withheld, and remarks stay."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from reports.figures.restricted import for_prose, leave_out
from reports.release.licences import COLLECTION, Licence, licence_of
from reports.wording import notes
from tests.reports.wording.test_reported import row
from transforms.records.vocabulary import NOT_COMMERCIAL
from warehouse.mart_tables import Figures, NearestFigure, SourceContribution
from warehouse.tables import Sources

SIDE = "reported.south_america.ai_engineering.mid_senior"
CLOSED = cast(
    Sources, SimpleNamespace(source="closed", title="A survey", restriction=NOT_COMMERCIAL, is_in_prose=False)
)
FREE = cast(Sources, SimpleNamespace(source="free", title="B survey", restriction=None, is_in_prose=True))


def ledger_figure(name: str) -> Figures:
    nothing: dict[str, Any] = {field.name: None for field in fields(Figures)}
    return Figures(**{**nothing, "figure": name, "title": name, "kind": "measured", "sources": ()})


def figure(name: str, rows: list[dict[str, Any]], *sources: str) -> Figures:
    return replace(
        ledger_figure(name), value="v", bare_value="v", value_json=json.dumps(rows), status="low", sources=sources,
        behind=tuple(SourceContribution(source=one, n=1, read_on=None) for one in sources),
        snapshots=tuple(f"{one}/1.warc.gz" for one in sources), n_jobs=sum(one.get("n_jobs", 0) for one in rows),
    )  # fmt: skip


def test_a_collection_loses_the_rows_of_a_source_that_may_not_stand_there() -> None:
    rows = [row(source="closed", n_jobs=91), row(source="free", country="CO", country_name="Colombia", n_jobs=40)]
    (left,) = for_prose([figure(SIDE, rows, "closed", "ecb_rates", "free")], [CLOSED, FREE])
    assert left.value is not None and "Colombia" in left.value and "Argentina" not in left.value
    assert (left.sources, left.n_jobs, left.snapshots) == (
        ("ecb_rates", "free"), 40, ("ecb_rates/1.warc.gz", "free/1.warc.gz"),
    )  # fmt: skip
    assert [part.source for part in left.behind or ()] == ["ecb_rates", "free"]


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        (SIDE, [row(source="closed", n_jobs=91)]),
        ("premium.ar.ai_core", [row(source="closed", n_jobs=91), row(source="free", n_jobs=40)]),
    ],
)
def test_what_cannot_be_split_or_has_nothing_left_is_withheld_and_says_why(name: str, rows: Any) -> None:
    (left,) = for_prose([figure(name, rows, "closed", "free")], [CLOSED, FREE])
    assert (left.value, left.status, left.sources) == (None, "suppressed", ())
    assert left.reason == f"A survey is {NOT_COMMERCIAL}; {notes.REMEDY}"


def test_nor_is_it_offered_in_place_of_another_figure() -> None:
    near = (NearestFigure(figure=SIDE, title="t", value="USD 9"), NearestFigure(figure="pay.us", title="t", value="1"))
    other = replace(ledger_figure("bonus.us"), value=None, nearest=near)
    table = figure("bands.regions", [
        {"n_jobs": 9, "status": "low"},
        *({"nearest": f"t, {near}", "nearest_figure": near, "status": "suppressed"} for near in (SIDE, "pay.us")),
    ])  # fmt: skip
    barred, free = figure(SIDE, [row(source="closed", n_jobs=91)], "closed"), ledger_figure("pay.us")
    _, _, left, gathered = for_prose([barred, free, other, table], [CLOSED])
    assert [one.figure for one in left.nearest or ()] == ["pay.us"]
    assert [one.get("nearest") for one in notes.rows_of(gathered)] == [None, None, "t, pay.us"]
    assert for_prose([free, gathered], [CLOSED])[1] is gathered


def test_what_is_free_or_allowed_stays_as_it_is() -> None:
    one = figure(SIDE, [row(source="closed", n_jobs=91)], "closed")
    allowed = cast(Sources, SimpleNamespace(**{**vars(CLOSED), "is_in_prose": True}))
    assert for_prose([one], [allowed]) == [one] and leave_out(one, {}) is one


def test_surveys_side_by_side_keep_their_own_licences() -> None:
    both = figure(SIDE, [row(source="sysarmy_survey", n_jobs=1)], "laplazadevs_survey", "sysarmy_survey")
    licence = licence_of(both)
    assert isinstance(licence, Licence) and licence.id == COLLECTION
    assert isinstance(licence_of(replace(both, figure="premium.ar.ai_core")), str), "what is computed from both is not"
    assert isinstance(licence_of(replace(both, sources=(*both.sources, "stateofdata_survey"))), str)
