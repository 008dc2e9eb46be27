"""The reader of where one may live, in texts and titles."""

from __future__ import annotations

import pytest

from transforms.place.places import whereabouts
from transforms.place.remote_scope import scope_in_text, scope_in_title


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("You must be based in Spain.", ("ES",)),
        ("You'll need to be located within the EU or the UK.", ("EU", "GB")),
        ("Applicants should currently reside in Kenya, Ghana or Nigeria.", ("GH", "KE", "NG")),
        ("The role is remote within the US.", ("US",)),
        ("Work from anywhere in Europe.", ("EUROPE",)),
        ("Open to candidates based in Canada who like ships.", ("CA",)),
        ("You must live in Texas.", ("US",)),
        ("Homeoffice aus ganz Deutschland.", ("DE",)),
        ("Remote, und zwar bundesweit.", ("DE",)),
        ("Dein Wohnsitz ist in Österreich.", ("AT",)),
        ("Ihr Wohnsitz muss in Deutschland sein.", ("DE",)),
        ("Voraussetzung: Wohnsitz in der Schweiz.", ("CH",)),
        ("Dein Wohnsitz ist in Hamburg.", None),
        ("Vous devez résider en Belgique.", ("BE",)),
        ("Es necesario residir en Chile.", ("CL",)),
        ("É necessário residir no Brasil.", ("BR",)),
        ("La residenza in Italia è richiesta: residente in Italia.", ("IT",)),
        ("You must be based in Lyon.", None),
        ("Residents must be located in the U.S. and hold a licence.", ("US",)),
        ("We can only hire people who live in Chile or Peru.", ("CL", "PE")),
        ("Work from any country you like.", ("WORLD",)),
        ("Work from any country where we have a yard.", None),
        ("You do not need to be based in Spain.", None),
        ("Our servers must be located in the EU.", None),
        ("Customers of ours must be located in Spain.", None),
        ("You need a permit to work in the US.", None),
        ("Our team works anywhere in the office.", None),
        ("You do not need to be based in Spain.", None),
        ("No hace falta residir en España.", None),
        ("Du musst nicht wohnhaft in Deutschland sein.", None),
        ("Customers must be located in Spain.", None),
        ("You must not only write code. You must be based in Spain.", ("ES",)),
        ("You need to be located in a European time zone.", None),
        ("The ship is built in Spain.", None),
        ("Unsere bundesweiten Kunden.", None),
        ("", None),
    ],
)
def test_a_text_names_where_one_must_live(text: str, scope: tuple[str, ...] | None) -> None:
    reading = scope_in_text(text)
    assert (reading[0] if reading else None) == scope


@pytest.mark.parametrize(
    ("title", "countries", "scope"),
    [
        ("Welder (Chile/Peru)", (), ("CL", "PE")),
        ("Welder (Chile/Peru)", ("CL",), ("CL", "PE")),
        ("Welder (Chile)", ("PE",), ()),
        ("Welder - EMEA", (), ("EMEA",)),
        ("Welder - EMEA", ("GB",), ()),
        ("Welder | Lyon, France", ("FR",), ()),
        ("Welder of Norway's ships", (), ()),
        ("Welder", (), ()),
    ],
)
def test_a_title_names_it_by_a_country_that_agrees_with_the_places(
    title: str, countries: tuple[str, ...], scope: tuple[str, ...]
) -> None:
    assert scope_in_title(title, frozenset(countries)) == scope


def test_only_remote_work_has_a_scope_and_the_location_s_comes_first() -> None:
    text = "You must be based in Spain."
    assert whereabouts("Gijón", text=text).remote_scope is None
    assert whereabouts("Remote - Portugal", text=text).remote_scope == ("PT",)
    read = whereabouts("Remote", text=text)
    assert read.remote_scope == ("ES",)
    spans = [span for span in read.spans if span.field == "remote_scope"]
    assert [(span.part, text[span.start : span.end]) for span in spans] == [("text", "must be based in Spain")]


@pytest.mark.parametrize(
    ("location", "text", "scope", "ruled_out"),
    [
        ("Remote", "Work from anywhere in the EU except France.", ("EU",), ("FR",)),
        ("Remote, US", "We are unable to hire in California or Colorado.", ("US",), ("US-CA", "US-CO")),
        ("Remote", "We are not able to hire candidates based in Brazil.", None, ("BR",)),
        ("Remote", "Wir können derzeit niemanden in der Schweiz anstellen.", None, ("CH",)),
        ("Remote (Europe, excluding UK)", "", ("EUROPE",), ("GB",)),
        ("Remote (France, Spain, not Spain)", "", ("FR",), ("ES",)),
        ("Gijón", "We cannot hire in France.", None, ()),
        ("Remote", "We cannot hire everybody.", None, ()),
        ("Remote", "Applications from Ghana will not be considered.", None, ("GH",)),
        ("Remote", "Bewerbungen aus Norwegen werden nicht berücksichtigt.", None, ("NO",)),
        ("Remote", "Applicants from Ghana are welcome. Late letters will not be considered.", None, ()),
        ("Remote", "Candidates from Ghana do not need a permit.", None, ()),
        ("Remote", "Work from anywhere in the world where the sun shines.", ("WORLD",), ()),
        ("Remote", "We serve our clients anywhere in the world.", None, ()),
        ("Remote", "We advise colleagues from every country in Europe.", None, ()),
        ("Remote", "De qualquer lugar do mundo, mas não da Rússia.", ("WORLD",), ("RU",)),
        ("Remote", "Télétravail partout dans le monde, sauf en Chine.", ("WORLD",), ("CN",)),
        ("Remote", "Remote aus ganz Österreich, nicht jedoch aus der Schweiz.", ("AT",), ("CH",)),
        ("Remote", "Je werkt vanuit heel Nederland, maar niet vanuit België.", ("NL",), ("BE",)),
        ("Remote", "Du jobbar från hela Sverige, men inte från Norge.", ("SE",), ("NO",)),
        ("Remoto (LATAM, pero no Brasil)", "", ("LATAM",), ("BR",)),
        ("Remote", "Remote aus jedem Land der Europäischen Union, ausgenommen Ungarn.", ("EU",), ("HU",)),
        ("Remote", "Depuis tout pays d'Amérique latine, à l'exception du Brésil.", ("LATAM",), ("BR",)),
        ("Remote", "Da qualsiasi paese dell'Europa, tranne la Svizzera.", ("EUROPE",), ("CH",)),
        ("Remote", "Praca z dowolnego kraju Unii Europejskiej, poza Rumunią.", ("EU",), ("RO",)),
        ("Remote", "Desde cualquier país de Europa, salvo Malta.", ("EUROPE",), ("MT",)),
        ("Remote, US", "We can hire in any US state other than Alaska.", ("US",), ("US-AK",)),
        ("Remote, US", "You may be located in all states save for Alaska.", ("US",), ("US-AK",)),
    ],
)
def test_places_that_are_ruled_out_are_no_scope(
    location: str, text: str, scope: tuple[str, ...] | None, ruled_out: tuple[str, ...]
) -> None:
    where = whereabouts(location, text=text)
    assert (where.remote_scope, where.ruled_out) == (scope, ruled_out)
    assert not any(place.country in ruled_out or place.subdivision in ruled_out for place in where.places)
