"""Names of employers as keys, what an advert says of who hires, and which names are agencies'."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.source import all_sources, board_in
from transforms.employers.identity import employer_key, evidence, is_staffing_agency, own_domain, platform_of
from transforms.records.vocabulary import POSTING_KINDS
from transforms.text.lookups import rows_of

HERE = Path(__file__).parent
MAPPED = "tabular.invalid"
"""Where files that are mapped pretend to come from."""
NAMING_NOBODY = ("Company", "& Company", "Company Limited", "Private Limited", "Private Ltd", "N.A.")
"""Forms that, standing alone, say "a company", "private" or "not available"."""


def cases(name: str) -> list[dict[str, str]]:
    with (HERE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("case", cases("employer_cases"), ids=lambda case: case["name"][:40])
def test_key(case: dict[str, str]) -> None:
    assert employer_key(case["name"]) == (case["key"] or None)


@given(st.text(max_size=40))
def test_a_key_is_its_own_key_and_never_blank(name: str) -> None:
    key = employer_key(name)
    assert key is None or (key and not re.search(r"[\W_]", key))
    assert employer_key(name.swapcase()) == key or name.swapcase().casefold() != name.casefold()


@pytest.mark.parametrize("form", [row["form"] or "" for row in rows_of("legal_forms") if row["where"] != "begin"])
def test_every_form_is_taken_from_the_end_of_a_name_and_never_empties_one(form: str) -> None:
    assert employer_key(f"Acme Rocket {form}") == "acmerocket"
    assert employer_key(form) or form in NAMING_NOBODY


@pytest.mark.parametrize("form", [row["form"] or "" for row in rows_of("legal_forms") if row["where"] != "end"])
def test_forms_before_a_name(form: str) -> None:
    assert employer_key(f"{form} Acme") == "acme"


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (
            ("Scale AI", "greenhouse", "scaleai", "https://job-boards.greenhouse.io/scaleai/jobs/1"),
            {"name:scaleai", "board:greenhouse:scaleai"},
        ),
        # The board's token is no name here, and stands beside the one that boards.csv has.
        (("Gong", "greenhouse", "gongio", None), {"name:gong", "name:gongio", "board:greenhouse:gongio"}),
        (("Wiz", "greenhouse", "wizinc", None), {"name:wiz", "name:wizinc", "board:greenhouse:wizinc"}),
        # An aggregator's link leads to the employer's board.
        (
            ("WeRide", "simplify_newgrad", "listings", "https://jobs.lever.co/weride/a102c558/apply"),
            {"name:weride", "board:lever:weride"},
        ),
        (
            ("Duolingo", "greenhouse", "duolingo", "https://careers.duolingo.com/jobs/8455252002?gh_jid=8455252002"),
            {"name:duolingo", "board:greenhouse:duolingo", "domain:duolingo.com"},
        ),
        # A name of two letters is that of many; the source's own list knows one.
        (("HP", "himalayas", None, "https://himalayas.app/companies/hp/jobs/x"), {"name:hp@himalayas"}),
        (("fly.io", "hackernews", None, "https://news.ycombinator.com/item?id=1"), {"name:flyio", "domain:fly.io"}),
        # Numbers and words that every board could be called say nothing.
        (("Rancho", "greenhouse", "123", None), {"name:rancho"}),
        (("Acme", "greenhouse", "careers", None), {"name:acme"}),
        # Boards of the European platform are others than those of the American one.
        ((None, "lever", "eu:acme", "https://jobs.eu.lever.co/acme/1"), {"board:lever:eu:acme", "name:acme"}),
        (
            (
                "nvidia",
                "workday",
                "nvidia.wd5/NVIDIAExternalCareerSite",
                "https://nvidia.wd5.myworkdayjobs.com/x/job/1",
            ),
            {"name:nvidia", "board:workday:nvidia"},
        ),
        (("Confidential", "remoteok", None, "https://remoteok.com/remote-jobs/1"), set()),
        ((None, "france_travail", None, "https://candidat.francetravail.fr/offres/recherche/detail/1"), set()),
        (("Acme", "simplify_newgrad", None, "https://forms.gle/x"), {"name:acme"}),
        (("Acme", "simplify_newgrad", None, "https://10.0.0.1/jobs"), {"name:acme"}),
        (("Acme", "simplify_newgrad", None, "not an address"), {"name:acme"}),
        # A page below a host that gives pages away is one's own, as the Public Suffix List has it.
        (("Acme", "simplify_newgrad", None, "https://acme.github.io/jobs"), {"name:acme", "domain:acme.github.io"}),
        (("Acme", "simplify_newgrad", None, "https://jobs.acme.co.uk/1"), {"name:acme", "domain:acme.co.uk"}),
    ],
)
def test_evidence(statement: tuple[str | None, str, str | None, str | None], expected: set[str]) -> None:
    assert evidence(*statement) == expected


def test_no_source_of_adverts_is_taken_for_an_employers_own_site() -> None:
    """Every host that a source of adverts asks, and every aggregator's own site, stands in platforms.csv."""
    hosts = {MAPPED: ""}
    for name, module in all_sources().items():
        source = module.SOURCE
        if source.kind not in POSTING_KINDS or name == "career_pages":  # which asks employers' own sites
            continue
        urls = source.endpoints if source.kind == "employer board" else (*source.endpoints, source.homepage)
        hosts |= {urlsplit(url.replace("*", "acme")).hostname or "": name for url in urls}
    unknown = {host: name for host, name in hosts.items() if platform_of(host) is None and host != MAPPED}
    assert not unknown, f"{unknown}: add their domains to transforms/lookups/employers/platforms.csv"
    assert own_domain("jobs.scale.com") == "scale.com"


