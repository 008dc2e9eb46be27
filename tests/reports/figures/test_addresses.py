"""Ids that an editor can guess: meaning, and errors for unknown ids."""

from __future__ import annotations

import duckdb
import pytest

from reports.figures.addresses import AddressError, canonical, declare
from reports.figures.catalogue import declaration_of, find_id
from reports.figures.compute import compute_asked
from reports.figures.places import CONTINENTS, PLACES, REGIONS, slug
from tests.builders import share_row
from tests.reports.figures.ledger_builders import AS_OF, Cell, Put, computed
from transforms.text.lookups import taxonomy
from warehouse import mart_tables

BAND = "pay.northern_america.ai_engineering.mid_senior"
SURE = {"status": "published", "reason": None, "share": 0.5, "share_lo": 0.4, "share_hi": 0.6, "n_employers": 30}
SENIOR = {"region_level": "country", "region": "US", "seniority_group": "senior", "role": "machine_learning_engineer"}


@pytest.mark.parametrize(
    ("name", "figure_id"),
    [
        ("skill.python", "skill.python.all.ai_engineering"),
        ("skill.python.de", "skill.python.de.ai_engineering"),
        (BAND, BAND),
    ],
)
def test_short_forms_are_understood(name: str, figure_id: str) -> None:
    assert canonical(name) == figure_id == find_id(name)
    assert canonical(figure_id) == figure_id


@pytest.mark.parametrize(
    ("figure_id", "title"),
    [
        ("pay.us.machine_learning_engineer.senior", "Senior-level machine learning engineer pay, United States"),
        ("pay.de.data.all.reported", "Data pay, reports, every level, Germany"),
        (
            "foreign_currency.br.ai_core.mid",
            "Mid-level AI engineering and science pay, stated in another country's money, Brazil",
        ),
        ("mixed.europe.other.unstated", "Other pay, in any country's money, level not stated, Europe"),
        (
            "pay.us.ai_engineering.mid_senior_stated.advertised",
            "Mid-to-senior AI engineering pay, level named in the title, adverts we read, United States",
        ),
        ("skill.cpp.gb.data", "Data jobs in the United Kingdom that ask for C++, in the adverts we read"),
        (
            "share.degree.master.all.ai_jobs",
            "AI jobs that require at least a master's degree, in the adverts we read",
        ),
        ("share.years.10_plus.us.ai_jobs", None),
        (
            "share.qualification.portfolio.all.ai_jobs",
            "AI jobs that ask for a portfolio of work, in the adverts we read",
        ),
        ("bonus.us", "Yearly bonus, where an advert puts a sum on it, United States"),
        ("disclosure.us_ny.all.in_force", None),
        ("closing_rate.europe.ai_jobs", "Closing rate of AI adverts in Europe"),
        ("comparison.de.ai_core.reported_mixed", None),
    ],
)
def test_an_address_says_what_it_is_of(figure_id: str, title: str | None) -> None:
    figure = declare(figure_id)
    assert figure.id == figure_id and figure.rungs
    assert title is None or figure.entitle() == title
    assert declaration_of(figure_id).title == figure.title, "also where no database is open"


@pytest.mark.parametrize(
    ("figure_id", "words"),
    [
        ("pay.usa.ai_engineering.senior", "no place 'usa'"),
        ("pay.us.ai_engineer.seniour", "no level 'seniour' (similar: senior"),
        ("pay.us.ml_engineer.senior", "no role or group of roles 'ml_engineer' (similar: mlops_engineer"),
        ("pay.all.ai_engineering.senior", "there is no pay figure for all places together"),
        ("pay.us.ai_engineering", "pay.PLACE.ROLE.LEVEL"),
        ("pay.us.ai_engineering.senior.guessed", "no kind of source 'guessed'"),
        ("skill.pyton", "no skill 'pyton' (similar: python"),
        ("share.workplace.home.all.ai_jobs", "no item of workplace 'home' (known: onsite, hybrid, remote)"),
        ("share.wage.low.all.ai_jobs", "no measure 'wage'"),
        ("bonus.europe", "no region or country 'europe'"),
        ("share.qualification.licence.all.ai_jobs", "no item of qualification 'licence'"),
        ("disclosure.us_ny.all.maybe", "no kind of law 'maybe'"),
        ("wages.us", "unknown kind 'wages'"),
        ("claim.gdp", "no figure 'claim.gdp'; did you mean claim.gdp_2030"),
        ("claim", "no figure 'claim'; did you mean claim."),
        ("bands.region", "did you mean bands.regions"),
    ],
)
def test_what_is_not_known_is_named_with_what_would_be(figure_id: str, words: str) -> None:
    with pytest.raises(AddressError) as error:
        find_id(figure_id)
    assert words in str(error.value)


def test_names_of_places_and_skills_are_all_different() -> None:
    assert len(PLACES) == len({place.region for place in PLACES.values()}) >= 249 + len(REGIONS) + len(CONTINENTS)
    assert len({slug(skill.skill) for skill in taxonomy()}) == len(taxonomy())


def test_a_skill_that_no_job_asks_for_is_a_share_of_nought_and_another_word_is_none(
    con: duckdb.DuckDBPyConnection, put: Put
) -> None:
    put(mart_tables.Shares, share_row(AS_OF, "skill_required", "Python", 100, 50, zero_share_hi=0.03, **SURE))
    ids = ["share.skill_required.rust.all.ai_engineering", "share.skill_required.rust.de.ai_engineering"]
    zero, nowhere = compute_asked(con, ids, AS_OF, code_version="1")
    assert (zero.value, zero.status) == ("0%", "published")
    assert (nowhere.value, nowhere.status) == (None, "suppressed")


def test_a_night_computes_what_a_guide_asks_for_beside_its_own_figures(
    con: duckdb.DuckDBPyConnection, put: Put, cell: Cell
) -> None:
    put(mart_tables.SalaryBands, cell(**SENIOR))
    figure_id = "pay.us.machine_learning_engineer.senior"
    assert figure_id not in computed(con)
    row = computed(con, also=[figure_id, "skill.rust.us"])[figure_id]
    assert row.status == "published" and "machine learning engineer" in row.title
