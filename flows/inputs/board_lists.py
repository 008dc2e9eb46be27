"""Read lists of boards that others made: check each line for the store, and report lines that are not accepted.

A list is a CSV or TSV file with a column for the platform and a column for the token, or a file of addresses. Only
addresses of boards and postings are used. Addresses are listed one per line, or in an index of Common Crawl as CDXJ,
JSON (gzipped or not) or Parquet. Nothing here uses the network; nights find out, within their budgets, whether a
board answers.
"""

from __future__ import annotations

import csv
import functools
import gzip
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import orjson
import pyarrow as pa

from extractors.boards import why_not_read
from extractors.reading.parquet_tables import open_parquet, read_batches
from extractors.source import all_sources, board_at, board_in
from extractors.sources.declaration import PLATFORM_PAGES, Source
from flows.terminal.errors import WrongUsage
from transforms.text.addresses import hide_users
from transforms.text.rejects import Rejected
from warehouse.load.boards import board_key
from warehouse.ops_tables import KnownBoards

PLATFORM_COLUMNS = ("source", "platform", "ats")
TOKEN_COLUMNS = ("board", "token", "slug")
SOURCE_OF_PLATFORM = {"oraclecloud": "oracle_recruiting"}
"""The source for a platform's name in lists, where the names of source and platform differ."""
PARTS_OF_ADDRESS = {
    "workday": "The site is the first part of the career page's address after host and language: "
    "https://TENANT.wdNUMBER.myworkdayjobs.com/en-US/SITE",
    "oracle_recruiting": "All parts are in the career page's address: "
    "https://POD.fa.REGION.oraclecloud.com/hcmUI/CandidateExperience/en/sites/SITE",
}
"""Where to find the parts of a token, for sources whose boards are often listed only by host."""
TRIAL_WORDS = frozenset({"demo", "staging", "uat"})
"""Words of a token that mark a board as a trial of a platform, in any position ("demo.acme", "acme-uat2")."""
LATER_TRIAL_WORDS = frozenset({"test", "tests", "sandbox"})
"""Words that mark a trial, except at the start of a token, where they belong to an employer's name
("sandbox-interactive-gmbh")."""
TRIAL_ENDINGS = ("sandbox", "demo")
"""Endings of words that mark a trial ("agodasandbox", "leverdemo956")."""
NO_TRIALS = frozenset({"codesandbox", "thesandbox"})
"""Names of employers that end like the name of a trial."""
_BETWEEN_WORDS = re.compile(r"[-_.:/+% ]+")
TOKEN = re.compile(r"[\w.%+ -]*\w[\w.%+ -]*")
"""A token of one part, without characters that only occur in addresses."""
MAX_REFUSED = 5
"""Maximum number of refused lines that are shown."""