def test_every_source_of_employers_boards_says_what_of_a_token_names_them() -> None:
    sources = {name for name, module in all_sources().items() if module.SOURCE.kind == "employer board"}
    assert {row["source"] for row in rows_of("board_sources")} == sources


@pytest.mark.parametrize(
    "url",
    [
        "https://boards.greenhouse.io/scaleai/jobs/1",
        "https://job-boards.eu.greenhouse.io/moia/jobs/1",
        "https://boards.greenhouse.io/embed/job_app?for=abc&token=1",
        "https://jobs.lever.co/weride/a102",
        "https://jobs.eu.lever.co/acme",
        "https://jobs.ashbyhq.com/acme%20inc/1",
        "https://jobs.smartrecruiters.com/AcmeCorp/74-x",
        "https://apply.workable.com/acme/j/A1/",
        "https://acme.recruitee.com/o/engineer",
        "https://acme.jobs.personio.de/job/1",
        "https://acme.jobs.personio.com/job/1",
        "https://acme.teamtailor.com/jobs/1",
        "https://acme.wd5.myworkdayjobs.com/en-US/Site/job/1",
    ],
)
def test_an_address_leads_to_the_board_that_its_source_knows(url: str) -> None:
    board = board_in(url)
    assert board is not None
    own = {key for key in evidence(None, *board, None) if key.startswith("board:")}
    assert own
    assert evidence(None, "simplify_newgrad", None, url) == own


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Randstad", True),
        ("Randstad Digital", True),
        ("Hays plc", True),
        ("Hays County", False),
        ("Michael Page International", True),
        ("Acme Staffing, LLC", True),
        ("Motion Recruitment", True),
        ("Personalvermittlung Müller GmbH", True),
        ("Cabinet de recrutement Dupont", True),
        ("Adecco France SAS", True),
        ("Temporis Experts & Cadres La Rochelle", True),
        ("ALSA TEMPORAIRE", True),
        ("Fischer & Partner Gesellschaft für Personal mbH", True),
        ("NVM Gestión de Talentos", True),
        ("パーソル人材派遣株式会社", True),
        # Those who make programs for recruiters, and those who recruit for themselves.
        ("Workday", False),
        ("Greenhouse Software", False),
        ("SmartRecruiters", False),
        ("Recruitee", False),
        ("Recruiting Software Ltd", False),
        ("Indeed Recruiting tools", False),
        ("Recruit Holdings", False),
        ("U.S. Army Recruiting Command", False),
        ("Apex Group", False),
        ("Apex Systems", True),
        ("Interim", False),
        ("Bravura Solutions", False),
        ("Salt Security", False),
        ("ZipRecruiter", False),
        ("Tower Research Capital", False),
        ("GROUPE SEB", False),
        ("Forum Emploi-Formation-Alternance: Talents Handicap", False),
        ("Confidential", False),
        ("", False),
        (None, False),
    ],
)
def test_staffing_agencies(name: str | None, expected: bool) -> None:
    assert is_staffing_agency(name) is expected


def test_a_name_stands_once_among_the_agencies() -> None:
    rows = [(employer_key(row["words"]), row["kind"]) for row in rows_of("staffing_agencies")]
    kinds: dict[str | None, set[str | None]] = {}
    for key, kind in rows:
        kinds.setdefault(key, set()).add(kind)
    assert {key: values for key, values in kinds.items() if len(values) > 1} == {}
