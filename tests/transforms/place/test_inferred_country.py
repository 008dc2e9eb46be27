"""The country of an advert whose location names none: which clues point to it, and what they must not do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from extractors.source import all_sources
from transforms.pay.currency import legal_tender, only_country_of, tender_of
from transforms.place.gazetteer import countries, territories
from transforms.posting import posting, postings
from transforms.records.rows import Posting
from transforms.text.lookups import cells_of

GOLD = Path(__file__).parents[3].parent / "shared" / "gold" / "latam_skills.jsonl"


def read(country: str | None = None, **raw: Any) -> Posting:
    (row,) = postings([{"source": "forum", "id": 1, "title": "Welder"} | raw], country=country)  # type: ignore[list-item]
    assert isinstance(row, Posting)
    return row


def rule_of(row: Posting) -> str | None:
    return next((span.rule for span in row.spans if span.field == "country" and span.reading == "inferred"), None)


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("Work from anywhere in Kenya.", "KE"),
        ("Arbeite von überall in Österreich.", "AT"),
        ("Travaillez depuis n'importe où en Belgique.", "BE"),
        ("Trabaja desde cualquier lugar de Chile.", "CL"),
        ("100% remoto, de qualquer lugar do Brasil.", "BR"),
        ("Lavora da qualsiasi parte in Italia.", "IT"),
        ("Werk vanuit heel Nederland.", "NL"),
        ("Praca zdalna z dowolnego miejsca w Polsce.", "PL"),
        ("Jobba var som helst i Sverige.", "SE"),
        ("Arbejd hvor som helst i Danmark.", "DK"),
        ("Es indispensable que residas en Uruguay.", "UY"),
        ("You must be based in Lyon.", "FR"),
        ("Location: Guadalajara, Mexico", "MX"),
        ("Ubicación: Bogotá, modalidad presencial.", "CO"),
        ("Local de trabalho: São Paulo", "BR"),
        ("Arbeitsort: Hamburg", "DE"),
        ("Location: New Mexico", "US"),
        ("Location: London, New York", None),
        ("Location: London, Ontario", "CA"),
        ("Location: Paris, TX", "US"),
        ("Location: Albany, New York", "US"),
        ("Miejsce pracy: Kraków", "PL"),
        ("We have customers in Spain and an office in Lyon.", None),
        ("Relocation: Spain pays for it.", None),
        ("You do not need to be based in Spain.", None),
        ("Ubicación: Argentina, Colombia, México.", None),
        ("Importante que vivas en México o Colombia.", None),
    ],
)
def test_words_of_a_text_point_to_a_country(text: str, country: str | None) -> None:
    row = read(text=text)
    assert row.country == country
    assert all(place.reading == "inferred" for place in row.places)


@pytest.mark.parametrize(
    ("title", "country"),
    [
        ("Welder - Norway", "NO"),
        ("Welder (Bogotá, CO)", "CO"),
        ("Welder (Mexico City, MX, 11850)", "MX"),
        ("Welder Colombia", "CO"),
        ("Welder (Galway on-site)", "IE"),
        ("Welder - New Mexico", "US"),
        ("Welder, US & Canada", None),
        ("Welder - Remote México o Colombia", None),
        ("Communications Manager (SMM/PR)", None),
        ("Product Owner (PM/BA)", None),
        ("Automation Engineer (CI / AI)", None),
        ("Account Manager (German)", None),
        ("Norway", None),
        ("New Mexico | Welder", None),
        ("Welder New Mexico | Nights", "US"),
        ("Remote Norway | Welder", "NO"),
        ("Welder - London, New York", None),
    ],
)
def test_a_title_points_to_a_country_by_a_part_that_names_it(title: str, country: str | None) -> None:
    assert read(title=title).country == country


@pytest.mark.parametrize(
    ("source", "raw", "country", "rule", "is_met"),
    [
        ("BR", {}, "BR", "country of the source", None),
        ("BR", {"text": "R$ 12.000 a 22.000/mês"}, "BR", "country of the source", True),
        ("BR", {"text": "Salary: EUR 50,000 - 60,000 per year"}, "BR", "country of the source", False),
        ("BR", {"text": "Remoto, de qualquer lugar do Brasil ou de Portugal."}, "BR", "country of the source", True),
        ("BR", {"title": "Welder - Portugal"}, "PT", "place in the title", False),
        ("BR", {"location_text": "Remote - Portugal"}, "PT", None, None),
        ("BR", {"location_text": "Lisboa", "text": "R$ 12.000 a 22.000/mês"}, "PT", None, None),
        ("BR", {"location_text": "Remote - Europe"}, None, None, None),
        (None, {"text": "R$ 12.000 a 22.000/mês"}, "BR", "currency of the pay", None),
        (None, {"text": "Salary: PLN 15,000 - 20,000 per month"}, "PL", "currency of the pay", None),
        (None, {"text": "Salary: USD 50,000 - 60,000 per year"}, None, None, None),
        (None, {"text": "Salary: CHF 90,000 - 99,000 per year"}, None, None, None),
        (None, {}, None, None, None),
    ],
)
def test_a_stated_place_beats_clues_and_clues_that_differ_are_a_doubt(
    source: str | None, raw: dict[str, Any], country: str | None, rule: str | None, *, is_met: bool | None
) -> None:
    row = read(source, **raw)
    assert (row.country, rule_of(row)) == (country, rule)
    verdict = True if "inferred_country" in (row.agreements or ()) else None
    assert (False if "inferred_country" in (row.doubts or ()) else verdict) is is_met


def test_an_inferred_country_is_no_scope_of_remote_work_but_pay_counts_there() -> None:
    row = read("BR", title="Welder (Remoto)", text="R$ 12.000 a 22.000/mês")
    assert (row.country, row.workplace, row.remote_scope, row.pay_country) == ("BR", "remote", None, "BR")
    row = read("BR", title="Welder (Remoto)", text="De qualquer lugar do Brasil ou de Portugal. R$ 12.000 a 22.000/mês")
    assert (row.country, row.remote_scope, row.pay_country, row.pay_market) == ("BR", ("BR", "PT"), "BR", "local")


def test_a_currency_of_one_country_is_legal_tender_in_no_other_that_lacks_its_own() -> None:
    for row in cells_of("currencies"):
        if country := only_country_of(row["currency"]):
            others = set(tender_of(row["currency"])) - {country}
            own = {other for other in others if legal_tender(other)[0] != row["currency"]}
            assert country in tender_of(row["currency"])
            assert all(territories().get(other) == country or other in own | {"BV"} for other in others), row  # Bouvet
    assert not any(map(only_country_of, ("USD", "EUR", "CHF", "ZAR", "XOF")))


def test_sources_declare_countries_that_exist() -> None:
    declared = {name: module.SOURCE.country for name, module in all_sources().items() if module.SOURCE.country}
    assert declared["github_vagas"] == "BR" and declared.items() >= {"usajobs": "US", "reed": "GB"}.items()
    assert set(declared.values()) <= countries().keys()


@pytest.mark.skipif(not GOLD.exists(), reason=f"the labelled adverts are not at {GOLD}")
def test_no_country_of_latin_american_adverts_is_invented() -> None:
    rows = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]
    read = [
        (posting(source="forum", id=row["id"], title=row["title"], text=row["text"]).country, row["country"])
        for row in rows
    ]
    found = [pair for pair in read if pair[0]]
    assert len(found) >= 25, "others name no place"
    assert sum(country == label for country, label in found) >= 0.95 * len(found)