@dataclass
class BoardList:
    """The content of a list: boards to ask, and what cannot be used.

    `known_from` is the name under which the list is stored, `day` the day of the import. `unread` counts the boards on
    each platform that no source reads. `refused` are the first of the `n_refused` lines that were refused, each with
    the reason. `n_elsewhere` counts addresses that do not belong to a board. `misshapen` are the lines with incomplete
    tokens, by source. `unused_columns` are columns of a table that the store has no place for.
    """

    known_from: str
    day: date
    boards: list[KnownBoards] = field(default_factory=list)
    n_elsewhere: int = 0
    unread: Counter[str] = field(default_factory=Counter)
    misshapen: dict[str, list[str]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    unused_columns: tuple[str, ...] = ()
    n_refused: int = 0

    def add(self, source: str, board: str, line: str) -> None:
        """Add a board, unless not_read.csv has it. `line` is where the list names the board."""
        if why := why_not_read(source, board):
            self.refuse(f"{line} is not read: {why}")
        else:
            self.boards.append(make_known(source, board, known_from=self.known_from, day=self.day))

    def refuse(self, why: str) -> None:
        """Count a refused line, and store the first ones without the passwords in addresses."""
        self.n_refused += 1
        if len(self.refused) < MAX_REFUSED:
            self.refused.append(hide_users(why))

    def describe_misshapen(self) -> Iterator[str]:
        """Yield, for each source, how many tokens are incomplete, the expected form, and where to find the parts."""
        for name, lines in sorted(self.misshapen.items()):
            shapes = all_sources()[name].SOURCE.token_shapes
            where = PARTS_OF_ADDRESS.get(name, "The parts are in the address of the board's career page")
            yield (
                f"{name}: {len(lines):,} boards left out; expected {shapes} (the first: {lines[0]}). {where}. "
                "Import these addresses, one a line, or tokens with all parts"
            )


def read_list(path: Path, *, known_from: str, day: date) -> BoardList:
    """Return the content of a list (see `BoardList`).

    Raises `WrongUsage` if the file cannot be read, or if a column for platform or token is missing.
    """
    result = BoardList(known_from, day)
    if _is_of_addresses(path):
        _read_addresses(path, result)
        return result
    sources = {name: module.SOURCE for name, module in all_sources().items() if module.SOURCE.boards}
    rows, platform_column, token_column = _read_table(path)
    result.unused_columns = tuple(name for name in rows.fieldnames or () if name not in (platform_column, token_column))
    for number, row in enumerate(rows, start=2):
        platform, token = (row[platform_column] or "").strip().lower(), (row[token_column] or "").strip()
        name = SOURCE_OF_PLATFORM.get(platform, platform)
        if name not in sources:
            result.unread[platform] += 1
            continue
        line = f"{path.name} line {number}"
        if (board := _board_by(sources[name], token)) is None:
            remedy = f"write the token ({sources[name].token_shapes}), or the address of its list or of a posting"
            result.refuse(f"{line}: {token} is not the address of a board of {platform}; {remedy}")
        elif board.lower() in PLATFORM_PAGES:
            result.refuse(f"{line}: {platform} {board} is a page of the platform, not a board")
        elif not any(addresses.url_of(board) for addresses in sources[name].boards):
            result.misshapen.setdefault(name, []).append(f"{line}: {board!r}")
        else:
            result.add(name, board, f"{line}: {platform} {board}")
    return result


def _board_by(source: Source, token: str) -> str | None:
    """Return the token of a board, which a list may give as an address; None if it names no board of the source.

    Parts of an address are not tokens: a scheme (`http:acme`), a query, or a host of a platform.
    """
    if "." in token:
        board = board_at(token if "//" in token else f"https://{token}")
        if board and board[0] == source.name:
            return board[1]
    if "/" in source.token_shapes:  # a token of several parts, which `url_of` checks
        return None if "//" in token else token
    begins = {addresses.board.partition("{")[0] for addresses in source.boards} - {""}
    word = token.removeprefix(next(filter(token.startswith, begins), ""))
    is_host = ".".join(word.lower().split(".")[-2:]) in _platform_domains()
    return None if is_host or (word and not TOKEN.fullmatch(word)) else token


@functools.cache
def _platform_domains() -> frozenset[str]:
    sources = (module.SOURCE for module in all_sources().values())
    hosts = (urlsplit(addresses.listing).netloc for source in sources for addresses in source.boards)
    return frozenset(".".join(host.split(".")[-2:]) for host in hosts)


def make_known(source: str, board: str, *, known_from: str, day: date) -> KnownBoards:
    """Return a board for the store, marked as a trial if its token says so.

    `known_from` is the list or way by which the board became known, `day` the day when it did.
    """
    return KnownBoards(source=source, board=board, known_from=known_from, known_on=day, is_test=is_trial(board))


def is_trial(board: str) -> bool:
    """Whether a token clearly marks its board as a trial. Other boards are judged by their answers."""
    words = [word.rstrip("0123456789") for word in _BETWEEN_WORDS.split(board.lower())]
    return any(
        word in TRIAL_WORDS
        or (word in LATER_TRIAL_WORDS and at > 0)
        or (word.endswith(TRIAL_ENDINGS) and word not in (*TRIAL_ENDINGS, *NO_TRIALS))
        for at, word in enumerate(words)
    ) or words == ["test"]


# --- addresses ------------------------------------------------------------------------------------------


def _is_of_addresses(path: Path) -> bool:
    if path.suffix == ".parquet":
        return True
    try:
        with _open_lines(path) as lines:
            head = lines.readline()
    except (OSError, EOFError, UnicodeDecodeError):
        return False  # reported with a remedy when the table is read
    return next(_addresses_in([head]), None) is not None


def _read_addresses(path: Path, result: BoardList) -> None:
    keys: set[tuple[str, str]] = set()
    try:
        for number, url in enumerate(_addresses_of(path), start=1):
            board = board_in(url)
            if board is None:
                result.n_elsewhere += 1
            elif (key := board_key(*board)) not in keys:
                keys.add(key)
                result.add(*board, f"{path.name} address {number}: {board[0]} {board[1]}")
    except Rejected as error:
        raise WrongUsage(f"{path}: {error.issue.rule} (got {error.issue.value})") from error
    except (OSError, EOFError, UnicodeDecodeError, pa.ArrowException) as error:
        raise WrongUsage(f"{path} is not a whole file of addresses: {error}; fetch it again") from error


def _addresses_of(path: Path) -> Iterator[str]:
    if path.suffix == ".parquet":
        with open_parquet(path) as file:
            if "url" not in file.schema_arrow.names:
                columns = ", ".join(file.schema_arrow.names[:5])
                raise WrongUsage(
                    f"{path}: expected a column named `url`, as in Common Crawl's columnar index; found {columns}"
                )
            for batch in read_batches(file, columns=["url"]):
                yield from (url for url in batch.rows["url"].to_pylist() if url)
        return
    with _open_lines(path) as lines:
        yield from _addresses_in(lines)


def _open_lines(path: Path) -> io.TextIOBase:
    with path.open("rb") as file:
        is_packed = file.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rt", encoding="utf-8-sig") if is_packed else path.open(encoding="utf-8-sig")


def _addresses_in(lines: Iterable[str]) -> Iterator[str]:
    """Yield the address of each line: the line itself, or `url` of the JSON object that ends a line of CDXJ."""
    for line in lines:
        if line.startswith(("http://", "https://")):
            yield line.strip()
        elif (begin := line.find("{")) >= 0:
            try:
                url = orjson.loads(line[begin:]).get("url")
            except (orjson.JSONDecodeError, AttributeError):
                continue
            if isinstance(url, str):
                yield url


# --- tables ---------------------------------------------------------------------------------------------


def _read_table(path: Path) -> tuple[csv.DictReader[str], str, str]:
    """Return the rows of a table, and its columns of platforms and of tokens. Raise `WrongUsage` if it lacks one."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise WrongUsage(f"{path} is not a readable list in UTF-8: {error}") from error
    head = text.partition("\n")[0]
    rows = csv.DictReader(text.splitlines(), delimiter="\t" if "\t" in head else ",")
    rows.fieldnames = names = [name.strip().lower() for name in rows.fieldnames or ()]
    platform = next((name for name in PLATFORM_COLUMNS if name in names), None)
    token = next((name for name in TOKEN_COLUMNS if name in names), None)
    if platform is None or token is None:
        raise WrongUsage(
            f"{path}: expected a first line with a column {' or '.join(PLATFORM_COLUMNS)} and a column "
            f"{' or '.join(TOKEN_COLUMNS)}, not {head.strip()[:80]!r}"
        )
    return rows, platform, token
