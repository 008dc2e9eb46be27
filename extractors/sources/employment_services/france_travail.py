"""Read the offers of France Travail, the French public employment service, through its API, with full texts.

Pay is prose in a fixed form ("Annuel de 35000.0 Euros à 45000.0 Euros sur 12.0 mois"). Some employers enter a yearly
amount as monthly; the bounds of plausible pay flag such amounts. The recruiter's name (`contact`) and the agency are
not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from extractors.response import Response
from extractors.sources.declaration import declare
from extractors.sources.fetching import ask_paged_lists
from extractors.sources.parsing import parse_list
from extractors.web.paging import Web
from extractors.web.session import FetchFailed
from transforms.place.places import Address
from transforms.raw_posting import RawPosting

API = "https://api.francetravail.io/partenaire/offresdemploi/v2/offres/search"
TOKENS = "https://entreprise.francetravail.fr/connexion/oauth2/access_token?realm=%2Fpartenaire"
KEYS = ("JOBMARKET_FRANCE_TRAVAIL_ID", "JOBMARKET_FRANCE_TRAVAIL_SECRET")
QUERIES = ("intelligence artificielle", "machine learning", "data scientist", "data engineer", "deep learning", "LLM")
PAGE, LAST_START = 150, 1_000
RANGE = re.compile(r"range=(\d+)-\d+")
PLACE = re.compile(r"(?P<department>\d[\dAB]\d?)(?: - (?P<name>.+?)(?: \d+(?:e Arrondissement)?| \(Dept\.\))?)?")
"""Pattern of a place: '92 - NANTERRE', '75 - PARIS 08', '75 - Paris (Dept.)', '75'. A place that begins with the number
of a department is in France."""
OVERSEAS = {
    "971": "GP", "972": "MQ", "973": "GF", "974": "RE", "975": "PM", "976": "YT", "977": "BL", "978": "MF", "987": "PF",
    "988": "NC",
}  # fmt: skip
HEADINGS = {"E": "Compétences requises :", "S": "Souhaité :"}
"""Headings that we put above the skills and degrees that an offer requires (E) or prefers (S)."""
KNOWN = frozenset((
    "id", "intitule", "description", "dateCreation", "dateActualisation", "lieuTravail", "romeCode", "romeLibelle",
    "appellationlibelle", "entreprise", "typeContrat", "typeContratLibelle", "natureContrat", "experienceExige",
    "experienceLibelle", "experienceCommentaire", "formations", "langues", "permis", "outilsBureautiques",
    "competences", "salaire", "dureeTravailLibelle", "dureeTravailLibelleConverti", "complementExercice",
    "conditionExercice", "alternance", "contact", "agence", "nombrePostes", "accessibleTH", "deplacementCode",
    "deplacementLibelle", "qualificationCode", "qualificationLibelle", "codeNAF", "secteurActivite",
    "secteurActiviteLibelle", "qualitesProfessionnelles", "trancheEffectifEtab", "origineOffre",
    "offresManqueCandidats", "contexteTravail", "entrepriseAdaptee", "employeurHandiEngage",
))  # fmt: skip

SOURCE = declare(
    "france_travail",
    kind="aggregator",
    endpoints=(API, "https://entreprise.francetravail.fr/connexion/oauth2/"),
    keys=KEYS,
)


def fetch(web: Web, *, boards: Sequence[str], as_of: date) -> list[str]:
    """Request every page of each query."""
    try:
        headers = {"Authorization": f"Bearer {_token(web)}"} if web.keys else {}  # a replay has no keys
    except FetchFailed as error:
        return [f"{error.url}: {error.why}"]
    firsts = [f"{API}?{urlencode({'motsCles': words})}&range=0-{PAGE - 1}" for words in QUERIES]
    return ask_paged_lists(web, firsts, _next, max_pages=LAST_START // PAGE + 1, headers=headers)


def _token(web: Web) -> str:
    id, secret = (web.keys[key] for key in KEYS)
    scope = "api_offresdemploiv2 o2dsoffre"
    credentials = {"grant_type": "client_credentials", "client_id": id, "client_secret": secret, "scope": scope}
    return web.token(TOKENS, credentials)


def _next(page: Response) -> str | None:
    match = RANGE.search(page.url)
    offers = page.value_at("resultats")
    start = int(match[1]) + PAGE if match else LAST_START
    if not isinstance(offers, list) or len(offers) < PAGE or start >= LAST_START:
        return None
    return RANGE.sub(f"range={start}-{start + PAGE - 1}", page.url)


def _read_offer(offer: dict[str, Any]) -> RawPosting:
    place = offer.get("lieuTravail") or {}
    pay = offer.get("salaire") or {}
    kinds = [offer.get(key) for key in ("natureContrat", "typeContratLibelle", "dureeTravailLibelleConverti")]
    label = pay.get("libelle") or ""
    return RawPosting(
        source=SOURCE.name,
        id=offer.get("id"),
        title=offer.get("intitule"),
        url=(offer.get("origineOffre") or {}).get("urlOrigine"),
        employer=(offer.get("entreprise") or {}).get("nom"),
        industry_text=f"NAF {code}" if (code := offer.get("codeNAF")) else None,
        text="\n".join(_text(offer)),
        location_text=place.get("libelle"),
        addresses=tuple(_addresses(place)),
        employment_type=", ".join(filter(None, [*kinds, "alternance" if offer.get("alternance") else None])) or None,
        posted_on=offer.get("dateCreation"),
        openings=offer.get("nombrePostes"),
        pay_text=label if any(map(str.isdigit, label)) else pay.get("commentaire"),
    )


parse = parse_list(_read_offer, "resultats", known=KNOWN)


def _text(offer: dict[str, Any]) -> Iterator[str]:
    yield offer.get("description") or ""
    if offer.get("experienceExige") == "E":
        yield f"Expérience exigée : {re.sub(r'[Aa]n[(]s[)]', 'ans', offer.get('experienceLibelle') or '')}"
    for code, heading in HEADINGS.items():
        needs = [skill["libelle"] for skill in offer.get("competences") or () if skill.get("exigence") == code]
        needs += [school["niveauLibelle"] for school in offer.get("formations") or () if school.get("exigence") == code]
        if needs:
            yield heading
            yield from (f"- {need}" for need in needs)


def _addresses(place: dict[str, Any]) -> Iterator[Address]:
    match = PLACE.fullmatch(place.get("libelle") or "")
    if match:
        name = re.sub(r"\bS[Tt](e?|E?)\b", r"Saint\1", match["name"] or "").title() or None
        country = OVERSEAS.get(match["department"], "FR")
        is_town = "commune" in place
        yield Address(country=country, region=None if is_town else name, locality=name if is_town else None)
