"""The file of laws on pay in adverts has no mistakes, and says which laws nobody checked."""

from __future__ import annotations

import tomllib
from dataclasses import asdict
from datetime import date

import pandas as pd
import pytest

from transforms.records.columns import fields_of
from transforms.text.lookups import cells_of
from warehouse.checks import gate
from warehouse.load.lookups import LAWS, load_disclosure_laws
from warehouse.tables import DisclosureLaws

TABLES = tomllib.loads(LAWS.read_text(encoding="utf-8"))["laws"]
PLACES = {row["country"] for row in cells_of("countries")} | {row["subdivision"] for row in cells_of("subdivisions")}


def test_each_law_is_as_its_table_declares() -> None:
    result = gate.check(pd.DataFrame(map(asdict, load_disclosure_laws())), DisclosureLaws, gate="laws", run_id="1")
    assert not [(row.expectation, row.examples) for row in result.checks if not row.is_met]


@pytest.mark.parametrize("law", TABLES, ids=[f"{law['jurisdiction']}: {law['law']}" for law in TABLES])
def test_keys_are_known_and_do_not_contradict_each_other(law: dict[str, object]) -> None:
    fields = {f.name: f for f in fields_of(DisclosureLaws)}
    assert law.keys() <= fields.keys()
    for key, value in law.items():
        assert value != "" and type(value) in (int, float if fields[key].type is float else fields[key].type), key
    assert law["jurisdiction"] in PLACES, "add it to countries.csv or subdivisions.csv first"
    if law["adverts"] == "required":
        assert {"in_force_from", "must_state"} <= law.keys(), "adverts must state pay: from when, and what"
    assert (law["evidence"] == "official_text") == ("checked_on" in law), "checked_on is the day of reading that text"
    assert ("max_width" in law) == ("max_width_currency" in law)
    first, last = law.get("in_force_from"), law.get("in_force_until")
    assert not (isinstance(first, date) and isinstance(last, date) and first >= last)


def test_the_file_of_laws_says_what_nobody_checked() -> None:
    """No law's text was at hand when the file was made; whoever checks a law enters the day and the address."""
    laws = {law.jurisdiction: law for law in load_disclosure_laws()}
    assert {place for place, law in laws.items() if law.adverts == "unclear"} == {"JP", "SK"}
    assert all(law.source.startswith("http") for law in laws.values() if law.evidence == "official_text")
    assert laws["US-MA"].in_force_from == date(2025, 10, 29)
    assert (laws["CA-ON"].max_width, laws["PL"].adverts, laws["AT"].adverts) == (50_000, "not_required", "required")
