"""Employers resolved over adverts: what unites them and what does not, their ids, and the rows written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.archive.reader import read
from extractors.boards import all_boards
from extractors.refine.refine import rows_of
from extractors.response import Response
from extractors.source import all_sources
from extractors.source_list import declared_sources
from tests.builders import open_copy
from transforms.employers import identity
from transforms.employers.shared_names import find_site
from transforms.records.boards import Board
from transforms.records.columns import fields_of
from transforms.records.rows import Posting
from warehouse import database
from warehouse.load import employers
from warehouse.load.employers import HiringStatement, resolve_employers
from warehouse.schema import arrow_table
from warehouse.tables import Employers, Postings, Sources

REAL = Path(__file__).parents[3].parent / "shared" / "real" / "payloads"
REVIEWED = {"Old Mission; Old Mission Capital", "Robinhood; Robinhood Careers", "Vectra; Vectra AI"}
NOTHING: Mapping[str, int] = MappingProxyType({})
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def board_line(source: str, board: str, *more: str | None) -> Board:
    """A line of boards.csv. `more` are its employer, country, industry and evidence of the industry."""
    named: dict[str, Any] = dict(zip(("employer", "country", "industry", "industry_evidence"), more, strict=False))
    return Board(source=source, board=board, **named)


def said(
    name: str | None,
    source: str = "himalayas",
    board: str | None = None,
    place: str | None = None,
    n: int = 1,
    day: int = 0,
    industries: Mapping[str, int] = NOTHING,
) -> HiringStatement:
    first = (BEGIN + timedelta(days=day), f"{source}:{name}:{board}")
    return HiringStatement(name, source, board, place, n, first, industries=tuple(industries.items()))


def ids(*adverts: HiringStatement, boards: tuple[Board, ...] = ()) -> list[str | None]:
    return resolve_employers(adverts, boards)[1]


def only(*adverts: HiringStatement, boards: tuple[Board, ...] = ()) -> Employers:
    """The only employer behind these adverts and boards."""
    rows, _ = resolve_employers(adverts, boards)
    assert len(rows) == 1, rows
    return rows[0]


# --- what unites --------------------------------------------------------------------------------------


def test_one_employer_stands_on_its_board_on_lists_and_on_a_forum() -> None:
    employer = only(
        said("Scale AI", "greenhouse", "scaleai", "https://job-boards.greenhouse.io", n=50),
        said("Scale AI, Inc.", "simplify_newgrad", "listings", "https://scale.com/careers", n=3),
        said("scale.com", "hackernews", None, "https://news.ycombinator.com/item"),
        said("SCALE AI", "france_travail"),
        boards=(
            board_line(
                "greenhouse", "scaleai", "Scale AI", "US", "information and communication", "public: data for AI"
            ),
        ),
    )
    assert employer == Employers(
        employer_id="scaleai",
        employer="Scale AI",
        name_source="boards_list",
        names=("SCALE AI", "Scale AI", "Scale AI, Inc.", "scale.com"),
        domains=("scale.com",),
        boards=("greenhouse:scaleai",),
        country="US",
        industry="information and communication",
        industry_evidence="public: data for AI",
        is_staffing_agency=False,
        n_postings=55,
    )


def test_a_link_to_a_board_says_whose_it_is() -> None:
    """The token "wehrtyou" does not suggest Hudson River Trading, but a list that links to the board names it."""
    employer = only(
        said("wehrtyou", "greenhouse", "wehrtyou", "https://www.hudsonrivertrading.com", n=90),
        said("Hudson River Trading", "simplify_newgrad", "l", "https://boards.greenhouse.io/wehrtyou", day=1),
    )
    assert employer.employer == "Hudson River Trading", "a token gives way to a name, however often it stands there"
    assert employer.boards == ("greenhouse:wehrtyou",)


def test_a_name_with_a_suffix_is_decided_by_the_board_that_its_text_links_to() -> None:
    board = said("solace", "ashby", "solace", "https://jobs.ashbyhq.com", n=25)
    alone = said("Solace Health", "hackernews", None, "https://news.ycombinator.com/item")
    assert len(set(ids(board, alone))) == 2, "a suffix alone shows nothing: Assembly is not AssemblyAI"
    assert len(set(ids(board, alone._replace(place="https://jobs.ashbyhq.com/Solace")))) == 1


@pytest.mark.parametrize(
    ("employer", "board", "url", "text", "site"),
    [
        (
            "Solace Health",
            None,
            None,
            "Apply: https://jobs.ashbyhq.com/Solace?utm=x",
            "https://jobs.ashbyhq.com/Solace",
        ),
        ("Acme Tools", None, None, "See https://github.com/acme and https://acme.io/jobs.", "https://acme.io/jobs"),
        ("Acme Tools", None, None, "We were in https://techcrunch.com/acme lately.", None),
        ("Acme Tools", None, "https://jobs.lever.co/acme/1", "See https://acme.io/jobs.", None),
        ("Acme Tools", "acme", None, "See https://acme.io/jobs.", None),
        (None, None, None, "See https://acme.io/jobs.", None),
    ],
)
def test_a_text_links_to_the_site_of_an_employer_with_its_name(
    employer: str | None, board: str | None, url: str | None, text: str, site: str | None
) -> None:
    assert find_site(employer, "hackernews", board, url, text) == site


@pytest.mark.parametrize(
    ("adverts", "name", "name_source"),
    [
        ([("openai", 40, {}), ("OpenAI", 2, {})], "OpenAI", "advert"),
        ([("openai", 40, {"OpenAI": 38, "OPENAI": 2})], "OpenAI", "advert_text"),
        ([("openai", 4, {"OPENAI": 2, "OpenAI": 2})], "OpenAI", "advert_text"),
        ([("openai", 40, {}), ("OpenAI (Remote)", 1, {})], "OpenAI (Remote)", "advert"),
        ([("openai", 40, {})], "Openai", "token"),
        ([(None, 40, {})], "Openai", "token"),
        ([(None, 40, {"OpenAI": 1})], "OpenAI", "advert_text"),
    ],
)
def test_a_name_is_shown_instead_of_a_token(
    adverts: list[tuple[str | None, int, dict[str, int]]], name: str, name_source: str
) -> None:
    employer = only(
        *(said(label, "ashby", "openai", n=n)._replace(in_text=tuple(texts.items())) for label, n, texts in adverts)
    )
    assert (employer.employer, employer.name_source) == (name, name_source)
    assert employer.employer_id == "openai", "what is shown unites nobody and changes no id"


def test_an_employer_known_by_its_site_alone_is_called_by_its_domain() -> None:
    employer = only(said(None, "simplify_newgrad", None, "https://jobs.acme.example.com/7"))
    assert (employer.employer, employer.name_source) == ("example.com", "domain")


def test_a_board_in_boards_csv_is_an_employer_without_adverts_if_it_is_named() -> None:
    rows, _ = resolve_employers([], [board_line("lever", "acme", "Acme Robotics", "CL"), board_line("lever", "nobody")])
    assert [(e.employer_id, e.employer, e.country, e.n_postings) for e in rows] == [
        ("acmerobotics", "Acme Robotics", "CL", 0)
    ]


def test_whoever_is_not_named_is_nobody() -> None:
    assert ids(said(None), said("Confidential"), said("Stealth Startup"), said("-")) == [None] * 4


def test_an_agency_is_known_by_any_of_its_names() -> None:
    assert only(said("RANDSTAD"), said("Randstad", "france_travail")).is_staffing_agency


IT, BIRDS, BANK = "Information Technology and Services", "Birds", "Banking"


@pytest.mark.parametrize(
    ("industries", "entry", "expected"),
    [
        ({IT: 3}, None, ("information and communication", f"smartrecruiters states: {IT}")),
        ({IT: 3, "Internet": 4, BANK: 6}, None, ("information and communication", "smartrecruiters states: Internet")),
        ({IT: 3, BANK: 3}, None, (None, None)),
        ({IT: 3, BIRDS: 3}, None, (None, None)),  # half of them state another industry
        ({BIRDS: 3}, ("retail", "advert of 2025-10-28: sells birds"), ("retail", "advert of 2025-10-28: sells birds")),
        ({IT: 1}, ("retail", "advert of 2025-10-28: sells birds"),
         ("information and communication", f"smartrecruiters states: {IT}")),
        ({IT: 1}, ("retail", None), ("information and communication", f"smartrecruiters states: {IT}")),
        ({IT: 1}, ("retail", "public: a shop"), ("retail", "public: a shop")),
        ({}, ("retail", None), ("retail", None)),
    ],
)  # fmt: skip
def test_the_industry_is_what_is_known_in_public_else_what_most_fields_state(
    industries: dict[str, int], entry: tuple[str, str | None] | None, expected: tuple[str | None, str | None]
) -> None:
    boards = (board_line("smartrecruiters", "Bittern", "Bittern", "CA", *entry),) if entry else ()
    employer = only(said("Bittern", "smartrecruiters", "Bittern", n=13, industries=industries), boards=boards)
    assert (employer.industry, employer.industry_evidence) == expected


def test_an_agency_has_no_industry_by_what_its_adverts_state_of_clients() -> None:
    employer = only(said("Michael Page", "france_travail", n=2, industries={"NAF 21.20Z": 2}))
    assert employer.is_staffing_agency
    assert (employer.industry, employer.industry_evidence) == (None, None)


def test_fields_of_several_sources_are_counted_together() -> None:
    employer = only(
        said("Bittern", "france_travail", n=1, industries={"NAF 64.19Z": 1}),
        said("Bittern SA", "smartrecruiters", "Bittern", n=2, industries={IT: 2}),
    )
    assert employer.industry_evidence == f"smartrecruiters states: {IT}"


# --- what does not unite ------------------------------------------------------------------------------


def test_two_letters_hold_within_a_source() -> None:
    assert ids(said("EY", "france_travail"), said("EY", "adzuna"), said("E.Y.", "adzuna")) == [
        "ey@france_travail", "ey@adzuna", "ey@adzuna",
    ]  # fmt: skip


def test_a_domain_of_several_names_unites_nobody() -> None:
    place = "https://jobs.holding.example.com/x"
    owners = ids(*(said(name, "simplify_newgrad", None, place) for name in ("Ogilvy", "Mindshare", "Wavemaker")))
    assert owners == ["ogilvy", "mindshare", "wavemaker"]


def test_a_board_that_an_agency_fills_for_others_unites_nobody() -> None:
    link = "https://jobs.lever.co/hirefast"
    names = ("Hirefast", "Acme Robotics", "Zenith Foods")
    owners = ids(said("hirefast", "lever", "hirefast", link), *(said(n, "simplify_newgrad", None, link) for n in names))
    assert owners == ["hirefast", "hirefast", "acmerobotics", "zenithfoods"]


def test_numbers_and_words_for_boards_unite_nobody() -> None:
    owners = ids(
        said("Rancho", "greenhouse", "123"),
        said("Umbria", "smartrecruiters", "123"),
        said("Acme", "lever", "careers"),
        said("Zenith", "ashby", "careers"),
    )
    assert len(set(owners)) == 4


def test_an_ordinary_word_as_a_token_is_whose_board_came_first() -> None:
    """Two boards of different firms, and a firm with that name on a list."""
    owners = ids(
        said("orchard", "greenhouse", "orchard"), said("orchard", "ashby", "orchard"), said("Orchard", "hackernews")
    )
    assert owners == ["greenhouse:orchard", "ashby:orchard", "orchard"]
    # A coined word belongs to one firm; and once boards.csv has the names, they count as any other.
    assert ids(said("ambrook", "ashby", "ambrook"), said("ambrook", "lever", "ambrook")) == ["ambrook"] * 2
    boards = (board_line("greenhouse", "orchard", "Orchard"), board_line("ashby", "orchard", "Orchard Robotics"))
    owners = ids(said("Orchard", "greenhouse", "orchard"), said("Orchard Robotics", "ashby", "orchard"), boards=boards)
    assert owners == ["orchard", "orchardrobotics"]


def test_a_token_that_another_board_states_as_its_name_is_somebody_elses() -> None:
    """Matic of ashby:MaticRobots makes robots; greenhouse:matic, which states no name, sells insurance."""
    boards = (board_line("ashby", "MaticRobots", "Matic"), board_line("greenhouse", "matic"))
    owners = ids(said("Matic", "ashby", "MaticRobots"), said("matic", "greenhouse", "matic"), boards=boards)
    assert owners == ["matic", "greenhouse:matic"]


# --- ids ----------------------------------------------------------------------------------------------


def test_an_id_is_the_name_seen_first_and_later_adverts_do_not_change_it() -> None:
    first = said("Zenith Robotics", "simplify_newgrad", None, "https://zenith.com/jobs", day=1)
    later = said("A Zenith Robotics Brand", "simplify_newgrad", None, "https://zenith.com/jobs", n=100, day=2)
    assert ids(first) == ids(first, later)[:1] == ["zenithrobotics"]
    assert ids(first, later, boards=(board_line("lever", "zr", "Zenith Robotics Group"),)) == ["zenithrobotics"] * 2
    assert ids(later, first) == ["zenithrobotics"] * 2


def test_a_name_entered_in_boards_csv_becomes_the_id() -> None:
    advert = said("wehrtyou", "greenhouse", "wehrtyou")
    assert ids(advert) == ["wehrtyou"]
    assert ids(advert, boards=(board_line("greenhouse", "wehrtyou", "Hudson River Trading"),)) == ["hudsonrivertrading"]


NAMES = st.sampled_from(["Acme", "ACME Inc.", "Zenith", "Zenith Foods", "zenith.com", "HP", "orchard", "Stealth", None])
WHERE = st.sampled_from([
    ("lever", "acme", None), ("greenhouse", "orchard", None), ("ashby", "orchard", "https://zenith.com"),
    ("simplify_newgrad", None, "https://zenith.com/jobs"), ("simplify_newgrad", None, "https://jobs.lever.co/acme"),
    ("hackernews", None, None),
])  # fmt: skip
ADVERTS = st.lists(
    st.builds(lambda name, at, day: said(name, at[0], at[1], at[2], day=day), NAMES, WHERE, st.integers(0, 3)),
    unique=True,
)


@settings(max_examples=200)
@given(ADVERTS, st.randoms(use_true_random=False))
def test_no_order_shows_and_what_meets_is_one(adverts: list[HiringStatement], random: Any) -> None:
    boards = [board_line("lever", "acme", "Acme"), board_line("greenhouse", "zenith", "Zenith Foods")]
    rows, of_advert = resolve_employers(adverts, boards)
    assert [e.employer_id for e in rows] == sorted({e.employer_id for e in rows})
    assert set(of_advert) - {None} <= {e.employer_id for e in rows}
    assert sum(e.n_postings for e in rows) == sum(i is not None for i in of_advert)
    order = random.sample(adverts, len(adverts))
    assert resolve_employers(order, boards[::-1]) == (
        rows,
        [dict(zip(adverts, of_advert, strict=True))[advert] for advert in order],
    )


# --- what is written ----------------------------------------------------------------------------------


@pytest.fixture
def con(work_template: Path, tmp_path: Path) -> Iterator[database.Connection]:
    with open_copy(work_template, tmp_path) as con:
        database.load_lookup(con, Sources, declared_sources())
        yield con


def put(con: database.Connection, *adverts: tuple[str, str | None, str | None, str | None]) -> None:
    """Insert postings with these sources, employers, boards and URLs, and consecutive ids."""
    (n,) = con.execute("SELECT count(*) FROM core.postings").fetchall()[0]
    usual: dict[str, Any] = {f.name: None for f in fields_of(Postings)} | {
        "title": "t", "title_key": "t", "vacancy_places": (), "role": "other", "role_group": "other",
        "seniority": "unstated", "seniority_inferred": False,
        "text_state": "none", "text_class": "none", "is_drawn": True, "first_seen_at": BEGIN, "last_seen_at": BEGIN,
        "version_from": BEGIN, "content_hash": "0" * 32, "warc": "w", "record": 0,
    }  # fmt: skip
    rows = [
        Postings(**usual | {"posting_id": f"{source}:{n}", "job_id": f"{source}:{n}", "source": source,
                            "employer": employer, "board": board, "url": url})
        for n, (source, employer, board, url) in enumerate(adverts, start=n)
    ]  # fmt: skip
    database.put(con, Postings, rows)


def written(con: database.Connection) -> tuple[list[Any], list[Any]]:
    return (
        con.execute("SELECT * FROM core.employers ORDER BY employer_id").fetchall(),
        con.execute("SELECT posting_id, employer_id FROM core.postings ORDER BY posting_id").fetchall(),
    )


FIRST = (
    ("greenhouse", "wehrtyou", "wehrtyou", "https://www.hudsonrivertrading.com/jobs/1?gh_jid=1"),
    ("greenhouse", "wehrtyou", "wehrtyou", "https://www.hudsonrivertrading.com/jobs/2?gh_jid=2"),
    ("france_travail", None, None, "https://candidat.francetravail.fr/offres/recherche/detail/1"),
)
LATER = (
    ("simplify_newgrad", "Hudson River Trading", "listings", "https://boards.greenhouse.io/wehrtyou/jobs/1"),
    ("simplify_newgrad", "Acme", "listings", "https://forms.gle/x"),
)
BOARDS = (board_line("lever", "zenith", "Zenith", "CL"),)


def test_postings_get_the_id_of_their_employer(con: database.Connection) -> None:
    put(con, *FIRST, *LATER)
    employers.resolve(con, BOARDS)
    rows, of_postings = written(con)
    assert [(row[0], row[-1]) for row in rows] == [("acme", 1), ("wehrtyou", 3), ("zenith", 0)]
    assert [i for _, i in of_postings] == [None, "wehrtyou", "wehrtyou", "wehrtyou", "acme"]


def test_a_site_in_the_text_counts_instead_of_the_address_of_a_forum(con: database.Connection) -> None:
    put(con, ("ashby", "solace", "solace", "https://jobs.ashbyhq.com/solace/1"))
    put(con, ("hackernews", "Solace Health", None, "https://news.ycombinator.com/item?id=1"))
    con.execute(
        "UPDATE core.postings SET employer_site = 'https://jobs.ashbyhq.com/Solace' WHERE source = 'hackernews'"
    )
    employers.resolve(con, ())
    assert len({i for _, i in written(con)[1]}) == 1


def test_what_fields_state_is_the_industry_and_goes_with_them(con: database.Connection) -> None:
    put(con, *FIRST)
    con.execute("UPDATE core.postings SET industry_text = 'Financial Services' WHERE board = 'wehrtyou'")
    query = "SELECT industry, industry_evidence FROM core.employers WHERE industry IS NOT NULL"
    employers.resolve(con, ())
    assert con.execute(query).fetchall() == [("finance", "greenhouse states: Financial Services")]
    con.execute("UPDATE core.sources SET is_republishable = false WHERE source = 'greenhouse'")
    employers.resolve(con, ())
    assert con.execute(query).fetchall() == [], "shares by industry would rest on it"


def test_increments_write_what_a_rebuild_writes_and_nothing_twice(con: database.Connection, tmp_path: Path) -> None:
    put(con, *FIRST)
    employers.resolve(con, BOARDS)
    put(con, *LATER)
    employers.resolve(con, BOARDS)
    with database.open_work(tmp_path / "rebuilt") as rebuilt:
        database.load_lookup(rebuilt, Sources, declared_sources())
        put(rebuilt, *FIRST, *LATER)
        employers.resolve(rebuilt, BOARDS)
        assert written(con) == written(rebuilt)
    before = con.execute("SELECT count(*) FROM hired_by").fetchall()
    assert before == [(2,)], "the second time only new adverts were written"
    employers.resolve(con, BOARDS)
    assert con.execute("SELECT count(*) FROM hired_by").fetchall() == [(0,)]


def test_the_spelling_of_most_adverts_is_the_name(con: database.Connection) -> None:
    put(con, *(("ashby", "omafertility", "omafertility", None) for _ in range(3)))
    con.execute("UPDATE core.postings SET employer_in_text = 'OMA FERTILITY' WHERE posting_id = 'ashby:0'")
    con.execute("UPDATE core.postings SET employer_in_text = 'Oma Fertility' WHERE posting_id <> 'ashby:0'")
    employers.resolve(con, ())
    rows = con.execute("SELECT employer_id, employer, name_source, names FROM core.employers").fetchall()
    assert rows == [("omafertility", "Oma Fertility", "advert_text", ["omafertility"])]


def test_who_is_no_longer_named_goes(con: database.Connection) -> None:
    put(con, *FIRST, *LATER)
    employers.resolve(con, BOARDS)
    con.execute("UPDATE core.postings SET employer = NULL, url = NULL WHERE employer = 'Acme'")
    employers.resolve(con, ())
    rows, of_postings = written(con)
    assert [row[0] for row in rows] == ["wehrtyou"]
    assert dict(of_postings)["simplify_newgrad:4"] is None


def test_employers_of_boards_csv_are_one_row_each() -> None:
    rows, _ = resolve_employers([], all_boards())
    keys = {identity.employer_key(board.employer) for board in all_boards() if board.employer}
    assert keys and keys >= {e.employer_id for e in rows}
    assert arrow_table(Employers, rows).num_rows == len({e.employer_id for e in rows}) == len(rows)


# --- real adverts -------------------------------------------------------------------------------------


def test_unions_of_different_names_in_real_adverts_were_looked_at() -> None:
    """Every union beyond spelling, among a list's real links and boards.csv, was checked by eye."""
    files = sorted(REAL.glob("simplify_newgrad/*.warc.gz"))
    if not files:
        pytest.skip("../shared/real is absent: real payloads are not part of the project")
    adverts: dict[tuple[Any, ...], HiringStatement] = {}
    for file in files[::4]:
        for response in (answer for answer in read(file) if isinstance(answer, Response)):
            for row in rows_of(all_sources()["simplify_newgrad"], response):
                if isinstance(row, Posting):
                    key = (row.employer, row.source, row.board, row.url)
                    adverts[key] = HiringStatement(*key, 1, (response.observed_at, row.posting_id))
    rows, _ = resolve_employers(list(adverts.values()), all_boards())
    unions = {
        "; ".join(employer.names) for employer in rows if len({identity.employer_key(n) for n in employer.names}) > 1
    }
    assert unions, "the real lists have some"
    assert unions <= REVIEWED, "look at these, then add them to REVIEWED or mend what united them"
