"""Addresses of boards: made from tokens, and read back from listings, postings and public pages."""

from __future__ import annotations

import pytest

from extractors.source import board_in
from extractors.sources.declaration import BoardUrl
from extractors.sources.employer_boards import lever, personio, workable
from extractors.sources.employer_postings import workday

BY_PATH = BoardUrl(
    "https://api.example/v1/{board}/jobs?content=true",
    posting="https://api.example/v1/{board}/jobs/{id}",
    pages=(r"https://jobs\.example/(?P<board>[^/?#]+)",),
)
BY_HOST = BoardUrl("https://{board}.jobs.example/xml?language=en")
OF_PARTS = BoardUrl("https://{tenant}.example/{tenant}/{site}/jobs", board="{tenant}/{site}")


@pytest.mark.parametrize("board", ["acme", "Acme Inc", "a/b", "a?b#c", "50%", "a%20b", "Größe"])
def test_any_token_stands_in_a_path(board: str) -> None:
    url = BY_PATH.url_of(board)
    assert url
    assert BY_PATH.board_of(url) == board


@pytest.mark.parametrize(
    ("url", "board"),
    [
        ("https://api.example/v1/acme/jobs", "acme"),
        ("https://api.example/v1/acme/jobs?page=2", "acme"),
        ("https://api.example/v1/acme/jobs/", "acme"),
        ("https://api.example/v1/acme/jobs/7", None),
        ("https://api.example/v1/acme/jobsite", None),
        ("https://api.example/v1/acme", None),
        ("https://api.example.org/v1/acme/jobs", None),
    ],
)
def test_a_listing_is_known_by_its_path_alone(url: str, board: str | None) -> None:
    assert BY_PATH.board_of(url) == board


def test_a_posting_names_its_board_and_id() -> None:
    assert BY_PATH.posting_of("https://api.example/v1/a%2Fb/jobs/7%2F8?x=1") == ("a/b", "7/8")
    assert BY_PATH.posting_of("https://api.example/v1/acme/jobs?id=7") is None
    assert BY_HOST.posting_of("https://acme.jobs.example/xml") is None


def test_a_host_is_one_label() -> None:
    assert BY_HOST.url_of("acme") == "https://acme.jobs.example/xml?language=en"
    assert BY_HOST.board_of("https://acme.jobs.example/xml") == "acme"
    assert BY_HOST.board_of("https://a.b.jobs.example/xml") is None


def test_a_token_of_several_parts_must_have_them_all() -> None:
    assert OF_PARTS.url_of("acme/Jobs") == "https://acme.example/acme/Jobs/jobs"
    assert OF_PARTS.url_of("acme") is None
    assert OF_PARTS.board_of("https://acme.example/acme/Jobs/jobs") == "acme/Jobs"
    assert OF_PARTS.board_of("https://acme.example/other/Jobs/jobs") is None


@pytest.mark.parametrize("page", ["https://jobs.example/a%2Fb", "https://jobs.example/a..b", "https://jobs.example/"])
def test_a_page_whose_token_would_be_unsafe_names_no_board(page: str) -> None:
    assert BY_PATH.board_on(page) is None


def test_a_source_with_several_hosts_takes_the_first_that_fits_a_token() -> None:
    assert lever.SOURCE.url_of("eu:acme") == "https://api.eu.lever.co/v0/postings/acme?mode=json"
    assert lever.SOURCE.url_of("acme") == "https://api.lever.co/v0/postings/acme?mode=json"
    assert lever.SOURCE.board_in("https://api.eu.lever.co/v0/postings/acme/7") == "eu:acme"
    assert personio.SOURCE.board_of("https://acme.jobs.personio.com/xml") == "acme"
    assert board_in("https://jobs.eu.lever.co/acme/7") == ("lever", "eu:acme")


def test_a_page_of_a_list_belongs_to_a_board_and_is_not_its_whole_list() -> None:
    url = "https://apply.workable.com/api/v3/accounts/acme/jobs"
    assert (workable.SOURCE.board_in(url), workable.SOURCE.board_of(url)) == ("acme", None)


def test_a_token_that_fits_no_address_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\{tenant\}\.wd\{number\}/\{site\} in boards\.csv"):
        workday.SOURCE.url_of("acme")


BY_QUERY = BoardUrl(
    "https://{pod}.jobs.example/search?only=true&finder=all;site={site},limit=2,offset=0",
    posting="https://{pod}.jobs.example/single?finder=one;site={site},Id=%22{id}%22",
    posting_id="{pod}/{id}",
    board="{pod}/{site}",
)


@pytest.mark.parametrize(
    ("url", "board"),
    [
        ("https://acme.jobs.example/search?only=true&finder=all;site=CX_1,limit=2,offset=40", "acme/CX_1"),
        ("https://acme.jobs.example/search?only=true&finder=all;site=CX_1", "acme/CX_1"),
        ("https://acme.jobs.example/search?only=true&finder=all;site=", None),
        ("https://acme.jobs.example/search?finder=all;site=CX_1", None),
        ("https://acme.jobs.example/search", None),
    ],
)
def test_a_part_may_stand_in_the_query(url: str, board: str | None) -> None:
    assert BY_QUERY.board_of(url) == board


def test_the_address_of_a_posting_is_made_from_that_of_its_list() -> None:
    listing = BY_QUERY.url_of("acme/CX_1")
    assert listing
    url = BY_QUERY.posting_url(listing, "7")
    assert url == "https://acme.jobs.example/single?finder=one;site=CX_1,Id=%227%22"
    assert BY_QUERY.posting_of(url) == ("acme/CX_1", "acme/7"), "a number that counts within a pod"
    assert BY_PATH.posting_url("https://api.example/v1/a%2Fb/jobs?page=2", "7/8").endswith("/a%2Fb/jobs/7%2F8")
    for addresses, wrong in ((BY_QUERY, url), (BY_HOST, "https://acme.jobs.example/xml")):
        with pytest.raises(ValueError, match="expected the address of a list"):
            addresses.posting_url(wrong, "7")


def test_an_id_may_end_before_a_name() -> None:
    board_url = BoardUrl("https://{board}.jobs.example/json", posting="https://{board}.jobs.example/p/{id}-{name}")
    assert board_url.posting_of("https://acme.jobs.example/p/0a1b-data-engineer?x=1") == ("acme", "0a1b")
    assert board_url.posting_of("https://acme.jobs.example/p/0a1b") is None
