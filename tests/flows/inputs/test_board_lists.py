"""Lists of boards: each line is checked, and what is not taken is said."""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from extractors.boards import all_boards
from extractors.source import all_sources, board_in
from flows.inputs.board_lists import MAX_REFUSED, PARTS_OF_ADDRESS, SOURCE_OF_PLATFORM, BoardList, is_trial, read_list
from flows.terminal.errors import WrongUsage

DAY = date(2026, 11, 27)
REAL = Path(__file__).parents[4] / "shared" / "boards" / "slugs.tsv"


def read(folder: Path, text: str, name: str = "list.tsv") -> BoardList:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_list(path, known_from="a list", day=DAY)


@pytest.mark.parametrize(
    "text",
    [
        "platform\tslug\nGreenhouse\tacme\n",
        "ats,token,note\ngreenhouse,acme,x\n",
        "\ufeffboard,source\nacme,greenhouse\n",
    ],
)
def test_columns_are_found_by_their_names(tmp_path: Path, text: str) -> None:
    (board,) = read(tmp_path, text).boards
    assert (board.source, board.board, board.known_from, board.known_on) == ("greenhouse", "acme", "a list", DAY)


def test_columns_that_are_not_stored_are_named(tmp_path: Path) -> None:
    result = read(tmp_path, "source\tevidence\tboard\tjobs\ngreenhouse\tsaid to hire in Brazil\tacme\t3\n")
    assert result.unused_columns == ("evidence", "jobs")
    assert not read(tmp_path, "source\tboard\ngreenhouse\tacme\n").unused_columns


def test_platforms_without_a_reader_and_tokens_of_another_shape_are_said(tmp_path: Path) -> None:
    result = read(tmp_path, "platform\tslug\nnowhere\ta\nnowhere\tb\nworkday\tacme.wd1.myworkdayjobs.com\n")
    assert not result.boards and result.unread == {"nowhere": 2}
    assert result.misshapen == {"workday": ["list.tsv line 4: 'acme.wd1.myworkdayjobs.com'"]}


def test_all_refused_lines_are_counted_and_some_are_kept(tmp_path: Path) -> None:
    result = read(tmp_path, "platform\tslug\n" + "teamtailor\tpolestar\n" * (MAX_REFUSED + 4))
    assert (result.n_refused, len(result.refused)) == (MAX_REFUSED + 4, MAX_REFUSED)


TRIALS = [
    *("acme-sandbox", "acme.demo", "test", "uat2-acme", "agodasandbox", "builtinintegrationsandbox", "leverdemo"),
    *("examplecorpsandbox", "YggdrasilSandbox", "leverdemo956", "salesdemo-jr", "demo.uipath.com", "cs-demo-baje"),
    *("hsbc-uat-sandbox", "vodafone-qa-sandbox", "automated-actions-test-account-10009282"),
]
"""Tokens of trials, most of them from a public list of 64,383."""
EMPLOYERS = [
    *("magic.dev", "convex-dev", "qa.tech", "cube-dev", "clerk-dev", "aurora-dev", "global-app-testing"),
    *("sandbox-interactive-gmbh", "codesandbox", "thesandbox", "sandboxaq", "sandboxvr", "sandbox", "inspired-testing"),
    *("test-yantra-eu-2", "AllianceTrainingTestingLLC", "Safety-QA", "latest", "protest-inc", "demotech", "devoted"),
]
"""Tokens of employers, or of boards of which only an answer can tell."""


@pytest.mark.parametrize("token", TRIALS)
def test_trials_are_told_by_their_token(tmp_path: Path, token: str) -> None:
    (board,) = read(tmp_path, f"platform\tslug\nlever\t{token}\n").boards
    assert board.is_test


@pytest.mark.parametrize("token", EMPLOYERS)
def test_employers_with_names_like_trials_are_asked(tmp_path: Path, token: str) -> None:
    (board,) = read(tmp_path, f"platform\tslug\nlever\t{token}\n").boards
    assert not board.is_test


def test_no_board_that_people_entered_is_a_trial() -> None:
    assert [one.board for one in all_boards() if is_trial(one.board)] == []


def test_every_name_of_a_platform_and_every_hint_is_of_a_source_with_boards() -> None:
    for name in (*SOURCE_OF_PLATFORM.values(), *PARTS_OF_ADDRESS):
        assert all_sources()[name].SOURCE.boards


