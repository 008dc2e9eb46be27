"""Licences of figures: a decision for every source, and combinations of sources."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from extractors.source import all_sources
from reports.release.licences import OURS, QUOTATION, Licence, combine, licence_ids_of_sources, licence_of, licences
from warehouse.mart_tables import Figures

DECIDED = licence_ids_of_sources()


def test_every_source_has_a_decision_and_no_other_has() -> None:
    assert DECIDED.keys() == set(all_sources())
    assert set(DECIDED.values()) - {""} <= licences().keys()


def test_a_citation_names_a_licence_in_short() -> None:
    names = {name: licence.in_short for name, licence in licences().items()}
    assert names[OURS] == "CC BY 4.0"
    assert names[QUOTATION].casefold() == licences()[QUOTATION].name.casefold() and names[QUOTATION][0].isupper()


@pytest.mark.parametrize("name", sorted(all_sources()))
def test_decisions_are_never_wider_than_the_terms(name: str) -> None:
    source = all_sources()[name].SOURCE
    if not source.is_republishable:
        assert DECIDED[name] == "", "what may not be republished is in no release"
    if DECIDED[name] == "":
        assert not source.is_republishable, "what no release may hold stands neither in exports nor on the site"
    for words, licence in (
        ("ODbL", "ODbL-1.0"),
        ("NC-SA", "CC-BY-NC-SA-4.0"),
        ("CC BY-SA", "CC-BY-SA-4.0"),
        ("Open Government", "OGL-Canada-2.0"),
    ):
        if words in source.licence:
            assert DECIDED[name] == licence


@pytest.mark.parametrize(
    ("sources", "licence"),
    [
        ((), OURS),
        (("ashby", "ecb_rates"), OURS),
        (("stackoverflow_survey", "ecb_rates"), "ODbL-1.0"),
        (("sysarmy_survey",), "CC-BY-NC-SA-4.0"),
        (("jobbank_wages", "ashby"), "OGL-Canada-2.0"),
    ],
)
def test_sources_leave_a_licence(sources: tuple[str, ...], licence: str) -> None:
    result = combine(sources)
    assert isinstance(result, Licence) and result.id == licence


@pytest.mark.parametrize(
    ("sources", "why"),
    [
        (("stackoverflow_survey", "sysarmy_survey"), "exclude each other"),
        (("ashby", "sg_mom_wages"), "sg_mom_wages may not be passed on"),
        (("a_source_of_tomorrow",), "a_source_of_tomorrow may not be passed on"),
    ],
)
def test_or_none(sources: tuple[str, ...], why: str) -> None:
    result = combine(sources)
    assert isinstance(result, str) and why in result


def test_a_statement_of_others_is_a_quotation() -> None:
    result = licence_of(cast(Figures, SimpleNamespace(kind="cited", sources=("PwC",))))
    assert isinstance(result, Licence) and result.id == QUOTATION
