"""Codes of skills and roles in public classifications: every skill and role has one, or the reason why not."""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import pandas as pd
import pytest

from transforms.records.vocabulary import ESCO, ISCO, NOC, ONET, ROLES, SOC, SSOC, UNSPSC
from transforms.skills.extraction import skills_in
from transforms.text.lookups import near_occupations, taxonomy
from warehouse.checks import gate
from warehouse.load.lookups import load_skill_codes
from warehouse.tables import NearOccupations, SkillCodes

SHARED = Path(__file__).parents[4] / "shared"
LABELLED = SHARED / "gold" / "esco_tech_validation.csv"
ONET_TABLE = SHARED / "real" / "reference" / "onet-technology-skills.tsv"
FORMS = {
    ESCO: r"http://data\.europa\.eu/esco/(skill|occupation)/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    ONET: r"\S.*\S|[CR]",
    UNSPSC: r"43\d{6}",
    SOC: r"\d{2}-\d{4}",
    NOC: r"\d{5}",
    SSOC: r"\d{5}",
    ISCO: r"\d{1,4}",
}
CODES = [(row.skill, row.scheme, row.nearness, row.code, row.label, row.reason) for row in load_skill_codes()] + [
    (row.role, row.scheme, row.nearness, row.occupation, row.title, row.reason) for row in near_occupations()
]


@pytest.mark.parametrize("cls", [SkillCodes, NearOccupations])
def test_rows_are_as_their_table_declares(cls: type) -> None:
    rows = [asdict(row) for row in (load_skill_codes() if cls is SkillCodes else near_occupations())]
    result = gate.check(pd.DataFrame(rows), cls, gate="codes", run_id="1")
    assert not [(row.expectation, row.examples) for row in result.checks if not row.is_met]


def test_every_skill_has_a_row_for_esco_and_one_for_onet() -> None:
    rows = Counter((row.skill, row.scheme) for row in load_skill_codes() if row.scheme != UNSPSC)
    assert rows == Counter((skill.skill, scheme) for skill in taxonomy() for scheme in (ESCO, ONET))


def test_every_role_has_a_row_for_isco_soc_and_esco() -> None:
    rows = {(row.role, row.scheme) for row in near_occupations()}
    assert {(role, scheme) for role in ROLES for scheme in (ISCO, SOC, ESCO)} <= rows


def test_a_row_has_a_code_with_a_name_or_the_reason_why_not() -> None:
    for name, scheme, nearness, code, label, reason in CODES:
        if nearness == "none":
            assert code is None and label is None and reason, (name, scheme)
        else:
            assert code and label and re.fullmatch(FORMS[scheme], code), (name, scheme, code)


def test_one_thing_alone_is_exactly_a_code_and_a_code_has_one_name() -> None:
    exact = Counter((scheme, code) for _, scheme, nearness, code, *_ in CODES if nearness == "exactMatch")
    assert {code for code, n in exact.items() if n > 1} == set()
    names = {(scheme, code, label) for _, scheme, _, code, label, _ in CODES if code}
    assert len(names) == len({name[:2] for name in names}) == len({(scheme, label) for scheme, _, label in names})


def test_a_commodity_is_that_of_a_technology_of_onet() -> None:
    named = {row.skill for row in load_skill_codes() if row.scheme == ONET and row.code}
    assert named == {row.skill for row in load_skill_codes() if row.scheme == UNSPSC}


@pytest.mark.skipif(not ONET_TABLE.is_file(), reason="O*NET's table (../shared/real/reference) is not here")
def test_technologies_are_in_onet_under_their_commodities() -> None:
    with ONET_TABLE.open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    listed = {(row["Example"], row["Commodity Code"], row["Commodity Title"]) for row in table}
    codes = {(row.skill, row.scheme): row for row in load_skill_codes()}
    for (skill, scheme), commodity in codes.items():
        if scheme == UNSPSC:
            assert (codes[skill, ONET].code, commodity.code, commodity.label) in listed, skill


@pytest.mark.skipif(not LABELLED.is_file(), reason="the sentences labelled with ESCO (../shared/gold) are not here")
def test_labelled_mentions_have_the_concept_that_the_table_gives() -> None:
    """Of mentions of our skills that others labelled with a concept of the table, most have the same in the table."""
    label_of = {row.skill: row.label for row in load_skill_codes() if row.scheme == ESCO}
    labels = set(label_of.values())
    with LABELLED.open(encoding="utf-8", newline="") as file:
        mentions = [(row["sub_span"] or row["span"], row["label"]) for row in csv.DictReader(file)]
    found = [({label_of[s.skill] for s in skills_in(words)}, label) for words, label in mentions if label in labels]
    same = [label in ours for ours, label in found if ours - {None}]
    assert len(same) >= 30 and sum(same) >= 0.8 * len(same), f"{sum(same)} of {len(same)}"