def test_a_host_alone_is_told_what_it_lacks_in_one_line(tmp_path: Path) -> None:
    lines = [f"workday\tacme{number}.wd1.myworkdayjobs.com" for number in range(30)]
    result = read(tmp_path, "\n".join(["platform\tslug", *lines, "oraclecloud\tacme.fa.us2.oraclecloud.com"]))
    assert not result.boards and not result.unread and not result.n_refused
    oracle, workday = result.describe_misshapen()
    assert workday.startswith(
        "workday: 30 boards left out; expected {tenant}.wd{number}/{site} (the first: list.tsv line 2: "
        "'acme0.wd1.myworkdayjobs.com'). The site is the first part of the career page's address"
    )
    assert oracle.startswith("oracle_recruiting: 1 boards left out; expected {pod}.{region}/{site}")
    assert "boards.csv" not in workday + oracle


@pytest.mark.parametrize("url", [line.rpartition(": ")[2] for line in PARTS_OF_ADDRESS.values()])
def test_the_address_in_a_hint_is_one_that_is_read(url: str) -> None:
    address = url.replace("TENANT", "acme").replace("NUMBER", "5").replace("POD", "acme").replace("REGION", "us2")
    assert board_in(address.replace("SITE", "Jobs")) is not None


def test_a_page_of_the_platform_is_no_board(tmp_path: Path) -> None:
    pages = [f"https://jobs.lever.co/{name}" for name in ("robots.txt", "search", "sitemap.xml", "acme")]
    result = read(tmp_path, "\n".join(pages))
    assert tokens(result) == [("lever", "acme")] and result.n_elsewhere == 3
    result = read(tmp_path, "platform\tslug\njobvite\t__assets__\njobvite\tacme\n")
    assert tokens(result) == [("jobvite", "acme")]
    assert result.refused == ["list.tsv line 2: jobvite __assets__ is a page of the platform, not a board"]


@pytest.mark.parametrize("text", ["", "name,token\nacme,acme\n", "platform\nlever\n"])
def test_a_list_without_the_columns_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(WrongUsage, match="a column"):
        read(tmp_path, text)


def test_a_list_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.tsv"
    path.write_bytes(b"platform\tslug\nlever\t\xff\n")
    with pytest.raises(WrongUsage, match="UTF-8"):
        read_list(path, known_from="a list", day=DAY)


@pytest.mark.skipif(not REAL.exists(), reason="../shared/boards is not here")
def test_a_real_list_of_sixty_thousand(tmp_path: Path) -> None:
    result = read_list(REAL, known_from="a list", day=DAY)
    lines = REAL.read_text(encoding="utf-8").splitlines()[1:]
    by_source = {name: sum(one.source == name for one in result.boards) for name in ("greenhouse", "workable", "lever")}
    assert by_source == {name: sum(line.startswith(f"{name}\t") for line in lines) for name in by_source}
    n_misshapen = sum(map(len, result.misshapen.values()))
    assert len(result.boards) + sum(result.unread.values()) + n_misshapen + result.n_refused == len(lines)
    assert {name: len(hosts) for name, hosts in result.misshapen.items()} == {
        "workday": 3_830,
        "oracle_recruiting": 116,
    }


def test_a_board_that_is_not_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.tsv"
    path.write_text("platform\tslug\nteamtailor\tPolestar\nteamtailor\tacme\n")
    result = read_list(path, known_from="a list", day=date(2026, 11, 27))
    assert [board.board for board in result.boards] == ["acme"]
    assert [line.partition(":")[0] for line in result.refused] == ["list.tsv line 2"]


# --- addresses --------------------------------------------------------------------------------------------

CDXJ = (
    'io,greenhouse,boards)/acme/jobs/1 20260518015810 {"url": "https://boards.greenhouse.io/acme/jobs/1", '
    '"mime": "text/html", "status": "200"}\n'
    'io,greenhouse,boards)/acme/jobs/2 20260518015811 {"url": "https://boards.greenhouse.io/Acme/jobs/2"}\n'
    'co,lever,jobs)/dunlin 20260518015812 {"url": "https://jobs.lever.co/dunlin"}\n'
    'com,example)/ 20260518015813 {"url": "https://example.com/"}\n'
    'io,greenhouse,boards)/cut 20260518015814 {"url": "https://boards.gree\n'
)


def tokens(result: BoardList) -> list[tuple[str, str]]:
    return [(one.source, one.board) for one in result.boards]


@pytest.mark.parametrize("is_packed", [False, True])
def test_boards_are_found_in_an_index_of_common_crawl(tmp_path: Path, is_packed: bool) -> None:
    path = tmp_path / "cdx-00000.gz"
    path.write_bytes(gzip.compress(CDXJ.encode()) if is_packed else CDXJ.encode())
    result = read_list(path, known_from="CC-MAIN-2026-22", day=DAY)
    assert tokens(result) == [("greenhouse", "acme"), ("lever", "dunlin")]
    assert {one.known_from for one in result.boards} == {"CC-MAIN-2026-22"} and result.n_elsewhere == 1


def test_boards_are_found_in_a_columnar_index_and_in_plain_addresses(tmp_path: Path) -> None:
    urls = ["https://jobs.lever.co/dunlin/1", "https://jobs.lever.co/dunlin/2", None, "https://example.com/jobs"]
    path = tmp_path / "part-00000.c000.gz.parquet"
    pq.write_table(pa.table({"url": urls, "fetch_status": [200] * 4}), path)
    result = read_list(path, known_from="an index", day=DAY)
    assert tokens(result) == [("lever", "dunlin")] and result.n_elsewhere == 1
    assert tokens(read(tmp_path, "\n".join(url for url in urls if url))) == [("lever", "dunlin")]


def test_a_cut_index_is_refused_with_its_remedy(tmp_path: Path) -> None:
    path = tmp_path / "cdx-00000.gz"
    path.write_bytes(gzip.compress((CDXJ * 900).encode(), mtime=0)[:-20])
    with pytest.raises(WrongUsage, match="fetch it again"):
        read_list(path, known_from="an index", day=DAY)
    table = tmp_path / "table.parquet"
    pq.write_table(pa.table({"address": ["x"]}), table)
    with pytest.raises(WrongUsage, match="a column named `url`"):
        read_list(table, known_from="an index", day=DAY)


ADDRESSES = {
    ("greenhouse", "https://boards.greenhouse.io/acme"): "acme",
    ("greenhouse", "https://job-boards.greenhouse.io/acme/jobs/4012"): "acme",
    ("greenhouse", "boards.greenhouse.io/acme"): "acme",
    ("greenhouse", "https://boards-api.greenhouse.io/v1/boards/acme/jobs?content=true"): "acme",
    ("lever", "HTTP://JOBS.LEVER.CO/acme/"): "acme",
    ("lever", "https://jobs.eu.lever.co/acme"): "eu:acme",
    ("teamtailor", "https://acme.teamtailor.com/jobs"): "acme",
    ("workday", "https://acme.wd1.myworkdayjobs.com/en-US/External"): "acme.wd1/External",
}


@pytest.mark.parametrize(("platform", "address"), ADDRESSES)
def test_an_address_in_place_of_a_token_is_its_boards(tmp_path: Path, platform: str, address: str) -> None:
    (board,) = read(tmp_path, f"platform\tslug\n{platform}\t{address}\n").boards
    assert (board.source, board.board) == (platform, ADDRESSES[platform, address])


@pytest.mark.parametrize(
    ("platform", "address"),
    [
        ("lever", "https://boards.greenhouse.io/acme"),  # of another platform
        ("greenhouse", "https://acme.example/careers"),
        ("greenhouse", "https://boards.greenhouse.io/"),
        ("ashby", "acme.example/careers"),
        ("ashby", "acme/careers"),
        ("ashby", "//[acme"),
        ("workday", "https://acme.example/careers"),
        ("lever", "http:acme"),
        ("lever", "https:eu:acme"),
        ("lever", "jobs.lever.co"),
        ("lever", "eu:api.eu.LEVER.co"),
        ("greenhouse", "jobs.lever.co"),
        ("teamtailor", "www.teamtailor.com"),
        ("lever", "acme?x=1"),
        ("greenhouse", "acme#jobs"),
        ("greenhouse", "eu:acme"),
        ("ashby", "acme&x=1"),
        ("ashby", "me@acme"),
        ("ashby", ".."),
    ],
)
def test_an_address_of_no_board_is_refused_with_line_value_and_remedy(
    tmp_path: Path, platform: str, address: str
) -> None:
    result = read(tmp_path, f"platform\tslug\n{platform}\t{address}\n")
    assert not result.boards and not result.misshapen
    (why,) = result.refused
    assert f"list.tsv line 2: {address} is not the address of a board of {platform}; write the token" in why


def test_a_password_in_a_list_is_not_repeated(tmp_path: Path) -> None:
    (why,) = read(tmp_path, "platform\tslug\nlever\thttps://me:s3cr3t@acme.example/jobs\n").refused
    assert "https://***@acme.example/jobs is not the address" in why


def test_a_file_of_addresses_that_would_fill_the_memory_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "part.parquet"
    urls = pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, pa.int32()), 3_000), pa.array(["x" * 100_000]))
    pq.write_table(pa.table({"url": urls}), path)
    with pytest.raises(WrongUsage, match=r"part.parquet: expected at most .* bytes in 4,096 rows.*rows 1 to 3,000"):
        read_list(path, known_from="a list", day=DAY)


@pytest.mark.parametrize("token", ["eu:acme", "acme.co", "Acme%20Labs", "Acme Labs", "a+b", "éclair", "leverco"])
def test_a_token_is_taken_as_it_is_written(tmp_path: Path, token: str) -> None:
    assert tokens(read(tmp_path, f"platform\tslug\nlever\t{token}\n")) == [("lever", token)]
